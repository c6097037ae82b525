// SPDX-License-Identifier: GPL-2.0-only
#include "quic/core/idle.h"

#include "fixture.h"
#include "tap.h"

#define APP	QUIC_SPACE_APP
#define SEC	QUIC_NSEC_PER_SEC

static struct fix f;

static void start(u64 keepalive_ns)
{
	fix_open(&f, false, NULL, NULL);
	f.c.keepalive_ns = keepalive_ns;
}

static void timeout(u64 at)
{
	f.now = at;
	quic_conn_timeout(&f.c, f.now, GFP_ATOMIC);
	fix_send(&f);
}

/* RFC 9000 10.1.2: a PING after silence, and then it starts anew */
static void ping_after_silence(void)
{
	u64 from;

	start(5 * SEC);
	from = f.c.idle_from_ns;
	CHECK_EQ(quic_idle_ping_deadline(&f.c), from + 5 * SEC);
	CHECK_EQ(quic_conn_deadline(&f.c), from + 5 * SEC);
	timeout(from + 5 * SEC - 1);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_PING), 0);
	timeout(from + 5 * SEC);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_PING), 1);
	/* the probe timeout looks after it now */
	CHECK_EQ(quic_idle_ping_deadline(&f.c), QUIC_TIME_NEVER);
	f.now += 50 * MS;
	fix_ack_all(&f, APP);
	CHECK_EQ(quic_idle_ping_deadline(&f.c), f.now + 5 * SEC);
	fix_free(&f);
}

/* What is under way will be answered anyway. */
static void not_when_data_flies(void)
{
	start(5 * SEC);
	fix_write(&f, false, 100, false);
	fix_send(&f);
	CHECK_EQ(quic_idle_ping_deadline(&f.c), QUIC_TIME_NEVER);
	fix_ack_all(&f, APP);
	CHECK_EQ(quic_idle_ping_deadline(&f.c), f.now + 5 * SEC);
	/* receiving counts as well */
	f.now += 3 * SEC;
	CHECK_EQ(fix_ping(&f, APP), 0);
	CHECK_EQ(quic_idle_ping_deadline(&f.c), f.now + 5 * SEC);
	fix_free(&f);
}

/* A PING that cannot go out is asked for once, and no timer spins. */
static void blocked(void)
{
	u64 at;

	start(5 * SEC);
	f.c.cc.in_flight_bytes = f.c.cc.window_bytes;
	at = quic_idle_ping_deadline(&f.c);
	timeout(at);
	CHECK(f.c.pending & QUIC_PEND_PING);
	CHECK(quic_conn_deadline(&f.c) > at);
	fix_free(&f);
}

/* An interval beyond the idle timeout (30 s here) would keep nothing alive. */
static void within_timeout(void)
{
	start(100 * SEC);
	CHECK_EQ(quic_idle_ping_deadline(&f.c), f.c.idle_from_ns + 15 * SEC);
	f.c.idle_ns = 0;
	CHECK_EQ(quic_idle_ping_deadline(&f.c), f.c.idle_from_ns + 100 * SEC);
	CHECK_EQ(quic_idle_deadline(&f.c), QUIC_TIME_NEVER);
	fix_free(&f);
}

/*
 * RFC 9000 10.1.2: what a full machine refuses is not acknowledged, and the
 * peer would take a slow reader for dead.
 */
static void starved(void)
{
	start(0);
	CHECK_EQ(quic_idle_ping_deadline(&f.c), QUIC_TIME_NEVER);
	f.c.starved = true;
	CHECK_EQ(quic_idle_ping_deadline(&f.c), f.c.idle_from_ns + 15 * SEC);
	f.c.idle_ns = 0;
	CHECK_EQ(quic_idle_ping_deadline(&f.c), QUIC_TIME_NEVER);
	fix_free(&f);
}

/* It keeps alive, as long as somebody answers. */
static void keeps_alive(void)
{
	unsigned int i;

	start(10 * SEC);
	for (i = 0; i < 20; i++) {
		timeout(quic_conn_deadline(&f.c));
		f.now += 20 * MS;
		fix_ack_all(&f, APP);
	}
	CHECK_EQ(f.c.state, QUIC_CONN_ESTABLISHED);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_PING), 20);
	fix_forget(&f);
	/* nobody does: RFC 9000 10.1 */
	for (i = 0; i < 50 && f.c.state == QUIC_CONN_ESTABLISHED; i++)
		timeout(quic_conn_deadline(&f.c));
	CHECK_EQ(f.c.state, QUIC_CONN_CLOSED);
	CHECK(f.c.close.timeout);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_CONNECTION_CLOSE), 0);
	fix_free(&f);
}

static void off(void)
{
	start(0);
	CHECK_EQ(quic_idle_ping_deadline(&f.c), QUIC_TIME_NEVER);
	f.c.keepalive_ns = SEC;
	quic_conn_close(&f.c, 0, true, 0, NULL, 0, f.now);
	CHECK_EQ(quic_idle_ping_deadline(&f.c), QUIC_TIME_NEVER);
	fix_free(&f);
	/* nor before the handshake is through */
	CHECK_EQ(fix_start(&f, false, NULL), 0);
	f.c.keepalive_ns = SEC;
	CHECK_EQ(quic_idle_ping_deadline(&f.c), QUIC_TIME_NEVER);
	fix_free(&f);
}

int main(void)
{
	TEST(ping_after_silence);
	TEST(not_when_data_flies);
	TEST(blocked);
	TEST(within_timeout);
	TEST(starved);
	TEST(keeps_alive);
	TEST(off);
	return tap_done();
}
