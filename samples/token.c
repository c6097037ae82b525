// SPDX-License-Identifier: GPL-2.0-only
#include "token.h"

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <netinet/quic.h>

uint32_t version_parse(const char *name)
{
	if (!strcmp(name, "v1"))
		return QUIC_VERSION_V1;
	if (!strcmp(name, "v2"))
		return QUIC_VERSION_V2;
	errx(2, "--version: unknown name '%s'; try --help", name);
}

/* "VERSION HEX" */
static size_t read_token(FILE *file, uint32_t *version, uint8_t *token)
{
	unsigned int v, byte;
	size_t len = 0;

	if (fscanf(file, "%x ", &v) != 1)
		return 0;
	*version = v;
	while (len < QUIC_TOKEN_MAX_LEN && fscanf(file, "%2x", &byte) == 1)
		token[len++] = byte;
	return len;
}

void token_load(int fd, const char *path, uint32_t version)
{
	uint8_t token[QUIC_TOKEN_MAX_LEN];
	FILE *file = fopen(path, "r");
	uint32_t of_version;
	size_t len;

	if (!file) {
		if (errno != ENOENT)
			err(1, "%s", path);
		return;
	}
	len = read_token(file, &of_version, token);
	fclose(file);
	if (!len)
		errx(1, "%s: no token", path);
	if (of_version != version)
		return;
	if (setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_TOKEN, token, len))
		err(1, "setting the token");
	unlink(path);
}

void token_save(int fd, const char *path)
{
	struct quic_config config = {};
	socklen_t config_len = sizeof(config);
	uint8_t token[512];
	socklen_t len = sizeof(token), i;
	FILE *file;

	if (getsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_TOKEN, token, &len) ||
	    getsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_CONFIG, &config,
		       &config_len)) {
		warn("the server's token");
		return;
	}
	if (!len)
		return;
	file = fopen(path, "w");
	if (!file)
		err(1, "%s", path);
	fprintf(file, "%08x ", config.version);
	for (i = 0; i < len; i++)
		fprintf(file, "%02x", token[i]);
	fputc('\n', file);
	if (fclose(file))
		err(1, "%s", path);
}
