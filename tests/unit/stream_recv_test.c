// SPDX-License-Identifier: GPL-2.0-only
#include "quic/core/stream.h"

#include "fixture.h"
#include "tap.h"

/* A server's view: stream 0 is the client's, 1 its own, 2 and 3 one way. */
#define PEER_BIDI	0
#define OUR_BIDI	1
#define PEER_UNI	2
#define OUR_UNI		3

static struct fix f;

static struct quic_stream *find(u64 id)
{
	return quic_stream_find(&f.c, id);
}

static void start(void)
{
	fix_open(&f, true, NULL, NULL);
	f.c.events.mask = ~0u;
}

static void check_closed(enum quic_err err, u64 type)
{
	CHECK_EQ(f.c.state, QUIC_CONN_CLOSING);
	CHECK_EQ(f.c.close.err, err);
	CHECK_EQ(f.c.close.frame_type, type);
	CHECK(f.c.close.local && !f.c.close.app);
}

/* RFC 9000 19.4, 19.5, 19.8, 19.10, 19.13: STREAM_STATE_ERROR */
static void wrong_direction(void)
{
	static const u8 to_sender[] = {
		QUIC_FRAME_RESET_STREAM, QUIC_FRAME_STREAM_DATA_BLOCKED,
	};
	unsigned int i;

	start();
	fix_write(&f, true, 1, false);
	CHECK_EQ(fix_stream(&f, OUR_UNI, 0, 1, false), QUIC_ERR_STREAM_STATE);
	fix_free(&f);
	for (i = 0; i < ARRAY_SIZE(to_sender); i++) {
		TAP_AT("type %#x", to_sender[i]);
		start();
		fix_write(&f, true, 1, false);
		CHECK_EQ(to_sender[i] == QUIC_FRAME_RESET_STREAM ?
			 fix_reset(&f, OUR_UNI, 0, 0) :
			 fix_limit(&f, to_sender[i], OUR_UNI, 0),
			 QUIC_ERR_STREAM_STATE);
		check_closed(QUIC_ERR_STREAM_STATE, to_sender[i]);
		fix_free(&f);
	}
	start();
	CHECK_EQ(fix_stop(&f, PEER_UNI, 0), QUIC_ERR_STREAM_STATE);
	check_closed(QUIC_ERR_STREAM_STATE, QUIC_FRAME_STOP_SENDING);
	fix_free(&f);
	start();
	CHECK_EQ(fix_limit(&f, QUIC_FRAME_MAX_STREAM_DATA, PEER_UNI, 5),
		 QUIC_ERR_STREAM_STATE);
	check_closed(QUIC_ERR_STREAM_STATE, QUIC_FRAME_MAX_STREAM_DATA);
	fix_free(&f);
}

/* The same sections: a stream of ours that we did not open */
static void not_opened(void)
{
	int i;

	for (i = 0; i < 5; i++) {
		enum quic_err err;

		TAP_AT("frame %d", i);
		start();
		switch (i) {
		case 0:
			err = fix_stream(&f, OUR_BIDI, 0, 1, false);
			break;
		case 1:
			err = fix_reset(&f, OUR_BIDI, 0, 0);
			break;
		case 2:
			err = fix_stop(&f, OUR_BIDI, 0);
			break;
		case 3:
			err = fix_limit(&f, QUIC_FRAME_MAX_STREAM_DATA,
					OUR_BIDI, 9);
			break;
		default:
			err = fix_limit(&f, QUIC_FRAME_STREAM_DATA_BLOCKED,
					OUR_BIDI, 9);
		}
		CHECK_EQ(err, QUIC_ERR_STREAM_STATE);
		fix_free(&f);
	}
}

/* RFC 9000 4.6, 19.11#4: STREAM_LIMIT_ERROR by any frame; here 8 and 4 */
static void stream_limit(void)
{
	start();
	CHECK_EQ(fix_stream(&f, 4 * 7, 0, 1, false), 0);
	CHECK_EQ(f.c.streams.count, 8);
	CHECK_EQ(fix_stream(&f, 4 * 8, 0, 1, false), QUIC_ERR_STREAM_LIMIT);
	CHECK_EQ(f.c.streams.count, 8);
	fix_free(&f);
	start();
	CHECK_EQ(fix_stream(&f, PEER_UNI + 4 * 4, 0, 1, false),
		 QUIC_ERR_STREAM_LIMIT);
	fix_free(&f);
	start();
	CHECK_EQ(fix_stop(&f, 4 * 8, 0), QUIC_ERR_STREAM_LIMIT);
	fix_free(&f);
	start();
	CHECK_EQ(fix_limit(&f, QUIC_FRAME_MAX_STREAM_DATA, 4 * 8, 0),
		 QUIC_ERR_STREAM_LIMIT);
	fix_free(&f);
	start();
	CHECK_EQ(fix_reset(&f, QUIC_VARINT_MAX & ~3ULL, 0, 0),
		 QUIC_ERR_STREAM_LIMIT);
	fix_free(&f);
}

/* RFC 9000 3.2: any of these frames opens a stream, and the ones below. */
static void opened_by_any_frame(void)
{
	start();
	CHECK_EQ(fix_limit(&f, QUIC_FRAME_STREAM_DATA_BLOCKED, PEER_UNI, 0),
		 0);
	CHECK(find(PEER_UNI));
	CHECK_EQ(fix_limit(&f, QUIC_FRAME_MAX_STREAM_DATA, 4, 99999), 0);
	CHECK(find(0) && find(4) && !find(8));
	CHECK_EQ(find(4)->tx_max, 99999);
	CHECK_EQ(fix_stop(&f, 8, 7), 0);
	CHECK_EQ(find(8)->send_state, QUIC_SEND_RESET_SENT);
	CHECK_EQ(fix_reset(&f, 12, 7, 0), 0);
	CHECK_EQ(find(12)->recv_state, QUIC_RECV_RESET_RECVD);
	fix_free(&f);
}

/* RFC 9000 3.2: Recv, Size Known, Data Recvd, Data Read */
static void states(void)
{
	struct quic_stream *s;

	start();
	CHECK_EQ(fix_stream(&f, PEER_BIDI, 0, 100, false), 0);
	s = find(PEER_BIDI);
	CHECK_EQ(s->recv_state, QUIC_RECV_RECV);
	CHECK(quic_stream_readable(&f.c) == s);
	CHECK_EQ(fix_stream(&f, PEER_BIDI, 200, 100, true), 0);
	CHECK_EQ(s->recv_state, QUIC_RECV_SIZE_KNOWN);
	CHECK_EQ(s->rx_final, 300);
	CHECK(!quic_stream_at_fin(s, 100));
	CHECK_EQ(fix_stream(&f, PEER_BIDI, 100, 100, false), 0);
	CHECK_EQ(s->recv_state, QUIC_RECV_RECVD);
	CHECK(quic_stream_at_fin(s, 300));
	CHECK(!quic_stream_at_fin(s, 299));
	quic_stream_read(&f.c, s, 300, false);
	/* the end has not been told: still to be read */
	CHECK(quic_stream_readable(&f.c) == s);
	CHECK_EQ(s->recv_state, QUIC_RECV_RECVD);
	quic_stream_read(&f.c, s, 0, true);
	CHECK_EQ(s->recv_state, QUIC_RECV_READ);
	CHECK(!quic_stream_readable(&f.c));
	/* the other half is open: it stays */
	CHECK(find(PEER_BIDI));
	CHECK_EQ(fix_stream(&f, PEER_BIDI, 0, 300, true), 0);
	CHECK(!quic_stream_readable(&f.c));
	CHECK_EQ(f.c.mem_rx, 0);
	fix_free(&f);
}

/* An end without bytes, and a stream without any */
static void bare_fin(void)
{
	struct quic_stream *s;

	start();
	CHECK_EQ(fix_stream(&f, PEER_UNI, 0, 0, true), 0);
	s = find(PEER_UNI);
	CHECK_EQ(s->recv_state, QUIC_RECV_RECVD);
	CHECK(quic_stream_readable(&f.c) == s);
	CHECK(quic_stream_at_fin(s, 0));
	quic_stream_read(&f.c, s, 0, true);
	CHECK(!find(PEER_UNI));
	CHECK_EQ(fix_stream(&f, PEER_BIDI, 0, 10, false), 0);
	s = find(PEER_BIDI);
	quic_stream_read(&f.c, s, 10, false);
	CHECK(!quic_stream_readable(&f.c));
	CHECK_EQ(fix_stream(&f, PEER_BIDI, 10, 0, true), 0);
	CHECK(quic_stream_readable(&f.c) == s);
	CHECK_EQ(s->recv_state, QUIC_RECV_RECVD);
	fix_free(&f);
}

/* RFC 9000 4.5: FINAL_SIZE_ERROR */
static void final_size(void)
{
	int i;

	for (i = 0; i < 7; i++) {
		enum quic_err err = QUIC_ERR_NONE;

		TAP_AT("case %d", i);
		start();
		if (i < 5)
			CHECK_EQ(fix_stream(&f, PEER_BIDI, 50, 50, true), 0);
		else
			CHECK_EQ(fix_stream(&f, PEER_BIDI, 50, 50, false), 0);
		switch (i) {
		case 0:		/* bytes behind the end */
			err = fix_stream(&f, PEER_BIDI, 99, 2, false);
			break;
		case 1:		/* another end, higher */
			err = fix_stream(&f, PEER_BIDI, 100, 1, true);
			break;
		case 2:		/* and lower */
			err = fix_stream(&f, PEER_BIDI, 0, 99, true);
			break;
		case 3:
			err = fix_reset(&f, PEER_BIDI, 0, 101);
			break;
		case 4:
			err = fix_reset(&f, PEER_BIDI, 0, 99);
			break;
		case 5:		/* an end below what has come */
			err = fix_stream(&f, PEER_BIDI, 0, 99, true);
			break;
		case 6:
			err = fix_reset(&f, PEER_BIDI, 0, 99);
			break;
		}
		CHECK_EQ(err, QUIC_ERR_FINAL_SIZE);
		CHECK_EQ(f.c.close.err, QUIC_ERR_FINAL_SIZE);
		fix_free(&f);
	}
	/* the same end again is fine */
	start();
	CHECK_EQ(fix_stream(&f, PEER_BIDI, 50, 50, true), 0);
	CHECK_EQ(fix_stream(&f, PEER_BIDI, 50, 50, true), 0);
	CHECK_EQ(fix_stream(&f, PEER_BIDI, 100, 0, true), 0);
	CHECK_EQ(fix_reset(&f, PEER_BIDI, 0, 100), 0);
	/* and it stays in force after the reset */
	CHECK_EQ(fix_stream(&f, PEER_BIDI, 100, 1, false),
		 QUIC_ERR_FINAL_SIZE);
	fix_free(&f);
}

/* RFC 9000 3.2, 4.5 */
static void reset(void)
{
	struct quic_stream *s;
	struct quic_ev *ev;

	start();
	CHECK_EQ(fix_stream(&f, PEER_BIDI, 0, 1000, false), 0);
	s = find(PEER_BIDI);
	quic_stream_read(&f.c, s, 400, false);
	CHECK(f.c.mem_rx);
	while (quic_events_peek(&f.c.events))
		quic_events_pop(&f.c.events);
	CHECK_EQ(fix_reset(&f, PEER_BIDI, 77, 2000), 0);
	CHECK_EQ(s->recv_state, QUIC_RECV_RESET_RECVD);
	ev = quic_events_peek(&f.c.events);
	CHECK(ev && ev->type == QUIC_EV_STREAM_UPDATE);
	CHECK_EQ(ev->state, QUIC_RECV_RESET_RECVD);
	CHECK_EQ(ev->err, 77);
	/* bytes that nobody reads any more are credit for others */
	CHECK_EQ(f.c.flow.rx_rcvd, 2000);
	CHECK_EQ(f.c.flow.rx_read, 2000);
	CHECK_EQ(f.c.mem_rx, 0);
	CHECK(quic_stream_readable(&f.c) == s);
	/* what comes late is ignored */
	CHECK_EQ(fix_stream(&f, PEER_BIDI, 1000, 500, false), 0);
	CHECK_EQ(f.c.mem_rx, 0);
	CHECK_EQ(fix_reset(&f, PEER_BIDI, 78, 2000), 0);
	CHECK_EQ(s->rx_err, 77);
	quic_stream_read(&f.c, s, 0, true);
	CHECK_EQ(s->recv_state, QUIC_RECV_RESET_READ);
	CHECK(!quic_stream_readable(&f.c));
	fix_free(&f);
	/* its size is final: RFC 9000 4.5 */
	start();
	CHECK_EQ(fix_reset(&f, PEER_BIDI, 77, 100), 0);
	CHECK_EQ(find(PEER_BIDI)->rx_final, 100);
	CHECK_EQ(fix_stream(&f, PEER_BIDI, 100, 1, false),
		 QUIC_ERR_FINAL_SIZE);
	fix_free(&f);
	/* all bytes are here: the reset is ignored */
	start();
	CHECK_EQ(fix_stream(&f, PEER_BIDI, 0, 100, true), 0);
	CHECK_EQ(fix_reset(&f, PEER_BIDI, 77, 100), 0);
	CHECK_EQ(find(PEER_BIDI)->recv_state, QUIC_RECV_RECVD);
	fix_free(&f);
}

/* RFC 9000 3.5, 4.5: STOP_SENDING */
static void stop(void)
{
	struct quic_stream *s;

	start();
	CHECK_EQ(fix_stream(&f, PEER_BIDI, 0, 1000, false), 0);
	s = find(PEER_BIDI);
	quic_stream_read(&f.c, s, 100, false);
	CHECK_EQ(quic_stream_stop(&f.c, s, 99), 0);
	CHECK_EQ(quic_stream_stop(&f.c, s, 98), -EAGAIN);
	CHECK(!quic_stream_readable(&f.c));
	CHECK_EQ(f.c.flow.rx_read, 1000);
	CHECK_EQ(f.c.mem_rx, 0);
	fix_send(&f);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_STOP_SENDING), 1);
	CHECK_EQ(fix_nth(&f, QUIC_FRAME_STOP_SENDING, 0)->f.stop.err, 99);
	/* what still comes is counted and dropped */
	CHECK_EQ(fix_stream(&f, PEER_BIDI, 2000, 500, false), 0);
	CHECK_EQ(f.c.flow.rx_rcvd, 2500);
	CHECK_EQ(f.c.flow.rx_read, 2500);
	CHECK_EQ(f.c.mem_rx, 0);
	/* limits hold all the same */
	CHECK_EQ(s->rx_max, 30000);
	CHECK_EQ(fix_reset(&f, PEER_BIDI, 99, 2600), 0);
	CHECK_EQ(s->recv_state, QUIC_RECV_RESET_READ);
	CHECK_EQ(f.c.flow.rx_read, 2600);
	CHECK(!quic_stream_readable(&f.c));
	CHECK_EQ(quic_stream_stop(&f.c, s, 1), -EINVAL);
	fix_free(&f);
	/* the peer may also just finish */
	start();
	CHECK_EQ(fix_stream(&f, PEER_UNI, 0, 1000, false), 0);
	s = find(PEER_UNI);
	CHECK_EQ(quic_stream_stop(&f.c, s, 99), 0);
	CHECK_EQ(fix_stream(&f, PEER_UNI, 1500, 500, true), 0);
	CHECK(!find(PEER_UNI));
	CHECK_EQ(f.c.flow.rx_read, 2000);
	fix_free(&f);
	start();
	CHECK_EQ(fix_stream(&f, PEER_UNI, 0, 40000 % 1500, false), 0);
	s = find(PEER_UNI);
	CHECK_EQ(quic_stream_stop(&f.c, s, 99), 0);
	CHECK_EQ(fix_stream(&f, PEER_UNI, 40000, 1, false),
		 QUIC_ERR_FLOW_CONTROL);
	fix_free(&f);
}

/* RFC 9000 3.5: of no use once everything is here, or on a stream of ours */
static void stop_in_vain(void)
{
	struct quic_stream *s;

	start();
	CHECK_EQ(fix_stream(&f, PEER_BIDI, 0, 100, true), 0);
	CHECK_EQ(quic_stream_stop(&f.c, find(PEER_BIDI), 1), -EINVAL);
	s = fix_write(&f, true, 1, false);
	CHECK_EQ(quic_stream_stop(&f.c, s, 1), -EINVAL);
	fix_free(&f);
}

/* RFC 9000 13.3: STOP_SENDING is repeated until the end is known */
static void stop_lost(void)
{
	u64 pn;
	int i;

	start();
	CHECK_EQ(fix_stream(&f, PEER_BIDI, 0, 100, false), 0);
	CHECK_EQ(quic_stream_stop(&f.c, find(PEER_BIDI), 5), 0);
	fix_send(&f);
	fix_forget(&f);
	pn = f.c.space[QUIC_SPACE_APP].sent.next;
	for (i = 0; i < 3; i++) {
		f.c.pending |= QUIC_PEND_PING;
		fix_send(&f);
	}
	CHECK_EQ(fix_ack(&f, QUIC_SPACE_APP, pn, pn + 2), 0);
	fix_send(&f);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_STOP_SENDING), 1);
	CHECK_EQ(fix_reset(&f, PEER_BIDI, 5, 100), 0);
	fix_forget(&f);
	for (i = 0; i < 3; i++) {
		f.now += QUIC_NSEC_PER_SEC;
		quic_conn_timeout(&f.c, f.now, GFP_ATOMIC);
		fix_send(&f);
	}
	CHECK_EQ(fix_count(&f, QUIC_FRAME_STOP_SENDING), 0);
	fix_free(&f);
}

/* RFC 9000 13.3: the newest MAX_STREAM_DATA, and none when the end is known */
static void window_lost(void)
{
	struct quic_stream *s;
	u64 pn, off;
	int i;

	start();
	for (off = 0; off < 16000; off += 1000)
		CHECK_EQ(fix_stream(&f, PEER_BIDI, off, 1000, false), 0);
	s = find(PEER_BIDI);
	quic_stream_read(&f.c, s, 16000, false);
	fix_send(&f);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_MAX_STREAM_DATA), 1);
	fix_forget(&f);
	pn = f.c.space[QUIC_SPACE_APP].sent.next;
	for (i = 0; i < 3; i++) {
		f.c.pending |= QUIC_PEND_PING;
		fix_send(&f);
	}
	CHECK_EQ(fix_stream(&f, PEER_BIDI, 16000, 1, true), 0);
	CHECK_EQ(fix_ack(&f, QUIC_SPACE_APP, pn, pn + 2), 0);
	fix_send(&f);
	CHECK(f.c.stats.lost_pkts);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_MAX_STREAM_DATA), 0);
	fix_free(&f);
}

/* First come, first served; what is drained leaves the queue. */
static void read_queue(void)
{
	start();
	CHECK_EQ(fix_stream(&f, 4, 0, 10, false), 0);
	CHECK_EQ(fix_stream(&f, 0, 0, 10, false), 0);
	CHECK_EQ(fix_stream(&f, 4, 10, 10, false), 0);
	CHECK_EQ(fix_stream(&f, 8, 5, 10, false), 0);	/* a hole */
	CHECK_EQ(quic_stream_readable(&f.c)->id, 4);
	quic_stream_read(&f.c, find(4), 5, false);
	CHECK_EQ(quic_stream_readable(&f.c)->id, 4);
	quic_stream_read(&f.c, find(4), 15, false);
	CHECK_EQ(quic_stream_readable(&f.c)->id, 0);
	quic_stream_read(&f.c, find(0), 10, false);
	CHECK(!quic_stream_readable(&f.c));
	CHECK_EQ(fix_stream(&f, 8, 0, 5, false), 0);
	CHECK_EQ(quic_stream_readable(&f.c)->id, 8);
	fix_free(&f);
}

/* Nothing is counted for a packet that is to come again. */
static void no_memory(void)
{
	start();
	CHECK_EQ(fix_stream(&f, PEER_BIDI, 0, 10, false), 0);
	quic_env_fail_after(0);
	CHECK_EQ(fix_stream(&f, PEER_BIDI, 10, 1000, true), QUIC_ERR_NOMEM);
	CHECK_EQ(fix_stream(&f, PEER_UNI, 10, 10, true), QUIC_ERR_NOMEM);
	quic_env_fail_after(-1);
	CHECK_EQ(f.c.state, QUIC_CONN_ESTABLISHED);
	CHECK_EQ(find(PEER_BIDI)->rx_highest, 10);
	CHECK_EQ(find(PEER_BIDI)->rx_final, U64_MAX);
	CHECK_EQ(f.c.flow.rx_rcvd, 10);
	CHECK_EQ(f.c.streams.opened_peer[1], 0);
	CHECK_EQ(fix_stream(&f, PEER_BIDI, 10, 1000, true), 0);
	CHECK_EQ(find(PEER_BIDI)->rx_final, 1010);
	fix_free(&f);
}

static void released(struct quic_buf *buf)
{
	buf->truesize = 0;
}

static enum quic_err recv_into(struct quic_buf *buf, u64 off, u32 len)
{
	static const u8 bytes[1000];
	const struct quic_frame fr = {
		.type = QUIC_FRAME_STREAM,
		.stream = { .id = PEER_BIDI, .offset = off, .len = len,
			    .data = bytes },
	};

	return quic_stream_recv_data(&f.c, &fr, buf, GFP_ATOMIC);
}

/* Only what the reader waits for is kept, and that always. */
static void starved(void)
{
	struct quic_buf buf = { .refs = 1, .truesize = 1, .starved = true,
				.release = released };
	struct quic_stream *s;
	u64 off;

	start();
	/* behind a hole */
	CHECK(!f.c.starved);
	CHECK_EQ(recv_into(&buf, 1000, 1000), QUIC_ERR_NOMEM);
	CHECK(f.c.starved);
	CHECK_EQ(recv_into(&buf, 0, 1000), 0);
	s = find(PEER_BIDI);
	CHECK_EQ(s->rx.ready, 1000);
	/* next in order, as long as there is little to read */
	for (off = 1000; off < 17000; off += 1000)
		CHECK_EQ(recv_into(&buf, off, 1000), 0);
	CHECK_EQ(recv_into(&buf, off, 1000), QUIC_ERR_NOMEM);
	CHECK_EQ(s->rx_highest, 17000);
	CHECK_EQ(f.c.flow.rx_rcvd, 17000);
	/* what is there already costs nothing */
	CHECK_EQ(recv_into(&buf, 500, 500), 0);
	quic_stream_read(&f.c, s, 17000, false);
	CHECK(!f.c.starved);
	CHECK_EQ(buf.refs, 1);
	/* overlapping what was read, too */
	CHECK_EQ(recv_into(&buf, 16900, 1000), 0);
	CHECK_EQ(s->rx.ready, 17900);
	/* and without want everything is taken */
	buf.starved = false;
	CHECK_EQ(recv_into(&buf, 19000, 1000), 0);
	fix_free(&f);
	CHECK_EQ(buf.refs, 1);
	quic_buf_put(&buf);
	CHECK_EQ(buf.truesize, 0);
}

int main(void)
{
	TEST(wrong_direction);
	TEST(not_opened);
	TEST(stream_limit);
	TEST(opened_by_any_frame);
	TEST(states);
	TEST(bare_fin);
	TEST(final_size);
	TEST(reset);
	TEST(stop);
	TEST(stop_in_vain);
	TEST(stop_lost);
	TEST(window_lost);
	TEST(read_queue);
	TEST(no_memory);
	TEST(starved);
	return tap_done();
}
