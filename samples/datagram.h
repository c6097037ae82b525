/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SAMPLES_DATAGRAM_H
#define SAMPLES_DATAGRAM_H

#include <stddef.h>
#include <stdint.h>

#include "transfer.h"

/**
 * datagram_offer - have the peer send datagrams (RFC 9221)
 * @sockfd: socket before its handshake, or a listener
 *
 * Return: 0, or -1 and errno.
 */
int datagram_offer(int sockfd);

/**
 * datagram_reply - send a message, unless there is no room for it
 * @sockfd: socket, handshake done
 * @data: message
 * @len: its bytes
 *
 * Return: 0, or -1 and errno when the connection is over.
 */
int datagram_reply(int sockfd, const void *data, size_t len);

/**
 * transfer_datagrams - send messages to a server that echoes, and compare
 * @transfer: filled in; @bytes: of what came back
 * @config: see there
 * @count: how many
 *
 * What is lost is told; more than half of them is a failure.
 *
 * Return: 0, or -1 with the reason on standard error.
 */
int transfer_datagrams(struct transfer *transfer,
		       const struct transfer_config *config, uint64_t count);

#endif
