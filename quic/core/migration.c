// SPDX-License-Identifier: GPL-2.0-only
#include "migration.h"
#include "conn.h"

#define GIVE_UP_PTOS	3	/* RFC 9000 8.2.4 */
#define MAX_ROUNDS	4	/* each of GIVE_UP_PTOS */
#define LINGER_PTOS	3	/* for what is still under way on an old path */
#define SILENT_PTOS	3	/* in a row, without an acknowledgement */
#define KEEP_ID_NS	(30 * QUIC_NSEC_PER_SEC)

struct quic_path *quic_migration_path(struct quic_conn *c, u8 id)
{
	if (id == c->path.id)
		return &c->path;
	return c->path_alt.used && id == c->path_alt.id ? &c->path_alt : NULL;
}

const struct quic_cid *quic_migration_cid(const struct quic_conn *c,
					  const struct quic_path *p)
{
	const struct quic_cids *ids = &c->cids;

	return &ids->remote[p == &c->path ? ids->remote_cur :
					    ids->remote_alt].cid;
}

struct quic_cc *quic_migration_cc(struct quic_conn *c,
				  const struct quic_sent *p)
{
	if (p->path == c->path.epoch)
		return &c->cc;
	return c->path_alt.used && p->path == c->path_alt.epoch ? &c->cc_alt :
								  NULL;
}

void quic_migration_recv_dgram(struct quic_conn *c, u8 id, u32 len)
{
	struct quic_path *p = quic_migration_path(c, id);

	c->stats.rx_bytes += len;
	if (p && !p->validated)
		p->rx_bytes += len;
}

/* RFC 9000 14.3: what is known of a path's size begins anew, too. */
static void init_mtu(struct quic_conn *c, struct quic_path *p, u32 mtu)
{
	u32 peer = min_t(u64, c->remote.max_udp_payload, U32_MAX);

	p->mtu_bytes = quic_pmtud_init(&p->pmtud, mtu, peer, c->plpmtud);
}

void quic_migration_set_mtu(struct quic_conn *c, u8 id, u32 mtu, u64 now)
{
	struct quic_path *p = quic_migration_path(c, id);

	if (p == &c->path)
		quic_pmtud_route(c, mtu, p->pmtud.hint_bytes, now);
	else if (p && mtu != p->pmtud.route_bytes)
		init_mtu(c, p, mtu);
}

/* ---- validation ---------------------------------------------------------- */

/* PTO of a path whose round-trip time is not known (RFC 9002 6.2.2). */
static u64 initial_pto(const struct quic_conn *c)
{
	struct quic_rtt rtt;

	quic_rtt_init(&rtt, c->initial_rtt_ns);
	return rtt.smoothed + 4 * rtt.var;
}

static void check_path(struct quic_conn *c, struct quic_path *p, u64 now)
{
	/* RFC 9000 8.2.4: the new path may have the longer round trip */
	u64 pto = max(initial_pto(c), quic_recovery_pto(c, true));

	quic_path_check(p, now, pto, GIVE_UP_PTOS * pto);
}

/* ---- both paths ------------------------------------------------------------ */

static void forget_alt(struct quic_conn *c)
{
	if (!c->path_alt.used)
		return;
	c->path_alt.used = false;
	quic_path_checked(&c->path_alt);
	/* RFC 9000 5.1.2 */
	quic_cid_leave_alt(c);
	c->news |= QUIC_NEWS_PATHS;
}

/* Packets that are still under way on it may come, for a while. */
static void retire_alt(struct quic_conn *c, u64 now)
{
	struct quic_path *p = &c->path_alt;

	if (!p->used || p->checking)
		return;
	p->until_ns = now + LINGER_PTOS * quic_recovery_pto(c, true);
}

static void swap_paths(struct quic_conn *c)
{
	if (c->path.epoch != c->path_alt.epoch) {
		swap(c->cc, c->cc_alt);
		swap(c->rtt, c->rtt_alt);
	}
	swap(c->path, c->path_alt);
	swap(c->cids.remote_cur, c->cids.remote_alt);
	c->path.moved = false;
	c->path_alt.moved = false;
	c->pto_count = 0;
	c->news |= QUIC_NEWS_PATHS | QUIC_NEWS_REMOTE_CID;
}

/* The way is the same, only a port at its end is another one. */
static void begin_same(struct quic_conn *c, struct quic_path *p)
{
	p->epoch = c->path.epoch;
	p->mtu_bytes = c->path.mtu_bytes;
	p->pmtud = c->path.pmtud;
	p->ecn = c->path.ecn;
}

/*
 * RFC 9000 9.4: congestion window and round-trip time begin anew, and what is
 * known of ECN (9.2). Epochs come again after 256 paths, whose packets are
 * forgotten by then.
 */
static void begin_new(struct quic_conn *c, struct quic_path *p, u32 mtu,
		      u64 now)
{
	p->epoch = ++c->path_epoch;
	init_mtu(c, p, mtu);
	quic_ecn_init(&p->ecn, c->path.ecn.state != QUIC_ECN_OFF, now);
	quic_cc_init(&c->cc_alt, c->cc.ops, p->mtu_bytes);
	quic_rtt_init(&c->rtt_alt, c->initial_rtt_ns);
}

/* ---- the outcome of a validation ------------------------------------------- */

static void tell(struct quic_conn *c, bool local)
{
	c->migrated_locally = local;
	c->news |= QUIC_NEWS_MIGRATED;
}

/* The client's own move: all packets go the new way from here on. */
static void move_there(struct quic_conn *c, u64 rtt_ns, u64 now)
{
	quic_path_checked(&c->path);
	swap_paths(c);
	/* RFC 9002 6.2.2: a better guess than the default */
	quic_rtt_init(&c->rtt, rtt_ns);
	c->path.ours = false;
	/* RFC 9000 9.2: a packet that does not only probe is the move */
	c->pending |= QUIC_PEND_PING;
	retire_alt(c, now);
	tell(c, true);
}

static void alt_proven(struct quic_conn *c, u64 rtt_ns, u64 now)
{
	struct quic_path *p = &c->path_alt;

	quic_path_checked(p);
	if (p->ours) {
		move_there(c, rtt_ns, now);
	} else if (p->moved) {
		/* RFC 9000 9.6.2: to the preferred address, once it is valid */
		swap_paths(c);
		quic_rtt_init(&c->rtt, rtt_ns);
		retire_alt(c, now);
		tell(c, false);
	} else if (c->path.validated) {
		retire_alt(c, now);
	}
}

static void active_proven(struct quic_conn *c, u64 now)
{
	quic_path_checked(&c->path);
	retire_alt(c, now);
	tell(c, false);
}

static void silent_close(struct quic_conn *c)
{
	c->close.set = true;
	c->close.timeout = true;
	quic_conn_set_state(c, QUIC_CONN_CLOSED);
}

/*
 * The peer may be there all the same, and come from yet another address with
 * its next packet. The id serves it there, too, see add_alt(): it may be the
 * last one, and RETIRE_CONNECTION_ID not get to the peer before it is found.
 */
static void keep_id(struct quic_conn *c, u64 now)
{
	c->path_alt.until_ns = now + (c->idle_ns ?: KEEP_ID_NS);
}

static void active_failed(struct quic_conn *c, u64 now)
{
	/*
	 * Challenges or answers were lost, but what comes from there is the
	 * peer's newest: it would be followed there again by the next packet,
	 * if it ever had a reason to send one (RFC 9000 8.2.4: the timer is a
	 * recommendation).
	 */
	if ((!c->path.validated || c->path.narrow) && c->path.heard &&
	    ++c->path.rounds < MAX_ROUNDS) {
		check_path(c, &c->path, now);
		return;
	}
	quic_path_checked(&c->path);
	if (c->path_alt.used && c->path_alt.validated) {
		/* RFC 9000 9.3.2: back to the last validated address */
		swap_paths(c);
		quic_path_checked(&c->path);
		keep_id(c, now);
	} else if (c->path.narrow && !c->path_alt.used) {
		/* RFC 9000 8.2.4: the peer is there, the size does not fit */
		quic_conn_close(c, QUIC_ERR_NO_VIABLE_PATH, false, 0, NULL, 0,
				now);
	} else if (!c->path.validated) {
		/* RFC 9000 9.3.2: nobody is known to listen anywhere */
		silent_close(c);
	}
}

static void alt_failed(struct quic_conn *c, u64 now)
{
	struct quic_path *p = &c->path_alt;

	quic_path_checked(p);
	/* the last address that was valid, as long as no other one is */
	if (!c->path.validated && p->validated)
		return;
	if (c->server && !p->validated)
		keep_id(c, now);
	else
		forget_alt(c);
}

void quic_migration_response(struct quic_conn *c, const u8 *data, u64 now)
{
	struct quic_path *p = &c->path;
	enum quic_path_answer got;
	u64 rtt_ns;

	/* RFC 9000 8.2.2: it may have come on any path */
	got = quic_path_recv_response(p, data, now, &rtt_ns);
	if (!got && c->path_alt.used) {
		p = &c->path_alt;
		got = quic_path_recv_response(p, data, now, &rtt_ns);
	}
	if (got == QUIC_PATH_ANSWERED)
		/* RFC 9000 8.2.1: once more, with a datagram of 1200 bytes */
		check_path(c, p, now);
	else if (got && p == &c->path)
		active_proven(c, now);
	else if (got)
		alt_proven(c, rtt_ns, now);
}

/* ---- the peer moves --------------------------------------------------------- */

/*
 * The connection id for packets to a new address. RFC 9000 9.5: none that
 * another address has seen; but the one in use may stay when the peer did not
 * change the one that it sends to: it may not know that it moved. And who
 * copies packets from forged addresses uses up none that way.
 */
static bool take_cid(struct quic_conn *c, const struct quic_cid *dcid)
{
	return quic_cid_equal(dcid, &c->path.dcid) || quic_cid_take_alt(c);
}

/* RFC 9000 9.3: without one, not before the peer provides it. */
bool quic_migration_can_probe(struct quic_conn *c)
{
	struct quic_path *p = &c->path_alt;

	if (!p->used)
		return false;
	if (p->no_cid)
		p->no_cid = !quic_cid_take_alt(c);
	return !p->no_cid;
}

/* New addresses become the other path. */
static struct quic_path *add_alt(struct quic_conn *c, const struct quic_rx *rx)
{
	struct quic_path *p = &c->path_alt;
	struct quic_cid dcid;
	bool heir;

	dcid.len = min_t(u8, rx->hdr->dcid_len, QUIC_CID_MAX_LEN);
	memcpy(dcid.data, rx->hdr->dcid, dcid.len);
	/* for the same reason as in take_cid() */
	heir = p->used && !p->no_cid && quic_cid_equal(&dcid, &p->dcid);
	if (!heir)
		forget_alt(c);
	quic_path_init(p, !c->path.id, QUIC_PATH_BASE_MTU, false);
	quic_path_reset_spin(p, c->spin);
	p->dcid = dcid;
	p->no_cid = !heir && !take_cid(c, &dcid);
	p->preferred = rx->preferred;
	/* RFC 9000 9.4: with a new port alone the window may be kept */
	if (rx->same_host)
		begin_same(c, p);
	else
		begin_new(c, p, QUIC_PATH_BASE_MTU, rx->now);
	c->path_added = p->id;
	c->news |= QUIC_NEWS_PATHS;
	return p;
}

/*
 * Who copies packets and forges addresses shall not keep a genuine path from
 * being validated: two in a row are needed to replace one that the peer is
 * heard on.
 */
static bool is_doubtful(struct quic_conn *c)
{
	struct quic_path *p = c->path.validated ? &c->path_alt : &c->path;
	bool heard = p->used && p->checking && !p->validated && p->heard;

	p->heard = false;
	return heard;
}

/*
 * Is the packet worth a path? The one that is there may be under validation,
 * or the way back: only a move is more important.
 */
static struct quic_path *add_path(struct quic_conn *c,
				  const struct quic_arrival *a, bool moves)
{
	const struct quic_rx *rx = a->rx;

	/* RFC 9000 9: not before the handshake is confirmed */
	if (rx->path != QUIC_PATH_NEW || !c->server || !c->confirmed)
		return NULL;
	/* RFC 9000 9.6.2: nor back from the preferred address */
	if (c->path.preferred && !rx->preferred)
		return NULL;
	if (moves && is_doubtful(c))
		return NULL;
	if (moves && !c->path.validated && c->path_alt.used)
		/* yet another address: the way back stays the last valid one */
		swap_paths(c);
	else if (!moves && (!a->n_challenge || !c->path.validated ||
			    (c->path_alt.used && c->path_alt.checking)))
		return NULL;
	return add_alt(c, rx);
}

/*
 * RFC 9000 9.3: packets go to the address that the newest non-probing packet
 * came from, valid or not; RFC 9000 9.3.3: both addresses are validated.
 */
static void follow_peer(struct quic_conn *c, u64 now)
{
	swap_paths(c);
	if (!c->path.validated && !c->path.checking)
		check_path(c, &c->path, now);
	if (c->path.validated) {
		quic_path_checked(&c->path);
		tell(c, false);
	}
	if (!c->path_alt.validated)
		/* RFC 9000 9.3.2: that was spurious */
		forget_alt(c);
	else if (!c->path_alt.checking)
		check_path(c, &c->path_alt, now);
}

static void move(struct quic_conn *c, u64 now)
{
	struct quic_path *p = &c->path_alt;

	if (!quic_migration_can_probe(c))
		return;
	/* RFC 9000 9.6.2: newer packets on the old address change nothing */
	if (c->path.preferred && !p->preferred)
		return;
	/* RFC 9000 9.6.2: to the preferred address when it is valid, only */
	p->moved = p->preferred && !c->path.preferred && !p->validated;
	if (!p->moved)
		follow_peer(c, now);
}

void quic_migration_recv(struct quic_conn *c, const struct quic_arrival *a)
{
	struct quic_path *p = quic_migration_path(c, a->rx->path);
	bool moves = c->server && a->newest && !a->probing;
	u64 now = a->rx->now;
	int i;

	if (p)
		p->heard |= moves;
	else
		p = add_path(c, a, moves);
	if (!p)
		return;
	/* RFC 9000 8.2.2: answered on the path where it came from */
	for (i = 0; i < a->n_challenge; i++)
		quic_path_recv_challenge(p, a->challenge[i]);
	if (p == &c->path)
		return;
	/* RFC 9000 9.6.3: a probe is a reason to validate the address */
	if (c->server && !p->validated && !p->checking)
		check_path(c, p, now);
	if (moves)
		move(c, now);
}

/* ---- the client moves --------------------------------------------------------- */

static int may_start(const struct quic_conn *c, bool preferred)
{
	/* RFC 9000 9: clients are responsible for all migrations */
	if (c->server)
		return -EINVAL;
	if (quic_conn_clear(c))
		return -EOPNOTSUPP;
	/* RFC 9000 9: not before the handshake is confirmed */
	if (c->state != QUIC_CONN_ESTABLISHED || !c->confirmed)
		return -EAGAIN;
	/* one at a time, and the way back stays until the server followed */
	if (c->path_alt.used && (c->path_alt.checking || !c->path.joined))
		return -EAGAIN;
	/* RFC 9000 9, 18.2#2: unless it said where it may be found instead */
	if (c->remote.disable_active_migration && !preferred &&
	    !c->path.preferred)
		return -EOPNOTSUPP;
	/* RFC 9000 9.5: that would be linkable, or not even be found */
	if (!quic_cid_remote(c)->len || !c->local.initial_scid.len)
		return -EOPNOTSUPP;
	return 0;
}

int quic_migration_start(struct quic_conn *c, u32 mtu, bool preferred, u64 now)
{
	struct quic_path *p = &c->path_alt;
	int err;

	/* RFC 9000 9.2: the server itself named its addresses: validated */
	err = may_start(c, preferred);
	if (err)
		return err;
	forget_alt(c);
	if (!quic_cid_take_alt(c))
		return -EAGAIN;
	quic_path_init(p, !c->path.id, mtu, true);
	quic_path_reset_spin(p, c->spin);
	begin_new(c, p, mtu, now);
	p->ours = true;
	p->preferred = preferred || c->path.preferred;
	check_path(c, p, now);
	c->news |= QUIC_NEWS_PATHS;
	return 0;
}

void quic_migration_cancel(struct quic_conn *c)
{
	forget_alt(c);
}

/* A client hears nothing: one end of the way may be another one by now. */
static bool is_silent(const struct quic_conn *c)
{
	return !c->server && c->confirmed && c->pto_count >= SILENT_PTOS;
}

/* RFC 9000 9.3.1, 8.1: so that the server may answer to an unknown address */
bool quic_migration_expands(const struct quic_conn *c)
{
	return is_silent(c);
}

/*
 * RFC 9000 9.5: a server without an unused id of ours cannot follow to an
 * address that a NAT changed, nor say so: its answers go where nobody is. New
 * ids in the place of all that it has (5.1.1) let it; and as long as it did
 * not follow to where we moved (9.6.1, or by option), the way that we came
 * from is as good, by turns.
 */
void quic_migration_silence(struct quic_conn *c, u64 now)
{
	u32 ptos = c->pto_count;

	if (!is_silent(c))
		return;
	quic_cid_renew(c);
	if (!c->path_alt.used || c->path_alt.checking || c->path.joined)
		return;
	swap_paths(c);
	quic_path_checked(&c->path);
	c->path.joined = false;
	/* RFC 9002 6.2.1: two ways are no reason to send more */
	c->pto_count = ptos;
	retire_alt(c, now);
	tell(c, true);
}

/* ---- time -------------------------------------------------------------------- */

static u64 path_deadline(const struct quic_path *p)
{
	return p->used ? min(p->repeat_ns, p->until_ns) : QUIC_TIME_NEVER;
}

u64 quic_migration_deadline(const struct quic_conn *c)
{
	return min(path_deadline(&c->path), path_deadline(&c->path_alt));
}

static void alt_timeout(struct quic_conn *c, u64 now)
{
	if (c->path_alt.checking)
		alt_failed(c, now);
	else if (!c->server && !c->path.joined)
		/* the server may lack an id to follow us, and say so there */
		retire_alt(c, now);
	else
		forget_alt(c);
}

void quic_migration_timeout(struct quic_conn *c, u64 now)
{
	/* this one first: it may be the way back */
	if (c->path_alt.used && c->path_alt.until_ns <= now)
		alt_timeout(c, now);
	if (c->path.until_ns <= now)
		active_failed(c, now);
	quic_path_repeat(&c->path, now);
	if (c->path_alt.used)
		quic_path_repeat(&c->path_alt, now);
}
