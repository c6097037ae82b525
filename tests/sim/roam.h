/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses of the two endpoints, and what happens to them. */
#ifndef _TESTS_SIM_ROAM_H
#define _TESTS_SIM_ROAM_H

#include "net.h"

struct sim_peer;

/* An address: host, and in the low four bits a port. */
#define SIM_SERVER	0x0100
#define SIM_PREFERRED	0x0200
#define SIM_CLIENT	0x1000
#define SIM_FORGED	0x8000

#define SIM_FORGERIES	32
#define SIM_BINDINGS	16

/**
 * struct sim_roam - the client's NAT, and an attacker beside the path
 * @rng: of the run
 * @inside: addresses of the client, and @outside what the NAT makes of them
 * @n_inside: their count
 * @rebinds: times that the NAT is still to forget
 * @moves: times that the client is still to move
 * @next_ns: when either happens next
 * @ping_ns: when the client speaks, whether it has something to say or not:
 *	nobody else can tell the server that the NAT forgot
 * @forge: per mille of the client's datagrams that the attacker copies, from
 *	an address of its own, so that the copy comes first
 * @rx_bytes: from each of these addresses, and @tx_bytes to it
 * @n_forged: addresses used up
 * @seen: times that an endpoint told that it migrated
 */
struct sim_roam {
	struct sim_rng rng;
	u16 inside[SIM_BINDINGS];
	u16 outside[SIM_BINDINGS];
	unsigned int n_inside;
	unsigned int rebinds;
	unsigned int moves;
	u64 next_ns;
	u64 ping_ns;
	unsigned int forge;
	u64 rx_bytes[SIM_FORGERIES];
	u64 tx_bytes[SIM_FORGERIES];
	unsigned int n_forged;
	unsigned int seen;
};

void sim_roam_init(struct sim_roam *r, u64 seed, u64 now);
/* Time passes: addresses change when it is time to. */
void sim_roam_run(struct sim_roam *r, struct sim_peer *client, u64 now);
/* From @p to the other side, as far as the addresses lead somewhere. */
void sim_roam_send(struct sim_roam *r, struct sim_peer *p, u8 path, u8 ecn,
		   u64 now, const u8 *data, u32 len);
/* The path of a datagram that came; QUIC_PATH_NEW; -1: dropped. */
int sim_roam_find(struct sim_roam *r, struct sim_peer *p,
		  const struct sim_dgram *d);
/* The client's address as its server should see it. */
u16 sim_roam_where(const struct sim_roam *r, const struct sim_peer *client);
/* More went to a forged address than three times what came from there? */
bool sim_roam_amplified(const struct sim_roam *r);

#endif
