/* SPDX-License-Identifier: GPL-2.0-only */
/* Notifications of the socket ABI. */
#ifndef _QUIC_EVENT_H
#define _QUIC_EVENT_H

#include <linux/types.h>

struct msghdr;
struct quic_connection_close;
struct sock;

void quic_event_set_mask(struct sock *sk);
void quic_event_push(struct sock *sk, u8 type, u64 val);
bool quic_event_ready(const struct sock *sk);
int quic_event_recv(struct sock *sk, struct msghdr *msg, size_t len,
		    bool peek);
void quic_event_close_info(const struct sock *sk,
			   struct quic_connection_close *info);

#endif
