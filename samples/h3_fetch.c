// SPDX-License-Identifier: GPL-2.0-only
#include "h3.h"

#include <err.h>
#include <stdio.h>
#include <string.h>

#include "fetch.h"
#include "h3_session.h"

/**
 * struct fetcher - the client's side
 * @session: HTTP/3
 * @authority: name of the server
 * @fetches: the files
 */
struct fetcher {
	struct h3_session session;
	const char *authority;
	struct fetches fetches;
};

static nghttp3_nv field(const char *name, const char *value)
{
	return (nghttp3_nv) {
		.name = (uint8_t *)name, .namelen = strlen(name),
		.value = (uint8_t *)value, .valuelen = strlen(value),
	};
}

static int ask(struct fetches *fetches, struct fetch *fetch)
{
	struct fetcher *fetcher = fetches->context;
	char path[REQUEST_NAME_MAX + 2];
	nghttp3_nv fields[4];
	int ret;

	snprintf(path, sizeof(path), "/%s", fetch->transfer->name);
	fields[0] = field(":method", "GET");
	fields[1] = field(":scheme", "https");
	fields[2] = field(":authority", fetcher->authority);
	fields[3] = field(":path", path);
	ret = nghttp3_conn_submit_request(fetcher->session.conn, fetch->sid,
					  fields, 4, NULL, fetch);
	if (!ret)
		return h3_session_flush(&fetcher->session);
	warnx("HTTP/3: request: %s", nghttp3_strerror(ret));
	return -1;
}

static int take(struct fetches *fetches, int64_t sid, const void *data,
		size_t len, bool fin)
{
	struct fetcher *fetcher = fetches->context;

	return h3_session_take(&fetcher->session, sid, data, len, fin);
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
	struct fetcher *fetcher = context;

	(void)conn;
	(void)sid;
	if (fetch_write(&fetcher->fetches, stream_context, data, len))
		return NGHTTP3_ERR_CALLBACK_FAILURE;
	return 0;
}

static int end_stream(nghttp3_conn *conn, int64_t sid, void *context,
		      void *stream_context)
{
	struct fetcher *fetcher = context;

	(void)conn;
	(void)sid;
	if (fetch_finish(&fetcher->fetches, stream_context))
		return NGHTTP3_ERR_CALLBACK_FAILURE;
	return 0;
}

int h3_fetch(struct transfer *transfers, unsigned int count,
	     const struct transfer_config *config, int dirfd,
	     const char *authority)
{
	static const nghttp3_callbacks callbacks = {
		.recv_header = recv_header,
		.recv_data = recv_data,
		.end_stream = end_stream,
	};
	static const struct fetch_protocol protocol = {
		.ask = ask, .take = take,
	};
	struct fetcher fetcher = {
		.authority = authority,
		.fetches = {
			.protocol = &protocol,
			.context = &fetcher,
			.config = config,
			.dirfd = dirfd,
			.count = count,
		},
	};
	int ret;

	if (h3_session_open(&fetcher.session, config->sockfd, false,
			    &callbacks, &fetcher))
		return -1;
	ret = fetch_all(&fetcher.fetches, transfers);
	h3_session_close(&fetcher.session);
	return ret;
}
