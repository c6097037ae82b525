// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packet protection against RFC 9001 Appendix A, RFC 9369 Appendix A, an
 * independent implementation, and itself under every shape of buffer.
 */
#include <kunit/test.h>
#include <linux/bottom_half.h>
#include <linux/hex.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/quic.h>
#include <linux/random.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/tls.h>
#include <linux/unaligned.h>

#include "quic/hkdf.h"
#include "quic/initial.h"
#include "quic/protect.h"

#include "protect_vectors.h"

#define PACKET_MAX	2048

/* The client's first Destination Connection ID in both RFCs */
static const u8 rfc_dcid[] = {
	0x83, 0x94, 0xc8, 0xf0, 0x3e, 0x51, 0x57, 0x08
};

static u8 *alloc_bytes(struct kunit *test, size_t len)
{
	u8 *p = kunit_kzalloc(test, len, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	return p;
}

/* Decode a vector; returns its length in bytes. */
static size_t decode_hex(struct kunit *test, u8 *out, const char *hex)
{
	size_t len = strlen(hex) / 2;

	KUNIT_ASSERT_EQ(test, hex2bin(out, hex, len), 0);
	return len;
}

static void expect_hex(struct kunit *test, const u8 *got, const char *hex,
		       const char *what)
{
	u8 *want = alloc_bytes(test, strlen(hex) / 2 + 1);
	size_t len = decode_hex(test, want, hex);

	KUNIT_EXPECT_MEMEQ_MSG(test, got, want, len, "%s", what);
	kunit_kfree(test, want);
}

static void expect_zero(struct kunit *test, const void *p, size_t len)
{
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, len));
}

/* RFC 9001 5.4.1. @long_bits: 0x0f for a long header, 0x1f for a short one */
static void apply_mask(u8 *pkt, size_t pn_offset, size_t pn_len,
		       const u8 *mask, u8 long_bits)
{
	size_t i;

	pkt[0] ^= mask[0] & long_bits;
	for (i = 0; i < pn_len; i++)
		pkt[pn_offset + i] ^= mask[1 + i];
}

/*
 * Appendix A.1: keys of the Initial level
 */

static void get_name(const struct initial_keys *k, char *desc)
{
	strscpy(desc, k->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(version, initial_keys, get_name);

/* An AES key schedule starts with the key, as little-endian words. */
static void expect_aes_key(struct kunit *test, const struct crypto_aes_ctx *ctx,
			   const char *hex, const char *what)
{
	u8 raw[AES_KEYSIZE_128];
	int i;

	for (i = 0; i < 4; i++)
		put_unaligned_le32(ctx->key_enc[i], raw + 4 * i);
	KUNIT_EXPECT_EQ(test, ctx->key_length, AES_KEYSIZE_128);
	expect_hex(test, raw, hex, what);
}

static void initial_secrets_match(struct kunit *test)
{
	const struct initial_keys *k = test->param_value;
	u8 salt[20], prk[32], secret[32];

	decode_hex(test, salt, k->salt);
	quic_hkdf_extract_sha256(salt, sizeof(salt), rfc_dcid,
				 sizeof(rfc_dcid), prk);
	expect_hex(test, prk, k->initial_secret, "initial_secret");

	KUNIT_EXPECT_EQ(test, 0, quic_hkdf_expand_label(prk, 32, "client in",
							secret, 32));
	expect_hex(test, secret, k->client_secret, "client_initial_secret");
	KUNIT_EXPECT_EQ(test, 0, quic_hkdf_expand_label(prk, 32, "server in",
							secret, 32));
	expect_hex(test, secret, k->server_secret, "server_initial_secret");
}

/* RFC 9001 5.2 */
static void initial_keys_match(struct kunit *test)
{
	const struct initial_keys *k = test->param_value;
	struct quic_initial *in = (void *)alloc_bytes(test, sizeof(*in));
	int server;

	for (server = 0; server < 2; server++) {
		struct quic_initial_key *c = server ? &in->rx : &in->tx;
		struct quic_initial_key *s = server ? &in->tx : &in->rx;

		KUNIT_ASSERT_EQ(test, 0,
				quic_initial_derive(in, k->version, rfc_dcid,
						    sizeof(rfc_dcid), server));
		expect_aes_key(test, &c->aead.aes, k->client_key, "client key");
		expect_aes_key(test, &c->hp, k->client_hp, "client hp");
		expect_hex(test, c->aead.iv, k->client_iv, "client iv");
		expect_aes_key(test, &s->aead.aes, k->server_key, "server key");
		expect_aes_key(test, &s->hp, k->server_hp, "server hp");
		expect_hex(test, s->aead.iv, k->server_iv, "server iv");
	}
	quic_initial_wipe(in);
	expect_zero(test, in, sizeof(*in));
}

/*
 * Appendix A.2, A.3: whole Initial packets
 */

static void get_packet_name(const struct initial_packet *p, char *desc)
{
	strscpy(desc, p->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(packet, initial_packets, get_packet_name);

static struct quic_initial *derive(struct kunit *test, u32 version, bool server)
{
	struct quic_initial *in = (void *)alloc_bytes(test, sizeof(*in));

	KUNIT_ASSERT_EQ(test, 0,
			quic_initial_derive(in, version, rfc_dcid,
					    sizeof(rfc_dcid), server));
	return in;
}

/* Header and clear payload as the RFC gives them; returns header's length. */
static size_t lay_out(struct kunit *test, const struct initial_packet *p,
		      u8 *pkt)
{
	size_t hdr_len = decode_hex(test, pkt, p->header);

	decode_hex(test, pkt + hdr_len,
		   p->server ? server_text_hex : client_crypto_hex);
	return hdr_len;
}

static void initial_packet_seals(struct kunit *test)
{
	const struct initial_packet *p = test->param_value;
	struct quic_initial *in = derive(test, p->version, p->server);
	u8 *pkt = alloc_bytes(test, PACKET_MAX);
	size_t hdr_len = lay_out(test, p, pkt);
	size_t pn_offset = hdr_len - p->pn_len;
	u8 mask[16];

	quic_initial_seal(&in->tx, p->pn, pkt, hdr_len, p->text_len);
	quic_initial_mask(&in->tx, pkt + pn_offset + 4, mask);
	apply_mask(pkt, pn_offset, p->pn_len, mask, 0x0f);
	KUNIT_EXPECT_EQ(test, strlen(p->packet) / 2,
			hdr_len + p->text_len + QUIC_TAG_LEN);
	expect_hex(test, pkt, p->packet, p->name);
	expect_zero(test, pkt + hdr_len + p->text_len + QUIC_TAG_LEN,
		    PACKET_MAX - hdr_len - p->text_len - QUIC_TAG_LEN);
}

static void initial_packet_opens(struct kunit *test)
{
	const struct initial_packet *p = test->param_value;
	struct quic_initial *in = derive(test, p->version, !p->server);
	u8 *want = alloc_bytes(test, PACKET_MAX);
	u8 *pkt = alloc_bytes(test, PACKET_MAX);
	size_t hdr_len = lay_out(test, p, want);
	size_t len = decode_hex(test, pkt, p->packet);
	size_t pn_offset = hdr_len - p->pn_len;
	u8 mask[16];

	quic_initial_mask(&in->rx, pkt + pn_offset + 4, mask);
	apply_mask(pkt, pn_offset, p->pn_len, mask, 0x0f);
	KUNIT_EXPECT_EQ(test, 0,
			quic_initial_open(&in->rx, p->pn, pkt, hdr_len,
					  len - hdr_len));
	KUNIT_EXPECT_MEMEQ(test, pkt, want, hdr_len + p->text_len);
}

/* Every byte of the packet counts, and a refused packet stays as it was. */
static void initial_tampered_refused(struct kunit *test)
{
	const struct initial_packet *p = test->param_value;
	struct quic_initial *in = derive(test, p->version, p->server);
	u8 *pkt = alloc_bytes(test, PACKET_MAX);
	u8 *was = alloc_bytes(test, PACKET_MAX);
	size_t hdr_len = lay_out(test, p, pkt);
	size_t sealed_len = p->text_len + QUIC_TAG_LEN;
	size_t i;

	quic_initial_seal(&in->tx, p->pn, pkt, hdr_len, p->text_len);
	for (i = 0; i < hdr_len + sealed_len; i++) {
		pkt[i] ^= 1 << (i & 7);
		memcpy(was, pkt, PACKET_MAX);
		KUNIT_EXPECT_EQ_MSG(test, -EBADMSG,
				    quic_initial_open(&in->tx, p->pn, pkt,
						      hdr_len, sealed_len),
				    "byte %zu", i);
		KUNIT_EXPECT_MEMEQ(test, pkt, was, PACKET_MAX);
		pkt[i] ^= 1 << (i & 7);
	}
	KUNIT_EXPECT_EQ(test, -EBADMSG,
			quic_initial_open(&in->tx, p->pn + 1, pkt, hdr_len,
					  sealed_len));
	KUNIT_EXPECT_EQ(test, -EBADMSG,
			quic_initial_open(&in->tx, p->pn, pkt, hdr_len,
					  QUIC_TAG_LEN - 1));
	KUNIT_EXPECT_EQ(test, 0,
			quic_initial_open(&in->tx, p->pn, pkt, hdr_len,
					  sealed_len));
}

static void initial_refuses_bad_arguments(struct kunit *test)
{
	struct quic_initial *in = (void *)alloc_bytes(test, sizeof(*in));
	u8 cid[21] = {}, tag[16];

	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP,
			quic_initial_derive(in, 0xff00001d, cid, 8, false));
	KUNIT_EXPECT_EQ(test, -EINVAL,
			quic_initial_derive(in, QUIC_VERSION_V1, cid, 21,
					    false));
	expect_zero(test, in, sizeof(*in));
	KUNIT_EXPECT_EQ(test, 0,
			quic_initial_derive(in, QUIC_VERSION_V1, cid, 0,
					    false));
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP,
			quic_retry_tag(0, cid, 8, cid, 8, tag));
	KUNIT_EXPECT_EQ(test, -EINVAL,
			quic_retry_tag(QUIC_VERSION_V1, cid, 21, cid, 8, tag));
}

/* The two AES-128-GCM of quic/ agree for every length around the block size. */
static void initial_equals_aead(struct kunit *test)
{
	struct quic_initial *in = derive(test, QUIC_VERSION_V1, false);
	u8 *a = alloc_bytes(test, PACKET_MAX);
	u8 *b = alloc_bytes(test, PACKET_MAX);
	struct quic_aead_key key;
	struct quic_secret secret;
	unsigned int aad, len;
	u8 raw[32];

	decode_hex(test, raw, initial_keys[0].client_secret);
	KUNIT_ASSERT_EQ(test, 0,
			quic_secret_init(&secret, QUIC_VERSION_V1,
					 TLS_CIPHER_AES_GCM_128, raw, 32));
	KUNIT_ASSERT_EQ(test, 0, quic_aead_key_init(&key, &secret));
	for (aad = 7; aad < 50; aad += 3) {
		for (len = 0; len < 70; len++) {
			get_random_bytes(a, PACKET_MAX);
			memcpy(b, a, PACKET_MAX);
			quic_initial_seal(&in->tx, aad, a, aad, len);
			KUNIT_EXPECT_EQ(test, 0,
					quic_aead_seal_linear(&key, aad, b, aad,
							      len));
			KUNIT_EXPECT_MEMEQ(test, a, b, PACKET_MAX);
		}
	}
	quic_aead_key_clear(&key);
}

/* Appendix A.4 */
static void retry_tag_matches(struct kunit *test)
{
	static const struct {
		u32 version;
		const char *packet;
	} retry[] = {
		{ QUIC_VERSION_V1,
		  "ff000000010008f067a5502a4262b5746f6b656e"
		  "04a265ba2eff4d829058fb3f0f2496ba" },
		{ QUIC_VERSION_V2,
		  "cf6b3343cf0008f067a5502a4262b5746f6b656e"
		  "c8646ce8bfe33952d955543665dcc7b6" },
	};
	u8 pkt[64], tag[16];
	size_t len;
	int i;

	for (i = 0; i < ARRAY_SIZE(retry); i++) {
		len = decode_hex(test, pkt, retry[i].packet) - sizeof(tag);
		KUNIT_EXPECT_EQ(test, 0,
				quic_retry_tag(retry[i].version, rfc_dcid,
					       sizeof(rfc_dcid), pkt, len,
					       tag));
		KUNIT_EXPECT_MEMEQ(test, tag, pkt + len, sizeof(tag));
	}
}

/*
 * Appendix A.5: ChaCha20-Poly1305 short header
 */

static void get_short_name(const struct short_packet *p, char *desc)
{
	strscpy(desc, p->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(short_packet, short_packets, get_short_name);

static void chacha_short_header_matches(struct kunit *test)
{
	const struct short_packet *p = test->param_value;
	u8 *pkt = alloc_bytes(test, PACKET_MAX);
	struct quic_secret secret;
	struct quic_aead_key key;
	u8 raw[32], iv[12], mask[16];
	struct quic_hp hp;

	decode_hex(test, raw, SHORT_SECRET);
	KUNIT_ASSERT_EQ(test, 0,
			quic_secret_init(&secret, p->version,
					 TLS_CIPHER_CHACHA20_POLY1305, raw,
					 32));
	KUNIT_ASSERT_EQ(test, 0, quic_hp_init(&hp, &secret));
	KUNIT_ASSERT_EQ(test, 0, quic_aead_key_init(&key, &secret));
	KUNIT_EXPECT_EQ(test, 32, quic_secret_export(&secret, raw, 32, iv));
	expect_hex(test, raw, p->key, "key");
	expect_hex(test, iv, p->iv, "iv");
	KUNIT_EXPECT_EQ(test, 32, quic_hp_export(&hp, raw, 32));
	expect_hex(test, raw, p->hp, "hp");

	decode_hex(test, pkt, "4200bff401");
	KUNIT_EXPECT_EQ(test, 0,
			quic_aead_seal_linear(&key, SHORT_PN, pkt, 4, 1));
	quic_hp_masks(&hp, pkt + 5, mask, 1);
	expect_hex(test, mask, p->mask, "mask");
	apply_mask(pkt, 1, 3, mask, 0x1f);
	expect_hex(test, pkt, p->packet, "packet");

	KUNIT_EXPECT_EQ(test, 0, quic_secret_next(&secret));
	KUNIT_EXPECT_EQ(test, 1, secret.generation);
	expect_hex(test, secret.data, p->ku, "ku");
	quic_aead_key_clear(&key);
	quic_hp_clear(&hp);
}

/*
 * Every cipher
 */

static void get_cipher_name(const struct cipher_vector *v, char *desc)
{
	strscpy(desc, v->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(cipher, cipher_vectors, get_cipher_name);

static void make_secret(struct kunit *test, struct quic_secret *secret)
{
	const struct cipher_vector *v = test->param_value;
	u8 data[QUIC_SECRET_LEN_MAX];
	int i;

	for (i = 0; i < sizeof(data); i++)
		data[i] = i;
	KUNIT_ASSERT_EQ(test, 0,
			quic_secret_init(secret, QUIC_VERSION_V1, v->cipher,
					 data, sizeof(data)));
}

static void make_key(struct kunit *test, struct quic_aead_key *key)
{
	struct quic_secret secret;

	make_secret(test, &secret);
	KUNIT_ASSERT_EQ(test, 0, quic_aead_key_init(key, &secret));
}

static void make_hp(struct kunit *test, struct quic_hp *hp)
{
	struct quic_secret secret;

	make_secret(test, &secret);
	KUNIT_ASSERT_EQ(test, 0, quic_hp_init(hp, &secret));
}

static void cipher_keys_match(struct kunit *test)
{
	const struct cipher_vector *v = test->param_value;
	unsigned int key_len = strlen(v->key) / 2;
	u8 raw[QUIC_KEY_LEN_MAX], iv[QUIC_IV_LEN];
	struct quic_secret secret;
	struct quic_hp hp;

	make_secret(test, &secret);
	make_hp(test, &hp);
	KUNIT_EXPECT_TRUE(test, quic_cipher_supported(v->cipher));
	KUNIT_EXPECT_EQ(test, key_len, quic_cipher_key_len(v->cipher));
	KUNIT_EXPECT_EQ(test, key_len,
			quic_secret_export(&secret, raw, sizeof(raw), iv));
	expect_hex(test, raw, v->key, "key");
	expect_hex(test, iv, v->iv, "iv");
	KUNIT_EXPECT_EQ(test, key_len, quic_hp_export(&hp, raw, sizeof(raw)));
	expect_hex(test, raw, v->hp, "hp");
	KUNIT_EXPECT_EQ(test, -EINVAL,
			quic_secret_export(&secret, raw, key_len - 1, iv));
	KUNIT_EXPECT_EQ(test, -EINVAL, quic_hp_export(&hp, raw, key_len - 1));
	KUNIT_EXPECT_EQ(test, 0, quic_secret_next(&secret));
	expect_hex(test, secret.data, v->next_secret, "next secret");
	quic_hp_clear(&hp);
}

static void cipher_packet_matches(struct kunit *test)
{
	const struct cipher_vector *v = test->param_value;
	u8 *pkt = alloc_bytes(test, PACKET_MAX);
	struct quic_aead_key key;
	struct quic_hp hp;
	size_t aad, len;
	u8 mask[16];

	make_key(test, &key);
	make_hp(test, &hp);
	aad = decode_hex(test, pkt, vector_header_hex);
	len = decode_hex(test, pkt + aad, vector_text_hex);
	KUNIT_EXPECT_EQ(test, 0, quic_aead_seal_linear(&key, VECTOR_PN, pkt,
						       aad, len));
	expect_hex(test, pkt, vector_header_hex, "header");
	expect_hex(test, pkt + aad, v->sealed, "sealed");
	quic_hp_masks(&hp, pkt + aad, mask, 1);
	expect_hex(test, mask, v->mask, "mask");
	KUNIT_EXPECT_EQ(test, 0,
			quic_aead_open_linear(&key, VECTOR_PN, pkt, aad,
					      len + QUIC_TAG_LEN));
	expect_hex(test, pkt + aad, vector_text_hex, "text");
	quic_aead_key_clear(&key);
	quic_hp_clear(&hp);
}

/* A list of up to @max pieces of uneven length over @len bytes at @buf. */
static void split(struct scatterlist *sg, unsigned int max, u8 *buf,
		  unsigned int len, unsigned int piece)
{
	unsigned int i, n = min(max, DIV_ROUND_UP(len, piece));

	sg_init_table(sg, n);
	for (i = 0; i < n; i++) {
		unsigned int part = i == n - 1 ? len : piece;

		sg_set_buf(&sg[i], buf, part);
		buf += part;
		len -= part;
	}
}

struct shape {
	unsigned int src_offset;
	unsigned int dst_offset;
	unsigned int src_piece;
	unsigned int dst_piece;
	unsigned int text_len;
};

static const struct shape shapes[] = {
	{ 0, 0, 4096, 4096, 1350 },	/* one entry each, aligned */
	{ 0, 0, 4096, 4096, 1 },
	{ 0, 0, 4096, 4096, 0 },
	{ 0, 3, 4096, 4096, 1452 },
	{ 1, 0, 4096, 4096, 1200 },
	{ 5, 9, 4096, 4096, 17 },
	{ 0, 0, 512, 4096, 1350 },	/* plaintext in fragments */
	{ 3, 0, 101, 4096, 1350 },
	{ 7, 1, 13, 17, 333 },		/* both in fragments, not blocks */
	{ 0, 0, 1, 1, 40 },
	{ 4090, 4093, 16, 1000, 1400 },	/* across pages */
};

#define SHAPE_SG	128
#define SHAPE_BUF	(3 * PAGE_SIZE)
#define SHAPE_AAD	13

struct shape_buf {
	struct scatterlist src[SHAPE_SG];
	struct scatterlist dst[SHAPE_SG];
	u8 ref[PACKET_MAX];
	u8 *wire;	/* what goes out: header, sealed bytes */
	u8 *text;	/* plaintext of its own */
};

/* Fields for one shape: the source begins with the header in @wire. */
static void set_shape(struct shape_buf *b, const struct shape *s)
{
	u8 *wire = b->wire + s->dst_offset;

	get_random_bytes(b->wire, SHAPE_BUF);
	get_random_bytes(b->text, SHAPE_BUF);
	memcpy(b->ref, wire, SHAPE_AAD);
	memcpy(b->ref + SHAPE_AAD, b->text + s->src_offset, s->text_len);

	sg_init_table(b->src, SHAPE_SG);
	sg_set_buf(&b->src[0], wire, SHAPE_AAD);
	if (s->text_len)
		split(b->src + 1, SHAPE_SG - 1, b->text + s->src_offset,
		      s->text_len, s->src_piece);
	else
		sg_mark_end(&b->src[0]);
	split(b->dst, SHAPE_SG, wire, SHAPE_AAD + s->text_len + QUIC_TAG_LEN,
	      s->dst_piece);
}

/* Seal as copy equals seal in place; the source is not touched. */
static void try_shape(struct kunit *test, struct quic_aead_key *key,
		      struct shape_buf *b, const struct shape *s, u64 pn)
{
	unsigned int sealed_len = s->text_len + QUIC_TAG_LEN;
	u8 *wire = b->wire + s->dst_offset;
	u8 *text = b->text + s->src_offset;

	set_shape(b, s);
	KUNIT_EXPECT_EQ(test, 0,
			quic_aead_seal_linear(key, pn, b->ref, SHAPE_AAD,
					      s->text_len));
	KUNIT_EXPECT_EQ(test, 0,
			quic_aead_seal(key, pn, b->src, b->dst, SHAPE_AAD,
				       s->text_len));
	KUNIT_EXPECT_MEMEQ(test, wire, b->ref, SHAPE_AAD + sealed_len);

	/* the way back: sealed in pieces, opened into the text buffer */
	memcpy(b->ref, text, s->text_len);
	memset(text, 0, s->text_len);
	KUNIT_EXPECT_EQ(test, 0,
			quic_aead_open(key, pn, b->dst, b->src, SHAPE_AAD,
				       sealed_len));
	KUNIT_EXPECT_MEMEQ(test, text, b->ref, s->text_len);

	/* and in place, in pieces */
	KUNIT_EXPECT_EQ(test, 0,
			quic_aead_open(key, pn, b->dst, b->dst, SHAPE_AAD,
				       sealed_len));
	KUNIT_EXPECT_MEMEQ(test, wire + SHAPE_AAD, b->ref, s->text_len);
}

static void cipher_round_trips(struct kunit *test)
{
	static const u64 pns[] = { 0, 1, 0xffffffffULL, (1ULL << 62) - 1 };
	struct shape_buf *b = (void *)alloc_bytes(test, sizeof(*b));
	struct quic_aead_key key;
	unsigned int i;

	b->wire = alloc_bytes(test, SHAPE_BUF);
	b->text = alloc_bytes(test, SHAPE_BUF);
	make_key(test, &key);
	for (i = 0; i < ARRAY_SIZE(shapes) * ARRAY_SIZE(pns); i++)
		try_shape(test, &key, b, &shapes[i / ARRAY_SIZE(pns)],
			  pns[i % ARRAY_SIZE(pns)]);
	quic_aead_key_clear(&key);
}

static void cipher_source_untouched(struct kunit *test)
{
	struct shape_buf *b = (void *)alloc_bytes(test, sizeof(*b));
	struct quic_aead_key key;
	u8 *was;

	b->wire = alloc_bytes(test, SHAPE_BUF);
	b->text = alloc_bytes(test, SHAPE_BUF);
	was = alloc_bytes(test, SHAPE_BUF);
	make_key(test, &key);
	set_shape(b, &shapes[7]);
	memcpy(was, b->text, SHAPE_BUF);
	KUNIT_EXPECT_EQ(test, 0, quic_aead_seal(&key, 9, b->src, b->dst,
						SHAPE_AAD, shapes[7].text_len));
	KUNIT_EXPECT_MEMEQ(test, was, b->text, SHAPE_BUF);
	quic_aead_key_clear(&key);
}

static void cipher_tampered_refused(struct kunit *test)
{
	const unsigned int len = 60, sealed_len = len + QUIC_TAG_LEN;
	u8 *was = alloc_bytes(test, PACKET_MAX);
	u8 *pkt = alloc_bytes(test, PACKET_MAX);
	struct quic_aead_key key;
	unsigned int i;

	make_key(test, &key);
	KUNIT_ASSERT_EQ(test, 0, quic_aead_seal_linear(&key, 7, was,
						       SHAPE_AAD, len));
	for (i = 0; i < SHAPE_AAD + sealed_len; i++) {
		memcpy(pkt, was, PACKET_MAX);
		pkt[i] ^= 1 << (i & 7);
		KUNIT_EXPECT_EQ_MSG(test, -EBADMSG,
				    quic_aead_open_linear(&key, 7, pkt,
							  SHAPE_AAD,
							  sealed_len),
				    "byte %u", i);
		/* the tag survives, for the stateless reset check */
		if (i < SHAPE_AAD + len)
			KUNIT_EXPECT_MEMEQ(test, pkt + SHAPE_AAD + len,
					   was + SHAPE_AAD + len, QUIC_TAG_LEN);
	}
	memcpy(pkt, was, PACKET_MAX);
	KUNIT_EXPECT_EQ(test, -EBADMSG,
			quic_aead_open_linear(&key, 8, pkt, SHAPE_AAD,
					      sealed_len));
	KUNIT_EXPECT_EQ(test, -EBADMSG,
			quic_aead_open_linear(&key, 7, was, SHAPE_AAD,
					      QUIC_TAG_LEN - 1));
	KUNIT_EXPECT_EQ(test, 0,
			quic_aead_open_linear(&key, 7, was, SHAPE_AAD,
					      sealed_len));
	expect_zero(test, was + SHAPE_AAD, len);
	quic_aead_key_clear(&key);
}

/* Another generation is another key; header protection stays. */
static void cipher_key_update(struct kunit *test)
{
	u8 *pkt = alloc_bytes(test, PACKET_MAX);
	struct quic_aead_key old, next;
	struct quic_secret secret;
	struct quic_hp hp;

	make_key(test, &old);
	make_secret(test, &secret);
	KUNIT_ASSERT_EQ(test, 0, quic_secret_next(&secret));
	KUNIT_ASSERT_EQ(test, 0, quic_aead_key_init(&next, &secret));
	KUNIT_EXPECT_EQ(test, 0, old.generation);
	KUNIT_EXPECT_EQ(test, 1, next.generation);

	KUNIT_EXPECT_EQ(test, 0, quic_aead_seal_linear(&next, 5, pkt, 9, 30));
	KUNIT_EXPECT_EQ(test, 0, quic_aead_open_linear(&next, 5, pkt, 9, 46));
	expect_zero(test, pkt + 9, 30);
	KUNIT_EXPECT_EQ(test, 0, quic_aead_seal_linear(&next, 6, pkt, 9, 30));
	KUNIT_EXPECT_EQ(test, -EBADMSG,
			quic_aead_open_linear(&old, 6, pkt, 9, 46));
	KUNIT_EXPECT_EQ(test, -EINVAL, quic_hp_init(&hp, &secret));
	quic_aead_key_clear(&old);
	quic_aead_key_clear(&next);
}

/* A batch is as many single masks, wherever the buffers lie. */
static void hp_batch_equals_single(struct kunit *test)
{
	static const unsigned int counts[] = { 0, 1, 2, 5, 40, 64, 300 };
	const size_t size = 301 * QUIC_SAMPLE_LEN;
	u8 *samples = alloc_bytes(test, size);
	u8 *single = alloc_bytes(test, size);
	u8 *masks = alloc_bytes(test, size);
	struct quic_hp hp;
	unsigned int c, i;

	make_hp(test, &hp);
	get_random_bytes(samples, size);
	for (i = 0; i < 300; i++) {
		u8 sample[16];	/* on the stack: the library */

		memcpy(sample, samples + i * 16, 16);
		quic_hp_masks(&hp, sample, single + i * 16, 1);
	}
	for (c = 0; c < ARRAY_SIZE(counts); c++) {
		size_t len = counts[c] * QUIC_SAMPLE_LEN;

		memset(masks, 0, size);
		quic_hp_masks(&hp, samples, masks, counts[c]);
		KUNIT_EXPECT_MEMEQ(test, masks, single, len);
		expect_zero(test, masks + len, size - len);

		memset(masks, 0, size);
		quic_hp_masks(&hp, samples, masks + 5, counts[c]);
		KUNIT_EXPECT_MEMEQ(test, masks + 5, single, len);

		memcpy(masks, samples, size);
		quic_hp_masks(&hp, masks, masks, counts[c]);
		KUNIT_EXPECT_MEMEQ(test, masks, single, len);
	}
	quic_hp_clear(&hp);
}

/*
 * Contexts, life cycle
 */

static void cipher_works_in_softirq(struct kunit *test)
{
	u8 *pkt = alloc_bytes(test, PACKET_MAX);
	struct quic_aead_key key;
	int seal, open;

	make_key(test, &key);
	local_bh_disable();
	seal = quic_aead_seal_linear(&key, 3, pkt, 11, 1200);
	open = quic_aead_open_linear(&key, 3, pkt, 11, 1216);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, 0, seal);
	KUNIT_EXPECT_EQ(test, 0, open);
	expect_zero(test, pkt, 11 + 1200);
	quic_aead_key_clear(&key);
}

/* -EAGAIN promises that nothing happened; process context still works. */
static void cipher_defers_untouched(struct kunit *test)
{
	u8 *pkt = alloc_bytes(test, PACKET_MAX);
	struct quic_aead_key key;
	bool usable;
	int err;

	make_key(test, &key);
	/* as if cryptd had once held a request of this transform */
	key.simd_only = true;
	key.queued = true;
	local_bh_disable();
	usable = quic_aead_usable(&key);
	err = quic_aead_seal_linear(&key, 3, pkt, 11, 1200);
	local_bh_enable();
	KUNIT_EXPECT_FALSE(test, usable);
	KUNIT_EXPECT_EQ(test, -EAGAIN, err);
	expect_zero(test, pkt, PACKET_MAX);
	KUNIT_EXPECT_TRUE(test, quic_aead_usable(&key));
	KUNIT_EXPECT_EQ(test, 0, quic_aead_seal_linear(&key, 3, pkt, 11, 1200));
	KUNIT_EXPECT_NOT_NULL(test, memchr_inv(pkt + 11, 0, 1200));
	quic_aead_key_clear(&key);
}

/* What the glue does at a key update: the slots change places. */
static void cipher_key_moves(struct kunit *test)
{
	u8 *pkt = alloc_bytes(test, PACKET_MAX);
	struct quic_aead_key *old, *new;

	old = (void *)alloc_bytes(test, sizeof(*old));
	new = (void *)alloc_bytes(test, sizeof(*new));
	make_key(test, old);
	KUNIT_EXPECT_EQ(test, 0, quic_aead_seal_linear(old, 3, pkt, 11, 50));
	*new = *old;
	memzero_explicit(old, sizeof(*old));
	KUNIT_EXPECT_EQ(test, -ENOKEY,
			quic_aead_open_linear(old, 3, pkt, 11, 66));
	KUNIT_EXPECT_EQ(test, 0, quic_aead_open_linear(new, 3, pkt, 11, 66));
	quic_aead_key_clear(new);
	quic_aead_key_clear(old);
}

static void cipher_clear_wipes(struct kunit *test)
{
	struct quic_secret secret;
	struct quic_aead_key key;
	struct quic_hp hp;
	u8 raw[32];

	make_secret(test, &secret);
	make_key(test, &key);
	make_hp(test, &hp);
	KUNIT_EXPECT_TRUE(test, quic_aead_key_valid(&key));
	KUNIT_EXPECT_TRUE(test, quic_hp_valid(&hp));
	quic_secret_wipe(&secret);
	quic_aead_key_clear(&key);
	quic_hp_clear(&hp);
	expect_zero(test, &secret, sizeof(secret));
	expect_zero(test, &key, sizeof(key));
	expect_zero(test, &hp, sizeof(hp));
	KUNIT_EXPECT_FALSE(test, quic_aead_key_valid(&key));
	KUNIT_EXPECT_FALSE(test, quic_hp_valid(&hp));

	/* once more does no harm, and nothing works with it */
	quic_aead_key_clear(&key);
	quic_hp_clear(&hp);
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP, quic_secret_next(&secret));
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP, quic_aead_key_init(&key, &secret));
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP, quic_hp_init(&hp, &secret));
	KUNIT_EXPECT_EQ(test, -ENOKEY, quic_hp_export(&hp, raw, sizeof(raw)));
}

static void secret_refuses_bad_arguments(struct kunit *test)
{
	static const u8 data[QUIC_SECRET_LEN_MAX] = { 1 };
	struct quic_secret s;
	u8 out[64];

	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP,
			quic_secret_init(&s, QUIC_VERSION_V1, 50, data, 48));
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP,
			quic_secret_init(&s, QUIC_VERSION_V1, 55, data, 48));
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP,
			quic_secret_init(&s, QUIC_VERSION_V1, 0, data, 48));
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP,
			quic_secret_init(&s, 3, TLS_CIPHER_AES_GCM_128, data,
					 48));
	KUNIT_EXPECT_EQ(test, -EINVAL,
			quic_secret_init(&s, QUIC_VERSION_V1,
					 TLS_CIPHER_AES_GCM_256, data, 47));
	expect_zero(test, &s, sizeof(s));
	KUNIT_EXPECT_FALSE(test, quic_cipher_supported(50));
	KUNIT_EXPECT_EQ(test, 0, quic_cipher_key_len(55));

	KUNIT_EXPECT_EQ(test, -EINVAL,
			quic_hkdf_expand_label(data, 32, "quic key", out, 33));
	KUNIT_EXPECT_EQ(test, -EINVAL,
			quic_hkdf_expand_label(data, 20, "quic key", out, 16));
	KUNIT_EXPECT_EQ(test, -EINVAL,
			quic_hkdf_expand_label(data, 32,
					       "a label that is far too long",
					       out, 16));
}

static struct kunit_case protect_cases[] = {
	KUNIT_CASE_PARAM(initial_secrets_match, version_gen_params),
	KUNIT_CASE_PARAM(initial_keys_match, version_gen_params),
	KUNIT_CASE_PARAM(initial_packet_seals, packet_gen_params),
	KUNIT_CASE_PARAM(initial_packet_opens, packet_gen_params),
	KUNIT_CASE_PARAM(initial_tampered_refused, packet_gen_params),
	KUNIT_CASE(initial_refuses_bad_arguments),
	KUNIT_CASE(initial_equals_aead),
	KUNIT_CASE(retry_tag_matches),
	KUNIT_CASE_PARAM(chacha_short_header_matches, short_packet_gen_params),
	KUNIT_CASE_PARAM(cipher_keys_match, cipher_gen_params),
	KUNIT_CASE_PARAM(cipher_packet_matches, cipher_gen_params),
	KUNIT_CASE_PARAM(cipher_round_trips, cipher_gen_params),
	KUNIT_CASE_PARAM(cipher_source_untouched, cipher_gen_params),
	KUNIT_CASE_PARAM(cipher_tampered_refused, cipher_gen_params),
	KUNIT_CASE_PARAM(cipher_key_update, cipher_gen_params),
	KUNIT_CASE_PARAM(hp_batch_equals_single, cipher_gen_params),
	KUNIT_CASE_PARAM(cipher_works_in_softirq, cipher_gen_params),
	KUNIT_CASE_PARAM(cipher_defers_untouched, cipher_gen_params),
	KUNIT_CASE_PARAM(cipher_key_moves, cipher_gen_params),
	KUNIT_CASE_PARAM(cipher_clear_wipes, cipher_gen_params),
	KUNIT_CASE(secret_refuses_bad_arguments),
	{}
};

static struct kunit_suite protect_suite = {
	.name = "quic_protect",
	.test_cases = protect_cases,
};

kunit_test_suite(protect_suite);

MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
MODULE_DESCRIPTION("QUIC packet protection tests");
MODULE_LICENSE("GPL");
