/* SPDX-License-Identifier: GPL-2.0-only */
/* How long something has gone wrong without a break. */
#ifndef _QUIC_STREAK_H
#define _QUIC_STREAK_H

#include <linux/compiler.h>
#include <linux/types.h>

#define QUIC_STREAK_MAX		16

/**
 * struct quic_streak - failures in a row
 * @n: their number
 * @since_ns: the first of them
 *
 * A heuristic: without a common lock a failure may be missed.
 */
struct quic_streak {
	u32 n;
	u64 since_ns;
};

static inline void quic_streak_add(struct quic_streak *s, u64 now_ns)
{
	if (!READ_ONCE(s->n))
		WRITE_ONCE(s->since_ns, now_ns);
	WRITE_ONCE(s->n, READ_ONCE(s->n) + 1);
}

static inline void quic_streak_break(struct quic_streak *s)
{
	if (READ_ONCE(s->n))
		WRITE_ONCE(s->n, 0);
}

/* Too many, or more than one and nothing else for @patience_ns? */
static inline bool quic_streak_is_long(const struct quic_streak *s,
				       u64 now_ns, u64 patience_ns)
{
	u32 n = READ_ONCE(s->n);

	return n >= QUIC_STREAK_MAX ||
	       (n > 1 && now_ns - READ_ONCE(s->since_ns) >= patience_ns);
}

#endif
