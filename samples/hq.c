// SPDX-License-Identifier: GPL-2.0-only
#include "hq.h"

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "digest.h"
#include "progress.h"
#include "store.h"
#include "stream.h"

/**
 * struct fetch - one file
 * @transfer: what the caller gets to know
 * @sid: its stream
 * @storing: @file and @digest were begun, with the first bytes: of a thousand
 *	files that were asked for only a few are open
 * @file: where it goes
 * @digest: digest of what came
 */
struct fetch {
	struct transfer *transfer;
	int64_t sid;
	bool storing;
	struct store_file file;
	struct digest digest;
};

/**
 * struct fetches - all of them
 * @config: the caller's
 * @dirfd: folder
 * @start_ns: when the first was asked for
 * @count: how many files there are
 * @begun: how many were asked for: the first ones of @list
 * @done: how many of those are complete
 * @list: the files
 */
struct fetches {
	const struct transfer_config *config;
	int dirfd;
	uint64_t start_ns;
	unsigned int count;
	unsigned int begun;
	unsigned int done;
	struct fetch list[];
};

static int ask(struct fetches *fetches, struct fetch *fetch)
{
	char line[REQUEST_LINE_MAX];
	int len;

	len = snprintf(line, sizeof(line), "GET /%s\r\n",
		       fetch->transfer->name);
	if (stream_send(fetches->config->sockfd, fetch->sid, line, len, true)) {
		warn("sending");
		return -1;
	}
	return 0;
}

/* As many as the server has streams for at the moment. */
static int begin_some(struct fetches *fetches)
{
	struct fetch *fetch;

	while (fetches->begun < fetches->count) {
		fetch = &fetches->list[fetches->begun];
		fetch->sid = stream_try_open(fetches->config->sockfd);
		if (fetch->sid < 0 && errno == EAGAIN)
			return 0;
		if (fetch->sid < 0) {
			warn("opening a stream");
			return -1;
		}
		if (ask(fetches, fetch))
			return -1;
		fetches->begun++;
	}
	return 0;
}

static struct fetch *find_fetch(struct fetches *fetches, int64_t sid)
{
	unsigned int i;

	for (i = 0; i < fetches->begun; i++)
		if (fetches->list[i].sid == sid)
			return &fetches->list[i];
	return NULL;
}

static int begin_store(struct fetches *fetches, struct fetch *fetch)
{
	if (fetch->storing)
		return 0;
	if (store_put(&fetch->file, fetches->dirfd, fetch->transfer->name)) {
		warn("%s", fetch->transfer->name);
		return -1;
	}
	if (digest_init(&fetch->digest)) {
		store_abort(&fetch->file);
		return -1;
	}
	fetch->storing = true;
	return 0;
}

static int finish(struct fetches *fetches, struct fetch *fetch)
{
	struct transfer *transfer = fetch->transfer;
	uint64_t now_ns = progress_now_ns();

	digest_end(&fetch->digest, transfer->sha256);
	transfer->seconds = (double)(now_ns - fetches->start_ns) / 1e9;
	fetch->storing = false;
	fetch->sid = -1;
	fetches->done++;
	if (!store_commit(&fetch->file))
		return 0;
	warn("%s", transfer->name);
	return -1;
}

static int recv_some(struct fetches *fetches)
{
	static char data[STREAM_BUFFER_BYTES];
	struct fetch *fetch;
	ssize_t len;
	int64_t sid;
	bool fin;

	len = stream_recv(fetches->config->sockfd, data, sizeof(data), &sid,
			  &fin);
	if (len < 0) {
		warn("receiving");
		return -1;
	}
	fetch = find_fetch(fetches, sid);
	if (!fetch) {
		warnx("data of stream %lld, which nobody asked for",
		      (long long)sid);
		return -1;
	}
	if (begin_store(fetches, fetch))
		return -1;
	digest_add(&fetch->digest, data, len);
	fetch->transfer->bytes += len;
	if (store_write(&fetch->file, data, len)) {
		warn("%s", fetch->transfer->name);
		return -1;
	}
	return fin ? finish(fetches, fetch) : 0;
}

static int run(struct fetches *fetches)
{
	while (fetches->done < fetches->count) {
		if (begin_some(fetches))
			return -1;
		if (recv_some(fetches))
			return -1;
	}
	return 0;
}

static void drop_unfinished(struct fetches *fetches)
{
	char text[DIGEST_TEXT_LEN];
	unsigned int i;

	for (i = 0; i < fetches->begun; i++) {
		if (!fetches->list[i].storing)
			continue;
		digest_end(&fetches->list[i].digest, text);
		store_abort(&fetches->list[i].file);
	}
}

int hq_fetch(struct transfer *transfers, unsigned int count,
	     const struct transfer_config *config, int dirfd)
{
	struct fetches *fetches;
	unsigned int i;
	int ret;

	fetches = calloc(1, sizeof(*fetches) + count * sizeof(struct fetch));
	if (!fetches)
		return -1;
	fetches->config = config;
	fetches->dirfd = dirfd;
	fetches->count = count;
	fetches->start_ns = progress_now_ns();
	for (i = 0; i < count; i++)
		fetches->list[i].transfer = &transfers[i];
	ret = run(fetches);
	drop_unfinished(fetches);
	free(fetches);
	return ret;
}
