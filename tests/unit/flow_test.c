// SPDX-License-Identifier: GPL-2.0-only
#include "quic/core/flow.h"

#include "fixture.h"
#include "tap.h"

#define BIDI0	0	/* client's first bidirectional stream */

static void due_at_half(void)
{
	CHECK(!quic_flow_update_due(100, 100, 0));
	CHECK(!quic_flow_update_due(100, 100, 49));
	CHECK(quic_flow_update_due(100, 100, 50));
	CHECK(quic_flow_update_due(100, 100, 100));
	CHECK(!quic_flow_update_due(1, 1, 0));
	CHECK(quic_flow_update_due(1, 1, 1));
}

/* RFC 9000 4.1: MAX_DATA and MAX_STREAM_DATA follow the reader. */
static void windows_follow_the_reader(void)
{
	struct quic_stream *s;
	struct fix f;
	u64 off;

	fix_open(&f, true, NULL, NULL);
	for (off = 0; off < 15000; off += 1000)
		CHECK_EQ(fix_stream(&f, BIDI0, off, 1000, false), 0);
	f.now += 100 * MS;
	fix_send(&f);
	/* not read: nothing granted, however much has come */
	CHECK_EQ(fix_count(&f, QUIC_FRAME_MAX_STREAM_DATA), 0);
	s = quic_stream_find(&f.c, BIDI0);
	quic_stream_read(&f.c, s, 14999, false);
	fix_send(&f);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_MAX_STREAM_DATA), 0);
	quic_stream_read(&f.c, s, 1, false);
	fix_send(&f);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_MAX_STREAM_DATA), 1);
	CHECK_EQ(fix_nth(&f, QUIC_FRAME_MAX_STREAM_DATA, 0)->f.limit.max,
		 45000);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_MAX_DATA), 0);
	for (off = 15000; off < 45000; off += 1000)
		CHECK_EQ(fix_stream(&f, BIDI0, off, 1000, false), 0);
	quic_stream_read(&f.c, s, 30000, false);
	/* a limit counts once it is said */
	fix_send(&f);
	CHECK_EQ(fix_stream(&f, BIDI0, 45000, 1000, false), 0);
	fix_forget(&f);
	quic_stream_read(&f.c, s, 1000, false);
	for (off = 46000; off < 50000; off += 1000)
		CHECK_EQ(fix_stream(&f, BIDI0, off, 1000, false), 0);
	quic_stream_read(&f.c, s, 4000, false);
	fix_send(&f);
	CHECK_EQ(fix_nth(&f, QUIC_FRAME_MAX_DATA, 0)->f.limit.max, 150000);
	CHECK_EQ(f.c.flow.rx_read, 50000);
	CHECK_EQ(f.c.flow.rx_rcvd, 50000);
	fix_free(&f);
}

/* RFC 9000 4.1, 19.10#4: FLOW_CONTROL_ERROR beyond the stream's limit */
static void stream_limit(void)
{
	struct fix f;

	fix_open(&f, true, NULL, NULL);
	CHECK_EQ(fix_stream(&f, BIDI0, 29000, 1000, false), 0);
	CHECK_EQ(fix_stream(&f, BIDI0, 29000, 1001, false),
		 QUIC_ERR_FLOW_CONTROL);
	CHECK_EQ(f.c.state, QUIC_CONN_CLOSING);
	CHECK_EQ(f.c.close.err, QUIC_ERR_FLOW_CONTROL);
	CHECK_EQ(f.c.close.frame_type & ~7ULL, QUIC_FRAME_STREAM);
	fix_free(&f);
	/* the limit of our own stream is another one */
	fix_open(&f, false, NULL, NULL);
	fix_write(&f, false, 1, false);
	CHECK_EQ(fix_stream(&f, BIDI0, 19000, 1000, false), 0);
	CHECK_EQ(fix_stream(&f, BIDI0, 20000, 1, false),
		 QUIC_ERR_FLOW_CONTROL);
	fix_free(&f);
	/* and of a unidirectional one */
	fix_open(&f, true, NULL, NULL);
	CHECK_EQ(fix_stream(&f, 2, 39000, 1000, false), 0);
	CHECK_EQ(fix_stream(&f, 2, 40000, 1, false), QUIC_ERR_FLOW_CONTROL);
	fix_free(&f);
	/* an offset that is near the end of all */
	fix_open(&f, true, NULL, NULL);
	CHECK_EQ(fix_stream(&f, 2, QUIC_VARINT_MAX - 1, 1, false),
		 QUIC_ERR_FLOW_CONTROL);
	fix_free(&f);
}

/* RFC 9000 4.1, 19.9#2: the sum over all streams, holes included */
static void connection_limit(void)
{
	struct fix f;

	fix_open(&f, true, NULL, NULL);
	CHECK_EQ(fix_stream(&f, 0, 29999, 1, false), 0);
	CHECK_EQ(fix_stream(&f, 4, 29999, 1, false), 0);
	CHECK_EQ(fix_stream(&f, 8, 29999, 1, false), 0);
	CHECK_EQ(f.c.flow.rx_rcvd, 90000);
	CHECK_EQ(fix_stream(&f, 12, 9999, 1, false), 0);
	CHECK_EQ(f.c.flow.rx_rcvd, 100000);
	/* what has been counted is not counted again */
	CHECK_EQ(fix_stream(&f, 12, 0, 1000, false), 0);
	CHECK_EQ(fix_stream(&f, 12, 10000, 1, false), QUIC_ERR_FLOW_CONTROL);
	fix_free(&f);
	/* a final size counts as much as bytes: RFC 9000 4.5 */
	fix_open(&f, true, NULL, NULL);
	CHECK_EQ(fix_stream(&f, 0, 29999, 1, false), 0);
	CHECK_EQ(fix_stream(&f, 4, 29999, 1, false), 0);
	CHECK_EQ(fix_stream(&f, 8, 29999, 1, false), 0);
	CHECK_EQ(fix_reset(&f, 12, 0, 10001), QUIC_ERR_FLOW_CONTROL);
	fix_free(&f);
	fix_open(&f, true, NULL, NULL);
	CHECK_EQ(fix_reset(&f, 12, 0, 30001), QUIC_ERR_FLOW_CONTROL);
	fix_free(&f);
}

/*
 * RFC 9000 2.2#3, 4.1, 19.9#1, 19.12: we never send more, and say so once
 * for each limit
 */
static void blocked_by_connection(void)
{
	struct quic_tparams tp;
	struct quic_stream *s;
	struct fix f;

	fix_params(&tp);
	tp.initial_max_data = 3000;
	fix_open(&f, false, NULL, &tp);
	s = fix_write(&f, false, 5000, true);
	fix_send(&f);
	CHECK_EQ(fix_stream_bytes(&f), 3000);
	CHECK_EQ(f.c.flow.tx_sent, 3000);
	CHECK_EQ(quic_stream_credit(&f.c, s), 0);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_DATA_BLOCKED), 1);
	CHECK_EQ(fix_nth(&f, QUIC_FRAME_DATA_BLOCKED, 0)->f.limit.max, 3000);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_STREAM_DATA_BLOCKED), 0);
	quic_stream_write(&f.c, s, 0, true);
	CHECK_EQ(fix_send(&f), 0);
	/* a limit never goes down: RFC 9000 4.1 */
	CHECK_EQ(fix_limit(&f, QUIC_FRAME_MAX_DATA, 0, 2000), 0);
	CHECK_EQ(fix_limit(&f, QUIC_FRAME_MAX_DATA, 0, 4000), 0);
	f.c.news = 0;
	CHECK_EQ(fix_limit(&f, QUIC_FRAME_MAX_DATA, 0, 3500), 0);
	CHECK(!(f.c.news & QUIC_NEWS_WRITABLE));
	fix_send(&f);
	CHECK_EQ(fix_stream_bytes(&f), 4000);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_DATA_BLOCKED), 2);
	CHECK_EQ(fix_nth(&f, QUIC_FRAME_DATA_BLOCKED, 1)->f.limit.max, 4000);
	CHECK_EQ(fix_limit(&f, QUIC_FRAME_MAX_DATA, 0, 9000), 0);
	fix_send(&f);
	CHECK_EQ(fix_stream_bytes(&f), 5000);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_DATA_BLOCKED), 2);
	fix_free(&f);
}

/* RFC 9000 2.2#3, 19.10#3, 19.13 */
static void blocked_by_stream(void)
{
	struct quic_tparams tp;
	struct fix f;

	fix_params(&tp);
	tp.initial_max_stream_data_bidi_remote = 100;
	fix_open(&f, false, NULL, &tp);
	fix_write(&f, false, 300, true);
	fix_send(&f);
	CHECK_EQ(fix_stream_bytes(&f), 100);
	CHECK(!fix_nth(&f, QUIC_FRAME_STREAM, 0)->f.stream.fin);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_STREAM_DATA_BLOCKED), 1);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_DATA_BLOCKED), 0);
	CHECK_EQ(fix_nth(&f, QUIC_FRAME_STREAM_DATA_BLOCKED, 0)->f.limit.max,
		 100);
	CHECK_EQ(fix_limit(&f, QUIC_FRAME_MAX_STREAM_DATA, BIDI0, 50), 0);
	CHECK_EQ(fix_limit(&f, QUIC_FRAME_MAX_STREAM_DATA, BIDI0, 300), 0);
	fix_send(&f);
	CHECK_EQ(fix_stream_bytes(&f), 300);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_STREAM_DATA_BLOCKED), 1);
	CHECK(fix_nth(&f, QUIC_FRAME_STREAM, 1)->f.stream.fin);
	fix_free(&f);
}

/* A limit of nothing is a limit, too. */
static void blocked_at_zero(void)
{
	struct quic_tparams tp;
	struct fix f;

	fix_params(&tp);
	tp.initial_max_stream_data_bidi_remote = 0;
	fix_open(&f, false, NULL, &tp);
	fix_write(&f, false, 300, true);
	fix_send(&f);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_STREAM_DATA_BLOCKED), 1);
	CHECK_EQ(fix_nth(&f, QUIC_FRAME_STREAM_DATA_BLOCKED, 0)->f.limit.max,
		 0);
	fix_free(&f);
	fix_params(&tp);
	tp.initial_max_data = 0;
	tp.initial_max_streams_uni = 0;
	fix_open(&f, false, NULL, &tp);
	CHECK(!fix_write(&f, true, 1, false));
	fix_write(&f, false, 300, true);
	fix_send(&f);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_DATA_BLOCKED), 1);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_STREAMS_BLOCKED_UNI), 1);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_STREAM), 0);
	fix_free(&f);
}

/* All was sent, up to the limit: nobody is held up. */
static void full_is_not_blocked(void)
{
	struct quic_tparams tp;
	struct fix f;

	fix_params(&tp);
	tp.initial_max_stream_data_bidi_remote = 100;
	tp.initial_max_data = 100;
	fix_open(&f, false, NULL, &tp);
	fix_write(&f, false, 100, true);
	fix_send(&f);
	CHECK_EQ(fix_stream_bytes(&f), 100);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_STREAM_DATA_BLOCKED), 0);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_DATA_BLOCKED), 0);
	fix_free(&f);
}

/* RFC 9000 13.3: BLOCKED is repeated only while it is true. */
static void blocked_is_not_repeated_late(void)
{
	struct quic_tparams tp;
	struct fix f;
	u64 pn;

	fix_params(&tp);
	tp.initial_max_data = 100;
	tp.initial_max_streams_bidi = 1;
	fix_open(&f, false, NULL, &tp);
	fix_write(&f, false, 300, true);
	CHECK(!fix_write(&f, false, 300, true));
	fix_send(&f);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_DATA_BLOCKED), 1);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_STREAMS_BLOCKED_BIDI), 1);
	CHECK_EQ(fix_limit(&f, QUIC_FRAME_MAX_DATA, 0, 1000), 0);
	CHECK_EQ(fix_limit(&f, QUIC_FRAME_MAX_STREAMS_BIDI, 0, 9), 0);
	fix_send(&f);
	pn = f.c.space[QUIC_SPACE_APP].sent.next;
	fix_forget(&f);
	/* three later ones acknowledged: those before are lost */
	for (; f.c.space[QUIC_SPACE_APP].sent.next < pn + 3;) {
		f.c.pending |= QUIC_PEND_PING;
		fix_send(&f);
	}
	fix_forget(&f);
	CHECK_EQ(fix_ack(&f, QUIC_SPACE_APP, pn, pn + 2), 0);
	fix_send(&f);
	CHECK(f.c.stats.lost_pkts);
	CHECK(fix_stream_bytes(&f));
	CHECK_EQ(fix_count(&f, QUIC_FRAME_DATA_BLOCKED), 0);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_STREAMS_BLOCKED_BIDI), 0);
	fix_free(&f);
}

/* A frame that was queued when the peer's credit came is not said any more. */
static void blocked_overtaken_by_credit(void)
{
	struct quic_tparams tp;
	struct fix f;

	fix_params(&tp);
	tp.initial_max_streams_uni = 0;
	fix_open(&f, false, NULL, &tp);
	CHECK(!fix_write(&f, true, 1, true));
	CHECK(f.c.pending & QUIC_PEND_STREAMS_BLOCKED_UNI);
	CHECK_EQ(fix_limit(&f, QUIC_FRAME_MAX_STREAMS_UNI, 0, 1), 0);
	fix_send(&f);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_STREAMS_BLOCKED_UNI), 0);
	fix_free(&f);
}

/* Half of the stream's window comes and is read, tenths of an RTT later. */
static void read_half(struct fix *f, unsigned int tenths_of_rtt)
{
	struct quic_stream *s = quic_stream_find(&f->c, BIDI0);
	u64 off = s ? s->rx.next : 0, end = off + 15000;

	if (s)
		end = off + s->rx_window / 2;
	for (; off < end; off += 1000)
		CHECK_EQ(fix_stream(f, BIDI0, off, 1000, false), 0);
	f->now += f->c.rtt.smoothed / 10 * tenths_of_rtt;
	s = quic_stream_find(&f->c, BIDI0);
	quic_stream_read(&f->c, s, end - s->rx.next, false);
	fix_send(f);
}

static void open_growing(struct fix *f, u64 most)
{
	fix_open(f, true, NULL, NULL);
	quic_rtt_sample(&f->c.rtt, 50 * MS, 0, f->now);
	f->c.flow.rx_window_max = most;
}

/*
 * The windows double while a reader takes half of one within one and a half
 * round trips, up to the bound; the first grant only starts the clock.
 */
static void windows_grow(void)
{
	struct quic_stream *s;
	struct fix f;

	open_growing(&f, 200000);
	read_half(&f, 1);
	s = quic_stream_find(&f.c, BIDI0);
	CHECK_EQ(s->rx_window, 30000);
	CHECK_EQ(s->rx_max, 45000);
	read_half(&f, 14);
	CHECK_EQ(s->rx_window, 60000);
	CHECK_EQ(s->rx_max, 30000 + 60000);
	CHECK_EQ(fix_nth(&f, QUIC_FRAME_MAX_STREAM_DATA, 1)->f.limit.max,
		 90000);
	read_half(&f, 15);
	CHECK_EQ(s->rx_window, 60000);
	read_half(&f, 5);
	CHECK_EQ(s->rx_window, 120000);
	read_half(&f, 5);
	CHECK_EQ(s->rx_window, 200000);
	read_half(&f, 5);
	CHECK_EQ(s->rx_window, 200000);
	/* the connection's, which began with 100000, by itself */
	CHECK_EQ(f.c.flow.rx_window, 200000);
	CHECK(f.c.flow.rx_max <= f.c.flow.rx_read + 200000);
	fix_free(&f);
}

/* No bound, no growth; no round-trip time, neither. */
static void windows_stay(void)
{
	struct fix f;

	open_growing(&f, 0);
	read_half(&f, 1);
	read_half(&f, 1);
	read_half(&f, 1);
	CHECK_EQ(quic_stream_find(&f.c, BIDI0)->rx_window, 30000);
	fix_free(&f);
	fix_open(&f, true, NULL, NULL);
	f.c.flow.rx_window_max = 1 << 20;
	read_half(&f, 1);
	read_half(&f, 1);
	CHECK_EQ(quic_stream_find(&f.c, BIDI0)->rx_window, 30000);
	fix_free(&f);
}

/* RFC 9000 13.3: a lost limit is said again, with what it is by then. */
static void limit_is_repeated(void)
{
	struct quic_stream *s;
	struct fix f;
	u64 pn;

	open_growing(&f, 1 << 20);
	read_half(&f, 1);
	s = quic_stream_find(&f.c, BIDI0);
	pn = fix_nth(&f, QUIC_FRAME_MAX_STREAM_DATA, 0)->pn;
	fix_forget(&f);
	f.now += MS;
	fix_ack(&f, QUIC_SPACE_APP, pn - 1, pn - 1);
	quic_conn_frame_lost(&f.c, QUIC_SPACE_APP,
			     &(struct quic_sent_frame) {
				.type = QUIC_FRAME_MAX_STREAM_DATA,
				.id = BIDI0,
			     }, GFP_ATOMIC);
	fix_send(&f);
	CHECK_EQ(fix_nth(&f, QUIC_FRAME_MAX_STREAM_DATA, 0)->f.limit.max,
		 45000);
	/* that was no half of a window read */
	CHECK_EQ(s->rx_window, 30000);
	CHECK_EQ(s->rx_max, 45000);
	fix_free(&f);
}

int main(void)
{
	TEST(windows_grow);
	TEST(windows_stay);
	TEST(limit_is_repeated);
	TEST(due_at_half);
	TEST(windows_follow_the_reader);
	TEST(stream_limit);
	TEST(connection_limit);
	TEST(blocked_by_connection);
	TEST(blocked_by_stream);
	TEST(blocked_at_zero);
	TEST(full_is_not_blocked);
	TEST(blocked_is_not_repeated_late);
	TEST(blocked_overtaken_by_credit);
	return tap_done();
}
