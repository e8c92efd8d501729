/*
 * Option tables.  One table per tool parses the command line, prints --help
 * and is compared with the manual by a test.  GNU style: options may stand
 * anywhere, "--" ends them, a lone "-" is an operand, short flags can be
 * joined, a long name may be cut as long as it stays unique.
 */
#ifndef BASE_OPT_H
#define BASE_OPT_H

#include "base/err.h"

enum opt_kind {
	OPT_FLAG,		/* bool *: set */
	OPT_STRING,		/* const char **: the last wins */
	OPT_LIST,		/* struct opt_list *: every one */
	OPT_NUMBER,		/* struct opt_number * */
	OPT_MAYBE		/* const char **: --name or --name=VALUE; "" without */
};

struct opt_list {
	const char	**v;
	size_t		  n, cap;
};

struct opt_number {
	long long	value;	/* the default, until the option is given */
	long long	least, most;
};

struct opt {
	char		 letter;	/* 0: none */
	const char	*name;		/* long name */
	const char	*arg;		/* name of the value in --help, or NULL */
	const char	*help;		/* one line */
	enum opt_kind	 kind;
	void		*to;
};

struct tool {
	const char	*name;		/* "stance-store add" */
	const char	*synopsis;	/* lines of usage without the name */
	const char	*about;		/* one sentence */
	const struct opt *opts;		/* ended by an entry without a name */
	const char	*more;		/* text below the options, or NULL */
};

/* Parse; operands are moved to argv[1..] and their number returned.  --help
 * and --version are answered here and exit 0; what is wrong exits 2. */
int opt_parse(const struct tool *tool, int argc, char **argv);
void opt_list_release(struct opt_list *list);

/* A tool of several commands, in the manner of git. */
struct command {
	const char	*name;
	const char	*about;		/* one line */
	int		(*run)(int argc, char **argv);
};

/* Run the command that argv[1] names, with argv moved along by one. */
int command_run(const struct tool *tool, const struct command *commands,
    int argc, char **argv);
/* The name among `names` closest to `word`, or NULL when none is close: for
 * "did you mean". */
const char *closest_name(const char *word, const char *const *names,
    size_t count);

#define STANCE_VERSION	"0.1.0"

#endif
