/* SPDX-License-Identifier: GPL-2.0-only */
/* Session tickets and 0-RTT, as far as the socket has to do with them. */
#ifndef _QUIC_SESSION_H
#define _QUIC_SESSION_H

#include <linux/sockptr.h>
#include <linux/types.h>

struct quic_early_data;
struct sock;

int quic_session_set(struct sock *sk, sockptr_t optval, unsigned int optlen);
int quic_session_get(struct sock *sk, sockptr_t optval, int *len);
int quic_session_set_secret(struct sock *sk, const u8 *data, size_t len);
int quic_session_check_replay(struct sock *sk, const u8 *id, size_t len);
int quic_session_set_early(struct sock *sk, const struct quic_early_data *info);
int quic_session_get_early(struct sock *sk, struct quic_early_data *info);
void quic_session_recv_tickets(struct sock *sk);
void quic_session_free(struct sock *sk);

#endif
