// SPDX-License-Identifier: GPL-2.0-only
#include "genl.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cmd.h"

static int store_attr(const struct nlattr *attr, void *arg)
{
	struct genl_attrs *attrs = arg;
	uint16_t type = mnl_attr_get_type(attr);

	/* what a newer kernel adds is not for us */
	if (type < GENL_ATTRS)
		attrs->at[type] = attr;
	return MNL_CB_OK;
}

void genl_each(const struct genl_attrs *attrs, mnl_attr_cb_t each, void *arg)
{
	if (attrs->nlh)
		mnl_attr_parse(attrs->nlh, sizeof(struct genlmsghdr), each,
			       arg);
}

void genl_nested(const struct nlattr *nest, struct genl_attrs *attrs)
{
	memset(attrs, 0, sizeof(*attrs));
	if (nest)
		mnl_attr_parse_nested(nest, store_attr, attrs);
}

uint64_t genl_uint(const struct nlattr *attr)
{
	if (!attr)
		return 0;
	switch (mnl_attr_get_payload_len(attr)) {
	case 1:
		return mnl_attr_get_u8(attr);
	case 2:
		return mnl_attr_get_u16(attr);
	case 4:
		return mnl_attr_get_u32(attr);
	case 8:
		return mnl_attr_get_u64(attr);
	default:
		return 0;
	}
}

const char *genl_str(const struct nlattr *attr)
{
	if (!attr || mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) < 0)
		return "";
	return mnl_attr_get_str(attr);
}

static int get_message(const struct nlattr *attr, void *arg)
{
	const char **text = arg;

	if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG)
		*text = genl_str(attr);
	return MNL_CB_OK;
}

/* The kernel's words for an error, or NULL. */
static const char *error_text(const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);
	size_t skip = sizeof(*err);
	const char *text = NULL;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return NULL;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += mnl_nlmsg_get_payload_len(&err->msg);
	if (mnl_nlmsg_get_payload_len(nlh) < skip)
		return NULL;
	mnl_attr_parse(nlh, skip, get_message, &text);
	return text && *text ? text : NULL;
}

struct run {
	struct genl *g;
	void (*each)(const struct genl_attrs *attrs, void *arg);
	void *arg;
	const char *text;	/* in g->buf */
};

static int on_error(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);
	struct run *run = arg;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*err)) {
		errno = EBADMSG;
		return MNL_CB_ERROR;
	}
	if (!err->error)
		return MNL_CB_STOP;
	run->text = error_text(nlh);
	errno = -err->error;
	return MNL_CB_ERROR;
}

static int on_done(const struct nlmsghdr *nlh, void *arg)
{
	const int *err = mnl_nlmsg_get_payload(nlh);

	(void)arg;
	if (mnl_nlmsg_get_payload_len(nlh) >= sizeof(*err) && *err < 0) {
		errno = -*err;
		return MNL_CB_ERROR;
	}
	return MNL_CB_STOP;
}

static int on_message(const struct nlmsghdr *nlh, void *arg)
{
	struct genl_attrs attrs = { .nlh = nlh };
	struct run *run = arg;

	mnl_attr_parse(nlh, sizeof(struct genlmsghdr), store_attr, &attrs);
	if (run->each)
		run->each(&attrs, run->arg);
	return MNL_CB_OK;
}

static mnl_cb_t controls[] = {
	[NLMSG_ERROR] = on_error,
	[NLMSG_DONE] = on_done,
};

/* Return: 0 or -1 with errno. */
static int exchange(struct run *run, struct nlmsghdr *nlh)
{
	struct genl *g = run->g;
	unsigned int portid = mnl_socket_get_portid(g->nl);
	uint32_t seq = nlh->nlmsg_seq;
	ssize_t n;
	int ret;

	if (mnl_socket_sendto(g->nl, nlh, nlh->nlmsg_len) < 0)
		return -1;
	do {
		n = mnl_socket_recvfrom(g->nl, g->buf, sizeof(g->buf));
		if (n < 0)
			return -1;
		ret = mnl_cb_run2(g->buf, n, seq, portid, on_message, run,
				  controls,
				  sizeof(controls) / sizeof(controls[0]));
	} while (ret > 0);
	return ret;
}

struct nlmsghdr *genl_request(struct genl *g, uint8_t cmd, bool dump)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(g->buf);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = g->family;
	nlh->nlmsg_flags = NLM_F_REQUEST | (dump ? NLM_F_DUMP : NLM_F_ACK);
	nlh->nlmsg_seq = ++g->seq;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = QUIC_OFFLOAD_FAMILY_VERSION;
	return nlh;
}

int genl_run(struct genl *g, struct nlmsghdr *nlh,
	     void (*each)(const struct genl_attrs *attrs, void *arg),
	     void *arg)
{
	struct run run = { .g = g, .each = each, .arg = arg };

	if (!exchange(&run, nlh))
		return EXIT_DONE;
	if (run.text)
		fprintf(stderr, "%s: %s (%s)\n", g->prog, run.text,
			strerror(errno));
	else
		fprintf(stderr, "%s: the kernel says: %s\n", g->prog,
			strerror(errno));
	return EXIT_FAILED;
}

static void store_family(const struct genl_attrs *attrs, void *arg)
{
	uint16_t *family = arg;

	*family = genl_uint(attrs->at[CTRL_ATTR_FAMILY_ID]);
}

static int find_family(struct genl *g)
{
	struct run run = { .g = g, .each = store_family, .arg = &g->family };
	struct nlmsghdr *nlh;

	g->family = GENL_ID_CTRL;
	nlh = genl_request(g, CTRL_CMD_GETFAMILY, false);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, QUIC_OFFLOAD_FAMILY_NAME);
	if (!exchange(&run, nlh))
		return EXIT_DONE;
	if (errno == ENOENT) {
		fprintf(stderr,
			"%s: this kernel has no QUIC offload: the module quic_offload is not loaded\n",
			g->prog);
		return EXIT_NO_MODULE;
	}
	fprintf(stderr, "%s: netlink: %s\n", g->prog, strerror(errno));
	return EXIT_FAILED;
}

int genl_open(struct genl *g, const char *prog)
{
	int on = 1;

	memset(g, 0, sizeof(*g));
	g->prog = prog;
	g->seq = time(NULL);
	g->nl = mnl_socket_open(NETLINK_GENERIC);
	if (!g->nl || mnl_socket_bind(g->nl, 0, MNL_SOCKET_AUTOPID) < 0) {
		fprintf(stderr, "%s: netlink: %s\n", prog, strerror(errno));
		genl_close(g);
		return EXIT_FAILED;
	}
	/* without them there are only error numbers */
	mnl_socket_setsockopt(g->nl, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(g->nl, NETLINK_CAP_ACK, &on, sizeof(on));
	return find_family(g);
}

void genl_close(struct genl *g)
{
	if (g->nl)
		mnl_socket_close(g->nl);
	g->nl = NULL;
}
