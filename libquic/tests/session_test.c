// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Resumption, early data and client certificates, in memory.
 * usage: libquic-session-test SCRATCH_DIR
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>

#include <netinet/quic.h>

#include "certs.h"
#include "pair.h"
#include "replay.h"
#include "saved.h"
#include "tap.h"
#include "ticket.h"
#include "tls.h"

static const char *scratch;
static struct cert ca, fake_ca, good, friend, stranger, wrong_use;

static struct side client, server;
static struct quic_tls client_tls, server_tls;
static unsigned char key[QUIC_TICKET_KEY_LEN];
static gnutls_anti_replay_t guard;

static unsigned char data[16384];
static size_t data_len;
static bool early;

static struct quic_tls_client client_want(void)
{
	return (struct quic_tls_client) {
		.ca_file = ca.cert_file,
		.hostname = "server.test",
		.alpns = "quic-demo",
	};
}

static struct quic_tls_server server_want(void)
{
	return (struct quic_tls_server) {
		.pkey_file = good.key_file,
		.cert_file = good.cert_file,
		.alpns = "quic-demo",
		.ticket_key = key,
		.replay = guard,
	};
}

static void must(int ret, const char *what)
{
	if (ret >= 0)
		return;
	printf("Bail out! %s: %s\n", what, gnutls_strerror(ret));
	exit(1);
}

/* @resume: with the data that take_session() took */
static void open_pair(const struct quic_tls_client *cw,
		      const struct quic_tls_server *sw, bool resume)
{
	side_init(&client, &server, 0xc1);
	side_init(&server, &client, 0x5e);
	must(quic_tls_open_client(&client_tls, cw), "client");
	must(quic_tls_open_server(&server_tls, sw), "server");
	if (resume)
		must(quic_session_set_data(client_tls.session, data, data_len),
		     "session data");
}

static void start_client(void)
{
	const struct quic_handshake_opts opts = {
		.alpn_required = true, .alpn_early = "quic-demo",
	};

	side_start(&client, client_tls.session, &opts);
}

static void start_server(void)
{
	const struct quic_handshake_opts opts = {
		.alpn_required = true, .tickets = 1,
	};

	side_start(&server, server_tls.session, &opts);
}

static void run_pair(void)
{
	start_client();
	start_server();
	pair_run(&client, &server);
}

static void close_pair(void)
{
	quic_tls_close(&client_tls);
	quic_tls_close(&server_tls);
	free(client.queue);
	free(server.queue);
}

static void expect_complete(const char *name)
{
	char text[128];

	snprintf(text, sizeof(text), "%s: both complete", name);
	if (!ok(client.done && server.done && !client.ret && !server.ret,
		text))
		printf("# client %d %s, server %d %s\n", client.ret,
		       gnutls_strerror(client.ret), server.ret,
		       gnutls_strerror(server.ret));
	snprintf(text, sizeof(text), "%s: no rule broken", name);
	if (!ok(!client.broken && !server.broken, text))
		printf("# client: %s, server: %s\n", client.broken,
		       server.broken);
	snprintf(text, sizeof(text), "%s: 1-RTT secrets agree", name);
	ok(secrets_match(&client, &server, QUIC_CRYPTO_APP) &&
	   secrets_match(&server, &client, QUIC_CRYPTO_APP), text);
}

/* What the kernel would have kept of the server's last messages. */
static void take_session(void)
{
	while (client.head < client.tail &&
	       client.ticket_len < sizeof(client.ticket)) {
		if (client.queue[client.head] == QUIC_CRYPTO_APP)
			client.ticket[client.ticket_len++] =
				client.queue[client.head + 1];
		client.head += 2;
	}
	is(quic_ticket_take(client_tls.session, &pair_ops, &client, &early), 0,
	   "ticket");
	data_len = sizeof(data);
	is(quic_ticket_get(client_tls.session, &pair_ops, &client, data,
			   &data_len), 0, "session data");
}

/* RFC 9001 4.6.1: early_data of the ticket says 0xffffffff, or is not there */
static bool ticket_allows_early(void)
{
	static const uint8_t ext[] = {
		0, 42, 0, 4, 0xff, 0xff, 0xff, 0xff,
	};

	return memmem(client.ticket, client.ticket_len, ext, sizeof(ext));
}

/* A first connection, for its ticket. */
static void connect_first(const struct quic_tls_client *cw,
			  const struct quic_tls_server *sw)
{
	open_pair(cw, sw, false);
	run_pair();
	expect_complete("first connection");
	ok(!client.installed[QUIC_CRYPTO_EARLY][1], "no early data in it");
	take_session();
	is(ticket_allows_early(), !!sw->replay,
	   "its ticket allows early data, or not");
	is(early, !!sw->replay, "and that is seen");
	close_pair();
}

static void test_resumed(void)
{
	struct quic_tls_client cw = client_want();
	struct quic_tls_server sw = server_want();

	sw.replay = NULL;
	connect_first(&cw, &sw);
	cw.early = true;
	open_pair(&cw, &sw, true);
	run_pair();
	expect_complete("resumed without early data");
	ok(gnutls_session_is_resumed(client_tls.session), "resumed");
	ok(!server.installed[QUIC_CRYPTO_EARLY][0],
	   "a server without a guard takes no early data");
	close_pair();
}

static void test_accepted(void)
{
	struct quic_tls_client cw = client_want();
	struct quic_tls_server sw = server_want();
	uint8_t *hello;
	size_t len;

	connect_first(&cw, &sw);
	cw.early = true;
	open_pair(&cw, &sw, true);
	start_client();
	while (side_step(&client))
		;
	ok(client.installed[QUIC_CRYPTO_EARLY][1],
	   "0-RTT secret behind the ClientHello");
	ok(quic_handshake_of(client_tls.session)->early_sent,
	   "early data can be sent");
	len = server.tail;
	hello = malloc(len);
	memcpy(hello, server.queue, len);
	start_server();
	pair_run(&client, &server);
	expect_complete("early data");
	ok(gnutls_session_is_resumed(client_tls.session), "resumed");
	ok(secrets_match(&client, &server, QUIC_CRYPTO_EARLY),
	   "0-RTT secrets agree");
	is(client.early, QUIC_EARLY_DATA_ACCEPTED, "accepted");
	close_pair();

	/* RFC 9001 9.2: the same ClientHello, by whoever recorded it */
	open_pair(&cw, &sw, false);
	memcpy(server.queue, hello, len);
	server.tail = len;
	start_server();
	while (side_step(&server))
		;
	ok(server.installed[QUIC_CRYPTO_HANDSHAKE][1],
	   "replay: the handshake goes on");
	ok(!server.installed[QUIC_CRYPTO_EARLY][0],
	   "replay: early data is not opened");
	close_pair();
	free(hello);
}

static void test_changed_key(void)
{
	struct quic_tls_client cw = client_want();
	struct quic_tls_server sw = server_want();

	connect_first(&cw, &sw);
	key[5] ^= 1;
	cw.early = true;
	open_pair(&cw, &sw, true);
	run_pair();
	expect_complete("another ticket key");
	ok(!gnutls_session_is_resumed(client_tls.session), "not resumed");
	ok(client.installed[QUIC_CRYPTO_EARLY][1] &&
	   !server.installed[QUIC_CRYPTO_EARLY][0],
	   "0-RTT secret at the client only");
	is(client.early, QUIC_EARLY_DATA_REJECTED, "rejected");
	close_pair();
}

static void expect_refused(struct side *side, unsigned int code,
			   const char *name)
{
	char text[128];

	snprintf(text, sizeof(text), "%s: fails", name);
	ok(side->ret, text);
	snprintf(text, sizeof(text), "%s: closes with 0x%x", name, code);
	is(side->closed ? (int)side->close.errcode : -1, code, text);
}

static void shake_certs(int client_cert, const struct cert *own)
{
	struct quic_tls_client cw = client_want();
	struct quic_tls_server sw = server_want();

	if (own) {
		cw.cert_file = own->cert_file;
		cw.pkey_file = own->key_file;
	}
	sw.client_cert = client_cert;
	sw.ca_file = ca.cert_file;
	open_pair(&cw, &sw, false);
	run_pair();
}

static bool has_client_cert(void)
{
	unsigned int count;

	return gnutls_certificate_get_peers(server_tls.session, &count);
}

static void test_client_certs(void)
{
	shake_certs(0, &friend);
	expect_complete("client certificate, not asked for");
	ok(!has_client_cert(), "none is sent");
	close_pair();
	shake_certs(1, NULL);
	expect_complete("client certificate, optional, not there");
	close_pair();
	shake_certs(1, &friend);
	expect_complete("client certificate, optional");
	ok(has_client_cert(), "it is sent");
	close_pair();
	shake_certs(2, &friend);
	expect_complete("client certificate, required");
	ok(has_client_cert(), "it is sent");
	close_pair();
	/* RFC 8446 6.2: certificate_required, bad_certificate */
	shake_certs(2, NULL);
	expect_refused(&server, 0x174, "client certificate missing");
	close_pair();
	shake_certs(1, &stranger);
	expect_refused(&server, 0x12a, "client certificate of a stranger");
	close_pair();
	shake_certs(2, &wrong_use);
	expect_refused(&server, 0x12a, "client with a server's certificate");
	close_pair();
}

static void test_saved(void)
{
	struct quic_saved in = {
		.version = QUIC_VERSION_V2, .alpn = "h3",
		.peer = "somebody", .tls = "secret", .tls_len = 6,
	}, out;
	unsigned char bytes[512], *exact;
	size_t size = 10, i;

	in.params.max_data = 0x123456789aULL;
	in.params.max_streams_bidi = 77;
	in.params.max_stream_data_uni = 5;
	is(quic_saved_pack(&in, bytes, &size), -ENOSPC, "saved: no room");
	ok(size > 6 && size < sizeof(bytes), "saved: room needed is told");
	is(quic_saved_pack(&in, bytes, &size), 0, "saved: packed");
	is(quic_saved_unpack(&out, bytes, size), 0, "saved: unpacked");
	ok(out.version == in.version && !strcmp(out.alpn, "h3") &&
	   !memcmp(out.peer, in.peer, sizeof(in.peer)) &&
	   out.tls_len == 6 && !memcmp(out.tls, "secret", 6) &&
	   out.params.remote && out.params.max_data == in.params.max_data &&
	   out.params.max_streams_bidi == 77 &&
	   out.params.max_stream_data_uni == 5, "saved: the same");
	for (i = 0; i < size - 5; i++) {
		exact = malloc(i ? i : 1);
		memcpy(exact, bytes, i);
		if (!quic_saved_unpack(&out, exact, i) && i <= size - 6)
			break;
		free(exact);
	}
	ok(i == size - 5, "saved: every truncation of the header is refused");
	bytes[0] ^= 1;
	is(quic_saved_unpack(&out, bytes, size), -EINVAL, "saved: magic");
}

/* The protocol of a session that is resumed comes first. */
static void test_alpn_prefer(void)
{
	static const struct {
		const char *list, *name, *want;
	} cases[] = {
		{ "a", "a", "a" }, { "a,b", "a", "a,b" }, { "a,b", "b", "b,a" },
		{ " a , bc", "bc", "bc,a" }, { "a,b", "c", "a,b" },
		{ "1,2,3,4,5,6,7,8", "8", "8,1,2,3,4,5,6,7" },
		{ ",", "", "," },
	};
	char text[64], list[129];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		strcpy(list, cases[i].list);
		quic_alpn_prefer(list, cases[i].name);
		snprintf(text, sizeof(text), "alpn: \"%s\" first of \"%s\"",
			 cases[i].name, cases[i].list);
		ok(!strcmp(list, cases[i].want), text);
	}
}

static void test_configs(void)
{
	struct quic_server_config sc = {
		.size = sizeof(sc), .pkey_file = good.key_file,
		.cert_file = good.cert_file,
		.alpns = "a,b", .early_data = 1,
	};
	struct quic_client_config cc = { .size = sizeof(cc) };
	struct quic_server *s;
	struct quic_client *c;

	is(quic_server_new(&s, &sc), -EINVAL,
	   "early data needs one protocol, not two");
	sc.alpns = NULL;
	is(quic_server_new(&s, &sc), -EINVAL, "nor none");
	sc.alpns = "a";
	is(quic_server_new(&s, &sc), 0, "one");
	quic_server_free(s);
	sc.pkey_file = friend.key_file;
	ok(quic_server_new(&s, &sc), "the key of another certificate");
	sc.pkey_file = "/nothing";
	ok(quic_server_new(&s, &sc), "a key that is not there");
	sc.cert_file = NULL;
	is(quic_server_new(&s, &sc), -ENOENT,
	   "pre-shared keys that are not there");
	sc.pkey_file = good.key_file;
	is(quic_server_new(&s, &sc), -EINVAL, "pre-shared keys that are none");
	sc.size--;
	is(quic_server_new(&s, &sc), -EINVAL, "server config of another size");
	cc.cert_file = "c";
	is(quic_client_new(&c, -1, &cc), -EINVAL, "certificate without key");
	cc.cert_file = NULL;
	cc.size++;
	is(quic_client_new(&c, -1, &cc), -EINVAL,
	   "client config of another size");
	quic_server_free(NULL);
	quic_client_free(NULL);
}

static void make_certs(void)
{
	const struct cert_spec specs[] = {
		{ "ca", NULL, NULL, -10, 10, NULL },
		{ "good", "server.test", &ca, -1, 1, GNUTLS_KP_TLS_WWW_SERVER },
		{ "friend", NULL, &ca, -1, 1, GNUTLS_KP_TLS_WWW_CLIENT },
		{ "stranger", NULL, &fake_ca, -1, 1, NULL },
		{ "wrong-use", NULL, &ca, -1, 1, GNUTLS_KP_TLS_WWW_SERVER },
	};
	struct cert *certs[] = { &ca, &good, &friend, &stranger, &wrong_use };
	char dir[256];
	size_t i;

	/* of the same name: a client sends only what the server knows */
	snprintf(dir, sizeof(dir), "%s/fake", scratch);
	mkdir(dir, 0700);
	cert_make(&fake_ca, dir, &specs[0]);

	for (i = 0; i < ARRAY_SIZE(certs); i++)
		cert_make(certs[i], scratch, &specs[i]);
}

static void free_certs(void)
{
	cert_free(&ca);
	cert_free(&fake_ca);
	cert_free(&good);
	cert_free(&friend);
	cert_free(&stranger);
	cert_free(&wrong_use);
}

static void print_log(int level, const char *msg)
{
	printf("# log %d: %s\n", level, msg);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: libquic-session-test SCRATCH_DIR\n");
		return 2;
	}
	scratch = argv[1];
	unsetenv("SSL_CERT_FILE");
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (getenv("LIBQUIC_TEST_LOG")) {
		quic_set_log_func(print_log);
		quic_set_log_level(LOG_DEBUG);
	}
	memset(key, 7, sizeof(key));
	must(quic_replay_new(&guard), "guard");
	make_certs();
	test_saved();
	test_alpn_prefer();
	test_configs();
	test_resumed();
	test_accepted();
	test_changed_key();
	test_client_certs();
	free_certs();
	gnutls_anti_replay_deinit(guard);
	return tap_end();
}
