// SPDX-License-Identifier: GPL-2.0-only
#include "hq.h"

#include <err.h>
#include <stdio.h>

#include "fetch.h"
#include "stream.h"

static int ask(struct fetches *fetches, struct fetch *fetch)
{
	char line[REQUEST_LINE_MAX];
	int len;

	len = snprintf(line, sizeof(line), "GET /%s\r\n",
		       fetch->transfer->name);
	if (!stream_send(fetches->config->sockfd, fetch->sid, line, len, true))
		return 0;
	warn("sending");
	return -1;
}

static int take(struct fetches *fetches, int64_t sid, const void *data,
		size_t len, bool fin)
{
	struct fetch *fetch = fetch_find(fetches, sid);

	if (!fetch || fetch_write(fetches, fetch, data, len))
		return -1;
	return fin ? fetch_finish(fetches, fetch) : 0;
}

int hq_fetch(struct transfer *transfers, unsigned int count,
	     const struct transfer_config *config, int dirfd)
{
	static const struct fetch_protocol protocol = {
		.ask = ask, .take = take,
	};
	struct fetches fetches = {
		.protocol = &protocol,
		.config = config,
		.dirfd = dirfd,
		.count = count,
	};

	return fetch_all(&fetches, transfers);
}
