// SPDX-License-Identifier: GPL-2.0-only
#include "recovery.h"
#include "conn.h"

#define PTO_MAX_BACKOFF		16
#define PTO_PROBES		2	/* RFC 9002 6.2.4 */
#define PERSISTENT_PTOS		3	/* RFC 9002 7.6.1 */

void quic_rtt_init(struct quic_rtt *rtt, u64 initial_ns)
{
	memset(rtt, 0, sizeof(*rtt));
	rtt->smoothed = initial_ns ?: QUIC_INITIAL_RTT_NS;
	rtt->var = rtt->smoothed / 2;
}

/* RFC 9002 5.3 */
void quic_rtt_sample(struct quic_rtt *rtt, u64 latest_ns, u64 ack_delay_ns,
		     u64 now)
{
	u64 adjusted = latest_ns, diff;

	rtt->latest = latest_ns;
	if (!rtt->has_sample) {
		rtt->has_sample = true;
		rtt->first_sample_ns = now;
		rtt->min = latest_ns;
		rtt->smoothed = latest_ns;
		rtt->var = latest_ns / 2;
		return;
	}
	rtt->min = min(rtt->min, latest_ns);
	if (latest_ns >= rtt->min + ack_delay_ns)
		adjusted = latest_ns - ack_delay_ns;
	diff = rtt->smoothed > adjusted ? rtt->smoothed - adjusted :
					  adjusted - rtt->smoothed;
	rtt->var = (3 * rtt->var + diff) / 4;
	rtt->smoothed = (7 * rtt->smoothed + adjusted) / 8;
}

void quic_loss_init(struct quic_loss *loss)
{
	memset(loss, 0, sizeof(*loss));
	loss->largest_acked = QUIC_PN_NONE;
	loss->loss_time_ns = QUIC_TIME_NEVER;
}

u64 quic_recovery_pto(const struct quic_conn *c, bool app)
{
	u64 pto = c->rtt.smoothed + max(4 * c->rtt.var, QUIC_GRANULARITY_NS);

	if (app)
		pto += c->remote.max_ack_delay_us * QUIC_NSEC_PER_USEC;
	return pto;
}

/* RFC 9002 6.1.2 */
static u64 loss_delay(const struct quic_conn *c)
{
	u64 rtt = max(c->rtt.latest, c->rtt.smoothed);

	return max(rtt + rtt / 8, QUIC_GRANULARITY_NS);
}

static void each_frame_lost(struct quic_conn *c, int space,
			    const struct quic_sent *p, gfp_t gfp)
{
	unsigned int i;

	for (i = 0; i < p->n; i++)
		quic_conn_frame_lost(c, space, quic_sent_frame_at(p, i), gfp);
}

/* One packet leaves the network, acknowledged or lost. */
static void leave_flight(struct quic_conn *c, int space,
			 const struct quic_sent *p)
{
	if (p->flags & QUIC_SENT_ELICITING)
		c->space[space].loss.eliciting--;
}

static void declare_lost(struct quic_conn *c, int space, struct quic_sent *p,
			 u64 now, gfp_t gfp)
{
	struct quic_cc *cc = quic_migration_cc(c, p);

	leave_flight(c, space, p);
	if (cc && (p->flags & QUIC_SENT_IN_FLIGHT))
		quic_cc_lost(cc, p->bytes, p->time_ns, now,
			     !(p->flags & (QUIC_SENT_MTU_PROBE |
					   QUIC_SENT_PATH_PROBE)));
	c->stats.lost_pkts++;
	if (p->path == c->path.epoch) {
		if (p->flags & QUIC_SENT_ECT0)
			quic_ecn_lost(c, p);
		quic_pmtud_lost(c, p, now);
	}
	each_frame_lost(c, space, p, gfp);
	quic_sent_settle(p, QUIC_SENT_LOST);
}

/* Span of ack-eliciting packets that were lost one after the other. */
struct lost_run {
	u64 from_ns;
	u64 longest_ns;
};

static void extend_run(struct lost_run *run, const struct quic_conn *c,
		       const struct quic_sent *p)
{
	if (p->state == QUIC_SENT_ACKED) {
		run->from_ns = 0;
		return;
	}
	/*
	 * RFC 9002 7.6.2: only packets sent after the first RTT sample;
	 * RFC 9000 14.4: a probe's loss does not speak of congestion; 9.4: nor
	 * does another path's.
	 */
	if (p->path != c->path.epoch)
		return;
	if (!(p->flags & QUIC_SENT_ELICITING) || !c->rtt.has_sample ||
	    p->flags & QUIC_SENT_MTU_PROBE ||
	    p->time_ns <= c->rtt.first_sample_ns)
		return;
	if (!run->from_ns)
		run->from_ns = p->time_ns;
	run->longest_ns = max(run->longest_ns, p->time_ns - run->from_ns);
}

/* RFC 9002 6.1, 7.4, 7.6: each loss counts */
static void detect_lost(struct quic_conn *c, int space, u64 now, gfp_t gfp)
{
	struct quic_space *sp = &c->space[space];
	u64 delay = loss_delay(c), pn;
	struct lost_run run = {};

	sp->loss.loss_time_ns = QUIC_TIME_NEVER;
	if (sp->loss.largest_acked == QUIC_PN_NONE)
		return;
	for (pn = sp->sent.base; pn <= sp->loss.largest_acked &&
	     pn < sp->sent.next; pn++) {
		struct quic_sent *p = quic_sent_at(&sp->sent, pn);

		if (p->state != QUIC_SENT_OUT) {
			extend_run(&run, c, p);
			continue;
		}
		if (p->time_ns + delay > now &&
		    sp->loss.largest_acked < pn + QUIC_PKT_THRESHOLD) {
			sp->loss.loss_time_ns = min(sp->loss.loss_time_ns,
						    p->time_ns + delay);
			continue;
		}
		extend_run(&run, c, p);
		quic_env_lost(c, space, pn, p->bytes);
		declare_lost(c, space, p, now, gfp);
	}
	quic_sent_trim(&sp->sent);
	/*
	 * 1-RTT packets may hold the whole window while neither an ACK nor
	 * their PTO can come before the handshake is through (RFC 9002 6.2.1):
	 * lost handshake data goes out as a probe.
	 */
	if (space != QUIC_SPACE_APP && !sp->loss.eliciting &&
	    !quic_ranges_empty(&sp->crypto.tx_lost))
		sp->loss.probes = max(sp->loss.probes, 1u);
	if (run.longest_ns > PERSISTENT_PTOS * quic_recovery_pto(c, true)) {
		c->stats.persistent_congestion++;
		quic_cc_persistent(&c->cc, now);
		/* RFC 9002 5.2: the path may have become a longer one */
		c->rtt.min = c->rtt.latest;
	}
}

/*
 * What one ACK frame acknowledged. @newest: in flight, left last. @run: STREAM
 * frames one behind the other, which the stream has not been told of.
 */
struct ack_sum {
	struct quic_cc_ack cc;
	const struct quic_sent *newest;
	struct quic_sent_frame run;
	u64 ect0_pkts;
	bool any;
	bool any_eliciting;
};

static void ack_in_flight(struct quic_conn *c, const struct quic_sent *p,
			  struct ack_sum *sum)
{
	/* the other path's tell this one nothing: RFC 9000 9.4 */
	if (p->path != c->path.epoch) {
		quic_recovery_forget(c, p);
		return;
	}
	quic_cc_acked(&c->cc, &sum->cc, p->bytes, p->time_ns,
		      p->flags & QUIC_SENT_APP_LIMITED);
	if (!sum->newest || p->time_ns > sum->newest->time_ns)
		sum->newest = p;
}

/* The congestion controller hears of it after RTT and losses were updated. */
static void end_ack(struct quic_conn *c, struct ack_sum *sum)
{
	if (sum->newest)
		quic_delivery_acked(&c->cc.delivery, sum->newest,
				    sum->cc.acked_bytes, sum->cc.now,
				    &sum->cc.rate);
	quic_cc_acked_end(&c->cc, &sum->cc);
}

static void end_run(struct quic_conn *c, int space, struct ack_sum *sum,
		    gfp_t gfp)
{
	if (sum->run.type == QUIC_FRAME_STREAM)
		quic_conn_frame_acked(c, space, &sum->run, gfp);
	sum->run.type = 0;
}

/* One call for a burst's worth of a stream instead of one per packet. */
static void ack_frame(struct quic_conn *c, int space,
		      const struct quic_sent_frame *f, struct ack_sum *sum,
		      gfp_t gfp)
{
	struct quic_sent_frame *run = &sum->run;

	if (f->type == QUIC_FRAME_STREAM && run->type == QUIC_FRAME_STREAM &&
	    f->id == run->id && f->off == run->off + run->len && !run->fin &&
	    f->len <= U32_MAX - run->len) {
		run->len += f->len;
		run->fin = f->fin;
		return;
	}
	end_run(c, space, sum, gfp);
	if (f->type == QUIC_FRAME_STREAM)
		*run = *f;
	else
		quic_conn_frame_acked(c, space, f, gfp);
}

static void ack_packet(struct quic_conn *c, int space, struct quic_sent *p,
		       struct ack_sum *sum, gfp_t gfp)
{
	unsigned int i;

	leave_flight(c, space, p);
	if (p->flags & QUIC_SENT_IN_FLIGHT)
		ack_in_flight(c, p, sum);
	if (p->flags & QUIC_SENT_ECT0 && p->path == c->path.epoch &&
	    p->time_ns >= c->path.ecn.since_ns)
		sum->ect0_pkts++;
	if (p->path == c->path.epoch)
		quic_pmtud_acked(c, p, sum->cc.now);
	sum->any = true;
	sum->any_eliciting |= p->flags & QUIC_SENT_ELICITING;
	if (space == QUIC_SPACE_APP && p->gen == c->keys.tx_gen)
		c->keys.acked = true;
	for (i = 0; i < p->n; i++)
		ack_frame(c, space, quic_sent_frame_at(p, i), sum, gfp);
	quic_sent_settle(p, QUIC_SENT_ACKED);
}

static enum quic_err ack_range(struct quic_conn *c, int space, u64 lo, u64 hi,
			       struct ack_sum *sum, gfp_t gfp)
{
	struct quic_sent_ring *r = &c->space[space].sent;
	u64 pn;

	/* RFC 9000 21.4: skipped so that nobody can have received it */
	if (lo <= r->skipped && r->skipped <= hi)
		return QUIC_ERR_PROTOCOL_VIOLATION;
	for (pn = max(lo, r->base); pn <= hi && pn < r->next; pn++) {
		struct quic_sent *p = quic_sent_at(r, pn);

		/* RFC 9000 13.1: a number that was never sent */
		if (p->state == QUIC_SENT_NONE)
			return QUIC_ERR_PROTOCOL_VIOLATION;
		if (p->state != QUIC_SENT_OUT)
			continue;
		/* RFC 9001 6.2: acknowledged under older keys than sealed */
		if (space == QUIC_SPACE_APP && p->gen != QUIC_EARLY_GEN &&
		    !quic_keys_check_ack(&c->keys, p->gen))
			return QUIC_ERR_KEY_UPDATE;
		ack_packet(c, space, p, sum, gfp);
	}
	return QUIC_ERR_NONE;
}

static u64 reported_delay(const struct quic_conn *c, int space,
			  const struct quic_frame *f)
{
	u64 max_ns = c->remote.max_ack_delay_us * QUIC_NSEC_PER_USEC;
	u64 us = f->ack.delay;

	/*
	 * RFC 9002 5.3: none in Initial. In Handshake an ACK may have waited
	 * for keys (RFC 9000 13.2.5). Bounded once confirmed.
	 */
	if (space == QUIC_SPACE_INITIAL)
		return 0;
	if (us > (U32_MAX >> c->remote.ack_delay_exponent))
		us = U32_MAX;
	else
		us <<= c->remote.ack_delay_exponent;
	if (!c->confirmed)
		return us * QUIC_NSEC_PER_USEC;
	return min(us * QUIC_NSEC_PER_USEC, max_ns);
}

enum quic_err quic_recovery_ack(struct quic_conn *c, int space,
				struct quic_frame *f, u64 now, gfp_t gfp)
{
	struct quic_space *sp = &c->space[space];
	struct ack_sum sum = { .cc = { .now = now, .rtt = &c->rtt } };
	const struct quic_sent *newest;
	u64 lo, hi, sample_ns = 0;
	enum quic_err err;
	bool is_newer;

	c->stats.acks_rcvd++;
	/* RFC 9000 13.1 */
	if (f->ack.largest >= sp->sent.next)
		return QUIC_ERR_PROTOCOL_VIOLATION;
	is_newer = sp->loss.largest_acked == QUIC_PN_NONE ||
		   f->ack.largest > sp->loss.largest_acked;
	if (is_newer)
		sp->loss.largest_acked = f->ack.largest;

	/* RFC 9002 5.1: a sample needs the largest to be newly acknowledged */
	newest = quic_sent_at(&sp->sent, f->ack.largest);
	/* RFC 9000 9.4: sent on this path, that is */
	/* what waited for keys is processed as of its arrival, in the past */
	if (f->ack.largest >= sp->sent.base &&
	    newest->state == QUIC_SENT_OUT && newest->path == c->path.epoch &&
	    newest->time_ns <= now)
		sample_ns = now - newest->time_ns;
	quic_ack_first(f, &lo, &hi);
	err = ack_range(c, space, lo, hi, &sum, gfp);
	while (!err && lo > sp->sent.base && quic_ack_next(f, &lo, &hi))
		err = ack_range(c, space, lo, hi, &sum, gfp);
	end_run(c, space, &sum, gfp);
	if (err)
		return err;
	if (space == QUIC_SPACE_HANDSHAKE)
		c->peer_validated_us = true;
	if (!sum.any)
		return QUIC_ERR_NONE;
	if (sample_ns && sum.any_eliciting)
		quic_rtt_sample(&c->rtt, sample_ns, reported_delay(c, space, f),
				now);
	detect_lost(c, space, now, gfp);
	/*
	 * RFC 9000 13.4.2.1: reordered ACKs are no reason; RFC 9002 7.1. The
	 * counts are those of all paths: one of which the ACK says nothing
	 * else is not meant.
	 */
	if (is_newer && quic_ecn_ack(c, space, f, sum.ect0_pkts) &&
	    sum.cc.pkts)
		quic_cc_congestion(&c->cc, sum.cc.newest_sent_ns, now);
	end_ack(c, &sum);
	quic_recovery_settle(c, space);
	/* RFC 9002 6.2.1 */
	if (c->peer_validated_us)
		c->pto_count = 0;
	c->last_ack_ns = now;
	return QUIC_ERR_NONE;
}

void quic_recovery_sent(struct quic_conn *c, int space, u64 pn, u64 now)
{
	struct quic_space *sp = &c->space[space];
	struct quic_sent *p = quic_sent_at(&sp->sent, pn);

	p->state = QUIC_SENT_OUT;
	p->time_ns = now;
	if (p->flags & QUIC_SENT_IN_FLIGHT) {
		struct quic_cc *cc = quic_migration_cc(c, p) ?: &c->cc;

		quic_delivery_sent(&cc->delivery, p, !cc->in_flight_bytes);
		quic_cc_sent(cc, p->bytes, now);
	}
	if (!(p->flags & QUIC_SENT_ELICITING))
		return;
	sp->loss.eliciting++;
	sp->loss.last_eliciting_ns = now;
}

static u64 pto_backoff(const struct quic_conn *c, u64 pto)
{
	return pto << min_t(u32, c->pto_count, PTO_MAX_BACKOFF);
}

/*
 * RFC 9002 6.2.1: nobody delays the ACK of a Handshake packet on purpose; but
 * who has no keys yet waits for its TLS to make them (RFC 9000 13.2.5), while
 * its kernel's ACK of an Initial packet was a sample of the network alone. As
 * long as nothing shows that the peer has keys, its TLS gets the time that an
 * ACK may take otherwise.
 */
static u64 tls_delay(const struct quic_conn *c, int space)
{
	if (space != QUIC_SPACE_HANDSHAKE ||
	    c->space[space].rx.largest != QUIC_PN_NONE)
		return 0;
	return QUIC_TLS_DELAY_NS;
}

/*
 * RFC 9002 6.2.2.1: the client must not wait for a server that cannot send.
 * But it is TLS that it waits for, the server's or its own.
 */
static u64 deadlock_deadline(const struct quic_conn *c)
{
	u64 from = c->last_ack_ns;
	int i;

	for (i = 0; i < QUIC_SPACE_APP; i++)
		from = max(from, c->space[i].loss.last_eliciting_ns);
	return from + pto_backoff(c, quic_recovery_pto(c, false) +
				     QUIC_TLS_DELAY_NS);
}

/* RFC 9002 A.8 GetPtoTimeAndSpace; RFC 9002 6.2.1#2: the earliest of them */
static u64 pto_deadline(const struct quic_conn *c, int *space)
{
	u64 best = QUIC_TIME_NEVER;
	int i;

	for (i = 0; i < QUIC_SPACES; i++) {
		const struct quic_loss *l = &c->space[i].loss;
		u64 t;

		if (!l->eliciting)
			continue;
		/* RFC 9002 6.2.1: not before the handshake is confirmed */
		if (i == QUIC_SPACE_APP && !c->confirmed)
			continue;
		t = l->last_eliciting_ns +
		    pto_backoff(c, quic_recovery_pto(c, i == QUIC_SPACE_APP) +
				   tls_delay(c, i));
		if (t < best) {
			best = t;
			*space = i;
		}
	}
	if (best != QUIC_TIME_NEVER || c->peer_validated_us ||
	    c->state == QUIC_CONN_INIT)
		return best;
	*space = c->space[QUIC_SPACE_HANDSHAKE].can_send ?
		 QUIC_SPACE_HANDSHAKE : QUIC_SPACE_INITIAL;
	return deadlock_deadline(c);
}

static u64 loss_deadline(const struct quic_conn *c, int *space)
{
	u64 best = QUIC_TIME_NEVER;
	int i;

	for (i = 0; i < QUIC_SPACES; i++) {
		if (c->space[i].loss.loss_time_ns >= best)
			continue;
		best = c->space[i].loss.loss_time_ns;
		*space = i;
	}
	return best;
}

u64 quic_recovery_deadline(const struct quic_conn *c)
{
	int space;
	u64 t = loss_deadline(c, &space);

	/* RFC 9002 6.2.1#5 */
	if (t != QUIC_TIME_NEVER)
		return t;
	/* RFC 9002 6.2.2.1: nothing could be sent anyway */
	if (quic_conn_blocked(c))
		return QUIC_TIME_NEVER;
	return pto_deadline(c, &space);
}

/* The first one from @pn on, lost or not; @pn is the number after it. */
static bool requeue_next(struct quic_conn *c, int space, u64 *pn, gfp_t gfp)
{
	struct quic_sent_ring *r = &c->space[space].sent;

	while (*pn < r->next) {
		struct quic_sent *p = quic_sent_at(r, (*pn)++);

		if (p->state != QUIC_SENT_OUT ||
		    !(p->flags & QUIC_SENT_ELICITING))
			continue;
		each_frame_lost(c, space, p, gfp);
		return true;
	}
	return false;
}

/*
 * What two packets carried goes out again: the oldest one, which a peer short
 * of memory waits for and takes nothing else, and the others by turns, one with
 * each PTO: any of them may hold the frame that the peer needs to answer.
 */
static void requeue(struct quic_conn *c, int space, gfp_t gfp)
{
	struct quic_space *sp = &c->space[space];
	u64 oldest = sp->sent.base;
	u64 pn;

	if (!requeue_next(c, space, &oldest, gfp))
		return;
	pn = max(sp->loss.repeat_pn, oldest);
	if (!requeue_next(c, space, &pn, gfp)) {
		pn = oldest;
		requeue_next(c, space, &pn, gfp);
	}
	sp->loss.repeat_pn = pn;
}

/* RFC 9002 6.2: a PTO says nothing of a loss. */
void quic_recovery_timeout(struct quic_conn *c, u64 now, gfp_t gfp)
{
	int space = QUIC_SPACE_INITIAL;

	if (loss_deadline(c, &space) <= now) {
		detect_lost(c, space, now, gfp);
		return;
	}
	if (pto_deadline(c, &space) > now)
		return;
	c->stats.ptos++;
	c->pto_count++;
	quic_ecn_timeout(c);
	quic_migration_silence(c, now);
	/* RFC 9002 6.2.4: a second one may help against loss, if any is possible */
	c->space[space].loss.probes = c->space[space].loss.eliciting ?
				      PTO_PROBES : 1;
	requeue(c, space, gfp);
}

void quic_recovery_forget(struct quic_conn *c, const struct quic_sent *p)
{
	struct quic_cc *cc = quic_migration_cc(c, p);

	if (cc && (p->flags & QUIC_SENT_IN_FLIGHT))
		quic_cc_forget(cc, p->bytes);
}

void quic_recovery_settle(struct quic_conn *c, int space)
{
	struct quic_sent_ring *r = &c->space[space].sent;

	if (c->space[space].loss.eliciting)
		return;
	for (; r->base < r->next; r->base++) {
		struct quic_sent *p = quic_sent_at(r, r->base);

		if (p->state == QUIC_SENT_OUT)
			quic_recovery_forget(c, p);
		quic_sent_settle(p, QUIC_SENT_LOST);
	}
}

static void forget_space(struct quic_conn *c, int space, gfp_t gfp)
{
	struct quic_space *sp = &c->space[space];
	u64 last_ns = sp->loss.last_eliciting_ns, pn;

	for (pn = sp->sent.base; pn < sp->sent.next; pn++) {
		struct quic_sent *p = quic_sent_at(&sp->sent, pn);

		if (p->state != QUIC_SENT_OUT)
			continue;
		each_frame_lost(c, space, p, gfp);
		quic_sent_settle(p, QUIC_SENT_LOST);
	}
	quic_sent_trim(&sp->sent);
	quic_loss_init(&sp->loss);
	/* what the timer of RFC 9002 6.2.2.1 counts from */
	sp->loss.last_eliciting_ns = last_ns;
}

void quic_recovery_restart(struct quic_conn *c, gfp_t gfp)
{
	int i;

	for (i = 0; i < QUIC_SPACES; i++)
		if (!c->space[i].discarded)
			forget_space(c, i, gfp);
	quic_cc_init(&c->cc, c->cc.ops, c->path.mtu_bytes);
	c->pto_count = 0;
}

/* RFC 9002 6.2.2#1, 6.4: neither its packets nor its timers are left. */
void quic_recovery_discard(struct quic_conn *c, int space)
{
	struct quic_space *sp = &c->space[space];
	u64 pn;

	for (pn = sp->sent.base; pn < sp->sent.next; pn++) {
		struct quic_sent *p = quic_sent_at(&sp->sent, pn);

		if (p->state == QUIC_SENT_OUT)
			quic_recovery_forget(c, p);
	}
	quic_sent_free(&sp->sent);
	quic_loss_init(&sp->loss);
	c->pto_count = 0;
}
