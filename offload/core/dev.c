// SPDX-License-Identifier: GPL-2.0-only
#include "dev.h"

#include <linux/netlink.h>
#include <linux/rculist.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "flow.h"
#include "nl.h"

LIST_HEAD(quic_offload_devs);
static u32 last_dev_id;		/* RTNL */
static u32 epoch;		/* written under RTNL */

/*
 * The name of the feature needs integration/0001; without it the switch is
 * dev-set alone.
 */
#ifdef NETIF_F_HW_QUIC
static bool is_wanted(const struct quic_offload_dev *qdev,
		      netdev_features_t features)
{
	return features & NETIF_F_HW_QUIC;
}
#else
static bool is_wanted(const struct quic_offload_dev *qdev,
		      netdev_features_t features)
{
	return qdev->wanted;
}
#endif

static bool has_checksum(netdev_features_t features)
{
	const netdev_features_t both = NETIF_F_IP_CSUM | NETIF_F_IPV6_CSUM;

	return (features & NETIF_F_HW_CSUM) || (features & both) == both;
}

/*
 * What sealing rests on: the checksum is computed after it, and the identity
 * of a packet does not survive its being copied together.
 */
static const char *check_features(const struct quic_offload_caps *caps,
				  netdev_features_t features)
{
	if (!(caps->flags & QUIC_OFFLOAD_F_TX))
		return NULL;
	if (!has_checksum(features))
		return "transmit offload needs tx checksumming";
	if (!(features & NETIF_F_SG))
		return "transmit offload needs scatter-gather";
	return NULL;
}

static const char *check_ops(const struct quic_offload_ops *ops)
{
	if (!ops->dir_add || !ops->dir_del)
		return "dir_add and dir_del are mandatory";
	if (!ops->key_add || !ops->key_stop || !ops->key_free || !ops->fence)
		return "key_add, key_stop, fence and key_free are mandatory";
	return NULL;
}

static const char *check_rx(const struct quic_offload_caps *caps,
			    const struct quic_offload_ops *ops)
{
	if (!(caps->flags & QUIC_OFFLOAD_F_RX))
		return caps->rx_ciphers || caps->max_rx_keys || caps->max_filters ?
		       "receive capabilities without the RX flag" : NULL;
	if (!caps->rx_ciphers || !caps->max_rx_keys || !caps->max_filters)
		return "RX needs ciphers, keys and filters";
	if (!ops->filter_add || !ops->filter_del)
		return "RX needs filter_add and filter_del";
	if (!(caps->rx_match_mask & QUIC_OFFLOAD_MATCH_CID))
		return "RX needs matching by connection id";
	return NULL;
}

static const char *check_tx(const struct quic_offload_caps *caps)
{
	if (!(caps->flags & QUIC_OFFLOAD_F_TX))
		return caps->tx_ciphers || caps->max_tx_keys ?
		       "transmit capabilities without the TX flag" : NULL;
	if (!caps->tx_ciphers || !caps->max_tx_keys)
		return "TX needs ciphers and keys";
	if ((caps->flags & QUIC_OFFLOAD_F_GSO) && caps->max_gso_segs < 2)
		return "GSO needs max_gso_segs of at least 2";
	return NULL;
}

/* Text of the first contradiction, or NULL. */
static const char *check_caps(const struct quic_offload_caps *caps,
			      const struct quic_offload_ops *ops)
{
	const char *text = check_ops(ops);

	if (text)
		return text;
	if (!(caps->flags & (QUIC_OFFLOAD_F_RX | QUIC_OFFLOAD_F_TX)))
		return "neither RX nor TX";
	if ((caps->tx_ciphers | caps->rx_ciphers) &
	    ~(BIT(QUIC_OFFLOAD_CIPHERS) - 1))
		return "unknown cipher";
	if (!(caps->cid_len_mask & BIT(8)))
		return "connection ids of 8 bytes are mandatory";
	if (!caps->pn_len_mask || caps->pn_len_mask & ~GENMASK(4, 1))
		return "packet number lengths are 1 to 4 bytes";
	if (caps->slots_per_dir < 2)
		return "a direction needs two key slots at least";
	return check_tx(caps) ?: check_rx(caps, ops);
}

/* Sound, but beyond this version of the core. */
static const char *check_supported(const struct quic_offload_caps *caps)
{
	if (caps->flags & QUIC_OFFLOAD_F_ASYNC_INSTALL)
		return "installs that end later are not supported yet";
	if (caps->flags & QUIC_OFFLOAD_F_TX_INTERCEPT)
		return "interception of transmits is not supported yet";
	if (caps->flags & QUIC_OFFLOAD_F_VLAN)
		return "VLAN uppers are not supported yet";
	return NULL;
}

/**
 * quic_offload_dev_find - the device that stands beside a net_device
 * @netdev: net_device
 *
 * Context: RTNL or RCU; valid as long as that is held.
 * Return: device, or NULL.
 */
struct quic_offload_dev *quic_offload_dev_find(const struct net_device *netdev)
{
	struct quic_offload_dev *qdev;

	list_for_each_entry_rcu(qdev, &quic_offload_devs, list,
				lockdep_rtnl_is_held())
		if (qdev->netdev == netdev)
			return qdev;
	return NULL;
}

/**
 * quic_offload_epoch - changes whenever a device comes or goes
 *
 * Context: any.
 * Return: a number to compare with an earlier one.
 */
u32 quic_offload_epoch(void)
{
	return READ_ONCE(epoch);
}
EXPORT_SYMBOL_GPL(quic_offload_epoch);

void quic_offload_dev_put(struct quic_offload_dev *qdev)
{
	if (!refcount_dec_and_test(&qdev->ref))
		return;
	WARN_ON_ONCE(!list_empty(&qdev->dirs));
	kfree_rcu(qdev, rcu);
}

static struct quic_offload_dev *
alloc_dev(struct net_device *netdev, const struct quic_offload_caps *caps,
	  const struct quic_offload_ops *ops, void *priv)
{
	struct quic_offload_dev *qdev = kzalloc(sizeof(*qdev), GFP_KERNEL);

	if (!qdev)
		return NULL;
	qdev->netdev = netdev;
	qdev->caps = *caps;
	qdev->ops = ops;
	qdev->priv = priv;
	qdev->id = ++last_dev_id;
	mutex_init(&qdev->lock);
	INIT_LIST_HEAD(&qdev->dirs);
	refcount_set(&qdev->ref, 1);
	qdev->registered = true;
	qdev->up = netif_running(netdev);
	return qdev;
}

static void new_epoch(void)
{
	WRITE_ONCE(epoch, epoch + 1);
}

/*
 * 1. unpublish: nothing new is marked for the device;
 * 2. let those end that read the old state under RCU;
 * 3. stop, fence and free what is in the device.
 */
static void take_out(struct quic_offload_dev *qdev)
{
	synchronize_net();
	quic_offload_flow_purge(qdev);
}

static int set_config(struct quic_offload_dev *qdev, bool on,
		      struct netlink_ext_ack *extack)
{
	int err = 0;

	mutex_lock(&qdev->lock);
	if (qdev->ops->set_config)
		err = qdev->ops->set_config(qdev, on, extack);
	mutex_unlock(&qdev->lock);
	return err;
}

/* Follow what is asked for and what is possible with @features. RTNL. */
static int update(struct quic_offload_dev *qdev, netdev_features_t features,
		  struct netlink_ext_ack *extack)
{
	bool on = is_wanted(qdev, features);
	const char *text = NULL;
	int err;

	if (on)
		text = check_features(&qdev->caps, features);
	if (text)
		NL_SET_ERR_MSG_FMT(extack, "%s", text);
	if (text)
		on = false;
	if (on != qdev->enabled) {
		if (on) {
			err = set_config(qdev, true, extack);
			if (err)
				return err;
		}
		WRITE_ONCE(qdev->enabled, on);
		new_epoch();
		if (on) {
			quic_offload_flow_replumb(qdev);
		} else {
			take_out(qdev);
			set_config(qdev, false, NULL);
		}
		quic_offload_nl_dev(qdev, QUIC_OFFLOAD_CMD_DEV_CHANGE_NTF);
	}
	return text ? -EOPNOTSUPP : 0;
}

/**
 * quic_offload_dev_register - a net_device can seal or open QUIC packets
 * @netdev: net_device
 * @caps: what it can do; copied
 * @ops: operations; stay valid until unregistration
 * @priv: for the driver, see &struct quic_offload_dev
 * @extack: why it was refused; may be NULL
 *
 * Offload starts switched off, unless the feature is on already.
 *
 * Context: process, RTNL held.
 * Return: device; -EINVAL for capabilities that contradict each other, -EEXIST,
 * -EOPNOTSUPP for a capability that the core has no use for yet, or without
 * checksums by hardware (they are computed after sealing) and scatter-gather,
 * -ENOMEM.
 */
struct quic_offload_dev *
quic_offload_dev_register(struct net_device *netdev,
			  const struct quic_offload_caps *caps,
			  const struct quic_offload_ops *ops, void *priv,
			  struct netlink_ext_ack *extack)
{
	const char *text = check_caps(caps, ops);
	struct quic_offload_dev *qdev;

	ASSERT_RTNL();
	if (text) {
		NL_SET_ERR_MSG_FMT(extack, "%s", text);
		return ERR_PTR(-EINVAL);
	}
	text = check_supported(caps) ?:
	       check_features(caps, netdev->hw_features | netdev->features);
	if (text) {
		NL_SET_ERR_MSG_FMT(extack, "%s", text);
		return ERR_PTR(-EOPNOTSUPP);
	}
	if (quic_offload_dev_find(netdev)) {
		NL_SET_ERR_MSG(extack, "device is registered already");
		return ERR_PTR(-EEXIST);
	}
	qdev = alloc_dev(netdev, caps, ops, priv);
	if (!qdev)
		return ERR_PTR(-ENOMEM);
	list_add_tail_rcu(&qdev->list, &quic_offload_devs);
	new_epoch();
	quic_offload_nl_dev(qdev, QUIC_OFFLOAD_CMD_DEV_ADD_NTF);
	/* a driver that does not want it yet does not fail for that */
	update(qdev, netdev->features, NULL);
	return qdev;
}
EXPORT_SYMBOL_GPL(quic_offload_dev_register);

/* No operation runs or is called on return. RTNL. */
static void withdraw(struct quic_offload_dev *qdev)
{
	if (!qdev->registered)
		return;
	quic_offload_nl_dev(qdev, QUIC_OFFLOAD_CMD_DEV_DEL_NTF);
	list_del_rcu(&qdev->list);
	new_epoch();
	WRITE_ONCE(qdev->enabled, false);
	take_out(qdev);
	quic_offload_flow_reset(qdev);
	mutex_lock(&qdev->lock);
	WRITE_ONCE(qdev->registered, false);
	mutex_unlock(&qdev->lock);
	quic_offload_flow_detach(qdev);
}

/**
 * quic_offload_dev_unregister - the net_device cannot any more
 * @qdev: device; not to be touched afterwards
 *
 * Connections go on in software. No operation runs or is called on return. If
 * a fence had failed, the driver stops the hardware before it calls this.
 *
 * Context: process, RTNL held; may sleep.
 */
void quic_offload_dev_unregister(struct quic_offload_dev *qdev)
{
	ASSERT_RTNL();
	withdraw(qdev);
	quic_offload_dev_put(qdev);
}
EXPORT_SYMBOL_GPL(quic_offload_dev_unregister);

/**
 * quic_offload_dev_switch - switch offload on or off, for dev-set
 * @qdev: device
 * @on: new state
 * @extack: why it was refused
 *
 * Off takes effect at once: live connections go on in software, and a packet
 * that was marked and still waits in a queue is lost, not sent in clear.
 *
 * Context: process, RTNL held; may sleep.
 * Return: 0, -EOPNOTSUPP, or what the driver says.
 */
#ifdef NETIF_F_HW_QUIC
int quic_offload_dev_switch(struct quic_offload_dev *qdev, bool on,
			    struct netlink_ext_ack *extack)
{
	struct net_device *netdev = qdev->netdev;

	ASSERT_RTNL();
	if (on == qdev->enabled)
		return 0;
	if (!(netdev->hw_features & NETIF_F_HW_QUIC)) {
		NL_SET_ERR_MSG(extack, "feature quic-hw-offload of this device is fixed");
		return -EOPNOTSUPP;
	}
	/* the same as ethtool -K does */
	if (on)
		netdev->wanted_features |= NETIF_F_HW_QUIC;
	else
		netdev->wanted_features &= ~NETIF_F_HW_QUIC;
	netdev_update_features(netdev);
	if (on == qdev->enabled)
		return 0;
	NL_SET_ERR_MSG_FMT(extack, "%s",
			   check_features(&qdev->caps, netdev->features) ?:
			   "the driver refused");
	return -EOPNOTSUPP;
}
#else
int quic_offload_dev_switch(struct quic_offload_dev *qdev, bool on,
			    struct netlink_ext_ack *extack)
{
	int err;

	ASSERT_RTNL();
	qdev->wanted = on;
	err = update(qdev, qdev->netdev->features, extack);
	if (err)
		qdev->wanted = qdev->enabled;
	return err;
}
#endif

/**
 * quic_offload_dev_set_tapped - may captures see clear text?
 * @qdev: device
 * @offload: go on while a packet socket captures; else software takes over
 *
 * Context: process, RTNL held; may sleep.
 */
void quic_offload_dev_set_tapped(struct quic_offload_dev *qdev, bool offload)
{
	ASSERT_RTNL();
	if (qdev->untapped_only == !offload)
		return;
	WRITE_ONCE(qdev->untapped_only, !offload);
	quic_offload_flow_kick_all(qdev);
	quic_offload_nl_dev(qdev, QUIC_OFFLOAD_CMD_DEV_CHANGE_NTF);
}

/**
 * quic_offload_dev_set_features - for ndo_set_features
 * @qdev: device
 * @features: the new ones; dev->features still has the old ones
 *
 * Context: process, RTNL held; may sleep.
 * Return: 0; -EOPNOTSUPP when offload is asked for without checksums by
 * hardware or scatter-gather (what was on is off then); what the driver's
 * set_config says.
 */
int quic_offload_dev_set_features(struct quic_offload_dev *qdev,
				  netdev_features_t features)
{
	ASSERT_RTNL();
	return update(qdev, features, NULL);
}
EXPORT_SYMBOL_GPL(quic_offload_dev_set_features);

/* Another namespace: connections of this one are none of its business. */
static void leave_netns(struct quic_offload_dev *qdev)
{
	new_epoch();
	take_out(qdev);
	quic_offload_flow_detach(qdev);
}

static void dev_event(struct quic_offload_dev *qdev, unsigned long event)
{
	struct net_device *netdev = qdev->netdev;

	switch (event) {
	case NETDEV_GOING_DOWN:
		/* at NETDEV_DOWN the device may not take commands any more */
		WRITE_ONCE(qdev->up, false);
		take_out(qdev);
		break;
	case NETDEV_DOWN:
		/* ndo_stop is over: nothing moves in the hardware */
		quic_offload_flow_reset(qdev);
		break;
	case NETDEV_UP:
		WRITE_ONCE(qdev->up, true);
		quic_offload_flow_replumb(qdev);
		break;
	case NETDEV_FEAT_CHANGE:
		/* for drivers without quic_offload_dev_set_features() */
		update(qdev, netdev->features, NULL);
		return;
	case NETDEV_UNREGISTER:
		/* also on the way to another netns */
		if (netdev->reg_state == NETREG_REGISTERED)
			leave_netns(qdev);
		else
			withdraw(qdev);
		return;
	default:
		return;
	}
	quic_offload_nl_dev(qdev, QUIC_OFFLOAD_CMD_DEV_CHANGE_NTF);
}

static int netdev_event(struct notifier_block *nb, unsigned long event,
			void *ptr)
{
	struct net_device *netdev = netdev_notifier_info_to_dev(ptr);
	struct quic_offload_dev *qdev = quic_offload_dev_find(netdev);

	if (qdev)
		dev_event(qdev, event);
	return NOTIFY_DONE;
}

static struct notifier_block netdev_notifier = {
	.notifier_call = netdev_event,
};

int quic_offload_dev_init(void)
{
	return register_netdevice_notifier(&netdev_notifier);
}

void quic_offload_dev_exit(void)
{
	unregister_netdevice_notifier(&netdev_notifier);
}
