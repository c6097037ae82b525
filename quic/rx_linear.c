// SPDX-License-Identifier: GPL-2.0-only
#include "rx_linear.h"

#include <linux/errno.h>
#include <linux/skbuff.h>
#include <linux/string.h>
#include <net/sock.h>

#include "core/conn.h"
#include "core/header.h"
#include "core/pktnum.h"
#include "mib.h"
#include "offload.h"
#include "protect.h"
#include "restart.h"
#include "rx_burst.h"
#include "rx_wait.h"
#include "sock.h"
#include "stateless.h"

static void unmask(struct quic_burst *x, enum quic_level level, u8 *p,
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
static int open_linear(struct quic_burst *x, enum quic_level level, u8 *p,
		       struct quic_hdr *hdr, u64 *pn, u32 *gen)
{
	struct quic_crypt *crypt = &x->q->crypt;
	struct quic_aead_key *key;
	u32 hdr_len;

	unmask(x, level, p, hdr);
	hdr_len = hdr->pn_off + hdr->pn_len;
	*gen = 0;
	if (level == QUIC_LVL_APP) {
		key = quic_burst_select_key(x, hdr, pn, gen);
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
static void recv_packet(struct quic_burst *x, u8 *p, u32 left,
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
			quic_burst_count(x, QUIC_MIB_PKT_VERSIONDROP);
		return;
	}
	if (hdr->type == QUIC_PKT_RETRY) {
		if (!quic_restart_retry(x->sk, p, hdr))
			quic_burst_count(x, QUIC_MIB_PKT_STATEDROP);
		return;
	}
	if (!quic_pkt_level(hdr->type, &level) ||
	    (level != QUIC_LVL_APP &&
	     !quic_version_accepts(c, hdr->version, hdr->type) &&
	     !quic_version_may_follow(c, hdr->version))) {
		quic_burst_count(x, QUIC_MIB_PKT_STATEDROP);
		return;
	}
	keys = quic_conn_rx_keys(c, level);
	if (keys == QUIC_RX_KEYS_NEVER)
		quic_burst_count(x, QUIC_MIB_PKT_NOKEYDROP);
	if (keys == QUIC_RX_KEYS_LATER)
		quic_wait_keep_packet(x, p, hdr->len);
	if (keys != QUIC_RX_KEYS_READY)
		return;
	if (level == QUIC_LVL_INITIAL && hdr->version != c->version &&
	    quic_restart_try(x->sk, hdr->version)) {
		quic_burst_count(x, QUIC_MIB_PKT_NOKEYDROP);
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
		quic_burst_hand_over(x, hdr, pn, gen,
				     p + hdr->pn_off + hdr->pn_len,
				     hdr->len - hdr->pn_off - hdr->pn_len -
				     QUIC_TAG_LEN);
	else
		quic_burst_open_failed(x, err, tail);
}

/*
 * A 1-RTT packet of a connection that agreed on sending them in clear; DOC in
 * core/clear.h. It is the rest of its datagram.
 */
static void recv_clear(struct quic_burst *x, u8 *p, u32 len)
{
	struct quic_conn *c = &x->q->conn;
	enum quic_rx_keys keys = quic_conn_rx_keys(c, QUIC_LVL_APP);
	struct quic_hdr hdr;
	u32 hdr_len;
	int err;
	u64 pn;

	/* without keys, too, the handshake tells when these may be read */
	if (keys == QUIC_RX_KEYS_NEVER)
		quic_burst_count(x, QUIC_MIB_PKT_NOKEYDROP);
	if (keys == QUIC_RX_KEYS_LATER)
		quic_wait_keep_packet(x, p, len);
	if (keys != QUIC_RX_KEYS_READY)
		return;
	err = quic_clear_parse(c, p, len, &hdr);
	if (err == -ENOENT && len >= QUIC_RESET_MIN_BYTES &&
	    quic_burst_is_reset(x, p + len - QUIC_RESET_TOKEN_LEN))
		return;
	if (err || x->path != c->path.id) {
		quic_burst_count(x, QUIC_MIB_PKT_CLEARDROP);
		return;
	}
	pn = quic_pn_expand(quic_conn_rx_largest(c, QUIC_LVL_APP), hdr.pn,
			    hdr.pn_len);
	hdr_len = hdr.pn_off + hdr.pn_len;
	quic_burst_hand_over(x, &hdr, pn, 0, p + hdr_len, len - hdr_len);
}

/* Packets that share a datagram (RFC 9000 12.2). */
static void recv_coalesced(struct quic_burst *x, u8 *p, u32 len)
{
	const u8 *dcid = NULL;
	struct quic_hdr hdr;
	u8 dcid_len = 0;
	int err;

	while (len) {
		if (quic_conn_clear(&x->q->conn) && !(p[0] & 0x80)) {
			recv_clear(x, p, len);
			return;
		}
		err = quic_conn_parse_hdr(&x->q->conn, p, len, &hdr);
		/* RFC 9000 10.3: a reset may be shorter than any packet */
		if (err && !dcid && !(p[0] & 0x80) &&
		    len >= QUIC_RESET_MIN_BYTES &&
		    quic_burst_is_reset(x, p + len - QUIC_RESET_TOKEN_LEN))
			return;
		if (err) {
			quic_burst_count(x, err == -EPROTONOSUPPORT ?
				 QUIC_MIB_PKT_VERSIONDROP :
				 QUIC_MIB_PKT_INVHDRDROP);
			return;
		}
		if (!dcid) {
			dcid = hdr.dcid;
			dcid_len = hdr.dcid_len;
		} else if (hdr.dcid_len != dcid_len ||
			   memcmp(hdr.dcid, dcid, dcid_len)) {
			quic_burst_count(x, QUIC_MIB_PKT_INVHDRDROP);
			return;
		}
		recv_packet(x, p, len, &hdr);
		p += hdr.len;
		len -= hdr.len;
	}
}

/* Datagram [@off, @off + @len) of the burst. Sock lock. */
void quic_linear_recv(struct quic_burst *x, u32 off, u32 len)
{
	if (x->in_place) {
		recv_coalesced(x, x->skb->data + off, len);
		return;
	}
	if (quic_rx_mem_get(&x->mem, x->sk, len, x->left) ||
	    skb_copy_bits(x->skb, off, x->mem.area, len)) {
		quic_burst_count(x, QUIC_MIB_PKT_RCVDROP);
		return;
	}
	recv_coalesced(x, x->mem.area, len);
	quic_rx_mem_use(&x->mem, len);
}
