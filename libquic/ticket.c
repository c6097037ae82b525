// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ticket.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <netinet/quic.h>

#define EXT_EARLY_DATA	42	/* RFC 8446 4.2 */

static bool has_ticket(gnutls_session_t session)
{
	return gnutls_session_get_flags(session) & GNUTLS_SFLAGS_SESSION_TICKET;
}

/* Bytes of a vector with a length of @width bytes, or NULL past @end. */
static const unsigned char *skip_vector(const unsigned char *p,
					const unsigned char *end, int width)
{
	size_t len = 0;

	if (!p || end - p < width)
		return NULL;
	while (width--)
		len = len << 8 | *p++;
	return (size_t)(end - p) < len ? NULL : p + len;
}

/*
 * Has the last of the messages an early_data extension? The kernel checked
 * their form (RFC 8446 4.6.1): lifetime, age_add, nonce, ticket, extensions.
 */
static bool allows_early(const unsigned char *p, size_t len)
{
	const unsigned char *end = p + len, *msg, *next;
	bool early = false;

	for (; p < end; p = next) {
		next = skip_vector(p + 1, end, 3);
		if (!next || next - p < 12)
			return false;
		msg = skip_vector(p + 12, next, 1);
		msg = skip_vector(msg, next, 2);
		if (!msg || next - msg < 2)
			return false;
		early = false;
		for (msg += 2; msg && next - msg >= 4;
		     msg = skip_vector(msg + 2, next, 2))
			early |= !msg[0] && msg[1] == EXT_EARLY_DATA;
	}
	return early;
}

/* TLS sees the NewSessionTicket message the socket kept (RFC 8446 4.6.1). */
static int feed_ticket(gnutls_session_t session,
		       const struct quic_sockopt_ops *ops, void *priv,
		       bool *early)
{
	unsigned char message[QUIC_TICKET_MAX_LEN];
	size_t len = sizeof(message);
	int ret;

	ret = ops->get(priv, QUIC_SOCKOPT_SESSION_TICKET, message, &len);
	if (ret)
		return ret;
	if (!len)
		return -ENODATA;
	*early = allows_early(message, len);
	ret = gnutls_handshake_write(session,
				     GNUTLS_ENCRYPTION_LEVEL_APPLICATION,
				     message, len);
	explicit_bzero(message, sizeof(message));
	return ret == GNUTLS_E_AGAIN ? 0 : ret;
}

int quic_ticket_take(gnutls_session_t session,
		     const struct quic_sockopt_ops *ops, void *priv,
		     bool *early)
{
	int ret;

	if (has_ticket(session))
		return 0;
	ret = feed_ticket(session, ops, priv, early);
	if (ret)
		return ret;
	/* without a ticket GnuTLS would wait for one to arrive */
	return has_ticket(session) ? 0 : -ENODATA;
}

int quic_ticket_get(gnutls_session_t session,
		    const struct quic_sockopt_ops *ops, void *priv, void *data,
		    size_t *size)
{
	bool early;
	int ret;

	ret = quic_ticket_take(session, ops, priv, &early);
	if (ret)
		return ret;
	return gnutls_session_get_data(session, data, size);
}

int quic_session_get_data(gnutls_session_t session, void *data, size_t *size)
{
	int sockfd = gnutls_transport_get_int(session);

	if (sockfd < 0)
		return -EBADF;
	return quic_ticket_get(session, &quic_sockopt_system,
			       quic_sockopt_priv(sockfd), data, size);
}

int quic_session_set_data(gnutls_session_t session, const void *data,
			  size_t size)
{
	return gnutls_session_set_data(session, data, size);
}
