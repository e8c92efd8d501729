#include "base/jail.h"
#include "base/opt.h"
#include "corpus/commands.h"

static const struct command commands[] = {
	{ "sample", "choose articles to label", sample_main },
	{ "label", "label articles in the terminal", label_main },
	{ "agree", "measure how far labelers agree", agree_main },
	{ "adjudicate", "join labels with articles by majority", adjudicate_main },
	{ "split", "divide into a part to work on and one to test", split_main },
	{ "eval", "measure the classifier against labelled articles", eval_main },
	{ "flips", "articles whose label a change of rules flips", flips_main },
	{ "calibrate", "fit the confidence to labelled articles",
	    calibrate_main },
	{ "relevance", "learn which words tell that an article is about policy",
	    relevance_main },
	{ "wording", "learn which words tell the label", wording_main },
	{ "combine", "fit what rules and wording weigh together", combine_main },
	{ "export", "records to comma-separated values", export_main },
	{ "import", "comma-separated values to records", import_main },
	{ NULL, NULL, NULL }
};

static const struct tool tool = {
	.name = "stance-corpus",
	.synopsis = "COMMAND [OPTION...] [FILE...]",
	.about = "Label articles and measure how well the rules judge them.",
	.more = "'stance-corpus COMMAND --help' tells more."
};

int
main(int argc, char **argv)
{
	process_setup();
	return command_run(&tool, commands, argc, argv);
}
