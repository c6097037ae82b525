// SPDX-License-Identifier: GPL-2.0-only
#include "udp.h"

#include <linux/err.h>
#include <linux/errno.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/net.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/siphash.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/sockptr.h>
#include <linux/workqueue.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/route.h>
#include <net/sock.h>
#include <net/udp.h>
#include <net/udp_tunnel.h>

#include "core/conn.h"
#include "demux.h"
#include "mib.h"
#include "sock.h"
#include "tx.h"

/**
 * DOC: Why a plain UDP socket and not encap_rcv
 *
 * A GRO super-packet is to arrive whole. encap_rcv sees it whole only if an
 * own gro_complete marks it as a tunnel's; what was never through GRO (a
 * sender's GSO burst that crosses veth, or loopback) is split again before
 * encap_rcv in any case, at ten times the cost. A socket with the UDP_GRO
 * option gets both whole, by the documented meaning of that option. So ours
 * sets UDP_GRO, takes sk_data_ready over and empties the receive queue there,
 * in the softirq that filled it.
 *
 * What that means here: the UDP header is pulled, skb->dev is not valid any
 * more (UDP keeps its notes there), and the checksum is ours to verify.
 *
 * One kernel socket serves all QUIC sockets of the same netns, address, port
 * and device. Sending does not use it.
 */

/* What waits between two runs of data_ready: several CPUs' super-packets. */
#define UDP_RCVBUF_BYTES	(8 << 20)

/* One destination's largest UDP payload; a datagram fits a 32 KiB chunk. */
#define UDP_PAYLOAD_MAX		16384

/**
 * struct quic_udp - a kernel UDP socket
 * @node: in udp_list; udp_mutex
 * @refs: users; at 0 @free_work takes it out of the list
 * @sock: the socket
 * @net: its netns, which outlives it: the netns' exit waits for @free_work
 * @local: as bound
 * @ifindex: device it is bound to, or 0
 * @v6only: AF_INET6: takes no IPv4
 * @free_work: closes the socket in process context
 */
struct quic_udp {
	struct hlist_node node;
	refcount_t refs;
	struct socket *sock;
	struct net *net;
	union quic_addr local;
	int ifindex;
	bool v6only;
	struct work_struct free_work;
};

static HLIST_HEAD(udp_list);
static DEFINE_MUTEX(udp_mutex);
static struct workqueue_struct *udp_wq;
static struct lock_class_key udp_slock_key[2];
static struct lock_class_key udp_lock_key[2];

/* ---- receiving --------------------------------------------------------- */

static void rcv_skb(struct sock *sk, struct sk_buff *skb)
{
	struct net *net = sock_net(sk);

	skb->dev = NULL;	/* was UDP's scratch */
	skb_dst_drop(skb);
	if (!skb_csum_unnecessary(skb) && __skb_checksum_complete(skb)) {
		UDP_INC_STATS(net, UDP_MIB_CSUMERRORS, false);
		UDP_INC_STATS(net, UDP_MIB_INERRORS, false);
		kfree_skb_reason(skb, SKB_DROP_REASON_UDP_CSUM);
		return;
	}
	UDP_INC_STATS(net, UDP_MIB_INDATAGRAMS, false);
	quic_demux_rcv(net, skb);
}

/* Softirq. An error of the socket (ICMP) is fetched, and ends no loop. */
static void data_ready(struct sock *sk)
{
	int off = 0, err;

	rcu_read_lock();
	for (;;) {
		struct sk_buff *skb;

		skb = __skb_recv_udp(sk, MSG_DONTWAIT, &off, &err);
		if (skb)
			rcv_skb(sk, skb);
		else if (err == -EAGAIN)
			break;
	}
	rcu_read_unlock();
}

static void addr_set_v4(union quic_addr *a, __be32 addr, __be16 port)
{
	memset(a, 0, sizeof(*a));
	a->v4.sin_family = AF_INET;
	a->v4.sin_addr.s_addr = addr;
	a->v4.sin_port = port;
}

static void addr_set_v6(union quic_addr *a, const struct in6_addr *addr,
			__be16 port, int iif)
{
	memset(a, 0, sizeof(*a));
	a->v6.sin6_family = AF_INET6;
	a->v6.sin6_addr = *addr;
	a->v6.sin6_port = port;
	a->v6.sin6_scope_id = ipv6_iface_scope_id(addr, iif);
}

/**
 * quic_udp_addrs() - both ends of a received datagram
 * @skb: datagram, headers in place
 * @local: destination address and port
 * @peer: source address and port
 *
 * The real family always, never IPv4-mapped.
 */
void quic_udp_addrs(const struct sk_buff *skb, union quic_addr *local,
		    union quic_addr *peer)
{
	const struct udphdr *uh = udp_hdr(skb);

	if (ip_hdr(skb)->version == 4) {
		addr_set_v4(local, ip_hdr(skb)->daddr, uh->dest);
		addr_set_v4(peer, ip_hdr(skb)->saddr, uh->source);
		return;
	}
	addr_set_v6(local, &ipv6_hdr(skb)->daddr, uh->dest, skb->skb_iif);
	addr_set_v6(peer, &ipv6_hdr(skb)->saddr, uh->source, skb->skb_iif);
}

/* Did the datagram come from that address and port? */
bool quic_udp_from(const struct sk_buff *skb, const union quic_addr *peer)
{
	const struct udphdr *uh = udp_hdr(skb);

	if (ip_hdr(skb)->version == 4)
		return peer->sa.sa_family == AF_INET &&
		       peer->v4.sin_port == uh->source &&
		       peer->v4.sin_addr.s_addr == ip_hdr(skb)->saddr;
	return peer->sa.sa_family == AF_INET6 &&
	       peer->v6.sin6_port == uh->source &&
	       ipv6_addr_equal(&peer->v6.sin6_addr, &ipv6_hdr(skb)->saddr);
}

/* Was the datagram sent to that address and port of ours? */
bool quic_udp_to(const struct sk_buff *skb, const union quic_addr *local)
{
	const struct udphdr *uh = udp_hdr(skb);

	if (ip_hdr(skb)->version == 4)
		return local->sa.sa_family == AF_INET &&
		       local->v4.sin_port == uh->dest &&
		       local->v4.sin_addr.s_addr == ip_hdr(skb)->daddr;
	return local->sa.sa_family == AF_INET6 &&
	       local->v6.sin6_port == uh->dest &&
	       ipv6_addr_equal(&local->v6.sin6_addr, &ipv6_hdr(skb)->daddr);
}

/* ECN field of a received datagram's IP header, 0..3. */
u8 quic_udp_ecn(const struct sk_buff *skb)
{
	u8 field = ip_hdr(skb)->version == 4 ? ip_hdr(skb)->tos :
					       ipv6_get_dsfield(ipv6_hdr(skb));

	return field & INET_ECN_MASK;
}

/* ---- addresses --------------------------------------------------------- */

/* The same host address, whatever the ports? */
bool quic_addr_same_ip(const union quic_addr *a, const union quic_addr *b)
{
	if (a->sa.sa_family != b->sa.sa_family)
		return false;
	if (a->sa.sa_family == AF_INET)
		return a->v4.sin_addr.s_addr == b->v4.sin_addr.s_addr;
	return ipv6_addr_equal(&a->v6.sin6_addr, &b->v6.sin6_addr) &&
	       a->v6.sin6_scope_id == b->v6.sin6_scope_id;
}

/* The same host address and port? */
bool quic_addr_equal(const union quic_addr *a, const union quic_addr *b)
{
	return quic_addr_same_ip(a, b) &&
	       quic_addr_port(a) == quic_addr_port(b);
}

/* ---- the shared sockets ------------------------------------------------ */

static struct quic_udp *find_udp(struct net *net, const union quic_addr *local,
				 bool v6only, int ifindex)
{
	struct quic_udp *udp;

	hlist_for_each_entry(udp, &udp_list, node)
		if (net_eq(udp->net, net) && udp->ifindex == ifindex &&
		    quic_addr_port(&udp->local) == quic_addr_port(local) &&
		    quic_addr_same_ip(&udp->local, local) &&
		    udp->v6only == v6only)
			return udp;
	return NULL;
}

static void free_udp(struct work_struct *work)
{
	struct quic_udp *udp = container_of(work, struct quic_udp, free_work);

	mutex_lock(&udp_mutex);
	hlist_del(&udp->node);
	mutex_unlock(&udp_mutex);
	kernel_sock_shutdown(udp->sock, SHUT_RDWR);
	sock_release(udp->sock);
	kfree(udp);
}

/* The UDP socket's lock is taken below a QUIC socket's: another class. */
static void set_lock_class(struct sock *sk)
{
	int i = sk->sk_family == AF_INET6;

	sock_lock_init_class_and_name(sk, i ? "slock-quic-udp6" :
					      "slock-quic-udp",
				      &udp_slock_key[i],
				      i ? "sk_lock-quic-udp6" :
					  "sk_lock-quic-udp",
				      &udp_lock_key[i]);
}

static int bind_sock(struct socket *sock, union quic_addr *local, bool v6only,
		     int ifindex)
{
	int len = local->sa.sa_family == AF_INET ? sizeof(local->v4) :
						   sizeof(local->v6);
	struct sockaddr_storage bound;
	int err;

	if (v6only) {
		err = ip6_sock_set_v6only(sock->sk);
		if (err)
			return err;
	}
	if (ifindex) {
		err = sock_bindtoindex(sock->sk, ifindex, true);
		if (err)
			return err;
	}
	err = kernel_bind(sock, &local->sa, len);
	if (err)
		return err;
	err = kernel_getsockname(sock, (struct sockaddr *)&bound);
	if (err < 0)
		return err;
	if (local->sa.sa_family == AF_INET)
		local->v4.sin_port = ((struct sockaddr_in *)&bound)->sin_port;
	else
		local->v6.sin6_port = ((struct sockaddr_in6 *)&bound)->sin6_port;
	return 0;
}

static int setup_sock(struct socket *sock)
{
	struct sock *sk = sock->sk;
	int one = 1;
	int err;

	err = sock->ops->setsockopt(sock, SOL_UDP, UDP_GRO,
				    KERNEL_SOCKPTR(&one), sizeof(one));
	if (err)
		return err;
	lock_sock(sk);
	sk->sk_userlocks |= SOCK_RCVBUF_LOCK;
	WRITE_ONCE(sk->sk_rcvbuf, UDP_RCVBUF_BYTES);
	inet_clear_bit(MC_LOOP, sk);
	WRITE_ONCE(sk->sk_data_ready, data_ready);
	release_sock(sk);
	return 0;
}

static int open_sock(struct quic_udp *udp, union quic_addr *local)
{
	struct socket *sock;
	int err;

	err = sock_create_kern(udp->net, local->sa.sa_family, SOCK_DGRAM,
			       IPPROTO_UDP, &sock);
	if (err)
		return err;
	set_lock_class(sock->sk);
	/* before the port is open, so that nothing is left in the queue */
	err = setup_sock(sock);
	if (!err)
		err = bind_sock(sock, local, udp->v6only, udp->ifindex);
	if (err) {
		sock_release(sock);
		return err;
	}
	udp->sock = sock;
	return 0;
}

static struct quic_udp *create_udp(struct net *net, union quic_addr *local,
				   bool v6only, int ifindex)
{
	struct quic_udp *udp;
	int err;

	udp = kzalloc(sizeof(*udp), GFP_KERNEL);
	if (!udp)
		return ERR_PTR(-ENOMEM);
	refcount_set(&udp->refs, 1);
	INIT_WORK(&udp->free_work, free_udp);
	udp->net = net;
	udp->v6only = v6only;
	udp->ifindex = ifindex;
	err = open_sock(udp, local);
	if (err) {
		kfree(udp);
		return ERR_PTR(err);
	}
	udp->local = *local;
	hlist_add_head(&udp->node, &udp_list);
	return udp;
}

/**
 * quic_udp_get() - the UDP socket of a local address
 * @net: network namespace
 * @local: address and port; port 0: a free one is chosen and written back
 * @v6only: AF_INET6: no IPv4 through it
 * @ifindex: device to bind to, or 0
 *
 * Shares an open one when all of these are equal.
 *
 * Context: process, may sleep; the caller may hold a QUIC sock lock.
 * Return: a reference, or ERR_PTR of what bind says (-EADDRINUSE,
 * -EADDRNOTAVAIL, -EACCES, ...) or -ENOMEM.
 */
struct quic_udp *quic_udp_get(struct net *net, union quic_addr *local,
			      bool v6only, int ifindex)
{
	struct quic_udp *udp;

	v6only = v6only && local->sa.sa_family == AF_INET6;
	mutex_lock(&udp_mutex);
	while (quic_addr_port(local)) {
		udp = find_udp(net, local, v6only, ifindex);
		if (!udp)
			break;
		if (refcount_inc_not_zero(&udp->refs))
			goto out;
		/* on its way out, and its port with it */
		mutex_unlock(&udp_mutex);
		flush_workqueue(udp_wq);
		mutex_lock(&udp_mutex);
	}
	udp = create_udp(net, local, v6only, ifindex);
out:
	mutex_unlock(&udp_mutex);
	return udp;
}

/* One more reference, by a user that has one. Any context. */
struct quic_udp *quic_udp_hold(struct quic_udp *udp)
{
	refcount_inc(&udp->refs);
	return udp;
}

/**
 * quic_udp_put() - drop a reference
 * @udp: socket, or NULL
 *
 * Context: any. The port becomes free a little later.
 */
void quic_udp_put(struct quic_udp *udp)
{
	if (udp && refcount_dec_and_test(&udp->refs))
		queue_work(udp_wq, &udp->free_work);
}

/**
 * quic_udp_flush() - wait for UDP sockets that are being closed
 *
 * A namespace calls it when its QUIC sockets are gone, and with them every
 * reference.
 *
 * Context: process, may sleep.
 */
void quic_udp_flush(void)
{
	flush_workqueue(udp_wq);
}

/**
 * quic_udp_init() - at module load
 *
 * Return: 0 or -ENOMEM.
 */
int quic_udp_init(void)
{
	udp_wq = alloc_workqueue("quic_udp", 0, 0);
	return udp_wq ? 0 : -ENOMEM;
}

/**
 * quic_udp_exit() - at module unload, when no QUIC socket is left
 *
 * quic_udp_flush() and an RCU period came before: data_ready() runs nowhere.
 */
void quic_udp_exit(void)
{
	destroy_workqueue(udp_wq);
}

/* ---- routes ------------------------------------------------------------ */

static struct dst_entry *route_v4(struct sock *sk, union quic_addr *local,
				  const union quic_addr *peer)
{
	struct flowi4 fl4;
	struct rtable *rt;

	flowi4_init_output(&fl4, READ_ONCE(sk->sk_bound_dev_if),
			   READ_ONCE(sk->sk_mark), ip_sock_rt_tos(sk),
			   ip_sock_rt_scope(sk), IPPROTO_UDP,
			   inet_sk_flowi_flags(sk), peer->v4.sin_addr.s_addr,
			   local->v4.sin_addr.s_addr, peer->v4.sin_port,
			   local->v4.sin_port, sk->sk_uid);
	security_sk_classify_flow(sk, flowi4_to_flowi_common(&fl4));
	rt = ip_route_output_flow(sock_net(sk), &fl4, sk);
	if (IS_ERR(rt))
		return ERR_CAST(rt);
	if (rt->rt_flags & (RTCF_BROADCAST | RTCF_MULTICAST)) {
		ip_rt_put(rt);
		return ERR_PTR(-ENETUNREACH);
	}
	local->v4.sin_addr.s_addr = fl4.saddr;
	return &rt->dst;
}

static struct dst_entry *route_v6(struct sock *sk, union quic_addr *local,
				  const union quic_addr *peer)
{
	struct flowi6 fl6 = {
		.flowi6_oif = READ_ONCE(sk->sk_bound_dev_if),
		.flowi6_mark = READ_ONCE(sk->sk_mark),
		.flowi6_proto = IPPROTO_UDP,
		.flowi6_uid = sk->sk_uid,
		.daddr = peer->v6.sin6_addr,
		.saddr = local->v6.sin6_addr,
		.fl6_dport = peer->v6.sin6_port,
		.fl6_sport = local->v6.sin6_port,
	};
	struct dst_entry *dst;

	if (ipv6_addr_is_multicast(&fl6.daddr))
		return ERR_PTR(-ENETUNREACH);
	if (!fl6.flowi6_oif)
		fl6.flowi6_oif = peer->v6.sin6_scope_id;
	security_sk_classify_flow(sk, flowi6_to_flowi_common(&fl6));
	dst = ip6_dst_lookup_flow(sock_net(sk), sk, &fl6, NULL);
	if (!IS_ERR(dst))
		local->v6.sin6_addr = fl6.saddr;
	return dst;
}

/* A wildcard local address takes the source that the route prefers. */
static struct dst_entry *route_to(struct sock *sk, union quic_addr *local,
				  const union quic_addr *peer)
{
	if (local->sa.sa_family != peer->sa.sa_family)
		return ERR_PTR(-EAFNOSUPPORT);
	if (peer->sa.sa_family == AF_INET)
		return route_v4(sk, local, peer);
	return route_v6(sk, local, peer);
}

/* UDP payload of an IP packet of @mtu bytes; 0: less than QUIC requires. */
static u32 payload_of(u32 mtu, int family)
{
	u32 hdrs = sizeof(struct udphdr);

	hdrs += family == AF_INET ? sizeof(struct iphdr) :
				    sizeof(struct ipv6hdr);
	if (mtu < hdrs + QUIC_PATH_BASE_MTU)
		return 0;
	return min_t(u32, round_down(mtu - hdrs, 16), UDP_PAYLOAD_MAX);
}

/* Without what ICMP said: that is in dst_mtu() alone. */
static u32 own_mtu(const struct dst_entry *dst, int family)
{
	u32 dev_mtu = READ_ONCE(dst->dev->mtu), route_mtu;

	if (dst_xfrm(dst))
		return dst_mtu(dst);
	if (family == AF_INET6 && dst_rt6_info(dst)->rt6i_flags & RTF_MODIFIED)
		return dev_mtu;
	route_mtu = dst_metric_raw(dst, RTAX_MTU);
	return route_mtu ? min(route_mtu, dev_mtu) : dev_mtu;
}

/**
 * quic_udp_mtu() - what interface and route take
 * @dst: route
 * @family: AF_INET or AF_INET6
 *
 * Rounded down to whole AES blocks: datagrams of a burst follow each other in
 * memory, and so every one's payload is aligned like the first one's, which
 * the ciphers reward.
 *
 * Return: UDP payload, bytes; 0: less than QUIC requires of a path.
 */
u32 quic_udp_mtu(const struct dst_entry *dst, int family)
{
	return payload_of(own_mtu(dst, family), family);
}

/**
 * quic_udp_mtu_hint() - what ICMP said of the path, if anything
 * @dst: route
 * @family: AF_INET or AF_INET6
 *
 * The kernel takes "packet too big" without asking whether such a packet was
 * ever sent, so it is no more than a hint (RFC 9000 14.2.1), and no reason to
 * go below 1200 bytes. QUIC sockets send with IP_PMTUDISC_PROBE: IPv4 does not
 * hold them to it either. IPv6 does, as long as the route exception lasts: in
 * what it takes for a tunnel it does not look at the socket.
 *
 * Return: UDP payload, bytes, at least %QUIC_PATH_BASE_MTU.
 */
u32 quic_udp_mtu_hint(const struct dst_entry *dst, int family)
{
	return max_t(u32, payload_of(dst_mtu(dst), family),
		     QUIC_PATH_BASE_MTU);
}

/**
 * quic_udp_route() - is there a way to the peer?
 * @sk: QUIC socket: mark, device, type of service
 * @local: local address; a wildcard is replaced by the route's choice
 * @peer: the other end
 * @mtu: UDP payload that the path takes, bytes
 *
 * Context: process or softirq; sock lock.
 * Return: 0, -ENETUNREACH and others of the route lookup; -EAFNOSUPPORT when
 * the families differ; -EMSGSIZE when the interface takes less than 1200 bytes
 * (RFC 9000 14).
 */
int quic_udp_route(struct sock *sk, union quic_addr *local,
		   const union quic_addr *peer, u32 *mtu)
{
	struct dst_entry *dst = route_to(sk, local, peer);

	if (IS_ERR(dst))
		return PTR_ERR(dst);
	*mtu = quic_udp_mtu(dst, peer->sa.sa_family);
	dst_release(dst);
	return *mtu ? 0 : -EMSGSIZE;
}

/**
 * quic_udp_dst() - route of the connection, from the socket's cache
 * @sk: QUIC socket
 *
 * Context: sock lock.
 * Return: a referenced route, or ERR_PTR.
 */
struct dst_entry *quic_udp_dst(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);
	union quic_addr local = q->local;
	struct dst_entry *dst;

	dst = sk_dst_check(sk, q->tx->dst_cookie);
	if (dst)
		return dst;
	dst = route_to(sk, &local, &q->peer);
	if (IS_ERR(dst))
		return dst;
	if (q->peer.sa.sa_family == AF_INET6)
		q->tx->dst_cookie = rt6_get_cookie(dst_rt6_info(dst));
	else
		q->tx->dst_cookie = 0;
	sk_dst_set(sk, dst_clone(dst));
	return dst;
}

/**
 * quic_udp_path_dst() - route of any path of the connection
 * @sk: QUIC socket
 * @path: id of the path
 *
 * That of the active one is cached, others carry little.
 *
 * Context: sock lock.
 * Return: a referenced route, or ERR_PTR.
 */
struct dst_entry *quic_udp_path_dst(struct sock *sk, u8 path)
{
	struct quic_sock *q = quic_sk(sk);
	union quic_addr local = q->paths[path].local;

	if (path == q->conn.path.id)
		return quic_udp_dst(sk);
	return route_to(sk, &local, &q->paths[path].peer);
}

/* ---- sending ----------------------------------------------------------- */

/* Room that UDP, IP and the device want in front of the payload, bytes. */
unsigned int quic_udp_headroom(const struct dst_entry *dst, int family)
{
	return LL_RESERVED_SPACE(dst->dev) + dst->header_len +
	       sizeof(struct udphdr) +
	       (family == AF_INET ? sizeof(struct iphdr) :
				    sizeof(struct ipv6hdr));
}

/* The sums of a burst are made by GSO, segment by segment. */
static void prepare_gso_csum(struct sk_buff *skb)
{
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_headroom(skb) - sizeof(struct udphdr);
	skb->csum_offset = offsetof(struct udphdr, check);
}

static void xmit_v4(struct sock *sk, struct sk_buff *skb,
		    struct dst_entry *dst, const union quic_addr *local,
		    const union quic_addr *peer, u8 tos)
{
	udp_tunnel_xmit_skb(dst_rtable(dst), sk, skb, local->v4.sin_addr.s_addr,
			    peer->v4.sin_addr.s_addr, tos,
			    ip4_dst_hoplimit(dst), htons(IP_DF),
			    local->v4.sin_port, peer->v4.sin_port, false,
			    false);
}

/**
 * struct label_input - what an IPv6 flow label is made of
 * @local: our address
 * @peer: the other one
 * @sport: our port
 * @dport: the other one
 * @cid: destination connection id
 */
struct label_input {
	struct in6_addr local;
	struct in6_addr peer;
	__be16 sport;
	__be16 dport;
	struct quic_cid cid;
} __packed;

static bool wants_label(const struct sock *sk)
{
	if (inet6_test_bit(AUTOFLOWLABEL_SET, sk))
		return inet6_test_bit(AUTOFLOWLABEL, sk);
	return ip6_default_np_autolabel(sock_net(sk));
}

/*
 * RFC 9000 9.7, RFC 6437: changes with the addresses and the connection id,
 * and nobody can tell from one what the next one belongs to.
 */
static __be32 flow_label(struct sock *sk, struct sk_buff *skb, u8 path)
{
	static siphash_key_t key __read_mostly;
	struct quic_conn *c = &quic_sk(sk)->conn;
	const struct quic_path_addrs *a = &quic_sk(sk)->paths[path];
	const struct quic_cid *cid;
	struct label_input in;

	if (!wants_label(sk))
		return 0;
	net_get_random_once(&key, sizeof(key));
	cid = quic_migration_cid(c, quic_migration_path(c, path));
	memset(&in, 0, sizeof(in));
	in.local = a->local.v6.sin6_addr;
	in.peer = a->peer.v6.sin6_addr;
	in.sport = a->local.v6.sin6_port;
	in.dport = a->peer.v6.sin6_port;
	in.cid.len = cid->len;
	memcpy(in.cid.data, cid->data, cid->len);
	__skb_set_sw_hash(skb, siphash(&in, sizeof(in), &key), true);
	return ip6_make_flowlabel(sock_net(sk), skb, 0, true, NULL);
}

static void xmit_v6(struct sock *sk, struct sk_buff *skb,
		    struct dst_entry *dst, const union quic_addr *local,
		    const union quic_addr *peer, u8 tos, __be32 label)
{
	udp_tunnel6_xmit_skb(dst, sk, skb, NULL, &local->v6.sin6_addr,
			     &peer->v6.sin6_addr, tos, ip6_dst_hoplimit(dst),
			     label, local->v6.sin6_port, peer->v6.sin6_port,
			     false);
}

/**
 * quic_udp_xmit() - put UDP and IP headers on and send
 * @sk: QUIC socket that owns @skb
 * @skb: UDP payload with quic_udp_headroom(); a GSO burst has gso_size,
 *	gso_segs and gso_type set
 * @dst: route; the reference is consumed
 * @path: id of the path, for its addresses
 * @ecn: ECN field of the IP header
 *
 * What the layers below refuse counts as lost on the way.
 *
 * Context: sock lock, process or softirq.
 */
void quic_udp_xmit(struct sock *sk, struct sk_buff *skb, struct dst_entry *dst,
		   u8 path, u8 ecn)
{
	const struct quic_path_addrs *a = &quic_sk(sk)->paths[path];

	skb->priority = READ_ONCE(sk->sk_priority);
	skb->mark = READ_ONCE(sk->sk_mark);
	if (skb_is_gso(skb))
		prepare_gso_csum(skb);
	/* the tunnel code counts its recursion per CPU */
	local_bh_disable();
	if (a->peer.sa.sa_family == AF_INET)
		xmit_v4(sk, skb, dst, &a->local, &a->peer,
			(inet_sk(sk)->tos & ~INET_ECN_MASK) | ecn);
	else
		xmit_v6(sk, skb, dst, &a->local, &a->peer,
			(inet6_sk(sk)->tclass & ~INET_ECN_MASK) | ecn,
			flow_label(sk, skb, path));
	local_bh_enable();
}

static struct sk_buff *alloc_reply(const struct dst_entry *dst, int family,
				   const u8 *data, unsigned int len)
{
	unsigned int headroom = quic_udp_headroom(dst, family);
	struct sk_buff *skb;

	skb = alloc_skb(headroom + len, GFP_ATOMIC | __GFP_NOWARN);
	if (!skb)
		return NULL;
	skb_reserve(skb, headroom);
	skb_put_data(skb, data, len);
	return skb;
}

static void reply_v4(struct net *net, const union quic_addr *from,
		     const union quic_addr *to, int oif, const u8 *data,
		     unsigned int len)
{
	struct flowi4 fl4 = {
		.flowi4_oif = oif,
		.flowi4_proto = IPPROTO_UDP,
		.daddr = to->v4.sin_addr.s_addr,
		.saddr = from->v4.sin_addr.s_addr,
		.fl4_dport = to->v4.sin_port,
		.fl4_sport = from->v4.sin_port,
	};
	struct rtable *rt = ip_route_output_key(net, &fl4);
	struct sk_buff *skb;

	if (IS_ERR(rt))
		return;
	skb = alloc_reply(&rt->dst, AF_INET, data, len);
	if (!skb) {
		ip_rt_put(rt);
		return;
	}
	udp_tunnel_xmit_skb(rt, NULL, skb, fl4.saddr, fl4.daddr, 0,
			    ip4_dst_hoplimit(&rt->dst), htons(IP_DF),
			    fl4.fl4_sport, fl4.fl4_dport, false, false);
}

static void reply_v6(struct net *net, const union quic_addr *from,
		     const union quic_addr *to, int oif, const u8 *data,
		     unsigned int len)
{
	struct flowi6 fl6 = {
		.flowi6_oif = oif,
		.flowi6_proto = IPPROTO_UDP,
		.daddr = to->v6.sin6_addr,
		.saddr = from->v6.sin6_addr,
		.fl6_dport = to->v6.sin6_port,
		.fl6_sport = from->v6.sin6_port,
	};
	struct dst_entry *dst = ip6_dst_lookup_flow(net, NULL, &fl6, NULL);
	struct sk_buff *skb;

	if (IS_ERR(dst))
		return;
	skb = alloc_reply(dst, AF_INET6, data, len);
	if (!skb) {
		dst_release(dst);
		return;
	}
	udp_tunnel6_xmit_skb(dst, NULL, skb, NULL, &fl6.saddr, &fl6.daddr, 0,
			     ip6_dst_hoplimit(dst), 0, fl6.fl6_sport,
			     fl6.fl6_dport, false);
}

/**
 * quic_udp_reply() - answer a datagram that belongs to no connection
 * @net: network namespace
 * @to: the datagram; the answer takes its addresses the other way round
 * @data: UDP payload
 * @len: bytes, at most what every path takes
 *
 * Context: softirq.
 */
void quic_udp_reply(struct net *net, const struct sk_buff *to, const u8 *data,
		    unsigned int len)
{
	union quic_addr from, peer;
	int oif = 0;

	quic_udp_addrs(to, &from, &peer);
	/* a datagram to a multicast address is no reason to say anything */
	if (from.sa.sa_family == AF_INET) {
		if (!ipv4_is_multicast(from.v4.sin_addr.s_addr) &&
		    !ipv4_is_lbcast(from.v4.sin_addr.s_addr))
			reply_v4(net, &from, &peer, oif, data, len);
		return;
	}
	if (ipv6_addr_is_multicast(&from.v6.sin6_addr))
		return;
	if (ipv6_addr_type(&peer.v6.sin6_addr) & IPV6_ADDR_LINKLOCAL)
		oif = to->skb_iif;
	reply_v6(net, &from, &peer, oif, data, len);
}
