/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SAMPLES_H3_H
#define SAMPLES_H3_H

#include "fetch.h"
#include "serve.h"

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

extern const struct fetch_protocol h3_protocol;

/**
 * h3_serve - answer requests until the client closes
 * @sockfd: socket, handshake done
 * @config: see there
 *
 * Return: 0, or -1 with the reason on standard error.
 */
int h3_serve(int sockfd, const struct serve_config *config);

#endif
