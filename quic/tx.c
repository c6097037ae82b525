// SPDX-License-Identifier: GPL-2.0-only
#include "tx.h"

#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/scatterlist.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <net/dst.h>
#include <net/sock.h>

#include "core/conn.h"
#include "core/header.h"
#include "core/send.h"
#include "late.h"
#include "mib.h"
#include "offload.h"
#include "offload/core/offload.h"
#include "pages.h"
#include "protect.h"
#include "sock.h"
#include "trace.h"
#include "txbuf.h"
#include "udp.h"

/**
 * DOC: A burst
 *
 * One skb per burst: UDP segmentation (GSO) makes datagrams of it as late as
 * possible. A single datagram lies in the skb's linear part; several lie in
 * page fragments, never one across two of them.
 *
 * Every packet is laid out at its place on the wire: header, frame headers
 * and control frames are copied there from the plan, stream bytes are read by
 * the cipher from the stream's chunks, and what it writes is the wire buffer:
 * the encryption is the copy. A cipher that crosses from one piece of memory
 * to another in the middle of a 16-byte block pays for it, so the pieces are
 * cut at block boundaries and the blocks in between are copied (seal_stream).
 */

#define TX_BLOCK		16		/* of AES and GHASH */
#define TX_LINEAR_BYTES		2048		/* largest linear datagram */

/*
 * Less is copied: a piece of its own costs the cipher's walk some 300
 * instructions, and one that ends within a block two of them.
 */
#define TX_REF_MIN_BYTES	768

/* Pieces and page crossings of one packet, each with a copied block. */
#define TX_SG_ENTRIES		32

/* Bursts per call in softirq; the timer goes on. */
#define TX_SOFTIRQ_BURSTS	4

/* Sealed bytes on their way in qdisc and device: more only adds latency. */
#define TX_INFLIGHT_BYTES	SZ_1M

/* 8 Tbit/s: what the pacer can count with. */
#define TX_RATE_MAX		BIT_ULL(40)

/* Until memory may be there again, or the work item has run. */
#define TX_RETRY_NS		(2 * NSEC_PER_MSEC)

/**
 * struct tx_work - what a call of quic_tx_push() needs; two per CPU are kept
 * @plan: from the core
 * @at: where each packet lies
 * @mask: header-protection samples, then masks; aligned for one request to
 *	the crypto API
 * @src: what is sealed
 * @dst: where to
 */
struct tx_work {
	struct quic_plan plan;
	u8 *at[QUIC_PLAN_PKTS];
	u8 mask[QUIC_PLAN_PKTS][QUIC_SAMPLE_LEN] __aligned(QUIC_SAMPLE_LEN);
	struct scatterlist src[TX_SG_ENTRIES];
	struct scatterlist dst;
};

/*
 * One for process context and one for softirq, which comes in between: what
 * one end of a connection sends is answered by the other before that returns,
 * where both are here.
 */
static DEFINE_PER_CPU(struct tx_work *, tx_work_cache[2]);

static struct tx_work *get_work(void)
{
	struct tx_work *w = this_cpu_xchg(tx_work_cache[!!in_softirq()], NULL);

	if (w)
		return w;
	w = kmalloc(sizeof(*w), quic_gfp());
	if (!w)
		return NULL;
	sg_init_table(w->src, ARRAY_SIZE(w->src));
	sg_unmark_end(&w->src[ARRAY_SIZE(w->src) - 1]);
	sg_init_table(&w->dst, 1);
	return w;
}

static void put_work(struct tx_work *w)
{
	kfree(this_cpu_xchg(tx_work_cache[!!in_softirq()], w));
}

/* At module unload: frees what is cached. */
void quic_tx_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		kfree(per_cpu(tx_work_cache[0], cpu));
		kfree(per_cpu(tx_work_cache[1], cpu));
	}
	quic_pages_exit();
}

/* ---- layout ------------------------------------------------------------ */

/* UDP payload of datagram number @i of the plan, bytes. */
static u32 dgram_len(const struct quic_plan *plan, unsigned int i)
{
	if (i + 1 < plan->n_dgrams)
		return plan->dgram_len;
	return plan->total_len - plan->dgram_len * i;
}

/*
 * One page fragment with as many whole datagrams as fit, from number @first
 * on. The text of the first packet (and with a dgram_len of whole blocks, of
 * all) starts at a block boundary. Return: number of datagrams or -ENOMEM.
 */
static int add_frag(struct sk_buff *skb, const struct quic_plan *plan,
		    unsigned int first, u8 **at)
{
	u32 pad = -plan->pkt[0].hdr_len & (TX_BLOCK - 1);
	u32 len = dgram_len(plan, first), size = pad;
	unsigned int i = first;
	struct page *page;
	u8 *p;

	while (i < plan->n_dgrams && size + len <= QUIC_FRAG_MAX_BYTES) {
		size += len;
		if (++i < plan->n_dgrams)
			len = dgram_len(plan, i);
	}
	p = quic_pages_frag(QUIC_FRAG_WIRE, size, &page);
	if (!p) {
		i = first + 1;
		size = pad + dgram_len(plan, first);
		p = quic_pages_frag(QUIC_FRAG_WIRE, size, &page);
	}
	if (!p)
		return -ENOMEM;
	skb_add_rx_frag(skb, skb_shinfo(skb)->nr_frags, page,
			p + pad - (u8 *)page_address(page), size - pad,
			ALIGN(size, SMP_CACHE_BYTES));
	p += pad;
	for (len = 0; first + len < i; len++)
		at[first + len] = p + len * plan->dgram_len;
	return i - first;
}

static struct sk_buff *alloc_linear(const struct quic_plan *plan,
				    unsigned int headroom, u8 **at)
{
	struct sk_buff *skb;

	/* the same alignment as in add_frag() */
	headroom = ALIGN(headroom + plan->pkt[0].hdr_len, TX_BLOCK) -
		   plan->pkt[0].hdr_len;
	skb = alloc_skb(headroom + plan->total_len, quic_gfp());
	if (!skb)
		return NULL;
	skb_reserve(skb, headroom);
	at[0] = skb_put(skb, plan->total_len);
	return skb;
}

/*
 * An skb for the plan's datagrams; @at: where each of them is to be written.
 */
static struct sk_buff *alloc_burst(const struct quic_plan *plan,
				   unsigned int headroom, u8 **at)
{
	struct skb_shared_info *info;
	struct sk_buff *skb;
	unsigned int i = 0;
	int n;

	if (plan->n_dgrams == 1 && plan->total_len <= TX_LINEAR_BYTES)
		return alloc_linear(plan, headroom, at);
	skb = alloc_skb(headroom, quic_gfp());
	if (!skb)
		return NULL;
	skb_reserve(skb, headroom);
	while (i < plan->n_dgrams) {
		n = skb_shinfo(skb)->nr_frags < MAX_SKB_FRAGS ?
		    add_frag(skb, plan, i, at) : -ENOMEM;
		if (n < 0) {
			kfree_skb(skb);
			return NULL;
		}
		i += n;
	}
	if (plan->n_dgrams > 1) {
		info = skb_shinfo(skb);
		info->gso_size = plan->dgram_len;
		info->gso_segs = plan->n_dgrams;
		info->gso_type = SKB_GSO_UDP_L4;
	}
	return skb;
}

/* From where datagrams lie to where packets lie; back to front, in place. */
static void place_packets(struct tx_work *w)
{
	const struct quic_plan *plan = &w->plan;
	unsigned int dgram = plan->n_dgrams, i = plan->n_pkts, first;
	u8 *p;

	if (plan->n_pkts == plan->n_dgrams)
		return;
	while (i) {
		for (first = i - 1; !plan->pkt[first].new_dgram; first--)
			;
		p = w->at[--dgram];
		i = first;
		do {
			w->at[first] = p;
			p += plan->pkt[first].len;
			first++;
		} while (first < plan->n_pkts && !plan->pkt[first].new_dgram);
	}
}

/* ---- sealing ----------------------------------------------------------- */

/**
 * struct tx_seal - a packet while it is put together
 * @w: tables
 * @p: where it lies
 * @pos: bytes so far
 * @from: bytes before are in @w->src
 * @text: where the text starts (after the header)
 * @end: where it ends
 * @n: entries of @w->src
 */
struct tx_seal {
	struct tx_work *w;
	u8 *p;
	u32 pos;
	u32 from;
	u32 text;
	u32 end;
	unsigned int n;
};

/* What was copied to the wire buffer is sealed where it lies. */
static void flush_copied(struct tx_seal *t)
{
	if (t->pos == t->from)
		return;
	sg_set_buf(&t->w->src[t->n++], t->p + t->from, t->pos - t->from);
	t->from = t->pos;
}

static void add_copied(struct tx_seal *t, const void *data, u32 len)
{
	memcpy(t->p + t->pos, data, len);
	t->pos += len;
}

/*
 * Stream bytes, contiguous at @page + @off. Whole blocks are referred to, and
 * what the packet ends with; a block that started before, and one that goes on
 * behind, are copied.
 */
static void seal_stream(struct tx_seal *t, struct page *page, u32 off, u32 len)
{
	const u8 *data = (u8 *)page_address(page) + off;
	u32 head = (t->text - t->pos) & (TX_BLOCK - 1), n;
	bool last = t->pos + len == t->end;

	while (len) {
		/* a page boundary inside of a block is a seam, too */
		n = min_t(u32, len, PAGE_SIZE - offset_in_page(data));
		if (len > n && (n - head) % TX_BLOCK == 0)
			n = len;
		if (head >= n)
			n = 0;
		else if (last && n == len)
			n -= head;
		else
			n = round_down(n - head, TX_BLOCK);
		if (n < TX_REF_MIN_BYTES || t->n + 4 > TX_SG_ENTRIES) {
			n = min_t(u32, len, head + n + TX_BLOCK);
			add_copied(t, data, n);
			data += n;
			len -= n;
			head = (t->text - t->pos) & (TX_BLOCK - 1);
			continue;
		}
		add_copied(t, data, head);
		flush_copied(t);
		sg_set_page(&t->w->src[t->n++], page,
			    n, data + head - (u8 *)page_address(page));
		t->pos += n;
		t->from = t->pos;
		data += head + n;
		len -= head + n;
		head = 0;
	}
}

/* Return: 0, or -ENODATA when the stream's bytes are not there (a bug). */
static int add_piece(struct tx_seal *t, const struct quic_piece *piece)
{
	u32 left = piece->data_len, page_off, n;
	u64 off = piece->off;
	struct page *page;

	add_copied(t, t->w->plan.scratch + piece->scratch_off,
		   piece->scratch_len);
	if (!piece->stream) {
		add_copied(t, piece->data, left);
		return 0;
	}
	while (left) {
		n = quic_txbuf_run(piece->stream, off, left, &page, &page_off);
		if (WARN_ON_ONCE(!n))
			return -ENODATA;
		seal_stream(t, page, page_off, n);
		off += n;
		left -= n;
	}
	return 0;
}

static struct quic_aead_key *level_key(struct quic_sock *q,
				       const struct quic_plan *plan, u8 level)
{
	if (level == QUIC_LVL_APP)
		return quic_sock_app_key(q, QUIC_DIR_TX, plan->gen);
	if (level == QUIC_LVL_EARLY && quic_aead_key_valid(&q->crypt.early.aead))
		return &q->crypt.early.aead;
	if (level == QUIC_LVL_HANDSHAKE &&
	    quic_aead_key_valid(&q->crypt.hs[QUIC_DIR_TX].aead))
		return &q->crypt.hs[QUIC_DIR_TX].aead;
	return NULL;
}

static int seal_text(struct quic_sock *q, struct tx_seal *t,
		     const struct quic_plan_pkt *pkt)
{
	u32 text_len = pkt->len - pkt->hdr_len - QUIC_TAG_LEN;
	struct tx_work *w = t->w;
	struct quic_aead_key *key;
	int err;

	key = level_key(q, &w->plan, pkt->level);
	if (!key)
		return -ENOKEY;
	if (!t->n)
		return quic_aead_seal_linear(key, pkt->pn, t->p, pkt->hdr_len,
					     text_len);
	flush_copied(t);
	sg_mark_end(&w->src[t->n - 1]);
	sg_set_buf(&w->dst, t->p, pkt->len);
	err = quic_aead_seal(key, pkt->pn, w->src, &w->dst, pkt->hdr_len,
			     text_len);
	sg_unmark_end(&w->src[t->n - 1]);
	return err;
}

static int seal_packet(struct quic_sock *q, struct tx_work *w, unsigned int i)
{
	const struct quic_plan_pkt *pkt = &w->plan.pkt[i];
	struct tx_seal t = {
		.w = w,
		.p = w->at[i],
		.text = pkt->hdr_len,
		.end = pkt->len - QUIC_TAG_LEN,
	};
	unsigned int k;
	int err;

	for (k = 0; k < pkt->n_pieces; k++) {
		err = add_piece(&t, &w->plan.piece[pkt->piece + k]);
		if (err)
			return err;
	}
	if (WARN_ON_ONCE(t.pos != t.end))
		return -EINVAL;
	if (pkt->level != QUIC_LVL_INITIAL)
		return seal_text(q, &t, pkt);
	if (!q->crypt.initial || t.n)
		return -ENOKEY;
	quic_initial_seal(&q->crypt.initial->tx, pkt->pn, t.p, pkt->hdr_len,
			  t.pos - pkt->hdr_len);
	return 0;
}

static const u8 *sample_of(const struct tx_work *w, unsigned int i)
{
	return w->at[i] + w->plan.pkt[i].pn_off + 4;
}

/* Header protection for all packets of one level from number @i on. */
static unsigned int protect_run(struct quic_sock *q, struct tx_work *w,
				unsigned int i)
{
	u8 level = w->plan.pkt[i].level;
	unsigned int k = i;

	for (; k < w->plan.n_pkts && w->plan.pkt[k].level == level; k++) {
		if (level == QUIC_LVL_INITIAL)
			quic_initial_mask(&q->crypt.initial->tx,
					  sample_of(w, k), w->mask[k]);
		else
			memcpy(w->mask[k], sample_of(w, k), QUIC_SAMPLE_LEN);
	}
	if (level == QUIC_LVL_EARLY)
		quic_hp_masks(&q->crypt.early.hp, w->mask[i], w->mask[i],
			      k - i);
	else if (level == QUIC_LVL_HANDSHAKE)
		quic_hp_masks(&q->crypt.hs[QUIC_DIR_TX].hp, w->mask[i],
			      w->mask[i], k - i);
	else if (level == QUIC_LVL_APP)
		quic_hp_masks(&q->crypt.app[QUIC_DIR_TX].hp, w->mask[i],
			      w->mask[i], k - i);
	for (; i < k; i++)
		quic_hdr_protect(w->at[i], w->plan.pkt[i].pn_off, w->mask[i]);
	return k;
}

static int seal_burst(struct quic_sock *q, struct tx_work *w)
{
	unsigned int i;
	int err;

	for (i = 0; i < w->plan.n_pkts; i++) {
		err = seal_packet(q, w, i);
		if (err)
			return err;
	}
	for (i = 0; i < w->plan.n_pkts;)
		i = protect_run(q, w, i);
	return 0;
}

/* ---- left to the device ------------------------------------------------- */

static int copy_piece(const struct quic_plan *plan,
		      const struct quic_piece *piece, u8 **p)
{
	u32 left = piece->data_len, page_off, n;
	u64 off = piece->off;
	struct page *page;

	memcpy(*p, plan->scratch + piece->scratch_off, piece->scratch_len);
	*p += piece->scratch_len;
	if (!piece->stream) {
		memcpy(*p, piece->data, left);
		*p += left;
		return 0;
	}
	while (left) {
		n = quic_txbuf_run(piece->stream, off, left, &page, &page_off);
		if (WARN_ON_ONCE(!n))
			return -ENODATA;
		memcpy(*p, (u8 *)page_address(page) + page_off, n);
		*p += n;
		off += n;
		left -= n;
	}
	return 0;
}

/* A packet in clear. Return: the bytes behind it, or NULL as copy_piece(). */
static u8 *copy_packet(struct tx_work *w, unsigned int i)
{
	const struct quic_plan *plan = &w->plan;
	const struct quic_plan_pkt *pkt = &plan->pkt[i];
	u8 *p = w->at[i];
	unsigned int k;

	for (k = 0; k < pkt->n_pieces; k++)
		if (copy_piece(plan, &plan->piece[pkt->piece + k], &p))
			return NULL;
	return p;
}

/* As on the wire, but in clear, with room for the tags. */
static int copy_burst(struct tx_work *w)
{
	unsigned int i;
	u8 *tag;

	for (i = 0; i < w->plan.n_pkts; i++) {
		tag = copy_packet(w, i);
		if (!tag)
			return -ENODATA;
		memset(tag, 0, QUIC_TAG_LEN);
	}
	return 0;
}

/* Return: false when it is to be sealed here: nothing was marked. */
static bool leave_to_device(struct sock *sk, struct tx_work *w,
			    struct sk_buff *skb, const struct dst_entry *dst)
{
	struct quic_offload_key *key;
	int err;

	/* a probe is a packet of its own, and its way may not be the device's */
	if (w->plan.path != quic_sk(sk)->conn.path.id)
		return false;
	key = quic_hw_tx_key(sk, dst, &w->plan);
	if (!key)
		return false;
	err = copy_burst(w) ?: quic_hw_tx_mark(sk, skb, key, &w->plan);
	quic_offload_key_put(key);
	return !err;
}

/* ---- without 1-RTT protection ------------------------------------------- */

/*
 * DOC: 1-RTT packets in clear (core/clear.h). The planner left out their tags;
 * packets of other levels in the same datagram are sealed.
 */
static int clear_burst(struct quic_sock *q, struct tx_work *w)
{
	const struct quic_plan_pkt *pkt = w->plan.pkt;
	unsigned int i;
	int err;

	for (i = 0; i < w->plan.n_pkts; i++) {
		if (pkt[i].level == QUIC_LVL_APP) {
			if (WARN_ON_ONCE(copy_packet(w, i) !=
					 w->at[i] + pkt[i].len))
				return -EINVAL;
			continue;
		}
		err = seal_packet(q, w, i);
		if (err)
			return err;
	}
	for (i = 0; i < w->plan.n_pkts;)
		i = pkt[i].level == QUIC_LVL_APP ? i + 1 : protect_run(q, w, i);
	return 0;
}

/* ---- sending ----------------------------------------------------------- */

/* The device's books are about 1-RTT packets only. */
static void count_sealed(struct sock *sk, const struct quic_plan *plan)
{
	unsigned int i, n = 0;

	for (i = 0; i < plan->n_pkts; i++)
		n += plan->pkt[i].level == QUIC_LVL_APP;
	QUIC_ADD_STATS(sock_net(sk), QUIC_MIB_PKT_ENCFASTPATHS, plan->n_pkts);
	quic_hw_count_sw(sk, QUIC_DIR_TX, n);
}

static int path_family(const struct quic_sock *q, const struct quic_plan *plan)
{
	return q->paths[plan->path].peer.sa.sa_family;
}

static struct sk_buff *build_burst(struct sock *sk, struct tx_work *w,
				   const struct dst_entry *dst)
{
	struct quic_sock *q = quic_sk(sk);
	struct sk_buff *skb;
	int err;

	skb = alloc_burst(&w->plan,
			  quic_udp_headroom(dst, path_family(q, &w->plan)),
			  w->at);
	if (!skb)
		return ERR_PTR(-ENOMEM);
	place_packets(w);
	if (unlikely(quic_conn_clear(&q->conn))) {
		err = clear_burst(q, w);
	} else {
		if (leave_to_device(sk, w, skb, dst))
			return skb;
		err = seal_burst(q, w);
	}
	if (err) {
		kfree_skb(skb);
		return ERR_PTR(err);
	}
	skb_set_owner_w(skb, sk);
	if (likely(!quic_conn_clear(&q->conn)))
		count_sealed(sk, &w->plan);
	return skb;
}

/* The route may have come to take less, or more, than before. */
static void follow_mtu(struct sock *sk, const struct dst_entry *dst, u64 now)
{
	struct quic_sock *q = quic_sk(sk);
	int family = q->peer.sa.sa_family;

	quic_pmtud_route(&q->conn, quic_udp_mtu(dst, family),
			 quic_udp_mtu_hint(dst, family), now);
}

/* IP counts a burst's length, headers included, in 16 bits. */
static unsigned int burst_limit(const struct quic_sock *q)
{
	u32 room = U16_MAX - sizeof(struct udphdr) - sizeof(struct ipv6hdr);

	return clamp(room / q->conn.path.mtu_bytes, 1U,
		     (unsigned int)QUIC_PLAN_PKTS);
}

/*
 * Without a route the burst counts as sent and lost: the recovery timers then
 * say when to try again.
 */
static void lose_burst(struct sock *sk, struct quic_plan *plan, u64 now)
{
	QUIC_ADD_STATS(sock_net(sk), QUIC_MIB_PKT_XMITDROP, plan->n_pkts);
	quic_send_commit(&quic_sk(sk)->conn, plan, plan->n_pkts, now,
			 quic_gfp());
}

/* What the core counted since the last burst. */
static void count_retrans(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);
	u64 n = q->conn.stats.retrans_frames - q->tx->retrans_frames;

	if (likely(!n))
		return;
	QUIC_ADD_STATS(sock_net(sk), QUIC_MIB_FRM_RETRANS, n);
	q->tx->retrans_frames += n;
}

static int send_plan(struct sock *sk, struct tx_work *w, struct dst_entry *dst,
		     u64 now)
{
	struct quic_sock *q = quic_sk(sk);
	struct quic_plan *plan = &w->plan;
	struct sk_buff *skb;

	skb = build_burst(sk, w, dst);
	if (IS_ERR(skb)) {
		QUIC_ADD_STATS(sock_net(sk), QUIC_MIB_PKT_ENCDROP,
			       plan->n_pkts);
		quic_send_abort(&q->conn, plan, now, quic_gfp());
		dst_release(dst);
		return PTR_ERR(skb);
	}
	if (trace_quic_packet_sent_enabled())
		quic_trace_plan(&q->conn, plan, skb->decrypted);
	quic_udp_xmit(sk, skb, dst, plan->path, plan->ecn);
	count_retrans(sk);
	quic_send_commit(&q->conn, plan, plan->n_pkts, now, quic_gfp());
	return 0;
}

/* Return: 1 when something went out, 0 when nothing is due, or -errno. */
static int send_burst(struct sock *sk, struct tx_work *w)
{
	struct quic_sock *q = quic_sk(sk);
	struct dst_entry *dst;
	u64 now = quic_now();
	int n;

	dst = quic_udp_dst(sk);
	if (!IS_ERR(dst))
		follow_mtu(sk, dst, now);
	n = quic_send_plan(&q->conn, now, burst_limit(q), &w->plan, quic_gfp());
	if (n <= 0 || w->plan.path != q->conn.path.id) {
		if (!IS_ERR(dst))
			dst_release(dst);
		if (n <= 0)
			return n;
		dst = quic_udp_path_dst(sk, w->plan.path);
	}
	if (IS_ERR(dst)) {
		lose_burst(sk, &w->plan, now);
		return 0;
	}
	n = send_plan(sk, w, dst, now);
	return n ?: 1;
}

/* Can the keys in use be used here? Ask once, before numbers are taken. */
static bool can_seal(struct quic_sock *q)
{
	const struct quic_aead_key *key;

	key = quic_sock_app_key(q, QUIC_DIR_TX, q->conn.keys.tx_gen);
	if (!key && q->conn.space[QUIC_SPACE_HANDSHAKE].can_send)
		key = &q->crypt.hs[QUIC_DIR_TX].aead;
	if (!key && quic_early_sending(&q->conn))
		key = &q->crypt.early.aead;
	return !key || !quic_aead_key_valid(key) || quic_aead_usable(key);
}

static int in_flight(struct sock *sk)
{
	return sk_wmem_alloc_get(sk) + quic_late_in_flight(quic_sk(sk)->hw.late);
}

/* Enough is on its way; quic_tx_drained() goes on. */
static bool device_full(struct sock *sk)
{
	if (in_flight(sk) < TX_INFLIGHT_BYTES)
		return false;
	set_bit(QUIC_TX_THROTTLED, &quic_sk(sk)->deferred);
	/* the bit is seen by quic_tx_drained(), or what it freed is seen here */
	smp_mb__after_atomic();
	if (in_flight(sk) >= TX_INFLIGHT_BYTES)
		return true;
	clear_bit(QUIC_TX_THROTTLED, &quic_sk(sk)->deferred);
	return false;
}

/* Nothing goes out for a while, unless the work item comes before. */
static void hold(struct quic_tx *tx, bool work_comes)
{
	tx->retry_ns = quic_now() + TX_RETRY_NS;
	tx->deferred = work_comes;
}

static bool is_held(const struct quic_tx *tx)
{
	return tx->retry_ns && tx->retry_ns > quic_now() &&
	       (in_softirq() || !tx->deferred);
}

/*
 * SO_MAX_PACING_RATE bounds the connection's pacer. A qdisc that paces (fq) is
 * told the rate with some slack: it counts headers, and must not be where
 * bursts pile up. Bursts come at the pacer's time in any case.
 */
static void follow_pacing(struct sock *sk)
{
	struct quic_conn *c = &quic_sk(sk)->conn;
	u64 max = READ_ONCE(sk->sk_max_pacing_rate), rate;

	c->cc.pacer.max_bytes_s = max == ~0UL ? 0 : min(max, TX_RATE_MAX);
	rate = quic_pacer_rate(&c->cc.pacer, c->cc.rate_bytes_s);
	rate = rate ? min(rate + rate / 8, max) : ~0UL;
	if (READ_ONCE(sk->sk_pacing_rate) != rate)
		WRITE_ONCE(sk->sk_pacing_rate, rate);
}

static void push_bursts(struct sock *sk, struct tx_work *w)
{
	struct quic_tx *tx = quic_sk(sk)->tx;
	unsigned int i = 0;
	int n;

	for (;;) {
		if (device_full(sk)) {
			hold(tx, true);
			return;
		}
		if (in_softirq() && i++ >= TX_SOFTIRQ_BURSTS)
			break;
		n = send_burst(sk, w);
		if (n < 0)
			hold(tx, false);
		if (n <= 0)
			return;
	}
	tx->more = true;
}

/**
 * quic_tx_push() - send what is due
 * @sk: socket; nothing happens when its connection is over
 *
 * In softirq a few bursts at a time; the timer, which the caller arms
 * afterwards, goes on with the rest.
 *
 * Context: sock lock, process or softirq.
 */
void quic_tx_push(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);
	struct tx_work *w;

	if (!q->alive || !q->tx)
		return;
	q->tx->more = false;
	if (is_held(q->tx))
		return;
	q->tx->retry_ns = 0;
	if (!can_seal(q)) {
		QUIC_INC_STATS(sock_net(sk), QUIC_MIB_PKT_ENCBACKLOGS);
		hold(q->tx, true);
		quic_sock_defer_work(sk, QUIC_TODO_TX);
		return;
	}
	w = get_work();
	if (!w) {
		hold(q->tx, false);
		return;
	}
	follow_pacing(sk);
	push_bursts(sk, w);
	put_work(w);
}

/**
 * quic_tx_drained() - a sealed skb left the device
 * @sk: socket
 *
 * From sk_write_space, which sock_wfree() calls.
 *
 * Context: any, with or without the sock lock.
 */
void quic_tx_drained(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);

	/* pairs with the one in device_full() */
	smp_mb();
	if (!test_bit(QUIC_TX_THROTTLED, &q->deferred) ||
	    sk_wmem_alloc_get(sk) >= TX_INFLIGHT_BYTES / 2)
		return;
	if (test_and_clear_bit(QUIC_TX_THROTTLED, &q->deferred))
		quic_sock_defer_work(sk, QUIC_TODO_TX);
}

/**
 * quic_tx_init() - before the first packet
 * @sk: socket
 *
 * Context: sock lock.
 * Return: 0 or -ENOMEM.
 */
int quic_tx_init(struct sock *sk)
{
	struct quic_tx *tx = kzalloc(sizeof(*tx), quic_gfp());

	if (!tx)
		return -ENOMEM;
	quic_sk(sk)->tx = tx;
	return 0;
}

/* After the last packet. Sock lock; process context. */
void quic_tx_free(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);

	sk_dst_reset(sk);
	kfree(q->tx);
	q->tx = NULL;
}
