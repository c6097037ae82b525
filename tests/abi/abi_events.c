// SPDX-License-Identifier: GPL-2.0-only
/* Notifications: what each tells, and when. */
#include "abi.h"

static bool next_update(int fd, struct quic_stream_update *u, uint8_t state)
{
	memset(u, 0xff, sizeof(*u));
	while (recv_event(fd, QUIC_EVENT_STREAM_UPDATE, u, sizeof(*u)))
		if (u->state == state)
			return true;
	return false;
}

static void check_stream_update(void)
{
	struct quic_stream_update u;
	struct pair p;
	struct got g;

	pair_open(&p);
	event_on(p.srv, QUIC_EVENT_STREAM_UPDATE);
	event_on(p.cli, QUIC_EVENT_STREAM_UPDATE);
	send_on(p.cli, 0, MSG_QUIC_STREAM_NEW, "abc", 3, 0);
	ok(next_update(p.srv, &u, QUIC_STREAM_RECV_STATE_RECV) && u.id == 0,
	   "STREAM_UPDATE: a new stream, RECV");
	send_on(p.cli, 0, MSG_QUIC_STREAM_FIN, "def", 3, 0);
	ok(next_update(p.srv, &u, QUIC_STREAM_RECV_STATE_SIZE_KNOWN) &&
	   u.id == 0 && u.finalsz == 6, "STREAM_UPDATE: SIZE_KNOWN, final size");
	ok(next_update(p.srv, &u, QUIC_STREAM_RECV_STATE_RECVD) &&
	   u.id == 0 && u.finalsz == 6, "STREAM_UPDATE: RECVD");
	ok(next_update(p.cli, &u, QUIC_STREAM_SEND_STATE_RECVD) &&
	   u.id == 0 && u.finalsz == 6, "STREAM_UPDATE: the sender's RECVD");
	ok(u.reserved[0] == 0 && u.reserved[1] == 0 && u.reserved[2] == 0,
	   "reserved bytes are 0");
	is(recv_data(p.srv, &g, 100), 6, "data comes after notifications");
	is(g.flags & MSG_QUIC_NOTIFICATION, 0, "and is none");
	pair_close(&p);
}

static void check_credit(void)
{
	struct quic_transport_param param = {
		.max_stream_data_bidi_remote = 2000, .max_streams_bidi = 1,
	};
	struct quic_stream_max_data max_data = {};
	static uint8_t data[2000];
	uint64_t max_stream = 0;
	struct pair p;
	struct got g;

	pair_new(&p);
	set_opt(p.lis, QUIC_SOCKOPT_TRANSPORT_PARAM, &param, sizeof(param));
	event_on(p.cli, QUIC_EVENT_STREAM_MAX_DATA);
	event_on(p.cli, QUIC_EVENT_STREAM_MAX_STREAM);
	pair_connect(&p);
	pair_establish(&p);
	send_on(p.cli, 0, MSG_QUIC_STREAM_NEW, data, 2000, 0);
	is(recv_item(p.srv, &g, 3000, 0), 2000, "the window is full and read");
	ok(recv_event(p.cli, QUIC_EVENT_STREAM_MAX_DATA, &max_data,
		      sizeof(max_data)) &&
	   max_data.id == 0 && max_data.max_data == 4000,
	   "STREAM_MAX_DATA: stream and new limit");
	send_on(p.cli, 0, MSG_QUIC_STREAM_FIN, data, 1, 0);
	recv_item(p.srv, &g, 100, 0);
	send_on(p.srv, 0, MSG_QUIC_STREAM_FIN, data, 1, 0);
	ok(recv_event(p.cli, QUIC_EVENT_STREAM_MAX_STREAM, &max_stream,
		      sizeof(max_stream)) && max_stream == 4,
	   "STREAM_MAX_STREAM: highest id of the type that may be opened");
	pair_close(&p);
}

static void check_close(void)
{
	struct quic_connection_close set = {
		.errcode = 0x1234, .frame = 9, .phrase = "that is all",
	};
	struct quic_connection_close got = {};
	struct pair p;

	pair_open(&p);
	event_on(p.cli, QUIC_EVENT_CONNECTION_CLOSE);
	is_errno(set_opt(p.srv, QUIC_SOCKOPT_CONNECTION_CLOSE, &set,
			 sizeof(set)), 0, "CONNECTION_CLOSE before close()");
	get_val(p.srv, QUIC_SOCKOPT_CONNECTION_CLOSE, &got, sizeof(got));
	ok(got.errcode == 0x1234 && !got.frame &&
	   !strcmp((char *)got.phrase, "that is all"),
	   "it can be read again, the frame is forced to 0");
	close(p.srv);
	p.srv = -1;
	memset(&got, 0xff, sizeof(got));
	ok(recv_event(p.cli, QUIC_EVENT_CONNECTION_CLOSE, &got, sizeof(got)) &&
	   got.errcode == 0x1234 && !got.frame &&
	   !strcmp((char *)got.phrase, "that is all"),
	   "CONNECTION_CLOSE: the peer's code and phrase");
	memset(&got, 0, sizeof(got));
	get_val(p.cli, QUIC_SOCKOPT_CONNECTION_CLOSE, &got, sizeof(got));
	ok(got.errcode == 0x1234 && !strcmp((char *)got.phrase, "that is all"),
	   "getsockopt() says the same");
	pair_close(&p);
}

static void check_key_update(void)
{
	uint8_t phase = 9;
	struct pair p;
	struct got g;

	pair_open(&p);
	event_on(p.srv, QUIC_EVENT_KEY_UPDATE);
	event_on(p.cli, QUIC_EVENT_KEY_UPDATE);
	/* RFC 9001 6.1: not before the handshake is confirmed */
	send(p.srv, "x", 1, 0);
	recv_item(p.cli, &g, 1, 0);
	is_errno(set_opt(p.cli, QUIC_SOCKOPT_KEY_UPDATE, NULL, 0), 0,
		 "KEY_UPDATE");
	is_errno(set_opt(p.cli, QUIC_SOCKOPT_KEY_UPDATE, NULL, 0), EINVAL,
		 "KEY_UPDATE while one is pending");
	send(p.cli, "y", 1, 0);
	ok(recv_event(p.srv, QUIC_EVENT_KEY_UPDATE, &phase, 1) && phase == 1,
	   "KEY_UPDATE: the peer's new phase");
	phase = 9;
	ok(recv_event(p.cli, QUIC_EVENT_KEY_UPDATE, &phase, 1) && phase == 1,
	   "KEY_UPDATE: ours, when the peer followed");
	pair_close(&p);
}

/* What is switched off is not told; accepted sockets inherit the switches. */
static void check_switches(void)
{
	struct quic_event_option option = { QUIC_EVENT_STREAM_UPDATE, 0 };
	struct pair p;
	struct got g;

	pair_new(&p);
	event_on(p.lis, QUIC_EVENT_STREAM_UPDATE);
	pair_connect(&p);
	pair_establish(&p);
	get_val(p.srv, QUIC_SOCKOPT_EVENT, &option, sizeof(option));
	is(option.on, 1, "an accepted socket inherits its events");
	send_on(p.cli, 0, MSG_QUIC_STREAM_NEW, "a", 1, 0);
	recv_item(p.srv, &g, 100, 0);
	ok(g.flags & MSG_QUIC_NOTIFICATION && g.flags & MSG_EOR &&
	   g.data[0] == QUIC_EVENT_STREAM_UPDATE && !g.has_stream,
	   "a notification comes ahead of data");
	option.on = 0;
	set_opt(p.srv, QUIC_SOCKOPT_EVENT, &option, sizeof(option));
	is(recv_item(p.srv, &g, 100, 0), 1, "then the data");
	send_on(p.cli, 4, MSG_QUIC_STREAM_NEW, "bc", 2, 0);
	is(recv_item(p.srv, &g, 100, 0), 2, "switched off: only the data");
	is(g.flags & MSG_QUIC_NOTIFICATION, 0, "no notification");
	pair_close(&p);
}

void test_events(void)
{
	check_stream_update();
	check_credit();
	check_close();
	check_key_update();
	check_switches();
}
