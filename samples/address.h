/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SAMPLES_ADDRESS_H
#define SAMPLES_ADDRESS_H

#include <sys/socket.h>

struct address {
	struct sockaddr_storage addr;
	socklen_t len;
};

#define ADDRESS_TEXT_LEN	80

/**
 * address_parse - read "ADDR:PORT", "[ADDR6]:PORT" or "NAME:PORT"
 * @address: filled in
 * @text: the text
 *
 * Return: 0, or -1 with the reason on standard error.
 */
int address_parse(struct address *address, const char *text);

/**
 * address_print - the reverse, with a numeric address
 * @address: the address
 * @text: buffer of ADDRESS_TEXT_LEN bytes
 */
void address_print(const struct address *address, char *text);

#endif
