// SPDX-License-Identifier: GPL-2.0-only
#include "quic/core/path.h"

#include "tap.h"

/* RFC 9000 14: 1200 bytes are always allowed, less is not a QUIC path. */
static void smallest_mtu(void)
{
	struct quic_path p;

	quic_path_init(&p, 500, true);
	CHECK_EQ(p.mtu_bytes, 1200);
	quic_path_init(&p, 9000, true);
	CHECK_EQ(p.mtu_bytes, 9000);
}

/* RFC 9000 8.1 */
static void amplification(void)
{
	struct quic_path p;

	quic_path_init(&p, 1200, false);
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

	quic_path_init(&p, 1200, true);
	for (i = 0; i < 20; i++) {
		data[0] = i;
		quic_path_recv_challenge(&p, data);
	}
	CHECK_EQ(p.n_response, QUIC_PATH_RESPONSES);
	CHECK_EQ(p.response[0][0], 0);
	CHECK_EQ(p.response[3][0], 3);
}

/* RFC 9000 8.2.3: only the data of our challenge proves anything. */
static void responses(void)
{
	struct quic_path p;
	u8 data[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };

	quic_path_init(&p, 1200, false);
	/* none in flight: its zeros are no answer */
	CHECK(!quic_path_recv_response(&p, (u8[8]) {}));
	memcpy(p.challenge, data, 8);
	p.challenge_ns = 5;
	data[7]++;
	CHECK(!quic_path_recv_response(&p, data));
	CHECK(!p.validated);
	data[7]--;
	CHECK(quic_path_recv_response(&p, data));
	CHECK(p.validated);
	CHECK(!quic_path_recv_response(&p, data));
}

int main(void)
{
	TEST(smallest_mtu);
	TEST(amplification);
	TEST(challenges);
	TEST(responses);
	return tap_done();
}
