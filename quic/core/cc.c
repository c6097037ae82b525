// SPDX-License-Identifier: GPL-2.0-only
#include "cc.h"

/* RFC 9002 7.2: ten packets, but no more than 14720 bytes unless two do. */
static u64 initial_window(u32 mss)
{
	u64 limit = max(14720u, 2 * mss);

	return min_t(u64, QUIC_CC_INIT_WINDOW_PKTS * (u64)mss, limit);
}

void quic_cc_init(struct quic_cc *cc, const struct quic_cc_ops *ops, u32 mss)
{
	memset(cc, 0, sizeof(*cc));
	cc->ops = ops;
	cc->mss_bytes = mss;
	cc->window_bytes = initial_window(mss);
	cc->ssthresh_bytes = U64_MAX;
	if (ops->init)
		ops->init(cc);
}

void quic_cc_sent(struct quic_cc *cc, u32 bytes)
{
	cc->in_flight_bytes += bytes;
}

static bool in_recovery(const struct quic_cc *cc, u64 sent_ns)
{
	return cc->recovery_start_ns && sent_ns <= cc->recovery_start_ns;
}

void quic_cc_acked(struct quic_cc *cc, u32 bytes, u64 sent_ns, u64 now,
		   bool app_limited, const struct quic_rtt *rtt)
{
	quic_cc_forget(cc, bytes);
	/* RFC 9002 7.3.2, 7.8: no growth in recovery or when under-used. */
	if (in_recovery(cc, sent_ns) || app_limited)
		return;
	cc->ops->acked(cc, bytes, now, rtt);
}

void quic_cc_lost(struct quic_cc *cc, u32 bytes, u64 sent_ns, u64 now,
		  bool congestion)
{
	quic_cc_forget(cc, bytes);
	if (!congestion || in_recovery(cc, sent_ns))
		return;
	cc->recovery_start_ns = now;
	cc->ops->congestion(cc, now);
}

void quic_cc_persistent(struct quic_cc *cc)
{
	cc->recovery_start_ns = 0;
	cc->ops->persistent(cc);
}

void quic_cc_mtu(struct quic_cc *cc, u32 mss)
{
	cc->mss_bytes = mss;
	cc->window_bytes = max_t(u64, cc->window_bytes,
				 QUIC_CC_MIN_WINDOW_PKTS * (u64)mss);
}
