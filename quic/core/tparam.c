// SPDX-License-Identifier: GPL-2.0-only
#include "tparam.h"

/*
 * RFC 9000 18.2; 0x20: RFC 9221 3; 0x2ab2: RFC 9287 3; 0x11: RFC 9368 3;
 * 0xbaad: draft-banks-quic-disable-encryption-00 2.1
 */
enum {
	TP_ORIGINAL_DCID = 0x00,
	TP_MAX_IDLE_TIMEOUT = 0x01,
	TP_RESET_TOKEN = 0x02,
	TP_MAX_UDP_PAYLOAD = 0x03,
	TP_MAX_DATA = 0x04,
	TP_MAX_STREAM_DATA_BIDI_LOCAL = 0x05,
	TP_MAX_STREAM_DATA_BIDI_REMOTE = 0x06,
	TP_MAX_STREAM_DATA_UNI = 0x07,
	TP_MAX_STREAMS_BIDI = 0x08,
	TP_MAX_STREAMS_UNI = 0x09,
	TP_ACK_DELAY_EXPONENT = 0x0a,
	TP_MAX_ACK_DELAY = 0x0b,
	TP_DISABLE_ACTIVE_MIGRATION = 0x0c,
	TP_PREFERRED_ADDRESS = 0x0d,
	TP_ACTIVE_CID_LIMIT = 0x0e,
	TP_INITIAL_SCID = 0x0f,
	TP_RETRY_SCID = 0x10,
	TP_VERSION_INFORMATION = 0x11,
	TP_MAX_DATAGRAM_FRAME = 0x20,
	TP_DISABLE_1RTT_ENCRYPTION = 0xbaad,
	TP_GREASE_QUIC_BIT = 0x2ab2,
};

#define UDP_PAYLOAD_MAX		65527
#define STREAMS_MAX		BIT_ULL(60)	/* RFC 9000 4.6 */

void quic_tparams_default(struct quic_tparams *tp)
{
	memset(tp, 0, sizeof(*tp));
	tp->max_udp_payload = UDP_PAYLOAD_MAX;
	tp->ack_delay_exponent = QUIC_TP_DEFAULT_ACK_DELAY_EXP;
	tp->max_ack_delay_us = QUIC_TP_DEFAULT_MAX_ACK_DELAY_US;
	tp->active_connection_id_limit = 2;
}

/* The whole value is one number between @lo and @hi. */
static bool rd_int(struct quic_rd *rd, u64 lo, u64 hi, u64 *val)
{
	return !quic_rd_varint(rd, val) && *val >= lo && *val <= hi;
}

/* RFC 9000 17.2: no id of these versions is longer than 20 bytes */
static bool rd_cid(struct quic_rd *rd, struct quic_cid *cid)
{
	size_t len = quic_rd_left(rd);

	if (len > QUIC_CID_MAX_LEN)
		return false;
	cid->len = len;
	memcpy(cid->data, rd->p, len);
	rd->p = rd->end;
	return true;
}

static bool rd_copy(struct quic_rd *rd, u8 *to, size_t len)
{
	const u8 *p;

	if (quic_rd_bytes(rd, len, &p))
		return false;
	memcpy(to, p, len);
	return true;
}

static bool rd_preferred(struct quic_rd *rd, struct quic_tparams *tp)
{
	const u8 *cid;
	u8 len;

	if (!rd_copy(rd, tp->preferred.ip4, 4) ||
	    quic_rd_u16(rd, &tp->preferred.port4) ||
	    !rd_copy(rd, tp->preferred.ip6, 16) ||
	    quic_rd_u16(rd, &tp->preferred.port6) || quic_rd_u8(rd, &len))
		return false;
	/* RFC 9000 18.2#5: a zero-length connection id is an error */
	if (!len || len > QUIC_CID_MAX_LEN || quic_rd_bytes(rd, len, &cid))
		return false;
	tp->preferred.cid.len = len;
	memcpy(tp->preferred.cid.data, cid, len);
	tp->has_preferred_address = true;
	return rd_copy(rd, tp->preferred.reset_token, QUIC_RESET_TOKEN_LEN);
}

/*
 * RFC 9368 4#3, RFC 9368 4#4: whole versions; RFC 9368 4#5: none of them 0;
 * RFC 9368 4#6: a client's choice among them
 */
static bool rd_versions(struct quic_rd *rd, bool from_server,
			struct quic_tparams *tp)
{
	u32 chosen, version;
	bool listed = false;

	if (quic_rd_left(rd) % 4 || quic_rd_u32(rd, &chosen) || !chosen)
		return false;
	tp->versions[0] = chosen;
	tp->n_versions = 1;
	while (!quic_rd_u32(rd, &version)) {
		if (!version)
			return false;
		listed |= version == chosen;
		if (tp->n_versions < QUIC_TP_MAX_VERSIONS)
			tp->versions[tp->n_versions++] = version;
	}
	return listed || from_server;
}

/* RFC 9000 18.2#9: only a server sends these */
static bool is_server_only(u64 id)
{
	return id == TP_ORIGINAL_DCID || id == TP_RESET_TOKEN ||
	       id == TP_PREFERRED_ADDRESS || id == TP_RETRY_SCID;
}

static bool parse_number(u64 id, struct quic_rd *rd, struct quic_tparams *tp)
{
	u64 v;

	switch (id) {
	case TP_MAX_IDLE_TIMEOUT:
		return rd_int(rd, 0, QUIC_VARINT_MAX, &tp->max_idle_timeout_ms);
	case TP_MAX_UDP_PAYLOAD:
		/* RFC 9000 18.2: below 1200 invalid, above 65527 moot */
		if (!rd_int(rd, 1200, QUIC_VARINT_MAX, &v))
			return false;
		tp->max_udp_payload = min_t(u64, v, UDP_PAYLOAD_MAX);
		return true;
	case TP_MAX_DATA:
		return rd_int(rd, 0, QUIC_VARINT_MAX, &tp->initial_max_data);
	case TP_MAX_STREAM_DATA_BIDI_LOCAL:
		return rd_int(rd, 0, QUIC_VARINT_MAX,
			      &tp->initial_max_stream_data_bidi_local);
	case TP_MAX_STREAM_DATA_BIDI_REMOTE:
		return rd_int(rd, 0, QUIC_VARINT_MAX,
			      &tp->initial_max_stream_data_bidi_remote);
	case TP_MAX_STREAM_DATA_UNI:
		return rd_int(rd, 0, QUIC_VARINT_MAX,
			      &tp->initial_max_stream_data_uni);
	case TP_MAX_STREAMS_BIDI:
		/* RFC 9000 18.2, 4.6: 2^60 at most */
		return rd_int(rd, 0, STREAMS_MAX,
			      &tp->initial_max_streams_bidi);
	case TP_MAX_STREAMS_UNI:
		return rd_int(rd, 0, STREAMS_MAX, &tp->initial_max_streams_uni);
	case TP_ACK_DELAY_EXPONENT:
		/* RFC 9000 18.2: above 20 invalid */
		if (!rd_int(rd, 0, 20, &v))
			return false;
		tp->ack_delay_exponent = v;
		return true;
	case TP_MAX_ACK_DELAY:
		/* RFC 9000 18.2: 2^14 and more invalid */
		if (!rd_int(rd, 0, (1 << 14) - 1, &v))
			return false;
		tp->max_ack_delay_us = v * 1000;
		return true;
	case TP_ACTIVE_CID_LIMIT:
		/* RFC 9000 18.2#7: 2 at least */
		return rd_int(rd, 2, QUIC_VARINT_MAX,
			      &tp->active_connection_id_limit);
	default:
		return rd_int(rd, 0, QUIC_VARINT_MAX, &tp->max_datagram_frame);
	}
}

static bool parse_one(u64 id, struct quic_rd *rd, bool from_server,
		      struct quic_tparams *tp)
{
	switch (id) {
	case TP_ORIGINAL_DCID:
		tp->has_original_dcid = true;
		return rd_cid(rd, &tp->original_dcid);
	case TP_INITIAL_SCID:
		tp->has_initial_scid = true;
		return rd_cid(rd, &tp->initial_scid);
	case TP_RETRY_SCID:
		tp->has_retry_scid = true;
		return rd_cid(rd, &tp->retry_scid);
	case TP_RESET_TOKEN:
		tp->has_reset_token = true;
		return rd_copy(rd, tp->reset_token, QUIC_RESET_TOKEN_LEN);
	case TP_PREFERRED_ADDRESS:
		return rd_preferred(rd, tp);
	case TP_VERSION_INFORMATION:
		return rd_versions(rd, from_server, tp);
	case TP_DISABLE_ACTIVE_MIGRATION:
		tp->disable_active_migration = true;
		return true;
	case TP_GREASE_QUIC_BIT:
		tp->grease_quic_bit = true;
		return true;
	case TP_DISABLE_1RTT_ENCRYPTION:
		tp->disable_1rtt_encryption = true;
		/* a client may show a key to a server that wants one */
		if (!from_server)
			rd->p = rd->end;
		return true;
	case TP_MAX_IDLE_TIMEOUT:
	case TP_MAX_UDP_PAYLOAD ... TP_MAX_ACK_DELAY:
	case TP_ACTIVE_CID_LIMIT:
	case TP_MAX_DATAGRAM_FRAME:
		return parse_number(id, rd, tp);
	default:
		/* RFC 9000 7.4.2: unknown ones are ignored */
		rd->p = rd->end;
		return true;
	}
}

/* A bit per parameter that can be told to be a duplicate; 0: none. */
static u64 id_bit(u64 id)
{
	switch (id) {
	case TP_GREASE_QUIC_BIT:
		return BIT_ULL(62);
	case TP_DISABLE_1RTT_ENCRYPTION:
		return BIT_ULL(63);
	default:
		return id <= TP_MAX_DATAGRAM_FRAME ? BIT_ULL(id) : 0;
	}
}

enum quic_err quic_tparams_parse(const u8 *data, size_t len, bool from_server,
				 struct quic_tparams *tp)
{
	struct quic_rd rd = { data, data + len };
	struct quic_tparams t;
	u64 seen = 0;

	quic_tparams_default(&t);
	while (quic_rd_left(&rd)) {
		struct quic_rd val;
		u64 id, n, bit;

		if (quic_rd_varint(&rd, &id) || quic_rd_varint(&rd, &n) ||
		    n > quic_rd_left(&rd))
			return QUIC_ERR_TRANSPORT_PARAM;
		val.p = rd.p;
		val.end = rd.p + n;
		rd.p += n;
		bit = id_bit(id);
		/* RFC 9000 7.4: a parameter comes once */
		if ((seen & bit) || (!from_server && is_server_only(id)))
			return QUIC_ERR_TRANSPORT_PARAM;
		seen |= bit;
		/* nothing may be left of the value */
		if (!parse_one(id, &val, from_server, &t) || quic_rd_left(&val))
			return QUIC_ERR_TRANSPORT_PARAM;
	}
	*tp = t;
	return QUIC_ERR_NONE;
}

static int wr_int(struct quic_wr *wr, u64 id, u64 val, u64 dflt)
{
	if (val == dflt)
		return 0;
	return quic_wr_varint(wr, id) ?:
	       quic_wr_varint(wr, quic_varint_len(val)) ?:
	       quic_wr_varint(wr, val);
}

static int wr_blob(struct quic_wr *wr, bool has, u64 id, const void *data,
		   size_t len)
{
	if (!has)
		return 0;
	return quic_wr_varint(wr, id) ?: quic_wr_varint(wr, len) ?:
	       quic_wr_bytes(wr, data, len);
}

static int wr_cid(struct quic_wr *wr, bool has, u64 id,
		  const struct quic_cid *cid)
{
	return wr_blob(wr, has, id, cid->data, cid->len);
}

static int wr_preferred(struct quic_wr *wr, const struct quic_tparams *tp)
{
	u8 len = tp->preferred.cid.len;

	if (!tp->has_preferred_address)
		return 0;
	return quic_wr_varint(wr, TP_PREFERRED_ADDRESS) ?:
	       quic_wr_varint(wr, 4 + 2 + 16 + 2 + 1 + len +
			      QUIC_RESET_TOKEN_LEN) ?:
	       quic_wr_bytes(wr, tp->preferred.ip4, 4) ?:
	       quic_wr_u16(wr, tp->preferred.port4) ?:
	       quic_wr_bytes(wr, tp->preferred.ip6, 16) ?:
	       quic_wr_u16(wr, tp->preferred.port6) ?:
	       quic_wr_u8(wr, len) ?:
	       quic_wr_bytes(wr, tp->preferred.cid.data, len) ?:
	       quic_wr_bytes(wr, tp->preferred.reset_token,
			     QUIC_RESET_TOKEN_LEN);
}

static int wr_versions(struct quic_wr *wr, const struct quic_tparams *tp)
{
	int i, err;

	if (!tp->n_versions)
		return 0;
	err = quic_wr_varint(wr, TP_VERSION_INFORMATION) ?:
	      quic_wr_varint(wr, 4 * tp->n_versions);
	for (i = 0; !err && i < tp->n_versions; i++)
		err = quic_wr_u32(wr, tp->versions[i]);
	return err;
}

static int wr_server(struct quic_wr *wr, const struct quic_tparams *tp)
{
	return wr_cid(wr, tp->has_original_dcid, TP_ORIGINAL_DCID,
		      &tp->original_dcid) ?:
	       wr_blob(wr, tp->has_reset_token, TP_RESET_TOKEN,
		       tp->reset_token, QUIC_RESET_TOKEN_LEN) ?:
	       wr_cid(wr, tp->has_retry_scid, TP_RETRY_SCID,
		      &tp->retry_scid) ?:
	       wr_preferred(wr, tp);
}

static int wr_numbers(struct quic_wr *wr, const struct quic_tparams *tp)
{
	return wr_int(wr, TP_MAX_IDLE_TIMEOUT, tp->max_idle_timeout_ms, 0) ?:
	       wr_int(wr, TP_MAX_UDP_PAYLOAD, tp->max_udp_payload,
		      UDP_PAYLOAD_MAX) ?:
	       wr_int(wr, TP_MAX_DATA, tp->initial_max_data, 0) ?:
	       wr_int(wr, TP_MAX_STREAM_DATA_BIDI_LOCAL,
		      tp->initial_max_stream_data_bidi_local, 0) ?:
	       wr_int(wr, TP_MAX_STREAM_DATA_BIDI_REMOTE,
		      tp->initial_max_stream_data_bidi_remote, 0) ?:
	       wr_int(wr, TP_MAX_STREAM_DATA_UNI,
		      tp->initial_max_stream_data_uni, 0) ?:
	       wr_int(wr, TP_MAX_STREAMS_BIDI, tp->initial_max_streams_bidi,
		      0) ?:
	       wr_int(wr, TP_MAX_STREAMS_UNI, tp->initial_max_streams_uni,
		      0) ?:
	       wr_int(wr, TP_ACK_DELAY_EXPONENT, tp->ack_delay_exponent,
		      QUIC_TP_DEFAULT_ACK_DELAY_EXP) ?:
	       wr_int(wr, TP_MAX_ACK_DELAY, tp->max_ack_delay_us / 1000,
		      QUIC_TP_DEFAULT_MAX_ACK_DELAY_US / 1000) ?:
	       wr_int(wr, TP_ACTIVE_CID_LIMIT, tp->active_connection_id_limit,
		      2) ?:
	       wr_int(wr, TP_MAX_DATAGRAM_FRAME, tp->max_datagram_frame, 0);
}

/* RFC 9000 18.1: identifiers 31 * N + 27 are reserved to be ignored */
static int wr_grease(struct quic_wr *wr, u32 grease)
{
	u64 id = 31ULL * (grease >> 8) + 27;

	return wr_blob(wr, grease, id, &grease, grease & 3);
}

int quic_tparams_build(struct quic_wr *wr, const struct quic_tparams *tp,
		       bool is_server, u32 grease)
{
	struct quic_wr w = *wr;
	int err;

	/* RFC 9000 18.2#1, 18.2#8: a client says nothing of a server */
	err = (is_server ? wr_server(&w, tp) : 0) ?: wr_numbers(&w, tp) ?:
	      wr_cid(&w, tp->has_initial_scid, TP_INITIAL_SCID,
		     &tp->initial_scid) ?:
	      wr_blob(&w, tp->disable_active_migration,
		      TP_DISABLE_ACTIVE_MIGRATION, NULL, 0) ?:
	      wr_blob(&w, tp->grease_quic_bit, TP_GREASE_QUIC_BIT, NULL, 0) ?:
	      wr_blob(&w, tp->disable_1rtt_encryption,
		      TP_DISABLE_1RTT_ENCRYPTION, NULL, 0) ?:
	      wr_versions(&w, tp) ?: wr_grease(&w, grease);
	if (err)
		return err;
	*wr = w;
	return 0;
}
