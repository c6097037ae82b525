/* SPDX-License-Identifier: GPL-2.0-only */
/* Contiguous pages that are used again instead of being freed and zeroed. */
#ifndef _QUIC_PAGES_H
#define _QUIC_PAGES_H

#include <linux/types.h>

struct page;

void quic_pages_exit(void);
struct page *quic_pages_alloc(u32 want, u32 need, u8 max_order, u8 *order);
void quic_pages_free(struct page *page, u8 order);
struct page *quic_pages_alloc_wire(u32 want, u32 need, u8 *order);

#endif
