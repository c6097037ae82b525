// SPDX-License-Identifier: GPL-2.0-only
#include "event.h"

void quic_events_init(struct quic_events *q)
{
	memset(q, 0, sizeof(*q));
	INIT_LIST_HEAD(&q->list);
}

void quic_events_free(struct quic_events *q)
{
	while (quic_events_peek(q))
		quic_events_pop(q);
}

void quic_events_push(struct quic_events *q, const struct quic_ev *ev,
		      gfp_t gfp)
{
	struct quic_ev *copy;

	if (!(q->mask & BIT(ev->type)) || q->n == QUIC_EVENTS_MAX)
		return;
	copy = quic_env_zalloc(sizeof(*copy), gfp);
	if (!copy)
		return;
	*copy = *ev;
	list_add_tail(&copy->list, &q->list);
	q->n++;
}

struct quic_ev *quic_events_peek(struct quic_events *q)
{
	return list_first_entry_or_null(&q->list, struct quic_ev, list);
}

void quic_events_pop(struct quic_events *q)
{
	struct quic_ev *ev = quic_events_peek(q);

	if (!ev)
		return;
	list_del(&ev->list);
	q->n--;
	quic_env_free(ev);
}
