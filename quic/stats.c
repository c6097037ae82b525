// SPDX-License-Identifier: GPL-2.0-only
#include "stats.h"

#include <linux/quic.h>

#include "core/conn.h"
#include "mib.h"
#include "offload.h"
#include "sock.h"

static u32 ns_to_us(u64 ns)
{
	return min_t(u64, div_u64(ns, NSEC_PER_USEC), U32_MAX);
}

static void get_recovery(const struct quic_conn *c, struct quic_stats *st)
{
	const struct quic_rtt *rtt = &c->rtt;

	st->mtu = c->path.mtu_bytes;
	st->pmtud = c->path.pmtud.state;
	st->ecn = c->path.ecn.state;
	st->rtt = ns_to_us(rtt->smoothed);
	st->rtt_var = ns_to_us(rtt->var);
	st->rtt_min = ns_to_us(rtt->min);
	st->rtt_latest = ns_to_us(rtt->latest);
	st->pto_count = c->pto_count;
	st->cwnd = c->cc.window_bytes;
	st->ssthresh = c->cc.ssthresh_bytes;
	st->in_flight = c->cc.in_flight_bytes;
	st->pacing_rate = quic_pacer_rate(&c->cc.pacer, c->cc.rate_bytes_s);
}

static void get_counters(const struct quic_conn *c, struct quic_stats *st)
{
	const struct quic_conn_stats *n = &c->stats;

	st->tx_pkts = n->tx_pkts;
	st->tx_bytes = n->tx_bytes;
	st->rx_pkts = n->rx_pkts;
	st->rx_bytes = n->rx_bytes;
	st->lost_pkts = n->lost_pkts;
	st->retrans_frames = n->retrans_frames;
	st->retrans_bytes = n->retrans_bytes;
	st->dup_pkts = n->dup_pkts;
	st->ptos = n->ptos;
	st->persistent_congestion = n->persistent_congestion;
	st->acks_sent = n->acks_sent;
	st->acks_rcvd = n->acks_rcvd;
	st->mtu_probes = n->mtu_probes;
	st->mtu_black_holes = n->mtu_black_holes;
}

static void get_ecn(const struct quic_space *app, struct quic_stats *st)
{
	st->rx_ect0 = app->rx.ect0;
	st->rx_ect1 = app->rx.ect1;
	st->rx_ce = app->rx.ce;
	st->acked_ect0 = app->loss.ecn.ect0;
	st->acked_ect1 = app->loss.ecn.ect1;
	st->acked_ce = app->loss.ecn.ce;
}

static void get_streams(const struct quic_conn *c, struct quic_stats *st)
{
	const struct quic_streams *ss = &c->streams;

	st->streams = ss->count;
	st->tx_data = c->flow.tx_sent;
	st->tx_max_data = c->flow.tx_max;
	st->rx_data = c->flow.rx_rcvd;
	st->rx_max_data = c->flow.rx_max;
	st->rx_read = c->flow.rx_read;
	st->rx_window = c->flow.rx_window;
	st->tx_max_streams_bidi = ss->max_local[0];
	st->tx_max_streams_uni = ss->max_local[1];
	st->rx_max_streams_bidi = ss->max_peer[0];
	st->rx_max_streams_uni = ss->max_peer[1];
}

static void get_conn(struct sock *sk, struct quic_stats *st)
{
	struct quic_sock *q = quic_sk(sk);
	const struct quic_conn *c = &q->conn;

	st->state = c->state;
	st->cipher = q->crypt.cipher;
	if (c->server)
		st->flags |= QUIC_STATS_SERVER;
	if (c->confirmed)
		st->flags |= QUIC_STATS_CONFIRMED;
	if (c->path.validated)
		st->flags |= QUIC_STATS_VALIDATED;
	if (c->close.local)
		st->flags |= QUIC_STATS_CLOSED_HERE;
	if (c->close.app)
		st->flags |= QUIC_STATS_CLOSE_APP;
	if (quic_conn_clear(c))
		st->flags |= QUIC_STATS_CLEAR;
	st->close_err = c->close.err;
	st->tx_gen = c->keys.tx_gen;
	st->rx_gen = c->keys.rx_gen;
	st->tx_offload = quic_hw_state(sk, QUIC_DIR_TX);
	st->rx_offload = quic_hw_state(sk, QUIC_DIR_RX);
	st->tx_dev_pkts = q->hw.dev_pkts[QUIC_DIR_TX];
	st->rx_dev_pkts = q->hw.dev_pkts[QUIC_DIR_RX];
	get_recovery(c, st);
	get_counters(c, st);
	get_ecn(&c->space[QUIC_SPACE_APP], st);
	get_streams(c, st);
}

/**
 * quic_stats_get() - a connection's condition and counters
 * @sk: socket, in any state
 * @st: filled in; without a connection mostly zero
 *
 * Context: sock lock.
 */
void quic_stats_get(struct sock *sk, struct quic_stats *st)
{
	struct quic_sock *q = quic_sk(sk);

	BUILD_BUG_ON((int)QUIC_STATS_STATE_CLOSED != QUIC_CONN_CLOSED);
	BUILD_BUG_ON((int)QUIC_STATS_PMTUD_ERROR != QUIC_PMTUD_ERROR);
	BUILD_BUG_ON((int)QUIC_STATS_ECN_FAILED != QUIC_ECN_FAILED);
	memset(st, 0, sizeof(*st));
	st->version = q->has_conn ? q->conn.version : q->set.version ?: QUIC_V1;
	st->cong_algo = q->set.cong;
	st->state = QUIC_STATS_STATE_CLOSED;
	st->tx_queued = q->tx_bytes;
	if (q->has_conn)
		get_conn(sk, st);
}
EXPORT_SYMBOL_GPL(quic_stats_get);

/**
 * quic_stats_socks() - some of a namespace's sockets
 * @net: namespace
 * @pos: how many to pass over; sockets come and go, so one may be missed or
 *	met twice
 * @socks: filled in, each with a reference
 * @n: room at @socks
 *
 * Context: any.
 * Return: sockets at @socks; fewer than @n at the end.
 */
unsigned int quic_stats_socks(struct net *net, unsigned int pos,
			      struct sock **socks, unsigned int n)
{
	struct quic_net *qn = quic_net(net);
	unsigned int got = 0;
	struct quic_sock *q;

	rcu_read_lock();
	hlist_for_each_entry_rcu(q, &qn->socks, net_node) {
		if (pos) {
			pos--;
			continue;
		}
		if (got == n)
			break;
		if (refcount_inc_not_zero(&quic_to_sk(q)->sk_refcnt))
			socks[got++] = quic_to_sk(q);
	}
	rcu_read_unlock();
	return got;
}
EXPORT_SYMBOL_GPL(quic_stats_socks);
