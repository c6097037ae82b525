/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SAMPLES_TRANSFER_H
#define SAMPLES_TRANSFER_H

#include <stdbool.h>
#include <stdint.h>

#include "request.h"

/**
 * struct transfer - what was transferred
 * @name: name of the file
 * @bytes: its size
 * @sha256: its digest, the same at both ends
 * @seconds: how long it took, answer included
 */
struct transfer {
	char name[REQUEST_NAME_MAX + 1];
	uint64_t bytes;
	char sha256[REPLY_SHA256_LEN + 1];
	double seconds;
};

/**
 * struct transfer_early - a request on its way before the handshake is done
 * @sid: its stream, -1: none
 */
struct transfer_early {
	int64_t sid;
};

/**
 * struct transfer_config - how it is done
 * @sockfd: socket, handshake done
 * @rate: bytes a second to send at most, 0: no limit
 * @quiet: no progress on standard error
 * @early: the request that transfer_early() sent, or NULL
 */
struct transfer_config {
	int sockfd;
	uint64_t rate;
	bool quiet;
	struct transfer_early *early;
};

/* Longest file that transfer_early_put() sends: it must not have to wait. */
#define TRANSFER_EARLY_BYTES	8192

/**
 * transfer_early_get - ask for a file before the handshake is done
 * @early: set to the request; transfer_get() goes on with it
 * @sockfd: socket with 0-RTT keys
 * @name: name of the file
 *
 * Return: 0, or -1 with the reason on standard error.
 */
int transfer_early_get(struct transfer_early *early, int sockfd,
		       const char *name);

/**
 * transfer_early_put - send a short file before the handshake is done
 * @early: set to the request; transfer_put() goes on with it
 * @sockfd: socket with 0-RTT keys
 * @path: the file; a longer one is left to transfer_put()
 *
 * Return: 0, or -1 with the reason on standard error.
 */
int transfer_early_put(struct transfer_early *early, int sockfd,
		       const char *path);

/**
 * transfer_put - send a file
 * @transfer: filled in
 * @config: see there
 * @path: the file; the last part is the name it gets
 *
 * Return: 0, or -1 with the reason on standard error.
 */
int transfer_put(struct transfer *transfer,
		 const struct transfer_config *config, const char *path);

/**
 * transfer_get - fetch a file
 * @transfer: filled in
 * @config: see there
 * @name: its name
 * @dirfd: folder it goes to
 *
 * Return: 0, or -1 with the reason on standard error.
 */
int transfer_get(struct transfer *transfer,
		 const struct transfer_config *config, const char *name,
		 int dirfd);

/**
 * transfer_echo - send bytes to a server that echoes, and compare
 * @transfer: filled in; its digest is that of nothing
 * @config: see there
 * @streams: how many streams share the bytes
 * @bytes: how many go on each
 *
 * Return: 0, or -1 with the reason on standard error.
 */
int transfer_echo(struct transfer *transfer,
		  const struct transfer_config *config, unsigned int streams,
		  uint64_t bytes);

#endif
