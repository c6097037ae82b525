// SPDX-License-Identifier: GPL-2.0-only
/* quic/core/ticket.c: what may come from a server's TLS after the handshake. */
#include "env_user.h"
#include "quic/core/ticket.h"
#include "tap.h"

#define UNEXPECTED	(QUIC_ERR_CRYPTO_BASE + 10)
#define DECODE		(QUIC_ERR_CRYPTO_BASE + 50)

/* lifetime, age_add, nonce of 1 byte, ticket of 3, early_data 0xffffffff */
#define GOOD "04 000019 00001c20 01020304 01 00 0003 aabbcc 0008 002a 0004 ffffffff"

static struct quic_tickets t;

static enum quic_err add_hex(const char *hex, size_t step)
{
	enum quic_err err = QUIC_ERR_NONE;
	u8 bytes[256], *exact;
	size_t n = tap_unhex(hex, bytes, sizeof(bytes)), i;

	memset(&t, 0, sizeof(t));
	exact = tap_exact(bytes, n);
	for (i = 0; i < n && !err; i += step)
		err = quic_tickets_add(&t, exact + i, min(step, n - i));
	free(exact);
	return err;
}

static void whole_and_in_pieces(void)
{
	size_t step;

	for (step = 1; step < 70; step++) {
		CHECK_EQ(add_hex(GOOD GOOD, step), 0);
		CHECK_EQ(t.whole, 58);
		CHECK_EQ(t.len, 58);
	}
	CHECK_EQ(add_hex(GOOD " 04 0000", 100), 0);
	CHECK_EQ(t.whole, 29);
	CHECK_EQ(t.len, 32);
	/* without early_data, and with an extension that nobody knows */
	CHECK_EQ(add_hex("04 000010 00000001 00000000 00 0003 aabbcc 0000", 9),
		 0);
	CHECK_EQ(add_hex("04 000015 00000001 00000000 00 0003 aabbcc 0005 0a0a 0001 ff",
			 9), 0);
	CHECK_EQ(t.whole, 25);
}

/* RFC 9001 4.6.1: any other value than 0xffffffff */
static void early_data_size(void)
{
	CHECK_EQ(add_hex("04 000019 00001c20 01020304 01 00 0003 aabbcc 0008 002a 0004 fffffffe",
			 100), QUIC_ERR_PROTOCOL_VIOLATION);
	CHECK_EQ(add_hex("04 000019 00001c20 01020304 01 00 0003 aabbcc 0008 002a 0004 00000000",
			 1), QUIC_ERR_PROTOCOL_VIOLATION);
	CHECK_EQ(add_hex("04 000015 00001c20 01020304 01 00 0003 aabbcc 0004 002a 0000",
			 1), QUIC_ERR_PROTOCOL_VIOLATION);
}

/* RFC 9001 4.4#3: PROTOCOL_VIOLATION; RFC 9001 6#2: unexpected_message */
static void other_messages(void)
{
	unsigned int type;
	char hex[16];

	for (type = 0; type < 256; type++) {
		int want = UNEXPECTED;

		if (type == 4)
			continue;
		if (type == 13)
			want = QUIC_ERR_PROTOCOL_VIOLATION;
		snprintf(hex, sizeof(hex), "%02x00000100", type);
		CHECK_EQ(add_hex(hex, 1), want);
	}
}

static void malformed(void)
{
	static const char *const bad[] = {
		"04 000000",
		"04 000007 00001c20 010203",
		"04 000008 00001c20 01020304",
		"04 000009 00001c20 01020304 02",
		"04 00000b 00001c20 01020304 00 0000",
		"04 00000c 00001c20 01020304 00 0002 aa",
		"04 00000e 00001c20 01020304 00 0001 aa 0001",
		"04 00000e 00001c20 01020304 00 0000 0000 00",
		"04 000010 00001c20 01020304 00 0001 aa 0001 00 00",
		"04 00000f 00001c20 01020304 00 0001 aa 0001 00",
		"04 000011 00001c20 01020304 00 0001 aa 0003 002a 00",
		"04 000012 00001c20 01020304 00 0001 aa 0004 002a 0004",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		CHECK_EQ(add_hex(bad[i], 100), DECODE);
		CHECK_EQ(t.whole, 0);
	}
}

/* What does not fit is skipped, and what follows is looked at all the same. */
static void too_long(void)
{
	u8 big[5000] = { 4, 0, 0x12, 0 };	/* a body of 0x1200 bytes */
	static const u8 update[] = { 24, 0, 0, 1, 0 };
	u8 good[64];
	size_t n = tap_unhex(GOOD, good, sizeof(good));

	memset(&t, 0, sizeof(t));
	CHECK_EQ(quic_tickets_add(&t, good, n), 0);
	CHECK_EQ(quic_tickets_add(&t, big, 0x1204), 0);
	CHECK_EQ(t.whole, n);
	CHECK_EQ(quic_tickets_add(&t, good, n), 0);
	CHECK_EQ(t.whole, 2 * n);
	CHECK_EQ(quic_tickets_add(&t, big, 0x1203), 0);
	CHECK_EQ(t.skip, 1);
	CHECK_EQ(quic_tickets_add(&t, big, 1), 0);
	CHECK_EQ(quic_tickets_add(&t, update, sizeof(update)), UNEXPECTED);
	/* until the room is used up */
	memset(&t, 0, sizeof(t));
	while (t.whole + n <= QUIC_TICKETS_BYTES)
		CHECK_EQ(quic_tickets_add(&t, good, n), 0);
	CHECK_EQ(quic_tickets_add(&t, good, n), 0);
	CHECK(t.whole + n > QUIC_TICKETS_BYTES);
	CHECK_EQ(t.skip, 0);
}

int main(void)
{
	TEST(whole_and_in_pieces);
	TEST(early_data_size);
	TEST(other_messages);
	TEST(malformed);
	TEST(too_long);
	return tap_done();
}
