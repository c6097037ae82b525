// SPDX-License-Identifier: GPL-2.0-only
/*
 * Listeners come and go while first packets arrive: sock-relisten [SECONDS].
 * Clients connect to one port all the time, say something that is no
 * ClientHello, and leave. What has to hold is that nothing hangs, every error
 * is one that may be, and a listener that is closed leaves its port to the next.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <netinet/quic.h>

#include "pair.h"
#include "tap.h"

#define PORT		4437
#define CLIENTS		3
#define LISTENERS	2	/* of one SO_REUSEPORT group */
#define ROUNDS_MIN	20

static atomic_int over, enough;
static atomic_uint sent, odd;

static struct sockaddr_in local(void)
{
	return (struct sockaddr_in) {
		.sin_family = AF_INET, .sin_port = htons(PORT),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

static void unexpected(const char *what)
{
	warn("%s", what);
	atomic_fetch_add(&odd, 1);
}

static ssize_t say_hello(int fd)
{
	char control[CMSG_SPACE(1)] = {}, junk[300] = { 1 };
	struct iovec iov = { junk, sizeof(junk) };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_QUIC;
	cmsg->cmsg_type = QUIC_HANDSHAKE_INFO;
	cmsg->cmsg_len = CMSG_LEN(1);
	*CMSG_DATA(cmsg) = QUIC_CRYPTO_INITIAL;
	return sendmsg(fd, &msg, MSG_NOSIGNAL);
}

static void *run_client(void *arg)
{
	struct sockaddr_in to = local();
	int fd;

	(void)arg;
	while (!atomic_load(&over)) {
		fd = pair_socket();
		if (connect(fd, (struct sockaddr *)&to, sizeof(to)))
			unexpected("connect");
		else if (say_hello(fd) > 0)
			atomic_fetch_add(&sent, 1);
		/* nobody may have been there, or refused it already */
		else if (errno != EPIPE)
			unexpected("first bytes");
		sched_yield();
		close(fd);
	}
	return NULL;
}

static int start_listener(void)
{
	struct sockaddr_in at = local();
	int fd = pair_socket(), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) || listen(fd, 2))
		unexpected("the port is free, and yet: listen");
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

static void *run_accept(void *arg)
{
	int fd = *(int *)arg, child;
	uintptr_t n = 0;

	while (!atomic_load(&enough)) {
		child = accept(fd, NULL, NULL);
		if (child >= 0) {
			n++;
			close(child);
		} else if (errno == EAGAIN) {
			pair_poll(fd, POLLIN, 1);
		} else {
			unexpected("accept");
		}
	}
	return (void *)n;
}

/* Two listeners; one is accepted from, one closed with what waits there. */
static uintptr_t run_round(unsigned int nr)
{
	const struct timespec pause = { .tv_nsec = 1000 * (nr * 7919 % 3000) };
	int fd[LISTENERS], i;
	pthread_t thread;
	void *accepted;

	atomic_store(&enough, 0);
	for (i = 0; i < LISTENERS; i++)
		fd[i] = start_listener();
	if (pthread_create(&thread, NULL, run_accept, &fd[0]))
		errx(1, "thread");
	nanosleep(&pause, NULL);
	close(fd[1]);
	atomic_store(&enough, 1);
	pthread_join(thread, &accepted);
	close(fd[0]);
	return (uintptr_t)accepted;
}

int main(int argc, char **argv)
{
	int seconds = argc > 1 ? atoi(argv[1]) : 1;
	pthread_t client[CLIENTS];
	uintptr_t accepted = 0;
	time_t end;
	unsigned int n;
	int i;

	alarm(seconds + 100);
	for (i = 0; i < CLIENTS; i++)
		if (pthread_create(&client[i], NULL, run_client, NULL))
			errx(1, "thread");
	end = time(NULL) + seconds;
	for (n = 0; n < ROUNDS_MIN || time(NULL) < end; n++)
		accepted += run_round(n);
	atomic_store(&over, 1);
	for (i = 0; i < CLIENTS; i++)
		pthread_join(client[i], NULL);
	ok(accepted > 0, "%u listeners: some clients were accepted",
	   n * LISTENERS);
	ok(atomic_load(&sent) > accepted, "and some were not");
	is(atomic_load(&odd), 0, "no error but those that may be");
	return tap_done();
}
