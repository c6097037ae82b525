/* SPDX-License-Identifier: GPL-2.0-only */
/* Silence: idle timeout and what keeps it away (RFC 9000 10.1). */
#ifndef _QUIC_CORE_IDLE_H
#define _QUIC_CORE_IDLE_H

#include "env.h"

struct quic_conn;

/* A packet was processed: RFC 9000 10.1. */
void quic_idle_recv(struct quic_conn *c, u64 now);

/* An ack-eliciting packet went out: the first after a received one counts. */
void quic_idle_sent(struct quic_conn *c, u64 now);

/* When the connection ends for silence, or QUIC_TIME_NEVER. */
u64 quic_idle_deadline(const struct quic_conn *c);

/* When a PING is due that keeps it alive, or QUIC_TIME_NEVER. */
u64 quic_idle_ping_deadline(const struct quic_conn *c);

/* That time came. */
void quic_idle_ping(struct quic_conn *c, u64 now);

#endif
