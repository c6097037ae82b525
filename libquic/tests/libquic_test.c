// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * libquic without a kernel: clients and servers shake hands in memory.
 * usage: libquic-test SCRATCH_DIR
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include <netinet/quic.h>

#include "alpn.h"
#include "certs.h"
#include "pair.h"
#include "psk.h"
#include "tap.h"
#include "ticket.h"
#include "tls.h"

static const char *scratch;
static struct cert ca, other_ca, good, expired, future, foreign, wrong_use;

static struct side client, server;
static struct quic_tls client_tls, server_tls;
static const struct quic_handshake_opts with_alpn = { .alpn_required = true };

static void make_certs(void)
{
	const struct cert_spec specs[] = {
		{ "ca", NULL, NULL, -10, 10, NULL },
		{ "other-ca", NULL, NULL, -10, 10, NULL },
		{ "good", "server.test", &ca, -1, 1, GNUTLS_KP_TLS_WWW_SERVER },
		{ "expired", "server.test", &ca, -3, -1, NULL },
		{ "future", "server.test", &ca, 1, 3, NULL },
		{ "foreign", "server.test", &other_ca, -1, 1, NULL },
		{ "wrong-use", "server.test", &ca, -1, 1,
		  GNUTLS_KP_TLS_WWW_CLIENT },
	};
	struct cert *certs[] = { &ca, &other_ca, &good, &expired, &future,
				 &foreign, &wrong_use };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(certs); i++)
		cert_make(certs[i], scratch, &specs[i]);
}

static void free_certs(void)
{
	cert_free(&ca);
	cert_free(&other_ca);
	cert_free(&good);
	cert_free(&expired);
	cert_free(&future);
	cert_free(&foreign);
	cert_free(&wrong_use);
}

/* What a client of the tests wants, and a server of the tests has. */
static struct quic_tls_client client_want(void)
{
	return (struct quic_tls_client) {
		.ca_file = ca.cert_file,
		.hostname = "server.test",
		.alpns = "quic-demo,h3",
	};
}

static struct quic_tls_server server_want(void)
{
	return (struct quic_tls_server) {
		.pkey_file = good.key_file,
		.cert_file = good.cert_file,
		.alpns = "h3, quic-demo",
	};
}

static void open_pair(const struct quic_tls_client *cw,
		      const struct quic_tls_server *sw)
{
	int ret;

	side_init(&client, &server, 0xc1);
	side_init(&server, &client, 0x5e);
	ret = quic_tls_open_client(&client_tls, cw);
	if (!ret)
		ret = quic_tls_open_server(&server_tls, sw);
	if (ret) {
		printf("Bail out! sessions: %d %s\n", ret,
		       gnutls_strerror(ret));
		exit(1);
	}
}

static void run_pair(bool client_alpn, bool server_alpn)
{
	const struct quic_handshake_opts c = { .alpn_required = client_alpn };
	const struct quic_handshake_opts s = { .alpn_required = server_alpn };

	side_start(&client, client_tls.session, &c);
	side_start(&server, server_tls.session, &s);
	pair_run(&client, &server);
}

static void close_pair(void)
{
	quic_tls_close(&client_tls);
	quic_tls_close(&server_tls);
	free(client.queue);
	free(server.queue);
}

static void shake(const struct quic_tls_client *cw,
		  const struct quic_tls_server *sw)
{
	open_pair(cw, sw);
	run_pair(cw->alpns, sw->alpns);
}

static void expect_complete(const char *name)
{
	char text[128];
	bool good_pair;

	snprintf(text, sizeof(text), "%s: both complete", name);
	good_pair = client.done && server.done && !client.ret && !server.ret;
	if (!ok(good_pair, text))
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
	snprintf(text, sizeof(text), "%s: Handshake secrets agree", name);
	ok(secrets_match(&client, &server, QUIC_CRYPTO_HANDSHAKE) &&
	   secrets_match(&server, &client, QUIC_CRYPTO_HANDSHAKE), text);
	snprintf(text, sizeof(text), "%s: nobody closed", name);
	ok(!client.closed && !server.closed, text);
}

static void expect_failure(struct side *side, int ret, unsigned int code,
			   const char *name)
{
	char text[128];

	snprintf(text, sizeof(text), "%s: fails", name);
	is(side->ret, ret, text);
	snprintf(text, sizeof(text), "%s: closes with 0x%x", name, code);
	is(side->closed ? (int)side->close.errcode : -1, code, text);
	snprintf(text, sizeof(text), "%s: no 1-RTT keys are usable", name);
	ok(!established(side), text);
	snprintf(text, sizeof(text), "%s: no rule broken", name);
	if (!ok(!client.broken && !server.broken, text))
		printf("# client: %s, server: %s\n", client.broken,
		       server.broken);
}

static void test_x509(void)
{
	struct quic_tls_client cw = client_want();
	struct quic_tls_server sw = server_want();
	char name[32];
	size_t size = sizeof(name);

	shake(&cw, &sw);
	expect_complete("x509");
	ok(client.remote_len == server.local_len &&
	   !memcmp(client.remote, server.local, server.local_len),
	   "x509: client has the server's parameters");
	ok(server.remote_len == client.local_len &&
	   !memcmp(server.remote, client.local, client.local_len),
	   "x509: server has the client's parameters");
	ok(!quic_session_get_alpn(client_tls.session, name, &size) &&
	   size == 9 && !memcmp(name, "quic-demo", 9),
	   "x509: the client's first protocol is agreed on");
	size = 3;
	is(quic_session_get_alpn(client_tls.session, name, &size), -ENOSPC,
	   "alpn: short buffer refused");
	is(size, 9, "alpn: size needed is told");
	is(client.secret[QUIC_CRYPTO_APP][1].type, 51, "AES-128-GCM preferred");
	close_pair();
}

static void test_chunks(void)
{
	struct quic_tls_client cw = client_want();
	struct quic_tls_server sw = server_want();

	open_pair(&cw, &sw);
	client.chunk = 37;
	server.chunk = 1;
	client.notify = true;
	server.notify = true;
	run_pair(true, true);
	expect_complete("pieces and notifications");
	close_pair();
}

static void test_retry(void)
{
	struct quic_tls_client cw = client_want();
	struct quic_tls_server sw = server_want();

	open_pair(&cw, &sw);
	gnutls_priority_set_direct(server_tls.session,
				   QUIC_PRIORITY
				   ":-GROUP-ALL:+GROUP-SECP521R1", NULL);
	run_pair(true, true);
	expect_complete("HelloRetryRequest");
	is(server.param_sets, 1, "HelloRetryRequest: parameters set once");
	close_pair();
}

static void test_ciphers(void)
{
	static const char *const names[] = { "AES-128-GCM", "AES-256-GCM",
					     "AES-128-CCM", "CHACHA20" };
	struct quic_tls_server sw = server_want();
	struct quic_tls_client cw = client_want();
	unsigned int i;

	for (i = 0; i < 4; i++) {
		cw.cipher_type = 51 + i;
		shake(&cw, &sw);
		expect_complete(names[i]);
		is(server.secret[QUIC_CRYPTO_APP][1].type, 51 + i, names[i]);
		close_pair();
	}
	cw.cipher_type = 50;
	is(quic_tls_open_client(&client_tls, &cw), -EINVAL,
	   "unknown cipher type refused");
}

/* RFC 9001 4.4#1: whom the client trusts; RFC 9001 4.8: each alert is an end */
static void test_certificates(void)
{
	static const struct {
		const char *name;
		const struct cert *cert;
		const char *hostname;
		unsigned int code;
	} cases[] = {
		{ "wrong host name", &good, "other.test", 0x12a },
		{ "address instead of name", &good, "127.0.0.1", 0x12a },
		{ "untrusted CA", &foreign, "server.test", 0x130 },
		{ "expired", &expired, "server.test", 0x12d },
		{ "not yet valid", &future, "server.test", 0x12d },
		{ "wrong purpose", &wrong_use, "server.test", 0x12a },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct quic_tls_client cw = client_want();
		struct quic_tls_server sw = server_want();

		cw.hostname = cases[i].hostname;
		sw.cert_file = cases[i].cert->cert_file;
		sw.pkey_file = cases[i].cert->key_file;
		shake(&cw, &sw);
		expect_failure(&client, GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR,
			       cases[i].code, cases[i].name);
		ok(!established(&server), cases[i].name);
		close_pair();
	}
}

static void test_trust_environment(void)
{
	struct quic_tls_client cw = client_want();
	struct quic_tls_server sw = server_want();

	cw.ca_file = NULL;
	setenv("SSL_CERT_FILE", ca.cert_file, 1);
	shake(&cw, &sw);
	expect_complete("SSL_CERT_FILE");
	close_pair();
	setenv("SSL_CERT_FILE", other_ca.cert_file, 1);
	shake(&cw, &sw);
	expect_failure(&client, GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR, 0x130,
		       "SSL_CERT_FILE of another CA");
	close_pair();
	unsetenv("SSL_CERT_FILE");

	cw.hostname = NULL;
	is(quic_tls_open_client(&client_tls, &cw), -EINVAL,
	   "no name to check is refused");
	cw = client_want();
	cw.ca_file = "/nonexistent/ca";
	ok(quic_tls_open_client(&client_tls, &cw), "no CA file is refused");
}

/* RFC 9001 8.1, RFC 9000 7#2 */
static void test_alpn_agreement(void)
{
	struct quic_tls_client cw = client_want();
	struct quic_tls_server sw = server_want();

	sw.alpns = "smb";
	shake(&cw, &sw);
	expect_failure(&server, GNUTLS_E_NO_APPLICATION_PROTOCOL, 0x178,
		       "ALPN: nothing in common");
	close_pair();

	sw.alpns = NULL;
	shake(&cw, &sw);
	expect_failure(&client, GNUTLS_E_NO_APPLICATION_PROTOCOL, 0x178,
		       "ALPN: server answers none");
	close_pair();

	sw = server_want();
	cw.alpns = NULL;
	shake(&cw, &sw);
	expect_failure(&server, GNUTLS_E_NO_APPLICATION_PROTOCOL, 0x178,
		       "ALPN: client offers none");
	close_pair();

	sw.alpns = NULL;
	shake(&cw, &sw);
	expect_complete("ALPN: none wanted");
	close_pair();
}

static void test_alpn_parse(void)
{
	static const struct {
		const char *text;
		int count;	/* -1: refused */
	} cases[] = {
		{ "h3", 1 }, { "a,b", 2 }, { " a , b c ", 2 }, { "", -1 },
		{ ",", -1 }, { "a,", -1 }, { ",a", -1 }, { "a,,b", -1 },
		{ "  ", -1 }, { "1,2,3,4,5,6,7,8", 8 },
		{ "1,2,3,4,5,6,7,8,9", -1 },
		{ "12345678901234567890123456789012", 1 },
		{ "123456789012345678901234567890123", -1 },
	};
	struct quic_alpn_list list;
	char text[64], big[140];
	size_t i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		ret = quic_alpn_parse(&list, cases[i].text,
				      strlen(cases[i].text));
		snprintf(text, sizeof(text), "alpn list \"%.40s\"",
			 cases[i].text);
		is(ret ? -1 : (int)list.count, cases[i].count, text);
	}
	is(quic_alpn_parse(&list, "h3", 3), 0, "alpn: ending zero allowed");
	is(quic_alpn_parse(&list, "h\0003", 3), -EINVAL, "alpn: inner zero");
	memset(big, 'a', sizeof(big));
	for (i = 20; i < sizeof(big); i += 20)
		big[i] = ',';
	is(quic_alpn_parse(&list, big, 128), 0, "alpn: 128 bytes");
	is(quic_alpn_parse(&list, big, 129), -EINVAL, "alpn: 129 bytes");
}

static const char *psk_file(const char *name, const char *text)
{
	static char paths[4][256];
	static unsigned int turn;
	char *path = paths[turn++ % 4];
	gnutls_datum_t data = { (unsigned char *)text, strlen(text) };

	snprintf(path, sizeof(paths[0]), "%s/%s.psk", scratch, name);
	write_pem(path, &data);
	return path;
}

#define KEY_A	"000102030405060708090a0b0c0d0e0f"
#define KEY_B	"f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"

static void test_psk(void)
{
	struct quic_tls_client cw = client_want();
	struct quic_tls_server sw = server_want();

	cw.psk_file = psk_file("client", "# mine\nalice:" KEY_A "\n");
	sw.cert_file = NULL;
	sw.pkey_file = psk_file("server", "bob:" KEY_B "\nalice:" KEY_A "\n");
	shake(&cw, &sw);
	expect_complete("psk");
	is(gnutls_auth_get_type(client_tls.session), GNUTLS_CRD_PSK,
	   "psk: client authenticated by PSK");
	close_pair();

	cw.psk_file = psk_file("wrong", "alice:" KEY_B "\n");
	shake(&cw, &sw);
	ok(server.ret < 0 && server.done, "psk: wrong key fails");
	/* RFC 8446 4.2.11: GnuTLS answers with illegal_parameter */
	is(server.close.errcode, 0x12f, "psk: wrong key is answered");
	ok(!established(&server) && !established(&client), "psk: wrong key");
	close_pair();

	cw.psk_file = psk_file("unknown", "carol:" KEY_A "\n");
	shake(&cw, &sw);
	ok(server.ret < 0 && server.done, "psk: unknown identity fails");
	ok(server.closed && server.close.errcode >= 0x100,
	   "psk: unknown identity closes with an alert");
	close_pair();

	cw.psk_file = NULL;
	shake(&cw, &sw);
	ok(server.ret < 0 && server.done, "psk: certificate client refused");
	close_pair();

	cw.psk_file = psk_file("client", "alice:" KEY_A "\n");
	sw = server_want();
	shake(&cw, &sw);
	ok(client.ret < 0 && client.closed && !established(&client) &&
	   !established(&server), "psk: server with certificate only refused");
	close_pair();
}

static void test_psk_parse(void)
{
	static const struct {
		const char *text;
		int count;	/* -1: refused */
	} cases[] = {
		{ "a:" KEY_A, 1 }, { "a:" KEY_A "\r\n", 1 },
		{ "\n#x\na:" KEY_A "\n\nb:" KEY_B, 2 },
		{ "", -1 }, { "# none\n", -1 }, { "a", -1 }, { "a:", -1 },
		{ ":" KEY_A, -1 }, { "a:00", -1 }, { "a:" KEY_A "0", -1 },
		{ "a:" KEY_A "0g", -1 }, { "a:" KEY_A "\na:" KEY_B, -1 },
		{ "a:" KEY_A KEY_A KEY_A KEY_A, 1 },
		{ "a:" KEY_A KEY_A KEY_A KEY_A "00", -1 },
	};
	char text[512], name[64];
	struct quic_psk_table table;
	size_t i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		ret = quic_psk_parse(&table, cases[i].text,
				     strlen(cases[i].text));
		snprintf(name, sizeof(name), "psk file %zu", i);
		is(ret ? -1 : (int)table.count, cases[i].count, name);
		quic_psk_free(&table);
	}
	memset(text, 'i', 128);
	strcpy(text + 128, ":" KEY_A);
	is(quic_psk_parse(&table, text, strlen(text)), 0, "psk: identity 128");
	quic_psk_free(&table);
	memset(text, 'i', 129);
	strcpy(text + 129, ":" KEY_A);
	is(quic_psk_parse(&table, text, strlen(text)), -EINVAL,
	   "psk: identity 129");
}

static void test_psk_files(void)
{
	char *big = malloc(QUIC_PSK_MAX_FILE_BYTES + 2);
	struct quic_psk_table table;
	char *at = big;
	int i;

	is(quic_psk_load(&table, "/nonexistent/psk"), -ENOENT,
	   "psk: no such file");
	is(quic_psk_load(&table, scratch), -EISDIR, "psk: a directory");
	memset(big, '#', QUIC_PSK_MAX_FILE_BYTES + 1);
	big[QUIC_PSK_MAX_FILE_BYTES + 1] = 0;
	is(quic_psk_load(&table, psk_file("big", big)), -EFBIG,
	   "psk: file too big");
	for (i = 0; i <= QUIC_PSK_MAX_ENTRIES; i++)
		at += sprintf(at, "id%d:" KEY_A "\n", i);
	is(quic_psk_parse(&table, big, at - big), -EINVAL,
	   "psk: too many keys");
	at = strrchr(big, 'i');
	is(quic_psk_parse(&table, big, at - big), 0, "psk: as many as fit");
	quic_psk_free(&table);
	free(big);
}

/* RFC 9001 8.2#1: missing_extension */
static void test_params(void)
{
	struct quic_tls_client cw = client_want();
	struct quic_tls_server sw = server_want();

	open_pair(&cw, &sw);
	client.local_len = 0;
	run_pair(true, true);
	expect_failure(&server, GNUTLS_E_MISSING_EXTENSION, 0x16d,
		       "client without parameters");
	close_pair();

	open_pair(&cw, &sw);
	server.local_len = 0;
	run_pair(true, true);
	expect_failure(&client, GNUTLS_E_MISSING_EXTENSION, 0x16d,
		       "server without parameters");
	close_pair();

	open_pair(&cw, &sw);
	client.local_len = sizeof(client.local);
	server.local_len = sizeof(server.local);
	run_pair(true, true);
	expect_complete("512 bytes of parameters");
	is(server.remote_len, 512, "512 bytes of parameters arrive");
	close_pair();

	open_pair(&cw, &sw);
	server.set_error[QUIC_SOCKOPT_TRANSPORT_PARAM_EXT] = EINVAL;
	run_pair(true, true);
	expect_failure(&server, GNUTLS_E_ILLEGAL_PARAMETER, 0x8,
		       "kernel refuses the client's parameters");
	close_pair();

	open_pair(&cw, &sw);
	client.set_error[QUIC_SOCKOPT_TRANSPORT_PARAM_EXT] = ENOMEM;
	run_pair(true, true);
	expect_failure(&client, -ENOMEM, 0x1, "no memory for parameters");
	close_pair();
}

static void test_secret_refused(void)
{
	struct quic_tls_client cw = client_want();
	struct quic_tls_server sw = server_want();

	open_pair(&cw, &sw);
	server.set_error[QUIC_SOCKOPT_CRYPTO_SECRET] = EOPNOTSUPP;
	run_pair(true, true);
	expect_failure(&server, -EOPNOTSUPP, 0x1, "secret refused");
	is(quic_handshake_step(server_tls.session, &server.step), -EINVAL,
	   "no step after a failure");
	close_pair();
}

/* A client of GnuTLS alone, to send what libquic would not. */
static size_t rogue_params_len;

static int rogue_send(gnutls_session_t session, gnutls_buffer_t extdata)
{
	static const uint8_t zeros[1024];

	(void)session;
	gnutls_buffer_append_data(extdata, zeros, rogue_params_len);
	return rogue_params_len ? (int)rogue_params_len : GNUTLS_E_INT_RET_0;
}

static int rogue_recv(gnutls_session_t session, const unsigned char *data,
		      size_t len)
{
	(void)session;
	(void)data;
	(void)len;
	return 0;
}

static int rogue_message(gnutls_session_t session,
			 gnutls_record_encryption_level_t level,
			 gnutls_handshake_description_t type, const void *data,
			 size_t len)
{
	(void)session;
	(void)level;
	(void)type;
	pair_put(&server, QUIC_CRYPTO_INITIAL, data, len);
	return 0;
}

static void rogue_hello(size_t params_len, const char *priority)
{
	struct quic_tls_client cw = client_want();
	struct quic_tls_server sw = server_want();
	gnutls_session_t session;

	rogue_params_len = params_len;
	open_pair(&cw, &sw);
	session = client_tls.session;
	if (priority)
		gnutls_priority_set_direct(session, priority, NULL);
	gnutls_session_ext_register(session, "rogue", 0x39, GNUTLS_EXT_TLS,
				    rogue_recv, rogue_send, NULL, NULL, NULL,
				    GNUTLS_EXT_FLAG_TLS | GNUTLS_EXT_FLAG_EE |
				    GNUTLS_EXT_FLAG_CLIENT_HELLO);
	gnutls_handshake_set_read_function(session, rogue_message);
	gnutls_handshake(session);
	side_start(&server, server_tls.session, &with_alpn);
	while (side_step(&server))
		;
}

static void test_rogue_params(void)
{
	rogue_hello(512, NULL);
	ok(!server.done && server.param_sets == 1,
	   "rogue client: 512 bytes reach the kernel");
	close_pair();
	rogue_hello(513, NULL);
	expect_failure(&server, GNUTLS_E_ILLEGAL_PARAMETER, 0x8,
		       "513 bytes of parameters");
	is(server.param_sets, 0, "rogue client: 513 bytes do not");
	close_pair();
	rogue_hello(0, NULL);
	ok(server.ret < 0 && server.param_sets == 0,
	   "empty parameters are refused");
	close_pair();
}

/* What libquic does not speak: versions before 1.3, other ciphers. */
static void test_rogue_offers(void)
{
	/* RFC 9001 4.2#2: protocol_version */
	rogue_hello(60, "NORMAL:-VERS-ALL:+VERS-TLS1.2");
	ok(server.ret < 0, "TLS 1.2 alone: fails");
	is(server.closed ? (int)server.close.errcode : -1, 0x146,
	   "TLS 1.2 alone: closes with 0x146");
	close_pair();
	/* RFC 9001 5.3#2 */
	rogue_hello(60, "NORMAL:-VERS-ALL:+VERS-TLS1.3:+AES-128-CCM-8");
	ok(!server.done && server.installed[QUIC_CRYPTO_HANDSHAKE][1],
	   "a cipher that nobody knows is no error");
	close_pair();
}

/* RFC 9001 4.2#1, 5.3#1, 8.4: what a ClientHello offers */
static void test_hello(void)
{
	struct quic_tls_client cw = client_want();
	struct quic_tls_server sw = server_want();
	const unsigned int *list;
	gnutls_priority_t priority;

	is(gnutls_priority_init(&priority, QUIC_PRIORITY, NULL), 0,
	   "the priority string is one");
	is(gnutls_priority_protocol_list(priority, &list), 1, "one version");
	is(list[0], GNUTLS_TLS1_3, "which is 1.3");
	is(gnutls_priority_cipher_list(priority, &list), 4, "four ciphers");
	gnutls_priority_deinit(priority);
	open_pair(&cw, &sw);
	side_start(&client, client_tls.session, &with_alpn);
	side_step(&client);
	/* behind type, length, version and random; a level before each byte */
	is(server.queue[2 * (1 + 3 + 2 + 32) + 1], 0,
	   "no session id, so no compatibility mode");
	close_pair();
}

static void feed_server(uint8_t level, const uint8_t *data, size_t len)
{
	struct quic_tls_client cw = client_want();
	struct quic_tls_server sw = server_want();

	open_pair(&cw, &sw);
	side_start(&server, server_tls.session, &with_alpn);
	pair_put(&server, level, data, len);
	while (side_step(&server))
		;
}

static void test_garbage(void)
{
	static const uint8_t huge[] = { 1, 0xff, 0xff, 0xff, 3, 3 };
	size_t flood_len = QUIC_HANDSHAKE_PEER_MAX_BYTES + 1;
	uint8_t *flood = calloc(1, flood_len);
	unsigned int refused = 0, i, j;
	uint8_t noise[256];

	feed_server(QUIC_CRYPTO_INITIAL, huge, sizeof(huge));
	ok(server.ret < 0 || !server.done, "huge message length survives");
	close_pair();

	/* a ClientHello that never ends, within GnuTLS's own bound */
	flood[0] = 1;
	flood[1] = 0x01;
	feed_server(QUIC_CRYPTO_INITIAL, flood, flood_len);
	ok(server.done && server.ret < 0, "flood of handshake bytes refused");
	ok(server.closed, "flood of handshake bytes answered");
	close_pair();
	free(flood);

	srand(1);
	for (i = 0; i < 200; i++) {
		for (j = 0; j < sizeof(noise); j++)
			noise[j] = rand();
		noise[0] = i & 1 ? 1 : noise[0];
		noise[1] = 0;
		noise[2] = 0;
		noise[3] = 252;
		feed_server(QUIC_CRYPTO_INITIAL, noise, sizeof(noise));
		refused += server.done && server.ret < 0 && server.closed;
		close_pair();
	}
	is(refused, 200, "noise refused and answered");

	feed_server(9, noise, 4);
	is(server.ret, -EPROTO, "level that is none");
	close_pair();
}

static void test_flipped_hello(void)
{
	struct quic_tls_client cw = client_want();
	struct quic_tls_server sw = server_want();
	unsigned int i, complete = 0;

	for (i = 0; i < 300; i++) {
		open_pair(&cw, &sw);
		side_start(&client, client_tls.session, &with_alpn);
		side_step(&client);
		server.queue[(2 * i + 1) % server.tail] ^= 1 + i % 255;
		side_start(&server, server_tls.session, &with_alpn);
		pair_run(&client, &server);
		complete += !client.ret && !server.ret && client.done &&
			    server.done;
		if (client.broken || server.broken)
			printf("# %u: %s %s\n", i, client.broken,
			       server.broken);
		close_pair();
	}
	is(complete, 0, "no handshake survives a changed ClientHello");
}

static void test_socket_errors(void)
{
	static const struct {
		ssize_t retval;
		int want;
		const char *name;
	} cases[] = {
		{ 0, -ECONNRESET, "end of file while receiving" },
		{ -ETIMEDOUT, -ETIMEDOUT, "ETIMEDOUT while receiving" },
		{ -ECONNREFUSED, -ECONNREFUSED, "ECONNREFUSED" },
		{ QUIC_HANDSHAKE_RECV_BYTES + 1, -EPROTO, "more than asked" },
	};
	struct quic_tls_client cw = client_want();
	struct quic_tls_server sw = server_want();
	struct quic_handshake_step *stale;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		open_pair(&cw, &sw);
		side_start(&server, server_tls.session, &with_alpn);
		server.step->s_recvmsg.retval = cases[i].retval;
		is(quic_handshake_step(server_tls.session, &server.step),
		   cases[i].want, cases[i].name);
		ok(!server.step, cases[i].name);
		close_pair();
	}

	open_pair(&cw, &sw);
	side_start(&client, client_tls.session, &with_alpn);
	stale = NULL;
	is(quic_handshake_step(client_tls.session, &stale), -EINVAL,
	   "a step that was not given");
	client.step->s_sendmsg.retval = -EPIPE;
	is(quic_handshake_step(client_tls.session, &client.step), -EPIPE,
	   "EPIPE while sending");
	is(quic_handshake_start(client_tls.session, &pair_ops, &client, &with_alpn,
				&client.step), -EBUSY,
	   "one handshake per session");
	close_pair();
}

static void test_keylog(const char *path)
{
	static const char *const labels[] = {
		"CLIENT_HANDSHAKE_TRAFFIC_SECRET ",
		"SERVER_HANDSHAKE_TRAFFIC_SECRET ",
		"CLIENT_TRAFFIC_SECRET_0 ", "SERVER_TRAFFIC_SECRET_0 ",
	};
	static char text[1 << 20];
	FILE *file = fopen(path, "r");
	size_t len = 0, i;

	if (file) {
		len = fread(text, 1, sizeof(text) - 1, file);
		fclose(file);
	}
	text[len] = 0;
	for (i = 0; i < 4; i++)
		ok(strstr(text, labels[i]), labels[i]);
}

/* Resumption: a server of the application's own, with tickets. */
static void enable_tickets(gnutls_datum_t *key)
{
	if (!key->data)
		gnutls_session_ticket_key_generate(key);
	gnutls_session_ticket_enable_server(server_tls.session, key);
}

static void take_ticket(void)
{
	while (client.head < client.tail &&
	       client.ticket_len < sizeof(client.ticket)) {
		if (client.queue[client.head] == QUIC_CRYPTO_APP)
			client.ticket[client.ticket_len++] =
				client.queue[client.head + 1];
		client.head += 2;
	}
}

static void test_resumption(void)
{
	struct quic_tls_client cw = client_want();
	struct quic_tls_server sw = server_want();
	gnutls_datum_t key = { NULL, 0 };
	unsigned char data[8192];
	size_t size = sizeof(data);

	open_pair(&cw, &sw);
	enable_tickets(&key);
	run_pair(true, true);
	expect_complete("first connection");
	is(quic_ticket_get(client_tls.session, &pair_ops, &client, data,
			   &size), -ENODATA, "no ticket yet");
	is(gnutls_session_ticket_send(server_tls.session, 1, 0), 0,
	   "server makes a ticket");
	ok(!gnutls_session_is_resumed(client_tls.session), "not resumed");
	/* what the kernel would have sent and stored */
	if (quic_handshake_of(server_tls.session)->flight.head) {
		struct quic_flight_item *item =
			quic_handshake_of(server_tls.session)->flight.head;

		pair_put(&client, item->level, item->data, item->len);
	}
	take_ticket();
	ok(client.ticket_len, "client has a ticket");
	quic_handshake_deinit(client_tls.session);
	size = sizeof(data);
	is(quic_ticket_get(client_tls.session, &pair_ops, &client, data,
			   &size), 0, "session data");
	close_pair();

	open_pair(&cw, &sw);
	enable_tickets(&key);
	is(quic_session_set_data(client_tls.session, data, size), 0,
	   "session data set");
	run_pair(true, true);
	expect_complete("resumed connection");
	ok(gnutls_session_is_resumed(client_tls.session), "resumed");
	close_pair();
	gnutls_free(key.data);
}

static void print_log(int level, const char *msg)
{
	printf("# log %d: %s\n", level, msg);
}

int main(int argc, char **argv)
{
	char keylog[PATH_MAX];

	if (argc != 2) {
		fprintf(stderr, "usage: libquic-test SCRATCH_DIR\n");
		return 2;
	}
	scratch = argv[1];
	snprintf(keylog, sizeof(keylog), "%s/keys.log", scratch);
	setenv("SSLKEYLOGFILE", keylog, 1);
	unsetenv("SSL_CERT_FILE");
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (getenv("LIBQUIC_TEST_LOG")) {
		quic_set_log_func(print_log);
		quic_set_log_level(LOG_DEBUG);
	}
	make_certs();
	test_x509();
	test_keylog(keylog);
	test_chunks();
	test_retry();
	test_ciphers();
	test_certificates();
	test_trust_environment();
	test_alpn_agreement();
	test_alpn_parse();
	test_psk();
	test_psk_parse();
	test_psk_files();
	test_params();
	test_secret_refused();
	test_rogue_params();
	test_rogue_offers();
	test_hello();
	test_garbage();
	test_flipped_hello();
	test_socket_errors();
	test_resumption();
	free_certs();
	return tap_end();
}
