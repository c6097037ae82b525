// SPDX-License-Identifier: GPL-2.0-only
#include "replay.h"

#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/spinlock.h>
#include <net/net_namespace.h>

#include "mib.h"

/**
 * DOC: Anti-replay
 *
 * RFC 9001 9.2 leaves replay to TLS, RFC 8446 8.2 to a memory of ClientHellos
 * that all servers share which open each other's tickets. They are the
 * processes of a network namespace, so the memory is here.
 *
 * TLS itself rejects a ClientHello whose ticket age is off by more than a
 * window (10 s with GnuTLS). What came within two spans of at least that
 * length is remembered: in the current table or in the one before it. A table
 * that is full answers "seen": 0-RTT is lost, never its protection.
 */

#define SPAN_NS		(15 * NSEC_PER_SEC)
#define SLOTS		8192		/* power of two */
#define FILL_MAX	(SLOTS / 4 * 3)

/**
 * struct quic_replay - memory of a network namespace
 * @key: so that nobody outside can make ids collide
 * @start_ns: when the current span began
 * @fill: ids in @table[@now]
 * @now: current table; the other is the one before
 * @table: open hash tables of 64-bit ids, 0: free
 */
struct quic_replay {
	siphash_key_t key;
	u64 start_ns;
	u32 fill;
	u8 now;
	u64 table[2][SLOTS];
};

/* The slot of @id, or the free one where it would be. */
static u64 *find_slot(u64 *table, u64 id)
{
	u32 i = id & (SLOTS - 1);

	while (table[i] && table[i] != id)
		i = (i + 1) & (SLOTS - 1);
	return &table[i];
}

static void turn(struct quic_replay *r, u64 now)
{
	u64 spans = (now - r->start_ns) / SPAN_NS;

	if (!spans)
		return;
	r->now ^= 1;
	memset(r->table[r->now], 0, sizeof(r->table[0]));
	if (spans > 1)
		memset(r->table[!r->now], 0, sizeof(r->table[0]));
	r->start_ns = now;
	r->fill = 0;
}

static int check_id(struct quic_replay *r, u64 id, u64 now)
{
	u64 *slot;

	turn(r, now);
	slot = find_slot(r->table[r->now], id);
	if (*slot || *find_slot(r->table[!r->now], id))
		return -EEXIST;
	if (r->fill == FILL_MAX)
		return -ENOSPC;
	*slot = id;
	r->fill++;
	return 0;
}

/* The first server that accepts 0-RTT pays for the tables. */
static struct quic_replay *get_memory(struct quic_net *qn)
{
	struct quic_replay *r = READ_ONCE(qn->replay), *old;

	if (r)
		return r;
	r = kvzalloc(sizeof(*r), GFP_KERNEL_ACCOUNT);
	if (!r)
		return NULL;
	get_random_bytes(&r->key, sizeof(r->key));
	r->start_ns = ktime_get_ns();
	old = cmpxchg(&qn->replay, NULL, r);
	if (!old)
		return r;
	kvfree(r);
	return old;
}

/**
 * quic_replay_check() - was this ClientHello seen lately?
 * @net: namespace
 * @id: what is unique of it
 * @len: bytes
 *
 * Context: process context.
 * Return: 0, and it is remembered; -EEXIST; -ENOSPC; -ENOMEM.
 */
int quic_replay_check(struct net *net, const u8 *id, size_t len)
{
	struct quic_net *qn = quic_net(net);
	struct quic_replay *r;
	u64 hash;
	int err;

	r = get_memory(qn);
	if (!r)
		return -ENOMEM;
	hash = siphash(id, len, &r->key) ?: 1;
	spin_lock_bh(&qn->lock);
	err = check_id(r, hash, ktime_get_ns());
	spin_unlock_bh(&qn->lock);
	return err;
}

/**
 * quic_replay_exit() - forget everything
 * @net: namespace
 */
void quic_replay_exit(struct net *net)
{
	kvfree(quic_net(net)->replay);
	quic_net(net)->replay = NULL;
}
