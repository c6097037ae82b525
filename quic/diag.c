// SPDX-License-Identifier: GPL-2.0-only
/* quic_diag.ko: sockets through NETLINK_SOCK_DIAG, protocol 261. */
#include "stats.h"

#include <linux/inet_diag.h>
#include <linux/module.h>
#include <linux/quic.h>
#include <linux/sock_diag.h>
#include <net/inet_sock.h>
#include <net/netlink.h>
#include <net/sock.h>

/*
 * The request's protocol field has 8 bits; 261 comes as INET_DIAG_REQ_PROTOCOL,
 * as for MPTCP. The message is not inet_sk_diag_fill()'s, which gives
 * INET_DIAG_INFO of connection sockets (struct inet_connection_sock) only.
 */

/* References taken at a time under the list's lock. */
#define BATCH	32

/* Where a dump goes on. */
struct diag_pos {
	unsigned int pos;
};

static int put_info(struct sock *sk, struct sk_buff *skb)
{
	struct quic_stats *st;
	struct nlattr *attr;

	attr = nla_reserve_64bit(skb, INET_DIAG_INFO, sizeof(*st),
				 INET_DIAG_PAD);
	if (!attr)
		return -EMSGSIZE;
	st = nla_data(attr);
	lock_sock(sk);
	quic_stats_get(sk, st);
	release_sock(sk);
	return 0;
}

static int put_meminfo(struct sock *sk, struct sk_buff *skb)
{
	const struct inet_diag_meminfo mem = {
		.idiag_rmem = sk_rmem_alloc_get(sk),
		.idiag_wmem = READ_ONCE(sk->sk_wmem_queued),
		.idiag_fmem = sk_forward_alloc_get(sk),
		.idiag_tmem = sk_wmem_alloc_get(sk),
	};

	return nla_put(skb, INET_DIAG_MEMINFO, sizeof(mem), &mem);
}

static bool is_wanted(const struct inet_diag_req_v2 *req, int ext)
{
	return req->idiag_ext & (1 << (ext - 1));
}

static int put_attrs(struct sock *sk, struct sk_buff *skb,
		     const struct inet_diag_req_v2 *req)
{
	int err = 0;

	if (is_wanted(req, INET_DIAG_MEMINFO))
		err = put_meminfo(sk, skb);
	if (!err && is_wanted(req, INET_DIAG_SKMEMINFO))
		err = sock_diag_put_meminfo(sk, skb, INET_DIAG_SKMEMINFO);
	if (!err && is_wanted(req, INET_DIAG_INFO))
		err = put_info(sk, skb);
	return err;
}

static void fill_queues(const struct sock *sk, struct inet_diag_msg *r)
{
	if (r->idiag_state == TCP_LISTEN) {
		r->idiag_rqueue = READ_ONCE(sk->sk_ack_backlog);
		r->idiag_wqueue = READ_ONCE(sk->sk_max_ack_backlog);
		return;
	}
	r->idiag_rqueue = sk_rmem_alloc_get(sk);
	r->idiag_wqueue = READ_ONCE(sk->sk_wmem_queued);
}

static int fill_msg(struct sock *sk, struct sk_buff *skb,
		    struct netlink_callback *cb,
		    const struct inet_diag_req_v2 *req, u16 flags)
{
	struct sk_buff *in = cb->skb;
	struct inet_diag_msg *r;
	struct nlmsghdr *nlh;

	nlh = nlmsg_put(skb, NETLINK_CB(in).portid, cb->nlh->nlmsg_seq,
			cb->nlh->nlmsg_type, sizeof(*r), flags);
	if (!nlh)
		return -EMSGSIZE;
	r = nlmsg_data(nlh);
	memset(r, 0, sizeof(*r));
	inet_diag_msg_common_fill(r, sk);
	r->idiag_state = inet_sk_state_load(sk);
	fill_queues(sk, r);
	if (inet_diag_msg_attrs_fill(sk, skb, r, req->idiag_ext,
				     sk_user_ns(NETLINK_CB(in).sk),
				     netlink_net_capable(in, CAP_NET_ADMIN)) ||
	    put_attrs(sk, skb, req)) {
		nlmsg_cancel(skb, nlh);
		return -EMSGSIZE;
	}
	nlmsg_end(skb, nlh);
	return 0;
}

static bool ports_match(const struct sock *sk,
			const struct inet_diag_sockid *id)
{
	const struct inet_sock *inet = inet_sk(sk);

	return (!id->idiag_sport || id->idiag_sport == inet->inet_sport) &&
	       (!id->idiag_dport || id->idiag_dport == inet->inet_dport);
}

static bool is_selected(struct sock *sk, const struct inet_diag_req_v2 *req,
			const struct nlattr *bytecode)
{
	return req->idiag_states & BIT(inet_sk_state_load(sk)) &&
	       (req->sdiag_family == AF_UNSPEC ||
		req->sdiag_family == sk->sk_family) &&
	       ports_match(sk, &req->id) && inet_diag_bc_sk(bytecode, sk);
}

static void put_socks(struct sock **socks, unsigned int n)
{
	while (n--)
		sock_put(socks[n]);
}

static void dump(struct sk_buff *skb, struct netlink_callback *cb,
		 const struct inet_diag_req_v2 *req)
{
	struct inet_diag_dump_data *data = cb->data;
	struct diag_pos *at = (void *)cb->ctx;
	struct sock *socks[BATCH];
	unsigned int i, n;
	int err = 0;

	BUILD_BUG_ON(sizeof(*at) > sizeof(cb->ctx));
	while (!err) {
		n = quic_stats_socks(sock_net(skb->sk), at->pos, socks, BATCH);
		for (i = 0; i < n && !err; i++) {
			if (is_selected(socks[i], req, data->inet_diag_nla_bc))
				err = fill_msg(socks[i], skb, cb, req,
					       NLM_F_MULTI);
			/* what did not fit comes first next time */
			at->pos += !err;
		}
		put_socks(socks, n);
		if (n < BATCH)
			return;
		cond_resched();
	}
}

/* Who has exactly these addresses; a cookie tells listeners of a port apart. */
static bool is_meant(struct sock *sk, const struct inet_diag_req_v2 *req)
{
	const struct inet_diag_sockid *id = &req->id;
	struct inet_diag_msg r = {};

	if (sk->sk_family != req->sdiag_family ||
	    sock_diag_check_cookie(sk, id->idiag_cookie))
		return false;
	inet_diag_msg_common_fill(&r, sk);
	return r.id.idiag_sport == id->idiag_sport &&
	       r.id.idiag_dport == id->idiag_dport &&
	       !memcmp(r.id.idiag_src, id->idiag_src, sizeof(r.id.idiag_src)) &&
	       !memcmp(r.id.idiag_dst, id->idiag_dst, sizeof(r.id.idiag_dst));
}

static struct sock *find_sock(struct net *net,
			      const struct inet_diag_req_v2 *req)
{
	struct sock *socks[BATCH], *found = NULL;
	unsigned int i, n, pos = 0;

	do {
		n = quic_stats_socks(net, pos, socks, BATCH);
		for (i = 0; i < n && !found; i++) {
			if (!is_meant(socks[i], req))
				continue;
			found = socks[i];
			sock_hold(found);
		}
		put_socks(socks, n);
		pos += n;
	} while (n == BATCH && !found);
	return found;
}

static size_t msg_size(void)
{
	return nlmsg_total_size(sizeof(struct inet_diag_msg)) +
	       inet_diag_msg_attrs_size() +
	       nla_total_size(sizeof(struct inet_diag_meminfo)) +
	       nla_total_size(SK_MEMINFO_VARS * sizeof(u32)) +
	       nla_total_size_64bit(sizeof(struct quic_stats)) + 64;
}

static int dump_one(struct netlink_callback *cb,
		    const struct inet_diag_req_v2 *req)
{
	struct sk_buff *in = cb->skb, *rep;
	struct net *net = sock_net(in->sk);
	struct sock *sk = find_sock(net, req);
	int err = -ENOMEM;

	if (!sk)
		return -ENOENT;
	rep = nlmsg_new(msg_size(), GFP_KERNEL);
	if (rep)
		err = fill_msg(sk, rep, cb, req, 0);
	if (!err)
		err = nlmsg_unicast(net->diag_nlsk, rep, NETLINK_CB(in).portid);
	else
		kfree_skb(rep);
	sock_put(sk);
	return err;
}

/* Not called by our own fill_msg(); inet_diag's broadcasts of ends use it. */
static void get_info(struct sock *sk, struct inet_diag_msg *r, void *info)
{
	fill_queues(sk, r);
}

static const struct inet_diag_handler quic_diag_handler = {
	.owner		= THIS_MODULE,
	.dump		= dump,
	.dump_one	= dump_one,
	.idiag_get_info	= get_info,
	.idiag_type	= IPPROTO_QUIC,
	.idiag_info_size = 0,
};

static int __init quic_diag_init(void)
{
	return inet_diag_register(&quic_diag_handler);
}

static void __exit quic_diag_exit(void)
{
	inet_diag_unregister(&quic_diag_handler);
}

module_init(quic_diag_init);
module_exit(quic_diag_exit);

MODULE_DESCRIPTION("QUIC sockets through sock_diag");
MODULE_LICENSE("GPL");
/* AF_INET - IPPROTO_QUIC */
MODULE_ALIAS("net-pf-" __stringify(PF_NETLINK) "-proto-"
	     __stringify(NETLINK_SOCK_DIAG) "-type-2-261");
