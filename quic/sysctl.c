// SPDX-License-Identifier: GPL-2.0-only
#include "sysctl.h"

#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysctl.h>
#include <net/net_namespace.h>

#include "mib.h"

/*
 * A row's data is an offset into struct quic_net, made a pointer for each
 * namespace. To add one: a member of struct quic_sysctls, its default in
 * set_defaults(), a row here, a line in docs/sysctl.md.
 */
#define VALUE(name)	((void *)offsetof(struct quic_net, ctl.name))

static const struct ctl_table rows[] = {
	{
		.procname = "reset_rate",
		.data = VALUE(reset_rate),
		.maxlen = sizeof(int),
		.mode = 0644,
		.proc_handler = proc_dointvec_minmax,
		.extra1 = SYSCTL_ZERO,
	},
	{
		.procname = "version_rate",
		.data = VALUE(version_rate),
		.maxlen = sizeof(int),
		.mode = 0644,
		.proc_handler = proc_dointvec_minmax,
		.extra1 = SYSCTL_ZERO,
	},
};

static void set_defaults(struct quic_sysctls *ctl)
{
	ctl->reset_rate = 100;
	ctl->version_rate = 100;
}

/**
 * quic_sysctl_init() - net.quic.* of a network namespace
 * @net: namespace
 *
 * Context: process context.
 * Return: 0 or -ENOMEM.
 */
int quic_sysctl_init(struct net *net)
{
	struct quic_net *qn = quic_net(net);
	struct ctl_table *table;
	size_t i;

	set_defaults(&qn->ctl);
	if (!IS_ENABLED(CONFIG_SYSCTL))
		return 0;
	table = kmemdup(rows, sizeof(rows), GFP_KERNEL);
	if (!table)
		return -ENOMEM;
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		table[i].data += (unsigned long)qn;
	qn->ctl.hdr = register_net_sysctl_sz(net, "net/quic", table,
					     ARRAY_SIZE(rows));
	if (qn->ctl.hdr)
		return 0;
	kfree(table);
	return -ENOMEM;
}

/**
 * quic_sysctl_exit() - undo quic_sysctl_init()
 * @net: namespace
 */
void quic_sysctl_exit(struct net *net)
{
	struct ctl_table_header *hdr = quic_net(net)->ctl.hdr;
	const struct ctl_table *table;

	if (!hdr)
		return;
	table = hdr->ctl_table_arg;
	unregister_net_sysctl_table(hdr);
	kfree(table);
}
