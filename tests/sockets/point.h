/* SPDX-License-Identifier: GPL-2.0-only */
/* Test points in TAP, one a check. */
#ifndef SOCKETS_POINT_H
#define SOCKETS_POINT_H

#include <stdbool.h>

/* A point: @good, or what was got and what was wanted. */
void point(bool good, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void point_eq(long long got, long long want, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Print the plan. Return: main()'s value. */
int point_done(void);

#endif
