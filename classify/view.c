#include <stdlib.h>

#include "classify/trie.h"
#include "classify/view.h"

void
view_init(struct view *view, const struct grammar *g, struct reader *reader)
{
	*view = (struct view){ .g = g, .reader = reader,
	    .spots = xcalloc(1, sizeof(*view->spots)) };
	spots_init(view->spots, g, &view->marks);
	held_init(&view->held, g);
}

static void
forget_text(struct view *view)
{
	view->marks.n = view->finds.n = view->notes.n = 0;
	spots_reset(view->spots);
}

void
view_pass(struct view *view, struct str text)
{
	forget_text(view);
	view->words.text = text;
	view->words.count = view->words.sentence_count = 0;
	view->reading.count = 0;
}

void
view_read(struct view *view, struct str text, struct arena *a)
{
	forget_text(view);
	view->bits = arena_array(a, text.n + 1, sizeof(*view->bits));
	reader_read(view->reader, text, &view->words, &view->reading,
	    view->bits);
}

void
view_look(struct view *view, struct arena *a)
{
	view->held_of = NULL;
	view->outlooks = arena_array(a, view->words.sentence_count + 1,
	    sizeof(*view->outlooks));
	view->outlook_count = walk_text(view->reader, &view->words,
	    &view->reading, view->outlooks, &view->finds, view->bits);
}

/* List all phrases of the outlook's sentence, in `listed`. */
static void
list_phrases(struct view *view, const struct outlook *o)
{
	view->listed.n = 0;
	walk_list(view->reader, &view->reading, o, &view->finds, view->bits,
	    &view->listed);
}

void
view_mark(struct view *view, struct outlook *o)
{
	const struct effects *effects = view->g->lexicon->effects;
	struct marks *marks = &view->marks;

	list_phrases(view, o);
	o->wanted = true;
	o->marked = (uint32_t)marks->n;
	if (marks->n + view->listed.n > marks->cap) {
		marks->cap = 2 * (marks->n + view->listed.n);
		marks->v = xreallocarray(marks->v, marks->cap,
		    sizeof(*marks->v));
	}
	for (size_t i = 0; i < view->listed.n; i++) {
		const struct find *f = &view->listed.v[i];
		const struct effects *of = &effects[f->phrase];

		marks->v[marks->n++] = (struct mark){ f->first, f->end,
		    f->phrase, of->flags, of->signs, of->needs };
	}
	o->marked_end = (uint32_t)marks->n;
}

class_signs
view_signs(const struct view *view, size_t from, size_t end)
{
	class_signs signs = 0;

	for (size_t i = from; i < end; i++)
		signs |= view->marks.v[i].signs;
	return signs;
}

void
view_miss(const struct view *view, const char *name, struct span span,
    const char *why, const char *who)
{
	struct misses *m = view->misses;

	if (m == NULL || strcmp(m->wanted, name) != 0)
		return;
	GROW(m->v, m->n, m->cap);
	m->v[m->n++] = (struct miss){ name, span, why, who,
	    view->title != NULL };
}

void
view_release(struct view *view)
{
	words_release(&view->words);
	reading_release(&view->reading);
	free(view->finds.v);
	free(view->notes.v);
	free(view->listed.v);
	held_release(&view->held);
	free(view->marks.v);
	spots_release(view->spots);
	free(view->spots);
}

bool
marks_hold(const struct view *view, size_t from, size_t end, uint16_t class)
{
	spots_turn(view->spots, from, end);
	return spots_hold(view->spots, class);
}

bool
marks_near(const struct view *view, size_t from, size_t end, uint16_t class)
{
	if (marks_hold(view, from, end, class))
		return true;
	if (view->title != NULL)
		return marks_hold(view->title, 0, view->title->marks.n,
		    class) || (from < view->near_marks &&
		    marks_hold(view, 0, view->near_marks, class));
	return view->text != NULL &&
	    marks_hold(view->text, 0, view->text->lead_marks, class);
}

/* Is the source called `name`?  A name with a point is a host, and stands for
 * all below it. */
static bool
source_is(struct str source, struct str name)
{
	if (memchr(name.p, '.', name.n) != NULL && source.n > name.n &&
	    source.p[source.n - name.n - 1] == '.')
		source = str_from(source, source.n - name.n);
	return str_ieq(source, name);
}

static bool
is_from(const struct article *article, const struct sources *sources)
{
	for (size_t i = 0; i < sources->n; i++)
		for (size_t k = 0; k < article->source_count; k++)
			if (source_is(article->sources[k],
			    str_of(sources->v[i])))
				return true;
	return false;
}

/* Conditions by number: the lists that are needed, those that must not be there,
 * and the two about sources, if there is one. */
static inline size_t
condition_count(const struct conditions *when)
{
	return (size_t)when->needs.n + when->unless.n +
	    (when->source.n + when->unless_source.n > 0 ? 2 : 0);
}

static inline bool
holds(const struct view *view, size_t from, size_t end,
    const struct conditions *when, size_t n)
{
	size_t lists = when->needs.n + when->unless.n;

	if (n < when->needs.n)
		return marks_near(view, from, end, when->needs.v[n]);
	if (n < lists)
		return !marks_hold(view, from, end,
		    when->unless.v[n - when->needs.n]);
	if (n == lists)
		return when->source.n == 0 ||
		    is_from(view->article, &when->source);
	return !is_from(view->article, &when->unless_source);
}

static void
miss_condition(const struct view *view, const char *name, struct span span,
    const struct conditions *when, size_t n)
{
	const struct class *all = view->g->classes;
	size_t lists = when->needs.n + when->unless.n;

	if (n < when->needs.n)
		view_miss(view, name, span, "needs a word of",
		    all[when->needs.v[n]].name);
	else if (n < lists)
		view_miss(view, name, span, "stands beside a word of",
		    all[when->unless.v[n - when->needs.n]].name);
	else if (n == lists)
		view_miss(view, name, span, "is not from a source that it asks "
		    "for, such as", when->source.v[0]);
	else
		view_miss(view, name, span, "is from a source that it refuses",
		    NULL);
}

bool
marks_allow(const struct view *view, size_t from, size_t end,
    const struct conditions *when)
{
	for (size_t n = 0; n < condition_count(when); n++)
		if (!holds(view, from, end, when, n))
			return false;
	return true;
}

void
miss_conditions(const struct view *view, const char *name, struct span span,
    size_t from, size_t end, const struct conditions *when)
{
	for (size_t n = 0; n < condition_count(when); n++)
		if (!holds(view, from, end, when, n))
			miss_condition(view, name, span, when, n);
}

size_t
mark_at(const struct view *view, uint32_t token)
{
	size_t low = 0, high = view->marks.n;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (view->marks.v[mid].first < token)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Digits between the points of "1.200.000", and the bytes of a space there. */
#define THOUSANDS	3
#define SPACE_MAX	3
/* A number this large is written out: "900,000 to 1.5 million". */
#define WRITTEN_OUT	1000
/* Where a sentence begins, a number in it may be what was: "At present it is 5". */
#define SEQUEL_START	3

/* Is number `i` a day, a year or an hour: "June 12", "12 June 2026", "9 pm",
 * "21:30"? */
static bool
is_dated(const struct view *view, uint32_t i)
{
	const struct words *w = &view->words;

	if ((i > 0 && (view->bits[i - 1] & TOKEN_CALENDAR)) ||
	    (i + 1 < w->count && (view->bits[i + 1] & TOKEN_CALENDAR)))
		return true;
	return i + 2 < w->count && w->tokens[i + 2].kind == TOKEN_NUMBER &&
	    str_eq(token_str(w, i + 1), STR(":"));
}

static bool
is_percent(const struct words *w, uint32_t i)
{
	return str_ends(token_str(w, i), STR("%"));
}

/* Does number `i` say who is meant, from where upwards: "drivers over 80", and
 * not how much is asked, "above 5 percent"?  Who is meant are fewer when it rises. */
static bool
is_floor(const struct view *view, uint32_t i)
{
	const struct words *w = &view->words;

	return i > 0 && (view->bits[i - 1] & TOKEN_UPWARDS) &&
	    !is_percent(w, i);
}

static bool
is_year(double value)
{
	return value >= 1990 && value < 2100;
}

/* Is the token one of digits alone? */
static bool
is_digits(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0;
}

/* Does the number go on behind a space: "1 200"? */
static bool
goes_on(const struct view *view, uint32_t i)
{
	const struct words *w = &view->words;
	struct str first = token_str(w, i);

	return view->g->decimal_comma && i + 1 < w->count &&
	    first.n <= THOUSANDS && is_digits(first) &&
	    token_str(w, i + 1).n == THOUSANDS &&
	    is_digits(token_str(w, i + 1)) &&
	    w->tokens[i + 1].start - w->tokens[i].end <= SPACE_MAX;
}

/* The value of "1.200" where a point parts thousands; false for other numbers. */
static bool
tell_grouped(const struct view *view, uint32_t i, double *value)
{
	struct str rest = token_str(&view->words, i), group;
	double sum = 0;

	if (memchr(rest.p, '.', rest.n) == NULL)
		return false;
	for (size_t n = 0; str_split(&rest, '.', &group); n++) {
		if (!is_digits(group) || group.n > THOUSANDS ||
		    (n > 0 && group.n < THOUSANDS))
			return false;
		for (size_t k = 0; k < group.n; k++)
			sum = sum * 10 + (group.p[k] - '0');
	}
	*value = sum;
	return true;
}

/* The value of number `i` where a comma parts decimals, which else is `value`. */
static double
continental(const struct view *view, uint32_t i, double value)
{
	struct str rest = token_str(&view->words, i), whole;
	double grouped;

	if (tell_grouped(view, i, &grouped))
		return grouped;
	str_split(&rest, ',', &whole);
	return rest.n == THOUSANDS && is_digits(rest) ? value / 1000 : value;
}

/* A number as it is told, and who is meant by it. */
struct told {
	double	value, times;	/* the multiple behind it, or 1 */
	uint32_t last;		/* its last token */
	bool	floor;
	bool	percent;
};

static bool
tell_number(const struct view *view, uint32_t i, struct told *told)
{
	double group;

	if (!reader_number(view->reader, &view->words, i, &told->value,
	    &told->times))
		return false;
	if (view->g->decimal_comma)
		told->value = continental(view, i, told->value);
	told->last = i;
	while (goes_on(view, told->last)) {
		told->last++;
		reader_number(view->reader, &view->words, told->last, &group,
		    &told->times);
		told->value = told->value * 1000 + group;
	}
	told->floor = is_floor(view, i);
	told->percent = is_percent(&view->words, i);
	return true;
}

/* Up or down, from the first number to the last or, where they are swapped, from
 * the last to the first.  In "from 5 to 3 million" the multiple is of both. */
static int
turn_between(const struct told *first, const struct told *last, bool swapped)
{
	bool floor = swapped ? first->floor : last->floor;
	double was = first->value, is = last->value * last->times;

	/* of two years one is the later, and neither the more; and a year is no
	 * percentage */
	if ((is_year(first->value) && (last->percent || is_year(last->value))) ||
	    (first->percent && is_year(last->value)))
		return 0;
	was *= first->times == 1 && was < WRITTEN_OUT ?
	    last->times : first->times;
	return swapped == floor ? (is > was) - (is < was) :
	    (was > is) - (was < is);
}

int
turn_of(const struct view *view, const struct mark *m)
{
	struct told first, last, told;
	bool swapped = phrase_swapped(view->g->lexicon, m->phrase);
	bool seen = false;

	for (uint32_t i = m->first; i < m->end; i++) {
		if (!tell_number(view, i, &told))
			continue;
		if (is_dated(view, i))
			return 0;
		if (!seen)
			first = told;
		last = told;
		seen = true;
		/* "thousand" can be a number, too */
		i = told.last + (told.times != 1);
	}
	return seen ? turn_between(&first, &last, swapped) : 0;
}

/* The last number of a sentence, unless it is a day or an hour. */
static bool
last_number(const struct view *view, const struct sentence *s, uint32_t *at,
    struct told *told)
{
	for (uint32_t i = s->end; i > s->first; i--) {
		*at = i - 1;
		while (*at > s->first && goes_on(view, *at - 1))
			--*at;
		if (tell_number(view, *at, told))
			return !is_dated(view, *at);
	}
	return false;
}

/* The comparison with which a sentence begins, and its number: "it was 10". */
static const struct mark *
begins_lone(const struct view *view, const struct sentence *s, size_t limit,
    struct told *old)
{
	for (size_t i = mark_at(view, s->first); i < limit &&
	    view->marks.v[i].first < s->first + SEQUEL_START; i++) {
		const struct mark *m = &view->marks.v[i];

		if (view->g->roles[m->phrase].compare == NULL ||
		    !phrase_lone(view->g->lexicon, m->phrase))
			continue;
		for (uint32_t at = m->first; at < m->end; at++)
			if (tell_number(view, at, old))
				return is_dated(view, at) ? NULL : m;
	}
	return NULL;
}

const struct mark *
sequel_of(const struct view *view, const struct sentence *s, uint32_t *at,
    int *turn)
{
	const struct view *in = view;
	const struct sentence *next = s + 1;
	const struct mark *by;
	struct told old, new;
	size_t limit = view->title ? view->lead_marks : view->marks.n;

	if (next == view->words.sentences + view->words.sentence_count) {
		in = view->text;
		if (in == NULL || in->words.sentence_count == 0)
			return NULL;
		next = in->words.sentences;
		limit = in->lead_marks;
	}
	by = begins_lone(in, next, limit, &old);
	if (by == NULL || !last_number(view, s, at, &new))
		return NULL;
	*turn = turn_between(&new, &old, true);
	return *turn != 0 ? by : NULL;
}

int
comparison_turn(const struct view *view, size_t from, size_t end,
    struct span span)
{
	const struct mark *best = NULL;
	uint32_t least = UINT32_MAX;

	for (size_t i = from; i < end; i++) {
		const struct mark *m = &view->marks.v[i];
		uint32_t apart = m->end <= span.first ? span.first - m->end :
		    m->first >= span.end ? m->first - span.end : 0;

		if (view->g->roles[m->phrase].compare != NULL &&
		    apart < least && turn_of(view, m) != 0) {
			best = m;
			least = apart;
		}
	}
	return best ? turn_of(view, best) : 0;
}
