// SPDX-License-Identifier: GPL-2.0-only
/* BBR: the window follows a model of the path, not losses. */
#include "cc.h"
#include "pacer.h"
#include "recovery.h"

/**
 * DOC: BBR
 *
 * Version 1 of BBR (draft-cardwell-iccrg-bbr-congestion-control-00): the
 * bottleneck's bandwidth is the largest delivery rate of the last rounds, the
 * path's length the smallest RTT of the last ten seconds. Their product is
 * what has to be in flight. Probing for more is sending faster for a round
 * trip, then slower till the queue that made is gone; probing for the length
 * is sending next to nothing for 200 ms.
 *
 * What differs: the bandwidth filter has two bins of eight rounds instead of
 * one window of ten. A single loss reduces nothing, not even for a round, but
 * a round that loses more than 2 % (as in later versions of BBR) ends STARTUP,
 * and from then on bounds what is in flight: two flows would otherwise fill
 * any queue shorter than the product, for good. The bound is raised by a
 * burst each time that probing for bandwidth met no loss.
 * Persistent congestion (RFC 9002 7.6) reduces the window to the minimum.
 */

/* Gains, in 1/256. 739 is 2/ln(2): the rate may double each round. */
#define GAIN_ONE	256
#define GAIN_STARTUP	739
#define GAIN_DRAIN	88
#define GAIN_WINDOW	512
/*
 * After losses: 0.7 of what is in flight, but no less than 5/4 of the product.
 * A little queue has to stay: without one, flows of unequal rates that share
 * the bottleneck have no reason to become equal.
 */
#define GAIN_BACKOFF	179
#define GAIN_CAP	320

#define BIN_ROUNDS	8
#define MIN_RTT_NS	(10 * QUIC_NSEC_PER_SEC)
#define PROBE_RTT_NS	(200 * QUIC_NSEC_PER_MSEC)
#define MIN_PKTS	4
/* A round loses too much: 1/50 of it, but more than a few packets. */
#define LOSS_DIVISOR	50
#define LOSS_MIN_PKTS	8
/* The pipe is full when three rounds brought less than a quarter more. */
#define FULL_ROUNDS	3

enum bbr_mode {
	BBR_STARTUP,
	BBR_DRAIN,
	BBR_PROBE_BW,
	BBR_PROBE_RTT,
};

static const u16 cycle_gain[] = { 320, 192, 256, 256, 256, 256, 256, 256 };

/**
 * struct bbr - model of the path
 * @bw: largest delivery rate of the running bin of rounds and of the one
 *	before, bytes a second
 * @full_bw: @bw when it last grew by a quarter
 * @min_rtt_ns: 0: none yet
 * @min_rtt_at_ns: when it was seen
 * @round_bytes: a round ends when what left after that much had been
 *	delivered is acknowledged
 * @round_from_bytes: delivered when the round began
 * @lost_bytes: in this round
 * @cap_bytes: bound on the window; U64_MAX: none
 * @phase_ns: begin of the phase of PROBE_BW
 * @probe_until_ns: end of PROBE_RTT; 0: in flight is too much yet
 * @kept_bytes: window before PROBE_RTT
 * @mode: enum bbr_mode
 * @phase: index of cycle_gain
 * @bin_rounds: of the running bin
 * @full_rounds: rounds without growth
 * @full: STARTUP has found the bandwidth
 * @idle: nothing was in flight since @min_rtt_at_ns was looked at
 * @round_start: this ACK began a round
 */
struct bbr {
	u64 bw[2];
	u64 full_bw;
	u64 min_rtt_ns;
	u64 min_rtt_at_ns;
	u64 round_bytes;
	u64 round_from_bytes;
	u64 lost_bytes;
	u64 cap_bytes;
	u64 phase_ns;
	u64 probe_until_ns;
	u64 kept_bytes;
	u8 mode;
	u8 phase;
	u8 bin_rounds;
	u8 full_rounds;
	bool full;
	bool idle;
	bool round_start;
};

static struct bbr *bbr_of(struct quic_cc *cc)
{
	BUILD_BUG_ON(sizeof(struct bbr) > QUIC_CC_PRIV_BYTES);
	return (struct bbr *)cc->priv;
}

static u64 max_bw(const struct bbr *b)
{
	return max(b->bw[0], b->bw[1]);
}

static u64 times(u64 what, u32 gain)
{
	return what * gain / GAIN_ONE;
}

/* Bandwidth-delay product, bytes. */
static u64 bdp(const struct bbr *b)
{
	return mul_u64_u64_div_u64(max_bw(b), b->min_rtt_ns,
				   QUIC_NSEC_PER_SEC);
}

static u64 min_window(const struct quic_cc *cc)
{
	return MIN_PKTS * (u64)cc->mss_bytes;
}

static void take_bandwidth(struct bbr *b, const struct quic_delivery_sample *s)
{
	u64 bw;

	/* faster than any round trip: ACKs were compressed */
	if (!s->interval_ns || s->interval_ns < b->min_rtt_ns)
		return;
	bw = mul_u64_u64_div_u64(s->bytes, QUIC_NSEC_PER_SEC, s->interval_ns);
	if (s->limited && bw < max_bw(b))
		return;
	if (b->round_start && ++b->bin_rounds > BIN_ROUNDS) {
		b->bin_rounds = 0;
		b->bw[1] = b->bw[0];
		b->bw[0] = 0;
	}
	b->bw[0] = max(b->bw[0], bw);
}

/* More than queues short of room and random errors would explain? */
static bool lost_too_much(const struct quic_cc *cc, const struct bbr *b,
			  u64 delivered)
{
	return b->lost_bytes >= LOSS_MIN_PKTS * (u64)cc->mss_bytes &&
	       b->lost_bytes * LOSS_DIVISOR > delivered - b->round_from_bytes;
}

static void end_round(const struct quic_cc *cc, struct bbr *b, u64 delivered)
{
	if (lost_too_much(cc, b, delivered)) {
		b->full = true;
		b->cap_bytes = max(times(bdp(b), GAIN_CAP),
				   times(cc->in_flight_bytes, GAIN_BACKOFF));
	}
	b->lost_bytes = 0;
	b->round_from_bytes = delivered;
	b->round_bytes = delivered;
}

static void take_round(const struct quic_cc *cc, struct bbr *b,
		       const struct quic_delivery_sample *s)
{
	b->round_start = s->prior_bytes >= b->round_bytes;
	if (b->round_start)
		end_round(cc, b, s->prior_bytes + s->bytes);
}

static void check_full(struct bbr *b, const struct quic_delivery_sample *s)
{
	if (b->full || !b->round_start || s->limited)
		return;
	if (max_bw(b) >= times(b->full_bw, 320)) {
		b->full_bw = max_bw(b);
		b->full_rounds = 0;
		return;
	}
	b->full = ++b->full_rounds >= FULL_ROUNDS;
}

/* Flows that share a bottleneck should not probe at the same time. */
static void enter_probe_bw(struct bbr *b, u64 now)
{
	u8 draw;

	quic_env_random(&draw, sizeof(draw));
	b->mode = BBR_PROBE_BW;
	b->phase = draw % (ARRAY_SIZE(cycle_gain) - 1);
	b->phase += b->phase > 0;	/* not the one that sends slower */
	b->phase_ns = now;
}

static void next_phase(const struct quic_cc *cc, struct bbr *b, u64 now)
{
	bool over = now - b->phase_ns > b->min_rtt_ns;
	u16 gain = cycle_gain[b->phase];

	if (gain > GAIN_ONE)
		over &= cc->in_flight_bytes >= times(bdp(b), gain) ||
			cc->recovery_start_ns >= b->phase_ns;
	else if (gain < GAIN_ONE)
		over |= cc->in_flight_bytes <= bdp(b);
	if (!over)
		return;
	if (gain > GAIN_ONE && b->cap_bytes != U64_MAX &&
	    cc->recovery_start_ns < b->phase_ns)
		b->cap_bytes += quic_pacer_quantum(cc->rate_bytes_s,
						   cc->mss_bytes);
	b->phase = (b->phase + 1) % ARRAY_SIZE(cycle_gain);
	b->phase_ns = now;
}

static void next_mode(const struct quic_cc *cc, struct bbr *b, u64 now)
{
	if (b->mode == BBR_STARTUP && b->full)
		b->mode = BBR_DRAIN;
	if (b->mode == BBR_DRAIN && cc->in_flight_bytes <= bdp(b))
		enter_probe_bw(b, now);
	else if (b->mode == BBR_PROBE_BW)
		next_phase(cc, b, now);
}

static void take_rtt(const struct quic_cc *cc, struct bbr *b,
		     const struct quic_cc_ack *ack)
{
	bool old = b->min_rtt_ns && ack->now - b->min_rtt_at_ns > MIN_RTT_NS;

	if (old && !b->idle && b->mode != BBR_PROBE_RTT) {
		b->mode = BBR_PROBE_RTT;
		b->kept_bytes = cc->window_bytes;
		b->probe_until_ns = 0;
	}
	if (old || !b->min_rtt_ns || ack->rtt->latest <= b->min_rtt_ns) {
		b->min_rtt_ns = max_t(u64, ack->rtt->latest, 1);
		b->min_rtt_at_ns = ack->now;
	}
	b->idle = false;
}

static void probe_rtt(struct quic_cc *cc, struct bbr *b, u64 now)
{
	if (b->mode != BBR_PROBE_RTT)
		return;
	if (!b->probe_until_ns && cc->in_flight_bytes <= min_window(cc))
		b->probe_until_ns = now + max(PROBE_RTT_NS, b->min_rtt_ns);
	if (!b->probe_until_ns || now < b->probe_until_ns)
		return;
	b->min_rtt_at_ns = now;
	cc->window_bytes = max(cc->window_bytes, b->kept_bytes);
	if (b->full)
		enter_probe_bw(b, now);
	else
		b->mode = BBR_STARTUP;
}

static u32 pacing_gain(const struct bbr *b)
{
	switch (b->mode) {
	case BBR_STARTUP:
		return GAIN_STARTUP;
	case BBR_DRAIN:
		return GAIN_DRAIN;
	case BBR_PROBE_BW:
		return cycle_gain[b->phase];
	default:
		return GAIN_ONE;
	}
}

static void set_rate(struct quic_cc *cc, const struct bbr *b,
		     const struct quic_rtt *rtt)
{
	u64 bw = max_bw(b), rate;

	if (!bw)
		bw = mul_u64_u64_div_u64(cc->window_bytes, QUIC_NSEC_PER_SEC,
					 max_t(u64, rtt->smoothed, 1));
	rate = times(bw, pacing_gain(b));
	/* before the bandwidth is known a slow sample proves nothing */
	if (b->full || rate > cc->rate_bytes_s)
		cc->rate_bytes_s = max_t(u64, rate, 1);
}

static void set_window(struct quic_cc *cc, const struct bbr *b, u64 acked)
{
	u32 gain = b->mode <= BBR_DRAIN ? GAIN_STARTUP : GAIN_WINDOW;
	u64 target;

	if (b->mode == BBR_PROBE_RTT) {
		cc->window_bytes = min(cc->window_bytes, min_window(cc));
		return;
	}
	/* bursts that wait to be sent or acknowledged as such are extra */
	target = times(bdp(b), gain) +
		 3 * quic_pacer_quantum(cc->rate_bytes_s, cc->mss_bytes);
	if (b->full)
		cc->window_bytes = min(cc->window_bytes + acked, target);
	else if (cc->window_bytes < target)
		cc->window_bytes += acked;
	cc->window_bytes = clamp_t(u64, cc->window_bytes, min_window(cc),
				   max(b->cap_bytes, min_window(cc)));
}

static void bbr_acked(struct quic_cc *cc, const struct quic_cc_ack *ack)
{
	struct bbr *b = bbr_of(cc);

	take_round(cc, b, &ack->rate);
	take_bandwidth(b, &ack->rate);
	check_full(b, &ack->rate);
	next_mode(cc, b, ack->now);
	take_rtt(cc, b, ack);
	probe_rtt(cc, b, ack->now);
	set_rate(cc, b, ack->rtt);
	set_window(cc, b, ack->acked_bytes);
}

static void bbr_lost(struct quic_cc *cc, u32 bytes)
{
	bbr_of(cc)->lost_bytes += bytes;
}

static void bbr_congestion(struct quic_cc *cc, u64 now)
{
}

static void bbr_persistent(struct quic_cc *cc)
{
	cc->window_bytes = quic_cc_min_window(cc);
}

static void bbr_restart(struct quic_cc *cc, u64 idle_ns)
{
	bbr_of(cc)->idle = true;
}

static void bbr_init(struct quic_cc *cc)
{
	bbr_of(cc)->cap_bytes = U64_MAX;
}

const struct quic_cc_ops quic_cc_bbr = {
	.name = "bbr",
	.algo = QUIC_CC_BBR,
	.paces = true,
	.init = bbr_init,
	.acked = bbr_acked,
	.lost = bbr_lost,
	.congestion = bbr_congestion,
	.persistent = bbr_persistent,
	.restart = bbr_restart,
};
