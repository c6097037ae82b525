// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packet protection of the Handshake, 0-RTT and 1-RTT levels.
 */
#include "protect.h"

#include <crypto/aead.h>
#include <crypto/chacha.h>
#include <crypto/internal/simd.h>
#include <crypto/skcipher.h>
#include <kunit/visibility.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/tls.h>
#include <linux/unaligned.h>

#include <asm/simd.h>

#include "hkdf.h"

/**
 * DOC: Why a request never outlives its call in softirq
 *
 * The fast AES of amd64 stands behind "simd" wrappers. These call the SIMD
 * code directly where SIMD may be used, and otherwise hand the request to a
 * kernel thread (cryptd) and return -EINPROGRESS. In softirq nobody can wait
 * for that, and the buffers would be written after their owner freed them. The
 * algorithms that always answer in the call are ten times slower. Hence:
 *
 * 1. Allocation refuses what goes to another thread or to a device as a rule:
 *    hardware drivers (CRYPTO_ALG_KERN_DRIVER_ONLY or _ALLOCATES_MEMORY), and
 *    instances of cryptd and pcrypt, which any user of AF_ALG may create with
 *    a higher priority than what they wrap, and which would be slow at best:
 *    what they wrap is taken instead. Of what answers late at times, the simd
 *    wrappers remain; @simd_only tells them.
 * 2. A wrapper calls directly when crypto_simd_usable(), unless the context is
 *    atomic and something of this very transform waits in cryptd's queue.
 * 3. In softirq a @simd_only transform is called only when
 *    crypto_simd_usable(), or else -EAGAIN is returned before anything is
 *    read. Nothing of this transform waits in a queue: only calls from process
 *    context could have put it there, and the first of them that is answered
 *    late sets @queued, after which softirq gets -EAGAIN for good. (cryptd
 *    counts a request down only after completing it, so waiting for it would
 *    not be enough.)
 *
 * In process context SIMD is always usable on amd64, so @queued stays false
 * there; elsewhere the call waits. A header-protection transform is never
 * called when SIMD is not usable, in any context: the AES library stands in.
 *
 * "Softirq" is any context with bottom halves disabled.
 */

/* Of a CCM nonce: number of length bytes less one. 2^24 bytes are plenty. */
#define CCM_LENGTH_BYTES	3

#define DEVICE_ALG_FLAGS \
	(CRYPTO_ALG_KERN_DRIVER_ONLY | CRYPTO_ALG_ALLOCATES_MEMORY)

struct cipher {
	const char *aead;
	u8 key_len;
	u8 secret_len;
};

/* RFC 9001 5.3; RFC 8446 B.4 has the hash of each */
static const struct cipher ciphers[] = {
	[TLS_CIPHER_AES_GCM_128 - TLS_CIPHER_AES_GCM_128] = {
		.aead = "gcm(aes)",
		.key_len = AES_KEYSIZE_128,
		.secret_len = QUIC_HKDF_SHA256_LEN,
	},
	[TLS_CIPHER_AES_GCM_256 - TLS_CIPHER_AES_GCM_128] = {
		.aead = "gcm(aes)",
		.key_len = AES_KEYSIZE_256,
		.secret_len = QUIC_HKDF_SHA384_LEN,
	},
	[TLS_CIPHER_AES_CCM_128 - TLS_CIPHER_AES_GCM_128] = {
		.aead = "ccm(aes)",
		.key_len = AES_KEYSIZE_128,
		.secret_len = QUIC_HKDF_SHA256_LEN,
	},
	[TLS_CIPHER_CHACHA20_POLY1305 - TLS_CIPHER_AES_GCM_128] = {
		.aead = "rfc7539(chacha20,poly1305)",
		.key_len = CHACHA_KEY_SIZE,
		.secret_len = QUIC_HKDF_SHA256_LEN,
	},
};

static const struct cipher *find_cipher(u16 cipher)
{
	unsigned int i = cipher - TLS_CIPHER_AES_GCM_128;

	return i < ARRAY_SIZE(ciphers) ? &ciphers[i] : NULL;
}

/**
 * quic_cipher_supported - is this a cipher that QUIC packets can use
 * @cipher: TLS_CIPHER_*
 *
 * Context: Any.
 * Return: true for the four ciphers of RFC 9001 5.3.
 */
bool quic_cipher_supported(u16 cipher)
{
	return find_cipher(cipher);
}
EXPORT_SYMBOL_IF_KUNIT(quic_cipher_supported);

/**
 * quic_cipher_key_len - length of a cipher's key
 * @cipher: TLS_CIPHER_*
 *
 * The header-protection key has the same length (RFC 9001 5.4.3, 5.4.4).
 *
 * Context: Any.
 * Return: bytes, or 0 when the cipher is not supported.
 */
unsigned int quic_cipher_key_len(u16 cipher)
{
	const struct cipher *c = find_cipher(cipher);

	return c ? c->key_len : 0;
}
EXPORT_SYMBOL_IF_KUNIT(quic_cipher_key_len);

/*
 * Secrets
 */

/**
 * quic_secret_init - take over a secret from the handshake
 * @secret: receives the secret; generation 0
 * @version: QUIC version
 * @cipher: TLS_CIPHER_*
 * @data: the secret
 * @len: bytes of @data; longer than the cipher suite's hash is fine, the rest
 *	is not looked at
 *
 * Context: Any.
 * Return: 0; -EOPNOTSUPP for an unknown version or cipher; -EINVAL when @data
 * is too short. @secret holds nothing after an error.
 */
int quic_secret_init(struct quic_secret *secret, u32 version, u16 cipher,
		     const u8 *data, size_t len)
{
	const struct cipher *c = find_cipher(cipher);

	memset(secret, 0, sizeof(*secret));
	if (!c || !quic_labels_find(version))
		return -EOPNOTSUPP;
	if (len < c->secret_len)
		return -EINVAL;

	secret->version = version;
	secret->cipher = cipher;
	secret->len = c->secret_len;
	memcpy(secret->data, data, c->secret_len);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(quic_secret_init);

/**
 * quic_secret_next - turn a secret into that of the next key generation
 * @secret: secret; unchanged when this fails
 *
 * RFC 9001 6.1, RFC 9369 3.3.2.
 *
 * Context: Process context (SHA-384 allocates).
 * Return: 0; -EOPNOTSUPP when @secret is not initialised; errors of
 * quic_hkdf_expand_label().
 */
int quic_secret_next(struct quic_secret *secret)
{
	const struct quic_labels *labels = quic_labels_find(secret->version);
	int err;

	if (!labels)
		return -EOPNOTSUPP;
	err = quic_hkdf_expand_label(secret->data, secret->len, labels->ku,
				     secret->data, secret->len);
	if (!err)
		secret->generation++;
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(quic_secret_next);

/**
 * quic_secret_wipe - forget a secret
 * @secret: secret, or zeroed memory
 *
 * Context: Any.
 */
void quic_secret_wipe(struct quic_secret *secret)
{
	memzero_explicit(secret, sizeof(*secret));
}
EXPORT_SYMBOL_IF_KUNIT(quic_secret_wipe);

/**
 * quic_secret_export - derive the raw AEAD key, for a device
 * @secret: secret of the wanted generation
 * @key: receives the key; the caller wipes it
 * @key_size: room in @key, bytes
 * @iv: receives QUIC_IV_LEN bytes; the caller wipes them
 *
 * RFC 9001 5.1.
 *
 * Context: Process context (SHA-384 allocates).
 * Return: bytes of key, positive; -EOPNOTSUPP when @secret is not initialised;
 * -EINVAL when @key is too small; errors of quic_hkdf_expand_label().
 */
int quic_secret_export(const struct quic_secret *secret, u8 *key,
		       size_t key_size, u8 *iv)
{
	const struct quic_labels *labels = quic_labels_find(secret->version);
	unsigned int key_len = quic_cipher_key_len(secret->cipher);
	int err;

	if (!labels || !key_len)
		return -EOPNOTSUPP;
	if (key_size < key_len)
		return -EINVAL;

	err = quic_hkdf_expand_label(secret->data, secret->len, labels->key,
				     key, key_len);
	err = err ?: quic_hkdf_expand_label(secret->data, secret->len,
					    labels->iv, iv, QUIC_IV_LEN);
	if (err) {
		memzero_explicit(key, key_len);
		return err;
	}
	return key_len;
}
EXPORT_SYMBOL_IF_KUNIT(quic_secret_export);

/*
 * Choice of an implementation, see the DOC above
 */

static bool is_async(struct crypto_tfm *tfm)
{
	return tfm->__crt_alg->cra_flags & CRYPTO_ALG_ASYNC;
}

static bool answers_elsewhere(struct crypto_tfm *tfm)
{
	const char *name = crypto_tfm_alg_driver_name(tfm);

	return is_async(tfm) &&
	       (strstr(name, "cryptd(") || strstr(name, "pcrypt("));
}

/* "pcrypt(generic-gcm-aesni)" -> "generic-gcm-aesni" */
static void unwrap_name(struct crypto_tfm *tfm, char *name)
{
	size_t len, prefix_len = strlen("cryptd(");

	strscpy(name, crypto_tfm_alg_driver_name(tfm), CRYPTO_MAX_ALG_NAME);
	while (strstarts(name, "cryptd(") || strstarts(name, "pcrypt(")) {
		len = strlen(name);
		memmove(name, name + prefix_len, len - prefix_len);
		name[len - prefix_len - 1] = '\0';
	}
}

/* What a cryptd or pcrypt instance wraps, which is what it shadowed. */
static struct crypto_aead *alloc_wrapped_aead(struct crypto_aead *outer)
{
	char driver[CRYPTO_MAX_ALG_NAME];
	struct crypto_aead *tfm;

	unwrap_name(crypto_aead_tfm(outer), driver);
	tfm = crypto_alloc_aead(driver, 0, DEVICE_ALG_FLAGS);
	if (!IS_ERR(tfm) && answers_elsewhere(crypto_aead_tfm(tfm))) {
		crypto_free_aead(tfm);
		return ERR_PTR(-ENOENT);
	}
	return tfm;
}

static struct crypto_aead *alloc_aead(const char *name, bool *simd_only)
{
	struct crypto_aead *tfm, *outer;

	tfm = crypto_alloc_aead(name, 0, DEVICE_ALG_FLAGS);
	if (!IS_ERR(tfm) && answers_elsewhere(crypto_aead_tfm(tfm))) {
		outer = tfm;
		tfm = alloc_wrapped_aead(outer);
		crypto_free_aead(outer);
		if (IS_ERR(tfm))
			tfm = crypto_alloc_aead(name, 0, DEVICE_ALG_FLAGS |
							 CRYPTO_ALG_ASYNC);
	}
	if (!IS_ERR(tfm))
		*simd_only = is_async(crypto_aead_tfm(tfm));
	return tfm;
}

static struct crypto_skcipher *alloc_skcipher(const char *name, bool *simd_only)
{
	struct crypto_skcipher *tfm;

	tfm = crypto_alloc_skcipher(name, 0, DEVICE_ALG_FLAGS);
	if (!IS_ERR(tfm) && answers_elsewhere(crypto_skcipher_tfm(tfm))) {
		crypto_free_skcipher(tfm);
		tfm = crypto_alloc_skcipher(name, 0, DEVICE_ALG_FLAGS |
						     CRYPTO_ALG_ASYNC);
	}
	if (!IS_ERR(tfm))
		*simd_only = is_async(crypto_skcipher_tfm(tfm));
	return tfm;
}

/*
 * Header protection
 */

static int init_hp_aes(struct quic_hp *hp, const u8 *key, unsigned int key_len)
{
	struct crypto_skcipher *tfm;
	int err;

	err = aes_expandkey(&hp->aes, key, key_len);
	if (err)
		return err;
	tfm = alloc_skcipher("ecb(aes)", &hp->simd_only);
	if (IS_ERR(tfm))
		return PTR_ERR(tfm);

	hp->tfm = tfm;
	err = crypto_skcipher_setkey(tfm, key, key_len);
	if (err)
		return err;
	hp->req = skcipher_request_alloc(tfm, GFP_KERNEL);
	if (!hp->req)
		return -ENOMEM;
	skcipher_request_set_callback(hp->req, 0, NULL, NULL);
	return 0;
}

static void init_hp_chacha(struct quic_hp *hp, const u8 *key)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hp->chacha); i++)
		hp->chacha[i] = get_unaligned_le32(key + 4 * i);
}

static int set_hp_key(struct quic_hp *hp, u16 cipher, const u8 *key,
		      unsigned int key_len)
{
	int err = 0;

	hp->cipher = cipher;
	if (cipher == TLS_CIPHER_CHACHA20_POLY1305)
		init_hp_chacha(hp, key);
	else
		err = init_hp_aes(hp, key, key_len);
	if (err)
		quic_hp_clear(hp);
	return err;
}

/**
 * quic_hp_copy - the same key once more, for another lock domain
 * @hp: receives the key
 * @from: key
 *
 * Context: Process context, may sleep; @from serialised by the caller.
 * Return: 0; -ENOKEY when @from is not initialised; -ENOMEM; errors of the
 * crypto API. After an error @hp is zero.
 */
int quic_hp_copy(struct quic_hp *hp, const struct quic_hp *from)
{
	u8 key[QUIC_KEY_LEN_MAX];
	int len, err;

	memset(hp, 0, sizeof(*hp));
	len = quic_hp_export(from, key, sizeof(key));
	if (len < 0)
		return len;
	err = set_hp_key(hp, from->cipher, key, len);
	memzero_explicit(key, sizeof(key));
	return err;
}

/**
 * quic_hp_init - set up the header-protection key of a direction and level
 * @hp: receives the key
 * @secret: the secret that the handshake gave, generation 0: a key update does
 *	not change header protection (RFC 9001 6.1)
 *
 * Context: Process context, may sleep.
 * Return: 0; -EOPNOTSUPP when @secret is not initialised; -EINVAL when it is
 * of another generation; -ENOMEM; errors of the crypto API. After an error
 * @hp is zero.
 */
int quic_hp_init(struct quic_hp *hp, const struct quic_secret *secret)
{
	const struct quic_labels *labels = quic_labels_find(secret->version);
	unsigned int key_len = quic_cipher_key_len(secret->cipher);
	u8 key[QUIC_KEY_LEN_MAX];
	int err;

	memset(hp, 0, sizeof(*hp));
	if (!labels || !key_len)
		return -EOPNOTSUPP;
	if (secret->generation)
		return -EINVAL;

	err = quic_hkdf_expand_label(secret->data, secret->len, labels->hp,
				     key, key_len);
	if (err)
		return err;
	err = set_hp_key(hp, secret->cipher, key, key_len);
	memzero_explicit(key, sizeof(key));
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(quic_hp_init);

/**
 * quic_hp_clear - free and wipe a header-protection key
 * @hp: key, or zeroed memory
 *
 * Context: Process context.
 */
void quic_hp_clear(struct quic_hp *hp)
{
	skcipher_request_free(hp->req);
	if (hp->tfm)
		crypto_free_skcipher(hp->tfm);
	memzero_explicit(hp, sizeof(*hp));
}
EXPORT_SYMBOL_IF_KUNIT(quic_hp_clear);

/* RFC 9001 5.4.4: the sample is the block counter and the nonce */
static void mask_chacha(const struct quic_hp *hp, const u8 *samples, u8 *masks,
			unsigned int n)
{
	u32 state[CHACHA_STATE_WORDS];
	u8 block[CHACHA_BLOCK_SIZE];
	unsigned int i;

	for (i = 0; i < n; i++) {
		chacha_init_generic(state, hp->chacha,
				    samples + i * QUIC_SAMPLE_LEN);
		chacha20_block(state, block);
		memcpy(masks + i * QUIC_SAMPLE_LEN, block, QUIC_SAMPLE_LEN);
	}
	memzero_explicit(state, sizeof(state));
	memzero_explicit(block, sizeof(block));
}

static void mask_aes_library(const struct quic_hp *hp, const u8 *samples,
			     u8 *masks, unsigned int n)
{
	unsigned long flags;
	unsigned int i;

	for (i = 0; i < n; i++) {
		/* what aes_encrypt() pulls into the cache shall stay there */
		local_irq_save(flags);
		aes_encrypt(&hp->aes, masks + i * QUIC_SAMPLE_LEN,
			    samples + i * QUIC_SAMPLE_LEN);
		local_irq_restore(flags);
	}
}

/*
 * A scatterlist wants direct-mapped memory. Blocks that are aligned never
 * cross a page, so the walk needs no bounce buffer and cannot fail.
 */
static bool buffer_fits_ecb(const u8 *p)
{
	return IS_ALIGNED((unsigned long)p, AES_BLOCK_SIZE) &&
	       virt_addr_valid(p);
}

static bool ecb_usable(const struct quic_hp *hp, const u8 *samples,
		       const u8 *masks)
{
	if (hp->simd_only && !crypto_simd_usable())
		return false;
	return buffer_fits_ecb(samples) &&
	       (masks == samples || buffer_fits_ecb(masks));
}

static int mask_aes_ecb(struct quic_hp *hp, const u8 *samples, u8 *masks,
			unsigned int n)
{
	struct scatterlist src, dst;

	sg_init_one(&src, samples, n * QUIC_SAMPLE_LEN);
	sg_init_one(&dst, masks, n * QUIC_SAMPLE_LEN);
	skcipher_request_set_crypt(hp->req, &src,
				   masks == samples ? &src : &dst,
				   n * QUIC_SAMPLE_LEN, NULL);
	return crypto_skcipher_encrypt(hp->req);
}

/**
 * quic_hp_masks - header-protection masks of a burst of packets
 * @hp: key
 * @samples: @n samples of QUIC_SAMPLE_LEN bytes, back to back. A sample starts
 *	4 bytes behind the start of its packet number (RFC 9001 5.4.2)
 * @masks: receives @n masks at the same stride, of which QUIC_MASK_LEN bytes
 *	count; may be @samples
 * @n: number of packets
 *
 * RFC 9001 5.4.3, 5.4.4. One request to the crypto API when the buffers are
 * aligned to 16 bytes and from kmalloc or the page allocator; on the stack or
 * unaligned they cost one AES of the library each.
 *
 * Context: Any but hard interrupts, serialised by the owner of @hp.
 */
void quic_hp_masks(struct quic_hp *hp, const u8 *samples, u8 *masks,
		   unsigned int n)
{
	if (!n)
		return;
	if (hp->cipher == TLS_CIPHER_CHACHA20_POLY1305) {
		mask_chacha(hp, samples, masks, n);
		return;
	}
	if (ecb_usable(hp, samples, masks)) {
		int err = mask_aes_ecb(hp, samples, masks, n);

		/* A wrong mask only loses its packet. */
		WARN_ONCE(err, "quic: ecb(aes) failed: %d\n", err);
		return;
	}
	mask_aes_library(hp, samples, masks, n);
}
EXPORT_SYMBOL_IF_KUNIT(quic_hp_masks);

/**
 * quic_hp_export - raw header-protection key, for a device
 * @hp: key
 * @key: receives the key; the caller wipes it
 * @key_size: room in @key, bytes
 *
 * Context: Any.
 * Return: bytes of key, positive; -ENOKEY when @hp is not initialised; -EINVAL
 * when @key is too small.
 */
int quic_hp_export(const struct quic_hp *hp, u8 *key, size_t key_size)
{
	unsigned int key_len = quic_cipher_key_len(hp->cipher);
	const u32 *words = hp->chacha;
	unsigned int i;

	if (!key_len)
		return -ENOKEY;
	if (key_size < key_len)
		return -EINVAL;
	/* An AES key schedule starts with the key, as little-endian words. */
	if (hp->tfm)
		words = hp->aes.key_enc;
	for (i = 0; i < key_len / 4; i++)
		put_unaligned_le32(words[i], key + 4 * i);
	return key_len;
}
EXPORT_SYMBOL_IF_KUNIT(quic_hp_export);

/*
 * AEAD
 */

static int set_aead_key(struct quic_aead_key *key,
			const struct quic_secret *secret)
{
	u8 raw[QUIC_KEY_LEN_MAX];
	int err;

	err = quic_secret_export(secret, raw, sizeof(raw), key->iv);
	if (err > 0)
		err = crypto_aead_setkey(key->tfm, raw, err);
	memzero_explicit(raw, sizeof(raw));
	return err;
}

static int setup_aead(struct quic_aead_key *key,
		      const struct quic_secret *secret)
{
	int err;

	err = set_aead_key(key, secret);
	if (err)
		return err;
	err = crypto_aead_setauthsize(key->tfm, QUIC_TAG_LEN);
	if (err)
		return err;
	key->req = aead_request_alloc(key->tfm, GFP_KERNEL);
	if (!key->req)
		return -ENOMEM;
	return 0;
}

/**
 * quic_aead_key_init - set up the packet-protection key of one generation
 * @key: receives the key
 * @secret: secret of the generation; may be wiped or advanced afterwards
 *
 * Do this ahead of need: the receive path cannot.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EOPNOTSUPP when @secret is not initialised; -ENOMEM; errors of
 * the crypto API. After an error @key is zero.
 */
int quic_aead_key_init(struct quic_aead_key *key,
		       const struct quic_secret *secret)
{
	const struct cipher *c = find_cipher(secret->cipher);
	struct crypto_aead *tfm;
	int err;

	memset(key, 0, sizeof(*key));
	if (!c)
		return -EOPNOTSUPP;
	tfm = alloc_aead(c->aead, &key->simd_only);
	if (IS_ERR(tfm))
		return PTR_ERR(tfm);

	key->tfm = tfm;
	key->cipher = secret->cipher;
	key->generation = secret->generation;
	err = setup_aead(key, secret);
	if (err)
		quic_aead_key_clear(key);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(quic_aead_key_init);

/**
 * quic_aead_key_clear - free and wipe a packet-protection key
 * @key: key, or zeroed memory
 *
 * Context: Process context. No call for @key is running.
 */
void quic_aead_key_clear(struct quic_aead_key *key)
{
	if (key->req)
		aead_request_free(key->req);
	if (key->tfm)
		crypto_free_aead(key->tfm);
	memzero_explicit(key, sizeof(*key));
}
EXPORT_SYMBOL_IF_KUNIT(quic_aead_key_clear);

/**
 * quic_aead_usable - can this key be used in the present context
 * @key: key
 *
 * Context: Any but hard interrupts, serialised by the owner of @key.
 * Return: true, which holds as long as the caller stays in its context; false
 * in a softirq that interrupted SIMD code of this CPU: then leave the work to
 * process context (RX: the backlog, TX: the pacer).
 */
bool quic_aead_usable(const struct quic_aead_key *key)
{
	if (!key->simd_only || !in_softirq())
		return true;
	return !key->queued && crypto_simd_usable();
}
EXPORT_SYMBOL_IF_KUNIT(quic_aead_usable);

/* RFC 9001 5.3: nonce = IV ^ packet number, left-padded */
static void set_nonce(struct quic_aead_key *key, u64 pn)
{
	u8 *nonce = key->nonce;

	/* RFC 3610 2.3, as crypto/ccm.c wants it */
	if (key->cipher == TLS_CIPHER_AES_CCM_128)
		*nonce++ = CCM_LENGTH_BYTES - 1;
	memcpy(nonce, key->iv, QUIC_IV_LEN);
	put_unaligned_be64(get_unaligned_be64(nonce + 4) ^ pn, nonce + 4);
}

static void drop_late_answer(void *data, int err)
{
}

/*
 * An implementation broke the rules of the DOC above: it holds the request.
 * Never free that, nor the code that it will call.
 */
static int abandon_request(struct quic_aead_key *key)
{
	WARN_ONCE(1, "quic: %s answered late in softirq\n",
		  crypto_tfm_alg_driver_name(crypto_aead_tfm(key->tfm)));
	__module_get(THIS_MODULE);
	key->tfm = NULL;
	key->req = NULL;
	return -EINPROGRESS;
}

static int run_atomic(struct quic_aead_key *key,
		      int (*crypt)(struct aead_request *req))
{
	int err;

	aead_request_set_callback(key->req, 0, drop_late_answer, NULL);
	err = crypt(key->req);
	if (unlikely(err == -EINPROGRESS || err == -EBUSY))
		return abandon_request(key);
	return err;
}

static int run_waiting(struct quic_aead_key *key,
		       int (*crypt)(struct aead_request *req))
{
	DECLARE_CRYPTO_WAIT(wait);
	int err;

	aead_request_set_callback(key->req, CRYPTO_TFM_REQ_MAY_BACKLOG,
				  crypto_req_done, &wait);
	err = crypt(key->req);
	if (likely(err != -EINPROGRESS && err != -EBUSY))
		return err;
	key->queued = true;
	return crypto_wait_req(err, &wait);
}

static int run_aead(struct quic_aead_key *key, u64 pn, struct scatterlist *src,
		    struct scatterlist *dst, unsigned int aad_len,
		    unsigned int len, int (*crypt)(struct aead_request *req))
{
	if (unlikely(!key->tfm))
		return -ENOKEY;
	if (unlikely(!quic_aead_usable(key)))
		return -EAGAIN;

	set_nonce(key, pn);
	aead_request_set_ad(key->req, aad_len);
	aead_request_set_crypt(key->req, src, dst, len, key->nonce);
	return in_softirq() ? run_atomic(key, crypt) : run_waiting(key, crypt);
}

/**
 * quic_aead_seal - seal one packet
 * @key: key of the sending direction
 * @pn: full packet number; never twice with the same key (RFC 9001 5.3)
 * @src: header including the clear packet number, then plaintext
 * @dst: the packet: room for the header, then for @text_len + QUIC_TAG_LEN
 *	bytes that are written. The header is not copied: lay it out in @dst
 *	and let the first entry of @src point there. May be @src.
 * @aad_len: bytes of the header including the packet number
 * @text_len: bytes of plaintext
 *
 * The plaintext is read only: with a @dst of its own, sealing is the copy to
 * the wire. Header protection comes afterwards, see quic_hp_masks().
 *
 * Context: With bottom halves disabled this never sleeps. Otherwise it may:
 * hold no spinlock and be in no RCU section. Serialised by the owner of @key.
 * Return: 0; -EAGAIN when !quic_aead_usable(): nothing was read, the packet
 * number is not used up; -ENOKEY when @key is not initialised; -ENOMEM and
 * other errors of the crypto API: the packet number is used up.
 */
int quic_aead_seal(struct quic_aead_key *key, u64 pn, struct scatterlist *src,
		   struct scatterlist *dst, unsigned int aad_len,
		   unsigned int text_len)
{
	return run_aead(key, pn, src, dst, aad_len, text_len,
			crypto_aead_encrypt);
}
EXPORT_SYMBOL_IF_KUNIT(quic_aead_seal);

/**
 * quic_aead_open - open one packet
 * @key: key of the receiving direction and the packet's generation
 * @pn: full packet number
 * @src: header, unprotected already, then ciphertext and tag
 * @dst: room for the header, which is not written, then for the plaintext;
 *	may be @src
 * @aad_len: bytes of the header including the packet number
 * @sealed_len: bytes of ciphertext and tag
 *
 * The lists must be as long as the lengths say: the crypto API walks off a
 * shorter one.
 *
 * Context: As quic_aead_seal().
 * Return: 0, the plaintext being @sealed_len - QUIC_TAG_LEN bytes; -EBADMSG
 * when the tag does not match or is not there; -EAGAIN when
 * !quic_aead_usable(), with nothing read or written; -ENOKEY; -ENOMEM and
 * other errors of the crypto API. After any error but -EAGAIN the plaintext's
 * place in @dst holds rubbish. In place, the tag itself is still there, so
 * that a stateless reset can be recognised (RFC 9000 10.3).
 */
int quic_aead_open(struct quic_aead_key *key, u64 pn, struct scatterlist *src,
		   struct scatterlist *dst, unsigned int aad_len,
		   unsigned int sealed_len)
{
	if (unlikely(sealed_len < QUIC_TAG_LEN))
		return -EBADMSG;
	return run_aead(key, pn, src, dst, aad_len, sealed_len,
			crypto_aead_decrypt);
}
EXPORT_SYMBOL_IF_KUNIT(quic_aead_open);

/**
 * quic_aead_seal_linear - seal one packet in place
 * @key: key of the sending direction
 * @pn: full packet number
 * @pkt: header, plaintext, and room for QUIC_TAG_LEN bytes: one piece of
 *	memory from kmalloc or the page allocator, not the stack
 * @aad_len: bytes of the header including the packet number
 * @text_len: bytes of plaintext
 *
 * Context: As quic_aead_seal().
 * Return: As quic_aead_seal().
 */
int quic_aead_seal_linear(struct quic_aead_key *key, u64 pn, u8 *pkt,
			  unsigned int aad_len, unsigned int text_len)
{
	struct scatterlist sg;

	sg_init_one(&sg, pkt, aad_len + text_len + QUIC_TAG_LEN);
	return quic_aead_seal(key, pn, &sg, &sg, aad_len, text_len);
}
EXPORT_SYMBOL_IF_KUNIT(quic_aead_seal_linear);

/**
 * quic_aead_open_linear - open one packet in place
 * @key: key of the receiving direction and the packet's generation
 * @pn: full packet number
 * @pkt: header, unprotected already, then ciphertext and tag: one piece of
 *	memory from kmalloc or the page allocator, not the stack
 * @aad_len: bytes of the header including the packet number
 * @sealed_len: bytes of ciphertext and tag
 *
 * Context: As quic_aead_seal().
 * Return: As quic_aead_open().
 */
int quic_aead_open_linear(struct quic_aead_key *key, u64 pn, u8 *pkt,
			  unsigned int aad_len, unsigned int sealed_len)
{
	struct scatterlist sg;

	sg_init_one(&sg, pkt, aad_len + sealed_len);
	return quic_aead_open(key, pn, &sg, &sg, aad_len, sealed_len);
}
EXPORT_SYMBOL_IF_KUNIT(quic_aead_open_linear);
