/* SPDX-License-Identifier: GPL-2.0-only */
/* Received datagrams: headers, opening, hand-over to the core. */
#ifndef _QUIC_RX_H
#define _QUIC_RX_H

struct sk_buff;
struct sock;

int quic_rx_init(struct sock *sk);
void quic_rx_free(struct sock *sk);
int quic_rx_burst(struct sock *sk, struct sk_buff *skb);
void quic_rx_replay(struct sock *sk);
void quic_rx_resume(struct sock *sk);

#endif
