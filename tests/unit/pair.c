// SPDX-License-Identifier: GPL-2.0-only
#include "pair.h"

#define CH_LEN	300
#define SH_LEN	100
#define EE_LEN	2000
#define FIN_LEN	50
#define STEP_NS	(5 * MS)

static struct pair_end *other_end(struct pair *p, struct pair_end *e)
{
	return &p->end[e == &p->end[0]];
}

int pair_start(struct pair *p)
{
	memset(p, 0, sizeof(*p));
	p->now = FIX_T0;
	if (fix_start(&p->end[0].f, false, NULL))
		goto err_client;
	/* the client's own id, as its peer sees it */
	if (fix_start(&p->end[1].f, true, NULL))
		goto err_server;
	return 0;
err_server:
	free(p->end[1].f.store);
	quic_conn_free(&p->end[0].f.c);
err_client:
	free(p->end[0].f.store);
	return -ENOMEM;
}

void pair_free(struct pair *p)
{
	fix_free(&p->end[0].f);
	fix_free(&p->end[1].f);
}

/* ---- handshake ---------------------------------------------------------- */

/* Return: true when it is written, or cannot be any more. */
static bool hs_write(struct pair_end *e, enum quic_level level, u32 len,
		     bool params)
{
	u8 msg[EE_LEN] = {};

	if (params)
		put_unaligned_be16(quic_conn_local_params(&e->f.c, msg + 2,
							  250), msg);
	return quic_conn_crypto_write(&e->f.c, level, msg, len,
				      GFP_KERNEL) != -ENOMEM;
}

/* All @want bytes of a message; the first carry the parameters. */
static bool hs_read(struct pair_end *e, enum quic_level level, u32 want,
		    u8 *msg)
{
	struct quic_reasm *r = quic_conn_crypto_rx(&e->f.c, level);
	u32 *got = &e->hs_got[quic_level_space(level)], n = 0;
	const u8 *data;
	u32 len;

	if (*got == want)
		return true;
	if (r->ready - r->next < want)
		return false;
	while (n < want && (len = quic_reasm_peek(r, &data))) {
		len = min(len, want - n);
		memcpy(msg + n, data, len);
		n += len;
		quic_reasm_consume(r, len);
	}
	*got = n;
	return true;
}

/* Both connections use the fixture's ids: name the peer's as its own. */
static enum quic_err take_params(struct pair_end *e, const u8 *msg)
{
	struct quic_tparams tp;

	if (quic_tparams_parse(msg + 2, get_unaligned_be16(msg),
			       !e->f.c.server, &tp))
		abort();
	return fix_remote(&e->f, &tp);
}

static void both_keys(struct pair_end *e, enum quic_level level)
{
	quic_conn_keys(&e->f.c, level, true, e->f.now);
	quic_conn_keys(&e->f.c, level, false, e->f.now);
}

static void client_handshake(struct pair_end *e)
{
	u8 msg[EE_LEN];

	if (e->hs_step == 0 && hs_write(e, QUIC_LVL_INITIAL, CH_LEN, true))
		e->hs_step = 1;
	if (e->hs_step == 1 && hs_read(e, QUIC_LVL_INITIAL, SH_LEN, msg)) {
		both_keys(e, QUIC_LVL_HANDSHAKE);
		e->hs_step = 2;
	}
	if (e->hs_step == 2 && hs_read(e, QUIC_LVL_HANDSHAKE, EE_LEN, msg)) {
		if (take_params(e, msg))
			abort();
		e->hs_step = 3;
	}
	if (e->hs_step == 3 &&
	    hs_write(e, QUIC_LVL_HANDSHAKE, FIN_LEN, false)) {
		both_keys(e, QUIC_LVL_APP);
		e->hs_step = 4;
	}
}

static void server_handshake(struct pair_end *e)
{
	u8 msg[EE_LEN];

	if (e->hs_step == 0 && hs_read(e, QUIC_LVL_INITIAL, CH_LEN, msg)) {
		if (take_params(e, msg))
			abort();
		e->hs_step = 1;
	}
	if (e->hs_step == 1 && hs_write(e, QUIC_LVL_INITIAL, SH_LEN, false)) {
		both_keys(e, QUIC_LVL_HANDSHAKE);
		e->hs_step = 2;
	}
	if (e->hs_step == 2 &&
	    hs_write(e, QUIC_LVL_HANDSHAKE, EE_LEN, true)) {
		quic_conn_keys(&e->f.c, QUIC_LVL_APP, true, e->f.now);
		e->hs_step = 3;
	}
	if (e->hs_step == 3 && hs_read(e, QUIC_LVL_HANDSHAKE, FIN_LEN, msg)) {
		quic_conn_keys(&e->f.c, QUIC_LVL_APP, false, e->f.now);
		e->hs_step = 4;
	}
}

/* ---- application ---------------------------------------------------------- */

static void app_write(struct pair_end *e)
{
	struct quic_stream *s;
	u64 n;

	if (!e->opened) {
		if (quic_stream_open(&e->f.c, -1, true, GFP_KERNEL, &s))
			return;
		e->id = s->id;
		e->opened = true;
	}
	s = quic_stream_find(&e->f.c, e->id);
	if (!s || e->written == PAIR_BYTES)
		return;
	n = min_t(u64, 3000, PAIR_BYTES - e->written);
	e->written += n;
	quic_stream_write(&e->f.c, s, n, e->written == PAIR_BYTES);
}

static void app_read(struct pair_end *e)
{
	struct quic_stream *s;
	const u8 *data;
	u32 n, i;

	while ((s = quic_stream_readable(&e->f.c))) {
		bool end;

		n = quic_reasm_peek(&s->rx, &data);
		for (i = 0; i < n; i++)
			e->bad += data[i] != fix_byte(s->id, e->got + i);
		e->got += n;
		end = quic_stream_at_fin(s, n);
		e->ended |= end;
		quic_stream_read(&e->f.c, s, n, end);
	}
}

static void app_run(struct pair_end *e)
{
	struct quic_cid cid = { .len = 8 };
	u8 token[QUIC_RESET_TOKEN_LEN];
	struct quic_stream *s;

	if (e->f.c.server)
		server_handshake(e);
	else
		client_handshake(e);
	if (e->f.c.state != QUIC_CONN_ESTABLISHED)
		return;
	quic_keys_ready(&e->f.c.keys, e->f.c.keys.rx_gen + 1);
	while (quic_cid_wanted(&e->f.c)) {
		quic_env_random(cid.data, cid.len);
		quic_env_random(token, sizeof(token));
		if (quic_cid_issue(&e->f.c, &cid, token))
			break;
	}
	if (!e->updated && e->got > PAIR_BYTES / 2)
		e->updated = !quic_keys_update(&e->f.c);
	app_write(e);
	app_read(e);
	while (quic_streams_acked(&e->f.c))
		;
	while ((s = quic_streams_reap(&e->f.c)))
		quic_stream_free(s);
}

/* ---- exchange ----------------------------------------------------------- */

static void deliver(struct pair_end *from, struct pair_end *to,
		    const struct quic_plan_pkt *pkt)
{
	static const int spaces[] = {
		[QUIC_LVL_APP] = QUIC_SPACE_APP,
		[QUIC_LVL_INITIAL] = QUIC_SPACE_INITIAL,
		[QUIC_LVL_HANDSHAKE] = QUIC_SPACE_HANDSHAKE,
	};
	int space = spaces[pkt->level];
	u8 *p = fix_lay_out(&from->f, pkt);

	/* no keys yet: a real endpoint could not open it either */
	if (!to->f.c.space[space].can_recv)
		return;
	to->f.rx_gen = space == QUIC_SPACE_APP ? from->f.plan.gen : 0;
	fix_recv_pn(&to->f, space, pkt->pn, p + pkt->hdr_len,
		    pkt->len - pkt->hdr_len - QUIC_TAG_LEN);
}

static void send_all(struct pair *p, struct pair_end *e)
{
	struct pair_end *to = other_end(p, e);
	int i, n, bursts = 0;

	while (bursts++ < 8 && (n = fix_plan(&e->f, 5)) > 0) {
		/* committed first: what comes back may acknowledge it */
		quic_send_commit(&e->f.c, &e->f.plan, n, e->f.now,
				 GFP_ATOMIC);
		quic_conn_recv_dgram(&to->f.c, e->f.plan.total_len);
		for (i = 0; i < n; i++)
			deliver(e, to, &e->f.plan.pkt[i]);
		quic_conn_recv_end(&to->f.c, to->f.now);
		fix_forget(&e->f);
	}
}

void pair_step(struct pair *p)
{
	int i;

	p->now += STEP_NS;
	for (i = 0; i < 2; i++) {
		struct pair_end *e = &p->end[i];

		e->f.now = p->now;
		if (quic_conn_deadline(&e->f.c) <= p->now)
			quic_conn_timeout(&e->f.c, p->now, GFP_ATOMIC);
		if (e->f.c.state < QUIC_CONN_CLOSING)
			app_run(e);
	}
	send_all(p, &p->end[0]);
	send_all(p, &p->end[1]);
}

bool pair_done(const struct pair *p)
{
	return p->end[0].ended && p->end[1].ended && p->end[0].f.c.confirmed &&
	       p->end[1].f.c.confirmed;
}
