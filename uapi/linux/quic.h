/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * Socket interface of the in-kernel QUIC transport.
 *
 * Names, numbers and layouts are those of the public kernel QUIC socket
 * interface (draft-lxin-quic-socket-apis): they are ABI and never change.
 * Extensions of ours take socket options from 64, control messages from 16
 * and events from 32.
 */
#ifndef _UAPI_LINUX_QUIC_H
#define _UAPI_LINUX_QUIC_H

#include <linux/types.h>

#ifndef IPPROTO_QUIC
#define IPPROTO_QUIC	261
#endif

#ifndef SOL_QUIC
#define SOL_QUIC	288
#endif

/* Versions (RFC 9000 15, RFC 9369 3.1) */
#define QUIC_VERSION_V1	0x1
#define QUIC_VERSION_V2	0x6b3343cf

/*
 * Message flags. They reuse bits of existing MSG_* flags (named on the right)
 * whose meaning there does not apply to this protocol.
 */
#define MSG_QUIC_STREAM_NEW		0x400	/* MSG_SYN */
#define MSG_QUIC_STREAM_FIN		0x200	/* MSG_FIN */
#define MSG_QUIC_STREAM_UNI		0x800	/* MSG_CONFIRM */
#define MSG_QUIC_STREAM_DONTWAIT	0x10000	/* MSG_WAITFORONE */
#define MSG_QUIC_STREAM_SNDBLOCK	0x2000	/* MSG_ERRQUEUE */
#define MSG_QUIC_DATAGRAM		0x1000	/* MSG_RST */
#define MSG_QUIC_NOTIFICATION		0x8000	/* MSG_MORE, receive only */
/* Ours, for recvmsg() before the handshake is through: stream data only. */
#define MSG_QUIC_EARLY_DATA		0x400	/* MSG_SYN */

/**
 * enum quic_crypto_level - encryption levels (RFC 9001 2.1)
 * @QUIC_CRYPTO_APP: 1-RTT
 * @QUIC_CRYPTO_INITIAL: Initial
 * @QUIC_CRYPTO_HANDSHAKE: Handshake
 * @QUIC_CRYPTO_EARLY: 0-RTT
 * @QUIC_CRYPTO_MAX: number of levels
 */
enum quic_crypto_level {
	QUIC_CRYPTO_APP		= 0,
	QUIC_CRYPTO_INITIAL	= 1,
	QUIC_CRYPTO_HANDSHAKE	= 2,
	QUIC_CRYPTO_EARLY	= 3,
	QUIC_CRYPTO_MAX		= 4,
};

/* Bits of a stream id (RFC 9000 2.1) */
#define QUIC_STREAM_TYPE_SERVER_MASK	0x1
#define QUIC_STREAM_TYPE_UNI_MASK	0x2
#define QUIC_STREAM_TYPE_MASK		0x3

/**
 * enum quic_cmsg_type - control messages of level SOL_QUIC
 * @QUIC_STREAM_INFO: struct quic_stream_info, both directions
 * @QUIC_HANDSHAKE_INFO: struct quic_handshake_info, both directions
 */
enum quic_cmsg_type {
	QUIC_STREAM_INFO	= 0,
	QUIC_HANDSHAKE_INFO	= 1,
};

/**
 * struct quic_stream_info - which stream a message belongs to
 * @stream_id: stream id; -1 on send and on STREAM_OPEN: the kernel chooses
 * @stream_flags: MSG_QUIC_STREAM_* flags
 */
struct quic_stream_info {
	__s64	stream_id;
	__u32	stream_flags;
};

/**
 * struct quic_handshake_info - which level a handshake message belongs to
 * @crypto_level: enum quic_crypto_level
 */
struct quic_handshake_info {
	__u8	crypto_level;
};

/**
 * enum quic_sockopt - socket options of level SOL_QUIC
 * @QUIC_SOCKOPT_EVENT: set, get: struct quic_event_option
 * @QUIC_SOCKOPT_STREAM_OPEN: get: struct quic_stream_info, in and out
 * @QUIC_SOCKOPT_STREAM_RESET: set: struct quic_errinfo
 * @QUIC_SOCKOPT_STREAM_STOP_SENDING: set: struct quic_errinfo
 * @QUIC_SOCKOPT_CONNECTION_ID: set, get: struct quic_connection_id_info
 * @QUIC_SOCKOPT_CONNECTION_CLOSE: set, get: struct quic_connection_close
 * @QUIC_SOCKOPT_CONNECTION_MIGRATION: set: struct sockaddr_in or _in6
 * @QUIC_SOCKOPT_KEY_UPDATE: set: no value
 * @QUIC_SOCKOPT_TRANSPORT_PARAM: set, get: struct quic_transport_param
 * @QUIC_SOCKOPT_CONFIG: set, get: struct quic_config
 * @QUIC_SOCKOPT_TOKEN: set, get: bytes of an address validation token
 * @QUIC_SOCKOPT_ALPN: set, get: comma-separated protocol names
 * @QUIC_SOCKOPT_SESSION_TICKET: set, get: bytes
 * @QUIC_SOCKOPT_CRYPTO_SECRET: set: struct quic_crypto_secret
 * @QUIC_SOCKOPT_TRANSPORT_PARAM_EXT: set (the peer's), get (the local):
 *	payload of the TLS extension quic_transport_parameters (0x39)
 * @QUIC_SOCKOPT_EARLY_DATA: get: struct quic_early_data; set, by a client's
 *	handshake: what the server decided, before its parameters
 * @QUIC_SOCKOPT_TICKET_SECRET: set: QUIC_TICKET_SECRET_LEN bytes from which
 *	a server and the connections that it accepts derive ticket keys
 * @QUIC_SOCKOPT_REPLAY_CHECK: set, by a server's handshake: what is unique of
 *	a ClientHello with early data; EEXIST: it was seen before
 * @QUIC_SOCKOPT_CONGESTION: set, get: name of a congestion control algorithm:
 *	"reno", "cubic" or "bbr"; at any time
 * @QUIC_SOCKOPT_CID_LEN: set, get: __u32: bytes of the connection ids that this
 *	socket makes, 0 to 20; 0: for clients only
 * @QUIC_SOCKOPT_CID_PREFIX: set, get: bytes that they begin with, for load
 *	balancers that route by them; at least four random ones follow
 * @QUIC_SOCKOPT_STATS: get: struct quic_stats
 * @QUIC_SOCKOPT_REAL_ERRORS: set, get: __u32: 1: once the connection ended,
 *	the first call that fails, or SO_ERROR, says why; 0 (as it is at
 *	first): calls fail with ENOTCONN and EPIPE only. Any time; accepted
 *	sockets inherit
 * @QUIC_SOCKOPT_ZEROCOPY: set, get: __u32: 1: sendmsg() with MSG_ZEROCOPY does
 *	not copy. As with SO_ZEROCOPY of TCP, recvmsg() with MSG_ERRQUEUE then
 *	tells which calls' memory is free again (SO_EE_ORIGIN_ZEROCOPY): when
 *	the last of their bytes was acknowledged. 0, as it is at first: the
 *	flag has no effect. Accepted sockets inherit
 */
enum quic_sockopt {
	QUIC_SOCKOPT_EVENT			= 0,
	QUIC_SOCKOPT_STREAM_OPEN		= 1,
	QUIC_SOCKOPT_STREAM_RESET		= 2,
	QUIC_SOCKOPT_STREAM_STOP_SENDING	= 3,
	QUIC_SOCKOPT_CONNECTION_ID		= 4,
	QUIC_SOCKOPT_CONNECTION_CLOSE		= 5,
	QUIC_SOCKOPT_CONNECTION_MIGRATION	= 6,
	QUIC_SOCKOPT_KEY_UPDATE			= 7,
	QUIC_SOCKOPT_TRANSPORT_PARAM		= 8,
	QUIC_SOCKOPT_CONFIG			= 9,
	QUIC_SOCKOPT_TOKEN			= 10,
	QUIC_SOCKOPT_ALPN			= 11,
	QUIC_SOCKOPT_SESSION_TICKET		= 12,
	QUIC_SOCKOPT_CRYPTO_SECRET		= 13,
	QUIC_SOCKOPT_TRANSPORT_PARAM_EXT	= 14,
	QUIC_SOCKOPT_EARLY_DATA			= 72,
	QUIC_SOCKOPT_TICKET_SECRET		= 73,
	QUIC_SOCKOPT_REPLAY_CHECK		= 74,
	/* extensions */
	QUIC_SOCKOPT_CONGESTION			= 76,
	QUIC_SOCKOPT_CID_LEN			= 84,
	QUIC_SOCKOPT_CID_PREFIX			= 85,
	QUIC_SOCKOPT_STATS			= 88,
	QUIC_SOCKOPT_REAL_ERRORS		= 89,
	QUIC_SOCKOPT_ZEROCOPY			= 90,
};

/* Limits of option values, in bytes */
#define QUIC_CID_PREFIX_MAX_LEN		16
#define QUIC_SOCKOPT_MAX_LEN		4096
#define QUIC_ALPN_MAX_LEN		128
#define QUIC_TOKEN_MAX_LEN		120
#define QUIC_TICKET_MIN_LEN		64
#define QUIC_TICKET_MAX_LEN		4096
#define QUIC_TRANSPORT_PARAM_EXT_MAX_LEN	512
#define QUIC_TICKET_KEY_LEN		64
#define QUIC_TICKET_SECRET_LEN		32
#define QUIC_REPLAY_ID_MIN_LEN		16
#define QUIC_REPLAY_ID_MAX_LEN		64

/**
 * struct quic_transport_param - transport parameters of one side
 * @remote: 1: the peer's, 0: the local ones
 * @disable_active_migration: RFC 9000 18.2
 * @grease_quic_bit: RFC 9287
 * @stateless_reset: local: announce a stateless reset token
 * @disable_1rtt_encryption: send 1-RTT packets in clear, if the other side
 *	wants it, too (draft-banks-quic-disable-encryption-00); EPERM unless
 *	net.quic.allow_disable_1rtt_encryption is 1
 * @disable_compatible_version: announce no version but the one in use: no
 *	compatible version negotiation (RFC 9368 2.3)
 * @active_connection_id_limit: connection ids, 2 to 8
 * @ack_delay_exponent: at most 20
 * @max_datagram_frame_size: bytes; 0: no DATAGRAM frames (RFC 9221)
 * @max_udp_payload_size: bytes, 1200 to 65527
 * @max_idle_timeout: microseconds, at least one second
 * @max_ack_delay: microseconds, below 16384000
 * @max_streams_bidi: streams, at most 4096
 * @max_streams_uni: streams, at most 4096
 * @max_data: bytes
 * @max_stream_data_bidi_local: bytes
 * @max_stream_data_bidi_remote: bytes
 * @max_stream_data_uni: bytes
 *
 * On set a zero field other than @remote leaves the value as it is.
 */
struct quic_transport_param {
	__u8	remote;
	__u8	disable_active_migration;
	__u8	grease_quic_bit;
	__u8	stateless_reset;
	__u8	disable_1rtt_encryption;
	__u8	disable_compatible_version;
	__u8	active_connection_id_limit;
	__u8	ack_delay_exponent;
	__u16	max_datagram_frame_size;
	__u16	max_udp_payload_size;
	__u32	max_idle_timeout;
	__u32	max_ack_delay;
	__u16	max_streams_bidi;
	__u16	max_streams_uni;
	__u64	max_data;
	__u64	max_stream_data_bidi_local;
	__u64	max_stream_data_bidi_remote;
	__u64	max_stream_data_uni;
};

/**
 * enum quic_cong_algo - congestion control algorithms
 * @QUIC_CONG_ALG_RENO: NewReno (RFC 9002 7)
 * @QUIC_CONG_ALG_CUBIC: CUBIC (RFC 9438)
 * @QUIC_CONG_ALG_MAX: number of algorithms the public interface names
 * @QUIC_CONG_ALG_BBR: BBR; an extension
 */
enum quic_cong_algo {
	QUIC_CONG_ALG_RENO	= 0,
	QUIC_CONG_ALG_CUBIC	= 1,
	QUIC_CONG_ALG_MAX	= 2,
	QUIC_CONG_ALG_BBR	= 64,
};

/**
 * struct quic_config - what a connection is to do, beyond its parameters
 * @version: QUIC_VERSION_*
 * @plpmtud_probe_interval: how long after the search for the path's MTU larger
 *	packets are tried again, microseconds, at least 5 seconds; never unless
 *	set
 * @initial_smoothed_rtt: microseconds, 1 ms to 6 s
 * @payload_cipher_type: TLS_CIPHER_* to offer; 0: all
 * @congestion_control_algo: enum quic_cong_algo
 * @validate_peer_address: server: answer the first Initial with Retry
 * @stream_data_nodelay: send short stream data at once
 * @receive_session_ticket: client: nonzero: a session ticket is wanted
 * @certificate_request: server: ask for a client certificate
 * @reserved: zero
 * @keepalive_probe_interval: silence after which a PING goes out, microseconds,
 *	at least 1.5 seconds; half the idle timeout if that is less; never
 *	unless set
 *
 * On set a zero field leaves the value as it is.
 */
struct quic_config {
	__u32	version;
	__u32	plpmtud_probe_interval;
	__u32	initial_smoothed_rtt;
	__u32	payload_cipher_type;
	__u8	congestion_control_algo;
	__u8	validate_peer_address;
	__u8	stream_data_nodelay;
	__u8	receive_session_ticket;
	__u8	certificate_request;
	__u8	reserved[3];
	__u32	keepalive_probe_interval;
};

#define QUIC_CRYPTO_SECRET_BUFFER_SIZE	48

/**
 * struct quic_crypto_secret - one traffic secret of the TLS handshake
 * @send: 1: this side protects packets with it, 0: it opens them
 * @level: enum quic_crypto_level
 * @reserved: zero
 * @type: TLS_CIPHER_* of <linux/tls.h>
 * @secret: 32 bytes, 48 for TLS_CIPHER_AES_GCM_256
 */
struct quic_crypto_secret {
	__u8	send;
	__u8	level;
	__u16	reserved;
	__u32	type;
	__u8	secret[QUIC_CRYPTO_SECRET_BUFFER_SIZE];
};

/* State of 0-RTT */
enum quic_early_data_state {
	QUIC_EARLY_DATA_NONE		= 0,	/* not tried */
	QUIC_EARLY_DATA_TRIED		= 1,	/* nothing is known yet */
	QUIC_EARLY_DATA_ACCEPTED	= 2,
	QUIC_EARLY_DATA_REJECTED	= 3,	/* sent again after the handshake */
};

/**
 * struct quic_early_data - what became of 0-RTT
 * @state: enum quic_early_data_state; a server knows NONE and ACCEPTED
 * @reserved: zero
 * @packets: 0-RTT packets sent (client) or received (server)
 * @bytes: their payload
 */
struct quic_early_data {
	__u8	state;
	__u8	reserved[7];
	__u64	packets;
	__u64	bytes;
};

/**
 * struct quic_errinfo - an application error on a stream
 * @stream_id: stream id
 * @errcode: application error code
 */
struct quic_errinfo {
	__s64	stream_id;
	__u32	errcode;
};

/**
 * struct quic_connection_id_info - range of connection ids in use
 * @dest: 1: the ids this side sends to, 0: the ids it issued
 * @reserved: zero
 * @active: sequence number in use
 * @prior_to: lowest sequence number not retired
 */
struct quic_connection_id_info {
	__u8	dest;
	__u8	reserved[3];
	__u32	active;
	__u32	prior_to;
};

/**
 * enum quic_event_type - notifications, all off until asked for
 * @QUIC_EVENT_NONE: none
 * @QUIC_EVENT_STREAM_UPDATE: struct quic_stream_update
 * @QUIC_EVENT_STREAM_MAX_DATA: struct quic_stream_max_data
 * @QUIC_EVENT_STREAM_MAX_STREAM: u64, the low two bits are the stream type
 * @QUIC_EVENT_CONNECTION_ID: struct quic_connection_id_info
 * @QUIC_EVENT_CONNECTION_CLOSE: struct quic_connection_close
 * @QUIC_EVENT_CONNECTION_MIGRATION: u8, 1: the local address changed
 * @QUIC_EVENT_KEY_UPDATE: u8, the new key phase
 * @QUIC_EVENT_NEW_TOKEN: bytes of the token
 * @QUIC_EVENT_NEW_SESSION_TICKET: bytes of the message
 * @QUIC_EVENT_MAX: one above the last
 *
 * A notification is received with MSG_QUIC_NOTIFICATION in msg_flags; its
 * first byte is the type, the payload follows unaligned.
 */
enum quic_event_type {
	QUIC_EVENT_NONE			= 0,
	QUIC_EVENT_STREAM_UPDATE	= 1,
	QUIC_EVENT_STREAM_MAX_DATA	= 2,
	QUIC_EVENT_STREAM_MAX_STREAM	= 3,
	QUIC_EVENT_CONNECTION_ID	= 4,
	QUIC_EVENT_CONNECTION_CLOSE	= 5,
	QUIC_EVENT_CONNECTION_MIGRATION	= 6,
	QUIC_EVENT_KEY_UPDATE		= 7,
	QUIC_EVENT_NEW_TOKEN		= 8,
	QUIC_EVENT_NEW_SESSION_TICKET	= 9,
	QUIC_EVENT_MAX			= 10,
};

/**
 * struct quic_event_option - switch one notification
 * @type: enum quic_event_type
 * @on: 1: on, 0: off
 */
struct quic_event_option {
	__u8	type;
	__u8	on;
};

/* Sending part of a stream (RFC 9000 3.1) */
enum quic_stream_send_state {
	QUIC_STREAM_SEND_STATE_READY		= 0,
	QUIC_STREAM_SEND_STATE_SEND		= 1,
	QUIC_STREAM_SEND_STATE_SENT		= 2,
	QUIC_STREAM_SEND_STATE_RECVD		= 3,
	QUIC_STREAM_SEND_STATE_RESET_SENT	= 4,
	QUIC_STREAM_SEND_STATE_RESET_RECVD	= 5,
};

/* Receiving part of a stream (RFC 9000 3.2) */
enum quic_stream_recv_state {
	QUIC_STREAM_RECV_STATE_RECV		= 6,
	QUIC_STREAM_RECV_STATE_SIZE_KNOWN	= 7,
	QUIC_STREAM_RECV_STATE_RECVD		= 8,
	QUIC_STREAM_RECV_STATE_READ		= 9,
	QUIC_STREAM_RECV_STATE_RESET_RECVD	= 10,
	QUIC_STREAM_RECV_STATE_RESET_READ	= 11,
};

/**
 * struct quic_stream_update - a stream changed its state
 * @id: stream id
 * @state: enum quic_stream_send_state or enum quic_stream_recv_state
 * @reserved: zero
 * @errcode: application error code, of resets
 * @finalsz: final size in bytes, once known
 */
struct quic_stream_update {
	__s64	id;
	__u8	state;
	__u8	reserved[3];
	__u32	errcode;
	__u64	finalsz;
};

/**
 * struct quic_stream_max_data - the peer allows more data on a stream
 * @id: stream id
 * @max_data: new limit, bytes from the start of the stream
 */
struct quic_stream_max_data {
	__s64	id;
	__u64	max_data;
};

#define QUIC_CLOSE_PHRASE_BUFFER_SIZE	64

/**
 * struct quic_connection_close - why a connection ended
 * @errcode: error code: QUIC_TRANSPORT_ERROR_* or the application's
 * @frame: type of the frame that caused a transport error; 0 on set
 * @reserved: zero
 * @phrase: reason, ended by a zero byte
 */
struct quic_connection_close {
	__u32	errcode;
	__u8	frame;
	__u8	reserved[3];
	__u8	phrase[QUIC_CLOSE_PHRASE_BUFFER_SIZE];
};

/**
 * union quic_event - payload of a notification, by type
 * @update: QUIC_EVENT_STREAM_UPDATE
 * @max_data: QUIC_EVENT_STREAM_MAX_DATA
 * @close: QUIC_EVENT_CONNECTION_CLOSE
 * @info: QUIC_EVENT_CONNECTION_ID
 * @max_stream: QUIC_EVENT_STREAM_MAX_STREAM
 * @local_migration: QUIC_EVENT_CONNECTION_MIGRATION
 * @key_update_phase: QUIC_EVENT_KEY_UPDATE
 */
union quic_event {
	struct quic_stream_update	update;
	struct quic_stream_max_data	max_data;
	struct quic_connection_close	close;
	struct quic_connection_id_info	info;
	__u64				max_stream;
	__u8				local_migration;
	__u8				key_update_phase;
};

/* Transport error codes (RFC 9000 20.1, RFC 9001 4.8, RFC 9368 8) */
enum quic_transport_error {
	QUIC_TRANSPORT_ERROR_NONE			= 0x00,
	QUIC_TRANSPORT_ERROR_INTERNAL			= 0x01,
	QUIC_TRANSPORT_ERROR_CONNECTION_REFUSED		= 0x02,
	QUIC_TRANSPORT_ERROR_FLOW_CONTROL		= 0x03,
	QUIC_TRANSPORT_ERROR_STREAM_LIMIT		= 0x04,
	QUIC_TRANSPORT_ERROR_STREAM_STATE		= 0x05,
	QUIC_TRANSPORT_ERROR_FINAL_SIZE			= 0x06,
	QUIC_TRANSPORT_ERROR_FRAME_ENCODING		= 0x07,
	QUIC_TRANSPORT_ERROR_TRANSPORT_PARAM		= 0x08,
	QUIC_TRANSPORT_ERROR_CONNECTION_ID_LIMIT	= 0x09,
	QUIC_TRANSPORT_ERROR_PROTOCOL_VIOLATION		= 0x0a,
	QUIC_TRANSPORT_ERROR_INVALID_TOKEN		= 0x0b,
	QUIC_TRANSPORT_ERROR_APPLICATION		= 0x0c,
	QUIC_TRANSPORT_ERROR_CRYPTO_BUF_EXCEEDED	= 0x0d,
	QUIC_TRANSPORT_ERROR_KEY_UPDATE			= 0x0e,
	QUIC_TRANSPORT_ERROR_AEAD_LIMIT_REACHED		= 0x0f,
	QUIC_TRANSPORT_ERROR_NO_VIABLE_PATH		= 0x10,
	QUIC_TRANSPORT_ERROR_VERSION_NEGOTIATION	= 0x11,
	/* 0x100 plus the TLS alert (RFC 9001 4.8) */
	QUIC_TRANSPORT_ERROR_CRYPTO			= 0x100,
};

/* How a connection stands (RFC 9000 10); quic_stats.state */
enum quic_conn_stats_state {
	QUIC_STATS_STATE_INIT		= 0,	/* nothing sent or received */
	QUIC_STATS_STATE_HANDSHAKE	= 1,
	QUIC_STATS_STATE_ESTABLISHED	= 2,
	QUIC_STATS_STATE_CLOSING	= 3,	/* this side closed */
	QUIC_STATS_STATE_DRAINING	= 4,	/* the peer closed */
	QUIC_STATS_STATE_CLOSED		= 5,	/* also: no connection yet */
};

/* Who seals or opens 1-RTT packets now; quic_stats.tx_offload, rx_offload */
enum quic_stats_offload {
	QUIC_STATS_OFFLOAD_NONE		= 0,	/* no device for it */
	QUIC_STATS_OFFLOAD_SOFTWARE	= 1,	/* one, but software does it */
	QUIC_STATS_OFFLOAD_DEVICE	= 2,	/* the device */
};

/* quic_stats.flags */
#define QUIC_STATS_SERVER	0x1	/* this side is the server */
#define QUIC_STATS_CONFIRMED	0x2	/* RFC 9001 4.1.2 */
#define QUIC_STATS_VALIDATED	0x4	/* the peer's address is proven */
#define QUIC_STATS_CLOSED_HERE	0x8	/* close_err is this side's */
#define QUIC_STATS_CLOSE_APP	0x10	/* and the application's code */
#define QUIC_STATS_CLEAR	0x20	/* 1-RTT packets are not protected */

/* struct quic_stats, @pmtud: search for the path MTU (RFC 8899 5.2) */
enum quic_stats_pmtud {
	QUIC_STATS_PMTUD_DISABLED	= 0,	/* route and ICMP are believed */
	QUIC_STATS_PMTUD_BASE		= 1,	/* 1200 bytes */
	QUIC_STATS_PMTUD_SEARCHING	= 2,
	QUIC_STATS_PMTUD_COMPLETE	= 3,
	QUIC_STATS_PMTUD_ERROR		= 4,	/* the interface takes less */
};

/* struct quic_stats, @ecn: are packets marked? (RFC 9000 A.4) */
enum quic_stats_ecn {
	QUIC_STATS_ECN_OFF		= 0,
	QUIC_STATS_ECN_TESTING		= 1,	/* the first ones are */
	QUIC_STATS_ECN_UNKNOWN		= 2,	/* no, nothing was heard yet */
	QUIC_STATS_ECN_CAPABLE		= 3,	/* yes */
	QUIC_STATS_ECN_FAILED		= 4,	/* no, marks do not arrive */
};

/**
 * struct quic_stats - a connection's condition and counters
 * @version: QUIC_VERSION_*
 * @cipher: TLS_CIPHER_* of the 1-RTT keys; 0: none yet
 * @state: enum quic_conn_stats_state
 * @flags: QUIC_STATS_*
 * @cong_algo: enum quic_cong_algo
 * @tx_offload: enum quic_stats_offload
 * @rx_offload: enum quic_stats_offload
 * @pmtud: enum quic_stats_pmtud
 * @ecn: enum quic_stats_ecn
 * @reserved: zero
 * @mtu: UDP payload bytes of the largest packet that is sent
 * @rtt: smoothed round-trip time, microseconds; the initial guess before the
 *	first sample
 * @rtt_var: its mean deviation, microseconds
 * @rtt_min: smallest sample, microseconds; 0: none yet
 * @rtt_latest: last sample, microseconds; 0: none yet
 * @pto_count: probe timeouts in a row since the last acknowledgement
 * @streams: streams that exist
 * @tx_gen: generation of the keys that seal, from 0
 * @rx_gen: generation that the peer is known to use
 * @reserved2: zero
 * @cwnd: congestion window, bytes
 * @ssthresh: slow start threshold, bytes; all ones: none yet
 * @in_flight: bytes sent and neither acknowledged nor lost
 * @tx_pkts: packets sent
 * @tx_bytes: their bytes
 * @rx_pkts: packets received and processed
 * @rx_bytes: UDP payload bytes received
 * @lost_pkts: packets declared lost
 * @retrans_frames: STREAM and CRYPTO frames sent with bytes that were sent
 *	before
 * @retrans_bytes: those bytes
 * @dup_pkts: packets received twice
 * @ptos: probe timeouts, ever
 * @persistent_congestion: times that it was found (RFC 9002 7.6)
 * @acks_sent: ACK frames sent
 * @acks_rcvd: ACK frames received
 * @rx_ect0: 1-RTT packets received with that mark in the IP header
 * @rx_ect1: likewise
 * @rx_ce: likewise
 * @acked_ect0: 1-RTT packets that the peer says came with that mark
 * @acked_ect1: likewise
 * @acked_ce: likewise
 * @tx_data: stream bytes sent, without repetitions
 * @tx_max_data: limit on them that the peer granted
 * @rx_data: sum of the highest stream offsets received
 * @rx_max_data: limit on it that this side granted
 * @rx_read: stream bytes that the application took
 * @tx_max_streams_bidi: streams that the peer lets this side open
 * @tx_max_streams_uni: likewise
 * @rx_max_streams_bidi: streams that this side lets the peer open
 * @rx_max_streams_uni: likewise
 * @tx_dev_pkts: packets that were left to a device to be sealed
 * @rx_dev_pkts: packets that a device opened
 * @tx_queued: stream bytes written and not acknowledged
 * @mtu_probes: packets sent to find out what the path takes
 * @mtu_black_holes: times that it came to take less without saying so
 * @close_err: code that the connection was closed with
 * @pacing_rate: bytes a second; 0: not paced
 * @rx_window: how far the connection's limit runs ahead of the reader, bytes
 *
 * Later versions add members at the end: a caller's shorter struct gets what
 * fits, a longer one learns the length from getsockopt().
 */
struct quic_stats {
	__u32	version;
	__u32	cipher;
	__u8	state;
	__u8	flags;
	__u8	cong_algo;
	__u8	tx_offload;
	__u8	rx_offload;
	__u8	pmtud;
	__u8	ecn;
	__u8	reserved;
	__u32	mtu;
	__u32	rtt;
	__u32	rtt_var;
	__u32	rtt_min;
	__u32	rtt_latest;
	__u32	pto_count;
	__u32	streams;
	__u32	tx_gen;
	__u32	rx_gen;
	__u32	reserved2;
	__u64	cwnd;
	__u64	ssthresh;
	__u64	in_flight;
	__u64	tx_pkts;
	__u64	tx_bytes;
	__u64	rx_pkts;
	__u64	rx_bytes;
	__u64	lost_pkts;
	__u64	retrans_frames;
	__u64	retrans_bytes;
	__u64	dup_pkts;
	__u64	ptos;
	__u64	persistent_congestion;
	__u64	acks_sent;
	__u64	acks_rcvd;
	__u64	rx_ect0;
	__u64	rx_ect1;
	__u64	rx_ce;
	__u64	acked_ect0;
	__u64	acked_ect1;
	__u64	acked_ce;
	__u64	tx_data;
	__u64	tx_max_data;
	__u64	rx_data;
	__u64	rx_max_data;
	__u64	rx_read;
	__u64	tx_max_streams_bidi;
	__u64	tx_max_streams_uni;
	__u64	rx_max_streams_bidi;
	__u64	rx_max_streams_uni;
	__u64	tx_dev_pkts;
	__u64	rx_dev_pkts;
	__u64	tx_queued;
	__u64	mtu_probes;
	__u64	mtu_black_holes;
	__u64	close_err;
	__u64	pacing_rate;
	__u64	rx_window;
};

#endif /* _UAPI_LINUX_QUIC_H */
