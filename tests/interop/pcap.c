// SPDX-License-Identifier: GPL-2.0-only
#include "pcap.h"

#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define MAGIC_NS	0xa1b23c4d
#define LINK_ETHERNET	1

struct pcap {
	FILE *file;
};

struct pcap *pcap_open(const char *path)
{
	const uint32_t head[] = {
		MAGIC_NS, 2 | 4 << 16, 0, 0, 65535, LINK_ETHERNET,
	};
	struct pcap *pcap = malloc(sizeof(*pcap));

	if (!pcap)
		err(1, "memory");
	pcap->file = fopen(path, "w");
	if (!pcap->file || !fwrite(head, sizeof(head), 1, pcap->file))
		err(1, "%s", path);
	return pcap;
}

void pcap_write(struct pcap *pcap, const void *frame, size_t len)
{
	struct timespec ts;
	uint32_t head[4];

	if (!pcap)
		return;
	clock_gettime(CLOCK_REALTIME, &ts);
	head[0] = ts.tv_sec;
	head[1] = ts.tv_nsec;
	head[2] = len;
	head[3] = len;
	fwrite(head, sizeof(head), 1, pcap->file);
	fwrite(frame, len, 1, pcap->file);
}

void pcap_close(struct pcap *pcap)
{
	if (!pcap)
		return;
	if (ferror(pcap->file) | fclose(pcap->file))
		errx(1, "writing a capture");
	free(pcap);
}
