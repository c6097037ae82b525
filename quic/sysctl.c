// SPDX-License-Identifier: GPL-2.0-only
#include "sysctl.h"

#include <linux/hex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysctl.h>
#include <net/net_namespace.h>

#include "mem.h"
#include "mib.h"

/*
 * A row's data is an offset into struct quic_net, made a pointer for each
 * namespace. To add one: a member of struct quic_sysctls, its default in
 * set_defaults(), a row here, a line in docs/sysctl.md.
 */
#define VALUE(name)	((void *)offsetof(struct quic_net, ctl.name))

#define SECRET_LEN	32
static_assert(SECRET_LEN == QUIC_RESET_SECRET_LEN);
static_assert(SECRET_LEN == QUIC_TOKEN_SECRET_LEN);

/* Hexadecimal digits, as a whole, in one write. */
static int read_secret(char *text, size_t len, loff_t pos, u8 *secret)
{
	int err = -EINVAL;

	if (len && text[len - 1] == '\n')
		len--;
	if (!pos && len == 2 * SECRET_LEN)
		err = hex2bin(secret, text, SECRET_LEN);
	memzero_explicit(text, len);
	return err;
}

static struct quic_netkey *key_of(const struct ctl_table *ctl)
{
	return &container_of(ctl->data, struct quic_net, ctl.hdr)->key;
}

/* Secrets go in and never come out. */
static int set_secret(const struct ctl_table *ctl, int write, void *buffer,
		      size_t *lenp, loff_t *ppos,
		      void (*set)(struct quic_netkey *key, const u8 *secret))
{
	u8 secret[SECRET_LEN];
	int err;

	if (!write)
		return -EPERM;
	err = read_secret(buffer, *lenp, *ppos, secret);
	if (!err)
		set(key_of(ctl), secret);
	memzero_explicit(secret, sizeof(secret));
	*ppos += *lenp;
	return err;
}

static int set_reset_secret(const struct ctl_table *ctl, int write,
			    void *buffer, size_t *lenp, loff_t *ppos)
{
	return set_secret(ctl, write, buffer, lenp, ppos,
			  quic_netkey_set_reset);
}

static int set_token_secret(const struct ctl_table *ctl, int write,
			    void *buffer, size_t *lenp, loff_t *ppos)
{
	return set_secret(ctl, write, buffer, lenp, ppos,
			  quic_netkey_set_token);
}

static const struct ctl_table rows[] = {
	{
		.procname = "allow_disable_1rtt_encryption",
		.data = VALUE(allow_disable_1rtt_encryption),
		.maxlen = sizeof(u8),
		.mode = 0644,
		.proc_handler = proc_dou8vec_minmax,
		.extra1 = SYSCTL_ZERO,
		.extra2 = SYSCTL_ONE,
	},
	{
		.procname = "ecn",
		.data = VALUE(ecn),
		.maxlen = sizeof(u8),
		.mode = 0644,
		.proc_handler = proc_dou8vec_minmax,
		.extra1 = SYSCTL_ZERO,
		.extra2 = SYSCTL_ONE,
	},
	{
		.procname = "grease_quic_bit",
		.data = VALUE(grease_quic_bit),
		.maxlen = sizeof(u8),
		.mode = 0644,
		.proc_handler = proc_dou8vec_minmax,
		.extra1 = SYSCTL_ZERO,
		.extra2 = SYSCTL_ONE,
	},
	{
		.procname = "key_open_pkts",
		.data = VALUE(key_open_pkts),
		.maxlen = sizeof(unsigned int),
		.mode = 0644,
		.proc_handler = proc_douintvec,
	},
	{
		.procname = "key_seal_pkts",
		.data = VALUE(key_seal_pkts),
		.maxlen = sizeof(unsigned int),
		.mode = 0644,
		.proc_handler = proc_douintvec,
	},
	{
		.procname = "plpmtud",
		.data = VALUE(plpmtud),
		.maxlen = sizeof(u8),
		.mode = 0644,
		.proc_handler = proc_dou8vec_minmax,
		.extra1 = SYSCTL_ZERO,
		.extra2 = SYSCTL_ONE,
	},
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
	{
		.procname = "refuse_rate",
		.data = VALUE(refuse_rate),
		.maxlen = sizeof(int),
		.mode = 0644,
		.proc_handler = proc_dointvec_minmax,
		.extra1 = SYSCTL_ZERO,
	},
	{
		.procname = "retry_half_open",
		.data = VALUE(retry_half_open),
		.maxlen = sizeof(int),
		.mode = 0644,
		.proc_handler = proc_dointvec_minmax,
		.extra1 = SYSCTL_ZERO,
	},
	{
		.procname = "max_half_open",
		.data = VALUE(max_half_open),
		.maxlen = sizeof(int),
		.mode = 0644,
		.proc_handler = proc_dointvec_minmax,
		.extra1 = SYSCTL_ZERO,
	},
	{
		.procname = "retry_lifetime",
		.data = VALUE(retry_lifetime),
		.maxlen = sizeof(int),
		.mode = 0644,
		.proc_handler = proc_dointvec_minmax,
		.extra1 = SYSCTL_ZERO,
	},
	{
		.procname = "token_lifetime",
		.data = VALUE(token_lifetime),
		.maxlen = sizeof(int),
		.mode = 0644,
		.proc_handler = proc_dointvec_minmax,
		.extra1 = SYSCTL_ZERO,
	},
	{
		.procname = "spin_bit",
		.data = VALUE(spin_bit),
		.maxlen = sizeof(int),
		.mode = 0644,
		.proc_handler = proc_dointvec_minmax,
		.extra1 = SYSCTL_ZERO,
		.extra2 = SYSCTL_ONE,
	},
	{
		.procname = "reset_secret",
		.data = VALUE(hdr),
		.mode = 0200,
		.proc_handler = set_reset_secret,
	},
	{
		.procname = "token_secret",
		.data = VALUE(hdr),
		.mode = 0200,
		.proc_handler = set_token_secret,
	},
};

/* Of all namespaces together; seen in the first one only. */
static struct ctl_table global_rows[] = {
	{
		.procname = "quic_mem",
		.data = quic_mem_limits,
		.maxlen = sizeof(quic_mem_limits),
		.mode = 0644,
		.proc_handler = proc_doulongvec_minmax,
	},
	{
		.procname = "quic_rmem",
		.data = quic_mem_rmem,
		.maxlen = sizeof(quic_mem_rmem),
		.mode = 0644,
		.proc_handler = proc_dointvec_minmax,
		.extra1 = SYSCTL_ONE,
	},
	{
		.procname = "quic_wmem",
		.data = quic_mem_wmem,
		.maxlen = sizeof(quic_mem_wmem),
		.mode = 0644,
		.proc_handler = proc_dointvec_minmax,
		.extra1 = SYSCTL_ONE,
	},
};

static struct ctl_table_header *global_hdr;

static void set_defaults(struct quic_sysctls *ctl)
{
	ctl->ecn = 1;
	ctl->plpmtud = 1;
	ctl->reset_rate = 100;
	ctl->spin_bit = 1;
	ctl->version_rate = 100;
	ctl->refuse_rate = 100;
	ctl->retry_half_open = 256;
	ctl->max_half_open = 4096;
	ctl->retry_lifetime = 10;
	ctl->token_lifetime = 24 * 60 * 60;
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
	if (!qn->ctl.hdr)
		goto err_free;
	if (!net_eq(net, &init_net))
		return 0;
	global_hdr = register_net_sysctl(net, "net/quic", global_rows);
	if (global_hdr)
		return 0;
	unregister_net_sysctl_table(qn->ctl.hdr);
	qn->ctl.hdr = NULL;
err_free:
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
	if (net_eq(net, &init_net))
		unregister_net_sysctl_table(global_hdr);
	table = hdr->ctl_table_arg;
	unregister_net_sysctl_table(hdr);
	kfree(table);
}
