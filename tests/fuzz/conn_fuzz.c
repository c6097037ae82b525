// SPDX-License-Identifier: GPL-2.0-only
/*
 * One endpoint, established or still in its handshake, and a peer that says
 * whatever the input says in packets that open. Byte 0 chooses the endpoint;
 * commands follow, see run_command() and seeds.py.
 */
#include "quic/core/conn.h"
#include "quic/core/frame.h"
#include "quic/core/send.h"

#include "fuzz.h"
#include "tests/unit/env_user.h"

#define SETUP_SERVER	0x01
#define SETUP_HANDSHAKE	0x02	/* stop before the 1-RTT keys */
#define SETUP_V2	0x04
#define SETUP_NARROW	0x08	/* small limits on both sides */
#define SETUP_NO_CIDS	0x10	/* we issue no further connection ids */
#define SETUP_QUIET	0x20	/* no handshake bytes of our own */

#define WRITE_FOUND	0x01	/* on a stream that is there already */
#define WRITE_UNI	0x02
#define WRITE_FIN	0x04
#define HOLD		0x10	/* write or act, but do not send yet */

#define WRITE_MAX	(1u << 20)
#define BURSTS_MAX	2000

/* The input; zeroes when it has ended. */
struct input {
	const u8 *p;
	size_t left;
};

static u8 input_u8(struct input *in)
{
	if (!in->left)
		return 0;
	in->left--;
	return *in->p++;
}

struct fuzz {
	struct quic_conn c;
	struct quic_plan plan;
	u64 now;
	u64 pn[QUIC_SPACES];
	u64 written;
	long bufs;
	bool short_of_memory;
	bool no_cids;
	u8 sink[2048];		/* where the application reads to */
};

struct fuzz_buf {
	struct quic_buf buf;
	struct fuzz *f;
	u8 *data;
};

static const struct quic_cid our_cid = { 8, "\x01our_cid" };
static const struct quic_cid peer_cid = { 8, "\x02its_cid" };
static const struct quic_cid first_dcid = { 8, "\x03""1stdcid" };

/* ---- what goes out ----------------------------------------------------- */

static u32 lay_out(const struct fuzz *f, const struct quic_plan_pkt *pkt,
		   u8 *out)
{
	const struct quic_plan *plan = &f->plan;
	u32 at = 0, i;

	MUST(pkt->piece + pkt->n_pieces <= plan->n_pieces);
	for (i = 0; i < pkt->n_pieces; i++) {
		const struct quic_piece *pc = &plan->piece[pkt->piece + i];

		MUST(pc->scratch_off + pc->scratch_len <= plan->scratch_len);
		MUST(at + pc->scratch_len + pc->data_len <= pkt->len);
		memcpy(out + at, plan->scratch + pc->scratch_off,
		       pc->scratch_len);
		at += pc->scratch_len;
		MUST(pc->stream || pc->data || !pc->data_len);
		MUST(!pc->stream ||
		     pc->off + pc->data_len <= pc->stream->tx_end);
		memset(out + at, 0xda, pc->data_len);
		at += pc->data_len;
	}
	MUST(at + QUIC_TAG_LEN == pkt->len);
	memset(out + at, 0, QUIC_TAG_LEN);
	return at;
}

static void check_frames(const struct quic_hdr *hdr, const u8 *from,
			 const u8 *end)
{
	struct quic_rd rd = { from, end };
	struct quic_frame fr;

	/* RFC 9000 12.4: at least one frame */
	MUST(from < end);
	while (quic_rd_left(&rd)) {
		MUST(!quic_frame_parse(&rd, &fr));
		MUST(quic_frame_allowed(fr.type, hdr->type));
	}
}

/* It is a packet that the peer can read. */
static void check_packet(const struct fuzz *f, const struct quic_plan_pkt *pkt)
{
	static const u8 no_mask[5];
	u8 out[2048];
	struct quic_hdr hdr;
	u32 text_end;

	MUST(pkt->len <= sizeof(out));
	text_end = lay_out(f, pkt, out);
	MUST(!quic_hdr_parse(out, pkt->len, quic_cid_remote(&f->c)->len, &hdr));
	MUST(hdr.len == pkt->len && hdr.pn_off == pkt->pn_off);
	quic_hdr_unprotect(out, &hdr, no_mask);
	MUST(!quic_hdr_reserved(&hdr));
	MUST(hdr.pn_len == pkt->pn_len);
	MUST(hdr.pn_off + hdr.pn_len == pkt->hdr_len);
	check_frames(&hdr, out + pkt->hdr_len, out + text_end);
}

static void check_plan(const struct fuzz *f)
{
	const struct quic_plan *plan = &f->plan;
	u32 dgram = 0, dgrams = 0, i;

	MUST(plan->n_pkts <= QUIC_PLAN_PKTS);
	MUST(plan->n_pieces <= QUIC_PLAN_PIECES);
	MUST(plan->scratch_len <= QUIC_PLAN_SCRATCH);
	for (i = 0; i < plan->n_pkts; i++) {
		check_packet(f, &plan->pkt[i]);
		if (plan->pkt[i].new_dgram) {
			dgrams++;
			dgram = 0;
		}
		dgram += plan->pkt[i].len;
		MUST(dgram <= f->c.path.mtu_bytes);
	}
	MUST(dgrams == plan->n_dgrams);
}

/* Plan till nothing is due; that comes soon, the clock stands still. */
static void send_all(struct fuzz *f)
{
	unsigned int bursts = 0;

	while (quic_send_plan(&f->c, f->now, QUIC_PLAN_PKTS, &f->plan,
			      GFP_ATOMIC) > 0) {
		check_plan(f);
		quic_send_commit(&f->c, &f->plan, f->plan.n_pkts, f->now,
				 GFP_ATOMIC);
		MUST(++bursts < BURSTS_MAX);
	}
}

/* Only the first @share / 8 of a burst gets out. */
static void send_some(struct fuzz *f, unsigned int share)
{
	u32 n;

	if (quic_send_plan(&f->c, f->now, 1 + share * 3, &f->plan,
			   GFP_ATOMIC) <= 0)
		return;
	check_plan(f);
	n = f->plan.n_pkts * share / 8;
	while (n && n < f->plan.n_pkts && !f->plan.pkt[n].new_dgram)
		n--;
	quic_send_commit(&f->c, &f->plan, n, f->now, GFP_ATOMIC);
}

/* ---- what comes in ----------------------------------------------------- */

static void release_buf(struct quic_buf *buf)
{
	struct fuzz_buf *fb = container_of(buf, struct fuzz_buf, buf);

	fb->f->bufs--;
	free(fb->data);
	free(fb);
}

static int space_of(const struct quic_hdr *hdr)
{
	switch (hdr->type) {
	case QUIC_PKT_INITIAL:
		return QUIC_SPACE_INITIAL;
	case QUIC_PKT_HANDSHAKE:
		return QUIC_SPACE_HANDSHAKE;
	default:
		return QUIC_SPACE_APP;
	}
}

static void recv_opened(struct fuzz *f, struct quic_rx *rx)
{
	struct quic_conn *c = &f->c;
	enum quic_err err;

	if (rx->hdr->type == QUIC_PKT_SHORT &&
	    !quic_keys_rx_select(c, quic_hdr_key_phase(rx->hdr), rx->pn,
				 f->now, &rx->gen)) {
		quic_keys_open_failed(c);
		return;
	}
	err = quic_conn_recv(c, rx, GFP_ATOMIC);
	/* RFC 9000 11: an error of the peer's ends the connection */
	MUST(err == QUIC_ERR_NONE || err >= QUIC_ERR_INTERNAL_BASE ||
	     c->state >= QUIC_CONN_CLOSING);
	MUST(err != QUIC_ERR_NOMEM || f->short_of_memory);
}

static void recv_packet(struct fuzz *f, const struct quic_hdr *hdr, u64 pn,
			u8 ecn, const u8 *payload, size_t len)
{
	struct fuzz_buf *fb = calloc(1, sizeof(*fb));
	struct quic_rx rx = { .hdr = hdr, .pn = pn, .ecn = ecn, .len = len };

	MUST(fb);
	fb->data = fuzz_copy(payload, len);
	fb->buf = (struct quic_buf) {
		.refs = 1, .truesize = len + 256, .release = release_buf,
	};
	fb->f = f;
	f->bufs++;
	rx.payload = fb->data;
	rx.buf = &fb->buf;
	rx.now = f->now;
	/* RFC 9000 14.1: smaller datagrams with an Initial were dropped */
	quic_conn_recv_dgram(&f->c, max_t(size_t, len + 64,
					  QUIC_MIN_INITIAL_SIZE));
	recv_opened(f, &rx);
	quic_conn_recv_end(&f->c, f->now);
	quic_buf_put(&fb->buf);
}

static void fill_hdr(const struct fuzz *f, u8 type, struct quic_hdr *hdr)
{
	*hdr = (struct quic_hdr) {
		.type = type,
		.first = type == QUIC_PKT_SHORT ? 0x43 : 0xc3,
		.pn_len = 4,
		.dcid = our_cid.data,
		.dcid_len = our_cid.len,
	};
	if (type == QUIC_PKT_SHORT)
		return;
	hdr->version = f->c.version;
	hdr->scid = peer_cid.data;
	hdr->scid_len = peer_cid.len;
}

static void recv_at(struct fuzz *f, u8 type, u8 gap, u8 ecn, u8 flip,
		    const u8 *payload, size_t len)
{
	struct quic_hdr hdr;
	u64 *next, pn;

	fill_hdr(f, type, &hdr);
	hdr.first ^= flip;
	next = &f->pn[space_of(&hdr)];
	/* 7: an old number, a duplicate perhaps */
	pn = gap == 7 ? *next - min_t(u64, *next, 3) : *next + gap;
	*next = max(*next, pn + 1);
	recv_packet(f, &hdr, pn, ecn, payload, len);
}

/* An ACK of what really went out: leaves out the last @arg & 15. */
static void recv_ack(struct fuzz *f, u8 arg)
{
	bool app = f->c.space[QUIC_SPACE_APP].can_recv;
	int space = app ? QUIC_SPACE_APP : QUIC_SPACE_HANDSHAKE;
	u64 next = f->c.space[space].sent.next;
	struct quic_frame ack = { .type = QUIC_FRAME_ACK };
	u8 bytes[32];
	struct quic_wr wr = { bytes, bytes + sizeof(bytes) };

	if (next <= (arg & 15))
		return;
	ack.ack.largest = next - 1 - (arg & 15);
	ack.ack.first_range = min_t(u64, ack.ack.largest, arg >> 4);
	MUST(!quic_frame_build(&wr, &ack));
	recv_at(f, app ? QUIC_PKT_SHORT : QUIC_PKT_HANDSHAKE, 0, 0, 0, bytes,
		wr.p - bytes);
}

/* ---- the application --------------------------------------------------- */

static void app_write(struct fuzz *f, struct input *in, u8 op)
{
	u64 bytes = input_u8(in) * 64;
	struct quic_stream *s = NULL;
	struct quic_conn *c = &f->c;

	if (op & WRITE_FOUND)
		s = quic_stream_find(c, input_u8(in));
	else if (c->state != QUIC_CONN_ESTABLISHED ||
		 quic_stream_open(c, -1, op & WRITE_UNI, GFP_KERNEL, &s))
		return;
	if (!s || !quic_stream_writable(s) || f->written + bytes > WRITE_MAX)
		return;
	f->written += bytes;
	quic_stream_write(c, s, bytes, op & WRITE_FIN);
}

static void read_one(struct fuzz *f, struct quic_stream *s, u64 budget)
{
	const u8 *data;
	u64 taken = 0;
	bool end;
	u32 n;

	while (taken < budget &&
	       (n = quic_reasm_peek_at(&s->rx, taken, &data))) {
		n = min_t(u64, n, budget - taken);
		memcpy(f->sink, data, min_t(u32, n, sizeof(f->sink)));
		taken += n;
	}
	end = s->recv_state == QUIC_RECV_RESET_RECVD ||
	      quic_stream_at_fin(s, taken);
	quic_stream_read(&f->c, s, taken, end);
}

static void app_read(struct fuzz *f, u64 budget)
{
	struct quic_stream *s;
	unsigned int i;

	for (i = 0; i < 64; i++) {
		s = quic_stream_readable(&f->c);
		if (!s)
			return;
		read_one(f, s, budget);
	}
}

/* A datagram that does not open and ends in sixteen bytes of @byte. */
static void recv_reset(struct fuzz *f, u8 byte)
{
	u8 token[QUIC_RESET_TOKEN_LEN];

	memset(token, byte, sizeof(token));
	if (quic_cid_is_reset(&f->c, token))
		quic_conn_recv_reset(&f->c, f->now);
}

/* A message of the longest kind, or of @arg bytes. */
static void send_dgram(struct fuzz *f, u8 arg)
{
	int max = quic_dgram_max(&f->c);
	struct quic_dgram *d;

	if (max < 0 || f->c.dgrams.tx_mem > WRITE_MAX)
		return;
	d = quic_dgram_alloc(arg == 0x3f ? max : min_t(int, arg, max),
			     GFP_ATOMIC);
	if (d)
		quic_dgram_send(&f->c, d);
}

static void app_extra(struct fuzz *f, u8 arg)
{
	switch (arg >> 6) {
	case 0:
		quic_keys_open_failed(&f->c);
		return;
	case 1:
		send_dgram(f, arg & 0x3f);
		return;
	case 2:
		quic_nagle_write(&f->c, arg & 1, f->now);
		f->c.nagle.on = arg & 2;
		return;
	default:
		if (arg & 0x20)
			quic_cid_retire_local(&f->c, arg & 0xf);
		else if (arg & 0x10)
			quic_cid_use_remote(&f->c, arg & 0xf);
		else
			quic_cid_retire_remote(&f->c, arg & 0xf);
	}
}

static void app_act(struct fuzz *f, unsigned int what, u8 id)
{
	struct quic_stream *s = quic_stream_find(&f->c, id);

	switch (what) {
	case 0:
		app_read(f, id * 16 + 1);
		return;
	case 1:
		if (s && s->has_send)
			quic_stream_reset(&f->c, s, id);
		return;
	case 2:
		if (s && s->has_recv)
			quic_stream_stop(&f->c, s, id);
		return;
	case 3:
		quic_keys_update(&f->c);
		return;
	case 4:
		quic_conn_close(&f->c, id, id & 1, 0, "bye", 3, f->now);
		return;
	case 5:
		recv_reset(f, id);
		return;
	case 6:
		recv_ack(f, id);
		return;
	default:
		app_extra(f, id);
	}
}

/* What the glue does whenever something happened. */
static void look_after(struct fuzz *f)
{
	struct quic_conn *c = &f->c;
	struct quic_dgram *d;
	u8 token[QUIC_RESET_TOKEN_LEN];
	struct quic_cid cid = our_cid;
	struct quic_stream *s;
	int level;

	while ((level = quic_conn_crypto_readable(c)) >= 0) {
		struct quic_reasm *r = quic_conn_crypto_rx(c, level);
		const u8 *data;

		quic_reasm_consume(r, quic_reasm_peek(r, &data));
	}
	while (!f->no_cids && quic_cid_wanted(c)) {
		quic_env_random(cid.data, cid.len);
		quic_env_random(token, sizeof(token));
		MUST(!quic_cid_issue(c, &cid, token));
	}
	while (quic_cid_retired(c, &cid))
		;
	while ((d = quic_dgram_readable(c)))
		quic_dgram_read(c, d, d->len, true);
	while (quic_streams_acked(c))
		;
	while ((s = quic_streams_reap(c)))
		quic_stream_free(s);
	while (quic_events_peek(&c->events))
		quic_events_pop(&c->events);
	quic_keys_ready(&c->keys, c->keys.rx_gen + 1);
	c->news = 0;
}

/* A timer that fires must not be due again once that was dealt with. */
static void pass_time(struct fuzz *f, u64 ns)
{
	unsigned int fired = 0;

	f->now += ns;
	while (quic_conn_deadline(&f->c) <= f->now) {
		quic_conn_timeout(&f->c, f->now, GFP_ATOMIC);
		look_after(f);
		send_all(f);
		if (f->short_of_memory)
			return;
		MUST(++fired < 16);
	}
}

/* ---- commands ----------------------------------------------------------- */

static void recv_command(struct fuzz *f, struct input *in, u8 op)
{
	static const u8 flips[4] = { 0, 0x04, 0, 0x18 };
	bool is_short = op < 0x40;
	u8 type = QUIC_PKT_SHORT, flip = flips[op >> 3 & 3];
	size_t len = input_u8(in);

	if (op & 0x20)
		len = len << 8 | input_u8(in);
	len = min(len, in->left);
	if (!is_short) {
		type = op & 0x08 ? QUIC_PKT_HANDSHAKE : QUIC_PKT_INITIAL;
		flip = op & 0x10 ? 0x0c : 0;
	}
	recv_at(f, type, op & 7, is_short && op & 0x10 ? 3 : 0, flip, in->p,
		len);
	in->p += len;
	in->left -= len;
}

static void run_command(struct fuzz *f, struct input *in)
{
	u8 op = input_u8(in);

	switch (op >> 5) {
	case 0:
	case 1:		/* short header; 0x20: two bytes of length */
	case 2:
	case 3:		/* long header, likewise */
		recv_command(f, in, op);
		break;
	case 4:
		pass_time(f, (op & 31) * (op & 31) * 40 * QUIC_NSEC_PER_MSEC);
		break;
	case 5:
		app_write(f, in, op);
		break;
	case 6:
		app_act(f, op & 7, input_u8(in));
		break;
	default:
		f->short_of_memory = op & 8;
		quic_env_fail_after(op & 8 ? (op & 7) * 2 : -1);
		send_some(f, op & 7);
		return;
	}
	look_after(f);
	if (op < 0xa0 || !(op & HOLD))
		send_all(f);
}

/* ---- how it begins ------------------------------------------------------- */

static void fill_params(struct quic_tparams *tp, bool narrow)
{
	u64 unit = narrow ? 300 : 20000;

	quic_tparams_default(tp);
	tp->max_idle_timeout_ms = narrow ? 5000 : 0;
	tp->initial_max_data = 4 * unit;
	tp->initial_max_stream_data_bidi_local = unit;
	tp->initial_max_stream_data_bidi_remote = 2 * unit;
	tp->initial_max_stream_data_uni = unit;
	tp->initial_max_streams_bidi = narrow ? 2 : 20;
	tp->initial_max_streams_uni = narrow ? 1 : 20;
	tp->active_connection_id_limit = narrow ? 2 : 7;
	tp->max_datagram_frame = narrow ? 40 : 65535;
}

static void give_params(struct fuzz *f, bool narrow)
{
	struct quic_tparams tp;
	u8 bytes[512];
	struct quic_wr wr = { bytes, bytes + sizeof(bytes) };

	fill_params(&tp, narrow);
	tp.initial_scid = peer_cid;
	tp.has_initial_scid = true;
	tp.original_dcid = first_dcid;
	tp.has_original_dcid = true;
	memset(tp.reset_token, 0x77, sizeof(tp.reset_token));
	tp.has_reset_token = true;
	MUST(!quic_tparams_build(&wr, &tp, !f->c.server, 0));
	MUST(!quic_conn_remote_params(&f->c, bytes, wr.p - bytes));
}

static void finish_handshake(struct fuzz *f)
{
	static const u8 done[] = { QUIC_FRAME_HANDSHAKE_DONE };
	static const u8 ping[] = { QUIC_FRAME_PING };

	/* RFC 9000 8.1: this is what proves the client's address */
	recv_at(f, QUIC_PKT_HANDSHAKE, 0, 0, 0, ping, sizeof(ping));
	quic_conn_keys(&f->c, QUIC_LVL_APP, true, f->now);
	quic_conn_keys(&f->c, QUIC_LVL_APP, false, f->now);
	MUST(f->c.state == QUIC_CONN_ESTABLISHED);
	if (!f->c.server)
		recv_at(f, QUIC_PKT_SHORT, 0, 0, 0, done, sizeof(done));
	MUST(f->c.confirmed);
}

static void start(struct fuzz *f, u8 setup)
{
	static const u8 hello[300], ping[] = { QUIC_FRAME_PING };
	struct quic_conn_cfg cfg = {
		.server = setup & SETUP_SERVER, .mtu = 1452, .now = f->now,
		.version = setup & SETUP_V2 ? QUIC_V2 : QUIC_V1,
		.odcid = first_dcid, .scid = our_cid, .dcid = peer_cid,
	};
	u32 hello_len = setup & SETUP_QUIET ? 0 : sizeof(hello);
	bool narrow = setup & SETUP_NARROW;
	struct quic_tparams tp;

	fill_params(&tp, narrow);
	cfg.local = &tp;
	MUST(!quic_conn_init(&f->c, &cfg, GFP_KERNEL));
	f->c.events.mask = ~0u;
	f->no_cids = setup & SETUP_NO_CIDS;
	MUST(!quic_conn_crypto_write(&f->c, QUIC_LVL_INITIAL, hello,
				     hello_len, GFP_KERNEL));
	recv_at(f, QUIC_PKT_INITIAL, 0, 0, 0, ping, sizeof(ping));
	give_params(f, narrow);
	quic_conn_keys(&f->c, QUIC_LVL_HANDSHAKE, true, f->now);
	quic_conn_keys(&f->c, QUIC_LVL_HANDSHAKE, false, f->now);
	MUST(!quic_conn_crypto_write(&f->c, QUIC_LVL_HANDSHAKE, hello,
				     hello_len, GFP_KERNEL));
	if (!(setup & SETUP_HANDSHAKE))
		finish_handshake(f);
	look_after(f);
	send_all(f);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct fuzz f;
	struct input in = { data, size };

	memset(&f, 0, sizeof(f));
	f.now = QUIC_NSEC_PER_SEC;
	quic_env_fail_after(-1);
	quic_env_seed(1);
	start(&f, input_u8(&in));
	while (in.left)
		run_command(&f, &in);
	quic_env_fail_after(-1);
	f.short_of_memory = false;
	look_after(&f);
	send_all(&f);
	pass_time(&f, 600 * QUIC_NSEC_PER_SEC);
	quic_conn_free(&f.c);
	MUST(!f.bufs);
	MUST(!quic_env_live());
	return 0;
}
