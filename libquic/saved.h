/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef LIBQUIC_SAVED_H
#define LIBQUIC_SAVED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/quic.h>

#include "alpn.h"

/* SHA-256 */
#define QUIC_SAVED_PEER_LEN	32

/**
 * struct quic_saved - what a client keeps of a connection
 * @version: QUIC version; a ticket is good for no other (RFC 9369 5)
 * @alpn: protocol that was agreed on, empty: none
 * @peer: digest of who the server proved to be, and to whose satisfaction
 * @params: the server's transport parameters (RFC 9000 7.4.1)
 * @early: the ticket allows early data
 * @tls: GnuTLS' session data
 * @tls_len: its bytes
 */
struct quic_saved {
	uint32_t version;
	char alpn[QUIC_ALPN_MAX_NAME_LEN + 1];
	unsigned char peer[QUIC_SAVED_PEER_LEN];
	struct quic_transport_param params;
	bool early;
	const void *tls;
	size_t tls_len;
};

/**
 * quic_saved_pack - to bytes, the same on every machine
 * @saved: what to keep
 * @data: room
 * @size: its bytes; set to the bytes needed
 *
 * Return: 0 or -ENOSPC.
 */
int quic_saved_pack(const struct quic_saved *saved, void *data, size_t *size);

/**
 * quic_saved_unpack - from bytes
 * @saved: filled in; @saved->tls points into @data
 * @data: bytes, of unknown origin
 * @size: their count
 *
 * Return: 0, or -EINVAL for anything that quic_saved_pack() did not make.
 */
int quic_saved_unpack(struct quic_saved *saved, const void *data, size_t size);

#endif
