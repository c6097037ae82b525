// SPDX-License-Identifier: GPL-2.0-only
#include "cid_lens.h"

#include <linux/bits.h>
#include <linux/spinlock.h>

#include "core/header.h"

u32 quic_cid_lens;			/* writers: lock */

static DEFINE_SPINLOCK(lock);		/* guards counts; BH */
static unsigned int counts[QUIC_CID_MAX_LEN + 1];

/* An id of @len bytes is in use, not of the default length. Any context. */
void quic_cid_lens_add(unsigned int len)
{
	spin_lock_bh(&lock);
	counts[len]++;
	WRITE_ONCE(quic_cid_lens, quic_cid_lens | BIT(len));
	spin_unlock_bh(&lock);
}

/* One that was added is not in use any more. Any context. */
void quic_cid_lens_del(unsigned int len)
{
	spin_lock_bh(&lock);
	if (!--counts[len])
		WRITE_ONCE(quic_cid_lens, quic_cid_lens & ~BIT(len));
	spin_unlock_bh(&lock);
}
