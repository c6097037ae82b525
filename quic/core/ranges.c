// SPDX-License-Identifier: GPL-2.0-only
#include "ranges.h"

void quic_ranges_init(struct quic_ranges *s)
{
	s->r = s->inl;
	s->n = 0;
	s->cap = ARRAY_SIZE(s->inl);
}

void quic_ranges_free(struct quic_ranges *s)
{
	if (s->r != s->inl)
		quic_env_free(s->r);
	quic_ranges_init(s);
}

u32 quic_ranges_find(const struct quic_ranges *s, u64 val)
{
	u32 lo = 0, hi = s->n;

	/* nearly always the last one is asked for */
	if (hi && s->r[hi - 1].start <= val)
		return s->r[hi - 1].end > val ? hi - 1 : hi;
	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (s->r[mid].end > val)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

bool quic_ranges_cover(const struct quic_ranges *s, u64 start, u64 end)
{
	u32 i = quic_ranges_find(s, start);

	return i < s->n && s->r[i].start <= start && s->r[i].end >= end;
}

/* Room for one interval at @i; on failure nothing has changed. */
static int open_gap(struct quic_ranges *s, u32 i, gfp_t gfp)
{
	if (s->n == s->cap) {
		struct quic_range *r;

		r = quic_env_zalloc(2 * s->cap * sizeof(*r), gfp);
		if (!r)
			return -ENOMEM;
		memcpy(r, s->r, s->n * sizeof(*r));
		if (s->r != s->inl)
			quic_env_free(s->r);
		s->r = r;
		s->cap *= 2;
	}
	memmove(&s->r[i + 1], &s->r[i], (s->n - i) * sizeof(*s->r));
	s->n++;
	return 0;
}

static void close_gap(struct quic_ranges *s, u32 i, u32 count)
{
	memmove(&s->r[i], &s->r[i + count],
		(s->n - i - count) * sizeof(*s->r));
	s->n -= count;
}

int quic_ranges_add(struct quic_ranges *s, u64 start, u64 end, gfp_t gfp)
{
	struct quic_range *last = s->n ? &s->r[s->n - 1] : NULL;
	u32 i, j;

	if (last && start >= last->start && start <= last->end) {
		last->end = max(last->end, end);
		return 0;
	}
	/* the first that touches or follows [start, end) */
	i = start ? quic_ranges_find(s, start - 1) : 0;
	j = i;
	while (j < s->n && s->r[j].start <= end)
		j++;
	if (i == j) {
		if (open_gap(s, i, gfp))
			return -ENOMEM;
		s->r[i] = (struct quic_range) { start, end };
		return 0;
	}
	s->r[i].start = min(s->r[i].start, start);
	s->r[i].end = max(s->r[j - 1].end, end);
	close_gap(s, i + 1, j - i - 1);
	return 0;
}

int quic_ranges_del(struct quic_ranges *s, u64 start, u64 end, gfp_t gfp)
{
	u32 i = quic_ranges_find(s, start), j;

	if (i == s->n || start >= end || s->r[i].start >= end)
		return 0;
	if (s->r[i].start < start && s->r[i].end > end) {
		if (open_gap(s, i, gfp))
			return -ENOMEM;
		s->r[i].end = start;
		s->r[i + 1].start = end;
		return 0;
	}
	if (s->r[i].start < start)
		s->r[i++].end = start;
	for (j = i; j < s->n && s->r[j].end <= end; j++)
		;
	if (j < s->n && s->r[j].start < end)
		s->r[j].start = end;
	close_gap(s, i, j - i);
	return 0;
}

void quic_ranges_drop_low(struct quic_ranges *s, u32 count)
{
	close_gap(s, 0, min(count, s->n));
}
