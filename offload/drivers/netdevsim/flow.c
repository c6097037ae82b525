// SPDX-License-Identifier: GPL-2.0-only
#include "flow.h"

#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/netlink.h>
#include <linux/rcupdate.h>
#include <linux/seq_file.h>
#include <linux/unaligned.h>

#include "port.h"

#define MAX_KEYS	4096
#define MAX_FILTERS	16384
#define MAX_GSO_SEGS	128

static struct qnsim_port *to_port(struct quic_offload_dev *qdev)
{
	return qdev->priv;
}

static int add_dir(struct quic_offload_dev *qdev, struct quic_offload_dir *dir,
		   struct netlink_ext_ack *extack)
{
	struct qnsim_dir *own = quic_offload_dir_priv(dir);
	struct qnsim_port *port = to_port(qdev);
	int err;

	err = qnsim_fault_take(&port->fault, QNSIM_OP_DIR_ADD);
	if (err) {
		NL_SET_ERR_MSG_MOD(extack, "dir_add fails on request");
		return err;
	}
	if (dir->cipher != QUIC_OFFLOAD_AES_128_GCM ||
	    dir->hp_len != QNSIM_KEY_LEN || dir->cid_len != QNSIM_CID_LEN) {
		NL_SET_ERR_MSG_MOD(extack,
				   "only AES-128-GCM and 8-byte CIDs");
		return -EOPNOTSUPP;
	}

	memset(own, 0, sizeof(*own));
	err = qnsim_hp_init(&own->hp, dir->hp_key);
	if (err)
		return err;
	own->dir = dir;
	port->flows.n_dirs++;
	return 0;
}

/* The last packet of this direction was before the fence of its last key, or
 * before its last filter went.
 */
static void del_dir(struct quic_offload_dev *qdev, struct quic_offload_dir *dir)
{
	struct qnsim_dir *own = quic_offload_dir_priv(dir);

	qnsim_hp_clear(&own->hp);
	to_port(qdev)->flows.n_dirs--;
}

static int add_key(struct quic_offload_dev *qdev, struct quic_offload_dir *dir,
		   struct quic_offload_key *key, struct netlink_ext_ack *extack)
{
	struct qnsim_dir *own_dir = quic_offload_dir_priv(dir);
	struct qnsim_key *own = quic_offload_key_priv(key);
	unsigned int slot = key->generation % QNSIM_SLOTS;
	struct qnsim_port *port = to_port(qdev);
	int err;

	err = qnsim_fault_take(&port->fault, QNSIM_OP_KEY_ADD);
	if (err) {
		NL_SET_ERR_MSG_MOD(extack, "key_add fails on request");
		return err;
	}
	if (port->flows.n_keys[dir->way] >= READ_ONCE(port->flows.max_keys)) {
		NL_SET_ERR_MSG_MOD(extack, "no room for another key");
		return -ENOSPC;
	}
	if (own_dir->taken[slot]) {
		NL_SET_ERR_MSG_MOD(extack,
				   "a key of the same phase is there already");
		return -EEXIST;
	}
	if (key->key_len != QNSIM_KEY_LEN) {
		NL_SET_ERR_MSG_MOD(extack, "key is not one of AES-128");
		return -EINVAL;
	}

	memset(own, 0, sizeof(*own));
	err = qnsim_aead_init(&own->aead, key->key, key->iv);
	if (err)
		return err;

	own->key = key;
	own_dir->taken[slot] = true;
	port->flows.n_keys[dir->way]++;
	rcu_assign_pointer(own_dir->usable[slot], own);
	return 0;
}

/* Transmit asks the core whether a key is ready, receive looks here. */
static void stop_key(struct quic_offload_dev *qdev,
		     struct quic_offload_key *key)
{
	struct qnsim_dir *own_dir = quic_offload_dir_priv(key->dir);

	RCU_INIT_POINTER(own_dir->usable[key->generation % QNSIM_SLOTS], NULL);
}

/* Both ways handle a packet within one RCU section, from look-up to the end. A
 * fence that fails on request waits all the same: the core frees the memory.
 */
static int fence(struct quic_offload_dev *qdev, unsigned long timeout)
{
	synchronize_rcu();
	return qnsim_fault_take(&to_port(qdev)->fault, QNSIM_OP_FENCE);
}

static void free_key(struct quic_offload_dev *qdev,
		     struct quic_offload_key *key)
{
	struct qnsim_dir *own_dir = quic_offload_dir_priv(key->dir);
	struct qnsim_key *own = quic_offload_key_priv(key);

	qnsim_aead_clear(&own->aead);
	own_dir->taken[key->generation % QNSIM_SLOTS] = false;
	to_port(qdev)->flows.n_keys[key->dir->way]--;
}

static struct qnsim_filter *find_filter(struct qnsim_flows *flows, u64 cid)
{
	struct qnsim_filter *filter;

	hash_for_each_possible_rcu(flows->filters, filter, node, cid,
				   true)
		if (filter->cid == cid)
			return filter;
	return NULL;
}

/**
 * qnsim_flow_find - find a packet's direction
 * @flows: the device's tables
 * @cid: QNSIM_CID_LEN bytes of the packet
 *
 * Context: under RCU.
 * Return: receive direction or NULL.
 */
struct qnsim_dir *qnsim_flow_find(struct qnsim_flows *flows, const u8 *cid)
{
	struct qnsim_filter *filter;

	filter = find_filter(flows, get_unaligned((const u64 *)cid));
	return filter ? filter->dir : NULL;
}

static int add_filter(struct quic_offload_dev *qdev,
		      struct quic_offload_dir *dir,
		      struct quic_offload_filter *filter,
		      struct netlink_ext_ack *extack)
{
	struct qnsim_filter *own = quic_offload_filter_priv(filter);
	struct qnsim_port *port = to_port(qdev);
	struct qnsim_flows *flows = &port->flows;
	int err;

	err = qnsim_fault_take(&port->fault, QNSIM_OP_FILTER_ADD);
	if (err) {
		NL_SET_ERR_MSG_MOD(extack, "filter_add fails on request");
		return err;
	}
	if (filter->cid_len != QNSIM_CID_LEN) {
		NL_SET_ERR_MSG_MOD(extack, "only 8-byte CIDs");
		return -EOPNOTSUPP;
	}
	if (flows->n_filters >= MAX_FILTERS) {
		NL_SET_ERR_MSG_MOD(extack, "no room for another filter");
		return -ENOSPC;
	}

	own->cid = get_unaligned((const u64 *)filter->cid);
	own->dir = quic_offload_dir_priv(dir);
	rcu_read_lock();
	err = find_filter(flows, own->cid) ? -EEXIST : 0;
	rcu_read_unlock();
	if (err) {
		NL_SET_ERR_MSG_MOD(extack, "CID belongs to another direction");
		return err;
	}
	hash_add_rcu(flows->filters, &own->node, own->cid);
	flows->n_filters++;
	return 0;
}

/* A packet may still find it: the memory stays until the core has fenced. */
static void del_filter(struct quic_offload_dev *qdev,
		       struct quic_offload_filter *filter)
{
	struct qnsim_filter *own = quic_offload_filter_priv(filter);

	hash_del_rcu(&own->node);
	to_port(qdev)->flows.n_filters--;
}

static const struct quic_offload_ops offload_ops = {
	.dir_add = add_dir,
	.dir_del = del_dir,
	.key_add = add_key,
	.key_stop = stop_key,
	.fence = fence,
	.key_free = free_key,
	.filter_add = add_filter,
	.filter_del = del_filter,
};

static const struct quic_offload_caps caps = {
	.tx_ciphers = BIT(QUIC_OFFLOAD_AES_128_GCM),
	.rx_ciphers = BIT(QUIC_OFFLOAD_AES_128_GCM),
	.cid_len_mask = BIT(QNSIM_CID_LEN),
	.pn_len_mask = BIT(1) | BIT(2) | BIT(3) | BIT(4),
	.rx_match_mask = QUIC_OFFLOAD_MATCH_CID,
	.flags = QUIC_OFFLOAD_F_TX | QUIC_OFFLOAD_F_RX | QUIC_OFFLOAD_F_GSO,
	.max_tx_keys = MAX_KEYS,
	.max_rx_keys = MAX_KEYS,
	.max_filters = MAX_FILTERS,
	.slots_per_dir = QNSIM_SLOTS,
	.max_gso_segs = MAX_GSO_SEGS,
	.dir_priv = sizeof(struct qnsim_dir),
	.key_priv = sizeof(struct qnsim_key),
	.filter_priv = sizeof(struct qnsim_filter),
};

/**
 * qnsim_flow_register - tell the offload core of a port
 * @port: new port
 *
 * Context: process, RTNL held.
 * Return: 0 or the core's refusal.
 */
int qnsim_flow_register(struct qnsim_port *port)
{
	struct quic_offload_dev *qdev;

	hash_init(port->flows.filters);
	qdev = quic_offload_dev_register(port->dev, &caps, &offload_ops, port,
					 NULL);
	if (IS_ERR(qdev))
		return PTR_ERR(qdev);
	port->qdev = qdev;
	return 0;
}

/**
 * qnsim_flow_unregister - the port goes away
 * @port: port; the device's tables are empty on return
 *
 * Context: process, RTNL held.
 */
void qnsim_flow_unregister(struct qnsim_port *port)
{
	quic_offload_dev_unregister(port->qdev);
}

static int tables_show(struct seq_file *seq, void *unused)
{
	struct qnsim_flows *flows = seq->private;

	seq_printf(seq, "dirs %u\ntx_keys %u\nrx_keys %u\nfilters %u\n",
		   READ_ONCE(flows->n_dirs),
		   READ_ONCE(flows->n_keys[QUIC_OFFLOAD_TX]),
		   READ_ONCE(flows->n_keys[QUIC_OFFLOAD_RX]),
		   READ_ONCE(flows->n_filters));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(tables);

/**
 * qnsim_flow_debugfs - create the knobs
 * @port: port
 */
void qnsim_flow_debugfs(struct qnsim_port *port)
{
	port->flows.max_keys = MAX_KEYS;
	debugfs_create_u32("max_keys", 0600, port->dir, &port->flows.max_keys);
	debugfs_create_file("tables", 0400, port->dir, &port->flows,
			    &tables_fops);
}
