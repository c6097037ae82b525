/* SPDX-License-Identifier: GPL-2.0-only */
/* Secrets of the TLS handshake become keys; generations follow each other. */
#ifndef _QUIC_HANDSHAKE_H
#define _QUIC_HANDSHAKE_H

#include <linux/types.h>

struct quic_crypto_secret;
struct sock;

int quic_handshake_set_secret(struct sock *sk,
			      const struct quic_crypto_secret *secret);
int quic_handshake_set_params(struct sock *sk, const u8 *data, size_t len);

void quic_crypt_prepare(struct sock *sk);
void quic_crypt_drop(struct sock *sk);
void quic_crypt_wipe(struct sock *sk);

#endif
