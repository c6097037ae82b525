// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cert.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <gnutls/x509.h>

#include "handshake.h"
#include "log.h"

static int load_trust(gnutls_certificate_credentials_t cred,
		      const char *ca_file)
{
	int ret;

	if (!ca_file)
		ca_file = secure_getenv("SSL_CERT_FILE");
	if (!ca_file) {
		ret = gnutls_certificate_set_x509_system_trust(cred);
		if (ret < 0)
			quic_log_err("system trust: %s", gnutls_strerror(ret));
		return ret;
	}
	ret = gnutls_certificate_set_x509_trust_file(cred, ca_file,
						     GNUTLS_X509_FMT_PEM);
	if (!ret)
		ret = GNUTLS_E_NO_CERTIFICATE_FOUND;
	if (ret < 0)
		quic_log_err("%s: %s", ca_file, gnutls_strerror(ret));
	return ret;
}

static int load_own(gnutls_certificate_credentials_t cred,
		    const char *cert_file, const char *pkey_file)
{
	int ret;

	ret = gnutls_certificate_set_x509_key_file(cred, cert_file, pkey_file,
						   GNUTLS_X509_FMT_PEM);
	if (ret < 0)
		quic_log_err("%s, %s: %s", cert_file, pkey_file,
			     gnutls_strerror(ret));
	return ret;
}

int quic_cert_client(gnutls_certificate_credentials_t *cred,
		     const char *ca_file, const char *cert_file,
		     const char *pkey_file)
{
	int ret;

	ret = gnutls_certificate_allocate_credentials(cred);
	if (ret)
		return ret;
	ret = load_trust(*cred, ca_file);
	if (ret >= 0 && cert_file)
		ret = load_own(*cred, cert_file, pkey_file);
	if (ret >= 0)
		return 0;
	gnutls_certificate_free_credentials(*cred);
	*cred = NULL;
	return ret;
}

int quic_cert_server(gnutls_certificate_credentials_t *cred,
		     const char *cert_file, const char *pkey_file)
{
	int ret;

	ret = gnutls_certificate_allocate_credentials(cred);
	if (ret)
		return ret;
	ret = load_own(*cred, cert_file, pkey_file);
	if (ret >= 0)
		return 0;
	gnutls_certificate_free_credentials(*cred);
	*cred = NULL;
	return ret;
}

static bool is_address(const char *name)
{
	struct in6_addr addr;

	return inet_pton(AF_INET, name, &addr) == 1 ||
	       inet_pton(AF_INET6, name, &addr) == 1;
}

/* RFC 9001 4.4#1: the server is who its certificate says that it is. */
int quic_cert_check_name(gnutls_session_t session,
			 struct quic_cert_check *check, const char *hostname)
{
	memset(check, 0, sizeof(*check));
	check->data[0].type = GNUTLS_DT_DNS_HOSTNAME;
	check->data[0].data = (unsigned char *)hostname;
	check->data[1].type = GNUTLS_DT_KEY_PURPOSE_OID;
	check->data[1].data = (unsigned char *)GNUTLS_KP_TLS_WWW_SERVER;
	gnutls_session_set_verify_cert2(session, check->data, 2, 0);

	if (is_address(hostname))
		return 0;
	return gnutls_server_name_set(session, GNUTLS_NAME_DNS, hostname,
				      strlen(hostname));
}

int quic_cert_alert(unsigned int status)
{
	gnutls_datum_t text;

	if (!gnutls_certificate_verification_status_print(status,
							  GNUTLS_CRT_X509,
							  &text, 0)) {
		quic_log_err("certificate: %s", text.data);
		gnutls_free(text.data);
	}
	if (status & GNUTLS_CERT_REVOKED)
		return GNUTLS_A_CERTIFICATE_REVOKED;
	if (status & GNUTLS_CERT_SIGNER_NOT_FOUND)
		return GNUTLS_A_UNKNOWN_CA;
	if (status & (GNUTLS_CERT_EXPIRED | GNUTLS_CERT_NOT_ACTIVATED))
		return GNUTLS_A_CERTIFICATE_EXPIRED;
	return GNUTLS_A_BAD_CERTIFICATE;
}

/* GnuTLS' own check fails without a certificate, and forgets the reason. */
static int check_client(gnutls_session_t session)
{
	gnutls_typed_vdata_st purpose = {
		.type = GNUTLS_DT_KEY_PURPOSE_OID,
		.data = (unsigned char *)GNUTLS_KP_TLS_WWW_CLIENT,
	};
	struct quic_handshake *handshake = quic_handshake_of(session);
	unsigned int status, count;
	int ret;

	/* where one is required, GnuTLS has refused this before */
	if (!gnutls_certificate_get_peers(session, &count))
		return 0;
	ret = gnutls_certificate_verify_peers(session, &purpose, 1, &status);
	if (ret || !status)
		return ret;
	if (handshake)
		handshake->alert = quic_cert_alert(status);
	return GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR;
}

int quic_cert_ask(gnutls_session_t session,
		  gnutls_certificate_credentials_t cred, const char *ca_file,
		  bool required)
{
	int ret;

	ret = load_trust(cred, ca_file);
	if (ret < 0)
		return ret;
	gnutls_session_set_verify_function(session, check_client);
	gnutls_certificate_server_set_request(session, required ?
					      GNUTLS_CERT_REQUIRE :
					      GNUTLS_CERT_REQUEST);
	return 0;
}
