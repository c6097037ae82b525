/* SPDX-License-Identifier: GPL-2.0-only */
/* Frames, bytes to struct and back; stateless (RFC 9000 19, RFC 9221 4). */
#ifndef _QUIC_CORE_FRAME_H
#define _QUIC_CORE_FRAME_H

#include "env.h"
#include "error.h"
#include "header.h"
#include "wire.h"

enum quic_frame_type {
	QUIC_FRAME_PADDING = 0x00,
	QUIC_FRAME_PING = 0x01,
	QUIC_FRAME_ACK = 0x02,
	QUIC_FRAME_ACK_ECN = 0x03,
	QUIC_FRAME_RESET_STREAM = 0x04,
	QUIC_FRAME_STOP_SENDING = 0x05,
	QUIC_FRAME_CRYPTO = 0x06,
	QUIC_FRAME_NEW_TOKEN = 0x07,
	QUIC_FRAME_STREAM = 0x08,		/* | the three bits below */
	QUIC_FRAME_STREAM_LAST = 0x0f,
	QUIC_FRAME_MAX_DATA = 0x10,
	QUIC_FRAME_MAX_STREAM_DATA = 0x11,
	QUIC_FRAME_MAX_STREAMS_BIDI = 0x12,
	QUIC_FRAME_MAX_STREAMS_UNI = 0x13,
	QUIC_FRAME_DATA_BLOCKED = 0x14,
	QUIC_FRAME_STREAM_DATA_BLOCKED = 0x15,
	QUIC_FRAME_STREAMS_BLOCKED_BIDI = 0x16,
	QUIC_FRAME_STREAMS_BLOCKED_UNI = 0x17,
	QUIC_FRAME_NEW_CONNECTION_ID = 0x18,
	QUIC_FRAME_RETIRE_CONNECTION_ID = 0x19,
	QUIC_FRAME_PATH_CHALLENGE = 0x1a,
	QUIC_FRAME_PATH_RESPONSE = 0x1b,
	QUIC_FRAME_CONNECTION_CLOSE = 0x1c,
	QUIC_FRAME_CONNECTION_CLOSE_APP = 0x1d,
	QUIC_FRAME_HANDSHAKE_DONE = 0x1e,
	QUIC_FRAME_DATAGRAM = 0x30,
	QUIC_FRAME_DATAGRAM_LEN = 0x31,
};

#define QUIC_STREAM_BIT_FIN	0x01
#define QUIC_STREAM_BIT_LEN	0x02
#define QUIC_STREAM_BIT_OFF	0x04

#define QUIC_RESET_TOKEN_LEN	16
#define QUIC_PATH_DATA_LEN	8

/**
 * struct quic_frame - one parsed frame; pointers are into the packet
 * @type: enum quic_frame_type; a STREAM frame keeps its flag bits
 *
 * ACK: @ack.ranges holds the still encoded but validated (gap, length) pairs
 * after the first range; walk them with quic_ack_next().
 */
struct quic_frame {
	u64 type;
	union {
		struct {
			u64 largest;
			u64 delay;	/* encoded: before the exponent */
			u64 count;	/* pairs in @ranges */
			u64 first_range;
			struct quic_rd ranges;
			u64 ect0, ect1, ce;
		} ack;
		struct {
			u64 id;
			u64 offset;
			u64 len;
			const u8 *data;
			bool fin;
		} stream;
		struct {
			u64 offset;
			u64 len;
			const u8 *data;
		} crypto;
		struct {
			u64 id;
			u64 err;
			u64 final_size;
		} reset;
		struct {
			u64 id;
			u64 err;
		} stop;
		struct {
			u64 id;		/* MAX_STREAM_DATA, ..._BLOCKED */
			u64 max;	/* bytes or streams */
		} limit;
		struct {
			u64 seq;
			u64 retire_prior_to;
			u8 cid_len;
			const u8 *cid;
			const u8 *token;	/* 16 bytes */
		} new_cid;
		u64 retire_seq;
		const u8 *path_data;		/* 8 bytes */
		struct {
			u64 err;
			u64 frame_type;		/* 0 in the application's */
			u64 len;
			const u8 *reason;
		} close;
		struct {
			u64 len;
			const u8 *data;		/* NEW_TOKEN, DATAGRAM */
		} blob;
		u64 padding;			/* run of PADDING, bytes */
	};
};

/**
 * quic_frame_parse() - read one frame
 * @rd: payload of an opened packet; advanced past the frame on success
 * @f: result; a run of PADDING comes as one frame
 *
 * Stateless checks only: lengths, ranges that reach below 0, connection id
 * length 1..20, limits above 2^60 streams, offset + length above 2^62 - 1,
 * retire_prior_to above seq, empty NEW_TOKEN, a frame type not in its
 * shortest encoding.
 *
 * Return: QUIC_ERR_NONE; QUIC_ERR_FRAME_ENCODING or the code that RFC 9000 19
 * names for the fault (PROTOCOL_VIOLATION for an overlong type).
 */
enum quic_err quic_frame_parse(struct quic_rd *rd, struct quic_frame *f);

/**
 * quic_frame_allowed() - may this frame come in such a packet?
 * @type: frame type
 * @pkt: enum quic_pkt_type
 *
 * RFC 9000 12.4, table 3, and 12.5 for 0-RTT.
 *
 * Return: false also for a type that nobody knows.
 */
bool quic_frame_allowed(u64 type, enum quic_pkt_type pkt);

/* Does the frame elicit an acknowledgement? (RFC 9002 2) */
static inline bool quic_frame_ack_eliciting(u64 type)
{
	return type != QUIC_FRAME_PADDING && type != QUIC_FRAME_ACK &&
	       type != QUIC_FRAME_ACK_ECN &&
	       type != QUIC_FRAME_CONNECTION_CLOSE &&
	       type != QUIC_FRAME_CONNECTION_CLOSE_APP;
}

/* May it be sent on a path that is not used yet? (RFC 9000 9.1) */
static inline bool quic_frame_probing(u64 type)
{
	return type == QUIC_FRAME_PADDING ||
	       type == QUIC_FRAME_NEW_CONNECTION_ID ||
	       type == QUIC_FRAME_PATH_CHALLENGE ||
	       type == QUIC_FRAME_PATH_RESPONSE;
}

/**
 * quic_frame_build() - write one frame in its shortest encoding
 * @wr: room
 * @f: frame; STREAM: the LEN bit of @f->type decides whether a length is
 *	written, the data is copied when @f->stream.data is set and left out
 *	(header only) when it is NULL, and so for CRYPTO and DATAGRAM; ACK: @f->ack.ranges
 *	holds encoded pairs, copied as they are; PADDING: @f->padding bytes
 *
 * Return: 0 or -ENOSPC (nothing written).
 */
int quic_frame_build(struct quic_wr *wr, const struct quic_frame *f);

/**
 * quic_ack_first() - highest range of an ACK frame
 * @f: parsed ACK
 * @lo: first number of the range
 * @hi: last number, inclusive
 */
static inline void quic_ack_first(const struct quic_frame *f, u64 *lo, u64 *hi)
{
	*hi = f->ack.largest;
	*lo = f->ack.largest - f->ack.first_range;
}

/**
 * quic_ack_next() - the range below (RFC 9000 19.3.1)
 * @f: parsed ACK; its cursor moves on
 * @lo: in: as the last call set it; out: first number of the next range
 * @hi: out: last number, inclusive
 *
 * Return: false when there is no further range.
 */
bool quic_ack_next(struct quic_frame *f, u64 *lo, u64 *hi);

#endif
