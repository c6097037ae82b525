// SPDX-License-Identifier: GPL-2.0-only
/* In place of HTTP/3 where nghttp3 is not there. */
#include "h3.h"

#include <err.h>

bool h3_available(void)
{
	warnx("--h3: built without nghttp3 (libnghttp3-dev)");
	return false;
}

int h3_fetch(struct transfer *transfers, unsigned int count,
	     const struct transfer_config *config, int dirfd,
	     const char *authority)
{
	(void)transfers;
	(void)count;
	(void)config;
	(void)dirfd;
	(void)authority;
	return h3_available() ? 0 : -1;
}

int h3_serve(int sockfd, const struct serve_config *config)
{
	(void)sockfd;
	(void)config;
	return h3_available() ? 0 : -1;
}
