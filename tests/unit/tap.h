/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Test points in TAP. A point is a function; it fails when one of its checks
 * does, or when it leaves core memory behind.
 *
 *	static void rejects_empty(void) { CHECK_EQ(parse(NULL, 0), -EBADMSG); }
 *	int main(void) { TEST(rejects_empty); return tap_done(); }
 */
#ifndef _TESTS_UNIT_TAP_H
#define _TESTS_UNIT_TAP_H

#include <stdio.h>

#include "env_user.h"

#define TAP_SHOWN_MAX	10	/* failed checks printed of one point */

struct tap {
	unsigned int points;
	unsigned int failed_points;
	unsigned int failed_checks;	/* of the running point */
	unsigned long checks;		/* of the running point */
	char where[120];		/* TAP_AT: which row of a table */
};

static struct tap tap;

static inline void tap_check(bool good, const char *file, int line,
			     const char *what, u64 got, u64 want, bool values)
{
	tap.checks++;
	if (good)
		return;
	if (tap.failed_checks++ >= TAP_SHOWN_MAX)
		return;
	printf("# %s:%d: %s", file, line, what);
	if (values)
		printf(": %lld (0x%llx), not %lld (0x%llx)", (long long)got,
		       (unsigned long long)got, (long long)want,
		       (unsigned long long)want);
	printf("%s%s\n", tap.where[0] ? " at " : "", tap.where);
}

#define CHECK(cond) tap_check(cond, __FILE__, __LINE__, #cond, 0, 0, false)

#define CHECK_EQ(got, want) do {					\
	u64 got_ = (u64)(got), want_ = (u64)(want);			\
									\
	tap_check(got_ == want_, __FILE__, __LINE__, #got " == " #want,	\
		  got_, want_, true);					\
} while (0)

#define CHECK_MEM(got, want, len)					\
	tap_check(!memcmp(got, want, len), __FILE__, __LINE__,		\
		  "bytes of " #got " == " #want, 0, 0, false)

/* What the checks that follow are about, printed when one fails. */
#define TAP_AT(...) snprintf(tap.where, sizeof(tap.where), __VA_ARGS__)

static inline void tap_run(const char *name, void (*fn)(void))
{
	long live = quic_env_live();

	tap.failed_checks = 0;
	tap.checks = 0;
	tap.where[0] = 0;
	fn();
	tap.where[0] = 0;
	quic_env_fail_after(-1);
	CHECK_EQ(quic_env_live(), live);
	/* more than the leak check above: an empty point proves nothing */
	CHECK(tap.checks > 1);
	tap.points++;
	if (tap.failed_checks)
		tap.failed_points++;
	printf("%sok %u - %s\n", tap.failed_checks ? "not " : "", tap.points,
	       name);
}

#define TEST(fn) tap_run(#fn, fn)

/* The plan; main()'s value. */
static inline int tap_done(void)
{
	printf("1..%u\n", tap.points);
	return tap.failed_points ? 1 : 0;
}

static inline unsigned int tap_digit(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

/* Lower-case hex digits, blanks between them allowed, to bytes: their count. */
static inline size_t tap_unhex(const char *hex, u8 *to, size_t room)
{
	size_t n = 0;

	for (; *hex; hex++) {
		if (*hex == ' ')
			continue;
		assert(n < room);
		to[n++] = tap_digit(hex[0]) << 4 | tap_digit(hex[1]);
		hex++;
	}
	return n;
}

/*
 * A copy of @len bytes with nothing behind them, so that the address sanitizer
 * sees a read too far. free() it.
 */
static inline u8 *tap_exact(const void *bytes, size_t len)
{
	u8 *p = malloc(len ? len : 1);

	assert(p);
	if (len)
		memcpy(p, bytes, len);
	return p;
}

/* Repeatable 64-bit randomness, of its own: the core draws from another. */
static inline u64 tap_random(u64 *state)
{
	u64 z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

#endif
