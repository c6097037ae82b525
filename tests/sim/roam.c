// SPDX-License-Identifier: GPL-2.0-only
#include "roam.h"

#include "peer.h"

#define MTU	1452

static void bind_inside(struct sim_roam *r, u16 inside, u16 outside)
{
	assert(r->n_inside < SIM_BINDINGS);
	r->inside[r->n_inside] = inside;
	r->outside[r->n_inside++] = outside;
}

static u64 pause_ns(struct sim_roam *r)
{
	return (50 + sim_rand(&r->rng) % 1500) * QUIC_NSEC_PER_MSEC;
}

void sim_roam_init(struct sim_roam *r, u64 seed, u64 now)
{
	memset(r, 0, sizeof(*r));
	r->rng.state = seed;
	bind_inside(r, SIM_CLIENT, SIM_CLIENT);
	r->next_ns = now + pause_ns(r);
	/* one in three stays where it is */
	if (!(sim_rand(&r->rng) % 3))
		return;
	r->rebinds = sim_rand(&r->rng) % 5;
	r->moves = sim_rand(&r->rng) % 5;
	if (sim_rand(&r->rng) % 2)
		r->forge = sim_rand(&r->rng) % 100;
}

/* RFC 9000 9: another port, or another address, and nobody is told. */
static void rebind(struct sim_roam *r)
{
	u16 *outside = &r->outside[r->n_inside - 1];

	r->rebinds--;
	*outside += sim_rand(&r->rng) % 2 ? 1 : 0x10;
}

static void move(struct sim_roam *r, struct sim_peer *p)
{
	u16 to = SIM_CLIENT + 0x100 * r->n_inside;
	struct quic_conn *c = &p->c;

	if (quic_migration_start(c, MTU, false, p->now))
		return;
	r->moves--;
	bind_inside(r, to, to);
	p->ends[c->path_alt.id].local = to;
	p->ends[c->path_alt.id].remote = p->ends[c->path.id].remote;
}

void sim_roam_run(struct sim_roam *r, struct sim_peer *p, u64 now)
{
	struct quic_conn *c = &p->c;

	if (!c->confirmed || c->state >= QUIC_CONN_CLOSING)
		return;
	if (c->remote.has_preferred_address && !p->preferred &&
	    !quic_migration_start(c, MTU, true, now)) {
		p->preferred = true;
		p->ends[c->path_alt.id].local = p->ends[c->path.id].local;
		p->ends[c->path_alt.id].remote = SIM_PREFERRED;
		return;
	}
	if (now >= r->ping_ns) {
		c->pending |= QUIC_PEND_PING;
		r->ping_ns = now + QUIC_NSEC_PER_SEC;
	}
	if (now < r->next_ns)
		return;
	r->next_ns = now + pause_ns(r);
	if (r->rebinds && sim_rand(&r->rng) % 2)
		rebind(r);
	else if (r->moves)
		move(r, p);
}

static u16 translate(const struct sim_roam *r, const u16 *from, const u16 *to,
		     u16 addr)
{
	unsigned int i;

	for (i = 0; i < r->n_inside; i++)
		if (from[i] == addr)
			return to[i];
	return 0;
}

static void send_forged(struct sim_roam *r, struct sim_peer *p, u64 now,
			struct sim_way way, const u8 *data, u32 len)
{
	way.src = SIM_FORGED + 0x10 * r->n_forged;
	if (r->n_forged == SIM_FORGERIES || !p->c.confirmed ||
	    !sim_chance(&r->rng, r->forge))
		return;
	r->n_forged++;
	sim_net_send(p->net, now, &way, data, len);
}

void sim_roam_send(struct sim_roam *r, struct sim_peer *p, u8 path, u8 ecn,
		   u64 now, const u8 *data, u32 len)
{
	struct sim_way way = {
		.to = !p->index, .ecn = ecn,
		.src = p->ends[path].local, .dst = p->ends[path].remote,
	};

	if (way.dst >= SIM_FORGED) {
		r->tx_bytes[(way.dst - SIM_FORGED) / 0x10] += len;
		return;
	}
	if (p->c.server) {
		way.dst = translate(r, r->outside, r->inside, way.dst);
		if (!way.dst)
			return;
	} else {
		way.src = translate(r, r->inside, r->outside, way.src);
		send_forged(r, p, now, way, data, len);
	}
	sim_net_send(p->net, now, &way, data, len);
}

u16 sim_roam_where(const struct sim_roam *r, const struct sim_peer *client)
{
	return translate(r, r->inside, r->outside,
			 client->ends[client->c.path.id].local);
}

int sim_roam_find(struct sim_roam *r, struct sim_peer *p,
		  const struct sim_dgram *d)
{
	struct quic_conn *c = &p->c;
	int i;

	if (d->way.src >= SIM_FORGED)
		r->rx_bytes[(d->way.src - SIM_FORGED) / 0x10] += d->len;
	for (i = 0; i < QUIC_PATHS; i++)
		if (quic_migration_path(c, i) && p->ends[i].local == d->way.dst &&
		    p->ends[i].remote == d->way.src)
			return i;
	/* the first packet tells a server who its client is */
	if (c->server && !p->ends[0].remote) {
		p->ends[0].remote = d->way.src;
		return 0;
	}
	return c->server && c->confirmed ? QUIC_PATH_NEW : -1;
}

bool sim_roam_amplified(const struct sim_roam *r)
{
	unsigned int i;

	for (i = 0; i < r->n_forged; i++)
		if (r->tx_bytes[i] > 3 * r->rx_bytes[i])
			return true;
	return false;
}
