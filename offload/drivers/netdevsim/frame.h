/* SPDX-License-Identifier: GPL-2.0-only */
/* What the device reads in a frame: where its UDP datagram is. */
#ifndef QNSIM_FRAME_H
#define QNSIM_FRAME_H

#include <linux/skbuff.h>

/* Offsets from the Ethernet header, in bytes. */
struct qnsim_udp {
	unsigned int ip_off;
	unsigned int udp_off;
	unsigned int payload_off;
	unsigned int payload_len;
	bool ipv6;
};

bool qnsim_udp_find(const struct sk_buff *skb, struct qnsim_udp *udp);
void qnsim_udp_csum_set(u8 *frame, const struct qnsim_udp *udp);
bool qnsim_udp_csum_good(const u8 *frame, const struct qnsim_udp *udp);

#endif
