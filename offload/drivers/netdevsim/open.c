// SPDX-License-Identifier: GPL-2.0-only
#include "open.h"

#include <linux/etherdevice.h>
#include <linux/ktime.h>
#include <linux/skbuff.h>
#include <linux/unaligned.h>

#include "frame.h"
#include "port.h"

/*
 * RFC 9000 17.3.1: header form, then the connection ID. The fixed bit may have
 * either value (RFC 9287), and a known ID says more than it.
 */
#define HEADER_FORM		0x80
#define KEY_PHASE		0x04
#define PN_OFF			(1 + QNSIM_CID_LEN)
#define MIN_PKT_LEN		(PN_OFF + QNSIM_MAX_PN_LEN + QNSIM_SAMPLE_LEN)

/* A generation that no connection of a test gets to. */
#define FALSE_STEP		1000

/* Room for the verdict before the Ethernet header. */
#define VERDICT_HEADROOM	(sizeof(struct quic_offload_verdict) + 8)

static struct qnsim_dir *match(struct qnsim_port *port,
			       const struct sk_buff *skb,
			       const struct qnsim_udp *udp)
{
	const u8 *hdr;
	u8 buf[PN_OFF];

	if (udp->payload_len < PN_OFF)
		return NULL;
	hdr = skb_header_pointer(skb, udp->payload_off, sizeof(buf), buf);
	if (!hdr || hdr[0] & HEADER_FORM)
		return NULL;
	return qnsim_flow_find(&port->flows, hdr + 1);
}

/* The wire bytes go up as they came, with what the device has to say. */
static struct sk_buff *pass(struct qnsim_port *port, struct sk_buff *skb,
			    const struct qnsim_dir *dir, u32 generation,
			    enum quic_offload_status status,
			    enum qnsim_stat_id stat)
{
	qnsim_stat_inc(&port->stats, stat);
	/* Without a verdict the packet is as good: the bytes say the same. */
	if (!skb_cow_head(skb, VERDICT_HEADROOM))
		quic_offload_rx_verdict_set(skb, dir->dir, generation, status);
	return skb;
}

static struct sk_buff *copy_frame(struct qnsim_port *port,
				  const struct sk_buff *skb)
{
	struct sk_buff *copy;

	copy = netdev_alloc_skb(port->dev, skb->len + VERDICT_HEADROOM);
	if (!copy)
		return NULL;
	skb_reserve(copy, VERDICT_HEADROOM);
	if (skb_copy_bits(skb, 0, skb_put(copy, skb->len), skb->len)) {
		kfree_skb(copy);
		return NULL;
	}
	skb_copy_queue_mapping(copy, skb);
	copy->protocol = skb->protocol;
	copy->pkt_type = skb->pkt_type;
	skb_reset_mac_header(copy);
	skb_set_network_header(copy, ETH_HLEN);
	return copy;
}

static u32 read_pn(const u8 *pkt, unsigned int pn_len)
{
	u32 pn = 0;
	unsigned int i;

	for (i = 0; i < pn_len; i++)
		pn = pn << 8 | pkt[PN_OFF + i];
	return pn;
}

/* Only what was authenticated moves the expansion of packet numbers. */
static void commit_pn(struct qnsim_dir *dir, u64 pn)
{
	s64 next = atomic64_read(&dir->next_pn);

	while (next < (s64)pn + 1)
		if (atomic64_try_cmpxchg(&dir->next_pn, &next, pn + 1))
			return;
}

/* Takes header protection off, too: before that there is no key phase. */
static struct qnsim_key *open_copy(struct qnsim_dir *dir, u8 *pkt,
				   unsigned int len,
				   enum quic_offload_status *status)
{
	unsigned int pn_len, hdr_len;
	struct qnsim_key *key;
	u64 pn;
	int err;

	pn_len = qnsim_hp_unprotect(&dir->hp, pkt, PN_OFF);
	hdr_len = PN_OFF + pn_len;
	key = rcu_dereference(dir->usable[!!(pkt[0] & KEY_PHASE)]);
	if (!key) {
		*status = QUIC_OFFLOAD_NO_KEY;
		return NULL;
	}

	pn = qnsim_pn_expand(atomic64_read(&dir->next_pn) - 1,
			     read_pn(pkt, pn_len), pn_len);
	err = qnsim_aead_open(&key->aead, pn, pkt, hdr_len, len - hdr_len);
	if (err) {
		*status = err == -EBADMSG ? QUIC_OFFLOAD_AUTH_FAIL :
					    QUIC_OFFLOAD_CTX_ERROR;
		return key;
	}

	commit_pn(dir, pn);
	quic_offload_key_used(key->key, pn);
	*status = QUIC_OFFLOAD_OK;
	return key;
}

static enum qnsim_stat_id stat_of_status(enum quic_offload_status status)
{
	switch (status) {
	case QUIC_OFFLOAD_AUTH_FAIL:
		return QNSIM_STAT_RX_AUTH_FAIL;
	case QUIC_OFFLOAD_NO_KEY:
		return QNSIM_STAT_RX_NO_KEY;
	default:
		return QNSIM_STAT_RX_CTX_ERROR;
	}
}

static struct sk_buff *open_packet(struct qnsim_port *port,
				   struct sk_buff *skb, struct sk_buff *copy,
				   const struct qnsim_udp *udp,
				   struct qnsim_dir *dir)
{
	u64 start_ns = ktime_get_ns();
	enum quic_offload_status status;
	struct qnsim_key *key;
	u32 generation;

	key = open_copy(dir, copy->data + udp->payload_off, udp->payload_len,
			&status);
	generation = key ? key->key->generation : 0;
	if (READ_ONCE(port->fault.false_verdicts))
		generation += FALSE_STEP;
	qnsim_stat_add(&port->stats, QNSIM_STAT_OPEN_NS,
		       ktime_get_ns() - start_ns);
	if (status == QUIC_OFFLOAD_OK &&
	    quic_offload_rx_verdict_set(copy, dir->dir, generation, status))
		status = QUIC_OFFLOAD_CTX_ERROR;
	if (status != QUIC_OFFLOAD_OK) {
		kfree_skb(copy);
		return pass(port, skb, dir, generation, status,
			    stat_of_status(status));
	}

	qnsim_stat_inc(&port->stats, QNSIM_STAT_RX_OPENED_PKTS);
	qnsim_stat_add(&port->stats, QNSIM_STAT_RX_OPENED_BYTES,
		       udp->payload_len);
	copy->ip_summed = CHECKSUM_UNNECESSARY;
	consume_skb(skb);
	return copy;
}

/**
 * qnsim_open - open a datagram if it is one for the device
 * @port: receiving port
 * @skb: frame, data at its Ethernet header
 * @udp: where its datagram is
 *
 * RFC 9001 5.3, 5.4. What is no short-header packet of an installed connection
 * ID passes untouched and without verdict.
 *
 * Context: NAPI poll, under RCU.
 * Return: opened copy, or @skb with the bytes of the wire.
 */
struct sk_buff *qnsim_open(struct qnsim_port *port, struct sk_buff *skb,
			   const struct qnsim_udp *udp)
{
	struct sk_buff *copy;
	struct qnsim_dir *dir;

	if (!qnsim_port_on(port))
		return skb;
	dir = match(port, skb, udp);
	if (!dir)
		return skb;
	if (udp->payload_len < MIN_PKT_LEN)
		return pass(port, skb, dir, 0, QUIC_OFFLOAD_RUNT,
			    QNSIM_STAT_RX_RUNT);

	copy = copy_frame(port, skb);
	if (!copy)
		return pass(port, skb, dir, 0, QUIC_OFFLOAD_CTX_ERROR,
			    QNSIM_STAT_RX_CTX_ERROR);
	if (skb->ip_summed != CHECKSUM_UNNECESSARY &&
	    !qnsim_udp_csum_good(copy->data, udp)) {
		qnsim_stat_inc(&port->stats, QNSIM_STAT_RX_BAD_CSUM);
		kfree_skb(copy);
		return skb;
	}
	return open_packet(port, skb, copy, udp, dir);
}
