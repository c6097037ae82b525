// SPDX-License-Identifier: GPL-2.0-only
#include "cmd.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>

#include "genl.h"
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

static void add_row(const struct genl_attrs *a, void *arg)
{
	const char *cid = cid_text(a->at[QUIC_OFFLOAD_A_FILTER_CID]);
	struct table *t = arg;

	table_add(t, "%s", genl_str(a->at[QUIC_OFFLOAD_A_FILTER_IFNAME]));
	table_add(t, "%" PRIu64, genl_uint(a->at[QUIC_OFFLOAD_A_FILTER_DIR_ID]));
	table_add(t, "%s", cid ? cid : "hidden");
	table_add(t, "%" PRIu64,
		  genl_uint(a->at[QUIC_OFFLOAD_A_FILTER_CID_LEN]));
	table_add(t, "%s", genl_uint(a->at[QUIC_OFFLOAD_A_FILTER_INSTALLED]) ?
		  "yes" : "no");
}

static void put_uint(json_object *o, const char *name,
		     const struct nlattr *attr)
{
	json_object_object_add(o, name, json_object_new_uint64(genl_uint(attr)));
}

static void put_text(json_object *o, const char *name, const char *text)
{
	json_object_object_add(o, name, json_object_new_string(text));
}

static void add_object(const struct genl_attrs *a, void *arg)
{
	const char *cid = cid_text(a->at[QUIC_OFFLOAD_A_FILTER_CID]);
	uint64_t in = genl_uint(a->at[QUIC_OFFLOAD_A_FILTER_INSTALLED]);
	json_object *o = json_object_new_object();

	put_text(o, "device", genl_str(a->at[QUIC_OFFLOAD_A_FILTER_IFNAME]));
	put_uint(o, "ifindex", a->at[QUIC_OFFLOAD_A_FILTER_IFINDEX]);
	put_uint(o, "dev_id", a->at[QUIC_OFFLOAD_A_FILTER_DEV_ID]);
	put_uint(o, "dir_id", a->at[QUIC_OFFLOAD_A_FILTER_DIR_ID]);
	if (cid)
		put_text(o, "cid", cid);
	put_uint(o, "cid_bytes", a->at[QUIC_OFFLOAD_A_FILTER_CID_LEN]);
	json_object_object_add(o, "installed", json_object_new_boolean(!!in));
	json_object_array_add(arg, o);
}

static struct nlmsghdr *build_request(struct genl *g, unsigned int ifindex)
{
	struct nlmsghdr *nlh = genl_request(g, QUIC_OFFLOAD_CMD_FILTER_GET,
					    true);

	if (ifindex)
		mnl_attr_put_u32(nlh, QUIC_OFFLOAD_A_FILTER_IFINDEX, ifindex);
	return nlh;
}

static int show_json(struct genl *g, unsigned int ifindex)
{
	json_object *all = json_object_new_array();
	int ret = genl_run(g, build_request(g, ifindex), add_object, all);

	if (!ret)
		puts(json_object_to_json_string_ext(all,
						    JSON_C_TO_STRING_PRETTY));
	json_object_put(all);
	return ret;
}

static int show_table(struct genl *g, unsigned int ifindex)
{
	struct table *t = table_new(heads);
	int ret = genl_run(g, build_request(g, ifindex), add_row, t);

	table_print(t);
	return ret;
}

int cmd_filter_show(const struct args *args)
{
	unsigned int ifindex;
	struct genl g;
	int i = 0, ret;

	if (args_dev(args, &i, &ifindex) || args_end(args, i))
		return EXIT_FAILED;
	ret = genl_open(&g, args->prog);
	if (!ret)
		ret = args->json ? show_json(&g, ifindex) :
				   show_table(&g, ifindex);
	genl_close(&g);
	return ret;
}
