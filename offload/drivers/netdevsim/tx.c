// SPDX-License-Identifier: GPL-2.0-only
#include "port.h"

#include <linux/udp.h>
#include <net/gso.h>

#include "seal.h"
#include "tap.h"

static bool has_to_wait(const struct qnsim_port *port)
{
	return READ_ONCE(port->tx_paused) || qnsim_tap_backlogged();
}

/* Stops the queue of a frame that has to wait. */
static bool stop_queue(struct qnsim_port *port, const struct sk_buff *skb)
{
	struct netdev_queue *queue = skb_get_tx_queue(port->dev, skb);

	if (!has_to_wait(port))
		return false;

	netif_tx_stop_queue(queue);
	/* Pairs with the wake-up in qnsim_ports_resume(). */
	smp_mb__after_atomic();
	if (has_to_wait(port))
		return true;
	netif_tx_start_queue(queue);
	return false;
}

static bool is_udp_partial(const struct sk_buff *skb)
{
	return skb->ip_summed == CHECKSUM_PARTIAL && !skb_is_gso(skb) &&
	       skb->csum_offset == offsetof(struct udphdr, check);
}

/*
 * What was never marked is sealed already, or no QUIC. Its checksum has to be
 * there on the link; the receiver need not look at it again.
 */
static void send_plain(struct qnsim_port *port, struct sk_buff *skb)
{
	if (is_udp_partial(skb)) {
		if (skb_checksum_help(skb)) {
			qnsim_stat_inc(&port->stats, QNSIM_STAT_LINK_TX_DROP);
			kfree_skb(skb);
			return;
		}
		skb->ip_summed = CHECKSUM_UNNECESSARY;
	}
	qnsim_link_send(&port->link, skb);
}

static void send_one(struct qnsim_port *port, struct sk_buff *skb)
{
	if (skb_is_decrypted(skb))
		skb = qnsim_seal(port, skb);
	if (skb)
		send_plain(port, skb);
}

/* Segments share the pages of the burst, and its identity. */
static void send_burst(struct qnsim_port *port, struct sk_buff *skb)
{
	netdev_features_t features = NETIF_F_SG | NETIF_F_FRAGLIST |
				     NETIF_F_HW_CSUM | NETIF_F_HIGHDMA;
	struct sk_buff *segs, *seg, *next;

	segs = skb_gso_segment(skb, features);
	if (IS_ERR_OR_NULL(segs)) {
		qnsim_stat_inc(&port->stats, skb_is_decrypted(skb) ?
			       QNSIM_STAT_TX_DROP_GSO :
			       QNSIM_STAT_LINK_TX_DROP);
		kfree_skb(skb);
		return;
	}
	consume_skb(skb);

	skb_list_walk_safe(segs, seg, next) {
		skb_mark_not_on_list(seg);
		send_one(port, seg);
	}
}

static bool is_udp_burst(const struct sk_buff *skb)
{
	return skb_is_gso(skb) &&
	       (skb_shinfo(skb)->gso_type & SKB_GSO_UDP_L4);
}

/**
 * qnsim_tx_xmit - transmit what the stack hands over
 * @model: sending port
 * @skb: frame or UDP burst, marked or not
 *
 * Nothing of a packet is read before it is certain that it will not be handed
 * back: sealing starts after the last NETDEV_TX_BUSY.
 *
 * Context: BH disabled, under RCU.
 * Return: NETDEV_TX_OK, or NETDEV_TX_BUSY with the queue stopped.
 */
netdev_tx_t qnsim_tx_xmit(struct nsim_model_port *model, struct sk_buff *skb)
{
	struct qnsim_port *port = container_of(model, struct qnsim_port, model);

	if (stop_queue(port, skb))
		return NETDEV_TX_BUSY;

	/* Also a marked TCP burst is no business of this device. */
	if (is_udp_burst(skb))
		send_burst(port, skb);
	else
		send_one(port, skb);
	return NETDEV_TX_OK;
}
