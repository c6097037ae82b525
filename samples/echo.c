// SPDX-License-Identifier: GPL-2.0-only
#include "transfer.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "progress.h"
#include "stream.h"

/* So little is under way at once that no window can fill both ways. */
#define ROUND_BYTES	4096
#define STREAMS_MAX	64

struct lane {
	int64_t sid;
	uint64_t sent;
	uint64_t received;
	bool fin;
};

struct echo {
	const struct transfer_config *config;
	struct lane lanes[STREAMS_MAX];
	unsigned int count;
	uint64_t bytes;
	struct progress progress;
};

/* Differs from stream to stream and does not repeat for long. */
static uint8_t pattern(const struct lane *lane, uint64_t at)
{
	uint64_t x = at * 0x9e3779b97f4a7c15ULL + lane->sid;

	x ^= x >> 29;
	x *= 0xbf58476d1ce4e5b9ULL;
	return x >> 56;
}

static int send_round(struct echo *echo, struct lane *lane)
{
	uint64_t left = echo->bytes - lane->sent;
	size_t len = left < ROUND_BYTES ? left : ROUND_BYTES;
	uint8_t data[ROUND_BYTES];
	size_t i;

	for (i = 0; i < len; i++)
		data[i] = pattern(lane, lane->sent + i);
	lane->sent += len;
	if (!stream_send(echo->config->sockfd, lane->sid, data, len,
			 lane->sent == echo->bytes))
		return 0;
	warn("sending");
	return -1;
}

static struct lane *find_lane(struct echo *echo, int64_t sid)
{
	unsigned int i;

	for (i = 0; i < echo->count; i++)
		if (echo->lanes[i].sid == sid)
			return &echo->lanes[i];
	return NULL;
}

static int check_bytes(struct lane *lane, const uint8_t *data, size_t len)
{
	size_t i;

	if (len > lane->sent - lane->received) {
		warnx("stream %lld: more came back than was sent",
		      (long long)lane->sid);
		return -1;
	}
	for (i = 0; i < len; i++) {
		if (data[i] == pattern(lane, lane->received + i))
			continue;
		warnx("stream %lld: byte %llu differs", (long long)lane->sid,
		      (unsigned long long)(lane->received + i));
		return -1;
	}
	lane->received += len;
	return 0;
}

static int recv_some(struct echo *echo)
{
	static uint8_t data[STREAM_BUFFER_BYTES];
	struct lane *lane;
	ssize_t len;
	int64_t sid;
	bool fin;

	len = stream_recv(echo->config->sockfd, data, sizeof(data), &sid, &fin);
	if (len < 0) {
		warn("receiving");
		return -1;
	}
	lane = find_lane(echo, sid);
	if (!lane || lane->fin) {
		warnx("stream %lld: nothing is due", (long long)sid);
		return -1;
	}
	if (check_bytes(lane, data, len))
		return -1;
	progress_add(&echo->progress, len);
	lane->fin = fin;
	if (!fin || lane->received == echo->bytes)
		return 0;
	warnx("stream %lld: ended early", (long long)sid);
	return -1;
}

/* Everything sent has come back, the end of a stream included. */
static bool settled(const struct echo *echo)
{
	const struct lane *lane;

	for (lane = echo->lanes; lane < echo->lanes + echo->count; lane++) {
		if (lane->received < lane->sent)
			return false;
		if (lane->sent == echo->bytes && !lane->fin)
			return false;
	}
	return true;
}

static int run_round(struct echo *echo)
{
	unsigned int i;

	for (i = 0; i < echo->count; i++)
		if (send_round(echo, &echo->lanes[i]))
			return -1;
	while (!settled(echo))
		if (recv_some(echo))
			return -1;
	progress_pace(&echo->progress, echo->config->rate);
	return 0;
}

static int open_lanes(struct echo *echo)
{
	unsigned int i;

	for (i = 0; i < echo->count; i++) {
		echo->lanes[i].sid = stream_open(echo->config->sockfd);
		if (echo->lanes[i].sid < 0) {
			warn("opening a stream");
			return -1;
		}
	}
	return 0;
}

static int run_echo(struct echo *echo)
{
	if (open_lanes(echo))
		return -1;
	do {
		if (run_round(echo))
			return -1;
	} while (echo->lanes[0].sent < echo->bytes);
	return 0;
}

int transfer_echo(struct transfer *transfer,
		  const struct transfer_config *config, unsigned int streams,
		  uint64_t bytes)
{
	struct echo *echo;
	int ret;

	memset(transfer, 0, sizeof(*transfer));
	strcpy(transfer->name, "echo");
	if (!streams || streams > STREAMS_MAX) {
		warnx("1 to %d streams can be echoed", STREAMS_MAX);
		return -1;
	}
	echo = calloc(1, sizeof(*echo));
	if (!echo)
		return -1;
	echo->config = config;
	echo->count = streams;
	echo->bytes = bytes;
	transfer->bytes = streams * bytes;
	progress_start(&echo->progress, "echo", transfer->bytes,
		       config->quiet);
	ret = run_echo(echo);
	transfer->seconds = progress_end(&echo->progress);
	free(echo);
	return ret;
}
