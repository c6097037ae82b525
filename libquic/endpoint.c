// SPDX-License-Identifier: LGPL-2.1-or-later
#include "handshake.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>

#include "log.h"
#include "tls.h"

/*
 * What the application configured on the socket. A kernel that does not have
 * the option has nothing configured.
 */
static int load_config(int sockfd, struct quic_config *config)
{
	socklen_t len = sizeof(*config);

	memset(config, 0, sizeof(*config));
	if (!getsockopt(sockfd, SOL_QUIC, QUIC_SOCKOPT_CONFIG, config, &len))
		return 0;
	if (errno != ENOPROTOOPT)
		return -errno;
	memset(config, 0, sizeof(*config));
	return 0;
}

static int peer_address(int sockfd, char *text, size_t size)
{
	struct sockaddr_storage addr;
	socklen_t len = sizeof(addr);

	if (getpeername(sockfd, (struct sockaddr *)&addr, &len))
		return -errno;
	if (getnameinfo((struct sockaddr *)&addr, len, text, size, NULL, 0,
			NI_NUMERICHOST))
		return -EINVAL;
	return 0;
}

static int run_client(int sockfd, const struct quic_tls_client *want)
{
	struct quic_tls tls;
	int ret;

	ret = quic_tls_open_client(&tls, want);
	if (ret)
		return ret;
	ret = quic_handshake_run(tls.session, sockfd, want->alpns);
	quic_tls_close(&tls);
	return ret;
}

static int shake_client(int sockfd, struct quic_tls_client *want)
{
	char address[NI_MAXHOST];
	struct quic_config config;
	int ret;

	ret = load_config(sockfd, &config);
	if (ret)
		return ret;
	want->cipher_type = config.payload_cipher_type;
	if (!want->psk_file && !want->hostname) {
		ret = peer_address(sockfd, address, sizeof(address));
		if (ret)
			return ret;
		want->hostname = address;
	}
	return run_client(sockfd, want);
}

int quic_client_handshake(int sockfd, const char *pkey_file,
			  const char *hostname, const char *alpns)
{
	struct quic_tls_client want = {
		.psk_file = pkey_file,
		.hostname = hostname,
		.alpns = alpns,
	};

	return shake_client(sockfd, &want);
}

int quic_client_handshake_ca(int sockfd, const char *ca_file,
			     const char *hostname, const char *alpns)
{
	struct quic_tls_client want = {
		.ca_file = ca_file,
		.hostname = hostname,
		.alpns = alpns,
	};

	return shake_client(sockfd, &want);
}

int quic_server_handshake(int sockfd, const char *pkey_file,
			  const char *cert_file, const char *alpns)
{
	struct quic_tls_server want = {
		.pkey_file = pkey_file,
		.cert_file = cert_file,
		.alpns = alpns,
	};
	struct quic_config config;
	struct quic_tls tls;
	int ret;

	ret = load_config(sockfd, &config);
	if (ret)
		return ret;
	if (config.certificate_request) {
		quic_log_err("certificate_request: use quic_handshake()");
		return -EOPNOTSUPP;
	}
	want.cipher_type = config.payload_cipher_type;
	ret = quic_tls_open_server(&tls, &want);
	if (ret)
		return ret;
	ret = quic_handshake_run(tls.session, sockfd, alpns);
	quic_tls_close(&tls);
	return ret;
}
