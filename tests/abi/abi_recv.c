// SPDX-License-Identifier: GPL-2.0-only
/* recvmsg(2): streams, their ends, peeking, and too little room. */
#include "abi.h"

#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>

static void check_streams(void)
{
	struct pair p;
	struct got g;
	int left = 0;

	pair_open(&p);
	send_on(p.cli, 0, MSG_QUIC_STREAM_NEW, "abc", 3, 0);
	send_on(p.cli, 4, MSG_QUIC_STREAM_NEW, "ABC", 3, 0);
	send_on(p.cli, 0, 0, "def", 3, 0);
	ok(wait_acked(p.cli), "three messages on two streams");
	ioctl(p.srv, SIOCINQ, &left);
	is(left, 6, "SIOCINQ: what one call can return");
	is(recv_item(p.srv, &g, 100, MSG_PEEK), 6, "MSG_PEEK");
	is(recv_item(p.srv, &g, 4, 0), 4, "adjacent pieces are one");
	ok(g.has_stream && g.stream.stream_id == 0 &&
	   !memcmp(g.data, "abcd", 4), "stream 0, as far as there is room");
	is(g.flags & MSG_EOR, 0, "no MSG_EOR on stream data");
	is(g.stream.stream_flags, 0, "no FIN");
	is(recv_item(p.srv, &g, 100, 0), 2, "the rest of it");
	is(recv_item(p.srv, &g, 100, 0), 3, "then the other stream");
	ok(g.stream.stream_id == 4 && !memcmp(g.data, "ABC", 3), "stream 4");
	is_errno(recv(p.srv, g.data, 1, MSG_DONTWAIT), EAGAIN,
		 "nothing is left");
	pair_close(&p);
}

static void check_fin(void)
{
	struct pair p;
	struct got g;

	pair_open(&p);
	send_on(p.cli, 0, MSG_QUIC_STREAM_NEW | MSG_QUIC_STREAM_FIN, "end", 3,
		0);
	send_on(p.cli, 4, MSG_QUIC_STREAM_NEW, "next", 4, 0);
	ok(wait_acked(p.cli), "a stream to its end, and another");
	recv_item(p.srv, &g, 100, MSG_PEEK);
	is(g.stream.stream_flags, MSG_QUIC_STREAM_FIN, "FIN is seen by MSG_PEEK");
	recv_item(p.srv, &g, 2, 0);
	is(g.stream.stream_flags, 0, "no FIN before the end");
	recv_item(p.srv, &g, 100, 0);
	ok(g.len == 1 && g.stream.stream_flags == MSG_QUIC_STREAM_FIN,
	   "FIN with the last byte, and nothing of another stream");
	recv_item(p.srv, &g, 100, 0);
	is(g.stream.stream_id, 4, "the other stream is next");
	pair_close(&p);
}

/* recvmsg(2) with @control bytes of room for control messages */
static ssize_t recv_control(int fd, void *data, size_t len, size_t control,
			    int *flags)
{
	size_t room[16];
	struct iovec iov = { data, len };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = room,
		.msg_controllen = control,
	};
	ssize_t ret;

	wait_for(fd, POLLIN, ABI_WAIT_MS);
	ret = recvmsg(fd, &msg, MSG_DONTWAIT);
	*flags = msg.msg_flags;
	return ret;
}

static void check_truncation(void)
{
	struct pair p;
	char data[10];
	int flags;

	pair_open(&p);
	send_on(p.cli, 0, MSG_QUIC_STREAM_NEW, "abc", 3, 0);
	ok(wait_acked(p.cli), "a message");
	recv_control(p.srv, data, 1, 0, &flags);
	is(flags & (MSG_CTRUNC | MSG_QUIC_STREAM_FIN), MSG_CTRUNC,
	   "no room for STREAM_INFO: MSG_CTRUNC");
	send_on(p.cli, 0, MSG_QUIC_STREAM_FIN, "def", 3, 0);
	ok(wait_acked(p.cli), "its end");
	recv_control(p.srv, data, sizeof(data), CMSG_LEN(4), &flags);
	is(flags & (MSG_CTRUNC | MSG_QUIC_STREAM_FIN),
	   MSG_CTRUNC | MSG_QUIC_STREAM_FIN,
	   "too little room for it: FIN is in msg_flags");
	pair_close(&p);
}

/* What is there can be read after the end; then ENOTCONN, again and again. */
static void check_end(void)
{
	struct pair p;
	struct got g;
	int i;

	pair_open(&p);
	send_on(p.cli, 0, MSG_QUIC_STREAM_NEW | MSG_QUIC_STREAM_FIN, "last", 4,
		0);
	wait_acked(p.cli);
	close(p.cli);
	p.cli = -1;
	ok(wait_for(p.srv, POLLHUP, ABI_WAIT_MS) & POLLHUP,
	   "the peer closes: POLLHUP");
	is(recv_item(p.srv, &g, 100, 0), 4, "what it sent can be read");
	for (i = 0; i < 2; i++)
		is_errno(recv_item(p.srv, &g, 100, 0), ENOTCONN,
			 "then ENOTCONN");
	pair_close(&p);
}

static void check_states(void)
{
	struct pair p;
	char c;
	int fd = new_socket(), left;

	is_errno(recv(fd, &c, 1, MSG_DONTWAIT), ENOTCONN, "fresh socket");
	close(fd);
	pair_half(&p);
	is_errno(recv(p.lis, &c, 1, MSG_DONTWAIT), ENOTCONN, "listener");
	is_errno(ioctl(p.lis, SIOCINQ, &left), EINVAL, "SIOCINQ of a listener");
	is_errno(recv(p.cli, &c, 1, MSG_DONTWAIT), EAGAIN,
		 "client before the handshake");
	pair_close(&p);
}

/* SIOCOUTQ: bytes that are not acknowledged. */
static void check_outq(void)
{
	struct pair p;
	int left = -1;

	pair_open(&p);
	send_on(p.cli, 0, MSG_QUIC_STREAM_NEW, "abc", 3, 0);
	ok(wait_acked(p.cli), "SIOCOUTQ comes to 0");
	ioctl(p.cli, SIOCOUTQNSD, &left);
	is(left, 0, "and so does SIOCOUTQNSD");
	is_errno(ioctl(p.cli, SIOCATMARK, &left), ENOTTY, "another ioctl");
	pair_close(&p);
}

void test_recv(void)
{
	check_streams();
	check_fin();
	check_truncation();
	check_end();
	check_states();
	check_outq();
}
