/* SPDX-License-Identifier: GPL-2.0-only */
/* Subcommands and how the program ends. */
#ifndef QOCTL_CMD_H
#define QOCTL_CMD_H

#include "args.h"

enum {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_NO_MODULE = 2,	/* the kernel does not know the family */
};

/* Each returns an exit status and has said what went wrong. */
int cmd_dev_show(const struct args *args);
int cmd_dev_set(const struct args *args);
int cmd_key_show(const struct args *args);
int cmd_filter_show(const struct args *args);

#endif
