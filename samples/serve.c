// SPDX-License-Identifier: GPL-2.0-only
#include "serve.h"

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include <netinet/quic.h>

#include "datagram.h"
#include "digest.h"
#include "progress.h"
#include "request.h"
#include "store.h"
#include "stream.h"

/* More than the streams a client may have open at once. */
#define EXCHANGES_MAX	4096

/**
 * struct exchange - one request on its stream
 * @next: another one
 * @sid: the stream
 * @line: request line, until it is complete
 * @request: once it is
 * @file: file of a PUT
 * @digest: digest of a PUT
 * @digesting: @digest was begun
 * @got_bytes: bytes of a PUT received
 * @error: why it is refused, or NULL
 */
struct exchange {
	struct exchange *next;
	int64_t sid;
	struct line line;
	struct request request;
	struct store_file file;
	struct digest digest;
	bool digesting;
	uint64_t got_bytes;
	const char *error;
};

struct server {
	int sockfd;
	const struct serve_config *config;
	struct exchange *exchanges;
	unsigned int count;
};

static struct exchange *find_exchange(struct server *server, int64_t sid)
{
	struct exchange *exchange;

	for (exchange = server->exchanges; exchange; exchange = exchange->next)
		if (exchange->sid == sid)
			return exchange;
	if (server->count == EXCHANGES_MAX)
		return NULL;
	exchange = calloc(1, sizeof(*exchange));
	if (!exchange)
		return NULL;
	exchange->sid = sid;
	exchange->file.fd = -1;
	exchange->next = server->exchanges;
	server->exchanges = exchange;
	server->count++;
	return exchange;
}

static void free_exchange(struct server *server, struct exchange *exchange)
{
	struct exchange **link = &server->exchanges;
	char text[DIGEST_TEXT_LEN];

	while (*link != exchange)
		link = &(*link)->next;
	*link = exchange->next;
	server->count--;
	store_abort(&exchange->file);
	if (exchange->digesting)
		digest_end(&exchange->digest, text);
	free(exchange);
}

static void tell(const struct server *server, const struct exchange *exchange,
		 const char *sha256, uint64_t bytes, double seconds)
{
	const char *verb = "get";

	if (exchange->request.verb == REQUEST_PUT)
		verb = "put";
	if (server->config->json)
		printf("{\"event\":\"%s\",\"name\":\"%s\",\"bytes\":%llu,\"sha256\":\"%s\",\"seconds\":%.3f}\n",
		       verb, exchange->request.name, (unsigned long long)bytes,
		       sha256, seconds);
	else
		printf("%s %s: %llu bytes, sha256 %s\n", verb,
		       exchange->request.name, (unsigned long long)bytes,
		       sha256);
	fflush(stdout);
}

static int reply_error(struct server *server, struct exchange *exchange)
{
	char text[REQUEST_LINE_MAX];
	int len;

	len = snprintf(text, sizeof(text), "ERR %s\n", exchange->error);
	warnx("stream %lld: refused: %s", (long long)exchange->sid,
	      exchange->error);
	if (server->config->hq)
		return -1;
	return stream_send(server->sockfd, exchange->sid, text, len, true);
}

static int reply_good(struct server *server, struct exchange *exchange,
		      uint64_t size_bytes, const char *sha256, bool fin)
{
	char text[REQUEST_LINE_MAX];
	int len;

	if (server->config->hq)
		return fin ? stream_send(server->sockfd, exchange->sid, NULL,
					 0, true) : 0;
	len = snprintf(text, sizeof(text), "OK %llu %s\n",
		       (unsigned long long)size_bytes, sha256);
	return stream_send(server->sockfd, exchange->sid, text, len, fin);
}

static void begin_put(struct server *server, struct exchange *exchange)
{
	const struct request *request = &exchange->request;

	if (server->config->out_dirfd < 0)
		exchange->error = "no files are taken here";
	else if (request->size_bytes > server->config->max_bytes)
		exchange->error = "file too large";
	else if (digest_init(&exchange->digest))
		exchange->error = "no digest";
	else
		exchange->digesting = true;
	if (exchange->error)
		return;
	if (store_put(&exchange->file, server->config->out_dirfd,
		      request->name)) {
		warn("%s", request->name);
		exchange->error = "cannot create the file";
	}
}

static void begin_request(struct server *server, struct exchange *exchange)
{
	if (server->config->hq) {
		exchange->error = request_parse_hq(&exchange->request,
						   exchange->line.text);
		return;
	}
	exchange->error = request_parse(&exchange->request,
					exchange->line.text);
	if (!exchange->error && exchange->request.verb == REQUEST_PUT)
		begin_put(server, exchange);
}

static void take_body(struct exchange *exchange, const char *data, size_t len)
{
	if (!len || exchange->error)
		return;
	if (exchange->request.verb == REQUEST_GET) {
		exchange->error = "GET has no body";
		return;
	}
	if (len > exchange->request.size_bytes - exchange->got_bytes) {
		exchange->error = "more bytes than announced";
		return;
	}
	exchange->got_bytes += len;
	digest_add(&exchange->digest, data, len);
	if (store_write(&exchange->file, data, len)) {
		warn("%s", exchange->request.name);
		exchange->error = "cannot write the file";
	}
}

static void take_bytes(struct server *server, struct exchange *exchange,
		       const char *data, size_t len)
{
	int taken;

	if (!exchange->line.complete && !exchange->error) {
		taken = line_feed(&exchange->line, data, len);
		if (taken < 0) {
			exchange->error = "not a request line";
			return;
		}
		data += taken;
		len -= taken;
		if (exchange->line.complete)
			begin_request(server, exchange);
	}
	take_body(exchange, data, len);
}

static int finish_put(struct server *server, struct exchange *exchange)
{
	char sha256[DIGEST_TEXT_LEN];

	if (exchange->got_bytes != exchange->request.size_bytes) {
		exchange->error = "fewer bytes than announced";
		return reply_error(server, exchange);
	}
	if (store_commit(&exchange->file)) {
		warn("%s", exchange->request.name);
		exchange->error = "cannot complete the file";
		return reply_error(server, exchange);
	}
	digest_end(&exchange->digest, sha256);
	exchange->digesting = false;
	tell(server, exchange, sha256, exchange->got_bytes, 0);
	return reply_good(server, exchange, exchange->got_bytes, sha256, true);
}

/* Pages of the file, uncopied, to the stream that the reply began on. */
static int splice_file(struct server *server, struct exchange *exchange,
		       int fd, uint64_t size_bytes)
{
	off_t off = 0;

	while ((uint64_t)off < size_bytes)
		if (sendfile(server->sockfd, fd, &off, size_bytes - off) <= 0)
			return -1;
	return stream_send(server->sockfd, exchange->sid, NULL, 0, true);
}

/* The size is fixed: a file that grows or shrinks breaks the reply. */
static int send_file(struct server *server, struct exchange *exchange, int fd,
		     uint64_t size_bytes, struct progress *progress)
{
	static char data[STREAM_BUFFER_BYTES];
	uint64_t left = size_bytes;
	ssize_t len;

	if (server->config->sendfile && size_bytes)
		return splice_file(server, exchange, fd, size_bytes);
	while (left) {
		len = read(fd, data, left < sizeof(data) ? left : sizeof(data));
		if (len <= 0) {
			warnx("%s: cannot be read to its end",
			      exchange->request.name);
			return -1;
		}
		left -= len;
		if (stream_send(server->sockfd, exchange->sid, data, len,
				!left))
			return -1;
		progress_add(progress, len);
		progress_pace(progress, server->config->rate);
	}
	return 0;
}

static int answer_get(struct server *server, struct exchange *exchange, int fd)
{
	char sha256[DIGEST_TEXT_LEN];
	struct progress progress;
	uint64_t size_bytes;

	if (digest_file(fd, sha256, &size_bytes)) {
		exchange->error = "cannot read the file";
		return reply_error(server, exchange);
	}
	progress_start(&progress, exchange->request.name, size_bytes, true);
	if (reply_good(server, exchange, size_bytes, sha256, !size_bytes) ||
	    send_file(server, exchange, fd, size_bytes, &progress))
		return -1;
	tell(server, exchange, sha256, size_bytes, progress_end(&progress));
	return 0;
}

static int finish_get(struct server *server, struct exchange *exchange)
{
	int fd = -1, ret;

	if (server->config->in_dirfd >= 0)
		fd = store_get(server->config->in_dirfd,
			       exchange->request.name);
	if (fd < 0) {
		exchange->error = "no such file";
		return reply_error(server, exchange);
	}
	ret = answer_get(server, exchange, fd);
	close(fd);
	return ret;
}

static int finish_request(struct server *server, struct exchange *exchange)
{
	/* HTTP/0.9: the end of the stream ends the line, too */
	if (server->config->hq && !exchange->error &&
	    !exchange->line.complete)
		begin_request(server, exchange);
	else if (!exchange->error && !exchange->line.complete)
		exchange->error = "no request line";
	if (exchange->error)
		return reply_error(server, exchange);
	if (exchange->request.verb == REQUEST_PUT)
		return finish_put(server, exchange);
	return finish_get(server, exchange);
}

static int serve_bytes(struct server *server, int64_t sid, const char *data,
		       size_t len, bool fin)
{
	struct exchange *exchange = find_exchange(server, sid);
	int ret;

	if (!exchange) {
		warnx("too many requests at once");
		return -1;
	}
	take_bytes(server, exchange, data, len);
	if (!fin)
		return 0;
	ret = finish_request(server, exchange);
	free_exchange(server, exchange);
	return ret;
}

/* Streams and datagrams go back as they come. */
static int echo_one(struct server *server)
{
	static char data[STREAM_BUFFER_BYTES];
	uint32_t flags = 0;
	int64_t sid = -1;
	ssize_t len;

	len = quic_recvmsg(server->sockfd, data, sizeof(data), &sid, &flags);
	if (len < 0)
		return errno == EINTR ? 0 : -1;
	if (flags & MSG_QUIC_DATAGRAM)
		return datagram_reply(server->sockfd, data, len);
	if (!len && !(flags & MSG_QUIC_STREAM_FIN)) {
		errno = ENOTCONN;
		return -1;
	}
	if (flags & MSG_QUIC_NOTIFICATION || sid & QUIC_STREAM_TYPE_UNI_MASK)
		return 0;
	return stream_send(server->sockfd, sid, data, len,
			   flags & MSG_QUIC_STREAM_FIN);
}

static int serve_one(struct server *server)
{
	static char data[STREAM_BUFFER_BYTES];
	ssize_t len;
	int64_t sid;
	bool fin;

	if (server->config->echo)
		return echo_one(server);
	len = stream_recv(server->sockfd, data, sizeof(data), &sid, &fin);
	if (len < 0)
		return -1;
	/* nothing can be answered there; HTTP/3 clients open some */
	if (sid & QUIC_STREAM_TYPE_UNI_MASK)
		return 0;
	return serve_bytes(server, sid, data, len, fin);
}

int serve_connection(int sockfd, const struct serve_config *config)
{
	struct server server = { .sockfd = sockfd, .config = config };
	int ret = 0;

	errno = 0;
	while (!serve_one(&server))
		errno = 0;
	if (errno != ENOTCONN) {
		/* without errno the reason has been told */
		if (errno)
			warn("connection");
		ret = -1;
	} else if (server.exchanges) {
		warnx("the client left in the middle of a request");
		ret = -1;
	}
	while (server.exchanges)
		free_exchange(&server, server.exchanges);
	return ret;
}
