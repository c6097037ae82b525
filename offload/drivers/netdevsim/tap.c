// SPDX-License-Identifier: GPL-2.0-only
#include "tap.h"

#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "port.h"

/* The pcap file format, with time stamps in nanoseconds. */
#define PCAP_MAGIC_NSEC		0xa1b23c4d
#define PCAP_VERSION_MAJOR	2
#define PCAP_VERSION_MINOR	4
#define PCAP_SNAPLEN_BYTES	262144
#define PCAP_LINKTYPE_ETHERNET	1

#define DEFAULT_RING_KIB	16384
#define MIN_RING_KIB		64
#define MAX_RING_KIB		SZ_1M

struct pcap_file_header {
	u32 magic;
	u16 version_major;
	u16 version_minor;
	u32 thiszone;
	u32 sigfigs;
	u32 snaplen;
	u32 linktype;
};

struct pcap_frame_header {
	u32 sec;
	u32 nsec;
	u32 captured_bytes;
	u32 frame_bytes;
};

/* Taps whose reader is far behind and asked the links to wait for it. */
static atomic_t qnsim_taps_backlogged = ATOMIC_INIT(0);

/**
 * qnsim_tap_backlogged - does a reader need the links to wait?
 *
 * Context: any.
 * Return: true while a tap with a reader is more than half full.
 */
bool qnsim_tap_backlogged(void)
{
	return atomic_read(&qnsim_taps_backlogged) > 0;
}

static u32 used_bytes(const struct qnsim_tap *tap)
{
	return tap->head_bytes - tap->tail_bytes;
}

/* Returns true when the links may go on that waited for this tap. */
static bool update_backlog(struct qnsim_tap *tap)
{
	u32 mark = tap->backlogged ? tap->size_bytes / 4 : tap->size_bytes / 2;
	bool behind;

	lockdep_assert_held(&tap->lock);
	behind = tap->has_reader && READ_ONCE(tap->wait) &&
		 tap->state == QNSIM_TAP_ON && used_bytes(tap) > mark;
	if (behind == tap->backlogged)
		return false;

	tap->backlogged = behind;
	if (behind)
		atomic_inc(&qnsim_taps_backlogged);
	else
		atomic_dec(&qnsim_taps_backlogged);
	return !behind;
}

static void put_bytes(struct qnsim_tap *tap, const void *data, u32 len)
{
	u32 at = tap->head_bytes & (tap->size_bytes - 1);
	u32 first = min(len, tap->size_bytes - at);

	memcpy(tap->ring + at, data, first);
	memcpy(tap->ring, data + first, len - first);
	tap->head_bytes += len;
}

static int put_skb(struct qnsim_tap *tap, const struct sk_buff *skb)
{
	u32 at = tap->head_bytes & (tap->size_bytes - 1);
	u32 first = min(skb->len, tap->size_bytes - at);
	int err;

	err = skb_copy_bits(skb, 0, tap->ring + at, first);
	if (!err)
		err = skb_copy_bits(skb, first, tap->ring, skb->len - first);
	if (!err)
		tap->head_bytes += skb->len;
	return err;
}

static bool record_frame(struct qnsim_tap *tap, const struct sk_buff *skb)
{
	struct pcap_frame_header hdr = {
		.captured_bytes = skb->len,
		.frame_bytes = skb->len,
	};
	struct timespec64 now;
	u64 start = tap->head_bytes;

	if (sizeof(hdr) + skb->len > tap->size_bytes - used_bytes(tap))
		return false;

	ktime_get_real_ts64(&now);
	hdr.sec = now.tv_sec;
	hdr.nsec = now.tv_nsec;
	put_bytes(tap, &hdr, sizeof(hdr));
	if (put_skb(tap, skb)) {
		tap->head_bytes = start;
		return false;
	}
	return true;
}

/**
 * qnsim_tap_frame - record a frame that is on the link
 * @tap: the port's tap
 * @skb: frame, data at its Ethernet header
 *
 * Context: softirq or BH disabled.
 */
void qnsim_tap_frame(struct qnsim_tap *tap, const struct sk_buff *skb)
{
	if (READ_ONCE(tap->state) != QNSIM_TAP_ON)
		return;

	spin_lock(&tap->lock);
	if (tap->state == QNSIM_TAP_ON) {
		if (record_frame(tap, skb))
			tap->frames++;
		else
			tap->dropped++;
		update_backlog(tap);
	}
	spin_unlock(&tap->lock);

	if (wq_has_sleeper(&tap->wq))
		wake_up_interruptible_poll(&tap->wq, EPOLLIN | EPOLLRDNORM);
}

static void set_state(struct qnsim_tap *tap, enum qnsim_tap_state state)
{
	bool resume;

	spin_lock_bh(&tap->lock);
	if (tap->state != QNSIM_TAP_DEAD)
		tap->state = state;
	resume = update_backlog(tap);
	spin_unlock_bh(&tap->lock);

	if (resume)
		qnsim_ports_resume();
	wake_up_interruptible_all(&tap->wq);
}

static int start_capture(struct qnsim_tap *tap)
{
	const struct pcap_file_header hdr = {
		.magic = PCAP_MAGIC_NSEC,
		.version_major = PCAP_VERSION_MAJOR,
		.version_minor = PCAP_VERSION_MINOR,
		.snaplen = PCAP_SNAPLEN_BYTES,
		.linktype = PCAP_LINKTYPE_ETHERNET,
	};
	u32 kib = clamp(READ_ONCE(tap->ring_kib), MIN_RING_KIB, MAX_RING_KIB);
	u8 *ring, *old;

	lockdep_assert_held(&tap->read_lock);
	kib = roundup_pow_of_two(kib);
	ring = vmalloc(kib * SZ_1K);
	if (!ring)
		return -ENOMEM;

	spin_lock_bh(&tap->lock);
	old = tap->ring;
	tap->ring = ring;
	tap->size_bytes = kib * SZ_1K;
	tap->head_bytes = 0;
	tap->tail_bytes = 0;
	tap->frames = 0;
	tap->dropped = 0;
	put_bytes(tap, &hdr, sizeof(hdr));
	if (tap->state != QNSIM_TAP_DEAD)
		tap->state = QNSIM_TAP_ON;
	spin_unlock_bh(&tap->lock);

	vfree(old);
	return 0;
}

static void end_capture(struct qnsim_tap *tap)
{
	u8 *ring;

	lockdep_assert_held(&tap->read_lock);
	set_state(tap, QNSIM_TAP_OFF);
	spin_lock_bh(&tap->lock);
	ring = tap->ring;
	tap->ring = NULL;
	tap->head_bytes = 0;
	tap->tail_bytes = 0;
	spin_unlock_bh(&tap->lock);
	vfree(ring);
}

static void release_tap(struct kref *ref)
{
	struct qnsim_tap *tap = container_of(ref, struct qnsim_tap, ref);

	vfree(tap->ring);
	kfree(tap);
}

/* Opening for reading attaches the one reader, and starts a capture if none
 * was started before.
 */
static int attach_reader(struct qnsim_tap *tap)
{
	int err = 0;

	mutex_lock(&tap->read_lock);
	if (tap->has_reader)
		err = -EBUSY;
	else if (tap->state == QNSIM_TAP_OFF)
		err = start_capture(tap);
	if (!err) {
		spin_lock_bh(&tap->lock);
		tap->has_reader = true;
		spin_unlock_bh(&tap->lock);
	}
	mutex_unlock(&tap->read_lock);
	return err;
}

static int tap_open(struct inode *inode, struct file *file)
{
	struct qnsim_tap *tap = inode->i_private;
	int err = 0;

	if (file->f_mode & FMODE_READ)
		err = attach_reader(tap);
	if (err)
		return err;

	kref_get(&tap->ref);
	file->private_data = tap;
	return stream_open(inode, file);
}

static int tap_release(struct inode *inode, struct file *file)
{
	struct qnsim_tap *tap = file->private_data;

	if (file->f_mode & FMODE_READ) {
		mutex_lock(&tap->read_lock);
		spin_lock_bh(&tap->lock);
		tap->has_reader = false;
		spin_unlock_bh(&tap->lock);
		end_capture(tap);
		mutex_unlock(&tap->read_lock);
	}
	kref_put(&tap->ref, release_tap);
	return 0;
}

static bool readable(struct qnsim_tap *tap)
{
	bool ready;

	spin_lock_bh(&tap->lock);
	ready = used_bytes(tap) || tap->state != QNSIM_TAP_ON;
	spin_unlock_bh(&tap->lock);
	return ready;
}

static ssize_t copy_out(struct qnsim_tap *tap, char __user *buf, size_t count)
{
	u32 at, len;
	bool resume;

	spin_lock_bh(&tap->lock);
	at = tap->tail_bytes & (tap->size_bytes - 1);
	len = min3((size_t)used_bytes(tap), count,
		   (size_t)(tap->size_bytes - at));
	spin_unlock_bh(&tap->lock);

	if (copy_to_user(buf, tap->ring + at, len))
		return -EFAULT;

	spin_lock_bh(&tap->lock);
	tap->tail_bytes += len;
	resume = update_backlog(tap);
	spin_unlock_bh(&tap->lock);
	if (resume)
		qnsim_ports_resume();
	return len;
}

static ssize_t tap_read(struct file *file, char __user *buf, size_t count,
			loff_t *ppos)
{
	struct qnsim_tap *tap = file->private_data;
	ssize_t ret;

	if (!readable(tap)) {
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		ret = wait_event_interruptible(tap->wq, readable(tap));
		if (ret)
			return ret;
	}

	mutex_lock(&tap->read_lock);
	ret = tap->ring ? copy_out(tap, buf, count) : 0;
	mutex_unlock(&tap->read_lock);
	return ret;
}

static __poll_t tap_poll(struct file *file, struct poll_table_struct *wait)
{
	struct qnsim_tap *tap = file->private_data;

	poll_wait(file, &tap->wq, wait);
	return readable(tap) ? EPOLLIN | EPOLLRDNORM : 0;
}

static int run_command(struct qnsim_tap *tap, const char *cmd)
{
	int err = 0;

	mutex_lock(&tap->read_lock);
	if (!strcmp(cmd, "start")) {
		if (tap->has_reader)
			err = -EBUSY;
		else
			err = start_capture(tap);
	} else if (!strcmp(cmd, "stop")) {
		if (tap->state == QNSIM_TAP_ON)
			set_state(tap, QNSIM_TAP_DRAINING);
	} else {
		err = -EINVAL;
	}
	mutex_unlock(&tap->read_lock);
	return err;
}

static ssize_t tap_write(struct file *file, const char __user *buf,
			 size_t count, loff_t *ppos)
{
	char cmd[8];
	ssize_t len;
	int err;

	if (count >= sizeof(cmd))
		return -EINVAL;
	len = strncpy_from_user(cmd, buf, count);
	if (len < 0)
		return len;
	cmd[len] = '\0';

	err = run_command(file->private_data, strim(cmd));
	return err ?: count;
}

/* Not behind debugfs' protection, so that a reader can drain what is left when
 * the port has gone: the file's reference keeps the tap.
 */
static const struct file_operations tap_fops = {
	.owner = THIS_MODULE,
	.open = tap_open,
	.release = tap_release,
	.read = tap_read,
	.write = tap_write,
	.poll = tap_poll,
};

/**
 * qnsim_tap_create - make a port's tap
 * @dir: debugfs directory of the port
 *
 * Context: process.
 * Return: the tap, or NULL when there is no memory.
 */
struct qnsim_tap *qnsim_tap_create(struct dentry *dir)
{
	struct qnsim_tap *tap = kzalloc(sizeof(*tap), GFP_KERNEL);

	if (!tap)
		return NULL;

	kref_init(&tap->ref);
	spin_lock_init(&tap->lock);
	mutex_init(&tap->read_lock);
	init_waitqueue_head(&tap->wq);
	tap->ring_kib = DEFAULT_RING_KIB;
	tap->wait = true;
	tap->file = debugfs_create_file_unsafe("tap", 0600, dir, tap,
					       &tap_fops);
	debugfs_create_u32("tap_ring_kib", 0600, dir, &tap->ring_kib);
	debugfs_create_bool("tap_wait", 0600, dir, &tap->wait);
	debugfs_create_u64("tap_frames", 0400, dir, &tap->frames);
	debugfs_create_u64("tap_dropped", 0400, dir, &tap->dropped);
	return tap;
}

/**
 * qnsim_tap_destroy - end the tap of a port that goes away
 * @tap: tap; its reader gets what is left and then end of file
 *
 * Context: process, after the port's debugfs directory is removed: nobody opens
 * the file any more.
 */
void qnsim_tap_destroy(struct qnsim_tap *tap)
{
	set_state(tap, QNSIM_TAP_DEAD);
	kref_put(&tap->ref, release_tap);
}
