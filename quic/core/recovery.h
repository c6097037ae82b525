/* SPDX-License-Identifier: GPL-2.0-only */
/* Round-trip time, loss detection and probe timeout (RFC 9002). */
#ifndef _QUIC_CORE_RECOVERY_H
#define _QUIC_CORE_RECOVERY_H

#include "ecn.h"
#include "env.h"
#include "error.h"

struct quic_conn;
struct quic_frame;
struct quic_sent;

#define QUIC_PKT_THRESHOLD	3			/* RFC 9002 6.1.1 */
#define QUIC_GRANULARITY_NS	QUIC_NSEC_PER_MSEC	/* RFC 9002 6.1.2 */
#define QUIC_TLS_DELAY_NS	(25 * QUIC_NSEC_PER_MSEC)
#define QUIC_INITIAL_RTT_NS	(333 * QUIC_NSEC_PER_MSEC)

/**
 * struct quic_rtt - RFC 9002 5, all in ns
 * @has_sample: the first sample was taken
 */
struct quic_rtt {
	u64 latest;
	u64 min;
	u64 smoothed;
	u64 var;
	u64 first_sample_ns;
	bool has_sample;
};

/**
 * struct quic_loss - loss detection of one packet number space
 * @largest_acked: or QUIC_PN_NONE
 * @loss_time_ns: when the earliest outstanding packet is lost by time
 * @last_eliciting_ns: when the last ack-eliciting packet went out
 * @repeat_pn: first number whose frames no PTO has sent again
 * @eliciting: ack-eliciting packets in flight
 * @probes: PTO probes still to be sent
 * @ecn: marks sent and reported
 */
struct quic_loss {
	u64 largest_acked;
	u64 loss_time_ns;
	u64 last_eliciting_ns;
	u64 repeat_pn;
	u32 eliciting;
	u32 probes;
	struct quic_ecn_count ecn;
};

void quic_rtt_init(struct quic_rtt *rtt, u64 initial_ns);
void quic_rtt_sample(struct quic_rtt *rtt, u64 latest_ns, u64 ack_delay_ns,
		     u64 now);
void quic_loss_init(struct quic_loss *loss);

/* One PTO interval without backoff, ns; @app adds the peer's max_ack_delay. */
u64 quic_recovery_pto(const struct quic_conn *c, bool app);

/* A received ACK frame. */
enum quic_err quic_recovery_ack(struct quic_conn *c, int space,
				struct quic_frame *f, u64 now, gfp_t gfp);

/* A committed packet. */
void quic_recovery_sent(struct quic_conn *c, int space, u64 pn, u64 now);

/* Deadline of the loss detection timer (RFC 9002 6.2.1). */
u64 quic_recovery_deadline(const struct quic_conn *c);

/* It passed. */
void quic_recovery_timeout(struct quic_conn *c, u64 now, gfp_t gfp);

/* A packet in flight leaves it without a verdict. */
void quic_recovery_forget(struct quic_conn *c, const struct quic_sent *p);

/*
 * RFC 9002 6.3: a Retry came. Nothing that was sent counts any more, and all
 * it carried goes out again; packet numbers go on.
 */
void quic_recovery_restart(struct quic_conn *c, gfp_t gfp);

/**
 * quic_recovery_settle() - forget what nobody will acknowledge
 * @c: connection
 * @space: enum quic_space_id
 *
 * Without anything ack-eliciting in flight the peer owes no ACK: a receiver
 * that only acknowledges would fill the ledger for ever, and the padded ones
 * among its packets (a client's Initials) would count as in flight for as
 * long (RFC 9002 2).
 */
void quic_recovery_settle(struct quic_conn *c, int space);

/* Keys of the space are gone (RFC 9002 6.4). */
void quic_recovery_discard(struct quic_conn *c, int space);

#endif
