// SPDX-License-Identifier: GPL-2.0-only
/* What a user may not do to others' ports, protocols and devices. */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include <netinet/quic.h>

#include "pair.h"
#include "tap.h"

#define USER		1234
#define LOW_PORT	443

static struct sockaddr_in loopback(int port)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	return addr;
}

static void become(uid_t uid)
{
	if (seteuid(uid))
		err(1, "seteuid");
}

/* A socket with these protocols, as the user that we are now. */
static int socket_for(const char *alpn)
{
	int fd = socket(AF_INET, SOCK_STREAM, IPPROTO_QUIC);

	if (fd < 0 || setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_ALPN, alpn,
				 strlen(alpn)))
		err(1, "socket");
	return fd;
}

static int move_to(int fd, int port)
{
	struct sockaddr_in to = loopback(port);

	return pair_error(setsockopt(fd, SOL_QUIC,
				     QUIC_SOCKOPT_CONNECTION_MIGRATION, &to,
				     sizeof(to)));
}

/* Kernel UDP sockets are shared: bind(2) looked at the rights of one only. */
static void ports(void)
{
	struct pair p = { .listener = pair_listen(), .client = pair_socket() };
	struct sockaddr_in low = loopback(LOW_PORT);
	int owner = socket_for("owner"), fresh, ret = EAGAIN, i;

	if (bind(owner, (struct sockaddr *)&low, sizeof(low)))
		err(1, "bind");
	pair_open(&p);
	become(USER);
	fresh = socket_for("fresh");
	is(move_to(p.client, LOW_PORT), EACCES,
	   "a user's connection does not move to a port below 1024");
	is(move_to(fresh, LOW_PORT), EACCES,
	   "a user's server does not prefer one");
	become(0);
	/* once the server has confirmed the handshake, and given an id for it */
	for (i = 0; i < 500 && ret == EAGAIN; i++) {
		ret = move_to(p.client, LOW_PORT);
		if (ret)
			usleep(10000);
	}
	is(ret, 0, "the administrator's does");
	close(fresh);
	close(owner);
	pair_close(&p);
	close(p.listener);
}

static int listen_as(uid_t uid, const char *alpn, bool reuse,
		     struct sockaddr_in *addr, int *fd)
{
	socklen_t len = sizeof(*addr);
	int one = 1, error = 0;

	become(uid);
	*fd = socket_for(alpn);
	if (reuse)
		setsockopt(*fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one));
	if (bind(*fd, (struct sockaddr *)addr, len) || listen(*fd, 4))
		error = errno;
	else
		getsockname(*fd, (struct sockaddr *)addr, &len);
	become(0);
	return error;
}

/* The newest of equal listeners gets the clients. */
static void protocols(void)
{
	struct sockaddr_in addr = loopback(0);
	int a, b, c, d;

	is(listen_as(0, "one,two", false, &addr, &a), 0, "a listener");
	is(listen_as(USER, "three,two", false, &addr, &b), EADDRINUSE,
	   "another user's with a protocol of it");
	is(listen_as(0, "two", false, &addr, &c), EADDRINUSE,
	   "one of the same user");
	is(listen_as(USER, "on,tw,twoo", false, &addr, &d), 0,
	   "names that only look alike");
	close(a);
	close(b);
	close(c);
	close(d);
	addr = loopback(0);
	is(listen_as(0, "one", true, &addr, &a), 0, "SO_REUSEPORT");
	is(listen_as(0, "two,one", true, &addr, &b), 0,
	   "on both sides, and one user");
	is(listen_as(USER, "one", true, &addr, &c), EADDRINUSE,
	   "but not another one");
	close(a);
	close(b);
	close(c);
}

/* SO_BINDTODEVICE is undone by who may, and by no address. */
static void devices(void)
{
	int fd = socket(AF_INET6, SOCK_STREAM, IPPROTO_QUIC);
	struct sockaddr_in6 peer = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(4433),
		.sin6_scope_id = if_nametoindex("lo") + 1000,
	};
	char name[IFNAMSIZ] = "";
	socklen_t len = sizeof(name);

	inet_pton(AF_INET6, "fe80::1", &peer.sin6_addr);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3))
		err(1, "SO_BINDTODEVICE");
	is(pair_error(connect(fd, (struct sockaddr *)&peer,
			      sizeof(peer))), EINVAL,
	   "a link-local peer on another device");
	getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, &len);
	ok(!strcmp(name, "lo"), "the socket stays bound to its own");
	close(fd);
}

int main(void)
{
	alarm(60);
	ports();
	protocols();
	devices();
	return tap_done();
}
