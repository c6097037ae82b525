/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef LIBQUIC_FLIGHT_H
#define LIBQUIC_FLIGHT_H

#include <stddef.h>
#include <stdint.h>

#include <linux/quic.h>

/**
 * DOC: a flight
 *
 * What TLS produced between two reads, in the order it was produced: messages
 * to send and secrets to install. The order matters twice. A message needs
 * the secret of its level first; and the client's APP secrets complete the
 * handshake in the kernel, so its Finished has to be there before them.
 */

enum quic_flight_kind {
	QUIC_FLIGHT_MESSAGE,
	QUIC_FLIGHT_SECRET,
};

/**
 * struct quic_flight_item - one message, or several of one level, or a secret
 * @next: the one produced after it
 * @kind: what it is
 * @level: level of a message
 * @secret: of QUIC_FLIGHT_SECRET
 * @data: bytes of a message
 * @len: how many
 * @sent: how many of them the kernel took
 */
struct quic_flight_item {
	struct quic_flight_item *next;
	enum quic_flight_kind kind;
	enum quic_crypto_level level;
	struct quic_crypto_secret secret;
	uint8_t *data;
	size_t len;
	size_t sent;
};

struct quic_flight {
	struct quic_flight_item *head;
	struct quic_flight_item *tail;
	size_t len_bytes;
};

/* More than any handshake GnuTLS accepts: a bound against a runaway. */
#define QUIC_FLIGHT_MAX_BYTES	(256 * 1024)

/**
 * quic_flight_add_message - append a message
 * @flight: the flight
 * @level: its level
 * @data: its bytes, copied
 * @len: how many
 *
 * Return: 0, -ENOMEM, or -EMSGSIZE past QUIC_FLIGHT_MAX_BYTES.
 */
int quic_flight_add_message(struct quic_flight *flight,
			    enum quic_crypto_level level, const void *data,
			    size_t len);

/**
 * quic_flight_add_secret - append a secret
 * @flight: the flight
 * @secret: copied; the copy is wiped when it is taken off
 *
 * Return: 0 or -ENOMEM.
 */
int quic_flight_add_secret(struct quic_flight *flight,
			   const struct quic_crypto_secret *secret);

/**
 * quic_flight_pop - take off and free the oldest item
 * @flight: a flight that is not empty
 */
void quic_flight_pop(struct quic_flight *flight);

/**
 * quic_flight_purge - take off and free every item
 * @flight: the flight
 */
void quic_flight_purge(struct quic_flight *flight);

#endif
