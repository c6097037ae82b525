/* SPDX-License-Identifier: GPL-2.0-only */
/* Reference to received bytes that the glue owns. */
#ifndef _QUIC_CORE_BUF_H
#define _QUIC_CORE_BUF_H

#include "env.h"

struct quic_seg;

/**
 * struct quic_buf - memory that holds opened packets of one received burst
 * @refs: references; all are taken and dropped under the connection's lock
 * @truesize: bytes that the owner charges for it
 * @starved: memory is short: keep nothing but what the reader waits for
 * @release: gives it back when the last reference goes
 * @spare: memory for segments that refer to the buffer, as long-lived as it
 * @n_spare: how many of them are left; they are taken from the end
 */
struct quic_buf {
	u32 refs;
	u32 truesize:31;
	u32 starved:1;
	void (*release)(struct quic_buf *buf);
	struct quic_seg *spare;
	u32 n_spare;
};

static inline void quic_buf_get(struct quic_buf *buf)
{
	buf->refs++;
}

static inline void quic_buf_put(struct quic_buf *buf)
{
	if (!--buf->refs)
		buf->release(buf);
}

#endif
