// SPDX-License-Identifier: LGPL-2.1-or-later
#include "replay.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "handshake.h"
#include "log.h"

/* Difference of the two views of a ticket's age; the kernel remembers longer */
#define WINDOW_MS	10000

/* GnuTLS puts when its recording began before the ClientHello's binder. */
#define START_BYTES	12

/* Its callback knows the guard, but not the session. */
static __thread struct quic_handshake *current;

void quic_replay_enter(struct quic_handshake *handshake)
{
	current = handshake;
}

static int add_hello(void *ptr, time_t expires, const gnutls_datum_t *key,
		     const gnutls_datum_t *data)
{
	int ret;

	(void)ptr;
	(void)expires;
	(void)data;
	if (!current || key->size <= START_BYTES)
		return GNUTLS_E_DB_ERROR;
	ret = current->ops->set(current->priv, QUIC_SOCKOPT_REPLAY_CHECK,
				key->data + START_BYTES,
				key->size - START_BYTES);
	if (!ret)
		return 0;
	quic_log_err("early data is refused: %s",
		     ret == -EEXIST ? "it was seen before" : strerror(-ret));
	return ret == -EEXIST ? GNUTLS_E_DB_ENTRY_EXISTS : GNUTLS_E_DB_ERROR;
}

int quic_replay_new(gnutls_anti_replay_t *guard)
{
	int ret;

	ret = gnutls_anti_replay_init(guard);
	if (ret)
		return ret;
	gnutls_anti_replay_set_window(*guard, WINDOW_MS);
	gnutls_anti_replay_set_add_function(*guard, add_hello);
	return 0;
}
