/* SPDX-License-Identifier: GPL-2.0-only */
/* Short tails of stream data: sent, or kept for what may follow (RFC 896). */
#ifndef _QUIC_CORE_NAGLE_H
#define _QUIC_CORE_NAGLE_H

#include "env.h"

struct quic_conn;
struct quic_crypto_stream;

/* For so long a writer may keep saying that more follows. */
#define QUIC_NAGLE_MORE_NS	(200 * QUIC_NSEC_PER_MSEC)

/**
 * struct quic_nagle - what holds a short tail back
 * @on: one short packet at a time: the next waits until it is acknowledged
 * @more_until_ns: the writer said that more follows; QUIC_TIME_NEVER: it did
 *	not
 * @short_next: number after that of the last short packet; 0: none
 *
 * A tail is what all streams together have to send when it fills no packet.
 * Ends of streams, repetitions and what the peer's limits cut short are none.
 */
struct quic_nagle {
	bool on;
	u64 more_until_ns;
	u64 short_next;
};

void quic_nagle_init(struct quic_nagle *n, bool on);

/**
 * quic_nagle_write() - the application wrote
 * @c: connection
 * @more: it said that more follows at once
 * @now: ns
 */
void quic_nagle_write(struct quic_conn *c, bool more, u64 now);

/* ---- within the core --------------------------------------------------- */

/* Are @bytes of stream data, all there is, to be held back? */
bool quic_nagle_holds(const struct quic_conn *c, u64 bytes);

/*
 * Is new handshake data to be held back? RFC 9000 12.2: with what TLS makes
 * next it shares a datagram.
 */
bool quic_nagle_holds_crypto(const struct quic_conn *c,
			     const struct quic_crypto_stream *cs);

/* A packet with stream data that it did not fill. */
static inline void quic_nagle_sent_short(struct quic_nagle *n, u64 pn)
{
	n->short_next = pn + 1;
}

/* The time of "more" is over. */
static inline void quic_nagle_timeout(struct quic_nagle *n, u64 now)
{
	if (n->more_until_ns <= now)
		n->more_until_ns = QUIC_TIME_NEVER;
}

#endif
