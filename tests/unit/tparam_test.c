// SPDX-License-Identifier: GPL-2.0-only
#include "quic/core/tparam.h"

#include "tap.h"
#include "tparam_equal.h"
#include "vectors.h"

#define CLIENT	false
#define SERVER	true

static struct quic_tparams defaults(void)
{
	struct quic_tparams tp;

	quic_tparams_default(&tp);
	return tp;
}

/* On failure the result has to be as it was. */
static enum quic_err parse(const u8 *data, size_t len, bool from_server,
			   struct quic_tparams *tp)
{
	u8 *exact = tap_exact(data, len);
	struct quic_tparams before;
	enum quic_err err;

	memset(tp, 0x5a, sizeof(*tp));
	before = *tp;
	err = quic_tparams_parse(exact, len, from_server, tp);
	if (err)
		CHECK_MEM(tp, &before, sizeof(before));
	free(exact);
	return err;
}

static enum quic_err parse_hex(const char *hex, bool from_server,
			       struct quic_tparams *tp)
{
	u8 data[256];

	return parse(data, tap_unhex(hex, data, sizeof(data)), from_server,
		     tp);
}

/* One parameter whose value is one number. */
static enum quic_err parse_number(u64 id, u64 val, struct quic_tparams *tp)
{
	u8 data[32];
	struct quic_wr wr = { data, data + sizeof(data) };

	quic_wr_varint(&wr, id);
	quic_wr_varint(&wr, quic_varint_len(val));
	quic_wr_varint(&wr, val);
	return parse(data, wr.p - data, CLIENT, tp);
}

/* RFC 9000 18.2 */
static void nothing_said(void)
{
	struct quic_tparams tp, dflt = defaults();

	CHECK_EQ(parse_hex("", CLIENT, &tp), QUIC_ERR_NONE);
	CHECK(tparams_equal(&tp, &dflt));
	CHECK_EQ(tp.max_idle_timeout_ms, 0);
	CHECK_EQ(tp.max_udp_payload, 65527);
	CHECK_EQ(tp.initial_max_data, 0);
	CHECK_EQ(tp.initial_max_streams_bidi, 0);
	CHECK_EQ(tp.ack_delay_exponent, 3);
	CHECK_EQ(tp.max_ack_delay_us, 25000);
	CHECK_EQ(tp.active_connection_id_limit, 2);
	CHECK_EQ(tp.max_datagram_frame, 0);
	CHECK(!tp.has_initial_scid && !tp.n_versions);
}

#define FIELD(name)	offsetof(struct quic_tparams, name)

/* Numbers that go straight into a u64, and their bounds. */
static const struct {
	u64 id;
	u64 lo, hi;
	size_t off;
} numbers[] = {
	{ 0x01, 0, QUIC_VARINT_MAX, FIELD(max_idle_timeout_ms) },
	{ 0x03, 1200, 65527, FIELD(max_udp_payload) },
	{ 0x04, 0, QUIC_VARINT_MAX, FIELD(initial_max_data) },
	{ 0x05, 0, QUIC_VARINT_MAX, FIELD(initial_max_stream_data_bidi_local) },
	{ 0x06, 0, QUIC_VARINT_MAX,
	  FIELD(initial_max_stream_data_bidi_remote) },
	{ 0x07, 0, QUIC_VARINT_MAX, FIELD(initial_max_stream_data_uni) },
	{ 0x08, 0, 1ULL << 60, FIELD(initial_max_streams_bidi) },
	{ 0x09, 0, 1ULL << 60, FIELD(initial_max_streams_uni) },
	{ 0x0e, 2, QUIC_VARINT_MAX, FIELD(active_connection_id_limit) },
	{ 0x20, 0, QUIC_VARINT_MAX, FIELD(max_datagram_frame) },
};

static u64 field(const struct quic_tparams *tp, size_t off)
{
	u64 val;

	memcpy(&val, (const u8 *)tp + off, sizeof(val));
	return val;
}

/* RFC 9000 18.2, 18.2#7 */
static void number_bounds(void)
{
	struct quic_tparams tp, dflt = defaults();
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		u64 id = numbers[i].id, lo = numbers[i].lo;
		u64 hi = numbers[i].hi, mid = lo + (hi - lo) / 3;
		size_t off = numbers[i].off;

		TAP_AT("parameter %llx", (unsigned long long)id);
		CHECK_EQ(parse_number(id, lo, &tp), QUIC_ERR_NONE);
		CHECK_EQ(field(&tp, off), lo);
		CHECK_EQ(parse_number(id, hi, &tp), QUIC_ERR_NONE);
		CHECK_EQ(field(&tp, off), hi);
		CHECK_EQ(parse_number(id, mid, &tp), QUIC_ERR_NONE);
		CHECK_EQ(field(&tp, off), mid);
		/* and nothing else has changed */
		memcpy((u8 *)&tp + off, (u8 *)&dflt + off, sizeof(u64));
		CHECK(tparams_equal(&tp, &dflt));

		if (lo)
			CHECK_EQ(parse_number(id, lo - 1, &tp),
				 QUIC_ERR_TRANSPORT_PARAM);
		/* more than a UDP payload can be is allowed, and moot */
		if (hi < QUIC_VARINT_MAX)
			CHECK_EQ(parse_number(id, hi + 1, &tp),
				 id == 0x03 ? QUIC_ERR_NONE :
					      QUIC_ERR_TRANSPORT_PARAM);
	}
	CHECK_EQ(parse_number(0x03, QUIC_VARINT_MAX, &tp), QUIC_ERR_NONE);
	CHECK_EQ(tp.max_udp_payload, 65527);
	CHECK_EQ(parse_number(0x03, 0, &tp), QUIC_ERR_TRANSPORT_PARAM);
	CHECK_EQ(parse_number(0x08, QUIC_VARINT_MAX, &tp),
		 QUIC_ERR_TRANSPORT_PARAM);
}

static void ack_delay_bounds(void)
{
	struct quic_tparams tp;
	u64 v;

	for (v = 0; v <= 20; v++) {
		CHECK_EQ(parse_number(0x0a, v, &tp), QUIC_ERR_NONE);
		CHECK_EQ(tp.ack_delay_exponent, v);
	}
	CHECK_EQ(parse_number(0x0a, 21, &tp), QUIC_ERR_TRANSPORT_PARAM);
	CHECK_EQ(parse_number(0x0a, 256, &tp), QUIC_ERR_TRANSPORT_PARAM);
	CHECK_EQ(parse_number(0x0b, 0, &tp), QUIC_ERR_NONE);
	CHECK_EQ(tp.max_ack_delay_us, 0);
	CHECK_EQ(parse_number(0x0b, 26, &tp), QUIC_ERR_NONE);
	CHECK_EQ(tp.max_ack_delay_us, 26000);
	CHECK_EQ(parse_number(0x0b, 16383, &tp), QUIC_ERR_NONE);
	CHECK_EQ(tp.max_ack_delay_us, 16383000);
	CHECK_EQ(parse_number(0x0b, 16384, &tp), QUIC_ERR_TRANSPORT_PARAM);
	CHECK_EQ(parse_number(0x0b, QUIC_VARINT_MAX, &tp),
		 QUIC_ERR_TRANSPORT_PARAM);
}

/* One well-formed example of each parameter, as a server may send it. */
static const struct {
	u64 id;
	const char *value;
	bool server_only;
} examples[] = {
	{ 0x00, "0102030405060708", true },
	{ 0x01, "7530", false },
	{ 0x02, "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf", true },
	{ 0x03, "45c8", false },
	{ 0x04, "80100000", false },
	{ 0x05, "80100001", false },
	{ 0x06, "80100002", false },
	{ 0x07, "80100003", false },
	{ 0x08, "4064", false },
	{ 0x09, "4065", false },
	{ 0x0a, "05", false },
	{ 0x0b, "1a", false },
	{ 0x0c, "", false },
	{ 0x0d, "c0000201 01bb 20010db8000000000000000000000001 01bc"
		"04 c1c2c3c4 b0b1b2b3b4b5b6b7b8b9babbbcbdbebf", true },
	{ 0x0e, "08", false },
	{ 0x0f, "1112131415161718", false },
	{ 0x10, "2122232425262728", true },
	{ 0x11, "00000001 6b3343cf 00000001", false },
	{ 0x20, "80010000", false },
	{ 0x2ab2, "", false },
	{ 0xbaad, "", false },
};

static void put(struct quic_wr *wr, u64 id, const u8 *value, size_t len)
{
	CHECK_EQ(quic_wr_varint(wr, id), 0);
	CHECK_EQ(quic_wr_varint(wr, len), 0);
	CHECK_EQ(quic_wr_bytes(wr, value, len), 0);
}

static void put_example(struct quic_wr *wr, unsigned int i)
{
	u8 value[64];

	put(wr, examples[i].id, value,
	    tap_unhex(examples[i].value, value, sizeof(value)));
}

static size_t all_examples(u8 *data, size_t room)
{
	struct quic_wr wr = { data, data + room };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(examples); i++)
		put_example(&wr, i);
	return wr.p - data;
}

/* draft-banks-quic-disable-encryption-00 2.1: a client may show a key */
static void value_of_disable(void)
{
	struct quic_wr wr;
	struct quic_tparams tp;
	u8 data[16];

	wr = (struct quic_wr) { data, data + sizeof(data) };
	put(&wr, 0xbaad, (const u8 *)"key", 3);
	CHECK_EQ(parse(data, wr.p - data, SERVER, &tp),
		 QUIC_ERR_TRANSPORT_PARAM);
	CHECK_EQ(parse(data, wr.p - data, CLIENT, &tp), QUIC_ERR_NONE);
	CHECK(tp.disable_1rtt_encryption);
}

static void fields(void)
{
	static const u8 token[] = { 0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6,
				    0xa7, 0xa8, 0xa9, 0xaa, 0xab, 0xac, 0xad,
				    0xae, 0xaf };
	static const u8 ip6[16] = { 0x20, 1, 0xd, 0xb8, [15] = 1 };
	struct quic_tparams tp;
	u8 data[512];

	CHECK_EQ(parse(data, all_examples(data, sizeof(data)), SERVER, &tp),
		 QUIC_ERR_NONE);
	CHECK_EQ(tp.max_idle_timeout_ms, 0x3530);
	CHECK_EQ(tp.max_udp_payload, 1480);
	CHECK_EQ(tp.initial_max_data, 0x100000);
	CHECK_EQ(tp.initial_max_stream_data_bidi_local, 0x100001);
	CHECK_EQ(tp.initial_max_stream_data_bidi_remote, 0x100002);
	CHECK_EQ(tp.initial_max_stream_data_uni, 0x100003);
	CHECK_EQ(tp.initial_max_streams_bidi, 100);
	CHECK_EQ(tp.initial_max_streams_uni, 101);
	CHECK_EQ(tp.ack_delay_exponent, 5);
	CHECK_EQ(tp.max_ack_delay_us, 26000);
	CHECK_EQ(tp.active_connection_id_limit, 8);
	CHECK_EQ(tp.max_datagram_frame, 65536);
	CHECK(tp.disable_active_migration && tp.grease_quic_bit &&
	      tp.disable_1rtt_encryption);
	CHECK(tp.has_original_dcid && tp.original_dcid.len == 8 &&
	      tp.original_dcid.data[7] == 8);
	CHECK(tp.has_initial_scid && tp.initial_scid.len == 8 &&
	      tp.initial_scid.data[0] == 0x11);
	CHECK(tp.has_retry_scid && tp.retry_scid.len == 8 &&
	      tp.retry_scid.data[0] == 0x21);
	CHECK(tp.has_reset_token);
	CHECK_MEM(tp.reset_token, token, sizeof(token));
	CHECK(tp.has_preferred_address);
	CHECK_MEM(tp.preferred.ip4, "\xc0\0\2\1", 4);
	CHECK_MEM(tp.preferred.ip6, ip6, 16);
	CHECK(tp.preferred.port4 == 443 && tp.preferred.port6 == 444);
	CHECK(tp.preferred.cid.len == 4 && tp.preferred.cid.data[0] == 0xc1);
	CHECK_EQ(tp.preferred.reset_token[15], 0xbf);
	CHECK_EQ(tp.n_versions, 3);
	CHECK(tp.versions[0] == QUIC_V1 && tp.versions[1] == QUIC_V2 &&
	      tp.versions[2] == QUIC_V1);
}

/* RFC 9000 18.2#9: what a client must not send */
static void server_only(void)
{
	struct quic_tparams tp;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(examples); i++) {
		u8 data[128];
		struct quic_wr wr = { data, data + sizeof(data) };

		put_example(&wr, i);
		TAP_AT("parameter %llx", (unsigned long long)examples[i].id);
		CHECK_EQ(parse(data, wr.p - data, SERVER, &tp), QUIC_ERR_NONE);
		CHECK_EQ(parse(data, wr.p - data, CLIENT, &tp),
			 examples[i].server_only ? QUIC_ERR_TRANSPORT_PARAM :
						   QUIC_ERR_NONE);
	}
}

/* RFC 9000 7.4: once, wherever the second one stands */
static void duplicates(void)
{
	struct quic_tparams tp;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(examples); i++) {
		u8 data[1024];
		size_t n = all_examples(data, sizeof(data));
		struct quic_wr wr = { data + n, data + sizeof(data) };

		put_example(&wr, i);
		TAP_AT("parameter %llx", (unsigned long long)examples[i].id);
		CHECK_EQ(parse(data, wr.p - data, SERVER, &tp),
			 QUIC_ERR_TRANSPORT_PARAM);
		wr = (struct quic_wr) { data, data + sizeof(data) };
		put_example(&wr, i);
		put_example(&wr, i);
		CHECK_EQ(parse(data, wr.p - data, SERVER, &tp),
			 QUIC_ERR_TRANSPORT_PARAM);
	}
}

/* The identifiers whose value is a list or a run of bytes of any length. */
static bool any_length(u64 id)
{
	return id == 0x00 || id == 0x0f || id == 0x10;
}

/*
 * A value one byte shorter or longer than it is. RFC 9287 3#1: grease_quic_bit
 * has none.
 */
static void value_lengths(void)
{
	struct quic_tparams tp;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(examples); i++) {
		u8 value[65] = { 0 }, data[128];
		size_t n = tap_unhex(examples[i].value, value, 64);
		u64 id = examples[i].id;
		struct quic_wr wr;

		TAP_AT("parameter %llx", (unsigned long long)id);
		wr = (struct quic_wr) { data, data + sizeof(data) };
		put(&wr, id, value, n + 1);
		CHECK_EQ(parse(data, wr.p - data, SERVER, &tp),
			 any_length(id) ? QUIC_ERR_NONE :
					  QUIC_ERR_TRANSPORT_PARAM);
		if (!n)
			continue;
		wr = (struct quic_wr) { data, data + sizeof(data) };
		put(&wr, id, value, n - 1);
		CHECK_EQ(parse(data, wr.p - data, SERVER, &tp),
			 any_length(id) ? QUIC_ERR_NONE :
					  QUIC_ERR_TRANSPORT_PARAM);
		wr = (struct quic_wr) { data, data + sizeof(data) };
		put(&wr, id, value, 0);
		CHECK_EQ(parse(data, wr.p - data, SERVER, &tp),
			 any_length(id) ? QUIC_ERR_NONE :
					  QUIC_ERR_TRANSPORT_PARAM);
	}
}

static void cid_lengths(void)
{
	static const u64 ids[] = { 0x00, 0x0f, 0x10 };
	struct quic_tparams tp;
	u8 value[24] = { 0 }, data[64];
	unsigned int i;
	size_t n;

	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		for (n = 0; n <= 22; n++) {
			struct quic_wr wr = { data, data + sizeof(data) };

			put(&wr, ids[i], value, n);
			TAP_AT("parameter %u, %zu bytes", i, n);
			CHECK_EQ(parse(data, wr.p - data, SERVER, &tp),
				 n <= 20 ? QUIC_ERR_NONE :
					   QUIC_ERR_TRANSPORT_PARAM);
		}
	}
	/* present and empty is something else than absent */
	CHECK_EQ(parse_hex("0f00", CLIENT, &tp), QUIC_ERR_NONE);
	CHECK(tp.has_initial_scid && !tp.initial_scid.len);
}

/* RFC 9000 18.2#5: preferred_address carries an id of 1 to 20 bytes */
static void preferred_cid(void)
{
	struct quic_tparams tp;
	unsigned int len, extra;

	for (len = 0; len < 24; len++) {
		for (extra = 0; extra < 2; extra++) {
			u8 value[128] = { 0 }, data[160];
			struct quic_wr wr = { data, data + sizeof(data) };
			bool good = len >= 1 && len <= 20 && !extra;

			value[24] = len;
			put(&wr, 0x0d, value, 25 + len + 16 + extra);
			TAP_AT("%u bytes, %u more", len, extra);
			CHECK_EQ(parse(data, wr.p - data, SERVER, &tp),
				 good ? QUIC_ERR_NONE :
					QUIC_ERR_TRANSPORT_PARAM);
		}
	}
}

/* Cut inside and between its fields; only the whole is good. */
static void preferred_cut(void)
{
	const size_t whole = 25 + 4 + 16;
	struct quic_tparams tp;
	size_t cut;

	for (cut = 0; cut <= whole; cut++) {
		u8 value[64] = { [24] = 4 }, data[80];
		struct quic_wr wr = { data, data + sizeof(data) };

		put(&wr, 0x0d, value, cut);
		TAP_AT("%zu bytes", cut);
		CHECK_EQ(parse(data, wr.p - data, SERVER, &tp),
			 cut == whole ? QUIC_ERR_NONE :
					QUIC_ERR_TRANSPORT_PARAM);
	}
}

/*
 * RFC 9368 4#3, RFC 9368 4#4: whole versions; RFC 9368 4#5: none of them 0;
 * RFC 9368 4#6: a client's choice among them
 */
static void version_information(void)
{
	static const struct {
		const char *hex;
		bool server_good, client_good;
	} t[] = {
		{ "11 00", false, false },
		{ "11 03 000000", false, false },
		{ "11 04 00000001", true, false },	/* not among them */
		{ "11 08 00000001 00000001", true, true },
		{ "11 08 00000001 6b3343cf", true, false },
		{ "11 0c 00000001 6b3343cf 00000001", true, true },
		{ "11 0c 00000001 00000001 6b3343cf", true, true },
		{ "11 0c 00000001 00000000 00000001", false, false },
		{ "11 08 00000000 00000001", false, false },
		{ "11 08 00000001 00000000", false, false },
		{ "11 04 00000000", false, false },
		{ "11 0a 00000001 00000001 0000", false, false },
	};
	struct quic_tparams tp;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		TAP_AT("%s", t[i].hex);
		CHECK_EQ(parse_hex(t[i].hex, SERVER, &tp),
			 t[i].server_good ? QUIC_ERR_NONE :
					    QUIC_ERR_TRANSPORT_PARAM);
		CHECK_EQ(parse_hex(t[i].hex, CLIENT, &tp),
			 t[i].client_good ? QUIC_ERR_NONE :
					    QUIC_ERR_TRANSPORT_PARAM);
	}
}

/* More versions than are kept; the choice among those that are not. */
static void many_versions(void)
{
	u8 value[4 * 40], data[200];
	struct quic_wr wr = { data, data + sizeof(data) };
	struct quic_wr list = { value, value + sizeof(value) };
	struct quic_tparams tp;
	unsigned int i;

	quic_wr_u32(&list, QUIC_V1);
	for (i = 1; i < 39; i++)
		quic_wr_u32(&list, 0x0a0a0a00 + i);
	quic_wr_u32(&list, QUIC_V1);
	put(&wr, 0x11, value, sizeof(value));
	CHECK_EQ(parse(data, wr.p - data, CLIENT, &tp), QUIC_ERR_NONE);
	CHECK_EQ(tp.n_versions, QUIC_TP_MAX_VERSIONS);
	CHECK_EQ(tp.versions[0], QUIC_V1);
	for (i = 1; i < QUIC_TP_MAX_VERSIONS; i++)
		CHECK_EQ(tp.versions[i], 0x0a0a0a00 + i);
}

/* RFC 9000 7.4.2: ignored, twice as well as once */
static void unknown_skipped(void)
{
	static const u64 ids[] = { 0x21, 0x40, 0x2ab1, 0x2ab3, 0x3127,
				   0x4752, 0xbaac, 31 * 1000 + 27,
				   1ULL << 32, QUIC_VARINT_MAX };
	struct quic_tparams tp, want = defaults();
	u8 value[70] = { 0xff }, data[256];
	unsigned int i;

	want.initial_max_data = 5;
	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		struct quic_wr wr = { data, data + sizeof(data) };

		put(&wr, ids[i], value, 7 * i);
		put(&wr, 0x04, (const u8 *)"\5", 1);
		put(&wr, ids[i], value, 0);
		TAP_AT("parameter %llx", (unsigned long long)ids[i]);
		CHECK_EQ(parse(data, wr.p - data, CLIENT, &tp), QUIC_ERR_NONE);
		CHECK(tparams_equal(&tp, &want));
	}
}

/* Good only when it is cut between two parameters. */
static void truncated(void)
{
	struct quic_tparams tp;
	u8 data[512];
	size_t n = all_examples(data, sizeof(data)), cut;
	size_t bounds[ARRAY_SIZE(examples)];
	struct quic_wr wr = { data, data + n };
	unsigned int i, next = 0;

	for (i = 0; i < ARRAY_SIZE(examples); i++) {
		bounds[i] = wr.p - data;
		put_example(&wr, i);
	}
	for (cut = 0; cut < n; cut++) {
		bool between = next < ARRAY_SIZE(bounds) && cut == bounds[next];

		TAP_AT("cut to %zu", cut);
		CHECK_EQ(parse(data, cut, SERVER, &tp),
			 between ? QUIC_ERR_NONE : QUIC_ERR_TRANSPORT_PARAM);
		next += between;
	}
	CHECK_EQ(next, ARRAY_SIZE(examples));
	CHECK_EQ(parse_hex("04 ffffffffffffffff 01", CLIENT, &tp),
		 QUIC_ERR_TRANSPORT_PARAM);
	CHECK_EQ(parse_hex("4fff ffffffffffffffff", CLIENT, &tp),
		 QUIC_ERR_TRANSPORT_PARAM);
}

/* RFC 9001 A.2: what the sample client says */
static void sample_client(void)
{
	struct quic_tparams tp;
	u8 crypto[300];

	tap_unhex(client_crypto_hex, crypto, sizeof(crypto));
	CHECK_EQ(parse(crypto + CLIENT_TPARAMS_OFF, CLIENT_TPARAMS_LEN, CLIENT,
		       &tp), QUIC_ERR_NONE);
	CHECK_EQ(tp.initial_max_data, QUIC_VARINT_MAX);
	CHECK_EQ(tp.initial_max_stream_data_bidi_local, 65535);
	CHECK_EQ(tp.initial_max_stream_data_bidi_remote, 65535);
	CHECK_EQ(tp.initial_max_stream_data_uni, 65535);
	CHECK_EQ(tp.initial_max_streams_bidi, 16);
	CHECK_EQ(tp.initial_max_streams_uni, 16);
	CHECK_EQ(tp.max_idle_timeout_ms, 30000);
	CHECK(tp.has_initial_scid && tp.initial_scid.len == 8);
	CHECK_MEM(tp.initial_scid.data, "\x83\x94\xc8\xf0\x3e\x51\x57\x08", 8);
}

static void build_of_defaults(void)
{
	struct quic_tparams tp = defaults();
	u8 out[8];
	struct quic_wr wr = { out, out };

	CHECK_EQ(quic_tparams_build(&wr, &tp, CLIENT, 0), 0);
	CHECK_EQ(quic_tparams_build(&wr, &tp, SERVER, 0), 0);
	CHECK(wr.p == out);
}

static void strip_server_only(struct quic_tparams *tp)
{
	tp->has_original_dcid = false;
	tp->has_retry_scid = false;
	tp->has_reset_token = false;
	tp->has_preferred_address = false;
	memset(&tp->original_dcid, 0, sizeof(tp->original_dcid));
	memset(&tp->retry_scid, 0, sizeof(tp->retry_scid));
	memset(tp->reset_token, 0, sizeof(tp->reset_token));
	memset(&tp->preferred, 0, sizeof(tp->preferred));
}

/* RFC 9000 18.2#1, 18.2#8: a server's go round; a client sends what it may. */
static void round_trips(void)
{
	struct quic_tparams tp, got;
	u8 data[512], out[512];
	size_t n = all_examples(data, sizeof(data));
	struct quic_wr wr = { out, out + sizeof(out) };

	CHECK_EQ(parse(data, n, SERVER, &tp), QUIC_ERR_NONE);
	CHECK_EQ(quic_tparams_build(&wr, &tp, SERVER, 0), 0);
	CHECK_EQ(wr.p - out, n);
	CHECK_EQ(parse(out, wr.p - out, SERVER, &got), QUIC_ERR_NONE);
	CHECK(tparams_equal(&tp, &got));

	wr.p = out;
	CHECK_EQ(quic_tparams_build(&wr, &tp, CLIENT, 0), 0);
	CHECK_EQ(parse(out, wr.p - out, CLIENT, &got), QUIC_ERR_NONE);
	CHECK(!tparams_equal(&tp, &got));
	strip_server_only(&tp);
	CHECK(tparams_equal(&tp, &got));
}

static void build_room(void)
{
	struct quic_tparams tp;
	u8 data[512];
	size_t n = all_examples(data, sizeof(data)), room;

	CHECK_EQ(parse(data, n, SERVER, &tp), QUIC_ERR_NONE);
	for (room = 0; room <= n; room++) {
		u8 *tight = tap_exact(data, room);
		struct quic_wr wr = { tight, tight + room };

		TAP_AT("room %zu of %zu", room, n);
		CHECK_EQ(quic_tparams_build(&wr, &tp, SERVER, 0),
			 room < n ? -ENOSPC : 0);
		CHECK_EQ(wr.p - tight, room < n ? 0 : n);
		free(tight);
	}
}

/* RFC 9000 18.1: identifiers 31 * N + 27 */
static void grease(void)
{
	struct quic_tparams tp = defaults(), got;
	u64 seed = 9;
	unsigned int i;

	tp.initial_max_data = 77;
	for (i = 0; i < 5000; i++) {
		u32 g = i < 300 ? i + 1 : tap_random(&seed) | 1;
		u8 out[64];
		struct quic_wr wr = { out, out + sizeof(out) };
		struct quic_rd rd = { out + 4, NULL };
		u64 id = 0, len = 0;

		TAP_AT("grease %x", g);
		CHECK_EQ(quic_tparams_build(&wr, &tp, CLIENT, g), 0);
		CHECK_MEM(out, "\4\2\x40\x4d", 4);
		rd.end = wr.p;
		CHECK_EQ(quic_rd_varint(&rd, &id), 0);
		CHECK_EQ(id % 31, 27);
		CHECK_EQ(quic_rd_varint(&rd, &len), 0);
		CHECK_EQ(quic_rd_left(&rd), len);
		CHECK_EQ(parse(out, wr.p - out, CLIENT, &got), QUIC_ERR_NONE);
		CHECK(tparams_equal(&tp, &got));
	}
}

int main(void)
{
	TEST(nothing_said);
	TEST(number_bounds);
	TEST(ack_delay_bounds);
	TEST(fields);
	TEST(value_of_disable);
	TEST(server_only);
	TEST(duplicates);
	TEST(value_lengths);
	TEST(cid_lengths);
	TEST(preferred_cid);
	TEST(preferred_cut);
	TEST(version_information);
	TEST(many_versions);
	TEST(unknown_skipped);
	TEST(truncated);
	TEST(sample_client);
	TEST(build_of_defaults);
	TEST(round_trips);
	TEST(build_room);
	TEST(grease);
	return tap_done();
}
