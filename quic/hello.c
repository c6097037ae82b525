// SPDX-License-Identifier: GPL-2.0-only
#include "hello.h"

#include <linux/jiffies.h>
#include <linux/sizes.h>
#include <linux/skbuff.h>
#include <linux/slab.h>

#include "admit.h"
#include "core/frame.h"
#include "core/hello.h"
#include "first.h"
#include "mib.h"
#include "sock.h"
#include "udp.h"

/**
 * DOC: Clients that wait
 *
 * Where several listeners share an address and differ in their protocols, the
 * ClientHello tells which one a client means. It may take more than one
 * datagram, in any order: what came is held, in an entry per client, until the
 * ALPN list can be read. 0-RTT packets that overtook their Initial wait in the
 * same way. Entries are few, hold few datagrams, and not for long; who is not
 * waited for goes to the first listener.
 */
#define WAITS_MAX	64
#define HELD_MAX	4
#define HELD_MAX_BYTES	SZ_1M	/* of all clients of a namespace */
#define HOLD_JIFFIES	(2 * HZ)

/**
 * struct hello_wait - a client
 * @node: in quic_hello_waits.list
 * @dcid: destination id of its packets
 * @peer: its address
 * @since: jiffies
 * @held: datagrams
 * @held_bytes: memory of @held
 * @hello: what of the ClientHello came
 */
struct hello_wait {
	struct list_head node;
	struct quic_cid dcid;
	union quic_addr peer;
	unsigned long since;
	struct sk_buff_head held;
	u32 held_bytes;
	struct quic_hello hello;
};

static struct quic_hello_waits *waits_of(struct net *net)
{
	return &quic_net(net)->waits;
}

static void free_wait(struct hello_wait *w)
{
	__skb_queue_purge(&w->held);
	quic_hello_free(&w->hello);
	kfree(w);
}

static void unlink_wait(struct quic_hello_waits *ws, struct hello_wait *w)
{
	list_del(&w->node);
	ws->n--;
	ws->held_bytes -= w->held_bytes;
}

static void expire(struct quic_hello_waits *ws)
{
	struct hello_wait *w, *next;

	list_for_each_entry_safe(w, next, &ws->list, node) {
		if (time_before(jiffies, w->since + HOLD_JIFFIES))
			return;
		unlink_wait(ws, w);
		free_wait(w);
	}
}

static struct hello_wait *find_wait(struct quic_hello_waits *ws,
				    const struct quic_cid *dcid,
				    const union quic_addr *peer)
{
	struct hello_wait *w;

	list_for_each_entry(w, &ws->list, node)
		if (quic_cid_equal(&w->dcid, dcid) &&
		    !memcmp(&w->peer, peer, sizeof(*peer)))
			return w;
	return NULL;
}

/* A client's entry, made if there is room. */
static struct hello_wait *get_wait(struct quic_hello_waits *ws,
				   const struct quic_cid *dcid,
				   const union quic_addr *peer)
{
	struct hello_wait *w;

	expire(ws);
	w = find_wait(ws, dcid, peer);
	if (w || ws->n == WAITS_MAX)
		return w;
	w = kmalloc(sizeof(*w), GFP_ATOMIC | __GFP_NOWARN);
	if (!w)
		return NULL;
	w->dcid = *dcid;
	w->peer = *peer;
	w->since = jiffies;
	__skb_queue_head_init(&w->held);
	w->held_bytes = 0;
	quic_hello_init(&w->hello);
	list_add_tail(&w->node, &ws->list);
	ws->n++;
	return w;
}

static bool hold(struct quic_hello_waits *ws, struct hello_wait *w,
		 struct sk_buff *skb)
{
	if (skb_queue_len(&w->held) >= HELD_MAX ||
	    ws->held_bytes + skb->truesize > HELD_MAX_BYTES)
		return false;
	w->held_bytes += skb->truesize;
	ws->held_bytes += skb->truesize;
	__skb_queue_tail(&w->held, skb);
	return true;
}

static void set_client(const struct sk_buff *skb, const u8 *dcid, u8 dcid_len,
		       struct quic_cid *id, union quic_addr *peer)
{
	union quic_addr local;

	memset(id, 0, sizeof(*id));
	id->len = dcid_len;
	memcpy(id->data, dcid, dcid_len);
	quic_udp_addrs(skb, &local, peer);
}

/* CRYPTO frames of the opened packet. */
static int add_frames(struct quic_hello *h, const struct quic_first *first)
{
	const struct quic_hdr *hdr = &first->hdr;
	u32 start = hdr->pn_off + hdr->pn_len;
	struct quic_rd rd = {
		first->data + start, first->data + hdr->len - QUIC_TAG_LEN,
	};
	struct quic_frame f;

	while (quic_rd_left(&rd)) {
		if (quic_frame_parse(&rd, &f))
			return -EBADMSG;
		if (f.type == QUIC_FRAME_CRYPTO &&
		    quic_hello_add(h, f.crypto.offset, f.crypto.data,
				   f.crypto.len, GFP_ATOMIC))
			return -ENOMEM;
	}
	return 0;
}

static void copy_alpn(const struct quic_hello_names *names,
		      struct quic_hello_alpn *alpn)
{
	alpn->len = min_t(u16, names->alpn_len, sizeof(alpn->list));
	memcpy(alpn->list, names->alpn, alpn->len);
}

/* Return: true when @skb is held. */
static bool read_locked(struct quic_hello_waits *ws, struct sk_buff *skb,
			const struct quic_first *first,
			struct quic_hello_alpn *alpn,
			struct sk_buff_head *before)
{
	const struct quic_hdr *hdr = &first->hdr;
	struct quic_hello_names names;
	struct hello_wait *w;
	union quic_addr peer;
	struct quic_cid dcid;
	int err;

	set_client(skb, hdr->dcid, hdr->dcid_len, &dcid, &peer);
	w = get_wait(ws, &dcid, &peer);
	if (!w)
		return false;
	err = add_frames(&w->hello, first);
	if (!err)
		err = quic_hello_find(&w->hello, &names);
	if (err == -EAGAIN && hold(ws, w, skb))
		return true;
	if (!err)
		copy_alpn(&names, alpn);
	skb_queue_splice_tail_init(&w->held, before);
	unlink_wait(ws, w);
	free_wait(w);
	return false;
}

/**
 * quic_hello_read() - which protocols does a new client offer?
 * @net: namespace
 * @lsk: the listener that it goes to if nothing is found
 * @skb: datagram with an Initial of no connection
 * @alpn: its offer
 * @before: gets the client's datagrams that were held
 *
 * Context: softirq.
 * Return: false; true when @skb is held (or dropped: what does not open is
 * of no interest to anybody).
 */
bool quic_hello_read(struct net *net, const struct sock *lsk,
		     struct sk_buff *skb, struct quic_hello_alpn *alpn,
		     struct sk_buff_head *before)
{
	struct quic_hello_waits *ws = waits_of(net);
	struct quic_first first = {};
	enum quic_mib mib;
	bool held = false;

	alpn->len = 0;
	mib = quic_first_parse(&first, skb,
			       quic_sk(lsk)->set.tp.grease_quic_bit);
	/* it gets a Retry, whoever sends it: nothing is opened for that */
	if (!mib && !first.hdr.token_len && quic_admit_wants_retry(lsk))
		goto out;
	if (!mib)
		mib = quic_first_open(&first);
	if (mib) {
		QUIC_INC_STATS(net, mib);
		kfree_skb(skb);
		held = true;
		goto out;
	}
	spin_lock_bh(&ws->lock);
	held = read_locked(ws, skb, &first, alpn, before);
	spin_unlock_bh(&ws->lock);
out:
	quic_first_free(&first);
	return held;
}

/**
 * quic_hello_hold() - keep a 0-RTT packet until its Initial comes
 * @net: namespace
 * @skb: datagram of no connection
 * @dcid: its destination id
 * @dcid_len: bytes
 *
 * RFC 9000 5.2.2: a limited number of them.
 *
 * Context: softirq.
 * Return: true when it is held.
 */
bool quic_hello_hold(struct net *net, struct sk_buff *skb, const u8 *dcid,
		     u8 dcid_len)
{
	struct quic_hello_waits *ws = waits_of(net);
	union quic_addr peer;
	struct hello_wait *w;
	struct quic_cid id;
	bool held;

	set_client(skb, dcid, dcid_len, &id, &peer);
	spin_lock_bh(&ws->lock);
	w = get_wait(ws, &id, &peer);
	held = w && hold(ws, w, skb);
	spin_unlock_bh(&ws->lock);
	return held;
}

/**
 * quic_hello_take() - a client's Initial went to a listener
 * @net: namespace
 * @skb: a datagram of the client; only its addresses are looked at
 * @dcid: its destination id
 * @dcid_len: bytes
 * @held: gets what was held for it
 *
 * Context: softirq.
 */
void quic_hello_take(struct net *net, struct sk_buff *skb, const u8 *dcid,
		     u8 dcid_len, struct sk_buff_head *held)
{
	struct quic_hello_waits *ws = waits_of(net);
	union quic_addr peer;
	struct hello_wait *w;
	struct quic_cid id;

	/* a guess: what comes at the same time may be missed */
	if (!READ_ONCE(ws->n))
		return;
	set_client(skb, dcid, dcid_len, &id, &peer);
	spin_lock_bh(&ws->lock);
	w = find_wait(ws, &id, &peer);
	if (w) {
		skb_queue_splice_tail_init(&w->held, held);
		unlink_wait(ws, w);
		free_wait(w);
	}
	spin_unlock_bh(&ws->lock);
}

/**
 * quic_hello_start() - a namespace comes
 * @net: namespace
 */
void quic_hello_start(struct net *net)
{
	struct quic_hello_waits *ws = waits_of(net);

	spin_lock_init(&ws->lock);
	INIT_LIST_HEAD(&ws->list);
	ws->n = 0;
	ws->held_bytes = 0;
}

/**
 * quic_hello_purge() - it goes; no datagram is in work any more
 * @net: namespace
 */
void quic_hello_purge(struct net *net)
{
	struct quic_hello_waits *ws = waits_of(net);
	struct hello_wait *w, *next;

	list_for_each_entry_safe(w, next, &ws->list, node) {
		unlink_wait(ws, w);
		free_wait(w);
	}
}
