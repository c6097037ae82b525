// SPDX-License-Identifier: GPL-2.0-only
/* How a connection ended, in errno's words; REAL_ERRORS on and off. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <netinet/quic.h>

#include "pair.h"
#include "tap.h"

static void lo(const char *state)
{
	char line[40];

	snprintf(line, sizeof(line), "ip link set lo %s", state);
	if (system(line))
		exit(1);
}

static int so_error(int fd)
{
	socklen_t len = sizeof(int);
	int val = -1;

	getsockopt(fd, SOL_SOCKET, SO_ERROR, &val, &len);
	return val;
}

static int recv_error(int fd)
{
	char c;

	return pair_error(recv(fd, &c, 1, 0));
}

static void start(struct pair *p, bool real, uint32_t idle_us)
{
	p->listener = pair_listen();
	p->client = pair_socket();
	pair_param(p->listener, 0, 0);
	pair_param(p->client, 0, idle_us);
	if (real)
		pair_set(p->client, QUIC_SOCKOPT_REAL_ERRORS, 1);
	pair_open(p);
}

static void stop(struct pair *p)
{
	pair_close(p);
	close(p->listener);
}

/* What the client sees, @want of REAL_ERRORS, after the connection ended. */
static void judge(struct pair *p, bool real, int want, const char *what)
{
	const char *mode = real ? "real errors" : "default";
	int ev = pair_poll(p->client, POLLIN | POLLRDHUP, PAIR_WAIT_MS);

	is(ev, POLLIN | POLLRDHUP | POLLHUP |
	   (real && want ? POLLERR : 0), "%s, %s: poll", what, mode);
	if (real && want)
		is(recv_error(p->client), want, "%s, %s: recv", what,
		   mode);
	is(recv_error(p->client), ENOTCONN, "%s, %s: recv%s", what,
	   mode, real && want ? " again" : "");
	is(pair_error(pair_send(p->client, "x", 1, -1, 0)), EPIPE,
	   "%s, %s: send", what, mode);
	is(so_error(p->client), 0, "%s, %s: SO_ERROR", what, mode);
}

static bool is_slow(void)
{
	const char *variant = getenv("VARIANT");

	return variant && strcmp(variant, "normal");
}

static void idle(bool real)
{
	struct pair p;

	/* the handshake has to fit in */
	start(&p, real, is_slow() ? 8000000 : 3000000);
	lo("down");
	judge(&p, real, ETIMEDOUT, "idle timeout");
	lo("up");
	stop(&p);
}

static void peer_code(bool real, uint32_t code)
{
	struct quic_connection_close info = { .errcode = code };
	struct quic_stats stats;
	socklen_t len = sizeof(stats);
	struct pair p;

	start(&p, real, 0);
	setsockopt(p.server, SOL_QUIC, QUIC_SOCKOPT_CONNECTION_CLOSE, &info,
		   sizeof(info));
	close(p.server);
	judge(&p, real, code ? ECONNRESET : 0,
	      code ? "peer's code" : "peer's orderly end");
	ok(!getsockopt(p.client, SOL_QUIC, QUIC_SOCKOPT_STATS, &stats,
			&len) && len == sizeof(stats) &&
	   stats.state >= QUIC_STATS_STATE_DRAINING,
	   "statistics outlive the connection");
	p.server = -1;
	stop(&p);
}

/* The listener goes before it accepted. */
static void refused(bool real)
{
	const char *mode = real ? "real errors" : "default";
	struct pair p;
	int status;
	pid_t pid;

	p.listener = pair_listen();
	p.client = pair_socket();
	if (real)
		pair_set(p.client, QUIC_SOCKOPT_REAL_ERRORS, 1);
	pair_connect(p.client, p.listener);
	pid = pair_start_client(p.client, p.listener);
	pair_poll(p.listener, POLLIN, PAIR_WAIT_MS);
	close(p.listener);
	waitpid(pid, &status, 0);
	is(WEXITSTATUS(status), real ? ECONNREFUSED : ENOTCONN,
	   "refused, %s: handshake", mode);
	is(pair_poll(p.client, 0, 0), POLLHUP, "refused, %s: poll", mode);
	close(p.client);
}

static void *wait_send(void *arg)
{
	static char data[1 << 20];
	int fd = *(int *)arg;

	while (pair_send(fd, data, sizeof(data), 0, 0) > 0)
		;
	return (void *)(intptr_t)errno;
}

static void option(void)
{
	socklen_t len = sizeof(uint32_t);
	int fd = pair_socket();
	uint32_t val = 7;
	uint8_t byte = 1;

	ok(!getsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_REAL_ERRORS, &val, &len) &&
	   !val && len == sizeof(val), "off at first");
	val = 2;
	ok(setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_REAL_ERRORS, &val,
		      sizeof(val)) && errno == EINVAL, "2 is no value");
	ok(setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_REAL_ERRORS, &byte, 1) &&
	   errno == EINVAL, "neither is a byte");
	pair_set(fd, QUIC_SOCKOPT_REAL_ERRORS, 1);
	ok(!getsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_REAL_ERRORS, &val, &len) &&
	   val == 1, "on");
	close(fd);
}

/* A writer that sleeps for room learns why it will not come. */
static void sleeping_writer(void)
{
	struct quic_connection_close info = { .errcode = 5 };
	pthread_t thread;
	struct pair p;
	void *got;

	start(&p, true, 0);
	pair_send(p.client, "x", 1, -1, 0);
	pthread_create(&thread, NULL, wait_send, &p.client);
	/* the window is full when nothing can be written any more */
	while (pair_poll(p.client, POLLOUT, 0))
		usleep(1000);
	setsockopt(p.server, SOL_QUIC, QUIC_SOCKOPT_CONNECTION_CLOSE, &info,
		   sizeof(info));
	close(p.server);
	pthread_join(thread, &got);
	is((intptr_t)got, ECONNRESET, "a sleeping writer is told");
	p.server = -1;
	stop(&p);
}

int main(void)
{
	int real;

	alarm(PAIR_LIMIT_S);
	option();
	for (real = 0; real < 2; real++) {
		idle(real);
		peer_code(real, 0);
		peer_code(real, 77);
		refused(real);
	}
	sleeping_writer();
	return tap_done();
}
