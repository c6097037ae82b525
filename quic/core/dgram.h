/* SPDX-License-Identifier: GPL-2.0-only */
/* Unreliable datagrams (RFC 9221): what waits to be sent and to be read. */
#ifndef _QUIC_CORE_DGRAM_H
#define _QUIC_CORE_DGRAM_H

#include "env.h"
#include "error.h"

struct quic_builder;
struct quic_conn;
struct quic_frame;

/**
 * struct quic_dgram - one message
 * @list: in one of the queues of struct quic_dgrams
 * @pn: to send, planned: number of its packet
 * @len: bytes at @data
 * @read: received: of them, bytes that the reader took
 * @data: the message
 */
struct quic_dgram {
	struct list_head list;
	u64 pn;
	u32 len;
	u32 read;
	u8 data[];
};

/**
 * struct quic_dgrams - a connection's messages
 * @rx: received and not read, oldest first
 * @tx: to send
 * @planned: in packets of a plan that is neither sent nor given back
 * @rx_mem: bytes of memory of @rx
 * @rx_max: bound on @rx_mem; what comes above is dropped
 * @tx_mem: bytes of memory of @tx and @planned
 * @rx_dropped: messages that found no room; the glue takes and clears it
 * @tx_lost: messages in packets that were declared lost
 * @tx_dropped: messages that did not fit into the path any more
 */
struct quic_dgrams {
	struct list_head rx;
	struct list_head tx;
	struct list_head planned;
	u64 rx_mem;
	u64 rx_max;
	u64 tx_mem;
	u64 rx_dropped;
	u64 tx_lost;
	u64 tx_dropped;
};

/* ---- for the glue ------------------------------------------------------ */

/**
 * quic_dgram_max() - how long may a message be?
 * @c: connection
 *
 * Return: bytes that fit into a frame that the peer takes (RFC 9221 3) and a
 * packet that the path takes now; 0 also for a peer that takes nothing but
 * empty messages; -EINVAL when it takes none.
 */
int quic_dgram_max(const struct quic_conn *c);

/* Room for a message, to be filled in. Return: it or NULL. */
struct quic_dgram *quic_dgram_alloc(u32 len, gfp_t gfp);

/* Queue @d, at most quic_dgram_max() bytes, to be sent; the queue owns it. */
void quic_dgram_send(struct quic_conn *c, struct quic_dgram *d);

/* Oldest received message, or NULL. */
struct quic_dgram *quic_dgram_readable(struct quic_conn *c);

/* The reader took @len more bytes of it; it goes when @whole. */
void quic_dgram_read(struct quic_conn *c, struct quic_dgram *d, u32 len,
		     bool whole);

/* ---- within the core --------------------------------------------------- */

void quic_dgrams_init(struct quic_dgrams *q);
void quic_dgrams_free(struct quic_dgrams *q);

/* A DATAGRAM frame of @size bytes on the wire. */
enum quic_err quic_dgram_recv(struct quic_conn *c, const struct quic_frame *f,
			      u64 size, gfp_t gfp);

static inline bool quic_dgrams_pending(const struct quic_dgrams *q)
{
	return !list_empty(&q->tx);
}

/* As many as fit into the packet in work. */
void quic_dgrams_plan(struct quic_builder *b);

/* Of what was planned, packets below @pn went out; the rest waits again. */
void quic_dgrams_settle(struct quic_conn *c, u64 pn);

#endif
