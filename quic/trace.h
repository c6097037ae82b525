/* SPDX-License-Identifier: GPL-2.0-only */
/* Trace events. No payload and no key goes in; packets are named by number. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM quic

#if !defined(_QUIC_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _QUIC_TRACE_H

#include <linux/tracepoint.h>

#include "core/conn.h"
#include "mib.h"

#ifndef _QUIC_TRACE_NAMES
#define _QUIC_TRACE_NAMES

struct quic_plan;

/* The first bytes of a connection's first destination id tell it apart. */
#define QUIC_TRACE_ID_LEN	8

static inline void quic_trace_id(u8 *id, const struct quic_conn *c)
{
	memset(id, 0, QUIC_TRACE_ID_LEN);
	memcpy(id, c->odcid.data, min_t(u8, c->odcid.len, QUIC_TRACE_ID_LEN));
}

void quic_trace_received(const struct quic_conn *c, const struct quic_rx *pkt,
			 bool device);
void quic_trace_plan(struct quic_conn *c, const struct quic_plan *plan,
		     bool device);

#endif

/* Every event of a connection begins with who and which end of it. */
#define QUIC_TRACE_CONN							\
	__array(u8, id, QUIC_TRACE_ID_LEN)				\
	__field(bool, server)
#define QUIC_TRACE_CONN_ASSIGN						\
	do {								\
		quic_trace_id(__entry->id, c);				\
		__entry->server = c->server;				\
	} while (0)
#define QUIC_TRACE_CONN_FMT	"conn=%s side=%s"
#define QUIC_TRACE_CONN_ARGS						\
	__print_hex_str(__entry->id, QUIC_TRACE_ID_LEN),		\
	__entry->server ? "server" : "client"

#define QUIC_TRACE_LEVEL(l)						\
	__print_symbolic(l,						\
			 { QUIC_LVL_APP, "1RTT" },			\
			 { QUIC_LVL_INITIAL, "initial" },		\
			 { QUIC_LVL_HANDSHAKE, "handshake" },		\
			 { QUIC_LVL_EARLY, "0RTT" })

DECLARE_EVENT_CLASS(quic_packet,
	TP_PROTO(const struct quic_conn *c, u8 level, u64 pn, u32 len,
		 u64 frames, bool device),
	TP_ARGS(c, level, pn, len, frames, device),
	TP_STRUCT__entry(
		QUIC_TRACE_CONN
		__field(u8, level)
		__field(bool, device)
		__field(u32, len)
		__field(u64, pn)
		__field(u64, frames)
	),
	TP_fast_assign(
		QUIC_TRACE_CONN_ASSIGN;
		__entry->level = level;
		__entry->device = device;
		__entry->len = len;
		__entry->pn = pn;
		__entry->frames = frames;
	),
	TP_printk(QUIC_TRACE_CONN_FMT " type=%s pn=%llu len=%u frames=%#llx by=%s",
		  QUIC_TRACE_CONN_ARGS, QUIC_TRACE_LEVEL(__entry->level),
		  __entry->pn, __entry->len, __entry->frames,
		  __entry->device ? "device" : "software")
);

/* @len: bytes on the wire */
DEFINE_EVENT(quic_packet, quic_packet_sent,
	TP_PROTO(const struct quic_conn *c, u8 level, u64 pn, u32 len,
		 u64 frames, bool device),
	TP_ARGS(c, level, pn, len, frames, device)
);

/* @len: likewise */
DEFINE_EVENT(quic_packet, quic_packet_received,
	TP_PROTO(const struct quic_conn *c, u8 level, u64 pn, u32 len,
		 u64 frames, bool device),
	TP_ARGS(c, level, pn, len, frames, device)
);

/* @space: enum quic_space_id */
TRACE_EVENT(quic_packet_lost,
	TP_PROTO(const struct quic_conn *c, int space, u64 pn, u32 len),
	TP_ARGS(c, space, pn, len),
	TP_STRUCT__entry(
		QUIC_TRACE_CONN
		__field(u8, space)
		__field(u32, len)
		__field(u64, pn)
	),
	TP_fast_assign(
		QUIC_TRACE_CONN_ASSIGN;
		__entry->space = space;
		__entry->len = len;
		__entry->pn = pn;
	),
	TP_printk(QUIC_TRACE_CONN_FMT " type=%s pn=%llu len=%u",
		  QUIC_TRACE_CONN_ARGS,
		  __print_symbolic(__entry->space,
				   { QUIC_SPACE_INITIAL, "initial" },
				   { QUIC_SPACE_HANDSHAKE, "handshake" },
				   { QUIC_SPACE_APP, "1RTT" }),
		  __entry->pn, __entry->len)
);

/* The number is the row of /proc/net/quic/snmp that counts it, from 0. */
TRACE_EVENT(quic_packet_dropped,
	TP_PROTO(const struct quic_conn *c, int why),
	TP_ARGS(c, why),
	TP_STRUCT__entry(
		QUIC_TRACE_CONN
		__field(int, why)
	),
	TP_fast_assign(
		QUIC_TRACE_CONN_ASSIGN;
		__entry->why = why;
	),
	TP_printk(QUIC_TRACE_CONN_FMT " why=%s", QUIC_TRACE_CONN_ARGS,
		  __print_symbolic(__entry->why,
			{ QUIC_MIB_PKT_INVHDRDROP, "header_parse_error" },
			{ QUIC_MIB_PKT_INVNUMDROP, "duplicate" },
			{ QUIC_MIB_PKT_INVFRMDROP, "invalid" },
			{ QUIC_MIB_PKT_RCVDROP, "no_memory" },
			{ QUIC_MIB_PKT_DECDROP, "decryption_failure" },
			{ QUIC_MIB_PKT_NOKEYDROP, "key_unavailable" },
			{ QUIC_MIB_PKT_VERSIONDROP, "unsupported_version" },
			{ QUIC_MIB_PKT_VERDICTDROP, "device_verdict" },
			{ QUIC_MIB_PKT_CLEARDROP, "not_in_clear" },
			{ QUIC_MIB_PKT_STATEDROP, "unexpected_packet" }))
);

/* Congestion control and RTT, after a received burst; times in us. */
TRACE_EVENT(quic_metrics_updated,
	TP_PROTO(const struct quic_conn *c),
	TP_ARGS(c),
	TP_STRUCT__entry(
		QUIC_TRACE_CONN
		__field(u32, pto_count)
		__field(u64, cwnd)
		__field(u64, in_flight)
		__field(u64, ssthresh)
		__field(u64, rtt)
		__field(u64, rtt_var)
		__field(u64, rtt_min)
		__field(u64, rtt_latest)
	),
	TP_fast_assign(
		QUIC_TRACE_CONN_ASSIGN;
		__entry->pto_count = c->pto_count;
		__entry->cwnd = c->cc.window_bytes;
		__entry->in_flight = c->cc.in_flight_bytes;
		__entry->ssthresh = c->cc.ssthresh_bytes;
		__entry->rtt = div_u64(c->rtt.smoothed, NSEC_PER_USEC);
		__entry->rtt_var = div_u64(c->rtt.var, NSEC_PER_USEC);
		__entry->rtt_min = div_u64(c->rtt.min, NSEC_PER_USEC);
		__entry->rtt_latest = div_u64(c->rtt.latest, NSEC_PER_USEC);
	),
	TP_printk(QUIC_TRACE_CONN_FMT " cwnd=%llu in_flight=%llu ssthresh=%llu rtt=%llu rtt_var=%llu rtt_min=%llu rtt_latest=%llu pto_count=%u",
		  QUIC_TRACE_CONN_ARGS, __entry->cwnd, __entry->in_flight,
		  __entry->ssthresh, __entry->rtt, __entry->rtt_var,
		  __entry->rtt_min, __entry->rtt_latest, __entry->pto_count)
);

TRACE_EVENT(quic_state_updated,
	TP_PROTO(const struct quic_conn *c),
	TP_ARGS(c),
	TP_STRUCT__entry(
		QUIC_TRACE_CONN
		__field(u8, state)
		__field(bool, confirmed)
		__field(u64, err)
	),
	TP_fast_assign(
		QUIC_TRACE_CONN_ASSIGN;
		__entry->state = c->state;
		__entry->confirmed = c->confirmed;
		__entry->err = c->close.err;
	),
	TP_printk(QUIC_TRACE_CONN_FMT " state=%s confirmed=%d err=%#llx",
		  QUIC_TRACE_CONN_ARGS,
		  __print_symbolic(__entry->state,
				   { QUIC_CONN_INIT, "attempted" },
				   { QUIC_CONN_HANDSHAKE, "handshake_started" },
				   { QUIC_CONN_ESTABLISHED, "established" },
				   { QUIC_CONN_CLOSING, "closing" },
				   { QUIC_CONN_DRAINING, "draining" },
				   { QUIC_CONN_CLOSED, "closed" }),
		  __entry->confirmed, __entry->err)
);

/* Generations, from 0, of the 1-RTT keys that seal and that open. */
TRACE_EVENT(quic_key_updated,
	TP_PROTO(const struct quic_conn *c),
	TP_ARGS(c),
	TP_STRUCT__entry(
		QUIC_TRACE_CONN
		__field(u32, tx_gen)
		__field(u32, rx_gen)
	),
	TP_fast_assign(
		QUIC_TRACE_CONN_ASSIGN;
		__entry->tx_gen = c->keys.tx_gen;
		__entry->rx_gen = c->keys.rx_gen;
	),
	TP_printk(QUIC_TRACE_CONN_FMT " tx_gen=%u rx_gen=%u",
		  QUIC_TRACE_CONN_ARGS, __entry->tx_gen, __entry->rx_gen)
);

/* Bytes moved between application and stream. */
TRACE_EVENT(quic_stream_data_moved,
	TP_PROTO(const struct quic_conn *c, u64 id, u64 off, u64 len,
		 bool fin, bool tx),
	TP_ARGS(c, id, off, len, fin, tx),
	TP_STRUCT__entry(
		QUIC_TRACE_CONN
		__field(bool, fin)
		__field(bool, tx)
		__field(u64, stream)
		__field(u64, off)
		__field(u64, len)
	),
	TP_fast_assign(
		QUIC_TRACE_CONN_ASSIGN;
		__entry->fin = fin;
		__entry->tx = tx;
		__entry->stream = id;
		__entry->off = off;
		__entry->len = len;
	),
	TP_printk(QUIC_TRACE_CONN_FMT " stream=%llu off=%llu len=%llu fin=%d dir=%s",
		  QUIC_TRACE_CONN_ARGS, __entry->stream, __entry->off,
		  __entry->len, __entry->fin, __entry->tx ? "tx" : "rx")
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH quic
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
