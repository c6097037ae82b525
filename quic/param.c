// SPDX-License-Identifier: GPL-2.0-only
#include "param.h"

#include "mib.h"
#include "proto.h"
#include "sock.h"

#define MIN_UDP_PAYLOAD		1200
#define MAX_UDP_PAYLOAD		65527
#define MAX_ACK_DELAY_EXP	20
#define MAX_ACK_DELAY_US	16384000	/* not itself */
#define MIN_CIDS		2
#define MIN_IDLE_US		USEC_PER_SEC
#define MIN_DATAGRAM		1200
#define MAX_STREAMS		4096
#define MAX_DATA		(S32_MAX / 4)
#define MAX_STREAM_DATA		(S32_MAX / 8)
#define MIN_PLPMTUD_US		(5 * USEC_PER_SEC)
#define MIN_KEEPALIVE_US	(1500 * USEC_PER_MSEC)
#define MIN_RTT_US		USEC_PER_MSEC
#define MAX_RTT_US		(6 * USEC_PER_SEC)

#define DEFAULT_IDLE_MS		30000
#define DEFAULT_STREAMS		100
#define DEFAULT_CIDS		7
#define DEFAULT_DATA		(65535 * 32)
#define DEFAULT_STREAM_DATA	(65535 * 16)
#define DEFAULT_RTT_US		333000

/**
 * quic_settings_init() - defaults of a socket
 * @set: settings
 */
void quic_settings_init(struct quic_settings *set)
{
	struct quic_tparams *tp = &set->tp;

	memset(set, 0, sizeof(*set));
	quic_tparams_default(tp);
	tp->max_idle_timeout_ms = DEFAULT_IDLE_MS;
	tp->initial_max_data = DEFAULT_DATA;
	tp->initial_max_stream_data_bidi_local = DEFAULT_STREAM_DATA;
	tp->initial_max_stream_data_bidi_remote = DEFAULT_STREAM_DATA;
	tp->initial_max_stream_data_uni = DEFAULT_STREAM_DATA;
	tp->initial_max_streams_bidi = DEFAULT_STREAMS;
	tp->initial_max_streams_uni = DEFAULT_STREAMS;
	tp->active_connection_id_limit = DEFAULT_CIDS;
	set->cid_len = QUIC_CID_DEFAULT_LEN;
	set->initial_rtt_us = DEFAULT_RTT_US;
	set->stateless_reset = 1;
}

/* A zero field is left as it is, and so is always within bounds. */
static bool zero_or_in(u64 val, u64 lo, u64 hi)
{
	return !val || (val >= lo && val <= hi);
}

static bool param_valid(const struct quic_transport_param *p)
{
	return zero_or_in(p->max_udp_payload_size, MIN_UDP_PAYLOAD,
			  MAX_UDP_PAYLOAD) &&
	       zero_or_in(p->ack_delay_exponent, 0, MAX_ACK_DELAY_EXP) &&
	       zero_or_in(p->max_ack_delay, 0, MAX_ACK_DELAY_US - 1) &&
	       zero_or_in(p->active_connection_id_limit, MIN_CIDS,
			  QUIC_CIDS_LIMIT) &&
	       zero_or_in(p->max_idle_timeout, MIN_IDLE_US, U32_MAX) &&
	       zero_or_in(p->max_datagram_frame_size, MIN_DATAGRAM, U16_MAX) &&
	       zero_or_in(p->max_streams_bidi, 0, MAX_STREAMS) &&
	       zero_or_in(p->max_streams_uni, 0, MAX_STREAMS) &&
	       zero_or_in(p->max_data, 0, MAX_DATA) &&
	       zero_or_in(p->max_stream_data_bidi_local, 0, MAX_STREAM_DATA) &&
	       zero_or_in(p->max_stream_data_bidi_remote, 0, MAX_STREAM_DATA) &&
	       zero_or_in(p->max_stream_data_uni, 0, MAX_STREAM_DATA);
}

static void set_u64(u64 *to, u64 from)
{
	if (from)
		*to = from;
}

static void apply_limits(struct quic_tparams *tp,
			 const struct quic_transport_param *p)
{
	set_u64(&tp->initial_max_data, p->max_data);
	set_u64(&tp->initial_max_stream_data_bidi_local,
		p->max_stream_data_bidi_local);
	set_u64(&tp->initial_max_stream_data_bidi_remote,
		p->max_stream_data_bidi_remote);
	set_u64(&tp->initial_max_stream_data_uni, p->max_stream_data_uni);
	set_u64(&tp->initial_max_streams_bidi, p->max_streams_bidi);
	set_u64(&tp->initial_max_streams_uni, p->max_streams_uni);
}

static void apply_param(struct quic_tparams *tp,
			const struct quic_transport_param *p)
{
	apply_limits(tp, p);
	set_u64(&tp->max_idle_timeout_ms, p->max_idle_timeout / USEC_PER_MSEC);
	set_u64(&tp->max_udp_payload, p->max_udp_payload_size);
	set_u64(&tp->active_connection_id_limit,
		p->active_connection_id_limit);
	if (p->ack_delay_exponent)
		tp->ack_delay_exponent = p->ack_delay_exponent;
	/* RFC 9000 18.2: whole milliseconds */
	if (p->max_ack_delay)
		tp->max_ack_delay_us = max_t(u32, p->max_ack_delay /
					     USEC_PER_MSEC, 1) * USEC_PER_MSEC;
	set_u64(&tp->max_datagram_frame, p->max_datagram_frame_size);
	if (p->grease_quic_bit)
		tp->grease_quic_bit = true;
	if (p->disable_active_migration)
		tp->disable_active_migration = true;
	if (p->disable_1rtt_encryption)
		tp->disable_1rtt_encryption = true;
}

/*
 * The connection exists from connect() or the first Initial on, and its
 * parameters can still be changed until the handshake asks for them.
 */
static void apply_conn(struct quic_sock *q,
		       const struct quic_transport_param *p)
{
	struct quic_conn *c = &q->conn;

	apply_param(&c->local, p);
	c->flow.rx_max = c->local.initial_max_data;
	c->flow.rx_window = c->local.initial_max_data;
	c->streams.limit_peer[0] = c->local.initial_max_streams_bidi;
	c->streams.limit_peer[1] = c->local.initial_max_streams_uni;
	c->streams.max_peer[0] = c->streams.limit_peer[0];
	c->streams.max_peer[1] = c->streams.limit_peer[1];
	c->idle_ns = c->local.max_idle_timeout_ms * QUIC_NSEC_PER_MSEC;
}

/* Nothing goes in clear unless the administrator lets it. */
static bool param_allowed(const struct sock *sk,
			  const struct quic_transport_param *p)
{
	const struct quic_sysctls *ctl = &quic_net(sock_net(sk))->ctl;

	return !p->disable_1rtt_encryption ||
	       READ_ONCE(ctl->allow_disable_1rtt_encryption);
}

/**
 * quic_param_set() - QUIC_SOCKOPT_TRANSPORT_PARAM, local side
 * @sk: socket
 * @p: values; zero: leave as it is
 *
 * Context: sock lock.
 * Return: 0; -EINVAL out of bounds, or once the peer's parameters came or the
 * connection is over; -EPERM for disable_1rtt_encryption without
 * net.quic.allow_disable_1rtt_encryption.
 */
int quic_param_set(struct sock *sk, const struct quic_transport_param *p)
{
	struct quic_sock *q = quic_sk(sk);

	if (sk->sk_state == TCP_ESTABLISHED ||
	    (q->has_conn && (q->conn.has_remote ||
			     q->conn.state >= QUIC_CONN_CLOSING)))
		return -EINVAL;
	if (!param_valid(p))
		return -EINVAL;
	if (!param_allowed(sk, p))
		return -EPERM;
	apply_param(&q->set.tp, p);
	if (p->stateless_reset)
		q->set.stateless_reset = 1;
	if (p->disable_compatible_version)
		q->set.disable_compat_version = 1;
	if (p->disable_compatible_version && q->has_conn)
		q->conn.ver.only = true;
	if (q->has_conn)
		apply_conn(q, p);
	return 0;
}

/**
 * quic_param_remember() - QUIC_SOCKOPT_TRANSPORT_PARAM, remote side
 * @sk: client's socket in its handshake, before it has 0-RTT keys
 * @p: what the server said in an earlier connection; zero: the default
 *
 * Context: sock lock.
 * Return: 0; -EINVAL out of bounds, or in another role or state.
 */
int quic_param_remember(struct sock *sk, const struct quic_transport_param *p)
{
	struct quic_sock *q = quic_sk(sk);
	struct quic_tparams tp;

	if (!q->has_conn || sk->sk_state != TCP_SYN_RECV)
		return -EINVAL;
	if (!zero_or_in(p->max_udp_payload_size, MIN_UDP_PAYLOAD,
			MAX_UDP_PAYLOAD) ||
	    !zero_or_in(p->max_data, 0, QUIC_VARINT_MAX) ||
	    !zero_or_in(p->max_stream_data_bidi_local, 0, QUIC_VARINT_MAX) ||
	    !zero_or_in(p->max_stream_data_bidi_remote, 0, QUIC_VARINT_MAX) ||
	    !zero_or_in(p->max_stream_data_uni, 0, QUIC_VARINT_MAX))
		return -EINVAL;
	quic_tparams_default(&tp);
	apply_param(&tp, p);
	tp.max_datagram_frame = p->max_datagram_frame_size;
	return quic_early_remember(&q->conn, &tp);
}

static void get_limits(const struct quic_tparams *tp,
		       struct quic_transport_param *p)
{
	p->max_data = tp->initial_max_data;
	p->max_stream_data_bidi_local = tp->initial_max_stream_data_bidi_local;
	p->max_stream_data_bidi_remote =
		tp->initial_max_stream_data_bidi_remote;
	p->max_stream_data_uni = tp->initial_max_stream_data_uni;
	p->max_streams_bidi = min_t(u64, tp->initial_max_streams_bidi,
				    U16_MAX);
	p->max_streams_uni = min_t(u64, tp->initial_max_streams_uni, U16_MAX);
}

/**
 * quic_param_get() - QUIC_SOCKOPT_TRANSPORT_PARAM
 * @sk: socket
 * @p: in: remote; out: that side's values, the largest that the fields hold
 *
 * Context: sock lock.
 */
void quic_param_get(struct sock *sk, struct quic_transport_param *p)
{
	const struct quic_sock *q = quic_sk(sk);
	const struct quic_tparams *tp = &q->set.tp;
	struct quic_tparams none;
	u8 remote = p->remote;

	if (remote && q->has_conn) {
		tp = &q->conn.remote;
	} else if (remote) {
		quic_tparams_default(&none);
		tp = &none;
	}
	memset(p, 0, sizeof(*p));
	p->remote = remote;
	get_limits(tp, p);
	p->disable_active_migration = tp->disable_active_migration;
	p->grease_quic_bit = tp->grease_quic_bit;
	p->stateless_reset = remote ? tp->has_reset_token :
				      q->set.stateless_reset;
	p->disable_1rtt_encryption = tp->disable_1rtt_encryption;
	p->disable_compatible_version = remote ? !tp->n_versions :
					q->set.disable_compat_version;
	p->active_connection_id_limit =
		min_t(u64, tp->active_connection_id_limit, U8_MAX);
	p->ack_delay_exponent = tp->ack_delay_exponent;
	p->max_datagram_frame_size = min_t(u64, tp->max_datagram_frame,
					   U16_MAX);
	p->max_udp_payload_size = min_t(u64, tp->max_udp_payload, U16_MAX);
	p->max_idle_timeout = min_t(u64, tp->max_idle_timeout_ms,
				    U32_MAX / USEC_PER_MSEC) * USEC_PER_MSEC;
	p->max_ack_delay = tp->max_ack_delay_us;
}

static bool config_valid(const struct quic_config *config)
{
	return zero_or_in(config->plpmtud_probe_interval, MIN_PLPMTUD_US,
			  U32_MAX) &&
	       zero_or_in(config->initial_smoothed_rtt, MIN_RTT_US,
			  MAX_RTT_US) &&
	       zero_or_in(config->keepalive_probe_interval, MIN_KEEPALIVE_US,
			  U32_MAX) &&
	       (!config->version || config->version == QUIC_VERSION_V1 ||
		config->version == QUIC_VERSION_V2) &&
	       (!config->payload_cipher_type ||
		(config->payload_cipher_type <= U16_MAX &&
		 quic_cipher_supported(config->payload_cipher_type))) &&
	       quic_cc_by_algo(config->congestion_control_algo);
}

static void set_u32(u32 *to, u32 from)
{
	if (from)
		*to = from;
}

static void set_u8(u8 *to, u8 from)
{
	if (from)
		*to = from;
}

/**
 * quic_cong_set() - choose the congestion control algorithm
 * @sk: socket, in any state; a connection goes on with its window
 * @ops: algorithm
 *
 * Context: sock lock.
 */
void quic_cong_set(struct sock *sk, const struct quic_cc_ops *ops)
{
	struct quic_sock *q = quic_sk(sk);

	q->set.cong = ops->algo;
	if (q->has_conn && q->conn.cc.ops != ops)
		quic_cc_switch(&q->conn.cc, ops);
}

/**
 * quic_config_set() - QUIC_SOCKOPT_CONFIG
 * @sk: socket
 * @config: values; zero: leave as it is
 *
 * Version and first RTT count for connections that start later.
 *
 * Context: sock lock.
 * Return: 0; -EINVAL out of bounds or once established.
 */
int quic_config_set(struct sock *sk, const struct quic_config *config)
{
	struct quic_settings *set = &quic_sk(sk)->set;
	u8 algo = config->congestion_control_algo;
	struct quic_sock *q = quic_sk(sk);

	if (sk->sk_state == TCP_ESTABLISHED ||
	    (quic_sk(sk)->has_conn &&
	     quic_sk(sk)->conn.state >= QUIC_CONN_CLOSING) ||
	    !config_valid(config))
		return -EINVAL;
	set_u32(&set->version, config->version);
	/* an accepted socket whose ClientHello was not read yet */
	if (config->version && q->has_conn && q->conn.server)
		q->conn.ver.prefer = config->version;
	set_u32(&set->initial_rtt_us, config->initial_smoothed_rtt);
	set_u32(&set->plpmtud_us, config->plpmtud_probe_interval);
	set_u32(&set->keepalive_us, config->keepalive_probe_interval);
	set_u32(&set->cipher, config->payload_cipher_type);
	set_u8(&set->validate_peer, config->validate_peer_address);
	if (algo)
		quic_cong_set(sk, quic_cc_by_algo(algo));
	set_u8(&set->nodelay, config->stream_data_nodelay);
	if (quic_sk(sk)->has_conn)
		quic_sk(sk)->conn.nagle.on = !set->nodelay;
	set_u8(&set->session_ticket, config->receive_session_ticket);
	set_u8(&set->cert_request, config->certificate_request);
	return 0;
}

/**
 * quic_config_get() - QUIC_SOCKOPT_CONFIG
 * @sk: socket
 * @config: filled in
 *
 * Context: sock lock.
 */
void quic_config_get(struct sock *sk, struct quic_config *config)
{
	const struct quic_sock *q = quic_sk(sk);
	const struct quic_settings *set = &q->set;

	memset(config, 0, sizeof(*config));
	config->version = q->has_conn ? q->conn.version :
					set->version ?: QUIC_V1;
	config->plpmtud_probe_interval = set->plpmtud_us;
	config->keepalive_probe_interval = set->keepalive_us;
	config->initial_smoothed_rtt = set->initial_rtt_us;
	config->payload_cipher_type = set->cipher;
	config->congestion_control_algo = set->cong;
	config->validate_peer_address = set->validate_peer;
	config->stream_data_nodelay = set->nodelay;
	config->receive_session_ticket = set->session_ticket;
	config->certificate_request = set->cert_request;
}
