// SPDX-License-Identifier: GPL-2.0-only
/* quic/core/migration.c: from one path to another, and back. */
#include "fixture.h"
#include "tap.h"

#define CLOSE_TO_FOREVER	100

static struct fix f;

/* Packet number that the imagined peer is at. */
static u64 *next_pn(void)
{
	return &f.pn[QUIC_SPACE_APP];
}

/* The peer gives ids with sequence numbers up to @last. */
static void give_cids(u64 first, u64 last)
{
	for (; first <= last; first++) {
		u8 cid[8], token[QUIC_RESET_TOKEN_LEN];
		struct quic_frame fr = {
			.type = QUIC_FRAME_NEW_CONNECTION_ID,
			.new_cid = { .seq = first, .cid_len = 8, .cid = cid,
				     .token = token },
		};

		memset(cid, 0xc0 + first, sizeof(cid));
		memset(token, first, sizeof(token));
		CHECK_EQ(fix_frame(&f, QUIC_SPACE_APP, &fr), 0);
	}
}

static void start_with(bool server, u64 cids)
{
	fix_open(&f, server, NULL, NULL);
	if (cids)
		give_cids(1, cids);
	quic_conn_recv_end(&f.c, f.now);
	fix_send(&f);
	fix_ack_all(&f, QUIC_SPACE_APP);
	fix_forget(&f);
	f.c.news = 0;
}

static void start(bool server)
{
	start_with(server, 3);
}

/* How the peer reaches us. */
struct from {
	u8 path;
	u8 dcid;
	bool same_host;
	bool preferred;
	u32 dgram_bytes;	/* credit, when a path is made */
};

/* NAT rebinding: the peer goes on as if nothing had happened. */
static const struct from other_port = {
	QUIC_PATH_NEW, 0x0a, true, false, 1200,
};
/* A migration: another address, and another connection id. */
static const struct from other_host = {
	QUIC_PATH_NEW, 0x1a, false, false, 1200,
};

/* Frames of a packet; the glue's part is done when a path is made. */
static void recv_pn(const struct from *from, u64 pn, const u8 *p, size_t len)
{
	u8 dcid[8];
	struct quic_hdr hdr = {
		.type = QUIC_PKT_SHORT, .dcid = dcid, .dcid_len = 8,
	};
	struct quic_rx rx = {
		.hdr = &hdr, .pn = pn, .payload = p, .len = len,
		.path = from->path, .same_host = from->same_host,
		.preferred = from->preferred, .now = f.now,
	};

	memset(dcid, from->dcid, sizeof(dcid));
	if (from->path != QUIC_PATH_NEW)
		quic_migration_recv_dgram(&f.c, from->path, from->dgram_bytes);
	CHECK_EQ(quic_conn_recv(&f.c, &rx, GFP_ATOMIC), 0);
	if (f.c.path_added != QUIC_PATH_NEW)
		quic_migration_recv_dgram(&f.c, f.c.path_added,
					  from->dgram_bytes);
	f.c.path_added = QUIC_PATH_NEW;
	quic_conn_recv_end(&f.c, f.now);
}

static void recv(const struct from *from, const u8 *p, size_t len)
{
	recv_pn(from, (*next_pn())++, p, len);
}

static void recv_ping(const struct from *from)
{
	recv(from, (const u8 *)"\1", 1);
}

static void recv_path(const struct from *from, u8 type, const u8 *data)
{
	u8 p[9] = { type };

	memcpy(p + 1, data, 8);
	recv(from, p, sizeof(p));
}

/* The last packet arrived. */
static void ack_last(const struct from *from)
{
	struct quic_frame fr = { .type = QUIC_FRAME_ACK };
	u8 p[32];
	struct quic_wr wr = { p, p + sizeof(p) };

	fr.ack.largest = f.c.space[QUIC_SPACE_APP].sent.next - 1;
	CHECK_EQ(quic_frame_build(&wr, &fr), 0);
	recv(from, p, wr.p - p);
}

/* What goes out, by path. */
struct out {
	unsigned int pkts;
	unsigned int bytes;
	unsigned int max_dgram;
	unsigned int challenges;
	unsigned int responses;
	unsigned int others;	/* frames, PADDING aside */
	u8 data[8];		/* of the last challenge */
	u8 dcid;
};

static void note_burst(struct out *o, unsigned int first)
{
	unsigned int i;

	o->pkts += f.plan.n_pkts;
	o->bytes += f.plan.total_len;
	o->max_dgram = max(o->max_dgram, (unsigned int)f.plan.dgram_len);
	o->dcid = f.plan.scratch[f.plan.piece[0].scratch_off + 1];
	for (i = first; i < f.n_seen; i++) {
		switch (f.seen[i].f.type) {
		case QUIC_FRAME_PATH_CHALLENGE:
			o->challenges++;
			memcpy(o->data, f.seen[i].f.path_data, 8);
			break;
		case QUIC_FRAME_PATH_RESPONSE:
			o->responses++;
			break;
		case QUIC_FRAME_PADDING:
			break;
		default:
			o->others++;
		}
	}
}

static struct out out[QUIC_PATHS];

static void send(void)
{
	memset(out, 0, sizeof(out));
	fix_forget(&f);
	while (fix_plan(&f, 10) > 0) {
		unsigned int first = f.n_seen;

		fix_commit(&f, f.plan.n_pkts);
		note_burst(&out[f.plan.path], first);
	}
}

/* Time passes until a deadline; what is due is sent. Return: it was there */
static bool wait_deadline(void)
{
	u64 t = quic_conn_deadline(&f.c);

	if (t == QUIC_TIME_NEVER)
		return false;
	f.now = max(f.now, t);
	quic_conn_timeout(&f.c, f.now, GFP_ATOMIC);
	send();
	return true;
}

static u64 path_pto(void)
{
	/* RFC 9002 6.2.2: 333 ms and four times half of it */
	return 333 * MS + 4 * 333 * MS / 2;
}

/* RFC 9000 9.3, 9.3.3: NAT rebinding; both addresses are validated. */
static void rebinding(void)
{
	u64 window;
	u8 old_cid;

	start(true);
	f.c.cc.window_bytes = window = 77777;
	old_cid = f.c.cids.remote_cur;
	recv_ping(&other_port);
	CHECK_EQ(f.c.path.id, 1);
	CHECK(f.c.path_alt.used);
	CHECK_EQ(f.c.path_alt.id, 0);
	CHECK(f.c.news & QUIC_NEWS_PATHS);
	CHECK(!(f.c.news & QUIC_NEWS_MIGRATED));
	CHECK(!f.c.path.validated);
	/* RFC 9000 9.5: the peer did not mean to move, the id may stay */
	CHECK_EQ(f.c.cids.remote_cur, old_cid);
	CHECK_EQ(f.c.cids.remote_alt, old_cid);
	/* RFC 9000 9.4: the port alone is no reason to begin anew */
	CHECK_EQ(f.c.cc.window_bytes, window);
	send();
	CHECK_EQ(out[1].challenges, 1);
	CHECK_EQ(out[0].challenges, 1);
	/* RFC 9000 8.2.1: 1200 bytes */
	CHECK_EQ(out[1].max_dgram, 1200);
	CHECK_EQ(out[0].max_dgram, 1200);
	/* RFC 9000 9.1: the path that was left gets nothing but probes */
	CHECK_EQ(out[0].others, 0);
	CHECK(memcmp(out[0].data, out[1].data, 8));
	/* RFC 9000 8.2.3: on whichever path the answer comes */
	recv_path(&(struct from) { .path = 0, .dcid = 0x0a },
		  QUIC_FRAME_PATH_RESPONSE, out[1].data);
	CHECK(f.c.path.validated);
	CHECK(!f.c.path.checking);
	CHECK(f.c.news & QUIC_NEWS_MIGRATED);
	CHECK(!f.c.migrated_locally);
	/* RFC 9000 8.2.4: the old path does not answer, and is forgotten */
	while (f.c.path_alt.used && wait_deadline())
		;
	CHECK_EQ(f.c.path.id, 1);
	CHECK(!f.c.path_alt.used);
	CHECK_EQ(f.c.state, QUIC_CONN_ESTABLISHED);
	/* it is still in use, and not retired with the old path */
	CHECK_EQ(f.c.cids.remote[old_cid].state, QUIC_CID_ACTIVE);
	CHECK_EQ(f.c.cids.n_retire, 0);
	fix_free(&f);
}

/* RFC 9000 9.4: another host is another path for congestion control. */
static void new_host(void)
{
	struct quic_stream *s;
	u64 flight;
	u8 old_cid;

	start(true);
	old_cid = f.c.cids.remote_cur;
	f.c.cc.window_bytes = 200000;
	s = fix_write(&f, true, 6000, false);
	CHECK(s);
	fix_send(&f);
	flight = f.c.cc.in_flight_bytes;
	CHECK(flight > 5000);
	recv_ping(&other_host);
	/* RFC 9000 9.5: another connection id for another address */
	CHECK(f.c.cids.remote_cur != old_cid);
	CHECK_EQ(f.c.cids.remote_alt, old_cid);
	CHECK(f.c.path.epoch != f.c.path_alt.epoch);
	CHECK(f.c.cc.window_bytes < 20000);
	CHECK_EQ(f.c.cc.in_flight_bytes, 0);
	CHECK(!f.c.rtt.has_sample);
	CHECK_EQ(f.c.cc_alt.in_flight_bytes, flight);
	/* what was sent before says nothing of the new path */
	f.now += 5 * MS;
	ack_last(&(struct from) { .path = 1, .dcid = 0x1a });
	CHECK_EQ(f.c.cc.in_flight_bytes, 0);
	CHECK(f.c.cc_alt.in_flight_bytes < flight);
	CHECK(!f.c.rtt.has_sample);
	send();
	CHECK(out[0].dcid != out[1].dcid);
	recv_path(&(struct from) { .path = 1, .dcid = 0x1a },
		  QUIC_FRAME_PATH_RESPONSE, out[1].data);
	while (f.c.path_alt.used && wait_deadline())
		;
	/* RFC 9000 5.1.2 */
	CHECK_EQ(f.c.cids.remote[old_cid].state, QUIC_CID_FREE);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_RETIRE_CONNECTION_ID) +
		 f.c.cids.n_retire, 1);
	fix_free(&f);
}

/* RFC 9000 8.1, 9.3.1: three times what came from the new address. */
static void amplification(void)
{
	struct from small = other_host;
	struct from on = { .path = 1, .dcid = 0x1a };

	start(true);
	small.dgram_bytes = 50;
	CHECK(fix_write(&f, true, 20000, false));
	recv_ping(&small);
	send();
	CHECK(out[1].bytes <= 150);
	/* RFC 9000 8.2.1: not expanded beyond the limit */
	CHECK_EQ(out[1].challenges, 1);
	on.dgram_bytes = 100;
	recv_ping(&on);
	send();
	CHECK(f.c.path.tx_bytes <= 450);
	/* RFC 9000 8.2.3: the address is proven, the size is to be */
	recv_path(&on, QUIC_FRAME_PATH_RESPONSE, f.c.path.challenge[0]);
	CHECK(f.c.path.validated);
	CHECK(f.c.path.checking);
	send();
	CHECK_EQ(out[1].challenges, 1);
	CHECK(out[1].max_dgram >= 1200);
	recv_path(&on, QUIC_FRAME_PATH_RESPONSE, out[1].data);
	CHECK(!f.c.path.checking);
	fix_free(&f);
}

/* RFC 9000 8.2.4: the peer is there, but not for 1200 bytes: NO_VIABLE_PATH */
static void too_narrow(void)
{
	struct from small = other_host;
	struct from on = { .path = 1, .dcid = 0x1a, .dgram_bytes = 40 };
	int i;

	start(true);
	small.dgram_bytes = 50;
	recv_ping(&small);
	send();
	recv_path(&on, QUIC_FRAME_PATH_RESPONSE, f.c.path.challenge[0]);
	CHECK(f.c.path.checking);
	for (i = 0; i < CLOSE_TO_FOREVER &&
	     f.c.state == QUIC_CONN_ESTABLISHED; i++)
		wait_deadline();
	CHECK_EQ(f.c.close.err, QUIC_ERR_NO_VIABLE_PATH);
	CHECK(f.c.close.local);
	fix_free(&f);
}

/* RFC 9000 9.3.2: a copy with a forged address came first. */
static void spurious(void)
{
	const struct from genuine = { .path = 0, .dcid = 0x0a };
	u64 window;

	start(true);
	f.c.cc.window_bytes = window = 77777;
	recv_ping(&other_host);
	CHECK_EQ(f.c.path.id, 1);
	send();
	/* the next genuine packet brings it back, window and all */
	recv_ping(&genuine);
	CHECK_EQ(f.c.path.id, 0);
	CHECK(f.c.path.validated);
	CHECK(!f.c.path_alt.used);
	CHECK_EQ(f.c.cc.window_bytes, window);
	fix_free(&f);
}

/* RFC 9000 9.3.2: without one, the failed validation does. */
static void reverts(void)
{
	u64 began, window;
	u8 id;
	int i;

	start(true);
	f.c.cc.window_bytes = window = 77777;
	recv_ping(&other_host);
	began = f.now;
	send();
	for (i = 0; i < CLOSE_TO_FOREVER && f.c.path.id == 1; i++) {
		CHECK_EQ(f.c.state, QUIC_CONN_ESTABLISHED);
		/* RFC 9000 8.1 */
		CHECK(f.c.path.tx_bytes <= 3 * f.c.path.rx_bytes);
		wait_deadline();
	}
	CHECK_EQ(f.c.path.id, 0);
	CHECK(!f.c.path.checking);
	CHECK(!f.c.path_alt.checking);
	CHECK_EQ(f.c.cc.window_bytes, window);
	/* RFC 9000 8.2.4: three times the PTO of a new path */
	CHECK_EQ(f.now - began, 3 * path_pto());
	CHECK_EQ(f.c.state, QUIC_CONN_ESTABLISHED);
	/*
	 * RFC 9000 9.5: another source address with the same id is worth no
	 * other one: the connection does not run out of them.
	 */
	id = f.c.cids.remote_alt;
	CHECK(id != f.c.cids.remote_cur);
	CHECK_EQ(f.c.cids.n_retire, 0);
	recv_ping(&other_host);
	CHECK_EQ(f.c.path.id, 1);
	CHECK_EQ(f.c.cids.remote_cur, id);
	fix_free(&f);
}

/* As long as the peer goes on sending from there the question is repeated. */
static void goes_on(void)
{
	const struct from on = { .path = 1, .dcid = 0x1a, .dgram_bytes = 60 };
	u64 began;
	int i;

	start(true);
	recv_ping(&other_host);
	began = f.now;
	send();
	recv_ping(&on);
	for (i = 0; i < CLOSE_TO_FOREVER && f.c.path.id == 1; i++) {
		CHECK(f.c.path.tx_bytes <= 3 * f.c.path.rx_bytes);
		wait_deadline();
	}
	/* the second time with the peer's max_ack_delay, as any PTO */
	CHECK_EQ(f.now - began, 6 * path_pto() + 3 * 25 * MS);
	CHECK_EQ(f.c.path.id, 0);
	fix_free(&f);
}

/* RFC 9000 9.3.2: nothing is known of any address: silence */
static void nowhere(void)
{
	int i;

	start(true);
	recv_ping(&other_host);
	send();
	f.c.path_alt.validated = false;
	for (i = 0; i < CLOSE_TO_FOREVER && f.c.state < QUIC_CONN_CLOSING; i++)
		wait_deadline();
	CHECK_EQ(f.c.state, QUIC_CONN_CLOSED);
	CHECK(f.c.close.timeout);
	fix_free(&f);
}

/* RFC 9000 9.3: from one new address to the next, valid or not. */
static void twice(void)
{
	const struct from third = { QUIC_PATH_NEW, 0x1a, false, false, 1200 };
	int i;

	start(true);
	recv_ping(&other_host);
	send();
	recv_ping(&third);
	send();
	CHECK_EQ(f.c.path.id, 1);
	CHECK(!f.c.path.validated);
	/* the way back is the last that was valid */
	CHECK(f.c.path_alt.used && f.c.path_alt.validated);
	CHECK_EQ(f.c.path_alt.id, 0);
	for (i = 0; i < CLOSE_TO_FOREVER && f.c.path.id == 1; i++)
		wait_deadline();
	CHECK_EQ(f.c.path.id, 0);
	fix_free(&f);
}

/* RFC 9000 9.3: only the highest-numbered packet tells where the peer is. */
static void reordered(void)
{
	u64 late;

	start(true);
	late = (*next_pn())++;
	recv_ping(&(struct from) { .path = 0, .dcid = 0x0a });
	recv_pn(&other_host, late, (const u8 *)"\1", 1);
	CHECK_EQ(f.c.path.id, 0);
	CHECK(!f.c.path_alt.used);
	fix_free(&f);
}

/* RFC 9000 9.1, 8.2.2: a probe is answered where it came from. */
static void probed(void)
{
	const u8 data[8] = "question";

	start(true);
	recv_path(&other_host, QUIC_FRAME_PATH_CHALLENGE, data);
	CHECK_EQ(f.c.path.id, 0);
	CHECK(f.c.path_alt.used);
	send();
	CHECK_EQ(out[1].responses, 1);
	CHECK_EQ(out[1].max_dgram, 1200);
	/* RFC 9000 9.6.3: and the address validated */
	CHECK_EQ(out[1].challenges, 1);
	/* RFC 9000 9: servers send no non-probing packets there yet */
	CHECK_EQ(out[1].others, 0);
	CHECK_EQ(out[0].responses, 0);
	CHECK(out[0].dcid != out[1].dcid);
	/* RFC 9000 8.2.2, 13.3: one response for one challenge */
	send();
	CHECK_EQ(out[1].responses, 0);
	/* then the client moves, to where it is known */
	recv_path(&(struct from) { .path = 1, .dcid = 0x1a },
		  QUIC_FRAME_PATH_RESPONSE, f.c.path_alt.challenge[0]);
	CHECK(f.c.path_alt.validated);
	recv_ping(&(struct from) { .path = 1, .dcid = 0x1a });
	CHECK_EQ(f.c.path.id, 1);
	CHECK(f.c.path.validated);
	CHECK(f.c.news & QUIC_NEWS_MIGRATED);
	/* RFC 9000 9.3.3 */
	CHECK(f.c.path_alt.checking);
	fix_free(&f);
}

/* What is owed to somebody who only asks is bounded. */
static void many_questions(void)
{
	u8 p[9 * 20] = {};
	int i;

	start(true);
	for (i = 0; i < 20; i++)
		p[9 * i] = QUIC_FRAME_PATH_CHALLENGE;
	recv(&other_host, p, sizeof(p));
	send();
	CHECK_EQ(out[1].responses, QUIC_PATH_RESPONSES);
	fix_free(&f);
}

/* RFC 9000 9.5, 9.3: no id for the new address, so nothing is sent to it. */
static void without_cid(void)
{
	const u8 data[8] = "question";

	start_with(true, 0);
	recv_path(&other_host, QUIC_FRAME_PATH_CHALLENGE, data);
	send();
	CHECK_EQ(out[1].pkts, 0);
	/* nor does a move help */
	recv_ping(&(struct from) { .path = 1, .dcid = 0x1a });
	CHECK_EQ(f.c.path.id, 0);
	give_cids(1, 1);
	send();
	CHECK_EQ(out[1].responses, 1);
	recv_ping(&(struct from) { .path = 1, .dcid = 0x1a });
	CHECK_EQ(f.c.path.id, 1);
	fix_free(&f);
}

/* RFC 9000 5.1.1: ids of no length serve any path. */
static void no_length_cid(void)
{
	start_with(true, 0);
	f.c.cids.remote[0].cid.len = 0;
	recv_ping(&other_host);
	CHECK_EQ(f.c.path.id, 1);
	send();
	CHECK_EQ(out[1].challenges, 1);
	fix_free(&f);
}

/* RFC 9000 5.1.2: the peer takes back the ids of both paths. */
static void retired_cids(void)
{
	u8 cid[8] = { 0xee }, token[QUIC_RESET_TOKEN_LEN] = {};
	struct quic_frame fr = {
		.type = QUIC_FRAME_NEW_CONNECTION_ID,
		.new_cid = { .seq = 4, .retire_prior_to = 3, .cid_len = 8,
			     .cid = cid, .token = token },
	};
	const struct quic_cids *ids = &f.c.cids;

	start(true);
	recv_ping(&other_host);
	CHECK(ids->remote[ids->remote_cur].seq < 3);
	CHECK_EQ(fix_frame(&f, QUIC_SPACE_APP, &fr), 0);
	CHECK(ids->remote[ids->remote_cur].seq >= 3);
	CHECK(ids->remote[ids->remote_alt].seq >= 3);
	CHECK(ids->remote_cur != ids->remote_alt);
	/* with one left, the other path has to go */
	fr.new_cid.seq = 5;
	fr.new_cid.retire_prior_to = 5;
	cid[0] = 0xef;
	CHECK_EQ(fix_frame(&f, QUIC_SPACE_APP, &fr), 0);
	CHECK_EQ(ids->remote[ids->remote_cur].seq, 5);
	CHECK(!f.c.path_alt.used);
	fix_free(&f);
}

/* RFC 9000 9: not before the handshake is confirmed, and servers stay. */
static void not_now(void)
{
	start(true);
	f.c.confirmed = false;
	recv_ping(&other_host);
	CHECK_EQ(f.c.path.id, 0);
	CHECK(!f.c.path_alt.used);
	fix_free(&f);
	start(false);
	recv_ping(&other_host);
	CHECK_EQ(f.c.path.id, 0);
	CHECK(!f.c.path_alt.used);
	fix_free(&f);
}

/* RFC 9000 8.2.3: wrong data proves nothing, and is no error (19.18). */
static void wrong_answer(void)
{
	u8 data[8];

	start(true);
	recv_ping(&other_port);
	send();
	memcpy(data, out[1].data, 8);
	data[3] ^= 0x80;
	recv_path(&(struct from) { .path = 1, .dcid = 0x0a },
		  QUIC_FRAME_PATH_RESPONSE, data);
	CHECK(!f.c.path.validated);
	CHECK_EQ(f.c.state, QUIC_CONN_ESTABLISHED);
	/* nor does an acknowledgement: RFC 9000 8.2.3 */
	ack_last(&(struct from) { .path = 1, .dcid = 0x0a });
	CHECK_EQ(f.c.path.id, 1);
	CHECK(!f.c.path.validated);
	fix_free(&f);
}

/* ---- the client ------------------------------------------------------------- */

static void check_start(int want)
{
	CHECK_EQ(quic_migration_start(&f.c, 1400, false, f.now), want);
}

static void refused(void)
{
	struct quic_tparams tp;

	start(true);
	/* RFC 9000 9: clients migrate */
	check_start(-EINVAL);
	fix_free(&f);
	start(false);
	f.c.confirmed = false;
	check_start(-EAGAIN);
	f.c.confirmed = true;
	check_start(0);
	/* one at a time */
	check_start(-EAGAIN);
	fix_free(&f);
	start_with(false, 0);
	/* RFC 9000 9.5: there is no unused id */
	check_start(-EAGAIN);
	f.c.cids.remote[0].cid.len = 0;
	check_start(-EOPNOTSUPP);
	fix_free(&f);
	fix_params(&tp);
	tp.disable_active_migration = true;
	fix_open(&f, false, NULL, &tp);
	give_cids(1, 2);
	/* RFC 9000 18.2#2 */
	check_start(-EOPNOTSUPP);
	/* but to where the server itself wants to be found */
	CHECK_EQ(quic_migration_start(&f.c, 1400, true, f.now), 0);
	/* RFC 9000 21.5.3: probing frames only, as long as it is not valid */
	fix_write(&f, false, 1000, false);
	send();
	CHECK_EQ(out[1].challenges, 1);
	CHECK_EQ(out[1].others, 0);
	CHECK(out[0].others);
	fix_free(&f);
}

static void client_moves(void)
{
	const struct from old = { .path = 0, .dcid = 0x0a };
	u64 window = 77777;
	int i;

	start(false);
	f.c.cc.window_bytes = window;
	check_start(0);
	CHECK_EQ(f.c.path.id, 0);
	CHECK_EQ(f.c.path_alt.id, 1);
	CHECK(f.c.news & QUIC_NEWS_PATHS);
	send();
	CHECK_EQ(out[1].challenges, 1);
	CHECK_EQ(out[1].max_dgram, 1200);
	CHECK_EQ(out[1].others, 0);
	f.now += 40 * MS;
	/* RFC 9000 9.6.1 and 9.3: the server does not know the path yet */
	recv_path(&old, QUIC_FRAME_PATH_RESPONSE, out[1].data);
	CHECK_EQ(f.c.path.id, 1);
	CHECK(f.c.news & QUIC_NEWS_MIGRATED);
	CHECK(f.c.migrated_locally);
	/* RFC 9000 9.4; RFC 9002 6.2.2: the answer's time is a first guess */
	CHECK(f.c.cc.window_bytes != window);
	CHECK_EQ(f.c.rtt.smoothed, 40 * MS);
	CHECK(!f.c.rtt.has_sample);
	/* RFC 9000 9.2: a packet that is not a probe makes the move */
	send();
	CHECK(out[1].others);
	CHECK_EQ(out[0].pkts, 0);
	/* what comes on the old path is taken, till the server follows */
	recv_ping(&old);
	CHECK(f.c.path_alt.used);
	fix_ack_all(&f, QUIC_SPACE_APP);
	for (i = 0; i < 10; i++)
		wait_deadline();
	CHECK(f.c.path_alt.used);
	recv_ping(&(struct from) { .path = 1, .dcid = 0x0a });
	while (f.c.path_alt.used && wait_deadline())
		;
	CHECK_EQ(f.c.path.id, 1);
	CHECK_EQ(f.c.cids.remote[0].state, QUIC_CID_FREE);
	check_start(0);
	fix_free(&f);
}

/* RFC 9000 9.1: a path that does not answer is not used; nothing else. */
static void candidate_fails(void)
{
	unsigned int challenges = 0;
	u64 began;

	start(false);
	check_start(0);
	began = f.now;
	send();
	while (f.c.path_alt.used) {
		challenges += out[1].challenges;
		wait_deadline();
	}
	/* RFC 9000 8.2.1, 9.4: again after a PTO, then twice that is too late */
	CHECK_EQ(challenges, 2);
	CHECK_EQ(f.now - began, 3 * path_pto());
	CHECK_EQ(f.c.path.id, 0);
	CHECK_EQ(f.c.state, QUIC_CONN_ESTABLISHED);
	CHECK(!(f.c.news & QUIC_NEWS_MIGRATED));
	fix_free(&f);
}

/* A plan that is given back asks again. */
static void given_back(void)
{
	start(false);
	check_start(0);
	CHECK_EQ(fix_plan(&f, 10), 1);
	CHECK_EQ(f.plan.path, 1);
	quic_send_abort(&f.c, &f.plan, f.now, GFP_ATOMIC);
	CHECK(f.c.path_alt.challenge_pending);
	send();
	CHECK_EQ(out[1].challenges, 1);
	fix_free(&f);
}

/* ---- the server's preferred address ------------------------------------------ */

/* RFC 9000 9.6.2 */
static void to_preferred(void)
{
	const struct from pref = { QUIC_PATH_NEW, 0x1a, false, true, 1200 };
	const struct from old = { .path = 0, .dcid = 0x0a };
	const u8 data[8] = "question";
	struct from on = { .path = 1, .dcid = 0x1a };

	start(true);
	recv_path(&pref, QUIC_FRAME_PATH_CHALLENGE, data);
	send();
	/* RFC 9000 9.6.2: the server MUST probe from its preferred address */
	CHECK_EQ(out[1].challenges, 1);
	CHECK_EQ(out[1].responses, 1);
	recv_ping(&on);
	/* not before the path is validated */
	CHECK_EQ(f.c.path.id, 0);
	recv_path(&old, QUIC_FRAME_PATH_RESPONSE, out[1].data);
	CHECK_EQ(f.c.path.id, 1);
	CHECK(f.c.path.preferred);
	CHECK(f.c.news & QUIC_NEWS_MIGRATED);
	/* newer packets at the old address do not bring it back */
	recv_ping(&old);
	CHECK_EQ(f.c.path.id, 1);
	while (f.c.path_alt.used && wait_deadline())
		;
	recv_ping(&other_host);
	CHECK_EQ(f.c.path.id, 1);
	CHECK(!f.c.path_alt.used);
	/* but the client may move on */
	recv_ping(&pref);
	CHECK_EQ(f.c.path.id, 0);
	fix_free(&f);
}

/* RFC 9000 9.6.2: nor before a non-probing packet came. */
static void preferred_probe_only(void)
{
	const struct from pref = { QUIC_PATH_NEW, 0x1a, false, true, 1200 };
	const struct from on = { .path = 1, .dcid = 0x1a };
	const u8 data[8] = "question";

	start(true);
	recv_path(&pref, QUIC_FRAME_PATH_CHALLENGE, data);
	send();
	recv_path(&on, QUIC_FRAME_PATH_RESPONSE, out[1].data);
	CHECK_EQ(f.c.path.id, 0);
	recv_ping(&on);
	CHECK_EQ(f.c.path.id, 1);
	fix_free(&f);
}

int main(void)
{
	TEST(rebinding);
	TEST(new_host);
	TEST(amplification);
	TEST(too_narrow);
	TEST(spurious);
	TEST(reverts);
	TEST(goes_on);
	TEST(nowhere);
	TEST(twice);
	TEST(reordered);
	TEST(probed);
	TEST(many_questions);
	TEST(without_cid);
	TEST(no_length_cid);
	TEST(retired_cids);
	TEST(not_now);
	TEST(wrong_answer);
	TEST(refused);
	TEST(client_moves);
	TEST(candidate_fails);
	TEST(given_back);
	TEST(to_preferred);
	TEST(preferred_probe_only);
	return tap_done();
}
