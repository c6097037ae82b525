// SPDX-License-Identifier: GPL-2.0-only
#include "address.h"

#include <err.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

static int resolve(struct address *address, const char *host, const char *port)
{
	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM };
	struct addrinfo *list;
	int ret;

	ret = getaddrinfo(host, port, &hints, &list);
	if (ret) {
		warnx("%s port %s: %s", host, port, gai_strerror(ret));
		return -1;
	}
	memcpy(&address->addr, list->ai_addr, list->ai_addrlen);
	address->len = list->ai_addrlen;
	freeaddrinfo(list);
	return 0;
}

int address_parse(struct address *address, const char *text)
{
	const char *colon = strrchr(text, ':');
	char host[256];
	size_t len;

	if (!colon || !colon[1]) {
		warnx("%s: want ADDR:PORT or [ADDR6]:PORT", text);
		return -1;
	}
	len = colon - text;
	if (len >= 2 && text[0] == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	}
	if (!len || len >= sizeof(host)) {
		warnx("%s: not an address", text);
		return -1;
	}
	memcpy(host, text, len);
	host[len] = 0;
	return resolve(address, host, colon + 1);
}

void address_print(const struct address *address, char *text)
{
	char host[64], port[8];

	if (getnameinfo((const struct sockaddr *)&address->addr, address->len,
			host, sizeof(host), port, sizeof(port),
			NI_NUMERICHOST | NI_NUMERICSERV))
		snprintf(text, ADDRESS_TEXT_LEN, "unknown");
	else if (strchr(host, ':'))
		snprintf(text, ADDRESS_TEXT_LEN, "[%s]:%s", host, port);
	else
		snprintf(text, ADDRESS_TEXT_LEN, "%s:%s", host, port);
}
