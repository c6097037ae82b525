/* SPDX-License-Identifier: GPL-2.0-only */
/* net.quic.*: what an administrator sets, per network namespace. */
#ifndef _QUIC_SYSCTL_H
#define _QUIC_SYSCTL_H

struct net;
struct ctl_table_header;

/**
 * struct quic_sysctls - values; docs/sysctl.md says what they mean
 * @hdr: registration
 * @reset_rate: stateless resets per second
 * @version_rate: Version Negotiation packets per second
 *
 * Written by the sysctl layer without a lock: read with READ_ONCE().
 */
struct quic_sysctls {
	struct ctl_table_header *hdr;
	int reset_rate;
	int version_rate;
};

int quic_sysctl_init(struct net *net);
void quic_sysctl_exit(struct net *net);

#endif
