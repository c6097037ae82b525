// SPDX-License-Identifier: GPL-2.0-only
#include "quic/core/nagle.h"

#include "fixture.h"
#include "tap.h"

static struct fix f;
static struct quic_stream *s;

static void start(bool on)
{
	fix_open(&f, false, NULL, NULL);
	f.c.cc.window_bytes = 1 << 20;
	f.c.nagle.on = on;
	s = fix_write(&f, false, 10, false);
	quic_nagle_write(&f.c, false, f.now);
}

static void append(u64 len, bool fin, bool more)
{
	quic_stream_write(&f.c, s, len, fin);
	quic_nagle_write(&f.c, more, f.now);
}

/* stream_data_nodelay */
static void off(void)
{
	start(false);
	CHECK_EQ(fix_send(&f), 1);
	append(10, false, false);
	CHECK_EQ(fix_send(&f), 1);
	append(10, false, false);
	CHECK_EQ(fix_send(&f), 1);
	CHECK_EQ(fix_stream_bytes(&f), 30);
	fix_free(&f);
}

/* One short packet at a time; its acknowledgement lets the next one go. */
static void one_at_a_time(void)
{
	start(true);
	CHECK_EQ(fix_send(&f), 1);
	append(10, false, false);
	append(10, false, false);
	CHECK_EQ(fix_send(&f), 0);
	fix_ack_all(&f, QUIC_SPACE_APP);
	CHECK_EQ(fix_send(&f), 1);
	CHECK_EQ(fix_stream_bytes(&f), 30);
	fix_free(&f);
}

/* Full packets never wait, and take the tail's place. */
static void full_packets_go(void)
{
	start(true);
	fix_send(&f);
	append(3000, false, false);
	CHECK_EQ(fix_send(&f), 2);
	CHECK(fix_stream_bytes(&f) < 3010);
	append(3000, false, false);
	CHECK_EQ(fix_send(&f), 2);
	fix_ack_all(&f, QUIC_SPACE_APP);
	fix_send(&f);
	CHECK_EQ(fix_stream_bytes(&f), 6010);
	fix_free(&f);
}

/* A large write on an idle connection goes whole. */
static void idle_connection(void)
{
	start(true);
	append(2990, false, false);
	CHECK_EQ(fix_send(&f), 3);
	CHECK_EQ(fix_stream_bytes(&f), 3000);
	fix_free(&f);
}

static void end_goes(void)
{
	start(true);
	fix_send(&f);
	append(10, true, false);
	CHECK_EQ(fix_send(&f), 1);
	CHECK_EQ(fix_stream_bytes(&f), 20);
	fix_free(&f);
}

/* What was lost is not held: it is nobody's tail. */
static void repetition_goes(void)
{
	start(true);
	fix_send(&f);
	append(10, false, false);
	quic_stream_lost(&f.c, s->id, 0, 10, false, GFP_KERNEL);
	CHECK_EQ(fix_send(&f), 1);
	/* and takes the tail along */
	CHECK_EQ(fix_stream_bytes(&f), 30);
	fix_free(&f);
}

/* RFC 9000 4.1: what the peer's limit cuts is sent, and BLOCKED said. */
static void limit_goes(void)
{
	start(true);
	fix_send(&f);
	s->tx_max = 15;
	append(10, false, false);
	fix_send(&f);
	CHECK_EQ(fix_stream_bytes(&f), 15);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_STREAM_DATA_BLOCKED), 1);
	fix_free(&f);
}

/* A packet that goes anyway has room for the tail. */
static void along(void)
{
	start(true);
	fix_send(&f);
	append(10, false, false);
	f.c.pending |= QUIC_PEND_PING;
	CHECK_EQ(fix_send(&f), 1);
	CHECK_EQ(fix_stream_bytes(&f), 20);
	fix_free(&f);
}

/* MSG_MORE: nothing short goes, even on an idle connection. */
static void more(void)
{
	start(false);
	append(10, false, true);
	CHECK_EQ(fix_send(&f), 0);
	append(1400, false, true);
	CHECK_EQ(fix_send(&f), 1);
	append(10, false, false);
	CHECK_EQ(fix_send(&f), 1);
	CHECK_EQ(fix_stream_bytes(&f), 1430);
	/* the end of a stream is the end of "more" */
	append(10, true, true);
	CHECK_EQ(fix_send(&f), 1);
	fix_free(&f);
}

/* It is believed for 200 ms. */
static void more_ends(void)
{
	start(false);
	append(10, false, true);
	CHECK_EQ(fix_send(&f), 0);
	CHECK_EQ(quic_conn_deadline(&f.c), f.now + QUIC_NAGLE_MORE_NS);
	f.now += QUIC_NAGLE_MORE_NS;
	quic_conn_timeout(&f.c, f.now, GFP_KERNEL);
	CHECK_EQ(fix_send(&f), 1);
	CHECK_EQ(fix_stream_bytes(&f), 20);
	CHECK(quic_conn_deadline(&f.c) > f.now);
	fix_free(&f);
}

/* The short packet is given back: nothing is on its way. */
static void given_back(void)
{
	start(true);
	CHECK_EQ(fix_plan(&f, QUIC_PLAN_PKTS), 1);
	fix_commit(&f, 0);
	append(10, false, false);
	CHECK_EQ(fix_send(&f), 1);
	CHECK_EQ(fix_stream_bytes(&f), 20);
	fix_free(&f);
}

static void crypto(enum quic_level level, u32 len, bool more)
{
	static const u8 message[3000];

	CHECK_EQ(quic_conn_crypto_write(&f.c, level, message, len, GFP_KERNEL),
		 0);
	quic_nagle_write(&f.c, more, f.now);
}

/* RFC 9000 12.2: the messages of one flight, of two levels */
static void flight(void)
{
	CHECK_EQ(fix_start(&f, true, NULL), 0);
	quic_conn_recv_dgram(&f.c, 1200);
	crypto(QUIC_LVL_INITIAL, 90, true);
	CHECK_EQ(fix_send(&f), 0);
	quic_conn_keys(&f.c, QUIC_LVL_HANDSHAKE, true, f.now);
	CHECK_EQ(fix_send(&f), 0);
	crypto(QUIC_LVL_HANDSHAKE, 800, false);
	CHECK_EQ(fix_send(&f), 2);
	CHECK_EQ(f.n_dgrams, 1);
	CHECK_EQ(f.min_dgram, 1200);
	/* what is lost does not wait for a writer */
	crypto(QUIC_LVL_HANDSHAKE, 10, true);
	CHECK_EQ(fix_send(&f), 0);
	f.now += QUIC_NSEC_PER_SEC / 10;
	CHECK(quic_conn_deadline(&f.c) < QUIC_TIME_NEVER);
	/* nor does the writer keep the rest for ever */
	fix_forget(&f);
	f.now += QUIC_NAGLE_MORE_NS;
	quic_conn_timeout(&f.c, f.now, GFP_ATOMIC);
	CHECK(fix_send(&f) >= 1);
	CHECK(fix_count(&f, QUIC_FRAME_CRYPTO) >= 1);
	fix_free(&f);
}

int main(void)
{
	TEST(off);
	TEST(one_at_a_time);
	TEST(full_packets_go);
	TEST(idle_connection);
	TEST(end_goes);
	TEST(repetition_goes);
	TEST(limit_goes);
	TEST(along);
	TEST(more);
	TEST(more_ends);
	TEST(given_back);
	TEST(flight);
	return tap_done();
}
