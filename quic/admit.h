/* SPDX-License-Identifier: GPL-2.0-only */
/* Which clients get a connection, and on what terms. */
#ifndef _QUIC_ADMIT_H
#define _QUIC_ADMIT_H

#include <linux/types.h>

#include "core/header.h"

struct sk_buff;
struct sock;

/**
 * struct quic_admit - what a first Initial's token says
 * @validated: the client's address is proven (RFC 9000 8.1)
 * @retried: by the answer to a Retry
 * @bad_retry: it should have been, but the token does not hold
 * @odcid: destination id of the client's very first Initial
 * @time_s: when a NEW_TOKEN token was made
 */
struct quic_admit {
	bool validated;
	bool retried;
	bool bad_retry;
	struct quic_cid odcid;
	u64 time_s;
};

void quic_admit_token(struct quic_admit *adm, struct sock *lsk,
		      const struct sk_buff *skb, const struct quic_hdr *hdr);
bool quic_admit_use_token(struct quic_admit *adm, struct sock *lsk,
			  const struct quic_hdr *hdr);
bool quic_admit_wants_retry(const struct sock *lsk);
bool quic_admit_is_full(const struct sock *lsk);

void quic_admit_enter(struct sock *sk);
void quic_admit_leave(struct sock *sk);
int quic_admit_send_token(struct sock *sk);

#endif
