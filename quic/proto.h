/* SPDX-License-Identifier: GPL-2.0-only */
/* What the inet layer calls; the rest of socket.c is in sock.h. */
#ifndef _QUIC_PROTO_H
#define _QUIC_PROTO_H

#include <linux/net.h>
#include <linux/sockptr.h>
#include <net/sock.h>

struct quic_settings;

extern struct proto quic_prot;
extern struct proto quicv6_prot;
extern const struct proto_ops quic_proto_ops;
extern const struct proto_ops quicv6_proto_ops;

/* socket.c */
void quic_sock_purge_net(struct net *net);

/* listen.c */
int quic_inet_listen(struct socket *sock, int backlog);
struct sock *quic_accept(struct sock *sk, struct proto_accept_arg *arg);
void quic_listen_stop(struct sock *sk, struct list_head *children);
void quic_listen_purge(struct list_head *children);

/* sendmsg.c, recvmsg.c */
int quic_sendmsg(struct sock *sk, struct msghdr *msg, size_t len);
void quic_splice_eof(struct socket *sock);
int quic_recvmsg(struct sock *sk, struct msghdr *msg, size_t len, int flags,
		 int *addr_len);
bool quic_recv_ready(struct sock *sk);
bool quic_recv_early_ready(struct sock *sk);
bool quic_recv_skip_resets(struct sock *sk);
bool quic_send_ready(struct sock *sk);

/* sockopt.c */
void quic_settings_init(struct quic_settings *set);
int quic_setsockopt(struct sock *sk, int level, int optname, sockptr_t optval,
		    unsigned int optlen);
int quic_getsockopt(struct sock *sk, int level, int optname,
		    char __user *optval, int __user *optlen);
int quic_do_setsockopt(struct sock *sk, int optname, sockptr_t optval,
		       unsigned int optlen);
int quic_do_getsockopt(struct sock *sk, int optname, sockptr_t optval,
		       sockptr_t optlen);

#endif
