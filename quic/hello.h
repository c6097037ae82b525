/* SPDX-License-Identifier: GPL-2.0-only */
/* Datagrams of clients whose listener is not known yet. */
#ifndef _QUIC_HELLO_H
#define _QUIC_HELLO_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct net;
struct quic_cid;
struct sk_buff;
struct sk_buff_head;
struct sock;
union quic_addr;

#define QUIC_HELLO_ALPN_MAX	256

/**
 * struct quic_hello_waits - clients of a namespace that are waited for
 * @lock: guards the rest; BH
 * @list: entries, oldest first
 * @n: their count
 * @held_bytes: memory of the datagrams that they hold
 */
struct quic_hello_waits {
	spinlock_t lock;
	struct list_head list;
	unsigned int n;
	u32 held_bytes;
};

/**
 * struct quic_hello_alpn - what a client offers
 * @len: bytes at @list; 0: nothing, or it could not be read
 * @list: names, each behind a length byte; the first ones of a long list
 */
struct quic_hello_alpn {
	u16 len;
	u8 list[QUIC_HELLO_ALPN_MAX];
};

void quic_hello_start(struct net *net);
void quic_hello_purge(struct net *net);
bool quic_hello_read(struct net *net, const struct sock *lsk,
		     struct sk_buff *skb, struct quic_hello_alpn *alpn,
		     struct sk_buff_head *before);
bool quic_hello_hold(struct net *net, struct sk_buff *skb, const u8 *dcid,
		     u8 dcid_len);
void quic_hello_take(struct net *net, struct sk_buff *skb, const u8 *dcid,
		     u8 dcid_len, struct sk_buff_head *held);

#endif
