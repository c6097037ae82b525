// SPDX-License-Identifier: GPL-2.0-only
#include "names.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <linux/quic.h>
#include <linux/tls.h>

/* The same words as ss has for TCP. */
static const struct {
	const char *shown;
	const char *typed;
	uint8_t state;
} states[] = {
	{ "ESTAB", "established", TCP_ESTABLISHED },
	{ "HANDSHAKE", "handshake", TCP_SYN_RECV },
	{ "LISTEN", "listening", TCP_LISTEN },
	{ "CLOSED", "closed", TCP_CLOSE },
};

#define N_STATES	(sizeof(states) / sizeof(states[0]))

const char *name_state(uint8_t tcp_state)
{
	size_t i;

	for (i = 0; i < N_STATES; i++)
		if (states[i].state == tcp_state)
			return states[i].shown;
	return "UNKNOWN";
}

uint8_t state_of_name(const char *name)
{
	size_t i;

	for (i = 0; i < N_STATES; i++)
		if (!strcasecmp(name, states[i].typed) ||
		    !strcasecmp(name, states[i].shown))
			return states[i].state;
	return 0;
}

const char *name_conn(uint8_t state)
{
	static const char *const names[] = {
		"init", "handshake", "established", "closing", "draining",
		"closed",
	};

	return state < sizeof(names) / sizeof(names[0]) ? names[state] :
							  "unknown";
}

const char *name_version(uint32_t version)
{
	if (version == QUIC_VERSION_V1)
		return "v1";
	return version == QUIC_VERSION_V2 ? "v2" : "unknown";
}

const char *name_cipher(uint32_t cipher)
{
	switch (cipher) {
	case 0:
		return "none";
	case TLS_CIPHER_AES_GCM_128:
		return "aes128gcm";
	case TLS_CIPHER_AES_GCM_256:
		return "aes256gcm";
	case TLS_CIPHER_AES_CCM_128:
		return "aes128ccm";
	case TLS_CIPHER_CHACHA20_POLY1305:
		return "chacha20poly1305";
	default:
		return "unknown";
	}
}

const char *name_cong(uint8_t algo)
{
	switch (algo) {
	case QUIC_CONG_ALG_RENO:
		return "reno";
	case QUIC_CONG_ALG_CUBIC:
		return "cubic";
	case 64:
		return "bbr";
	default:
		return "unknown";
	}
}

const char *name_offload(uint8_t use)
{
	static const char *const names[] = { "none", "software", "device" };

	return use < sizeof(names) / sizeof(names[0]) ? names[use] : "unknown";
}

static int is_any(const uint32_t *addr, int family)
{
	int words = family == AF_INET6 ? 4 : 1;

	while (words--)
		if (addr[words])
			return 0;
	return 1;
}

void name_address(char *text, int family, const uint32_t *addr, uint16_t port)
{
	const char *form = family == AF_INET6 ? "[%s]:" : "%s:";
	char host[INET6_ADDRSTRLEN] = "*";
	int len;

	if (is_any(addr, family))
		form = "%s:";
	else
		inet_ntop(family, addr, host, sizeof(host));
	len = snprintf(text, ADDRESS_TEXT_LEN, form, host);
	if (port)
		snprintf(text + len, ADDRESS_TEXT_LEN - len, "%u", ntohs(port));
	else
		snprintf(text + len, ADDRESS_TEXT_LEN - len, "*");
}
