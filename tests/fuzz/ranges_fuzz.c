// SPDX-License-Identifier: GPL-2.0-only
/*
 * The interval set against the naive one. Input: where the values begin, then
 * operations of 3 bytes: which, from, how many.
 */
#include "quic/core/ranges.h"

#include "fuzz.h"
#include "tests/unit/env_user.h"
#include "tests/unit/ranges_model.h"

static const u64 bases[] = { 0, 1, 1ULL << 62, U64_MAX - MODEL_SIZE };

struct state {
	struct quic_ranges s;
	struct ranges_model m;
};

static void change(struct state *st, u8 op, u32 from, u32 to)
{
	u64 start = st->m.base + from, end = st->m.base + to;
	bool add = !(op & 1), starved = !(op & 0x0e);
	int err;

	quic_env_fail_after(starved ? 0 : -1);
	err = add ? quic_ranges_add(&st->s, start, end, GFP_ATOMIC) :
		    quic_ranges_del(&st->s, start, end, GFP_ATOMIC);
	quic_env_fail_after(-1);
	if (!err) {
		model_set(&st->m, from, to, add);
		return;
	}
	MUST(err == -ENOMEM && starved && st->s.n == st->s.cap);
}

static void step(struct state *st, const u8 *in)
{
	u32 from = in[1] % MODEL_SIZE;
	u32 to = min_t(u32, from + 1 + in[2], MODEL_SIZE);

	if (in[0] >= 0xf0) {
		quic_ranges_drop_low(&st->s, in[1]);
		model_drop_low(&st->m, in[1]);
	} else {
		change(st, in[0], from, to);
	}
	MUST(model_equal(&st->m, &st->s));
	MUST(quic_ranges_cover(&st->s, st->m.base + from, st->m.base + to) ==
	     model_cover(&st->m, from, to));
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	long live = quic_env_live();
	struct state st;
	size_t i;

	if (!size)
		return 0;
	memset(&st, 0, sizeof(st));
	st.m.base = bases[data[0] % ARRAY_SIZE(bases)];
	quic_ranges_init(&st.s);
	for (i = 1; i + 3 <= size && i < 600; i += 3)
		step(&st, data + i);
	MUST(model_answers(&st.m, &st.s));
	quic_ranges_free(&st.s);
	MUST(quic_ranges_empty(&st.s) && quic_env_live() == live);
	return 0;
}
