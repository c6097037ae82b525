// SPDX-License-Identifier: GPL-2.0-only
/* poll and epoll in each state; edges; what does not wait. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <netinet/quic.h>

#include "pair.h"
#include "tap.h"

#define ALL	(POLLIN | POLLOUT | POLLRDHUP)
#define WINDOW	65536

static char block[WINDOW];

static int edge(int fd, int events)
{
	struct epoll_event ev = { .events = events | EPOLLET };
	int ep = epoll_create1(0);

	epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev);
	return ep;
}

/* Next edge: its events, 0 when none comes within @ms. */
static int next_edge(int ep, int ms)
{
	struct epoll_event ev = {};

	return epoll_wait(ep, &ev, 1, ms) == 1 ? (int)ev.events : 0;
}

static void fresh(void)
{
	int fd = pair_socket();

	is(pair_poll(fd, ALL, 0), POLLOUT | POLLHUP, "no connection");
	is(pair_error(recv(fd, block, 1, MSG_DONTWAIT)), ENOTCONN,
	   "no connection: recv");
	is(pair_error(send(fd, block, 1, MSG_NOSIGNAL)), EPIPE,
	   "no connection: send");
	close(fd);
}

static void listener(void)
{
	int lfd = pair_listen(), one = pair_socket(), two = pair_socket();
	int ep = edge(lfd, EPOLLIN);
	pid_t pid_one, pid_two;

	is(pair_poll(lfd, ALL, 0), 0, "listener: nobody there");
	pair_connect(one, lfd);
	pair_connect(two, lfd);
	is(pair_poll(lfd, ALL, 0), 0, "connect() sends nothing");
	is(pair_poll(one, ALL, 0), POLLOUT,
	   "handshake: may be written to");
	pid_one = pair_start_client(one, lfd);
	is(next_edge(ep, PAIR_WAIT_MS), EPOLLIN, "listener: an edge");
	is(next_edge(ep, 0), 0, "one only");
	is(pair_poll(lfd, ALL, 0), POLLIN, "listener: level");
	pid_two = pair_start_client(two, lfd);
	is(next_edge(ep, PAIR_WAIT_MS), EPOLLIN, "another edge");
	close(accept(lfd, NULL, NULL));
	is(pair_poll(lfd, ALL, 0), POLLIN, "one is left");
	close(accept(lfd, NULL, NULL));
	is(pair_poll(lfd, ALL, 0), 0, "none is left");
	fcntl(lfd, F_SETFL, O_NONBLOCK);
	is(pair_error(accept4(lfd, NULL, NULL, 0) < 0 ? -1 : 0), EAGAIN,
	   "accept without waiting");
	pair_stop_client(pid_one);
	pair_stop_client(pid_two);
	close(ep);
	close(lfd);
	close(one);
	close(two);
}

static void readable(struct pair *p)
{
	int ep = edge(p->client, EPOLLIN | EPOLLRDHUP);

	is(pair_poll(p->client, ALL, 0), POLLOUT, "established");
	is(next_edge(ep, 0), 0, "nothing to read, no edge");
	is(pair_error(recv(p->client, block, 1, MSG_DONTWAIT)), EAGAIN,
	   "recv without waiting");
	pair_send(p->server, "one", 3, -1, 0);
	is(next_edge(ep, PAIR_WAIT_MS), EPOLLIN, "bytes: an edge");
	is(next_edge(ep, 0), 0, "one only");
	pair_send(p->server, "two", 3, 1, 0);
	is(next_edge(ep, PAIR_WAIT_MS), EPOLLIN, "more bytes: an edge");
	is(pair_poll(p->client, ALL, 0), POLLIN | POLLOUT, "level");
	is(recv(p->client, block, 4, 0), 4, "a part is read");
	is(pair_poll(p->client, POLLIN, 0), POLLIN, "still level");
	is(pair_drain(p->client), 2, "the rest");
	is(pair_poll(p->client, POLLIN, 0), 0, "no level");
	close(ep);
}

/* Fill what the peer grants and what the send buffer takes. */
static size_t fill(int fd)
{
	size_t sum = 0;
	ssize_t n;

	while ((n = pair_send(fd, block, sizeof(block), 0, MSG_DONTWAIT)) > 0)
		sum += n;
	return sum;
}

static void *reader(void *arg)
{
	int fd = *(int *)arg;
	size_t sum = 0, n;

	while (sum < 3 * WINDOW) {
		pair_poll(fd, POLLIN, PAIR_WAIT_MS);
		n = pair_drain(fd);
		if (!n)
			break;
		sum += n;
	}
	return (void *)sum;
}

static void writable(struct pair *p)
{
	int ep = edge(p->client, EPOLLOUT);
	pthread_t thread;
	int ev = 0, i;
	void *got;
	ssize_t n;

	is(next_edge(ep, 0), EPOLLOUT, "room: the first look");
	ok(pair_send(p->client, block, 10, -1, 0) == 10, "a stream");
	fill(p->client);
	ok(errno == ENOSPC || errno == EAGAIN, "full");
	/* what is on its way may still be acknowledged, but gives no credit */
	pair_poll(p->server, POLLIN, PAIR_WAIT_MS);
	while (pair_poll(p->client, POLLOUT, 0))
		usleep(1000);
	is(pair_poll(p->client, ALL, 50), 0, "full: no level");
	while (next_edge(ep, 0))
		;
	/* some of it may still be on its way */
	for (i = 0; i < PAIR_WAIT_MS / 100 && !ev; i++) {
		pair_drain(p->server);
		ev = next_edge(ep, 100);
	}
	is(ev, EPOLLOUT, "credit: an edge");
	is(pair_poll(p->client, POLLOUT, PAIR_WAIT_MS), POLLOUT, "level");
	pthread_create(&thread, NULL, reader, &p->server);
	n = pair_send(p->client, block, sizeof(block), 0, 0);
	n += pair_send(p->client, block, sizeof(block), 0, 0);
	n += pair_send(p->client, block, sizeof(block), 0, 0);
	pthread_join(thread, &got);
	is(n, 3 * WINDOW, "blocking writes go through");
	ok((uintptr_t)got >= 3 * WINDOW, "and are read");
	close(ep);
}

static void ended(struct pair *p)
{
	int ep = edge(p->client, EPOLLIN | EPOLLRDHUP);

	pair_send(p->server, "last words", 10, 1, 0);
	is(next_edge(ep, PAIR_WAIT_MS), EPOLLIN, "last words");
	close(p->server);
	p->server = -1;
	is(next_edge(ep, PAIR_WAIT_MS) & (EPOLLRDHUP | EPOLLHUP),
	   EPOLLRDHUP | EPOLLHUP, "the peer is gone: an edge");
	is(pair_poll(p->client, ALL, 0), ALL | POLLHUP, "level");
	is(recv(p->client, block, 100, 0), 10, "what came can be read");
	is(pair_error(recv(p->client, block, 1, 0)), ENOTCONN, "the end");
	is(pair_poll(p->client, ALL, 0), ALL | POLLHUP, "level stays");
	close(ep);
}

static void shut(void)
{
	struct pair p = { .listener = pair_listen(), .client = pair_socket() };

	pair_open(&p);
	shutdown(p.client, SHUT_WR);
	/* what was not acknowledged is waited for */
	is(pair_poll(p.client, 0, PAIR_WAIT_MS), POLLHUP,
	   "shutdown(): over");
	is(pair_poll(p.client, ALL, 0), ALL | POLLHUP, "all ready");
	is(pair_error(pair_send(p.client, "x", 1, -1, 0)), EPIPE,
	   "shutdown(): send");
	pair_close(&p);
	close(p.listener);
}

int main(void)
{
	struct pair p;

	alarm(PAIR_LIMIT_S);
	fresh();
	listener();
	p.listener = pair_listen();
	p.client = pair_socket();
	pair_param(p.listener, WINDOW, 0);
	pair_open(&p);
	readable(&p);
	writable(&p);
	ended(&p);
	pair_close(&p);
	close(p.listener);
	shut();
	return tap_done();
}
