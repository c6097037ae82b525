/* SPDX-License-Identifier: GPL-2.0-only */
/* The socket that owns packets which are still to be sealed. */
#ifndef _QUIC_LATE_H
#define _QUIC_LATE_H

#include <net/sock.h>

#include "protect.h"
#include "streak.h"

struct quic_late;

int quic_late_init(void);
void quic_late_exit(void);

struct quic_late *quic_late_create(struct sock *sk);
void quic_late_drop(struct quic_late *late);
int quic_late_set_hp(struct quic_late *late, const struct quic_hp *hp);
int quic_late_set_key(struct quic_late *late, const struct quic_secret *secret);
void quic_late_own(struct quic_late *late, struct sk_buff *skb);
int quic_late_in_flight(const struct quic_late *late);
struct quic_streak *quic_late_lost(struct quic_late *late);

#endif
