// SPDX-License-Identifier: GPL-2.0-only
/* canary-file: a random file in which a marker returns again and again. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <gnutls/gnutls.h>
#include <gnutls/crypto.h>

#include "number.h"

#define MARKER_MIN	16
#define MARKER_MAX	64

static const char usage[] =
"usage: canary-file [options] FILE\n"
"\n"
"Makes a random file that holds a marker at every offset that is a multiple\n"
"of --every, and prints the marker in hexadecimal. A piece of the file of\n"
"that many bytes plus the marker's holds it whole: so does a packet.\n"
"\n"
"  --size BYTES         size of the file (default: 1M); may end in k, M, G\n"
"  --every BYTES        distance of the markers (default: 256)\n"
"  --canary HEX         the marker, 16 to 64 bytes (default: 16 random ones)\n"
"  --count              make nothing: count the markers in FILE, anywhere,\n"
"                       and print the number\n"
"  --help\n";

struct options {
	const char *path;
	uint64_t size;
	uint64_t every;
	uint8_t marker[MARKER_MAX];
	size_t marker_len;
	bool count;
};

static void parse_marker(struct options *options, const char *hex)
{
	gnutls_datum_t text = { (unsigned char *)hex, strlen(hex) };
	size_t len = sizeof(options->marker);

	if (gnutls_hex_decode(&text, options->marker, &len) ||
	    len < MARKER_MIN)
		errx(2, "--canary: want 16 to 64 bytes in hexadecimal");
	options->marker_len = len;
}

static void parse_options(struct options *options, int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "size", required_argument, NULL, 's' },
		{ "every", required_argument, NULL, 'e' },
		{ "canary", required_argument, NULL, 'c' },
		{ "count", no_argument, NULL, 'n' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int opt;

	*options = (struct options) { .size = 1 << 20, .every = 256 };
	while ((opt = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (opt == 's')
			options->size = number_parse("size", optarg);
		else if (opt == 'e')
			options->every = number_parse("every", optarg);
		else if (opt == 'c')
			parse_marker(options, optarg);
		else if (opt == 'n')
			options->count = true;
		else if (opt == 'h')
			exit(fputs(usage, stdout) < 0);
		else
			errx(2, "try --help");
	}
	if (optind != argc - 1)
		errx(2, "want one FILE; try --help");
	options->path = argv[optind];
}

static void fill_random(void *data, size_t len)
{
	int ret = gnutls_rnd(GNUTLS_RND_NONCE, data, len);

	if (ret)
		errx(1, "random bytes: %s", gnutls_strerror(ret));
}

/* Write the bytes of every block; a marker at its beginning. */
static void write_file(const struct options *options)
{
	uint8_t *block = malloc(options->every);
	FILE *file = fopen(options->path, "w");
	uint64_t left;
	size_t len;

	if (!file)
		err(1, "%s", options->path);
	if (!block)
		err(1, "%llu bytes", (unsigned long long)options->every);
	for (left = options->size; left; left -= len) {
		len = left < options->every ? left : options->every;
		fill_random(block, options->every);
		memcpy(block, options->marker, options->marker_len);
		if (fwrite(block, 1, len, file) != len)
			err(1, "%s", options->path);
	}
	if (fclose(file))
		err(1, "%s", options->path);
	free(block);
}

static uint64_t count_in(const struct options *options, const uint8_t *data,
			 size_t len)
{
	const uint8_t *end = data + len, *at = data;
	uint64_t count = 0;

	while ((at = memmem(at, end - at, options->marker,
			    options->marker_len))) {
		count++;
		at++;
	}
	return count;
}

/* Markers across two reads count too: the last bytes are kept. */
static uint64_t count_file(const struct options *options)
{
	static uint8_t data[1 << 20];
	FILE *file = fopen(options->path, "r");
	size_t keep = 0, got, len;
	uint64_t count = 0;

	if (!file)
		err(1, "%s", options->path);
	while ((got = fread(data + keep, 1, sizeof(data) - keep, file)) > 0) {
		len = keep + got;
		count += count_in(options, data, len);
		keep = options->marker_len - 1;
		if (keep > len)
			keep = len;
		memmove(data, data + len - keep, keep);
	}
	if (ferror(file))
		err(1, "%s", options->path);
	fclose(file);
	return count;
}

static void print_marker(const struct options *options)
{
	size_t i;

	for (i = 0; i < options->marker_len; i++)
		printf("%02x", options->marker[i]);
	printf("\n");
}

int main(int argc, char **argv)
{
	struct options options;

	parse_options(&options, argc, argv);
	if (options.count) {
		if (!options.marker_len)
			errx(2, "--count needs --canary; try --help");
		printf("%llu\n", (unsigned long long)count_file(&options));
		return 0;
	}
	if (!options.marker_len) {
		options.marker_len = MARKER_MIN;
		fill_random(options.marker, options.marker_len);
	}
	if (options.every < options.marker_len || options.every > 1 << 20)
		errx(2, "--every: not between the marker's size and 1M");
	write_file(&options);
	print_marker(&options);
	return 0;
}
