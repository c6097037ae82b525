/* SPDX-License-Identifier: GPL-2.0-only */
/* What the offload core installs in the device: directions, keys, filters. */
#ifndef QNSIM_FLOW_H
#define QNSIM_FLOW_H

#include <linux/atomic.h>
#include <linux/hashtable.h>
#include <linux/types.h>

#include "engine.h"

#define QNSIM_CID_LEN		8
#define QNSIM_SLOTS		2
#define QNSIM_FILTER_BITS	10

struct dentry;
struct qnsim_port;
struct quic_offload_dir;
struct quic_offload_key;

/*
 * DOC: locking
 *
 * The offload core calls everything that installs or removes under its device
 * mutex. Transmit and receive look the objects up under RCU; a fence is a grace
 * period, after which the core frees the memory.
 */
struct qnsim_key {
	struct qnsim_aead aead;
	struct quic_offload_key *key;	/* immutable */
};

/* A slot is found by the lowest bit of its key's generation, which is the key
 * phase on the wire. It is taken from key_add to key_free, and usable from
 * key_add to key_stop.
 */
struct qnsim_dir {
	struct qnsim_hp hp;
	struct quic_offload_dir *dir;	/* immutable */
	struct qnsim_key __rcu *usable[QNSIM_SLOTS];
	bool taken[QNSIM_SLOTS];
	atomic64_t next_pn;	/* RX: largest number that was opened, plus 1 */
};

struct qnsim_filter {
	struct hlist_node node;		/* qnsim_flows.filters */
	u64 cid;
	struct qnsim_dir *dir;
};

/* The device's tables. */
struct qnsim_flows {
	DECLARE_HASHTABLE(filters, QNSIM_FILTER_BITS);
	u32 max_keys;		/* knob, each for TX and RX */
	u32 n_keys[2];		/* by enum quic_offload_way */
	u32 n_filters;
	u32 n_dirs;
};

int qnsim_flow_register(struct qnsim_port *port);
void qnsim_flow_unregister(struct qnsim_port *port);
void qnsim_flow_debugfs(struct qnsim_port *port);
struct qnsim_dir *qnsim_flow_find(struct qnsim_flows *flows, const u8 *cid);

#endif
