/* SPDX-License-Identifier: GPL-2.0-only */
/* QUIC packet protection in the NIC: what drivers and the stack see. */
#ifndef _QUIC_OFFLOAD_H
#define _QUIC_OFFLOAD_H

#include <linux/bits.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/quic_offload.h>
#include <linux/refcount.h>
#include <linux/skbuff.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct netlink_ext_ack;
struct quic_offload_dev;
struct quic_offload_dir;
struct quic_offload_key;
struct quic_offload_filter;

/**
 * DOC: Objects
 *
 * A *device* stands beside a net_device that can seal or open QUIC packets. A
 * *direction* is one connection's transmit or receive half on one device and
 * holds the header protection key. A *key* is one generation of AEAD key and
 * IV under a direction. A *filter* says which connection id leads to a
 * receive direction.
 *
 * The stack states intents (key set, key drop, filter add ...) under the
 * socket's lock and without sleeping; the direction's work item carries them
 * out in order, in process context, under the device's mutex. A key is used
 * only while its state is READY, which is published with release and read
 * with acquire.
 *
 * DOC: Locking
 *
 * RTNL -> quic_offload_dev.lock (mutex) -> quic_offload_dir.lock (spinlock,
 * BH). Workers never take RTNL. Driver operations run under the mutex, except
 * tx_ok, which is called with BH disabled under RCU.
 */

#define QUIC_OFFLOAD_CID_MAX	20
#define QUIC_OFFLOAD_KEY_MAX	32
#define QUIC_OFFLOAD_IV_LEN	12
#define QUIC_OFFLOAD_TAG_LEN	16

/* Packets in one marked skb. */
#define QUIC_OFFLOAD_BURST_MAX	64

#define QUIC_OFFLOAD_CIPHERS	(QUIC_OFFLOAD_AES_128_CCM + 1)
#define QUIC_OFFLOAD_REASONS	(QUIC_OFFLOAD_REASON_TAPPED + 1)
#define QUIC_OFFLOAD_STATS	(QUIC_OFFLOAD_STAT_FENCE_TIMEOUTS + 1)
#define QUIC_OFFLOAD_MESSAGE_MAX	80

#define QUIC_OFFLOAD_MATCH_CID		BIT(0)
#define QUIC_OFFLOAD_MATCH_4TUPLE	BIT(1)
#define QUIC_OFFLOAD_MATCH_PORT		BIT(2)

#define QUIC_OFFLOAD_F_TX		QUIC_OFFLOAD_FEATURE_TX
#define QUIC_OFFLOAD_F_RX		QUIC_OFFLOAD_FEATURE_RX
/* takes UDP GSO bursts, or segments them itself */
#define QUIC_OFFLOAD_F_GSO		QUIC_OFFLOAD_FEATURE_GSO
#define QUIC_OFFLOAD_F_VLAN		QUIC_OFFLOAD_FEATURE_VLAN
#define QUIC_OFFLOAD_F_RX_REPORTS_PN	QUIC_OFFLOAD_FEATURE_RX_REPORTS_PN
#define QUIC_OFFLOAD_F_ASYNC_INSTALL	QUIC_OFFLOAD_FEATURE_ASYNC_INSTALL
#define QUIC_OFFLOAD_F_TX_INTERCEPT	QUIC_OFFLOAD_FEATURE_TX_INTERCEPT

/**
 * struct quic_offload_caps - what a device can do
 * @tx_ciphers: bits of enum quic_offload_cipher, and @rx_ciphers
 * @cid_len_mask: bit n: connection ids of n bytes, 0..20
 * @pn_len_mask: bit n: packet numbers of n bytes, 1..4
 * @rx_match_mask: QUIC_OFFLOAD_MATCH_*
 * @flags: QUIC_OFFLOAD_F_*
 * @max_tx_keys: keys at a time, and @max_rx_keys
 * @max_filters: filters at a time
 * @slots_per_dir: keys of one direction at a time, at least 2
 * @max_gso_segs: packets in one burst
 * @dir_priv: bytes of driver memory that the core allocates beside each
 *	direction, and @key_priv, @filter_priv likewise
 */
struct quic_offload_caps {
	u32 tx_ciphers;
	u32 rx_ciphers;
	u32 cid_len_mask;
	u32 pn_len_mask;
	u32 rx_match_mask;
	u32 flags;
	u32 max_tx_keys;
	u32 max_rx_keys;
	u32 max_filters;
	u16 slots_per_dir;
	u16 max_gso_segs;
	u16 dir_priv;
	u16 key_priv;
	u16 filter_priv;
};

/**
 * struct quic_offload_dir - one half of a connection on a device
 * @qdev: device; immutable, referenced
 * @id: unique on the device, not reused; immutable
 * @way: RX or TX; immutable
 * @cipher: immutable
 * @cid_len: of the packets' destination connection ids; immutable
 * @hp_key: header protection key; wiped when the direction is dropped
 * @hp_len: its bytes
 * @list: in quic_offload_dev.dirs; device mutex
 * @keys: every key; @lock
 * @filters: every filter; @lock
 * @lock: protects the lists, the intents and @reason; BH
 * @work: carries intents out
 * @ref: users: the stack, bursts, the device's list
 * @free_work: gives back what the last reference held
 * @installed: dir_add() succeeded; device mutex
 * @dropped: the stack is done with it; @lock
 * @buried: the stack's reference was given back; device mutex
 * @failed: an error that is not tried again, or the device is gone; device
 *	mutex
 * @gen_min: lowest and @gen_max: highest generation that was in the device;
 *	written under the device mutex
 * @reason: enum quic_offload_reason
 * @message: the driver's words for it; device mutex
 * @sw_pkts: packets that the stack sealed or opened itself
 * @rejected_pkts: verdicts that did not match
 * @distrusted: its packets get lost: it stays out of the device until that was
 *	switched on anew, or a minute; @lock
 * @distrusted_at: jiffies; @lock
 * @retry: consecutive retries of an install
 * @priv: the driver's
 */
struct quic_offload_dir {
	struct quic_offload_dev *qdev;
	u32 id;
	u8 way;
	u8 cipher;
	u8 cid_len;
	u8 hp_len;
	u8 hp_key[QUIC_OFFLOAD_KEY_MAX];
	struct list_head list;
	struct list_head keys;
	struct list_head filters;
	spinlock_t lock;
	struct delayed_work work;
	struct work_struct free_work;
	refcount_t ref;
	bool installed;
	bool dropped;
	bool buried;
	bool failed;
	u8 reason;
	u8 retry;
	u32 gen_min;
	u32 gen_max;
	char message[QUIC_OFFLOAD_MESSAGE_MAX];
	atomic64_t sw_pkts;
	atomic64_t rejected_pkts;
	unsigned long distrusted_at;
	bool distrusted;
	u8 priv[] __aligned(8);
};

/**
 * struct quic_offload_key - one generation
 * @dir: direction; immutable, referenced
 * @list: in quic_offload_dir.keys; its lock
 * @ref: users: the direction's list, bursts
 * @generation: immutable; the wire's key phase is its lowest bit
 * @state: enum quic_offload_key_state; written by one setter
 * @wanted: the stack wants it in the device; dir lock
 * @doomed: wanted once more never; dir lock
 * @in_flight: bursts that name it; the key stays while there are some
 * @doomed_at: jiffies when the stack dropped it
 * @dev_pkts: packets that the device handled with it
 * @pn_max: highest packet number that the device handled; 0 before any
 * @key_len: bytes in @key
 * @key: wiped when the stack has dropped it and the device has forgotten it
 * @iv: likewise
 * @priv: the driver's
 */
struct quic_offload_key {
	struct quic_offload_dir *dir;
	struct list_head list;
	refcount_t ref;
	u32 generation;
	int state;
	bool wanted;
	bool doomed;
	atomic_t in_flight;
	unsigned long doomed_at;
	atomic64_t dev_pkts;
	atomic64_t pn_max;
	u8 key_len;
	u8 key[QUIC_OFFLOAD_KEY_MAX];
	u8 iv[QUIC_OFFLOAD_IV_LEN];
	u8 priv[] __aligned(8);
};

/**
 * struct quic_offload_filter - a connection id that leads to a direction
 * @dir: receive direction; immutable
 * @list: in quic_offload_dir.filters; its lock
 * @cid: immutable
 * @cid_len: bytes at @cid
 * @state: enum quic_offload_key_state; written by one setter
 * @doomed: to be removed; dir lock
 * @failed: an error that is not tried again; device mutex
 * @priv: the driver's
 */
struct quic_offload_filter {
	struct quic_offload_dir *dir;
	struct list_head list;
	u8 cid[QUIC_OFFLOAD_CID_MAX];
	u8 cid_len;
	int state;
	bool doomed;
	bool failed;
	u8 priv[] __aligned(8);
};

/**
 * struct quic_offload_ops - what a driver implements
 * @dir_add: make room for a direction; @quic_offload_dir.hp_key is valid for
 *	the call only
 * @dir_del: forget it, and wipe; all its keys and filters are gone, and a
 *	fence passed since
 * @key_add: install; key bytes are valid for the call only
 * @key_stop: no new use of the key from now on; fast, does not wait
 * @fence: every use that began before is over: descriptors, completions,
 *	readers of the driver's tables. @timeout in jiffies. 0, or -errno:
 *	the device is left alone from then on
 * @key_free: forget it, and wipe; only after a fence
 * @filter_add: packets to that connection id belong to the direction
 * @filter_del: not any more; does not wait: the filter's memory stays until
 *	a fence has passed
 * @tx_ok: atomic, advisory: can this packet be sealed? optional
 * @key_stats: optional; brings @quic_offload_key.dev_pkts and pn_max up to
 *	date, for a device that counts by itself instead of calling
 *	quic_offload_key_used()
 * @set_config: optional; told before offload is switched on and after it was
 *	switched off (which cannot fail)
 *
 * All but @tx_ok run in process context under the device's mutex and may
 * sleep. A failed add leaves nothing behind; deletes cannot fail. Errors:
 * -EOPNOTSUPP (never again on this device), -ENOSPC (again when there is
 * room), -EAGAIN, -EBUSY (again later), -ENETDOWN, -EEXIST; anything else is
 * counted as a failure of the device. -EINVAL is a bug of the core.
 *
 * After a failed fence the core keeps every object that the device may still
 * refer to, and calls @key_stop and @filter_del only. It frees them
 * (@key_free, @dir_del) once the interface has been down, or when the driver
 * unregisters: the driver has to have stopped the hardware by then, in
 * ndo_stop at the latest.
 */
struct quic_offload_ops {
	int (*dir_add)(struct quic_offload_dev *qdev,
		       struct quic_offload_dir *dir,
		       struct netlink_ext_ack *extack);
	void (*dir_del)(struct quic_offload_dev *qdev,
			struct quic_offload_dir *dir);
	int (*key_add)(struct quic_offload_dev *qdev,
		       struct quic_offload_dir *dir,
		       struct quic_offload_key *key,
		       struct netlink_ext_ack *extack);
	void (*key_stop)(struct quic_offload_dev *qdev,
			 struct quic_offload_key *key);
	int (*fence)(struct quic_offload_dev *qdev, unsigned long timeout);
	void (*key_free)(struct quic_offload_dev *qdev,
			 struct quic_offload_key *key);
	int (*filter_add)(struct quic_offload_dev *qdev,
			  struct quic_offload_dir *dir,
			  struct quic_offload_filter *filter,
			  struct netlink_ext_ack *extack);
	void (*filter_del)(struct quic_offload_dev *qdev,
			   struct quic_offload_filter *filter);
	bool (*tx_ok)(struct quic_offload_dev *qdev,
		      const struct sk_buff *skb);
	void (*key_stats)(struct quic_offload_dev *qdev,
			  struct quic_offload_key *key);
	int (*set_config)(struct quic_offload_dev *qdev, bool enabled,
			  struct netlink_ext_ack *extack);
};

/**
 * struct quic_offload_dev - a device
 * @netdev: immutable; valid while @registered
 * @ops: immutable
 * @caps: immutable
 * @priv: the driver's
 * @id: unique since the module was loaded
 * @list: in the registry; written under RTNL, read under RCU
 * @lock: serialises driver operations
 * @dirs: directions; @lock
 * @ref: users: the registry, directions
 * @registered: the driver is there; cleared under RTNL and @lock
 * @wanted: somebody switched it on; RTNL
 * @enabled: and everything that it needs is there; written under RTNL, read
 *	with READ_ONCE
 * @up: the netdev is up; likewise
 * @untapped_only: no offload while a packet socket captures; likewise
 * @dead: a fence failed, and the netdev was not down since; @lock
 * @next_dir_id: @lock
 * @n_keys: keys in the device by enum quic_offload_way; @lock
 * @n_filters: filters in the device; @lock
 * @dev_pkts: packets that the device handled, by enum quic_offload_way
 * @sw_pkts: packets that software handled, and why
 * @stat: by enum quic_offload_stat
 * @rcu: for freeing
 */
struct quic_offload_dev {
	struct net_device *netdev;
	const struct quic_offload_ops *ops;
	struct quic_offload_caps caps;
	void *priv;
	u32 id;
	struct list_head list;
	struct mutex lock;	/* driver operations; see DOC: Locking */
	struct list_head dirs;
	refcount_t ref;
	bool registered;
	bool wanted;
	bool enabled;
	bool up;
	bool untapped_only;
	bool dead;
	atomic_t next_dir_id;
	u32 n_keys[2];
	u32 n_filters;
	atomic64_t dev_pkts[2];
	atomic64_t sw_pkts[2][QUIC_OFFLOAD_REASONS];
	atomic64_t stat[QUIC_OFFLOAD_STATS];
	struct rcu_head rcu;
};

/* ---- for drivers --------------------------------------------------------- */

struct quic_offload_dev *
quic_offload_dev_register(struct net_device *netdev,
			  const struct quic_offload_caps *caps,
			  const struct quic_offload_ops *ops, void *priv,
			  struct netlink_ext_ack *extack);
void quic_offload_dev_unregister(struct quic_offload_dev *qdev);
int quic_offload_dev_set_features(struct quic_offload_dev *qdev,
				  netdev_features_t features);

static inline void *quic_offload_dir_priv(struct quic_offload_dir *dir)
{
	return dir->priv;
}

static inline void *quic_offload_key_priv(struct quic_offload_key *key)
{
	return key->priv;
}

static inline void *quic_offload_filter_priv(struct quic_offload_filter *f)
{
	return f->priv;
}

/**
 * struct quic_offload_tx_meta - identity of what is to be sealed
 * @key: valid as long as the skb is
 * @dir: likewise
 * @pn: full packet number
 * @hdr_len: header bytes, packet number included: the associated data
 * @pn_off: offset of the packet number in the UDP payload
 * @pn_len: its bytes
 * @text_len: plaintext bytes after the header; the tag's 16 follow
 * @n_pkts: 1; more in a burst, which a device that segments gets whole: then
 *	numbers follow each other from @pn on, and the last may be shorter
 */
struct quic_offload_tx_meta {
	struct quic_offload_key *key;
	struct quic_offload_dir *dir;
	u64 pn;
	u16 hdr_len;
	u16 pn_off;
	u8 pn_len;
	u16 text_len;
	u16 n_pkts;
};

int quic_offload_tx_meta_get(struct quic_offload_dev *qdev,
			     struct sk_buff *skb, unsigned int payload_off,
			     struct quic_offload_tx_meta *meta);

/**
 * quic_offload_key_ready - may the device use this key?
 * @key: key
 *
 * Context: any. Pairs with the release in the state setter.
 * Return: true while the state is READY.
 */
static inline bool quic_offload_key_ready(const struct quic_offload_key *key)
{
	/* the release is in the state setter */
	return smp_load_acquire(&key->state) == QUIC_OFFLOAD_KEY_READY;
}

void quic_offload_key_used(struct quic_offload_key *key, u64 pn);

/* What a device says of a received packet. */
enum quic_offload_status {
	QUIC_OFFLOAD_NONE,	/* not looked at */
	QUIC_OFFLOAD_OK,	/* opened: header unprotected, tag verified */
	QUIC_OFFLOAD_AUTH_FAIL,
	QUIC_OFFLOAD_NO_KEY,	/* direction found, generation not installed */
	QUIC_OFFLOAD_RUNT,
	QUIC_OFFLOAD_CTX_ERROR,
};

/**
 * struct quic_offload_verdict - in the skb's metadata area, in host order
 * @magic: QUIC_OFFLOAD_MAGIC
 * @dev_id: quic_offload_dev.id
 * @dir_id: quic_offload_dir.id
 * @generation: of the key that opened it
 * @status: enum quic_offload_status
 * @reserved: 0
 *
 * No packet number: GRO merges only packets with equal metadata.
 */
struct quic_offload_verdict {
	u32 magic;
	u32 dev_id;
	u32 dir_id;
	u32 generation;
	u32 status;
	u32 reserved;
};

#define QUIC_OFFLOAD_MAGIC	0x51564443

int quic_offload_rx_verdict_set(struct sk_buff *skb,
				const struct quic_offload_dir *dir,
				u32 generation,
				enum quic_offload_status status);

/* ---- for the stack --------------------------------------------------------- */

/**
 * struct quic_offload_dir_cfg - a direction that the stack wants
 * @way: RX or TX
 * @cipher: enum quic_offload_cipher
 * @cid_len: bytes of the destination connection ids
 * @hp_key: header protection key, copied
 * @hp_len: its bytes
 */
struct quic_offload_dir_cfg {
	u8 way;
	u8 cipher;
	u8 cid_len;
	u8 hp_len;
	const u8 *hp_key;
};

struct quic_offload_dir *
quic_offload_dir_create(struct net_device *netdev,
			const struct quic_offload_dir_cfg *cfg, gfp_t gfp);
void quic_offload_dir_drop(struct quic_offload_dir *dir);
int quic_offload_key_set(struct quic_offload_dir *dir, u32 generation,
			 const u8 *key, u8 key_len, const u8 *iv, gfp_t gfp);
void quic_offload_key_drop(struct quic_offload_dir *dir, u32 generation);
int quic_offload_filter_add(struct quic_offload_dir *dir, const u8 *cid,
			    u8 cid_len, gfp_t gfp);
void quic_offload_filter_drop(struct quic_offload_dir *dir, const u8 *cid,
			      u8 cid_len);

/* Does packets' sealing through @netdev lie in the hands of @dir's device? */
static inline bool quic_offload_dir_on(const struct quic_offload_dir *dir,
				       const struct net_device *netdev)
{
	return READ_ONCE(dir->qdev->enabled) && dir->qdev->netdev == netdev;
}

bool quic_offload_dir_alive(const struct quic_offload_dir *dir);
struct quic_offload_key *quic_offload_key_get(struct quic_offload_dir *dir,
					      u32 generation);
void quic_offload_key_put(struct quic_offload_key *key);

/**
 * struct quic_offload_burst - identity that travels with a marked skb
 * @first_pn: packet number of the first packet
 * @n_pkts: packets with consecutive numbers
 * @hdr_len: header bytes of each, packet number included
 * @pn_off: offset of the packet number
 * @pn_len: its bytes
 */
struct quic_offload_burst {
	u64 first_pn;
	u16 n_pkts;
	u16 hdr_len;
	u8 pn_off;
	u8 pn_len;
};

int quic_offload_tx_mark(struct sk_buff *skb, struct quic_offload_key *key,
			 const struct quic_offload_burst *burst, gfp_t gfp);
bool quic_offload_tx_admit(struct sk_buff *skb, const struct net_device *dev);
int quic_offload_tx_take(struct sk_buff *skb, unsigned int payload_off,
			 struct quic_offload_burst *burst, u32 *generation);

bool quic_offload_rx_verdict(const struct sk_buff *skb,
			     struct quic_offload_verdict *v);
bool quic_offload_rx_accept(struct quic_offload_dir *dir,
			    const struct quic_offload_verdict *v);
void quic_offload_tx_fallback(struct sk_buff *skb, unsigned int pkts);
void quic_offload_dir_count(struct quic_offload_dir *dir, u64 sw_pkts);
u32 quic_offload_epoch(void);
void quic_offload_dir_reason(struct quic_offload_dir *dir,
			     enum quic_offload_reason reason);
void quic_offload_dir_distrust(struct quic_offload_dir *dir);
bool quic_offload_dir_tapped(struct quic_offload_dir *dir);

#endif
