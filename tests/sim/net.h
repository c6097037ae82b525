/* SPDX-License-Identifier: GPL-2.0-only */
/* Virtual time and a bad network between two endpoints. */
#ifndef _TESTS_SIM_NET_H
#define _TESTS_SIM_NET_H

#include "quic/core/env.h"

/* Deterministic random numbers of one run (splitmix64). */
struct sim_rng {
	u64 state;
};

u64 sim_rand(struct sim_rng *rng);
/* true with probability @permille / 1000 */
bool sim_chance(struct sim_rng *rng, unsigned int permille);

enum sim_ecn_fault {
	SIM_ECN_FINE,
	SIM_ECN_BLEACHED,
	SIM_ECN_REMARKED,	/* ECT(0) becomes ECT(1) */
	SIM_ECN_DROPPED,	/* with what is marked */
};

/**
 * struct sim_net - impairments, both directions alike
 * @loss, @dup, @corrupt, @reorder: per mille of datagrams
 * @delay_ns: one way
 * @jitter_ns: a reordered datagram is late by up to that much
 * @ns_per_byte: serialisation; 0: infinitely fast
 * @queue_ns: longest queue in front of the link; longer ones drop
 * @mtu_bytes: longer datagrams are dropped in silence from @mtu_from_ns on;
 *	0: none are
 * @ce: per mille of datagrams with ECT(0) that are marked CE
 * @ecn_fault: what else is done to marks
 * @flip: per mille of short headers that an attacker repeats with the other
 *	key phase
 */
struct sim_net {
	struct sim_rng rng;
	unsigned int loss, dup, corrupt, reorder;
	u64 delay_ns;
	u64 jitter_ns;
	u64 ns_per_byte;
	u64 queue_ns;
	u32 mtu_bytes;
	u64 mtu_from_ns;
	unsigned int ce, flip;
	enum sim_ecn_fault ecn_fault;
	u64 busy_until[2];
	struct sim_dgram *queue;
	u64 seq;
};

/* Index of the receiver; addresses, see roam.h; IP ECN field. */
struct sim_way {
	int to;
	u16 src;
	u16 dst;
	u8 ecn;
};

struct sim_dgram {
	struct sim_dgram *next;
	u64 at_ns;
	u64 seq;
	struct sim_way way;
	u32 len;
	u8 data[];
};

void sim_net_send(struct sim_net *net, u64 now, const struct sim_way *from,
		  const u8 *data, u32 len);
/* Arrival time of the next datagram, or QUIC_TIME_NEVER. */
u64 sim_net_next(const struct sim_net *net);
/* Take it; the caller frees it with free(). */
struct sim_dgram *sim_net_take(struct sim_net *net);
void sim_net_flush(struct sim_net *net);

#endif
