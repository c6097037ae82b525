// SPDX-License-Identifier: GPL-2.0-only
#include "quic/core/wire.h"

#include "tap.h"

static const u64 edges[] = {
	0, 1, 62, 63, 64, 65, 255, 256, 16382, 16383, 16384, 16385, 65535,
	65536, (1ULL << 30) - 1, 1ULL << 30, (1ULL << 30) + 1, U32_MAX,
	1ULL << 32, (1ULL << 61) + 5, QUIC_VARINT_MAX - 1, QUIC_VARINT_MAX,
};

/* RFC 9000 A.1 */
static void varint_samples(void)
{
	static const struct {
		const char *hex;
		u64 val;
	} t[] = {
		{ "c2197c5eff14e88c", 151288809941952652ULL },
		{ "9d7f3e7d", 494878333 },
		{ "7bbd", 15293 },
		{ "25", 37 },
		{ "4025", 37 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		u8 b[8];
		size_t n = tap_unhex(t[i].hex, b, sizeof(b));
		struct quic_rd rd = { b, b + n };
		u64 v = 0;

		CHECK_EQ(quic_rd_varint(&rd, &v), 0);
		CHECK_EQ(v, t[i].val);
		CHECK_EQ(quic_rd_left(&rd), 0);
	}
}

static unsigned int shortest(u64 v)
{
	if (v <= 63)
		return 1;
	if (v <= 16383)
		return 2;
	return v <= 1073741823 ? 4 : 8;
}

static void try_varint(u64 val, unsigned int len)
{
	u8 b[8 + 1], *exact;
	struct quic_wr wr = { b, b + len };
	struct quic_rd rd;
	u64 v = ~val;
	size_t cut;

	TAP_AT("%llx in %u bytes", (unsigned long long)val, len);
	b[len] = 0xee;
	CHECK_EQ(quic_wr_varint_len(&wr, val, len), 0);
	CHECK_EQ(quic_wr_left(&wr), 0);
	CHECK_EQ(b[len], 0xee);
	CHECK_EQ(1 << (b[0] >> 6), len);

	exact = tap_exact(b, len);
	rd = (struct quic_rd) { exact, exact + len };
	CHECK_EQ(quic_rd_varint(&rd, &v), 0);
	CHECK_EQ(v, val);
	CHECK_EQ(rd.p - exact, len);
	free(exact);

	for (cut = 0; cut < len; cut++) {
		exact = tap_exact(b, cut);
		rd = (struct quic_rd) { exact, exact + cut };
		CHECK_EQ(quic_rd_varint(&rd, &v), -EBADMSG);
		CHECK_EQ(rd.p - exact, 0);
		free(exact);

		memset(b, 0xee, sizeof(b));
		wr = (struct quic_wr) { b, b + cut };
		CHECK_EQ(quic_wr_varint_len(&wr, val, len), -ENOSPC);
		CHECK_EQ(wr.p - b, 0);
		CHECK_EQ(b[0], 0xee);
		/* as it was, for the next cut */
		wr = (struct quic_wr) { b, b + len };
		quic_wr_varint_len(&wr, val, len);
	}
}

/* Every length that holds the value, overlong ones too. */
static void varint_edges(void)
{
	unsigned int i, len;

	for (i = 0; i < ARRAY_SIZE(edges); i++)
		for (len = shortest(edges[i]); len <= 8; len *= 2)
			try_varint(edges[i], len);
}

static void try_shortest(u64 val)
{
	u8 b[8];
	struct quic_wr wr = { b, b + 8 };
	struct quic_rd rd = { b, b + 8 };
	u64 v = ~val;

	TAP_AT("%llx", (unsigned long long)val);
	CHECK_EQ(quic_varint_len(val), shortest(val));
	CHECK_EQ(quic_wr_varint(&wr, val), 0);
	CHECK_EQ(wr.p - b, shortest(val));
	CHECK_EQ(quic_rd_varint(&rd, &v), 0);
	CHECK_EQ(v, val);
	CHECK(rd.p == wr.p);

	wr = (struct quic_wr) { b, b + shortest(val) - 1 };
	CHECK_EQ(quic_wr_varint(&wr, val), -ENOSPC);
	CHECK(wr.p == b);
}

static void varint_shortest(void)
{
	u64 seed = 1;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(edges); i++)
		try_shortest(edges[i]);
	for (i = 0; i < 20000; i++) {
		u64 r = tap_random(&seed);

		try_shortest((r >> 2) >> (r & 3) * 15);
	}
}

static void fixed_integers(void)
{
	const u8 want[] = { 0xa1, 0xb2, 0xc3, 0xd4, 0xe5, 0xf6, 0x07 };
	u8 b[7], v8 = 0;
	struct quic_wr wr = { b, b + sizeof(b) };
	struct quic_rd rd = { b, b + sizeof(b) };
	u16 v16 = 0;
	u32 v32 = 0;

	CHECK_EQ(quic_wr_u8(&wr, 0xa1), 0);
	CHECK_EQ(quic_wr_u16(&wr, 0xb2c3), 0);
	CHECK_EQ(quic_wr_u32(&wr, 0xd4e5f607), 0);
	CHECK_EQ(quic_wr_left(&wr), 0);
	CHECK_MEM(b, want, sizeof(want));
	CHECK_EQ(quic_wr_u8(&wr, 1), -ENOSPC);

	CHECK_EQ(quic_rd_u8(&rd, &v8), 0);
	CHECK_EQ(quic_rd_u16(&rd, &v16), 0);
	CHECK_EQ(quic_rd_u32(&rd, &v32), 0);
	CHECK_EQ(v8, 0xa1);
	CHECK_EQ(v16, 0xb2c3);
	CHECK_EQ(v32, 0xd4e5f607);
	CHECK_EQ(quic_rd_left(&rd), 0);
	CHECK_EQ(quic_rd_u8(&rd, &v8), -EBADMSG);
	CHECK(rd.p == b + sizeof(b));
}

/* One byte less than each needs. */
static void fixed_integers_cut(void)
{
	u8 b[4] = { 9, 9, 9, 9 }, *exact = tap_exact(b, 3);
	struct quic_rd rd = { exact, exact + 3 };
	struct quic_wr wr = { exact, exact + 3 };
	u16 v16 = 7;
	u32 v32 = 7;

	CHECK_EQ(quic_rd_u32(&rd, &v32), -EBADMSG);
	CHECK_EQ(quic_wr_u32(&wr, 1), -ENOSPC);
	rd.end = exact + 1;
	wr.end = exact + 1;
	CHECK_EQ(quic_rd_u16(&rd, &v16), -EBADMSG);
	CHECK_EQ(quic_wr_u16(&wr, 1), -ENOSPC);
	CHECK(rd.p == exact && wr.p == exact);
	CHECK_MEM(exact, b, 3);
	CHECK(v16 == 7 && v32 == 7);
	free(exact);
}

/* And just what each needs. */
static void fixed_integers_fit(void)
{
	u8 *exact = tap_exact("\1\2\3\4", 4);
	struct quic_wr wr = { exact, exact + 4 };
	struct quic_rd rd = { exact, exact + 4 };
	u16 v16 = 0;
	u32 v32 = 0;

	CHECK_EQ(quic_rd_u32(&rd, &v32), 0);
	CHECK_EQ(v32, 0x01020304);
	CHECK_EQ(quic_wr_u32(&wr, 0xa0b0c0d0), 0);
	rd.p = exact + 2;
	wr.p = exact + 2;
	CHECK_EQ(quic_rd_u16(&rd, &v16), 0);
	CHECK_EQ(v16, 0xc0d0);
	CHECK_EQ(quic_wr_u16(&wr, 0x1122), 0);
	CHECK_MEM(exact, "\xa0\xb0\x11\x22", 4);
	free(exact);
}

static void byte_strings(void)
{
	static const u8 src[5] = { 1, 2, 3, 4, 5 };
	u8 b[6] = { 0 };
	struct quic_wr wr = { b, b + 5 };
	struct quic_rd rd = { b, b + 5 };
	const u8 *got = NULL;

	CHECK_EQ(quic_wr_bytes(&wr, src, 5), 0);
	CHECK_EQ(quic_wr_bytes(&wr, src, 1), -ENOSPC);
	CHECK_EQ(quic_wr_bytes(&wr, NULL, 0), 0);
	CHECK(wr.p == b + 5 && !b[5]);
	CHECK_EQ(quic_rd_bytes(&rd, 6, &got), -EBADMSG);
	CHECK_EQ(quic_rd_bytes(&rd, SIZE_MAX, &got), -EBADMSG);
	CHECK(rd.p == b);
	CHECK_EQ(quic_rd_bytes(&rd, 2, &got), 0);
	CHECK(got == b && rd.p == b + 2);
	CHECK_EQ(quic_rd_bytes(&rd, 3, &got), 0);
	CHECK(got == b + 2);
	CHECK_EQ(quic_rd_bytes(&rd, 0, &got), 0);
	CHECK_MEM(b, src, 5);
}

int main(void)
{
	TEST(varint_samples);
	TEST(varint_edges);
	TEST(varint_shortest);
	TEST(fixed_integers);
	TEST(fixed_integers_cut);
	TEST(fixed_integers_fit);
	TEST(byte_strings);
	return tap_done();
}
