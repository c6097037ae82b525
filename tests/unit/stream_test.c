// SPDX-License-Identifier: GPL-2.0-only
#include "quic/core/stream.h"

#include "fixture.h"
#include "tap.h"

static struct quic_stream *open_one(struct fix *f, s64 id, bool uni, int want)
{
	struct quic_stream *s = NULL;

	CHECK_EQ(quic_stream_open(&f->c, id, uni, GFP_KERNEL, &s), want);
	return s;
}

/* Free what is over. Return: how many. */
static int reap(struct fix *f)
{
	struct quic_stream *s;
	int n = 0;

	for (; (s = quic_streams_reap(&f->c)); n++)
		quic_stream_free(s);
	return n;
}

/* RFC 9000 2.1 */
static void ids(void)
{
	struct fix f;

	fix_open(&f, false, NULL, NULL);
	CHECK_EQ(quic_stream_next_id(&f.c, false), 0);
	CHECK_EQ(open_one(&f, -1, false, 0)->id, 0);
	CHECK_EQ(open_one(&f, -1, false, 0)->id, 4);
	CHECK_EQ(open_one(&f, -1, true, 0)->id, 2);
	CHECK_EQ(quic_stream_next_id(&f.c, true), 6);
	fix_free(&f);
	fix_open(&f, true, NULL, NULL);
	CHECK_EQ(open_one(&f, -1, false, 0)->id, 1);
	CHECK_EQ(open_one(&f, -1, true, 0)->id, 3);
	CHECK(open_one(&f, -1, true, 0)->has_send);
	CHECK(!quic_stream_find(&f.c, 7)->has_recv);
	CHECK(quic_stream_find(&f.c, 1)->has_recv);
	fix_free(&f);
}

static void given_ids(void)
{
	struct quic_stream *s;
	struct fix f;

	fix_open(&f, false, NULL, NULL);
	/* a lower one is opened with it: RFC 9000 2.1 */
	s = open_one(&f, 8, false, 0);
	CHECK_EQ(s->id, 8);
	CHECK(quic_stream_find(&f.c, 0) && quic_stream_find(&f.c, 4));
	CHECK(quic_stream_existed(&f.c, 4));
	CHECK(!quic_stream_existed(&f.c, 12));
	CHECK(open_one(&f, 4, true, 0) == quic_stream_find(&f.c, 4));
	/* the peer's */
	open_one(&f, 1, false, -EINVAL);
	open_one(&f, 3, false, -EINVAL);
	open_one(&f, S64_MAX, false, -EINVAL);
	/* one that is over */
	s = quic_stream_find(&f.c, 0);
	s->has_recv = false;
	quic_stream_write(&f.c, s, 10, true);
	fix_send(&f);
	fix_ack_all(&f, QUIC_SPACE_APP);
	CHECK_EQ(reap(&f), 1);
	open_one(&f, 0, false, -ENOSTR);
	fix_free(&f);
}

/* RFC 9000 4.6, 19.11#3, 19.14 */
static void limits(void)
{
	struct fix f;
	int i;

	fix_open(&f, false, NULL, NULL);
	for (i = 0; i < 4; i++)
		open_one(&f, -1, true, 0);
	open_one(&f, -1, true, -EAGAIN);
	open_one(&f, -1, true, -EAGAIN);
	open_one(&f, 2 + 4 * 4, true, -EAGAIN);
	fix_send(&f);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_STREAMS_BLOCKED_UNI), 1);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_STREAMS_BLOCKED_BIDI), 0);
	CHECK_EQ(fix_nth(&f, QUIC_FRAME_STREAMS_BLOCKED_UNI, 0)->f.limit.max,
		 4);
	/* said once */
	open_one(&f, -1, true, -EAGAIN);
	CHECK_EQ(fix_send(&f), 0);
	/* RFC 9000 19.11#2: it never goes down */
	CHECK_EQ(fix_limit(&f, QUIC_FRAME_MAX_STREAMS_UNI, 0, 3), 0);
	open_one(&f, -1, true, -EAGAIN);
	f.c.events.mask = ~0u;
	CHECK_EQ(fix_limit(&f, QUIC_FRAME_MAX_STREAMS_UNI, 0, 5), 0);
	CHECK(f.c.news & QUIC_NEWS_WRITABLE);
	/* the highest id that may be opened now */
	CHECK_EQ(quic_events_peek(&f.c.events)->type,
		 QUIC_EV_STREAM_MAX_STREAM);
	CHECK_EQ(quic_events_peek(&f.c.events)->val, 4 * 4 + 2);
	CHECK_EQ(open_one(&f, -1, true, 0)->id, 18);
	open_one(&f, -1, true, -EAGAIN);
	fix_send(&f);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_STREAMS_BLOCKED_UNI), 2);
	CHECK_EQ(fix_limit(&f, QUIC_FRAME_MAX_STREAMS_BIDI, 0, 1ULL << 60), 0);
	CHECK_EQ(f.c.streams.max_local[0], 1ULL << 60);
	fix_free(&f);
}

/* A peer that grants 2^60 streams: one call does not open them all. */
static void not_too_many_at_once(void)
{
	struct fix f;

	fix_open(&f, false, NULL, NULL);
	CHECK_EQ(fix_limit(&f, QUIC_FRAME_MAX_STREAMS_BIDI, 0, 1ULL << 60), 0);
	open_one(&f, 4ULL << 40, false, -EINVAL);
	CHECK_EQ(f.c.streams.count, 0);
	CHECK_EQ(open_one(&f, 4ULL * 100, false, 0)->id, 400);
	CHECK_EQ(f.c.streams.count, 101);
	fix_free(&f);
}

/* RFC 9000 18.2: whose limit counts for which stream */
static void initial_limits(void)
{
	struct quic_tparams tp;
	struct fix f;

	fix_params(&tp);
	tp.initial_max_stream_data_bidi_local = 1;
	tp.initial_max_stream_data_bidi_remote = 2;
	tp.initial_max_stream_data_uni = 3;
	fix_open(&f, false, NULL, &tp);
	CHECK_EQ(open_one(&f, -1, false, 0)->tx_max, 2);
	CHECK_EQ(open_one(&f, -1, true, 0)->tx_max, 3);
	CHECK_EQ(quic_stream_find(&f.c, 0)->rx_max, 20000);
	CHECK_EQ(fix_stream(&f, 1, 0, 1, false), 0);
	CHECK_EQ(quic_stream_find(&f.c, 1)->tx_max, 1);
	CHECK_EQ(quic_stream_find(&f.c, 1)->rx_max, 30000);
	CHECK_EQ(fix_stream(&f, 3, 0, 1, false), 0);
	CHECK_EQ(quic_stream_find(&f.c, 3)->rx_max, 40000);
	CHECK(!quic_stream_find(&f.c, 3)->has_send);
	fix_free(&f);
}

/* What is written before the peer's parameters came waits for its limits. */
static void granted_later(void)
{
	struct quic_tparams tp;
	struct quic_stream *s;
	struct fix f;

	CHECK_EQ(fix_start(&f, false, NULL), 0);
	f.c.streams.max_local[0] = 1;
	s = open_one(&f, -1, false, 0);
	CHECK_EQ(s->tx_max, 0);
	fix_params(&tp);
	fix_establish(&f, &tp);
	CHECK_EQ(s->tx_max, tp.initial_max_stream_data_bidi_remote);
	CHECK_EQ(f.c.streams.max_local[0], 8);
	CHECK_EQ(f.c.flow.tx_max, 100000);
	fix_free(&f);
}

/* RFC 9000 4.6: a peer's stream that is over makes room for another. */
static void room_for_another(void)
{
	struct quic_stream *s;
	struct fix f;
	u64 id;

	fix_open(&f, true, NULL, NULL);
	for (id = 2; id < 16; id += 4)
		CHECK_EQ(fix_stream(&f, id, 0, 1, true), 0);
	CHECK_EQ(f.c.streams.max_peer[1], 4);
	s = quic_stream_readable(&f.c);
	quic_stream_read(&f.c, s, 1, true);
	CHECK_EQ(reap(&f), 1);
	fix_send(&f);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_MAX_STREAMS_UNI), 1);
	CHECK_EQ(fix_nth(&f, QUIC_FRAME_MAX_STREAMS_UNI, 0)->f.limit.max, 5);
	CHECK_EQ(fix_stream(&f, 18, 0, 1, true), 0);
	/* a stream that is over is not opened again by what comes late */
	CHECK_EQ(fix_stream(&f, 2, 0, 1, true), 0);
	CHECK(!quic_stream_find(&f.c, 2));
	CHECK_EQ(f.c.streams.count, 4);
	CHECK_EQ(fix_stream(&f, 22, 0, 1, true), QUIC_ERR_STREAM_LIMIT);
	fix_free(&f);
}

/* RFC 9000 4.6: not each time, but before the peer is at its end. */
static void room_for_several(void)
{
	struct quic_tparams tp;
	struct quic_stream *s;
	struct fix f;
	u64 id;
	int i;

	fix_params(&tp);
	tp.initial_max_streams_uni = 100;
	fix_open(&f, true, &tp, NULL);
	for (id = 2; id < 2 + 4 * 50; id += 4) {
		CHECK_EQ(fix_count(&f, QUIC_FRAME_MAX_STREAMS_UNI), 0);
		CHECK_EQ(fix_stream(&f, id, 0, 1, true), 0);
		s = quic_stream_readable(&f.c);
		quic_stream_read(&f.c, s, 1, true);
		fix_send(&f);
	}
	CHECK_EQ(fix_count(&f, QUIC_FRAME_MAX_STREAMS_UNI), 1);
	CHECK_EQ(fix_nth(&f, QUIC_FRAME_MAX_STREAMS_UNI, 0)->f.limit.max, 150);
	fix_forget(&f);
	for (i = 0; i < 70; i++, id += 4) {
		CHECK_EQ(fix_stream(&f, id, 0, 1, i < 29), 0);
		s = quic_stream_readable(&f.c);
		quic_stream_read(&f.c, s, 1, i < 29);
		fix_send(&f);
	}
	/* 29 are over, and 30 left; then 29 */
	CHECK_EQ(fix_count(&f, QUIC_FRAME_MAX_STREAMS_UNI), 0);
	CHECK_EQ(fix_stream(&f, id, 0, 1, false), 0);
	fix_send(&f);
	CHECK_EQ(fix_nth(&f, QUIC_FRAME_MAX_STREAMS_UNI, 0)->f.limit.max, 179);
	while (reap(&f))
		;
	fix_free(&f);
}

/* RFC 9000 4.4: both halves must be over, and the glue's pointer gone. */
static void burial(void)
{
	struct quic_stream *s;
	struct fix f;

	fix_open(&f, false, NULL, NULL);
	s = fix_write(&f, false, 100, true);
	s->user_ref = 1;
	fix_send(&f);
	fix_ack_all(&f, QUIC_SPACE_APP);
	CHECK_EQ(s->send_state, QUIC_SEND_RECVD);
	CHECK_EQ(reap(&f), 0);
	CHECK_EQ(fix_stream(&f, 0, 0, 10, true), 0);
	CHECK_EQ(s->recv_state, QUIC_RECV_RECVD);
	quic_stream_read(&f.c, s, 10, true);
	CHECK_EQ(s->recv_state, QUIC_RECV_READ);
	CHECK(quic_stream_find(&f.c, 0) == s);
	f.c.news = 0;
	quic_stream_unref(&f.c, s);
	CHECK(!quic_stream_find(&f.c, 0));
	CHECK(f.c.news & QUIC_NEWS_DEAD);
	CHECK_EQ(reap(&f), 1);
	/* ours: the peer's credit is not touched */
	CHECK(!(f.c.pending & QUIC_PEND_MAX_STREAMS_BIDI));
	fix_free(&f);
}

static void killed(void)
{
	struct fix f;
	int i;

	fix_open(&f, false, NULL, NULL);
	for (i = 0; i < 8; i++)
		fix_write(&f, false, 100, true);
	CHECK_EQ(fix_stream(&f, 1, 0, 10, false), 0);
	quic_streams_kill(&f.c);
	CHECK_EQ(f.c.streams.count, 0);
	CHECK(!quic_stream_readable(&f.c));
	CHECK_EQ(reap(&f), 9);
	fix_free(&f);
}

/* Many streams: the table grows, and every one is found. */
static void table_grows(void)
{
	struct quic_tparams tp;
	struct fix f;
	u64 i;

	fix_params(&tp);
	tp.initial_max_streams_bidi = 10000;
	fix_open(&f, false, &tp, &tp);
	for (i = 0; i < 1000; i++)
		CHECK_EQ(open_one(&f, -1, false, 0)->id, 4 * i);
	CHECK_EQ(fix_stream(&f, 4 * 999 + 1, 0, 1, false), 0);
	CHECK_EQ(f.c.streams.count, 2000);
	for (i = 0; i < 1000; i++) {
		CHECK_EQ(quic_stream_find(&f.c, 4 * i)->id, 4 * i);
		CHECK_EQ(quic_stream_find(&f.c, 4 * i + 1)->id, 4 * i + 1);
	}
	CHECK(f.c.streams.hash_bits >= 10);
	CHECK(!quic_stream_find(&f.c, 4000));
	CHECK(!quic_stream_find(&f.c, QUIC_VARINT_MAX));
	/* without memory the old table serves on */
	fix_free(&f);
}

static void no_memory(void)
{
	struct quic_stream *s = NULL;
	struct fix f;
	int i;

	fix_open(&f, false, NULL, NULL);
	quic_env_fail_after(0);
	CHECK_EQ(quic_stream_open(&f.c, -1, false, GFP_KERNEL, &s), -ENOMEM);
	CHECK_EQ(f.c.streams.next[0], 0);
	quic_env_fail_after(2);
	CHECK_EQ(quic_stream_open(&f.c, 12, false, GFP_KERNEL, &s), -ENOMEM);
	CHECK_EQ(f.c.streams.next[0], 2);
	quic_env_fail_after(-1);
	CHECK_EQ(open_one(&f, 12, false, 0)->id, 12);
	for (i = 4; i < 8; i++)
		open_one(&f, -1, false, 0);
	CHECK_EQ(f.c.streams.count, 8);
	fix_free(&f);
}

static void write_states(void)
{
	struct quic_stream *s;
	struct fix f;

	fix_open(&f, false, NULL, NULL);
	s = open_one(&f, -1, false, 0);
	CHECK_EQ(s->send_state, QUIC_SEND_READY);
	CHECK(quic_stream_writable(s));
	CHECK_EQ(quic_stream_credit(&f.c, s), 30000);
	quic_stream_write(&f.c, s, 100, false);
	CHECK_EQ(s->send_state, QUIC_SEND_SEND);
	CHECK_EQ(quic_stream_credit(&f.c, s), 29900);
	CHECK(quic_stream_writable(s));
	quic_stream_write(&f.c, s, 0, true);
	CHECK(!quic_stream_writable(s));
	CHECK_EQ(s->send_state, QUIC_SEND_SEND);
	fix_send(&f);
	CHECK_EQ(s->send_state, QUIC_SEND_SENT);
	CHECK(!quic_stream_writable(s));
	fix_free(&f);
	/* beyond the credit it waits */
	fix_open(&f, false, NULL, NULL);
	s = fix_write(&f, false, 50000, false);
	CHECK_EQ(quic_stream_credit(&f.c, s), 0);
	fix_free(&f);
}

int main(void)
{
	TEST(ids);
	TEST(given_ids);
	TEST(limits);
	TEST(not_too_many_at_once);
	TEST(initial_limits);
	TEST(granted_later);
	TEST(room_for_another);
	TEST(room_for_several);
	TEST(burial);
	TEST(killed);
	TEST(table_grows);
	TEST(no_memory);
	TEST(write_states);
	return tap_done();
}
