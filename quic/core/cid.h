/* SPDX-License-Identifier: GPL-2.0-only */
/* Connection ids, issued and received (RFC 9000 5.1). */
#ifndef _QUIC_CORE_CID_H
#define _QUIC_CORE_CID_H

#include "env.h"
#include "error.h"
#include "frame.h"
#include "header.h"

struct quic_conn;

#define QUIC_CIDS_MAX	9	/* of each side, at a time */
#define QUIC_CIDS_LIMIT	8	/* that the peer may give us */

enum quic_cid_state {
	QUIC_CID_FREE = 0,
	QUIC_CID_PENDING,	/* ours: to be announced; theirs: unused */
	QUIC_CID_ACTIVE,	/* ours: announced; theirs: unused or in use */
	QUIC_CID_RETIRED,	/* theirs: RETIRE_CONNECTION_ID is owed */
};

struct quic_cid_entry {
	struct quic_cid cid;
	u64 seq;
	u8 token[QUIC_RESET_TOKEN_LEN];
	u8 state;
	bool has_token;
	bool announced;		/* ours: the peer may know of it */
};

/**
 * struct quic_cids - both sides' connection ids
 * @local: that we issued: packets to us carry them
 * @remote: that the peer issued
 * @local_next: next sequence number of ours
 * @local_retire: Retire Prior To that we send: lower ones of ours are to go
 * @local_limit: how many the peer will hold, two less than the table:
 *	NEW_CONNECTION_ID frames that retire the others come before these are
 *	gone, and may have to serve two paths
 * @remote_cur: index in @remote of the one in use
 * @remote_alt: index of the one for quic_conn.path_alt; @remote_cur without
 *	such a path, or when it has to share
 * @remote_top: highest sequence number that the peer issued
 * @remote_seen: bit n: @remote_top - n was issued; older ones, too
 * @remote_retire: highest Retire Prior To received, or asked for here
 * @retire: sequence numbers owed in RETIRE_CONNECTION_ID frames
 * @n_retire: their count
 */
struct quic_cids {
	struct quic_cid_entry local[QUIC_CIDS_MAX];
	struct quic_cid_entry remote[QUIC_CIDS_MAX];
	u64 local_next;
	u64 remote_top;
	u64 remote_seen;
	u64 local_retire;
	u64 remote_retire;
	u8 remote_cur;
	u8 remote_alt;
	u8 local_limit;
	u8 n_retire;
	u64 retire[4 * QUIC_CIDS_MAX];
	u8 retired_local_n;
	struct quic_cid retired_local[QUIC_CIDS_MAX];
};

void quic_cids_init(struct quic_cids *ids);

/* ---- for the glue ------------------------------------------------------ */

/* How many more connection ids should be issued now? */
unsigned int quic_cid_wanted(const struct quic_conn *c);

/**
 * quic_cid_issue() - hand the core a fresh connection id of ours
 * @c: connection
 * @cid: unique within the demultiplexer, already inserted there
 * @token: stateless reset token, 16 bytes
 *
 * Return: 0, or -ENOSPC when no more are wanted.
 */
int quic_cid_issue(struct quic_conn *c, const struct quic_cid *cid,
		   const u8 *token);

/* Next of our ids that the peer retired: to leave the demultiplexer. */
bool quic_cid_retired(struct quic_conn *c, struct quic_cid *cid);

/* The id that packets to the peer carry. */
const struct quic_cid *quic_cid_remote(const struct quic_conn *c);

/*
 * Do the last 16 bytes of an undecryptable datagram say "reset"? Only the
 * tokens of ids in use count (RFC 9000 10.3.1).
 */
bool quic_cid_is_reset(const struct quic_conn *c, const u8 *token);

/**
 * quic_cid_retire_remote() - stop using the peer's lower connection ids
 * @c: connection, established
 * @prior: lowest sequence number that stays
 *
 * Return: 0; -EINVAL unless some are below @prior and one is not, and for ids
 * of no length; -EAGAIN during a migration, or while too many
 * RETIRE_CONNECTION_ID frames are on their way.
 */
int quic_cid_retire_remote(struct quic_conn *c, u64 prior);

/**
 * quic_cid_use_remote() - send to another of the peer's connection ids
 * @c: connection, established
 * @seq: its sequence number, above that of the one in use
 *
 * Return: 0; -EINVAL when there is no such id; -EAGAIN during a migration.
 */
int quic_cid_use_remote(struct quic_conn *c, u64 seq);

/**
 * quic_cid_retire_local() - have the peer stop using our lower ids
 * @c: connection, established
 * @prior: lowest sequence number that stays
 *
 * The ids are good until the peer retired them. QUIC_NEWS_CIDS asks for the
 * ones that replace them, which carry the request.
 *
 * Return: 0; -EINVAL as for quic_cid_retire_remote(); -EAGAIN while an
 * earlier request is not fulfilled (RFC 9000 5.1.2).
 */
int quic_cid_retire_local(struct quic_conn *c, u64 prior);

/* Lowest sequence number in use of @e, QUIC_CIDS_MAX entries; 0: none. */
u64 quic_cid_lowest(const struct quic_cid_entry *e);

/* ---- within the core --------------------------------------------------- */

enum quic_err quic_cid_recv_new(struct quic_conn *c,
				const struct quic_frame *f);
enum quic_err quic_cid_recv_retire(struct quic_conn *c, u64 seq,
				   const struct quic_cid *dcid);
struct quic_cid_entry *quic_cid_to_announce(struct quic_conn *c);
void quic_cid_announce_lost(struct quic_conn *c, u64 seq);
void quic_cid_retire_lost(struct quic_conn *c, u64 seq);

/*
 * An id of the peer for quic_conn.path_alt that no packet carried yet; false
 * when there is none. RFC 9000 5.1.1: one of no length serves every path.
 */
bool quic_cid_take_alt(struct quic_conn *c);

/* Ids of ours in the place of all that the peer has, used up or not. */
void quic_cid_renew(struct quic_conn *c);

/* quic_conn.path_alt is no more: its id is retired, unless it was shared. */
void quic_cid_leave_alt(struct quic_conn *c);

/*
 * Server: an id of ours to go with the preferred address (RFC 9000 5.1.1:
 * number 1), before the parameters are sent. Return: 0, or -EINVAL when it
 * comes too late.
 */
int quic_cid_issue_preferred(struct quic_conn *c, const struct quic_cid *cid,
			     const u8 *token);

/* The peer's that came with it. */
void quic_cid_add_preferred(struct quic_conn *c, const struct quic_cid *cid,
			    const u8 *token);

#endif
