/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef LIBQUIC_PSK_H
#define LIBQUIC_PSK_H

#include <stddef.h>
#include <stdint.h>

#include <gnutls/gnutls.h>

#define QUIC_PSK_MAX_FILE_BYTES		65536
#define QUIC_PSK_MAX_IDENTITY_LEN	128
#define QUIC_PSK_MIN_KEY_LEN		16
#define QUIC_PSK_MAX_KEY_LEN		64
#define QUIC_PSK_MAX_ENTRIES		256

/**
 * struct quic_psk - one pre-shared key
 * @identity: name, without colon, ended by a zero byte
 * @key: the key
 * @key_len: its size in bytes
 */
struct quic_psk {
	char identity[QUIC_PSK_MAX_IDENTITY_LEN + 1];
	uint8_t key[QUIC_PSK_MAX_KEY_LEN];
	size_t key_len;
};

/**
 * struct quic_psk_table - keys of a file, in its order
 * @entries: the keys
 * @count: how many
 */
struct quic_psk_table {
	struct quic_psk *entries;
	size_t count;
};

/**
 * quic_psk_parse - read lines "identity:hex"
 * @table: filled in; quic_psk_free() frees it
 * @text: the lines; empty ones and those that begin with '#' are skipped
 * @len: their size in bytes
 *
 * Return: 0, -ENOMEM, or -EINVAL for a line that is not one, a doubled
 * identity, a size out of bounds, or no key at all. The log names the line.
 */
int quic_psk_parse(struct quic_psk_table *table, const char *text, size_t len);

/**
 * quic_psk_load - quic_psk_parse() of a file
 * @table: filled in
 * @path: the file, at most QUIC_PSK_MAX_FILE_BYTES long
 *
 * Return: as there, -EFBIG, or -errno of reading it.
 */
int quic_psk_load(struct quic_psk_table *table, const char *path);

/**
 * quic_psk_find - key of an identity
 * @table: the keys
 * @identity: as the peer sent it
 *
 * Return: the key or NULL.
 */
const struct quic_psk *quic_psk_find(const struct quic_psk_table *table,
				     const char *identity);

/**
 * quic_psk_free - wipe and free keys
 * @table: the keys; may be all zero
 */
void quic_psk_free(struct quic_psk_table *table);

/**
 * quic_psk_client - credentials of the first key
 * @table: the keys
 * @cred: set to the credentials
 *
 * Return: 0 or a GnuTLS code.
 */
int quic_psk_client(const struct quic_psk_table *table,
		    gnutls_psk_client_credentials_t *cred);

/**
 * quic_psk_server - credentials that look keys up
 * @cred: set to the credentials. The session pointer of a session that uses
 *	them is the struct quic_psk_table
 *
 * Return: 0 or a GnuTLS code.
 */
int quic_psk_server(gnutls_psk_server_credentials_t *cred);

#endif
