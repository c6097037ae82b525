/* SPDX-License-Identifier: GPL-2.0-only */
/* Connection + now -> a plan of packets; see DOC: Sending. */
#ifndef _QUIC_CORE_SEND_H
#define _QUIC_CORE_SEND_H

#include "env.h"
#include "header.h"

struct quic_conn;
struct quic_stream;

/**
 * DOC: Sending
 *
 * quic_send_plan() fills a plan: one burst of datagrams that share path, key
 * generation, ECN mark and (but for the last, shorter one) size. For each
 * packet it says which bytes follow each other: ready-made ones in the plan's
 * scratch area (header, frame headers, control frames, CRYPTO data) and
 * stream payload, named by stream and offset. The glue lays the packets out,
 * seals or marks them, and then says quic_send_commit(); or, when it cannot,
 * quic_send_abort(). Between the two calls the connection stays locked and
 * nothing else of the core is called.
 *
 * Frames move out of the queues when they are planned. Giving a plan back
 * puts them where loss would have put them, so there is one rule for both,
 * and the packet numbers are burnt: a number whose sealing began is never
 * used again, and an unused one costs nothing.
 */

#define QUIC_PLAN_PKTS		48
#define QUIC_PLAN_PIECES	(QUIC_PLAN_PKTS * 3)
/* an MTU probe, the largest datagram of padding, fits */
#define QUIC_PLAN_SCRATCH	16640

/**
 * struct quic_piece - bytes of a packet, in two parts
 * @stream: where @data_len bytes of payload come from, or NULL
 * @off: stream offset of the payload
 * @data: without @stream: the payload, which lives until the plan is settled
 * @scratch_off: first part: offset in quic_plan.scratch
 * @scratch_len: and bytes
 * @data_len: second part, bytes; 0: none
 */
struct quic_piece {
	struct quic_stream *stream;
	u64 off;
	const u8 *data;
	u16 scratch_off;
	u16 scratch_len;
	u16 data_len;
};

/**
 * struct quic_plan_pkt - one packet
 * @pn: full packet number
 * @len: bytes on the wire, tag included
 * @hdr_len: of them, header (the associated data)
 * @pn_off: offset of the packet number
 * @pn_len: 1..4
 * @level: enum quic_level of its keys
 * @piece: index of its first piece; the first one starts with the header
 * @n_pieces: count
 * @new_dgram: it starts a datagram (else it is coalesced to the one before)
 */
struct quic_plan_pkt {
	u64 pn;
	u16 len;
	u16 hdr_len;
	u16 pn_off;
	u8 pn_len;
	u8 level;
	u16 piece;
	u8 n_pieces;
	bool new_dgram;
};

/**
 * struct quic_plan - a burst
 * @n_pkts: packets; 0: nothing to send now
 * @n_dgrams: datagrams
 * @n_pieces: pieces
 * @dgram_len: bytes of every datagram but the last
 * @total_len: bytes of all datagrams
 * @scratch_len: bytes in use of @scratch
 * @gen: key generation of 1-RTT packets
 * @path: id of the path that the burst goes on
 * @ecn: mark for the IP header
 * @more: something was left over; plan again
 */
struct quic_plan {
	u16 n_pkts;
	u16 n_dgrams;
	u16 n_pieces;
	u16 dgram_len;
	u32 total_len;
	u32 scratch_len;
	u32 gen;
	u8 path;
	u8 ecn;
	bool more;
	struct quic_plan_pkt pkt[QUIC_PLAN_PKTS];
	struct quic_piece piece[QUIC_PLAN_PIECES];
	u8 scratch[QUIC_PLAN_SCRATCH];
};

/**
 * quic_send_plan() - what should go out now?
 * @c: connection
 * @now: ns
 * @max_dgrams: bound on the burst, 1..QUIC_PLAN_PKTS
 * @plan: result
 * @gfp: for the ledger
 *
 * Return: number of packets in the plan; 0 when nothing is due (the reason
 * ends with quic_conn_deadline() or with the next event); -ENOMEM.
 */
int quic_send_plan(struct quic_conn *c, u64 now, unsigned int max_dgrams,
		   struct quic_plan *plan, gfp_t gfp);

/**
 * quic_send_commit() - the first packets of the plan are on their way
 * @c: connection
 * @plan: plan
 * @n: packets, whole datagrams; the rest is given back and its numbers burnt
 * @now: ns
 * @gfp: for the queues of what is given back
 */
void quic_send_commit(struct quic_conn *c, struct quic_plan *plan,
		      unsigned int n, u64 now, gfp_t gfp);

/* Give the whole plan back. */
static inline void quic_send_abort(struct quic_conn *c, struct quic_plan *plan,
				   u64 now, gfp_t gfp)
{
	quic_send_commit(c, plan, 0, now, gfp);
}

#endif
