/* SPDX-License-Identifier: GPL-2.0-only */
/* A client's first flight, once more: Retry and Version Negotiation. */
#ifndef _QUIC_CORE_RESTART_H
#define _QUIC_CORE_RESTART_H

#include "env.h"
#include "header.h"

struct quic_conn;

/**
 * quic_retry_wanted() - is this a Retry to be followed?
 * @c: connection
 * @hdr: a packet of type QUIC_PKT_RETRY
 *
 * RFC 9000 17.2.5.2. The integrity tag is the caller's to check, over
 * @c->odcid.
 *
 * Return: false: discard it.
 */
bool quic_retry_wanted(const struct quic_conn *c, const struct quic_hdr *hdr);

/**
 * quic_retry_follow() - begin again with the server's token
 * @c: connection for which quic_retry_wanted() was true
 * @hdr: Retry with a good integrity tag
 * @gfp: for a copy of the token
 *
 * Initial keys come from @c->retry_scid from here on (RFC 9001 5.2). Packet
 * numbers go on (RFC 9000 17.2.5.3).
 *
 * Return: 0 or -ENOMEM (nothing changed: another Retry may come).
 */
int quic_retry_follow(struct quic_conn *c, const struct quic_hdr *hdr,
		      gfp_t gfp);

#endif
