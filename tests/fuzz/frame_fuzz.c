// SPDX-License-Identifier: GPL-2.0-only
/*
 * A packet's payload, frame by frame; each that parses is built and parsed
 * again and has to say the same. Input: the payload.
 */
#include "quic/core/frame.h"

#include "fuzz.h"
#include "tests/unit/frame_equal.h"

/* Ranges go down, do not touch, and end when the count says so. */
static void check_ack(struct quic_frame f)
{
	u64 lo, hi, n = 0, below;

	quic_ack_first(&f, &lo, &hi);
	MUST(lo <= hi && hi == f.ack.largest);
	for (below = lo; quic_ack_next(&f, &lo, &hi); below = lo, n++)
		MUST(lo <= hi && hi < below && below - hi >= 2);
	MUST(n == f.ack.count && !quic_rd_left(&f.ack.ranges));
}

static void check_bytes(const u8 *p, u64 len, const struct quic_rd *from,
			const struct quic_rd *to)
{
	MUST(p >= from->p && p <= to->p && len <= (size_t)(to->p - p));
}

/* RFC 9000 19, the bounds again; pointers lie in the frame, [from, to). */
static void check_frame(const struct quic_frame *f, const struct quic_rd *from,
			const struct quic_rd *to)
{
	switch (f->type) {
	case QUIC_FRAME_PADDING:
		MUST(f->padding == (u64)(to->p - from->p));
		MUST(to->p == to->end || *to->p);
		break;
	case QUIC_FRAME_ACK:
	case QUIC_FRAME_ACK_ECN:
		check_ack(*f);
		break;
	case QUIC_FRAME_STREAM ... QUIC_FRAME_STREAM_LAST:
		check_bytes(f->stream.data, f->stream.len, from, to);
		MUST(f->stream.data + f->stream.len == to->p);
		MUST(f->stream.offset <= QUIC_VARINT_MAX - f->stream.len);
		MUST(f->stream.fin == (f->type & 1));
		MUST((f->type & QUIC_STREAM_BIT_OFF) || !f->stream.offset);
		MUST((f->type & QUIC_STREAM_BIT_LEN) || to->p == to->end);
		break;
	case QUIC_FRAME_CRYPTO:
		check_bytes(f->crypto.data, f->crypto.len, from, to);
		MUST(f->crypto.offset <= QUIC_VARINT_MAX - f->crypto.len);
		break;
	case QUIC_FRAME_NEW_TOKEN:
		MUST(f->blob.len);
		fallthrough;
	case QUIC_FRAME_DATAGRAM:
	case QUIC_FRAME_DATAGRAM_LEN:
		check_bytes(f->blob.data, f->blob.len, from, to);
		break;
	case QUIC_FRAME_MAX_STREAMS_BIDI:
	case QUIC_FRAME_MAX_STREAMS_UNI:
	case QUIC_FRAME_STREAMS_BLOCKED_BIDI:
	case QUIC_FRAME_STREAMS_BLOCKED_UNI:
		MUST(f->limit.max <= 1ULL << 60);
		break;
	case QUIC_FRAME_NEW_CONNECTION_ID:
		MUST(f->new_cid.cid_len >= 1 && f->new_cid.cid_len <= 20);
		MUST(f->new_cid.retire_prior_to <= f->new_cid.seq);
		check_bytes(f->new_cid.cid, f->new_cid.cid_len, from, to);
		check_bytes(f->new_cid.token, 16, from, to);
		break;
	case QUIC_FRAME_PATH_CHALLENGE:
	case QUIC_FRAME_PATH_RESPONSE:
		check_bytes(f->path_data, 8, from, to);
		break;
	case QUIC_FRAME_CONNECTION_CLOSE:
	case QUIC_FRAME_CONNECTION_CLOSE_APP:
		check_bytes(f->close.reason, f->close.len, from, to);
		break;
	}
}

/* Shortest encodings: never longer than what the peer wrote. */
static void check_rebuilt(const struct quic_frame *f, size_t size)
{
	u8 *out = malloc(size), *again;
	struct quic_wr wr = { out, out + size };
	struct quic_frame g;
	struct quic_rd rd;
	size_t n;

	MUST(out);
	MUST(!quic_frame_build(&wr, f));
	n = wr.p - out;
	rd = (struct quic_rd) { out, wr.p };
	MUST(!quic_frame_parse(&rd, &g) && !quic_rd_left(&rd));
	MUST(frames_equal(f, &g));

	again = malloc(n);
	MUST(again);
	wr = (struct quic_wr) { again, again + n };
	MUST(!quic_frame_build(&wr, &g));
	MUST(wr.p == again + n && !memcmp(out, again, n));
	wr = (struct quic_wr) { again, again + n - 1 };
	MUST(quic_frame_build(&wr, &g) == -ENOSPC && wr.p == again);
	free(again);
	free(out);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	u8 *payload = fuzz_copy(data, size);
	struct quic_rd rd = { payload, payload + size };

	while (quic_rd_left(&rd)) {
		struct quic_rd from = rd;
		struct quic_frame f;
		enum quic_err err = quic_frame_parse(&rd, &f);

		if (err) {
			MUST(err == QUIC_ERR_FRAME_ENCODING ||
			     err == QUIC_ERR_PROTOCOL_VIOLATION);
			MUST(rd.p == from.p);
			break;
		}
		MUST(rd.p > from.p && rd.p <= rd.end && f.type == *from.p);
		MUST(quic_frame_allowed(f.type, QUIC_PKT_SHORT));
		check_frame(&f, &from, &rd);
		check_rebuilt(&f, rd.p - from.p);
	}
	free(payload);
	return 0;
}
