// SPDX-License-Identifier: GPL-2.0-only
#include "abi.h"

#include <arpa/inet.h>
#include <linux/sockios.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>

#define PSK_FILE	"/tmp/abi.psk"
#define PROTOCOL	"abi"

static void die(const char *what)
{
	say("%s: %s", what, strerror(errno));
	printf("Bail out! %s\n", what);
	exit(1);
}

/* ---- sockets ----------------------------------------------------------- */

int new_socket(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, IPPROTO_QUIC);

	if (fd < 0)
		die("socket");
	return fd;
}

int set_opt(int fd, int opt, const void *val, socklen_t len)
{
	return setsockopt(fd, SOL_QUIC, opt, val, len);
}

int get_opt(int fd, int opt, void *val, socklen_t *len)
{
	return getsockopt(fd, SOL_QUIC, opt, val, len);
}

int get_val(int fd, int opt, void *val, socklen_t len)
{
	return getsockopt(fd, SOL_QUIC, opt, val, &len);
}

void pair_new(struct pair *p)
{
	memset(p, 0, sizeof(*p));
	p->lis = new_socket();
	p->cli = new_socket();
	p->srv = -1;
	p->addr.sin_family = AF_INET;
	p->addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (set_opt(p->lis, QUIC_SOCKOPT_ALPN, PROTOCOL, strlen(PROTOCOL)))
		die("ALPN");
}

void pair_connect(struct pair *p)
{
	socklen_t len = sizeof(p->addr);

	if (bind(p->lis, (struct sockaddr *)&p->addr, len) ||
	    listen(p->lis, 4) ||
	    getsockname(p->lis, (struct sockaddr *)&p->addr, &len) ||
	    connect(p->cli, (struct sockaddr *)&p->addr, len))
		die("connect");
}

static void *client_thread(void *arg)
{
	struct pair *p = arg;

	return (void *)(intptr_t)quic_client_handshake(p->cli, PSK_FILE, NULL,
						       PROTOCOL);
}

void pair_establish(struct pair *p)
{
	pthread_t thread;
	void *client;
	int server;

	if (pthread_create(&thread, NULL, client_thread, p))
		die("thread");
	p->srv = accept(p->lis, NULL, NULL);
	if (p->srv < 0)
		die("accept");
	server = quic_server_handshake(p->srv, PSK_FILE, NULL, PROTOCOL);
	pthread_join(thread, &client);
	if (server || client) {
		say("handshake: client %d, server %d", (int)(intptr_t)client,
		    server);
		die("handshake");
	}
}

void pair_open(struct pair *p)
{
	pair_new(p);
	pair_connect(p);
	pair_establish(p);
}

ssize_t pair_send_crypto(int fd, uint8_t level, size_t len)
{
	size_t control[CMSG_SPACE(1) / sizeof(size_t)] = {};
	uint8_t junk[PAIR_CRYPTO_BYTES] = { 1 };
	struct iovec iov = { junk, len };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
		.msg_controllen = CMSG_SPACE(1),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	if (len > sizeof(junk))
		die("too long a flight");
	cmsg->cmsg_level = SOL_QUIC;
	cmsg->cmsg_type = QUIC_HANDSHAKE_INFO;
	cmsg->cmsg_len = CMSG_LEN(1);
	*CMSG_DATA(cmsg) = level;
	return sendmsg(fd, &msg, MSG_NOSIGNAL);
}

/* Not a ClientHello; it is enough to have a server's socket made. */
void pair_half(struct pair *p)
{
	pair_new(p);
	pair_connect(p);
	if (pair_send_crypto(p->cli, QUIC_CRYPTO_INITIAL, 300) != 300)
		die("first flight");
	p->srv = accept(p->lis, NULL, NULL);
	if (p->srv < 0)
		die("accept");
}

void pair_close(struct pair *p)
{
	close(p->cli);
	close(p->srv);
	close(p->lis);
}

void event_on(int fd, uint8_t type)
{
	struct quic_event_option event = { .type = type, .on = 1 };

	if (set_opt(fd, QUIC_SOCKOPT_EVENT, &event, sizeof(event)))
		die("EVENT");
}

/* ---- messages ---------------------------------------------------------- */

ssize_t send_on(int fd, int64_t id, uint32_t stream_flags, const void *data,
		size_t len, int flags)
{
	struct quic_stream_info info = { id, stream_flags };
	size_t control[CMSG_SPACE(sizeof(info)) / sizeof(size_t)] = {};
	struct iovec iov = { (void *)data, len };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
		.msg_controllen = CMSG_SPACE(sizeof(info)),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_QUIC;
	cmsg->cmsg_type = QUIC_STREAM_INFO;
	cmsg->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(cmsg), &info, sizeof(info));
	return sendmsg(fd, &msg, flags | MSG_NOSIGNAL);
}

short wait_for(int fd, short events, int ms)
{
	struct pollfd poller = { .fd = fd, .events = events };

	return poll(&poller, 1, ms) > 0 ? poller.revents : 0;
}

ssize_t recv_item(int fd, struct got *g, size_t room, int flags)
{
	size_t control[CMSG_SPACE(sizeof(g->stream)) / sizeof(size_t)];
	struct iovec iov = { g->data, room };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg;

	wait_for(fd, POLLIN, ABI_WAIT_MS);
	g->len = recvmsg(fd, &msg, flags | MSG_DONTWAIT);
	g->flags = msg.msg_flags;
	g->has_stream = false;
	cmsg = g->len < 0 ? NULL : CMSG_FIRSTHDR(&msg);
	if (cmsg && cmsg->cmsg_level == SOL_QUIC &&
	    cmsg->cmsg_type == QUIC_STREAM_INFO) {
		memcpy(&g->stream, CMSG_DATA(cmsg), sizeof(g->stream));
		g->has_stream = true;
	}
	return g->len;
}

ssize_t recv_data(int fd, struct got *g, size_t room)
{
	ssize_t len;

	do {
		len = recv_item(fd, g, room, 0);
	} while (len >= 0 && g->flags & MSG_QUIC_NOTIFICATION);
	return len;
}

bool recv_event(int fd, uint8_t type, void *payload, size_t len)
{
	struct got g;

	while (recv_item(fd, &g, sizeof(g.data), 0) > 0) {
		if (!(g.flags & MSG_QUIC_NOTIFICATION) || g.data[0] != type)
			continue;
		if (!(g.flags & MSG_EOR) || (size_t)g.len != len + 1) {
			say("event %u: %zd bytes, flags %#x", type, g.len,
			    g.flags);
			return false;
		}
		memcpy(payload, g.data + 1, len);
		return true;
	}
	return false;
}

bool wait_acked(int fd)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	int left = 1, i;

	for (i = 0; i < ABI_WAIT_MS; i++) {
		if (!ioctl(fd, SIOCOUTQ, &left) && !left)
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

int main(void)
{
	static const char key[] = "abi:000102030405060708090a0b0c0d0e0f\n";
	FILE *psk = fopen(PSK_FILE, "w");

	if (!psk || fputs(key, psk) < 0 || fclose(psk))
		die(PSK_FILE);
	signal(SIGPIPE, SIG_IGN);
	alarm(300);
	test_options();
	test_values();
	test_ids();
	test_streams();
	test_send();
	test_recv();
	test_datagrams();
	test_events();
	test_life();
	test_keys();
	test_silence();
	return tap_done();
}
