/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers of the kernel's in words. */
#ifndef QUICSS_NAMES_H
#define QUICSS_NAMES_H

#include <stdint.h>

#define ADDRESS_TEXT_LEN	80

const char *name_state(uint8_t tcp_state);
const char *name_conn(uint8_t state);
const char *name_version(uint32_t version);
const char *name_cipher(uint32_t cipher);
const char *name_cong(uint8_t algo);
const char *name_offload(uint8_t use);

/* TCP_* number of a name, 0: no such name. */
uint8_t state_of_name(const char *name);

/* "ADDR:PORT" or "[ADDR]:PORT", as ss prints it. */
void name_address(char *text, int family, const uint32_t *addr, uint16_t port);

#endif
