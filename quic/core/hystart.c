// SPDX-License-Identifier: GPL-2.0-only
#include "hystart.h"
#include "recovery.h"

/* RFC 9406 4.3. L does not apply: what is sent is paced. */
#define RTT_THRESH_MIN_NS	(4 * QUIC_NSEC_PER_MSEC)
#define RTT_THRESH_MAX_NS	(16 * QUIC_NSEC_PER_MSEC)
#define RTT_DIVISOR		8
#define ROUND_SAMPLES		8	/* N_RTT_SAMPLE */
#define CSS_GROWTH_DIVISOR	4
#define CSS_ROUNDS		5

void quic_hystart_init(struct quic_hystart *h)
{
	memset(h, 0, sizeof(*h));
	h->last_min_ns = U64_MAX;
	h->round_min_ns = U64_MAX;
}

/* RFC 9406 4.2: what was sent since the round began is acknowledged. */
static void next_round(struct quic_hystart *h, u64 now)
{
	h->round_start_ns = now;
	h->last_min_ns = h->round_min_ns;
	h->round_min_ns = U64_MAX;
	h->samples = 0;
	h->css_rounds += !!h->css_rounds;
}

static bool rtt_rose(const struct quic_hystart *h)
{
	u64 thresh = clamp_t(u64, h->last_min_ns / RTT_DIVISOR,
			     RTT_THRESH_MIN_NS, RTT_THRESH_MAX_NS);

	return h->last_min_ns != U64_MAX &&
	       h->round_min_ns >= h->last_min_ns + thresh;
}

/* RFC 9406 4.2: into Conservative Slow Start, and back if it was noise. */
static void judge(struct quic_hystart *h)
{
	if (h->samples < ROUND_SAMPLES)
		return;
	if (!h->css_rounds && rtt_rose(h)) {
		h->baseline_ns = h->round_min_ns;
		h->css_rounds = 1;
	} else if (h->css_rounds && h->round_min_ns < h->baseline_ns) {
		h->css_rounds = 0;
	}
}

bool quic_hystart_acked(struct quic_hystart *h, const struct quic_cc_ack *ack,
			u64 *grow_bytes)
{
	if (ack->newest_sent_ns >= h->round_start_ns)
		next_round(h, ack->now);
	h->round_min_ns = min(h->round_min_ns, ack->rtt->latest);
	/* one ACK for a burst stands for those that it saves */
	h->samples += ack->pkts;
	judge(h);
	*grow_bytes = h->css_rounds ? ack->grow_bytes / CSS_GROWTH_DIVISOR :
				      ack->grow_bytes;
	return h->css_rounds > CSS_ROUNDS;
}
