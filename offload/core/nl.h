/* SPDX-License-Identifier: GPL-2.0-only */
/* Netlink family quic_offload, for the other files of the core. */
#ifndef _QUIC_OFFLOAD_NL_H
#define _QUIC_OFFLOAD_NL_H

#include "offload.h"

/* Tell listeners that a device came, changed or goes. RTNL, or its mutex. */
void quic_offload_nl_dev(const struct quic_offload_dev *qdev, u8 cmd);
/* Tell listeners why software took over, or no more. Device mutex. */
void quic_offload_nl_fallback(const struct quic_offload_dir *dir);

int quic_offload_nl_init(void);
void quic_offload_nl_exit(void);

#endif
