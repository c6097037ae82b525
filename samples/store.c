// SPDX-License-Identifier: GPL-2.0-only
#include "store.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int store_open(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		err(2, "%s", path);
	return fd;
}

int store_get(int dirfd, const char *name)
{
	struct stat info;
	int fd;

	fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (!fstat(fd, &info) && S_ISREG(info.st_mode))
		return fd;
	close(fd);
	errno = EINVAL;
	return -1;
}

int store_put(struct store_file *file, int dirfd, const char *name)
{
	static unsigned int turn;

	file->dirfd = dirfd;
	snprintf(file->name, sizeof(file->name), "%s", name);
	/* a name the peer cannot ask for: it begins with a dot */
	snprintf(file->part, sizeof(file->part), ".%s.%d.%u", name, getpid(),
		 turn++);
	file->fd = openat(dirfd, file->part,
			  O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	return file->fd < 0 ? -1 : 0;
}

int store_write(struct store_file *file, const void *data, size_t len)
{
	const char *at = data;
	ssize_t written;

	while (len) {
		written = write(file->fd, at, len);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -1;
		at += written;
		len -= written;
	}
	return 0;
}

int store_commit(struct store_file *file)
{
	int fd = file->fd;

	file->fd = -1;
	if (close(fd))
		goto err_unlink;
	if (renameat(file->dirfd, file->part, file->dirfd, file->name))
		goto err_unlink;
	return 0;

err_unlink:
	unlinkat(file->dirfd, file->part, 0);
	return -1;
}

void store_abort(struct store_file *file)
{
	if (file->fd < 0)
		return;
	close(file->fd);
	file->fd = -1;
	unlinkat(file->dirfd, file->part, 0);
}
