// SPDX-License-Identifier: GPL-2.0-only
/* Socket options of level SOL_QUIC. */
#include "sock.h"
#include "proto.h"

#include <linux/fs.h>
#include <linux/nospec.h>
#include <linux/sockptr.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "admit.h"
#include "event.h"
#include "handshake.h"
#include "mib.h"
#include "migrate.h"
#include "param.h"
#include "rx.h"
#include "session.h"
#include "sendmsg.h"
#include "stats.h"

/* An option's value in the kernel: zero-extended, or cut to the struct. */
union opt_val {
	struct quic_event_option event;
	struct quic_stream_info stream;
	struct quic_errinfo err;
	struct quic_connection_id_info cid;
	struct quic_connection_close close;
	union quic_addr addr;
	struct quic_transport_param param;
	struct quic_config config;
	struct quic_crypto_secret secret;
	struct quic_early_data early;
	struct quic_stats stats;
	u32 on;
	u8 blob[QUIC_TRANSPORT_PARAM_EXT_MAX_LEN];
};

/**
 * struct opt_ops - one option
 * @size: of the struct; 0: the value is bytes of any length up to @max
 * @max: longest value that is bytes
 * @set: @len bytes at @val; NULL: cannot be set
 * @get: fills @val; in: what the caller gave, out: the value; @len: the
 *	value's bytes; NULL: cannot be got
 * @takes_input: get reads the caller's struct first
 *
 * Sock lock.
 */
struct opt_ops {
	size_t size;
	size_t max;
	int (*set)(struct sock *sk, const union opt_val *val, size_t len);
	int (*get)(struct sock *sk, union opt_val *val, size_t *len);
	bool takes_input;
};

static bool is_established(const struct sock *sk)
{
	return sk->sk_state == TCP_ESTABLISHED;
}

/* ---- events -------------------------------------------------------------- */

static int set_event(struct sock *sk, const union opt_val *val, size_t len)
{
	const struct quic_event_option *ev = &val->event;
	struct quic_sock *q = quic_sk(sk);

	if (!ev->type || ev->type >= QUIC_EVENT_MAX)
		return -EINVAL;
	if (ev->on)
		q->set.event_mask |= BIT(ev->type);
	else
		q->set.event_mask &= ~BIT(ev->type);
	quic_event_set_mask(sk);
	return 0;
}

static int get_event(struct sock *sk, union opt_val *val, size_t *len)
{
	struct quic_event_option *ev = &val->event;

	if (!ev->type || ev->type >= QUIC_EVENT_MAX)
		return -EINVAL;
	ev->on = !!(quic_sk(sk)->set.event_mask & BIT(ev->type));
	return 0;
}

/* ---- streams ------------------------------------------------------------- */

static int get_stream_open(struct sock *sk, union opt_val *val, size_t *len)
{
	struct quic_stream_info *info = &val->stream;
	const struct socket *sock = sk->sk_socket;
	struct quic_stream *s;
	bool dontwait;
	int err;

	if (!quic_sock_may_write(sk))
		return -EPIPE;
	if (info->stream_flags & ~(MSG_QUIC_STREAM_UNI |
				   MSG_QUIC_STREAM_DONTWAIT))
		return -EINVAL;
	dontwait = info->stream_flags & MSG_QUIC_STREAM_DONTWAIT ||
		   (sock && sock->file && sock->file->f_flags & O_NONBLOCK);
	err = quic_stream_open_wait(sk, info->stream_id, info->stream_flags,
				    dontwait, &s);
	if (err)
		return err;
	info->stream_id = s->id;
	quic_sk(sk)->active_sid = s->id;
	return 0;
}

static struct quic_stream *option_stream(struct sock *sk, s64 id)
{
	if (!quic_sock_may_write(sk))
		return ERR_PTR(-EPIPE);
	if (id < 0)
		return ERR_PTR(-EINVAL);
	return quic_stream_find(&quic_sk(sk)->conn, id) ?: ERR_PTR(-ENOSTR);
}

static int set_stream_reset(struct sock *sk, const union opt_val *val,
			    size_t len)
{
	struct quic_sock *q = quic_sk(sk);
	struct quic_stream *s;
	int err;

	s = option_stream(sk, val->err.stream_id);
	if (IS_ERR(s))
		return PTR_ERR(s);
	err = quic_stream_reset(&q->conn, s, val->err.errcode);
	if (err)
		return err;
	if (q->active_sid == val->err.stream_id)
		q->active_sid = -1;
	quic_sock_push(sk);
	return 0;
}

static int set_stop_sending(struct sock *sk, const union opt_val *val,
			    size_t len)
{
	struct quic_stream *s;
	int err;

	s = option_stream(sk, val->err.stream_id);
	if (IS_ERR(s))
		return PTR_ERR(s);
	if (!s->has_recv)
		return -EINVAL;
	err = quic_stream_stop(&quic_sk(sk)->conn, s, val->err.errcode);
	if (!err)
		quic_sock_push(sk);
	return err;
}

/* ---- the connection ------------------------------------------------------ */

static int set_remote_id(struct quic_conn *c,
			 const struct quic_connection_id_info *info)
{
	int err = 0;

	if (info->active)
		err = quic_cid_use_remote(c, info->active);
	if (!err && info->prior_to)
		err = quic_cid_retire_remote(c, info->prior_to);
	return err;
}

/* Which of ours the peer uses is its choice, among those that stay. */
static int set_local_id(struct quic_conn *c,
			const struct quic_connection_id_info *info)
{
	u32 prior = max(info->active, info->prior_to);

	return prior ? quic_cid_retire_local(c, prior) : 0;
}

static int set_connection_id(struct sock *sk, const union opt_val *val,
			     size_t len)
{
	struct quic_conn *c = &quic_sk(sk)->conn;
	int err;

	if (!is_established(sk))
		return -EINVAL;
	err = val->cid.dest ? set_remote_id(c, &val->cid) :
			      set_local_id(c, &val->cid);
	quic_sock_push(sk);
	return err;
}

static int get_connection_id(struct sock *sk, union opt_val *val, size_t *len)
{
	const struct quic_cids *ids = &quic_sk(sk)->conn.cids;
	struct quic_connection_id_info *info = &val->cid;

	if (!is_established(sk))
		return -EINVAL;
	if (info->dest) {
		info->active = ids->remote[ids->remote_cur].seq;
		info->prior_to = quic_cid_lowest(ids->remote);
	} else {
		/* which one the peer uses is the peer's choice */
		info->active = quic_cid_lowest(ids->local);
		info->prior_to = info->active;
	}
	return 0;
}

static int set_connection_close(struct sock *sk, const union opt_val *val,
				size_t len)
{
	struct quic_sock *q = quic_sk(sk);

	q->close_set = val->close;
	q->close_set.frame = 0;
	q->close_set.phrase[QUIC_CLOSE_PHRASE_BUFFER_SIZE - 1] = 0;
	q->has_close_set = true;
	return 0;
}

static int get_connection_close(struct sock *sk, union opt_val *val,
				size_t *len)
{
	struct quic_sock *q = quic_sk(sk);

	if (q->has_conn && q->conn.close.set)
		quic_event_close_info(sk, &val->close);
	else
		val->close = q->close_set;
	return 0;
}

static int set_migration(struct sock *sk, const union opt_val *val, size_t len)
{
	int err;

	if (len < sizeof(val->addr.v4) ||
	    (val->addr.sa.sa_family == AF_INET6 && len < sizeof(val->addr.v6)))
		return -EINVAL;
	err = quic_migrate_option(sk, &val->addr);
	if (!err)
		quic_sock_push(sk);
	return err;
}

static int set_key_update(struct sock *sk, const union opt_val *val,
			  size_t len)
{
	if (!is_established(sk))
		return -EPIPE;
	if (quic_keys_update(&quic_sk(sk)->conn))
		return -EINVAL;
	quic_sock_push(sk);
	return 0;
}

/* ---- before it is established -------------------------------------------- */

static int set_param(struct sock *sk, const union opt_val *val, size_t len)
{
	if (val->param.remote)
		return quic_param_remember(sk, &val->param);
	return quic_param_set(sk, &val->param);
}

static int get_param(struct sock *sk, union opt_val *val, size_t *len)
{
	quic_param_get(sk, &val->param);
	return 0;
}

static int set_config(struct sock *sk, const union opt_val *val, size_t len)
{
	return quic_config_set(sk, &val->config);
}

static int get_config(struct sock *sk, union opt_val *val, size_t *len)
{
	quic_config_get(sk, &val->config);
	return 0;
}

static int set_param_ext(struct sock *sk, const union opt_val *val,
			 size_t len)
{
	int err;

	err = quic_handshake_set_params(sk, val->blob, len);
	quic_rx_replay(sk);
	quic_sock_push(sk);
	return err;
}

static int get_param_ext(struct sock *sk, union opt_val *val, size_t *len)
{
	struct quic_sock *q = quic_sk(sk);
	int ret;

	if (!q->has_conn || sk->sk_state != TCP_SYN_RECV)
		return -EINVAL;
	ret = quic_conn_local_params(&q->conn, val->blob, sizeof(val->blob));
	if (ret < 0)
		return ret;
	*len = ret;
	return 0;
}

static int set_secret(struct sock *sk, const union opt_val *val, size_t len)
{
	int err;

	err = quic_handshake_set_secret(sk, &val->secret);
	quic_rx_replay(sk);
	quic_sock_push(sk);
	return err;
}

/* Names are separated by commas, none is empty. */
static bool alpn_valid(const u8 *s, size_t len)
{
	size_t i, start = 0;

	for (i = 0; i <= len; i++) {
		if (i < len && s[i] != ',')
			continue;
		if (i == start)
			return false;
		start = i + 1;
	}
	return true;
}

static int set_alpn(struct sock *sk, const union opt_val *val, size_t len)
{
	struct quic_sock *q = quic_sk(sk);

	if (sk->sk_state == TCP_LISTEN)
		return -EINVAL;
	/* C strings are taken as they come */
	if (len && !val->blob[len - 1])
		len--;
	if (!len || len > QUIC_ALPN_MAX_LEN || !alpn_valid(val->blob, len))
		return -EINVAL;
	memcpy(q->set.alpn, val->blob, len);
	q->set.alpn_len = len;
	return 0;
}

static int get_alpn(struct sock *sk, union opt_val *val, size_t *len)
{
	struct quic_sock *q = quic_sk(sk);

	*len = q->set.alpn_len;
	memcpy(val->blob, q->set.alpn, *len);
	return 0;
}

/* Client: for the Initial packets. Server: a NEW_TOKEN for the client. */
static int set_token(struct sock *sk, const union opt_val *val, size_t len)
{
	struct quic_sock *q = quic_sk(sk);
	int err = 0;

	if (sk->sk_state == TCP_LISTEN)
		return -EINVAL;
	if (q->has_conn && q->conn.server) {
		if (len || !is_established(sk))
			return -EINVAL;
		err = quic_admit_send_token(sk);
		if (!err)
			quic_sock_push(sk);
		return err;
	}
	if (!len || (q->has_conn && q->conn.state != QUIC_CONN_INIT))
		return -EINVAL;
	if (q->has_conn)
		err = quic_conn_set_token(&q->conn, val->blob, len,
					  GFP_KERNEL);
	if (err)
		return err;
	memcpy(q->token, val->blob, len);
	q->token_len = len;
	return 0;
}

/* The server's latest, or else what was set; never a Retry's. */
static int get_token(struct sock *sk, union opt_val *val, size_t *len)
{
	struct quic_sock *q = quic_sk(sk);
	const u8 *token = q->token;

	*len = q->token_len;
	/* a program tells by this error that it is the server */
	if (sk->sk_state == TCP_LISTEN || (q->has_conn && q->conn.server))
		return -EINVAL;
	if (q->has_conn && q->conn.new_token_len) {
		token = q->conn.new_token;
		*len = q->conn.new_token_len;
	}
	if (*len > sizeof(val->blob))
		return -EINVAL;
	memcpy(val->blob, token, *len);
	return 0;
}

static int set_real_errors(struct sock *sk, const union opt_val *val,
			   size_t len)
{
	if (len < sizeof(val->on) || val->on > 1)
		return -EINVAL;
	quic_sk(sk)->set.real_errors = val->on;
	return 0;
}

static int get_real_errors(struct sock *sk, union opt_val *val, size_t *len)
{
	val->on = quic_sk(sk)->set.real_errors;
	return 0;
}

/* SO_ZEROCOPY is for protocols that the core kernel knows by number. */
static int set_zerocopy(struct sock *sk, const union opt_val *val, size_t len)
{
	if (len < sizeof(val->on) || val->on > 1)
		return -EINVAL;
	sock_valbool_flag(sk, SOCK_ZEROCOPY, val->on);
	return 0;
}

static int get_zerocopy(struct sock *sk, union opt_val *val, size_t *len)
{
	val->on = sock_flag(sk, SOCK_ZEROCOPY);
	return 0;
}

static int get_stats(struct sock *sk, union opt_val *val, size_t *len)
{
	quic_stats_get(sk, &val->stats);
	return 0;
}

/* The name of an algorithm; a zero byte at its end may be missing. */
static int set_congestion(struct sock *sk, const union opt_val *val,
			  size_t len)
{
	const struct quic_cc_ops *ops;
	char name[QUIC_CC_NAME_LEN];

	if (!len)
		return -EINVAL;
	memcpy(name, val->blob, len);
	name[min_t(size_t, len, sizeof(name) - 1)] = 0;
	ops = quic_cc_by_name(name);
	if (!ops)
		return -ENOENT;
	quic_cong_set(sk, ops);
	return 0;
}

static int get_congestion(struct sock *sk, union opt_val *val, size_t *len)
{
	const char *name = quic_cc_by_algo(quic_sk(sk)->set.cong)->name;

	*len = strlen(name) + 1;
	memcpy(val->blob, name, *len);
	return 0;
}

/* ---- session tickets and 0-RTT ------------------------------------------- */

static int set_early_data(struct sock *sk, const union opt_val *val,
			  size_t len)
{
	return quic_session_set_early(sk, &val->early);
}

static int get_early_data(struct sock *sk, union opt_val *val, size_t *len)
{
	return quic_session_get_early(sk, &val->early);
}

static int set_ticket_secret(struct sock *sk, const union opt_val *val,
			     size_t len)
{
	return quic_session_set_secret(sk, val->blob, len);
}

static int check_replay(struct sock *sk, const union opt_val *val, size_t len)
{
	return quic_session_check_replay(sk, val->blob, len);
}

/* ---- connection ids ------------------------------------------------------ */

/* RFC 9000 5.1: what is not random must leave an id that cannot be guessed. */
#define CID_RANDOM_MIN	4

static bool cid_form_valid(u32 len, size_t prefix)
{
	return len <= QUIC_CID_MAX_LEN &&
	       (!prefix || prefix + CID_RANDOM_MIN <= len);
}

static int set_cid_len(struct sock *sk, const union opt_val *val, size_t len)
{
	struct quic_sock *q = quic_sk(sk);

	if (q->has_conn || !cid_form_valid(val->on, q->set.cid_prefix_len) ||
	    (sk->sk_state == TCP_LISTEN && !val->on))
		return -EINVAL;
	q->set.cid_len = val->on;
	return 0;
}

static int get_cid_len(struct sock *sk, union opt_val *val, size_t *len)
{
	val->on = quic_sk(sk)->set.cid_len;
	return 0;
}

static int set_cid_prefix(struct sock *sk, const union opt_val *val,
			  size_t len)
{
	struct quic_sock *q = quic_sk(sk);

	if (q->has_conn || !cid_form_valid(q->set.cid_len, len))
		return -EINVAL;
	memcpy(q->set.cid_prefix, val->blob, len);
	q->set.cid_prefix_len = len;
	return 0;
}

static int get_cid_prefix(struct sock *sk, union opt_val *val, size_t *len)
{
	const struct quic_settings *set = &quic_sk(sk)->set;

	*len = set->cid_prefix_len;
	memcpy(val->blob, set->cid_prefix, *len);
	return 0;
}

static const struct opt_ops opts[] = {
	[QUIC_SOCKOPT_EVENT] = {
		.size = sizeof(struct quic_event_option),
		.set = set_event, .get = get_event, .takes_input = true,
	},
	[QUIC_SOCKOPT_STREAM_OPEN] = {
		.size = sizeof(struct quic_stream_info),
		.get = get_stream_open, .takes_input = true,
	},
	[QUIC_SOCKOPT_STREAM_RESET] = {
		.size = sizeof(struct quic_errinfo), .set = set_stream_reset,
	},
	[QUIC_SOCKOPT_STREAM_STOP_SENDING] = {
		.size = sizeof(struct quic_errinfo), .set = set_stop_sending,
	},
	[QUIC_SOCKOPT_CONNECTION_ID] = {
		.size = sizeof(struct quic_connection_id_info),
		.set = set_connection_id,
		.get = get_connection_id, .takes_input = true,
	},
	[QUIC_SOCKOPT_CONNECTION_CLOSE] = {
		.size = sizeof(struct quic_connection_close),
		.set = set_connection_close, .get = get_connection_close,
	},
	[QUIC_SOCKOPT_CONNECTION_MIGRATION] = {
		.size = sizeof(union quic_addr), .set = set_migration,
	},
	[QUIC_SOCKOPT_KEY_UPDATE] = {
		.set = set_key_update,
		.max = QUIC_SOCKOPT_MAX_LEN,
	},
	[QUIC_SOCKOPT_TRANSPORT_PARAM] = {
		.size = sizeof(struct quic_transport_param),
		.set = set_param, .get = get_param, .takes_input = true,
	},
	[QUIC_SOCKOPT_CONFIG] = {
		.size = sizeof(struct quic_config),
		.set = set_config, .get = get_config,
	},
	[QUIC_SOCKOPT_TOKEN] = {
		.max = QUIC_TOKEN_MAX_LEN,
		.set = set_token, .get = get_token,
	},
	[QUIC_SOCKOPT_ALPN] = {
		.max = QUIC_ALPN_MAX_LEN + 1,
		.set = set_alpn, .get = get_alpn,
	},
	[QUIC_SOCKOPT_CRYPTO_SECRET] = {
		.size = sizeof(struct quic_crypto_secret), .set = set_secret,
	},
	[QUIC_SOCKOPT_TRANSPORT_PARAM_EXT] = {
		.max = QUIC_TRANSPORT_PARAM_EXT_MAX_LEN,
		.set = set_param_ext, .get = get_param_ext,
	},
	[QUIC_SOCKOPT_EARLY_DATA] = {
		.size = sizeof(struct quic_early_data),
		.set = set_early_data, .get = get_early_data,
	},
	[QUIC_SOCKOPT_TICKET_SECRET] = {
		.max = QUIC_TICKET_SECRET_LEN, .set = set_ticket_secret,
	},
	[QUIC_SOCKOPT_REPLAY_CHECK] = {
		.max = QUIC_REPLAY_ID_MAX_LEN, .set = check_replay,
	},
	[QUIC_SOCKOPT_CID_LEN] = {
		.size = sizeof(u32), .set = set_cid_len, .get = get_cid_len,
	},
	[QUIC_SOCKOPT_CID_PREFIX] = {
		.max = QUIC_CID_PREFIX_MAX_LEN,
		.set = set_cid_prefix, .get = get_cid_prefix,
	},
	[QUIC_SOCKOPT_REAL_ERRORS] = {
		.size = sizeof(u32),
		.set = set_real_errors, .get = get_real_errors,
	},
	[QUIC_SOCKOPT_CONGESTION] = {
		.max = QUIC_CC_NAME_LEN,
		.set = set_congestion, .get = get_congestion,
	},
	[QUIC_SOCKOPT_ZEROCOPY] = {
		.size = sizeof(u32),
		.set = set_zerocopy, .get = get_zerocopy,
	},
	[QUIC_SOCKOPT_STATS] = {
		.size = sizeof(struct quic_stats), .get = get_stats,
	},
};

static const struct opt_ops *find_opt(int optname)
{
	if (optname < 0 || optname >= (int)ARRAY_SIZE(opts))
		return NULL;
	return &opts[array_index_nospec(optname, ARRAY_SIZE(opts))];
}

static int copy_value(const struct opt_ops *op, union opt_val *val,
		      sockptr_t optval, unsigned int *len)
{
	if (op->size)
		*len = min_t(unsigned int, *len, op->size);
	else if (*len > op->max)
		return -EINVAL;
	/* an option without a value may come with any, and with none */
	*len = min_t(unsigned int, *len, sizeof(*val));
	if (!*len || (!op->size && sockptr_is_null(optval)))
		return 0;
	return copy_from_sockptr(val, optval, *len) ? -EFAULT : 0;
}

/**
 * quic_do_setsockopt() - set a socket option from within the kernel
 * @sk: QUIC socket
 * @optname: QUIC_SOCKOPT_*
 * @optval: value, user's or kernel's
 * @optlen: its bytes; a short struct is zero-extended, a long one cut
 *
 * Context: process context, without the sock lock; may sleep.
 * Return: 0; -ENOPROTOOPT for an option that cannot be set; -EINVAL for a
 * value, length or state that does not fit; -EPIPE, -ENOSTR, -EAGAIN,
 * -EOPNOTSUPP, -ENOMEM, -EFAULT as the option says.
 */
int quic_do_setsockopt(struct sock *sk, int optname, sockptr_t optval,
		       unsigned int optlen)
{
	const struct opt_ops *op = find_opt(optname);
	union opt_val *val;
	int err;

	if (optlen > QUIC_SOCKOPT_MAX_LEN)
		return -EINVAL;
	/* longer than any other value */
	if (optname == QUIC_SOCKOPT_SESSION_TICKET)
		return quic_session_set(sk, optval, optlen);
	if (!op || !op->set)
		return -ENOPROTOOPT;
	val = kzalloc(sizeof(*val), GFP_KERNEL);
	if (!val)
		return -ENOMEM;
	err = copy_value(op, val, optval, &optlen);
	if (!err) {
		lock_sock(sk);
		err = op->set(sk, val, optlen);
		release_sock(sk);
	}
	/* it may have been a secret */
	kfree_sensitive(val);
	return err;
}
EXPORT_SYMBOL_GPL(quic_do_setsockopt);

static int get_value(struct sock *sk, const struct opt_ops *op,
		     sockptr_t optval, int *len)
{
	size_t size = op->size;
	union opt_val *val;
	int err = 0;

	val = kzalloc(sizeof(*val), GFP_KERNEL);
	if (!val)
		return -ENOMEM;
	if (op->takes_input &&
	    copy_from_sockptr(val, optval, min_t(size_t, *len, size)))
		err = -EFAULT;
	if (!err) {
		lock_sock(sk);
		err = op->get(sk, val, &size);
		release_sock(sk);
	}
	/* bytes of any length must fit; a struct is cut */
	if (!err && !op->size && *len < (int)size)
		err = -EINVAL;
	if (!err) {
		*len = min_t(int, *len, size);
		if (copy_to_sockptr(optval, val, *len))
			err = -EFAULT;
	}
	kfree(val);
	return err;
}

/**
 * quic_do_getsockopt() - get a socket option from within the kernel
 * @sk: QUIC socket
 * @optname: QUIC_SOCKOPT_*
 * @optval: room, user's or kernel's; STREAM_OPEN, CONNECTION_ID, EVENT and
 *	TRANSPORT_PARAM read it first
 * @optlen: int: bytes of room in, bytes of the value out
 *
 * Context: process context, without the sock lock; STREAM_OPEN may wait.
 * Return: 0; -ENOPROTOOPT for an option that cannot be got; -EINVAL when
 * there is too little room, or in the wrong state; other errors as the option
 * says.
 */
int quic_do_getsockopt(struct sock *sk, int optname, sockptr_t optval,
		       sockptr_t optlen)
{
	const struct opt_ops *op = find_opt(optname);
	int err, len;

	if (copy_from_sockptr(&len, optlen, sizeof(len)))
		return -EFAULT;
	if (len < 0)
		return -EINVAL;
	if (optname == QUIC_SOCKOPT_SESSION_TICKET)
		err = quic_session_get(sk, optval, &len);
	else if (!op || !op->get)
		err = -ENOPROTOOPT;
	else
		err = get_value(sk, op, optval, &len);
	if (err)
		return err;
	return copy_to_sockptr(optlen, &len, sizeof(len)) ? -EFAULT : 0;
}
EXPORT_SYMBOL_GPL(quic_do_getsockopt);

/**
 * quic_setsockopt() - setsockopt(2)
 * @sk: socket
 * @level: SOL_QUIC; others go to IP or IPv6
 * @optname: option
 * @optval: value
 * @optlen: its bytes
 *
 * Return: as quic_do_setsockopt().
 */
int quic_setsockopt(struct sock *sk, int level, int optname, sockptr_t optval,
		    unsigned int optlen)
{
	if (level == SOL_QUIC)
		return quic_do_setsockopt(sk, optname, optval, optlen);
#if IS_ENABLED(CONFIG_IPV6)
	if (level == SOL_IPV6 && sk->sk_family == AF_INET6)
		return ipv6_setsockopt(sk, level, optname, optval, optlen);
#endif
	return ip_setsockopt(sk, level, optname, optval, optlen);
}

/**
 * quic_getsockopt() - getsockopt(2)
 * @sk: socket
 * @level: SOL_QUIC; others go to IP or IPv6
 * @optname: option
 * @optval: room
 * @optlen: its bytes
 *
 * Return: as quic_do_getsockopt().
 */
int quic_getsockopt(struct sock *sk, int level, int optname,
		    char __user *optval, int __user *optlen)
{
	if (level == SOL_QUIC)
		return quic_do_getsockopt(sk, optname, USER_SOCKPTR(optval),
					  USER_SOCKPTR(optlen));
#if IS_ENABLED(CONFIG_IPV6)
	if (level == SOL_IPV6 && sk->sk_family == AF_INET6)
		return ipv6_getsockopt(sk, level, optname, optval, optlen);
#endif
	return ip_getsockopt(sk, level, optname, optval, optlen);
}
