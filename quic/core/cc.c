// SPDX-License-Identifier: GPL-2.0-only
#include "cc.h"
#include "recovery.h"

/* Below this round-trip time a window is no more than a burst: not paced. */
#define PACED_RTT_NS	QUIC_NSEC_PER_MSEC

static const struct quic_cc_ops *const algos[] = {
	&quic_cc_reno, &quic_cc_cubic, &quic_cc_bbr,
};

const struct quic_cc_ops *quic_cc_by_algo(u8 algo)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(algos); i++)
		if (algos[i]->algo == algo)
			return algos[i];
	return NULL;
}

const struct quic_cc_ops *quic_cc_by_name(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(algos); i++)
		if (!strcmp(algos[i]->name, name))
			return algos[i];
	return NULL;
}

/* RFC 9002 7.2: ten packets, but no more than 14720 bytes unless two do. */
static u64 initial_window(u32 mss)
{
	u64 limit = max(14720u, 2 * mss);

	return min_t(u64, QUIC_CC_INIT_WINDOW_PKTS * (u64)mss, limit);
}

void quic_cc_init(struct quic_cc *cc, const struct quic_cc_ops *ops, u32 mss)
{
	memset(cc, 0, sizeof(*cc));
	cc->mss_bytes = mss;
	cc->window_bytes = initial_window(mss);
	cc->ssthresh_bytes = U64_MAX;
	quic_cc_switch(cc, ops);
}

void quic_cc_switch(struct quic_cc *cc, const struct quic_cc_ops *ops)
{
	cc->ops = ops;
	cc->acked_bytes = 0;
	cc->rate_bytes_s = 0;
	memset(cc->priv, 0, sizeof(cc->priv));
	if (ops->init)
		ops->init(cc);
}

void quic_cc_sent(struct quic_cc *cc, u32 bytes, u64 now)
{
	if (!cc->in_flight_bytes && cc->quiet_ns) {
		if (cc->ops->restart)
			cc->ops->restart(cc, now - cc->quiet_ns);
		cc->quiet_ns = 0;
	}
	cc->in_flight_bytes += bytes;
	quic_pacer_sent(&cc->pacer, bytes);
}

static bool in_recovery(const struct quic_cc *cc, u64 sent_ns)
{
	return cc->recovery_start_ns && sent_ns <= cc->recovery_start_ns;
}

void quic_cc_acked(struct quic_cc *cc, struct quic_cc_ack *ack, u32 bytes,
		   u64 sent_ns, bool underused)
{
	quic_cc_forget(cc, bytes);
	ack->pkts++;
	ack->acked_bytes += bytes;
	ack->newest_sent_ns = max(ack->newest_sent_ns, sent_ns);
	/* RFC 9002 7.3.2, 7.8: no growth in recovery or when under-used. */
	if (!underused && !in_recovery(cc, sent_ns))
		ack->grow_bytes += bytes;
}

/* RFC 9002 7.7: somewhat faster than a window in each round trip. */
static u64 window_rate(const struct quic_cc *cc, const struct quic_rtt *rtt)
{
	u64 bytes = cc->window_bytes + cc->window_bytes / 4;

	if (rtt->smoothed < PACED_RTT_NS)
		return 0;
	if (quic_cc_slow_start(cc))
		bytes = 2 * cc->window_bytes;
	return mul_u64_u64_div_u64(bytes, QUIC_NSEC_PER_SEC, rtt->smoothed);
}

void quic_cc_acked_end(struct quic_cc *cc, struct quic_cc_ack *ack)
{
	if (!ack->pkts)
		return;
	/* the same frame showed congestion: what it acknowledges is older */
	if (cc->reduced_ns == ack->now)
		ack->grow_bytes = 0;
	cc->ops->acked(cc, ack);
	if (!cc->ops->paces)
		cc->rate_bytes_s = window_rate(cc, ack->rtt);
	if (!cc->in_flight_bytes)
		cc->quiet_ns = ack->now;
}

void quic_cc_congestion(struct quic_cc *cc, u64 sent_ns, u64 now)
{
	if (in_recovery(cc, sent_ns))
		return;
	cc->recovery_start_ns = now;
	cc->reduced_ns = now;
	cc->ops->congestion(cc, now);
}

void quic_cc_lost(struct quic_cc *cc, u32 bytes, u64 sent_ns, u64 now,
		  bool congestion)
{
	quic_cc_forget(cc, bytes);
	if (!congestion)
		return;
	if (cc->ops->lost)
		cc->ops->lost(cc, bytes);
	quic_cc_congestion(cc, sent_ns, now);
}

void quic_cc_persistent(struct quic_cc *cc, u64 now)
{
	cc->recovery_start_ns = 0;
	cc->reduced_ns = now;
	cc->ops->persistent(cc);
}

void quic_cc_mtu(struct quic_cc *cc, u32 mss)
{
	bool initial = cc->window_bytes == initial_window(cc->mss_bytes);

	cc->mss_bytes = mss;
	/* RFC 9002 7.2: one that nothing has changed yet is that of the size */
	if (initial)
		cc->window_bytes = initial_window(mss);
	cc->window_bytes = max(cc->window_bytes, quic_cc_min_window(cc));
}
