// SPDX-License-Identifier: GPL-2.0-only
/* quic/core/recv.c: which packets and frames are taken, and at what price. */
#include "fixture.h"
#include "tap.h"

static struct fix f;

static void start(bool server)
{
	fix_open(&f, server, NULL, NULL);
}

/* A packet with every header field open to abuse. */
static enum quic_err recv_hdr(struct quic_hdr *hdr, u64 pn, const void *p,
			      size_t len)
{
	static const u8 ours[20] = { 10, 10, 10, 10, 10, 10, 10, 10 };
	static const u8 theirs[20] = { 11, 11, 11, 11, 11, 11, 11, 11 };
	struct quic_rx rx = {
		.hdr = hdr, .pn = pn, .payload = p, .len = len, .now = f.now,
	};

	hdr->dcid = ours;
	hdr->dcid_len = 8;
	if (!hdr->scid) {
		hdr->scid = theirs;
		hdr->scid_len = 8;
	}
	return quic_conn_recv(&f.c, &rx, GFP_ATOMIC);
}

static void check_closed(enum quic_err got, enum quic_err err, u64 type)
{
	CHECK_EQ(got, err);
	CHECK_EQ(f.c.state, QUIC_CONN_CLOSING);
	CHECK_EQ(f.c.close.err, err);
	CHECK_EQ(f.c.close.frame_type, type);
	CHECK(f.c.close.local);
}

/* RFC 9000 12.3 */
static void duplicates(void)
{
	u64 pn;

	start(true);
	pn = f.pn[QUIC_SPACE_APP];
	CHECK_EQ(fix_stream(&f, 0, 0, 10, false), 0);
	CHECK_EQ(fix_recv_pn(&f, QUIC_SPACE_APP, pn, "\1", 1), QUIC_ERR_DROP);
	CHECK_EQ(f.c.stats.dup_pkts, 1);
	CHECK_EQ(f.c.state, QUIC_CONN_ESTABLISHED);
	/* even nonsense in it has no effect */
	CHECK_EQ(fix_recv_pn(&f, QUIC_SPACE_APP, pn, "\x21", 1),
		 QUIC_ERR_DROP);
	CHECK_EQ(f.c.state, QUIC_CONN_ESTABLISHED);
	fix_free(&f);
}

/* RFC 9000 17.2, 17.3.1: PROTOCOL_VIOLATION once protection is off */
static void reserved_bits(void)
{
	struct quic_hdr hdr = { .type = QUIC_PKT_SHORT, .first = 0x48 };

	start(true);
	check_closed(recv_hdr(&hdr, 100, "\1", 1),
		     QUIC_ERR_PROTOCOL_VIOLATION, 0);
	fix_free(&f);
	start(true);
	hdr.first = 0x50;
	check_closed(recv_hdr(&hdr, 100, "\1", 1),
		     QUIC_ERR_PROTOCOL_VIOLATION, 0);
	fix_free(&f);
	CHECK_EQ(fix_start(&f, true, NULL), 0);
	hdr = (struct quic_hdr) { .type = QUIC_PKT_INITIAL, .first = 0xc4,
				  .version = QUIC_V1 };
	check_closed(recv_hdr(&hdr, 0, "\1", 1),
		     QUIC_ERR_PROTOCOL_VIOLATION, 0);
	fix_free(&f);
	/* the spin and key phase bits are not reserved */
	start(true);
	hdr = (struct quic_hdr) { .type = QUIC_PKT_SHORT, .first = 0x67 };
	CHECK_EQ(recv_hdr(&hdr, 100, "\1", 1), 0);
	fix_free(&f);
}

/* RFC 9000 12.4: a packet without frames */
static void empty_packet(void)
{
	start(false);
	check_closed(fix_recv(&f, QUIC_SPACE_APP, "", 0),
		     QUIC_ERR_PROTOCOL_VIOLATION, 0);
	fix_free(&f);
	start(false);
	CHECK_EQ(fix_recv(&f, QUIC_SPACE_APP, "\0", 1), 0);
	fix_free(&f);
}

/* RFC 9000 17.2.2: no token from a server */
static void token_from_server(void)
{
	struct quic_hdr hdr = { .type = QUIC_PKT_INITIAL, .first = 0xc0,
				.version = QUIC_V1, .token_len = 1,
				.token = (const u8 *)"t" };
	static const u8 hello[10];

	CHECK_EQ(fix_start(&f, false, NULL), 0);
	quic_conn_crypto_write(&f.c, QUIC_LVL_INITIAL, hello, 10, GFP_KERNEL);
	check_closed(recv_hdr(&hdr, 0, "\1", 1),
		     QUIC_ERR_PROTOCOL_VIOLATION, 0);
	fix_free(&f);
	/* a client's is no matter of ours here */
	CHECK_EQ(fix_start(&f, true, NULL), 0);
	CHECK_EQ(recv_hdr(&hdr, 0, "\1", 1), 0);
	fix_free(&f);
}

/* RFC 9000 7.2: the peer's id does not change in the handshake. */
static void other_source_id(void)
{
	static const u8 other[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	struct quic_hdr hdr = { .type = QUIC_PKT_INITIAL, .first = 0xc0,
				.version = QUIC_V1 };
	static const u8 hello[QUIC_CID_MAX_LEN + 1];

	CHECK_EQ(fix_start(&f, false, NULL), 0);
	quic_conn_crypto_write(&f.c, QUIC_LVL_INITIAL, hello, 10, GFP_KERNEL);
	CHECK_EQ(quic_cid_remote(&f.c)->data[0], 0x0d);
	/* longer than an id of these versions may be: RFC 9000 17.2 */
	hdr.scid = hello;
	hdr.scid_len = QUIC_CID_MAX_LEN + 1;
	CHECK_EQ(recv_hdr(&hdr, 0, "\1", 1), QUIC_ERR_DROP);
	hdr.scid = NULL;
	CHECK_EQ(recv_hdr(&hdr, 0, "\1", 1), 0);
	/* now packets go to the id that the server chose */
	CHECK_EQ(quic_cid_remote(&f.c)->data[0], 0x0b);
	CHECK(f.c.news & QUIC_NEWS_REMOTE_CID);
	hdr.scid = other;
	hdr.scid_len = 8;
	CHECK_EQ(recv_hdr(&hdr, 1, "\1", 1), QUIC_ERR_DROP);
	CHECK_EQ(quic_cid_remote(&f.c)->data[0], 0x0b);
	hdr.scid = NULL;
	CHECK_EQ(recv_hdr(&hdr, 1, "\1", 1), 0);
	/* of another length */
	hdr.scid_len = 7;
	hdr.scid = other;
	CHECK_EQ(recv_hdr(&hdr, 2, "\1", 1), QUIC_ERR_DROP);
	CHECK_EQ(f.c.state, QUIC_CONN_HANDSHAKE);
	fix_free(&f);
}

static void other_version(void)
{
	struct quic_hdr hdr = { .type = QUIC_PKT_INITIAL, .first = 0xc0,
				.version = QUIC_V2 };

	CHECK_EQ(fix_start(&f, true, NULL), 0);
	CHECK_EQ(recv_hdr(&hdr, 0, "\1", 1), QUIC_ERR_DROP);
	CHECK_EQ(f.c.space[QUIC_SPACE_INITIAL].rx.largest, QUIC_PN_NONE);
	fix_free(&f);
}

/* No keys, or none any more */
static void without_keys(void)
{
	CHECK_EQ(fix_start(&f, true, NULL), 0);
	CHECK_EQ(fix_ping(&f, QUIC_SPACE_HANDSHAKE), QUIC_ERR_DROP);
	CHECK_EQ(fix_ping(&f, QUIC_SPACE_APP), QUIC_ERR_DROP);
	fix_establish(&f, NULL);
	CHECK_EQ(fix_ping(&f, QUIC_SPACE_INITIAL), QUIC_ERR_DROP);
	CHECK_EQ(fix_ping(&f, QUIC_SPACE_HANDSHAKE), QUIC_ERR_DROP);
	CHECK_EQ(fix_ping(&f, QUIC_SPACE_APP), 0);
	fix_free(&f);
}

/* RFC 9000 12.4, 17.2.4: what Initial and Handshake packets may carry */
static void frames_by_packet(void)
{
	static const struct {
		u8 space;
		u64 type;
		bool ok;
	} rows[] = {
		{ QUIC_SPACE_INITIAL, QUIC_FRAME_PING, true },
		{ QUIC_SPACE_HANDSHAKE, QUIC_FRAME_PING, true },
		{ QUIC_SPACE_INITIAL, QUIC_FRAME_CRYPTO, true },
		{ QUIC_SPACE_HANDSHAKE, QUIC_FRAME_CONNECTION_CLOSE, true },
		{ QUIC_SPACE_INITIAL, QUIC_FRAME_CONNECTION_CLOSE_APP, false },
		{ QUIC_SPACE_HANDSHAKE, QUIC_FRAME_CONNECTION_CLOSE_APP,
		  false },
		{ QUIC_SPACE_INITIAL, QUIC_FRAME_MAX_DATA, false },
		{ QUIC_SPACE_HANDSHAKE, QUIC_FRAME_MAX_DATA, false },
		{ QUIC_SPACE_INITIAL, QUIC_FRAME_STREAM, false },
		{ QUIC_SPACE_HANDSHAKE, QUIC_FRAME_STREAM, false },
		{ QUIC_SPACE_HANDSHAKE, QUIC_FRAME_HANDSHAKE_DONE, false },
		{ QUIC_SPACE_INITIAL, QUIC_FRAME_RESET_STREAM, false },
		{ QUIC_SPACE_HANDSHAKE, QUIC_FRAME_RETIRE_CONNECTION_ID,
		  false },
		{ QUIC_SPACE_HANDSHAKE, QUIC_FRAME_PATH_CHALLENGE, false },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct quic_frame fr = { .type = rows[i].type };

		TAP_AT("type %#llx in space %u",
		       (unsigned long long)rows[i].type, rows[i].space);
		if (fr.type == QUIC_FRAME_CRYPTO)
			fr.crypto.data = (const u8 *)"";
		if (fr.type == QUIC_FRAME_PATH_CHALLENGE)
			fr.path_data = (const u8 *)"12345678";
		if (fr.type == QUIC_FRAME_CONNECTION_CLOSE ||
		    fr.type == QUIC_FRAME_CONNECTION_CLOSE_APP)
			fr.close.reason = (const u8 *)"";
		if (fr.type == QUIC_FRAME_STREAM)
			fr.stream.data = (const u8 *)"";
		CHECK_EQ(fix_start(&f, true, NULL), 0);
		quic_conn_keys(&f.c, QUIC_LVL_HANDSHAKE, false, f.now);
		CHECK_EQ(fix_frame(&f, rows[i].space, &fr),
			 rows[i].ok ? QUIC_ERR_NONE :
				      QUIC_ERR_PROTOCOL_VIOLATION);
		if (!rows[i].ok)
			CHECK_EQ(f.c.close.frame_type, rows[i].type);
		fix_free(&f);
	}
}

/* RFC 9000 19.7, 19.20: frames that only a server sends */
static void wrong_role(void)
{
	struct quic_frame fr = { .type = QUIC_FRAME_HANDSHAKE_DONE };

	start(true);
	check_closed(fix_frame(&f, QUIC_SPACE_APP, &fr),
		     QUIC_ERR_PROTOCOL_VIOLATION, QUIC_FRAME_HANDSHAKE_DONE);
	fix_free(&f);
	fr.type = QUIC_FRAME_NEW_TOKEN;
	fr.blob.len = 3;
	fr.blob.data = (const u8 *)"abc";
	start(true);
	check_closed(fix_frame(&f, QUIC_SPACE_APP, &fr),
		     QUIC_ERR_PROTOCOL_VIOLATION, QUIC_FRAME_NEW_TOKEN);
	fix_free(&f);
	start(false);
	CHECK_EQ(fix_frame(&f, QUIC_SPACE_APP, &fr), 0);
	CHECK_EQ(f.c.new_token_len, 3);
	CHECK_MEM(f.c.new_token, "abc", 3);
	CHECK(f.c.news & QUIC_NEWS_TOKEN);
	fix_free(&f);
}

/* A token of no use is not kept. */
static void long_token(void)
{
	static const u8 token[QUIC_NEW_TOKEN_MAX_LEN + 1];
	struct quic_frame fr = { .type = QUIC_FRAME_NEW_TOKEN };

	fr.blob.data = token;
	fr.blob.len = sizeof(token);
	start(false);
	CHECK_EQ(fix_frame(&f, QUIC_SPACE_APP, &fr), 0);
	CHECK(!f.c.new_token);
	fr.blob.len--;
	CHECK_EQ(fix_frame(&f, QUIC_SPACE_APP, &fr), 0);
	CHECK_EQ(f.c.new_token_len, QUIC_NEW_TOKEN_MAX_LEN);
	fix_free(&f);
}

/* RFC 9000 12.4, RFC 9221 3 */
static void unknown_frames(void)
{
	start(true);
	check_closed(fix_recv(&f, QUIC_SPACE_APP, "\x1f", 1),
		     QUIC_ERR_FRAME_ENCODING, 0x1f);
	fix_free(&f);
	start(true);
	CHECK_EQ(fix_recv(&f, QUIC_SPACE_APP, "\x40\x40", 2),
		 QUIC_ERR_FRAME_ENCODING);
	fix_free(&f);
	start(true);
	check_closed(fix_recv(&f, QUIC_SPACE_APP, "\x30xyz", 4),
		     QUIC_ERR_PROTOCOL_VIOLATION, QUIC_FRAME_DATAGRAM);
	fix_free(&f);
	/* RFC 9000 12.4: not in the shortest encoding */
	start(true);
	CHECK_EQ(fix_recv(&f, QUIC_SPACE_APP, "\x40\x01", 2),
		 QUIC_ERR_PROTOCOL_VIOLATION);
	fix_free(&f);
}

/*
 * RFC 9000 5.2#1: what comes before the faulty frame has had its effect;
 * nothing behind.
 */
static void fault_in_the_middle(void)
{
	/* MAX_DATA 1000000, then one that is cut short, then PING */
	static const u8 bytes[] = { 0x10, 0x80, 0x0f, 0x42, 0x40, 0x11, 0x00 };

	start(true);
	check_closed(fix_recv(&f, QUIC_SPACE_APP, bytes, sizeof(bytes)),
		     QUIC_ERR_FRAME_ENCODING, QUIC_FRAME_MAX_STREAM_DATA);
	CHECK_EQ(f.c.flow.tx_max, 1000000);
	fix_free(&f);
}

/* RFC 9000 7.5 */
static void crypto_buffer(void)
{
	u64 off;

	CHECK_EQ(fix_start(&f, true, NULL), 0);
	/* any order, up to the limit */
	for (off = 64; off; off--)
		CHECK_EQ(fix_crypto(&f, QUIC_SPACE_INITIAL, (off - 1) * 1024,
				    1024), 0);
	CHECK_EQ(f.c.space[QUIC_SPACE_INITIAL].crypto.rx.ready, 65536);
	CHECK(f.c.news & QUIC_NEWS_CRYPTO);
	CHECK_EQ(quic_conn_crypto_readable(&f.c), QUIC_LVL_INITIAL);
	quic_reasm_consume(quic_conn_crypto_rx(&f.c, QUIC_LVL_INITIAL), 10);
	CHECK_EQ(fix_crypto(&f, QUIC_SPACE_INITIAL, 65536, 10), 0);
	check_closed(fix_crypto(&f, QUIC_SPACE_INITIAL, 65546, 1),
		     QUIC_ERR_CRYPTO_BUFFER_EXCEEDED, QUIC_FRAME_CRYPTO);
	fix_free(&f);
	CHECK_EQ(fix_start(&f, true, NULL), 0);
	CHECK_EQ(fix_crypto(&f, QUIC_SPACE_INITIAL, QUIC_VARINT_MAX - 10, 10),
		 QUIC_ERR_CRYPTO_BUFFER_EXCEEDED);
	fix_free(&f);
}

static void crypto_levels(void)
{
	start(false);
	CHECK_EQ(quic_conn_crypto_readable(&f.c), -EAGAIN);
	CHECK_EQ(fix_crypto(&f, QUIC_SPACE_APP, 100, 10), 0);
	CHECK_EQ(quic_conn_crypto_readable(&f.c), -EAGAIN);
	CHECK_EQ(fix_crypto(&f, QUIC_SPACE_APP, 0, 100), 0);
	CHECK_EQ(quic_conn_crypto_readable(&f.c), QUIC_LVL_APP);
	quic_reasm_consume(quic_conn_crypto_rx(&f.c, QUIC_LVL_APP), 110);
	CHECK_EQ(quic_conn_crypto_readable(&f.c), -EAGAIN);
	fix_free(&f);
}

static void read_crypto(enum quic_level level)
{
	struct quic_reasm *r = quic_conn_crypto_rx(&f.c, level);

	quic_reasm_consume(r, r->ready - r->next);
}

/* A client that has a ServerHello of 100 bytes, and reads Handshake now. */
static void start_handshake(void)
{
	CHECK_EQ(fix_start(&f, false, NULL), 0);
	quic_conn_crypto_write(&f.c, QUIC_LVL_INITIAL, (u8 *)"x", 1,
			       GFP_KERNEL);
	CHECK_EQ(fix_crypto(&f, QUIC_SPACE_INITIAL, 0, 100), 0);
	read_crypto(QUIC_LVL_INITIAL);
	CHECK_EQ(quic_conn_keys(&f.c, QUIC_LVL_HANDSHAKE, false, f.now), 0);
	CHECK_EQ(quic_conn_keys(&f.c, QUIC_LVL_HANDSHAKE, true, f.now), 0);
}

/* The same, with 200 bytes of Handshake read, and complete. */
static void complete_handshake(void)
{
	struct quic_tparams tp;

	start_handshake();
	fix_params(&tp);
	CHECK_EQ(fix_crypto(&f, QUIC_SPACE_HANDSHAKE, 0, 200), 0);
	read_crypto(QUIC_LVL_HANDSHAKE);
	CHECK_EQ(fix_remote(&f, &tp), 0);
	CHECK_EQ(quic_conn_keys(&f.c, QUIC_LVL_APP, false, f.now), 0);
	CHECK_EQ(quic_conn_keys(&f.c, QUIC_LVL_APP, true, f.now), 0);
	CHECK_EQ(f.c.state, QUIC_CONN_ESTABLISHED);
}

/* RFC 9001 4.1.3#1, 4.1.3#2: where TLS was, only what it has read comes again */
static void crypto_at_left_level(void)
{
	start_handshake();
	CHECK_EQ(fix_crypto(&f, QUIC_SPACE_INITIAL, 0, 100), 0);
	CHECK_EQ(fix_crypto(&f, QUIC_SPACE_INITIAL, 60, 40), 0);
	CHECK_EQ(quic_conn_crypto_readable(&f.c), -EAGAIN);
	check_closed(fix_crypto(&f, QUIC_SPACE_INITIAL, 60, 41),
		     QUIC_ERR_PROTOCOL_VIOLATION, QUIC_FRAME_CRYPTO);
	fix_free(&f);
	/* with a gap, too, and however far away */
	start_handshake();
	check_closed(fix_crypto(&f, QUIC_SPACE_INITIAL, 70000, 1),
		     QUIC_ERR_PROTOCOL_VIOLATION, QUIC_FRAME_CRYPTO);
	fix_free(&f);
	complete_handshake();
	CHECK_EQ(fix_crypto(&f, QUIC_SPACE_HANDSHAKE, 0, 200), 0);
	CHECK_EQ(f.c.state, QUIC_CONN_ESTABLISHED);
	check_closed(fix_crypto(&f, QUIC_SPACE_HANDSHAKE, 200, 1),
		     QUIC_ERR_PROTOCOL_VIOLATION, QUIC_FRAME_CRYPTO);
	fix_free(&f);
	/* nothing comes after 1-RTT: tickets, as many as there are */
	complete_handshake();
	CHECK_EQ(fix_crypto(&f, QUIC_SPACE_APP, 0, 300), 0);
	read_crypto(QUIC_LVL_APP);
	CHECK_EQ(fix_crypto(&f, QUIC_SPACE_APP, 300, 300), 0);
	CHECK_EQ(f.c.state, QUIC_CONN_ESTABLISHED);
	fix_free(&f);
	/* the level to come may be ahead */
	CHECK_EQ(fix_start(&f, true, NULL), 0);
	CHECK_EQ(fix_crypto(&f, QUIC_SPACE_INITIAL, 0, 100), 0);
	CHECK_EQ(quic_conn_keys(&f.c, QUIC_LVL_HANDSHAKE, true, f.now), 0);
	CHECK_EQ(fix_crypto(&f, QUIC_SPACE_INITIAL, 100, 100), 0);
	fix_free(&f);
}

/* RFC 9001 4.1.3#3: TLS goes on without having read all */
static void unread_crypto(void)
{
	struct quic_tparams tp;

	CHECK_EQ(fix_start(&f, true, NULL), 0);
	CHECK_EQ(fix_crypto(&f, QUIC_SPACE_INITIAL, 0, 100), 0);
	quic_reasm_consume(quic_conn_crypto_rx(&f.c, QUIC_LVL_INITIAL), 99);
	CHECK_EQ(quic_conn_keys(&f.c, QUIC_LVL_HANDSHAKE, true, f.now), 0);
	CHECK_EQ(quic_conn_keys(&f.c, QUIC_LVL_HANDSHAKE, false, f.now),
		 QUIC_ERR_PROTOCOL_VIOLATION);
	fix_free(&f);
	/* behind a gap: what is missing would be news, too */
	CHECK_EQ(fix_start(&f, true, NULL), 0);
	CHECK_EQ(fix_crypto(&f, QUIC_SPACE_INITIAL, 0, 100), 0);
	CHECK_EQ(fix_crypto(&f, QUIC_SPACE_INITIAL, 120, 10), 0);
	read_crypto(QUIC_LVL_INITIAL);
	CHECK_EQ(quic_conn_keys(&f.c, QUIC_LVL_HANDSHAKE, false, f.now),
		 QUIC_ERR_PROTOCOL_VIOLATION);
	fix_free(&f);
	/* the handshake is complete, whichever of the three comes last */
	start_handshake();
	fix_params(&tp);
	CHECK_EQ(fix_crypto(&f, QUIC_SPACE_HANDSHAKE, 0, 200), 0);
	CHECK_EQ(quic_conn_keys(&f.c, QUIC_LVL_APP, true, f.now), 0);
	CHECK_EQ(quic_conn_keys(&f.c, QUIC_LVL_APP, false, f.now), 0);
	CHECK_EQ(fix_remote(&f, &tp), QUIC_ERR_PROTOCOL_VIOLATION);
	CHECK_EQ(f.c.state, QUIC_CONN_HANDSHAKE);
	fix_free(&f);
}

/* RFC 9001 5.7: whenever TLS hands out its keys, 1-RTT packets wait */
static void no_1rtt_before_complete(void)
{
	static const bool server[] = { true, false };
	struct quic_tparams tp;
	unsigned int i;

	fix_params(&tp);
	for (i = 0; i < ARRAY_SIZE(server); i++) {
		TAP_AT("%s", server[i] ? "server" : "client");
		CHECK_EQ(fix_start(&f, server[i], NULL), 0);
		quic_conn_crypto_write(&f.c, QUIC_LVL_INITIAL, (u8 *)"x", 1,
				       GFP_KERNEL);
		CHECK_EQ(fix_ping(&f, QUIC_SPACE_INITIAL), 0);
		CHECK_EQ(fix_remote(&f, &tp), 0);
		quic_conn_keys(&f.c, QUIC_LVL_HANDSHAKE, false, f.now);
		CHECK_EQ(quic_conn_keys(&f.c, QUIC_LVL_APP, false, f.now), 0);
		CHECK_EQ(quic_conn_rx_keys(&f.c, QUIC_LVL_APP),
			 QUIC_RX_KEYS_LATER);
		CHECK_EQ(fix_stream(&f, 2 + !server[i], 0, 10, false),
			 QUIC_ERR_DROP);
		CHECK_EQ(f.c.space[QUIC_SPACE_APP].rx.largest, QUIC_PN_NONE);
		f.pn[QUIC_SPACE_APP]--;
		CHECK_EQ(quic_conn_keys(&f.c, QUIC_LVL_APP, true, f.now), 0);
		CHECK_EQ(quic_conn_rx_keys(&f.c, QUIC_LVL_APP),
			 QUIC_RX_KEYS_READY);
		CHECK_EQ(fix_stream(&f, 2 + !server[i], 0, 10, false), 0);
		fix_free(&f);
	}
}

/* RFC 9000 19.19, 10.2.2 */
static void connection_close(void)
{
	struct quic_frame fr = { .type = QUIC_FRAME_CONNECTION_CLOSE_APP };
	u8 reason[200];

	memset(reason, 'x', sizeof(reason));
	fr.close.err = 4711;
	fr.close.len = sizeof(reason);
	fr.close.reason = reason;
	start(true);
	CHECK_EQ(fix_frame(&f, QUIC_SPACE_APP, &fr), 0);
	CHECK_EQ(f.c.state, QUIC_CONN_DRAINING);
	CHECK(f.c.close.set && f.c.close.app && !f.c.close.local);
	CHECK_EQ(f.c.close.err, 4711);
	CHECK_EQ(f.c.close.reason_len, QUIC_CLOSE_REASON_LEN);
	CHECK(f.c.news & QUIC_NEWS_CLOSED);
	/* not a word any more */
	CHECK_EQ(fix_send(&f), 0);
	CHECK_EQ(fix_ping(&f, QUIC_SPACE_APP), QUIC_ERR_DROP);
	CHECK_EQ(fix_send(&f), 0);
	fix_free(&f);
	/* in an Initial packet, and frames behind it are not looked at */
	CHECK_EQ(fix_start(&f, true, NULL), 0);
	CHECK_EQ(fix_recv(&f, QUIC_SPACE_INITIAL, "\x1c\x2a\x00\x00\x21", 5),
		 0);
	CHECK_EQ(f.c.state, QUIC_CONN_DRAINING);
	CHECK_EQ(f.c.close.err, 0x2a);
	CHECK(!f.c.close.app);
	fix_free(&f);
}

/* A client that has not sent anything: nobody can know of it. */
static void close_before_anything(void)
{
	CHECK_EQ(fix_start(&f, false, NULL), 0);
	CHECK_EQ(fix_recv(&f, QUIC_SPACE_INITIAL, "\x1c\x2a\x00\x00", 4), 0);
	CHECK_EQ(f.c.state, QUIC_CONN_CLOSED);
	fix_free(&f);
	CHECK_EQ(fix_start(&f, false, NULL), 0);
	quic_conn_recv_reset(&f.c, f.now);
	CHECK_EQ(f.c.state, QUIC_CONN_CLOSED);
	fix_free(&f);
}

/* RFC 9000 8.1, RFC 9001 4.9.1 */
static void handshake_packet_validates(void)
{
	CHECK_EQ(fix_start(&f, true, NULL), 0);
	quic_conn_recv_dgram(&f.c, 1200);
	CHECK_EQ(fix_ping(&f, QUIC_SPACE_INITIAL), 0);
	CHECK(!f.c.path.validated);
	quic_conn_keys(&f.c, QUIC_LVL_HANDSHAKE, false, f.now);
	CHECK_EQ(fix_ping(&f, QUIC_SPACE_HANDSHAKE), 0);
	CHECK(f.c.path.validated);
	CHECK(f.c.space[QUIC_SPACE_INITIAL].discarded);
	CHECK(f.c.news & QUIC_NEWS_KEYS_DROPPED);
	CHECK_EQ(fix_ping(&f, QUIC_SPACE_INITIAL), QUIC_ERR_DROP);
	fix_free(&f);
}

/* RFC 9001 4.1.2, 4.9.2 */
static void confirmed_at_a_client(void)
{
	const struct quic_frame done = { .type = QUIC_FRAME_HANDSHAKE_DONE };

	start(false);
	CHECK(f.c.confirmed);
	CHECK(f.c.space[QUIC_SPACE_HANDSHAKE].discarded);
	/* again: it was repeated */
	f.c.news = 0;
	CHECK_EQ(fix_frame(&f, QUIC_SPACE_APP, &done), 0);
	CHECK(!(f.c.news & QUIC_NEWS_CONFIRMED));
	fix_free(&f);
}

/* RFC 9000 13.2.1: at once in the handshake, later in 1-RTT */
static void acknowledgements(void)
{
	CHECK_EQ(fix_start(&f, true, NULL), 0);
	quic_conn_recv_dgram(&f.c, 1200);
	CHECK_EQ(fix_ping(&f, QUIC_SPACE_INITIAL), 0);
	CHECK_EQ(quic_conn_deadline(&f.c) <= f.now, 1);
	fix_send(&f);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_ACK), 1);
	fix_free(&f);

	start(true);
	CHECK_EQ(fix_ping(&f, QUIC_SPACE_APP), 0);
	quic_conn_recv_end(&f.c, f.now);
	CHECK_EQ(fix_send(&f), 0);
	CHECK_EQ(quic_conn_deadline(&f.c), f.now + 25 * MS);
	f.now += 25 * MS;
	quic_conn_timeout(&f.c, f.now, GFP_ATOMIC);
	CHECK_EQ(fix_send(&f), 1);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_ACK), 1);
	/* 25 ms in units of 8 us */
	CHECK_EQ(fix_nth(&f, QUIC_FRAME_ACK, 0)->f.ack.delay, 3125);
	/* and only once */
	CHECK_EQ(fix_send(&f), 0);
	/* two of them, and a hole */
	fix_forget(&f);
	fix_ping(&f, QUIC_SPACE_APP);
	fix_ping(&f, QUIC_SPACE_APP);
	quic_conn_recv_end(&f.c, f.now);
	CHECK_EQ(fix_send(&f), 1);
	f.pn[QUIC_SPACE_APP]++;
	fix_ping(&f, QUIC_SPACE_APP);
	CHECK_EQ(fix_send(&f), 1);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_ACK), 2);
	CHECK_EQ(fix_nth(&f, QUIC_FRAME_ACK, 1)->f.ack.count, 1);
	/* RFC 9000 13.2.1: ACKs are not acknowledged */
	f.c.pending |= QUIC_PEND_PING;
	fix_send(&f);
	fix_ack_all(&f, QUIC_SPACE_APP);
	quic_conn_recv_end(&f.c, f.now);
	f.now += QUIC_NSEC_PER_SEC;
	CHECK_EQ(fix_send(&f), 0);
	fix_free(&f);
}

/* RFC 9000 13.2.4: a receiver makes its peer acknowledge now and then. */
static void ack_only_for_long(void)
{
	u32 cap;
	int i;

	start(true);
	for (i = 0; i < 1000; i++) {
		CHECK_EQ(fix_ping(&f, QUIC_SPACE_APP), 0);
		f.now += 25 * MS;
		fix_send(&f);
		fix_forget(&f);
		if (i % 40 == 39)
			fix_ack_all(&f, QUIC_SPACE_APP);
	}
	cap = f.c.space[QUIC_SPACE_APP].sent.cap;
	CHECK(cap <= 64);
	CHECK(f.c.stats.acks_rcvd > 20);
	fix_free(&f);
}

/* RFC 9000 10.2.1: answers get rarer */
static void closing_replies(void)
{
	int i;

	start(true);
	quic_conn_close(&f.c, 5, true, 0, "bye", 3, f.now);
	CHECK_EQ(fix_send(&f), 1);
	CHECK_EQ(fix_send(&f), 0);
	fix_forget(&f);
	for (i = 0; i < 1000; i++) {
		CHECK_EQ(fix_ping(&f, QUIC_SPACE_APP), QUIC_ERR_DROP);
		fix_send(&f);
	}
	CHECK_EQ(f.n_pkts, 10);		/* 1, 2, 4 .. 512 */
	CHECK_EQ(fix_count(&f, QUIC_FRAME_CONNECTION_CLOSE_APP), 10);
	fix_free(&f);
}

/* RFC 9000 8.2.2, 19.17 */
static void path_challenge(void)
{
	struct quic_frame fr = { .type = QUIC_FRAME_PATH_CHALLENGE };
	int i;

	fr.path_data = (const u8 *)"12345678";
	start(true);
	CHECK_EQ(fix_frame(&f, QUIC_SPACE_APP, &fr), 0);
	fix_send(&f);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_PATH_RESPONSE), 1);
	CHECK_MEM(fix_nth(&f, QUIC_FRAME_PATH_RESPONSE, 0)->f.path_data,
		  "12345678", 8);
	/* the datagram proves that 1200 bytes get through */
	CHECK(f.min_dgram >= 1200);
	/* RFC 9000 13.3: sent once, whatever becomes of it */
	for (i = 0; i < 3; i++) {
		f.now += QUIC_NSEC_PER_SEC;
		quic_conn_timeout(&f.c, f.now, GFP_ATOMIC);
		fix_send(&f);
	}
	CHECK_EQ(fix_count(&f, QUIC_FRAME_PATH_RESPONSE), 1);
	/* an answer that nobody asked for is ignored: RFC 9000 19.18 */
	fr.type = QUIC_FRAME_PATH_RESPONSE;
	CHECK_EQ(fix_frame(&f, QUIC_SPACE_APP, &fr), 0);
	fix_free(&f);
}

static void no_memory(void)
{
	start(true);
	quic_env_fail_after(0);
	CHECK_EQ(fix_stream(&f, 0, 0, 100, false), QUIC_ERR_NOMEM);
	quic_env_fail_after(-1);
	/* not acknowledged, so that it comes again */
	CHECK(!quic_pnspace_ack_pending(&f.c.space[QUIC_SPACE_APP].rx));
	CHECK_EQ(f.c.state, QUIC_CONN_ESTABLISHED);
	f.pn[QUIC_SPACE_APP]--;
	CHECK_EQ(fix_stream(&f, 0, 0, 100, false), 0);
	fix_free(&f);
}

/*
 * RFC 9000 13.2.1: what elicits nothing is answered with nothing, even across
 * a gap; 13.2.6: what elicits is answered in its own number space.
 */
static void no_ack_of_acks(void)
{
	u64 pn;

	start(true);
	pn = fix_write(&f, true, 10, true) ? f.c.space[QUIC_SPACE_APP].sent.next
					   : 0;
	fix_send(&f);
	fix_forget(&f);
	f.pn[QUIC_SPACE_APP] += 5;
	CHECK_EQ(fix_ack(&f, QUIC_SPACE_APP, pn, pn), 0);
	quic_conn_recv_end(&f.c, f.now);
	CHECK_EQ(fix_send(&f), 0);
	f.now += 100 * MS;
	CHECK_EQ(fix_send(&f), 0);
	CHECK_EQ(fix_ping(&f, QUIC_SPACE_APP), 0);
	quic_conn_recv_end(&f.c, f.now);
	f.now += 100 * MS;
	CHECK_EQ(fix_send(&f), 1);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_ACK), 1);
	CHECK_EQ(f.seen[0].space, QUIC_SPACE_APP);
	fix_free(&f);
}

int main(void)
{
	TEST(duplicates);
	TEST(reserved_bits);
	TEST(empty_packet);
	TEST(token_from_server);
	TEST(other_source_id);
	TEST(other_version);
	TEST(without_keys);
	TEST(frames_by_packet);
	TEST(wrong_role);
	TEST(long_token);
	TEST(unknown_frames);
	TEST(fault_in_the_middle);
	TEST(crypto_buffer);
	TEST(crypto_levels);
	TEST(crypto_at_left_level);
	TEST(unread_crypto);
	TEST(no_1rtt_before_complete);
	TEST(connection_close);
	TEST(close_before_anything);
	TEST(handshake_packet_validates);
	TEST(confirmed_at_a_client);
	TEST(acknowledgements);
	TEST(ack_only_for_long);
	TEST(closing_replies);
	TEST(path_challenge);
	TEST(no_memory);
	TEST(no_ack_of_acks);
	return tap_done();
}
