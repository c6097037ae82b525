/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _QUIC_INITIAL_H
#define _QUIC_INITIAL_H

#include <linux/types.h>
#include <crypto/aes.h>
#include <crypto/gf128mul.h>

#define QUIC_INITIAL_TAG_LEN	16
#define QUIC_TOKEN_SECRET_LEN	32
#define QUIC_TOKEN_SALT_LEN	16

/**
 * struct quic_initial_aead - AES-128-GCM key of one direction
 * @aes: key schedule
 * @h: GHASH key
 * @iv: packet-protection IV
 */
struct quic_initial_aead {
	struct crypto_aes_ctx aes;
	be128 h;
	u8 iv[12];
};

/**
 * struct quic_initial_key - Initial packet protection of one direction
 * @aead: AEAD key
 * @hp: header-protection key schedule
 */
struct quic_initial_key {
	struct quic_initial_aead aead;
	struct crypto_aes_ctx hp;
};

/**
 * struct quic_initial - both directions of one connection's Initial level
 * @tx: protects what this endpoint sends
 * @rx: opens what the peer sent
 *
 * About 2 KiB: allocate it (GFP_ATOMIC is enough), not on the stack.
 */
struct quic_initial {
	struct quic_initial_key tx;
	struct quic_initial_key rx;
};

int quic_initial_derive(struct quic_initial *initial, u32 version,
			const u8 *dcid, size_t dcid_len, bool server);
void quic_initial_wipe(struct quic_initial *initial);
void quic_initial_seal(const struct quic_initial_key *key, u64 pn, u8 *pkt,
		       size_t aad_len, size_t text_len);
int quic_initial_open(const struct quic_initial_key *key, u64 pn, u8 *pkt,
		      size_t aad_len, size_t sealed_len);
void quic_initial_mask(const struct quic_initial_key *key, const u8 *sample,
		       u8 *mask);
int quic_initial_token_seal(const u8 *secret, const u8 *salt, u8 *token,
			    size_t head_len, size_t text_len);
int quic_initial_token_open(const u8 *secret, const u8 *salt, u8 *token,
			    size_t head_len, size_t sealed_len);
int quic_retry_tag(u32 version, const u8 *odcid, size_t odcid_len,
		   const u8 *retry, size_t retry_len, u8 *tag);

#endif /* _QUIC_INITIAL_H */
