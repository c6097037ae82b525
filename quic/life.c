// SPDX-License-Identifier: GPL-2.0-only
/* How a connection starts, lingers and ends. */
#include "sock.h"

#include "demux.h"
#include "event.h"
#include "handshake.h"
#include "mib.h"
#include "migrate.h"
#include "rx.h"
#include "session.h"
#include "timer.h"
#include "tx.h"
#include "txbuf.h"
#include "udp.h"

/* After close(): how long unacknowledged data is waited for, at most. */
#define LINGER_MAX_NS	(10 * QUIC_NSEC_PER_SEC)

/**
 * quic_sock_start() - a socket gets its connection
 * @sk: socket with addresses; its first id is in the demultiplexer
 * @cfg: connection's start; owner and settings are filled in here
 * @initial: Initial keys, whose owner the socket becomes on success
 *
 * Context: sock lock.
 * Return: 0 or -ENOMEM (nothing to undo).
 */
int quic_sock_start(struct sock *sk, struct quic_conn_cfg *cfg,
		    struct quic_initial *initial)
{
	const struct quic_sysctls *ctl = &quic_net(sock_net(sk))->ctl;
	struct quic_sock *q = quic_sk(sk);
	int err;

	cfg->owner = sk;
	cfg->prefer_version = q->set.version;
	cfg->only_version = q->set.disable_compat_version;
	cfg->nagle = !q->set.nodelay;
	cfg->local = &q->set.tp;
	cfg->cc = quic_cc_by_algo(q->set.cong);
	/* who chose SO_RCVBUF chose how far windows go as well */
	cfg->rx_window_max = sk->sk_userlocks & SOCK_RCVBUF_LOCK ?
			     sk->sk_rcvbuf : QUIC_RX_WINDOW_MAX_BYTES;
	cfg->initial_rtt_ns = q->set.initial_rtt_us * QUIC_NSEC_PER_USEC;
	cfg->plpmtud = READ_ONCE(ctl->plpmtud);
	cfg->plpmtud_ns = q->set.plpmtud_us * QUIC_NSEC_PER_USEC;
	cfg->ecn = READ_ONCE(ctl->ecn);
	cfg->keepalive_ns = q->set.keepalive_us * QUIC_NSEC_PER_USEC;
	cfg->skip_pns = true;
	cfg->spin = READ_ONCE(quic_net(sock_net(sk))->ctl.spin_bit);
	cfg->now = quic_now();
	err = quic_conn_init(&q->conn, cfg, quic_gfp());
	if (err)
		return err;
	/* it was allowed once, to this socket or to its listener */
	if (!READ_ONCE(ctl->allow_disable_1rtt_encryption))
		q->conn.local.disable_1rtt_encryption = false;
	err = quic_tx_init(sk);
	if (err)
		goto err_conn;
	err = quic_rx_init(sk);
	if (err)
		goto err_tx;
	quic_migrate_init(sk);
	q->crypt.initial = initial;
	q->has_conn = true;
	q->active_sid = -1;
	q->conn.dgrams.rx_max = READ_ONCE(sk->sk_rcvbuf);
	quic_event_set_mask(sk);
	inet_sk_set_state(sk, TCP_SYN_RECV);
	q->alive = true;
	sock_hold(sk);
	quic_timer_arm(sk);
	return 0;

err_tx:
	quic_tx_free(sk);
err_conn:
	quic_conn_free(&q->conn);
	return err;
}

/**
 * quic_sock_stop() - the closing or draining period is over
 * @sk: socket whose connection is QUIC_CONN_CLOSED
 *
 * Steps: no packet finds it; no timer fires; keys are wiped in process
 * context (and an orphan's memory freed there); the reference goes. What was
 * received can still be read.
 *
 * Context: sock lock; the caller holds a reference of its own.
 */
void quic_sock_stop(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);

	if (!q->alive)
		return;
	q->alive = false;
	quic_demux_purge(sk);
	q->n_gone = 0;
	quic_timer_stop(sk);
	sk_stop_timer(sk, &sk->sk_timer);
	quic_sock_defer_work(sk, QUIC_TODO_FINISH);
	sock_put(sk);
}

static void free_streams(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);
	struct quic_stream *s;

	quic_streams_kill(&q->conn);
	while ((s = quic_streams_reap(&q->conn))) {
		quic_txbuf_free(sk, s);
		quic_stream_free(s);
	}
}

static void unlist_sock(struct sock *sk)
{
	struct quic_net *qn = quic_net(sock_net(sk));

	spin_lock_bh(&qn->lock);
	hlist_del_init_rcu(&quic_sk(sk)->net_node);
	spin_unlock_bh(&qn->lock);
}

/**
 * quic_sock_free_conn() - free what the socket holds; idempotent
 * @sk: socket that the user closed and whose connection stopped or never was
 *
 * Context: process context, sock lock.
 */
void quic_sock_free_conn(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);

	if (q->has_conn) {
		free_streams(sk);
		quic_rx_free(sk);
		quic_conn_free(&q->conn);
		quic_tx_free(sk);
		q->has_conn = false;
	}
	quic_migrate_free(sk);
	quic_hw_drop(sk);
	quic_crypt_wipe(sk);
	quic_session_free(sk);
	unlist_sock(sk);
	if (q->udp)
		quic_udp_put(q->udp);
	q->udp = NULL;
}

/**
 * quic_sock_push() - send what is due, after a call into the core
 * @sk: socket
 *
 * Context: sock lock; the caller holds a reference of its own.
 */
void quic_sock_push(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);

	if (!q->alive)
		return;
	quic_sock_news(sk);
	quic_tx_push(sk);
	if (q->alive && q->conn.news)
		quic_sock_news(sk);
	quic_timer_arm(sk);
}

/* Is anything unacknowledged that the application wrote? No MTU probe is. */
static bool has_unacked(struct quic_sock *q)
{
	struct quic_conn *c = &q->conn;

	return c->state == QUIC_CONN_ESTABLISHED &&
	       (!list_empty(&c->streams.sendq) || q->tx_bytes ||
		quic_dgrams_pending(&c->dgrams) ||
		c->space[QUIC_SPACE_APP].loss.eliciting >
		c->path.pmtud.in_flight);
}

/* RFC 9000 10.2.3: an application's code is for 1-RTT packets only. */
static void close_conn(struct sock *sk, u64 err)
{
	struct quic_sock *q = quic_sk(sk);
	const char *reason = NULL;
	size_t len = 0;
	bool app;

	app = q->conn.state == QUIC_CONN_ESTABLISHED && !err;
	if (!err && q->has_close_set) {
		err = q->close_set.errcode;
		reason = q->close_set.phrase;
		len = strnlen(reason, sizeof(q->close_set.phrase));
	}
	quic_conn_close(&q->conn, err, app, 0, reason, len, quic_now());
}

/*
 * RFC 9000 10.2.1: closing needs one frame. After close() nobody reads what
 * came, either; after shutdown() somebody may.
 */
static void end_conn(struct sock *sk, u64 err)
{
	close_conn(sk, err);
	if (sock_flag(sk, SOCK_DEAD))
		free_streams(sk);
}

static u64 linger_deadline(const struct quic_sock *q, u64 now)
{
	u64 wait = LINGER_MAX_NS;

	if (q->conn.idle_ns)
		wait = min(wait, q->conn.idle_ns);
	return now + wait;
}

static void arm_housekeep(struct sock *sk, u64 at, u64 now)
{
	u64 wait = at > now ? at - now : 0;

	sk_reset_timer(sk, &sk->sk_timer,
		       jiffies + nsecs_to_jiffies(wait) + 1);
}

/**
 * quic_sock_orphan_close() - the user is done with the connection
 * @sk: socket
 * @err: 0: what CONNECTION_CLOSE chose, after unacknowledged data arrived;
 *	else close at once with this transport error
 *
 * Context: process context, sock lock.
 */
void quic_sock_orphan_close(struct sock *sk, u64 err)
{
	struct quic_sock *q = quic_sk(sk);
	u64 now = quic_now();

	if (!q->alive)
		return;
	/* nothing more follows */
	quic_nagle_write(&q->conn, false, now);
	if (q->conn.state < QUIC_CONN_CLOSING && !err && has_unacked(q)) {
		q->linger_ns = linger_deadline(q, now);
		arm_housekeep(sk, q->linger_ns, now);
	} else {
		end_conn(sk, err);
	}
	quic_sock_push(sk);
}

/**
 * quic_sock_linger_check() - is what close() waited for acknowledged?
 * @sk: living socket
 *
 * Context: sock lock; the caller sends afterwards.
 */
void quic_sock_linger_check(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);

	if (!q->linger_ns)
		return;
	if (has_unacked(q) && quic_now() < q->linger_ns)
		return;
	q->linger_ns = 0;
	end_conn(sk, 0);
	quic_sock_news(sk);
}

/**
 * quic_sock_housekeep() - retired ids and lingering, when their time comes
 * @sk: socket
 *
 * Context: sock lock, softirq; the caller holds a reference.
 */
void quic_sock_housekeep(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);
	u64 now = quic_now();
	u64 next;

	if (!q->alive)
		return;
	next = quic_sock_expire_cids(sk, now);
	quic_sock_push(sk);
	if (!q->alive)
		return;
	if (q->linger_ns)
		next = min(next, q->linger_ns);
	if (next != QUIC_TIME_NEVER)
		arm_housekeep(sk, next, now);
}

/**
 * quic_sock_housekeep_timer() - sk_timer of a socket
 * @t: its timer
 */
void quic_sock_housekeep_timer(struct timer_list *t)
{
	struct sock *sk = from_timer(sk, t, sk_timer);

	bh_lock_sock(sk);
	if (sock_owned_by_user(sk))
		set_bit(QUIC_DEFER_HOUSEKEEP, &quic_sk(sk)->deferred);
	else
		quic_sock_housekeep(sk);
	bh_unlock_sock(sk);
	sock_put(sk);
}

/**
 * quic_sock_defer_work() - have something done in process context
 * @sk: socket
 * @todo: QUIC_TODO_* bit
 *
 * Context: any, also without the sock lock, and from a late write-space
 * callback, when the socket's last reference is gone already.
 */
void quic_sock_defer_work(struct sock *sk, int todo)
{
	struct quic_sock *q = quic_sk(sk);

	if (!refcount_inc_not_zero(&sk->sk_refcnt))
		return;
	set_bit(todo, &q->todo);
	if (!queue_work(quic_wq, &q->work))
		sock_put(sk);
}

static void do_living(struct sock *sk, unsigned long todo)
{
	if (todo & BIT(QUIC_TODO_KEYS))
		quic_crypt_prepare(sk);
	if (todo & BIT(QUIC_TODO_MIGRATE)) {
		quic_migrate_preferred(sk);
		quic_sock_push(sk);
	}
	if (todo & BIT(QUIC_TODO_HW))
		quic_hw_sync(sk);
	if (todo & BIT(QUIC_TODO_DROP))
		quic_crypt_drop(sk);
	if (todo & BIT(QUIC_TODO_RX))
		quic_rx_resume(sk);
	if (todo & (BIT(QUIC_TODO_TX) | BIT(QUIC_TODO_RX)))
		quic_sock_push(sk);
}

/**
 * quic_sock_work() - work item of a socket
 * @work: quic_sock.work; holds a reference
 *
 * Context: process context.
 */
void quic_sock_work(struct work_struct *work)
{
	struct quic_sock *q = container_of(work, struct quic_sock, work);
	struct sock *sk = quic_to_sk(q);
	unsigned long todo;

	lock_sock(sk);
	todo = xchg(&q->todo, 0);
	if (q->alive)
		do_living(sk, todo);
	if (!q->alive && (todo & BIT(QUIC_TODO_FINISH))) {
		quic_hw_drop(sk);
		quic_crypt_wipe(sk);
		if (sock_flag(sk, SOCK_DEAD))
			quic_sock_free_conn(sk);
	}
	release_sock(sk);
	sock_put(sk);
}
