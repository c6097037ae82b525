/* SPDX-License-Identifier: GPL-2.0-only */
/* Ordered set of disjoint, non-adjacent half-open intervals of u64. */
#ifndef _QUIC_CORE_RANGES_H
#define _QUIC_CORE_RANGES_H

#include "env.h"

struct quic_range {
	u64 start;
	u64 end;	/* exclusive, > start */
};

/**
 * struct quic_ranges - interval set, ascending
 * @r: intervals; @inl until a third one is needed
 * @n: intervals in use
 * @cap: room at @r
 * @inl: room without allocation
 */
struct quic_ranges {
	struct quic_range *r;
	u32 n;
	u32 cap;
	struct quic_range inl[2];
};

void quic_ranges_init(struct quic_ranges *s);
void quic_ranges_free(struct quic_ranges *s);	/* back to the empty set */

/**
 * quic_ranges_add() - unite with [start, end)
 * @s: set
 * @start: first value
 * @end: one past the last value, > @start
 * @gfp: for growth
 *
 * Return: 0, or -ENOMEM with the set as it was.
 */
int quic_ranges_add(struct quic_ranges *s, u64 start, u64 end, gfp_t gfp);

/* Subtract [start, end). Return: 0 or -ENOMEM (a split needed room). */
int quic_ranges_del(struct quic_ranges *s, u64 start, u64 end, gfp_t gfp);

/* Drop the @count lowest intervals. */
void quic_ranges_drop_low(struct quic_ranges *s, u32 count);

/* Is every value of [start, end) in the set? */
bool quic_ranges_cover(const struct quic_ranges *s, u64 start, u64 end);

static inline bool quic_ranges_has(const struct quic_ranges *s, u64 val)
{
	return quic_ranges_cover(s, val, val + 1);
}

static inline bool quic_ranges_empty(const struct quic_ranges *s)
{
	return !s->n;
}

/* Index of the first interval that ends after @val; s->n if none. */
u32 quic_ranges_find(const struct quic_ranges *s, u64 val);

#endif
