// SPDX-License-Identifier: GPL-2.0-only
/* sendmsg(2): flags, control messages, streams and their errors. */
#include "abi.h"

#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>

/* One control message of any kind, and a byte. */
static ssize_t send_cmsg(int fd, int level, int type, const void *data,
			 size_t len)
{
	size_t control[8] = {};
	struct iovec iov = { "c", 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
		.msg_controllen = CMSG_SPACE(len),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = level;
	cmsg->cmsg_type = type;
	cmsg->cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(cmsg), data, len);
	return sendmsg(fd, &msg, MSG_NOSIGNAL);
}

static void check_cmsgs(void)
{
	const struct quic_stream_info bad = { 0, 1 }, low = { -2, 0 };
	const struct quic_stream_info good = { 0, MSG_QUIC_STREAM_NEW };
	const int64_t id = 0;
	const uint8_t level = QUIC_CRYPTO_MAX;
	struct pair p;

	pair_open(&p);
	is_errno(send_cmsg(p.cli, SOL_QUIC, 2, &good, 16), EINVAL,
		 "unknown control message");
	is_errno(send_cmsg(p.cli, SOL_QUIC, QUIC_STREAM_INFO, &bad, 16),
		 EINVAL, "unknown stream flag");
	is_errno(send_cmsg(p.cli, SOL_QUIC, QUIC_STREAM_INFO, &low, 16),
		 EINVAL, "stream id -2");
	is_errno(send_cmsg(p.cli, SOL_QUIC, QUIC_HANDSHAKE_INFO, &level, 1),
		 EINVAL, "unknown handshake level");
	is(send_cmsg(p.cli, SOL_QUIC, QUIC_STREAM_INFO, &good, 16), 1,
	   "STREAM_INFO");
	is(send_cmsg(p.cli, SOL_QUIC, QUIC_STREAM_INFO, &id, 8), 1,
	   "a short STREAM_INFO is extended by zeros");
	is(send_cmsg(p.cli, SOL_SOCKET, 0x7777, &id, 8), 1,
	   "another level's control message is passed over");
	pair_close(&p);
}

static void check_flags(void)
{
	static const int taken[] = {
		MSG_DONTWAIT, MSG_NOSIGNAL, MSG_WAITALL, MSG_MORE,
	};
	static const int refused[] = { MSG_OOB, MSG_DONTROUTE, MSG_EOR };
	struct pair p;
	unsigned int i;

	pair_open(&p);
	for (i = 0; i < sizeof(taken) / sizeof(*taken); i++)
		is(send(p.cli, "f", 1, taken[i]), 1, "send() with flag %#x",
		   taken[i]);
	for (i = 0; i < sizeof(refused) / sizeof(*refused); i++)
		is_errno(send(p.cli, "f", 1, refused[i] | MSG_NOSIGNAL), EINVAL,
			 "send() with flag %#x", refused[i]);
	pair_close(&p);
}

static void check_streams(void)
{
	struct pair p;
	struct got g;

	pair_open(&p);
	is(send(p.cli, "one", 3, 0), 3, "send() without a stream opens one");
	recv_item(p.srv, &g, 100, 0);
	is(g.stream.stream_id, 0, "the next bidirectional one");
	is(send(p.cli, "two", 3, MSG_QUIC_STREAM_FIN), 3,
	   "send() goes on with the active stream, here to its end");
	recv_item(p.srv, &g, 100, 0);
	ok(g.stream.stream_id == 0 &&
	   g.stream.stream_flags & MSG_QUIC_STREAM_FIN, "flags come from send()");
	is(send(p.cli, "three", 5, MSG_QUIC_STREAM_UNI), 5,
	   "then the next one, of the type that is asked for");
	recv_item(p.srv, &g, 100, 0);
	is(g.stream.stream_id, 2, "a unidirectional one");

	is_errno(send_on(p.cli, 0, 0, "x", 1, 0), EINVAL, "a finished stream");
	is_errno(send_on(p.cli, 0, MSG_QUIC_STREAM_NEW, "x", 1, 0), EINVAL,
		 "opening a stream that there is");
	is_errno(send_on(p.cli, 8, 0, "x", 1, 0), ENOSTR, "an unknown stream");
	is_errno(send_on(p.cli, 1, 0, "x", 1, 0), ENOSTR,
		 "a stream that the peer did not open");
	is_errno(send_on(p.cli, 1, MSG_QUIC_STREAM_NEW, "x", 1, 0), EINVAL,
		 "opening a stream of the peer's");
	is_errno(send_on(p.srv, 2, 0, "x", 1, 0), EINVAL,
		 "a stream that only receives");
	is(send_on(p.srv, 0, 0, "back", 4, 0), 4, "the other way");
	recv_item(p.cli, &g, 100, 0);
	is(g.stream.stream_id, 0, "arrives on the same stream");

	is_errno(send_on(p.cli, 4, MSG_QUIC_STREAM_NEW, "", 0, 0), EMSGSIZE,
		 "nothing to send");
	is(send_on(p.cli, 4, MSG_QUIC_STREAM_NEW | MSG_QUIC_STREAM_FIN, "", 0,
		   0), 0, "nothing but FIN");
	recv_item(p.srv, &g, 100, 0);
	ok(g.len == 0 && g.stream.stream_id == 4 &&
	   g.stream.stream_flags & MSG_QUIC_STREAM_FIN, "arrives");
	pair_close(&p);
}

static void check_states(void)
{
	struct pair p;
	int fd = new_socket();

	is_errno(send(fd, "x", 1, MSG_NOSIGNAL), EPIPE, "fresh socket");
	close(fd);
	pair_half(&p);
	is_errno(send(p.lis, "x", 1, MSG_NOSIGNAL), EPIPE, "listener");
	is_errno(send(p.cli, "x", 1, MSG_NOSIGNAL), EINVAL,
		 "client before the handshake, no early data");
	is_errno(send(p.srv, "x", 1, MSG_NOSIGNAL), EINVAL,
		 "server before the handshake");
	pair_close(&p);
	pair_open(&p);
	close(p.srv);
	p.srv = -1;
	wait_for(p.cli, POLLIN, ABI_WAIT_MS);
	is_errno(send(p.cli, "x", 1, MSG_NOSIGNAL), EPIPE,
		 "the peer has closed");
	pair_close(&p);
}

/* Limits of the peer: 1000 bytes on a stream. */
static void check_flow_control(void)
{
	struct quic_transport_param param = {
		.max_stream_data_bidi_remote = 1000,
	};
	static uint8_t data[4000];
	struct pair p;
	struct got g;
	int left = 0;

	pair_new(&p);
	set_opt(p.lis, QUIC_SOCKOPT_TRANSPORT_PARAM, &param, sizeof(param));
	pair_connect(&p);
	pair_establish(&p);
	is(send_on(p.cli, 0, MSG_QUIC_STREAM_NEW, data, 1000, 0), 1000,
	   "as much as the peer takes");
	is_errno(send_on(p.cli, 0, 0, data, 1, MSG_DONTWAIT), ENOSPC,
		 "one byte more, MSG_DONTWAIT, with STREAM_INFO");
	is_errno(send(p.cli, data, 1, MSG_DONTWAIT), EAGAIN,
		 "one byte more, MSG_DONTWAIT, without");
	is(send_on(p.cli, 0, 0, data, 500, 0), 500,
	   "who may wait is buffered for");
	ioctl(p.cli, SIOCOUTQNSD, &left);
	is(left, 500, "SIOCOUTQNSD: bytes that did not go out yet");
	recv_item(p.srv, &g, 2000, 0);
	is(g.len, 1000, "the peer reads");
	recv_item(p.srv, &g, 2000, 0);
	is(g.len, 500, "and the rest follows");
	pair_close(&p);
}

/* MSG_MORE: a tail waits for what follows, and not for ever. */
static void check_more(void)
{
	struct pair p;
	struct got g;
	int left = 0;

	pair_open(&p);
	is(send(p.cli, "a", 1, MSG_MORE), 1, "a byte, MSG_MORE");
	ioctl(p.cli, SIOCOUTQNSD, &left);
	is(left, 1, "it waits");
	is(send(p.cli, "b", 1, 0), 1, "another byte");
	is(recv_item(p.srv, &g, 10, 0), 2, "they arrive together");
	is(send(p.cli, "c", 1, MSG_MORE), 1, "a byte, MSG_MORE");
	is(recv_item(p.srv, &g, 10, 0), 1, "it arrives when nothing follows");
	is(send(p.cli, "d", 1, MSG_MORE), 1, "a byte, MSG_MORE");
	close(p.cli);
	p.cli = -1;
	is(recv_item(p.srv, &g, 10, 0), 1, "it arrives before close() does");
	pair_close(&p);
}

/* stream_data_nodelay: short writes without a reader's acknowledgement */
static void check_nodelay(void)
{
	struct quic_config config = { .stream_data_nodelay = 1 };
	struct pair p;
	struct got g;
	int i, got = 0;

	pair_new(&p);
	set_opt(p.cli, QUIC_SOCKOPT_CONFIG, &config, sizeof(config));
	pair_connect(&p);
	pair_establish(&p);
	for (i = 0; i < 20; i++)
		send(p.cli, "x", 1, 0);
	while (got < 20 && recv_item(p.srv, &g, 30, 0) > 0)
		got += g.len;
	is(got, 20, "stream_data_nodelay: 20 short writes");
	pair_close(&p);
}

void test_send(void)
{
	check_more();
	check_nodelay();
	check_cmsgs();
	check_flags();
	check_streams();
	check_states();
	check_flow_control();
}
