/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SAMPLES_HQ_H
#define SAMPLES_HQ_H

#include "transfer.h"

/**
 * DOC: HTTP/0.9 over QUIC
 *
 * What implementations of QUIC test each other with, ALPN "hq-interop". The
 * client opens a bidirectional stream for each file:
 *
 *   GET /name\r\n FIN             reply: bytes FIN
 *
 * There are no errors in it: the server ends the connection.
 */
#define HQ_ALPN	"hq-interop"

/**
 * hq_fetch - fetch files, as many at a time as the server allows streams
 * @transfers: one for each file, its name filled in; the rest is set. The
 *	digests are of what was received: the protocol brings none
 * @count: how many
 * @config: see there; its rate does not matter
 * @dirfd: folder they go to
 *
 * Return: 0, or -1 with the reason on standard error.
 */
int hq_fetch(struct transfer *transfers, unsigned int count,
	     const struct transfer_config *config, int dirfd);

#endif
