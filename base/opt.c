#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/opt.h"

static void
print_option(const struct opt *o)
{
	char left[64];
	int n = 0;

	n += o->letter ? snprintf(left, sizeof(left), "  -%c, ", o->letter) :
	    snprintf(left, sizeof(left), "      ");
	n += snprintf(left + n, sizeof(left) - (size_t)n, "--%s", o->name);
	if (o->arg != NULL)
		snprintf(left + n, sizeof(left) - (size_t)n,
		    o->kind == OPT_MAYBE ? "[=%s]" : " %s", o->arg);
	if (strlen(left) > 28)
		printf("%s\n%-30s%s\n", left, "", o->help);
	else
		printf("%-30s%s\n", left, o->help);
}

static void
print_usage(const struct tool *tool)
{
	struct str rest = str_of(tool->synopsis), line;
	const char *lead = "usage:";

	while (str_split(&rest, '\n', &line)) {
		printf("%s %s %.*s\n", lead, tool->name, STR_FMT(line));
		lead = "      ";
	}
	printf("\n%s\n", tool->about);
}

static _Noreturn void
print_help(const struct tool *tool)
{
	static const struct opt help = { 'h', "help", NULL,
	    "print this and exit", OPT_FLAG, NULL };
	static const struct opt version = { 'V', "version", NULL,
	    "print the version and exit", OPT_FLAG, NULL };

	print_usage(tool);
	printf("\n");
	for (const struct opt *o = tool->opts; o != NULL && o->name; o++)
		print_option(o);
	print_option(&help);
	print_option(&version);
	if (tool->more != NULL)
		printf("\n%s\n", tool->more);
	if (fflush(stdout) != 0)
		die_errno("cannot write to standard output");
	exit(EXIT_DONE);
}

static _Noreturn void
print_version(void)
{
	printf("stance %s\n", STANCE_VERSION);
	if (fflush(stdout) != 0)
		die_errno("cannot write to standard output");
	exit(EXIT_DONE);
}

/* Levenshtein distance with transposition of neighbours, small words only. */
static size_t
distance(struct str a, struct str b)
{
	size_t d[33][33];

	if (a.n > 32 || b.n > 32)
		return 99;
	for (size_t i = 0; i <= a.n; i++)
		for (size_t j = 0; j <= b.n; j++) {
			size_t best;

			if (i == 0 || j == 0) {
				d[i][j] = i + j;
				continue;
			}
			best = d[i - 1][j - 1] + (a.p[i - 1] != b.p[j - 1]);
			if (d[i - 1][j] + 1 < best)
				best = d[i - 1][j] + 1;
			if (d[i][j - 1] + 1 < best)
				best = d[i][j - 1] + 1;
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] &&
			    a.p[i - 2] == b.p[j - 1] &&
			    d[i - 2][j - 2] + 1 < best)
				best = d[i - 2][j - 2] + 1;
			d[i][j] = best;
		}
	return d[a.n][b.n];
}

const char *
closest_name(const char *word, const char *const *names, size_t count)
{
	struct str w = str_of(word);
	size_t least = w.n / 3 + 2;
	const char *best = NULL;

	for (size_t i = 0; i < count; i++) {
		size_t d = distance(w, str_of(names[i]));

		if (d < least) {
			least = d;
			best = names[i];
		}
	}
	return best;
}

static _Noreturn void
unknown_option(const struct tool *tool, const char *word)
{
	const char *names[64], *close;
	size_t n = 0;

	for (const struct opt *o = tool->opts; o != NULL && o->name; o++)
		if (n < 62)
			names[n++] = o->name;
	names[n++] = "help";
	names[n++] = "version";
	close = closest_name(word, names, n);
	if (close != NULL)
		usage_error("unknown option '--%s'; did you mean '--%s'?", word,
		    close);
	usage_error("unknown option '--%s'", word);
}

static const struct opt *
find_long(const struct tool *tool, struct str name)
{
	const struct opt *found = NULL;

	for (const struct opt *o = tool->opts; o != NULL && o->name; o++) {
		if (str_eq(str_of(o->name), name))
			return o;
		if (str_starts(str_of(o->name), name)) {
			if (found != NULL)
				usage_error("'--%.*s' could be '--%s' or '--%s'",
				    STR_FMT(name), found->name, o->name);
			found = o;
		}
	}
	return found;
}

static void
store(const struct opt *o, const char *value)
{
	switch (o->kind) {
	case OPT_FLAG:
		*(bool *)o->to = true;
		return;
	case OPT_STRING:
	case OPT_MAYBE:
		*(const char **)o->to = value;
		return;
	case OPT_LIST: {
		struct opt_list *list = o->to;

		GROW(list->v, list->n, list->cap);
		list->v[list->n++] = value;
		return;
	}
	case OPT_NUMBER: {
		struct opt_number *number = o->to;
		char *end;
		long long v = strtoll(value, &end, 10);

		if (end == value || *end != '\0' || v < number->least ||
		    v > number->most)
			usage_error("'--%s' takes a number from %lld to %lld, "
			    "not '%s'", o->name, number->least, number->most,
			    value);
		number->value = v;
		return;
	}
	}
	BUG("option of no kind");
}

void
opt_list_release(struct opt_list *list)
{
	free(list->v);
	*list = (struct opt_list){ NULL, 0, 0 };
}

/* argv[*i] is "--...": take it and perhaps the word behind it. */
static void
take_long(const struct tool *tool, int argc, char **argv, int *i)
{
	const char *word = argv[*i] + 2, *eq = strchr(word, '=');
	struct str name = { word, eq ? (size_t)(eq - word) : strlen(word) };
	const struct opt *o;

	if (str_eq(name, STR("help")))
		print_help(tool);
	if (str_eq(name, STR("version")))
		print_version();
	if (name.n == 0 || (o = find_long(tool, name)) == NULL)
		unknown_option(tool, word);
	if (o->kind == OPT_FLAG && eq != NULL)
		usage_error("'--%s' takes no value", o->name);
	if (o->kind == OPT_FLAG || o->kind == OPT_MAYBE)
		store(o, eq ? eq + 1 : "");
	else if (eq != NULL)
		store(o, eq + 1);
	else if (*i + 1 < argc)
		store(o, argv[++*i]);
	else
		usage_error("'--%s' needs a value (%s)", o->name, o->arg);
}

/* argv[*i] is "-abc": flags, and perhaps a value at the end. */
static void
take_short(const struct tool *tool, int argc, char **argv, int *i)
{
	for (const char *p = argv[*i] + 1; *p != '\0'; p++) {
		const struct opt *o = tool->opts;

		while (o != NULL && o->name != NULL && o->letter != *p)
			o++;
		if (o == NULL || o->name == NULL) {
			if (*p == 'h')
				print_help(tool);
			if (*p == 'V')
				print_version();
			usage_error("unknown option '-%c'", *p);
		}
		if (o->kind == OPT_FLAG || o->kind == OPT_MAYBE) {
			store(o, "");
			continue;
		}
		if (p[1] != '\0')
			store(o, p + 1);
		else if (*i + 1 < argc)
			store(o, argv[++*i]);
		else
			usage_error("'-%c' needs a value (%s)", *p, o->arg);
		return;
	}
}

int
opt_parse(const struct tool *tool, int argc, char **argv)
{
	int operands = 0;
	bool ended = false;

	for (int i = 1; i < argc; i++) {
		if (ended || argv[i][0] != '-' || argv[i][1] == '\0')
			argv[1 + operands++] = argv[i];
		else if (strcmp(argv[i], "--") == 0)
			ended = true;
		else if (argv[i][1] == '-')
			take_long(tool, argc, argv, &i);
		else
			take_short(tool, argc, argv, &i);
	}
	return operands;
}

static void
print_commands(const struct tool *tool, const struct command *commands)
{
	print_usage(tool);
	printf("\n");
	for (const struct command *c = commands; c->name != NULL; c++)
		printf("  %-12s%s\n", c->name, c->about);
	if (tool->more != NULL)
		printf("\n%s\n", tool->more);
	if (fflush(stdout) != 0)
		die_errno("cannot write to standard output");
}

int
command_run(const struct tool *tool, const struct command *commands, int argc,
    char **argv)
{
	const char *names[64], *close;
	size_t n = 0;

	if (argc < 2)
		usage_error("which command? '%s --help' lists them",
		    tool->name);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0) {
		print_commands(tool, commands);
		return EXIT_DONE;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)
		print_version();
	for (const struct command *c = commands; c->name != NULL; c++) {
		if (strcmp(c->name, argv[1]) == 0)
			return c->run(argc - 1, argv + 1);
		assert(n < 64);
		names[n++] = c->name;
	}
	close = closest_name(argv[1], names, n);
	if (close != NULL)
		usage_error("no command '%s'; did you mean '%s'?", argv[1],
		    close);
	usage_error("no command '%s'", argv[1]);
}
