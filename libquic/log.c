// SPDX-License-Identifier: LGPL-2.1-or-later
#include "log.h"

#include <stdarg.h>
#include <stdio.h>

#include <netinet/quic.h>

/* Relaxed atomics: each stands for itself, no other data goes with them. */
static quic_set_log_func_t log_func;
static int log_level = LOG_ERR;

void quic_log(int level, const char *format, ...)
{
	quic_set_log_func_t func;
	char line[256];
	va_list args;

	func = __atomic_load_n(&log_func, __ATOMIC_RELAXED);
	if (!func || level > __atomic_load_n(&log_level, __ATOMIC_RELAXED))
		return;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	func(level, line);
}

quic_set_log_func_t quic_set_log_func(quic_set_log_func_t func)
{
	return __atomic_exchange_n(&log_func, func, __ATOMIC_RELAXED);
}

int quic_set_log_level(int level)
{
	return __atomic_exchange_n(&log_level, level, __ATOMIC_RELAXED);
}
