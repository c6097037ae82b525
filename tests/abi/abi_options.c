// SPDX-License-Identifier: GPL-2.0-only
/* Which option may be set and got in which state of which role. */
#include "abi.h"

#include <linux/tls.h>

enum state {
	FRESH,		/* socket() */
	LISTENING,
	CONNECTING,	/* client after connect() */
	ACCEPTED,	/* server's socket before its handshake is done */
	CLIENT,		/* established */
	SERVER,		/* established */
	CLOSED,		/* client whose peer closed */
	STATES,
};

static const char *const state_names[] = {
	"fresh", "listening", "connecting client", "accepted server",
	"established client", "established server", "closed client",
};

#define ANY	-1	/* not in the contract */
#define NOPROTO	ENOPROTOOPT

/**
 * struct row - an option
 * @name: for people
 * @opt: number
 * @val: value to set, and what get reads first
 * @len: its bytes; room for get is 4096
 * @set: errno by state
 * @get: errno by state
 */
struct row {
	const char *name;
	int opt;
	const void *val;
	socklen_t len;
	int set[STATES];
	int get[STATES];
};

static const struct quic_event_option event = { QUIC_EVENT_KEY_UPDATE, 1 };
static const struct quic_stream_info stream = { -1, 0 };
static const struct quic_errinfo error_info = { 3999, 7 };
static const struct quic_connection_id_info ids;
static const struct quic_connection_close closing = { .errcode = 5 };
static const struct quic_transport_param param;
static const struct quic_config config;
static const uint8_t session[64] = { 1 };
static const struct quic_early_data early = {
	.state = QUIC_EARLY_DATA_ACCEPTED,
};
static const uint32_t eight = 8;
static const struct quic_crypto_secret secret = {
	.level = QUIC_CRYPTO_INITIAL, .type = TLS_CIPHER_AES_GCM_128,
};

#define ALL(e)		{ e, e, e, e, e, e, e }
/* fresh, listening, connecting, accepted | client, server | closed */
#define BEFORE(e)	{ 0, 0, 0, 0, e, e, e }
#define DURING(e)	{ e, e, 0, 0, e, e, e }
#define AFTER(e)	{ e, e, e, e, 0, 0, e }

static const struct row rows[] = {
	{ "EVENT", 0, &event, sizeof(event), ALL(0), ALL(0) },
	{ "STREAM_OPEN", 1, &stream, sizeof(stream), ALL(NOPROTO),
	  AFTER(EPIPE) },
	/* no such stream, where streams are */
	{ "STREAM_RESET", 2, &error_info, sizeof(error_info),
	  { EPIPE, EPIPE, EPIPE, EPIPE, ENOSTR, ENOSTR, EPIPE },
	  ALL(NOPROTO) },
	{ "STREAM_STOP_SENDING", 3, &error_info, sizeof(error_info),
	  { EPIPE, EPIPE, EPIPE, EPIPE, ENOSTR, ENOSTR, EPIPE },
	  ALL(NOPROTO) },
	{ "CONNECTION_ID", 4, &ids, sizeof(ids), AFTER(EINVAL),
	  AFTER(EINVAL) },
	{ "CONNECTION_CLOSE", 5, &closing, sizeof(closing), ALL(0), ALL(0) },
	/* the established server may have an update of the client's to follow */
	{ "KEY_UPDATE", 7, NULL, 0,
	  { EPIPE, EPIPE, EPIPE, EPIPE, 0, ANY, EPIPE }, ALL(NOPROTO) },
	{ "TRANSPORT_PARAM", 8, &param, sizeof(param), BEFORE(EINVAL),
	  ALL(0) },
	{ "CONFIG", 9, &config, sizeof(config), BEFORE(EINVAL), ALL(0) },
	/* by its error a program tells that it is the server */
	{ "TOKEN", 10, NULL, 0, ALL(ANY),
	  { 0, EINVAL, 0, EINVAL, 0, EINVAL, 0 } },
	{ "ALPN", 11, "abi", 3, { 0, EINVAL, 0, 0, ANY, ANY, ANY }, ALL(0) },
	/* of a server: its ticket key */
	{ "SESSION_TICKET", 12, session, sizeof(session),
	  { 0, EPIPE, 0, EINVAL, EINVAL, EINVAL, ANY },
	  { 0, EPIPE, 0, 0, 0, 0, ANY } },
	/* the level is wrong, where it would be looked at */
	{ "CRYPTO_SECRET", 13, &secret, sizeof(secret), ALL(EINVAL),
	  ALL(NOPROTO) },
	{ "TRANSPORT_PARAM_EXT", 14, "\xff", 1, ALL(ANY), DURING(EINVAL) },
	{ "EARLY_DATA", 72, &early, sizeof(early), ALL(EINVAL), ALL(0) },
	{ "TICKET_SECRET", 73, session, 32,
	  { 0, 0, 0, 0, EINVAL, EINVAL, ANY }, ALL(NOPROTO) },
	{ "REPLAY_CHECK", 74, session, 16,
	  { EINVAL, EINVAL, EINVAL, 0, EINVAL, EINVAL, EINVAL },
	  ALL(NOPROTO) },
	{ "CID_LEN", 84, &eight, sizeof(eight),
	  { 0, 0, EINVAL, EINVAL, EINVAL, EINVAL, EINVAL }, ALL(0) },
	{ "CID_PREFIX", 85, "ab", 2,
	  { 0, 0, EINVAL, EINVAL, EINVAL, EINVAL, EINVAL }, ALL(0) },
	{ "15, which is none", 15, "", 1, ALL(NOPROTO), ALL(NOPROTO) },
	{ "-1, which is none", -1, "", 1, ALL(NOPROTO), ALL(NOPROTO) },
	{ "200, which is none", 200, "", 1, ALL(NOPROTO), ALL(NOPROTO) },
};

/* What an established connection may do once its first packets are answered */
static int set_ready(int fd, const struct row *row, int want)
{
	int i, ret;

	for (i = 0; i < 500; i++) {
		ret = set_opt(fd, row->opt, row->val, row->len);
		if (want || row->opt != QUIC_SOCKOPT_KEY_UPDATE ||
		    !ret || errno != EINVAL)
			break;
		usleep(10000);
	}
	return ret;
}

static void try_row(const struct row *row, enum state state, int fd)
{
	static union {
		uint8_t bytes[4096];
		uint64_t align;
	} room;
	socklen_t len = sizeof(room);

	if (row->set[state] != ANY)
		is_errno(set_ready(fd, row, row->set[state]), row->set[state], "set %s: %s", row->name,
			 state_names[state]);
	if (row->get[state] == ANY)
		return;
	memset(&room, 0, sizeof(room));
	if (row->len)
		memcpy(&room, row->val, row->len);
	is_errno(get_opt(fd, row->opt, &room, &len), row->get[state],
		 "get %s: %s", row->name, state_names[state]);
}

void test_options(void)
{
	struct pair half, whole, over;
	int fds[STATES];
	unsigned int i, s;
	struct got g;

	pair_half(&half);
	pair_open(&whole);
	pair_open(&over);
	close(over.srv);
	over.srv = -1;
	recv_item(over.cli, &g, 100, 0);
	fds[FRESH] = new_socket();
	fds[LISTENING] = whole.lis;
	fds[CONNECTING] = half.cli;
	fds[ACCEPTED] = half.srv;
	fds[CLIENT] = whole.cli;
	fds[SERVER] = whole.srv;
	fds[CLOSED] = over.cli;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		for (s = 0; s < STATES; s++)
			try_row(&rows[i], s, fds[s]);
	close(fds[FRESH]);
	pair_close(&half);
	pair_close(&whole);
	pair_close(&over);
}
