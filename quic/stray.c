// SPDX-License-Identifier: GPL-2.0-only
#include "stray.h"

#include <linux/skbuff.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "core/header.h"
#include "demux.h"
#include "hello.h"
#include "listeners.h"
#include "mib.h"
#include "sock.h"
#include "stateless.h"

static void drop(struct net *net, struct sk_buff *skb, enum quic_mib why)
{
	QUIC_INC_STATS(net, why);
	kfree_skb_reason(skb, SKB_DROP_REASON_NO_SOCKET);
}

static bool is_initial(const struct quic_demux_peek *peek)
{
	u8 type = peek->first >> 4 & 3;

	/* RFC 9369 3.2 shuffled the types */
	return peek->version == QUIC_V1 ? type == 0 :
	       peek->version == QUIC_V2 && type == 1;
}

/*
 * RFC 9000 6.1#1, 5.2.2#1: only in a datagram that could have carried an
 * Initial, and never to a Version Negotiation packet.
 */
static void refuse_version(struct net *net, struct sk_buff *skb,
			   unsigned int len, const struct quic_demux_peek *peek)
{
	struct quic_listener_choice choice = {};
	struct sock *lsk = NULL;

	if (!peek->version) {
		drop(net, skb, QUIC_MIB_PKT_NOSOCKDROP);
		return;
	}
	if (len >= QUIC_MIN_INITIAL_SIZE)
		lsk = quic_listeners_find(net, skb, &choice);
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
	struct quic_listener_choice choice = {};
	struct quic_hello_alpn alpn;

	if (quic_hello_read(net, lsk, skb, &alpn, held)) {
		sock_put(lsk);
		return NULL;
	}
	choice.alpn = &alpn;
	sock_put(lsk);
	return quic_listeners_find(net, skb, &choice);
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
		quic_demux_deliver(net, sk, skb);
	}
}

static void rcv_initial(struct net *net, struct sk_buff *skb,
			const struct quic_demux_peek *peek)
{
	struct quic_cid dcid = { .len = peek->cid_len };
	struct quic_listener_choice choice = {};
	struct sk_buff_head held;
	struct sock *lsk;

	memcpy(dcid.data, peek->cid, peek->cid_len);
	__skb_queue_head_init(&held);
	lsk = quic_listeners_find(net, skb, &choice);
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

static bool is_early(const struct quic_demux_peek *peek)
{
	u8 type = peek->first >> 4 & 3;

	return type == (peek->version == QUIC_V1 ? 1 : 2);
}

/*
 * RFC 9000 10.3.2#2: a short header does not say how long the lost connection's
 * id was, and no socket does any more; but the server at this address knows how
 * long it makes them.
 */
static u8 reset_cid_len(struct net *net, const struct sk_buff *skb,
			const struct quic_demux_peek *peek)
{
	struct quic_listener_choice choice = {};
	u8 len = peek->cid_len;
	struct sock *lsk;

	lsk = quic_listeners_find(net, skb, &choice);
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
		      const struct quic_demux_peek *peek)
{
	u8 token[QUIC_RESET_TOKEN_LEN];
	struct sock *sk;

	if (len < QUIC_RESET_MIN_BYTES || len > skb->len ||
	    skb_copy_bits(skb, len - sizeof(token), token, sizeof(token))) {
		drop(net, skb, QUIC_MIB_PKT_INVHDRDROP);
		return;
	}
	sk = quic_demux_find_token(net, token);
	if (!sk) {
		quic_stateless_reset(net, skb, len, peek->cid,
				     reset_cid_len(net, skb, peek));
		drop(net, skb, QUIC_MIB_PKT_NOSOCKDROP);
		return;
	}
	quic_demux_deliver(net, sk, skb);
}

/**
 * quic_stray_rcv() - no socket has the connection id of a datagram
 * @net: network namespace
 * @skb: datagrams of one destination connection id; consumed
 * @peek: start of the first one
 *
 * A new connection, a stateless reset of an old one, or nothing.
 *
 * Context: softirq, RCU.
 */
void quic_stray_rcv(struct net *net, struct sk_buff *skb,
		    const struct quic_demux_peek *peek)
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
	/* RFC 9000 5.2.2#2 */
	if (!is_initial(peek)) {
		drop(net, skb, QUIC_MIB_PKT_NOSOCKDROP);
		return;
	}
	/* RFC 9000 7.2, 14.1#3 */
	if (peek->cid_len < 8 || len < QUIC_MIN_INITIAL_SIZE) {
		drop(net, skb, QUIC_MIB_PKT_SHORTINITIALDROP);
		return;
	}
	rcv_initial(net, skb, peek);
}
