// SPDX-License-Identifier: GPL-2.0-only
#include "session.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <netinet/quic.h>

int session_load(struct session *session, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	session->len = 0;
	if (fd < 0 && errno == ENOENT)
		return 0;
	len = fd < 0 ? -1 : read(fd, session->data, sizeof(session->data));
	if (fd >= 0)
		close(fd);
	if (len < 0) {
		warn("%s", path);
		return -1;
	}
	session->len = len;
	return 0;
}

/* The ticket comes a round trip after the handshake, if the server is quick. */
static int wait_session(struct quic_client *client, struct session *session)
{
	const struct timespec step = { .tv_nsec = 20 * 1000000 };
	int i, ret = 0;

	for (i = 0; i < 1500; i++) {
		session->len = sizeof(session->data);
		ret = quic_client_save(client, session->data, &session->len);
		if (ret != -ENODATA)
			return ret;
		nanosleep(&step, NULL);
	}
	return ret;
}

int session_save(struct quic_client *client, const char *path)
{
	static struct session session;
	int fd, ret;

	ret = wait_session(client, &session);
	if (ret) {
		warnx("%s: no session to save (%d)", path, ret);
		return -1;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, session.data, session.len) !=
	    (ssize_t)session.len) {
		warn("%s", path);
		ret = -1;
	}
	if (fd >= 0)
		close(fd);
	explicit_bzero(&session, sizeof(session));
	return ret;
}

const char *session_early_state(int sockfd)
{
	static const char *const names[] = {
		[QUIC_EARLY_DATA_NONE] = "none",
		[QUIC_EARLY_DATA_TRIED] = "tried",
		[QUIC_EARLY_DATA_ACCEPTED] = "accepted",
		[QUIC_EARLY_DATA_REJECTED] = "rejected",
	};
	struct quic_early_data early = { .state = 0 };
	socklen_t len = sizeof(early);

	if (getsockopt(sockfd, SOL_QUIC, QUIC_SOCKOPT_EARLY_DATA, &early,
		       &len) || early.state > QUIC_EARLY_DATA_REJECTED)
		return "unknown";
	return names[early.state];
}
