/* SPDX-License-Identifier: GPL-2.0-only */
/* Knobs of the user-space surroundings, for tests. */
#ifndef _TESTS_UNIT_ENV_USER_H
#define _TESTS_UNIT_ENV_USER_H

#include "quic/core/env.h"

/* Randomness of quic_env_random() from here on. */
void quic_env_seed(u64 seed);
/* Allocations that were not freed. */
long quic_env_live(void);
/* The next @n allocations succeed, later ones fail; -1: none fails. */
void quic_env_fail_after(long n);

#endif
