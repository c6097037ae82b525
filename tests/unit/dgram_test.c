// SPDX-License-Identifier: GPL-2.0-only
#include "quic/core/dgram.h"

#include "fixture.h"
#include "tap.h"

static struct fix f;

/* @ours, @theirs: max_datagram_frame_size of both sides */
static void start(u64 ours, u64 theirs)
{
	struct quic_tparams local, remote;

	fix_params(&local);
	fix_params(&remote);
	local.max_datagram_frame = ours;
	remote.max_datagram_frame = theirs;
	fix_open(&f, false, &local, &remote);
	f.c.cc.window_bytes = 1 << 20;
}

static void queue(u32 len, u8 mark)
{
	struct quic_dgram *d = quic_dgram_alloc(len, GFP_KERNEL);

	CHECK(d);
	if (len)
		memset(d->data, mark, len);
	quic_dgram_send(&f.c, d);
}

static enum quic_err recv_len(u64 type, u32 len)
{
	static const u8 data[3000] = { 0x5a };
	struct quic_frame fr = { .type = type };

	fr.blob.data = data;
	fr.blob.len = len;
	return fix_frame(&f, QUIC_SPACE_APP, &fr);
}

/* ---- sending --------------------------------------------------------------- */

static void goes_out(void)
{
	const struct fix_seen *s;

	start(0, 65535);
	queue(700, 'a');
	queue(0, 0);
	queue(20, 'b');
	fix_send(&f);
	CHECK_EQ(f.n_dgrams, 1);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_DATAGRAM_LEN), 3);
	s = fix_nth(&f, QUIC_FRAME_DATAGRAM_LEN, 0);
	CHECK_EQ(s->f.blob.len, 700);
	CHECK(s->f.blob.data[0] == 'a' && s->f.blob.data[699] == 'a');
	CHECK_EQ(fix_nth(&f, QUIC_FRAME_DATAGRAM_LEN, 1)->f.blob.len, 0);
	CHECK_EQ(fix_nth(&f, QUIC_FRAME_DATAGRAM_LEN, 2)->f.blob.data[19], 'b');
	/* RFC 9221 5.2, RFC 9000 19.21#2: ack-eliciting; in flight */
	CHECK(f.c.space[QUIC_SPACE_APP].loss.eliciting);
	CHECK(f.c.cc.in_flight_bytes > 720);
	CHECK_EQ(f.c.dgrams.tx_mem, 0);
	CHECK(f.c.news & QUIC_NEWS_DGRAM_SENT);
	fix_free(&f);
}

/* RFC 9221 5: as soon as possible, before stream data, and coalesced with it */
static void before_streams(void)
{
	start(0, 65535);
	fix_write(&f, false, 500, false);
	queue(100, 'x');
	fix_send(&f);
	CHECK_EQ(f.n_dgrams, 1);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_DATAGRAM_LEN), 1);
	CHECK_EQ(fix_stream_bytes(&f), 500);
	CHECK_EQ(f.seen[0].f.type, QUIC_FRAME_DATAGRAM_LEN);
	fix_free(&f);
}

/* Messages of one length that do not fill a packet make one burst. */
static void one_burst(void)
{
	unsigned int i;

	start(0, 65535);
	for (i = 0; i < 12; i++)
		queue(1000, i);
	CHECK_EQ(fix_plan(&f, QUIC_PLAN_PKTS), 12);
	CHECK_EQ(f.plan.n_dgrams, 12);
	CHECK_EQ(f.plan.total_len, 12 * f.plan.dgram_len);
	CHECK(f.plan.dgram_len < 1100);
	fix_commit(&f, 12);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_DATAGRAM_LEN), 12);
	/* a longer one begins a burst of its own; a shorter one may end it */
	queue(900, 'p');
	queue(1000, 'q');
	CHECK_EQ(fix_plan(&f, QUIC_PLAN_PKTS), 1);
	fix_commit(&f, 1);
	queue(300, 'r');
	queue(300, 's');
	CHECK_EQ(fix_plan(&f, QUIC_PLAN_PKTS), 2);
	CHECK(f.plan.total_len < 2 * f.plan.dgram_len);
	fix_commit(&f, 2);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_DATAGRAM_LEN), 16);
	fix_free(&f);
}

/* RFC 9221 5.4: not before the controller allows it */
static void waits_for_window(void)
{
	start(0, 65535);
	f.c.cc.window_bytes = 0;
	queue(100, 'w');
	CHECK_EQ(fix_send(&f), 0);
	f.c.cc.window_bytes = 1 << 20;
	CHECK_EQ(fix_send(&f), 1);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_DATAGRAM_LEN), 1);
	fix_free(&f);
}

/* RFC 9221 5.2: not retransmitted, but counted */
static void lost_is_gone(void)
{
	u64 pn;

	start(0, 65535);
	queue(100, 'l');
	fix_send(&f);
	pn = f.seen[0].pn;
	fix_forget(&f);
	f.c.pending |= QUIC_PEND_PING;
	fix_send(&f);
	f.c.pending |= QUIC_PEND_PING;
	fix_send(&f);
	f.c.pending |= QUIC_PEND_PING;
	fix_send(&f);
	CHECK_EQ(fix_ack(&f, QUIC_SPACE_APP, pn + 1, pn + 3), 0);
	CHECK(f.c.stats.lost_pkts);
	fix_send(&f);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_DATAGRAM_LEN), 0);
	CHECK_EQ(f.c.dgrams.tx_lost, 1);
	fix_free(&f);
}

/* A plan that is given back never was: the messages wait, in order. */
static void given_back(void)
{
	unsigned int i;

	start(0, 65535);
	for (i = 0; i < 4; i++)
		queue(1000, 'a' + i);
	CHECK_EQ(fix_plan(&f, QUIC_PLAN_PKTS), 4);
	fix_commit(&f, 1);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_DATAGRAM_LEN), 1);
	CHECK_EQ(f.c.dgrams.tx_lost, 0);
	fix_send(&f);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_DATAGRAM_LEN), 4);
	for (i = 0; i < 4; i++)
		CHECK_EQ(fix_nth(&f, QUIC_FRAME_DATAGRAM_LEN, i)->f.blob.data[0],
			 'a' + i);
	CHECK_EQ(f.c.dgrams.tx_mem, 0);
	fix_free(&f);
}

/* RFC 9221 3, RFC 9000 19.21#1: the peer limits it, type and length included */
static void longest(void)
{
	static const struct { u32 limit; int max; } rows[] = {
		{ 0, -EINVAL }, { 1, -EINVAL }, { 2, 0 }, { 3, 1 },
		{ 65, 63 }, { 66, 63 }, { 67, 64 }, { 1200, 1197 },
		/* mtu 1400: header 1 + 8 + 4, tag 16; frame 1 + 2 */
		{ 65535, 1400 - 29 - 3 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		TAP_AT("limit %u", rows[i].limit);
		start(0, rows[i].limit);
		CHECK_EQ(quic_dgram_max(&f.c), rows[i].max);
		if (rows[i].max >= 0) {
			queue(rows[i].max, 'm');
			fix_send(&f);
			CHECK_EQ(fix_count(&f, QUIC_FRAME_DATAGRAM_LEN), 1);
			CHECK_EQ(f.n_dgrams, 1);
		}
		fix_free(&f);
	}
}

/* The path shrank after the message was taken. */
static void never_fits(void)
{
	start(0, 65535);
	queue(1350, 'n');
	queue(10, 'o');
	f.c.path.mtu_bytes = 1200;
	fix_send(&f);
	CHECK_EQ(fix_count(&f, QUIC_FRAME_DATAGRAM_LEN), 1);
	CHECK_EQ(f.c.dgrams.tx_dropped, 1);
	CHECK_EQ(f.c.dgrams.tx_mem, 0);
	fix_free(&f);
}

static void without_memory(void)
{
	long n;

	for (n = 0; n < 4; n++) {
		start(0, 65535);
		queue(1000, 'a');
		queue(1000, 'b');
		quic_env_fail_after(n);
		if (fix_plan(&f, QUIC_PLAN_PKTS) > 0)
			fix_commit(&f, f.plan.n_pkts);
		quic_env_fail_after(-1);
		fix_send(&f);
		TAP_AT("after %ld", n);
		CHECK_EQ(fix_count(&f, QUIC_FRAME_DATAGRAM_LEN), 2);
		fix_free(&f);
	}
}

/* ---- receiving ------------------------------------------------------------- */

static void comes_in(void)
{
	struct quic_dgram *d;

	start(1200, 0);
	CHECK_EQ(recv_len(QUIC_FRAME_DATAGRAM_LEN, 600), 0);
	CHECK_EQ(recv_len(QUIC_FRAME_DATAGRAM, 7), 0);
	CHECK_EQ(recv_len(QUIC_FRAME_DATAGRAM_LEN, 0), 0);
	CHECK(f.c.news & QUIC_NEWS_DGRAM);
	d = quic_dgram_readable(&f.c);
	CHECK_EQ(d->len, 600);
	CHECK_EQ(d->data[0], 0x5a);
	/* in two parts */
	quic_dgram_read(&f.c, d, 100, false);
	CHECK_EQ(quic_dgram_readable(&f.c), d);
	CHECK_EQ(d->read, 100);
	quic_dgram_read(&f.c, d, 500, true);
	d = quic_dgram_readable(&f.c);
	CHECK_EQ(d->len, 7);
	quic_dgram_read(&f.c, d, 7, true);
	d = quic_dgram_readable(&f.c);
	CHECK_EQ(d->len, 0);
	quic_dgram_read(&f.c, d, 0, true);
	CHECK(!quic_dgram_readable(&f.c));
	CHECK_EQ(f.c.dgrams.rx_mem, 0);
	fix_free(&f);
}

/* RFC 9221 3: PROTOCOL_VIOLATION without an offer, and above it */
static void too_large(void)
{
	static const u8 padded_len[] = { 0x31, 0x80, 0x00, 0x00, 0x03, 1, 2, 3 };

	start(0, 65535);
	CHECK_EQ(recv_len(QUIC_FRAME_DATAGRAM_LEN, 1),
		 QUIC_ERR_PROTOCOL_VIOLATION);
	CHECK_EQ(f.c.close.frame_type, QUIC_FRAME_DATAGRAM_LEN);
	fix_free(&f);
	start(1200, 0);
	CHECK_EQ(recv_len(QUIC_FRAME_DATAGRAM_LEN, 1197), 0);
	CHECK_EQ(recv_len(QUIC_FRAME_DATAGRAM, 1199), 0);
	CHECK_EQ(recv_len(QUIC_FRAME_DATAGRAM_LEN, 1198),
		 QUIC_ERR_PROTOCOL_VIOLATION);
	fix_free(&f);
	start(1200, 0);
	CHECK_EQ(recv_len(QUIC_FRAME_DATAGRAM, 1200),
		 QUIC_ERR_PROTOCOL_VIOLATION);
	CHECK_EQ(f.c.state, QUIC_CONN_CLOSING);
	fix_free(&f);
	/* the length counts as it was written */
	start(8, 0);
	CHECK_EQ(fix_recv(&f, QUIC_SPACE_APP, padded_len, sizeof(padded_len)),
		 0);
	fix_free(&f);
	start(7, 0);
	CHECK_EQ(fix_recv(&f, QUIC_SPACE_APP, padded_len, sizeof(padded_len)),
		 QUIC_ERR_PROTOCOL_VIOLATION);
	fix_free(&f);
}

/* RFC 9221 4, RFC 9221 6: protected by 0-RTT or 1-RTT keys only */
static void handshake_packets(void)
{
	struct quic_tparams tp;

	fix_params(&tp);
	tp.max_datagram_frame = 65535;
	CHECK_EQ(fix_start(&f, true, &tp), 0);
	CHECK_EQ(fix_recv(&f, QUIC_SPACE_INITIAL, "\x31\x01x", 3),
		 QUIC_ERR_PROTOCOL_VIOLATION);
	fix_free(&f);
}

/* RFC 9221 5.3: what finds no room is dropped, and acknowledged */
static void no_room(void)
{
	start(65535, 0);
	f.c.dgrams.rx_max = 2500;
	CHECK_EQ(recv_len(QUIC_FRAME_DATAGRAM_LEN, 1000), 0);
	CHECK_EQ(recv_len(QUIC_FRAME_DATAGRAM_LEN, 1000), 0);
	CHECK_EQ(recv_len(QUIC_FRAME_DATAGRAM_LEN, 1000), 0);
	CHECK_EQ(f.c.dgrams.rx_dropped, 1);
	CHECK(f.c.dgrams.rx_mem <= 2500);
	quic_env_fail_after(0);
	f.c.dgrams.rx_max = U64_MAX;
	recv_len(QUIC_FRAME_DATAGRAM_LEN, 10);
	quic_env_fail_after(-1);
	CHECK_EQ(f.c.dgrams.rx_dropped, 2);
	CHECK_EQ(f.c.state, QUIC_CONN_ESTABLISHED);
	fix_free(&f);
}

int main(void)
{
	TEST(goes_out);
	TEST(before_streams);
	TEST(one_burst);
	TEST(waits_for_window);
	TEST(lost_is_gone);
	TEST(given_back);
	TEST(longest);
	TEST(never_fits);
	TEST(without_memory);
	TEST(comes_in);
	TEST(too_large);
	TEST(handshake_packets);
	TEST(no_room);
	return tap_done();
}
