// SPDX-License-Identifier: GPL-2.0-only
/* CONNECTION_ID, CID_LEN, CID_PREFIX. */
#include "abi.h"

#include <time.h>

static int set_ids(int fd, uint8_t dest, uint32_t active, uint32_t prior_to)
{
	struct quic_connection_id_info info = {
		.dest = dest, .active = active, .prior_to = prior_to,
	};

	return set_opt(fd, QUIC_SOCKOPT_CONNECTION_ID, &info, sizeof(info));
}

static struct quic_connection_id_info get_ids(int fd, uint8_t dest)
{
	struct quic_connection_id_info info = { .dest = dest };

	get_val(fd, QUIC_SOCKOPT_CONNECTION_ID, &info, sizeof(info));
	return info;
}

/* Until the peer's ids have come. */
static int use_id(int fd, uint32_t seq)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	int i, ret = -1;

	for (i = 0; i < ABI_WAIT_MS && ret; i++) {
		ret = set_ids(fd, 1, seq, 0);
		if (ret)
			nanosleep(&pause, NULL);
	}
	return ret;
}

static void check_flow(struct pair *p, const char *when)
{
	struct got g;

	send(p->cli, "there", 5, 0);
	is(recv_data(p->srv, &g, 10), 5, "%s: data there", when);
	send(p->srv, "back", 4, 0);
	is(recv_data(p->cli, &g, 10), 4, "%s: and back", when);
}

static void check_connection_id(void)
{
	struct quic_connection_id_info info;
	struct pair p;

	pair_open(&p);
	event_on(p.srv, QUIC_EVENT_CONNECTION_ID);
	event_on(p.cli, QUIC_EVENT_CONNECTION_ID);
	info = get_ids(p.cli, 1);
	ok(info.dest == 1 && !info.active && !info.prior_to,
	   "CONNECTION_ID, dest: number 0 at first");
	is_errno(use_id(p.cli, 6), 0, "dest: use another");
	is(get_ids(p.cli, 1).active, 6, "it is used");
	is_errno(set_ids(p.cli, 1, 6, 0), EINVAL, "dest: the same again");
	is_errno(set_ids(p.cli, 1, 2, 0), EINVAL, "dest: a lower one");
	is_errno(set_ids(p.cli, 1, 100, 0), EINVAL, "dest: one that is not there");
	check_flow(&p, "another id");
	is_errno(set_ids(p.cli, 1, 0, 100), EINVAL, "dest: retire all");
	is_errno(set_ids(p.cli, 1, 0, 3), 0, "dest: retire 0, 1 and 2");
	info = get_ids(p.cli, 1);
	ok(info.active == 6 && info.prior_to == 3, "they are gone");
	is_errno(set_ids(p.cli, 1, 0, 3), EINVAL, "dest: retire them again");
	ok(recv_event(p.srv, QUIC_EVENT_CONNECTION_ID, &info, sizeof(info)) &&
	   !info.dest, "the peer is told: its ids were retired");
	check_flow(&p, "retired");
	is_errno(set_ids(p.srv, 0, 0, 100), EINVAL, "source: retire all");
	info = get_ids(p.srv, 0);
	is(info.prior_to, 3, "source: the lowest that is not retired");
	is_errno(set_ids(p.srv, 0, 0, 7), 0, "source: retire below 7");
	do {
		if (!recv_event(p.cli, QUIC_EVENT_CONNECTION_ID, &info,
				sizeof(info)))
			break;
	} while (info.prior_to != 7);
	ok(info.dest == 1 && info.prior_to == 7 && info.active >= 7,
	   "the peer is told, and uses another");
	check_flow(&p, "replaced");
	is(get_ids(p.srv, 0).prior_to, 7, "source: they are gone");
	pair_close(&p);
}

static int set_len(int fd, uint32_t len)
{
	return set_opt(fd, QUIC_SOCKOPT_CID_LEN, &len, sizeof(len));
}

static void check_lengths(void)
{
	static const uint32_t lens[][2] = {
		{ 0, 20 }, { 0, 8 }, { 1, 1 }, { 4, 17 }, { 20, 4 }, { 8, 8 },
	};
	static uint8_t data[100000];
	struct pair p;
	struct got g;
	unsigned int i;
	uint64_t left;

	for (i = 0; i < sizeof(lens) / sizeof(*lens); i++) {
		pair_new(&p);
		is_errno(set_len(p.cli, lens[i][0]) ||
			 set_len(p.lis, lens[i][1]), 0,
			 "ids of %u and %u bytes", lens[i][0], lens[i][1]);
		pair_connect(&p);
		pair_establish(&p);
		send_on(p.cli, 0, MSG_QUIC_STREAM_NEW, data, sizeof(data), 0);
		for (left = sizeof(data); left; left -= g.len)
			if (recv_data(p.srv, &g, sizeof(g.data)) <= 0)
				break;
		is(left, 0, "100000 bytes there");
		send_on(p.srv, 0, 0, data, sizeof(data), 0);
		for (left = sizeof(data); left; left -= g.len)
			if (recv_data(p.cli, &g, sizeof(g.data)) <= 0)
				break;
		is(left, 0, "and back");
		pair_close(&p);
	}
}

static void check_values(void)
{
	static const uint8_t prefix[16] = "server-7";
	uint32_t val = 0;
	uint8_t got[16];
	socklen_t len;
	struct pair p;
	int fd;

	pair_new(&p);
	get_val(p.cli, QUIC_SOCKOPT_CID_LEN, &val, sizeof(val));
	is(val, 8, "CID_LEN is 8 at first");
	is_errno(set_len(p.cli, 21), EINVAL, "CID_LEN 21");
	is_errno(set_opt(p.lis, QUIC_SOCKOPT_CID_PREFIX, prefix, 5), EINVAL,
		 "CID_PREFIX that leaves less than 4 random bytes");
	is_errno(set_opt(p.lis, QUIC_SOCKOPT_CID_PREFIX, prefix, 4), 0,
		 "CID_PREFIX of 4 bytes");
	is_errno(set_len(p.lis, 7), EINVAL, "CID_LEN too short for it");
	is_errno(set_len(p.lis, 20), 0, "CID_LEN 20");
	is_errno(set_opt(p.lis, QUIC_SOCKOPT_CID_PREFIX, prefix, 16), 0,
		 "CID_PREFIX of 16 bytes");
	is_errno(set_opt(p.lis, QUIC_SOCKOPT_CID_PREFIX, prefix, 17), EINVAL,
		 "CID_PREFIX of 17 bytes");
	len = sizeof(got);
	get_opt(p.lis, QUIC_SOCKOPT_CID_PREFIX, got, &len);
	ok(len == 16 && !memcmp(got, prefix, 16), "CID_PREFIX comes back");
	pair_connect(&p);
	is_errno(set_len(p.lis, 0), EINVAL, "CID_LEN 0 on a listener");
	pair_establish(&p);
	check_flow(&p, "prefixed ids");
	pair_close(&p);
	fd = new_socket();
	set_len(fd, 0);
	is_errno(listen(fd, 1), EINVAL, "listen() with CID_LEN 0");
	close(fd);
}

/* Without an id there is one connection between two addresses. */
static void check_no_id(void)
{
	struct sockaddr_in here = { .sin_family = AF_INET };
	socklen_t len = sizeof(here);
	struct pair p;
	int fd;

	pair_new(&p);
	set_len(p.cli, 0);
	here.sin_addr = p.addr.sin_addr;
	bind(p.cli, (struct sockaddr *)&here, len);
	pair_connect(&p);
	pair_establish(&p);
	check_flow(&p, "no id");
	is_errno(set_ids(p.cli, 0, 0, 1), EINVAL, "there is none to retire");
	getsockname(p.cli, (struct sockaddr *)&here, &len);
	fd = new_socket();
	set_len(fd, 0);
	is_errno(bind(fd, (struct sockaddr *)&here, len), 0,
		 "a second client on the same port");
	/* RFC 9000 5.1#3 */
	is_errno(connect(fd, (struct sockaddr *)&p.addr, sizeof(p.addr)),
		 EADDRINUSE, "cannot go without id to the same server");
	close(fd);
	fd = new_socket();
	bind(fd, (struct sockaddr *)&here, len);
	is_errno(connect(fd, (struct sockaddr *)&p.addr, sizeof(p.addr)), 0,
		 "but with one it can");
	close(fd);
	check_flow(&p, "no id, still");
	pair_close(&p);
}

void test_ids(void)
{
	check_connection_id();
	check_values();
	check_lengths();
	check_no_id();
}
