// SPDX-License-Identifier: LGPL-2.1-or-later
#include "handshake.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>

/*
 * After EAGAIN: 0 when the call may be done again. On a blocking socket
 * EAGAIN means that SO_RCVTIMEO or SO_SNDTIMEO ran out. A non-blocking one
 * waits for as long as the kernel keeps the connection (RFC 9000 10.1).
 */
static int wait_ready(int sockfd, short events)
{
	struct pollfd pfd = { .fd = sockfd, .events = events };
	int flags = fcntl(sockfd, F_GETFL);

	if (flags < 0)
		return -errno;
	if (!(flags & O_NONBLOCK))
		return -ETIMEDOUT;
	while (poll(&pfd, 1, -1) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

static ssize_t try_call(int sockfd, const struct quic_handshake_step *step)
{
	if (step->op == QUIC_HANDSHAKE_STEP_OP_SENDMSG)
		return sendmsg(sockfd, step->s_sendmsg.msg,
			       step->s_sendmsg.flags);
	return recvmsg(sockfd, step->s_recvmsg.msg, step->s_recvmsg.flags);
}

static ssize_t do_call(int sockfd, const struct quic_handshake_step *step)
{
	bool sends = step->op == QUIC_HANDSHAKE_STEP_OP_SENDMSG;
	ssize_t ret;

	for (;;) {
		ret = try_call(sockfd, step);
		if (ret >= 0)
			return ret;
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN)
			return -errno;
		ret = wait_ready(sockfd, sends ? POLLOUT : POLLIN);
		if (ret)
			return ret;
	}
}

static void do_step(int sockfd, struct quic_handshake_step *step)
{
	ssize_t ret = do_call(sockfd, step);

	if (step->op == QUIC_HANDSHAKE_STEP_OP_SENDMSG)
		step->s_sendmsg.retval = ret;
	else
		step->s_recvmsg.retval = ret;
}

/* 0-RTT keys are there from the step after the ClientHello on. */
static int send_early(gnutls_session_t session, int sockfd,
		      struct quic_handshake_opts *opts)
{
	int (*early)(int sockfd, void *arg) = opts->early;
	int ret;

	if (!early || !quic_handshake_of(session)->early_sent)
		return 0;
	opts->early = NULL;
	ret = early(sockfd, opts->early_arg);
	return ret ? quic_handshake_abort(session, ret) : 0;
}

int quic_handshake_run(gnutls_session_t session, int sockfd,
		       const struct quic_handshake_opts *asked)
{
	struct quic_handshake_opts opts = *asked;
	struct quic_handshake_step *step;
	int ret;

	ret = quic_handshake_start(session, &quic_sockopt_system,
				   quic_sockopt_priv(sockfd), &opts, &step);
	while (!ret && step) {
		ret = send_early(session, sockfd, &opts);
		if (ret)
			break;
		do_step(sockfd, step);
		ret = quic_handshake_step(session, &step);
	}
	quic_handshake_deinit(session);
	return ret;
}

int quic_handshake(gnutls_session_t session)
{
	const struct quic_handshake_opts opts = { 0 };
	int sockfd = gnutls_transport_get_int(session);

	if (sockfd < 0)
		return -EBADF;
	return quic_handshake_run(session, sockfd, &opts);
}
