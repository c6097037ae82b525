// SPDX-License-Identifier: GPL-2.0-only
#include "rx.h"

#include <linux/errno.h>
#include <linux/scatterlist.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <net/sock.h>

#include "core/conn.h"
#include "core/header.h"
#include "core/pktnum.h"
#include "mib.h"
#include "migrate.h"
#include "protect.h"
#include "offload.h"
#include "restart.h"
#include "rx_buf.h"
#include "sock.h"
#include "stateless.h"
#include "trace.h"
#include "udp.h"

/**
 * DOC: Opening
 *
 * An skb that is linear and nobody else's is opened in place and becomes the
 * buffer that the core's stream segments point into. Any other is opened out
 * of place into one buffer for the whole burst: there, decryption is the
 * copy that makes it linear.
 *
 * The short headers of a burst are read into quic_rx_state.hdr, where their
 * protection comes off with one request for all masks; the bytes of the skb
 * stay as they came.
 *
 * Packets that came before their keys wait in quic_rx_state.early until
 * quic_rx_replay(). Bursts that cannot be opened in this context wait in
 * quic_rx_state.later until quic_rx_resume().
 */

#define BATCH_PKTS		64
#define PN_LEN_MAX		4
#define SHORT_HDR_MAX		(1 + QUIC_CID_MAX_LEN + PN_LEN_MAX)

/* About two congestion windows of a beginner, in packets and in memory. */
#define EARLY_MAX_SKBS		32
#define EARLY_MAX_BYTES		(256 << 10)

/**
 * struct quic_rx_state - receive state of a socket; sock lock
 * @early: packets of levels whose keys are not there yet
 * @later: bursts that need process context
 * @early_bytes: truesize of @early
 * @later_bytes: truesize of @later
 * @src: sealed packet; entries hold no end mark between uses
 * @dst: header and opened payload
 * @hdr: headers of short packets, protection off
 * @mask: samples, then masks; aligned for one request to the crypto API
 */
struct quic_rx_state {
	struct sk_buff_head early;
	struct sk_buff_head later;
	u32 early_bytes;
	u32 later_bytes;
	struct scatterlist src[MAX_SKB_FRAGS + 2];
	struct scatterlist dst[2];
	u8 hdr[BATCH_PKTS][SHORT_HDR_MAX];
	u8 mask[BATCH_PKTS][QUIC_SAMPLE_LEN] __aligned(QUIC_SAMPLE_LEN);
};

/**
 * struct rx_note - skb->cb of what waits
 * @came_ns: when what waits for keys came (RFC 9000 13.2.5, 9002 5.3); else 0
 * @ecn: ECN field
 * @credited: its bytes were counted against amplification
 * @bare: data only, no headers before it
 */
struct rx_note {
	u64 came_ns;
	u8 ecn;
	bool credited;
	bool bare;
};

/**
 * struct rx_burst - a burst in work
 * @sk: socket
 * @q: the same
 * @rx: its receive state
 * @skb: the burst
 * @mem: where it is opened to
 * @left: bytes of the burst that are not dealt with, to size the next area
 * @frag: cursor of src: index of the fragment, -1: linear part
 * @frag_off: offset of its first byte in @skb
 * @now: ns
 * @ecn: ECN field
 * @gen: generation that a device opened the burst with, if it did
 * @path: the way it came, see &quic_rx.path
 * @in_place: @skb is opened in place
 * @bare: see &rx_note
 * @device: a device opened it
 */
struct rx_burst {
	struct sock *sk;
	struct quic_sock *q;
	struct quic_rx_state *rx;
	struct sk_buff *skb;
	struct quic_rx_mem mem;
	u32 left;
	int frag;
	u32 frag_off;
	u64 now;
	u32 gen;
	u8 path;
	u8 ecn;
	bool in_place;
	bool bare;
	bool device;
};

static void count(struct rx_burst *x, enum quic_mib what)
{
	QUIC_INC_STATS(sock_net(x->sk), what);
	if (what != QUIC_MIB_PKT_DECFASTPATHS && what != QUIC_MIB_PKT_RESETS)
		trace_quic_packet_dropped(&x->q->conn, what);
}

/* The peer may send what flow control allows; the rest is overhead. */
static bool rmem_full(struct sock *sk)
{
	u64 limit = 2ULL * READ_ONCE(sk->sk_rcvbuf) +
		    2 * quic_sk(sk)->conn.flow.rx_window;

	return atomic_read(&sk->sk_rmem_alloc) > limit;
}

/* Room for @len opened bytes in @x->mem.area, aligned. */
static int get_area(struct rx_burst *x, u32 len)
{
	return quic_rx_mem_get(&x->mem, x->sk, len, x->left);
}

/* ---- packets that wait ------------------------------------------------- */

static void note_skb(struct sk_buff *skb, u64 came_ns, u8 ecn, bool credited,
		     bool bare)
{
	*(struct rx_note *)skb->cb = (struct rx_note) {
		.came_ns = came_ns, .ecn = ecn,
		.credited = credited, .bare = bare,
	};
}

static bool early_full(const struct quic_rx_state *rx)
{
	return skb_queue_len(&rx->early) >= EARLY_MAX_SKBS ||
	       rx->early_bytes >= EARLY_MAX_BYTES;
}

static void queue_early(struct quic_rx_state *rx, struct sk_buff *skb)
{
	rx->early_bytes += skb->truesize;
	__skb_queue_tail(&rx->early, skb);
}

/* @p with @len bytes, and what follows in its datagram, comes too early. */
static void keep_early(struct rx_burst *x, const u8 *p, u32 len)
{
	struct sk_buff *skb;

	if (early_full(x->rx))
		goto drop;
	skb = alloc_skb(len, quic_gfp());
	if (!skb)
		goto drop;
	skb_put_data(skb, p, len);
	note_skb(skb, x->now, x->ecn, true, true);
	queue_early(x->rx, skb);
	return;
drop:
	count(x, QUIC_MIB_PKT_NOKEYDROP);
}

static void keep_later(struct sock *sk, struct sk_buff *skb, u8 ecn)
{
	struct quic_rx_state *rx = quic_sk(sk)->rx;

	if (rx->later_bytes > READ_ONCE(sk->sk_rcvbuf)) {
		QUIC_INC_STATS(sock_net(sk), QUIC_MIB_PKT_RCVDROP);
		kfree_skb_reason(skb, SKB_DROP_REASON_SOCKET_RCVBUFF);
		return;
	}
	QUIC_INC_STATS(sock_net(sk), QUIC_MIB_PKT_DECBACKLOGS);
	note_skb(skb, 0, ecn, false, false);
	rx->later_bytes += skb->truesize;
	__skb_queue_tail(&rx->later, skb);
	quic_sock_defer_work(sk, QUIC_TODO_RX);
}

/* ---- one packet -------------------------------------------------------- */

static void count_verdict(struct rx_burst *x, enum quic_err err)
{
	switch (err) {
	case QUIC_ERR_NONE:
		count(x, QUIC_MIB_PKT_DECFASTPATHS);
		break;
	case QUIC_ERR_DROP:
		count(x, QUIC_MIB_PKT_INVNUMDROP);
		break;
	case QUIC_ERR_NOMEM:
		if (x->mem.buf->b.starved)
			QUIC_INC_STATS(sock_net(x->sk),
				       QUIC_MIB_FRM_RCVBUFDROP);
		count(x, QUIC_MIB_PKT_RCVDROP);
		break;
	default:
		count(x, QUIC_MIB_PKT_INVFRMDROP);
	}
}

/* An opened packet goes to the core. */
static void hand_over(struct rx_burst *x, const struct quic_hdr *hdr, u64 pn,
		      u32 gen, const u8 *payload, u32 len)
{
	struct quic_rx pkt = {
		.hdr = hdr,
		.pn = pn,
		.payload = payload,
		.len = len,
		.buf = &x->mem.buf->b,
		.gen = gen,
		.path = x->path,
		.ecn = x->ecn,
		.now = x->now,
	};

	if (unlikely(x->path == QUIC_PATH_NEW))
		quic_migrate_describe(x->sk, x->skb, &pkt);
	if (trace_quic_packet_received_enabled())
		quic_trace_received(&x->q->conn, &pkt, x->device);
	count_verdict(x, quic_conn_recv(&x->q->conn, &pkt, quic_gfp()));
	if (unlikely(x->q->conn.path_added != QUIC_PATH_NEW))
		x->path = quic_migrate_adopt(x->sk, x->skb, x->left);
}

/* RFC 9000 10.3.1: from where the connection id in use goes, and no other */
static bool is_reset(struct rx_burst *x, const u8 *tail)
{
	struct quic_conn *c = &x->q->conn;

	if (x->path != c->path.id || !quic_cid_is_reset(c, tail))
		return false;
	quic_conn_recv_reset(c, x->now);
	return true;
}

/*
 * A packet did not open: -EBADMSG; no kept key fits: -ENOKEY (counted before);
 * or memory or the cipher failed us, which counts as loss.
 * RFC 9000 10.3.1: one with a short header may be a stateless reset; @tail is
 * the last 16 bytes of its datagram.
 */
static void open_failed(struct rx_burst *x, int why, const u8 *tail)
{
	struct quic_conn *c = &x->q->conn;
	enum quic_err err;

	if (tail && is_reset(x, tail))
		return;
	if (why == -ENOKEY)
		return;
	if (why != -EBADMSG) {
		count(x, QUIC_MIB_PKT_RCVDROP);
		return;
	}
	count(x, QUIC_MIB_PKT_DECDROP);
	err = quic_keys_open_failed(c);
	if (err)
		quic_conn_close(c, err, false, 0, NULL, 0, x->now);
}

/* Number and key of a 1-RTT packet whose header protection is off. */
static struct quic_aead_key *select_key(struct rx_burst *x,
					const struct quic_hdr *hdr, u64 *pn,
					u32 *gen)
{
	struct quic_conn *c = &x->q->conn;
	struct quic_aead_key *key = NULL;

	*pn = quic_pn_expand(quic_conn_rx_largest(c, QUIC_LVL_APP), hdr->pn,
			     hdr->pn_len);
	if (quic_keys_rx_select(c, quic_hdr_key_phase(hdr), *pn, x->now, gen))
		key = quic_sock_app_key(x->q, QUIC_DIR_RX, *gen);
	if (!key)
		count(x, QUIC_MIB_PKT_NOKEYDROP);
	return key;
}

/* ---- short headers, fast ----------------------------------------------- */

static u32 frag_len(const struct rx_burst *x)
{
	if (x->frag < 0)
		return skb_headlen(x->skb);
	return skb_frag_size(&skb_shinfo(x->skb)->frags[x->frag]);
}

static void set_src(const struct rx_burst *x, struct scatterlist *sg, u32 off,
		    u32 len)
{
	const skb_frag_t *f;

	if (x->frag < 0) {
		sg_set_buf(sg, x->skb->data + off, len);
		return;
	}
	f = &skb_shinfo(x->skb)->frags[x->frag];
	sg_set_page(sg, skb_frag_page(f), len, skb_frag_off(f) + off);
}

/*
 * Scatterlist entries of [@off, @off + @len) of the skb; called with rising
 * offsets. Return: the last one.
 */
static struct scatterlist *fill_src(struct rx_burst *x, struct scatterlist *sg,
				    u32 off, u32 len)
{
	for (;;) {
		u32 in = off - x->frag_off, n;

		if (in >= frag_len(x)) {
			x->frag_off += frag_len(x);
			x->frag++;
			continue;
		}
		n = min(len, frag_len(x) - in);
		set_src(x, sg, in, n);
		off += n;
		len -= n;
		if (!len)
			return sg;
		sg++;
	}
}

/* Open datagram [@off, @off + hdr->len) of the skb into the area. */
static int open_to_area(struct rx_burst *x, struct quic_aead_key *key, u64 pn,
			u8 *h, u32 hdr_len, u32 off, u32 sealed_len)
{
	struct quic_rx_state *rx = x->rx;
	struct scatterlist *last;
	int err;

	if (get_area(x, sealed_len))
		return -ENOMEM;
	sg_set_buf(&rx->src[0], h, hdr_len);
	last = fill_src(x, &rx->src[1], off + hdr_len, sealed_len);
	sg_mark_end(last);
	sg_set_buf(&rx->dst[0], h, hdr_len);
	sg_set_buf(&rx->dst[1], x->mem.area, sealed_len);
	err = quic_aead_open(key, pn, rx->src, rx->dst, hdr_len, sealed_len);
	sg_unmark_end(last);
	return err;
}

/*
 * A datagram that is one short-header packet, of which the header is in
 * rx->hdr[@i] and the mask in rx->mask[@i].
 */
static void recv_short(struct rx_burst *x, unsigned int i, u32 off, u32 len)
{
	u8 *h = x->rx->hdr[i], tail[QUIC_RESET_TOKEN_LEN], *payload = NULL;
	struct quic_aead_key *key;
	struct quic_hdr hdr;
	u32 gen, hdr_len;
	int err;
	u64 pn;

	if (quic_conn_parse_hdr(&x->q->conn, h, len, &hdr)) {
		count(x, QUIC_MIB_PKT_INVHDRDROP);
		return;
	}
	quic_hdr_unprotect(h, &hdr, x->rx->mask[i]);
	key = select_key(x, &hdr, &pn, &gen);
	hdr_len = hdr.pn_off + hdr.pn_len;
	if (!key) {
		err = -ENOKEY;
	} else if (x->in_place) {
		payload = x->skb->data + off + hdr_len;
		memcpy(payload - hdr_len, h, hdr_len);
		err = quic_aead_open_linear(key, pn, payload - hdr_len,
					    hdr_len, len - hdr_len);
	} else {
		err = open_to_area(x, key, pn, h, hdr_len, off, len - hdr_len);
		payload = x->mem.area;
	}
	if (!err) {
		quic_hw_count_sw(x->sk, QUIC_DIR_RX, 1);
		hand_over(x, &hdr, pn, gen, payload,
			  len - hdr_len - QUIC_TAG_LEN);
		if (!x->in_place)
			quic_rx_mem_use(&x->mem, len - hdr_len - QUIC_TAG_LEN);
	} else {
		skb_copy_bits(x->skb, off + len - sizeof(tail), tail,
			      sizeof(tail));
		open_failed(x, err, tail);
	}
}

/* Bytes of a short header with the longest packet number. */
static u32 short_hdr_max(const struct rx_burst *x)
{
	return 1 + quic_conn_cid_len(&x->q->conn) + PN_LEN_MAX;
}

/* Header and sample of a datagram that is a short-header packet. */
static void peek_short(struct rx_burst *x, unsigned int i, u32 off)
{
	u8 peek[SHORT_HDR_MAX + QUIC_SAMPLE_LEN];
	u32 len = short_hdr_max(x);

	skb_copy_bits(x->skb, off, peek, len + QUIC_SAMPLE_LEN);
	memcpy(x->rx->hdr[i], peek, len);
	memcpy(x->rx->mask[i], peek + len, QUIC_SAMPLE_LEN);
}

/* ---- any packet, in linear memory -------------------------------------- */

static void unmask(struct rx_burst *x, enum quic_level level, u8 *p,
		   struct quic_hdr *hdr)
{
	struct quic_crypt *crypt = &x->q->crypt;
	u8 *mask = x->rx->mask[0];

	memcpy(mask, p + hdr->pn_off + 4, QUIC_SAMPLE_LEN);
	if (level == QUIC_LVL_INITIAL)
		quic_initial_mask(quic_restart_rx_key(x->q, hdr->version),
				  mask, mask);
	else if (level == QUIC_LVL_EARLY)
		quic_hp_masks(&crypt->early.hp, mask, mask, 1);
	else if (level == QUIC_LVL_HANDSHAKE)
		quic_hp_masks(&crypt->hs[QUIC_DIR_RX].hp, mask, mask, 1);
	else
		quic_hp_masks(&crypt->app[QUIC_DIR_RX].hp, mask, mask, 1);
	quic_hdr_unprotect(p, hdr, mask);
}

/* Return: 0, -ENOKEY (counted), -EBADMSG or what quic_aead_open() says. */
static int open_linear(struct rx_burst *x, enum quic_level level, u8 *p,
		       struct quic_hdr *hdr, u64 *pn, u32 *gen)
{
	struct quic_crypt *crypt = &x->q->crypt;
	struct quic_aead_key *key;
	u32 hdr_len;

	unmask(x, level, p, hdr);
	hdr_len = hdr->pn_off + hdr->pn_len;
	*gen = 0;
	if (level == QUIC_LVL_APP) {
		key = select_key(x, hdr, pn, gen);
		if (!key)
			return -ENOKEY;
	} else {
		*pn = quic_pn_expand(quic_conn_rx_largest(&x->q->conn, level),
				     hdr->pn, hdr->pn_len);
		key = level == QUIC_LVL_EARLY ? &crypt->early.aead :
						&crypt->hs[QUIC_DIR_RX].aead;
	}
	if (level == QUIC_LVL_INITIAL)
		return quic_initial_open(quic_restart_rx_key(x->q,
							     hdr->version),
					 *pn, p, hdr_len, hdr->len - hdr_len);
	return quic_aead_open_linear(key, *pn, p, hdr_len,
				     hdr->len - hdr_len);
}

/* Packet of @hdr->len bytes at @p; @left bytes are there in its datagram. */
static void recv_packet(struct rx_burst *x, u8 *p, u32 left,
			struct quic_hdr *hdr)
{
	struct quic_conn *c = &x->q->conn;
	enum quic_rx_keys keys;
	enum quic_level level;
	u8 *tail = NULL;
	u32 gen;
	int err;
	u64 pn;

	if (hdr->type == QUIC_PKT_VERSION_NEG) {
		if (!quic_restart_version(x->sk, hdr, x->now))
			count(x, QUIC_MIB_PKT_VERSIONDROP);
		return;
	}
	if (hdr->type == QUIC_PKT_RETRY) {
		if (!quic_restart_retry(x->sk, p, hdr))
			count(x, QUIC_MIB_PKT_STATEDROP);
		return;
	}
	if (!quic_pkt_level(hdr->type, &level) ||
	    (level != QUIC_LVL_APP &&
	     !quic_version_accepts(c, hdr->version, hdr->type) &&
	     !quic_version_may_follow(c, hdr->version))) {
		count(x, QUIC_MIB_PKT_STATEDROP);
		return;
	}
	keys = quic_conn_rx_keys(c, level);
	if (keys == QUIC_RX_KEYS_NEVER)
		count(x, QUIC_MIB_PKT_NOKEYDROP);
	if (keys == QUIC_RX_KEYS_LATER)
		keep_early(x, p, hdr->len);
	if (keys != QUIC_RX_KEYS_READY)
		return;
	if (level == QUIC_LVL_INITIAL && hdr->version != c->version &&
	    quic_restart_try(x->sk, hdr->version)) {
		count(x, QUIC_MIB_PKT_NOKEYDROP);
		return;
	}
	if (level == QUIC_LVL_APP)
		tail = p + left - QUIC_RESET_TOKEN_LEN;
	err = open_linear(x, level, p, hdr, &pn, &gen);
	if (!err && level == QUIC_LVL_APP)
		quic_hw_count_sw(x->sk, QUIC_DIR_RX, 1);
	if (!err && quic_version_may_follow(c, hdr->version))
		quic_restart_follow(x->sk, hdr->version);
	if (!err)
		hand_over(x, hdr, pn, gen, p + hdr->pn_off + hdr->pn_len,
			  hdr->len - hdr->pn_off - hdr->pn_len - QUIC_TAG_LEN);
	else
		open_failed(x, err, tail);
}

/* Packets that share a datagram (RFC 9000 12.2). */
static void recv_coalesced(struct rx_burst *x, u8 *p, u32 len)
{
	const u8 *dcid = NULL;
	struct quic_hdr hdr;
	u8 dcid_len = 0;
	int err;

	while (len) {
		err = quic_conn_parse_hdr(&x->q->conn, p, len, &hdr);
		/* RFC 9000 10.3: a reset may be shorter than any packet */
		if (err && !dcid && !(p[0] & 0x80) &&
		    len >= QUIC_RESET_MIN_BYTES &&
		    is_reset(x, p + len - QUIC_RESET_TOKEN_LEN))
			return;
		if (err) {
			count(x, err == -EPROTONOSUPPORT ?
				 QUIC_MIB_PKT_VERSIONDROP :
				 QUIC_MIB_PKT_INVHDRDROP);
			return;
		}
		if (!dcid) {
			dcid = hdr.dcid;
			dcid_len = hdr.dcid_len;
		} else if (hdr.dcid_len != dcid_len ||
			   memcmp(hdr.dcid, dcid, dcid_len)) {
			count(x, QUIC_MIB_PKT_INVHDRDROP);
			return;
		}
		recv_packet(x, p, len, &hdr);
		p += hdr.len;
		len -= hdr.len;
	}
}

static void recv_linear(struct rx_burst *x, u32 off, u32 len)
{
	if (x->in_place) {
		recv_coalesced(x, x->skb->data + off, len);
		return;
	}
	if (get_area(x, len) ||
	    skb_copy_bits(x->skb, off, x->mem.area, len)) {
		count(x, QUIC_MIB_PKT_RCVDROP);
		return;
	}
	recv_coalesced(x, x->mem.area, len);
	quic_rx_mem_use(&x->mem, len);
}

/* ---- bursts ------------------------------------------------------------ */

static bool fits_fast(const struct rx_burst *x, u32 off, u32 len)
{
	u8 first;

	return len >= short_hdr_max(x) + QUIC_SAMPLE_LEN &&
	       x->q->conn.space[QUIC_SPACE_APP].can_recv &&
	       !skb_has_frag_list(x->skb) &&
	       !skb_copy_bits(x->skb, off, &first, 1) && !(first & 0x80);
}

/* A datagram that a device opened; its tag's bytes mean nothing. */
static void recv_opened(struct rx_burst *x, u32 off, u32 len)
{
	static const u8 no_mask[QUIC_MASK_LEN];
	u8 *p = x->skb->data + off;
	struct quic_hdr hdr;
	u32 hdr_len;
	u64 pn;

	if (!x->in_place) {
		if (get_area(x, len) ||
		    skb_copy_bits(x->skb, off, x->mem.area, len)) {
			count(x, QUIC_MIB_PKT_RCVDROP);
			return;
		}
		p = x->mem.area;
	}
	if (quic_conn_parse_hdr(&x->q->conn, p, len, &hdr) ||
	    hdr.type != QUIC_PKT_SHORT) {
		count(x, QUIC_MIB_PKT_VERDICTDROP);
		return;
	}
	quic_hdr_unprotect(p, &hdr, no_mask);
	if (quic_hdr_key_phase(&hdr) != (x->gen & 1)) {
		count(x, QUIC_MIB_PKT_VERDICTDROP);
		return;
	}
	pn = quic_pn_expand(quic_conn_rx_largest(&x->q->conn, QUIC_LVL_APP),
			    hdr.pn, hdr.pn_len);
	hdr_len = hdr.pn_off + hdr.pn_len;
	x->q->hw.dev_pkts[QUIC_DIR_RX]++;
	hand_over(x, &hdr, pn, x->gen, p + hdr_len,
		  len - hdr_len - QUIC_TAG_LEN);
	if (!x->in_place)
		quic_rx_mem_use(&x->mem, len);
}

static u32 recv_opened_all(struct rx_burst *x, u32 step)
{
	u32 off, len;

	for (off = 0; off < x->skb->len; off += step) {
		len = min(step, x->skb->len - off);
		recv_opened(x, off, len);
		x->left -= len;
	}
	return off;
}

/* Up to BATCH_PKTS datagrams from @off. Return: where they end. */
static u32 recv_batch(struct rx_burst *x, u32 off, u32 step)
{
	struct quic_rx_state *rx = x->rx;
	u32 start = off, len;
	unsigned int i, n = 0;

	for (; n < BATCH_PKTS && off < x->skb->len; n++, off += step) {
		if (!fits_fast(x, off, min(step, x->skb->len - off)))
			break;
		peek_short(x, n, off);
	}
	if (n)
		quic_hp_masks(&x->q->crypt.app[QUIC_DIR_RX].hp, rx->mask[0],
			      rx->mask[0], n);
	for (i = 0, off = start; i < n; i++, off += len) {
		len = min(step, x->skb->len - off);
		recv_short(x, i, off, len);
		x->left -= len;
	}
	if (n)
		return off;
	len = min(step, x->skb->len - off);
	recv_linear(x, off, len);
	x->left -= len;
	return off + len;
}

/* 1-RTT bursts that come before their keys are kept whole. */
static bool keep_whole(struct rx_burst *x)
{
	const struct quic_space *space = &x->q->conn.space[QUIC_SPACE_APP];
	u8 first;

	if (space->can_recv || space->discarded || early_full(x->rx) ||
	    skb_copy_bits(x->skb, 0, &first, 1) || first & 0x80)
		return false;
	note_skb(x->skb, x->now, x->ecn, true, x->bare);
	queue_early(x->rx, x->skb);
	return true;
}

/* Consumes @skb. */
static void recv_skb(struct sock *sk, struct sk_buff *skb, u8 path,
		     const struct rx_note *note)
{
	struct rx_burst x = {
		.sk = sk,
		.q = quic_sk(sk),
		.rx = quic_sk(sk)->rx,
		.skb = skb,
		.left = skb->len,
		.frag = -1,
		.now = note->came_ns ?: quic_now(),
		.path = path,
		.ecn = note->ecn,
		.bare = note->bare,
		.in_place = !skb_is_nonlinear(skb) && !skb_cloned(skb) &&
			    !skb_shared(skb),
	};
	u32 step = skb_is_gso(skb) ? skb_shinfo(skb)->gso_size : skb->len;
	enum quic_hw_rx hw = quic_hw_rx_check(sk, skb, &x.gen);
	u32 len = skb->len, off = 0;

	if (rmem_full(sk)) {
		QUIC_INC_STATS(sock_net(sk), QUIC_MIB_FRM_RCVBUFDROP);
		count(&x, QUIC_MIB_PKT_RCVDROP);
		kfree_skb_reason(skb, SKB_DROP_REASON_SOCKET_RCVBUFF);
		return;
	}
	if (hw == QUIC_HW_RX_REJECT) {
		QUIC_ADD_STATS(sock_net(sk), QUIC_MIB_PKT_VERDICTDROP,
			       DIV_ROUND_UP(len, step));
		kfree_skb(skb);
		return;
	}
	if (!note->credited)
		quic_migration_recv_dgram(&x.q->conn, path, len);
	if (hw == QUIC_HW_RX_WIRE && keep_whole(&x))
		return;
	if (x.in_place)
		quic_rx_mem_use_skb(&x.mem, sk, skb);
	x.device = hw == QUIC_HW_RX_OPENED;
	if (x.device)
		off = recv_opened_all(&x, step);
	while (off < len)
		off = recv_batch(&x, off, step);
	quic_rx_mem_put(&x.mem);
	if (!x.in_place)
		consume_skb(skb);
}

static void recv_end(struct sock *sk)
{
	quic_conn_recv_end(&quic_sk(sk)->conn, quic_now());
	trace_quic_metrics_updated(&quic_sk(sk)->conn);
	quic_sock_push(sk);
}

/* Can the keys in use be used here? Ask once per burst. */
static bool can_open(struct quic_sock *q)
{
	const struct quic_aead_key *key;

	key = quic_sock_app_key(q, QUIC_DIR_RX, q->conn.keys.rx_gen);
	if (!key && q->conn.space[QUIC_SPACE_HANDSHAKE].can_recv)
		key = &q->crypt.hs[QUIC_DIR_RX].aead;
	if (!key && q->conn.early.can_recv)
		key = &q->crypt.early.aead;
	return !key || !quic_aead_key_valid(key) || quic_aead_usable(key);
}

/**
 * quic_rx_burst() - datagrams of one connection came in
 * @sk: socket
 * @skb: data is the UDP payload, headers before it; GSO: datagrams of gso_size
 *	bytes; consumed
 *
 * Opens them, lets the core process them, and sends what that calls for.
 *
 * Context: sock lock, process or softirq; the caller holds a reference.
 * Return: 0, as a backlog handler does.
 */
int quic_rx_burst(struct sock *sk, struct sk_buff *skb)
{
	struct quic_sock *q = quic_sk(sk);
	struct net *net = sock_net(sk);
	struct rx_note note = {};
	u8 path;

	if (!q->alive || !q->rx) {
		QUIC_INC_STATS(net, QUIC_MIB_PKT_STATEDROP);
		kfree_skb(skb);
		return 0;
	}
	path = quic_migrate_find(sk, skb);
	if (path == QUIC_MIGRATE_NOT) {
		QUIC_INC_STATS(net, QUIC_MIB_PKT_ADDRDROP);
		kfree_skb(skb);
		return 0;
	}
	note.ecn = quic_udp_ecn(skb);
	if (!skb_queue_empty(&q->rx->later) || !can_open(q)) {
		keep_later(sk, skb, note.ecn);
		return 0;
	}
	recv_skb(sk, skb, path, &note);
	recv_end(sk);
	return 0;
}

static void recv_waiting(struct sock *sk, struct sk_buff_head *list)
{
	struct quic_sock *q = quic_sk(sk);
	struct rx_note note;
	struct sk_buff *skb;
	u8 path;

	if (skb_queue_empty(list))
		return;
	while ((skb = __skb_dequeue(list))) {
		note = *(struct rx_note *)skb->cb;
		/* while it waited paths may have changed */
		path = note.bare ? q->conn.path.id :
				   quic_migrate_find(sk, skb);
		if (path == QUIC_MIGRATE_NOT) {
			QUIC_INC_STATS(sock_net(sk), QUIC_MIB_PKT_ADDRDROP);
			kfree_skb(skb);
			continue;
		}
		recv_skb(sk, skb, path, &note);
	}
	if (q->alive)
		recv_end(sk);
}

/**
 * quic_rx_replay() - keys of another level are there now
 * @sk: socket
 *
 * Goes again over the packets that came before them.
 *
 * Context: sock lock; process.
 */
void quic_rx_replay(struct sock *sk)
{
	struct quic_rx_state *rx = quic_sk(sk)->rx;
	struct sk_buff_head list;

	if (!quic_sk(sk)->alive || !rx)
		return;
	__skb_queue_head_init(&list);
	skb_queue_splice_tail_init(&rx->early, &list);
	rx->early_bytes = 0;
	recv_waiting(sk, &list);
}

/**
 * quic_rx_resume() - open what could not be opened in softirq
 * @sk: socket
 *
 * Context: sock lock; process, bottom halves enabled.
 */
void quic_rx_resume(struct sock *sk)
{
	struct quic_rx_state *rx = quic_sk(sk)->rx;
	struct sk_buff_head list;

	if (!quic_sk(sk)->alive || !rx)
		return;
	__skb_queue_head_init(&list);
	skb_queue_splice_tail_init(&rx->later, &list);
	rx->later_bytes = 0;
	recv_waiting(sk, &list);
}

/**
 * quic_rx_init() - before the first packet
 * @sk: socket
 *
 * Context: sock lock.
 * Return: 0 or -ENOMEM.
 */
int quic_rx_init(struct sock *sk)
{
	struct quic_rx_state *rx = kmalloc(sizeof(*rx), quic_gfp());

	if (!rx)
		return -ENOMEM;
	__skb_queue_head_init(&rx->early);
	__skb_queue_head_init(&rx->later);
	rx->early_bytes = 0;
	rx->later_bytes = 0;
	sg_init_table(rx->src, ARRAY_SIZE(rx->src));
	sg_unmark_end(&rx->src[ARRAY_SIZE(rx->src) - 1]);
	sg_init_table(rx->dst, ARRAY_SIZE(rx->dst));
	quic_sk(sk)->rx = rx;
	return 0;
}

/* After the last packet. Sock lock; process context. */
void quic_rx_free(struct sock *sk)
{
	struct quic_rx_state *rx = quic_sk(sk)->rx;

	if (!rx)
		return;
	quic_sk(sk)->rx = NULL;
	__skb_queue_purge(&rx->early);
	__skb_queue_purge(&rx->later);
	kfree(rx);
}
