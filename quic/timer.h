/* SPDX-License-Identifier: GPL-2.0-only */
/* The one timer of a connection. */
#ifndef _QUIC_TIMER_H
#define _QUIC_TIMER_H

struct sock;

void quic_timer_init(struct sock *sk);
void quic_timer_arm(struct sock *sk);
void quic_timer_stop(struct sock *sk);
void quic_timer_free(struct sock *sk);
void quic_timer_expired(struct sock *sk);

#endif
