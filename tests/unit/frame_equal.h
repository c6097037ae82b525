/* SPDX-License-Identifier: GPL-2.0-only */
/* Do two parsed frames say the same, field by field? For test and fuzzer. */
#ifndef _TESTS_UNIT_FRAME_EQUAL_H
#define _TESTS_UNIT_FRAME_EQUAL_H

#include "quic/core/frame.h"

static inline bool bytes_equal(const u8 *a, u64 a_len, const u8 *b, u64 b_len)
{
	return a_len == b_len && (!a_len || !memcmp(a, b, a_len));
}

static inline bool acks_equal(struct quic_frame a, struct quic_frame b)
{
	u64 lo[2], hi[2], n;

	if (a.ack.largest != b.ack.largest || a.ack.delay != b.ack.delay ||
	    a.ack.count != b.ack.count)
		return false;
	quic_ack_first(&a, &lo[0], &hi[0]);
	quic_ack_first(&b, &lo[1], &hi[1]);
	for (n = 0; n < a.ack.count; n++) {
		if (lo[0] != lo[1] || hi[0] != hi[1] ||
		    !quic_ack_next(&a, &lo[0], &hi[0]) ||
		    !quic_ack_next(&b, &lo[1], &hi[1]))
			return false;
	}
	if (lo[0] != lo[1] || hi[0] != hi[1] ||
	    quic_ack_next(&a, &lo[0], &hi[0]) ||
	    quic_ack_next(&b, &lo[1], &hi[1]))
		return false;
	return a.type == QUIC_FRAME_ACK ||
	       (a.ack.ect0 == b.ack.ect0 && a.ack.ect1 == b.ack.ect1 &&
		a.ack.ce == b.ack.ce);
}

static inline bool streams_equal(const struct quic_frame *a,
				 const struct quic_frame *b)
{
	return a->stream.id == b->stream.id &&
	       a->stream.offset == b->stream.offset &&
	       a->stream.fin == b->stream.fin &&
	       bytes_equal(a->stream.data, a->stream.len,
			   b->stream.data, b->stream.len);
}

static inline bool new_cids_equal(const struct quic_frame *a,
				  const struct quic_frame *b)
{
	return a->new_cid.seq == b->new_cid.seq &&
	       a->new_cid.retire_prior_to == b->new_cid.retire_prior_to &&
	       bytes_equal(a->new_cid.cid, a->new_cid.cid_len,
			   b->new_cid.cid, b->new_cid.cid_len) &&
	       !memcmp(a->new_cid.token, b->new_cid.token,
		       QUIC_RESET_TOKEN_LEN);
}

static inline bool closes_equal(const struct quic_frame *a,
				const struct quic_frame *b)
{
	return a->close.err == b->close.err &&
	       a->close.frame_type == b->close.frame_type &&
	       bytes_equal(a->close.reason, a->close.len,
			   b->close.reason, b->close.len);
}

static inline bool frames_equal(const struct quic_frame *a,
				const struct quic_frame *b)
{
	if (a->type != b->type)
		return false;
	switch (a->type) {
	case QUIC_FRAME_PADDING:
		return a->padding == b->padding;
	case QUIC_FRAME_PING:
	case QUIC_FRAME_HANDSHAKE_DONE:
		return true;
	case QUIC_FRAME_ACK:
	case QUIC_FRAME_ACK_ECN:
		return acks_equal(*a, *b);
	case QUIC_FRAME_RESET_STREAM:
		return a->reset.id == b->reset.id &&
		       a->reset.err == b->reset.err &&
		       a->reset.final_size == b->reset.final_size;
	case QUIC_FRAME_STOP_SENDING:
		return a->stop.id == b->stop.id && a->stop.err == b->stop.err;
	case QUIC_FRAME_CRYPTO:
		return a->crypto.offset == b->crypto.offset &&
		       bytes_equal(a->crypto.data, a->crypto.len,
				   b->crypto.data, b->crypto.len);
	case QUIC_FRAME_NEW_TOKEN:
	case QUIC_FRAME_DATAGRAM:
	case QUIC_FRAME_DATAGRAM_LEN:
		return bytes_equal(a->blob.data, a->blob.len,
				   b->blob.data, b->blob.len);
	case QUIC_FRAME_STREAM ... QUIC_FRAME_STREAM_LAST:
		return streams_equal(a, b);
	case QUIC_FRAME_MAX_STREAM_DATA:
	case QUIC_FRAME_STREAM_DATA_BLOCKED:
		return a->limit.id == b->limit.id &&
		       a->limit.max == b->limit.max;
	case QUIC_FRAME_MAX_DATA:
	case QUIC_FRAME_DATA_BLOCKED:
	case QUIC_FRAME_MAX_STREAMS_BIDI:
	case QUIC_FRAME_MAX_STREAMS_UNI:
	case QUIC_FRAME_STREAMS_BLOCKED_BIDI:
	case QUIC_FRAME_STREAMS_BLOCKED_UNI:
		return a->limit.max == b->limit.max;
	case QUIC_FRAME_NEW_CONNECTION_ID:
		return new_cids_equal(a, b);
	case QUIC_FRAME_RETIRE_CONNECTION_ID:
		return a->retire_seq == b->retire_seq;
	case QUIC_FRAME_PATH_CHALLENGE:
	case QUIC_FRAME_PATH_RESPONSE:
		return !memcmp(a->path_data, b->path_data, QUIC_PATH_DATA_LEN);
	case QUIC_FRAME_CONNECTION_CLOSE:
	case QUIC_FRAME_CONNECTION_CLOSE_APP:
		return closes_equal(a, b);
	}
	return false;
}

#endif
