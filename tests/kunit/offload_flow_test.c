// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the offload core promises to a driver and asks of a verdict, seen by a
 * device that does nothing but write down in which order it is called.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>

#include "offload/core/offload.h"

/* the kernel refuses HW_QUIC without checksums */
#define FEATURES	(NETIF_F_HW_QUIC | NETIF_F_HW_CSUM | NETIF_F_SG)
#define SLOTS		2
#define PATIENCE_MS	5000

static const u8 cid[8] = { 0xf0, 0x0d, 1, 2, 3, 4, 5, 6 };

struct fake {
	struct net_device *netdev;
	struct quic_offload_dev *qdev;
	struct quic_offload_dir *rx;
	int fence_err;
	u32 fences;		/* that succeeded */
	u32 stops;
	u32 frees;
	u32 early_frees;	/* without a fence since the key was stopped */
	u32 reused_slots;	/* given away while a key was in it */
	u32 keys_in_slot[SLOTS];
};

/* Beside each key. */
struct fake_key {
	bool stopped;
	u32 fences_before;
};

static int fake_dir_add(struct quic_offload_dev *qdev,
			struct quic_offload_dir *dir,
			struct netlink_ext_ack *extack)
{
	return 0;
}

static void fake_dir_del(struct quic_offload_dev *qdev,
			 struct quic_offload_dir *dir)
{
}

static int fake_key_add(struct quic_offload_dev *qdev,
			struct quic_offload_dir *dir,
			struct quic_offload_key *key,
			struct netlink_ext_ack *extack)
{
	struct fake *fake = qdev->priv;

	if (fake->keys_in_slot[key->generation % SLOTS]++)
		fake->reused_slots++;
	return 0;
}

static void fake_key_stop(struct quic_offload_dev *qdev,
			  struct quic_offload_key *key)
{
	struct fake_key *own = quic_offload_key_priv(key);
	struct fake *fake = qdev->priv;

	own->stopped = true;
	own->fences_before = fake->fences;
	WRITE_ONCE(fake->stops, fake->stops + 1);
}

static int fake_fence(struct quic_offload_dev *qdev, unsigned long timeout)
{
	struct fake *fake = qdev->priv;

	if (!fake->fence_err)
		fake->fences++;
	return fake->fence_err;
}

static void fake_key_free(struct quic_offload_dev *qdev,
			  struct quic_offload_key *key)
{
	struct fake_key *own = quic_offload_key_priv(key);
	struct fake *fake = qdev->priv;

	if (!own->stopped || own->fences_before == fake->fences)
		fake->early_frees++;
	fake->keys_in_slot[key->generation % SLOTS]--;
	WRITE_ONCE(fake->frees, fake->frees + 1);
}

static int fake_filter_add(struct quic_offload_dev *qdev,
			   struct quic_offload_dir *dir,
			   struct quic_offload_filter *filter,
			   struct netlink_ext_ack *extack)
{
	return 0;
}

static void fake_filter_del(struct quic_offload_dev *qdev,
			    struct quic_offload_filter *filter)
{
}

static const struct quic_offload_ops fake_ops = {
	.dir_add = fake_dir_add,
	.dir_del = fake_dir_del,
	.key_add = fake_key_add,
	.key_stop = fake_key_stop,
	.fence = fake_fence,
	.key_free = fake_key_free,
	.filter_add = fake_filter_add,
	.filter_del = fake_filter_del,
};

static const struct quic_offload_caps fake_caps = {
	.rx_ciphers = BIT(QUIC_OFFLOAD_AES_128_GCM),
	.cid_len_mask = BIT(sizeof(cid)),
	.pn_len_mask = BIT(4),
	.rx_match_mask = QUIC_OFFLOAD_MATCH_CID,
	.flags = QUIC_OFFLOAD_F_RX,
	.max_rx_keys = 8,
	.max_filters = 8,
	.slots_per_dir = SLOTS,
	.key_priv = sizeof(struct fake_key),
};

static netdev_tx_t fake_xmit(struct sk_buff *skb, struct net_device *netdev)
{
	kfree_skb(skb);
	return NETDEV_TX_OK;
}

static const struct net_device_ops fake_netdev_ops = {
	.ndo_start_xmit = fake_xmit,
};

static void set_key(struct kunit *test, u32 generation)
{
	struct fake *fake = test->priv;
	u8 key[16], iv[QUIC_OFFLOAD_IV_LEN];

	memset(key, 0x10 + generation, sizeof(key));
	memset(iv, 0x20 + generation, sizeof(iv));
	KUNIT_ASSERT_EQ(test, quic_offload_key_set(fake->rx, generation, key,
						   sizeof(key), iv,
						   GFP_KERNEL), 0);
}

static bool wait_for_key(struct quic_offload_dir *dir, u32 generation)
{
	struct quic_offload_key *key;
	unsigned int ms;

	for (ms = 0; ms < PATIENCE_MS; ms++) {
		key = quic_offload_key_get(dir, generation);
		if (key) {
			quic_offload_key_put(key);
			return true;
		}
		fsleep(1000);
	}
	return false;
}

static bool wait_for_count(const u32 *count, u32 n)
{
	unsigned int ms;

	for (ms = 0; ms < PATIENCE_MS; ms++) {
		if (READ_ONCE(*count) >= n)
			return true;
		fsleep(1000);
	}
	return false;
}

static bool wait_for_death(const struct quic_offload_dev *qdev)
{
	unsigned int ms;

	for (ms = 0; ms < PATIENCE_MS; ms++) {
		if (READ_ONCE(qdev->dead))
			return true;
		fsleep(1000);
	}
	return false;
}

/* ---- fences ---------------------------------------------------------------- */

static void key_is_freed_behind_a_fence(struct kunit *test)
{
	struct fake *fake = test->priv;

	set_key(test, 0);
	KUNIT_ASSERT_TRUE(test, wait_for_key(fake->rx, 0));
	quic_offload_key_drop(fake->rx, 0);
	KUNIT_ASSERT_TRUE(test, wait_for_count(&fake->frees, 1));
	KUNIT_EXPECT_EQ(test, fake->stops, 1);
	KUNIT_EXPECT_GE(test, fake->fences, 1);
	KUNIT_EXPECT_EQ(test, fake->early_frees, 0);
}

/* Generations 0 and 2 have the same phase on the wire, and the same slot. */
static void slot_is_reused_behind_a_fence(struct kunit *test)
{
	struct fake *fake = test->priv;

	set_key(test, 0);
	set_key(test, 1);
	KUNIT_ASSERT_TRUE(test, wait_for_key(fake->rx, 1));
	/* wanted while the old one is still there */
	set_key(test, 2);
	quic_offload_key_drop(fake->rx, 0);
	KUNIT_ASSERT_TRUE(test, wait_for_key(fake->rx, 2));
	KUNIT_EXPECT_EQ(test, fake->frees, 1);
	KUNIT_EXPECT_EQ(test, fake->early_frees, 0);
	KUNIT_EXPECT_EQ(test, fake->reused_slots, 0);
}

static void failed_fence_frees_nothing(struct kunit *test)
{
	struct fake *fake = test->priv;

	set_key(test, 0);
	KUNIT_ASSERT_TRUE(test, wait_for_key(fake->rx, 0));
	fake->fence_err = -ETIMEDOUT;
	set_key(test, 2);
	quic_offload_key_drop(fake->rx, 0);
	KUNIT_ASSERT_TRUE(test, wait_for_death(fake->qdev));
	KUNIT_EXPECT_EQ(test, READ_ONCE(fake->frees), 0);
	KUNIT_EXPECT_NULL(test, quic_offload_key_get(fake->rx, 2));
	KUNIT_EXPECT_EQ(test, fake->reused_slots, 0);

	/* down, the hardware stands still: that is as good as a fence */
	fake->fence_err = 0;
	rtnl_lock();
	dev_close(fake->netdev);
	rtnl_unlock();
	KUNIT_EXPECT_EQ(test, fake->frees, 1);
	KUNIT_EXPECT_FALSE(test, fake->qdev->dead);
}

/* ---- verdicts -------------------------------------------------------------- */

static struct quic_offload_verdict good_verdict(const struct fake *fake)
{
	return (struct quic_offload_verdict) {
		.magic = QUIC_OFFLOAD_MAGIC,
		.dev_id = fake->qdev->id,
		.dir_id = fake->rx->id,
		.generation = 4,
		.status = QUIC_OFFLOAD_OK,
	};
}

static void verdict_needs_a_key(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct quic_offload_verdict v = good_verdict(fake);

	KUNIT_EXPECT_FALSE(test, quic_offload_rx_accept(fake->rx, &v));
	v.generation = 0;
	KUNIT_EXPECT_FALSE(test, quic_offload_rx_accept(fake->rx, &v));
	KUNIT_EXPECT_EQ(test, atomic64_read(&fake->rx->rejected_pkts), 2);
}

/* Each field by itself: device, direction, generation, status. */
static void verdict_has_to_match(struct kunit *test)
{
	struct fake *fake = test->priv;
	struct quic_offload_verdict v;

	set_key(test, 4);
	set_key(test, 5);
	KUNIT_ASSERT_TRUE(test, wait_for_key(fake->rx, 4));
	KUNIT_ASSERT_TRUE(test, wait_for_key(fake->rx, 5));
	v = good_verdict(fake);
	KUNIT_EXPECT_TRUE(test, quic_offload_rx_accept(fake->rx, &v));
	v.generation = 5;
	KUNIT_EXPECT_TRUE(test, quic_offload_rx_accept(fake->rx, &v));
	KUNIT_EXPECT_EQ(test, atomic64_read(&fake->rx->rejected_pkts), 0);

	v = good_verdict(fake);
	v.dev_id++;
	KUNIT_EXPECT_FALSE(test, quic_offload_rx_accept(fake->rx, &v));
	v = good_verdict(fake);
	v.dir_id++;
	KUNIT_EXPECT_FALSE(test, quic_offload_rx_accept(fake->rx, &v));
	v = good_verdict(fake);
	v.generation = 3;
	KUNIT_EXPECT_FALSE(test, quic_offload_rx_accept(fake->rx, &v));
	v.generation = 6;
	KUNIT_EXPECT_FALSE(test, quic_offload_rx_accept(fake->rx, &v));
	v = good_verdict(fake);
	v.status = QUIC_OFFLOAD_AUTH_FAIL;
	KUNIT_EXPECT_FALSE(test, quic_offload_rx_accept(fake->rx, &v));
	KUNIT_EXPECT_EQ(test, atomic64_read(&fake->rx->rejected_pkts), 5);
}

/* ---- set up ---------------------------------------------------------------- */

static int open_device(struct fake *fake)
{
	struct quic_offload_dev *qdev;
	int err;

	rtnl_lock();
	err = register_netdevice(fake->netdev);
	if (err)
		goto unlock;
	err = dev_open(fake->netdev, NULL);
	if (err)
		goto unregister;
	qdev = quic_offload_dev_register(fake->netdev, &fake_caps, &fake_ops,
					 fake, NULL);
	err = PTR_ERR_OR_ZERO(qdev);
	if (err)
		goto unregister;
	fake->qdev = qdev;
	goto unlock;
unregister:
	unregister_netdevice(fake->netdev);
unlock:
	rtnl_unlock();
	return err;
}

static int flow_test_init(struct kunit *test)
{
	static const u8 hp[16] = { 0x71 };
	const struct quic_offload_dir_cfg cfg = {
		.way = QUIC_OFFLOAD_RX,
		.cipher = QUIC_OFFLOAD_AES_128_GCM,
		.cid_len = sizeof(cid),
		.hp_key = hp,
		.hp_len = sizeof(hp),
	};
	struct fake *fake = kunit_kzalloc(test, sizeof(*fake), GFP_KERNEL);
	struct quic_offload_dir *rx;
	int err;

	if (!fake)
		return -ENOMEM;
	fake->netdev = alloc_etherdev(0);
	if (!fake->netdev)
		return -ENOMEM;
	fake->netdev->netdev_ops = &fake_netdev_ops;
	fake->netdev->features |= FEATURES;
	fake->netdev->hw_features |= FEATURES;
	eth_hw_addr_random(fake->netdev);
	err = open_device(fake);
	if (err) {
		free_netdev(fake->netdev);
		return err;
	}
	test->priv = fake;
	rx = quic_offload_dir_create(fake->netdev, &cfg, GFP_KERNEL);
	if (IS_ERR(rx))
		return PTR_ERR(rx);
	fake->rx = rx;
	return quic_offload_filter_add(rx, cid, sizeof(cid), GFP_KERNEL);
}

static void flow_test_exit(struct kunit *test)
{
	struct fake *fake = test->priv;

	if (!fake)
		return;
	if (fake->rx)
		quic_offload_dir_drop(fake->rx);
	rtnl_lock();
	quic_offload_dev_unregister(fake->qdev);
	unregister_netdevice(fake->netdev);
	rtnl_unlock();
	free_netdev(fake->netdev);
	/* nothing stays behind, whatever the case left in the device */
	KUNIT_EXPECT_EQ(test, fake->keys_in_slot[0] + fake->keys_in_slot[1], 0);
}

static struct kunit_case flow_cases[] = {
	KUNIT_CASE(key_is_freed_behind_a_fence),
	KUNIT_CASE(slot_is_reused_behind_a_fence),
	KUNIT_CASE(failed_fence_frees_nothing),
	KUNIT_CASE(verdict_needs_a_key),
	KUNIT_CASE(verdict_has_to_match),
	{}
};

static struct kunit_suite flow_suite = {
	.name = "quic_offload_flow",
	.init = flow_test_init,
	.exit = flow_test_exit,
	.test_cases = flow_cases,
};

kunit_test_suite(flow_suite);
