// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "peer.h"
#include "quic/core/pktnum.h"
#include "quic/core/restart.h"

#define CH_LEN		320	/* toy ClientHello, of which params */
#define SH_LEN		110
#define EE_LEN		2600	/* to Finished: several packets */
#define FIN_LEN		52

static void fail(struct sim_peer *p, const char *what)
{
	if (!p->bad)
		p->bad = what;
}

/* Content of a stream: any byte can be computed from where it is. */
static u8 content(u64 id, u64 off)
{
	u64 x = id * 0x9e3779b97f4a7c15ULL + off * 0x2545f4914f6cdd1dULL;

	return x >> 33;
}

/* ---- toy cipher: a checksum instead of a tag, no confidentiality ---------- */

static void tag_of(u32 gen, u8 level, u64 pn, const u8 *pkt, u32 len, u8 *tag)
{
	u64 h = 0xcbf29ce484222325ULL ^ gen ^ (u64)level << 32 ^ pn << 34;
	u32 i;

	for (i = 0; i < len; i++)
		h = (h ^ pkt[i]) * 0x100000001b3ULL;
	put_unaligned_be64(h, tag);
	put_unaligned_be64(~h * 31, tag + 8);
}

static bool is_app(const struct quic_plan_pkt *pkt)
{
	return pkt->level == QUIC_LVL_APP;
}

static void lay_out(struct sim_peer *p, const struct quic_plan_pkt *pkt, u8 *out)
{
	struct quic_plan *plan = &p->plan;
	u32 at = 0;
	int i;

	for (i = 0; i < pkt->n_pieces; i++) {
		struct quic_piece *pc = &plan->piece[pkt->piece + i];
		u32 k;

		memcpy(out + at, plan->scratch + pc->scratch_off,
		       pc->scratch_len);
		at += pc->scratch_len;
		for (k = 0; k < pc->data_len; k++)
			out[at++] = pc->data ? pc->data[k] :
				    content(pc->stream->id, pc->off + k);
	}
	if (at + QUIC_TAG_LEN != pkt->len)
		fail(p, "plan: pieces do not add up to the packet");
	tag_of(is_app(pkt) ? plan->gen : 0, pkt->level, pkt->pn, out, at,
	       out + at);
}

bool sim_trace;

/* What a packet says, frame by frame. */
static void trace_packet(const struct sim_peer *p, const char *verb, u64 now,
			 u8 level, u64 pn, const u8 *payload, u32 len)
{
	struct quic_rd rd = { payload, payload + len };
	struct quic_frame f;

	if (!sim_trace)
		return;
	fprintf(stderr, "%.6f %s %s %04x level %u pn %llu:", now / 1e9,
		p->index ? "server" : "client", verb, p->traced, level,
		(unsigned long long)pn);
	while (quic_rd_left(&rd) && !quic_frame_parse(&rd, &f)) {
		fprintf(stderr, " %02llx", (unsigned long long)f.type);
		if (f.type == QUIC_FRAME_ACK)
			fprintf(stderr, "(%llu+%llu)",
				(unsigned long long)f.ack.largest,
				(unsigned long long)f.ack.count);
		else if (f.type == QUIC_FRAME_NEW_CONNECTION_ID)
			fprintf(stderr, "(%llu>=%llu)",
				(unsigned long long)f.new_cid.seq,
				(unsigned long long)f.new_cid.retire_prior_to);
		else if (f.type == QUIC_FRAME_RETIRE_CONNECTION_ID)
			fprintf(stderr, "(%llu)",
				(unsigned long long)f.retire_seq);
		else if ((f.type & ~7ULL) == QUIC_FRAME_STREAM)
			fprintf(stderr, "(%llu@%llu+%llu)",
				(unsigned long long)f.stream.id,
				(unsigned long long)f.stream.offset,
				(unsigned long long)f.stream.len);
	}
	fputc('\n', stderr);
}

static void send_all(struct sim_peer *p, u64 now)
{
	u8 dgram[65536];
	unsigned int bursts = 0;

	while (bursts++ < 8) {
		struct quic_plan *plan = &p->plan;
		u32 len = 0, cut, i;

		if (quic_send_plan(&p->c, now, 20, plan, GFP_ATOMIC) <= 0)
			break;
		/* now and then memory or the route fails half way */
		cut = plan->n_pkts;
		if (sim_chance(&p->rng, 5))
			cut = sim_rand(&p->rng) % (plan->n_pkts + 1);
		while (cut < plan->n_pkts && cut && !plan->pkt[cut].new_dgram)
			cut--;
		p->traced = p->ends[plan->path].remote;
		for (i = 0; i < cut; i++) {
			if (plan->pkt[i].new_dgram && len) {
				sim_roam_send(p->roam, p, plan->path,
					      plan->ecn, now,
					      dgram, len);
				len = 0;
			}
			lay_out(p, &plan->pkt[i], dgram + len);
			trace_packet(p, "tx", now, plan->pkt[i].level,
				     plan->pkt[i].pn,
				     dgram + len + plan->pkt[i].hdr_len,
				     plan->pkt[i].len - plan->pkt[i].hdr_len -
				     QUIC_TAG_LEN);
			len += plan->pkt[i].len;
		}
		if (len)
			sim_roam_send(p->roam, p, plan->path, plan->ecn, now,
				      dgram, len);
		if (len > p->c.path.mtu_bytes && plan->n_pkts > 1)
			fail(p, "plan: datagram above the MTU");
		quic_send_commit(&p->c, plan, cut, now, GFP_ATOMIC);
	}
}

/* ---- toy handshake -------------------------------------------------------- */

static void hs_write(struct sim_peer *p, enum quic_level level, u32 len,
		     bool params)
{
	u8 msg[EE_LEN + 2] = {};
	int n = 0;

	if (params) {
		n = quic_conn_local_params(&p->c, msg + 2, SIM_PARAMS_MAX);
		if (n < 0)
			fail(p, "local params");
		put_unaligned_be16(n, msg);
	}
	while (quic_conn_crypto_write(&p->c, level, msg, len, GFP_KERNEL))
		;	/* injected allocation failure: the caller retries */
}

static u8 hs_buf[2][EE_LEN];

static void hs_collect(struct sim_peer *p, enum quic_level level, u8 *buf,
		       u32 want)
{
	struct quic_reasm *r = quic_conn_crypto_rx(&p->c, level);
	int space = quic_level_space(level);
	const u8 *data;
	u32 n;

	while ((n = quic_reasm_peek(r, &data))) {
		n = min(n, want - p->hs_got[space]);
		if (!n) {
			fail(p, "too much CRYPTO data");
			return;
		}
		memcpy(buf + p->hs_got[space], data, n);
		p->hs_got[space] += n;
		quic_reasm_consume(r, n);
	}
}

static void take_params(struct sim_peer *p, const u8 *buf, u64 now)
{
	enum quic_err err;

	err = quic_conn_remote_params(&p->c, buf + 2, get_unaligned_be16(buf));
	if (err) {
		fail(p, "remote params refused");
		quic_conn_close(&p->c, err, false, 0, NULL, 0, now);
	}
}

/*
 * A client resumes: what it remembers is what the server says again, or less;
 * when it is rejected, it may have been more. Streams never: those above the
 * new limit would be gone for good.
 */
static void start_early(struct sim_peer *p)
{
	struct quic_tparams tp = p->other->c.local;

	tp.initial_max_data /= 1 + sim_rand(&p->rng) % 3;
	tp.initial_max_stream_data_bidi_remote /= 1 + sim_rand(&p->rng) % 3;
	tp.initial_max_streams_uni /= 1 + sim_rand(&p->rng) % 2;
	if (p->early != SIM_EARLY_ACCEPTED && sim_rand(&p->rng) % 2)
		tp.initial_max_stream_data_uni *= 2;
	if (quic_early_remember(&p->c, &tp) || quic_early_keys(&p->c, true))
		fail(p, "no early data");
}

static void decide_early(struct sim_peer *p)
{
	if (p->early == SIM_EARLY_NONE || p->early == SIM_EARLY_SILENT)
		return;
	if (quic_early_decide(&p->c, p->early == SIM_EARLY_ACCEPTED))
		fail(p, "early data cannot be decided");
}

static void server_handshake(struct sim_peer *p, u64 now)
{
	struct quic_conn *c = &p->c;

	if (!p->hs_started) {
		hs_collect(p, QUIC_LVL_INITIAL, hs_buf[1], CH_LEN);
		if (p->hs_got[QUIC_SPACE_INITIAL] < CH_LEN)
			return;
		p->hs_started = true;
		take_params(p, hs_buf[1], now);
		if (p->other->early == SIM_EARLY_ACCEPTED &&
		    quic_early_keys(c, false))
			fail(p, "early data refused");
		hs_write(p, QUIC_LVL_INITIAL, SH_LEN, false);
		quic_conn_keys(c, QUIC_LVL_HANDSHAKE, true, now);
		quic_conn_keys(c, QUIC_LVL_HANDSHAKE, false, now);
		hs_write(p, QUIC_LVL_HANDSHAKE, EE_LEN, true);
		quic_conn_keys(c, QUIC_LVL_APP, true, now);
	}
	if (c->state != QUIC_CONN_HANDSHAKE)
		return;
	hs_collect(p, QUIC_LVL_HANDSHAKE, hs_buf[1], FIN_LEN);
	if (p->hs_got[QUIC_SPACE_HANDSHAKE] < FIN_LEN)
		return;
	quic_conn_keys(c, QUIC_LVL_APP, false, now);
}

static void client_handshake(struct sim_peer *p, u64 now)
{
	struct quic_conn *c = &p->c;
	u8 sh[SH_LEN];

	if (!p->hs_started) {
		p->hs_started = true;
		hs_write(p, QUIC_LVL_INITIAL, CH_LEN, true);
		if (p->early)
			start_early(p);
	}
	if (c->state != QUIC_CONN_HANDSHAKE)
		return;
	if (p->hs_got[QUIC_SPACE_INITIAL] < SH_LEN) {
		hs_collect(p, QUIC_LVL_INITIAL, sh, SH_LEN);
		if (p->hs_got[QUIC_SPACE_INITIAL] < SH_LEN)
			return;
		quic_conn_keys(c, QUIC_LVL_HANDSHAKE, true, now);
		quic_conn_keys(c, QUIC_LVL_HANDSHAKE, false, now);
	}
	hs_collect(p, QUIC_LVL_HANDSHAKE, hs_buf[0], EE_LEN);
	if (p->hs_got[QUIC_SPACE_HANDSHAKE] < EE_LEN)
		return;
	decide_early(p);
	take_params(p, hs_buf[0], now);
	hs_write(p, QUIC_LVL_HANDSHAKE, FIN_LEN, false);
	quic_conn_keys(c, QUIC_LVL_APP, true, now);
	quic_conn_keys(c, QUIC_LVL_APP, false, now);
}

/* ---- receiving ------------------------------------------------------------ */

struct sim_buf {
	struct quic_buf buf;
	u8 data[];
};

static void release_buf(struct quic_buf *buf)
{
	free(container_of(buf, struct sim_buf, buf));
}

static int type_level(u8 type)
{
	switch (type) {
	case QUIC_PKT_INITIAL:
		return QUIC_LVL_INITIAL;
	case QUIC_PKT_0RTT:
		return QUIC_LVL_EARLY;
	case QUIC_PKT_HANDSHAKE:
		return QUIC_LVL_HANDSHAKE;
	case QUIC_PKT_SHORT:
		return QUIC_LVL_APP;
	default:
		return -1;
	}
}

/* ---- before the connection ------------------------------------------------- */

/* Where a client is before it moves for the first time. */
static const struct sim_way to_client = {
	.to = 0, .src = SIM_SERVER, .dst = SIM_CLIENT,
};

static const u8 retry_token[] = "a token of the simulator";

static void recv_retry(struct sim_peer *p, const u8 *pkt,
		       const struct quic_hdr *hdr)
{
	u32 len = hdr->len - QUIC_TAG_LEN;
	u8 tag[QUIC_TAG_LEN];

	tag_of(0, 0, 0, pkt, len, tag);
	if (!memcmp(tag, pkt + len, sizeof(tag)) &&
	    quic_retry_wanted(&p->c, hdr))
		quic_retry_follow(&p->c, hdr, GFP_ATOMIC);
}

static void recv_offer(struct sim_peer *p, const struct quic_hdr *hdr)
{
	struct quic_cid odcid = { .len = 8 };
	u32 version;

	if (!quic_restart_offer(&p->c, hdr, &version))
		return;
	if (!version) {
		fail(p, "no version in common");
		return;
	}
	memset(odcid.data, 0xc2, 8);
	quic_restart_with(&p->c, version, &odcid, GFP_ATOMIC);
	p->hs_started = false;
}

static void send_retry(struct sim_peer *p, const struct quic_hdr *hdr, u64 now)
{
	const struct quic_cid scid = { 8, "retryscd" };
	u8 out[256];
	struct quic_wr wr = { out, out + sizeof(out) };

	if (quic_hdr_build_retry(&wr, hdr->version, hdr->scid, hdr->scid_len,
				 &scid, retry_token, sizeof(retry_token), 0)) {
		fail(p, "Retry");
		return;
	}
	tag_of(0, 0, 0, out, wr.p - out, wr.p);
	sim_net_send(p->net, now, &to_client, out, wr.p - out + QUIC_TAG_LEN);
}

static void send_offer(struct sim_peer *p, const struct quic_hdr *hdr, u64 now)
{
	u8 out[256];
	struct quic_wr wr = { out, out + sizeof(out) };

	if (quic_hdr_build_version_neg(&wr, hdr->scid, hdr->scid_len,
				       hdr->dcid, hdr->dcid_len, QUIC_V1, 7))
		fail(p, "Version Negotiation");
	sim_net_send(p->net, now, &to_client, out, wr.p - out);
}

/* A server names another address of its own. */
static void prefer(struct sim_peer *p)
{
	static const struct quic_cid cid = { 8, "preferrd" };
	static const u8 token[QUIC_RESET_TOKEN_LEN] = { 0x5f };

	if (quic_cid_issue_preferred(&p->c, &cid, token))
		fail(p, "preferred address");
}

static void admit(struct sim_peer *p, const struct quic_hdr *hdr, u64 now)
{
	struct quic_cid dcid = { .len = hdr->dcid_len };

	memcpy(dcid.data, hdr->dcid, dcid.len);
	if (p->start == SIM_START_OFFER) {
		p->cfg.odcid = dcid;
	} else {
		p->cfg.retried = true;
		p->cfg.retry_scid = dcid;
		p->cfg.addr_validated = true;
	}
	p->cfg.now = now;
	p->cfg.local = &p->params;
	quic_conn_free(&p->c);
	if (quic_conn_init(&p->c, &p->cfg, GFP_KERNEL))
		fail(p, "init");
	else if (p->prefers)
		prefer(p);
	p->admitted = true;
}

/* Is the first packet of @len bytes at @pkt an Initial that opens? */
static bool is_initial(u8 *pkt, u32 len, struct quic_hdr *hdr)
{
	static const u8 no_mask[5];
	u8 tag[QUIC_TAG_LEN];

	if (quic_hdr_parse(pkt, len, QUIC_CID_DEFAULT_LEN, hdr) ||
	    hdr->type != QUIC_PKT_INITIAL)
		return false;
	quic_hdr_unprotect(pkt, hdr, no_mask);
	tag_of(0, QUIC_LVL_INITIAL, quic_pn_expand(QUIC_PN_NONE, hdr->pn,
						   hdr->pn_len),
	       pkt, hdr->len - QUIC_TAG_LEN, tag);
	return !memcmp(tag, pkt + hdr->len - QUIC_TAG_LEN, sizeof(tag));
}

/* A server that does not know its client yet. Return: true: nothing more. */
static bool answer_stranger(struct sim_peer *p, u8 *pkt, u32 len, u64 now)
{
	struct quic_hdr hdr;

	if (!p->index || p->admitted || p->start == SIM_START_PLAIN ||
	    p->start == SIM_START_MOVE)
		return false;
	if (!is_initial(pkt, len, &hdr))
		return true;
	if (p->start == SIM_START_OFFER && hdr.version != QUIC_V1)
		send_offer(p, &hdr, now);
	else if (p->start != SIM_START_OFFER && !hdr.token_len)
		send_retry(p, &hdr, now);
	else
		admit(p, &hdr, now);
	return !p->admitted;
}

/* New addresses are the path's that the core made of them. */
static void adopt_path(struct sim_peer *p, const struct sim_dgram *d, u64 now)
{
	u8 id = p->c.path_added;

	p->c.path_added = QUIC_PATH_NEW;
	p->ends[id].local = d->way.dst;
	p->ends[id].remote = d->way.src;
	p->at_path = id;
	quic_migration_set_mtu(&p->c, id, 1452, now);
	quic_migration_recv_dgram(&p->c, id, d->len);
}

static void recv_packet(struct sim_peer *p, u8 *pkt, struct quic_hdr *hdr,
			struct quic_buf *buf, const struct sim_dgram *d,
			u64 now)
{
	static const u8 no_mask[5];
	struct quic_rx rx = {
		.hdr = hdr, .buf = buf, .ecn = d->way.ecn, .now = now,
		.path = p->at_path,
		.preferred = d->way.dst == SIM_PREFERRED,
	};
	int level = type_level(hdr->type);
	u8 tag[QUIC_TAG_LEN];

	if (hdr->type == QUIC_PKT_RETRY)
		recv_retry(p, pkt, hdr);
	if (hdr->type == QUIC_PKT_VERSION_NEG)
		recv_offer(p, hdr);
	if (level < 0 ||
	    quic_conn_rx_keys(&p->c, level) != QUIC_RX_KEYS_READY)
		return;
	quic_hdr_unprotect(pkt, hdr, no_mask);
	rx.pn = quic_pn_expand(quic_conn_rx_largest(&p->c, level), hdr->pn,
			       hdr->pn_len);
	if (level == QUIC_LVL_APP &&
	    !quic_keys_rx_select(&p->c, quic_hdr_key_phase(hdr), rx.pn, now,
				 &rx.gen))
		return;
	rx.payload = pkt + hdr->pn_off + hdr->pn_len;
	rx.len = hdr->len - hdr->pn_off - hdr->pn_len - QUIC_TAG_LEN;
	tag_of(rx.gen, level, rx.pn, pkt, hdr->len - QUIC_TAG_LEN, tag);
	if (memcmp(tag, pkt + hdr->len - QUIC_TAG_LEN, QUIC_TAG_LEN)) {
		quic_keys_open_failed(&p->c);
		return;
	}
	trace_packet(p, "rx", now, level, rx.pn, rx.payload, rx.len);
	if (hdr->type == QUIC_PKT_INITIAL &&
	    quic_version_may_follow(&p->c, hdr->version))
		quic_version_follow(&p->c, hdr->version);
	rx.same_host = (d->way.src ^ p->ends[p->c.path.id].remote) < 0x10 &&
		       d->way.dst == p->ends[p->c.path.id].local;
	quic_conn_recv(&p->c, &rx, GFP_ATOMIC);
	if (p->c.path_added != QUIC_PATH_NEW)
		adopt_path(p, d, now);
}

void sim_peer_recv(struct sim_peer *p, const struct sim_dgram *d, u64 now)
{
	int path = sim_roam_find(p->roam, p, d);
	struct quic_hdr hdr;
	struct sim_buf *sb;
	u32 off = 0;

	if (path < 0)
		return;
	p->at_path = path;
	p->traced = d->way.src;
	sb = malloc(sizeof(*sb) + d->len);
	assert(sb);
	sb->buf = (struct quic_buf) {
		.refs = 1, .truesize = d->len, .release = release_buf,
	};
	memcpy(sb->data, d->data, d->len);
	if (answer_stranger(p, sb->data, d->len, now)) {
		quic_buf_put(&sb->buf);
		return;
	}
	quic_migration_recv_dgram(&p->c, path, d->len);
	while (off < d->len &&
	       !quic_hdr_parse(sb->data + off, d->len - off,
			       QUIC_CID_DEFAULT_LEN, &hdr)) {
		recv_packet(p, sb->data + off, &hdr, &sb->buf, d, now);
		off += hdr.len;
	}
	quic_conn_recv_end(&p->c, now);
	quic_buf_put(&sb->buf);
}

/* ---- application ------------------------------------------------------------ */

static void app_write(struct sim_peer *p, u64 now)
{
	unsigned int i;

	for (i = 0; i < p->n_tx; i++) {
		struct sim_flow *f = &p->tx[i];
		struct quic_stream *s;
		u64 n;

		if (f->reset || (f->opened && f->written == f->size))
			continue;
		if (!f->opened) {
			if (quic_stream_open(&p->c, -1, f->id & 1, GFP_KERNEL,
					     &s))
				continue;
			f->id = s->id;
			f->opened = true;
		}
		s = quic_stream_find(&p->c, f->id);
		if (!s || !quic_stream_writable(s))
			continue;
		n = min_t(u64, f->size - f->written,
			  1 + sim_rand(&p->rng) % 60000);
		f->written += n;
		quic_stream_write(&p->c, s, n, f->written == f->size);
		quic_nagle_write(&p->c, sim_chance(&p->rng, 100), now);
		if (sim_chance(&p->rng, 3) &&
		    !quic_stream_reset(&p->c, s, 77))
			f->reset = true;
	}
}

static struct sim_flow *flow_of(struct sim_peer *p, u64 id)
{
	unsigned int i;

	for (i = 0; i < SIM_STREAMS; i++)
		if (p->rx[i].used && p->rx[i].id == id)
			return &p->rx[i];
	for (i = 0; i < SIM_STREAMS; i++) {
		if (p->rx[i].used)
			continue;
		p->rx[i].used = true;
		p->rx[i].id = id;
		return &p->rx[i];
	}
	fail(p, "more streams than were opened");
	return &p->rx[0];
}

/*
 * A stream that we opened: nothing is sent back on it but FIN.
 * RFC 9000 2.2#1: in order; RFC 9000 2.2#2: the same bytes, lost or not.
 */
static void read_stream(struct sim_peer *p, struct quic_stream *s, u64 budget)
{
	struct sim_flow *f = flow_of(p, s->id);
	bool end = false;
	const u8 *data;
	u64 taken = 0;
	u32 n, i;

	/* the answer is RESET_STREAM, unless all was sent before */
	if (sim_chance(&p->rng, 3) && !quic_stream_stop(&p->c, s, 88)) {
		f->stopped = true;
		return;
	}
	while (budget && (n = quic_reasm_peek_at(&s->rx, taken, &data))) {
		n = min_t(u64, n, budget);
		for (i = 0; i < n; i++)
			if (data[i] != content(s->id, f->got + i))
				fail(p, "stream bytes differ");
		f->got += n;
		taken += n;
		budget -= n;
	}
	if (s->recv_state == QUIC_RECV_RESET_RECVD) {
		end = true;
		f->ended_by_reset = true;
	} else if (quic_stream_at_fin(s, taken)) {
		end = true;
		f->ended = true;
	}
	quic_stream_read(&p->c, s, taken, end);
}

/* A peer's bidirectional stream is closed from our side at once. */
static void answer_stream(struct sim_peer *p, struct quic_stream *s)
{
	if (s->has_send && quic_stream_writable(s) &&
	    !!(s->id & QUIC_STREAM_ID_SERVER) != p->c.server)
		quic_stream_write(&p->c, s, 0, true);
}

static void app_read(struct sim_peer *p)
{
	struct quic_stream *s;
	int n = 0;

	while ((s = quic_stream_readable(&p->c)) && n++ < 64) {
		if (p->slow_reader && sim_chance(&p->rng, 700))
			return;
		answer_stream(p, s);
		read_stream(p, s, 1 + sim_rand(&p->rng) % 100000);
	}
}

/* ---- datagrams (RFC 9221): unreliable, but never twice and never changed -- */

static void send_dgrams(struct sim_peer *p)
{
	int max = quic_dgram_max(&p->c);
	struct quic_dgram *d;
	u32 i;

	while (p->dgrams_sent < p->n_dgrams && !sim_chance(&p->rng, 300)) {
		if (max < 1) {
			p->dgrams_sent = p->n_dgrams;
			return;
		}
		d = quic_dgram_alloc(1 + sim_rand(&p->rng) % max, GFP_KERNEL);
		if (!d)
			return;
		d->data[0] = p->dgrams_sent++;
		for (i = 1; i < d->len; i++)
			d->data[i] = content(d->data[0], i);
		quic_dgram_send(&p->c, d);
	}
}

static void read_dgrams(struct sim_peer *p)
{
	struct quic_dgram *d;
	u32 i;

	while ((d = quic_dgram_readable(&p->c))) {
		if (d->data[0] >= p->other->dgrams_sent)
			fail(p, "a datagram that was not sent");
		if (p->dgrams_seen & BIT_ULL(d->data[0]))
			fail(p, "a datagram came twice");
		p->dgrams_seen |= BIT_ULL(d->data[0]);
		for (i = 1; i < d->len; i++)
			if (d->data[i] != content(d->data[0], i))
				fail(p, "a datagram differs");
		quic_dgram_read(&p->c, d, d->len, true);
	}
}

static void reap(struct sim_peer *p)
{
	struct quic_stream *s;

	while (quic_streams_acked(&p->c))
		;
	while ((s = quic_streams_reap(&p->c)))
		quic_stream_free(s);
}

static void issue_cids(struct sim_peer *p)
{
	struct quic_cid cid = { .len = QUIC_CID_DEFAULT_LEN };
	u8 token[QUIC_RESET_TOKEN_LEN];

	while (quic_cid_wanted(&p->c)) {
		quic_env_random(cid.data, cid.len);
		quic_env_random(token, sizeof(token));
		if (quic_cid_issue(&p->c, &cid, token))
			break;
	}
	while (quic_cid_retired(&p->c, &cid))
		;
}

/* Ids are given back, asked back and chosen, at any time; most is refused. */
static void change_cids(struct sim_peer *p)
{
	u64 seq = p->c.cids.local_next + sim_rand(&p->rng) % 8;

	switch (sim_rand(&p->rng) % 3) {
	case 0:
		quic_cid_retire_local(&p->c, seq - min_t(u64, seq, 8));
		break;
	case 1:
		quic_cid_retire_remote(&p->c, p->c.cids.remote_top -
				       min(p->c.cids.remote_top, seq & 3));
		break;
	default:
		quic_cid_use_remote(&p->c, p->c.cids.remote_top -
				    min(p->c.cids.remote_top, seq & 3));
	}
}

static void run_app(struct sim_peer *p, u64 now)
{
	if (p->c.server)
		server_handshake(p, now);
	else
		client_handshake(p, now);
	quic_keys_ready(&p->c.keys, p->c.keys.rx_gen + 1);
	if (p->c.state == QUIC_CONN_HANDSHAKE && p->c.early.can_send)
		app_write(p, now);
	if (p->c.state != QUIC_CONN_ESTABLISHED)
		return;
	issue_cids(p);
	if (sim_chance(&p->rng, 20))
		change_cids(p);
	if (p->updates && sim_chance(&p->rng, 20) && !quic_keys_update(&p->c))
		p->updates--;
	app_read(p);
	app_write(p, now);
	send_dgrams(p);
	read_dgrams(p);
}

void sim_peer_run(struct sim_peer *p, u64 now)
{
	p->now = now;
	if (!p->c.server)
		sim_roam_run(p->roam, p, now);
	if (quic_conn_deadline(&p->c) <= now)
		quic_conn_timeout(&p->c, now, GFP_ATOMIC);
	if (p->c.state < QUIC_CONN_CLOSING)
		run_app(p, now);
	p->roam->seen += !!(p->c.news & QUIC_NEWS_MIGRATED);
	p->c.news = 0;
	reap(p);
	send_all(p, now);
}

bool sim_peer_done(const struct sim_peer *p)
{
	unsigned int i;

	if (p->dgrams_sent < p->n_dgrams)
		return false;
	for (i = 0; i < p->n_tx; i++) {
		const struct sim_flow *f = &p->tx[i];
		unsigned int k;

		if (!f->opened)
			return false;
		for (k = 0; k < SIM_STREAMS; k++)
			if (p->other->rx[k].used && p->other->rx[k].id == f->id)
				break;
		if (k == SIM_STREAMS)
			return false;
		if (p->other->rx[k].stopped)
			continue;
		if (f->reset ? !(p->other->rx[k].ended_by_reset ||
				 p->other->rx[k].ended) :
			       !p->other->rx[k].ended)
			return false;
		if (!f->reset && p->other->rx[k].got != f->size)
			return false;
	}
	return true;
}

bool sim_peer_version_ok(const struct sim_peer *p)
{
	bool moved = p->start == SIM_START_MOVE ||
		     p->start == SIM_START_RETRY_MOVE;

	return p->c.version == (moved ? QUIC_V2 : QUIC_V1);
}

int sim_peer_init(struct sim_peer *p, int index, struct sim_net *net,
		  struct sim_peer *other, enum sim_start start, u64 seed,
		  u64 now)
{
	struct quic_conn_cfg cfg = {
		.server = index, .version = QUIC_V1, .mtu = 1452, .now = now,
		.plpmtud = true, .ecn = true, .skip_pns = true,
	};
	struct quic_tparams tp;
	int err;

	memset(p, 0, sizeof(*p));
	p->index = index;
	p->net = net;
	p->other = other;
	p->start = start;
	p->rng.state = seed * 2 + index;
	quic_tparams_default(&tp);
	tp.max_idle_timeout_ms = 120000;
	tp.initial_max_data = 50000 + sim_rand(&p->rng) % 1000000;
	tp.initial_max_stream_data_bidi_local = 20000 +
						sim_rand(&p->rng) % 500000;
	tp.initial_max_stream_data_bidi_remote = 20000 +
						 sim_rand(&p->rng) % 500000;
	tp.initial_max_stream_data_uni = 20000 + sim_rand(&p->rng) % 500000;
	tp.initial_max_streams_bidi = 1 + sim_rand(&p->rng) % 8;
	tp.initial_max_streams_uni = 1 + sim_rand(&p->rng) % 8;
	tp.active_connection_id_limit = 2 + sim_rand(&p->rng) % 6;
	/* one in two takes datagrams */
	if (sim_rand(&p->rng) % 2)
		tp.max_datagram_frame = 1200 + sim_rand(&p->rng) % 64336;
	if (start == SIM_START_OFFER && !index)
		cfg.version = QUIC_V2;
	cfg.only_version = start == SIM_START_OFFER && index;
	if (start == SIM_START_MOVE || start == SIM_START_RETRY_MOVE)
		cfg.prefer_version = QUIC_V2;
	cfg.local = &tp;
	memset(cfg.odcid.data, 0xc1, 8);
	cfg.odcid.len = 8;
	memset(cfg.scid.data, index ? 0x5e : 0xc0, 8);
	cfg.scid.len = 8;
	memset(cfg.dcid.data, 0xc0, 8);
	cfg.dcid.len = 8;
	p->cfg = cfg;
	p->params = tp;
	err = quic_conn_init(&p->c, &cfg, GFP_KERNEL);
	p->live = !err;
	p->ends[0].local = index ? SIM_SERVER : SIM_CLIENT;
	p->ends[0].remote = index ? 0 : SIM_SERVER;
	/* one in three servers prefers another address */
	p->prefers = index && sim_rand(&p->rng) % 3 == 0;
	if (!err && p->prefers)
		prefer(p);
	p->c.nagle.on = sim_chance(&p->rng, 500);
	return err;
}

void sim_peer_free(struct sim_peer *p)
{
	if (p->live)
		quic_conn_free(&p->c);
	p->live = false;
}
