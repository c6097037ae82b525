// SPDX-License-Identifier: GPL-2.0-only
#include "port.h"

#include <kunit/visibility.h>
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/rculist.h>
#include <linux/rtnetlink.h>
#include <linux/seq_file.h>

#include "tap.h"

static LIST_HEAD(qnsim_ports);

static struct qnsim_port *to_port(struct nsim_model_port *model)
{
	return container_of(model, struct qnsim_port, model);
}

/**
 * qnsim_ports_resume - let frames go on that waited in the qdiscs
 *
 * A queue that has another reason to wait stops itself again.
 *
 * Context: process or softirq.
 */
void qnsim_ports_resume(void)
{
	struct qnsim_port *port;

	rcu_read_lock();
	list_for_each_entry_rcu(port, &qnsim_ports, node)
		if (netif_running(port->dev))
			netif_tx_wake_all_queues(port->dev);
	rcu_read_unlock();
}

/**
 * qnsim_port_find - the port behind a net_device
 * @dev: net_device
 *
 * Context: RTNL held; valid as long as that is held.
 * Return: port or NULL.
 */
struct qnsim_port *qnsim_port_find(const struct net_device *dev)
{
	struct qnsim_port *port;

	ASSERT_RTNL();
	list_for_each_entry(port, &qnsim_ports, node)
		if (port->dev == dev)
			return port;
	return NULL;
}
EXPORT_SYMBOL_IF_KUNIT(qnsim_port_find);

static int stats_show(struct seq_file *seq, void *unused)
{
	struct qnsim_port *port = seq->private;
	int i;

	for (i = 0; i < QNSIM_N_STATS; i++)
		seq_printf(seq, "%s %llu\n", qnsim_stat_names[i],
			   qnsim_stat_read(&port->stats, i));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(stats);

static int tx_paused_get(void *data, u64 *val)
{
	struct qnsim_port *port = data;

	*val = READ_ONCE(port->tx_paused);
	return 0;
}

static int tx_paused_set(void *data, u64 val)
{
	struct qnsim_port *port = data;

	WRITE_ONCE(port->tx_paused, !!val);
	if (!val)
		qnsim_ports_resume();
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(tx_paused_fops, tx_paused_get, tx_paused_set,
			 "%llu\n");

static void create_knobs(struct qnsim_port *port)
{
	debugfs_create_file("stats", 0400, port->dir, port, &stats_fops);
	debugfs_create_file_unsafe("tx_paused", 0600, port->dir, port,
				   &tx_paused_fops);
	qnsim_link_debugfs(&port->link, port->dir);
	qnsim_fault_debugfs(&port->fault, port->dir);
	qnsim_flow_debugfs(port);
}

static void get_stats(struct nsim_model_port *model, u64 *data)
{
	struct qnsim_port *port = to_port(model);
	int i;

	for (i = 0; i < QNSIM_N_STATS; i++)
		data[i] = qnsim_stat_read(&port->stats, i);
}

static void free_port(struct qnsim_port *port)
{
	debugfs_remove_recursive(port->dir);
	qnsim_link_shutdown(&port->link);
	qnsim_tap_destroy(port->tap);
	kfree(port);
}

static struct nsim_model_port *add_port(struct net_device *dev,
					struct dentry *ddir)
{
	struct qnsim_port *port;
	int err;

	port = kzalloc(sizeof(*port), GFP_KERNEL);
	if (!port)
		return ERR_PTR(-ENOMEM);

	port->dev = dev;
	port->dir = debugfs_create_dir("quic", ddir);
	port->tap = qnsim_tap_create(port->dir);
	if (!port->tap) {
		debugfs_remove_recursive(port->dir);
		kfree(port);
		return ERR_PTR(-ENOMEM);
	}
	qnsim_link_init(&port->link, dev, &port->stats);
	port->link.tap = port->tap;
	qnsim_fault_init(&port->fault);
	create_knobs(port);

	err = qnsim_flow_register(port);
	if (err) {
		free_port(port);
		return ERR_PTR(err);
	}
	list_add_tail_rcu(&port->node, &qnsim_ports);
	return &port->model;
}

/* The device stops being one for the offload core first, while the netdev is
 * still there; then nobody can find the port any more.
 */
static void del_port(struct nsim_model_port *model)
{
	struct qnsim_port *port = to_port(model);

	qnsim_flow_unregister(port);
	list_del_rcu(&port->node);
	synchronize_net();
	free_port(port);
}

static void stop_port(struct nsim_model_port *model)
{
	qnsim_link_flush(&to_port(model)->link);
}

static int set_features(struct nsim_model_port *model,
			netdev_features_t features)
{
	return quic_offload_dev_set_features(to_port(model)->qdev, features);
}

static const struct nsim_model_ops model_ops = {
	.hw_features = NETIF_F_HW_QUIC,
	.n_stats = QNSIM_N_STATS,
	.stat_names = qnsim_stat_names,
	.port_add = add_port,
	.port_del = del_port,
	.stop = stop_port,
	.set_features = set_features,
	.xmit = qnsim_tx_xmit,
	.rcv = qnsim_rx_frame,
	.get_stats = get_stats,
};

static int __init qnsim_init(void)
{
	return nsim_model_register(&model_ops);
}

static void __exit qnsim_exit(void)
{
	nsim_model_unregister(&model_ops);
}

module_init(qnsim_init);
module_exit(qnsim_exit);
MODULE_DESCRIPTION("netdevsim as a NIC that seals and opens QUIC packets");
MODULE_LICENSE("GPL");
