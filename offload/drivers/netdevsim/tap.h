/* SPDX-License-Identifier: GPL-2.0-only */
/* Wire tap: the frames on the link itself, as a pcap stream in debugfs. */
#ifndef QNSIM_TAP_H
#define QNSIM_TAP_H

#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

enum qnsim_tap_state {
	QNSIM_TAP_OFF,
	QNSIM_TAP_ON,		/* frames go into the ring */
	QNSIM_TAP_DRAINING,	/* none does, the reader gets what is left */
	QNSIM_TAP_DEAD,		/* as before, and the port is gone */
};

/*
 * DOC: locking
 *
 * @lock guards the fields below it and orders the writers. @read_lock orders
 * readers and is taken first. One reader at a time moves @tail, outside @lock
 * it may copy from [@tail, @head) because writers never touch that range. The
 * ring is only replaced with @read_lock held and in states in which no writer
 * looks at it.
 */
struct qnsim_tap {
	struct kref ref;
	struct dentry *file;
	wait_queue_head_t wq;
	struct mutex read_lock;		/* see above */
	u32 ring_kib;		/* knob, taken over when a capture starts */
	bool wait;		/* knob: slow the link down rather than drop */

	spinlock_t lock;		/* see above */
	enum qnsim_tap_state state;
	bool has_reader;
	bool backlogged;	/* counted in qnsim_taps_backlogged */
	u8 *ring;
	u32 size_bytes;		/* power of two */
	u64 head_bytes;		/* ever written */
	u64 tail_bytes;		/* ever read */
	u64 frames;
	u64 dropped;
};

struct qnsim_tap *qnsim_tap_create(struct dentry *dir);
void qnsim_tap_destroy(struct qnsim_tap *tap);
void qnsim_tap_frame(struct qnsim_tap *tap, const struct sk_buff *skb);
bool qnsim_tap_backlogged(void);

#endif
