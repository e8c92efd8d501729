/*
 * stance COMMAND ... runs stance-COMMAND, in the manner of git: one name to
 * remember, while every stage stays a program of its own.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/jail.h"
#include "base/mem.h"
#include "base/opt.h"
#include "base/path.h"

static const char *const stages[][2] = {
	{ "ingest", "fetch feeds and pages, print articles" },
	{ "extract", "turn one feed or page, or many, into records" },
	{ "classify", "tag each article easing, tightening, mixed or neutral" },
	{ "store", "keep records in flat files; query, check, show them" },
	{ "alert", "follow a store and deliver what matches" },
	{ "corpus", "label articles, evaluate the rules" },
};
#define STAGES	(sizeof(stages) / sizeof(*stages))

static int
print_help(void)
{
	printf("usage: stance COMMAND [ARGUMENT...]\n\n"
	    "Watch the news and say which way policy moves.\n\n");
	for (size_t i = 0; i < STAGES; i++)
		printf("  %-12s%s\n", stages[i][0], stages[i][1]);
	printf("\nStages are filters that join in a pipe:\n"
	    "  stance ingest --once feeds.txt | stance classify | "
	    "stance store add news/\n"
	    "'stance COMMAND --help' and 'man stance-COMMAND' tell more.\n");
	if (fflush(stdout) != 0)
		die_errno("cannot write to standard output");
	return EXIT_DONE;
}

int
main(int argc, char **argv)
{
	const char *names[STAGES], *close;
	char *program;

	process_setup();
	if (argc < 2) {
		print_help();
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0)
		return print_help();
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		printf("stance %s\n", STANCE_VERSION);
		return fflush(stdout) == 0 ? EXIT_DONE : EXIT_WORLD;
	}
	for (size_t i = 0; i < STAGES; i++) {
		names[i] = stages[i][0];
		if (strcmp(argv[1], names[i]) != 0)
			continue;
		program = xasprintf("stance-%s", names[i]);
		argv[1] = path_program(program);
		if (argv[1] == NULL)
			die("'%s' is not installed beside this program", program);
		execv(argv[1], argv + 1);
		die_errno("cannot run '%s'", argv[1]);
	}
	close = closest_name(argv[1], names, STAGES);
	if (close != NULL)
		usage_error("no command '%s'; did you mean '%s'?", argv[1],
		    close);
	usage_error("no command '%s'", argv[1]);
}
