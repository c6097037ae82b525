// SPDX-License-Identifier: GPL-2.0-only
#include "offload.h"

#include <linux/bpf-cgroup.h>
#include <linux/tls.h>
#include <net/dst.h>

#include "core/conn.h"
#include "core/recovery.h"
#include "core/send.h"
#include "late.h"
#include "mib.h"
#include "offload/core/offload.h"
#include "sock.h"
#include "udp.h"

/**
 * DOC: A connection's keys in a device
 *
 * quic_hw_sync() is the one place that hands keys over. It looks at what is
 * (route, generations, connection ids) and states the difference to what the
 * device was given, so it can be called at any time and as often as one likes;
 * it runs in process context, because keys are derived there. The data path
 * only asks whether a key is ready, and has it called when something looks
 * out of date.
 */

static const u8 ways[QUIC_DIRS] = {
	[QUIC_DIR_RX] = QUIC_OFFLOAD_RX,
	[QUIC_DIR_TX] = QUIC_OFFLOAD_TX,
};

static int offload_cipher(u16 cipher)
{
	switch (cipher) {
	case TLS_CIPHER_AES_GCM_128:
		return QUIC_OFFLOAD_AES_128_GCM;
	case TLS_CIPHER_AES_GCM_256:
		return QUIC_OFFLOAD_AES_256_GCM;
	case TLS_CIPHER_CHACHA20_POLY1305:
		return QUIC_OFFLOAD_CHACHA20_POLY1305;
	default:
		return QUIC_OFFLOAD_AES_128_CCM;
	}
}

/* ---- handing over ------------------------------------------------------------- */

static void drop_dir(struct quic_hw *hw, int dir)
{
	if (hw->dir[dir])
		quic_offload_dir_drop(hw->dir[dir]);
	hw->dir[dir] = NULL;
	hw->have[dir] = 0;
	if (dir == QUIC_DIR_RX)
		hw->n_cids = 0;
}

static void create_dir(struct sock *sk, int dir, struct net_device *netdev)
{
	struct quic_sock *q = quic_sk(sk);
	u8 hp_key[QUIC_KEY_LEN_MAX];
	struct quic_offload_dir_cfg cfg = {
		.way = ways[dir],
		.cipher = offload_cipher(q->crypt.cipher),
		.cid_len = dir == QUIC_DIR_TX ?
			   quic_cid_remote(&q->conn)->len :
			   q->conn.local.initial_scid.len,
		.hp_key = hp_key,
	};
	struct quic_offload_dir *d;
	int len;

	len = quic_hp_export(&q->crypt.app[dir].hp, hp_key, sizeof(hp_key));
	if (len < 0)
		return;
	cfg.hp_len = len;
	d = quic_offload_dir_create(netdev, &cfg, GFP_KERNEL);
	memzero_explicit(hp_key, sizeof(hp_key));
	if (!IS_ERR(d))
		q->hw.dir[dir] = d;
}

static void set_key(struct quic_sock *q, int dir,
		    const struct quic_secret *secret)
{
	u8 key[QUIC_KEY_LEN_MAX], iv[QUIC_IV_LEN];
	u32 gen = secret->generation;
	struct quic_hw *hw = &q->hw;
	int len;

	len = quic_secret_export(secret, key, sizeof(key), iv);
	if (len > 0 && !quic_offload_key_set(hw->dir[dir], gen, key, len, iv,
					     GFP_KERNEL)) {
		hw->gen[dir][gen & 1] = gen;
		hw->have[dir] |= BIT(gen & 1);
	}
	memzero_explicit(key, sizeof(key));
	memzero_explicit(iv, sizeof(iv));
}

/* Generation @secret is of use from @cur on; its slot may hold an older one. */
static void want_key(struct quic_sock *q, int dir,
		     const struct quic_secret *secret, u32 cur)
{
	u32 gen = secret->generation, slot = gen & 1;
	struct quic_hw *hw = &q->hw;

	if (!secret->len || gen < cur || gen > cur + 1)
		return;
	if (hw->have[dir] & BIT(slot)) {
		if (hw->gen[dir][slot] == gen)
			return;
		quic_offload_key_drop(hw->dir[dir], hw->gen[dir][slot]);
		hw->have[dir] &= ~BIT(slot);
	}
	set_key(q, dir, secret);
}

static void sync_keys(struct quic_sock *q, int dir)
{
	const struct quic_app_keys *app = &q->crypt.app[dir];
	const struct quic_keys *k = &q->conn.keys;
	u32 cur = dir == QUIC_DIR_TX ? k->tx_gen : k->rx_gen;

	want_key(q, dir, &app->prev, cur);
	/*
	 * The slot of N + 1 is the one of N - 1, which has packets on their way
	 * for three PTO after an update (RFC 9001 6.5).
	 */
	if (dir == QUIC_DIR_RX && k->rx_gen && quic_now() < k->prev_until_ns &&
	    app->secret.generation == k->rx_gen + 1) {
		q->hw.swap_ns = k->prev_until_ns;
		return;
	}
	want_key(q, dir, &app->secret, cur);
	if (dir == QUIC_DIR_RX)
		q->hw.swap_ns = 0;
}

static void sync_late(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);
	const struct quic_app_keys *app = &q->crypt.app[QUIC_DIR_TX];
	struct quic_late *late = q->hw.late;

	if (!late) {
		late = quic_late_create(sk);
		if (!late)
			return;
		if (quic_late_set_hp(late, &app->hp)) {
			quic_late_drop(late);
			return;
		}
		q->hw.late = late;
	}
	if (app->prev.len)
		quic_late_set_key(late, &app->prev);
	quic_late_set_key(late, &app->secret);
}

static bool has_cid(const struct quic_cid *list, unsigned int n,
		    const struct quic_cid *cid)
{
	while (n--)
		if (quic_cid_equal(&list[n], cid))
			return true;
	return false;
}

static unsigned int local_cids(const struct quic_conn *c, struct quic_cid *list)
{
	unsigned int i, n = 0;

	for (i = 0; i < QUIC_CIDS_MAX; i++)
		if (c->cids.local[i].state != QUIC_CID_FREE)
			list[n++] = c->cids.local[i].cid;
	return n;
}

static void sync_filters(struct quic_sock *q)
{
	struct quic_offload_dir *dir = q->hw.dir[QUIC_DIR_RX];
	struct quic_cid now[QUIC_CIDS_MAX];
	struct quic_hw *hw = &q->hw;
	unsigned int i, n;

	n = local_cids(&q->conn, now);
	for (i = 0; i < hw->n_cids; i++)
		if (!has_cid(now, n, &hw->cid[i]))
			quic_offload_filter_drop(dir, hw->cid[i].data,
						 hw->cid[i].len);
	for (i = 0; i < n; i++)
		if (!has_cid(hw->cid, hw->n_cids, &now[i]))
			quic_offload_filter_add(dir, now[i].data, now[i].len,
						GFP_KERNEL);
	memcpy(hw->cid, now, n * sizeof(now[0]));
	hw->n_cids = n;
}

static void sync_on(struct sock *sk, struct net_device *netdev)
{
	struct quic_sock *q = quic_sk(sk);
	struct quic_hw *hw = &q->hw;
	int dir;

	for (dir = 0; dir < QUIC_DIRS; dir++) {
		if (hw->dir[dir] && (netdev != hw->netdev ||
				     !quic_offload_dir_alive(hw->dir[dir])))
			drop_dir(hw, dir);
		if (!hw->dir[dir])
			create_dir(sk, dir, netdev);
	}
	if (hw->dir[QUIC_DIR_TX]) {
		sync_late(sk);
		sync_keys(q, QUIC_DIR_TX);
	}
	if (hw->dir[QUIC_DIR_RX]) {
		sync_keys(q, QUIC_DIR_RX);
		sync_filters(q);
	}
}

/**
 * quic_hw_sync() - give the route's device what it should have
 * @sk: living socket; nothing when its 1-RTT packets are in clear
 *
 * Context: process, sock lock.
 */
void quic_hw_sync(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);
	struct dst_entry *dst;
	u32 epoch;

	if (q->conn.state != QUIC_CONN_ESTABLISHED || quic_conn_clear(&q->conn))
		return;
	dst = quic_udp_dst(sk);
	if (IS_ERR(dst))
		return;
	epoch = quic_offload_epoch();
	sync_on(sk, dst->dev);
	q->hw.netdev = dst->dev;
	q->hw.epoch = epoch;
	dst_release(dst);
}

/**
 * quic_hw_drop() - take everything back
 * @sk: socket whose connection is over
 *
 * Context: process, sock lock.
 */
void quic_hw_drop(struct sock *sk)
{
	struct quic_hw *hw = &quic_sk(sk)->hw;
	int dir;

	for (dir = 0; dir < QUIC_DIRS; dir++)
		drop_dir(hw, dir);
	if (hw->late)
		quic_late_drop(hw->late);
	hw->late = NULL;
}

/**
 * quic_hw_poke() - have quic_hw_sync() called
 * @sk: socket
 *
 * Context: any.
 */
void quic_hw_poke(struct sock *sk)
{
	quic_sock_defer_work(sk, QUIC_TODO_HW);
}

/* ---- data path ----------------------------------------------------------------- */

/* Was the route, or the set of devices, another one when we looked? */
static bool is_stale(const struct quic_hw *hw, const struct net_device *netdev)
{
	return hw->netdev != netdev || hw->epoch != quic_offload_epoch();
}

/*
 * What may be touched between here and the device is sealed before: xfrm and
 * tunnels read it, and on a route with a locked MTU IP fragments it, which
 * takes the mark off clear text.
 */
static bool is_plain_route(const struct dst_entry *dst)
{
	return !dst_xfrm(dst) && !dst->lwtstate &&
	       !dst_metric_locked(dst, RTAX_MTU);
}

/*
 * What a program of the cgroup is to see belongs to a socket of the cgroup, and
 * a marked burst belongs to the late socket.
 */
static bool is_filtered(struct sock *sk)
{
#ifdef CONFIG_CGROUP_BPF
	return cgroup_bpf_enabled(CGROUP_INET_EGRESS) &&
	       cgroup_bpf_sock_enabled(sk, CGROUP_INET_EGRESS);
#else
	return false;
#endif
}

static bool is_app_only(const struct quic_plan *plan)
{
	return plan->n_pkts == plan->n_dgrams &&
	       plan->pkt[0].level == QUIC_LVL_APP;
}

/*
 * A device whose work keeps getting lost is worse than none: the direction goes
 * back to software. Long is what a peer would notice, two PTO.
 */
static bool is_lossy(struct sock *sk, int dir, struct quic_streak *streak)
{
	struct quic_sock *q = quic_sk(sk);

	if (likely(!READ_ONCE(streak->n)) ||
	    !quic_streak_is_long(streak, quic_now(),
				 2 * quic_recovery_pto(&q->conn, true)))
		return false;
	quic_streak_break(streak);
	quic_offload_dir_distrust(q->hw.dir[dir]);
	return true;
}

/**
 * quic_hw_tx_key() - may a burst be left to a device?
 * @sk: living socket
 * @dst: route
 * @plan: the burst
 *
 * Context: sock lock, process or softirq.
 * Return: key with a reference, or NULL: seal it in software.
 */
struct quic_offload_key *quic_hw_tx_key(struct sock *sk,
					const struct dst_entry *dst,
					const struct quic_plan *plan)
{
	struct quic_sock *q = quic_sk(sk);
	struct quic_hw *hw = &q->hw;
	struct quic_offload_dir *dir;

	if (!is_app_only(plan) || q->conn.state != QUIC_CONN_ESTABLISHED)
		return NULL;
	if (is_stale(hw, dst->dev))
		quic_hw_poke(sk);
	dir = hw->dir[QUIC_DIR_TX];
	if (!dir || !hw->late)
		return NULL;
	if (dir->qdev->netdev != dst->dev || !is_plain_route(dst) ||
	    is_filtered(sk)) {
		quic_offload_dir_reason(dir, QUIC_OFFLOAD_REASON_ROUTE);
		return NULL;
	}
	if (!quic_offload_dir_on(dir, dst->dev) ||
	    quic_offload_dir_tapped(dir) ||
	    is_lossy(sk, QUIC_DIR_TX, quic_late_lost(hw->late)))
		return NULL;
	return quic_offload_key_get(dir, plan->gen);
}

/**
 * quic_hw_tx_mark() - leave a burst to a device
 * @sk: living socket
 * @skb: the plan's packets in clear, room for tags included, without owner
 * @key: from quic_hw_tx_key()
 * @plan: the burst
 *
 * Context: sock lock, process or softirq.
 * Return: 0 or -ENOMEM.
 */
int quic_hw_tx_mark(struct sock *sk, struct sk_buff *skb,
		    struct quic_offload_key *key, const struct quic_plan *plan)
{
	const struct quic_plan_pkt *first = &plan->pkt[0];
	const struct quic_offload_burst burst = {
		.first_pn = first->pn,
		.n_pkts = plan->n_pkts,
		.hdr_len = first->hdr_len,
		.pn_off = first->pn_off,
		.pn_len = first->pn_len,
	};
	int err;

	err = quic_offload_tx_mark(skb, key, &burst, quic_gfp());
	if (err)
		return err;
	quic_sk(sk)->hw.dev_pkts[QUIC_DIR_TX] += plan->n_pkts;
	quic_late_own(quic_sk(sk)->hw.late, skb);
	return 0;
}

static enum quic_hw_rx refuse(struct sock *sk)
{
	struct quic_hw *hw = &quic_sk(sk)->hw;

	quic_streak_add(&hw->refused, quic_now());
	if (hw->dir[QUIC_DIR_RX])
		is_lossy(sk, QUIC_DIR_RX, &hw->refused);
	return QUIC_HW_RX_REJECT;
}

/**
 * quic_hw_rx_check() - did a device open this?
 * @sk: living socket, which the connection id led to
 * @skb: received burst; its packets have the same verdict
 * @gen: generation that opened it
 *
 * The mark alone says nothing: the transmit side uses it, too. With a verdict
 * that went missing the bytes are clear text, of no use to the cipher.
 *
 * Rejections without an end are the end of the direction's offload.
 *
 * Context: sock lock, process or softirq.
 * Return: see &enum quic_hw_rx; a rejection is counted.
 */
enum quic_hw_rx quic_hw_rx_check(struct sock *sk, const struct sk_buff *skb,
				 u32 *gen)
{
	struct quic_sock *q = quic_sk(sk);
	struct quic_offload_dir *dir = q->hw.dir[QUIC_DIR_RX];
	const struct quic_keys *k = &q->conn.keys;
	struct quic_offload_verdict v;

	if (q->hw.swap_ns && q->hw.swap_ns <= quic_now())
		quic_hw_poke(sk);
	if (!quic_offload_rx_verdict(skb, &v) || v.status != QUIC_OFFLOAD_OK)
		return skb->decrypted ? refuse(sk) : QUIC_HW_RX_WIRE;
	if (!dir || !quic_offload_rx_accept(dir, &v) ||
	    v.generation + 1 < k->rx_gen || v.generation > k->rx_gen + 1)
		return refuse(sk);
	quic_streak_break(&q->hw.refused);
	/* it leaves the device; what came is here */
	quic_offload_dir_tapped(dir);
	*gen = v.generation;
	return QUIC_HW_RX_OPENED;
}

/**
 * quic_hw_count_sw() - software sealed or opened packets
 * @sk: socket
 * @dir: enum quic_dir
 * @pkts: their number
 *
 * Context: sock lock.
 */
void quic_hw_count_sw(struct sock *sk, int dir, unsigned int pkts)
{
	struct quic_offload_dir *d = quic_sk(sk)->hw.dir[dir];

	if (d)
		quic_offload_dir_count(d, pkts);
}

/**
 * quic_hw_state() - who seals or opens 1-RTT packets now?
 * @sk: socket with a connection
 * @dir: enum quic_dir
 *
 * Context: sock lock.
 * Return: enum quic_stats_offload.
 */
u8 quic_hw_state(struct sock *sk, int dir)
{
	struct quic_sock *q = quic_sk(sk);
	struct quic_offload_dir *d = q->hw.dir[dir];
	const struct quic_keys *k = &q->conn.keys;
	struct quic_offload_key *key;

	if (!d)
		return QUIC_STATS_OFFLOAD_NONE;
	if (!quic_offload_dir_on(d, q->hw.netdev))
		return QUIC_STATS_OFFLOAD_SOFTWARE;
	key = quic_offload_key_get(d, dir == QUIC_DIR_TX ? k->tx_gen :
							   k->rx_gen);
	if (!key)
		return QUIC_STATS_OFFLOAD_SOFTWARE;
	quic_offload_key_put(key);
	return QUIC_STATS_OFFLOAD_DEVICE;
}
