/* SPDX-License-Identifier: GPL-2.0-only */
/* What a server's address validation tokens say (RFC 9000 8.1). */
#ifndef _QUIC_CORE_TOKEN_H
#define _QUIC_CORE_TOKEN_H

#include "env.h"
#include "header.h"
#include "wire.h"

/*
 * The first byte of a token of ours, in clear: a server has to tell a Retry's
 * token from a NEW_TOKEN's even if it cannot open it (RFC 9000 8.1.1).
 */
enum quic_token_kind {
	QUIC_TOKEN_RETRY = 0xb5,
	QUIC_TOKEN_NEW = 0x36,
};

#define QUIC_TOKEN_TEXT_MAX	(4 + 8 + 1 + 16 + 2 + 2 * (1 + QUIC_CID_MAX_LEN))

/**
 * struct quic_token - contents of a token
 * @kind: enum quic_token_kind
 * @version: of the connection that it was given in
 * @time_s: when, seconds since 1970: it may outlive a restart
 * @addr: the client's IP address
 * @addr_len: 4 or 16
 * @port: the client's port; Retry only
 * @odcid: destination id of the client's first Initial; Retry only
 * @rscid: source id of the Retry; Retry only
 */
struct quic_token {
	u8 kind;
	u8 addr_len;
	u16 port;
	u32 version;
	u64 time_s;
	u8 addr[16];
	struct quic_cid odcid;
	struct quic_cid rscid;
};

/* Write what is sealed: without the kind. Return: 0 or -ENOSPC. */
int quic_token_build(struct quic_wr *wr, const struct quic_token *t);

/**
 * quic_token_parse() - read what was sealed
 * @data: bytes
 * @len: their count
 * @kind: first byte of the token
 * @t: result; unchanged on failure
 *
 * Return: false when it is not a token of ours.
 */
bool quic_token_parse(const u8 *data, size_t len, u8 kind,
		      struct quic_token *t);

/**
 * quic_token_fits() - does a token prove what a client claims? (RFC 9000 8.1.3)
 * @t: contents of the token
 * @is: the packet that it came in: version, address and port; for a Retry's
 *	the packet's destination id as @rscid; the time now
 * @lifetime_s: for how long a token is good
 *
 * Return: true when the client's address is proven.
 */
bool quic_token_fits(const struct quic_token *t, const struct quic_token *is,
		     u64 lifetime_s);

#endif
