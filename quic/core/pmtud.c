// SPDX-License-Identifier: GPL-2.0-only
#include "pmtud.h"
#include "conn.h"

#define MAX_PROBES	3	/* RFC 8899 5.1.2 */
#define BLACK_ROUNDS	3
/* Sizes are whole AES blocks: see quic_udp_mtu(). A smaller gain is none. */
#define STEP_BYTES	16

static const u8 next_states[] = {
	[QUIC_PMTUD_DISABLED] = BIT(QUIC_PMTUD_ERROR),
	[QUIC_PMTUD_BASE] = BIT(QUIC_PMTUD_SEARCHING) |
			    BIT(QUIC_PMTUD_COMPLETE) | BIT(QUIC_PMTUD_ERROR),
	[QUIC_PMTUD_SEARCHING] = BIT(QUIC_PMTUD_BASE) |
				 BIT(QUIC_PMTUD_COMPLETE) |
				 BIT(QUIC_PMTUD_ERROR),
	[QUIC_PMTUD_COMPLETE] = BIT(QUIC_PMTUD_BASE) |
				BIT(QUIC_PMTUD_SEARCHING) |
				BIT(QUIC_PMTUD_ERROR),
	[QUIC_PMTUD_ERROR] = BIT(QUIC_PMTUD_DISABLED) | BIT(QUIC_PMTUD_BASE),
};

static void set_state(struct quic_pmtud *p, u8 state)
{
	if (p->state == state ||
	    WARN_ON_ONCE(!(next_states[p->state] & BIT(state))))
		return;
	p->state = state;
}

/* RFC 9000 14.3: BASE_PLPMTU is 1200; 18.2: and nobody's limit is below. */
static u32 ceiling(const struct quic_pmtud *p)
{
	return max_t(u32, min(p->route_bytes, p->peer_bytes),
		     QUIC_PATH_BASE_MTU);
}

u32 quic_pmtud_init(struct quic_pmtud *p, u32 route_bytes, u32 peer_bytes,
		    bool enabled)
{
	memset(p, 0, sizeof(*p));
	p->route_bytes = route_bytes;
	p->hint_bytes = route_bytes;
	p->peer_bytes = peer_bytes;
	p->raise_ns = QUIC_TIME_NEVER;
	p->state = enabled ? QUIC_PMTUD_BASE : QUIC_PMTUD_DISABLED;
	return enabled ? QUIC_PATH_BASE_MTU : ceiling(p);
}

static void set_mtu(struct quic_conn *c, u32 bytes)
{
	if (c->path.mtu_bytes == bytes)
		return;
	c->path.mtu_bytes = bytes;
	quic_cc_mtu(&c->cc, bytes);
}

/* Back to what passes for certain; what is on its way says nothing more. */
static void fall_back(struct quic_conn *c)
{
	struct quic_pmtud *p = &c->path.pmtud;

	p->in_flight = false;
	p->black_rounds = 0;
	set_state(p, QUIC_PMTUD_BASE);
	set_mtu(c, QUIC_PATH_BASE_MTU);
}

static void end_search(struct quic_conn *c, u64 now)
{
	struct quic_pmtud *p = &c->path.pmtud;

	set_state(p, QUIC_PMTUD_COMPLETE);
	p->raise_ns = QUIC_TIME_NEVER;
	if (c->plpmtud_ns && c->path.mtu_bytes < ceiling(p))
		p->raise_ns = now + c->plpmtud_ns;
}

/* What ICMP said, when it is less than the route would take. */
static u32 hint(const struct quic_pmtud *p)
{
	return clamp_t(u32, p->hint_bytes, QUIC_PATH_BASE_MTU, ceiling(p));
}

/* The largest size first, on most paths it passes; but a hint before it. */
static void start_search(struct quic_conn *c, u64 now)
{
	struct quic_pmtud *p = &c->path.pmtud;

	p->failed_bytes = ceiling(p) + 1;
	p->probe_bytes = hint(p) > c->path.mtu_bytes ? hint(p) : ceiling(p);
	p->tries = 0;
	p->in_flight = false;
	if (p->probe_bytes > c->path.mtu_bytes)
		set_state(p, QUIC_PMTUD_SEARCHING);
	else
		end_search(c, now);
}

/*
 * Halfway between what passes and what does not. When the hint passes and all
 * of the route's does not, the hint was right.
 */
static void next_size(struct quic_conn *c, u64 now)
{
	struct quic_pmtud *p = &c->path.pmtud;
	u32 lo = c->path.mtu_bytes;

	p->tries = 0;
	if (p->failed_bytes > ceiling(p))
		p->probe_bytes = ceiling(p);
	else if (lo == hint(p))
		p->probe_bytes = lo;
	else
		p->probe_bytes = round_down(lo + (p->failed_bytes - lo) / 2,
					    STEP_BYTES);
	if (p->probe_bytes <= lo)
		end_search(c, now);
}

void quic_pmtud_peer(struct quic_conn *c, u32 peer_bytes)
{
	struct quic_pmtud *p = &c->path.pmtud;

	p->peer_bytes = peer_bytes;
	if (p->state == QUIC_PMTUD_DISABLED)
		set_mtu(c, hint(p));
	else if (c->path.mtu_bytes > ceiling(p))
		fall_back(c);
}

void quic_pmtud_route(struct quic_conn *c, u32 route_bytes, u32 hint_bytes,
		      u64 now)
{
	struct quic_pmtud *p = &c->path.pmtud;
	u32 before = p->hint_bytes;

	if (route_bytes == p->route_bytes && hint_bytes == before)
		return;
	p->route_bytes = route_bytes;
	p->hint_bytes = hint_bytes;
	/* RFC 9000 14.2: cease sending on such a path */
	if (!route_bytes) {
		set_state(p, QUIC_PMTUD_ERROR);
		return;
	}
	if (!c->plpmtud) {
		set_state(p, QUIC_PMTUD_DISABLED);
		set_mtu(c, hint(p));
	} else if (p->state == QUIC_PMTUD_ERROR ||
		   c->path.mtu_bytes > ceiling(p) ||
		   (hint_bytes != before && c->path.mtu_bytes > hint(p))) {
		/* RFC 8899 4.6.2: down to the base; the hint is tried first */
		fall_back(c);
	} else if (p->state != QUIC_PMTUD_BASE) {
		start_search(c, now);
	}
}

/*
 * RFC 9002 7: a probe counts for the window like any packet. It leaves half of
 * it to data, which would else wait until the probe is acknowledged, and it
 * grows with the window.
 */
static bool fit_window(struct quic_conn *c)
{
	u32 half = round_down((u32)c->cc.window_bytes / 2, STEP_BYTES);
	struct quic_pmtud *p = &c->path.pmtud;

	if (half <= c->path.mtu_bytes)
		return false;
	p->probe_bytes = min_t(u32, p->probe_bytes, half);
	return true;
}

u32 quic_pmtud_due(struct quic_conn *c, u64 now)
{
	struct quic_pmtud *p = &c->path.pmtud;

	if (p->state == QUIC_PMTUD_DISABLED)
		return 0;
	/* RFC 8899 5.1.1: PMTU_RAISE_TIMER */
	if (p->state == QUIC_PMTUD_COMPLETE && p->raise_ns <= now)
		start_search(c, now);
	if (p->state == QUIC_PMTUD_BASE && c->confirmed && c->path.validated)
		start_search(c, now);
	if (p->state != QUIC_PMTUD_SEARCHING || p->in_flight || !fit_window(c))
		return 0;
	return p->probe_bytes;
}

void quic_pmtud_sent(struct quic_conn *c, u64 now)
{
	struct quic_pmtud *p = &c->path.pmtud;

	p->in_flight = true;
	p->probe_ns = now;
	c->stats.mtu_probes++;
}

static bool is_current_probe(const struct quic_pmtud *p,
			     const struct quic_sent *pkt)
{
	return p->state == QUIC_PMTUD_SEARCHING && p->in_flight &&
	       pkt->flags & QUIC_SENT_MTU_PROBE && pkt->time_ns == p->probe_ns;
}

void quic_pmtud_acked(struct quic_conn *c, const struct quic_sent *pkt, u64 now)
{
	struct quic_pmtud *p = &c->path.pmtud;

	if (pkt->bytes > QUIC_PATH_BASE_MTU) {
		p->large_acked_ns = max(p->large_acked_ns, pkt->time_ns);
		p->black_rounds = 0;
	}
	if (!is_current_probe(p, pkt))
		return;
	p->in_flight = false;
	set_mtu(c, pkt->bytes);
	next_size(c, now);
}

static void probe_lost(struct quic_conn *c, u64 now)
{
	struct quic_pmtud *p = &c->path.pmtud;

	p->in_flight = false;
	if (++p->tries < MAX_PROBES)
		return;
	p->failed_bytes = p->probe_bytes;
	next_size(c, now);
}

/* RFC 8899 4.3: nothing that is larger than the base arrives any more. */
static void large_lost(struct quic_conn *c, const struct quic_sent *pkt,
		       u64 now)
{
	struct quic_pmtud *p = &c->path.pmtud;

	if (c->path.mtu_bytes == QUIC_PATH_BASE_MTU ||
	    p->state == QUIC_PMTUD_DISABLED ||
	    pkt->time_ns <= p->large_acked_ns || p->black_ns == now)
		return;
	p->black_ns = now;
	if (++p->black_rounds < BLACK_ROUNDS)
		return;
	c->stats.mtu_black_holes++;
	fall_back(c);
}

void quic_pmtud_lost(struct quic_conn *c, const struct quic_sent *pkt, u64 now)
{
	if (is_current_probe(&c->path.pmtud, pkt))
		probe_lost(c, now);
	else if (pkt->bytes > QUIC_PATH_BASE_MTU &&
		 !(pkt->flags & QUIC_SENT_MTU_PROBE))
		large_lost(c, pkt, now);
}
