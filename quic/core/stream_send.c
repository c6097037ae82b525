// SPDX-License-Identifier: GPL-2.0-only
/* The sending half of a stream: what was acknowledged, what was lost. */
#include "conn.h"

static void tell(struct quic_conn *c, const struct quic_stream *s, gfp_t gfp)
{
	const struct quic_ev ev = {
		.type = QUIC_EV_STREAM_UPDATE,
		.state = s->send_state,
		.id = s->id,
		.err = s->tx_err,
		.val = s->tx_end,
	};

	quic_events_push(&c->events, &ev, gfp);
	c->news |= QUIC_NEWS_EVENT;
}

/* tx_una moved to @una: swallow the ranges that now touch it. */
static void advance_una(struct quic_conn *c, struct quic_stream *s, u64 una,
			gfp_t gfp)
{
	struct quic_ranges *a = &s->tx_acked;

	s->tx_una = una;
	while (a->n && a->r[0].start <= s->tx_una) {
		s->tx_una = max(s->tx_una, a->r[0].end);
		quic_ranges_drop_low(a, 1);
	}
	if (s->tx_next < s->tx_una)
		s->tx_next = s->tx_una;
	/* the owner may free them: not even a range that could not be split
	 * for lack of memory may name them (a prefix needs none)
	 */
	if (!quic_ranges_empty(&s->tx_lost))
		quic_ranges_del(&s->tx_lost, 0, s->tx_una, gfp);
	if (list_empty(&s->ackq))
		list_add_tail(&s->ackq, &c->streams.ackq);
	c->news |= QUIC_NEWS_TX_ACKED;
}

/* No memory to remember ranges: send all over again from tx_una. */
static void go_back(struct quic_stream *s)
{
	quic_ranges_free(&s->tx_lost);
	quic_ranges_free(&s->tx_acked);
	s->tx_next = s->tx_una;
	s->fin_sent = s->fin_acked;
}

void quic_stream_acked(struct quic_conn *c, u64 id, u64 off, u32 len,
		       bool fin, gfp_t gfp)
{
	struct quic_stream *s = quic_stream_find(c, id);
	u64 end = off + len;

	if (!s || s->send_state >= QUIC_SEND_RECVD)
		return;
	if (!quic_ranges_empty(&s->tx_lost))
		quic_ranges_del(&s->tx_lost, off, end, gfp);
	if (off <= s->tx_una && end > s->tx_una)
		advance_una(c, s, end, gfp);
	else if (off > s->tx_una && len &&
		 quic_ranges_add(&s->tx_acked, off, end, gfp))
		go_back(s);
	s->fin_acked |= fin;
	s->fin_sent |= fin;
	if (s->fin_acked && s->tx_una == s->tx_end) {
		s->send_state = QUIC_SEND_RECVD;
		list_del_init(&s->sendq);
		tell(c, s, gfp);
		quic_stream_bury(c, s);
		return;
	}
	quic_stream_requeue(c, s);
}

void quic_stream_lost(struct quic_conn *c, u64 id, u64 off, u32 len, bool fin,
		      gfp_t gfp)
{
	struct quic_stream *s = quic_stream_find(c, id);
	u64 end = off + len;
	int err = 0;
	u32 i;

	/* RFC 9000 3.3, 13.3: nothing after a reset, or when all is there. */
	if (!s || s->send_state >= QUIC_SEND_RECVD)
		return;
	if (fin && !s->fin_acked) {
		s->fin_sent = false;
		s->send_state = QUIC_SEND_SEND;
	}
	off = max(off, s->tx_una);
	/* what lies above tx_next is to be sent anyway */
	end = min(end, s->tx_next);
	if (off < end)
		err = quic_ranges_add(&s->tx_lost, off, end, gfp);
	i = quic_ranges_find(&s->tx_acked, off);
	for (; !err && i < s->tx_acked.n && s->tx_acked.r[i].start < end; i++)
		err = quic_ranges_del(&s->tx_lost, s->tx_acked.r[i].start,
				      s->tx_acked.r[i].end, gfp);
	if (err)
		go_back(s);
	quic_stream_requeue(c, s);
}

void quic_stream_reset_acked(struct quic_conn *c, u64 id, gfp_t gfp)
{
	struct quic_stream *s = quic_stream_find(c, id);

	if (!s || s->send_state != QUIC_SEND_RESET_SENT)
		return;
	s->send_state = QUIC_SEND_RESET_RECVD;
	tell(c, s, gfp);
	quic_stream_bury(c, s);
}

enum quic_err quic_stream_recv_stop(struct quic_conn *c,
				    const struct quic_frame *f, gfp_t gfp)
{
	struct quic_stream *s;
	enum quic_err err;

	err = quic_stream_recv_get(c, f->stop.id, false, gfp, &s);
	if (err || !s)
		return err;
	/* RFC 9000 3.5: the code is handed back in RESET_STREAM. */
	if (!quic_stream_reset(c, s, f->stop.err)) {
		tell(c, s, gfp);
		c->news |= QUIC_NEWS_WRITABLE;
	}
	return QUIC_ERR_NONE;
}

enum quic_err quic_stream_recv_max_data(struct quic_conn *c,
					const struct quic_frame *f, gfp_t gfp)
{
	struct quic_ev ev = { .type = QUIC_EV_STREAM_MAX_DATA };
	struct quic_stream *s;
	enum quic_err err;

	err = quic_stream_recv_get(c, f->limit.id, false, gfp, &s);
	/* RFC 9000 4.1: a limit never goes down. */
	if (err || !s || f->limit.max <= s->tx_max)
		return err;
	s->tx_max = f->limit.max;
	s->pending &= ~QUIC_STREAM_PEND_BLOCKED;
	ev.id = s->id;
	ev.val = s->tx_max;
	quic_events_push(&c->events, &ev, gfp);
	c->news |= QUIC_NEWS_WRITABLE | QUIC_NEWS_EVENT;
	return QUIC_ERR_NONE;
}

void quic_stream_recv_max_streams(struct quic_conn *c, bool uni, u64 max,
				  gfp_t gfp)
{
	struct quic_ev ev = { .type = QUIC_EV_STREAM_MAX_STREAM };

	/* RFC 9000 19.11#2 */
	if (max <= c->streams.max_local[uni])
		return;
	c->streams.max_local[uni] = max;
	ev.val = (max - 1) << 2 | (uni ? QUIC_STREAM_ID_UNI : 0) |
		 (c->server ? QUIC_STREAM_ID_SERVER : 0);
	quic_events_push(&c->events, &ev, gfp);
	c->news |= QUIC_NEWS_WRITABLE | QUIC_NEWS_EVENT;
}
