/*
 * What matches goes out as it is stored, or as a table.  Only the latest revision of an article counts, so the
 * store is first run through for revisions: the indexes of sealed segments know
 * them, and elsewhere their number stands in the tail of a line.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/term.h"
#include "store/ask.h"
#include "store/edits.h"
#include "store/ids.h"
#include "store/seal.h"
#include "store/show.h"

static const char *const order_names[ORDERS] = { [ORDER_OLDEST] = "oldest",
	[ORDER_NEWEST] = "newest", [ORDER_PUBLISHED] = "published",
	[ORDER_CONFIDENCE] = "confidence" };

/* An article that matched, when it cannot go out at once. */
struct hit {
	double		rank;		/* the highest first */
	struct place	place;
};

const char *
order_name(enum order order)
{
	return order_names[order];
}

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

static int
read_article(const struct asking *ask, struct article *art,
    const struct line *line, struct arena *a)
{
	struct err ignored;
	int rc = article_read(art, line, a, &ignored);

	art->edits = ask->edits;
	return rc;
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

/* The record without its seal, in the story that people say it is in. */
static void
put_unsealed(struct buf *b, const struct article *art, bool edited)
{
	static const char *const seal[] = { "x", NULL };
	static const char *const seal_and_story[] = { "story", "x", NULL };

	record_copy(b, &art->rec, edited ? seal_and_story : seal);
	if (edited) {
		json_name(b, "story");
		json_open(b, '{');
		json_member_str(b, "id", article_story(art));
		json_member_str(b, "joined_by", article_joined_by(art));
		json_close(b, '}');
	}
	json_close(b, '}');
}

/* As it is stored, where that is what is wanted and still true. */
static void
put_record(const struct asking *ask, struct buf *b, const struct article *art)
{
	bool edited = !edits_none(ask->edits) &&
	    str_eq(article_joined_by(art), STR("note"));

	if (ask->bare || edited)
		put_unsealed(b, art, edited);
	else
		buf_adds(b, art->line->text);
	buf_addc(b, '\n');
}

/* Show the line that begins at `start` as a terminal may have it: programs get
 * what is there, but somebody looks at this. */
static void
disarm(struct buf *b, size_t start, struct arena *a)
{
	struct str line = arena_str(a, str_slice(buf_str(b), start, b->n - 1));

	b->n = start;
	term_add(b, line);
	buf_addc(b, '\n');
}

static void
put_article(struct asking *ask, const struct article *art)
{
	struct buf *b = out_buf(&ask->out);

	size_t start = b->n;

	if (ask->format == TABLE_TEXT)
		show_table(b, art, ask->colours, ask->width);
	else {
		if (ask->columns.n > 0)
			put_columns(ask, art);
		else
			put_record(ask, b, art);
		if (ask->terminal)
			disarm(b, start, art->a);
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
	case ORDERS:
		break;
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

	if ((ask->below > 0 && line->seq >= ask->below) ||
	    read_article(ask, &art, line, a) == -1 ||
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
counts_rows(const struct asking *ask)
{
	return ask->count && ask->groups == NULL && ask->balance == NULL &&
	    ask->sieve.exact && ask->limit >= SIZE_MAX / 2;
}

static bool
count_segment(struct asking *ask, const struct segment *seg)
{
	struct index x;
	struct err ignored;

	if (!counts_rows(ask) || index_open(&x, seg, &ignored) == -1)
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
		    read_article(ask, &art, &line, &a) == -1)
			die("%s", err.msg);
		put_article(ask, &art);
	}
	picker_close(&picker);
	arena_release(&a);
}

/* Open the store and learn what an index can tell. */
static void
begin(struct asking *ask, const char *store)
{
	struct err err;

	if (reader_open(&ask->reader, store, &err) == -1 ||
	    (ask->edits = edits_load(store, &err)) == NULL)
		die("%s", err.msg);
	if (!ask->all_revisions)
		find_revised(ask);
	query_sieve(ask->query, &ask->sieve);
	reader_sieve(&ask->reader, &ask->sieve);
}

static int
end(struct asking *ask)
{
	out_close(&ask->out);
	if (query_gave_up(ask->query) > 0)
		warn("an expression was too costly for %lu texts, which were "
		    "taken not to match", query_gave_up(ask->query));
	reader_close(&ask->reader);
	query_free(ask->query);
	edits_free(ask->edits);
	ids_free(ask->revised);
	groups_free(ask->groups);
	balance_free(ask->balance);
	free(ask->hits);
	return ask->damaged ? EXIT_WORLD : EXIT_DONE;
}

int
ask(struct asking *ask, const char *store)
{
	struct buf *b = out_buf(&ask->out);

	begin(ask, store);
	if (ask->groups == NULL && ask->balance == NULL && !ask->count)
		put_names(ask);
	search(ask);
	put_hits(ask);
	if (ask->balance != NULL)
		balance_put(ask->balance, b, ask->format, ask->raw,
		    ask->width);
	else if (ask->groups != NULL)
		groups_put(ask->groups, b, ask->format, ask->raw);
	else if (ask->count)
		buf_addf(b, "%zu\n", ask->found);
	return end(ask);
}

/* What the plan counts. */
struct plan {
	size_t	before, indexed, whole;		/* segments */
	size_t	rows, pass;
};

static void
plan_segment(const struct asking *ask, const struct segment *seg,
    struct plan *plan)
{
	struct index x;
	struct err ignored;

	if (index_open(&x, seg, &ignored) == -1) {
		plan->whole++;
		return;
	}
	plan->indexed++;
	plan->rows += x.n;
	plan->pass += index_count(&x, &ask->sieve);
	index_close(&x);
}

static void
put_sieve(struct buf *b, const struct sieve *s)
{
	bool arrival = s->stored_from > INT64_MIN || s->stored_to < INT64_MAX;
	bool published = s->published_from > INT64_MIN ||
	    s->published_to < INT64_MAX;

	buf_addf(b, "index      %s%s%s%s%s%s\n",
	    sieve_is_open(s) ? "can hold nothing back" : "holds back by",
	    s->labels != UINT32_MAX ? " label" : "",
	    s->domains != 0 ? " domain" : "",
	    s->confidence_from > 0 || s->confidence_to < CONFIDENCE_NONE ?
	    " confidence" : "", arrival ? " arrival" : "",
	    published ? " published" : "");
}

static void
put_plan(struct asking *ask, const struct plan *plan)
{
	struct buf *b = out_buf(&ask->out);
	size_t n = ask->reader.list.n;

	buf_addz(b, "query      ");
	query_put(ask->query, b);
	buf_addz(b, "\n");
	put_sieve(b, &ask->sieve);
	buf_addf(b, "segments   %zu: %zu too old, %zu with an index, %zu read "
	    "in full\n", n, plan->before, plan->indexed, plan->whole);
	buf_addf(b, "rows       %zu of %zu in the indexes pass\n", plan->pass,
	    plan->rows);
	if (counts_rows(ask))
		buf_addz(b, "lines      none of them is read: the index "
		    "knows all that is asked\n");
	else
		buf_addz(b, "lines      theirs are read and matched\n");
	if (ask->revised == NULL)
		buf_addz(b, "revisions  all\n");
	else
		buf_addf(b, "revisions  the latest; %zu articles were "
		    "revised\n", ids_in_memory(ask->revised));
	buf_addf(b, "order      %s\n", ask->groups || ask->balance ?
	    "of the groups" : ask->count ? "none" :
	    ask->order == ORDER_OLDEST ? "oldest: printed as they are found" :
	    "all places are kept and sorted");
}

int
ask_explain(struct asking *ask, const char *store)
{
	struct plan plan = { .before = 0 };
	const struct segments *list;
	uint32_t behind;

	begin(ask, store);
	list = &ask->reader.list;
	behind = first_behind(ask);
	plan.before = segments_from(list, behind + 1);
	for (size_t i = plan.before; i < list->n; i++)
		plan_segment(ask, &list->v[i], &plan);
	put_plan(ask, &plan);
	return end(ask);
}
