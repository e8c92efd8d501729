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

/* Every tool has these two behind its own. */
static const struct opt help = { 'h', "help", NULL, "print this and exit",
    OPT_FLAG, NULL };
static const struct opt version = { 'V', "version", NULL,
    "print the version and exit", OPT_FLAG, NULL };

/* Option number `i` of the tool, NULL behind the last. */
static const struct opt *
option(const struct tool *tool, size_t i)
{
	size_t own = 0;

	while (tool->opts != NULL && tool->opts[own].name != NULL)
		own++;
	if (i < own)
		return &tool->opts[i];
	return i == own ? &help : i == own + 1 ? &version : NULL;
}

static _Noreturn void
print_help(const struct tool *tool)
{
	const struct opt *o;

	print_usage(tool);
	printf("\n");
	for (size_t i = 0; (o = option(tool, i)) != NULL; i++)
		print_option(o);
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
	/* of two or three letters one must be right */
	size_t least = w.n > 3 ? w.n / 3 + 2 : 2;
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
unknown_option(const struct tool *tool, struct str word)
{
	const char *names[64], *close;
	char *cut = xstrndup(word.p, word.n);
	const struct opt *o;
	size_t n = 0;

	for (; (o = option(tool, n)) != NULL; n++) {
		assert(n < 64);
		names[n] = o->name;
	}
	close = closest_name(cut, names, n);
	if (close != NULL)
		usage_error("unknown option '--%s'; did you mean '--%s'?", cut,
		    close);
	usage_error("unknown option '--%s'", cut);
}

/* The option called `name`, or the only one that begins so. */
static const struct opt *
find_long(const struct tool *tool, struct str name)
{
	const struct opt *found = NULL, *o;

	for (size_t i = 0; (o = option(tool, i)) != NULL; i++) {
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

/* --help and --version end here. */
static void
answer_common(const struct tool *tool, const struct opt *o)
{
	if (o == &help)
		print_help(tool);
	if (o == &version)
		print_version();
}

/* argv[*i] is "--...": take it and perhaps the word behind it. */
static void
take_long(const struct tool *tool, int argc, char **argv, int *i)
{
	const char *word = argv[*i] + 2, *eq = strchr(word, '=');
	struct str name = { word, eq ? (size_t)(eq - word) : strlen(word) };
	const struct opt *o;

	if (name.n == 0 || (o = find_long(tool, name)) == NULL)
		unknown_option(tool, name);
	answer_common(tool, o);
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

static const struct opt *
find_short(const struct tool *tool, char letter)
{
	const struct opt *o;

	for (size_t i = 0; (o = option(tool, i)) != NULL; i++)
		if (o->letter == letter)
			return o;
	usage_error("unknown option '-%c'", letter);
}

/* argv[*i] is "-abc": flags, and perhaps a value at the end. */
static void
take_short(const struct tool *tool, int argc, char **argv, int *i)
{
	for (const char *p = argv[*i] + 1; *p != '\0'; p++) {
		const struct opt *o = find_short(tool, *p);

		answer_common(tool, o);
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
