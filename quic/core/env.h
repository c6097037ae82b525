/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The only view that the core has of its surroundings, kernel or libc.
 *
 * Everything a core object may link against is named here; the purity gate
 * compares the undefined symbols of the objects with this list.
 */
#ifndef _QUIC_CORE_ENV_H
#define _QUIC_CORE_ENV_H

#ifdef __KERNEL__
#include <linux/bug.h>
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/list.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/unaligned.h>

static inline void *quic_env_zalloc(size_t size, gfp_t gfp)
{
	return kvzalloc(size, gfp);
}

static inline void quic_env_free(const void *p)
{
	kvfree(p);
}

static inline void quic_env_random(void *buf, size_t len)
{
	get_random_bytes(buf, len);
}
#else
#include "env_user.h"
#endif

struct quic_conn;

/* For tracing: packet @pn of a space, @len bytes, is declared lost. */
void quic_env_lost(const struct quic_conn *c, int space, u64 pn, u32 len);

#define QUIC_NSEC_PER_USEC	1000ULL
#define QUIC_NSEC_PER_MSEC	1000000ULL
#define QUIC_NSEC_PER_SEC	1000000000ULL

/* "never", for deadlines; later than any time that a clock returns */
#define QUIC_TIME_NEVER		(~0ULL)

#endif
