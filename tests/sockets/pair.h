/* SPDX-License-Identifier: GPL-2.0-only */
/* A listener on 127.0.0.1 and connections to it, pre-shared key, one process. */
#ifndef SOCKETS_PAIR_H
#define SOCKETS_PAIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PAIR_ALPN	"sockets"

/* For what has to come: only a fault lets a slow machine wait that long. */
#define PAIR_WAIT_MS	120000
#define PAIR_LIMIT_S	300

/**
 * struct pair - two ends of a connection
 * @listener: that @server came from; a program ends without closing it
 * @client: connected
 * @server: accepted
 */
struct pair {
	int listener;
	int client;
	int server;
};

/* All of these end the program when they cannot do it. */
const char *pair_key_file(void);
int pair_listen(void);
int pair_socket(void);
void pair_connect(int fd, int listener);
void pair_param(int fd, uint64_t max_data, uint32_t idle_us);
void pair_handshake(int client, int server);
/*
 * Only the client's side, in a process that has not got the listener and ends
 * by itself, with the handshake's -errno, or by pair_stop_client().
 */
pid_t pair_start_client(int fd, int listener);
void pair_stop_client(pid_t pid);
void pair_open(struct pair *p);
void pair_close(struct pair *p);
void pair_set(int fd, int opt, uint32_t val);

/* Send on a stream: @sid -1: a new one. Return: as sendmsg(2). */
ssize_t pair_send(int fd, const void *data, size_t len, int64_t sid, int flags);

/* Wait for events. Return: revents, 0 when @ms passed without any. */
int pair_poll(int fd, int events, int ms);

/* Read until the queue is empty or the connection over. Return: bytes. */
size_t pair_drain(int fd);

/* Error of a call that failed, 0 when it did not. */
int pair_error(ssize_t ret);

#endif
