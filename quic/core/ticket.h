/* SPDX-License-Identifier: GPL-2.0-only */
/* What a server's TLS may say after the handshake: session tickets. */
#ifndef _QUIC_CORE_TICKET_H
#define _QUIC_CORE_TICKET_H

#include "env.h"
#include "error.h"

#define QUIC_TICKETS_BYTES	4096	/* kept, messages in whole */
#define QUIC_TLS_HDR_LEN	4	/* type, 3 bytes of length */

/**
 * struct quic_tickets - NewSessionTicket messages (RFC 8446 4.6.1)
 * @data: @whole bytes of messages, then the beginning of the next one
 * @len: bytes at @data
 * @whole: of them, in complete messages
 * @skip: bytes still to come of a message that there is no room for
 */
struct quic_tickets {
	u32 len;
	u32 whole;
	u32 skip;
	u8 data[QUIC_TICKETS_BYTES + QUIC_TLS_HDR_LEN];
};

/**
 * quic_tickets_add() - more bytes of the server's 1-RTT CRYPTO stream
 * @t: tickets, at first all zero
 * @data: bytes, any number at a time
 * @len: their count
 *
 * Return: QUIC_ERR_NONE; PROTOCOL_VIOLATION for a CertificateRequest (RFC 9001
 * 4.4) and for an early_data extension that does not say 0xffffffff (4.6.1);
 * a CRYPTO_ERROR for any other message, KeyUpdate above all (6), and for a
 * ticket that does not parse.
 */
enum quic_err quic_tickets_add(struct quic_tickets *t, const u8 *data,
			       u32 len);

#endif
