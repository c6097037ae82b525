/* SPDX-License-Identifier: GPL-2.0-only */
/* What the fuzz targets need beside the core. */
#ifndef _TESTS_FUZZ_FUZZ_H
#define _TESTS_FUZZ_FUZZ_H

#include <stdio.h>

#include "quic/core/env.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

#define MUST(cond) do {							\
	if (!(cond)) {							\
		fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__,	\
			__LINE__, #cond);				\
		abort();						\
	}								\
} while (0)

/* A copy with guarded ends. free() it. */
static inline u8 *fuzz_copy(const u8 *data, size_t len)
{
	u8 *p = malloc(len ? len : 1);

	MUST(p);
	if (len)
		memcpy(p, data, len);
	return p;
}

#endif
