/* SPDX-License-Identifier: GPL-2.0-only */
/* A client's connection moves to another local address, in mid-transfer. */
#ifndef _SAMPLES_MIGRATE_H
#define _SAMPLES_MIGRATE_H

#include <stdint.h>

#define MIGRATE_ON_SIGNAL	UINT64_MAX

/**
 * migrate_start() - have the connection move
 * @sockfd: socket after its handshake
 * @to: ADDR:PORT, port 0: any; NULL: the same address, another port
 * @after_ms: when, milliseconds from now; MIGRATE_ON_SIGNAL: at SIGUSR2
 *
 * Tries again until the kernel takes it. Exits with status 2 when @to is not
 * an address.
 */
void migrate_start(int sockfd, const char *to, uint64_t after_ms);

/* Say on stderr where the connection is now, if it was to move. */
void migrate_report(int sockfd);

#endif
