/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One endpoint without network: packets are put in as frames, and what it
 * plans is taken apart into frames again.
 */
#ifndef _TESTS_UNIT_FIXTURE_H
#define _TESTS_UNIT_FIXTURE_H

#include "env_user.h"
#include "quic/core/conn.h"
#include "quic/core/frame.h"
#include "quic/core/send.h"

#define FIX_SEEN_MAX	512
#define FIX_T0		(1000 * QUIC_NSEC_PER_SEC)
#define MS		QUIC_NSEC_PER_MSEC

/* A frame of a planned packet; pointers are into fix.store. */
struct fix_seen {
	int space;
	u8 level;
	u64 pn;
	struct quic_frame f;
};

/**
 * struct fix - an endpoint
 * @c: the connection under test
 * @plan: last plan
 * @now: clock, ns
 * @pn: next number that the imagined peer uses, by space
 * @seen: frames that went out since fix_forget()
 * @n_seen: their count
 * @n_pkts: packets committed since then, and @n_dgrams, @max_dgram bytes
 * @store: packets laid out one after the other; @stored bytes
 * @rx_gen: key generation that the imagined peer seals with
 */
struct fix {
	struct quic_conn c;
	struct quic_plan plan;
	u64 now;
	u64 pn[QUIC_SPACES];
	u32 rx_gen;
	struct fix_seen seen[FIX_SEEN_MAX];
	unsigned int n_seen;
	unsigned int n_pkts;
	unsigned int n_dgrams;
	unsigned int max_dgram;
	unsigned int min_dgram;
	u8 *store;
	size_t stored;
};

/* Transport parameters that leave some room for everything. */
void fix_params(struct quic_tparams *tp);

/* A connection at its very start. @local: NULL: fix_params() */
int fix_start(struct fix *f, bool server, const struct quic_tparams *local);

/* The peer's side of the parameters, as if the handshake had brought them. */
enum quic_err fix_remote(struct fix *f, const struct quic_tparams *remote);

/* Through the handshake: confirmed, nothing in flight, nothing owed. */
void fix_establish(struct fix *f, const struct quic_tparams *remote);

/* All of it. Either may be NULL: fix_params(). */
void fix_open(struct fix *f, bool server, const struct quic_tparams *local,
	      const struct quic_tparams *remote);
void fix_free(struct fix *f);

/* Bytes of one packet from the peer. */
enum quic_err fix_recv(struct fix *f, int space, const void *p, size_t len);
/* Of any type: enum quic_pkt_type. */
enum quic_err fix_recv_type(struct fix *f, u8 type, u64 pn, const void *p,
			    size_t len);
enum quic_err fix_recv_pn(struct fix *f, int space, u64 pn, const void *p,
			  size_t len);
/* One frame from the peer, in a packet of its own. */
enum quic_err fix_frame(struct fix *f, int space, const struct quic_frame *fr);
/* The same in the 1-RTT space, by type. */
enum quic_err fix_limit(struct fix *f, u64 type, u64 id, u64 max);
enum quic_err fix_stream(struct fix *f, u64 id, u64 off, u64 len, bool fin);
enum quic_err fix_reset(struct fix *f, u64 id, u64 err, u64 size);
enum quic_err fix_stop(struct fix *f, u64 id, u64 err);
enum quic_err fix_ping(struct fix *f, int space);
enum quic_err fix_crypto(struct fix *f, int space, u64 off, u64 len);
/* An ACK of [lo, hi]. */
enum quic_err fix_ack(struct fix *f, int space, u64 lo, u64 hi);
/* Acknowledge all that went out in the space. */
void fix_ack_all(struct fix *f, int space);

/* What the application writes at an offset of a stream. */
u8 fix_byte(u64 id, u64 off);
/* Plaintext of a planned packet, header first; valid until fix_forget(). */
u8 *fix_lay_out(struct fix *f, const struct quic_plan_pkt *pkt);

/* Plan one burst. Return: packets or -ENOMEM. */
int fix_plan(struct fix *f, unsigned int max_dgrams);
/* Commit @n packets of it, and note their frames. */
void fix_commit(struct fix *f, unsigned int n);
/* Plan and commit till nothing is due. Return: packets. */
unsigned int fix_send(struct fix *f);
/* Start counting anew. */
void fix_forget(struct fix *f);
/* Frames of a type seen; STREAM with any flags. */
unsigned int fix_count(const struct fix *f, u64 type);
/* The @i-th of them, or NULL. */
const struct fix_seen *fix_nth(const struct fix *f, u64 type, unsigned int i);
/* Stream bytes that went out, all streams. */
u64 fix_stream_bytes(const struct fix *f);

/* Open a stream and write @len bytes. */
struct quic_stream *fix_write(struct fix *f, bool uni, u64 len, bool fin);

#endif
