// SPDX-License-Identifier: GPL-2.0-only
#include "path.h"

void quic_path_init(struct quic_path *p, u32 mtu, bool validated)
{
	memset(p, 0, sizeof(*p));
	p->mtu_bytes = max_t(u32, mtu, QUIC_PATH_BASE_MTU);
	p->validated = validated;
}

void quic_path_recv_challenge(struct quic_path *p, const u8 *data)
{
	if (p->n_response == QUIC_PATH_RESPONSES)
		return;
	memcpy(p->response[p->n_response++], data, QUIC_PATH_DATA_LEN);
}

bool quic_path_recv_response(struct quic_path *p, const u8 *data)
{
	if (!p->challenge_ns || memcmp(p->challenge, data, QUIC_PATH_DATA_LEN))
		return false;
	p->challenge_ns = 0;
	p->validated = true;
	return true;
}
