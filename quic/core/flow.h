/* SPDX-License-Identifier: GPL-2.0-only */
/* Connection-level flow control (RFC 9000 4.1). */
#ifndef _QUIC_CORE_FLOW_H
#define _QUIC_CORE_FLOW_H

#include "env.h"

/**
 * struct quic_flow - credit both ways, bytes summed over all streams
 * @tx_sent: new stream bytes that went out once
 * @tx_max: limit that the peer granted
 * @tx_blocked_at: limit at which DATA_BLOCKED was said; U64_MAX: never
 * @rx_rcvd: sum of the streams' highest offsets
 * @rx_read: bytes that the application took (or that a reset skipped)
 * @rx_max: limit that we granted
 * @rx_window: how far @rx_max runs ahead of @rx_read
 */
struct quic_flow {
	u64 tx_sent;
	u64 tx_max;
	u64 tx_blocked_at;
	u64 rx_rcvd;
	u64 rx_read;
	u64 rx_max;
	u64 rx_window;
};

static inline u64 quic_flow_room(const struct quic_flow *f)
{
	return f->tx_max - f->tx_sent;
}

/* Is it time to grant more? Once half of the window is used up. */
static inline bool quic_flow_update_due(u64 max, u64 window, u64 read)
{
	return max - read <= window / 2;
}

#endif
