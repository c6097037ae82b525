// SPDX-License-Identifier: GPL-2.0-only
#include "send.h"
#include "builder.h"
#include "conn.h"
#include "control.h"
#include "frame.h"

/* Room below which no further stream frame is started, bytes. */
#define STREAM_ROOM_MIN		24
/* A packet that lacks no more than this is padded, to keep a burst uniform. */
#define PAD_BYTES		24
/* Packets without anything to acknowledge before a PING makes them bounded. */
#define ACKS_ONLY_MAX		32

/* ---- frames -------------------------------------------------------------- */

/* RFC 9000 13.2.6: of the packets of its own space; never in 0-RTT. */
static bool put_ack(struct quic_builder *b)
{
	struct quic_pnspace *ps = &b->c->space[b->space].rx;
	u8 exp = b->c->local.ack_delay_exponent;
	struct quic_wr wr;

	if (!quic_builder_want_scratch(b))
		return false;
	wr = quic_builder_wr(b);
	/* data has to fit as well: a quarter of the packet for ranges */
	wr.end = min(wr.end, wr.p + b->max / 4);
	if (quic_pnspace_ack_build(ps, &wr, exp, b->now) ||
	    quic_builder_note(b, QUIC_FRAME_ACK, ps->largest, 0, 0, false))
		return false;
	quic_builder_take(b, &wr);
	quic_pnspace_ack_sent(ps);
	b->c->stats.acks_sent++;
	return true;
}

static void count_retrans(struct quic_conn *c, u64 len)
{
	c->stats.retrans_frames++;
	c->stats.retrans_bytes += len;
}

/* Next stretch of CRYPTO data: what was lost first. */
static bool next_crypto(const struct quic_crypto_stream *cs, u32 *off, u32 *len)
{
	if (cs->tx_lost.n) {
		*off = cs->tx_lost.r[0].start;
		*len = cs->tx_lost.r[0].end - *off;
		return true;
	}
	*off = cs->tx_next;
	*len = cs->tx_len - cs->tx_next;
	return *len;
}

/* RFC 9001 4#1, 4.9#1: sent again where it was sent first. */
static bool put_crypto(struct quic_builder *b)
{
	struct quic_crypto_stream *cs = &b->c->space[b->space].crypto;
	struct quic_frame f = { .type = QUIC_FRAME_CRYPTO };
	struct quic_wr wr;
	u32 off, len, room;

	if (!next_crypto(cs, &off, &len) || !quic_builder_want_scratch(b))
		return false;
	wr = quic_builder_wr(b);
	room = quic_wr_left(&wr);
	if (room < STREAM_ROOM_MIN)
		return false;
	room -= 1 + quic_varint_len(off) + 2;
	f.crypto.offset = off;
	f.crypto.len = min(len, room);
	f.crypto.data = cs->tx + off;
	if (quic_frame_build(&wr, &f) ||
	    quic_builder_note(b, QUIC_FRAME_CRYPTO, 0, off, f.crypto.len,
			      false))
		return false;
	quic_builder_take(b, &wr);
	b->eliciting = true;
	if (cs->tx_lost.n) {
		quic_ranges_del(&cs->tx_lost, off, off + f.crypto.len, b->gfp);
		count_retrans(b->c, f.crypto.len);
	} else {
		cs->tx_next += f.crypto.len;
	}
	return true;
}

static bool put_stream_ctl_one(struct quic_builder *b, struct quic_stream *s,
			       u8 bit)
{
	struct quic_frame f = {};

	switch (bit) {
	case QUIC_STREAM_PEND_RESET:
		f.type = QUIC_FRAME_RESET_STREAM;
		f.reset.id = s->id;
		f.reset.err = s->tx_err;
		f.reset.final_size = s->tx_end;
		break;
	case QUIC_STREAM_PEND_STOP:
		f.type = QUIC_FRAME_STOP_SENDING;
		f.stop.id = s->id;
		f.stop.err = s->stop_err;
		break;
	case QUIC_STREAM_PEND_MAX_DATA:
		f.type = QUIC_FRAME_MAX_STREAM_DATA;
		f.limit.id = s->id;
		f.limit.max = quic_flow_grant_stream(b->c, s, b->now);
		break;
	default:
		f.type = QUIC_FRAME_STREAM_DATA_BLOCKED;
		f.limit.id = s->id;
		f.limit.max = s->tx_max;
	}
	return quic_builder_put(b, &f, s->id);
}

static void put_stream_ctl(struct quic_builder *b)
{
	struct quic_stream *s, *n;

	list_for_each_entry_safe(s, n, &b->c->streams.ctlq, ctlq) {
		while (s->pending) {
			u8 bit = s->pending & -s->pending;

			if (!put_stream_ctl_one(b, s, bit))
				return;
			s->pending &= ~bit;
		}
		list_del_init(&s->ctlq);
	}
}

/* The stretch of a stream that goes next. */
struct chunk {
	u64 off;
	u64 len;
	bool lost;
};

static void next_chunk(const struct quic_conn *c, const struct quic_stream *s,
		       struct chunk *k)
{
	u64 old;

	k->lost = s->tx_lost.n;
	if (k->lost) {
		k->off = s->tx_lost.r[0].start;
		k->len = s->tx_lost.r[0].end - k->off;
		return;
	}
	k->off = s->tx_next;
	k->len = min(s->tx_end, s->tx_max) - s->tx_next;
	/* bytes below tx_high have been counted against the connection */
	old = s->tx_high - s->tx_next;
	k->len = min(k->len, old + quic_flow_room(&c->flow));
}

static void chunk_sent(struct quic_builder *b, struct quic_stream *s,
		       const struct chunk *k, bool fin)
{
	if (k->lost) {
		quic_ranges_del(&s->tx_lost, k->off, k->off + k->len, b->gfp);
		count_retrans(b->c, k->len);
	} else {
		s->tx_next = k->off + k->len;
	}
	if (s->tx_next > s->tx_high) {
		b->c->flow.tx_sent += s->tx_next - s->tx_high;
		s->tx_high = s->tx_next;
	}
	if (fin) {
		s->fin_sent = true;
		s->send_state = QUIC_SEND_SENT;
	}
	quic_stream_requeue(b->c, s);
}

/*
 * Length of the data in a STREAM frame, and whether it says so: the last
 * frame of a packet saves its Length when it fills the packet to the end.
 */
static bool fit_chunk(u16 room, u64 id, struct chunk *k, bool *with_len)
{
	u16 head = 1 + quic_varint_len(id);

	if (k->off)
		head += quic_varint_len(k->off);
	if (room <= head + 2)
		return false;
	*with_len = k->len < (u64)(room - head);
	if (*with_len)
		head += 2;
	k->len = min_t(u64, k->len, room - head);
	return true;
}

static bool put_stream(struct quic_builder *b, struct quic_stream *s)
{
	struct quic_frame f = { .type = QUIC_FRAME_STREAM };
	struct quic_wr wr;
	bool with_len, fin;
	struct chunk k;

	next_chunk(b->c, s, &k);
	if (!quic_builder_want_scratch(b) ||
	    !fit_chunk(quic_builder_room(b), s->id, &k, &with_len))
		return false;
	fin = s->fin && k.off + k.len == s->tx_end;
	f.type |= (k.off ? QUIC_STREAM_BIT_OFF : 0) |
		  (with_len ? QUIC_STREAM_BIT_LEN : 0) |
		  (fin ? QUIC_STREAM_BIT_FIN : 0);
	f.stream.id = s->id;
	f.stream.offset = k.off;
	f.stream.len = k.len;
	f.stream.fin = fin;
	wr = quic_builder_wr(b);
	if (quic_frame_build(&wr, &f) ||
	    quic_builder_note(b, QUIC_FRAME_STREAM, s->id, k.off, k.len, fin))
		return false;
	quic_builder_take(b, &wr);
	if (k.len) {
		quic_builder_last(b)->stream = s;
		quic_builder_last(b)->off = k.off;
		quic_builder_last(b)->data_len = k.len;
		b->pkt->len += k.len;
	}
	b->eliciting = true;
	chunk_sent(b, s, &k, fin);
	return true;
}

/* RFC 9000 2.2#3, 19.9#1, 19.10#3: new bytes within both limits of the peer. */
static bool is_sendable(const struct quic_conn *c,
			const struct quic_stream *s)
{
	if (s->send_state >= QUIC_SEND_RECVD)
		return false;
	if (!quic_ranges_empty(&s->tx_lost))
		return true;
	if (s->tx_next == s->tx_end)
		return s->fin && !s->fin_sent;
	if (s->tx_next < s->tx_high)
		return true;
	return s->tx_next < s->tx_max && quic_flow_room(&c->flow);
}

/* RFC 9000 4.1, 19.12, 19.13: say once per limit what holds us up. */
static void note_blocked(struct quic_conn *c, struct quic_stream *s)
{
	if (s->tx_next == s->tx_max && s->tx_blocked_at != s->tx_max) {
		s->tx_blocked_at = s->tx_max;
		quic_stream_pend(c, s, QUIC_STREAM_PEND_BLOCKED);
	}
	if (!quic_flow_room(&c->flow) &&
	    c->flow.tx_blocked_at != c->flow.tx_max) {
		c->flow.tx_blocked_at = c->flow.tx_max;
		c->pending |= QUIC_PEND_DATA_BLOCKED;
	}
}

/* Round robin: the stream that fills a packet stands last for the next. */
static void put_streams(struct quic_builder *b)
{
	struct list_head *q = &b->c->streams.sendq;
	struct quic_stream *s, *n;

	list_for_each_entry_safe(s, n, q, sendq) {
		bool served = false;

		while (is_sendable(b->c, s)) {
			if (quic_builder_room(b) < STREAM_ROOM_MIN ||
			    !put_stream(b, s)) {
				if (served)
					list_move_tail(&s->sendq, q);
				return;
			}
			served = true;
		}
		if (!list_empty(&s->sendq))
			note_blocked(b->c, s);
	}
}

/* ---- packets ------------------------------------------------------------- */

static bool app_has_control(const struct quic_conn *c)
{
	return c->pending || c->cids.n_retire || quic_path_owes(&c->path) ||
	       !list_empty(&c->streams.ctlq) ||
	       quic_cid_to_announce((struct quic_conn *)c);
}

/* Is it more than the tail that nobody would miss for a moment? */
static bool is_urgent(const struct quic_stream *s, const struct chunk *k)
{
	return k->lost || s->fin || k->off + k->len != s->tx_end;
}

static bool has_stream_data(struct quic_conn *c)
{
	struct quic_stream *s;
	u64 bytes = 0;

	list_for_each_entry(s, &c->streams.sendq, sendq) {
		struct chunk k;

		if (!is_sendable(c, s)) {
			note_blocked(c, s);
			continue;
		}
		next_chunk(c, s, &k);
		bytes += k.len;
		if (is_urgent(s, &k) || !quic_nagle_holds(c, bytes))
			return true;
	}
	return false;
}

/* Anything that may go only if the congestion window lets it? */
static bool has_eliciting(struct quic_conn *c, int space)
{
	const struct quic_space *sp = &c->space[space];
	u32 off, len;

	if (sp->loss.probes ||
	    (next_crypto(&sp->crypto, &off, &len) &&
	     !quic_nagle_holds_crypto(c, &sp->crypto)))
		return true;
	if (space != QUIC_SPACE_APP)
		return false;
	return quic_dgrams_pending(&c->dgrams) || has_stream_data(c) ||
	       app_has_control(c);
}

static bool may_send(const struct quic_conn *c, int space)
{
	if (space == QUIC_SPACE_APP && quic_early_sending(c))
		return true;
	return c->space[space].can_send && !c->space[space].discarded;
}

/* The rule in a transfer, where it spares looking at everything else. */
static bool only_streams(const struct quic_conn *c)
{
	const struct quic_space *sp = &c->space[QUIC_SPACE_APP];
	u32 off, len;

	return sp->can_send && !quic_early_sending(c) && !sp->loss.probes &&
	       !quic_pnspace_ack_pending(&sp->rx) && !app_has_control(c) &&
	       !quic_dgrams_pending(&c->dgrams) &&
	       !next_crypto(&sp->crypto, &off, &len);
}

/* What planning a packet of stream data may make us owe besides. */
static bool is_blocked(const struct quic_conn *c)
{
	return c->pending || !list_empty(&c->streams.ctlq);
}

/* RFC 9000 12.5: no ACK, CRYPTO, PATH_RESPONSE or connection id frames */
static void fill_early(struct quic_builder *b, bool open)
{
	if (!open)
		return;
	put_stream_ctl(b);
	quic_control_put_pending(b);
	/* RFC 9221 3, 4: within the remembered limit */
	quic_dgrams_plan(b);
	put_streams(b);
}

/* Fill the packet that was begun. @open: the window lets data out */
static void fill_pkt(struct quic_builder *b, bool open)
{
	struct quic_space *sp = &b->c->space[b->space];

	if (b->bulk && !is_blocked(b->c)) {
		put_streams(b);
		return;
	}
	if (b->early) {
		fill_early(b, open);
		return;
	}
	if (quic_pnspace_ack_pending(&sp->rx))
		put_ack(b);
	if (open) {
		while (put_crypto(b))
			;
		if (b->space == QUIC_SPACE_APP) {
			/* RFC 9221 5.4: datagrams wait for the window, too */
			quic_control_put_path(b);
			quic_control_put_cids(b);
			put_stream_ctl(b);
			quic_control_put_pending(b);
			quic_dgrams_plan(b);
			put_streams(b);
		}
	}
	if (!b->eliciting && (sp->loss.probes ||
			      b->c->acks_only >= ACKS_ONLY_MAX)) {
		const struct quic_frame ping = { .type = QUIC_FRAME_PING };

		quic_builder_put(b, &ping, 0);
	}
	if (sp->loss.probes && b->eliciting) {
		b->sent->flags |= QUIC_SENT_PROBE;
		sp->loss.probes--;
	}
}

static bool is_empty(const struct quic_builder *b)
{
	return b->pkt->len == b->pkt->hdr_len;
}

static bool early_has_data(struct quic_conn *c)
{
	return has_stream_data(c) || c->pending ||
	       quic_dgrams_pending(&c->dgrams) ||
	       !list_empty(&c->streams.ctlq);
}

/*
 * May data go? RFC 9002 7.5: a probe may. 0-RTT packets can hold the whole
 * window, and neither an ACK nor a PTO frees it before the handshake is
 * through, which it must not hold up.
 */
static bool is_open(const struct quic_conn *c, int space, bool window)
{
	return window || c->space[space].loss.probes ||
	       (c->early.can_send && space != QUIC_SPACE_APP);
}

static bool wants(struct quic_conn *c, int space, bool open, u64 now)
{
	if (!may_send(c, space))
		return false;
	if (space == QUIC_SPACE_APP && quic_early_sending(c))
		return open && early_has_data(c);
	if (quic_pnspace_ack_due(&c->space[space].rx, now))
		return true;
	return is_open(c, space, open) && has_eliciting(c, space);
}

/*
 * RFC 9000 14.1, 8.2.2, RFC 9001 9.3: some datagrams are at least that long.
 * Which packet is the last of one is known only when no other one fits.
 */
static u16 expand_dgram(struct quic_builder *b, u16 used)
{
	u16 gap = QUIC_MIN_INITIAL_SIZE - used;

	if (!b->expand || !used || used >= QUIC_MIN_INITIAL_SIZE)
		return used;
	quic_builder_reopen(b);
	b->max = b->pkt->len + b->tag_len + gap;
	quic_builder_pad(b, gap);
	used -= b->sent->bytes;
	quic_builder_end(b);
	return used + b->pkt->len;
}

/* One datagram with a packet of each space that has something to say. */
static void plan_coalesced(struct quic_builder *b, bool open)
{
	struct quic_conn *c = b->c;
	u16 max = QUIC_MIN_INITIAL_SIZE, used = 0;
	int i;

	b->can_expand = true;
	for (i = 0; i < QUIC_SPACES; i++) {
		bool go = is_open(c, i, open);

		if (!wants(c, i, open, b->now) ||
		    !quic_builder_begin(b, i, max - used, !used))
			continue;
		fill_pkt(b, go);
		if (is_empty(b)) {
			quic_builder_cancel(b);
			continue;
		}
		/* RFC 9000 14.1: a server's need it only if ack-eliciting */
		b->expand |= i == QUIC_SPACE_INITIAL &&
			     (!c->server || b->eliciting);
		quic_builder_end(b);
		used += b->pkt->len;
	}
	used = expand_dgram(b, used);
	b->plan->dgram_len = used;
	b->plan->more = used;
}

/* Keep datagrams of a burst at one size; a small gap is padded. */
static bool even_out(struct quic_builder *b, u16 size)
{
	u16 gap = size - b->tag_len - b->pkt->len;

	if (!gap)
		return true;
	return gap <= PAD_BYTES && quic_builder_pad(b, gap);
}

/*
 * Why did the burst end? When neither window, pacer nor its own bound held it
 * back, there was nothing left to send: RFC 9002 7.8. The pacer is asked for
 * a time once a plan comes out empty.
 */
static void note_limit(const struct quic_builder *b, u64 left,
		       unsigned int max_dgrams)
{
	const struct quic_plan *plan = b->plan;
	struct quic_conn *c = b->c;

	c->send_idle = left >= c->path.mtu_bytes && plan->n_dgrams < max_dgrams;
	if (c->send_idle)
		quic_delivery_limit(&c->cc.delivery, c->cc.in_flight_bytes +
						     plan->total_len);
	else if (!plan->n_pkts &&
		 quic_cc_room(&c->cc) >= c->path.mtu_bytes &&
		 has_eliciting(c, QUIC_SPACE_APP))
		quic_pacer_wait(&c->cc.pacer, c->cc.rate_bytes_s,
				c->cc.mss_bytes, b->now);
}

/* As wants(), for which there is less to look at in a transfer. */
static bool wants_app(struct quic_builder *b, bool open)
{
	struct quic_conn *c = b->c;

	b->bulk = (b->bulk && !is_blocked(c)) || only_streams(c);
	if (b->bulk && open && has_stream_data(c))
		return true;
	return wants(c, QUIC_SPACE_APP, open, b->now);
}

static void plan_burst(struct quic_builder *b, unsigned int max_dgrams,
		       u64 budget)
{
	struct quic_conn *c = b->c;
	struct quic_space *sp = &c->space[QUIC_SPACE_APP];
	u64 room = quic_path_room(&c->path);
	u16 size = min_t(u64, min(c->path.mtu_bytes, c->remote.max_udp_payload),
			 room);
	bool full = true, expand = false;

	/* RFC 8899 4.3: what tells a black hole from loss has to pass it */
	if (sp->loss.probes) {
		size = min_t(u16, size, QUIC_PATH_BASE_MTU);
		max_dgrams = min(max_dgrams, sp->loss.probes);
		expand = quic_migration_expands(c);
	}
	if (sp->sent.next >= sp->sent.skip_at &&
	    wants(c, QUIC_SPACE_APP, budget >= size, b->now))
		quic_sent_skip_due(&sp->sent, b->gfp);
	b->can_expand = size >= QUIC_MIN_INITIAL_SIZE;
	while (full && b->plan->n_dgrams < max_dgrams && room >= size) {
		bool open = sp->loss.probes || budget >= size;
		u16 len;

		if (!wants_app(b, open) ||
		    !quic_builder_begin(b, QUIC_SPACE_APP, size, true))
			break;
		b->expand = expand && b->can_expand;
		fill_pkt(b, open);
		if (is_empty(b)) {
			quic_builder_cancel(b);
			break;
		}
		full = even_out(b, size);
		quic_builder_end(b);
		if (!full && quic_builder_last(b)->stream)
			quic_nagle_sent_short(&c->nagle, b->pkt->pn);
		/* messages of one length make a burst of shorter datagrams */
		if (!full && b->plan->n_dgrams == 1 &&
		    quic_dgrams_pending(&c->dgrams)) {
			size = b->pkt->len;
			full = true;
		}
		len = expand_dgram(b, b->pkt->len);
		budget -= min_t(u64, budget, len);
		room -= len;
		if (!b->plan->dgram_len)
			b->plan->dgram_len = len;
	}
	b->plan->more = b->plan->n_pkts;
	note_limit(b, budget, max_dgrams);
}

/*
 * RFC 9000 14.4: PING and PADDING, alone in a burst of its own, so that its
 * loss takes nothing with it. Return: false when none is due, or fits the
 * window.
 */
static bool plan_mtu_probe(struct quic_builder *b, u64 budget)
{
	const struct quic_frame ping = { .type = QUIC_FRAME_PING };
	u32 size;

	if (!may_send(b->c, QUIC_SPACE_APP))
		return false;
	size = quic_pmtud_due(b->c, b->now);
	if (!size || size > budget ||
	    !quic_builder_begin(b, QUIC_SPACE_APP, size, true))
		return false;
	if (!quic_builder_put(b, &ping, 0) ||
	    !quic_builder_pad(b, quic_builder_room(b))) {
		quic_builder_cancel(b);
		return false;
	}
	b->sent->flags |= QUIC_SENT_MTU_PROBE;
	quic_builder_end(b);
	b->plan->dgram_len = size;
	b->plan->more = true;
	return true;
}

/*
 * RFC 9000 9.1, 21.5.3: nothing but a probe goes the way that is not in use.
 * Nobody waits for its acknowledgement, and it is few bytes beside any window.
 */
static void plan_probe(struct quic_builder *b)
{
	struct quic_path *p = &b->c->path_alt;
	u16 size = min_t(u64, QUIC_PATH_BASE_MTU, quic_path_room(p));

	if (!p->used || !quic_path_owes(p) || size < QUIC_PATH_MIN_BYTES ||
	    !quic_migration_can_probe(b->c))
		return;
	b->path = p;
	b->can_expand = size >= QUIC_MIN_INITIAL_SIZE;
	if (!quic_builder_begin(b, QUIC_SPACE_APP, size, true))
		return;
	quic_control_put_path(b);
	if (is_empty(b)) {
		quic_builder_cancel(b);
		return;
	}
	b->eliciting = false;
	b->sent->flags |= QUIC_SENT_IN_FLIGHT | QUIC_SENT_PATH_PROBE;
	quic_builder_end(b);
	b->plan->path = p->id;
	b->plan->dgram_len = expand_dgram(b, b->pkt->len);
	b->plan->more = true;
}

/* RFC 9000 10.2.3: in every space whose keys the peer may have. */
static void plan_close(struct quic_builder *b)
{
	struct quic_conn *c = b->c;
	u16 max = min_t(u64, QUIC_MIN_INITIAL_SIZE, quic_path_room(&c->path));
	const struct quic_close *cl = &c->close;
	u16 used = 0;
	int i;

	for (i = 0; i < QUIC_SPACES; i++) {
		struct quic_frame f = {};
		bool hide = cl->app && i != QUIC_SPACE_APP;

		if (!may_send(c, i) ||
		    !quic_builder_begin(b, i, max - used, !used))
			continue;
		f.type = cl->app && !hide ? QUIC_FRAME_CONNECTION_CLOSE_APP :
					    QUIC_FRAME_CONNECTION_CLOSE;
		/* RFC 9000 10.2.3: the application's words are not for all */
		f.close.err = hide ? QUIC_ERR_APPLICATION : cl->err;
		f.close.frame_type = cl->app ? 0 : cl->frame_type;
		f.close.len = hide ? 0 : cl->reason_len;
		f.close.reason = cl->reason;
		if (!quic_builder_put(b, &f, 0)) {
			quic_builder_cancel(b);
			continue;
		}
		b->expand |= i == QUIC_SPACE_INITIAL;
		quic_builder_end(b);
		used += b->pkt->len;
	}
	used = expand_dgram(b, used);
	b->plan->dgram_len = used;
	if (used || !b->no_mem)
		c->pending = 0;
}

/* RFC 9001 5.3#3, 6.6: an update well before the limit, the end at it. */
static void check_seal_limit(struct quic_conn *c, u64 now)
{
	struct quic_keys *k = &c->keys;

	if (k->sealed_pkts >= k->seal_limit_pkts / 2)
		quic_keys_update(c);
	if (k->sealed_pkts + QUIC_PLAN_PKTS >= k->seal_limit_pkts)
		quic_conn_close(c, QUIC_ERR_AEAD_LIMIT_REACHED, false, 0, NULL,
				0, now);
}

static bool in_handshake(struct quic_conn *c, bool open, u64 now)
{
	return wants(c, QUIC_SPACE_INITIAL, open, now) ||
	       wants(c, QUIC_SPACE_HANDSHAKE, open, now);
}

/* RFC 9287 3, 3.1: unpredictable, when the peer says, now, that it may be */
static void draw_grease(struct quic_builder *b)
{
	const struct quic_conn *c = b->c;

	BUILD_BUG_ON(QUIC_PLAN_PKTS > 64);
	if (c->has_remote && c->remote.grease_quic_bit &&
	    c->local.grease_quic_bit)
		quic_env_random(&b->grease, sizeof(b->grease));
}

/* RFC 9000 12.3: no number left: not even a CONNECTION_CLOSE goes out. */
static bool is_exhausted(const struct quic_conn *c)
{
	int i;

	for (i = 0; i < QUIC_SPACES; i++)
		if (c->space[i].sent.next > QUIC_PN_MAX - 2 * QUIC_PLAN_PKTS)
			return true;
	return false;
}

int quic_send_plan(struct quic_conn *c, u64 now, unsigned int max_dgrams,
		   struct quic_plan *plan, gfp_t gfp)
{
	struct quic_builder b = {
		.c = c, .plan = plan, .path = &c->path, .now = now, .gfp = gfp,
	};
	u64 budget = quic_cc_room(&c->cc);
	bool open;

	memset(plan, 0, offsetof(struct quic_plan, pkt));
	if (c->state < QUIC_CONN_CLOSING)
		check_seal_limit(c, now);
	if (c->state >= QUIC_CONN_DRAINING)
		return 0;
	if (is_exhausted(c)) {
		quic_conn_abandon(c, QUIC_ERR_AEAD_LIMIT_REACHED);
		return 0;
	}
	draw_grease(&b);
	plan->gen = c->keys.tx_gen;
	plan->path = c->path.id;
	if (c->state == QUIC_CONN_ESTABLISHED)
		plan_probe(&b);
	if (plan->n_pkts)
		return plan->n_pkts;
	b.path = &c->path;
	/* RFC 9000 14.2: the path does not take the smallest datagram */
	if (c->path.pmtud.state == QUIC_PMTUD_ERROR &&
	    c->state < QUIC_CONN_CLOSING)
		return 0;
	/*
	 * Whether marks pass is a question for a path that is known to work,
	 * and not for the last packet.
	 */
	if (!c->path.checking && c->state < QUIC_CONN_CLOSING)
		plan->ecn = quic_ecn_mark(&c->path.ecn);
	/* RFC 9000 8.1, 14.1#4: no PTO's probe goes beyond three times, either */
	if (quic_conn_blocked(c))
		return 0;
	open = budget >= c->path.mtu_bytes;
	if (c->state == QUIC_CONN_CLOSING) {
		if (c->pending & QUIC_PEND_CLOSE)
			plan_close(&b);
	} else if (in_handshake(c, open, now)) {
		plan_coalesced(&b, open);
		c->send_idle = open;
	} else if (!plan_mtu_probe(&b, budget)) {
		budget = min(budget, quic_pacer_room(&c->cc.pacer,
						     c->cc.rate_bytes_s,
						     c->cc.mss_bytes, now));
		plan_burst(&b, min_t(u32, max_dgrams, QUIC_PLAN_PKTS), budget);
	}
	return !plan->n_pkts && b.no_mem ? -ENOMEM : plan->n_pkts;
}
