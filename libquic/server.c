// SPDX-License-Identifier: LGPL-2.1-or-later
#include <netinet/quic.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gnutls/crypto.h>

#include "handshake.h"
#include "log.h"
#include "replay.h"
#include "settings.h"
#include "tls.h"

struct quic_server {
	char *pkey_file;
	char *cert_file;
	char *ca_file;
	char *alpns;
	int client_cert;
	gnutls_anti_replay_t replay;
};

static int copy_text(char **to, const char *from)
{
	if (!from)
		return 0;
	*to = strdup(from);
	return *to ? 0 : -ENOMEM;
}

/* What every handshake is going to read: does it make sense? */
static int check_files(const struct quic_server_config *config)
{
	gnutls_certificate_credentials_t cred;
	struct quic_psk_table psk;
	int ret;

	if (!config->cert_file) {
		ret = quic_psk_load(&psk, config->pkey_file);
		quic_psk_free(&psk);
		return ret;
	}
	ret = quic_cert_server(&cred, config->cert_file, config->pkey_file);
	if (!ret)
		gnutls_certificate_free_credentials(cred);
	return ret;
}

static int fill_server(struct quic_server *server,
		       const struct quic_server_config *config)
{
	int ret;

	ret = copy_text(&server->pkey_file, config->pkey_file);
	if (!ret)
		ret = copy_text(&server->cert_file, config->cert_file);
	if (!ret)
		ret = copy_text(&server->ca_file, config->ca_file);
	if (!ret)
		ret = copy_text(&server->alpns, config->alpns);
	server->client_cert = config->client_cert;
	if (!ret && config->early_data)
		ret = quic_replay_new(&server->replay);
	return ret;
}

int quic_server_new(struct quic_server **server,
		    const struct quic_server_config *config)
{
	int ret;

	*server = NULL;
	if (config->size != sizeof(*config) || !config->pkey_file)
		return -EINVAL;
	/* RFC 8446 4.2.10: early data is of the protocol of its ticket */
	if (config->early_data &&
	    (!config->alpns || strchr(config->alpns, ','))) {
		quic_log_err("early data needs one application protocol");
		return -EINVAL;
	}
	ret = check_files(config);
	if (ret)
		return ret;
	*server = calloc(1, sizeof(**server));
	if (!*server)
		return -ENOMEM;
	ret = fill_server(*server, config);
	if (!ret)
		return 0;
	quic_server_free(*server);
	*server = NULL;
	return ret;
}

void quic_server_free(struct quic_server *server)
{
	if (!server)
		return;
	free(server->pkey_file);
	free(server->cert_file);
	free(server->ca_file);
	free(server->alpns);
	if (server->replay)
		gnutls_anti_replay_deinit(server->replay);
	free(server);
}

/*
 * A ticket must not outlive what it was given under: the kernel's key is
 * bound to address, version and limits, here come protocols and the demand
 * for certificates.
 */
static int bind_key(const struct quic_server *server, int client_cert,
		    unsigned char *key)
{
	const char *ca = client_cert && server->ca_file ? server->ca_file : "";
	const char *alpns = server->alpns ? server->alpns : "";
	gnutls_hmac_hd_t hmac;
	int ret;

	ret = gnutls_hmac_init(&hmac, GNUTLS_MAC_SHA512, key,
			       QUIC_TICKET_KEY_LEN);
	if (ret)
		return ret;
	ret = gnutls_hmac(hmac, &client_cert, sizeof(client_cert));
	if (!ret)
		ret = gnutls_hmac(hmac, alpns, strlen(alpns) + 1);
	if (!ret)
		ret = gnutls_hmac(hmac, ca, strlen(ca) + 1);
	gnutls_hmac_deinit(hmac, key);
	return ret;
}

/* A kernel without ticket keys: no tickets. */
static bool load_key(int sockfd, unsigned char *key)
{
	socklen_t len = QUIC_TICKET_KEY_LEN;

	return !getsockopt(sockfd, SOL_QUIC, QUIC_SOCKOPT_SESSION_TICKET, key,
			   &len) && len == QUIC_TICKET_KEY_LEN;
}

static int shake_server(int sockfd, const struct quic_tls_server *want)
{
	const struct quic_handshake_opts opts = {
		.alpn_required = want->alpns,
		.tickets = want->ticket_key ? 1 : 0,
	};
	struct quic_tls tls;
	int ret;

	ret = quic_tls_open_server(&tls, want);
	if (ret)
		return ret;
	ret = quic_handshake_run(tls.session, sockfd, &opts);
	quic_tls_close(&tls);
	return ret;
}

int quic_server_run(struct quic_server *server, int sockfd)
{
	struct quic_tls_server want = {
		.pkey_file = server->pkey_file,
		.cert_file = server->cert_file,
		.ca_file = server->ca_file,
		.alpns = server->alpns,
		.client_cert = server->client_cert,
	};
	unsigned char key[QUIC_TICKET_KEY_LEN];
	struct quic_config config;
	int ret;

	ret = quic_settings_load(sockfd, &config);
	if (ret)
		return ret;
	want.cipher_type = config.payload_cipher_type;
	if (!want.client_cert)
		want.client_cert = config.certificate_request;
	if (load_key(sockfd, key)) {
		ret = bind_key(server, want.client_cert, key);
		want.ticket_key = key;
		want.replay = server->replay;
	}
	if (!ret)
		ret = shake_server(sockfd, &want);
	explicit_bzero(key, sizeof(key));
	return ret;
}

int quic_server_handshake(int sockfd, const char *pkey_file,
			  const char *cert_file, const char *alpns)
{
	const struct quic_server_config config = {
		.size = sizeof(config),
		.pkey_file = pkey_file,
		.cert_file = cert_file,
		.alpns = alpns,
	};
	struct quic_server *server;
	int ret;

	ret = quic_server_new(&server, &config);
	if (ret)
		return ret;
	ret = quic_server_run(server, sockfd);
	quic_server_free(server);
	return ret;
}
