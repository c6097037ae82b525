// SPDX-License-Identifier: GPL-2.0-only
#include "rx_wait.h"

#include <linux/skbuff.h>
#include <net/sock.h>

#include "core/conn.h"
#include "mib.h"
#include "migrate.h"
#include "rx.h"
#include "rx_burst.h"
#include "sock.h"

/**
 * DOC: Packets that wait
 *
 * Packets that came before their keys wait in quic_rx_state.early until
 * quic_rx_replay(). Bursts that cannot be opened in this context wait in
 * quic_rx_state.later until quic_rx_resume().
 */

/* About two congestion windows of a beginner, in packets and in memory. */
#define EARLY_MAX_SKBS		32
#define EARLY_MAX_BYTES		(256 << 10)

static void note_skb(struct sk_buff *skb, u64 came_ns, u8 ecn, bool credited,
		     bool bare)
{
	*(struct quic_rx_note *)skb->cb = (struct quic_rx_note) {
		.came_ns = came_ns, .ecn = ecn,
		.credited = credited, .bare = bare,
	};
}

static bool early_full(const struct quic_rx_state *rx)
{
	return skb_queue_len(&rx->early) >= EARLY_MAX_SKBS ||
	       rx->early_bytes >= EARLY_MAX_BYTES;
}

/* Nobody has authenticated what waits: its memory is the socket's. */
static bool charge(struct sock *sk, struct sk_buff *skb)
{
	if (!sk_rmem_schedule(sk, skb, skb->truesize))
		return false;
	skb_set_owner_r(skb, sk);
	return true;
}

static void queue_early(struct quic_rx_state *rx, struct sk_buff *skb)
{
	rx->early_bytes += skb->truesize;
	__skb_queue_tail(&rx->early, skb);
}

/* @p with @len bytes, and what follows in its datagram, comes too early. */
void quic_wait_keep_packet(struct quic_burst *x, const u8 *p, u32 len)
{
	struct sk_buff *skb;

	if (early_full(x->rx))
		goto drop;
	skb = alloc_skb(len, quic_gfp());
	if (!skb)
		goto drop;
	skb_put_data(skb, p, len);
	if (!charge(x->sk, skb)) {
		kfree_skb(skb);
		goto drop;
	}
	note_skb(skb, x->now, x->ecn, true, true);
	queue_early(x->rx, skb);
	return;
drop:
	quic_burst_count(x, QUIC_MIB_PKT_NOKEYDROP);
}

/* Until the work item runs. Sock lock; consumes @skb. */
void quic_wait_keep_later(struct sock *sk, struct sk_buff *skb, u8 ecn)
{
	struct quic_rx_state *rx = quic_sk(sk)->rx;

	if (rx->later_bytes > READ_ONCE(sk->sk_rcvbuf) || !charge(sk, skb)) {
		QUIC_INC_STATS(sock_net(sk), QUIC_MIB_PKT_RCVDROP);
		kfree_skb_reason(skb, SKB_DROP_REASON_SOCKET_RCVBUFF);
		return;
	}
	QUIC_INC_STATS(sock_net(sk), QUIC_MIB_PKT_DECBACKLOGS);
	note_skb(skb, 0, ecn, false, false);
	rx->later_bytes += skb->truesize;
	__skb_queue_tail(&rx->later, skb);
	quic_sock_defer_work(sk, QUIC_TODO_RX);
}

/* 1-RTT bursts that come before their keys are kept whole. Return: kept. */
bool quic_wait_keep_burst(struct quic_burst *x)
{
	const struct quic_space *space = &x->q->conn.space[QUIC_SPACE_APP];
	u8 first;

	if (space->can_recv || space->discarded || early_full(x->rx) ||
	    skb_copy_bits(x->skb, 0, &first, 1) || first & 0x80 ||
	    !charge(x->sk, x->skb))
		return false;
	note_skb(x->skb, x->now, x->ecn, true, x->bare);
	queue_early(x->rx, x->skb);
	return true;
}

/* All of a queue, which may fill again meanwhile. */
static void recv_waiting(struct sock *sk, struct sk_buff_head *from, u32 *bytes)
{
	struct quic_sock *q = quic_sk(sk);
	struct quic_rx_note note;
	struct sk_buff_head list;
	struct sk_buff *skb;
	u8 path;

	if (skb_queue_empty(from))
		return;
	__skb_queue_head_init(&list);
	skb_queue_splice_tail_init(from, &list);
	*bytes = 0;
	while ((skb = __skb_dequeue(&list))) {
		note = *(struct quic_rx_note *)skb->cb;
		skb_orphan(skb);
		/* while it waited paths may have changed */
		path = note.bare ? q->conn.path.id :
				   quic_migrate_find(sk, skb);
		if (path == QUIC_MIGRATE_NOT) {
			QUIC_INC_STATS(sock_net(sk), QUIC_MIB_PKT_ADDRDROP);
			kfree_skb(skb);
			continue;
		}
		quic_burst_recv(sk, skb, path, &note);
	}
	if (q->alive)
		quic_burst_end(sk);
}

/**
 * quic_rx_replay() - the handshake went on: there may be keys now
 * @sk: socket
 *
 * Goes again over the packets that came before them.
 *
 * Context: sock lock; process.
 */
void quic_rx_replay(struct sock *sk)
{
	struct quic_rx_state *rx = quic_sk(sk)->rx;

	if (quic_sk(sk)->alive && rx)
		recv_waiting(sk, &rx->early, &rx->early_bytes);
}

/**
 * quic_rx_resume() - open what could not be opened in softirq
 * @sk: socket
 *
 * Context: sock lock; process, bottom halves enabled.
 */
void quic_rx_resume(struct sock *sk)
{
	struct quic_rx_state *rx = quic_sk(sk)->rx;

	if (quic_sk(sk)->alive && rx)
		recv_waiting(sk, &rx->later, &rx->later_bytes);
}
