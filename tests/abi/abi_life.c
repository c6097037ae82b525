// SPDX-License-Identifier: GPL-2.0-only
/* socket, bind, listen, connect, accept, shutdown, and options of IP. */
#include "abi.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>

static void check_sockets(void)
{
	static const int families[] = { AF_INET, AF_INET6 };
	int i, fd;

	for (i = 0; i < 2; i++) {
		fd = socket(families[i], SOCK_DGRAM, IPPROTO_QUIC);
		is_errno(fd, 0, "socket(), family %d, SOCK_DGRAM", families[i]);
		close(fd);
		fd = socket(families[i], SOCK_STREAM, IPPROTO_QUIC);
		is_errno(fd, 0, "socket(), family %d, SOCK_STREAM",
			 families[i]);
		close(fd);
	}
	is_errno(socket(AF_INET, SOCK_SEQPACKET, IPPROTO_QUIC),
		 ESOCKTNOSUPPORT, "socket(), SOCK_SEQPACKET");
}

static void check_stream_type(void)
{
	struct pair p;
	struct got g;

	pair_new(&p);
	close(p.cli);
	p.cli = socket(AF_INET, SOCK_STREAM, IPPROTO_QUIC);
	pair_connect(&p);
	pair_establish(&p);
	is(send(p.cli, "abc", 3, 0), 3, "SOCK_STREAM to SOCK_DGRAM");
	is(recv_item(p.srv, &g, 10, 0), 3, "they are alike");
	pair_close(&p);
}

static int listen_at(struct sockaddr_in *addr, const char *alpn, bool reuse)
{
	socklen_t len = sizeof(*addr);
	int fd = new_socket(), one = 1, error;

	if (reuse)
		setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one));
	set_opt(fd, QUIC_SOCKOPT_ALPN, alpn, strlen(alpn));
	if (!bind(fd, (struct sockaddr *)addr, len) && !listen(fd, 1)) {
		getsockname(fd, (struct sockaddr *)addr, &len);
		return fd;
	}
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

static void check_bind(void)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int a, b, c, d;

	a = listen_at(&addr, "one", false);
	is_errno(a, 0, "a listener");
	ok(addr.sin_port, "getsockname() tells its port");
	is_errno(listen_at(&addr, "one", false), EADDRINUSE,
		 "a second one with the same ALPN");
	b = listen_at(&addr, "two", false);
	is_errno(b, 0, "a second one with another ALPN");
	is_errno(listen_at(&addr, "one", true), EADDRINUSE,
		 "SO_REUSEPORT on one side only");
	close(a);
	close(b);
	a = listen_at(&addr, "one", false);
	is_errno(a, 0, "the address is free again");
	close(a);
	addr.sin_port = 0;
	c = listen_at(&addr, "one", true);
	d = listen_at(&addr, "one", true);
	is_errno(d, 0, "SO_REUSEPORT on both sides");
	close(c);
	close(d);
}

static void check_connect(void)
{
	struct sockaddr unspec = { .sa_family = AF_UNSPEC };
	struct sockaddr_in name = {}, none = { .sin_family = AF_INET };
	socklen_t len = sizeof(name);
	struct pair p;
	int fd;

	pair_new(&p);
	pair_connect(&p);
	is_errno(connect(p.cli, (struct sockaddr *)&p.addr, sizeof(p.addr)),
		 EISCONN, "connect() twice");
	is_errno(connect(p.cli, &unspec, sizeof(unspec)), EOPNOTSUPP,
		 "connect() to AF_UNSPEC");
	is_errno(getpeername(p.cli, (struct sockaddr *)&name, &len), 0,
		 "getpeername()");
	is(name.sin_port, p.addr.sin_port, "it is the listener's port");
	is(wait_for(p.lis, POLLIN, 50), 0, "connect() sends nothing");
	is_errno(connect(p.lis, (struct sockaddr *)&p.addr, sizeof(p.addr)),
		 EINVAL, "connect() of a listener");
	is_errno(listen(p.cli, 1), EINVAL, "listen() of a client");
	fd = new_socket();
	is_errno(connect(fd, (struct sockaddr *)&none, sizeof(none)), EINVAL,
		 "connect() to port 0");
	is_errno(connect(fd, (struct sockaddr *)&p.addr, 4), EINVAL,
		 "connect() to a short address");
	close(fd);
	pair_close(&p);
}

static void check_accept(void)
{
	struct pair p;
	int fd;

	pair_new(&p);
	pair_connect(&p);
	fcntl(p.lis, F_SETFL, O_NONBLOCK);
	is_errno(accept(p.lis, NULL, NULL), EAGAIN, "accept() without waiting");
	is_errno(accept(p.cli, NULL, NULL), EINVAL, "accept() of a client");
	pair_close(&p);
	pair_half(&p);
	ok(p.srv >= 0, "accept() returns before the handshake");
	pair_close(&p);
	fd = new_socket();
	is_errno(accept(fd, NULL, NULL), EINVAL, "accept() of a fresh socket");
	close(fd);
}

static void check_shutdown(void)
{
	struct pair p;
	struct got g;

	pair_open(&p);
	is_errno(shutdown(p.cli, SHUT_WR), 0, "shutdown(SHUT_WR)");
	is_errno(recv_item(p.srv, &g, 10, 0), ENOTCONN,
		 "closes the connection");
	is_errno(send(p.cli, "x", 1, MSG_NOSIGNAL), EPIPE, "on both sides");
	is_errno(recv_item(p.cli, &g, 10, 0), ENOTCONN, "and in both directions");
	pair_close(&p);
}

static void check_poll(void)
{
	struct pair p;
	struct got g;

	pair_half(&p);
	is(wait_for(p.lis, POLLIN | POLLOUT, 0), 0, "poll: idle listener");
	pair_close(&p);
	pair_open(&p);
	is(wait_for(p.srv, POLLIN | POLLOUT, 0), POLLOUT,
	   "poll: established and idle");
	send(p.cli, "x", 1, 0);
	is(wait_for(p.srv, POLLIN, ABI_WAIT_MS), POLLIN, "poll: data");
	recv_item(p.srv, &g, 10, 0);
	is(wait_for(p.srv, POLLIN, 0), 0, "poll: read");
	pair_close(&p);
}

static void check_levels(void)
{
	int ttl = 77, v6only = 1, got = 0;
	socklen_t len = sizeof(got);
	int fd = new_socket();

	is_errno(setsockopt(fd, IPPROTO_IP, IP_TTL, &ttl, sizeof(ttl)), 0,
		 "IP_TTL");
	getsockopt(fd, IPPROTO_IP, IP_TTL, &got, &len);
	is(got, 77, "comes back");
	is_errno(setsockopt(fd, IPPROTO_TCP, 1, &ttl, sizeof(ttl)),
		 ENOPROTOOPT, "a level that is not ours");
	close(fd);
	fd = socket(AF_INET6, SOCK_DGRAM, IPPROTO_QUIC);
	is_errno(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only,
			    sizeof(v6only)), 0, "IPV6_V6ONLY");
	got = 0;
	getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &got, &len);
	is(got, 1, "comes back");
	close(fd);
}

/* close() waits in the background for data that is not acknowledged. */
static void check_linger(void)
{
	static uint8_t data[300000];
	uint64_t left = sizeof(data);
	struct pair p;
	struct got g;

	pair_open(&p);
	is(send_on(p.cli, 0, MSG_QUIC_STREAM_NEW | MSG_QUIC_STREAM_FIN, data,
		   sizeof(data), 0), sizeof(data), "300000 bytes, then close()");
	close(p.cli);
	p.cli = -1;
	while (left && recv_item(p.srv, &g, sizeof(g.data), 0) > 0)
		left -= g.len;
	is(left, 0, "all of them arrive");
	pair_close(&p);
}

void test_life(void)
{
	check_sockets();
	check_stream_type();
	check_bind();
	check_connect();
	check_accept();
	check_shutdown();
	check_poll();
	check_levels();
	check_linger();
}
