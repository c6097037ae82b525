// SPDX-License-Identifier: GPL-2.0-only
/* sendmsg(2): handshake messages, stream data and datagrams. */
#include "sendmsg.h"

#include <linux/net.h>
#include <linux/sched/signal.h>
#include <linux/skbuff.h>

#include "proto.h"
#include "sock.h"
#include "trace.h"
#include "tx.h"
#include "txbuf.h"

#define STREAM_FLAGS	(MSG_QUIC_STREAM_NEW | MSG_QUIC_STREAM_FIN | \
			 MSG_QUIC_STREAM_UNI | MSG_QUIC_STREAM_DONTWAIT | \
			 MSG_QUIC_STREAM_SNDBLOCK)
#define SEND_FLAGS	(STREAM_FLAGS | MSG_QUIC_DATAGRAM | MSG_BATCH | \
			 MSG_MORE | MSG_DONTWAIT | MSG_NOSIGNAL | \
			 MSG_WAITALL | MSG_SPLICE_PAGES | MSG_ZEROCOPY | \
			 MSG_CMSG_COMPAT)

/* Wake a writer only when there is room for a good piece. */
#define WAKE_DIVISOR	3

/**
 * struct send_info - what a message says about itself
 * @stream_id: -1: none named
 * @flags: MSG_QUIC_STREAM_*
 * @level: enum quic_crypto_level
 * @has_stream: STREAM_INFO was there
 * @has_handshake: HANDSHAKE_INFO was there
 */
struct send_info {
	s64 stream_id;
	u32 flags;
	u8 level;
	bool has_stream;
	bool has_handshake;
};

static int read_cmsg(struct cmsghdr *cmsg, struct send_info *info)
{
	size_t len = cmsg->cmsg_len - sizeof(*cmsg);
	struct quic_handshake_info hs = {};
	struct quic_stream_info st = {};

	switch (cmsg->cmsg_type) {
	case QUIC_STREAM_INFO:
		memcpy(&st, CMSG_DATA(cmsg), min(len, sizeof(st)));
		if (st.stream_flags & ~STREAM_FLAGS || st.stream_id < -1)
			return -EINVAL;
		info->stream_id = st.stream_id;
		info->flags |= st.stream_flags;
		info->has_stream = true;
		return 0;
	case QUIC_HANDSHAKE_INFO:
		memcpy(&hs, CMSG_DATA(cmsg), min(len, sizeof(hs)));
		if (hs.crypto_level >= QUIC_CRYPTO_MAX)
			return -EINVAL;
		info->level = hs.crypto_level;
		info->has_handshake = true;
		return 0;
	default:
		return -EINVAL;
	}
}

static int read_control(struct msghdr *msg, struct send_info *info)
{
	struct cmsghdr *cmsg;
	int err;

	info->stream_id = -1;
	info->flags = msg->msg_flags & STREAM_FLAGS;
	for_each_cmsghdr(cmsg, msg) {
		if (!CMSG_OK(msg, cmsg))
			return -EINVAL;
		if (cmsg->cmsg_level != SOL_QUIC)
			continue;
		err = read_cmsg(cmsg, info);
		if (err)
			return err;
	}
	if (info->has_stream && info->has_handshake)
		return -EINVAL;
	return 0;
}

/* ---- waiting ------------------------------------------------------------- */

static bool can_send(const struct sock *sk)
{
	return quic_sock_may_write(sk) && !(sk->sk_shutdown & SEND_SHUTDOWN);
}

static int closed_errno(struct sock *sk)
{
	return sock_error(sk) ?: -EPIPE;
}

/*
 * Sleep until write_space() or the end; drops the lock meanwhile. At the end
 * -EPIPE: why it came is told once, by closed_errno(), to a call that fails.
 */
static int wait_once(struct sock *sk, long *timeo, wait_queue_entry_t *wait)
{
	if (!*timeo)
		return -EAGAIN;
	if (signal_pending(current))
		return sock_intr_errno(*timeo);
	sk_set_bit(SOCKWQ_ASYNC_NOSPACE, sk);
	release_sock(sk);
	*timeo = wait_woken(wait, TASK_INTERRUPTIBLE, *timeo);
	lock_sock(sk);
	return can_send(sk) ? 0 : -EPIPE;
}

static bool has_room(const struct sock *sk)
{
	return quic_sock_wspace(sk) > 0;
}

static int wait_room(struct sock *sk, long *timeo)
{
	DEFINE_WAIT_FUNC(wait, woken_wake_function);
	int err = 0;

	/* what the buffer holds has to be on its way before one waits for it */
	quic_nagle_write(&quic_sk(sk)->conn, false, quic_now());
	quic_sock_push(sk);
	add_wait_queue(sk_sleep(sk), &wait);
	while (!err && !has_room(sk))
		err = wait_once(sk, timeo, &wait);
	remove_wait_queue(sk_sleep(sk), &wait);
	return err;
}

/**
 * quic_stream_open_wait() - open a stream, waiting for the peer's leave
 * @sk: socket that may write
 * @id: id, or -1 for the next
 * @flags: MSG_QUIC_STREAM_UNI chooses the type when @id is -1;
 *	MSG_QUIC_STREAM_SNDBLOCK has the peer told each time that it holds us up
 * @dontwait: do not wait
 * @sp: the stream
 *
 * Context: process context, sock lock, which is dropped while waiting.
 * Return: 0; -EINVAL at the limit of 0-RTT; -EAGAIN at the peer's limit, when not waiting or after
 * SO_SNDTIMEO; -EPIPE or the connection's error when it ended; others of
 * quic_stream_open().
 */
int quic_stream_open_wait(struct sock *sk, s64 id, u32 flags, bool dontwait,
			  struct quic_stream **sp)
{
	bool uni = flags & MSG_QUIC_STREAM_UNI;
	struct quic_sock *q = quic_sk(sk);
	DEFINE_WAIT_FUNC(wait, woken_wake_function);
	long timeo;
	int err;

	/* SNDBLOCK: STREAMS_BLOCKED also when it was said for this limit */
	if (flags & MSG_QUIC_STREAM_SNDBLOCK)
		q->conn.streams.blocked_at[uni] = U64_MAX;
	err = quic_stream_open(&q->conn, id, uni, GFP_KERNEL, sp);
	if (err != -EAGAIN)
		return err;
	/* RFC 9000 7.4.1: what is remembered for 0-RTT cannot grow */
	if (sk->sk_state == TCP_SYN_RECV && !q->conn.server)
		return -EINVAL;
	/* STREAMS_BLOCKED goes out */
	quic_sock_push(sk);
	timeo = sock_sndtimeo(sk, dontwait);
	add_wait_queue(sk_sleep(sk), &wait);
	do {
		err = wait_once(sk, &timeo, &wait);
		if (err)
			break;
		err = quic_stream_open(&q->conn, id, uni, GFP_KERNEL, sp);
	} while (err == -EAGAIN);
	remove_wait_queue(sk_sleep(sk), &wait);
	return err == -EPIPE ? closed_errno(sk) : err;
}

/**
 * quic_send_ready() - would sendmsg() take something?
 * @sk: socket
 *
 * Context: any; a guess without the sock lock.
 * Return: true too when it would fail at once.
 */
bool quic_send_ready(struct sock *sk)
{
	const struct quic_sock *q = quic_sk(sk);
	int state = READ_ONCE(sk->sk_state);

	if (READ_ONCE(sk->sk_shutdown) & SEND_SHUTDOWN)
		return true;
	if (state == TCP_SYN_RECV || state == TCP_CLOSE)
		return true;
	if (state != TCP_ESTABLISHED)
		return false;
	if (quic_sock_wspace(sk) < READ_ONCE(sk->sk_sndbuf) / WAKE_DIVISOR)
		return false;
	return READ_ONCE(q->conn.flow.tx_max) >
	       READ_ONCE(q->conn.flow.tx_sent);
}

/* ---- handshake messages -------------------------------------------------- */

static int send_handshake(struct sock *sk, struct msghdr *msg, size_t len,
			  const struct send_info *info)
{
	struct quic_sock *q = quic_sk(sk);
	u8 *data;
	int err;

	if (!len || len > QUIC_CRYPTO_BUFFER_BYTES)
		return -EMSGSIZE;
	/* the latter: Version Negotiation, the handshake begins again */
	if (!q->has_conn || sk->sk_shutdown & SEND_SHUTDOWN || sk->sk_err)
		return closed_errno(sk);
	if (info->level == QUIC_CRYPTO_EARLY)
		return -EINVAL;
	data = kvmalloc(len, GFP_KERNEL);
	if (!data)
		return -ENOMEM;
	err = -EFAULT;
	if (copy_from_iter_full(data, len, &msg->msg_iter))
		err = quic_conn_crypto_write(&q->conn,
					     (enum quic_level)info->level,
					     data, len, GFP_KERNEL);
	kvfree(data);
	if (err)
		return err;
	if (q->conn.state == QUIC_CONN_HANDSHAKE)
		quic_nagle_write(&q->conn, msg->msg_flags & MSG_MORE,
				 quic_now());
	quic_sock_push(sk);
	return len;
}

/* ---- stream data --------------------------------------------------------- */

static bool is_dontwait(const struct msghdr *msg, const struct send_info *info)
{
	return msg->msg_flags & MSG_DONTWAIT ||
	       info->flags & MSG_QUIC_STREAM_DONTWAIT;
}

static int find_stream(struct sock *sk, s64 id, u32 flags,
		       struct quic_stream **sp)
{
	struct quic_conn *c = &quic_sk(sk)->conn;

	*sp = quic_stream_find(c, id);
	if (!*sp) {
		if (quic_stream_existed(c, id) ||
		    !(flags & MSG_QUIC_STREAM_NEW))
			return -ENOSTR;
		return -EAGAIN;
	}
	if (flags & MSG_QUIC_STREAM_NEW &&
	    ((*sp)->send_state != QUIC_SEND_READY || (*sp)->tx_end))
		return -EINVAL;
	return 0;
}

/* The stream that a message goes to; opens it when that is asked for. */
static int get_stream(struct sock *sk, const struct msghdr *msg,
		      const struct send_info *info, struct quic_stream **sp)
{
	struct quic_sock *q = quic_sk(sk);
	s64 id = info->stream_id;
	int err;

	if (id < 0 && !(info->flags & MSG_QUIC_STREAM_NEW))
		id = q->active_sid;
	if (id >= 0) {
		err = find_stream(sk, id, info->flags, sp);
		if (err != -EAGAIN)
			return err;
	}
	return quic_stream_open_wait(sk, id, info->flags,
				     is_dontwait(msg, info), sp);
}

/*
 * Data that waits for the peer's credit is buffered like any other; only who
 * cannot wait is told that sending is of no use now.
 */
static int check_credit(const struct sock *sk, const struct quic_stream *s,
			const struct send_info *info)
{
	if (quic_stream_credit(&quic_sk(sk)->conn, s))
		return 0;
	return info->has_stream ? -ENOSPC : -EAGAIN;
}

/* All sockets hold too much: until something of this one's is given back. */
static int wait_memory(struct sock *sk, long *timeo)
{
	DEFINE_WAIT_FUNC(wait, woken_wake_function);
	int err;

	quic_sock_push(sk);
	add_wait_queue(sk_sleep(sk), &wait);
	err = wait_once(sk, timeo, &wait);
	remove_wait_queue(sk_sleep(sk), &wait);
	return err;
}

/*
 * Bytes into the stream: copied, or referred to. The pages of a splice may be
 * of a kind that has to be copied.
 */
static ssize_t store_some(struct sock *sk, struct quic_stream *s,
			  struct msghdr *msg, size_t len)
{
	ssize_t n;

	if (!(msg->msg_flags & MSG_SPLICE_PAGES) && !msg->msg_ubuf)
		return quic_txbuf_append(sk, s, &msg->msg_iter, len);
	n = quic_txbuf_refer(sk, s, &msg->msg_iter, len, msg->msg_ubuf);
	if (n != -EOPNOTSUPP)
		return n;
	/* a caller in the kernel may have brought one of another kind */
	if (msg->msg_ubuf && msg->msg_ubuf->ops == &msg_zerocopy_ubuf_ops)
		uarg_to_msgzc(msg->msg_ubuf)->zerocopy = 0;
	return quic_txbuf_append(sk, s, &msg->msg_iter, len);
}

static int append_some(struct sock *sk, struct quic_stream *s,
		       struct msghdr *msg, bool fin)
{
	struct quic_sock *q = quic_sk(sk);
	size_t left = iov_iter_count(&msg->msg_iter);
	ssize_t n;

	n = store_some(sk, s, msg, min_t(size_t, left, quic_sock_wspace(sk)));
	if (n <= 0)
		return n ?: -ENOMEM;
	trace_quic_stream_data_moved(&q->conn, s->id, s->tx_end, n,
				     fin && n == left, true);
	quic_stream_write(&q->conn, s, n, fin && n == left);
	return n;
}

static int send_bytes(struct sock *sk, struct quic_stream *s,
		      struct msghdr *msg, const struct send_info *info)
{
	bool dontwait = is_dontwait(msg, info);
	bool fin = info->flags & MSG_QUIC_STREAM_FIN;
	long timeo = sock_sndtimeo(sk, dontwait);
	int err = 0;

	while (!err && iov_iter_count(&msg->msg_iter)) {
		if (!quic_stream_writable(s))
			return -EINVAL;
		if (dontwait)
			err = check_credit(sk, s, info);
		if (!err && !has_room(sk))
			err = wait_room(sk, &timeo);
		if (!err && !quic_stream_writable(s))
			return -EINVAL;
		if (!err)
			err = min(append_some(sk, s, msg, fin), 0);
		if (err == -ENOBUFS)
			err = wait_memory(sk, &timeo);
	}
	return err;
}

/* Is the caller to be told when its memory is not needed any more? */
static int start_zerocopy(struct sock *sk, struct msghdr *msg, size_t len,
			  struct ubuf_info **uarg)
{
	*uarg = NULL;
	if (!(msg->msg_flags & MSG_ZEROCOPY) || msg->msg_ubuf ||
	    !sock_flag(sk, SOCK_ZEROCOPY))
		return 0;
	*uarg = msg_zerocopy_realloc(sk, len, NULL);
	if (!*uarg)
		return -ENOBUFS;
	msg->msg_ubuf = *uarg;
	return 0;
}

/* The chunks hold it from here on; nothing sent, nothing told. */
static void end_zerocopy(struct msghdr *msg, struct ubuf_info *uarg,
			 size_t sent)
{
	if (!uarg)
		return;
	msg->msg_ubuf = NULL;
	if (sent)
		net_zcopy_put(uarg);
	else
		net_zcopy_put_abort(uarg, true);
}

static int send_held(struct sock *sk, struct quic_stream *s,
		     struct msghdr *msg, size_t len,
		     const struct send_info *info)
{
	struct quic_sock *q = quic_sk(sk);
	struct ubuf_info *uarg;
	size_t sent;
	int err;

	if (!quic_stream_writable(s))
		return -EINVAL;
	if (!len) {
		quic_stream_write(&q->conn, s, 0, true);
		return 0;
	}
	err = start_zerocopy(sk, msg, len, &uarg);
	if (err)
		return err;
	err = send_bytes(sk, s, msg, info);
	sent = len - iov_iter_count(&msg->msg_iter);
	end_zerocopy(msg, uarg, sent);
	if (sent)
		return sent;
	return err == -EPIPE ? closed_errno(sk) : err;
}

static int send_stream(struct sock *sk, struct msghdr *msg, size_t len,
		       const struct send_info *info)
{
	struct quic_sock *q = quic_sk(sk);
	struct quic_stream *s;
	int ret;

	if (!can_send(sk)) {
		/* no 0-RTT keys: the limit on early streams is 0 */
		if (sk->sk_state == TCP_SYN_RECV)
			return -EINVAL;
		return closed_errno(sk);
	}
	if (!len && !(info->flags & MSG_QUIC_STREAM_FIN))
		return -EMSGSIZE;
	ret = get_stream(sk, msg, info, &s);
	if (ret)
		return ret;
	s->user_ref++;
	ret = send_held(sk, s, msg, len, info);
	if (ret >= 0)
		q->active_sid = s->fin ? -1 : (s64)s->id;
	quic_nagle_write(&q->conn, msg->msg_flags & MSG_MORE, quic_now());
	quic_stream_unref(&q->conn, s);
	quic_sock_push(sk);
	return ret;
}

/* ---- datagrams ----------------------------------------------------------- */

/* More of a sendmmsg() follow: they are to share a burst. */
static void push_datagrams(struct sock *sk, const struct msghdr *msg)
{
	if (msg->msg_flags & MSG_BATCH)
		quic_sock_defer_work(sk, QUIC_TODO_TX);
	else
		quic_sock_push(sk);
}

/* RFC 9221 5: one message, one frame; it waits for the congestion window. */
static int send_datagram(struct sock *sk, struct msghdr *msg, size_t len,
			 const struct send_info *info)
{
	struct quic_sock *q = quic_sk(sk);
	struct quic_dgram *d;
	int max, err = 0;
	long timeo;

	if (info->has_stream || info->has_handshake || info->flags)
		return -EINVAL;
	if (!can_send(sk))
		return sk->sk_state == TCP_SYN_RECV ? -EINVAL :
						      closed_errno(sk);
	max = quic_dgram_max(&q->conn);
	if (max < 0)
		return max;
	if (len > max)
		return -EMSGSIZE;
	timeo = sock_sndtimeo(sk, msg->msg_flags & MSG_DONTWAIT);
	if (!has_room(sk))
		err = wait_room(sk, &timeo);
	if (err)
		return err;
	d = quic_dgram_alloc(len, GFP_KERNEL);
	if (!d)
		return -ENOMEM;
	if (!copy_from_iter_full(d->data, len, &msg->msg_iter)) {
		quic_env_free(d);
		return -EFAULT;
	}
	quic_dgram_send(&q->conn, d);
	push_datagrams(sk, msg);
	return len;
}

/**
 * quic_sendmsg() - sendmsg(2)
 * @sk: socket
 * @msg: message; control messages say stream or handshake level
 * @len: its bytes
 *
 * Context: process context.
 * Return: bytes taken; -EINVAL for flags or control messages that do not fit,
 * for a finished stream, and for datagrams that the peer does not take;
 * -EMSGSIZE for nothing to send, and for a datagram that can never fit; -EPIPE
 * on a socket that is closed, listening or without connection; -ENOSTR for an
 * unknown stream; -EAGAIN and -ENOSPC as in the ABI.
 */
int quic_sendmsg(struct sock *sk, struct msghdr *msg, size_t len)
{
	struct send_info info = {};
	int ret;

	if (msg->msg_flags & ~SEND_FLAGS)
		return -EINVAL;
	if (len > INT_MAX)
		return -EMSGSIZE;
	ret = read_control(msg, &info);
	if (ret)
		return ret;
	lock_sock(sk);
	if (msg->msg_flags & MSG_QUIC_DATAGRAM)
		ret = send_datagram(sk, msg, len, &info);
	else if (info.has_handshake)
		ret = send_handshake(sk, msg, len, &info);
	else
		ret = send_stream(sk, msg, len, &info);
	release_sock(sk);
	return ret;
}

/**
 * quic_splice_eof() - sendfile(2) or splice(2) came to the end of the file
 * @sock: socket
 *
 * What was its last piece came with MSG_MORE, and is held back.
 *
 * Context: process context.
 */
void quic_splice_eof(struct socket *sock)
{
	struct sock *sk = sock->sk;

	lock_sock(sk);
	if (quic_sk(sk)->alive) {
		quic_nagle_write(&quic_sk(sk)->conn, false, quic_now());
		quic_sock_push(sk);
	}
	release_sock(sk);
}
