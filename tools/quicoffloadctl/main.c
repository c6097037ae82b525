// SPDX-License-Identifier: GPL-2.0-only
/* quicoffloadctl: show and switch QUIC packet protection in network devices. */
#include "cmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct command {
	const char *object;
	const char *verb;
	const char *usage;
	const char *help;
	int (*run)(const struct args *args);
} commands[] = {
	{ "dev", "show", "[DEV]", "devices, what they sealed and opened, what software did and why", cmd_dev_show },
	{ "dev", "set", "DEV on|off", "switch offload of a device", cmd_dev_set },
	{ "dev", "set", "DEV tapped-offload on|off", "whether it goes on during captures, which then see clear text", cmd_dev_set },
	{ "key", "show", "[DEV]", "keys of connections, where they are and what they did", cmd_key_show },
	{ "filter", "show", "[DEV]", "connection ids that lead received packets to keys", cmd_filter_show },
};

#define N_COMMANDS	(sizeof(commands) / sizeof(commands[0]))

static void print_usage(FILE *f, const char *prog)
{
	const struct command *c;

	fprintf(f, "Usage: %s [-j|--json] OBJECT VERB [ARGUMENTS]\n\n", prog);
	for (c = commands; c < commands + N_COMMANDS; c++)
		fprintf(f, "  %-6s %-5s %-25s %s\n", c->object, c->verb, c->usage,
			c->help);
	fprintf(f, "\n  -j, --json     machine-readable output\n"
		"  -h, --help     this text\n"
		"  -V, --version  version\n\n"
		"Without a verb: show. Exit status: 0 done, 1 failed, 2 the kernel has no QUIC offload.\n");
}

static const struct command *find_command(const char *object, const char *verb)
{
	const struct command *c;

	for (c = commands; c < commands + N_COMMANDS; c++)
		if (!strcmp(object, c->object) && !strcmp(verb, c->verb))
			return c;
	return NULL;
}

static int is_verb(const char *word)
{
	const struct command *c;

	for (c = commands; c < commands + N_COMMANDS; c++)
		if (!strcmp(word, c->verb))
			return 1;
	return 0;
}

/* Options may stand anywhere. Return: -1 to go on, or an exit status. */
static int take_options(struct args *args, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		const char *word = argv[i];

		if (!strcmp(word, "-j") || !strcmp(word, "--json")) {
			args->json = true;
		} else if (!strcmp(word, "-h") || !strcmp(word, "--help")) {
			print_usage(stdout, args->prog);
			return EXIT_DONE;
		} else if (!strcmp(word, "-V") || !strcmp(word, "--version")) {
			printf("quicoffloadctl %s\n", VERSION);
			return EXIT_DONE;
		} else if (word[0] == '-') {
			fprintf(stderr, "%s: unknown option %s. Try --help.\n",
				args->prog, word);
			return EXIT_FAILED;
		} else {
			args->word[args->n++] = argv[i];
		}
	}
	return -1;
}

static int run_command(struct args *args)
{
	const struct command *c;
	const char *object = args->n ? args->word[0] : "";
	const char *verb = "show";

	if (!args->n) {
		print_usage(stderr, args->prog);
		return EXIT_FAILED;
	}
	args->word++;
	args->n--;
	if (args->n && is_verb(args->word[0])) {
		verb = args->word[0];
		args->word++;
		args->n--;
	}
	c = find_command(object, verb);
	if (!c) {
		fprintf(stderr, "%s: there is no '%s %s'. Try --help.\n",
			args->prog, object, verb);
		return EXIT_FAILED;
	}
	return c->run(args);
}

int main(int argc, char **argv)
{
	struct args args = { .prog = "quicoffloadctl" };
	char **words = calloc(argc + 1, sizeof(*words));
	int ret;

	if (!words) {
		perror(args.prog);
		return EXIT_FAILED;
	}
	args.word = words;
	ret = take_options(&args, argc, argv);
	if (ret < 0)
		ret = run_command(&args);
	if ((fflush(stdout) || ferror(stdout)) && ret == EXIT_DONE) {
		fprintf(stderr, "%s: %s\n", args.prog, strerror(errno));
		ret = EXIT_FAILED;
	}
	free(words);
	return ret;
}
