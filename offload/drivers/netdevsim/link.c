// SPDX-License-Identifier: GPL-2.0-only
#include "link.h"

#include <linux/debugfs.h>
#include <linux/hex.h>
#include <linux/nsim_model.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "frame.h"
#include "stats.h"
#include "tap.h"

/* A datagram that is held back is overtaken by at most this many others. */
#define MAX_OVERTAKING_PKTS	4
/* Nothing may follow; the link then lets it go after this time. */
#define MAX_HOLD_MS		20
#define DEFAULT_SEED		1

static u32 random_below(struct qnsim_link *link, u32 limit)
{
	lockdep_assert_held(&link->lock);
	return prandom_u32_state(&link->rnd) % limit;
}

/* Does the next datagram suffer this? */
static bool draw(struct qnsim_link *link, enum qnsim_impairment_id id)
{
	struct qnsim_impairment *impair = &link->impair[id];

	lockdep_assert_held(&link->lock);
	if (impair->next) {
		WRITE_ONCE(impair->next, impair->next - 1);
		return true;
	}
	return impair->permille && random_below(link, 1000) < impair->permille;
}

static u32 choose_flip_byte(struct qnsim_link *link,
			    const struct qnsim_udp *udp)
{
	s32 at = READ_ONCE(link->flip_at);

	if (READ_ONCE(link->flip_anywhere))
		return random_below(link, udp->payload_len);
	if (at < 0)
		at += udp->payload_len;
	return clamp_t(s32, at, 0, udp->payload_len - 1);
}

/*
 * The checksum is made good again: a wrong one would end the datagram in the
 * UDP layer, and a flip that nobody but the AEAD can notice is the point.
 */
static struct sk_buff *flip_bit(struct qnsim_link *link, struct sk_buff *skb,
				const struct qnsim_udp *udp)
{
	struct sk_buff *flipped = skb_copy(skb, GFP_ATOMIC);
	u32 at;

	lockdep_assert_held(&link->lock);
	if (!flipped || !udp->payload_len) {
		kfree_skb(flipped);
		return skb;
	}

	at = choose_flip_byte(link, udp);
	flipped->data[udp->payload_off + at] ^= BIT(random_below(link, 8));
	qnsim_udp_csum_set(flipped->data, udp);
	qnsim_stat_inc(link->stats, QNSIM_STAT_LINK_FLIPPED);
	consume_skb(skb);
	return flipped;
}

static void put_on_link(struct qnsim_link *link, struct sk_buff *skb)
{
	if (skb)
		nsim_model_xmit(link->dev, skb);
}

static struct sk_buff *take_held(struct qnsim_link *link)
{
	struct sk_buff *skb;

	lockdep_assert_held(&link->lock);
	skb = link->held;
	link->held = NULL;
	return skb;
}

static void release_held(struct timer_list *timer)
{
	struct qnsim_link *link = from_timer(link, timer, release_timer);
	struct sk_buff *skb;

	spin_lock(&link->lock);
	skb = take_held(link);
	spin_unlock(&link->lock);

	rcu_read_lock();
	put_on_link(link, skb);
	rcu_read_unlock();
}

/* Returns the held frame if @skb was the last one to overtake it. */
static struct sk_buff *overtake(struct qnsim_link *link)
{
	lockdep_assert_held(&link->lock);
	if (!link->held || --link->held_for)
		return NULL;
	return take_held(link);
}

static bool hold_back(struct qnsim_link *link, struct sk_buff *skb)
{
	lockdep_assert_held(&link->lock);
	if (link->held)
		return false;

	link->held = skb;
	link->held_for = 1 + random_below(link, MAX_OVERTAKING_PKTS);
	mod_timer(&link->release_timer,
		  jiffies + msecs_to_jiffies(MAX_HOLD_MS));
	qnsim_stat_inc(link->stats, QNSIM_STAT_LINK_REORDERED);
	return true;
}

/* RFC 9000 17.2: the first bit says long header. */
static bool is_short_header(const struct sk_buff *skb,
			    const struct qnsim_udp *udp)
{
	const u8 *first;
	u8 buf;

	first = skb_header_pointer(skb, udp->payload_off, 1, &buf);
	return udp->payload_len && first && !(*first & 0x80);
}

static bool may_impair(const struct qnsim_link *link, const struct sk_buff *skb,
		       struct qnsim_udp *udp)
{
	if (skb_is_gso(skb) || !qnsim_udp_find(skb, udp))
		return false;
	qnsim_stat_inc(link->stats, QNSIM_STAT_LINK_TX_UDP);
	return !READ_ONCE(link->short_only) || is_short_header(skb, udp);
}

static void send_impaired(struct qnsim_link *link, struct sk_buff *skb,
			  const struct qnsim_udp *udp)
{
	struct sk_buff *late = NULL, *twin = NULL;

	spin_lock_bh(&link->lock);
	if (draw(link, QNSIM_LOSS)) {
		qnsim_stat_inc(link->stats, QNSIM_STAT_LINK_LOST);
		kfree_skb(skb);
		spin_unlock_bh(&link->lock);
		return;
	}
	if (draw(link, QNSIM_FLIP))
		skb = flip_bit(link, skb, udp);
	if (draw(link, QNSIM_DUP))
		twin = skb_copy(skb, GFP_ATOMIC);
	if (twin)
		qnsim_stat_inc(link->stats, QNSIM_STAT_LINK_DUPLICATED);
	if (draw(link, QNSIM_REORDER) && hold_back(link, skb))
		skb = NULL;
	else
		late = overtake(link);
	spin_unlock_bh(&link->lock);

	put_on_link(link, skb);
	put_on_link(link, twin);
	put_on_link(link, late);
}

static bool contains(const u8 *data, u32 len, const u8 *marker, u32 marker_len)
{
	const u8 *end = data + len;

	while (end - data >= marker_len) {
		data = memchr(data, marker[0], end - data - marker_len + 1);
		if (!data)
			return false;
		if (!memcmp(data, marker, marker_len))
			return true;
		data++;
	}
	return false;
}

/* Looks into a copy where the frame is in pieces: a marker may cross them. */
static void look_for_canary(struct qnsim_link *link, struct sk_buff *skb)
{
	u32 canary_len = READ_ONCE(link->canary_len);
	u8 canary[QNSIM_MAX_CANARY_LEN];
	u8 *copy = NULL;

	if (!canary_len)
		return;

	spin_lock_bh(&link->lock);
	canary_len = link->canary_len;
	memcpy(canary, link->canary, canary_len);
	spin_unlock_bh(&link->lock);

	if (skb_is_nonlinear(skb)) {
		copy = kmalloc(skb->len, GFP_ATOMIC | __GFP_NOWARN);
		if (!copy || skb_copy_bits(skb, 0, copy, skb->len)) {
			qnsim_stat_inc(link->stats,
				       QNSIM_STAT_CANARY_UNCHECKED);
			kfree(copy);
			return;
		}
	}
	qnsim_stat_inc(link->stats, QNSIM_STAT_CANARY_CHECKED);
	if (contains(copy ?: skb->data, skb->len, canary, canary_len))
		qnsim_stat_inc(link->stats, QNSIM_STAT_CANARY_HITS);
	kfree(copy);
}

/**
 * qnsim_link_send - put a frame on the link
 * @link: link of the sending port
 * @skb: frame as it is on the wire, data at its Ethernet header; consumed
 *
 * The tap and the canary see it before the impairments do.
 *
 * Context: BH disabled, under RCU.
 */
void qnsim_link_send(struct qnsim_link *link, struct sk_buff *skb)
{
	struct qnsim_udp udp;

	qnsim_stat_inc(link->stats, QNSIM_STAT_LINK_TX_FRAMES);
	qnsim_tap_frame(link->tap, skb);
	look_for_canary(link, skb);

	if (may_impair(link, skb, &udp))
		send_impaired(link, skb, &udp);
	else
		put_on_link(link, skb);
}

static void seed_link(struct qnsim_link *link, u32 seed)
{
	lockdep_assert_held(&link->lock);
	link->seed = seed;
	prandom_seed_state(&link->rnd, seed);
}

/**
 * qnsim_link_init - set up the link of a port
 * @link: link
 * @dev: port
 * @stats: where it counts
 */
void qnsim_link_init(struct qnsim_link *link, struct net_device *dev,
		     struct qnsim_stats *stats)
{
	spin_lock_init(&link->lock);
	timer_setup(&link->release_timer, release_held, 0);
	link->dev = dev;
	link->stats = stats;
	link->flip_anywhere = true;
	spin_lock_bh(&link->lock);
	seed_link(link, DEFAULT_SEED);
	spin_unlock_bh(&link->lock);
}

/**
 * qnsim_link_flush - lose what is held back
 * @link: link of a port that is stopped
 *
 * Context: process. Nothing is sent meanwhile.
 */
void qnsim_link_flush(struct qnsim_link *link)
{
	struct sk_buff *skb;

	timer_delete_sync(&link->release_timer);
	spin_lock_bh(&link->lock);
	skb = take_held(link);
	spin_unlock_bh(&link->lock);
	kfree_skb(skb);
}

/**
 * qnsim_link_shutdown - as flush, for good
 * @link: link
 */
void qnsim_link_shutdown(struct qnsim_link *link)
{
	timer_shutdown_sync(&link->release_timer);
	qnsim_link_flush(link);
}

static int seed_get(void *data, u64 *val)
{
	struct qnsim_link *link = data;

	*val = READ_ONCE(link->seed);
	return 0;
}

static int seed_set(void *data, u64 val)
{
	struct qnsim_link *link = data;

	spin_lock_bh(&link->lock);
	seed_link(link, val);
	spin_unlock_bh(&link->lock);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(seed_fops, seed_get, seed_set, "%llu\n");

static int flip_at_show(struct seq_file *seq, void *unused)
{
	struct qnsim_link *link = seq->private;

	if (READ_ONCE(link->flip_anywhere))
		seq_puts(seq, "random\n");
	else
		seq_printf(seq, "%d\n", READ_ONCE(link->flip_at));
	return 0;
}

static ssize_t flip_at_write(struct file *file, const char __user *buf,
			     size_t count, loff_t *ppos)
{
	struct qnsim_link *link = ((struct seq_file *)file->private_data)->private;
	char text[16] = {};
	s32 at;

	if (count >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, buf, count))
		return -EFAULT;

	if (!strcmp(strim(text), "random")) {
		WRITE_ONCE(link->flip_anywhere, true);
		return count;
	}
	if (kstrtos32(strim(text), 0, &at))
		return -EINVAL;
	WRITE_ONCE(link->flip_at, at);
	WRITE_ONCE(link->flip_anywhere, false);
	return count;
}
DEFINE_SHOW_STORE_ATTRIBUTE(flip_at);

static int canary_show(struct seq_file *seq, void *unused)
{
	struct qnsim_link *link = seq->private;

	spin_lock_bh(&link->lock);
	seq_printf(seq, "%*phN\n", link->canary_len, link->canary);
	spin_unlock_bh(&link->lock);
	return 0;
}

static ssize_t canary_write(struct file *file, const char __user *buf,
			    size_t count, loff_t *ppos)
{
	struct qnsim_link *link = ((struct seq_file *)file->private_data)->private;
	char text[2 * QNSIM_MAX_CANARY_LEN + 2] = {};
	u8 canary[QNSIM_MAX_CANARY_LEN];
	size_t len;
	char *hex;

	if (count >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, buf, count))
		return -EFAULT;

	hex = strim(text);
	len = strlen(hex) / 2;
	if (strlen(hex) % 2 || hex2bin(canary, hex, len))
		return -EINVAL;

	spin_lock_bh(&link->lock);
	memcpy(link->canary, canary, len);
	WRITE_ONCE(link->canary_len, len);
	spin_unlock_bh(&link->lock);
	return count;
}
DEFINE_SHOW_STORE_ATTRIBUTE(canary);

static void add_impairment(struct qnsim_link *link, struct dentry *dir,
			   const char *name, enum qnsim_impairment_id id)
{
	struct dentry *own = debugfs_create_dir(name, dir);

	debugfs_create_u32("permille", 0600, own, &link->impair[id].permille);
	debugfs_create_u32("next", 0600, own, &link->impair[id].next);
}

/**
 * qnsim_link_debugfs - create the knobs of a link
 * @link: link
 * @dir: debugfs directory of the port
 */
void qnsim_link_debugfs(struct qnsim_link *link, struct dentry *dir)
{
	add_impairment(link, dir, "loss", QNSIM_LOSS);
	add_impairment(link, dir, "reorder", QNSIM_REORDER);
	add_impairment(link, dir, "dup", QNSIM_DUP);
	add_impairment(link, dir, "flip", QNSIM_FLIP);
	debugfs_create_file("flip_at", 0600, dir, link, &flip_at_fops);
	debugfs_create_bool("short_only", 0600, dir, &link->short_only);
	debugfs_create_file_unsafe("seed", 0600, dir, link, &seed_fops);
	debugfs_create_file("canary", 0600, dir, link, &canary_fops);
}
