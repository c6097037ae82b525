// SPDX-License-Identifier: GPL-2.0-only
#include "header.h"

#define FORM_LONG	0x80
#define FIXED_BIT	0x40

/* RFC 9000 17.2 and RFC 9369 3.2: version 2 counts from another start. */
static const u8 v1_types[4] = {
	QUIC_PKT_INITIAL, QUIC_PKT_0RTT, QUIC_PKT_HANDSHAKE, QUIC_PKT_RETRY,
};

static const u8 v2_types[4] = {
	QUIC_PKT_RETRY, QUIC_PKT_INITIAL, QUIC_PKT_0RTT, QUIC_PKT_HANDSHAKE,
};

static u8 type_bits(u32 version, u8 type)
{
	const u8 *types = version == QUIC_V2 ? v2_types : v1_types;
	u8 i;

	for (i = 0; i < 3; i++)
		if (types[i] == type)
			break;
	return i << 4;
}

/* RFC 9001 5.4.2: a packet too short for its sample is discarded */
static bool has_sample(const struct quic_hdr *hdr)
{
	return hdr->len >= hdr->pn_off + 4 + QUIC_SAMPLE_LEN;
}

static int parse_short(const u8 *data, size_t len, unsigned int cid_len,
		       struct quic_hdr *hdr)
{
	if (len < 1 + cid_len)
		return -EBADMSG;
	hdr->type = QUIC_PKT_SHORT;
	hdr->version = 0;
	hdr->dcid = data + 1;
	hdr->dcid_len = cid_len;
	hdr->scid = NULL;
	hdr->scid_len = 0;
	hdr->token = NULL;
	hdr->token_len = 0;
	hdr->pn_off = 1 + cid_len;
	hdr->len = len;
	return 0;
}

/* RFC 8999 5.1: connection ids of up to 255 bytes in an unknown version */
static int parse_invariants(struct quic_rd *rd, struct quic_hdr *hdr)
{
	if (quic_rd_u32(rd, &hdr->version) ||
	    quic_rd_u8(rd, &hdr->dcid_len) ||
	    quic_rd_bytes(rd, hdr->dcid_len, &hdr->dcid) ||
	    quic_rd_u8(rd, &hdr->scid_len) ||
	    quic_rd_bytes(rd, hdr->scid_len, &hdr->scid))
		return -EBADMSG;
	return 0;
}

static int parse_numbered(struct quic_rd *rd, const u8 *data,
			  struct quic_hdr *hdr)
{
	u64 len;

	if (hdr->type == QUIC_PKT_INITIAL) {
		if (quic_rd_varint(rd, &len) ||
		    len > quic_rd_left(rd) ||
		    quic_rd_bytes(rd, len, &hdr->token))
			return -EBADMSG;
		hdr->token_len = len;
	}
	/* RFC 9000 12.2: Length tells where the next packet begins */
	if (quic_rd_varint(rd, &len) || len > quic_rd_left(rd))
		return -EBADMSG;
	hdr->pn_off = rd->p - data;
	hdr->len = hdr->pn_off + len;
	return has_sample(hdr) ? 0 : -EBADMSG;
}

/* RFC 9000 17.2.5: the four unused bits are not looked at. */
static int parse_retry(struct quic_rd *rd, size_t len, struct quic_hdr *hdr)
{
	/* RFC 9000 17.2.5.2: an empty Retry Token, or none: discard */
	if (quic_rd_left(rd) <= QUIC_TAG_LEN)
		return -EBADMSG;
	hdr->token = rd->p;
	hdr->token_len = quic_rd_left(rd) - QUIC_TAG_LEN;
	hdr->len = len;
	return 0;
}

static int parse_version_neg(struct quic_rd *rd, size_t len,
			     struct quic_hdr *hdr)
{
	hdr->type = QUIC_PKT_VERSION_NEG;
	hdr->token = rd->p;
	hdr->token_len = quic_rd_left(rd);
	hdr->len = len;
	/* RFC 9000 17.2.1: at least one version, whole ones */
	return hdr->token_len && !(hdr->token_len % 4) ? 0 : -EBADMSG;
}

int quic_hdr_parse_greased(const u8 *data, size_t len,
			   unsigned int short_cid_len, struct quic_hdr *hdr)
{
	const u8 *types = v1_types;
	struct quic_rd rd;

	if (!len)
		return -EBADMSG;
	hdr->first = data[0];
	hdr->pn = 0;
	hdr->pn_len = 0;
	if (!(data[0] & FORM_LONG))
		return parse_short(data, len, short_cid_len, hdr) ||
		       !has_sample(hdr) ? -EBADMSG : 0;
	hdr->token = NULL;
	hdr->token_len = 0;
	hdr->pn_off = 0;
	hdr->len = len;
	rd.p = data + 1;
	rd.end = data + len;
	if (parse_invariants(&rd, hdr))
		return -EBADMSG;
	if (!hdr->version)
		return parse_version_neg(&rd, len, hdr);
	if (hdr->version != QUIC_V1 && hdr->version != QUIC_V2)
		return -EPROTONOSUPPORT;
	/* RFC 9000 17.2: a longer id: discard */
	if (hdr->dcid_len > QUIC_CID_MAX_LEN ||
	    hdr->scid_len > QUIC_CID_MAX_LEN)
		return -EBADMSG;
	if (hdr->version == QUIC_V2)
		types = v2_types;
	hdr->type = types[(data[0] >> 4) & 3];
	if (hdr->type == QUIC_PKT_RETRY)
		return parse_retry(&rd, len, hdr);
	return parse_numbered(&rd, data, hdr);
}

int quic_hdr_parse(const u8 *data, size_t len, unsigned int short_cid_len,
		   struct quic_hdr *hdr)
{
	int err = quic_hdr_parse_greased(data, len, short_cid_len, hdr);

	/* RFC 9000 17.2, 17.3.1: a packet with the fixed bit 0: discard */
	if (!err && hdr->type != QUIC_PKT_VERSION_NEG &&
	    !quic_hdr_fixed(hdr))
		return -EBADMSG;
	return err;
}

static void read_pn(const u8 *pkt, struct quic_hdr *hdr)
{
	const u8 *p = pkt + hdr->pn_off;
	unsigned int i;

	hdr->first = pkt[0];
	hdr->pn_len = (pkt[0] & 3) + 1;
	hdr->pn = 0;
	for (i = 0; i < hdr->pn_len; i++)
		hdr->pn = hdr->pn << 8 | p[i];
}

int quic_hdr_parse_clear(const u8 *data, size_t len, unsigned int cid_len,
			 struct quic_hdr *hdr)
{
	if (!len || data[0] & FORM_LONG ||
	    parse_short(data, len, cid_len, hdr) ||
	    len < hdr->pn_off + (data[0] & 3) + 1)
		return -EBADMSG;
	read_pn(data, hdr);
	return 0;
}

static u8 first_mask(u8 first)
{
	return first & FORM_LONG ? 0x0f : 0x1f;
}

void quic_hdr_unprotect(u8 *pkt, struct quic_hdr *hdr, const u8 *mask)
{
	u8 *pn = pkt + hdr->pn_off;
	unsigned int i;

	pkt[0] ^= mask[0] & first_mask(pkt[0]);
	hdr->first = pkt[0];
	hdr->pn_len = (pkt[0] & 3) + 1;
	hdr->pn = 0;
	for (i = 0; i < hdr->pn_len; i++) {
		pn[i] ^= mask[1 + i];
		hdr->pn = hdr->pn << 8 | pn[i];
	}
}

void quic_hdr_protect(u8 *pkt, unsigned int pn_off, const u8 *mask)
{
	unsigned int i, pn_len = (pkt[0] & 3) + 1;

	for (i = 0; i < pn_len; i++)
		pkt[pn_off + i] ^= mask[1 + i];
	pkt[0] ^= mask[0] & first_mask(pkt[0]);
}

static void put_pn(struct quic_wr *wr, u64 pn, unsigned int len)
{
	while (len--)
		*wr->p++ = pn >> (8 * len);
}

void quic_hdr_renumber(u8 *pkt, unsigned int pn_off, unsigned int pn_len,
		       u64 pn, bool clear_fixed)
{
	struct quic_wr wr = { pkt + pn_off, pkt + pn_off + pn_len };

	pkt[0] = clear_fixed ? pkt[0] & ~FIXED_BIT : pkt[0] | FIXED_BIT;
	put_pn(&wr, pn, pn_len);
}

unsigned int quic_hdr_size(const struct quic_hdr_build *b)
{
	unsigned int n;

	if (b->type == QUIC_PKT_SHORT)
		return 1 + b->dcid->len + b->pn_len;
	n = 1 + 4 + 1 + b->dcid->len + 1 + b->scid->len + 2 + b->pn_len;
	if (b->type == QUIC_PKT_INITIAL)
		n += quic_varint_len(b->token_len) + b->token_len;
	return n;
}

static void put_cid(struct quic_wr *wr, const struct quic_cid *cid)
{
	quic_wr_u8(wr, cid->len);
	quic_wr_bytes(wr, cid->data, cid->len);
}

static u8 fixed_bit(const struct quic_hdr_build *b)
{
	return b->clear_fixed ? 0 : FIXED_BIT;
}

static int build_short(struct quic_wr *wr, const struct quic_hdr_build *b)
{
	quic_wr_u8(wr, fixed_bit(b) | (b->spin ? 0x20 : 0) |
		   (b->key_phase ? 0x04 : 0) | (b->pn_len - 1));
	quic_wr_bytes(wr, b->dcid->data, b->dcid->len);
	put_pn(wr, b->pn, b->pn_len);
	return 1 + b->dcid->len;
}

int quic_hdr_build(struct quic_wr *wr, const struct quic_hdr_build *b)
{
	u32 length = b->pn_len + b->payload_len + QUIC_TAG_LEN;
	u8 *start = wr->p;

	if (quic_wr_left(wr) < quic_hdr_size(b))
		return -ENOSPC;
	if (b->type == QUIC_PKT_SHORT)
		return build_short(wr, b);
	/* Length has two bytes here */
	if (length >= 1 << 14)
		return -ENOSPC;
	quic_wr_u8(wr, FORM_LONG | fixed_bit(b) |
		   type_bits(b->version, b->type) | (b->pn_len - 1));
	quic_wr_u32(wr, b->version);
	put_cid(wr, b->dcid);
	put_cid(wr, b->scid);
	if (b->type == QUIC_PKT_INITIAL) {
		quic_wr_varint(wr, b->token_len);
		quic_wr_bytes(wr, b->token, b->token_len);
	}
	quic_wr_varint_len(wr, length, 2);
	put_pn(wr, b->pn, b->pn_len);
	return wr->p - start - b->pn_len;
}

/*
 * RFC 9000 15: 0x?a?a?a?a is reserved. A client discards a list that names the
 * version it tried (RFC 9000 6.2), and may have tried a reserved one: the four
 * digits differ in a way that nobody writes by hand.
 */
static u32 reserved_version(u8 rnd)
{
	u32 hi = rnd & 0xf0, lo = (rnd & 0x0f) << 4;

	return 0x0a0a0a0a | hi << 24 | lo << 16 | (hi ^ 0xf0) << 8 |
	       (lo ^ 0xf0);
}

int quic_hdr_build_version_neg(struct quic_wr *wr, const u8 *dcid,
			       u8 dcid_len, const u8 *scid, u8 scid_len,
			       u32 only, u8 rnd)
{
	struct quic_wr w = *wr;

	if (quic_wr_u8(&w, FORM_LONG | FIXED_BIT | rnd) ||
	    quic_wr_u32(&w, 0) ||
	    quic_wr_u8(&w, dcid_len) || quic_wr_bytes(&w, dcid, dcid_len) ||
	    quic_wr_u8(&w, scid_len) || quic_wr_bytes(&w, scid, scid_len) ||
	    quic_wr_u32(&w, only ?: QUIC_V1) ||
	    (!only && quic_wr_u32(&w, QUIC_V2)) ||
	    quic_wr_u32(&w, reserved_version(rnd)))
		return -ENOSPC;
	*wr = w;
	return 0;
}

int quic_hdr_build_retry(struct quic_wr *wr, u32 version, const u8 *dcid,
			 u8 dcid_len, const struct quic_cid *scid,
			 const u8 *token, u32 token_len, u8 rnd)
{
	struct quic_wr w = *wr;

	if (quic_wr_u8(&w, FORM_LONG | FIXED_BIT |
		       type_bits(version, QUIC_PKT_RETRY) | (rnd & 0x0f)) ||
	    quic_wr_u32(&w, version) ||
	    quic_wr_u8(&w, dcid_len) || quic_wr_bytes(&w, dcid, dcid_len) ||
	    quic_wr_u8(&w, scid->len) ||
	    quic_wr_bytes(&w, scid->data, scid->len) ||
	    quic_wr_bytes(&w, token, token_len))
		return -ENOSPC;
	*wr = w;
	return 0;
}
