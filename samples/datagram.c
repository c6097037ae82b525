// SPDX-License-Identifier: GPL-2.0-only
#include "datagram.h"

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <netinet/quic.h>

#include "progress.h"

/* Under way at a time, so that neither queue overflows. */
#define WINDOW		32
/* After so long a silence the rest is lost. */
#define SILENCE_MS	10000
#define LEN_MIN		sizeof(uint64_t)
#define LEN_MAX		1100

struct exchange {
	const struct transfer_config *config;
	uint64_t count;
	uint64_t sent;
	uint64_t received;
	uint64_t bytes;
	bool *seen;
	struct progress progress;
};

int datagram_offer(int sockfd)
{
	struct quic_transport_param param = { .max_datagram_frame_size = 65535 };

	return setsockopt(sockfd, SOL_QUIC, QUIC_SOCKOPT_TRANSPORT_PARAM,
			  &param, sizeof(param));
}

int datagram_reply(int sockfd, const void *data, size_t len)
{
	ssize_t sent;

	sent = quic_sendmsg(sockfd, data, len, 0, MSG_QUIC_DATAGRAM |
			    MSG_NOSIGNAL | MSG_DONTWAIT);
	if (sent >= 0 || errno == EAGAIN || errno == EMSGSIZE)
		return 0;
	return -1;
}

static size_t length_of(uint64_t index)
{
	return LEN_MIN + index * 37 % (LEN_MAX - LEN_MIN);
}

static void fill(uint8_t *data, uint64_t index)
{
	size_t len = length_of(index), i;

	memcpy(data, &index, sizeof(index));
	for (i = sizeof(index); i < len; i++)
		data[i] = index * 7 + i;
}

static int send_one(struct exchange *exchange)
{
	uint8_t data[LEN_MAX];

	fill(data, exchange->sent);
	if (quic_sendmsg(exchange->config->sockfd, data,
			 length_of(exchange->sent), 0,
			 MSG_QUIC_DATAGRAM | MSG_NOSIGNAL) < 0) {
		warn("sending a datagram");
		return -1;
	}
	exchange->sent++;
	return 0;
}

static int check(struct exchange *exchange, const uint8_t *data, size_t len)
{
	uint8_t want[LEN_MAX];
	uint64_t index;

	if (len < LEN_MIN) {
		warnx("a datagram of %zu bytes", len);
		return -1;
	}
	memcpy(&index, data, sizeof(index));
	if (index >= exchange->sent || exchange->seen[index]) {
		warnx("datagram %llu: not due", (unsigned long long)index);
		return -1;
	}
	fill(want, index);
	if (len != length_of(index) || memcmp(data, want, len)) {
		warnx("datagram %llu differs", (unsigned long long)index);
		return -1;
	}
	exchange->seen[index] = true;
	exchange->received++;
	exchange->bytes += len;
	progress_add(&exchange->progress, len);
	return 0;
}

/* Return: 1 when one came, 0 after silence, -1. */
static int recv_one(struct exchange *exchange)
{
	struct pollfd poller = {
		.fd = exchange->config->sockfd, .events = POLLIN,
	};
	uint8_t data[65536];
	uint32_t flags = 0;
	ssize_t len;
	int64_t sid;
	int ready;

	ready = poll(&poller, 1, SILENCE_MS);
	if (ready < 0 && errno == EINTR)
		return 1;
	if (ready <= 0)
		return ready;
	len = quic_recvmsg(poller.fd, data, sizeof(data), &sid, &flags);
	if (len < 0) {
		warn("receiving a datagram");
		return -1;
	}
	if (!(flags & MSG_QUIC_DATAGRAM))
		return 1;
	return check(exchange, data, len) ? -1 : 1;
}

static int run(struct exchange *exchange)
{
	uint64_t lost = 0;
	int ret;

	while (exchange->received + lost < exchange->count) {
		while (exchange->sent < exchange->count &&
		       exchange->sent - exchange->received - lost < WINDOW)
			if (send_one(exchange))
				return -1;
		ret = recv_one(exchange);
		if (ret < 0)
			return -1;
		if (!ret)
			lost = exchange->sent - exchange->received;
	}
	if (lost)
		warnx("%llu of %llu datagrams lost", (unsigned long long)lost,
		      (unsigned long long)exchange->count);
	return lost > exchange->count / 2 ? -1 : 0;
}

int transfer_datagrams(struct transfer *transfer,
		       const struct transfer_config *config, uint64_t count)
{
	struct exchange exchange = { .config = config, .count = count };
	int ret;

	memset(transfer, 0, sizeof(*transfer));
	strcpy(transfer->name, "datagrams");
	exchange.seen = calloc(count ? count : 1, sizeof(*exchange.seen));
	if (!exchange.seen)
		return -1;
	progress_start(&exchange.progress, "datagrams", count * LEN_MAX / 2,
		       config->quiet);
	ret = run(&exchange);
	transfer->seconds = progress_end(&exchange.progress);
	transfer->bytes = exchange.bytes;
	free(exchange.seen);
	return ret;
}
