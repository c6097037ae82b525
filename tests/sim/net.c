// SPDX-License-Identifier: GPL-2.0-only
#include "net.h"

u64 sim_rand(struct sim_rng *rng)
{
	u64 z = (rng->state += 0x9e3779b97f4a7c15ULL);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

bool sim_chance(struct sim_rng *rng, unsigned int permille)
{
	return permille && sim_rand(rng) % 1000 < permille;
}

static void enqueue(struct sim_net *net, u64 at_ns, int to, const u8 *data,
		    u32 len)
{
	struct sim_dgram *d = malloc(sizeof(*d) + len), **p = &net->queue;

	assert(d);
	d->at_ns = at_ns;
	d->seq = net->seq++;
	d->to = to;
	d->len = len;
	memcpy(d->data, data, len);
	while (*p && (*p)->at_ns <= at_ns)
		p = &(*p)->next;
	d->next = *p;
	*p = d;
	if (sim_chance(&net->rng, net->corrupt))
		d->data[sim_rand(&net->rng) % len] ^= BIT(sim_rand(&net->rng) % 8);
}

void sim_net_send(struct sim_net *net, u64 now, int to, const u8 *data,
		  u32 len)
{
	u64 start = max(now, net->busy_until[to]), at;

	if (net->queue_ns && start - now > net->queue_ns)
		return;
	net->busy_until[to] = start + len * net->ns_per_byte;
	if (sim_chance(&net->rng, net->loss))
		return;
	at = net->busy_until[to] + net->delay_ns;
	if (sim_chance(&net->rng, net->reorder))
		at += sim_rand(&net->rng) % (net->jitter_ns + 1);
	enqueue(net, at, to, data, len);
	if (sim_chance(&net->rng, net->dup))
		enqueue(net, at + sim_rand(&net->rng) % (net->jitter_ns + 1),
			to, data, len);
}

u64 sim_net_next(const struct sim_net *net)
{
	return net->queue ? net->queue->at_ns : QUIC_TIME_NEVER;
}

struct sim_dgram *sim_net_take(struct sim_net *net)
{
	struct sim_dgram *d = net->queue;

	net->queue = d->next;
	return d;
}

void sim_net_flush(struct sim_net *net)
{
	while (net->queue)
		free(sim_net_take(net));
}
