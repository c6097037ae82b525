// SPDX-License-Identifier: GPL-2.0-only
#include "quic/core/restart.h"

#include "fixture.h"
#include "tap.h"

static struct fix f;
static const u8 hello[600] = "client hello";
static const u8 retry_scid[] = "retry scid";
static const u8 token[QUIC_RETRY_TOKEN_MAX_LEN + 1] = "a token";

static struct quic_hdr retry(void)
{
	return (struct quic_hdr) {
		.type = QUIC_PKT_RETRY, .version = QUIC_V1,
		.scid = retry_scid, .scid_len = 8, .token = token,
		.token_len = 40,
	};
}

/* A client whose ClientHello is on its way. */
static void start(void)
{
	CHECK_EQ(fix_start(&f, false, NULL), 0);
	CHECK_EQ(quic_conn_crypto_write(&f.c, QUIC_LVL_INITIAL, hello,
					sizeof(hello), GFP_KERNEL), 0);
	CHECK_EQ(fix_send(&f), 1);
}

/* RFC 9000 17.2.5.2, 17.2.5.3 */
static void follow(void)
{
	struct quic_hdr hdr = retry(), sent;
	const struct fix_seen *s;
	u64 pn;

	start();
	CHECK(quic_retry_wanted(&f.c, &hdr));
	pn = f.c.space[QUIC_SPACE_INITIAL].sent.next;
	fix_forget(&f);
	CHECK_EQ(quic_retry_follow(&f.c, &hdr, GFP_KERNEL), 0);
	CHECK_EQ(f.c.cc.in_flight_bytes, 0);
	CHECK_EQ(f.c.space[QUIC_SPACE_INITIAL].loss.eliciting, 0);
	/* the same handshake message, the next number, the token, the new id */
	CHECK_EQ(fix_plan(&f, 8), 1);
	CHECK_EQ(quic_hdr_parse(fix_lay_out(&f, &f.plan.pkt[0]),
				f.plan.pkt[0].len, 8, &sent), 0);
	CHECK_EQ(sent.type, QUIC_PKT_INITIAL);
	CHECK_EQ(sent.token_len, 40);
	CHECK_MEM(sent.token, token, 40);
	CHECK_EQ(sent.dcid_len, 8);
	/* RFC 9000 17.2.5.1#3 */
	CHECK_MEM(sent.dcid, retry_scid, 8);
	CHECK_EQ(f.plan.pkt[0].pn, pn);
	CHECK(f.plan.total_len >= 1200);
	fix_commit(&f, 1);
	s = fix_nth(&f, QUIC_FRAME_CRYPTO, 0);
	CHECK(s);
	CHECK_EQ(s->f.crypto.offset, 0);
	CHECK_EQ(s->f.crypto.len, sizeof(hello));
	/* what it says of itself stays: the first destination id is the one */
	CHECK_EQ(f.c.odcid.data[0], 0x0d);
	fix_free(&f);
}

/* RFC 9000 17.2.5.2: one Retry, and before anything else of the server */
static void once(void)
{
	struct quic_hdr hdr = retry();

	start();
	CHECK_EQ(quic_retry_follow(&f.c, &hdr, GFP_KERNEL), 0);
	CHECK(!quic_retry_wanted(&f.c, &hdr));
	fix_free(&f);
	start();
	CHECK_EQ(fix_ping(&f, QUIC_SPACE_INITIAL), 0);
	CHECK(!quic_retry_wanted(&f.c, &hdr));
	fix_free(&f);
	CHECK_EQ(fix_start(&f, true, NULL), 0);
	CHECK(!quic_retry_wanted(&f.c, &hdr));
	fix_free(&f);
	/* nothing was sent that it could answer */
	CHECK_EQ(fix_start(&f, false, NULL), 0);
	CHECK(!quic_retry_wanted(&f.c, &hdr));
	fix_free(&f);
}

static void unwanted(void)
{
	struct quic_hdr hdr = retry();

	start();
	/* RFC 9369 4.1 */
	hdr.version = QUIC_V2;
	CHECK(!quic_retry_wanted(&f.c, &hdr));
	/* RFC 9000 17.2.5.1: the client's own destination id */
	hdr = retry();
	hdr.scid = f.c.odcid.data;
	hdr.scid_len = f.c.odcid.len;
	CHECK(!quic_retry_wanted(&f.c, &hdr));
	/* it would leave no room */
	hdr = retry();
	hdr.token_len = sizeof(token);
	CHECK(!quic_retry_wanted(&f.c, &hdr));
	hdr.token_len--;
	CHECK(quic_retry_wanted(&f.c, &hdr));
	CHECK_EQ(quic_retry_follow(&f.c, &hdr, GFP_KERNEL), 0);
	/* the ClientHello takes several datagrams now */
	CHECK(fix_send(&f) > 2);
	fix_free(&f);
}

static void no_memory(void)
{
	struct quic_hdr hdr = retry();

	start();
	quic_env_fail_after(0);
	CHECK_EQ(quic_retry_follow(&f.c, &hdr, GFP_KERNEL), -ENOMEM);
	quic_env_fail_after(-1);
	CHECK(quic_retry_wanted(&f.c, &hdr));
	CHECK(f.c.cc.in_flight_bytes);
	fix_free(&f);
}

static enum quic_err params_after(bool retried, const struct quic_cid *scid)
{
	struct quic_hdr hdr = retry();
	struct quic_tparams tp;
	enum quic_err err;

	start();
	if (retried)
		CHECK_EQ(quic_retry_follow(&f.c, &hdr, GFP_KERNEL), 0);
	fix_ping(&f, QUIC_SPACE_INITIAL);
	fix_params(&tp);
	tp.has_retry_scid = scid;
	if (scid)
		tp.retry_scid = *scid;
	err = fix_remote(&f, &tp);
	fix_free(&f);
	return err;
}

/* RFC 9000 7.3: retry_source_connection_id, exactly after a Retry */
static void authenticated(void)
{
	struct quic_cid good = { .len = 8 }, bad;

	memcpy(good.data, retry_scid, 8);
	bad = good;
	bad.data[7] ^= 1;
	CHECK_EQ(params_after(true, &good), QUIC_ERR_NONE);
	CHECK_EQ(params_after(true, &bad), QUIC_ERR_TRANSPORT_PARAM);
	CHECK_EQ(params_after(true, NULL), QUIC_ERR_TRANSPORT_PARAM);
	CHECK_EQ(params_after(false, &good), QUIC_ERR_TRANSPORT_PARAM);
	CHECK_EQ(params_after(false, NULL), QUIC_ERR_NONE);
}

int main(void)
{
	TEST(follow);
	TEST(once);
	TEST(unwanted);
	TEST(no_memory);
	TEST(authenticated);
	return tap_done();
}
