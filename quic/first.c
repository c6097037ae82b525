// SPDX-License-Identifier: GPL-2.0-only
#include "first.h"

#include <linux/skbuff.h>
#include <linux/slab.h>

#include "core/pktnum.h"
#include "initial.h"
#include "sock.h"

static u32 first_dgram_len(const struct sk_buff *skb)
{
	u32 size = skb_shinfo(skb)->gso_size;

	return size ? min(size, skb->len) : skb->len;
}

static enum quic_mib copy_dgram(struct quic_first *first, const struct sk_buff *skb)
{
	first->len = first_dgram_len(skb);
	first->data = kmalloc(first->len, quic_gfp());
	if (!first->data)
		return QUIC_MIB_PKT_RCVDROP;
	if (skb_copy_bits(skb, 0, first->data, first->len))
		return QUIC_MIB_PKT_INVHDRDROP;
	return QUIC_MIB_NUM;
}

static enum quic_mib parse_dgram(struct quic_first *first, bool greased)
{
	struct quic_hdr *hdr = &first->hdr;
	int err;

	/* RFC 9287 3.1: a client may know from last time that it may */
	if (greased)
		err = quic_hdr_parse_greased(first->data, first->len,
					     QUIC_CID_DEFAULT_LEN, hdr);
	else
		err = quic_hdr_parse(first->data, first->len,
				     QUIC_CID_DEFAULT_LEN, hdr);
	if (err == -EPROTONOSUPPORT)
		return QUIC_MIB_PKT_VERSIONDROP;
	if (err)
		return QUIC_MIB_PKT_INVHDRDROP;
	/* of a connection that is gone */
	if (hdr->type != QUIC_PKT_INITIAL)
		return QUIC_MIB_PKT_NOSOCKDROP;
	return QUIC_MIB_NUM;
}

/**
 * quic_first_parse() - what can be read without keys
 * @first: zeroed
 * @skb: datagrams of one destination id; the first one is looked at
 * @greased: the listener announces grease_quic_bit
 *
 * Context: softirq, or process context with BH off.
 * Return: 0 or the counter of the reason to drop it.
 */
enum quic_mib quic_first_parse(struct quic_first *first,
			       const struct sk_buff *skb, bool greased)
{
	return copy_dgram(first, skb) ?: parse_dgram(first, greased);
}

/**
 * quic_first_open() - derive Initial keys and open the packet, in place
 * @first: parsed
 *
 * Only who knows the packet's form gets a socket.
 *
 * Context: softirq, or process context with BH off.
 * Return: 0 or the counter of the reason to drop it.
 */
enum quic_mib quic_first_open(struct quic_first *first)
{
	u8 mask[QUIC_SAMPLE_LEN];
	struct quic_hdr *hdr = &first->hdr;
	u32 aad_len;
	u64 pn;

	first->keys = kzalloc(sizeof(*first->keys), quic_gfp());
	if (!first->keys)
		return QUIC_MIB_PKT_RCVDROP;
	if (quic_initial_derive(first->keys, hdr->version, hdr->dcid,
				hdr->dcid_len, true))
		return QUIC_MIB_PKT_VERSIONDROP;
	/* RFC 9001 5.4.2: sampled as if the number had 4 bytes */
	quic_initial_mask(&first->keys->rx, first->data + hdr->pn_off + 4,
			  mask);
	quic_hdr_unprotect(first->data, hdr, mask);
	pn = quic_pn_expand(QUIC_PN_NONE, hdr->pn, hdr->pn_len);
	aad_len = hdr->pn_off + hdr->pn_len;
	if (quic_initial_open(&first->keys->rx, pn, first->data, aad_len,
			      hdr->len - aad_len))
		return QUIC_MIB_PKT_BADINITIALDROP;
	return QUIC_MIB_NUM;
}

/**
 * quic_first_free() - forget it
 * @first: in any state; keys that a connection took over are NULL
 */
void quic_first_free(struct quic_first *first)
{
	kfree_sensitive(first->keys);
	kfree(first->data);
}
