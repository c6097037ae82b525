// SPDX-License-Identifier: GPL-2.0-only
#include "net.h"
#include "quic/core/ecn.h"

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

static struct sim_dgram *enqueue(struct sim_net *net, u64 at_ns,
				 const struct sim_way *way, const u8 *data,
				 u32 len)
{
	struct sim_dgram *d = malloc(sizeof(*d) + len), **p = &net->queue;

	assert(d);
	d->at_ns = at_ns;
	d->seq = net->seq++;
	d->way = *way;
	d->len = len;
	memcpy(d->data, data, len);
	while (*p && (*p)->at_ns <= at_ns)
		p = &(*p)->next;
	d->next = *p;
	*p = d;
	if (sim_chance(&net->rng, net->corrupt))
		d->data[sim_rand(&net->rng) % len] ^= BIT(sim_rand(&net->rng) % 8);
	return d;
}

/* What routers make of an ECN field. */
static u8 pass_ecn(struct sim_net *net, u8 ecn)
{
	if (ecn != QUIC_ECN_ECT0)
		return ecn;
	if (net->ecn_fault == SIM_ECN_BLEACHED)
		return QUIC_ECN_NOT_ECT;
	if (net->ecn_fault == SIM_ECN_REMARKED)
		return QUIC_ECN_ECT1;
	return sim_chance(&net->rng, net->ce) ? QUIC_ECN_CE : ecn;
}

static bool is_too_big(const struct sim_net *net, u64 now, u32 len)
{
	return net->mtu_bytes && now >= net->mtu_from_ns &&
	       len > net->mtu_bytes;
}

void sim_net_send(struct sim_net *net, u64 now, const struct sim_way *from,
		  const u8 *data, u32 len)
{
	u64 start = max(now, net->busy_until[from->to]), at;
	struct sim_way way = *from;
	int to = way.to;

	if (is_too_big(net, now, len) ||
	    (way.ecn && net->ecn_fault == SIM_ECN_DROPPED))
		return;
	way.ecn = pass_ecn(net, way.ecn);

	if (net->queue_ns && start - now > net->queue_ns)
		return;
	net->busy_until[to] = start + len * net->ns_per_byte;
	if (sim_chance(&net->rng, net->loss))
		return;
	at = net->busy_until[to] + net->delay_ns;
	if (sim_chance(&net->rng, net->reorder))
		at += sim_rand(&net->rng) % (net->jitter_ns + 1);
	enqueue(net, at, &way, data, len);
	if (!(data[0] & 0x80) && sim_chance(&net->rng, net->flip))
		enqueue(net, at - net->delay_ns / 2, &way, data,
			len)->data[0] ^= 0x04;
	if (sim_chance(&net->rng, net->dup))
		enqueue(net, at + sim_rand(&net->rng) % (net->jitter_ns + 1),
			&way, data, len);
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
