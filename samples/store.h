/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SAMPLES_STORE_H
#define SAMPLES_STORE_H

#include "request.h"

/**
 * struct store_file - a file that is being received
 * @dirfd: the folder
 * @fd: the file, -1: none
 * @name: name it will have
 * @part: name it has until it is complete
 */
struct store_file {
	int dirfd;
	int fd;
	char name[REQUEST_NAME_MAX + 1];
	char part[REQUEST_NAME_MAX + 32];
};

/**
 * store_open - open a folder
 * @path: its path
 *
 * Ends the program with status 2 when it cannot be opened.
 *
 * Return: file descriptor.
 */
int store_open(const char *path);

/**
 * store_get - open a file of a folder for reading
 * @dirfd: the folder
 * @name: name that request_name_ok() allows
 *
 * Return: file descriptor, or -1 and errno; regular files only.
 */
int store_get(int dirfd, const char *name);

/**
 * store_put - begin a file
 * @file: filled in; store_commit() or store_abort() ends it
 * @dirfd: the folder
 * @name: name that request_name_ok() allows
 *
 * Return: 0, or -1 and errno.
 */
int store_put(struct store_file *file, int dirfd, const char *name);

/**
 * store_write - append to a file
 * @file: the file
 * @data: bytes
 * @len: how many
 *
 * Return: 0, or -1 and errno.
 */
int store_write(struct store_file *file, const void *data, size_t len);

/**
 * store_commit - complete a file under its name
 * @file: the file
 *
 * Return: 0, or -1 and errno.
 */
int store_commit(struct store_file *file);

/**
 * store_abort - remove what was written
 * @file: the file; may be complete, then nothing is removed
 */
void store_abort(struct store_file *file);

#endif
