// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cert.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <gnutls/x509.h>

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

int quic_cert_client(gnutls_certificate_credentials_t *cred,
		     const char *ca_file)
{
	int ret;

	ret = gnutls_certificate_allocate_credentials(cred);
	if (ret)
		return ret;
	ret = load_trust(*cred, ca_file);
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
	ret = gnutls_certificate_set_x509_key_file(*cred, cert_file, pkey_file,
						   GNUTLS_X509_FMT_PEM);
	if (ret >= 0)
		return 0;
	quic_log_err("%s, %s: %s", cert_file, pkey_file, gnutls_strerror(ret));
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
