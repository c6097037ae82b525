// SPDX-License-Identifier: GPL-2.0-only
/* BBR's model and its modes, round by round. */
#include "quic/core/cc.h"

#include "fixture.h"
#include "tap.h"

#define MSS	1200
#define T0	FIX_T0
#define SEC	QUIC_NSEC_PER_SEC
#define MBYTE	1000000ULL
#define RTT	(50 * MS)

static struct quic_cc cc;
static struct quic_rtt rtt;
static u64 now, delivered;

static void start(void)
{
	quic_env_seed(1);
	rtt = (struct quic_rtt) {
		.latest = RTT, .min = RTT, .smoothed = RTT, .has_sample = true,
	};
	quic_cc_init(&cc, &quic_cc_bbr, MSS);
	now = T0;
	delivered = 0;
}

/* A round trip in which the path delivers @bytes_s. */
static void one_round(u64 bytes_s, bool limited)
{
	u64 bytes = bytes_s * (RTT / MS) / 1000;
	struct quic_cc_ack a = { .now = now, .rtt = &rtt };

	now += RTT;
	a.now = now;
	a.rate = (struct quic_delivery_sample) {
		.bytes = bytes, .interval_ns = RTT, .prior_bytes = delivered,
		.limited = limited,
	};
	delivered += bytes;
	cc.in_flight_bytes += bytes;
	quic_cc_acked(&cc, &a, bytes, now - RTT, false);
	quic_cc_acked_end(&cc, &a);
}

static bool near(u64 have, u64 want)
{
	return have >= want * 98 / 100 && have <= want * 102 / 100;
}

/* Sends at 2/ln(2) of what is delivered, until that stops growing. */
static void startup(void)
{
	u64 bw = MBYTE / 8;
	int i;

	start();
	for (i = 0; i < 6; i++, bw *= 2) {
		one_round(bw, false);
		CHECK(near(cc.rate_bytes_s, bw * 739 / 256));
	}
	bw = 4 * MBYTE;
	/* in flight is more than the product: it has to drain */
	cc.in_flight_bytes = MBYTE;
	one_round(bw, false);
	one_round(bw, false);
	CHECK(near(cc.rate_bytes_s, bw * 739 / 256));
	one_round(bw, false);
	CHECK(near(cc.rate_bytes_s, bw * 88 / 256));
	/* 4 MB/s * 50 ms are in flight: PROBE_BW */
	cc.in_flight_bytes = 200000;
	one_round(bw, false);
	CHECK(cc.rate_bytes_s >= bw * 192 / 256);
	CHECK(cc.rate_bytes_s <= bw * 320 / 256);
}

static void reach(u64 bw)
{
	int i;

	start();
	for (i = 0; i < 20; i++) {
		one_round(bw, false);
		cc.in_flight_bytes = bw / 20;
	}
}

/* One round faster, one slower, six as fast as the path. */
static void cycle(void)
{
	int fast = 0, slow = 0, even = 0, i;

	reach(4 * MBYTE);
	/* 2 * 200 kB and three bursts */
	CHECK(near(cc.window_bytes, 400000 + 3 * 12000));
	for (i = 0; i < 80; i++) {
		cc.in_flight_bytes = 260000;
		/* a phase is over after more than the shortest round trip */
		now += MS;
		one_round(4 * MBYTE, false);
		fast += near(cc.rate_bytes_s, 5 * MBYTE);
		slow += near(cc.rate_bytes_s, 3 * MBYTE);
		even += near(cc.rate_bytes_s, 4 * MBYTE);
	}
	CHECK_EQ(fast, 10);
	CHECK_EQ(slow, 10);
	CHECK_EQ(even, 60);
}

/* What the application is too slow for says nothing, unless it is faster. */
static void limited(void)
{
	int i;

	reach(4 * MBYTE);
	for (i = 0; i < 100; i++)
		one_round(MBYTE, true);
	CHECK(cc.rate_bytes_s >= 3 * MBYTE * 98 / 100);
	one_round(8 * MBYTE, true);
	CHECK(cc.rate_bytes_s >= 6 * MBYTE * 98 / 100);
}

/* A path that became slower is noticed within 17 rounds. */
static void slower(void)
{
	int i;

	reach(4 * MBYTE);
	for (i = 0; i < 18; i++)
		one_round(MBYTE, false);
	CHECK(cc.rate_bytes_s <= 5 * MBYTE / 4);
	CHECK(cc.rate_bytes_s >= 3 * MBYTE / 4);
}

/* Every ten seconds four packets for 200 ms, to see the path without queue. */
static void probe_rtt(void)
{
	u64 until, window;
	int i;

	reach(4 * MBYTE);
	window = cc.window_bytes;
	until = now + 10 * SEC;
	rtt.latest = 2 * RTT;
	while (now < until) {
		CHECK(cc.window_bytes >= window);
		one_round(4 * MBYTE, false);
	}
	one_round(4 * MBYTE, false);
	one_round(4 * MBYTE, false);
	CHECK_EQ(cc.window_bytes, 4 * MSS);
	cc.in_flight_bytes = 4 * MSS;
	for (i = 0; i < 4; i++) {
		CHECK_EQ(cc.window_bytes, 4 * MSS);
		cc.in_flight_bytes = 0;
		one_round(4 * MBYTE, true);
	}
	one_round(4 * MBYTE, false);
	CHECK(cc.window_bytes >= window);
}

/* After silence the shortest RTT is taken anew, without probing for it. */
static void idle(void)
{
	reach(4 * MBYTE);
	cc.in_flight_bytes = 0;
	cc.quiet_ns = now;
	now += 20 * SEC;
	quic_cc_sent(&cc, MSS, now);
	one_round(4 * MBYTE, true);
	CHECK(cc.window_bytes > 4 * MSS);
}

/* A loss is no reason; more than 2 % of a round is. */
static void losses(void)
{
	u64 window;
	int i;

	reach(4 * MBYTE);
	window = cc.window_bytes;
	for (i = 0; i < 3; i++)
		quic_cc_lost(&cc, MSS, now, now, true);
	one_round(4 * MBYTE, false);
	one_round(4 * MBYTE, false);
	CHECK(cc.window_bytes >= window);
	cc.in_flight_bytes = 400000;
	for (i = 0; i < 30; i++)
		quic_cc_lost(&cc, MSS, now, now, true);
	one_round(4 * MBYTE, false);
	/* 0.7 of what was left in flight */
	CHECK(near(cc.window_bytes, 364000 * 179 / 256));
	/* never below 5/4 of what the path holds */
	for (i = 0; i < 30; i++)
		quic_cc_lost(&cc, MSS, now, now, true);
	cc.in_flight_bytes = 100000;
	one_round(4 * MBYTE, false);
	CHECK(near(cc.window_bytes, 250000));
}

/* RFC 9002 7.6.2 */
static void persistent(void)
{
	reach(4 * MBYTE);
	quic_cc_persistent(&cc, now);
	CHECK_EQ(cc.window_bytes, 2 * MSS);
	one_round(4 * MBYTE, false);
	CHECK(cc.window_bytes >= 200000);
}

int main(void)
{
	TEST(startup);
	TEST(cycle);
	TEST(limited);
	TEST(slower);
	TEST(probe_rtt);
	TEST(idle);
	TEST(losses);
	TEST(persistent);
	return tap_done();
}
