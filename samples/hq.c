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
	if (!stream_send(fetches->sockfd, fetch->sid, line, len, true))
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

const struct fetch_protocol hq_protocol = {
	.ask = ask, .take = take,
};
