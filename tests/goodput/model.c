// SPDX-License-Identifier: GPL-2.0-only
#include "model.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/*
 * RFC 9438 gives two average windows under a loss ratio p (a loss each 1/p
 * packets): that of its cubic curve (5.1, figure 6 in general form), and that
 * of AIMD with alpha 3(1-beta)/(1+beta) (4.3), which is Reno's,
 * sqrt(3 / 2p). A flow has the larger one. At 1 % and 30 ms these are 2.4 and
 * 12.2 packets: the Reno-friendly region, by far; the curve's time constant
 * of seconds never comes to bear when there is a loss each 100 packets.
 *
 * Losses at random come in pairs, and after long runs, too, and once W_est is
 * back where it was it grows by a packet a round trip instead of 9/17. So the
 * formula is a guide only, and what is compared is a count round by round.
 */
#define C	0.4
#define BETA	0.7
#define ALPHA	(3 * (1 - BETA) / (1 + BETA))

double model_reno_friendly_window(double p)
{
	return sqrt(ALPHA * (1 + BETA) / (2 * (1 - BETA) * p));
}

double model_cubic_window(double p, double rtt_s)
{
	return pow(C * (3 + BETA) / (4 * (1 - BETA)), 0.25) *
	       pow(rtt_s / p, 0.75);
}

/* Is one of @n packets lost? */
static bool loss_among(double n, double p)
{
	return drand48() < 1 - pow(1 - p, n);
}

double model_cubic_rounds(double p, double rtt_s, long rounds)
{
	double window = 10, max = 10, prior = 10, est = 10, sum = 0;
	long i, since = 0;

	srand48(9438);
	for (i = 0; i < rounds; i++) {
		double t, k, cubic;

		sum += window;
		/* a window is sent; what it loses shows a round trip later */
		if (loss_among(window, p)) {
			max = window < max ? window * (1 + BETA) / 2 : window;
			prior = window;
			window = fmax(window * BETA, 2);
			est = window;
			since = 0;
			/*
			 * The round in which it shows: at first all that is
			 * left of the old window is acknowledged, and nothing
			 * grows.
			 */
			sum += window;
			i++;
			continue;
		}
		since++;
		t = since * rtt_s;
		k = cbrt((max - prior * BETA) / C);
		cubic = C * pow(t - k, 3) + max;
		est += est >= prior ? 1 : ALPHA;
		window = fmax(window, fmin(fmax(cubic, est), window * 1.5));
	}
	return sum / i;
}
