// SPDX-License-Identifier: GPL-2.0-only
#include "quic/core/version.h"

#include "fixture.h"
#include "quic/core/restart.h"
#include "tap.h"

#define GREASE	0x1a2a3a4a

static struct quic_conn c;

static void start(bool server, u32 version, u32 prefer, bool only)
{
	struct quic_conn_cfg cfg = {
		.server = server, .version = version, .mtu = 1400,
		.prefer_version = prefer, .only_version = only,
		.odcid = { 8, "original" }, .scid = { 8, "ourfirst" },
		.dcid = { 8, "peersone" },
	};
	struct quic_tparams tp;

	fix_params(&tp);
	cfg.local = &tp;
	if (quic_conn_init(&c, &cfg, GFP_KERNEL))
		abort();
}

/* What the peer says; version 0 ends the list. */
static enum quic_err said(u32 chosen, u32 a, u32 b)
{
	struct quic_tparams tp;

	fix_params(&tp);
	tp.versions[0] = chosen;
	tp.n_versions = chosen ? 1 : 0;
	if (a)
		tp.versions[tp.n_versions++] = a;
	if (b)
		tp.versions[tp.n_versions++] = b;
	return quic_version_check(&c, &tp);
}

static enum quic_err server_hears(u32 spoken, u32 prefer, bool only, u32 chosen,
				  u32 a, u32 b)
{
	enum quic_err err;

	start(true, spoken, prefer, only);
	err = said(chosen, a, b);
	quic_conn_free(&c);
	return err;
}

/* RFC 9368 4: a client that chose another version than it spoke */
static void server_validates(void)
{
	CHECK_EQ(server_hears(QUIC_V1, 0, false, QUIC_V1, QUIC_V1, QUIC_V2), 0);
	CHECK_EQ(server_hears(QUIC_V1, 0, false, 0, 0, 0), 0);
	CHECK_EQ(server_hears(QUIC_V1, 0, false, QUIC_V2, QUIC_V2, QUIC_V1),
		 QUIC_ERR_VERSION_NEGOTIATION);
	CHECK_EQ(server_hears(QUIC_V2, QUIC_V1, false, QUIC_V1, QUIC_V1, 0),
		 QUIC_ERR_VERSION_NEGOTIATION);
	CHECK_EQ(server_hears(QUIC_V1, 0, false, GREASE, GREASE, QUIC_V1),
		 QUIC_ERR_VERSION_NEGOTIATION);
}

static u32 server_moves(u32 spoken, u32 prefer, bool only, u32 a, u32 b)
{
	CHECK_EQ(server_hears(spoken, prefer, only, spoken, a, b), 0);
	return c.version;
}

/* RFC 9368 2.3, RFC 9369 4 */
static void server_chooses(void)
{
	CHECK_EQ(server_moves(QUIC_V1, QUIC_V2, false, QUIC_V1, QUIC_V2),
		 QUIC_V2);
	CHECK_EQ(server_moves(QUIC_V2, QUIC_V1, false, QUIC_V2, QUIC_V1),
		 QUIC_V1);
	/* without a preference, not offered, disabled */
	CHECK_EQ(server_moves(QUIC_V1, 0, false, QUIC_V1, QUIC_V2), QUIC_V1);
	CHECK_EQ(server_moves(QUIC_V1, QUIC_V2, false, QUIC_V1, GREASE),
		 QUIC_V1);
	CHECK_EQ(server_moves(QUIC_V1, QUIC_V2, true, QUIC_V1, QUIC_V2),
		 QUIC_V1);
}

/* RFC 9369 4.1: what may still be of the original version */
static void accepted(void)
{
	start(true, QUIC_V1, QUIC_V2, false);
	CHECK(quic_version_accepts(&c, QUIC_V1, QUIC_PKT_HANDSHAKE));
	CHECK_EQ(said(QUIC_V1, QUIC_V1, QUIC_V2), 0);
	CHECK(quic_version_accepts(&c, QUIC_V1, QUIC_PKT_INITIAL));
	CHECK(quic_version_accepts(&c, QUIC_V2, QUIC_PKT_INITIAL));
	CHECK(quic_version_accepts(&c, QUIC_V1, QUIC_PKT_0RTT));
	CHECK(!quic_version_accepts(&c, QUIC_V2, QUIC_PKT_0RTT));
	CHECK(!quic_version_accepts(&c, QUIC_V1, QUIC_PKT_HANDSHAKE));
	CHECK(quic_version_accepts(&c, QUIC_V2, QUIC_PKT_HANDSHAKE));
	quic_conn_free(&c);
}

static void client_follows(void)
{
	start(false, QUIC_V1, 0, false);
	CHECK(quic_version_may_follow(&c, QUIC_V2));
	CHECK(!quic_version_may_follow(&c, QUIC_V1));
	CHECK(!quic_version_may_follow(&c, GREASE));
	/* RFC 9000 5.2.1 */
	CHECK(!quic_version_accepts(&c, QUIC_V2, QUIC_PKT_INITIAL));
	quic_version_follow(&c, QUIC_V2);
	CHECK_EQ(c.version, QUIC_V2);
	CHECK(!quic_version_may_follow(&c, QUIC_V1));
	CHECK(!quic_version_accepts(&c, QUIC_V1, QUIC_PKT_INITIAL));
	CHECK(!quic_version_accepts(&c, QUIC_V1, QUIC_PKT_HANDSHAKE));
	/* RFC 9368 4: chosen is what was seen; it has to be said at all */
	CHECK_EQ(said(QUIC_V2, QUIC_V2, QUIC_V1), 0);
	CHECK_EQ(said(QUIC_V2, 0, 0), 0);
	CHECK_EQ(said(QUIC_V1, QUIC_V2, QUIC_V1),
		 QUIC_ERR_VERSION_NEGOTIATION);
	CHECK_EQ(said(0, 0, 0), QUIC_ERR_VERSION_NEGOTIATION);
	quic_conn_free(&c);
	start(false, QUIC_V1, 0, true);
	CHECK(!quic_version_may_follow(&c, QUIC_V2));
	CHECK_EQ(said(QUIC_V2, QUIC_V2, QUIC_V1),
		 QUIC_ERR_VERSION_NEGOTIATION);
	/* a server without the parameter, and without negotiation */
	CHECK_EQ(said(0, 0, 0), 0);
	quic_conn_free(&c);
}

/* RFC 9369 4.1: CRYPTO data in the original version settles it */
static void crypto_settles(void)
{
	static struct fix f;

	CHECK_EQ(fix_start(&f, false, NULL), 0);
	quic_conn_crypto_write(&f.c, QUIC_LVL_INITIAL, (const u8 *)"x", 1,
			       GFP_KERNEL);
	CHECK_EQ(fix_ping(&f, QUIC_SPACE_INITIAL), 0);
	CHECK(quic_version_may_follow(&f.c, QUIC_V2));
	CHECK_EQ(fix_crypto(&f, QUIC_SPACE_INITIAL, 0, 10), 0);
	CHECK(!quic_version_may_follow(&f.c, QUIC_V2));
	fix_free(&f);
}

/* RFC 9368 3: what each side says of itself */
static void announced(void)
{
	struct quic_tparams tp;
	u8 buf[512];
	int n, i;

	for (i = 0; i < 4; i++) {
		bool server = i & 1, only = i & 2;

		TAP_AT("server %d only %d", server, only);
		start(server, QUIC_V2, 0, only);
		n = quic_conn_local_params(&c, buf, sizeof(buf));
		CHECK(n > 0);
		CHECK_EQ(quic_tparams_parse(buf, n, server, &tp), 0);
		CHECK_EQ(tp.n_versions, only ? 2 : 4);
		CHECK_EQ(tp.versions[0], QUIC_V2);
		CHECK_EQ(tp.versions[1], QUIC_V2);
		if (!only) {
			CHECK_EQ(tp.versions[2], QUIC_V1);
			CHECK_EQ(tp.versions[3] & 0x0f0f0f0f, 0x0a0a0a0a);
		}
		quic_conn_free(&c);
	}
}

/* ---- Version Negotiation --------------------------------------------------- */

static struct quic_hdr offer(const u8 *list, u32 len)
{
	return (struct quic_hdr) {
		.type = QUIC_PKT_VERSION_NEG, .token = list, .token_len = len,
		.scid = c.odcid.data, .scid_len = c.odcid.len,
	};
}

static const u8 list_v1[] = { 0x1a, 0x2a, 0x3a, 0x4a, 0, 0, 0, 1 };
static const u8 list_both[] = { 0, 0, 0, 1, 0x6b, 0x33, 0x43, 0xcf };
static const u8 list_none[] = { 0x1a, 0x2a, 0x3a, 0x4a };

static void start_flight(u32 version)
{
	start(false, version, 0, false);
	CHECK_EQ(quic_conn_crypto_write(&c, QUIC_LVL_INITIAL,
					(const u8 *)"hello", 5, GFP_KERNEL),
		 0);
}

/* RFC 9000 6.2, RFC 9368 2.1, 4 */
static void offers(void)
{
	struct quic_hdr hdr;
	u32 version;

	start_flight(QUIC_V2);
	hdr = offer(list_v1, sizeof(list_v1));
	CHECK(quic_restart_offer(&c, &hdr, &version));
	CHECK_EQ(version, QUIC_V1);
	hdr = offer(list_none, sizeof(list_none));
	CHECK(quic_restart_offer(&c, &hdr, &version));
	CHECK_EQ(version, 0);
	/* it lists what was tried */
	hdr = offer(list_both, sizeof(list_both));
	CHECK(!quic_restart_offer(&c, &hdr, &version));
	/* RFC 8999 6: not an answer to our packet */
	hdr = offer(list_v1, sizeof(list_v1));
	hdr.scid_len--;
	CHECK(!quic_restart_offer(&c, &hdr, &version));
	/* something of the server was understood */
	hdr = offer(list_v1, sizeof(list_v1));
	c.has_initial_rscid = true;
	CHECK(!quic_restart_offer(&c, &hdr, &version));
	c.has_initial_rscid = false;
	c.retried = true;
	CHECK(!quic_restart_offer(&c, &hdr, &version));
	quic_conn_free(&c);
	/* RFC 9368 2.1: a server ignores all of them */
	start(true, QUIC_V2, 0, false);
	CHECK(!quic_restart_offer(&c, &hdr, &version));
	quic_conn_free(&c);
}

static void restart(u32 from, u32 to)
{
	static const struct quic_cid odcid = { 8, "theother" };

	start_flight(from);
	quic_restart_with(&c, to, &odcid, GFP_KERNEL);
	CHECK_EQ(c.version, to);
}

/* As if nothing had been sent. */
static void begins_again(void)
{
	struct quic_hdr hdr;
	u32 version;

	restart(QUIC_V2, QUIC_V1);
	CHECK_EQ(c.state, QUIC_CONN_INIT);
	CHECK_EQ(c.space[QUIC_SPACE_INITIAL].crypto.tx_len, 0);
	CHECK_EQ(c.space[QUIC_SPACE_INITIAL].sent.next, 0);
	CHECK_MEM(quic_cid_remote(&c)->data, "theother", 8);
	CHECK_EQ(quic_conn_crypto_write(&c, QUIC_LVL_INITIAL,
					(const u8 *)"again", 5, GFP_KERNEL),
		 0);
	CHECK_EQ(c.state, QUIC_CONN_HANDSHAKE);
	/* RFC 9368 4: only once */
	hdr = offer(list_none, sizeof(list_none));
	CHECK(!quic_restart_offer(&c, &hdr, &version));
	quic_conn_free(&c);
}

/* RFC 9368 4: the server's list shows who sent the Version Negotiation */
static void downgrade(void)
{
	restart(QUIC_V2, QUIC_V1);
	CHECK_EQ(said(QUIC_V1, QUIC_V1, GREASE), 0);
	/* it would have taken version 2 */
	CHECK_EQ(said(QUIC_V1, QUIC_V1, QUIC_V2), QUIC_ERR_VERSION_NEGOTIATION);
	CHECK_EQ(said(QUIC_V1, 0, 0), QUIC_ERR_VERSION_NEGOTIATION);
	/* RFC 9368 8: version 1 need not speak of versions */
	CHECK_EQ(said(0, 0, 0), 0);
	quic_conn_free(&c);
	restart(QUIC_V1, QUIC_V2);
	CHECK_EQ(said(QUIC_V2, QUIC_V2, 0), 0);
	CHECK_EQ(said(QUIC_V2, QUIC_V2, QUIC_V1), QUIC_ERR_VERSION_NEGOTIATION);
	CHECK_EQ(said(0, 0, 0), QUIC_ERR_VERSION_NEGOTIATION);
	quic_conn_free(&c);
}

int main(void)
{
	TEST(server_validates);
	TEST(server_chooses);
	TEST(accepted);
	TEST(client_follows);
	TEST(crypto_settles);
	TEST(announced);
	TEST(offers);
	TEST(begins_again);
	TEST(downgrade);
	return tap_done();
}
