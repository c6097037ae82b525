/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SAMPLES_H3_SESSION_H
#define SAMPLES_H3_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <nghttp3/nghttp3.h>

/**
 * struct h3_session - HTTP/3 on a QUIC socket
 * @sockfd: the socket
 * @conn: the library's connection
 */
struct h3_session {
	int sockfd;
	nghttp3_conn *conn;
};

/**
 * h3_session_open - begin: the control stream and those of QPACK
 * @session: filled in; h3_session_close() ends it
 * @sockfd: socket, handshake done
 * @server: which side
 * @callbacks: the library's; they get @context
 * @context: the caller's
 *
 * Return: 0, or -1 with the reason on standard error.
 */
int h3_session_open(struct h3_session *session, int sockfd, bool server,
		    const nghttp3_callbacks *callbacks, void *context);

/**
 * h3_session_close - free what h3_session_open() made
 * @session: the session
 */
void h3_session_close(struct h3_session *session);

/**
 * h3_session_flush - send what the library wants to be sent
 * @session: the session
 *
 * Return: 0, or -1 with the reason on standard error.
 */
int h3_session_flush(struct h3_session *session);

/**
 * h3_session_take - give the library what came, send what it answers
 * @session: the session
 * @sid: stream
 * @data: bytes
 * @len: how many
 * @fin: they are the stream's last
 *
 * Return: 0, or -1 with the reason on standard error.
 */
int h3_session_take(struct h3_session *session, int64_t sid, const void *data,
		    size_t len, bool fin);

#endif
