// SPDX-License-Identifier: GPL-2.0-only
#include "quic/core/cid.h"

#include "fixture.h"
#include "tap.h"

static u8 id_bytes[QUIC_CID_MAX_LEN], token_bytes[QUIC_RESET_TOKEN_LEN];

/* NEW_CONNECTION_ID whose id and token follow from @fill. */
static enum quic_err recv_new(struct fix *f, u64 seq, u64 prior, u8 fill)
{
	const struct quic_frame fr = {
		.type = QUIC_FRAME_NEW_CONNECTION_ID,
		.new_cid = { .seq = seq, .retire_prior_to = prior,
			     .cid_len = 8, .cid = id_bytes,
			     .token = token_bytes },
	};

	memset(id_bytes, fill, sizeof(id_bytes));
	memset(token_bytes, fill, sizeof(token_bytes));
	return fix_frame(f, QUIC_SPACE_APP, &fr);
}

static enum quic_err recv_retire(struct fix *f, u64 seq)
{
	const struct quic_frame fr = {
		.type = QUIC_FRAME_RETIRE_CONNECTION_ID, .retire_seq = seq,
	};

	return fix_frame(f, QUIC_SPACE_APP, &fr);
}

static int issue(struct fix *f, u8 fill)
{
	struct quic_cid cid = { .len = 8 };
	u8 token[QUIC_RESET_TOKEN_LEN];

	memset(cid.data, fill, 8);
	memset(token, fill ^ 0xff, sizeof(token));
	return quic_cid_issue(&f->c, &cid, token);
}

static bool uses(const struct fix *f, u8 fill)
{
	const struct quic_cid *cid = quic_cid_remote(&f->c);

	return cid->len == 8 && cid->data[0] == fill && cid->data[7] == fill;
}

/*
 * RFC 9000 5.1.1: as many as the peer holds, announced with their tokens;
 * RFC 9000 5.1.1#1: numbered one by one
 */
static void issued(void)
{
	const struct fix_seen *s;
	struct fix f;

	fix_open(&f, true, NULL, NULL);
	CHECK_EQ(quic_cid_wanted(&f.c), 3);
	CHECK_EQ(issue(&f, 0x21), 0);
	CHECK_EQ(issue(&f, 0x22), 0);
	CHECK_EQ(issue(&f, 0x23), 0);
	CHECK_EQ(quic_cid_wanted(&f.c), 0);
	CHECK_EQ(issue(&f, 0x24), -ENOSPC);
	fix_send(&f);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_NEW_CONNECTION_ID), 3);
	s = fix_nth(&f, QUIC_FRAME_NEW_CONNECTION_ID, 1);
	CHECK_EQ(s->f.new_cid.seq, 2);
	CHECK_EQ(s->f.new_cid.retire_prior_to, 0);
	CHECK_EQ(s->f.new_cid.cid[0], 0x22);
	CHECK_EQ(s->f.new_cid.token[0], 0x22 ^ 0xff);
	fix_free(&f);
}

/* RFC 9000 13.3: announced again when the packet is lost */
static void announced_again(void)
{
	struct fix f;
	u64 pn;
	int i;

	fix_open(&f, true, NULL, NULL);
	CHECK_EQ(issue(&f, 0x21), 0);
	fix_send(&f);
	fix_forget(&f);
	pn = f.c.space[QUIC_SPACE_APP].sent.next;
	for (i = 0; i < 3; i++) {
		f.c.pending |= QUIC_PEND_PING;
		fix_send(&f);
	}
	CHECK_EQ(fix_ack(&f, QUIC_SPACE_APP, pn, pn + 2), 0);
	fix_send(&f);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_NEW_CONNECTION_ID), 1);
	CHECK_EQ(fix_nth(&f, QUIC_FRAME_NEW_CONNECTION_ID, 0)->f.new_cid.seq,
		 1);
	CHECK_EQ(f.c.cids.local_next, 2);
	fix_free(&f);
}

/* RFC 9000 19.16 */
static void retired_by_the_peer(void)
{
	struct quic_cid cid;
	struct fix f;

	fix_open(&f, true, NULL, NULL);
	issue(&f, 0x21);
	issue(&f, 0x22);
	fix_send(&f);
	CHECK(!quic_cid_retired(&f.c, &cid));
	f.c.news = 0;
	CHECK_EQ(recv_retire(&f, 1), 0);
	CHECK(f.c.news & QUIC_NEWS_CIDS);
	CHECK(quic_cid_retired(&f.c, &cid));
	CHECK_EQ(cid.data[0], 0x21);
	CHECK(!quic_cid_retired(&f.c, &cid));
	CHECK_EQ(quic_cid_wanted(&f.c), 2);
	/* again: it may have been sent twice */
	CHECK_EQ(recv_retire(&f, 1), 0);
	CHECK(!quic_cid_retired(&f.c, &cid));
	/* never issued */
	CHECK_EQ(recv_retire(&f, 3), QUIC_ERR_PROTOCOL_VIOLATION);
	CHECK_EQ(f.c.close.frame_type, QUIC_FRAME_RETIRE_CONNECTION_ID);
	fix_free(&f);
	/* the id that the packet itself came to */
	fix_open(&f, true, NULL, NULL);
	CHECK_EQ(recv_retire(&f, 0), QUIC_ERR_PROTOCOL_VIOLATION);
	fix_free(&f);
	/* issued, but never sent to the peer */
	fix_open(&f, true, NULL, NULL);
	issue(&f, 0x21);
	CHECK_EQ(recv_retire(&f, 1), QUIC_ERR_PROTOCOL_VIOLATION);
	fix_free(&f);
}

/* RFC 9000 5.1.2 */
static void retire_prior_to(void)
{
	struct fix f;

	fix_open(&f, false, NULL, NULL);
	CHECK(uses(&f, 0x0b));
	CHECK_EQ(recv_new(&f, 1, 0, 0x31), 0);
	CHECK_EQ(recv_new(&f, 2, 0, 0x32), 0);
	CHECK(uses(&f, 0x0b));
	f.c.news = 0;
	CHECK_EQ(recv_new(&f, 3, 2, 0x33), 0);
	CHECK(f.c.news & QUIC_NEWS_REMOTE_CID);
	CHECK(uses(&f, 0x32) || uses(&f, 0x33));
	fix_send(&f);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_RETIRE_CONNECTION_ID), 2);
	CHECK_EQ(fix_nth(&f, QUIC_FRAME_RETIRE_CONNECTION_ID, 0)->f.retire_seq +
		 fix_nth(&f, QUIC_FRAME_RETIRE_CONNECTION_ID, 1)->f.retire_seq,
		 1);
	/* one that comes late is given back at once: RFC 9000 19.15 */
	fix_forget(&f);
	CHECK_EQ(recv_new(&f, 1, 0, 0x31), 0);
	fix_send(&f);
	CHECK_EQ(fix_nth(&f, QUIC_FRAME_RETIRE_CONNECTION_ID, 0)->f.retire_seq,
		 1);
	/* a smaller value changes nothing */
	CHECK_EQ(recv_new(&f, 4, 1, 0x34), 0);
	CHECK_EQ(f.c.cids.remote_retire, 2);
	fix_free(&f);
	/* the lowest that is not retired may come late, too */
	fix_open(&f, false, NULL, NULL);
	CHECK_EQ(recv_new(&f, 3, 2, 0x33), 0);
	CHECK_EQ(recv_new(&f, 2, 0, 0x32), 0);
	fix_send(&f);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_RETIRE_CONNECTION_ID), 1);
	CHECK_EQ(fix_nth(&f, QUIC_FRAME_RETIRE_CONNECTION_ID, 0)->f.retire_seq,
		 0);
	fix_free(&f);
}

/* RFC 9000 13.3: RETIRE_CONNECTION_ID is repeated, but owed only once. */
static void retire_again(void)
{
	struct fix f;
	int i;

	fix_open(&f, false, NULL, NULL);
	CHECK_EQ(recv_new(&f, 1, 1, 0x31), 0);
	fix_send(&f);
	fix_forget(&f);
	/* timeout after timeout, all copies unacknowledged */
	for (i = 0; i < 5; i++) {
		f.now = quic_conn_deadline(&f.c);
		quic_conn_timeout(&f.c, f.now, GFP_ATOMIC);
		CHECK(f.c.cids.n_retire <= 1);
		fix_send(&f);
	}
	CHECK_EQ(f.c.cids.n_retire, 0);
	CHECK(fix_count(&f, QUIC_FRAME_RETIRE_CONNECTION_ID) >= 5);
	fix_free(&f);
}

/* RFC 9000 5.1.1: CONNECTION_ID_LIMIT_ERROR above our limit, here 4 */
static void limit(void)
{
	struct fix f;
	u64 seq;

	fix_open(&f, false, NULL, NULL);
	for (seq = 1; seq < 4; seq++)
		CHECK_EQ(recv_new(&f, seq, 0, 0x30 + seq), 0);
	/* retiring in the same frame makes room */
	CHECK_EQ(recv_new(&f, 4, 1, 0x34), 0);
	CHECK_EQ(recv_new(&f, 5, 1, 0x35), QUIC_ERR_CONNECTION_ID_LIMIT);
	fix_free(&f);
}

/* The limit that we announce is never above what the table holds. */
static void table_full(void)
{
	struct quic_tparams tp;
	struct fix f;
	u64 seq;

	fix_params(&tp);
	tp.active_connection_id_limit = 100;
	fix_open(&f, false, &tp, NULL);
	CHECK_EQ(f.c.local.active_connection_id_limit, QUIC_CIDS_LIMIT);
	for (seq = 1; seq < QUIC_CIDS_LIMIT; seq++)
		CHECK_EQ(recv_new(&f, seq, 0, 0x30 + seq), 0);
	/* a ninth, and the first one back */
	CHECK_EQ(recv_new(&f, seq, 1, 0x30 + seq), 0);
	CHECK(!uses(&f, 0x0b));
	seq++;
	CHECK_EQ(recv_new(&f, seq, 5, 0x30 + seq), 0);
	CHECK(quic_cid_remote(&f.c)->data[0] >= 0x35);
	fix_send(&f);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_RETIRE_CONNECTION_ID), 5);
	fix_free(&f);
	/* sequence numbers with holes: nothing below the limit is there */
	fix_open(&f, false, &tp, NULL);
	CHECK_EQ(recv_new(&f, 10, 1, 0x3a), 0);
	for (seq = 11; seq < 10 + QUIC_CIDS_LIMIT; seq++)
		CHECK_EQ(recv_new(&f, seq, 1, 0x30 + seq), 0);
	CHECK_EQ(recv_new(&f, 100, 5, 0x77), QUIC_ERR_CONNECTION_ID_LIMIT);
	fix_free(&f);
}

/* A peer that retires its own ids and never takes an answer */
static void debts_are_bounded(void)
{
	enum quic_err err = QUIC_ERR_NONE;
	struct fix f;
	u64 seq;

	fix_open(&f, false, NULL, NULL);
	for (seq = 1; seq < 200 && !err; seq++)
		err = recv_new(&f, seq, seq, seq);
	CHECK_EQ(err, QUIC_ERR_CONNECTION_ID_LIMIT);
	CHECK(f.c.cids.n_retire <= ARRAY_SIZE(f.c.cids.retire));
	fix_free(&f);
}

/* RFC 9000 19.15: the same number or id with other contents */
static void contradictions(void)
{
	struct fix f;

	fix_open(&f, false, NULL, NULL);
	CHECK_EQ(recv_new(&f, 1, 0, 0x31), 0);
	CHECK_EQ(recv_new(&f, 1, 0, 0x31), 0);
	CHECK_EQ(f.c.cids.remote_retire, 0);
	CHECK_EQ(recv_new(&f, 1, 0, 0x32), QUIC_ERR_PROTOCOL_VIOLATION);
	fix_free(&f);
	fix_open(&f, false, NULL, NULL);
	CHECK_EQ(recv_new(&f, 1, 0, 0x31), 0);
	CHECK_EQ(recv_new(&f, 2, 0, 0x31), QUIC_ERR_PROTOCOL_VIOLATION);
	fix_free(&f);
	/* the token alone */
	fix_open(&f, false, NULL, NULL);
	CHECK_EQ(recv_new(&f, 1, 0, 0x31), 0);
	f.c.cids.remote[1].token[15] ^= 1;
	CHECK_EQ(recv_new(&f, 1, 0, 0x31), QUIC_ERR_PROTOCOL_VIOLATION);
	fix_free(&f);
}

/* RFC 9000 5.1.1: a new one for each retired, also for the very first. */
static void first_retired(void)
{
	struct fix f;

	fix_open(&f, true, NULL, NULL);
	CHECK_EQ(issue(&f, 0x21), 0);
	CHECK_EQ(issue(&f, 0x22), 0);
	CHECK_EQ(issue(&f, 0x23), 0);
	fix_send(&f);
	/* the packet came to another id than the one that it retires */
	f.c.cids.local[0].cid.data[0] ^= 1;
	CHECK_EQ(recv_retire(&f, 0), 0);
	CHECK_EQ(quic_cid_wanted(&f.c), 1);
	CHECK_EQ(issue(&f, 0x24), 0);
	fix_free(&f);
}

/* RFC 9000 19.15: a frame that comes again brings no retired id back. */
static void used_up(void)
{
	struct fix f;

	fix_open(&f, true, NULL, NULL);
	CHECK_EQ(recv_new(&f, 1, 0, 0x31), 0);
	CHECK_EQ(recv_new(&f, 2, 0, 0x32), 0);
	CHECK(quic_cid_take_alt(&f.c));
	CHECK_EQ(f.c.cids.remote[f.c.cids.remote_alt].seq, 1);
	quic_cid_leave_alt(&f.c);
	CHECK_EQ(recv_new(&f, 1, 0, 0x31), 0);
	CHECK(quic_cid_take_alt(&f.c));
	CHECK_EQ(f.c.cids.remote[f.c.cids.remote_alt].seq, 2);
	quic_cid_leave_alt(&f.c);
	CHECK(!quic_cid_take_alt(&f.c));
	/* late is not the same as again */
	CHECK_EQ(recv_new(&f, 9, 0, 0x39), 0);
	CHECK_EQ(recv_new(&f, 5, 0, 0x35), 0);
	CHECK_EQ(recv_new(&f, 5, 0, 0x35), 0);
	CHECK_EQ(f.c.cids.n_retire, 2);
	fix_free(&f);
}

/* RFC 9000 19.15: a peer whose packets we send without an id issues none. */
static void zero_length(void)
{
	struct fix f;

	fix_open(&f, false, NULL, NULL);
	f.c.cids.remote[0].cid.len = 0;
	CHECK_EQ(recv_new(&f, 1, 0, 0x31), QUIC_ERR_PROTOCOL_VIOLATION);
	fix_free(&f);
	/* and we issue none when ours is empty */
	fix_open(&f, false, NULL, NULL);
	f.c.local.initial_scid.len = 0;
	CHECK_EQ(quic_cid_wanted(&f.c), 0);
	CHECK_EQ(issue(&f, 0x21), -ENOSPC);
	CHECK_EQ(quic_cid_retire_local(&f.c, 1), -EINVAL);
	/* RFC 9000 19.16: nor may one be retired */
	CHECK_EQ(recv_retire(&f, 0), QUIC_ERR_PROTOCOL_VIOLATION);
	fix_free(&f);
}

/* RFC 9000 10.3.1: only tokens of ids in use */
static void stateless_reset(void)
{
	struct quic_tparams tp;
	struct fix f;
	u8 token[QUIC_RESET_TOKEN_LEN];

	fix_params(&tp);
	memset(tp.reset_token, 0x30, sizeof(tp.reset_token));
	tp.has_reset_token = true;
	fix_open(&f, false, NULL, &tp);
	memset(token, 0x30, sizeof(token));
	CHECK(quic_cid_is_reset(&f.c, token));
	token[15]++;
	CHECK(!quic_cid_is_reset(&f.c, token));
	token[15]--;
	/* not used yet */
	CHECK_EQ(recv_new(&f, 1, 0, 0x31), 0);
	CHECK(!quic_cid_is_reset(&f.c, token_bytes));
	CHECK_EQ(recv_new(&f, 2, 2, 0x32), 0);
	CHECK(quic_cid_is_reset(&f.c, token_bytes));
	/* retired */
	CHECK(!quic_cid_is_reset(&f.c, token));
	memset(token, 0x31, sizeof(token));
	CHECK(!quic_cid_is_reset(&f.c, token));
	fix_free(&f);
	/* no token was given: sixteen zeros are none */
	fix_open(&f, false, NULL, NULL);
	memset(token, 0, sizeof(token));
	CHECK(!quic_cid_is_reset(&f.c, token));
	fix_free(&f);
}

static u64 seq_in_use(const struct fix *f)
{
	return f->c.cids.remote[f->c.cids.remote_cur].seq;
}

/* The application gives the peer's ids back: RFC 9000 5.1.2 */
static void retire_remote(void)
{
	struct fix f;

	fix_open(&f, false, NULL, NULL);
	f.c.events.mask = ~0;
	CHECK_EQ(recv_new(&f, 1, 0, 0x31), 0);
	CHECK_EQ(recv_new(&f, 2, 0, 0x32), 0);
	CHECK_EQ(quic_cid_retire_remote(&f.c, 0), -EINVAL);
	CHECK_EQ(quic_cid_retire_remote(&f.c, 3), -EINVAL);
	CHECK_EQ(quic_cid_retire_remote(&f.c, 2), 0);
	CHECK_EQ(seq_in_use(&f), 2);
	CHECK_EQ(quic_cid_lowest(f.c.cids.remote), 2);
	CHECK_EQ(quic_cid_retire_remote(&f.c, 2), -EINVAL);
	fix_send(&f);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_RETIRE_CONNECTION_ID), 2);
	CHECK_EQ(quic_events_peek(&f.c.events)->type, QUIC_EV_CONNECTION_ID);
	CHECK_EQ(quic_events_peek(&f.c.events)->state, 1);
	CHECK_EQ(quic_events_peek(&f.c.events)->id, 2);
	CHECK_EQ(quic_events_peek(&f.c.events)->val, 2);
	fix_free(&f);
}

static void choose_remote(void)
{
	struct fix f;

	fix_open(&f, false, NULL, NULL);
	CHECK_EQ(recv_new(&f, 1, 0, 0x31), 0);
	CHECK_EQ(recv_new(&f, 2, 0, 0x32), 0);
	CHECK_EQ(quic_cid_use_remote(&f.c, 0), -EINVAL);
	CHECK_EQ(quic_cid_use_remote(&f.c, 3), -EINVAL);
	f.c.news = 0;
	CHECK_EQ(quic_cid_use_remote(&f.c, 1), 0);
	CHECK(f.c.news & QUIC_NEWS_REMOTE_CID);
	CHECK(uses(&f, 0x31));
	CHECK_EQ(quic_cid_use_remote(&f.c, 1), -EINVAL);
	/* a migration holds an id of its own */
	CHECK(quic_cid_take_alt(&f.c));
	CHECK_EQ(quic_cid_use_remote(&f.c, 2), -EAGAIN);
	CHECK_EQ(quic_cid_retire_remote(&f.c, 1), -EAGAIN);
	fix_free(&f);
}

/* RFC 9000 19.15: the frame of a retired id, once more, is no error */
static void retired_and_repeated(void)
{
	struct fix f;
	u64 seq;

	fix_open(&f, false, NULL, NULL);
	for (seq = 1; seq < 4; seq++)
		CHECK_EQ(recv_new(&f, seq, 0, 0x30 + seq), 0);
	/* another path came and went */
	CHECK(quic_cid_take_alt(&f.c));
	seq = f.c.cids.remote[f.c.cids.remote_alt].seq;
	quic_cid_leave_alt(&f.c);
	CHECK_EQ(recv_new(&f, seq, 0, 0x30 + seq), 0);
	CHECK_EQ(f.c.state, QUIC_CONN_ESTABLISHED);
	CHECK_EQ(quic_cid_use_remote(&f.c, seq), -EINVAL);
	/* the one that replaces it is taken */
	CHECK_EQ(recv_new(&f, 4, 0, 0x34), 0);
	CHECK_EQ(quic_cid_use_remote(&f.c, 4), 0);
	fix_free(&f);
}

/* RFC 9000 5.1.1, 5.1.2: Retire Prior To, with what replaces the old ones */
static void retire_local(void)
{
	const struct fix_seen *s;
	struct fix f;
	u64 seq;

	fix_open(&f, true, NULL, NULL);
	f.c.events.mask = ~0;
	while (quic_cid_wanted(&f.c))
		CHECK_EQ(issue(&f, f.c.cids.local_next), 0);
	fix_send(&f);
	CHECK_EQ(f.c.cids.local_next, 4);
	CHECK_EQ(quic_cid_retire_local(&f.c, 0), -EINVAL);
	CHECK_EQ(quic_cid_retire_local(&f.c, 4), -EINVAL);
	f.c.news = 0;
	CHECK_EQ(quic_cid_retire_local(&f.c, 2), 0);
	CHECK(f.c.news & QUIC_NEWS_CIDS);
	/* RFC 9000 5.1.2: not again before the first is fulfilled */
	CHECK_EQ(quic_cid_retire_local(&f.c, 3), -EAGAIN);
	CHECK_EQ(quic_cid_wanted(&f.c), 2);
	fix_forget(&f);
	issue(&f, 4);
	issue(&f, 5);
	fix_send(&f);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_NEW_CONNECTION_ID), 2);
	s = fix_nth(&f, QUIC_FRAME_NEW_CONNECTION_ID, 0);
	CHECK_EQ(s->f.new_cid.seq, 4);
	CHECK_EQ(s->f.new_cid.retire_prior_to, 2);
	/* the old ones are good until they are retired */
	CHECK_EQ(quic_cid_lowest(f.c.cids.local), 0);
	for (seq = 1; seq < 2; seq++)
		CHECK_EQ(recv_retire(&f, seq), 0);
	CHECK_EQ(quic_events_peek(&f.c.events)->type, QUIC_EV_CONNECTION_ID);
	CHECK_EQ(quic_events_peek(&f.c.events)->state, 0);
	fix_free(&f);
}

/*
 * RFC 9000 5.1.2: a request whose own id was used up before, and comes again:
 * what replaces the ids in use is on its way.
 */
static void retire_prior_too_early(void)
{
	struct fix f;

	fix_open(&f, false, NULL, NULL);
	CHECK_EQ(recv_new(&f, 1, 0, 0x31), 0);
	/* another path took number 1, and is no more */
	CHECK(quic_cid_take_alt(&f.c));
	CHECK_EQ(f.c.cids.remote[f.c.cids.remote_alt].seq, 1);
	quic_cid_leave_alt(&f.c);
	CHECK_EQ(recv_new(&f, 1, 1, 0x31), 0);
	CHECK_EQ(f.c.state, QUIC_CONN_ESTABLISHED);
	CHECK_EQ(f.c.cids.remote[f.c.cids.remote_cur].seq, 0);
	CHECK_EQ(recv_new(&f, 2, 1, 0x32), 0);
	CHECK(uses(&f, 0x32));
	fix_free(&f);
}

/* RFC 9000 19.15: Retire Prior To is never above the frame's own number */
static void retire_prior_of_a_repeat(void)
{
	const struct fix_seen *s;
	struct fix f;

	fix_open(&f, true, NULL, NULL);
	while (quic_cid_wanted(&f.c))
		issue(&f, f.c.cids.local_next);
	fix_send(&f);
	CHECK_EQ(quic_cid_retire_local(&f.c, 3), 0);
	quic_cid_announce_lost(&f.c, 1);
	fix_forget(&f);
	fix_send(&f);
	s = fix_nth(&f, QUIC_FRAME_NEW_CONNECTION_ID, 0);
	CHECK_EQ(s->f.new_cid.seq, 1);
	CHECK_EQ(s->f.new_cid.retire_prior_to, 1);
	fix_free(&f);
}

int main(void)
{
	TEST(issued);
	TEST(announced_again);
	TEST(retired_by_the_peer);
	TEST(retire_prior_to);
	TEST(retire_again);
	TEST(limit);
	TEST(table_full);
	TEST(debts_are_bounded);
	TEST(contradictions);
	TEST(first_retired);
	TEST(used_up);
	TEST(zero_length);
	TEST(stateless_reset);
	TEST(retire_remote);
	TEST(choose_remote);
	TEST(retired_and_repeated);
	TEST(retire_local);
	TEST(retire_prior_of_a_repeat);
	TEST(retire_prior_too_early);
	return tap_done();
}
