/* SPDX-License-Identifier: GPL-2.0-only */
/* A burst of received datagrams in work: what the files of rx share. */
#ifndef _QUIC_RX_BURST_H
#define _QUIC_RX_BURST_H

#include <linux/scatterlist.h>
#include <linux/skbuff.h>
#include <linux/types.h>

#include "core/header.h"
#include "mib.h"
#include "offload/core/frag_cursor.h"
#include "protect.h"
#include "rx_buf.h"

struct quic_sock;
struct sock;

#define QUIC_RX_BATCH_PKTS	64
#define QUIC_RX_PN_LEN_MAX	4
#define QUIC_RX_HDR_MAX		(1 + QUIC_CID_MAX_LEN + QUIC_RX_PN_LEN_MAX)

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
	u8 hdr[QUIC_RX_BATCH_PKTS][QUIC_RX_HDR_MAX];
	u8 mask[QUIC_RX_BATCH_PKTS][QUIC_SAMPLE_LEN] __aligned(QUIC_SAMPLE_LEN);
};

/**
 * struct quic_rx_note - skb->cb of what waits
 * @came_ns: when what waits for keys came (RFC 9000 13.2.5, 9002 5.3); else 0
 * @ecn: ECN field
 * @credited: its bytes were counted against amplification
 * @bare: data only, no headers before it
 */
struct quic_rx_note {
	u64 came_ns;
	u8 ecn;
	bool credited;
	bool bare;
};

/**
 * struct quic_burst - a burst in work
 * @sk: socket
 * @q: the same
 * @rx: its receive state
 * @skb: the burst
 * @mem: where it is opened to
 * @left: bytes of the burst that are not dealt with, to size the next area
 * @src_at: how far src was filled
 * @peek_at: how far headers were read
 * @now: ns
 * @ecn: ECN field
 * @gen: generation that a device opened the burst with, if it did
 * @path: the way it came, see &quic_rx.path
 * @in_place: @skb is opened in place, or was by a device: @mem is its own
 * @bare: see &quic_rx_note
 * @device: a device opened it
 */
struct quic_burst {
	struct sock *sk;
	struct quic_sock *q;
	struct quic_rx_state *rx;
	struct sk_buff *skb;
	struct quic_rx_mem mem;
	u32 left;
	struct quic_frag_cursor src_at;
	struct quic_frag_cursor peek_at;
	u64 now;
	u32 gen;
	u8 path;
	u8 ecn;
	bool in_place;
	bool bare;
	bool device;
};

void quic_burst_recv(struct sock *sk, struct sk_buff *skb, u8 path,
		     const struct quic_rx_note *note);
void quic_burst_end(struct sock *sk);

void quic_burst_count(struct quic_burst *x, enum quic_mib what);
struct quic_aead_key *quic_burst_select_key(struct quic_burst *x,
					    const struct quic_hdr *hdr,
					    u64 *pn, u32 *gen);
void quic_burst_hand_over(struct quic_burst *x, const struct quic_hdr *hdr,
			  u64 pn, u32 gen, const u8 *payload, u32 len);
bool quic_burst_is_reset(struct quic_burst *x, const u8 *tail);
void quic_burst_open_failed(struct quic_burst *x, int why, const u8 *tail);

#endif
