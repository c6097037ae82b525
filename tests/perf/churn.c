// SPDX-License-Identifier: GPL-2.0-only
/*
 * quic-churn: many connections at a time that come and go in every way:
 * closed before the handshake, in the middle of data, after all of it, with
 * key updates, changes of address, reset and stopped streams in between.
 * What comes back is compared byte by byte.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <netinet/quic.h>

#define WORKERS_MAX	64
#define SERVED_MAX	256
#define LOCALS_MAX	4
#define STREAMS_MAX	4
#define CHUNK_BYTES	16384
#define STALL_S		60
#define NSEC_PER_SEC	1000000000LL

static const char usage[] =
"usage: quic-churn --listen ADDR --psk FILE [options]\n"
"       quic-churn --connect ADDR --psk FILE [options]\n"
"\n"
"The listening side echoes until it is told to end (SIGTERM). The connecting\n"
"side runs for a while and prints a line of JSON; status 1 when bytes were\n"
"wrong or a connection stalled.\n"
"\n"
"  --port N         default 5556\n"
"  --seconds S      how long (default 10)\n"
"  --workers N      connections at a time (default 8, at most 64)\n"
"  --seed N         of the choices made (default 1)\n"
"  --local ADDR     an address to migrate to; may be given again\n"
"  --help\n";

struct options {
	bool listen;
	const char *addr;
	const char *psk;
	const char *local[LOCALS_MAX];
	unsigned int n_local;
	unsigned int workers;
	uint16_t port;
	uint64_t seed;
	double seconds;
};

/* What happened, over all workers. */
static struct {
	atomic_ullong connections, bytes, aborted, updates, moves;
	atomic_ullong moves_refused, resets, stops, stalls, wrong, failed;
} count;

static struct options opt = {
	.port = 5556, .seconds = 10, .workers = 8, .seed = 1,
};
static volatile sig_atomic_t stopping;

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

/* splitmix64 */
static uint64_t draw(uint64_t *state)
{
	uint64_t x = *state += 0x9e3779b97f4a7c15ULL;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

static bool one_in(uint64_t *state, unsigned int n)
{
	return draw(state) % n == 0;
}

static struct sockaddr_in make_addr(const char *text, uint16_t port)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET, .sin_port = htons(port),
	};

	if (inet_pton(AF_INET, text, &addr.sin_addr) != 1)
		errx(2, "%s is no IPv4 address", text);
	return addr;
}

static void set_timeouts(int fd)
{
	struct timeval tv = { .tv_sec = STALL_S };

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)))
		err(1, "SO_RCVTIMEO");
}

/* ---- the listening side ---------------------------------------------------- */

static atomic_uint served;

static int echo_some(int fd, char *buf)
{
	uint32_t flags = 0;
	int64_t sid = -1;
	ssize_t n, done;

	n = quic_recvmsg(fd, buf, CHUNK_BYTES, &sid, &flags);
	if (n < 0)
		return -1;
	flags &= MSG_QUIC_STREAM_FIN;
	if (!n && !flags)
		return 0;
	for (done = 0; done < n || (!n && flags); ) {
		ssize_t sent = quic_sendmsg(fd, buf + done, n - done, sid,
					    flags);

		/* the client may have given this stream up */
		if (sent < 0)
			return errno == EPIPE || errno == ENOTCONN ? -1 : 0;
		done += sent;
		if (!n)
			break;
	}
	return 0;
}

static void *serve(void *arg)
{
	int fd = (intptr_t)arg;
	char *buf = malloc(CHUNK_BYTES);

	set_timeouts(fd);
	if (buf && !quic_server_handshake(fd, opt.psk, NULL, NULL))
		while (!echo_some(fd, buf))
			;
	free(buf);
	close(fd);
	atomic_fetch_sub(&served, 1);
	return NULL;
}

static void stop(int sig)
{
	(void)sig;
	stopping = 1;
}

static void listen_and_echo(void)
{
	struct sockaddr_in addr = make_addr(opt.addr, opt.port);
	int lfd = socket(AF_INET, SOCK_STREAM, IPPROTO_QUIC);
	struct sigaction act = { .sa_handler = stop };
	pthread_t thread;
	int fd;

	sigaction(SIGTERM, &act, NULL);
	if (lfd < 0 || bind(lfd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    listen(lfd, WORKERS_MAX))
		err(1, "listen");
	puts("listening");
	fflush(stdout);
	while (!stopping) {
		fd = accept(lfd, NULL, NULL);
		if (fd < 0)
			continue;
		if (atomic_fetch_add(&served, 1) >= SERVED_MAX ||
		    pthread_create(&thread, NULL, serve, (void *)(intptr_t)fd)) {
			atomic_fetch_sub(&served, 1);
			close(fd);
			continue;
		}
		pthread_detach(thread);
	}
	close(lfd);
}

/* ---- the connecting side --------------------------------------------------- */

struct lane {
	int64_t sid;
	uint32_t size;
	uint32_t sent;
	uint32_t got;
	bool given_up;
	bool ended;
};

struct visit {
	int fd;
	uint64_t rng;
	struct lane lane[STREAMS_MAX];
	unsigned int n;
	char buf[CHUNK_BYTES];
};

static char pattern(int64_t sid, uint32_t at)
{
	return (at * 2654435761u ^ (uint32_t)sid * 40503u) >> 13;
}

static void update_keys(struct visit *v)
{
	/* refused while one is under way */
	if (!setsockopt(v->fd, SOL_QUIC, QUIC_SOCKOPT_KEY_UPDATE, NULL, 0))
		atomic_fetch_add(&count.updates, 1);
}

static void move(struct visit *v)
{
	struct sockaddr_in addr;
	socklen_t len = sizeof(addr);

	if (!opt.n_local)
		return;
	addr = make_addr(opt.local[draw(&v->rng) % opt.n_local],
			 20000 + draw(&v->rng) % 20000);
	if (!setsockopt(v->fd, SOL_QUIC, QUIC_SOCKOPT_CONNECTION_MIGRATION,
			&addr, len))
		atomic_fetch_add(&count.moves, 1);
	else
		atomic_fetch_add(&count.moves_refused, 1);
}

static void give_up(struct visit *v, struct lane *lane)
{
	struct quic_errinfo info = { .stream_id = lane->sid, .errcode = 7 };
	bool reset = one_in(&v->rng, 2);

	if (setsockopt(v->fd, SOL_QUIC, reset ? QUIC_SOCKOPT_STREAM_RESET :
		       QUIC_SOCKOPT_STREAM_STOP_SENDING, &info, sizeof(info)))
		return;
	atomic_fetch_add(reset ? &count.resets : &count.stops, 1);
	lane->given_up = true;
}

static int send_chunk(struct visit *v, struct lane *lane)
{
	uint32_t len = lane->size - lane->sent, i;
	uint32_t flags = 0;
	ssize_t n;

	if (len > CHUNK_BYTES)
		len = CHUNK_BYTES;
	for (i = 0; i < len; i++)
		v->buf[i] = pattern(lane->sid, lane->sent + i);
	if (lane->sent + len == lane->size)
		flags = MSG_QUIC_STREAM_FIN;
	n = quic_sendmsg(v->fd, v->buf, len, lane->sid, flags);
	if (n < 0)
		return -1;
	lane->sent += n;
	return 0;
}

static struct lane *find_lane(struct visit *v, int64_t sid)
{
	unsigned int i;

	for (i = 0; i < v->n; i++)
		if (v->lane[i].sid == sid)
			return &v->lane[i];
	return NULL;
}

static int recv_chunk(struct visit *v)
{
	uint32_t flags = 0;
	struct lane *lane;
	int64_t sid = -1;
	ssize_t n, i;

	n = quic_recvmsg(v->fd, v->buf, sizeof(v->buf), &sid, &flags);
	if (n < 0)
		return -1;
	lane = find_lane(v, sid);
	if (!lane) {
		warnx("bytes of stream %" PRId64 ", which is not ours", sid);
		atomic_fetch_add(&count.wrong, 1);
		return -1;
	}
	for (i = 0; i < n; i++) {
		if (v->buf[i] == pattern(sid, lane->got + i))
			continue;
		warnx("stream %" PRId64 ": byte %zd differs", sid,
		      lane->got + i);
		atomic_fetch_add(&count.wrong, 1);
		return -1;
	}
	lane->got += n;
	lane->ended |= !!(flags & MSG_QUIC_STREAM_FIN);
	atomic_fetch_add(&count.bytes, n);
	if (!lane->ended || lane->given_up || lane->got == lane->size)
		return 0;
	warnx("stream %" PRId64 " ended early", sid);
	atomic_fetch_add(&count.wrong, 1);
	return -1;
}

static bool all_back(const struct visit *v)
{
	unsigned int i;

	for (i = 0; i < v->n; i++)
		if (!v->lane[i].given_up && (v->lane[i].got < v->lane[i].sent ||
		    (v->lane[i].sent == v->lane[i].size && !v->lane[i].ended)))
			return false;
	return true;
}

static bool all_sent(const struct visit *v)
{
	unsigned int i;

	for (i = 0; i < v->n; i++)
		if (!v->lane[i].given_up && v->lane[i].sent < v->lane[i].size)
			return false;
	return true;
}

static int open_lanes(struct visit *v)
{
	struct quic_stream_info info;
	socklen_t len = sizeof(info);

	v->n = 1 + draw(&v->rng) % STREAMS_MAX;
	for (unsigned int i = 0; i < v->n; i++) {
		memset(&info, 0, sizeof(info));
		info.stream_id = -1;
		if (getsockopt(v->fd, SOL_QUIC, QUIC_SOCKOPT_STREAM_OPEN, &info,
			       &len))
			return -1;
		v->lane[i] = (struct lane) {
			.sid = info.stream_id,
			.size = 1 + draw(&v->rng) % 200000,
		};
	}
	return 0;
}

/* Rounds of a chunk for each stream, there and back, with surprises between. */
static int run_lanes(struct visit *v)
{
	unsigned int i;

	while (!all_sent(v)) {
		for (i = 0; i < v->n; i++)
			if (!v->lane[i].given_up &&
			    v->lane[i].sent < v->lane[i].size &&
			    send_chunk(v, &v->lane[i]))
				return -1;
		if (one_in(&v->rng, 8))
			update_keys(v);
		if (one_in(&v->rng, 12))
			move(v);
		if (one_in(&v->rng, 20))
			give_up(v, &v->lane[draw(&v->rng) % v->n]);
		if (one_in(&v->rng, 40)) {
			atomic_fetch_add(&count.aborted, 1);
			return 0;
		}
		while (!all_back(v))
			if (recv_chunk(v))
				return -1;
	}
	return 0;
}

static void note_error(const char *what, int code)
{
	if (code == -EAGAIN || code == -EWOULDBLOCK || code == -ETIMEDOUT) {
		warnx("%s: stalled", what);
		atomic_fetch_add(&count.stalls, 1);
		return;
	}
	warnx("%s: code %d", what, code);
	atomic_fetch_add(&count.failed, 1);
}

static void visit_once(struct visit *v)
{
	struct sockaddr_in addr = make_addr(opt.addr, opt.port);
	unsigned long long wrong = atomic_load(&count.wrong);
	int code;

	v->fd = socket(AF_INET, SOCK_STREAM, IPPROTO_QUIC);
	if (v->fd < 0)
		err(1, "socket");
	set_timeouts(v->fd);
	if (connect(v->fd, (struct sockaddr *)&addr, sizeof(addr))) {
		note_error("connect", -errno);
	} else if (one_in(&v->rng, 10)) {
		atomic_fetch_add(&count.aborted, 1);
	} else {
		code = quic_client_handshake(v->fd, opt.psk, NULL, NULL);
		if (code) {
			note_error("handshake", code);
		} else {
			atomic_fetch_add(&count.connections, 1);
			if ((open_lanes(v) || run_lanes(v)) &&
			    wrong == atomic_load(&count.wrong))
				note_error("transfer", -errno);
		}
	}
	close(v->fd);
}

static void *work(void *arg)
{
	int64_t until_ns = now_ns() + (int64_t)(opt.seconds * NSEC_PER_SEC);
	struct visit *v = calloc(1, sizeof(*v));

	if (!v)
		err(1, "calloc");
	v->rng = opt.seed * 1000 + (uintptr_t)arg;
	while (now_ns() < until_ns)
		visit_once(v);
	free(v);
	return NULL;
}

#define TELL(name)	printf("\"" #name "\":%llu", atomic_load(&count.name))

static int visit_all(void)
{
	pthread_t thread[WORKERS_MAX];
	uintptr_t i;

	for (i = 0; i < opt.workers; i++)
		if (pthread_create(&thread[i], NULL, work, (void *)i))
			err(1, "pthread_create");
	for (i = 0; i < opt.workers; i++)
		pthread_join(thread[i], NULL);
	putchar('{');
	TELL(connections), putchar(','), TELL(bytes), putchar(',');
	TELL(aborted), putchar(','), TELL(updates), putchar(',');
	TELL(moves), putchar(','), TELL(moves_refused), putchar(',');
	TELL(resets), putchar(','), TELL(stops), putchar(',');
	TELL(failed), putchar(','), TELL(stalls), putchar(',');
	TELL(wrong), puts("}");
	return count.wrong || count.stalls || count.failed ||
	       !count.connections;
}

/* ---- command line ---------------------------------------------------------- */

static void parse(int argc, char **argv)
{
	static const struct option longopts[] = {
		{ "listen", required_argument, NULL, 'l' },
		{ "connect", required_argument, NULL, 'c' },
		{ "psk", required_argument, NULL, 'k' },
		{ "port", required_argument, NULL, 'P' },
		{ "seconds", required_argument, NULL, 't' },
		{ "workers", required_argument, NULL, 'w' },
		{ "seed", required_argument, NULL, 's' },
		{ "local", required_argument, NULL, 'a' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	int c;

	while ((c = getopt_long(argc, argv, "", longopts, NULL)) >= 0) {
		switch (c) {
		case 'l':
		case 'c':
			opt.listen = c == 'l';
			opt.addr = optarg;
			break;
		case 'k':
			opt.psk = optarg;
			break;
		case 'P':
			opt.port = strtoul(optarg, NULL, 10);
			break;
		case 't':
			opt.seconds = strtod(optarg, NULL);
			break;
		case 'w':
			opt.workers = strtoul(optarg, NULL, 10);
			break;
		case 's':
			opt.seed = strtoull(optarg, NULL, 10);
			break;
		case 'a':
			if (opt.n_local == LOCALS_MAX)
				errx(2, "--local: %d at most", LOCALS_MAX);
			opt.local[opt.n_local++] = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(0);
		default:
			fputs(usage, stderr);
			exit(2);
		}
	}
	if (!opt.addr || !opt.psk || optind < argc)
		errx(2, "--listen or --connect, and --psk; see --help");
	if (!opt.workers || opt.workers > WORKERS_MAX)
		errx(2, "--workers 1..%d", WORKERS_MAX);
}

int main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN);
	parse(argc, argv);
	if (opt.listen) {
		listen_and_echo();
		return 0;
	}
	return visit_all();
}
