// SPDX-License-Identifier: GPL-2.0-only
#include "nagle.h"
#include "conn.h"

void quic_nagle_init(struct quic_nagle *n, bool on)
{
	n->on = on;
	n->more_until_ns = QUIC_TIME_NEVER;
	n->short_next = 0;
}

void quic_nagle_write(struct quic_conn *c, bool more, u64 now)
{
	c->nagle.more_until_ns = more ? now + QUIC_NAGLE_MORE_NS :
					QUIC_TIME_NEVER;
}

static bool short_is_out(const struct quic_conn *c)
{
	const struct quic_sent_ring *r = &c->space[QUIC_SPACE_APP].sent;
	u64 pn = c->nagle.short_next - 1;

	if (!c->nagle.short_next || pn < r->base || pn >= r->next)
		return false;
	return quic_sent_at(r, pn)->state == QUIC_SENT_OUT;
}

bool quic_nagle_holds_crypto(const struct quic_conn *c,
			     const struct quic_crypto_stream *cs)
{
	return c->state == QUIC_CONN_HANDSHAKE && !cs->tx_lost.n &&
	       c->nagle.more_until_ns != QUIC_TIME_NEVER;
}

bool quic_nagle_holds(const struct quic_conn *c, u64 bytes)
{
	/* 0-RTT: the first flight takes all that there is */
	if (c->state != QUIC_CONN_ESTABLISHED || bytes >= c->path.mtu_bytes)
		return false;
	if (c->nagle.more_until_ns != QUIC_TIME_NEVER)
		return true;
	return c->nagle.on && short_is_out(c);
}
