// SPDX-License-Identifier: GPL-2.0-only
#include "quic/core/frame.h"

#include "frame_equal.h"
#include "tap.h"
#include "vectors.h"

static enum quic_err parse_hex(const char *hex, struct quic_frame *f, u8 *buf,
			       size_t room)
{
	struct quic_rd rd = { buf, buf + tap_unhex(hex, buf, room) };

	return quic_frame_parse(&rd, f);
}

static enum quic_err parse_err(const char *hex)
{
	struct quic_frame f;
	u8 buf[128];

	TAP_AT("%s", hex);
	return parse_hex(hex, &f, buf, sizeof(buf));
}

#define FAULTY(hex)	CHECK_EQ(parse_err(hex), QUIC_ERR_FRAME_ENCODING)
#define GOOD(hex)	CHECK_EQ(parse_err(hex), QUIC_ERR_NONE)

/* One of each type and more, all in their shortest encodings. */
static const char * const samples[] = {
	"01",
	"02 1f 05 00 03",
	"02 5234 4400 03 09 01 02 03 04 00 00",
	"03 1f 05 01 03 00 02 07 4fff 80010000",
	"04 08 4123 80012345",
	"05 08 4123",
	"06 4100 03 aabbcc",
	"06 00 00",
	"07 05 746f6b656e",
	"08 04 68656c6c6f",
	"09 04 68656c6c6f",
	"0a 04 05 68656c6c6f",
	"0b 04 05 68656c6c6f",
	"0b 04 00",
	"0c 04 4aaa 68656c6c6f",
	"0d 04 4aaa 68656c6c6f",
	"0e 04 4aaa 05 68656c6c6f",
	"0f 04 4aaa 05 68656c6c6f",
	"10 c000000123456789",
	"11 08 80100000",
	"12 4064",
	"13 4065",
	"14 80100001",
	"15 08 80100002",
	"16 03",
	"17 03",
	"18 05 03 08 0102030405060708 a0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
	"18 00 00 01 01 a0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
	"19 4444",
	"1a 1122334455667788",
	"1b 1122334455667789",
	"1c 0a 08 03 627965",
	"1c 4133 00 00",
	"1d 4aaa 03 627965",
	"1e",
	"30 6461746121",
	"31 05 6461746121",
};

/*
 * The frame has no end of its own and takes what the packet holds, so that a
 * cut one is a shorter one; the samples end in five bytes of data.
 */
static bool is_open(u8 type)
{
	return type == 0x30 || type == 0x08 || type == 0x09 || type == 0x0c ||
	       type == 0x0d;
}

/* Parses the whole of it, and builds it again byte by byte. */
static void try_sample(const char *hex)
{
	struct quic_frame f, g;
	u8 in[64], out[64], *exact;
	size_t n = tap_unhex(hex, in, sizeof(in)), room;
	struct quic_wr wr = { out, out + sizeof(out) };
	struct quic_rd rd;

	exact = tap_exact(in, n);
	rd = (struct quic_rd) { exact, exact + n };
	CHECK_EQ(quic_frame_parse(&rd, &f), QUIC_ERR_NONE);
	CHECK_EQ(quic_rd_left(&rd), 0);
	CHECK_EQ(f.type, in[0]);

	CHECK_EQ(quic_frame_build(&wr, &f), 0);
	CHECK_EQ(wr.p - out, n);
	CHECK_MEM(out, in, n);

	rd = (struct quic_rd) { out, wr.p };
	CHECK_EQ(quic_frame_parse(&rd, &g), QUIC_ERR_NONE);
	CHECK(frames_equal(&f, &g));

	for (room = 0; room < n; room++) {
		u8 *tight = tap_exact(in, room);

		wr = (struct quic_wr) { tight, tight + room };
		CHECK_EQ(quic_frame_build(&wr, &f), -ENOSPC);
		CHECK(wr.p == tight);
		free(tight);
	}
	free(exact);
}

static void round_trips(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(samples); i++) {
		TAP_AT("%s", samples[i]);
		try_sample(samples[i]);
	}
}

static void all_types_sampled(void)
{
	u64 type;

	for (type = 0; type < 0x40; type++) {
		bool known = quic_frame_allowed(type, QUIC_PKT_SHORT), have;
		unsigned int i;
		u8 in[64];

		have = type == QUIC_FRAME_PADDING;
		for (i = 0; i < ARRAY_SIZE(samples); i++) {
			tap_unhex(samples[i], in, sizeof(in));
			have |= in[0] == type;
		}
		TAP_AT("type %llx", (unsigned long long)type);
		CHECK_EQ(have, known);
	}
}

/* Cut at every byte: refused, the cursor where it was. */
static void truncated(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(samples); i++) {
		u8 in[64];
		size_t n = tap_unhex(samples[i], in, sizeof(in)), cut;

		for (cut = 0; cut < n; cut++) {
			u8 *exact = tap_exact(in, cut);
			struct quic_rd rd = { exact, exact + cut };
			bool whole = is_open(in[0]) && cut >= n - 5;
			struct quic_frame f = { 0 };

			TAP_AT("%s cut to %zu", samples[i], cut);
			CHECK_EQ(quic_frame_parse(&rd, &f),
				 whole ? QUIC_ERR_NONE :
					 QUIC_ERR_FRAME_ENCODING);
			CHECK_EQ(rd.p - exact, whole ? cut : 0);
			free(exact);
		}
	}
}

/* Bytes behind a frame are the next frame's. */
static void followed(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(samples); i++) {
		struct quic_frame f;
		u8 in[65];
		size_t n = tap_unhex(samples[i], in, sizeof(in) - 1);
		struct quic_rd rd = { in, in + n + 1 };

		in[n] = 0x01;
		if (is_open(in[0]))
			continue;
		TAP_AT("%s", samples[i]);
		CHECK_EQ(quic_frame_parse(&rd, &f), QUIC_ERR_NONE);
		CHECK_EQ(rd.p - in, n);
	}
}

static void fields_of_streams(void)
{
	static const u8 hello[] = "hello";
	unsigned int bits;

	for (bits = 0; bits < 8; bits++) {
		struct quic_frame f = { .type = QUIC_FRAME_STREAM | bits };
		u8 out[32];
		struct quic_wr wr = { out, out + sizeof(out) };
		struct quic_rd rd = { out, NULL };
		struct quic_frame g;

		TAP_AT("bits %u", bits);
		f.stream.id = 0x1234;
		f.stream.offset = bits & 4 ? 0x56789 : 0;
		f.stream.len = 5;
		f.stream.data = hello;
		CHECK_EQ(quic_frame_build(&wr, &f), 0);
		CHECK_EQ(wr.p - out, 1 + 2 + (bits & 4 ? 4 : 0) +
			 (bits & 2 ? 1 : 0) + 5);
		rd.end = wr.p;
		CHECK_EQ(quic_frame_parse(&rd, &g), QUIC_ERR_NONE);
		CHECK_EQ(g.stream.id, 0x1234);
		CHECK_EQ(g.stream.offset, bits & 4 ? 0x56789 : 0);
		CHECK_EQ(g.stream.len, 5);
		CHECK_EQ(g.stream.fin, bits & 1);
		CHECK_MEM(g.stream.data, "hello", 5);
		CHECK(g.stream.data == wr.p - 5);
	}
}

static void headers_only(void)
{
	static const u8 want_stream[] = { 0x0e, 0x04, 0x4a, 0xaa, 0x05 };
	static const u8 want_crypto[] = { 0x06, 0x09, 0x05 };
	struct quic_frame f = { .type = 0x0e };
	u8 out[16];
	struct quic_wr wr = { out, out + 5 };

	f.stream.id = 4;
	f.stream.offset = 0xaaa;
	f.stream.len = 5;
	CHECK_EQ(quic_frame_build(&wr, &f), 0);
	CHECK_EQ(wr.p - out, 5);
	CHECK_MEM(out, want_stream, 5);

	memset(&f, 0, sizeof(f));
	f.type = QUIC_FRAME_CRYPTO;
	f.crypto.offset = 9;
	f.crypto.len = 5;
	wr = (struct quic_wr) { out, out + 3 };
	CHECK_EQ(quic_frame_build(&wr, &f), 0);
	CHECK_EQ(wr.p - out, 3);
	CHECK_MEM(out, want_crypto, 3);
}

static void fields_of_the_rest(void)
{
	struct quic_frame f;
	u8 b[64];

#define PARSE(hex) CHECK_EQ(parse_hex(hex, &f, b, sizeof(b)), QUIC_ERR_NONE)
	PARSE("04 08 4123 80012345");
	CHECK(f.reset.id == 8 && f.reset.err == 0x123 &&
	      f.reset.final_size == 0x12345);
	PARSE("05 08 4123");
	CHECK(f.stop.id == 8 && f.stop.err == 0x123);
	PARSE("06 4100 03 aabbcc");
	CHECK(f.crypto.offset == 0x100 && f.crypto.len == 3 &&
	      f.crypto.data == b + 4);
	PARSE("07 05 746f6b656e");
	CHECK(f.blob.len == 5 && f.blob.data == b + 2);
	PARSE("10 c000000123456789");
	CHECK_EQ(f.limit.max, 0x123456789);
	PARSE("11 08 80100000");
	CHECK(f.limit.id == 8 && f.limit.max == 0x100000);
	PARSE("15 08 80100002");
	CHECK(f.limit.id == 8 && f.limit.max == 0x100002);
	PARSE("16 03");
	CHECK_EQ(f.limit.max, 3);
	PARSE("18 05 03 02 0102 a0a1a2a3a4a5a6a7a8a9aaabacadaeaf");
	CHECK(f.new_cid.seq == 5 && f.new_cid.retire_prior_to == 3 &&
	      f.new_cid.cid_len == 2 && f.new_cid.cid == b + 4 &&
	      f.new_cid.token == b + 6);
	PARSE("19 4444");
	CHECK_EQ(f.retire_seq, 0x444);
	PARSE("1a 1122334455667788");
	CHECK(f.path_data == b + 1);
	PARSE("1c 0a 08 03 627965");
	CHECK(f.close.err == 0xa && f.close.frame_type == 8 &&
	      f.close.len == 3 && f.close.reason == b + 4);
	PARSE("1d 4aaa 03 627965");
	CHECK(f.close.err == 0xaaa && f.close.frame_type == 0 &&
	      f.close.len == 3 && f.close.reason == b + 4);
	PARSE("30 6461");
	CHECK(f.blob.len == 2 && f.blob.data == b + 1);
	PARSE("31 02 6461");
	CHECK(f.blob.len == 2 && f.blob.data == b + 2);
#undef PARSE
}

static void padding_runs(void)
{
	u8 b[70], out[70];
	unsigned int n, at;

	for (n = 1; n <= 64; n++) {
		for (at = 0; at < 2; at++) {
			u8 *exact;
			struct quic_frame f;
			struct quic_rd rd;
			struct quic_wr wr = { out, out + n };

			memset(b, 0, sizeof(b));
			b[n] = 0x80;		/* what follows, if it does */
			TAP_AT("%u bytes, %u behind", n, at);
			exact = tap_exact(b, n + at);
			rd = (struct quic_rd) { exact, exact + n + at };
			CHECK_EQ(quic_frame_parse(&rd, &f), QUIC_ERR_NONE);
			CHECK_EQ(f.type, QUIC_FRAME_PADDING);
			CHECK_EQ(f.padding, n);
			CHECK_EQ(rd.p - exact, n);
			free(exact);

			memset(out, 0xee, sizeof(out));
			CHECK_EQ(quic_frame_build(&wr, &f), 0);
			CHECK_EQ(wr.p - out, n);
			CHECK_MEM(out, b, n);
			CHECK_EQ(out[n], 0xee);
			wr = (struct quic_wr) { out, out + n - 1 };
			CHECK_EQ(quic_frame_build(&wr, &f), -ENOSPC);
		}
	}
}

/* RFC 9000 19.3.1 */
static void ack_ranges_walk(void)
{
	static const u64 want[][2] = {
		{ 0x1231, 0x1234 }, { 0x1225, 0x1226 }, { 0x121e, 0x1221 },
		{ 0x121c, 0x121c },
	};
	struct quic_frame f;
	unsigned int i;
	u64 lo, hi;
	u8 b[32];

	CHECK_EQ(parse_hex("02 5234 4400 03 03 09 01 02 03 00 00", &f, b,
			   sizeof(b)), QUIC_ERR_NONE);
	CHECK_EQ(f.ack.largest, 0x1234);
	CHECK_EQ(f.ack.delay, 0x400);
	CHECK_EQ(f.ack.count, 3);
	CHECK_EQ(f.ack.first_range, 3);
	quic_ack_first(&f, &lo, &hi);
	for (i = 0; i < ARRAY_SIZE(want); i++) {
		CHECK_EQ(lo, want[i][0]);
		CHECK_EQ(hi, want[i][1]);
		CHECK_EQ(quic_ack_next(&f, &lo, &hi),
			 i + 1 < ARRAY_SIZE(want));
	}
}

/* RFC 9000 19.3 */
static void ack_ecn_fields(void)
{
	struct quic_frame f;
	u8 b[32];

	CHECK_EQ(parse_hex("03 1f 05 01 03 00 02 07 4fff 80010000", &f, b,
			   sizeof(b)), QUIC_ERR_NONE);
	CHECK_EQ(f.ack.ect0, 7);
	CHECK_EQ(f.ack.ect1, 0xfff);
	CHECK_EQ(f.ack.ce, 0x10000);
}

static void ack_bounds(void)
{
	GOOD("02 05 00 00 05");			/* 0..5 */
	FAULTY("02 05 00 00 06");
	GOOD("02 0a 00 01 02 04 02");		/* 8..10, then 0..2 */
	FAULTY("02 0a 00 01 02 04 03");		/* length below 0 */
	GOOD("02 0a 00 01 02 06 00");		/* 0 alone */
	FAULTY("02 0a 00 01 02 07 00");		/* gap below 0 */
	FAULTY("02 0a 00 01 0a 00 00");		/* nothing is below 0 */
	FAULTY("02 0a 00 01 09 00 00");
	GOOD("02 0a 00 01 08 00 00");
	/* the second pair starts where the first one ended */
	GOOD("02 0a 00 02 02 00 00 00 04");	/* 8..10, 6, 0..4 */
	FAULTY("02 0a 00 02 02 00 00 00 05");
	GOOD("02 0a 00 02 02 00 01 01 02");	/* 8..10, 5..6, 0..2 */
	FAULTY("02 0a 00 02 02 00 01 01 03");
	FAULTY("02 0a 00 02 02 00 01 04 00");
	/* sums that would wrap 64 bits have no chance to */
	FAULTY("02 0a 00 01 02 ffffffffffffffff 00");
	FAULTY("02 0a 00 01 02 00 ffffffffffffffff");
	FAULTY("02 0a 00 01 02 ffffffffffffffff ffffffffffffffff");
	/* more ranges than the frame holds */
	FAULTY("02 3f 00 ffffffffffffffff 00 00 00");
	FAULTY("02 3f 00 02 00 00 00 00");
	/* the largest number that there is */
	GOOD("02 ffffffffffffffff 00 00 ffffffffffffffff");
	FAULTY("03 05 00 00 05 01 02");
}

/* RFC 9000 19.6 and 19.8: no byte beyond 2^62 - 1 */
static void offsets_end(void)
{
	GOOD("0e 04 ffffffffffffffff 00");
	FAULTY("0e 04 ffffffffffffffff 01 61");
	GOOD("0e 04 fffffffffffffffe 01 61");
	FAULTY("0e 04 fffffffffffffffe 02 6161");
	GOOD("0c 04 fffffffffffffffe 61");
	FAULTY("0c 04 fffffffffffffffe 6161");
	GOOD("06 fffffffffffffffe 01 61");
	FAULTY("06 fffffffffffffffe 02 6161");
	GOOD("06 ffffffffffffffff 00");
	FAULTY("06 ffffffffffffffff 01 61");
}

/* RFC 9000 19.11 and 19.14: no more than 2^60 streams */
static void stream_counts(void)
{
	GOOD("12 d000000000000000");
	FAULTY("12 d000000000000001");
	GOOD("13 d000000000000000");
	FAULTY("13 d000000000000001");
	GOOD("16 d000000000000000");
	FAULTY("16 d000000000000001");
	GOOD("17 d000000000000000");
	FAULTY("17 d000000000000001");
	/* bytes have no such bound */
	GOOD("10 ffffffffffffffff");
	GOOD("11 04 ffffffffffffffff");
	GOOD("14 ffffffffffffffff");
	GOOD("15 04 ffffffffffffffff");
}

#define TOKEN	"a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"
#define CID20	"0102030405060708090a0b0c0d0e0f1011121314"

/* RFC 9000 19.15 */
static void new_cid_bounds(void)
{
	FAULTY("18 05 05 00 " TOKEN);
	GOOD("18 05 05 01 01 " TOKEN);
	GOOD("18 05 05 14 " CID20 TOKEN);
	FAULTY("18 05 05 15 " CID20 "15" TOKEN);
	FAULTY("18 05 06 01 01 " TOKEN);
	GOOD("18 ffffffffffffffff ffffffffffffffff 01 01 " TOKEN);
}

static void blob_bounds(void)
{
	FAULTY("07 00");		/* RFC 9000 19.7 */
	GOOD("07 01 00");
	FAULTY("07 ffffffffffffffff 00");
	FAULTY("0a 04 ffffffffffffffff 00");
	FAULTY("06 00 ffffffffffffffff 00");
	FAULTY("1c 00 00 ffffffffffffffff 00");
	FAULTY("31 ffffffffffffffff 00");
	GOOD("31 00");
	GOOD("30");
}

/* RFC 9000 12.4 */
static void overlong_types(void)
{
	u8 b[64], in[64];
	unsigned int i, len;

	for (i = 0; i < ARRAY_SIZE(samples); i++) {
		size_t n = tap_unhex(samples[i], in, sizeof(in));

		for (len = 2; len <= 8; len *= 2) {
			struct quic_wr wr = { b, b + sizeof(b) };
			struct quic_rd rd = { b, NULL };
			struct quic_frame f;

			quic_wr_varint_len(&wr, in[0], len);
			quic_wr_bytes(&wr, in + 1, n - 1);
			rd.end = wr.p;
			TAP_AT("%s, type in %u bytes", samples[i], len);
			CHECK_EQ(quic_frame_parse(&rd, &f),
				 QUIC_ERR_PROTOCOL_VIOLATION);
			CHECK(rd.p == b);
		}
	}
	CHECK_EQ(parse_err("4000"), QUIC_ERR_PROTOCOL_VIOLATION);
	CHECK_EQ(parse_err("403f"), QUIC_ERR_PROTOCOL_VIOLATION);
	CHECK_EQ(parse_err("80003fff"), QUIC_ERR_PROTOCOL_VIOLATION);
}

static void unknown_types(void)
{
	u8 type, b[64] = { 0 }, out[8];
	struct quic_frame f = { .type = 0x1f };
	struct quic_wr wr = { out, out + sizeof(out) };

	for (type = 0x1f; type < 0x40; type++) {
		struct quic_rd rd = { b, b + sizeof(b) };

		if (type == QUIC_FRAME_DATAGRAM ||
		    type == QUIC_FRAME_DATAGRAM_LEN)
			continue;
		b[0] = type;
		TAP_AT("type %x", type);
		CHECK_EQ(quic_frame_parse(&rd, &f), QUIC_ERR_FRAME_ENCODING);
		CHECK(rd.p == b);
		f.type = type;
		CHECK_EQ(quic_frame_build(&wr, &f), -ENOSPC);
		CHECK(wr.p == out);
	}
	FAULTY("4040 00000000");
	FAULTY("7fff 00000000");
	FAULTY("80004000 00000000");
	FAULTY("ffffffffffffffff");
	f.type = U64_MAX;
	CHECK_EQ(quic_frame_build(&wr, &f), -ENOSPC);
}

/*
 * RFC 9000 12.4, table 3, in its own notation (i, h: only 0x1c), with section
 * 12.5's note for RETIRE_CONNECTION_ID.
 */
static const struct {
	u64 from, to;
	const char *pkts;
} table3[] = {
	{ 0x00, 0x00, "IH01" }, { 0x01, 0x01, "IH01" }, { 0x02, 0x03, "IH_1" },
	{ 0x04, 0x04, "__01" }, { 0x05, 0x05, "__01" }, { 0x06, 0x06, "IH_1" },
	{ 0x07, 0x07, "___1" }, { 0x08, 0x0f, "__01" }, { 0x10, 0x10, "__01" },
	{ 0x11, 0x11, "__01" }, { 0x12, 0x13, "__01" }, { 0x14, 0x14, "__01" },
	{ 0x15, 0x15, "__01" }, { 0x16, 0x17, "__01" }, { 0x18, 0x18, "__01" },
	{ 0x19, 0x19, "___1" }, { 0x1a, 0x1a, "__01" }, { 0x1b, 0x1b, "___1" },
	{ 0x1c, 0x1c, "IH01" }, { 0x1d, 0x1d, "__01" }, { 0x1e, 0x1e, "___1" },
	{ 0x1f, 0x2f, "____" }, { 0x30, 0x31, "__01" }, { 0x32, 0x50, "____" },
	{ 0x100, 0x131, "____" }, { QUIC_VARINT_MAX, QUIC_VARINT_MAX, "____" },
	{ U64_MAX, U64_MAX, "____" },
};

static void check_allowed(u64 type, const char *pkts)
{
	TAP_AT("type %llx", (unsigned long long)type);
	CHECK_EQ(quic_frame_allowed(type, QUIC_PKT_INITIAL), pkts[0] == 'I');
	CHECK_EQ(quic_frame_allowed(type, QUIC_PKT_HANDSHAKE), pkts[1] == 'H');
	CHECK_EQ(quic_frame_allowed(type, QUIC_PKT_0RTT), pkts[2] == '0');
	CHECK_EQ(quic_frame_allowed(type, QUIC_PKT_SHORT), pkts[3] == '1');
	CHECK(!quic_frame_allowed(type, QUIC_PKT_RETRY));
	CHECK(!quic_frame_allowed(type, QUIC_PKT_VERSION_NEG));
}

static void allowed_where(void)
{
	unsigned int i;
	u64 k;

	for (i = 0; i < ARRAY_SIZE(table3); i++)
		for (k = 0; k <= table3[i].to - table3[i].from; k++)
			check_allowed(table3[i].from + k, table3[i].pkts);
}

/* RFC 9000 13.2.1 */
static void eliciting(void)
{
	u64 type;

	for (type = 0; type <= 0x31; type++) {
		bool no = type == 0 || type == 2 || type == 3 ||
			  type == 0x1c || type == 0x1d;

		TAP_AT("type %llx", (unsigned long long)type);
		CHECK_EQ(quic_frame_ack_eliciting(type), !no);
	}
}

/* RFC 9001 A.2 and A.3 */
static void initial_payloads(void)
{
	struct quic_frame f;
	u8 b[300];
	size_t n = tap_unhex(client_crypto_hex, b, sizeof(b));
	struct quic_rd rd = { b, b + n };

	CHECK_EQ(quic_frame_parse(&rd, &f), QUIC_ERR_NONE);
	CHECK_EQ(f.type, QUIC_FRAME_CRYPTO);
	CHECK(!f.crypto.offset && f.crypto.len == 241);
	CHECK_EQ(quic_rd_left(&rd), 0);

	n = tap_unhex(server_payload_hex, b, sizeof(b));
	rd = (struct quic_rd) { b, b + n };
	CHECK_EQ(quic_frame_parse(&rd, &f), QUIC_ERR_NONE);
	CHECK(f.type == QUIC_FRAME_ACK && !f.ack.largest && !f.ack.count);
	CHECK_EQ(quic_frame_parse(&rd, &f), QUIC_ERR_NONE);
	CHECK(f.type == QUIC_FRAME_CRYPTO && f.crypto.len == 90);
	CHECK_EQ(quic_rd_left(&rd), 0);
	/* a packet's end is no frame */
	CHECK_EQ(quic_frame_parse(&rd, &f), QUIC_ERR_FRAME_ENCODING);
}

int main(void)
{
	TEST(round_trips);
	TEST(all_types_sampled);
	TEST(truncated);
	TEST(followed);
	TEST(fields_of_streams);
	TEST(headers_only);
	TEST(fields_of_the_rest);
	TEST(padding_runs);
	TEST(ack_ranges_walk);
	TEST(ack_ecn_fields);
	TEST(ack_bounds);
	TEST(offsets_end);
	TEST(stream_counts);
	TEST(new_cid_bounds);
	TEST(blob_bounds);
	TEST(overlong_types);
	TEST(unknown_types);
	TEST(allowed_where);
	TEST(eliciting);
	TEST(initial_payloads);
	return tap_done();
}
