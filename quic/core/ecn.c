// SPDX-License-Identifier: GPL-2.0-only
#include "ecn.h"
#include "conn.h"
#include "frame.h"

/* RFC 9000 A.4: the first ten packets of a path */
#define TEST_PKTS	10
#define TEST_PTOS	2

static const u8 next_states[] = {
	[QUIC_ECN_OFF] = 0,
	[QUIC_ECN_TESTING] = BIT(QUIC_ECN_UNKNOWN) | BIT(QUIC_ECN_CAPABLE) |
			     BIT(QUIC_ECN_FAILED),
	[QUIC_ECN_UNKNOWN] = BIT(QUIC_ECN_CAPABLE) | BIT(QUIC_ECN_FAILED),
	[QUIC_ECN_CAPABLE] = BIT(QUIC_ECN_FAILED),
	[QUIC_ECN_FAILED] = 0,
};

static void set_state(struct quic_conn *c, u8 state)
{
	struct quic_ecn *e = &c->path.ecn;

	if (e->state == state || !(next_states[e->state] & BIT(state)))
		return;
	/* RFC 9000 13.4.2.2: and for good; the connection goes on */
	e->state = state;
	if (state == QUIC_ECN_FAILED)
		c->stats.ecn_failures++;
}

void quic_ecn_init(struct quic_ecn *e, bool enabled, u64 now)
{
	memset(e, 0, sizeof(*e));
	e->state = enabled ? QUIC_ECN_TESTING : QUIC_ECN_OFF;
	e->since_ns = now;
}

void quic_ecn_sent(struct quic_conn *c, int space, bool eliciting)
{
	struct quic_ecn *e = &c->path.ecn;

	c->space[space].loss.ecn.sent++;
	if (e->state == QUIC_ECN_TESTING && eliciting &&
	    ++e->test_pkts >= TEST_PKTS)
		set_state(c, QUIC_ECN_UNKNOWN);
}

void quic_ecn_lost(struct quic_conn *c, const struct quic_sent *pkt)
{
	struct quic_ecn *e = &c->path.ecn;

	if (e->state != QUIC_ECN_UNKNOWN || pkt->time_ns < e->since_ns ||
	    !(pkt->flags & QUIC_SENT_ELICITING))
		return;
	/* who rejects 0-RTT drops its packets, marked or not */
	if (pkt->gen == QUIC_EARLY_GEN)
		return;
	/* RFC 9000 13.4.2.1: marked packets, and they alone, do not pass */
	if (++e->lost_pkts >= e->test_pkts)
		set_state(c, QUIC_ECN_FAILED);
}

void quic_ecn_timeout(struct quic_conn *c)
{
	struct quic_ecn *e = &c->path.ecn;

	if (e->state == QUIC_ECN_TESTING && c->pto_count >= TEST_PTOS)
		set_state(c, QUIC_ECN_UNKNOWN);
}

static bool is_valid(const struct quic_ecn_count *n, const struct quic_frame *f,
		     u64 acked_pkts)
{
	/* RFC 9000 13.4.2.1: a report without counts for marked packets */
	if (f->type != QUIC_FRAME_ACK_ECN)
		return !acked_pkts;
	/* RFC 9000 19.3.2: the counts only grow */
	if (f->ack.ect0 < n->ect0 || f->ack.ce < n->ce)
		return false;
	/* RFC 9000 13.4.2.1: ECT(1) is never sent, ECT(0) only so often */
	if (f->ack.ect1 != n->ect1 || f->ack.ect0 > n->sent ||
	    f->ack.ce > n->sent)
		return false;
	/* RFC 9000 13.4.2.1: each marked packet still has a mark */
	return f->ack.ect0 - n->ect0 + (f->ack.ce - n->ce) >= acked_pkts;
}

bool quic_ecn_ack(struct quic_conn *c, int space, const struct quic_frame *f,
		  u64 acked_pkts)
{
	struct quic_ecn_count *n = &c->space[space].loss.ecn;
	bool valid = is_valid(n, f, acked_pkts), ce = false;
	u8 state = c->path.ecn.state;

	if (f->type == QUIC_FRAME_ACK_ECN) {
		ce = f->ack.ce > n->ce;
		n->ect0 = f->ack.ect0;
		n->ect1 = f->ack.ect1;
		n->ce = f->ack.ce;
	}
	if (state == QUIC_ECN_OFF || state == QUIC_ECN_FAILED)
		return false;
	if (!valid)
		set_state(c, QUIC_ECN_FAILED);
	else if (acked_pkts)
		set_state(c, QUIC_ECN_CAPABLE);
	if (!valid || !ce)
		return false;
	c->stats.ce_acked++;
	return true;
}
