/* SPDX-License-Identifier: GPL-2.0-only */
/* The network path: size, validation, amplification (RFC 9000 8). */
#ifndef _QUIC_CORE_PATH_H
#define _QUIC_CORE_PATH_H

#include "ecn.h"
#include "env.h"
#include "frame.h"
#include "pmtud.h"

#define QUIC_PATH_BASE_MTU	1200	/* UDP payload bytes, always allowed */
#define QUIC_PATH_RESPONSES	4	/* owed at a time; more are dropped */

/**
 * struct quic_path - one path
 * @mtu_bytes: UDP payload that may be sent
 * @rx_bytes: received before validation
 * @tx_bytes: sent before validation
 * @challenge: data of our PATH_CHALLENGE in flight
 * @challenge_ns: when it is given up; 0: none in flight
 * @response: data of PATH_RESPONSE frames that are owed
 * @n_response: their count
 * @validated: the peer's address is proven
 * @challenge_pending: a PATH_CHALLENGE is to be sent
 * @pmtud: where @mtu_bytes comes from
 * @ecn: whether packets are marked
 */
struct quic_path {
	u32 mtu_bytes;
	u64 rx_bytes;
	u64 tx_bytes;
	u8 challenge[QUIC_PATH_DATA_LEN];
	u64 challenge_ns;
	u8 response[QUIC_PATH_RESPONSES][QUIC_PATH_DATA_LEN];
	u8 n_response;
	bool validated;
	bool challenge_pending;
	struct quic_pmtud pmtud;
	struct quic_ecn ecn;
};

void quic_path_init(struct quic_path *p, u32 mtu, bool validated);

/* Bytes that may still be sent: RFC 9000 8.1, three times what came. */
static inline u64 quic_path_room(const struct quic_path *p)
{
	if (p->validated)
		return U64_MAX;
	return 3 * p->rx_bytes > p->tx_bytes ? 3 * p->rx_bytes - p->tx_bytes : 0;
}

void quic_path_recv_challenge(struct quic_path *p, const u8 *data);
bool quic_path_recv_response(struct quic_path *p, const u8 *data);

#endif
