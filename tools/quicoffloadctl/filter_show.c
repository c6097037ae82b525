// SPDX-License-Identifier: GPL-2.0-only
#include "cmd.h"

#include <inttypes.h>
#include <stdio.h>

#include "dump.h"
#include "table.h"

#define CID_BYTES_MAX	20

static const char *const heads[] = {
	"DEVICE", ">DIR", "CONNECTION ID", ">BYTES", "IN DEVICE", NULL
};

/* Hexadecimal, in a buffer that is used again; NULL when it was not shown. */
static const char *cid_text(const struct nlattr *attr)
{
	static char text[2 * CID_BYTES_MAX + 1];
	const uint8_t *byte;
	unsigned int i, n;

	if (!attr)
		return NULL;
	byte = mnl_attr_get_payload(attr);
	n = mnl_attr_get_payload_len(attr);
	if (n > CID_BYTES_MAX)
		n = CID_BYTES_MAX;
	text[0] = '\0';
	for (i = 0; i < n; i++)
		snprintf(text + 2 * i, 3, "%02x", byte[i]);
	return text;
}

static void add_row(const struct genl_attrs *a, struct table *t)
{
	const char *cid = cid_text(a->at[QUIC_OFFLOAD_A_FILTER_CID]);

	table_add(t, "%s", genl_str(a->at[QUIC_OFFLOAD_A_FILTER_IFNAME]));
	table_add(t, "%" PRIu64, genl_uint(a->at[QUIC_OFFLOAD_A_FILTER_DIR_ID]));
	table_add(t, "%s", cid ? cid : "hidden");
	table_add(t, "%" PRIu64,
		  genl_uint(a->at[QUIC_OFFLOAD_A_FILTER_CID_LEN]));
	table_add(t, "%s", genl_uint(a->at[QUIC_OFFLOAD_A_FILTER_INSTALLED]) ?
		  "yes" : "no");
}

static void fill(const struct genl_attrs *a, json_object *o)
{
	const char *cid = cid_text(a->at[QUIC_OFFLOAD_A_FILTER_CID]);
	uint64_t in = genl_uint(a->at[QUIC_OFFLOAD_A_FILTER_INSTALLED]);

	dump_text(o, "device", genl_str(a->at[QUIC_OFFLOAD_A_FILTER_IFNAME]));
	dump_uint(o, "ifindex", a->at[QUIC_OFFLOAD_A_FILTER_IFINDEX]);
	dump_uint(o, "dev_id", a->at[QUIC_OFFLOAD_A_FILTER_DEV_ID]);
	dump_uint(o, "dir_id", a->at[QUIC_OFFLOAD_A_FILTER_DIR_ID]);
	if (cid)
		dump_text(o, "cid", cid);
	dump_uint(o, "cid_bytes", a->at[QUIC_OFFLOAD_A_FILTER_CID_LEN]);
	json_object_object_add(o, "installed", json_object_new_boolean(!!in));
}

static const struct dump filters = {
	.cmd = QUIC_OFFLOAD_CMD_FILTER_GET,
	.ifindex_attr = QUIC_OFFLOAD_A_FILTER_IFINDEX,
	.heads = heads,
	.add_row = add_row,
	.fill = fill,
};

int cmd_filter_show(const struct args *args)
{
	return dump_show(&filters, args);
}
