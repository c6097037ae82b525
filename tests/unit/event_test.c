// SPDX-License-Identifier: GPL-2.0-only
#include "quic/core/event.h"

#include "tap.h"

static void push(struct quic_events *q, u8 type, u64 id)
{
	const struct quic_ev ev = { .type = type, .id = id };

	quic_events_push(q, &ev, GFP_KERNEL);
}

static void only_what_is_wanted(void)
{
	struct quic_events q;

	quic_events_init(&q);
	push(&q, QUIC_EV_STREAM_UPDATE, 1);
	CHECK(!quic_events_peek(&q));
	q.mask = BIT(QUIC_EV_STREAM_MAX_DATA);
	push(&q, QUIC_EV_STREAM_UPDATE, 2);
	push(&q, QUIC_EV_STREAM_MAX_DATA, 3);
	CHECK_EQ(q.n, 1);
	CHECK_EQ(quic_events_peek(&q)->id, 3);
	quic_events_free(&q);
	CHECK_EQ(q.n, 0);
}

static void oldest_first(void)
{
	struct quic_events q;
	u64 i;

	quic_events_init(&q);
	q.mask = ~0u;
	for (i = 0; i < 5; i++)
		push(&q, QUIC_EV_STREAM_UPDATE, i);
	for (i = 0; i < 5; i++) {
		CHECK_EQ(quic_events_peek(&q)->id, i);
		quic_events_pop(&q);
	}
	CHECK(!quic_events_peek(&q));
	quic_events_pop(&q);
	CHECK_EQ(q.n, 0);
}

/* A peer that makes events cannot make us hold more than so many. */
static void bounded(void)
{
	struct quic_events q;
	long live = quic_env_live();
	u64 i;

	quic_events_init(&q);
	q.mask = ~0u;
	for (i = 0; i < 1000; i++)
		push(&q, QUIC_EV_STREAM_UPDATE, i);
	CHECK_EQ(q.n, QUIC_EVENTS_MAX);
	CHECK_EQ(quic_env_live() - live, QUIC_EVENTS_MAX);
	quic_events_pop(&q);
	push(&q, QUIC_EV_STREAM_UPDATE, i);
	CHECK_EQ(q.n, QUIC_EVENTS_MAX);
	quic_events_free(&q);
}

static void no_memory(void)
{
	struct quic_events q;

	quic_events_init(&q);
	q.mask = ~0u;
	quic_env_fail_after(1);
	push(&q, QUIC_EV_STREAM_UPDATE, 1);
	push(&q, QUIC_EV_STREAM_UPDATE, 2);
	CHECK_EQ(q.n, 1);
	CHECK_EQ(quic_events_peek(&q)->id, 1);
	quic_events_free(&q);
}

int main(void)
{
	TEST(only_what_is_wanted);
	TEST(oldest_first);
	TEST(bounded);
	TEST(no_memory);
	return tap_done();
}
