/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SAMPLES_DIGEST_H
#define SAMPLES_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include <gnutls/crypto.h>

/* SHA-256 in hexadecimal, with the ending zero byte. */
#define DIGEST_TEXT_LEN	65

struct digest {
	gnutls_hash_hd_t hash;
};

/**
 * digest_init - begin a SHA-256
 * @digest: the digest; digest_end() ends it
 *
 * Return: 0, or -1 with the reason on standard error.
 */
int digest_init(struct digest *digest);

/**
 * digest_add - add bytes
 * @digest: the digest
 * @data: bytes
 * @len: how many
 */
void digest_add(struct digest *digest, const void *data, size_t len);

/**
 * digest_end - end it
 * @digest: the digest
 * @text: buffer of DIGEST_TEXT_LEN bytes
 */
void digest_end(struct digest *digest, char *text);

/**
 * digest_file - SHA-256 and size of an open file, from its beginning
 * @fd: the file; left at its beginning
 * @text: buffer of DIGEST_TEXT_LEN bytes
 * @size_bytes: set to its size
 *
 * Return: 0, or -1 with the reason on standard error.
 */
int digest_file(int fd, char *text, uint64_t *size_bytes);

#endif
