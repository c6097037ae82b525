// SPDX-License-Identifier: GPL-2.0-only
#include "pair.h"

#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <net/ipv6.h>
#include <net/sock.h>

#include "sock.h"
#include "udp.h"

/**
 * struct pair_key - hashed as bytes
 * @net: namespace
 * @local: this end; IPv4 is mapped
 * @peer: the other
 * @local_port: network byte order
 * @peer_port: likewise
 * @pad: zero
 */
struct pair_key {
	const struct net *net;
	struct in6_addr local;
	struct in6_addr peer;
	__be16 local_port;
	__be16 peer_port;
	u32 pad;
};

/**
 * struct quic_pair - a socket that packets without connection id belong to
 * @node: in pair_table
 * @key: under which
 * @sk: whose; no reference: a reader takes one if the count is not 0
 * @rcu: readers may still look
 */
struct quic_pair {
	struct rhash_head node;
	struct pair_key key;
	struct sock *sk;
	struct rcu_head rcu;
};

static const struct rhashtable_params pair_params = {
	.key_len = sizeof(struct pair_key),
	.key_offset = offsetof(struct quic_pair, key),
	.head_offset = offsetof(struct quic_pair, node),
	.automatic_shrinking = true,
};

static struct rhashtable pair_table;

static void split_addr(const union quic_addr *a, struct in6_addr *ip,
		       __be16 *port)
{
	if (a->sa.sa_family == AF_INET6) {
		*ip = a->v6.sin6_addr;
		*port = a->v6.sin6_port;
		return;
	}
	ipv6_addr_set_v4mapped(a->v4.sin_addr.s_addr, ip);
	*port = a->v4.sin_port;
}

static void set_key(struct pair_key *key, const struct net *net,
		    const union quic_addr *local, const union quic_addr *peer)
{
	memset(key, 0, sizeof(*key));
	key->net = net;
	split_addr(local, &key->local, &key->local_port);
	split_addr(peer, &key->peer, &key->peer_port);
}

/**
 * quic_pair_add() - packets without connection id between two addresses
 *	belong to a socket (RFC 9000 5.2), and to one only (RFC 9000 5.1#3)
 * @sk: socket with both addresses
 *
 * Context: any; sock lock.
 * Return: 0; -EADDRINUSE when another socket has both addresses; -ENOMEM.
 */
int quic_pair_add(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);
	struct quic_pair *p;
	int err;

	p = kmalloc(sizeof(*p), GFP_ATOMIC | __GFP_NOWARN);
	if (!p)
		return -ENOMEM;
	set_key(&p->key, sock_net(sk), &q->local, &q->peer);
	p->sk = sk;
	err = rhashtable_lookup_insert_fast(&pair_table, &p->node, pair_params);
	if (err) {
		kfree(p);
		return err == -EEXIST ? -EADDRINUSE : -ENOMEM;
	}
	q->pair = p;
	return 0;
}

/* Forget @sk, if it is there. Any context; sock lock. */
void quic_pair_del(struct sock *sk)
{
	struct quic_pair *p = quic_sk(sk)->pair;

	if (!p)
		return;
	quic_sk(sk)->pair = NULL;
	rhashtable_remove_fast(&pair_table, &p->node, pair_params);
	kfree_rcu(p, rcu);
}

/**
 * quic_pair_find() - socket of a datagram without connection id
 * @net: network namespace
 * @skb: datagram, headers in place
 *
 * Context: softirq.
 * Return: the socket with a reference, or NULL.
 */
struct sock *quic_pair_find(struct net *net, const struct sk_buff *skb)
{
	union quic_addr local, peer;
	struct sock *sk = NULL;
	struct pair_key key;
	struct quic_pair *p;

	/* the table is empty on most machines */
	if (!atomic_read(&pair_table.nelems))
		return NULL;
	quic_udp_addrs(skb, &local, &peer);
	set_key(&key, net, &local, &peer);
	rcu_read_lock();
	p = rhashtable_lookup(&pair_table, &key, pair_params);
	if (p && refcount_inc_not_zero(&p->sk->sk_refcnt))
		sk = p->sk;
	rcu_read_unlock();
	return sk;
}

/* Return: 0 or -ENOMEM. */
int quic_pair_init(void)
{
	return rhashtable_init(&pair_table, &pair_params);
}

/* Every socket is gone, and with it every entry. */
void quic_pair_exit(void)
{
	rhashtable_destroy(&pair_table);
	rcu_barrier();
}
