/* SPDX-License-Identifier: GPL-2.0-only */
/* Congestion control (RFC 9002 7). */
#ifndef _QUIC_CORE_CC_H
#define _QUIC_CORE_CC_H

#include "env.h"
#include "pacer.h"
#include "delivery.h"

#define QUIC_CC_MIN_WINDOW_PKTS		2
#define QUIC_CC_INIT_WINDOW_PKTS	10

/* As the socket ABI numbers them; ours from 64 on. */
enum quic_cc_algo {
	QUIC_CC_RENO = 0,
	QUIC_CC_CUBIC = 1,
	QUIC_CC_BBR = 64,
};

struct quic_cc;
struct quic_rtt;

/**
 * struct quic_cc_ack - what one ACK frame brought
 * @now: ns
 * @acked_bytes: in flight before, newly acknowledged
 * @grow_bytes: of them, what may let the window grow: not sent before the
 *	recovery period, not while the window was under-used
 * @newest_sent_ns: when the last of them was sent
 * @pkts: their count
 * @rate: sample of the delivery rate
 * @rtt: the path's, up to date
 */
struct quic_cc_ack {
	u64 now;
	u64 acked_bytes;
	u64 grow_bytes;
	u64 newest_sent_ns;
	u32 pkts;
	struct quic_delivery_sample rate;
	const struct quic_rtt *rtt;
};

/**
 * struct quic_cc_ops - one algorithm
 * @name: as shown to people
 * @algo: its number
 * @init: set up its part of &struct quic_cc
 * @acked: an ACK frame acknowledged something new
 * @lost: a packet was lost, by congestion or chance
 * @congestion: a loss or CE mark outside of any recovery period
 * @persistent: persistent congestion (RFC 9002 7.6)
 * @restart: sending goes on after nothing was in flight for a while
 * @paces: it sets quic_cc.rate_bytes_s itself
 *
 * All but @name, @algo, @acked, @congestion and @persistent may be left out.
 */
struct quic_cc_ops {
	const char *name;
	u8 algo;
	bool paces;
	void (*init)(struct quic_cc *cc);
	void (*acked)(struct quic_cc *cc, const struct quic_cc_ack *ack);
	void (*lost)(struct quic_cc *cc, u32 bytes);
	void (*congestion)(struct quic_cc *cc, u64 now);
	void (*persistent)(struct quic_cc *cc);
	void (*restart)(struct quic_cc *cc, u64 idle_ns);
};

/* Longest name, with its end. */
#define QUIC_CC_NAME_LEN	16
#define QUIC_CC_PRIV_BYTES	192

/**
 * struct quic_cc - congestion state of one path
 * @ops: algorithm
 * @window_bytes: congestion window
 * @in_flight_bytes: sent, not acknowledged, not lost
 * @ssthresh_bytes: slow start below
 * @recovery_start_ns: packets sent before belong to the period; 0: none yet
 * @reduced_ns: when it was last reduced
 * @quiet_ns: since when nothing is in flight; 0: something is
 * @rate_bytes_s: for the pacer, bytes a second; 0: do not pace
 * @pacer: when the next burst may go
 * @delivery: how fast the path takes what is sent
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
	u64 reduced_ns;
	u64 quiet_ns;
	u64 rate_bytes_s;
	struct quic_pacer pacer;
	struct quic_delivery delivery;
	u32 mss_bytes;
	u64 acked_bytes;
	u64 priv[QUIC_CC_PRIV_BYTES / sizeof(u64)];
};

extern const struct quic_cc_ops quic_cc_reno;
extern const struct quic_cc_ops quic_cc_cubic;
extern const struct quic_cc_ops quic_cc_bbr;

/* Algorithm of a number (enum quic_cc_algo) or name, or NULL. */
const struct quic_cc_ops *quic_cc_by_algo(u8 algo);
const struct quic_cc_ops *quic_cc_by_name(const char *name);

void quic_cc_init(struct quic_cc *cc, const struct quic_cc_ops *ops, u32 mss);

/* Another algorithm from here on; window and bytes in flight stay. */
void quic_cc_switch(struct quic_cc *cc, const struct quic_cc_ops *ops);

void quic_cc_sent(struct quic_cc *cc, u32 bytes, u64 now);

/**
 * quic_cc_acked() - one packet that was in flight is acknowledged
 * @cc: the path's
 * @ack: sum over the ACK frame; @ack->now is set
 * @bytes: of the packet
 * @sent_ns: when it left
 * @underused: it left while the window was under-used (RFC 9002 7.8)
 *
 * quic_cc_acked_end() follows once for the frame, after what it shows to be
 * lost was told by quic_cc_lost().
 */
void quic_cc_acked(struct quic_cc *cc, struct quic_cc_ack *ack, u32 bytes,
		   u64 sent_ns, bool underused);
void quic_cc_acked_end(struct quic_cc *cc, struct quic_cc_ack *ack);

void quic_cc_lost(struct quic_cc *cc, u32 bytes, u64 sent_ns, u64 now,
		  bool congestion);

/* A loss or CE mark of a packet that left at @sent_ns (RFC 9002 7.1, 7.3.2). */
void quic_cc_congestion(struct quic_cc *cc, u64 sent_ns, u64 now);

/* Persistent congestion (RFC 9002 7.6). */
void quic_cc_persistent(struct quic_cc *cc, u64 now);
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

static inline u64 quic_cc_min_window(const struct quic_cc *cc)
{
	return QUIC_CC_MIN_WINDOW_PKTS * (u64)cc->mss_bytes;
}

static inline bool quic_cc_slow_start(const struct quic_cc *cc)
{
	return cc->window_bytes < cc->ssthresh_bytes;
}

/**
 * quic_cc_underused() - does what is in flight leave the window idle?
 * @cc: the path's
 * @in_flight_bytes: with the burst that leaves now
 *
 * RFC 9002 7.8. Slow start doubles the window within a round, so half of it
 * in use is enough there.
 *
 * Return: true when acknowledgements must not let the window grow, provided
 * that neither window nor pacer held anything back.
 */
static inline bool quic_cc_underused(const struct quic_cc *cc,
				     u64 in_flight_bytes)
{
	if (quic_cc_slow_start(cc))
		return in_flight_bytes < cc->window_bytes / 2;
	return in_flight_bytes + cc->mss_bytes <= cc->window_bytes;
}

#endif
