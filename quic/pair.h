/* SPDX-License-Identifier: GPL-2.0-only */
/* Sockets whose connection id has no length, by their two addresses. */
#ifndef _QUIC_PAIR_H
#define _QUIC_PAIR_H

struct net;
struct sk_buff;
struct sock;

int quic_pair_init(void);
void quic_pair_exit(void);

int quic_pair_add(struct sock *sk);
void quic_pair_del(struct sock *sk);
struct sock *quic_pair_find(struct net *net, const struct sk_buff *skb);

#endif
