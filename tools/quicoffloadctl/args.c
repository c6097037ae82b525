// SPDX-License-Identifier: GPL-2.0-only
#include "args.h"

#include <net/if.h>
#include <stdio.h>
#include <string.h>

int args_dev(const struct args *args, int *i, unsigned int *ifindex)
{
	*ifindex = 0;
	if (*i < args->n && !strcmp(args->word[*i], "dev")) {
		(*i)++;
		if (*i == args->n) {
			fprintf(stderr, "%s: dev: which device?\n", args->prog);
			return -1;
		}
	}
	if (*i == args->n)
		return 0;
	*ifindex = if_nametoindex(args->word[*i]);
	if (!*ifindex) {
		fprintf(stderr, "%s: %s: no such device\n", args->prog,
			args->word[*i]);
		return -1;
	}
	(*i)++;
	return 0;
}

int args_end(const struct args *args, int i)
{
	if (i == args->n)
		return 0;
	fprintf(stderr, "%s: what is '%s'? Try --help.\n", args->prog,
		args->word[i]);
	return -1;
}
