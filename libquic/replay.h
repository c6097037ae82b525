/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef LIBQUIC_REPLAY_H
#define LIBQUIC_REPLAY_H

#include <gnutls/gnutls.h>

struct quic_handshake;

/**
 * quic_replay_new - GnuTLS' protection against replay, the kernel its memory
 * @guard: set to it; gnutls_anti_replay_deinit() frees it
 *
 * GnuTLS accepts early data only for tickets that are younger than this
 * object: it is made before the connections, not with them.
 *
 * Return: 0 or a GnuTLS code.
 */
int quic_replay_new(gnutls_anti_replay_t *guard);

/**
 * quic_replay_enter - the handshake whose socket is asked in this thread
 * @handshake: it, or NULL when it is left
 */
void quic_replay_enter(struct quic_handshake *handshake);

#endif
