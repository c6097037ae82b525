// SPDX-License-Identifier: GPL-2.0-only
/* What the connection's news mean for the socket. */
#include "sock.h"

#include "admit.h"
#include "demux.h"
#include "event.h"
#include "mib.h"
#include "migrate.h"
#include "proto.h"
#include "session.h"
#include "trace.h"
#include "txbuf.h"

/* What comes at the 1-RTT level once established is for nobody to read. */
static void take_late_crypto(struct sock *sk)
{
	if (sk->sk_state == TCP_ESTABLISHED &&
	    quic_conn_crypto_readable(&quic_sk(sk)->conn) == QUIC_LVL_APP)
		quic_session_recv_tickets(sk);
}

static void on_crypto(struct sock *sk)
{
	take_late_crypto(sk);
	sk->sk_data_ready(sk);
}

static void on_established(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);
	struct net *net = sock_net(sk);

	inet_sk_set_state(sk, TCP_ESTABLISHED);
	trace_quic_state_updated(&q->conn);
	q->counted = true;
	QUIC_INC_STATS(net, QUIC_MIB_CONN_CURRENTESTABS);
	if (q->conn.server)
		QUIC_INC_STATS(net, QUIC_MIB_CONN_PASSIVEESTABS);
	else
		QUIC_INC_STATS(net, QUIC_MIB_CONN_ACTIVEESTABS);
	if (q->conn.early.state == QUIC_EARLY_ACCEPTED)
		QUIC_INC_STATS(net, QUIC_MIB_EARLY_ACCEPTED);
	if (q->conn.early.state == QUIC_EARLY_REJECTED)
		QUIC_INC_STATS(net, QUIC_MIB_EARLY_REJECTED);
	quic_admit_leave(sk);
	if (q->conn.server)
		quic_admit_send_token(sk);
	take_late_crypto(sk);
	sk->sk_state_change(sk);
	quic_hw_poke(sk);
}

/* RFC 9000 7.2: the client's made-up id is not used from here on. */
static void on_confirmed(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);

	trace_quic_state_updated(&q->conn);
	if (q->conn.server)
		quic_sock_retire_cid(sk, &q->conn.odcid);
	else if (q->conn.remote.has_preferred_address)
		quic_sock_defer_work(sk, QUIC_TODO_MIGRATE);
}

/* RFC 9000 20.1, RFC 9001 4.8: what a transport error is in errno's words. */
static int transport_errno(const struct quic_close *cl)
{
	if (cl->err >= QUIC_TRANSPORT_ERROR_CRYPTO)
		return -EPROTO;
	switch (cl->err) {
	case QUIC_TRANSPORT_ERROR_NONE:
		return 0;
	case QUIC_TRANSPORT_ERROR_CONNECTION_REFUSED:
		return -ECONNREFUSED;
	case QUIC_TRANSPORT_ERROR_VERSION_NEGOTIATION:
		return -EPROTONOSUPPORT;
	case QUIC_TRANSPORT_ERROR_NO_VIABLE_PATH:
		return -EHOSTUNREACH;
	default:
		return cl->local ? -EPROTO : -ECONNRESET;
	}
}

/* RFC 9000 10.3.1: a reset is known by the token of the id in use. */
static void on_remote_cid(struct sock *sk)
{
	const struct quic_cids *ids = &quic_sk(sk)->conn.cids;
	const struct quic_cid_entry *e = &ids->remote[ids->remote_cur];

	quic_demux_set_token(sk, e->has_token ? e->token : NULL);
}

static int close_errno(const struct quic_close *cl)
{
	if (cl->timeout)
		return -ETIMEDOUT;
	if (cl->reset)
		return -ECONNRESET;
	if (!cl->app)
		return transport_errno(cl);
	return cl->local || !cl->err ? 0 : -ECONNRESET;
}

/* The connection does not carry data any more: tell everybody, once. */
static void end_socket(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);
	const struct quic_close *cl = &q->conn.close;
	struct net *net = sock_net(sk);

	inet_sk_set_state(sk, TCP_CLOSE);
	if (q->counted)
		QUIC_DEC_STATS(net, QUIC_MIB_CONN_CURRENTESTABS);
	q->counted = false;
	quic_admit_leave(sk);
	if (cl->local)
		QUIC_INC_STATS(net, QUIC_MIB_FRM_OUTCLOSES);
	else if (cl->set && !cl->timeout && !cl->reset)
		QUIC_INC_STATS(net, QUIC_MIB_FRM_INCLOSES);
	if (cl->reset)
		QUIC_INC_STATS(net, QUIC_MIB_PKT_RESETS);
	WRITE_ONCE(sk->sk_shutdown, SHUTDOWN_MASK);
	if (q->set.real_errors)
		WRITE_ONCE(sk->sk_err, -close_errno(cl));
	if (!cl->local)
		quic_event_push(sk, QUIC_EVENT_CONNECTION_CLOSE, 0);
	if (sk->sk_err)
		sk_error_report(sk);
	sk->sk_state_change(sk);
}

static void on_closed(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);

	trace_quic_state_updated(&q->conn);
	if (sk->sk_state != TCP_CLOSE)
		end_socket(sk);
	if (q->conn.state == QUIC_CONN_CLOSED)
		quic_sock_stop(sk);
}

static void on_key_update(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);
	struct quic_keys *k = &q->conn.keys;

	trace_quic_key_updated(&q->conn);
	QUIC_INC_STATS(sock_net(sk), QUIC_MIB_KEY_UPDATES);
	quic_sock_defer_work(sk, QUIC_TODO_KEYS);
	/* an update of ours is told when the peer followed */
	if (k->tx_gen == k->rx_gen)
		quic_event_push(sk, QUIC_EVENT_KEY_UPDATE, k->rx_gen & 1);
	sk->sk_data_ready(sk);
}

static void on_cids(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);
	u8 token[QUIC_RESET_TOKEN_LEN];
	struct quic_cid cid;

	while (quic_cid_retired(&q->conn, &cid))
		quic_sock_retire_cid(sk, &cid);
	while (quic_cid_wanted(&q->conn)) {
		/* without memory: the next news of this kind tries again */
		if (quic_sock_new_cid(sk, &cid, token))
			return;
		if (quic_cid_issue(&q->conn, &cid, token)) {
			quic_demux_del(sk, &cid);
			return;
		}
	}
	quic_hw_poke(sk);
}

/*
 * The send buffer holds what is in flight and the next window, unless the
 * application chose its size. On a path without a length of its own a large
 * window only measures the queues in between.
 */
static void tune_sndbuf(struct sock *sk)
{
	const struct quic_conn *c = &quic_sk(sk)->conn;
	u64 want = min_t(u64, 2 * c->cc.window_bytes, QUIC_SNDBUF_MAX_BYTES);

	if (want <= sk->sk_sndbuf || sk->sk_userlocks & SOCK_SNDBUF_LOCK ||
	    c->rtt.min < QUIC_NSEC_PER_MSEC)
		return;
	WRITE_ONCE(sk->sk_sndbuf, want);
}

static void on_tx_acked(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);
	struct quic_stream *s;
	bool freed = false;

	while ((s = quic_streams_acked(&q->conn)))
		freed |= quic_txbuf_release(sk, s);
	if (!freed)
		return;
	tune_sndbuf(sk);
	sk->sk_write_space(sk);
}

/* RFC 9221 5.3: datagrams without room are dropped, and counted. */
static void on_dgram(struct sock *sk)
{
	struct quic_dgrams *d = &quic_sk(sk)->conn.dgrams;

	if (d->rx_dropped)
		QUIC_ADD_STATS(sock_net(sk), QUIC_MIB_FRM_RCVBUFDROP,
			       d->rx_dropped);
	d->rx_dropped = 0;
	sk->sk_data_ready(sk);
}

static void on_readable(struct sock *sk)
{
	if (quic_recv_skip_resets(sk))
		sk->sk_data_ready(sk);
}

/* Credit or streams: who waits for the latter needs no room in the buffer. */
static void on_writable(struct sock *sk)
{
	quic_sock_wake_writers(sk);
}

static void on_dead(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);
	struct quic_stream *s;

	while ((s = quic_streams_reap(&q->conn))) {
		quic_txbuf_free(sk, s);
		quic_stream_free(s);
	}
	sk->sk_write_space(sk);
}

static void on_token(struct sock *sk)
{
	quic_event_push(sk, QUIC_EVENT_NEW_TOKEN, 0);
	sk->sk_data_ready(sk);
}

static void on_keys_dropped(struct sock *sk)
{
	quic_sock_defer_work(sk, QUIC_TODO_DROP);
}

static void on_migrated(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);

	QUIC_INC_STATS(sock_net(sk), QUIC_MIB_MIGRATIONS);
	/* RFC 9000 9.3: tokens of before are the other address's */
	if (q->conn.server)
		quic_admit_send_token(sk);
	quic_event_push(sk, QUIC_EVENT_CONNECTION_MIGRATION,
			q->conn.migrated_locally);
	sk->sk_data_ready(sk);
}

/* RFC 9001 6.5; a device has room for the next ones then */
static void on_keys_old(struct sock *sk)
{
	quic_sock_defer_work(sk, QUIC_TODO_DROP);
	quic_hw_poke(sk);
}

static const struct {
	u32 news;
	void (*handle)(struct sock *sk);
} news_handlers[] = {
	/* first: the others may send */
	{ QUIC_NEWS_PATHS,		quic_migrate_sync },
	{ QUIC_NEWS_CRYPTO,		on_crypto },
	{ QUIC_NEWS_ESTABLISHED,	on_established },
	{ QUIC_NEWS_CONFIRMED,		on_confirmed },
	{ QUIC_NEWS_REMOTE_CID,		on_remote_cid },
	{ QUIC_NEWS_KEY_UPDATE,		on_key_update },
	{ QUIC_NEWS_CIDS,		on_cids },
	{ QUIC_NEWS_TX_ACKED,		on_tx_acked },
	{ QUIC_NEWS_TOKEN,		on_token },
	{ QUIC_NEWS_DGRAM,		on_dgram },
	{ QUIC_NEWS_DGRAM_SENT,		quic_sock_wake_writers },
	{ QUIC_NEWS_MIGRATED,		on_migrated },
	{ QUIC_NEWS_READABLE,		on_readable },
	{ QUIC_NEWS_EVENT,		on_readable },
	{ QUIC_NEWS_WRITABLE,		on_writable },
	{ QUIC_NEWS_DEAD,		on_dead },
	{ QUIC_NEWS_KEYS_DROPPED,	on_keys_dropped },
	{ QUIC_NEWS_KEYS_OLD,		on_keys_old },
	/* last: it may end the connection */
	{ QUIC_NEWS_CLOSED,		on_closed },
};

/**
 * quic_sock_news() - look after what the core reports
 * @sk: socket with a connection
 *
 * Called after every batch of calls into the core. May stop the connection,
 * and drop the reference that it held: the caller has one of its own.
 *
 * Context: sock lock, process or softirq.
 */
void quic_sock_news(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);
	u32 news;
	int i;

	while (q->has_conn && (news = q->conn.news)) {
		q->conn.news = 0;
		for (i = 0; news && i < ARRAY_SIZE(news_handlers); i++) {
			if (!(news & news_handlers[i].news))
				continue;
			news &= ~news_handlers[i].news;
			news_handlers[i].handle(sk);
		}
	}
	if (q->alive)
		quic_sock_linger_check(sk);
}
