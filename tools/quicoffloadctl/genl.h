/* SPDX-License-Identifier: GPL-2.0-only */
/* Requests to the kernel's netlink family quic_offload. */
#ifndef QOCTL_GENL_H
#define QOCTL_GENL_H

#include <libmnl/libmnl.h>
#include <linux/quic_offload.h>
#include <stdbool.h>
#include <stdint.h>

#define GENL_BUF_BYTES	32768

struct genl {
	const char *prog;
	struct mnl_socket *nl;
	uint16_t family;
	uint32_t seq;
	char buf[GENL_BUF_BYTES];
};

/* Attributes of one message by type, NULL where there is none. */
#define GENL_ATTRS	32

struct genl_attrs {
	const struct nlattr *at[GENL_ATTRS];
	const struct nlmsghdr *nlh;	/* the message, or NULL in a nest */
};

/* Return: an exit status of cmd.h; an error was printed. */
int genl_open(struct genl *g, const char *prog);
void genl_close(struct genl *g);

/* Return: request to which the caller adds attributes; in g->buf. */
struct nlmsghdr *genl_request(struct genl *g, uint8_t cmd, bool dump);

/*
 * Sends @nlh, calls @each for every message of the answer (may be NULL). Return:
 * an exit status; the kernel's reason was printed.
 */
int genl_run(struct genl *g, struct nlmsghdr *nlh,
	     void (*each)(const struct genl_attrs *attrs, void *arg),
	     void *arg);

/* Every attribute of a message, also of a type that comes more than once. */
void genl_each(const struct genl_attrs *attrs, mnl_attr_cb_t each, void *arg);

/* Attributes inside of a nest. */
void genl_nested(const struct nlattr *nest, struct genl_attrs *attrs);

/* Numbers of any width; 0 for NULL. */
uint64_t genl_uint(const struct nlattr *attr);
/* Text; "" for NULL. */
const char *genl_str(const struct nlattr *attr);

#endif
