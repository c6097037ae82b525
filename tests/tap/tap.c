// SPDX-License-Identifier: GPL-2.0-only
#include "tap.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static unsigned int points, failed;

static void print_point(bool good, const char *format, va_list args)
{
	points++;
	failed += !good;
	printf("%sok %u - ", good ? "" : "not ", points);
	vprintf(format, args);
	putchar('\n');
	fflush(stdout);
}

bool ok(bool good, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_point(good, format, args);
	va_end(args);
	return good;
}

bool is(long long got, long long want, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_point(got == want, format, args);
	va_end(args);
	if (got != want)
		say("got %lld (%#llx), want %lld (%#llx)", got, got, want,
		    want);
	return got == want;
}

bool is_errno(long ret, int want, const char *format, ...)
{
	int error = ret < 0 ? errno : 0;
	va_list args;

	va_start(args, format);
	print_point(error == want, format, args);
	va_end(args);
	if (error != want)
		say("got %s, want %s", error ? strerrorname_np(error) : "success",
		    want ? strerrorname_np(want) : "success");
	return error == want;
}

void say(const char *format, ...)
{
	va_list args;

	printf("# ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
}

int tap_done(void)
{
	printf("1..%u\n", points);
	return failed ? 1 : 0;
}
