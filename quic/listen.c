// SPDX-License-Identifier: GPL-2.0-only
/* Listeners: from a first Initial to a socket that accept() returns. */
#include "sock.h"
#include "proto.h"

#include <net/inet_common.h>

#include "admit.h"
#include "demux.h"
#include "first.h"
#include "listeners.h"
#include "mib.h"
#include "migrate.h"
#include "rx.h"
#include "session.h"
#include "stateless.h"
#include "token.h"
#include "udp.h"

static int start_listening(struct sock *sk)
{
	int err;

	/* RFC 9000 5.2: a server is found by its id */
	if (quic_sk(sk)->has_conn || !quic_sk(sk)->set.cid_len)
		return -EINVAL;
	if (!quic_sk(sk)->udp) {
		err = sk->sk_prot->get_port(sk, 0);
		if (err)
			return err;
	}
	inet_sk_set_state(sk, TCP_LISTEN);
	err = quic_listeners_add(sk);
	if (err)
		inet_sk_set_state(sk, TCP_CLOSE);
	return err;
}

/**
 * quic_inet_listen() - listen(2)
 * @sock: socket
 * @backlog: connections that wait for accept(), at most
 *
 * Context: process context.
 * Return: 0; -EINVAL for a socket with a connection; -EADDRINUSE when another
 * one listens there already.
 */
int quic_inet_listen(struct socket *sock, int backlog)
{
	struct sock *sk = sock->sk;
	int err = 0;

	lock_sock(sk);
	if (sk->sk_state != TCP_LISTEN)
		err = start_listening(sk);
	if (!err)
		WRITE_ONCE(sk->sk_max_ack_backlog, backlog);
	release_sock(sk);
	return err;
}

/* ---- the child ----------------------------------------------------------- */

static void clone_inet(struct sock *child)
{
	struct inet_sock *inet = inet_sk(child);

	inet->mc_list = NULL;
	RCU_INIT_POINTER(inet->inet_opt, NULL);
	atomic_set(&inet->inet_id, get_random_u16());
#if IS_ENABLED(CONFIG_IPV6)
	if (child->sk_family == AF_INET6) {
		struct ipv6_pinfo *np = &((struct quic6_sock *)child)->inet6;

		inet->pinet6 = np;
		RCU_INIT_POINTER(inet->ipv6_fl_list, NULL);
		np->ipv6_mc_list = NULL;
		np->ipv6_ac_list = NULL;
		np->pktoptions = NULL;
		RCU_INIT_POINTER(np->opt, NULL);
	}
#endif
}

/* A locked copy of the listener without anything of the listener's own. */
static struct sock *clone_listener(struct sock *lsk)
{
	struct quic_sock *q, *lq = quic_sk(lsk);
	struct sock *child;

	child = sk_clone_lock(lsk, GFP_ATOMIC);
	if (!child)
		return NULL;
	q = quic_sk(child);
	memset((u8 *)q + sizeof(q->inet), 0, sizeof(*q) - sizeof(q->inet));
	child->sk_max_ack_backlog = 0;
	child->sk_ack_backlog = 0;
	child->sk_state = TCP_CLOSE;
	child->sk_shutdown = 0;
	clone_inet(child);
	quic_sock_init_fields(child);
	q->set = lq->set;
	q->udp = quic_udp_hold(lq->udp);
	quic_migrate_inherit(child, lsk);
	return child;
}

/* Undo clone_listener(); nobody has seen the child. */
static void discard_child(struct sock *child)
{
	struct quic_sock *q = quic_sk(child);

	quic_demux_purge(child);
	quic_migrate_free(child);
	quic_session_free(child);
	quic_udp_put(q->udp);
	q->udp = NULL;
	sk_dst_reset(child);
	/* it goes without its destructor */
	sk_sockets_allocated_dec(child);
	sk_free_unlock_clone(child);
}

static void copy_cid(struct quic_cid *cid, const u8 *data, u8 len)
{
	cid->len = len;
	memcpy(cid->data, data, len);
}

static int start_child(struct sock *child, struct quic_first *first,
		       const struct sk_buff *skb, const struct quic_admit *adm)
{
	const struct quic_hdr *hdr = &first->hdr;
	struct quic_conn_cfg cfg = {
		.server = true, .version = hdr->version, .odcid = adm->odcid,
		.addr_validated = adm->validated, .retried = adm->retried,
	};
	struct quic_cid dcid;
	u8 token[QUIC_RESET_TOKEN_LEN];
	union quic_addr local, peer;
	int err;

	quic_udp_addrs(skb, &local, &peer);
	err = quic_udp_route(child, &local, &peer, &cfg.mtu);
	if (err)
		return err;
	quic_sock_set_addrs(child, &local, &peer);
	copy_cid(&cfg.dcid, hdr->scid, hdr->scid_len);
	copy_cid(&dcid, hdr->dcid, hdr->dcid_len);
	if (adm->retried)
		cfg.retry_scid = dcid;
	err = quic_demux_add(child, &dcid);
	if (err)
		return err;
	err = quic_sock_new_cid(child, &cfg.scid, token);
	if (err)
		return err;
	if (quic_sk(child)->set.stateless_reset)
		cfg.reset_token = token;
	err = quic_sock_start(child, &cfg, first->keys);
	if (!err)
		first->keys = NULL;
	return err;
}

/* The queue takes over one of the two references that a clone is born with. */
static void queue_child(struct sock *lsk, struct sock *child)
{
	sk_acceptq_added(lsk);
	list_add_tail(&quic_sk(child)->accept_node,
		      &quic_sk(lsk)->accept_q);
	quic_sock_list(child);
}

static int make_child(struct sock *lsk, struct quic_first *first,
		      struct sk_buff *skb, const struct quic_admit *adm)
{
	struct sock *child;

	child = clone_listener(lsk);
	if (!child)
		return QUIC_MIB_PKT_RCVDROP;
	/* sparse does not know that a clone is born locked */
	__acquire(&child->sk_lock.slock);
	if (start_child(child, first, skb, adm)) {
		__release(&child->sk_lock.slock);
		discard_child(child);
		return QUIC_MIB_PKT_RCVDROP;
	}
	queue_child(lsk, child);
	quic_admit_enter(child);
	quic_rx_burst(child, skb);
	bh_unlock_sock(child);
	sock_put(child);
	lsk->sk_data_ready(lsk);
	return 0;
}

static void hand_over(struct sock *sk, struct sk_buff *skb)
{
	bh_lock_sock(sk);
	if (!sock_owned_by_user(sk)) {
		quic_rx_burst(sk, skb);
	} else if (sk_add_backlog(sk, skb, READ_ONCE(sk->sk_rcvbuf))) {
		QUIC_INC_STATS(sock_net(sk), QUIC_MIB_PKT_RCVDROP);
		kfree_skb(skb);
	}
	bh_unlock_sock(sk);
}

/*
 * Two Initials of one client may wait in the backlog: the first one's child
 * exists when the second one's turn comes.
 */
static bool hand_to_child(struct sock *lsk, const struct quic_first *first,
			  struct sk_buff *skb)
{
	struct sock *child;

	child = quic_demux_find(sock_net(lsk), first->hdr.dcid,
				first->hdr.dcid_len);
	if (!child)
		return false;
	hand_over(child, skb);
	sock_put(child);
	return true;
}

/**
 * quic_listen_only_version() - does a listener speak one version only?
 * @lsk: listener
 *
 * It does if it chose one (CONFIG) and disabled the others
 * (disable_compatible_version).
 *
 * Context: any.
 * Return: that version, or 0.
 */
u32 quic_listen_only_version(const struct sock *lsk)
{
	const struct quic_settings *set = &quic_sk(lsk)->set;

	return READ_ONCE(set->disable_compat_version) ?
	       READ_ONCE(set->version) : 0;
}

static bool speaks(const struct sock *lsk, u32 version)
{
	u32 only = quic_listen_only_version(lsk);

	return !only || only == version;
}

/* Return: the counter of why there is no connection yet. */
static int send_retry(struct sock *lsk, const struct quic_first *first,
		      const struct sk_buff *skb)
{
	if (quic_stateless_retry(sock_net(lsk), skb, &first->hdr))
		return QUIC_MIB_PKT_RCVDROP;
	return QUIC_MIB_PKT_RETRIES;
}

static int refuse(struct sock *lsk, const struct quic_first *first,
		  const struct sk_buff *skb, enum quic_err err)
{
	quic_stateless_close(sock_net(lsk), skb, &first->hdr, first->keys,
			     err);
	quic_sk(lsk)->listen_drops++;
	return err == QUIC_ERR_INVALID_TOKEN ? QUIC_MIB_PKT_BADTOKENDROP :
					       QUIC_MIB_PKT_ACCEPTDROP;
}

/*
 * Cheap checks come first: under load, most Initials end at the Retry, and
 * nothing was opened. Return: 0 (@skb is consumed), or why it is dropped.
 */
static int rcv_first(struct sock *lsk, struct sk_buff *skb,
		     struct quic_first *first)
{
	struct quic_admit adm;
	bool wants_retry;
	int mib;

	if (lsk->sk_state != TCP_LISTEN)
		return QUIC_MIB_PKT_NOSOCKDROP;
	mib = quic_first_parse(first, skb,
			       quic_sk(lsk)->set.tp.grease_quic_bit);
	if (mib)
		return mib;
	if (hand_to_child(lsk, first, skb))
		return 0;
	if (!speaks(lsk, first->hdr.version)) {
		quic_stateless_version(sock_net(lsk), skb,
				       quic_listen_only_version(lsk));
		return QUIC_MIB_PKT_VERSIONDROP;
	}
	quic_admit_token(&adm, lsk, skb, &first->hdr);
	wants_retry = quic_admit_wants_retry(lsk);
	if (wants_retry && !adm.validated && !adm.bad_retry)
		return send_retry(lsk, first, skb);
	mib = quic_first_open(first);
	if (mib)
		return mib;
	/* RFC 9000 8.1.2: it would not follow another Retry */
	if (adm.bad_retry)
		return refuse(lsk, first, skb, QUIC_ERR_INVALID_TOKEN);
	/* RFC 9000 5.2.2 */
	if (quic_admit_is_full(lsk))
		return refuse(lsk, first, skb, QUIC_ERR_CONNECTION_REFUSED);
	if (!quic_admit_use_token(&adm, lsk, &first->hdr) && wants_retry)
		return send_retry(lsk, first, skb);
	return make_child(lsk, first, skb, &adm);
}

/**
 * quic_listen_rcv() - a datagram with a connection id that nobody knows
 * @lsk: listener
 * @skb: datagrams of one destination connection id; consumed
 *
 * The packet is opened on a copy first: a socket is made only for who can
 * protect an Initial, and never more of them than admission (admit.c) allows.
 * Anti-amplification is the connection's own business.
 *
 * Context: @lsk's sock lock; softirq, or process context from the backlog.
 * Return: 0.
 */
int quic_listen_rcv(struct sock *lsk, struct sk_buff *skb)
{
	struct quic_first first = {};
	int mib;

	local_bh_disable();
	mib = rcv_first(lsk, skb, &first);
	quic_first_free(&first);
	if (mib) {
		QUIC_INC_STATS(sock_net(lsk), mib);
		kfree_skb(skb);
	}
	local_bh_enable();
	return 0;
}

/**
 * quic_listen_deliver() - bring a datagram to a listener
 * @lsk: listener
 * @skb: as for quic_listen_rcv(); consumed
 *
 * Context: softirq, no sock lock held; the caller has a reference or RCU.
 */
void quic_listen_deliver(struct sock *lsk, struct sk_buff *skb)
{
	/* nested: a child is locked below */
	bh_lock_sock_nested(lsk);
	if (!sock_owned_by_user(lsk)) {
		quic_listen_rcv(lsk, skb);
	} else if (sk_add_backlog(lsk, skb, READ_ONCE(lsk->sk_rcvbuf))) {
		QUIC_INC_STATS(sock_net(lsk), QUIC_MIB_PKT_RCVDROP);
		kfree_skb(skb);
	}
	bh_unlock_sock(lsk);
}

/* ---- accept -------------------------------------------------------------- */

static struct sock *pop_child(struct sock *lsk)
{
	struct quic_sock *q;

	q = list_first_entry_or_null(&quic_sk(lsk)->accept_q,
				     struct quic_sock, accept_node);
	if (!q)
		return NULL;
	list_del_init(&q->accept_node);
	sk_acceptq_removed(lsk);
	return quic_to_sk(q);
}

static int wait_child(struct sock *sk, long *timeo)
{
	DEFINE_WAIT_FUNC(wait, woken_wake_function);
	int err = 0;

	add_wait_queue_exclusive(sk_sleep(sk), &wait);
	while (list_empty(&quic_sk(sk)->accept_q)) {
		if (sk->sk_state != TCP_LISTEN)
			err = -EINVAL;
		else if (!*timeo)
			err = -EAGAIN;
		else if (signal_pending(current))
			err = sock_intr_errno(*timeo);
		if (err)
			break;
		release_sock(sk);
		*timeo = wait_woken(&wait, TASK_INTERRUPTIBLE, *timeo);
		lock_sock(sk);
	}
	remove_wait_queue(sk_sleep(sk), &wait);
	return err;
}

/**
 * quic_accept() - next connection, before its handshake
 * @sk: listener
 * @arg: flags in, error out
 *
 * A child that died while it waited is returned all the same; its first
 * call says why.
 *
 * Context: process context.
 * Return: the child, with the queue's reference, or NULL and @arg->err:
 * -EINVAL not listening; -EAGAIN; -EINTR or -ERESTARTSYS.
 */
struct sock *quic_accept(struct sock *sk, struct proto_accept_arg *arg)
{
	struct sock *child = NULL;
	long timeo;
	int err = -EINVAL;

	lock_sock(sk);
	if (sk->sk_state == TCP_LISTEN) {
		timeo = sock_rcvtimeo(sk, arg->flags & O_NONBLOCK);
		err = wait_child(sk, &timeo);
	}
	if (!err)
		child = pop_child(sk);
	release_sock(sk);
	arg->err = err;
	return child;
}

/**
 * quic_listen_stop() - stop listening
 * @sk: listener
 * @children: gets those that nobody accepted, for quic_listen_purge()
 *
 * Context: process context, sock lock.
 */
void quic_listen_stop(struct sock *sk, struct list_head *children)
{
	quic_listeners_del(sk);
	inet_sk_set_state(sk, TCP_CLOSE);
	list_splice_init(&quic_sk(sk)->accept_q, children);
	WRITE_ONCE(sk->sk_ack_backlog, 0);
}

/**
 * quic_listen_purge() - refuse connections that nobody accepted
 * @children: list
 *
 * Context: process context, no sock lock.
 */
void quic_listen_purge(struct list_head *children)
{
	struct quic_sock *q, *next;

	list_for_each_entry_safe(q, next, children, accept_node) {
		struct sock *sk = quic_to_sk(q);

		lock_sock(sk);
		list_del_init(&q->accept_node);
		sock_orphan(sk);
		quic_sock_orphan_close(sk, QUIC_ERR_CONNECTION_REFUSED);
		if (!q->alive)
			quic_sock_free_conn(sk);
		release_sock(sk);
		sock_put(sk);
	}
}
