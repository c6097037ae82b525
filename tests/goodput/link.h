/* SPDX-License-Identifier: GPL-2.0-only */
/* A bottleneck in virtual time: rate, drop-tail queue, delay, random loss. */
#ifndef _TESTS_GOODPUT_LINK_H
#define _TESTS_GOODPUT_LINK_H

#include "quic/core/env.h"

#define LINK_HEADER_BYTES	28	/* IPv4 and UDP */

/**
 * struct link - one direction
 * @bytes_s: rate; 0: without bound
 * @queue_bytes: longest queue
 * @delay_ns: propagation
 * @loss_ppm: random loss, of a million packets
 * @free_ns: when what is queued will have left
 * @drops: packets that found the queue full
 * @losses: packets lost at random
 */
struct link {
	u64 bytes_s;
	u64 queue_bytes;
	u64 delay_ns;
	u32 loss_ppm;
	u64 free_ns;
	u64 rng;
	u64 drops;
	u64 losses;
	struct link_pkt *head;
	struct link_pkt **tail;
};

struct link_pkt {
	struct link_pkt *next;
	u64 at_ns;
	int to;
	u32 len;
	u64 pn;
	u32 gen;
	u32 hdr_len;
	u8 *data;		/* header and frames, the receiver's to free */
};

void link_init(struct link *l, u64 seed);
/* Take a packet, of @wire_bytes, for sending at @now; or drop it. */
void link_send(struct link *l, struct link_pkt *p, u64 now);
/* Arrival of the next one, or QUIC_TIME_NEVER. */
u64 link_next(const struct link *l);
/* Take it. */
struct link_pkt *link_take(struct link *l);
void link_flush(struct link *l);

#endif
