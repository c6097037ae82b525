/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef LIBQUIC_LEVEL_H
#define LIBQUIC_LEVEL_H

#include <gnutls/gnutls.h>
#include <linux/quic.h>

/**
 * quic_level_from_gnutls - the kernel's name of an encryption level
 * @level: GnuTLS's name
 *
 * Return: the level.
 */
enum quic_crypto_level
quic_level_from_gnutls(gnutls_record_encryption_level_t level);

/**
 * quic_level_to_gnutls - GnuTLS's name of an encryption level
 * @level: the kernel's name, as received
 * @out: set to the level
 *
 * Return: 0, or -EPROTO for a number that is none.
 */
int quic_level_to_gnutls(unsigned int level,
			 gnutls_record_encryption_level_t *out);

#endif
