// SPDX-License-Identifier: GPL-2.0-only
#include "migrate.h"

#include <net/ipv6.h>

#include "core/conn.h"
#include "sock.h"
#include "udp.h"

/**
 * DOC: Addresses of paths
 *
 * quic_sock.paths has the addresses of the core's two paths, by their ids.
 * quic_sock.local and .peer are copies of the active one's, for everybody who
 * does not care; quic_migrate_sync() makes them after the core moved. A path
 * from another local address than bind() chose holds a kernel UDP socket of
 * its own.
 */

/**
 * quic_migrate_init() - the connection starts with one path
 * @sk: socket with addresses
 *
 * Context: sock lock.
 */
void quic_migrate_init(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);

	q->paths[q->conn.path.id].local = q->local;
	q->paths[q->conn.path.id].peer = q->peer;
	q->conn.path_added = QUIC_PATH_NEW;
}

static void drop_path(struct quic_path_addrs *a)
{
	quic_udp_put(a->udp);
	memset(a, 0, sizeof(*a));
}

/* The connection is gone. Sock lock. */
void quic_migrate_free(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);
	int i;

	for (i = 0; i < QUIC_PATHS; i++)
		drop_path(&q->paths[i]);
}

static bool is_on(const struct sk_buff *skb, const struct quic_path_addrs *a)
{
	return quic_udp_from(skb, &a->peer) && quic_udp_to(skb, &a->local);
}

/**
 * quic_migrate_find() - which path did a datagram take?
 * @sk: living socket, which the connection id led to
 * @skb: datagram, headers in place
 *
 * RFC 9000 9: addresses that are new are a server's business, and only from
 * the confirmed handshake on; a client drops what unknown servers send.
 *
 * Context: sock lock, process or softirq.
 * Return: the path's id; QUIC_PATH_NEW; QUIC_MIGRATE_NOT: drop it.
 */
u8 quic_migrate_find(struct sock *sk, const struct sk_buff *skb)
{
	struct quic_sock *q = quic_sk(sk);
	const struct quic_conn *c = &q->conn;

	if (likely(is_on(skb, &q->paths[c->path.id])))
		return c->path.id;
	if (c->path_alt.used && is_on(skb, &q->paths[c->path_alt.id]))
		return c->path_alt.id;
	if (c->server && c->confirmed && quic_udp_to(skb, &q->local))
		return QUIC_PATH_NEW;
	return QUIC_MIGRATE_NOT;
}

/**
 * quic_migrate_describe() - what the core has to know of new addresses
 * @sk: living socket
 * @skb: datagram for which quic_migrate_find() said QUIC_PATH_NEW
 * @rx: packet of it; @rx->same_host and @rx->preferred are set
 *
 * Context: sock lock, process or softirq.
 */
void quic_migrate_describe(struct sock *sk, const struct sk_buff *skb,
			   struct quic_rx *rx)
{
	const struct quic_sock *q = quic_sk(sk);
	union quic_addr local, peer;

	quic_udp_addrs(skb, &local, &peer);
	rx->same_host = quic_addr_same_ip(&peer, &q->peer) &&
			quic_addr_same_ip(&local, &q->local);
	rx->preferred = false;
}

/**
 * quic_migrate_adopt() - the core made a path of new addresses
 * @sk: living socket
 * @skb: datagram with these addresses
 * @len: bytes of it, credit for the path
 *
 * Context: sock lock, process or softirq.
 * Return: the path's id.
 */
u8 quic_migrate_adopt(struct sock *sk, const struct sk_buff *skb, u32 len)
{
	struct quic_sock *q = quic_sk(sk);
	u8 id = q->conn.path_added;
	struct quic_path_addrs *a = &q->paths[id];
	u32 mtu;

	q->conn.path_added = QUIC_PATH_NEW;
	drop_path(a);
	quic_udp_addrs(skb, &a->local, &a->peer);
	if (!quic_udp_route(sk, &a->local, &a->peer, &mtu))
		quic_migration_set_mtu(&q->conn, id, mtu, quic_now());
	quic_migration_recv_dgram(&q->conn, id, len);
	return id;
}

/**
 * quic_migrate_sync() - the core's paths changed
 * @sk: living socket
 *
 * Context: sock lock, process or softirq.
 */
void quic_migrate_sync(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);
	const struct quic_path_addrs *a = &q->paths[q->conn.path.id];

	if (!q->conn.path_alt.used)
		drop_path(&q->paths[!q->conn.path.id]);
	if (quic_addr_equal(&a->local, &q->local) &&
	    quic_addr_equal(&a->peer, &q->peer))
		return;
	quic_sock_set_addrs(sk, &a->local, &a->peer);
	sk_dst_reset(sk);
	quic_hw_poke(sk);
}

static int start(struct sock *sk, struct quic_path_addrs *a)
{
	struct quic_sock *q = quic_sk(sk);
	u32 mtu;
	int err;

	err = quic_udp_route(sk, &a->local, &a->peer, &mtu);
	if (err)
		return err;
	err = quic_migration_start(&q->conn, mtu, false, quic_now());
	if (err)
		return err;
	drop_path(&q->paths[q->conn.path_alt.id]);
	q->paths[q->conn.path_alt.id] = *a;
	return 0;
}

/**
 * quic_migrate_local() - a client's connection is to move to another address
 * @sk: socket of an established connection
 * @to: local address; a port of 0: any; a wildcard: what the route prefers
 *
 * The address is used once the peer answered a challenge from it; an event
 * tells. The caller sends afterwards.
 *
 * Context: process, sock lock.
 * Return: 0; -EINVAL when it is the other family, what is in use already, or
 * for a server; -EAGAIN, -EOPNOTSUPP: see quic_migration_start(); what bind(2)
 * and the route lookup say.
 */
int quic_migrate_local(struct sock *sk, const union quic_addr *to)
{
	struct quic_sock *q = quic_sk(sk);
	struct quic_path_addrs a = { .local = *to, .peer = q->peer };
	int err;

	if (to->sa.sa_family != q->peer.sa.sa_family || q->conn.server ||
	    quic_addr_equal(to, &q->local))
		return -EINVAL;
	a.udp = quic_udp_get(sock_net(sk), &a.local, ipv6_only_sock(sk),
			     sk->sk_bound_dev_if);
	if (IS_ERR(a.udp))
		return PTR_ERR(a.udp);
	err = start(sk, &a);
	if (err)
		quic_udp_put(a.udp);
	return err;
}
