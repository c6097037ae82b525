/* SPDX-License-Identifier: GPL-2.0-only */
/* HyStart++ (RFC 9406): leave slow start before it overflows the path. */
#ifndef _QUIC_CORE_HYSTART_H
#define _QUIC_CORE_HYSTART_H

#include "cc.h"

/**
 * struct quic_hystart - rounds of the first slow start
 * @round_start_ns: the round ends with the first packet sent since then
 * @last_min_ns: smallest RTT of the round before; U64_MAX: none
 * @round_min_ns: and of this one
 * @baseline_ns: @round_min_ns when Conservative Slow Start began
 * @samples: of this round
 * @css_rounds: rounds begun in Conservative Slow Start; 0: not in it
 */
struct quic_hystart {
	u64 round_start_ns;
	u64 last_min_ns;
	u64 round_min_ns;
	u64 baseline_ns;
	u32 samples;
	u32 css_rounds;
};

void quic_hystart_init(struct quic_hystart *h);

/**
 * quic_hystart_acked() - an ACK frame in slow start
 * @h: rounds
 * @ack: what it brought
 * @grow_bytes: set to how much the window may grow
 *
 * Return: true when slow start is over.
 */
bool quic_hystart_acked(struct quic_hystart *h, const struct quic_cc_ack *ack,
			u64 *grow_bytes);

#endif
