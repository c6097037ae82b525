// SPDX-License-Identifier: GPL-2.0-only
#include "path.h"

void quic_path_init(struct quic_path *p, u8 id, u32 mtu, bool validated)
{
	memset(p, 0, sizeof(*p));
	p->id = id;
	p->used = true;
	p->mtu_bytes = max_t(u32, mtu, QUIC_PATH_BASE_MTU);
	p->validated = validated;
	p->rx_pn = QUIC_PN_NONE;
	p->repeat_ns = QUIC_TIME_NEVER;
	p->until_ns = QUIC_TIME_NEVER;
}

void quic_path_check(struct quic_path *p, u64 now, u64 interval_ns,
		     u64 give_up_ns)
{
	p->checking = true;
	p->heard = false;
	p->challenge_pending = true;
	p->n_challenge = 0;
	p->full = 0;
	p->interval_ns = interval_ns;
	p->repeat_ns = QUIC_TIME_NEVER;
	p->until_ns = now + give_up_ns;
}

static unsigned int last_challenge(const struct quic_path *p)
{
	return p->n_challenge % QUIC_PATH_CHALLENGES;
}

const u8 *quic_path_challenge(struct quic_path *p)
{
	u8 *data = p->challenge[last_challenge(p)];

	/* RFC 9000 8.2.1: unpredictable, and another one in every frame */
	quic_env_random(data, QUIC_PATH_DATA_LEN);
	return data;
}

void quic_path_challenged(struct quic_path *p, bool full, u64 now)
{
	unsigned int i = last_challenge(p);

	p->challenge_ns[i] = now;
	p->full &= ~BIT(i);
	if (full)
		p->full |= BIT(i);
	p->n_challenge++;
	p->challenge_pending = false;
	p->repeat_ns = now + p->interval_ns;
	p->interval_ns *= 2;
}

void quic_path_repeat(struct quic_path *p, u64 now)
{
	if (p->repeat_ns > now)
		return;
	p->repeat_ns = QUIC_TIME_NEVER;
	p->challenge_pending = true;
}

/* RFC 9000 19.17: the same data goes back, from here. */
void quic_path_recv_challenge(struct quic_path *p, const u8 *data)
{
	if (p->n_response == QUIC_PATH_RESPONSES)
		return;
	memcpy(p->response[p->n_response++], data, QUIC_PATH_DATA_LEN);
}

enum quic_path_answer quic_path_recv_response(struct quic_path *p,
					      const u8 *data, u64 now,
					      u64 *rtt_ns)
{
	unsigned int i, n = min_t(u32, p->n_challenge, QUIC_PATH_CHALLENGES);

	if (!p->checking)
		return QUIC_PATH_NO_ANSWER;
	for (i = 0; i < n; i++) {
		if (memcmp(p->challenge[i], data, QUIC_PATH_DATA_LEN))
			continue;
		p->validated = true;
		*rtt_ns = now - p->challenge_ns[i];
		/* RFC 9000 8.2.3: a small datagram says nothing of the size */
		p->narrow = !(p->full & BIT(i));
		return p->narrow ? QUIC_PATH_ANSWERED : QUIC_PATH_PROVEN;
	}
	return QUIC_PATH_NO_ANSWER;
}

void quic_path_checked(struct quic_path *p)
{
	p->checking = false;
	p->rounds = 0;
	p->challenge_pending = false;
	p->repeat_ns = QUIC_TIME_NEVER;
	p->until_ns = QUIC_TIME_NEVER;
}

void quic_path_reset_spin(struct quic_path *p, bool on)
{
	u8 rnd;

	quic_env_random(&rnd, 1);
	/* RFC 9000 17.4: off for one in 16; then a random value, per id */
	p->spin_on = on && rnd & 0x0f;
	p->spin = p->spin_on ? false : rnd & 0x10;
}
