// SPDX-License-Identifier: GPL-2.0-only
#include "wire.h"

int quic_rd_bytes(struct quic_rd *rd, size_t len, const u8 **bytes)
{
	if (quic_rd_left(rd) < len)
		return -EBADMSG;
	*bytes = rd->p;
	rd->p += len;
	return 0;
}

int quic_rd_u8(struct quic_rd *rd, u8 *val)
{
	if (!quic_rd_left(rd))
		return -EBADMSG;
	*val = *rd->p++;
	return 0;
}

int quic_rd_u16(struct quic_rd *rd, u16 *val)
{
	const u8 *p;

	if (quic_rd_bytes(rd, 2, &p))
		return -EBADMSG;
	*val = get_unaligned_be16(p);
	return 0;
}

int quic_rd_u32(struct quic_rd *rd, u32 *val)
{
	const u8 *p;

	if (quic_rd_bytes(rd, 4, &p))
		return -EBADMSG;
	*val = get_unaligned_be32(p);
	return 0;
}

/* RFC 9000 16: the two highest bits say how long the number is. */
int quic_rd_varint(struct quic_rd *rd, u64 *val)
{
	const u8 *p = rd->p;
	size_t len;

	if (!quic_rd_left(rd))
		return -EBADMSG;
	len = 1u << (*p >> 6);
	if (quic_rd_left(rd) < len)
		return -EBADMSG;
	switch (len) {
	case 1:
		*val = *p;
		break;
	case 2:
		*val = get_unaligned_be16(p) & 0x3fff;
		break;
	case 4:
		*val = get_unaligned_be32(p) & 0x3fffffff;
		break;
	default:
		*val = get_unaligned_be64(p) & QUIC_VARINT_MAX;
	}
	rd->p += len;
	return 0;
}

int quic_wr_bytes(struct quic_wr *wr, const void *bytes, size_t len)
{
	if (quic_wr_left(wr) < len)
		return -ENOSPC;
	if (len)
		memcpy(wr->p, bytes, len);
	wr->p += len;
	return 0;
}

int quic_wr_u8(struct quic_wr *wr, u8 val)
{
	return quic_wr_bytes(wr, &val, 1);
}

int quic_wr_u16(struct quic_wr *wr, u16 val)
{
	if (quic_wr_left(wr) < 2)
		return -ENOSPC;
	put_unaligned_be16(val, wr->p);
	wr->p += 2;
	return 0;
}

int quic_wr_u32(struct quic_wr *wr, u32 val)
{
	if (quic_wr_left(wr) < 4)
		return -ENOSPC;
	put_unaligned_be32(val, wr->p);
	wr->p += 4;
	return 0;
}

int quic_wr_varint_len(struct quic_wr *wr, u64 val, unsigned int len)
{
	if (quic_wr_left(wr) < len)
		return -ENOSPC;
	switch (len) {
	case 1:
		*wr->p = val;
		break;
	case 2:
		put_unaligned_be16(val | 0x4000, wr->p);
		break;
	case 4:
		put_unaligned_be32(val | 0x80000000, wr->p);
		break;
	default:
		put_unaligned_be64(val | 0xc000000000000000ULL, wr->p);
	}
	wr->p += len;
	return 0;
}

int quic_wr_varint(struct quic_wr *wr, u64 val)
{
	return quic_wr_varint_len(wr, val, quic_varint_len(val));
}
