// SPDX-License-Identifier: GPL-2.0-only
/*
 * What congestion control gets out of a bottleneck, in virtual time. Every
 * run is the same each time.
 *
 *	goodput			as TAP
 *	goodput -v		and a line each tenth of a second
 */
#include <stdio.h>

#include "flow.h"
#include "model.h"
#include "tests/unit/env_user.h"

#define MBIT		(1000000 / 8)
#define SEC		QUIC_NSEC_PER_SEC
#define FLOWS_MAX	2
#define T0		(1000 * SEC)

/**
 * struct run - flows over a bottleneck
 * @up: from the senders; the bottleneck
 * @down: for their acknowledgements; only delay
 * @from_bytes: what each reader had when counting began
 */
struct run {
	struct link up;
	struct link down;
	struct flow flow[FLOWS_MAX];
	u64 from_wire[FLOWS_MAX];
	u64 from_drops;
	u64 from_ns;
	u64 now;
	u64 shown_ns;
	u64 rtt_ns;
	int n_flows;
};

static struct run r;
static unsigned int points, failed;
static bool verbose;

static void begin(u64 mbit, u64 rtt_ms, u64 queue_bdp_percent, u32 loss_ppm)
{
	memset(&r, 0, sizeof(r));
	quic_env_seed(points + 1);
	link_init(&r.up, points * 7 + 1);
	link_init(&r.down, points * 7 + 2);
	r.rtt_ns = rtt_ms * MS;
	r.up.bytes_s = mbit * MBIT;
	r.up.delay_ns = r.rtt_ns / 2;
	r.down.delay_ns = r.rtt_ns / 2;
	r.up.queue_bytes = r.up.bytes_s * rtt_ms / 1000 * queue_bdp_percent /
			   100;
	r.up.loss_ppm = loss_ppm;
	r.now = T0;
}

static void run_end(int to)
{
	struct flow *f = &r.flow[to / 2];
	int end = to & 1;

	flow_run(f, end, end ? &r.down : &r.up, to ^ 1, r.now);
}

static void add_flow(const char *algo, u64 window_bytes)
{
	struct flow *f = &r.flow[r.n_flows++];

	flow_start(f, quic_cc_by_name(algo), r.rtt_ns, window_bytes, r.now);
	run_end(2 * (f - r.flow));
}

static void show(void)
{
	int i;

	if (!verbose || r.now < r.shown_ns)
		return;
	r.shown_ns = r.now + SEC / 10;
	printf("# %.3f", (r.now - T0) / 1e9);
	for (i = 0; i < r.n_flows; i++) {
		struct quic_conn *c = flow_sender(&r.flow[i]);

		printf("  cwnd %llu flight %llu ssthresh %lld rate %.3g srtt %.1f lost %llu pto %llu MB %.1f",
		       (unsigned long long)c->cc.window_bytes,
		       (unsigned long long)c->cc.in_flight_bytes,
		       (long long)c->cc.ssthresh_bytes,
		       c->cc.rate_bytes_s / 125e3, c->rtt.smoothed / 1e6,
		       (unsigned long long)c->stats.lost_pkts,
		       (unsigned long long)c->stats.ptos,
		       r.flow[i].wire_bytes / 1e6);
	}
	printf("  drops %llu\n", (unsigned long long)r.up.drops);
}

static u64 next_time(void)
{
	u64 t = min(link_next(&r.up), link_next(&r.down));
	int i;

	for (i = 0; i < 2 * r.n_flows; i++)
		t = min(t, flow_deadline(&r.flow[i / 2], i & 1));
	return t;
}

static void deliver(struct link *l)
{
	while (link_next(l) <= r.now) {
		struct link_pkt *p = link_take(l);
		int to = p->to;

		flow_recv(&r.flow[to / 2], to & 1, p, r.now);
		run_end(to);
	}
}

static void go(u64 ms)
{
	u64 until = r.now + ms * MS;
	int i;

	while (next_time() < until) {
		r.now = max(r.now, next_time());
		deliver(&r.up);
		deliver(&r.down);
		for (i = 0; i < 2 * r.n_flows; i++)
			if (flow_deadline(&r.flow[i / 2], i & 1) <= r.now)
				run_end(i);
		show();
	}
	r.now = until;
}

/* Count from here. */
static void mark(void)
{
	int i;

	for (i = 0; i < r.n_flows; i++)
		r.from_wire[i] = r.flow[i].wire_bytes;
	r.from_drops = r.up.drops;
	r.from_ns = r.now;
}

/* Mbit/s of a flow since mark(), IP and UDP headers included. */
static double mbits(int i)
{
	return (r.flow[i].wire_bytes - r.from_wire[i]) * 8e3 /
	       (r.now - r.from_ns);
}

static double capacity(void)
{
	return r.up.bytes_s / (double)MBIT;
}

static void end(bool good, const char *what)
{
	int i;

	for (i = 0; i < r.n_flows; i++) {
		const struct quic_conn *c = flow_sender(&r.flow[i]);

		printf("# flow %d, %s: %.2f Mbit/s, %llu lost, %llu PTO, %llu persistent, srtt %.1f ms, %.1f packets a burst\n",
		       i, c->cc.ops->name, mbits(i),
		       (unsigned long long)c->stats.lost_pkts,
		       (unsigned long long)c->stats.ptos,
		       (unsigned long long)c->stats.persistent_congestion,
		       c->rtt.smoothed / 1e6, r.flow[i].burst_pkts /
		       (double)max(r.flow[i].bursts, (u64)1));
		flow_free(&r.flow[i]);
	}
	link_flush(&r.up);
	link_flush(&r.down);
	printf("%sok %u - %s\n", good ? "" : "not ", ++points, what);
	fflush(stdout);
	failed += !good;
}

/* ---- points -------------------------------------------------------------- */

static void utilisation(const char *algo)
{
	char what[80];

	begin(100, 30, 100, 0);
	add_flow(algo, 1 << 30);
	go(5000);
	mark();
	go(15000);
	snprintf(what, sizeof(what), "%s: 95 %% of an idle 100 Mbit/s, 30 ms",
		 algo);
	end(mbits(0) >= 0.95 * capacity(), what);
}

/* RFC 9438: within 15 % of what the model counts. */
static void cubic_at_loss(void)
{
	double p = 0.01, rtt_s = 0.030, window, want, have;

	begin(100, 30, 100, 10000);
	add_flow("cubic", 1 << 30);
	go(5000);
	mark();
	go(400000);
	have = mbits(0);
	window = model_cubic_rounds(p, rtt_s, 2000000);
	want = window * (flow_sender(&r.flow[0])->path.mtu_bytes +
			 LINK_HEADER_BYTES) * 8 / rtt_s / 1e6;
	printf("# formulas: cubic %.1f packets, Reno-friendly %.1f; by rounds %.1f: %.2f Mbit/s\n",
	       model_cubic_window(p, rtt_s), model_reno_friendly_window(p),
	       window, want);
	end(have > 0.85 * want && have < 1.15 * want,
	    "cubic: 1 % loss: within 15 % of the model");
}

static void bbr_at_loss(void)
{
	begin(100, 30, 100, 10000);
	add_flow("bbr", 1 << 30);
	go(5000);
	mark();
	go(15000);
	end(mbits(0) >= 0.80 * capacity(), "bbr: 1 % loss: 80 %");
}

/* RFC 9000 4.2: windows that begin with 64 kB do not hold the sender up. */
static void windows_grow(void)
{
	begin(100, 30, 100, 0);
	add_flow("cubic", 1 << 16);
	flow_receiver(&r.flow[0])->flow.rx_window_max = 8 << 20;
	go(3000);
	mark();
	go(5000);
	printf("# window %llu bytes, %.2f round trips' worth\n",
	       (unsigned long long)flow_receiver(&r.flow[0])->flow.rx_window,
	       flow_receiver(&r.flow[0])->flow.rx_window /
	       (r.up.bytes_s * 0.03));
	end(mbits(0) >= 0.95 * capacity(), "receive windows grow to the path");
}

/* Two flows, the second two seconds later: the smaller to the larger. */
static void share(const char *a, const char *b, double least, u64 warm_ms)
{
	double ratio, sum;
	char what[80];

	begin(20, 30, 100, 0);
	add_flow(a, 1 << 30);
	go(2000);
	add_flow(b, 1 << 30);
	go(warm_ms);
	mark();
	go(120000);
	ratio = min(mbits(0), mbits(1)) / max(mbits(0), mbits(1));
	sum = mbits(0) + mbits(1);
	printf("# ratio %.2f, together %.1f %%\n", ratio,
	       100 * sum / capacity());
	snprintf(what, sizeof(what), "%s and %s: share at least %.2f to 1", a,
		 b, least);
	end(ratio >= least && sum >= 0.9 * capacity(), what);
}

int main(int argc, char **argv)
{
	verbose = argc > 1 && !strcmp(argv[1], "-v");
	utilisation("reno");
	utilisation("cubic");
	utilisation("bbr");
	cubic_at_loss();
	bbr_at_loss();
	windows_grow();
	share("reno", "reno", 0.8, 20000);
	share("cubic", "cubic", 0.8, 20000);
	share("bbr", "bbr", 0.8, 20000);
	share("reno", "cubic", 0.4, 20000);
	printf("1..%u\n", points);
	return failed ? 1 : 0;
}
