// SPDX-License-Identifier: GPL-2.0-only
#include "quic/core/stream.h"

#include "fixture.h"
#include "tap.h"

static struct fix f;

static void start(void)
{
	fix_open(&f, false, NULL, NULL);
	f.c.events.mask = ~0u;
}

static u64 next_pn(void)
{
	return f.c.space[QUIC_SPACE_APP].sent.next;
}

static void acked(struct quic_stream *s, u64 off, u64 end, bool fin)
{
	quic_stream_acked(&f.c, s->id, off, end - off, fin, GFP_ATOMIC);
}

static void lost(struct quic_stream *s, u64 off, u64 end, bool fin)
{
	quic_stream_lost(&f.c, s->id, off, end - off, fin, GFP_ATOMIC);
}

/* All of [0, size) has gone out once. */
static struct quic_stream *sent_stream(u64 size, bool fin)
{
	struct quic_stream *s = fix_write(&f, true, size, fin);

	fix_send(&f);
	CHECK_EQ(s->tx_next, size);
	CHECK_EQ(s->tx_high, size);
	fix_forget(&f);
	return s;
}

/* RFC 9000 3.1: Ready, Send, Data Sent, Data Recvd */
static void states(void)
{
	struct quic_stream *s;
	struct quic_ev *ev;

	start();
	s = fix_write(&f, true, 100, false);
	CHECK_EQ(s->send_state, QUIC_SEND_SEND);
	fix_send(&f);
	CHECK_EQ(s->send_state, QUIC_SEND_SEND);
	CHECK(!fix_nth(&f, QUIC_FRAME_STREAM, 0)->f.stream.fin);
	quic_stream_write(&f.c, s, 0, true);
	fix_send(&f);
	CHECK(fix_nth(&f, QUIC_FRAME_STREAM, 1)->f.stream.fin);
	CHECK_EQ(fix_nth(&f, QUIC_FRAME_STREAM, 1)->f.stream.len, 0);
	CHECK_EQ(fix_nth(&f, QUIC_FRAME_STREAM, 1)->f.stream.offset, 100);
	CHECK_EQ(s->send_state, QUIC_SEND_SENT);
	s->user_ref = 1;
	fix_ack_all(&f, QUIC_SPACE_APP);
	CHECK_EQ(s->send_state, QUIC_SEND_RECVD);
	ev = quic_events_peek(&f.c.events);
	CHECK(ev && ev->state == QUIC_SEND_RECVD && ev->val == 100);
	/* too late for a reset: RFC 9000 3.1 */
	CHECK_EQ(quic_stream_reset(&f.c, s, 1), -EINVAL);
	/* RFC 9000 3.3: nor is anything sent again */
	lost(s, 0, 100, true);
	CHECK_EQ(fix_send(&f), 0);
	s->user_ref = 0;
	fix_free(&f);
}

/* Bytes are released from the front, once. */
static void released(void)
{
	struct quic_stream *s;

	start();
	s = sent_stream(1000, false);
	CHECK(!quic_streams_acked(&f.c));
	acked(s, 500, 600, false);
	CHECK_EQ(quic_stream_released(s), 0);
	CHECK(!quic_streams_acked(&f.c));
	f.c.news = 0;
	acked(s, 0, 400, false);
	CHECK_EQ(quic_stream_released(s), 400);
	CHECK(f.c.news & QUIC_NEWS_TX_ACKED);
	CHECK(quic_streams_acked(&f.c) == s);
	CHECK(!quic_streams_acked(&f.c));
	acked(s, 400, 500, false);
	CHECK_EQ(quic_stream_released(s), 600);
	CHECK(quic_ranges_empty(&s->tx_acked));
	acked(s, 100, 300, false);
	CHECK_EQ(quic_stream_released(s), 600);
	fix_free(&f);
}

/* RFC 9000 13.3: lost bytes go again, those acknowledged meanwhile do not. */
static void losses(void)
{
	struct quic_stream *s;
	const struct fix_seen *seen;

	start();
	s = sent_stream(1000, true);
	acked(s, 300, 400, false);
	lost(s, 200, 500, false);
	CHECK_EQ(s->tx_lost.n, 2);
	fix_send(&f);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_STREAM), 2);
	seen = fix_nth(&f, QUIC_FRAME_STREAM, 0);
	CHECK_EQ(seen->f.stream.offset, 200);
	CHECK_EQ(seen->f.stream.len, 100);
	CHECK(!seen->f.stream.fin);
	seen = fix_nth(&f, QUIC_FRAME_STREAM, 1);
	CHECK_EQ(seen->f.stream.offset, 400);
	CHECK_EQ(seen->f.stream.len, 100);
	/* no new bytes: nothing more is counted against the connection */
	CHECK_EQ(f.c.flow.tx_sent, 1000);
	/* lost, and then acknowledged after all: not again */
	fix_forget(&f);
	lost(s, 500, 600, false);
	acked(s, 500, 600, false);
	CHECK_EQ(fix_send(&f), 0);
	/* below what was released */
	acked(s, 0, 300, false);
	lost(s, 100, 200, false);
	CHECK_EQ(fix_send(&f), 0);
	fix_free(&f);
}

/* RFC 9000 3.1: the end is lost and repeated */
static void fin_lost(void)
{
	struct quic_stream *s;

	start();
	s = sent_stream(100, true);
	lost(s, 0, 100, true);
	CHECK_EQ(s->send_state, QUIC_SEND_SEND);
	fix_send(&f);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_STREAM), 1);
	CHECK(fix_nth(&f, QUIC_FRAME_STREAM, 0)->f.stream.fin);
	CHECK_EQ(s->send_state, QUIC_SEND_SENT);
	/* a bare one */
	fix_forget(&f);
	acked(s, 0, 100, false);
	CHECK_EQ(s->send_state, QUIC_SEND_SENT);
	lost(s, 100, 100, true);
	fix_send(&f);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_STREAM), 1);
	CHECK_EQ(fix_stream_bytes(&f), 0);
	CHECK(fix_nth(&f, QUIC_FRAME_STREAM, 0)->f.stream.fin);
	/* one copy was acknowledged: the loss of the other means nothing */
	fix_forget(&f);
	s->user_ref = 1;
	acked(s, 100, 100, true);
	CHECK_EQ(s->send_state, QUIC_SEND_RECVD);
	lost(s, 100, 100, true);
	CHECK_EQ(fix_send(&f), 0);
	s->user_ref = 0;
	fix_free(&f);
}

/* A bare end is acknowledged before the bytes below it. */
static void fin_acked_first(void)
{
	struct quic_stream *s;

	start();
	s = sent_stream(100, true);
	acked(s, 100, 100, true);
	CHECK(quic_ranges_empty(&s->tx_acked));
	CHECK_EQ(s->send_state, QUIC_SEND_SENT);
	lost(s, 0, 100, true);
	CHECK_EQ(s->send_state, QUIC_SEND_SENT);
	fix_send(&f);
	CHECK_EQ(fix_stream_bytes(&f), 100);
	s->user_ref = 1;
	acked(s, 0, 100, true);
	CHECK_EQ(s->send_state, QUIC_SEND_RECVD);
	s->user_ref = 0;
	fix_free(&f);
}

/* RFC 9000 3.1, 4.5: RESET_STREAM with the size that was sent */
static void reset(void)
{
	struct quic_stream *s;
	struct quic_ev *ev;
	u64 pn;

	start();
	s = fix_write(&f, true, 50000, true);
	fix_plan(&f, 2);
	fix_commit(&f, f.plan.n_pkts);
	CHECK(s->tx_high && s->tx_high < 10000);
	fix_forget(&f);
	lost(s, 0, 1000, false);
	CHECK_EQ(quic_stream_reset(&f.c, s, 42), 0);
	CHECK_EQ(s->send_state, QUIC_SEND_RESET_SENT);
	CHECK_EQ(quic_stream_released(s), U64_MAX);
	CHECK(quic_streams_acked(&f.c) == s);
	CHECK_EQ(quic_stream_reset(&f.c, s, 43), -EINVAL);
	pn = next_pn();
	fix_send(&f);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_STREAM), 0);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_RESET_STREAM), 1);
	CHECK_EQ(fix_nth(&f, QUIC_FRAME_RESET_STREAM, 0)->f.reset.err, 42);
	CHECK_EQ(fix_nth(&f, QUIC_FRAME_RESET_STREAM, 0)->f.reset.final_size,
		 s->tx_high);
	CHECK_EQ(f.c.flow.tx_sent, s->tx_high);
	/* RFC 9000 13.3: no stream data after it, whatever is lost */
	lost(s, 0, 2000, true);
	acked(s, 0, 500, false);
	CHECK_EQ(s->send_state, QUIC_SEND_RESET_SENT);
	CHECK_EQ(fix_send(&f), 0);
	while (quic_events_peek(&f.c.events))
		quic_events_pop(&f.c.events);
	s->user_ref = 1;
	CHECK_EQ(fix_ack(&f, QUIC_SPACE_APP, pn, pn), 0);
	CHECK_EQ(s->send_state, QUIC_SEND_RESET_RECVD);
	ev = quic_events_peek(&f.c.events);
	CHECK(ev && ev->state == QUIC_SEND_RESET_RECVD);
	s->user_ref = 0;
	fix_free(&f);
	/* it is over with that */
	start();
	s = sent_stream(100, false);
	quic_stream_reset_acked(&f.c, s->id, GFP_ATOMIC);
	CHECK_EQ(s->send_state, QUIC_SEND_SEND);
	quic_stream_reset(&f.c, s, 1);
	pn = s->id;
	quic_stream_reset_acked(&f.c, pn, GFP_ATOMIC);
	CHECK(!quic_stream_find(&f.c, pn));
	quic_stream_reset_acked(&f.c, pn, GFP_ATOMIC);
	fix_free(&f);
}

/* RFC 9000 13.3: RESET_STREAM is repeated until acknowledged */
static void reset_lost(void)
{
	struct quic_stream *s;
	u64 pn;
	int i;

	start();
	s = fix_write(&f, true, 100, false);
	quic_stream_reset(&f.c, s, 42);
	fix_send(&f);
	/* nothing had been sent */
	CHECK_EQ(fix_nth(&f, QUIC_FRAME_RESET_STREAM, 0)->f.reset.final_size,
		 0);
	fix_forget(&f);
	pn = next_pn();
	for (i = 0; i < 3; i++) {
		f.c.pending |= QUIC_PEND_PING;
		fix_send(&f);
	}
	CHECK_EQ(fix_ack(&f, QUIC_SPACE_APP, pn, pn + 2), 0);
	fix_send(&f);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_RESET_STREAM), 1);
	fix_free(&f);
}

/* RFC 9000 3.5: STOP_SENDING is answered with its own code */
static void stopped(void)
{
	struct quic_stream *s;

	start();
	s = sent_stream(1000, false);
	f.c.news = 0;
	CHECK_EQ(fix_stop(&f, s->id, 1234), 0);
	CHECK_EQ(s->send_state, QUIC_SEND_RESET_SENT);
	CHECK_EQ(quic_events_peek(&f.c.events)->state, QUIC_SEND_RESET_SENT);
	CHECK_EQ(quic_events_peek(&f.c.events)->err, 1234);
	CHECK(f.c.news & QUIC_NEWS_WRITABLE);
	fix_send(&f);
	CHECK_EQ(fix_nth(&f, QUIC_FRAME_RESET_STREAM, 0)->f.reset.err, 1234);
	CHECK_EQ(fix_nth(&f, QUIC_FRAME_RESET_STREAM, 0)->f.reset.final_size,
		 1000);
	CHECK(!quic_stream_writable(s));
	/* again: nothing new */
	CHECK_EQ(fix_stop(&f, s->id, 1), 0);
	CHECK_EQ(s->tx_err, 1234);
	/* in state Ready */
	s = NULL;
	CHECK_EQ(quic_stream_open(&f.c, -1, true, GFP_KERNEL, &s), 0);
	CHECK_EQ(fix_stop(&f, s->id, 7), 0);
	CHECK_EQ(s->send_state, QUIC_SEND_RESET_SENT);
	fix_free(&f);
}

/* An allocation that fails sends more than needed, never less or released. */
static void no_memory(void)
{
	struct quic_stream *s;

	start();
	s = sent_stream(1000, true);
	acked(s, 100, 200, false);
	acked(s, 300, 400, false);
	quic_env_fail_after(0);
	acked(s, 500, 600, false);	/* a third range does not fit */
	quic_env_fail_after(-1);
	fix_send(&f);
	CHECK_EQ(fix_stream_bytes(&f), 1000);
	CHECK_EQ(f.c.flow.tx_sent, 1000);
	CHECK(fix_nth(&f, QUIC_FRAME_STREAM, 0)->f.stream.fin);
	fix_free(&f);
	/* starting over, what is lost above is to be sent anyway */
	start();
	s = sent_stream(1000, true);
	acked(s, 100, 200, false);
	acked(s, 300, 400, false);
	quic_env_fail_after(0);
	acked(s, 500, 600, false);
	quic_env_fail_after(-1);
	CHECK_EQ(s->tx_next, 0);
	lost(s, 700, 800, false);
	CHECK(quic_ranges_empty(&s->tx_lost));
	fix_free(&f);
	/* a lost range that could not be split */
	start();
	s = sent_stream(1000, false);
	lost(s, 0, 400, false);
	lost(s, 600, 700, false);
	quic_env_fail_after(0);
	acked(s, 100, 200, false);
	CHECK_EQ(s->tx_lost.n, 2);
	quic_env_fail_after(-1);
	acked(s, 0, 100, false);
	CHECK_EQ(s->tx_una, 200);
	CHECK(s->tx_lost.r[0].start >= s->tx_una);
	fix_free(&f);
}

/* Against a map of the bytes: all arrives, nothing released is sent again. */
static void random_walk(void)
{
	static bool have[20000];
	u64 seed = 3;
	int walk, step;

	for (walk = 0; walk < 20; walk++) {
		struct quic_stream *s;
		unsigned int i;

		start();
		memset(have, 0, sizeof(have));
		s = fix_write(&f, true, sizeof(have), true);
		for (step = 0; step < 400 && s->send_state < 3; step++) {
			TAP_AT("walk %d, step %d", walk, step);
			fix_forget(&f);
			/* no window in the way */
			f.c.cc.in_flight_bytes = 0;
			if (step % 3 == 0)
				quic_env_fail_after(tap_random(&seed) % 8);
			if (fix_plan(&f, 3) > 0)
				fix_commit(&f, f.plan.n_pkts);
			s->user_ref = 1;
			for (i = 0; i < f.n_seen; i++) {
				struct quic_frame *fr = &f.seen[i].f;
				u64 off = fr->stream.offset;
				u64 len = fr->stream.len;

				if ((fr->type & ~7ULL) != QUIC_FRAME_STREAM)
					continue;
				CHECK(off >= s->tx_una ||
				      off + len <= s->tx_una ||
				      s->send_state >= QUIC_SEND_RECVD);
				if (tap_random(&seed) % 3) {
					memset(have + off, 1, len);
					acked(s, off, off + len,
					      fr->stream.fin);
				} else {
					lost(s, off, off + len,
					     fr->stream.fin);
				}
				CHECK(!s->tx_lost.n ||
				      s->tx_lost.r[0].start >= s->tx_una);
			}
			quic_env_fail_after(-1);
		}
		CHECK_EQ(s->send_state, QUIC_SEND_RECVD);
		for (i = 0; i < sizeof(have) && have[i]; i++)
			;
		CHECK_EQ(i, sizeof(have));
		s->user_ref = 0;
		fix_free(&f);
	}
}

/* RFC 9000 3.3: but RESET_STREAM, until it is acknowledged, nothing */
static void nothing_after_reset(void)
{
	struct quic_stream *s;
	struct quic_tparams tp;
	u64 pn, acked;
	int i;

	fix_params(&tp);
	tp.initial_max_stream_data_uni = 100;
	for (acked = 0; acked < 2; acked++) {
		fix_open(&f, false, NULL, &tp);
		s = fix_write(&f, true, 300, false);
		s->user_ref = 1;
		fix_send(&f);
		CHECK_EQ(fix_count(&f, QUIC_FRAME_STREAM_DATA_BLOCKED), 1);
		CHECK_EQ(quic_stream_reset(&f.c, s, 42), 0);
		fix_forget(&f);
		pn = next_pn();
		for (i = 0; i < 4; i++) {
			f.c.pending |= QUIC_PEND_PING;
			fix_send(&f);
		}
		CHECK_EQ(fix_count(&f, QUIC_FRAME_RESET_STREAM), 1);
		/* all that went before is lost, the reset perhaps, too */
		CHECK_EQ(fix_ack(&f, QUIC_SPACE_APP, pn + !acked, pn + 3), 0);
		CHECK_EQ(s->send_state, acked ? QUIC_SEND_RESET_RECVD :
						QUIC_SEND_RESET_SENT);
		fix_send(&f);
		CHECK_EQ(fix_count(&f, QUIC_FRAME_RESET_STREAM), 2 - acked);
		CHECK_EQ(fix_count(&f, QUIC_FRAME_STREAM), 0);
		CHECK_EQ(fix_count(&f, QUIC_FRAME_STREAM_DATA_BLOCKED), 0);
		s->user_ref = 0;
		fix_free(&f);
	}
}

int main(void)
{
	TEST(states);
	TEST(released);
	TEST(losses);
	TEST(fin_lost);
	TEST(fin_acked_first);
	TEST(reset);
	TEST(reset_lost);
	TEST(stopped);
	TEST(no_memory);
	TEST(random_walk);
	TEST(nothing_after_reset);
	return tap_done();
}
