/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses of a connection's paths, and how they change. */
#ifndef _QUIC_MIGRATE_H
#define _QUIC_MIGRATE_H

#include <linux/types.h>

union quic_addr;
struct quic_rx;
struct sk_buff;
struct sock;

#define QUIC_MIGRATE_NOT	0xff	/* no path, and none to be made */

void quic_migrate_init(struct sock *sk);
void quic_migrate_free(struct sock *sk);
u8 quic_migrate_find(struct sock *sk, const struct sk_buff *skb);
void quic_migrate_describe(struct sock *sk, const struct sk_buff *skb,
			   struct quic_rx *rx);
u8 quic_migrate_adopt(struct sock *sk, const struct sk_buff *skb, u32 len);
void quic_migrate_sync(struct sock *sk);
int quic_migrate_option(struct sock *sk, const union quic_addr *to);
void quic_migrate_preferred(struct sock *sk);
void quic_migrate_inherit(struct sock *child, const struct sock *lsk);

#endif
