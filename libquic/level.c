// SPDX-License-Identifier: LGPL-2.1-or-later
#include "level.h"

#include <errno.h>

static const gnutls_record_encryption_level_t to_gnutls[QUIC_CRYPTO_MAX] = {
	[QUIC_CRYPTO_APP]	= GNUTLS_ENCRYPTION_LEVEL_APPLICATION,
	[QUIC_CRYPTO_INITIAL]	= GNUTLS_ENCRYPTION_LEVEL_INITIAL,
	[QUIC_CRYPTO_HANDSHAKE]	= GNUTLS_ENCRYPTION_LEVEL_HANDSHAKE,
	[QUIC_CRYPTO_EARLY]	= GNUTLS_ENCRYPTION_LEVEL_EARLY,
};

enum quic_crypto_level
quic_level_from_gnutls(gnutls_record_encryption_level_t level)
{
	switch (level) {
	case GNUTLS_ENCRYPTION_LEVEL_INITIAL:
		return QUIC_CRYPTO_INITIAL;
	case GNUTLS_ENCRYPTION_LEVEL_EARLY:
		return QUIC_CRYPTO_EARLY;
	case GNUTLS_ENCRYPTION_LEVEL_HANDSHAKE:
		return QUIC_CRYPTO_HANDSHAKE;
	case GNUTLS_ENCRYPTION_LEVEL_APPLICATION:
		break;
	}
	return QUIC_CRYPTO_APP;
}

int quic_level_to_gnutls(unsigned int level,
			 gnutls_record_encryption_level_t *out)
{
	if (level >= QUIC_CRYPTO_MAX)
		return -EPROTO;
	*out = to_gnutls[level];
	return 0;
}
