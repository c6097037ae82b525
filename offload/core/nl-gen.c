// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/quic_offload.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "nl-gen.h"

#include <uapi/linux/quic_offload.h>

/* QUIC_OFFLOAD_CMD_DEV_GET - do */
static const struct nla_policy quic_offload_dev_get_nl_policy[QUIC_OFFLOAD_A_DEV_IFINDEX + 1] = {
	[QUIC_OFFLOAD_A_DEV_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* QUIC_OFFLOAD_CMD_DEV_SET - do */
static const struct nla_policy quic_offload_dev_set_nl_policy[QUIC_OFFLOAD_A_DEV_TAPPED_OFFLOAD + 1] = {
	[QUIC_OFFLOAD_A_DEV_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[QUIC_OFFLOAD_A_DEV_ENABLED] = NLA_POLICY_MAX(NLA_U8, 1),
	[QUIC_OFFLOAD_A_DEV_TAPPED_OFFLOAD] = NLA_POLICY_MAX(NLA_U8, 1),
};

/* QUIC_OFFLOAD_CMD_KEY_GET - dump */
static const struct nla_policy quic_offload_key_get_nl_policy[QUIC_OFFLOAD_A_KEY_IFINDEX + 1] = {
	[QUIC_OFFLOAD_A_KEY_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* QUIC_OFFLOAD_CMD_FILTER_GET - dump */
static const struct nla_policy quic_offload_filter_get_nl_policy[QUIC_OFFLOAD_A_FILTER_IFINDEX + 1] = {
	[QUIC_OFFLOAD_A_FILTER_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* QUIC_OFFLOAD_CMD_STATS_GET - do */
static const struct nla_policy quic_offload_stats_get_nl_policy[QUIC_OFFLOAD_A_STATS_IFINDEX + 1] = {
	[QUIC_OFFLOAD_A_STATS_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* Ops table for quic_offload */
const struct genl_split_ops quic_offload_nl_ops[7] = {
	{
		.cmd		= QUIC_OFFLOAD_CMD_DEV_GET,
		.doit		= quic_offload_nl_dev_get_doit,
		.policy		= quic_offload_dev_get_nl_policy,
		.maxattr	= QUIC_OFFLOAD_A_DEV_IFINDEX,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= QUIC_OFFLOAD_CMD_DEV_GET,
		.dumpit	= quic_offload_nl_dev_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= QUIC_OFFLOAD_CMD_DEV_SET,
		.doit		= quic_offload_nl_dev_set_doit,
		.policy		= quic_offload_dev_set_nl_policy,
		.maxattr	= QUIC_OFFLOAD_A_DEV_TAPPED_OFFLOAD,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= QUIC_OFFLOAD_CMD_KEY_GET,
		.dumpit		= quic_offload_nl_key_get_dumpit,
		.policy		= quic_offload_key_get_nl_policy,
		.maxattr	= QUIC_OFFLOAD_A_KEY_IFINDEX,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= QUIC_OFFLOAD_CMD_FILTER_GET,
		.dumpit		= quic_offload_nl_filter_get_dumpit,
		.policy		= quic_offload_filter_get_nl_policy,
		.maxattr	= QUIC_OFFLOAD_A_FILTER_IFINDEX,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= QUIC_OFFLOAD_CMD_STATS_GET,
		.doit		= quic_offload_nl_stats_get_doit,
		.policy		= quic_offload_stats_get_nl_policy,
		.maxattr	= QUIC_OFFLOAD_A_STATS_IFINDEX,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= QUIC_OFFLOAD_CMD_STATS_GET,
		.dumpit	= quic_offload_nl_stats_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
};

static const struct genl_multicast_group quic_offload_nl_mcgrps[] = {
	[QUIC_OFFLOAD_NLGRP_MGMT] = { "mgmt", },
	[QUIC_OFFLOAD_NLGRP_EVENTS] = { "events", },
};
