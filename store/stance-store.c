/*
 * stance-store keeps records in flat files and finds them again.
 */
#include "base/jail.h"
#include "base/opt.h"
#include "store/commands.h"

const char *
store_operand(int n, char **argv)
{
	if (n < 1)
		usage_error("which store? name its folder");
	return argv[1];
}

int
main(int argc, char **argv)
{
	static const struct command commands[] = {
		{ "add", "add the records on standard input", run_add },
		{ "query", "find articles", run_query },
		{ "export", "print articles for other programs", run_export },
		{ "balance", "easing against tightening over time",
		    run_balance },
		{ "split-story", "make an article a story of its own",
		    run_split_story },
		{ "join-story", "count a story as part of another",
		    run_join_story },
		{ "follow", "print records as they arrive", run_follow },
		{ "stats", "count what is there", run_stats },
		{ "note", "add notes, or print them", run_note },
		{ "show", "print a file of a store as text", run_show },
		{ "check", "look for damage, and mend it", run_check },
		{ "compact", "merge small segments", run_compact },
		{ 0 }
	};
	const struct tool tool = { "stance-store", "COMMAND [ARGUMENT...]",
	    "Keep records in flat files and find them again.", NULL,
	    "'stance-store COMMAND --help' tells more." };

	process_setup();
	return command_run(&tool, commands, argc, argv);
}
