/* SPDX-License-Identifier: GPL-2.0-only */
/* Datagrams that are not of a connection that is known. */
#ifndef _QUIC_STRAY_H
#define _QUIC_STRAY_H

struct net;
struct quic_demux_peek;
struct sk_buff;

void quic_stray_rcv(struct net *net, struct sk_buff *skb,
		    const struct quic_demux_peek *peek);

#endif
