/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef LIBQUIC_SECRET_H
#define LIBQUIC_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include <gnutls/gnutls.h>
#include <linux/quic.h>

/**
 * quic_secret_build - a traffic secret in the kernel's layout
 * @out: filled in; the caller wipes it
 * @session: its cipher is taken
 * @level: level of the secret
 * @send: true: for sending
 * @secret: the secret
 * @len: its size in bytes
 *
 * Return: 0, -EOPNOTSUPP for a cipher or -EMSGSIZE for a size that QUIC does
 * not have (RFC 9001 5.3).
 */
int quic_secret_build(struct quic_crypto_secret *out, gnutls_session_t session,
		      enum quic_crypto_level level, bool send,
		      const void *secret, size_t len);

#endif
