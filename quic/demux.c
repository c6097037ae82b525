// SPDX-License-Identifier: GPL-2.0-only
#include "demux.h"

#include <crypto/utils.h>
#include <linux/errno.h>
#include <linux/jhash.h>
#include <linux/list.h>
#include <linux/rculist.h>
#include <linux/rhashtable.h>
#include <linux/siphash.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/unaligned.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "cid_lens.h"
#include "core/header.h"
#include "core/hello.h"
#include "hello.h"
#include "mib.h"
#include "pair.h"
#include "rx.h"
#include "sock.h"
#include "stateless.h"
#include "udp.h"

/* RFC 8999 5.1: form, version, length byte, id */
#define LONG_DCID_OFF		6
#define PEEK_FAST_BYTES		(LONG_DCID_OFF + QUIC_CID_MAX_LEN)

#define LISTEN_BITS		8

/**
 * struct demux_key - hashed as bytes
 * @net: namespace
 * @len: bytes of @cid in use; TOKEN_KEY: it is made of a reset token
 * @cid: connection id; zero behind
 * @pad: zero
 */
struct demux_key {
	const struct net *net;
	u8 len;
	u8 cid[QUIC_CID_MAX_LEN];
	u8 pad[3];
};

/**
 * struct demux_entry - a connection id of ours
 * @node: in cid_table
 * @key: under which
 * @sk: whose; no reference: a reader takes one if the count is not 0
 * @list: in quic_sock.cids; sock lock
 * @counted: by quic_cid_lens_add()
 * @rcu: readers may still look
 */
struct demux_entry {
	struct rhash_head node;
	struct demux_key key;
	struct sock *sk;
	struct list_head list;
	bool counted;
	struct rcu_head rcu;
};

/**
 * struct demux_peek - what the start of a datagram tells
 * @cid: destination connection id
 * @cid_len: bytes; 0 when there is none to be had; of a short header the
 *	default, until find_sock() finds another
 * @room: bytes at @cid
 * @is_long: long header
 * @first: first byte
 * @version: long header only
 */
struct demux_peek {
	const u8 *cid;
	u32 version;
	u8 cid_len;
	u8 room;
	u8 first;
	bool is_long;
};

static const struct rhashtable_params cid_params = {
	.key_len = sizeof(struct demux_key),
	.key_offset = offsetof(struct demux_entry, key),
	.head_offset = offsetof(struct demux_entry, node),
	.automatic_shrinking = true,
};

static struct rhashtable cid_table;
static struct hlist_head listeners[1 << LISTEN_BITS];
static DEFINE_SPINLOCK(listen_lock);	/* writers of @listeners */

/* ---- connection ids ---------------------------------------------------- */

static void set_key(struct demux_key *key, const struct net *net,
		    const u8 *cid, unsigned int len)
{
	BUILD_BUG_ON(sizeof(*key) % sizeof(u32));
	memset(key, 0, sizeof(*key));
	key->net = net;
	key->len = len;
	memcpy(key->cid, cid, len);
}

/*
 * RFC 9000 10.3.1: how long a look takes must not tell a token. What is
 * compared are images of tokens under a key that nobody knows.
 */
#define TOKEN_KEY	0xff

static siphash_key_t token_secret[2] __read_mostly;

static void set_token_key(struct demux_key *key, const struct net *net,
			  const u8 *token)
{
	int half;
	u64 hash;

	memset(key, 0, sizeof(*key));
	key->net = net;
	key->len = TOKEN_KEY;
	for (half = 0; half < 2; half++) {
		hash = siphash(token, QUIC_RESET_TOKEN_LEN,
			       &token_secret[half]);
		memcpy(key->cid + half * sizeof(hash), &hash, sizeof(hash));
	}
}

static int add_entry(struct sock *sk, struct demux_entry *e)
{
	int err;

	e->sk = sk;
	e->counted = false;
	err = rhashtable_lookup_insert_fast(&cid_table, &e->node, cid_params);
	if (err) {
		kfree(e);
		/* the table is being resized: as good as no memory */
		return err == -EEXIST ? err : -ENOMEM;
	}
	list_add_tail(&e->list, &quic_sk(sk)->cids);
	return 0;
}

/**
 * quic_demux_add() - packets to a connection id belong to a socket
 * @sk: socket
 * @cid: one of its connection ids, 1..20 bytes
 *
 * Context: any; sock lock.
 * Return: 0, -EEXIST when another socket (or this one) has it, -ENOMEM.
 */
int quic_demux_add(struct sock *sk, const struct quic_cid *cid)
{
	struct demux_entry *e;
	int err;

	e = kmalloc(sizeof(*e), GFP_ATOMIC | __GFP_NOWARN);
	if (!e)
		return -ENOMEM;
	set_key(&e->key, sock_net(sk), cid->data, cid->len);
	err = add_entry(sk, e);
	if (err)
		return err;
	/* one that a client made up is in long headers only, as a rule */
	if (cid->len != QUIC_CID_DEFAULT_LEN &&
	    cid->len == quic_sk(sk)->set.cid_len) {
		e->counted = true;
		quic_cid_lens_add(cid->len);
	}
	return 0;
}

static void del_entry(struct demux_entry *e)
{
	list_del(&e->list);
	if (e->counted)
		quic_cid_lens_del(e->key.len);
	rhashtable_remove_fast(&cid_table, &e->node, cid_params);
	kfree_rcu(e, rcu);
}

/* Forget one connection id of @sk, if it is there. Any context; sock lock. */
void quic_demux_del(struct sock *sk, const struct quic_cid *cid)
{
	struct demux_entry *e;

	list_for_each_entry(e, &quic_sk(sk)->cids, list) {
		if (e->key.len == cid->len &&
		    !memcmp(e->key.cid, cid->data, cid->len)) {
			del_entry(e);
			return;
		}
	}
}

/* Forget every connection id of @sk. Any context; sock lock. */
void quic_demux_purge(struct sock *sk)
{
	struct demux_entry *e, *next;

	list_for_each_entry_safe(e, next, &quic_sk(sk)->cids, list)
		del_entry(e);
	quic_pair_del(sk);
}

static void del_token(struct sock *sk, const struct demux_key *key)
{
	struct demux_entry *e;

	list_for_each_entry(e, &quic_sk(sk)->cids, list) {
		if (!memcmp(&e->key, key, sizeof(*key))) {
			del_entry(e);
			return;
		}
	}
}

/**
 * quic_demux_set_token() - the peer's stateless reset token
 * @sk: socket
 * @token: of the peer's connection id in use, or NULL; another one is forgotten
 *
 * A reset carries no connection id that anybody knows: the token alone leads
 * to the socket. Without memory it does not.
 *
 * Context: any; sock lock.
 */
void quic_demux_set_token(struct sock *sk, const u8 *token)
{
	struct quic_sock *q = quic_sk(sk);
	struct demux_entry *e;
	struct demux_key key;

	if (q->has_reset_token && token &&
	    !crypto_memneq(q->reset_token, token, QUIC_RESET_TOKEN_LEN))
		return;
	if (q->has_reset_token) {
		set_token_key(&key, sock_net(sk), q->reset_token);
		del_token(sk, &key);
	}
	q->has_reset_token = false;
	if (!token || !q->alive)
		return;
	e = kmalloc(sizeof(*e), GFP_ATOMIC | __GFP_NOWARN);
	if (!e)
		return;
	set_token_key(&e->key, sock_net(sk), token);
	if (add_entry(sk, e))
		return;
	memcpy(q->reset_token, token, QUIC_RESET_TOKEN_LEN);
	q->has_reset_token = true;
}

static struct sock *find_key(const struct demux_key *key)
{
	struct sock *sk = NULL;
	struct demux_entry *e;

	rcu_read_lock();
	e = rhashtable_lookup(&cid_table, key, cid_params);
	if (e && refcount_inc_not_zero(&e->sk->sk_refcnt))
		sk = e->sk;
	rcu_read_unlock();
	return sk;
}

/**
 * quic_demux_find() - socket of a connection id
 * @net: network namespace
 * @cid: destination connection id of a packet
 * @len: bytes
 *
 * Context: any.
 * Return: the socket with a reference, or NULL.
 */
struct sock *quic_demux_find(struct net *net, const u8 *cid, unsigned int len)
{
	struct demux_key key;

	if (!len || len > QUIC_CID_MAX_LEN)
		return NULL;
	set_key(&key, net, cid, len);
	return find_key(&key);
}

/* ---- listeners --------------------------------------------------------- */

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
	return alpn_same(qa, qb);
}

/**
 * quic_demux_listen() - new connections to a local address go to a socket
 * @sk: socket with @local and the ALPN list set
 *
 * Context: process; sock lock.
 * Return: 0; -EADDRINUSE when another listener has the same address, port,
 * device and ALPN list and not both said SO_REUSEPORT.
 */
int quic_demux_listen(struct sock *sk)
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
void quic_demux_unlisten(struct sock *sk)
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
 * struct listener_choice - a look for the listener of a new client
 * @alpn: what the client offers; NULL: not known
 * @mixed: out: there are listeners of different protocols
 */
struct listener_choice {
	const struct quic_hello_alpn *alpn;
	bool mixed;
};

/* SO_REUSEPORT: a peer address always finds the same one of equals. */
static struct sock *find_listener(struct net *net, const struct sk_buff *skb,
				  struct listener_choice *choice)
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

/* ---- datagrams without a connection ------------------------------------ */

static void drop(struct net *net, struct sk_buff *skb, enum quic_mib why)
{
	QUIC_INC_STATS(net, why);
	kfree_skb_reason(skb, SKB_DROP_REASON_NO_SOCKET);
}

static void deliver_locked(struct net *net, struct sock *sk,
			   struct sk_buff *skb)
{
	unsigned int limit;

	if (!sock_owned_by_user(sk)) {
		QUIC_INC_STATS(net, QUIC_MIB_PKT_RCVFASTPATHS);
		quic_rx_burst(sk, skb);
		return;
	}
	/* the owner may be sealing: allow for what comes meanwhile */
	limit = READ_ONCE(sk->sk_rcvbuf) * 2U + (1 << 20);
	if (sk_add_backlog(sk, skb, limit)) {
		drop(net, skb, QUIC_MIB_PKT_RCVDROP);
		return;
	}
	QUIC_INC_STATS(net, QUIC_MIB_PKT_RCVBACKLOGS);
}

static bool is_initial(const struct demux_peek *peek)
{
	u8 type = peek->first >> 4 & 3;

	/* RFC 9369 3.2 shuffled the types */
	return peek->version == QUIC_V1 ? type == 0 :
	       peek->version == QUIC_V2 && type == 1;
}

/*
 * RFC 9000 6.1: only in a datagram that could have carried an Initial, and
 * never to a Version Negotiation packet.
 */
static void refuse_version(struct net *net, struct sk_buff *skb,
			   unsigned int len, const struct demux_peek *peek)
{
	struct listener_choice choice = {};
	struct sock *lsk = NULL;

	if (!peek->version) {
		drop(net, skb, QUIC_MIB_PKT_NOSOCKDROP);
		return;
	}
	if (len >= QUIC_MIN_INITIAL_SIZE)
		lsk = find_listener(net, skb, &choice);
	if (lsk) {
		quic_stateless_version(net, skb, quic_listen_only_version(lsk));
		sock_put(lsk);
	}
	drop(net, skb, QUIC_MIB_PKT_VERSIONDROP);
}

/* Consumes @lsk. Return: the listener that speaks what the client offers. */
static struct sock *choose_by_alpn(struct net *net, struct sock *lsk,
				   struct sk_buff *skb,
				   struct sk_buff_head *held)
{
	struct listener_choice choice = {};
	struct quic_hello_alpn alpn;

	if (quic_hello_read(net, lsk, skb, &alpn, held)) {
		sock_put(lsk);
		return NULL;
	}
	choice.alpn = &alpn;
	sock_put(lsk);
	return find_listener(net, skb, &choice);
}

/* What came before it belongs to the connection that it may have made. */
static void deliver_held(struct net *net, struct sock *lsk,
			 struct sk_buff_head *held, const struct quic_cid *dcid)
{
	struct sk_buff *skb;
	struct sock *sk;

	while ((skb = __skb_dequeue(held))) {
		sk = quic_demux_find(net, dcid->data, dcid->len);
		if (!sk) {
			quic_listen_deliver(lsk, skb);
			continue;
		}
		bh_lock_sock(sk);
		deliver_locked(net, sk, skb);
		bh_unlock_sock(sk);
		sock_put(sk);
	}
}

static void rcv_initial(struct net *net, struct sk_buff *skb,
			const struct demux_peek *peek)
{
	struct quic_cid dcid = { .len = peek->cid_len };
	struct listener_choice choice = {};
	struct sk_buff_head held;
	struct sock *lsk;

	memcpy(dcid.data, peek->cid, peek->cid_len);
	__skb_queue_head_init(&held);
	lsk = find_listener(net, skb, &choice);
	if (!lsk) {
		drop(net, skb, QUIC_MIB_PKT_NOSOCKDROP);
		return;
	}
	if (choice.mixed) {
		lsk = choose_by_alpn(net, lsk, skb, &held);
		if (!lsk)
			return;
	} else {
		quic_hello_take(net, skb, dcid.data, dcid.len, &held);
	}
	quic_listen_deliver(lsk, skb);
	deliver_held(net, lsk, &held, &dcid);
	sock_put(lsk);
}

static bool is_early(const struct demux_peek *peek)
{
	u8 type = peek->first >> 4 & 3;

	return type == (peek->version == QUIC_V1 ? 1 : 2);
}

/* A short header does not say how long the lost connection's id was. */
static u8 reset_cid_len(struct net *net, const struct sk_buff *skb,
			const struct demux_peek *peek)
{
	struct listener_choice choice = {};
	u8 len = peek->cid_len;
	struct sock *lsk;

	if (likely(!quic_cid_lens_mask()))
		return len;
	/* as the server at this address issues them */
	lsk = find_listener(net, skb, &choice);
	if (!lsk)
		return len;
	len = min(quic_sk(lsk)->set.cid_len, peek->room);
	sock_put(lsk);
	return len;
}

/*
 * No socket has the connection id of a short header. RFC 9000 10.3.1: it may
 * be a reset for one that has its token; the socket looks at the address and
 * at the token again.
 */
static void rcv_short(struct net *net, struct sk_buff *skb, unsigned int len,
		      const struct demux_peek *peek)
{
	u8 token[QUIC_RESET_TOKEN_LEN];
	struct demux_key key;
	struct sock *sk;

	if (len < QUIC_RESET_MIN_BYTES || len > skb->len ||
	    skb_copy_bits(skb, len - sizeof(token), token, sizeof(token))) {
		drop(net, skb, QUIC_MIB_PKT_INVHDRDROP);
		return;
	}
	set_token_key(&key, net, token);
	sk = find_key(&key);
	if (!sk) {
		quic_stateless_reset(net, skb, len, peek->cid,
				     reset_cid_len(net, skb, peek));
		drop(net, skb, QUIC_MIB_PKT_NOSOCKDROP);
		return;
	}
	bh_lock_sock(sk);
	deliver_locked(net, sk, skb);
	bh_unlock_sock(sk);
	sock_put(sk);
}

/* No socket has the connection id: a new connection, or nothing. */
static void rcv_unknown(struct net *net, struct sk_buff *skb,
			const struct demux_peek *peek)
{
	unsigned int len = skb_is_gso(skb) ? skb_shinfo(skb)->gso_size :
					     skb->len;

	if (!peek->is_long) {
		rcv_short(net, skb, len, peek);
		return;
	}
	if (peek->version != QUIC_V1 && peek->version != QUIC_V2) {
		refuse_version(net, skb, len, peek);
		return;
	}
	if (is_early(peek) && peek->cid_len >= 8 &&
	    quic_hello_hold(net, skb, peek->cid, peek->cid_len))
		return;
	if (!is_initial(peek)) {
		drop(net, skb, QUIC_MIB_PKT_NOSOCKDROP);
		return;
	}
	/* RFC 9000 7.2, 14.1 */
	if (peek->cid_len < 8 || len < QUIC_MIN_INITIAL_SIZE) {
		drop(net, skb, QUIC_MIB_PKT_SHORTINITIALDROP);
		return;
	}
	rcv_initial(net, skb, peek);
}

/* ---- datagrams --------------------------------------------------------- */

/*
 * Return: false when there is no connection id in front (RFC 8999 5). The
 * bytes are in @buf or in @skb.
 */
static bool peek_at(const struct sk_buff *skb, unsigned int off,
		    unsigned int len, u8 *buf, struct demux_peek *peek)
{
	unsigned int n = min_t(unsigned int, len, PEEK_FAST_BYTES);
	const u8 *p;

	if (n < 1 + QUIC_CID_DEFAULT_LEN)
		return false;
	p = skb_header_pointer(skb, off, n, buf);
	if (!p)
		return false;
	peek->first = p[0];
	peek->is_long = p[0] & 0x80;
	peek->version = 0;
	peek->cid_len = QUIC_CID_DEFAULT_LEN;
	peek->cid = p + 1;
	peek->room = min_t(u8, n - 1, QUIC_CID_MAX_LEN);
	if (!peek->is_long)
		return true;
	if (n < LONG_DCID_OFF)
		return false;
	peek->version = get_unaligned_be32(p + 1);
	peek->cid_len = p[LONG_DCID_OFF - 1];
	peek->cid = p + LONG_DCID_OFF;
	peek->room = QUIC_CID_MAX_LEN;
	/* longer ones exist in other versions only */
	if (peek->cid_len > QUIC_CID_MAX_LEN)
		return peek->version != QUIC_V1 && peek->version != QUIC_V2;
	return LONG_DCID_OFF + peek->cid_len <= n;
}

static struct sock *find_odd(struct net *net, struct demux_peek *peek,
			     u32 mask)
{
	struct sock *sk;
	u8 len;

	/* the longest first: it is the least likely to be there by chance */
	for (; mask; mask &= ~BIT(len)) {
		len = fls(mask) - 1;
		if (len > peek->room)
			continue;
		sk = quic_demux_find(net, peek->cid, len);
		if (sk) {
			peek->cid_len = len;
			return sk;
		}
	}
	return NULL;
}

/*
 * RFC 9000 5.2: by the connection id, or, where a connection has none, by the
 * addresses. Return: the socket with a reference, or NULL.
 */
static struct sock *find_sock(struct net *net, const struct sk_buff *skb,
			      struct demux_peek *peek)
{
	struct sock *sk = quic_demux_find(net, peek->cid, peek->cid_len);
	u32 mask = quic_cid_lens_mask();

	if (likely(sk))
		return sk;
	if (!peek->is_long && unlikely(mask))
		sk = find_odd(net, peek, mask);
	if (sk || (peek->is_long && peek->cid_len))
		return sk;
	sk = quic_pair_find(net, skb);
	if (sk)
		peek->cid_len = 0;
	return sk;
}

/* @sk: whose it is, with a reference that is dropped here, or NULL */
static void rcv_one_cid(struct net *net, struct sock *sk, struct sk_buff *skb,
			const struct demux_peek *peek)
{
	if (!sk) {
		rcv_unknown(net, skb, peek);
		return;
	}
	bh_lock_sock(sk);
	deliver_locked(net, sk, skb);
	bh_unlock_sock(sk);
	sock_put(sk);
}

/* GRO merges by addresses, ports and size: is it one connection id, too? */
static bool one_cid(const struct sk_buff *skb, const struct demux_peek *first)
{
	unsigned int step = skb_shinfo(skb)->gso_size, off;
	struct demux_peek peek;
	u8 buf[PEEK_FAST_BYTES];

	for (off = step; off < skb->len; off += step) {
		if (!peek_at(skb, off, skb->len - off, buf, &peek) ||
		    peek.is_long != first->is_long ||
		    (peek.is_long && peek.cid_len != first->cid_len) ||
		    first->cid_len > peek.room ||
		    memcmp(peek.cid, first->cid, first->cid_len))
			return false;
	}
	return true;
}

/*
 * A linear copy of one datagram of a burst, with the headers before it, and
 * the device's verdict: the mark and the metadata in front of the MAC header.
 */
static struct sk_buff *copy_dgram(const struct sk_buff *skb, unsigned int off,
				  unsigned int len)
{
	unsigned int hdrs = skb->data - skb_network_header(skb);
	unsigned int meta = skb_metadata_len(skb);
	struct sk_buff *n;

	n = alloc_skb(meta + hdrs + len, GFP_ATOMIC | __GFP_NOWARN);
	if (!n)
		return NULL;
	skb_reserve(n, meta);
	skb_reset_mac_header(n);
	if (meta) {
		memcpy(n->data - meta, skb_metadata_end(skb) - meta, meta);
		skb_metadata_set(n, meta);
	}
	skb_copy_decrypted(n, skb);
	skb_reset_network_header(n);
	skb_put_data(n, skb_network_header(skb), hdrs);
	skb_set_transport_header(n, skb_transport_header(skb) -
				    skb_network_header(skb));
	__skb_pull(n, hdrs);
	if (skb_copy_bits(skb, off, skb_put(n, len), len)) {
		kfree_skb(n);
		return NULL;
	}
	n->skb_iif = skb->skb_iif;
	n->protocol = skb->protocol;
	n->tstamp = skb->tstamp;
	n->ip_summed = CHECKSUM_UNNECESSARY;
	return n;
}

static void rcv_dgram(struct net *net, struct sk_buff *skb)
{
	u8 buf[PEEK_FAST_BYTES];
	struct demux_peek peek;

	if (!peek_at(skb, 0, skb->len, buf, &peek))
		drop(net, skb, QUIC_MIB_PKT_INVHDRDROP);
	else
		rcv_one_cid(net, find_sock(net, skb, &peek), skb, &peek);
}

static void rcv_split(struct net *net, struct sk_buff *skb)
{
	unsigned int step = skb_shinfo(skb)->gso_size, off;
	struct sk_buff *n;

	for (off = 0; off < skb->len; off += step) {
		n = copy_dgram(skb, off, min(step, skb->len - off));
		if (n)
			rcv_dgram(net, n);
		else
			QUIC_INC_STATS(net, QUIC_MIB_PKT_RCVDROP);
	}
	consume_skb(skb);
}

/**
 * quic_demux_rcv() - a datagram, or a burst of them, came in
 * @net: network namespace
 * @skb: data is the UDP payload, headers before it; GSO: several datagrams
 *	of gso_size bytes; consumed
 *
 * Finds the socket by the destination connection id and processes the burst,
 * or leaves it in the backlog when a process owns the socket.
 *
 * Context: softirq, RCU.
 */
void quic_demux_rcv(struct net *net, struct sk_buff *skb)
{
	u8 buf[PEEK_FAST_BYTES];
	struct demux_peek peek;
	struct sock *sk = NULL;
	unsigned int len;

	if (!skb_is_gso(skb)) {
		rcv_dgram(net, skb);
		return;
	}
	len = min_t(unsigned int, skb_shinfo(skb)->gso_size, skb->len);
	if (peek_at(skb, 0, len, buf, &peek) &&
	    peek.cid_len <= QUIC_CID_MAX_LEN) {
		/* only then it is known how long the id is */
		sk = find_sock(net, skb, &peek);
		if (one_cid(skb, &peek)) {
			rcv_one_cid(net, sk, skb, &peek);
			return;
		}
	}
	if (sk)
		sock_put(sk);
	rcv_split(net, skb);
}

/* ---- module ------------------------------------------------------------ */

/* Return: 0 or -ENOMEM. */
int quic_demux_init(void)
{
	int err = quic_pair_init();

	if (err)
		return err;
	get_random_bytes(token_secret, sizeof(token_secret));
	err = rhashtable_init(&cid_table, &cid_params);
	if (err)
		quic_pair_exit();
	return err;
}

/* Every socket is gone, and with it every entry. */
void quic_demux_exit(void)
{
	rhashtable_destroy(&cid_table);
	quic_pair_exit();
	rcu_barrier();
}
