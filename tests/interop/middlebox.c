// SPDX-License-Identifier: GPL-2.0-only
/*
 * The network between a client and a server: takes frames from one
 * interface, puts them out on the other, and is as bad as it was told to be.
 * What passed on either side is written to captures.
 *
 * In user space, and not netem or nftables, because a test has to be able to
 * name the packet that is lost, a corrupted datagram must arrive (its UDP
 * checksum is right), and a NAT must forget at a given moment.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "packet.h"
#include "pcap.h"

static const char usage[] =
"usage: middlebox [options] CLIENT_IF SERVER_IF\n"
"\n"
"Forwards IPv4 and IPv6 between two interfaces. The stations are to have the\n"
"addresses 02:00:00:00:01:02 (client) and 02:00:00:00:02:02 (server), and to\n"
"send to 02:00:00:00:01:01 and 02:00:00:00:02:01. Only UDP is mistreated.\n"
"DIR is c2s or s2c.\n"
"\n"
"  --delay MS             each way\n"
"  --bandwidth BITS       a second, each way; 0: any\n"
"  --queue PACKETS        that wait for it, each way (default: 25)\n"
"  --loss PERCENT         of the packets, each way\n"
"  --corrupt PERCENT      one byte of so many packets, each way\n"
"  --burst N              of these in a row at most (default: 3)\n"
"  --drop DIR:FIRST-LAST  packets by number, from 1\n"
"  --ce DIR:EVERY         mark every so many ECT packets as CE\n"
"  --dark FROM_MS-TO_MS   nothing passes, after the first packet\n"
"  --rebind port|address  a NAT in front of the client, that forgets\n"
"  --rebind-at MS         ... after the first packet\n"
"  --rebind-again MS      ... and once more, after that\n"
"  --seed N               of the dice\n"
"  --client-pcap FILE     what passed on the client's side\n"
"  --server-pcap FILE     ... on the server's side\n"
"\n"
"Prints \"forwarding\" when it is ready and counters when it is ended by\n"
"SIGTERM.\n";

#define DIRS		2
#define RING_SIZE	4096
#define NS_PER_MS	1000000ULL

enum dir {
	DIR_C2S = 0,
	DIR_S2C = 1,
};

/**
 * struct waiting - a packet under way
 * @leave_ns: when it leaves the queue
 * @arrive_ns: when it comes out at the other end
 * @len: bytes of @data
 * @data: the frame
 */
struct waiting {
	uint64_t leave_ns;
	uint64_t arrive_ns;
	size_t len;
	uint8_t data[FRAME_MAX];
};

/**
 * struct way - one direction
 * @fd: where its packets come from
 * @seen: UDP packets so far
 * @ect: ECT packets so far
 * @row: how many in a row were mistreated
 * @busy_until_ns: when the link is free again
 * @head: oldest packet of @ring
 * @tail: where the next one goes
 * @queued: first packet of @ring that has not left the queue
 * @drop_first: packets by number that are lost, from this one
 * @drop_last: to this one
 * @ce_every: mark every so many, 0: none
 * @forwarded: counter
 * @lost: counter, of those asked for
 * @corrupted: counter
 * @overflowed: counter, of the queue
 * @stray: counter, packets to a binding that the NAT has forgotten
 * @ring: packets under way, in the order of @arrive_ns
 */
struct way {
	int fd;
	uint64_t seen;
	uint64_t ect;
	unsigned int row;
	uint64_t busy_until_ns;
	unsigned int head;
	unsigned int tail;
	unsigned int queued;
	uint64_t drop_first;
	uint64_t drop_last;
	uint64_t ce_every;
	uint64_t forwarded;
	uint64_t lost;
	uint64_t corrupted;
	uint64_t overflowed;
	uint64_t stray;
	struct waiting ring[RING_SIZE];
};

static struct {
	uint64_t delay_ns;
	uint64_t bandwidth_bits;
	unsigned int queue_pkts;
	unsigned int loss_percent;
	unsigned int corrupt_percent;
	unsigned int burst;
	uint64_t dark_from_ns;
	uint64_t dark_to_ns;
	bool nat;
	bool nat_address;
	uint64_t rebind_at_ns;
	uint64_t rebind_again_ns;
} config = { .queue_pkts = 25, .burst = 3 };

static struct way ways[DIRS];
static struct pcap *captures[DIRS];	/* by the side: client, server */
static struct packet_nat nat;
static uint64_t first_ns;
static uint64_t dice = 1;
static volatile sig_atomic_t ended;

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/* splitmix64 */
static uint32_t roll(uint32_t sides)
{
	uint64_t x = dice += 0x9e3779b97f4a7c15ULL;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return (x >> 33) % sides;
}

/* Whether bad luck strikes; never more often in a row than asked for. */
static bool strikes(struct way *way, unsigned int percent)
{
	if (!percent || roll(100) >= percent || way->row >= config.burst) {
		if (percent)
			way->row = 0;
		return false;
	}
	way->row++;
	return true;
}

static bool is_dark(uint64_t now)
{
	return now - first_ns >= config.dark_from_ns &&
	       now - first_ns < config.dark_to_ns;
}

static bool is_lost(struct way *way, uint64_t now)
{
	if (is_dark(now))
		return true;
	if (way->seen >= way->drop_first && way->seen <= way->drop_last)
		return true;
	return strikes(way, config.loss_percent);
}

static void damage(struct way *way, struct packet *packet)
{
	if (way->ce_every && packet_is_ect(packet) &&
	    ++way->ect % way->ce_every == 0)
		packet_set_ce(packet);
	if (!strikes(way, config.corrupt_percent))
		return;
	packet->payload[roll(packet->payload_len)] ^= 1 + roll(255);
	way->corrupted++;
}

static void enqueue(struct way *way, const struct packet *packet, uint64_t now)
{
	struct waiting *waiting = &way->ring[way->tail % RING_SIZE];
	uint64_t start = now;

	while (way->queued != way->tail &&
	       way->ring[way->queued % RING_SIZE].leave_ns <= now)
		way->queued++;
	if (way->tail - way->head == RING_SIZE ||
	    (config.bandwidth_bits &&
	     way->tail - way->queued > config.queue_pkts)) {
		way->overflowed++;
		return;
	}
	if (config.bandwidth_bits && way->busy_until_ns > now)
		start = way->busy_until_ns;
	waiting->leave_ns = start;
	if (config.bandwidth_bits)
		start += packet->frame_len * 8 * 1000000000ULL /
			 config.bandwidth_bits;
	way->busy_until_ns = start;
	waiting->arrive_ns = start + config.delay_ns;
	waiting->len = packet->frame_len;
	memcpy(waiting->data, packet->frame, packet->frame_len);
	way->tail++;
}

/* False: it belongs to no binding of the NAT. */
static bool translate(enum dir dir, struct packet *packet, uint64_t now)
{
	if (!config.nat)
		return true;
	while (config.rebind_at_ns && now - first_ns >= config.rebind_at_ns) {
		packet_nat_forget(&nat, config.nat_address);
		config.rebind_at_ns = config.rebind_again_ns;
		config.rebind_again_ns = 0;
	}
	return dir == DIR_C2S ? packet_nat_out(&nat, packet) :
				packet_nat_in(&nat, packet);
}

static void take_udp(enum dir dir, struct packet *packet, uint64_t now)
{
	struct way *way = &ways[dir];

	if (!first_ns)
		first_ns = now;
	way->seen++;
	if (is_lost(way, now)) {
		way->lost++;
		return;
	}
	damage(way, packet);
	if (!translate(dir, packet, now)) {
		way->stray++;
		return;
	}
	enqueue(way, packet, now);
}

static void take(enum dir dir, uint8_t *frame, size_t len)
{
	uint64_t now = now_ns();
	struct packet packet;

	if (!packet_parse(&packet, frame, len))
		return;
	packet_fix_checksum(&packet);
	pcap_write(captures[dir], frame, len);
	if (packet.is_udp)
		take_udp(dir, &packet, now);
	else
		enqueue(&ways[dir], &packet, now);
}

static void receive(enum dir dir)
{
	uint8_t frame[FRAME_MAX];
	struct sockaddr_ll from;
	socklen_t from_len;
	ssize_t len;

	for (;;) {
		from_len = sizeof(from);
		len = recvfrom(ways[dir].fd, frame, sizeof(frame),
			       MSG_DONTWAIT | MSG_TRUNC,
			       (struct sockaddr *)&from, &from_len);
		if (len < 0)
			return;
		if (from.sll_pkttype == PACKET_OUTGOING)
			continue;
		if ((size_t)len > sizeof(frame))
			errx(1, "a frame of %zd bytes: segmentation offloads are on",
			     len);
		take(dir, frame, len);
	}
}

static void deliver(enum dir dir, struct waiting *waiting)
{
	enum dir other = !dir;
	struct packet packet;

	packet_set_station(waiting->data, other + 1);
	if (!packet_parse(&packet, waiting->data, waiting->len))
		return;
	packet_fix_checksum(&packet);
	pcap_write(captures[other], waiting->data, waiting->len);
	if (send(ways[other].fd, waiting->data, waiting->len, 0) < 0)
		warn("sending");
	ways[dir].forwarded++;
}

/* Return: when the next one arrives, 0: none is under way. */
static uint64_t deliver_due(enum dir dir)
{
	struct way *way = &ways[dir];
	struct waiting *waiting;

	while (way->head != way->tail) {
		waiting = &way->ring[way->head % RING_SIZE];
		if (waiting->arrive_ns > now_ns())
			return waiting->arrive_ns;
		deliver(dir, waiting);
		if (way->queued == way->head)
			way->queued++;
		way->head++;
	}
	return 0;
}

static void wait_for_work(const uint64_t *due)
{
	struct pollfd fds[DIRS];
	uint64_t next = 0, now;
	struct timespec ts = { 0 };
	unsigned int i;

	for (i = 0; i < DIRS; i++) {
		fds[i] = (struct pollfd) { .fd = ways[i].fd, .events = POLLIN };
		if (due[i] && (!next || due[i] < next))
			next = due[i];
	}
	now = now_ns();
	if (next > now) {
		ts.tv_sec = (next - now) / 1000000000ULL;
		ts.tv_nsec = (next - now) % 1000000000ULL;
	}
	ppoll(fds, DIRS, next ? &ts : NULL, NULL);
}

static void run(void)
{
	uint64_t due[DIRS];
	unsigned int i;

	while (!ended) {
		for (i = 0; i < DIRS; i++) {
			receive(i);
			due[i] = deliver_due(i);
		}
		wait_for_work(due);
	}
}

static int open_interface(const char *name)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(name),
	};
	int fd, bytes = 16 << 20;

	if (!address.sll_ifindex)
		err(1, "%s", name);
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)))
		err(1, "%s", name);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes));
	return fd;
}

static void print_counters(void)
{
	static const char *const names[] = { "c2s", "s2c" };
	const struct way *way;
	unsigned int i;

	for (i = 0; i < DIRS; i++) {
		way = &ways[i];
		printf("%s: %llu forwarded, %llu lost, %llu corrupted, %llu overflowed, %llu stray\n",
		       names[i], (unsigned long long)way->forwarded,
		       (unsigned long long)way->lost,
		       (unsigned long long)way->corrupted,
		       (unsigned long long)way->overflowed,
		       (unsigned long long)way->stray);
	}
	printf("nat: forgot %u times\n", nat.forgot);
}

static void end(int sig)
{
	(void)sig;
	ended = 1;
}

enum {
	OPT_DELAY = 256, OPT_BANDWIDTH, OPT_QUEUE, OPT_LOSS, OPT_CORRUPT,
	OPT_BURST, OPT_DROP, OPT_CE, OPT_DARK, OPT_REBIND, OPT_REBIND_AT,
	OPT_REBIND_AGAIN, OPT_SEED, OPT_CLIENT_PCAP, OPT_SERVER_PCAP, OPT_HELP,
};

static const struct option long_options[] = {
	{ "delay", required_argument, NULL, OPT_DELAY },
	{ "bandwidth", required_argument, NULL, OPT_BANDWIDTH },
	{ "queue", required_argument, NULL, OPT_QUEUE },
	{ "loss", required_argument, NULL, OPT_LOSS },
	{ "corrupt", required_argument, NULL, OPT_CORRUPT },
	{ "burst", required_argument, NULL, OPT_BURST },
	{ "drop", required_argument, NULL, OPT_DROP },
	{ "ce", required_argument, NULL, OPT_CE },
	{ "dark", required_argument, NULL, OPT_DARK },
	{ "rebind", required_argument, NULL, OPT_REBIND },
	{ "rebind-at", required_argument, NULL, OPT_REBIND_AT },
	{ "rebind-again", required_argument, NULL, OPT_REBIND_AGAIN },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "client-pcap", required_argument, NULL, OPT_CLIENT_PCAP },
	{ "server-pcap", required_argument, NULL, OPT_SERVER_PCAP },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

static uint64_t number(void)
{
	char *rest;
	uint64_t value = strtoull(optarg, &rest, 10);

	if (!*optarg || *rest)
		errx(2, "'%s' is not a number", optarg);
	return value;
}

/* "c2s:5" or "s2c:2-7" */
static struct way *parse_way(unsigned long long *first,
			     unsigned long long *last)
{
	char name[4];

	switch (sscanf(optarg, "%3[sc2]:%llu-%llu", name, first, last)) {
	case 2:
		*last = *first;
		break;
	case 3:
		break;
	default:
		errx(2, "'%s' is no DIR:NUMBER", optarg);
	}
	return &ways[strcmp(name, "c2s") ? DIR_S2C : DIR_C2S];
}

static void parse_dark(void)
{
	unsigned long long from_ms, to_ms;

	if (sscanf(optarg, "%llu-%llu", &from_ms, &to_ms) != 2)
		errx(2, "'%s' is no FROM-TO", optarg);
	config.dark_from_ns = from_ms * NS_PER_MS;
	config.dark_to_ns = to_ms * NS_PER_MS;
}

static void take_option(int opt)
{
	unsigned long long first, last;
	struct way *way;

	switch (opt) {
	case OPT_DELAY:
		config.delay_ns = number() * NS_PER_MS;
		break;
	case OPT_BANDWIDTH:
		config.bandwidth_bits = number();
		break;
	case OPT_QUEUE:
		config.queue_pkts = number();
		break;
	case OPT_LOSS:
		config.loss_percent = number();
		break;
	case OPT_CORRUPT:
		config.corrupt_percent = number();
		break;
	case OPT_BURST:
		config.burst = number();
		break;
	case OPT_DROP:
		way = parse_way(&first, &last);
		way->drop_first = first;
		way->drop_last = last;
		break;
	case OPT_CE:
		way = parse_way(&first, &last);
		way->ce_every = first;
		break;
	case OPT_DARK:
		parse_dark();
		break;
	case OPT_REBIND:
		config.nat = true;
		config.nat_address = !strcmp(optarg, "address");
		break;
	case OPT_REBIND_AT:
		config.rebind_at_ns = number() * NS_PER_MS;
		break;
	case OPT_REBIND_AGAIN:
		config.rebind_again_ns = number() * NS_PER_MS;
		break;
	case OPT_SEED:
		dice = number();
		break;
	case OPT_CLIENT_PCAP:
		captures[0] = pcap_open(optarg);
		break;
	case OPT_SERVER_PCAP:
		captures[1] = pcap_open(optarg);
		break;
	case OPT_HELP:
		fputs(usage, stdout);
		exit(0);
	default:
		fputs("Try --help.\n", stderr);
		exit(2);
	}
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = end };
	int opt;

	ways[DIR_C2S].drop_first = ways[DIR_S2C].drop_first = UINT64_MAX;
	while ((opt = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		take_option(opt);
	if (optind != argc - 2)
		errx(2, "want two interfaces; try --help");
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	ways[DIR_C2S].fd = open_interface(argv[optind]);
	ways[DIR_S2C].fd = open_interface(argv[optind + 1]);
	puts("forwarding");
	fflush(stdout);
	run();
	print_counters();
	pcap_close(captures[0]);
	pcap_close(captures[1]);
	return 0;
}
