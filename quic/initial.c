// SPDX-License-Identifier: GPL-2.0-only
/*
 * Protection of Initial packets, and the Retry integrity tag.
 *
 * A server derives Initial keys and opens the packet that caused it in the
 * receive path, in softirq: nothing here allocates, sleeps or takes a lock.
 * The crypto API cannot promise that (its setkey may sleep), so this is
 * AES-128-GCM over the AES and GF(2^128) libraries, which run in constant time
 * as far as that can be had from C. It is slow; Initial packets are few.
 */
#include "initial.h"

#include <crypto/sha2.h>
#include <crypto/utils.h>
#include <kunit/visibility.h>
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/quic.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "hkdf.h"

#define KEY_LEN		AES_KEYSIZE_128
#define IV_LEN		12
#define CID_LEN_MAX	20

static_assert(QUIC_INITIAL_TAG_LEN == AES_BLOCK_SIZE);

/* Public constants of a version: RFC 9001 5.2, 5.8; RFC 9369 3.3.1, 3.3.3 */
struct version_keys {
	u8 initial_salt[20];
	u8 retry_key[KEY_LEN];
	u8 retry_nonce[IV_LEN];
};

static const struct version_keys keys_v1 = {
	.initial_salt = {
		0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17,
		0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a,
	},
	.retry_key = {
		0xbe, 0x0c, 0x69, 0x0b, 0x9f, 0x66, 0x57, 0x5a,
		0x1d, 0x76, 0x6b, 0x54, 0xe3, 0x68, 0xc8, 0x4e,
	},
	.retry_nonce = {
		0x46, 0x15, 0x99, 0xd3, 0x5d, 0x63,
		0x2b, 0xf2, 0x23, 0x98, 0x25, 0xbb,
	},
};

static const struct version_keys keys_v2 = {
	.initial_salt = {
		0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93,
		0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9,
	},
	.retry_key = {
		0x8f, 0xb4, 0xb0, 0x1b, 0x56, 0xac, 0x48, 0xe2,
		0x60, 0xfb, 0xcb, 0xce, 0xad, 0x7c, 0xcc, 0x92,
	},
	.retry_nonce = {
		0xd8, 0x69, 0x69, 0xbc, 0x2d, 0x7c,
		0x6d, 0x99, 0x90, 0xef, 0xb0, 0x4a,
	},
};

static const struct version_keys *find_keys(u32 version)
{
	switch (version) {
	case QUIC_VERSION_V1:
		return &keys_v1;
	case QUIC_VERSION_V2:
		return &keys_v2;
	default:
		return NULL;
	}
}

/*
 * AES-128-GCM (NIST SP 800-38D) on linear buffers, IVs of 96 bits.
 */

/* The running state of GHASH: bytes enter through @block, 16 at a time. */
struct ghash {
	be128 acc;
	unsigned int fill;
};

static void ghash_add(struct ghash *g, const be128 *h, const u8 *data,
		      size_t len)
{
	while (len) {
		size_t n = min_t(size_t, len, AES_BLOCK_SIZE - g->fill);

		crypto_xor((u8 *)&g->acc + g->fill, data, n);
		data += n;
		len -= n;
		g->fill += n;
		if (g->fill < AES_BLOCK_SIZE)
			return;
		gf128mul_lle(&g->acc, h);
		g->fill = 0;
	}
}

/* AAD and text are each padded with zeros to whole blocks. */
static void ghash_pad(struct ghash *g, const be128 *h)
{
	if (!g->fill)
		return;
	gf128mul_lle(&g->acc, h);
	g->fill = 0;
}

/* Everything behind the AAD: text, lengths in bits, encryption of J0. */
static void ghash_finish(struct ghash *g, const struct quic_initial_aead *key,
			 const u8 *j0, size_t aad_len, const u8 *text,
			 size_t text_len, u8 *tag)
{
	be128 bits = {
		.a = cpu_to_be64((u64)aad_len * 8),
		.b = cpu_to_be64((u64)text_len * 8),
	};

	ghash_pad(g, &key->h);
	ghash_add(g, &key->h, text, text_len);
	ghash_pad(g, &key->h);
	ghash_add(g, &key->h, (const u8 *)&bits, sizeof(bits));

	aes_encrypt(&key->aes, tag, j0);
	crypto_xor(tag, (const u8 *)&g->acc, QUIC_INITIAL_TAG_LEN);
	memzero_explicit(g, sizeof(*g));
}

/* J0 = nonce || 1; RFC 9001 5.3: nonce = IV ^ packet number */
static void make_j0(const struct quic_initial_aead *key, u64 pn, u8 *j0)
{
	memcpy(j0, key->iv, IV_LEN);
	put_unaligned_be64(get_unaligned_be64(j0 + 4) ^ pn, j0 + 4);
	put_unaligned_be32(1, j0 + IV_LEN);
}

static void compute_tag(const struct quic_initial_aead *key, const u8 *j0,
			const u8 *pkt, size_t aad_len, size_t text_len,
			u8 *tag)
{
	struct ghash g = {};

	ghash_add(&g, &key->h, pkt, aad_len);
	ghash_finish(&g, key, j0, aad_len, pkt + aad_len, text_len, tag);
}

static void crypt_text(const struct quic_initial_aead *key, const u8 *j0,
		       u8 *text, size_t len)
{
	u8 stream[AES_BLOCK_SIZE];
	u8 ctr[AES_BLOCK_SIZE];
	u32 count = 2;
	size_t n;

	memcpy(ctr, j0, IV_LEN);
	for (; len; len -= n, text += n) {
		put_unaligned_be32(count++, ctr + IV_LEN);
		aes_encrypt(&key->aes, stream, ctr);
		n = min_t(size_t, len, sizeof(stream));
		crypto_xor(text, stream, n);
	}
	memzero_explicit(stream, sizeof(stream));
}

static void set_aead_key(struct quic_initial_aead *key, const u8 *raw)
{
	static const u8 zero[AES_BLOCK_SIZE];

	/* cannot fail: the key length is right */
	aes_expandkey(&key->aes, raw, KEY_LEN);
	aes_encrypt(&key->aes, (u8 *)&key->h, zero);
}

static void seal(const struct quic_initial_aead *key, u64 pn, u8 *pkt,
		 size_t aad_len, size_t text_len)
{
	u8 j0[AES_BLOCK_SIZE];

	make_j0(key, pn, j0);
	crypt_text(key, j0, pkt + aad_len, text_len);
	compute_tag(key, j0, pkt, aad_len, text_len, pkt + aad_len + text_len);
}

static int open_sealed(const struct quic_initial_aead *key, u64 pn, u8 *pkt,
		       size_t aad_len, size_t sealed_len)
{
	u8 tag[QUIC_INITIAL_TAG_LEN];
	u8 j0[AES_BLOCK_SIZE];
	size_t text_len;
	bool differs;

	if (sealed_len < QUIC_INITIAL_TAG_LEN)
		return -EBADMSG;
	text_len = sealed_len - QUIC_INITIAL_TAG_LEN;

	make_j0(key, pn, j0);
	compute_tag(key, j0, pkt, aad_len, text_len, tag);
	differs = crypto_memneq(tag, pkt + aad_len + text_len, sizeof(tag));
	memzero_explicit(tag, sizeof(tag));
	if (differs)
		return -EBADMSG;
	crypt_text(key, j0, pkt + aad_len, text_len);
	return 0;
}

static int derive_key(struct quic_initial_key *key,
		      const struct quic_labels *labels, const u8 *prk,
		      const char *who)
{
	u8 secret[SHA256_DIGEST_SIZE];
	u8 raw[KEY_LEN];
	int err;

	err = quic_hkdf_expand_label(prk, SHA256_DIGEST_SIZE, who, secret,
				     sizeof(secret));
	err = err ?: quic_hkdf_expand_label(secret, sizeof(secret),
					    labels->key, raw, sizeof(raw));
	if (!err)
		set_aead_key(&key->aead, raw);
	err = err ?: quic_hkdf_expand_label(secret, sizeof(secret),
					    labels->hp, raw, sizeof(raw));
	err = err ?: aes_expandkey(&key->hp, raw, sizeof(raw));
	err = err ?: quic_hkdf_expand_label(secret, sizeof(secret),
					    labels->iv, key->aead.iv, IV_LEN);
	memzero_explicit(secret, sizeof(secret));
	memzero_explicit(raw, sizeof(raw));
	return err;
}

/**
 * quic_initial_derive - derive the Initial keys of a connection
 * @initial: receives the keys
 * @version: QUIC version
 * @dcid: Destination Connection ID of the client's first Initial packet, or
 *	of the first one after a Retry
 * @dcid_len: bytes of @dcid, 0 to 20
 * @server: this endpoint is the server
 *
 * RFC 9001 5.2, RFC 9369 3.3.
 *
 * Context: Any. Does not sleep or allocate.
 * Return: 0; -EOPNOTSUPP when the version is not known; -EINVAL when the
 * connection ID is too long. @initial holds no key after an error.
 */
int quic_initial_derive(struct quic_initial *initial, u32 version,
			const u8 *dcid, size_t dcid_len, bool server)
{
	const struct version_keys *keys = find_keys(version);
	const struct quic_labels *labels = quic_labels_find(version);
	u8 prk[SHA256_DIGEST_SIZE];
	int err;

	if (!keys || !labels)
		return -EOPNOTSUPP;
	if (dcid_len > CID_LEN_MAX)
		return -EINVAL;

	quic_hkdf_extract_sha256(keys->initial_salt,
				 sizeof(keys->initial_salt), dcid, dcid_len,
				 prk);
	err = derive_key(server ? &initial->rx : &initial->tx, labels, prk,
			 "client in");
	err = err ?: derive_key(server ? &initial->tx : &initial->rx, labels,
				prk, "server in");
	memzero_explicit(prk, sizeof(prk));
	if (err)
		quic_initial_wipe(initial);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(quic_initial_derive);

/**
 * quic_initial_wipe - forget the Initial keys of a connection
 * @initial: keys, or zeroed memory
 *
 * Context: Any.
 */
void quic_initial_wipe(struct quic_initial *initial)
{
	memzero_explicit(initial, sizeof(*initial));
}
EXPORT_SYMBOL_IF_KUNIT(quic_initial_wipe);

/**
 * quic_initial_seal - seal one Initial packet in place
 * @key: key of the sending direction
 * @pn: full packet number
 * @pkt: header with clear packet number, plaintext, and room for the tag
 * @aad_len: bytes of the header including the packet number
 * @text_len: bytes of plaintext; QUIC_INITIAL_TAG_LEN more are written
 *
 * Header protection comes afterwards, see quic_initial_mask(). RFC 9001 5.3.
 *
 * Context: Any. Reads @key only: calls for one key may run side by side.
 */
void quic_initial_seal(const struct quic_initial_key *key, u64 pn, u8 *pkt,
		       size_t aad_len, size_t text_len)
{
	seal(&key->aead, pn, pkt, aad_len, text_len);
}
EXPORT_SYMBOL_IF_KUNIT(quic_initial_seal);

/**
 * quic_initial_open - open one Initial packet in place
 * @key: key of the receiving direction
 * @pn: full packet number
 * @pkt: header, unprotected already, and ciphertext with tag
 * @aad_len: bytes of the header including the packet number
 * @sealed_len: bytes of ciphertext and tag
 *
 * RFC 9001 5.3. The tag is checked first: after an error @pkt is as it was.
 *
 * Context: Any. Reads @key only: calls for one key may run side by side.
 * Return: 0, the plaintext being @sealed_len - QUIC_INITIAL_TAG_LEN bytes;
 * -EBADMSG when the tag does not match or is not there.
 */
int quic_initial_open(const struct quic_initial_key *key, u64 pn, u8 *pkt,
		      size_t aad_len, size_t sealed_len)
{
	return open_sealed(&key->aead, pn, pkt, aad_len, sealed_len);
}
EXPORT_SYMBOL_IF_KUNIT(quic_initial_open);

/**
 * quic_initial_mask - header-protection mask of an Initial packet
 * @key: key of the direction
 * @sample: 16 bytes of ciphertext, from 4 bytes behind the start of the
 *	packet number
 * @mask: receives 16 bytes, of which the first 5 are the mask; may be @sample
 *
 * RFC 9001 5.4.3.
 *
 * Context: Any.
 */
void quic_initial_mask(const struct quic_initial_key *key, const u8 *sample,
		       u8 *mask)
{
	aes_encrypt(&key->hp, mask, sample);
}
EXPORT_SYMBOL_IF_KUNIT(quic_initial_mask);

/* A key that no other token has: the nonce may be a constant. */
static int token_key(struct quic_initial_aead *key, const u8 *secret,
		     const u8 *salt)
{
	u8 prk[SHA256_DIGEST_SIZE];
	u8 raw[KEY_LEN];
	int err;

	quic_hkdf_extract_sha256(salt, QUIC_TOKEN_SALT_LEN, secret,
				 QUIC_TOKEN_SECRET_LEN, prk);
	err = quic_hkdf_expand_label(prk, sizeof(prk), "quic token", raw,
				     sizeof(raw));
	if (!err)
		set_aead_key(key, raw);
	memset(key->iv, 0, sizeof(key->iv));
	memzero_explicit(prk, sizeof(prk));
	memzero_explicit(raw, sizeof(raw));
	return err;
}

/**
 * quic_initial_token_seal - seal an address validation token in place
 * @secret: QUIC_TOKEN_SECRET_LEN bytes
 * @salt: QUIC_TOKEN_SALT_LEN random bytes, part of the token's clear head
 * @token: head, text, and room for the tag
 * @head_len: bytes of the head
 * @text_len: bytes of the text
 *
 * Context: Any.
 * Return: 0 or an error of the library (nothing sealed).
 */
int quic_initial_token_seal(const u8 *secret, const u8 *salt, u8 *token,
			    size_t head_len, size_t text_len)
{
	struct quic_initial_aead key;
	int err;

	err = token_key(&key, secret, salt);
	if (!err)
		seal(&key, 0, token, head_len, text_len);
	memzero_explicit(&key, sizeof(key));
	return err;
}

/**
 * quic_initial_token_open - open an address validation token in place
 * @secret: as for quic_initial_token_seal()
 * @salt: likewise, from the token
 * @token: head, ciphertext, tag
 * @head_len: bytes of the head
 * @sealed_len: bytes behind it
 *
 * Context: Any.
 * Return: 0; -EBADMSG when it was not sealed with this secret.
 */
int quic_initial_token_open(const u8 *secret, const u8 *salt, u8 *token,
			    size_t head_len, size_t sealed_len)
{
	struct quic_initial_aead key;
	int err;

	err = token_key(&key, secret, salt);
	if (!err)
		err = open_sealed(&key, 0, token, head_len, sealed_len);
	memzero_explicit(&key, sizeof(key));
	return err;
}

/**
 * quic_retry_tag - compute the Retry Integrity Tag
 * @version: version of the Retry packet
 * @odcid: Destination Connection ID of the client's Initial packet
 * @odcid_len: bytes of @odcid, 0 to 20
 * @retry: Retry packet without its tag
 * @retry_len: bytes of @retry
 * @tag: receives QUIC_INITIAL_TAG_LEN bytes
 *
 * RFC 9001 5.8, RFC 9369 3.3.3. Compare with crypto_memneq().
 *
 * Context: Any.
 * Return: 0; -EOPNOTSUPP when the version is not known; -EINVAL when the
 * connection ID is too long.
 */
int quic_retry_tag(u32 version, const u8 *odcid, size_t odcid_len,
		   const u8 *retry, size_t retry_len, u8 *tag)
{
	const struct version_keys *keys = find_keys(version);
	size_t aad_len = 1 + odcid_len + retry_len;
	struct quic_initial_aead key;
	u8 j0[AES_BLOCK_SIZE];
	struct ghash g = {};
	u8 len = odcid_len;

	if (!keys)
		return -EOPNOTSUPP;
	if (odcid_len > CID_LEN_MAX)
		return -EINVAL;

	/* The key is a public constant: nothing to wipe. */
	set_aead_key(&key, keys->retry_key);
	memcpy(key.iv, keys->retry_nonce, IV_LEN);
	make_j0(&key, 0, j0);

	ghash_add(&g, &key.h, &len, 1);
	ghash_add(&g, &key.h, odcid, odcid_len);
	ghash_add(&g, &key.h, retry, retry_len);
	ghash_finish(&g, &key, j0, aad_len, NULL, 0, tag);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(quic_retry_tag);
