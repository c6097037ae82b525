// SPDX-License-Identifier: GPL-2.0-only
/* STREAM_OPEN, STREAM_RESET, STREAM_STOP_SENDING. */
#include "abi.h"

#include <pthread.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <time.h>

static int64_t open_stream(int fd, int64_t id, uint32_t flags)
{
	struct quic_stream_info info = { id, flags };

	if (get_val(fd, QUIC_SOCKOPT_STREAM_OPEN, &info, sizeof(info)))
		return -1;
	return info.stream_id;
}

static int reset(int fd, int64_t id, uint32_t code)
{
	struct quic_errinfo info = { id, code };

	return set_opt(fd, QUIC_SOCKOPT_STREAM_RESET, &info, sizeof(info));
}

static int stop(int fd, int64_t id, uint32_t code)
{
	struct quic_errinfo info = { id, code };

	return set_opt(fd, QUIC_SOCKOPT_STREAM_STOP_SENDING, &info,
		       sizeof(info));
}

static void check_ids(void)
{
	struct pair p;
	struct got g;

	pair_open(&p);
	is(open_stream(p.cli, -1, 0), 0, "client: first bidirectional stream");
	is(open_stream(p.cli, -1, 0), 4, "client: the next");
	is(open_stream(p.cli, -1, MSG_QUIC_STREAM_UNI), 2,
	   "client: first unidirectional stream");
	is(open_stream(p.srv, -1, 0), 1, "server: first bidirectional stream");
	is(open_stream(p.srv, -1, MSG_QUIC_STREAM_UNI), 3,
	   "server: first unidirectional stream");
	is(open_stream(p.cli, 40, 0), 40, "a chosen id");
	is(open_stream(p.cli, 20, 0), 20, "lower ones were opened with it");
	is_errno(open_stream(p.cli, 1, 0), EINVAL, "the server's id");
	is_errno(open_stream(p.cli, -1, MSG_QUIC_STREAM_FIN), EINVAL,
		 "a flag that does not belong there");
	is_errno(open_stream(p.cli, 400, MSG_QUIC_STREAM_DONTWAIT), EAGAIN,
		 "beyond the peer's limit of 100, without waiting");
	is(open_stream(p.cli, 44, 0), 44, "and that did no harm");
	/* the stream that was opened last is the active one */
	send(p.cli, "x", 1, 0);
	recv_item(p.srv, &g, 10, 0);
	is(g.stream.stream_id, 44, "send() without a stream takes the active");
	pair_close(&p);
}

static void *finish_streams(void *arg)
{
	const struct timespec pause = { .tv_nsec = 50000000 };
	struct pair *p = arg;
	struct got g;

	nanosleep(&pause, NULL);
	recv_item(p->srv, &g, 10, 0);
	return NULL;
}

/* RFC 9000 4.6: a finished stream makes room for another. */
static void check_blocking(void)
{
	struct quic_transport_param param = { .max_streams_uni = 1 };
	pthread_t thread;
	struct pair p;

	pair_new(&p);
	set_opt(p.lis, QUIC_SOCKOPT_TRANSPORT_PARAM, &param, sizeof(param));
	pair_connect(&p);
	pair_establish(&p);
	is(send_on(p.cli, -1, MSG_QUIC_STREAM_NEW | MSG_QUIC_STREAM_UNI |
		   MSG_QUIC_STREAM_FIN, "a", 1, 0), 1, "the only stream");
	is_errno(send_on(p.cli, -1, MSG_QUIC_STREAM_NEW |
			 MSG_QUIC_STREAM_UNI | MSG_QUIC_STREAM_DONTWAIT, "b", 1,
			 0), EAGAIN, "a second one, MSG_QUIC_STREAM_DONTWAIT");
	is_errno(send_on(p.cli, -1, MSG_QUIC_STREAM_NEW | MSG_QUIC_STREAM_UNI,
			 "b", 1, MSG_DONTWAIT), EAGAIN,
		 "a second one, MSG_DONTWAIT");
	is_errno(send_on(p.cli, -1, MSG_QUIC_STREAM_NEW |
			 MSG_QUIC_STREAM_UNI | MSG_QUIC_STREAM_SNDBLOCK |
			 MSG_QUIC_STREAM_DONTWAIT, "b", 1, 0), EAGAIN,
		 "a second one, MSG_QUIC_STREAM_SNDBLOCK");
	pthread_create(&thread, NULL, finish_streams, &p);
	is(open_stream(p.cli, -1, MSG_QUIC_STREAM_UNI), 6,
	   "STREAM_OPEN waits until the first is finished");
	pthread_join(thread, NULL);
	pair_close(&p);
}

static void check_reset(void)
{
	struct quic_stream_update u;
	struct pair p;

	pair_open(&p);
	event_on(p.srv, QUIC_EVENT_STREAM_UPDATE);
	event_on(p.cli, QUIC_EVENT_STREAM_UPDATE);
	send_on(p.cli, 0, MSG_QUIC_STREAM_NEW, "abc", 3, 0);
	is_errno(reset(p.cli, 0, 77), 0, "STREAM_RESET");
	do {
		if (!recv_event(p.srv, QUIC_EVENT_STREAM_UPDATE, &u, sizeof(u)))
			break;
	} while (u.state != QUIC_STREAM_RECV_STATE_RESET_RECVD);
	ok(u.id == 0 && u.state == QUIC_STREAM_RECV_STATE_RESET_RECVD &&
	   u.errcode == 77 && u.finalsz == 3,
	   "the peer is told: RESET_RECVD, code, final size");
	ok(recv_event(p.cli, QUIC_EVENT_STREAM_UPDATE, &u, sizeof(u)) &&
	   u.id == 0 && u.state == QUIC_STREAM_SEND_STATE_RESET_RECVD &&
	   u.errcode == 77, "and so are we, when it was acknowledged");
	is_errno(reset(p.cli, 0, 78), EINVAL, "STREAM_RESET again");
	is_errno(send_on(p.cli, 0, 0, "d", 1, 0), EINVAL,
		 "sending on a stream that was reset");
	is_errno(reset(p.cli, 8, 1), ENOSTR, "STREAM_RESET, unknown stream");
	is_errno(reset(p.cli, -1, 1), EINVAL, "STREAM_RESET, no stream");
	send_on(p.srv, -1, MSG_QUIC_STREAM_NEW | MSG_QUIC_STREAM_UNI, "u", 1,
		0);
	wait_acked(p.srv);
	is_errno(reset(p.cli, 3, 1), EINVAL,
		 "STREAM_RESET of a stream that only receives");
	/* all sent and acknowledged: nothing is left to abandon */
	send_on(p.cli, 4, MSG_QUIC_STREAM_NEW | MSG_QUIC_STREAM_FIN, "e", 1, 0);
	ok(wait_acked(p.cli), "a finished stream is acknowledged");
	is_errno(reset(p.cli, 4, 1), EINVAL, "STREAM_RESET in state RECVD");
	pair_close(&p);
}

static void switch_loopback(bool up)
{
	struct ifreq req = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	ioctl(fd, SIOCGIFFLAGS, &req);
	req.ifr_flags = up ? req.ifr_flags | IFF_UP : req.ifr_flags & ~IFF_UP;
	if (ioctl(fd, SIOCSIFFLAGS, &req))
		say("lo: %s", strerror(errno));
	close(fd);
}

static void check_stop(void)
{
	struct quic_stream_update u = {};
	struct pair p;
	struct got g;

	pair_open(&p);
	event_on(p.cli, QUIC_EVENT_STREAM_UPDATE);
	send_on(p.cli, 0, MSG_QUIC_STREAM_NEW, "abc", 3, 0);
	recv_item(p.srv, &g, 100, 0);
	is_errno(stop(p.srv, 0, 55), 0, "STREAM_STOP_SENDING");
	ok(recv_event(p.cli, QUIC_EVENT_STREAM_UPDATE, &u, sizeof(u)) &&
	   u.state == QUIC_STREAM_SEND_STATE_RESET_SENT && u.errcode == 55,
	   "the peer resets with the same code, and is told");
	is_errno(send_on(p.cli, 0, 0, "d", 1, 0), EINVAL,
		 "it cannot send there any more");
	is_errno(stop(p.srv, 16, 1), ENOSTR,
		 "STREAM_STOP_SENDING, unknown stream");
	is_errno(stop(p.srv, -1, 1), EINVAL, "STREAM_STOP_SENDING, no stream");
	send_on(p.srv, -1, MSG_QUIC_STREAM_NEW | MSG_QUIC_STREAM_UNI, "u", 1,
		0);
	is_errno(stop(p.srv, 3, 1), EINVAL,
		 "STREAM_STOP_SENDING of a stream that only sends");
	is(open_stream(p.srv, -1, 0), 1, "a stream of the server");
	/* the peer would answer at once */
	switch_loopback(false);
	is_errno(stop(p.srv, 1, 1), 0, "STREAM_STOP_SENDING, link down");
	is_errno(stop(p.srv, 1, 1), EAGAIN, "again, while one is on its way");
	switch_loopback(true);
	pair_close(&p);
}

/* RFC 9000 4.6: many streams in turn, far beyond the limit at a time. */
static void check_churn(void)
{
	const unsigned int count = 10000;
	unsigned int sent = 0, ended = 0;
	struct pair p;
	struct got g;

	pair_open(&p);
	while (ended < count) {
		while (sent < count &&
		       send_on(p.cli, -1, MSG_QUIC_STREAM_NEW |
			       MSG_QUIC_STREAM_UNI | MSG_QUIC_STREAM_FIN |
			       MSG_QUIC_STREAM_DONTWAIT, "hello", 5,
			       MSG_DONTWAIT) == 5)
			sent++;
		if (recv_item(p.srv, &g, 100, 0) != 5 ||
		    g.stream.stream_id != (int64_t)ended * 4 + 2 ||
		    !(g.stream.stream_flags & MSG_QUIC_STREAM_FIN))
			break;
		ended++;
	}
	is(ended, count, "10000 streams opened and finished in turn");
	pair_close(&p);
}

/* Streams with data take turns: nobody waits until another is through. */
static void check_fairness(void)
{
	static uint8_t data[60000];
	unsigned int switches = 0, i;
	uint64_t left = 4 * 60000;
	int64_t last = -1;
	struct pair p;
	struct got g;

	pair_open(&p);
	for (i = 0; i < 4; i++)
		send_on(p.cli, -1, MSG_QUIC_STREAM_NEW, data, sizeof(data), 0);
	while (left && recv_item(p.srv, &g, 3000, 0) > 0) {
		left -= g.len;
		switches += g.stream.stream_id != last;
		last = g.stream.stream_id;
	}
	is(left, 0, "4 streams of 60000 bytes");
	say("%u switches between streams", switches);
	ok(switches >= 4, "each was served");
	pair_close(&p);
}

void test_streams(void)
{
	check_ids();
	check_blocking();
	check_reset();
	check_stop();
	check_churn();
	check_fairness();
}
