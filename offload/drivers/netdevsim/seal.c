// SPDX-License-Identifier: GPL-2.0-only
#include "seal.h"

#include <linux/etherdevice.h>
#include <linux/ktime.h>
#include <linux/skbuff.h>

#include "frame.h"
#include "port.h"

static enum qnsim_stat_id drop_of_errno(const struct qnsim_port *port, int err)
{
	switch (err) {
	case -ENOKEY:
		return QNSIM_STAT_TX_DROP_NO_META;
	case -ESHUTDOWN:
		return qnsim_port_on(port) ? QNSIM_STAT_TX_DROP_NO_KEY :
					     QNSIM_STAT_TX_DROP_OFF;
	case -EXDEV:
		return QNSIM_STAT_TX_DROP_DEVICE;
	case -EALREADY:
		return QNSIM_STAT_TX_DROP_TWICE;
	default:
		return QNSIM_STAT_TX_DROP_MISMATCH;
	}
}

/* The core compares the header; what the engine relies on is checked here. */
static bool lengths_agree(const struct quic_offload_tx_meta *meta,
			  const struct qnsim_udp *udp)
{
	if (meta->pn_len < 1 || meta->pn_len > QNSIM_MAX_PN_LEN ||
	    meta->hdr_len != meta->pn_off + meta->pn_len)
		return false;
	if (meta->hdr_len + meta->text_len + QNSIM_TAG_LEN != udp->payload_len)
		return false;
	/* RFC 9001 5.4.2: the sample has to be in the packet. */
	return udp->payload_len >=
	       meta->pn_off + QNSIM_MAX_PN_LEN + QNSIM_SAMPLE_LEN;
}

/* The packet's own pages are only read: they serve retransmissions. */
static struct sk_buff *copy_frame(struct qnsim_port *port,
				  const struct sk_buff *skb)
{
	struct sk_buff *copy = netdev_alloc_skb(port->dev, skb->len);

	if (!copy)
		return NULL;
	skb_copy_queue_mapping(copy, skb);
	copy->protocol = skb->protocol;
	skb_reset_mac_header(copy);
	skb_set_network_header(copy, ETH_HLEN);
	if (skb_copy_bits(skb, 0, skb_put(copy, skb->len), skb->len)) {
		kfree_skb(copy);
		return NULL;
	}
	return copy;
}

static int seal_copy(struct qnsim_port *port, struct sk_buff *copy,
		     const struct quic_offload_tx_meta *meta,
		     const struct qnsim_udp *udp)
{
	struct qnsim_dir *dir = quic_offload_dir_priv(meta->dir);
	struct qnsim_key *key = quic_offload_key_priv(meta->key);
	u8 *pkt = copy->data + udp->payload_off;
	u64 start_ns = ktime_get_ns();
	int err;

	err = qnsim_aead_seal(&key->aead, meta->pn, pkt, meta->hdr_len,
			      meta->text_len);
	if (!err)
		qnsim_hp_protect(&dir->hp, pkt, meta->pn_off);
	qnsim_stat_add(&port->stats, QNSIM_STAT_SEAL_NS,
		       ktime_get_ns() - start_ns);
	if (err)
		return err;

	qnsim_udp_csum_set(copy->data, udp);
	copy->ip_summed = CHECKSUM_UNNECESSARY;
	return 0;
}

static struct sk_buff *drop(struct qnsim_port *port, struct sk_buff *skb,
			    enum qnsim_stat_id reason)
{
	qnsim_stat_inc(&port->stats, reason);
	kfree_skb(skb);
	return NULL;
}

/**
 * qnsim_seal - make what is on the wire of a marked packet
 * @port: sending port
 * @skb: one marked packet, data at its Ethernet header; consumed
 *
 * RFC 9001 5.3, 5.4. Nothing that is wrong with the packet lets it pass: it is
 * dropped and counted.
 *
 * Context: BH disabled, under RCU.
 * Return: sealed frame in memory of its own, or NULL.
 */
struct sk_buff *qnsim_seal(struct qnsim_port *port, struct sk_buff *skb)
{
	struct quic_offload_tx_meta meta;
	struct sk_buff *sealed;
	struct qnsim_udp udp;
	int err;

	if (!qnsim_udp_find(skb, &udp))
		return drop(port, skb, QNSIM_STAT_TX_DROP_PARSE);
	err = quic_offload_tx_meta_get(port->qdev, skb, udp.payload_off, &meta);
	if (err)
		return drop(port, skb, drop_of_errno(port, err));
	if (!lengths_agree(&meta, &udp))
		return drop(port, skb, QNSIM_STAT_TX_DROP_MISMATCH);

	sealed = copy_frame(port, skb);
	if (!sealed)
		return drop(port, skb, QNSIM_STAT_TX_DROP_NOMEM);
	if (seal_copy(port, sealed, &meta, &udp)) {
		kfree_skb(sealed);
		return drop(port, skb, QNSIM_STAT_TX_DROP_CRYPTO);
	}

	quic_offload_key_used(meta.key, meta.pn);
	qnsim_stat_inc(&port->stats, QNSIM_STAT_TX_SEALED_PKTS);
	qnsim_stat_add(&port->stats, QNSIM_STAT_TX_SEALED_BYTES,
		       udp.payload_len);
	consume_skb(skb);
	return sealed;
}
