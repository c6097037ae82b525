// SPDX-License-Identifier: GPL-2.0-only
/* NewReno as RFC 9002 7.3 and Appendix B describe it. */
#include "cc.h"

static u64 min_window(const struct quic_cc *cc)
{
	return QUIC_CC_MIN_WINDOW_PKTS * (u64)cc->mss_bytes;
}

static void reno_acked(struct quic_cc *cc, u32 bytes, u64 now,
		       const struct quic_rtt *rtt)
{
	if (cc->window_bytes < cc->ssthresh_bytes) {
		cc->window_bytes += bytes;
		return;
	}
	/* RFC 9002 7.3.3: one packet for each window acknowledged. */
	cc->acked_bytes += bytes;
	if (cc->acked_bytes < cc->window_bytes)
		return;
	cc->acked_bytes -= cc->window_bytes;
	cc->window_bytes += cc->mss_bytes;
}

static void reno_congestion(struct quic_cc *cc, u64 now)
{
	cc->ssthresh_bytes = max(cc->window_bytes / 2, min_window(cc));
	cc->window_bytes = cc->ssthresh_bytes;
	cc->acked_bytes = 0;
}

static void reno_persistent(struct quic_cc *cc)
{
	cc->window_bytes = min_window(cc);
	cc->acked_bytes = 0;
}

const struct quic_cc_ops quic_cc_reno = {
	.name = "reno",
	.acked = reno_acked,
	.congestion = reno_congestion,
	.persistent = reno_persistent,
};
