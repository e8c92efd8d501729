/*
 * stance-corpus export and import: records as a table for a spreadsheet, and
 * back.  Strings only; the columns are members, the first row their names.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "base/jail.h"
#include "base/limits.h"
#include "base/opt.h"
#include "corpus/articles.h"
#include "corpus/commands.h"
#include "base/csv.h"

#define COLUMNS	"id,title,content_text,language,label,capability,domain," \
		"stage,pair,note,part"
/* A table is held in memory as a whole. */
#define TABLE_MAX	(1UL << 30)

static size_t
split_columns(const char *list, char ***names, struct arena *a)
{
	struct str rest = str_of(list), name;
	size_t n = 0;

	*names = arena_array(a, strlen(list) + 1, sizeof(**names));
	while (str_split(&rest, ',', &name))
		(*names)[n++] = arena_cstr(a, str_trim(name));
	return n;
}

static void
print_table(struct articles *all, const char *columns)
{
	char **names;
	size_t n = split_columns(columns, &names, &all->a);
	struct out out;

	out_init(&out, STDOUT_FILENO, "standard output");
	for (size_t c = 0; c < n; c++) {
		if (c > 0)
			buf_addc(out_buf(&out), ',');
		csv_put(out_buf(&out), str_of(names[c]));
	}
	buf_addz(out_buf(&out), "\r\n");
	for (size_t i = 0; i < all->n; i++) {
		for (size_t c = 0; c < n; c++) {
			if (c > 0)
				buf_addc(out_buf(&out), ',');
			csv_put(out_buf(&out), record_member(&all->v[i].rec,
			    names[c], &all->a));
		}
		buf_addz(out_buf(&out), "\r\n");
		out_poll(&out);
	}
	out_close(&out);
}

int
export_main(int argc, char **argv)
{
	const char *columns = COLUMNS;
	struct opt_list where = { 0 };
	const struct opt opts[] = {
		{ 'c', "columns", "MEMBERS", "these, with commas between; "
		    "stance.label is one too", OPT_STRING, &columns },
		{ 'w', "where", "MEMBER=VALUE", "only articles that have it; "
		    "may be repeated", OPT_LIST, &where },
		{ 0, NULL, NULL, NULL, OPT_FLAG, NULL }
	};
	const struct tool tool = { "stance-corpus export",
	    "[OPTION...] [FILE|FOLDER...]",
	    "Print records as comma-separated values.", opts, NULL };
	struct articles all = { 0 };
	int code;

	articles_open_all(&all, opt_parse(&tool, argc, argv), argv);
	jail_enter(JAIL_STDIO, NULL, NULL);
	articles_read(&all, NULL);
	articles_keep(&all, &where);
	print_table(&all, columns);
	opt_list_release(&where);
	code = refusals_exit(&all.refused);
	articles_release(&all);
	return code;
}

/* The member that a column becomes: its own name, or what --map says. */
static struct str
member_of(struct str column, const struct opt_list *maps)
{
	for (size_t i = 0; i < maps->n; i++) {
		struct str member = str_of(maps->v[i]), name;

		if (str_split(&member, '=', &name) && member.n > 0 &&
		    str_eq(name, column))
			return member;
	}
	return column;
}

/* A row as a record; empty fields are absent members. */
static int
write_row(struct buf *to, const struct str *names, const struct str *fields,
    size_t n, struct arena *a, struct err *err)
{
	size_t start = to->n;
	struct record rec;

	json_open(to, '{');
	for (size_t i = 0; i < n; i++)
		if (fields[i].n > 0) {
			json_name(to, arena_cstr(a, names[i]));
			json_put_str(to, fields[i]);
		}
	json_close(to, '}');
	/* two columns may have become one member, or the id may be missing */
	if (record_read(&rec, str_from(buf_str(to), start), a, err) == 0 &&
	    record_check_article(&rec, err) == 0) {
		buf_addc(to, '\n');
		return 0;
	}
	to->n = start;
	return -1;
}

static struct str *
member_names(const struct str *columns, size_t n, const struct opt_list *maps)
{
	struct str *names = xcalloc(n + 1, sizeof(*names));

	for (size_t i = 0; i < n; i++)
		names[i] = member_of(columns[i], maps);
	return names;
}

static void
print_records(struct csv *csv, const struct opt_list *maps, const char *input,
    struct refusals *refused)
{
	struct arena head = ARENA_INIT, a = ARENA_INIT;
	struct str *columns, *names, *fields;
	size_t n, count;
	struct err err;
	struct out out;
	int rc = csv_row(csv, &head, &columns, &n, &err);

	if (rc != 1)
		die("'%s' has no row of names%s%s", input, rc == -1 ? ": " : "",
		    rc == -1 ? err.msg : "");
	names = member_names(columns, n, maps);
	out_init(&out, STDOUT_FILENO, "standard output");
	while ((rc = csv_row(csv, &a, &fields, &count, &err)) == 1) {
		err = (struct err){ 0 };
		if (count != n)
			err_set(&err, "%zu fields, where there are %zu names",
			    count, n);
		if (count != n || write_row(out_buf(&out), names, fields, n, &a,
		    &err) == -1)
			refuse(refused, input, csv->line, STR(""), &err);
		out_poll(&out);
		arena_reset(&a);
	}
	out_close(&out);
	if (rc == -1)
		die("%s:%lu: %s", input, err.line, err.msg);
	free(names);
	arena_release(&head);
	arena_release(&a);
}

int
import_main(int argc, char **argv)
{
	struct opt_list maps = { 0 };
	const struct opt opts[] = {
		{ 'm', "map", "COLUMN=MEMBER", "a column that has another name",
		    OPT_LIST, &maps },
		{ 0, NULL, NULL, NULL, OPT_FLAG, NULL }
	};
	const struct tool tool = { "stance-corpus import", "[OPTION...] [FILE]",
	    "Print the rows of comma-separated values as records.", opts,
	    "The first row names the members; id and title or content_text "
	    "must be among them." };
	int operands = opt_parse(&tool, argc, argv), fd = STDIN_FILENO;
	const char *input = operands == 1 ? argv[1] : "standard input";
	struct refusals refused = { .fd = -1 };
	struct buf text = BUF_INIT;
	struct csv csv;
	struct err err;

	if (operands > 1)
		usage_error("import takes one file");
	if (operands == 1)
		fd = open(input, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		die_errno("cannot open '%s'", input);
	jail_enter(JAIL_STDIO, NULL, NULL);
	if (fd_slurp(fd, &text, TABLE_MAX, &err) == -1)
		die("%s", err.msg);
	csv_init(&csv, buf_str(&text));
	print_records(&csv, &maps, input, &refused);
	buf_release(&text);
	opt_list_release(&maps);
	return refusals_exit(&refused);
}
