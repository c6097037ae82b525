// SPDX-License-Identifier: GPL-2.0-only
#include "quic/core/conn.h"

#include "pair.h"
#include "tap.h"

static struct fix f;

static void start(bool server)
{
	fix_open(&f, server, NULL, NULL);
}

/* ---- start ------------------------------------------------------------------ */

static void initial_state(void)
{
	CHECK_EQ(fix_start(&f, false, NULL), 0);
	CHECK_EQ(f.c.state, QUIC_CONN_INIT);
	CHECK(f.c.path.validated);
	CHECK(!f.c.peer_validated_us);
	CHECK(f.c.space[QUIC_SPACE_INITIAL].can_send);
	CHECK(!f.c.space[QUIC_SPACE_HANDSHAKE].can_send);
	CHECK_EQ(fix_send(&f), 0);
	fix_free(&f);
	CHECK_EQ(fix_start(&f, true, NULL), 0);
	CHECK_EQ(f.c.state, QUIC_CONN_HANDSHAKE);
	CHECK(!f.c.path.validated);
	CHECK_EQ(quic_path_room(&f.c.path), 0);
	fix_free(&f);
}

static void no_memory_at_start(void)
{
	struct quic_conn_cfg cfg = {
		.version = QUIC_V1, .mtu = 1400, .token = (const u8 *)"tok",
		.token_len = 3,
	};
	struct quic_tparams tp;
	struct quic_conn c;
	long n, live = quic_env_live();

	fix_params(&tp);
	cfg.local = &tp;
	for (n = 0; ; n++) {
		int err;

		quic_env_fail_after(n);
		err = quic_conn_init(&c, &cfg, GFP_KERNEL);
		if (!err)
			break;
		CHECK_EQ(err, -ENOMEM);
		CHECK_EQ(quic_env_live(), live);
	}
	CHECK(n >= 2);
	CHECK_EQ(c.token_len, 3);
	quic_conn_free(&c);
}

/* ---- transport parameters ---------------------------------------------------- */

static enum quic_err params_with(bool server, void (*change)(struct quic_tparams *))
{
	u8 buf[512];
	struct quic_wr wr = { buf, buf + sizeof(buf) };
	struct quic_tparams tp;
	enum quic_err err;

	CHECK_EQ(fix_start(&f, server, NULL), 0);
	quic_conn_crypto_write(&f.c, QUIC_LVL_INITIAL, buf, 1, GFP_KERNEL);
	fix_ping(&f, QUIC_SPACE_INITIAL);
	fix_params(&tp);
	tp.initial_scid = f.c.initial_rscid;
	tp.has_initial_scid = true;
	if (!server) {
		tp.original_dcid = f.c.odcid;
		tp.has_original_dcid = true;
	}
	change(&tp);
	CHECK_EQ(quic_tparams_build(&wr, &tp, !server, 0), 0);
	err = quic_conn_remote_params(&f.c, buf, wr.p - buf);
	CHECK_EQ(f.c.has_remote, !err);
	fix_free(&f);
	return err;
}

static void same(struct quic_tparams *tp)
{
}

static void no_scid(struct quic_tparams *tp)
{
	tp->has_initial_scid = false;
}

static void other_scid(struct quic_tparams *tp)
{
	tp->initial_scid.data[7] ^= 1;
}

static void short_scid(struct quic_tparams *tp)
{
	tp->initial_scid.len--;
}

static void no_odcid(struct quic_tparams *tp)
{
	tp->has_original_dcid = false;
}

static void other_odcid(struct quic_tparams *tp)
{
	tp->original_dcid.data[0] ^= 1;
}

static void retry_scid(struct quic_tparams *tp)
{
	tp->has_retry_scid = true;
	tp->retry_scid = tp->initial_scid;
}

/* From a server whose ids have no length. */
static void preferred_without_id(struct quic_tparams *tp)
{
	if (f.c.server)
		return;
	f.c.initial_rscid.len = 0;
	tp->initial_scid.len = 0;
	tp->has_preferred_address = true;
	tp->preferred.cid.len = 8;
}

static void nothing_preferred(struct quic_tparams *tp)
{
	preferred_without_id(tp);
	tp->has_preferred_address = false;
}

/* RFC 9000 7.3: TRANSPORT_PARAMETER_ERROR */
static void authenticated_ids(void)
{
	CHECK_EQ(params_with(false, same), QUIC_ERR_NONE);
	CHECK_EQ(params_with(true, same), QUIC_ERR_NONE);
	CHECK_EQ(params_with(false, no_scid), QUIC_ERR_TRANSPORT_PARAM);
	CHECK_EQ(params_with(true, no_scid), QUIC_ERR_TRANSPORT_PARAM);
	CHECK_EQ(params_with(false, other_scid), QUIC_ERR_TRANSPORT_PARAM);
	CHECK_EQ(params_with(true, other_scid), QUIC_ERR_TRANSPORT_PARAM);
	CHECK_EQ(params_with(true, short_scid), QUIC_ERR_TRANSPORT_PARAM);
	CHECK_EQ(params_with(false, no_odcid), QUIC_ERR_TRANSPORT_PARAM);
	CHECK_EQ(params_with(false, other_odcid), QUIC_ERR_TRANSPORT_PARAM);
	/* RFC 9000 18.2#5 */
	CHECK_EQ(params_with(false, preferred_without_id),
		 QUIC_ERR_TRANSPORT_PARAM);
	CHECK_EQ(params_with(false, nothing_preferred), QUIC_ERR_NONE);
	/* there was no Retry */
	CHECK_EQ(params_with(false, retry_scid), QUIC_ERR_TRANSPORT_PARAM);
}

/* What ours say: a server names what the client began with. */
static void local_params(void)
{
	struct quic_tparams tp;
	u8 buf[512];
	int n;

	CHECK_EQ(fix_start(&f, true, NULL), 0);
	n = quic_conn_local_params(&f.c, buf, sizeof(buf));
	CHECK(n > 0);
	CHECK_EQ(quic_tparams_parse(buf, n, true, &tp), 0);
	CHECK(tp.has_original_dcid && tp.original_dcid.data[0] == 0x0d);
	CHECK(tp.has_initial_scid && tp.initial_scid.data[0] == 0x0a);
	CHECK_EQ(tp.initial_max_data, 100000);
	/* RFC 9000 18.2#6 */
	CHECK(tp.active_connection_id_limit >= 2);
	CHECK_EQ(quic_conn_local_params(&f.c, buf, 5), -ENOSPC);
	fix_free(&f);
	CHECK_EQ(fix_start(&f, false, NULL), 0);
	n = quic_conn_local_params(&f.c, buf, sizeof(buf));
	CHECK_EQ(quic_tparams_parse(buf, n, false, &tp), 0);
	CHECK(!tp.has_original_dcid);
	fix_free(&f);
}

static void effect_of_params(void)
{
	struct quic_tparams tp;

	fix_params(&tp);
	tp.max_udp_payload = 1300;
	tp.active_connection_id_limit = 1000;
	tp.initial_max_streams_bidi = 3;
	fix_open(&f, false, NULL, &tp);
	CHECK_EQ(f.c.path.mtu_bytes, 1300);
	CHECK_EQ(f.c.cids.local_limit, QUIC_CIDS_MAX - 2);
	CHECK_EQ(f.c.streams.max_local[0], 3);
	fix_free(&f);
}

/* ---- states ---------------------------------------------------------------- */

/* RFC 9001 4.1.2, RFC 9000 19.20#1: confirmed when it is complete */
static void established(void)
{
	struct quic_tparams tp;

	fix_params(&tp);
	CHECK_EQ(fix_start(&f, true, NULL), 0);
	quic_conn_recv_dgram(&f.c, 1200);
	fix_ping(&f, QUIC_SPACE_INITIAL);
	quic_conn_keys(&f.c, QUIC_LVL_APP, true, f.now);
	CHECK_EQ(fix_remote(&f, &tp), 0);
	CHECK_EQ(f.c.state, QUIC_CONN_HANDSHAKE);
	quic_conn_keys(&f.c, QUIC_LVL_APP, false, f.now);
	CHECK_EQ(f.c.state, QUIC_CONN_ESTABLISHED);
	CHECK(f.c.confirmed);
	CHECK(f.c.news & QUIC_NEWS_ESTABLISHED);
	CHECK(f.c.news & QUIC_NEWS_CONFIRMED);
	/* RFC 9001 4.9.2 */
	CHECK(f.c.space[QUIC_SPACE_INITIAL].discarded);
	CHECK(f.c.space[QUIC_SPACE_HANDSHAKE].discarded);
	fix_send(&f);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_HANDSHAKE_DONE), 1);
	fix_free(&f);
	/* the parameters may be what comes last */
	CHECK_EQ(fix_start(&f, true, NULL), 0);
	fix_ping(&f, QUIC_SPACE_INITIAL);
	quic_conn_keys(&f.c, QUIC_LVL_APP, true, f.now);
	quic_conn_keys(&f.c, QUIC_LVL_APP, false, f.now);
	CHECK_EQ(f.c.state, QUIC_CONN_HANDSHAKE);
	CHECK_EQ(fix_remote(&f, &tp), 0);
	CHECK_EQ(f.c.state, QUIC_CONN_ESTABLISHED);
	fix_free(&f);
	/* a client's, only when the server says so */
	CHECK_EQ(fix_start(&f, false, NULL), 0);
	quic_conn_crypto_write(&f.c, QUIC_LVL_INITIAL, (u8 *)"x", 1,
			       GFP_KERNEL);
	fix_ping(&f, QUIC_SPACE_INITIAL);
	CHECK_EQ(fix_remote(&f, &tp), 0);
	quic_conn_keys(&f.c, QUIC_LVL_HANDSHAKE, true, f.now);
	quic_conn_keys(&f.c, QUIC_LVL_APP, true, f.now);
	quic_conn_keys(&f.c, QUIC_LVL_APP, false, f.now);
	CHECK_EQ(f.c.state, QUIC_CONN_ESTABLISHED);
	CHECK(!f.c.confirmed);
	CHECK(!f.c.space[QUIC_SPACE_HANDSHAKE].discarded);
	fix_free(&f);
}

/* RFC 9000 13.3: HANDSHAKE_DONE until acknowledged */
static void handshake_done_lost(void)
{
	struct quic_tparams tp;

	fix_params(&tp);
	CHECK_EQ(fix_start(&f, true, NULL), 0);
	quic_conn_recv_dgram(&f.c, 1200);
	CHECK_EQ(fix_remote(&f, &tp), 0);
	quic_conn_keys(&f.c, QUIC_LVL_APP, true, f.now);
	quic_conn_keys(&f.c, QUIC_LVL_APP, false, f.now);
	fix_send(&f);
	f.now = quic_conn_deadline(&f.c);
	quic_conn_timeout(&f.c, f.now, GFP_ATOMIC);
	fix_send(&f);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_HANDSHAKE_DONE), 2);
	fix_ack_all(&f, QUIC_SPACE_APP);
	CHECK_EQ(fix_send(&f), 0);
	fix_free(&f);
}

static void crypto_write(void)
{
	static const u8 big[300000];

	CHECK_EQ(fix_start(&f, false, NULL), 0);
	CHECK_EQ(quic_conn_crypto_write(&f.c, QUIC_LVL_HANDSHAKE, big, 1,
					GFP_KERNEL), -EPIPE);
	CHECK_EQ(f.c.state, QUIC_CONN_INIT);
	quic_env_fail_after(0);
	CHECK_EQ(quic_conn_crypto_write(&f.c, QUIC_LVL_INITIAL, big, 1,
					GFP_KERNEL), -ENOMEM);
	quic_env_fail_after(-1);
	CHECK_EQ(f.c.state, QUIC_CONN_INIT);
	CHECK_EQ(quic_conn_crypto_write(&f.c, QUIC_LVL_INITIAL, big, 5000,
					GFP_KERNEL), 0);
	CHECK_EQ(f.c.state, QUIC_CONN_HANDSHAKE);
	/* what TLS wants to say is not without end */
	CHECK_EQ(quic_conn_crypto_write(&f.c, QUIC_LVL_INITIAL, big,
					sizeof(big), GFP_KERNEL), -ENOMEM);
	fix_send(&f);
	/* offsets follow each other, and every datagram is 1200 bytes */
	CHECK_EQ(f.min_dgram, 1200);
	CHECK_EQ(f.max_dgram, 1200);
	CHECK_EQ(f.c.space[QUIC_SPACE_INITIAL].crypto.tx_next, 5000);
	quic_conn_discard(&f.c, QUIC_SPACE_INITIAL);
	CHECK_EQ(quic_conn_crypto_write(&f.c, QUIC_LVL_INITIAL, big, 1,
					GFP_KERNEL), -EPIPE);
	/* and its memory is given back with the keys */
	CHECK(!f.c.space[QUIC_SPACE_INITIAL].crypto.tx);
	fix_free(&f);
}

/* ---- closing ------------------------------------------------------------------ */

/* RFC 9000 10.2: three PTO of closing or draining */
static void closing(void)
{
	u64 until;

	start(true);
	fix_write(&f, false, 1000, false);
	quic_conn_close(&f.c, 7, true, 0, "why", 3, f.now);
	CHECK_EQ(f.c.state, QUIC_CONN_CLOSING);
	CHECK(f.c.news & QUIC_NEWS_CLOSED);
	until = f.now + 3 * quic_recovery_pto(&f.c, true);
	CHECK_EQ(quic_conn_deadline(&f.c), until);
	/* the first reason stays */
	quic_conn_close(&f.c, 8, true, 0, NULL, 0, f.now + 5);
	CHECK_EQ(f.c.close.err, 7);
	CHECK_MEM(f.c.close.reason, "why", 3);
	fix_send(&f);
	CHECK_EQ(f.n_seen, 1);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_CONNECTION_CLOSE_APP), 1);
	quic_conn_timeout(&f.c, until - 1, GFP_ATOMIC);
	CHECK_EQ(f.c.state, QUIC_CONN_CLOSING);
	quic_conn_timeout(&f.c, until, GFP_ATOMIC);
	CHECK_EQ(f.c.state, QUIC_CONN_CLOSED);
	CHECK_EQ(quic_conn_deadline(&f.c), QUIC_TIME_NEVER);
	quic_conn_timeout(&f.c, until + 1, GFP_ATOMIC);
	CHECK_EQ(f.c.state, QUIC_CONN_CLOSED);
	fix_free(&f);
}

static void close_before_anything(void)
{
	CHECK_EQ(fix_start(&f, false, NULL), 0);
	quic_conn_close(&f.c, 7, true, 0, NULL, 0, f.now);
	CHECK_EQ(f.c.state, QUIC_CONN_CLOSED);
	CHECK_EQ(fix_send(&f), 0);
	fix_free(&f);
}

static void long_reason(void)
{
	char text[300];

	memset(text, 'x', sizeof(text));
	start(true);
	quic_conn_close(&f.c, 7, false, 0x1c, text, sizeof(text), f.now);
	CHECK_EQ(f.c.close.reason_len, QUIC_CLOSE_REASON_LEN);
	fix_send(&f);
	CHECK_EQ(fix_nth(&f, QUIC_FRAME_CONNECTION_CLOSE, 0)->f.close.len,
		 QUIC_CLOSE_REASON_LEN);
	fix_free(&f);
}

/* RFC 9000 10.3.1: a stateless reset: draining, and not a word */
static void stateless_reset(void)
{
	start(true);
	fix_write(&f, false, 1000, false);
	quic_conn_recv_reset(&f.c, f.now);
	CHECK_EQ(f.c.state, QUIC_CONN_DRAINING);
	CHECK(f.c.close.set && f.c.close.reset);
	CHECK_EQ(fix_send(&f), 0);
	CHECK_EQ(quic_conn_deadline(&f.c),
		 f.now + 3 * quic_recovery_pto(&f.c, true));
	fix_free(&f);
	/* while we close, the reason stays ours */
	start(true);
	quic_conn_close(&f.c, 7, true, 0, NULL, 0, f.now);
	quic_conn_recv_reset(&f.c, f.now);
	CHECK_EQ(f.c.state, QUIC_CONN_DRAINING);
	CHECK_EQ(f.c.close.err, 7);
	CHECK(!f.c.close.reset);
	fix_free(&f);
}

/* ---- idle (RFC 9000 10.1) ------------------------------------------------------ */

static void idle_is_the_smaller(void)
{
	static const struct { u64 ours, theirs, want_ms; } rows[] = {
		{ 30000, 20000, 20000 }, { 20000, 30000, 20000 },
		{ 0, 20000, 20000 }, { 20000, 0, 20000 },
	};
	struct quic_tparams local, remote;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		TAP_AT("row %u", i);
		fix_params(&local);
		fix_params(&remote);
		local.max_idle_timeout_ms = rows[i].ours;
		remote.max_idle_timeout_ms = rows[i].theirs;
		fix_open(&f, false, &local, &remote);
		CHECK_EQ(f.c.idle_ns, rows[i].want_ms * MS);
		fix_free(&f);
	}
	local.max_idle_timeout_ms = 0;
	remote.max_idle_timeout_ms = 0;
	fix_open(&f, false, &local, &remote);
	CHECK_EQ(quic_conn_deadline(&f.c), QUIC_TIME_NEVER);
	fix_free(&f);
}

static void idle_expires_silently(void)
{
	start(true);
	CHECK_EQ(fix_ping(&f, QUIC_SPACE_APP), 0);
	f.now += 100 * MS;
	fix_send(&f);
	fix_forget(&f);
	CHECK_EQ(quic_conn_deadline(&f.c), f.now - 100 * MS + 30000 * MS);
	f.now = quic_conn_deadline(&f.c);
	quic_conn_timeout(&f.c, f.now - 1, GFP_ATOMIC);
	CHECK_EQ(f.c.state, QUIC_CONN_ESTABLISHED);
	quic_conn_timeout(&f.c, f.now, GFP_ATOMIC);
	CHECK_EQ(f.c.state, QUIC_CONN_CLOSED);
	CHECK(f.c.close.set && f.c.close.timeout && !f.c.close.local);
	CHECK_EQ(fix_send(&f), 0);
	fix_free(&f);
}

/* Restarted by what is received, and by the first thing sent after it */
static void idle_restarts(void)
{
	u64 from;

	start(true);
	fix_ping(&f, QUIC_SPACE_APP);
	from = f.now;
	CHECK_EQ(f.c.idle_from_ns, from);
	f.now += 1000 * MS;
	f.c.pending |= QUIC_PEND_PING;
	fix_send(&f);
	CHECK_EQ(f.c.idle_from_ns, f.now);
	from = f.now;
	f.now += 1000 * MS;
	f.c.pending |= QUIC_PEND_PING;
	fix_send(&f);
	CHECK_EQ(f.c.idle_from_ns, from);
	/* what is dropped restarts nothing */
	CHECK_EQ(fix_recv_pn(&f, QUIC_SPACE_APP, 0, "\1", 1), QUIC_ERR_DROP);
	CHECK_EQ(f.c.idle_from_ns, from);
	/* nor does an acknowledgement that we send */
	fix_ping(&f, QUIC_SPACE_APP);
	from = f.now;
	f.now += 1000 * MS;
	fix_send(&f);
	CHECK_EQ(f.c.idle_from_ns, from);
	/* nor what waited for keys, processed as of its arrival */
	f.now = from - 500 * MS;
	fix_ping(&f, QUIC_SPACE_APP);
	CHECK_EQ(f.c.idle_from_ns, from);
	fix_free(&f);
}

/* no shorter than three PTO */
static void idle_at_least_three_pto(void)
{
	struct quic_tparams tp;

	fix_params(&tp);
	tp.max_idle_timeout_ms = 10;
	fix_open(&f, true, &tp, NULL);
	CHECK_EQ(f.c.idle_ns, 10 * MS);
	CHECK_EQ(quic_conn_deadline(&f.c), f.c.idle_from_ns +
		 3 * quic_recovery_pto(&f.c, true));
	fix_free(&f);
}

/* A handshake that does not get anywhere ends too. */
static void idle_in_the_handshake(void)
{
	int i;

	CHECK_EQ(fix_start(&f, false, NULL), 0);
	quic_conn_crypto_write(&f.c, QUIC_LVL_INITIAL, (u8 *)"x", 1,
			       GFP_KERNEL);
	for (i = 0; i < 100 && f.c.state != QUIC_CONN_CLOSED; i++) {
		fix_send(&f);
		f.now = quic_conn_deadline(&f.c);
		quic_conn_timeout(&f.c, f.now, GFP_ATOMIC);
	}
	CHECK_EQ(f.c.state, QUIC_CONN_CLOSED);
	CHECK(f.c.close.timeout);
	CHECK_EQ(f.now, FIX_T0 + 30000 * MS);
	/* probes at 1, 3, 7, 15 times the first timeout of 999 ms */
	CHECK_EQ(f.c.stats.ptos, 4);
	fix_free(&f);
}

/* RFC 9000 12.3: the end of the numbers is the end, without a word. */
static void no_number_left(void)
{
	struct quic_sent_ring *r;

	fix_open(&f, true, NULL, NULL);
	r = &f.c.space[QUIC_SPACE_APP].sent;
	quic_sent_free(r);
	r->next = QUIC_PN_MAX - 2 * QUIC_PLAN_PKTS;
	r->base = r->next;
	f.c.pending |= QUIC_PEND_PING;
	CHECK_EQ(fix_plan(&f, 1), 1);
	quic_send_abort(&f.c, &f.plan, f.now, GFP_ATOMIC);
	f.c.pending |= QUIC_PEND_PING;
	CHECK_EQ(fix_plan(&f, 1), 0);
	CHECK_EQ(f.c.state, QUIC_CONN_CLOSED);
	CHECK(f.c.close.local);
	CHECK(f.c.news & QUIC_NEWS_CLOSED);
	CHECK_EQ(fix_plan(&f, 1), 0);
	fix_free(&f);
}

/* Nothing to wait for is not waited for. */
static void blocked_server_does_not_spin(void)
{
	static const u8 cert[9000];

	CHECK_EQ(fix_start(&f, true, NULL), 0);
	quic_conn_recv_dgram(&f.c, 1200);
	quic_conn_keys(&f.c, QUIC_LVL_HANDSHAKE, true, f.now);
	quic_conn_crypto_write(&f.c, QUIC_LVL_HANDSHAKE, cert, sizeof(cert),
			       GFP_KERNEL);
	fix_send(&f);
	CHECK(quic_path_room(&f.c.path) < 1200);
	/* an Initial packet in a datagram that gives too little credit */
	CHECK_EQ(fix_ping(&f, QUIC_SPACE_INITIAL), 0);
	CHECK_EQ(fix_send(&f), 0);
	CHECK(quic_conn_deadline(&f.c) > f.now);
	fix_free(&f);
}

/* ---- both ends ------------------------------------------------------------------- */

static struct pair pair;

static void check_pair(void)
{
	int i;

	for (i = 0; i < 2; i++) {
		struct pair_end *e = &pair.end[i];

		CHECK_EQ(e->got, PAIR_BYTES);
		CHECK_EQ(e->bad, 0);
		CHECK(e->ended);
		CHECK(!e->f.c.close.set);
	}
}

static void exchange(void)
{
	int i;

	CHECK_EQ(pair_start(&pair), 0);
	for (i = 0; i < 100 && !pair_done(&pair); i++)
		pair_step(&pair);
	check_pair();
	CHECK(pair.end[0].updated || pair.end[1].updated);
	/* the last keys may not have had a packet yet */
	for (i = 0; i < 2; i++)
		pair.end[i].f.c.pending |= QUIC_PEND_PING;
	for (i = 0; i < 100; i++)
		pair_step(&pair);
	/* all is settled */
	CHECK(pair.end[0].f.c.keys.rx_gen);
	CHECK_EQ(pair.end[0].f.c.keys.rx_gen, pair.end[1].f.c.keys.tx_gen);
	CHECK_EQ(pair.end[0].f.c.cc.in_flight_bytes, 0);
	CHECK_EQ(pair.end[1].f.c.cc.in_flight_bytes, 0);
	CHECK_EQ(pair.end[0].f.c.streams.count, 0);
	CHECK_EQ(pair.end[1].f.c.streams.count, 0);
	CHECK_EQ(pair.end[0].f.c.mem_rx, 0);
	quic_conn_close(&pair.end[0].f.c, 0, true, 0, NULL, 0, pair.now);
	pair_step(&pair);
	CHECK_EQ(pair.end[1].f.c.state, QUIC_CONN_DRAINING);
	pair_free(&pair);
}

/* Is memory short by now? */
static bool exhausted(void)
{
	void *p = quic_env_zalloc(1, GFP_KERNEL);

	quic_env_free(p);
	return !p;
}

/*
 * From the n-th allocation on none succeeds, for @steps steps; then all do.
 * The exchange must survive, for every n. Return: false once n is too many.
 */
static bool survive(long n, int steps)
{
	long live = quic_env_live();
	bool failed;
	int i;

	TAP_AT("allocation %ld, %d steps", n, steps);
	quic_env_fail_after(n);
	if (pair_start(&pair)) {
		quic_env_fail_after(-1);
		CHECK_EQ(quic_env_live(), live);
		return true;
	}
	for (i = 0; i < 400 && steps && !pair_done(&pair); i++) {
		pair_step(&pair);
		if (exhausted())
			steps--;
	}
	failed = exhausted() || !steps;
	quic_env_fail_after(-1);
	for (i = 0; i < 2000 && !pair_done(&pair); i++)
		pair_step(&pair);
	check_pair();
	pair_free(&pair);
	CHECK_EQ(quic_env_live(), live);
	return failed;
}

static void allocation_failures(void)
{
	static const int steps[] = { 1, 3, 20 };
	unsigned int i;
	long n;

	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		for (n = 0; survive(n, steps[i]) && n < 5000; n++)
			;
		CHECK(n > 30);
		CHECK(n < 5000);
	}
}

/* RFC 9000 13.3: NEW_TOKEN is repeated until a copy is acknowledged */
static void new_token(void)
{
	const struct fix_seen *s;
	u64 pn;

	start(true);
	CHECK_EQ(quic_conn_send_new_token(&f.c, (const u8 *)"token", 5,
					  GFP_KERNEL), 0);
	CHECK_EQ(quic_conn_send_new_token(&f.c, (const u8 *)"other", 5,
					  GFP_KERNEL), -EAGAIN);
	fix_forget(&f);
	CHECK_EQ(fix_send(&f), 1);
	s = fix_nth(&f, QUIC_FRAME_NEW_TOKEN, 0);
	CHECK(s);
	CHECK_EQ(s->f.blob.len, 5);
	CHECK_MEM(s->f.blob.data, "token", 5);
	pn = s->pn;
	/* the probe timeout repeats it */
	f.now = quic_conn_deadline(&f.c);
	quic_conn_timeout(&f.c, f.now, GFP_KERNEL);
	fix_send(&f);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_NEW_TOKEN), 2);
	CHECK_EQ(quic_conn_send_new_token(&f.c, (const u8 *)"other", 5,
					  GFP_KERNEL), -EAGAIN);
	CHECK_EQ(fix_ack(&f, QUIC_SPACE_APP, pn, pn), 0);
	CHECK(!f.c.new_token);
	/* the other copy is of no interest any more */
	f.now += 10 * QUIC_NSEC_PER_SEC;
	quic_conn_timeout(&f.c, f.now, GFP_KERNEL);
	fix_send(&f);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_NEW_TOKEN), 2);
	CHECK_EQ(quic_conn_send_new_token(&f.c, (const u8 *)"other", 5,
					  GFP_KERNEL), 0);
	fix_free(&f);
}

/* RFC 9000 7.3: what a server says after its Retry; 8.1: a proven address */
static void server_after_retry(void)
{
	struct quic_conn_cfg cfg = {
		.server = true, .version = QUIC_V1, .mtu = 1400,
		.addr_validated = true, .retried = true,
		.odcid = { 8, "original" }, .retry_scid = { 8, "retryscd" },
		.scid = { 8, "server's" }, .dcid = { 8, "client's" },
	};
	struct quic_tparams tp;
	struct quic_conn c;
	u8 buf[512];
	int n;

	fix_params(&tp);
	cfg.local = &tp;
	CHECK_EQ(quic_conn_init(&c, &cfg, GFP_KERNEL), 0);
	CHECK_EQ(quic_path_room(&c.path), U64_MAX);
	n = quic_conn_local_params(&c, buf, sizeof(buf));
	CHECK(n > 0);
	CHECK_EQ(quic_tparams_parse(buf, n, true, &tp), 0);
	CHECK(tp.has_retry_scid);
	CHECK_MEM(tp.retry_scid.data, "retryscd", 8);
	CHECK_MEM(tp.original_dcid.data, "original", 8);
	CHECK_MEM(tp.initial_scid.data, "server's", 8);
	quic_conn_free(&c);
}

int main(void)
{
	TEST(new_token);
	TEST(server_after_retry);
	TEST(initial_state);
	TEST(no_memory_at_start);
	TEST(authenticated_ids);
	TEST(local_params);
	TEST(effect_of_params);
	TEST(established);
	TEST(handshake_done_lost);
	TEST(crypto_write);
	TEST(closing);
	TEST(close_before_anything);
	TEST(long_reason);
	TEST(stateless_reset);
	TEST(idle_is_the_smaller);
	TEST(idle_expires_silently);
	TEST(idle_restarts);
	TEST(idle_at_least_three_pto);
	TEST(idle_in_the_handshake);
	TEST(no_number_left);
	TEST(blocked_server_does_not_spin);
	TEST(exchange);
	TEST(allocation_failures);
	return tap_done();
}
