// SPDX-License-Identifier: GPL-2.0-only
/* The core's surroundings in user space: counted memory, seeded randomness. */
#include "env_user.h"
#include "quic/core/env.h"

static u64 rng_state = 1;
static long live;
static long fail_in = -1;

void quic_env_seed(u64 seed)
{
	rng_state = seed;
}

long quic_env_live(void)
{
	return live;
}

void quic_env_fail_after(long n)
{
	fail_in = n;
}

void *quic_env_zalloc(size_t size, gfp_t gfp)
{
	void *p;

	(void)gfp;
	if (!fail_in)
		return NULL;
	if (fail_in > 0)
		fail_in--;
	p = calloc(1, size);
	assert(p);
	live++;
	return p;
}

void quic_env_free(const void *p)
{
	if (!p)
		return;
	live--;
	free((void *)p);
}

void quic_env_random(void *buf, size_t len)
{
	u8 *b = buf;

	while (len--) {
		rng_state = rng_state * 6364136223846793005ULL +
			    1442695040888963407ULL;
		*b++ = rng_state >> 56;
	}
}

struct quic_conn;

void quic_env_lost(const struct quic_conn *c, int space, u64 pn, u32 len)
{
	(void)c;
	(void)space;
	(void)pn;
	(void)len;
}
