/* SPDX-License-Identifier: GPL-2.0-only */
/* At most so many per second: answers that cost the sender of a packet nothing. */
#ifndef _QUIC_RATE_H
#define _QUIC_RATE_H

#include <linux/atomic.h>
#include <linux/jiffies.h>

/**
 * struct quic_rate - how much of this second is used
 * @second: jiffies / HZ that @used belongs to
 * @used: answers so far
 *
 * Readers race over the turn of a second: a few more or fewer do no harm.
 */
struct quic_rate {
	unsigned long second;
	atomic_t used;
};

/* May one more go out, of @limit a second? Any context. */
static inline bool quic_rate_take(struct quic_rate *r, int limit)
{
	unsigned long now = jiffies / HZ;

	if (READ_ONCE(r->second) != now) {
		WRITE_ONCE(r->second, now);
		atomic_set(&r->used, 0);
	}
	/* below the limit first: the count must not wrap */
	return atomic_read(&r->used) < limit &&
	       atomic_inc_return(&r->used) <= limit;
}

#endif
