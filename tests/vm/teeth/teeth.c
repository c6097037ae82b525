// SPDX-License-Identifier: GPL-2.0-only
/*
 * A module that misbehaves on request. The harness has to notice: `bite` loads
 * it in a guest and wants that guest red, for the right reason.
 */
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

static char *bite = "";
module_param(bite, charp, 0);
MODULE_PARM_DESC(bite, "warn, leak, lockdep, oob, sleep or pin");

static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);

struct teeth_action {
	const char *name;
	void (*run)(void);
};

static void bite_warn(void)
{
	WARN(1, "teeth: a warning on request\n");
}

static void bite_leak(void)
{
	u8 *lost = kmalloc(128, GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(lost);
}

static void bite_lockdep(void)
{
	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);
	mutex_lock(&second);
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&second);
}

static void bite_oob(void)
{
	u8 *block = kmalloc(64, GFP_KERNEL);
	unsigned int past = 64;

	if (!block)
		return;
	OPTIMIZER_HIDE_VAR(past);
	WRITE_ONCE(block[past], 1);
	kfree(block);
}

static void bite_sleep(void)
{
	rcu_read_lock();
	might_sleep();
	rcu_read_unlock();
}

static void bite_pin(void)
{
	__module_get(THIS_MODULE);
}

static const struct teeth_action actions[] = {
	{ "warn", bite_warn },
	{ "leak", bite_leak },
	{ "lockdep", bite_lockdep },
	{ "oob", bite_oob },
	{ "sleep", bite_sleep },
	{ "pin", bite_pin },
};

static int __init teeth_init(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(actions); i++) {
		if (strcmp(bite, actions[i].name))
			continue;
		actions[i].run();
		return 0;
	}
	return -EINVAL;
}

static void __exit teeth_exit(void)
{
}

module_init(teeth_init);
module_exit(teeth_exit);
MODULE_DESCRIPTION("Proof that the test harness sees what it must see");
MODULE_LICENSE("GPL");
