// SPDX-License-Identifier: GPL-2.0-only
#include "conn.h"

#define CRYPTO_TX_CHUNK		1024
#define CRYPTO_TX_MAX		(256 * 1024)
#define CLOSE_PTOS		3	/* RFC 9000 10.2 */

static const u8 next_states[] = {
	[QUIC_CONN_INIT] = BIT(QUIC_CONN_HANDSHAKE) | BIT(QUIC_CONN_CLOSED),
	/* back to the start: Version Negotiation */
	[QUIC_CONN_HANDSHAKE] = BIT(QUIC_CONN_INIT) |
				BIT(QUIC_CONN_ESTABLISHED) |
				BIT(QUIC_CONN_CLOSING) |
				BIT(QUIC_CONN_DRAINING) | BIT(QUIC_CONN_CLOSED),
	[QUIC_CONN_ESTABLISHED] = BIT(QUIC_CONN_CLOSING) |
				  BIT(QUIC_CONN_DRAINING) |
				  BIT(QUIC_CONN_CLOSED),
	[QUIC_CONN_CLOSING] = BIT(QUIC_CONN_DRAINING) | BIT(QUIC_CONN_CLOSED),
	[QUIC_CONN_DRAINING] = BIT(QUIC_CONN_CLOSED),
	[QUIC_CONN_CLOSED] = 0,
};

void quic_conn_set_state(struct quic_conn *c, u8 state)
{
	if (WARN_ON_ONCE(!(next_states[c->state] & BIT(state))))
		return;
	c->state = state;
	if (state == QUIC_CONN_ESTABLISHED)
		c->news |= QUIC_NEWS_ESTABLISHED | QUIC_NEWS_CIDS |
			   QUIC_NEWS_WRITABLE;
	if (state >= QUIC_CONN_CLOSING)
		c->news |= QUIC_NEWS_CLOSED;
}

void quic_conn_init_space(struct quic_space *sp)
{
	quic_pnspace_init(&sp->rx);
	quic_sent_init(&sp->sent);
	quic_loss_init(&sp->loss);
	quic_reasm_init(&sp->crypto.rx);
	quic_ranges_init(&sp->crypto.tx_lost);
}

static void init_flow(struct quic_conn *c, const struct quic_conn_cfg *cfg)
{
	c->flow.rx_max = c->local.initial_max_data;
	c->flow.rx_window = c->local.initial_max_data;
	c->flow.rx_window_max = cfg->rx_window_max;
	c->flow.tx_blocked_at = U64_MAX;
}

static void init_cids(struct quic_conn *c, const struct quic_conn_cfg *cfg)
{
	struct quic_cids *ids = &c->cids;

	quic_cids_init(ids);
	ids->local[0].cid = cfg->scid;
	ids->local[0].state = QUIC_CID_ACTIVE;
	ids->local[0].announced = true;
	ids->local_next = 1;
	ids->remote[0].state = QUIC_CID_ACTIVE;
	ids->remote[0].cid = cfg->server ? cfg->dcid : cfg->odcid;
	if (cfg->server) {
		c->initial_rscid = cfg->dcid;
		c->has_initial_rscid = true;
	}
}

/* RFC 9000 7.3: the connection ids that the handshake authenticates. */
static void init_params(struct quic_conn *c, const struct quic_conn_cfg *cfg)
{
	c->local = *cfg->local;
	/* RFC 9000 18.2#6: 2 at least; no more than the table holds */
	c->local.active_connection_id_limit =
		clamp_t(u64, c->local.active_connection_id_limit, 2,
			QUIC_CIDS_LIMIT);
	c->local.initial_scid = cfg->scid;
	c->local.has_initial_scid = true;
	if (cfg->server) {
		c->local.original_dcid = cfg->odcid;
		c->local.has_original_dcid = true;
		c->local.retry_scid = cfg->retry_scid;
		c->local.has_retry_scid = cfg->retried;
	}
	if (cfg->reset_token) {
		memcpy(c->local.reset_token, cfg->reset_token,
		       QUIC_RESET_TOKEN_LEN);
		c->local.has_reset_token = true;
	}
	c->idle_ns = c->local.max_idle_timeout_ms * QUIC_NSEC_PER_MSEC;
	quic_tparams_default(&c->remote);
}

static int copy_token(u8 **to, u32 *to_len, const u8 *token, u32 len,
		      gfp_t gfp)
{
	u8 *copy;

	if (!len)
		return 0;
	copy = quic_env_zalloc(len, gfp);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, token, len);
	quic_env_free(*to);
	*to = copy;
	*to_len = len;
	return 0;
}

int quic_conn_set_token(struct quic_conn *c, const u8 *token, u32 len,
			gfp_t gfp)
{
	return copy_token(&c->token, &c->token_len, token, len, gfp);
}

int quic_conn_keep_new_token(struct quic_conn *c, const u8 *token, u32 len,
			     gfp_t gfp)
{
	return copy_token(&c->new_token, &c->new_token_len, token, len, gfp);
}

int quic_conn_send_new_token(struct quic_conn *c, const u8 *token, u32 len,
			     gfp_t gfp)
{
	int err;

	if (c->new_token_len)
		return -EAGAIN;
	err = quic_conn_keep_new_token(c, token, len, gfp);
	if (!err)
		c->pending |= QUIC_PEND_NEW_TOKEN;
	return err;
}

/* Every copy is the same, and one of them arrived. */
static void new_token_acked(struct quic_conn *c)
{
	quic_env_free(c->new_token);
	c->new_token = NULL;
	c->new_token_len = 0;
	c->pending &= ~QUIC_PEND_NEW_TOKEN;
}

int quic_conn_init(struct quic_conn *c, const struct quic_conn_cfg *cfg,
		   gfp_t gfp)
{
	int i;

	memset(c, 0, sizeof(*c));
	c->owner = cfg->owner;
	c->server = cfg->server;
	c->odcid = cfg->odcid;
	c->retried = cfg->retried;
	c->retry_scid = cfg->retry_scid;
	c->peer_validated_us = cfg->server;
	c->idle_from_ns = cfg->now;
	c->close_until_ns = QUIC_TIME_NEVER;
	c->app_tag_len = QUIC_TAG_LEN;
	quic_version_init(c, cfg);
	init_params(c, cfg);
	if (quic_streams_init(c, gfp))
		return -ENOMEM;
	if (quic_conn_set_token(c, cfg->token, cfg->token_len, gfp)) {
		quic_streams_free(c);
		return -ENOMEM;
	}
	for (i = 0; i < QUIC_SPACES; i++)
		quic_conn_init_space(&c->space[i]);
	c->space[QUIC_SPACE_INITIAL].can_send = true;
	c->space[QUIC_SPACE_INITIAL].can_recv = true;
	quic_events_init(&c->events);
	quic_early_init(&c->early);
	quic_dgrams_init(&c->dgrams);
	quic_nagle_init(&c->nagle, cfg->nagle);
	quic_rtt_init(&c->rtt, cfg->initial_rtt_ns);
	/* RFC 9000 8.1: a client has proven nothing, a server chose to listen */
	quic_path_init(&c->path, 0, cfg->mtu,
		       !cfg->server || cfg->addr_validated);
	c->plpmtud = cfg->plpmtud;
	c->plpmtud_ns = cfg->plpmtud_ns;
	c->keepalive_ns = cfg->keepalive_ns;
	c->path.mtu_bytes = quic_pmtud_init(&c->path.pmtud, cfg->mtu, U32_MAX,
					    cfg->plpmtud);
	quic_ecn_init(&c->path.ecn, cfg->ecn, cfg->now);
	if (cfg->skip_pns)
		quic_sent_skip_start(&c->space[QUIC_SPACE_APP].sent);
	c->path.dcid = cfg->scid;
	c->path_added = QUIC_PATH_NEW;
	c->spin = cfg->spin;
	quic_path_reset_spin(&c->path, c->spin);
	c->initial_rtt_ns = cfg->initial_rtt_ns;
	quic_cc_init(&c->cc, cfg->cc ?: &quic_cc_reno, c->path.mtu_bytes);
	quic_keys_init(&c->keys);
	init_flow(c, cfg);
	init_cids(c, cfg);
	if (cfg->server)
		quic_conn_set_state(c, QUIC_CONN_HANDSHAKE);
	return 0;
}

void quic_conn_free_crypto(struct quic_crypto_stream *cs)
{
	quic_reasm_free(&cs->rx);
	quic_ranges_free(&cs->tx_lost);
	quic_env_free(cs->tx);
	cs->tx = NULL;
	cs->tx_len = 0;
	cs->tx_cap = 0;
	cs->tx_next = 0;
}

void quic_conn_free(struct quic_conn *c)
{
	int i;

	quic_streams_free(c);
	quic_events_free(&c->events);
	quic_dgrams_free(&c->dgrams);
	for (i = 0; i < QUIC_SPACES; i++) {
		quic_pnspace_free(&c->space[i].rx);
		quic_sent_free(&c->space[i].sent);
		quic_conn_free_crypto(&c->space[i].crypto);
	}
	quic_env_free(c->token);
	c->token = NULL;
	quic_env_free(c->new_token);
	c->new_token = NULL;
}

/* ---- handshake --------------------------------------------------------- */

int quic_conn_local_params(struct quic_conn *c, u8 *buf, size_t len)
{
	struct quic_wr wr = { buf, buf + len };
	u32 grease;
	int err;

	quic_env_random(&grease, sizeof(grease));
	quic_version_announce(c);
	err = quic_tparams_build(&wr, &c->local, c->server, grease | 1);
	return err ?: wr.p - buf;
}

static bool cid_matches(bool has, const struct quic_cid *got,
			const struct quic_cid *want)
{
	return has && quic_cid_equal(got, want);
}

/* RFC 9000 7.3 */
static enum quic_err check_param_cids(const struct quic_conn *c,
				      const struct quic_tparams *tp)
{
	if (!c->has_initial_rscid ||
	    !cid_matches(tp->has_initial_scid, &tp->initial_scid,
			 &c->initial_rscid))
		return QUIC_ERR_TRANSPORT_PARAM;
	if (c->server)
		return QUIC_ERR_NONE;
	/* RFC 9000 18.2#5: not from a server with ids of no length */
	if (tp->has_preferred_address && !c->initial_rscid.len)
		return QUIC_ERR_TRANSPORT_PARAM;
	if (!cid_matches(tp->has_original_dcid, &tp->original_dcid,
			 &c->odcid))
		return QUIC_ERR_TRANSPORT_PARAM;
	/* RFC 9000 7.3: exactly if there was a Retry, and that one's */
	if (tp->has_retry_scid != c->retried ||
	    (c->retried && !quic_cid_equal(&tp->retry_scid, &c->retry_scid)))
		return QUIC_ERR_TRANSPORT_PARAM;
	return QUIC_ERR_NONE;
}

/* RFC 9000 10.1: the smaller of what both sides said; 0 says nothing. */
static u64 idle_timeout_ms(u64 a, u64 b)
{
	if (!a || !b)
		return max(a, b);
	return min(a, b);
}

/* TLS reads the level of @space from here on, and none before it. */
static enum quic_err enter_space(struct quic_conn *c, int space)
{
	c->space[space].can_recv = true;
	/* RFC 9001 4.1.3#3: what it was to read before, it has read */
	return list_empty(&c->space[space - 1].crypto.rx.segs) ?
	       QUIC_ERR_NONE : QUIC_ERR_PROTOCOL_VIOLATION;
}

static enum quic_err maybe_established(struct quic_conn *c)
{
	enum quic_err err;

	if (c->state != QUIC_CONN_HANDSHAKE || !c->app_rx_keys ||
	    !c->space[QUIC_SPACE_APP].can_send || !c->has_remote)
		return QUIC_ERR_NONE;
	/* RFC 9001 5.7: nothing of 1-RTT is opened before */
	err = enter_space(c, QUIC_SPACE_APP);
	if (err)
		return err;
	quic_conn_set_state(c, QUIC_CONN_ESTABLISHED);
	if (!c->server)
		return QUIC_ERR_NONE;
	/* RFC 9001 4.1.2, RFC 9000 19.20#1: here complete is confirmed. */
	c->pending |= QUIC_PEND_HANDSHAKE_DONE;
	quic_conn_confirm(c);
	return QUIC_ERR_NONE;
}

enum quic_err quic_conn_remote_params(struct quic_conn *c, const u8 *data,
				      size_t len)
{
	struct quic_tparams tp;
	enum quic_err err;

	err = quic_tparams_parse(data, len, !c->server, &tp);
	if (err)
		return err;
	err = check_param_cids(c, &tp) ?: quic_early_settle(c, &tp) ?:
	      quic_version_check(c, &tp);
	if (err)
		return err;
	c->remote = tp;
	c->has_remote = true;
	quic_clear_settle(c);
	c->idle_ns = QUIC_NSEC_PER_MSEC *
		     idle_timeout_ms(c->local.max_idle_timeout_ms,
				     tp.max_idle_timeout_ms);
	quic_pmtud_peer(c, min_t(u64, tp.max_udp_payload, U32_MAX));
	c->cids.local_limit = min_t(u64, tp.active_connection_id_limit,
				    QUIC_CIDS_MAX - 2);
	if (tp.has_preferred_address)
		quic_cid_add_preferred(c, &tp.preferred.cid,
				       tp.preferred.reset_token);
	if (tp.has_reset_token) {
		memcpy(c->cids.remote[0].token, tp.reset_token,
		       QUIC_RESET_TOKEN_LEN);
		c->cids.remote[0].has_token = true;
		c->news |= QUIC_NEWS_REMOTE_CID;
	}
	quic_streams_grant(c);
	return maybe_established(c);
}

enum quic_err quic_conn_keys(struct quic_conn *c, enum quic_level level,
			     bool send, u64 now)
{
	if (!send && level == QUIC_LVL_HANDSHAKE)
		return enter_space(c, QUIC_SPACE_HANDSHAKE);
	if (send)
		c->space[quic_level_space(level)].can_send = true;
	else
		c->app_rx_keys = true;
	return maybe_established(c);
}

/*
 * RFC 9001 5.7, 4.6.2: 0-RTT packets wait for the ClientHello; when it is
 * answered and there are no keys, 0-RTT was rejected.
 */
static enum quic_rx_keys early_keys(const struct quic_conn *c)
{
	const struct quic_space *hs = &c->space[QUIC_SPACE_HANDSHAKE];

	if (c->early.can_recv)
		return QUIC_RX_KEYS_READY;
	/* RFC 9001 5.6: a client drops them */
	if (!c->server || c->early.state != QUIC_EARLY_NONE || hs->can_send ||
	    hs->discarded)
		return QUIC_RX_KEYS_NEVER;
	return QUIC_RX_KEYS_LATER;
}

enum quic_rx_keys quic_conn_rx_keys(const struct quic_conn *c,
				    enum quic_level level)
{
	const struct quic_space *sp = &c->space[quic_level_space(level)];

	if (level == QUIC_LVL_EARLY)
		return early_keys(c);
	if (sp->discarded)
		return QUIC_RX_KEYS_NEVER;
	return sp->can_recv ? QUIC_RX_KEYS_READY : QUIC_RX_KEYS_LATER;
}

static int grow_crypto(struct quic_crypto_stream *cs, u32 len, gfp_t gfp)
{
	u32 cap = max_t(u32, cs->tx_cap, CRYPTO_TX_CHUNK);
	u8 *tx;

	if (len > CRYPTO_TX_MAX - cs->tx_len)
		return -ENOMEM;
	while (cap < cs->tx_len + len)
		cap *= 2;
	if (cap == cs->tx_cap)
		return 0;
	tx = quic_env_zalloc(cap, gfp);
	if (!tx)
		return -ENOMEM;
	if (cs->tx_len)
		memcpy(tx, cs->tx, cs->tx_len);
	quic_env_free(cs->tx);
	cs->tx = tx;
	cs->tx_cap = cap;
	return 0;
}

int quic_conn_crypto_write(struct quic_conn *c, enum quic_level level,
			   const u8 *data, u32 len, gfp_t gfp)
{
	struct quic_space *sp = &c->space[quic_level_space(level)];
	int err;

	if (sp->discarded || !sp->can_send || c->state >= QUIC_CONN_CLOSING)
		return -EPIPE;
	err = grow_crypto(&sp->crypto, len, gfp);
	if (err)
		return err;
	memcpy(sp->crypto.tx + sp->crypto.tx_len, data, len);
	sp->crypto.tx_len += len;
	if (c->state == QUIC_CONN_INIT)
		quic_conn_set_state(c, QUIC_CONN_HANDSHAKE);
	return 0;
}

int quic_conn_crypto_readable(const struct quic_conn *c)
{
	static const u8 levels[] = {
		QUIC_LVL_INITIAL, QUIC_LVL_HANDSHAKE, QUIC_LVL_APP,
	};
	int i;

	for (i = 0; i < QUIC_SPACES; i++) {
		const struct quic_reasm *rx = &c->space[i].crypto.rx;

		if (rx->ready > rx->next)
			return levels[i];
	}
	return -EAGAIN;
}

/* RFC 9001 4.9: keys that are not needed any more, and all they carried. */
void quic_conn_discard(struct quic_conn *c, int space)
{
	struct quic_space *sp = &c->space[space];

	if (sp->discarded)
		return;
	sp->discarded = true;
	sp->can_send = false;
	sp->can_recv = false;
	quic_recovery_discard(c, space);
	quic_pnspace_ack_sent(&sp->rx);
	quic_ranges_free(&sp->crypto.tx_lost);
	quic_env_free(sp->crypto.tx);
	sp->crypto.tx = NULL;
	sp->crypto.tx_cap = 0;
	sp->crypto.tx_next = sp->crypto.tx_len;
	c->news |= QUIC_NEWS_KEYS_DROPPED;
}

void quic_conn_confirm(struct quic_conn *c)
{
	if (c->confirmed)
		return;
	c->confirmed = true;
	c->peer_validated_us = true;
	c->news |= QUIC_NEWS_CONFIRMED;
	/* RFC 9001 4.9.2 */
	quic_conn_discard(c, QUIC_SPACE_INITIAL);
	quic_conn_discard(c, QUIC_SPACE_HANDSHAKE);
}

/* ---- what became of a frame --------------------------------------------- */

static u32 pend_bit(u8 type)
{
	switch (type) {
	case QUIC_FRAME_HANDSHAKE_DONE:
		return QUIC_PEND_HANDSHAKE_DONE;
	case QUIC_FRAME_MAX_DATA:
		return QUIC_PEND_MAX_DATA;
	case QUIC_FRAME_MAX_STREAMS_BIDI:
		return QUIC_PEND_MAX_STREAMS_BIDI;
	case QUIC_FRAME_MAX_STREAMS_UNI:
		return QUIC_PEND_MAX_STREAMS_UNI;
	case QUIC_FRAME_DATA_BLOCKED:
		return QUIC_PEND_DATA_BLOCKED;
	case QUIC_FRAME_STREAMS_BLOCKED_BIDI:
		return QUIC_PEND_STREAMS_BLOCKED_BIDI;
	case QUIC_FRAME_STREAMS_BLOCKED_UNI:
		return QUIC_PEND_STREAMS_BLOCKED_UNI;
	case QUIC_FRAME_NEW_TOKEN:
		return QUIC_PEND_NEW_TOKEN;
	default:
		return 0;
	}
}

static u8 stream_pend_bit(u8 type)
{
	switch (type) {
	case QUIC_FRAME_RESET_STREAM:
		return QUIC_STREAM_PEND_RESET;
	case QUIC_FRAME_STOP_SENDING:
		return QUIC_STREAM_PEND_STOP;
	case QUIC_FRAME_MAX_STREAM_DATA:
		return QUIC_STREAM_PEND_MAX_DATA;
	case QUIC_FRAME_STREAM_DATA_BLOCKED:
		return QUIC_STREAM_PEND_BLOCKED;
	default:
		return 0;
	}
}

/* Does the stream still want to say this? (RFC 9000 13.3) */
static bool still_wanted(const struct quic_stream *s, u8 bit)
{
	switch (bit) {
	case QUIC_STREAM_PEND_RESET:
		return s->send_state == QUIC_SEND_RESET_SENT;
	case QUIC_STREAM_PEND_BLOCKED:
		return s->send_state < QUIC_SEND_SENT &&
		       s->tx_next == s->tx_max;
	case QUIC_STREAM_PEND_STOP:
		return s->recv_state < QUIC_RECV_RECVD;
	default:
		return s->recv_state == QUIC_RECV_RECV && !s->stop_sent;
	}
}

static void crypto_lost(struct quic_crypto_stream *cs, u64 off, u32 len,
			gfp_t gfp)
{
	/* without memory for ranges: from there on again */
	if (quic_ranges_add(&cs->tx_lost, off, off + len, gfp))
		cs->tx_next = min_t(u64, cs->tx_next, off);
}

static void stream_ctl_lost(struct quic_conn *c,
			    const struct quic_sent_frame *f)
{
	struct quic_stream *s = quic_stream_find(c, f->id);
	u8 bit = stream_pend_bit(f->type);

	if (s && bit && still_wanted(s, bit))
		quic_stream_pend(c, s, bit);
}

void quic_conn_frame_lost(struct quic_conn *c, int space,
			  const struct quic_sent_frame *f, gfp_t gfp)
{
	switch (f->type) {
	case QUIC_FRAME_STREAM:
		quic_stream_lost(c, f->id, f->off, f->len, f->fin, gfp);
		break;
	case QUIC_FRAME_CRYPTO:
		if (!c->space[space].discarded && f->len)
			crypto_lost(&c->space[space].crypto, f->off, f->len,
				    gfp);
		break;
	case QUIC_FRAME_NEW_CONNECTION_ID:
		quic_cid_announce_lost(c, f->id);
		break;
	case QUIC_FRAME_RETIRE_CONNECTION_ID:
		quic_cid_retire_lost(c, f->id);
		break;
	case QUIC_FRAME_DATAGRAM:
		/* RFC 9221 5.2: it is not sent again */
		c->dgrams.tx_lost++;
		break;
	default:
		/*
		 * RFC 9000 13.3: PING, PATH_RESPONSE and ACK are not repeated,
		 * PATH_CHALLENGE by its own timer and with other data.
		 */
		c->pending |= pend_bit(f->type);
		/* another copy of it may have been acknowledged */
		if (!c->new_token_len)
			c->pending &= ~QUIC_PEND_NEW_TOKEN;
		stream_ctl_lost(c, f);
	}
}

void quic_conn_frame_acked(struct quic_conn *c, int space,
			   const struct quic_sent_frame *f, gfp_t gfp)
{
	struct quic_space *sp = &c->space[space];

	switch (f->type) {
	case QUIC_FRAME_STREAM:
		quic_stream_acked(c, f->id, f->off, f->len, f->fin, gfp);
		break;
	case QUIC_FRAME_CRYPTO:
		if (!quic_ranges_empty(&sp->crypto.tx_lost))
			quic_ranges_del(&sp->crypto.tx_lost, f->off,
					f->off + f->len, gfp);
		break;
	case QUIC_FRAME_ACK:
		quic_pnspace_ack_acked(&sp->rx, f->id, gfp);
		break;
	case QUIC_FRAME_RESET_STREAM:
		quic_stream_reset_acked(c, f->id, gfp);
		break;
	case QUIC_FRAME_NEW_TOKEN:
		new_token_acked(c);
		break;
	}
}

/* ---- closing and time ---------------------------------------------------- */

static u64 close_deadline(const struct quic_conn *c, u64 now)
{
	return now + CLOSE_PTOS * quic_recovery_pto(c, true);
}

void quic_conn_close(struct quic_conn *c, u64 err, bool app, u64 frame_type,
		     const char *reason, size_t reason_len, u64 now)
{
	struct quic_close *cl = &c->close;

	if (c->state >= QUIC_CONN_CLOSING)
		return;
	memset(cl, 0, sizeof(*cl));
	cl->set = true;
	cl->local = true;
	cl->err = err;
	cl->app = app;
	cl->frame_type = frame_type;
	if (reason) {
		cl->reason_len = min_t(size_t, reason_len, sizeof(cl->reason));
		memcpy(cl->reason, reason, cl->reason_len);
	}
	/* nothing was ever sent: the peer does not know of us */
	if (c->state == QUIC_CONN_INIT) {
		quic_conn_set_state(c, QUIC_CONN_CLOSED);
		return;
	}
	c->pending = QUIC_PEND_CLOSE;
	c->close_until_ns = close_deadline(c, now);
	quic_conn_set_state(c, QUIC_CONN_CLOSING);
}

void quic_conn_abandon(struct quic_conn *c, u64 err)
{
	if (c->state == QUIC_CONN_CLOSED)
		return;
	if (!c->close.set) {
		c->close.set = true;
		c->close.local = true;
		c->close.err = err;
	}
	c->pending = 0;
	quic_conn_set_state(c, QUIC_CONN_CLOSED);
}

/* RFC 9000 10.2.2 */
void quic_conn_enter_drain(struct quic_conn *c, u64 now)
{
	if (c->state >= QUIC_CONN_DRAINING)
		return;
	c->pending = 0;
	c->close_until_ns = close_deadline(c, now);
	quic_conn_set_state(c, c->state == QUIC_CONN_INIT ? QUIC_CONN_CLOSED :
							    QUIC_CONN_DRAINING);
}

void quic_conn_recv_reset(struct quic_conn *c, u64 now)
{
	if (c->state >= QUIC_CONN_DRAINING)
		return;
	if (!c->close.set) {
		c->close.set = true;
		c->close.reset = true;
	}
	/* RFC 9000 10.3.1 */
	quic_conn_enter_drain(c, now);
}

static u64 ack_deadline(const struct quic_conn *c)
{
	u64 best = QUIC_TIME_NEVER;
	int i;

	/* RFC 9000 8.1: not before the next datagram comes */
	if (quic_conn_blocked(c))
		return best;
	for (i = 0; i < QUIC_SPACES; i++)
		if (c->space[i].can_send)
			best = min(best, c->space[i].rx.ack_time_ns);
	return best;
}

u64 quic_conn_deadline(const struct quic_conn *c)
{
	u64 t;

	if (c->state >= QUIC_CONN_CLOSING)
		return c->state == QUIC_CONN_CLOSED ? QUIC_TIME_NEVER :
						      c->close_until_ns;
	t = min(quic_idle_deadline(c), quic_recovery_deadline(c));
	t = min(t, quic_idle_ping_deadline(c));
	t = min(t, quic_keys_deadline(&c->keys));
	t = min(t, c->early.until_ns);
	t = min(t, c->nagle.more_until_ns);
	t = min(t, quic_migration_deadline(c));
	if (c->cc.pacer.next_ns)
		t = min(t, c->cc.pacer.next_ns);
	return min(t, ack_deadline(c));
}

void quic_conn_timeout(struct quic_conn *c, u64 now, gfp_t gfp)
{
	if (c->state == QUIC_CONN_CLOSED)
		return;
	if (c->state >= QUIC_CONN_CLOSING) {
		if (c->close_until_ns <= now)
			quic_conn_set_state(c, QUIC_CONN_CLOSED);
		return;
	}
	if (quic_idle_deadline(c) <= now) {
		/* RFC 9000 10.1: silently */
		c->close.set = true;
		c->close.timeout = true;
		quic_conn_set_state(c, QUIC_CONN_CLOSED);
		return;
	}
	quic_early_expire(c, now);
	quic_nagle_timeout(&c->nagle, now);
	quic_pacer_timeout(&c->cc.pacer, now);
	if (quic_migration_deadline(c) <= now)
		quic_migration_timeout(c, now);
	if (c->state < QUIC_CONN_CLOSING && quic_recovery_deadline(c) <= now)
		quic_recovery_timeout(c, now, gfp);
	quic_idle_ping(c, now);
	quic_keys_timeout(c, now);
}
