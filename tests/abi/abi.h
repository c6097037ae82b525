/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The socket ABI, call by call: what the tests share. Both ends live in one
 * process; only the handshake needs a thread of its own. Every wait is bounded.
 */
#ifndef TESTS_ABI_ABI_H
#define TESTS_ABI_ABI_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <netinet/in.h>
#include <netinet/quic.h>

#include "tap.h"

/* Longest wait for what is due, ms; on the debug kernel nothing is quick. */
#define ABI_WAIT_MS	60000

/* ---- sockets ----------------------------------------------------------- */

/**
 * struct pair - a connection
 * @lis: listener
 * @cli: client
 * @srv: accepted socket, -1 before
 * @addr: where the listener is
 */
struct pair {
	int lis;
	int cli;
	int srv;
	struct sockaddr_in addr;
};

int new_socket(void);
int set_opt(int fd, int opt, const void *val, socklen_t len);
int get_opt(int fd, int opt, void *val, socklen_t *len);
/* get_opt() of a struct. */
int get_val(int fd, int opt, void *val, socklen_t len);

/* Listener and client, both before anything; options may be set. */
void pair_new(struct pair *p);
/* bind, listen and connect. */
void pair_connect(struct pair *p);
/* The handshake, accept included. */
void pair_establish(struct pair *p);
/* All of it. */
void pair_open(struct pair *p);
void pair_close(struct pair *p);
/* The client's first flight only: the server's socket is establishing. */
#define PAIR_CRYPTO_BYTES	500
/* So many bytes at most that are no TLS, at a level. Return: sendmsg(2)'s. */
ssize_t pair_send_crypto(int fd, uint8_t level, size_t len);
void pair_half(struct pair *p);

/* Switch an event on, at both ends if @fd is -1 of @p. */
void event_on(int fd, uint8_t type);

/* ---- messages ---------------------------------------------------------- */

/* What a recvmsg() brought. */
struct got {
	ssize_t len;
	int flags;		/* msg_flags */
	bool has_stream;
	struct quic_stream_info stream;
	uint8_t data[70000];
};

/* Send with a STREAM_INFO. Return: as sendmsg(2). */
ssize_t send_on(int fd, int64_t id, uint32_t stream_flags, const void *data,
		size_t len, int flags);
/* Receive one item, waiting for it. Return: @g->len, -1 and errno. */
ssize_t recv_item(int fd, struct got *g, size_t room, int flags);
/* recv_item() that passes notifications over. */
ssize_t recv_data(int fd, struct got *g, size_t room);
/* Next notification of a type, others passed over; false: none came. */
bool recv_event(int fd, uint8_t type, void *payload, size_t len);
/* poll(2): is one of @events there within @ms? Return: revents. */
short wait_for(int fd, short events, int ms);
/* Every byte that was sent is acknowledged. */
bool wait_acked(int fd);

/* ---- the tests --------------------------------------------------------- */

void test_options(void);
void test_values(void);
void test_ids(void);
void test_streams(void);
void test_send(void);
void test_recv(void);
void test_datagrams(void);
void test_events(void);
void test_keys(void);
void test_life(void);
void test_silence(void);

#endif
