// SPDX-License-Identifier: GPL-2.0-only
#include "control.h"

#include "builder.h"
#include "conn.h"
#include "frame.h"

static u64 pending_value(struct quic_conn *c, u8 type, u64 now)
{
	switch (type) {
	case QUIC_FRAME_MAX_DATA:
		return quic_flow_grant(c, now);
	case QUIC_FRAME_MAX_STREAMS_BIDI:
		return quic_streams_grant_peer(c, false);
	case QUIC_FRAME_MAX_STREAMS_UNI:
		return quic_streams_grant_peer(c, true);
	case QUIC_FRAME_DATA_BLOCKED:
		return c->flow.tx_max;
	case QUIC_FRAME_STREAMS_BLOCKED_BIDI:
		return c->streams.max_local[0];
	case QUIC_FRAME_STREAMS_BLOCKED_UNI:
		return c->streams.max_local[1];
	default:
		return 0;
	}
}

static void fill_pending(struct quic_conn *c, struct quic_frame *f, u64 now)
{
	if (f->type == QUIC_FRAME_NEW_TOKEN) {
		f->blob.data = c->new_token;
		f->blob.len = c->new_token_len;
		return;
	}
	f->limit.max = pending_value(c, f->type, now);
}

/* RFC 9000 13.3: what held us up is said only while it does. */
static bool is_moot(const struct quic_conn *c, u8 type)
{
	const struct quic_streams *ss = &c->streams;

	switch (type) {
	case QUIC_FRAME_DATA_BLOCKED:
		return c->flow.tx_blocked_at != c->flow.tx_max;
	case QUIC_FRAME_STREAMS_BLOCKED_BIDI:
		return ss->blocked_at[0] != ss->max_local[0];
	case QUIC_FRAME_STREAMS_BLOCKED_UNI:
		return ss->blocked_at[1] != ss->max_local[1];
	default:
		return false;
	}
}

void quic_control_put_pending(struct quic_builder *b)
{
	static const struct {
		u32 bit;
		u8 type;
	} map[] = {
		{ QUIC_PEND_HANDSHAKE_DONE, QUIC_FRAME_HANDSHAKE_DONE },
		{ QUIC_PEND_MAX_DATA, QUIC_FRAME_MAX_DATA },
		{ QUIC_PEND_MAX_STREAMS_BIDI, QUIC_FRAME_MAX_STREAMS_BIDI },
		{ QUIC_PEND_MAX_STREAMS_UNI, QUIC_FRAME_MAX_STREAMS_UNI },
		{ QUIC_PEND_DATA_BLOCKED, QUIC_FRAME_DATA_BLOCKED },
		{ QUIC_PEND_STREAMS_BLOCKED_BIDI,
		  QUIC_FRAME_STREAMS_BLOCKED_BIDI },
		{ QUIC_PEND_STREAMS_BLOCKED_UNI,
		  QUIC_FRAME_STREAMS_BLOCKED_UNI },
		{ QUIC_PEND_NEW_TOKEN, QUIC_FRAME_NEW_TOKEN },
		{ QUIC_PEND_PING, QUIC_FRAME_PING },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(map) && b->c->pending; i++) {
		struct quic_frame f = { .type = map[i].type };

		if (!(b->c->pending & map[i].bit))
			continue;
		fill_pending(b->c, &f, b->now);
		if (is_moot(b->c, map[i].type) || quic_builder_put(b, &f, 0))
			b->c->pending &= ~map[i].bit;
	}
}

void quic_control_put_cids(struct quic_builder *b)
{
	struct quic_cids *ids = &b->c->cids;
	struct quic_frame f = { .type = QUIC_FRAME_RETIRE_CONNECTION_ID };
	struct quic_cid_entry *e;

	while (ids->n_retire) {
		f.retire_seq = ids->retire[ids->n_retire - 1];
		if (!quic_builder_put(b, &f, f.retire_seq))
			return;
		ids->n_retire--;
	}
	while ((e = quic_cid_to_announce(b->c))) {
		memset(&f, 0, sizeof(f));
		f.type = QUIC_FRAME_NEW_CONNECTION_ID;
		f.new_cid.seq = e->seq;
		f.new_cid.cid_len = e->cid.len;
		f.new_cid.cid = e->cid.data;
		f.new_cid.token = e->token;
		/* RFC 9000 19.15: not above the frame's own number */
		f.new_cid.retire_prior_to = min(ids->local_retire, e->seq);
		if (!quic_builder_put(b, &f, e->seq))
			return;
		e->state = QUIC_CID_ACTIVE;
		e->announced = true;
	}
}

void quic_control_put_path(struct quic_builder *b)
{
	struct quic_frame f = { .type = QUIC_FRAME_PATH_CHALLENGE };
	struct quic_path *p = b->path;

	if (p->challenge_pending) {
		f.path_data = quic_path_challenge(p);
		if (!quic_builder_put(b, &f, 0))
			return;
		quic_path_challenged(p, b->can_expand, b->now);
		b->expand = b->can_expand;
	}
	f.type = QUIC_FRAME_PATH_RESPONSE;
	while (p->n_response) {
		f.path_data = p->response[p->n_response - 1];
		/* the ledger keeps the data, should the plan be given back */
		if (!quic_builder_put(b, &f, get_unaligned_be64(f.path_data)))
			return;
		p->n_response--;
		/* RFC 9000 8.2.2: within the anti-amplification limit */
		b->expand = b->can_expand;
	}
}
