// SPDX-License-Identifier: GPL-2.0-only
/* Connection ids that we issue: made here, remembered by the core. */
#include "sock.h"

#include <linux/siphash.h>

#include "demux.h"
#include "mib.h"
#include "pair.h"

#define NEW_CID_TRIES	8
/* RFC 9000 5.1.2 gives no number; packets in flight are older by then */
#define GONE_PTOS	3

/**
 * quic_sock_reset_token() - stateless reset token of a connection id
 * @net: namespace, whose secret it is made of
 * @cid: connection id that we issued
 * @token: 16 bytes, written
 *
 * The same id gives the same token for as long as the secret stays: it needs
 * no state to answer for an id that is not known any more (RFC 9000
 * 10.3.2). The halves are SipHash under two independent keys.
 *
 * Context: any.
 */
void quic_sock_reset_token(struct net *net, const struct quic_cid *cid,
			   u8 *token)
{
	u8 secret[QUIC_RESET_SECRET_LEN];
	siphash_key_t key;
	int half;
	u64 hash;

	quic_netkey_get_reset(&quic_net(net)->key, secret);
	for (half = 0; half < 2; half++) {
		memcpy(&key, secret + half * sizeof(key), sizeof(key));
		hash = siphash(cid->data, cid->len, &key);
		memcpy(token + half * sizeof(hash), &hash, sizeof(hash));
	}
	memzero_explicit(&key, sizeof(key));
	memzero_explicit(secret, sizeof(secret));
}

/**
 * quic_sock_new_cid() - make a connection id that leads to this socket
 * @sk: socket
 * @cid: the id as the socket wants it, already in the demultiplexer
 * @token: its reset token, 16 bytes
 *
 * Context: sock lock.
 * Return: 0, -ENOMEM, or -EEXIST after bad luck many times over; -EADDRINUSE
 * for a second socket without id between the same addresses.
 */
int quic_sock_new_cid(struct sock *sk, struct quic_cid *cid, u8 *token)
{
	const struct quic_settings *set = &quic_sk(sk)->set;
	u8 fixed = set->cid_prefix_len;
	int err = -EEXIST;
	int i;

	cid->len = set->cid_len;
	if (!cid->len) {
		memset(token, 0, QUIC_RESET_TOKEN_LEN);
		return quic_pair_add(sk);
	}
	memcpy(cid->data, set->cid_prefix, fixed);
	for (i = 0; i < NEW_CID_TRIES && err == -EEXIST; i++) {
		quic_cid_seq_fill(&quic_net(sock_net(sk))->cids,
				  cid->data + fixed, cid->len - fixed);
		err = quic_demux_add(sk, cid);
	}
	if (!err)
		quic_sock_reset_token(sock_net(sk), cid, token);
	return err;
}

/**
 * quic_sock_retire_cid() - let a connection id go once nothing carries it
 * @sk: socket
 * @cid: id that the peer retired, or stopped using
 *
 * RFC 9000 5.1.1#2: till the peer says so it is in the demultiplexer; packets
 * that were sent before may still come for a while.
 *
 * Context: sock lock.
 */
void quic_sock_retire_cid(struct sock *sk, const struct quic_cid *cid)
{
	struct quic_sock *q = quic_sk(sk);
	struct quic_gone_cid *gone;
	u64 delay_ns;

	if (q->n_gone == QUIC_GONE_CIDS) {
		quic_demux_del(sk, &q->gone[0].cid);
		memmove(&q->gone[0], &q->gone[1],
			(--q->n_gone) * sizeof(q->gone[0]));
	}
	delay_ns = GONE_PTOS * quic_recovery_pto(&q->conn, true);
	gone = &q->gone[q->n_gone++];
	gone->cid = *cid;
	gone->until_ns = quic_now() + delay_ns;
	if (!timer_pending(&sk->sk_timer))
		sk_reset_timer(sk, &sk->sk_timer,
			       jiffies + nsecs_to_jiffies(delay_ns) + 1);
}

/**
 * quic_sock_expire_cids() - take ids whose time is over out of the tables
 * @sk: socket
 * @now: ns
 *
 * Context: sock lock.
 * Return: when to come again, ns; QUIC_TIME_NEVER: not needed.
 */
u64 quic_sock_expire_cids(struct sock *sk, u64 now)
{
	struct quic_sock *q = quic_sk(sk);
	u64 next = QUIC_TIME_NEVER;
	int i, kept = 0;

	for (i = 0; i < q->n_gone; i++) {
		if (q->gone[i].until_ns <= now) {
			quic_demux_del(sk, &q->gone[i].cid);
			continue;
		}
		next = min(next, q->gone[i].until_ns);
		q->gone[kept++] = q->gone[i];
	}
	q->n_gone = kept;
	return next;
}
