/* SPDX-License-Identifier: GPL-2.0-only */
/* Which path a connection uses, and how it moves to another (RFC 9000 9). */
#ifndef _QUIC_CORE_MIGRATION_H
#define _QUIC_CORE_MIGRATION_H

#include "env.h"
#include "path.h"

struct quic_conn;
struct quic_rx;
struct quic_sent;

/**
 * DOC: Paths of a connection
 *
 * There are two at most. quic_conn.path is the active one: all packets go
 * there but those that probe the other one, quic_conn.path_alt, which is a
 * candidate under validation, or the path that was used before: the way back
 * should the new one fail (RFC 9000 9.3.2), and under validation, too, so
 * that a spurious migration undoes itself (9.3.3). They change places in one
 * function, and with them what belongs to a path: connection id of the peer,
 * congestion window and round-trip time (but see &quic_path.epoch).
 *
 * The glue knows the addresses. It tells by &quic_rx.path on which path a
 * packet came; QUIC_PATH_NEW, if on none. The core makes a path of new
 * addresses when an authentic packet gives reason to, sets
 * quic_conn.path_added and QUIC_NEWS_PATHS, and the glue notes whose they are
 * before it hands over another packet.
 */

/**
 * struct quic_arrival - what a packet says about the path that it came on
 * @rx: the packet
 * @probing: it has nothing but probing frames (RFC 9000 9.1)
 * @newest: it has the highest number so far
 * @n_challenge: PATH_CHALLENGE frames, those at @challenge
 * @challenge: their data
 */
struct quic_arrival {
	const struct quic_rx *rx;
	bool probing;
	bool newest;
	u8 n_challenge;
	u8 challenge[QUIC_PATH_RESPONSES][QUIC_PATH_DATA_LEN];
};

/* ---- for the glue ------------------------------------------------------ */

/**
 * quic_migration_start() - validate a path and then move there
 * @c: connection of a client
 * @mtu: UDP payload bytes that the path takes
 * @preferred: it leads to the server's preferred address
 * @now: ns
 *
 * On success the id of the path is quic_conn.path_alt.id.
 *
 * Return: 0; -EINVAL for a server (RFC 9000 9: clients migrate); -EAGAIN
 * before the handshake is confirmed, while another migration is under way, or
 * without an unused connection id of the peer; -EOPNOTSUPP when the peer
 * forbade it (RFC 9000 18.2), or has connection ids of no length (9.5), or
 * when 1-RTT packets are in clear (core/clear.h).
 */
int quic_migration_start(struct quic_conn *c, u32 mtu, bool preferred,
			 u64 now);

/* Give up the candidate: the glue has no use for it. */
void quic_migration_cancel(struct quic_conn *c);

/* A datagram came on a path: credit for anti-amplification. */
void quic_migration_recv_dgram(struct quic_conn *c, u8 id, u32 len);

/* UDP payload that a path takes, when that is known later than the path. */
void quic_migration_set_mtu(struct quic_conn *c, u8 id, u32 mtu, u64 now);

/* ---- within the core --------------------------------------------------- */

/* Path of that id, or NULL. */
struct quic_path *quic_migration_path(struct quic_conn *c, u8 id);

/* Connection id of the peer that packets on a path carry. */
const struct quic_cid *quic_migration_cid(const struct quic_conn *c,
					  const struct quic_path *p);

/* Congestion control of the path that a packet was sent on; NULL: gone. */
struct quic_cc *quic_migration_cc(struct quic_conn *c,
				  const struct quic_sent *p);

/* May packets go to quic_conn.path_alt, if there is one? */
bool quic_migration_can_probe(struct quic_conn *c);

/* An authentic 1-RTT packet took effect. */
void quic_migration_recv(struct quic_conn *c, const struct quic_arrival *a);

/* A PATH_RESPONSE frame. */
void quic_migration_response(struct quic_conn *c, const u8 *data, u64 now);

/* A PTO passed: is it one after the other, and nothing is acknowledged? */
void quic_migration_silence(struct quic_conn *c, u64 now);

/* Are PTO probes to be datagrams of 1200 bytes? */
bool quic_migration_expands(const struct quic_conn *c);

u64 quic_migration_deadline(const struct quic_conn *c);
void quic_migration_timeout(struct quic_conn *c, u64 now);

#endif
