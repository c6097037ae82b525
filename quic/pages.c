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
 * buffers are freed by whoever frees the skb; these are parts of blocks of
 * which a reference is kept in a ring, and a block is used again when that
 * reference is the only one. Single datagrams are opened to such parts, too.
 *
 * Bottom halves are disabled around the per-CPU state: process context and
 * softirq both use it.
 */

#define MIN_ORDER	3	/* smaller blocks are cheap enough */
#define MAX_ORDER_KEPT	4
#define KEPT_ORDERS	(MAX_ORDER_KEPT - MIN_ORDER + 1)
#define STACK_DEPTH	8	/* per order: 256 and 512 KiB */
#define RING_SIZE	8	/* 256 KiB: bursts on their way */
#define BLOCK_BYTES	QUIC_FRAG_MAX_BYTES

/**
 * struct frag_ring - blocks of order MIN_ORDER, in use or not
 * @block: them; NULL: none yet
 * @used: bytes of the block in use that were handed out
 * @cur: which one it is; the next one is the oldest
 */
struct frag_ring {
	struct page *block[RING_SIZE];
	u32 used;
	u8 cur;
};

/**
 * struct page_cache - what a CPU keeps; BH
 * @stack: free blocks, by order
 * @n: entries of each
 * @ring: blocks that parts are taken of
 */
struct page_cache {
	struct page *stack[KEPT_ORDERS][STACK_DEPTH];
	u8 n[KEPT_ORDERS];
	struct frag_ring ring[QUIC_FRAG_USES];
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

/* From the block in use, or from the oldest one if nobody uses that any more. */
static void *take_frag(enum quic_frag_use use, u32 len, struct page **page)
{
	struct frag_ring *r;
	void *p = NULL;

	local_bh_disable();
	r = &this_cpu_ptr(&page_caches)->ring[use];
	if (r->used + len > BLOCK_BYTES &&
	    r->block[(r->cur + 1) % RING_SIZE] &&
	    may_keep(r->block[(r->cur + 1) % RING_SIZE])) {
		r->cur = (r->cur + 1) % RING_SIZE;
		r->used = 0;
	}
	if (r->block[r->cur] && r->used + len <= BLOCK_BYTES) {
		*page = r->block[r->cur];
		get_page(*page);
		p = page_address(*page) + r->used;
		r->used = ALIGN(r->used + len, SMP_CACHE_BYTES);
	}
	local_bh_enable();
	return p;
}

/* The oldest block is forgotten, and freed by its users. */
static void add_block(enum quic_frag_use use, struct page *page)
{
	struct frag_ring *r;
	struct page *old;

	local_bh_disable();
	r = &this_cpu_ptr(&page_caches)->ring[use];
	r->cur = (r->cur + 1) % RING_SIZE;
	r->used = 0;
	old = r->block[r->cur];
	r->block[r->cur] = page;
	local_bh_enable();
	if (old)
		put_page(old);
}

/**
 * quic_pages_frag() - a part of a block, contents undefined
 * @use: what for: what lives equally long shares blocks
 * @len: bytes, at most QUIC_FRAG_MAX_BYTES
 * @page: set to the block's head page, with a reference for the caller, which
 *	may be dropped by put_page() anywhere
 *
 * Context: sock lock, process or softirq.
 * Return: its address, aligned to a cache line; or NULL.
 */
void *quic_pages_frag(enum quic_frag_use use, u32 len, struct page **page)
{
	void *p = take_frag(use, len, page);
	struct page *block;

	if (p)
		return p;
	BUILD_BUG_ON((PAGE_SIZE << MIN_ORDER) != BLOCK_BYTES);
	block = alloc_pages((quic_gfp() & ~__GFP_DIRECT_RECLAIM) |
			    __GFP_COMP | __GFP_NORETRY, MIN_ORDER);
	if (block) {
		add_block(use, block);
		p = take_frag(use, len, page);
	}
	if (p)
		return p;
	*page = alloc_pages(quic_gfp() | __GFP_COMP, get_order(len));
	return *page ? page_address(*page) : NULL;
}

static void free_cache(struct page_cache *pc)
{
	unsigned int o, i;

	for (o = 0; o < KEPT_ORDERS; o++)
		while (pc->n[o])
			__free_pages(pc->stack[o][--pc->n[o]], o + MIN_ORDER);
	for (i = 0; i < QUIC_FRAG_USES * RING_SIZE; i++) {
		struct frag_ring *r = &pc->ring[i / RING_SIZE];

		if (r->block[i % RING_SIZE])
			put_page(r->block[i % RING_SIZE]);
		r->block[i % RING_SIZE] = NULL;
	}
}

/* At module unload, when no socket is left: frees what is kept. */
void quic_pages_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		free_cache(per_cpu_ptr(&page_caches, cpu));
}
