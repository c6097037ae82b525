/* SPDX-License-Identifier: GPL-2.0-only */
/* From a datagram to the socket that it is for. */
#ifndef _QUIC_DEMUX_H
#define _QUIC_DEMUX_H

#include <linux/types.h>

struct net;
struct quic_cid;
struct sk_buff;
struct sock;

int quic_demux_init(void);
void quic_demux_exit(void);

int quic_demux_add(struct sock *sk, const struct quic_cid *cid);
void quic_demux_del(struct sock *sk, const struct quic_cid *cid);
void quic_demux_purge(struct sock *sk);
void quic_demux_set_token(struct sock *sk, const u8 *token);
struct sock *quic_demux_find(struct net *net, const u8 *cid, unsigned int len);

int quic_demux_listen(struct sock *sk);
void quic_demux_unlisten(struct sock *sk);

void quic_demux_rcv(struct net *net, struct sk_buff *skb);

#endif
