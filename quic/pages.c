// SPDX-License-Identifier: GPL-2.0-only
#include "pages.h"

#include <linux/bottom_half.h>
#include <linux/gfp.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/topology.h>

#include "sock.h"

/**
 * DOC: Recycled pages
 *
 * The data path goes through three buffers, each written in full before it is
 * read: stream chunks, wire buffers, opened bytes. Distributions have the
 * page allocator zero what it hands out, which for these costs more than the
 * allocation. So each CPU keeps a few large blocks.
 *
 * Blocks that come back to us (quic_pages_free()) are kept on a stack. Wire
 * buffers are freed by whoever frees the skb; of these a reference is kept in
 * a ring, and a block is used again when that reference is the only one.
 *
 * Bottom halves are disabled around the per-CPU state: process context and
 * softirq both use it.
 */

#define MIN_ORDER	3	/* smaller blocks are cheap enough */
#define MAX_ORDER_KEPT	4
#define KEPT_ORDERS	(MAX_ORDER_KEPT - MIN_ORDER + 1)
#define STACK_DEPTH	4	/* per order: 128 and 256 KiB */
#define RING_SIZE	8	/* 256 KiB: bursts on their way */

/**
 * struct page_cache - what a CPU keeps; BH
 * @stack: free blocks, by order
 * @n: entries of each
 * @ring: wire buffers of order MIN_ORDER, in use or not
 * @next: of @ring, the oldest
 */
struct page_cache {
	struct page *stack[KEPT_ORDERS][STACK_DEPTH];
	u8 n[KEPT_ORDERS];
	struct page *ring[RING_SIZE];
	u8 next;
};

static DEFINE_PER_CPU(struct page_cache, page_caches);

static struct page *pop_page(u8 order)
{
	struct page *page = NULL;
	struct page_cache *pc;

	local_bh_disable();
	pc = this_cpu_ptr(&page_caches);
	if (pc->n[order - MIN_ORDER])
		page = pc->stack[order - MIN_ORDER][--pc->n[order - MIN_ORDER]];
	local_bh_enable();
	return page;
}

/* From a reserve, or far away, or still referred to: not worth keeping. */
static bool may_keep(struct page *page)
{
	return page_ref_count(page) == 1 && !page_is_pfmemalloc(page) &&
	       page_to_nid(page) == numa_mem_id();
}

static bool push_page(struct page *page, u8 order)
{
	struct page_cache *pc;
	bool kept = false;

	if (!may_keep(page))
		return false;
	local_bh_disable();
	pc = this_cpu_ptr(&page_caches);
	if (pc->n[order - MIN_ORDER] < STACK_DEPTH) {
		pc->stack[order - MIN_ORDER][pc->n[order - MIN_ORDER]++] = page;
		kept = true;
	}
	local_bh_enable();
	return kept;
}

static bool is_kept_order(u8 order)
{
	return order >= MIN_ORDER && order <= MAX_ORDER_KEPT;
}

/**
 * quic_pages_alloc() - a contiguous block, contents undefined
 * @want: bytes that would be good to have
 * @need: bytes that are necessary
 * @max_order: no larger than that for @want
 * @order: set to the order of the block
 *
 * Context: sock lock, process or softirq.
 * Return: head page of a compound page, one reference; or NULL.
 */
struct page *quic_pages_alloc(u32 want, u32 need, u8 max_order, u8 *order)
{
	u8 min_order = get_order(need);
	u8 o = max_t(u8, min_t(u8, get_order(want), max_order), min_order);
	struct page *page = is_kept_order(o) ? pop_page(o) : NULL;

	while (!page && o > min_order) {
		page = alloc_pages((quic_gfp() & ~__GFP_DIRECT_RECLAIM) |
				   __GFP_COMP | __GFP_NORETRY, o);
		if (!page)
			o--;
	}
	if (!page)
		page = alloc_pages(quic_gfp() | __GFP_COMP, o);
	*order = o;
	return page;
}

/**
 * quic_pages_free() - drop a reference to a block
 * @page: from quic_pages_alloc()
 * @order: its order
 *
 * Context: any but hard interrupts.
 */
void quic_pages_free(struct page *page, u8 order)
{
	if (!is_kept_order(order) || !push_page(page, order))
		__free_pages(page, order);
}

/* Oldest wire buffer, if nobody uses it any more; it stays in the ring. */
static struct page *reuse_wire(void)
{
	struct page_cache *pc;
	struct page *page;

	local_bh_disable();
	pc = this_cpu_ptr(&page_caches);
	page = pc->ring[pc->next];
	if (page && may_keep(page)) {
		get_page(page);
		pc->next = (pc->next + 1) % RING_SIZE;
	} else {
		page = NULL;
	}
	local_bh_enable();
	return page;
}

/* The oldest one is forgotten, and freed by its user. */
static void remember_wire(struct page *page)
{
	struct page_cache *pc;
	struct page *old;

	get_page(page);
	local_bh_disable();
	pc = this_cpu_ptr(&page_caches);
	old = pc->ring[pc->next];
	pc->ring[pc->next] = page;
	pc->next = (pc->next + 1) % RING_SIZE;
	local_bh_enable();
	if (old)
		put_page(old);
}

/**
 * quic_pages_alloc_wire() - a block for sealed packets
 * @want: as for quic_pages_alloc()
 * @need: likewise
 * @order: likewise; at most 32 KiB for @want
 *
 * The caller's reference goes to an skb, which drops it by put_page().
 *
 * Context: sock lock, process or softirq.
 * Return: as quic_pages_alloc().
 */
struct page *quic_pages_alloc_wire(u32 want, u32 need, u8 *order)
{
	bool large = get_order(want) >= MIN_ORDER &&
		     get_order(need) <= MIN_ORDER;
	struct page *page = large ? reuse_wire() : NULL;

	if (page) {
		*order = MIN_ORDER;
		return page;
	}
	page = quic_pages_alloc(want, need, MIN_ORDER, order);
	if (page && *order == MIN_ORDER)
		remember_wire(page);
	return page;
}

static void free_cache(struct page_cache *pc)
{
	unsigned int o, i;

	for (o = 0; o < KEPT_ORDERS; o++)
		while (pc->n[o])
			__free_pages(pc->stack[o][--pc->n[o]], o + MIN_ORDER);
	for (i = 0; i < RING_SIZE; i++) {
		if (pc->ring[i])
			put_page(pc->ring[i]);
		pc->ring[i] = NULL;
	}
}

/* At module unload, when no socket is left: frees what is kept. */
void quic_pages_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		free_cache(per_cpu_ptr(&page_caches, cpu));
}
