// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tls.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <netinet/quic.h>

#include "log.h"

/* With a PSK nothing else will do: no certificate is asked for or sent. */
#define PSK_ONLY	":-KX-ALL:+ECDHE-PSK:+PSK"

static const char *cipher_name(__u32 cipher_type)
{
	switch (cipher_type) {
	case TLS_CIPHER_AES_GCM_128:
		return "AES-128-GCM";
	case TLS_CIPHER_AES_GCM_256:
		return "AES-256-GCM";
	case TLS_CIPHER_AES_CCM_128:
		return "AES-128-CCM";
	case TLS_CIPHER_CHACHA20_POLY1305:
		return "CHACHA20-POLY1305";
	}
	return NULL;
}

static int set_priority(struct quic_tls *tls, bool psk, __u32 cipher_type)
{
	const char *cipher = NULL;
	char text[512];
	int ret;

	if (cipher_type) {
		cipher = cipher_name(cipher_type);
		if (!cipher)
			return -EINVAL;
	}
	snprintf(text, sizeof(text), "%s%s%s%s", QUIC_PRIORITY,
		 cipher ? ":-CIPHER-ALL:+" : "", cipher ? cipher : "",
		 psk ? PSK_ONLY : "");
	ret = gnutls_priority_set_direct(tls->session, text, NULL);
	if (ret)
		quic_log_err("priority: %s", gnutls_strerror(ret));
	return ret;
}

static int set_alpn(struct quic_tls *tls, const char *alpns)
{
	int ret;

	if (!alpns)
		return 0;
	ret = quic_session_set_alpn(tls->session, alpns,
				    strnlen(alpns, QUIC_ALPN_MAX_LEN + 1));
	if (ret)
		quic_log_err("the list of application protocols is not valid");
	return ret;
}

static int load_client_psk(struct quic_tls *tls, const char *psk_file)
{
	int ret;

	ret = quic_psk_load(&tls->psk, psk_file);
	if (ret)
		return ret;
	return quic_psk_client(&tls->psk, &tls->psk_client);
}

static int set_client_cert(struct quic_tls *tls, const char *hostname)
{
	int ret;

	if (!hostname || !hostname[0])
		return -EINVAL;
	ret = gnutls_credentials_set(tls->session, GNUTLS_CRD_CERTIFICATE,
				     tls->cert);
	if (ret)
		return ret;
	return quic_cert_check_name(tls->session, &tls->check, hostname);
}

/* A session with the credentials that are loaded. */
static int start_client(struct quic_tls *tls,
			const struct quic_tls_client *want)
{
	/* RFC 9001 8.3: EndOfEarlyData is not used */
	unsigned int flags = GNUTLS_CLIENT | GNUTLS_NO_END_OF_EARLY_DATA;
	int ret;

	if (want->early)
		flags |= GNUTLS_ENABLE_EARLY_DATA;
	ret = gnutls_init(&tls->session, flags);
	if (ret)
		return ret;
	ret = set_priority(tls, tls->psk_client, want->cipher_type);
	if (!ret)
		ret = set_alpn(tls, want->alpns);
	if (!ret && tls->psk_client)
		ret = gnutls_credentials_set(tls->session, GNUTLS_CRD_PSK,
					     tls->psk_client);
	else if (!ret)
		ret = set_client_cert(tls, want->hostname);
	return ret;
}

int quic_tls_open_client(struct quic_tls *tls,
			 const struct quic_tls_client *want)
{
	int ret;

	memset(tls, 0, sizeof(*tls));
	if (want->psk_file)
		ret = load_client_psk(tls, want->psk_file);
	else
		ret = quic_cert_client(&tls->cert, want->ca_file,
				       want->cert_file, want->pkey_file);
	if (!ret)
		ret = start_client(tls, want);
	if (ret)
		quic_tls_close(tls);
	return ret;
}

int quic_tls_restart_client(struct quic_tls *tls,
			    const struct quic_tls_client *want)
{
	if (tls->session)
		gnutls_deinit(tls->session);
	tls->session = NULL;
	return start_client(tls, want);
}

static int set_server_psk(struct quic_tls *tls, const char *psk_file)
{
	int ret;

	ret = quic_psk_load(&tls->psk, psk_file);
	if (ret)
		return ret;
	ret = quic_psk_server(&tls->psk_server);
	if (ret)
		return ret;
	gnutls_session_set_ptr(tls->session, &tls->psk);
	return gnutls_credentials_set(tls->session, GNUTLS_CRD_PSK,
				      tls->psk_server);
}

static int set_server_cert(struct quic_tls *tls,
			   const struct quic_tls_server *want)
{
	int ret;

	ret = quic_cert_server(&tls->cert, want->cert_file, want->pkey_file);
	if (ret)
		return ret;
	ret = gnutls_credentials_set(tls->session, GNUTLS_CRD_CERTIFICATE,
				     tls->cert);
	if (ret || !want->client_cert)
		return ret;
	return quic_cert_ask(tls->session, tls->cert, want->ca_file,
			     want->client_cert > 1);
}

static int set_tickets(struct quic_tls *tls, const struct quic_tls_server *want)
{
	const gnutls_datum_t key = {
		(unsigned char *)want->ticket_key, QUIC_TICKET_KEY_LEN,
	};
	int ret;

	if (!want->ticket_key)
		return 0;
	ret = gnutls_session_ticket_enable_server(tls->session, &key);
	if (ret || !want->replay)
		return ret;
	gnutls_anti_replay_enable(tls->session, want->replay);
	/* RFC 9001 4.6.1: the one value that QUIC knows */
	return gnutls_record_set_max_early_data_size(tls->session, UINT32_MAX);
}

int quic_tls_open_server(struct quic_tls *tls,
			 const struct quic_tls_server *want)
{
	unsigned int flags = GNUTLS_SERVER | GNUTLS_NO_AUTO_SEND_TICKET |
			     GNUTLS_NO_END_OF_EARLY_DATA;
	int ret;

	memset(tls, 0, sizeof(*tls));
	if (!want->pkey_file || want->client_cert < 0 || want->client_cert > 2)
		return -EINVAL;
	/* a PSK is the client's proof */
	if (!want->cert_file && want->client_cert)
		return -EINVAL;
	if (want->replay)
		flags |= GNUTLS_ENABLE_EARLY_DATA;
	ret = gnutls_init(&tls->session, flags);
	if (ret)
		return ret;
	ret = set_priority(tls, !want->cert_file, want->cipher_type);
	if (!ret)
		ret = set_alpn(tls, want->alpns);
	if (!ret && want->cert_file)
		ret = set_server_cert(tls, want);
	else if (!ret)
		ret = set_server_psk(tls, want->pkey_file);
	if (!ret)
		ret = set_tickets(tls, want);
	if (ret)
		quic_tls_close(tls);
	return ret;
}

void quic_tls_close(struct quic_tls *tls)
{
	if (tls->session) {
		quic_handshake_deinit(tls->session);
		gnutls_deinit(tls->session);
	}
	if (tls->cert)
		gnutls_certificate_free_credentials(tls->cert);
	if (tls->psk_client)
		gnutls_psk_free_client_credentials(tls->psk_client);
	if (tls->psk_server)
		gnutls_psk_free_server_credentials(tls->psk_server);
	quic_psk_free(&tls->psk);
	memset(tls, 0, sizeof(*tls));
}
