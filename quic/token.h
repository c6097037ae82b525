/* SPDX-License-Identifier: GPL-2.0-only */
/* Address validation tokens of a server: sealed, opened, used once. */
#ifndef _QUIC_TOKEN_H
#define _QUIC_TOKEN_H

#include <linux/spinlock.h>
#include <linux/types.h>

#include "core/token.h"
#include "initial.h"

struct net;
struct quic_token_seen;
union quic_addr;

/* Kind and salt go before the text, the tag behind it. */
#define QUIC_TOKEN_HEAD_LEN	(1 + QUIC_TOKEN_SALT_LEN)
#define QUIC_TOKEN_SEALED_MAX	(QUIC_TOKEN_HEAD_LEN + \
				 QUIC_TOKEN_TEXT_MAX + QUIC_INITIAL_TAG_LEN)

/**
 * enum quic_token_verdict - what a token in a first Initial is worth
 * @QUIC_TOKEN_FOREIGN: nothing: as if it were not there
 * @QUIC_TOKEN_BAD_RETRY: a Retry token of ours that does not hold
 * @QUIC_TOKEN_GOOD: it proves the client's address
 */
enum quic_token_verdict {
	QUIC_TOKEN_FOREIGN,
	QUIC_TOKEN_BAD_RETRY,
	QUIC_TOKEN_GOOD,
};

/**
 * struct quic_token_memory - NEW_TOKEN tokens that were used
 * @lock: guards the rest; BH
 * @seen: filters, NULL before the first use
 */
struct quic_token_memory {
	spinlock_t lock;
	struct quic_token_seen *seen;
};

int quic_token_seal(struct net *net, struct quic_token *t,
		    const union quic_addr *client, u8 *token);
enum quic_token_verdict quic_token_open(struct net *net, const u8 *token,
					u32 len, struct quic_token *is,
					const union quic_addr *client);
bool quic_token_use(struct net *net, const u8 *token, u32 len, u64 time_s);

void quic_token_init(struct net *net);
void quic_token_exit(struct net *net);

#endif
