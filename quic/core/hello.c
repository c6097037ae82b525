// SPDX-License-Identifier: GPL-2.0-only
#include "hello.h"
#include "wire.h"

/* RFC 8446 4, 4.1.2, 4.2 */
#define MSG_CLIENT_HELLO	1
#define MSG_HDR_LEN		4
#define RANDOM_LEN		32
#define EXT_SERVER_NAME		0
#define EXT_ALPN		16
#define NAME_TYPE_HOST		0

void quic_hello_init(struct quic_hello *h)
{
	quic_ranges_init(&h->have);
}

void quic_hello_free(struct quic_hello *h)
{
	quic_ranges_free(&h->have);
}

int quic_hello_add(struct quic_hello *h, u64 off, const u8 *data, u64 len,
		   gfp_t gfp)
{
	if (off >= sizeof(h->data) || !len)
		return 0;
	len = min_t(u64, len, sizeof(h->data) - off);
	if (quic_ranges_add(&h->have, off, off + len, gfp))
		return -ENOMEM;
	memcpy(h->data + off, data, len);
	return 0;
}

/* A vector behind a length of @size bytes. */
static bool rd_vector(struct quic_rd *rd, u8 size, struct quic_rd *vec)
{
	const u8 *p;
	u16 len = 0;
	u8 byte;

	if (size == 1) {
		if (quic_rd_u8(rd, &byte))
			return false;
		len = byte;
	} else if (quic_rd_u16(rd, &len)) {
		return false;
	}
	if (quic_rd_bytes(rd, len, &p))
		return false;
	vec->p = p;
	vec->end = p + len;
	return true;
}

static bool rd_alpn(struct quic_rd *ext, struct quic_hello_names *names)
{
	struct quic_rd list;

	if (!rd_vector(ext, 2, &list) || quic_rd_left(ext))
		return false;
	names->alpn = list.p;
	names->alpn_len = quic_rd_left(&list);
	return true;
}

static bool rd_sni(struct quic_rd *ext, struct quic_hello_names *names)
{
	struct quic_rd list, name;
	u8 type;

	if (!rd_vector(ext, 2, &list) || quic_rd_u8(&list, &type) ||
	    !rd_vector(&list, 2, &name))
		return false;
	if (type == NAME_TYPE_HOST) {
		names->sni = name.p;
		names->sni_len = quic_rd_left(&name);
	}
	return true;
}

/* Return: false at the end of what is there, or of what makes sense. */
static bool rd_extension(struct quic_rd *rd, struct quic_hello_names *names)
{
	struct quic_rd ext;
	u16 type;

	if (quic_rd_u16(rd, &type) || !rd_vector(rd, 2, &ext))
		return false;
	if (type == EXT_ALPN)
		return rd_alpn(&ext, names);
	if (type == EXT_SERVER_NAME)
		return rd_sni(&ext, names);
	return true;
}

/* Up to the extensions. @left: bytes of the message behind its header */
static bool rd_head(struct quic_rd *rd, u32 *left)
{
	struct quic_rd vec;
	const u8 *skip;
	u8 type, hi;
	u16 lo;

	if (quic_rd_u8(rd, &type) || quic_rd_u8(rd, &hi) ||
	    quic_rd_u16(rd, &lo))
		return false;
	*left = (u32)hi << 16 | lo;
	/* version, random, session id, cipher suites, compression, length */
	return !quic_rd_bytes(rd, 2 + RANDOM_LEN, &skip) &&
	       rd_vector(rd, 1, &vec) && rd_vector(rd, 2, &vec) &&
	       rd_vector(rd, 1, &vec) && !quic_rd_u16(rd, &lo);
}

int quic_hello_find(const struct quic_hello *h, struct quic_hello_names *names)
{
	struct quic_rd rd = { h->data, h->data };
	bool complete;
	u32 left = 0;

	memset(names, 0, sizeof(*names));
	if (h->have.n && !h->have.r[0].start)
		rd.end += h->have.r[0].end;
	if (rd.p < rd.end && *rd.p != MSG_CLIENT_HELLO)
		return -EBADMSG;
	if (rd_head(&rd, &left))
		while (!names->alpn && rd_extension(&rd, names))
			;
	if (names->alpn)
		return 0;
	complete = rd.end - h->data >= MSG_HDR_LEN &&
		   (u64)(rd.end - h->data) >= (u64)left + MSG_HDR_LEN;
	if (!complete)
		return rd.end - h->data < QUIC_HELLO_MAX ? -EAGAIN : 0;
	/* all of it was read to its end, or it does not hang together */
	return quic_rd_left(&rd) ? -EBADMSG : 0;
}

static bool has_name(const u8 *alpn, u32 alpn_len, const char *name, u32 len)
{
	struct quic_rd rd = {}, got;

	/* no list: a null pointer has no end */
	if (alpn_len)
		rd = (struct quic_rd) { alpn, alpn + alpn_len };
	while (rd_vector(&rd, 1, &got))
		if (quic_rd_left(&got) == len && !memcmp(got.p, name, len))
			return true;
	return false;
}

bool quic_hello_offers(const u8 *alpn, u32 alpn_len, const char *list,
		       u32 list_len)
{
	u32 i, start = 0;

	for (i = 0; i <= list_len; i++) {
		if (i < list_len && list[i] != ',')
			continue;
		if (has_name(alpn, alpn_len, list + start, i - start))
			return true;
		start = i + 1;
	}
	return false;
}
