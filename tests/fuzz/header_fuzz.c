// SPDX-License-Identifier: GPL-2.0-only
/*
 * quic_hdr_parse() and what follows it, over a datagram of coalesced packets;
 * and the datagram as a packet without protection.
 * Input: length of our connection ids, 5 bytes of mask, the datagram.
 */
#include "quic/core/header.h"

#include "fuzz.h"

#define MASK_LEN	5

static bool within(const u8 *p, size_t len, const u8 *data, size_t size)
{
	return p >= data && len <= size && (size_t)(p - data) <= size - len;
}

/* RFC 9000 17.2; RFC 9369 3.2: version 2 counts one on. */
static u8 type_of(const struct quic_hdr *h)
{
	static const u8 types[] = { QUIC_PKT_INITIAL, QUIC_PKT_0RTT,
				    QUIC_PKT_HANDSHAKE, QUIC_PKT_RETRY };
	u8 bits = (h->first >> 4) & 3;

	if (!(h->first & 0x80))
		return QUIC_PKT_SHORT;
	if (!h->version)
		return QUIC_PKT_VERSION_NEG;
	return types[h->version == QUIC_V2 ? (bits + 3) % 4 : bits];
}

static void check_parsed(const struct quic_hdr *h, const u8 *data, size_t len)
{
	bool numbered = h->type != QUIC_PKT_RETRY &&
			h->type != QUIC_PKT_VERSION_NEG;

	MUST(h->len && h->len <= len);
	MUST(h->type == type_of(h));
	MUST(h->first == data[0]);
	MUST(within(h->dcid, h->dcid_len, data, h->len));
	MUST(!h->scid == (h->type == QUIC_PKT_SHORT));
	MUST(!h->scid || within(h->scid, h->scid_len, data, h->len));
	MUST(!h->token_len || within(h->token, h->token_len, data, h->len));
	if (h->type != QUIC_PKT_VERSION_NEG)
		MUST(h->dcid_len <= QUIC_CID_MAX_LEN &&
		     h->scid_len <= QUIC_CID_MAX_LEN && (data[0] & 0x40));
	if (numbered)
		MUST(h->pn_off + 4 + QUIC_SAMPLE_LEN <= h->len);
	else
		MUST(h->len == len && h->token_len);
	if (h->type == QUIC_PKT_RETRY)
		MUST(within(h->token + h->token_len, QUIC_TAG_LEN, data, len));
	if (h->type == QUIC_PKT_SHORT || h->type == QUIC_PKT_VERSION_NEG)
		MUST(!h->version);
	else
		MUST(h->version == QUIC_V1 || h->version == QUIC_V2);
}

static void copy_cid(struct quic_cid *to, const u8 *bytes, u8 len)
{
	to->len = len;
	memcpy(to->data, bytes, len);
}

/* What we build from a parsed header says the same. */
static void check_rebuilt(const struct quic_hdr *h)
{
	struct quic_cid dcid = { 0 }, scid = { 0 };
	struct quic_hdr_build b = {
		.dcid = &dcid, .scid = &scid, .token = h->token, .pn = h->pn,
		.token_len = h->token_len, .version = h->version,
		.payload_len = h->len - h->pn_off - h->pn_len,
		.type = h->type, .pn_len = h->pn_len,
		.key_phase = quic_hdr_key_phase(h), .spin = h->first & 0x20,
	};
	u8 out[4096] = { 0 };
	struct quic_wr wr = { out, out + sizeof(out) };
	static const u8 no_mask[MASK_LEN];
	struct quic_hdr g;
	int pn_off;

	if (b.payload_len < QUIC_TAG_LEN || h->len > 2000)
		return;
	b.payload_len -= QUIC_TAG_LEN;
	copy_cid(&dcid, h->dcid, h->dcid_len);
	if (h->scid)
		copy_cid(&scid, h->scid, h->scid_len);
	pn_off = quic_hdr_build(&wr, &b);
	MUST(pn_off > 0 && wr.p - out == pn_off + b.pn_len);
	MUST(quic_hdr_size(&b) == wr.p - out);
	MUST(!quic_hdr_parse(out, pn_off + h->len - h->pn_off, dcid.len, &g));
	quic_hdr_unprotect(out, &g, no_mask);
	MUST(g.type == h->type && g.version == h->version);
	MUST(g.pn == h->pn && g.pn_len == h->pn_len);
	MUST(g.pn_off == (u32)pn_off);
	MUST(g.len - g.pn_off == h->len - h->pn_off);
	MUST(g.dcid_len == h->dcid_len && g.scid_len == h->scid_len);
	MUST(!memcmp(g.dcid, h->dcid, h->dcid_len));
	MUST(!h->scid_len || !memcmp(g.scid, h->scid, h->scid_len));
	MUST(g.token_len == h->token_len);
	MUST(!h->token_len || !memcmp(g.token, h->token, h->token_len));
	MUST(!quic_hdr_reserved(&g));
	if (h->type == QUIC_PKT_SHORT)
		MUST(!((g.first ^ h->first) & 0x67));
}

/* Off and on again: as it was, and nothing else touched. */
static void check_protection(struct quic_hdr *h, u8 *data, const u8 *mask)
{
	u8 *before = fuzz_copy(data, h->len);
	u32 i;

	quic_hdr_unprotect(data, h, mask);
	MUST(h->pn_len >= 1 && h->pn_len <= 4);
	MUST(h->first == data[0] && h->pn_len == 1 + (data[0] & 3));
	MUST((data[0] ^ before[0]) ==
	     (mask[0] & (h->type == QUIC_PKT_SHORT ? 0x1f : 0x0f)));
	for (i = 1; i < h->len; i++)
		MUST(data[i] == before[i] ||
		     (i >= h->pn_off && i < h->pn_off + h->pn_len));
	check_rebuilt(h);
	quic_hdr_protect(data, h->pn_off, mask);
	MUST(!memcmp(data, before, h->len));
	free(before);
}

static void check_version_neg(const struct quic_hdr *h, u8 rnd)
{
	u8 out[600];
	struct quic_wr wr = { out, out + sizeof(out) };
	struct quic_hdr g;

	MUST(!quic_hdr_build_version_neg(&wr, h->scid, h->scid_len, h->dcid,
					 h->dcid_len, 0, rnd));
	MUST(!quic_hdr_parse(out, wr.p - out, 0, &g));
	MUST(g.type == QUIC_PKT_VERSION_NEG && g.token_len == 12);
	MUST(g.dcid_len == h->scid_len && g.scid_len == h->dcid_len);
	MUST(!memcmp(g.dcid, h->scid, h->scid_len));
	MUST(!memcmp(g.scid, h->dcid, h->dcid_len));
}

/* draft-banks-quic-disable-encryption-00: no sample, no protection */
static void check_clear(const u8 *data, size_t len, u8 cid_len)
{
	struct quic_hdr h;

	if (quic_hdr_parse_clear(data, len, cid_len, &h)) {
		MUST(len < 1u + cid_len + 4 || data[0] & 0x80);
		return;
	}
	MUST(h.type == QUIC_PKT_SHORT && h.first == data[0] && h.len == len);
	MUST(h.pn_len == 1 + (data[0] & 3) && h.pn_off == 1u + cid_len);
	MUST(h.pn_off + h.pn_len <= len);
	MUST(within(h.dcid, h.dcid_len, data, len));
}

static void walk_datagram(u8 *data, size_t len, u8 cid_len, const u8 *mask)
{
	struct quic_hdr h;

	while (len) {
		int err = quic_hdr_parse(data, len, cid_len, &h);

		MUST(!err || err == -EBADMSG || err == -EPROTONOSUPPORT);
		if (err == -EPROTONOSUPPORT) {
			MUST(h.version && h.version != QUIC_V1 &&
			     h.version != QUIC_V2);
			MUST(within(h.dcid, h.dcid_len, data, len));
			MUST(within(h.scid, h.scid_len, data, len));
			check_version_neg(&h, mask[0]);
		}
		if (err)
			return;
		check_parsed(&h, data, len);
		if (h.type != QUIC_PKT_RETRY && h.type != QUIC_PKT_VERSION_NEG)
			check_protection(&h, data, mask);
		data += h.len;
		len -= h.len;
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	u8 *datagram;

	if (size < 1 + MASK_LEN)
		return 0;
	/* a copy of its own: the packets are changed, their end is guarded */
	datagram = fuzz_copy(data + 1 + MASK_LEN, size - 1 - MASK_LEN);
	check_clear(datagram, size - 1 - MASK_LEN,
		    data[0] % (QUIC_CID_MAX_LEN + 1));
	walk_datagram(datagram, size - 1 - MASK_LEN,
		      data[0] % (QUIC_CID_MAX_LEN + 1), data + 1);
	free(datagram);
	return 0;
}
