// SPDX-License-Identifier: GPL-2.0-only
#include "quic/core/ranges.h"

#include "ranges_model.h"
#include "tap.h"

static void check_set(const struct quic_ranges *s, const u64 *want, u32 n)
{
	u32 i;

	CHECK_EQ(s->n, n);
	for (i = 0; i < s->n && i < n; i++) {
		CHECK_EQ(s->r[i].start, want[2 * i]);
		CHECK_EQ(s->r[i].end, want[2 * i + 1]);
	}
}

#define SET(s, ...) do {						\
	const u64 want_[] = { __VA_ARGS__ };				\
									\
	check_set(s, want_, ARRAY_SIZE(want_) / 2);			\
} while (0)

static void add(struct quic_ranges *s, u64 start, u64 end)
{
	CHECK_EQ(quic_ranges_add(s, start, end, GFP_KERNEL), 0);
}

static void del(struct quic_ranges *s, u64 start, u64 end)
{
	CHECK_EQ(quic_ranges_del(s, start, end, GFP_KERNEL), 0);
}

static void three(struct quic_ranges *s)
{
	quic_ranges_init(s);
	add(s, 10, 20);
	add(s, 30, 40);
	add(s, 50, 60);
}

static void empty_set(void)
{
	struct quic_ranges s;

	quic_ranges_init(&s);
	CHECK(quic_ranges_empty(&s));
	CHECK(!quic_ranges_has(&s, 0));
	CHECK_EQ(quic_ranges_find(&s, 0), 0);
	del(&s, 0, U64_MAX);
	quic_ranges_drop_low(&s, 3);
	CHECK(quic_ranges_empty(&s));
	quic_ranges_free(&s);
}

static void add_joins(void)
{
	struct quic_ranges s;

	three(&s);
	SET(&s, 10, 20, 30, 40, 50, 60);
	add(&s, 20, 21);			/* touches from above */
	add(&s, 29, 30);			/* and from below */
	SET(&s, 10, 21, 29, 40, 50, 60);
	add(&s, 21, 29);			/* closes the gap */
	SET(&s, 10, 40, 50, 60);
	add(&s, 0, 9);				/* does not touch */
	SET(&s, 0, 9, 10, 40, 50, 60);
	add(&s, 12, 13);			/* was there */
	SET(&s, 0, 9, 10, 40, 50, 60);
	add(&s, 5, 55);
	SET(&s, 0, 60);
	add(&s, 60, 61);
	add(&s, 62, 63);
	SET(&s, 0, 61, 62, 63);
	quic_ranges_free(&s);
}

static void del_splits(void)
{
	struct quic_ranges s;

	three(&s);
	del(&s, 0, 10);
	del(&s, 20, 30);
	del(&s, 60, 100);
	del(&s, 15, 15);
	del(&s, 16, 15);
	SET(&s, 10, 20, 30, 40, 50, 60);
	del(&s, 14, 16);
	SET(&s, 10, 14, 16, 20, 30, 40, 50, 60);
	del(&s, 18, 32);
	SET(&s, 10, 14, 16, 18, 32, 40, 50, 60);
	del(&s, 10, 14);
	SET(&s, 16, 18, 32, 40, 50, 60);
	del(&s, 17, 59);
	SET(&s, 16, 17, 59, 60);
	del(&s, 0, U64_MAX);
	CHECK(quic_ranges_empty(&s));
	quic_ranges_free(&s);
}

static void lookups(void)
{
	struct quic_ranges s;

	three(&s);
	CHECK_EQ(quic_ranges_find(&s, 0), 0);
	CHECK_EQ(quic_ranges_find(&s, 19), 0);
	CHECK_EQ(quic_ranges_find(&s, 20), 1);
	CHECK_EQ(quic_ranges_find(&s, 59), 2);
	CHECK_EQ(quic_ranges_find(&s, 60), 3);
	CHECK(quic_ranges_cover(&s, 30, 40));
	CHECK(quic_ranges_cover(&s, 31, 39));
	CHECK(!quic_ranges_cover(&s, 29, 40));
	CHECK(!quic_ranges_cover(&s, 30, 41));
	CHECK(!quic_ranges_cover(&s, 10, 60));
	CHECK(!quic_ranges_cover(&s, 60, 61));
	quic_ranges_drop_low(&s, 0);
	CHECK_EQ(s.n, 3);
	quic_ranges_drop_low(&s, 2);
	SET(&s, 50, 60);
	quic_ranges_drop_low(&s, 2);
	CHECK(quic_ranges_empty(&s));
	quic_ranges_free(&s);
}

static void ends_of_u64(void)
{
	struct quic_ranges s;

	quic_ranges_init(&s);
	add(&s, U64_MAX - 1, U64_MAX);
	add(&s, 0, 1);
	SET(&s, 0, 1, U64_MAX - 1, U64_MAX);
	CHECK(quic_ranges_has(&s, 0));
	CHECK(quic_ranges_has(&s, U64_MAX - 1));
	CHECK(!quic_ranges_has(&s, U64_MAX));
	CHECK(!quic_ranges_has(&s, 1));
	add(&s, 1, U64_MAX - 1);
	SET(&s, 0, U64_MAX);
	del(&s, 1, U64_MAX);
	SET(&s, 0, 1);
	quic_ranges_free(&s);
}

/* Two intervals cost no memory; freed, the set is empty and usable. */
static void room(void)
{
	long live = quic_env_live();
	struct quic_ranges s;
	u64 i;

	quic_ranges_init(&s);
	quic_env_fail_after(0);
	add(&s, 10, 20);
	add(&s, 30, 40);
	quic_env_fail_after(-1);
	CHECK_EQ(quic_env_live(), live);
	for (i = 0; i < 1000; i++)
		add(&s, 10 * i, 10 * i + 5);
	CHECK_EQ(quic_env_live(), live + 1);
	quic_ranges_free(&s);
	CHECK_EQ(quic_env_live(), live);
	CHECK(quic_ranges_empty(&s));
	add(&s, 1, 2);
	SET(&s, 1, 2);
	quic_ranges_free(&s);
}

static void no_memory(void)
{
	struct quic_ranges s;

	quic_ranges_init(&s);
	add(&s, 10, 20);
	add(&s, 30, 40);
	quic_env_fail_after(0);
	CHECK_EQ(quic_ranges_add(&s, 50, 60, GFP_ATOMIC), -ENOMEM);
	CHECK_EQ(quic_ranges_add(&s, 22, 28, GFP_ATOMIC), -ENOMEM);
	CHECK_EQ(quic_ranges_del(&s, 12, 13, GFP_ATOMIC), -ENOMEM);
	SET(&s, 10, 20, 30, 40);
	/* what needs no room still works */
	add(&s, 20, 30);
	del(&s, 10, 11);
	del(&s, 20, 21);
	SET(&s, 11, 20, 21, 40);
	quic_env_fail_after(-1);
	quic_ranges_free(&s);
}

struct walk {
	struct quic_ranges s;
	struct ranges_model m;
	u64 seed;
};

static void step_random(struct walk *w)
{
	u64 r = tap_random(&w->seed);
	u32 from = (r >> 8) % MODEL_SIZE, span = (r >> 24) % 24;
	u32 to = min_t(u32, from + 1 + (span > 12 ? 0 : span), MODEL_SIZE);
	bool add = (r & 0xf) < 8;
	int err;

	if ((r & 0xff) == 0xff) {
		quic_ranges_drop_low(&w->s, (r >> 40) % 6);
		model_drop_low(&w->m, (r >> 40) % 6);
		return;
	}
	quic_env_fail_after((r & 0x70) ? -1 : 0);
	err = add ? quic_ranges_add(&w->s, w->m.base + from,
				    w->m.base + to, GFP_ATOMIC) :
		    quic_ranges_del(&w->s, w->m.base + from,
				    w->m.base + to, GFP_ATOMIC);
	quic_env_fail_after(-1);
	CHECK(!err || err == -ENOMEM);
	/* only a full set may lack room, and only for one interval more */
	CHECK(!err || (w->s.n == w->s.cap && !(r & 0x70)));
	if (!err)
		model_set(&w->m, from, to, add);
}

static void against_model(void)
{
	static const u64 bases[] = { 0, 1, 1ULL << 32,
				     U64_MAX - MODEL_SIZE };
	struct walk w = { .seed = 7 };
	unsigned int i, j;

	for (i = 0; i < 60; i++) {
		memset(&w.m, 0, sizeof(w.m));
		w.m.base = bases[i % ARRAY_SIZE(bases)];
		quic_ranges_init(&w.s);
		for (j = 0; j < 600; j++) {
			u64 r = tap_random(&w.seed);
			u32 a = r % MODEL_SIZE;
			u32 b = a + 1 + (r >> 32) % (MODEL_SIZE - a);

			TAP_AT("walk %u, step %u", i, j);
			step_random(&w);
			CHECK(model_equal(&w.m, &w.s));
			CHECK(model_answers(&w.m, &w.s));
			CHECK_EQ(quic_ranges_cover(&w.s, w.m.base + a,
						   w.m.base + b),
				 model_cover(&w.m, a, b));
		}
		quic_ranges_free(&w.s);
	}
}

int main(void)
{
	TEST(empty_set);
	TEST(add_joins);
	TEST(del_splits);
	TEST(lookups);
	TEST(ends_of_u64);
	TEST(room);
	TEST(no_memory);
	TEST(against_model);
	return tap_done();
}
