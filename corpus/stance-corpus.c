#include "base/jail.h"
#include "base/opt.h"
#include "corpus/commands.h"

static const struct command commands[] = {
	{ "eval", "measure the classifier against labelled articles", eval_main },
	{ "label", "label articles in the terminal", label_main },
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
