// SPDX-License-Identifier: GPL-2.0-only
#include "listeners.h"

#include <linux/errno.h>
#include <linux/hash.h>
#include <linux/jhash.h>
#include <linux/rculist.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "core/hello.h"
#include "hello.h"
#include "sock.h"
#include "udp.h"

#define LISTEN_BITS		8

static struct hlist_head listeners[1 << LISTEN_BITS];
static DEFINE_SPINLOCK(listen_lock);	/* writers of @listeners */

static struct hlist_head *listen_bucket(const struct net *net, u16 port)
{
	return &listeners[hash_32(net_hash_mix(net) ^ port, LISTEN_BITS)];
}

static bool addr_is_any(const union quic_addr *a)
{
	if (a->sa.sa_family == AF_INET)
		return !a->v4.sin_addr.s_addr;
	return ipv6_addr_any(&a->v6.sin6_addr);
}

static bool addr_same_ip(const union quic_addr *a, const union quic_addr *b)
{
	if (a->sa.sa_family != b->sa.sa_family)
		return false;
	if (a->sa.sa_family == AF_INET)
		return a->v4.sin_addr.s_addr == b->v4.sin_addr.s_addr;
	return ipv6_addr_equal(&a->v6.sin6_addr, &b->v6.sin6_addr);
}

static bool alpn_same(const struct quic_sock *a, const struct quic_sock *b)
{
	return a->set.alpn_len == b->set.alpn_len &&
	       !memcmp(a->set.alpn, b->set.alpn, a->set.alpn_len);
}

static u8 name_len(const char *list, u8 left)
{
	const char *comma = memchr(list, ',', left);

	return comma ? comma - list : left;
}

static bool has_name(const struct quic_settings *set, const char *name, u8 len)
{
	u8 at, n;

	for (at = 0; at < set->alpn_len; at += n + 1) {
		n = name_len(set->alpn + at, set->alpn_len - at);
		if (n == len && !memcmp(set->alpn + at, name, len))
			return true;
	}
	return false;
}

/* Is there a client that would be welcome at both? */
static bool alpn_meet(const struct quic_settings *a,
		      const struct quic_settings *b)
{
	u8 at, n;

	if (!a->alpn_len || !b->alpn_len)
		return a->alpn_len == b->alpn_len;
	for (at = 0; at < a->alpn_len; at += n + 1) {
		n = name_len(a->alpn + at, a->alpn_len - at);
		if (has_name(b, a->alpn + at, n))
			return true;
	}
	return false;
}

static bool listen_conflict(struct sock *a, struct sock *b)
{
	const struct quic_sock *qa = quic_sk(a), *qb = quic_sk(b);

	if (!net_eq(sock_net(a), sock_net(b)) ||
	    quic_addr_port(&qa->local) != quic_addr_port(&qb->local) ||
	    !addr_same_ip(&qa->local, &qb->local) ||
	    READ_ONCE(a->sk_bound_dev_if) != READ_ONCE(b->sk_bound_dev_if))
		return false;
	if (a->sk_reuseport && b->sk_reuseport &&
	    uid_eq(sock_i_uid(a), sock_i_uid(b)))
		return false;
	return alpn_meet(&qa->set, &qb->set);
}

/**
 * quic_listeners_add() - new connections to a local address go to a socket
 * @sk: socket with @local and the ALPN list set
 *
 * Context: process; sock lock.
 * Return: 0; -EADDRINUSE when another listener has the same address, port and
 * device and a protocol of @sk's, or both have none, unless both said
 * SO_REUSEPORT and are of one user.
 */
int quic_listeners_add(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk), *other;
	struct hlist_head *head;
	int err = 0;

	head = listen_bucket(sock_net(sk), quic_addr_port(&q->local));
	spin_lock_bh(&listen_lock);
	hlist_for_each_entry(other, head, listen_node)
		if (listen_conflict(sk, quic_to_sk(other)))
			err = -EADDRINUSE;
	if (!err)
		hlist_add_head_rcu(&q->listen_node, head);
	spin_unlock_bh(&listen_lock);
	return err;
}

/* No new connections any more; readers may hold @sk for an RCU period. */
void quic_listeners_del(struct sock *sk)
{
	spin_lock_bh(&listen_lock);
	hlist_del_init_rcu(&quic_sk(sk)->listen_node);
	spin_unlock_bh(&listen_lock);
}

/* How well does a listener fit? 0: not at all. */
static unsigned int listen_score(struct sock *sk, const struct net *net,
				 const union quic_addr *local, int iif)
{
	const struct quic_sock *q = quic_sk(sk);
	int dev = READ_ONCE(sk->sk_bound_dev_if);
	unsigned int score = 1;

	if (!net_eq(sock_net(sk), net) ||
	    quic_addr_port(&q->local) != quic_addr_port(local) ||
	    (dev && dev != iif))
		return 0;
	if (dev)
		score += 1;
	if (q->local.sa.sa_family == local->sa.sa_family)
		score += 2;
	else if (local->sa.sa_family != AF_INET || ipv6_only_sock(sk) ||
		 !addr_is_any(&q->local))
		return 0;
	if (addr_is_any(&q->local))
		return score;
	return addr_same_ip(&q->local, local) ? score + 4 : 0;
}

/* What a common protocol weighs: more than any address. */
#define ALPN_SCORE	16

static unsigned int alpn_score(const struct quic_sock *q,
			       const struct quic_hello_alpn *alpn)
{
	return alpn && quic_hello_offers(alpn->list, alpn->len, q->set.alpn,
					 q->set.alpn_len) ? ALPN_SCORE : 0;
}

/**
 * quic_listeners_find() - the listener of a new client
 * @net: network namespace
 * @skb: datagram of the client, with its headers
 * @choice: what is known of the client; out: whether that is enough
 *
 * SO_REUSEPORT: a peer address always finds the same one of equals.
 *
 * Context: any.
 * Return: the listener with a reference, or NULL.
 */
struct sock *quic_listeners_find(struct net *net, const struct sk_buff *skb,
				 struct quic_listener_choice *choice)
{
	unsigned int score, best = 0, equals = 0;
	struct quic_sock *q, *last = NULL;
	union quic_addr local, peer;
	struct sock *found = NULL;
	u32 hash;

	quic_udp_addrs(skb, &local, &peer);
	hash = jhash(&peer, sizeof(peer), net_hash_mix(net));
	rcu_read_lock();
	hlist_for_each_entry_rcu(q, listen_bucket(net, quic_addr_port(&local)),
				 listen_node) {
		score = listen_score(quic_to_sk(q), net, &local, skb->skb_iif);
		if (!score)
			continue;
		choice->mixed |= last && !alpn_same(q, last);
		last = q;
		score += alpn_score(q, choice->alpn);
		if (score < best)
			continue;
		equals = score > best ? 1 : equals + 1;
		if (equals == 1 || (quic_to_sk(q)->sk_reuseport &&
				    !reciprocal_scale(hash, equals)))
			found = quic_to_sk(q);
		best = score;
		hash = jhash_1word(hash, equals);
	}
	if (found && !refcount_inc_not_zero(&found->sk_refcnt))
		found = NULL;
	rcu_read_unlock();
	return found;
}
