// SPDX-License-Identifier: GPL-2.0-only
#include "port.h"

#include <linux/etherdevice.h>
#include <linux/skbuff.h>

#include "frame.h"
#include "open.h"
#include "tap.h"

/**
 * qnsim_rx_frame - receive a frame from the link
 * @model: receiving port
 * @skb: frame, data behind its Ethernet header
 *
 * Context: NAPI poll, under RCU.
 * Return: the frame for the stack, with the device's verdict if it has one.
 */
struct sk_buff *qnsim_rx_frame(struct nsim_model_port *model,
			       struct sk_buff *skb)
{
	struct qnsim_port *port = container_of(model, struct qnsim_port, model);
	struct qnsim_udp udp;

	skb_metadata_clear(skb);
	skb_push(skb, ETH_HLEN);
	qnsim_stat_inc(&port->stats, QNSIM_STAT_LINK_RX_FRAMES);
	qnsim_tap_frame(port->tap, skb);

	if (!skb_is_gso(skb) && qnsim_udp_find(skb, &udp)) {
		qnsim_stat_inc(&port->stats, QNSIM_STAT_LINK_RX_UDP);
		skb = qnsim_open(port, skb, &udp);
	}
	__skb_pull(skb, ETH_HLEN);
	return skb;
}
