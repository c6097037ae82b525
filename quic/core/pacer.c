// SPDX-License-Identifier: GPL-2.0-only
#include "pacer.h"

/* A minute; the bucket is full before, and quotients stay within 64 bits. */
#define FILL_MAX_NS	(60 * QUIC_NSEC_PER_SEC)

static void fill(struct quic_pacer *p, u64 rate, u64 quantum, u64 now)
{
	u64 most = quantum + (rate >> QUIC_PACER_BURST_SHIFT);
	u64 dt = min_t(u64, now - p->filled_ns, FILL_MAX_NS);

	p->credit_bytes += mul_u64_u64_div_u64(dt, rate, QUIC_NSEC_PER_SEC);
	p->credit_bytes = min(p->credit_bytes, most);
	p->filled_ns = now;
}

u64 quic_pacer_room(struct quic_pacer *p, u64 rate_bytes_s, u32 mss_bytes,
		    u64 now)
{
	u64 rate = quic_pacer_rate(p, rate_bytes_s);

	if (now < p->next_ns)
		return 0;
	p->next_ns = 0;
	if (!rate)
		return U64_MAX;
	fill(p, rate, quic_pacer_quantum(rate, mss_bytes), now);
	return p->credit_bytes;
}

void quic_pacer_wait(struct quic_pacer *p, u64 rate_bytes_s, u32 mss_bytes,
		     u64 now)
{
	u64 rate = quic_pacer_rate(p, rate_bytes_s);
	u64 quantum = quic_pacer_quantum(rate, mss_bytes);

	if (!rate || p->next_ns || p->credit_bytes >= quantum)
		return;
	p->next_ns = now + 1 + mul_u64_u64_div_u64(quantum - p->credit_bytes,
						   QUIC_NSEC_PER_SEC, rate);
}
