/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef LIBQUIC_LOG_H
#define LIBQUIC_LOG_H

#include <syslog.h>

/**
 * quic_log - write one line to the application's log
 * @level: LOG_ERR to LOG_DEBUG
 * @format: as for printf(3), without newline
 */
void quic_log(int level, const char *format, ...)
	__attribute((__format__(__printf__, 2, 3)));

#define quic_log_err(...)	quic_log(LOG_ERR, __VA_ARGS__)
#define quic_log_debug(...)	quic_log(LOG_DEBUG, __VA_ARGS__)

#endif
