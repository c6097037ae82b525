// SPDX-License-Identifier: GPL-2.0-only
#include "link.h"

void link_init(struct link *l, u64 seed)
{
	memset(l, 0, sizeof(*l));
	l->rng = seed;
	l->tail = &l->head;
}

static u64 draw(struct link *l)
{
	u64 z = l->rng += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

static void drop(struct link_pkt *p)
{
	free(p->data);
	free(p);
}

static u64 time_of(const struct link *l, u64 bytes)
{
	return l->bytes_s ? bytes * QUIC_NSEC_PER_SEC / l->bytes_s : 0;
}

void link_send(struct link *l, struct link_pkt *p, u64 now)
{
	u64 bytes = p->len + LINK_HEADER_BYTES;

	l->free_ns = max(l->free_ns, now);
	if (l->queue_bytes && l->free_ns - now + time_of(l, bytes) >
			      time_of(l, l->queue_bytes)) {
		l->drops++;
		drop(p);
		return;
	}
	l->free_ns += time_of(l, bytes);
	if (draw(l) % 1000000 < l->loss_ppm) {
		l->losses++;
		drop(p);
		return;
	}
	p->at_ns = l->free_ns + l->delay_ns;
	p->next = NULL;
	*l->tail = p;
	l->tail = &p->next;
}

u64 link_next(const struct link *l)
{
	return l->head ? l->head->at_ns : QUIC_TIME_NEVER;
}

struct link_pkt *link_take(struct link *l)
{
	struct link_pkt *p = l->head;

	l->head = p->next;
	if (!l->head)
		l->tail = &l->head;
	return p;
}

void link_flush(struct link *l)
{
	while (l->head)
		drop(link_take(l));
}
