// SPDX-License-Identifier: GPL-2.0-only
#include "migrate.h"

#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <netinet/in.h>
#include <netinet/quic.h>

#include "address.h"

#define RETRY_MS	5

static struct address target;
static int fd = -1;
static timer_t timer;
static volatile sig_atomic_t refused;
static volatile sig_atomic_t done;

static void set_timer(uint64_t after_ms)
{
	struct itimerspec spec = {
		.it_value = { .tv_sec = after_ms / 1000,
			      .tv_nsec = after_ms % 1000 * 1000000 },
	};

	timer_settime(timer, 0, &spec, NULL);
}

/* EAGAIN: the handshake is not confirmed yet, or there is no spare id. */
static void move(int sig)
{
	int saved = errno;

	(void)sig;
	/* one may have been pending */
	if (done)
		return;
	if (!setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_CONNECTION_MIGRATION,
			&target.addr, target.len)) {
		done = 1;
	} else if (errno != EAGAIN) {
		refused = errno;
		done = 1;
	}
	set_timer(done ? 0 : RETRY_MS);
	errno = saved;
}

/* The address of the socket, with a port that the kernel chooses. */
static void same_address(int sockfd)
{
	target.len = sizeof(target.addr);
	if (getsockname(sockfd, (struct sockaddr *)&target.addr, &target.len))
		err(1, "getsockname");
	/* sin_port and sin6_port are at the same place */
	((struct sockaddr_in *)&target.addr)->sin_port = 0;
}

void migrate_start(int sockfd, const char *to, uint64_t after_ms)
{
	struct sigaction action = {
		.sa_handler = move, .sa_flags = SA_RESTART,
	};
	struct sigevent event = {
		.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR2,
	};

	if (!to)
		same_address(sockfd);
	else if (address_parse(&target, to))
		exit(2);
	fd = sockfd;
	if (sigaction(SIGUSR2, &action, NULL) ||
	    timer_create(CLOCK_MONOTONIC, &event, &timer))
		err(1, "timer of the migration");
	if (after_ms != MIGRATE_ON_SIGNAL)
		set_timer(after_ms ? after_ms : 1);
}

void migrate_report(int sockfd)
{
	struct address now = { .len = sizeof(now.addr) };
	char text[ADDRESS_TEXT_LEN];

	if (fd < 0)
		return;
	if (refused)
		warnx("migration refused: %s", strerror(refused));
	if (getsockname(sockfd, (struct sockaddr *)&now.addr, &now.len))
		return;
	address_print(&now, text);
	warnx("local address is now %s", text);
}
