/* SPDX-License-Identifier: GPL-2.0-only */
/* Which ClientHellos with early data came lately (RFC 8446 8.2). */
#ifndef _QUIC_REPLAY_H
#define _QUIC_REPLAY_H

#include <linux/types.h>

struct net;

int quic_replay_check(struct net *net, const u8 *id, size_t len);
void quic_replay_exit(struct net *net);

#endif
