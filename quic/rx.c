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
#include "rx_buf.h"
#include "rx_burst.h"
#include "rx_linear.h"
#include "rx_wait.h"
#include "sock.h"
#include "trace.h"
#include "udp.h"

/**
 * DOC: Opening
 *
 * An skb that is linear and nobody else's is opened in place and becomes the
 * buffer that the core's stream segments point into; so does one that a device
 * opened. Any other is opened out of place into one buffer for the whole
 * burst: there, decryption is the copy that makes it linear.
 *
 * The short headers of a burst are read into quic_rx_state.hdr, where their
 * protection comes off with one request for all masks; the bytes of the skb
 * stay as they came.
 */

/**
 * quic_burst_count() - count and trace what became of a packet
 * @x: burst
 * @what: counter
 *
 * Context: sock lock.
 */
void quic_burst_count(struct quic_burst *x, enum quic_mib what)
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
static int get_area(struct quic_burst *x, u32 len)
{
	return quic_rx_mem_get(&x->mem, x->sk, len, x->left);
}

/* ---- one packet -------------------------------------------------------- */

static void count_verdict(struct quic_burst *x, enum quic_err err)
{
	switch (err) {
	case QUIC_ERR_NONE:
		quic_burst_count(x, QUIC_MIB_PKT_DECFASTPATHS);
		break;
	case QUIC_ERR_DROP:
		quic_burst_count(x, QUIC_MIB_PKT_INVNUMDROP);
		break;
	case QUIC_ERR_NOMEM:
		if (x->mem.buf->b.starved)
			QUIC_INC_STATS(sock_net(x->sk),
				       QUIC_MIB_FRM_RCVBUFDROP);
		quic_burst_count(x, QUIC_MIB_PKT_RCVDROP);
		break;
	default:
		quic_burst_count(x, QUIC_MIB_PKT_INVFRMDROP);
	}
}

/**
 * quic_burst_hand_over() - an opened packet goes to the core
 * @x: burst; @x->mem holds @payload
 * @hdr: its header, protection off
 * @pn: full packet number
 * @gen: key generation, 1-RTT
 * @payload: opened bytes
 * @len: their number
 *
 * Context: sock lock.
 */
void quic_burst_hand_over(struct quic_burst *x, const struct quic_hdr *hdr,
			  u64 pn, u32 gen, const u8 *payload, u32 len)
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

/**
 * quic_burst_is_reset() - deal with a stateless reset, if it is one
 * @x: burst
 * @tail: last QUIC_RESET_TOKEN_LEN bytes of a datagram
 *
 * RFC 9000 10.3.1: from where the connection id in use goes, and no other.
 *
 * Context: sock lock.
 * Return: true when it was one.
 */
bool quic_burst_is_reset(struct quic_burst *x, const u8 *tail)
{
	struct quic_conn *c = &x->q->conn;

	if (x->path != c->path.id || !quic_cid_is_reset(c, tail))
		return false;
	quic_conn_recv_reset(c, x->now);
	return true;
}

/**
 * quic_burst_open_failed() - a packet could not be opened
 * @x: burst
 * @why: -EBADMSG: it did not open; -ENOKEY: no kept key fits (counted before);
 *	others: memory or the cipher failed us, which counts as loss
 * @tail: of a packet with a short header the last 16 bytes of its datagram:
 *	it may be a stateless reset (RFC 9000 10.3.1); else NULL
 *
 * Context: sock lock.
 */
void quic_burst_open_failed(struct quic_burst *x, int why, const u8 *tail)
{
	struct quic_conn *c = &x->q->conn;
	enum quic_err err;

	if (tail && quic_burst_is_reset(x, tail))
		return;
	if (why == -ENOKEY)
		return;
	if (why != -EBADMSG) {
		quic_burst_count(x, QUIC_MIB_PKT_RCVDROP);
		return;
	}
	quic_burst_count(x, QUIC_MIB_PKT_DECDROP);
	err = quic_keys_open_failed(c);
	if (err)
		quic_conn_close(c, err, false, 0, NULL, 0, x->now);
}

/**
 * quic_burst_select_key() - number and key of a 1-RTT packet
 * @x: burst
 * @hdr: its header, protection off
 * @pn: receives the full packet number
 * @gen: receives the key generation
 *
 * Context: sock lock.
 * Return: key, or NULL when none fits, which is counted.
 */
struct quic_aead_key *quic_burst_select_key(struct quic_burst *x,
					    const struct quic_hdr *hdr,
					    u64 *pn, u32 *gen)
{
	struct quic_conn *c = &x->q->conn;
	struct quic_aead_key *key = NULL;

	*pn = quic_pn_expand(quic_conn_rx_largest(c, QUIC_LVL_APP), hdr->pn,
			     hdr->pn_len);
	if (quic_keys_rx_select(c, quic_hdr_key_phase(hdr), *pn, x->now, gen))
		key = quic_sock_app_key(x->q, QUIC_DIR_RX, *gen);
	if (!key)
		quic_burst_count(x, QUIC_MIB_PKT_NOKEYDROP);
	return key;
}

/* ---- short headers, fast ----------------------------------------------- */

static void set_src(const struct quic_burst *x, struct scatterlist *sg, u32 off,
		    u32 len)
{
	const skb_frag_t *f;

	if (x->src_at.frag < 0) {
		sg_set_buf(sg, x->skb->data + off, len);
		return;
	}
	f = &skb_shinfo(x->skb)->frags[x->src_at.frag];
	sg_set_page(sg, skb_frag_page(f), len, skb_frag_off(f) + off);
}

/*
 * Scatterlist entries of [@off, @off + @len) of the skb; called with rising
 * offsets. Return: the last one.
 */
static struct scatterlist *fill_src(struct quic_burst *x,
				    struct scatterlist *sg, u32 off, u32 len)
{
	for (;;) {
		u32 in, n;

		quic_frag_seek(&x->src_at, x->skb, off);
		in = off - x->src_at.start;
		n = min(len, quic_frag_len(x->skb, x->src_at.frag) - in);
		set_src(x, sg, in, n);
		off += n;
		len -= n;
		if (!len)
			return sg;
		sg++;
	}
}

/* Open datagram [@off, @off + hdr->len) of the skb into the area. */
static int open_to_area(struct quic_burst *x, struct quic_aead_key *key, u64 pn,
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
static void recv_short(struct quic_burst *x, unsigned int i, u32 off, u32 len)
{
	u8 *h = x->rx->hdr[i], tail[QUIC_RESET_TOKEN_LEN], *payload = NULL;
	struct quic_aead_key *key;
	struct quic_hdr hdr;
	u32 gen, hdr_len;
	int err;
	u64 pn;

	if (quic_conn_parse_hdr(&x->q->conn, h, len, &hdr)) {
		quic_burst_count(x, QUIC_MIB_PKT_INVHDRDROP);
		return;
	}
	quic_hdr_unprotect(h, &hdr, x->rx->mask[i]);
	key = quic_burst_select_key(x, &hdr, &pn, &gen);
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
		quic_burst_hand_over(x, &hdr, pn, gen, payload,
				     len - hdr_len - QUIC_TAG_LEN);
		if (!x->in_place)
			quic_rx_mem_use(&x->mem, len - hdr_len - QUIC_TAG_LEN);
	} else {
		skb_copy_bits(x->skb, off + len - sizeof(tail), tail,
			      sizeof(tail));
		quic_burst_open_failed(x, err, tail);
	}
}

/* Bytes of a short header with the longest packet number. */
static u32 short_hdr_max(const struct quic_burst *x)
{
	return 1 + quic_conn_cid_len(&x->q->conn) + QUIC_RX_PN_LEN_MAX;
}

/*
 * Header and sample of a datagram, if it is a short-header packet. Return: it
 * is, and long enough.
 */
static bool peek_short(struct quic_burst *x, unsigned int i, u32 off, u32 len)
{
	u8 buf[QUIC_RX_HDR_MAX + QUIC_SAMPLE_LEN];
	u32 hdr_len = short_hdr_max(x);
	const u8 *p;

	if (len < hdr_len + QUIC_SAMPLE_LEN)
		return false;
	p = quic_frag_peek(&x->peek_at, x->skb, off, hdr_len + QUIC_SAMPLE_LEN,
			   buf);
	if (!p || p[0] & 0x80)
		return false;
	memcpy(x->rx->hdr[i], p, hdr_len);
	memcpy(x->rx->mask[i], p + hdr_len, QUIC_SAMPLE_LEN);
	return true;
}

/* ---- bursts ------------------------------------------------------------ */

static bool fits_fast(const struct quic_burst *x)
{
	return x->q->conn.space[QUIC_SPACE_APP].can_recv &&
	       !skb_has_frag_list(x->skb);
}

/* A datagram that a device opened, at @p; its tag's bytes mean nothing. */
static void read_opened(struct quic_burst *x, const u8 *p, u32 len)
{
	static const u8 no_mask[QUIC_MASK_LEN];
	u8 h[QUIC_RX_HDR_MAX];
	struct quic_hdr hdr;
	u32 hdr_len;
	u64 pn;

	memcpy(h, p, min_t(u32, len, sizeof(h)));
	if (h[0] & 0x80 || quic_conn_parse_hdr(&x->q->conn, h, len, &hdr)) {
		quic_burst_count(x, QUIC_MIB_PKT_VERDICTDROP);
		return;
	}
	quic_hdr_unprotect(h, &hdr, no_mask);
	if (quic_hdr_key_phase(&hdr) != (x->gen & 1)) {
		quic_burst_count(x, QUIC_MIB_PKT_VERDICTDROP);
		return;
	}
	pn = quic_pn_expand(quic_conn_rx_largest(&x->q->conn, QUIC_LVL_APP),
			    hdr.pn, hdr.pn_len);
	hdr_len = hdr.pn_off + hdr.pn_len;
	x->q->hw.dev_pkts[QUIC_DIR_RX]++;
	quic_burst_hand_over(x, &hdr, pn, x->gen, p + hdr_len,
			     len - hdr_len - QUIC_TAG_LEN);
}

static void copy_opened(struct quic_burst *x, u32 off, u32 len)
{
	if (get_area(x, len) ||
	    skb_copy_bits(x->skb, off, x->mem.area, len)) {
		quic_burst_count(x, QUIC_MIB_PKT_RCVDROP);
		return;
	}
	read_opened(x, x->mem.area, len);
	quic_rx_mem_use(&x->mem, len);
}

/* Read where it lies, as a rule; it is clear, and nothing is written. */
static void recv_opened(struct quic_burst *x, u32 off, u32 len)
{
	struct quic_rx_mem mem = x->mem;
	u8 *p;

	if (!x->in_place) {
		copy_opened(x, off, len);
		return;
	}
	p = quic_frag_at(&x->peek_at, x->skb, off, len);
	if (p) {
		read_opened(x, p, len);
		return;
	}
	/* across two fragments */
	memset(&x->mem, 0, sizeof(x->mem));
	copy_opened(x, off, len);
	quic_rx_mem_put(&x->mem);
	x->mem = mem;
}

static u32 recv_opened_all(struct quic_burst *x, u32 step)
{
	u32 off, len;

	for (off = 0; off < x->skb->len; off += step) {
		len = min(step, x->skb->len - off);
		recv_opened(x, off, len);
		x->left -= len;
	}
	return off;
}

static u32 recv_one(struct quic_burst *x, u32 off, u32 step)
{
	u32 len = min(step, x->skb->len - off);

	quic_linear_recv(x, off, len);
	x->left -= len;
	return off + len;
}

/* Up to QUIC_RX_BATCH_PKTS datagrams from @off. Return: where they end. */
static u32 recv_batch(struct quic_burst *x, u32 off, u32 step)
{
	struct quic_rx_state *rx = x->rx;
	u32 start = off, len;
	unsigned int i, n = 0, max = fits_fast(x) ? QUIC_RX_BATCH_PKTS : 0;

	for (; n < max && off < x->skb->len; n++, off += step)
		if (!peek_short(x, n, off, min(step, x->skb->len - off)))
			break;
	if (n)
		quic_hp_masks(&x->q->crypt.app[QUIC_DIR_RX].hp, rx->mask[0],
			      rx->mask[0], n);
	for (i = 0, off = start; i < n; i++, off += len) {
		len = min(step, x->skb->len - off);
		recv_short(x, i, off, len);
		x->left -= len;
	}
	return n ? off : recv_one(x, off, step);
}

/* May its memory be what stream segments refer to? */
static bool can_stay(const struct sk_buff *skb, bool opened)
{
	if (skb_cloned(skb) || skb_shared(skb))
		return false;
	return opened ? !skb_has_frag_list(skb) : !skb_is_nonlinear(skb);
}

/**
 * quic_burst_recv() - open a burst and let the core process it
 * @sk: socket
 * @skb: burst; consumed
 * @path: the way it came, see &quic_rx.path
 * @note: what is known of it; zeroed but for the ECN field: it comes just now
 *
 * Context: sock lock, process or softirq.
 */
void quic_burst_recv(struct sock *sk, struct sk_buff *skb, u8 path,
		     const struct quic_rx_note *note)
{
	struct quic_burst x = {
		.sk = sk,
		.q = quic_sk(sk),
		.rx = quic_sk(sk)->rx,
		.skb = skb,
		.left = skb->len,
		.src_at = QUIC_FRAG_CURSOR_INIT,
		.peek_at = QUIC_FRAG_CURSOR_INIT,
		.now = note->came_ns ?: quic_now(),
		.path = path,
		.ecn = note->ecn,
		.bare = note->bare,
	};
	u32 step = skb_is_gso(skb) ? skb_shinfo(skb)->gso_size : skb->len;
	enum quic_hw_rx hw = quic_hw_rx_check(sk, skb, &x.gen);
	u32 len = skb->len, off = 0;

	if (rmem_full(sk)) {
		QUIC_INC_STATS(sock_net(sk), QUIC_MIB_FRM_RCVBUFDROP);
		quic_burst_count(&x, QUIC_MIB_PKT_RCVDROP);
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
	if (hw == QUIC_HW_RX_WIRE && quic_wait_keep_burst(&x))
		return;
	x.device = hw == QUIC_HW_RX_OPENED;
	x.in_place = can_stay(skb, x.device);
	if (x.in_place)
		quic_rx_mem_use_skb(&x.mem, sk, skb, len / step);
	if (x.device)
		off = recv_opened_all(&x, step);
	while (off < len)
		off = unlikely(quic_conn_clear(&x.q->conn)) ?
		      recv_one(&x, off, step) : recv_batch(&x, off, step);
	quic_rx_mem_put(&x.mem);
	if (!x.in_place)
		consume_skb(skb);
}

/**
 * quic_burst_end() - after one or more quic_burst_recv()
 * @sk: socket
 *
 * Context: sock lock, process or softirq.
 */
void quic_burst_end(struct sock *sk)
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
	struct quic_rx_note note = {};
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
		quic_wait_keep_later(sk, skb, note.ecn);
		return 0;
	}
	quic_burst_recv(sk, skb, path, &note);
	quic_burst_end(sk);
	return 0;
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
