// SPDX-License-Identifier: GPL-2.0-only
#include "progress.h"

#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define SECOND_NS	1000000000ULL

uint64_t progress_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * SECOND_NS + now.tv_nsec;
}

void progress_start(struct progress *progress, const char *what,
		    uint64_t total_bytes, bool quiet)
{
	*progress = (struct progress) {
		.what = what,
		.total_bytes = total_bytes,
		.quiet = quiet,
		.tty = isatty(STDERR_FILENO),
	};
	progress->start_ns = progress_now_ns();
	progress->shown_ns = progress->start_ns;
}

static void show(const struct progress *progress, uint64_t now_ns)
{
	double seconds = (double)(now_ns - progress->start_ns) / SECOND_NS;
	double mib = (double)progress->done_bytes / (1 << 20);
	double percent = 100;

	if (progress->total_bytes)
		percent = 100.0 * progress->done_bytes / progress->total_bytes;
	fprintf(stderr, "%s  %s: %5.1f %%  %.1f MiB  %.1f MiB/s%s",
		progress->tty ? "\r" : "", progress->what, percent, mib,
		seconds > 0 ? mib / seconds : 0.0, progress->tty ? "  " : "\n");
	fflush(stderr);
}

void progress_add(struct progress *progress, uint64_t bytes)
{
	uint64_t now_ns = progress_now_ns();

	progress->done_bytes += bytes;
	if (progress->quiet || now_ns - progress->shown_ns < SECOND_NS)
		return;
	progress->shown_ns = now_ns;
	show(progress, now_ns);
}

static volatile sig_atomic_t lifted;

static void lift(int sig)
{
	(void)sig;
	lifted = 1;
}

void progress_lift_on(int sig)
{
	struct sigaction action = {
		.sa_handler = lift, .sa_flags = SA_RESTART,
	};

	if (sigaction(sig, &action, NULL))
		err(1, "signal %d", sig);
}

uint64_t progress_rate(uint64_t rate)
{
	return lifted ? 0 : rate;
}

/* The signal may come just before the sleep: one piece later it is seen. */
void progress_pace(const struct progress *progress, uint64_t rate)
{
	struct timespec until;
	uint64_t until_ns;

	if (!progress_rate(rate))
		return;
	until_ns = progress->start_ns +
		   (uint64_t)((double)progress->done_bytes / rate * SECOND_NS);
	until.tv_sec = until_ns / SECOND_NS;
	until.tv_nsec = until_ns % SECOND_NS;
	while (!lifted && clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME,
					  &until, NULL) == EINTR)
		;
}

double progress_end(struct progress *progress)
{
	uint64_t now_ns = progress_now_ns();

	/* a short transfer showed nothing and needs no end */
	if (!progress->quiet && progress->shown_ns != progress->start_ns) {
		show(progress, now_ns);
		if (progress->tty)
			fputc('\n', stderr);
	}
	return (double)(now_ns - progress->start_ns) / SECOND_NS;
}
