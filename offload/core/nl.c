// SPDX-License-Identifier: GPL-2.0-only
#include "nl.h"

#include <linux/module.h>
#include <linux/rculist.h>
#include <linux/rtnetlink.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>

#include "dev.h"
#include "nl-gen.h"

/**
 * DOC: What netlink shows
 *
 * A device belongs to the namespace that its net_device is in now. Names,
 * numbers and reasons are shown, never a key or anything made of one; that a
 * connection id is worth hiding from other users is why filter-get shows it
 * to CAP_NET_ADMIN alone.
 *
 * Every request holds RTNL, so that devices stay; directions are walked under
 * the device's mutex.
 */

static const struct genl_multicast_group groups[] = {
	[QUIC_OFFLOAD_NLGRP_MGMT] = { .name = QUIC_OFFLOAD_MCGRP_MGMT },
	[QUIC_OFFLOAD_NLGRP_EVENTS] = { .name = QUIC_OFFLOAD_MCGRP_EVENTS },
};

static struct genl_family family __ro_after_init = {
	.name		= QUIC_OFFLOAD_FAMILY_NAME,
	.version	= QUIC_OFFLOAD_FAMILY_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.split_ops	= quic_offload_nl_ops,
	.n_split_ops	= ARRAY_SIZE(quic_offload_nl_ops),
	.mcgrps		= groups,
	.n_mcgrps	= ARRAY_SIZE(groups),
};

/* Where a dump goes on; ids only grow. */
struct dump_pos {
	u32 dev_id;
	u32 dir_id;
	u32 index;	/* of the key or filter in its direction */
};

static bool is_visible(const struct quic_offload_dev *qdev,
		       const struct net *net)
{
	return net_eq(dev_net(qdev->netdev), net);
}

/* Device of a request, with RTNL held. */
static struct quic_offload_dev *find_dev(struct genl_info *info, int attr)
{
	struct quic_offload_dev *qdev;
	struct net_device *netdev;

	if (GENL_REQ_ATTR_CHECK(info, attr))
		return ERR_PTR(-EINVAL);
	netdev = __dev_get_by_index(genl_info_net(info),
				    nla_get_u32(info->attrs[attr]));
	if (!netdev) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[attr],
				    "no such interface");
		return ERR_PTR(-ENODEV);
	}
	qdev = quic_offload_dev_find(netdev);
	if (!qdev) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[attr],
				    "the interface has no QUIC offload");
		return ERR_PTR(-EOPNOTSUPP);
	}
	return qdev;
}

static int reply(struct genl_info *info, const struct quic_offload_dev *qdev,
		 int (*fill)(struct sk_buff *skb,
			     const struct genl_info *info,
			     const struct quic_offload_dev *qdev))
{
	struct sk_buff *msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	int err;

	if (!msg)
		return -ENOMEM;
	err = fill(msg, info, qdev);
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	return genlmsg_reply(msg, info);
}

/* ---- devices ------------------------------------------------------------- */

static bool put_caps(struct sk_buff *skb, const struct quic_offload_caps *caps)
{
	return nla_put_u32(skb, QUIC_OFFLOAD_A_DEV_FEATURES, caps->flags) ||
	       nla_put_u32(skb, QUIC_OFFLOAD_A_DEV_TX_CIPHERS,
			   caps->tx_ciphers) ||
	       nla_put_u32(skb, QUIC_OFFLOAD_A_DEV_RX_CIPHERS,
			   caps->rx_ciphers) ||
	       nla_put_u32(skb, QUIC_OFFLOAD_A_DEV_CID_LENS,
			   caps->cid_len_mask) ||
	       nla_put_u32(skb, QUIC_OFFLOAD_A_DEV_PN_LENS,
			   caps->pn_len_mask) ||
	       nla_put_u32(skb, QUIC_OFFLOAD_A_DEV_MAX_TX_KEYS,
			   caps->max_tx_keys) ||
	       nla_put_u32(skb, QUIC_OFFLOAD_A_DEV_MAX_RX_KEYS,
			   caps->max_rx_keys) ||
	       nla_put_u32(skb, QUIC_OFFLOAD_A_DEV_MAX_FILTERS,
			   caps->max_filters);
}

static bool put_state(struct sk_buff *skb, const struct quic_offload_dev *qdev)
{
	return nla_put_u8(skb, QUIC_OFFLOAD_A_DEV_ENABLED,
			  READ_ONCE(qdev->enabled)) ||
	       nla_put_u8(skb, QUIC_OFFLOAD_A_DEV_UP, READ_ONCE(qdev->up)) ||
	       nla_put_u8(skb, QUIC_OFFLOAD_A_DEV_DEAD,
			  READ_ONCE(qdev->dead)) ||
	       nla_put_u8(skb, QUIC_OFFLOAD_A_DEV_TAPPED_OFFLOAD,
			  !READ_ONCE(qdev->untapped_only)) ||
	       nla_put_u32(skb, QUIC_OFFLOAD_A_DEV_TX_KEYS,
			   READ_ONCE(qdev->n_keys[QUIC_OFFLOAD_TX])) ||
	       nla_put_u32(skb, QUIC_OFFLOAD_A_DEV_RX_KEYS,
			   READ_ONCE(qdev->n_keys[QUIC_OFFLOAD_RX])) ||
	       nla_put_u32(skb, QUIC_OFFLOAD_A_DEV_FILTERS,
			   READ_ONCE(qdev->n_filters));
}

static int fill_dev(struct sk_buff *skb, const struct genl_info *info,
		    const struct quic_offload_dev *qdev)
{
	void *hdr = genlmsg_iput(skb, info);

	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u32(skb, QUIC_OFFLOAD_A_DEV_ID, qdev->id) ||
	    nla_put_u32(skb, QUIC_OFFLOAD_A_DEV_IFINDEX,
			qdev->netdev->ifindex) ||
	    nla_put_string(skb, QUIC_OFFLOAD_A_DEV_IFNAME,
			   qdev->netdev->name) ||
	    put_state(skb, qdev) || put_caps(skb, &qdev->caps)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

int quic_offload_nl_dev_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct quic_offload_dev *qdev;
	int err;

	rtnl_lock();
	qdev = find_dev(info, QUIC_OFFLOAD_A_DEV_IFINDEX);
	err = IS_ERR(qdev) ? PTR_ERR(qdev) : reply(info, qdev, fill_dev);
	rtnl_unlock();
	return err;
}

static int set_dev(struct quic_offload_dev *qdev, struct genl_info *info)
{
	struct nlattr *tapped = info->attrs[QUIC_OFFLOAD_A_DEV_TAPPED_OFFLOAD];
	struct nlattr *enabled = info->attrs[QUIC_OFFLOAD_A_DEV_ENABLED];

	/* first the policy: what is switched on follows it from the start */
	if (tapped)
		quic_offload_dev_set_tapped(qdev, nla_get_u8(tapped));
	if (!enabled)
		return 0;
	return quic_offload_dev_switch(qdev, nla_get_u8(enabled),
				       info->extack);
}

int quic_offload_nl_dev_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct quic_offload_dev *qdev;
	int err;

	if (!info->attrs[QUIC_OFFLOAD_A_DEV_TAPPED_OFFLOAD] &&
	    GENL_REQ_ATTR_CHECK(info, QUIC_OFFLOAD_A_DEV_ENABLED))
		return -EINVAL;
	rtnl_lock();
	qdev = find_dev(info, QUIC_OFFLOAD_A_DEV_IFINDEX);
	err = IS_ERR(qdev) ? PTR_ERR(qdev) : set_dev(qdev, info);
	rtnl_unlock();
	return err;
}

/* One message a device. */
static int dump_devs(struct sk_buff *skb, struct netlink_callback *cb,
		     int (*fill)(struct sk_buff *skb,
				 const struct genl_info *info,
				 const struct quic_offload_dev *qdev))
{
	const struct genl_info *info = genl_info_dump(cb);
	struct dump_pos *pos = (struct dump_pos *)cb->ctx;
	struct quic_offload_dev *qdev;
	int err = 0;

	rtnl_lock();
	list_for_each_entry(qdev, &quic_offload_devs, list) {
		if (qdev->id < pos->dev_id ||
		    !is_visible(qdev, genl_info_net(info)))
			continue;
		err = fill(skb, info, qdev);
		if (err)
			break;
		pos->dev_id = qdev->id + 1;
	}
	rtnl_unlock();
	return err;
}

int quic_offload_nl_dev_get_dumpit(struct sk_buff *skb,
				   struct netlink_callback *cb)
{
	return dump_devs(skb, cb, fill_dev);
}

/* ---- counters ------------------------------------------------------------ */

static bool put_by_reason(struct sk_buff *skb, int attr,
			  const atomic64_t *pkts)
{
	unsigned int i;

	for (i = 0; i < QUIC_OFFLOAD_REASONS; i++) {
		u64 n = atomic64_read(&pkts[i]);
		struct nlattr *nest;

		if (!n)
			continue;
		nest = nla_nest_start(skb, attr);
		if (!nest ||
		    nla_put_u32(skb, QUIC_OFFLOAD_A_BY_REASON_REASON, i) ||
		    nla_put_uint(skb, QUIC_OFFLOAD_A_BY_REASON_PKTS, n))
			return true;
		nla_nest_end(skb, nest);
	}
	return false;
}

static bool put_counters(struct sk_buff *skb,
			 const struct quic_offload_dev *qdev)
{
	unsigned int i;

	for (i = 0; i < QUIC_OFFLOAD_STATS; i++) {
		u64 n = atomic64_read(&qdev->stat[i]);
		struct nlattr *nest;

		nest = nla_nest_start(skb, QUIC_OFFLOAD_A_STATS_COUNTERS);
		if (!nest ||
		    nla_put_u32(skb, QUIC_OFFLOAD_A_COUNTER_STAT, i) ||
		    nla_put_uint(skb, QUIC_OFFLOAD_A_COUNTER_VALUE, n))
			return true;
		nla_nest_end(skb, nest);
	}
	return false;
}

static int fill_stats(struct sk_buff *skb, const struct genl_info *info,
		      const struct quic_offload_dev *qdev)
{
	void *hdr = genlmsg_iput(skb, info);

	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u32(skb, QUIC_OFFLOAD_A_STATS_DEV_ID, qdev->id) ||
	    nla_put_u32(skb, QUIC_OFFLOAD_A_STATS_IFINDEX,
			qdev->netdev->ifindex) ||
	    nla_put_string(skb, QUIC_OFFLOAD_A_STATS_IFNAME,
			   qdev->netdev->name) ||
	    nla_put_uint(skb, QUIC_OFFLOAD_A_STATS_DEV_SEALED_PKTS,
			 atomic64_read(&qdev->dev_pkts[QUIC_OFFLOAD_TX])) ||
	    nla_put_uint(skb, QUIC_OFFLOAD_A_STATS_DEV_OPENED_PKTS,
			 atomic64_read(&qdev->dev_pkts[QUIC_OFFLOAD_RX])) ||
	    put_by_reason(skb, QUIC_OFFLOAD_A_STATS_SW_SEALED,
			  qdev->sw_pkts[QUIC_OFFLOAD_TX]) ||
	    put_by_reason(skb, QUIC_OFFLOAD_A_STATS_SW_OPENED,
			  qdev->sw_pkts[QUIC_OFFLOAD_RX]) ||
	    put_counters(skb, qdev)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

int quic_offload_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct quic_offload_dev *qdev;
	int err;

	rtnl_lock();
	qdev = find_dev(info, QUIC_OFFLOAD_A_STATS_IFINDEX);
	err = IS_ERR(qdev) ? PTR_ERR(qdev) : reply(info, qdev, fill_stats);
	rtnl_unlock();
	return err;
}

int quic_offload_nl_stats_get_dumpit(struct sk_buff *skb,
				     struct netlink_callback *cb)
{
	return dump_devs(skb, cb, fill_stats);
}

/* ---- keys ---------------------------------------------------------------- */

static bool put_dir(struct sk_buff *skb, const struct quic_offload_dir *dir)
{
	const struct net_device *netdev = dir->qdev->netdev;

	return nla_put_u32(skb, QUIC_OFFLOAD_A_KEY_DEV_ID, dir->qdev->id) ||
	       nla_put_u32(skb, QUIC_OFFLOAD_A_KEY_IFINDEX,
			   netdev->ifindex) ||
	       nla_put_string(skb, QUIC_OFFLOAD_A_KEY_IFNAME, netdev->name) ||
	       nla_put_u32(skb, QUIC_OFFLOAD_A_KEY_DIR_ID, dir->id) ||
	       nla_put_u32(skb, QUIC_OFFLOAD_A_KEY_WAY, dir->way);
}

static bool put_reason(struct sk_buff *skb, u8 reason, const char *message)
{
	return nla_put_u32(skb, QUIC_OFFLOAD_A_KEY_REASON, reason) ||
	       (message[0] &&
		nla_put_string(skb, QUIC_OFFLOAD_A_KEY_MESSAGE, message));
}

static bool put_dir_reason(struct sk_buff *skb,
			   const struct quic_offload_dir *dir)
{
	return put_reason(skb, READ_ONCE(dir->reason), dir->message);
}

/* The direction's, unless that is about another generation. */
static bool put_key_reason(struct sk_buff *skb,
			   const struct quic_offload_dir *dir,
			   const struct quic_offload_key *key)
{
	u8 reason = READ_ONCE(dir->reason);

	if (key && quic_offload_key_ready(key) &&
	    reason != QUIC_OFFLOAD_REASON_ROUTE &&
	    reason != QUIC_OFFLOAD_REASON_TAPPED &&
	    reason != QUIC_OFFLOAD_REASON_VERDICT)
		return put_reason(skb, QUIC_OFFLOAD_REASON_NONE, "");
	return put_dir_reason(skb, dir);
}

static bool put_dir_counts(struct sk_buff *skb,
			   const struct quic_offload_dir *dir)
{
	return nla_put_u32(skb, QUIC_OFFLOAD_A_KEY_CIPHER, dir->cipher) ||
	       nla_put_uint(skb, QUIC_OFFLOAD_A_KEY_SW_PKTS,
			    atomic64_read(&dir->sw_pkts)) ||
	       nla_put_uint(skb, QUIC_OFFLOAD_A_KEY_REJECTED_PKTS,
			    atomic64_read(&dir->rejected_pkts));
}

static bool put_key(struct sk_buff *skb, struct quic_offload_key *key)
{
	struct quic_offload_dev *qdev = key->dir->qdev;
	u64 pkts;

	if (qdev->ops->key_stats && quic_offload_key_ready(key) && !qdev->dead)
		qdev->ops->key_stats(qdev, key);
	pkts = atomic64_read(&key->dev_pkts);
	return nla_put_u32(skb, QUIC_OFFLOAD_A_KEY_GENERATION,
			   key->generation) ||
	       nla_put_u32(skb, QUIC_OFFLOAD_A_KEY_STATE,
			   READ_ONCE(key->state)) ||
	       nla_put_uint(skb, QUIC_OFFLOAD_A_KEY_DEV_PKTS, pkts) ||
	       nla_put_u32(skb, QUIC_OFFLOAD_A_KEY_IN_FLIGHT,
			   atomic_read(&key->in_flight)) ||
	       (pkts && nla_put_uint(skb, QUIC_OFFLOAD_A_KEY_PN_MAX,
				     atomic64_read(&key->pn_max)));
}

/* @key: NULL for a direction that has none. */
static int fill_key(struct sk_buff *skb, const struct genl_info *info,
		    const struct quic_offload_dir *dir,
		    struct quic_offload_key *key)
{
	void *hdr = genlmsg_iput(skb, info);

	if (!hdr)
		return -EMSGSIZE;
	if (put_dir(skb, dir) || put_key_reason(skb, dir, key) ||
	    put_dir_counts(skb, dir) ||
	    (key && put_key(skb, key))) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/* From @pos->index on. */
static int dump_keys(struct sk_buff *skb, const struct genl_info *info,
		     struct quic_offload_dir *dir, struct dump_pos *pos)
{
	struct quic_offload_key *key;
	u32 i = 0;

	if (list_empty(&dir->keys))
		return fill_key(skb, info, dir, NULL);
	list_for_each_entry(key, &dir->keys, list) {
		if (i++ < pos->index)
			continue;
		if (fill_key(skb, info, dir, key))
			return -EMSGSIZE;
		pos->index = i;
	}
	return 0;
}

/* ---- filters ------------------------------------------------------------- */

static int fill_filter(struct sk_buff *skb, const struct genl_info *info,
		       const struct quic_offload_filter *f, bool show_cid)
{
	const struct net_device *netdev = f->dir->qdev->netdev;
	void *hdr = genlmsg_iput(skb, info);

	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u32(skb, QUIC_OFFLOAD_A_FILTER_DEV_ID, f->dir->qdev->id) ||
	    nla_put_u32(skb, QUIC_OFFLOAD_A_FILTER_IFINDEX, netdev->ifindex) ||
	    nla_put_string(skb, QUIC_OFFLOAD_A_FILTER_IFNAME, netdev->name) ||
	    nla_put_u32(skb, QUIC_OFFLOAD_A_FILTER_DIR_ID, f->dir->id) ||
	    (show_cid && nla_put(skb, QUIC_OFFLOAD_A_FILTER_CID, f->cid_len,
				 f->cid)) ||
	    nla_put_u32(skb, QUIC_OFFLOAD_A_FILTER_CID_LEN, f->cid_len) ||
	    nla_put_u8(skb, QUIC_OFFLOAD_A_FILTER_INSTALLED,
		       f->state == QUIC_OFFLOAD_KEY_READY)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

static int dump_filters(struct sk_buff *skb, const struct genl_info *info,
			struct quic_offload_dir *dir, struct dump_pos *pos,
			bool show_cid)
{
	struct quic_offload_filter *f;
	u32 i = 0;

	list_for_each_entry(f, &dir->filters, list) {
		if (i++ < pos->index)
			continue;
		if (fill_filter(skb, info, f, show_cid))
			return -EMSGSIZE;
		pos->index = i;
	}
	return 0;
}

/* ---- walking directions -------------------------------------------------- */

struct dump_what {
	const struct genl_info *info;
	u32 ifindex;		/* 0: all */
	bool filters;		/* else keys */
	bool show_cid;
};

static int dump_dirs(struct sk_buff *skb, struct quic_offload_dev *qdev,
		     const struct dump_what *what, struct dump_pos *pos)
{
	struct quic_offload_dir *dir;
	int err = 0;

	mutex_lock(&qdev->lock);
	list_for_each_entry(dir, &qdev->dirs, list) {
		if (dir->id < pos->dir_id)
			continue;
		if (dir->id > pos->dir_id)
			pos->index = 0;
		pos->dir_id = dir->id;
		err = what->filters ?
		      dump_filters(skb, what->info, dir, pos, what->show_cid) :
		      dump_keys(skb, what->info, dir, pos);
		if (err)
			break;
		pos->dir_id = dir->id + 1;
		pos->index = 0;
	}
	mutex_unlock(&qdev->lock);
	return err;
}

static int dump_all(struct sk_buff *skb, struct netlink_callback *cb,
		    const struct dump_what *what)
{
	struct dump_pos *pos = (struct dump_pos *)cb->ctx;
	struct quic_offload_dev *qdev;
	int err = 0;

	rtnl_lock();
	list_for_each_entry(qdev, &quic_offload_devs, list) {
		if (qdev->id < pos->dev_id ||
		    !is_visible(qdev, genl_info_net(what->info)) ||
		    (what->ifindex && qdev->netdev->ifindex != what->ifindex))
			continue;
		if (qdev->id > pos->dev_id)
			*pos = (struct dump_pos){ .dev_id = qdev->id };
		err = dump_dirs(skb, qdev, what, pos);
		if (err)
			break;
		*pos = (struct dump_pos){ .dev_id = qdev->id + 1 };
	}
	rtnl_unlock();
	return err;
}

int quic_offload_nl_key_get_dumpit(struct sk_buff *skb,
				   struct netlink_callback *cb)
{
	const struct genl_info *info = genl_info_dump(cb);
	struct nlattr *ifindex = info->attrs[QUIC_OFFLOAD_A_KEY_IFINDEX];
	const struct dump_what what = {
		.info = info,
		.ifindex = ifindex ? nla_get_u32(ifindex) : 0,
	};

	return dump_all(skb, cb, &what);
}

int quic_offload_nl_filter_get_dumpit(struct sk_buff *skb,
				      struct netlink_callback *cb)
{
	const struct genl_info *info = genl_info_dump(cb);
	struct nlattr *ifindex = info->attrs[QUIC_OFFLOAD_A_FILTER_IFINDEX];
	const struct dump_what what = {
		.info = info,
		.ifindex = ifindex ? nla_get_u32(ifindex) : 0,
		.filters = true,
		.show_cid = netlink_net_capable(cb->skb, CAP_NET_ADMIN),
	};

	return dump_all(skb, cb, &what);
}

/* ---- notifications ------------------------------------------------------- */

/* RCU: the namespace stays, even if the device moves to another one now. */
static struct sk_buff *new_event(const struct quic_offload_dev *qdev, u8 group,
				 struct net **net)
{
	*net = dev_net(qdev->netdev);
	if (!genl_has_listeners(&family, *net, group))
		return NULL;
	return genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_ATOMIC);
}

static void send_event(struct net *net, struct sk_buff *msg, u8 group, int err)
{
	if (err)
		nlmsg_free(msg);
	else
		genlmsg_multicast_netns(&family, net, msg, 0,
					group, GFP_ATOMIC);
}

void quic_offload_nl_dev(const struct quic_offload_dev *qdev, u8 cmd)
{
	struct genl_info info;
	struct sk_buff *msg;
	struct net *net;

	rcu_read_lock();
	msg = new_event(qdev, QUIC_OFFLOAD_NLGRP_MGMT, &net);
	if (msg) {
		genl_info_init_ntf(&info, &family, cmd);
		send_event(net, msg, QUIC_OFFLOAD_NLGRP_MGMT,
			   fill_dev(msg, &info, qdev));
	}
	rcu_read_unlock();
}

static int fill_fallback(struct sk_buff *skb,
			 const struct quic_offload_dir *dir)
{
	struct genl_info info;
	void *hdr;

	genl_info_init_ntf(&info, &family,
			   QUIC_OFFLOAD_CMD_FALLBACK_NTF);
	hdr = genlmsg_iput(skb, &info);
	if (!hdr)
		return -EMSGSIZE;
	if (put_dir(skb, dir) || put_dir_reason(skb, dir)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

void quic_offload_nl_fallback(const struct quic_offload_dir *dir)
{
	struct sk_buff *msg;
	struct net *net;

	lockdep_assert_held(&dir->qdev->lock);
	rcu_read_lock();
	msg = new_event(dir->qdev, QUIC_OFFLOAD_NLGRP_EVENTS, &net);
	if (msg)
		send_event(net, msg, QUIC_OFFLOAD_NLGRP_EVENTS,
			   fill_fallback(msg, dir));
	rcu_read_unlock();
}

int quic_offload_nl_init(void)
{
	return genl_register_family(&family);
}

void quic_offload_nl_exit(void)
{
	genl_unregister_family(&family);
}
