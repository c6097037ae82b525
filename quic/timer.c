// SPDX-License-Identifier: GPL-2.0-only
#include "timer.h"

#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <net/sock.h>

#include "sock.h"
#include "tx.h"

/**
 * DOC: One lazy timer
 *
 * The deadline of a connection moves with nearly every packet, mostly later.
 * So the hrtimer is only touched when it has to fire earlier than it would;
 * when it fires too early, the handler arms it again, which costs one softirq
 * per round trip instead of one re-arming per packet.
 *
 * The timer holds no reference: on another CPU it may expire while it is
 * being moved, and nobody could tell whether the handler that runs is to drop
 * the old reference or the new one. The handler takes one, unless the last is
 * gone; the destructor of the socket waits for it (quic_timer_free()). That
 * cannot be the handler's own doing: sockets are SOCK_RCU_FREE. The timer is
 * queued under the sock lock only.
 */

/* A deadline that stays in the past must not keep the CPU in softirq. */
#define TIMER_FLOOR_NS		(100 * NSEC_PER_USEC)

/* The connection's deadline, or when sending may go on. */
static u64 next_ns(const struct quic_sock *q)
{
	u64 deadline = quic_conn_deadline(&q->conn);

	/* held for lack of memory: nothing else may be due for long */
	if (q->tx->more || (q->tx->retry_ns && !q->tx->deferred))
		return q->tx->retry_ns;
	if (deadline == QUIC_TIME_NEVER)
		return deadline;
	return max(deadline, q->tx->retry_ns);
}

static void start_timer(struct sock *sk, u64 when)
{
	struct quic_sock *q = quic_sk(sk);

	q->timer_ns = when;
	hrtimer_start(&q->timer, ns_to_ktime(when),
		      HRTIMER_MODE_ABS_PINNED_SOFT);
}

/* Not before @floor, unless sending goes on. */
static void arm(struct sock *sk, u64 floor)
{
	struct quic_sock *q = quic_sk(sk);
	u64 when;

	if (!q->alive || !q->tx)
		return;
	when = next_ns(q);
	if (when == QUIC_TIME_NEVER)
		return;
	if (!q->tx->more)
		when = max(when, floor);
	if (hrtimer_is_queued(&q->timer) && q->timer_ns <= when)
		return;
	start_timer(sk, when);
}

/**
 * quic_timer_arm() - see to it that the deadline is not missed
 * @sk: socket; nothing happens when its connection is over
 *
 * Call after whatever may have moved quic_conn_deadline().
 *
 * Context: sock lock.
 */
void quic_timer_arm(struct sock *sk)
{
	arm(sk, 0);
}

/**
 * quic_timer_expired() - do what was due
 * @sk: socket
 *
 * Context: sock lock; from the timer, or from release_cb when the timer found
 * the socket owned.
 */
void quic_timer_expired(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);
	u64 now = quic_now();

	if (!q->alive || !q->tx)
		return;
	if (quic_conn_deadline(&q->conn) <= now) {
		quic_conn_timeout(&q->conn, now, quic_gfp());
		quic_sock_news(sk);
	}
	quic_tx_push(sk);
	if (q->conn.news)
		quic_sock_news(sk);
	arm(sk, now + TIMER_FLOOR_NS);
}

static enum hrtimer_restart handle_timer(struct hrtimer *timer)
{
	struct quic_sock *q = container_of(timer, struct quic_sock, timer);
	struct sock *sk = quic_to_sk(q);

	if (!refcount_inc_not_zero(&sk->sk_refcnt))
		return HRTIMER_NORESTART;
	bh_lock_sock(sk);
	if (!sock_owned_by_user(sk))
		quic_timer_expired(sk);
	else
		set_bit(QUIC_DEFER_TIMER, &q->deferred);
	bh_unlock_sock(sk);
	sock_put(sk);
	return HRTIMER_NORESTART;
}

/* At socket creation. */
void quic_timer_init(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);

	hrtimer_init(&q->timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_PINNED_SOFT);
	q->timer.function = handle_timer;
	q->timer_ns = QUIC_TIME_NEVER;
}

/**
 * quic_timer_stop() - the connection is over
 * @sk: socket
 *
 * A handler that runs already finds that nothing is alive.
 *
 * Context: sock lock.
 */
void quic_timer_stop(struct sock *sk)
{
	hrtimer_try_to_cancel(&quic_sk(sk)->timer);
}

/**
 * quic_timer_free() - before the socket's memory goes
 * @sk: socket without references
 *
 * Context: the socket's destructor.
 */
void quic_timer_free(struct sock *sk)
{
	hrtimer_cancel(&quic_sk(sk)->timer);
}
