/* SPDX-License-Identifier: GPL-2.0-only */
/* A network path: size, validation, amplification. */
#ifndef _QUIC_CORE_PATH_H
#define _QUIC_CORE_PATH_H

#include "ecn.h"
#include "env.h"
#include "frame.h"
#include "header.h"
#include "pktnum.h"
#include "pmtud.h"

#define QUIC_PATH_BASE_MTU	1200	/* UDP payload bytes, always allowed */
#define QUIC_PATH_MIN_BYTES	96	/* a datagram that still says something */
#define QUIC_PATH_RESPONSES	4	/* owed at a time; more are dropped */
#define QUIC_PATH_CHALLENGES	4	/* whose answers are remembered */

/* Values of quic_path.id; QUIC_PATH_NEW: addresses that no path has. */
#define QUIC_PATHS		2
#define QUIC_PATH_NEW		2

/**
 * struct quic_path - one pair of addresses; which ones is known to the glue
 * @id: its name towards the glue, below QUIC_PATHS; it stays when the active
 *	path and the other one change places
 * @epoch: paths with the same value share a congestion window and a
 *	round-trip time, see &quic_sent.path
 * @used: it is a path at all
 * @validated: the peer's address is proven
 * @checking: a validation runs
 * @challenge_pending: a PATH_CHALLENGE is to be sent
 * @ours: client: this endpoint moves there once the path is valid
 * @preferred: server: its end is the preferred address; client: the peer's is
 * @moved: the peer's newest packets come from here
 * @heard: the peer's newest packets came from here while the validation ran,
 *	and none from an unknown address since
 * @narrow: the peer answered, but nothing proves that 1200 bytes pass
 * @joined: the peer uses it, too: not only for probes
 * @no_cid: nothing can be sent: the peer has not given an id for it yet
 * @spin_on: the spin bit means something here
 * @spin: spin bit of the packets that go out
 * @rounds: validations that failed one after the other
 * @n_challenge: challenges of the validation, the last ones are at @challenge
 * @n_response: entries of @response
 * @mtu_bytes: UDP payload that may be sent
 * @dcid: connection id of ours that the peer's newest packet here carried
 * @rx_bytes: received before validation
 * @tx_bytes: sent before validation
 * @rx_pn: largest 1-RTT packet number that came on it, or QUIC_PN_NONE
 * @repeat_ns: when the next PATH_CHALLENGE is due, or QUIC_TIME_NEVER
 * @until_ns: when the validation fails; or, without one, when the path is
 *	forgotten; or QUIC_TIME_NEVER
 * @interval_ns: from the last challenge to the next one
 * @challenge: data of our PATH_CHALLENGE frames
 * @challenge_ns: when each was sent
 * @full: bit per challenge: in a datagram of 1200 bytes, which proves the size
 * @response: data of PATH_RESPONSE frames that are owed
 * @pmtud: where @mtu_bytes comes from
 * @ecn: whether packets are marked
 */
struct quic_path {
	u8 id;
	u8 epoch;
	bool used:1;
	bool validated:1;
	bool checking:1;
	bool challenge_pending:1;
	bool ours:1;
	bool preferred:1;
	bool moved:1;
	bool heard:1;
	bool narrow:1;
	bool joined:1;
	bool no_cid:1;
	bool spin_on:1;
	bool spin;
	u8 rounds;
	u8 n_challenge;
	u8 n_response;
	u8 full;
	u32 mtu_bytes;
	struct quic_cid dcid;
	u64 rx_bytes;
	u64 tx_bytes;
	u64 rx_pn;
	u64 repeat_ns;
	u64 until_ns;
	u64 interval_ns;
	u64 challenge_ns[QUIC_PATH_CHALLENGES];
	u8 challenge[QUIC_PATH_CHALLENGES][QUIC_PATH_DATA_LEN];
	u8 response[QUIC_PATH_RESPONSES][QUIC_PATH_DATA_LEN];
	struct quic_pmtud pmtud;
	struct quic_ecn ecn;
};

/**
 * enum quic_path_answer - what a PATH_RESPONSE was worth
 * @QUIC_PATH_NO_ANSWER: it answers nothing that was asked on this path
 * @QUIC_PATH_ANSWERED: the peer's address is proven, the size is not
 * @QUIC_PATH_PROVEN: both are
 */
enum quic_path_answer {
	QUIC_PATH_NO_ANSWER,
	QUIC_PATH_ANSWERED,
	QUIC_PATH_PROVEN,
};

/**
 * quic_path_init() - a path from its beginning
 * @p: memory, of any content
 * @id: name, below QUIC_PATHS
 * @mtu: UDP payload bytes that it takes
 * @validated: the peer's address is proven
 *
 * Everything that belongs to one path alone starts anew here.
 */
void quic_path_init(struct quic_path *p, u8 id, u32 mtu, bool validated);

/* Bytes that may still be sent: RFC 9000 8, 8.1, three times what came. */
static inline u64 quic_path_room(const struct quic_path *p)
{
	if (p->validated)
		return U64_MAX;
	return 3 * p->rx_bytes > p->tx_bytes ? 3 * p->rx_bytes - p->tx_bytes : 0;
}

/* Has it frames of its own to send? */
static inline bool quic_path_owes(const struct quic_path *p)
{
	return p->challenge_pending || p->n_response;
}

/**
 * quic_path_check() - start to validate a path (RFC 9000 8.2.1)
 * @p: path; a validation that runs already starts again
 * @now: ns
 * @interval_ns: until the first repetition; they double
 * @give_up_ns: until the validation fails (RFC 9000 8.2.4: three PTO)
 */
void quic_path_check(struct quic_path *p, u64 now, u64 interval_ns,
		     u64 give_up_ns);

/**
 * quic_path_challenge() - data for the challenge that goes out now
 * @p: path with a challenge pending
 *
 * Return: 8 fresh random bytes, which an answer is compared with from now on.
 */
const u8 *quic_path_challenge(struct quic_path *p);

/**
 * quic_path_challenged() - the challenge is in a packet
 * @p: path
 * @full: the datagram has 1200 bytes
 * @now: ns
 */
void quic_path_challenged(struct quic_path *p, bool full, u64 now);

/* The next challenge is due? Then it is pending. */
void quic_path_repeat(struct quic_path *p, u64 now);

void quic_path_recv_challenge(struct quic_path *p, const u8 *data);

/**
 * quic_path_recv_response() - PATH_RESPONSE (RFC 9000 8.2.3)
 * @p: path that it may answer for, whichever it came on
 * @data: 8 bytes
 * @now: ns
 * @rtt_ns: how long the answer took, if it is one
 *
 * Notes what is proven by that; quic_path_checked() ends the validation.
 *
 * Return: see &enum quic_path_answer.
 */
enum quic_path_answer quic_path_recv_response(struct quic_path *p,
					      const u8 *data, u64 now,
					      u64 *rtt_ns);

/* No validation runs any more. */
void quic_path_checked(struct quic_path *p);

/**
 * quic_path_recv_spin() - latency spin bit (RFC 9000 17.4)
 * @p: path the packet came on
 * @pn: its number
 * @spin: its bit
 * @server: role of this endpoint
 */
static inline void quic_path_recv_spin(struct quic_path *p, u64 pn, bool spin,
				       bool server)
{
	/* RFC 9000 17.4: only a new highest number on this path counts */
	if (p->rx_pn != QUIC_PN_NONE && pn <= p->rx_pn)
		return;
	p->rx_pn = pn;
	if (p->spin_on)
		p->spin = server ? spin : !spin;
}

/**
 * quic_path_reset_spin() - another connection id is used (RFC 9000 17.4)
 * @p: path
 * @on: the administrator lets the bit be used
 *
 * One path in 16 does not use it, whatever the administrator says.
 */
void quic_path_reset_spin(struct quic_path *p, bool on);

#endif
