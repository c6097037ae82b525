// SPDX-License-Identifier: GPL-2.0-only
/* quic-client: sends and fetches files over QUIC. */
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <netinet/quic.h>

#include "address.h"
#include "datagram.h"
#include "h3.h"
#include "hq.h"
#include "migrate.h"
#include "number.h"
#include "progress.h"
#include "session.h"
#include "stats.h"
#include "store.h"
#include "stream.h"
#include "token.h"
#include "transfer.h"

static const char usage[] =
"usage: quic-client [options] ADDR:PORT\n"
"\n"
"Sends and fetches files over one QUIC connection to quic-server, in the\n"
"order given, and compares SHA-256 at both ends.\n"
"\n"
"  --put FILE           send a file; may be given again\n"
"  --get NAME           fetch a file; may be given again\n"
"  --echo BYTES         send bytes to quic-server --echo and compare\n"
"  --streams N          ... on each of N streams at a time (default: 1)\n"
"  --hq                 fetch all files at the same time, by HTTP/0.9\n"
"                       (protocol \"hq-interop\")\n"
"  --h3                 ... or by HTTP/3\n"
"  --datagrams N        send N datagrams to quic-server --echo and compare\n"
"  --out DIR            where fetched files go (default: here)\n"
"  --ca FILE            certificates to trust, PEM (default: the system's,\n"
"                       or the file that SSL_CERT_FILE names)\n"
"  --host NAME          name the server's certificate must carry (default:\n"
"                       its IP address)\n"
"  --psk FILE           pre-shared key, a line \"identity:hex\", instead\n"
"  --alpn LIST          protocols to offer, \"a,b\" (default: quic-demo)\n"
"  --cipher NAME        offer only aes128gcm, aes256gcm, aes128ccm or\n"
"                       chacha20poly1305\n"
"  --version V          begin with QUIC v1 (default) or v2\n"
"  --only               and stay with it: the server may not choose another\n"
"  --no-1rtt-encryption send 1-RTT packets in clear, if the server does, too\n"
"  --token-file FILE    use the token in it, if there is one, and keep the\n"
"                       one that the server gives\n"
"  --congestion NAME    reno, cubic or bbr (default: reno)\n"
"  --pace BYTES         pace at this many bytes a second at most\n"
"  --cert FILE          own certificate chain, PEM, for a server that asks\n"
"  --key FILE           its private key, PEM\n"
"  --session FILE       resume the session in it, if there is one, and keep\n"
"                       what the next connection needs to resume this one\n"
"  --early-data         ... and send the first request before the handshake\n"
"                       is done; a PUT only of at most 8 KiB\n"
"  --rate BYTES         send at this many bytes a second at most; SIGUSR1\n"
"                       lifts the limit\n"
"  --update-keys MS     start a key update every so many milliseconds\n"
"  --migrate ADDR:PORT  move to that local address, port 0: any\n"
"  --rebind             move to another local port\n"
"  --migrate-after MS   ... so long after the handshake (default: 100), or,\n"
"                       if this says USR2, at that signal\n"
"  --timeout SECONDS    give up after this long, with status 1\n"
"  --json               print one JSON object when done\n"
"  --quiet              no progress\n"
"  --verbose            say more about the handshake\n"
"  --help\n"
"\n"
"BYTES may end in k, M or G. With SSLKEYLOGFILE in the environment the TLS\n"
"secrets are appended to that file, for Wireshark.\n"
"Status: 0 all transferred, 1 failure, 2 wrong usage.\n";

#define ACTIONS_MAX	2048

enum action_kind {
	ACTION_PUT,
	ACTION_GET,
	ACTION_ECHO,
	ACTION_DATAGRAMS,
};

static const char *const action_names[] = {
	[ACTION_PUT] = "put",
	[ACTION_GET] = "get",
	[ACTION_ECHO] = "echo",
	[ACTION_DATAGRAMS] = "datagrams",
};

struct action {
	enum action_kind kind;
	const char *arg;
	struct transfer result;
};

struct options {
	const char *target;
	const char *ca;
	const char *host;
	const char *psk;
	const char *alpn;
	const char *cert;
	const char *key;
	const char *session;
	bool early_data;
	struct transfer_early early;
	struct fetches fetches;
	struct transfer *transfers;
	const char *token_file;
	uint32_t version;
	bool only;
	bool clear;
	uint32_t cipher;
	const char *congestion;
	uint64_t pace;
	int out_dirfd;
	uint64_t rate;
	uint64_t timeout_s;
	uint64_t update_ms;
	const char *migrate;
	uint64_t migrate_ms;
	bool rebind;
	unsigned int streams;
	bool hq;
	bool h3;
	bool datagrams;
	bool json;
	bool quiet;
	bool verbose;
	struct action actions[ACTIONS_MAX];
	unsigned int count;
};

enum {
	OPT_PUT = 256, OPT_GET, OPT_ECHO, OPT_DATAGRAMS, OPT_STREAMS, OPT_OUT,
	OPT_CA, OPT_HOST, OPT_PSK, OPT_ALPN, OPT_CIPHER, OPT_CONGESTION,
	OPT_PACE, OPT_RATE, OPT_TIMEOUT,
	OPT_UPDATE_KEYS, OPT_JSON, OPT_QUIET, OPT_VERBOSE, OPT_HQ, OPT_H3,
	OPT_VERSION, OPT_ONLY, OPT_CLEAR, OPT_TOKEN_FILE,
	OPT_MIGRATE, OPT_REBIND, OPT_MIGRATE_AFTER,
	OPT_CERT, OPT_KEY, OPT_SESSION, OPT_EARLY_DATA, OPT_HELP,
};

static const struct option long_options[] = {
	{ "put", required_argument, NULL, OPT_PUT },
	{ "get", required_argument, NULL, OPT_GET },
	{ "echo", required_argument, NULL, OPT_ECHO },
	{ "datagrams", required_argument, NULL, OPT_DATAGRAMS },
	{ "streams", required_argument, NULL, OPT_STREAMS },
	{ "hq", no_argument, NULL, OPT_HQ },
	{ "h3", no_argument, NULL, OPT_H3 },
	{ "out", required_argument, NULL, OPT_OUT },
	{ "ca", required_argument, NULL, OPT_CA },
	{ "host", required_argument, NULL, OPT_HOST },
	{ "psk", required_argument, NULL, OPT_PSK },
	{ "alpn", required_argument, NULL, OPT_ALPN },
	{ "cipher", required_argument, NULL, OPT_CIPHER },
	{ "version", required_argument, NULL, OPT_VERSION },
	{ "only", no_argument, NULL, OPT_ONLY },
	{ "no-1rtt-encryption", no_argument, NULL, OPT_CLEAR },
	{ "token-file", required_argument, NULL, OPT_TOKEN_FILE },
	{ "congestion", required_argument, NULL, OPT_CONGESTION },
	{ "pace", required_argument, NULL, OPT_PACE },
	{ "cert", required_argument, NULL, OPT_CERT },
	{ "key", required_argument, NULL, OPT_KEY },
	{ "session", required_argument, NULL, OPT_SESSION },
	{ "early-data", no_argument, NULL, OPT_EARLY_DATA },
	{ "rate", required_argument, NULL, OPT_RATE },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "update-keys", required_argument, NULL, OPT_UPDATE_KEYS },
	{ "migrate", required_argument, NULL, OPT_MIGRATE },
	{ "rebind", no_argument, NULL, OPT_REBIND },
	{ "migrate-after", required_argument, NULL, OPT_MIGRATE_AFTER },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "quiet", no_argument, NULL, OPT_QUIET },
	{ "verbose", no_argument, NULL, OPT_VERBOSE },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

static void add_action(struct options *options, enum action_kind kind)
{
	struct action *action = &options->actions[options->count];

	if (options->count == ACTIONS_MAX)
		errx(2, "at most %d transfers at a time", ACTIONS_MAX);
	action->kind = kind;
	action->arg = optarg;
	options->count++;
}

static uint32_t parse_cipher(const char *name)
{
	static const char *const names[] = {
		"aes128gcm", "aes256gcm", "aes128ccm", "chacha20poly1305",
	};
	unsigned int i;

	for (i = 0; i < 4; i++)
		if (!strcmp(name, names[i]))
			return TLS_CIPHER_AES_GCM_128 + i;
	errx(2, "--cipher: unknown name '%s'; try --help", name);
}

static void take_option(struct options *options, int opt)
{
	switch (opt) {
	case OPT_PUT:
		add_action(options, ACTION_PUT);
		break;
	case OPT_GET:
		add_action(options, ACTION_GET);
		break;
	case OPT_ECHO:
		number_parse("echo", optarg);
		add_action(options, ACTION_ECHO);
		break;
	case OPT_DATAGRAMS:
		number_parse("datagrams", optarg);
		add_action(options, ACTION_DATAGRAMS);
		options->datagrams = true;
		break;
	case OPT_STREAMS:
		options->streams = number_parse_to("streams", optarg,
						   UINT16_MAX);
		break;
	case OPT_HQ:
		options->hq = true;
		options->alpn = HQ_ALPN;
		break;
	case OPT_H3:
		if (!h3_available())
			exit(2);
		options->h3 = true;
		options->alpn = H3_ALPN;
		break;
	case OPT_OUT:
		options->out_dirfd = store_open(optarg);
		break;
	case OPT_CA:
		options->ca = optarg;
		break;
	case OPT_HOST:
		options->host = optarg;
		break;
	case OPT_PSK:
		options->psk = optarg;
		break;
	case OPT_ALPN:
		options->alpn = optarg;
		break;
	case OPT_CIPHER:
		options->cipher = parse_cipher(optarg);
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
	case OPT_TOKEN_FILE:
		options->token_file = optarg;
		break;
	case OPT_CONGESTION:
		options->congestion = optarg;
		break;
	case OPT_PACE:
		options->pace = number_parse("pace", optarg);
		break;
	case OPT_CERT:
		options->cert = optarg;
		break;
	case OPT_KEY:
		options->key = optarg;
		break;
	case OPT_SESSION:
		options->session = optarg;
		break;
	case OPT_EARLY_DATA:
		options->early_data = true;
		break;
	case OPT_RATE:
		options->rate = number_parse("rate", optarg);
		break;
	case OPT_TIMEOUT:
		options->timeout_s = number_parse_to("timeout", optarg,
						     INT32_MAX);
		break;
	case OPT_UPDATE_KEYS:
		options->update_ms = number_parse_to("update-keys", optarg,
						     INT32_MAX);
		break;
	case OPT_MIGRATE:
		options->migrate = optarg;
		break;
	case OPT_REBIND:
		options->rebind = true;
		break;
	case OPT_MIGRATE_AFTER:
		options->migrate_ms = !strcmp(optarg, "USR2") ? MIGRATE_ON_SIGNAL :
				      number_parse_to("migrate-after", optarg,
						      INT32_MAX);
		break;
	case OPT_JSON:
		options->json = true;
		break;
	case OPT_QUIET:
		options->quiet = true;
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

static void check_together(const struct options *options)
{
	unsigned int i;

	for (i = 0; i < options->count; i++)
		if (options->actions[i].kind != ACTION_GET ||
		    !request_name_ok(options->actions[i].arg))
			errx(2, "--hq and --h3 can only --get files");
}

static void parse_options(struct options *options, int argc, char **argv)
{
	int opt;

	memset(options, 0, sizeof(*options));
	options->alpn = "quic-demo";
	options->streams = 1;
	options->migrate_ms = 100;
	options->early.sid = -1;
	options->out_dirfd = -1;
	while ((opt = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		take_option(options, opt);
	if (optind != argc - 1)
		errx(2, "want one ADDR:PORT; try --help");
	options->target = argv[optind];
	if (options->early_data && !options->session)
		errx(2, "--early-data needs the session of an earlier connection: --session");
	if (options->hq || options->h3)
		check_together(options);
	if (options->out_dirfd < 0)
		options->out_dirfd = store_open(".");
}

static void print_log(int level, const char *msg)
{
	(void)level;
	warnx("%s", msg);
}

static void give_up(int sig)
{
	static const char text[] = "quic-client: gave up: --timeout\n";

	(void)sig;
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(1);
	_exit(1);
}

static int update_fd;
static volatile sig_atomic_t updates;

/* One that is refused, because the last is not through, is no loss. */
static void update_keys(int sig)
{
	int saved = errno;

	(void)sig;
	if (!setsockopt(update_fd, SOL_QUIC, QUIC_SOCKOPT_KEY_UPDATE, NULL, 0))
		updates++;
	errno = saved;
}

static void start_updates(int fd, uint64_t every_ms)
{
	struct sigaction action = {
		.sa_handler = update_keys, .sa_flags = SA_RESTART,
	};
	struct sigevent event = {
		.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN,
	};
	struct timespec step = {
		.tv_sec = every_ms / 1000,
		.tv_nsec = every_ms % 1000 * 1000000,
	};
	struct itimerspec spec = { .it_interval = step, .it_value = step };
	timer_t timer;

	update_fd = fd;
	if (sigaction(SIGRTMIN, &action, NULL) ||
	    timer_create(CLOCK_MONOTONIC, &event, &timer) ||
	    timer_settime(timer, 0, &spec, NULL))
		err(1, "timer of the key updates");
}

static void set_congestion(int fd, const char *name)
{
	if (name && setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_CONGESTION, name,
			       strlen(name)))
		err(1, "congestion control '%s'", name);
}

static void set_pace(int fd, uint64_t bytes_s)
{
	if (bytes_s && setsockopt(fd, SOL_SOCKET, SO_MAX_PACING_RATE, &bytes_s,
				  sizeof(bytes_s)))
		err(1, "setting the pace");
}

static void configure(int fd, const struct options *options)
{
	struct quic_config config = {
		.payload_cipher_type = options->cipher,
		.version = options->version,
	};
	struct quic_transport_param params = {
		.disable_compatible_version = options->only,
		.disable_1rtt_encryption = options->clear,
	};

	if ((options->cipher || options->version) &&
	    setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_CONFIG, &config,
		       sizeof(config)))
		err(1, "setting cipher and version");
	if ((options->only || options->clear) &&
	    setsockopt(fd, SOL_QUIC, QUIC_SOCKOPT_TRANSPORT_PARAM, &params,
		       sizeof(params)))
		err(1, "setting transport parameters");
	if (options->token_file)
		token_load(fd, options->token_file,
			   options->version ?: QUIC_VERSION_V1);
}

static int connect_target(const struct options *options)
{
	struct address address;
	int fd;

	if (address_parse(&address, options->target))
		exit(2);
	fd = socket(address.addr.ss_family, SOCK_DGRAM, IPPROTO_QUIC);
	if (fd < 0)
		err(1, "QUIC socket (is the quic module loaded?)");
	configure(fd, options);
	set_congestion(fd, options->congestion);
	set_pace(fd, options->pace);
	stream_real_errors(fd);
	if (options->datagrams && datagram_offer(fd))
		err(1, "offering datagrams");
	if (connect(fd, (struct sockaddr *)&address.addr, address.len))
		err(1, "connect %s", options->target);
	return fd;
}

static int open_together(struct options *options, int fd)
{
	unsigned int i;

	options->fetches = (struct fetches) {
		.protocol = options->h3 ? &h3_protocol : &hq_protocol,
		.sockfd = fd,
		.dirfd = options->out_dirfd,
		.authority = options->host ?: options->target,
		.count = options->count,
	};
	options->transfers = calloc(options->count + 1,
				    sizeof(*options->transfers));
	if (!options->transfers)
		err(1, "memory");
	for (i = 0; i < options->count; i++)
		strcpy(options->transfers[i].name, options->actions[i].arg);
	return fetch_open(&options->fetches, options->transfers);
}

static int send_early(int fd, void *arg)
{
	struct options *options = arg;
	struct action *first = &options->actions[0];

	if (options->hq || options->h3)
		return open_together(options, fd) ||
		       fetch_early(&options->fetches) ? -ECANCELED : 0;
	if (!options->count)
		return 0;
	if (first->kind == ACTION_GET)
		return transfer_early_get(&options->early, fd, first->arg) ?
		       -ECANCELED : 0;
	if (first->kind == ACTION_PUT)
		return transfer_early_put(&options->early, fd, first->arg) ?
		       -ECANCELED : 0;
	return 0;
}

static int shake_hands(int fd, struct options *options,
		       struct quic_client **client)
{
	static struct session session;
	struct quic_client_config config = {
		.size = sizeof(config),
		.ca_file = options->ca,
		.psk_file = options->psk,
		.cert_file = options->cert,
		.pkey_file = options->key,
		.hostname = options->host,
		.alpns = options->alpn,
		.early_data = options->early_data ? send_early : NULL,
		.early_arg = options,
	};
	int ret;

	if (options->session && session_load(&session, options->session))
		return -EINVAL;
	if (session.len) {
		config.session = session.data;
		config.session_len = session.len;
	}
	ret = quic_client_new(client, fd, &config);
	return ret ? ret : quic_client_run(*client);
}

static int run_action(struct options *options, struct action *action, int fd)
{
	struct transfer_config config = {
		.sockfd = fd,
		.rate = options->rate,
		.quiet = options->quiet,
	};
	struct transfer *result = &action->result;

	if (action == &options->actions[0])
		config.early = &options->early;
	switch (action->kind) {
	case ACTION_PUT:
		return transfer_put(result, &config, action->arg);
	case ACTION_GET:
		return transfer_get(result, &config, action->arg,
				    options->out_dirfd);
	case ACTION_DATAGRAMS:
		return transfer_datagrams(result, &config,
					  number_parse("datagrams",
						       action->arg));
	case ACTION_ECHO:
		break;
	}
	return transfer_echo(result, &config, options->streams,
			     number_parse("echo", action->arg));
}

static void print_text(const struct action *action)
{
	const struct transfer *result = &action->result;

	printf("%s %s: %llu bytes in %.3f s%s%s\n", action_names[action->kind],
	       result->name, (unsigned long long)result->bytes,
	       result->seconds, result->sha256[0] ? ", sha256 " : ", equal",
	       result->sha256);
	fflush(stdout);
}

/* Names passed request_name_ok(): nothing in them needs an escape. */
static void print_json(const struct options *options, int fd,
		       unsigned int done, double handshake_s)
{
	const struct transfer *result;
	unsigned int i;

	printf("{\"ok\":%s,\"handshake_seconds\":%.4f,\"transfers\":[",
	       done == options->count ? "true" : "false", handshake_s);
	for (i = 0; i < done; i++) {
		result = &options->actions[i].result;
		printf("%s{\"op\":\"%s\",\"name\":\"%s\",\"bytes\":%llu,\"sha256\":\"%s\",\"seconds\":%.3f}",
		       i ? "," : "", action_names[options->actions[i].kind],
		       result->name, (unsigned long long)result->bytes,
		       result->sha256, result->seconds);
	}
	printf("],\"early_data\":\"%s\",\"stats\":", session_early_state(fd));
	stats_print(stdout, fd);
	printf("}\n");
}

/* All or nothing: files that are fetched together are told together. */
static unsigned int run_together(struct options *options, int fd)
{
	unsigned int i;
	int ret;

	if (!options->transfers && open_together(options, fd))
		return 0;
	ret = fetch_run(&options->fetches);
	for (i = 0; i < options->count && !ret; i++) {
		options->actions[i].result = options->transfers[i];
		if (!options->json)
			print_text(&options->actions[i]);
	}
	fetch_close(&options->fetches);
	free(options->transfers);
	return ret ? 0 : options->count;
}

static unsigned int run_actions(struct options *options, int fd)
{
	unsigned int i;

	if (options->hq || options->h3)
		return run_together(options, fd);
	for (i = 0; i < options->count; i++) {
		if (run_action(options, &options->actions[i], fd))
			break;
		if (!options->json)
			print_text(&options->actions[i]);
	}
	return i;
}

int main(int argc, char **argv)
{
	static struct options options;
	struct quic_client *client = NULL;
	unsigned int done = 0;
	double handshake_s;
	uint64_t start_ns;
	int fd, ret;

	parse_options(&options, argc, argv);
	quic_set_log_func(print_log);
	if (options.verbose)
		quic_set_log_level(7);
	if (options.timeout_s) {
		signal(SIGALRM, give_up);
		alarm(options.timeout_s);
	}
	progress_lift_on(SIGUSR1);
	start_ns = progress_now_ns();
	fd = connect_target(&options);
	ret = shake_hands(fd, &options, &client);
	handshake_s = (double)(progress_now_ns() - start_ns) / 1e9;
	if (ret)
		warnx("%s: handshake failed (%d)", options.target, ret);
	else if (options.update_ms)
		start_updates(fd, options.update_ms);
	if (!ret && (options.migrate || options.rebind))
		migrate_start(fd, options.migrate, options.migrate_ms);
	if (!ret)
		done = run_actions(&options, fd);
	migrate_report(fd);
	if (!ret && options.session && session_save(client, options.session))
		done = 0;
	quic_client_free(client);
	if (options.early_data && !options.quiet)
		warnx("early data: %s", session_early_state(fd));
	if (updates)
		warnx("keys updated %d times", (int)updates);
	if (options.json)
		print_json(&options, fd, ret ? 0 : done, handshake_s);
	if (!ret && options.token_file)
		token_save(fd, options.token_file);
	close(fd);
	return ret || done != options.count ? 1 : 0;
}
