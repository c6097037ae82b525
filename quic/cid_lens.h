/* SPDX-License-Identifier: GPL-2.0-only */
/* Which lengths connection ids of ours have, besides the default. */
#ifndef _QUIC_CID_LENS_H
#define _QUIC_CID_LENS_H

#include <linux/compiler.h>
#include <linux/types.h>

extern u32 quic_cid_lens;

/*
 * A short header does not say how long its connection id is. Nearly all are
 * of the default length and found at once; those of this mask, a bit per
 * length, are tried then.
 */
static inline u32 quic_cid_lens_mask(void)
{
	return READ_ONCE(quic_cid_lens);
}

void quic_cid_lens_add(unsigned int len);
void quic_cid_lens_del(unsigned int len);

#endif
