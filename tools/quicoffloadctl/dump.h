/* SPDX-License-Identifier: GPL-2.0-only */
/* Objects that the kernel lists, as a table or as JSON. */
#ifndef QOCTL_DUMP_H
#define QOCTL_DUMP_H

#include <json-c/json.h>
#include <stdint.h>

#include "args.h"
#include "genl.h"

struct table;

/* A kind of object. */
struct dump {
	uint8_t cmd;			/* QUIC_OFFLOAD_CMD_*_GET */
	uint16_t ifindex_attr;		/* its attribute that names a device */
	const char *const *heads;	/* see table_new() */
	void (*add_row)(const struct genl_attrs *a, struct table *t);
	void (*fill)(const struct genl_attrs *a, json_object *o);
};

/* A verb "show [DEV]". Return: an exit status; an error was printed. */
int dump_show(const struct dump *dump, const struct args *args);

/* Members of a JSON object; a number that the kernel did not tell is left out. */
void dump_uint(json_object *o, const char *name, const struct nlattr *attr);
void dump_text(json_object *o, const char *name, const char *text);

#endif
