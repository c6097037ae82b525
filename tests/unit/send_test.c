// SPDX-License-Identifier: GPL-2.0-only
#include "quic/core/send.h"

#include "fixture.h"
#include "tap.h"

static struct fix f;

static void start(bool server)
{
	fix_open(&f, server, NULL, NULL);
}

/* Before the handshake, with @len bytes to say in Initial packets. */
static void start_initial(bool server, u32 len)
{
	static const u8 hello[10000];

	CHECK_EQ(fix_start(&f, server, NULL), 0);
	if (server)
		quic_conn_recv_dgram(&f.c, 1200);
	if (len)
		CHECK_EQ(quic_conn_crypto_write(&f.c, QUIC_LVL_INITIAL, hello,
						len, GFP_KERNEL), 0);
}

static void crypto(enum quic_level level, u32 len)
{
	static const u8 bytes[10000];

	quic_conn_keys(&f.c, level, true, f.now);
	quic_conn_keys(&f.c, level, false, f.now);
	CHECK_EQ(quic_conn_crypto_write(&f.c, level, bytes, len, GFP_KERNEL),
		 0);
}

/* ---- sizes --------------------------------------------------------------------- */

/* Lengths, counts and pieces of a plan agree with each other. */
static void check_plan(void)
{
	const struct quic_plan *p = &f.plan;
	u32 total = 0, len = 0, dgrams = 0, scratch = 0;
	unsigned int i, k;

	for (i = 0; i < p->n_pkts; i++) {
		const struct quic_plan_pkt *pkt = &p->pkt[i];
		bool last = i + 1 == p->n_pkts || p->pkt[i + 1].new_dgram;
		u32 sum = QUIC_TAG_LEN;

		TAP_AT("packet %u of %u", i, p->n_pkts);
		if (pkt->new_dgram) {
			dgrams++;
			len = 0;
		}
		for (k = 0; k < pkt->n_pieces; k++) {
			const struct quic_piece *pc = &p->piece[pkt->piece + k];

			CHECK_EQ(pc->scratch_off, scratch);
			scratch += pc->scratch_len;
			sum += pc->scratch_len + pc->data_len;
			CHECK(!pc->data_len == (!pc->stream && !pc->data));
		}
		CHECK_EQ(sum, pkt->len);
		CHECK_EQ(pkt->hdr_len, pkt->pn_off + pkt->pn_len);
		/* RFC 9001 5.4.2: there is a sample */
		CHECK(pkt->len >= pkt->pn_off + 4 + 16);
		CHECK(pkt->n_pieces >= 1);
		len += pkt->len;
		total += pkt->len;
		CHECK(len <= f.c.path.mtu_bytes);
		/* all alike but the last, which is not longer */
		if (last && (dgrams == 1 || dgrams < p->n_dgrams))
			CHECK_EQ(len, p->dgram_len);
		else if (last)
			CHECK(len <= p->dgram_len);
	}
	TAP_AT("%s", "");
	CHECK_EQ(total, p->total_len);
	CHECK_EQ(dgrams, p->n_dgrams);
	CHECK_EQ(scratch, p->scratch_len);
}

static void bulk(void)
{
	struct quic_stream *s;
	unsigned int i;

	start(false);
	f.c.cc.window_bytes = 1 << 20;
	s = fix_write(&f, false, 30000, true);
	CHECK(fix_plan(&f, QUIC_PLAN_PKTS) > 20);
	check_plan();
	CHECK_EQ(f.plan.dgram_len, 1400);
	CHECK_EQ(f.plan.n_pkts, f.plan.n_dgrams);
	/* numbers follow each other */
	for (i = 1; i < f.plan.n_pkts; i++)
		CHECK_EQ(f.plan.pkt[i].pn, f.plan.pkt[0].pn + i);
	fix_commit(&f, f.plan.n_pkts);
	CHECK_EQ(fix_stream_bytes(&f), 30000);
	CHECK_EQ(s->tx_next, 30000);
	CHECK_EQ(fix_send(&f), 0);
	fix_free(&f);
}

static void bounded_by_caller(void)
{
	start(false);
	f.c.cc.window_bytes = 1 << 20;
	fix_write(&f, false, 30000, true);
	CHECK_EQ(fix_plan(&f, 3), 3);
	CHECK(f.plan.more);
	fix_commit(&f, 3);
	/* and by what a plan holds, whatever the caller says */
	fix_write(&f, false, 30000, true);
	fix_write(&f, false, 30000, true);
	CHECK_EQ(fix_plan(&f, 1000), QUIC_PLAN_PKTS);
	fix_commit(&f, QUIC_PLAN_PKTS);
	fix_send(&f);
	CHECK_EQ(fix_stream_bytes(&f), 90000);
	fix_free(&f);
}

/* RFC 9002 7: no more than the window, in whole packets */
static void bounded_by_window(void)
{
	start(false);
	fix_write(&f, false, 30000, true);
	fix_send(&f);
	CHECK_EQ(f.c.cc.window_bytes, 14000);
	CHECK_EQ(f.c.cc.in_flight_bytes, 14000);
	CHECK_EQ(f.n_dgrams, 10);
	CHECK(!f.c.send_idle);
	/* acknowledgements go out all the same: RFC 9002 7 */
	fix_forget(&f);
	fix_ping(&f, QUIC_SPACE_APP);
	fix_ping(&f, QUIC_SPACE_APP);
	quic_conn_recv_end(&f.c, f.now);
	fix_send(&f);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_ACK), 1);
	CHECK_EQ(fix_stream_bytes(&f), 0);
	CHECK_EQ(f.n_seen, 1);
	fix_free(&f);
}

/* Many sizes of writes and control frames: the plan always adds up. */
static void any_mix(void)
{
	u64 seed = 11;
	int i, k;

	for (i = 0; i < 300; i++) {
		int n = 1 + tap_random(&seed) % 4;

		start(i & 1);
		f.c.cc.window_bytes = 1 << 20;
		f.c.path.mtu_bytes = 1200 + tap_random(&seed) % 8000;
		for (k = 0; k < n; k++) {
			struct quic_stream *s;

			s = fix_write(&f, k & 1,
				      tap_random(&seed) % 3000, k & 2);
			if (s && tap_random(&seed) % 4 == 0)
				quic_stream_reset(&f.c, s, 1);
		}
		if (tap_random(&seed) & 1)
			f.c.pending |= QUIC_PEND_PING;
		if (tap_random(&seed) & 1)
			fix_ping(&f, QUIC_SPACE_APP);
		while (fix_plan(&f, 1 + tap_random(&seed) % 48) > 0) {
			check_plan();
			fix_commit(&f, f.plan.n_pkts);
		}
		fix_free(&f);
	}
}

/* ---- fairness ------------------------------------------------------------------ */

/* RFC 9000 2.3: a long stream does not keep the others waiting. */
static void round_robin(void)
{
	u64 bytes[8] = {};
	unsigned int i;

	start(false);
	for (i = 0; i < 4; i++)
		fix_write(&f, false, 20000, false);
	fix_send(&f);
	for (i = 0; i < f.n_seen; i++)
		if ((f.seen[i].f.type & ~7ULL) == QUIC_FRAME_STREAM)
			bytes[f.seen[i].f.stream.id / 4] +=
				f.seen[i].f.stream.len;
	/* ten packets: two or three each */
	for (i = 0; i < 4; i++)
		CHECK(bytes[i] >= 2 * 1300);
	fix_free(&f);
}

/* Short streams share a packet, and lost stretches do with new bytes. */
static void packets_are_filled(void)
{
	struct quic_stream *s;
	int i;

	start(false);
	for (i = 0; i < 8; i++)
		fix_write(&f, false, 50, true);
	CHECK_EQ(fix_send(&f), 1);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_STREAM), 8);
	fix_free(&f);
	start(false);
	s = fix_write(&f, false, 1000, false);
	fix_send(&f);
	quic_stream_lost(&f.c, s->id, 100, 50, false, GFP_ATOMIC);
	quic_stream_lost(&f.c, s->id, 300, 50, false, GFP_ATOMIC);
	quic_stream_write(&f.c, s, 500, true);
	fix_forget(&f);
	CHECK_EQ(fix_send(&f), 1);
	CHECK_EQ(fix_stream_bytes(&f), 600);
	CHECK_EQ(f.c.stats.retrans_frames, 2);
	CHECK_EQ(f.c.stats.retrans_bytes, 100);
	fix_free(&f);
}

/* ---- handshake (RFC 9000 8.1, 12.2, 14.1) -------------------------------------------- */

/* RFC 9000 14.1, RFC 9001 9.3: whatever is said, no Initial below 1200 */
static void initial_padding(void)
{
	u32 len;

	for (len = 1; len < 1300; len++) {
		TAP_AT("client, %u bytes", len);
		start_initial(false, len);
		fix_send(&f);
		CHECK_EQ(f.min_dgram, 1200);
		CHECK_EQ(f.max_dgram, 1200);
		fix_free(&f);
	}
	for (len = 1; len < 1300; len++) {
		TAP_AT("server, %u bytes and Handshake", len);
		start_initial(true, len);
		quic_conn_recv_dgram(&f.c, 10000);
		crypto(QUIC_LVL_HANDSHAKE, 500);
		fix_send(&f);
		CHECK_EQ(f.max_dgram, 1200);
		if (f.n_dgrams == 1)
			CHECK_EQ(f.min_dgram, 1200);
		fix_free(&f);
	}
}

/* Each datagram by itself: padded if and only if it has an Initial packet */
static void coalesced_padding(void)
{
	u32 len, i;

	for (len = 1000; len < 1250; len++) {
		start_initial(true, len);
		quic_conn_recv_dgram(&f.c, 10000);
		crypto(QUIC_LVL_HANDSHAKE, 300);
		while (fix_plan(&f, 10) > 0) {
			bool initial = false;

			TAP_AT("%u bytes", len);
			CHECK_EQ(f.plan.n_dgrams, 1);
			check_plan();
			for (i = 0; i < f.plan.n_pkts; i++)
				initial |= f.plan.pkt[i].level ==
					   QUIC_LVL_INITIAL;
			TAP_AT("%u bytes", len);
			if (initial)
				CHECK_EQ(f.plan.total_len, 1200);
			fix_commit(&f, f.plan.n_pkts);
		}
		fix_free(&f);
	}
}

/* The Length field names exactly the rest of the packet, each time. */
static void long_headers(void)
{
	struct quic_hdr hdr;
	unsigned int i;

	start_initial(true, 100);
	crypto(QUIC_LVL_HANDSHAKE, 300);
	CHECK_EQ(fix_plan(&f, 1), 2);
	check_plan();
	for (i = 0; i < 2; i++) {
		const struct quic_plan_pkt *pkt = &f.plan.pkt[i];
		u8 bytes[1200] = {};

		memcpy(bytes, fix_lay_out(&f, pkt), pkt->len - QUIC_TAG_LEN);
		CHECK_EQ(quic_hdr_parse(bytes, sizeof(bytes), 8, &hdr), 0);
		CHECK_EQ(hdr.len, pkt->len);
		CHECK_EQ(hdr.pn_off, pkt->pn_off);
		CHECK_EQ(hdr.type, i ? QUIC_PKT_HANDSHAKE : QUIC_PKT_INITIAL);
		CHECK_EQ(hdr.dcid[0], 0x0b);
		CHECK_EQ(hdr.scid[0], 0x0a);
	}
	CHECK_EQ(f.plan.pkt[0].new_dgram, true);
	CHECK_EQ(f.plan.pkt[1].new_dgram, false);
	quic_send_abort(&f.c, &f.plan, f.now, GFP_ATOMIC);
	fix_free(&f);
}

/* RFC 9000 8.1, 14.1#4: three times what came, probes included */
static void amplification(void)
{
	int i;

	start_initial(true, 100);
	crypto(QUIC_LVL_HANDSHAKE, 9000);
	fix_send(&f);
	CHECK_EQ(f.c.path.tx_bytes, 3600);
	f.c.space[QUIC_SPACE_HANDSHAKE].loss.probes = 2;
	CHECK_EQ(fix_send(&f), 0);
	quic_conn_recv_dgram(&f.c, 399);
	CHECK_EQ(fix_send(&f), 0);
	quic_conn_recv_dgram(&f.c, 1);
	CHECK(fix_send(&f));
	CHECK_EQ(f.c.path.tx_bytes, 4800);
	fix_free(&f);
	/* 1-RTT data of a server that may speak first */
	start_initial(true, 0);
	f.c.streams.max_local[1] = 10;
	f.c.remote.initial_max_stream_data_uni = 100000;
	f.c.flow.tx_max = 100000;
	quic_conn_keys(&f.c, QUIC_LVL_APP, true, f.now);
	fix_write(&f, true, 50000, false);
	for (i = 0; i < 10; i++) {
		fix_send(&f);
		CHECK(f.c.path.tx_bytes <= 3 * f.c.path.rx_bytes);
	}
	CHECK(f.c.path.tx_bytes > 3600 - 1400);
	quic_conn_recv_dgram(&f.c, 1300);
	fix_send(&f);
	CHECK(f.c.path.tx_bytes <= 3 * f.c.path.rx_bytes);
	fix_free(&f);
	/* closing is no exception */
	start_initial(true, 100);
	crypto(QUIC_LVL_HANDSHAKE, 9000);
	fix_send(&f);
	quic_conn_close(&f.c, 1, false, 0, NULL, 0, f.now);
	CHECK_EQ(fix_send(&f), 0);
	fix_free(&f);
	/* a client is free to speak */
	start_initial(false, 9000);
	fix_send(&f);
	CHECK(f.n_dgrams >= 8);
	fix_free(&f);
}

/* RFC 9001 4.9.1 */
static void client_drops_initial_keys(void)
{
	start_initial(false, 100);
	fix_send(&f);
	CHECK(!f.c.space[QUIC_SPACE_INITIAL].discarded);
	crypto(QUIC_LVL_HANDSHAKE, 100);
	CHECK_EQ(fix_plan(&f, 1), 1);
	CHECK(!f.c.space[QUIC_SPACE_INITIAL].discarded);
	quic_send_abort(&f.c, &f.plan, f.now, GFP_ATOMIC);
	CHECK(!f.c.space[QUIC_SPACE_INITIAL].discarded);
	fix_send(&f);
	CHECK(f.c.space[QUIC_SPACE_INITIAL].discarded);
	/* its 1200 bytes are in flight no more */
	CHECK(f.c.cc.in_flight_bytes && f.c.cc.in_flight_bytes < 1200);
	fix_free(&f);
}

/* RFC 9000 8.1.3#1 */
static void client_token(void)
{
	struct quic_hdr hdr;
	u8 bytes[1200] = {};

	start_initial(false, 100);
	CHECK_EQ(quic_conn_set_token(&f.c, (const u8 *)"token", 5, GFP_KERNEL),
		 0);
	CHECK_EQ(fix_plan(&f, 1), 1);
	memcpy(bytes, fix_lay_out(&f, &f.plan.pkt[0]), 1200 - QUIC_TAG_LEN);
	CHECK_EQ(quic_hdr_parse(bytes, sizeof(bytes), 8, &hdr), 0);
	CHECK_EQ(hdr.token_len, 5);
	CHECK_MEM(hdr.token, "token", 5);
	CHECK_EQ(f.plan.total_len, 1200);
	quic_send_abort(&f.c, &f.plan, f.now, GFP_ATOMIC);
	fix_free(&f);
}

/* ---- closing (RFC 9000 10.2.3) ----------------------------------------------------- */

static const struct quic_frame *close_in(int space)
{
	unsigned int i;

	for (i = 0; i < f.n_seen; i++)
		if (f.seen[i].space == space &&
		    (f.seen[i].f.type == QUIC_FRAME_CONNECTION_CLOSE ||
		     f.seen[i].f.type == QUIC_FRAME_CONNECTION_CLOSE_APP))
			return &f.seen[i].f;
	return NULL;
}

/* RFC 9000 11.1, 10.2.3 */
static void close_in_each_space(void)
{
	const struct quic_frame *c;

	start_initial(true, 100);
	quic_conn_keys(&f.c, QUIC_LVL_HANDSHAKE, true, f.now);
	quic_conn_keys(&f.c, QUIC_LVL_APP, true, f.now);
	quic_conn_close(&f.c, 0x1234, true, 0, "secret", 6, f.now);
	CHECK_EQ(fix_send(&f), 3);
	CHECK_EQ(f.n_dgrams, 1);
	CHECK_EQ(f.min_dgram, 1200);
	/* the application's words only where it is authenticated */
	c = close_in(QUIC_SPACE_INITIAL);
	CHECK_EQ(c->type, QUIC_FRAME_CONNECTION_CLOSE);
	CHECK_EQ(c->close.err, QUIC_ERR_APPLICATION);
	CHECK_EQ(c->close.len, 0);
	c = close_in(QUIC_SPACE_HANDSHAKE);
	CHECK_EQ(c->type, QUIC_FRAME_CONNECTION_CLOSE);
	CHECK_EQ(c->close.err, QUIC_ERR_APPLICATION);
	CHECK_EQ(c->close.len, 0);
	c = close_in(QUIC_SPACE_APP);
	CHECK_EQ(c->type, QUIC_FRAME_CONNECTION_CLOSE_APP);
	CHECK_EQ(c->close.err, 0x1234);
	CHECK_EQ(c->close.len, 6);
	CHECK_MEM(c->close.reason, "secret", 6);
	fix_free(&f);
	/* a transport error is the same everywhere */
	start_initial(true, 100);
	quic_conn_keys(&f.c, QUIC_LVL_HANDSHAKE, true, f.now);
	quic_conn_close(&f.c, QUIC_ERR_TRANSPORT_PARAM, false,
			QUIC_FRAME_CRYPTO, "no", 2, f.now);
	CHECK_EQ(fix_send(&f), 2);
	c = close_in(QUIC_SPACE_HANDSHAKE);
	CHECK_EQ(c->close.err, QUIC_ERR_TRANSPORT_PARAM);
	CHECK_EQ(c->close.frame_type, QUIC_FRAME_CRYPTO);
	CHECK_MEM(c->close.reason, "no", 2);
	CHECK_EQ(close_in(QUIC_SPACE_INITIAL)->close.err,
		 QUIC_ERR_TRANSPORT_PARAM);
	fix_free(&f);
	/* confirmed: 1-RTT only */
	start(true);
	quic_conn_close(&f.c, 0x1234, true, 0, NULL, 0, f.now);
	CHECK_EQ(fix_send(&f), 1);
	CHECK(close_in(QUIC_SPACE_APP));
	/* the window does not matter: it is not ack-eliciting */
	CHECK_EQ(f.c.space[QUIC_SPACE_APP].loss.eliciting, 0);
	fix_free(&f);
}

static void close_despite_window(void)
{
	start(true);
	fix_write(&f, false, 30000, false);
	fix_send(&f);
	CHECK(quic_cc_room(&f.c.cc) < 1400);
	fix_forget(&f);
	quic_conn_close(&f.c, 0, true, 0, NULL, 0, f.now);
	CHECK_EQ(fix_send(&f), 1);
	CHECK(close_in(QUIC_SPACE_APP));
	fix_free(&f);
}

/* ---- commit and abort ---------------------------------------------------------------- */

static void commit_a_part(void)
{
	struct quic_stream *s;
	u64 pn;

	start(false);
	s = fix_write(&f, false, 10000, true);
	CHECK_EQ(fix_plan(&f, 48), 8);
	pn = f.plan.pkt[0].pn;
	fix_commit(&f, 3);
	CHECK_EQ(f.c.cc.in_flight_bytes, 3 * 1400);
	CHECK_EQ(f.c.stats.burnt_pns, 5);
	CHECK_EQ(f.c.space[QUIC_SPACE_APP].loss.eliciting, 3);
	fix_send(&f);
	/* every byte once, under new numbers */
	CHECK_EQ(fix_stream_bytes(&f), 10000);
	CHECK_EQ(f.seen[3].pn, pn + 8);
	CHECK_EQ(s->send_state, QUIC_SEND_SENT);
	CHECK_EQ(f.c.flow.tx_sent, 10000);
	fix_ack_all(&f, QUIC_SPACE_APP);
	CHECK_EQ(s->tx_una, 10000);
	fix_free(&f);
}

/* Everything that can be owed, planned and given back, goes out afterwards. */
static void abort_loses_nothing(void)
{
	struct quic_frame fr = { .type = QUIC_FRAME_PATH_CHALLENGE };
	static const u8 types[] = {
		QUIC_FRAME_ACK, QUIC_FRAME_CRYPTO, QUIC_FRAME_PING,
		QUIC_FRAME_STREAM, QUIC_FRAME_RESET_STREAM,
		QUIC_FRAME_STOP_SENDING, QUIC_FRAME_MAX_DATA,
		QUIC_FRAME_MAX_STREAM_DATA, QUIC_FRAME_MAX_STREAMS_UNI,
		QUIC_FRAME_STREAMS_BLOCKED_UNI, QUIC_FRAME_PATH_RESPONSE,
		QUIC_FRAME_NEW_CONNECTION_ID, QUIC_FRAME_RETIRE_CONNECTION_ID,
		QUIC_FRAME_HANDSHAKE_DONE,
	};
	struct quic_cid cid = { .len = 8 };
	u8 token[16] = { 1 }, id[8] = { 9 };
	struct quic_stream *s;
	unsigned int i, round;
	u64 off;

	start(true);
	for (off = 0; off < 30000; off += 1000)
		fix_stream(&f, 0, off, 1000, false);
	quic_stream_read(&f.c, quic_stream_find(&f.c, 0), 30000, false);
	fix_stream(&f, 4, 0, 1, false);
	quic_stream_stop(&f.c, quic_stream_find(&f.c, 4), 3);
	fix_stream(&f, 2, 0, 1, true);
	quic_stream_read(&f.c, quic_stream_find(&f.c, 2), 1, true);
	f.c.pending |= QUIC_PEND_MAX_DATA | QUIC_PEND_PING |
		       QUIC_PEND_HANDSHAKE_DONE | QUIC_PEND_MAX_STREAMS_UNI;
	fix_write(&f, false, 500, true);
	s = fix_write(&f, true, 500, false);
	quic_stream_reset(&f.c, s, 9);
	for (i = 0; i < 3; i++)
		fix_write(&f, true, 1, false);
	CHECK(!fix_write(&f, true, 1, false));
	crypto(QUIC_LVL_APP, 200);
	fr.path_data = (const u8 *)"87654321";
	fix_frame(&f, QUIC_SPACE_APP, &fr);
	quic_cid_issue(&f.c, &cid, token);
	fr.type = QUIC_FRAME_NEW_CONNECTION_ID;
	fr.new_cid.seq = 1;
	fr.new_cid.retire_prior_to = 1;
	fr.new_cid.cid_len = 8;
	fr.new_cid.cid = id;
	fr.new_cid.token = token;
	CHECK_EQ(fix_frame(&f, QUIC_SPACE_APP, &fr), 0);
	for (round = 0; round < 3; round++) {
		CHECK(fix_plan(&f, 48) > 0);
		check_plan();
		quic_send_abort(&f.c, &f.plan, f.now, GFP_ATOMIC);
	}
	CHECK_EQ(f.c.cc.in_flight_bytes, 0);
	fix_send(&f);
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		TAP_AT("type %#x", types[i]);
		CHECK(fix_count(&f, types[i]) >= 1);
	}
	TAP_AT("%s", "");
	CHECK_MEM(fix_nth(&f, QUIC_FRAME_PATH_RESPONSE, 0)->f.path_data,
		  "87654321", 8);
	CHECK_EQ(fix_stream_bytes(&f), 503);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_RETIRE_CONNECTION_ID), 1);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_NEW_CONNECTION_ID), 1);
	fix_free(&f);
}

/* The acknowledgement, too, and CONNECTION_CLOSE, and a probe */
static void abort_of_the_rare(void)
{
	start(true);
	fix_ping(&f, QUIC_SPACE_APP);
	f.now += 25 * MS;
	CHECK_EQ(fix_plan(&f, 1), 1);
	quic_send_abort(&f.c, &f.plan, f.now, GFP_ATOMIC);
	fix_send(&f);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_ACK), 1);
	quic_conn_close(&f.c, 1, true, 0, NULL, 0, f.now);
	CHECK_EQ(fix_plan(&f, 1), 1);
	quic_send_abort(&f.c, &f.plan, f.now, GFP_ATOMIC);
	fix_send(&f);
	CHECK(close_in(QUIC_SPACE_APP));
	fix_free(&f);

	start(true);
	f.c.space[QUIC_SPACE_APP].loss.probes = 2;
	CHECK_EQ(fix_plan(&f, 1), 1);
	CHECK_EQ(f.c.space[QUIC_SPACE_APP].loss.probes, 1);
	quic_send_abort(&f.c, &f.plan, f.now, GFP_ATOMIC);
	CHECK_EQ(f.c.space[QUIC_SPACE_APP].loss.probes, 2);
	fix_send(&f);
	CHECK(fix_count(&f, QUIC_FRAME_PING) >= 2);
	fix_free(&f);
	/* the crypto stream of the handshake */
	start_initial(false, 2000);
	CHECK_EQ(fix_plan(&f, 1), 1);
	quic_send_abort(&f.c, &f.plan, f.now, GFP_ATOMIC);
	fix_send(&f);
	CHECK_EQ(fix_nth(&f, QUIC_FRAME_CRYPTO, 0)->f.crypto.offset, 0);
	CHECK_EQ(fix_nth(&f, QUIC_FRAME_CRYPTO, 0)->pn, 1);
	CHECK_EQ(fix_nth(&f, QUIC_FRAME_CRYPTO, 0)->f.crypto.len +
		 fix_nth(&f, QUIC_FRAME_CRYPTO, 1)->f.crypto.len, 2000);
	fix_free(&f);
}

/* No number is ever used twice, whatever happens to the plans. */
static void numbers_are_unique(void)
{
	static bool used[20000];
	u64 seed = 5;
	int i, k;

	memset(used, 0, sizeof(used));
	start(false);
	for (i = 0; i < 500; i++) {
		struct quic_stream *s = quic_stream_find(&f.c, 0);
		int n;

		TAP_AT("round %d", i);
		if (!s)
			s = fix_write(&f, false, 100, false);
		else
			quic_stream_write(&f.c, s, 3000, false);
		s->tx_max = 1ULL << 40;
		f.c.flow.tx_max = 1ULL << 40;
		n = fix_plan(&f, 10);
		CHECK(n >= 0);
		for (k = 0; k < n; k++) {
			CHECK(!used[f.plan.pkt[k].pn]);
			used[f.plan.pkt[k].pn] = true;
		}
		fix_forget(&f);
		fix_commit(&f, n ? tap_random(&seed) % (n + 1) : 0);
		if (i % 5 == 4)
			fix_ack_all(&f, QUIC_SPACE_APP);
	}
	fix_free(&f);
}

/* ---- memory -------------------------------------------------------------------------- */

/* A plan that is empty for lack of memory says so: the caller must retry. */
static void no_memory(void)
{
	long n;
	int i;

	CHECK_EQ(fix_start(&f, false, NULL), 0);
	quic_conn_crypto_write(&f.c, QUIC_LVL_INITIAL, (const u8 *)"x", 1,
			       GFP_KERNEL);
	quic_env_fail_after(0);
	CHECK_EQ(fix_plan(&f, 1), -ENOMEM);
	quic_env_fail_after(-1);
	CHECK_EQ(fix_plan(&f, 1), 1);
	fix_commit(&f, 1);
	fix_free(&f);
	/* closing */
	start_initial(true, 0);
	quic_conn_close(&f.c, 1, false, 0, NULL, 0, f.now);
	quic_env_fail_after(0);
	CHECK_EQ(fix_plan(&f, 1), -ENOMEM);
	quic_env_fail_after(-1);
	CHECK_EQ(fix_send(&f), 1);
	fix_free(&f);
	/* part of a packet: what the ledger cannot remember waits */
	for (n = 0; n < 4; n++) {
		start(false);
		for (i = 0; i < 8; i++)
			fix_write(&f, false, 50, true);
		quic_env_fail_after(n);
		if (fix_plan(&f, 1) > 0) {
			check_plan();
			fix_commit(&f, f.plan.n_pkts);
		}
		quic_env_fail_after(-1);
		fix_send(&f);
		TAP_AT("allocation %ld", n);
		CHECK_EQ(fix_stream_bytes(&f), 400);
		CHECK_EQ(fix_count(&f, QUIC_FRAME_STREAM), 8);
		fix_free(&f);
	}
}

/* Nothing to say: no packet, no number, no timer. */
static void silence(void)
{
	u64 pn;

	start(false);
	pn = f.c.space[QUIC_SPACE_APP].sent.next;
	CHECK_EQ(fix_plan(&f, 48), 0);
	CHECK_EQ(f.plan.n_pkts, 0);
	CHECK_EQ(f.c.space[QUIC_SPACE_APP].sent.next, pn);
	CHECK_EQ(quic_recovery_deadline(&f.c), QUIC_TIME_NEVER);
	/* a queue with nothing that may be said leaves no trace either */
	f.c.pending |= QUIC_PEND_DATA_BLOCKED;
	CHECK_EQ(fix_plan(&f, 48), 0);
	CHECK_EQ(f.c.space[QUIC_SPACE_APP].sent.next, pn);
	CHECK_EQ(f.c.pending, 0);
	fix_free(&f);
}

/* RFC 9000 17.1: enough bytes of the number for the peer to expand it */
static void number_length(void)
{
	static const struct { u64 ahead; u8 want; } rows[] = {
		{ 0, 2 }, { 30000, 2 }, { 40000, 3 }, { 9000000, 4 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		TAP_AT("%llu ahead", (unsigned long long)rows[i].ahead);
		start(false);
		f.c.space[QUIC_SPACE_APP].sent.base += rows[i].ahead;
		f.c.space[QUIC_SPACE_APP].sent.next += rows[i].ahead;
		f.c.pending |= QUIC_PEND_PING;
		CHECK_EQ(fix_plan(&f, 1), 1);
		CHECK_EQ(f.plan.pkt[0].pn_len, rows[i].want);
		fix_commit(&f, 1);
		fix_free(&f);
	}
}

/* RFC 9287 3: unpredictable when both announced it, else 1 */
static void greased_packets(void)
{
	unsigned int i, n, ones = 0;

	for (n = 0; n < 3; n++) {
		start(true);
		f.c.local.grease_quic_bit = n & 1;
		f.c.remote.grease_quic_bit = n & 2;
		f.c.cc.window_bytes = 1 << 20;
		fix_write(&f, false, 20000, false);
		CHECK(fix_plan(&f, 14) >= 14);
		for (i = 0; i < f.plan.n_pkts; i++)
			CHECK(*fix_lay_out(&f, &f.plan.pkt[i]) & 0x40);
		fix_commit(&f, f.plan.n_pkts);
		fix_free(&f);
	}
	/* RFC 9287 3.1: nothing is known before the parameters are here */
	start(true);
	f.c.has_remote = false;
	f.c.local.grease_quic_bit = true;
	f.c.remote.grease_quic_bit = true;
	f.c.cc.window_bytes = 1 << 20;
	fix_write(&f, false, 20000, false);
	CHECK(fix_plan(&f, 14) >= 14);
	for (i = 0; i < f.plan.n_pkts; i++)
		CHECK(*fix_lay_out(&f, &f.plan.pkt[i]) & 0x40);
	fix_commit(&f, f.plan.n_pkts);
	fix_free(&f);
	start(true);
	f.c.local.grease_quic_bit = true;
	f.c.remote.grease_quic_bit = true;
	f.c.cc.window_bytes = 1 << 20;
	fix_write(&f, false, 20000, false);
	CHECK(fix_plan(&f, 14) >= 14);
	for (i = 0; i < f.plan.n_pkts; i++)
		ones += !!(*fix_lay_out(&f, &f.plan.pkt[i]) & 0x40);
	CHECK(ones && ones < f.plan.n_pkts);
	fix_commit(&f, f.plan.n_pkts);
	fix_free(&f);
}

/* RFC 9001 4#1, 4.9#1: CRYPTO data is sent again where it was sent first. */
static void crypto_stays(void)
{
	const struct fix_seen *s;
	int i;

	start_initial(true, 100);
	crypto(QUIC_LVL_HANDSHAKE, 300);
	fix_send(&f);
	f.c.path.validated = true;
	for (i = QUIC_SPACE_INITIAL; i <= QUIC_SPACE_HANDSHAKE; i++) {
		fix_forget(&f);
		f.now = quic_conn_deadline(&f.c);
		quic_conn_timeout(&f.c, f.now, GFP_ATOMIC);
		fix_send(&f);
		s = fix_nth(&f, QUIC_FRAME_CRYPTO, 0);
		CHECK(s && s->space == i);
		CHECK_EQ(s->f.crypto.len, i == QUIC_SPACE_INITIAL ? 100 : 300);
		CHECK_EQ(fix_count(&f, QUIC_FRAME_CRYPTO), 1);
	}
	fix_free(&f);
}

static u64 acked_in(int space)
{
	const struct fix_seen *s;
	unsigned int i;

	for (i = 0; (s = fix_nth(&f, QUIC_FRAME_ACK, i)); i++)
		if (s->space == space)
			return s->f.ack.largest;
	return QUIC_PN_NONE;
}

/* RFC 9000 13.2.6: a space has the acknowledgements of its own packets. */
static void acks_stay(void)
{
	struct quic_tparams tp;
	int i;

	fix_params(&tp);
	start_initial(false, 100);
	fix_send(&f);
	for (i = 0; i < 2; i++) {
		quic_conn_keys(&f.c, QUIC_LVL_HANDSHAKE, i, f.now);
		quic_conn_keys(&f.c, QUIC_LVL_APP, i, f.now);
	}
	f.pn[QUIC_SPACE_HANDSHAKE] = 70;
	f.pn[QUIC_SPACE_APP] = 900;
	CHECK_EQ(fix_ping(&f, QUIC_SPACE_INITIAL), 0);
	CHECK_EQ(fix_ping(&f, QUIC_SPACE_HANDSHAKE), 0);
	CHECK_EQ(fix_remote(&f, &tp), 0);
	CHECK_EQ(fix_ping(&f, QUIC_SPACE_APP), 0);
	CHECK_EQ(fix_ping(&f, QUIC_SPACE_APP), 0);
	quic_conn_recv_end(&f.c, f.now);
	fix_send(&f);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_ACK), 3);
	CHECK_EQ(acked_in(QUIC_SPACE_INITIAL), 0);
	CHECK_EQ(acked_in(QUIC_SPACE_HANDSHAKE), 70);
	CHECK_EQ(acked_in(QUIC_SPACE_APP), 901);
	fix_free(&f);
}

int main(void)
{
	TEST(bulk);
	TEST(bounded_by_caller);
	TEST(bounded_by_window);
	TEST(any_mix);
	TEST(round_robin);
	TEST(packets_are_filled);
	TEST(initial_padding);
	TEST(coalesced_padding);
	TEST(long_headers);
	TEST(amplification);
	TEST(client_drops_initial_keys);
	TEST(client_token);
	TEST(close_in_each_space);
	TEST(close_despite_window);
	TEST(commit_a_part);
	TEST(abort_loses_nothing);
	TEST(abort_of_the_rare);
	TEST(numbers_are_unique);
	TEST(no_memory);
	TEST(silence);
	TEST(number_length);
	TEST(greased_packets);
	TEST(crypto_stays);
	TEST(acks_stay);
	return tap_done();
}
