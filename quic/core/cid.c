// SPDX-License-Identifier: GPL-2.0-only
#include "cid.h"
#include "conn.h"

void quic_cids_init(struct quic_cids *ids)
{
	memset(ids, 0, sizeof(*ids));
	ids->local_limit = 2;		/* RFC 9000 18.2: the default */
	ids->remote_seen = 1;
}

static unsigned int count_used(const struct quic_cid_entry *e)
{
	unsigned int i, n = 0;

	for (i = 0; i < QUIC_CIDS_MAX; i++)
		n += e[i].state != QUIC_CID_FREE;
	return n;
}

static struct quic_cid_entry *find_seq(struct quic_cid_entry *e, u64 seq)
{
	unsigned int i;

	for (i = 0; i < QUIC_CIDS_MAX; i++)
		if (e[i].state != QUIC_CID_FREE && e[i].seq == seq)
			return &e[i];
	return NULL;
}

static struct quic_cid_entry *find_free(struct quic_cid_entry *e)
{
	unsigned int i;

	for (i = 0; i < QUIC_CIDS_MAX; i++)
		if (e[i].state == QUIC_CID_FREE)
			return &e[i];
	return NULL;
}

/* Was it issued before? What is far below the highest was. */
static bool was_seen(const struct quic_cids *ids, u64 seq)
{
	u64 back = ids->remote_top - seq;

	return seq <= ids->remote_top &&
	       (back >= 64 || ids->remote_seen & (1ULL << back));
}

static void set_seen(struct quic_cids *ids, u64 seq)
{
	u64 ahead = seq - ids->remote_top;

	if (seq <= ids->remote_top) {
		ids->remote_seen |= 1ULL << (ids->remote_top - seq);
		return;
	}
	ids->remote_seen = ahead < 64 ? ids->remote_seen << ahead | 1 : 1;
	ids->remote_top = seq;
}

u64 quic_cid_lowest(const struct quic_cid_entry *e)
{
	u64 lowest = U64_MAX;
	unsigned int i;

	for (i = 0; i < QUIC_CIDS_MAX; i++)
		if (e[i].state == QUIC_CID_ACTIVE)
			lowest = min(lowest, e[i].seq);
	return lowest == U64_MAX ? 0 : lowest;
}

static u64 highest(const struct quic_cid_entry *e)
{
	u64 high = 0;
	unsigned int i;

	for (i = 0; i < QUIC_CIDS_MAX; i++)
		if (e[i].state == QUIC_CID_ACTIVE)
			high = max(high, e[i].seq);
	return high;
}

/* Some are below, and one is not. */
static bool splits(const struct quic_cid_entry *e, u64 prior)
{
	return prior > quic_cid_lowest(e) && prior <= highest(e);
}

/* Which ids there are changed by the peer's doing, or by ours. */
static void tell(struct quic_conn *c, bool dest)
{
	const struct quic_cids *ids = &c->cids;
	struct quic_ev ev = { .type = QUIC_EV_CONNECTION_ID, .state = dest };

	ev.val = quic_cid_lowest(dest ? ids->remote : ids->local);
	ev.id = dest ? ids->remote[ids->remote_cur].seq : ev.val;
	quic_events_push(&c->events, &ev, GFP_ATOMIC);
	c->news |= QUIC_NEWS_EVENT;
}

/* Ours that the peer may keep, or gets. */
static unsigned int count_kept(const struct quic_cids *ids)
{
	unsigned int i, n = 0;

	for (i = 0; i < QUIC_CIDS_MAX; i++)
		n += ids->local[i].state != QUIC_CID_FREE &&
		     ids->local[i].seq >= ids->local_retire;
	return n;
}

unsigned int quic_cid_wanted(const struct quic_conn *c)
{
	const struct quic_cids *ids = &c->cids;
	unsigned int kept = count_kept(ids);
	unsigned int room = QUIC_CIDS_MAX - count_used(ids->local);

	/* RFC 9000 5.1.1: zero-length ids are neither issued nor retired. */
	if (c->state != QUIC_CONN_ESTABLISHED || !c->local.initial_scid.len)
		return 0;
	/* RFC 9000 5.1.1: more than the limit while the frame retires others */
	return ids->local_limit > kept ? min(ids->local_limit - kept, room) : 0;
}

int quic_cid_issue(struct quic_conn *c, const struct quic_cid *cid,
		   const u8 *token)
{
	struct quic_cid_entry *e = find_free(c->cids.local);

	if (!e || !quic_cid_wanted(c))
		return -ENOSPC;
	memset(e, 0, sizeof(*e));
	e->cid = *cid;
	/* RFC 9000 5.1.1#1 */
	e->seq = c->cids.local_next++;
	memcpy(e->token, token, sizeof(e->token));
	e->has_token = true;
	e->state = QUIC_CID_PENDING;
	return 0;
}

int quic_cid_issue_preferred(struct quic_conn *c, const struct quic_cid *cid,
			     const u8 *token)
{
	struct quic_cid_entry *e = find_free(c->cids.local);

	if (!e || c->cids.local_next != 1 || c->state >= QUIC_CONN_ESTABLISHED)
		return -EINVAL;
	memset(e, 0, sizeof(*e));
	e->cid = *cid;
	e->seq = c->cids.local_next++;
	memcpy(e->token, token, sizeof(e->token));
	e->has_token = true;
	/* the transport parameters announce it */
	e->announced = true;
	e->state = QUIC_CID_ACTIVE;
	c->local.preferred.cid = *cid;
	memcpy(c->local.preferred.reset_token, token, QUIC_RESET_TOKEN_LEN);
	c->local.has_preferred_address = true;
	return 0;
}

bool quic_cid_retired(struct quic_conn *c, struct quic_cid *cid)
{
	struct quic_cids *ids = &c->cids;

	if (!ids->retired_local_n)
		return false;
	*cid = ids->retired_local[--ids->retired_local_n];
	return true;
}

const struct quic_cid *quic_cid_remote(const struct quic_conn *c)
{
	return &c->cids.remote[c->cids.remote_cur].cid;
}

/* RFC 9000 10.3.1: constant time, so that the token is not found bytewise. */
static bool token_equal(const u8 *a, const u8 *b)
{
	u8 diff = 0;
	unsigned int i;

	for (i = 0; i < QUIC_RESET_TOKEN_LEN; i++)
		diff |= a[i] ^ b[i];
	return !diff;
}

bool quic_cid_is_reset(const struct quic_conn *c, const u8 *token)
{
	const struct quic_cids *ids = &c->cids;
	const struct quic_cid_entry *cur = &ids->remote[ids->remote_cur];
	const struct quic_cid_entry *alt = &ids->remote[ids->remote_alt];

	return (cur->has_token && token_equal(cur->token, token)) ||
	       (alt->has_token && token_equal(alt->token, token));
}

/* Owe the peer a RETIRE_CONNECTION_ID; false when it lets us owe too many. */
static bool owe_retire(struct quic_cids *ids, u64 seq)
{
	unsigned int i;

	/* a probe or a repeated NEW_CONNECTION_ID may ask for it again */
	for (i = 0; i < ids->n_retire; i++)
		if (ids->retire[i] == seq)
			return true;
	if (ids->n_retire == ARRAY_SIZE(ids->retire))
		return false;
	ids->retire[ids->n_retire++] = seq;
	return true;
}

/* Index of an id that no path uses, or -1. */
static int find_unused(const struct quic_cids *ids)
{
	int i;

	for (i = 0; i < QUIC_CIDS_MAX; i++)
		if (ids->remote[i].state == QUIC_CID_ACTIVE &&
		    i != ids->remote_cur && i != ids->remote_alt)
			return i;
	return -1;
}

static void use_cid(struct quic_conn *c, unsigned int i)
{
	struct quic_cids *ids = &c->cids;

	if (ids->remote_alt == ids->remote_cur)
		ids->remote_alt = i;
	ids->remote_cur = i;
	quic_path_reset_spin(&c->path, c->spin);
	c->news |= QUIC_NEWS_REMOTE_CID;
}

static bool is_free(const struct quic_cids *ids, u8 i)
{
	return ids->remote[i].state == QUIC_CID_FREE;
}

/* The ids in use may be among those given back: each path takes another. */
static bool replace_retired(struct quic_conn *c)
{
	struct quic_cids *ids = &c->cids;
	int i;

	if (is_free(ids, ids->remote_cur)) {
		i = find_unused(ids);
		if (i < 0 && !is_free(ids, ids->remote_alt)) {
			/* the other path has to do without */
			i = ids->remote_alt;
			ids->remote_alt = ids->remote_cur;
			quic_migration_cancel(c);
		}
		if (i < 0)
			return false;
		use_cid(c, i);
	}
	if (is_free(ids, ids->remote_alt) && !quic_cid_take_alt(c))
		quic_migration_cancel(c);
	return true;
}

bool quic_cid_take_alt(struct quic_conn *c)
{
	struct quic_cids *ids = &c->cids;
	int i;

	/* RFC 9000 5.1.1: an id of no length is used on any path */
	if (!quic_cid_remote(c)->len) {
		ids->remote_alt = ids->remote_cur;
		return true;
	}
	i = find_unused(ids);
	if (i < 0)
		return false;
	ids->remote_alt = i;
	return true;
}

void quic_cid_leave_alt(struct quic_conn *c)
{
	struct quic_cids *ids = &c->cids;
	struct quic_cid_entry *e = &ids->remote[ids->remote_alt];

	/* a peer that lets us owe so many keeps an id more */
	if (ids->remote_alt != ids->remote_cur &&
	    e->state != QUIC_CID_FREE && owe_retire(ids, e->seq))
		e->state = QUIC_CID_FREE;
	ids->remote_alt = ids->remote_cur;
}

void quic_cid_add_preferred(struct quic_conn *c, const struct quic_cid *cid,
			    const u8 *token)
{
	struct quic_cid_entry *e = &c->cids.remote[1];

	memset(e, 0, sizeof(*e));
	e->cid = *cid;
	e->seq = 1;
	memcpy(e->token, token, sizeof(e->token));
	e->has_token = true;
	e->state = QUIC_CID_ACTIVE;
	set_seen(&c->cids, e->seq);
}

/* RFC 9000 5.1.2: everything below @prior is given back. */
static enum quic_err retire_prior(struct quic_conn *c, u64 prior)
{
	struct quic_cids *ids = &c->cids;
	unsigned int i;

	/*
	 * The one that came with the request may have been used up and given
	 * back before, and those that take its place be still on their way,
	 * with the same request.
	 */
	if (prior <= ids->remote_retire || prior > highest(ids->remote))
		return QUIC_ERR_NONE;
	ids->remote_retire = prior;
	for (i = 0; i < QUIC_CIDS_MAX; i++) {
		struct quic_cid_entry *e = &ids->remote[i];

		if (e->state == QUIC_CID_FREE || e->seq >= prior)
			continue;
		e->state = QUIC_CID_FREE;
		if (!owe_retire(ids, e->seq))
			return QUIC_ERR_CONNECTION_ID_LIMIT;
	}
	if (!replace_retired(c))
		return QUIC_ERR_PROTOCOL_VIOLATION;
	tell(c, true);
	return QUIC_ERR_NONE;
}

static bool is_migrating(const struct quic_cids *ids)
{
	return ids->remote_alt != ids->remote_cur;
}

int quic_cid_retire_remote(struct quic_conn *c, u64 prior)
{
	struct quic_cids *ids = &c->cids;

	if (!quic_cid_remote(c)->len || !splits(ids->remote, prior))
		return -EINVAL;
	if (is_migrating(ids) ||
	    ARRAY_SIZE(ids->retire) - ids->n_retire < QUIC_CIDS_MAX)
		return -EAGAIN;
	return retire_prior(c, prior) ? -EINVAL : 0;
}

int quic_cid_use_remote(struct quic_conn *c, u64 seq)
{
	struct quic_cids *ids = &c->cids;
	struct quic_cid_entry *e = find_seq(ids->remote, seq);

	if (!e || seq <= ids->remote[ids->remote_cur].seq)
		return -EINVAL;
	if (is_migrating(ids))
		return -EAGAIN;
	use_cid(c, e - ids->remote);
	tell(c, true);
	return 0;
}

int quic_cid_retire_local(struct quic_conn *c, u64 prior)
{
	struct quic_cids *ids = &c->cids;

	if (!c->local.initial_scid.len || !splits(ids->local, prior))
		return -EINVAL;
	if (quic_cid_lowest(ids->local) < ids->local_retire)
		return -EAGAIN;
	ids->local_retire = prior;
	c->news |= QUIC_NEWS_CIDS;
	return 0;
}

static void announce_again(struct quic_cids *ids)
{
	unsigned int i;

	for (i = 0; i < QUIC_CIDS_MAX; i++)
		if (ids->local[i].state == QUIC_CID_ACTIVE &&
		    ids->local[i].seq >= ids->local_retire)
			ids->local[i].state = QUIC_CID_PENDING;
}

void quic_cid_renew(struct quic_conn *c)
{
	struct quic_cids *ids = &c->cids;

	if (!c->local.initial_scid.len)
		return;
	/*
	 * RFC 9000 5.1.2: one request at a time, since its fulfilment can be
	 * heard; here it cannot. A peer that used up these ids, too, gets
	 * others, as long as there is room; then the last ones again.
	 */
	if (QUIC_CIDS_MAX - count_used(ids->local) < 2) {
		announce_again(ids);
		return;
	}
	ids->local_retire = ids->local_next;
	c->news |= QUIC_NEWS_CIDS;
}

/* A sequence number or an id seen before must come with the same contents. */
static enum quic_err check_known(const struct quic_cids *ids,
				 const struct quic_frame *f, bool *known)
{
	unsigned int i;

	*known = false;
	for (i = 0; i < QUIC_CIDS_MAX; i++) {
		const struct quic_cid_entry *e = &ids->remote[i];
		bool same_cid, same_seq;

		if (e->state == QUIC_CID_FREE)
			continue;
		same_cid = e->cid.len == f->new_cid.cid_len &&
			   !memcmp(e->cid.data, f->new_cid.cid, e->cid.len);
		same_seq = e->seq == f->new_cid.seq;
		/* RFC 9000 19.15: PROTOCOL_VIOLATION when they disagree. */
		if (same_cid != same_seq)
			return QUIC_ERR_PROTOCOL_VIOLATION;
		if (!same_cid)
			continue;
		if (e->has_token &&
		    !token_equal(e->token, f->new_cid.token))
			return QUIC_ERR_PROTOCOL_VIOLATION;
		*known = true;
	}
	return QUIC_ERR_NONE;
}

static struct quic_cid_entry *find_lowest(struct quic_cid_entry *e)
{
	struct quic_cid_entry *low = e;
	unsigned int i;

	for (i = 1; i < QUIC_CIDS_MAX; i++)
		if (e[i].seq < low->seq)
			low = &e[i];
	return low;
}

/* Room for a new one, in a full table before the old ones are given back. */
static struct quic_cid_entry *make_room(struct quic_conn *c, u64 prior)
{
	struct quic_cid_entry *e = find_free(c->cids.remote);

	if (e)
		return e;
	e = find_lowest(c->cids.remote);
	if (e->seq >= prior || !owe_retire(&c->cids, e->seq))
		return NULL;
	if (e == &c->cids.remote[c->cids.remote_cur])
		c->news |= QUIC_NEWS_REMOTE_CID;
	return e;
}

static void fill_entry(struct quic_cid_entry *e, const struct quic_frame *f)
{
	memset(e, 0, sizeof(*e));
	e->cid.len = f->new_cid.cid_len;
	memcpy(e->cid.data, f->new_cid.cid, e->cid.len);
	e->seq = f->new_cid.seq;
	memcpy(e->token, f->new_cid.token, sizeof(e->token));
	e->has_token = true;
	e->state = QUIC_CID_ACTIVE;
}

enum quic_err quic_cid_recv_new(struct quic_conn *c,
				const struct quic_frame *f)
{
	struct quic_cids *ids = &c->cids;
	struct quic_cid_entry *e;
	enum quic_err err;
	bool known;

	/* RFC 9000 19.15: the peer asked for packets without an id. */
	if (!quic_cid_remote(c)->len)
		return QUIC_ERR_PROTOCOL_VIOLATION;
	err = check_known(ids, f, &known);
	if (err)
		return err;
	if (f->new_cid.seq < ids->remote_retire)
		return known || owe_retire(ids, f->new_cid.seq) ?
		       QUIC_ERR_NONE : QUIC_ERR_CONNECTION_ID_LIMIT;
	/*
	 * RFC 9000 19.15: the frame may come again, also after the id was
	 * used up and given back (5.1.2: it "will not be used again").
	 */
	if (!known && !was_seen(ids, f->new_cid.seq)) {
		e = make_room(c, f->new_cid.retire_prior_to);
		if (!e)
			return QUIC_ERR_CONNECTION_ID_LIMIT;
		fill_entry(e, f);
		set_seen(ids, e->seq);
	}
	err = retire_prior(c, f->new_cid.retire_prior_to);
	if (err)
		return err;
	/* RFC 9000 5.1.1: more than we said we would hold. */
	if (count_used(ids->remote) > c->local.active_connection_id_limit)
		return QUIC_ERR_CONNECTION_ID_LIMIT;
	return QUIC_ERR_NONE;
}

enum quic_err quic_cid_recv_retire(struct quic_conn *c, u64 seq,
				   const struct quic_cid *dcid)
{
	struct quic_cids *ids = &c->cids;
	struct quic_cid_entry *e;

	/* RFC 9000 19.16: never issued, or we issue none. */
	if (seq >= ids->local_next || !c->local.initial_scid.len)
		return QUIC_ERR_PROTOCOL_VIOLATION;
	e = find_seq(ids->local, seq);
	if (!e)
		return QUIC_ERR_NONE;
	/* RFC 9000 19.16: never sent; the packet itself came to that id. */
	if (!e->announced || quic_cid_equal(&e->cid, dcid))
		return QUIC_ERR_PROTOCOL_VIOLATION;
	if (ids->retired_local_n < QUIC_CIDS_MAX)
		ids->retired_local[ids->retired_local_n++] = e->cid;
	memset(e, 0, sizeof(*e));
	c->news |= QUIC_NEWS_CIDS;
	tell(c, false);
	return QUIC_ERR_NONE;
}

struct quic_cid_entry *quic_cid_to_announce(struct quic_conn *c)
{
	unsigned int i;

	for (i = 0; i < QUIC_CIDS_MAX; i++)
		if (c->cids.local[i].state == QUIC_CID_PENDING)
			return &c->cids.local[i];
	return NULL;
}

void quic_cid_announce_lost(struct quic_conn *c, u64 seq)
{
	struct quic_cid_entry *e = find_seq(c->cids.local, seq);

	if (e)
		e->state = QUIC_CID_PENDING;
}

void quic_cid_retire_lost(struct quic_conn *c, u64 seq)
{
	owe_retire(&c->cids, seq);
}
