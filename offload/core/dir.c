// SPDX-License-Identifier: GPL-2.0-only
/* What the stack wants of a device: intents, any context, no sleep. */
#include "offload.h"

#include <linux/jiffies.h>
#include <linux/rculist.h>
#include <linux/slab.h>

#include "dev.h"
#include "flow.h"

/* RFC 9001 5.4.3, 5.4.4: as long as the AEAD's. */
static const u8 key_lens[QUIC_OFFLOAD_CIPHERS] = {
	[QUIC_OFFLOAD_AES_128_GCM] = 16,
	[QUIC_OFFLOAD_AES_256_GCM] = 32,
	[QUIC_OFFLOAD_CHACHA20_POLY1305] = 32,
	[QUIC_OFFLOAD_AES_128_CCM] = 16,
};

static const char *check_cfg(const struct quic_offload_dev *qdev,
			     const struct quic_offload_dir_cfg *cfg)
{
	bool tx = cfg->way == QUIC_OFFLOAD_TX;
	u32 ciphers = tx ? qdev->caps.tx_ciphers : qdev->caps.rx_ciphers;

	if (!(qdev->caps.flags & (tx ? QUIC_OFFLOAD_F_TX : QUIC_OFFLOAD_F_RX)))
		return "direction";
	if (cfg->cipher >= QUIC_OFFLOAD_CIPHERS ||
	    !(ciphers & BIT(cfg->cipher)))
		return "cipher";
	if (cfg->hp_len != key_lens[cfg->cipher])
		return "header protection key length";
	if (cfg->cid_len > QUIC_OFFLOAD_CID_MAX ||
	    !(qdev->caps.cid_len_mask & BIT(cfg->cid_len)))
		return "connection id length";
	return NULL;
}

static struct quic_offload_dir *
alloc_dir(struct quic_offload_dev *qdev,
	  const struct quic_offload_dir_cfg *cfg, gfp_t gfp)
{
	struct quic_offload_dir *dir;

	dir = kzalloc(struct_size(dir, priv, qdev->caps.dir_priv), gfp);
	if (!dir)
		return NULL;
	dir->qdev = qdev;
	dir->id = atomic_inc_return(&qdev->next_dir_id);
	dir->way = cfg->way;
	dir->cipher = cfg->cipher;
	dir->cid_len = cfg->cid_len;
	dir->hp_len = cfg->hp_len;
	memcpy(dir->hp_key, cfg->hp_key, cfg->hp_len);
	dir->reason = QUIC_OFFLOAD_REASON_PENDING;
	INIT_LIST_HEAD(&dir->list);
	INIT_LIST_HEAD(&dir->keys);
	INIT_LIST_HEAD(&dir->filters);
	spin_lock_init(&dir->lock);
	refcount_set(&dir->ref, 1);
	dir->gen_min = U32_MAX;
	return dir;
}

/**
 * quic_offload_dir_create - want one half of a connection in a device
 * @netdev: where the packets leave or come in
 * @cfg: see &struct quic_offload_dir_cfg
 * @gfp: allocation flags
 *
 * While the device is switched off or down the direction waits for it.
 *
 * Context: any.
 * Return: direction, to be given back with quic_offload_dir_drop();
 * -EOPNOTSUPP when the device, or its kind, cannot do it, -ENOMEM.
 */
struct quic_offload_dir *
quic_offload_dir_create(struct net_device *netdev,
			const struct quic_offload_dir_cfg *cfg, gfp_t gfp)
{
	struct quic_offload_dev *qdev;
	struct quic_offload_dir *dir;

	rcu_read_lock();
	qdev = quic_offload_dev_find(netdev);
	/* the registry's own reference stays until readers are through */
	if (qdev)
		refcount_inc(&qdev->ref);
	rcu_read_unlock();
	if (!qdev)
		return ERR_PTR(-EOPNOTSUPP);
	if (check_cfg(qdev, cfg)) {
		quic_offload_dev_put(qdev);
		return ERR_PTR(-EOPNOTSUPP);
	}
	dir = alloc_dir(qdev, cfg, gfp);
	if (!dir) {
		quic_offload_dev_put(qdev);
		return ERR_PTR(-ENOMEM);
	}
	quic_offload_flow_start(dir);
	return dir;
}
EXPORT_SYMBOL_GPL(quic_offload_dir_create);

/**
 * quic_offload_dir_drop - want it no more
 * @dir: direction; not to be used afterwards
 *
 * Its keys and filters go with it, behind a fence, later. Marked packets that
 * are on their way are sealed by the device if it still can, or lost.
 *
 * Context: any.
 */
void quic_offload_dir_drop(struct quic_offload_dir *dir)
{
	struct quic_offload_filter *f;
	struct quic_offload_key *key;

	spin_lock_bh(&dir->lock);
	dir->dropped = true;
	list_for_each_entry(key, &dir->keys, list) {
		key->doomed = true;
		key->doomed_at = jiffies;
	}
	list_for_each_entry(f, &dir->filters, list)
		f->doomed = true;
	spin_unlock_bh(&dir->lock);
	quic_offload_flow_kick(dir, 0);
}
EXPORT_SYMBOL_GPL(quic_offload_dir_drop);

/**
 * quic_offload_dir_alive - is it worth keeping?
 * @dir: direction
 *
 * Context: any.
 * Return: false when the device was unregistered or has failed for good.
 */
bool quic_offload_dir_alive(const struct quic_offload_dir *dir)
{
	return READ_ONCE(dir->qdev->registered) && !READ_ONCE(dir->failed);
}
EXPORT_SYMBOL_GPL(quic_offload_dir_alive);

/**
 * quic_offload_dir_distrust - the device does it, but not well
 * @dir: direction
 *
 * For verdicts that cannot be believed and packets that are lost on their way
 * to being sealed, again and again. Software takes over, behind a fence; the
 * device gets another chance when it is switched on or goes up, or after a
 * minute.
 *
 * Context: any.
 */
void quic_offload_dir_distrust(struct quic_offload_dir *dir)
{
	spin_lock_bh(&dir->lock);
	dir->distrusted_at = jiffies;
	dir->distrusted = true;
	spin_unlock_bh(&dir->lock);
	quic_offload_flow_kick(dir, 0);
}
EXPORT_SYMBOL_GPL(quic_offload_dir_distrust);

/**
 * quic_offload_dir_tapped - do captures forbid to use the device now?
 * @dir: direction
 *
 * Has the direction taken out of the device, too.
 *
 * Context: any.
 * Return: true: seal it in software.
 */
bool quic_offload_dir_tapped(struct quic_offload_dir *dir)
{
	struct quic_offload_dev *qdev = dir->qdev;
	bool tapped;

	if (likely(!READ_ONCE(qdev->untapped_only)))
		return false;
	/* unregistration waits for readers once it is disabled */
	rcu_read_lock();
	tapped = READ_ONCE(qdev->enabled) && quic_offload_dev_tapped(qdev);
	rcu_read_unlock();
	if (!tapped)
		return false;
	if (READ_ONCE(dir->reason) != QUIC_OFFLOAD_REASON_TAPPED)
		quic_offload_flow_kick(dir, 0);
	return true;
}
EXPORT_SYMBOL_GPL(quic_offload_dir_tapped);

static struct quic_offload_key *find_key(struct quic_offload_dir *dir,
					 u32 generation)
{
	struct quic_offload_key *key;

	lockdep_assert_held(&dir->lock);
	list_for_each_entry(key, &dir->keys, list)
		if (key->generation == generation && !key->doomed)
			return key;
	return NULL;
}

/**
 * quic_offload_key_set - want a generation in the device
 * @dir: direction
 * @generation: 32-bit generation; its lowest bit is the key phase
 * @key: AEAD key, copied
 * @key_len: bytes, as many as the cipher wants
 * @iv: 12 bytes, copied
 * @gfp: allocation flags
 *
 * Context: any.
 * Return: 0, -EEXIST, -EINVAL, -ENOMEM.
 */
int quic_offload_key_set(struct quic_offload_dir *dir, u32 generation,
			 const u8 *key, u8 key_len, const u8 *iv, gfp_t gfp)
{
	struct quic_offload_key *k;

	if (key_len != key_lens[dir->cipher])
		return -EINVAL;
	k = kzalloc(struct_size(k, priv, dir->qdev->caps.key_priv), gfp);
	if (!k)
		return -ENOMEM;
	k->dir = dir;
	k->generation = generation;
	k->wanted = true;
	k->key_len = key_len;
	memcpy(k->key, key, key_len);
	memcpy(k->iv, iv, QUIC_OFFLOAD_IV_LEN);
	refcount_set(&k->ref, 1);

	spin_lock_bh(&dir->lock);
	if (dir->dropped || find_key(dir, generation)) {
		spin_unlock_bh(&dir->lock);
		kfree_sensitive(k);
		return -EEXIST;
	}
	refcount_inc(&dir->ref);
	list_add_tail_rcu(&k->list, &dir->keys);
	spin_unlock_bh(&dir->lock);
	quic_offload_flow_kick(dir, 0);
	return 0;
}
EXPORT_SYMBOL_GPL(quic_offload_key_set);

/**
 * quic_offload_key_drop - want a generation no more
 * @dir: direction
 * @generation: generation
 *
 * A transmit key stays until the packets that name it have left, or a second:
 * what is later than that is lost.
 *
 * Context: any.
 */
void quic_offload_key_drop(struct quic_offload_dir *dir, u32 generation)
{
	struct quic_offload_key *key;

	spin_lock_bh(&dir->lock);
	key = find_key(dir, generation);
	if (key) {
		key->doomed = true;
		key->doomed_at = jiffies;
	}
	spin_unlock_bh(&dir->lock);
	if (key)
		quic_offload_flow_kick(dir, 0);
}
EXPORT_SYMBOL_GPL(quic_offload_key_drop);

/**
 * quic_offload_key_get - a generation that the device may use now
 * @dir: direction
 * @generation: generation
 *
 * Context: any.
 * Return: key with a reference, or NULL.
 */
struct quic_offload_key *quic_offload_key_get(struct quic_offload_dir *dir,
					      u32 generation)
{
	struct quic_offload_key *key;

	spin_lock_bh(&dir->lock);
	key = find_key(dir, generation);
	if (key && !quic_offload_key_ready(key))
		key = NULL;
	if (key)
		refcount_inc(&key->ref);
	spin_unlock_bh(&dir->lock);
	/* the stack is back on this device */
	if (key && READ_ONCE(dir->reason) == QUIC_OFFLOAD_REASON_ROUTE)
		WRITE_ONCE(dir->reason, QUIC_OFFLOAD_REASON_NONE);
	return key;
}
EXPORT_SYMBOL_GPL(quic_offload_key_get);

/**
 * quic_offload_filter_add - want a connection id to lead to a direction
 * @dir: receive direction
 * @cid: connection id, copied
 * @cid_len: its bytes; the direction's
 * @gfp: allocation flags
 *
 * Context: any.
 * Return: 0, -EINVAL, -ENOMEM.
 */
int quic_offload_filter_add(struct quic_offload_dir *dir, const u8 *cid,
			    u8 cid_len, gfp_t gfp)
{
	struct quic_offload_filter *f;

	if (cid_len != dir->cid_len || dir->way != QUIC_OFFLOAD_RX)
		return -EINVAL;
	f = kzalloc(struct_size(f, priv, dir->qdev->caps.filter_priv), gfp);
	if (!f)
		return -ENOMEM;
	f->dir = dir;
	f->cid_len = cid_len;
	memcpy(f->cid, cid, cid_len);
	spin_lock_bh(&dir->lock);
	list_add_tail_rcu(&f->list, &dir->filters);
	spin_unlock_bh(&dir->lock);
	quic_offload_flow_kick(dir, 0);
	return 0;
}
EXPORT_SYMBOL_GPL(quic_offload_filter_add);

/**
 * quic_offload_filter_drop - not any more
 * @dir: receive direction
 * @cid: connection id
 * @cid_len: its bytes
 *
 * Context: any.
 */
void quic_offload_filter_drop(struct quic_offload_dir *dir, const u8 *cid,
			      u8 cid_len)
{
	struct quic_offload_filter *f;

	spin_lock_bh(&dir->lock);
	list_for_each_entry(f, &dir->filters, list)
		if (f->cid_len == cid_len && !memcmp(f->cid, cid, cid_len))
			f->doomed = true;
	spin_unlock_bh(&dir->lock);
	quic_offload_flow_kick(dir, 0);
}
EXPORT_SYMBOL_GPL(quic_offload_filter_drop);
