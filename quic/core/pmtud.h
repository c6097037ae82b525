/* SPDX-License-Identifier: GPL-2.0-only */
/* Packetization layer path MTU discovery (RFC 8899, RFC 9000 14). */
#ifndef _QUIC_CORE_PMTUD_H
#define _QUIC_CORE_PMTUD_H

#include "env.h"

struct quic_conn;
struct quic_sent;

/**
 * DOC: Path MTU discovery
 *
 * A path starts at 1200 bytes, which the handshake has proven. Then single
 * datagrams of PING and PADDING try larger ones: first what interface, route
 * and peer allow, so that a good path has its full size one round trip after
 * the handshake; when three of a size are lost, halfway between what passed
 * and what did not. A probe's loss says nothing of congestion and is not
 * repaired.
 *
 * Black holes: PTO probes are never above 1200 bytes, so they come through,
 * and their acknowledgement shows that all larger packets were lost. Three
 * such rounds without a larger packet that arrived, and the path is taken
 * back to 1200, from where the search starts again.
 *
 * What ICMP said is a hint (RFC 9000 14.2.1), for anybody can have said it:
 * the path goes back to 1200, the hinted size is tried first and what the
 * route would take after it, so that a lie costs a round trip or two. It never
 * enlarges a packet that no probe has shown to pass, and never makes one
 * smaller than 1200 bytes.
 */

/**
 * enum quic_pmtud_state - RFC 8899 5.2
 * @QUIC_PMTUD_DISABLED: the route is believed
 * @QUIC_PMTUD_BASE: the handshake proves 1200 bytes
 * @QUIC_PMTUD_SEARCHING: a larger size is under test
 * @QUIC_PMTUD_COMPLETE: the largest that passes is in use
 * @QUIC_PMTUD_ERROR: the interface does not take 1200 bytes
 */
enum quic_pmtud_state {
	QUIC_PMTUD_DISABLED,
	QUIC_PMTUD_BASE,
	QUIC_PMTUD_SEARCHING,
	QUIC_PMTUD_COMPLETE,
	QUIC_PMTUD_ERROR,
};

/**
 * struct quic_pmtud - discovery on one path; what is in use is its mtu_bytes
 * @route_bytes: what interface and route take
 * @hint_bytes: what ICMP said of the path, or @route_bytes
 * @peer_bytes: the peer's max_udp_payload_size
 * @probe_bytes: size under test
 * @failed_bytes: smallest size that did not pass, or one above the largest
 *	that may be tried
 * @state: enum quic_pmtud_state
 * @tries: probes of @probe_bytes that were lost
 * @in_flight: one is on its way
 * @black_rounds: loss events since a packet above 1200 bytes arrived
 * @black_ns: when the last of them was
 * @large_acked_ns: when the newest such packet that arrived was sent
 * @probe_ns: when the probe was sent
 * @raise_ns: when larger sizes are tried again; QUIC_TIME_NEVER: not at all
 */
struct quic_pmtud {
	u32 route_bytes;
	u32 hint_bytes;
	u32 peer_bytes;
	u32 probe_bytes;
	u32 failed_bytes;
	u8 state;
	u8 tries;
	bool in_flight;
	u8 black_rounds;
	u64 black_ns;
	u64 large_acked_ns;
	u64 probe_ns;
	u64 raise_ns;
};

/**
 * quic_pmtud_init() - a new path: nothing is known
 * @p: discovery state
 * @route_bytes: UDP payload that the route takes
 * @peer_bytes: the peer's max_udp_payload_size; U32_MAX while unknown
 * @enabled: false: believe the route
 *
 * Return: UDP payload to begin with, the path's mtu_bytes.
 */
u32 quic_pmtud_init(struct quic_pmtud *p, u32 route_bytes, u32 peer_bytes,
		    bool enabled);

/* The peer's max_udp_payload_size (RFC 9000 18.2) came. */
void quic_pmtud_peer(struct quic_conn *c, u32 peer_bytes);

/**
 * quic_pmtud_route() - the route may take more or less than before
 * @c: connection; its active path
 * @route_bytes: UDP payload; 0: the interface does not even take 1200
 * @hint_bytes: what ICMP said, 1200 at least; @route_bytes: nothing
 * @now: ns
 */
void quic_pmtud_route(struct quic_conn *c, u32 route_bytes, u32 hint_bytes,
		      u64 now);

/**
 * quic_pmtud_due() - is a probe to be sent?
 * @c: connection; its active path
 * @now: ns
 *
 * Return: its UDP payload, bytes, or 0.
 */
u32 quic_pmtud_due(struct quic_conn *c, u64 now);

/* A probe went out, and is found in the ledger by %QUIC_SENT_MTU_PROBE. */
void quic_pmtud_sent(struct quic_conn *c, u64 now);

/* A packet (probe or not) was acknowledged. */
void quic_pmtud_acked(struct quic_conn *c, const struct quic_sent *pkt,
		      u64 now);

/* A packet (probe or not) was declared lost. */
void quic_pmtud_lost(struct quic_conn *c, const struct quic_sent *pkt,
		     u64 now);

#endif
