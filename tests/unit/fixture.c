// SPDX-License-Identifier: GPL-2.0-only
#include "fixture.h"

#define STORE_BYTES	(1 << 20)
#define OUR_CID		0x0a
#define PEER_CID	0x0b

void fix_params(struct quic_tparams *tp)
{
	quic_tparams_default(tp);
	tp->max_idle_timeout_ms = 30000;
	tp->initial_max_data = 100000;
	tp->initial_max_stream_data_bidi_local = 20000;
	tp->initial_max_stream_data_bidi_remote = 30000;
	tp->initial_max_stream_data_uni = 40000;
	tp->initial_max_streams_bidi = 8;
	tp->initial_max_streams_uni = 4;
	tp->active_connection_id_limit = 4;
}

static void make_cid(struct quic_cid *cid, u8 fill)
{
	memset(cid, 0, sizeof(*cid));
	cid->len = 8;
	memset(cid->data, fill, 8);
}

int fix_start(struct fix *f, bool server, const struct quic_tparams *local)
{
	struct quic_conn_cfg cfg = {
		.server = server, .version = QUIC_V1, .mtu = 1400,
	};
	struct quic_tparams tp;

	memset(f, 0, sizeof(*f));
	f->store = malloc(STORE_BYTES);
	assert(f->store);
	f->now = FIX_T0;
	fix_params(&tp);
	cfg.local = local ?: &tp;
	cfg.now = f->now;
	make_cid(&cfg.odcid, 0x0d);
	make_cid(&cfg.scid, OUR_CID);
	make_cid(&cfg.dcid, PEER_CID);
	return quic_conn_init(&f->c, &cfg, GFP_KERNEL);
}

enum quic_err fix_remote(struct fix *f, const struct quic_tparams *remote)
{
	struct quic_tparams tp = *remote;
	u8 buf[512];
	struct quic_wr wr = { buf, buf + sizeof(buf) };

	make_cid(&tp.initial_scid, PEER_CID);
	tp.has_initial_scid = true;
	if (!f->c.server) {
		make_cid(&tp.original_dcid, 0x0d);
		tp.has_original_dcid = true;
	}
	if (quic_tparams_build(&wr, &tp, !f->c.server, 0))
		abort();
	return quic_conn_remote_params(&f->c, buf, wr.p - buf);
}

static void must(bool ok)
{
	if (!ok)
		abort();
}

static void keys(struct fix *f, enum quic_level level)
{
	quic_conn_keys(&f->c, level, true, f->now);
	quic_conn_keys(&f->c, level, false, f->now);
}

void fix_establish(struct fix *f, const struct quic_tparams *remote)
{
	const struct quic_frame done = { .type = QUIC_FRAME_HANDSHAKE_DONE };
	struct quic_tparams tp;
	u8 hello[100] = {};

	fix_params(&tp);
	quic_conn_recv_dgram(&f->c, 1200);
	must(!quic_conn_crypto_write(&f->c, QUIC_LVL_INITIAL, hello,
				     sizeof(hello), GFP_KERNEL));
	fix_send(f);
	must(!fix_ping(f, QUIC_SPACE_INITIAL));
	fix_ack_all(f, QUIC_SPACE_INITIAL);
	keys(f, QUIC_LVL_HANDSHAKE);
	must(!quic_conn_crypto_write(&f->c, QUIC_LVL_HANDSHAKE, hello,
				     sizeof(hello), GFP_KERNEL));
	fix_send(f);
	fix_ack_all(f, QUIC_SPACE_HANDSHAKE);
	must(!fix_remote(f, remote ?: &tp));
	keys(f, QUIC_LVL_APP);
	if (!f->c.server)
		must(!fix_frame(f, QUIC_SPACE_APP, &done));
	must(f->c.confirmed && f->c.state == QUIC_CONN_ESTABLISHED);
	quic_conn_recv_end(&f->c, f->now);
	/* the HANDSHAKE_DONE, or the acknowledgement of it */
	f->now += 100 * MS;
	fix_send(f);
	fix_ack_all(f, QUIC_SPACE_APP);
	/* as if there had never been a round-trip time but the initial one */
	quic_rtt_init(&f->c.rtt, 100 * MS);
	/* nor a rate to pace at: who tests that sets one */
	f->c.cc.rate_bytes_s = 0;
	f->c.cc.quiet_ns = 0;
	fix_forget(f);
	f->c.news = 0;
}

void fix_open(struct fix *f, bool server, const struct quic_tparams *local,
	      const struct quic_tparams *remote)
{
	must(!fix_start(f, server, local));
	fix_establish(f, remote);
}

void fix_free(struct fix *f)
{
	quic_conn_free(&f->c);
	free(f->store);
	f->store = NULL;
}

/* ---- from the peer -------------------------------------------------------- */

static const u8 pkt_types[] = {
	[QUIC_SPACE_INITIAL] = QUIC_PKT_INITIAL,
	[QUIC_SPACE_HANDSHAKE] = QUIC_PKT_HANDSHAKE,
	[QUIC_SPACE_APP] = QUIC_PKT_SHORT,
};

enum quic_err fix_recv_type(struct fix *f, u8 type, u64 pn, const void *p,
			    size_t len)
{
	struct quic_cid ours, theirs;
	struct quic_hdr hdr = {
		.type = type, .version = QUIC_V1,
		.dcid = ours.data, .scid = theirs.data,
		.dcid_len = 8, .scid_len = 8,
	};
	struct quic_rx rx = {
		.hdr = &hdr, .pn = pn, .payload = p, .len = len,
		.gen = f->rx_gen, .now = f->now,
	};

	make_cid(&ours, OUR_CID);
	make_cid(&theirs, PEER_CID);
	if (type == QUIC_PKT_SHORT)
		hdr.version = 0;
	return quic_conn_recv(&f->c, &rx, GFP_ATOMIC);
}

enum quic_err fix_recv_pn(struct fix *f, int space, u64 pn, const void *p,
			  size_t len)
{
	return fix_recv_type(f, pkt_types[space], pn, p, len);
}

enum quic_err fix_recv(struct fix *f, int space, const void *p, size_t len)
{
	return fix_recv_pn(f, space, f->pn[space]++, p, len);
}

enum quic_err fix_frame(struct fix *f, int space, const struct quic_frame *fr)
{
	u8 buf[2048];
	struct quic_wr wr = { buf, buf + sizeof(buf) };

	if (quic_frame_build(&wr, fr))
		abort();
	return fix_recv(f, space, buf, wr.p - buf);
}

enum quic_err fix_limit(struct fix *f, u64 type, u64 id, u64 max)
{
	const struct quic_frame fr = {
		.type = type, .limit = { .id = id, .max = max },
	};

	return fix_frame(f, QUIC_SPACE_APP, &fr);
}

enum quic_err fix_stream(struct fix *f, u64 id, u64 off, u64 len, bool fin)
{
	static const u8 zero[1500];
	const struct quic_frame fr = {
		.type = QUIC_FRAME_STREAM | QUIC_STREAM_BIT_LEN |
			QUIC_STREAM_BIT_OFF | (fin ? QUIC_STREAM_BIT_FIN : 0),
		.stream = { .id = id, .offset = off, .len = len, .data = zero },
	};

	if (len > sizeof(zero))
		abort();
	return fix_frame(f, QUIC_SPACE_APP, &fr);
}

enum quic_err fix_reset(struct fix *f, u64 id, u64 err, u64 size)
{
	const struct quic_frame fr = {
		.type = QUIC_FRAME_RESET_STREAM,
		.reset = { .id = id, .err = err, .final_size = size },
	};

	return fix_frame(f, QUIC_SPACE_APP, &fr);
}

enum quic_err fix_stop(struct fix *f, u64 id, u64 err)
{
	const struct quic_frame fr = {
		.type = QUIC_FRAME_STOP_SENDING,
		.stop = { .id = id, .err = err },
	};

	return fix_frame(f, QUIC_SPACE_APP, &fr);
}

enum quic_err fix_ping(struct fix *f, int space)
{
	const struct quic_frame fr = { .type = QUIC_FRAME_PING };

	return fix_frame(f, space, &fr);
}

enum quic_err fix_crypto(struct fix *f, int space, u64 off, u64 len)
{
	static const u8 zero[1500];
	const struct quic_frame fr = {
		.type = QUIC_FRAME_CRYPTO,
		.crypto = { .offset = off, .len = len, .data = zero },
	};

	return fix_frame(f, space, &fr);
}

enum quic_err fix_ack(struct fix *f, int space, u64 lo, u64 hi)
{
	struct quic_frame fr = { .type = QUIC_FRAME_ACK };
	static const u8 none[1];

	fr.ack.largest = hi;
	fr.ack.first_range = hi - lo;
	fr.ack.ranges.p = none;
	fr.ack.ranges.end = none;
	return fix_frame(f, space, &fr);
}

void fix_ack_all(struct fix *f, int space)
{
	struct quic_sent_ring *r = &f->c.space[space].sent;
	u64 pn, lo;

	/* burnt numbers were never sent: runs between them */
	for (pn = r->base; pn < r->next; pn++) {
		if (quic_sent_at(r, pn)->state != QUIC_SENT_OUT)
			continue;
		for (lo = pn; pn + 1 < r->next &&
		     quic_sent_at(r, pn + 1)->state == QUIC_SENT_OUT; pn++)
			;
		must(!fix_ack(f, space, lo, pn));
	}
}

/* ---- to the peer ------------------------------------------------------------ */

int fix_plan(struct fix *f, unsigned int max_dgrams)
{
	return quic_send_plan(&f->c, f->now, max_dgrams, &f->plan, GFP_ATOMIC);
}

u8 fix_byte(u64 id, u64 off)
{
	return (id * 0x9e3779b97f4a7c15ULL + off * 0x2545f4914f6cdd1dULL) >> 33;
}

static u32 tag_len(const struct fix *f, const struct quic_plan_pkt *pkt)
{
	return pkt->level == QUIC_LVL_APP ? f->c.app_tag_len : QUIC_TAG_LEN;
}

u8 *fix_lay_out(struct fix *f, const struct quic_plan_pkt *pkt)
{
	u8 *start = f->store + f->stored, *p = start;
	unsigned int i, k;

	must(f->stored + pkt->len <= STORE_BYTES);
	for (i = 0; i < pkt->n_pieces; i++) {
		const struct quic_piece *pc = &f->plan.piece[pkt->piece + i];

		memcpy(p, f->plan.scratch + pc->scratch_off, pc->scratch_len);
		p += pc->scratch_len;
		for (k = 0; k < pc->data_len; k++)
			*p++ = pc->data ? pc->data[k] :
				   fix_byte(pc->stream->id, pc->off + k);
	}
	/* the pieces and the tag are the whole packet */
	must(p - start + tag_len(f, pkt) == pkt->len);
	f->stored += p - start;
	return start;
}

static void note_frames(struct fix *f, const struct quic_plan_pkt *pkt)
{
	bool early = pkt->level == QUIC_LVL_EARLY;
	u8 *p = fix_lay_out(f, pkt);
	struct quic_rd rd = { p + pkt->hdr_len, p + pkt->len - tag_len(f, pkt) };

	must(rd.p < rd.end);
	while (rd.p < rd.end) {
		struct fix_seen *s = &f->seen[f->n_seen++];

		must(f->n_seen < FIX_SEEN_MAX);
		s->space = quic_level_space(pkt->level);
		s->level = pkt->level;
		s->pn = pkt->pn;
		must(!quic_frame_parse(&rd, &s->f));
		must(quic_frame_allowed(s->f.type, early ? QUIC_PKT_0RTT :
						   pkt_types[s->space]));
	}
}

static void note_dgram(struct fix *f, unsigned int len)
{
	if (!len)
		return;
	f->n_dgrams++;
	f->max_dgram = max(f->max_dgram, len);
	f->min_dgram = f->min_dgram ? min(f->min_dgram, len) : len;
}

void fix_commit(struct fix *f, unsigned int n)
{
	unsigned int i, len = 0;

	for (i = 0; i < n; i++) {
		const struct quic_plan_pkt *pkt = &f->plan.pkt[i];

		if (pkt->new_dgram) {
			note_dgram(f, len);
			len = 0;
		}
		len += pkt->len;
		note_frames(f, pkt);
	}
	note_dgram(f, len);
	f->n_pkts += n;
	quic_send_commit(&f->c, &f->plan, n, f->now, GFP_ATOMIC);
}

unsigned int fix_send(struct fix *f)
{
	unsigned int total = 0;
	int n;

	while ((n = fix_plan(f, QUIC_PLAN_PKTS)) > 0) {
		fix_commit(f, n);
		total += n;
		must(total < 4096);
	}
	return total;
}

void fix_forget(struct fix *f)
{
	f->n_seen = 0;
	f->n_pkts = 0;
	f->n_dgrams = 0;
	f->max_dgram = 0;
	f->min_dgram = 0;
	f->stored = 0;
}

static u64 plain_type(u64 type)
{
	return type >= QUIC_FRAME_STREAM && type <= QUIC_FRAME_STREAM_LAST ?
	       (u64)QUIC_FRAME_STREAM : type;
}

unsigned int fix_count(const struct fix *f, u64 type)
{
	unsigned int i, n = 0;

	for (i = 0; i < f->n_seen; i++)
		n += plain_type(f->seen[i].f.type) == type;
	return n;
}

const struct fix_seen *fix_nth(const struct fix *f, u64 type, unsigned int nth)
{
	unsigned int i;

	for (i = 0; i < f->n_seen; i++)
		if (plain_type(f->seen[i].f.type) == type && !nth--)
			return &f->seen[i];
	return NULL;
}

u64 fix_stream_bytes(const struct fix *f)
{
	u64 sum = 0;
	unsigned int i;

	for (i = 0; i < f->n_seen; i++)
		if (plain_type(f->seen[i].f.type) == QUIC_FRAME_STREAM)
			sum += f->seen[i].f.stream.len;
	return sum;
}

struct quic_stream *fix_write(struct fix *f, bool uni, u64 len, bool fin)
{
	struct quic_stream *s = NULL;

	if (quic_stream_open(&f->c, -1, uni, GFP_KERNEL, &s))
		return NULL;
	quic_stream_write(&f->c, s, len, fin);
	return s;
}
