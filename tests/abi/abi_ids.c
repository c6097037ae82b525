// SPDX-License-Identifier: GPL-2.0-only
/* CONNECTION_ID. */
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

void test_ids(void)
{
	check_connection_id();
}
