// SPDX-License-Identifier: GPL-2.0-only
#include "idle.h"
#include "conn.h"

#define IDLE_PTOS	3	/* RFC 9000 10.1 */

void quic_idle_recv(struct quic_conn *c, u64 now)
{
	/* what waited for keys is processed as of its arrival, in the past */
	c->idle_from_ns = max(c->idle_from_ns, now);
	c->idle_reset_on_send = true;
}

void quic_idle_sent(struct quic_conn *c, u64 now)
{
	if (!c->idle_reset_on_send)
		return;
	c->idle_from_ns = now;
	c->idle_reset_on_send = false;
}

/* RFC 9000 10.1: no shorter than three PTO, so that probes can be lost. */
static u64 timeout_ns(const struct quic_conn *c)
{
	return max(c->idle_ns, IDLE_PTOS * quic_recovery_pto(c, true));
}

/* RFC 9000 10.1: what both sides said, counted from the last sign of life */
u64 quic_idle_deadline(const struct quic_conn *c)
{
	if (!c->idle_ns)
		return QUIC_TIME_NEVER;
	return c->idle_from_ns + timeout_ns(c);
}

/*
 * RFC 9000 10.1.2: an interval that the timeout would outrun keeps nothing
 * alive. What is in flight already asks for an answer, and a PING is needed
 * for an answer only.
 */
u64 quic_idle_ping_deadline(const struct quic_conn *c)
{
	u64 wait = c->keepalive_ns;

	/* what is refused is not acknowledged: a slow reader would seem dead */
	if (c->starved && !wait && c->idle_ns)
		wait = timeout_ns(c);
	if (!wait || c->state != QUIC_CONN_ESTABLISHED ||
	    c->space[QUIC_SPACE_APP].loss.eliciting ||
	    c->pending & QUIC_PEND_PING)
		return QUIC_TIME_NEVER;
	if (c->idle_ns)
		wait = min(wait, timeout_ns(c) / 2);
	return max(c->idle_from_ns, c->pinged_ns) + wait;
}

void quic_idle_ping(struct quic_conn *c, u64 now)
{
	if (quic_idle_ping_deadline(c) > now)
		return;
	c->pinged_ns = now;
	c->pending |= QUIC_PEND_PING;
}
