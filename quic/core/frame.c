// SPDX-License-Identifier: GPL-2.0-only
#include "frame.h"

#define STREAMS_MAX	BIT_ULL(60)	/* RFC 9000 4.6 */

static enum quic_err encoding(bool ok)
{
	return ok ? QUIC_ERR_NONE : QUIC_ERR_FRAME_ENCODING;
}

static int rd_blob(struct quic_rd *rd, u64 *len, const u8 **data)
{
	if (quic_rd_varint(rd, len) || *len > quic_rd_left(rd))
		return -EBADMSG;
	return quic_rd_bytes(rd, *len, data);
}

static enum quic_err parse_padding(struct quic_rd *rd, struct quic_frame *f)
{
	const u8 *from = rd->p;

	/* a padded Initial has a thousand of them */
	while (quic_rd_left(rd) >= 8 && !get_unaligned_be64(rd->p))
		rd->p += 8;
	while (rd->p < rd->end && !*rd->p)
		rd->p++;
	f->padding = 1 + (rd->p - from);
	return QUIC_ERR_NONE;
}

static enum quic_err parse_empty(struct quic_rd *rd, struct quic_frame *f)
{
	return QUIC_ERR_NONE;
}

/* RFC 9000 19.3.1: no range may reach below packet number 0. */
static int skip_ranges(struct quic_rd *rd, u64 count, u64 smallest)
{
	u64 gap, len;

	/* every pair takes two bytes at least: a huge count ends soon */
	while (count--) {
		if (quic_rd_varint(rd, &gap) || quic_rd_varint(rd, &len))
			return -EBADMSG;
		if (smallest < gap + 2 || smallest - gap - 2 < len)
			return -EBADMSG;
		smallest -= gap + 2 + len;
	}
	return 0;
}

static enum quic_err parse_ack(struct quic_rd *rd, struct quic_frame *f)
{
	if (quic_rd_varint(rd, &f->ack.largest) ||
	    quic_rd_varint(rd, &f->ack.delay) ||
	    quic_rd_varint(rd, &f->ack.count) ||
	    quic_rd_varint(rd, &f->ack.first_range) ||
	    f->ack.first_range > f->ack.largest)
		return QUIC_ERR_FRAME_ENCODING;
	f->ack.ranges.p = rd->p;
	if (skip_ranges(rd, f->ack.count, f->ack.largest - f->ack.first_range))
		return QUIC_ERR_FRAME_ENCODING;
	f->ack.ranges.end = rd->p;
	if (f->type == QUIC_FRAME_ACK)
		return QUIC_ERR_NONE;
	return encoding(!quic_rd_varint(rd, &f->ack.ect0) &&
			!quic_rd_varint(rd, &f->ack.ect1) &&
			!quic_rd_varint(rd, &f->ack.ce));
}

static enum quic_err parse_reset(struct quic_rd *rd, struct quic_frame *f)
{
	return encoding(!quic_rd_varint(rd, &f->reset.id) &&
			!quic_rd_varint(rd, &f->reset.err) &&
			!quic_rd_varint(rd, &f->reset.final_size));
}

static enum quic_err parse_stop(struct quic_rd *rd, struct quic_frame *f)
{
	return encoding(!quic_rd_varint(rd, &f->stop.id) &&
			!quic_rd_varint(rd, &f->stop.err));
}

static enum quic_err parse_crypto(struct quic_rd *rd, struct quic_frame *f)
{
	if (quic_rd_varint(rd, &f->crypto.offset) ||
	    rd_blob(rd, &f->crypto.len, &f->crypto.data))
		return QUIC_ERR_FRAME_ENCODING;
	/* RFC 9000 19.6: the end may not exceed 2^62 - 1 */
	return encoding(f->crypto.offset + f->crypto.len <= QUIC_VARINT_MAX);
}

static enum quic_err parse_new_token(struct quic_rd *rd, struct quic_frame *f)
{
	/* RFC 9000 19.7: an empty token is a FRAME_ENCODING_ERROR */
	return encoding(!rd_blob(rd, &f->blob.len, &f->blob.data) &&
			f->blob.len);
}

static enum quic_err parse_stream(struct quic_rd *rd, struct quic_frame *f)
{
	f->stream.offset = 0;
	f->stream.fin = f->type & QUIC_STREAM_BIT_FIN;
	if (quic_rd_varint(rd, &f->stream.id))
		return QUIC_ERR_FRAME_ENCODING;
	if ((f->type & QUIC_STREAM_BIT_OFF) &&
	    quic_rd_varint(rd, &f->stream.offset))
		return QUIC_ERR_FRAME_ENCODING;
	if (f->type & QUIC_STREAM_BIT_LEN) {
		if (rd_blob(rd, &f->stream.len, &f->stream.data))
			return QUIC_ERR_FRAME_ENCODING;
	} else {
		f->stream.len = quic_rd_left(rd);
		f->stream.data = rd->p;
		rd->p = rd->end;
	}
	/* RFC 9000 19.8: the end may not exceed 2^62 - 1 */
	return encoding(f->stream.offset + f->stream.len <= QUIC_VARINT_MAX);
}

static enum quic_err parse_max(struct quic_rd *rd, struct quic_frame *f)
{
	return encoding(!quic_rd_varint(rd, &f->limit.max));
}

static enum quic_err parse_id_max(struct quic_rd *rd, struct quic_frame *f)
{
	return encoding(!quic_rd_varint(rd, &f->limit.id) &&
			!quic_rd_varint(rd, &f->limit.max));
}

static enum quic_err parse_streams(struct quic_rd *rd, struct quic_frame *f)
{
	/* RFC 9000 19.11, 19.14: no more than 2^60 */
	return encoding(!quic_rd_varint(rd, &f->limit.max) &&
			f->limit.max <= STREAMS_MAX);
}

static enum quic_err parse_new_cid(struct quic_rd *rd, struct quic_frame *f)
{
	if (quic_rd_varint(rd, &f->new_cid.seq) ||
	    quic_rd_varint(rd, &f->new_cid.retire_prior_to) ||
	    quic_rd_u8(rd, &f->new_cid.cid_len))
		return QUIC_ERR_FRAME_ENCODING;
	/* RFC 9000 19.15: 1 to 20 bytes; nothing newer than itself retired */
	if (!f->new_cid.cid_len || f->new_cid.cid_len > QUIC_CID_MAX_LEN ||
	    f->new_cid.retire_prior_to > f->new_cid.seq)
		return QUIC_ERR_FRAME_ENCODING;
	return encoding(!quic_rd_bytes(rd, f->new_cid.cid_len,
				       &f->new_cid.cid) &&
			!quic_rd_bytes(rd, QUIC_RESET_TOKEN_LEN,
				       &f->new_cid.token));
}

static enum quic_err parse_retire_cid(struct quic_rd *rd, struct quic_frame *f)
{
	return encoding(!quic_rd_varint(rd, &f->retire_seq));
}

static enum quic_err parse_path(struct quic_rd *rd, struct quic_frame *f)
{
	return encoding(!quic_rd_bytes(rd, QUIC_PATH_DATA_LEN, &f->path_data));
}

static enum quic_err parse_close(struct quic_rd *rd, struct quic_frame *f)
{
	f->close.frame_type = 0;
	if (quic_rd_varint(rd, &f->close.err))
		return QUIC_ERR_FRAME_ENCODING;
	if (f->type == QUIC_FRAME_CONNECTION_CLOSE &&
	    quic_rd_varint(rd, &f->close.frame_type))
		return QUIC_ERR_FRAME_ENCODING;
	return encoding(!rd_blob(rd, &f->close.len, &f->close.reason));
}

static enum quic_err parse_datagram(struct quic_rd *rd, struct quic_frame *f)
{
	if (f->type == QUIC_FRAME_DATAGRAM_LEN)
		return encoding(!rd_blob(rd, &f->blob.len, &f->blob.data));
	f->blob.len = quic_rd_left(rd);
	f->blob.data = rd->p;
	rd->p = rd->end;
	return QUIC_ERR_NONE;
}

static int wr_all(struct quic_wr *wr, const u64 *v, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (quic_wr_varint(wr, v[i]))
			return -ENOSPC;
	return 0;
}

static int build_padding(struct quic_wr *wr, const struct quic_frame *f)
{
	/* the type byte is there already */
	if (!f->padding || quic_wr_left(wr) < f->padding - 1)
		return -ENOSPC;
	memset(wr->p, 0, f->padding - 1);
	wr->p += f->padding - 1;
	return 0;
}

static int build_empty(struct quic_wr *wr, const struct quic_frame *f)
{
	return 0;
}

static int build_ack(struct quic_wr *wr, const struct quic_frame *f)
{
	const u64 head[] = { f->ack.largest, f->ack.delay, f->ack.count,
			     f->ack.first_range };
	const u64 ecn[] = { f->ack.ect0, f->ack.ect1, f->ack.ce };

	if (wr_all(wr, head, 4) ||
	    quic_wr_bytes(wr, f->ack.ranges.p, quic_rd_left(&f->ack.ranges)))
		return -ENOSPC;
	return f->type == QUIC_FRAME_ACK_ECN ? wr_all(wr, ecn, 3) : 0;
}

static int build_reset(struct quic_wr *wr, const struct quic_frame *f)
{
	const u64 v[] = { f->reset.id, f->reset.err, f->reset.final_size };

	return wr_all(wr, v, 3);
}

static int build_stop(struct quic_wr *wr, const struct quic_frame *f)
{
	const u64 v[] = { f->stop.id, f->stop.err };

	return wr_all(wr, v, 2);
}

static int build_crypto(struct quic_wr *wr, const struct quic_frame *f)
{
	const u64 v[] = { f->crypto.offset, f->crypto.len };

	if (wr_all(wr, v, 2))
		return -ENOSPC;
	return f->crypto.data ?
	       quic_wr_bytes(wr, f->crypto.data, f->crypto.len) : 0;
}

static int build_blob(struct quic_wr *wr, const struct quic_frame *f)
{
	if (f->type != QUIC_FRAME_DATAGRAM && quic_wr_varint(wr, f->blob.len))
		return -ENOSPC;
	return f->blob.data ?
	       quic_wr_bytes(wr, f->blob.data, f->blob.len) : 0;
}

static int build_stream(struct quic_wr *wr, const struct quic_frame *f)
{
	if (quic_wr_varint(wr, f->stream.id) ||
	    ((f->type & QUIC_STREAM_BIT_OFF) &&
	     quic_wr_varint(wr, f->stream.offset)) ||
	    ((f->type & QUIC_STREAM_BIT_LEN) &&
	     quic_wr_varint(wr, f->stream.len)))
		return -ENOSPC;
	return f->stream.data ?
	       quic_wr_bytes(wr, f->stream.data, f->stream.len) : 0;
}

static int build_max(struct quic_wr *wr, const struct quic_frame *f)
{
	return quic_wr_varint(wr, f->limit.max);
}

static int build_id_max(struct quic_wr *wr, const struct quic_frame *f)
{
	const u64 v[] = { f->limit.id, f->limit.max };

	return wr_all(wr, v, 2);
}

static int build_new_cid(struct quic_wr *wr, const struct quic_frame *f)
{
	const u64 v[] = { f->new_cid.seq, f->new_cid.retire_prior_to };

	if (wr_all(wr, v, 2) || quic_wr_u8(wr, f->new_cid.cid_len) ||
	    quic_wr_bytes(wr, f->new_cid.cid, f->new_cid.cid_len))
		return -ENOSPC;
	return quic_wr_bytes(wr, f->new_cid.token, QUIC_RESET_TOKEN_LEN);
}

static int build_retire_cid(struct quic_wr *wr, const struct quic_frame *f)
{
	return quic_wr_varint(wr, f->retire_seq);
}

static int build_path(struct quic_wr *wr, const struct quic_frame *f)
{
	return quic_wr_bytes(wr, f->path_data, QUIC_PATH_DATA_LEN);
}

static int build_close(struct quic_wr *wr, const struct quic_frame *f)
{
	if (quic_wr_varint(wr, f->close.err) ||
	    (f->type == QUIC_FRAME_CONNECTION_CLOSE &&
	     quic_wr_varint(wr, f->close.frame_type)) ||
	    quic_wr_varint(wr, f->close.len))
		return -ENOSPC;
	return quic_wr_bytes(wr, f->close.reason, f->close.len);
}

/*
 * Where a frame may come: RFC 9000 12.4 table 3, less what its section 12.5
 * says cannot be sent in 0-RTT.
 */
#define IN	BIT(QUIC_PKT_INITIAL)
#define HS	BIT(QUIC_PKT_HANDSHAKE)
#define ZR	BIT(QUIC_PKT_0RTT)
#define AP	BIT(QUIC_PKT_SHORT)

static const struct {
	enum quic_err (*parse)(struct quic_rd *rd, struct quic_frame *f);
	int (*build)(struct quic_wr *wr, const struct quic_frame *f);
	u8 where;
} frames[] = {
	[QUIC_FRAME_PADDING] = { parse_padding, build_padding,
				 IN | HS | ZR | AP },
	[QUIC_FRAME_PING] = { parse_empty, build_empty, IN | HS | ZR | AP },
	[QUIC_FRAME_ACK] = { parse_ack, build_ack, IN | HS | AP },
	[QUIC_FRAME_ACK_ECN] = { parse_ack, build_ack, IN | HS | AP },
	[QUIC_FRAME_RESET_STREAM] = { parse_reset, build_reset, ZR | AP },
	[QUIC_FRAME_STOP_SENDING] = { parse_stop, build_stop, ZR | AP },
	[QUIC_FRAME_CRYPTO] = { parse_crypto, build_crypto, IN | HS | AP },
	[QUIC_FRAME_NEW_TOKEN] = { parse_new_token, build_blob, AP },
	[QUIC_FRAME_STREAM ... QUIC_FRAME_STREAM_LAST] = {
		parse_stream, build_stream, ZR | AP },
	[QUIC_FRAME_MAX_DATA] = { parse_max, build_max, ZR | AP },
	[QUIC_FRAME_MAX_STREAM_DATA] = { parse_id_max, build_id_max, ZR | AP },
	[QUIC_FRAME_MAX_STREAMS_BIDI] = { parse_streams, build_max, ZR | AP },
	[QUIC_FRAME_MAX_STREAMS_UNI] = { parse_streams, build_max, ZR | AP },
	[QUIC_FRAME_DATA_BLOCKED] = { parse_max, build_max, ZR | AP },
	[QUIC_FRAME_STREAM_DATA_BLOCKED] = { parse_id_max, build_id_max,
					     ZR | AP },
	[QUIC_FRAME_STREAMS_BLOCKED_BIDI] = { parse_streams, build_max,
					      ZR | AP },
	[QUIC_FRAME_STREAMS_BLOCKED_UNI] = { parse_streams, build_max,
					     ZR | AP },
	[QUIC_FRAME_NEW_CONNECTION_ID] = { parse_new_cid, build_new_cid,
					   ZR | AP },
	[QUIC_FRAME_RETIRE_CONNECTION_ID] = { parse_retire_cid,
					      build_retire_cid, AP },
	[QUIC_FRAME_PATH_CHALLENGE] = { parse_path, build_path, ZR | AP },
	[QUIC_FRAME_PATH_RESPONSE] = { parse_path, build_path, AP },
	[QUIC_FRAME_CONNECTION_CLOSE] = { parse_close, build_close,
					  IN | HS | ZR | AP },
	[QUIC_FRAME_CONNECTION_CLOSE_APP] = { parse_close, build_close,
					      ZR | AP },
	[QUIC_FRAME_HANDSHAKE_DONE] = { parse_empty, build_empty, AP },
	/* RFC 9221 4, RFC 9221 6 */
	[QUIC_FRAME_DATAGRAM] = { parse_datagram, build_blob, ZR | AP },
	[QUIC_FRAME_DATAGRAM_LEN] = { parse_datagram, build_blob, ZR | AP },
};

static bool is_known(u64 type)
{
	return type < ARRAY_SIZE(frames) && frames[type].parse;
}

static bool is_stream(u64 type)
{
	return (type & ~7ULL) == QUIC_FRAME_STREAM;
}

bool quic_frame_allowed(u64 type, enum quic_pkt_type pkt)
{
	return is_known(type) && (frames[type].where & BIT(pkt));
}

enum quic_err quic_frame_parse(struct quic_rd *rd, struct quic_frame *f)
{
	struct quic_rd r = *rd;
	enum quic_err err;

	if (quic_rd_varint(&r, &f->type))
		return QUIC_ERR_FRAME_ENCODING;
	/* RFC 9000 12.4: the type in its shortest form */
	if ((size_t)(r.p - rd->p) != quic_varint_len(f->type))
		return QUIC_ERR_PROTOCOL_VIOLATION;
	/* RFC 9000 12.4: unknown type */
	if (!is_known(f->type))
		return QUIC_ERR_FRAME_ENCODING;
	/* nearly every frame is one of two: spare them the indirect call */
	if (is_stream(f->type))
		err = parse_stream(&r, f);
	else if (f->type == QUIC_FRAME_ACK)
		err = parse_ack(&r, f);
	else
		err = frames[f->type].parse(&r, f);
	if (err)
		return err;
	*rd = r;
	return QUIC_ERR_NONE;
}

int quic_frame_build(struct quic_wr *wr, const struct quic_frame *f)
{
	struct quic_wr w = *wr;

	if (!is_known(f->type) || quic_wr_varint(&w, f->type) ||
	    frames[f->type].build(&w, f))
		return -ENOSPC;
	*wr = w;
	return 0;
}

bool quic_ack_next(struct quic_frame *f, u64 *lo, u64 *hi)
{
	u64 gap, len;

	if (quic_rd_varint(&f->ack.ranges, &gap) ||
	    quic_rd_varint(&f->ack.ranges, &len))
		return false;
	*hi = *lo - gap - 2;
	*lo = *hi - len;
	return true;
}
