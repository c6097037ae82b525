// SPDX-License-Identifier: GPL-2.0-only
#include "quic/core/keys.h"

#include "fixture.h"
#include "tap.h"

#define AES_GCM_128	51	/* TLS_CIPHER_* */
#define AES_CCM_128	53
#define CHACHA20	54

static bool selects(const struct fix *f, bool phase, u64 pn, u32 want)
{
	u32 gen;

	return quic_keys_rx_select(&f->c, phase, pn, f->now, &gen) &&
	       gen == want;
}

static bool refuses(const struct fix *f, bool phase, u64 pn)
{
	u32 gen;

	return !quic_keys_rx_select(&f->c, phase, pn, f->now, &gen);
}

/* Established, with the next keys at hand, and the first ones acknowledged. */
static void open_ready(struct fix *f)
{
	fix_open(f, true, NULL, NULL);
	quic_keys_ready(&f->c.keys, 1);
}

static void exchange(struct fix *f)
{
	f->c.pending |= QUIC_PEND_PING;
	fix_send(f);
	fix_ack_all(f, QUIC_SPACE_APP);
}

/* RFC 9001 6.6 */
static void limits(void)
{
	struct quic_keys k;

	quic_keys_init(&k);
	CHECK_EQ(k.seal_limit_pkts, 1 << 23);
	CHECK_EQ(k.open_limit_pkts, 1ULL << 52);
	quic_keys_set_cipher(&k, CHACHA20);
	CHECK_EQ(k.open_limit_pkts, 1ULL << 36);
	CHECK(k.seal_limit_pkts >= 1ULL << 62 || k.seal_limit_pkts ==
	      (1ULL << 62) - 1);
	quic_keys_set_cipher(&k, AES_CCM_128);
	/* 2^21.5 = 2965820.8 */
	CHECK_EQ(k.seal_limit_pkts, 2965820);
	CHECK_EQ(k.open_limit_pkts, 2965820);
	quic_keys_set_cipher(&k, AES_GCM_128);
	CHECK_EQ(k.seal_limit_pkts, 1 << 23);
}

/* RFC 9001 6.1: only when confirmed, and acknowledged in this phase */
static void when_to_update(void)
{
	struct fix f;

	fix_open(&f, true, NULL, NULL);
	CHECK(f.c.keys.acked);
	CHECK_EQ(quic_keys_update(&f.c), -EAGAIN);	/* no keys prepared */
	quic_keys_ready(&f.c.keys, 2);
	f.c.confirmed = false;
	CHECK_EQ(quic_keys_update(&f.c), -EAGAIN);
	f.c.confirmed = true;
	f.c.news = 0;
	CHECK_EQ(quic_keys_update(&f.c), 0);
	CHECK(f.c.news & QUIC_NEWS_KEY_UPDATE);
	CHECK_EQ(f.c.keys.tx_gen, 1);
	CHECK_EQ(quic_keys_update(&f.c), -EAGAIN);
	/* the peer followed, but may not have received anything of this one */
	f.rx_gen = 1;
	CHECK_EQ(fix_ping(&f, QUIC_SPACE_APP), 0);
	CHECK_EQ(f.c.keys.rx_gen, 1);
	CHECK_EQ(quic_keys_update(&f.c), -EAGAIN);
	exchange(&f);
	CHECK(f.c.keys.acked);
	CHECK_EQ(quic_keys_update(&f.c), 0);
	CHECK_EQ(f.c.keys.tx_gen, 2);
	fix_free(&f);
}

/* RFC 9001 6.2: the new phase, acknowledged in a packet of the old one */
static void acknowledged_under_old_keys(void)
{
	struct fix f;
	u64 pn;

	open_ready(&f);
	CHECK_EQ(quic_keys_update(&f.c), 0);
	pn = f.c.space[QUIC_SPACE_APP].sent.next;
	f.c.pending |= QUIC_PEND_PING;
	fix_send(&f);
	CHECK_EQ(fix_ack(&f, QUIC_SPACE_APP, pn, pn), QUIC_ERR_KEY_UPDATE);
	CHECK_EQ(f.c.close.err, QUIC_ERR_KEY_UPDATE);
	fix_free(&f);
}

/*
 * RFC 9001 6.5, 9.2: the old keys are wiped after three PTO; until then, and
 * after, nothing that fails to open moves any of this.
 */
static void old_keys_wiped(void)
{
	struct fix f;
	u64 pto;

	open_ready(&f);
	CHECK_EQ(quic_keys_deadline(&f.c.keys), QUIC_TIME_NEVER);
	pto = quic_recovery_pto(&f.c, true);
	f.rx_gen = 1;
	CHECK_EQ(fix_ping(&f, QUIC_SPACE_APP), 0);
	CHECK_EQ(quic_keys_deadline(&f.c.keys), f.now + 3 * pto);
	CHECK(quic_conn_deadline(&f.c) <= f.now + 3 * pto);
	f.c.news = 0;
	f.now += 3 * pto - 1;
	quic_conn_timeout(&f.c, f.now, GFP_ATOMIC);
	CHECK(!(f.c.news & QUIC_NEWS_KEYS_OLD));
	f.now++;
	quic_conn_timeout(&f.c, f.now, GFP_ATOMIC);
	CHECK(f.c.news & QUIC_NEWS_KEYS_OLD);
	CHECK_EQ(quic_keys_deadline(&f.c.keys), QUIC_TIME_NEVER);
	CHECK(refuses(&f, false, 0));
	fix_free(&f);
}

/*
 * RFC 9001 5.5#2, 6.3: a flipped phase bit costs one failed open, and leaves
 * nothing behind.
 */
static void flipped_phase(void)
{
	struct quic_keys before;
	struct fix f;
	u64 pn;

	open_ready(&f);
	before = f.c.keys;
	pn = f.pn[QUIC_SPACE_APP];
	CHECK(selects(&f, true, pn, 1));
	CHECK_EQ(quic_keys_open_failed(&f.c), 0);
	before.failed_pkts++;
	CHECK(!memcmp(&before, &f.c.keys, sizeof(before)));
	CHECK(selects(&f, false, pn, 0));
	fix_free(&f);
}

/* Four thousand million updates are enough: the numbers do not begin again. */
static void last_generation(void)
{
	struct fix f;

	open_ready(&f);
	f.c.keys.tx_gen = U32_MAX - 2;
	f.c.keys.rx_gen = U32_MAX - 2;
	f.c.keys.ready_gen = U32_MAX;
	f.c.keys.sealed_pkts = 1;
	CHECK_EQ(quic_keys_update(&f.c), -EAGAIN);
	f.rx_gen = U32_MAX - 1;
	CHECK_EQ(fix_ping(&f, QUIC_SPACE_APP), QUIC_ERR_KEY_UPDATE);
	CHECK_EQ(f.c.keys.rx_gen, U32_MAX - 2);
	fix_free(&f);
}

/* RFC 9001 6.6: bounds from above; earlier is always allowed, later never. */
static void lowered_limits(void)
{
	struct quic_keys k;

	quic_keys_init(&k);
	quic_keys_lower_limits(&k, 1000, 20);
	CHECK_EQ(k.seal_limit_pkts, 1000);
	CHECK_EQ(k.open_limit_pkts, 20);
	quic_keys_lower_limits(&k, 0, 0);
	quic_keys_lower_limits(&k, U64_MAX, U64_MAX);
	CHECK_EQ(k.seal_limit_pkts, 1000);
	CHECK_EQ(k.open_limit_pkts, 20);
}

/* An old packet that is acknowledged says nothing of the new phase. */
static void acknowledged_in_this_phase(void)
{
	struct fix f;
	u64 pn;

	fix_open(&f, true, NULL, NULL);
	quic_keys_ready(&f.c.keys, 5);
	pn = f.c.space[QUIC_SPACE_APP].sent.next;
	f.c.pending |= QUIC_PEND_PING;
	fix_send(&f);
	CHECK_EQ(quic_keys_update(&f.c), 0);
	CHECK_EQ(f.c.keys.tx_gen_pn, pn + 1);
	f.rx_gen = 1;
	CHECK_EQ(fix_ack(&f, QUIC_SPACE_APP, pn, pn), 0);
	CHECK_EQ(f.c.keys.rx_gen, 1);
	CHECK(!f.c.keys.acked);
	CHECK_EQ(quic_keys_update(&f.c), -EAGAIN);
	exchange(&f);
	CHECK_EQ(quic_keys_update(&f.c), 0);
	fix_free(&f);
}

/* RFC 9001 6.2, 6.3: the peer's update is followed */
static void followed(void)
{
	struct fix f;
	u64 first;

	open_ready(&f);
	first = f.pn[QUIC_SPACE_APP];
	CHECK(selects(&f, false, first, 0));
	CHECK(selects(&f, true, first, 1));
	f.c.news = 0;
	f.pn[QUIC_SPACE_APP] += 5;
	f.rx_gen = 1;
	CHECK_EQ(fix_ping(&f, QUIC_SPACE_APP), 0);
	CHECK_EQ(f.c.keys.rx_gen, 1);
	CHECK_EQ(f.c.keys.tx_gen, 1);
	CHECK_EQ(f.c.keys.rx_gen_pn, first + 5);
	CHECK(f.c.news & QUIC_NEWS_KEY_UPDATE);
	/* what we send is in the new phase */
	f.c.pending |= QUIC_PEND_PING;
	CHECK_EQ(fix_plan(&f, 1), 1);
	CHECK_EQ(f.plan.gen, 1);
	CHECK(f.plan.scratch[0] & 0x04);
	fix_commit(&f, 1);
	/* late packets of the old phase, for three PTO: RFC 9001 6.5 */
	CHECK(selects(&f, false, first + 4, 0));
	CHECK(selects(&f, true, first + 6, 1));
	/* RFC 9001 5.5#1: would be generation 2 */
	CHECK(refuses(&f, false, first + 6));
	f.now += 3 * quic_recovery_pto(&f.c, true);
	CHECK(refuses(&f, false, first + 4));
	/* the next one, once its keys are there */
	quic_keys_ready(&f.c.keys, 2);
	CHECK(selects(&f, false, first + 6, 2));
	fix_free(&f);
}

/* RFC 9001 6.4: an old key above the new one's first packet */
static void old_key_above(void)
{
	struct fix f;

	open_ready(&f);
	f.pn[QUIC_SPACE_APP] += 5;
	f.rx_gen = 1;
	CHECK_EQ(fix_ping(&f, QUIC_SPACE_APP), 0);
	f.rx_gen = 0;
	CHECK_EQ(fix_recv_pn(&f, QUIC_SPACE_APP, f.pn[QUIC_SPACE_APP] - 2,
			     "\1", 1), 0);
	CHECK_EQ(fix_ping(&f, QUIC_SPACE_APP), QUIC_ERR_KEY_UPDATE);
	CHECK_EQ(f.c.close.err, QUIC_ERR_KEY_UPDATE);
	fix_free(&f);
}

/* A reordered packet of the new phase moves its lower end. */
static void reordered_start(void)
{
	struct fix f;
	u64 first;

	open_ready(&f);
	first = f.pn[QUIC_SPACE_APP];
	f.rx_gen = 1;
	CHECK_EQ(fix_recv_pn(&f, QUIC_SPACE_APP, first + 3, "\1", 1), 0);
	CHECK_EQ(fix_recv_pn(&f, QUIC_SPACE_APP, first + 1, "\1", 1), 0);
	CHECK_EQ(f.c.keys.rx_gen_pn, first + 1);
	CHECK(selects(&f, false, first, 0));
	CHECK(refuses(&f, false, first + 2));
	fix_free(&f);
}

/* RFC 9001 6.2: twice, without anything from us in between */
static void twice(void)
{
	struct fix f;

	open_ready(&f);
	quic_keys_ready(&f.c.keys, 3);
	f.rx_gen = 1;
	CHECK_EQ(fix_ping(&f, QUIC_SPACE_APP), 0);
	f.rx_gen = 2;
	CHECK_EQ(fix_ping(&f, QUIC_SPACE_APP), QUIC_ERR_KEY_UPDATE);
	fix_free(&f);
	/* with it, there is no objection */
	open_ready(&f);
	quic_keys_ready(&f.c.keys, 3);
	f.rx_gen = 1;
	CHECK_EQ(fix_ping(&f, QUIC_SPACE_APP), 0);
	exchange(&f);
	f.rx_gen = 2;
	CHECK_EQ(fix_ping(&f, QUIC_SPACE_APP), 0);
	CHECK_EQ(f.c.keys.tx_gen, 2);
	fix_free(&f);
}

/* Both at once: each follows into the generation that it is in. */
static void simultaneous(void)
{
	struct fix f;

	open_ready(&f);
	quic_keys_ready(&f.c.keys, 3);
	CHECK_EQ(quic_keys_update(&f.c), 0);
	f.rx_gen = 1;
	CHECK_EQ(fix_ping(&f, QUIC_SPACE_APP), 0);
	CHECK_EQ(f.c.keys.tx_gen, 1);
	CHECK_EQ(f.c.keys.rx_gen, 1);
	fix_free(&f);
}

/* RFC 9001 6.6 */
static void integrity_limit(void)
{
	struct fix f;

	fix_open(&f, true, NULL, NULL);
	f.c.keys.open_limit_pkts = 3;
	CHECK_EQ(quic_keys_open_failed(&f.c), 0);
	CHECK_EQ(quic_keys_open_failed(&f.c), 0);
	CHECK_EQ(quic_keys_open_failed(&f.c), QUIC_ERR_AEAD_LIMIT_REACHED);
	fix_free(&f);
}

/* RFC 9001 5.3#3, 6.6: update by ourselves, well before the limit */
static void confidentiality_update(void)
{
	struct fix f;

	open_ready(&f);
	exchange(&f);
	f.c.keys.seal_limit_pkts = 1000;
	f.c.keys.sealed_pkts = 499;
	f.c.pending |= QUIC_PEND_PING;
	fix_send(&f);
	CHECK_EQ(f.c.keys.tx_gen, 1);
	CHECK_EQ(f.c.state, QUIC_CONN_ESTABLISHED);
	fix_free(&f);
}

/* The end when that is not possible: AEAD_LIMIT_REACHED, and still in time */
static void confidentiality_end(void)
{
	struct fix f;

	fix_open(&f, true, NULL, NULL);
	f.c.keys.seal_limit_pkts = 1000;
	f.c.keys.sealed_pkts = 1000 - QUIC_PLAN_PKTS - 1;
	f.c.pending |= QUIC_PEND_PING;
	fix_send(&f);
	CHECK_EQ(f.c.state, QUIC_CONN_CLOSING);
	CHECK_EQ(f.c.close.err, QUIC_ERR_AEAD_LIMIT_REACHED);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_CONNECTION_CLOSE), 1);
	CHECK(f.c.keys.sealed_pkts < 1000);
	/* nor do the answers in the closing state go beyond it */
	CHECK_EQ(fix_nth(&f, QUIC_FRAME_CONNECTION_CLOSE, 0)->f.close.err,
		 QUIC_ERR_AEAD_LIMIT_REACHED);
	fix_free(&f);
}

int main(void)
{
	TEST(limits);
	TEST(when_to_update);
	TEST(acknowledged_in_this_phase);
	TEST(acknowledged_under_old_keys);
	TEST(old_keys_wiped);
	TEST(flipped_phase);
	TEST(lowered_limits);
	TEST(last_generation);
	TEST(followed);
	TEST(old_key_above);
	TEST(reordered_start);
	TEST(twice);
	TEST(simultaneous);
	TEST(integrity_limit);
	TEST(confidentiality_update);
	TEST(confidentiality_end);
	return tap_done();
}
