// SPDX-License-Identifier: GPL-2.0-only
/* Lengths, bounds, defaults and zero fields of option values. */
#include "abi.h"

#include <limits.h>
#include <stddef.h>

#include <linux/tls.h>

/* A field of an option's struct, a value for it, and what set says. */
struct bound {
	const char *what;
	int opt;
	size_t off;
	size_t len;
	uint64_t val;
	int error;
};

#define P(f, v, e) { #f " " #v, QUIC_SOCKOPT_TRANSPORT_PARAM,		\
		     offsetof(struct quic_transport_param, f),		\
		     sizeof(((struct quic_transport_param *)0)->f), v, e }
#define C(f, v, e) { #f " " #v, QUIC_SOCKOPT_CONFIG,			\
		     offsetof(struct quic_config, f),			\
		     sizeof(((struct quic_config *)0)->f), v, e }

static const struct bound bounds[] = {
	P(disable_1rtt_encryption, 1, EPERM),
	P(max_udp_payload_size, 1199, EINVAL),
	P(max_udp_payload_size, 1200, 0),
	P(max_udp_payload_size, 65527, 0),
	P(max_udp_payload_size, 65528, EINVAL),
	P(ack_delay_exponent, 20, 0),
	P(ack_delay_exponent, 21, EINVAL),
	P(max_ack_delay, 16383999, 0),
	P(max_ack_delay, 16384000, EINVAL),
	P(active_connection_id_limit, 1, EINVAL),
	P(active_connection_id_limit, 2, 0),
	P(active_connection_id_limit, 8, 0),
	P(active_connection_id_limit, 9, EINVAL),
	P(max_idle_timeout, 999999, EINVAL),
	P(max_idle_timeout, 1000000, 0),
	P(max_idle_timeout, UINT_MAX, 0),
	P(max_datagram_frame_size, 1199, EINVAL),
	P(max_datagram_frame_size, 1200, 0),
	P(max_datagram_frame_size, 65535, 0),
	P(max_data, INT_MAX / 4, 0),
	P(max_data, INT_MAX / 4 + 1, EINVAL),
	P(max_stream_data_bidi_local, INT_MAX / 8, 0),
	P(max_stream_data_bidi_local, INT_MAX / 8 + 1, EINVAL),
	P(max_stream_data_bidi_remote, INT_MAX / 8, 0),
	P(max_stream_data_bidi_remote, INT_MAX / 8 + 1, EINVAL),
	P(max_stream_data_uni, INT_MAX / 8, 0),
	P(max_stream_data_uni, INT_MAX / 8 + 1, EINVAL),
	P(max_streams_bidi, 4096, 0),
	P(max_streams_bidi, 4097, EINVAL),
	P(max_streams_uni, 4096, 0),
	P(max_streams_uni, 4097, EINVAL),
	C(plpmtud_probe_interval, 4999999, EINVAL),
	C(keepalive_probe_interval, 1499999, EINVAL),
	C(initial_smoothed_rtt, 999, EINVAL),
	C(initial_smoothed_rtt, 1000, 0),
	C(initial_smoothed_rtt, 6000000, 0),
	C(initial_smoothed_rtt, 6000001, EINVAL),
	C(version, QUIC_VERSION_V1, 0),
	C(version, QUIC_VERSION_V2, 0),
	C(version, 2, EINVAL),
	C(payload_cipher_type, TLS_CIPHER_AES_GCM_128, 0),
	C(payload_cipher_type, TLS_CIPHER_AES_GCM_256, 0),
	C(payload_cipher_type, TLS_CIPHER_AES_CCM_128, 0),
	C(payload_cipher_type, TLS_CIPHER_CHACHA20_POLY1305, 0),
	C(payload_cipher_type, 50, EINVAL),
	C(payload_cipher_type, 55, EINVAL),
	C(stream_data_nodelay, 1, 0),
	C(receive_session_ticket, 1, 0),
	C(certificate_request, 1, 0),
};

static socklen_t size_of(int opt)
{
	return opt == QUIC_SOCKOPT_CONFIG ? sizeof(struct quic_config) :
					    sizeof(struct quic_transport_param);
}

/* Little-endian hosts only, as the guests are. */
static void try_bound(const struct bound *b)
{
	uint8_t val[64] = {}, got[64] = {};
	int fd = new_socket();

	memcpy(val + b->off, &b->val, b->len);
	is_errno(set_opt(fd, b->opt, val, size_of(b->opt)), b->error,
		 "set %s", b->what);
	if (!b->error) {
		get_val(fd, b->opt, got, size_of(b->opt));
		/* durations come back in whole milliseconds */
		if (b->val != 16383999 && b->val != UINT_MAX)
			ok(!memcmp(got + b->off, val + b->off, b->len),
			   "get %s", b->what);
	}
	close(fd);
}

static void check_defaults(void)
{
	struct quic_transport_param p = {}, far = { .remote = 1 };
	struct quic_config c = {};
	int fd = new_socket();

	get_val(fd, QUIC_SOCKOPT_TRANSPORT_PARAM, &p, sizeof(p));
	ok(p.max_idle_timeout == 30000000 && p.max_ack_delay == 25000 &&
	   p.ack_delay_exponent == 3 && p.active_connection_id_limit == 7 &&
	   p.max_streams_bidi == 100 && p.max_streams_uni == 100 &&
	   p.max_data == 65535 * 32 &&
	   p.max_stream_data_bidi_local == 65535 * 16 &&
	   p.max_stream_data_bidi_remote == 65535 * 16 &&
	   p.max_stream_data_uni == 65535 * 16 && !p.max_datagram_frame_size &&
	   p.max_udp_payload_size == 65527 && !p.remote,
	   "defaults of TRANSPORT_PARAM");
	get_val(fd, QUIC_SOCKOPT_CONFIG, &c, sizeof(c));
	ok(c.version == QUIC_VERSION_V1 && !c.payload_cipher_type &&
	   !c.congestion_control_algo && !c.stream_data_nodelay &&
	   c.initial_smoothed_rtt == 333000, "defaults of CONFIG");
	is_errno(get_val(fd, QUIC_SOCKOPT_TRANSPORT_PARAM, &far, sizeof(far)),
		 0, "get the remote side of TRANSPORT_PARAM");
	is(far.remote, 1, "it says that it is the remote's");
	close(fd);
}

static void check_zero_fields(void)
{
	struct quic_transport_param p = { .max_data = 5000 };
	struct quic_config c = { .version = QUIC_VERSION_V2 };
	int fd = new_socket();

	set_opt(fd, QUIC_SOCKOPT_TRANSPORT_PARAM, &p, sizeof(p));
	set_opt(fd, QUIC_SOCKOPT_CONFIG, &c, sizeof(c));
	memset(&p, 0, sizeof(p));
	memset(&c, 0, sizeof(c));
	p.max_streams_uni = 9;
	c.stream_data_nodelay = 1;
	set_opt(fd, QUIC_SOCKOPT_TRANSPORT_PARAM, &p, sizeof(p));
	set_opt(fd, QUIC_SOCKOPT_CONFIG, &c, sizeof(c));
	get_val(fd, QUIC_SOCKOPT_TRANSPORT_PARAM, &p, sizeof(p));
	get_val(fd, QUIC_SOCKOPT_CONFIG, &c, sizeof(c));
	ok(p.max_data == 5000 && p.max_streams_uni == 9,
	   "TRANSPORT_PARAM: a zero field leaves the value as it is");
	ok(c.version == QUIC_VERSION_V2 && c.stream_data_nodelay == 1,
	   "CONFIG: a zero field leaves the value as it is");
	close(fd);
}

static void check_struct_lengths(void)
{
	struct quic_event_option event = { QUIC_EVENT_KEY_UPDATE, 1 };
	struct quic_transport_param p = { .max_data = 77777 };
	static uint8_t huge[4097];
	socklen_t len;
	int fd = new_socket();

	set_opt(fd, QUIC_SOCKOPT_EVENT, &event, sizeof(event));
	is_errno(set_opt(fd, QUIC_SOCKOPT_EVENT, &event, 1), 0,
		 "a short struct is taken");
	get_val(fd, QUIC_SOCKOPT_EVENT, &event, sizeof(event));
	is(event.on, 0, "and extended by zeros");
	memcpy(huge, &p, sizeof(p));
	is_errno(set_opt(fd, QUIC_SOCKOPT_TRANSPORT_PARAM, huge, 4096), 0,
		 "a long struct is cut");
	is_errno(set_opt(fd, QUIC_SOCKOPT_TRANSPORT_PARAM, huge, 4097), EINVAL,
		 "more than 4096 bytes are too many");
	memset(&p, 0xee, sizeof(p));
	p.remote = 0;
	len = 32;
	is_errno(get_opt(fd, QUIC_SOCKOPT_TRANSPORT_PARAM, &p, &len), 0,
		 "get into too little room for a struct");
	ok(len == 32 && p.max_data == 77777 && p.max_stream_data_uni != 0,
	   "the struct is cut there");
	is(p.max_stream_data_uni, 0xeeeeeeeeeeeeeeeeLL,
	   "and nothing is written behind");
	len = 4096;
	is_errno(get_opt(fd, QUIC_SOCKOPT_CONFIG, huge, &len), 0,
		 "get into too much room");
	is(len, sizeof(struct quic_config), "the length is that of the struct");
	len = -1;
	is_errno(get_opt(fd, QUIC_SOCKOPT_CONFIG, huge, &len), EINVAL,
		 "negative room");
	is_errno(set_opt(fd, QUIC_SOCKOPT_CONFIG, NULL, 28), EFAULT,
		 "no value where one is needed");
	close(fd);
}

static void check_blobs(void)
{
	static const char long_name[] =
		"0123456789012345678901234567890123456789012345678901234567890123"
		"0123456789012345678901234567890123456789012345678901234567890123";
	char room[256];
	struct pair p;
	socklen_t len;
	int fd = new_socket();

	is_errno(set_opt(fd, QUIC_SOCKOPT_ALPN, "h3,hq", 5), 0, "set ALPN");
	len = sizeof(room);
	is_errno(get_opt(fd, QUIC_SOCKOPT_ALPN, room, &len), 0, "get ALPN");
	ok(len == 5 && !memcmp(room, "h3,hq", 5), "ALPN comes back");
	len = 4;
	is_errno(get_opt(fd, QUIC_SOCKOPT_ALPN, room, &len), EINVAL,
		 "ALPN into too little room");
	is_errno(set_opt(fd, QUIC_SOCKOPT_ALPN, "", 0), EINVAL, "no ALPN");
	is_errno(set_opt(fd, QUIC_SOCKOPT_ALPN, "a,,b", 4), EINVAL,
		 "an empty name in ALPN");
	is_errno(set_opt(fd, QUIC_SOCKOPT_ALPN, long_name, 128), 0,
		 "ALPN of 128 bytes");
	is_errno(set_opt(fd, QUIC_SOCKOPT_ALPN, room, 130), EINVAL,
		 "ALPN of 130 bytes");
	close(fd);
	pair_new(&p);
	pair_connect(&p);
	len = 20;
	is_errno(get_opt(p.cli, QUIC_SOCKOPT_TRANSPORT_PARAM_EXT, room, &len),
		 EINVAL, "TRANSPORT_PARAM_EXT into too little room");
	len = sizeof(room);
	is_errno(get_opt(p.cli, QUIC_SOCKOPT_TRANSPORT_PARAM_EXT, room, &len),
		 0, "TRANSPORT_PARAM_EXT");
	ok(len > 20 && len < 256, "it is no longer than it is");
	is_errno(set_opt(p.cli, QUIC_SOCKOPT_TRANSPORT_PARAM_EXT, room, 513),
		 EINVAL, "TRANSPORT_PARAM_EXT of 513 bytes");
	pair_close(&p);
}

static void check_event_types(void)
{
	struct quic_event_option event = {};
	int fd = new_socket(), type, on = 0;

	for (type = 1; type <= 9; type++) {
		event = (struct quic_event_option) { type, 0 };
		get_val(fd, QUIC_SOCKOPT_EVENT, &event, sizeof(event));
		on += event.on;
	}
	is(on, 0, "all events are off at first");
	event = (struct quic_event_option) { 0, 1 };
	is_errno(set_opt(fd, QUIC_SOCKOPT_EVENT, &event, 2), EINVAL,
		 "set EVENT type 0");
	event.type = 10;
	is_errno(set_opt(fd, QUIC_SOCKOPT_EVENT, &event, 2), EINVAL,
		 "set EVENT type 10");
	is_errno(get_val(fd, QUIC_SOCKOPT_EVENT, &event, 2), EINVAL,
		 "get EVENT type 10");
	event.type = 9;
	is_errno(set_opt(fd, QUIC_SOCKOPT_EVENT, &event, 2), 0,
		 "set EVENT type 9");
	get_val(fd, QUIC_SOCKOPT_EVENT, &event, sizeof(event));
	is(event.on, 1, "it is on");
	close(fd);
}

/* What the handshake carried. */
static void check_remote(void)
{
	struct quic_transport_param p = { .max_data = 123456 };
	struct quic_transport_param far = { .remote = 1 };
	struct pair pair;

	pair_new(&pair);
	p.max_streams_uni = 3;
	p.max_ack_delay = 9000;
	p.disable_active_migration = 1;
	set_opt(pair.lis, QUIC_SOCKOPT_TRANSPORT_PARAM, &p, sizeof(p));
	pair_connect(&pair);
	pair_establish(&pair);
	get_val(pair.cli, QUIC_SOCKOPT_TRANSPORT_PARAM, &far, sizeof(far));
	ok(far.remote && far.max_data == 123456 && far.max_streams_uni == 3 &&
	   far.max_ack_delay == 9000 && far.disable_active_migration,
	   "the client sees the parameters set on the listener");
	memset(&p, 0, sizeof(p));
	get_val(pair.srv, QUIC_SOCKOPT_TRANSPORT_PARAM, &p, sizeof(p));
	ok(!p.remote && p.max_data == 123456 && p.max_streams_uni == 3,
	   "the accepted socket inherited them");
	pair_close(&pair);
}

void test_values(void)
{
	unsigned int i;

	for (i = 0; i < sizeof(bounds) / sizeof(*bounds); i++)
		try_bound(&bounds[i]);
	check_defaults();
	check_zero_fields();
	check_struct_lengths();
	check_blobs();
	check_event_types();
	check_remote();
}
