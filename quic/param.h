/* SPDX-License-Identifier: GPL-2.0-only */
/* Options TRANSPORT_PARAM and CONFIG: bounds, defaults, what they change. */
#ifndef _QUIC_PARAM_H
#define _QUIC_PARAM_H

struct quic_cc_ops;
struct quic_config;
struct quic_transport_param;
struct sock;

int quic_param_set(struct sock *sk, const struct quic_transport_param *p);
int quic_param_remember(struct sock *sk, const struct quic_transport_param *p);
void quic_param_get(struct sock *sk, struct quic_transport_param *p);
int quic_config_set(struct sock *sk, const struct quic_config *config);
void quic_cong_set(struct sock *sk, const struct quic_cc_ops *ops);
void quic_config_get(struct sock *sk, struct quic_config *config);

#endif
