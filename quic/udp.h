/* SPDX-License-Identifier: GPL-2.0-only */
/* The way to and from the network: shared kernel UDP sockets and routes. */
#ifndef _QUIC_UDP_H
#define _QUIC_UDP_H

#include <linux/types.h>

union quic_addr;
struct dst_entry;
struct net;
struct quic_udp;
struct sk_buff;
struct sock;

int quic_udp_init(void);
void quic_udp_exit(void);
void quic_udp_flush(void);

struct quic_udp *quic_udp_get(struct net *net, union quic_addr *local,
			      bool v6only, int ifindex);
struct quic_udp *quic_udp_hold(struct quic_udp *udp);
void quic_udp_put(struct quic_udp *udp);

void quic_udp_addrs(const struct sk_buff *skb, union quic_addr *local,
		    union quic_addr *peer);
u8 quic_udp_ecn(const struct sk_buff *skb);
bool quic_udp_from(const struct sk_buff *skb, const union quic_addr *peer);
bool quic_udp_to(const struct sk_buff *skb, const union quic_addr *local);
bool quic_addr_same_ip(const union quic_addr *a, const union quic_addr *b);
bool quic_addr_equal(const union quic_addr *a, const union quic_addr *b);

int quic_udp_route(struct sock *sk, union quic_addr *local,
		   const union quic_addr *peer, u32 *mtu);
struct dst_entry *quic_udp_dst(struct sock *sk);
struct dst_entry *quic_udp_path_dst(struct sock *sk, u8 path);
u32 quic_udp_mtu(const struct dst_entry *dst, int family);
u32 quic_udp_mtu_hint(const struct dst_entry *dst, int family);
unsigned int quic_udp_headroom(const struct dst_entry *dst, int family);
void quic_udp_xmit(struct sock *sk, struct sk_buff *skb, struct dst_entry *dst,
		   u8 path, u8 ecn);
void quic_udp_reply(struct net *net, const struct sk_buff *to, const u8 *data,
		    unsigned int len);

#endif
