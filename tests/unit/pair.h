/* SPDX-License-Identifier: GPL-2.0-only */
/* Two endpoints that talk without a network, a handshake of marks included. */
#ifndef _TESTS_UNIT_PAIR_H
#define _TESTS_UNIT_PAIR_H

#include "fixture.h"

#define PAIR_BYTES	9000	/* on each stream */

/**
 * struct pair_end - one side
 * @f: the connection, and what it sent
 * @hs_got: handshake bytes taken, by space
 * @hs_step: how far this side of the handshake is
 * @written: bytes written on its stream, of PAIR_BYTES
 * @id: its stream; @opened: there is one
 * @got: bytes of the other's stream that were read
 * @bad: wrong bytes
 */
struct pair_end {
	struct fix f;
	u32 hs_got[QUIC_SPACES];
	int hs_step;
	u64 written;
	u64 id;
	bool opened;
	u64 got;
	u64 bad;
	bool ended;
	bool updated;
};

struct pair {
	struct pair_end end[2];		/* client, server */
	u64 now;
};

/* Return: 0 or -ENOMEM (nothing to free). */
int pair_start(struct pair *p);
void pair_free(struct pair *p);
/* Time passes, applications run, and all that is due is exchanged. */
void pair_step(struct pair *p);
/* Both have all bytes of the other. */
bool pair_done(const struct pair *p);

#endif
