/*
 * query: options and words become one query; what matches goes out as it is
 * stored, or as a table.  Only the latest revision of an article counts, so the
 * store is first run through for revisions: the indexes of sealed segments know
 * them, and elsewhere their number stands in the tail of a line.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/date.h"
#include "base/digest.h"
#include "base/io.h"
#include "base/jail.h"
#include "base/opt.h"
#include "base/term.h"
#include "store/balance.h"
#include "store/column.h"
#include "store/commands.h"
#include "store/group.h"
#include "store/ids.h"
#include "store/query.h"
#include "store/reader.h"
#include "store/seal.h"
#include "store/show.h"

enum order { ORDER_OLDEST, ORDER_NEWEST, ORDER_PUBLISHED, ORDER_CONFIDENCE };

static const char *const order_names[] = { [ORDER_OLDEST] = "oldest",
	[ORDER_NEWEST] = "newest", [ORDER_PUBLISHED] = "published",
	[ORDER_CONFIDENCE] = "confidence" };

/* An article that matched, when it cannot go out at once. */
struct hit {
	double		rank;		/* the highest first */
	struct place	place;
};

struct asking {
	struct query	*query;
	struct sieve	 sieve;		/* the query, for indexes */
	struct reader	 reader;
	struct out	 out;
	struct ids	*revised;	/* latest places of revised articles;
					 * NULL: all revisions are wanted */
	enum order	 order;
	enum table_format format;
	struct columns	 columns;	/* n is 0: whole records */
	struct groups	*groups;	/* NULL: no grouping */
	struct balance	*balance;	/* NULL: no balance */
	bool		 count, colours, raw;
	unsigned	 width;
	size_t		 limit, found;
	uint64_t	 below;		/* newest first: from this seq on all
					 * was looked at; 0: nothing */
	struct hit	*hits;
	size_t		 hits_cap;
	bool		 damaged;
};

/* The next line; damage is named, remembered and passed. */
static bool
next_line(struct asking *ask, struct line *line)
{
	enum reader_result result;
	struct err err;

	while ((result = reader_next(&ask->reader, line, &err)) ==
	    READER_DAMAGE) {
		if (!ask->damaged)
			warn("%s; see 'stance-store check'", err.msg);
		ask->damaged = true;
	}
	return result == READER_LINE;
}

static struct place
place_of(const struct reader *r)
{
	return (struct place){ r->at.segment, (uint32_t)r->at.offset };
}

/* The number before the first segment that can hold what is asked for; a
 * revision of that stands behind it, too. */
static uint32_t
first_behind(const struct asking *ask)
{
	return segment_before(&ask->reader.list, query_earliest(ask->query));
}

/* The segment behind number `behind`, or NULL. */
static const struct segment *
segment_behind_number(const struct asking *ask, uint32_t behind)
{
	const struct segments *list = &ask->reader.list;
	size_t i = segments_from(list, behind + 1);

	return i < list->n ? &list->v[i] : NULL;
}

/* Take the lines of one segment: the number of the last that they come from, for
 * it may be merged with others meanwhile. */
static uint32_t
read_segment(struct asking *ask, const struct segment *seg,
    bool (*take)(struct asking *ask, const struct line *line,
    struct arena *a))
{
	struct arena a = ARENA_INIT;
	uint32_t last = seg->last;
	struct line line;

	reader_from(&ask->reader, seg->number - 1);
	while (next_line(ask, &line) && ask->reader.number <= last) {
		if (ask->reader.last > last)
			last = ask->reader.last;
		arena_reset(&a);
		if (!take(ask, &line, &a)) {
			last = UINT32_MAX - 1;	/* enough */
			break;
		}
	}
	arena_release(&a);
	return last;
}

/* Note a revised article. */
static bool
take_revised(struct asking *ask, const struct line *line, struct arena *a)
{
	struct record rec;
	struct err err;

	if (line->revision > 1 && record_read(&rec, line->text, a, &err) == 0)
		ids_put(ask->revised, id_of_key(record_key(&rec, a)),
		    place_of(&ask->reader));
	return true;
}

static void
take_revised_rows(struct asking *ask, const struct segment *seg,
    const struct index *x)
{
	for (size_t i = 0; i < x->n; i++)
		if (x->revision[i] > 1)
			ids_put(ask->revised, x->key[i],
			    (struct place){ seg->number, x->offset[i] });
}

static void
find_revised(struct asking *ask)
{
	const struct segment *seg;
	uint32_t behind = first_behind(ask);
	struct index x;
	struct err ignored;

	ask->revised = ids_new();
	while ((seg = segment_behind_number(ask, behind)) != NULL) {
		if (index_has_no_revisions(seg)) {
			behind = seg->last;
			continue;
		}
		if (index_open(&x, seg, &ignored) == -1) {
			behind = read_segment(ask, seg, take_revised);
			continue;
		}
		take_revised_rows(ask, seg, &x);
		index_close(&x);
		behind = seg->last;
	}
}

static bool
is_latest(const struct asking *ask, const struct article *art)
{
	struct place latest, here = place_of(&ask->reader);

	return ask->revised == NULL || art->line->revision == 0 ||
	    !ids_find(ask->revised, id_of_key(record_key(&art->rec, art->a)),
	    &latest) ||
	    (latest.segment == here.segment && latest.offset == here.offset);
}

/* The named columns as cells or as members of an object. */
static void
put_columns(struct asking *ask, const struct article *art)
{
	struct buf *b = out_buf(&ask->out);

	if (ask->format == TABLE_JSONL)
		json_open(b, '{');
	for (size_t i = 0; i < ask->columns.n; i++) {
		struct str s = column_text(art, ask->columns.v[i]);

		if (ask->format == TABLE_JSONL)
			json_member_str(b, column_name(ask->columns.v[i]), s);
		else
			cell_put(b, ask->format, s, i == 0, ask->raw);
	}
	buf_addz(b, ask->format == TABLE_JSONL ? "}\n" : "\n");
}

static void
put_names(struct asking *ask)
{
	if (ask->format != TABLE_CSV && ask->format != TABLE_TSV)
		return;
	for (size_t i = 0; i < ask->columns.n; i++)
		cell_put(out_buf(&ask->out), ask->format,
		    str_of(column_name(ask->columns.v[i])), i == 0, true);
	buf_addc(out_buf(&ask->out), '\n');
}

static void
put_article(struct asking *ask, const struct article *art)
{
	struct buf *b = out_buf(&ask->out);

	if (ask->format == TABLE_TEXT)
		show_table(b, art, ask->colours, ask->width);
	else if (ask->columns.n > 0)
		put_columns(ask, art);
	else {
		buf_adds(b, art->line->text);
		buf_addc(b, '\n');
	}
	out_poll(&ask->out);
}

static double
rank_of(const struct asking *ask, const struct article *art)
{
	double confidence;

	switch (ask->order) {
	case ORDER_OLDEST:
		return -(double)art->line->seq;
	case ORDER_NEWEST:
		return (double)art->line->seq;
	case ORDER_PUBLISHED:
		return (double)article_published(art);
	case ORDER_CONFIDENCE:
		confidence = article_measure(art, "confidence");
		return isnan(confidence) ? -1 : confidence;
	}
	BUG("an order of no kind");
}

static void
take_hit(struct asking *ask, const struct article *art)
{
	if (ask->balance != NULL)
		balance_count(ask->balance, art);
	else if (ask->groups != NULL)
		groups_count(ask->groups, art);
	else if (!ask->count && ask->order == ORDER_OLDEST)
		put_article(ask, art);
	else if (!ask->count) {
		GROW(ask->hits, ask->found, ask->hits_cap);
		ask->hits[ask->found] = (struct hit){ rank_of(ask, art),
		    place_of(&ask->reader) };
	}
	ask->found++;
}

static bool
take_line(struct asking *ask, const struct line *line, struct arena *a)
{
	struct article art;
	struct err err;

	if ((ask->below > 0 && line->seq >= ask->below) ||
	    article_read(&art, line, a, &err) == -1 ||
	    !query_match(ask->query, &art) || !is_latest(ask, &art))
		return true;
	take_hit(ask, &art);
	return ask->order != ORDER_OLDEST || ask->found != ask->limit;
}

/* Count the rows of an index that match and were not revised since. */
static size_t
count_rows(const struct asking *ask, const struct segment *seg,
    const struct index *x)
{
	struct place latest;
	size_t n = 0;

	if (ask->revised == NULL || ids_in_memory(ask->revised) == 0)
		return index_count(x, &ask->sieve);
	for (size_t i = 0; (i = index_next(x, &ask->sieve, i)) < x->n; i++)
		n += !ids_find(ask->revised, x->key[i], &latest) ||
		    (latest.segment == seg->number &&
		    latest.offset == x->offset[i]);
	return n;
}

/* Where an index knows all that is asked, no line is read. */
static bool
count_segment(struct asking *ask, const struct segment *seg)
{
	struct index x;
	struct err ignored;

	if (!ask->count || ask->groups != NULL || ask->balance != NULL ||
	    !ask->sieve.exact || ask->limit < SIZE_MAX / 2 ||
	    index_open(&x, seg, &ignored) == -1)
		return false;
	ask->found += count_rows(ask, seg, &x);
	index_close(&x);
	return true;
}

/* Of the hits from number `from` on, which came in order. */
static uint64_t
lowest_seq(const struct asking *ask, size_t from)
{
	return (uint64_t)ask->hits[from].rank;
}

/* The newest first, and only so many: from the last segment back, until there
 * are enough. */
static void
search_back(struct asking *ask)
{
	uint32_t least = first_behind(ask), number = UINT32_MAX;
	const struct segments *list = &ask->reader.list;

	while (number - 1 > least && ask->found < ask->limit) {
		size_t i = number == UINT32_MAX ? list->n :
		    segments_from(list, number);
		uint64_t found = ask->found;

		if (i == 0)
			break;
		number = list->v[i - 1].number;
		read_segment(ask, &list->v[i - 1], take_line);
		if (ask->found > found)
			ask->below = lowest_seq(ask, found);
	}
}

static void
search(struct asking *ask)
{
	const struct segment *seg;
	uint32_t behind = first_behind(ask);

	if (ask->order == ORDER_NEWEST && ask->limit < INT64_MAX &&
	    !ask->count && ask->groups == NULL && ask->balance == NULL) {
		search_back(ask);
		return;
	}
	while ((seg = segment_behind_number(ask, behind)) != NULL)
		behind = count_segment(ask, seg) ? seg->last :
		    read_segment(ask, seg, take_line);
}

/* Highest rank first, then as they arrived. */
static int
by_rank(const void *a, const void *b)
{
	const struct hit *s = a, *t = b;

	if (s->rank < t->rank || s->rank > t->rank)
		return s->rank < t->rank ? 1 : -1;
	if (s->place.segment != t->place.segment)
		return s->place.segment < t->place.segment ? -1 : 1;
	return (s->place.offset > t->place.offset) -
	    (s->place.offset < t->place.offset);
}

/* Print the hits that had to wait for their order. */
static void
put_hits(struct asking *ask)
{
	struct picker picker = PICKER_INIT(&ask->reader.list,
	    ask->reader.folder);
	size_t n = ask->found < ask->limit ? ask->found : ask->limit;
	struct arena a = ARENA_INIT;
	struct article art;
	struct line line;
	struct err err;

	if (ask->hits == NULL)
		return;
	qsort(ask->hits, ask->found, sizeof(*ask->hits), by_rank);
	for (size_t i = 0; i < n; i++) {
		arena_reset(&a);
		if (picker_read(&picker, ask->hits[i].place.segment,
		    ask->hits[i].place.offset, &line, &err) == -1 ||
		    article_read(&art, &line, &a, &err) == -1)
			die("%s", err.msg);
		put_article(ask, &art);
	}
	picker_close(&picker);
	arena_release(&a);
}

static enum order
parse_order(const char *word)
{
	for (size_t i = 0; i < sizeof(order_names) / sizeof(*order_names); i++)
		if (strcmp(word, order_names[i]) == 0)
			return (enum order)i;
	usage_error("'--order' takes oldest, newest, published or confidence, "
	    "not '%s'", word);
}

static struct query *
compile(struct str text)
{
	char *z = xstrndup(text.p, text.n);
	struct query *q;
	struct err err;

	q = query_new(z, clock_now(), &err);
	if (q == NULL)
		usage_error("in the query '%s', column %lu: %s", z, err.column,
		    err.msg);
	free(z);
	return q;
}

static void
ask(struct asking *asking, const char *store, bool all_revisions)
{
	struct err err;

	if (reader_open(&asking->reader, store, &err) == -1)
		die("%s", err.msg);
	if (!all_revisions)
		find_revised(asking);
	query_sieve(asking->query, &asking->sieve);
	reader_sieve(&asking->reader, &asking->sieve);
	if (asking->groups == NULL && asking->balance == NULL &&
	    !asking->count)
		put_names(asking);
	search(asking);
	put_hits(asking);
	if (asking->balance != NULL)
		balance_put(asking->balance, out_buf(&asking->out),
		    asking->format, asking->raw);
	else if (asking->groups != NULL)
		groups_put(asking->groups, out_buf(&asking->out),
		    asking->format, asking->raw);
	else if (asking->count)
		buf_addf(out_buf(&asking->out), "%zu\n", asking->found);
	out_close(&asking->out);
	if (query_gave_up(asking->query) > 0)
		warn("an expression was too costly for %lu texts, which were "
		    "taken not to match", query_gave_up(asking->query));
	reader_close(&asking->reader);
	query_free(asking->query);
	ids_free(asking->revised);
	groups_free(asking->groups);
	balance_free(asking->balance);
	free(asking->hits);
}

/* What the command line says, before it is a query. */
struct wish {
	struct opt_list	 label, domain, source, text;
	const char	*since, *until, *by;
};

/* FIELD:"A","B" from what the option was given, with or without commas. */
static void
add_choice(struct buf *q, const char *field, const struct opt_list *list)
{
	const char *sign = field;

	for (size_t i = 0; i < list->n; i++) {
		struct str rest = str_of(list->v[i]), value;

		while (str_split(&rest, ',', &value)) {
			query_add_value(q, sign, value);
			sign = ",";
		}
	}
}

static void
build_query(struct buf *q, const struct wish *wish, int words, char **word)
{
	bool published = strcmp(wish->by, "published") == 0, alone;

	if (!published && strcmp(wish->by, "arrival") != 0)
		usage_error("'--by' takes arrival or published, not '%s'",
		    wish->by);
	add_choice(q, " label:", &wish->label);
	add_choice(q, " domain:", &wish->domain);
	add_choice(q, " source:", &wish->source);
	for (size_t i = 0; i < wish->text.n; i++)
		query_add_value(q, " text:", str_of(wish->text.v[i]));
	if (wish->since != NULL)
		query_add_value(q, published ? " published>=" : " stored>=",
		    str_of(wish->since));
	if (wish->until != NULL)
		query_add_value(q, published ? " published<" : " stored<",
		    str_of(wish->until));
	alone = q->n == 0;
	if (words > 0 && !alone)
		buf_addz(q, " (");
	for (int i = 0; i < words; i++)
		buf_addf(q, "%s%s", i > 0 ? " " : "", word[i]);
	if (words > 0 && !alone)
		buf_addc(q, ')');
}

static enum table_format
parse_format(const char *word)
{
	static const char *const formats[] = { [TABLE_JSONL] = "jsonl",
		[TABLE_TEXT] = "table", [TABLE_CSV] = "csv",
		[TABLE_TSV] = "tsv" };

	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++)
		if (strcmp(word, formats[i]) == 0)
			return (enum table_format)i;
	usage_error("'--format' takes jsonl, table, csv or tsv, not '%s'",
	    word);
}

/* Columns of CSV when none are named. */
#define DEFAULT_FIELDS	"seq,published,label,confidence,domain,source,title,url"

static void
choose_columns(struct asking *ask, const char *fields, const char *group_by)
{
	struct columns by;
	struct err err;

	if (fields == NULL && (ask->format == TABLE_CSV ||
	    ask->format == TABLE_TSV))
		fields = DEFAULT_FIELDS;
	if (fields != NULL && columns_parse(&ask->columns, fields, &err) == -1)
		usage_error("'--fields': %s", err.msg);
	if (group_by == NULL)
		return;
	if (columns_parse(&by, group_by, &err) == -1)
		usage_error("'--group-by': %s", err.msg);
	ask->groups = groups_new(&by);
}

int
run_query(int argc, char **argv)
{
	struct asking asking = { .order = ORDER_OLDEST };
	struct opt_number limit = { INT64_MAX, 0, INT64_MAX };
	struct wish wish = { .by = "arrival" };
	const char *format = "jsonl", *order = "oldest", *colour = "auto";
	const char *fields = NULL, *group_by = NULL;
	bool all_revisions = false;
	const struct opt opts[] = {
		{ 'l', "label", "LABEL", "only this label, or these, joined by "
		    "commas", OPT_LIST, &wish.label },
		{ 'd', "domain", "DOMAIN", "only this policy domain", OPT_LIST,
		    &wish.domain },
		{ 's', "source", "SOURCE", "only this source: a feed's title "
		    "or a host", OPT_LIST, &wish.source },
		{ 't', "text", "WORDS", "only with these words, as a phrase",
		    OPT_LIST, &wish.text },
		{ 0, "since", "TIME", "not before: 2026-11-23, 3d, yesterday",
		    OPT_STRING, &wish.since },
		{ 0, "until", "TIME", "only before", OPT_STRING, &wish.until },
		{ 0, "by", "WHICH", "time of arrival (default) or published",
		    OPT_STRING, &wish.by },
		{ 'n', "limit", "N", "the first N in the order", OPT_NUMBER,
		    &limit },
		{ 0, "order", "ORDER", "oldest (default), newest, published, "
		    "confidence", OPT_STRING, &order },
		{ 0, "all-revisions", NULL, "also texts that were replaced "
		    "since", OPT_FLAG, &all_revisions },
		{ 'c', "count", NULL, "print only how many", OPT_FLAG,
		    &asking.count },
		{ 'g', "group-by", "COLUMNS", "count by day, week, month, "
		    "label, domain, source...", OPT_STRING, &group_by },
		{ 'f', "format", "FORMAT", "jsonl (default), table, csv, tsv",
		    OPT_STRING, &format },
		{ 0, "fields", "COLUMNS", "only these, joined by commas",
		    OPT_STRING, &fields },
		{ 0, "csv-raw", NULL, "do not guard cells that look like "
		    "formulas", OPT_FLAG, &asking.raw },
		{ 0, "color", "WHEN", "auto (default), always, never",
		    OPT_STRING, &colour },
		{ 0 }
	};
	const struct tool tool = { "stance-store query",
	    "[OPTION...] STORE [QUERY...]",
	    "Print the articles of STORE that match.", opts,
	    "A query: label:easing domain:trade confidence>0.6 "
	    "text:\"rare earths\"" };
	int n = opt_parse(&tool, argc, argv);
	const char *store = store_operand(n, argv);
	struct buf q = BUF_INIT;

	build_query(&q, &wish, n - 1, argv + 2);
	asking.query = compile(buf_str(&q));
	asking.limit = (size_t)limit.value;
	asking.order = parse_order(order);
	asking.format = parse_format(format);
	choose_columns(&asking, fields, group_by);
	asking.colours = term_colours(colour, STDOUT_FILENO);
	asking.width = term_columns(STDOUT_FILENO);
	out_init(&asking.out, STDOUT_FILENO, "<stdout>");
	digest_setup();
	jail_enter(JAIL_READ, (const char *[]){ store, NULL }, NULL);
	ask(&asking, store, all_revisions);
	buf_release(&q);
	opt_list_release(&wish.label);
	opt_list_release(&wish.domain);
	opt_list_release(&wish.source);
	opt_list_release(&wish.text);
	return asking.damaged ? EXIT_WORLD : EXIT_DONE;
}

static enum column
parse_period(const char *word)
{
	struct columns c;
	struct err err;

	if (columns_parse(&c, word, &err) == -1 || c.n != 1 ||
	    (c.v[0] != COLUMN_DAY && c.v[0] != COLUMN_WEEK &&
	    c.v[0] != COLUMN_MONTH))
		usage_error("'--by' takes day, week or month, not '%s'", word);
	return c.v[0];
}

static enum column
parse_group(const char *word)
{
	struct columns c;
	struct err err;

	if (word == NULL)
		return COLUMNS;
	if (columns_parse(&c, word, &err) == -1)
		usage_error("'--group': %s", err.msg);
	if (c.n != 1)
		usage_error("'--group' takes one column, not '%s'", word);
	return c.v[0];
}

int
run_balance(int argc, char **argv)
{
	struct asking asking = { .order = ORDER_OLDEST, .limit = SIZE_MAX };
	struct wish wish = { .by = "published" };
	const char *period = "week", *group = NULL, *format = "table";
	const struct opt opts[] = {
		{ 'b', "by", "PERIOD", "day, week (default) or month",
		    OPT_STRING, &period },
		{ 'g', "group", "COLUMN", "a balance for each domain, topic, "
		    "actor, source...", OPT_STRING, &group },
		{ 0, "since", "TIME", "not published before", OPT_STRING,
		    &wish.since },
		{ 0, "until", "TIME", "only published before", OPT_STRING,
		    &wish.until },
		{ 'f', "format", "FORMAT", "table (default), jsonl, csv, tsv",
		    OPT_STRING, &format },
		{ 0 }
	};
	const struct tool tool = { "stance-store balance",
	    "[OPTION...] STORE [QUERY...]",
	    "Print the balance of easing and tightening over time.", opts,
	    "A story votes once; the interval is a bootstrap's 95 %." };
	int n = opt_parse(&tool, argc, argv);
	const char *store = store_operand(n, argv);
	struct buf q = BUF_INIT;

	build_query(&q, &wish, n - 1, argv + 2);
	asking.query = compile(buf_str(&q));
	asking.format = parse_format(format);
	asking.balance = balance_new(parse_period(period), parse_group(group));
	out_init(&asking.out, STDOUT_FILENO, "<stdout>");
	digest_setup();
	jail_enter(JAIL_READ, (const char *[]){ store, NULL }, NULL);
	ask(&asking, store, false);
	buf_release(&q);
	return asking.damaged ? EXIT_WORLD : EXIT_DONE;
}
