/* SPDX-License-Identifier: GPL-2.0-only */
/* Transmit: a marked packet becomes what is on the wire. */
#ifndef QNSIM_SEAL_H
#define QNSIM_SEAL_H

struct qnsim_port;
struct sk_buff;

struct sk_buff *qnsim_seal(struct qnsim_port *port, struct sk_buff *skb);

#endif
