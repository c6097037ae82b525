/* SPDX-License-Identifier: GPL-2.0-only */
/* Congestion control (RFC 9002 7). */
#ifndef _QUIC_CORE_CC_H
#define _QUIC_CORE_CC_H

#include "env.h"

#define QUIC_CC_MIN_WINDOW_PKTS		2
#define QUIC_CC_INIT_WINDOW_PKTS	10

struct quic_cc;
struct quic_rtt;

/**
 * struct quic_cc_ops - one algorithm
 * @name: as shown to people
 * @init: set up its part of &struct quic_cc
 * @acked: bytes of one packet were acknowledged; not app-limited ones
 * @congestion: a loss or CE mark of a packet sent at @sent_ns, outside any
 *	recovery period
 * @persistent: persistent congestion (RFC 9002 7.6)
 */
struct quic_cc_ops {
	const char *name;
	void (*init)(struct quic_cc *cc);
	void (*acked)(struct quic_cc *cc, u32 bytes, u64 now,
		      const struct quic_rtt *rtt);
	void (*congestion)(struct quic_cc *cc, u64 now);
	void (*persistent)(struct quic_cc *cc);
};

/**
 * struct quic_cc - congestion state of one path
 * @ops: algorithm
 * @window_bytes: congestion window
 * @in_flight_bytes: sent, not acknowledged, not lost
 * @ssthresh_bytes: slow start below
 * @recovery_start_ns: packets sent before belong to the period; 0: none yet
 * @mss_bytes: max_datagram_size of RFC 9002
 * @acked_bytes: NewReno's count towards the next packet of window
 * @priv: other algorithms' state
 */
struct quic_cc {
	const struct quic_cc_ops *ops;
	u64 window_bytes;
	u64 in_flight_bytes;
	u64 ssthresh_bytes;
	u64 recovery_start_ns;
	u32 mss_bytes;
	u64 acked_bytes;
	u64 priv[8];
};

extern const struct quic_cc_ops quic_cc_reno;

void quic_cc_init(struct quic_cc *cc, const struct quic_cc_ops *ops, u32 mss);
void quic_cc_sent(struct quic_cc *cc, u32 bytes);
void quic_cc_acked(struct quic_cc *cc, u32 bytes, u64 sent_ns, u64 now,
		   bool app_limited, const struct quic_rtt *rtt);
void quic_cc_lost(struct quic_cc *cc, u32 bytes, u64 sent_ns, u64 now,
		  bool congestion);
void quic_cc_persistent(struct quic_cc *cc);
void quic_cc_mtu(struct quic_cc *cc, u32 mss);

/* Bytes in flight that leave without a verdict (keys discarded). */
static inline void quic_cc_forget(struct quic_cc *cc, u32 bytes)
{
	cc->in_flight_bytes -= min_t(u64, bytes, cc->in_flight_bytes);
}

/* Bytes that the window lets out now. */
static inline u64 quic_cc_room(const struct quic_cc *cc)
{
	return cc->window_bytes > cc->in_flight_bytes ?
	       cc->window_bytes - cc->in_flight_bytes : 0;
}

#endif
