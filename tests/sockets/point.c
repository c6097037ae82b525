// SPDX-License-Identifier: GPL-2.0-only
#include "point.h"

#include <stdarg.h>
#include <stdio.h>

static unsigned int points, failed;

static void report(bool good, const char *fmt, va_list args)
{
	points++;
	failed += !good;
	printf("%sok %u - ", good ? "" : "not ", points);
	vprintf(fmt, args);
	printf("\n");
	fflush(stdout);
}

void point(bool good, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	report(good, fmt, args);
	va_end(args);
}

void point_eq(long long got, long long want, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	report(got == want, fmt, args);
	va_end(args);
	if (got != want)
		printf("# got %lld (0x%llx), want %lld (0x%llx)\n", got, got,
		       want, want);
}

int point_done(void)
{
	printf("1..%u\n", points);
	return failed ? 1 : 0;
}
