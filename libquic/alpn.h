/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef LIBQUIC_ALPN_H
#define LIBQUIC_ALPN_H

#include <stdbool.h>
#include <stddef.h>

#include <gnutls/gnutls.h>

/* What GnuTLS holds: names, and bytes of one. */
#define QUIC_ALPN_MAX_NAMES	8
#define QUIC_ALPN_MAX_NAME_LEN	32

/**
 * struct quic_alpn_list - names of protocols
 * @names: they point into the text that was parsed
 * @count: how many
 */
struct quic_alpn_list {
	gnutls_datum_t names[QUIC_ALPN_MAX_NAMES];
	unsigned int count;
};

/**
 * quic_alpn_parse - take a comma-separated list apart
 * @list: filled in
 * @text: the list; spaces around a name are ignored
 * @len: its size in bytes; an ending zero byte may be included
 *
 * Return: 0, or -EINVAL for a text of no or more than 128 bytes, an empty or
 * over-long name, too many names, or a zero byte inside.
 */
int quic_alpn_parse(struct quic_alpn_list *list, const char *text, size_t len);

/**
 * quic_alpn_is - is an entry of a list this name?
 * @entry: the entry
 * @name: the name
 *
 * Return: true if it is.
 */
bool quic_alpn_is(const gnutls_datum_t *entry, const char *name);

/**
 * quic_alpn_prefer - put a name of a list first
 * @text: the list, at most 128 bytes and a zero byte; rewritten, never longer
 * @name: one of its names; of any other the list stays as it is
 */
void quic_alpn_prefer(char *text, const char *name);

#endif
