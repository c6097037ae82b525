/* SPDX-License-Identifier: GPL-2.0-only */
/* Command line, as the verbs need it. */
#ifndef QOCTL_ARGS_H
#define QOCTL_ARGS_H

#include <stdbool.h>

/* What follows the verb, options taken out. */
struct args {
	const char *prog;
	bool json;
	int n;
	char **word;
};

/*
 * The optional "[dev] DEVICE" at args->word[*i]; moves *i behind it.
 * *ifindex is 0 without one. Return: 0, or -1 after an error was printed.
 */
int args_dev(const struct args *args, int *i, unsigned int *ifindex);

/* Complains of what is left at args->word[i]. Return: 0 if nothing is, or -1. */
int args_end(const struct args *args, int i);

#endif
