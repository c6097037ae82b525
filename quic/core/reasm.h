/* SPDX-License-Identifier: GPL-2.0-only */
/* Received stream or CRYPTO bytes, put in order. */
#ifndef _QUIC_CORE_REASM_H
#define _QUIC_CORE_REASM_H

#include "buf.h"
#include "env.h"

/* A shorter piece is copied out of its packet, so that it cannot pin it. */
#define QUIC_REASM_COPY_BYTES	256
/* Copied pieces with a hole before them that are held; more count as lost. */
#define QUIC_REASM_AHEAD_MAX	512

/**
 * struct quic_seg - consecutive bytes, inside one quic_buf
 * @list: in quic_reasm.segs, by offset; segments never overlap
 * @off: stream offset of the first byte
 * @data: the bytes
 * @len: their count
 * @room: bytes that follow this struct; 0 when @buf holds them
 * @cost: bytes of quic_reasm.mem that it stands for
 * @buf: what holds them; NULL when they follow this struct
 * @ahead: counted in quic_reasm.n_ahead
 * @lent: its own memory is one of @buf's spares
 */
struct quic_seg {
	struct list_head list;
	u64 off;
	const u8 *data;
	u32 len;
	u32 room;
	u32 cost;
	struct quic_buf *buf;
	bool ahead;
	bool lent;
};

/**
 * struct quic_reasm - reassembly queue
 * @segs: what has come and is not consumed
 * @gap: in @segs: the first one with a hole before it, or the head
 * @next: offset of the first byte not consumed
 * @ready: first offset above @next that is missing
 * @mem: bytes of memory that the queue holds on to, headers included; what
 *	it refers to is charged by its owner
 * @n_ahead: copied pieces that came with a hole before them
 */
struct quic_reasm {
	struct list_head segs;
	struct list_head *gap;
	u64 next;
	u64 ready;
	u64 mem;
	u32 n_ahead;
};

void quic_reasm_init(struct quic_reasm *r);
void quic_reasm_free(struct quic_reasm *r);

/**
 * quic_reasm_add() - take received bytes in
 * @r: queue
 * @off: offset of @data; bytes already there or consumed are ignored
 * @data: bytes; referenced, not copied, unless they are few
 * @len: their count
 * @buf: owner of @data; NULL: always copy
 * @gfp: for the segment
 *
 * Return: 0, or -ENOMEM, also for a short piece when too many of them wait for
 * a hole to be filled; bytes taken in before stay. What continues the run in
 * order is never refused for that.
 */
int quic_reasm_add(struct quic_reasm *r, u64 off, const u8 *data, u32 len,
		   struct quic_buf *buf, gfp_t gfp);

/**
 * quic_reasm_peek() - first run of consecutive bytes in memory
 * @r: queue
 * @data: set to the bytes at offset @r->next
 *
 * Return: how many; 0 when the next byte has not come.
 */
u32 quic_reasm_peek(const struct quic_reasm *r, const u8 **data);

/* Drop the first @len bytes; at most ready - next. */
void quic_reasm_consume(struct quic_reasm *r, u64 len);

/**
 * quic_reasm_peek_at() - a later run, for MSG_PEEK
 * @r: queue
 * @skip: bytes to pass over from @r->next
 * @data: set to the bytes at @r->next + @skip
 *
 * Return: length of the run there; 0 at the end of what is ready.
 */
u32 quic_reasm_peek_at(const struct quic_reasm *r, u64 skip, const u8 **data);

#endif
