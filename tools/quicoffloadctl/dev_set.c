// SPDX-License-Identifier: GPL-2.0-only
#include "cmd.h"

#include <stdio.h>
#include <string.h>

#include "genl.h"

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
	fprintf(stderr, "%s: dev set DEV on|off\n", args->prog);
	return -1;
}

int cmd_dev_set(const struct args *args)
{
	unsigned int ifindex;
	struct nlmsghdr *nlh;
	struct genl g;
	uint8_t on;
	int i = 0, ret;

	if (args_dev(args, &i, &ifindex))
		return EXIT_FAILED;
	if (!ifindex || parse_switch(args, i++, &on)) {
		if (!ifindex)
			fprintf(stderr, "%s: dev set DEV on|off\n", args->prog);
		return EXIT_FAILED;
	}
	if (args_end(args, i))
		return EXIT_FAILED;

	ret = genl_open(&g, args->prog);
	if (!ret) {
		nlh = genl_request(&g, QUIC_OFFLOAD_CMD_DEV_SET, false);
		mnl_attr_put_u32(nlh, QUIC_OFFLOAD_A_DEV_IFINDEX, ifindex);
		mnl_attr_put_u8(nlh, QUIC_OFFLOAD_A_DEV_ENABLED, on);
		ret = genl_run(&g, nlh, NULL, NULL);
	}
	genl_close(&g);
	return ret;
}
