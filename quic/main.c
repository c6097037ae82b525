// SPDX-License-Identifier: GPL-2.0-only
/* The module: what it registers, in which order, and how it goes away. */
#include <linux/module.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include <net/protocol.h>
#include <net/transp_v6.h>

#include "demux.h"
#include "late.h"
#include "mem.h"
#include "mib.h"
#include "proto.h"
#include "replay.h"
#include "sock.h"
#include "sysctl.h"
#include "tx.h"
#include "udp.h"

unsigned int quic_net_id;
struct workqueue_struct *quic_wq;

static int __net_init start_net(struct net *net)
{
	struct quic_net *qn = quic_net(net);
	int err;

	spin_lock_init(&qn->lock);
	INIT_HLIST_HEAD(&qn->socks);
	get_random_bytes(qn->ticket_secret, sizeof(qn->ticket_secret));
	quic_netkey_init(&qn->key);
	quic_cid_seq_init(&qn->cids);
	quic_token_init(net);
	quic_hello_start(net);
	err = quic_mib_init(net);
	if (err)
		return err;
	err = quic_sysctl_init(net);
	if (err)
		quic_mib_exit(net);
	return err;
}

/*
 * A user's socket keeps its namespace, also as an orphan; what can be left
 * here are orphans of kernel sockets, which do not.
 */
static void __net_exit stop_net(struct net *net)
{
	struct quic_net *qn = quic_net(net);

	quic_sock_purge_net(net);
	quic_udp_flush();
	quic_sysctl_exit(net);
	quic_mib_exit(net);
	quic_replay_exit(net);
	quic_hello_purge(net);
	quic_token_exit(net);
	memzero_explicit(qn->ticket_secret, sizeof(qn->ticket_secret));
	quic_netkey_wipe(&qn->key);
	quic_cid_seq_wipe(&qn->cids);
}

static struct pernet_operations quic_net_ops = {
	.init = start_net,
	.exit = stop_net,
	.id = &quic_net_id,
	.size = sizeof(struct quic_net),
};

static struct inet_protosw quic_stream_protosw = {
	.type = SOCK_STREAM,
	.protocol = IPPROTO_QUIC,
	.prot = &quic_prot,
	.ops = &quic_proto_ops,
};

static struct inet_protosw quic_dgram_protosw = {
	.type = SOCK_DGRAM,
	.protocol = IPPROTO_QUIC,
	.prot = &quic_prot,
	.ops = &quic_proto_ops,
};

#if IS_ENABLED(CONFIG_IPV6)
static struct inet_protosw quicv6_stream_protosw = {
	.type = SOCK_STREAM,
	.protocol = IPPROTO_QUIC,
	.prot = &quicv6_prot,
	.ops = &quicv6_proto_ops,
};

static struct inet_protosw quicv6_dgram_protosw = {
	.type = SOCK_DGRAM,
	.protocol = IPPROTO_QUIC,
	.prot = &quicv6_prot,
	.ops = &quicv6_proto_ops,
};

static int register_v6(void)
{
	int err;

	err = proto_register(&quicv6_prot, 1);
	if (err)
		return err;
	err = inet6_register_protosw(&quicv6_stream_protosw);
	if (err)
		goto err_proto;
	err = inet6_register_protosw(&quicv6_dgram_protosw);
	if (err)
		goto err_stream;
	return 0;

err_stream:
	inet6_unregister_protosw(&quicv6_stream_protosw);
err_proto:
	proto_unregister(&quicv6_prot);
	return err;
}

static void unregister_v6(void)
{
	inet6_unregister_protosw(&quicv6_dgram_protosw);
	inet6_unregister_protosw(&quicv6_stream_protosw);
	proto_unregister(&quicv6_prot);
}
#else
static int register_v6(void)
{
	return 0;
}

static void unregister_v6(void)
{
}
#endif

static int register_v4(void)
{
	int err;

	err = proto_register(&quic_prot, 1);
	if (err)
		return err;
	inet_register_protosw(&quic_stream_protosw);
	inet_register_protosw(&quic_dgram_protosw);
	return 0;
}

static void unregister_v4(void)
{
	inet_unregister_protosw(&quic_dgram_protosw);
	inet_unregister_protosw(&quic_stream_protosw);
	proto_unregister(&quic_prot);
}

static int init_tables(void)
{
	int err;

	quic_wq = alloc_workqueue("quic", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	if (!quic_wq)
		return -ENOMEM;
	err = quic_demux_init();
	if (err)
		goto err_wq;
	err = quic_udp_init();
	if (err)
		goto err_demux;
	err = quic_late_init();
	if (err)
		goto err_udp;
	err = register_pernet_subsys(&quic_net_ops);
	if (err)
		goto err_late;
	return 0;

err_late:
	quic_late_exit();
err_udp:
	quic_udp_exit();
err_demux:
	quic_demux_exit();
err_wq:
	destroy_workqueue(quic_wq);
	return err;
}

/*
 * Every socket, orphans included, holds a reference to the module: when this
 * runs there is none, and none can be made. What may still run are the last
 * lines of work items and RCU callbacks.
 */
static void exit_tables(void)
{
	flush_workqueue(quic_wq);
	rcu_barrier();
	/* from here on no packet comes that a namespace would count */
	quic_udp_flush();
	synchronize_rcu();
	unregister_pernet_subsys(&quic_net_ops);
	quic_late_exit();
	quic_udp_exit();
	quic_demux_exit();
	quic_tx_exit();
	destroy_workqueue(quic_wq);
}

static int __init quic_init(void)
{
	int err;

	err = quic_mem_init();
	if (err)
		return err;
	err = init_tables();
	if (err)
		goto err_mem;
	err = register_v4();
	if (err)
		goto err_tables;
	err = register_v6();
	if (err)
		goto err_v4;
	return 0;

err_v4:
	unregister_v4();
err_tables:
	exit_tables();
err_mem:
	quic_mem_exit();
	return err;
}

static void __exit quic_exit(void)
{
	unregister_v6();
	unregister_v4();
	exit_tables();
	quic_mem_exit();
}

module_init(quic_init);
module_exit(quic_exit);

MODULE_ALIAS_NET_PF_PROTO_TYPE(PF_INET, 261, 1);
MODULE_ALIAS_NET_PF_PROTO_TYPE(PF_INET, 261, 2);
MODULE_ALIAS_NET_PF_PROTO_TYPE(PF_INET6, 261, 1);
MODULE_ALIAS_NET_PF_PROTO_TYPE(PF_INET6, 261, 2);
MODULE_DESCRIPTION("QUIC transport (RFC 9000)");
MODULE_LICENSE("GPL");
