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
	SNMP_MIB_ITEM("QuicConnClear", QUIC_MIB_CONN_CLEAR),
	SNMP_MIB_ITEM("QuicPktClearDrop", QUIC_MIB_PKT_CLEARDROP),
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

/* Without the sock lock, of which there may be too many: values may be old. */
static bool is_listed(const struct sock *sk, bool endpoints)
{
	bool listening = READ_ONCE(sk->sk_state) == TCP_LISTEN;

	return endpoints ? listening : quic_sk(sk)->has_conn;
}

static void show_sock(struct seq_file *seq, struct sock *sk)
{
	struct quic_net *qn = quic_net(seq_file_net(seq));
	const struct quic_sock *q = quic_sk(sk);
	union quic_addr local, peer;

	spin_lock_bh(&qn->lock);
	local = q->local;
	peer = q->peer;
	spin_unlock_bh(&qn->lock);
	seq_printf(seq, "%pISpc\t%pISpc\t%u\t%u\t%u\t%lu\t%d\t%d\t%d\t%llu\t%d\n",
		   &local.sa, &peer.sa, READ_ONCE(sk->sk_state),
		   READ_ONCE(q->conn.state),
		   from_kuid_munged(seq_user_ns(seq), sock_i_uid(sk)),
		   sock_i_ino(sk), READ_ONCE(sk->sk_wmem_queued),
		   atomic_read(&sk->sk_rmem_alloc),
		   READ_ONCE(sk->sk_ack_backlog), READ_ONCE(q->listen_drops),
		   q->has_conn && quic_conn_clear(&q->conn));
}

static void show_line(struct seq_file *seq, void *v, bool endpoints)
{
	struct sock *sk;

	if (v == SEQ_START_TOKEN) {
		seq_puts(seq, "LOCAL\tPEER\tSTATE\tCONN\tUID\tINODE\tTXMEM\tRXMEM\tQUEUED\tREFUSED\tCLEAR\n");
		return;
	}
	sk = quic_to_sk(hlist_entry(v, struct quic_sock, net_node));
	if (is_listed(sk, endpoints))
		show_sock(seq, sk);
}

static int conns_show(struct seq_file *seq, void *v)
{
	show_line(seq, v, false);
	return 0;
}

static int eps_show(struct seq_file *seq, void *v)
{
	show_line(seq, v, true);
	return 0;
}

/* A page of lines at a time: nobody waits for a long listing. */
static void *start_socks(struct seq_file *seq, loff_t *pos)
	__acquires(RCU)
{
	rcu_read_lock();
	return seq_hlist_start_head_rcu(&quic_net(seq_file_net(seq))->socks,
					*pos);
}

static void *next_sock(struct seq_file *seq, void *v, loff_t *pos)
{
	return seq_hlist_next_rcu(v, &quic_net(seq_file_net(seq))->socks, pos);
}

static void stop_socks(struct seq_file *seq, void *v)
	__releases(RCU)
{
	rcu_read_unlock();
}

static const struct seq_operations conns_ops = {
	.start = start_socks,
	.next = next_sock,
	.stop = stop_socks,
	.show = conns_show,
};

static const struct seq_operations eps_ops = {
	.start = start_socks,
	.next = next_sock,
	.stop = stop_socks,
	.show = eps_show,
};

static bool create_list(const char *name, struct quic_net *qn,
			const struct seq_operations *ops)
{
	return proc_create_net(name, 0444, qn->proc, ops,
			       sizeof(struct seq_net_private));
}

static int init_proc(struct net *net, struct quic_net *qn)
{
	qn->proc = proc_net_mkdir(net, "quic", net->proc_net);
	if (!qn->proc)
		return -ENOMEM;
	if (proc_create_net_single("snmp", 0444, qn->proc, snmp_show, NULL) &&
	    create_list("conns", qn, &conns_ops) &&
	    create_list("eps", qn, &eps_ops))
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
