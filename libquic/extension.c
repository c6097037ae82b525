// SPDX-License-Identifier: LGPL-2.1-or-later
#include "extension.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "handshake.h"
#include "log.h"

static int refuse_params(struct quic_handshake *handshake, const char *why)
{
	quic_log_err("peer's transport parameters: %s", why);
	handshake->close_code = QUIC_TRANSPORT_ERROR_TRANSPORT_PARAM;
	return GNUTLS_E_ILLEGAL_PARAMETER;
}

/* A kernel without the option finds out by itself. */
static int tell_early(gnutls_session_t session,
		      struct quic_handshake *handshake)
{
	bool accepted = gnutls_session_get_flags(session) &
			GNUTLS_SFLAGS_EARLY_DATA;
	struct quic_early_data early = {
		.state = accepted ? QUIC_EARLY_DATA_ACCEPTED :
				    QUIC_EARLY_DATA_REJECTED,
	};
	int ret;

	if (!handshake->early_sent)
		return 0;
	quic_log_debug("early data: %s", accepted ? "accepted" : "rejected");
	ret = handshake->ops->set(handshake->priv, QUIC_SOCKOPT_EARLY_DATA,
				  &early, sizeof(early));
	return ret == -ENOPROTOOPT ? 0 : ret;
}

int quic_extension_deliver(gnutls_session_t session,
			   struct quic_handshake *handshake)
{
	const struct quic_tparam_payload *peer = &handshake->peer;
	int ret;

	ret = tell_early(session, handshake);
	if (!ret) {
		ret = handshake->ops->set(handshake->priv,
					  QUIC_SOCKOPT_TRANSPORT_PARAM_EXT,
					  peer->data, peer->len);
		if (ret == -EINVAL)
			return refuse_params(handshake,
					     "refused by the kernel");
	}
	if (!ret)
		return 0;
	handshake->error = ret;
	return GNUTLS_E_INTERNAL_ERROR;
}

/* A client waits for the rest of EncryptedExtensions. */
static int store_params(gnutls_session_t session,
			struct quic_handshake *handshake,
			const unsigned char *data, size_t len)
{
	struct quic_tparam_payload *peer = &handshake->peer;

	memcpy(peer->data, data, len);
	peer->len = len;
	peer->valid = true;
	return handshake->client ? 0 :
	       quic_extension_deliver(session, handshake);
}

static int recv_params(gnutls_session_t session, const unsigned char *data,
		       size_t len)
{
	struct quic_handshake *handshake = quic_handshake_of(session);

	if (!handshake)
		return GNUTLS_E_INTERNAL_ERROR;
	if (!len || len > QUIC_TRANSPORT_PARAM_EXT_MAX_LEN)
		return refuse_params(handshake, "too short or too long");
	if (!handshake->peer.valid)
		return store_params(session, handshake, data, len);
	/*
	 * RFC 8446 4.1.2: the ClientHello after a HelloRetryRequest differs
	 * from the first only in what the retry is about.
	 */
	if (len != handshake->peer.len ||
	    memcmp(data, handshake->peer.data, len))
		return refuse_params(handshake, "changed after a retry");
	return 0;
}

static int load_params(struct quic_handshake *handshake)
{
	struct quic_tparam_payload *local = &handshake->local;
	size_t len = sizeof(local->data);
	int ret;

	if (local->valid)
		return 0;
	ret = handshake->ops->get(handshake->priv,
				  QUIC_SOCKOPT_TRANSPORT_PARAM_EXT,
				  local->data, &len);
	if (ret)
		return ret;
	local->len = len;
	local->valid = true;
	return 0;
}

static int send_params(gnutls_session_t session, gnutls_buffer_t extdata)
{
	struct quic_handshake *handshake = quic_handshake_of(session);
	int ret;

	if (!handshake)
		return GNUTLS_E_INTERNAL_ERROR;
	ret = load_params(handshake);
	if (ret) {
		quic_log_err("local transport parameters: %s", strerror(-ret));
		handshake->error = ret;
		return GNUTLS_E_INTERNAL_ERROR;
	}
	ret = gnutls_buffer_append_data(extdata, handshake->local.data,
					handshake->local.len);
	return ret < 0 ? ret : (int)handshake->local.len;
}

int quic_extension_register(gnutls_session_t session,
			    struct quic_handshake *handshake)
{
	unsigned int flags = GNUTLS_EXT_FLAG_TLS |
			     GNUTLS_EXT_FLAG_CLIENT_HELLO | GNUTLS_EXT_FLAG_EE;
	int ret;

	ret = gnutls_session_ext_register(session, "quic_transport_parameters",
					  QUIC_EXTENSION_TYPE, GNUTLS_EXT_TLS,
					  recv_params, send_params, NULL, NULL,
					  NULL, flags);
	if (ret == GNUTLS_E_ALREADY_REGISTERED)
		return -EBUSY;
	if (ret)
		return ret;
	gnutls_ext_set_data(session, QUIC_EXTENSION_TYPE, handshake);
	return 0;
}
