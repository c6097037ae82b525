/* SPDX-License-Identifier: GPL-2.0-only */
/* A connection: states, deadlines, and what changed. */
#ifndef _QUIC_CORE_CONN_H
#define _QUIC_CORE_CONN_H

#include "cc.h"
#include "clear.h"
#include "cid.h"
#include "dgram.h"
#include "early.h"
#include "env.h"
#include "error.h"
#include "event.h"
#include "flow.h"
#include "header.h"
#include "idle.h"
#include "keys.h"
#include "nagle.h"
#include "migration.h"
#include "path.h"
#include "pnspace.h"
#include "reasm.h"
#include "recovery.h"
#include "sent.h"
#include "stream.h"
#include "tparam.h"
#include "version.h"

/**
 * enum quic_conn_state - RFC 9000 10
 * @QUIC_CONN_INIT: nothing was sent or received
 * @QUIC_CONN_HANDSHAKE: the TLS handshake runs
 * @QUIC_CONN_ESTABLISHED: 1-RTT keys of both directions are there
 * @QUIC_CONN_CLOSING: we closed; CONNECTION_CLOSE answers what comes
 * @QUIC_CONN_DRAINING: the peer closed; silent
 * @QUIC_CONN_CLOSED: nothing is left but what can be read
 */
enum quic_conn_state {
	QUIC_CONN_INIT,
	QUIC_CONN_HANDSHAKE,
	QUIC_CONN_ESTABLISHED,
	QUIC_CONN_CLOSING,
	QUIC_CONN_DRAINING,
	QUIC_CONN_CLOSED,
};

/* Packet number spaces (RFC 9000 12.3). */
enum quic_space_id {
	QUIC_SPACE_INITIAL,
	QUIC_SPACE_HANDSHAKE,
	QUIC_SPACE_APP,
	QUIC_SPACES,
};

/* quic_conn.news: what the glue has to look after; it clears what it took. */
#define QUIC_NEWS_CRYPTO	0x0001	/* handshake bytes to read */
#define QUIC_NEWS_ESTABLISHED	0x0002
#define QUIC_NEWS_CONFIRMED	0x0004	/* handshake confirmed */
#define QUIC_NEWS_CLOSED	0x0008	/* state went to closing or beyond */
#define QUIC_NEWS_KEY_UPDATE	0x0010	/* generation moved: prepare the next */
#define QUIC_NEWS_CIDS		0x0020	/* issue some, or some were retired */
#define QUIC_NEWS_TX_ACKED	0x0040	/* quic_streams_acked() has some */
#define QUIC_NEWS_READABLE	0x0080	/* quic_stream_readable() changed */
#define QUIC_NEWS_WRITABLE	0x0100	/* peer granted credit or streams */
#define QUIC_NEWS_DEAD		0x0200	/* quic_streams_reap() has some */
#define QUIC_NEWS_TOKEN		0x0400	/* NEW_TOKEN received, see token */
#define QUIC_NEWS_KEYS_DROPPED	0x0800	/* discard Initial/Handshake keys */
#define QUIC_NEWS_EVENT		0x1000	/* quic_events_peek() has some */
#define QUIC_NEWS_REMOTE_CID	0x2000	/* packets go to another id now */
#define QUIC_NEWS_DGRAM		0x4000	/* a datagram came, or was dropped */
#define QUIC_NEWS_DGRAM_SENT	0x8000	/* room for datagrams to send */
#define QUIC_NEWS_PATHS		0x10000	/* path or path_alt is another one */
#define QUIC_NEWS_MIGRATED	0x20000	/* to path; see migrated_locally */
#define QUIC_NEWS_KEYS_OLD	0x40000	/* wipe keys before the generation */

/* Conn-level control frames that are owed: quic_conn.pending */
#define QUIC_PEND_PING			0x0001
#define QUIC_PEND_HANDSHAKE_DONE	0x0002
#define QUIC_PEND_MAX_DATA		0x0004
#define QUIC_PEND_MAX_STREAMS_BIDI	0x0008
#define QUIC_PEND_MAX_STREAMS_UNI	0x0010
#define QUIC_PEND_DATA_BLOCKED		0x0020
#define QUIC_PEND_STREAMS_BLOCKED_BIDI	0x0040
#define QUIC_PEND_STREAMS_BLOCKED_UNI	0x0080
#define QUIC_PEND_CLOSE			0x0100
#define QUIC_PEND_NEW_TOKEN		0x0200

#define QUIC_NEW_TOKEN_MAX_LEN	512
/* leaves room for CRYPTO data in a datagram of 1200 bytes */
#define QUIC_RETRY_TOKEN_MAX_LEN	960
#define QUIC_CLOSE_REASON_LEN	64
/* CRYPTO bytes ahead of what was read, per level (RFC 9000 7.5: >= 4096) */
#define QUIC_CRYPTO_BUFFER_BYTES	65536

/**
 * struct quic_crypto_stream - CRYPTO data of one level
 * @rx: received
 * @tx: bytes to send from offset 0; kept until the level's keys go
 * @tx_len: bytes at @tx
 * @tx_cap: room at @tx
 * @tx_next: first byte that never went out
 * @tx_lost: to be sent again
 */
struct quic_crypto_stream {
	struct quic_reasm rx;
	u8 *tx;
	u32 tx_len;
	u32 tx_cap;
	u32 tx_next;
	struct quic_ranges tx_lost;
};

/**
 * struct quic_space - everything per packet number space
 * @rx: receive side
 * @sent: ledger
 * @loss: loss detection
 * @crypto: CRYPTO stream
 * @can_send: keys are there; @can_recv likewise, and TLS reads this level
 * @discarded: keys are gone for good
 */
struct quic_space {
	struct quic_pnspace rx;
	struct quic_sent_ring sent;
	struct quic_loss loss;
	struct quic_crypto_stream crypto;
	bool can_send;
	bool can_recv;
	bool discarded;
};

/**
 * struct quic_close - why the connection ended
 * @err: code: transport's (enum quic_err) or application's
 * @frame_type: that caused it; 0 unknown
 * @reason: text, not terminated
 * @reason_len: bytes
 * @app: the application's code space (frame 0x1d)
 * @local: this endpoint closed
 * @timeout: idle timeout: nothing was said to the peer
 * @reset: stateless reset
 * @set: valid
 */
struct quic_close {
	u64 err;
	u64 frame_type;
	u8 reason[QUIC_CLOSE_REASON_LEN];
	u8 reason_len;
	bool app;
	bool local;
	bool timeout;
	bool reset;
	bool set;
};

/**
 * struct quic_conn_stats - counters, never reset
 */
struct quic_conn_stats {
	u64 tx_pkts, tx_bytes;
	u64 rx_pkts, rx_bytes;
	u64 lost_pkts;
	u64 retrans_frames, retrans_bytes;
	u64 dup_pkts;
	u64 acks_sent, acks_rcvd;
	u64 ptos;
	u64 persistent_congestion;
	u64 burnt_pns;
	u64 mtu_probes, mtu_black_holes;
	u64 ce_acked, ecn_failures;
};

/**
 * struct quic_conn - a connection; every field is under the owner's lock
 * @owner: the glue's
 * @server: role
 * @state: enum quic_conn_state
 * @version: QUIC_V1 or QUIC_V2, the one that is spoken now
 * @ver: how it came to be
 * @app_tag_len: bytes of the tag of a 1-RTT packet: QUIC_TAG_LEN, or 0 when
 *	these are not protected; DOC: 1-RTT packets in clear
 * @news: QUIC_NEWS_*
 * @pending: QUIC_PEND_*
 * @local: our transport parameters
 * @remote: the peer's; until @has_remote the defaults, or what a client
 *	remembers (quic_early_remember())
 * @odcid: destination connection id of the client's first Initial
 * @retry_scid: source connection id of the Retry, if there was one: the
 *	client's later Initials go to it
 * @retried: there was one
 * @token: client: to go into Initial packets
 * @token_len: bytes
 * @new_token: client: last NEW_TOKEN received; server: to be sent and not yet
 *	acknowledged
 * @new_token_len: bytes
 * @idle_ns: effective idle timeout; 0: none
 * @idle_from_ns: when the idle timer was last restarted
 * @idle_reset_on_send: the next ack-eliciting packet restarts it
 * @keepalive_ns: silence after which a PING goes out; 0: none ever
 * @starved: stream data is refused for want of memory, until some is read
 * @pinged_ns: when the last of these was due
 * @send_idle: the last plan ended for lack of data, not of window or time
 * @acks_only: packets in a row that carried nothing to acknowledge
 * @last_ack_ns: when an ACK last brought something new
 * @close_until_ns: end of closing or draining
 * @pto_count: backoff exponent
 * @confirmed: RFC 9001 4.1.2
 * @app_rx_keys: the keys that open 1-RTT packets are there; they are used
 *	when the handshake is complete (RFC 9001 5.7)
 * @peer_validated_us: the peer has validated our address (RFC 9002 6.2.2.1)
 * @mem_rx: bytes of memory that received, unread stream data holds
 * @plpmtud: search for the path's MTU instead of believing the route
 * @plpmtud_ns: how long after a search larger sizes are tried again; 0: never
 * @path: the active path
 * @path_alt: the other one, if it is used; DOC: Paths of a connection
 * @cc: congestion control of @path, and @cc_alt of @path_alt
 * @rtt: round-trip time of @path, and @rtt_alt of @path_alt
 * @initial_rtt_ns: of a path that has no sample yet; 0: the default
 * @path_epoch: last &quic_path.epoch given
 * @path_added: QUIC_NEWS_PATHS: id of the path last made for QUIC_PATH_NEW
 * @migrated_locally: QUIC_NEWS_MIGRATED: by this endpoint
 * @spin: the administrator lets the spin bit be used
 */
struct quic_conn {
	void *owner;
	bool server;
	u8 state;
	u32 version;
	struct quic_version ver;
	u8 app_tag_len;
	u32 news;
	u32 pending;

	struct quic_space space[QUIC_SPACES];
	struct quic_rtt rtt;
	struct quic_cc cc;
	struct quic_path path;
	struct quic_path path_alt;
	struct quic_cc cc_alt;
	struct quic_rtt rtt_alt;
	u64 initial_rtt_ns;
	u8 path_epoch;
	u8 path_added;
	bool migrated_locally;
	bool spin;
	struct quic_flow flow;
	struct quic_streams streams;
	struct quic_dgrams dgrams;
	struct quic_nagle nagle;
	struct quic_cids cids;
	struct quic_keys keys;
	struct quic_early early;
	struct quic_events events;

	struct quic_tparams local;
	struct quic_tparams remote;
	bool has_remote;
	bool confirmed;
	bool app_rx_keys;
	bool peer_validated_us;
	bool idle_reset_on_send;
	bool retried;
	bool send_idle;
	bool starved;
	struct quic_cid odcid;
	struct quic_cid retry_scid;
	struct quic_cid initial_rscid;	/* peer's first source connection id */
	bool has_initial_rscid;
	u8 *token;
	u32 token_len;
	u8 *new_token;
	u32 new_token_len;
	u64 idle_ns;
	u64 idle_from_ns;
	u64 keepalive_ns;
	u64 pinged_ns;
	u64 close_until_ns;
	u32 close_rx_pkts;
	u32 pto_count;
	u32 acks_only;
	u64 last_ack_ns;
	u64 mem_rx;
	bool plpmtud;
	u64 plpmtud_ns;
	struct quic_close close;
	struct quic_conn_stats stats;
};

/**
 * struct quic_conn_cfg - how to start a connection
 * @owner: the glue's pointer
 * @server: role
 * @version: QUIC_V1 or QUIC_V2
 * @prefer_version: server: to move to if the client can; 0: its choice
 * @only_version: no other version than @version
 * @odcid: destination connection id of the client's first Initial (a client
 *	made it up at random, 8..20 bytes)
 * @scid: our first connection id, already in the demultiplexer
 * @dcid: server: the client's source connection id
 * @retry_scid: server: source connection id of the Retry that the client
 *	answered
 * @reset_token: server: stateless reset token of @scid; NULL: none
 * @token: client: token for the Initial packets, or NULL
 * @token_len: bytes
 * @local: our transport parameters, without connection ids: they are filled in
 * @mtu: UDP payload bytes the path takes, >= 1200
 * @addr_validated: server: a token proved the client's address
 * @plpmtud: search for the path's MTU
 * @plpmtud_ns: how long after a search larger sizes are tried again; 0: never
 * @keepalive_ns: silence after which a PING goes out; 0: none ever
 * @ecn: mark packets ECT(0) as long as the path takes it
 * @skip_pns: skip packet numbers at random (RFC 9000 21.4)
 * @retried: server: it was a Retry's
 * @initial_rtt_ns: 0: RFC 9002's 333 ms
 * @spin: the spin bit may be used (RFC 9000 17.4)
 * @rx_window_max: that receive windows may grow to, bytes; less than they
 *	begin with: they do not
 * @nagle: hold short tails of stream data back
 * @cc: congestion control; NULL: NewReno
 * @now: ns
 */
struct quic_conn_cfg {
	void *owner;
	bool server;
	bool addr_validated;
	bool nagle;
	bool plpmtud;
	bool ecn;
	bool skip_pns;
	bool spin;
	bool retried;
	bool only_version;
	u32 version;
	u32 prefer_version;
	u32 token_len;
	u32 mtu;
	const u8 *token;
	const u8 *reset_token;
	struct quic_cid odcid;
	struct quic_cid scid;
	struct quic_cid dcid;
	struct quic_cid retry_scid;
	const struct quic_tparams *local;
	const struct quic_cc_ops *cc;
	u64 rx_window_max;
	u64 initial_rtt_ns;
	u64 plpmtud_ns;
	u64 keepalive_ns;
	u64 now;
};

/**
 * quic_conn_init() - start a connection
 * @c: memory, of any content
 * @cfg: see above
 * @gfp: for tables
 *
 * Return: 0 or -ENOMEM (nothing to free).
 */
int quic_conn_init(struct quic_conn *c, const struct quic_conn_cfg *cfg,
		   gfp_t gfp);

/* Free what the connection holds. Streams go to quic_streams_reap() first. */
void quic_conn_free(struct quic_conn *c);

/* ---- handshake --------------------------------------------------------- */

/* Are 1-RTT packets without protection? (core/clear.h) */
static inline bool quic_conn_clear(const struct quic_conn *c)
{
	return !c->app_tag_len;
}

/* Payload for TLS extension 0x39. Return: bytes written or -ENOSPC. */
int quic_conn_local_params(struct quic_conn *c, u8 *buf, size_t len);

/**
 * quic_conn_remote_params() - the peer's TLS extension 0x39
 * @c: connection, before ESTABLISHED
 * @data: payload
 * @len: bytes
 *
 * Checks the connection ids too (RFC 9000 7.3).
 *
 * Return: QUIC_ERR_NONE or the code that the connection must close with.
 */
enum quic_err quic_conn_remote_params(struct quic_conn *c, const u8 *data,
				      size_t len);

/**
 * quic_conn_keys() - keys of a level and direction are installed
 * @c: connection
 * @level: QUIC_LVL_INITIAL (implied by quic_conn_init), HANDSHAKE or APP;
 *	for EARLY see quic_early_keys()
 * @send: direction
 * @now: ns
 *
 * Both APP directions and the peer's parameters make it ESTABLISHED: only then
 * 1-RTT packets are opened (RFC 9001 5.7).
 *
 * Return: QUIC_ERR_NONE or the code that the connection must close with: TLS
 * went on although handshake bytes of the level before wait for it.
 */
enum quic_err quic_conn_keys(struct quic_conn *c, enum quic_level level,
			     bool send, u64 now);

/* Queue handshake bytes. Return: 0, -ENOMEM, -EPIPE when keys are gone. */
int quic_conn_crypto_write(struct quic_conn *c, enum quic_level level,
			   const u8 *data, u32 len, gfp_t gfp);

/* Level with handshake bytes to read, lowest first, or -EAGAIN. */
int quic_conn_crypto_readable(const struct quic_conn *c);

static inline enum quic_space_id quic_level_space(enum quic_level level)
{
	switch (level) {
	case QUIC_LVL_INITIAL:
		return QUIC_SPACE_INITIAL;
	case QUIC_LVL_HANDSHAKE:
		return QUIC_SPACE_HANDSHAKE;
	default:
		return QUIC_SPACE_APP;
	}
}

/* Level of a packet's keys. Return: false for types that have none. */
static inline bool quic_pkt_level(u8 type, enum quic_level *level)
{
	switch (type) {
	case QUIC_PKT_INITIAL:
		*level = QUIC_LVL_INITIAL;
		return true;
	case QUIC_PKT_0RTT:
		*level = QUIC_LVL_EARLY;
		return true;
	case QUIC_PKT_HANDSHAKE:
		*level = QUIC_LVL_HANDSHAKE;
		return true;
	case QUIC_PKT_SHORT:
		*level = QUIC_LVL_APP;
		return true;
	default:
		return false;
	}
}

static inline struct quic_reasm *quic_conn_crypto_rx(struct quic_conn *c,
						     enum quic_level level)
{
	return &c->space[quic_level_space(level)].crypto.rx;
}

/* ---- tokens ------------------------------------------------------------ */

/**
 * quic_conn_set_token() - client: token for the Initial packets
 * @c: connection, QUIC_CONN_INIT
 * @token: bytes
 * @len: their count
 * @gfp: for a copy
 *
 * Return: 0 or -ENOMEM.
 */
int quic_conn_set_token(struct quic_conn *c, const u8 *token, u32 len,
			gfp_t gfp);

/**
 * quic_conn_send_new_token() - server: send a NEW_TOKEN (RFC 9000 8.1.3)
 * @c: connection
 * @token: bytes, for the client's next connection
 * @len: their count, 1 to QUIC_NEW_TOKEN_MAX_LEN
 * @gfp: for a copy
 *
 * It is repeated until the client acknowledges it.
 *
 * Return: 0, -ENOMEM, or -EAGAIN while another one is not acknowledged.
 */
int quic_conn_send_new_token(struct quic_conn *c, const u8 *token, u32 len,
			     gfp_t gfp);

/* ---- receiving --------------------------------------------------------- */

/**
 * struct quic_rx - one opened packet
 * @hdr: its header, unprotected
 * @pn: full number
 * @payload: plaintext frames
 * @len: bytes
 * @buf: owner of @payload
 * @gen: key generation that opened it (short header)
 * @path: id of the path it came on, or QUIC_PATH_NEW
 * @same_host: QUIC_PATH_NEW: only the peer's port is another one than that of
 *	the active path
 * @preferred: QUIC_PATH_NEW: it came to our preferred address
 * @ecn: IP ECN field
 * @now: ns
 */
struct quic_rx {
	const struct quic_hdr *hdr;
	u64 pn;
	const u8 *payload;
	u32 len;
	struct quic_buf *buf;
	u32 gen;
	u8 path;
	bool same_host;
	bool preferred;
	u8 ecn;
	u64 now;
};

/* A datagram came on the active path: credit for anti-amplification. */
static inline void quic_conn_recv_dgram(struct quic_conn *c, u32 len)
{
	quic_migration_recv_dgram(c, c->path.id, len);
}

/*
 * RFC 9000 8.1: may no datagram of use go out? With an address that changed
 * later, short ones are of use, too.
 */
static inline bool quic_conn_blocked(const struct quic_conn *c)
{
	return quic_path_room(&c->path) < (c->confirmed ? QUIC_PATH_MIN_BYTES :
							  QUIC_PATH_BASE_MTU);
}

/**
 * enum quic_rx_keys - what the keys of a level are to a packet that came now
 * @QUIC_RX_KEYS_READY: open it
 * @QUIC_RX_KEYS_LATER: they may come: keep it, within bounds
 * @QUIC_RX_KEYS_NEVER: they are gone, or will not come
 */
enum quic_rx_keys {
	QUIC_RX_KEYS_READY,
	QUIC_RX_KEYS_LATER,
	QUIC_RX_KEYS_NEVER,
};

enum quic_rx_keys quic_conn_rx_keys(const struct quic_conn *c,
				    enum quic_level level);

/* Bytes of the ids that this side issues: a short header does not tell. */
static inline u8 quic_conn_cid_len(const struct quic_conn *c)
{
	return c->local.initial_scid.len;
}

/* quic_hdr_parse() of a packet that came for the connection. */
static inline int quic_conn_parse_hdr(const struct quic_conn *c, const u8 *p,
				      size_t len, struct quic_hdr *hdr)
{
	/* RFC 9287 3: who announces it takes packets with either fixed bit */
	if (unlikely(c->local.grease_quic_bit))
		return quic_hdr_parse_greased(p, len, quic_conn_cid_len(c),
					      hdr);
	return quic_hdr_parse(p, len, quic_conn_cid_len(c), hdr);
}

/* Number that pn is expanded against: largest received at that level. */
static inline u64 quic_conn_rx_largest(const struct quic_conn *c,
				       enum quic_level level)
{
	return c->space[quic_level_space(level)].rx.largest;
}

/**
 * quic_conn_recv() - process an opened packet
 * @c: connection
 * @rx: packet
 * @gfp: for what it brings
 *
 * Return: QUIC_ERR_NONE; QUIC_ERR_DROP for a duplicate or a packet that the
 * state does not take; QUIC_ERR_NOMEM when it is to count as lost; any other
 * code: the connection is closing with it.
 */
enum quic_err quic_conn_recv(struct quic_conn *c, const struct quic_rx *rx,
			     gfp_t gfp);

/* The received burst is over: decides whether an ACK goes out at once. */
void quic_conn_recv_end(struct quic_conn *c, u64 now);

/* A Version Negotiation or stateless reset was recognised by the glue. */
void quic_conn_recv_reset(struct quic_conn *c, u64 now);

/* ---- closing ----------------------------------------------------------- */

/**
 * quic_conn_close() - close, and tell the peer
 * @c: connection
 * @err: code
 * @app: it is the application's (frame 0x1d)
 * @frame_type: that caused a transport error; 0: none
 * @reason: text, may be NULL
 * @reason_len: bytes; the first 64 are kept
 * @now: ns
 */
void quic_conn_close(struct quic_conn *c, u64 err, bool app, u64 frame_type,
		     const char *reason, size_t reason_len, u64 now);

/**
 * quic_conn_abandon() - the end, without a word to the peer
 * @c: connection
 * @err: code that is recorded, if the connection was not closing
 */
void quic_conn_abandon(struct quic_conn *c, u64 err);

/* ---- time -------------------------------------------------------------- */

/* When quic_conn_timeout() wants to be called; QUIC_TIME_NEVER: not at all. */
u64 quic_conn_deadline(const struct quic_conn *c);

/* A deadline passed. Plan and send afterwards. */
void quic_conn_timeout(struct quic_conn *c, u64 now, gfp_t gfp);

/* ---- within the core --------------------------------------------------- */

void quic_conn_set_state(struct quic_conn *c, u8 state);
void quic_conn_confirm(struct quic_conn *c);
void quic_conn_discard(struct quic_conn *c, int space);
void quic_conn_frame_lost(struct quic_conn *c, int space,
			  const struct quic_sent_frame *f, gfp_t gfp);
void quic_conn_init_space(struct quic_space *sp);
void quic_conn_free_crypto(struct quic_crypto_stream *cs);
int quic_conn_keep_new_token(struct quic_conn *c, const u8 *token, u32 len,
			     gfp_t gfp);
void quic_conn_frame_acked(struct quic_conn *c, int space,
			   const struct quic_sent_frame *f, gfp_t gfp);
void quic_conn_enter_drain(struct quic_conn *c, u64 now);

#endif
