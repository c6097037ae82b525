/* SPDX-License-Identifier: GPL-2.0-only */
/* Words for the numbers of linux/quic_offload.h. */
#ifndef QOCTL_NAMES_H
#define QOCTL_NAMES_H

#include <stdint.h>

/* A number without a name comes out as "?N", in a buffer that is used again. */
const char *name_cipher(uint64_t cipher);
const char *name_way(uint64_t way);
const char *name_state(uint64_t state);
const char *name_reason(uint64_t reason);
const char *name_stat(uint64_t stat);
/* Bit number. */
const char *name_feature(uint64_t bit);

#endif
