// SPDX-License-Identifier: GPL-2.0-only
#include "quic/core/pnspace.h"

#include "fixture.h"
#include "tap.h"

#define DELAY	(25 * MS)

static u64 now = FIX_T0;

static int add(struct quic_pnspace *ps, u64 pn)
{
	return quic_pnspace_add(ps, pn, true, 0, now, DELAY, GFP_KERNEL);
}

static int add_silent(struct quic_pnspace *ps, u64 pn)
{
	return quic_pnspace_add(ps, pn, false, 0, now, DELAY, GFP_KERNEL);
}

/* RFC 9000 12.3: a number is processed once. */
static void duplicates(void)
{
	struct quic_pnspace ps;

	quic_pnspace_init(&ps);
	CHECK(!quic_pnspace_dup(&ps, 0));
	CHECK_EQ(add(&ps, 0), 0);
	CHECK(quic_pnspace_dup(&ps, 0));
	CHECK(!quic_pnspace_dup(&ps, 1));
	CHECK_EQ(add(&ps, 5), 0);
	CHECK(!quic_pnspace_dup(&ps, 3));
	CHECK(quic_pnspace_dup(&ps, 5));
	CHECK(!quic_pnspace_dup(&ps, QUIC_PN_MAX));
	quic_pnspace_free(&ps);
}

/* RFC 9000 13.2.3: no more than 64 ranges are kept; what is cut off is old. */
static void ranges_are_bounded(void)
{
	struct quic_pnspace ps;
	u64 i;

	quic_pnspace_init(&ps);
	for (i = 0; i < 200; i++)
		CHECK_EQ(add(&ps, 2 * i), 0);
	CHECK_EQ(ps.rcvd.n, 64);
	CHECK_EQ(ps.rcvd.r[0].start, 2 * (200 - 64));
	/* a number that is not remembered may have come: a duplicate */
	CHECK(quic_pnspace_dup(&ps, 1));
	CHECK(quic_pnspace_dup(&ps, 2 * (200 - 64) - 1));
	CHECK(!quic_pnspace_dup(&ps, 2 * (200 - 64) + 1));
	quic_pnspace_free(&ps);
}

/* RFC 9000 13.2.1, 13.2.2 */
static void delayed_then_due(void)
{
	struct quic_pnspace ps;

	quic_pnspace_init(&ps);
	CHECK_EQ(ps.ack_time_ns, QUIC_TIME_NEVER);
	add_silent(&ps, 0);
	/* what does not elicit one never brings one about */
	CHECK(!quic_pnspace_ack_pending(&ps));
	CHECK_EQ(ps.ack_time_ns, QUIC_TIME_NEVER);
	CHECK(!quic_pnspace_ack_due(&ps, now + QUIC_NSEC_PER_SEC));
	add(&ps, 1);
	quic_pnspace_burst_end(&ps);
	CHECK(quic_pnspace_ack_pending(&ps));
	CHECK(!quic_pnspace_ack_due(&ps, now));
	CHECK(!quic_pnspace_ack_due(&ps, now + DELAY - 1));
	CHECK(quic_pnspace_ack_due(&ps, now + DELAY));
	/* a second one: at the end of the burst */
	add(&ps, 2);
	quic_pnspace_burst_end(&ps);
	CHECK(quic_pnspace_ack_due(&ps, now));
	quic_pnspace_ack_sent(&ps);
	CHECK(!quic_pnspace_ack_pending(&ps));
	CHECK(!quic_pnspace_ack_due(&ps, now + QUIC_NSEC_PER_SEC));
	quic_pnspace_free(&ps);
}

/* The first of several unacknowledged packets sets the time. */
static void delay_runs_from_the_first(void)
{
	struct quic_pnspace ps;

	quic_pnspace_init(&ps);
	quic_pnspace_add(&ps, 0, true, 0, now, DELAY, GFP_KERNEL);
	quic_pnspace_add(&ps, 1, true, 0, now + 10 * MS, DELAY, GFP_KERNEL);
	CHECK_EQ(ps.ack_time_ns, now + DELAY);
	CHECK_EQ(ps.largest_time_ns, now + 10 * MS);
	quic_pnspace_free(&ps);
}

/* RFC 9000 13.2.1: out of order, after a gap, or with a CE mark: at once */
static void immediate(void)
{
	struct quic_pnspace ps;

	quic_pnspace_init(&ps);
	add(&ps, 0);
	CHECK(!quic_pnspace_ack_due(&ps, now));
	add(&ps, 2);
	CHECK(quic_pnspace_ack_due(&ps, now));
	quic_pnspace_ack_sent(&ps);
	add(&ps, 1);
	CHECK(quic_pnspace_ack_due(&ps, now));
	quic_pnspace_ack_sent(&ps);
	add(&ps, 3);
	CHECK(!quic_pnspace_ack_due(&ps, now));
	quic_pnspace_add(&ps, 4, true, 3, now, DELAY, GFP_KERNEL);
	CHECK(quic_pnspace_ack_due(&ps, now));
	quic_pnspace_ack_sent(&ps);
	/* the gap is reported although a silent packet came in between */
	add_silent(&ps, 6);
	add(&ps, 7);
	CHECK(quic_pnspace_ack_due(&ps, now));
	quic_pnspace_ack_sent(&ps);
	/* no delay at all: Initial and Handshake */
	quic_pnspace_add(&ps, 8, true, 0, now, 0, GFP_KERNEL);
	CHECK(quic_pnspace_ack_due(&ps, now));
	quic_pnspace_free(&ps);
}

static void build(const struct quic_pnspace *ps, size_t room, u8 *buf,
		  struct quic_frame *f, u8 exp, u64 at)
{
	struct quic_wr wr = { buf, buf + room };
	struct quic_rd rd;

	CHECK_EQ(quic_pnspace_ack_build(ps, &wr, exp, at), 0);
	rd = (struct quic_rd) { buf, wr.p };
	CHECK_EQ(quic_frame_parse(&rd, f), QUIC_ERR_NONE);
	CHECK(rd.p == rd.end);
}

/* RFC 9000 19.3.1, with 3 ranges */
static void frame_contents(void)
{
	struct quic_pnspace ps;
	struct quic_frame f;
	u8 buf[200];
	u64 lo, hi;

	quic_pnspace_init(&ps);
	add(&ps, 0);
	add(&ps, 1);
	add(&ps, 4);
	add(&ps, 9);
	add(&ps, 10);
	add(&ps, 11);
	build(&ps, sizeof(buf), buf, &f, 3, now + 8 * MS);
	CHECK_EQ(f.type, QUIC_FRAME_ACK);
	CHECK_EQ(f.ack.largest, 11);
	CHECK_EQ(f.ack.delay, 1000);	/* 8000 us >> 3 */
	CHECK_EQ(f.ack.count, 2);
	quic_ack_first(&f, &lo, &hi);
	CHECK_EQ(lo, 9);
	CHECK_EQ(hi, 11);
	CHECK(quic_ack_next(&f, &lo, &hi));
	CHECK_EQ(lo, 4);
	CHECK_EQ(hi, 4);
	CHECK(quic_ack_next(&f, &lo, &hi));
	CHECK_EQ(lo, 0);
	CHECK_EQ(hi, 1);
	CHECK(!quic_ack_next(&f, &lo, &hi));
	quic_pnspace_free(&ps);
}

/* RFC 9000 13.2.5: the delay is that of the largest, not of the last to come */
static void delay_of_the_largest(void)
{
	struct quic_pnspace ps;
	struct quic_frame f;
	u8 buf[100];

	quic_pnspace_init(&ps);
	quic_pnspace_add(&ps, 5, true, 0, now, DELAY, GFP_KERNEL);
	quic_pnspace_add(&ps, 4, true, 0, now + 5 * MS, DELAY, GFP_KERNEL);
	build(&ps, sizeof(buf), buf, &f, 0, now + 7 * MS);
	CHECK_EQ(f.ack.delay, 7000);
	quic_pnspace_free(&ps);
}

/* RFC 9000 13.4.1, 19.3.2 */
static void ecn_counts(void)
{
	struct quic_pnspace ps;
	struct quic_frame f;
	u8 buf[100];
	u64 pn = 0;

	quic_pnspace_init(&ps);
	quic_pnspace_add(&ps, pn++, true, 1, now, DELAY, GFP_KERNEL);
	quic_pnspace_add(&ps, pn++, true, 2, now, DELAY, GFP_KERNEL);
	quic_pnspace_add(&ps, pn++, true, 2, now, DELAY, GFP_KERNEL);
	quic_pnspace_add(&ps, pn++, false, 3, now, DELAY, GFP_KERNEL);
	quic_pnspace_add(&ps, pn++, true, 0, now, DELAY, GFP_KERNEL);
	build(&ps, sizeof(buf), buf, &f, 3, now);
	CHECK_EQ(f.type, QUIC_FRAME_ACK_ECN);
	CHECK_EQ(f.ack.ect0, 2);
	CHECK_EQ(f.ack.ect1, 1);
	CHECK_EQ(f.ack.ce, 1);
	quic_pnspace_free(&ps);
}

/* Any room: either refused with nothing written, or a frame that fits. */
static void every_room(void)
{
	struct quic_pnspace ps;
	struct quic_frame f;
	size_t room, last = 0;
	u8 *buf;
	u64 i;

	quic_pnspace_init(&ps);
	for (i = 0; i < 100; i++)
		quic_pnspace_add(&ps, 1000 * i, true, 2, now, DELAY,
				 GFP_KERNEL);
	for (room = 0; room < 300; room++) {
		struct quic_wr wr;
		struct quic_rd rd;

		TAP_AT("room %zu", room);
		buf = tap_exact(&(u8[300]) {}, room);
		wr = (struct quic_wr) { buf, buf + room };
		/* type, 99000 in 4 bytes, delay, count, length, 100, 0, 0 */
		if (quic_pnspace_ack_build(&ps, &wr, 3, now)) {
			CHECK(wr.p == buf);
			CHECK(room < 12);
		} else {
			CHECK(room >= 12);
			rd = (struct quic_rd) { buf, wr.p };
			CHECK_EQ(quic_frame_parse(&rd, &f), QUIC_ERR_NONE);
			CHECK_EQ(f.ack.largest, 99000);
			CHECK(f.ack.count + 1 >= last);
			last = f.ack.count + 1;
		}
		free(buf);
	}
	CHECK_EQ(last, 64);
	quic_pnspace_free(&ps);
}

static void nothing_to_say(void)
{
	struct quic_pnspace ps;
	u8 buf[10];
	struct quic_wr wr = { buf, buf + sizeof(buf) };

	quic_pnspace_init(&ps);
	CHECK_EQ(quic_pnspace_ack_build(&ps, &wr, 3, now), -ENOSPC);
	CHECK(wr.p == buf);
	quic_pnspace_free(&ps);
}

/* RFC 9000 13.2.4: what the peer knows we have is forgotten. */
static void acks_acked(void)
{
	struct quic_pnspace ps;
	u64 i;

	quic_pnspace_init(&ps);
	quic_pnspace_ack_acked(&ps, 7, GFP_KERNEL);	/* nonsense: ignored */
	CHECK_EQ(ps.floor, 0);
	for (i = 0; i < 10; i++)
		add(&ps, 2 * i);
	quic_pnspace_ack_acked(&ps, 10, GFP_KERNEL);
	CHECK_EQ(ps.floor, 10);
	CHECK_EQ(ps.rcvd.r[0].start, 10);
	CHECK(quic_pnspace_dup(&ps, 9));
	CHECK(quic_pnspace_dup(&ps, 10));
	CHECK(!quic_pnspace_dup(&ps, 11));
	/* an older one that comes late changes nothing */
	quic_pnspace_ack_acked(&ps, 4, GFP_KERNEL);
	CHECK_EQ(ps.floor, 10);
	/* the largest stays, for the next frame */
	quic_pnspace_ack_acked(&ps, 18, GFP_KERNEL);
	CHECK_EQ(ps.rcvd.n, 1);
	CHECK(quic_pnspace_dup(&ps, 18));
	quic_pnspace_free(&ps);
}

static void no_memory(void)
{
	struct quic_pnspace ps;

	quic_pnspace_init(&ps);
	add(&ps, 0);
	add(&ps, 2);
	quic_pnspace_ack_sent(&ps);
	quic_env_fail_after(0);
	CHECK_EQ(add(&ps, 4), -ENOMEM);
	quic_env_fail_after(-1);
	/* nothing recorded: it may come again */
	CHECK_EQ(ps.largest, 2);
	CHECK(!quic_pnspace_ack_pending(&ps));
	CHECK(!quic_pnspace_dup(&ps, 4));
	CHECK_EQ(add(&ps, 4), 0);
	quic_pnspace_free(&ps);
}

int main(void)
{
	TEST(duplicates);
	TEST(ranges_are_bounded);
	TEST(delayed_then_due);
	TEST(delay_runs_from_the_first);
	TEST(immediate);
	TEST(frame_contents);
	TEST(delay_of_the_largest);
	TEST(ecn_counts);
	TEST(every_room);
	TEST(nothing_to_say);
	TEST(acks_acked);
	TEST(no_memory);
	return tap_done();
}
