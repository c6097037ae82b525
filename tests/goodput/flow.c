// SPDX-License-Identifier: GPL-2.0-only
#include "flow.h"

#define RUN_BURSTS	64

/* The handshake took no time: nothing of it is to be remembered. */
static void fresh(struct quic_conn *c, const struct quic_cc_ops *ops,
		  u64 rtt_ns, u64 window_bytes, u64 now)
{
	quic_rtt_init(&c->rtt, rtt_ns);
	quic_cc_init(&c->cc, ops, c->path.mtu_bytes);
	c->idle_ns = 0;
	c->idle_from_ns = now;
	c->flow.tx_max = c->flow.tx_sent + window_bytes;
	c->flow.rx_window = window_bytes;
	c->flow.rx_max = c->flow.rx_read + window_bytes;
	c->local.initial_max_stream_data_uni = window_bytes;
	c->remote.initial_max_stream_data_uni = window_bytes;
}

void flow_start(struct flow *f, const struct quic_cc_ops *ops, u64 rtt_ns,
		u64 window_bytes, u64 now)
{
	struct quic_stream *s;
	int i, steps = 0;

	memset(f, 0, sizeof(*f));
	if (pair_start(&f->pair))
		abort();
	while (!pair_done(&f->pair) && steps++ < 1000)
		pair_step(&f->pair);
	for (i = 0; i < 20; i++)
		pair_step(&f->pair);
	assert(pair_done(&f->pair));
	for (i = 0; i < 2; i++)
		fresh(&f->pair.end[i].f.c, ops, rtt_ns, window_bytes, now);
	if (quic_stream_open(flow_sender(f), -1, true, GFP_KERNEL, &s))
		abort();
	f->id = s->id;
	f->chunk_bytes = 1 << 20;
}

void flow_free(struct flow *f)
{
	pair_free(&f->pair);
}

static void release_buf(struct quic_buf *buf)
{
	free(buf);
}

/* The payload's owner and the payload. */
struct piece_buf {
	struct quic_buf buf;
	u8 data[];
};

void flow_recv(struct flow *f, int end, struct link_pkt *p, u64 now)
{
	struct quic_conn *c = &f->pair.end[end].f.c;
	struct piece_buf *pb = (struct piece_buf *)p->data;
	struct quic_hdr hdr = { .type = QUIC_PKT_SHORT, .version = QUIC_V1 };
	struct quic_rx rx = {
		.hdr = &hdr, .pn = p->pn, .now = now, .buf = &pb->buf,
		.payload = pb->data + p->hdr_len, .gen = p->gen,
		.len = p->len - p->hdr_len - QUIC_TAG_LEN,
	};

	hdr.dcid = c->cids.local[0].cid.data;
	hdr.dcid_len = c->cids.local[0].cid.len;
	pb->buf = (struct quic_buf) {
		.refs = 1, .truesize = p->len, .release = release_buf,
	};
	if (end)
		f->wire_bytes += p->len + LINK_HEADER_BYTES;
	quic_conn_recv_dgram(c, p->len);
	quic_conn_recv(c, &rx, GFP_ATOMIC);
	quic_conn_recv_end(c, now);
	quic_buf_put(&pb->buf);
	free(p);
}

static void app_write(struct flow *f, u64 now)
{
	struct quic_stream *s = quic_stream_find(flow_sender(f), f->id);

	if (now < f->pause_ns)
		return;
	if (s->tx_end - s->tx_next < f->chunk_bytes)
		quic_stream_write(flow_sender(f), s, f->chunk_bytes, false);
	while (quic_streams_acked(flow_sender(f)))
		;
}

static void app_read(struct flow *f)
{
	struct quic_conn *c = flow_receiver(f);
	struct quic_stream *s;

	while ((s = quic_stream_readable(c))) {
		u64 n = s->rx.ready - s->rx.next;

		f->rcvd_bytes += n;
		quic_stream_read(c, s, n, quic_stream_at_fin(s, n));
	}
}

static void emit(const struct quic_plan *plan, const struct quic_plan_pkt *pkt,
		 struct link *l, int to, u64 now)
{
	struct piece_buf *pb = malloc(sizeof(*pb) + pkt->len);
	struct link_pkt *p = malloc(sizeof(*p));
	u32 at = 0;
	int i;

	assert(pb && p);
	*p = (struct link_pkt) {
		.to = to, .len = pkt->len, .pn = pkt->pn, .gen = plan->gen,
		.hdr_len = pkt->hdr_len, .data = (u8 *)pb,
	};
	for (i = 0; i < pkt->n_pieces; i++) {
		const struct quic_piece *pc = &plan->piece[pkt->piece + i];

		memcpy(pb->data + at, plan->scratch + pc->scratch_off,
		       pc->scratch_len);
		/* whatever is in the buffer is the stream's data */
		at += pc->scratch_len + pc->data_len;
	}
	link_send(l, p, now);
}

static void send_all(struct flow *f, int end, struct link *l, int to, u64 now)
{
	struct quic_conn *c = &f->pair.end[end].f.c;
	int n, i, bursts = 0;

	while (bursts++ < RUN_BURSTS &&
	       (n = quic_send_plan(c, now, QUIC_PLAN_PKTS, &f->plan,
				   GFP_ATOMIC)) > 0) {
		for (i = 0; i < n; i++)
			emit(&f->plan, &f->plan.pkt[i], l, to, now);
		quic_send_commit(c, &f->plan, n, now, GFP_ATOMIC);
		f->bursts += !end;
		f->burst_pkts += end ? 0 : n;
	}
}

void flow_run(struct flow *f, int end, struct link *l, int to, u64 now)
{
	struct quic_conn *c = &f->pair.end[end].f.c;

	if (quic_conn_deadline(c) <= now)
		quic_conn_timeout(c, now, GFP_ATOMIC);
	if (end)
		app_read(f);
	else
		app_write(f, now);
	c->news = 0;
	send_all(f, end, l, to, now);
}

u64 flow_deadline(const struct flow *f, int end)
{
	return quic_conn_deadline(&f->pair.end[end].f.c);
}
