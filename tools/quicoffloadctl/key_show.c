// SPDX-License-Identifier: GPL-2.0-only
#include "cmd.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>

#include "genl.h"
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

static void add_row(const struct genl_attrs *a, void *arg)
{
	const struct nlattr *state = a->at[QUIC_OFFLOAD_A_KEY_STATE];
	struct table *t = arg;

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

static void put_uint(json_object *o, const char *name,
		     const struct nlattr *attr)
{
	if (attr)
		json_object_object_add(o, name,
				       json_object_new_uint64(genl_uint(attr)));
}

static void put_text(json_object *o, const char *name, const char *text)
{
	json_object_object_add(o, name, json_object_new_string(text));
}

static void add_object(const struct genl_attrs *a, void *arg)
{
	const struct nlattr *state = a->at[QUIC_OFFLOAD_A_KEY_STATE];
	const char *text = genl_str(a->at[QUIC_OFFLOAD_A_KEY_MESSAGE]);
	json_object *o = json_object_new_object();

	put_text(o, "device", genl_str(a->at[QUIC_OFFLOAD_A_KEY_IFNAME]));
	put_uint(o, "ifindex", a->at[QUIC_OFFLOAD_A_KEY_IFINDEX]);
	put_uint(o, "dev_id", a->at[QUIC_OFFLOAD_A_KEY_DEV_ID]);
	put_uint(o, "dir_id", a->at[QUIC_OFFLOAD_A_KEY_DIR_ID]);
	put_text(o, "direction",
		 name_way(genl_uint(a->at[QUIC_OFFLOAD_A_KEY_WAY])));
	put_uint(o, "generation", a->at[QUIC_OFFLOAD_A_KEY_GENERATION]);
	put_text(o, "cipher",
		 name_cipher(genl_uint(a->at[QUIC_OFFLOAD_A_KEY_CIPHER])));
	if (state)
		put_text(o, "state", name_state(genl_uint(state)));
	put_text(o, "reason",
		 name_reason(genl_uint(a->at[QUIC_OFFLOAD_A_KEY_REASON])));
	if (*text)
		put_text(o, "message", text);
	put_uint(o, "device_pkts", a->at[QUIC_OFFLOAD_A_KEY_DEV_PKTS]);
	put_uint(o, "software_pkts", a->at[QUIC_OFFLOAD_A_KEY_SW_PKTS]);
	put_uint(o, "rejected_pkts", a->at[QUIC_OFFLOAD_A_KEY_REJECTED_PKTS]);
	put_uint(o, "pn_max", a->at[QUIC_OFFLOAD_A_KEY_PN_MAX]);
	put_uint(o, "in_flight", a->at[QUIC_OFFLOAD_A_KEY_IN_FLIGHT]);
	json_object_array_add(arg, o);
}

static struct nlmsghdr *build_request(struct genl *g, unsigned int ifindex)
{
	struct nlmsghdr *nlh = genl_request(g, QUIC_OFFLOAD_CMD_KEY_GET, true);

	if (ifindex)
		mnl_attr_put_u32(nlh, QUIC_OFFLOAD_A_KEY_IFINDEX, ifindex);
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

int cmd_key_show(const struct args *args)
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
