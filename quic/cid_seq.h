/* SPDX-License-Identifier: GPL-2.0-only */
/* Connection ids that never come twice. */
#ifndef _QUIC_CID_SEQ_H
#define _QUIC_CID_SEQ_H

#include <linux/atomic.h>
#include <linux/siphash.h>
#include <linux/types.h>

/**
 * struct quic_cid_seq - where a namespace is
 * @next: ids that were made
 * @key: how they are enciphered; never changes
 */
struct quic_cid_seq {
	atomic64_t next;
	siphash_key_t key;
};

void quic_cid_seq_init(struct quic_cid_seq *seq);
void quic_cid_seq_wipe(struct quic_cid_seq *seq);
void quic_cid_seq_fill(struct quic_cid_seq *seq, u8 *p, unsigned int len);

#endif
