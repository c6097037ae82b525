/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SAMPLES_SESSION_H
#define SAMPLES_SESSION_H

#include <stddef.h>

struct quic_client;

/**
 * struct session - what a client keeps from one connection for the next
 * @data: from quic_client_save()
 * @len: its bytes, 0: none
 */
struct session {
	unsigned char data[32768];
	size_t len;
};

/**
 * session_load - from a file
 * @session: filled in; empty when the file is not there
 * @path: the file
 *
 * Return: 0, or -1 with the reason on standard error.
 */
int session_load(struct session *session, const char *path);

/**
 * session_save - to a file that only its owner can read
 * @client: its handshake is complete; waits a second for the ticket
 * @path: the file
 *
 * Return: 0, or -1 with the reason on standard error.
 */
int session_save(struct quic_client *client, const char *path);

/* What became of early data: "none", "accepted" and so on. */
const char *session_early_state(int sockfd);

#endif
