/* SPDX-License-Identifier: GPL-2.0-only */
/* What a ClientHello says in clear: whom and what the client wants. */
#ifndef _QUIC_CORE_HELLO_H
#define _QUIC_CORE_HELLO_H

#include "env.h"
#include "ranges.h"

/* Bytes of a ClientHello that are looked at; RFC 9000 7.5 wants 4096. */
#define QUIC_HELLO_MAX	4096

/**
 * struct quic_hello - a ClientHello, put together from CRYPTO frames
 * @have: what of it came
 * @data: bytes
 */
struct quic_hello {
	struct quic_ranges have;
	u8 data[QUIC_HELLO_MAX];
};

/**
 * struct quic_hello_names - what was found, pointing into the ClientHello
 * @alpn: list of protocol names, each behind a length byte (RFC 7301 3.1)
 * @sni: host name (RFC 6066 3)
 * @alpn_len: bytes; 0: none
 * @sni_len: bytes; 0: none
 */
struct quic_hello_names {
	const u8 *alpn;
	const u8 *sni;
	u16 alpn_len;
	u16 sni_len;
};

void quic_hello_init(struct quic_hello *h);
void quic_hello_free(struct quic_hello *h);

/* A CRYPTO frame; what lies beyond QUIC_HELLO_MAX is ignored. 0 or -ENOMEM. */
int quic_hello_add(struct quic_hello *h, u64 off, const u8 *data, u64 len,
		   gfp_t gfp);

/**
 * quic_hello_find() - look for the names
 * @h: what came so far
 * @names: result
 *
 * Return: 0 when the ALPN list was found or the ClientHello is complete;
 * -EAGAIN when more of it may tell; -EBADMSG when it is none.
 */
int quic_hello_find(const struct quic_hello *h, struct quic_hello_names *names);

/**
 * quic_hello_offers() - does a client offer one of a server's protocols?
 * @alpn: the client's list, each name behind a length byte
 * @alpn_len: bytes
 * @list: the server's, separated by commas
 * @list_len: bytes
 *
 * Return: true when both have a name in common.
 */
bool quic_hello_offers(const u8 *alpn, u32 alpn_len, const char *list,
		       u32 list_len);

#endif
