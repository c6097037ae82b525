// SPDX-License-Identifier: GPL-2.0-only
#include "quic/core/pmtud.h"

#include "fixture.h"
#include "tap.h"

#define APP	QUIC_SPACE_APP
#define ROUTE	1472

static struct fix f;
static struct quic_stream *flow;

static struct quic_pmtud *pm(void)
{
	return &f.c.path.pmtud;
}

static u32 mtu(void)
{
	return f.c.path.mtu_bytes;
}

static void begin(u32 route, u32 peer)
{
	f.c.plpmtud = true;
	f.c.path.mtu_bytes = quic_pmtud_init(pm(), route, peer, true);
	quic_cc_mtu(&f.c.cc, mtu());
}

static void start(void)
{
	fix_open(&f, true, NULL, NULL);
	begin(ROUTE, U32_MAX);
	flow = NULL;
}

/*
 * Send what is due through a path that takes @limit bytes; the peer
 * acknowledges the rest after 10 ms, each packet alone.
 */
static void through(u32 limit)
{
	struct { u64 pn; u32 len; } out[QUIC_PLAN_PKTS * 4];
	unsigned int n = 0, i, rounds = 0;
	int pkts;

	while (rounds++ < 4 && (pkts = fix_plan(&f, QUIC_PLAN_PKTS)) > 0) {
		for (i = 0; i < (unsigned int)pkts; i++, n++) {
			out[n].pn = f.plan.pkt[i].pn;
			out[n].len = f.plan.pkt[i].len;
		}
		fix_commit(&f, pkts);
		fix_forget(&f);
	}
	f.now += 10 * MS;
	for (i = 0; i < n; i++)
		if (out[i].len <= limit &&
		    quic_sent_at(&f.c.space[APP].sent, out[i].pn)->state ==
		    QUIC_SENT_OUT)
			CHECK_EQ(fix_ack(&f, APP, out[i].pn, out[i].pn), 0);
	if (!n)
		f.now = quic_conn_deadline(&f.c);
	if (quic_conn_deadline(&f.c) <= f.now)
		quic_conn_timeout(&f.c, f.now, GFP_ATOMIC);
}

/* Small data all the time, so that losses are seen. */
static void run(u32 limit, unsigned int rounds)
{
	struct quic_stream *s = flow ?: fix_write(&f, false, 100, false);

	flow = s;
	while (rounds--) {
		CHECK_EQ(fix_limit(&f, QUIC_FRAME_MAX_DATA, 0, 1 << 28), 0);
		CHECK_EQ(fix_limit(&f, QUIC_FRAME_MAX_STREAM_DATA, s->id,
				   1 << 28), 0);
		quic_stream_write(&f.c, s, 2000, false);
		while (quic_streams_acked(&f.c))
			;
		through(limit);
	}
}

static void acked_probe(u32 size)
{
	CHECK_EQ(fix_plan(&f, QUIC_PLAN_PKTS), 1);
	CHECK_EQ(f.plan.dgram_len, size);
	fix_commit(&f, 1);
	f.now += 10 * MS;
	fix_ack_all(&f, APP);
	CHECK_EQ(mtu(), size);
}

/* RFC 9002 7: a probe has half of the window, and leaves the rest to data. */
static void no_larger_than_half_window(void)
{
	start();
	begin(16384, U32_MAX);
	CHECK_EQ(f.c.cc.window_bytes, 12000);
	acked_probe(6000);
	acked_probe(round_down((u32)f.c.cc.window_bytes / 2, 16));
	/* it does not let more out, before data made it grow */
	CHECK(mtu() < 16384);
	CHECK_EQ(fix_plan(&f, QUIC_PLAN_PKTS), 0);
	f.c.cc.window_bytes = 40000;
	acked_probe(16384);
	CHECK_EQ(pm()->state, QUIC_PMTUD_COMPLETE);
	fix_free(&f);
}

/* RFC 9000 14.3, RFC 8899 5.2: 1200 until a probe of the full size arrived */
static void good_path(void)
{
	start();
	CHECK_EQ(mtu(), 1200);
	CHECK_EQ(fix_plan(&f, QUIC_PLAN_PKTS), 1);
	CHECK_EQ(f.plan.dgram_len, ROUTE);
	CHECK_EQ(f.plan.pkt[0].len, ROUTE);
	fix_commit(&f, 1);
	/* RFC 9000 14.4: PING and PADDING, which are ack-eliciting */
	CHECK_EQ(f.n_seen, 2);
	CHECK_EQ(f.seen[0].f.type, QUIC_FRAME_PING);
	CHECK_EQ(f.seen[1].f.type, QUIC_FRAME_PADDING);
	CHECK_EQ(f.c.stats.mtu_probes, 1);
	/* meanwhile data goes out as before */
	fix_forget(&f);
	fix_write(&f, false, 5000, false);
	fix_send(&f);
	CHECK_EQ(f.max_dgram, 1200);
	f.now += 10 * MS;
	fix_ack_all(&f, APP);
	CHECK_EQ(mtu(), ROUTE);
	CHECK_EQ(f.c.cc.mss_bytes, ROUTE);
	CHECK_EQ(pm()->state, QUIC_PMTUD_COMPLETE);
	fix_forget(&f);
	fix_write(&f, false, 5000, false);
	fix_send(&f);
	CHECK_EQ(f.max_dgram, ROUTE);
	CHECK_EQ(f.c.stats.mtu_probes, 1);
	fix_free(&f);
}

/* Nothing is tried before the handshake is confirmed. */
static void not_in_handshake(void)
{
	start();
	f.c.confirmed = false;
	CHECK_EQ(quic_pmtud_due(&f.c, f.now), 0);
	f.c.confirmed = true;
	f.c.path.validated = false;
	CHECK_EQ(quic_pmtud_due(&f.c, f.now), 0);
	CHECK_EQ(pm()->state, QUIC_PMTUD_BASE);
	fix_free(&f);
}

/* HANDSHAKE_DONE may be read before the keys to send with are there. */
static void not_without_keys(void)
{
	start();
	f.c.space[APP].can_send = false;
	CHECK_EQ(fix_plan(&f, QUIC_PLAN_PKTS), 0);
	f.c.space[APP].can_send = true;
	CHECK_EQ(fix_plan(&f, QUIC_PLAN_PKTS), 1);
	CHECK_EQ(f.plan.total_len, ROUTE);
	fix_commit(&f, 1);
	fix_free(&f);
}

/* The window holds for a probe, too (RFC 9002 7). */
static void within_window(void)
{
	start();
	f.c.cc.in_flight_bytes = f.c.cc.window_bytes - ROUTE + 1;
	CHECK_EQ(fix_plan(&f, 1), 0);
	f.c.cc.in_flight_bytes--;
	CHECK_EQ(fix_plan(&f, 1), 1);
	CHECK_EQ(f.plan.total_len, ROUTE);
	fix_commit(&f, 1);
	fix_free(&f);
}

/* A path that silently takes less: any limit is found, to 16 bytes. */
static void silent_limit(void)
{
	u32 limit;

	for (limit = 1200; limit <= ROUTE; limit += 17) {
		start();
		run(limit, 60);
		CHECK_EQ(pm()->state, QUIC_PMTUD_COMPLETE);
		CHECK(mtu() <= limit);
		CHECK(mtu() + 16 > limit);
		CHECK_EQ(f.c.stats.mtu_black_holes, 0);
		fix_free(&f);
	}
}

/* RFC 9000 14.4: losing probes is no congestion, and repeats nothing. */
static void loss_is_no_congestion(void)
{
	u64 window, i;

	start();
	window = f.c.cc.window_bytes;
	for (i = 0; i < 3; i++) {
		CHECK_EQ(fix_plan(&f, 1), 1);
		CHECK_EQ(f.plan.total_len, ROUTE);
		fix_commit(&f, 1);
		fix_write(&f, true, 10, true);
		f.now += 500 * MS;
		CHECK_EQ(fix_plan(&f, 1), 1);
		fix_commit(&f, 1);
		f.now += 10 * MS;
		CHECK_EQ(fix_ack(&f, APP, f.plan.pkt[0].pn, f.plan.pkt[0].pn),
			 0);
	}
	CHECK_EQ(f.c.stats.lost_pkts, 3);
	CHECK(f.c.cc.window_bytes >= window);
	CHECK_EQ(f.c.cc.recovery_start_ns, 0);
	CHECK_EQ(f.c.stats.persistent_congestion, 0);
	CHECK_EQ(f.c.stats.retrans_bytes, 0);
	CHECK_EQ(f.c.cc.in_flight_bytes, 0);
	/* RFC 8899 5.1.2: three were enough, the next size is smaller */
	CHECK_EQ(fix_plan(&f, 1), 1);
	CHECK(f.plan.total_len > 1200 && f.plan.total_len < ROUTE);
	fix_commit(&f, 1);
	fix_free(&f);
}

/* RFC 8899 4.3: large packets stop to arrive, small ones still do. */
static void black_hole(void)
{
	start();
	run(ROUTE, 5);
	CHECK_EQ(mtu(), ROUTE);
	run(1300, 200);
	CHECK_EQ(f.c.stats.mtu_black_holes, 1);
	CHECK(mtu() <= 1300 && mtu() > 1284);
	CHECK_EQ(pm()->state, QUIC_PMTUD_COMPLETE);
	fix_free(&f);
}

/* Loss that leaves some large packets through is not a black hole. */
static void loss_is_no_black_hole(void)
{
	unsigned int i;

	start();
	run(ROUTE, 5);
	for (i = 0; i < 20; i++) {
		run(1200, 1);
		run(ROUTE, 3);
	}
	CHECK_EQ(mtu(), ROUTE);
	CHECK_EQ(f.c.stats.mtu_black_holes, 0);
	fix_free(&f);
}

/* A PTO's probes are small enough for any path. */
static void small_pto_probes(void)
{
	start();
	run(ROUTE, 5);
	fix_forget(&f);
	fix_write(&f, false, 8000, false);
	fix_send(&f);
	CHECK_EQ(f.max_dgram, ROUTE);
	fix_forget(&f);
	f.c.cc.in_flight_bytes = f.c.cc.window_bytes;
	f.now = quic_conn_deadline(&f.c);
	quic_conn_timeout(&f.c, f.now, GFP_ATOMIC);
	fix_send(&f);
	CHECK_EQ(f.n_dgrams, 2);
	CHECK_EQ(f.max_dgram, 1200);
	fix_free(&f);
}

/* RFC 9000 18.2: max_udp_payload_size bounds what is sent. */
static void peer_limit(void)
{
	start();
	quic_pmtud_peer(&f.c, 1350);
	run(ROUTE, 10);
	CHECK_EQ(mtu(), 1350);
	CHECK_EQ(pm()->state, QUIC_PMTUD_COMPLETE);
	fix_free(&f);
	/* disabled: the route is believed, the peer all the same */
	fix_open(&f, true, NULL, NULL);
	quic_pmtud_peer(&f.c, 1250);
	CHECK_EQ(mtu(), 1250);
	CHECK_EQ(quic_pmtud_due(&f.c, f.now), 0);
	fix_free(&f);
}

/*
 * RFC 9000 14.2.1, RFC 8899 4.6.2: a hint lowers at once, to the base, and is
 * what is tried next; it never raises, and never goes below 1200.
 */
static void route_hint(void)
{
	u64 before;

	start();
	run(ROUTE, 5);
	quic_pmtud_route(&f.c, ROUTE, ROUTE, f.now);
	CHECK_EQ(mtu(), ROUTE);
	quic_pmtud_route(&f.c, ROUTE, 1324, f.now);
	CHECK_EQ(mtu(), 1200);
	CHECK_EQ(quic_pmtud_due(&f.c, f.now), 1324);
	/* it was right: what passes is found with four probes, not by halves */
	before = f.c.stats.mtu_probes;
	run(1330, 30);
	CHECK_EQ(mtu(), 1324);
	CHECK_EQ(pm()->state, QUIC_PMTUD_COMPLETE);
	CHECK_EQ(f.c.stats.mtu_probes - before, 4);
	/* it expired */
	quic_pmtud_route(&f.c, ROUTE, ROUTE, f.now);
	CHECK_EQ(mtu(), 1324);
	CHECK_EQ(quic_pmtud_due(&f.c, f.now), ROUTE);
	run(ROUTE, 5);
	CHECK_EQ(mtu(), ROUTE);
	fix_free(&f);
}

/* RFC 9000 14.2.1: a lie costs a little time, not the size. */
static void forged_hint(void)
{
	start();
	run(ROUTE, 5);
	quic_pmtud_route(&f.c, ROUTE, 1200, f.now);
	CHECK_EQ(mtu(), 1200);
	run(ROUTE, 5);
	CHECK_EQ(mtu(), ROUTE);
	quic_pmtud_route(&f.c, ROUTE, 1300, f.now);
	CHECK_EQ(mtu(), 1200);
	run(ROUTE, 5);
	CHECK_EQ(mtu(), ROUTE);
	/* a hint that is too large is no help: halves, as ever */
	quic_pmtud_route(&f.c, ROUTE, 1400, f.now);
	run(1300, 60);
	CHECK(mtu() <= 1300 && mtu() > 1284);
	fix_free(&f);
}

/* The interface is another matter: it really takes no more. */
static void route_limit(void)
{
	start();
	run(ROUTE, 5);
	quic_pmtud_route(&f.c, 1328, 1328, f.now);
	CHECK_EQ(mtu(), 1200);
	run(ROUTE, 5);
	CHECK_EQ(mtu(), 1328);
	quic_pmtud_route(&f.c, 1200, 1200, f.now);
	run(ROUTE, 5);
	CHECK_EQ(mtu(), 1200);
	CHECK_EQ(pm()->state, QUIC_PMTUD_COMPLETE);
	fix_free(&f);
	/* disabled: route and hint are believed as they come */
	fix_open(&f, true, NULL, NULL);
	quic_pmtud_route(&f.c, 1360, 1300, f.now);
	CHECK_EQ(mtu(), 1300);
	fix_free(&f);
}

/* RFC 9000 14.2: an interface below 1200: nothing but CONNECTION_CLOSE */
static void unusable(void)
{
	start();
	run(ROUTE, 5);
	quic_pmtud_route(&f.c, 0, 0, f.now);
	CHECK_EQ(pm()->state, QUIC_PMTUD_ERROR);
	fix_write(&f, false, 100, false);
	CHECK_EQ(fix_plan(&f, 1), 0);
	quic_pmtud_route(&f.c, ROUTE, ROUTE, f.now);
	CHECK_EQ(mtu(), 1200);
	CHECK(fix_plan(&f, 1) > 0);
	fix_commit(&f, 1);
	quic_pmtud_route(&f.c, 0, 0, f.now);
	fix_forget(&f);
	quic_conn_close(&f.c, 7, true, 0, NULL, 0, f.now);
	fix_send(&f);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_CONNECTION_CLOSE_APP), 1);
	fix_free(&f);
}

/* RFC 8899 5.1.1: PMTU_RAISE_TIMER, and only when something is sent */
static void raise(void)
{
	start();
	f.c.plpmtud_ns = 5 * QUIC_NSEC_PER_SEC;
	run(1300, 60);
	CHECK(mtu() <= 1300);
	CHECK_EQ(quic_pmtud_due(&f.c, f.now), 0);
	f.now += 5 * QUIC_NSEC_PER_SEC;
	CHECK_EQ(quic_pmtud_due(&f.c, f.now), ROUTE);
	run(ROUTE, 10);
	CHECK_EQ(mtu(), ROUTE);
	/* at the top there is nothing to raise to */
	CHECK_EQ(pm()->raise_ns, QUIC_TIME_NEVER);
	fix_free(&f);
	start();
	run(1300, 60);
	CHECK_EQ(pm()->raise_ns, QUIC_TIME_NEVER);
	fix_free(&f);
}

/* A probe that could not be built is planned again; no PING is left over. */
static void given_back(void)
{
	start();
	CHECK_EQ(fix_plan(&f, 1), 1);
	quic_send_abort(&f.c, &f.plan, f.now, GFP_ATOMIC);
	CHECK_EQ(f.c.pending, 0);
	CHECK_EQ(f.c.stats.mtu_probes, 0);
	CHECK_EQ(fix_plan(&f, 1), 1);
	CHECK_EQ(f.plan.total_len, ROUTE);
	fix_commit(&f, 1);
	fix_free(&f);
}

/* The largest datagram that the glue ever asks for fits a plan. */
static void largest(void)
{
	fix_open(&f, true, NULL, NULL);
	begin(16384, U32_MAX);
	f.c.cc.window_bytes = 100000;
	CHECK_EQ(fix_plan(&f, 1), 1);
	CHECK_EQ(f.plan.total_len, 16384);
	fix_commit(&f, 1);
	fix_ack_all(&f, APP);
	CHECK_EQ(mtu(), 16384);
	fix_free(&f);
}

int main(void)
{
	TEST(good_path);
	TEST(no_larger_than_half_window);
	TEST(not_in_handshake);
	TEST(not_without_keys);
	TEST(within_window);
	TEST(silent_limit);
	TEST(loss_is_no_congestion);
	TEST(black_hole);
	TEST(loss_is_no_black_hole);
	TEST(small_pto_probes);
	TEST(peer_limit);
	TEST(route_hint);
	TEST(forged_hint);
	TEST(route_limit);
	TEST(unusable);
	TEST(raise);
	TEST(given_back);
	TEST(largest);
	return tap_done();
}
