/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef LIBQUIC_CERT_H
#define LIBQUIC_CERT_H

#include <stdbool.h>

#include <gnutls/gnutls.h>

/**
 * struct quic_cert_check - what the server's certificate is checked against
 * @data: host name and purpose, as GnuTLS wants them; it keeps pointers to
 *	this array
 */
struct quic_cert_check {
	gnutls_typed_vdata_st data[2];
};

/**
 * quic_cert_client - credentials with certificates to trust
 * @cred: set to the credentials
 * @ca_file: PEM file; NULL: the one SSL_CERT_FILE names, else the system's
 * @cert_file: PEM file of the client's own chain, or NULL
 * @pkey_file: PEM file of its private key
 *
 * Return: 0 or a GnuTLS code.
 */
int quic_cert_client(gnutls_certificate_credentials_t *cred,
		     const char *ca_file, const char *cert_file,
		     const char *pkey_file);

/**
 * quic_cert_server - credentials with a certificate
 * @cred: set to the credentials
 * @cert_file: PEM file of the chain
 * @pkey_file: PEM file of the private key
 *
 * Return: 0 or a GnuTLS code.
 */
int quic_cert_server(gnutls_certificate_credentials_t *cred,
		     const char *cert_file, const char *pkey_file);

/**
 * quic_cert_check_name - have the server's certificate checked
 * @session: session of a client
 * @check: lives as long as the session
 * @hostname: DNS name or IP address, lives as long as the session
 *
 * A DNS name is sent as server name (RFC 6066 3 allows no address there).
 *
 * Return: 0 or a GnuTLS code.
 */
int quic_cert_check_name(gnutls_session_t session,
			 struct quic_cert_check *check, const char *hostname);

/**
 * quic_cert_ask - ask the client for a certificate, and have it checked
 * @session: session of a server
 * @cred: its credentials
 * @ca_file: PEM file of the authorities of clients; NULL: as above
 * @required: without one the handshake fails
 *
 * Return: 0 or a GnuTLS code.
 */
int quic_cert_ask(gnutls_session_t session,
		  gnutls_certificate_credentials_t cred, const char *ca_file,
		  bool required);

/**
 * quic_cert_alert - why a certificate does not hold
 * @status: GNUTLS_CERT_* flags; logged
 *
 * It names the alert better than the one error that GnuTLS makes of it.
 *
 * Return: TLS alert.
 */
int quic_cert_alert(unsigned int status);

#endif
