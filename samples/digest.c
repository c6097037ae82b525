// SPDX-License-Identifier: GPL-2.0-only
#include "digest.h"

#include <err.h>
#include <stdio.h>
#include <unistd.h>

int digest_init(struct digest *digest)
{
	int ret = gnutls_hash_init(&digest->hash, GNUTLS_DIG_SHA256);

	if (!ret)
		return 0;
	warnx("SHA-256: %s", gnutls_strerror(ret));
	return -1;
}

void digest_add(struct digest *digest, const void *data, size_t len)
{
	gnutls_hash(digest->hash, data, len);
}

void digest_end(struct digest *digest, char *text)
{
	unsigned char sum[32];
	size_t i;

	gnutls_hash_deinit(digest->hash, sum);
	for (i = 0; i < sizeof(sum); i++)
		snprintf(text + 2 * i, 3, "%02x", sum[i]);
}

int digest_file(int fd, char *text, uint64_t *size_bytes)
{
	static char data[65536];
	struct digest digest;
	ssize_t len;

	*size_bytes = 0;
	if (digest_init(&digest))
		return -1;
	while ((len = read(fd, data, sizeof(data))) > 0) {
		digest_add(&digest, data, len);
		*size_bytes += len;
	}
	digest_end(&digest, text);
	if (len < 0 || lseek(fd, 0, SEEK_SET)) {
		warn("reading the file");
		return -1;
	}
	return 0;
}
