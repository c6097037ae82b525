// SPDX-License-Identifier: GPL-2.0-only
#include "cmd.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>

#include "genl.h"
#include "names.h"

/*
 * Both answers, state and counters, are collected in one JSON object a
 * device; the text is made of that.
 */
struct collect {
	json_object *devs;
	unsigned int ifindex;	/* 0: all */
};

static void put_uint(json_object *o, const char *name, uint64_t value)
{
	json_object_object_add(o, name, json_object_new_uint64(value));
}

static void put_attr(json_object *o, const char *name,
		     const struct nlattr *attr)
{
	if (attr)
		put_uint(o, name, genl_uint(attr));
}

static void put_text(json_object *o, const char *name, const char *text)
{
	json_object_object_add(o, name, json_object_new_string(text));
}

static void put_bool(json_object *o, const char *name,
		     const struct nlattr *attr)
{
	json_object_object_add(o, name,
			       json_object_new_boolean(!!genl_uint(attr)));
}

static void put_bits(json_object *o, const char *name,
		     const struct nlattr *attr, const char *(*word)(uint64_t))
{
	json_object *list = json_object_new_array();
	uint64_t bits = genl_uint(attr), i;

	for (i = 0; i < 32; i++)
		if (bits >> i & 1)
			json_object_array_add(list,
					      json_object_new_string(word(i)));
	json_object_object_add(o, name, list);
}

static void put_lengths(json_object *o, const char *name,
			const struct nlattr *attr)
{
	json_object *list = json_object_new_array();
	uint64_t bits = genl_uint(attr);
	int i;

	for (i = 0; i < 32; i++)
		if (bits >> i & 1)
			json_object_array_add(list, json_object_new_int(i));
	json_object_object_add(o, name, list);
}

static void add_dev(const struct genl_attrs *a, void *arg)
{
	json_object *o = json_object_new_object();
	struct collect *c = arg;

	if (c->ifindex &&
	    genl_uint(a->at[QUIC_OFFLOAD_A_DEV_IFINDEX]) != c->ifindex) {
		json_object_put(o);
		return;
	}
	put_text(o, "device", genl_str(a->at[QUIC_OFFLOAD_A_DEV_IFNAME]));
	put_attr(o, "ifindex", a->at[QUIC_OFFLOAD_A_DEV_IFINDEX]);
	put_attr(o, "dev_id", a->at[QUIC_OFFLOAD_A_DEV_ID]);
	put_bool(o, "enabled", a->at[QUIC_OFFLOAD_A_DEV_ENABLED]);
	put_bool(o, "up", a->at[QUIC_OFFLOAD_A_DEV_UP]);
	put_bool(o, "dead", a->at[QUIC_OFFLOAD_A_DEV_DEAD]);
	put_bool(o, "tapped_offload",
		 a->at[QUIC_OFFLOAD_A_DEV_TAPPED_OFFLOAD]);
	put_bits(o, "features", a->at[QUIC_OFFLOAD_A_DEV_FEATURES],
		 name_feature);
	put_bits(o, "tx_ciphers", a->at[QUIC_OFFLOAD_A_DEV_TX_CIPHERS],
		 name_cipher);
	put_bits(o, "rx_ciphers", a->at[QUIC_OFFLOAD_A_DEV_RX_CIPHERS],
		 name_cipher);
	put_lengths(o, "cid_bytes", a->at[QUIC_OFFLOAD_A_DEV_CID_LENS]);
	put_lengths(o, "pn_bytes", a->at[QUIC_OFFLOAD_A_DEV_PN_LENS]);
	put_attr(o, "tx_keys", a->at[QUIC_OFFLOAD_A_DEV_TX_KEYS]);
	put_attr(o, "max_tx_keys", a->at[QUIC_OFFLOAD_A_DEV_MAX_TX_KEYS]);
	put_attr(o, "rx_keys", a->at[QUIC_OFFLOAD_A_DEV_RX_KEYS]);
	put_attr(o, "max_rx_keys", a->at[QUIC_OFFLOAD_A_DEV_MAX_RX_KEYS]);
	put_attr(o, "filters", a->at[QUIC_OFFLOAD_A_DEV_FILTERS]);
	put_attr(o, "max_filters", a->at[QUIC_OFFLOAD_A_DEV_MAX_FILTERS]);
	json_object_array_add(c->devs, o);
}

static uint64_t get_uint(json_object *o, const char *name)
{
	json_object *value;

	return json_object_object_get_ex(o, name, &value) ?
	       json_object_get_uint64(value) : 0;
}

static const char *get_text(json_object *o, const char *name)
{
	json_object *value;

	return json_object_object_get_ex(o, name, &value) ?
	       json_object_get_string(value) : "";
}

static json_object *find_dev(json_object *devs, uint64_t id)
{
	size_t i;

	for (i = 0; i < json_object_array_length(devs); i++) {
		json_object *o = json_object_array_get_idx(devs, i);

		if (get_uint(o, "dev_id") == id)
			return o;
	}
	return NULL;
}

/* A counter per reason, and their sum. */
struct by_reason {
	json_object *reasons;
	uint64_t sum;
};

static void add_reason(struct by_reason *b, const struct nlattr *nest)
{
	struct genl_attrs a;
	uint64_t n;

	genl_nested(nest, &a);
	n = genl_uint(a.at[QUIC_OFFLOAD_A_BY_REASON_PKTS]);
	put_uint(b->reasons,
		 name_reason(genl_uint(a.at[QUIC_OFFLOAD_A_BY_REASON_REASON])),
		 n);
	b->sum += n;
}

struct stats {
	struct by_reason sealed;
	struct by_reason opened;
	json_object *counters;
};

/* The nests that come more than once. */
static int walk_stats(const struct nlattr *attr, void *arg)
{
	struct stats *st = arg;
	struct genl_attrs a;

	switch (mnl_attr_get_type(attr)) {
	case QUIC_OFFLOAD_A_STATS_SW_SEALED:
		add_reason(&st->sealed, attr);
		break;
	case QUIC_OFFLOAD_A_STATS_SW_OPENED:
		add_reason(&st->opened, attr);
		break;
	case QUIC_OFFLOAD_A_STATS_COUNTERS:
		genl_nested(attr, &a);
		put_uint(st->counters,
			 name_stat(genl_uint(a.at[QUIC_OFFLOAD_A_COUNTER_STAT])),
			 genl_uint(a.at[QUIC_OFFLOAD_A_COUNTER_VALUE]));
		break;
	}
	return MNL_CB_OK;
}

static void put_software(json_object *o, const char *sum, const char *why,
			 struct by_reason *b)
{
	put_uint(o, sum, b->sum);
	json_object_object_add(o, why, b->reasons);
}

static void add_stats(const struct genl_attrs *a, void *arg)
{
	struct collect *c = arg;
	struct stats st = {};
	json_object *o;

	o = find_dev(c->devs, genl_uint(a->at[QUIC_OFFLOAD_A_STATS_DEV_ID]));
	if (!o)
		return;
	st.sealed.reasons = json_object_new_object();
	st.opened.reasons = json_object_new_object();
	st.counters = json_object_new_object();
	genl_each(a, walk_stats, &st);
	put_attr(o, "device_sealed_pkts",
		 a->at[QUIC_OFFLOAD_A_STATS_DEV_SEALED_PKTS]);
	put_attr(o, "device_opened_pkts",
		 a->at[QUIC_OFFLOAD_A_STATS_DEV_OPENED_PKTS]);
	put_software(o, "software_sealed_pkts", "software_sealed_why",
		     &st.sealed);
	put_software(o, "software_opened_pkts", "software_opened_why",
		     &st.opened);
	json_object_object_add(o, "counters", st.counters);
}

/* ---- text ---------------------------------------------------------------- */

static void print_list(json_object *o, const char *label, const char *name)
{
	json_object *list;
	size_t i;

	if (!json_object_object_get_ex(o, name, &list))
		return;
	printf("  %-12s", label);
	for (i = 0; i < json_object_array_length(list); i++)
		printf(" %s", json_object_get_string(
			       json_object_array_get_idx(list, i)));
	putchar('\n');
}

static void print_why(json_object *o, const char *name)
{
	const char *open = " (", *comma = "";
	json_object *why;

	if (!json_object_object_get_ex(o, name, &why) ||
	    !json_object_object_length(why))
		return;
	json_object_object_foreach(why, reason, pkts) {
		printf("%s%s%s %" PRIu64, open, comma, reason,
		       json_object_get_uint64(pkts));
		open = "";
		comma = ", ";
	}
	putchar(')');
}

/* Counters that are not zero. */
static void print_counters(json_object *o)
{
	json_object *counters;
	bool any = false;

	if (!json_object_object_get_ex(o, "counters", &counters))
		return;
	json_object_object_foreach(counters, name, value) {
		uint64_t n = json_object_get_uint64(value);

		if (!n)
			continue;
		if (!any)
			printf("  %-12s", "events");
		printf(" %s %" PRIu64, name, n);
		any = true;
	}
	if (any)
		putchar('\n');
}

static void print_dev(json_object *o)
{
	printf("%s: offload %s%s, interface %s%s\n", get_text(o, "device"),
	       get_uint(o, "enabled") ? "on" : "off",
	       get_uint(o, "tapped_offload") ? "" : " (not while tapped)",
	       get_uint(o, "up") ? "up" : "down",
	       get_uint(o, "dead") ? ", out of use: a fence failed" : "");
	printf("  %-12s tx %" PRIu64 " of %" PRIu64 ", rx %" PRIu64
	       " of %" PRIu64 ", filters %" PRIu64 " of %" PRIu64 "\n", "keys",
	       get_uint(o, "tx_keys"), get_uint(o, "max_tx_keys"),
	       get_uint(o, "rx_keys"), get_uint(o, "max_rx_keys"),
	       get_uint(o, "filters"), get_uint(o, "max_filters"));
	printf("  %-12s sealed %" PRIu64 " pkts, opened %" PRIu64 " pkts\n",
	       "device", get_uint(o, "device_sealed_pkts"),
	       get_uint(o, "device_opened_pkts"));
	printf("  %-12s sealed %" PRIu64 " pkts", "software",
	       get_uint(o, "software_sealed_pkts"));
	print_why(o, "software_sealed_why");
	printf(", opened %" PRIu64 " pkts",
	       get_uint(o, "software_opened_pkts"));
	print_why(o, "software_opened_why");
	putchar('\n');
	print_counters(o);
	print_list(o, "features", "features");
	print_list(o, "tx ciphers", "tx_ciphers");
	print_list(o, "rx ciphers", "rx_ciphers");
}

static void print_devs(const struct args *args, json_object *devs)
{
	size_t i, n = json_object_array_length(devs);

	if (args->json) {
		puts(json_object_to_json_string_ext(devs,
						    JSON_C_TO_STRING_PRETTY));
		return;
	}
	if (!n)
		puts("No device has QUIC offload.");
	for (i = 0; i < n; i++)
		print_dev(json_object_array_get_idx(devs, i));
}

static int collect(struct genl *g, struct collect *c)
{
	int ret;

	ret = genl_run(g, genl_request(g, QUIC_OFFLOAD_CMD_DEV_GET, true),
		       add_dev, c);
	if (ret)
		return ret;
	return genl_run(g, genl_request(g, QUIC_OFFLOAD_CMD_STATS_GET, true),
			add_stats, c);
}

/* One device is asked for by itself, for the kernel's word on a wrong one. */
static int probe_dev(struct genl *g, unsigned int ifindex)
{
	struct nlmsghdr *nlh;

	if (!ifindex)
		return EXIT_DONE;
	nlh = genl_request(g, QUIC_OFFLOAD_CMD_DEV_GET, false);
	mnl_attr_put_u32(nlh, QUIC_OFFLOAD_A_DEV_IFINDEX, ifindex);
	return genl_run(g, nlh, NULL, NULL);
}

int cmd_dev_show(const struct args *args)
{
	struct collect c = {};
	struct genl g;
	int i = 0, ret;

	if (args_dev(args, &i, &c.ifindex) || args_end(args, i))
		return EXIT_FAILED;
	ret = genl_open(&g, args->prog);
	if (!ret)
		ret = probe_dev(&g, c.ifindex);
	c.devs = json_object_new_array();
	if (!ret)
		ret = collect(&g, &c);
	if (!ret)
		print_devs(args, c.devs);
	json_object_put(c.devs);
	genl_close(&g);
	return ret;
}
