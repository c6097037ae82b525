// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ticket.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <netinet/quic.h>

static bool has_ticket(gnutls_session_t session)
{
	return gnutls_session_get_flags(session) & GNUTLS_SFLAGS_SESSION_TICKET;
}

/* TLS sees the NewSessionTicket message the socket kept (RFC 8446 4.6.1). */
static int feed_ticket(gnutls_session_t session,
		       const struct quic_sockopt_ops *ops, void *priv)
{
	unsigned char message[QUIC_TICKET_MAX_LEN];
	size_t len = sizeof(message);
	int ret;

	ret = ops->get(priv, QUIC_SOCKOPT_SESSION_TICKET, message, &len);
	if (ret)
		return ret;
	if (!len)
		return -ENODATA;
	ret = gnutls_handshake_write(session,
				     GNUTLS_ENCRYPTION_LEVEL_APPLICATION,
				     message, len);
	explicit_bzero(message, sizeof(message));
	return ret == GNUTLS_E_AGAIN ? 0 : ret;
}

int quic_ticket_take(gnutls_session_t session,
		     const struct quic_sockopt_ops *ops, void *priv)
{
	int ret;

	if (has_ticket(session))
		return 0;
	ret = feed_ticket(session, ops, priv);
	if (ret)
		return ret;
	/* without a ticket GnuTLS would wait for one to arrive */
	return has_ticket(session) ? 0 : -ENODATA;
}

int quic_ticket_get(gnutls_session_t session,
		    const struct quic_sockopt_ops *ops, void *priv, void *data,
		    size_t *size)
{
	int ret;

	ret = quic_ticket_take(session, ops, priv);
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
