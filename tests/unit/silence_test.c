// SPDX-License-Identifier: GPL-2.0-only
/* quic/core/migration.c: a client whose server does not answer any more. */
#include "fixture.h"
#include "tap.h"

#define DEADLINES_MAX	100

static struct fix f;

/* Frames other than those that probe a path, and the largest datagram. */
struct out {
	unsigned int pkts;
	unsigned int max_dgram;
	unsigned int others;
};

static struct out out[QUIC_PATHS];

static void start(void)
{
	u8 cid[8] = { 0xc1 }, token[QUIC_RESET_TOKEN_LEN] = { 1 };
	struct quic_frame fr = {
		.type = QUIC_FRAME_NEW_CONNECTION_ID,
		.new_cid = { .seq = 1, .cid_len = 8, .cid = cid,
			     .token = token },
	};

	struct quic_tparams tp;

	fix_params(&tp);
	tp.active_connection_id_limit = QUIC_CIDS_LIMIT;
	fix_open(&f, false, NULL, &tp);
	CHECK_EQ(fix_frame(&f, QUIC_SPACE_APP, &fr), 0);
	fix_send(&f);
	fix_ack_all(&f, QUIC_SPACE_APP);
	f.c.news = 0;
}

static void recv_on(u8 path, const u8 *p, size_t len)
{
	u8 dcid[8] = { 0x0a };
	struct quic_hdr hdr = {
		.type = QUIC_PKT_SHORT, .dcid = dcid, .dcid_len = 8,
	};
	struct quic_rx rx = {
		.hdr = &hdr, .pn = f.pn[QUIC_SPACE_APP]++, .payload = p,
		.len = len, .path = path, .now = f.now,
	};

	CHECK_EQ(quic_conn_recv(&f.c, &rx, GFP_ATOMIC), 0);
	quic_conn_recv_end(&f.c, f.now);
}

static void send(void)
{
	memset(out, 0, sizeof(out));
	fix_forget(&f);
	while (fix_plan(&f, 10) > 0) {
		struct out *o = &out[f.plan.path];
		unsigned int i = f.n_seen;

		fix_commit(&f, f.plan.n_pkts);
		o->pkts += f.plan.n_pkts;
		o->max_dgram = max(o->max_dgram, (unsigned int)f.plan.dgram_len);
		for (; i < f.n_seen; i++)
			o->others += !quic_frame_probing(f.seen[i].f.type);
	}
}

/* Nothing is acknowledged: the @n-th PTO in a row. */
static void pass_pto(u32 n)
{
	int i;

	for (i = 0; i < DEADLINES_MAX && f.c.pto_count < n; i++) {
		f.now = max(f.now, quic_conn_deadline(&f.c));
		quic_conn_timeout(&f.c, f.now, GFP_ATOMIC);
		send();
	}
	CHECK_EQ(f.c.pto_count, n);
}

static struct quic_cid_entry *newest_local(void)
{
	struct quic_cid_entry *e = f.c.cids.local, *best = e;
	int i;

	for (i = 1; i < QUIC_CIDS_MAX; i++)
		if (e[i].state != QUIC_CID_FREE && e[i].seq > best->seq)
			best = &e[i];
	return best;
}

/*
 * RFC 9000 9.5: a server that has used up our ids cannot follow to where a NAT
 * put us, nor ask for others: after three PTO it gets some in their place, and
 * datagrams that let it answer (9.3.1).
 */
static void silent_server(void)
{
	struct quic_cid cid = { .len = 8 };
	u8 token[QUIC_RESET_TOKEN_LEN] = {};
	const struct fix_seen *s;
	u64 old;
	int i;

	start();
	for (i = 0; quic_cid_wanted(&f.c); i++) {
		cid.data[0] = i;
		CHECK_EQ(quic_cid_issue(&f.c, &cid, token), 0);
	}
	fix_send(&f);
	fix_ack_all(&f, QUIC_SPACE_APP);
	CHECK(fix_write(&f, true, 100, false));
	fix_send(&f);
	old = newest_local()->seq;
	pass_pto(2);
	CHECK_EQ(quic_cid_wanted(&f.c), 0);
	CHECK(out[0].max_dgram < 200);
	pass_pto(3);
	CHECK_EQ(out[0].max_dgram, 1200);
	CHECK(quic_cid_wanted(&f.c) >= 2);
	cid.data[0] = 0xee;
	CHECK_EQ(quic_cid_issue(&f.c, &cid, token), 0);
	send();
	s = fix_nth(&f, QUIC_FRAME_NEW_CONNECTION_ID, 0);
	CHECK(s);
	CHECK_EQ(s->f.new_cid.seq, old + 1);
	CHECK_EQ(s->f.new_cid.retire_prior_to, old + 1);
	/* the table is full: the last ones again */
	cid.data[0] = 0xef;
	CHECK_EQ(quic_cid_issue(&f.c, &cid, token), 0);
	CHECK_EQ(quic_cid_wanted(&f.c), 0);
	fix_send(&f);
	pass_pto(4);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_NEW_CONNECTION_ID), 2);
	pass_pto(5);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_NEW_CONNECTION_ID), 2);
	CHECK_EQ(f.c.cids.local_retire, old + 1);
	/* an answer ends it */
	fix_ack_all(&f, QUIC_SPACE_APP);
	CHECK_EQ(f.c.pto_count, 0);
	CHECK(fix_write(&f, true, 100, false));
	fix_send(&f);
	pass_pto(1);
	CHECK(out[0].max_dgram < 200);
	fix_free(&f);
}

/*
 * RFC 9000 9.6.2: a server follows to its preferred address when that is
 * valid, and no sooner. Meanwhile, what it says may not arrive: the way that
 * the client came from is tried by turns, its window as it was.
 */
static void ways_by_turns(void)
{
	u8 answer[1 + QUIC_PATH_DATA_LEN] = { QUIC_FRAME_PATH_RESPONSE };
	u64 window = 77777;

	start();
	f.c.cc.window_bytes = window;
	CHECK_EQ(quic_migration_start(&f.c, 1400, true, f.now), 0);
	send();
	memcpy(answer + 1, f.c.path_alt.challenge[0], QUIC_PATH_DATA_LEN);
	recv_on(0, answer, sizeof(answer));
	CHECK_EQ(f.c.path.id, 1);
	send();
	pass_pto(2);
	CHECK_EQ(f.c.path.id, 1);
	f.c.news = 0;
	pass_pto(3);
	CHECK_EQ(f.c.path.id, 0);
	CHECK(f.c.news & QUIC_NEWS_PATHS);
	CHECK(f.c.news & QUIC_NEWS_MIGRATED);
	CHECK_EQ(f.c.cc.window_bytes, window);
	CHECK(out[0].others);
	CHECK_EQ(out[1].pkts, 0);
	pass_pto(4);
	CHECK_EQ(f.c.path.id, 1);
	CHECK(out[1].others);
	/* the server is here: that settles it */
	recv_on(1, (const u8 *)"\1", 1);
	pass_pto(5);
	CHECK_EQ(f.c.path.id, 1);
	fix_free(&f);
}

int main(void)
{
	TEST(silent_server);
	TEST(ways_by_turns);
	return tap_done();
}
