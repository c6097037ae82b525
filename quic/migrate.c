// SPDX-License-Identifier: GPL-2.0-only
#include "migrate.h"

#include <linux/capability.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "core/conn.h"
#include "demux.h"
#include "offload.h"
#include "sock.h"
#include "udp.h"

/**
 * DOC: Addresses of paths
 *
 * quic_sock.paths has the addresses of the core's two paths, by their ids.
 * quic_sock.local and .peer are copies of the active one's, for everybody who
 * does not care; quic_migrate_sync() makes them after the core moved. A path
 * from another local address than bind() chose holds a kernel UDP socket of
 * its own; a server's preferred addresses are served from listen() on.
 */

/* Index of quic_settings.preferred, and which bytes RFC 9000 18.2 has there. */
static int family_index(const union quic_addr *a)
{
	return a->sa.sa_family == AF_INET6;
}

/* RFC 9000 18.2: what the transport parameter says. */
static void fill_param(struct quic_tparams *tp, const union quic_addr *pref)
{
	if (pref[0].sa.sa_family) {
		memcpy(tp->preferred.ip4, &pref[0].v4.sin_addr, 4);
		tp->preferred.port4 = quic_addr_port(&pref[0]);
	}
	if (pref[1].sa.sa_family) {
		memcpy(tp->preferred.ip6, &pref[1].v6.sin6_addr, 16);
		tp->preferred.port6 = quic_addr_port(&pref[1]);
	}
}

/* Tell the client of the addresses; without memory it is not told. */
static void announce(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);
	u8 token[QUIC_RESET_TOKEN_LEN];
	struct quic_cid cid;

	if (!q->conn.server || (!q->set.preferred[0].sa.sa_family &&
				!q->set.preferred[1].sa.sa_family))
		return;
	if (!q->conn.local.has_preferred_address) {
		if (quic_sock_new_cid(sk, &cid, token))
			return;
		if (quic_cid_issue_preferred(&q->conn, &cid, token)) {
			quic_demux_del(sk, &cid);
			return;
		}
	}
	fill_param(&q->conn.local, q->set.preferred);
}

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
	announce(sk);
}

/**
 * quic_migrate_inherit() - a listener's preferred addresses are its child's
 * @child: fresh child, whose settings are the listener's
 * @lsk: listener
 *
 * Context: both sock locks.
 */
void quic_migrate_inherit(struct sock *child, const struct sock *lsk)
{
	int i;

	for (i = 0; i < 2; i++)
		if (quic_sk(lsk)->preferred_udp[i])
			quic_sk(child)->preferred_udp[i] =
				quic_udp_hold(quic_sk(lsk)->preferred_udp[i]);
}

static void drop_path(struct quic_path_addrs *a)
{
	quic_udp_put(a->udp);
	memset(a, 0, sizeof(*a));
}

/* The connection, or the listener, is gone; idempotent. Sock lock. */
void quic_migrate_free(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);
	int i;

	for (i = 0; i < QUIC_PATHS; i++)
		drop_path(&q->paths[i]);
	for (i = 0; i < 2; i++) {
		quic_udp_put(q->preferred_udp[i]);
		q->preferred_udp[i] = NULL;
	}
}

/* Was the datagram sent to a preferred address of ours? */
static bool to_preferred(const struct quic_sock *q, const struct sk_buff *skb)
{
	return q->conn.server && q->conn.local.has_preferred_address &&
	       (quic_udp_to(skb, &q->set.preferred[0]) ||
		quic_udp_to(skb, &q->set.preferred[1]));
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
	if (c->server && c->confirmed &&
	    (quic_udp_to(skb, &q->local) || to_preferred(q, skb)))
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
	rx->preferred = to_preferred(q, skb);
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

/* ---- a client moves ---------------------------------------------------- */

static int start(struct sock *sk, struct quic_path_addrs *a, bool preferred)
{
	struct quic_sock *q = quic_sk(sk);
	u32 mtu;
	int err;

	err = quic_udp_route(sk, &a->local, &a->peer, &mtu);
	if (err)
		return err;
	err = quic_migration_start(&q->conn, mtu, preferred, quic_now());
	if (err)
		return err;
	drop_path(&q->paths[q->conn.path_alt.id]);
	q->paths[q->conn.path_alt.id] = *a;
	return 0;
}

/* From a local address that may need a kernel UDP socket of its own. */
static int start_from(struct sock *sk, struct quic_path_addrs *a,
		      bool preferred)
{
	int err;

	a->udp = quic_udp_get(sock_net(sk), &a->local, ipv6_only_sock(sk),
			      sk->sk_bound_dev_if);
	if (IS_ERR(a->udp))
		return PTR_ERR(a->udp);
	err = start(sk, a, preferred);
	if (err)
		quic_udp_put(a->udp);
	return err;
}

/* The connection's next local address. */
static int move_local(struct sock *sk, const union quic_addr *to)
{
	struct quic_sock *q = quic_sk(sk);
	struct quic_path_addrs a = { .local = *to, .peer = q->peer };

	if (to->sa.sa_family != q->peer.sa.sa_family || q->conn.server ||
	    quic_addr_equal(to, &q->local))
		return -EINVAL;
	return start_from(sk, &a, false);
}

static bool remote_v4(const struct quic_tparams *tp, union quic_addr *a)
{
	memset(a, 0, sizeof(*a));
	a->v4.sin_family = AF_INET;
	a->v4.sin_port = htons(tp->preferred.port4);
	memcpy(&a->v4.sin_addr, tp->preferred.ip4, 4);
	return a->v4.sin_port && a->v4.sin_addr.s_addr &&
	       !ipv4_is_multicast(a->v4.sin_addr.s_addr) &&
	       !ipv4_is_lbcast(a->v4.sin_addr.s_addr);
}

static bool remote_v6(const struct quic_tparams *tp, union quic_addr *a)
{
	memset(a, 0, sizeof(*a));
	a->v6.sin6_family = AF_INET6;
	a->v6.sin6_port = htons(tp->preferred.port6);
	memcpy(&a->v6.sin6_addr, tp->preferred.ip6, 16);
	return a->v6.sin6_port && !ipv6_addr_any(&a->v6.sin6_addr) &&
	       !ipv6_addr_is_multicast(&a->v6.sin6_addr) &&
	       !ipv6_addr_v4mapped(&a->v6.sin6_addr);
}

/* RFC 9000 9.6.3: of the family in use, if the server names one. */
static bool choose_peer(const struct sock *sk, union quic_addr *peer)
{
	const struct quic_sock *q = quic_sk(sk);
	const struct quic_tparams *tp = &q->conn.remote;
	bool v4 = q->peer.sa.sa_family == AF_INET;

	if (v4 ? remote_v4(tp, peer) : remote_v6(tp, peer))
		return true;
	if (sk->sk_family != AF_INET6 || ipv6_only_sock(sk))
		return false;
	return v4 ? remote_v6(tp, peer) : remote_v4(tp, peer);
}

/**
 * quic_migrate_preferred() - to the server's preferred address, if it has one
 * @sk: client's socket, handshake confirmed
 *
 * RFC 9000 9.6.1: the address is validated first; when that fails the
 * connection stays where it is.
 *
 * Context: process, sock lock; the caller sends afterwards.
 */
void quic_migrate_preferred(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);
	struct quic_path_addrs a = { .local = q->local };

	if (!q->conn.remote.has_preferred_address || !choose_peer(sk, &a.peer) ||
	    quic_addr_equal(&a.peer, &q->peer))
		return;
	/* from where we are, with the socket that we have, if that is possible */
	if (a.peer.sa.sa_family == q->peer.sa.sa_family &&
	    !start(sk, &a, true))
		return;
	memset(&a.local, 0, sizeof(a.local));
	a.local.sa.sa_family = a.peer.sa.sa_family;
	start_from(sk, &a, true);
}

/* ---- a server prefers -------------------------------------------------- */

/* What bind() chose receives for it already? */
static bool is_covered(const struct sock *sk, const union quic_addr *a)
{
	const union quic_addr *l = &quic_sk(sk)->local;
	bool v6only = ipv6_only_sock(sk);

	if (quic_addr_port(a) != quic_addr_port(l))
		return false;
	if (l->sa.sa_family == AF_INET)
		return a->sa.sa_family == AF_INET && !l->v4.sin_addr.s_addr;
	return ipv6_addr_any(&l->v6.sin6_addr) &&
	       (a->sa.sa_family == AF_INET6 || !v6only);
}

static bool is_wildcard(const union quic_addr *a)
{
	return a->sa.sa_family == AF_INET ? !a->v4.sin_addr.s_addr :
					    ipv6_addr_any(&a->v6.sin6_addr);
}

static int set_preferred(struct sock *sk, const union quic_addr *to)
{
	struct quic_sock *q = quic_sk(sk);
	int i = family_index(to);
	union quic_addr a = *to;
	struct quic_udp *udp;

	if (sk->sk_family == AF_INET && a.sa.sa_family != AF_INET)
		return -EAFNOSUPPORT;
	if (!quic_addr_port(&a) || is_wildcard(&a))
		return -EINVAL;
	udp = is_covered(sk, &a) ? NULL :
	      quic_udp_get(sock_net(sk), &a, true, sk->sk_bound_dev_if);
	if (IS_ERR(udp))
		return PTR_ERR(udp);
	quic_udp_put(q->preferred_udp[i]);
	q->preferred_udp[i] = udp;
	q->set.preferred[i] = a;
	if (q->has_conn)
		announce(sk);
	return 0;
}

/* ---- the option -------------------------------------------------------- */

/* Whose UDP socket is shared asked bind(2) for himself. */
static bool may_use_port(const struct sock *sk, u16 port)
{
	struct net *net = sock_net(sk);

	return !port || !inet_port_requires_bind_service(net, port) ||
	       ns_capable(net->user_ns, CAP_NET_BIND_SERVICE);
}

/* The real family, never IPv4-mapped. */
static int normalize(const union quic_addr *from, union quic_addr *to)
{
	memset(to, 0, sizeof(*to));
	if (from->sa.sa_family == AF_INET) {
		to->v4.sin_family = AF_INET;
		to->v4.sin_port = from->v4.sin_port;
		to->v4.sin_addr = from->v4.sin_addr;
		return 0;
	}
	if (from->sa.sa_family != AF_INET6)
		return -EINVAL;
	if (ipv6_addr_v4mapped(&from->v6.sin6_addr)) {
		to->v4.sin_family = AF_INET;
		to->v4.sin_port = from->v6.sin6_port;
		to->v4.sin_addr.s_addr = from->v6.sin6_addr.s6_addr32[3];
		return 0;
	}
	to->v6.sin6_family = AF_INET6;
	to->v6.sin6_port = from->v6.sin6_port;
	to->v6.sin6_addr = from->v6.sin6_addr;
	to->v6.sin6_scope_id = from->v6.sin6_scope_id;
	return 0;
}

/**
 * quic_migrate_option() - option CONNECTION_MIGRATION
 * @sk: socket
 * @addr: address; a client's new local one, with a port of 0 for any and a
 *	wildcard for what the route prefers; or the one that a server prefers
 *	for connections that are not established yet
 *
 * A client's connection uses the address once the peer answered a challenge
 * from it; an event tells. A listener's is its children's, too. The caller
 * sends afterwards.
 *
 * Context: process, sock lock.
 * Return: 0; -EINVAL for a value or state that does not fit: a client's other
 * family or the address in use, an established server; -EACCES for a
 * privileged port; -EAFNOSUPPORT: IPv6 on an IPv4 socket; -EAGAIN,
 * -EOPNOTSUPP: see quic_migration_start(); what bind(2) and the route lookup
 * say.
 */
int quic_migrate_option(struct sock *sk, const union quic_addr *addr)
{
	struct quic_sock *q = quic_sk(sk);
	union quic_addr to;

	if (normalize(addr, &to))
		return -EINVAL;
	if (!may_use_port(sk, quic_addr_port(&to)))
		return -EACCES;
	if (q->has_conn && sk->sk_state == TCP_ESTABLISHED)
		return move_local(sk, &to);
	if (q->has_conn && (!q->conn.server || sk->sk_state != TCP_SYN_RECV))
		return -EINVAL;
	return set_preferred(sk, &to);
}
