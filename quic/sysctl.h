/* SPDX-License-Identifier: GPL-2.0-only */
/* net.quic.*: what an administrator sets, per network namespace. */
#ifndef _QUIC_SYSCTL_H
#define _QUIC_SYSCTL_H

#include <linux/types.h>

struct net;
struct ctl_table_header;

/**
 * struct quic_sysctls - values; docs/sysctl.md says what they mean
 * @hdr: registration
 * @ecn: mark packets ECT(0)
 * @grease_quic_bit: announce it (RFC 9287), where the socket does not decide
 * @key_seal_pkts: packets that one 1-RTT key may seal; 0: what the cipher may
 * @key_open_pkts: packets that may fail to open; 0: likewise
 * @plpmtud: search for the path's MTU
 * @reset_rate: stateless resets per second
 * @version_rate: Version Negotiation packets per second
 * @refuse_rate: refused connections that are told so, per second
 * @retry_half_open: half-open connections from which on Retry is sent
 * @max_half_open: half-open connections, at most
 * @retry_lifetime: of a Retry token, seconds
 * @token_lifetime: of a NEW_TOKEN token, seconds
 * @allow_disable_1rtt_encryption: applications may have it
 * @spin_bit: connections may use the latency spin bit
 *
 * Written by the sysctl layer without a lock: read with READ_ONCE().
 */
struct quic_sysctls {
	struct ctl_table_header *hdr;
	u8 ecn;
	u8 plpmtud;
	u8 grease_quic_bit;
	u8 allow_disable_1rtt_encryption;
	unsigned int key_seal_pkts;
	unsigned int key_open_pkts;
	int reset_rate;
	int version_rate;
	int refuse_rate;
	int retry_half_open;
	int max_half_open;
	int retry_lifetime;
	int token_lifetime;
	int spin_bit;
};

int quic_sysctl_init(struct net *net);
void quic_sysctl_exit(struct net *net);

#endif
