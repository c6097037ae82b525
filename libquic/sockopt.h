/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef LIBQUIC_SOCKOPT_H
#define LIBQUIC_SOCKOPT_H

#include <stddef.h>

/**
 * struct quic_sockopt_ops - access to the options of one socket
 * @set: write an option of @len bytes; 0 or -errno
 * @get: read an option into a buffer of *@len bytes and set *@len; 0 or
 *	-errno
 *
 * A seam: the tests put a transport in memory behind it.
 */
struct quic_sockopt_ops {
	int (*set)(void *priv, int optname, const void *val, size_t len);
	int (*get)(void *priv, int optname, void *val, size_t *len);
};

/* The options of a real socket; priv is quic_sockopt_priv() of it. */
extern const struct quic_sockopt_ops quic_sockopt_system;

/**
 * quic_sockopt_priv - priv argument of quic_sockopt_system
 * @sockfd: the socket
 *
 * Return: the argument.
 */
void *quic_sockopt_priv(int sockfd);

#endif
