// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two endpoints under loss, duplication, reordering and corruption, in
 * virtual time. Every run follows from its seed:
 *
 *	sim			seeds 1..250, as TAP
 *	sim FIRST LAST		a range of seeds
 *	sim -v SEED		one seed, with every packet
 */
#include <stdio.h>

#include "peer.h"
#include "tests/unit/env_user.h"

#define RUN_LIMIT_NS	(600 * QUIC_NSEC_PER_SEC)
#define STEPS_MAX	4000000

struct run {
	struct sim_net net;
	struct sim_roam roam;
	struct sim_peer peer[2];
	u64 now;
	u64 seed;
	const char *bad;
	bool verbose;
};

/* What the path does to large packets and to marks. */
static void setup_path(struct run *r, struct sim_rng *rng)
{
	struct sim_net *n = &r->net;
	int i;

	if (sim_rand(rng) % 2)
		n->mtu_bytes = 1200 + sim_rand(rng) % 300;
	/* in the midst of it: a black hole */
	if (sim_rand(rng) % 4 == 0)
		n->mtu_from_ns = r->now + sim_rand(rng) % (3 * QUIC_NSEC_PER_SEC);
	if (sim_rand(rng) % 2)
		n->ecn_fault = sim_rand(rng) % (SIM_ECN_DROPPED + 1);
	if (sim_rand(rng) % 2)
		n->ce = sim_rand(rng) % 200;
	if (sim_rand(rng) % 2)
		n->flip = sim_rand(rng) % 200;
	for (i = 0; i < 2; i++)
		if (sim_rand(rng) % 4 == 0)
			r->peer[i].c.keepalive_ns = QUIC_NSEC_PER_SEC;
}

/* Version Negotiation has no checksum: only on a network that spoils nothing */
static enum sim_start start_of(const struct run *r)
{
	if (!(r->seed % 8))
		return r->seed % 16 ? SIM_START_PLAIN : SIM_START_OFFER;
	return r->seed % SIM_START_OFFER;
}

static void setup(struct run *r)
{
	struct sim_rng rng = { r->seed };
	struct sim_net *n = &r->net;
	unsigned int i, k;

	n->rng.state = sim_rand(&rng);
	/* one in eight is a good network */
	if (r->seed % 8) {
		n->loss = sim_rand(&rng) % 150;
		n->dup = sim_rand(&rng) % 50;
		n->corrupt = sim_rand(&rng) % 50;
		n->reorder = sim_rand(&rng) % 200;
	}
	n->delay_ns = 1 + sim_rand(&rng) % (100 * QUIC_NSEC_PER_MSEC);
	n->jitter_ns = sim_rand(&rng) % (n->delay_ns + 1);
	n->ns_per_byte = sim_rand(&rng) % 2000;
	n->queue_ns = 200 * QUIC_NSEC_PER_MSEC;
	r->now = QUIC_NSEC_PER_SEC;
	for (i = 0; i < 2; i++) {
		struct sim_peer *p = &r->peer[i];

		if (sim_peer_init(p, i, n, &r->peer[!i], start_of(r),
				  sim_rand(&rng), r->now))
			r->bad = "init";
		p->roam = &r->roam;
		p->n_tx = sim_rand(&rng) % 8;
		p->updates = sim_rand(&rng) % 4;
		p->n_dgrams = sim_rand(&rng) % SIM_DGRAMS;
		p->slow_reader = sim_rand(&rng) % 3 == 0;
		/* one in five: many short streams, above the limit at a time */
		if (r->seed % 5 == 0)
			p->n_tx = 30 + sim_rand(&rng) % 30;
		for (k = 0; k < p->n_tx; k++) {
			p->tx[k].size = 1 + sim_rand(&rng) %
					(p->n_tx < 8 ? 200000 : 300);
			p->tx[k].id = sim_rand(&rng) & 1;	/* uni? */
		}
	}
	setup_path(r, &rng);
	/* one in two resumes; a session is of one version (RFC 9369 5) */
	if (sim_rand(&rng) % 2 && start_of(r) != SIM_START_OFFER)
		r->peer[0].early = SIM_EARLY_ACCEPTED + sim_rand(&rng) % 3;
	sim_roam_init(&r->roam, sim_rand(&rng), r->now);
}

static u64 next_time(const struct run *r)
{
	u64 t = sim_net_next(&r->net);

	t = min(t, quic_conn_deadline(&r->peer[0].c));
	t = min(t, quic_conn_deadline(&r->peer[1].c));
	/* the applications look again every now and then */
	return min(t, r->now + 20 * QUIC_NSEC_PER_MSEC);
}

static bool established(const struct run *r)
{
	return r->peer[0].c.confirmed && r->peer[1].c.confirmed;
}

static void deliver(struct run *r)
{
	while (sim_net_next(&r->net) <= r->now) {
		struct sim_dgram *d = sim_net_take(&r->net);

		sim_peer_recv(&r->peer[d->way.to], d, r->now);
		free(d);
	}
}

static void step(struct run *r)
{
	int i;

	r->now = max(r->now, next_time(r));
	deliver(r);
	for (i = 0; i < 2; i++)
		sim_peer_run(&r->peer[i], r->now);
}

/* What the endpoint came to know of its path must be so. */
static const char *path_verdict(const struct run *r, const struct quic_conn *c)
{
	const struct sim_net *n = &r->net;
	const struct quic_path *p = &c->path;

	if (p->pmtud.state == QUIC_PMTUD_COMPLETE && n->mtu_bytes &&
	    !n->mtu_from_ns && p->mtu_bytes > n->mtu_bytes)
		return "path MTU: above what passes";
	/* marks of several paths count together */
	if (r->roam.seen)
		return NULL;
	if (p->ecn.state == QUIC_ECN_CAPABLE && n->ecn_fault != SIM_ECN_FINE)
		return "ECN: in use where marks do not pass";
	if (p->ecn.state == QUIC_ECN_FAILED && r->seed % 8 == 0 &&
	    n->ecn_fault == SIM_ECN_FINE)
		return "ECN: failed on a good path";
	return NULL;
}

static const char *verdict(const struct run *r)
{
	int i;

	if (r->bad)
		return r->bad;
	for (i = 0; i < 2; i++) {
		const struct quic_close *cl = &r->peer[i].c.close;

		if (r->peer[i].bad)
			return r->peer[i].bad;
		if (cl->set && (cl->err || cl->timeout || cl->reset))
			return "closed with an error";
		if (path_verdict(r, &r->peer[i].c))
			return path_verdict(r, &r->peer[i].c);
	}
	if (sim_roam_amplified(&r->roam))
		return "more than three times to a forged address";
	return NULL;
}

static void transfer(struct run *r)
{
	int steps = 0;

	while (!(established(r) && sim_peer_done(&r->peer[0]) &&
		 sim_peer_done(&r->peer[1]))) {
		if (r->bad || verdict(r))
			return;
		if (steps++ > STEPS_MAX || r->now > RUN_LIMIT_NS) {
			r->bad = established(r) ? "transfer does not end" :
						  "handshake does not end";
			return;
		}
		step(r);
	}
}

/* Does the server know where its client is? */
static bool settled(const struct run *r)
{
	const struct quic_conn *c = &r->peer[1].c;

	return c->path.validated && !c->path.checking &&
	       !r->peer[0].c.path_alt.checking &&
	       r->peer[1].ends[c->path.id].remote ==
	       sim_roam_where(&r->roam, &r->peer[0]);
}

/* No address changes any more; the client says something now and then. */
static void settle(struct run *r)
{
	u64 limit = r->now + 100 * QUIC_NSEC_PER_SEC, next = r->now;

	r->roam.rebinds = 0;
	r->roam.moves = 0;
	r->roam.forge = 0;
	while (!settled(r) && !verdict(r)) {
		if (r->now > limit) {
			r->bad = "server does not find its client";
			return;
		}
		if (r->now >= next) {
			r->peer[0].c.pending |= QUIC_PEND_PING;
			next = r->now + QUIC_NSEC_PER_SEC;
		}
		step(r);
	}
}

/*
 * One side closes; both must come to rest by themselves. CONNECTION_CLOSE is
 * sent once, so the network behaves from here on.
 */
static void finish(struct run *r)
{
	struct quic_conn *c = &r->peer[r->seed & 1].c;
	int steps = 0;

	if (!sim_peer_version_ok(&r->peer[0]) ||
	    !sim_peer_version_ok(&r->peer[1]))
		r->bad = "not the version that it should be";
	quic_conn_close(c, 0, true, 0, "bye", 3, r->now);
	r->net.loss = 0;
	r->net.corrupt = 0;
	r->net.queue_ns = 0;
	while (r->peer[0].c.state != QUIC_CONN_CLOSED ||
	       r->peer[1].c.state != QUIC_CONN_CLOSED) {
		if (steps++ > STEPS_MAX || r->now > 2 * RUN_LIMIT_NS) {
			r->bad = "close does not end";
			return;
		}
		step(r);
	}
}

static void report(const struct run *r)
{
	int i;

	fprintf(stderr, "seed %llu: %.3f s, loss %u dup %u corrupt %u reorder %u flip %u CE %u per mille, delay %.1f ms, MTU %u from %.1f s, ECN fault %u\n",
		(unsigned long long)r->seed, r->now / 1e9, r->net.loss,
		r->net.dup, r->net.corrupt, r->net.reorder,
		r->net.flip, r->net.ce, r->net.delay_ns / 1e6,
		r->net.mtu_bytes, r->net.mtu_from_ns / 1e9, r->net.ecn_fault);
	for (i = 0; i < 2; i++) {
		const struct quic_conn *c = &r->peer[i].c;

		fprintf(stderr, "  %s: state %u close%s%s%s err %#llx frame %#llx tx %llu rx %llu lost %llu pto %llu dup %llu cwnd %llu flight %llu srtt %.1f ms gen %u/%u streams %u mtu %u (%u, %llu probes, %llu holes) ecn %u ce %llu\n",
			i ? "server" : "client", c->state,
			c->close.local ? " local" : "",
			c->close.timeout ? " timeout" : "",
			c->close.reset ? " reset" : "",
			(unsigned long long)c->close.err,
			(unsigned long long)c->close.frame_type,
			(unsigned long long)c->stats.tx_pkts,
			(unsigned long long)c->stats.rx_pkts,
			(unsigned long long)c->stats.lost_pkts,
			(unsigned long long)c->stats.ptos,
			(unsigned long long)c->stats.dup_pkts,
			(unsigned long long)c->cc.window_bytes,
			(unsigned long long)c->cc.in_flight_bytes,
			c->rtt.smoothed / 1e6, c->keys.tx_gen, c->keys.rx_gen,
			c->streams.count, c->path.mtu_bytes,
			c->path.pmtud.state,
			(unsigned long long)c->stats.mtu_probes,
			(unsigned long long)c->stats.mtu_black_holes,
			c->path.ecn.state,
			(unsigned long long)c->stats.ce_acked);
	}
	fprintf(stderr, "  addresses: %u of the client, %u forged, %u migrations\n",
		r->roam.n_inside, r->roam.n_forged, r->roam.seen);
}

static const char *run_seed(u64 seed, bool verbose)
{
	static struct run r;
	const char *bad;
	long live = quic_env_live();

	memset(&r, 0, sizeof(r));
	r.seed = seed;
	quic_env_seed(seed);
	setup(&r);
	transfer(&r);
	bad = verdict(&r);
	if (!bad) {
		settle(&r);
		bad = verdict(&r);
	}
	if (!bad) {
		finish(&r);
		bad = verdict(&r);
	}
	if (bad || verbose)
		report(&r);
	sim_net_flush(&r.net);
	sim_peer_free(&r.peer[0]);
	sim_peer_free(&r.peer[1]);
	if (!bad && quic_env_live() != live)
		bad = "memory leaked";
	return bad;
}

int main(int argc, char **argv)
{
	u64 first = 1, last = 250, seed;
	bool verbose = false;
	int failed = 0;

	if (argc == 3 && !strcmp(argv[1], "-v")) {
		verbose = true;
		sim_trace = true;
		first = last = strtoull(argv[2], NULL, 0);
	} else if (argc == 3) {
		first = strtoull(argv[1], NULL, 0);
		last = strtoull(argv[2], NULL, 0);
	}
	printf("1..%llu\n", (unsigned long long)(last - first + 1));
	for (seed = first; seed <= last; seed++) {
		const char *bad = run_seed(seed, verbose);

		printf("%sok %llu - seed %llu%s%s\n", bad ? "not " : "",
		       (unsigned long long)(seed - first + 1),
		       (unsigned long long)seed, bad ? ": " : "", bad ?: "");
		if (bad)
			printf("# replay: build/sim/sim -v %llu\n",
			       (unsigned long long)seed);
		fflush(stdout);
		failed += !!bad;
	}
	return failed ? 1 : 0;
}
