/* SPDX-License-Identifier: GPL-2.0-only */
/* A connection's statistics as JSON. */
#ifndef SAMPLES_STATS_H
#define SAMPLES_STATS_H

#include <stdio.h>

/* One object, or null when the socket has none to give. */
void stats_print(FILE *out, int sockfd);

#endif
