// SPDX-License-Identifier: GPL-2.0-only
#include "stats.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <netinet/quic.h>

static const struct field {
	const char *name;
	size_t offset;
	size_t size;
} fields[] = {
#define STAT(member)	{ #member, offsetof(struct quic_stats, member), \
			  sizeof(((struct quic_stats *)0)->member) },
#include "stats_fields.h"
#undef STAT
};

static uint64_t field_value(const struct quic_stats *stats,
			    const struct field *field)
{
	const char *at = (const char *)stats + field->offset;
	uint32_t v32;
	uint64_t v64;

	if (field->size == 1)
		return *(const uint8_t *)at;
	if (field->size == sizeof(v32)) {
		memcpy(&v32, at, sizeof(v32));
		return v32;
	}
	memcpy(&v64, at, sizeof(v64));
	return v64;
}

void stats_print(FILE *out, int sockfd)
{
	struct quic_stats stats;
	socklen_t len = sizeof(stats);
	const char *sep = "{";
	size_t i;

	memset(&stats, 0, sizeof(stats));
	if (getsockopt(sockfd, SOL_QUIC, QUIC_SOCKOPT_STATS, &stats, &len)) {
		fputs("null", out);
		return;
	}
	/* an older kernel gives fewer */
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (fields[i].offset + fields[i].size > len)
			break;
		fprintf(out, "%s\"%s\":%llu", sep, fields[i].name,
			(unsigned long long)field_value(&stats, &fields[i]));
		sep = ",";
	}
	fputs("}", out);
}
