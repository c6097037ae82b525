// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Preloaded into a program, makes its QUIC sockets TCP sockets that keep the
 * rules of the QUIC socket interface: the programs can be tested on a machine
 * whose kernel has no QUIC. Nothing is encrypted; what is sent are frames of
 * a header and bytes.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/quic.h>

#define FDS_MAX		1024
#define LEVELS		4

/* A frame: a message of a level when sid is -1, else bytes of a stream. */
struct frame {
	int64_t sid;
	uint32_t flags;
	uint32_t level;
	uint32_t len;
	uint32_t pad;
};

struct conn {
	bool used;
	bool server;
	bool has_frame;
	struct frame frame;
	uint32_t left;
	int64_t next_sid;
	int64_t next_uni_sid;
	int64_t active_sid;
	bool secret[LEVELS][2];
	bool params_set;
};

static struct conn conns[FDS_MAX];

#define REAL(name) ((__typeof__(name) *)real(#name))

static void *real(const char *name)
{
	void *func = dlsym(RTLD_NEXT, name);

	if (!func)
		abort();
	return func;
}

static struct conn *find(int fd)
{
	return fd >= 0 && fd < FDS_MAX && conns[fd].used ? &conns[fd] : NULL;
}

static int fail(int error)
{
	errno = error;
	return -1;
}

static void begin(int fd, bool server)
{
	if (fd < 0)
		return;
	if (fd >= FDS_MAX)
		abort();
	memset(&conns[fd], 0, sizeof(conns[fd]));
	conns[fd].used = true;
	conns[fd].server = server;
	conns[fd].next_sid = server;
	conns[fd].next_uni_sid = QUIC_STREAM_TYPE_UNI_MASK | server;
	conns[fd].active_sid = -1;
}

int socket(int domain, int type, int protocol)
{
	int fd;

	if (protocol != IPPROTO_QUIC)
		return REAL(socket)(domain, type, protocol);
	if ((type & 0xf) != SOCK_DGRAM && (type & 0xf) != SOCK_STREAM)
		return fail(ESOCKTNOSUPPORT);
	fd = REAL(socket)(domain, SOCK_STREAM | (type & ~0xf), 0);
	begin(fd, false);
	return fd;
}

int accept(int fd, struct sockaddr *addr, socklen_t *len)
{
	int ret = REAL(accept)(fd, addr, len);

	if (find(fd))
		begin(ret, true);
	return ret;
}

int close(int fd)
{
	if (find(fd))
		conns[fd].used = false;
	return REAL(close)(fd);
}

static bool established(const struct conn *conn)
{
	return conn->secret[0][0] && conn->secret[0][1];
}

static int set_secret(struct conn *conn, const void *val, socklen_t len)
{
	struct quic_crypto_secret secret;

	if (len != sizeof(secret))
		return fail(EINVAL);
	memcpy(&secret, val, len);
	if (secret.level >= LEVELS || secret.level == QUIC_CRYPTO_INITIAL ||
	    secret.send > 1 || secret.type < 51 || secret.type > 54)
		return fail(EINVAL);
	if (established(conn) || conn->secret[secret.level][secret.send])
		return fail(EINVAL);
	if (!secret.level && !conn->params_set)
		return fail(EINVAL);
	conn->secret[secret.level][secret.send] = true;
	return 0;
}

static int set_option(struct conn *conn, int name, const void *val,
		      socklen_t len)
{
	if (len > QUIC_SOCKOPT_MAX_LEN)
		return fail(EINVAL);
	switch (name) {
	case QUIC_SOCKOPT_CRYPTO_SECRET:
		return set_secret(conn, val, len);
	case QUIC_SOCKOPT_TRANSPORT_PARAM_EXT:
		if (established(conn) || conn->params_set || len != 40)
			return fail(EINVAL);
		conn->params_set = true;
		return 0;
	case QUIC_SOCKOPT_ALPN:
		return len && len <= QUIC_ALPN_MAX_LEN ? 0 : fail(EINVAL);
	case QUIC_SOCKOPT_TRANSPORT_PARAM:
		return len <= sizeof(struct quic_transport_param) ? 0 :
								    fail(EINVAL);
	case QUIC_SOCKOPT_CONNECTION_CLOSE:
		return len <= 72 ? 0 : fail(EINVAL);
	}
	return fail(ENOPROTOOPT);
}

int setsockopt(int fd, int level, int name, const void *val, socklen_t len)
{
	struct conn *conn = find(fd);

	if (!conn || level != SOL_QUIC)
		return REAL(setsockopt)(fd, level, name, val, len);
	return set_option(conn, name, val, len);
}

static int open_stream(struct conn *conn, void *val, socklen_t *len)
{
	struct quic_stream_info info;

	if (*len < sizeof(info))
		return fail(EINVAL);
	memcpy(&info, val, sizeof(info));
	if (info.stream_flags & MSG_QUIC_STREAM_UNI) {
		info.stream_id = conn->next_uni_sid;
		conn->next_uni_sid += 4;
	} else {
		info.stream_id = conn->next_sid;
		conn->next_sid += 4;
	}
	memcpy(val, &info, sizeof(info));
	return 0;
}

int getsockopt(int fd, int level, int name, void *val, socklen_t *len)
{
	struct conn *conn = find(fd);

	if (!conn || level != SOL_QUIC)
		return REAL(getsockopt)(fd, level, name, val, len);
	if (name == QUIC_SOCKOPT_STREAM_OPEN)
		return open_stream(conn, val, len);
	if (name != QUIC_SOCKOPT_TRANSPORT_PARAM_EXT)
		return fail(ENOPROTOOPT);
	if (*len < 40 || established(conn))
		return fail(EINVAL);
	memset(val, 7, 40);
	*len = 40;
	return 0;
}

static int write_all(int fd, const void *data, size_t len)
{
	const char *at = data;
	ssize_t ret;

	while (len) {
		ret = REAL(send)(fd, at, len, MSG_NOSIGNAL);
		if (ret < 0 && errno == EINTR)
			continue;
		if (ret < 0)
			return fail(EPIPE);
		at += ret;
		len -= ret;
	}
	return 0;
}

static int read_all(int fd, void *data, size_t len)
{
	char *at = data;
	ssize_t ret;

	while (len) {
		ret = REAL(recv)(fd, at, len, 0);
		if (ret < 0 && errno == EINTR)
			continue;
		if (ret <= 0)
			return fail(ENOTCONN);
		at += ret;
		len -= ret;
	}
	return 0;
}

static int stream_frame(struct conn *conn, struct frame *frame,
			const struct quic_stream_info *info)
{
	if (!established(conn))
		return fail(EPIPE);
	frame->flags = info->stream_flags & MSG_QUIC_STREAM_FIN;
	frame->sid = info->stream_id;
	if (frame->sid < 0 && conn->active_sid < 0) {
		conn->active_sid = conn->next_sid;
		conn->next_sid += 4;
	}
	if (frame->sid < 0)
		frame->sid = conn->active_sid;
	if (!frame->len && !frame->flags)
		return fail(EMSGSIZE);
	return 0;
}

static int message_frame(struct conn *conn, struct frame *frame, uint8_t level)
{
	frame->sid = -1;
	frame->level = level;
	if (level >= LEVELS || established(conn))
		return fail(EINVAL);
	if (level != QUIC_CRYPTO_INITIAL && !conn->secret[level][1])
		return fail(EINVAL);
	return 0;
}

static int make_frame(struct conn *conn, struct frame *frame,
		      const struct msghdr *msg)
{
	struct quic_stream_info info = { .stream_id = -1 };
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(msg);

	if (!cmsg)
		return stream_frame(conn, frame, &info);
	if (cmsg->cmsg_level != SOL_QUIC)
		return fail(EINVAL);
	if (cmsg->cmsg_type == QUIC_HANDSHAKE_INFO)
		return message_frame(conn, frame, *CMSG_DATA(cmsg));
	if (cmsg->cmsg_type != QUIC_STREAM_INFO ||
	    cmsg->cmsg_len != CMSG_LEN(sizeof(info)))
		return fail(EINVAL);
	memcpy(&info, CMSG_DATA(cmsg), sizeof(info));
	return stream_frame(conn, frame, &info);
}

ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
{
	struct conn *conn = find(fd);
	struct frame frame;

	if (!conn)
		return REAL(sendmsg)(fd, msg, flags);
	if (msg->msg_iovlen != 1)
		return fail(EOPNOTSUPP);
	memset(&frame, 0, sizeof(frame));
	frame.len = msg->msg_iov->iov_len;
	/* take less than everything now and then, without the end */
	if (frame.len > 30000)
		frame.len -= 1000;
	if (make_frame(conn, &frame, msg))
		return -1;
	if (frame.len < msg->msg_iov->iov_len)
		frame.flags = 0;
	if (write_all(fd, &frame, sizeof(frame)) ||
	    write_all(fd, msg->msg_iov->iov_base, frame.len))
		return -1;
	return frame.len;
}

static void put_cmsg(struct msghdr *msg, int type, const void *data, size_t len)
{
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(msg);

	if (!cmsg || msg->msg_controllen < CMSG_SPACE(len)) {
		msg->msg_flags |= MSG_CTRUNC;
		msg->msg_controllen = 0;
		return;
	}
	cmsg->cmsg_level = SOL_QUIC;
	cmsg->cmsg_type = type;
	cmsg->cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(cmsg), data, len);
	msg->msg_controllen = CMSG_SPACE(len);
}

static void describe(const struct conn *conn, struct msghdr *msg)
{
	struct quic_stream_info info = { .stream_id = conn->frame.sid };
	uint8_t level = conn->frame.level;

	msg->msg_flags = 0;
	if (conn->frame.sid < 0) {
		put_cmsg(msg, QUIC_HANDSHAKE_INFO, &level, 1);
		return;
	}
	if (!conn->left)
		info.stream_flags = conn->frame.flags;
	put_cmsg(msg, QUIC_STREAM_INFO, &info, sizeof(info));
	if (msg->msg_flags & MSG_CTRUNC)
		msg->msg_flags |= info.stream_flags;
}

static int next_frame(struct conn *conn, int fd)
{
	uint32_t level;

	if (conn->has_frame)
		return 0;
	if (read_all(fd, &conn->frame, sizeof(conn->frame)))
		return -1;
	level = conn->frame.level;
	/* only what the installed secrets could open may be read */
	if (conn->frame.sid < 0 && level != QUIC_CRYPTO_INITIAL &&
	    !conn->secret[level][0])
		return fail(EKEYREJECTED);
	conn->has_frame = true;
	conn->left = conn->frame.len;
	return 0;
}

ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
	struct conn *conn = find(fd);
	size_t len;

	if (!conn)
		return REAL(recvmsg)(fd, msg, flags);
	if (msg->msg_iovlen != 1)
		return fail(EOPNOTSUPP);
	if (next_frame(conn, fd))
		return -1;
	len = msg->msg_iov->iov_len;
	if (len > conn->left)
		len = conn->left;
	if (read_all(fd, msg->msg_iov->iov_base, len))
		return -1;
	conn->left -= len;
	describe(conn, msg);
	conn->has_frame = conn->left;
	return len;
}

ssize_t recv(int fd, void *data, size_t len, int flags)
{
	struct iovec iov = { data, len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (!find(fd))
		return REAL(recv)(fd, data, len, flags);
	return recvmsg(fd, &msg, flags);
}
