/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef LIBQUIC_SETTINGS_H
#define LIBQUIC_SETTINGS_H

#include <stddef.h>

#include <linux/quic.h>

/**
 * quic_settings_load - what the application configured on a socket
 * @sockfd: the socket
 * @config: filled in; zeros when the kernel does not have the option
 *
 * Return: 0 or -errno.
 */
int quic_settings_load(int sockfd, struct quic_config *config);

/**
 * quic_settings_peer - the peer's address as text
 * @sockfd: the socket
 * @text: room
 * @size: its bytes
 *
 * Return: 0 or -errno.
 */
int quic_settings_peer(int sockfd, char *text, size_t size);

#endif
