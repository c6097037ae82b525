/* SPDX-License-Identifier: GPL-2.0-only */
/* Datagrams with any packets, in linear memory; short headers go faster. */
#ifndef _QUIC_RX_LINEAR_H
#define _QUIC_RX_LINEAR_H

#include <linux/types.h>

struct quic_burst;

void quic_linear_recv(struct quic_burst *x, u32 off, u32 len);

#endif
