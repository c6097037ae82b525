/* SPDX-License-Identifier: GPL-2.0-only */
/* Receive: a packet whose connection ID a filter knows is opened. */
#ifndef QNSIM_OPEN_H
#define QNSIM_OPEN_H

struct qnsim_port;
struct qnsim_udp;
struct sk_buff;

struct sk_buff *qnsim_open(struct qnsim_port *port, struct sk_buff *skb,
			   const struct qnsim_udp *udp);

#endif
