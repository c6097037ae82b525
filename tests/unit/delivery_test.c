// SPDX-License-Identifier: GPL-2.0-only
#include "quic/core/delivery.h"

#include "fixture.h"
#include "tap.h"

#define T0	FIX_T0

static struct quic_delivery r;
static struct quic_delivery_sample s;

static struct quic_sent sent(u64 now, bool idle)
{
	struct quic_sent p = { .time_ns = now };

	quic_delivery_sent(&r, &p, idle);
	return p;
}

/* Equal but for the unit of 256 ns. */
static bool about(u64 have, u64 want)
{
	return have <= want && have + 512 > want;
}

static void ping_pong(void)
{
	struct quic_sent p;

	memset(&r, 0, sizeof(r));
	p = sent(T0, true);
	quic_delivery_acked(&r, &p, 1000, T0 + 10 * MS, &s);
	CHECK_EQ(s.bytes, 1000);
	CHECK_EQ(s.interval_ns, 10 * MS);
	CHECK_EQ(s.prior_bytes, 0);
	CHECK(!s.limited);
	/* a pause is not part of the next sample */
	p = sent(T0 + 500 * MS, true);
	quic_delivery_acked(&r, &p, 2000, T0 + 520 * MS, &s);
	CHECK_EQ(s.bytes, 2000);
	CHECK_EQ(s.interval_ns, 20 * MS);
	CHECK_EQ(s.prior_bytes, 1000);
}

/* ACKs that come all at once do not make the path faster than the sender. */
static void compressed(void)
{
	struct quic_sent p[10];
	int i;

	memset(&r, 0, sizeof(r));
	for (i = 0; i < 10; i++)
		p[i] = sent(T0 + i * MS, !i);
	quic_delivery_acked(&r, &p[0], 1000, T0 + 20 * MS, &s);
	for (i = 1; i < 9; i++)
		quic_delivery_acked(&r, &p[i], 1000, T0 + 29 * MS, &s);
	quic_delivery_acked(&r, &p[9], 1000, T0 + 29 * MS, &s);
	CHECK_EQ(s.bytes, 10000);
	CHECK(about(s.interval_ns, 29 * MS));
}

/* The longer of the two times: here that of sending. */
static void slow_sender(void)
{
	struct quic_sent a, b;

	memset(&r, 0, sizeof(r));
	a = sent(T0, true);
	b = sent(T0 + 50 * MS, false);
	quic_delivery_acked(&r, &a, 1000, T0 + 51 * MS, &s);
	quic_delivery_acked(&r, &b, 1000, T0 + 60 * MS, &s);
	CHECK_EQ(s.bytes, 2000);
	CHECK(about(s.interval_ns, 60 * MS));
	a = sent(T0 + 60 * MS, false);
	b = sent(T0 + 130 * MS, false);
	quic_delivery_acked(&r, &b, 1000, T0 + 131 * MS, &s);
	CHECK_EQ(s.bytes, 1000);
	CHECK(about(s.interval_ns, 80 * MS));
}

/* Samples of a flight for which there was too little to send are marked. */
static void limited(void)
{
	struct quic_sent p;

	memset(&r, 0, sizeof(r));
	p = sent(T0, true);
	quic_delivery_limit(&r, 1000);
	quic_delivery_acked(&r, &p, 1000, T0 + 10 * MS, &s);
	CHECK(!s.limited);
	p = sent(T0 + 10 * MS, true);
	quic_delivery_acked(&r, &p, 1000, T0 + 20 * MS, &s);
	CHECK(s.limited);
	/* what was in flight has been acknowledged: over */
	p = sent(T0 + 20 * MS, true);
	quic_delivery_acked(&r, &p, 1000, T0 + 30 * MS, &s);
	CHECK(!s.limited);
}

/* Half of the counter is kept in the ledger. */
static void wraps(void)
{
	struct quic_sent p;

	memset(&r, 0, sizeof(r));
	r.delivered_bytes = 0x1fffffff0ULL;
	p = sent(T0, true);
	r.delivered_bytes += 0x20;
	quic_delivery_acked(&r, &p, 0x10, T0 + MS, &s);
	CHECK_EQ(s.prior_bytes, 0x1fffffff0ULL);
	CHECK_EQ(s.bytes, 0x30);
}

/* The ledger's entry stays within a cache line. */
static void entry(void)
{
	CHECK(sizeof(struct quic_sent) <= 64);
	CHECK(sizeof(struct quic_sent) >= 48);
}

int main(void)
{
	TEST(ping_pong);
	TEST(compressed);
	TEST(slow_sender);
	TEST(limited);
	TEST(wraps);
	TEST(entry);
	return tap_done();
}
