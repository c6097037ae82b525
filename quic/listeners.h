/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of listening sockets. */
#ifndef _QUIC_LISTENERS_H
#define _QUIC_LISTENERS_H

#include <linux/types.h>

struct net;
struct quic_hello_alpn;
struct sk_buff;
struct sock;

/**
 * struct quic_listener_choice - a look for the listener of a new client
 * @alpn: what the client offers; NULL: not known
 * @mixed: out: there are listeners of different protocols
 */
struct quic_listener_choice {
	const struct quic_hello_alpn *alpn;
	bool mixed;
};

int quic_listeners_add(struct sock *sk);
void quic_listeners_del(struct sock *sk);
struct sock *quic_listeners_find(struct net *net, const struct sk_buff *skb,
				 struct quic_listener_choice *choice);

#endif
