// SPDX-License-Identifier: LGPL-2.1-or-later
#include "alpn.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <netinet/quic.h>

static int add_name(struct quic_alpn_list *list, const char *name, size_t len)
{
	while (len && *name == ' ') {
		name++;
		len--;
	}
	while (len && name[len - 1] == ' ')
		len--;
	if (!len || len > QUIC_ALPN_MAX_NAME_LEN)
		return -EINVAL;
	if (list->count == QUIC_ALPN_MAX_NAMES)
		return -EINVAL;
	list->names[list->count].data = (unsigned char *)name;
	list->names[list->count].size = len;
	list->count++;
	return 0;
}

int quic_alpn_parse(struct quic_alpn_list *list, const char *text, size_t len)
{
	const char *end;
	size_t name_len;

	list->count = 0;
	if (len && !text[len - 1])
		len--;
	if (!len || len > QUIC_ALPN_MAX_LEN || memchr(text, 0, len))
		return -EINVAL;
	for (;;) {
		end = memchr(text, ',', len);
		name_len = end ? (size_t)(end - text) : len;
		if (add_name(list, text, name_len))
			return -EINVAL;
		if (!end)
			return 0;
		text = end + 1;
		len -= name_len + 1;
	}
}

bool quic_alpn_is(const gnutls_datum_t *entry, const char *name)
{
	return entry->size == strlen(name) &&
	       !memcmp(entry->data, name, entry->size);
}

void quic_alpn_prefer(char *text, const char *name)
{
	char all[QUIC_ALPN_MAX_LEN + 1];
	struct quic_alpn_list list;
	unsigned int i, first;
	gnutls_datum_t *entry;

	if (strlen(text) >= sizeof(all))
		return;
	strcpy(all, text);
	if (quic_alpn_parse(&list, all, strlen(all)))
		return;
	for (first = 0; first < list.count; first++)
		if (quic_alpn_is(&list.names[first], name))
			break;
	if (first == list.count)
		return;
	text = stpcpy(text, name);
	for (i = 0; i < list.count; i++) {
		entry = &list.names[i];
		if (i != first)
			text += sprintf(text, ",%.*s", (int)entry->size,
					entry->data);
	}
}

int quic_session_set_alpn(gnutls_session_t session, const void *data,
			  size_t size)
{
	struct quic_alpn_list list;
	int ret;

	ret = quic_alpn_parse(&list, data, size);
	if (ret)
		return ret;
	return gnutls_alpn_set_protocols(session, list.names, list.count,
					 GNUTLS_ALPN_MANDATORY);
}

int quic_session_get_alpn(gnutls_session_t session, void *data, size_t *size)
{
	gnutls_datum_t name;

	if (gnutls_alpn_get_selected_protocol(session, &name))
		return -ENODATA;
	if (*size < name.size) {
		*size = name.size;
		return -ENOSPC;
	}
	memcpy(data, name.data, name.size);
	*size = name.size;
	return 0;
}
