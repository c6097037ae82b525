// SPDX-License-Identifier: GPL-2.0-only
/*
 * The handshake, step by step. Its bytes and secrets are made up here, so that
 * either side can be stopped anywhere, or be wrong.
 */
#include "abi.h"

#include <poll.h>

#define HELLO_BYTES	300	/* what pair_half() sends */
#define ANSWER_BYTES	100
#define FLIGHT_BYTES	500
#define FINISHED_BYTES	50
#define KEY_BYTES	64
#define CIPHER		51	/* AES-128-GCM */
#define PROTOCOL_VIOLATION	0xa

/* Handshake bytes, whatever their level. Return: as many as were wanted? */
static bool read_crypto(int fd, size_t want)
{
	struct got g;

	while (want && recv_item(fd, &g, want, 0) > 0)
		want -= g.len;
	return !want;
}

/* @of: whose packets they protect: 'c' or 's' */
static int set_secret(int fd, uint8_t level, bool send, char of)
{
	struct quic_crypto_secret secret = {
		.send = send, .level = level, .type = CIPHER,
	};

	memset(secret.secret, of + level, sizeof(secret.secret));
	return set_opt(fd, QUIC_SOCKOPT_CRYPTO_SECRET, &secret,
		       sizeof(secret));
}

static void set_both(int fd, uint8_t level, char own, char peer)
{
	is_errno(set_secret(fd, level, true, own), 0, "%c: level %u, send",
		 own, level);
	is_errno(set_secret(fd, level, false, peer), 0, "%c: level %u, receive",
		 own, level);
}

static void pass_params(int from, int to)
{
	uint8_t buf[512];
	socklen_t len = sizeof(buf);

	get_opt(from, QUIC_SOCKOPT_TRANSPORT_PARAM_EXT, buf, &len);
	is_errno(set_opt(to, QUIC_SOCKOPT_TRANSPORT_PARAM_EXT, buf, len), 0,
		 "parameters passed on");
}

/* A server that has read the ClientHello says all that it has to. */
static void server_answers(struct pair *p)
{
	ok(read_crypto(p->srv, HELLO_BYTES), "the server reads the hello");
	pass_params(p->cli, p->srv);
	pair_send_crypto(p->srv, QUIC_CRYPTO_INITIAL, ANSWER_BYTES);
	set_both(p->srv, QUIC_CRYPTO_HANDSHAKE, 's', 'c');
	pair_send_crypto(p->srv, QUIC_CRYPTO_HANDSHAKE, FLIGHT_BYTES);
}

static void client_finishes(struct pair *p)
{
	ok(read_crypto(p->cli, ANSWER_BYTES), "the client reads the answer");
	set_both(p->cli, QUIC_CRYPTO_HANDSHAKE, 'c', 's');
	ok(read_crypto(p->cli, FLIGHT_BYTES), "and the rest");
	pass_params(p->srv, p->cli);
	pair_send_crypto(p->cli, QUIC_CRYPTO_HANDSHAKE, FINISHED_BYTES);
	set_both(p->cli, QUIC_CRYPTO_APP, 'c', 's');
}

/* The reason that the client was told. */
static void closed_for(const struct pair *p, uint32_t code, const char *what)
{
	struct quic_connection_close close = {};

	ok(wait_for(p->cli, POLLHUP, ABI_WAIT_MS) & POLLHUP,
	   "%s: the end", what);
	get_val(p->cli, QUIC_SOCKOPT_CONNECTION_CLOSE, &close, sizeof(close));
	is(close.errcode, code, "%s: the reason", what);
}

/*
 * RFC 9001 5.7: a server that has its read keys too early opens nothing; what
 * it may do is send.
 */
static void check_before_complete(void)
{
	struct pair p;
	struct got g;

	pair_half(&p);
	server_answers(&p);
	is_errno(set_secret(p.srv, QUIC_CRYPTO_APP, true, 's'), 0,
		 "0.5-RTT: the server may send");
	is(send_on(p.srv, -1, MSG_QUIC_STREAM_NEW, "half", 4, 0), 4,
	   "0.5-RTT: data");
	client_finishes(&p);
	is(send_on(p.cli, -1, MSG_QUIC_STREAM_NEW, "first", 5, 0), 5,
	   "the client sends in 1-RTT");
	is(recv_data(p.cli, &g, 10), 4, "0.5-RTT: it arrives");
	ok(g.has_stream && g.stream.stream_id == 1, "on the server's stream");
	ok(read_crypto(p.srv, FINISHED_BYTES), "the server reads Finished");
	is(wait_for(p.srv, POLLIN, 50), 0, "1-RTT data is not there yet");
	is_errno(set_secret(p.srv, QUIC_CRYPTO_APP, false, 'c'), 0,
		 "complete");
	is(recv_data(p.srv, &g, 10), 5, "now it is");
	pair_close(&p);
	/* the keys the other way round */
	pair_half(&p);
	server_answers(&p);
	client_finishes(&p);
	send_on(p.cli, -1, MSG_QUIC_STREAM_NEW, "first", 5, 0);
	ok(read_crypto(p.srv, FINISHED_BYTES), "the server reads Finished");
	is_errno(set_secret(p.srv, QUIC_CRYPTO_APP, false, 'c'), 0,
		 "the server could open 1-RTT packets");
	is(wait_for(p.srv, POLLIN, 50), 0, "but does not");
	is_errno(set_secret(p.srv, QUIC_CRYPTO_APP, true, 's'), 0, "complete");
	is(recv_data(p.srv, &g, 10), 5, "now it does");
	pair_close(&p);
}

/* RFC 9001 4.1.3#1, 4.1.3#2, 4.1.3#3 */
static void check_left_level(void)
{
	struct pair p;

	pair_half(&p);
	server_answers(&p);
	is(pair_send_crypto(p.cli, QUIC_CRYPTO_INITIAL, 20), 20,
	   "a client goes on where the server has left");
	closed_for(&p, PROTOCOL_VIOLATION, "bytes at a level that is over");
	pair_close(&p);
	pair_half(&p);
	ok(read_crypto(p.srv, HELLO_BYTES - 1), "all but one byte are read");
	is_errno(set_secret(p.srv, QUIC_CRYPTO_HANDSHAKE, true, 's'), 0,
		 "the server may send Handshake packets");
	is_errno(set_secret(p.srv, QUIC_CRYPTO_HANDSHAKE, false, 'c'), EINVAL,
		 "but not read them");
	closed_for(&p, PROTOCOL_VIOLATION, "bytes that TLS left");
	pair_close(&p);
}

static void start_early(struct pair *p)
{
	struct quic_transport_param param = {
		.remote = 1, .max_data = 100000, .max_streams_bidi = 4,
		.max_stream_data_bidi_remote = 100000,
	};

	pair_new(p);
	pair_connect(p);
	is_errno(set_opt(p->cli, QUIC_SOCKOPT_TRANSPORT_PARAM, &param,
			 sizeof(param)), 0, "0-RTT: remembered parameters");
	is_errno(set_secret(p->cli, QUIC_CRYPTO_EARLY, true, 'c'), 0,
		 "0-RTT: keys");
	pair_send_crypto(p->cli, QUIC_CRYPTO_INITIAL, HELLO_BYTES);
	is(send_on(p->cli, -1, MSG_QUIC_STREAM_NEW, "zero", 4, 0), 4,
	   "0-RTT: data");
	p->srv = accept(p->lis, NULL, NULL);
}

/* Who does the handshake and who reads early data do not disturb each other. */
static void check_early_data(void)
{
	const struct quic_early_data accepted = {
		.state = QUIC_EARLY_DATA_ACCEPTED,
	};
	const int flags = MSG_QUIC_EARLY_DATA | MSG_DONTWAIT;
	struct pair p;
	struct got g;
	char buf[10];

	start_early(&p);
	ok(wait_for(p.srv, POLLIN, ABI_WAIT_MS) & POLLIN, "handshake: POLLIN");
	is(wait_for(p.srv, POLLRDBAND, 0) & POLLRDBAND, 0,
	   "early data: not without keys");
	is_errno(recv(p.srv, buf, sizeof(buf), flags), EAGAIN,
		 "MSG_QUIC_EARLY_DATA reads no handshake");
	is_errno(set_secret(p.srv, QUIC_CRYPTO_EARLY, false, 'c'), 0,
		 "the server accepts it");
	ok(wait_for(p.srv, POLLRDBAND, ABI_WAIT_MS) & POLLRDBAND,
	   "early data: POLLRDBAND");
	ok(read_crypto(p.srv, HELLO_BYTES), "the server reads the hello");
	is(wait_for(p.srv, POLLIN, 0), 0, "early data: no POLLIN");
	is_errno(recv(p.srv, buf, sizeof(buf), MSG_DONTWAIT), EAGAIN,
		 "early data: not to who did not ask");
	is(recv(p.srv, buf, sizeof(buf), flags | MSG_PEEK), 4, "it is peeked");
	is(recv(p.srv, buf, sizeof(buf), flags), 4, "and read");
	is(wait_for(p.srv, POLLRDBAND, 0), 0, "no POLLRDBAND any more");
	is_errno(recv(p.srv, buf, sizeof(buf), flags), EAGAIN, "nor data");
	is(send_on(p.cli, 0, 0, "again", 5, 0), 5, "0-RTT: more data");
	ok(wait_for(p.srv, POLLRDBAND, ABI_WAIT_MS) & POLLRDBAND,
	   "early data: POLLRDBAND again");

	pass_params(p.cli, p.srv);
	pair_send_crypto(p.srv, QUIC_CRYPTO_INITIAL, ANSWER_BYTES);
	set_both(p.srv, QUIC_CRYPTO_HANDSHAKE, 's', 'c');
	pair_send_crypto(p.srv, QUIC_CRYPTO_HANDSHAKE, FLIGHT_BYTES);
	is_errno(set_opt(p.cli, QUIC_SOCKOPT_EARLY_DATA, &accepted,
			 sizeof(accepted)), 0, "0-RTT: accepted");
	client_finishes(&p);
	ok(read_crypto(p.srv, FINISHED_BYTES), "the server reads Finished");
	set_both(p.srv, QUIC_CRYPTO_APP, 's', 'c');
	is(wait_for(p.srv, POLLIN | POLLRDBAND, ABI_WAIT_MS), POLLIN,
	   "complete: data like any other");
	is(recv_data(p.srv, &g, 10), 5, "what came early is read");
	send_on(p.cli, 0, 0, "later", 5, 0);
	wait_for(p.srv, POLLIN, ABI_WAIT_MS);
	is(recv(p.srv, buf, sizeof(buf), flags), 5,
	   "MSG_QUIC_EARLY_DATA means nothing now");
	pair_close(&p);
}

/* A server's socket whose parameters allow datagrams of so many bytes. */
static void get_ticket_key(uint16_t datagram_bytes, uint8_t *key)
{
	const struct quic_transport_param param = {
		.max_datagram_frame_size = datagram_bytes,
	};
	struct pair p;

	pair_new(&p);
	is_errno(set_opt(p.lis, QUIC_SOCKOPT_TRANSPORT_PARAM, &param,
			 sizeof(param)), 0, "datagrams of %u bytes",
		 datagram_bytes);
	pair_connect(&p);
	pair_send_crypto(p.cli, QUIC_CRYPTO_INITIAL, HELLO_BYTES);
	p.srv = accept(p.lis, NULL, NULL);
	is_errno(get_val(p.srv, QUIC_SOCKOPT_SESSION_TICKET, key, KEY_BYTES), 0,
		 "the ticket key");
	pair_close(&p);
}

/*
 * RFC 9221 3#5: tickets of a server that allowed more do not open, so there is
 * no 0-RTT that could break the new limit.
 */
static void check_ticket_key(void)
{
	uint8_t key[KEY_BYTES], same[KEY_BYTES], less[KEY_BYTES];

	get_ticket_key(1400, key);
	get_ticket_key(1400, same);
	get_ticket_key(1399, less);
	ok(!memcmp(key, same, KEY_BYTES), "tickets of the same limits open");
	ok(memcmp(key, less, KEY_BYTES), "tickets of a larger limit do not");
}

void test_keys(void)
{
	check_ticket_key();
	check_before_complete();
	check_left_level();
	check_early_data();
}
