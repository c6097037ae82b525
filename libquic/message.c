// SPDX-License-Identifier: LGPL-2.1-or-later
#include <netinet/quic.h>

#include <string.h>

/* Flags about the stream go with its id; the others are the system call's. */
#define STREAM_FLAGS \
	(MSG_QUIC_STREAM_NEW | MSG_QUIC_STREAM_FIN | MSG_QUIC_STREAM_UNI | \
	 MSG_QUIC_STREAM_DONTWAIT | MSG_QUIC_STREAM_SNDBLOCK)

union stream_control {
	size_t align;	/* as struct cmsghdr */
	char buf[CMSG_SPACE(sizeof(struct quic_stream_info))];
};

static void put_stream_info(struct msghdr *msg, union stream_control *control,
			    int64_t sid, uint32_t flags)
{
	struct quic_stream_info info = {
		.stream_id = sid,
		.stream_flags = flags & STREAM_FLAGS,
	};
	struct cmsghdr *cmsg;

	memset(control, 0, sizeof(*control));
	msg->msg_control = control->buf;
	msg->msg_controllen = sizeof(control->buf);
	cmsg = CMSG_FIRSTHDR(msg);
	cmsg->cmsg_level = SOL_QUIC;
	cmsg->cmsg_type = QUIC_STREAM_INFO;
	cmsg->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(cmsg), &info, sizeof(info));
}

ssize_t quic_sendmsg(int sockfd, const void *msg, size_t len, int64_t sid,
		     uint32_t flags)
{
	struct iovec iov = { .iov_base = (void *)msg, .iov_len = len };
	struct msghdr hdr = { .msg_iov = &iov, .msg_iovlen = 1 };
	union stream_control control;

	if (flags & MSG_QUIC_DATAGRAM)
		return sendmsg(sockfd, &hdr, flags);
	put_stream_info(&hdr, &control, sid, flags);
	return sendmsg(sockfd, &hdr, flags & ~STREAM_FLAGS);
}

static void get_stream_info(struct msghdr *msg, int64_t *sid, uint32_t *flags)
{
	struct quic_stream_info info;
	struct cmsghdr *cmsg;

	for (cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = CMSG_NXTHDR(msg, cmsg)) {
		if (cmsg->cmsg_level != SOL_QUIC ||
		    cmsg->cmsg_type != QUIC_STREAM_INFO ||
		    cmsg->cmsg_len < CMSG_LEN(sizeof(info)))
			continue;
		memcpy(&info, CMSG_DATA(cmsg), sizeof(info));
		*sid = info.stream_id;
		*flags |= info.stream_flags;
		return;
	}
}

ssize_t quic_recvmsg(int sockfd, void *msg, size_t len, int64_t *sid,
		     uint32_t *flags)
{
	struct iovec iov = { .iov_base = msg, .iov_len = len };
	struct msghdr hdr = { .msg_iov = &iov, .msg_iovlen = 1 };
	union stream_control control;
	uint32_t got_flags;
	int64_t got_sid = -1;
	ssize_t ret;

	hdr.msg_control = control.buf;
	hdr.msg_controllen = sizeof(control.buf);
	ret = recvmsg(sockfd, &hdr, flags ? *flags : 0);
	if (ret < 0)
		return ret;
	got_flags = hdr.msg_flags;
	get_stream_info(&hdr, &got_sid, &got_flags);
	if (sid)
		*sid = got_sid;
	if (flags)
		*flags = got_flags;
	return ret;
}
