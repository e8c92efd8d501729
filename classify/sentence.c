#include "classify/halves.h"
#include "classify/sentence.h"

/* Bytes of a day's number: "1. Juli", "30. Juni". */
#define DAY_LENGTH	2

/* Does the point end no clause, as those of a day or an abbreviation: "zum 1. Juli",
 * "u. a.", "Nr. 5"? */
static bool
is_inner_point(const struct view *view, uint32_t i)
{
	const struct token *t = &view->words.tokens[i];
	uint32_t length = t[-1].end - t[-1].start;

	return str_eq(token_str(&view->words, i), STR(".")) &&
	    ((t[-1].kind == TOKEN_NUMBER && length <= DAY_LENGTH) ||
	    (t[-1].kind == TOKEN_WORD && length == 1) ||
	    (t[1].kind == TOKEN_NUMBER && t[1].start > t[0].end));
}

void
sentence_begin(const struct view *view, size_t from, size_t end)
{
	const struct mark *v = view->marks.v;

	for (uint32_t i = v[from].first + 1; i < v[end - 1].first; i++)
		if ((view->bits[i] & TOKEN_BREAK) && is_inner_point(view, i))
			view->bits[i] &= (uint16_t)~TOKEN_BREAK;
}

/* Of the hits from `first` on, those of lone rules go if another says more than
 * an aside. */
static void
drop_lone(struct hits *hits, size_t first)
{
	size_t kept = first;
	bool other = false;

	for (size_t i = first; i < hits->n; i++)
		other |= !hits->v[i].lone &&
		    hits->v[i].weight >= HALF_LEAST;
	for (size_t i = first; i < hits->n; i++)
		if (!other || !hits->v[i].lone)
			hits->v[kept++] = hits->v[i];
	hits->n = kept;
}

/* Does a day stand behind the token: "since May 25 shops can open"? */
static bool
leads_to_day(const struct view *view, uint32_t at)
{
	const struct words *w = &view->words;

	at += at + 1 < w->count && w->tokens[at + 1].kind == TOKEN_NUMBER;
	return at + 1 < w->count && (view->bits[at + 1] & TOKEN_CALENDAR);
}

/* The clause of an "after" that has the hit; false where none has it. */
static bool
is_aftermath(const struct view *view, const struct sentence *s,
    const struct hit *hit, struct span *clause)
{
	const struct token *tokens = view->words.tokens;
	uint32_t at = hit->span.first, end = hit->span.end;

	while (at > s->first && !(view->bits[at] & TOKEN_AFTER) &&
	    tokens[at].kind != TOKEN_MARK)
		at--;
	if (!(view->bits[at] & TOKEN_AFTER) || leads_to_day(view, at))
		return false;
	while (end < s->end && tokens[end].kind != TOKEN_MARK)
		end++;
	*clause = (struct span){ at, end };
	return true;
}

/* Does a hit from `first` on say the opposite, not in that clause? */
static bool
is_reversed(const struct hits *hits, size_t first, const struct hit *hit,
    struct span clause)
{
	for (size_t i = first; i < hits->n; i++) {
		const struct hit *other = &hits->v[i];

		if ((int)other->effect == -(int)hit->effect &&
		    other->weight >= HALF_LEAST &&
		    2 * other->weight >= hit->weight &&
		    (other->span.end <= clause.first ||
		    other->span.first >= clause.end))
			return true;
	}
	return false;
}

/* "Jordan scraps visas after Norway tightens checks": what goes the other way
 * came before the news. */
static void
drop_aftermath(const struct view *view, const struct sentence *s,
    struct hits *hits, size_t first)
{
	size_t kept = first;
	struct span clause;

	for (size_t i = first; hits->n > first + 1 && i < hits->n; i++) {
		struct hit *hit = &hits->v[i];

		if (hit->effect == EFFECT_NEUTRAL ||
		    !is_aftermath(view, s, hit, &clause) ||
		    !is_reversed(hits, first, hit, clause))
			continue;
		view_miss(view, hit->rule, hit->span, "came before the news",
		    NULL);
		hit->rule = NULL;
	}
	for (size_t i = first; i < hits->n; i++)
		if (hits->v[i].rule != NULL)
			hits->v[kept++] = hits->v[i];
	hits->n = kept;
}

/* "Will Ghana lift the ban?" */
static bool
is_asked(const struct view *view, const struct sentence *s)
{
	struct str text = view->words.text;
	size_t at = view->words.tokens[s->end - 1].end;

	while (at < text.n && (text.p[at] == ' ' || text.p[at] == '"'))
		at++;
	return text.p[view->words.tokens[s->end - 1].start] == '?' ||
	    (at < text.n && text.p[at] == '?');
}

void
sentence_end(const struct view *view, const struct sentence *s, size_t first,
    struct hits *hits)
{
	drop_lone(hits, first);
	drop_aftermath(view, s, hits, first);
	if (hits->n > first && is_asked(view, s)) {
		view_miss(view, hits->v[first].rule, hits->v[first].span,
		    "is in a question", NULL);
		hits->n = first;
	}
}
