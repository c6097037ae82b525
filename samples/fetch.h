/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SAMPLES_FETCH_H
#define SAMPLES_FETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "digest.h"
#include "store.h"
#include "transfer.h"

/**
 * struct fetch - a file that is fetched on a stream of its own
 * @transfer: what the caller gets to know
 * @sid: its stream
 * @storing: @file and @digest were begun, with the first bytes: of a thousand
 *	files that were asked for only a few are open
 * @done: complete
 * @file: where it goes
 * @digest: digest of what came
 */
struct fetch {
	struct transfer *transfer;
	int64_t sid;
	bool storing;
	bool done;
	struct store_file file;
	struct digest digest;
};

struct fetches;

/**
 * struct fetch_protocol - how files are asked for
 * @open: begin, before the first request; NULL: nothing to do. 0, or -1 with
 *	the reason told
 * @ask: send the request for a file; 0, or -1 with the reason told
 * @take: bytes came on a stream, the last ones with @fin; calls fetch_write()
 *	and fetch_finish(). 0, or -1 with the reason told
 * @close: undo what @open did
 */
struct fetch_protocol {
	int (*open)(struct fetches *fetches);
	int (*ask)(struct fetches *fetches, struct fetch *fetch);
	int (*take)(struct fetches *fetches, int64_t sid, const void *data,
		    size_t len, bool fin);
	void (*close)(struct fetches *fetches);
};

/**
 * struct fetches - files that are fetched at the same time
 * @protocol: how
 * @context: the protocol's own
 * @sockfd: the socket
 * @dirfd: folder they go to
 * @authority: name of the server, as in a URL
 * @start_ns: when it began
 * @count: how many there are
 * @begun: how many were asked for: the first ones of @list
 * @done: how many of those are complete
 * @list: the files
 */
struct fetches {
	const struct fetch_protocol *protocol;
	void *context;
	int sockfd;
	int dirfd;
	const char *authority;
	uint64_t start_ns;
	unsigned int count;
	unsigned int begun;
	unsigned int done;
	struct fetch *list;
};

/**
 * fetch_open - begin
 * @fetches: @protocol, @sockfd, @dirfd, @authority and @count filled in;
 *	fetch_close() ends it
 * @transfers: one for each file, its name filled in; fetch_run() sets the rest
 *
 * Return: 0, or -1 with the reason on standard error.
 */
int fetch_open(struct fetches *fetches, struct transfer *transfers);

/**
 * fetch_early - ask for the first files before the handshake is done
 * @fetches: the files; their socket has 0-RTT keys
 *
 * Does not wait for anything: fetch_run() asks for the rest.
 *
 * Return: 0, or -1 with the reason on standard error.
 */
int fetch_early(struct fetches *fetches);

/**
 * fetch_run - fetch them, as many at a time as the server allows streams
 * @fetches: the files
 *
 * The digests are of what was received: the protocols bring none.
 *
 * Return: 0, or -1 with the reason on standard error.
 */
int fetch_run(struct fetches *fetches);

/**
 * fetch_close - free what fetch_open() made, drop what is not complete
 * @fetches: the files
 */
void fetch_close(struct fetches *fetches);

/**
 * fetch_find - the file of a stream
 * @fetches: the files
 * @sid: stream id
 *
 * Return: the file, or NULL: nobody asked for this stream, which is told.
 */
struct fetch *fetch_find(struct fetches *fetches, int64_t sid);

/**
 * fetch_write - append to a file
 * @fetches: the files
 * @fetch: the file
 * @data: bytes
 * @len: how many
 *
 * Return: 0, or -1 with the reason on standard error.
 */
int fetch_write(struct fetches *fetches, struct fetch *fetch, const void *data,
		size_t len);

/**
 * fetch_finish - a file is complete
 * @fetches: the files
 * @fetch: the file
 *
 * Return: 0, or -1 with the reason on standard error.
 */
int fetch_finish(struct fetches *fetches, struct fetch *fetch);

#endif
