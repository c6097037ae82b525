// SPDX-License-Identifier: GPL-2.0-only
/* Nothing to say: the idle timeout, and the keep-alive that prevents it. */
#include "abi.h"

#include <poll.h>
#include <time.h>

#define IDLE_US		1000000		/* the shortest that may be set */
#define KEEPALIVE_US	1500000		/* likewise; no longer than half of it */

static void open_pair(struct pair *p, uint32_t keepalive_us)
{
	struct quic_transport_param param = { .max_idle_timeout = IDLE_US };
	struct quic_config config = {
		.keepalive_probe_interval = keepalive_us,
	}, got;
	const uint32_t one = 1;

	pair_new(p);
	set_opt(p->cli, QUIC_SOCKOPT_REAL_ERRORS, &one, sizeof(one));
	set_opt(p->lis, QUIC_SOCKOPT_REAL_ERRORS, &one, sizeof(one));
	set_opt(p->cli, QUIC_SOCKOPT_TRANSPORT_PARAM, &param, sizeof(param));
	is_errno(set_opt(p->cli, QUIC_SOCKOPT_CONFIG, &config, sizeof(config)),
		 0, "keep-alive, %u us", keepalive_us);
	get_val(p->cli, QUIC_SOCKOPT_CONFIG, &got, sizeof(got));
	is(got.keepalive_probe_interval, keepalive_us, "it is read back");
	pair_connect(p);
	pair_establish(p);
}

static uint64_t rx_pkts(int fd)
{
	struct quic_stats st = {};

	get_val(fd, QUIC_SOCKOPT_STATS, &st, sizeof(st));
	return st.rx_pkts;
}

static int so_error(int fd)
{
	socklen_t len = sizeof(int);
	int err = 0;

	getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len);
	return err;
}

/* RFC 9000 10.1: silently, at both ends; ETIMEDOUT says why. */
static void check_idle(const struct pair *p)
{
	ok(wait_for(p->cli, POLLHUP, ABI_WAIT_MS) & POLLHUP,
	   "idle timeout: the client's socket ends");
	is(so_error(p->cli), ETIMEDOUT, "idle timeout: the client's reason");
	ok(wait_for(p->srv, POLLHUP, ABI_WAIT_MS) & POLLHUP,
	   "idle timeout: the server's socket ends");
	is(so_error(p->srv), ETIMEDOUT, "idle timeout: the server's reason");
}

/* RFC 9000 10.1.2: opened after the one that is over now */
static void check_keepalive(const struct pair *p)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	uint64_t before = rx_pkts(p->srv);
	struct got g;
	int i;

	for (i = 0; i < ABI_WAIT_MS && rx_pkts(p->srv) == before; i++)
		nanosleep(&pause, NULL);
	ok(i < ABI_WAIT_MS, "keep-alive: another packet comes");
	ok(before >= 2, "keep-alive: it is not the first");
	is(wait_for(p->cli, POLLHUP, 0) & POLLHUP, 0, "keep-alive: alive");
	is(send(p->cli, "abc", 3, 0), 3, "keep-alive: and of use");
	is(recv_data(p->srv, &g, 10), 3, "keep-alive: the bytes arrive");
}

void test_silence(void)
{
	struct pair silent, kept;

	open_pair(&silent, 0);
	open_pair(&kept, KEEPALIVE_US);
	check_idle(&silent);
	check_keepalive(&kept);
	pair_close(&silent);
	pair_close(&kept);
}
