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

/**
 * quic_restart_offer() - a client got a Version Negotiation packet
 * @c: connection
 * @hdr: the packet
 * @version: what to do: a version to begin again with, or 0: give up
 *
 * RFC 9000 6.2, RFC 9368 2.1.
 *
 * Return: false: discard it.
 */
bool quic_restart_offer(const struct quic_conn *c, const struct quic_hdr *hdr,
			u32 *version);

/**
 * quic_restart_with() - begin again with another version
 * @c: connection for which quic_restart_offer() was true
 * @version: that it named
 * @odcid: new random destination id
 * @gfp: for what was sent and waits again
 *
 * As if nothing had been sent: TLS has to begin again, too, because the
 * version is in the ClientHello. Streams keep what they hold.
 */
void quic_restart_with(struct quic_conn *c, u32 version,
		       const struct quic_cid *odcid, gfp_t gfp);

#endif
