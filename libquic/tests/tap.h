/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef LIBQUIC_TESTS_TAP_H
#define LIBQUIC_TESTS_TAP_H

#include <stdbool.h>
#include <stdio.h>

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

static unsigned int tap_count;
static unsigned int tap_failed;

static inline bool tap_ok(bool good, const char *name, const char *file,
			  int line)
{
	tap_count++;
	printf("%sok %u - %s\n", good ? "" : "not ", tap_count, name);
	if (good)
		return true;
	tap_failed++;
	printf("# at %s:%d\n", file, line);
	return false;
}

static inline bool tap_is(long long got, long long want, const char *name,
			  const char *file, int line)
{
	if (tap_ok(got == want, name, file, line))
		return true;
	printf("# got %lld, want %lld\n", got, want);
	return false;
}

static inline int tap_end(void)
{
	printf("1..%u\n", tap_count);
	return tap_failed ? 1 : 0;
}

#define ok(cond, name)		tap_ok(cond, name, __FILE__, __LINE__)
#define is(got, want, name)	tap_is(got, want, name, __FILE__, __LINE__)

#endif
