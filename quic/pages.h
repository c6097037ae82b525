/* SPDX-License-Identifier: GPL-2.0-only */
/* Contiguous pages that are used again instead of being freed and zeroed. */
#ifndef _QUIC_PAGES_H
#define _QUIC_PAGES_H

#include <linux/mm.h>
#include <linux/types.h>

struct page;

/* What parts of blocks are for */
enum quic_frag_use {
	QUIC_FRAG_WIRE,		/* sealed bursts */
	QUIC_FRAG_OPENED,	/* single opened datagrams */
	QUIC_FRAG_USES,
};

#define QUIC_FRAG_MAX_BYTES	(PAGE_SIZE << 3)

void quic_pages_exit(void);
struct page *quic_pages_alloc(u32 want, u32 need, u8 max_order, u8 *order);
void quic_pages_free(struct page *page, u8 order);
void *quic_pages_frag(enum quic_frag_use use, u32 len, struct page **page);

#endif
