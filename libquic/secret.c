// SPDX-License-Identifier: LGPL-2.1-or-later
#include "secret.h"

#include <errno.h>
#include <string.h>

#include <linux/tls.h>

static const struct suite {
	gnutls_cipher_algorithm_t cipher;
	__u32 type;
	size_t len;
} suites[] = {
	{ GNUTLS_CIPHER_AES_128_GCM, TLS_CIPHER_AES_GCM_128, 32 },
	{ GNUTLS_CIPHER_AES_256_GCM, TLS_CIPHER_AES_GCM_256, 48 },
	{ GNUTLS_CIPHER_AES_128_CCM, TLS_CIPHER_AES_CCM_128, 32 },
	{ GNUTLS_CIPHER_CHACHA20_POLY1305, TLS_CIPHER_CHACHA20_POLY1305, 32 },
	{ GNUTLS_CIPHER_UNKNOWN, 0, 0 },
};

static gnutls_cipher_algorithm_t level_cipher(gnutls_session_t session,
					      enum quic_crypto_level level)
{
	if (level == QUIC_CRYPTO_EARLY)
		return gnutls_early_cipher_get(session);
	return gnutls_cipher_get(session);
}

int quic_secret_build(struct quic_crypto_secret *out, gnutls_session_t session,
		      enum quic_crypto_level level, bool send,
		      const void *secret, size_t len)
{
	gnutls_cipher_algorithm_t cipher = level_cipher(session, level);
	const struct suite *suite = suites;

	while (suite->type && suite->cipher != cipher)
		suite++;
	if (!suite->type)
		return -EOPNOTSUPP;
	if (len != suite->len)
		return -EMSGSIZE;

	memset(out, 0, sizeof(*out));
	out->send = send;
	out->level = level;
	out->type = suite->type;
	memcpy(out->secret, secret, len);
	return 0;
}
