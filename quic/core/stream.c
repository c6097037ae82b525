// SPDX-License-Identifier: GPL-2.0-only
/* The table of streams, their birth and burial; what the glue calls. */
#include "stream.h"
#include "conn.h"

#define HASH_BITS_MIN	4
#define HASH_BITS_MAX	12
/* Streams that one call may open: the peer's limit goes up to 2^60. */
#define OPEN_MAX	4096

static struct quic_stream **bucket(const struct quic_streams *ss, u64 id)
{
	/* ids of one type are consecutive multiples of 4 */
	return &ss->hash[((id >> 2) ^ (id << 2)) & (BIT(ss->hash_bits) - 1)];
}

struct quic_stream *quic_stream_find(struct quic_conn *c, u64 id)
{
	struct quic_stream *s = *bucket(&c->streams, id);

	while (s && s->id != id)
		s = s->hnext;
	return s;
}

static bool is_ours(const struct quic_conn *c, u64 id)
{
	return !!(id & QUIC_STREAM_ID_SERVER) == c->server;
}

int quic_streams_init(struct quic_conn *c, gfp_t gfp)
{
	struct quic_streams *ss = &c->streams;
	unsigned int i;

	memset(ss, 0, sizeof(*ss));
	ss->hash_bits = HASH_BITS_MIN;
	ss->hash = quic_env_zalloc(sizeof(*ss->hash) << ss->hash_bits, gfp);
	if (!ss->hash)
		return -ENOMEM;
	INIT_LIST_HEAD(&ss->sendq);
	INIT_LIST_HEAD(&ss->ctlq);
	INIT_LIST_HEAD(&ss->readq);
	INIT_LIST_HEAD(&ss->ackq);
	INIT_LIST_HEAD(&ss->dead);
	for (i = 0; i < 2; i++)
		ss->blocked_at[i] = U64_MAX;
	ss->limit_peer[0] = c->local.initial_max_streams_bidi;
	ss->limit_peer[1] = c->local.initial_max_streams_uni;
	ss->max_peer[0] = ss->limit_peer[0];
	ss->max_peer[1] = ss->limit_peer[1];
	return 0;
}

/* Twice the buckets; staying with the old ones is no error. */
static void grow_hash(struct quic_streams *ss, gfp_t gfp)
{
	struct quic_streams old = *ss;
	struct quic_stream *s, *next;
	u32 i;

	if (ss->count < BIT(ss->hash_bits) || ss->hash_bits == HASH_BITS_MAX)
		return;
	ss->hash_bits++;
	ss->hash = quic_env_zalloc(sizeof(*ss->hash) << ss->hash_bits, gfp);
	if (!ss->hash) {
		*ss = old;
		return;
	}
	for (i = 0; i < BIT(old.hash_bits); i++) {
		for (s = old.hash[i]; s; s = next) {
			struct quic_stream **b = bucket(ss, s->id);

			next = s->hnext;
			s->hnext = *b;
			*b = s;
		}
	}
	quic_env_free(old.hash);
}

/* RFC 9000 18.2: which initial limit counts for which stream. */
static u64 initial_tx_max(const struct quic_conn *c, u64 id)
{
	if (quic_stream_id_uni(id))
		return c->remote.initial_max_stream_data_uni;
	return is_ours(c, id) ? c->remote.initial_max_stream_data_bidi_remote :
				c->remote.initial_max_stream_data_bidi_local;
}

static u64 initial_rx_max(const struct quic_conn *c, u64 id)
{
	if (quic_stream_id_uni(id))
		return c->local.initial_max_stream_data_uni;
	return is_ours(c, id) ? c->local.initial_max_stream_data_bidi_local :
				c->local.initial_max_stream_data_bidi_remote;
}

struct quic_stream *quic_stream_create(struct quic_conn *c, u64 id, gfp_t gfp)
{
	struct quic_streams *ss = &c->streams;
	struct quic_stream *s, **b;

	grow_hash(ss, gfp);
	s = quic_env_zalloc(sizeof(*s), gfp);
	if (!s)
		return NULL;
	s->id = id;
	s->has_send = !quic_stream_id_uni(id) || is_ours(c, id);
	s->has_recv = !quic_stream_id_uni(id) || !is_ours(c, id);
	INIT_LIST_HEAD(&s->sendq);
	INIT_LIST_HEAD(&s->ctlq);
	INIT_LIST_HEAD(&s->readq);
	INIT_LIST_HEAD(&s->ackq);
	quic_ranges_init(&s->tx_acked);
	quic_ranges_init(&s->tx_lost);
	quic_reasm_init(&s->rx);
	s->send_state = QUIC_SEND_READY;
	s->recv_state = QUIC_RECV_RECV;
	s->tx_max = s->has_send ? initial_tx_max(c, id) : 0;
	s->rx_max = s->has_recv ? initial_rx_max(c, id) : 0;
	s->rx_window = s->rx_max;
	s->rx_final = U64_MAX;
	s->tx_blocked_at = U64_MAX;

	b = bucket(ss, id);
	s->hnext = *b;
	*b = s;
	ss->count++;
	return s;
}

static void unhash(struct quic_conn *c, struct quic_stream *s)
{
	struct quic_stream **p = bucket(&c->streams, s->id);

	while (*p != s)
		p = &(*p)->hnext;
	*p = s->hnext;
	c->streams.count--;
	list_del_init(&s->sendq);
	list_del_init(&s->ctlq);
	list_del_init(&s->readq);
	list_move_tail(&s->ackq, &c->streams.dead);
	c->news |= QUIC_NEWS_DEAD;
}

/* RFC 9000 4.4: not before both directions are. */
static bool is_over(const struct quic_stream *s)
{
	bool tx_over = !s->has_send || s->send_state == QUIC_SEND_RECVD ||
		       s->send_state == QUIC_SEND_RESET_RECVD;
	bool rx_over = !s->has_recv || s->fin_read;

	return tx_over && rx_over && !s->user_ref;
}

void quic_stream_bury(struct quic_conn *c, struct quic_stream *s)
{
	bool uni = quic_stream_id_uni(s->id);

	if (!is_over(s))
		return;
	unhash(c, s);
	if (is_ours(c, s->id))
		return;
	/* RFC 9000 4.6: a stream that is over makes room for another. */
	c->streams.over_peer[uni]++;
	quic_streams_maybe_grant(c, uni);
}

/*
 * Not one by one: when they double what the peer has left, and at once when
 * that is nothing.
 */
void quic_streams_maybe_grant(struct quic_conn *c, bool uni)
{
	const struct quic_streams *ss = &c->streams;

	if (ss->over_peer[uni] &&
	    ss->over_peer[uni] >= ss->max_peer[uni] - ss->opened_peer[uni])
		c->pending |= uni ? QUIC_PEND_MAX_STREAMS_UNI :
				    QUIC_PEND_MAX_STREAMS_BIDI;
}

u64 quic_streams_grant_peer(struct quic_conn *c, bool uni)
{
	struct quic_streams *ss = &c->streams;

	ss->max_peer[uni] += ss->over_peer[uni];
	ss->over_peer[uni] = 0;
	return ss->max_peer[uni];
}

void quic_streams_kill(struct quic_conn *c)
{
	struct quic_streams *ss = &c->streams;
	u32 i;

	for (i = 0; ss->hash && i < BIT(ss->hash_bits); i++)
		while (ss->hash[i])
			unhash(c, ss->hash[i]);
}

struct quic_stream *quic_streams_reap(struct quic_conn *c)
{
	struct quic_stream *s;

	s = list_first_entry_or_null(&c->streams.dead, struct quic_stream,
				     ackq);
	if (s)
		list_del_init(&s->ackq);
	return s;
}

void quic_stream_free(struct quic_stream *s)
{
	quic_ranges_free(&s->tx_acked);
	quic_ranges_free(&s->tx_lost);
	quic_reasm_free(&s->rx);
	quic_env_free(s);
}

void quic_streams_free(struct quic_conn *c)
{
	struct quic_stream *s;

	quic_streams_kill(c);
	while ((s = quic_streams_reap(c)))
		quic_stream_free(s);
	quic_env_free(c->streams.hash);
	c->streams.hash = NULL;
}

void quic_streams_grant(struct quic_conn *c)
{
	struct quic_streams *ss = &c->streams;
	struct quic_stream *s;
	u32 i;

	ss->max_local[0] = max(ss->max_local[0],
			       c->remote.initial_max_streams_bidi);
	ss->max_local[1] = max(ss->max_local[1],
			       c->remote.initial_max_streams_uni);
	c->flow.tx_max = max(c->flow.tx_max, c->remote.initial_max_data);
	for (i = 0; i < BIT(ss->hash_bits); i++)
		for (s = ss->hash[i]; s; s = s->hnext)
			if (s->has_send)
				s->tx_max = max(s->tx_max,
						initial_tx_max(c, s->id));
	c->news |= QUIC_NEWS_WRITABLE;
}

u64 quic_stream_next_id(const struct quic_conn *c, bool uni)
{
	return c->streams.next[uni] << 2 | (uni ? QUIC_STREAM_ID_UNI : 0) |
	       (c->server ? QUIC_STREAM_ID_SERVER : 0);
}

bool quic_stream_existed(const struct quic_conn *c, u64 id)
{
	bool uni = quic_stream_id_uni(id);

	if (is_ours(c, id))
		return id >> 2 < c->streams.next[uni];
	return id >> 2 < c->streams.opened_peer[uni];
}

static int open_up_to(struct quic_conn *c, u64 index, bool uni, gfp_t gfp,
		      struct quic_stream **sp)
{
	struct quic_streams *ss = &c->streams;

	while (ss->next[uni] <= index) {
		*sp = quic_stream_create(c, quic_stream_next_id(c, uni),
					 gfp);
		if (!*sp)
			return -ENOMEM;
		ss->next[uni]++;
	}
	return 0;
}

int quic_stream_open(struct quic_conn *c, s64 id, bool uni, gfp_t gfp,
		     struct quic_stream **sp)
{
	struct quic_streams *ss = &c->streams;
	u64 index;

	if (id >= 0) {
		uni = quic_stream_id_uni(id);
		if (!is_ours(c, id) || id > S64_MAX >> 1)
			return -EINVAL;
		*sp = quic_stream_find(c, id);
		if (*sp)
			return 0;
		if (quic_stream_existed(c, id))
			return -ENOSTR;
		index = (u64)id >> 2;
	} else {
		index = ss->next[uni];
	}
	/* RFC 9000 4.6, 19.11#3, 19.14 */
	if (index >= ss->max_local[uni]) {
		if (ss->blocked_at[uni] != ss->max_local[uni]) {
			ss->blocked_at[uni] = ss->max_local[uni];
			c->pending |= uni ? QUIC_PEND_STREAMS_BLOCKED_UNI :
					    QUIC_PEND_STREAMS_BLOCKED_BIDI;
		}
		return -EAGAIN;
	}
	if (index - ss->next[uni] >= OPEN_MAX)
		return -EINVAL;
	return open_up_to(c, index, uni, gfp, sp);
}

void quic_stream_pend(struct quic_conn *c, struct quic_stream *s, u8 what)
{
	s->pending |= what;
	if (list_empty(&s->ctlq))
		list_add_tail(&s->ctlq, &c->streams.ctlq);
}

u64 quic_stream_credit(const struct quic_conn *c, const struct quic_stream *s)
{
	u64 room = s->tx_max > s->tx_end ? s->tx_max - s->tx_end : 0;

	return min(room, quic_flow_room(&c->flow));
}

/* In the send queue while there is anything left, blocked or not. */
void quic_stream_requeue(struct quic_conn *c, struct quic_stream *s)
{
	bool want = s->send_state < QUIC_SEND_RECVD &&
		    (!quic_ranges_empty(&s->tx_lost) ||
		     s->tx_next < s->tx_end || (s->fin && !s->fin_sent));

	if (want && list_empty(&s->sendq))
		list_add_tail(&s->sendq, &c->streams.sendq);
	else if (!want)
		list_del_init(&s->sendq);
}

/* RFC 9000 2.2#2: bytes come behind the others; those are sent as they are. */
void quic_stream_write(struct quic_conn *c, struct quic_stream *s, u64 len,
		       bool fin)
{
	s->tx_end += len;
	s->fin |= fin;
	if (s->send_state == QUIC_SEND_READY)
		s->send_state = QUIC_SEND_SEND;
	quic_stream_requeue(c, s);
}

int quic_stream_reset(struct quic_conn *c, struct quic_stream *s, u64 err)
{
	if (!s->has_send || s->send_state >= QUIC_SEND_RECVD)
		return -EINVAL;
	s->send_state = QUIC_SEND_RESET_SENT;
	s->tx_err = err;
	/* RFC 9000 4.5: the final size is what was sent. */
	s->tx_end = s->tx_high;
	s->tx_next = s->tx_high;
	quic_ranges_free(&s->tx_lost);
	quic_ranges_free(&s->tx_acked);
	list_del_init(&s->sendq);
	list_move_tail(&s->ackq, &c->streams.ackq);
	c->news |= QUIC_NEWS_TX_ACKED;
	/* RFC 9000 3.3: no STREAM or STREAM_DATA_BLOCKED frame after it */
	s->pending &= ~QUIC_STREAM_PEND_BLOCKED;
	quic_stream_pend(c, s, QUIC_STREAM_PEND_RESET);
	return 0;
}

struct quic_stream *quic_stream_readable(struct quic_conn *c)
{
	return list_first_entry_or_null(&c->streams.readq, struct quic_stream,
					readq);
}

struct quic_stream *quic_streams_acked(struct quic_conn *c)
{
	struct quic_stream *s;

	s = list_first_entry_or_null(&c->streams.ackq, struct quic_stream,
				     ackq);
	if (s)
		list_del_init(&s->ackq);
	return s;
}

void quic_stream_unref(struct quic_conn *c, struct quic_stream *s)
{
	s->user_ref--;
	quic_stream_bury(c, s);
}
