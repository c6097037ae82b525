// SPDX-License-Identifier: GPL-2.0-only
#include "netkey.h"

#include <linux/random.h>
#include <linux/string.h>

/**
 * quic_netkey_init() - random secrets
 * @key: of a new namespace
 */
void quic_netkey_init(struct quic_netkey *key)
{
	spin_lock_init(&key->lock);
	get_random_bytes(key->reset, sizeof(key->reset));
	get_random_bytes(key->token, sizeof(key->token));
}

/**
 * quic_netkey_wipe() - forget them
 * @key: of a namespace that goes
 */
void quic_netkey_wipe(struct quic_netkey *key)
{
	memzero_explicit(key->reset, sizeof(key->reset));
	memzero_explicit(key->token, sizeof(key->token));
}

/**
 * quic_netkey_set_reset() - stateless reset tokens come from another secret
 * @key: secrets of a namespace
 * @secret: QUIC_RESET_SECRET_LEN bytes
 *
 * Peers of living connections keep the tokens that they were told.
 *
 * Context: process or softirq.
 */
void quic_netkey_set_reset(struct quic_netkey *key, const u8 *secret)
{
	spin_lock_bh(&key->lock);
	memcpy(key->reset, secret, sizeof(key->reset));
	spin_unlock_bh(&key->lock);
}

/**
 * quic_netkey_set_token() - seal tokens with another secret
 * @key: secrets of a namespace
 * @secret: QUIC_TOKEN_SECRET_LEN bytes
 *
 * What the secret before sealed can be opened until the next change.
 *
 * Context: process or softirq.
 */
void quic_netkey_set_token(struct quic_netkey *key, const u8 *secret)
{
	spin_lock_bh(&key->lock);
	memcpy(key->token[1], key->token[0], sizeof(key->token[1]));
	memcpy(key->token[0], secret, sizeof(key->token[0]));
	spin_unlock_bh(&key->lock);
}

/**
 * quic_netkey_get_reset() - for a stateless reset token
 * @key: secrets of a namespace
 * @secret: gets QUIC_RESET_SECRET_LEN bytes, to be wiped
 *
 * Context: process or softirq.
 */
void quic_netkey_get_reset(struct quic_netkey *key, u8 *secret)
{
	spin_lock_bh(&key->lock);
	memcpy(secret, key->reset, sizeof(key->reset));
	spin_unlock_bh(&key->lock);
}

/**
 * quic_netkey_get_token() - for an address validation token
 * @key: secrets of a namespace
 * @nr: 0: the one in use; below QUIC_TOKEN_SECRETS
 * @secret: gets QUIC_TOKEN_SECRET_LEN bytes, to be wiped
 *
 * Context: process or softirq.
 */
void quic_netkey_get_token(struct quic_netkey *key, int nr, u8 *secret)
{
	spin_lock_bh(&key->lock);
	memcpy(secret, key->token[nr], sizeof(key->token[nr]));
	spin_unlock_bh(&key->lock);
}
