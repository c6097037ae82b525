// SPDX-License-Identifier: GPL-2.0-only
#include "early.h"
#include "conn.h"

#define KEEP_PTOS	3	/* RFC 9001 4.9.3 */

void quic_early_init(struct quic_early *e)
{
	memset(e, 0, sizeof(*e));
	e->until_ns = QUIC_TIME_NEVER;
}

bool quic_early_sending(const struct quic_conn *c)
{
	const struct quic_space *app = &c->space[QUIC_SPACE_APP];

	/* RFC 9000 17.2.3, RFC 9001 4.9#2, 5.6: not beside 1-RTT keys */
	return c->early.can_send && c->early.version == c->version &&
	       !c->has_remote && !app->can_send && !c->app_rx_keys;
}

int quic_early_remember(struct quic_conn *c, const struct quic_tparams *tp)
{
	struct quic_tparams *to = &c->remote;

	if (c->server || c->has_remote || c->early.can_send)
		return -EINVAL;
	/* RFC 9000 7.4.1: what is not named here must not be remembered */
	quic_tparams_default(to);
	to->max_idle_timeout_ms = tp->max_idle_timeout_ms;
	to->max_udp_payload = tp->max_udp_payload;
	to->initial_max_data = tp->initial_max_data;
	to->initial_max_stream_data_bidi_local =
		tp->initial_max_stream_data_bidi_local;
	to->initial_max_stream_data_bidi_remote =
		tp->initial_max_stream_data_bidi_remote;
	to->initial_max_stream_data_uni = tp->initial_max_stream_data_uni;
	to->initial_max_streams_bidi = tp->initial_max_streams_bidi;
	to->initial_max_streams_uni = tp->initial_max_streams_uni;
	to->active_connection_id_limit = tp->active_connection_id_limit;
	to->max_datagram_frame = tp->max_datagram_frame;
	to->disable_active_migration = tp->disable_active_migration;
	c->early.remembered = true;
	return 0;
}

int quic_early_keys(struct quic_conn *c, bool send)
{
	struct quic_early *e = &c->early;

	/* RFC 9001 5.6: a server never sends, a client never opens 0-RTT */
	if (send == c->server || e->state != QUIC_EARLY_NONE ||
	    c->state > QUIC_CONN_HANDSHAKE)
		return -EINVAL;
	e->version = c->version;
	if (!send) {
		e->can_recv = true;
		e->state = QUIC_EARLY_ACCEPTED;
		return 0;
	}
	if (c->has_remote)
		return -EINVAL;
	e->can_send = true;
	e->state = QUIC_EARLY_TRIED;
	quic_streams_grant(c);
	return 0;
}

int quic_early_decide(struct quic_conn *c, bool accepted)
{
	if (c->server || c->has_remote || c->early.state != QUIC_EARLY_TRIED)
		return -EINVAL;
	c->early.state = accepted ? QUIC_EARLY_ACCEPTED : QUIC_EARLY_REJECTED;
	return 0;
}

/* RFC 9000 7.4.1; RFC 9221 3#6 adds the last one */
static bool is_smaller(const struct quic_tparams *tp,
		       const struct quic_tparams *old)
{
	return tp->active_connection_id_limit <
		       old->active_connection_id_limit ||
	       tp->initial_max_data < old->initial_max_data ||
	       tp->initial_max_stream_data_bidi_local <
		       old->initial_max_stream_data_bidi_local ||
	       tp->initial_max_stream_data_bidi_remote <
		       old->initial_max_stream_data_bidi_remote ||
	       tp->initial_max_stream_data_uni <
		       old->initial_max_stream_data_uni ||
	       tp->initial_max_streams_bidi < old->initial_max_streams_bidi ||
	       tp->initial_max_streams_uni < old->initial_max_streams_uni ||
	       tp->max_datagram_frame < old->max_datagram_frame;
}

/*
 * RFC 9002 6.4: the packets leave the network without a trace. As numbers
 * that were never sent: RFC 9001 4.6.2 wants an error when one of them is
 * acknowledged after all.
 */
static void forget_packets(struct quic_conn *c)
{
	struct quic_space *app = &c->space[QUIC_SPACE_APP];
	u64 pn;

	for (pn = app->sent.base; pn < app->sent.next; pn++) {
		struct quic_sent *p = quic_sent_at(&app->sent, pn);

		if (p->state != QUIC_SENT_OUT || p->gen != QUIC_EARLY_GEN)
			continue;
		if (p->flags & QUIC_SENT_IN_FLIGHT)
			quic_cc_forget(&c->cc, p->bytes);
		if (p->flags & QUIC_SENT_ELICITING)
			app->loss.eliciting--;
		quic_sent_settle(p, QUIC_SENT_NONE);
	}
}

static void rewind_stream(struct quic_conn *c, struct quic_stream *s)
{
	s->tx_next = 0;
	s->tx_high = 0;
	s->tx_max = 0;
	s->tx_blocked_at = U64_MAX;
	s->fin_sent = false;
	s->pending &= ~QUIC_STREAM_PEND_BLOCKED;
	quic_ranges_free(&s->tx_lost);
	if (s->stop_sent)
		quic_stream_pend(c, s, QUIC_STREAM_PEND_STOP);
	if (s->send_state == QUIC_SEND_RESET_SENT) {
		/* of what was sent the server knows nothing */
		s->tx_end = 0;
		quic_stream_pend(c, s, QUIC_STREAM_PEND_RESET);
		return;
	}
	if (s->send_state == QUIC_SEND_SENT)
		s->send_state = QUIC_SEND_SEND;
	quic_stream_requeue(c, s);
}

/* The new limits leave no room for a stream that is open: it never was. */
static void drop_streams(struct quic_conn *c, bool uni, u64 limit)
{
	struct quic_streams *ss = &c->streams;
	struct quic_stream *s;
	u64 i;

	for (i = limit; i < ss->next[uni]; i++) {
		s = quic_stream_find(c, i << 2 | (uni ? QUIC_STREAM_ID_UNI : 0));
		if (!s)
			continue;
		s->send_state = QUIC_SEND_RESET_RECVD;
		s->fin_read = true;
		quic_stream_bury(c, s);
	}
	ss->next[uni] = min(ss->next[uni], limit);
	ss->max_local[uni] = 0;
	ss->blocked_at[uni] = U64_MAX;
}

/* RFC 9001 4.6.2: the state of all streams begins anew. */
static void restart_streams(struct quic_conn *c, const struct quic_tparams *tp)
{
	struct quic_streams *ss = &c->streams;
	struct quic_stream *s, *next;
	u32 i;

	drop_streams(c, false, tp->initial_max_streams_bidi);
	drop_streams(c, true, tp->initial_max_streams_uni);
	c->flow.tx_sent = 0;
	c->flow.tx_max = 0;
	c->flow.tx_blocked_at = U64_MAX;
	c->pending &= ~(QUIC_PEND_DATA_BLOCKED |
			QUIC_PEND_STREAMS_BLOCKED_BIDI |
			QUIC_PEND_STREAMS_BLOCKED_UNI);
	for (i = 0; i < BIT(ss->hash_bits); i++) {
		for (s = ss->hash[i]; s; s = next) {
			next = s->hnext;
			if (s->has_send)
				rewind_stream(c, s);
		}
	}
}

enum quic_err quic_early_settle(struct quic_conn *c,
				const struct quic_tparams *tp)
{
	struct quic_early *e = &c->early;
	bool smaller;

	if (!e->can_send)
		return QUIC_ERR_NONE;
	smaller = is_smaller(tp, &c->remote);
	if (e->state == QUIC_EARLY_ACCEPTED)
		return smaller ? QUIC_ERR_PROTOCOL_VIOLATION : QUIC_ERR_NONE;
	if (smaller)
		e->state = QUIC_EARLY_REJECTED;
	if (e->state != QUIC_EARLY_REJECTED)
		return QUIC_ERR_NONE;
	forget_packets(c);
	restart_streams(c, tp);
	return QUIC_ERR_NONE;
}

void quic_early_recv_1rtt(struct quic_conn *c, u64 now)
{
	struct quic_early *e = &c->early;

	if (e->can_recv && e->until_ns == QUIC_TIME_NEVER)
		e->until_ns = now + KEEP_PTOS * quic_recovery_pto(c, true);
}

void quic_early_expire(struct quic_conn *c, u64 now)
{
	struct quic_early *e = &c->early;

	if (e->until_ns > now)
		return;
	e->until_ns = QUIC_TIME_NEVER;
	e->can_recv = false;
	c->news |= QUIC_NEWS_KEYS_DROPPED;
}
