// SPDX-License-Identifier: GPL-2.0-only
#include "cmd.h"

#include <stdio.h>
#include <string.h>

#include "genl.h"

static void print_usage(const char *prog)
{
	fprintf(stderr, "%s: dev set DEV [tapped-offload] on|off\n", prog);
}

static int parse_switch(const struct args *args, int i, uint8_t *on)
{
	const char *word = i < args->n ? args->word[i] : "";

	if (!strcmp(word, "on")) {
		*on = 1;
		return 0;
	}
	if (!strcmp(word, "off")) {
		*on = 0;
		return 0;
	}
	print_usage(args->prog);
	return -1;
}

/* Moves *i behind the name of what is switched. Return: its attribute. */
static uint16_t parse_what(const struct args *args, int *i)
{
	if (*i < args->n && !strcmp(args->word[*i], "tapped-offload")) {
		(*i)++;
		return QUIC_OFFLOAD_A_DEV_TAPPED_OFFLOAD;
	}
	return QUIC_OFFLOAD_A_DEV_ENABLED;
}

int cmd_dev_set(const struct args *args)
{
	unsigned int ifindex;
	struct nlmsghdr *nlh;
	struct genl g;
	uint16_t what;
	uint8_t on;
	int i = 0, ret;

	if (args_dev(args, &i, &ifindex))
		return EXIT_FAILED;
	if (!ifindex) {
		print_usage(args->prog);
		return EXIT_FAILED;
	}
	what = parse_what(args, &i);
	if (parse_switch(args, i++, &on))
		return EXIT_FAILED;
	if (args_end(args, i))
		return EXIT_FAILED;

	ret = genl_open(&g, args->prog);
	if (!ret) {
		nlh = genl_request(&g, QUIC_OFFLOAD_CMD_DEV_SET, false);
		mnl_attr_put_u32(nlh, QUIC_OFFLOAD_A_DEV_IFINDEX, ifindex);
		mnl_attr_put_u8(nlh, what, on);
		ret = genl_run(&g, nlh, NULL, NULL);
	}
	genl_close(&g);
	return ret;
}
