/* SPDX-License-Identifier: GPL-2.0-only */
/* Device operations that fail because a test asked for it. */
#ifndef QNSIM_FAULT_H
#define QNSIM_FAULT_H

#include <linux/spinlock.h>
#include <linux/types.h>

struct dentry;

enum qnsim_op {
	QNSIM_OP_DIR_ADD,
	QNSIM_OP_KEY_ADD,
	QNSIM_OP_FILTER_ADD,
	QNSIM_OP_FENCE,
	QNSIM_N_OPS
};

struct qnsim_fault {
	spinlock_t lock;		/* guards op[] */
	struct {
		u32 errno_value;
		u32 times;		/* that the next calls still fail */
		u64 failed;
	} op[QNSIM_N_OPS];
	bool false_verdicts;		/* name another generation */
};

void qnsim_fault_init(struct qnsim_fault *fault);
void qnsim_fault_debugfs(struct qnsim_fault *fault, struct dentry *dir);
int qnsim_fault_take(struct qnsim_fault *fault, enum qnsim_op op);

#endif
