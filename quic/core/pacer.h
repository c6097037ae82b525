/* SPDX-License-Identifier: GPL-2.0-only */
/* Pacing (RFC 9002 7.7): a bucket of bytes that fills at a rate. */
#ifndef _QUIC_CORE_PACER_H
#define _QUIC_CORE_PACER_H

#include "env.h"

/**
 * DOC: Pacing
 *
 * Bursts are a quantum: ten packets (the initial window), or what the rate
 * lets out in a millisecond if that is more. When the bucket is empty, sending
 * waits until it holds a quantum again rather than for the next packet: bursts
 * stay long enough for segmentation offload, and the timer fires about once in
 * a millisecond, not once for each packet. The bucket holds a millisecond's
 * worth more than that, so that a timer that is late does not cost rate.
 *
 * What is not in flight (ACKs) and probes of the PTO do not wait. Neither does
 * anything while there is no rate: before the first RTT sample, and on paths
 * so short that a window is no more than a quantum.
 */

#define QUIC_PACER_BURST_PKTS	10
#define QUIC_PACER_BURST_SHIFT	10	/* a second >> 10: a millisecond */

/**
 * struct quic_pacer - pacing of one path
 * @max_bytes_s: the application's bound on the rate; 0: none
 * @credit_bytes: may go out now
 * @filled_ns: when @credit_bytes was true
 * @next_ns: sending waits till then; 0: it does not
 */
struct quic_pacer {
	u64 max_bytes_s;
	u64 credit_bytes;
	u64 filled_ns;
	u64 next_ns;
};

/* Longest burst at @rate_bytes_s, bytes. */
static inline u64 quic_pacer_quantum(u64 rate_bytes_s, u32 mss_bytes)
{
	return max_t(u64, QUIC_PACER_BURST_PKTS * (u64)mss_bytes,
		     rate_bytes_s >> QUIC_PACER_BURST_SHIFT);
}

/* The rate in force: that of congestion control, within the bound; 0: none. */
static inline u64 quic_pacer_rate(const struct quic_pacer *p, u64 rate_bytes_s)
{
	if (!p->max_bytes_s || !rate_bytes_s)
		return rate_bytes_s ?: p->max_bytes_s;
	return min(rate_bytes_s, p->max_bytes_s);
}

/**
 * quic_pacer_room() - how much may go out now?
 * @p: pacer
 * @rate_bytes_s: of congestion control; 0: do not pace
 * @mss_bytes: of the largest packet
 * @now: ns
 *
 * Return: bytes; 0 while it waits; U64_MAX when nothing is paced.
 */
u64 quic_pacer_room(struct quic_pacer *p, u64 rate_bytes_s, u32 mss_bytes,
		    u64 now);

/**
 * quic_pacer_wait() - the room was too little for what is left to send
 * @p: pacer
 * @rate_bytes_s: as for quic_pacer_room()
 * @mss_bytes: likewise
 * @now: ns
 *
 * Sets @p->next_ns, a deadline.
 */
void quic_pacer_wait(struct quic_pacer *p, u64 rate_bytes_s, u32 mss_bytes,
		     u64 now);

/* Bytes in flight left. */
static inline void quic_pacer_sent(struct quic_pacer *p, u64 bytes)
{
	p->credit_bytes -= min(bytes, p->credit_bytes);
}

/* The deadline passed. */
static inline void quic_pacer_timeout(struct quic_pacer *p, u64 now)
{
	if (p->next_ns <= now)
		p->next_ns = 0;
}

#endif
