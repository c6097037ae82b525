// SPDX-License-Identifier: GPL-2.0-only
#include "ticket.h"
#include "wire.h"

/* RFC 8446 4, 4.2, 6 */
#define NEW_SESSION_TICKET	4
#define CERTIFICATE_REQUEST	13
#define EXT_EARLY_DATA		42
#define UNEXPECTED_MESSAGE	(QUIC_ERR_CRYPTO_BASE + 10)
#define DECODE_ERROR		(QUIC_ERR_CRYPTO_BASE + 50)

static enum quic_err check_type(u8 type)
{
	if (type == NEW_SESSION_TICKET)
		return QUIC_ERR_NONE;
	/* RFC 9001 4.4: no post-handshake authentication */
	if (type == CERTIFICATE_REQUEST)
		return QUIC_ERR_PROTOCOL_VIOLATION;
	/* RFC 9001 6: TLS KeyUpdate; 4.1.3: nothing else is expected */
	return UNEXPECTED_MESSAGE;
}

/* A vector with a length of @width bytes. Return: its bytes, or NULL. */
static const u8 *take_vector(struct quic_rd *rd, unsigned int width, u32 *len)
{
	const u8 *p = rd->p;
	unsigned int i;

	if (quic_rd_left(rd) < width)
		return NULL;
	for (*len = 0, i = 0; i < width; i++)
		*len = *len << 8 | *p++;
	if (*len > quic_rd_left(rd) - width)
		return NULL;
	rd->p = p + *len;
	return p;
}

static enum quic_err check_extensions(struct quic_rd *rd)
{
	const u8 *data;
	u16 type;
	u32 len;

	while (quic_rd_left(rd)) {
		if (quic_rd_left(rd) < 2)
			return DECODE_ERROR;
		type = get_unaligned_be16(rd->p);
		rd->p += 2;
		data = take_vector(rd, 2, &len);
		if (!data)
			return DECODE_ERROR;
		/* RFC 9001 4.6.1 */
		if (type == EXT_EARLY_DATA &&
		    (len != 4 || get_unaligned_be32(data) != U32_MAX))
			return QUIC_ERR_PROTOCOL_VIOLATION;
	}
	return QUIC_ERR_NONE;
}

/* RFC 8446 4.6.1: lifetime, age_add, nonce, ticket, extensions */
static enum quic_err check_ticket(const u8 *body, u32 body_len)
{
	struct quic_rd rd = { body, body + body_len };
	const u8 *data;
	u32 len;

	if (body_len < 8)
		return DECODE_ERROR;
	rd.p += 8;
	if (!take_vector(&rd, 1, &len) || !take_vector(&rd, 2, &len) || !len)
		return DECODE_ERROR;
	data = take_vector(&rd, 2, &len);
	if (!data || quic_rd_left(&rd))
		return DECODE_ERROR;
	rd = (struct quic_rd) { data, data + len };
	return check_extensions(&rd);
}

/* Bytes of the message that is coming in: its header, or all of it. */
static u32 wanted(const struct quic_tickets *t)
{
	const u8 *msg = t->data + t->whole;

	if (t->len - t->whole < QUIC_TLS_HDR_LEN)
		return QUIC_TLS_HDR_LEN;
	return QUIC_TLS_HDR_LEN + (msg[1] << 16 | get_unaligned_be16(msg + 2));
}

static enum quic_err end_header(struct quic_tickets *t)
{
	enum quic_err err = check_type(t->data[t->whole]);
	u32 len = wanted(t);

	if (err || t->whole + len <= QUIC_TICKETS_BYTES)
		return err;
	/* a ticket that is lost is no error */
	t->skip = len - QUIC_TLS_HDR_LEN;
	t->len = t->whole;
	return QUIC_ERR_NONE;
}

static enum quic_err end_message(struct quic_tickets *t)
{
	const u8 *body = t->data + t->whole + QUIC_TLS_HDR_LEN;
	enum quic_err err;

	err = check_ticket(body, t->data + t->len - body);
	if (!err)
		t->whole = t->len;
	return err;
}

static enum quic_err advance(struct quic_tickets *t)
{
	u32 have = t->len - t->whole;
	enum quic_err err;

	if (have == QUIC_TLS_HDR_LEN) {
		err = end_header(t);
		if (err || t->skip)
			return err;
	}
	return t->len - t->whole == wanted(t) ? end_message(t) : QUIC_ERR_NONE;
}

enum quic_err quic_tickets_add(struct quic_tickets *t, const u8 *data, u32 len)
{
	enum quic_err err = QUIC_ERR_NONE;
	u32 n;

	while (len && !err) {
		if (t->skip) {
			n = min(t->skip, len);
			t->skip -= n;
		} else {
			n = min(wanted(t) - (t->len - t->whole), len);
			memcpy(t->data + t->len, data, n);
			t->len += n;
			err = advance(t);
		}
		data += n;
		len -= n;
	}
	return err;
}
