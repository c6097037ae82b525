// SPDX-License-Identifier: GPL-2.0-only
#include "token.h"

static int wr_cid(struct quic_wr *wr, const struct quic_cid *cid)
{
	return quic_wr_u8(wr, cid->len) ?:
	       quic_wr_bytes(wr, cid->data, cid->len);
}

static bool rd_cid(struct quic_rd *rd, struct quic_cid *cid)
{
	const u8 *p;

	if (quic_rd_u8(rd, &cid->len) || cid->len > QUIC_CID_MAX_LEN ||
	    quic_rd_bytes(rd, cid->len, &p))
		return false;
	memcpy(cid->data, p, cid->len);
	return true;
}

int quic_token_build(struct quic_wr *wr, const struct quic_token *t)
{
	struct quic_wr w = *wr;
	int err;

	err = quic_wr_u32(&w, t->version) ?:
	      quic_wr_u32(&w, t->time_s >> 32) ?: quic_wr_u32(&w, t->time_s) ?:
	      quic_wr_u8(&w, t->addr_len) ?:
	      quic_wr_bytes(&w, t->addr, t->addr_len);
	if (!err && t->kind == QUIC_TOKEN_RETRY)
		err = quic_wr_u16(&w, t->port) ?: wr_cid(&w, &t->odcid) ?:
		      wr_cid(&w, &t->rscid);
	if (!err)
		*wr = w;
	return err;
}

static bool rd_head(struct quic_rd *rd, struct quic_token *t)
{
	const u8 *addr;
	u32 hi, lo;

	if (quic_rd_u32(rd, &t->version) || quic_rd_u32(rd, &hi) ||
	    quic_rd_u32(rd, &lo) || quic_rd_u8(rd, &t->addr_len) ||
	    (t->addr_len != 4 && t->addr_len != 16) ||
	    quic_rd_bytes(rd, t->addr_len, &addr))
		return false;
	t->time_s = (u64)hi << 32 | lo;
	memcpy(t->addr, addr, t->addr_len);
	return true;
}

bool quic_token_parse(const u8 *data, size_t len, u8 kind,
		      struct quic_token *t)
{
	struct quic_rd rd = { data, data + len };
	struct quic_token got = { .kind = kind };

	if (kind != QUIC_TOKEN_RETRY && kind != QUIC_TOKEN_NEW)
		return false;
	if (!rd_head(&rd, &got))
		return false;
	if (kind == QUIC_TOKEN_RETRY &&
	    (quic_rd_u16(&rd, &got.port) || !rd_cid(&rd, &got.odcid) ||
	     !rd_cid(&rd, &got.rscid)))
		return false;
	if (quic_rd_left(&rd))
		return false;
	*t = got;
	return true;
}

bool quic_token_fits(const struct quic_token *t, const struct quic_token *is,
		     u64 lifetime_s)
{
	/* RFC 9369 4.1, 5: a token is good for the version that it came in */
	if (t->version != is->version || t->addr_len != is->addr_len ||
	    memcmp(t->addr, is->addr, t->addr_len))
		return false;
	/* RFC 9000 8.1.3: it expires. A clock that was set back: not before */
	if (is->time_s < t->time_s || is->time_s - t->time_s > lifetime_s)
		return false;
	/* RFC 9000 8.1.4: a NAT may change the port, not within a handshake */
	return t->kind == QUIC_TOKEN_NEW ||
	       (t->port == is->port && quic_cid_equal(&t->rscid, &is->rscid));
}
