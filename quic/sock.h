/* SPDX-License-Identifier: GPL-2.0-only */
/* The socket: what ties a connection to a netns, a lock and memory. */
#ifndef _QUIC_SOCK_H
#define _QUIC_SOCK_H

#include <linux/hrtimer.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/ipv6.h>
#include <linux/ktime.h>
#include <linux/quic.h>
#include <linux/sizes.h>
#include <linux/workqueue.h>
#include <net/inet_sock.h>
#include <net/sock.h>

#include "core/conn.h"
#include "initial.h"
#include "offload.h"
#include "protect.h"

/* What send buffer and receive windows may grow to by themselves. */
#define QUIC_SNDBUF_MAX_BYTES	SZ_4M
#define QUIC_RX_WINDOW_MAX_BYTES	SZ_8M

struct quic_pair;
struct quic_udp;
struct quic_tx;
struct quic_rx_state;
struct quic_tickets;

/**
 * DOC: Socket locking
 *
 * "sock lock" is lock_sock() in process context, or bh_lock_sock() in softirq
 * when sock_owned_by_user() is false; otherwise softirq leaves packets in the
 * backlog and everything else as a bit in quic_sock.deferred, which
 * release_cb looks at. The whole connection (struct quic_conn) is below it.
 *
 * Order: listener's sock lock (lockdep subclass 1) -> child's sock lock -> the innermost spinlocks
 * (demultiplexer, UDP table, quic_net.lock), which nest in nothing of ours. A
 * child never takes its listener's lock.
 *
 * Packets find a socket under RCU (SOCK_RCU_FREE) and take a reference.
 *
 * Lifetime: a socket with a connection holds one reference for being alive
 * (from quic_sock_start() until quic_sock_stop()), so it outlives close()
 * until the closing or draining period ended. The work item, sk_timer and
 * the demultiplexer's readers hold one each while they are pending.
 */

/* A local or remote transport address; the real family, never v4-mapped. */
union quic_addr {
	struct sockaddr sa;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* Index of per-direction tables; equals quic_crypto_secret.send. */
enum quic_dir {
	QUIC_DIR_RX,
	QUIC_DIR_TX,
	QUIC_DIRS,
};

/* Generations N - 1, N and N + 1 are kept at a time. */
#define QUIC_KEY_SLOTS	3

/**
 * struct quic_level_keys - Handshake keys of one direction
 * @hp: header protection
 * @aead: packet protection
 */
struct quic_level_keys {
	struct quic_hp hp;
	struct quic_aead_key aead;
};

/**
 * struct quic_app_keys - 1-RTT keys of one direction
 * @hp: header protection, the same for every generation
 * @aead: slot generation % QUIC_KEY_SLOTS
 * @secret: of the newest prepared generation
 * @prev: of the generation before it; empty at first
 * @set: the handshake gave the direction's secret. With 1-RTT packets in
 *	clear (core/clear.h) it is not kept, and there are no keys
 */
struct quic_app_keys {
	struct quic_hp hp;
	struct quic_aead_key aead[QUIC_KEY_SLOTS];
	struct quic_secret secret;
	struct quic_secret prev;
	bool set;
};

/**
 * struct quic_crypt - every key of a connection; sock lock
 * @initial: NULL before there are any
 * @other_initial: server: of the version that the client began with, when
 *	another one was negotiated; client: of one that was tried; else NULL
 * @early: 0-RTT level; a client's to send, a server's to receive
 * @hs: Handshake level, by enum quic_dir
 * @app: 1-RTT level, by enum quic_dir
 * @cipher: TLS_CIPHER_* of the 1-RTT keys, 0 before
 *
 * What may still be used is told by quic_space.can_send/can_recv of the core:
 * keys that were dropped stay here until the work item wipes them.
 */
struct quic_crypt {
	struct quic_initial *initial;
	struct quic_initial *other_initial;
	struct quic_level_keys early;
	struct quic_level_keys hs[QUIC_DIRS];
	struct quic_app_keys app[QUIC_DIRS];
	u16 cipher;
};

/* quic_sock.deferred: what release_cb has to do. Bit numbers. */
#define QUIC_DEFER_TIMER	0	/* quic_timer_expired() */
#define QUIC_DEFER_HOUSEKEEP	1	/* the sk_timer's work */
#define QUIC_TX_THROTTLED	2	/* tx.c: waits for quic_tx_drained() */

/* quic_sock.todo: what the work item has to do, process context. */
#define QUIC_TODO_KEYS		0	/* prepare the next generation */
#define QUIC_TODO_DROP		1	/* wipe discarded keys */
#define QUIC_TODO_FINISH	2	/* last: wipe everything */
#define QUIC_TODO_TX		3	/* quic_tx_push(): sealing needs sleep */
#define QUIC_TODO_RX		4	/* quic_rx_resume(): opening needs sleep */
#define QUIC_TODO_HW		5	/* quic_hw_sync() */
#define QUIC_TODO_MIGRATE	6	/* quic_migrate_preferred() */

/**
 * struct quic_settings - what the application chose before the connection
 * @tp: local transport parameters
 * @version: QUIC_V1 or QUIC_V2; 0: none was chosen
 * @initial_rtt_us: 0: the default
 * @plpmtud_us: until larger packets are tried again; 0: never
 * @keepalive_us: silence after which a PING goes out; 0: none ever
 * @cipher: TLS_CIPHER_* that the handshake is to offer, 0: all
 * @cong: enum quic_cong_algo
 * @validate_peer: server: every client has to follow a Retry
 * @nodelay: short tails of stream data are not held back
 * @session_ticket: client wants one
 * @cert_request: for the handshake's eyes only
 * @stateless_reset: server: announce a reset token in the parameters
 * @disable_compat_version: no version but the one that the connection began
 *	with
 * @real_errors: say by errno why the connection ended
 * @cid_len: bytes of the connection ids that are made here, 0..20
 * @cid_prefix_len: bytes at @cid_prefix
 * @event_mask: bit per enum quic_event_type
 * @cid_prefix: what they begin with; random bytes follow
 * @has_ticket_secret: @ticket_secret was set
 * @ticket_secret: server: that ticket keys are made of; never shown
 * @alpn: comma-separated names
 * @alpn_len: bytes
 * @preferred: server: preferred addresses, IPv4 and IPv6; family 0: none
 *
 * Sock lock; copied from listener to child.
 */
struct quic_settings {
	struct quic_tparams tp;
	u32 version;
	u32 initial_rtt_us;
	u32 plpmtud_us;
	u32 keepalive_us;
	u32 cipher;
	u8 cong;
	u8 validate_peer;
	u8 nodelay;
	u8 session_ticket;
	u8 cert_request;
	u8 stateless_reset;
	u8 disable_compat_version;
	u8 alpn_len;
	u8 cid_len;
	u8 cid_prefix_len;
	u8 cid_prefix[QUIC_CID_PREFIX_MAX_LEN];
	u8 real_errors;
	u16 event_mask;
	bool has_ticket_secret;
	u8 ticket_secret[QUIC_TICKET_SECRET_LEN];
	char alpn[QUIC_ALPN_MAX_LEN];
	union quic_addr preferred[2];
};

/* A connection id that the peer retired and that may still be in flight. */
#define QUIC_GONE_CIDS	(2 * QUIC_CIDS_MAX)

struct quic_gone_cid {
	u64 until_ns;
	struct quic_cid cid;
};

/**
 * struct quic_path_addrs - addresses of a path of the connection
 * @local: this end
 * @peer: the other end
 * @udp: kernel UDP socket of @local, when that is not quic_sock.udp's
 */
struct quic_path_addrs {
	union quic_addr local;
	union quic_addr peer;
	struct quic_udp *udp;
};

/**
 * struct quic_sock - a QUIC socket
 * @inet: has to be first
 * @local: address of this end; the port is set from bind or connect on
 * @peer: address of the other end; family 0 while there is none
 * @udp: shared kernel UDP socket that bind() chose; NULL before
 * @paths: addresses of the connection's paths, by quic_path.id; migrate.c
 * @preferred_udp: kernel UDP sockets of quic_settings.preferred, when @udp
 *	does not receive for it
 * @conn: the connection, valid while @has_conn
 * @crypt: its keys
 * @hw: what of them lies in a device
 * @has_conn: @conn is initialised
 * @alive: holds the reference of the living
 * @counted: in the gauge of established connections
 * @has_close_set: @close_set is valid
 * @tx: glue's send state; NULL before quic_tx_init()
 * @rx: glue's receive state; NULL before quic_rx_init()
 * @timer: fires at quic_conn_deadline(); owned by timer.c
 * @timer_ns: when, or QUIC_TIME_NEVER
 * @deferred: QUIC_DEFER_* bits; atomic
 * @todo: QUIC_TODO_* bits; atomic
 * @work: does @todo; holds a socket reference while queued
 * @cids: entries of the demultiplexer; owned by demux.c
 * @reset_token: the peer's, under which the demultiplexer finds the socket
 * @has_reset_token: it does
 * @pair: the one of a socket whose id has no length; owned by pair.c
 * @gone: retired ids that leave the demultiplexer later
 * @n_gone: entries in @gone
 * @listen_node: in the listener table; owned by listeners.c
 * @net_node: in quic_net.socks; written under quic_net.lock, read under RCU
 * @accept_q: listener: children that accept() has not taken
 * @accept_node: child: in the listener's @accept_q; listener's sock lock
 * @listen_drops: listener: Initials refused while @accept_q was full
 * @set: what the application chose
 * @close_set: close reason that was chosen by CONNECTION_CLOSE
 * @active_sid: stream of sends that name none; -1: none
 * @tx_bytes: stream bytes held by txbuf, written and not released; txbuf.c
 * @linger_ns: after close(): until when unacknowledged data is waited for
 * @tickets: client: NewSessionTicket messages; NULL before the first
 * @session: client: data of an earlier session, for TLS
 * @session_len: bytes at @session
 * @replay_checked: server: REPLAY_CHECK was used
 * @token: client: for the Initial packets, by option TOKEN
 * @token_len: bytes at @token
 * @half_open: server: counted in quic_net.half_open
 *
 * Everything is under the sock lock unless said otherwise. @udp changes only
 * while the socket is in no table; @local and @peer of a connection change
 * with its path, under quic_net.lock, too.
 */
struct quic_sock {
	struct inet_sock inet;

	union quic_addr local;
	union quic_addr peer;
	struct quic_udp *udp;
	struct quic_path_addrs paths[QUIC_PATHS];
	struct quic_udp *preferred_udp[2];

	struct quic_conn conn;
	struct quic_crypt crypt;
	struct quic_hw hw;
	bool has_conn;
	bool alive;
	bool counted;

	struct quic_tx *tx;
	struct quic_rx_state *rx;
	struct hrtimer timer;
	u64 timer_ns;
	unsigned long deferred;
	unsigned long todo;
	struct work_struct work;

	struct list_head cids;
	u8 reset_token[QUIC_RESET_TOKEN_LEN];
	bool has_reset_token;
	struct quic_pair *pair;
	struct quic_gone_cid gone[QUIC_GONE_CIDS];
	u8 n_gone;
	struct hlist_node listen_node;
	struct hlist_node net_node;

	struct list_head accept_q;
	struct list_head accept_node;
	u64 listen_drops;

	struct quic_settings set;
	struct quic_connection_close close_set;
	bool has_close_set;
	s64 active_sid;
	u64 tx_bytes;
	u64 linger_ns;

	struct quic_tickets *tickets;
	u8 *session;
	u32 session_len;
	bool replay_checked;

	u8 token[QUIC_TOKEN_MAX_LEN];
	u8 token_len;
	bool half_open;
};

struct quic6_sock {
	struct quic_sock quic;
	struct ipv6_pinfo inet6;
};

static inline struct quic_sock *quic_sk(const struct sock *sk)
{
	return (struct quic_sock *)sk;
}

static inline struct sock *quic_to_sk(struct quic_sock *q)
{
	return &q->inet.sk;
}

/* The clock of every connection. */
static inline u64 quic_now(void)
{
	return ktime_get_ns();
}

/* Allocation under the sock lock: may it sleep? */
static inline gfp_t quic_gfp(void)
{
	return gfp_any() | __GFP_NOWARN;
}

/* 1-RTT key of a generation, or NULL when it is not kept. Sock lock. */
static inline struct quic_aead_key *
quic_sock_app_key(struct quic_sock *q, enum quic_dir dir, u32 gen)
{
	struct quic_aead_key *k = &q->crypt.app[dir].aead[gen % QUIC_KEY_SLOTS];

	return quic_aead_key_valid(k) && k->generation == gen ? k : NULL;
}

/*
 * May the application write to streams? Before the handshake is through a
 * client may with 0-RTT keys, a server with its 1-RTT keys. Sock lock.
 */
static inline bool quic_sock_may_write(const struct sock *sk)
{
	const struct quic_conn *c = &quic_sk(sk)->conn;

	if (sk->sk_state != TCP_SYN_RECV)
		return sk->sk_state == TCP_ESTABLISHED;
	if (c->state != QUIC_CONN_HANDSHAKE)
		return false;
	return c->server ? c->has_remote && c->space[QUIC_SPACE_APP].can_send :
			   c->early.can_send;
}

/* Bytes of sk_sndbuf left for stream data and datagrams. Sock lock, or a guess. */
static inline int quic_sock_wspace(const struct sock *sk)
{
	const struct quic_sock *q = quic_sk(sk);

	return READ_ONCE(sk->sk_sndbuf) - READ_ONCE(sk->sk_wmem_queued) -
	       (int)READ_ONCE(q->conn.dgrams.tx_mem);
}

static inline u16 quic_addr_port(const union quic_addr *a)
{
	return ntohs(a->sa.sa_family == AF_INET6 ? a->v6.sin6_port :
						  a->v4.sin_port);
}

extern struct proto quic_prot;
extern struct proto quicv6_prot;

/* ---- main.c ------------------------------------------------------------ */

extern struct workqueue_struct *quic_wq;

/* ---- life.c ------------------------------------------------------------ */

int quic_sock_start(struct sock *sk, struct quic_conn_cfg *cfg,
		    struct quic_initial *initial);
void quic_sock_stop(struct sock *sk);
void quic_sock_free_conn(struct sock *sk);
void quic_sock_push(struct sock *sk);
void quic_sock_orphan_close(struct sock *sk, u64 err);
void quic_sock_linger_check(struct sock *sk);
void quic_sock_defer_work(struct sock *sk, int todo);
void quic_sock_work(struct work_struct *work);
void quic_sock_housekeep(struct sock *sk);
void quic_sock_housekeep_timer(struct timer_list *t);

/* ---- news.c ------------------------------------------------------------ */

void quic_sock_news(struct sock *sk);

/* ---- local_cid.c ------------------------------------------------------- */

int quic_sock_new_cid(struct sock *sk, struct quic_cid *cid, u8 *token);
void quic_sock_reset_token(struct net *net, const struct quic_cid *cid,
			   u8 *token);
void quic_sock_retire_cid(struct sock *sk, const struct quic_cid *cid);
u64 quic_sock_expire_cids(struct sock *sk, u64 now);

/* ---- socket.c ---------------------------------------------------------- */

void quic_sock_set_addrs(struct sock *sk, const union quic_addr *local,
			 const union quic_addr *peer);
void quic_sock_init_fields(struct sock *sk);
void quic_sock_list(struct sock *sk);
void quic_sock_wake_writers(struct sock *sk);

/* ---- listen.c ---------------------------------------------------------- */

u32 quic_listen_only_version(const struct sock *lsk);
int quic_listen_rcv(struct sock *lsk, struct sk_buff *skb);
void quic_listen_deliver(struct sock *lsk, struct sk_buff *skb);

#endif
