// SPDX-License-Identifier: GPL-2.0-only
/* The socket calls but sendmsg, recvmsg, options and those of a listener. */
#include "sock.h"
#include "proto.h"

#include <linux/bpf-cgroup.h>
#include <linux/poll.h>
#include <linux/sizes.h>
#include <linux/sockios.h>
#include <asm/ioctls.h>
#include <net/inet_common.h>
#include <net/ipv6.h>
#include <net/transp_v6.h>

#include "mem.h"
#include "mib.h"
#include "demux.h"
#include "rx.h"
#include "timer.h"
#include "tx.h"
#include "udp.h"

/*
 * The receive buffer has to hold what the default flow control windows
 * promise, with the packets' overhead; the send buffer, a window or so.
 */
#define RCVBUF_BYTES	READ_ONCE(quic_mem_rmem[1])
#define SNDBUF_BYTES	READ_ONCE(quic_mem_wmem[1])

/**
 * quic_sock_wake_writers() - those who wait for room, credit or streams
 * @sk: socket
 *
 * Context: any.
 */
void quic_sock_wake_writers(struct sock *sk)
{
	struct socket_wq *wq;

	rcu_read_lock();
	wq = rcu_dereference(sk->sk_wq);
	if (skwq_has_sleeper(wq))
		wake_up_interruptible_poll(&wq->wait, EPOLLOUT |
					   EPOLLWRNORM | EPOLLWRBAND);
	sk_wake_async_rcu(sk, SOCK_WAKE_SPACE, POLL_OUT);
	rcu_read_unlock();
}

/*
 * May run with the sock lock held or not, even after the last reference went:
 * a wire skb that the device frees late calls it.
 */
static void write_space(struct sock *sk)
{
	quic_tx_drained(sk);
	if (quic_send_ready(sk))
		quic_sock_wake_writers(sk);
}

static void destruct_sock(struct sock *sk)
{
	WARN_ON_ONCE(quic_sk(sk)->has_conn || quic_sk(sk)->udp);
	sk_sockets_allocated_dec(sk);
	quic_timer_free(sk);
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6) {
		inet6_sock_destruct(sk);
		return;
	}
#endif
	inet_sock_destruct(sk);
}

/**
 * quic_sock_init_fields() - fresh state of a socket, new or cloned
 * @sk: socket, whose own part is zeroed
 *
 * Context: nobody else knows the socket.
 */
void quic_sock_init_fields(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);

	q->active_sid = -1;
	INIT_WORK(&q->work, quic_sock_work);
	INIT_LIST_HEAD(&q->cids);
	INIT_LIST_HEAD(&q->accept_q);
	INIT_LIST_HEAD(&q->accept_node);
	INIT_HLIST_NODE(&q->listen_node);
	INIT_HLIST_NODE(&q->net_node);
	timer_setup(&sk->sk_timer, quic_sock_housekeep_timer, 0);
	quic_timer_init(sk);
}

static int init_sock(struct sock *sk)
{
	quic_sock_init_fields(sk);
	quic_settings_init(&quic_sk(sk)->set);
	quic_sk(sk)->set.tp.grease_quic_bit =
		READ_ONCE(quic_net(sock_net(sk))->ctl.grease_quic_bit);
	/* DF is always set, and what ICMP says is quic_udp_mtu_hint() */
	inet_sk(sk)->pmtudisc = IP_PMTUDISC_PROBE;
	if (sk->sk_family == AF_INET6)
		inet6_sk(sk)->pmtudisc = IPV6_PMTUDISC_PROBE;
	sock_set_flag(sk, SOCK_RCU_FREE);
	sk->sk_destruct = destruct_sock;
	sk_sockets_allocated_inc(sk);
	sk->sk_write_space = write_space;
	WRITE_ONCE(sk->sk_rcvbuf, RCVBUF_BYTES);
	WRITE_ONCE(sk->sk_sndbuf, SNDBUF_BYTES);
	return 0;
}

/* Only a socket whose creation failed half-way comes here. */
static void unhash_sock(struct sock *sk)
{
}

/**
 * quic_sock_list() - show the socket in /proc
 * @sk: socket that has a local port
 *
 * Context: sock lock.
 */
void quic_sock_list(struct sock *sk)
{
	struct quic_net *qn = quic_net(sock_net(sk));

	spin_lock_bh(&qn->lock);
	hlist_add_head_rcu(&quic_sk(sk)->net_node, &qn->socks);
	spin_unlock_bh(&qn->lock);
}

static void bound_addr(const struct sock *sk, union quic_addr *a, u16 port)
{
	const struct inet_sock *inet = inet_sk(sk);

	memset(a, 0, sizeof(*a));
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6 &&
	    !ipv6_addr_v4mapped(&sk->sk_v6_rcv_saddr)) {
		a->v6.sin6_family = AF_INET6;
		a->v6.sin6_port = htons(port);
		a->v6.sin6_addr = sk->sk_v6_rcv_saddr;
		a->v6.sin6_scope_id =
			ipv6_iface_scope_id(&sk->sk_v6_rcv_saddr,
					    sk->sk_bound_dev_if);
		return;
	}
#endif
	a->v4.sin_family = AF_INET;
	a->v4.sin_port = htons(port);
	a->v4.sin_addr.s_addr = inet->inet_rcv_saddr;
}

/* bind() and autobind: the address was checked and stored by inet. */
static int get_port(struct sock *sk, unsigned short port)
{
	struct quic_sock *q = quic_sk(sk);
	union quic_addr local;
	struct quic_udp *udp;

	bound_addr(sk, &local, port);
	udp = quic_udp_get(sock_net(sk), &local, ipv6_only_sock(sk),
			   sk->sk_bound_dev_if);
	if (IS_ERR(udp))
		return PTR_ERR(udp);
	q->udp = udp;
	q->local = local;
	inet_sk(sk)->inet_num = quic_addr_port(&local);
	inet_sk(sk)->inet_sport = htons(inet_sk(sk)->inet_num);
	quic_sock_list(sk);
	return 0;
}

static void put_port(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);
	struct quic_net *qn = quic_net(sock_net(sk));

	spin_lock_bh(&qn->lock);
	hlist_del_init_rcu(&q->net_node);
	spin_unlock_bh(&qn->lock);
	quic_udp_put(q->udp);
	q->udp = NULL;
	inet_sk(sk)->inet_num = 0;
	inet_sk(sk)->inet_sport = 0;
}

static void set_v4_addrs(struct sock *sk, const union quic_addr *local,
			 const union quic_addr *peer)
{
	struct inet_sock *inet = inet_sk(sk);

	inet->inet_saddr = local->v4.sin_addr.s_addr;
	inet->inet_rcv_saddr = inet->inet_saddr;
	inet->inet_daddr = peer->v4.sin_addr.s_addr;
	inet->inet_dport = peer->v4.sin_port;
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family != AF_INET6)
		return;
	ipv6_addr_set_v4mapped(inet->inet_saddr, &sk->sk_v6_rcv_saddr);
	ipv6_addr_set_v4mapped(inet->inet_daddr, &sk->sk_v6_daddr);
	inet6_sk(sk)->saddr = sk->sk_v6_rcv_saddr;
#endif
}

static void set_v6_addrs(struct sock *sk, const union quic_addr *local,
			 const union quic_addr *peer)
{
#if IS_ENABLED(CONFIG_IPV6)
	struct inet_sock *inet = inet_sk(sk);

	sk->sk_v6_rcv_saddr = local->v6.sin6_addr;
	inet6_sk(sk)->saddr = local->v6.sin6_addr;
	sk->sk_v6_daddr = peer->v6.sin6_addr;
	inet->inet_saddr = LOOPBACK4_IPV6;
	inet->inet_rcv_saddr = LOOPBACK4_IPV6;
	inet->inet_daddr = LOOPBACK4_IPV6;
	inet->inet_dport = peer->v6.sin6_port;
#endif
}

/**
 * quic_sock_set_addrs() - both ends are known now
 * @sk: socket with a port
 * @local: this end
 * @peer: other end, of the same family, which may be AF_INET on an AF_INET6
 *	socket
 *
 * Context: sock lock, process or softirq.
 */
void quic_sock_set_addrs(struct sock *sk, const union quic_addr *local,
			 const union quic_addr *peer)
{
	struct quic_net *qn = quic_net(sock_net(sk));
	struct quic_sock *q = quic_sk(sk);

	/* for those who list the sockets */
	spin_lock_bh(&qn->lock);
	q->local = *local;
	q->peer = *peer;
	spin_unlock_bh(&qn->lock);
	if (peer->sa.sa_family == AF_INET6)
		set_v6_addrs(sk, local, peer);
	else
		set_v4_addrs(sk, local, peer);
}

static int peer_v4(const struct sockaddr *uaddr, int len,
		   union quic_addr *peer)
{
	const struct sockaddr_in *sin = (const struct sockaddr_in *)uaddr;

	if (len < (int)sizeof(*sin))
		return -EINVAL;
	peer->v4.sin_family = AF_INET;
	peer->v4.sin_port = sin->sin_port;
	peer->v4.sin_addr = sin->sin_addr;
	if (!peer->v4.sin_addr.s_addr)
		peer->v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (ipv4_is_multicast(peer->v4.sin_addr.s_addr) ||
	    ipv4_is_lbcast(peer->v4.sin_addr.s_addr))
		return -ENETUNREACH;
	return sin->sin_port ? 0 : -EINVAL;
}

static int peer_mapped(struct sock *sk, const struct sockaddr_in6 *sin6,
		       union quic_addr *peer)
{
	if (ipv6_only_sock(sk))
		return -ENETUNREACH;
	peer->v4.sin_family = AF_INET;
	peer->v4.sin_port = sin6->sin6_port;
	peer->v4.sin_addr.s_addr = sin6->sin6_addr.s6_addr32[3];
	return sin6->sin6_port ? 0 : -EINVAL;
}

/* The device of a link-local peer. SO_BINDTODEVICE outweighs an address. */
static int set_scope(struct sock *sk, u32 scope, union quic_addr *peer)
{
	if (!scope)
		scope = READ_ONCE(sk->sk_bound_dev_if);
	if (!scope || !sk_dev_equal_l3scope(sk, scope))
		return -EINVAL;
	WRITE_ONCE(sk->sk_bound_dev_if, scope);
	peer->v6.sin6_scope_id = scope;
	return 0;
}

static int peer_v6(struct sock *sk, const struct sockaddr *uaddr, int len,
		   union quic_addr *peer)
{
	const struct sockaddr_in6 *sin6 = (const struct sockaddr_in6 *)uaddr;

	if (len < SIN6_LEN_RFC2133)
		return -EINVAL;
	if (ipv6_addr_v4mapped(&sin6->sin6_addr))
		return peer_mapped(sk, sin6, peer);
	peer->v6.sin6_family = AF_INET6;
	peer->v6.sin6_port = sin6->sin6_port;
	peer->v6.sin6_addr = sin6->sin6_addr;
	if (ipv6_addr_any(&peer->v6.sin6_addr))
		peer->v6.sin6_addr = in6addr_loopback;
	if (ipv6_addr_is_multicast(&peer->v6.sin6_addr))
		return -ENETUNREACH;
	if (!sin6->sin6_port)
		return -EINVAL;
	if (!__ipv6_addr_needs_scope_id(ipv6_addr_type(&sin6->sin6_addr)))
		return 0;
	return set_scope(sk, len < (int)sizeof(*sin6) ?
			     0 : sin6->sin6_scope_id, peer);
}

static int parse_peer(struct sock *sk, const struct sockaddr *uaddr, int len,
		      union quic_addr *peer)
{
	memset(peer, 0, sizeof(*peer));
	if (len < (int)sizeof(uaddr->sa_family))
		return -EINVAL;
	if (uaddr->sa_family == AF_INET && sk->sk_family == AF_INET)
		return peer_v4(uaddr, len, peer);
	if (uaddr->sa_family == AF_INET6 && sk->sk_family == AF_INET6)
		return peer_v6(sk, uaddr, len, peer);
	return -EAFNOSUPPORT;
}

/* A dual-stack socket that talks IPv4 from here on. */
static int match_family(union quic_addr *local, const union quic_addr *peer)
{
	union quic_addr v4 = {};

	if (local->sa.sa_family == peer->sa.sa_family)
		return 0;
	if (local->sa.sa_family != AF_INET6 ||
	    !ipv6_addr_any(&local->v6.sin6_addr))
		return -EINVAL;
	v4.v4.sin_family = AF_INET;
	v4.v4.sin_port = local->v6.sin6_port;
	*local = v4;
	return 0;
}

/* RFC 9001 5.2: the first destination id is random, at least 8 bytes. */
static int start_client(struct sock *sk, u32 mtu)
{
	struct quic_sock *q = quic_sk(sk);
	struct quic_conn_cfg cfg = {
		.version = q->set.version ?: QUIC_V1, .mtu = mtu,
		.token = q->token, .token_len = q->token_len,
	};
	u8 token[QUIC_RESET_TOKEN_LEN];
	struct quic_initial *initial;
	int err;

	initial = kzalloc(sizeof(*initial), GFP_KERNEL);
	if (!initial)
		return -ENOMEM;
	/* RFC 9000 7.2#1: eight bytes at least, that nobody foresees */
	cfg.odcid.len = QUIC_CID_DEFAULT_LEN;
	get_random_bytes(cfg.odcid.data, cfg.odcid.len);
	err = quic_initial_derive(initial, cfg.version, cfg.odcid.data,
				  cfg.odcid.len, false);
	if (err)
		goto err_free;
	err = quic_sock_new_cid(sk, &cfg.scid, token);
	if (err)
		goto err_free;
	err = quic_sock_start(sk, &cfg, initial);
	if (err)
		goto err_cid;
	return 0;

err_cid:
	quic_demux_purge(sk);
err_free:
	kfree_sensitive(initial);
	return err;
}

/* Programs of the cgroup may forbid the address, or change it. */
static int pre_connect_sock(struct sock *sk, struct sockaddr *uaddr, int len)
{
	if (uaddr->sa_family == AF_INET6) {
		if (len < SIN6_LEN_RFC2133)
			return -EINVAL;
		return BPF_CGROUP_RUN_PROG_INET6_CONNECT_LOCK(sk, uaddr, &len);
	}
	if (len < (int)sizeof(struct sockaddr_in))
		return -EINVAL;
	return BPF_CGROUP_RUN_PROG_INET4_CONNECT_LOCK(sk, uaddr, &len);
}

static int connect_locked(struct sock *sk, const struct sockaddr *uaddr,
			  int len)
{
	struct quic_sock *q = quic_sk(sk);
	union quic_addr local, peer;
	u32 mtu = 0;
	int err;

	if (q->has_conn)
		return -EISCONN;
	if (sk->sk_state != TCP_CLOSE || !q->udp)
		return -EINVAL;
	err = parse_peer(sk, uaddr, len, &peer);
	if (err)
		return err;
	local = q->local;
	err = match_family(&local, &peer);
	if (err)
		return err;
	err = quic_udp_route(sk, &local, &peer, &mtu);
	if (err)
		return err;
	quic_sock_set_addrs(sk, &local, &peer);
	return start_client(sk, mtu);
}

/* Derives the Initial keys and sends nothing: the handshake does. */
static int connect_sock(struct sock *sk, struct sockaddr *uaddr, int len)
{
	int err;

	lock_sock(sk);
	err = connect_locked(sk, uaddr, len);
	release_sock(sk);
	return err;
}

/*
 * inet calls it for AF_UNSPEC without the lock, and for shutdown() of a
 * listener with it.
 */
static int disconnect_sock(struct sock *sk, int flags)
{
	return -EOPNOTSUPP;
}

static void close_sock(struct sock *sk, long timeout)
{
	struct quic_sock *q = quic_sk(sk);
	LIST_HEAD(children);

	lock_sock(sk);
	WRITE_ONCE(sk->sk_shutdown, SHUTDOWN_MASK);
	if (sk->sk_state == TCP_LISTEN)
		quic_listen_stop(sk, &children);
	sock_orphan(sk);
	quic_sock_orphan_close(sk, 0);
	if (!q->alive)
		quic_sock_free_conn(sk);
	release_sock(sk);
	quic_listen_purge(&children);
	sock_put(sk);
}

/* Both directions end at once: QUIC has no half-closed connections. */
static void shutdown_sock(struct sock *sk, int how)
{
	if (!(how & SEND_SHUTDOWN))
		return;
	quic_sock_orphan_close(sk, 0);
}

/* Stream bytes that never went out. */
static u64 unsent_bytes(const struct quic_sock *q)
{
	const struct quic_stream *s;
	u64 sum = 0;

	list_for_each_entry(s, &q->conn.streams.sendq, sendq)
		sum += s->tx_end - s->tx_next;
	return sum;
}

/* What the next recvmsg() can return, events and handshake messages apart. */
static u64 readable_bytes(struct quic_sock *q)
{
	const struct quic_dgram *d = quic_dgram_readable(&q->conn);
	const struct quic_stream *s = quic_stream_readable(&q->conn);

	if (d)
		return d->len - d->read;
	return s ? s->rx.ready - s->rx.next : 0;
}

static int ioctl_sock(struct sock *sk, int cmd, int *karg)
{
	struct quic_sock *q = quic_sk(sk);
	u64 val = 0;
	int err = 0;

	lock_sock(sk);
	switch (cmd) {
	case SIOCINQ:
		if (sk->sk_state == TCP_LISTEN)
			err = -EINVAL;
		else if (q->has_conn)
			val = readable_bytes(q);
		break;
	case SIOCOUTQ:
		val = q->tx_bytes;
		break;
	case SIOCOUTQNSD:
		if (q->has_conn)
			val = unsent_bytes(q);
		break;
	default:
		err = -ENOIOCTLCMD;
	}
	release_sock(sk);
	*karg = min_t(u64, val, INT_MAX);
	return err;
}

static __poll_t poll_listen(struct sock *sk)
{
	return list_empty_careful(&quic_sk(sk)->accept_q) ?
	       0 : EPOLLIN | EPOLLRDNORM;
}

static __poll_t poll_sock(struct file *file, struct socket *sock,
			  poll_table *wait)
{
	struct sock *sk = sock->sk;
	__poll_t mask = 0;
	u8 shutdown;

	sock_poll_wait(file, sock, wait);
	if (READ_ONCE(sk->sk_state) == TCP_LISTEN)
		return poll_listen(sk);
	shutdown = READ_ONCE(sk->sk_shutdown);
	if (READ_ONCE(sk->sk_err) ||
	    !skb_queue_empty_lockless(&sk->sk_error_queue))
		mask |= EPOLLERR;
	if (shutdown == SHUTDOWN_MASK || READ_ONCE(sk->sk_state) == TCP_CLOSE)
		mask |= EPOLLHUP;
	if (shutdown & RCV_SHUTDOWN)
		mask |= EPOLLIN | EPOLLRDNORM | EPOLLRDHUP;
	if (quic_recv_ready(sk))
		mask |= EPOLLIN | EPOLLRDNORM;
	if (quic_recv_early_ready(sk))
		mask |= EPOLLRDBAND;
	if (quic_send_ready(sk)) {
		mask |= EPOLLOUT | EPOLLWRNORM | EPOLLWRBAND;
		return mask;
	}
	sk_set_bit(SOCKWQ_ASYNC_NOSPACE, sk);
	/* pairs with the one in wq_has_sleeper() */
	smp_mb__after_atomic();
	if (quic_send_ready(sk))
		mask |= EPOLLOUT | EPOLLWRNORM | EPOLLWRBAND;
	return mask;
}

static int backlog_rcv(struct sock *sk, struct sk_buff *skb)
{
	if (sk->sk_state == TCP_LISTEN)
		return quic_listen_rcv(sk, skb);
	return quic_rx_burst(sk, skb);
}

/* The owner lets go of the lock: what softirq could not do meanwhile. */
static void release_cb(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);

	if (likely(!READ_ONCE(q->deferred)))
		return;
	if (test_and_clear_bit(QUIC_DEFER_TIMER, &q->deferred))
		quic_timer_expired(sk);
	if (test_and_clear_bit(QUIC_DEFER_HOUSEKEEP, &q->deferred))
		quic_sock_housekeep(sk);
}

static struct sock *next_orphan(struct quic_net *qn)
{
	struct quic_sock *q;
	struct sock *sk = NULL;

	spin_lock_bh(&qn->lock);
	hlist_for_each_entry(q, &qn->socks, net_node) {
		if (!refcount_inc_not_zero(&quic_to_sk(q)->sk_refcnt))
			continue;
		sk = quic_to_sk(q);
		hlist_del_init_rcu(&q->net_node);
		break;
	}
	spin_unlock_bh(&qn->lock);
	return sk;
}

/**
 * quic_sock_purge_net() - end what a namespace's exit finds
 * @net: namespace
 *
 * Context: process context, pernet exit.
 */
void quic_sock_purge_net(struct net *net)
{
	struct quic_net *qn = quic_net(net);
	struct quic_sock *q;
	struct sock *sk;

	while ((sk = next_orphan(qn))) {
		q = quic_sk(sk);
		lock_sock(sk);
		if (q->alive) {
			quic_conn_set_state(&q->conn, QUIC_CONN_CLOSED);
			quic_sock_news(sk);
		}
		release_sock(sk);
		sock_put(sk);
	}
	flush_workqueue(quic_wq);
}

#define QUIC_PROTO_OPS							\
	.close			= close_sock,				\
	.pre_connect		= pre_connect_sock,			\
	.connect		= connect_sock,				\
	.disconnect		= disconnect_sock,			\
	.accept			= quic_accept,				\
	.ioctl			= ioctl_sock,				\
	.init			= init_sock,				\
	.shutdown		= shutdown_sock,			\
	.setsockopt		= quic_setsockopt,			\
	.getsockopt		= quic_getsockopt,			\
	.sendmsg		= quic_sendmsg,				\
	.splice_eof		= quic_splice_eof,			\
	.recvmsg		= quic_recvmsg,				\
	.backlog_rcv		= backlog_rcv,				\
	.release_cb		= release_cb,				\
	.unhash			= unhash_sock,				\
	.get_port		= get_port,				\
	.put_port		= put_port,				\
	.no_autobind		= true,					\
	.owner			= THIS_MODULE

struct proto quic_prot = {
	.name		= "QUIC",
	.obj_size	= sizeof(struct quic_sock),
	QUIC_PROTO_OPS,
};

struct proto quicv6_prot = {
	.name			= "QUICv6",
	.obj_size		= sizeof(struct quic6_sock),
	.ipv6_pinfo_offset	= offsetof(struct quic6_sock, inet6),
	QUIC_PROTO_OPS,
};

const struct proto_ops quic_proto_ops = {
	.family		= PF_INET,
	.owner		= THIS_MODULE,
	.release	= inet_release,
	.bind		= inet_bind,
	.connect	= inet_dgram_connect,
	.socketpair	= sock_no_socketpair,
	.accept		= inet_accept,
	.getname	= inet_getname,
	.poll		= poll_sock,
	.ioctl		= inet_ioctl,
	.gettstamp	= sock_gettstamp,
	.listen		= quic_inet_listen,
	.shutdown	= inet_shutdown,
	.setsockopt	= sock_common_setsockopt,
	.getsockopt	= sock_common_getsockopt,
	.sendmsg	= inet_sendmsg,
	.splice_eof	= inet_splice_eof,
	.recvmsg	= inet_recvmsg,
	.mmap		= sock_no_mmap,
};

#if IS_ENABLED(CONFIG_IPV6)
const struct proto_ops quicv6_proto_ops = {
	.family		= PF_INET6,
	.owner		= THIS_MODULE,
	.release	= inet6_release,
	.bind		= inet6_bind,
	.connect	= inet_dgram_connect,
	.socketpair	= sock_no_socketpair,
	.accept		= inet_accept,
	.getname	= inet6_getname,
	.poll		= poll_sock,
	.ioctl		= inet6_ioctl,
	.gettstamp	= sock_gettstamp,
	.listen		= quic_inet_listen,
	.shutdown	= inet_shutdown,
	.setsockopt	= sock_common_setsockopt,
	.getsockopt	= sock_common_getsockopt,
	.sendmsg	= inet_sendmsg,
	.splice_eof	= inet_splice_eof,
	.recvmsg	= inet_recvmsg,
	.mmap		= sock_no_mmap,
};
#endif
