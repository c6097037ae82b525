// SPDX-License-Identifier: GPL-2.0-only
#include "query.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <time.h>

#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>

#define EXT(attr)	(1 << ((attr) - 1))

struct walk {
	void (*each)(const struct sock_entry *entry, void *arg);
	void *arg;
};

static void take_attr(struct sock_entry *entry, const struct nlattr *attr)
{
	size_t len = mnl_attr_get_payload_len(attr);
	const void *data = mnl_attr_get_payload(attr);

	switch (mnl_attr_get_type(attr)) {
	case INET_DIAG_MEMINFO:
		if (len < sizeof(entry->mem))
			return;
		memcpy(&entry->mem, data, sizeof(entry->mem));
		entry->has_mem = true;
		break;
	case INET_DIAG_INFO:
		if (len > sizeof(entry->stats))
			len = sizeof(entry->stats);
		memcpy(&entry->stats, data, len);
		entry->stats_len = len;
		break;
	}
}

static int take_msg(const struct nlmsghdr *nlh, void *arg)
{
	struct walk *walk = arg;
	struct sock_entry entry;
	struct nlattr *attr;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(entry.msg)) {
		errno = EBADMSG;
		return MNL_CB_ERROR;
	}
	memset(&entry, 0, sizeof(entry));
	memcpy(&entry.msg, mnl_nlmsg_get_payload(nlh), sizeof(entry.msg));
	mnl_attr_for_each(attr, nlh, sizeof(entry.msg))
		take_attr(&entry, attr);
	walk->each(&entry, walk->arg);
	/* the answer to an exact request is one message without an end */
	return nlh->nlmsg_flags & NLM_F_MULTI ? MNL_CB_OK : MNL_CB_STOP;
}

/*
 * Both kinds of last message, of a dump and of a request, begin with an error
 * code, and 0 is none.
 */
static int take_code(const struct nlmsghdr *nlh, void *arg)
{
	int code = 0;

	(void)arg;
	if (mnl_nlmsg_get_payload_len(nlh) >= sizeof(code))
		memcpy(&code, mnl_nlmsg_get_payload(nlh), sizeof(code));
	if (code >= 0)
		return MNL_CB_STOP;
	errno = -code;
	return MNL_CB_ERROR;
}

static struct nlmsghdr *build_request(char *buf, const struct query *query,
				      int family)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct inet_diag_req_v2 *req;

	nlh->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	nlh->nlmsg_flags = NLM_F_REQUEST | (query->exact ? 0 : NLM_F_DUMP);
	nlh->nlmsg_seq = time(NULL);
	req = mnl_nlmsg_put_extra_header(nlh, sizeof(*req));
	req->sdiag_family = family;
	/* 8 bits are too few: the attribute says which */
	req->sdiag_protocol = IPPROTO_QUIC & 0xff;
	req->idiag_ext = EXT(INET_DIAG_MEMINFO) | EXT(INET_DIAG_INFO);
	req->idiag_states = query->states;
	if (query->exact) {
		req->id = query->id;
	} else {
		req->id.idiag_sport = htons(query->sport);
		req->id.idiag_dport = htons(query->dport);
	}
	mnl_attr_put_u32(nlh, INET_DIAG_REQ_PROTOCOL, IPPROTO_QUIC);
	return nlh;
}

static int talk(struct mnl_socket *nl, const struct query *query, int family,
		struct walk *walk)
{
	char buf[65536];
	static mnl_cb_t control[] = {
		[NLMSG_ERROR] = take_code, [NLMSG_DONE] = take_code,
	};
	struct nlmsghdr *nlh = build_request(buf, query, family);
	unsigned int seq = nlh->nlmsg_seq;
	ssize_t len;
	int ret;

	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	do {
		len = mnl_socket_recvfrom(nl, buf, sizeof(buf));
		if (len < 0)
			return -errno;
		ret = mnl_cb_run2(buf, len, seq, mnl_socket_get_portid(nl),
				  take_msg, walk, control,
				  sizeof(control) / sizeof(control[0]));
	} while (ret > MNL_CB_STOP);
	return ret < 0 ? -errno : 0;
}

int query_run(const struct query *query,
	      void (*each)(const struct sock_entry *entry, void *arg),
	      void *arg)
{
	struct walk walk = { .each = each, .arg = arg };
	struct mnl_socket *nl = mnl_socket_open(NETLINK_SOCK_DIAG);
	int ret;

	if (!nl)
		return -errno;
	ret = mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) ? -errno : 0;
	if (!ret && query->family != AF_INET6)
		ret = talk(nl, query, AF_INET, &walk);
	if (!ret && query->family != AF_INET)
		ret = talk(nl, query, AF_INET6, &walk);
	mnl_socket_close(nl);
	return ret;
}
