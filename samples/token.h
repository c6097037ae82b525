/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SAMPLES_TOKEN_H
#define SAMPLES_TOKEN_H

#include <stdint.h>

/**
 * token_load - use the token of an earlier connection to the same server
 * @fd: QUIC socket, before connect()
 * @path: file that token_save() wrote; one that is not there is no error
 * @version: QUIC version that the connection will begin with
 *
 * A token of another version must not be used (RFC 9369 5). It is good once:
 * the file is removed.
 */
void token_load(int fd, const char *path, uint32_t version);

/**
 * token_save - keep the token that the server gave
 * @fd: QUIC socket, connected
 * @path: file to write
 */
void token_save(int fd, const char *path);

/**
 * version_parse - name of a QUIC version
 * @name: "v1" or "v2"; anything else ends the program with status 2
 *
 * Return: the version.
 */
uint32_t version_parse(const char *name);

#endif
