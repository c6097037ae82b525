// SPDX-License-Identifier: GPL-2.0-only
#include "flow.h"

#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/netlink.h>
#include <linux/rculist.h>
#include <linux/slab.h>

#include "dev.h"
#include "nl.h"

#define FENCE_TIMEOUT	(2 * HZ)
#define RETRY_DELAY	(HZ / 10)
#define RETRIES_MAX	20
/* A dropped transmit key waits that long for packets that name it. */
#define LINGER		HZ
/* A direction that lost packets has software that long. */
#define DISTRUST	(60 * HZ)
/* Nobody tells when a capture ends. */
#define TAP_POLL	HZ

static struct workqueue_struct *flow_wq;

/* ---- states --------------------------------------------------------------- */

static const u8 next_states[] = {
	[QUIC_OFFLOAD_KEY_ABSENT] = BIT(QUIC_OFFLOAD_KEY_INSTALLING),
	[QUIC_OFFLOAD_KEY_INSTALLING] = BIT(QUIC_OFFLOAD_KEY_READY) |
					BIT(QUIC_OFFLOAD_KEY_ABSENT),
	[QUIC_OFFLOAD_KEY_READY] = BIT(QUIC_OFFLOAD_KEY_STOPPING),
	[QUIC_OFFLOAD_KEY_STOPPING] = BIT(QUIC_OFFLOAD_KEY_FENCED),
	[QUIC_OFFLOAD_KEY_FENCED] = BIT(QUIC_OFFLOAD_KEY_ABSENT),
};

/* The one place that moves a key or a filter. */
static void set_state(const struct quic_offload_dev *qdev, int *state, int to)
{
	lockdep_assert_held(&qdev->lock);
	if (WARN_ON_ONCE(!(next_states[*state] & BIT(to))))
		return;
	/* pairs with quic_offload_key_ready() */
	smp_store_release(state, to);
}

static bool in_device(int state)
{
	return state == QUIC_OFFLOAD_KEY_INSTALLING ||
	       state == QUIC_OFFLOAD_KEY_READY ||
	       state == QUIC_OFFLOAD_KEY_STOPPING;
}

/* Why software does it now, and the driver's words; @words may be NULL. */
static void set_reason(struct quic_offload_dir *dir, u8 reason,
		       const char *words)
{
	lockdep_assert_held(&dir->qdev->lock);
	strscpy(dir->message, words ?: "", sizeof(dir->message));
	if (READ_ONCE(dir->reason) == reason)
		return;
	WRITE_ONCE(dir->reason, reason);
	if (dir->qdev->registered)
		quic_offload_nl_fallback(dir);
}

static u8 reason_of(int err)
{
	switch (err) {
	case -ENOSPC:
		return QUIC_OFFLOAD_REASON_FULL;
	case -EOPNOTSUPP:
		return QUIC_OFFLOAD_REASON_REFUSED;
	case -ENETDOWN:
		return QUIC_OFFLOAD_REASON_DOWN;
	case -EAGAIN:
	case -EBUSY:
		return QUIC_OFFLOAD_REASON_PENDING;
	default:
		return QUIC_OFFLOAD_REASON_FAILED;
	}
}

static u8 unusable_reason(const struct quic_offload_dev *qdev)
{
	if (qdev->dead)
		return QUIC_OFFLOAD_REASON_DEAD;
	if (!qdev->registered || !READ_ONCE(qdev->up))
		return QUIC_OFFLOAD_REASON_DOWN;
	return QUIC_OFFLOAD_REASON_OFF;
}

/* ---- references ------------------------------------------------------------- */

/* In process context, and last: the module may go as soon as this is over. */
static void free_dir(struct work_struct *work)
{
	struct quic_offload_dir *dir = container_of(work,
						    struct quic_offload_dir,
						    free_work);

	quic_offload_dev_put(dir->qdev);
	kfree_sensitive(dir);
	module_put(THIS_MODULE);
}

static void dir_put(struct quic_offload_dir *dir)
{
	if (refcount_dec_and_test(&dir->ref))
		queue_work(flow_wq, &dir->free_work);
}

/**
 * quic_offload_key_put - give a reference back
 * @key: key
 *
 * Context: any.
 */
void quic_offload_key_put(struct quic_offload_key *key)
{
	struct quic_offload_dir *dir = key->dir;

	if (!refcount_dec_and_test(&key->ref))
		return;
	kfree_sensitive(key);
	dir_put(dir);
}
EXPORT_SYMBOL_GPL(quic_offload_key_put);

void quic_offload_flow_kick(struct quic_offload_dir *dir, unsigned long delay)
{
	bool pending;

	refcount_inc(&dir->ref);
	/* later never takes the place of now */
	if (delay)
		pending = !queue_delayed_work(flow_wq, &dir->work, delay);
	else
		pending = mod_delayed_work(flow_wq, &dir->work, 0);
	if (pending)
		dir_put(dir);
}

/* ---- putting in ------------------------------------------------------------- */

static void install_failed(struct quic_offload_dir *dir, int err,
			   const char *words, bool *failed)
{
	quic_offload_dev_count(dir->qdev, QUIC_OFFLOAD_STAT_INSTALL_ERRORS, 1);
	set_reason(dir, reason_of(err), words);
	/* the core asks for nothing that makes no sense */
	WARN_ON_ONCE(err == -EINVAL);
	switch (err) {
	case -ENOSPC:		/* again when something is freed */
		return;
	case -EAGAIN:
	case -EBUSY:
		if (dir->retry++ < RETRIES_MAX) {
			quic_offload_flow_kick(dir, RETRY_DELAY);
			return;
		}
		break;
	}
	*failed = true;
}

static bool install_dir(struct quic_offload_dir *dir)
{
	struct quic_offload_dev *qdev = dir->qdev;
	struct netlink_ext_ack extack = {};
	int err;

	if (dir->installed || dir->failed)
		return dir->installed;
	err = qdev->ops->dir_add(qdev, dir, &extack);
	if (err) {
		install_failed(dir, err, extack._msg, &dir->failed);
		return false;
	}
	dir->installed = true;
	return true;
}

/* Does an older generation still hold the slot that @key would take? */
static bool slot_taken(const struct quic_offload_dir *dir,
		       const struct quic_offload_key *key)
{
	u32 slots = dir->qdev->caps.slots_per_dir;
	const struct quic_offload_key *other;

	list_for_each_entry(other, &dir->keys, list)
		if (in_device(other->state) &&
		    other->generation % slots == key->generation % slots)
			return true;
	return false;
}

/* Next key to install, with a reference. */
static struct quic_offload_key *next_absent(struct quic_offload_dir *dir)
{
	struct quic_offload_key *key, *found = NULL;

	spin_lock_bh(&dir->lock);
	list_for_each_entry(key, &dir->keys, list) {
		if (!key->wanted || key->doomed ||
		    key->state != QUIC_OFFLOAD_KEY_ABSENT ||
		    slot_taken(dir, key))
			continue;
		found = key;
		refcount_inc(&found->ref);
		break;
	}
	spin_unlock_bh(&dir->lock);
	return found;
}

static u32 max_keys(const struct quic_offload_dev *qdev, u8 way)
{
	return way == QUIC_OFFLOAD_TX ? qdev->caps.max_tx_keys :
					qdev->caps.max_rx_keys;
}

/* Generations whose verdicts are believed; read by quic_offload_rx_accept(). */
static void note_generation(struct quic_offload_dir *dir, u32 generation)
{
	if (generation < dir->gen_min)
		WRITE_ONCE(dir->gen_min, generation);
	if (generation > dir->gen_max)
		WRITE_ONCE(dir->gen_max, generation);
}

static int install_key(struct quic_offload_dir *dir,
		       struct quic_offload_key *key,
		       struct netlink_ext_ack *extack)
{
	struct quic_offload_dev *qdev = dir->qdev;
	int err;

	if (qdev->n_keys[dir->way] >= max_keys(qdev, dir->way)) {
		NL_SET_ERR_MSG(extack, "all key slots of the device are taken");
		return -ENOSPC;
	}
	/* before a verdict can name it */
	note_generation(dir, key->generation);
	set_state(qdev, &key->state, QUIC_OFFLOAD_KEY_INSTALLING);
	err = qdev->ops->key_add(qdev, dir, key, extack);
	if (err) {
		set_state(qdev, &key->state, QUIC_OFFLOAD_KEY_ABSENT);
		return err;
	}
	qdev->n_keys[dir->way]++;
	set_state(qdev, &key->state, QUIC_OFFLOAD_KEY_READY);
	quic_offload_dev_count(qdev, QUIC_OFFLOAD_STAT_INSTALLS, 1);
	return 0;
}

static void give_up_key(struct quic_offload_dir *dir,
			struct quic_offload_key *key)
{
	spin_lock_bh(&dir->lock);
	key->wanted = false;
	spin_unlock_bh(&dir->lock);
}

static void install_keys(struct quic_offload_dir *dir)
{
	struct quic_offload_key *key;

	while ((key = next_absent(dir))) {
		struct netlink_ext_ack extack = {};
		bool failed = false;
		int err = install_key(dir, key, &extack);

		if (err)
			install_failed(dir, err, extack._msg, &failed);
		else
			set_reason(dir, QUIC_OFFLOAD_REASON_NONE, NULL);
		if (failed)
			give_up_key(dir, key);
		quic_offload_key_put(key);
		if (err && !failed)
			return;
	}
}

static struct quic_offload_filter *next_filter(struct quic_offload_dir *dir)
{
	struct quic_offload_filter *f, *found = NULL;

	spin_lock_bh(&dir->lock);
	list_for_each_entry(f, &dir->filters, list) {
		if (f->state != QUIC_OFFLOAD_KEY_ABSENT || f->failed ||
		    f->doomed)
			continue;
		found = f;
		break;
	}
	spin_unlock_bh(&dir->lock);
	return found;
}

static int install_filter(struct quic_offload_dir *dir,
			  struct quic_offload_filter *f,
			  struct netlink_ext_ack *extack)
{
	struct quic_offload_dev *qdev = dir->qdev;
	int err;

	if (qdev->n_filters >= qdev->caps.max_filters) {
		NL_SET_ERR_MSG(extack, "all filters of the device are taken");
		return -ENOSPC;
	}
	set_state(qdev, &f->state, QUIC_OFFLOAD_KEY_INSTALLING);
	err = qdev->ops->filter_add(qdev, dir, f, extack);
	if (err) {
		set_state(qdev, &f->state, QUIC_OFFLOAD_KEY_ABSENT);
		return err;
	}
	qdev->n_filters++;
	set_state(qdev, &f->state, QUIC_OFFLOAD_KEY_READY);
	return 0;
}

/* Filters leave the list only in the work item: @f stays. */
static void install_filters(struct quic_offload_dir *dir)
{
	struct quic_offload_filter *f;

	while ((f = next_filter(dir))) {
		struct netlink_ext_ack extack = {};
		int err = install_filter(dir, f, &extack);

		if (!err)
			continue;
		install_failed(dir, err, extack._msg, &f->failed);
		if (!f->failed)
			return;
	}
}

/* ---- taking out ------------------------------------------------------------- */

static bool may_stop(const struct quic_offload_key *key, bool all)
{
	if (key->state != QUIC_OFFLOAD_KEY_READY)
		return false;
	if (all)
		return true;
	return READ_ONCE(key->doomed) &&
	       (!atomic_read(&key->in_flight) ||
		time_after(jiffies, key->doomed_at + LINGER));
}

/*
 * Stop keys and filters; entries leave their lists only under the device's
 * mutex. Return: how many wait for a fence now.
 */
static unsigned int stop(struct quic_offload_dir *dir, bool all)
{
	struct quic_offload_dev *qdev = dir->qdev;
	struct quic_offload_filter *f;
	struct quic_offload_key *key;
	unsigned int n = 0;

	list_for_each_entry(f, &dir->filters, list) {
		if (f->state == QUIC_OFFLOAD_KEY_READY &&
		    (all || READ_ONCE(f->doomed))) {
			set_state(qdev, &f->state, QUIC_OFFLOAD_KEY_STOPPING);
			qdev->ops->filter_del(qdev, f);
		}
		n += f->state == QUIC_OFFLOAD_KEY_STOPPING;
	}
	list_for_each_entry(key, &dir->keys, list) {
		if (may_stop(key, all)) {
			set_state(qdev, &key->state,
				  QUIC_OFFLOAD_KEY_STOPPING);
			qdev->ops->key_stop(qdev, key);
		}
		n += key->state == QUIC_OFFLOAD_KEY_STOPPING;
	}
	return n;
}

/*
 * Everything that stopped before is out of use on return. A fence that fails
 * leaves it with the device, for good or until the interface was down.
 */
static bool fence(struct quic_offload_dev *qdev)
{
	struct quic_offload_dir *dir;

	if (qdev->dead)
		return false;
	if (!qdev->ops->fence(qdev, FENCE_TIMEOUT)) {
		quic_offload_dev_count(qdev, QUIC_OFFLOAD_STAT_FENCES, 1);
		return true;
	}
	qdev->dead = true;
	quic_offload_dev_count(qdev, QUIC_OFFLOAD_STAT_FENCE_TIMEOUTS, 1);
	netdev_err(qdev->netdev,
		   "QUIC offload: a fence failed, software takes over until the interface was down\n");
	quic_offload_nl_dev(qdev, QUIC_OFFLOAD_CMD_DEV_CHANGE_NTF);
	list_for_each_entry(dir, &qdev->dirs, list)
		quic_offload_flow_kick(dir, 0);
	return false;
}

static void forget_key(struct quic_offload_key *key)
{
	struct quic_offload_dir *dir = key->dir;

	spin_lock_bh(&dir->lock);
	list_del(&key->list);
	spin_unlock_bh(&dir->lock);
	/* bursts may still hold the object, but not the secret */
	memzero_explicit(key->key, sizeof(key->key));
	memzero_explicit(key->iv, sizeof(key->iv));
	quic_offload_key_put(key);
}

/* After a fence, or when nothing was stopped. */
static void free_keys(struct quic_offload_dir *dir, bool fenced)
{
	struct quic_offload_dev *qdev = dir->qdev;
	struct quic_offload_key *key, *n;

	list_for_each_entry_safe(key, n, &dir->keys, list) {
		if (key->state == QUIC_OFFLOAD_KEY_STOPPING && fenced) {
			qdev->ops->key_free(qdev, key);
			qdev->n_keys[dir->way]--;
			set_state(qdev, &key->state, QUIC_OFFLOAD_KEY_FENCED);
			set_state(qdev, &key->state, QUIC_OFFLOAD_KEY_ABSENT);
		}
		if (READ_ONCE(key->doomed) &&
		    key->state == QUIC_OFFLOAD_KEY_ABSENT)
			forget_key(key);
	}
}

static void free_filters(struct quic_offload_dir *dir, bool fenced)
{
	struct quic_offload_dev *qdev = dir->qdev;
	struct quic_offload_filter *f, *n;

	list_for_each_entry_safe(f, n, &dir->filters, list) {
		if (f->state == QUIC_OFFLOAD_KEY_STOPPING && fenced) {
			qdev->n_filters--;
			set_state(qdev, &f->state, QUIC_OFFLOAD_KEY_FENCED);
			set_state(qdev, &f->state, QUIC_OFFLOAD_KEY_ABSENT);
		}
		if (!READ_ONCE(f->doomed) ||
		    f->state != QUIC_OFFLOAD_KEY_ABSENT)
			continue;
		spin_lock_bh(&dir->lock);
		list_del(&f->list);
		spin_unlock_bh(&dir->lock);
		kfree(f);
	}
}

static bool holds_nothing(const struct quic_offload_dir *dir)
{
	const struct quic_offload_filter *f;
	const struct quic_offload_key *key;

	list_for_each_entry(key, &dir->keys, list)
		if (in_device(key->state))
			return false;
	list_for_each_entry(f, &dir->filters, list)
		if (in_device(f->state))
			return false;
	return true;
}

/* What was stopped is given back; the direction itself when it is empty. */
static void release(struct quic_offload_dir *dir, bool fenced, bool all)
{
	free_keys(dir, fenced);
	free_filters(dir, fenced);
	if (!all || !dir->installed || !holds_nothing(dir))
		return;
	dir->qdev->ops->dir_del(dir->qdev, dir);
	dir->installed = false;
}

/* Somebody who found the device full may try again. */
static void wake_full(struct quic_offload_dev *qdev)
{
	struct quic_offload_dir *dir;

	list_for_each_entry(dir, &qdev->dirs, list)
		if (READ_ONCE(dir->reason) == QUIC_OFFLOAD_REASON_FULL)
			quic_offload_flow_kick(dir, 0);
}

/*
 * @all: nothing may stay in the device. A dropped direction goes when its
 * packets have left, or a second later.
 */
static void retire(struct quic_offload_dir *dir, bool all, bool dropped)
{
	struct quic_offload_dev *qdev = dir->qdev;
	unsigned int stopped = stop(dir, all);
	bool fenced = stopped && fence(qdev);

	release(dir, fenced, all || dropped);
	if (fenced)
		wake_full(qdev);
}

/* ---- the work item ------------------------------------------------------------ */

/* In order of ids, so that a dump can go on where it stopped. */
static void enlist(struct quic_offload_dir *dir)
{
	struct list_head *at = &dir->qdev->dirs;
	struct quic_offload_dir *other;

	if (!list_empty(&dir->list) || !dir->qdev->registered || dir->failed)
		return;
	list_for_each_entry_reverse(other, &dir->qdev->dirs, list)
		if (other->id < dir->id) {
			at = &other->list;
			break;
		}
	refcount_inc(&dir->ref);
	list_add(&dir->list, at);
}

static void delist(struct quic_offload_dir *dir)
{
	if (list_empty(&dir->list))
		return;
	list_del_init(&dir->list);
	dir_put(dir);
}

static void install(struct quic_offload_dir *dir)
{
	if (!install_dir(dir))
		return;
	install_keys(dir);
	if (dir->way == QUIC_OFFLOAD_RX)
		install_filters(dir);
}

/* The stack's reference ends here: nothing is in the device any more. */
static void bury(struct quic_offload_dir *dir)
{
	dir->buried = true;
	delist(dir);
	memzero_explicit(dir->hp_key, sizeof(dir->hp_key));
	dir_put(dir);
}

static bool is_dropped(struct quic_offload_dir *dir)
{
	bool dropped;

	spin_lock_bh(&dir->lock);
	dropped = dir->dropped;
	spin_unlock_bh(&dir->lock);
	return dropped;
}

static void trust(struct quic_offload_dir *dir)
{
	spin_lock_bh(&dir->lock);
	dir->distrusted = false;
	spin_unlock_bh(&dir->lock);
}

/* Jiffies until @dir may be in the device again, 0: now. */
static unsigned long distrust_left(struct quic_offload_dir *dir)
{
	unsigned long past, left = 0;

	spin_lock_bh(&dir->lock);
	past = jiffies - dir->distrusted_at;
	if (dir->distrusted && past < DISTRUST)
		left = DISTRUST - past;
	else
		dir->distrusted = false;
	spin_unlock_bh(&dir->lock);
	return left;
}

/* Why @dir may not be in a usable device, and when to look again. */
static u8 hold_reason(struct quic_offload_dir *dir, unsigned long *delay)
{
	*delay = distrust_left(dir);
	if (*delay)
		return QUIC_OFFLOAD_REASON_VERDICT;
	if (!dir->qdev->registered || !quic_offload_dev_tapped(dir->qdev))
		return QUIC_OFFLOAD_REASON_NONE;
	*delay = TAP_POLL;
	return QUIC_OFFLOAD_REASON_TAPPED;
}

/* Does something wait for packets that are on their way? */
static bool has_doomed(const struct quic_offload_dir *dir)
{
	const struct quic_offload_key *key;

	list_for_each_entry(key, &dir->keys, list)
		if (READ_ONCE(key->doomed))
			return true;
	return false;
}

static void dir_work(struct work_struct *work)
{
	struct quic_offload_dir *dir = container_of(to_delayed_work(work),
						    struct quic_offload_dir,
						    work);
	struct quic_offload_dev *qdev = dir->qdev;
	bool dropped = is_dropped(dir);
	unsigned long delay;
	u8 hold;

	mutex_lock(&qdev->lock);
	if (!dropped)
		enlist(dir);
	hold = hold_reason(dir, &delay);
	retire(dir, hold || !quic_offload_dev_usable(qdev), dropped);
	/* a fence may have failed meanwhile */
	if (!quic_offload_dev_usable(qdev))
		set_reason(dir, unusable_reason(qdev), NULL);
	else if (hold)
		set_reason(dir, hold, NULL);
	else if (!dropped)
		install(dir);
	if (has_doomed(dir) && !qdev->dead)
		quic_offload_flow_kick(dir, RETRY_DELAY);
	if (hold && !dropped && !dir->failed)
		quic_offload_flow_kick(dir, delay);
	if (dropped && !dir->buried && !dir->installed &&
	    list_empty(&dir->keys) && list_empty(&dir->filters))
		bury(dir);
	mutex_unlock(&qdev->lock);
	dir_put(dir);
}

void quic_offload_flow_start(struct quic_offload_dir *dir)
{
	INIT_DELAYED_WORK(&dir->work, dir_work);
	INIT_WORK(&dir->free_work, free_dir);
	/* until free_dir(): an skb may be the last that refers to it */
	__module_get(THIS_MODULE);
	quic_offload_flow_kick(dir, 0);
}

/* Everything out, behind one fence. */
void quic_offload_flow_purge(struct quic_offload_dev *qdev)
{
	struct quic_offload_dir *dir;
	unsigned int stopped = 0;
	bool fenced;

	mutex_lock(&qdev->lock);
	list_for_each_entry(dir, &qdev->dirs, list)
		stopped += stop(dir, true);
	fenced = stopped && fence(qdev);
	list_for_each_entry(dir, &qdev->dirs, list) {
		release(dir, fenced, true);
		set_reason(dir, unusable_reason(qdev), NULL);
	}
	mutex_unlock(&qdev->lock);
}

/* The hardware stands still: what a failed fence left with it is free. */
void quic_offload_flow_reset(struct quic_offload_dev *qdev)
{
	struct quic_offload_dir *dir;

	mutex_lock(&qdev->lock);
	if (qdev->dead) {
		list_for_each_entry(dir, &qdev->dirs, list) {
			stop(dir, true);
			release(dir, true, true);
			quic_offload_flow_kick(dir, 0);
		}
		qdev->dead = false;
	}
	mutex_unlock(&qdev->lock);
}

void quic_offload_flow_replumb(struct quic_offload_dev *qdev)
{
	struct quic_offload_dir *dir;

	mutex_lock(&qdev->lock);
	list_for_each_entry(dir, &qdev->dirs, list) {
		dir->retry = 0;
		trust(dir);
		quic_offload_flow_kick(dir, 0);
	}
	mutex_unlock(&qdev->lock);
}

void quic_offload_flow_kick_all(struct quic_offload_dev *qdev)
{
	struct quic_offload_dir *dir;

	mutex_lock(&qdev->lock);
	list_for_each_entry(dir, &qdev->dirs, list)
		quic_offload_flow_kick(dir, 0);
	mutex_unlock(&qdev->lock);
}

/* Nothing is in the device. No direction comes back to it. */
void quic_offload_flow_detach(struct quic_offload_dev *qdev)
{
	struct quic_offload_dir *dir, *n;

	mutex_lock(&qdev->lock);
	list_for_each_entry_safe(dir, n, &qdev->dirs, list) {
		WRITE_ONCE(dir->failed, true);
		quic_offload_flow_kick(dir, 0);
		delist(dir);
	}
	mutex_unlock(&qdev->lock);
}

void quic_offload_key_landed(struct quic_offload_key *key)
{
	if (atomic_dec_and_test(&key->in_flight) && READ_ONCE(key->doomed))
		quic_offload_flow_kick(key->dir, 0);
}

int quic_offload_flow_init(void)
{
	flow_wq = alloc_workqueue("quic_offload", WQ_UNBOUND | WQ_MEM_RECLAIM,
				  0);
	return flow_wq ? 0 : -ENOMEM;
}

/* Every direction was dropped: what is queued runs to its end. */
void quic_offload_flow_exit(void)
{
	destroy_workqueue(flow_wq);
}
