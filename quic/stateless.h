/* SPDX-License-Identifier: GPL-2.0-only */
/* Answers to datagrams that belong to no connection. */
#ifndef _QUIC_STATELESS_H
#define _QUIC_STATELESS_H

#include <linux/types.h>

#include "core/error.h"

struct net;
struct quic_hdr;
struct quic_initial;
struct sk_buff;

/* A stateless reset in less would not pass for a packet (RFC 9000 10.3). */
#define QUIC_RESET_MIN_BYTES	21

void quic_stateless_version(struct net *net, struct sk_buff *skb,
			    u32 only_version);
void quic_stateless_reset(struct net *net, const struct sk_buff *skb,
			  unsigned int rcvd, const u8 *cid, u8 cid_len);
int quic_stateless_retry(struct net *net, const struct sk_buff *skb,
			 const struct quic_hdr *hdr);
void quic_stateless_close(struct net *net, const struct sk_buff *skb,
			  const struct quic_hdr *hdr,
			  const struct quic_initial *keys, enum quic_err err);

#endif
