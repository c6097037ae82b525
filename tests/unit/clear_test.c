// SPDX-License-Identifier: GPL-2.0-only
#include "quic/core/clear.h"

#include "fixture.h"
#include "tap.h"

static struct fix f;

static void open_conn(bool server, bool here, bool there)
{
	struct quic_tparams local, remote;

	fix_params(&local);
	fix_params(&remote);
	local.disable_1rtt_encryption = here;
	remote.disable_1rtt_encryption = there;
	fix_open(&f, server, &local, &remote);
}

static bool agreed(bool server, bool here, bool there)
{
	bool clear;

	open_conn(server, here, there);
	clear = quic_conn_clear(&f.c);
	CHECK_EQ(f.c.app_tag_len, clear ? 0 : QUIC_TAG_LEN);
	fix_free(&f);
	return clear;
}

/* draft-banks-quic-disable-encryption-00 2.1: both sides have to say so */
static void agreement(void)
{
	int server;

	for (server = 0; server < 2; server++) {
		TAP_AT("server %d", server);
		CHECK(agreed(server, true, true));
		CHECK(!agreed(server, true, false));
		CHECK(!agreed(server, false, true));
		CHECK(!agreed(server, false, false));
	}
}

/* What is agreed on begins with the peer's parameters, not before. */
static void starts_protected(void)
{
	struct quic_tparams tp;

	fix_params(&tp);
	tp.disable_1rtt_encryption = true;
	CHECK_EQ(fix_start(&f, false, &tp), 0);
	quic_conn_crypto_write(&f.c, QUIC_LVL_INITIAL, (const u8 *)"hello", 5,
			       GFP_KERNEL);
	CHECK_EQ(fix_ping(&f, QUIC_SPACE_INITIAL), 0);
	CHECK(!quic_conn_clear(&f.c));
	CHECK_EQ(fix_remote(&f, &tp), 0);
	CHECK(quic_conn_clear(&f.c));
	/* Initial packets have their tag in any case: fix_lay_out() looks */
	CHECK(fix_send(&f) > 0);
	CHECK_EQ(f.seen[0].level, QUIC_LVL_INITIAL);
	CHECK_EQ(f.min_dgram, 1200);
	fix_free(&f);
}

/* 2.3: the tag's bytes are the payload's */
static u64 burst_payload(bool clear)
{
	u64 bytes;

	open_conn(false, clear, true);
	fix_write(&f, false, 100000, false);
	CHECK(fix_plan(&f, 4) == 4);
	CHECK_EQ(f.plan.pkt[0].len, f.c.path.mtu_bytes);
	fix_commit(&f, 4);
	bytes = fix_stream_bytes(&f);
	fix_free(&f);
	return bytes;
}

static void sizes(void)
{
	int max[2], i;

	CHECK_EQ(burst_payload(true), burst_payload(false) + 4 * QUIC_TAG_LEN);
	for (i = 0; i < 2; i++) {
		open_conn(false, i, true);
		f.c.remote.max_datagram_frame = 65535;
		max[i] = quic_dgram_max(&f.c);
		fix_free(&f);
	}
	CHECK_EQ(max[1], max[0] + QUIC_TAG_LEN);
}

/* No key is used up: neither an update nor the end comes of it. */
static void no_limits(void)
{
	open_conn(false, true, true);
	f.c.keys.sealed_pkts = 1ULL << 40;
	fix_write(&f, false, 1000, false);
	CHECK(fix_send(&f) > 0);
	CHECK_EQ(f.c.state, QUIC_CONN_ESTABLISHED);
	fix_free(&f);
}

/* Nobody proves who sends: the connection stays where it was made. */
static void no_migration(void)
{
	open_conn(false, true, true);
	CHECK_EQ(quic_migration_start(&f.c, 1400, false, f.now), -EOPNOTSUPP);
	CHECK_EQ(quic_migration_start(&f.c, 1400, true, f.now), -EOPNOTSUPP);
	fix_free(&f);
}

/* ---- parsing --------------------------------------------------------------- */

static u8 pkt[64];
static struct quic_hdr hdr;

/* A PING behind a number of two bytes. Return: bytes. */
static size_t build(u8 first, const struct quic_cid *cid)
{
	pkt[0] = first;
	memcpy(pkt + 1, cid->data, cid->len);
	pkt[1 + cid->len] = 0x12;
	pkt[2 + cid->len] = 0x34;
	pkt[3 + cid->len] = QUIC_FRAME_PING;
	return 4 + cid->len;
}

static int parse(size_t len)
{
	return quic_clear_parse(&f.c, pkt, len, &hdr);
}

static void parses(void)
{
	const struct quic_cid *cid = &f.c.local.initial_scid;
	size_t len, i;

	open_conn(true, true, true);
	len = build(0x41, cid);
	/* shorter than a protected one can be */
	CHECK_EQ(parse(len), 0);
	CHECK(hdr.type == QUIC_PKT_SHORT && hdr.len == len);
	CHECK(hdr.pn == 0x1234 && hdr.pn_len == 2);
	CHECK_EQ(hdr.pn_off + hdr.pn_len, len - 1);
	for (i = 0; i < len; i++) {
		TAP_AT("cut to %zu", i);
		CHECK_EQ(parse(i), -EBADMSG);
	}
	/* the spin bit is anybody's */
	CHECK_EQ(parse(build(0x61, cid)), 0);
	fix_free(&f);
}

/* What a protected packet looks like is none. */
static void refuses(void)
{
	const struct quic_cid *cid = &f.c.local.initial_scid;
	struct quic_cid other;
	size_t len;

	open_conn(true, true, true);
	CHECK_EQ(parse(build(0xc1, cid)), -EBADMSG);
	CHECK_EQ(parse(build(0x49, cid)), -EBADMSG);
	CHECK_EQ(parse(build(0x51, cid)), -EBADMSG);
	CHECK_EQ(parse(build(0x45, cid)), -EBADMSG);
	CHECK_EQ(parse(build(0x01, cid)), -EBADMSG);
	f.c.local.grease_quic_bit = true;
	CHECK_EQ(parse(build(0x01, cid)), 0);
	/* a frame that is cut short behind one that is not */
	len = build(0x41, cid);
	pkt[len] = QUIC_FRAME_MAX_DATA;
	CHECK_EQ(parse(len + 1), -EBADMSG);
	pkt[len + 1] = 0;
	CHECK_EQ(parse(len + 2), 0);
	/* a stateless reset goes to nobody */
	other = *cid;
	other.data[0] ^= 1;
	CHECK_EQ(parse(build(0x41, &other)), -ENOENT);
	fix_free(&f);
}

int main(void)
{
	TEST(agreement);
	TEST(starts_protected);
	TEST(sizes);
	TEST(no_limits);
	TEST(no_migration);
	TEST(parses);
	TEST(refuses);
	return tap_done();
}
