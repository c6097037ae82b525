// SPDX-License-Identifier: GPL-2.0-only
#include "quic/core/pktnum.h"

#include "tap.h"

static u32 truncate(u64 pn, unsigned int len)
{
	return pn & ((1ULL << 8 * len) - 1);
}

/* RFC 9000 A.2 and A.3 */
static void samples(void)
{
	CHECK_EQ(quic_pn_len(0xac5c02, 0xabe8b3), 2);
	CHECK_EQ(quic_pn_len(0xace8fe, 0xabe8b3), 3);
	CHECK_EQ(quic_pn_expand(0xa82f30ea, 0x9b32, 2), 0xa82f9b32);
	/* RFC 9001 A.5 */
	CHECK_EQ(quic_pn_expand(654360563, 49140, 3), 654360564);
}

/* RFC 9000 17.1: more than twice the unacknowledged span */
static void len_steps(void)
{
	static const struct {
		u64 span;
		unsigned int len;
	} t[] = {
		{ 1, 1 }, { 127, 1 }, { 128, 2 }, { 129, 2 }, { 32767, 2 },
		{ 32768, 3 }, { 32769, 3 }, { (1 << 23) - 1, 3 },
		{ 1 << 23, 4 }, { (1 << 23) + 1, 4 }, { 1u << 30, 4 },
		{ (1u << 31) - 1, 4 },
	};
	static const u64 acked[] = { 0, 1, 200, 1ULL << 32, 1ULL << 61 };
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		TAP_AT("span %llu", (unsigned long long)t[i].span);
		for (j = 0; j < ARRAY_SIZE(acked); j++)
			CHECK_EQ(quic_pn_len(acked[j] + t[i].span, acked[j]),
				 t[i].len);
		/* nothing acknowledged: all numbers from 0 on are out */
		CHECK_EQ(quic_pn_len(t[i].span - 1, QUIC_PN_NONE), t[i].len);
	}
	CHECK_EQ(quic_pn_len(0, QUIC_PN_NONE), 1);
}

/* The number with these low bits that is nearest to @expected, up in a tie. */
static u64 nearest(u64 expected, u32 trunc, unsigned int len)
{
	u64 win = 1ULL << 8 * len, base = expected / win, best = ~0ULL;
	u64 best_dist = ~0ULL, k;

	for (k = base ? base - 1 : 0; k <= base + 1; k++) {
		u64 pn = k * win + trunc;
		u64 dist = pn > expected ? pn - expected : expected - pn;

		if (pn > QUIC_PN_MAX || dist > best_dist)
			continue;
		best = pn;
		best_dist = dist;
	}
	return best;
}

static void expand_all_one_byte(void)
{
	u64 expected;
	u32 trunc;

	for (expected = 0; expected < 1200; expected++)
		for (trunc = 0; trunc < 256; trunc++)
			CHECK_EQ(quic_pn_expand(expected - 1, trunc, 1),
				 nearest(expected, trunc, 1));
}

/* @expected - half .. @expected + half and a little beyond. */
static void expand_around(u64 expected, unsigned int len)
{
	static const s64 near[] = { -2, -1, 0, 1, 2 };
	u64 half = 1ULL << (8 * len - 1);
	u64 centre[] = { expected - half, expected, expected + half,
			 expected - 2 * half, expected + 2 * half, 0,
			 QUIC_PN_MAX };
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(centre); i++)
		for (j = 0; j < ARRAY_SIZE(near); j++) {
			u32 trunc = truncate(centre[i] + near[j], len);

			TAP_AT("expected %llx, %x in %u bytes",
			       (unsigned long long)expected, trunc, len);
			CHECK_EQ(quic_pn_expand(expected - 1, trunc, len),
				 nearest(expected, trunc, len));
		}
}

static void expand_edges(void)
{
	unsigned int len, bit;
	s64 d;

	for (len = 1; len <= 4; len++)
		for (bit = 0; bit < 62; bit++)
			for (d = -2; d <= 2; d++)
				expand_around(((1ULL << bit) + d) & QUIC_PN_MAX,
					      len);
	for (len = 1; len <= 4; len++)
		for (d = 0; d < 3; d++)
			expand_around(QUIC_PN_MAX - d, len);
}

/* Window of RFC 9000 A.3: (expected - half, expected + half]. */
static void expand_window(void)
{
	const u64 e = 1ULL << 40;
	unsigned int len;

	for (len = 1; len <= 4; len++) {
		u64 half = 1ULL << (8 * len - 1);

		TAP_AT("%u bytes", len);
		CHECK_EQ(quic_pn_expand(e - 1, truncate(e + half, len), len),
			 e + half);
		CHECK_EQ(quic_pn_expand(e - 1, truncate(e - half + 1, len),
					len), e - half + 1);
		CHECK_EQ(quic_pn_expand(e - 1, truncate(e - half, len), len),
			 e + half);
	}
	CHECK_EQ(quic_pn_expand(QUIC_PN_NONE, 0, 1), 0);
	CHECK_EQ(quic_pn_expand(QUIC_PN_NONE, 255, 1), 255);
	CHECK_EQ(quic_pn_expand(QUIC_PN_NONE, 0xffffffff, 4), 0xffffffff);
}

/*
 * What a sender chooses by quic_pn_len() every receiver can expand, whichever
 * packets since the acknowledged one it has opened.
 */
static void len_then_expand(void)
{
	u64 seed = 3;
	unsigned int i;

	for (i = 0; i < 200000; i++) {
		u64 acked = tap_random(&seed) >> (3 + tap_random(&seed) % 60);
		u64 span = 1 + (tap_random(&seed) & 0x7ffffffe) /
			   (1ULL << tap_random(&seed) % 31);
		bool none = !(i % 7);
		u64 pn = none ? span - 1 : acked + span;
		u64 opened = none ? QUIC_PN_NONE : acked;
		unsigned int len = quic_pn_len(pn, opened);

		opened += tap_random(&seed) % span;
		TAP_AT("pn %llx, opened %llx", (unsigned long long)pn,
		       (unsigned long long)opened);
		CHECK(len >= 1 && len <= 4);
		CHECK_EQ(quic_pn_expand(opened, truncate(pn, len), len), pn);
		/* reordered: up to as many later ones came first */
		CHECK_EQ(quic_pn_expand(pn + span - 1, truncate(pn, len), len),
			 pn);
	}
}

int main(void)
{
	TEST(samples);
	TEST(len_steps);
	TEST(expand_all_one_byte);
	TEST(expand_edges);
	TEST(expand_window);
	TEST(len_then_expand);
	return tap_done();
}
