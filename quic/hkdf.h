/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _QUIC_HKDF_H
#define _QUIC_HKDF_H

#include <linux/types.h>

#define QUIC_HKDF_SHA256_LEN	32
#define QUIC_HKDF_SHA384_LEN	48

/**
 * struct quic_labels - HKDF labels of a QUIC version, without "tls13 "
 * @key: AEAD key
 * @iv: AEAD IV
 * @hp: header-protection key
 * @ku: secret of the next key generation
 */
struct quic_labels {
	const char *key;
	const char *iv;
	const char *hp;
	const char *ku;
};

const struct quic_labels *quic_labels_find(u32 version);

void quic_hkdf_extract_sha256(const u8 *salt, size_t salt_len, const u8 *ikm,
			      size_t ikm_len, u8 *prk);
int quic_hkdf_expand_label(const u8 *secret, size_t secret_len,
			   const char *label, u8 *out, size_t out_len);

#endif /* _QUIC_HKDF_H */
