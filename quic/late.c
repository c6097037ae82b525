// SPDX-License-Identifier: GPL-2.0-only
#include "late.h"

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/module.h>
#include <linux/udp.h>
#include <net/inet_sock.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/udp.h>
#include <net/udp.h>

#include "core/header.h"
#include "mib.h"
#include "offload/core/offload.h"
#include "sock.h"
#include "tx.h"

/**
 * DOC: Packets that wait to be sealed
 *
 * A marked packet belongs to a socket of its own, the late socket of its
 * connection, whose sk_validate_xmit_skb is the last thing that sees it
 * before a device. It lets a packet pass to the device that holds its key,
 * seals it into a new buffer otherwise, and drops everything of this socket
 * that is not marked (any more): fragments and the like, which are clear text
 * that nobody would know. What it sealed moves to the connection's socket,
 * which has no such hook.
 *
 * The late socket outlives its connection until the last packet is gone. The
 * software keys in it are wiped with the connection; a packet that comes
 * after that can only go to its device, or be dropped.
 */

/**
 * struct quic_late - late socket
 * @inet: has to be first
 * @lock: protects the rest; BH. The transmit path takes it inside of nothing
 *	of ours; the connection's sock lock may be held around it
 * @owner: the connection's socket, or NULL once it is over
 * @hp: header protection key
 * @aead: the last two generations, by parity
 * @lost: packets that could neither pass nor be sealed; no lock
 */
struct quic_late {
	struct inet_sock inet;
	spinlock_t lock;
	struct sock *owner;
	struct quic_hp hp;
	struct quic_aead_key aead[2];
	struct quic_streak lost;
};

static struct proto late_prot = {
	.name = "QUIC-LATE",
	.owner = THIS_MODULE,
	.obj_size = sizeof(struct quic_late),
};

static struct quic_late *to_late(struct sock *sk)
{
	return (struct quic_late *)sk;
}

/* ---- sealing in software ------------------------------------------------- */

/* One packet of the copy, at @p; its header was compared with the burst. */
static int seal_packet(struct quic_late *late, struct quic_aead_key *key,
		       const struct quic_offload_burst *b, u64 pn, u8 *p,
		       u32 len)
{
	u8 mask[QUIC_SAMPLE_LEN];
	int err;

	err = quic_aead_seal_linear(key, pn, p, b->hdr_len,
				    len - b->hdr_len - QUIC_TAG_LEN);
	if (err)
		return err;
	memcpy(mask, p + b->pn_off + 4, QUIC_SAMPLE_LEN);
	quic_hp_masks(&late->hp, mask, mask, 1);
	quic_hdr_protect(p, b->pn_off, mask);
	return 0;
}

/* Every packet of the linear copy @skb. Return: 0 or -errno. */
static int seal_all(struct quic_late *late, struct sk_buff *skb,
		    const struct quic_offload_burst *b, u32 gen, u32 off)
{
	struct quic_aead_key *key = &late->aead[gen & 1];
	u32 step = skb_is_gso(skb) ? skb_shinfo(skb)->gso_size :
				     skb->len - off;
	u64 pn = b->first_pn;
	int err;

	if (!late->owner || !quic_aead_key_valid(key) ||
	    key->generation != gen)
		return -ENOKEY;
	for (; off < skb->len; off += step) {
		err = seal_packet(late, key, b, pn++, skb->data + off,
				  min(step, skb->len - off));
		if (err)
			return err;
	}
	return 0;
}

/* Somebody segmented or summed before us, over clear text. */
static void redo_checksum(struct sk_buff *skb, u32 uoff)
{
	struct udphdr *uh = (struct udphdr *)(skb->data + uoff);
	u32 len = skb->len - uoff;
	__wsum sum;

	uh->check = 0;
	sum = skb_checksum(skb, uoff, len, 0);
	if (skb->protocol == htons(ETH_P_IP))
		uh->check = udp_v4_check(len, ip_hdr(skb)->saddr,
					 ip_hdr(skb)->daddr, sum);
	else
		uh->check = udp_v6_check(len, &ipv6_hdr(skb)->saddr,
					 &ipv6_hdr(skb)->daddr, sum);
	if (!uh->check)
		uh->check = CSUM_MANGLED_0;
}

/*
 * A copy with every packet sealed. The original's pages are only read: they
 * may be shared with a tap's clone, and serve retransmissions.
 * Return: the copy, or NULL: the packets are lost.
 */
static struct sk_buff *seal_copy(struct quic_late *late, struct sk_buff *skb)
{
	struct quic_offload_burst b;
	struct sk_buff *copy;
	u32 gen, uoff;
	int err;

	if (!skb_transport_header_was_set(skb))
		return NULL;
	uoff = skb_transport_offset(skb);
	/* consumes the numbers: from here on it is seal or drop */
	if (quic_offload_tx_take(skb, uoff + sizeof(struct udphdr), &b, &gen))
		return NULL;
	copy = skb_copy(skb, GFP_ATOMIC | __GFP_NOWARN);
	if (!copy)
		return NULL;
	spin_lock_bh(&late->lock);
	err = seal_all(late, copy, &b, gen, uoff + sizeof(struct udphdr));
	if (!err)
		skb_set_owner_w(copy, late->owner);
	spin_unlock_bh(&late->lock);
	if (err) {
		kfree_skb(copy);
		return NULL;
	}
	quic_offload_tx_fallback(skb, b.n_pkts);
	QUIC_ADD_STATS(sock_net(&late->inet.sk), QUIC_MIB_PKT_LATESEALED,
		       b.n_pkts);
	copy->decrypted = 0;
	if (copy->ip_summed != CHECKSUM_PARTIAL)
		redo_checksum(copy, uoff);
	/* validate_xmit_skb_list() relies on it */
	copy->prev = copy;
	return copy;
}

static struct sk_buff *validate(struct sock *sk, struct net_device *dev,
				struct sk_buff *skb)
{
	struct quic_late *late = to_late(sk);
	struct sk_buff *copy;

	if (skb->decrypted && quic_offload_tx_admit(skb, dev)) {
		quic_streak_break(&late->lost);
		return skb;
	}
	copy = skb->decrypted ? seal_copy(late, skb) : NULL;
	if (copy) {
		quic_streak_break(&late->lost);
		consume_skb(skb);
		return copy;
	}
	quic_streak_add(&late->lost, quic_now());
	QUIC_INC_STATS(sock_net(sk), QUIC_MIB_PKT_LATEDROP);
	kfree_skb(skb);
	return NULL;
}

/* ---- life ------------------------------------------------------------------ */

/* A packet is gone: the connection may have waited for that. */
static void write_space(struct sock *sk)
{
	struct quic_late *late = to_late(sk);

	spin_lock_bh(&late->lock);
	if (late->owner)
		quic_tx_drained(late->owner);
	spin_unlock_bh(&late->lock);
}

/**
 * quic_late_create() - a late socket for a connection
 * @sk: the connection's socket; has to stay until quic_late_drop()
 *
 * Context: process, sock lock.
 * Return: late socket or NULL.
 */
struct quic_late *quic_late_create(struct sock *sk)
{
	struct quic_late *late;
	struct sock *lsk;

	lsk = sk_alloc(sock_net(sk), sk->sk_family, GFP_KERNEL, &late_prot,
		       !sk->sk_net_refcnt);
	if (!lsk)
		return NULL;
	sock_init_data(NULL, lsk);
	lsk->sk_write_space = write_space;
	lsk->sk_validate_xmit_skb = validate;
	lsk->sk_sndbuf = INT_MAX;
	late = to_late(lsk);
	spin_lock_init(&late->lock);
	late->owner = sk;
	return late;
}

/**
 * quic_late_drop() - the connection is over
 * @late: late socket; not to be used afterwards
 *
 * Context: process.
 */
void quic_late_drop(struct quic_late *late)
{
	struct quic_aead_key aead[2];
	struct quic_hp hp;

	spin_lock_bh(&late->lock);
	late->owner = NULL;
	memcpy(aead, late->aead, sizeof(aead));
	hp = late->hp;
	memzero_explicit(late->aead, sizeof(late->aead));
	memzero_explicit(&late->hp, sizeof(late->hp));
	spin_unlock_bh(&late->lock);
	quic_aead_key_clear(&aead[0]);
	quic_aead_key_clear(&aead[1]);
	quic_hp_clear(&hp);
	memzero_explicit(aead, sizeof(aead));
	memzero_explicit(&hp, sizeof(hp));
	sock_put(&late->inet.sk);
}

/**
 * quic_late_set_hp() - header protection key for sealing in software
 * @late: late socket
 * @hp: the connection's
 *
 * Context: process, the connection's sock lock.
 * Return: 0 or -errno of the crypto API.
 */
int quic_late_set_hp(struct quic_late *late, const struct quic_hp *hp)
{
	return quic_hp_copy(&late->hp, hp);
}

/**
 * quic_late_set_key() - AEAD key for sealing in software
 * @late: late socket
 * @secret: of the generation; takes the place of the one two before it
 *
 * Context: process, the connection's sock lock.
 * Return: 0 or -errno of the crypto API.
 */
int quic_late_set_key(struct quic_late *late, const struct quic_secret *secret)
{
	struct quic_aead_key *slot = &late->aead[secret->generation & 1];
	struct quic_aead_key key = {}, old;
	int err;

	if (quic_aead_key_valid(slot) &&
	    slot->generation == secret->generation)
		return 0;
	err = quic_aead_key_init(&key, secret);
	if (err)
		return err;
	spin_lock_bh(&late->lock);
	old = *slot;
	*slot = key;
	spin_unlock_bh(&late->lock);
	quic_aead_key_clear(&old);
	memzero_explicit(&old, sizeof(old));
	memzero_explicit(&key, sizeof(key));
	return 0;
}

/**
 * quic_late_own() - charge a marked skb
 * @late: late socket
 * @skb: marked skb
 *
 * Context: any.
 */
void quic_late_own(struct quic_late *late, struct sk_buff *skb)
{
	skb_set_owner_w(skb, &late->inet.sk);
}

/* Packets of the late socket that were lost in a row. Any context. */
struct quic_streak *quic_late_lost(struct quic_late *late)
{
	return &late->lost;
}

/* Bytes of memory of what waits. Any context. */
int quic_late_in_flight(const struct quic_late *late)
{
	return late ? sk_wmem_alloc_get(&late->inet.sk) : 0;
}

int quic_late_init(void)
{
	return proto_register(&late_prot, 1);
}

void quic_late_exit(void)
{
	proto_unregister(&late_prot);
}
