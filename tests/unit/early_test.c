// SPDX-License-Identifier: GPL-2.0-only
/* quic/core/early.c: 0-RTT, sent, received, accepted and rejected. */
#include "fixture.h"
#include "tap.h"

static struct fix f;
static const u8 hello[300];

static void must(bool ok)
{
	if (!ok)
		abort();
}

/* A client with 0-RTT keys and the parameters of fix_params(), or @old. */
static void start_client(const struct quic_tparams *old)
{
	struct quic_tparams tp;

	fix_params(&tp);
	must(!fix_start(&f, false, NULL));
	must(!quic_early_remember(&f.c, old ?: &tp));
	must(!quic_conn_crypto_write(&f.c, QUIC_LVL_INITIAL, hello,
				     sizeof(hello), GFP_KERNEL));
	must(!quic_early_keys(&f.c, true));
}

/* Handshake keys come, then the server's parameters. */
static enum quic_err finish_client(const struct quic_tparams *tp)
{
	must(!fix_ping(&f, QUIC_SPACE_INITIAL));
	quic_conn_keys(&f.c, QUIC_LVL_HANDSHAKE, true, f.now);
	quic_conn_keys(&f.c, QUIC_LVL_HANDSHAKE, false, f.now);
	return fix_remote(&f, tp);
}

static void establish_client(void)
{
	must(!quic_conn_crypto_write(&f.c, QUIC_LVL_HANDSHAKE, hello, 50,
				     GFP_KERNEL));
	quic_conn_keys(&f.c, QUIC_LVL_APP, true, f.now);
	quic_conn_keys(&f.c, QUIC_LVL_APP, false, f.now);
}

static u64 bytes_at(u8 level)
{
	unsigned int i;
	u64 sum = 0;

	for (i = 0; i < f.n_seen; i++)
		if ((f.seen[i].f.type & ~7ULL) == QUIC_FRAME_STREAM &&
		    f.seen[i].level == level)
			sum += f.seen[i].f.stream.len;
	return sum;
}

static unsigned int frames_at(u8 level, u64 type)
{
	unsigned int i, n = 0;

	for (i = 0; i < f.n_seen; i++)
		n += f.seen[i].level == level && f.seen[i].f.type == type;
	return n;
}

static enum quic_err recv_early(u64 pn, const void *p, size_t len)
{
	return fix_recv_type(&f, QUIC_PKT_0RTT, pn, p, len);
}

/* ---- client ------------------------------------------------------------- */

/* RFC 9000 17.2.3, 12.3: 0-RTT packets, numbered in the 1-RTT space */
static void sends(void)
{
	struct quic_hdr hdr;
	struct quic_stream *s;
	u8 *p;

	start_client(NULL);
	CHECK_EQ(f.c.early.state, QUIC_EARLY_TRIED);
	s = fix_write(&f, false, 2500, true);
	CHECK(s != NULL);
	CHECK_EQ(s->id, 0);
	/* in the datagram of the ClientHello, as far as there is room */
	CHECK_EQ(fix_plan(&f, 1), 2);
	CHECK_EQ(f.plan.pkt[0].level, QUIC_LVL_INITIAL);
	CHECK_EQ(f.plan.pkt[1].level, QUIC_LVL_EARLY);
	CHECK(!f.plan.pkt[1].new_dgram);
	CHECK_EQ(f.plan.total_len, 1200);
	p = fix_lay_out(&f, &f.plan.pkt[1]);
	CHECK_EQ(quic_hdr_parse(p, f.plan.pkt[1].len, 8, &hdr), 0);
	CHECK_EQ(hdr.type, QUIC_PKT_0RTT);
	CHECK_EQ(hdr.len, f.plan.pkt[1].len);
	fix_forget(&f);
	fix_commit(&f, 2);
	fix_send(&f);
	CHECK_EQ(bytes_at(QUIC_LVL_EARLY), 2500);
	CHECK_EQ(fix_stream_bytes(&f), 2500);
	CHECK(f.c.space[QUIC_SPACE_APP].sent.next >= 2);
	CHECK_EQ(f.c.early.pkts, f.c.space[QUIC_SPACE_APP].sent.next);
	CHECK(f.c.early.bytes > 2500);
	/* not a packet sealed with 1-RTT keys (RFC 9001 6.6) */
	CHECK_EQ(f.c.keys.sealed_pkts, 0);
	fix_free(&f);
}

/* RFC 9000 7.4.1: what is remembered, and what must not be */
static void remembers(void)
{
	struct quic_tparams tp;

	CHECK_EQ(fix_start(&f, false, NULL), 0);
	fix_params(&tp);
	tp.max_udp_payload = 1250;
	tp.ack_delay_exponent = 7;
	tp.max_ack_delay_us = 99000;
	tp.has_reset_token = true;
	tp.has_preferred_address = true;
	tp.has_retry_scid = true;
	CHECK_EQ(quic_early_remember(&f.c, &tp), 0);
	CHECK_EQ(f.c.remote.initial_max_data, tp.initial_max_data);
	CHECK_EQ(f.c.remote.initial_max_streams_uni, 4);
	CHECK_EQ(f.c.remote.active_connection_id_limit, 4);
	CHECK_EQ(f.c.remote.ack_delay_exponent, QUIC_TP_DEFAULT_ACK_DELAY_EXP);
	CHECK_EQ(f.c.remote.max_ack_delay_us,
		 QUIC_TP_DEFAULT_MAX_ACK_DELAY_US);
	CHECK(!f.c.remote.has_reset_token);
	CHECK(!f.c.remote.has_preferred_address);
	CHECK(!f.c.remote.has_retry_scid);
	/* of no use before there are keys */
	CHECK(!fix_write(&f, false, 10, false));
	CHECK_EQ(quic_early_keys(&f.c, true), 0);
	CHECK(fix_write(&f, false, 5000, false) != NULL);
	must(!quic_conn_crypto_write(&f.c, QUIC_LVL_INITIAL, hello, 300,
				     GFP_KERNEL));
	fix_send(&f);
	CHECK_EQ(f.max_dgram, 1250);
	/* once in use they stay what they are */
	CHECK_EQ(quic_early_remember(&f.c, &tp), -EINVAL);
	fix_free(&f);
	CHECK_EQ(fix_start(&f, true, NULL), 0);
	CHECK_EQ(quic_early_remember(&f.c, &tp), -EINVAL);
	fix_free(&f);
}

/* RFC 9000 7.4.1: the limits of a 0-RTT packet are the remembered ones */
static void within_limits(void)
{
	struct quic_stream *s;
	struct quic_tparams tp;
	unsigned int i;

	start_client(NULL);
	for (i = 0; i < 8; i++)
		CHECK(fix_write(&f, false, 1, false) != NULL);
	CHECK_EQ(quic_stream_open(&f.c, -1, false, GFP_KERNEL, &s), -EAGAIN);
	s = quic_stream_find(&f.c, 0);
	quic_stream_write(&f.c, s, 50000, false);
	f.c.cc.window_bytes = 1000000;
	fix_send(&f);
	CHECK_EQ(bytes_at(QUIC_LVL_EARLY), 30000 + 7);
	CHECK_EQ(frames_at(QUIC_LVL_EARLY, QUIC_FRAME_STREAM_DATA_BLOCKED), 1);
	CHECK_EQ(frames_at(QUIC_LVL_EARLY, QUIC_FRAME_STREAMS_BLOCKED_BIDI),
		 1);
	/* new limits, no new 0-RTT packet */
	fix_params(&tp);
	tp.initial_max_stream_data_bidi_remote = 60000;
	tp.initial_max_streams_bidi = 9;
	CHECK_EQ(quic_early_decide(&f.c, true), 0);
	CHECK_EQ(finish_client(&tp), 0);
	fix_forget(&f);
	fix_send(&f);
	CHECK_EQ(fix_stream_bytes(&f), 0);
	establish_client();
	fix_send(&f);
	CHECK_EQ(bytes_at(QUIC_LVL_EARLY), 0);
	CHECK_EQ(bytes_at(QUIC_LVL_APP), 20001);
	CHECK(fix_write(&f, false, 1, false) != NULL);
	fix_free(&f);
}

/* RFC 9001 4.9#2, 5.6, RFC 9000 17.2.3: 1-RTT keys end 0-RTT packets */
static void ends_at_1rtt(void)
{
	struct quic_tparams tp;

	start_client(NULL);
	fix_write(&f, false, 10, false);
	fix_send(&f);
	CHECK(quic_early_sending(&f.c));
	quic_conn_keys(&f.c, QUIC_LVL_APP, false, f.now);
	CHECK(!quic_early_sending(&f.c));
	/* a 1-RTT packet that was waiting: nothing answers it in 0-RTT */
	CHECK_EQ(fix_ping(&f, QUIC_SPACE_APP), QUIC_ERR_DROP);
	f.now += 100 * MS;
	fix_forget(&f);
	fix_write(&f, false, 10, false);
	fix_send(&f);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_ACK), 0);
	CHECK_EQ(fix_stream_bytes(&f), 0);
	fix_params(&tp);
	CHECK_EQ(finish_client(&tp), 0);
	establish_client();
	CHECK_EQ(fix_ping(&f, QUIC_SPACE_APP), 0);
	quic_conn_recv_end(&f.c, f.now);
	f.now += 100 * MS;
	fix_send(&f);
	CHECK_EQ(bytes_at(QUIC_LVL_APP), 10);
	CHECK_EQ(frames_at(QUIC_LVL_APP, QUIC_FRAME_ACK), 1);
	fix_free(&f);
}

/* RFC 9000 12.5: no ACK, CRYPTO, PATH_RESPONSE or RETIRE_CONNECTION_ID */
static void no_such_frames(void)
{
	const u8 data[8] = { 1 };

	start_client(NULL);
	/* nothing of this can be owed before 1-RTT; if it were, it would wait */
	f.c.space[QUIC_SPACE_APP].rx.unacked_pkts = 1;
	f.c.space[QUIC_SPACE_APP].rx.ack_now = true;
	f.c.space[QUIC_SPACE_APP].rx.largest = 3;
	quic_ranges_add(&f.c.space[QUIC_SPACE_APP].rx.rcvd, 3, 4, GFP_KERNEL);
	quic_path_recv_challenge(&f.c.path, data);
	f.c.cids.retire[f.c.cids.n_retire++] = 0;
	fix_write(&f, false, 100, false);
	fix_send(&f);
	CHECK_EQ(bytes_at(QUIC_LVL_EARLY), 100);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_ACK), 0);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_PATH_RESPONSE), 0);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_RETIRE_CONNECTION_ID), 0);
	CHECK_EQ(frames_at(QUIC_LVL_EARLY, QUIC_FRAME_CRYPTO), 0);
	fix_free(&f);
}

/* RFC 9001 4.6.2: acknowledged like any other packet of the space */
static void accepted(void)
{
	struct quic_tparams tp;
	struct quic_stream *s;

	start_client(NULL);
	s = fix_write(&f, false, 3000, true);
	fix_send(&f);
	CHECK_EQ(quic_early_decide(&f.c, true), 0);
	CHECK_EQ(quic_early_decide(&f.c, false), -EINVAL);
	fix_params(&tp);
	CHECK_EQ(finish_client(&tp), 0);
	establish_client();
	fix_forget(&f);
	fix_ack_all(&f, QUIC_SPACE_APP);
	CHECK_EQ(s->send_state, QUIC_SEND_RECVD);
	/* RFC 9001 6.1: no packet of the 1-RTT keys was acknowledged */
	CHECK(!f.c.keys.acked);
	fix_send(&f);
	CHECK_EQ(fix_stream_bytes(&f), 0);
	CHECK_EQ(f.c.early.state, QUIC_EARLY_ACCEPTED);
	fix_free(&f);
}

/* RFC 9000 7.4.1, RFC 9221 3#6: a server that accepts must not go below */
static void accepted_but_smaller(void)
{
	struct quic_tparams tp, old;
	unsigned int i;

	fix_params(&old);
	old.max_datagram_frame = 1000;
	for (i = 0; i < 9; i++) {
		start_client(&old);
		CHECK_EQ(quic_early_decide(&f.c, true), 0);
		fix_params(&tp);
		tp.initial_max_data -= i == 0;
		tp.initial_max_stream_data_bidi_local -= i == 1;
		tp.initial_max_stream_data_bidi_remote -= i == 2;
		tp.initial_max_stream_data_uni -= i == 3;
		tp.initial_max_streams_bidi -= i == 4;
		tp.initial_max_streams_uni -= i == 5;
		tp.active_connection_id_limit -= i == 6;
		tp.max_datagram_frame = 1000 - (i == 7);
		CHECK_EQ(finish_client(&tp), i < 8 ?
					     QUIC_ERR_PROTOCOL_VIOLATION :
					     QUIC_ERR_NONE);
		fix_free(&f);
	}
}

/* RFC 9001 4.6.2, RFC 9002 6.4: all over again, as 1-RTT data */
static void rejected(void)
{
	struct quic_tparams tp;
	struct quic_stream *s, *r;
	u64 next;

	start_client(NULL);
	s = fix_write(&f, false, 3000, true);
	r = fix_write(&f, true, 2000, false);
	fix_send(&f);
	CHECK_EQ(quic_stream_reset(&f.c, r, 7), 0);
	fix_send(&f);
	next = f.c.space[QUIC_SPACE_APP].sent.next;
	CHECK_EQ(quic_early_decide(&f.c, false), 0);
	CHECK_EQ(f.c.early.state, QUIC_EARLY_REJECTED);
	fix_params(&tp);
	tp.initial_max_stream_data_bidi_remote = 1000;
	CHECK_EQ(finish_client(&tp), 0);
	CHECK_EQ(f.c.space[QUIC_SPACE_APP].loss.eliciting, 0);
	CHECK_EQ(f.c.flow.tx_sent, 0);
	CHECK_EQ(f.c.stats.lost_pkts, 0);
	establish_client();
	fix_forget(&f);
	fix_send(&f);
	/* RFC 9000 12.3: numbers are not used again */
	CHECK(f.c.space[QUIC_SPACE_APP].sent.next > next);
	CHECK_EQ(bytes_at(QUIC_LVL_APP), 1000);
	CHECK_EQ(bytes_at(QUIC_LVL_EARLY), 0);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_RESET_STREAM), 1);
	CHECK_EQ(fix_nth(&f, QUIC_FRAME_RESET_STREAM, 0)->f.reset.final_size,
		 0);
	CHECK_EQ(fix_limit(&f, QUIC_FRAME_MAX_STREAM_DATA, s->id, 9000), 0);
	fix_send(&f);
	CHECK_EQ(bytes_at(QUIC_LVL_APP), 3000);
	CHECK_EQ(s->send_state, QUIC_SEND_SENT);
	fix_free(&f);
}

/* RFC 9001 4.6.2: an acknowledgement of a rejected packet */
static void rejected_but_acked(void)
{
	struct quic_tparams tp;

	start_client(NULL);
	fix_write(&f, false, 3000, true);
	fix_send(&f);
	CHECK_EQ(quic_early_decide(&f.c, false), 0);
	fix_params(&tp);
	CHECK_EQ(finish_client(&tp), 0);
	establish_client();
	CHECK_EQ(fix_ack(&f, QUIC_SPACE_APP, 0, 0),
		 QUIC_ERR_PROTOCOL_VIOLATION);
	fix_free(&f);
}

/* Streams beyond the new limits were never there. */
static void rejected_fewer_streams(void)
{
	struct quic_stream *s, *held;
	struct quic_tparams tp;
	unsigned int i;

	start_client(NULL);
	for (i = 0; i < 5; i++)
		held = fix_write(&f, false, 100, false);
	held->user_ref++;
	fix_send(&f);
	CHECK_EQ(quic_early_decide(&f.c, false), 0);
	fix_params(&tp);
	tp.initial_max_streams_bidi = 2;
	CHECK_EQ(finish_client(&tp), 0);
	establish_client();
	fix_forget(&f);
	fix_send(&f);
	CHECK_EQ(bytes_at(QUIC_LVL_APP), 200);
	CHECK(!quic_stream_writable(held));
	CHECK_EQ(quic_stream_open(&f.c, -1, false, GFP_KERNEL, &s), -EAGAIN);
	CHECK_EQ(fix_limit(&f, QUIC_FRAME_MAX_STREAMS_BIDI, 0, 5), 0);
	for (i = 0; i < 3; i++) {
		s = fix_write(&f, false, 1, false);
		CHECK_EQ(s->id, (2 + i) * 4);
	}
	/* who held the old one lets go of it */
	CHECK_EQ(held->id, s->id);
	CHECK(held != s);
	quic_stream_unref(&f.c, held);
	CHECK(quic_stream_find(&f.c, s->id) == s);
	fix_free(&f);
}

/* Nothing frees a window full of 0-RTT but the handshake: it goes on. */
static void window_full(void)
{
	struct quic_tparams tp;

	start_client(NULL);
	fix_write(&f, false, 30000, false);
	fix_send(&f);
	CHECK(bytes_at(QUIC_LVL_EARLY) < 30000);
	fix_ack_all(&f, QUIC_SPACE_INITIAL);
	quic_conn_keys(&f.c, QUIC_LVL_HANDSHAKE, true, f.now);
	quic_conn_keys(&f.c, QUIC_LVL_HANDSHAKE, false, f.now);
	must(!fix_ping(&f, QUIC_SPACE_HANDSHAKE));
	fix_params(&tp);
	CHECK_EQ(fix_remote(&f, &tp), 0);
	f.c.cc.window_bytes = f.c.cc.in_flight_bytes;
	establish_client();
	f.c.peer_validated_us = true;
	fix_forget(&f);
	fix_send(&f);
	CHECK_EQ(frames_at(QUIC_LVL_HANDSHAKE, QUIC_FRAME_CRYPTO), 1);
	CHECK_EQ(fix_stream_bytes(&f), 0);
	fix_free(&f);
}

/* Without a word from TLS, smaller limits mean rejection, others nothing. */
static void undecided(void)
{
	struct quic_tparams tp;
	struct quic_stream *s;

	start_client(NULL);
	s = fix_write(&f, false, 3000, true);
	fix_send(&f);
	fix_params(&tp);
	CHECK_EQ(finish_client(&tp), 0);
	establish_client();
	CHECK_EQ(f.c.early.state, QUIC_EARLY_TRIED);
	fix_ack_all(&f, QUIC_SPACE_APP);
	CHECK_EQ(s->send_state, QUIC_SEND_RECVD);
	fix_free(&f);

	start_client(NULL);
	fix_write(&f, false, 3000, true);
	fix_send(&f);
	fix_params(&tp);
	tp.initial_max_data = 500;
	CHECK_EQ(finish_client(&tp), 0);
	establish_client();
	CHECK_EQ(f.c.early.state, QUIC_EARLY_REJECTED);
	fix_forget(&f);
	fix_send(&f);
	CHECK_EQ(fix_stream_bytes(&f), 500);
	fix_free(&f);
}

/* Keys of the wrong direction, or too late (RFC 9001 5.6) */
static void wrong_keys(void)
{
	struct quic_tparams tp;

	CHECK_EQ(fix_start(&f, false, NULL), 0);
	CHECK_EQ(quic_early_keys(&f.c, false), -EINVAL);
	CHECK_EQ(quic_early_decide(&f.c, true), -EINVAL);
	CHECK_EQ(quic_early_keys(&f.c, true), 0);
	CHECK_EQ(quic_early_keys(&f.c, true), -EINVAL);
	fix_free(&f);
	CHECK_EQ(fix_start(&f, true, NULL), 0);
	CHECK_EQ(quic_early_keys(&f.c, true), -EINVAL);
	CHECK_EQ(quic_early_decide(&f.c, true), -EINVAL);
	fix_free(&f);
	CHECK_EQ(fix_start(&f, false, NULL), 0);
	must(!quic_conn_crypto_write(&f.c, QUIC_LVL_INITIAL, hello, 300,
				     GFP_KERNEL));
	fix_params(&tp);
	CHECK_EQ(finish_client(&tp), 0);
	CHECK_EQ(quic_early_keys(&f.c, true), -EINVAL);
	fix_free(&f);
	fix_open(&f, true, NULL, NULL);
	CHECK_EQ(quic_early_keys(&f.c, false), -EINVAL);
	fix_free(&f);
}

/* RFC 9369 5: keys of one version are of no use in another */
static void other_version(void)
{
	start_client(NULL);
	fix_write(&f, false, 100, false);
	f.c.version = QUIC_V2;
	fix_send(&f);
	CHECK_EQ(bytes_at(QUIC_LVL_EARLY), 0);
	CHECK_EQ(frames_at(QUIC_LVL_INITIAL, QUIC_FRAME_CRYPTO), 1);
	fix_free(&f);
}

/* RFC 9001 5.6: a client discards 0-RTT packets */
static void client_drops(void)
{
	start_client(NULL);
	must(!fix_ping(&f, QUIC_SPACE_INITIAL));
	CHECK_EQ(quic_conn_rx_keys(&f.c, QUIC_LVL_EARLY), QUIC_RX_KEYS_NEVER);
	CHECK_EQ(recv_early(0, "\1", 1), QUIC_ERR_DROP);
	CHECK_EQ(f.c.state, QUIC_CONN_HANDSHAKE);
	fix_free(&f);
}

/* ---- server --------------------------------------------------------------- */

static void start_server(void)
{
	must(!fix_start(&f, true, NULL));
	quic_conn_recv_dgram(&f.c, 1200);
	must(!fix_crypto(&f, QUIC_SPACE_INITIAL, 0, 300));
	must(!quic_early_keys(&f.c, false));
}

/* A STREAM frame: stream 0, @len bytes from the start on. */
static size_t stream_frame(u8 *p, u8 len)
{
	memset(p, 0, len + 3);
	p[0] = 0x0a;
	p[2] = len;
	return len + 3;
}

/* RFC 9000 13.2.1, 13.2.6#3: acknowledged in 1-RTT (RFC 9001 5.6) */
static void receives(void)
{
	struct quic_stream *s;
	u8 buf[200];

	start_server();
	CHECK_EQ(quic_conn_rx_keys(&f.c, QUIC_LVL_EARLY), QUIC_RX_KEYS_READY);
	CHECK_EQ(f.c.early.state, QUIC_EARLY_ACCEPTED);
	CHECK_EQ(recv_early(0, buf, stream_frame(buf, 60)), 0);
	CHECK_EQ(recv_early(1, "\1", 1), 0);
	/* RFC 9000 12.3: one space, so one memory for duplicates */
	CHECK_EQ(recv_early(1, "\1", 1), QUIC_ERR_DROP);
	s = quic_stream_readable(&f.c);
	CHECK(s != NULL);
	CHECK_EQ(s->rx.ready, 60);
	CHECK_EQ(f.c.early.pkts, 2);
	quic_conn_recv_end(&f.c, f.now);
	fix_send(&f);
	CHECK_EQ(frames_at(QUIC_LVL_APP, QUIC_FRAME_ACK), 0);
	quic_conn_keys(&f.c, QUIC_LVL_APP, true, f.now);
	fix_send(&f);
	CHECK_EQ(frames_at(QUIC_LVL_APP, QUIC_FRAME_ACK), 1);
	CHECK_EQ(frames_at(QUIC_LVL_EARLY, QUIC_FRAME_ACK), 0);
	fix_free(&f);
}

/* RFC 9000 12.4, 12.5 */
static void forbidden_frames(void)
{
	static const struct {
		const char *p;
		u8 len;
	} bad[] = {
		{ "\2\0\0\0\0", 5 },			/* ACK */
		{ "\6\0\1x", 4 },			/* CRYPTO: RFC 9001 8.3#2 */
		{ "\7\1x", 3 },				/* NEW_TOKEN */
		{ "\x1b" "12345678", 9 },		/* PATH_RESPONSE */
		{ "\x19\0", 2 },			/* RETIRE_CONNECTION_ID */
		{ "\x1e", 1 },				/* HANDSHAKE_DONE */
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		start_server();
		CHECK_EQ(recv_early(0, bad[i].p, bad[i].len),
			 QUIC_ERR_PROTOCOL_VIOLATION);
		CHECK_EQ(f.c.state, QUIC_CONN_CLOSING);
		fix_free(&f);
	}
}

/* RFC 9000 17.2.3, 7.4.1: limits hold in 0-RTT, too */
static void server_limits(void)
{
	/* stream 0, offset 20000, 1 byte: the local limit is 30000 */
	static const u8 far[] = { 0x0e, 0x00, 0x80, 0, 0x75, 0x30, 1, 0 };
	static const u8 many[] = { 0x0a, 0x20, 1, 0 };

	start_server();
	CHECK_EQ(recv_early(0, far, sizeof(far)), QUIC_ERR_FLOW_CONTROL);
	fix_free(&f);
	start_server();
	CHECK_EQ(recv_early(0, many, sizeof(many)), QUIC_ERR_STREAM_LIMIT);
	fix_free(&f);
}

/* RFC 9001 4.6.2: a server that rejected processes none */
static void server_without_keys(void)
{
	CHECK_EQ(fix_start(&f, true, NULL), 0);
	CHECK_EQ(fix_crypto(&f, QUIC_SPACE_INITIAL, 0, 300), 0);
	/* RFC 9001 5.7: they may be kept until the ClientHello is answered */
	CHECK_EQ(quic_conn_rx_keys(&f.c, QUIC_LVL_EARLY), QUIC_RX_KEYS_LATER);
	CHECK_EQ(recv_early(0, "\1", 1), QUIC_ERR_DROP);
	quic_conn_keys(&f.c, QUIC_LVL_HANDSHAKE, true, f.now);
	CHECK_EQ(quic_conn_rx_keys(&f.c, QUIC_LVL_EARLY), QUIC_RX_KEYS_NEVER);
	quic_conn_keys(&f.c, QUIC_LVL_APP, false, f.now);
	CHECK_EQ(recv_early(0, "\1", 1), QUIC_ERR_DROP);
	CHECK_EQ(f.c.early.state, QUIC_EARLY_NONE);
	fix_free(&f);
}

/* RFC 9001 4.9.3: three PTO after the first 1-RTT packet the keys go */
static void keys_go(void)
{
	struct quic_tparams tp;
	u64 until;

	start_server();
	fix_params(&tp);
	CHECK_EQ(fix_remote(&f, &tp), 0);
	quic_conn_keys(&f.c, QUIC_LVL_HANDSHAKE, true, f.now);
	quic_conn_keys(&f.c, QUIC_LVL_HANDSHAKE, false, f.now);
	quic_conn_keys(&f.c, QUIC_LVL_APP, true, f.now);
	quic_conn_keys(&f.c, QUIC_LVL_APP, false, f.now);
	CHECK_EQ(f.c.early.until_ns, QUIC_TIME_NEVER);
	f.pn[QUIC_SPACE_APP] = 10;
	CHECK_EQ(fix_ping(&f, QUIC_SPACE_APP), 0);
	until = f.now + 3 * quic_recovery_pto(&f.c, true);
	CHECK_EQ(f.c.early.until_ns, until);
	/* one that was reordered */
	CHECK_EQ(recv_early(2, "\1", 1), 0);
	f.now += MS;
	/* later ones do not prolong it */
	CHECK_EQ(fix_ping(&f, QUIC_SPACE_APP), 0);
	CHECK_EQ(f.c.early.until_ns, until);
	CHECK(quic_conn_deadline(&f.c) <= until);
	f.c.news = 0;
	f.now = until;
	quic_conn_timeout(&f.c, f.now, GFP_ATOMIC);
	CHECK(f.c.news & QUIC_NEWS_KEYS_DROPPED);
	CHECK_EQ(recv_early(3, "\1", 1), QUIC_ERR_DROP);
	CHECK_EQ(f.c.early.until_ns, QUIC_TIME_NEVER);
	CHECK_EQ(f.c.early.state, QUIC_EARLY_ACCEPTED);
	fix_free(&f);
}

int main(void)
{
	TEST(sends);
	TEST(remembers);
	TEST(within_limits);
	TEST(ends_at_1rtt);
	TEST(no_such_frames);
	TEST(accepted);
	TEST(accepted_but_smaller);
	TEST(rejected);
	TEST(rejected_but_acked);
	TEST(rejected_fewer_streams);
	TEST(window_full);
	TEST(undecided);
	TEST(wrong_keys);
	TEST(other_version);
	TEST(client_drops);
	TEST(receives);
	TEST(forbidden_frames);
	TEST(server_limits);
	TEST(server_without_keys);
	TEST(keys_go);
	return tap_done();
}
