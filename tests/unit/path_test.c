// SPDX-License-Identifier: GPL-2.0-only
#include "quic/core/path.h"

#include "tap.h"

/* RFC 9000 14: 1200 bytes are always allowed, less is not a QUIC path. */
static void smallest_mtu(void)
{
	struct quic_path p;

	quic_path_init(&p, 0, 500, true);
	CHECK_EQ(p.mtu_bytes, 1200);
	quic_path_init(&p, 0, 9000, true);
	CHECK_EQ(p.mtu_bytes, 9000);
}

/* RFC 9000 8, 8.1 */
static void amplification(void)
{
	struct quic_path p;

	quic_path_init(&p, 0, 1200, false);
	CHECK_EQ(quic_path_room(&p), 0);
	p.rx_bytes = 1200;
	CHECK_EQ(quic_path_room(&p), 3600);
	p.tx_bytes = 3599;
	CHECK_EQ(quic_path_room(&p), 1);
	p.tx_bytes = 3600;
	CHECK_EQ(quic_path_room(&p), 0);
	p.tx_bytes = 4000;
	CHECK_EQ(quic_path_room(&p), 0);
	p.validated = true;
	CHECK_EQ(quic_path_room(&p), U64_MAX);
}

/* RFC 9000 8.2.2: what is owed to a peer that only asks is bounded. */
static void challenges(void)
{
	struct quic_path p;
	u8 data[8] = {};
	u8 i;

	quic_path_init(&p, 0, 1200, true);
	for (i = 0; i < 20; i++) {
		data[0] = i;
		quic_path_recv_challenge(&p, data);
	}
	CHECK_EQ(p.n_response, QUIC_PATH_RESPONSES);
	CHECK_EQ(p.response[0][0], 0);
	CHECK_EQ(p.response[3][0], 3);
}

/* RFC 9000 8.2.3: only the data of one of our challenges proves anything. */
static void responses(void)
{
	u8 data[2][8], zero[8] = {};
	struct quic_path p;
	u64 rtt_ns = 0;

	quic_path_init(&p, 0, 1200, false);
	/* none in flight: its zeros are no answer */
	CHECK_EQ(quic_path_recv_response(&p, zero, 5, &rtt_ns),
		 QUIC_PATH_NO_ANSWER);
	quic_path_check(&p, 1000, 10, 30);
	CHECK(p.checking && p.challenge_pending && quic_path_owes(&p));
	CHECK_EQ(quic_path_recv_response(&p, zero, 1000, &rtt_ns),
		 QUIC_PATH_NO_ANSWER);
	memcpy(data[0], quic_path_challenge(&p), 8);
	quic_path_challenged(&p, true, 1000);
	memcpy(data[1], quic_path_challenge(&p), 8);
	quic_path_challenged(&p, false, 1010);
	/* RFC 9000 8.2.1: unpredictable data in every one */
	CHECK(memcmp(data[0], data[1], 8));
	data[0][7]++;
	CHECK_EQ(quic_path_recv_response(&p, data[0], 1015, &rtt_ns),
		 QUIC_PATH_NO_ANSWER);
	CHECK(!p.validated);
	data[0][7]--;
	/* RFC 9000 8.2.3: the first one is still good for an answer */
	CHECK_EQ(quic_path_recv_response(&p, data[0], 1015, &rtt_ns),
		 QUIC_PATH_PROVEN);
	CHECK(p.validated);
	CHECK_EQ(rtt_ns, 15);
	/* RFC 9000 8.2.1: a datagram below 1200 bytes proves no size */
	CHECK_EQ(quic_path_recv_response(&p, data[1], 1015, &rtt_ns),
		 QUIC_PATH_ANSWERED);
	quic_path_checked(&p);
	CHECK_EQ(quic_path_recv_response(&p, data[0], 1015, &rtt_ns),
		 QUIC_PATH_NO_ANSWER);
}

/* RFC 9000 9.4: repeated with growing intervals, and given up. */
static void repetition(void)
{
	struct quic_path p;

	quic_path_init(&p, 0, 1200, true);
	CHECK_EQ(p.until_ns, QUIC_TIME_NEVER);
	quic_path_check(&p, 1000, 10, 30);
	CHECK_EQ(p.until_ns, 1030);
	CHECK_EQ(p.repeat_ns, QUIC_TIME_NEVER);
	quic_path_challenge(&p);
	quic_path_challenged(&p, true, 1002);
	CHECK(!quic_path_owes(&p));
	CHECK_EQ(p.repeat_ns, 1012);
	quic_path_repeat(&p, 1011);
	CHECK(!p.challenge_pending);
	quic_path_repeat(&p, 1012);
	CHECK(p.challenge_pending);
	CHECK_EQ(p.repeat_ns, QUIC_TIME_NEVER);
	quic_path_challenge(&p);
	quic_path_challenged(&p, true, 1012);
	CHECK_EQ(p.repeat_ns, 1032);
}

/* RFC 9000 17.4 */
static void spin(void)
{
	struct quic_path p;
	unsigned int i, on = 0;

	quic_path_init(&p, 0, 1200, true);
	p.spin_on = true;
	/* a server reflects, a client inverts */
	quic_path_recv_spin(&p, 5, true, true);
	CHECK(p.spin);
	quic_path_recv_spin(&p, 6, true, false);
	CHECK(!p.spin);
	/* only the highest number counts */
	quic_path_recv_spin(&p, 4, true, true);
	CHECK(!p.spin);
	/* RFC 9000 17.4: when it is off, what comes in is ignored */
	p.spin_on = false;
	quic_path_recv_spin(&p, 9, true, true);
	CHECK(!p.spin);
	CHECK_EQ(p.rx_pn, 9);
	for (i = 0; i < 1600; i++) {
		quic_path_reset_spin(&p, true);
		on += p.spin_on;
		/* RFC 9000 17.4: 0 when the connection id changes */
		if (p.spin_on && p.spin)
			break;
	}
	CHECK_EQ(i, 1600);
	/* RFC 9000 17.4: off for one path in 16 */
	CHECK(on < 1600 - 50 && on > 1600 - 160);
	for (i = 0; i < 100; i++) {
		quic_path_reset_spin(&p, false);
		if (p.spin_on)
			break;
	}
	CHECK_EQ(i, 100);
}

int main(void)
{
	TEST(smallest_mtu);
	TEST(amplification);
	TEST(challenges);
	TEST(responses);
	TEST(repetition);
	TEST(spin);
	return tap_done();
}
