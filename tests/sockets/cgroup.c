// SPDX-License-Identifier: GPL-2.0-only
/* sock-cgroup attach|detach egress|connect4 0|1 DIR: a BPF program of a cgroup that says no (0) or yes (1) to everything. */
#include <err.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/bpf.h>

static int bpf(int cmd, union bpf_attr *attr)
{
	return syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

static int load(int type, int attach_type, int verdict)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0,
		  .imm = verdict },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = {
		.prog_type = type,
		.expected_attach_type = attach_type,
		.insns = (uintptr_t)insns,
		.insn_cnt = 2,
		.license = (uintptr_t)"GPL",
	};

	return bpf(BPF_PROG_LOAD, &attr);
}

int main(int argc, char **argv)
{
	bool attach, egress;
	union bpf_attr attr = {};

	if (argc != 5)
		errx(2, "usage: attach|detach egress|connect4 0|1 DIR");
	attach = !strcmp(argv[1], "attach");
	egress = !strcmp(argv[2], "egress");
	attr.attach_type = egress ? BPF_CGROUP_INET_EGRESS :
				    BPF_CGROUP_INET4_CONNECT;
	attr.target_fd = open(argv[4], O_RDONLY | O_DIRECTORY);
	if ((int)attr.target_fd < 0)
		err(1, "%s", argv[4]);
	if (attach) {
		attr.attach_bpf_fd = load(egress ? BPF_PROG_TYPE_CGROUP_SKB :
					  BPF_PROG_TYPE_CGROUP_SOCK_ADDR,
					  attr.attach_type, atoi(argv[3]));
		if ((int)attr.attach_bpf_fd < 0)
			err(1, "load");
	}
	if (bpf(attach ? BPF_PROG_ATTACH : BPF_PROG_DETACH, &attr))
		err(1, "%s", argv[1]);
	return 0;
}
