// SPDX-License-Identifier: GPL-2.0-only
#include "fetch.h"

#include <err.h>
#include <errno.h>
#include <stdlib.h>

#include "progress.h"
#include "stream.h"

/* Early data is for the first requests, not for hundreds. */
#define EARLY_MAX	16

/* Up to the first @limit files, as many as the server has streams for. */
static int begin_some(struct fetches *fetches, unsigned int limit, bool wait)
{
	struct fetch *fetch;

	while (fetches->begun < fetches->count && fetches->begun < limit) {
		fetch = &fetches->list[fetches->begun];
		fetch->sid = wait && fetches->begun == fetches->done ?
			stream_open(fetches->sockfd) :
			stream_try_open(fetches->sockfd);
		if (fetch->sid < 0 && errno == EAGAIN)
			return 0;
		if (fetch->sid < 0) {
			warn("opening a stream");
			return -1;
		}
		fetches->begun++;
		if (fetches->protocol->ask(fetches, fetch))
			return -1;
	}
	return 0;
}

struct fetch *fetch_find(struct fetches *fetches, int64_t sid)
{
	unsigned int i;

	for (i = 0; i < fetches->begun; i++)
		if (fetches->list[i].sid == sid && !fetches->list[i].done)
			return &fetches->list[i];
	warnx("data of stream %lld, which nobody asked for", (long long)sid);
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

int fetch_write(struct fetches *fetches, struct fetch *fetch, const void *data,
		size_t len)
{
	if (begin_store(fetches, fetch))
		return -1;
	digest_add(&fetch->digest, data, len);
	fetch->transfer->bytes += len;
	if (!store_write(&fetch->file, data, len))
		return 0;
	warn("%s", fetch->transfer->name);
	return -1;
}

int fetch_finish(struct fetches *fetches, struct fetch *fetch)
{
	struct transfer *transfer = fetch->transfer;
	uint64_t now_ns = progress_now_ns();

	/* a file of no bytes was not begun */
	if (begin_store(fetches, fetch))
		return -1;
	digest_end(&fetch->digest, transfer->sha256);
	transfer->seconds = (double)(now_ns - fetches->start_ns) / 1e9;
	fetch->storing = false;
	fetch->done = true;
	fetches->done++;
	if (!store_commit(&fetch->file))
		return 0;
	warn("%s", transfer->name);
	return -1;
}

static int recv_some(struct fetches *fetches)
{
	static char data[STREAM_BUFFER_BYTES];
	ssize_t len;
	int64_t sid;
	bool fin;

	len = stream_recv(fetches->sockfd, data, sizeof(data), &sid, &fin);
	if (len >= 0)
		return fetches->protocol->take(fetches, sid, data, len, fin);
	warn("receiving");
	return -1;
}

int fetch_open(struct fetches *fetches, struct transfer *transfers)
{
	const struct fetch_protocol *protocol = fetches->protocol;
	unsigned int i;

	fetches->list = calloc(fetches->count + 1, sizeof(struct fetch));
	if (!fetches->list) {
		warn("memory");
		return -1;
	}
	fetches->start_ns = progress_now_ns();
	for (i = 0; i < fetches->count; i++)
		fetches->list[i].transfer = &transfers[i];
	if (!protocol->open || !protocol->open(fetches))
		return 0;
	free(fetches->list);
	return -1;
}

int fetch_early(struct fetches *fetches)
{
	return begin_some(fetches, EARLY_MAX, false);
}

/* Waits for a stream only when there is nothing else to wait for. */
int fetch_run(struct fetches *fetches)
{
	while (fetches->done < fetches->count) {
		if (begin_some(fetches, fetches->count, true))
			return -1;
		if (recv_some(fetches))
			return -1;
	}
	return 0;
}

void fetch_close(struct fetches *fetches)
{
	char text[DIGEST_TEXT_LEN];
	unsigned int i;

	for (i = 0; i < fetches->begun; i++) {
		if (!fetches->list[i].storing)
			continue;
		digest_end(&fetches->list[i].digest, text);
		store_abort(&fetches->list[i].file);
	}
	if (fetches->protocol->close)
		fetches->protocol->close(fetches);
	free(fetches->list);
	fetches->list = NULL;
}
