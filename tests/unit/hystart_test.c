// SPDX-License-Identifier: GPL-2.0-only
#include "quic/core/hystart.h"

#include "fixture.h"
#include "tap.h"

#define MSS	1200

static struct quic_hystart h;
static struct quic_rtt rtt;
static u64 now, grow;

static void start(void)
{
	quic_hystart_init(&h);
	rtt = (struct quic_rtt) { .has_sample = true };
	now = FIX_T0;
}

/* An ACK for @pkts packets, sent at @sent_ns, that took @rtt_ms. */
static bool ack(u32 pkts, u64 sent_ns, u64 rtt_ms)
{
	const struct quic_cc_ack a = {
		.now = now, .acked_bytes = pkts * MSS,
		.grow_bytes = pkts * MSS, .newest_sent_ns = sent_ns,
		.pkts = pkts, .rtt = &rtt,
	};

	rtt.latest = rtt_ms * MS;
	return quic_hystart_acked(&h, &a, &grow);
}

/* A round of @acks ACKs for one packet each. */
static bool round_of(int acks, u64 rtt_ms)
{
	u64 sent = now;
	bool over = false;
	int i;

	now += rtt_ms * MS;
	for (i = 0; i < acks; i++)
		over |= ack(1, sent + i, rtt_ms);
	now++;
	return over;
}

/* RFC 9406 4.2: while the RTT does not rise, slow start goes on. */
static void steady(void)
{
	int i;

	start();
	for (i = 0; i < 20; i++) {
		CHECK(!round_of(10, 40 + (i & 1) * 3));
		CHECK_EQ(grow, MSS);
	}
	CHECK_EQ(h.css_rounds, 0);
}

/* RFC 9406 4.2, 4.3: by an eighth, between 4 and 16 ms; eight samples */
static void threshold(void)
{
	static const struct { u32 base, risen; bool css; } rows[] = {
		{ 10, 13, false }, { 10, 14, true },	/* 4 ms */
		{ 80, 89, false }, { 80, 90, true },	/* 10 ms */
		{ 400, 415, false }, { 400, 416, true },	/* 16 ms */
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		TAP_AT("row %u", i);
		start();
		round_of(10, rows[i].base);
		round_of(7, rows[i].risen);
		CHECK_EQ(h.css_rounds, 0);
		start();
		round_of(10, rows[i].base);
		round_of(8, rows[i].risen);
		CHECK_EQ(!!h.css_rounds, rows[i].css);
	}
}

/* One ACK for many packets is as good as many. */
static void stretched(void)
{
	start();
	round_of(10, 40);
	now += 60 * MS;
	CHECK(!ack(8, now, 60));
	CHECK_EQ(h.css_rounds, 1);
}

/* RFC 9406 4.2: a quarter of the growth, for five rounds, then it is over. */
static void conservative(void)
{
	int i;

	start();
	round_of(10, 40);
	round_of(10, 60);
	CHECK_EQ(grow, MSS / 4);
	for (i = 0; i < 4; i++)
		CHECK(!round_of(10, 60));
	CHECK(round_of(10, 60));
}

/* RFC 9406 4.2: it was noise, when the RTT falls below where it began. */
static void resumed(void)
{
	start();
	round_of(10, 40);
	round_of(10, 60);
	CHECK_EQ(h.css_rounds, 1);
	round_of(10, 59);
	CHECK_EQ(h.css_rounds, 0);
	CHECK_EQ(grow, MSS);
	/* and may begin again */
	round_of(10, 80);
	CHECK_EQ(h.css_rounds, 1);
}

/* The first window's exit is where ssthresh comes from. */
static void in_cubic(void)
{
	struct quic_cc cc;
	int i, k;

	start();
	quic_cc_init(&cc, &quic_cc_cubic, MSS);
	for (i = 0; i < 12; i++) {
		u64 sent = now, bytes = cc.window_bytes / 10;

		rtt.latest = rtt.smoothed = (i < 3 ? 40 : 60) * MS;
		now += rtt.latest;
		for (k = 0; k < 10; k++) {
			struct quic_cc_ack a = { .now = now, .rtt = &rtt };

			quic_cc_acked(&cc, &a, bytes, sent + k, false);
			quic_cc_acked_end(&cc, &a);
		}
		now++;
	}
	CHECK(cc.ssthresh_bytes != U64_MAX);
	CHECK(cc.window_bytes >= cc.ssthresh_bytes);
	/* three doublings and some; five rounds by a quarter */
	CHECK(cc.ssthresh_bytes > 8 * 12000 && cc.ssthresh_bytes < 64 * 12000);
}

int main(void)
{
	TEST(steady);
	TEST(threshold);
	TEST(stretched);
	TEST(conservative);
	TEST(resumed);
	TEST(in_cubic);
	return tap_done();
}
