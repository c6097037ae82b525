/* SPDX-License-Identifier: GPL-2.0-only */
/* Connection-level flow control (RFC 9000 4.1). */
#ifndef _QUIC_CORE_FLOW_H
#define _QUIC_CORE_FLOW_H

#include "env.h"

struct quic_conn;
struct quic_stream;

/**
 * DOC: Receive windows
 *
 * A window is how far the limit that we grant runs ahead of the reader. Half
 * of it read, a new limit is due; it is computed when the frame is built, with
 * all that was read by then. When the reader took that half within one and a
 * half round trips, the window may be what holds the sender up, and it
 * doubles, up to &quic_flow.rx_window_max: it ends between three and six times
 * what a round trip brings. A reader that is slower than the path, or a stream
 * that is idle, keeps the window that it began with. Connection and streams
 * grow apart, by the same rule. A window is a promise and holds no memory.
 */

/**
 * struct quic_flow - credit both ways, bytes summed over all streams
 * @tx_sent: new stream bytes that went out once
 * @tx_max: limit that the peer granted
 * @tx_blocked_at: limit at which DATA_BLOCKED was said; U64_MAX: never
 * @rx_rcvd: sum of the streams' highest offsets
 * @rx_read: bytes that the application took (or that a reset skipped)
 * @rx_max: limit that we granted
 * @rx_window: how far @rx_max runs ahead of @rx_read
 * @rx_window_max: that it may grow to, and each stream's
 * @rx_granted_ns: when @rx_max was last raised; 0: never
 */
struct quic_flow {
	u64 tx_sent;
	u64 tx_max;
	u64 tx_blocked_at;
	u64 rx_rcvd;
	u64 rx_read;
	u64 rx_max;
	u64 rx_window;
	u64 rx_window_max;
	u64 rx_granted_ns;
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

/**
 * quic_flow_grant() - limit for a MAX_DATA frame
 * @c: connection
 * @now: ns
 *
 * Raises it if that is due; else the frame repeats one that was lost.
 *
 * Return: the limit.
 */
u64 quic_flow_grant(struct quic_conn *c, u64 now);

/* The same for a MAX_STREAM_DATA frame. */
u64 quic_flow_grant_stream(struct quic_conn *c, struct quic_stream *s, u64 now);

#endif
