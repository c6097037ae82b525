/* SPDX-License-Identifier: GPL-2.0-only */
/* From a datagram to the socket that it is for. */
#ifndef _QUIC_DEMUX_H
#define _QUIC_DEMUX_H

#include <linux/types.h>

struct net;
struct quic_cid;
struct sk_buff;
struct sock;

/**
 * struct quic_demux_peek - what the start of a datagram tells
 * @cid: destination connection id
 * @cid_len: bytes; 0 when there is none to be had; of a short header the
 *	default, until find_sock() finds another
 * @room: bytes at @cid
 * @is_long: long header
 * @first: first byte
 * @version: long header only
 */
struct quic_demux_peek {
	const u8 *cid;
	u32 version;
	u8 cid_len;
	u8 room;
	u8 first;
	bool is_long;
};

int quic_demux_init(void);
void quic_demux_exit(void);

int quic_demux_add(struct sock *sk, const struct quic_cid *cid);
void quic_demux_del(struct sock *sk, const struct quic_cid *cid);
void quic_demux_purge(struct sock *sk);
void quic_demux_set_token(struct sock *sk, const u8 *token);
struct sock *quic_demux_find(struct net *net, const u8 *cid, unsigned int len);
struct sock *quic_demux_find_token(struct net *net, const u8 *token);

void quic_demux_deliver(struct net *net, struct sock *sk, struct sk_buff *skb);
void quic_demux_rcv(struct net *net, struct sk_buff *skb);

#endif
