// SPDX-License-Identifier: GPL-2.0-only
/* CUBIC (RFC 9438) with HyStart++, in integers. */
#include "cc.h"
#include "hystart.h"
#include "recovery.h"

/*
 * Times are in 1/1024 s, the window by Reno's rule in 1/1024 bytes ("q10").
 * C is 2/5, beta_cubic 7/10 (RFC 9438 5.1, 4.6), so alpha_cubic is
 * 3 * (1 - beta) / (1 + beta) = 9/17 (4.3).
 */
#define ALPHA_Q10	542
#define ONE_Q10		1024
#define TIME_MAX_Q10	BIT_ULL(18)	/* 256 s: cubed, it must fit */
#define DIST_MAX_BYTES	BIT_ULL(31)	/* likewise */

/**
 * struct cubic - state of CUBIC
 * @hystart: the first slow start
 * @w_max_bytes: window before the last reduction, or what fast convergence
 *	made of it
 * @prior_bytes: window before the last reduction
 * @est_q10: W_est
 * @epoch_ns: begin of congestion avoidance, moved by the times that do not
 *	count; 0: with the next ACK
 * @seen_ns: last ACK in the epoch
 * @k_q10: time from the epoch's begin to the plateau
 * @rest: of the last division
 */
struct cubic {
	struct quic_hystart hystart;
	u64 w_max_bytes;
	u64 prior_bytes;
	u64 est_q10;
	u64 epoch_ns;
	u64 seen_ns;
	u64 k_q10;
	u64 rest;
};

static struct cubic *cubic_of(struct quic_cc *cc)
{
	BUILD_BUG_ON(sizeof(struct cubic) > QUIC_CC_PRIV_BYTES);
	return (struct cubic *)cc->priv;
}

/* Largest integer whose cube is not above @x, one bit at a time. */
static u32 cube_root(u64 x)
{
	u64 root = 0;
	int shift;

	for (shift = 63; shift >= 0; shift -= 3) {
		u64 step;

		root *= 2;
		step = 3 * root * (root + 1) + 1;
		if (x >> shift < step)
			continue;
		x -= step << shift;
		root++;
	}
	return root;
}

static u64 to_q10(u64 ns)
{
	return div_u64(ns << 10, QUIC_NSEC_PER_SEC);
}

/* C * mss * |t|^3, bytes; @t_q10 in 1/1024 s */
static u64 cubic_bytes(const struct quic_cc *cc, u64 t_q10)
{
	u64 t = min_t(u64, t_q10, TIME_MAX_Q10);

	return div_u64((t * t * t >> 10) * cc->mss_bytes * 2, 5) >> 20;
}

/* RFC 9438 4.2, figure 1 */
static u64 w_cubic(const struct quic_cc *cc, const struct cubic *c, u64 t_q10)
{
	u64 less;

	if (t_q10 >= c->k_q10)
		return c->w_max_bytes + cubic_bytes(cc, t_q10 - c->k_q10);
	less = cubic_bytes(cc, c->k_q10 - t_q10);
	return c->w_max_bytes - min_t(u64, less, c->w_max_bytes);
}

/* RFC 9438 4.2, figure 2: K = cbrt((W_max - cwnd) / C), in packets. */
static u64 time_to_plateau(const struct quic_cc *cc, const struct cubic *c)
{
	u64 dist;

	if (c->w_max_bytes <= cc->window_bytes)
		return 0;
	dist = min_t(u64, c->w_max_bytes - cc->window_bytes, DIST_MAX_BYTES);
	/* 5/2 seconds cubed are 5 << 29 units cubed */
	return cube_root(div_u64(dist * (5ULL << 29), cc->mss_bytes));
}

static void begin_epoch(struct quic_cc *cc, struct cubic *c, u64 now)
{
	c->epoch_ns = now;
	c->seen_ns = now;
	c->rest = 0;
	c->est_q10 = cc->window_bytes << 10;
	c->k_q10 = time_to_plateau(cc, c);
	c->w_max_bytes = max(c->w_max_bytes, cc->window_bytes);
}

/* RFC 9438 4.3, figure 4 */
static void grow_est(struct quic_cc *cc, struct cubic *c, u64 bytes)
{
	bool caught_up = c->est_q10 >> 10 >= c->prior_bytes;
	u64 alpha = caught_up ? ONE_Q10 : ALPHA_Q10;

	c->est_q10 += div64_u64(alpha * cc->mss_bytes * bytes,
				cc->window_bytes);
}

/* RFC 9438 4.4, 4.5: by (target - cwnd) / cwnd for each packet. */
static void grow_to(struct quic_cc *cc, struct cubic *c, u64 target, u64 bytes)
{
	u64 add;

	target = clamp_t(u64, target, cc->window_bytes,
			 cc->window_bytes + cc->window_bytes / 2);
	c->rest += (target - cc->window_bytes) * bytes;
	add = div64_u64(c->rest, cc->window_bytes);
	c->rest -= add * cc->window_bytes;
	cc->window_bytes += add;
}

static void avoid_congestion(struct quic_cc *cc, struct cubic *c,
			     const struct quic_cc_ack *ack)
{
	u64 t_q10;

	if (!c->epoch_ns)
		begin_epoch(cc, c, ack->now);
	c->seen_ns = ack->now;
	t_q10 = to_q10(ack->now - c->epoch_ns);
	grow_est(cc, c, ack->grow_bytes);
	if (w_cubic(cc, c, t_q10) < c->est_q10 >> 10)
		cc->window_bytes = max(cc->window_bytes, c->est_q10 >> 10);
	else
		grow_to(cc, c, w_cubic(cc, c, t_q10 +
				       to_q10(ack->rtt->smoothed)),
			ack->grow_bytes);
}

static void slow_start(struct quic_cc *cc, struct cubic *c,
		       const struct quic_cc_ack *ack)
{
	u64 grow = ack->grow_bytes;
	bool over = false;

	/* RFC 9406 4.3: for the first slow start only */
	if (cc->ssthresh_bytes == U64_MAX)
		over = quic_hystart_acked(&c->hystart, ack, &grow);
	cc->window_bytes += grow;
	if (over)
		cc->ssthresh_bytes = cc->window_bytes;
}

static void cubic_acked(struct quic_cc *cc, const struct quic_cc_ack *ack)
{
	struct cubic *c = cubic_of(cc);

	if (ack->grow_bytes && quic_cc_slow_start(cc)) {
		slow_start(cc, c, ack);
	} else if (ack->grow_bytes) {
		avoid_congestion(cc, c, ack);
	} else if (c->epoch_ns) {
		/* RFC 9438 5.8: what is not limited by the window stops time */
		c->epoch_ns += ack->now - c->seen_ns;
		c->seen_ns = ack->now;
	}
}

/* RFC 9438 4.6, 4.7 */
static void cubic_congestion(struct quic_cc *cc, u64 now)
{
	struct cubic *c = cubic_of(cc);
	u64 window = cc->window_bytes;

	/* fast convergence: leave room for the flow that made it shrink */
	c->w_max_bytes = window < c->w_max_bytes ? div_u64(window * 17, 20) :
						   window;
	c->prior_bytes = window;
	c->epoch_ns = 0;
	cc->ssthresh_bytes = max(div_u64(window * 7, 10),
				 quic_cc_min_window(cc));
	cc->window_bytes = cc->ssthresh_bytes;
}

/* RFC 9438 4.8, RFC 9002 7.6.2 */
static void cubic_persistent(struct quic_cc *cc)
{
	cubic_of(cc)->epoch_ns = 0;
	cc->window_bytes = quic_cc_min_window(cc);
}

static void cubic_restart(struct quic_cc *cc, u64 idle_ns)
{
	struct cubic *c = cubic_of(cc);

	if (!c->epoch_ns)
		return;
	c->epoch_ns += idle_ns;
	c->seen_ns += idle_ns;
}

static void cubic_init(struct quic_cc *cc)
{
	quic_hystart_init(&cubic_of(cc)->hystart);
}

const struct quic_cc_ops quic_cc_cubic = {
	.name = "cubic",
	.algo = QUIC_CC_CUBIC,
	.init = cubic_init,
	.acked = cubic_acked,
	.congestion = cubic_congestion,
	.persistent = cubic_persistent,
	.restart = cubic_restart,
};
