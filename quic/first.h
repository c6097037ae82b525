/* SPDX-License-Identifier: GPL-2.0-only */
/* A client's first Initial, before there is a connection. */
#ifndef _QUIC_FIRST_H
#define _QUIC_FIRST_H

#include <linux/types.h>

#include "core/header.h"
#include "mib.h"

struct quic_initial;
struct sk_buff;

/**
 * struct quic_first - a client's first packet, opened on a copy
 * @keys: Initial keys, not yet owned by a connection; NULL until opened
 * @hdr: header
 * @data: copy of the first datagram
 * @len: bytes at @data
 */
struct quic_first {
	struct quic_initial *keys;
	struct quic_hdr hdr;
	u8 *data;
	u32 len;
};

enum quic_mib quic_first_parse(struct quic_first *first,
			       const struct sk_buff *skb, bool greased);
enum quic_mib quic_first_open(struct quic_first *first);
void quic_first_free(struct quic_first *first);

#endif
