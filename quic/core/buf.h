/* SPDX-License-Identifier: GPL-2.0-only */
/* Reference to received bytes that the glue owns. */
#ifndef _QUIC_CORE_BUF_H
#define _QUIC_CORE_BUF_H

#include "env.h"

/**
 * struct quic_buf - memory that holds opened packets of one received burst
 * @refs: references; all are taken and dropped under the connection's lock
 * @truesize: bytes that the owner charges for it
 * @starved: memory is short: keep nothing but what the reader waits for
 * @release: gives it back when the last reference goes
 */
struct quic_buf {
	u32 refs;
	u32 truesize:31;
	u32 starved:1;
	void (*release)(struct quic_buf *buf);
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
