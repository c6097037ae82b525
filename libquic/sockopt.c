// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sockopt.h"

#include <errno.h>
#include <stdint.h>
#include <sys/socket.h>

#include <linux/quic.h>

static int priv_fd(void *priv)
{
	return (int)(intptr_t)priv;
}

static int set_option(void *priv, int optname, const void *val, size_t len)
{
	if (setsockopt(priv_fd(priv), SOL_QUIC, optname, val, len))
		return -errno;
	return 0;
}

static int get_option(void *priv, int optname, void *val, size_t *len)
{
	socklen_t optlen = *len;

	if (getsockopt(priv_fd(priv), SOL_QUIC, optname, val, &optlen))
		return -errno;
	*len = optlen;
	return 0;
}

const struct quic_sockopt_ops quic_sockopt_system = {
	.set = set_option,
	.get = get_option,
};

void *quic_sockopt_priv(int sockfd)
{
	return (void *)(intptr_t)sockfd;
}
