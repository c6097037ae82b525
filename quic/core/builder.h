/* SPDX-License-Identifier: GPL-2.0-only */
/* A packet of a plan while it is put together; see DOC: Sending in send.h. */
#ifndef _QUIC_CORE_BUILDER_H
#define _QUIC_CORE_BUILDER_H

#include "env.h"
#include "send.h"
#include "wire.h"

struct quic_conn;
struct quic_frame;
struct quic_path;
struct quic_sent;

/**
 * struct quic_builder - the packet in work, and the plan that it belongs to
 * @c: connection
 * @plan: plan
 * @path: where it goes
 * @pkt: packet in work
 * @sent: its entry in the ledger
 * @like: a packet of the plan whose header the next 1-RTT packet's is like, or
 *	NULL
 * @now: ns
 * @gfp: for the ledger
 * @space: packet number space of @pkt
 * @max: bytes that @pkt may have, tag included
 * @tag_len: bytes of its tag
 * @grease: a random bit for each packet, or 0 (RFC 9287 3)
 * @bulk: there is nothing but stream data to send
 * @early: @pkt goes under 0-RTT keys
 * @can_expand: anti-amplification lets a datagram of 1200 bytes go
 * @expand: the datagram must not be shorter than 1200 bytes
 * @eliciting: @pkt is ack-eliciting
 * @no_mem: something was left out for lack of memory
 */
struct quic_builder {
	struct quic_conn *c;
	struct quic_plan *plan;
	struct quic_path *path;
	struct quic_plan_pkt *pkt;
	struct quic_sent *sent;
	const struct quic_plan_pkt *like;
	u64 now;
	u64 grease;
	gfp_t gfp;
	int space;
	u16 max;
	u8 tag_len;
	bool bulk;
	bool early;
	bool can_expand;
	bool expand;
	bool eliciting;
	bool no_mem;
};

/* Start a packet of at most @max bytes. Return: false when there is no room */
bool quic_builder_begin(struct quic_builder *b, int space, u16 max,
			bool new_dgram);

/* Nothing came of it: as if quic_builder_begin() had not been called. */
void quic_builder_cancel(struct quic_builder *b);

/* The packet is complete: padding for the sample, tag, length. */
void quic_builder_end(struct quic_builder *b);

/* The last packet of the plan may still grow. */
void quic_builder_reopen(struct quic_builder *b);

/* One more piece. Return: false when there are too many. */
bool quic_builder_open_piece(struct quic_builder *b);

/* Piece that the last quic_builder_take() went to. */
static inline struct quic_piece *quic_builder_last(const struct quic_builder *b)
{
	return &b->plan->piece[b->plan->n_pieces - 1];
}

/* Bytes of frames that still fit. */
static inline u16 quic_builder_room(const struct quic_builder *b)
{
	return b->max - b->tag_len - b->pkt->len;
}

/* Room for scratch bytes after what the packet has so far? */
static inline bool quic_builder_want_scratch(struct quic_builder *b)
{
	return !quic_builder_last(b)->data_len || quic_builder_open_piece(b);
}

/* Writing cursor for frames: as far as packet and scratch reach. */
static inline struct quic_wr quic_builder_wr(const struct quic_builder *b)
{
	struct quic_plan *plan = b->plan;
	u8 *p = plan->scratch + plan->scratch_len;
	u32 left = QUIC_PLAN_SCRATCH - plan->scratch_len;

	return (struct quic_wr) {
		p, p + min_t(u32, left, quic_builder_room(b)),
	};
}

/* The bytes up to @wr are part of the packet. */
static inline void quic_builder_take(struct quic_builder *b,
				     const struct quic_wr *wr)
{
	struct quic_plan *plan = b->plan;
	u32 len = wr->p - (plan->scratch + plan->scratch_len);

	plan->scratch_len += len;
	quic_builder_last(b)->scratch_len += len;
	b->pkt->len += len;
}

/* Remember a frame in the ledger. Return: 0 or -ENOMEM. */
int quic_builder_note(struct quic_builder *b, u8 type, u64 id, u64 off, u32 len,
		      bool fin);

/* A frame that is all scratch, remembered with @id. */
bool quic_builder_put(struct quic_builder *b, const struct quic_frame *f,
		      u64 id);

/* Return: false when that many bytes do not fit. */
bool quic_builder_pad(struct quic_builder *b, u16 bytes);

#endif
