/* SPDX-License-Identifier: GPL-2.0-only */
/* Test points in TAP, for programs that run in a guest. One thread prints. */
#ifndef TESTS_TAP_TAP_H
#define TESTS_TAP_TAP_H

#include <stdbool.h>

/* One point; the text says what was expected. Return: @good. */
bool ok(bool good, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

bool is(long long got, long long want, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A call's result: 0 or more for @want 0, else -1 and errno @want. */
bool is_errno(long ret, int want, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A comment line. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Print the plan. Return: main()'s value. */
int tap_done(void);

#endif
