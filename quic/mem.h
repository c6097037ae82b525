/* SPDX-License-Identifier: GPL-2.0-only */
/* What sockets may hold, all together: net.quic.quic_mem. */
#ifndef _QUIC_MEM_H
#define _QUIC_MEM_H

#include <linux/types.h>

struct sock;

/* net.quic.quic_mem: pages; below [0] nobody is refused, above [2] everybody. */
extern long quic_mem_limits[3];
/* net.quic.quic_rmem, quic_wmem: bytes; [0] is refused to nobody below [2]. */
extern int quic_mem_rmem[3];
extern int quic_mem_wmem[3];

int quic_mem_init(void);
void quic_mem_exit(void);
bool quic_mem_charge(struct sock *sk, u32 bytes);
void quic_mem_uncharge(struct sock *sk, u32 bytes);

#endif
