/* SPDX-License-Identifier: GPL-2.0-only */
/* Sockets of the network namespace, asked of sock_diag. */
#ifndef QUICSS_QUERY_H
#define QUICSS_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/inet_diag.h>
#include <linux/quic.h>

/**
 * struct query - what is asked for
 * @family: AF_INET, AF_INET6 or AF_UNSPEC: both
 * @states: bits of TCP_* states
 * @sport: local port, 0: any
 * @dport: remote port, 0: any
 * @exact: one socket, @id
 * @id: of @exact
 */
struct query {
	int family;
	uint32_t states;
	uint16_t sport;
	uint16_t dport;
	bool exact;
	struct inet_diag_sockid id;
};

/**
 * struct sock_entry - one socket
 * @msg: addresses, state, queues, owner
 * @mem: memory
 * @has_mem: @mem is valid
 * @stats: zero where the kernel gave none
 * @stats_len: bytes of @stats that the kernel filled in
 */
struct sock_entry {
	struct inet_diag_msg msg;
	struct inet_diag_meminfo mem;
	bool has_mem;
	struct quic_stats stats;
	size_t stats_len;
};

/**
 * query_run - ask the kernel
 * @query: what for
 * @each: called for each socket
 * @arg: its argument
 *
 * Return: 0, or -errno: -ENOENT when @exact has no such socket or the kernel
 * no diag module for QUIC.
 */
int query_run(const struct query *query,
	      void (*each)(const struct sock_entry *entry, void *arg),
	      void *arg);

#endif
