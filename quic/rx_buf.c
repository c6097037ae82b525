// SPDX-License-Identifier: GPL-2.0-only
#include "rx_buf.h"

#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <net/sock.h>

#include "core/reasm.h"
#include "mem.h"
#include "pages.h"
#include "sock.h"

#define AREA_MAX_ORDER		4	/* 64 KiB: any super-packet */
#define AREA_ALIGN		16	/* a cipher's block */

#define AREA_HEAD		ALIGN(sizeof(struct quic_rx_buf), AREA_ALIGN)

/* Segments that are allocated together: of so many packets, no more memory. */
#define SPARES_MIN		4
#define SPARES_MAX		(PAGE_SIZE / sizeof(struct quic_seg))

static struct quic_rx_buf *uncharge_buf(struct quic_buf *b)
{
	struct quic_rx_buf *buf = container_of(b, struct quic_rx_buf, b);

	atomic_sub(b->truesize, &buf->sk->sk_rmem_alloc);
	if (!b->starved)
		quic_mem_uncharge(buf->sk, b->truesize);
	return buf;
}

static void release_skb(struct quic_buf *b)
{
	kfree(b->spare);
	consume_skb(uncharge_buf(b)->skb);
}

static void release_area(struct quic_buf *b)
{
	struct page *page = uncharge_buf(b)->page;

	kfree(b->spare);
	quic_pages_free(page, compound_order(page));
}

static void release_part(struct quic_buf *b)
{
	put_page(uncharge_buf(b)->page);
}

static void init_buf(struct quic_rx_buf *buf, struct sock *sk, u32 truesize)
{
	buf->b.refs = 1;
	buf->b.truesize = truesize;
	buf->b.starved = !quic_mem_charge(sk, truesize);
	buf->b.spare = NULL;
	buf->b.n_spare = 0;
	buf->sk = sk;
	atomic_add(truesize, &sk->sk_rmem_alloc);
}

/* Instead of one allocation per packet; without it there will be these. */
static void add_spares(struct quic_buf *b, u32 n)
{
	if (n < SPARES_MIN)
		return;
	n = min_t(u32, n, SPARES_MAX);
	b->spare = kmalloc_array(n, sizeof(*b->spare),
				 quic_gfp() | __GFP_NOWARN);
	if (b->spare)
		b->n_spare = n;
}

/**
 * quic_rx_mem_use_skb() - a burst is opened in place
 * @m: zeroed
 * @sk: socket; charged until the last reference is gone
 * @skb: nobody else's; the buffer owns it from now on
 * @n_pkts: packets in it
 *
 * Context: sock lock.
 */
void quic_rx_mem_use_skb(struct quic_rx_mem *m, struct sock *sk,
			 struct sk_buff *skb, u32 n_pkts)
{
	BUILD_BUG_ON(sizeof(struct quic_rx_buf) > sizeof(skb->cb));
	m->buf = (struct quic_rx_buf *)skb->cb;
	init_buf(m->buf, sk, skb->truesize);
	m->buf->b.release = release_skb;
	m->buf->skb = skb;
	add_spares(&m->buf->b, n_pkts);
}

static void set_area(struct quic_rx_mem *m, struct quic_rx_buf *buf, u32 room)
{
	m->buf = buf;
	m->area = (u8 *)buf + AREA_HEAD;
	m->room = room;
}

/* Charged with the page that it would take otherwise: it may pin more. */
static int get_part(struct quic_rx_mem *m, struct sock *sk, u32 len)
{
	struct quic_rx_buf *buf;
	struct page *page;

	buf = quic_pages_frag(QUIC_FRAG_OPENED, AREA_HEAD + len, &page);
	if (!buf)
		return -ENOMEM;
	quic_rx_mem_put(m);
	init_buf(buf, sk, PAGE_SIZE);
	buf->b.release = release_part;
	buf->page = page;
	set_area(m, buf, len);
	return 0;
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
	struct quic_rx_buf *buf;
	struct page *page;
	u8 order;

	if (m->room >= len)
		return 0;
	if (AREA_HEAD + max(left, len) <= PAGE_SIZE &&
	    !get_part(m, sk, max(left, len)))
		return 0;
	page = quic_pages_alloc(AREA_HEAD + max(left, len), AREA_HEAD + len,
				AREA_MAX_ORDER, &order);
	if (!page)
		return -ENOMEM;
	quic_rx_mem_put(m);
	buf = page_address(page);
	init_buf(buf, sk, PAGE_SIZE << order);
	buf->b.release = release_area;
	buf->page = page;
	add_spares(&buf->b, left / len);
	set_area(m, buf, (PAGE_SIZE << order) - AREA_HEAD);
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
