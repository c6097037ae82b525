/* SPDX-License-Identifier: GPL-2.0-only */
/* A connection's counters as user space sees them. */
#ifndef _QUIC_STATS_H
#define _QUIC_STATS_H

struct net;
struct quic_stats;
struct sock;

void quic_stats_get(struct sock *sk, struct quic_stats *st);
unsigned int quic_stats_socks(struct net *net, unsigned int pos,
			      struct sock **socks, unsigned int n);

#endif
