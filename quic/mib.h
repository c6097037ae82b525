/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters of a network namespace: /proc/net/quic/snmp. */
#ifndef _QUIC_MIB_H
#define _QUIC_MIB_H

#include <linux/cache.h>
#include <linux/percpu.h>
#include <linux/quic.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include <net/snmp.h>

#include "cid_seq.h"
#include "hello.h"
#include "netkey.h"
#include "rate.h"
#include "sysctl.h"
#include "token.h"

struct quic_replay;

/* Names in mib.c, "Quic" goes before them. Every drop has one of its own. */
enum quic_mib {
	QUIC_MIB_NUM = 0,
	QUIC_MIB_CONN_CURRENTESTABS,
	QUIC_MIB_CONN_PASSIVEESTABS,
	QUIC_MIB_CONN_ACTIVEESTABS,
	QUIC_MIB_PKT_RCVFASTPATHS,
	QUIC_MIB_PKT_DECFASTPATHS,
	QUIC_MIB_PKT_ENCFASTPATHS,
	QUIC_MIB_PKT_RCVBACKLOGS,
	QUIC_MIB_PKT_DECBACKLOGS,
	QUIC_MIB_PKT_ENCBACKLOGS,
	QUIC_MIB_PKT_INVHDRDROP,	/* header does not parse */
	QUIC_MIB_PKT_INVNUMDROP,	/* duplicate or too old */
	QUIC_MIB_PKT_INVFRMDROP,	/* frame error: the connection closes */
	QUIC_MIB_PKT_RCVDROP,		/* no memory, receive buffer or backlog */
	QUIC_MIB_PKT_DECDROP,		/* does not open */
	QUIC_MIB_PKT_ENCDROP,		/* could not be sealed */
	QUIC_MIB_FRM_RCVBUFDROP,
	QUIC_MIB_FRM_RETRANS,
	QUIC_MIB_FRM_OUTCLOSES,
	QUIC_MIB_FRM_INCLOSES,
	/* ours, beyond the public names */
	QUIC_MIB_PKT_NOSOCKDROP,	/* no connection and no listener */
	QUIC_MIB_PKT_NOKEYDROP,		/* keys not there yet, or gone */
	QUIC_MIB_PKT_VERSIONDROP,	/* version unknown; negotiation offered */
	QUIC_MIB_PKT_SHORTINITIALDROP,	/* Initial in less than 1200 bytes */
	QUIC_MIB_PKT_BADINITIALDROP,	/* first Initial does not open */
	QUIC_MIB_PKT_ACCEPTDROP,	/* accept queue full */
	QUIC_MIB_PKT_ADDRDROP,		/* not from the peer's address */
	QUIC_MIB_PKT_RESETS,		/* stateless resets received */
	QUIC_MIB_PKT_XMITDROP,		/* UDP or routing refused it */
	QUIC_MIB_PKT_LATESEALED,	/* was left to a device, then not */
	QUIC_MIB_PKT_LATEDROP,		/* could be left to no device, nor sealed */
	QUIC_MIB_PKT_VERDICTDROP,	/* a device's verdict that is not to be trusted */
	QUIC_MIB_PKT_STATEDROP,		/* the connection is over */
	QUIC_MIB_MIGRATIONS,		/* connections moved to another path */
	QUIC_MIB_PKT_VERSIONNEGS,	/* Version Negotiation sent */
	QUIC_MIB_PKT_RESETSSENT,	/* stateless resets sent */
	QUIC_MIB_PKT_RETRIES,		/* Retry sent */
	QUIC_MIB_PKT_BADTOKENDROP,	/* a Retry's token that does not hold */
	QUIC_MIB_KEY_UPDATES,
	QUIC_MIB_KEY_PREPFAILS,
	QUIC_MIB_EARLY_ACCEPTED,	/* connections, both roles */
	QUIC_MIB_EARLY_REJECTED,	/* by the server that we asked */
	QUIC_MIB_EARLY_REPLAYS,		/* ClientHellos seen before */
	QUIC_MIB_CONN_CLEAR,		/* connections without 1-RTT protection */
	QUIC_MIB_PKT_CLEARDROP,		/* of these: no packet in clear, or from elsewhere */
	__QUIC_MIB_MAX,
};

struct quic_mib_stats {
	unsigned long mibs[__QUIC_MIB_MAX];
};

/**
 * struct quic_net - a network namespace
 * @stats: counters
 * @lock: writers of @socks, addresses of sockets, @replay; BH
 * @socks: every socket with a local port, by quic_sock.net_node; RCU
 * @ticket_secret: that ticket keys are made of, unless the server has its own
 * @replay: ClientHellos with early data; NULL before the first
 * @key: secrets
 * @cids: connection ids that were issued
 * @tokens: tokens that were used
 * @waits: new clients whose listener is not known yet
 * @half_open: servers' connections whose handshake is not complete
 * @resets: stateless resets that were sent
 * @closes: connections that were refused
 * @versions: Version Negotiation packets that were sent
 * @ctl: sysctls
 * @proc: /proc/net/quic
 */
struct quic_net {
	struct quic_mib_stats __percpu *stats;
	spinlock_t lock;		/* see above */
	struct hlist_head socks;
	u8 ticket_secret[QUIC_TICKET_SECRET_LEN];
	struct quic_replay *replay;
	struct quic_netkey key;
	struct quic_cid_seq cids;
	struct quic_token_memory tokens;
	struct quic_hello_waits waits;
	atomic_t half_open;
	struct quic_rate resets;
	struct quic_rate closes;
	struct quic_rate versions;
	struct quic_sysctls ctl;
	struct proc_dir_entry *proc;
};

extern unsigned int quic_net_id;

static inline struct quic_net *quic_net(const struct net *net)
{
	return net_generic(net, quic_net_id);
}

#define QUIC_INC_STATS(net, field) \
	SNMP_INC_STATS(quic_net(net)->stats, field)
#define QUIC_DEC_STATS(net, field) \
	SNMP_DEC_STATS(quic_net(net)->stats, field)
#define QUIC_ADD_STATS(net, field, n) \
	SNMP_ADD_STATS(quic_net(net)->stats, field, n)

int quic_mib_init(struct net *net);
void quic_mib_exit(struct net *net);

#endif
