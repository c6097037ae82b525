/* SPDX-License-Identifier: GPL-2.0-only */
/* Ledger: which packet carried which frames. */
#ifndef _QUIC_CORE_SENT_H
#define _QUIC_CORE_SENT_H

#include "env.h"
#include "pktnum.h"

enum quic_sent_state {
	QUIC_SENT_NONE = 0,	/* number skipped or burnt: never acknowledged */
	QUIC_SENT_PLANNED,
	QUIC_SENT_OUT,
	QUIC_SENT_ACKED,
	QUIC_SENT_LOST,
};

#define QUIC_SENT_ELICITING	0x01	/* ack-eliciting */
#define QUIC_SENT_IN_FLIGHT	0x02	/* counts for congestion control */
#define QUIC_SENT_PROBE		0x04	/* a PTO probe */
#define QUIC_SENT_APP_LIMITED	0x08
#define QUIC_SENT_MTU_PROBE	0x10	/* loss says nothing of congestion */
#define QUIC_SENT_ECT0		0x20	/* IP header marked ECT(0) */
#define QUIC_SENT_PATH_PROBE	0x40	/* likewise; no PTO waits for it */
#define QUIC_SENT_RATE_LIMITED	0x80	/* no measure of the path, see delivery.h */

/**
 * struct quic_sent_frame - what to do when the packet is acked or lost
 * @type: enum quic_frame_type without STREAM's flag bits
 * @fin: STREAM: carried FIN
 * @len: STREAM, CRYPTO: payload bytes
 * @id: stream id, connection id sequence number, or ACK: largest number
 * @off: STREAM, CRYPTO: offset
 */
struct quic_sent_frame {
	u8 type;
	bool fin;
	u32 len;
	u64 id;
	u64 off;
};

/**
 * struct quic_sent - one packet
 * @time_ns: when it went out
 * @gen: key generation (1-RTT)
 * @delivered: quic_delivery.delivered_bytes at that time, low half
 * @delivered_ago: how old that was then, and
 * @first_sent_ago: how long the flight had lasted; see delivery.h
 * @bytes: UDP payload bytes
 * @state: enum quic_sent_state
 * @flags: QUIC_SENT_*
 * @n: frames worth remembering
 * @path: quic_path.epoch of the path it went on
 * @f: the first of them
 * @more: the others, n - 1
 */
struct quic_sent {
	u64 time_ns;
	u32 gen;
	u32 delivered;
	u32 delivered_ago;
	u32 first_sent_ago;
	u16 bytes;
	u8 state;
	u8 flags;
	u8 n;
	u8 cap;
	u8 path;
	struct quic_sent_frame f;
	struct quic_sent_frame *more;
};

/**
 * struct quic_sent_ring - the packets of one space, by number
 * @e: entries; number pn is at e[pn & (cap - 1)]
 * @cap: power of two, or 0
 * @base: numbers below are settled and forgotten
 * @next: number that the next packet gets; [base, next) are in the ring
 * @skip_at: number from which on the next one is skipped; QUIC_PN_NONE: never
 * @skip_gap: about how many numbers lie between two that are skipped
 * @skipped: the last one that was, or QUIC_PN_NONE
 */
struct quic_sent_ring {
	struct quic_sent *e;
	u32 cap;
	u64 base;
	u64 next;
	u64 skip_at;
	u64 skip_gap;
	u64 skipped;
};

void quic_sent_init(struct quic_sent_ring *r);
void quic_sent_free(struct quic_sent_ring *r);

static inline struct quic_sent *quic_sent_at(const struct quic_sent_ring *r,
					     u64 pn)
{
	return &r->e[pn & (r->cap - 1)];
}

/* Make room for @n more. Return: 0 or -ENOMEM. */
int quic_sent_reserve(struct quic_sent_ring *r, u32 n, gfp_t gfp);

/* Append the next number in state PLANNED; room must be reserved. */
struct quic_sent *quic_sent_push(struct quic_sent_ring *r);

/* Use a number up without a packet. Room must be reserved. */
void quic_sent_skip(struct quic_sent_ring *r);

/**
 * quic_sent_skip_start() - from here on, skip a number now and then
 * @r: ring
 *
 * RFC 9000 21.4: who acknowledges such a number did not wait for packets. The
 * distance is random, short at first and growing.
 */
void quic_sent_skip_start(struct quic_sent_ring *r);

/* Skip one if it is time; before a burst, which has consecutive numbers. */
void quic_sent_skip_due(struct quic_sent_ring *r, gfp_t gfp);

/* Note a frame. Return: 0 or -ENOMEM. */
int quic_sent_note(struct quic_sent *p, const struct quic_sent_frame *f,
		   gfp_t gfp);

static inline const struct quic_sent_frame *
quic_sent_frame_at(const struct quic_sent *p, unsigned int i)
{
	return i ? &p->more[i - 1] : &p->f;
}

/* Settle an entry as ACKED, LOST or NONE and free what it notes. */
void quic_sent_settle(struct quic_sent *p, u8 state);

/* Forget settled entries at the front. */
void quic_sent_trim(struct quic_sent_ring *r);

#endif
