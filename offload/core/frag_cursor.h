/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading an skb at rising offsets without starting at its front each time. */
#ifndef _QUIC_OFFLOAD_FRAG_CURSOR_H
#define _QUIC_OFFLOAD_FRAG_CURSOR_H

#include <linux/skbuff.h>

/**
 * struct quic_frag_cursor - where the last look was
 * @frag: index of the fragment; -1: linear part
 * @start: offset of its first byte in the skb
 */
struct quic_frag_cursor {
	int frag;
	u32 start;
};

#define QUIC_FRAG_CURSOR_INIT	{ .frag = -1 }

static inline u32 quic_frag_len(const struct sk_buff *skb, int frag)
{
	return frag < 0 ? skb_headlen(skb) :
			  skb_frag_size(&skb_shinfo(skb)->frags[frag]);
}

/**
 * quic_frag_seek() - go to the piece that holds a byte
 * @cur: cursor; where it was, or before @off
 * @skb: its skb
 * @off: offset of the byte
 *
 * Return: false when the byte is in no fragment (but in a frag_list).
 */
static inline bool quic_frag_seek(struct quic_frag_cursor *cur,
				  const struct sk_buff *skb, u32 off)
{
	while (off - cur->start >= quic_frag_len(skb, cur->frag)) {
		if (cur->frag + 1 >= (int)skb_shinfo(skb)->nr_frags)
			return false;
		cur->start += quic_frag_len(skb, cur->frag);
		cur->frag++;
	}
	return true;
}

/**
 * quic_frag_at() - some bytes of an skb, if they are in one piece
 * @cur: cursor
 * @skb: its skb
 * @off: offset of the first one, not below the last call's
 * @len: how many
 *
 * Return: the bytes, or NULL.
 */
static inline u8 *quic_frag_at(struct quic_frag_cursor *cur,
			       const struct sk_buff *skb, u32 off, u32 len)
{
	u8 *p;

	if (unlikely(!quic_frag_seek(cur, skb, off)) ||
	    off - cur->start + len > quic_frag_len(skb, cur->frag))
		return NULL;
	p = cur->frag < 0 ? skb->data :
	    skb_frag_address_safe(&skb_shinfo(skb)->frags[cur->frag]);
	return p ? p + (off - cur->start) : NULL;
}

/**
 * quic_frag_peek() - some bytes of an skb
 * @cur: cursor
 * @skb: its skb
 * @off: offset of the first one, not below the last call's
 * @len: how many
 * @buf: room for @len bytes, used where they are not in one piece
 *
 * Return: the bytes, or NULL when there are fewer.
 */
static inline const u8 *quic_frag_peek(struct quic_frag_cursor *cur,
				       const struct sk_buff *skb, u32 off,
				       u32 len, u8 *buf)
{
	const u8 *p = quic_frag_at(cur, skb, off, len);

	if (likely(p))
		return p;
	return skb_copy_bits(skb, off, buf, len) ? NULL : buf;
}

#endif
