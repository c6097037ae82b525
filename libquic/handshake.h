/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef LIBQUIC_HANDSHAKE_H
#define LIBQUIC_HANDSHAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <netinet/quic.h>

#include "flight.h"
#include "sockopt.h"

/* What a message read from the socket may hold at most. */
#define QUIC_HANDSHAKE_RECV_BYTES	65536

/* What a peer may send in one handshake, over all messages. */
#define QUIC_HANDSHAKE_PEER_MAX_BYTES	(256 * 1024)

/**
 * struct quic_tparam_payload - payload of TLS extension 0x39
 * @valid: it was got (local) or received (peer)
 * @len: bytes of @data
 * @data: encoded transport parameters (RFC 9000 18)
 */
struct quic_tparam_payload {
	bool valid;
	size_t len;
	uint8_t data[QUIC_TRANSPORT_PARAM_EXT_MAX_LEN];
};

/**
 * struct quic_handshake_opts - what may be asked of a handshake
 * @alpn_required: fail when no protocol is agreed on (RFC 9001 8.1)
 * @alpn_early: client: protocol of the session that is resumed, or NULL
 * @tickets: server: session tickets to send when it is done
 * @early: client: called once when early data can be sent, or NULL; what it
 *	returns, if not 0, ends the handshake
 * @early_arg: argument of @early
 */
struct quic_handshake_opts {
	bool alpn_required;
	const char *alpn_early;
	unsigned int tickets;
	int (*early)(int sockfd, void *arg);
	void *early_arg;
};

/**
 * struct quic_handshake - one handshake
 * @ops: how socket options are reached
 * @priv: argument of @ops
 * @opts: what was asked for
 * @client: this side sent a ClientHello
 * @early_sent: client: 0-RTT keys are installed
 * @tickets_sent: server: they are in the flight
 * @tls_done: TLS is complete; what is in @flight may remain to be done
 * @wants_input: TLS cannot go on without a message
 * @failed: over; every further step is refused
 * @alert: TLS alert that says why, or -1
 * @close_code: transport error that says why, or 0
 * @error: -errno that stopped it from inside a TLS callback, or 0
 * @received_bytes: sum of the peer's messages
 * @local: local transport parameters; the same in every ClientHello
 * @peer: the peer's
 * @flight: what TLS produced and the socket has not taken
 * @step: what the caller was asked to do
 * @active: @step is in the caller's hands
 * @msg: message of @step
 * @iov: its bytes
 * @control: its level
 * @buf: receive buffer of QUIC_HANDSHAKE_RECV_BYTES
 */
struct quic_handshake {
	const struct quic_sockopt_ops *ops;
	void *priv;
	struct quic_handshake_opts opts;
	bool client;
	bool early_sent;
	bool tickets_sent;
	bool tls_done;
	bool wants_input;
	bool failed;
	int alert;
	uint32_t close_code;
	int error;
	size_t received_bytes;
	struct quic_tparam_payload local;
	struct quic_tparam_payload peer;
	struct quic_flight flight;
	struct quic_handshake_step step;
	bool active;
	struct msghdr msg;
	struct iovec iov;
	union {
		size_t align;	/* as struct cmsghdr */
		char buf[CMSG_SPACE(sizeof(struct quic_stream_info)) +
			 CMSG_SPACE(sizeof(struct quic_handshake_info))];
	} control;
	uint8_t *buf;
};

/**
 * quic_handshake_start - begin a handshake over any socket
 * @session: the session
 * @ops: how socket options are reached
 * @priv: argument of @ops
 * @opts: what is asked for; copied
 * @step: set to the first step
 *
 * Return: as quic_handshake_init().
 */
int quic_handshake_start(gnutls_session_t session,
			 const struct quic_sockopt_ops *ops, void *priv,
			 const struct quic_handshake_opts *opts,
			 struct quic_handshake_step **step);

/**
 * quic_handshake_run - do a handshake on a socket, system calls included
 * @session: the session
 * @sockfd: the socket
 * @opts: as above
 *
 * Return: as quic_handshake().
 */
int quic_handshake_run(gnutls_session_t session, int sockfd,
		       const struct quic_handshake_opts *opts);

/**
 * quic_handshake_abort - give up for a reason of the application's
 * @session: the session
 * @error: -errno
 *
 * Return: @error.
 */
int quic_handshake_abort(gnutls_session_t session, int error);

/**
 * quic_handshake_of - the handshake of a session
 * @session: the session
 *
 * Return: the handshake, or NULL when it has none.
 */
struct quic_handshake *quic_handshake_of(gnutls_session_t session);

#endif
