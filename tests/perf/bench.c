// SPDX-License-Identifier: GPL-2.0-only
/*
 * quic-bench: bulk transfer in one direction over TCP, kTLS or QUIC, between
 * two processes of one machine. The receiver measures from the first byte to
 * the end and prints one line of JSON.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <netinet/quic.h>

#ifndef SOL_TLS
#define SOL_TLS 282
#endif
#ifndef TCP_ULP
#define TCP_ULP 31
#endif

#define RECV_BYTES	262144
#define SEND_MAX_BYTES	(1 << 20)
#define NSEC_PER_SEC	1000000000LL
#define ENGINES_MAX	2

static const char usage[] =
"usage: quic-bench --listen ADDR --proto tcp|ktls|quic [options]\n"
"       quic-bench --connect ADDR --proto tcp|ktls|quic [options]\n"
"\n"
"The connecting side sends for a while, the listening side takes one\n"
"connection, measures, prints a line of JSON and ends.\n"
"\n"
"  --port N         default 5555\n"
"  --size BYTES     of each write (default 65536, at most 1048576)\n"
"  --seconds S      how long to send (default 0.4)\n"
"  --psk FILE       quic: pre-shared key, a line \"identity:hex\"\n"
"  --engine FILE    counters of a modelled NIC: adds up quic_engine_*; twice\n"
"  --help\n"
"\n"
"ns: time from the first byte to the end. idle_ns: of that, the processor\n"
"slept (-1: the kernel does not tell). engine_ns: of that, modelled hardware\n"
"sealed and opened. Encryption is AES-128-GCM.\n";

enum proto { PROTO_NONE, PROTO_TCP, PROTO_KTLS, PROTO_QUIC };

struct options {
	enum proto proto;
	bool listen;
	const char *addr;
	const char *psk;
	const char *engine[ENGINES_MAX];
	unsigned int n_engines;
	uint16_t port;
	size_t size;
	double seconds;
};

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

/* Exact where the tick stops in idle; /proc/stat counts hundredths. */
static int64_t idle_ns(void)
{
	FILE *f = fopen("/proc/timer_list", "r");
	int64_t sum = -1, ns;
	char line[256];

	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, " .idle_sleeptime : %" SCNd64, &ns) == 1)
			sum = (sum < 0 ? 0 : sum) + ns;
	}
	fclose(f);
	return sum;
}

static int64_t engine_ns(const struct options *o)
{
	int64_t sum = 0, ns;
	char line[256];
	unsigned int i;
	FILE *f;

	for (i = 0; i < o->n_engines; i++) {
		f = fopen(o->engine[i], "r");
		if (!f)
			err(1, "%s", o->engine[i]);
		while (fgets(line, sizeof(line), f))
			if (sscanf(line, "quic_engine_%*s %" SCNd64, &ns) == 1)
				sum += ns;
		fclose(f);
	}
	return sum;
}

/*
 * A no-op that tests/perf/profile_plugin.c, in QEMU, sees: instructions count from
 * here, or until here.
 */
static void mark(bool begin)
{
#ifdef __x86_64__
	if (begin)
		asm volatile("nopl 0x71756901(%%rax)" ::: "memory");
	else
		asm volatile("nopl 0x71756902(%%rax)" ::: "memory");
#endif
}

/* ---- kTLS: the same made-up key on both sides ------------------------------ */

static void set_tls(int fd, int direction)
{
	struct tls12_crypto_info_aes_gcm_128 info;

	memset(&info, 0x42, sizeof(info));
	info.info.version = TLS_1_3_VERSION;
	info.info.cipher_type = TLS_CIPHER_AES_GCM_128;
	memset(info.rec_seq, 0, sizeof(info.rec_seq));
	if (setsockopt(fd, IPPROTO_TCP, TCP_ULP, "tls", sizeof("tls")))
		err(1, "TCP_ULP tls (module tls)");
	if (setsockopt(fd, SOL_TLS, direction, &info, sizeof(info)))
		err(1, "TLS key");
}

/* ---- sockets --------------------------------------------------------------- */

static int open_socket(const struct options *o, struct sockaddr_in *addr)
{
	int quic = o->proto == PROTO_QUIC, one = 1, fd;
	struct quic_config config = {
		.payload_cipher_type = TLS_CIPHER_AES_GCM_128,
	};

	memset(addr, 0, sizeof(*addr));
	addr->sin_family = AF_INET;
	addr->sin_port = htons(o->port);
	if (inet_pton(AF_INET, o->addr, &addr->sin_addr) != 1)
		errx(2, "%s is no IPv4 address", o->addr);
	fd = socket(AF_INET, SOCK_STREAM, quic ? IPPROTO_QUIC : 0);
	if (fd < 0)
		err(1, "socket");
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)))
		err(1, "SO_REUSEADDR");
	if (quic && setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_CONFIG, &config,
			       sizeof(config)))
		err(1, "CONFIG");
	return fd;
}

static void check_handshake(int code)
{
	if (code < -1000 || code > 0)
		errx(1, "handshake: code %d", code);
	if (code)
		errx(1, "handshake: %s",
		     code > -256 ? gnutls_strerror(code) : strerror(-code));
}

static int take_connection(const struct options *o)
{
	struct sockaddr_in addr;
	int lfd, fd;

	lfd = open_socket(o, &addr);
	if (bind(lfd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    listen(lfd, 4))
		err(1, "listen");
	puts("listening");
	fflush(stdout);
	fd = accept(lfd, NULL, NULL);
	if (fd < 0)
		err(1, "accept");
	if (o->proto == PROTO_KTLS)
		set_tls(fd, TLS_RX);
	if (o->proto == PROTO_QUIC)
		check_handshake(quic_server_handshake(fd, o->psk, NULL, NULL));
	/* the sender waits for the keys of this side */
	if (o->proto != PROTO_QUIC && write(fd, "g", 1) != 1)
		err(1, "write");
	return fd;
}

static int make_connection(const struct options *o)
{
	struct sockaddr_in addr;
	char go;
	int fd;

	fd = open_socket(o, &addr);
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
		err(1, "connect");
	if (o->proto == PROTO_QUIC)
		check_handshake(quic_client_handshake(fd, o->psk, NULL, NULL));
	else if (read(fd, &go, 1) != 1)
		err(1, "read");
	if (o->proto == PROTO_KTLS)
		set_tls(fd, TLS_TX);
	return fd;
}

/* ---- the transfer ---------------------------------------------------------- */

static ssize_t get(const struct options *o, int fd, void *buf, bool *end)
{
	uint32_t flags = 0;
	int64_t sid = -1;
	ssize_t n;

	if (o->proto == PROTO_QUIC) {
		n = quic_recvmsg(fd, buf, RECV_BYTES, &sid, &flags);
		*end = n < 0 || flags & MSG_QUIC_STREAM_FIN;
	} else {
		n = recv(fd, buf, RECV_BYTES, 0);
		*end = n <= 0;
	}
	if (n < 0)
		err(1, "receive");
	return n;
}

static void receive(const struct options *o)
{
	int64_t start_ns, ns, start_idle_ns, slept_ns, engine;
	char *buf = malloc(RECV_BYTES);
	int fd = take_connection(o);
	uint64_t bytes;
	bool end;

	if (!buf)
		err(1, "malloc");
	get(o, fd, buf, &end);
	/* what came with the first read is not in the time */
	bytes = 0;
	engine = engine_ns(o);
	start_idle_ns = idle_ns();
	start_ns = now_ns();
	mark(true);
	while (!end)
		bytes += get(o, fd, buf, &end);
	mark(false);
	ns = now_ns() - start_ns;
	slept_ns = start_idle_ns < 0 ? -1 : idle_ns() - start_idle_ns;
	engine = engine_ns(o) - engine;
	printf("{\"bytes\":%" PRIu64 ",\"ns\":%" PRId64 ",\"idle_ns\":%" PRId64
	       ",\"engine_ns\":%" PRId64 "}\n", bytes, ns, slept_ns, engine);
	close(fd);
	free(buf);
}

static void put_tcp(int fd, const char *buf, size_t size)
{
	size_t off = 0;
	ssize_t n;

	for (; off < size; off += n) {
		n = send(fd, buf + off, size - off, 0);
		if (n < 0)
			err(1, "send");
	}
}

static void put_quic(int fd, const char *buf, size_t size, int64_t sid,
		     uint32_t flags)
{
	size_t off = 0;
	ssize_t n;

	for (; off < size; off += n) {
		n = quic_sendmsg(fd, buf + off, size - off, sid, flags);
		if (n < 0)
			err(1, "quic_sendmsg");
	}
}

static int64_t open_stream(int fd)
{
	struct quic_stream_info info = { .stream_id = -1 };
	socklen_t len = sizeof(info);

	if (getsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_STREAM_OPEN, &info, &len))
		err(1, "STREAM_OPEN");
	return info.stream_id;
}

static void send_all(const struct options *o)
{
	char *buf = malloc(o->size), end[64];
	int fd = make_connection(o);
	int64_t until_ns, sid = -1;

	if (!buf)
		err(1, "malloc");
	memset(buf, 'x', o->size);
	if (o->proto == PROTO_QUIC)
		sid = open_stream(fd);
	until_ns = now_ns() + (int64_t)(o->seconds * NSEC_PER_SEC);
	do {
		if (o->proto == PROTO_QUIC)
			put_quic(fd, buf, o->size, sid, 0);
		else
			put_tcp(fd, buf, o->size);
	} while (now_ns() < until_ns);
	if (o->proto == PROTO_QUIC) {
		put_quic(fd, buf, 1, sid, MSG_QUIC_STREAM_FIN);
		/* until the receiver has read it all and closes */
		while (recv(fd, end, sizeof(end), 0) > 0)
			;
	} else {
		shutdown(fd, SHUT_WR);
	}
	close(fd);
	free(buf);
}

/* ---- command line ---------------------------------------------------------- */

static enum proto parse_proto(const char *text)
{
	static const char *const names[] = {
		[PROTO_TCP] = "tcp", [PROTO_KTLS] = "ktls",
		[PROTO_QUIC] = "quic",
	};
	unsigned int i;

	for (i = PROTO_TCP; i <= PROTO_QUIC; i++)
		if (!strcmp(text, names[i]))
			return i;
	errx(2, "--proto: tcp, ktls or quic");
}

static void parse(struct options *o, int argc, char **argv)
{
	static const struct option longopts[] = {
		{ "listen", required_argument, NULL, 'l' },
		{ "connect", required_argument, NULL, 'c' },
		{ "proto", required_argument, NULL, 'p' },
		{ "port", required_argument, NULL, 'P' },
		{ "size", required_argument, NULL, 's' },
		{ "seconds", required_argument, NULL, 't' },
		{ "psk", required_argument, NULL, 'k' },
		{ "engine", required_argument, NULL, 'e' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	int c;

	while ((c = getopt_long(argc, argv, "", longopts, NULL)) >= 0) {
		switch (c) {
		case 'l':
		case 'c':
			o->listen = c == 'l';
			o->addr = optarg;
			break;
		case 'p':
			o->proto = parse_proto(optarg);
			break;
		case 'P':
			o->port = strtoul(optarg, NULL, 10);
			break;
		case 's':
			o->size = strtoul(optarg, NULL, 10);
			break;
		case 't':
			o->seconds = strtod(optarg, NULL);
			break;
		case 'k':
			o->psk = optarg;
			break;
		case 'e':
			if (o->n_engines == ENGINES_MAX)
				errx(2, "--engine: twice at most");
			o->engine[o->n_engines++] = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(0);
		default:
			fputs(usage, stderr);
			exit(2);
		}
	}
	if (!o->addr || !o->proto || optind < argc)
		errx(2, "--listen or --connect, and --proto; see --help");
	if (!o->size || o->size > SEND_MAX_BYTES || o->seconds <= 0)
		errx(2, "--size 1..%d, --seconds above 0", SEND_MAX_BYTES);
	if (o->proto == PROTO_QUIC && !o->psk)
		errx(2, "--proto quic needs --psk");
}

int main(int argc, char **argv)
{
	struct options o = { .port = 5555, .size = 65536, .seconds = 0.4 };

	signal(SIGPIPE, SIG_IGN);
	parse(&o, argc, argv);
	if (o.listen)
		receive(&o);
	else
		send_all(&o);
	return 0;
}
