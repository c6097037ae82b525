// SPDX-License-Identifier: GPL-2.0-only
#include "engine.h"

#include <kunit/visibility.h>
#include <linux/scatterlist.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#define QNSIM_MAX_PN	((1ULL << 62) - 1)

/**
 * qnsim_aead_init - set up an AEAD key
 * @aead: key to set up
 * @key: QNSIM_KEY_LEN bytes, copied
 * @iv: QNSIM_IV_LEN bytes, copied
 *
 * Context: process, may sleep.
 * Return: 0 or a negative errno, with nothing left behind.
 */
int qnsim_aead_init(struct qnsim_aead *aead, const u8 *key, const u8 *iv)
{
	int err;

	spin_lock_init(&aead->lock);
	/* The mask asks for an implementation that completes at once. */
	aead->tfm = crypto_alloc_aead("gcm(aes)", 0, CRYPTO_ALG_ASYNC);
	if (IS_ERR(aead->tfm)) {
		err = PTR_ERR(aead->tfm);
		aead->tfm = NULL;
		return err;
	}

	aead->req = aead_request_alloc(aead->tfm, GFP_KERNEL);
	if (!aead->req) {
		err = -ENOMEM;
		goto err_clear;
	}
	err = crypto_aead_setauthsize(aead->tfm, QNSIM_TAG_LEN);
	if (err)
		goto err_clear;
	err = crypto_aead_setkey(aead->tfm, key, QNSIM_KEY_LEN);
	if (err)
		goto err_clear;

	memcpy(aead->iv, iv, QNSIM_IV_LEN);
	return 0;

err_clear:
	qnsim_aead_clear(aead);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(qnsim_aead_init);

/**
 * qnsim_aead_clear - wipe an AEAD key
 * @aead: key, or zeroed memory
 *
 * The crypto API wipes its copy when it frees it.
 *
 * Context: process. Nobody else uses @aead any more.
 */
void qnsim_aead_clear(struct qnsim_aead *aead)
{
	if (aead->req)
		aead_request_free(aead->req);
	if (aead->tfm)
		crypto_free_aead(aead->tfm);
	memzero_explicit(aead, sizeof(*aead));
}
EXPORT_SYMBOL_IF_KUNIT(qnsim_aead_clear);

/* RFC 9001 5.3: the IV, its last 62 bits xored with the packet number. */
static void make_nonce(const struct qnsim_aead *aead, u64 pn, u8 *nonce)
{
	u64 low;

	memcpy(nonce, aead->iv, QNSIM_IV_LEN);
	low = get_unaligned_be64(nonce + 4) ^ pn;
	put_unaligned_be64(low, nonce + 4);
}

static int run_aead(struct qnsim_aead *aead, u64 pn, u8 *pkt,
		    unsigned int hdr_len, unsigned int in_len, bool seal)
{
	unsigned int total = hdr_len + in_len + (seal ? QNSIM_TAG_LEN : 0);
	u8 nonce[QNSIM_IV_LEN];
	struct scatterlist sg;
	int err;

	make_nonce(aead, pn, nonce);
	sg_init_one(&sg, pkt, total);

	spin_lock_bh(&aead->lock);
	aead_request_set_callback(aead->req, 0, NULL, NULL);
	aead_request_set_ad(aead->req, hdr_len);
	aead_request_set_crypt(aead->req, &sg, &sg, in_len, nonce);
	err = seal ? crypto_aead_encrypt(aead->req) :
		     crypto_aead_decrypt(aead->req);
	spin_unlock_bh(&aead->lock);

	return err;
}

/**
 * qnsim_aead_seal - seal a packet in place
 * @aead: key
 * @pn: full packet number
 * @pkt: header and payload, QNSIM_TAG_LEN bytes of room behind them; in
 *	directly mapped memory, not on the stack
 * @hdr_len: header length in bytes, packet number included
 * @text_len: payload length in bytes
 *
 * Context: any but hard interrupt, does not sleep.
 * Return: 0, or a negative errno from the crypto API.
 */
int qnsim_aead_seal(struct qnsim_aead *aead, u64 pn, u8 *pkt,
		    unsigned int hdr_len, unsigned int text_len)
{
	return run_aead(aead, pn, pkt, hdr_len, text_len, true);
}
EXPORT_SYMBOL_IF_KUNIT(qnsim_aead_seal);

/**
 * qnsim_aead_open - open a packet in place
 * @aead: key
 * @pn: full packet number
 * @pkt: header without protection, ciphertext and tag; memory as for seal
 * @hdr_len: header length in bytes, packet number included
 * @sealed_len: ciphertext and tag in bytes, at least QNSIM_TAG_LEN
 *
 * What @pkt holds after a failure is undefined.
 *
 * Context: any but hard interrupt, does not sleep.
 * Return: 0, -EBADMSG for a wrong tag, or another errno.
 */
int qnsim_aead_open(struct qnsim_aead *aead, u64 pn, u8 *pkt,
		    unsigned int hdr_len, unsigned int sealed_len)
{
	if (sealed_len < QNSIM_TAG_LEN)
		return -EINVAL;
	return run_aead(aead, pn, pkt, hdr_len, sealed_len, false);
}
EXPORT_SYMBOL_IF_KUNIT(qnsim_aead_open);

/**
 * qnsim_hp_init - set up a header-protection key
 * @hp: key to set up
 * @key: QNSIM_KEY_LEN bytes, copied
 *
 * Return: 0 or a negative errno.
 */
int qnsim_hp_init(struct qnsim_hp *hp, const u8 *key)
{
	return aes_expandkey(&hp->aes, key, QNSIM_KEY_LEN);
}
EXPORT_SYMBOL_IF_KUNIT(qnsim_hp_init);

/**
 * qnsim_hp_clear - wipe a header-protection key
 * @hp: key, or zeroed memory
 */
void qnsim_hp_clear(struct qnsim_hp *hp)
{
	memzero_explicit(hp, sizeof(*hp));
}
EXPORT_SYMBOL_IF_KUNIT(qnsim_hp_clear);

/* RFC 9001 5.4.2: the sample starts where a 4-byte packet number would end. */
static void make_mask(const struct qnsim_hp *hp, const u8 *pkt,
		      unsigned int pn_off, u8 *mask)
{
	aes_encrypt(&hp->aes, mask, pkt + pn_off + QNSIM_MAX_PN_LEN);
}

/* RFC 9001 5.4.1: four bits are protected in a long header, five in a short. */
static u8 protected_bits(u8 first)
{
	return first & 0x80 ? 0x0f : 0x1f;
}

static unsigned int pn_len_of(u8 first)
{
	return (first & 0x03) + 1;
}

static void mask_pn(u8 *pn, unsigned int pn_len, const u8 *mask)
{
	unsigned int i;

	for (i = 0; i < pn_len; i++)
		pn[i] ^= mask[1 + i];
}

/**
 * qnsim_hp_protect - put header protection on a sealed packet
 * @hp: key
 * @pkt: packet, at least QNSIM_MAX_PN_LEN + QNSIM_SAMPLE_LEN bytes from @pn_off
 * @pn_off: where the packet number is
 */
void qnsim_hp_protect(const struct qnsim_hp *hp, u8 *pkt, unsigned int pn_off)
{
	u8 mask[AES_BLOCK_SIZE];

	make_mask(hp, pkt, pn_off, mask);
	mask_pn(pkt + pn_off, pn_len_of(pkt[0]), mask);
	pkt[0] ^= mask[0] & protected_bits(pkt[0]);
}
EXPORT_SYMBOL_IF_KUNIT(qnsim_hp_protect);

/**
 * qnsim_hp_unprotect - take header protection off
 * @hp: key
 * @pkt: packet, at least QNSIM_MAX_PN_LEN + QNSIM_SAMPLE_LEN bytes from @pn_off
 * @pn_off: where the packet number is
 *
 * Return: length of the packet number in bytes.
 */
unsigned int qnsim_hp_unprotect(const struct qnsim_hp *hp, u8 *pkt,
				unsigned int pn_off)
{
	u8 mask[AES_BLOCK_SIZE];

	make_mask(hp, pkt, pn_off, mask);
	pkt[0] ^= mask[0] & protected_bits(pkt[0]);
	mask_pn(pkt + pn_off, pn_len_of(pkt[0]), mask);
	return pn_len_of(pkt[0]);
}
EXPORT_SYMBOL_IF_KUNIT(qnsim_hp_unprotect);

/**
 * qnsim_pn_expand - find the full packet number
 * @largest: largest number that was opened, U64_MAX for none yet
 * @truncated: value in the header
 * @pn_len: its length in bytes
 *
 * RFC 9000 17.1, A.3: the number next to the one that is expected.
 *
 * Return: packet number.
 */
u64 qnsim_pn_expand(u64 largest, u32 truncated, unsigned int pn_len)
{
	u64 window = 1ULL << (8 * pn_len);
	u64 expected = largest + 1;
	u64 pn = (expected & ~(window - 1)) | truncated;

	if (pn + window / 2 <= expected && pn + window <= QNSIM_MAX_PN)
		return pn + window;
	if (pn > expected + window / 2 && pn >= window)
		return pn - window;
	return pn;
}
EXPORT_SYMBOL_IF_KUNIT(qnsim_pn_expand);
