// SPDX-License-Identifier: LGPL-2.1-or-later
#include "settings.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>

int quic_settings_load(int sockfd, struct quic_config *config)
{
	socklen_t len = sizeof(*config);

	memset(config, 0, sizeof(*config));
	if (!getsockopt(sockfd, SOL_QUIC, QUIC_SOCKOPT_CONFIG, config, &len))
		return 0;
	if (errno != ENOPROTOOPT)
		return -errno;
	memset(config, 0, sizeof(*config));
	return 0;
}

int quic_settings_peer(int sockfd, char *text, size_t size)
{
	struct sockaddr_storage addr;
	socklen_t len = sizeof(addr);

	if (getpeername(sockfd, (struct sockaddr *)&addr, &len))
		return -errno;
	if (getnameinfo((struct sockaddr *)&addr, len, text, size, NULL, 0,
			NI_NUMERICHOST))
		return -EINVAL;
	/* the interface of a link-local address is no part of its name */
	text[strcspn(text, "%")] = 0;
	return 0;
}
