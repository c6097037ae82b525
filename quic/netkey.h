/* SPDX-License-Identifier: GPL-2.0-only */
/* Secrets of a network namespace. */
#ifndef _QUIC_NETKEY_H
#define _QUIC_NETKEY_H

#include <linux/spinlock.h>
#include <linux/types.h>

#include "initial.h"

struct net;

#define QUIC_RESET_SECRET_LEN	32
/* The one in use and the one before it: tokens outlive a change. */
#define QUIC_TOKEN_SECRETS	2

/**
 * struct quic_netkey - what tokens are made of
 * @lock: guards the rest; BH
 * @reset: stateless reset tokens
 * @token: address validation tokens; the first one seals, all open
 *
 * Random at first. Set by sysctl they survive a restart and are the same for
 * all servers behind an address; nothing reads them back to user space.
 */
struct quic_netkey {
	spinlock_t lock;
	u8 reset[QUIC_RESET_SECRET_LEN];
	u8 token[QUIC_TOKEN_SECRETS][QUIC_TOKEN_SECRET_LEN];
};

void quic_netkey_init(struct quic_netkey *key);
void quic_netkey_wipe(struct quic_netkey *key);
void quic_netkey_set_reset(struct quic_netkey *key, const u8 *secret);
void quic_netkey_set_token(struct quic_netkey *key, const u8 *secret);
void quic_netkey_get_reset(struct quic_netkey *key, u8 *secret);
void quic_netkey_get_token(struct quic_netkey *key, int nr, u8 *secret);

#endif
