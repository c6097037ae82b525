/* SPDX-License-Identifier: GPL-2.0-only */
/* The link that leaves a port: impairments and the plaintext canary. */
#ifndef QNSIM_LINK_H
#define QNSIM_LINK_H

#include <linux/netdevice.h>
#include <linux/prandom.h>
#include <linux/spinlock.h>
#include <linux/timer.h>

#define QNSIM_MAX_CANARY_LEN	64

struct qnsim_stats;
struct qnsim_tap;

enum qnsim_impairment_id {
	QNSIM_LOSS,
	QNSIM_REORDER,
	QNSIM_DUP,
	QNSIM_FLIP,
	QNSIM_N_IMPAIRMENTS
};

struct qnsim_impairment {
	u32 permille;		/* knob: this many of 1,000 datagrams */
	u32 next;		/* knob: and this many of the next ones */
};

/*
 * DOC: locking
 *
 * @lock guards the random state, the counts in @impair[].next, the held frame
 * and the canary. The other knobs are single words, read at will.
 */
struct qnsim_link {
	struct net_device *dev;
	struct qnsim_stats *stats;
	struct qnsim_tap *tap;
	struct qnsim_impairment impair[QNSIM_N_IMPAIRMENTS];
	s32 flip_at;		/* knob: offset in the payload, see docs */
	bool flip_anywhere;	/* knob: ignore flip_at */
	bool short_only;	/* knob: spare long headers */

	spinlock_t lock;	/* see above */
	struct rnd_state rnd;
	u32 seed;
	struct sk_buff *held;
	u32 held_for;		/* datagrams that still overtake it */
	struct timer_list release_timer;
	u8 canary[QNSIM_MAX_CANARY_LEN];
	u32 canary_len;
};

void qnsim_link_init(struct qnsim_link *link, struct net_device *dev,
		     struct qnsim_stats *stats);
void qnsim_link_debugfs(struct qnsim_link *link, struct dentry *dir);
void qnsim_link_flush(struct qnsim_link *link);
void qnsim_link_shutdown(struct qnsim_link *link);
void qnsim_link_send(struct qnsim_link *link, struct sk_buff *skb);

#endif
