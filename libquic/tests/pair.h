/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef LIBQUIC_TESTS_PAIR_H
#define LIBQUIC_TESTS_PAIR_H

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <linux/quic.h>

#include "handshake.h"
#include "sockopt.h"

/*
 * Two sockets in memory that keep the rules the kernel keeps: a message is
 * sent and read only at a level whose secret is installed, parameters are
 * set only while establishing, both APP secrets establish.
 */

#define PAIR_QUEUE_BYTES	(1024 * 1024)

struct side {
	struct side *peer;
	struct quic_handshake_step *step;
	gnutls_session_t session;
	int ret;
	bool done;

	uint8_t local[512];
	size_t local_len;
	uint8_t remote[1024];
	size_t remote_len;
	unsigned int param_sets;
	struct quic_crypto_secret secret[QUIC_CRYPTO_MAX][2];
	bool installed[QUIC_CRYPTO_MAX][2];
	struct quic_connection_close close;
	bool closed;
	const char *broken;	/* rule that was broken */
	uint8_t ticket[QUIC_TICKET_MAX_LEN];
	size_t ticket_len;

	/* messages to this side: level, then byte, for each byte */
	uint8_t *queue;
	size_t head, tail;
	size_t chunk;		/* bytes per recvmsg and sendmsg, 0: all */
	bool notify;		/* a notification comes before each message */
	bool notified;
	int set_error[96];	/* errno of setting an option, or 0 */
	uint8_t early;		/* verdict on early data, or 0 */
};

static bool established(const struct side *side)
{
	return side->installed[QUIC_CRYPTO_APP][0] &&
	       side->installed[QUIC_CRYPTO_APP][1];
}

static bool may_use(const struct side *side, unsigned int level, bool send)
{
	if (level == QUIC_CRYPTO_INITIAL)
		return true;
	return level < QUIC_CRYPTO_MAX && side->installed[level][send];
}

static int set_secret(struct side *side, const struct quic_crypto_secret *s)
{
	if (s->level >= QUIC_CRYPTO_MAX || s->level == QUIC_CRYPTO_INITIAL ||
	    s->send > 1 || s->reserved) {
		side->broken = "not a secret";
		return -EINVAL;
	}
	if (established(side) || side->installed[s->level][s->send]) {
		side->broken = "secret set twice or too late";
		return -EINVAL;
	}
	side->secret[s->level][s->send] = *s;
	side->installed[s->level][s->send] = true;
	return 0;
}

static int set_params(struct side *side, const void *val, size_t len)
{
	if (established(side)) {
		side->broken = "parameters set after the handshake";
		return -EINVAL;
	}
	side->param_sets++;
	memcpy(side->remote, val, len);
	side->remote_len = len;
	return 0;
}

/* A verdict is for who has 0-RTT keys, before the parameters. */
static int set_early(struct side *side, const struct quic_early_data *early)
{
	if (!side->installed[QUIC_CRYPTO_EARLY][1] || side->param_sets ||
	    side->early) {
		side->broken = "verdict on early data out of place";
		return -EINVAL;
	}
	side->early = early->state;
	return 0;
}

/* As in a kernel, all servers have one memory. */
static int check_replay(const void *id, size_t len)
{
	static uint8_t seen[16][QUIC_REPLAY_ID_MAX_LEN];
	static unsigned int count;
	unsigned int i;

	if (len < QUIC_REPLAY_ID_MIN_LEN || len > QUIC_REPLAY_ID_MAX_LEN ||
	    count == 16)
		return -EINVAL;
	for (i = 0; i < count; i++)
		if (!memcmp(seen[i], id, len))
			return -EEXIST;
	memcpy(seen[count++], id, len);
	return 0;
}

static int pair_set(void *priv, int optname, const void *val, size_t len)
{
	struct side *side = priv;

	if (side->set_error[optname])
		return -side->set_error[optname];
	switch (optname) {
	case QUIC_SOCKOPT_TRANSPORT_PARAM_EXT:
		return set_params(side, val, len);
	case QUIC_SOCKOPT_CRYPTO_SECRET:
		if (len != sizeof(struct quic_crypto_secret))
			return -EINVAL;
		return set_secret(side, val);
	case QUIC_SOCKOPT_EARLY_DATA:
		return set_early(side, val);
	case QUIC_SOCKOPT_REPLAY_CHECK:
		return check_replay(val, len);
	case QUIC_SOCKOPT_CONNECTION_CLOSE:
		memcpy(&side->close, val, sizeof(side->close));
		side->closed = true;
		return 0;
	}
	return -ENOPROTOOPT;
}

static int pair_get(void *priv, int optname, void *val, size_t *len)
{
	struct side *side = priv;

	switch (optname) {
	case QUIC_SOCKOPT_TRANSPORT_PARAM_EXT:
		if (*len < side->local_len)
			return -EINVAL;
		memcpy(val, side->local, side->local_len);
		*len = side->local_len;
		return 0;
	case QUIC_SOCKOPT_SESSION_TICKET:
		memcpy(val, side->ticket, side->ticket_len);
		*len = side->ticket_len;
		return 0;
	}
	return -ENOPROTOOPT;
}

static const struct quic_sockopt_ops pair_ops = {
	.set = pair_set,
	.get = pair_get,
};

static void pair_put(struct side *to, uint8_t level, const uint8_t *data,
		     size_t len)
{
	while (len--) {
		if (to->tail + 2 > PAIR_QUEUE_BYTES)
			abort();
		to->queue[to->tail++] = level;
		to->queue[to->tail++] = *data++;
	}
}

static ssize_t pair_send(struct side *side, const struct msghdr *msg)
{
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(msg);
	size_t len = msg->msg_iov->iov_len;
	uint8_t level;

	if (!cmsg || cmsg->cmsg_level != 288 || cmsg->cmsg_type != 1 ||
	    cmsg->cmsg_len != CMSG_LEN(1)) {
		side->broken = "sendmsg without its level";
		return -EINVAL;
	}
	level = *CMSG_DATA(cmsg);
	/* RFC 9001 8.3#1: no EndOfEarlyData, nor anything else in 0-RTT */
	if (level == QUIC_CRYPTO_EARLY)
		side->broken = "message at the level of 0-RTT";
	if (!may_use(side, level, true))
		side->broken = "message before the secret of its level";
	if (established(side) && level != QUIC_CRYPTO_APP)
		side->broken = "message after the handshake";
	if (side->chunk && len > side->chunk)
		len = side->chunk;
	pair_put(side->peer, level, msg->msg_iov->iov_base, len);
	return len;
}

static ssize_t notify(struct msghdr *msg)
{
	*(uint8_t *)msg->msg_iov->iov_base = QUIC_EVENT_NEW_TOKEN;
	msg->msg_flags = MSG_QUIC_NOTIFICATION;
	msg->msg_controllen = 0;
	return 1;
}

/* The caller made sure that something is queued. */
static ssize_t pair_recv(struct side *side, struct msghdr *msg)
{
	size_t max = msg->msg_iov->iov_len;
	uint8_t *out = msg->msg_iov->iov_base;
	uint8_t level = side->queue[side->head];
	struct cmsghdr *cmsg;
	size_t len = 0;

	if (side->notify && !side->notified) {
		side->notified = true;
		return notify(msg);
	}
	side->notified = false;
	if (side->chunk && max > side->chunk)
		max = side->chunk;
	while (len < max && side->head < side->tail &&
	       side->queue[side->head] == level) {
		out[len++] = side->queue[side->head + 1];
		side->head += 2;
	}
	cmsg = CMSG_FIRSTHDR(msg);
	cmsg->cmsg_level = 288;
	cmsg->cmsg_type = 1;
	cmsg->cmsg_len = CMSG_LEN(1);
	*CMSG_DATA(cmsg) = level;
	msg->msg_controllen = CMSG_SPACE(1);
	msg->msg_flags = 0;
	return len;
}

static bool readable(const struct side *side)
{
	return side->head < side->tail &&
	       (may_use(side, side->queue[side->head], false) ||
		side->queue[side->head] >= QUIC_CRYPTO_MAX);
}

/* Do one step; false: nothing can be done now. */
static bool side_step(struct side *side)
{
	struct quic_handshake_step *step = side->step;

	if (side->done)
		return false;
	if (step->op == QUIC_HANDSHAKE_STEP_OP_SENDMSG)
		step->s_sendmsg.retval = pair_send(side, step->s_sendmsg.msg);
	else if (readable(side))
		step->s_recvmsg.retval = pair_recv(side, step->s_recvmsg.msg);
	else
		return false;
	side->ret = quic_handshake_step(side->session, &side->step);
	side->done = side->ret || !side->step;
	return true;
}

static void side_init(struct side *side, struct side *peer, uint8_t fill)
{
	memset(side, 0, sizeof(*side));
	side->peer = peer;
	side->queue = malloc(PAIR_QUEUE_BYTES);
	memset(side->local, fill, 60);
	side->local_len = 60;
}

static void side_start(struct side *side, gnutls_session_t session,
		       const struct quic_handshake_opts *opts)
{
	side->session = session;
	side->ret = quic_handshake_start(session, &pair_ops, side, opts,
					 &side->step);
	side->done = side->ret || !side->step;
}

/* Run both until neither can go on. */
static void pair_run(struct side *a, struct side *b)
{
	bool again = true;

	while (again) {
		again = side_step(a);
		again = side_step(b) || again;
	}
}

static bool secrets_match(const struct side *a, const struct side *b,
			  unsigned int level)
{
	return a->installed[level][1] && b->installed[level][0] &&
	       a->secret[level][1].type == b->secret[level][0].type &&
	       !memcmp(a->secret[level][1].secret, b->secret[level][0].secret,
		       sizeof(a->secret[level][1].secret));
}

#endif
