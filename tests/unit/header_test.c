// SPDX-License-Identifier: GPL-2.0-only
#include "quic/core/header.h"

#include "tap.h"
#include "vectors.h"

static const struct quic_cid cid8 = { 8, { 1, 2, 3, 4, 5, 6, 7, 8 } };
static const struct quic_cid cid0 = { 0 };

/* A parse of exactly these bytes; @keep holds them, free() it. */
static int parse_exact(const u8 *data, size_t len, unsigned int short_cid_len,
		       struct quic_hdr *hdr, u8 **keep)
{
	*keep = tap_exact(data, len);
	memset(hdr, 0xee, sizeof(*hdr));
	return quic_hdr_parse(*keep, len, short_cid_len, hdr);
}

static int parse_result(const u8 *data, size_t len, unsigned int short_cid_len)
{
	struct quic_hdr hdr;
	u8 *keep;
	int err = parse_exact(data, len, short_cid_len, &hdr, &keep);

	free(keep);
	return err;
}

static void try_vector(const struct header_vector *v)
{
	u8 packet[1200] = { 0 }, plain[32], wire[32], mask[5], cid[20], *keep;
	struct quic_hdr hdr;
	size_t n, cid_len;

	TAP_AT("%s", v->name);
	n = tap_unhex(v->protected, wire, sizeof(wire));
	CHECK_EQ(tap_unhex(v->plain, plain, sizeof(plain)), n);
	tap_unhex(v->mask, mask, sizeof(mask));
	memcpy(packet, wire, n);

	CHECK_EQ(parse_exact(packet, v->packet_len, 0, &hdr, &keep), 0);
	CHECK_EQ(hdr.type, v->type);
	CHECK_EQ(hdr.version, v->version);
	CHECK_EQ(hdr.pn_off, v->pn_off);
	CHECK_EQ(hdr.len, v->packet_len);
	CHECK_EQ(hdr.token_len, 0);
	cid_len = tap_unhex(v->dcid, cid, sizeof(cid));
	CHECK_EQ(hdr.dcid_len, cid_len);
	CHECK_MEM(hdr.dcid, cid, cid_len);
	cid_len = tap_unhex(v->scid, cid, sizeof(cid));
	CHECK_EQ(hdr.scid_len, cid_len);
	if (cid_len)
		CHECK_MEM(hdr.scid, cid, cid_len);
	CHECK_EQ(!hdr.scid, v->type == QUIC_PKT_SHORT);

	quic_hdr_unprotect(keep, &hdr, mask);
	CHECK_MEM(keep, plain, n);
	CHECK_MEM(keep + n, packet + n, v->packet_len - n);
	CHECK_EQ(hdr.first, plain[0]);
	CHECK_EQ(hdr.pn_len, v->pn_len);
	CHECK_EQ(hdr.pn, v->pn & (0xffffffff >> 8 * (4 - v->pn_len)));
	CHECK_EQ(quic_hdr_reserved(&hdr), 0);

	quic_hdr_protect(keep, v->pn_off, mask);
	CHECK_MEM(keep, wire, n);
	CHECK_MEM(keep + n, packet + n, v->packet_len - n);
	free(keep);
}

/* The vector's header, built by us. */
static void try_vector_build(const struct header_vector *v)
{
	struct quic_cid dcid = { 0 }, scid = { 0 };
	struct quic_hdr_build b = {
		.dcid = &dcid, .scid = &scid, .pn = v->pn,
		.version = v->version, .type = v->type, .pn_len = v->pn_len,
	};
	u8 plain[32], out[32];
	size_t n = tap_unhex(v->plain, plain, sizeof(plain));
	struct quic_wr wr = { out, out + n };

	TAP_AT("%s", v->name);
	dcid.len = tap_unhex(v->dcid, dcid.data, sizeof(dcid.data));
	scid.len = tap_unhex(v->scid, scid.data, sizeof(scid.data));
	b.payload_len = v->packet_len - n - QUIC_TAG_LEN;
	CHECK_EQ(quic_hdr_size(&b), n);
	CHECK_EQ(quic_hdr_build(&wr, &b), v->pn_off);
	CHECK_EQ(wr.p - out, n);
	CHECK_MEM(out, plain, n);
}

static void rfc_vectors(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(header_vectors); i++) {
		try_vector(&header_vectors[i]);
		try_vector_build(&header_vectors[i]);
	}
}

static void try_retry(const char *hex, u32 version)
{
	u8 packet[64], *keep;
	size_t n = tap_unhex(hex, packet, sizeof(packet)), cut;
	struct quic_hdr hdr;

	TAP_AT("version %x", version);
	CHECK_EQ(parse_exact(packet, n, 0, &hdr, &keep), 0);
	CHECK_EQ(hdr.type, QUIC_PKT_RETRY);
	CHECK_EQ(hdr.version, version);
	CHECK_EQ(hdr.len, n);
	CHECK_EQ(hdr.dcid_len, 0);
	CHECK_EQ(hdr.scid_len, 8);
	CHECK_EQ(hdr.token_len, 5);
	CHECK_MEM(hdr.token, "token", 5);
	free(keep);

	/* RFC 9000 17.2.5: whatever the unused bits say */
	for (cut = 0; cut < 16; cut++) {
		packet[0] = (packet[0] & 0xf0) | cut;
		CHECK_EQ(parse_result(packet, n, 0), 0);
	}
	/* RFC 9000 17.2.5.2: no token, no Retry */
	for (cut = 0; cut <= n - 5; cut++)
		CHECK_EQ(parse_result(packet, cut, 0), -EBADMSG);
	CHECK_EQ(parse_result(packet, n - 4, 0), 0);
}

/* RFC 9001 A.4, RFC 9369 A.4 */
static void retry(void)
{
	try_retry(retry_v1_hex, QUIC_V1);
	try_retry(retry_v2_hex, QUIC_V2);
}

/* RFC 9000 17.2 and RFC 9369 3.2: what the type bits mean */
static void type_bits_of_versions(void)
{
	static const struct {
		u32 version;
		u8 first;
		u8 type;
	} t[] = {
		{ QUIC_V1, 0xc0, QUIC_PKT_INITIAL },
		{ QUIC_V1, 0xd0, QUIC_PKT_0RTT },
		{ QUIC_V1, 0xe0, QUIC_PKT_HANDSHAKE },
		{ QUIC_V1, 0xf0, QUIC_PKT_RETRY },
		{ QUIC_V2, 0xd0, QUIC_PKT_INITIAL },
		{ QUIC_V2, 0xe0, QUIC_PKT_0RTT },
		{ QUIC_V2, 0xf0, QUIC_PKT_HANDSHAKE },
		{ QUIC_V2, 0xc0, QUIC_PKT_RETRY },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		u8 packet[64] = { t[i].first }, out[64], *keep;
		struct quic_wr wr = { packet + 1, packet + sizeof(packet) };
		struct quic_hdr_build b = {
			.dcid = &cid8, .scid = &cid0, .version = t[i].version,
			.type = t[i].type, .pn_len = 1, .payload_len = 20,
		};
		struct quic_hdr hdr;

		TAP_AT("version %x, first %x", t[i].version, t[i].first);
		quic_wr_u32(&wr, t[i].version);
		quic_wr_u8(&wr, 0);
		quic_wr_u8(&wr, 0);
		if (t[i].type == QUIC_PKT_INITIAL)
			quic_wr_u8(&wr, 0);
		quic_wr_u8(&wr, 40);
		CHECK_EQ(parse_exact(packet, sizeof(packet), 0, &hdr, &keep),
			 0);
		CHECK_EQ(hdr.type, t[i].type);
		free(keep);
		if (t[i].type == QUIC_PKT_RETRY)
			continue;
		wr = (struct quic_wr) { out, out + sizeof(out) };
		CHECK(quic_hdr_build(&wr, &b) > 0);
		CHECK_EQ(out[0], t[i].first);
	}
}

struct built {
	u8 bytes[1500];
	size_t len;
	int pn_off;
};

/* Header, payload and tag of @b, as a packet on the wire, unprotected. */
static void build_packet(struct built *p, const struct quic_hdr_build *b)
{
	struct quic_wr wr = { p->bytes, p->bytes + sizeof(p->bytes) };

	memset(p->bytes, 0x5a, sizeof(p->bytes));
	p->pn_off = quic_hdr_build(&wr, b);
	CHECK(p->pn_off > 0);
	CHECK_EQ(wr.p - p->bytes, quic_hdr_size(b));
	CHECK_EQ(wr.p - p->bytes, p->pn_off + b->pn_len);
	p->len = wr.p - p->bytes + b->payload_len + QUIC_TAG_LEN;
}

static void check_built(const struct built *p, const struct quic_hdr_build *b)
{
	static const u8 no_mask[5];
	bool is_short = b->type == QUIC_PKT_SHORT;
	struct quic_hdr hdr;
	u8 *keep;

	CHECK_EQ(parse_exact(p->bytes, p->len, b->dcid->len, &hdr, &keep), 0);
	CHECK_EQ(hdr.type, b->type);
	CHECK_EQ(hdr.version, is_short ? 0 : b->version);
	CHECK_EQ(hdr.pn_off, p->pn_off);
	CHECK_EQ(hdr.len, p->len);
	CHECK_EQ(hdr.dcid_len, b->dcid->len);
	CHECK_MEM(hdr.dcid, b->dcid->data, b->dcid->len);
	CHECK_EQ(hdr.scid_len, is_short ? 0 : b->scid->len);
	if (!is_short)
		CHECK_MEM(hdr.scid, b->scid->data, b->scid->len);
	CHECK_EQ(hdr.token_len,
		 b->type == QUIC_PKT_INITIAL ? b->token_len : 0);
	if (hdr.token_len)
		CHECK_MEM(hdr.token, b->token, b->token_len);
	quic_hdr_unprotect(keep, &hdr, no_mask);
	CHECK_EQ(hdr.pn_len, b->pn_len);
	CHECK_EQ(hdr.pn, b->pn & ((1ULL << 8 * b->pn_len) - 1));
	CHECK_EQ(hdr.first & 0x40, 0x40);
	CHECK_EQ(quic_hdr_reserved(&hdr), 0);
	if (is_short) {
		CHECK_EQ(quic_hdr_key_phase(&hdr), b->key_phase);
		CHECK_EQ(!!(hdr.first & 0x20), b->spin);
	}
	free(keep);
}

/* Every shorter datagram is refused, and so is every smaller room. */
static void check_cuts(const struct built *p, const struct quic_hdr_build *b)
{
	size_t cut, least, size = quic_hdr_size(b);

	/* a short header has no length: a sample is all it needs */
	least = b->type == QUIC_PKT_SHORT ?
		(size_t)p->pn_off + 4 + QUIC_SAMPLE_LEN : p->len;
	for (cut = 0; cut < least; cut++)
		CHECK_EQ(parse_result(p->bytes, cut, b->dcid->len), -EBADMSG);
	CHECK_EQ(parse_result(p->bytes, least, b->dcid->len), 0);

	for (cut = 0; cut < size; cut++) {
		u8 *room = tap_exact(p->bytes, cut);
		struct quic_wr wr = { room, room + cut };

		CHECK_EQ(quic_hdr_build(&wr, b), -ENOSPC);
		CHECK(wr.p == room);
		CHECK_MEM(room, p->bytes, cut);
		free(room);
	}
}

static void round_trips(void)
{
	static const u8 types[] = { QUIC_PKT_INITIAL, QUIC_PKT_0RTT,
				    QUIC_PKT_HANDSHAKE, QUIC_PKT_SHORT };
	static const u32 token_lens[] = { 0, 1, 63, 64, 300 };
	struct quic_cid cids[2] = { 0 };
	u8 token[300];
	u64 seed = 11;
	unsigned int i, j;

	for (i = 0; i < 400; i++) {
		u64 r = tap_random(&seed);
		struct quic_hdr_build b = {
			.dcid = &cids[0], .scid = &cids[1], .token = token,
			.pn = tap_random(&seed) >> 2,
			.token_len = token_lens[(r >> 8) % 5],
			.version = r & 1 ? QUIC_V1 : QUIC_V2,
			.payload_len = 3 + (r >> 16) % 200,
			.type = types[i % 4], .pn_len = 1 + (i / 4) % 4,
			.key_phase = r & 2, .spin = r & 4,
		};
		struct built p;

		TAP_AT("round %u", i);
		for (j = 0; j < sizeof(token); j++)
			token[j] = tap_random(&seed);
		for (j = 0; j < QUIC_CID_MAX_LEN; j++) {
			cids[0].data[j] = tap_random(&seed);
			cids[1].data[j] = tap_random(&seed);
		}
		cids[0].len = (r >> 32) % 21;
		cids[1].len = (r >> 40) % 21;
		build_packet(&p, &b);
		check_built(&p, &b);
		if (i < 40)
			check_cuts(&p, &b);
	}
}

/* RFC 9001 5.4.2: sample of 16 bytes, 4 behind the packet number's start */
static void sample_bounds(void)
{
	unsigned int pn_len, payload;

	for (pn_len = 1; pn_len <= 4; pn_len++) {
		for (payload = 0; payload < 6; payload++) {
			struct quic_hdr_build b = {
				.dcid = &cid8, .scid = &cid8, .pn = 9,
				.version = QUIC_V1, .payload_len = payload,
				.type = QUIC_PKT_HANDSHAKE, .pn_len = pn_len,
			};
			struct built p;
			int want = pn_len + payload < 4 ? -EBADMSG : 0;

			TAP_AT("number %u, payload %u bytes", pn_len, payload);
			build_packet(&p, &b);
			CHECK_EQ(parse_result(p.bytes, p.len, 8), want);
			/* more of the datagram behind it does not count */
			CHECK_EQ(parse_result(p.bytes, p.len + 50, 8), want);
			b.type = QUIC_PKT_SHORT;
			build_packet(&p, &b);
			CHECK_EQ(parse_result(p.bytes, p.len, 8), want);
		}
	}
}

/* RFC 9000 12.2: Initial, 0-RTT, Handshake, then a short one to the end */
static void coalesced(void)
{
	static const u8 types[] = { QUIC_PKT_INITIAL, QUIC_PKT_0RTT,
				    QUIC_PKT_HANDSHAKE, QUIC_PKT_SHORT };
	struct quic_hdr_build b = {
		.dcid = &cid8, .scid = &cid0, .token = (const u8 *)"tok",
		.token_len = 3, .version = QUIC_V2, .pn_len = 2,
	};
	struct built p[4];
	u8 datagram[1500], *keep;
	size_t len = 0, at = 0;
	struct quic_hdr hdr;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		b.type = types[i];
		b.payload_len = 30 + 7 * i;
		build_packet(&p[i], &b);
		memcpy(datagram + len, p[i].bytes, p[i].len);
		len += p[i].len;
	}
	keep = tap_exact(datagram, len);
	for (i = 0; i < 4; i++) {
		CHECK_EQ(quic_hdr_parse(keep + at, len - at, 8, &hdr), 0);
		CHECK_EQ(hdr.type, types[i]);
		CHECK_EQ(hdr.len, p[i].len);
		at += hdr.len;
	}
	CHECK_EQ(at, len);
	CHECK_EQ(quic_hdr_parse(keep + at, 0, 8, &hdr), -EBADMSG);
	/* a Length that goes beyond the datagram */
	CHECK_EQ(parse_result(p[2].bytes, p[2].len - 1, 8), -EBADMSG);
	free(keep);
}

/* RFC 9000 17.2, 17.3.1: the fixed bit */
static void fixed_bit(void)
{
	struct quic_hdr_build b = {
		.dcid = &cid8, .scid = &cid8, .version = QUIC_V1,
		.type = QUIC_PKT_HANDSHAKE, .pn_len = 1, .payload_len = 30,
	};
	struct built p;

	build_packet(&p, &b);
	CHECK_EQ(parse_result(p.bytes, p.len, 8), 0);
	p.bytes[0] &= ~0x40;
	CHECK_EQ(parse_result(p.bytes, p.len, 8), -EBADMSG);
	b.type = QUIC_PKT_SHORT;
	build_packet(&p, &b);
	p.bytes[0] &= ~0x40;
	CHECK_EQ(parse_result(p.bytes, p.len, 8), -EBADMSG);
}

/* RFC 9287 3: cleared on purpose, for who announced grease_quic_bit */
static void greased_bit(void)
{
	struct quic_hdr_build b = {
		.dcid = &cid8, .scid = &cid8, .version = QUIC_V1,
		.pn_len = 2, .payload_len = 30, .clear_fixed = true,
	};
	static const u8 types[] = {
		QUIC_PKT_INITIAL, QUIC_PKT_HANDSHAKE, QUIC_PKT_SHORT,
	};
	struct quic_hdr hdr;
	struct built p;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		b.type = types[i];
		build_packet(&p, &b);
		CHECK(!(p.bytes[0] & 0x40));
		CHECK_EQ(parse_result(p.bytes, p.len, 8), -EBADMSG);
		CHECK_EQ(quic_hdr_parse_greased(p.bytes, p.len, 8, &hdr), 0);
		CHECK_EQ(hdr.type, types[i]);
		CHECK_EQ(hdr.len, p.len);
		/* and 1 is as good as ever */
		p.bytes[0] |= 0x40;
		CHECK_EQ(quic_hdr_parse_greased(p.bytes, p.len, 8, &hdr), 0);
	}
	CHECK_EQ(quic_hdr_parse_greased(p.bytes, 0, 8, &hdr), -EBADMSG);
}

/* A long header with connection ids of such lengths, all else right. */
static size_t put_long(u8 *to, size_t room, u32 version, u8 dcid_len,
		       u8 scid_len)
{
	struct quic_wr wr = { to, to + room };
	u8 id[255];

	memset(id, 0xd1, sizeof(id));
	quic_wr_u8(&wr, version == QUIC_V2 ? 0xf0 : 0xe0);
	quic_wr_u32(&wr, version);
	quic_wr_u8(&wr, dcid_len);
	quic_wr_bytes(&wr, id, dcid_len);
	memset(id, 0x5c, sizeof(id));
	quic_wr_u8(&wr, scid_len);
	quic_wr_bytes(&wr, id, scid_len);
	quic_wr_u8(&wr, 40);
	memset(wr.p, 0, 40);
	return wr.p + 40 - to;
}

/* RFC 9000 17.2: 20 bytes at most in the versions that we speak */
static void long_cids(void)
{
	static const u32 versions[] = { QUIC_V1, QUIC_V2 };
	u8 packet[700];
	unsigned int i;
	size_t n;

	for (i = 0; i < 2; i++) {
		n = put_long(packet, sizeof(packet), versions[i], 20, 20);
		CHECK_EQ(parse_result(packet, n, 8), 0);
		n = put_long(packet, sizeof(packet), versions[i], 21, 20);
		CHECK_EQ(parse_result(packet, n, 8), -EBADMSG);
		n = put_long(packet, sizeof(packet), versions[i], 20, 21);
		CHECK_EQ(parse_result(packet, n, 8), -EBADMSG);
		n = put_long(packet, sizeof(packet), versions[i], 255, 255);
		CHECK_EQ(parse_result(packet, n, 8), -EBADMSG);
	}
}

/* RFC 8999 5.1: of a version not spoken the invariants, ids up to 255 bytes */
static void unknown_versions(void)
{
	static const u32 versions[] = { 2, 0xff00001d, 0x1a2a3a4a,
					0x01000000, 0x709a50c4, 0xffffffff };
	static const u8 lens[][2] = { { 0, 0 }, { 8, 20 }, { 21, 0 },
				      { 0, 21 }, { 255, 255 } };
	u8 packet[700], *keep;
	struct quic_hdr hdr;
	unsigned int i, j;
	size_t n, cut;

	for (i = 0; i < ARRAY_SIZE(versions); i++) {
		for (j = 0; j < ARRAY_SIZE(lens); j++) {
			TAP_AT("version %x, ids %u", versions[i], j);
			n = put_long(packet, sizeof(packet), versions[i],
				     lens[j][0], lens[j][1]);
			packet[0] &= ~0x40;	/* no invariant */
			CHECK_EQ(parse_exact(packet, n, 8, &hdr, &keep),
				 -EPROTONOSUPPORT);
			CHECK_EQ(hdr.version, versions[i]);
			CHECK_EQ(hdr.dcid_len, lens[j][0]);
			CHECK_EQ(hdr.scid_len, lens[j][1]);
			CHECK_MEM(hdr.dcid, packet + 6, lens[j][0]);
			CHECK_MEM(hdr.scid, packet + 7 + lens[j][0],
				  lens[j][1]);
			free(keep);
			for (cut = 0; cut < n - 41; cut++)
				CHECK_EQ(parse_result(packet, cut, 8),
					 -EBADMSG);
			/* the invariants alone will do */
			CHECK_EQ(parse_result(packet, n - 41, 8),
				 -EPROTONOSUPPORT);
		}
	}
}

static u32 be32(const u8 *p)
{
	return get_unaligned_be32(p);
}

/* RFC 9000 17.2.1, 6.3 and 15 */
static void version_neg(void)
{
	u8 dcid[255], scid[255], out[600], *keep;
	struct quic_hdr hdr;
	unsigned int rnd;
	size_t n, cut;

	memset(dcid, 0xd1, sizeof(dcid));
	memset(scid, 0x5c, sizeof(scid));
	for (rnd = 0; rnd < 256; rnd++) {
		u8 dcid_len = rnd * 7, scid_len = rnd * 11;
		struct quic_wr wr = { out, out + sizeof(out) };
		u32 grease;

		TAP_AT("random %x", rnd);
		CHECK_EQ(quic_hdr_build_version_neg(&wr, dcid, dcid_len, scid,
						    scid_len, 0, rnd), 0);
		n = wr.p - out;
		CHECK_EQ(n, 1 + 4 + 1 + dcid_len + 1 + scid_len + 12);
		CHECK_EQ(out[0] & 0xc0, 0xc0);
		CHECK_EQ(out[0] & 0x3f, rnd & 0x3f);
		CHECK_EQ(parse_exact(out, n, 8, &hdr, &keep), 0);
		CHECK_EQ(hdr.type, QUIC_PKT_VERSION_NEG);
		CHECK_EQ(hdr.version, 0);
		CHECK_EQ(hdr.len, n);
		CHECK_EQ(hdr.dcid_len, dcid_len);
		CHECK_EQ(hdr.scid_len, scid_len);
		CHECK_MEM(hdr.dcid, dcid, dcid_len);
		CHECK_MEM(hdr.scid, scid, scid_len);
		CHECK_EQ(hdr.token_len, 12);
		CHECK_EQ(be32(hdr.token), QUIC_V1);
		CHECK_EQ(be32(hdr.token + 4), QUIC_V2);
		grease = be32(hdr.token + 8);
		CHECK_EQ(grease & 0x0f0f0f0f, 0x0a0a0a0a);
		/* RFC 9000 6.2: not what a client is likely to have tried */
		CHECK(grease != 0x1a2a3a4a);
		CHECK((grease >> 24) != ((grease >> 8) & 0xff));
		free(keep);

		for (cut = 0; cut < n; cut++) {
			wr = (struct quic_wr) { out, out + cut };
			CHECK_EQ(quic_hdr_build_version_neg(&wr, dcid,
							    dcid_len, scid,
							    scid_len, 0, rnd),
				 -ENOSPC);
			CHECK(wr.p == out);
		}
	}
}

/* RFC 9000 15: the digits that the random byte stands for */
static void reserved_version(void)
{
	u8 out[64];
	struct quic_wr wr = { out, out + sizeof(out) };

	CHECK_EQ(quic_hdr_build_version_neg(&wr, NULL, 0, NULL, 0, 0, 0x5c), 0);
	CHECK_EQ(be32(wr.p - 4), 0x5acaaa3a);
	CHECK_EQ(quic_hdr_build_version_neg(&wr, NULL, 0, NULL, 0, 0, 0xa3), 0);
	CHECK_EQ(be32(wr.p - 4), 0xaa3a5aca);
	/* a server that speaks one version only */
	wr.p = out;
	CHECK_EQ(quic_hdr_build_version_neg(&wr, NULL, 0, NULL, 0, QUIC_V2,
					    0x5c), 0);
	CHECK_EQ(wr.p - out, 7 + 8);
	CHECK_EQ(be32(wr.p - 8), QUIC_V2);
	CHECK_EQ(be32(wr.p - 4), 0x5acaaa3a);
}

/* RFC 9000 17.2.1: whole versions, one at least */
static void version_neg_lists(void)
{
	u8 packet[64] = { 0x80 };
	unsigned int n;

	for (n = 0; n < 40; n++) {
		TAP_AT("%u bytes of list", n);
		CHECK_EQ(parse_result(packet, 7 + n, 8),
			 n && !(n % 4) ? 0 : -EBADMSG);
	}
}

/* Token and Length that say more than there is. */
static void lengths_lie(void)
{
	static const char * const bad[] = {
		/* token longer than the datagram, by 1 and by 2^62 - 1 */
		"c0 00000001 00 00 17 0000000000000000000000"
		"0000000000000000000000",
		"c0 00000001 00 00 ffffffffffffffff 14"
		"0000000000000000000000000000000000000000",
		/* Length likewise */
		"c0 00000001 00 00 00 15"
		"0000000000000000000000000000000000000000",
		"e0 00000001 00 00 ffffffffffffffff"
		"0000000000000000000000000000000000000000",
		/* and one that leaves no sample */
		"e0 00000001 00 00 13"
		"0000000000000000000000000000000000000000",
		"e0 00000001 00 00 00"
		"0000000000000000000000000000000000000000",
	};
	u8 packet[64];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		size_t n = tap_unhex(bad[i], packet, sizeof(packet));

		TAP_AT("%s", bad[i]);
		CHECK_EQ(parse_result(packet, n, 8), -EBADMSG);
	}
	i = tap_unhex("c0 00000001 00 00 00 14"
		      "0000000000000000000000000000000000000000", packet,
		      sizeof(packet));
	CHECK_EQ(parse_result(packet, i, 8), 0);
}

/* RFC 9000 17.2, 17.3.1: each reserved bit shows */
static void reserved_bits(void)
{
	struct quic_hdr hdr = { .type = QUIC_PKT_HANDSHAKE };
	unsigned int bit;

	for (bit = 0; bit < 8; bit++) {
		hdr.first = 1 << bit;
		hdr.type = QUIC_PKT_HANDSHAKE;
		CHECK_EQ(!!quic_hdr_reserved(&hdr), bit == 2 || bit == 3);
		hdr.type = QUIC_PKT_SHORT;
		CHECK_EQ(!!quic_hdr_reserved(&hdr), bit == 3 || bit == 4);
		CHECK_EQ(quic_hdr_key_phase(&hdr), bit == 2);
	}
}

/* Protection changes the masked bits and the packet number only. */
static void protection(void)
{
	u64 seed = 5;
	unsigned int i, j;

	for (i = 0; i < 2000; i++) {
		u8 packet[32], plain[32], mask[5];
		unsigned int pn_off = 1 + tap_random(&seed) % 24, pn_len;
		struct quic_hdr hdr = { .pn_off = pn_off };
		u8 bits;

		for (j = 0; j < sizeof(packet); j++)
			plain[j] = tap_random(&seed);
		for (j = 0; j < sizeof(mask); j++)
			mask[j] = tap_random(&seed);
		memcpy(packet, plain, sizeof(packet));
		pn_len = 1 + (plain[0] & 3);
		bits = plain[0] & 0x80 ? 0x0f : 0x1f;
		quic_hdr_protect(packet, pn_off, mask);
		TAP_AT("round %u", i);
		CHECK_EQ(packet[0] ^ plain[0], mask[0] & bits);
		for (j = 1; j < sizeof(packet); j++) {
			bool pn = j >= pn_off && j < pn_off + pn_len;

			CHECK_EQ(packet[j] ^ plain[j],
				 pn ? mask[1 + j - pn_off] : 0);
		}
		quic_hdr_unprotect(packet, &hdr, mask);
		CHECK_MEM(packet, plain, sizeof(packet));
		CHECK_EQ(hdr.pn_len, pn_len);
	}
}

/* The two bytes of Length hold 2^14 - 1. */
static void build_too_long(void)
{
	struct quic_hdr_build b = {
		.dcid = &cid8, .scid = &cid8, .version = QUIC_V1,
		.type = QUIC_PKT_HANDSHAKE, .pn_len = 4,
		.payload_len = 16383 - 4 - QUIC_TAG_LEN,
	};
	u8 out[64];
	struct quic_wr wr = { out, out + sizeof(out) };

	CHECK_EQ(quic_hdr_build(&wr, &b), 25);
	CHECK(out[23] == 0x7f && out[24] == 0xff);
	b.payload_len++;
	wr.p = out;
	CHECK_EQ(quic_hdr_build(&wr, &b), -ENOSPC);
	CHECK(wr.p == out);
	b.type = QUIC_PKT_SHORT;
	CHECK_EQ(quic_hdr_build(&wr, &b), 9);
}

/* A renumbered copy is what building the next header would have given. */
static void renumbered(void)
{
	struct quic_hdr_build b = {
		.dcid = &cid8, .type = QUIC_PKT_SHORT, .pn = 0xfffe,
		.spin = true, .key_phase = true,
	};
	u8 out[64], want[64];
	int i;

	for (i = 0; i < 64; i++) {
		struct quic_wr wr = { out, out + sizeof(out) };
		struct quic_wr next = { want, want + sizeof(want) };
		int pn_off;

		b.pn_len = 1 + i % 4;
		b.clear_fixed = i & 8;
		pn_off = quic_hdr_build(&wr, &b);
		b.pn++;
		b.clear_fixed = i & 16;
		quic_hdr_build(&next, &b);
		quic_hdr_renumber(out, pn_off, b.pn_len, b.pn, b.clear_fixed);
		CHECK(!memcmp(out, want, next.p - want));
	}
}

int main(void)
{
	TEST(rfc_vectors);
	TEST(renumbered);
	TEST(retry);
	TEST(type_bits_of_versions);
	TEST(round_trips);
	TEST(sample_bounds);
	TEST(coalesced);
	TEST(fixed_bit);
	TEST(greased_bit);
	TEST(long_cids);
	TEST(unknown_versions);
	TEST(version_neg);
	TEST(reserved_version);
	TEST(version_neg_lists);
	TEST(lengths_lie);
	TEST(reserved_bits);
	TEST(protection);
	TEST(build_too_long);
	return tap_done();
}
