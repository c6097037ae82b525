/* SPDX-License-Identifier: GPL-2.0-only */
/* A connection that sends one endless stream; its bytes are not looked at. */
#ifndef _TESTS_GOODPUT_FLOW_H
#define _TESTS_GOODPUT_FLOW_H

#include "link.h"
#include "tests/unit/pair.h"

/**
 * struct flow - client sends to server
 * @pair: the two ends
 * @id: of the stream
 * @rcvd_bytes: that the reader got, in order
 * @wire_bytes: that came to the server, headers included
 * @pause_ns: the application writes nothing before
 * @chunk_bytes: it keeps this much unsent
 * @reader_bytes_s: the reader takes no more than this; 0: all at once
 * @bursts: plans that sent something, and @burst_pkts in them
 */
struct flow {
	struct pair pair;
	struct quic_plan plan;
	u64 id;
	u64 rcvd_bytes;
	u64 wire_bytes;
	u64 pause_ns;
	u64 chunk_bytes;
	u64 bursts;
	u64 burst_pkts;
	bool started;
};

/* After its handshake, which does not count. @window_bytes: of the receiver */
void flow_start(struct flow *f, const struct quic_cc_ops *ops, u64 rtt_ns,
		u64 window_bytes, u64 now);
void flow_free(struct flow *f);
/* A packet comes to one end: 0 client, 1 server. */
void flow_recv(struct flow *f, int end, struct link_pkt *p, u64 now);
/* Timers, application and sending of one end, over @l, to number @to. */
void flow_run(struct flow *f, int end, struct link *l, int to, u64 now);
u64 flow_deadline(const struct flow *f, int end);

static inline struct quic_conn *flow_sender(struct flow *f)
{
	return &f->pair.end[0].f.c;
}

static inline struct quic_conn *flow_receiver(struct flow *f)
{
	return &f->pair.end[1].f.c;
}

#endif
