// SPDX-License-Identifier: GPL-2.0-only
#include "quic/core/recovery.h"

#include "fixture.h"
#include "tap.h"

#define APP	QUIC_SPACE_APP

static struct fix f;

static struct quic_sent_ring *ring(void)
{
	return &f.c.space[APP].sent;
}

static struct quic_loss *loss(void)
{
	return &f.c.space[APP].loss;
}

static void start(void)
{
	fix_open(&f, false, NULL, NULL);
	f.c.local.max_ack_delay_us = 25000;
}

/* @n ack-eliciting packets, one by one. Return: the first number. */
static u64 send_pings(int n)
{
	u64 first = ring()->next;

	while (n--) {
		f.c.pending |= QUIC_PEND_PING;
		fix_send(&f);
	}
	return first;
}

static u8 state_of(u64 pn)
{
	return pn < ring()->base ? 0xff : quic_sent_at(ring(), pn)->state;
}

/* An ACK with a delay and any ranges, written out: largest, first, pairs. */
static enum quic_err recv_ack(int space, u64 delay, const u64 *v,
			      unsigned int n)
{
	u8 buf[512];
	struct quic_wr wr = { buf, buf + sizeof(buf) };
	unsigned int i;

	quic_wr_varint(&wr, QUIC_FRAME_ACK);
	quic_wr_varint(&wr, v[0]);
	quic_wr_varint(&wr, delay);
	quic_wr_varint(&wr, n / 2 - 1);
	for (i = 1; i < n; i++)
		quic_wr_varint(&wr, v[i]);
	return fix_recv(&f, space, buf, wr.p - buf);
}

#define ACK(delay, ...) ({						\
	const u64 v_[] = { __VA_ARGS__ };				\
									\
	recv_ack(APP, delay, v_, ARRAY_SIZE(v_));			\
})

/* ---- RFC 9002 5 ----------------------------------------------------------- */

static void rtt_before_a_sample(void)
{
	struct quic_rtt rtt;

	quic_rtt_init(&rtt, 0);
	CHECK_EQ(rtt.smoothed, 333 * MS);
	CHECK_EQ(rtt.var, 333 * MS / 2);
	quic_rtt_init(&rtt, 50 * MS);
	CHECK_EQ(rtt.smoothed, 50 * MS);
	CHECK(!rtt.has_sample);
}

static void rtt_samples(void)
{
	struct quic_rtt rtt;

	quic_rtt_init(&rtt, 0);
	/* the first one, whatever the delay */
	quic_rtt_sample(&rtt, 100 * MS, 90 * MS, 5);
	CHECK_EQ(rtt.latest, 100 * MS);
	CHECK_EQ(rtt.min, 100 * MS);
	CHECK_EQ(rtt.smoothed, 100 * MS);
	CHECK_EQ(rtt.var, 50 * MS);
	CHECK_EQ(rtt.first_sample_ns, 5);
	/* 140 - 20 = 120: var (3*50 + |100-120|)/4, srtt (7*100 + 120)/8 */
	quic_rtt_sample(&rtt, 140 * MS, 20 * MS, 6);
	CHECK_EQ(rtt.var, 42500000);
	CHECK_EQ(rtt.smoothed, 102500000);
	CHECK_EQ(rtt.min, 100 * MS);
	CHECK_EQ(rtt.first_sample_ns, 5);
	/* the delay would bring it below the minimum: not subtracted */
	quic_rtt_sample(&rtt, 110 * MS, 11 * MS, 7);
	CHECK_EQ(rtt.var, (3 * 42500000ULL + 7500000) / 4);
	CHECK_EQ(rtt.smoothed, (7 * 102500000ULL + 110000000) / 8);
	/* just not below */
	quic_rtt_sample(&rtt, 110 * MS, 10 * MS, 8);
	CHECK_EQ(rtt.smoothed, (7 * 103437500ULL + 100000000) / 8);
	/* a new minimum: without any delay */
	quic_rtt_sample(&rtt, 60 * MS, 0, 9);
	CHECK_EQ(rtt.min, 60 * MS);
}

/* RFC 9002 5.1, 5.3: from a packet that is acknowledged */
static void rtt_from_acks(void)
{
	u64 pn;

	start();
	CHECK(!f.c.rtt.has_sample);
	pn = send_pings(2);
	f.now += 80 * MS;
	/* 1000 << 3 us = 8 ms; the first sample takes none off */
	CHECK_EQ(ACK(1000, pn, 0), 0);
	CHECK_EQ(f.c.rtt.smoothed, 80 * MS);
	/* the largest was acknowledged before: no sample */
	f.now += 100 * MS;
	CHECK_EQ(ACK(0, pn, 0), 0);
	CHECK_EQ(f.c.rtt.latest, 80 * MS);
	/* bounded by the peer's max_ack_delay, 25 ms: 180 - 25 */
	CHECK_EQ(ACK(1 << 20, pn + 1, 0), 0);
	CHECK_EQ(f.c.rtt.latest, 180 * MS);
	CHECK_EQ(f.c.rtt.smoothed, (7 * 80 * MS + 155 * MS) / 8);
	/* a delay that is a lie: in ns it would be 1 ms and 2^64 times 125 */
	quic_rtt_init(&f.c.rtt, 0);
	f.c.confirmed = false;
	f.c.remote.ack_delay_exponent = 0;
	pn = send_pings(1);
	f.now += 80 * MS;
	CHECK_EQ(ACK(0, pn, 0), 0);
	pn = send_pings(1);
	f.now += 90 * MS;
	CHECK_EQ(ACK((1ULL << 61) + 1000, pn, 0), 0);
	CHECK_EQ(f.c.rtt.smoothed, (7 * 80 * MS + 90 * MS) / 8);
	/* and another one, with the largest shift */
	f.c.remote.ack_delay_exponent = 20;
	f.c.confirmed = false;
	pn = send_pings(1);
	f.now += 80 * MS;
	CHECK_EQ(ACK(QUIC_VARINT_MAX, pn, 0), 0);
	CHECK_EQ(f.c.rtt.latest, 80 * MS);
	fix_free(&f);
}

static void send_crypto(u8 level, int space)
{
	static const u8 message[50];

	CHECK_EQ(quic_conn_crypto_write(&f.c, level, message, sizeof(message),
					GFP_KERNEL), 0);
	CHECK(fix_send(&f) > 0);
	CHECK(f.c.space[space].sent.next > 0);
}

/*
 * RFC 9002 5.3: an ACK of a Handshake packet may have waited for keys, and
 * says so (RFC 9000 13.2.5); one in Initial has not.
 */
static void rtt_before_confirmed(void)
{
	const u64 first[] = { 0, 0 };
	struct quic_tparams tp;

	fix_params(&tp);
	CHECK_EQ(fix_start(&f, true, NULL), 0);
	CHECK_EQ(fix_remote(&f, &tp), 0);
	quic_conn_recv_dgram(&f.c, 1200);
	send_crypto(QUIC_LVL_INITIAL, QUIC_SPACE_INITIAL);
	f.now += 40 * MS;
	/* 30 ms in units of 8 us */
	CHECK_EQ(recv_ack(QUIC_SPACE_INITIAL, 3750, first, 2), 0);
	CHECK_EQ(f.c.rtt.smoothed, 40 * MS);
	quic_conn_keys(&f.c, QUIC_LVL_HANDSHAKE, true, f.now);
	quic_conn_keys(&f.c, QUIC_LVL_HANDSHAKE, false, f.now);
	send_crypto(QUIC_LVL_HANDSHAKE, QUIC_SPACE_HANDSHAKE);
	f.now += 1040 * MS;
	/* a second: more than any max_ack_delay that is meant for 1-RTT */
	CHECK_EQ(recv_ack(QUIC_SPACE_HANDSHAKE, 125000, first, 2), 0);
	CHECK_EQ(f.c.rtt.latest, 1040 * MS);
	CHECK_EQ(f.c.rtt.smoothed, 40 * MS);
	fix_free(&f);
}

/* An ACK that waited for keys, processed as of its arrival, and a liar's. */
static void rtt_not_from_the_future(void)
{
	u64 pn;

	start();
	f.now += 500 * MS;
	pn = send_pings(1);
	f.now -= 100 * MS;
	CHECK_EQ(ACK(0, pn, 0), 0);
	CHECK(!f.c.rtt.has_sample);
	fix_free(&f);
}

/* RFC 9002 5.1: only with an ack-eliciting packet newly acknowledged */
static void rtt_not_from_silence(void)
{
	u64 pn;

	start();
	pn = send_pings(1);
	fix_ping(&f, APP);
	fix_ping(&f, APP);
	quic_conn_recv_end(&f.c, f.now);
	fix_send(&f);		/* an ACK and nothing else */
	CHECK_EQ(ring()->next, pn + 2);
	f.now += 50 * MS;
	CHECK_EQ(ACK(0, pn + 1, 0), 0);
	CHECK(!f.c.rtt.has_sample);
	fix_free(&f);
}

/* ---- RFC 9000 13.1, 19.3 ---------------------------------------------------- */

static void never_sent(void)
{
	u64 pn;

	start();
	pn = send_pings(3);
	CHECK_EQ(fix_ack(&f, APP, pn, pn + 3), QUIC_ERR_PROTOCOL_VIOLATION);
	CHECK_EQ(f.c.close.frame_type, QUIC_FRAME_ACK);
	fix_free(&f);
	/* before anything went out at all */
	CHECK_EQ(fix_start(&f, true, NULL), 0);
	CHECK_EQ(fix_ack(&f, QUIC_SPACE_INITIAL, 0, 0),
		 QUIC_ERR_PROTOCOL_VIOLATION);
	fix_free(&f);
	start();
	CHECK_EQ(fix_ack(&f, APP, 0, QUIC_PN_MAX),
		 QUIC_ERR_PROTOCOL_VIOLATION);
	fix_free(&f);
}

/* A number that was skipped or burnt: an optimistic acknowledgement */
static void skipped(void)
{
	u64 pn;

	start();
	pn = send_pings(1);
	f.c.pending |= QUIC_PEND_PING;
	CHECK_EQ(fix_plan(&f, 1), 1);
	quic_send_abort(&f.c, &f.plan, f.now, GFP_ATOMIC);
	send_pings(2);
	CHECK_EQ(state_of(pn + 1), QUIC_SENT_NONE);
	CHECK_EQ(f.c.stats.burnt_pns, 1);
	/* around it is fine */
	CHECK_EQ(ACK(0, pn + 2, 0, 0, 0), 0);
	CHECK_EQ(fix_ack(&f, APP, pn, pn + 3), 0);
	fix_free(&f);
	start();
	pn = send_pings(1);
	f.c.pending |= QUIC_PEND_PING;
	CHECK_EQ(fix_plan(&f, 1), 1);
	quic_send_abort(&f.c, &f.plan, f.now, GFP_ATOMIC);
	send_pings(1);
	CHECK_EQ(fix_ack(&f, APP, pn, pn + 2), QUIC_ERR_PROTOCOL_VIOLATION);
	fix_free(&f);
}

/*
 * RFC 9000 21.4: numbers are left out at random, and who acknowledges one did
 * not wait for packets; also when all around it is settled and forgotten.
 */
static void optimistic(void)
{
	u64 pn, at;

	start();
	quic_sent_skip_start(ring());
	f.c.cc.window_bytes = 1 << 20;
	at = ring()->skip_at;
	CHECK(at >= ring()->next + 32 && at < ring()->next + 96);
	pn = ring()->next;
	while (ring()->skipped == QUIC_PN_NONE)
		send_pings(1);
	CHECK_EQ(ring()->skipped, at);
	CHECK_EQ(state_of(at), QUIC_SENT_NONE);
	CHECK_EQ(state_of(at + 1), QUIC_SENT_OUT);
	CHECK_EQ(fix_ack(&f, APP, pn, at - 1), 0);
	CHECK_EQ(fix_ack(&f, APP, at + 1, at + 1), 0);
	CHECK(ring()->base > at);
	CHECK(ring()->skip_at > at + 64);
	send_pings(2);
	CHECK_EQ(fix_ack(&f, APP, at - 1, at + 2), QUIC_ERR_PROTOCOL_VIOLATION);
	CHECK_EQ(f.c.close.err, QUIC_ERR_PROTOCOL_VIOLATION);
	fix_free(&f);
}

/* Every other packet of many, in one frame */
static void many_ranges(void)
{
	u64 v[128], pn, i;

	start();
	f.c.cc.window_bytes = 1 << 20;
	pn = send_pings(126);
	v[0] = pn + 124;
	for (i = 1; i < 2 * 63; i++)
		v[i] = 0;
	CHECK_EQ(recv_ack(APP, 0, v, 2 * 63), 0);
	for (i = 0; i < 126; i += 2)
		CHECK(state_of(pn + i) == QUIC_SENT_ACKED ||
		      state_of(pn + i) == 0xff);
	/* by count: three above it acknowledged (RFC 9002 6.1.1) */
	CHECK_EQ(f.c.stats.lost_pkts, 61);
	CHECK_EQ(state_of(pn + 123), QUIC_SENT_OUT);
	CHECK_EQ(state_of(pn + 125), QUIC_SENT_OUT);
	CHECK_EQ(loss()->eliciting, 2);
	fix_free(&f);
}

/* What is acknowledged after it was given up is no error. */
static void late_acknowledgement(void)
{
	u64 pn;

	start();
	pn = send_pings(5);
	CHECK_EQ(fix_ack(&f, APP, pn + 4, pn + 4), 0);
	CHECK_EQ(f.c.stats.lost_pkts, 2);
	CHECK_EQ(fix_ack(&f, APP, 0, pn + 4), 0);
	CHECK_EQ(loss()->eliciting, 0);
	CHECK_EQ(f.c.cc.in_flight_bytes, 0);
	fix_free(&f);
}

/* ---- RFC 9002 6.1 ------------------------------------------------------------- */

static void by_count(void)
{
	u64 pn;

	start();
	pn = send_pings(4);
	CHECK_EQ(fix_ack(&f, APP, pn + 2, pn + 2), 0);
	CHECK_EQ(f.c.stats.lost_pkts, 0);
	CHECK_EQ(fix_ack(&f, APP, pn + 3, pn + 3), 0);
	CHECK_EQ(f.c.stats.lost_pkts, 1);
	CHECK_EQ(state_of(pn + 1), QUIC_SENT_OUT);
	fix_free(&f);
}

/* RFC 9002 6.1.2: 9/8 of the larger of latest and smoothed */
static void by_time(void)
{
	u64 pn, sent_ns;

	start();
	pn = send_pings(1);
	sent_ns = f.now;
	f.now += 10 * MS;
	send_pings(1);
	f.now += 80 * MS;
	CHECK_EQ(fix_ack(&f, APP, pn + 1, pn + 1), 0);
	CHECK_EQ(f.c.rtt.smoothed, 80 * MS);
	/* 90 ms old now, and 9/8 * 80 = 90: lost at once */
	CHECK_EQ(f.c.stats.lost_pkts, 1);
	fix_free(&f);

	start();
	pn = send_pings(1);
	sent_ns = f.now;
	f.now += 9 * MS;
	send_pings(1);
	f.now += 80 * MS;
	CHECK_EQ(fix_ack(&f, APP, pn + 1, pn + 1), 0);
	CHECK_EQ(f.c.stats.lost_pkts, 0);
	CHECK_EQ(quic_conn_deadline(&f.c), sent_ns + 90 * MS);
	f.now = sent_ns + 90 * MS;
	quic_conn_timeout(&f.c, f.now, GFP_ATOMIC);
	CHECK_EQ(f.c.stats.lost_pkts, 1);
	CHECK_EQ(f.c.stats.ptos, 0);
	CHECK_EQ(loss()->loss_time_ns, QUIC_TIME_NEVER);
	fix_free(&f);
}

/* RFC 9002 6.1.2: never less than the granularity, 1 ms */
static void by_time_short_path(void)
{
	u64 pn;

	start();
	pn = send_pings(2);
	f.now += 1000;
	CHECK_EQ(fix_ack(&f, APP, pn + 1, pn + 1), 0);
	CHECK_EQ(loss()->loss_time_ns, f.now - 1000 + MS);
	fix_free(&f);
}

/* ---- probe timeout ------------------------------------------------------------- */

/* smoothed + max(4 * var, 1 ms) + max_ack_delay, doubled each time */
static void pto_and_backoff(void)
{
	u64 pto, pn, since;
	int i;

	start();
	f.c.remote.max_ack_delay_us = 30000;
	/* 100 + 4 * 50 + 30 */
	pto = quic_recovery_pto(&f.c, true);
	CHECK_EQ(pto, 330 * MS);
	CHECK_EQ(quic_recovery_pto(&f.c, false), 300 * MS);
	f.c.rtt.var = 0;
	CHECK_EQ(quic_recovery_pto(&f.c, false), 101 * MS);
	f.c.rtt.var = 50 * MS;
	CHECK_EQ(quic_recovery_deadline(&f.c), QUIC_TIME_NEVER);
	send_pings(1);
	for (i = 0; i < 4; i++) {
		since = f.now;
		CHECK_EQ(quic_recovery_deadline(&f.c), since + (pto << i));
		f.now = since + (pto << i);
		quic_conn_timeout(&f.c, f.now, GFP_ATOMIC);
		CHECK_EQ(f.c.stats.ptos, i + 1);
		CHECK_EQ(loss()->probes, 2);
		pn = ring()->next;
		fix_forget(&f);
		fix_send(&f);
		CHECK_EQ(ring()->next, pn + 2);
		CHECK_EQ(loss()->probes, 0);
	}
	/* RFC 9002 6.2.1: an acknowledgement ends the backoff */
	CHECK_EQ(fix_ack(&f, APP, ring()->next - 1, ring()->next - 1), 0);
	CHECK_EQ(f.c.pto_count, 0);
	fix_free(&f);
}

/* RFC 9002 6.2.4: probes carry what was in flight, or new data, or PING. */
static void probes_carry_data(void)
{
	struct quic_stream *s;

	start();
	s = fix_write(&f, false, 100, false);
	fix_send(&f);
	fix_forget(&f);
	f.now = quic_conn_deadline(&f.c);
	quic_conn_timeout(&f.c, f.now, GFP_ATOMIC);
	/* RFC 9002 6.2: nothing is declared lost; the window plays no part */
	CHECK_EQ(f.c.stats.lost_pkts, 0);
	f.c.cc.in_flight_bytes = f.c.cc.window_bytes;
	fix_send(&f);
	CHECK_EQ(fix_stream_bytes(&f), 100);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_PING), 1);
	CHECK_EQ(f.n_dgrams, 2);
	fix_ack_all(&f, APP);
	CHECK_EQ(s->tx_una, 100);
	CHECK_EQ(loss()->eliciting, 0);
	fix_free(&f);
}

static u64 repeated_stream(unsigned int nth)
{
	const struct fix_seen *s = fix_nth(&f, QUIC_FRAME_STREAM, nth);

	return s ? s->f.stream.id : U64_MAX;
}

/*
 * RFC 9002 6.2.4: which data a probe repeats is open. The oldest may be all
 * that a peer short of memory takes; of the others each has its turn.
 */
static void all_have_a_turn(void)
{
	u64 first, second;
	int i;

	start();
	for (i = 0; i < 4; i++) {
		CHECK(fix_write(&f, true, 100, false));
		fix_send(&f);
	}
	for (i = 1; i < 4; i++) {
		fix_forget(&f);
		f.now = quic_conn_deadline(&f.c);
		quic_conn_timeout(&f.c, f.now, GFP_ATOMIC);
		fix_send(&f);
		CHECK_EQ(fix_stream_bytes(&f), 200);
		first = repeated_stream(0);
		second = repeated_stream(1);
		CHECK_EQ(min(first, second), 2);
		CHECK_EQ(max(first, second), 2 + 4 * (u64)i);
	}
	fix_free(&f);
}

/* RFC 9002 6.2.4, 7.5: two datagrams beyond the window, that count in it */
static void two_probes_only(void)
{
	u64 pn, before;

	start();
	fix_write(&f, false, 30000, false);
	fix_send(&f);
	CHECK(quic_cc_room(&f.c.cc) < f.c.path.mtu_bytes);
	f.now = quic_conn_deadline(&f.c);
	quic_conn_timeout(&f.c, f.now, GFP_ATOMIC);
	pn = ring()->next;
	before = f.c.cc.in_flight_bytes;
	fix_send(&f);
	CHECK_EQ(ring()->next, pn + 2);
	CHECK(f.c.cc.in_flight_bytes >= before + 2 * 1000);
	fix_free(&f);
}

/* RFC 9002 6.2.1: the 1-RTT space waits until the handshake is confirmed. */
static void not_before_confirmed(void)
{
	start();
	send_pings(1);
	f.c.confirmed = false;
	CHECK_EQ(quic_recovery_deadline(&f.c), QUIC_TIME_NEVER);
	f.c.confirmed = true;
	CHECK(quic_recovery_deadline(&f.c) != QUIC_TIME_NEVER);
	fix_free(&f);
}

/* RFC 9002 6.2.2.1: a client probes although all is acknowledged. */
static void anti_deadlock(void)
{
	static const u8 hello[50];
	u64 at;

	CHECK_EQ(fix_start(&f, false, NULL), 0);
	CHECK_EQ(quic_conn_crypto_write(&f.c, QUIC_LVL_INITIAL, hello, 50,
					GFP_KERNEL), 0);
	fix_send(&f);
	f.now += 40 * MS;
	fix_ack_all(&f, QUIC_SPACE_INITIAL);
	CHECK_EQ(f.c.space[QUIC_SPACE_INITIAL].loss.eliciting, 0);
	/* 40 + 4 * 20 after the acknowledgement, and what the server's TLS takes */
	at = quic_recovery_deadline(&f.c);
	CHECK_EQ(at, f.now + 145 * MS);
	fix_forget(&f);
	f.now = at;
	quic_conn_timeout(&f.c, f.now, GFP_ATOMIC);
	fix_send(&f);
	CHECK(fix_count(&f, QUIC_FRAME_PING) >= 1);
	CHECK_EQ(fix_nth(&f, QUIC_FRAME_PING, 0)->space, QUIC_SPACE_INITIAL);
	/* credit for the server: RFC 9000 14.1 */
	CHECK_EQ(f.min_dgram, 1200);
	/* the backoff stays while the server has not validated the address */
	CHECK_EQ(f.c.pto_count, 1);
	fix_ack_all(&f, QUIC_SPACE_INITIAL);
	CHECK_EQ(f.c.pto_count, 1);
	/* with Handshake keys the probe goes there */
	quic_conn_keys(&f.c, QUIC_LVL_HANDSHAKE, true, f.now);
	quic_conn_keys(&f.c, QUIC_LVL_HANDSHAKE, false, f.now);
	fix_forget(&f);
	f.now = quic_conn_deadline(&f.c);
	quic_conn_timeout(&f.c, f.now, GFP_ATOMIC);
	fix_send(&f);
	CHECK(fix_count(&f, QUIC_FRAME_PING) >= 1);
	CHECK_EQ(fix_nth(&f, QUIC_FRAME_PING, 0)->space,
		 QUIC_SPACE_HANDSHAKE);
	/* a Handshake packet acknowledged: the address is validated */
	fix_ack_all(&f, QUIC_SPACE_HANDSHAKE);
	CHECK_EQ(f.c.pto_count, 0);
	CHECK_EQ(quic_recovery_deadline(&f.c), QUIC_TIME_NEVER);
	fix_free(&f);
}

/* A server has nobody to wait for. */
static void no_deadlock_at_a_server(void)
{
	static const u8 hello[50];

	CHECK_EQ(fix_start(&f, true, NULL), 0);
	quic_conn_recv_dgram(&f.c, 1200);
	CHECK_EQ(quic_conn_crypto_write(&f.c, QUIC_LVL_INITIAL, hello, 50,
					GFP_KERNEL), 0);
	fix_send(&f);
	CHECK(quic_recovery_deadline(&f.c) != QUIC_TIME_NEVER);
	fix_ack_all(&f, QUIC_SPACE_INITIAL);
	CHECK_EQ(quic_recovery_deadline(&f.c), QUIC_TIME_NEVER);
	fix_free(&f);
}

/* RFC 9002 6.2.2.1: no timer while the amplification limit holds */
static void blocked_server_sets_no_timer(void)
{
	static const u8 cert[6000];

	CHECK_EQ(fix_start(&f, true, NULL), 0);
	quic_conn_recv_dgram(&f.c, 1200);
	quic_conn_keys(&f.c, QUIC_LVL_HANDSHAKE, true, f.now);
	CHECK_EQ(quic_conn_crypto_write(&f.c, QUIC_LVL_HANDSHAKE, cert,
					sizeof(cert), GFP_KERNEL), 0);
	fix_send(&f);
	CHECK_EQ(f.c.path.tx_bytes, 3600);
	CHECK_EQ(quic_recovery_deadline(&f.c), QUIC_TIME_NEVER);
	quic_conn_recv_dgram(&f.c, 1200);
	CHECK(quic_recovery_deadline(&f.c) != QUIC_TIME_NEVER);
	fix_free(&f);
}

/* RFC 9002 6.2.2#1, 6.4: discarded keys take packets and timers along */
static void discarded(void)
{
	static const u8 hello[50];

	CHECK_EQ(fix_start(&f, false, NULL), 0);
	quic_conn_crypto_write(&f.c, QUIC_LVL_INITIAL, hello, 50, GFP_KERNEL);
	fix_send(&f);
	CHECK_EQ(f.c.cc.in_flight_bytes, 1200);
	f.c.pto_count = 3;
	quic_conn_discard(&f.c, QUIC_SPACE_INITIAL);
	CHECK_EQ(f.c.cc.in_flight_bytes, 0);
	CHECK_EQ(f.c.pto_count, 0);
	CHECK_EQ(f.c.space[QUIC_SPACE_INITIAL].loss.eliciting, 0);
	CHECK_EQ(f.c.space[QUIC_SPACE_INITIAL].loss.loss_time_ns,
		 QUIC_TIME_NEVER);
	CHECK_EQ(f.c.stats.lost_pkts, 0);
	fix_free(&f);
}

/* ---- RFC 9002 7 ---------------------------------------------------------------- */

/* RFC 9002 7.4: losses behind the first acknowledged packet */
static void losses_halve_the_window(void)
{
	u64 pn, window;

	start();
	window = f.c.cc.window_bytes;
	pn = send_pings(10);
	f.now += 50 * MS;
	CHECK_EQ(fix_ack(&f, APP, pn + 9, pn + 9), 0);
	CHECK_EQ(f.c.stats.lost_pkts, 7);
	/* seven losses, one event; the rest of the flight is tiny */
	CHECK_EQ(f.c.cc.window_bytes, window / 2);
	fix_free(&f);
}

/* RFC 9002 7.6: two lost packets more than three PTO apart, none between */
static void persistent_congestion(u64 gap_ns, bool acked_between, bool sample,
				  u64 after_sample_ns, bool want)
{
	u64 pn, pto;

	start();
	if (sample) {
		pn = send_pings(1);
		f.now += 100 * MS;
		fix_ack(&f, APP, pn, pn);
		f.now += after_sample_ns;
	}
	/* after the last sample below: srtt 100, var 37.5, delay 25 */
	pn = send_pings(1);
	f.now += gap_ns / 2;
	send_pings(1);
	f.now += gap_ns / 2;
	send_pings(1);
	send_pings(3);
	f.now += 100 * MS;
	if (acked_between)
		fix_ack(&f, APP, pn + 1, pn + 1);
	fix_ack(&f, APP, pn + 5, pn + 5);
	pto = quic_recovery_pto(&f.c, true);
	TAP_AT("gap %llu ms, PTO %llu ms", (unsigned long long)(gap_ns / MS),
	       (unsigned long long)(pto / MS));
	CHECK_EQ(f.c.stats.persistent_congestion, want);
	CHECK_EQ(f.c.cc.window_bytes == 2 * f.c.cc.mss_bytes, want);
	/* RFC 9002 5.2 */
	if (want)
		CHECK_EQ(f.c.rtt.min, f.c.rtt.latest);
	fix_free(&f);
}

/*
 * RFC 9002 2: padding makes a client's Initial that only acknowledges count as
 * in flight, but nobody acknowledges it.
 */
static void padded_initials(void)
{
	u8 hello[100] = {};
	int i;

	CHECK_EQ(fix_start(&f, false, NULL), 0);
	quic_conn_crypto_write(&f.c, QUIC_LVL_INITIAL, hello, sizeof(hello),
			       GFP_KERNEL);
	CHECK_EQ(fix_send(&f), 1);
	CHECK_EQ(f.c.cc.in_flight_bytes, 1200);
	for (i = 0; i < 3; i++) {
		fix_ping(&f, QUIC_SPACE_INITIAL);
		quic_conn_recv_end(&f.c, f.now);
		CHECK_EQ(fix_send(&f), 1);
	}
	/* the first is to be acknowledged yet: the peer may name them, too */
	CHECK_EQ(f.c.cc.in_flight_bytes, 4 * 1200);
	f.now += 50 * MS;
	fix_ack(&f, QUIC_SPACE_INITIAL, 0, 0);
	CHECK_EQ(f.c.cc.in_flight_bytes, 0);
	/* from here on none does */
	fix_ping(&f, QUIC_SPACE_INITIAL);
	quic_conn_recv_end(&f.c, f.now);
	CHECK_EQ(fix_send(&f), 1);
	CHECK_EQ(f.c.cc.in_flight_bytes, 0);
	fix_free(&f);
}

static void persistent(void)
{
	/* srtt 100 ms, var (3 * 50 + 0) / 4 = 37.5: 3 * (100 + 150 + 25) */
	persistent_congestion(826 * MS, false, true, 1, true);
	persistent_congestion(824 * MS, false, true, 1, false);
	persistent_congestion(3000 * MS, false, true, 1, true);
	/* RFC 9002 7.6.2: something got through in between */
	persistent_congestion(3000 * MS, true, true, 1, false);
	/* RFC 9002 7.6.2: only what was sent after the first sample */
	persistent_congestion(3000 * MS, false, false, 0, false);
	persistent_congestion(1000 * MS, false, true, 0, false);
}

static void in_flight(void)
{
	u64 before;

	start();
	CHECK_EQ(f.c.cc.in_flight_bytes, 0);
	send_pings(1);
	before = f.c.cc.in_flight_bytes;
	CHECK(before);
	/* RFC 9002 2: what only acknowledges does not count */
	fix_ping(&f, APP);
	fix_ping(&f, APP);
	quic_conn_recv_end(&f.c, f.now);
	fix_send(&f);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_ACK), 1);
	CHECK_EQ(f.c.cc.in_flight_bytes, before);
	fix_free(&f);
}

/* RFC 9002 6.2.1#2: Initial and Handshake packets: the earlier timer */
static void earlier_space(void)
{
	u64 at;

	CHECK_EQ(fix_start(&f, true, NULL), 0);
	f.c.path.validated = true;
	send_crypto(QUIC_LVL_INITIAL, QUIC_SPACE_INITIAL);
	at = quic_recovery_deadline(&f.c);
	f.now += 10 * MS;
	quic_conn_keys(&f.c, QUIC_LVL_HANDSHAKE, true, f.now);
	send_crypto(QUIC_LVL_HANDSHAKE, QUIC_SPACE_HANDSHAKE);
	CHECK_EQ(quic_recovery_deadline(&f.c), at);
	fix_ack_all(&f, QUIC_SPACE_INITIAL);
	CHECK_EQ(quic_recovery_deadline(&f.c),
		 f.now + quic_recovery_pto(&f.c, false) + QUIC_TLS_DELAY_NS);
	fix_free(&f);
}

/*
 * RFC 9002 6.2.1, RFC 9000 13.2.5: a kernel acknowledges the first flight at
 * once, and the second when user space has made the keys for it.
 */
static void tls_takes_time(void)
{
	u64 pto;

	CHECK_EQ(fix_start(&f, true, NULL), 0);
	f.c.path.validated = true;
	send_crypto(QUIC_LVL_INITIAL, QUIC_SPACE_INITIAL);
	f.now += MS / 10;
	fix_ack_all(&f, QUIC_SPACE_INITIAL);
	pto = quic_recovery_pto(&f.c, false);
	CHECK(pto < 2 * MS);
	quic_conn_keys(&f.c, QUIC_LVL_HANDSHAKE, true, f.now);
	quic_conn_keys(&f.c, QUIC_LVL_HANDSHAKE, false, f.now);
	send_crypto(QUIC_LVL_HANDSHAKE, QUIC_SPACE_HANDSHAKE);
	CHECK_EQ(quic_recovery_deadline(&f.c), f.now + pto + QUIC_TLS_DELAY_NS);
	/* it has keys: from here on only the network counts */
	CHECK_EQ(fix_ping(&f, QUIC_SPACE_HANDSHAKE), 0);
	fix_send(&f);
	CHECK_EQ(quic_recovery_deadline(&f.c), f.now + pto);
	fix_free(&f);
}

/* RFC 9002 6.2.1#5: no PTO while a packet may be found lost by time */
static void loss_timer_first(void)
{
	u64 pn;

	start();
	pn = send_pings(2);
	f.now += 50 * MS;
	fix_ack(&f, APP, pn + 1, pn + 1);
	CHECK(loss()->eliciting);
	CHECK(loss()->loss_time_ns != QUIC_TIME_NEVER);
	CHECK_EQ(quic_recovery_deadline(&f.c), loss()->loss_time_ns);
	f.now = quic_recovery_deadline(&f.c);
	quic_conn_timeout(&f.c, f.now, GFP_ATOMIC);
	CHECK_EQ(f.c.stats.lost_pkts, 1);
	CHECK_EQ(f.c.stats.ptos, 0);
	fix_free(&f);
}

int main(void)
{
	TEST(padded_initials);
	TEST(rtt_before_a_sample);
	TEST(rtt_samples);
	TEST(rtt_from_acks);
	TEST(rtt_before_confirmed);
	TEST(rtt_not_from_the_future);
	TEST(rtt_not_from_silence);
	TEST(never_sent);
	TEST(skipped);
	TEST(optimistic);
	TEST(many_ranges);
	TEST(late_acknowledgement);
	TEST(by_count);
	TEST(by_time);
	TEST(by_time_short_path);
	TEST(pto_and_backoff);
	TEST(probes_carry_data);
	TEST(all_have_a_turn);
	TEST(two_probes_only);
	TEST(not_before_confirmed);
	TEST(anti_deadlock);
	TEST(no_deadlock_at_a_server);
	TEST(blocked_server_sets_no_timer);
	TEST(discarded);
	TEST(losses_halve_the_window);
	TEST(persistent);
	TEST(in_flight);
	TEST(earlier_space);
	TEST(tls_takes_time);
	TEST(loss_timer_first);
	return tap_done();
}
