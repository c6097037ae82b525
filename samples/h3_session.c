// SPDX-License-Identifier: GPL-2.0-only
#include "h3_session.h"

#include <err.h>

#include "h3.h"
#include "stream.h"

#define VECTORS		16
/* More than any client has: QUIC itself keeps the limit. */
#define STREAMS_MAX	(1ULL << 60)

bool h3_available(void)
{
	return true;
}

static int complain(const char *what, int code)
{
	warnx("HTTP/3: %s: %s", what, nghttp3_strerror(code));
	return -1;
}

static int bind_streams(struct h3_session *session)
{
	int64_t sids[3];
	unsigned int i;
	int ret;

	for (i = 0; i < 3; i++) {
		sids[i] = stream_open_uni(session->sockfd);
		if (sids[i] < 0) {
			warn("opening a unidirectional stream");
			return -1;
		}
	}
	ret = nghttp3_conn_bind_control_stream(session->conn, sids[0]);
	if (!ret)
		ret = nghttp3_conn_bind_qpack_streams(session->conn, sids[1],
						      sids[2]);
	return ret ? complain("streams", ret) : 0;
}

int h3_session_open(struct h3_session *session, int sockfd, bool server,
		    const nghttp3_callbacks *callbacks, void *context)
{
	nghttp3_settings settings;
	int ret;

	nghttp3_settings_default(&settings);
	session->sockfd = sockfd;
	if (server)
		ret = nghttp3_conn_server_new(&session->conn, callbacks,
					      &settings, NULL, context);
	else
		ret = nghttp3_conn_client_new(&session->conn, callbacks,
					      &settings, NULL, context);
	if (ret)
		return complain("session", ret);
	if (server)
		nghttp3_conn_set_max_client_streams_bidi(session->conn,
							 STREAMS_MAX);
	if (!bind_streams(session) && !h3_session_flush(session))
		return 0;
	h3_session_close(session);
	return -1;
}

void h3_session_close(struct h3_session *session)
{
	nghttp3_conn_del(session->conn);
	session->conn = NULL;
}

/* The kernel copies: what was sent is no longer needed here. */
static int send_vectors(struct h3_session *session, int64_t sid, bool fin,
			const nghttp3_vec *vectors, int count)
{
	size_t total = 0;
	int i;

	for (i = 0; i < count; i++) {
		if (stream_send(session->sockfd, sid, vectors[i].base,
				vectors[i].len, fin && i == count - 1)) {
			warn("sending");
			return -1;
		}
		total += vectors[i].len;
	}
	if (!count && fin &&
	    stream_send(session->sockfd, sid, NULL, 0, true)) {
		warn("sending");
		return -1;
	}
	nghttp3_conn_add_write_offset(session->conn, sid, total);
	nghttp3_conn_add_ack_offset(session->conn, sid, total);
	return 0;
}

int h3_session_flush(struct h3_session *session)
{
	nghttp3_vec vectors[VECTORS];
	nghttp3_ssize count;
	int64_t sid;
	int fin;

	for (;;) {
		sid = -1;
		fin = 0;
		count = nghttp3_conn_writev_stream(session->conn, &sid, &fin,
						   vectors, VECTORS);
		if (count < 0)
			return complain("sending", count);
		if (sid < 0)
			return 0;
		if (send_vectors(session, sid, fin, vectors, count))
			return -1;
	}
}

int h3_session_take(struct h3_session *session, int64_t sid, const void *data,
		    size_t len, bool fin)
{
	nghttp3_ssize ret;

	ret = nghttp3_conn_read_stream(session->conn, sid, data, len, fin);
	if (ret < 0)
		return complain("receiving", ret);
	return h3_session_flush(session);
}
