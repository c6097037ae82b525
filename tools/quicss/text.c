// SPDX-License-Identifier: GPL-2.0-only
#include "show.h"

#include <netinet/tcp.h>
#include <stdio.h>

#include "names.h"
#include "query.h"

#define ROW	"%-10s %-7s %-7s %26s %26s"

void text_header(const struct text_options *options)
{
	if (!options->no_header)
		printf(ROW "\n", "State", "Recv-Q", "Send-Q",
		       "Local Address:Port", "Peer Address:Port");
}

static void print_row(const struct inet_diag_msg *msg)
{
	char local[ADDRESS_TEXT_LEN], peer[ADDRESS_TEXT_LEN];
	char recv[16], send[16];

	name_address(local, msg->idiag_family, msg->id.idiag_src,
		     msg->id.idiag_sport);
	name_address(peer, msg->idiag_family, msg->id.idiag_dst,
		     msg->id.idiag_dport);
	snprintf(recv, sizeof(recv), "%u", msg->idiag_rqueue);
	snprintf(send, sizeof(send), "%u", msg->idiag_wqueue);
	printf(ROW, name_state(msg->idiag_state), recv, send, local, peer);
}

static void print_ms(const char *name, uint32_t us)
{
	printf(" %s:%u.%03u", name, us / 1000, us % 1000);
}

static void print_count(const char *name, uint64_t val)
{
	if (val)
		printf(" %s:%llu", name, (unsigned long long)val);
}

static void print_recovery(const struct quic_stats *s)
{
	print_ms("rtt", s->rtt);
	print_ms("rttvar", s->rtt_var);
	print_ms("minrtt", s->rtt_min);
	printf(" mtu:%u cwnd:%llu", s->mtu, (unsigned long long)s->cwnd);
	if (s->ssthresh != UINT64_MAX)
		print_count("ssthresh", s->ssthresh);
	print_count("in_flight", s->in_flight);
	print_count("pto", s->ptos);
	print_count("backoff", s->pto_count);
}

static void print_traffic(const struct quic_stats *s)
{
	print_count("pkts_sent", s->tx_pkts);
	print_count("bytes_sent", s->tx_bytes);
	print_count("pkts_received", s->rx_pkts);
	print_count("bytes_received", s->rx_bytes);
	print_count("lost", s->lost_pkts);
	print_count("retrans", s->retrans_frames);
	print_count("bytes_retrans", s->retrans_bytes);
	print_count("dup", s->dup_pkts);
	print_count("notacked", s->tx_queued);
	print_count("ect0", s->rx_ect0);
	print_count("ce", s->rx_ce);
	print_count("delivered_ce", s->acked_ce);
}

static void print_info(const struct quic_stats *s)
{
	printf("\n\t %s %s %s", name_version(s->version),
	       name_cipher(s->cipher), name_cong(s->cong_algo));
	printf(" %s", s->flags & QUIC_STATS_SERVER ? "server" : "client");
	if (s->flags & QUIC_STATS_CLEAR)
		printf(" CLEAR-1RTT");
	if (s->state > QUIC_STATS_STATE_ESTABLISHED)
		printf(" %s%s%s:%llu", name_conn(s->state),
		       s->flags & QUIC_STATS_CLOSED_HERE ? ",here" : "",
		       s->flags & QUIC_STATS_CLOSE_APP ? ",app" : "",
		       (unsigned long long)s->close_err);
	print_recovery(s);
	print_traffic(s);
	printf(" streams:%u", s->streams);
	printf(" credit:%llu/%llu", (unsigned long long)s->tx_data,
	       (unsigned long long)s->tx_max_data);
	printf(" granted:%llu/%llu", (unsigned long long)s->rx_data,
	       (unsigned long long)s->rx_max_data);
	printf(" keygen:%u/%u", s->tx_gen, s->rx_gen);
	printf(" offload:%s/%s", name_offload(s->tx_offload),
	       name_offload(s->rx_offload));
	print_count("dev_sealed", s->tx_dev_pkts);
	print_count("dev_opened", s->rx_dev_pkts);
}

void text_sock(const struct sock_entry *entry,
	       const struct text_options *options)
{
	const struct inet_diag_msg *msg = &entry->msg;
	const struct inet_diag_meminfo *mem = &entry->mem;

	print_row(msg);
	if (options->extended)
		printf(" uid:%u ino:%u sk:%x", msg->idiag_uid,
		       msg->idiag_inode, msg->id.idiag_cookie[0]);
	if (options->mem && entry->has_mem)
		printf("\n\t mem:(r%u,w%u,f%u,t%u)", mem->idiag_rmem,
		       mem->idiag_wmem, mem->idiag_fmem, mem->idiag_tmem);
	if (options->info && msg->idiag_state != TCP_LISTEN &&
	    entry->stats_len)
		print_info(&entry->stats);
	printf("\n");
}
