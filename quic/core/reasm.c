// SPDX-License-Identifier: GPL-2.0-only
#include "reasm.h"

/* Room for what may follow, when short pieces come one after the other. */
#define RUN_BYTES	1024

void quic_reasm_init(struct quic_reasm *r)
{
	memset(r, 0, sizeof(*r));
	INIT_LIST_HEAD(&r->segs);
	r->gap = &r->segs;
}

static u64 seg_end(const struct quic_seg *seg)
{
	return seg->off + seg->len;
}

static void drop_seg(struct quic_reasm *r, struct quic_seg *seg)
{
	bool lent = seg->lent;

	r->mem -= seg->cost;
	r->n_ahead -= seg->ahead;
	if (r->gap == &seg->list)
		r->gap = seg->list.next;
	list_del(&seg->list);
	if (seg->buf)
		quic_buf_put(seg->buf);
	if (!lent)
		quic_env_free(seg);
}

void quic_reasm_free(struct quic_reasm *r)
{
	struct quic_seg *seg, *n;

	list_for_each_entry_safe(seg, n, &r->segs, list)
		drop_seg(r, seg);
}

/* A buffer of many packets brings the memory for their segments along. */
static struct quic_seg *take_spare(struct quic_buf *buf)
{
	struct quic_seg *seg;

	if (!buf->n_spare)
		return NULL;
	seg = &buf->spare[--buf->n_spare];
	memset(seg, 0, sizeof(*seg));
	seg->lent = true;
	return seg;
}

static struct quic_seg *new_seg(struct quic_reasm *r, struct list_head *at,
				u64 off, u32 len, u32 room,
				struct quic_buf *buf, gfp_t gfp)
{
	struct quic_seg *seg = buf ? take_spare(buf) : NULL;

	if (!seg)
		seg = quic_env_zalloc(sizeof(*seg) + room, gfp);
	if (!seg)
		return NULL;
	seg->off = off;
	seg->len = len;
	seg->room = room;
	seg->cost = sizeof(*seg) + room;
	list_add_tail(&seg->list, at);
	if (r->gap == at)
		r->gap = &seg->list;
	r->mem += seg->cost;
	return seg;
}

static void copy_in(struct quic_seg *seg, u32 to, const u8 *data, u32 len)
{
	memcpy((u8 *)(seg + 1) + to, data, len);
}

/* Short pieces that follow each other share a segment. All is taken or none. */
static int copy_seg(struct quic_reasm *r, struct list_head *at, u64 off,
		    const u8 *data, u32 len, gfp_t gfp)
{
	struct quic_seg *prev = list_entry(at->prev, struct quic_seg, list);
	bool ahead = off > r->ready, follows;
	u32 fits = 0, room = len;
	struct quic_seg *seg;

	follows = at->prev != &r->segs && !prev->buf && seg_end(prev) == off;
	if (follows) {
		fits = min(len, prev->room - prev->len);
		room = max_t(u32, len - fits, RUN_BYTES);
	} else if (ahead && r->n_ahead == QUIC_REASM_AHEAD_MAX) {
		return -ENOMEM;
	}
	if (fits < len) {
		seg = new_seg(r, at, off + fits, len - fits, room, NULL, gfp);
		if (!seg)
			return -ENOMEM;
		copy_in(seg, 0, data + fits, len - fits);
		seg->data = (const u8 *)(seg + 1);
		seg->ahead = ahead && !follows;
		r->n_ahead += seg->ahead;
	}
	if (fits) {
		copy_in(prev, prev->len, data, fits);
		prev->len += fits;
		if (!ahead)
			r->ready = max(r->ready, seg_end(prev));
	}
	return 0;
}

/* Bytes [off, off + len), which nothing in the queue overlaps, before @at. */
static int insert_seg(struct quic_reasm *r, struct list_head *at, u64 off,
		      const u8 *data, u32 len, struct quic_buf *buf, gfp_t gfp)
{
	struct quic_seg *seg;

	if (!buf || len < QUIC_REASM_COPY_BYTES)
		return copy_seg(r, at, off, data, len, gfp);
	seg = new_seg(r, at, off, len, 0, buf, gfp);
	if (!seg)
		return -ENOMEM;
	seg->data = data;
	seg->buf = buf;
	quic_buf_get(buf);
	return 0;
}

/* Segments from the gap on may now continue the run that ends at r->ready. */
static void advance_ready(struct quic_reasm *r)
{
	struct quic_seg *seg;

	while (r->gap != &r->segs) {
		seg = list_entry(r->gap, struct quic_seg, list);
		if (seg->off > r->ready)
			return;
		r->ready = max(r->ready, seg_end(seg));
		r->gap = r->gap->next;
	}
}

static struct quic_seg *walk_up(struct quic_reasm *r, u64 off)
{
	struct quic_seg *seg = list_entry(r->gap, struct quic_seg, list);

	while (!list_entry_is_head(seg, &r->segs, list) && seg_end(seg) <= off)
		seg = list_next_entry(seg, list);
	return seg;
}

static struct quic_seg *walk_down(struct quic_reasm *r, u64 off)
{
	struct quic_seg *seg;

	list_for_each_entry_reverse(seg, &r->segs, list)
		if (seg_end(seg) <= off)
			break;
	return list_next_entry(seg, list);
}

/*
 * New bytes come at the end, retransmissions into the first gap, nearly
 * always: from whichever is nearer. A window full of segments is in between.
 * Return: the first segment whose end is above @off, which is not below
 * r->ready, or the head.
 */
static struct quic_seg *find_after(struct quic_reasm *r, u64 off)
{
	const struct quic_seg *last;

	if (r->gap == &r->segs)
		return list_entry(&r->segs, struct quic_seg, list);
	last = list_last_entry(&r->segs, struct quic_seg, list);
	if (off - r->ready < seg_end(last) - off && off < seg_end(last))
		return walk_up(r, off);
	return walk_down(r, off);
}

int quic_reasm_add(struct quic_reasm *r, u64 off, const u8 *data, u32 len,
		   struct quic_buf *buf, gfp_t gfp)
{
	u64 end = off + len, pos = max(off, r->next);
	struct quic_seg *seg;
	int err = 0;

	if (off <= r->ready)
		pos = max(pos, r->ready);
	if (pos >= end)
		return 0;
	seg = find_after(r, pos);
	while (pos < end && !err) {
		bool last = list_entry_is_head(seg, &r->segs, list);
		u64 stop = last ? end : min(end, seg->off);

		if (pos < stop)
			err = insert_seg(r, &seg->list, pos, data + (pos - off),
					 stop - pos, buf, gfp);
		if (last || err)
			break;
		pos = max(pos, seg_end(seg));
		seg = list_next_entry(seg, list);
	}
	advance_ready(r);
	return err;
}

u32 quic_reasm_peek_at(const struct quic_reasm *r, u64 skip, const u8 **data)
{
	u64 want = r->next + skip;
	struct quic_seg *seg;

	if (want >= r->ready)
		return 0;
	list_for_each_entry(seg, &r->segs, list) {
		if (want >= seg_end(seg))
			continue;
		*data = seg->data + (want - seg->off);
		return seg_end(seg) - want;
	}
	return 0;
}

u32 quic_reasm_peek(const struct quic_reasm *r, const u8 **data)
{
	return quic_reasm_peek_at(r, 0, data);
}

void quic_reasm_consume(struct quic_reasm *r, u64 len)
{
	struct quic_seg *seg, *n;

	r->next += min(len, r->ready - r->next);
	list_for_each_entry_safe(seg, n, &r->segs, list) {
		if (seg_end(seg) > r->next)
			break;
		drop_seg(r, seg);
	}
}
