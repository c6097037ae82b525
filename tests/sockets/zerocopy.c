// SPDX-License-Identifier: GPL-2.0-only
/* sendfile, splice and MSG_ZEROCOPY: bytes equal, completions exactly once. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include <linux/errqueue.h>
#include <linux/sockios.h>
#include <netinet/quic.h>

#include "pair.h"
#include "tap.h"

#define BULK	(3 << 20)
#define CALLS	7
#define PIECE	(BULK / CALLS)

static char *out, in[BULK + 1];
static size_t arrived;

static void *reader(void *arg)
{
	int fd = *(int *)arg;
	ssize_t n;

	arrived = 0;
	while (arrived < BULK && pair_poll(fd, POLLIN, 20000)) {
		n = recv(fd, in + arrived, sizeof(in) - arrived, 0);
		if (n <= 0)
			break;
		arrived += n;
	}
	return NULL;
}

/* Run @send beside a reader and compare what arrives. */
static void transfer(struct pair *p, void (*send_all)(int fd), bool same,
		     const char *what)
{
	pthread_t thread;

	memset(in, 0, sizeof(in));
	pthread_create(&thread, NULL, reader, &p->server);
	send_all(p->client);
	pthread_join(thread, NULL);
	is(arrived, BULK, "%s: every byte arrives", what);
	if (same)
		ok(!memcmp(in, out, BULK), "%s: unchanged", what);
}

static int file_of(const char *data)
{
	int fd = open("/tmp", O_TMPFILE | O_RDWR, 0600);

	if (fd < 0 || write(fd, data, BULK) != BULK)
		exit(1);
	return fd;
}

/* An odd start, so that pages and packets never meet. */
static void by_sendfile(int fd)
{
	int file = file_of(out);
	off_t off = 777;
	ssize_t n;

	if (send(fd, out, off, 0) != off)
		exit(1);
	while (off < BULK) {
		n = sendfile(fd, file, &off, BULK - off);
		if (n <= 0)
			break;
	}
	close(file);
}

/* Who asks for more than the file has does not wait for what never comes. */
static void file_end(struct pair *p)
{
	int file = open("/tmp", O_TMPFILE | O_RDWR, 0600), left = -1;
	off_t off = 0;

	if (file < 0 || write(file, out, 100) != 100)
		exit(1);
	is(sendfile(p->client, file, &off, 8192), 100, "a short file");
	ioctl(p->client, SIOCOUTQNSD, &left);
	is(left, 0, "its end goes out at once");
	close(file);
	if (!pair_poll(p->server, POLLIN, 20000))
		exit(1);
	is(pair_drain(p->server), 100, "and arrives");
}

static void by_splice(int fd)
{
	int file = file_of(out), pipes[2];
	ssize_t n, m;

	lseek(file, 0, SEEK_SET);
	if (pipe(pipes))
		exit(1);
	while ((n = splice(file, NULL, pipes[1], NULL, 65536, 0)) > 0) {
		while (n > 0) {
			m = splice(pipes[0], NULL, fd, NULL, n, 0);
			if (m <= 0)
				exit(1);
			n -= m;
		}
	}
	close(file);
	close(pipes[0]);
	close(pipes[1]);
}

/* The file loses its pages while they wait to be sent. */
static void truncated(int fd)
{
	int file = file_of(out);
	off_t off = 0;
	ssize_t n;

	while (off < BULK) {
		n = sendfile(fd, file, &off, 65536);
		if (n <= 0)
			break;
		if (off == 10 * 65536) {
			if (ftruncate(file, 0) || ftruncate(file, BULK))
				exit(1);
		}
	}
	close(file);
}

static void by_zerocopy(int fd)
{
	int i;

	for (i = 0; i < CALLS; i++)
		if (send(fd, out + i * PIECE,
			 i < CALLS - 1 ? PIECE : BULK - i * PIECE,
			 MSG_ZEROCOPY) <= 0)
			exit(1);
}

/* Range of one completion. Return: false when there is none. */
static bool completion(int fd, uint32_t *lo, uint32_t *hi, uint8_t *code)
{
	char control[CMSG_SPACE(sizeof(struct sock_extended_err) +
				sizeof(struct sockaddr_in))];
	struct msghdr msg = {
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct sock_extended_err ee;
	struct cmsghdr *cmsg;

	if (recvmsg(fd, &msg, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
		return false;
	cmsg = CMSG_FIRSTHDR(&msg);
	if (!cmsg)
		return false;
	memcpy(&ee, CMSG_DATA(cmsg), sizeof(ee));
	if (cmsg->cmsg_level != SOL_IP || cmsg->cmsg_type != IP_RECVERR ||
	    ee.ee_origin != SO_EE_ORIGIN_ZEROCOPY || ee.ee_errno)
		return false;
	*lo = ee.ee_info;
	*hi = ee.ee_data;
	*code = ee.ee_code;
	return true;
}

static void completions(int fd, unsigned int from, unsigned int n)
{
	unsigned int times[64] = {}, seen = 0, i;
	uint32_t lo, hi;
	uint8_t code = 0, codes = 0;

	while (seen < n && pair_poll(fd, 0, 20000) & POLLERR) {
		while (completion(fd, &lo, &hi, &code)) {
			codes |= code;
			for (; lo <= hi && lo < 64; lo++, seen++)
				times[lo]++;
		}
	}
	is(seen, n, "a completion for each call");
	for (i = 0; i < n; i++)
		if (times[from + i] != 1)
			break;
	is(i, n, "each exactly once");
	is(codes, 0, "none was copied");
	ok(!completion(fd, &lo, &hi, &code) && errno == EAGAIN,
	   "and no more of them");
	is(pair_poll(fd, 0, 0) & POLLERR, 0, "no POLLERR is left");
}

static void zerocopy(struct pair *p)
{
	uint32_t lo, hi;
	uint8_t code;

	transfer(p, by_zerocopy, true, "MSG_ZEROCOPY, not switched on");
	ok(!completion(p->client, &lo, &hi, &code), "nothing is told");
	pair_set(p->client, QUIC_SOCKOPT_ZEROCOPY, 1);
	transfer(p, by_zerocopy, true, "MSG_ZEROCOPY");
	completions(p->client, 0, CALLS);
}

/* What is not acknowledged is not told; the end of the connection is. */
static void unacknowledged(struct pair *p)
{
	pthread_t thread;
	uint32_t lo, hi;
	uint8_t code;

	if (system("ip link set lo down"))
		exit(1);
	is(send(p->client, out, PIECE, MSG_ZEROCOPY), PIECE,
	   "sent into the void");
	is(pair_poll(p->client, 0, 100), 0, "not told before the ACK");
	ok(!completion(p->client, &lo, &hi, &code), "really not");
	if (system("ip link set lo up"))
		exit(1);
	pthread_create(&thread, NULL, reader, &p->server);
	completions(p->client, CALLS, 1);
	by_zerocopy(p->client);
	pthread_join(thread, NULL);
}

/* A byte of each of many pages: what is held counts, not what is sent. */
static void slivers(struct pair *p)
{
	static struct iovec iov[1000];
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 1000 };
	int bytes = 32768, i;
	socklen_t len = sizeof(bytes);
	pthread_t thread;
	ssize_t n;

	/* of the bytes before, sent without a look at what comes back */
	completions(p->client, CALLS + 1, CALLS);
	for (i = 0; i < 1000; i++)
		iov[i] = (struct iovec){ out + i % 700 * 4096, 1 };
	if (setsockopt(p->client, SOL_SOCKET, SO_SNDBUF, &bytes, len) ||
	    getsockopt(p->client, SOL_SOCKET, SO_SNDBUF, &bytes, &len))
		exit(1);
	n = sendmsg(p->client, &msg, MSG_ZEROCOPY | MSG_DONTWAIT);
	ok(n > 0 && n <= bytes / 4096 + 1, "slivers fill the send buffer");
	pthread_create(&thread, NULL, reader, &p->server);
	completions(p->client, 2 * CALLS + 1, 1);
	by_zerocopy(p->client);
	pthread_join(thread, NULL);
}

int main(void)
{
	struct pair p = { .listener = pair_listen(), .client = pair_socket() };
	unsigned int i;

	alarm(PAIR_LIMIT_S);
	out = mmap(NULL, BULK, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (i = 0; i < BULK; i++)
		out[i] = random() >> 8;
	pair_open(&p);
	file_end(&p);
	transfer(&p, by_sendfile, true, "sendfile");
	transfer(&p, by_splice, true, "splice");
	transfer(&p, truncated, false, "file truncated under sendfile");
	zerocopy(&p);
	unacknowledged(&p);
	slivers(&p);
	pair_close(&p);
	close(p.listener);
	return tap_done();
}
