// SPDX-License-Identifier: GPL-2.0-only
#include "txbuf.h"

#include <linux/errno.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/net.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/uio.h>
#include <net/sock.h>

#include "core/stream.h"
#include "mem.h"
#include "pages.h"
#include "sock.h"

/**
 * DOC: Stream bytes and what they cost
 *
 * The bytes of a stream lie in chunks, one after the other, from the first
 * unacknowledged one on. A chunk is physically contiguous, so a packet's
 * payload is mostly one scatterlist entry; it grows from a page to 32 KiB
 * with what the stream holds, so a stream of a few bytes pins a page only.
 *
 * A chunk is charged with its whole size, at its allocation, to
 * sk->sk_wmem_queued, which is what sk_sndbuf bounds; it is uncharged when
 * its last byte is acknowledged. (sk_wmem_alloc counts the sealed skbs on
 * their way, which are another matter.) quic_sock.tx_bytes counts the bytes
 * alone.
 *
 * With sendfile(2), splice(2) and MSG_ZEROCOPY a chunk is a piece of somebody
 * else's page, which is never written. It may change while it is here. That
 * is its owner's business: sealing reads it once for a packet number, so no
 * number and key ever give two ciphertexts on the wire; what is sent again
 * has another number; and for a device the bytes are copied first.
 */

#define CHUNK_MAX_ORDER		3
#define PAGES_AT_A_TIME		16

/**
 * struct txbuf_chunk - contiguous bytes
 * @list: in txbuf.chunks, by offset
 * @page: head page
 * @off: stream offset of the first byte
 * @page_off: where that is, from the page's start
 * @len: bytes in use
 * @room: bytes that the chunk can take
 * @ubuf: to be told when the bytes are not needed any more, or NULL
 * @order: of the allocation
 * @foreign: the page is somebody else's
 * @charged: to what all sockets may hold
 */
struct txbuf_chunk {
	struct list_head list;
	struct page *page;
	u64 off;
	struct ubuf_info *ubuf;
	u32 page_off;
	u32 len;
	u32 room;
	u8 order;
	bool foreign;
	bool charged;
};

/**
 * struct txbuf - what quic_stream.priv is
 * @chunks: of &struct txbuf_chunk
 * @hint: where the last lookup ended, or NULL
 * @base: offset below which nothing counts any more
 */
struct txbuf {
	struct list_head chunks;
	struct txbuf_chunk *hint;
	u64 base;
};

/* What it keeps from being freed. */
static u32 chunk_size(const struct txbuf_chunk *c)
{
	return PAGE_SIZE << c->order;
}

static u64 chunk_end(const struct txbuf_chunk *c)
{
	return c->off + c->len;
}

static struct txbuf_chunk *tail_chunk(struct txbuf *b)
{
	if (list_empty(&b->chunks))
		return NULL;
	return list_last_entry(&b->chunks, struct txbuf_chunk, list);
}

static struct txbuf *get_buf(struct quic_stream *s)
{
	struct txbuf *b = s->priv;

	if (b)
		return b;
	b = kzalloc(sizeof(*b), quic_gfp());
	if (!b)
		return NULL;
	INIT_LIST_HEAD(&b->chunks);
	b->base = s->tx_end;
	s->priv = b;
	return b;
}

/* Return: 0, -ENOMEM, or -ENOBUFS: only once something was acknowledged. */
static int charge_chunk(struct sock *sk, struct txbuf_chunk *c)
{
	c->charged = quic_mem_charge(sk, chunk_size(c));
	if (!c->charged && sk->sk_wmem_queued)
		return -ENOBUFS;
	sk_wmem_queued_add(sk, chunk_size(c));
	return 0;
}

static int add_chunk(struct sock *sk, struct txbuf *b, u64 off, size_t want,
		     struct txbuf_chunk **cp)
{
	u64 held = off - b->base;
	struct txbuf_chunk *c;
	int err = -ENOMEM;
	u32 bytes;

	c = kzalloc(sizeof(*c), quic_gfp());
	if (!c)
		return -ENOMEM;
	bytes = min_t(u64, max_t(u64, want, held), PAGE_SIZE << CHUNK_MAX_ORDER);
	c->page = quic_pages_alloc(bytes, 1, CHUNK_MAX_ORDER, &c->order);
	if (!c->page)
		goto err_free;
	err = charge_chunk(sk, c);
	if (err)
		goto err_page;
	c->off = off;
	c->room = chunk_size(c);
	list_add_tail(&c->list, &b->chunks);
	*cp = c;
	return 0;

err_page:
	quic_pages_free(c->page, c->order);
err_free:
	kfree(c);
	return err;
}

static void free_chunk(struct sock *sk, struct txbuf *b, struct txbuf_chunk *c)
{
	if (b->hint == c)
		b->hint = NULL;
	list_del(&c->list);
	sk_wmem_queued_add(sk, -(int)chunk_size(c));
	if (c->charged)
		quic_mem_uncharge(sk, chunk_size(c));
	if (c->foreign)
		put_page(c->page);
	else
		quic_pages_free(c->page, c->order);
	net_zcopy_put(c->ubuf);
	kfree(c);
}

/**
 * quic_txbuf_append() - store bytes at the end of a stream
 * @sk: socket
 * @s: stream; the bytes go to offset s->tx_end
 * @from: where they come from; advanced by what was stored
 * @len: bytes
 *
 * The caller tells the core by quic_stream_write() before the next call.
 *
 * Context: process; sock lock. May sleep.
 * Return: bytes stored, less than @len when memory or the source ended;
 * -ENOMEM, -EFAULT, or -ENOBUFS (all sockets hold too much: wait until some
 * of this one's bytes are acknowledged) when that left none.
 */
ssize_t quic_txbuf_append(struct sock *sk, struct quic_stream *s,
			  struct iov_iter *from, size_t len)
{
	struct txbuf *b = get_buf(s);
	struct txbuf_chunk *c;
	size_t done = 0;
	int err = 0;

	if (!b)
		return -ENOMEM;
	c = tail_chunk(b);
	while (done < len) {
		size_t n, got;

		if (!c || c->len == c->room)
			err = add_chunk(sk, b, s->tx_end + done, len - done,
					&c);
		if (err)
			break;
		n = min_t(size_t, len - done, c->room - c->len);
		got = copy_from_iter(page_address(c->page) + c->len, n, from);
		c->len += got;
		done += got;
		if (got < n) {
			err = -EFAULT;
			break;
		}
	}
	quic_sk(sk)->tx_bytes += done;
	return done ?: err;
}

/* Take over a reference to @page. Return: 0, -ENOMEM or -ENOBUFS. */
static int add_foreign(struct sock *sk, struct txbuf *b, u64 off,
		       struct page *page, u32 page_off, u32 len,
		       struct ubuf_info *ubuf)
{
	struct txbuf_chunk *c;
	int err;

	c = kzalloc(sizeof(*c), GFP_KERNEL);
	if (!c)
		return -ENOMEM;
	err = charge_chunk(sk, c);
	if (err) {
		kfree(c);
		return err;
	}
	c->page = page;
	c->page_off = page_off;
	c->off = off;
	c->len = len;
	c->room = len;
	c->foreign = true;
	if (ubuf)
		net_zcopy_get(ubuf);
	c->ubuf = ubuf;
	list_add_tail(&c->list, &b->chunks);
	return 0;
}

/* Return: bytes referred to, or -errno; @from is advanced by as many. */
static ssize_t refer_pages(struct sock *sk, struct txbuf *b, u64 off,
			   struct iov_iter *from, size_t len,
			   struct ubuf_info *ubuf)
{
	struct page *pages[PAGES_AT_A_TIME];
	ssize_t got, done = 0, n;
	unsigned int i;
	size_t start;
	int err = 0;

	got = iov_iter_get_pages2(from, pages, len, PAGES_AT_A_TIME, &start);
	if (got <= 0)
		return got ?: -EFAULT;
	for (i = 0; done < got && !err; i++) {
		n = min_t(ssize_t, got - done, PAGE_SIZE - start);
		err = -EOPNOTSUPP;
		if (sendpage_ok(pages[i]) && !PageHighMem(pages[i]))
			err = add_foreign(sk, b, off + done, pages[i], start,
					  n, ubuf);
		if (err)
			break;
		done += n;
		start = 0;
	}
	iov_iter_revert(from, got - done);
	for (got -= done; got > 0; start = 0) {
		got -= min_t(ssize_t, got, PAGE_SIZE - start);
		put_page(pages[i++]);
	}
	return done ?: err;
}

/**
 * quic_txbuf_refer() - refer to pages instead of copying
 * @sk: socket
 * @s: stream; the bytes go to offset s->tx_end
 * @from: pages, or user memory; advanced by what was taken
 * @len: bytes
 * @ubuf: held until the bytes are acknowledged, or NULL
 *
 * The caller tells the core by quic_stream_write() before the next call.
 *
 * Context: process; sock lock. May sleep.
 * Return: bytes taken, less than @len when memory or sk_sndbuf ended, 0 when
 * that is full; -EOPNOTSUPP for
 * pages that cannot be referred to: copy; -ENOMEM, -EFAULT, or -ENOBUFS as
 * quic_txbuf_append().
 */
ssize_t quic_txbuf_refer(struct sock *sk, struct quic_stream *s,
			 struct iov_iter *from, size_t len,
			 struct ubuf_info *ubuf)
{
	struct txbuf *b = get_buf(s);
	ssize_t done = 0, n = 0;

	if (!b)
		return -ENOMEM;
	/* a sliver costs its page: @len alone says nothing */
	while (done < len && quic_sock_wspace(sk) > 0) {
		n = refer_pages(sk, b, s->tx_end + done, from, len - done,
				ubuf);
		if (n <= 0)
			break;
		done += n;
	}
	quic_sk(sk)->tx_bytes += done;
	return done ?: n;
}

static struct txbuf_chunk *find_chunk(struct txbuf *b, u64 off)
{
	struct txbuf_chunk *c = b->hint;

	if (!c || off < c->off)
		c = list_first_entry_or_null(&b->chunks, struct txbuf_chunk,
					     list);
	if (!c)
		return NULL;
	list_for_each_entry_from(c, &b->chunks, list)
		if (off < chunk_end(c))
			return off >= c->off ? c : NULL;
	return NULL;
}

/**
 * quic_txbuf_run() - where are these bytes?
 * @s: stream
 * @off: offset of the first byte
 * @len: how many
 * @page: set to the head page of the chunk that holds the first ones
 * @page_off: offset from that page's start, up to 32 KiB
 *
 * Looks on from where the last call ended, so going through a stream in order
 * costs nothing.
 *
 * Context: sock lock.
 * Return: bytes that are contiguous there, at most @len; 0 when the buffer
 * does not have them.
 */
u32 quic_txbuf_run(const struct quic_stream *s, u64 off, u32 len,
		   struct page **page, u32 *page_off)
{
	struct txbuf *b = s->priv;
	struct txbuf_chunk *c;

	c = b ? find_chunk(b, off) : NULL;
	if (!c)
		return 0;
	b->hint = c;
	*page = c->page;
	*page_off = c->page_off + (off - c->off);
	return min_t(u64, len, chunk_end(c) - off);
}

/**
 * quic_txbuf_release() - give back what was acknowledged
 * @sk: socket
 * @s: stream; goes by quic_stream_released()
 *
 * Context: sock lock.
 * Return: true when sk_wmem_queued went down, so that writers may go on.
 */
bool quic_txbuf_release(struct sock *sk, struct quic_stream *s)
{
	struct txbuf_chunk *c, *next;
	struct txbuf *b = s->priv;
	bool freed = false;
	u64 to;

	if (!b)
		return false;
	to = min(quic_stream_released(s), s->tx_end);
	list_for_each_entry_safe(c, next, &b->chunks, list) {
		if (chunk_end(c) > to)
			break;
		free_chunk(sk, b, c);
		freed = true;
	}
	if (to > b->base) {
		quic_sk(sk)->tx_bytes -= to - b->base;
		b->base = to;
	}
	return freed;
}

/**
 * quic_txbuf_free() - the stream is over
 * @sk: socket
 * @s: stream; priv is NULL afterwards
 *
 * Context: sock lock.
 */
void quic_txbuf_free(struct sock *sk, struct quic_stream *s)
{
	struct txbuf_chunk *c, *next;
	struct txbuf *b = s->priv;

	if (!b)
		return;
	list_for_each_entry_safe(c, next, &b->chunks, list)
		free_chunk(sk, b, c);
	quic_sk(sk)->tx_bytes -= s->tx_end - b->base;
	s->priv = NULL;
	kfree(b);
}
