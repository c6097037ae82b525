// SPDX-License-Identifier: GPL-2.0-only
#include "number.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

uint64_t number_parse(const char *option, const char *text)
{
	size_t digits = strspn(text, "0123456789");
	static const char suffixes[] = "kMG";
	uint64_t number;
	const char *at;

	if (!digits || digits > 12)
		errx(2, "--%s: '%s' is not a number", option, text);
	number = strtoull(text, NULL, 10);
	text += digits;
	if (!*text)
		return number;
	at = strchr(suffixes, *text);
	if (!at || text[1])
		errx(2, "--%s: unknown suffix '%s'", option, text);
	if (number >> 30)
		errx(2, "--%s: too large", option);
	return number << (10 * (at - suffixes + 1));
}

uint64_t number_parse_to(const char *option, const char *text, uint64_t max)
{
	uint64_t number = number_parse(option, text);

	if (number > max)
		errx(2, "--%s: at most %llu", option, (unsigned long long)max);
	return number;
}
