// SPDX-License-Identifier: GPL-2.0-only
#include "fault.h"

#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uaccess.h>

static const char * const op_names[QNSIM_N_OPS] = {
	[QNSIM_OP_DIR_ADD] = "dir_add",
	[QNSIM_OP_KEY_ADD] = "key_add",
	[QNSIM_OP_FILTER_ADD] = "filter_add",
	[QNSIM_OP_FENCE] = "fence",
};

/**
 * qnsim_fault_init - set up a device whose operations work
 * @fault: to set up, zeroed
 */
void qnsim_fault_init(struct qnsim_fault *fault)
{
	spin_lock_init(&fault->lock);
}

/**
 * qnsim_fault_take - shall this call fail?
 * @fault: faults of the device
 * @op: operation that was called
 *
 * Context: any.
 * Return: 0, or the negative errno that a test asked for.
 */
int qnsim_fault_take(struct qnsim_fault *fault, enum qnsim_op op)
{
	int err = 0;

	spin_lock_bh(&fault->lock);
	if (fault->op[op].times) {
		fault->op[op].times--;
		fault->op[op].failed++;
		err = -(int)fault->op[op].errno_value;
	}
	spin_unlock_bh(&fault->lock);
	return err;
}

static int fail_op_show(struct seq_file *seq, void *unused)
{
	struct qnsim_fault *fault = seq->private;
	int op;

	spin_lock_bh(&fault->lock);
	for (op = 0; op < QNSIM_N_OPS; op++)
		seq_printf(seq, "%s errno %u times %u failed %llu\n",
			   op_names[op], fault->op[op].errno_value,
			   fault->op[op].times, fault->op[op].failed);
	spin_unlock_bh(&fault->lock);
	return 0;
}

static ssize_t fail_op_write(struct file *file, const char __user *buf,
			     size_t count, loff_t *ppos)
{
	struct qnsim_fault *fault = ((struct seq_file *)file->private_data)->private;
	u32 errno_value, times = 1;
	char text[48] = {};
	char name[16];
	int op;

	if (count >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, buf, count))
		return -EFAULT;
	if (sscanf(text, "%15s %u %u", name, &errno_value, &times) < 2)
		return -EINVAL;
	op = match_string(op_names, QNSIM_N_OPS, name);
	if (op < 0 || !errno_value || errno_value > MAX_ERRNO)
		return -EINVAL;

	spin_lock_bh(&fault->lock);
	fault->op[op].errno_value = errno_value;
	fault->op[op].times = times;
	spin_unlock_bh(&fault->lock);
	return count;
}
DEFINE_SHOW_STORE_ATTRIBUTE(fail_op);

/**
 * qnsim_fault_debugfs - create the knobs
 * @fault: faults of the device
 * @dir: debugfs directory of the port
 */
void qnsim_fault_debugfs(struct qnsim_fault *fault, struct dentry *dir)
{
	debugfs_create_bool("false_verdicts", 0600, dir,
			    &fault->false_verdicts);
	debugfs_create_file("fail_op", 0600, dir, fault, &fail_op_fops);
}
