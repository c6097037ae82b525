// SPDX-License-Identifier: GPL-2.0-only
#include "quic/core/sent.h"

#include "tap.h"

static struct quic_sent *push(struct quic_sent_ring *r)
{
	if (quic_sent_reserve(r, 1, GFP_KERNEL))
		return NULL;
	return quic_sent_push(r);
}

static void grows_and_keeps(void)
{
	struct quic_sent_ring r;
	u64 pn;

	quic_sent_init(&r);
	for (pn = 0; pn < 1000; pn++)
		push(&r)->bytes = pn;
	CHECK_EQ(r.next, 1000);
	CHECK_EQ(r.cap, 1024);
	for (pn = 0; pn < 1000; pn++) {
		CHECK_EQ(quic_sent_at(&r, pn)->bytes, pn);
		CHECK_EQ(quic_sent_at(&r, pn)->state, QUIC_SENT_PLANNED);
	}
	quic_sent_free(&r);
	CHECK_EQ(r.base, r.next);
}

/* The ring goes round: a window of packets needs no more than itself. */
static void wraps(void)
{
	struct quic_sent_ring r;
	u64 pn;

	quic_sent_init(&r);
	for (pn = 0; pn < 500; pn++) {
		push(&r)->bytes = pn;
		if (pn < 10)
			continue;
		CHECK_EQ(quic_sent_at(&r, pn - 10)->bytes, pn - 10);
		quic_sent_settle(quic_sent_at(&r, pn - 10), QUIC_SENT_ACKED);
		quic_sent_trim(&r);
		CHECK_EQ(r.base, pn - 9);
	}
	CHECK_EQ(r.cap, 16);
	/* growth with a window that wraps around */
	CHECK_EQ(quic_sent_reserve(&r, 30, GFP_KERNEL), 0);
	for (pn = r.base; pn < r.next; pn++)
		CHECK_EQ(quic_sent_at(&r, pn)->bytes, pn);
	quic_sent_free(&r);
}

static void trim_stops_at_open(void)
{
	struct quic_sent_ring r;
	int i;

	quic_sent_init(&r);
	for (i = 0; i < 6; i++)
		push(&r)->state = QUIC_SENT_OUT;
	quic_sent_reserve(&r, 1, GFP_KERNEL);
	quic_sent_skip(&r);
	quic_sent_settle(quic_sent_at(&r, 0), QUIC_SENT_ACKED);
	quic_sent_settle(quic_sent_at(&r, 1), QUIC_SENT_LOST);
	quic_sent_settle(quic_sent_at(&r, 3), QUIC_SENT_NONE);
	quic_sent_trim(&r);
	CHECK_EQ(r.base, 2);
	quic_sent_settle(quic_sent_at(&r, 2), QUIC_SENT_ACKED);
	quic_sent_trim(&r);
	CHECK_EQ(r.base, 4);
	quic_sent_settle(quic_sent_at(&r, 4), QUIC_SENT_ACKED);
	quic_sent_at(&r, 5)->state = QUIC_SENT_PLANNED;
	quic_sent_trim(&r);
	CHECK_EQ(r.base, 5);
	quic_sent_settle(quic_sent_at(&r, 5), QUIC_SENT_NONE);
	quic_sent_trim(&r);
	/* a skipped number holds nothing up */
	CHECK_EQ(r.base, 7);
	quic_sent_free(&r);
}

static void notes(void)
{
	struct quic_sent_ring r;
	struct quic_sent *p;
	unsigned int i;

	quic_sent_init(&r);
	p = push(&r);
	for (i = 0; i < 255; i++) {
		const struct quic_sent_frame f = {
			.type = 8, .id = i, .off = 2 * i, .len = 3 * i,
			.fin = i & 1,
		};

		CHECK_EQ(quic_sent_note(p, &f, GFP_KERNEL), 0);
	}
	CHECK_EQ(p->n, 255);
	for (i = 0; i < 255; i++) {
		CHECK_EQ(quic_sent_frame_at(p, i)->id, i);
		CHECK_EQ(quic_sent_frame_at(p, i)->off, 2 * i);
		CHECK_EQ(quic_sent_frame_at(p, i)->len, 3 * i);
		CHECK_EQ(quic_sent_frame_at(p, i)->fin, i & 1);
	}
	/* the count is one byte: no 256th */
	CHECK_EQ(quic_sent_note(p, &(struct quic_sent_frame) {}, GFP_KERNEL),
		 -ENOMEM);
	CHECK_EQ(p->n, 255);
	/* notes move with their packet */
	CHECK_EQ(quic_sent_reserve(&r, 100, GFP_KERNEL), 0);
	CHECK_EQ(quic_sent_frame_at(quic_sent_at(&r, 0), 200)->id, 200);
	quic_sent_free(&r);
}

static void no_memory(void)
{
	struct quic_sent_frame f = { .id = 1 };
	struct quic_sent_ring r;
	struct quic_sent *p;
	int i;

	quic_sent_init(&r);
	quic_env_fail_after(0);
	CHECK_EQ(quic_sent_reserve(&r, 1, GFP_KERNEL), -ENOMEM);
	quic_env_fail_after(1);
	CHECK_EQ(quic_sent_reserve(&r, 16, GFP_KERNEL), 0);
	for (i = 0; i < 16; i++)
		quic_sent_push(&r)->bytes = i;
	CHECK_EQ(quic_sent_reserve(&r, 1, GFP_KERNEL), -ENOMEM);
	CHECK_EQ(r.cap, 16);
	CHECK_EQ(quic_sent_at(&r, 15)->bytes, 15);
	p = quic_sent_at(&r, 3);
	CHECK_EQ(quic_sent_note(p, &f, GFP_KERNEL), 0);
	CHECK_EQ(quic_sent_note(p, &f, GFP_KERNEL), -ENOMEM);
	CHECK_EQ(p->n, 1);
	quic_env_fail_after(-1);
	CHECK_EQ(quic_sent_note(p, &f, GFP_KERNEL), 0);
	quic_sent_free(&r);
}

int main(void)
{
	TEST(grows_and_keeps);
	TEST(wraps);
	TEST(trim_stops_at_open);
	TEST(notes);
	TEST(no_memory);
	return tap_done();
}
