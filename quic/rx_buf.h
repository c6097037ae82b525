/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory of opened bytes: an skb opened in place, or an area of pages. */
#ifndef _QUIC_RX_BUF_H
#define _QUIC_RX_BUF_H

#include <linux/types.h>

#include "core/buf.h"

struct page;
struct sk_buff;
struct sock;

/**
 * struct quic_rx_buf - owner of opened bytes; in skb->cb or at the area's start
 * @b: what the core sees
 * @sk: who is charged; outlives the buffer
 * @skb: opened in place
 * @page: the area otherwise: a compound page, or where it is part of
 */
struct quic_rx_buf {
	struct quic_buf b;
	struct sock *sk;
	union {
		struct sk_buff *skb;
		struct page *page;
	};
};

/**
 * struct quic_rx_mem - where a burst is opened to; zeroed: nowhere yet
 * @buf: current buffer, holding one reference; NULL: none yet
 * @area: free bytes of @buf, out of place
 * @room: their count
 */
struct quic_rx_mem {
	struct quic_rx_buf *buf;
	u8 *area;
	u32 room;
};

void quic_rx_mem_use_skb(struct quic_rx_mem *m, struct sock *sk,
			 struct sk_buff *skb, u32 n_pkts);
int quic_rx_mem_get(struct quic_rx_mem *m, struct sock *sk, u32 len, u32 left);
void quic_rx_mem_use(struct quic_rx_mem *m, u32 len);
void quic_rx_mem_put(struct quic_rx_mem *m);

#endif
