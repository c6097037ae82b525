/* SPDX-License-Identifier: GPL-2.0-only */
/* Packet numbers, truncated and expanded (RFC 9000 17.1, Appendix A). */
#ifndef _QUIC_CORE_PKTNUM_H
#define _QUIC_CORE_PKTNUM_H

#include "env.h"

#define QUIC_PN_NONE	(~0ULL)		/* "no packet yet" */
#define QUIC_PN_MAX	((1ULL << 62) - 1)

/**
 * quic_pn_expand() - recover a full packet number (RFC 9000 A.3)
 * @largest: largest number opened so far in this space, or QUIC_PN_NONE
 * @trunc: the bits on the wire
 * @len: bytes on the wire, 1..4
 *
 * Return: the number with these low bits that is nearest to @largest + 1.
 */
u64 quic_pn_expand(u64 largest, u32 trunc, unsigned int len);

/**
 * quic_pn_len() - bytes needed so that the peer can expand (RFC 9000 A.2)
 * @pn: number to send
 * @largest_acked: largest acknowledged number, or QUIC_PN_NONE
 *
 * Return: 1..4.
 */
unsigned int quic_pn_len(u64 pn, u64 largest_acked);

#endif
