// SPDX-License-Identifier: LGPL-2.1-or-later
#include "flight.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct quic_flight_item *append_item(struct quic_flight *flight,
					    enum quic_flight_kind kind)
{
	struct quic_flight_item *item = calloc(1, sizeof(*item));

	if (!item)
		return NULL;
	item->kind = kind;
	if (flight->tail)
		flight->tail->next = item;
	else
		flight->head = item;
	flight->tail = item;
	return item;
}

/* Messages of one level that follow each other share packets. */
static struct quic_flight_item *message_item(struct quic_flight *flight,
					     enum quic_crypto_level level)
{
	struct quic_flight_item *item = flight->tail;

	if (item && item->kind == QUIC_FLIGHT_MESSAGE && item->level == level)
		return item;
	item = append_item(flight, QUIC_FLIGHT_MESSAGE);
	if (item)
		item->level = level;
	return item;
}

int quic_flight_add_message(struct quic_flight *flight,
			    enum quic_crypto_level level, const void *data,
			    size_t len)
{
	struct quic_flight_item *item;
	uint8_t *grown;

	if (!len)
		return 0;
	if (len > QUIC_FLIGHT_MAX_BYTES - flight->len_bytes)
		return -EMSGSIZE;
	item = message_item(flight, level);
	if (!item)
		return -ENOMEM;
	grown = realloc(item->data, item->len + len);
	if (!grown)
		return -ENOMEM;
	memcpy(grown + item->len, data, len);
	item->data = grown;
	item->len += len;
	flight->len_bytes += len;
	return 0;
}

int quic_flight_add_secret(struct quic_flight *flight,
			   const struct quic_crypto_secret *secret)
{
	struct quic_flight_item *item = append_item(flight, QUIC_FLIGHT_SECRET);

	if (!item)
		return -ENOMEM;
	item->secret = *secret;
	return 0;
}

void quic_flight_pop(struct quic_flight *flight)
{
	struct quic_flight_item *item = flight->head;

	flight->head = item->next;
	if (!flight->head)
		flight->tail = NULL;
	flight->len_bytes -= item->len;
	explicit_bzero(&item->secret, sizeof(item->secret));
	free(item->data);
	free(item);
}

void quic_flight_purge(struct quic_flight *flight)
{
	while (flight->head)
		quic_flight_pop(flight);
}
