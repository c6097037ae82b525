/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _QUIC_SENDMSG_H
#define _QUIC_SENDMSG_H

#include <linux/types.h>

struct quic_stream;
struct sock;

int quic_stream_open_wait(struct sock *sk, s64 id, u32 flags, bool dontwait,
			  struct quic_stream **sp);

#endif
