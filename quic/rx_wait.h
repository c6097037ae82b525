/* SPDX-License-Identifier: GPL-2.0-only */
/* Packets that wait: for their keys, or for process context. */
#ifndef _QUIC_RX_WAIT_H
#define _QUIC_RX_WAIT_H

#include <linux/types.h>

struct quic_burst;
struct sk_buff;
struct sock;

void quic_wait_keep_packet(struct quic_burst *x, const u8 *p, u32 len);
bool quic_wait_keep_burst(struct quic_burst *x);
void quic_wait_keep_later(struct sock *sk, struct sk_buff *skb, u8 ecn);

#endif
