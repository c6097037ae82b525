// SPDX-License-Identifier: GPL-2.0-only
#include "transfer.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "digest.h"
#include "progress.h"
#include "store.h"
#include "stream.h"

static char buffer[STREAM_BUFFER_BYTES];

static size_t chunk_bytes(uint64_t rate)
{
	uint64_t chunk = sizeof(buffer);

	/* slow transfers go in pieces of about 20 ms */
	if (rate && rate / 50 < chunk)
		chunk = rate / 50;
	return chunk ? chunk : 1;
}

/* Bytes of this stream; another one's would be a fault of the server. */
static ssize_t recv_bytes(int sockfd, int64_t sid, bool *fin)
{
	int64_t got_sid;
	ssize_t len;

	len = stream_recv(sockfd, buffer, sizeof(buffer), &got_sid, fin);
	if (len < 0) {
		warn("receiving");
		return -1;
	}
	if (got_sid == sid)
		return len;
	warnx("data of stream %lld, which nobody asked for",
	      (long long)got_sid);
	return -1;
}

/* Read the reply line; *rest and *len: bytes in the buffer after it. */
static int recv_reply(int sockfd, int64_t sid, struct reply *reply,
		      const char **rest, size_t *len, bool *fin)
{
	struct line line = { .len = 0 };
	ssize_t got;
	int taken;

	do {
		got = recv_bytes(sockfd, sid, fin);
		if (got < 0)
			return -1;
		taken = line_feed(&line, buffer, got);
	} while (taken >= 0 && !line.complete && !*fin);
	if (taken < 0 || !line.complete || reply_parse(reply, line.text)) {
		warnx("the server's reply is not one");
		return -1;
	}
	if (!reply->good) {
		warnx("the server says: %s", reply->error);
		return -1;
	}
	*rest = buffer + taken;
	*len = got - taken;
	return 0;
}

static int send_body(const struct transfer_config *config, int64_t sid, int fd,
		     struct progress *progress)
{
	uint64_t left = progress->total_bytes;
	size_t chunk;
	ssize_t len;

	while (left) {
		chunk = chunk_bytes(progress_rate(config->rate));
		len = read(fd, buffer, left < chunk ? left : chunk);
		if (len <= 0) {
			warnx("%s: cannot be read to its end", progress->what);
			return -1;
		}
		left -= len;
		if (stream_send(config->sockfd, sid, buffer, len, !left)) {
			warn("sending");
			return -1;
		}
		progress_add(progress, len);
		progress_pace(progress, config->rate);
	}
	return 0;
}

static int send_file(struct transfer *transfer,
		     const struct transfer_config *config, int64_t sid, int fd,
		     struct progress *progress)
{
	char line[REQUEST_LINE_MAX];
	int len;

	len = snprintf(line, sizeof(line), "PUT %s %llu\n", transfer->name,
		       (unsigned long long)transfer->bytes);
	if (stream_send(config->sockfd, sid, line, len, !transfer->bytes)) {
		warn("sending");
		return -1;
	}
	return send_body(config, sid, fd, progress);
}

static bool sent_early(const struct transfer_config *config)
{
	return config->early && config->early->sid >= 0;
}

static int send_put(struct transfer *transfer,
		    const struct transfer_config *config, int64_t sid, int fd)
{
	struct progress progress;
	struct reply reply;
	const char *rest;
	size_t rest_len;
	bool fin;

	progress_start(&progress, transfer->name, transfer->bytes,
		       config->quiet);
	if (!sent_early(config) &&
	    send_file(transfer, config, sid, fd, &progress))
		return -1;
	if (recv_reply(config->sockfd, sid, &reply, &rest, &rest_len, &fin))
		return -1;
	transfer->seconds = progress_end(&progress);
	if (reply.size_bytes == transfer->bytes &&
	    !strcmp(reply.sha256, transfer->sha256))
		return 0;
	warnx("%s: the server has %llu bytes, sha256 %s; sent %llu, %s",
	      transfer->name, (unsigned long long)reply.size_bytes,
	      reply.sha256, (unsigned long long)transfer->bytes,
	      transfer->sha256);
	return -1;
}

static int open_stream(const struct transfer_config *config, int64_t *sid)
{
	if (sent_early(config)) {
		*sid = config->early->sid;
		return 0;
	}
	*sid = stream_open(config->sockfd);
	if (*sid >= 0)
		return 0;
	warn("opening a stream");
	return -1;
}

static int put_file(struct transfer *transfer,
		    const struct transfer_config *config, int fd)
{
	int64_t sid;

	if (digest_file(fd, transfer->sha256, &transfer->bytes) ||
	    open_stream(config, &sid))
		return -1;
	return send_put(transfer, config, sid, fd);
}

static int open_file(struct transfer *transfer, const char *path)
{
	const char *name = strrchr(path, '/');
	int fd;

	memset(transfer, 0, sizeof(*transfer));
	name = name ? name + 1 : path;
	if (!request_name_ok(name)) {
		warnx("%s: not a name that may be sent", name);
		return -1;
	}
	strcpy(transfer->name, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		warn("%s", path);
	return fd;
}

int transfer_early_put(struct transfer_early *early, int sockfd,
		       const char *path)
{
	const struct transfer_config config = { .sockfd = sockfd };
	struct transfer transfer;
	struct progress progress;
	int64_t sid;
	int fd, ret;

	fd = open_file(&transfer, path);
	if (fd < 0)
		return -1;
	ret = digest_file(fd, transfer.sha256, &transfer.bytes);
	if (!ret && transfer.bytes <= TRANSFER_EARLY_BYTES) {
		progress_start(&progress, transfer.name, transfer.bytes, true);
		ret = open_stream(&config, &sid) ?:
		      send_file(&transfer, &config, sid, fd, &progress);
		early->sid = ret ? -1 : sid;
	}
	close(fd);
	return ret;
}

int transfer_put(struct transfer *transfer,
		 const struct transfer_config *config, const char *path)
{
	int fd, ret;

	fd = open_file(transfer, path);
	if (fd < 0)
		return -1;
	ret = put_file(transfer, config, fd);
	close(fd);
	return ret;
}

static int take_bytes(struct store_file *file, struct digest *digest,
		      struct progress *progress, const char *data, size_t len)
{
	digest_add(digest, data, len);
	progress_add(progress, len);
	if (progress->done_bytes > progress->total_bytes) {
		warnx("%s: more bytes than announced", progress->what);
		return -1;
	}
	if (!store_write(file, data, len))
		return 0;
	warn("%s", file->part);
	return -1;
}

static int recv_body(struct transfer *transfer,
		     const struct transfer_config *config, int64_t sid,
		     struct store_file *file, struct digest *digest)
{
	struct progress progress;
	struct reply reply;
	const char *data;
	ssize_t len;
	size_t rest;
	bool fin;

	if (recv_reply(config->sockfd, sid, &reply, &data, &rest, &fin))
		return -1;
	strcpy(transfer->sha256, reply.sha256);
	transfer->bytes = reply.size_bytes;
	progress_start(&progress, transfer->name, reply.size_bytes,
		       config->quiet);
	if (take_bytes(file, digest, &progress, data, rest))
		return -1;
	while (!fin) {
		len = recv_bytes(config->sockfd, sid, &fin);
		if (len < 0 || take_bytes(file, digest, &progress, buffer, len))
			return -1;
	}
	transfer->seconds = progress_end(&progress);
	if (progress.done_bytes == progress.total_bytes)
		return 0;
	warnx("%s: fewer bytes than announced", transfer->name);
	return -1;
}

static int get_body(struct transfer *transfer,
		    const struct transfer_config *config, int64_t sid,
		    struct store_file *file)
{
	char sha256[DIGEST_TEXT_LEN];
	struct digest digest;
	int ret;

	if (digest_init(&digest))
		return -1;
	ret = recv_body(transfer, config, sid, file, &digest);
	digest_end(&digest, sha256);
	if (ret)
		return -1;
	if (strcmp(sha256, transfer->sha256)) {
		warnx("%s: received sha256 %s, the server's is %s",
		      transfer->name, sha256, transfer->sha256);
		return -1;
	}
	if (!store_commit(file))
		return 0;
	warn("%s", transfer->name);
	return -1;
}

static int send_get(int sockfd, int64_t sid, const char *name)
{
	char line[REQUEST_LINE_MAX];
	int len;

	len = snprintf(line, sizeof(line), "GET %s\n", name);
	if (!stream_send(sockfd, sid, line, len, true))
		return 0;
	warn("sending");
	return -1;
}

int transfer_early_get(struct transfer_early *early, int sockfd,
		       const char *name)
{
	const struct transfer_config config = { .sockfd = sockfd };
	int64_t sid;

	if (!request_name_ok(name) || open_stream(&config, &sid) ||
	    send_get(sockfd, sid, name))
		return -1;
	early->sid = sid;
	return 0;
}

int transfer_get(struct transfer *transfer,
		 const struct transfer_config *config, const char *name,
		 int dirfd)
{
	struct store_file file;
	int64_t sid;
	int ret;

	memset(transfer, 0, sizeof(*transfer));
	if (!request_name_ok(name)) {
		warnx("%s: not a name that may be asked for", name);
		return -1;
	}
	strcpy(transfer->name, name);
	if (open_stream(config, &sid))
		return -1;
	if (!sent_early(config) && send_get(config->sockfd, sid, name))
		return -1;
	if (store_put(&file, dirfd, name)) {
		warn("%s", name);
		return -1;
	}
	ret = get_body(transfer, config, sid, &file);
	store_abort(&file);
	return ret;
}
