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
 * @ask: send the request for a file; 0, or -1 with the reason told
 * @take: bytes came on a stream, the last ones with @fin; calls fetch_write()
 *	and fetch_finish(). 0, or -1 with the reason told
 */
struct fetch_protocol {
	int (*ask)(struct fetches *fetches, struct fetch *fetch);
	int (*take)(struct fetches *fetches, int64_t sid, const void *data,
		    size_t len, bool fin);
};

/**
 * struct fetches - files that are fetched at the same time
 * @protocol: how
 * @context: the protocol's own
 * @config: the caller's
 * @dirfd: folder they go to
 * @start_ns: when the first was asked for
 * @count: how many there are
 * @begun: how many were asked for: the first ones of @list
 * @done: how many of those are complete
 * @list: the files
 */
struct fetches {
	const struct fetch_protocol *protocol;
	void *context;
	const struct transfer_config *config;
	int dirfd;
	uint64_t start_ns;
	unsigned int count;
	unsigned int begun;
	unsigned int done;
	struct fetch *list;
};

/**
 * fetch_all - fetch files, as many at a time as the server allows streams
 * @transfers: one for each file, its name filled in; the rest is set
 * @fetches: @protocol, @context, @config, @dirfd and @count filled in
 *
 * Return: 0, or -1 with the reason on standard error.
 */
int fetch_all(struct fetches *fetches, struct transfer *transfers);

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
