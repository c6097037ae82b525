// SPDX-License-Identifier: GPL-2.0-only
/* What travels with packets: a burst's identity, a device's verdict. */
#include "offload.h"

#include <linux/slab.h>
#include <linux/udp.h>

#include "dev.h"
#include "flow.h"
#include "frag_cursor.h"

/**
 * DOC: Carrier of a burst's identity
 *
 * A marked skb has a ubuf_info of ours: skb_segment() hands it on to every
 * segment, pskb_copy() and pskb_expand_head() keep it, and its reference
 * count says when the last packet of the burst is gone. SKBFL_DONT_ORPHAN
 * keeps the network stack from copying the fragments away from it.
 *
 * It is lost where the fragments are: skb_segment() for a device without
 * scatter-gather and skb_linearize() copy the packet into the linear part;
 * skb_orphan_frags_rx(), on the way to a tap or into a receive path, copies
 * the fragments; skb_tx_error() forgets it (nfqueue, openvswitch). What is
 * marked without an identity is sealed by nobody: the next hook or driver
 * drops it. That is why a device has to do scatter-gather to transmit.
 *
 * The fragments are the stack's own pages, which nobody writes to, so
 * SKBFL_SHARED_FRAG is not set.
 *
 * DOC: Which packet of the burst
 *
 * A segment's place in its burst follows from where its bytes lie in memory:
 * the burst remembers the fragments it was made of. The clear header is only
 * compared with that, never believed. Each number can be taken once: a second
 * copy of a packet (tc, netem) gets no second ciphertext, whoever seals it.
 */
struct burst_piece {
	const struct page *page;
	u32 off;	/* in the page */
	u32 len;
	u32 start;	/* in the burst */
};

struct burst_info {
	struct ubuf_info ubuf;
	struct quic_offload_key *key;
	struct quic_offload_burst burst;
	atomic64_t taken;	/* bit i: packet i is sealed, or is being */
	u32 total_len;
	u16 pkt_len;		/* all packets but the last */
	u8 n_pieces;
	u8 cid[QUIC_OFFLOAD_CID_MAX];
	struct burst_piece piece[] __counted_by(n_pieces);
};

/* Packets of a burst that an skb holds. */
struct burst_span {
	u16 first;
	u16 n;
};

static void burst_complete(struct sk_buff *skb, struct ubuf_info *uarg,
			   bool success)
{
	struct burst_info *bi = container_of(uarg, struct burst_info, ubuf);

	if (!refcount_dec_and_test(&uarg->refcnt))
		return;
	quic_offload_key_landed(bi->key);
	quic_offload_key_put(bi->key);
	kfree(bi);
}

static const struct ubuf_info_ops burst_ops = {
	.complete = burst_complete,
};

static struct burst_info *burst_of(struct sk_buff *skb)
{
	struct ubuf_info *uarg = skb_zcopy(skb);

	if (!skb->decrypted || !uarg || uarg->ops != &burst_ops)
		return NULL;
	return container_of(uarg, struct burst_info, ubuf);
}

/* ---- finding the packets of an skb --------------------------------------- */

/* Where in the burst does the payload at @off start? Negative: nowhere. */
static int start_of(const struct burst_info *bi, const struct sk_buff *skb,
		    unsigned int off)
{
	unsigned int i, pulled = skb_headlen(skb) - off;
	const skb_frag_t *frag;

	if (bi->burst.n_pkts == 1)
		return 0;
	if (skb_headlen(skb) < off || !skb_shinfo(skb)->nr_frags)
		return -EBADMSG;
	frag = &skb_shinfo(skb)->frags[0];
	for (i = 0; i < bi->n_pieces; i++) {
		const struct burst_piece *p = &bi->piece[i];

		if (p->page == skb_frag_page(frag) &&
		    skb_frag_off(frag) - p->off < p->len)
			return p->start + (skb_frag_off(frag) - p->off) -
			       pulled;
	}
	return -EBADMSG;
}

static int find_span(const struct burst_info *bi, const struct sk_buff *skb,
		     unsigned int off, struct burst_span *span)
{
	unsigned int len = skb->len - off, end;
	int start;

	if (skb->len <= off)
		return -EBADMSG;
	start = start_of(bi, skb, off);
	if (start < 0 || start % bi->pkt_len)
		return -EBADMSG;
	end = start + len;
	/* whole packets only: the last of the burst, or a full one */
	if (end > bi->total_len ||
	    (end < bi->total_len && end % bi->pkt_len))
		return -EBADMSG;
	span->first = start / bi->pkt_len;
	span->n = DIV_ROUND_UP(len, bi->pkt_len);
	if (span->n > 1 && skb_shinfo(skb)->gso_size != bi->pkt_len)
		return -EBADMSG;
	return 0;
}

/* Is it still the header that was built (RFC 9000 17.3.1)? */
static bool header_good(const struct burst_info *bi, const u8 *hdr, u64 pn)
{
	const struct quic_offload_burst *b = &bi->burst;
	u32 trunc = 0;
	unsigned int i;

	/* short form, reserved bits clear; fixed (RFC 9287) and spin may be */
	if (hdr[0] & 0x98 || (hdr[0] & 3) + 1 != b->pn_len)
		return false;
	if (!!(hdr[0] & 4) != (bi->key->generation & 1))
		return false;
	for (i = 0; i < b->pn_len; i++)
		trunc = trunc << 8 | hdr[b->pn_off + i];
	return !memcmp(hdr + 1, bi->cid, b->pn_off - 1) &&
	       trunc == (pn & (BIT_ULL(8 * b->pn_len) - 1));
}

/* RFC 9001 5.4.2: the header-protection sample has to lie inside. */
static bool length_good(const struct quic_offload_burst *b, unsigned int len)
{
	return len >= b->pn_off + 4 + QUIC_OFFLOAD_TAG_LEN &&
	       len >= b->hdr_len + QUIC_OFFLOAD_TAG_LEN;
}

static int check_headers(const struct burst_info *bi,
			 const struct sk_buff *skb, unsigned int off,
			 const struct burst_span *span)
{
	const struct quic_offload_burst *b = &bi->burst;
	struct quic_frag_cursor cur = QUIC_FRAG_CURSOR_INIT;
	u8 buf[1 + QUIC_OFFLOAD_CID_MAX + 4];
	unsigned int i;
	const u8 *hdr;

	for (i = 0; i < span->n; i++, off += bi->pkt_len) {
		hdr = quic_frag_peek(&cur, skb, off, b->hdr_len, buf);
		if (!hdr || !length_good(b, skb->len - off) ||
		    !header_good(bi, hdr, b->first_pn + span->first + i))
			return -EBADMSG;
	}
	return 0;
}

static int find_packets(const struct burst_info *bi, const struct sk_buff *skb,
			unsigned int off, struct burst_span *span)
{
	return find_span(bi, skb, off, span) ?:
	       check_headers(bi, skb, off, span);
}

/* The numbers are consumed. Return: -EALREADY if one of them was before. */
static int take_span(struct burst_info *bi, const struct burst_span *span)
{
	u64 mask = GENMASK_ULL(span->first + span->n - 1, span->first);

	return atomic64_fetch_or(mask, &bi->taken) & mask ? -EALREADY : 0;
}

/* ---- marking ------------------------------------------------------------- */

static bool layout_good(const struct quic_offload_key *key,
			const struct quic_offload_burst *b)
{
	return b->pn_len >= 1 && b->pn_len <= 4 &&
	       key->dir->qdev->caps.pn_len_mask & BIT(b->pn_len) &&
	       b->pn_off == 1 + key->dir->cid_len &&
	       b->hdr_len == b->pn_off + b->pn_len;
}

/* A burst lies in fragments; a lone packet may as well be linear. */
static bool shape_good(const struct sk_buff *skb,
		       const struct quic_offload_burst *b)
{
	u16 size = skb_shinfo(skb)->gso_size;

	if (skb_has_frag_list(skb) || skb_zcopy((struct sk_buff *)skb))
		return false;
	if (b->n_pkts == 1)
		return !size;
	return size && !skb_headlen(skb) &&
	       b->n_pkts <= QUIC_OFFLOAD_BURST_MAX &&
	       DIV_ROUND_UP(skb->len, size) == b->n_pkts;
}

static void note_pieces(struct burst_info *bi, const struct sk_buff *skb)
{
	const struct skb_shared_info *info = skb_shinfo(skb);
	u32 start = skb_headlen(skb);
	unsigned int i;

	for (i = 0; i < info->nr_frags; i++) {
		const skb_frag_t *frag = &info->frags[i];

		bi->piece[i].page = skb_frag_page(frag);
		bi->piece[i].off = skb_frag_off(frag);
		bi->piece[i].len = skb_frag_size(frag);
		bi->piece[i].start = start;
		start += skb_frag_size(frag);
	}
}

/**
 * quic_offload_tx_mark - leave the sealing of a burst to the device
 * @skb: UDP payload as it will be on the wire, room for the tags included,
 *	but in clear; skb->data is the first packet. More than one packet: a
 *	UDP GSO skb whose payload lies in fragments
 * @key: key; a reference is taken
 * @burst: numbers and layout, copied
 * @gfp: allocation flags
 *
 * The skb has to belong, by skb_set_owner_w(), to a socket whose
 * sk_validate_xmit_skb drops or seals what may not reach the device.
 *
 * Context: any.
 * Return: 0; -EINVAL when skb, layout and device do not fit together;
 * -ENOMEM. After an error the skb is not marked: seal it.
 */
int quic_offload_tx_mark(struct sk_buff *skb, struct quic_offload_key *key,
			 const struct quic_offload_burst *burst, gfp_t gfp)
{
	u8 n_pieces = skb_shinfo(skb)->nr_frags;
	struct burst_info *bi;
	struct burst_span span;

	if (!layout_good(key, burst) || !shape_good(skb, burst))
		return -EINVAL;
	bi = kzalloc(struct_size(bi, piece, n_pieces), gfp);
	if (!bi)
		return -ENOMEM;
	bi->n_pieces = n_pieces;
	if (skb_copy_bits(skb, 1, bi->cid, burst->pn_off - 1)) {
		kfree(bi);
		return -EINVAL;
	}
	bi->ubuf.ops = &burst_ops;
	bi->ubuf.flags = SKBFL_ZEROCOPY_ENABLE | SKBFL_DONT_ORPHAN;
	refcount_set(&bi->ubuf.refcnt, 1);
	bi->burst = *burst;
	bi->key = key;
	bi->total_len = skb->len;
	bi->pkt_len = skb_shinfo(skb)->gso_size ?: skb->len;
	note_pieces(bi, skb);
	/* what is refused on the way out is better refused here */
	if (find_packets(bi, skb, 0, &span)) {
		kfree(bi);
		return -EINVAL;
	}

	refcount_inc(&key->ref);
	atomic_inc(&key->in_flight);
	skb_zcopy_init(skb, &bi->ubuf);
	skb->decrypted = 1;
	return 0;
}
EXPORT_SYMBOL_GPL(quic_offload_tx_mark);

/* ---- on the way out ------------------------------------------------------ */

static void count_refusal(struct quic_offload_dev *qdev, int err)
{
	static const struct {
		int err;
		enum quic_offload_stat stat;
	} map[] = {
		{ -ENOKEY, QUIC_OFFLOAD_STAT_TX_NO_IDENTITY },
		{ -EXDEV, QUIC_OFFLOAD_STAT_TX_OTHER_DEVICE },
		{ -ESHUTDOWN, QUIC_OFFLOAD_STAT_TX_KEY_GONE },
		{ -EBADMSG, QUIC_OFFLOAD_STAT_TX_MISMATCH },
		{ -EALREADY, QUIC_OFFLOAD_STAT_TX_TWICE },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(map); i++)
		if (map[i].err == err)
			quic_offload_dev_count(qdev, map[i].stat, 1);
}

/**
 * quic_offload_tx_admit - may a marked skb go to this device unsealed?
 * @skb: marked skb, at its network header, or before it
 * @dev: device that it is about to leave by
 *
 * For sk_validate_xmit_skb. The driver looks again when it seals. Otherwise
 * see quic_offload_tx_take().
 *
 * Context: softirq or BH disabled, under RCU.
 * Return: true, or false: seal it in software, or drop it.
 */
bool quic_offload_tx_admit(struct sk_buff *skb, const struct net_device *dev)
{
	struct burst_info *bi = burst_of(skb);
	struct quic_offload_dev *qdev;
	struct burst_span span;

	if (!bi)
		return false;
	qdev = bi->key->dir->qdev;
	if (qdev->netdev != dev || !READ_ONCE(qdev->enabled) ||
	    !READ_ONCE(qdev->up) || !quic_offload_key_ready(bi->key) ||
	    quic_offload_dev_tapped(qdev))
		return false;
	/* the device computes the checksum once it has sealed */
	if (skb->ip_summed != CHECKSUM_PARTIAL ||
	    !skb_transport_header_was_set(skb))
		return false;
	if (find_packets(bi, skb, skb_transport_offset(skb) +
			 sizeof(struct udphdr), &span))
		return false;
	return !qdev->ops->tx_ok || qdev->ops->tx_ok(qdev, skb);
}
EXPORT_SYMBOL_GPL(quic_offload_tx_admit);

/**
 * quic_offload_tx_take - software seals what the device may not
 * @skb: marked skb: a whole burst, or a segment of one
 * @payload_off: offset of the UDP payload from skb->data
 * @burst: result: the packets of @skb, not those of the whole burst
 * @generation: result: of the key
 *
 * Consumes the packet numbers: after 0, transmit or drop; after anything
 * else, drop. Packet i starts at @payload_off + i * gso_size.
 *
 * Context: any.
 * Return: 0; -ENOKEY when the skb has no identity; -EBADMSG when its bytes
 * are not those of the burst; -EALREADY when a number was consumed before.
 */
int quic_offload_tx_take(struct sk_buff *skb, unsigned int payload_off,
			 struct quic_offload_burst *burst, u32 *generation)
{
	struct burst_info *bi = burst_of(skb);
	struct burst_span span;
	int err;

	if (!bi)
		return -ENOKEY;
	err = find_packets(bi, skb, payload_off, &span) ?:
	      take_span(bi, &span);
	if (err) {
		count_refusal(bi->key->dir->qdev, err);
		return err;
	}
	*burst = bi->burst;
	burst->first_pn += span.first;
	burst->n_pkts = span.n;
	*generation = bi->key->generation;
	return 0;
}
EXPORT_SYMBOL_GPL(quic_offload_tx_take);

static int meta_find(struct quic_offload_dev *qdev, struct sk_buff *skb,
		     struct burst_info *bi, unsigned int payload_off,
		     struct burst_span *span)
{
	int err;

	if (!bi)
		return -ENOKEY;
	if (bi->key->dir->qdev != qdev)
		return -EXDEV;
	if (!READ_ONCE(qdev->enabled) || !quic_offload_key_ready(bi->key))
		return -ESHUTDOWN;
	err = find_packets(bi, skb, payload_off, span);
	if (err)
		return err;
	if (span->n > 1 && !(qdev->caps.flags & QUIC_OFFLOAD_F_GSO))
		return -EBADMSG;
	return take_span(bi, span);
}

/**
 * quic_offload_tx_meta_get - everything that a driver needs to seal a packet
 * @qdev: the driver's device
 * @skb: one marked packet; a burst if the device segments (QUIC_OFFLOAD_F_GSO)
 * @payload_off: offset of the UDP payload from skb->data
 * @meta: result; pointers are valid as long as the skb is
 *
 * Consumes the packet number: call it when nothing can make the driver hand
 * the packet back any more. After 0, transmit or drop. Anything but 0 means:
 * drop the packet and count it (it is counted here, too). It may not leave.
 *
 * The key's driver memory stays usable until the end of the RCU section at
 * least: key_free() comes after key_stop() and a fence.
 *
 * Context: BH disabled, under RCU.
 * Return: 0; -ENOKEY when the skb has no identity; -EXDEV when it is for
 * another device; -ESHUTDOWN when the key is not to be used (any more);
 * -EBADMSG when its bytes are not those of a packet of the burst; -EALREADY
 * when that number was sealed before.
 */
int quic_offload_tx_meta_get(struct quic_offload_dev *qdev,
			     struct sk_buff *skb, unsigned int payload_off,
			     struct quic_offload_tx_meta *meta)
{
	struct burst_info *bi = burst_of(skb);
	struct burst_span span;
	unsigned int len;
	int err;

	err = meta_find(qdev, skb, bi, payload_off, &span);
	if (err) {
		count_refusal(qdev, err);
		return err;
	}
	len = min_t(unsigned int, skb->len - payload_off, bi->pkt_len);
	meta->key = bi->key;
	meta->dir = bi->key->dir;
	meta->pn = bi->burst.first_pn + span.first;
	meta->n_pkts = span.n;
	meta->hdr_len = bi->burst.hdr_len;
	meta->pn_off = bi->burst.pn_off;
	meta->pn_len = bi->burst.pn_len;
	meta->text_len = len - bi->burst.hdr_len - QUIC_OFFLOAD_TAG_LEN;
	return 0;
}
EXPORT_SYMBOL_GPL(quic_offload_tx_meta_get);

/**
 * quic_offload_key_used - the device sealed or opened a packet
 * @key: key
 * @pn: full packet number
 *
 * Context: any.
 */
void quic_offload_key_used(struct quic_offload_key *key, u64 pn)
{
	struct quic_offload_dir *dir = key->dir;

	atomic64_inc(&key->dev_pkts);
	atomic64_inc(&dir->qdev->dev_pkts[dir->way]);
	/* a watermark for people to look at: a lost race does not matter */
	if (pn > (u64)atomic64_read(&key->pn_max))
		atomic64_set(&key->pn_max, pn);
}
EXPORT_SYMBOL_GPL(quic_offload_key_used);

/**
 * quic_offload_rx_verdict_set - say what was found of a received packet
 * @skb: packet, MAC header set, its head not shared; headroom for 24 bytes
 *	before the MAC header
 * @dir: direction that it was matched to
 * @generation: of the key that opened it; any for another status than OK
 * @status: verdict
 *
 * A packet that was opened gets the `decrypted` mark, too: the kernel drops it
 * if it is forwarded instead of received.
 *
 * Context: any, before the skb goes to GRO.
 * Return: 0, or -ENOSPC: without a verdict the packet may only go up as it
 * came from the wire.
 */
int quic_offload_rx_verdict_set(struct sk_buff *skb,
				const struct quic_offload_dir *dir,
				u32 generation,
				enum quic_offload_status status)
{
	const struct quic_offload_verdict v = {
		.magic = QUIC_OFFLOAD_MAGIC,
		.dev_id = dir->qdev->id,
		.dir_id = dir->id,
		.generation = generation,
		.status = status,
	};
	u8 *end = skb_metadata_end(skb);

	if (end - skb->head < (ptrdiff_t)sizeof(v))
		return -ENOSPC;
	memcpy(end - sizeof(v), &v, sizeof(v));
	skb_metadata_set(skb, sizeof(v));
	skb->decrypted = status == QUIC_OFFLOAD_OK;
	return 0;
}
EXPORT_SYMBOL_GPL(quic_offload_rx_verdict_set);

/**
 * quic_offload_rx_verdict - read a verdict; not to be trusted by itself
 * @skb: received packet
 * @v: result
 *
 * A packet that is marked `decrypted` and has no verdict may be clear text
 * whose verdict was lost (XDP, a copy, GSO): it has to be dropped, not opened.
 *
 * Context: any.
 * Return: true when there is something that looks like one.
 */
bool quic_offload_rx_verdict(const struct sk_buff *skb,
			     struct quic_offload_verdict *v)
{
	if (skb_metadata_len(skb) != sizeof(*v))
		return false;
	memcpy(v, (u8 *)skb_metadata_end(skb) - sizeof(*v), sizeof(*v));
	return v->magic == QUIC_OFFLOAD_MAGIC && !v->reserved;
}
EXPORT_SYMBOL_GPL(quic_offload_rx_verdict);

/**
 * quic_offload_rx_accept - does a verdict come from where it should?
 * @dir: receive direction of the connection that the packet's id leads to
 * @v: verdict with status OK
 *
 * The generation has to be one that was in the device. Which ones may still
 * be in use, and in which order phases come, is the stack's to judge.
 *
 * Context: any.
 * Return: true, or false: drop the packet (counted here).
 */
bool quic_offload_rx_accept(struct quic_offload_dir *dir,
			    const struct quic_offload_verdict *v)
{
	if (v->status == QUIC_OFFLOAD_OK && v->dev_id == dir->qdev->id &&
	    v->dir_id == dir->id && v->generation >= READ_ONCE(dir->gen_min) &&
	    v->generation <= READ_ONCE(dir->gen_max))
		return true;
	atomic64_inc(&dir->rejected_pkts);
	quic_offload_dev_count(dir->qdev, QUIC_OFFLOAD_STAT_RX_REJECTED, 1);
	return false;
}
EXPORT_SYMBOL_GPL(quic_offload_rx_accept);

/**
 * quic_offload_dir_count - software sealed or opened packets of a direction
 * @dir: direction
 * @sw_pkts: packets; counted under the reason that holds now
 *
 * Context: any.
 */
void quic_offload_dir_count(struct quic_offload_dir *dir, u64 sw_pkts)
{
	u8 reason = READ_ONCE(dir->reason);

	atomic64_add(sw_pkts, &dir->sw_pkts);
	atomic64_add(sw_pkts, &dir->qdev->sw_pkts[dir->way][reason]);
}
EXPORT_SYMBOL_GPL(quic_offload_dir_count);

/**
 * quic_offload_tx_fallback - packets of a marked skb were sealed by software
 * @skb: marked skb
 * @pkts: packets
 *
 * Context: any.
 */
void quic_offload_tx_fallback(struct sk_buff *skb, unsigned int pkts)
{
	struct burst_info *bi = burst_of(skb);

	if (bi)
		quic_offload_dir_count(bi->key->dir, pkts);
}
EXPORT_SYMBOL_GPL(quic_offload_tx_fallback);

/**
 * quic_offload_dir_reason - why the stack does not use the device
 * @dir: direction
 * @reason: to be shown
 *
 * Context: any.
 */
void quic_offload_dir_reason(struct quic_offload_dir *dir,
			     enum quic_offload_reason reason)
{
	WRITE_ONCE(dir->reason, reason);
}
EXPORT_SYMBOL_GPL(quic_offload_dir_reason);
