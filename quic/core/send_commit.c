// SPDX-License-Identifier: GPL-2.0-only
/* What becomes of a plan: into the ledger, or given back. */
#include "send.h"
#include "conn.h"
#include "frame.h"

static int level_space(u8 level)
{
	return quic_level_space(level);
}

/* RFC 9002 7.8: does the burst leave the window idle for lack of data? */
static bool is_underused(const struct quic_conn *c,
			 const struct quic_plan *plan)
{
	return c->send_idle &&
	       quic_cc_underused(&c->cc, c->cc.in_flight_bytes +
				 plan->total_len);
}

static void commit_pkt(struct quic_conn *c, const struct quic_plan_pkt *pkt,
		       struct quic_path *path, bool underused, u64 now)
{
	int space = level_space(pkt->level);
	struct quic_sent *p = quic_sent_at(&c->space[space].sent, pkt->pn);

	if (underused)
		p->flags |= QUIC_SENT_APP_LIMITED;
	c->acks_only = p->flags & QUIC_SENT_ELICITING ? 0 : c->acks_only + 1;
	if (p->flags & QUIC_SENT_ECT0)
		quic_ecn_sent(c, space, p->flags & QUIC_SENT_ELICITING);
	if (p->flags & QUIC_SENT_MTU_PROBE)
		quic_pmtud_sent(c, now);
	quic_recovery_sent(c, space, pkt->pn, now);
	c->stats.tx_pkts++;
	c->stats.tx_bytes += pkt->len;
	if (!path->validated)
		path->tx_bytes += pkt->len;
	if (pkt->level == QUIC_LVL_APP) {
		c->keys.sealed_pkts++;
	} else if (pkt->level == QUIC_LVL_EARLY) {
		c->early.pkts++;
		c->early.bytes += pkt->len - pkt->hdr_len - QUIC_TAG_LEN;
	}
	if (p->flags & QUIC_SENT_ELICITING)
		quic_idle_sent(c, now);
}

/* Some frames are not repeated when they are lost, but these never went. */
static void unsend_frame(struct quic_conn *c, int space,
			 struct quic_path *path,
			 const struct quic_sent_frame *f, bool is_mtu_probe,
			 gfp_t gfp)
{
	u8 data[QUIC_PATH_DATA_LEN];

	switch (f->type) {
	case QUIC_FRAME_ACK:
		c->space[space].rx.unacked_pkts = 1;
		c->space[space].rx.ack_now = true;
		break;
	case QUIC_FRAME_PING:
		if (space == QUIC_SPACE_APP && !is_mtu_probe)
			c->pending |= QUIC_PEND_PING;
		break;
	case QUIC_FRAME_PATH_RESPONSE:
		put_unaligned_be64(f->id, data);
		quic_path_recv_challenge(path, data);
		break;
	case QUIC_FRAME_PATH_CHALLENGE:
		path->challenge_pending = path->checking;
		break;
	case QUIC_FRAME_CONNECTION_CLOSE:
	case QUIC_FRAME_CONNECTION_CLOSE_APP:
		c->pending |= QUIC_PEND_CLOSE;
		break;
	case QUIC_FRAME_DATAGRAM:
		/* quic_dgrams_settle() */
		break;
	default:
		quic_conn_frame_lost(c, space, f, gfp);
	}
}

/* Numbers of packets that were not sent are burnt, their frames wait again. */
static void give_back(struct quic_conn *c, const struct quic_plan_pkt *pkt,
		      struct quic_path *path, gfp_t gfp)
{
	int space = level_space(pkt->level);
	struct quic_sent *p = quic_sent_at(&c->space[space].sent, pkt->pn);
	unsigned int i;

	for (i = 0; i < p->n; i++)
		unsend_frame(c, space, path, quic_sent_frame_at(p, i),
			     p->flags & QUIC_SENT_MTU_PROBE, gfp);
	if (p->flags & QUIC_SENT_PROBE)
		c->space[space].loss.probes++;
	quic_sent_settle(p, QUIC_SENT_NONE);
	c->stats.burnt_pns++;
}

void quic_send_commit(struct quic_conn *c, struct quic_plan *plan,
		      unsigned int n, u64 now, gfp_t gfp)
{
	struct quic_path *path = quic_migration_path(c, plan->path);
	bool handshake = false, underused = is_underused(c, plan);
	u64 unsent = U64_MAX;
	unsigned int i;
	int space;

	for (i = 0; i < plan->n_pkts; i++) {
		if (i >= n) {
			give_back(c, &plan->pkt[i], path, gfp);
			if (level_space(plan->pkt[i].level) == QUIC_SPACE_APP)
				unsent = min(unsent, plan->pkt[i].pn);
			continue;
		}
		commit_pkt(c, &plan->pkt[i], path, underused, now);
		handshake |= plan->pkt[i].level == QUIC_LVL_HANDSHAKE;
	}
	quic_dgrams_settle(c, unsent);
	for (space = 0; space < QUIC_SPACES; space++)
		quic_recovery_settle(c, space);
	/* RFC 9001 4.9.1 */
	if (handshake && !c->server)
		quic_conn_discard(c, QUIC_SPACE_INITIAL);
}
