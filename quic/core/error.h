/* SPDX-License-Identifier: GPL-2.0-only */
/* Transport error codes, as values of functions and on the wire. */
#ifndef _QUIC_CORE_ERROR_H
#define _QUIC_CORE_ERROR_H

#include "env.h"

/**
 * enum quic_err - transport error codes (RFC 9000 20.1, RFC 9001 4.8)
 *
 * The value is what CONNECTION_CLOSE carries; QUIC_ERR_NONE means success.
 * Values at and above %QUIC_ERR_INTERNAL_BASE never reach the wire: they tell
 * the caller to drop silently or that the core lacks memory.
 */
enum quic_err {
	QUIC_ERR_NONE = 0x0,
	QUIC_ERR_INTERNAL = 0x1,
	QUIC_ERR_CONNECTION_REFUSED = 0x2,
	QUIC_ERR_FLOW_CONTROL = 0x3,
	QUIC_ERR_STREAM_LIMIT = 0x4,
	QUIC_ERR_STREAM_STATE = 0x5,
	QUIC_ERR_FINAL_SIZE = 0x6,
	QUIC_ERR_FRAME_ENCODING = 0x7,
	QUIC_ERR_TRANSPORT_PARAM = 0x8,
	QUIC_ERR_CONNECTION_ID_LIMIT = 0x9,
	QUIC_ERR_PROTOCOL_VIOLATION = 0xa,
	QUIC_ERR_INVALID_TOKEN = 0xb,
	QUIC_ERR_APPLICATION = 0xc,
	QUIC_ERR_CRYPTO_BUFFER_EXCEEDED = 0xd,
	QUIC_ERR_KEY_UPDATE = 0xe,
	QUIC_ERR_AEAD_LIMIT_REACHED = 0xf,
	QUIC_ERR_NO_VIABLE_PATH = 0x10,
	QUIC_ERR_VERSION_NEGOTIATION = 0x11,
	QUIC_ERR_CRYPTO_BASE = 0x100,		/* + TLS alert, 0x100-0x1ff */

	QUIC_ERR_INTERNAL_BASE = 0x10000,
	QUIC_ERR_DROP = 0x10000,		/* discard, say nothing */
	QUIC_ERR_NOMEM = 0x10001,		/* discard, as if lost */
};

#endif
