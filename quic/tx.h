/* SPDX-License-Identifier: GPL-2.0-only */
/* Plans of the core become sealed bursts on the wire. */
#ifndef _QUIC_TX_H
#define _QUIC_TX_H

#include <linux/types.h>

struct sock;

/**
 * struct quic_tx - send state of a socket; sock lock
 * @retry_ns: nothing goes out before: memory was short or sealing was deferred
 * @retrans_frames: of the connection's count, what was added to the namespace's
 * @dst_cookie: validity cookie of the cached IPv6 route
 * @more: the burst limit was reached: go on at once
 * @deferred: @retry_ns does not hold for the work item
 */
struct quic_tx {
	u64 retry_ns;
	u64 retrans_frames;
	u32 dst_cookie;
	bool more;
	bool deferred;
};

void quic_tx_exit(void);
int quic_tx_init(struct sock *sk);
void quic_tx_free(struct sock *sk);
void quic_tx_push(struct sock *sk);
void quic_tx_drained(struct sock *sk);

#endif
