// SPDX-License-Identifier: GPL-2.0-only
#include "delivery.h"

#define AGO_SHIFT	8	/* 256 ns: 18 minutes in 32 bits */

static u32 ago(u64 from_ns, u64 to_ns)
{
	return min_t(u64, (to_ns - from_ns) >> AGO_SHIFT, U32_MAX);
}

void quic_delivery_sent(struct quic_delivery *r, struct quic_sent *p,
			bool idle)
{
	if (idle) {
		r->first_sent_ns = p->time_ns;
		r->delivered_ns = p->time_ns;
	}
	p->delivered = r->delivered_bytes;
	p->delivered_ago = ago(r->delivered_ns, p->time_ns);
	p->first_sent_ago = ago(r->first_sent_ns, p->time_ns);
	if (r->limited_until_bytes)
		p->flags |= QUIC_SENT_RATE_LIMITED;
}

void quic_delivery_acked(struct quic_delivery *r,
			 const struct quic_sent *newest, u64 bytes, u64 now,
			 struct quic_delivery_sample *s)
{
	u64 prior = r->delivered_bytes -
		    (u32)((u32)r->delivered_bytes - newest->delivered);
	u64 sending_ns = (u64)newest->first_sent_ago << AGO_SHIFT;
	u64 acking_ns = now - newest->time_ns +
			((u64)newest->delivered_ago << AGO_SHIFT);

	r->delivered_bytes += bytes;
	r->delivered_ns = now;
	r->first_sent_ns = newest->time_ns;
	if (r->delivered_bytes > r->limited_until_bytes)
		r->limited_until_bytes = 0;
	s->prior_bytes = prior;
	s->bytes = r->delivered_bytes - prior;
	s->interval_ns = max(sending_ns, acking_ns);
	s->limited = newest->flags & QUIC_SENT_RATE_LIMITED;
}
