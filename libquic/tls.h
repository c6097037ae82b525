/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef LIBQUIC_TLS_H
#define LIBQUIC_TLS_H

#include <stdbool.h>

#include <gnutls/gnutls.h>
#include <linux/types.h>

#include "cert.h"
#include "psk.h"

/**
 * struct quic_tls - a session with the credentials it needs
 * @session: the session
 * @cert: X.509 credentials or NULL
 * @check: what the server's certificate is checked against
 * @psk_client: or NULL
 * @psk_server: or NULL
 * @psk: keys of the PSK file
 */
struct quic_tls {
	gnutls_session_t session;
	gnutls_certificate_credentials_t cert;
	struct quic_cert_check check;
	gnutls_psk_client_credentials_t psk_client;
	gnutls_psk_server_credentials_t psk_server;
	struct quic_psk_table psk;
};

/**
 * struct quic_tls_client - what a client wants
 * @ca_file: see quic_cert_client()
 * @psk_file: PSK file, or NULL for X.509
 * @hostname: name to check, required for X.509; lives as long as the session
 * @alpns: protocols or NULL
 * @cert_file: its own certificate chain, or NULL
 * @pkey_file: private key of @cert_file
 * @early: offer early data, when the session that is resumed allows it
 * @cipher_type: TLS_CIPHER_* to offer, 0: all
 */
struct quic_tls_client {
	const char *cert_file;
	const char *pkey_file;
	bool early;
	const char *ca_file;
	const char *psk_file;
	const char *hostname;
	const char *alpns;
	__u32 cipher_type;
};

/**
 * struct quic_tls_server - what a server has
 * @pkey_file: private key, or PSK file when @cert_file is NULL
 * @cert_file: certificate chain or NULL
 * @alpns: protocols or NULL
 * @cipher_type: TLS_CIPHER_* to accept, 0: all
 * @ca_file: authorities of clients, see quic_cert_ask()
 * @client_cert: a client certificate is 0: not asked for, 1: optional, 2:
 *	required
 * @ticket_key: QUIC_TICKET_KEY_LEN bytes, or NULL: no session tickets
 * @replay: accept early data under its guard, or NULL
 */
struct quic_tls_server {
	const char *ca_file;
	int client_cert;
	const unsigned char *ticket_key;
	gnutls_anti_replay_t replay;
	const char *pkey_file;
	const char *cert_file;
	const char *alpns;
	__u32 cipher_type;
};

/**
 * quic_tls_open_client - make the session of a client
 * @tls: filled in; quic_tls_close() frees it
 * @want: see there
 *
 * Return: 0, -errno or a GnuTLS code.
 */
int quic_tls_open_client(struct quic_tls *tls,
			 const struct quic_tls_client *want);

/**
 * quic_tls_restart_client - a new session in place of a client's session
 * @tls: opened by quic_tls_open_client(); its credentials are used again
 * @want: @hostname, @alpns, @early and @cipher_type count
 *
 * Return: 0, -errno or a GnuTLS code; quic_tls_close() is due in any case.
 */
int quic_tls_restart_client(struct quic_tls *tls,
			    const struct quic_tls_client *want);

/**
 * quic_tls_open_server - make the session of a server
 * @tls: filled in; it must stay where it is until quic_tls_close()
 * @want: see there
 *
 * Return: 0, -errno or a GnuTLS code.
 */
int quic_tls_open_server(struct quic_tls *tls,
			 const struct quic_tls_server *want);

/**
 * quic_tls_close - free a session and its credentials
 * @tls: opened or all zero
 */
void quic_tls_close(struct quic_tls *tls);

#endif
