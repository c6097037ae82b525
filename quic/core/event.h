/* SPDX-License-Identifier: GPL-2.0-only */
/* What the application asked to be told of. */
#ifndef _QUIC_CORE_EVENT_H
#define _QUIC_CORE_EVENT_H

#include "env.h"

/* Numbered as the socket ABI numbers them; the others are the glue's. */
#define QUIC_EV_STREAM_UPDATE		1
#define QUIC_EV_STREAM_MAX_DATA		2
#define QUIC_EV_STREAM_MAX_STREAM	3
#define QUIC_EV_CONNECTION_ID		4

#define QUIC_EVENTS_MAX		256	/* not fetched; more are dropped */

/**
 * struct quic_ev - one event
 * @list: in quic_events.list
 * @type: QUIC_EV_*
 * @state: STREAM_UPDATE: the new state; CONNECTION_ID: 1: the peer's ids
 * @id: stream id; CONNECTION_ID: sequence number in use
 * @err: STREAM_UPDATE: code of a reset
 * @val: STREAM_UPDATE: final size; CONNECTION_ID: lowest number not retired;
 *	else: the new limit
 */
struct quic_ev {
	struct list_head list;
	u8 type;
	u8 state;
	u64 id;
	u64 err;
	u64 val;
};

/**
 * struct quic_events - queue
 * @list: oldest first
 * @mask: BIT(type) of those wanted; the glue sets it
 * @n: queued
 */
struct quic_events {
	struct list_head list;
	u32 mask;
	u32 n;
};

void quic_events_init(struct quic_events *q);
void quic_events_free(struct quic_events *q);

/* Queue @ev if its type is wanted; it is lost when memory is short. */
void quic_events_push(struct quic_events *q, const struct quic_ev *ev,
		      gfp_t gfp);

/* Oldest event, or NULL. */
struct quic_ev *quic_events_peek(struct quic_events *q);

/* Drop the oldest. */
void quic_events_pop(struct quic_events *q);

#endif
