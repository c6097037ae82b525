/* SPDX-License-Identifier: GPL-2.0-only */
/* A client begins again: Retry, Version Negotiation, another version. */
#ifndef _QUIC_RESTART_H
#define _QUIC_RESTART_H

#include <linux/types.h>

struct quic_hdr;
struct quic_initial_key;
struct quic_sock;
struct sock;

bool quic_restart_retry(struct sock *sk, const u8 *pkt,
			const struct quic_hdr *hdr);

bool quic_restart_version(struct sock *sk, const struct quic_hdr *hdr,
			  u64 now);
const struct quic_initial_key *quic_restart_rx_key(const struct quic_sock *q,
						   u32 version);
int quic_restart_try(struct sock *sk, u32 version);
void quic_restart_follow(struct sock *sk, u32 version);
int quic_restart_moved(struct sock *sk);

#endif
