/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SAMPLES_SERVE_H
#define SAMPLES_SERVE_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct serve_config - what a connection is served with
 * @in_dirfd: folder of files to send, -1: none
 * @out_dirfd: folder for files received, -1: none
 * @max_bytes: largest file received
 * @echo: send every stream back instead
 * @hq: the protocol is HTTP/0.9, see hq.h
 * @json: print lines of JSON
 * @rate: bytes a second to send at most, 0: no limit
 * @sendfile: send files by sendfile(2), as fast as it goes
 */
struct serve_config {
	int in_dirfd;
	int out_dirfd;
	uint64_t max_bytes;
	bool echo;
	bool hq;
	bool json;
	uint64_t rate;
	bool sendfile;
};

/**
 * serve_connection - answer requests until the client closes
 * @sockfd: socket, handshake done
 * @config: see there
 *
 * Return: 0, or -1 with the reason on standard error.
 */
int serve_connection(int sockfd, const struct serve_config *config);

#endif
