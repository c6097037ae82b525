// SPDX-License-Identifier: GPL-2.0-only
/* NewReno as RFC 9002 7.3 and Appendix B describe it. */
#include "cc.h"

static void reno_acked(struct quic_cc *cc, const struct quic_cc_ack *ack)
{
	/* RFC 9002 7.3.1 */
	if (quic_cc_slow_start(cc)) {
		cc->window_bytes += ack->grow_bytes;
		return;
	}
	/* RFC 9002 7.3.3: one packet for each window acknowledged. */
	cc->acked_bytes += ack->grow_bytes;
	while (cc->acked_bytes >= cc->window_bytes) {
		cc->acked_bytes -= cc->window_bytes;
		cc->window_bytes += cc->mss_bytes;
	}
}

/* RFC 9002 7.3.2 */
static void reno_congestion(struct quic_cc *cc, u64 now)
{
	cc->ssthresh_bytes = max(cc->window_bytes / 2, quic_cc_min_window(cc));
	cc->window_bytes = cc->ssthresh_bytes;
	cc->acked_bytes = 0;
}

/* RFC 9002 7.6.2 */
static void reno_persistent(struct quic_cc *cc)
{
	cc->window_bytes = quic_cc_min_window(cc);
	cc->acked_bytes = 0;
}

const struct quic_cc_ops quic_cc_reno = {
	.name = "reno",
	.algo = QUIC_CC_RENO,
	.acked = reno_acked,
	.congestion = reno_congestion,
	.persistent = reno_persistent,
};
