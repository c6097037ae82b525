// SPDX-License-Identifier: GPL-2.0-only
#include "sent.h"

#define RING_MIN	16
#define SKIP_GAP_MIN	64
#define SKIP_GAP_MAX	65536

void quic_sent_init(struct quic_sent_ring *r)
{
	memset(r, 0, sizeof(*r));
	r->skip_at = QUIC_PN_NONE;
	r->skipped = QUIC_PN_NONE;
}

void quic_sent_free(struct quic_sent_ring *r)
{
	u64 pn;

	for (pn = r->base; pn < r->next; pn++)
		quic_env_free(quic_sent_at(r, pn)->more);
	quic_env_free(r->e);
	r->e = NULL;
	r->cap = 0;
	r->base = r->next;
}

int quic_sent_reserve(struct quic_sent_ring *r, u32 n, gfp_t gfp)
{
	u32 used = r->next - r->base, cap = r->cap ?: RING_MIN;
	struct quic_sent *e;
	u64 pn;

	while (cap < used + n)
		cap *= 2;
	if (cap == r->cap)
		return 0;
	e = quic_env_zalloc(cap * sizeof(*e), gfp);
	if (!e)
		return -ENOMEM;
	for (pn = r->base; pn < r->next; pn++)
		e[pn & (cap - 1)] = *quic_sent_at(r, pn);
	quic_env_free(r->e);
	r->e = e;
	r->cap = cap;
	return 0;
}

struct quic_sent *quic_sent_push(struct quic_sent_ring *r)
{
	struct quic_sent *p = quic_sent_at(r, r->next++);

	memset(p, 0, sizeof(*p));
	p->state = QUIC_SENT_PLANNED;
	return p;
}

void quic_sent_skip(struct quic_sent_ring *r)
{
	quic_sent_push(r)->state = QUIC_SENT_NONE;
}

static void plan_skip(struct quic_sent_ring *r)
{
	u32 rnd;

	quic_env_random(&rnd, sizeof(rnd));
	r->skip_at = r->next + r->skip_gap / 2 + (rnd & (r->skip_gap - 1));
}

void quic_sent_skip_start(struct quic_sent_ring *r)
{
	r->skip_gap = SKIP_GAP_MIN;
	plan_skip(r);
}

void quic_sent_skip_due(struct quic_sent_ring *r, gfp_t gfp)
{
	if (r->next < r->skip_at || quic_sent_reserve(r, 1, gfp))
		return;
	r->skipped = r->next;
	quic_sent_skip(r);
	r->skip_gap = min_t(u64, 2 * r->skip_gap, SKIP_GAP_MAX);
	plan_skip(r);
}

int quic_sent_note(struct quic_sent *p, const struct quic_sent_frame *f,
		   gfp_t gfp)
{
	if (!p->n) {
		p->f = *f;
		p->n = 1;
		return 0;
	}
	if (p->n - 1 == p->cap) {
		u8 cap = p->cap ? min(p->cap * 2, U8_MAX - 1) : 3;
		struct quic_sent_frame *more;

		if (p->n == U8_MAX)
			return -ENOMEM;
		more = quic_env_zalloc(cap * sizeof(*more), gfp);
		if (!more)
			return -ENOMEM;
		if (p->more)
			memcpy(more, p->more, p->cap * sizeof(*more));
		quic_env_free(p->more);
		p->more = more;
		p->cap = cap;
	}
	p->more[p->n++ - 1] = *f;
	return 0;
}

void quic_sent_settle(struct quic_sent *p, u8 state)
{
	quic_env_free(p->more);
	p->more = NULL;
	p->n = 0;
	p->cap = 0;
	p->state = state;
}

void quic_sent_trim(struct quic_sent_ring *r)
{
	while (r->base < r->next) {
		u8 state = quic_sent_at(r, r->base)->state;

		if (state == QUIC_SENT_PLANNED || state == QUIC_SENT_OUT)
			break;
		r->base++;
	}
}
