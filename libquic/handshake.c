// SPDX-License-Identifier: LGPL-2.1-or-later
#include "handshake.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cert.h"
#include "extension.h"
#include "level.h"
#include "log.h"
#include "replay.h"
#include "secret.h"

/**
 * DOC: the handshake
 *
 * GnuTLS runs TLS without records: it hands messages and secrets to callbacks,
 * which queue them in a flight, and takes messages from
 * gnutls_handshake_write(). Between two calls of quic_handshake_step() either
 * one system call is in the caller's hands, or the handshake is over.
 * Socket options never block, so they are set here.
 */

struct quic_handshake *quic_handshake_of(gnutls_session_t session)
{
	gnutls_ext_priv_data_t priv = NULL;

	if (gnutls_ext_get_data(session, QUIC_EXTENSION_TYPE, &priv))
		return NULL;
	return priv;
}

static int stop_tls(struct quic_handshake *handshake, int error)
{
	if (!handshake->error)
		handshake->error = error;
	return GNUTLS_E_INTERNAL_ERROR;
}

/* RFC 8446 4.2.10: early data was of the protocol that is agreed on now. */
static int check_early_alpn(gnutls_session_t session,
			    struct quic_handshake *handshake)
{
	const char *want = handshake->opts.alpn_early;
	gnutls_datum_t name = { NULL, 0 };

	if (!handshake->early_sent || !want ||
	    !(gnutls_session_get_flags(session) & GNUTLS_SFLAGS_EARLY_DATA))
		return 0;
	gnutls_alpn_get_selected_protocol(session, &name);
	if (name.size == strlen(want) && !memcmp(name.data, want, name.size))
		return 0;
	quic_log_err("the server took early data of another protocol");
	handshake->alert = GNUTLS_A_ILLEGAL_PARAMETER;
	return GNUTLS_E_ILLEGAL_PARAMETER;
}

/*
 * Once this side has keys of @level the peer's extensions have been read:
 * a server's at the Handshake keys, a client's at the 1-RTT keys.
 */
static int check_peer_extensions(gnutls_session_t session,
				 struct quic_handshake *handshake)
{
	gnutls_datum_t name;

	/* RFC 9001 8.2: without it the connection is closed */
	if (!handshake->peer.valid) {
		quic_log_err("peer sent no transport parameters");
		handshake->alert = GNUTLS_A_MISSING_EXTENSION;
		return GNUTLS_E_MISSING_EXTENSION;
	}
	/* RFC 9001 8.1, RFC 9000 7#2: no_application_protocol */
	if (handshake->opts.alpn_required &&
	    gnutls_alpn_get_selected_protocol(session, &name)) {
		quic_log_err("no application protocol in common");
		handshake->alert = GNUTLS_A_NO_APPLICATION_PROTOCOL;
		return GNUTLS_E_NO_APPLICATION_PROTOCOL;
	}
	return check_early_alpn(session, handshake);
}

static int queue_secret(gnutls_session_t session,
			struct quic_handshake *handshake,
			enum quic_crypto_level level, bool send,
			const void *data, size_t len)
{
	struct quic_crypto_secret secret;
	int ret;

	if (!data)
		return 0;
	ret = quic_secret_build(&secret, session, level, send, data, len);
	if (!ret)
		ret = quic_flight_add_secret(&handshake->flight, &secret);
	explicit_bzero(&secret, sizeof(secret));
	return ret ? stop_tls(handshake, ret) : 0;
}

static int on_secrets(gnutls_session_t session,
		      gnutls_record_encryption_level_t tls_level,
		      const void *read, const void *write, size_t len)
{
	enum quic_crypto_level level = quic_level_from_gnutls(tls_level);
	struct quic_handshake *handshake = quic_handshake_of(session);
	enum quic_crypto_level checked;
	int ret;

	if (!handshake)
		return 0;
	checked = handshake->client ? QUIC_CRYPTO_APP : QUIC_CRYPTO_HANDSHAKE;
	if (level == checked) {
		ret = check_peer_extensions(session, handshake);
		if (!ret && handshake->client)
			ret = quic_extension_deliver(session, handshake);
		if (ret)
			return ret;
	}
	ret = queue_secret(session, handshake, level, false, read, len);
	if (ret)
		return ret;
	return queue_secret(session, handshake, level, true, write, len);
}

static int on_message(gnutls_session_t session,
		      gnutls_record_encryption_level_t tls_level,
		      gnutls_handshake_description_t type, const void *data,
		      size_t len)
{
	struct quic_handshake *handshake = quic_handshake_of(session);
	int ret;

	/* RFC 9001 8.4: change_cipher_spec is not used */
	if (!handshake || type == GNUTLS_HANDSHAKE_CHANGE_CIPHER_SPEC)
		return 0;
	if (type == GNUTLS_HANDSHAKE_CLIENT_HELLO)
		handshake->client = true;
	ret = quic_flight_add_message(&handshake->flight,
				      quic_level_from_gnutls(tls_level), data,
				      len);
	return ret ? stop_tls(handshake, ret) : 0;
}

static int on_alert(gnutls_session_t session,
		    gnutls_record_encryption_level_t tls_level,
		    gnutls_alert_level_t alert_level,
		    gnutls_alert_description_t alert)
{
	struct quic_handshake *handshake = quic_handshake_of(session);

	(void)tls_level;
	(void)alert_level;
	if (handshake && handshake->alert < 0)
		handshake->alert = alert;
	return 0;
}

/* GnuTLS has no record layer here: whoever reads it finds it empty. */
static ssize_t pull_nothing(gnutls_transport_ptr_t ptr, void *data, size_t len)
{
	(void)ptr;
	(void)data;
	(void)len;
	errno = EAGAIN;
	return -1;
}

static int pull_at_once(gnutls_transport_ptr_t ptr, unsigned int timeout_ms)
{
	(void)ptr;
	(void)timeout_ms;
	return 1;
}

static ssize_t push_nothing(gnutls_transport_ptr_t ptr, const void *data,
			    size_t len)
{
	(void)ptr;
	(void)data;
	(void)len;
	errno = EPROTO;
	return -1;
}

static void set_callbacks(gnutls_session_t session)
{
	gnutls_handshake_set_secret_function(session, on_secrets);
	gnutls_handshake_set_read_function(session, on_message);
	gnutls_alert_set_read_function(session, on_alert);
	gnutls_transport_set_pull_function(session, pull_nothing);
	gnutls_transport_set_pull_timeout_function(session, pull_at_once);
	gnutls_transport_set_push_function(session, push_nothing);
}


static uint32_t tls_close_code(gnutls_session_t session,
			       struct quic_handshake *handshake, int ret)
{
	int alert = handshake->alert;
	int level;

	if (alert < 0 && ret == GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR)
		alert = quic_cert_alert(gnutls_session_get_verify_cert_status(
								session));
	if (alert < 0)
		alert = gnutls_error_to_alert(ret, &level);
	if (alert < 0)
		alert = GNUTLS_A_INTERNAL_ERROR;
	/* RFC 9001 4.8 */
	return QUIC_TRANSPORT_ERROR_CRYPTO + alert;
}

static const char *alert_name(uint32_t code)
{
	return gnutls_alert_get_name(code - QUIC_TRANSPORT_ERROR_CRYPTO);
}

static void record_close(struct quic_handshake *handshake, uint32_t code)
{
	struct quic_connection_close close = { .errcode = code };
	const char *name = NULL;
	int ret;

	if (code >= QUIC_TRANSPORT_ERROR_CRYPTO)
		name = alert_name(code);
	if (name)
		strncpy((char *)close.phrase, name, sizeof(close.phrase) - 1);
	ret = handshake->ops->set(handshake->priv, QUIC_SOCKOPT_CONNECTION_CLOSE,
				  &close, sizeof(close));
	if (ret)
		quic_log_debug("recording the reason: %s", strerror(-ret));
}

/* The socket failed, or the peer is gone: there is nobody to tell. */
static int fail_system(struct quic_handshake *handshake, int error)
{
	quic_log_err("handshake: %s", strerror(-error));
	handshake->failed = true;
	quic_flight_purge(&handshake->flight);
	return error;
}

/* This side cannot go on: the peer is told that much. */
static int fail_local(struct quic_handshake *handshake, int error)
{
	record_close(handshake, QUIC_TRANSPORT_ERROR_INTERNAL);
	return fail_system(handshake, error);
}

static int fail_tls(gnutls_session_t session, struct quic_handshake *handshake,
		    int ret)
{
	uint32_t code = handshake->close_code;

	if (handshake->error)
		return fail_local(handshake, handshake->error);
	quic_log_err("handshake: %s", gnutls_strerror(ret));
	handshake->failed = true;
	quic_flight_purge(&handshake->flight);
	if (!code)
		code = tls_close_code(session, handshake, ret);
	record_close(handshake, code);
	return ret;
}

/* Does another message follow at once that will go out with it? */
static bool shares_datagram(const struct quic_flight_item *item)
{
	while ((item = item->next)) {
		if (item->kind == QUIC_FLIGHT_MESSAGE)
			return true;
	}
	return false;
}

static void prepare_send(struct quic_handshake *handshake,
			 struct quic_flight_item *item)
{
	struct quic_handshake_info info = { .crypto_level = item->level };
	struct msghdr *msg = &handshake->msg;
	struct cmsghdr *cmsg;

	memset(msg, 0, sizeof(*msg));
	memset(&handshake->control, 0, sizeof(handshake->control));
	handshake->iov.iov_base = item->data + item->sent;
	handshake->iov.iov_len = item->len - item->sent;
	msg->msg_iov = &handshake->iov;
	msg->msg_iovlen = 1;
	msg->msg_control = handshake->control.buf;
	msg->msg_controllen = CMSG_SPACE(sizeof(info));
	cmsg = CMSG_FIRSTHDR(msg);
	cmsg->cmsg_level = SOL_QUIC;
	cmsg->cmsg_type = QUIC_HANDSHAKE_INFO;
	cmsg->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(cmsg), &info, sizeof(info));

	handshake->step.op = QUIC_HANDSHAKE_STEP_OP_SENDMSG;
	handshake->step.s_sendmsg.msg = msg;
	/* RFC 9000 12.2: a flight's levels share datagrams */
	handshake->step.s_sendmsg.flags = MSG_NOSIGNAL;
	if (shares_datagram(item))
		handshake->step.s_sendmsg.flags |= MSG_MORE;
	handshake->step.s_sendmsg.retval = -EINVAL;
	handshake->active = true;
}

static void prepare_recv(struct quic_handshake *handshake)
{
	struct msghdr *msg = &handshake->msg;

	memset(msg, 0, sizeof(*msg));
	handshake->iov.iov_base = handshake->buf;
	handshake->iov.iov_len = QUIC_HANDSHAKE_RECV_BYTES;
	msg->msg_iov = &handshake->iov;
	msg->msg_iovlen = 1;
	msg->msg_control = handshake->control.buf;
	msg->msg_controllen = sizeof(handshake->control);

	handshake->step.op = QUIC_HANDSHAKE_STEP_OP_RECVMSG;
	handshake->step.s_recvmsg.msg = msg;
	handshake->step.s_recvmsg.flags = 0;
	handshake->step.s_recvmsg.retval = -EINVAL;
	handshake->active = true;
}

/* Install secrets up to the next message; 1: there is one to send. */
static int drain_flight(struct quic_handshake *handshake)
{
	struct quic_flight_item *item;
	int ret;

	while ((item = handshake->flight.head)) {
		if (item->kind == QUIC_FLIGHT_MESSAGE) {
			prepare_send(handshake, item);
			return 1;
		}
		ret = handshake->ops->set(handshake->priv,
					  QUIC_SOCKOPT_CRYPTO_SECRET,
					  &item->secret, sizeof(item->secret));
		quic_log_debug("secret: level %u %s: %s", item->secret.level,
			       item->secret.send ? "send" : "receive",
			       ret ? strerror(-ret) : "installed");
		if (ret)
			return ret;
		if (item->secret.level == QUIC_CRYPTO_EARLY)
			handshake->early_sent = item->secret.send;
		quic_flight_pop(&handshake->flight);
	}
	return 0;
}

static int run_tls(gnutls_session_t session, struct quic_handshake *handshake)
{
	int ret;

	quic_replay_enter(handshake);
	ret = gnutls_handshake(session);
	quic_replay_enter(NULL);
	if (handshake->error)
		return fail_tls(session, handshake, ret);
	if (!ret) {
		handshake->tls_done = true;
		return 0;
	}
	if (ret != GNUTLS_E_AGAIN && ret != GNUTLS_E_INTERRUPTED)
		return fail_tls(session, handshake, ret);
	handshake->wants_input = true;
	return 0;
}

/* RFC 8446 4.6.1; on_message() puts them into the flight. */
static int send_tickets(gnutls_session_t session,
			struct quic_handshake *handshake)
{
	int ret;

	handshake->tickets_sent = true;
	ret = gnutls_session_ticket_send(session, handshake->opts.tickets, 0);
	if (ret || handshake->error)
		return fail_tls(session, handshake, ret);
	return 0;
}

static int next_step(gnutls_session_t session, struct quic_handshake *handshake,
		     struct quic_handshake_step **step)
{
	int ret;

	*step = &handshake->step;
	for (;;) {
		ret = drain_flight(handshake);
		if (ret < 0)
			return fail_local(handshake, ret);
		if (ret)
			return 0;
		if (handshake->tls_done && handshake->opts.tickets &&
		    !handshake->tickets_sent) {
			ret = send_tickets(session, handshake);
			if (ret)
				return ret;
			continue;
		}
		if (handshake->tls_done) {
			*step = NULL;
			return 0;
		}
		if (handshake->wants_input) {
			prepare_recv(handshake);
			return 0;
		}
		ret = run_tls(session, handshake);
		if (ret)
			return ret;
	}
}

static int finish_send(struct quic_handshake *handshake)
{
	ssize_t sent = handshake->step.s_sendmsg.retval;
	struct quic_flight_item *item = handshake->flight.head;

	if (sent < 0)
		return fail_system(handshake, sent);
	if (!sent || (size_t)sent > item->len - item->sent)
		return fail_system(handshake, -EPROTO);
	item->sent += sent;
	if (item->sent == item->len)
		quic_flight_pop(&handshake->flight);
	return 0;
}

static int message_level(struct msghdr *msg,
			 gnutls_record_encryption_level_t *level)
{
	struct quic_handshake_info info;
	struct cmsghdr *cmsg;

	for (cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = CMSG_NXTHDR(msg, cmsg)) {
		if (cmsg->cmsg_level != SOL_QUIC ||
		    cmsg->cmsg_type != QUIC_HANDSHAKE_INFO)
			continue;
		if (cmsg->cmsg_len < CMSG_LEN(sizeof(info)))
			return -EPROTO;
		memcpy(&info, CMSG_DATA(cmsg), sizeof(info));
		return quic_level_to_gnutls(info.crypto_level, level);
	}
	return -EPROTO;
}

static int finish_recv(gnutls_session_t session,
		       struct quic_handshake *handshake)
{
	ssize_t len = handshake->step.s_recvmsg.retval;
	gnutls_record_encryption_level_t level;
	int ret;

	if (!len)
		len = -ECONNRESET;
	if (len < 0)
		return fail_system(handshake, len);
	if (len > QUIC_HANDSHAKE_RECV_BYTES)
		return fail_system(handshake, -EPROTO);
	/* An event the application asked for; it is not ours to keep. */
	if (handshake->msg.msg_flags & MSG_QUIC_NOTIFICATION)
		return 0;
	ret = message_level(&handshake->msg, &level);
	if (ret)
		return fail_system(handshake, ret);

	handshake->received_bytes += len;
	if (handshake->received_bytes > QUIC_HANDSHAKE_PEER_MAX_BYTES) {
		handshake->close_code = QUIC_TRANSPORT_ERROR_CRYPTO_BUF_EXCEEDED;
		return fail_tls(session, handshake,
				GNUTLS_E_HANDSHAKE_TOO_LARGE);
	}
	ret = gnutls_handshake_write(session, level, handshake->buf, len);
	if (ret < 0 && ret != GNUTLS_E_AGAIN)
		return fail_tls(session, handshake, ret);
	handshake->wants_input = false;
	return 0;
}

static int finish_step(gnutls_session_t session,
		       struct quic_handshake *handshake)
{
	handshake->active = false;
	if (handshake->step.op == QUIC_HANDSHAKE_STEP_OP_SENDMSG)
		return finish_send(handshake);
	return finish_recv(session, handshake);
}

int quic_handshake_start(gnutls_session_t session,
			 const struct quic_sockopt_ops *ops, void *priv,
			 const struct quic_handshake_opts *opts,
			 struct quic_handshake_step **step)
{
	struct quic_handshake *handshake;
	int ret = -ENOMEM;

	*step = NULL;
	handshake = calloc(1, sizeof(*handshake));
	if (!handshake)
		return -ENOMEM;
	handshake->ops = ops;
	handshake->priv = priv;
	handshake->opts = *opts;
	handshake->alert = -1;
	handshake->buf = malloc(QUIC_HANDSHAKE_RECV_BYTES);
	if (!handshake->buf)
		goto err_free;
	ret = quic_extension_register(session, handshake);
	if (ret)
		goto err_free;
	set_callbacks(session);

	ret = next_step(session, handshake, step);
	if (ret) {
		*step = NULL;
		quic_handshake_deinit(session);
	}
	return ret;

err_free:
	free(handshake->buf);
	free(handshake);
	return ret;
}

int quic_handshake_init(gnutls_session_t session,
			struct quic_handshake_step **step)
{
	int sockfd = gnutls_transport_get_int(session);
	const struct quic_handshake_opts opts = { 0 };

	if (sockfd < 0)
		return -EBADF;
	return quic_handshake_start(session, &quic_sockopt_system,
				    quic_sockopt_priv(sockfd), &opts, step);
}

int quic_handshake_step(gnutls_session_t session,
			struct quic_handshake_step **step)
{
	struct quic_handshake *handshake = quic_handshake_of(session);
	int ret;

	if (!handshake || handshake->failed || !handshake->active ||
	    *step != &handshake->step)
		return -EINVAL;
	*step = NULL;
	ret = finish_step(session, handshake);
	if (ret)
		return ret;
	ret = next_step(session, handshake, step);
	if (ret)
		*step = NULL;
	return ret;
}

int quic_handshake_abort(gnutls_session_t session, int error)
{
	return fail_local(quic_handshake_of(session), error);
}

void quic_handshake_deinit(gnutls_session_t session)
{
	struct quic_handshake *handshake = quic_handshake_of(session);

	if (!handshake)
		return;
	gnutls_ext_set_data(session, QUIC_EXTENSION_TYPE, NULL);
	quic_flight_purge(&handshake->flight);
	free(handshake->buf);
	free(handshake);
}
