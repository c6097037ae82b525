// SPDX-License-Identifier: GPL-2.0-only
#include "rx_buf.h"

#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/skbuff.h>
#include <net/sock.h>

#include "mem.h"
#include "pages.h"
#include "sock.h"

#define AREA_MAX_ORDER		4	/* 64 KiB: any super-packet */
#define AREA_ALIGN		16	/* a cipher's block */

static void release_buf(struct quic_buf *b)
{
	struct quic_rx_buf *buf = container_of(b, struct quic_rx_buf, b);

	atomic_sub(b->truesize, &buf->sk->sk_rmem_alloc);
	if (!b->starved)
		quic_mem_uncharge(buf->sk, b->truesize);
	if (buf->skb)
		consume_skb(buf->skb);
	else
		quic_pages_free(buf->page, buf->order);
}

static void init_buf(struct quic_rx_buf *buf, struct sock *sk, u32 truesize)
{
	buf->b.refs = 1;
	buf->b.truesize = truesize;
	buf->b.release = release_buf;
	buf->b.starved = !quic_mem_charge(sk, truesize);
	buf->sk = sk;
	buf->skb = NULL;
	atomic_add(truesize, &sk->sk_rmem_alloc);
}

/**
 * quic_rx_mem_use_skb() - a burst is opened in place
 * @m: zeroed
 * @sk: socket; charged until the last reference is gone
 * @skb: linear and nobody else's; the buffer owns it from now on
 *
 * Context: sock lock.
 */
void quic_rx_mem_use_skb(struct quic_rx_mem *m, struct sock *sk,
			 struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct quic_rx_buf) > sizeof(skb->cb));
	m->buf = (struct quic_rx_buf *)skb->cb;
	init_buf(m->buf, sk, skb->truesize);
	m->buf->skb = skb;
}

/**
 * quic_rx_mem_get() - make room in the area
 * @m: memory of a burst
 * @sk: socket; charged until the last reference is gone
 * @len: bytes that must fit at @m->area, aligned for a cipher
 * @left: bytes that the burst still has, to size a new area
 *
 * Context: sock lock, process or softirq.
 * Return: 0 or -ENOMEM.
 */
int quic_rx_mem_get(struct quic_rx_mem *m, struct sock *sk, u32 len, u32 left)
{
	const u32 head = ALIGN(sizeof(struct quic_rx_buf), AREA_ALIGN);
	struct quic_rx_buf *buf;
	struct page *page;
	u8 order;

	if (m->room >= len)
		return 0;
	page = quic_pages_alloc(head + max(left, len), head + len,
				AREA_MAX_ORDER, &order);
	if (!page)
		return -ENOMEM;
	quic_rx_mem_put(m);
	buf = page_address(page);
	init_buf(buf, sk, PAGE_SIZE << order);
	buf->page = page;
	buf->order = order;
	m->buf = buf;
	m->area = (u8 *)buf + head;
	m->room = (PAGE_SIZE << order) - head;
	return 0;
}

/**
 * quic_rx_mem_use() - opened bytes stay where they are
 * @m: memory of a burst
 * @len: how many at @m->area, bytes; no more than there was room for
 *
 * Context: sock lock.
 */
void quic_rx_mem_use(struct quic_rx_mem *m, u32 len)
{
	u32 n = min_t(u32, ALIGN(len, AREA_ALIGN), m->room);

	m->area += n;
	m->room -= n;
}

/**
 * quic_rx_mem_put() - the burst needs its buffer no more
 * @m: memory of a burst
 *
 * Whoever else refers to the buffer keeps it.
 *
 * Context: sock lock.
 */
void quic_rx_mem_put(struct quic_rx_mem *m)
{
	if (m->buf)
		quic_buf_put(&m->buf->b);
}
