// SPDX-License-Identifier: GPL-2.0-only
#include "cmd.h"

#include <inttypes.h>
#include <stdio.h>

#include "dump.h"
#include "names.h"
#include "table.h"

static const char *const heads[] = {
	"DEVICE", ">DIR", "WAY", ">GEN", "CIPHER", "STATE", ">DEV-PKTS",
	">SW-PKTS", ">PN-MAX", ">IN-FLIGHT", "WHY SOFTWARE", NULL
};

static void add_uint(struct table *t, const struct nlattr *attr)
{
	if (attr)
		table_add(t, "%" PRIu64, genl_uint(attr));
	else
		table_add(t, "-");
}

static void add_why(struct table *t, const struct genl_attrs *a)
{
	uint64_t reason = genl_uint(a->at[QUIC_OFFLOAD_A_KEY_REASON]);
	const char *text = genl_str(a->at[QUIC_OFFLOAD_A_KEY_MESSAGE]);

	if (reason == QUIC_OFFLOAD_REASON_NONE)
		table_add(t, "-");
	else if (*text)
		table_add(t, "%s: %s", name_reason(reason), text);
	else
		table_add(t, "%s", name_reason(reason));
}

static void add_row(const struct genl_attrs *a, struct table *t)
{
	const struct nlattr *state = a->at[QUIC_OFFLOAD_A_KEY_STATE];

	table_add(t, "%s", genl_str(a->at[QUIC_OFFLOAD_A_KEY_IFNAME]));
	add_uint(t, a->at[QUIC_OFFLOAD_A_KEY_DIR_ID]);
	table_add(t, "%s", name_way(genl_uint(a->at[QUIC_OFFLOAD_A_KEY_WAY])));
	add_uint(t, a->at[QUIC_OFFLOAD_A_KEY_GENERATION]);
	table_add(t, "%s",
		  name_cipher(genl_uint(a->at[QUIC_OFFLOAD_A_KEY_CIPHER])));
	table_add(t, "%s", state ? name_state(genl_uint(state)) : "-");
	add_uint(t, a->at[QUIC_OFFLOAD_A_KEY_DEV_PKTS]);
	add_uint(t, a->at[QUIC_OFFLOAD_A_KEY_SW_PKTS]);
	add_uint(t, a->at[QUIC_OFFLOAD_A_KEY_PN_MAX]);
	add_uint(t, a->at[QUIC_OFFLOAD_A_KEY_IN_FLIGHT]);
	add_why(t, a);
}

static void fill(const struct genl_attrs *a, json_object *o)
{
	const struct nlattr *state = a->at[QUIC_OFFLOAD_A_KEY_STATE];
	const char *text = genl_str(a->at[QUIC_OFFLOAD_A_KEY_MESSAGE]);

	dump_text(o, "device", genl_str(a->at[QUIC_OFFLOAD_A_KEY_IFNAME]));
	dump_uint(o, "ifindex", a->at[QUIC_OFFLOAD_A_KEY_IFINDEX]);
	dump_uint(o, "dev_id", a->at[QUIC_OFFLOAD_A_KEY_DEV_ID]);
	dump_uint(o, "dir_id", a->at[QUIC_OFFLOAD_A_KEY_DIR_ID]);
	dump_text(o, "direction",
		 name_way(genl_uint(a->at[QUIC_OFFLOAD_A_KEY_WAY])));
	dump_uint(o, "generation", a->at[QUIC_OFFLOAD_A_KEY_GENERATION]);
	dump_text(o, "cipher",
		 name_cipher(genl_uint(a->at[QUIC_OFFLOAD_A_KEY_CIPHER])));
	if (state)
		dump_text(o, "state", name_state(genl_uint(state)));
	dump_text(o, "reason",
		 name_reason(genl_uint(a->at[QUIC_OFFLOAD_A_KEY_REASON])));
	if (*text)
		dump_text(o, "message", text);
	dump_uint(o, "device_pkts", a->at[QUIC_OFFLOAD_A_KEY_DEV_PKTS]);
	dump_uint(o, "software_pkts", a->at[QUIC_OFFLOAD_A_KEY_SW_PKTS]);
	dump_uint(o, "rejected_pkts", a->at[QUIC_OFFLOAD_A_KEY_REJECTED_PKTS]);
	dump_uint(o, "pn_max", a->at[QUIC_OFFLOAD_A_KEY_PN_MAX]);
	dump_uint(o, "in_flight", a->at[QUIC_OFFLOAD_A_KEY_IN_FLIGHT]);
}

static const struct dump keys = {
	.cmd = QUIC_OFFLOAD_CMD_KEY_GET,
	.ifindex_attr = QUIC_OFFLOAD_A_KEY_IFINDEX,
	.heads = heads,
	.add_row = add_row,
	.fill = fill,
};

int cmd_key_show(const struct args *args)
{
	return dump_show(&keys, args);
}
