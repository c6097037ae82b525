/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters of a port, as ethtool -S and debugfs name them. */
#ifndef QNSIM_STATS_H
#define QNSIM_STATS_H

#include <linux/atomic.h>
#include <linux/ethtool.h>

enum qnsim_stat_id {
	QNSIM_STAT_TX_SEALED_PKTS,
	QNSIM_STAT_TX_SEALED_BYTES,
	QNSIM_STAT_TX_DROP_NO_META,
	QNSIM_STAT_TX_DROP_NO_KEY,
	QNSIM_STAT_TX_DROP_DEVICE,
	QNSIM_STAT_TX_DROP_MISMATCH,
	QNSIM_STAT_TX_DROP_TWICE,
	QNSIM_STAT_TX_DROP_OFF,
	QNSIM_STAT_TX_DROP_PARSE,
	QNSIM_STAT_TX_DROP_GSO,
	QNSIM_STAT_TX_DROP_NOMEM,
	QNSIM_STAT_TX_DROP_CRYPTO,
	QNSIM_STAT_RX_OPENED_PKTS,
	QNSIM_STAT_RX_OPENED_BYTES,
	QNSIM_STAT_RX_AUTH_FAIL,
	QNSIM_STAT_RX_NO_KEY,
	QNSIM_STAT_RX_RUNT,
	QNSIM_STAT_RX_CTX_ERROR,
	QNSIM_STAT_RX_BAD_CSUM,
	QNSIM_STAT_SEAL_NS,
	QNSIM_STAT_OPEN_NS,
	QNSIM_STAT_LINK_TX_FRAMES,
	QNSIM_STAT_LINK_TX_UDP,
	QNSIM_STAT_LINK_TX_DROP,
	QNSIM_STAT_LINK_RX_FRAMES,
	QNSIM_STAT_LINK_RX_UDP,
	QNSIM_STAT_LINK_LOST,
	QNSIM_STAT_LINK_REORDERED,
	QNSIM_STAT_LINK_DUPLICATED,
	QNSIM_STAT_LINK_FLIPPED,
	QNSIM_STAT_CANARY_CHECKED,
	QNSIM_STAT_CANARY_UNCHECKED,
	QNSIM_STAT_CANARY_HITS,
	QNSIM_N_STATS
};

struct qnsim_stats {
	atomic64_t value[QNSIM_N_STATS];
};

extern const char qnsim_stat_names[QNSIM_N_STATS][ETH_GSTRING_LEN];

static inline void qnsim_stat_add(struct qnsim_stats *stats,
				  enum qnsim_stat_id id, u64 n)
{
	atomic64_add(n, &stats->value[id]);
}

static inline void qnsim_stat_inc(struct qnsim_stats *stats,
				  enum qnsim_stat_id id)
{
	atomic64_inc(&stats->value[id]);
}

static inline u64 qnsim_stat_read(const struct qnsim_stats *stats,
				  enum qnsim_stat_id id)
{
	return atomic64_read(&stats->value[id]);
}

#endif
