/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SAMPLES_STREAM_H
#define SAMPLES_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define STREAM_BUFFER_BYTES	65536

/* Have calls say why the connection ended, if the kernel can. */
void stream_real_errors(int sockfd);

/**
 * stream_open - open the next bidirectional stream
 * @sockfd: connected socket; waits while the peer allows no more streams
 *
 * Return: stream id, or -1 and errno.
 */
int64_t stream_open(int sockfd);

/**
 * stream_try_open - open the next bidirectional stream if there is one
 * @sockfd: connected socket
 *
 * Return: stream id, or -1 and errno, EAGAIN while the peer allows no more.
 */
int64_t stream_try_open(int sockfd);

/**
 * stream_open_uni - open the next unidirectional stream
 * @sockfd: connected socket; waits while the peer allows no more streams
 *
 * Return: stream id, or -1 and errno.
 */
int64_t stream_open_uni(int sockfd);

/**
 * stream_send - send all bytes
 * @sockfd: socket
 * @sid: stream id
 * @data: bytes
 * @len: how many; 0 only with @fin
 * @fin: they are the stream's last
 *
 * Return: 0, or -1 and errno.
 */
int stream_send(int sockfd, int64_t sid, const void *data, size_t len,
		bool fin);

/**
 * stream_recv - receive from any stream, notifications passed over
 * @sockfd: socket
 * @data: buffer
 * @size: its size in bytes
 * @sid: set to the stream id
 * @fin: set when the bytes are the stream's last
 *
 * Return: bytes, 0 possible with @fin; -1 and errno, ENOTCONN when the
 * connection ended.
 */
ssize_t stream_recv(int sockfd, void *data, size_t size, int64_t *sid,
		    bool *fin);

#endif
