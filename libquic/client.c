// SPDX-License-Identifier: LGPL-2.1-or-later
#include <netinet/quic.h>

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gnutls/crypto.h>

#include "handshake.h"
#include "log.h"
#include "saved.h"
#include "settings.h"
#include "ticket.h"
#include "tls.h"

struct quic_client {
	int sockfd;
	struct quic_tls tls;
	struct quic_handshake_opts opts;
	struct quic_saved saved;
	char hostname[NI_MAXHOST];
	char alpns[QUIC_ALPN_MAX_LEN + 1];
	unsigned char peer[QUIC_SAVED_PEER_LEN];
	bool resumes;
};

static int set_texts(struct quic_client *client,
		     const struct quic_client_config *config)
{
	if (config->alpns) {
		if (strlen(config->alpns) >= sizeof(client->alpns))
			return -EINVAL;
		strcpy(client->alpns, config->alpns);
	}
	if (config->psk_file)
		return 0;
	if (!config->hostname)
		return quic_settings_peer(client->sockfd, client->hostname,
					  sizeof(client->hostname));
	if (strlen(config->hostname) >= sizeof(client->hostname))
		return -EINVAL;
	strcpy(client->hostname, config->hostname);
	return 0;
}

/*
 * Whom the handshake is to prove the server to be, and by what. No
 * certificate is checked when a session is resumed, so a session of another
 * name, or trusted for another reason, must not be (RFC 8446 4.6.1).
 */
static int name_peer(struct quic_client *client,
		     const struct quic_client_config *config)
{
	const char *proof = config->psk_file;
	gnutls_hash_hd_t hash;
	int ret;

	if (!proof)
		proof = config->ca_file;
	if (!proof)
		proof = secure_getenv("SSL_CERT_FILE");
	if (!proof)
		proof = "";
	ret = gnutls_hash_init(&hash, GNUTLS_DIG_SHA256);
	if (ret)
		return ret;
	ret = gnutls_hash(hash, config->psk_file ? "psk" : "crt", 4);
	if (!ret)
		ret = gnutls_hash(hash, client->hostname,
				  strlen(client->hostname) + 1);
	if (!ret)
		ret = gnutls_hash(hash, proof, strlen(proof) + 1);
	gnutls_hash_deinit(hash, client->peer);
	return ret;
}

static bool offers(const char *alpns, const char *name)
{
	struct quic_alpn_list list;
	unsigned int i;

	if (!alpns[0] || !name[0])
		return alpns[0] == name[0];
	if (quic_alpn_parse(&list, alpns, strlen(alpns)))
		return false;
	for (i = 0; i < list.count; i++)
		if (quic_alpn_is(&list.names[i], name))
			return true;
	return false;
}

/* The protocol of the early data is the first that is offered. */
static void offer_first(struct quic_client *client)
{
	if (client->saved.alpn[0])
		quic_alpn_prefer(client->alpns, client->saved.alpn);
}

/* What does not fit is no error: the handshake is a full one. */
static void load_session(struct quic_client *client,
			 const struct quic_client_config *config,
			 uint32_t version)
{
	struct quic_saved *saved = &client->saved;

	if (!config->session)
		return;
	if (quic_saved_unpack(saved, config->session, config->session_len)) {
		quic_log_err("the saved session is not one");
		return;
	}
	/* RFC 9369 5, RFC 8446 4.6.1 */
	if ((version && saved->version != version) ||
	    !offers(client->alpns, saved->alpn)) {
		quic_log_debug("the saved session is of another protocol");
		return;
	}
	if (memcmp(saved->peer, client->peer, sizeof(saved->peer))) {
		quic_log_debug("the saved session is of another server");
		return;
	}
	client->resumes = true;
	offer_first(client);
}

static int remember_params(const struct quic_client *client)
{
	const struct quic_transport_param *params = &client->saved.params;

	if (setsockopt(client->sockfd, SOL_QUIC, QUIC_SOCKOPT_TRANSPORT_PARAM,
		       params, sizeof(*params)))
		return -errno;
	return 0;
}

static int resume(struct quic_client *client)
{
	int ret;

	ret = gnutls_session_set_data(client->tls.session, client->saved.tls,
				      client->saved.tls_len);
	if (ret) {
		quic_log_err("saved session: %s", gnutls_strerror(ret));
		return ret;
	}
	return client->opts.early ? remember_params(client) : 0;
}

/*
 * The public interface lets a program keep GnuTLS' session data in the socket.
 */
static int resume_stored(struct quic_client *client)
{
	unsigned char data[QUIC_TICKET_MAX_LEN];
	socklen_t len = sizeof(data);
	int ret = 0;

	if (getsockopt(client->sockfd, SOL_QUIC, QUIC_SOCKOPT_SESSION_TICKET,
		       data, &len))
		return 0;
	if (len)
		ret = gnutls_session_set_data(client->tls.session, data, len);
	explicit_bzero(data, sizeof(data));
	return ret;
}

static int open_client(struct quic_client *client,
		       const struct quic_client_config *config)
{
	struct quic_tls_client want = {
		.ca_file = config->ca_file,
		.psk_file = config->psk_file,
		.cert_file = config->cert_file,
		.pkey_file = config->pkey_file,
		.hostname = client->hostname,
	};
	struct quic_config settings;
	int ret;

	ret = quic_settings_load(client->sockfd, &settings);
	if (!ret)
		ret = set_texts(client, config);
	if (!ret)
		ret = name_peer(client, config);
	if (ret)
		return ret;
	load_session(client, config, settings.version);
	want.alpns = client->alpns[0] ? client->alpns : NULL;
	want.cipher_type = settings.payload_cipher_type;
	want.early = client->resumes && client->saved.early &&
		     config->early_data;
	client->opts.alpn_required = want.alpns;
	if (want.early) {
		client->opts.early = config->early_data;
		client->opts.early_arg = config->early_arg;
		client->opts.alpn_early = client->saved.alpn;
	}
	ret = quic_tls_open_client(&client->tls, &want);
	if (ret)
		return ret;
	gnutls_transport_set_int(client->tls.session, client->sockfd);
	return client->resumes ? resume(client) : resume_stored(client);
}

int quic_client_new(struct quic_client **client, int sockfd,
		    const struct quic_client_config *config)
{
	int ret;

	*client = NULL;
	if (config->size != sizeof(*config) ||
	    !config->cert_file != !config->pkey_file)
		return -EINVAL;
	*client = calloc(1, sizeof(**client));
	if (!*client)
		return -ENOMEM;
	(*client)->sockfd = sockfd;
	ret = open_client(*client, config);
	/* it points into the caller's bytes; from here on: of this one */
	(*client)->saved.tls = NULL;
	(*client)->saved.early = false;
	if (!ret)
		return 0;
	quic_client_free(*client);
	*client = NULL;
	return ret;
}

/*
 * The server does not speak the version that the socket began with. The kernel
 * chose another one, once, and the ClientHello has to name it: TLS begins
 * again, with all protocols that there are to choose from (RFC 9368 6#2), and
 * without the session that was saved, which was of the first version
 * (RFC 9369 5).
 */
static int restart(struct quic_client *client)
{
	struct quic_tls_client want = {
		.hostname = client->hostname,
		.alpns = client->alpns[0] ? client->alpns : NULL,
	};
	struct quic_config settings;
	int ret;

	ret = quic_settings_load(client->sockfd, &settings);
	if (ret)
		return ret;
	want.cipher_type = settings.payload_cipher_type;
	client->resumes = false;
	client->opts.early = NULL;
	client->opts.alpn_early = NULL;
	ret = quic_tls_restart_client(&client->tls, &want);
	if (ret)
		return ret;
	gnutls_transport_set_int(client->tls.session, client->sockfd);
	return 0;
}

static int run(struct quic_client *client)
{
	return quic_handshake_run(client->tls.session, client->sockfd,
				  &client->opts);
}

int quic_client_run(struct quic_client *client)
{
	int ret = run(client);

	if (ret != -EPROTONOSUPPORT)
		return ret;
	ret = restart(client);
	return ret ? ret : run(client);
}

static int save_params(const struct quic_client *client,
		       struct quic_saved *saved)
{
	socklen_t len = sizeof(saved->params);
	struct quic_config settings;
	int ret;

	saved->params.remote = 1;
	if (getsockopt(client->sockfd, SOL_QUIC, QUIC_SOCKOPT_TRANSPORT_PARAM,
		       &saved->params, &len))
		return -errno;
	ret = quic_settings_load(client->sockfd, &settings);
	saved->version = settings.version;
	return ret;
}

int quic_client_save(struct quic_client *client, void *data, size_t *size)
{
	gnutls_session_t session = client->tls.session;
	size_t alpn_len = QUIC_ALPN_MAX_NAME_LEN;
	struct quic_saved saved = { .version = 0 };
	gnutls_datum_t tls;
	int ret;

	ret = quic_ticket_take(session, &quic_sockopt_system,
			       quic_sockopt_priv(client->sockfd),
			       &client->saved.early);
	if (ret)
		return ret;
	quic_session_get_alpn(session, saved.alpn, &alpn_len);
	ret = save_params(client, &saved);
	if (ret)
		return ret;
	ret = gnutls_session_get_data2(session, &tls);
	if (ret)
		return ret;
	saved.early = client->saved.early;
	memcpy(saved.peer, client->peer, sizeof(saved.peer));
	saved.tls = tls.data;
	saved.tls_len = tls.size;
	ret = quic_saved_pack(&saved, data, size);
	explicit_bzero(tls.data, tls.size);
	gnutls_free(tls.data);
	return ret;
}

void quic_client_free(struct quic_client *client)
{
	if (!client)
		return;
	quic_tls_close(&client->tls);
	free(client);
}

static int shake_client(int sockfd, const struct quic_client_config *config)
{
	struct quic_client *client;
	int ret;

	ret = quic_client_new(&client, sockfd, config);
	if (ret)
		return ret;
	ret = quic_client_run(client);
	quic_client_free(client);
	return ret;
}

int quic_client_handshake(int sockfd, const char *pkey_file,
			  const char *hostname, const char *alpns)
{
	const struct quic_client_config config = {
		.size = sizeof(config),
		.psk_file = pkey_file,
		.hostname = hostname,
		.alpns = alpns,
	};

	return shake_client(sockfd, &config);
}

int quic_client_handshake_ca(int sockfd, const char *ca_file,
			     const char *hostname, const char *alpns)
{
	const struct quic_client_config config = {
		.size = sizeof(config),
		.ca_file = ca_file,
		.hostname = hostname,
		.alpns = alpns,
	};

	return shake_client(sockfd, &config);
}
