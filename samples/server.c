// SPDX-License-Identifier: GPL-2.0-only
/* quic-server: takes and gives files over QUIC, or echoes. */
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <netinet/in.h>
#include <netinet/quic.h>

#include "address.h"
#include "datagram.h"
#include "h3.h"
#include "hq.h"
#include "number.h"
#include "serve.h"
#include "session.h"
#include "stats.h"
#include "store.h"
#include "token.h"

static const char usage[] =
"usage: quic-server [options] --listen ADDR:PORT\n"
"\n"
"Takes and gives files over QUIC (protocol \"quic-demo\"), one process per\n"
"connection. Prints \"listening on ADDR:PORT\" when it is ready.\n"
"\n"
"  --listen ADDR:PORT   where to listen; [ADDR6]:PORT; port 0: any\n"
"  --prefer ADDR:PORT   where clients are to go after the handshake, port 0: the\n"
"                       same; once for IPv4 and once for IPv6\n"
"  --cert FILE          certificate chain, PEM\n"
"  --key FILE           its private key, PEM\n"
"  --psk FILE           pre-shared keys, lines \"identity:hex\", instead\n"
"  --alpn LIST          protocols to accept, \"a,b\" (default: quic-demo)\n"
"  --in DIR             files that GET may ask for\n"
"  --out DIR            where files of PUT go\n"
"  --max-size BYTES     largest file taken (default: 4G)\n"
"  --rate BYTES         send files at this many bytes a second at most\n"
"  --sendfile           send files without copying them, without --rate\n"
"  --echo               send back what each stream and each datagram carries,\n"
"                       nothing else\n"
"  --hq                 speak HTTP/0.9 (protocol \"hq-interop\") instead\n"
"  --h3                 speak HTTP/3 instead\n"
"  --early-data         take early data (0-RTT) of clients that resume\n"
"  --ticket-key FILE    secret of 32 bytes that session tickets are made of,\n"
"                       the same for all processes that share clients\n"
"  --client-ca FILE     authorities of client certificates, PEM (default:\n"
"                       the system's, or SSL_CERT_FILE's); asks for one\n"
"  --require-client-cert\n"
"                       refuse clients without a certificate\n"
"  --retry              have every client prove its address\n"
"  --version V          prefer QUIC v1 or v2 (default: the client's choice)\n"
"  --only               ... and refuse the others\n"
"  --no-1rtt-encryption send 1-RTT packets in clear, if the client does, too\n"
"  --reuseport          share the port with other processes of this user\n"
"  --connections N      serve N connections, then end; status 1 when one\n"
"                       of them failed\n"
"  --json               print lines of JSON\n"
"  --verbose            say more about handshakes\n"
"  --help\n"
"\n"
"BYTES may end in k, M or G. With SSLKEYLOGFILE in the environment the TLS\n"
"secrets are appended to that file, for Wireshark.\n";

struct options {
	const char *listen;
	const char *prefer[2];
	unsigned int n_prefer;
	const char *cert;
	const char *key;
	const char *psk;
	const char *alpn;
	uint64_t connections;
	bool h3;
	uint32_t version;
	bool only;
	bool clear;
	bool retry;
	bool early_data;
	const char *ticket_key;
	const char *client_ca;
	int client_cert;
	struct quic_server *server;
	bool reuseport;
	bool verbose;
	struct serve_config serve;
};

enum {
	OPT_EARLY_DATA = 512, OPT_TICKET_KEY, OPT_CLIENT_CA, OPT_CLIENT_CERT,
	OPT_LISTEN = 256, OPT_CERT, OPT_KEY, OPT_PSK, OPT_ALPN, OPT_IN,
	OPT_OUT, OPT_MAX_SIZE, OPT_RATE, OPT_SENDFILE, OPT_ECHO, OPT_CONNECTIONS, OPT_JSON,
	OPT_VERBOSE, OPT_HQ, OPT_H3, OPT_RETRY, OPT_VERSION, OPT_ONLY, OPT_CLEAR,
	OPT_REUSEPORT, OPT_PREFER, OPT_HELP,
};

static const struct option long_options[] = {
	{ "listen", required_argument, NULL, OPT_LISTEN },
	{ "prefer", required_argument, NULL, OPT_PREFER },
	{ "cert", required_argument, NULL, OPT_CERT },
	{ "key", required_argument, NULL, OPT_KEY },
	{ "psk", required_argument, NULL, OPT_PSK },
	{ "alpn", required_argument, NULL, OPT_ALPN },
	{ "in", required_argument, NULL, OPT_IN },
	{ "out", required_argument, NULL, OPT_OUT },
	{ "max-size", required_argument, NULL, OPT_MAX_SIZE },
	{ "rate", required_argument, NULL, OPT_RATE },
	{ "sendfile", no_argument, NULL, OPT_SENDFILE },
	{ "echo", no_argument, NULL, OPT_ECHO },
	{ "hq", no_argument, NULL, OPT_HQ },
	{ "h3", no_argument, NULL, OPT_H3 },
	{ "early-data", no_argument, NULL, OPT_EARLY_DATA },
	{ "ticket-key", required_argument, NULL, OPT_TICKET_KEY },
	{ "client-ca", required_argument, NULL, OPT_CLIENT_CA },
	{ "require-client-cert", no_argument, NULL, OPT_CLIENT_CERT },
	{ "retry", no_argument, NULL, OPT_RETRY },
	{ "version", required_argument, NULL, OPT_VERSION },
	{ "only", no_argument, NULL, OPT_ONLY },
	{ "no-1rtt-encryption", no_argument, NULL, OPT_CLEAR },
	{ "reuseport", no_argument, NULL, OPT_REUSEPORT },
	{ "connections", required_argument, NULL, OPT_CONNECTIONS },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "verbose", no_argument, NULL, OPT_VERBOSE },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

static void take_option(struct options *options, int opt)
{
	switch (opt) {
	case OPT_LISTEN:
		options->listen = optarg;
		break;
	case OPT_PREFER:
		if (options->n_prefer == 2)
			errx(2, "--prefer: two at most");
		options->prefer[options->n_prefer++] = optarg;
		break;
	case OPT_CERT:
		options->cert = optarg;
		break;
	case OPT_KEY:
		options->key = optarg;
		break;
	case OPT_PSK:
		options->psk = optarg;
		break;
	case OPT_ALPN:
		options->alpn = optarg;
		break;
	case OPT_IN:
		options->serve.in_dirfd = store_open(optarg);
		break;
	case OPT_OUT:
		options->serve.out_dirfd = store_open(optarg);
		break;
	case OPT_MAX_SIZE:
		options->serve.max_bytes = number_parse("max-size", optarg);
		break;
	case OPT_RATE:
		options->serve.rate = number_parse("rate", optarg);
		break;
	case OPT_SENDFILE:
		options->serve.sendfile = true;
		break;
	case OPT_ECHO:
		options->serve.echo = true;
		break;
	case OPT_HQ:
		options->serve.hq = true;
		options->alpn = HQ_ALPN;
		break;
	case OPT_H3:
		if (!h3_available())
			exit(2);
		options->h3 = true;
		options->alpn = H3_ALPN;
		break;
	case OPT_EARLY_DATA:
		options->early_data = true;
		break;
	case OPT_TICKET_KEY:
		options->ticket_key = optarg;
		break;
	case OPT_CLIENT_CA:
		options->client_ca = optarg;
		if (!options->client_cert)
			options->client_cert = 1;
		break;
	case OPT_CLIENT_CERT:
		options->client_cert = 2;
		break;
	case OPT_RETRY:
		options->retry = true;
		break;
	case OPT_VERSION:
		options->version = version_parse(optarg);
		break;
	case OPT_ONLY:
		options->only = true;
		break;
	case OPT_CLEAR:
		options->clear = true;
		break;
	case OPT_REUSEPORT:
		options->reuseport = true;
		break;
	case OPT_CONNECTIONS:
		options->connections = number_parse("connections", optarg);
		break;
	case OPT_JSON:
		options->serve.json = true;
		break;
	case OPT_VERBOSE:
		options->verbose = true;
		break;
	case OPT_HELP:
		fputs(usage, stdout);
		exit(0);
	default:
		fputs("Try --help.\n", stderr);
		exit(2);
	}
}

static void parse_options(struct options *options, int argc, char **argv)
{
	int opt;

	*options = (struct options) {
		.alpn = "quic-demo",
		.serve = { .in_dirfd = -1, .out_dirfd = -1,
			   .max_bytes = 4ULL << 30 },
	};
	while ((opt = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		take_option(options, opt);
	if (optind != argc)
		errx(2, "unexpected argument '%s'; try --help", argv[optind]);
	if (!options->listen)
		errx(2, "--listen is missing; try --help");
	if (!options->psk && (!options->cert || !options->key))
		errx(2, "--cert and --key, or --psk, are needed; try --help");
}

static void print_log(int level, const char *msg)
{
	(void)level;
	warnx("%s", msg);
}

static void configure(int fd, const struct options *options)
{
	struct quic_config config = {
		.version = options->version,
		.validate_peer_address = options->retry,
	};
	struct quic_transport_param param = {
		.disable_compatible_version = options->only,
		.disable_1rtt_encryption = options->clear,
	};
	int on = options->reuseport;

	if (setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_ALPN, options->alpn,
		       strlen(options->alpn)))
		err(1, "setting the ALPN");
	if ((options->version || options->retry) &&
	    setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_CONFIG, &config,
		       sizeof(config)))
		err(1, "setting version and address validation");
	if ((options->only || options->clear) &&
	    setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_TRANSPORT_PARAM, &param,
		       sizeof(param)))
		err(1, "setting transport parameters");
	if (on && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)))
		err(1, "SO_REUSEPORT");
}

/* sin_port and sin6_port are at the same place. */
static void set_preferred(int fd, const char *text)
{
	struct address own = { .len = sizeof(own.addr) };
	struct address address;
	in_port_t *port;

	if (address_parse(&address, text))
		exit(2);
	port = &((struct sockaddr_in *)&address.addr)->sin_port;
	if (!*port &&
	    !getsockname(fd, (struct sockaddr *)&own.addr, &own.len))
		*port = ((struct sockaddr_in *)&own.addr)->sin_port;
	if (setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_CONNECTION_MIGRATION,
		       &address.addr, address.len))
		err(1, "preferred address %s", text);
}

static void set_ticket_key(int fd, const char *path)
{
	unsigned char secret[QUIC_TICKET_SECRET_LEN];
	FILE *file = fopen(path, "r");

	if (!file)
		err(1, "%s", path);
	if (fread(secret, 1, sizeof(secret), file) != sizeof(secret))
		errx(1, "%s: want %zu bytes", path, sizeof(secret));
	fclose(file);
	if (setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_TICKET_SECRET, secret,
		       sizeof(secret)))
		err(1, "setting the ticket key");
	explicit_bzero(secret, sizeof(secret));
}

static int open_listener(const struct options *options)
{
	struct address address;
	unsigned int i;
	int fd;

	if (address_parse(&address, options->listen))
		exit(2);
	fd = socket(address.addr.ss_family, SOCK_DGRAM, IPPROTO_QUIC);
	if (fd < 0)
		err(1, "QUIC socket (is the quic module loaded?)");
	configure(fd, options);
	if (options->ticket_key)
		set_ticket_key(fd, options->ticket_key);
	if (options->serve.echo && datagram_offer(fd))
		err(1, "offering datagrams");
	if (bind(fd, (struct sockaddr *)&address.addr, address.len))
		err(1, "bind %s", options->listen);
	if (listen(fd, 16))
		err(1, "listen %s", options->listen);
	for (i = 0; i < options->n_prefer; i++)
		set_preferred(fd, options->prefer[i]);
	return fd;
}

static void print_ready(int fd, bool json)
{
	struct address address = { .len = sizeof(address.addr) };
	char text[ADDRESS_TEXT_LEN];

	if (getsockname(fd, (struct sockaddr *)&address.addr, &address.len))
		err(1, "getsockname");
	address_print(&address, text);
	printf(json ? "{\"event\":\"listening\",\"address\":\"%s\"}\n" :
		      "listening on %s\n", text);
	fflush(stdout);
}

/* Before fork(): early data is good for tickets issued from here on. */
static void make_server(struct options *options)
{
	const struct quic_server_config config = {
		.size = sizeof(config),
		.pkey_file = options->psk ?: options->key,
		.cert_file = options->psk ? NULL : options->cert,
		.ca_file = options->client_ca,
		.alpns = options->alpn,
		.client_cert = options->client_cert,
		.early_data = options->early_data,
	};
	int ret = quic_server_new(&options->server, &config);

	if (ret)
		errx(1, "server: error %d", ret);
}

static void tell_end(int fd, const char *peer)
{
	printf("{\"event\":\"closed\",\"peer\":\"%s\",\"stats\":", peer);
	stats_print(stdout, fd);
	printf("}\n");
	fflush(stdout);
}

static int serve_client(int fd, const struct address *peer,
			const struct options *options)
{
	char text[ADDRESS_TEXT_LEN];
	int ret;

	address_print(peer, text);
	ret = quic_server_run(options->server, fd);
	if (ret) {
		warnx("%s: handshake failed (%d)", text, ret);
		close(fd);
		return 1;
	}
	printf(options->serve.json ?
	       "{\"event\":\"connected\",\"peer\":\"%s\",\"early_data\":\"%s\"}\n" :
	       "connection from %s, early data %s\n", text,
	       session_early_state(fd));
	fflush(stdout);
	ret = options->h3 ? h3_serve(fd, &options->serve) :
			    serve_connection(fd, &options->serve);
	if (options->serve.json)
		tell_end(fd, text);
	close(fd);
	return ret ? 1 : 0;
}

static void start_child(int listener, int fd, const struct address *peer,
			const struct options *options)
{
	pid_t parent = getpid();
	pid_t pid = fork();

	if (pid < 0)
		warn("fork");
	if (pid) {
		close(fd);
		return;
	}
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		exit(1);
	close(listener);
	exit(serve_client(fd, peer, options));
}

static int child_failed(int status)
{
	return !WIFEXITED(status) || WEXITSTATUS(status);
}

static void accept_one(int listener, const struct options *options)
{
	struct address peer = { .len = sizeof(peer.addr) };
	int fd;

	do {
		fd = accept(listener, (struct sockaddr *)&peer.addr, &peer.len);
	} while (fd < 0 && errno == EINTR);
	if (fd < 0)
		err(1, "accept");
	start_child(listener, fd, &peer, options);
}

int main(int argc, char **argv)
{
	struct options options;
	int listener, status;
	uint64_t count = 0;
	bool failed = false;

	parse_options(&options, argc, argv);
	quic_set_log_func(print_log);
	if (options.verbose)
		quic_set_log_level(7);
	make_server(&options);
	listener = open_listener(&options);
	print_ready(listener, options.serve.json);
	while (!options.connections || count < options.connections) {
		accept_one(listener, &options);
		count++;
		while (waitpid(-1, &status, WNOHANG) > 0)
			failed = failed || child_failed(status);
	}
	close(listener);
	while (wait(&status) > 0)
		failed = failed || child_failed(status);
	return failed ? 1 : 0;
}
