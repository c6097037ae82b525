// SPDX-License-Identifier: GPL-2.0-only
/* io_uring: accept, receive, send and poll, that wait and that do not. */
#include <errno.h>
#include <liburing.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <netinet/quic.h>

#include "pair.h"
#include "tap.h"

#define BULK	(3 << 20)

static struct io_uring ring;
static char out[BULK], in[BULK];

static struct io_uring_sqe *get_sqe(uintptr_t tag)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);

	sqe->user_data = tag;
	return sqe;
}

/* Result of the next completion; INT_MIN when none comes within @ms. */
static int reap(int ms)
{
	struct __kernel_timespec ts = { .tv_nsec = ms % 1000 * 1000000LL,
					.tv_sec = ms / 1000 };
	struct io_uring_cqe *cqe;
	int res;

	if (io_uring_wait_cqe_timeout(&ring, &cqe, &ts))
		return -0x7fffffff;
	res = cqe->res;
	io_uring_cqe_seen(&ring, cqe);
	return res;
}

static void accepts(struct pair *p)
{
	pid_t pid;

	io_uring_prep_accept(get_sqe(1), p->listener, NULL, NULL, 0);
	io_uring_submit(&ring);
	is(reap(20), -0x7fffffff, "accept waits");
	pair_connect(p->client, p->listener);
	pid = pair_start_client(p->client, p->listener);
	p->server = reap(PAIR_WAIT_MS);
	ok(p->server >= 0, "accept completes");
	if (p->server >= 0)
		quic_server_handshake(p->server, pair_key_file(), NULL,
				      PAIR_ALPN);
	waitpid(pid, NULL, 0);
}

static void receives(struct pair *p)
{
	io_uring_prep_recv(get_sqe(2), p->server, in, 100, 0);
	io_uring_submit(&ring);
	is(reap(20), -0x7fffffff, "recv waits");
	pair_send(p->client, "hello", 5, -1, 0);
	is(reap(PAIR_WAIT_MS), 5, "recv completes");
	ok(!memcmp(in, "hello", 5), "with the bytes");
	pair_send(p->client, "again", 5, 0, 0);
	pair_poll(p->server, POLLIN, PAIR_WAIT_MS);
	io_uring_prep_recv(get_sqe(3), p->server, in, 100, 0);
	io_uring_submit(&ring);
	is(reap(PAIR_WAIT_MS), 5, "recv of what is there");
}

static void polls(struct pair *p)
{
	io_uring_prep_poll_add(get_sqe(4), p->server, POLLIN);
	io_uring_submit(&ring);
	is(reap(20), -0x7fffffff, "poll waits");
	pair_send(p->client, "look", 4, 0, 0);
	is(reap(PAIR_WAIT_MS) & POLLIN, POLLIN, "poll completes");
	is(pair_drain(p->server), 4, "and there it is");
}

/* More than window and buffer take at once: the send is resumed by poll. */
static void sends(struct pair *p)
{
	size_t sum = 0;
	ssize_t n;

	memset(out, 'q', sizeof(out));
	out[BULK - 1] = 'z';
	io_uring_prep_send(get_sqe(5), p->client, out, sizeof(out),
			   MSG_WAITALL | MSG_NOSIGNAL);
	io_uring_submit(&ring);
	while (sum < BULK && pair_poll(p->server, POLLIN, PAIR_WAIT_MS)) {
		n = recv(p->server, in + sum, sizeof(in) - sum, 0);
		if (n <= 0)
			break;
		sum += n;
		io_uring_get_events(&ring);
	}
	is(sum, BULK, "every byte arrives");
	ok(!memcmp(in, out, sizeof(out)), "unchanged");
	is(reap(PAIR_WAIT_MS), BULK, "send completes");
}

static void ends(struct pair *p)
{
	io_uring_prep_recv(get_sqe(6), p->client, in, 100, 0);
	io_uring_submit(&ring);
	is(reap(20), -0x7fffffff, "recv waits again");
	close(p->server);
	p->server = -1;
	is(reap(PAIR_WAIT_MS), -ENOTCONN, "and is told of the end");
}

int main(void)
{
	struct pair p = { .listener = pair_listen(), .client = pair_socket() };
	int ret = io_uring_queue_init(8, &ring, 0);

	alarm(PAIR_LIMIT_S);
	if (ret) {
		ok(ret == -ENOSYS, "io_uring is not there # SKIP");
		return tap_done();
	}
	accepts(&p);
	receives(&p);
	polls(&p);
	sends(&p);
	ends(&p);
	pair_close(&p);
	close(p.listener);
	io_uring_queue_exit(&ring);
	return tap_done();
}
