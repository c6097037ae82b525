// SPDX-License-Identifier: GPL-2.0-only
/*
 * The modelled NIC's crypto block against RFC 9001 Appendix A. Initial packets
 * are AES-128-GCM packets like any other once their keys are given.
 */
#include <kunit/test.h>
#include <linux/hex.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "offload/drivers/netdevsim/engine.h"

#define CLIENT_HDR_LEN		22
#define CLIENT_PN_OFF		18
#define CLIENT_TEXT_LEN		1162
#define SERVER_HDR_LEN		20
#define SERVER_PN_OFF		18
#define BUF_LEN			2048

struct keys {
	struct qnsim_aead aead;
	struct qnsim_hp hp;
	u8 *buf;
};

/* A.2, without the PADDING that fills the payload up */
static const char client_text[] =
	"060040f1010000ed0303ebf8fa56f12939b9584a3896472ec40bb863cfd3e868"
	"04fe3a47f06a2b69484c00000413011302010000c000000010000e00000b6578"
	"616d706c652e636f6dff01000100000a00080006001d00170018001000070005"
	"04616c706e000500050100000000003300260024001d00209370b2c9caa47fba"
	"baf4559fedba753de171fa71f50f1ce15d43e994ec74d748002b000302030400"
	"0d0010000e0403050306030203080408050806002d00020101001c0002400100"
	"3900320408ffffffffffffffff05048000ffff07048000ffff08011001048000"
	"75300901100f088394c8f03e51570806048000ffff";

/* A.3 */
static const char server_text[] =
	"02000000000600405a020000560303eefce7f7b37ba1d1632e96677825ddf739"
	"88cfc79825df566dc5430b9a045a1200130100002e00330024001d00209d3c94"
	"0d89690b84d08a60993c144eca684d1081287c834d5311bcf32bb9da1a002b00"
	"020304";
static const char server_packet[] =
	"cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a"
	"5816b6394100f37a1c69797554780bb38cc5a99f5ede4cf73c3ec2493a1839b3"
	"dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73cc3f3bded74b562bfb19fb84"
	"022f8ef4cdd93795d77d06edbb7aaf2f58891850abbdca3d20398c276456cbc4"
	"2158407dd074ee";

static unsigned int unhex(u8 *dst, const char *hex)
{
	unsigned int len = strlen(hex) / 2;

	return hex2bin(dst, hex, len) ? 0 : len;
}

static bool same(const u8 *data, const char *hex)
{
	u8 want[256];
	unsigned int len = unhex(want, hex);

	return len && !memcmp(data, want, len);
}

static void set_keys(struct kunit *test, const char *key, const char *iv,
		     const char *hp)
{
	struct keys *keys = test->priv;
	u8 raw[3][QNSIM_KEY_LEN];

	unhex(raw[0], key);
	unhex(raw[1], iv);
	unhex(raw[2], hp);
	KUNIT_ASSERT_EQ(test, qnsim_aead_init(&keys->aead, raw[0], raw[1]), 0);
	KUNIT_ASSERT_EQ(test, qnsim_hp_init(&keys->hp, raw[2]), 0);
}

static void set_client_keys(struct kunit *test)
{
	set_keys(test, "1f369613dd76d5467730efcbe3b1a22d",
		 "fa044b2f42a3fd3b46fb255c", "9f50449e04a0e810283a1e9933adedd2");
}

static void set_server_keys(struct kunit *test)
{
	set_keys(test, "cf3a5331653c364c88f0f379b6067e37",
		 "0ac1493ca1905853b0bba03e", "c206b8d9b9f0f37644430b490eeaa314");
}

static void client_initial_is_sealed(struct kunit *test)
{
	struct keys *keys = test->priv;
	u8 *pkt = keys->buf;

	set_client_keys(test);
	unhex(pkt, "c300000001088394c8f03e5157080000449e00000002");
	unhex(pkt + CLIENT_HDR_LEN, client_text);

	KUNIT_ASSERT_EQ(test, qnsim_aead_seal(&keys->aead, 2, pkt,
					      CLIENT_HDR_LEN, CLIENT_TEXT_LEN),
			0);
	KUNIT_EXPECT_TRUE(test, same(pkt + CLIENT_HDR_LEN,
				     "d1b1c98dd7689fb8ec11d242b123dc9b"));
	KUNIT_EXPECT_TRUE(test, same(pkt + CLIENT_HDR_LEN + CLIENT_TEXT_LEN,
				     "e221af44860018ab0856972e194cd934"));

	qnsim_hp_protect(&keys->hp, pkt, CLIENT_PN_OFF);
	KUNIT_EXPECT_TRUE(test, same(pkt, "c000000001088394c8f03e515708"
					  "0000449e7b9aec34"));
}

static void server_initial_is_sealed(struct kunit *test)
{
	struct keys *keys = test->priv;
	u8 *pkt = keys->buf;
	unsigned int len;

	set_server_keys(test);
	unhex(pkt, "c1000000010008f067a5502a4262b50040750001");
	len = unhex(pkt + SERVER_HDR_LEN, server_text);

	KUNIT_ASSERT_EQ(test, qnsim_aead_seal(&keys->aead, 1, pkt,
					      SERVER_HDR_LEN, len), 0);
	qnsim_hp_protect(&keys->hp, pkt, SERVER_PN_OFF);
	KUNIT_EXPECT_TRUE(test, same(pkt, server_packet));
}

static void server_initial_is_opened(struct kunit *test)
{
	struct keys *keys = test->priv;
	u8 *pkt = keys->buf;
	unsigned int len;

	set_server_keys(test);
	len = unhex(pkt, server_packet);

	KUNIT_EXPECT_EQ(test, qnsim_hp_unprotect(&keys->hp, pkt, SERVER_PN_OFF),
			2);
	KUNIT_EXPECT_TRUE(test, same(pkt, "c1000000010008f067a5502a4262b5"
					  "0040750001"));
	KUNIT_ASSERT_EQ(test, qnsim_aead_open(&keys->aead, 1, pkt,
					      SERVER_HDR_LEN,
					      len - SERVER_HDR_LEN), 0);
	KUNIT_EXPECT_TRUE(test, same(pkt + SERVER_HDR_LEN, server_text));
}

static int open_changed(struct keys *keys, unsigned int at, u64 pn)
{
	unsigned int len = unhex(keys->buf, server_packet);

	qnsim_hp_unprotect(&keys->hp, keys->buf, SERVER_PN_OFF);
	if (at < len)
		keys->buf[at] ^= 0x10;
	return qnsim_aead_open(&keys->aead, pn, keys->buf, SERVER_HDR_LEN,
			       len - SERVER_HDR_LEN);
}

static void any_change_is_noticed(struct kunit *test)
{
	unsigned int len = strlen(server_packet) / 2;
	struct keys *keys = test->priv;
	unsigned int at;

	set_server_keys(test);
	for (at = 0; at < len; at++)
		KUNIT_EXPECT_EQ_MSG(test, open_changed(keys, at, 1), -EBADMSG,
				    "byte %u", at);
	KUNIT_EXPECT_EQ(test, open_changed(keys, len, 0), -EBADMSG);
	KUNIT_EXPECT_EQ(test, open_changed(keys, len, 1ULL << 40), -EBADMSG);
	KUNIT_EXPECT_EQ(test, open_changed(keys, len, 1), 0);
}

/* RFC 9001 5.4.1: a short header hides its key phase as well. */
static void short_header_hides_five_bits(struct kunit *test)
{
	static const u8 short_hdr[] = { 0x47, 1, 2, 3, 4, 5, 6, 7, 8,
					0xde, 0xad, 0xbe, 0xef };
	struct keys *keys = test->priv;
	u8 *pkt = keys->buf;
	u8 seen = 0;
	int i;

	set_client_keys(test);
	for (i = 0; i < 64; i++) {
		memset(pkt, i, 64);
		memcpy(pkt, short_hdr, sizeof(short_hdr));
		qnsim_hp_protect(&keys->hp, pkt, 9);
		seen |= pkt[0] ^ short_hdr[0];
		KUNIT_EXPECT_EQ(test, qnsim_hp_unprotect(&keys->hp, pkt, 9), 4);
		KUNIT_EXPECT_MEMEQ(test, pkt, short_hdr, sizeof(short_hdr));
	}
	KUNIT_EXPECT_EQ(test, seen, 0x1f);
}

static void packet_number_is_expanded(struct kunit *test)
{
	const u64 last = (1ULL << 62) - 1;

	/* RFC 9000 A.3 */
	KUNIT_EXPECT_EQ(test, qnsim_pn_expand(0xa82f30ea, 0x9b32, 2),
			0xa82f9b32ULL);
	KUNIT_EXPECT_EQ(test, qnsim_pn_expand(U64_MAX, 0, 1), 0ULL);
	KUNIT_EXPECT_EQ(test, qnsim_pn_expand(U64_MAX, 0xff, 1), 0xffULL);
	KUNIT_EXPECT_EQ(test, qnsim_pn_expand(0xff, 0x00, 1), 0x100ULL);
	KUNIT_EXPECT_EQ(test, qnsim_pn_expand(0x17f, 0xff, 1), 0x1ffULL);
	KUNIT_EXPECT_EQ(test, qnsim_pn_expand(0x101, 0xff, 1), 0xffULL);
	KUNIT_EXPECT_EQ(test, qnsim_pn_expand(last - 1, 0xffffffff, 4), last);
	KUNIT_EXPECT_EQ(test, qnsim_pn_expand(last - 1, 0x00, 1), last - 0xff);
}

static void runts_are_refused(struct kunit *test)
{
	struct keys *keys = test->priv;

	set_client_keys(test);
	KUNIT_EXPECT_EQ(test, qnsim_aead_open(&keys->aead, 0, keys->buf, 10,
					      QNSIM_TAG_LEN - 1), -EINVAL);
}

static int engine_test_init(struct kunit *test)
{
	struct keys *keys = kunit_kzalloc(test, sizeof(*keys), GFP_KERNEL);

	if (!keys)
		return -ENOMEM;
	keys->buf = kunit_kzalloc(test, BUF_LEN, GFP_KERNEL);
	test->priv = keys;
	return keys->buf ? 0 : -ENOMEM;
}

static void engine_test_exit(struct kunit *test)
{
	struct keys *keys = test->priv;

	if (!keys)
		return;
	qnsim_aead_clear(&keys->aead);
	qnsim_hp_clear(&keys->hp);
	KUNIT_EXPECT_TRUE(test, !memchr_inv(&keys->aead, 0,
					    sizeof(keys->aead)));
	KUNIT_EXPECT_TRUE(test, !memchr_inv(&keys->hp, 0, sizeof(keys->hp)));
}

static struct kunit_case engine_cases[] = {
	KUNIT_CASE(client_initial_is_sealed),
	KUNIT_CASE(server_initial_is_sealed),
	KUNIT_CASE(server_initial_is_opened),
	KUNIT_CASE(any_change_is_noticed),
	KUNIT_CASE(short_header_hides_five_bits),
	KUNIT_CASE(packet_number_is_expanded),
	KUNIT_CASE(runts_are_refused),
	{}
};

static struct kunit_suite engine_suite = {
	.name = "quic_netdevsim_engine",
	.init = engine_test_init,
	.exit = engine_test_exit,
	.test_cases = engine_cases,
};

kunit_test_suite(engine_suite);

MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
MODULE_DESCRIPTION("Tests of the modelled NIC's crypto block");
MODULE_LICENSE("GPL");
