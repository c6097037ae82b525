// SPDX-License-Identifier: GPL-2.0-only
#include "stream.h"

#include <errno.h>
#include <sys/socket.h>

#include <netinet/quic.h>

void stream_real_errors(int sockfd)
{
	uint32_t on = 1;

	if (setsockopt(sockfd, SOL_QUIC, QUIC_SOCKOPT_REAL_ERRORS, &on,
		       sizeof(on)))
		errno = 0;
}

static int64_t open_next(int sockfd, uint32_t flags)
{
	struct quic_stream_info info = {
		.stream_id = -1, .stream_flags = flags,
	};
	socklen_t len = sizeof(info);

	if (getsockopt(sockfd, SOL_QUIC, QUIC_SOCKOPT_STREAM_OPEN, &info, &len))
		return -1;
	return info.stream_id;
}

int64_t stream_open(int sockfd)
{
	return open_next(sockfd, 0);
}

int64_t stream_try_open(int sockfd)
{
	return open_next(sockfd, MSG_QUIC_STREAM_DONTWAIT);
}

int64_t stream_open_uni(int sockfd)
{
	return open_next(sockfd, MSG_QUIC_STREAM_UNI);
}

int stream_send(int sockfd, int64_t sid, const void *data, size_t len,
		bool fin)
{
	uint32_t flags = MSG_NOSIGNAL | (fin ? MSG_QUIC_STREAM_FIN : 0);
	const char *at = data;
	ssize_t sent;

	for (;;) {
		sent = quic_sendmsg(sockfd, at, len, sid, flags);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return -1;
		if ((size_t)sent >= len)
			return 0;
		if (!sent) {
			errno = EIO;
			return -1;
		}
		at += sent;
		len -= sent;
	}
}

ssize_t stream_recv(int sockfd, void *data, size_t size, int64_t *sid,
		    bool *fin)
{
	uint32_t flags;
	ssize_t len;

	for (;;) {
		flags = 0;
		len = quic_recvmsg(sockfd, data, size, sid, &flags);
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return -1;
		if (flags & (MSG_QUIC_NOTIFICATION | MSG_QUIC_DATAGRAM))
			continue;
		*fin = flags & MSG_QUIC_STREAM_FIN;
		if (len || *fin)
			return len;
		errno = ENOTCONN;
		return -1;
	}
}
