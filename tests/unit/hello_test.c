// SPDX-License-Identifier: GPL-2.0-only
#include "quic/core/hello.h"

#include "tap.h"

static struct quic_hello h;

/* A ClientHello with session id, two cipher suites, SNI, ALPN, and padding. */
static size_t make_hello(u8 *p)
{
	static const u8 exts[] = {
		0, 0, 0, 16, 0, 14, 0, 0, 11,
		's', 'e', 'r', 'v', 'e', 'r', '.', 't', 'e', 's', 't',
		0, 43, 0, 3, 2, 3, 4,
		0, 16, 0, 11, 0, 9, 2, 'h', '3', 5, 'h', 'q', '-', 'i', 'p',
		0, 21, 0, 4, 0, 0, 0, 0,
	};
	u8 *start = p;

	memset(p, 0, 4 + 2 + 32);
	p += 4 + 2 + 32;
	*p++ = 3;
	p += 3;
	memcpy(p, "\0\4\x13\1\x13\2\1\0", 8);
	p += 8;
	*p++ = 0;
	*p++ = sizeof(exts);
	memcpy(p, exts, sizeof(exts));
	p += sizeof(exts);
	start[0] = 1;
	start[3] = p - start - 4;
	return p - start;
}

static void check_names(const struct quic_hello_names *n)
{
	CHECK_EQ(n->alpn_len, 9);
	CHECK_MEM(n->alpn, "\2h3\5hq-ip", 9);
	CHECK_EQ(n->sni_len, 11);
	CHECK_MEM(n->sni, "server.test", 11);
}

static void whole(void)
{
	struct quic_hello_names n;
	u8 buf[256];
	size_t len = make_hello(buf);

	quic_hello_init(&h);
	CHECK_EQ(quic_hello_add(&h, 0, buf, len, GFP_KERNEL), 0);
	CHECK_EQ(quic_hello_find(&h, &n), 0);
	check_names(&n);
	quic_hello_free(&h);
}

/* Every prefix either tells or wants more; the second part may come first. */
static void in_parts(void)
{
	struct quic_hello_names n;
	u8 buf[256];
	size_t len = make_hello(buf), cut;

	for (cut = 1; cut < len; cut++) {
		int err;

		TAP_AT("cut %zu", cut);
		quic_hello_init(&h);
		memset(h.data, 0, sizeof(h.data));
		CHECK_EQ(quic_hello_add(&h, 0, buf, cut, GFP_KERNEL), 0);
		err = quic_hello_find(&h, &n);
		CHECK(err == -EAGAIN || (!err && n.alpn));
		CHECK_EQ(quic_hello_add(&h, cut, buf + cut, len - cut,
					GFP_KERNEL), 0);
		CHECK_EQ(quic_hello_find(&h, &n), 0);
		check_names(&n);
		quic_hello_free(&h);

		quic_hello_init(&h);
		memset(h.data, 0, sizeof(h.data));
		CHECK_EQ(quic_hello_add(&h, cut, buf + cut, len - cut,
					GFP_KERNEL), 0);
		CHECK_EQ(quic_hello_find(&h, &n), -EAGAIN);
		CHECK_EQ(quic_hello_add(&h, 0, buf, cut, GFP_KERNEL), 0);
		CHECK_EQ(quic_hello_find(&h, &n), 0);
		check_names(&n);
		quic_hello_free(&h);
	}
}

static void nonsense(void)
{
	struct quic_hello_names n;
	u8 buf[256];
	size_t len = make_hello(buf);

	quic_hello_init(&h);
	CHECK_EQ(quic_hello_find(&h, &n), -EAGAIN);
	buf[0] = 2;
	CHECK_EQ(quic_hello_add(&h, 0, buf, len, GFP_KERNEL), 0);
	CHECK_EQ(quic_hello_find(&h, &n), -EBADMSG);
	/* the session id runs over the end */
	buf[0] = 1;
	buf[38] = 255;
	CHECK_EQ(quic_hello_add(&h, 0, buf, len, GFP_KERNEL), 0);
	CHECK_EQ(quic_hello_find(&h, &n), -EBADMSG);
	quic_hello_free(&h);
}

/* Too long to be looked at: without names, not for ever. */
static void endless(void)
{
	static u8 big[QUIC_HELLO_MAX + 100];
	struct quic_hello_names n;

	make_hello(big);
	big[2] = 0x20;		/* 8 KiB */
	big[38 + 4 + 8 + 1] = 0;	/* of them extensions: more than there is */
	big[38 + 4 + 8] = 0x1f;
	/* the first extension fills what we see */
	big[38 + 4 + 8 + 2] = 0x33;
	big[38 + 4 + 8 + 4] = 0x1e;
	quic_hello_init(&h);
	CHECK_EQ(quic_hello_add(&h, 0, big, 1000, GFP_KERNEL), 0);
	CHECK_EQ(quic_hello_find(&h, &n), -EAGAIN);
	CHECK_EQ(quic_hello_add(&h, 1000, big + 1000, sizeof(big) - 1000,
				GFP_KERNEL), 0);
	CHECK_EQ(quic_hello_add(&h, 1ULL << 60, big, 10, GFP_KERNEL), 0);
	CHECK_EQ(quic_hello_find(&h, &n), 0);
	CHECK(!n.alpn);
	quic_hello_free(&h);
}

static void offers(void)
{
	static const u8 alpn[] = "\2h3\5hq-ip";

	CHECK(quic_hello_offers(alpn, 9, "h3", 2));
	CHECK(quic_hello_offers(alpn, 9, "doq,hq-ip", 9));
	CHECK(!quic_hello_offers(alpn, 9, "doq,hq-i", 8));
	CHECK(!quic_hello_offers(alpn, 9, "", 0));
	CHECK(!quic_hello_offers(alpn, 0, "h3", 2));
	/* cut short: no name beyond the end */
	CHECK(!quic_hello_offers(alpn, 8, "hq-ip", 5));
}

int main(void)
{
	TEST(whole);
	TEST(in_parts);
	TEST(nonsense);
	TEST(endless);
	TEST(offers);
	return tap_done();
}
