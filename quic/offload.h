/* SPDX-License-Identifier: GPL-2.0-only */
/* Which of a connection's keys lie in a device, and who seals a burst. */
#ifndef _QUIC_GLUE_OFFLOAD_H
#define _QUIC_GLUE_OFFLOAD_H

#include <linux/types.h>

#include "core/cid.h"
#include "streak.h"

struct dst_entry;
struct net_device;
struct quic_late;
struct quic_offload_dir;
struct quic_offload_key;
struct quic_plan;
struct sk_buff;
struct sock;

/**
 * struct quic_hw - a connection's state in a device; sock lock
 * @dir: receive and transmit direction, by enum quic_dir; NULL: none
 * @gen: generations that were handed over, by generation parity
 * @have: bit per parity: @gen is valid
 * @cid: connection ids that have a filter
 * @n_cids: their count
 * @late: owner of what waits for the device to seal it; NULL: none yet
 * @netdev: device that was looked at; to compare, not to follow
 * @epoch: of the registry, when it was looked at
 * @swap_ns: when the device is to get the next receive generation; 0: no wait
 * @dev_pkts: packets left to a device, or opened by one, by enum quic_dir
 */
struct quic_hw {
	struct quic_offload_dir *dir[2];
	u32 gen[2][2];
	u8 have[2];
	u8 n_cids;
	struct quic_cid cid[QUIC_CIDS_MAX];
	struct quic_late *late;
	const struct net_device *netdev;
	u32 epoch;
	u64 swap_ns;
	struct quic_streak refused;
	u64 dev_pkts[2];
};

/* What a device has to say of a received burst. */
enum quic_hw_rx {
	QUIC_HW_RX_WIRE,	/* bytes of the wire: open them */
	QUIC_HW_RX_OPENED,	/* opened, by whom it should */
	QUIC_HW_RX_REJECT,	/* opened by somebody else: drop */
};

void quic_hw_sync(struct sock *sk);
void quic_hw_drop(struct sock *sk);
struct quic_offload_key *quic_hw_tx_key(struct sock *sk,
					const struct dst_entry *dst,
					const struct quic_plan *plan);
int quic_hw_tx_mark(struct sock *sk, struct sk_buff *skb,
		    struct quic_offload_key *key, const struct quic_plan *plan);
enum quic_hw_rx quic_hw_rx_check(struct sock *sk, const struct sk_buff *skb,
				 u32 *gen);
void quic_hw_count_sw(struct sock *sk, int dir, unsigned int pkts);
u8 quic_hw_state(struct sock *sk, int dir);
void quic_hw_poke(struct sock *sk);

#endif
