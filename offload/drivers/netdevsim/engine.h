/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The crypto block of the modelled NIC: AES-128-GCM and AES header protection
 * (RFC 9001 5.3, 5.4), written apart from the stack's own so that each can
 * prove the other.
 */
#ifndef QNSIM_ENGINE_H
#define QNSIM_ENGINE_H

#include <crypto/aead.h>
#include <crypto/aes.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#define QNSIM_KEY_LEN		16
#define QNSIM_IV_LEN		12
#define QNSIM_TAG_LEN		16
#define QNSIM_SAMPLE_LEN	16
#define QNSIM_MAX_PN_LEN	4

/* One AEAD key. The request belongs to whoever holds the lock. */
struct qnsim_aead {
	spinlock_t lock;	/* guards req */
	struct crypto_aead *tfm;
	struct aead_request *req;
	u8 iv[QNSIM_IV_LEN];
};

/* One header-protection key. Read-only once set. */
struct qnsim_hp {
	struct crypto_aes_ctx aes;
};

int qnsim_aead_init(struct qnsim_aead *aead, const u8 *key, const u8 *iv);
void qnsim_aead_clear(struct qnsim_aead *aead);
int qnsim_aead_seal(struct qnsim_aead *aead, u64 pn, u8 *pkt,
		    unsigned int hdr_len, unsigned int text_len);
int qnsim_aead_open(struct qnsim_aead *aead, u64 pn, u8 *pkt,
		    unsigned int hdr_len, unsigned int sealed_len);

int qnsim_hp_init(struct qnsim_hp *hp, const u8 *key);
void qnsim_hp_clear(struct qnsim_hp *hp);
void qnsim_hp_protect(const struct qnsim_hp *hp, u8 *pkt, unsigned int pn_off);
unsigned int qnsim_hp_unprotect(const struct qnsim_hp *hp, u8 *pkt,
				unsigned int pn_off);

u64 qnsim_pn_expand(u64 largest, u32 truncated, unsigned int pn_len);

#endif
