#include <stdlib.h>

#include "classify/view.h"
#include "classify/walk.h"

void
view_init(struct view *view, const struct grammar *g, struct reader *reader)
{
	*view = (struct view){ .g = g, .reader = reader,
	    .spots = xcalloc(1, sizeof(*view->spots)) };
	spots_init(view->spots, g, &view->marks);
}

void
view_read(struct view *view, struct str text, struct arena *a)
{
	view->marks.n = view->marked = view->walked = 0;
	spots_reset(view->spots);
	view->bits = arena_array(a, text.n + 1, sizeof(*view->bits));
	reader_read(view->reader, text, &view->words, &view->reading,
	    view->bits);
}

static void
mark_sentence(struct view *view, size_t sentence, size_t from, size_t end,
    bool looked)
{
	walk_sentence(view->reader, &view->words, &view->reading, from, end,
	    &view->words.sentences[sentence], looked, &view->marks, view->bits);
}

void
view_mark(struct view *view, size_t end)
{
	const struct reading *reading = &view->reading;

	for (; view->marked < end; view->marked++) {
		const struct sentence *s = &view->words.sentences[view->marked];
		size_t from = view->walked;

		while (view->walked < reading->count &&
		    reading->starts[view->walked] < s->end)
			view->walked++;
		mark_sentence(view, view->marked, from, view->walked, false);
	}
}

void
view_mark_one(struct view *view, size_t sentence, size_t from, size_t end)
{
	mark_sentence(view, sentence, from, end, true);
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
	free(view->marks.v);
	spots_release(view->spots);
	free(view->spots);
}

bool
marks_hold(const struct view *view, size_t from, size_t end, uint16_t class)
{
	spots_turn(view->spots, from, end);
	return spots_first(view->spots, class) != NO_SPOT;
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

bool
marks_allow(const struct view *view, size_t from, size_t end,
    const struct conditions *when)
{
	for (size_t i = 0; i < when->needs.n; i++)
		if (!marks_near(view, from, end, when->needs.v[i]))
			return false;
	for (size_t i = 0; i < when->unless.n; i++)
		if (marks_hold(view, from, end, when->unless.v[i]))
			return false;
	return (when->source.n == 0 || is_from(view->article, &when->source)) &&
	    (when->unless_source.n == 0 ||
	    !is_from(view->article, &when->unless_source));
}

void
miss_conditions(const struct view *view, const char *name, struct span span,
    size_t from, size_t end, const struct conditions *when)
{
	const struct class *all = view->g->classes;

	for (size_t i = 0; i < when->needs.n; i++)
		if (!marks_near(view, from, end, when->needs.v[i]))
			view_miss(view, name, span, "needs a word of",
			    all[when->needs.v[i]].name);
	for (size_t i = 0; i < when->unless.n; i++)
		if (marks_hold(view, from, end, when->unless.v[i]))
			view_miss(view, name, span, "stands beside a word of",
			    all[when->unless.v[i]].name);
	if (when->source.n > 0 && !is_from(view->article, &when->source))
		view_miss(view, name, span, "is not from a source that it asks "
		    "for, such as", when->source.v[0]);
	if (is_from(view->article, &when->unless_source))
		view_miss(view, name, span, "is from a source that it refuses",
		    NULL);
}

/* A number this large is written out: "900,000 to 1.5 million". */
#define WRITTEN_OUT	1000

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

/* Does number `i` say who is meant, from where upwards: "drivers over 80", and
 * not how much is asked, "above 5 percent"?  Who is meant are fewer when it rises. */
static bool
is_floor(const struct view *view, uint32_t i)
{
	const struct words *w = &view->words;

	return i > 0 && (view->bits[i - 1] & TOKEN_UPWARDS) &&
	    !str_ends(token_str(w, i), STR("%"));
}

static bool
is_year(double value)
{
	return value >= 1990 && value < 2100;
}

int
turn_of(const struct view *view, const struct mark *m)
{
	double old = 0, new = 0, value, times, old_times = 1, new_times = 1;
	bool swapped = phrase_swapped(view->g->lexicon, m->phrase);
	bool seen = false, floor = false;

	for (uint32_t i = m->first; i < m->end; i++) {
		if (!reader_number(view->reader, &view->words, i, &value,
		    &times))
			continue;
		if (is_dated(view, i))
			return 0;
		if (!seen || !swapped)
			floor = is_floor(view, i);
		if (!seen) {
			old = value;
			old_times = times;
		}
		new = value;
		new_times = times;
		seen = true;
		i += times != 1;	/* "thousand" can be a number, too */
	}
	/* of two years one is the later, and neither the more */
	if (is_year(old) && is_year(new))
		return 0;
	if (old_times == 1 && old < WRITTEN_OUT)
		old_times = new_times;
	old *= old_times;
	new *= new_times;
	return swapped == floor ?
	    (new > old) - (new < old) : (old > new) - (old < new);
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
