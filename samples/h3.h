/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SAMPLES_H3_H
#define SAMPLES_H3_H

#include "serve.h"
#include "transfer.h"

/**
 * DOC: HTTP/3
 *
 * GET of files, by nghttp3, for programs that speak nothing else. Without
 * that library the programs are built all the same and refuse --h3.
 */
#define H3_ALPN	"h3"

/**
 * h3_available - whether it was built in; tells when it was not
 *
 * Return: true if it was.
 */
bool h3_available(void);

/**
 * h3_fetch - fetch files, as many at a time as the server allows streams
 * @transfers: one for each file, its name filled in; the rest is set. The
 *	digests are of what was received: the protocol brings none
 * @count: how many
 * @config: see there; its rate does not matter
 * @dirfd: folder they go to
 * @authority: name of the server, as in a URL
 *
 * Return: 0, or -1 with the reason on standard error.
 */
int h3_fetch(struct transfer *transfers, unsigned int count,
	     const struct transfer_config *config, int dirfd,
	     const char *authority);

/**
 * h3_serve - answer requests until the client closes
 * @sockfd: socket, handshake done
 * @config: see there
 *
 * Return: 0, or -1 with the reason on standard error.
 */
int h3_serve(int sockfd, const struct serve_config *config);

#endif
