// SPDX-License-Identifier: GPL-2.0-only
/* MSG_QUIC_DATAGRAM (RFC 9221). */
#include "abi.h"

#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <time.h>

static void open_pair(struct pair *p, uint16_t cli, uint16_t srv)
{
	/* a path that one probe explores, whatever the window */
	struct quic_transport_param param = { .max_udp_payload_size = 1452 };

	pair_new(p);
	param.max_datagram_frame_size = cli;
	set_opt(p->cli, QUIC_SOCKOPT_TRANSPORT_PARAM, &param, sizeof(param));
	param.max_datagram_frame_size = srv;
	set_opt(p->lis, QUIC_SOCKOPT_TRANSPORT_PARAM, &param, sizeof(param));
	pair_connect(p);
	pair_establish(p);
}

static ssize_t send_longest(int fd, const void *data, size_t len)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	ssize_t sent = -1;
	int i;

	for (i = 0; i < ABI_WAIT_MS && sent < 0; i++) {
		sent = send(fd, data, len, MSG_QUIC_DATAGRAM);
		if (sent < 0)
			nanosleep(&pause, NULL);
	}
	return sent;
}

static void check_offer(void)
{
	struct quic_transport_param far = { .remote = 1 };
	static uint8_t data[2000];
	struct pair p;
	struct got g;

	open_pair(&p, 0, 1300);
	get_val(p.cli, QUIC_SOCKOPT_TRANSPORT_PARAM, &far, sizeof(far));
	is(far.max_datagram_frame_size, 1300, "the client sees the offer");
	is_errno(send(p.srv, "x", 1, MSG_QUIC_DATAGRAM), EINVAL,
		 "no datagram to a peer that does not offer");
	is_errno(send(p.cli, data, 1298, MSG_QUIC_DATAGRAM), EMSGSIZE,
		 "one that can never fit");
	/* once path MTU discovery has found that more than 1200 pass */
	is(send_longest(p.cli, data, 1297), 1297,
	   "the longest: type and length count");
	is(recv_item(p.srv, &g, 2000, 0), 1297, "it arrives");
	is(g.flags & (MSG_QUIC_DATAGRAM | MSG_EOR),
	   MSG_QUIC_DATAGRAM | MSG_EOR, "marked, and whole");
	ok(!g.has_stream, "without a stream");
	pair_close(&p);
}

static void check_messages(void)
{
	struct pair p;
	struct got g;
	int left = 0;

	open_pair(&p, 65535, 65535);
	is(send(p.cli, "first", 5, MSG_QUIC_DATAGRAM), 5, "a datagram");
	is(send(p.cli, "", 0, MSG_QUIC_DATAGRAM), 0, "an empty one");
	is(send(p.cli, "third", 5, MSG_QUIC_DATAGRAM), 5, "a third");
	send_on(p.cli, 0, MSG_QUIC_STREAM_NEW, "stream", 6, 0);
	ok(wait_acked(p.cli), "and a stream");
	ioctl(p.srv, SIOCINQ, &left);
	is(left, 5, "SIOCINQ: the first of them");
	is(recv_item(p.srv, &g, 100, MSG_PEEK), 5, "MSG_PEEK");
	is(recv_item(p.srv, &g, 2, 0), 2, "too little room");
	is(g.flags & (MSG_QUIC_DATAGRAM | MSG_EOR), MSG_QUIC_DATAGRAM,
	   "a datagram, but not whole");
	is(recv_item(p.srv, &g, 100, 0), 3, "its rest, and nothing else");
	ok(g.flags & MSG_EOR && !memcmp(g.data, "rst", 3), "whole now");
	is(recv_item(p.srv, &g, 100, 0), 0, "the empty one");
	is(g.flags & (MSG_QUIC_DATAGRAM | MSG_EOR),
	   MSG_QUIC_DATAGRAM | MSG_EOR, "which is one all the same");
	is(recv_item(p.srv, &g, 100, 0), 5, "the third");
	is(recv_item(p.srv, &g, 100, 0), 6, "then the stream");
	ok(g.has_stream && !(g.flags & (MSG_QUIC_DATAGRAM | MSG_EOR)),
	   "which is no datagram");
	pair_close(&p);
}

static void check_errors(void)
{
	struct pair p;
	struct got g;

	open_pair(&p, 65535, 65535);
	is_errno(send(p.cli, "x", 1, MSG_QUIC_DATAGRAM | MSG_QUIC_STREAM_FIN),
		 EINVAL, "a datagram with a stream's flag");
	is_errno(send_on(p.cli, 0, 0, "x", 1, MSG_QUIC_DATAGRAM), EINVAL,
		 "a datagram with STREAM_INFO");
	close(p.srv);
	p.srv = -1;
	recv_item(p.cli, &g, 10, 0);
	is_errno(send(p.cli, "x", 1, MSG_QUIC_DATAGRAM | MSG_NOSIGNAL), EPIPE,
		 "after the end");
	pair_close(&p);
}

/* sendmmsg(): one burst, in order. */
static void check_batch(void)
{
	struct mmsghdr msgs[20] = {};
	uint8_t data[20][900] = {};
	struct iovec iov[20];
	struct pair p;
	struct got g;
	int i, n;

	open_pair(&p, 65535, 65535);
	for (i = 0; i < 20; i++) {
		data[i][0] = i;
		iov[i] = (struct iovec) { data[i], sizeof(data[i]) };
		msgs[i].msg_hdr.msg_iov = &iov[i];
		msgs[i].msg_hdr.msg_iovlen = 1;
	}
	is(sendmmsg(p.cli, msgs, 20, MSG_QUIC_DATAGRAM), 20, "sendmmsg()");
	for (n = 0; n < 20; n++)
		if (recv_item(p.srv, &g, 1000, 0) != 900 || g.data[0] != n)
			break;
	is(n, 20, "all arrive, in order");
	pair_close(&p);
}

void test_datagrams(void)
{
	check_offer();
	check_messages();
	check_errors();
	check_batch();
}
