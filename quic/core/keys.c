// SPDX-License-Identifier: GPL-2.0-only
#include "keys.h"
#include "conn.h"

/* TLS_CIPHER_* numbers of linux/tls.h, which the socket ABI uses. */
#define CIPHER_AES_CCM_128		53
#define CIPHER_CHACHA20_POLY1305	54

/* Generations do not wrap; the last ones are no numbers (QUIC_EARLY_GEN). */
#define GEN_MAX				(U32_MAX - 2)

void quic_keys_init(struct quic_keys *k)
{
	memset(k, 0, sizeof(*k));
	k->rx_gen_pn = QUIC_PN_NONE;
	quic_keys_set_cipher(k, 0);
}

void quic_keys_set_cipher(struct quic_keys *k, u32 tls_cipher)
{
	/* RFC 9001 6.6, Appendix B; 2^21.5 is rounded down. */
	switch (tls_cipher) {
	case CIPHER_AES_CCM_128:
		k->seal_limit_pkts = 2965820;
		k->open_limit_pkts = 2965820;
		break;
	case CIPHER_CHACHA20_POLY1305:
		k->seal_limit_pkts = QUIC_PN_MAX;
		k->open_limit_pkts = 1ULL << 36;
		break;
	default:
		k->seal_limit_pkts = 1ULL << 23;
		k->open_limit_pkts = 1ULL << 52;
	}
}

void quic_keys_lower_limits(struct quic_keys *k, u64 seal_pkts, u64 open_pkts)
{
	if (seal_pkts)
		k->seal_limit_pkts = min(k->seal_limit_pkts, seal_pkts);
	if (open_pkts)
		k->open_limit_pkts = min(k->open_limit_pkts, open_pkts);
}

void quic_keys_ready(struct quic_keys *k, u32 gen)
{
	k->ready_gen = max(k->ready_gen, gen);
}

bool quic_keys_rx_select(const struct quic_conn *c, bool phase, u64 pn,
			 u64 now, u32 *gen)
{
	const struct quic_keys *k = &c->keys;

	*gen = k->rx_gen;
	if (phase == (k->rx_gen & 1))
		return true;
	/* RFC 9001 6.3: below the current phase's first number: the old key. */
	if (pn < k->rx_gen_pn && k->rx_gen) {
		*gen = k->rx_gen - 1;
		return now < k->prev_until_ns;
	}
	/* RFC 9001 5.5#1: above it, the same key or a later one */
	*gen = k->rx_gen + 1;
	return k->ready_gen > k->rx_gen;
}

static void move_tx(struct quic_conn *c, u32 gen)
{
	struct quic_keys *k = &c->keys;

	k->tx_gen = gen;
	k->tx_gen_pn = c->space[QUIC_SPACE_APP].sent.next;
	k->sealed_pkts = 0;
	k->acked = false;
	c->news |= QUIC_NEWS_KEY_UPDATE;
}

static enum quic_err follow_update(struct quic_conn *c, u64 pn, u64 now)
{
	struct quic_keys *k = &c->keys;

	/*
	 * RFC 9001 6.2: the peer waits for an acknowledgement in its current
	 * phase before it moves on, and none went out in it yet.
	 */
	if (k->rx_gen && k->tx_gen == k->rx_gen && !k->sealed_pkts)
		return QUIC_ERR_KEY_UPDATE;
	if (k->rx_gen == GEN_MAX)
		return QUIC_ERR_KEY_UPDATE;
	k->rx_gen++;
	k->rx_gen_pn = pn;
	/* RFC 9001 6.5: the old key stays for three PTO. */
	k->prev_until_ns = now + 3 * quic_recovery_pto(c, true);
	if (k->tx_gen < k->rx_gen)
		move_tx(c, k->rx_gen);
	c->news |= QUIC_NEWS_KEY_UPDATE;
	return QUIC_ERR_NONE;
}

enum quic_err quic_keys_opened(struct quic_conn *c, u32 gen, u64 pn, u64 now)
{
	struct quic_keys *k = &c->keys;

	k->opened_gen = gen;
	if (gen == k->rx_gen + 1)
		return follow_update(c, pn, now);
	/* RFC 9001 6.4: an old key above the new one's first number. */
	if (gen < k->rx_gen && pn > k->rx_gen_pn)
		return QUIC_ERR_KEY_UPDATE;
	if (gen == k->rx_gen && pn < k->rx_gen_pn)
		k->rx_gen_pn = pn;
	return QUIC_ERR_NONE;
}

void quic_keys_timeout(struct quic_conn *c, u64 now)
{
	if (quic_keys_deadline(&c->keys) > now)
		return;
	c->keys.prev_until_ns = 0;
	c->news |= QUIC_NEWS_KEYS_OLD;
}

/* RFC 9001 5.5#2: the packet is dropped, and moves nothing but this. */
enum quic_err quic_keys_open_failed(struct quic_conn *c)
{
	struct quic_keys *k = &c->keys;

	if (++k->failed_pkts < k->open_limit_pkts)
		return QUIC_ERR_NONE;
	return QUIC_ERR_AEAD_LIMIT_REACHED;
}

int quic_keys_update(struct quic_conn *c)
{
	struct quic_keys *k = &c->keys;

	/* RFC 9001 6.1: confirmed, and the current phase acknowledged. */
	if (!c->confirmed || !k->acked || k->tx_gen > k->rx_gen ||
	    k->ready_gen <= k->tx_gen || k->tx_gen == GEN_MAX)
		return -EAGAIN;
	move_tx(c, k->tx_gen + 1);
	return 0;
}
