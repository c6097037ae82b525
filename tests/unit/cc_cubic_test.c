// SPDX-License-Identifier: GPL-2.0-only
/* Points of RFC 9438's curves, computed by hand (C = 0.4, beta = 0.7). */
#include "quic/core/cc.h"

#include "fixture.h"
#include "tap.h"

#define MSS	1200
#define T0	FIX_T0
#define SEC	QUIC_NSEC_PER_SEC

static struct quic_cc cc;
static struct quic_rtt rtt;
static u64 now;

static void start(u64 window_pkts, u64 rtt_ns)
{
	now = T0;
	rtt = (struct quic_rtt) {
		.latest = rtt_ns, .min = rtt_ns, .smoothed = rtt_ns,
		.has_sample = true,
	};
	quic_cc_init(&cc, &quic_cc_cubic, MSS);
	cc.window_bytes = window_pkts * MSS;
}

static void ack(u64 bytes, bool underused)
{
	struct quic_cc_ack a = { .now = now, .rtt = &rtt };

	quic_cc_acked(&cc, &a, bytes, now - rtt.smoothed, underused);
	quic_cc_acked_end(&cc, &a);
}

static void congestion(void)
{
	quic_cc_congestion(&cc, now, now);
	/* what was sent after it is acknowledged from here on */
	now += rtt.smoothed + 1;
}

/* A window is acknowledged each round trip, in twenty ACKs. */
static void rounds(u64 ns)
{
	u64 until = now + ns;

	while (now < until) {
		ack(cc.window_bytes / 20, false);
		now += rtt.smoothed / 20;
	}
}

/* In packets, within a hundredth? */
static bool near(double want_pkts)
{
	double have = (double)cc.window_bytes / MSS;

	if (have > want_pkts * 0.99 && have < want_pkts * 1.01)
		return true;
	printf("# window %.1f packets, not %.1f\n", have, want_pkts);
	return false;
}

/* RFC 9438 4.6: 0.7 of the window, at least two packets */
static void reduction(void)
{
	start(1000, 100 * MS);
	congestion();
	CHECK_EQ(cc.window_bytes, 700 * MSS);
	CHECK_EQ(cc.ssthresh_bytes, 700 * MSS);
	start(2, 100 * MS);
	congestion();
	CHECK_EQ(cc.window_bytes, 2 * MSS);
}

/*
 * RFC 9438 4.2, 4.4, 4.5: K = cbrt(300 / 0.4) = 9.086 s. What is aimed at,
 * one round trip ahead, is reached after it: W(t) at time t.
 */
static void curve(void)
{
	start(1000, 100 * MS);
	congestion();
	/* W(2) = 0.4 * (-7.086)^3 + 1000 */
	rounds(2 * SEC);
	CHECK(near(857.7));
	/* W(5) = 0.4 * (-4.086)^3 + 1000 */
	rounds(3 * SEC);
	CHECK(near(972.7));
	/* the plateau */
	rounds(4086 * MS);
	CHECK(near(1000));
	/* W(K + 5) = 0.4 * 5^3 + 1000 */
	rounds(5 * SEC);
	CHECK(near(1050));
	/* W(K + 10) = 0.4 * 10^3 + 1000 */
	rounds(5 * SEC);
	CHECK(near(1400));
}

/* RFC 9438 4.4: never by more than half a window in a round trip */
static void bounded(void)
{
	u64 before;

	start(10, 100 * MS);
	congestion();
	rounds(SEC);
	now += 100 * SEC;
	before = cc.window_bytes;
	ack(before, false);
	CHECK(cc.window_bytes <= before + before / 2);
}

/*
 * RFC 9438 4.3: 9/17 of a packet a round trip, until the window before the
 * reduction is reached; a packet from then on. The cubic curve is far below.
 */
static void reno_friendly(void)
{
	start(20, 10 * MS);
	congestion();
	rounds(50 * MS);
	CHECK(near(14 + 5 * 9.0 / 17));
	/* 20 are reached after 11.33 round trips */
	rounds(64 * MS);
	CHECK(near(20));
	rounds(100 * MS);
	CHECK(near(30));
}

/* RFC 9438 4.7: a flow that shrinks leaves room: 0.85 of its window */
static void fast_convergence(void)
{
	start(1000, 100 * MS);
	congestion();
	congestion();
	CHECK_EQ(cc.window_bytes, 490 * MSS);
	/* W_max = 595, K = cbrt(105 / 0.4) = 6.403 s */
	rounds(6403 * MS);
	CHECK(near(595));
	/* from above the old W_max there is none: K = cbrt(180.3 / 0.4) */
	rounds(2 * SEC);
	CHECK(near(598.7));
	congestion();
	CHECK(near(419.1));
	rounds(7640 * MS);
	CHECK(near(598.7));
}

/* RFC 9438 4.2: after a slow start without losses K is 0. */
static void after_slow_start(void)
{
	start(100, 100 * MS);
	cc.ssthresh_bytes = 100 * MSS;
	/* until 5 s Reno's rule, with a packet a round trip, is ahead */
	rounds(3 * SEC);
	CHECK(near(130));
	/* W(8) = 0.4 * 8^3 + 100 */
	rounds(5 * SEC);
	CHECK(near(304.8));
}

/* RFC 9438 5.8: time in which the window did not limit does not count. */
static void app_limited(void)
{
	start(1000, 100 * MS);
	congestion();
	rounds(2 * SEC);
	CHECK(near(857.7));
	ack(MSS, true);
	now += 60 * SEC;
	ack(MSS, true);
	CHECK(near(857.7));
	rounds(3 * SEC);
	CHECK(near(972.7));
	/* nor does time in which nothing was sent */
	quic_cc_sent(&cc, MSS, now);
	ack(MSS, false);
	now += 60 * SEC;
	quic_cc_sent(&cc, MSS, now);
	rounds(4086 * MS);
	CHECK(near(1000));
}

/* RFC 9438 4.8, RFC 9002 7.6.2: two packets, and slow start to 0.7 */
static void persistent(void)
{
	start(1000, 100 * MS);
	congestion();
	quic_cc_persistent(&cc, now);
	CHECK_EQ(cc.window_bytes, 2 * MSS);
	now += 100 * MS;
	ack(MSS, false);
	CHECK_EQ(cc.window_bytes, 3 * MSS);
	CHECK_EQ(cc.ssthresh_bytes, 700 * MSS);
}

/* Nothing overflows where the numbers are as large as they may be. */
static void large(void)
{
	start(1 << 20, 100 * MS);
	congestion();
	rounds(300 * MS);
	now += 100000 * SEC;
	ack(1 << 30, false);
	CHECK(cc.window_bytes >= (7ULL << 20) * MSS / 10);
	CHECK(cc.window_bytes < (2ULL << 20) * MSS);
}

int main(void)
{
	TEST(reduction);
	TEST(curve);
	TEST(bounded);
	TEST(reno_friendly);
	TEST(fast_convergence);
	TEST(after_slow_start);
	TEST(app_limited);
	TEST(persistent);
	TEST(large);
	return tap_done();
}
