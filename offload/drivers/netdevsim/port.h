/* SPDX-License-Identifier: GPL-2.0-only */
/* A port of the modelled NIC: what stands behind one netdevsim device. */
#ifndef QNSIM_PORT_H
#define QNSIM_PORT_H

#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/nsim_model.h>

#include "fault.h"
#include "flow.h"
#include "link.h"
#include "offload/core/offload.h"
#include "stats.h"

/*
 * DOC: lifetime
 *
 * A port lives from port_add to port_del, both under RTNL. netdevsim calls
 * transmit and receive under RCU and lets a grace period pass before port_del.
 */
struct qnsim_port {
	struct nsim_model_port model;
	struct net_device *dev;			/* immutable */
	struct quic_offload_dev *qdev;		/* immutable */
	struct qnsim_tap *tap;			/* immutable */
	struct dentry *dir;			/* immutable */
	struct list_head node;			/* qnsim_ports, RTNL and RCU */
	struct qnsim_stats stats;
	struct qnsim_link link;
	struct qnsim_fault fault;
	struct qnsim_flows flows;
	bool tx_paused;		/* knob */
};

/* The switch, quic-hw-offload. */
static inline bool qnsim_port_on(const struct qnsim_port *port)
{
	return READ_ONCE(port->qdev->enabled);
}

void qnsim_ports_resume(void);
struct qnsim_port *qnsim_port_find(const struct net_device *dev);

netdev_tx_t qnsim_tx_xmit(struct nsim_model_port *model, struct sk_buff *skb);
struct sk_buff *qnsim_rx_frame(struct nsim_model_port *model,
			       struct sk_buff *skb);

#endif
