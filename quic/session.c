// SPDX-License-Identifier: GPL-2.0-only
#include "session.h"

#include <linux/slab.h>
#include <linux/string.h>

#include "core/ticket.h"
#include "event.h"
#include "hkdf.h"
#include "mib.h"
#include "replay.h"
#include "sock.h"

/**
 * DOC: Session tickets
 *
 * TLS in user space makes and opens session tickets; the kernel keeps what
 * outlives a process. A server's ticket key is not random but derived from a
 * secret (of the network namespace, or what TICKET_SECRET set), so that all
 * workers of a SO_REUSEPORT group, and their successors after a restart, open
 * each other's tickets.
 *
 * Into the derivation goes what a ticket must not outlive: the client's
 * address without port, the QUIC version (RFC 9369 5), and the limits of our
 * transport parameters, below which 0-RTT must not fall (RFC 9000 7.4.1). A
 * ticket from under another set of these does not open, and the handshake is
 * a full one.
 */

#define UNEXPECTED_MESSAGE	(QUIC_ERR_CRYPTO_BASE + 10)

/* What a ticket key is derived from; no padding. */
struct ticket_info {
	u8 addr[16];
	__be64 limits[8];
	__be32 version;
	__be32 family;
};

static void put_addr(struct ticket_info *info, const union quic_addr *peer)
{
	info->family = cpu_to_be32(peer->sa.sa_family);
	if (peer->sa.sa_family == AF_INET6)
		memcpy(info->addr, &peer->v6.sin6_addr, 16);
	else
		memcpy(info->addr, &peer->v4.sin_addr, 4);
}

/* RFC 9000 7.4.1#5, RFC 9221 3#5: less than the ticket's opens no ticket */
static void put_limits(struct ticket_info *info, const struct quic_tparams *tp)
{
	const u64 limits[] = {
		tp->active_connection_id_limit,
		tp->initial_max_data,
		tp->initial_max_stream_data_bidi_local,
		tp->initial_max_stream_data_bidi_remote,
		tp->initial_max_stream_data_uni,
		tp->initial_max_streams_bidi,
		tp->initial_max_streams_uni,
		tp->max_datagram_frame,
	};
	unsigned int i;

	static_assert(ARRAY_SIZE(limits) == ARRAY_SIZE(info->limits));
	for (i = 0; i < ARRAY_SIZE(limits); i++)
		info->limits[i] = cpu_to_be64(limits[i]);
}

static int derive_key(struct sock *sk, u8 *key)
{
	struct quic_sock *q = quic_sk(sk);
	const u8 *secret = q->set.has_ticket_secret ?
			   q->set.ticket_secret :
			   quic_net(sock_net(sk))->ticket_secret;
	u8 prk[QUIC_HKDF_SHA256_LEN];
	struct ticket_info info = {};
	int err;

	put_addr(&info, &q->peer);
	put_limits(&info, &q->conn.local);
	info.version = cpu_to_be32(q->conn.version);
	quic_hkdf_extract_sha256(secret, QUIC_TICKET_SECRET_LEN,
				 (const u8 *)&info, sizeof(info), prk);
	/* a label gives as many bytes as the hash has */
	static_assert(QUIC_TICKET_KEY_LEN == 2 * sizeof(prk));
	err = quic_hkdf_expand_label(prk, sizeof(prk), "quic ticket 1", key,
				     sizeof(prk));
	err = err ?: quic_hkdf_expand_label(prk, sizeof(prk), "quic ticket 2",
					    key + sizeof(prk), sizeof(prk));
	memzero_explicit(prk, sizeof(prk));
	return err;
}

static bool is_server(const struct quic_sock *q)
{
	return q->has_conn && q->conn.server;
}

/* Session data of an earlier connection, which the handshake asks for. */
static int store_session(struct sock *sk, u8 *data, unsigned int len)
{
	struct quic_sock *q = quic_sk(sk);

	if (sk->sk_state == TCP_LISTEN)
		return -EPIPE;
	if (is_server(q) || sk->sk_state == TCP_ESTABLISHED)
		return -EINVAL;
	kfree_sensitive(q->session);
	q->session = data;
	q->session_len = len;
	return 0;
}

/**
 * quic_session_set() - QUIC_SOCKOPT_SESSION_TICKET
 * @sk: client's socket, not yet established
 * @optval: session data, which means nothing to the kernel
 * @optlen: bytes, 64 to 4096
 *
 * Context: process context, without the sock lock.
 * Return: 0; -EINVAL for the length, role or state; -EPIPE when listening;
 * -ENOMEM, -EFAULT.
 */
int quic_session_set(struct sock *sk, sockptr_t optval, unsigned int optlen)
{
	u8 *data;
	int err;

	if (optlen < QUIC_TICKET_MIN_LEN || optlen > QUIC_TICKET_MAX_LEN)
		return -EINVAL;
	data = memdup_sockptr(optval, optlen);
	if (IS_ERR(data))
		return PTR_ERR(data);
	lock_sock(sk);
	err = store_session(sk, data, optlen);
	release_sock(sk);
	if (err)
		kfree_sensitive(data);
	return err;
}

static int copy_value(sockptr_t optval, int *len, const void *data, u32 size)
{
	if (*len < (int)size)
		return -EINVAL;
	*len = size;
	return copy_to_sockptr(optval, data, size) ? -EFAULT : 0;
}

static int copy_ticket_key(struct sock *sk, sockptr_t optval, int *len)
{
	u8 key[QUIC_TICKET_KEY_LEN];
	int err;

	err = derive_key(sk, key);
	if (!err)
		err = copy_value(optval, len, key, sizeof(key));
	memzero_explicit(key, sizeof(key));
	return err;
}

static int copy_session(struct sock *sk, sockptr_t optval, int *len)
{
	struct quic_sock *q = quic_sk(sk);

	if (sk->sk_state == TCP_LISTEN)
		return -EPIPE;
	if (is_server(q))
		return copy_ticket_key(sk, optval, len);
	if (q->tickets && q->tickets->whole)
		return copy_value(optval, len, q->tickets->data,
				  q->tickets->whole);
	return copy_value(optval, len, q->session, q->session_len);
}

/**
 * quic_session_get() - QUIC_SOCKOPT_SESSION_TICKET
 * @sk: socket
 * @optval: room
 * @len: bytes of room in, bytes of the value out
 *
 * A client gets the NewSessionTicket messages that came, or what was set
 * before; a server gets its ticket key for this client.
 *
 * Context: process context, without the sock lock.
 * Return: 0; -EINVAL when there is too little room; -EPIPE when listening;
 * -EFAULT, -ENOMEM.
 */
int quic_session_get(struct sock *sk, sockptr_t optval, int *len)
{
	int err;

	lock_sock(sk);
	err = copy_session(sk, optval, len);
	release_sock(sk);
	return err;
}

/**
 * quic_session_set_secret() - QUIC_SOCKOPT_TICKET_SECRET
 * @sk: socket of a server, which connections that it accepts inherit from
 * @data: secret that ticket keys are derived from
 * @len: QUIC_TICKET_SECRET_LEN
 *
 * Context: sock lock.
 * Return: 0 or -EINVAL.
 */
int quic_session_set_secret(struct sock *sk, const u8 *data, size_t len)
{
	struct quic_settings *set = &quic_sk(sk)->set;

	if (len != QUIC_TICKET_SECRET_LEN || sk->sk_state == TCP_ESTABLISHED)
		return -EINVAL;
	memcpy(set->ticket_secret, data, len);
	set->has_ticket_secret = true;
	return 0;
}

/**
 * quic_session_check_replay() - QUIC_SOCKOPT_REPLAY_CHECK
 * @sk: server's socket in the handshake; once for each
 * @id: what is unique of a ClientHello with early data: its binder
 * @len: bytes, 16 to 64
 *
 * Context: process context, sock lock.
 * Return: 0 when this namespace has not seen @id; -EEXIST when it has; -ENOSPC
 * when too many came in too short a time to remember them all: both mean that
 * 0-RTT is to be rejected. -EINVAL in the wrong state; -ENOMEM.
 */
int quic_session_check_replay(struct sock *sk, const u8 *id, size_t len)
{
	struct quic_sock *q = quic_sk(sk);
	int err;

	/* an id costs memory that all connections share: one for each */
	if (!is_server(q) || sk->sk_state != TCP_SYN_RECV || q->replay_checked)
		return -EINVAL;
	if (len < QUIC_REPLAY_ID_MIN_LEN || len > QUIC_REPLAY_ID_MAX_LEN)
		return -EINVAL;
	q->replay_checked = true;
	err = quic_replay_check(sock_net(sk), id, len);
	if (err)
		QUIC_INC_STATS(sock_net(sk), QUIC_MIB_EARLY_REPLAYS);
	return err;
}

/**
 * quic_session_set_early() - QUIC_SOCKOPT_EARLY_DATA
 * @sk: client's socket with 0-RTT keys, before the peer's parameters are set
 * @info: state: accepted or rejected, as EncryptedExtensions say
 *
 * Context: sock lock.
 * Return: 0 or -EINVAL.
 */
int quic_session_set_early(struct sock *sk, const struct quic_early_data *info)
{
	struct quic_sock *q = quic_sk(sk);

	if (!q->has_conn || sk->sk_state != TCP_SYN_RECV)
		return -EINVAL;
	if (info->state != QUIC_EARLY_DATA_ACCEPTED &&
	    info->state != QUIC_EARLY_DATA_REJECTED)
		return -EINVAL;
	return quic_early_decide(&q->conn,
				 info->state == QUIC_EARLY_DATA_ACCEPTED);
}

/**
 * quic_session_get_early() - QUIC_SOCKOPT_EARLY_DATA
 * @sk: socket
 * @info: filled in
 *
 * Context: sock lock.
 * Return: 0.
 */
int quic_session_get_early(struct sock *sk, struct quic_early_data *info)
{
	const struct quic_sock *q = quic_sk(sk);

	static_assert(QUIC_EARLY_DATA_TRIED == (int)QUIC_EARLY_TRIED);
	static_assert(QUIC_EARLY_DATA_ACCEPTED == (int)QUIC_EARLY_ACCEPTED);
	static_assert(QUIC_EARLY_DATA_REJECTED == (int)QUIC_EARLY_REJECTED);
	memset(info, 0, sizeof(*info));
	if (!q->has_conn)
		return 0;
	info->state = q->conn.early.state;
	info->packets = q->conn.early.pkts;
	info->bytes = q->conn.early.bytes;
	return 0;
}

static enum quic_err take_tickets(struct quic_sock *q)
{
	struct quic_reasm *rx = quic_conn_crypto_rx(&q->conn, QUIC_LVL_APP);
	enum quic_err err = QUIC_ERR_NONE;
	const u8 *data;
	u32 len;

	/* RFC 9001 4.1.3: a client has nothing to say after the handshake */
	if (q->conn.server)
		return UNEXPECTED_MESSAGE;
	if (!q->tickets)
		q->tickets = kzalloc(sizeof(*q->tickets), quic_gfp());
	if (!q->tickets)
		return QUIC_ERR_INTERNAL;
	while (!err && (len = quic_reasm_peek(rx, &data))) {
		err = quic_tickets_add(q->tickets, data, len);
		quic_reasm_consume(rx, len);
	}
	return err;
}

/**
 * quic_session_recv_tickets() - CRYPTO data after the handshake
 * @sk: established socket
 *
 * No reader waits for it. A server's tickets are kept for the socket option;
 * anything else, TLS KeyUpdate above all, ends the connection.
 *
 * Context: sock lock.
 */
void quic_session_recv_tickets(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);
	u32 had = q->tickets ? q->tickets->whole : 0;
	enum quic_err err;

	err = take_tickets(q);
	if (err)
		quic_conn_close(&q->conn, err, false, QUIC_FRAME_CRYPTO, NULL,
				0, quic_now());
	else if (q->tickets->whole > had)
		quic_event_push(sk, QUIC_EVENT_NEW_SESSION_TICKET, 0);
}

/**
 * quic_session_free() - forget tickets and secrets
 * @sk: socket
 *
 * Context: sock lock.
 */
void quic_session_free(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);

	kfree_sensitive(q->tickets);
	q->tickets = NULL;
	kfree_sensitive(q->session);
	q->session = NULL;
	q->session_len = 0;
	memzero_explicit(q->set.ticket_secret, sizeof(q->set.ticket_secret));
	q->set.has_ticket_secret = false;
}
