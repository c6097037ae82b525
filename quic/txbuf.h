/* SPDX-License-Identifier: GPL-2.0-only */
/* Bytes of a stream to send, kept until they are acknowledged. */
#ifndef _QUIC_TXBUF_H
#define _QUIC_TXBUF_H

#include <linux/types.h>

struct iov_iter;
struct page;
struct quic_stream;
struct sock;
struct ubuf_info;

ssize_t quic_txbuf_append(struct sock *sk, struct quic_stream *s,
			  struct iov_iter *from, size_t len);
ssize_t quic_txbuf_refer(struct sock *sk, struct quic_stream *s,
			 struct iov_iter *from, size_t len,
			 struct ubuf_info *ubuf);
u32 quic_txbuf_run(const struct quic_stream *s, u64 off, u32 len,
		   struct page **page, u32 *page_off);
bool quic_txbuf_release(struct sock *sk, struct quic_stream *s);
void quic_txbuf_free(struct sock *sk, struct quic_stream *s);

#endif
