/* SPDX-License-Identifier: GPL-2.0-only */
/* The registry of devices, for the other files of the core. */
#ifndef _QUIC_OFFLOAD_DEV_H
#define _QUIC_OFFLOAD_DEV_H

#include "offload.h"

/* RTNL or RCU. */
extern struct list_head quic_offload_devs;

struct quic_offload_dev *quic_offload_dev_find(const struct net_device *netdev);
void quic_offload_dev_put(struct quic_offload_dev *qdev);
int quic_offload_dev_switch(struct quic_offload_dev *qdev, bool on,
			    struct netlink_ext_ack *extack);
void quic_offload_dev_set_tapped(struct quic_offload_dev *qdev, bool offload);

/* May keys be in the device now? Caller holds the device's mutex. */
static inline bool quic_offload_dev_usable(const struct quic_offload_dev *qdev)
{
	return qdev->registered && READ_ONCE(qdev->enabled) &&
	       READ_ONCE(qdev->up) && !qdev->dead;
}

/* Does somebody capture who may not see clear text? Mutex or RCU. */
static inline bool quic_offload_dev_tapped(const struct quic_offload_dev *qdev)
{
	return READ_ONCE(qdev->untapped_only) && dev_nit_active(qdev->netdev);
}

static inline void quic_offload_dev_count(struct quic_offload_dev *qdev,
					  enum quic_offload_stat stat, u64 n)
{
	atomic64_add(n, &qdev->stat[stat]);
}

int quic_offload_dev_init(void);
void quic_offload_dev_exit(void);

#endif
