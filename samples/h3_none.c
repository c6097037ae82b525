// SPDX-License-Identifier: GPL-2.0-only
/* In place of HTTP/3 where nghttp3 is not there. */
#include "h3.h"

#include <err.h>

bool h3_available(void)
{
	warnx("--h3: built without nghttp3 (libnghttp3-dev)");
	return false;
}

static int refuse(struct fetches *fetches)
{
	(void)fetches;
	return h3_available() ? 0 : -1;
}

const struct fetch_protocol h3_protocol = {
	.open = refuse,
};

int h3_serve(int sockfd, const struct serve_config *config)
{
	(void)sockfd;
	(void)config;
	return h3_available() ? 0 : -1;
}
