// SPDX-License-Identifier: GPL-2.0-only
#include "flow.h"
#include "conn.h"

/*
 * Half of the window was read. A sender that the window holds up needs a
 * round trip for it, from one limit to the next, and a little more.
 */
static u64 grow_window(const struct quic_conn *c, u64 window, u64 granted_ns,
		       u64 now)
{
	u64 most = max(window, c->flow.rx_window_max);

	if (!granted_ns || !c->rtt.has_sample ||
	    now - granted_ns >= c->rtt.smoothed + c->rtt.smoothed / 2)
		return window;
	return min(2 * window, most);
}

u64 quic_flow_grant(struct quic_conn *c, u64 now)
{
	struct quic_flow *f = &c->flow;

	if (quic_flow_update_due(f->rx_max, f->rx_window, f->rx_read)) {
		f->rx_window = grow_window(c, f->rx_window, f->rx_granted_ns,
					   now);
		f->rx_granted_ns = now;
		f->rx_max = f->rx_read + f->rx_window;
	}
	return f->rx_max;
}

u64 quic_flow_grant_stream(struct quic_conn *c, struct quic_stream *s, u64 now)
{
	if (quic_flow_update_due(s->rx_max, s->rx_window, s->rx.next)) {
		s->rx_window = grow_window(c, s->rx_window, s->rx_granted_ns,
					   now);
		s->rx_granted_ns = now;
		s->rx_max = s->rx.next + s->rx_window;
	}
	return s->rx_max;
}
