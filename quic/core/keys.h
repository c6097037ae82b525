/* SPDX-License-Identifier: GPL-2.0-only */
/* 1-RTT key generations and AEAD limits; no key is here (RFC 9001 6). */
#ifndef _QUIC_CORE_KEYS_H
#define _QUIC_CORE_KEYS_H

#include "env.h"
#include "error.h"

struct quic_conn;

/**
 * struct quic_keys - generations of the 1-RTT keys
 * @tx_gen: generation that new packets are sealed with
 * @rx_gen: generation that the peer is known to use
 * @rx_gen_pn: lowest number opened with @rx_gen
 * @tx_gen_pn: first number sealed with @tx_gen
 * @prev_until_ns: @rx_gen - 1 may open packets until then; 0: not at all
 * @ready_gen: the glue holds the keys of every generation up to here
 * @sealed_pkts: packets sealed with @tx_gen
 * @failed_pkts: packets that failed to open, whole connection
 * @seal_limit_pkts: confidentiality limit (RFC 9001 6.6)
 * @open_limit_pkts: integrity limit
 * @opened_gen: generation of the packet whose frames are being processed
 * @acked: a packet of @tx_gen was acknowledged: the next update may start
 */
struct quic_keys {
	u32 tx_gen;
	u32 rx_gen;
	u32 ready_gen;
	u32 opened_gen;
	u64 rx_gen_pn;
	u64 tx_gen_pn;
	u64 prev_until_ns;
	u64 sealed_pkts;
	u64 failed_pkts;
	u64 seal_limit_pkts;
	u64 open_limit_pkts;
	bool acked;
};

void quic_keys_init(struct quic_keys *k);

/* ---- for the glue ------------------------------------------------------ */

/* Limits of the negotiated cipher, TLS_CIPHER_* number (RFC 9001 6.6). */
void quic_keys_set_cipher(struct quic_keys *k, u32 tls_cipher);

/* The keys of generation @gen exist, both directions. */
void quic_keys_ready(struct quic_keys *k, u32 gen);

/**
 * quic_keys_rx_select() - which generation opens this packet?
 * @c: connection
 * @phase: key phase bit
 * @pn: full packet number
 * @now: ns
 * @gen: result
 *
 * RFC 9001 6.3, 6.5. The choice never depends on unauthenticated state
 * alone: a flipped bit costs one failed open.
 *
 * Return: true, or false when no kept or prepared generation fits: drop.
 */
bool quic_keys_rx_select(const struct quic_conn *c, bool phase, u64 pn,
			 u64 now, u32 *gen);

/**
 * quic_keys_opened() - a packet was opened (by software or by a device)
 * @c: connection
 * @gen: generation that opened it
 * @pn: packet number
 * @now: ns
 *
 * Follows the peer's key update: sets %QUIC_NEWS_KEY_UPDATE when one came.
 * The frames of this packet come next: see quic_keys_check_ack().
 *
 * Return: QUIC_ERR_NONE, or QUIC_ERR_KEY_UPDATE for an update that the peer
 * had no right to (RFC 9001 6.2, 6.4).
 */
enum quic_err quic_keys_opened(struct quic_conn *c, u32 gen, u64 pn, u64 now);

/**
 * quic_keys_check_ack() - may the packet in work acknowledge one of @gen?
 * @k: keys
 * @gen: generation that the acknowledged packet was sealed with
 *
 * RFC 9001 6.2: who has read newer keys answers with them.
 *
 * Return: false: QUIC_ERR_KEY_UPDATE.
 */
static inline bool quic_keys_check_ack(const struct quic_keys *k, u32 gen)
{
	return gen <= k->opened_gen;
}

/**
 * quic_keys_lower_limits() - end the use of keys earlier than the cipher asks
 * @k: keys, after quic_keys_set_cipher()
 * @seal_pkts: confidentiality limit, or 0
 * @open_pkts: integrity limit, or 0
 *
 * RFC 9001 6.6 sets upper bounds; what is above them is not taken.
 */
void quic_keys_lower_limits(struct quic_keys *k, u64 seal_pkts, u64 open_pkts);

/* When old keys are to be wiped (RFC 9001 6.5), or QUIC_TIME_NEVER. */
static inline u64 quic_keys_deadline(const struct quic_keys *k)
{
	return k->prev_until_ns ?: QUIC_TIME_NEVER;
}

/* That time came: sets %QUIC_NEWS_KEYS_OLD. */
void quic_keys_timeout(struct quic_conn *c, u64 now);

/* A packet failed to open. Return: AEAD_LIMIT_REACHED at the limit. */
enum quic_err quic_keys_open_failed(struct quic_conn *c);

/**
 * quic_keys_update() - start a key update (RFC 9001 6.1)
 * @c: connection
 *
 * Return: 0; -EAGAIN while an update is in progress or unconfirmed, or the
 * next keys are not prepared.
 */
int quic_keys_update(struct quic_conn *c);

#endif
