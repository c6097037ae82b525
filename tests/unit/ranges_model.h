/* SPDX-License-Identifier: GPL-2.0-only */
/* The interval set again, naively: one flag a value. For test and fuzzer. */
#ifndef _TESTS_UNIT_RANGES_MODEL_H
#define _TESTS_UNIT_RANGES_MODEL_H

#include "quic/core/ranges.h"

#define MODEL_SIZE	192

struct ranges_model {
	u64 base;		/* value of @has[0] */
	bool has[MODEL_SIZE];
};

static inline void model_set(struct ranges_model *m, u32 from, u32 to,
			     bool has)
{
	for (; from < to; from++)
		m->has[from] = has;
}

/* End of the run that starts at @i. */
static inline u32 model_run(const struct ranges_model *m, u32 i)
{
	while (i < MODEL_SIZE && m->has[i])
		i++;
	return i;
}

static inline u32 model_next(const struct ranges_model *m, u32 i)
{
	while (i < MODEL_SIZE && !m->has[i])
		i++;
	return i;
}

static inline void model_drop_low(struct ranges_model *m, u32 count)
{
	u32 i = 0;

	while (count--) {
		u32 from = model_next(m, i);

		i = model_run(m, from);
		model_set(m, from, i, false);
	}
}

static inline bool model_cover(const struct ranges_model *m, u32 from, u32 to)
{
	return model_run(m, from) >= to;
}

/* Is the set what the model is, interval by interval, and in good order? */
static inline bool model_equal(const struct ranges_model *m,
			       const struct quic_ranges *s)
{
	u32 from = model_next(m, 0), n = 0;

	if (s->n > s->cap || quic_ranges_empty(s) != (from == MODEL_SIZE))
		return false;
	for (; from < MODEL_SIZE; n++) {
		u32 to = model_run(m, from);

		if (n == s->n || s->r[n].start != m->base + from ||
		    s->r[n].end != m->base + to)
			return false;
		from = model_next(m, to);
	}
	return n == s->n;
}

/* Do the questions get the model's answers, for every value? */
static inline bool model_answers(const struct ranges_model *m,
				 const struct quic_ranges *s)
{
	u32 v, ended = 0;

	for (v = 0; v < MODEL_SIZE; v++) {
		if (v && m->has[v - 1] && !m->has[v])
			ended++;
		if (quic_ranges_has(s, m->base + v) != m->has[v] ||
		    quic_ranges_find(s, m->base + v) != ended)
			return false;
	}
	return true;
}

#endif
