// SPDX-License-Identifier: GPL-2.0-only
/* The receiving half of a stream. */
#include "conn.h"

/* Unread bytes of a connection that are kept however short memory is. */
#define STARVED_BYTES	16384

static void tell(struct quic_conn *c, const struct quic_stream *s, gfp_t gfp)
{
	const struct quic_ev ev = {
		.type = QUIC_EV_STREAM_UPDATE,
		.state = s->recv_state,
		.id = s->id,
		.err = s->rx_err,
		.val = s->rx_final == U64_MAX ? 0 : s->rx_final,
	};

	quic_events_push(&c->events, &ev, gfp);
	c->news |= QUIC_NEWS_EVENT;
}

static void wake_reader(struct quic_conn *c, struct quic_stream *s)
{
	if (list_empty(&s->readq))
		list_add_tail(&s->readq, &c->streams.readq);
	c->news |= QUIC_NEWS_READABLE;
}

/* RFC 9000 2.1, 3.2: a frame opens its stream and every lower one. */
static enum quic_err open_peer(struct quic_conn *c, u64 id, gfp_t gfp)
{
	bool uni = quic_stream_id_uni(id);
	u64 type = id & QUIC_STREAM_ID_TYPE;
	struct quic_streams *ss = &c->streams;

	/* RFC 9000 4.6, 19.11#4: STREAM_LIMIT_ERROR beyond what we granted. */
	if (id >> 2 >= ss->max_peer[uni])
		return QUIC_ERR_STREAM_LIMIT;
	while (ss->opened_peer[uni] <= id >> 2) {
		struct quic_stream *s;

		s = quic_stream_create(c, ss->opened_peer[uni] << 2 | type, gfp);
		if (!s)
			return QUIC_ERR_NOMEM;
		ss->opened_peer[uni]++;
		tell(c, s, gfp);
	}
	quic_streams_maybe_grant(c, uni);
	return QUIC_ERR_NONE;
}

enum quic_err quic_stream_recv_get(struct quic_conn *c, u64 id, bool for_recv,
				   gfp_t gfp, struct quic_stream **sp)
{
	bool ours = !!(id & QUIC_STREAM_ID_SERVER) == c->server;
	enum quic_err err;

	/* RFC 9000 19.4, 19.5, 19.8, 19.10, 19.13: wrong direction. */
	if (quic_stream_id_uni(id) && ours == for_recv)
		return QUIC_ERR_STREAM_STATE;
	if (!quic_stream_existed(c, id)) {
		/* same sections: a stream of ours that was never opened */
		if (ours)
			return QUIC_ERR_STREAM_STATE;
		err = open_peer(c, id, gfp);
		if (err)
			return err;
	}
	*sp = quic_stream_find(c, id);
	return QUIC_ERR_NONE;
}

/* RFC 9000 4.1, 4.5, 19.9#2, 19.10#4: limits, final size, and new bytes. */
static enum quic_err check_end(const struct quic_conn *c,
			       const struct quic_stream *s, u64 end, bool final)
{
	if (s->rx_final != U64_MAX &&
	    (end > s->rx_final || (final && end != s->rx_final)))
		return QUIC_ERR_FINAL_SIZE;
	if (final && end < s->rx_highest)
		return QUIC_ERR_FINAL_SIZE;
	if (end <= s->rx_highest)
		return QUIC_ERR_NONE;
	if (end > s->rx_max ||
	    c->flow.rx_rcvd + (end - s->rx_highest) > c->flow.rx_max)
		return QUIC_ERR_FLOW_CONTROL;
	return QUIC_ERR_NONE;
}

static void raise_highest(struct quic_conn *c, struct quic_stream *s, u64 end)
{
	if (end <= s->rx_highest)
		return;
	c->flow.rx_rcvd += end - s->rx_highest;
	s->rx_highest = end;
}

/*
 * RFC 9000 4.1, 4.2: grant more once half of the window is used up, well
 * before the peer is blocked. The frame says how much: quic_flow_grant().
 */
static void update_windows(struct quic_conn *c, struct quic_stream *s)
{
	const struct quic_flow *f = &c->flow;

	if (quic_flow_update_due(f->rx_max, f->rx_window, f->rx_read))
		c->pending |= QUIC_PEND_MAX_DATA;
	if (s->recv_state == QUIC_RECV_RECV && !s->stop_sent &&
	    quic_flow_update_due(s->rx_max, s->rx_window, s->rx.next))
		quic_stream_pend(c, s, QUIC_STREAM_PEND_MAX_DATA);
}

/* Nobody will read: count everything up to rx_highest as read. */
static void discard(struct quic_conn *c, struct quic_stream *s)
{
	c->flow.rx_read += s->rx_highest - s->rx.next;
	c->mem_rx -= s->rx.mem;
	quic_reasm_free(&s->rx);
	s->rx.next = s->rx_highest;
	s->rx.ready = s->rx_highest;
	update_windows(c, s);
}

/* RFC 9000 2.2#1: whatever the order in which it comes, it is read in order. */
static enum quic_err take_data(struct quic_conn *c, struct quic_stream *s,
			       const struct quic_frame *f,
			       struct quic_buf *buf, gfp_t gfp)
{
	u64 mem = s->rx.mem;
	int err;

	err = quic_reasm_add(&s->rx, f->stream.offset, f->stream.data,
			     f->stream.len, buf, gfp);
	c->mem_rx += s->rx.mem - mem;
	return err ? QUIC_ERR_NOMEM : QUIC_ERR_NONE;
}

/*
 * With too little memory only what the reader is waiting for is kept, and a
 * little more that follows; the rest counts as lost and comes again. What is
 * acknowledged is never given up.
 */
static bool is_refused(const struct quic_conn *c,
		       const struct quic_stream *s, const struct quic_frame *f,
		       const struct quic_buf *buf)
{
	if (!buf || !buf->starved)
		return false;
	if (f->stream.offset + f->stream.len <= s->rx.ready)
		return false;
	if (f->stream.offset > s->rx.ready)
		return true;
	return s->rx.ready > s->rx.next &&
	       c->flow.rx_rcvd - c->flow.rx_read >= STARVED_BYTES;
}

enum quic_err quic_stream_recv_data(struct quic_conn *c,
				    const struct quic_frame *f,
				    struct quic_buf *buf, gfp_t gfp)
{
	u64 end = f->stream.offset + f->stream.len;
	struct quic_stream *s;
	enum quic_err err;

	err = quic_stream_recv_get(c, f->stream.id, true, gfp, &s);
	if (err || !s)
		return err;
	err = check_end(c, s, end, f->stream.fin);
	if (err || s->recv_state >= QUIC_RECV_RECVD)
		return err;
	if (!s->stop_sent) {
		if (is_refused(c, s, f, buf)) {
			c->starved = true;
			return QUIC_ERR_NOMEM;
		}
		err = take_data(c, s, f, buf, gfp);
		if (err)
			return err;
	}
	raise_highest(c, s, end);
	if (s->stop_sent)
		discard(c, s);
	if (f->stream.fin && s->rx_final == U64_MAX) {
		s->rx_final = end;
		s->recv_state = QUIC_RECV_SIZE_KNOWN;
		tell(c, s, gfp);
	}
	if (s->rx.ready == s->rx_final) {
		s->recv_state = QUIC_RECV_RECVD;
		tell(c, s, gfp);
	}
	if (s->stop_sent && s->recv_state == QUIC_RECV_RECVD) {
		quic_stream_read(c, s, 0, true);
		return QUIC_ERR_NONE;
	}
	if (s->rx.ready > s->rx.next || s->recv_state == QUIC_RECV_RECVD)
		wake_reader(c, s);
	return QUIC_ERR_NONE;
}

enum quic_err quic_stream_recv_reset(struct quic_conn *c,
				     const struct quic_frame *f, gfp_t gfp)
{
	struct quic_stream *s;
	enum quic_err err;

	err = quic_stream_recv_get(c, f->reset.id, true, gfp, &s);
	if (err || !s)
		return err;
	err = check_end(c, s, f->reset.final_size, true);
	/* RFC 9000 3.2: with all data here the reset may be ignored. */
	if (err || s->recv_state >= QUIC_RECV_RECVD)
		return err;
	raise_highest(c, s, f->reset.final_size);
	s->recv_state = QUIC_RECV_RESET_RECVD;
	s->rx_final = f->reset.final_size;
	s->rx_err = f->reset.err;
	discard(c, s);
	tell(c, s, gfp);
	if (s->stop_sent)
		quic_stream_read(c, s, 0, true);
	else
		wake_reader(c, s);
	return QUIC_ERR_NONE;
}

enum quic_err quic_stream_recv_blocked(struct quic_conn *c,
				       const struct quic_frame *f, gfp_t gfp)
{
	struct quic_stream *s;

	/* RFC 9000 4.1: credit follows the reader, not the request. */
	return quic_stream_recv_get(c, f->limit.id, true, gfp, &s);
}

int quic_stream_stop(struct quic_conn *c, struct quic_stream *s, u64 err)
{
	/* RFC 9000 3.5: only of use in "Recv" and "Size Known". */
	if (!s->has_recv || s->recv_state >= QUIC_RECV_RECVD)
		return -EINVAL;
	if (s->stop_sent)
		return -EAGAIN;
	s->stop_sent = true;
	s->stop_err = err;
	s->pending &= ~QUIC_STREAM_PEND_MAX_DATA;
	discard(c, s);
	list_del_init(&s->readq);
	quic_stream_pend(c, s, QUIC_STREAM_PEND_STOP);
	return 0;
}

void quic_stream_read(struct quic_conn *c, struct quic_stream *s, u64 len,
		      bool end)
{
	u64 mem = s->rx.mem;

	c->starved = false;
	quic_reasm_consume(&s->rx, len);
	c->mem_rx -= mem - s->rx.mem;
	c->flow.rx_read += len;
	if (len)
		update_windows(c, s);
	if (end && s->recv_state == QUIC_RECV_RECVD)
		s->recv_state = QUIC_RECV_READ;
	else if (end && s->recv_state == QUIC_RECV_RESET_RECVD)
		s->recv_state = QUIC_RECV_RESET_READ;
	s->fin_read |= end;
	if (s->rx.ready == s->rx.next &&
	    (s->fin_read || s->recv_state < QUIC_RECV_RECVD))
		list_del_init(&s->readq);
	if (s->fin_read)
		quic_stream_bury(c, s);
}
