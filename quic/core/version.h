/* SPDX-License-Identifier: GPL-2.0-only */
/* Which version a connection speaks (RFC 9368, RFC 9369 4). */
#ifndef _QUIC_CORE_VERSION_H
#define _QUIC_CORE_VERSION_H

#include "env.h"
#include "error.h"
#include "header.h"

struct quic_conn;
struct quic_conn_cfg;
struct quic_tparams;

/**
 * DOC: Versions
 *
 * quic_conn.version is the one that is spoken now; a connection begins with
 * the client's choice (@original). There are two ways to another one.
 *
 * Compatible: the server moves while it processes the ClientHello, without a
 * round trip. Until then it answers in the original version, and all CRYPTO
 * data of a server is in the new one. The client follows the first Initial
 * that opens in the other version.
 *
 * Incompatible: the server answers with Version Negotiation, and the client
 * begins again (restart.h), once. What the server then says of its versions
 * shows whether somebody else had sent that packet.
 */

/**
 * struct quic_version - version negotiation of a connection
 * @original: of the client's first flight
 * @prefer: server: version to move to; client: the application's choice,
 *	which it picks from an offer if it can; 0: none
 * @only: no version but the original one; no compatible negotiation
 * @settled: client: @original will not be left any more
 * @reacted: client: to a Version Negotiation packet
 */
struct quic_version {
	u32 original;
	u32 prefer;
	bool only;
	bool settled;
	bool reacted;
};

void quic_version_init(struct quic_conn *c, const struct quic_conn_cfg *cfg);

/* Put version_information into our transport parameters (RFC 9368 3). */
void quic_version_announce(struct quic_conn *c);

/**
 * quic_version_check() - the peer's version_information came
 * @c: connection
 * @tp: the peer's parameters
 *
 * RFC 9368 4. A server may move to another version here: quic_conn.version
 * is different afterwards.
 *
 * Return: QUIC_ERR_NONE or QUIC_ERR_VERSION_NEGOTIATION.
 */
enum quic_err quic_version_check(struct quic_conn *c,
				 const struct quic_tparams *tp);

/* May a packet of this version and type be opened and processed now? */
bool quic_version_accepts(const struct quic_conn *c, u32 version, u8 type);

/* Client: could the server have moved to this version? Then try its keys. */
bool quic_version_may_follow(const struct quic_conn *c, u32 version);

/* Client: an Initial of that version opened: it did. */
void quic_version_follow(struct quic_conn *c, u32 version);

/**
 * quic_version_pick() - what a client takes of an offer
 * @c: client
 * @hdr: Version Negotiation packet
 *
 * Return: a version to begin again with; 0: there is none that we speak; or
 * the version that was tried, if it is in the list: the packet is a forgery
 * (RFC 9000 6.2).
 */
u32 quic_version_pick(const struct quic_conn *c, const struct quic_hdr *hdr);

#endif
