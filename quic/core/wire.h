/* SPDX-License-Identifier: GPL-2.0-only */
/* Bounded cursors over wire bytes and the variable-length integer. */
#ifndef _QUIC_CORE_WIRE_H
#define _QUIC_CORE_WIRE_H

#include "env.h"

#define QUIC_VARINT_MAX	((1ULL << 62) - 1)	/* RFC 9000 16 */

/**
 * struct quic_rd - reading cursor: bytes [p, end) are still to be read
 * @p: next byte
 * @end: one past the last byte
 *
 * Every reader checks the length first and leaves the cursor where it was
 * when it fails.
 */
struct quic_rd {
	const u8 *p;
	const u8 *end;
};

/**
 * struct quic_wr - writing cursor: room is [p, end)
 * @p: next byte to write
 * @end: one past the room
 */
struct quic_wr {
	u8 *p;
	u8 *end;
};

static inline size_t quic_rd_left(const struct quic_rd *rd)
{
	return rd->end - rd->p;
}

static inline size_t quic_wr_left(const struct quic_wr *wr)
{
	return wr->end - wr->p;
}

/* All return 0, or -EBADMSG when the bytes end too early. */
int quic_rd_u8(struct quic_rd *rd, u8 *val);
int quic_rd_u16(struct quic_rd *rd, u16 *val);
int quic_rd_u32(struct quic_rd *rd, u32 *val);
int quic_rd_varint(struct quic_rd *rd, u64 *val);
int quic_rd_bytes(struct quic_rd *rd, size_t len, const u8 **bytes);

/* All return 0, or -ENOSPC (nothing written) when there is no room. */
int quic_wr_u8(struct quic_wr *wr, u8 val);
int quic_wr_u16(struct quic_wr *wr, u16 val);
int quic_wr_u32(struct quic_wr *wr, u32 val);
int quic_wr_varint(struct quic_wr *wr, u64 val);
int quic_wr_bytes(struct quic_wr *wr, const void *bytes, size_t len);
/* As quic_wr_varint, in exactly @len bytes (1, 2, 4, 8; value must fit). */
int quic_wr_varint_len(struct quic_wr *wr, u64 val, unsigned int len);

/**
 * quic_varint_len() - bytes of the shortest encoding (RFC 9000 16)
 * @val: 0..QUIC_VARINT_MAX
 *
 * Return: 1, 2, 4 or 8.
 */
static inline unsigned int quic_varint_len(u64 val)
{
	if (val < 64)
		return 1;
	if (val < 16384)
		return 2;
	return val < (1ULL << 30) ? 4 : 8;
}

#endif
