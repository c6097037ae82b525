// SPDX-License-Identifier: GPL-2.0-only
#define CREATE_TRACE_POINTS
#include "trace.h"

#include "core/frame.h"
#include "core/send.h"

/*
 * An event that is off costs its static key: a no-op in the code for each
 * packet received and for each burst sent. What follows runs when one is on.
 */

/* STREAM's flag bits and the two forms of ACK do not matter here. */
static u64 frame_bit(u64 type)
{
	if (type >= QUIC_FRAME_STREAM && type <= QUIC_FRAME_STREAM_LAST)
		type = QUIC_FRAME_STREAM;
	return type < 64 ? BIT_ULL(type) : 0;
}

static u64 payload_frames(const u8 *payload, u32 len)
{
	struct quic_rd rd = { payload, payload + len };
	u64 frames = 0;

	while (rd.p < rd.end) {
		struct quic_frame f;

		if (quic_frame_parse(&rd, &f))
			break;
		frames |= frame_bit(f.type);
	}
	return frames;
}

static u8 packet_level(u8 type)
{
	switch (type) {
	case QUIC_PKT_INITIAL:
		return QUIC_LVL_INITIAL;
	case QUIC_PKT_HANDSHAKE:
		return QUIC_LVL_HANDSHAKE;
	case QUIC_PKT_0RTT:
		return QUIC_LVL_EARLY;
	default:
		return QUIC_LVL_APP;
	}
}

/**
 * quic_trace_received() - a packet was opened
 * @c: connection
 * @pkt: packet; its frames are looked at up to the first that does not parse
 * @device: a device opened it
 *
 * Context: sock lock.
 */
void quic_trace_received(const struct quic_conn *c, const struct quic_rx *pkt,
			 bool device)
{
	const struct quic_hdr *hdr = pkt->hdr;

	trace_quic_packet_received(c, packet_level(hdr->type), pkt->pn,
				   hdr->pn_off + hdr->pn_len + pkt->len +
				   (hdr->type == QUIC_PKT_SHORT ?
				    c->app_tag_len : QUIC_TAG_LEN),
				   payload_frames(pkt->payload, pkt->len),
				   device);
}

static u64 noted_frames(const struct quic_sent *p)
{
	u64 frames = 0;
	unsigned int i;

	for (i = 0; i < p->n; i++)
		frames |= frame_bit(quic_sent_frame_at(p, i)->type);
	return frames;
}

/**
 * quic_trace_plan() - a burst goes out
 * @c: connection
 * @plan: burst, before it is committed
 * @device: left to a device to be sealed
 *
 * Padding is not among the frames: the ledger does not know of it.
 *
 * Context: sock lock.
 */
void quic_trace_plan(struct quic_conn *c, const struct quic_plan *plan,
		     bool device)
{
	unsigned int i;

	for (i = 0; i < plan->n_pkts; i++) {
		const struct quic_plan_pkt *pkt = &plan->pkt[i];
		const struct quic_space *sp;

		sp = &c->space[quic_level_space(pkt->level)];
		trace_quic_packet_sent(c, pkt->level, pkt->pn, pkt->len,
				       noted_frames(quic_sent_at(&sp->sent,
								 pkt->pn)),
				       device);
	}
}

void quic_env_lost(const struct quic_conn *c, int space, u64 pn, u32 len)
{
	trace_quic_packet_lost(c, space, pn, len);
}
