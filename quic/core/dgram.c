// SPDX-License-Identifier: GPL-2.0-only
#include "dgram.h"
#include "builder.h"
#include "conn.h"
#include "frame.h"

/* A longer message is not copied to the plan's scratch, but named there. */
#define COPY_BYTES	128
/* Packet number of a short header, at its longest */
#define PN_LEN_MAX	4

void quic_dgrams_init(struct quic_dgrams *q)
{
	memset(q, 0, sizeof(*q));
	INIT_LIST_HEAD(&q->rx);
	INIT_LIST_HEAD(&q->tx);
	INIT_LIST_HEAD(&q->planned);
	q->rx_max = U64_MAX;
}

static void free_list(struct list_head *list)
{
	struct quic_dgram *d, *next;

	list_for_each_entry_safe(d, next, list, list) {
		list_del(&d->list);
		quic_env_free(d);
	}
}

void quic_dgrams_free(struct quic_dgrams *q)
{
	free_list(&q->rx);
	free_list(&q->tx);
	free_list(&q->planned);
	q->rx_mem = 0;
	q->tx_mem = 0;
}

static u64 mem_of(const struct quic_dgram *d)
{
	return sizeof(*d) + d->len;
}

/* A frame that says its length, so that others may follow it. */
static u64 frame_size(u64 len)
{
	return 1 + quic_varint_len(len) + len;
}

/* Bytes of a frame in a packet of its own. */
static u64 path_room(const struct quic_conn *c)
{
	u32 overhead = 1 + quic_cid_remote(c)->len + PN_LEN_MAX +
		       c->app_tag_len;

	return c->path.mtu_bytes - overhead;
}

int quic_dgram_max(const struct quic_conn *c)
{
	u64 size = min(c->remote.max_datagram_frame, path_room(c));
	u64 len;

	/* RFC 9221 3, RFC 9000 19.21#1: only by the peer's offer, all counted */
	if (size < 2)
		return -EINVAL;
	len = size - 2;
	while (frame_size(len) > size)
		len--;
	return len;
}

struct quic_dgram *quic_dgram_alloc(u32 len, gfp_t gfp)
{
	struct quic_dgram *d = quic_env_zalloc(sizeof(*d) + len, gfp);

	if (d)
		d->len = len;
	return d;
}

void quic_dgram_send(struct quic_conn *c, struct quic_dgram *d)
{
	list_add_tail(&d->list, &c->dgrams.tx);
	c->dgrams.tx_mem += mem_of(d);
}

static void drop_tx(struct quic_conn *c, struct quic_dgram *d)
{
	c->dgrams.tx_mem -= mem_of(d);
	c->news |= QUIC_NEWS_DGRAM_SENT;
	list_del(&d->list);
	quic_env_free(d);
}

static bool put_one(struct quic_builder *b, struct quic_dgram *d)
{
	struct quic_frame f = { .type = QUIC_FRAME_DATAGRAM_LEN };
	struct quic_wr wr;

	if (quic_builder_room(b) < frame_size(d->len) ||
	    !quic_builder_want_scratch(b))
		return false;
	f.blob.len = d->len;
	f.blob.data = d->len <= COPY_BYTES ? d->data : NULL;
	wr = quic_builder_wr(b);
	if (quic_frame_build(&wr, &f) ||
	    quic_builder_note(b, QUIC_FRAME_DATAGRAM, 0, 0, 0, false))
		return false;
	quic_builder_take(b, &wr);
	if (!f.blob.data) {
		quic_builder_last(b)->data = d->data;
		quic_builder_last(b)->data_len = d->len;
		b->pkt->len += d->len;
	}
	/* RFC 9000 19.21#2, RFC 9221 5.2 */
	b->eliciting = true;
	return true;
}

/*
 * RFC 9221 5: in the first packet there is, before stream data. The path may
 * have shrunk since a message was taken: it will never fit, and is dropped.
 */
void quic_dgrams_plan(struct quic_builder *b)
{
	struct quic_dgrams *q = &b->c->dgrams;
	struct quic_dgram *d, *next;

	list_for_each_entry_safe(d, next, &q->tx, list) {
		if (frame_size(d->len) > path_room(b->c)) {
			q->tx_dropped++;
			drop_tx(b->c, d);
			continue;
		}
		if (!put_one(b, d))
			return;
		d->pn = b->pkt->pn;
		list_move_tail(&d->list, &q->planned);
	}
}

void quic_dgrams_settle(struct quic_conn *c, u64 pn)
{
	struct quic_dgrams *q = &c->dgrams;
	struct quic_dgram *d, *next;

	list_for_each_entry_safe(d, next, &q->planned, list) {
		if (d->pn >= pn)
			break;
		/* RFC 9221 5.2: lost or not, it is not sent again */
		drop_tx(c, d);
	}
	list_splice_init(&q->planned, &q->tx);
}

enum quic_err quic_dgram_recv(struct quic_conn *c, const struct quic_frame *f,
			      u64 size, gfp_t gfp)
{
	struct quic_dgrams *q = &c->dgrams;
	struct quic_dgram *d = NULL;

	/* RFC 9221 3: not offered, or larger than what was offered */
	if (size > c->local.max_datagram_frame)
		return QUIC_ERR_PROTOCOL_VIOLATION;
	c->news |= QUIC_NEWS_DGRAM;
	if (q->rx_mem + sizeof(*d) + f->blob.len <= q->rx_max)
		d = quic_dgram_alloc(f->blob.len, gfp);
	/* RFC 9221 5.3: a receiver without room may drop it */
	if (!d) {
		q->rx_dropped++;
		return QUIC_ERR_NONE;
	}
	if (d->len)
		memcpy(d->data, f->blob.data, d->len);
	list_add_tail(&d->list, &q->rx);
	q->rx_mem += mem_of(d);
	return QUIC_ERR_NONE;
}

struct quic_dgram *quic_dgram_readable(struct quic_conn *c)
{
	return list_first_entry_or_null(&c->dgrams.rx, struct quic_dgram,
					list);
}

void quic_dgram_read(struct quic_conn *c, struct quic_dgram *d, u32 len,
		     bool whole)
{
	d->read += len;
	if (!whole)
		return;
	c->dgrams.rx_mem -= mem_of(d);
	list_del(&d->list);
	quic_env_free(d);
}
