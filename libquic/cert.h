/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef LIBQUIC_CERT_H
#define LIBQUIC_CERT_H

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
 *
 * Return: 0 or a GnuTLS code.
 */
int quic_cert_client(gnutls_certificate_credentials_t *cred,
		     const char *ca_file);

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

#endif
