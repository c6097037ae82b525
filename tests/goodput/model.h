/* SPDX-License-Identifier: GPL-2.0-only */
/* What CUBIC should get, worked out without the code under test. */
#ifndef _TESTS_GOODPUT_MODEL_H
#define _TESTS_GOODPUT_MODEL_H

/* Average windows in packets by the closed formulas, loss ratio @p. */
double model_reno_friendly_window(double p);
double model_cubic_window(double p, double rtt_s);

/*
 * Average window in packets of a flow that follows RFC 9438 round by round,
 * each packet lost with probability @p, for @rounds round trips.
 */
double model_cubic_rounds(double p, double rtt_s, long rounds);

#endif
