/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef LIBQUIC_TICKET_H
#define LIBQUIC_TICKET_H

#include <stdbool.h>
#include <stddef.h>

#include <gnutls/gnutls.h>

#include "sockopt.h"

/**
 * quic_ticket_take - have TLS read the tickets that the socket kept
 * @session: the session
 * @ops: how socket options are reached
 * @priv: argument of @ops
 * @early: set to whether a ticket allows early data, when one is read now
 *
 * GnuTLS would send early data with any ticket (RFC 9001 4.6.1).
 *
 * Return: 0, also when that was done before; -ENODATA: none came yet; -errno
 * or a GnuTLS code.
 */
int quic_ticket_take(gnutls_session_t session,
		     const struct quic_sockopt_ops *ops, void *priv,
		     bool *early);

/**
 * quic_ticket_get - quic_session_get_data() over any socket
 * @session: the session
 * @ops: how socket options are reached
 * @priv: argument of @ops
 * @data: buffer
 * @size: its size in bytes; set to the size of the data
 *
 * Return: as there.
 */
int quic_ticket_get(gnutls_session_t session,
		    const struct quic_sockopt_ops *ops, void *priv, void *data,
		    size_t *size);

#endif
