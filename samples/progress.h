/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SAMPLES_PROGRESS_H
#define SAMPLES_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct progress - how far a transfer is, on standard error
 * @what: its name
 * @total_bytes: its size
 * @done_bytes: how much is done
 * @start_ns: when it began
 * @shown_ns: when a line was last shown
 * @quiet: show nothing
 * @tty: lines overwrite each other
 */
struct progress {
	const char *what;
	uint64_t total_bytes;
	uint64_t done_bytes;
	uint64_t start_ns;
	uint64_t shown_ns;
	bool quiet;
	bool tty;
};

/**
 * progress_now_ns - the monotonic clock
 *
 * Return: nanoseconds.
 */
uint64_t progress_now_ns(void);

/**
 * progress_start - begin
 * @progress: filled in
 * @what: name of the transfer
 * @total_bytes: its size
 * @quiet: show nothing
 */
void progress_start(struct progress *progress, const char *what,
		    uint64_t total_bytes, bool quiet);

/**
 * progress_add - tell that more is done, show it about once a second
 * @progress: the transfer
 * @bytes: how much more
 */
void progress_add(struct progress *progress, uint64_t bytes);

/**
 * progress_pace - sleep until the transfer is no faster than a rate
 * @progress: the transfer
 * @rate: bytes a second; 0: no limit
 */
void progress_pace(const struct progress *progress, uint64_t rate);

/**
 * progress_lift_on - a signal after which no rate holds any more
 * @sig: its number
 *
 * Who watches a slow transfer lets it end when he has seen enough.
 */
void progress_lift_on(int sig);

/**
 * progress_rate - the rate that holds
 * @rate: what was asked for; 0: no limit
 *
 * Return: @rate, or 0 after the signal.
 */
uint64_t progress_rate(uint64_t rate);

/**
 * progress_end - end
 * @progress: the transfer
 *
 * Return: seconds since progress_start().
 */
double progress_end(struct progress *progress);

#endif
