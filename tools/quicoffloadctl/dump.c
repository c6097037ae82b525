// SPDX-License-Identifier: GPL-2.0-only
#include "dump.h"

#include <stdio.h>

#include "cmd.h"
#include "table.h"

struct walk {
	const struct dump *dump;
	struct table *table;
	json_object *array;
};

void dump_uint(json_object *o, const char *name, const struct nlattr *attr)
{
	if (attr)
		json_object_object_add(o, name,
				       json_object_new_uint64(genl_uint(attr)));
}

void dump_text(json_object *o, const char *name, const char *text)
{
	json_object_object_add(o, name, json_object_new_string(text));
}

static void add_row(const struct genl_attrs *a, void *arg)
{
	struct walk *walk = arg;

	walk->dump->add_row(a, walk->table);
}

static void add_object(const struct genl_attrs *a, void *arg)
{
	json_object *o = json_object_new_object();
	struct walk *walk = arg;

	walk->dump->fill(a, o);
	json_object_array_add(walk->array, o);
}

static struct nlmsghdr *build_request(struct genl *g, const struct dump *dump,
				      unsigned int ifindex)
{
	struct nlmsghdr *nlh = genl_request(g, dump->cmd, true);

	if (ifindex)
		mnl_attr_put_u32(nlh, dump->ifindex_attr, ifindex);
	return nlh;
}

static int show_json(struct genl *g, struct walk *walk, unsigned int ifindex)
{
	int ret;

	walk->array = json_object_new_array();
	ret = genl_run(g, build_request(g, walk->dump, ifindex), add_object,
		       walk);
	if (!ret)
		puts(json_object_to_json_string_ext(walk->array,
						    JSON_C_TO_STRING_PRETTY));
	json_object_put(walk->array);
	return ret;
}

static int show_table(struct genl *g, struct walk *walk, unsigned int ifindex)
{
	int ret;

	walk->table = table_new(walk->dump->heads);
	ret = genl_run(g, build_request(g, walk->dump, ifindex), add_row, walk);
	if (!ret)
		table_print(walk->table);
	table_free(walk->table);
	return ret;
}

int dump_show(const struct dump *dump, const struct args *args)
{
	struct walk walk = { .dump = dump };
	unsigned int ifindex;
	struct genl g;
	int i = 0, ret;

	if (args_dev(args, &i, &ifindex) || args_end(args, i))
		return EXIT_FAILED;
	ret = genl_open(&g, args->prog);
	if (!ret)
		ret = args->json ? show_json(&g, &walk, ifindex) :
				   show_table(&g, &walk, ifindex);
	genl_close(&g);
	return ret;
}
