// SPDX-License-Identifier: GPL-2.0-only
/* An opened packet and its effects (RFC 9000 12, 13, 19). */
#include "conn.h"
#include "frame.h"

struct recv_ctx {
	const struct quic_rx *rx;
	const u8 *frame;	/* first byte of the one in work */
	int space;
	gfp_t gfp;
	struct quic_cid dcid;
	struct quic_arrival *arrival;
};

typedef enum quic_err (*frame_fn)(struct quic_conn *c,
				  const struct recv_ctx *ctx,
				  struct quic_frame *f);

static enum quic_err recv_nothing(struct quic_conn *c,
				  const struct recv_ctx *ctx,
				  struct quic_frame *f)
{
	return QUIC_ERR_NONE;
}

static enum quic_err recv_ack(struct quic_conn *c, const struct recv_ctx *ctx,
			      struct quic_frame *f)
{
	return quic_recovery_ack(c, ctx->space, f, ctx->rx->now, ctx->gfp);
}

static enum quic_err recv_reset(struct quic_conn *c,
				const struct recv_ctx *ctx,
				struct quic_frame *f)
{
	return quic_stream_recv_reset(c, f, ctx->gfp);
}

static enum quic_err recv_stop(struct quic_conn *c, const struct recv_ctx *ctx,
			       struct quic_frame *f)
{
	return quic_stream_recv_stop(c, f, ctx->gfp);
}

static bool tls_left(const struct quic_conn *c, int space)
{
	return space < QUIC_SPACE_APP && c->space[space + 1].can_recv;
}

static enum quic_err recv_crypto(struct quic_conn *c,
				 const struct recv_ctx *ctx,
				 struct quic_frame *f)
{
	struct quic_reasm *r = &c->space[ctx->space].crypto.rx;
	u64 end = f->crypto.offset + f->crypto.len;

	/* RFC 9369 4.1: a server's CRYPTO frames tell the version */
	c->ver.settled = true;

	/* RFC 9001 4.1.3#1, 4.1.3#2: there, only what came once comes again */
	if (end > r->next && tls_left(c, ctx->space))
		return QUIC_ERR_PROTOCOL_VIOLATION;
	/* RFC 9000 7.5 */
	if (end > r->next + QUIC_CRYPTO_BUFFER_BYTES)
		return QUIC_ERR_CRYPTO_BUFFER_EXCEEDED;
	if (quic_reasm_add(r, f->crypto.offset, f->crypto.data, f->crypto.len,
			   NULL, ctx->gfp))
		return QUIC_ERR_NOMEM;
	if (r->ready > r->next)
		c->news |= QUIC_NEWS_CRYPTO;
	return QUIC_ERR_NONE;
}

static enum quic_err recv_new_token(struct quic_conn *c,
				    const struct recv_ctx *ctx,
				    struct quic_frame *f)
{
	/* RFC 9000 19.7: a server never gets one */
	if (c->server)
		return QUIC_ERR_PROTOCOL_VIOLATION;
	/* an overlong one is of no use: RFC 9000 8.1.3 lets us forget it */
	if (f->blob.len > QUIC_NEW_TOKEN_MAX_LEN)
		return QUIC_ERR_NONE;
	if (quic_conn_keep_new_token(c, f->blob.data, f->blob.len, ctx->gfp))
		return QUIC_ERR_NOMEM;
	c->news |= QUIC_NEWS_TOKEN;
	return QUIC_ERR_NONE;
}

static enum quic_err recv_stream(struct quic_conn *c,
				 const struct recv_ctx *ctx,
				 struct quic_frame *f)
{
	return quic_stream_recv_data(c, f, ctx->rx->buf, ctx->gfp);
}

static enum quic_err recv_max_data(struct quic_conn *c,
				   const struct recv_ctx *ctx,
				   struct quic_frame *f)
{
	if (f->limit.max > c->flow.tx_max) {
		c->flow.tx_max = f->limit.max;
		c->news |= QUIC_NEWS_WRITABLE;
	}
	return QUIC_ERR_NONE;
}

static enum quic_err recv_max_stream_data(struct quic_conn *c,
					  const struct recv_ctx *ctx,
					  struct quic_frame *f)
{
	return quic_stream_recv_max_data(c, f, ctx->gfp);
}

static enum quic_err recv_max_streams(struct quic_conn *c,
				      const struct recv_ctx *ctx,
				      struct quic_frame *f)
{
	quic_stream_recv_max_streams(c, f->type == QUIC_FRAME_MAX_STREAMS_UNI,
				     f->limit.max, ctx->gfp);
	return QUIC_ERR_NONE;
}

static enum quic_err recv_stream_blocked(struct quic_conn *c,
					 const struct recv_ctx *ctx,
					 struct quic_frame *f)
{
	return quic_stream_recv_blocked(c, f, ctx->gfp);
}

static enum quic_err recv_new_cid(struct quic_conn *c,
				  const struct recv_ctx *ctx,
				  struct quic_frame *f)
{
	return quic_cid_recv_new(c, f);
}

static enum quic_err recv_retire_cid(struct quic_conn *c,
				     const struct recv_ctx *ctx,
				     struct quic_frame *f)
{
	return quic_cid_recv_retire(c, f->retire_seq, &ctx->dcid);
}

static enum quic_err recv_challenge(struct quic_conn *c,
				    const struct recv_ctx *ctx,
				    struct quic_frame *f)
{
	struct quic_arrival *a = ctx->arrival;

	/* more than can be owed are not answered, either */
	if (a->n_challenge < QUIC_PATH_RESPONSES)
		memcpy(a->challenge[a->n_challenge++], f->path_data,
		       QUIC_PATH_DATA_LEN);
	return QUIC_ERR_NONE;
}

static enum quic_err recv_response(struct quic_conn *c,
				   const struct recv_ctx *ctx,
				   struct quic_frame *f)
{
	/* one that answers nothing may be late: no error, RFC 9000 19.18 */
	quic_migration_response(c, f->path_data, ctx->rx->now);
	return QUIC_ERR_NONE;
}

static enum quic_err recv_close(struct quic_conn *c,
				const struct recv_ctx *ctx,
				struct quic_frame *f)
{
	struct quic_close *cl = &c->close;

	if (!cl->set) {
		cl->set = true;
		cl->err = f->close.err;
		cl->app = f->type == QUIC_FRAME_CONNECTION_CLOSE_APP;
		cl->frame_type = f->close.frame_type;
		cl->reason_len = min_t(u64, f->close.len, sizeof(cl->reason));
		memcpy(cl->reason, f->close.reason, cl->reason_len);
	}
	quic_conn_enter_drain(c, ctx->rx->now);
	return QUIC_ERR_NONE;
}

static enum quic_err recv_handshake_done(struct quic_conn *c,
					 const struct recv_ctx *ctx,
					 struct quic_frame *f)
{
	/* RFC 9000 19.20 */
	if (c->server)
		return QUIC_ERR_PROTOCOL_VIOLATION;
	quic_conn_confirm(c);
	return QUIC_ERR_NONE;
}

static enum quic_err recv_datagram(struct quic_conn *c,
				   const struct recv_ctx *ctx,
				   struct quic_frame *f)
{
	return quic_dgram_recv(c, f, f->blob.data + f->blob.len - ctx->frame,
			       ctx->gfp);
}

static const frame_fn handlers[] = {
	[QUIC_FRAME_PADDING] = recv_nothing,
	[QUIC_FRAME_PING] = recv_nothing,
	/* RFC 9000 19.3: both forms, whether we mark packets or not */
	[QUIC_FRAME_ACK] = recv_ack,
	[QUIC_FRAME_ACK_ECN] = recv_ack,
	[QUIC_FRAME_RESET_STREAM] = recv_reset,
	[QUIC_FRAME_STOP_SENDING] = recv_stop,
	[QUIC_FRAME_CRYPTO] = recv_crypto,
	[QUIC_FRAME_NEW_TOKEN] = recv_new_token,
	[QUIC_FRAME_STREAM] = recv_stream,
	[QUIC_FRAME_STREAM + 1] = recv_stream,
	[QUIC_FRAME_STREAM + 2] = recv_stream,
	[QUIC_FRAME_STREAM + 3] = recv_stream,
	[QUIC_FRAME_STREAM + 4] = recv_stream,
	[QUIC_FRAME_STREAM + 5] = recv_stream,
	[QUIC_FRAME_STREAM + 6] = recv_stream,
	[QUIC_FRAME_STREAM + 7] = recv_stream,
	[QUIC_FRAME_MAX_DATA] = recv_max_data,
	[QUIC_FRAME_MAX_STREAM_DATA] = recv_max_stream_data,
	[QUIC_FRAME_MAX_STREAMS_BIDI] = recv_max_streams,
	[QUIC_FRAME_MAX_STREAMS_UNI] = recv_max_streams,
	[QUIC_FRAME_DATA_BLOCKED] = recv_nothing,
	[QUIC_FRAME_STREAM_DATA_BLOCKED] = recv_stream_blocked,
	[QUIC_FRAME_STREAMS_BLOCKED_BIDI] = recv_nothing,
	[QUIC_FRAME_STREAMS_BLOCKED_UNI] = recv_nothing,
	[QUIC_FRAME_NEW_CONNECTION_ID] = recv_new_cid,
	[QUIC_FRAME_RETIRE_CONNECTION_ID] = recv_retire_cid,
	[QUIC_FRAME_PATH_CHALLENGE] = recv_challenge,
	[QUIC_FRAME_PATH_RESPONSE] = recv_response,
	[QUIC_FRAME_CONNECTION_CLOSE] = recv_close,
	[QUIC_FRAME_CONNECTION_CLOSE_APP] = recv_close,
	[QUIC_FRAME_HANDSHAKE_DONE] = recv_handshake_done,
	[QUIC_FRAME_DATAGRAM] = recv_datagram,
	[QUIC_FRAME_DATAGRAM_LEN] = recv_datagram,
};

static enum quic_err recv_frame(struct quic_conn *c,
				const struct recv_ctx *ctx,
				struct quic_frame *f)
{
	/* RFC 9000 12.4: unknown type */
	if (f->type >= ARRAY_SIZE(handlers) || !handlers[f->type])
		return QUIC_ERR_FRAME_ENCODING;
	/* RFC 9000 12.4, 17.2.4, RFC 9001 8.3#2 */
	if (!quic_frame_allowed(f->type, ctx->rx->hdr->type))
		return QUIC_ERR_PROTOCOL_VIOLATION;
	return handlers[f->type](c, ctx, f);
}

static enum quic_err recv_frames(struct quic_conn *c,
				 struct recv_ctx *ctx, bool *eliciting,
				 u64 *type)
{
	struct quic_rd rd = { ctx->rx->payload,
			      ctx->rx->payload + ctx->rx->len };
	enum quic_err err;

	while (rd.p < rd.end && c->state < QUIC_CONN_CLOSING) {
		struct quic_frame f;

		*type = *rd.p;
		ctx->frame = rd.p;
		err = quic_frame_parse(&rd, &f);
		if (err)
			return err;
		*type = f.type;
		*eliciting |= quic_frame_ack_eliciting(f.type);
		ctx->arrival->probing &= quic_frame_probing(f.type);
		err = recv_frame(c, ctx, &f);
		if (err)
			return err;
	}
	return QUIC_ERR_NONE;
}

static int pkt_space(u8 type)
{
	switch (type) {
	case QUIC_PKT_INITIAL:
		return QUIC_SPACE_INITIAL;
	case QUIC_PKT_HANDSHAKE:
		return QUIC_SPACE_HANDSHAKE;
	default:
		return QUIC_SPACE_APP;
	}
}

/* RFC 9000 7.2: the peer's id is learnt once; another one is not its own. */
static bool check_scid(struct quic_conn *c, const struct quic_hdr *hdr)
{
	struct quic_cid *have = &c->initial_rscid;

	if (hdr->type == QUIC_PKT_SHORT)
		return true;
	if (c->has_initial_rscid)
		return hdr->scid_len == have->len &&
		       !memcmp(hdr->scid, have->data, have->len);
	if (hdr->scid_len > QUIC_CID_MAX_LEN)
		return false;
	have->len = hdr->scid_len;
	memcpy(have->data, hdr->scid, hdr->scid_len);
	c->has_initial_rscid = true;
	c->cids.remote[0].cid = *have;
	c->news |= QUIC_NEWS_REMOTE_CID;
	return true;
}

/* RFC 9000 10.2.1: answer with CONNECTION_CLOSE, less and less often. */
static enum quic_err recv_closing(struct quic_conn *c)
{
	u32 n = ++c->close_rx_pkts;

	if (c->state == QUIC_CONN_CLOSING && !(n & (n - 1)))
		c->pending |= QUIC_PEND_CLOSE;
	return QUIC_ERR_DROP;
}

static bool have_keys(const struct quic_conn *c, const struct quic_space *sp,
		      u8 type)
{
	return type == QUIC_PKT_0RTT ? c->early.can_recv : sp->can_recv;
}

static enum quic_err check_packet(struct quic_conn *c,
				  const struct quic_rx *rx, int space)
{
	struct quic_space *sp = &c->space[space];

	if (!have_keys(c, sp, rx->hdr->type) ||
	    (rx->hdr->type != QUIC_PKT_SHORT &&
	     !quic_version_accepts(c, rx->hdr->version, rx->hdr->type)))
		return QUIC_ERR_DROP;
	/* RFC 9000 12.3; RFC 9001 9.5#1: not before it was opened */
	if (quic_pnspace_dup(&sp->rx, rx->pn)) {
		c->stats.dup_pkts++;
		return QUIC_ERR_DROP;
	}
	if (!check_scid(c, rx->hdr))
		return QUIC_ERR_DROP;
	/* RFC 9000 17.2, 17.3.1: after protection is removed; 12.4: empty */
	if (quic_hdr_reserved(rx->hdr) || !rx->len)
		return QUIC_ERR_PROTOCOL_VIOLATION;
	/* RFC 9000 17.2.2: a server's Initial carries no token */
	if (!c->server && rx->hdr->type == QUIC_PKT_INITIAL &&
	    rx->hdr->token_len)
		return QUIC_ERR_PROTOCOL_VIOLATION;
	if (rx->hdr->type == QUIC_PKT_SHORT)
		return quic_keys_opened(c, rx->gen, rx->pn, rx->now);
	return QUIC_ERR_NONE;
}

static void note_dcid(struct quic_path *p, const struct quic_cid *dcid)
{
	if (likely(dcid->len == 8 && p->dcid.len == 8 &&
		   get_unaligned_be64(dcid->data) ==
		   get_unaligned_be64(p->dcid.data)))
		return;
	p->dcid = *dcid;
}

/* Paths are known to 1-RTT packets only (RFC 9000 9). */
static void note_arrival(struct quic_conn *c, const struct quic_arrival *a,
			 const struct quic_cid *dcid)
{
	const struct quic_rx *rx = a->rx;

	if (rx->hdr->type != QUIC_PKT_SHORT)
		return;
	if (likely(rx->path == c->path.id && a->newest)) {
		note_dcid(&c->path, dcid);
		c->path.joined |= !a->probing;
	}
	if (unlikely(rx->path != c->path.id || a->n_challenge))
		quic_migration_recv(c, a);
	if (unlikely(c->path.checking) && rx->path == c->path.id)
		c->path.heard |= a->newest && !a->probing;
	if (likely(rx->path == c->path.id))
		quic_path_recv_spin(&c->path, rx->pn, rx->hdr->first & 0x20,
				    c->server);
}

static void after_packet(struct quic_conn *c, const struct quic_rx *rx)
{
	c->stats.rx_pkts++;
	quic_idle_recv(c, rx->now);
	if (rx->hdr->type == QUIC_PKT_0RTT) {
		c->early.pkts++;
		c->early.bytes += rx->len;
	} else if (rx->hdr->type == QUIC_PKT_SHORT) {
		quic_early_recv_1rtt(c, rx->now);
	}
	/* RFC 9000 8.1, RFC 9001 4.9.1 */
	if (c->server && rx->hdr->type == QUIC_PKT_HANDSHAKE) {
		c->path.validated = true;
		quic_conn_discard(c, QUIC_SPACE_INITIAL);
	}
}

static u64 ack_delay(const struct quic_conn *c, int space)
{
	/* RFC 9000 13.2.1: Initial and Handshake at once */
	if (space != QUIC_SPACE_APP)
		return 0;
	return c->local.max_ack_delay_us * QUIC_NSEC_PER_USEC;
}

enum quic_err quic_conn_recv(struct quic_conn *c, const struct quic_rx *rx,
			     gfp_t gfp)
{
	struct quic_arrival arrival;
	struct recv_ctx ctx = { .rx = rx, .gfp = gfp, .arrival = &arrival };
	bool eliciting = false;
	enum quic_err err;
	u64 type = 0;

	if (c->state >= QUIC_CONN_CLOSING)
		return recv_closing(c);
	arrival.rx = rx;
	arrival.probing = true;
	arrival.n_challenge = 0;
	ctx.space = pkt_space(rx->hdr->type);
	ctx.dcid.len = min_t(u8, rx->hdr->dcid_len, QUIC_CID_MAX_LEN);
	memcpy(ctx.dcid.data, rx->hdr->dcid, ctx.dcid.len);
	err = check_packet(c, rx, ctx.space);
	if (!err)
		err = recv_frames(c, &ctx, &eliciting, &type);
	if (err >= QUIC_ERR_INTERNAL_BASE)
		return err;
	/* RFC 9000 5.2#1, 11.1: half a packet's effects cannot be undone */
	if (err) {
		quic_conn_close(c, err, false, type, NULL, 0, rx->now);
		return err;
	}
	if (c->state >= QUIC_CONN_CLOSING)
		return QUIC_ERR_NONE;
	arrival.newest = c->space[ctx.space].rx.largest == QUIC_PN_NONE ||
			 rx->pn > c->space[ctx.space].rx.largest;
	note_arrival(c, &arrival, &ctx.dcid);
	after_packet(c, rx);
	if (c->space[ctx.space].discarded)
		return QUIC_ERR_NONE;
	if (quic_pnspace_add(&c->space[ctx.space].rx, rx->pn, eliciting,
			     rx->ecn, rx->now, ack_delay(c, ctx.space), gfp))
		return QUIC_ERR_NOMEM;
	return QUIC_ERR_NONE;
}

void quic_conn_recv_end(struct quic_conn *c, u64 now)
{
	int i;

	for (i = 0; i < QUIC_SPACES; i++)
		quic_pnspace_burst_end(&c->space[i].rx);
}
