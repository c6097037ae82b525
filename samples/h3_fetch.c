// SPDX-License-Identifier: GPL-2.0-only
#include "h3.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fetch.h"
#include "h3_session.h"

static nghttp3_nv field(const char *name, const char *value)
{
	return (nghttp3_nv) {
		.name = (uint8_t *)name, .namelen = strlen(name),
		.value = (uint8_t *)value, .valuelen = strlen(value),
	};
}

static int ask(struct fetches *fetches, struct fetch *fetch)
{
	struct h3_session *session = fetches->context;
	char path[REQUEST_NAME_MAX + 2];
	nghttp3_nv fields[4];
	int ret;

	snprintf(path, sizeof(path), "/%s", fetch->transfer->name);
	fields[0] = field(":method", "GET");
	fields[1] = field(":scheme", "https");
	fields[2] = field(":authority", fetches->authority);
	fields[3] = field(":path", path);
	ret = nghttp3_conn_submit_request(session->conn, fetch->sid,
					  fields, 4, NULL, fetch);
	if (!ret)
		return h3_session_flush(session);
	warnx("HTTP/3: request: %s", nghttp3_strerror(ret));
	return -1;
}

static int take(struct fetches *fetches, int64_t sid, const void *data,
		size_t len, bool fin)
{
	struct h3_session *session = fetches->context;

	return h3_session_take(session, sid, data, len, fin);
}

static int recv_header(nghttp3_conn *conn, int64_t sid, int32_t token,
		       nghttp3_rcbuf *name, nghttp3_rcbuf *value,
		       uint8_t flags, void *context, void *stream_context)
{
	nghttp3_vec text = nghttp3_rcbuf_get_buf(value);

	(void)conn;
	(void)sid;
	(void)name;
	(void)flags;
	(void)context;
	(void)stream_context;
	if (token != NGHTTP3_QPACK_TOKEN__STATUS ||
	    (text.len == 3 && !memcmp(text.base, "200", 3)))
		return 0;
	warnx("the server says: %.*s", (int)text.len, (char *)text.base);
	return NGHTTP3_ERR_CALLBACK_FAILURE;
}

static int recv_data(nghttp3_conn *conn, int64_t sid, const uint8_t *data,
		     size_t len, void *context, void *stream_context)
{
	(void)conn;
	(void)sid;
	if (fetch_write(context, stream_context, data, len))
		return NGHTTP3_ERR_CALLBACK_FAILURE;
	return 0;
}

static int end_stream(nghttp3_conn *conn, int64_t sid, void *context,
		      void *stream_context)
{
	(void)conn;
	(void)sid;
	if (fetch_finish(context, stream_context))
		return NGHTTP3_ERR_CALLBACK_FAILURE;
	return 0;
}

static int open_session(struct fetches *fetches)
{
	static const nghttp3_callbacks callbacks = {
		.recv_header = recv_header,
		.recv_data = recv_data,
		.end_stream = end_stream,
	};
	struct h3_session *session = malloc(sizeof(*session));

	if (session && !h3_session_open(session, fetches->sockfd, false,
					&callbacks, fetches)) {
		fetches->context = session;
		return 0;
	}
	free(session);
	return -1;
}

static void close_session(struct fetches *fetches)
{
	h3_session_close(fetches->context);
	free(fetches->context);
}

const struct fetch_protocol h3_protocol = {
	.open = open_session,
	.ask = ask,
	.take = take,
	.close = close_session,
};
