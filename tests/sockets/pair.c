// SPDX-License-Identifier: GPL-2.0-only
#include "pair.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <netinet/quic.h>

const char *pair_key_file(void)
{
	static const char path[] = "/tmp/sockets.psk";
	FILE *f = fopen(path, "w");

	if (!f || fputs("me:000102030405060708090a0b0c0d0e0f\n", f) < 0 ||
	    fclose(f))
		err(1, "%s", path);
	return path;
}

int pair_socket(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, IPPROTO_QUIC);

	if (fd < 0)
		err(1, "socket");
	if (setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_ALPN, PAIR_ALPN,
		       strlen(PAIR_ALPN)))
		err(1, "ALPN");
	return fd;
}

int pair_listen(void)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = pair_socket();

	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) || listen(fd, 16))
		err(1, "listen");
	return fd;
}

void pair_connect(int fd, int listener)
{
	struct sockaddr_in addr;
	socklen_t len = sizeof(addr);

	if (getsockname(listener, (struct sockaddr *)&addr, &len) ||
	    connect(fd, (struct sockaddr *)&addr, len))
		err(1, "connect");
}

void pair_set(int fd, int opt, uint32_t val)
{
	if (setsockopt(fd, SOL_QUIC, opt, &val, sizeof(val)))
		err(1, "option %d", opt);
}

void pair_param(int fd, uint64_t max_data, uint32_t idle_us)
{
	struct quic_transport_param param = {
		.max_data = max_data,
		.max_idle_timeout = idle_us,
		.stateless_reset = 1,
	};

	if (setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_TRANSPORT_PARAM, &param,
		       sizeof(param)))
		err(1, "transport parameters");
}

static void *run_client(void *arg)
{
	int fd = *(int *)arg;
	int ret = quic_client_handshake(fd, pair_key_file(), NULL, PAIR_ALPN);

	if (ret)
		errx(1, "client's handshake: %d", ret);
	return NULL;
}

pid_t pair_start_client(int fd, int listener)
{
	const char *keys = pair_key_file();
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (pid)
		return pid;
	close(listener);
	alarm(PAIR_LIMIT_S);
	_exit(-quic_client_handshake(fd, keys, NULL, PAIR_ALPN));
}

void pair_stop_client(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

void pair_handshake(int client, int server)
{
	pthread_t thread;
	int ret;

	pair_key_file();
	if (pthread_create(&thread, NULL, run_client, &client))
		errx(1, "thread");
	ret = quic_server_handshake(server, pair_key_file(), NULL, PAIR_ALPN);
	if (ret)
		errx(1, "server's handshake: %d", ret);
	pthread_join(thread, NULL);
}

static void *run_server(void *arg)
{
	struct pair *p = arg;
	int ret;

	p->server = accept(p->listener, NULL, NULL);
	if (p->server < 0)
		err(1, "accept");
	ret = quic_server_handshake(p->server, pair_key_file(), NULL, PAIR_ALPN);
	if (ret)
		errx(1, "server's handshake: %d", ret);
	return NULL;
}

/* accept() returns when the client's first packet is there. */
void pair_open(struct pair *p)
{
	pthread_t thread;

	pair_key_file();
	pair_connect(p->client, p->listener);
	if (pthread_create(&thread, NULL, run_server, p))
		errx(1, "thread");
	run_client(&p->client);
	pthread_join(thread, NULL);
}

void pair_close(struct pair *p)
{
	close(p->client);
	close(p->server);
}

ssize_t pair_send(int fd, const void *data, size_t len, int64_t sid, int flags)
{
	char control[CMSG_SPACE(sizeof(struct quic_stream_info))] = {};
	struct iovec iov = { .iov_base = (void *)data, .iov_len = len };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct quic_stream_info info = { .stream_id = sid };
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	if (sid < 0)
		info.stream_flags = MSG_QUIC_STREAM_NEW;
	cmsg->cmsg_level = SOL_QUIC;
	cmsg->cmsg_type = QUIC_STREAM_INFO;
	cmsg->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(cmsg), &info, sizeof(info));
	return sendmsg(fd, &msg, flags | MSG_NOSIGNAL);
}

int pair_poll(int fd, int events, int ms)
{
	struct pollfd pfd = { .fd = fd, .events = events };
	int n = poll(&pfd, 1, ms);

	if (n < 0)
		err(1, "poll");
	return n ? pfd.revents : 0;
}

size_t pair_drain(int fd)
{
	static char data[65536];
	size_t sum = 0;
	ssize_t n;

	for (;;) {
		n = recv(fd, data, sizeof(data), MSG_DONTWAIT);
		if (n <= 0)
			return sum;
		sum += n;
	}
}

int pair_error(ssize_t ret)
{
	return ret < 0 ? errno : 0;
}
