// SPDX-License-Identifier: GPL-2.0-only
#include <linux/module.h>

#include "dev.h"
#include "flow.h"
#include "nl.h"

static int __init quic_offload_init(void)
{
	int err;

	err = quic_offload_flow_init();
	if (err)
		return err;
	err = quic_offload_nl_init();
	if (err)
		goto err_flow;
	err = quic_offload_dev_init();
	if (err)
		goto err_nl;
	return 0;

err_nl:
	quic_offload_nl_exit();
err_flow:
	quic_offload_flow_exit();
	return err;
}

/* Drivers and the stack hold references to the module while they use it. */
static void __exit quic_offload_exit(void)
{
	quic_offload_dev_exit();
	quic_offload_nl_exit();
	/* a burst may have ended in softirq just now */
	synchronize_rcu();
	quic_offload_flow_exit();
	rcu_barrier();
}

module_init(quic_offload_init);
module_exit(quic_offload_exit);
MODULE_DESCRIPTION("QUIC packet protection in network devices");
MODULE_LICENSE("GPL");
