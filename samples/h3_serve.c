// SPDX-License-Identifier: GPL-2.0-only
#include "h3.h"

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/quic.h>

#include "h3_session.h"
#include "store.h"
#include "stream.h"

/**
 * struct answer - a request and the file that answers it
 * @name: name of the file, empty: none
 * @bytes: the file, mapped
 * @len: its length
 * @given: its bytes were given to the library
 */
struct answer {
	char name[REQUEST_NAME_MAX + 1];
	uint8_t *bytes;
	size_t len;
	bool given;
};

struct answerer {
	struct h3_session session;
	const struct serve_config *config;
};

static int begin_headers(nghttp3_conn *conn, int64_t sid, void *context,
			 void *stream_context)
{
	struct answer *answer = calloc(1, sizeof(*answer));

	(void)context;
	(void)stream_context;
	if (!answer)
		return NGHTTP3_ERR_CALLBACK_FAILURE;
	nghttp3_conn_set_stream_user_data(conn, sid, answer);
	return 0;
}

static int recv_header(nghttp3_conn *conn, int64_t sid, int32_t token,
		       nghttp3_rcbuf *name, nghttp3_rcbuf *value,
		       uint8_t flags, void *context, void *stream_context)
{
	nghttp3_vec text = nghttp3_rcbuf_get_buf(value);
	struct answer *answer = stream_context;

	(void)conn;
	(void)sid;
	(void)name;
	(void)flags;
	(void)context;
	if (token == NGHTTP3_QPACK_TOKEN__PATH && text.len > 1 &&
	    text.len <= REQUEST_NAME_MAX && text.base[0] == '/')
		memcpy(answer->name, text.base + 1, text.len - 1);
	return 0;
}

static int map_file(struct answer *answer, int fd)
{
	struct stat info;

	if (fstat(fd, &info))
		return -1;
	answer->len = info.st_size;
	if (!answer->len)
		return 0;
	answer->bytes = mmap(NULL, answer->len, PROT_READ, MAP_PRIVATE, fd, 0);
	if (answer->bytes != MAP_FAILED)
		return 0;
	answer->bytes = NULL;
	answer->len = 0;
	return -1;
}

static int open_file(struct answerer *answerer, struct answer *answer)
{
	int fd, ret;

	if (!request_name_ok(answer->name) || answerer->config->in_dirfd < 0)
		return -1;
	fd = store_get(answerer->config->in_dirfd, answer->name);
	if (fd < 0)
		return -1;
	ret = map_file(answer, fd);
	close(fd);
	return ret;
}

static nghttp3_ssize give_bytes(nghttp3_conn *conn, int64_t sid,
				nghttp3_vec *vectors, size_t count,
				uint32_t *flags, void *context,
				void *stream_context)
{
	struct answer *answer = stream_context;

	(void)conn;
	(void)sid;
	(void)count;
	(void)context;
	*flags |= NGHTTP3_DATA_FLAG_EOF;
	if (answer->given || !answer->len)
		return 0;
	answer->given = true;
	vectors[0].base = answer->bytes;
	vectors[0].len = answer->len;
	return 1;
}

static int respond(nghttp3_conn *conn, int64_t sid, const char *status,
		   size_t len)
{
	static const nghttp3_data_reader reader = { .read_data = give_bytes };
	char length[24];
	nghttp3_nv fields[2] = {
		{ .name = (uint8_t *)":status", .namelen = 7,
		  .value = (uint8_t *)status, .valuelen = 3 },
		{ .name = (uint8_t *)"content-length", .namelen = 14,
		  .value = (uint8_t *)length },
	};

	fields[1].valuelen = snprintf(length, sizeof(length), "%zu", len);
	return nghttp3_conn_submit_response(conn, sid, fields, 2, &reader);
}

static int end_stream(nghttp3_conn *conn, int64_t sid, void *context,
		      void *stream_context)
{
	struct answerer *answerer = context;
	struct answer *answer = stream_context;
	const char *status = "200";

	if (!answer)
		return NGHTTP3_ERR_CALLBACK_FAILURE;
	if (open_file(answerer, answer)) {
		warnx("stream %lld: no such file: %s", (long long)sid,
		      request_name_ok(answer->name) ? answer->name : "?");
		status = "404";
	} else {
		printf("get %s: %zu bytes\n", answer->name, answer->len);
		fflush(stdout);
	}
	return respond(conn, sid, status, answer->len) ?
		NGHTTP3_ERR_CALLBACK_FAILURE : 0;
}

static int stream_close(nghttp3_conn *conn, int64_t sid, uint64_t error,
			void *context, void *stream_context)
{
	struct answer *answer = stream_context;

	(void)conn;
	(void)sid;
	(void)error;
	(void)context;
	if (answer && answer->bytes)
		munmap(answer->bytes, answer->len);
	free(answer);
	return 0;
}

static int serve_some(struct answerer *answerer)
{
	static char data[STREAM_BUFFER_BYTES];
	ssize_t len;
	int64_t sid;
	bool fin;

	len = stream_recv(answerer->session.sockfd, data, sizeof(data), &sid,
			  &fin);
	if (len < 0)
		return -1;
	if (h3_session_take(&answerer->session, sid, data, len, fin)) {
		errno = 0;
		return -1;
	}
	/* answers are sent at once and as a whole: this one is over */
	if (fin && !(sid & QUIC_STREAM_TYPE_UNI_MASK))
		nghttp3_conn_close_stream(answerer->session.conn, sid,
					  NGHTTP3_H3_NO_ERROR);
	return 0;
}

int h3_serve(int sockfd, const struct serve_config *config)
{
	static const nghttp3_callbacks callbacks = {
		.begin_headers = begin_headers,
		.recv_header = recv_header,
		.end_stream = end_stream,
		.stream_close = stream_close,
	};
	struct answerer answerer = { .config = config };
	int ret = 0;

	if (h3_session_open(&answerer.session, sockfd, true, &callbacks,
			    &answerer))
		return -1;
	while (!serve_some(&answerer))
		;
	if (errno != ENOTCONN) {
		/* without errno the reason has been told */
		if (errno)
			warn("connection");
		ret = -1;
	}
	h3_session_close(&answerer.session);
	return ret;
}
