/* SPDX-License-Identifier: GPL-2.0-only */
/* What has been received in one packet number space, and when to say so. */
#ifndef _QUIC_CORE_PNSPACE_H
#define _QUIC_CORE_PNSPACE_H

#include "env.h"
#include "pktnum.h"
#include "ranges.h"
#include "wire.h"

/* Ranges remembered; older packets count as duplicates (RFC 9000 13.2.3). */
#define QUIC_PNSPACE_MAX_RANGES		64

/**
 * struct quic_pnspace - receive side of a packet number space
 * @rcvd: received numbers; below the first range nothing is known, and
 *	numbers there are taken for duplicates once @floor passed them
 * @floor: numbers below are not accepted any more
 * @largest: largest received, or QUIC_PN_NONE
 * @largest_time_ns: when it came
 * @largest_eliciting: largest ack-eliciting number, or QUIC_PN_NONE
 * @ack_time_ns: when an ACK must go out at the latest; QUIC_TIME_NEVER: no
 * @ect0: packets with that ECN mark, and @ect1, @ce
 * @unacked_pkts: ack-eliciting packets since the last ACK
 * @ack_now: do not wait for @ack_time_ns
 */
struct quic_pnspace {
	struct quic_ranges rcvd;
	u64 floor;
	u64 largest;
	u64 largest_time_ns;
	u64 largest_eliciting;
	u64 ack_time_ns;
	u64 ect0, ect1, ce;
	u32 unacked_pkts;
	bool ack_now;
};

void quic_pnspace_init(struct quic_pnspace *ps);
void quic_pnspace_free(struct quic_pnspace *ps);

/* Was @pn received before, or is it too old to tell? (RFC 9000 12.3) */
bool quic_pnspace_dup(const struct quic_pnspace *ps, u64 pn);

/**
 * quic_pnspace_add() - a packet was opened and processed
 * @ps: space
 * @pn: its number; not a duplicate
 * @eliciting: it elicits an acknowledgement
 * @ecn: IP ECN field, 0..3
 * @now: ns
 * @delay_ns: how long an ACK may wait; 0: at once
 * @gfp: for the range
 *
 * Return: 0 or -ENOMEM (nothing recorded: let the packet count as lost).
 */
int quic_pnspace_add(struct quic_pnspace *ps, u64 pn, bool eliciting, u8 ecn,
		     u64 now, u64 delay_ns, gfp_t gfp);

/* The burst is over: two or more unacknowledged packets want an ACK now. */
void quic_pnspace_burst_end(struct quic_pnspace *ps);

/* Must an ACK go out at @now? */
static inline bool quic_pnspace_ack_due(const struct quic_pnspace *ps, u64 now)
{
	return ps->ack_now || ps->ack_time_ns <= now;
}

/* Could an ACK ride along with something else? */
static inline bool quic_pnspace_ack_pending(const struct quic_pnspace *ps)
{
	return ps->unacked_pkts;
}

/**
 * quic_pnspace_ack_build() - write an ACK frame
 * @ps: space with something received
 * @wr: room; as many ranges as fit
 * @delay_exp: our ack_delay_exponent
 * @now: ns
 *
 * Return: 0 or -ENOSPC (not even one range fits).
 */
int quic_pnspace_ack_build(const struct quic_pnspace *ps, struct quic_wr *wr,
			   u8 delay_exp, u64 now);

/* An ACK with everything received so far was put into a packet. */
void quic_pnspace_ack_sent(struct quic_pnspace *ps);

/* The peer has our ACK that went up to @largest: forget what is below. */
void quic_pnspace_ack_acked(struct quic_pnspace *ps, u64 largest, gfp_t gfp);

#endif
