/* SPDX-License-Identifier: GPL-2.0-only */
/* One endpoint: the core with a toy cipher and a toy handshake around it. */
#ifndef _TESTS_SIM_PEER_H
#define _TESTS_SIM_PEER_H

#include "net.h"
#include "quic/core/conn.h"
#include "quic/core/send.h"
#include "roam.h"

#define SIM_STREAMS	128
#define SIM_PARAMS_MAX	512

/* How a connection begins. */
enum sim_start {
	SIM_START_PLAIN,
	SIM_START_RETRY,	/* the server sends a Retry */
	SIM_START_MOVE,		/* the server moves to version 2 */
	SIM_START_RETRY_MOVE,
	SIM_START_OFFER,	/* the client begins with 2, the server has 1 */
	SIM_STARTS,
};

/* What one side wants to send on one stream, and what it got. */
struct sim_flow {
	u64 id;
	u64 size;
	u64 written;
	u64 got;
	bool used;
	bool opened;
	bool reset;		/* we reset it on the way */
	bool ended;		/* the reader saw FIN */
	bool ended_by_reset;
	bool stopped;		/* the reader asked for no more */
};

/* Datagrams: sent with a number, each is seen once at most. */
#define SIM_DGRAMS	64

/* What becomes of a client's 0-RTT data. */
enum sim_early {
	SIM_EARLY_NONE,
	SIM_EARLY_ACCEPTED,
	SIM_EARLY_REJECTED,
	SIM_EARLY_SILENT,	/* rejected, but nobody says so */
};

/* Both addresses of a path. */
struct sim_ends {
	u16 local;
	u16 remote;
};

struct sim_peer {
	struct quic_conn c;
	struct sim_ends ends[QUIC_PATHS];
	struct sim_roam *roam;
	u64 now;
	u8 at_path;		/* of the datagram in work */
	u16 traced;		/* the other end of the packet in work */
	bool preferred;		/* client: tried the preferred address */
	bool prefers;		/* server: has one */
	struct sim_net *net;
	struct sim_rng rng;
	struct sim_peer *other;
	int index;
	bool live;
	const char *bad;	/* first thing that went wrong */
	/* toy handshake */
	u32 hs_got[QUIC_SPACES];
	bool hs_started;
	enum sim_early early;	/* the client's */
	/* before it */
	enum sim_start start;
	bool admitted;		/* server: the client is believed */
	struct quic_conn_cfg cfg;
	struct quic_tparams params;
	/* transfer: what this side sends, and reads of the other's */
	struct sim_flow tx[SIM_STREAMS];
	struct sim_flow rx[SIM_STREAMS];
	unsigned int n_tx;
	unsigned int updates;
	unsigned int n_dgrams;		/* to send */
	unsigned int dgrams_sent;
	u64 dgrams_seen;		/* of the other's, by number */
	bool slow_reader;
	bool close_when_done;
	struct quic_plan plan;
};

/* Print every packet to stderr. */
extern bool sim_trace;

int sim_peer_init(struct sim_peer *p, int index, struct sim_net *net,
		  struct sim_peer *other, enum sim_start start, u64 seed,
		  u64 now);
void sim_peer_free(struct sim_peer *p);
void sim_peer_recv(struct sim_peer *p, const struct sim_dgram *d, u64 now);
/* Application, timers and sending. */
void sim_peer_run(struct sim_peer *p, u64 now);
bool sim_peer_done(const struct sim_peer *p);
/* Does it speak the version that it should? */
bool sim_peer_version_ok(const struct sim_peer *p);

#endif
