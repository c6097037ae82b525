/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _QUIC_PROTECT_H
#define _QUIC_PROTECT_H

#include <linux/crypto.h>
#include <linux/scatterlist.h>
#include <linux/types.h>
#include <crypto/aes.h>

struct crypto_aead;
struct crypto_skcipher;
struct aead_request;
struct skcipher_request;

/* RFC 9001 5.3, 5.4: the same for every cipher that QUIC can use */
#define QUIC_TAG_LEN		16
#define QUIC_IV_LEN		12
#define QUIC_SAMPLE_LEN		16	/* also the stride of a mask */
#define QUIC_MASK_LEN		5	/* of these 16, bytes that count */
#define QUIC_KEY_LEN_MAX	32
#define QUIC_SECRET_LEN_MAX	48

#define QUIC_NONCE_SIZE		16	/* the crypto API's form of a CCM nonce */

/**
 * struct quic_secret - a traffic secret of one direction and level
 * @version: QUIC version, which chooses the HKDF labels
 * @generation: number of key updates since the handshake
 * @cipher: TLS_CIPHER_AES_GCM_128 and so on (linux/tls.h)
 * @len: bytes of @data in use, the length of the cipher suite's hash
 * @data: the secret
 *
 * Everything but the header-protection key can be derived again from here,
 * so raw keys are never kept beside their transforms.
 */
struct quic_secret {
	u32 version;
	u32 generation;
	u16 cipher;
	u8 len;
	u8 data[QUIC_SECRET_LEN_MAX];
};

bool quic_cipher_supported(u16 cipher);
unsigned int quic_cipher_key_len(u16 cipher);

int quic_secret_init(struct quic_secret *secret, u32 version, u16 cipher,
		     const u8 *data, size_t len);
int quic_secret_next(struct quic_secret *secret);
void quic_secret_wipe(struct quic_secret *secret);
int quic_secret_export(const struct quic_secret *secret, u8 *key,
		       size_t key_size, u8 *iv);

/**
 * struct quic_hp - header-protection key of one direction and level
 * @tfm: ecb(aes), or NULL with ChaCha20
 * @req: the one prepared request of @tfm
 * @cipher: TLS_CIPHER_*
 * @simd_only: @tfm answers in the call only where crypto_simd_usable()
 * @aes: library key schedule, for where @tfm cannot be called
 * @chacha: ChaCha20 key as little-endian words
 *
 * Serialised by its owner (the socket lock).
 */
struct quic_hp {
	struct crypto_skcipher *tfm;
	struct skcipher_request *req;
	u16 cipher;
	bool simd_only;
	union {
		struct crypto_aes_ctx aes;
		u32 chacha[8];
	};
};

int quic_hp_init(struct quic_hp *hp, const struct quic_secret *secret);
int quic_hp_copy(struct quic_hp *hp, const struct quic_hp *from);
void quic_hp_clear(struct quic_hp *hp);
void quic_hp_masks(struct quic_hp *hp, const u8 *samples, u8 *masks,
		   unsigned int n);
int quic_hp_export(const struct quic_hp *hp, u8 *key, size_t key_size);

/**
 * struct quic_aead_key - packet-protection key of one generation
 * @tfm: transform with the key set, or NULL when not initialised
 * @req: the one prepared request of @tfm
 * @generation: key generation; the wire's key phase is its lowest bit
 * @cipher: TLS_CIPHER_*
 * @simd_only: @tfm answers in the call only where crypto_simd_usable()
 * @queued: @tfm was once answered late (process context); see protect.c
 * @iv: packet-protection IV
 * @nonce: nonce of the packet in work
 *
 * Serialised by its owner (the socket lock). A second lock domain (the
 * transmit hook) needs a struct quic_aead_key of its own. May be moved by
 * assignment, if the old place is wiped.
 */
struct quic_aead_key {
	struct crypto_aead *tfm;
	struct aead_request *req;
	u32 generation;
	u16 cipher;
	bool simd_only;
	bool queued;
	u8 iv[QUIC_IV_LEN];
	u8 nonce[QUIC_NONCE_SIZE];
};

int quic_aead_key_init(struct quic_aead_key *key,
		       const struct quic_secret *secret);
void quic_aead_key_clear(struct quic_aead_key *key);
bool quic_aead_usable(const struct quic_aead_key *key);

int quic_aead_seal(struct quic_aead_key *key, u64 pn, struct scatterlist *src,
		   struct scatterlist *dst, unsigned int aad_len,
		   unsigned int text_len);
int quic_aead_open(struct quic_aead_key *key, u64 pn, struct scatterlist *src,
		   struct scatterlist *dst, unsigned int aad_len,
		   unsigned int sealed_len);
int quic_aead_seal_linear(struct quic_aead_key *key, u64 pn, u8 *pkt,
			  unsigned int aad_len, unsigned int text_len);
int quic_aead_open_linear(struct quic_aead_key *key, u64 pn, u8 *pkt,
			  unsigned int aad_len, unsigned int sealed_len);

static inline bool quic_aead_key_valid(const struct quic_aead_key *key)
{
	return key->tfm;
}

static inline bool quic_hp_valid(const struct quic_hp *hp)
{
	return hp->cipher;
}

#endif /* _QUIC_PROTECT_H */
