/* SPDX-License-Identifier: GPL-2.0-only */
/* Streams: both halves' states, offsets and limits (RFC 9000 2-4). */
#ifndef _QUIC_CORE_STREAM_H
#define _QUIC_CORE_STREAM_H

#include "env.h"
#include "error.h"
#include "ranges.h"
#include "reasm.h"

struct quic_conn;
struct quic_frame;

#define QUIC_STREAM_ID_SERVER	0x1	/* initiated by the server */
#define QUIC_STREAM_ID_UNI	0x2
#define QUIC_STREAM_ID_TYPE	0x3

/* Numbered as the socket ABI numbers them. */
enum quic_send_state {
	QUIC_SEND_READY = 0,
	QUIC_SEND_SEND = 1,
	QUIC_SEND_SENT = 2,		/* all bytes and FIN went out once */
	QUIC_SEND_RECVD = 3,		/* and were acknowledged */
	QUIC_SEND_RESET_SENT = 4,
	QUIC_SEND_RESET_RECVD = 5,
};

enum quic_recv_state {
	QUIC_RECV_RECV = 6,
	QUIC_RECV_SIZE_KNOWN = 7,
	QUIC_RECV_RECVD = 8,		/* every byte is here */
	QUIC_RECV_READ = 9,
	QUIC_RECV_RESET_RECVD = 10,
	QUIC_RECV_RESET_READ = 11,
};

/* Control frames that a stream owes the peer: quic_stream.pending */
#define QUIC_STREAM_PEND_RESET		0x01
#define QUIC_STREAM_PEND_STOP		0x02
#define QUIC_STREAM_PEND_MAX_DATA	0x04
#define QUIC_STREAM_PEND_BLOCKED	0x08

/**
 * struct quic_stream - one stream
 * @hnext: chain in quic_streams.hash
 * @sendq: in quic_streams.sendq while it has data (or FIN) to send
 * @ctlq: in quic_streams.ctlq while @pending is not 0
 * @readq: in quic_streams.readq while the reader has something to fetch
 * @ackq: in quic_streams.ackq when @tx_una moved since the glue looked;
 *	in quic_streams.dead once the stream is over and out of the hash
 * @id: RFC 9000 2.1
 * @priv: the glue's: where the bytes to send are
 * @tx_end: bytes written by the application
 * @tx_next: first byte that is not out and not in @tx_lost
 * @tx_high: end of the highest byte that ever went out
 * @tx_una: first byte not acknowledged
 * @tx_max: limit that the peer granted
 * @tx_acked: acknowledged above @tx_una
 * @tx_lost: to be sent again
 * @tx_err: code of RESET_STREAM
 * @rx: received bytes
 * @rx_highest: end of the highest byte received
 * @rx_max: limit that we granted
 * @rx_window: how far ahead of the reader the limit runs
 * @rx_granted_ns: when @rx_max was last raised; 0: never
 * @rx_final: final size, U64_MAX until known
 * @rx_err: code of the peer's RESET_STREAM
 * @stop_err: code of our STOP_SENDING
 * @tx_blocked_at: limit at which we said STREAM_DATA_BLOCKED; U64_MAX: never
 * @pending: QUIC_STREAM_PEND_*
 * @send_state: enum quic_send_state
 * @recv_state: enum quic_recv_state
 * @fin: the application closed the send side at @tx_end
 * @fin_sent: FIN went out and is not lost
 * @fin_acked: FIN was acknowledged
 * @stop_sent: STOP_SENDING was asked for
 * @fin_read: the reader was told of the end (FIN or reset)
 * @has_send: this endpoint may send
 * @has_recv: this endpoint may receive
 * @user_ref: the glue holds a pointer: do not bury
 */
struct quic_stream {
	struct quic_stream *hnext;
	struct list_head sendq;
	struct list_head ctlq;
	struct list_head readq;
	struct list_head ackq;
	u64 id;
	void *priv;

	u64 tx_end;
	u64 tx_next;
	u64 tx_high;
	u64 tx_una;
	u64 tx_max;
	struct quic_ranges tx_acked;
	struct quic_ranges tx_lost;
	u64 tx_err;
	u64 tx_blocked_at;

	struct quic_reasm rx;
	u64 rx_highest;
	u64 rx_max;
	u64 rx_window;
	u64 rx_granted_ns;
	u64 rx_final;
	u64 rx_err;
	u64 stop_err;

	u32 user_ref;
	u8 pending;
	u8 send_state;
	u8 recv_state;
	bool fin:1;
	bool fin_sent:1;
	bool fin_acked:1;
	bool stop_sent:1;
	bool fin_read:1;
	bool has_send:1;
	bool has_recv:1;
};

/**
 * struct quic_streams - a connection's streams
 * @hash: by id; @hash_bits of them
 * @sendq: round robin of streams with data to send
 * @ctlq: streams that owe a control frame
 * @readq: streams with something to read, first come first served
 * @ackq: streams whose @tx_una moved; emptied by quic_streams_acked()
 * @dead: streams to be reaped by the glue
 * @next: next id of each type that we open, by QUIC_STREAM_ID_UNI ? 1 : 0
 * @opened_peer: number of streams the peer opened, bidi and uni
 * @max_local: how many the peer lets us open
 * @max_peer: how many we let the peer open
 * @over_peer: streams of the peer that are over and not in @max_peer yet
 * @limit_peer: how many the peer may have open at a time
 * @blocked_at: limit at which we said STREAMS_BLOCKED; U64_MAX: never
 */
struct quic_streams {
	struct quic_stream **hash;
	u32 hash_bits;
	u32 count;
	struct list_head sendq;
	struct list_head ctlq;
	struct list_head readq;
	struct list_head ackq;
	struct list_head dead;
	u64 next[2];
	u64 opened_peer[2];
	u64 max_local[2];
	u64 max_peer[2];
	u64 over_peer[2];
	u32 limit_peer[2];
	u64 blocked_at[2];
};

static inline bool quic_stream_id_uni(u64 id)
{
	return id & QUIC_STREAM_ID_UNI;
}

/* ---- for the glue ------------------------------------------------------ */

/* Look a stream up. Return: the stream or NULL. */
struct quic_stream *quic_stream_find(struct quic_conn *c, u64 id);

/**
 * quic_stream_open() - open the next stream of a type, or a given one
 * @c: connection, established (or 0-RTT)
 * @id: id that is ours to open; every lower one of its type is opened too;
 *	or -1 for the next
 * @uni: type when @id is -1
 * @gfp: for the streams
 * @sp: the stream
 *
 * Return: 0; -EAGAIN at the peer's limit (STREAMS_BLOCKED is queued);
 * -EINVAL for an id that is not ours to open, or thousands ahead of the last
 * one; -ENOSTR when it existed and is gone; -ENOMEM.
 */
int quic_stream_open(struct quic_conn *c, s64 id, bool uni, gfp_t gfp,
		     struct quic_stream **sp);

/* Id that the next quic_stream_open() of the type will use. */
u64 quic_stream_next_id(const struct quic_conn *c, bool uni);

/* Was an id of this number ever opened, by either side? */
bool quic_stream_existed(const struct quic_conn *c, u64 id);

/**
 * quic_stream_write() - the application appended bytes
 * @c: connection
 * @s: stream; send_state READY or SEND and no FIN yet
 * @len: bytes that the glue stored at offset @s->tx_end
 * @fin: they are the last
 */
void quic_stream_write(struct quic_conn *c, struct quic_stream *s, u64 len,
		       bool fin);

/* Bytes that flow control (stream and connection) would let out at once. */
u64 quic_stream_credit(const struct quic_conn *c, const struct quic_stream *s);

/* May the application still write? */
static inline bool quic_stream_writable(const struct quic_stream *s)
{
	return s->has_send && !s->fin && s->send_state <= QUIC_SEND_SEND;
}

/**
 * quic_stream_reset() - abandon sending (RFC 9000 3.1)
 * @c: connection
 * @s: stream
 * @err: application's code, 0..2^62-1
 *
 * Return: 0, or -EINVAL once the send side is acknowledged or reset.
 */
int quic_stream_reset(struct quic_conn *c, struct quic_stream *s, u64 err);

/**
 * quic_stream_stop() - ask the peer to stop sending (RFC 9000 3.5)
 * @c: connection
 * @s: stream
 * @err: application's code, 0..2^62-1
 *
 * Return: 0; -EAGAIN when it was asked already; -EINVAL when nothing more
 * can come.
 */
int quic_stream_stop(struct quic_conn *c, struct quic_stream *s, u64 err);

/* First stream with something to read, or NULL. */
struct quic_stream *quic_stream_readable(struct quic_conn *c);

/* Is the end (FIN) what comes next, after @ahead more bytes? */
static inline bool quic_stream_at_fin(const struct quic_stream *s, u64 ahead)
{
	return s->rx.next + ahead == s->rx_final &&
	       s->recv_state < QUIC_RECV_RESET_RECVD;
}

/**
 * quic_stream_read() - the application took bytes from the front
 * @c: connection; flow control windows move
 * @s: stream; bytes come from quic_reasm_peek(&s->rx, ...)
 * @len: bytes taken, may be 0
 * @end: the reader was told of FIN or of the reset
 *
 * Takes the stream off the read queue when nothing is left. May bury the
 * stream: do not touch @s afterwards unless user_ref is held.
 */
void quic_stream_read(struct quic_conn *c, struct quic_stream *s, u64 len,
		      bool end);

/* Is either half still of use? After user_ref drops, lets it be buried. */
void quic_stream_unref(struct quic_conn *c, struct quic_stream *s);

/* Next stream with bytes to release (below quic_stream_released), or NULL. */
struct quic_stream *quic_streams_acked(struct quic_conn *c);

/* Offset below which the bytes to send are not needed any more. */
static inline u64 quic_stream_released(const struct quic_stream *s)
{
	return s->send_state >= QUIC_SEND_RESET_SENT ? U64_MAX : s->tx_una;
}

/* The connection ends: every stream goes to quic_streams_reap(). */
void quic_streams_kill(struct quic_conn *c);

/* Next stream that is over; the glue frees its priv, then calls free. */
struct quic_stream *quic_streams_reap(struct quic_conn *c);
void quic_stream_free(struct quic_stream *s);

/* ---- within the core --------------------------------------------------- */

int quic_streams_init(struct quic_conn *c, gfp_t gfp);
void quic_streams_free(struct quic_conn *c);
/* Is it time to let the peer open more? Then MAX_STREAMS is pending. */
void quic_streams_maybe_grant(struct quic_conn *c, bool uni);
/* MAX_STREAMS is built. Return: its value (RFC 9000 4.6). */
u64 quic_streams_grant_peer(struct quic_conn *c, bool uni);
/* Apply what the peer's (or remembered) transport parameters grant. */
void quic_streams_grant(struct quic_conn *c);

/* Stream of a received frame; creates what the peer may open. */
enum quic_err quic_stream_recv_get(struct quic_conn *c, u64 id, bool for_recv,
				   gfp_t gfp, struct quic_stream **sp);
enum quic_err quic_stream_recv_data(struct quic_conn *c,
				    const struct quic_frame *f,
				    struct quic_buf *buf, gfp_t gfp);
enum quic_err quic_stream_recv_reset(struct quic_conn *c,
				     const struct quic_frame *f, gfp_t gfp);
enum quic_err quic_stream_recv_stop(struct quic_conn *c,
				    const struct quic_frame *f, gfp_t gfp);
enum quic_err quic_stream_recv_max_data(struct quic_conn *c,
					const struct quic_frame *f, gfp_t gfp);
enum quic_err quic_stream_recv_blocked(struct quic_conn *c,
				       const struct quic_frame *f, gfp_t gfp);
void quic_stream_recv_max_streams(struct quic_conn *c, bool uni, u64 max,
				  gfp_t gfp);

void quic_stream_acked(struct quic_conn *c, u64 id, u64 off, u32 len,
		       bool fin, gfp_t gfp);
void quic_stream_lost(struct quic_conn *c, u64 id, u64 off, u32 len, bool fin,
		      gfp_t gfp);
void quic_stream_pend(struct quic_conn *c, struct quic_stream *s, u8 what);
void quic_stream_requeue(struct quic_conn *c, struct quic_stream *s);
void quic_stream_reset_acked(struct quic_conn *c, u64 id, gfp_t gfp);
struct quic_stream *quic_stream_create(struct quic_conn *c, u64 id, gfp_t gfp);
void quic_stream_bury(struct quic_conn *c, struct quic_stream *s);

#endif
