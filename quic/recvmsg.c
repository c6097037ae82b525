// SPDX-License-Identifier: GPL-2.0-only
/* recvmsg(2): events, handshake messages, datagrams, then stream data. */
#include "sock.h"
#include "proto.h"

#include <linux/net.h>
#include <linux/sched/signal.h>
#include <net/inet_common.h>

#include "event.h"
#include "trace.h"

/* An APP-level message on a client is a ticket, and kept elsewhere. */
static int crypto_level(const struct quic_sock *q)
{
	int level = quic_conn_crypto_readable(&q->conn);

	if (level == QUIC_LVL_APP && !q->conn.server &&
	    q->conn.state >= QUIC_CONN_ESTABLISHED)
		return -EAGAIN;
	return level;
}

static bool is_reset(const struct quic_stream *s)
{
	return s->recv_state == QUIC_RECV_RESET_RECVD;
}

/*
 * The first stream that has bytes or its end to deliver. A reset takes the
 * place of both, and was told by an event: nothing is left to read.
 */
static struct quic_stream *readable_stream(struct quic_sock *q)
{
	struct quic_stream *s;

	while ((s = quic_stream_readable(&q->conn)) && is_reset(s))
		quic_stream_read(&q->conn, s, 0, true);
	return s;
}

/**
 * quic_recv_skip_resets() - do not wake a reader for what is not to be read
 * @sk: socket with a connection
 *
 * Context: sock lock.
 * Return: true when there is something for recvmsg().
 */
bool quic_recv_skip_resets(struct sock *sk)
{
	struct quic_stream *s = readable_stream(quic_sk(sk));

	return s || quic_recv_ready(sk);
}

static bool has_data(struct quic_sock *q)
{
	return quic_dgram_readable(&q->conn) || readable_stream(q);
}

/* The same, without the lock: a reset counts, too. */
static bool data_queued(const struct quic_sock *q)
{
	return !list_empty_careful(&q->conn.dgrams.rx) ||
	       !list_empty_careful(&q->conn.streams.readq);
}

/**
 * quic_recv_ready() - is there something for recvmsg()?
 * @sk: socket
 *
 * Context: any; a guess without the sock lock.
 * Return: true for an event, handshake bytes, a datagram or stream data.
 */
bool quic_recv_ready(struct sock *sk)
{
	const struct quic_sock *q = quic_sk(sk);

	if (!READ_ONCE(q->has_conn))
		return false;
	return quic_event_ready(sk) || crypto_level(q) >= 0 ||
	       (READ_ONCE(sk->sk_state) != TCP_SYN_RECV && data_queued(q));
}

/**
 * quic_recv_early_ready() - is there 0-RTT data for who asks for it?
 * @sk: socket
 *
 * Context: any; a guess without the sock lock.
 * Return: true for stream data before the handshake is through.
 */
bool quic_recv_early_ready(struct sock *sk)
{
	const struct quic_sock *q = quic_sk(sk);

	return READ_ONCE(sk->sk_state) == TCP_SYN_RECV &&
	       READ_ONCE(q->has_conn) && data_queued(q);
}

/*
 * In the handshake, whoever does it and whoever wants early data read the
 * same socket: neither gets what is the other's.
 */
static bool wants_early(const struct sock *sk, int flags)
{
	return sk->sk_state == TCP_SYN_RECV && flags & MSG_QUIC_EARLY_DATA;
}

static bool has_item(struct sock *sk, int flags)
{
	struct quic_sock *q = quic_sk(sk);

	if (!q->has_conn)
		return false;
	if (wants_early(sk, flags))
		return has_data(q);
	if (quic_event_ready(sk) || crypto_level(q) >= 0)
		return true;
	return sk->sk_state != TCP_SYN_RECV && has_data(q);
}

static int ended_errno(struct sock *sk)
{
	if (sk->sk_err)
		return sock_error(sk);
	return -ENOTCONN;
}

static int check_wait(struct sock *sk, long timeo)
{
	if (sk->sk_state == TCP_LISTEN || sk->sk_state == TCP_CLOSE ||
	    sk->sk_shutdown & RCV_SHUTDOWN)
		return ended_errno(sk);
	/* Version Negotiation: the handshake has to begin again */
	if (sk->sk_err)
		return sock_error(sk);
	if (!timeo)
		return -EAGAIN;
	return signal_pending(current) ? sock_intr_errno(timeo) : 0;
}

/* What is queued comes before any error. */
static int wait_item(struct sock *sk, long timeo, int flags)
{
	DEFINE_WAIT_FUNC(wait, woken_wake_function);
	int err = 0;

	if (has_item(sk, flags))
		return 0;
	add_wait_queue(sk_sleep(sk), &wait);
	while (!has_item(sk, flags)) {
		err = check_wait(sk, timeo);
		if (err)
			break;
		release_sock(sk);
		timeo = wait_woken(&wait, TASK_INTERRUPTIBLE, timeo);
		lock_sock(sk);
	}
	remove_wait_queue(sk_sleep(sk), &wait);
	return err;
}

/* Copy consecutive bytes from the front of a queue, in one walk; consumes none. */
static ssize_t copy_run(const struct quic_reasm *r, struct msghdr *msg,
			size_t len)
{
	const struct quic_seg *seg;
	size_t done = 0, n;
	u64 at = r->next;

	list_for_each_entry(seg, &r->segs, list) {
		if (done == len || at == r->ready)
			break;
		n = min_t(u64, seg->off + seg->len - at, len - done);
		if (memcpy_to_msg(msg, (void *)(seg->data + (at - seg->off)), n))
			return done ?: -EFAULT;
		done += n;
		at += n;
	}
	return done;
}

/* ---- handshake messages -------------------------------------------------- */

static ssize_t recv_handshake(struct sock *sk, struct msghdr *msg, size_t len,
			      int flags)
{
	struct quic_sock *q = quic_sk(sk);
	int level = crypto_level(q);
	struct quic_handshake_info info = { .crypto_level = level };
	struct quic_reasm *rx;
	ssize_t n;

	rx = quic_conn_crypto_rx(&q->conn, (enum quic_level)level);
	n = copy_run(rx, msg, len);
	if (n < 0)
		return n;
	put_cmsg(msg, SOL_QUIC, QUIC_HANDSHAKE_INFO, sizeof(info), &info);
	if (rx->next + n == rx->ready)
		msg->msg_flags |= MSG_EOR;
	if (!(flags & MSG_PEEK))
		quic_reasm_consume(rx, n);
	return n;
}

/* ---- datagrams ----------------------------------------------------------- */

/* One message per call; the rest of one that is too long comes next. */
static ssize_t recv_datagram(struct sock *sk, struct msghdr *msg, size_t len,
			     int flags)
{
	struct quic_conn *c = &quic_sk(sk)->conn;
	struct quic_dgram *d = quic_dgram_readable(c);
	size_t n = min_t(size_t, len, d->len - d->read);
	bool whole = d->read + n == d->len;

	if (memcpy_to_msg(msg, d->data + d->read, n))
		return -EFAULT;
	msg->msg_flags |= MSG_QUIC_DATAGRAM;
	if (whole)
		msg->msg_flags |= MSG_EOR;
	if (!(flags & MSG_PEEK))
		quic_dgram_read(c, d, n, whole);
	c->dgrams.rx_max = READ_ONCE(sk->sk_rcvbuf);
	return n;
}

/* ---- stream data --------------------------------------------------------- */

static void put_stream_info(struct msghdr *msg, u64 id, bool fin)
{
	struct quic_stream_info info = {
		.stream_id = id,
		.stream_flags = fin ? MSG_QUIC_STREAM_FIN : 0,
	};

	put_cmsg(msg, SOL_QUIC, QUIC_STREAM_INFO, sizeof(info), &info);
	if (msg->msg_flags & MSG_CTRUNC)
		msg->msg_flags |= info.stream_flags;
}

static ssize_t recv_stream(struct sock *sk, struct msghdr *msg, size_t len,
			   int flags)
{
	struct quic_sock *q = quic_sk(sk);
	struct quic_stream *s = readable_stream(q);
	ssize_t n;
	bool fin;

	n = copy_run(&s->rx, msg, len);
	if (n < 0)
		return n;
	fin = quic_stream_at_fin(s, n);
	put_stream_info(msg, s->id, fin);
	if (flags & MSG_PEEK)
		return n;
	trace_quic_stream_data_moved(&q->conn, s->id, s->rx.next, n, fin, false);
	/* may bury the stream */
	quic_stream_read(&q->conn, s, n, fin);
	/* windows may have opened */
	if (q->conn.news || q->conn.pending ||
	    !list_empty(&q->conn.streams.ctlq))
		quic_sock_push(sk);
	return n;
}

static ssize_t recv_item(struct sock *sk, struct msghdr *msg, size_t len,
			 int flags)
{
	bool early = wants_early(sk, flags);

	if (!early && quic_event_ready(sk))
		return quic_event_recv(sk, msg, len, flags & MSG_PEEK);
	if (!early && crypto_level(quic_sk(sk)) >= 0)
		return recv_handshake(sk, msg, len, flags);
	if (quic_dgram_readable(&quic_sk(sk)->conn))
		return recv_datagram(sk, msg, len, flags);
	return recv_stream(sk, msg, len, flags);
}

/**
 * quic_recvmsg() - recvmsg(2)
 * @sk: socket
 * @msg: destination; a control message says what was received
 * @len: bytes of room
 * @flags: MSG_PEEK, MSG_DONTWAIT, MSG_QUIC_EARLY_DATA; MSG_ERRQUEUE:
 *	completions of MSG_ZEROCOPY, and nothing else
 * @addr_len: not set: the peer never changes within a call
 *
 * Context: process context.
 * Return: bytes of one event, of handshake messages of one level, of one
 * datagram, or of one stream; -EAGAIN; -ENOTCONN without connection or once
 * it ended and everything was read, or with REAL_ERRORS, once, why it ended:
 * -ETIMEDOUT, -ECONNRESET, -ECONNREFUSED, -EPROTO, -EPROTONOSUPPORT,
 * -EHOSTUNREACH.
 */
int quic_recvmsg(struct sock *sk, struct msghdr *msg, size_t len, int flags,
		 int *addr_len)
{
	ssize_t ret;

	if (unlikely(flags & MSG_ERRQUEUE))
		return inet_recv_error(sk, msg, len, addr_len);
	lock_sock(sk);
	ret = wait_item(sk, sock_rcvtimeo(sk, flags & MSG_DONTWAIT), flags);
	if (!ret)
		ret = recv_item(sk, msg, len, flags);
	release_sock(sk);
	return ret;
}
