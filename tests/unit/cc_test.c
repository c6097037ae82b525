// SPDX-License-Identifier: GPL-2.0-only
#include "quic/core/cc.h"

#include "fixture.h"
#include "tap.h"

#define MSS	1200
#define T0	FIX_T0

static const struct quic_rtt rtt = {
	.latest = 40 * MS, .min = 40 * MS, .smoothed = 40 * MS, .var = 5 * MS,
	.has_sample = true,
};

/* An ACK frame for one packet. */
static void acked(struct quic_cc *cc, u32 bytes, u64 sent_ns, u64 now,
		  bool underused)
{
	struct quic_cc_ack ack = { .now = now, .rtt = &rtt };

	quic_cc_acked(cc, &ack, bytes, sent_ns, underused);
	quic_cc_acked_end(cc, &ack);
}

static void start(struct quic_cc *cc)
{
	quic_cc_init(cc, &quic_cc_reno, MSS);
}

/* RFC 9002 7.2: min(10 * size, max(14720, 2 * size)) */
static void initial_window(void)
{
	static const struct { u32 mss; u64 want; } rows[] = {
		{ 1200, 12000 }, { 1452, 14520 }, { 1472, 14720 },
		{ 1500, 14720 }, { 7360, 14720 }, { 9000, 18000 },
		{ 65527, 131054 },
	};
	struct quic_cc cc;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		TAP_AT("size %u", rows[i].mss);
		quic_cc_init(&cc, &quic_cc_reno, rows[i].mss);
		CHECK_EQ(cc.window_bytes, rows[i].want);
		CHECK_EQ(cc.in_flight_bytes, 0);
		CHECK_EQ(cc.ssthresh_bytes, U64_MAX);
	}
}

static void room(void)
{
	struct quic_cc cc;

	start(&cc);
	CHECK_EQ(quic_cc_room(&cc), 12000);
	quic_cc_sent(&cc, 11000, T0);
	CHECK_EQ(quic_cc_room(&cc), 1000);
	quic_cc_sent(&cc, 3000, T0);		/* probes go beyond */
	CHECK_EQ(quic_cc_room(&cc), 0);
	quic_cc_forget(&cc, 2500);
	CHECK_EQ(quic_cc_room(&cc), 500);
	quic_cc_forget(&cc, 100000);
	CHECK_EQ(cc.in_flight_bytes, 0);
}

/* RFC 9002 7.3.1: as many bytes as were acknowledged */
static void slow_start(void)
{
	struct quic_cc cc;

	start(&cc);
	quic_cc_sent(&cc, 2400, T0);
	acked(&cc, 1200, T0, T0 + 1, false);
	CHECK_EQ(cc.window_bytes, 13200);
	CHECK_EQ(cc.in_flight_bytes, 1200);
	/* RFC 9002 7.8: not when the window was not in use */
	acked(&cc, 1200, T0, T0 + 1, true);
	CHECK_EQ(cc.window_bytes, 13200);
	CHECK_EQ(cc.in_flight_bytes, 0);
}

/* RFC 9002 7.3.2: halved once for each recovery period */
static void recovery_period(void)
{
	struct quic_cc cc;

	start(&cc);
	quic_cc_sent(&cc, 12000, T0);
	quic_cc_lost(&cc, 1200, T0, T0 + 100, true);
	CHECK_EQ(cc.window_bytes, 6000);
	CHECK_EQ(cc.ssthresh_bytes, 6000);
	CHECK_EQ(cc.in_flight_bytes, 10800);
	/* sent before the period began: the same event */
	quic_cc_lost(&cc, 1200, T0 + 100, T0 + 200, true);
	CHECK_EQ(cc.window_bytes, 6000);
	CHECK_EQ(cc.in_flight_bytes, 9600);
	/* and no growth for them */
	acked(&cc, 1200, T0 + 100, T0 + 200, false);
	CHECK_EQ(cc.window_bytes, 6000);
	/* sent in the period: its acknowledgement ends it */
	acked(&cc, 1200, T0 + 101, T0 + 201, false);
	CHECK_EQ(cc.acked_bytes, 1200);
	/* a loss of what was sent in it begins another */
	quic_cc_lost(&cc, 1200, T0 + 101, T0 + 300, true);
	CHECK_EQ(cc.window_bytes, 3000);
	/* never below two packets */
	quic_cc_lost(&cc, 1200, T0 + 301, T0 + 400, true);
	CHECK_EQ(cc.window_bytes, 2400);
	quic_cc_lost(&cc, 1200, T0 + 401, T0 + 500, true);
	CHECK_EQ(cc.window_bytes, 2400);
}

/* RFC 9002 7.3.3: one packet for each window */
static void avoidance(void)
{
	struct quic_cc cc;
	int i;

	start(&cc);
	quic_cc_lost(&cc, 0, T0, T0 + 100, true);
	CHECK_EQ(cc.window_bytes, 6000);
	for (i = 0; i < 4; i++)
		acked(&cc, 1200, T0 + 200, T0 + 300, false);
	CHECK_EQ(cc.window_bytes, 6000);
	acked(&cc, 1200, T0 + 200, T0 + 300, false);
	CHECK_EQ(cc.window_bytes, 7200);
	for (i = 0; i < 6; i++)
		acked(&cc, 1200, T0 + 200, T0 + 300, false);
	CHECK_EQ(cc.window_bytes, 8400);
}

/* A probe of the MTU that is lost says nothing of congestion. */
static void no_congestion(void)
{
	struct quic_cc cc;

	start(&cc);
	quic_cc_sent(&cc, 1500, T0);
	quic_cc_lost(&cc, 1500, T0, T0 + 1, false);
	CHECK_EQ(cc.window_bytes, 12000);
	CHECK_EQ(cc.in_flight_bytes, 0);
}

/* RFC 9002 7.6.2: the minimum window, and slow start again */
static void persistent(void)
{
	struct quic_cc cc;

	start(&cc);
	quic_cc_lost(&cc, 0, T0, T0 + 100, true);
	quic_cc_persistent(&cc, T0 + 150);
	CHECK_EQ(cc.window_bytes, 2400);
	CHECK_EQ(cc.ssthresh_bytes, 6000);
	/* no recovery period is left over */
	acked(&cc, 1200, T0, T0 + 200, false);
	CHECK_EQ(cc.window_bytes, 3600);
}

static void mtu(void)
{
	struct quic_cc cc;

	/* RFC 9002 7.2: the initial window is recalculated */
	start(&cc);
	quic_cc_mtu(&cc, 1400);
	CHECK_EQ(cc.window_bytes, 14000);
	quic_cc_mtu(&cc, 1200);
	CHECK_EQ(cc.window_bytes, 12000);
	cc.window_bytes = 2400;
	quic_cc_mtu(&cc, 1400);
	CHECK_EQ(cc.window_bytes, 2800);
	CHECK_EQ(cc.mss_bytes, 1400);
	quic_cc_mtu(&cc, 1200);
	CHECK_EQ(cc.window_bytes, 2800);
}

/* RFC 9002 7.8: through a connection: too little to send, then enough */
static void underused(void)
{
	static struct fix f;

	fix_open(&f, false, NULL, NULL);
	fix_write(&f, false, 2000, false);
	fix_send(&f);
	CHECK(f.c.send_idle);
	f.now += 40 * MS;
	fix_ack_all(&f, QUIC_SPACE_APP);
	CHECK_EQ(f.c.cc.window_bytes, 14000);
	/* half of it in use is enough while it doubles each round */
	f.c.cc.rate_bytes_s = 0;
	fix_forget(&f);
	fix_write(&f, true, 7000, false);
	fix_send(&f);
	CHECK(f.c.send_idle);
	f.now += 40 * MS;
	fix_ack_all(&f, QUIC_SPACE_APP);
	CHECK(f.c.cc.window_bytes > 20000);
	/* but not afterwards */
	f.c.cc.ssthresh_bytes = f.c.cc.window_bytes = 14000;
	f.c.cc.rate_bytes_s = 0;
	fix_forget(&f);
	fix_write(&f, true, 7000, false);
	fix_send(&f);
	f.now += 40 * MS;
	fix_ack_all(&f, QUIC_SPACE_APP);
	CHECK_EQ(f.c.cc.acked_bytes, 0);
	/* what the pacer holds back is not for lack of data */
	f.c.cc.pacer.next_ns = f.now + MS;
	f.c.cc.rate_bytes_s = 100000;
	fix_write(&f, true, 7000, false);
	CHECK_EQ(fix_send(&f), 0);
	CHECK(!f.c.send_idle);
	fix_free(&f);
}

/* By number and by name, one and the same. */
static void choice(void)
{
	struct quic_cc cc;

	CHECK(quic_cc_by_algo(QUIC_CC_RENO) == &quic_cc_reno);
	CHECK(quic_cc_by_algo(QUIC_CC_CUBIC) == quic_cc_by_name("cubic"));
	CHECK(quic_cc_by_algo(QUIC_CC_BBR) == quic_cc_by_name("bbr"));
	CHECK(!quic_cc_by_algo(2));
	CHECK(!quic_cc_by_name("Reno"));
	/* another one goes on with the window */
	start(&cc);
	quic_cc_sent(&cc, 3600, T0);
	cc.window_bytes = 60000;
	quic_cc_switch(&cc, &quic_cc_cubic);
	CHECK_EQ(cc.window_bytes, 60000);
	CHECK_EQ(cc.in_flight_bytes, 3600);
}

/* RFC 9002 7.3.1: the frame that shows a loss does not let it grow. */
static void loss_and_growth(void)
{
	struct quic_cc_ack ack = { .now = T0 + 100, .rtt = &rtt };
	struct quic_cc cc;

	start(&cc);
	quic_cc_sent(&cc, 12000, T0);
	quic_cc_acked(&cc, &ack, 6000, T0, false);
	quic_cc_lost(&cc, 1200, T0, T0 + 100, true);
	quic_cc_acked_end(&cc, &ack);
	CHECK_EQ(cc.window_bytes, 6000);
	CHECK_EQ(cc.in_flight_bytes, 4800);
	/* RFC 9002 7.7: 5/4 of a window in each round trip */
	CHECK_EQ(cc.rate_bytes_s, 7500 * 25);
}

int main(void)
{
	TEST(underused);
	TEST(choice);
	TEST(loss_and_growth);
	TEST(initial_window);
	TEST(room);
	TEST(slow_start);
	TEST(recovery_period);
	TEST(avoidance);
	TEST(no_congestion);
	TEST(persistent);
	TEST(mtu);
	return tap_done();
}
