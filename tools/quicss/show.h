/* SPDX-License-Identifier: GPL-2.0-only */
/* The ways to print sockets. */
#ifndef QUICSS_SHOW_H
#define QUICSS_SHOW_H

#include <stdbool.h>

struct sock_entry;
struct json_object;

/**
 * struct text_options - how much is printed
 * @info: statistics
 * @mem: memory
 * @extended: owner, inode
 * @no_header: no line of headings
 */
struct text_options {
	bool info;
	bool mem;
	bool extended;
	bool no_header;
};

void text_header(const struct text_options *options);
void text_sock(const struct sock_entry *entry,
	       const struct text_options *options);

/* Append the socket to an array. */
void json_sock(const struct sock_entry *entry, struct json_object *array);

#endif
