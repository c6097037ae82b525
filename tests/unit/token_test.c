// SPDX-License-Identifier: GPL-2.0-only
#include "quic/core/token.h"

#include "tap.h"

static const struct quic_token retry = {
	.kind = QUIC_TOKEN_RETRY, .addr_len = 4, .port = 4433,
	.version = QUIC_V1, .time_s = 0x123456789ULL, .addr = { 10, 9, 0, 1 },
	.odcid = { 8, "original" }, .rscid = { 8, "retryscd" },
};

static const struct quic_token new6 = {
	.kind = QUIC_TOKEN_NEW, .addr_len = 16, .version = QUIC_V2,
	.time_s = 1000, .addr = { 0xfd, 9, [15] = 1 },
};

static size_t build(const struct quic_token *t, u8 *buf)
{
	struct quic_wr wr = { buf, buf + QUIC_TOKEN_TEXT_MAX };

	CHECK_EQ(quic_token_build(&wr, t), 0);
	return wr.p - buf;
}

static void check_round(const struct quic_token *t)
{
	u8 buf[QUIC_TOKEN_TEXT_MAX];
	struct quic_token got;
	size_t n, cut;

	n = build(t, buf);
	CHECK(quic_token_parse(buf, n, t->kind, &got));
	CHECK_MEM(&got, t, sizeof(got));
	/* unchanged on failure */
	for (cut = 0; cut < n; cut++) {
		struct quic_wr wr = { buf, buf + cut };

		CHECK(!quic_token_parse(buf, cut, t->kind, &got));
		CHECK_MEM(&got, t, sizeof(got));
		CHECK_EQ(quic_token_build(&wr, t), -ENOSPC);
		CHECK(wr.p == buf);
	}
}

static void round_trip(void)
{
	struct quic_token longest = retry;

	check_round(&retry);
	check_round(&new6);
	longest.addr_len = 16;
	longest.odcid.len = QUIC_CID_MAX_LEN;
	longest.rscid.len = QUIC_CID_MAX_LEN;
	check_round(&longest);
}

/* RFC 9000 8.1.1: one kind of token does not pass for the other */
static void garbage(void)
{
	u8 buf[QUIC_TOKEN_TEXT_MAX + 1] = {};
	struct quic_token got;
	size_t n = build(&retry, buf);

	CHECK(!quic_token_parse(buf, n + 1, QUIC_TOKEN_RETRY, &got));
	CHECK(!quic_token_parse(buf, n, QUIC_TOKEN_NEW, &got));
	CHECK(!quic_token_parse(buf, n, 0, &got));
	buf[12] = 5;		/* address length */
	CHECK(!quic_token_parse(buf, n, QUIC_TOKEN_RETRY, &got));
	n = build(&retry, buf);
	buf[12 + 1 + 4 + 2] = 21;	/* connection id length */
	CHECK(!quic_token_parse(buf, sizeof(buf), QUIC_TOKEN_RETRY, &got));
}

/* RFC 9000 8.1.3, 8.1.4; RFC 9369 5: who may use it, and for how long */
static void fits(void)
{
	struct quic_token is = retry;

	CHECK(quic_token_fits(&retry, &is, 10));
	is.time_s += 10;
	CHECK(quic_token_fits(&retry, &is, 10));
	is.time_s++;
	CHECK(!quic_token_fits(&retry, &is, 10));
	is.time_s = retry.time_s - 1;
	CHECK(!quic_token_fits(&retry, &is, 10));
	is = retry;
	is.version = QUIC_V2;
	CHECK(!quic_token_fits(&retry, &is, 10));
	is = retry;
	is.addr[3]++;
	CHECK(!quic_token_fits(&retry, &is, 10));
	is = retry;
	is.addr_len = 16;
	CHECK(!quic_token_fits(&retry, &is, 10));
	is = retry;
	is.port++;
	CHECK(!quic_token_fits(&retry, &is, 10));
	is = retry;
	is.rscid.data[0] ^= 1;
	CHECK(!quic_token_fits(&retry, &is, 10));
	/* a NEW_TOKEN's is good for any port and destination id */
	is = new6;
	is.port = 77;
	is.rscid.len = 9;
	CHECK(quic_token_fits(&new6, &is, 10));
	is.addr[15]++;
	CHECK(!quic_token_fits(&new6, &is, 10));
}

int main(void)
{
	TEST(round_trip);
	TEST(garbage);
	TEST(fits);
	return tap_done();
}
