// SPDX-License-Identifier: GPL-2.0-only
#include "mib.h"

#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <net/ip.h>

#include "sock.h"

static const struct snmp_mib quic_snmp_list[] = {
	SNMP_MIB_ITEM("QuicConnCurrentEstabs", QUIC_MIB_CONN_CURRENTESTABS),
	SNMP_MIB_ITEM("QuicConnPassiveEstabs", QUIC_MIB_CONN_PASSIVEESTABS),
	SNMP_MIB_ITEM("QuicConnActiveEstabs", QUIC_MIB_CONN_ACTIVEESTABS),
	SNMP_MIB_ITEM("QuicPktRcvFastpaths", QUIC_MIB_PKT_RCVFASTPATHS),
	SNMP_MIB_ITEM("QuicPktDecFastpaths", QUIC_MIB_PKT_DECFASTPATHS),
	SNMP_MIB_ITEM("QuicPktEncFastpaths", QUIC_MIB_PKT_ENCFASTPATHS),
	SNMP_MIB_ITEM("QuicPktRcvBacklogs", QUIC_MIB_PKT_RCVBACKLOGS),
	SNMP_MIB_ITEM("QuicPktDecBacklogs", QUIC_MIB_PKT_DECBACKLOGS),
	SNMP_MIB_ITEM("QuicPktEncBacklogs", QUIC_MIB_PKT_ENCBACKLOGS),
	SNMP_MIB_ITEM("QuicPktInvHdrDrop", QUIC_MIB_PKT_INVHDRDROP),
	SNMP_MIB_ITEM("QuicPktInvNumDrop", QUIC_MIB_PKT_INVNUMDROP),
	SNMP_MIB_ITEM("QuicPktInvFrmDrop", QUIC_MIB_PKT_INVFRMDROP),
	SNMP_MIB_ITEM("QuicPktRcvDrop", QUIC_MIB_PKT_RCVDROP),
	SNMP_MIB_ITEM("QuicPktDecDrop", QUIC_MIB_PKT_DECDROP),
	SNMP_MIB_ITEM("QuicPktEncDrop", QUIC_MIB_PKT_ENCDROP),
	SNMP_MIB_ITEM("QuicFrmRcvBufDrop", QUIC_MIB_FRM_RCVBUFDROP),
	SNMP_MIB_ITEM("QuicFrmRetrans", QUIC_MIB_FRM_RETRANS),
	SNMP_MIB_ITEM("QuicFrmOutCloses", QUIC_MIB_FRM_OUTCLOSES),
	SNMP_MIB_ITEM("QuicFrmInCloses", QUIC_MIB_FRM_INCLOSES),
	SNMP_MIB_ITEM("QuicPktNoSockDrop", QUIC_MIB_PKT_NOSOCKDROP),
	SNMP_MIB_ITEM("QuicPktNoKeyDrop", QUIC_MIB_PKT_NOKEYDROP),
	SNMP_MIB_ITEM("QuicPktVersionDrop", QUIC_MIB_PKT_VERSIONDROP),
	SNMP_MIB_ITEM("QuicPktShortInitialDrop",
		      QUIC_MIB_PKT_SHORTINITIALDROP),
	SNMP_MIB_ITEM("QuicPktBadInitialDrop", QUIC_MIB_PKT_BADINITIALDROP),
	SNMP_MIB_ITEM("QuicPktAcceptDrop", QUIC_MIB_PKT_ACCEPTDROP),
	SNMP_MIB_ITEM("QuicPktAddrDrop", QUIC_MIB_PKT_ADDRDROP),
	SNMP_MIB_ITEM("QuicPktResets", QUIC_MIB_PKT_RESETS),
	SNMP_MIB_ITEM("QuicPktXmitDrop", QUIC_MIB_PKT_XMITDROP),
	SNMP_MIB_ITEM("QuicPktLateSealed", QUIC_MIB_PKT_LATESEALED),
	SNMP_MIB_ITEM("QuicPktLateDrop", QUIC_MIB_PKT_LATEDROP),
	SNMP_MIB_ITEM("QuicPktVerdictDrop", QUIC_MIB_PKT_VERDICTDROP),
	SNMP_MIB_ITEM("QuicPktStateDrop", QUIC_MIB_PKT_STATEDROP),
	SNMP_MIB_ITEM("QuicMigrations", QUIC_MIB_MIGRATIONS),
	SNMP_MIB_ITEM("QuicPktVersionNegs", QUIC_MIB_PKT_VERSIONNEGS),
	SNMP_MIB_ITEM("QuicPktResetsSent", QUIC_MIB_PKT_RESETSSENT),
	SNMP_MIB_ITEM("QuicPktRetries", QUIC_MIB_PKT_RETRIES),
	SNMP_MIB_ITEM("QuicPktBadTokenDrop", QUIC_MIB_PKT_BADTOKENDROP),
	SNMP_MIB_ITEM("QuicKeyUpdates", QUIC_MIB_KEY_UPDATES),
	SNMP_MIB_ITEM("QuicKeyPrepFails", QUIC_MIB_KEY_PREPFAILS),
	SNMP_MIB_ITEM("QuicEarlyAccepted", QUIC_MIB_EARLY_ACCEPTED),
	SNMP_MIB_ITEM("QuicEarlyRejected", QUIC_MIB_EARLY_REJECTED),
	SNMP_MIB_ITEM("QuicEarlyReplays", QUIC_MIB_EARLY_REPLAYS),
	SNMP_MIB_SENTINEL
};

static int snmp_show(struct seq_file *seq, void *v)
{
	struct net *net = seq->private;
	struct quic_net *qn = quic_net(net);
	int i;

	for (i = 0; quic_snmp_list[i].name; i++)
		seq_printf(seq, "%-32s\t%ld\n", quic_snmp_list[i].name,
			   snmp_fold_field(qn->stats, quic_snmp_list[i].entry));
	return 0;
}

/* The listing holds quic_net.lock, inside which no sock lock is taken. */
static bool is_listed(const struct sock *sk, bool endpoints)
{
	bool listening = READ_ONCE(sk->sk_state) == TCP_LISTEN;

	return endpoints ? listening : quic_sk(sk)->has_conn;
}

static void show_sock(struct seq_file *seq, struct sock *sk)
{
	const struct quic_sock *q = quic_sk(sk);

	seq_printf(seq, "%pISpc\t%pISpc\t%u\t%u\t%u\t%lu\t%d\t%d\t%d\t%llu\n",
		   &q->local.sa, &q->peer.sa, READ_ONCE(sk->sk_state),
		   READ_ONCE(q->conn.state),
		   from_kuid_munged(seq_user_ns(seq), sock_i_uid(sk)),
		   sock_i_ino(sk), READ_ONCE(sk->sk_wmem_queued),
		   atomic_read(&sk->sk_rmem_alloc),
		   READ_ONCE(sk->sk_ack_backlog), READ_ONCE(q->listen_drops));
}

static void show_socks(struct seq_file *seq, bool endpoints)
{
	struct net *net = seq->private;
	struct quic_net *qn = quic_net(net);
	struct quic_sock *q;

	seq_puts(seq, "LOCAL\tPEER\tSTATE\tCONN\tUID\tINODE\tTXMEM\tRXMEM\tQUEUED\tREFUSED\n");
	spin_lock_bh(&qn->lock);
	hlist_for_each_entry(q, &qn->socks, net_node)
		if (is_listed(quic_to_sk(q), endpoints))
			show_sock(seq, quic_to_sk(q));
	spin_unlock_bh(&qn->lock);
}

static int conns_show(struct seq_file *seq, void *v)
{
	show_socks(seq, false);
	return 0;
}

static int eps_show(struct seq_file *seq, void *v)
{
	show_socks(seq, true);
	return 0;
}

static int init_proc(struct net *net, struct quic_net *qn)
{
	qn->proc = proc_net_mkdir(net, "quic", net->proc_net);
	if (!qn->proc)
		return -ENOMEM;
	if (proc_create_net_single("snmp", 0444, qn->proc, snmp_show, NULL) &&
	    proc_create_net_single("conns", 0444, qn->proc, conns_show, NULL) &&
	    proc_create_net_single("eps", 0444, qn->proc, eps_show, NULL))
		return 0;
	remove_proc_subtree("quic", net->proc_net);
	return -ENOMEM;
}

/**
 * quic_mib_init() - counters and /proc/net/quic of a network namespace
 * @net: namespace
 *
 * Context: process context.
 * Return: 0 or -ENOMEM.
 */
int quic_mib_init(struct net *net)
{
	struct quic_net *qn = quic_net(net);
	int err;

	qn->stats = alloc_percpu(struct quic_mib_stats);
	if (!qn->stats)
		return -ENOMEM;
	err = init_proc(net, qn);
	if (err)
		free_percpu(qn->stats);
	return err;
}

/**
 * quic_mib_exit() - undo quic_mib_init()
 * @net: namespace
 */
void quic_mib_exit(struct net *net)
{
	remove_proc_subtree("quic", net->proc_net);
	free_percpu(quic_net(net)->stats);
}
