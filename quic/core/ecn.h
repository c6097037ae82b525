/* SPDX-License-Identifier: GPL-2.0-only */
/* Explicit congestion notification (RFC 9000 13.4, 19.3.2, A.4). */
#ifndef _QUIC_CORE_ECN_H
#define _QUIC_CORE_ECN_H

#include "env.h"

struct quic_conn;
struct quic_frame;
struct quic_sent;

/* IP ECN field */
#define QUIC_ECN_NOT_ECT	0
#define QUIC_ECN_ECT1		1
#define QUIC_ECN_ECT0		2
#define QUIC_ECN_CE		3

/**
 * enum quic_ecn_state - RFC 9000 A.4
 * @QUIC_ECN_OFF: packets are not marked
 * @QUIC_ECN_TESTING: the first packets of the path are marked
 * @QUIC_ECN_UNKNOWN: they were sent, and nothing was heard of them yet
 * @QUIC_ECN_CAPABLE: marks arrive and are reported
 * @QUIC_ECN_FAILED: they do not, or the reports are wrong
 */
enum quic_ecn_state {
	QUIC_ECN_OFF,
	QUIC_ECN_TESTING,
	QUIC_ECN_UNKNOWN,
	QUIC_ECN_CAPABLE,
	QUIC_ECN_FAILED,
};

/**
 * struct quic_ecn - what is known of one path
 * @state: enum quic_ecn_state
 * @test_pkts: marked packets sent while testing, of those that elicit an
 *	acknowledgement: nothing is heard of others
 * @lost_pkts: how many of them were lost
 * @since_ns: marks of packets that were sent before are another path's
 */
struct quic_ecn {
	u8 state;
	u8 test_pkts;
	u8 lost_pkts;
	u64 since_ns;
};

/**
 * struct quic_ecn_count - marks in one packet number space
 * @sent: packets marked ECT(0)
 * @ect0: the peer's last report, and so @ect1, @ce
 */
struct quic_ecn_count {
	u64 sent;
	u64 ect0;
	u64 ect1;
	u64 ce;
};

/**
 * quic_ecn_init() - a new path
 * @e: state
 * @enabled: false: do not mark
 * @now: ns
 */
void quic_ecn_init(struct quic_ecn *e, bool enabled, u64 now);

/* Mark for what goes out now. */
static inline u8 quic_ecn_mark(const struct quic_ecn *e)
{
	return e->state == QUIC_ECN_TESTING || e->state == QUIC_ECN_CAPABLE ?
	       QUIC_ECN_ECT0 : QUIC_ECN_NOT_ECT;
}

/* A packet with ECT(0) went out in @space. */
void quic_ecn_sent(struct quic_conn *c, int space, bool eliciting);

/* A packet with ECT(0) was lost. */
void quic_ecn_lost(struct quic_conn *c, const struct quic_sent *pkt);

/* Nothing came back for a second probe timeout: are the marks the reason? */
void quic_ecn_timeout(struct quic_conn *c);

/**
 * quic_ecn_ack() - validate what an ACK frame reports
 * @c: connection
 * @space: packet number space
 * @f: ACK frame that raised the largest acknowledged number
 * @acked_pkts: packets with ECT(0) of this path that it newly acknowledges
 *
 * Return: true when congestion was experienced: more CE marks than before.
 */
bool quic_ecn_ack(struct quic_conn *c, int space, const struct quic_frame *f,
		  u64 acked_pkts);

#endif
