// SPDX-License-Identifier: GPL-2.0-only
#include "cid_seq.h"

#include <kunit/visibility.h>
#include <linux/bits.h>
#include <linux/random.h>
#include <linux/string.h>

/**
 * DOC: Connection ids that never come twice
 *
 * No id may come twice in a connection (RFC 9000 5.1#2), and, since the reset
 * token is made of id and secret alone, none ever again under that secret
 * (RFC 9000 10.3.2#3, 10.3.2#4): whoever was shown the token of an old
 * connection could end the new one. Nobody can remember all ids that are gone,
 * and random ones keep apart by chance: of 2^30 ids of 8 bytes, some pair is
 * equal with a probability of 3 %.
 *
 * So an id is a number that counts up, enciphered: a Feistel network of eight
 * rounds, whose round function is SipHash under a key of the namespace. That is
 * a permutation, so ids are distinct until the numbers of that length are used
 * up (never, for 8 bytes), and without the key they look random, which is what
 * RFC 9000 5.1#1 asks for. It costs about as much as random bytes do.
 *
 * A namespace that is given the reset secret of another one, or of the machine
 * before it was started again, has a key of its own. Ids of the two are apart
 * by chance, 2^-64 for a pair, or by CID_PREFIX. Counting on from a clock under
 * a common key would be worse: nodes that start together would overlap.
 */

#define ROUNDS		8
#define SEQ_MAX_BYTES	sizeof(u64)

static u64 encipher(const siphash_key_t *key, u64 x, unsigned int bits)
{
	unsigned int half = bits / 2, i;
	u64 mask = BIT_ULL(half) - 1;
	u64 left = x >> half & mask;
	u64 right = x & mask;
	u64 next;

	for (i = 0; i < ROUNDS; i++) {
		next = left ^ (siphash_2u64(right, bits << 8 | i, key) & mask);
		left = right;
		right = next;
	}
	return left << half | right;
}

/**
 * quic_cid_seq_init() - begin to count
 * @seq: of a new namespace
 */
void quic_cid_seq_init(struct quic_cid_seq *seq)
{
	atomic64_set(&seq->next, 0);
	get_random_bytes(&seq->key, sizeof(seq->key));
}
EXPORT_SYMBOL_IF_KUNIT(quic_cid_seq_init);

/**
 * quic_cid_seq_wipe() - forget the key
 * @seq: of a namespace that goes
 */
void quic_cid_seq_wipe(struct quic_cid_seq *seq)
{
	memzero_explicit(&seq->key, sizeof(seq->key));
}
EXPORT_SYMBOL_IF_KUNIT(quic_cid_seq_wipe);

/**
 * quic_cid_seq_fill() - bytes that were never given before
 * @seq: of the namespace
 * @p: gets them
 * @len: how many, 1 to 20; what is beyond 8 of them is random
 *
 * Fewer than 8 come again when all of that length have been given.
 *
 * Context: any.
 */
void quic_cid_seq_fill(struct quic_cid_seq *seq, u8 *p, unsigned int len)
{
	unsigned int n = min_t(unsigned int, len, SEQ_MAX_BYTES);
	__le64 x;

	x = cpu_to_le64(encipher(&seq->key, atomic64_inc_return(&seq->next),
				 n * BITS_PER_BYTE));
	memcpy(p, &x, n);
	get_random_bytes(p + n, len - n);
}
EXPORT_SYMBOL_IF_KUNIT(quic_cid_seq_fill);
