// SPDX-License-Identifier: GPL-2.0-only
#include "quic/core/pacer.h"

#include "fixture.h"
#include "tap.h"

#define MSS	1200
#define T0	FIX_T0
#define MBYTE	1000000ULL

static void unpaced(void)
{
	struct quic_pacer p = {};

	CHECK_EQ(quic_pacer_room(&p, 0, MSS, T0), U64_MAX);
	quic_pacer_sent(&p, 1 << 20);
	quic_pacer_wait(&p, 0, MSS, T0);
	CHECK_EQ(p.next_ns, 0);
	CHECK_EQ(quic_pacer_room(&p, 0, MSS, T0), U64_MAX);
}

/* RFC 9002 7.7: no burst above the initial window, or a millisecond's worth */
static void quantum(void)
{
	struct quic_pacer p = {};

	CHECK_EQ(quic_pacer_quantum(MBYTE, MSS), 12000);
	CHECK_EQ(quic_pacer_quantum(1024 * MBYTE, MSS), MBYTE);
	/* what a late timer would lose, 1/1024 s, is held besides */
	CHECK_EQ(quic_pacer_room(&p, MBYTE, MSS, T0), 12976);
	CHECK_EQ(quic_pacer_room(&p, 1024 * MBYTE, MSS, T0 + 1), 12976 + 1);
	CHECK_EQ(quic_pacer_room(&p, 1024 * MBYTE, MSS, T0 + MS / 2 + 1),
		 12977 + 512000);
	CHECK_EQ(quic_pacer_room(&p, 1024 * MBYTE, MSS, T0 + 9 * MS),
		 2 * MBYTE);
}

/* It waits for a whole quantum, and says until when. */
static void waits(void)
{
	struct quic_pacer p = {};

	CHECK_EQ(quic_pacer_room(&p, MBYTE, MSS, T0), 12976);
	quic_pacer_sent(&p, 11976);
	quic_pacer_wait(&p, MBYTE, MSS, T0);
	/* 11000 bytes at a byte each microsecond */
	CHECK_EQ(p.next_ns, T0 + 11 * MS + 1);
	CHECK_EQ(quic_pacer_room(&p, MBYTE, MSS, T0 + 11 * MS), 0);
	/* asked again it does not move */
	quic_pacer_wait(&p, MBYTE, MSS, T0 + 5 * MS);
	CHECK_EQ(p.next_ns, T0 + 11 * MS + 1);
	CHECK_EQ(quic_pacer_room(&p, MBYTE, MSS, T0 + 11 * MS + 1), 12000);
	CHECK_EQ(p.next_ns, 0);
	/* too much was sent (probes): the debt is forgotten */
	quic_pacer_sent(&p, 50000);
	CHECK_EQ(p.credit_bytes, 0);
}

static void deadline(void)
{
	struct quic_pacer p = { .next_ns = T0 };

	quic_pacer_timeout(&p, T0 - 1);
	CHECK_EQ(p.next_ns, T0);
	quic_pacer_timeout(&p, T0);
	CHECK_EQ(p.next_ns, 0);
}

/* The bound holds with and without a rate; long pauses do not add up. */
static void bound(void)
{
	struct quic_pacer p = { .max_bytes_s = 10000 };
	u64 now = T0, sent = 0;
	int i;

	CHECK_EQ(quic_pacer_rate(&p, 0), 10000);
	CHECK_EQ(quic_pacer_rate(&p, MBYTE), 10000);
	CHECK_EQ(quic_pacer_rate(&p, 5000), 5000);
	CHECK_EQ(quic_pacer_room(&p, 0, MSS, now), 12009);
	for (i = 0; i < 100; i++) {
		u64 room = quic_pacer_room(&p, MBYTE, MSS, now);

		sent += room;
		quic_pacer_sent(&p, room);
		quic_pacer_wait(&p, MBYTE, MSS, now);
		CHECK(p.next_ns > now);
		now = p.next_ns;
	}
	/* 1.2 s each, but for the first */
	CHECK(now - T0 >= 119 * QUIC_NSEC_PER_SEC);
	CHECK(sent <= 12000 + (now - T0) / QUIC_NSEC_PER_SEC * 10000);
	CHECK_EQ(quic_pacer_room(&p, 0, MSS, now + 1000000 * MS), 12009);
}

/* Through a connection: bursts of a quantum, the deadline, ACKs in between. */
static void connection(void)
{
	static struct fix f;
	u64 bytes = 0, sent;
	int bursts = 0;

	fix_open(&f, false, NULL, NULL);
	f.c.cc.window_bytes = 1 << 20;
	f.c.cc.rate_bytes_s = MBYTE;
	f.c.cc.mss_bytes = f.c.path.mtu_bytes;
	fix_write(&f, false, 30000, false);
	f.now += 100 * MS;
	fix_send(&f);
	CHECK_EQ(f.n_dgrams, 10);
	sent = fix_stream_bytes(&f);
	CHECK(!f.c.send_idle);
	CHECK(f.c.cc.pacer.next_ns > f.now);
	CHECK_EQ(quic_conn_deadline(&f.c), f.c.cc.pacer.next_ns);
	/* acknowledgements are not paced */
	fix_forget(&f);
	fix_ping(&f, QUIC_SPACE_APP);
	fix_ping(&f, QUIC_SPACE_APP);
	quic_conn_recv_end(&f.c, f.now);
	CHECK_EQ(fix_send(&f), 1);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_ACK), 1);
	CHECK_EQ(fix_stream_bytes(&f), 0);
	while (f.c.cc.pacer.next_ns && bursts++ < 20) {
		f.now = f.c.cc.pacer.next_ns;
		quic_conn_timeout(&f.c, f.now, GFP_ATOMIC);
		CHECK_EQ(f.c.cc.pacer.next_ns, 0);
		fix_forget(&f);
		fix_send(&f);
		CHECK(f.n_dgrams <= 10);
		bytes += fix_stream_bytes(&f);
	}
	CHECK(f.c.send_idle);
	CHECK_EQ(sent + bytes, 30000);
	fix_free(&f);
}

/* RFC 9002 7.5: probes are not held up. */
static void probes(void)
{
	static struct fix f;

	fix_open(&f, false, NULL, NULL);
	f.c.cc.window_bytes = 1 << 20;
	f.c.cc.rate_bytes_s = 10000;
	fix_write(&f, false, 30000, false);
	fix_send(&f);
	CHECK(f.c.cc.pacer.next_ns > f.now);
	f.now += 500 * MS;
	f.c.cc.pacer.next_ns = f.now + 1;
	fix_forget(&f);
	quic_conn_timeout(&f.c, f.now, GFP_ATOMIC);
	CHECK_EQ(f.c.stats.ptos, 1);
	fix_send(&f);
	CHECK_EQ(f.n_pkts, 2);
	fix_free(&f);
}

int main(void)
{
	TEST(unpaced);
	TEST(quantum);
	TEST(waits);
	TEST(deadline);
	TEST(bound);
	TEST(connection);
	TEST(probes);
	return tap_done();
}
