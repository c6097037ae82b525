// SPDX-License-Identifier: GPL-2.0-only
/* quicss: show QUIC sockets, in the style of ss(8). */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include "names.h"
#include "query.h"
#include "show.h"

#define STATE(s)	(1U << (s))
#define CONNECTED	(STATE(TCP_ESTABLISHED) | STATE(TCP_SYN_RECV) | \
			 STATE(TCP_CLOSE))

static const char usage[] =
"Usage: quicss [OPTIONS] [FILTER]\n"
"\n"
"  -l, --listening      listening sockets only\n"
"  -a, --all            listening ones too\n"
"  -i, --info           statistics of the connections\n"
"  -m, --memory         memory: r received, w to send, f reserved, t on its way\n"
"  -e, --extended       owner's uid, inode, cookie\n"
"  -4, -6               IPv4 or IPv6 sockets only\n"
"  -N, --net NAME       in that network namespace of ip-netns(8)\n"
"  -H, --no-header      no headings\n"
"  -j, --json           an array of objects, with everything\n"
"  -h, --help           this text\n"
"  -V, --version        version\n"
"\n"
"FILTER: any of  state established|handshake|listening|closed\n"
"                sport PORT    dport PORT\n"
"        or      exact LOCAL-ADDR PORT PEER-ADDR PORT (one socket)\n"
"\n"
"Exit status: 0 done, 1 failed, 2 wrong usage.\n";

static const struct option long_options[] = {
	{ "listening", no_argument, NULL, 'l' },
	{ "all", no_argument, NULL, 'a' },
	{ "info", no_argument, NULL, 'i' },
	{ "memory", no_argument, NULL, 'm' },
	{ "extended", no_argument, NULL, 'e' },
	{ "net", required_argument, NULL, 'N' },
	{ "no-header", no_argument, NULL, 'H' },
	{ "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

struct options {
	struct query query;
	struct text_options text;
	bool json;
};

static void enter_netns(const char *name)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "/var/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err(1, "%s", path);
	close(fd);
}

static uint16_t parse_port(const char *text)
{
	char *end;
	unsigned long port = strtoul(text, &end, 10);

	if (!*text || *end || !port || port > 65535)
		errx(2, "'%s' is no port", text);
	return port;
}

static int parse_addr(const char *text, uint32_t *addr)
{
	if (inet_pton(AF_INET, text, addr) == 1)
		return AF_INET;
	if (inet_pton(AF_INET6, text, addr) == 1)
		return AF_INET6;
	errx(2, "'%s' is no address", text);
}

static void parse_exact(struct query *query, char **word)
{
	struct inet_diag_sockid *id = &query->id;

	query->exact = true;
	query->family = parse_addr(word[0], id->idiag_src);
	id->idiag_sport = htons(parse_port(word[1]));
	if (parse_addr(word[2], id->idiag_dst) != query->family)
		errx(2, "two families of addresses");
	id->idiag_dport = htons(parse_port(word[3]));
	id->idiag_cookie[0] = INET_DIAG_NOCOOKIE;
	id->idiag_cookie[1] = INET_DIAG_NOCOOKIE;
}

static uint32_t parse_state(const char *name)
{
	uint8_t state = state_of_name(name);

	if (!state)
		errx(2, "'%s' is no state; try --help", name);
	return STATE(state);
}

static void parse_filter(struct query *query, int n, char **word)
{
	if (n == 5 && !strcmp(word[0], "exact")) {
		parse_exact(query, word + 1);
		return;
	}
	for (; n >= 2; n -= 2, word += 2) {
		if (!strcmp(word[0], "state"))
			query->states = parse_state(word[1]);
		else if (!strcmp(word[0], "sport"))
			query->sport = parse_port(word[1]);
		else if (!strcmp(word[0], "dport"))
			query->dport = parse_port(word[1]);
		else
			break;
	}
	if (n)
		errx(2, "'%s' is no filter; try --help", word[0]);
}

static void take_option(struct options *o, int opt)
{
	switch (opt) {
	case 'l':
		o->query.states = STATE(TCP_LISTEN);
		break;
	case 'a':
		o->query.states = CONNECTED | STATE(TCP_LISTEN);
		break;
	case 'i':
		o->text.info = true;
		break;
	case 'm':
		o->text.mem = true;
		break;
	case 'e':
		o->text.extended = true;
		break;
	case '4':
		o->query.family = AF_INET;
		break;
	case '6':
		o->query.family = AF_INET6;
		break;
	case 'N':
		enter_netns(optarg);
		break;
	case 'H':
		o->text.no_header = true;
		break;
	case 'j':
		o->json = true;
		break;
	case 'h':
		fputs(usage, stdout);
		exit(0);
	case 'V':
		puts("quicss " VERSION);
		exit(0);
	default:
		fputs("Try --help.\n", stderr);
		exit(2);
	}
}

static void print_each(const struct sock_entry *entry, void *arg)
{
	text_sock(entry, arg);
}

static void add_each(const struct sock_entry *entry, void *arg)
{
	json_sock(entry, arg);
}

static int run_json(const struct query *query)
{
	struct json_object *array = json_object_new_array();
	int ret = query_run(query, add_each, array);

	if (!ret)
		puts(json_object_to_json_string_ext(array,
						    JSON_C_TO_STRING_PRETTY));
	json_object_put(array);
	return ret;
}

static int run_text(const struct query *query, struct text_options *text)
{
	text_header(text);
	return query_run(query, print_each, text);
}

int main(int argc, char **argv)
{
	struct options o = {
		.query = { .family = AF_UNSPEC, .states = CONNECTED },
	};
	int opt, ret;

	while ((opt = getopt_long(argc, argv, "laime46N:HjhV", long_options,
				  NULL)) != -1)
		take_option(&o, opt);
	parse_filter(&o.query, argc - optind, argv + optind);
	ret = o.json ? run_json(&o.query) : run_text(&o.query, &o.text);
	if (ret == -ENOENT && !o.query.exact)
		errx(1, "the kernel shows no QUIC sockets (is quic_diag loaded?)");
	if (ret) {
		errno = -ret;
		err(1, "sock_diag");
	}
	if (fflush(stdout) || ferror(stdout))
		err(1, "output");
	return 0;
}
