// SPDX-License-Identifier: GPL-2.0-only
#include "builder.h"
#include "conn.h"
#include "frame.h"

/* Scratch bytes that one packet may need beyond its size: none; a margin. */
#define SCRATCH_MARGIN		64
#define PKT_PIECES_MAX		24

bool quic_builder_open_piece(struct quic_builder *b)
{
	struct quic_plan *plan = b->plan;

	if (plan->n_pieces == QUIC_PLAN_PIECES ||
	    b->pkt->n_pieces == PKT_PIECES_MAX)
		return false;
	memset(&plan->piece[plan->n_pieces++], 0, sizeof(struct quic_piece));
	quic_builder_last(b)->scratch_off = plan->scratch_len;
	b->pkt->n_pieces++;
	return true;
}

int quic_builder_note(struct quic_builder *b, u8 type, u64 id, u64 off, u32 len,
		      bool fin)
{
	const struct quic_sent_frame f = {
		.type = type, .id = id, .off = off, .len = len, .fin = fin,
	};

	if (!quic_sent_note(b->sent, &f, b->gfp))
		return 0;
	b->no_mem = true;
	return -ENOMEM;
}

/* The ledger comes first: what it cannot remember does not go out. */
bool quic_builder_put(struct quic_builder *b, const struct quic_frame *f,
		      u64 id)
{
	struct quic_wr wr;
	u8 n = b->sent->n;

	if (!quic_builder_want_scratch(b))
		return false;
	wr = quic_builder_wr(b);
	if (quic_frame_build(&wr, f))
		return false;
	if (quic_builder_note(b, f->type, id, 0, 0, false)) {
		b->sent->n = n;
		return false;
	}
	quic_builder_take(b, &wr);
	b->eliciting |= quic_frame_ack_eliciting(f->type);
	return true;
}

static u8 pkt_type(const struct quic_builder *b)
{
	static const u8 types[] = {
		[QUIC_SPACE_INITIAL] = QUIC_PKT_INITIAL,
		[QUIC_SPACE_HANDSHAKE] = QUIC_PKT_HANDSHAKE,
		[QUIC_SPACE_APP] = QUIC_PKT_SHORT,
	};

	return b->early ? QUIC_PKT_0RTT : types[b->space];
}

static u8 pkt_level(const struct quic_builder *b)
{
	static const u8 levels[] = {
		[QUIC_SPACE_INITIAL] = QUIC_LVL_INITIAL,
		[QUIC_SPACE_HANDSHAKE] = QUIC_LVL_HANDSHAKE,
		[QUIC_SPACE_APP] = QUIC_LVL_APP,
	};

	return b->early ? QUIC_LVL_EARLY : levels[b->space];
}

static u8 tag_len(const struct quic_builder *b)
{
	return b->space == QUIC_SPACE_APP && !b->early ? b->c->app_tag_len :
							 QUIC_TAG_LEN;
}

static void header_of(const struct quic_builder *b, struct quic_hdr_build *h)
{
	struct quic_conn *c = b->c;
	const struct quic_space *sp = &c->space[b->space];

	memset(h, 0, sizeof(*h));
	h->type = pkt_type(b);
	/* RFC 9369 4.1: 0-RTT is of the original version only */
	h->version = h->type == QUIC_PKT_0RTT ? c->ver.original : c->version;
	h->dcid = quic_migration_cid(c, b->path);
	h->scid = &c->local.initial_scid;
	h->pn = sp->sent.next;
	/*
	 * One length for the plan: its last number must be expandable too. A
	 * burst may be late by more than one byte of numbers tells apart.
	 */
	h->pn_len = max(2u, quic_pn_len(h->pn + QUIC_PLAN_PKTS,
					sp->loss.largest_acked));
	h->key_phase = c->keys.tx_gen & 1;
	h->spin = b->path->spin;
	h->clear_fixed = b->grease >> b->plan->n_pkts & 1;
	if (b->space == QUIC_SPACE_INITIAL && !c->server) {
		/* RFC 9000 8.1.3#1 */
		h->token = c->token;
		h->token_len = c->token_len;
	}
}

static bool put_header(struct quic_builder *b)
{
	struct quic_plan_pkt *pkt = b->pkt;
	struct quic_wr wr = quic_builder_wr(b);
	struct quic_hdr_build h;
	int pn_off;

	header_of(b, &h);
	if (b->max < quic_hdr_size(&h) + 4 + b->tag_len)
		return false;
	pn_off = quic_hdr_build(&wr, &h);
	if (pn_off < 0)
		return false;
	quic_builder_take(b, &wr);
	pkt->pn = h.pn;
	pkt->pn_len = h.pn_len;
	pkt->level = pkt_level(b);
	pkt->pn_off = pn_off;
	pkt->hdr_len = pkt->len;
	return true;
}

/* 1-RTT headers of a plan differ in the number, and in the fixed bit. */
static bool repeat_header(struct quic_builder *b)
{
	const struct quic_plan_pkt *like = b->like;
	struct quic_plan *plan = b->plan;
	u8 *p = plan->scratch + plan->scratch_len;
	struct quic_plan_pkt *pkt = b->pkt;
	struct quic_wr wr = { p + like->hdr_len, p + like->hdr_len };

	if (b->max < like->hdr_len + 4 + b->tag_len)
		return false;
	memcpy(p, plan->scratch + plan->piece[like->piece].scratch_off,
	       like->pn_off);
	pkt->pn = b->c->space[QUIC_SPACE_APP].sent.next;
	pkt->pn_len = like->pn_len;
	pkt->level = like->level;
	pkt->pn_off = like->pn_off;
	pkt->hdr_len = like->hdr_len;
	quic_hdr_renumber(p, pkt->pn_off, pkt->pn_len, pkt->pn,
			  b->grease >> plan->n_pkts & 1);
	quic_builder_take(b, &wr);
	return true;
}

bool quic_builder_begin(struct quic_builder *b, int space, u16 max,
			bool new_dgram)
{
	struct quic_plan *plan = b->plan;
	bool repeat = b->like && space == QUIC_SPACE_APP;

	if (plan->n_pkts == QUIC_PLAN_PKTS ||
	    plan->scratch_len + SCRATCH_MARGIN > QUIC_PLAN_SCRATCH)
		return false;
	if (quic_sent_reserve(&b->c->space[space].sent, 1, b->gfp)) {
		b->no_mem = true;
		return false;
	}
	b->space = space;
	b->early = space == QUIC_SPACE_APP && quic_early_sending(b->c);
	b->tag_len = tag_len(b);
	b->max = max;
	b->eliciting = false;
	b->pkt = &plan->pkt[plan->n_pkts];
	memset(b->pkt, 0, sizeof(*b->pkt));
	b->pkt->new_dgram = new_dgram;
	b->pkt->piece = plan->n_pieces;
	if (!quic_builder_open_piece(b))
		return false;
	if (!(repeat ? repeat_header(b) : put_header(b))) {
		plan->n_pieces = b->pkt->piece;
		return false;
	}
	if (b->pkt->level == QUIC_LVL_APP)
		b->like = b->pkt;
	b->sent = quic_sent_push(&b->c->space[space].sent);
	b->sent->path = b->path->epoch;
	return true;
}

void quic_builder_cancel(struct quic_builder *b)
{
	struct quic_plan *plan = b->plan;

	plan->scratch_len = plan->piece[b->pkt->piece].scratch_off;
	plan->n_pieces = b->pkt->piece;
	b->like = NULL;
	quic_sent_settle(b->sent, QUIC_SENT_NONE);
	b->c->space[b->space].sent.next--;
}

bool quic_builder_pad(struct quic_builder *b, u16 bytes)
{
	struct quic_frame f = { .type = QUIC_FRAME_PADDING };
	struct quic_wr wr;

	if (!quic_builder_want_scratch(b))
		return false;
	f.padding = bytes;
	wr = quic_builder_wr(b);
	if (quic_frame_build(&wr, &f))
		return false;
	quic_builder_take(b, &wr);
	/* RFC 9002 2: padding makes a packet count as in flight */
	b->sent->flags |= QUIC_SENT_IN_FLIGHT;
	return true;
}

/* A long header's Length: packet number, payload and tag, in two bytes. */
static void patch_length(const struct quic_builder *b)
{
	const struct quic_plan_pkt *pkt = b->pkt;
	u8 *hdr = b->plan->scratch + b->plan->piece[pkt->piece].scratch_off;

	if (pkt->level == QUIC_LVL_APP)
		return;
	put_unaligned_be16(0x4000 | (pkt->len - pkt->pn_off),
			   hdr + pkt->pn_off - 2);
}

void quic_builder_end(struct quic_builder *b)
{
	struct quic_plan *plan = b->plan;
	struct quic_plan_pkt *pkt = b->pkt;
	u16 body = pkt->len - pkt->hdr_len;

	/* RFC 9001 5.4.2: the sample starts 4 bytes after the packet number */
	if (body + pkt->pn_len < 4)
		quic_builder_pad(b, 4 - pkt->pn_len - body);
	pkt->len += b->tag_len;
	patch_length(b);
	b->sent->bytes = pkt->len;
	b->sent->gen = b->early ? QUIC_EARLY_GEN : b->c->keys.tx_gen;
	if (plan->ecn)
		b->sent->flags |= QUIC_SENT_ECT0;
	if (b->eliciting)
		b->sent->flags |= QUIC_SENT_ELICITING | QUIC_SENT_IN_FLIGHT;
	plan->total_len += pkt->len;
	plan->n_pkts++;
	if (pkt->new_dgram)
		plan->n_dgrams++;
}

void quic_builder_reopen(struct quic_builder *b)
{
	struct quic_plan *plan = b->plan;

	plan->n_pkts--;
	b->pkt = &plan->pkt[plan->n_pkts];
	b->space = quic_level_space(b->pkt->level);
	b->early = b->pkt->level == QUIC_LVL_EARLY;
	b->tag_len = tag_len(b);
	b->sent = quic_sent_at(&b->c->space[b->space].sent, b->pkt->pn);
	b->eliciting = b->sent->flags & QUIC_SENT_ELICITING;
	plan->total_len -= b->pkt->len;
	plan->n_dgrams -= b->pkt->new_dgram;
	b->pkt->len -= b->tag_len;
}
