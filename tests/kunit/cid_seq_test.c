// SPDX-License-Identifier: GPL-2.0-only
/* quic/cid_seq.c: ids are distinct and look random. */
#include <kunit/test.h>
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "quic/cid_seq.h"

#define MANY	4096

static struct quic_cid_seq seq;

static int start_seq(struct kunit *test)
{
	quic_cid_seq_init(&seq);
	return 0;
}

static u64 next_id(unsigned int len)
{
	u8 buf[sizeof(u64)] = {};
	__le64 x;

	quic_cid_seq_fill(&seq, buf, len);
	memcpy(&x, buf, sizeof(x));
	return le64_to_cpu(x);
}

/* All ids of one and of two bytes, each once: the cipher is a permutation. */
static void short_ids_use_up_all(struct kunit *test)
{
	unsigned long *seen = bitmap_zalloc(1 << 16, GFP_KERNEL);
	unsigned int len, i, twice;

	KUNIT_ASSERT_NOT_NULL(test, seen);
	for (len = 1; len <= 2; len++) {
		bitmap_zero(seen, 1 << 16);
		twice = 0;
		for (i = 0; i < 1U << 8 * len; i++)
			twice += __test_and_set_bit(next_id(len), seen);
		KUNIT_EXPECT_EQ(test, twice, 0);
	}
	bitmap_free(seen);
}

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(u64));
}

static unsigned int count_equal(u64 *ids, unsigned int n)
{
	unsigned int i, equal = 0;

	sort(ids, n, sizeof(*ids), compare, NULL);
	for (i = 1; i < n; i++)
		equal += ids[i] == ids[i - 1];
	return equal;
}

/*
 * RFC 9000 5.1#2, 10.3.2#3, 10.3.2#4: of so many random ids of three bytes,
 * some pair would be equal with a probability of 39 %; of two, always.
 */
static void ids_are_distinct(struct kunit *test)
{
	u64 *ids = kunit_kcalloc(test, MANY, sizeof(*ids), GFP_KERNEL);
	unsigned int len, i;

	KUNIT_ASSERT_NOT_NULL(test, ids);
	for (len = 2; len <= 8; len++) {
		for (i = 0; i < MANY; i++)
			ids[i] = next_id(len);
		KUNIT_EXPECT_EQ_MSG(test, count_equal(ids, MANY), 0,
				    "%u bytes", len);
	}
}

/* RFC 9000 5.1#1: neighbours have nothing in common, bit by bit. */
static void ids_look_random(struct kunit *test)
{
	unsigned int i, bit, changes[64] = {};
	u64 id, last = next_id(8);

	for (i = 0; i < MANY; i++, last = id) {
		id = next_id(8);
		for (bit = 0; bit < 64; bit++)
			changes[bit] += (id ^ last) >> bit & 1;
	}
	/* half of them, with eight standard deviations (32) on either side */
	for (bit = 0; bit < 64; bit++) {
		KUNIT_EXPECT_GT_MSG(test, changes[bit], MANY / 2 - 256,
				    "bit %u", bit);
		KUNIT_EXPECT_LT_MSG(test, changes[bit], MANY / 2 + 256,
				    "bit %u", bit);
	}
}

/* Two namespaces, or one before and after a restart, do not go together. */
static void keys_differ(struct kunit *test)
{
	struct quic_cid_seq other;
	unsigned int i, equal = 0;
	u8 a[20], b[20];

	quic_cid_seq_init(&other);
	for (i = 0; i < MANY; i++) {
		quic_cid_seq_fill(&seq, a, sizeof(a));
		quic_cid_seq_fill(&other, b, sizeof(b));
		equal += !memcmp(a, b, 8) + !memcmp(a + 8, b + 8, 12);
	}
	KUNIT_EXPECT_EQ(test, equal, 0);
	quic_cid_seq_wipe(&other);
	KUNIT_EXPECT_FALSE(test, memchr_inv(&other.key, 0, sizeof(other.key)));
}

static void long_ids_end_where_they_end(struct kunit *test)
{
	u8 buf[24];
	int i;

	for (i = 0; i < 16; i++) {
		memset(buf, 0xa5, sizeof(buf));
		quic_cid_seq_fill(&seq, buf + 2, 20);
		KUNIT_EXPECT_EQ(test, buf[1], 0xa5);
		KUNIT_EXPECT_EQ(test, buf[22], 0xa5);
	}
}

static struct kunit_case cid_seq_cases[] = {
	KUNIT_CASE(short_ids_use_up_all),
	KUNIT_CASE(ids_are_distinct),
	KUNIT_CASE(ids_look_random),
	KUNIT_CASE(keys_differ),
	KUNIT_CASE(long_ids_end_where_they_end),
	{}
};

static struct kunit_suite cid_seq_suite = {
	.name = "quic_cid_seq",
	.init = start_seq,
	.test_cases = cid_seq_cases,
};

kunit_test_suite(cid_seq_suite);
