/*
 * query, export and balance: their command lines.  Options and words become one
 * query; queries are compiled, zones and the terminal looked at before the jail.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/date.h"
#include "base/digest.h"
#include "base/jail.h"
#include "base/term.h"
#include "store/ask.h"
#include "store/commands.h"
#include "store/wish.h"

/* Columns of CSV when none are named; export has them all. */
#define QUERY_FIELDS	"seq,published,label,confidence,domain,source,title,url"
#define EXPORT_FIELDS	"seq,stored,published,label,stage,score,confidence,"	\
	"domain,topic,actor,source,lang,id,key,revision,story,joined_by,url,"	\
	"title,text,sentence,fetched,fetched_url,sha256"

static enum order
parse_order(const char *word)
{
	for (int i = 0; i < ORDERS; i++)
		if (strcmp(word, order_name((enum order)i)) == 0)
			return (enum order)i;
	usage_error("'--order' takes oldest, newest, published or confidence, "
	    "not '%s'", word);
}

static enum table_format
parse_format(const char *word, unsigned formats)
{
	static const char *const names[] = { [TABLE_JSONL] = "jsonl",
		[TABLE_TEXT] = "table", [TABLE_CSV] = "csv",
		[TABLE_TSV] = "tsv", [TABLE_PLOT] = "plot",
		[TABLE_SVG] = "svg" };
	struct buf may = BUF_INIT;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!(formats & 1u << i))
			continue;
		if (strcmp(word, names[i]) == 0) {
			buf_release(&may);
			return (enum table_format)i;
		}
		buf_addf(&may, "%s%s", may.n ? ", " : "", names[i]);
	}
	usage_error("'--format' takes one of %.*s, not '%s'",
	    STR_FMT(buf_str(&may)), word);
}

#define FORMATS_TABLE	(1u << TABLE_JSONL | 1u << TABLE_TEXT |		\
			1u << TABLE_CSV | 1u << TABLE_TSV)
#define FORMATS_EXPORT	(1u << TABLE_JSONL | 1u << TABLE_CSV | 1u << TABLE_TSV)
#define FORMATS_BALANCE	(FORMATS_TABLE | 1u << TABLE_PLOT | 1u << TABLE_SVG)

static struct query *
compile(const struct wish *wish, int words, char **word)
{
	struct buf text = BUF_INIT;
	struct query *q;
	struct err err;

	wish_put(wish, words, word, &text);
	buf_addc(&text, '\0');
	q = query_new(text.p, clock_now(), &err);
	if (q == NULL)
		usage_error("in the query '%s', column %lu: %s", text.p,
		    err.column, err.msg);
	buf_release(&text);
	return q;
}

static void
choose_columns(struct columns *c, const char *fields)
{
	struct err err;

	if (fields != NULL && columns_parse(c, fields, &err) == -1)
		usage_error("'--fields': %s", err.msg);
}

static struct groups *
choose_groups(const char *group_by)
{
	struct columns by;
	struct err err;

	if (group_by == NULL)
		return NULL;
	if (columns_parse(&by, group_by, &err) == -1)
		usage_error("'--group-by': %s", err.msg);
	return groups_new(&by);
}

/* Of commands that print records. */
#define RECORD_OPTIONS(w, asking, fields)				\
	WISH_OPTIONS(w),						\
	{ 0, "by", "WHICH", "time of arrival (default) or published",	\
	    OPT_STRING, &(w)->by },					\
	{ 0, "all-revisions", NULL, "also texts that were replaced since",	\
	    OPT_FLAG, &(asking)->all_revisions },			\
	{ 0, "fields", "COLUMNS", "only these, joined by commas",	\
	    OPT_STRING, (fields) },					\
	RAW_OPTION(asking)

#define RAW_OPTION(asking)						\
	{ 0, "csv-raw", NULL, "do not guard cells that look like formulas",	\
	    OPT_FLAG, &(asking)->raw }

/* The options are known; what is left of the command line is the query.  Behind this
 * only the store is read, which is returned. */
static const char *
begin(struct asking *asking, struct wish *wish, int n, char **argv)
{
	const char *store = store_operand(n, argv);

	asking->query = compile(wish, n - 1, argv + 2);
	wish_release(wish);
	asking->terminal = isatty(STDOUT_FILENO);
	out_init(&asking->out, STDOUT_FILENO, "<stdout>");
	digest_setup();
	jail_enter(JAIL_READ, (const char *[]){ store, NULL }, NULL);
	return store;
}

int
run_query(int argc, char **argv)
{
	struct asking asking = { .order = ORDER_OLDEST };
	struct opt_number limit = { INT64_MAX, 0, INT64_MAX };
	struct wish wish = { .by = "arrival" };
	const char *format = "jsonl", *order = "oldest", *colour = "auto";
	const char *fields = NULL, *group_by = NULL;
	bool explain = false;
	const struct opt opts[] = {
		RECORD_OPTIONS(&wish, &asking, &fields),
		{ 'n', "limit", "N", "the first N in the order", OPT_NUMBER,
		    &limit },
		{ 0, "order", "ORDER", "oldest (default), newest, published, "
		    "confidence", OPT_STRING, &order },
		{ 'c', "count", NULL, "print only how many", OPT_FLAG,
		    &asking.count },
		{ 'g', "group-by", "COLUMNS", "count by day, week, month, "
		    "label, domain, source...", OPT_STRING, &group_by },
		{ 'f', "format", "FORMAT", "jsonl (default), table, csv, tsv",
		    OPT_STRING, &format },
		{ 0, "color", "WHEN", "auto (default), always, never",
		    OPT_STRING, &colour },
		{ 0, "explain-plan", NULL, "print how it would be found "
		    "instead", OPT_FLAG, &explain },
		{ 0 }
	};
	const struct tool tool = { "stance-store query",
	    "[OPTION...] STORE [QUERY...]",
	    "Print the articles of STORE that match.", opts,
	    "A query: label:easing domain:trade confidence>0.6 "
	    "text:\"rare earths\"\nSee stance-query(5)." };
	int n = opt_parse(&tool, argc, argv);
	const char *store;

	asking.limit = (size_t)limit.value;
	asking.order = parse_order(order);
	asking.format = parse_format(format, FORMATS_TABLE);
	if (fields == NULL && (asking.format == TABLE_CSV ||
	    asking.format == TABLE_TSV))
		fields = QUERY_FIELDS;
	choose_columns(&asking.columns, fields);
	asking.groups = choose_groups(group_by);
	asking.colours = term_colours(colour, STDOUT_FILENO);
	asking.width = term_columns(STDOUT_FILENO);
	store = begin(&asking, &wish, n, argv);
	return explain ? ask_explain(&asking, store) : ask(&asking, store);
}

int
run_export(int argc, char **argv)
{
	struct asking asking = { .order = ORDER_OLDEST, .limit = SIZE_MAX,
		.bare = true };
	struct wish wish = { .by = "arrival" };
	const char *format = "jsonl", *fields = NULL;
	const struct opt opts[] = {
		RECORD_OPTIONS(&wish, &asking, &fields),
		{ 'f', "format", "FORMAT", "jsonl (default), csv, tsv",
		    OPT_STRING, &format },
		{ 0 }
	};
	const struct tool tool = { "stance-store export",
	    "[OPTION...] STORE [QUERY...]",
	    "Print the articles of STORE for other programs.", opts, NULL };
	int n = opt_parse(&tool, argc, argv);

	asking.format = parse_format(format, FORMATS_EXPORT);
	if (fields == NULL && asking.format != TABLE_JSONL)
		fields = EXPORT_FIELDS;
	choose_columns(&asking.columns, fields);
	return ask(&asking, begin(&asking, &wish, n, argv));
}

static enum column
parse_column(const char *option, const char *word)
{
	struct columns c;
	struct err err;

	if (columns_parse(&c, word, &err) == -1)
		usage_error("'--%s': %s", option, err.msg);
	if (c.n != 1)
		usage_error("'--%s' takes one column, not '%s'", option, word);
	return c.v[0];
}

static enum column
parse_period(const char *word)
{
	enum column c = parse_column("by", word);

	if (c != COLUMN_DAY && c != COLUMN_WEEK && c != COLUMN_MONTH)
		usage_error("'--by' takes day, week or month, not '%s'", word);
	return c;
}

int
run_balance(int argc, char **argv)
{
	struct asking asking = { .order = ORDER_OLDEST, .limit = SIZE_MAX };
	struct opt_number seed = { 1, 0, INT64_MAX };
	struct wish wish = { .by = "published" };
	const char *period = "week", *group = NULL, *format = "table";
	const struct opt opts[] = {
		{ 'b', "by", "PERIOD", "day, week (default) or month",
		    OPT_STRING, &period },
		{ 'g', "group", "COLUMN", "a balance for each domain, topic, "
		    "actor, source...", OPT_STRING, &group },
		{ 'f', "format", "FORMAT", "table (default), plot, svg, "
		    "jsonl, csv, tsv", OPT_STRING, &format },
		{ 0, "seed", "N", "of the bootstrap (default 1)", OPT_NUMBER,
		    &seed },
		RAW_OPTION(&asking),
		WISH_OPTIONS(&wish),
		{ 0 }
	};
	const struct tool tool = { "stance-store balance",
	    "[OPTION...] STORE [QUERY...]",
	    "Print the balance of easing and tightening over time.", opts,
	    "A story votes once; the interval is a bootstrap's 95 %.\n"
	    "--since and --until are times of publication." };
	int n = opt_parse(&tool, argc, argv);

	asking.format = parse_format(format, FORMATS_BALANCE);
	asking.balance = balance_new(parse_period(period),
	    group ? parse_column("group", group) : COLUMNS,
	    (uint64_t)seed.value);
	asking.width = term_columns(STDOUT_FILENO);
	return ask(&asking, begin(&asking, &wish, n, argv));
}
