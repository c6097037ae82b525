// SPDX-License-Identifier: GPL-2.0-only
#include "quic/core/ecn.h"

#include "fixture.h"
#include "tap.h"

#define APP	QUIC_SPACE_APP

static struct fix f;
static u64 first_pn;

static struct quic_ecn *ecn(void)
{
	return &f.c.path.ecn;
}

static u64 send_pings(unsigned int n)
{
	u64 pn = f.c.space[APP].sent.next;

	while (n--) {
		f.now += MS;
		f.c.pending |= QUIC_PEND_PING;
		CHECK_EQ(fix_plan(&f, 1), 1);
		fix_commit(&f, 1);
	}
	return pn;
}

/* An ACK of [lo, hi] that reports counts. */
static enum quic_err ack(u64 lo, u64 hi, u64 ect0, u64 ect1, u64 ce)
{
	struct quic_frame fr = { .type = QUIC_FRAME_ACK_ECN };
	static const u8 none[1];

	f.now += 10 * MS;
	fr.ack.largest = hi;
	fr.ack.first_range = hi - lo;
	fr.ack.ranges.p = none;
	fr.ack.ranges.end = none;
	fr.ack.ect0 = ect0;
	fr.ack.ect1 = ect1;
	fr.ack.ce = ce;
	return fix_frame(&f, APP, &fr);
}

static void start(void)
{
	fix_open(&f, true, NULL, NULL);
	quic_ecn_init(ecn(), true, f.now);
	first_pn = f.c.space[APP].sent.next;
}

/* RFC 9000 A.4: the first ten are marked, then one waits for a report. */
static void testing(void)
{
	start();
	send_pings(9);
	CHECK_EQ(f.plan.ecn, QUIC_ECN_ECT0);
	CHECK_EQ(ecn()->state, QUIC_ECN_TESTING);
	send_pings(1);
	CHECK_EQ(f.plan.ecn, QUIC_ECN_ECT0);
	CHECK_EQ(ecn()->state, QUIC_ECN_UNKNOWN);
	send_pings(1);
	CHECK_EQ(f.plan.ecn, QUIC_ECN_NOT_ECT);
	CHECK_EQ(f.c.space[APP].loss.ecn.sent, 10);
	CHECK_EQ(ack(first_pn, first_pn + 10, 10, 0, 0), 0);
	CHECK_EQ(ecn()->state, QUIC_ECN_CAPABLE);
	send_pings(1);
	CHECK_EQ(f.plan.ecn, QUIC_ECN_ECT0);
	CHECK_EQ(f.c.stats.ecn_failures, 0);
	fix_free(&f);
}

/* ACKs alone are marked, too, but nobody says that they came. */
static void acks_are_no_test(void)
{
	unsigned int i;

	start();
	for (i = 0; i < 20; i++) {
		CHECK_EQ(fix_ping(&f, APP), 0);
		CHECK_EQ(fix_ping(&f, APP), 0);
		quic_conn_recv_end(&f.c, f.now);
		CHECK_EQ(fix_plan(&f, 1), 1);
		CHECK_EQ(f.plan.ecn, QUIC_ECN_ECT0);
		fix_commit(&f, 1);
	}
	CHECK_EQ(ecn()->state, QUIC_ECN_TESTING);
	CHECK_EQ(ecn()->test_pkts, 0);
	CHECK_EQ(f.c.space[APP].loss.ecn.sent, 20);
	/* reported they are */
	first_pn = send_pings(1);
	CHECK_EQ(ack(first_pn - 20, first_pn, 21, 0, 0), 0);
	CHECK_EQ(ecn()->state, QUIC_ECN_CAPABLE);
	fix_free(&f);
}

static void fails(enum quic_err err)
{
	CHECK_EQ(err, 0);
	CHECK_EQ(ecn()->state, QUIC_ECN_FAILED);
	CHECK_EQ(f.c.stats.ecn_failures, 1);
	send_pings(1);
	CHECK_EQ(f.plan.ecn, QUIC_ECN_NOT_ECT);
	/* RFC 9000 13.4.2.2: no error of the connection */
	CHECK_EQ(f.c.state, QUIC_CONN_ESTABLISHED);
	fix_free(&f);
}

/* RFC 9000 13.4.2.1: marked packets, and no counts: a peer without ECN */
static void no_counts(void)
{
	start();
	send_pings(2);
	fails(fix_ack(&f, APP, first_pn, first_pn + 1));
}

/* RFC 9000 13.4.2.1: marks that were removed on the way */
static void bleached(void)
{
	start();
	send_pings(3);
	fails(ack(first_pn, first_pn + 2, 2, 0, 0));
}

/* RFC 9000 13.4.2.1: ECT(0) that arrives as ECT(1) */
static void remarked(void)
{
	start();
	send_pings(3);
	fails(ack(first_pn, first_pn + 2, 2, 1, 0));
}

/* RFC 9000 13.4.2.1: more marks than were ever sent */
static void too_many(void)
{
	start();
	send_pings(3);
	fails(ack(first_pn, first_pn + 2, 4, 0, 0));
	start();
	send_pings(3);
	fails(ack(first_pn, first_pn + 2, 0, 0, 4));
}

/* RFC 9000 19.3.2: counts do not go back */
static void decreasing(void)
{
	start();
	send_pings(5);
	CHECK_EQ(ack(first_pn, first_pn + 3, 4, 0, 0), 0);
	CHECK_EQ(ecn()->state, QUIC_ECN_CAPABLE);
	/* one newly acknowledged: the sum of both would do */
	fails(ack(first_pn + 4, first_pn + 4, 3, 0, 2));
}

/*
 * RFC 9000 13.4.2.1: an ACK that does not raise the largest number was
 * reordered; its counts are old.
 */
static void reordered(void)
{
	start();
	send_pings(5);
	CHECK_EQ(ack(first_pn + 1, first_pn + 4, 4, 0, 0), 0);
	CHECK_EQ(ack(first_pn, first_pn, 1, 0, 0), 0);
	CHECK_EQ(ecn()->state, QUIC_ECN_CAPABLE);
	CHECK_EQ(f.c.space[APP].loss.ecn.ect0, 4);
	fix_free(&f);
}

/*
 * RFC 9002 7.1, RFC 9000 9.4: the newest packet may have gone another way;
 * those that went here are as old as they are.
 */
static void other_path(void)
{
	struct quic_sent_ring *r;
	u64 window;

	start();
	r = &f.c.space[APP].sent;
	f.c.cc.window_bytes = 100000;
	send_pings(2);
	CHECK_EQ(ack(first_pn, first_pn, 0, 0, 1), 0);
	window = f.c.cc.window_bytes;
	CHECK(window <= 50000);
	/* after the reaction: new congestion */
	f.now += MS;
	first_pn = send_pings(2);
	quic_sent_at(r, first_pn + 1)->path++;
	CHECK_EQ(ack(first_pn, first_pn + 1, 0, 0, 3), 0);
	CHECK(f.c.cc.window_bytes <= window / 2 + 1);
	/* nothing of this path */
	f.now += MS;
	window = f.c.cc.window_bytes;
	first_pn = send_pings(1);
	quic_sent_at(r, first_pn)->path++;
	CHECK_EQ(ack(first_pn, first_pn, 0, 0, 4), 0);
	CHECK_EQ(f.c.cc.window_bytes, window);
	fix_free(&f);
}

/* RFC 9002 7.1, B.7: CE is congestion, once in a round trip. */
static void congestion(void)
{
	u64 window;

	start();
	f.c.cc.window_bytes = 100000;
	send_pings(6);
	CHECK_EQ(ack(first_pn, first_pn + 1, 1, 0, 1), 0);
	window = f.c.cc.window_bytes;
	CHECK(window <= 50000);
	CHECK_EQ(ecn()->state, QUIC_ECN_CAPABLE);
	CHECK_EQ(f.c.stats.ce_acked, 1);
	/* sent before the reaction: the same congestion */
	CHECK_EQ(ack(first_pn + 2, first_pn + 5, 1, 0, 5), 0);
	CHECK_EQ(f.c.cc.window_bytes, window);
	CHECK_EQ(f.c.stats.lost_pkts, 0);
	first_pn = send_pings(1);
	CHECK_EQ(ack(first_pn, first_pn, 1, 0, 6), 0);
	CHECK(f.c.cc.window_bytes < window);
	/* no further mark, no further reaction */
	window = f.c.cc.window_bytes;
	first_pn = send_pings(1);
	CHECK_EQ(ack(first_pn, first_pn, 2, 0, 6), 0);
	CHECK(f.c.cc.window_bytes >= window);
	fix_free(&f);
}

/* Counts that fail validation are no reason to slow down (RFC 9002 B.7). */
static void forged_congestion(void)
{
	u64 window;

	start();
	send_pings(2);
	window = f.c.cc.window_bytes;
	CHECK_EQ(ack(first_pn, first_pn + 1, 0, 1, 2), 0);
	CHECK_EQ(ecn()->state, QUIC_ECN_FAILED);
	CHECK(f.c.cc.window_bytes >= window);
	CHECK_EQ(f.c.stats.ce_acked, 0);
	fix_free(&f);
}

/* RFC 9000 13.4.2.1: a path that drops what is marked */
static void marked_lost(void)
{
	u64 pn;

	start();
	send_pings(10);
	CHECK_EQ(ecn()->state, QUIC_ECN_UNKNOWN);
	pn = send_pings(3);
	CHECK_EQ(fix_ack(&f, APP, pn, pn), 0);
	f.now += 500 * MS;
	pn = send_pings(1);
	f.now += 10 * MS;
	CHECK_EQ(fix_ack(&f, APP, pn, pn), 0);
	CHECK(f.c.stats.lost_pkts >= 10);
	CHECK_EQ(ecn()->state, QUIC_ECN_FAILED);
	fix_free(&f);
}

/* Two timeouts without an answer: it may be the marks. */
static void silent(void)
{
	start();
	send_pings(1);
	f.now = quic_conn_deadline(&f.c);
	quic_conn_timeout(&f.c, f.now, GFP_ATOMIC);
	fix_send(&f);
	CHECK_EQ(ecn()->state, QUIC_ECN_TESTING);
	f.now = quic_conn_deadline(&f.c);
	quic_conn_timeout(&f.c, f.now, GFP_ATOMIC);
	CHECK_EQ(ecn()->state, QUIC_ECN_UNKNOWN);
	CHECK_EQ(fix_plan(&f, 1), 1);
	CHECK_EQ(f.plan.ecn, QUIC_ECN_NOT_ECT);
	fix_commit(&f, 1);
	/* they did arrive after all */
	CHECK_EQ(ack(first_pn, first_pn, 1, 0, 0), 0);
	CHECK_EQ(ecn()->state, QUIC_ECN_CAPABLE);
	fix_free(&f);
}

/* Packets of the path before say nothing about this one. */
static void another_path(void)
{
	start();
	send_pings(3);
	f.now += MS;
	quic_ecn_init(ecn(), true, f.now);
	send_pings(2);
	CHECK_EQ(ack(first_pn, first_pn + 4, 2, 0, 0), 0);
	CHECK_EQ(ecn()->state, QUIC_ECN_CAPABLE);
	fix_free(&f);
}

static void switched_off(void)
{
	start();
	quic_ecn_init(ecn(), false, f.now);
	send_pings(1);
	CHECK_EQ(f.plan.ecn, QUIC_ECN_NOT_ECT);
	/* counts for marks that never were: nobody asked */
	CHECK_EQ(ack(first_pn, first_pn, 5, 5, 5), 0);
	CHECK_EQ(ecn()->state, QUIC_ECN_OFF);
	CHECK_EQ(f.c.stats.ce_acked, 0);
	fix_free(&f);
}

int main(void)
{
	TEST(testing);
	TEST(acks_are_no_test);
	TEST(no_counts);
	TEST(bleached);
	TEST(remarked);
	TEST(too_many);
	TEST(decreasing);
	TEST(reordered);
	TEST(congestion);
	TEST(other_path);
	TEST(forged_congestion);
	TEST(marked_lost);
	TEST(silent);
	TEST(another_path);
	TEST(switched_off);
	return tap_done();
}
