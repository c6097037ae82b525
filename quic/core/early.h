/* SPDX-License-Identifier: GPL-2.0-only */
/* 0-RTT: data before the handshake is through (RFC 9001 4.6, 5.6). */
#ifndef _QUIC_CORE_EARLY_H
#define _QUIC_CORE_EARLY_H

#include "env.h"
#include "error.h"

struct quic_conn;
struct quic_tparams;

/**
 * DOC: 0-RTT
 *
 * A client that resumes remembers the server's transport parameters
 * (quic_early_remember()); with its 0-RTT keys it may open streams and send
 * within them. 0-RTT packets take numbers of the 1-RTT space, and what they
 * carried is in the same ledger. They end when the server's new parameters
 * come, which is before the 1-RTT keys: nothing that was learnt in this
 * handshake then finds its way into a 0-RTT packet.
 *
 * Accepted: nothing changes but the limits, which grow. Rejected: the packets
 * are forgotten as if they had never been, and all that the streams hold goes
 * out again as 1-RTT data, within the new limits.
 *
 * A server opens 0-RTT packets from the moment that it has their keys, which
 * is its acceptance, until three PTO after the first 1-RTT packet.
 */

/**
 * enum quic_early_state - numbered as the socket option numbers them
 * @QUIC_EARLY_NONE: no 0-RTT
 * @QUIC_EARLY_TRIED: client: keys are there, the server has not decided
 * @QUIC_EARLY_ACCEPTED: by the server
 * @QUIC_EARLY_REJECTED: by the server
 */
enum quic_early_state {
	QUIC_EARLY_NONE,
	QUIC_EARLY_TRIED,
	QUIC_EARLY_ACCEPTED,
	QUIC_EARLY_REJECTED,
};

/* quic_sent.gen of 0-RTT packets: no generation of 1-RTT keys */
#define QUIC_EARLY_GEN		U32_MAX

/**
 * struct quic_early - 0-RTT state of a connection
 * @state: enum quic_early_state
 * @can_send: client: the keys are there
 * @can_recv: server: the keys are there and not yet discarded
 * @remembered: client: quic_conn.remote is of an earlier connection
 * @version: of the keys (RFC 9369 5); the connection's may change
 * @until_ns: server: when the keys go; QUIC_TIME_NEVER before it is known
 * @pkts: 0-RTT packets sent or received
 * @bytes: their payload
 */
struct quic_early {
	u8 state;
	bool can_send;
	bool can_recv;
	bool remembered;
	u32 version;
	u64 until_ns;
	u64 pkts;
	u64 bytes;
};

void quic_early_init(struct quic_early *e);

/**
 * quic_early_remember() - the server's parameters of an earlier connection
 * @c: client that has not got the server's parameters yet
 * @tp: parameters; those that must not be remembered (RFC 9000 7.4.1) are
 *	taken at their defaults
 *
 * Return: 0, or -EINVAL for a server or when it is too late.
 */
int quic_early_remember(struct quic_conn *c, const struct quic_tparams *tp);

/**
 * quic_early_keys() - 0-RTT keys are installed
 * @c: connection in its handshake
 * @send: true for a client, false for a server, which thereby accepts
 *
 * Return: 0, or -EINVAL when the direction is not the role's or it is too
 * late.
 */
int quic_early_keys(struct quic_conn *c, bool send);

/**
 * quic_early_decide() - TLS tells a client what the server decided
 * @c: client, before quic_conn_remote_params()
 * @accepted: EncryptedExtensions had early_data
 *
 * Return: 0, or -EINVAL when there is nothing to decide.
 */
int quic_early_decide(struct quic_conn *c, bool accepted);

/**
 * quic_early_settle() - the server's parameters of this connection came
 * @c: client, quic_conn.remote still holds the old ones
 * @tp: the new ones
 *
 * Without quic_early_decide(), smaller limits are taken for a rejection: they
 * would be an error otherwise. Data that arrived after all is then sent twice.
 *
 * Return: QUIC_ERR_NONE, or PROTOCOL_VIOLATION when the server accepted 0-RTT
 * and went below the limits that it was sent within (RFC 9000 7.4.1).
 */
enum quic_err quic_early_settle(struct quic_conn *c,
				const struct quic_tparams *tp);

/* May packets go out under 0-RTT keys? */
bool quic_early_sending(const struct quic_conn *c);

/* Server: a 1-RTT packet came; the 0-RTT keys' days are numbered. */
void quic_early_recv_1rtt(struct quic_conn *c, u64 now);

/* Server: time passed (RFC 9001 4.9.3). */
void quic_early_expire(struct quic_conn *c, u64 now);

#endif
