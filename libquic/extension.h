/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef LIBQUIC_EXTENSION_H
#define LIBQUIC_EXTENSION_H

#include <gnutls/gnutls.h>

struct quic_handshake;

/* quic_transport_parameters (RFC 9001 8.2) */
#define QUIC_EXTENSION_TYPE	0x39

/**
 * quic_extension_register - let TLS carry transport parameters
 * @session: session; @handshake becomes the extension's data
 * @handshake: where parameters are kept and sockets reached
 *
 * Return: 0, -EBUSY when the session has the extension, or a GnuTLS code.
 */
int quic_extension_register(gnutls_session_t session,
			    struct quic_handshake *handshake);

/**
 * quic_extension_deliver - the peer's parameters go to the socket
 * @session: the session
 * @handshake: has received them
 *
 * A client's verdict on early data goes first: it is known when all of
 * EncryptedExtensions was read, and the kernel judges the parameters by it
 * (RFC 9000 7.4.1).
 *
 * Return: 0 or a GnuTLS code.
 */
int quic_extension_deliver(gnutls_session_t session,
			   struct quic_handshake *handshake);

#endif
