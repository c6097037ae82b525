// SPDX-License-Identifier: GPL-2.0-only
#include "pktnum.h"

/* RFC 9000 A.3: of the numbers with these low bits, the one nearest to the next. */
u64 quic_pn_expand(u64 largest, u32 trunc, unsigned int len)
{
	u64 expected = largest + 1;	/* QUIC_PN_NONE: 0 */
	u64 win = 1ULL << (8 * len), half = win / 2;
	u64 pn = (expected & ~(win - 1)) | trunc;

	if (pn + half <= expected && pn < QUIC_PN_MAX + 1 - win)
		return pn + win;
	if (pn > expected + half && pn >= win)
		return pn - win;
	return pn;
}

/*
 * RFC 9000 17.1: the range on the wire is more than twice the unacknowledged
 * span. (The sample code of A.2 allows exactly twice.)
 */
unsigned int quic_pn_len(u64 pn, u64 largest_acked)
{
	u64 span = largest_acked == QUIC_PN_NONE ? pn + 1 : pn - largest_acked;

	if (span < 1ULL << 7)
		return 1;
	if (span < 1ULL << 15)
		return 2;
	return span < 1ULL << 23 ? 3 : 4;
}
