// SPDX-License-Identifier: GPL-2.0-only
/*
 * Key derivation: HKDF (RFC 5869) with the labels of TLS 1.3 (RFC 8446 7.1).
 *
 * SHA-256 runs on the library code, which neither allocates nor sleeps, since
 * Initial keys are derived in softirq. There is no such library for SHA-384,
 * which only secrets that come from a system call need.
 */
#include "hkdf.h"

#include <crypto/hash.h>
#include <crypto/sha2.h>
#include <kunit/visibility.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/quic.h>
#include <linux/string.h>
#include <linux/unaligned.h>

/* HkdfLabel for an empty context, and the counter byte behind it. */
#define INFO_PREFIX	"tls13 "
#define INFO_LEN_MAX	32

static const struct quic_labels labels_v1 = {
	.key = "quic key", .iv = "quic iv", .hp = "quic hp", .ku = "quic ku",
};

static const struct quic_labels labels_v2 = {
	.key = "quicv2 key", .iv = "quicv2 iv", .hp = "quicv2 hp",
	.ku = "quicv2 ku",
};

/**
 * quic_labels_find - HKDF labels of a QUIC version
 * @version: version number as on the wire
 *
 * RFC 9001 5.1, 5.4 and 6.1; RFC 9369 3.3.2.
 *
 * Context: Any.
 * Return: the labels, or NULL when the version is not known here.
 */
const struct quic_labels *quic_labels_find(u32 version)
{
	switch (version) {
	case QUIC_VERSION_V1:
		return &labels_v1;
	case QUIC_VERSION_V2:
		return &labels_v2;
	default:
		return NULL;
	}
}
EXPORT_SYMBOL_IF_KUNIT(quic_labels_find);

static void hmac_pad(struct sha256_state *state, const u8 *key, size_t key_len,
		     u8 pad)
{
	u8 block[SHA256_BLOCK_SIZE];
	size_t i;

	memset(block, pad, sizeof(block));
	for (i = 0; i < key_len; i++)
		block[i] ^= key[i];
	sha256_init(state);
	sha256_update(state, block, sizeof(block));
	memzero_explicit(block, sizeof(block));
}

/* RFC 2104. Keys here are salts and secrets: never longer than a block. */
static void hmac_sha256(const u8 *key, size_t key_len, const u8 *msg,
			size_t msg_len, u8 *mac)
{
	struct sha256_state state;

	hmac_pad(&state, key, key_len, 0x36);
	sha256_update(&state, msg, msg_len);
	sha256_final(&state, mac);

	hmac_pad(&state, key, key_len, 0x5c);
	sha256_update(&state, mac, SHA256_DIGEST_SIZE);
	sha256_final(&state, mac);
	memzero_explicit(&state, sizeof(state));
}

static int hmac_sha384(const u8 *key, size_t key_len, const u8 *msg,
		       size_t msg_len, u8 *mac)
{
	struct crypto_shash *tfm;
	int err;

	tfm = crypto_alloc_shash("hmac(sha384)", 0, 0);
	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	err = crypto_shash_setkey(tfm, key, key_len);
	if (!err)
		err = crypto_shash_tfm_digest(tfm, msg, msg_len, mac);
	crypto_free_shash(tfm);
	return err;
}

/**
 * quic_hkdf_extract_sha256 - HKDF-Extract with SHA-256
 * @salt: salt
 * @salt_len: bytes of @salt, at most 64
 * @ikm: input keying material
 * @ikm_len: bytes of @ikm
 * @prk: receives QUIC_HKDF_SHA256_LEN bytes
 *
 * RFC 5869 2.2.
 *
 * Context: Any. Does not sleep.
 */
void quic_hkdf_extract_sha256(const u8 *salt, size_t salt_len, const u8 *ikm,
			      size_t ikm_len, u8 *prk)
{
	hmac_sha256(salt, salt_len, ikm, ikm_len, prk);
}
EXPORT_SYMBOL_IF_KUNIT(quic_hkdf_extract_sha256);

/* struct HkdfLabel of RFC 8446 7.1, empty context. Returns its length. */
static size_t build_info(u8 *info, const char *label, size_t out_len)
{
	size_t prefix_len = strlen(INFO_PREFIX);
	size_t label_len = strlen(label);
	u8 *p = info;

	put_unaligned_be16(out_len, p);
	p += 2;
	*p++ = prefix_len + label_len;
	memcpy(p, INFO_PREFIX, prefix_len);
	p += prefix_len;
	memcpy(p, label, label_len);
	p += label_len;
	*p++ = 0;
	/* RFC 5869 2.3: T(1) = HMAC(PRK, info | 0x01) */
	*p++ = 1;
	return p - info;
}

/**
 * quic_hkdf_expand_label - HKDF-Expand-Label with an empty context
 * @secret: secret to expand
 * @secret_len: bytes of @secret; chooses the hash: 32 is SHA-256, 48 SHA-384
 * @label: label without the prefix "tls13 "
 * @out: receives @out_len bytes; may be @secret. Untouched on error.
 * @out_len: wanted bytes, at most @secret_len
 *
 * RFC 8446 7.1, RFC 9001 5.1.
 *
 * Context: Any with SHA-256. Process context with SHA-384: it allocates.
 * Return: 0; -EINVAL for lengths outside of the above; with SHA-384 also what
 * crypto_alloc_shash() returns.
 */
int quic_hkdf_expand_label(const u8 *secret, size_t secret_len,
			   const char *label, u8 *out, size_t out_len)
{
	u8 mac[QUIC_HKDF_SHA384_LEN];
	u8 info[INFO_LEN_MAX];
	size_t info_len;
	int err = 0;

	if (out_len > secret_len ||
	    strlen(INFO_PREFIX) + strlen(label) + 5 > sizeof(info))
		return -EINVAL;

	info_len = build_info(info, label, out_len);
	if (secret_len == QUIC_HKDF_SHA256_LEN)
		hmac_sha256(secret, secret_len, info, info_len, mac);
	else if (secret_len == QUIC_HKDF_SHA384_LEN)
		err = hmac_sha384(secret, secret_len, info, info_len, mac);
	else
		return -EINVAL;

	if (!err)
		memcpy(out, mac, out_len);
	memzero_explicit(mac, sizeof(mac));
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(quic_hkdf_expand_label);
