// SPDX-License-Identifier: GPL-2.0-only
#include "demux.h"

#include <crypto/utils.h>
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/rhashtable.h>
#include <linux/siphash.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/unaligned.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "cid_lens.h"
#include "core/header.h"
#include "mib.h"
#include "offload/core/frag_cursor.h"
#include "pair.h"
#include "rx.h"
#include "sock.h"
#include "stray.h"
#include "udp.h"

/* RFC 8999 5.1: form, version, length byte, id */
#define LONG_DCID_OFF		6
#define PEEK_FAST_BYTES		(LONG_DCID_OFF + QUIC_CID_MAX_LEN)

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

static const struct rhashtable_params cid_params = {
	.key_len = sizeof(struct demux_key),
	.key_offset = offsetof(struct demux_entry, key),
	.head_offset = offsetof(struct demux_entry, node),
	.automatic_shrinking = true,
};

static struct rhashtable cid_table;

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

/**
 * quic_demux_find_token() - socket of a stateless reset token
 * @net: network namespace
 * @token: 16 bytes, the last ones of a datagram
 *
 * Context: any.
 * Return: the socket with a reference, or NULL.
 */
struct sock *quic_demux_find_token(struct net *net, const u8 *token)
{
	struct demux_key key;

	set_token_key(&key, net, token);
	return find_key(&key);
}

/* ---- delivery ---------------------------------------------------------- */

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

/**
 * quic_demux_deliver() - bring datagrams to a connection
 * @net: network namespace
 * @sk: whose they are, with a reference that is dropped here
 * @skb: as for quic_demux_rcv(), of one connection id; consumed
 *
 * Context: softirq, no sock lock held.
 */
void quic_demux_deliver(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	bh_lock_sock(sk);
	deliver_locked(net, sk, skb);
	bh_unlock_sock(sk);
	sock_put(sk);
}

/* ---- datagrams --------------------------------------------------------- */

/*
 * Return: false when there is no connection id in front (RFC 8999 5). The
 * bytes are in @buf or in @skb.
 */
static bool peek_at(const struct sk_buff *skb, struct quic_frag_cursor *cur,
		    unsigned int off, unsigned int len, u8 *buf,
		    struct quic_demux_peek *peek)
{
	unsigned int n = min_t(unsigned int, len, PEEK_FAST_BYTES);
	const u8 *p;

	if (n < 1 + QUIC_CID_DEFAULT_LEN)
		return false;
	p = quic_frag_peek(cur, skb, off, n, buf);
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

static struct sock *find_odd(struct net *net, struct quic_demux_peek *peek,
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
			      struct quic_demux_peek *peek)
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
			const struct quic_demux_peek *peek)
{
	if (!sk) {
		quic_stray_rcv(net, skb, peek);
		return;
	}
	quic_demux_deliver(net, sk, skb);
}

/* GRO merges by addresses, ports and size: is it one connection id, too? */
static bool one_cid(const struct sk_buff *skb, const struct quic_demux_peek *first)
{
	unsigned int step = skb_shinfo(skb)->gso_size, off;
	struct quic_frag_cursor cur = QUIC_FRAG_CURSOR_INIT;
	struct quic_demux_peek peek;
	u8 buf[PEEK_FAST_BYTES];

	for (off = step; off < skb->len; off += step) {
		if (!peek_at(skb, &cur, off, skb->len - off, buf, &peek) ||
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
	struct quic_frag_cursor cur = QUIC_FRAG_CURSOR_INIT;
	u8 buf[PEEK_FAST_BYTES];
	struct quic_demux_peek peek;

	if (!peek_at(skb, &cur, 0, skb->len, buf, &peek))
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
	struct quic_frag_cursor cur = QUIC_FRAG_CURSOR_INIT;
	u8 buf[PEEK_FAST_BYTES];
	struct quic_demux_peek peek;
	struct sock *sk = NULL;
	unsigned int len;

	if (!skb_is_gso(skb)) {
		rcv_dgram(net, skb);
		return;
	}
	len = min_t(unsigned int, skb_shinfo(skb)->gso_size, skb->len);
	if (peek_at(skb, &cur, 0, len, buf, &peek) &&
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
