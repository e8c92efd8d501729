/*
 * Modifiers: words around a hit that void it, turn it round or weigh it anew, such
 * as a denial before it or a guesser behind it.
 */
#include <string.h>

#include "classify/modify.h"

/* What governs so few words behind it is one of the verb's own, as "had" is. */
#define VERB_REACH	3
/* Words before a phrase where a longer one that covers it may begin. */
#define COVER_REACH	32

/* Do they share the "to": "delays plans to" and "to ban", but not "phone calls to
 * be taxed"? */
static bool
laps_over(const struct view *view, const struct mark *at, uint32_t anchor)
{
	return at->first < anchor && at->end == anchor + 1 &&
	    (view->bits[anchor] & TOKEN_LINK) && (at->end ==
	    view->words.count || !(view->bits[at->end] & TOKEN_PASSIVE));
}

/* Does it stand in a clause that commas set off before what `anchor` begins: "the
 * ministry, which had hesitated for years, lifted"? */
static bool
is_enclosed(const struct view *view, const struct mark *at, uint32_t anchor)
{
	const struct token *t = view->words.tokens;
	uint32_t from = at->first, end = at->end;

	while (end < anchor && t[end].kind != TOKEN_MARK)
		end++;
	if (end == anchor)
		return false;
	while (from > 0 && t[from].kind != TOKEN_MARK)
		from--;
	return t[from].kind == TOKEN_MARK &&
	    (view->bits[from + 1] & TOKEN_RELATIVE) != 0 &&
	    (view->bits[from + 1] & TOKEN_PRONOUN) == 0;
}

/* Does it stand between a comma and the end of a sentence, so that the words that end
 * a clause are none to it: "would lift it if talks succeed, analysts said"? */
static bool
is_tail(const struct view *view, const struct mark *at)
{
	const struct words *w = &view->words;
	uint16_t before = at->first > 0 ? view->bits[at->first - 1] : 0;

	return (before & TOKEN_JOIN) &&
	    w->tokens[at->first - 1].kind == TOKEN_MARK &&
	    (at->end == w->count || (w->tokens[at->end].kind == TOKEN_MARK &&
	    (view->bits[at->end] & TOKEN_BREAK)));
}

/* Does a conjunction lead to it, so that it begins a clause of its own: "lifts the ban
 * and analysts say"? */
static bool
is_joined(const struct view *view, const struct mark *at)
{
	uint32_t i = at->first;

	while (i > 0 && (view->bits[i - 1] & TOKEN_DET))
		i--;
	return i > 0 && (view->bits[i - 1] & TOKEN_JOIN) &&
	    view->words.tokens[i - 1].kind == TOKEN_WORD;
}

/* Does an auxiliary stand there that does not go on with what is before it: "had
 * complained about was lifted", but not "had been lifted"? */
static bool
has_verb(const struct view *view, uint32_t from, uint32_t to)
{
	while (from < to && (view->bits[from] & TOKEN_PASSIVE))
		from++;
	while (from < to && !(view->bits[from] & TOKEN_PASSIVE))
		from++;
	return from < to;
}

/* Does it stand in a relative clause between the object of a hit and the verb of the
 * clause around it: "the ban that traders complained about was lifted"? */
static bool
is_between(const struct view *view, const struct mark *at, uint32_t anchor,
    struct span span)
{
	uint32_t before = at->first;

	while (before > span.first &&
	    !(view->bits[before - 1] & (TOKEN_RELATIVE | TOKEN_PASSIVE)))
		before--;
	return before > span.first &&
	    (view->bits[before - 1] & TOKEN_RELATIVE) &&
	    has_verb(view, at->end, anchor);
}

bool
modifier_governs(const struct view *view, const struct class *m,
    const struct mark *at, uint32_t anchor, struct span span)
{
	uint32_t from, to;
	uint16_t stops = TOKEN_BREAK;
	bool tail;

	if (m->place == PLACE_SENTENCE || m->place == PLACE_TITLE)
		return true;
	if (at->end <= anchor || laps_over(view, at, anchor)) {
		from = at->end;
		to = at->end <= span.first ? span.first :
		    at->end <= anchor ? anchor : at->end;
		if (is_enclosed(view, at, anchor) ||
		    is_between(view, at, anchor, span))
			return false;
		if (m->place == PLACE_AFTER)
			return false;
	} else if (at->first > anchor) {
		from = at->first >= span.end ? span.end : anchor + 1;
		to = at->first;
		if (m->place == PLACE_BEFORE || (m->place == PLACE_AFTER &&
		    is_joined(view, at)))
			return false;
	} else {
		return false;
	}
	if (m->place != PLACE_CLAUSE && to - from > m->distance)
		return false;
	if (m->action == ACTION_DROP && m->place == PLACE_BEFORE &&
	    m->distance <= VERB_REACH && has_verb(view, from, to))
		return false;
	if (m->tight)
		stops |= TOKEN_JOIN;
	/* "lifts the ban that it imposed last year" */
	if (at->first > anchor && (m->place == PLACE_CLAUSE ||
	    (m->tight && m->place == PLACE_AFTER)))
		stops |= TOKEN_RELATIVE;
	tail = at->first > anchor && is_tail(view, at);
	for (; from < to && !m->across; from++)
		if ((view->bits[from] & stops) &&
		    (!tail || view->words.tokens[from].kind == TOKEN_MARK))
			return false;
	return true;
}

bool
modifier_is_on(const struct class *m, const char *kind, const char *domain)
{
	for (size_t i = 0; i < m->on_count; i++)
		if ((kind != NULL && strcmp(m->on[i], kind) == 0) ||
		    (domain != NULL && strcmp(m->on[i], domain) == 0))
			return true;
	return m->on_count == 0;
}

bool
hit_has_flag(const struct hit *hit, const char *flag)
{
	for (size_t i = 0; i < hit->flag_count; i++)
		if (strcmp(hit->flags[i], flag) == 0)
			return true;
	return false;
}

static void
add_flag(struct hit *hit, const char *flag)
{
	if (!hit_has_flag(hit, flag) && hit->flag_count < FLAGS_MAX)
		hit->flags[hit->flag_count++] = flag;
}

static void
act(const struct class *m, struct hit *hit)
{
	if (m->flag != NULL)
		add_flag(hit, m->flag);
	if (m->stage != STAGE_NONE)
		hit->stage = m->stage;
	if (m->action == ACTION_FLIP)
		hit->effect = (enum effect)-hit->effect;
	if (m->action == ACTION_SCALE)
		hit->weight *= m->factor;
}

/* A word's modifiers and what they could act on. */
struct governing {
	const struct view	*view, *of;	/* of the hit, of the word */
	size_t			 from, end;	/* marks of the hit's sentence */
	const struct mark	*m;
	uint32_t		 anchor;
	const char		*kind;
};

/* Does the token stand within quotation marks of its paragraph? */
static bool
is_quoted(const struct view *view, uint32_t token)
{
	const struct words *w = &view->words;
	size_t s = 0, marks = 0;
	uint32_t paragraph;

	while (w->sentences[s].end <= token)
		s++;
	paragraph = w->sentences[s].paragraph;
	while (s > 0 && w->sentences[s - 1].paragraph == paragraph)
		s--;
	for (uint32_t i = w->sentences[s].first; i < token; i++)
		marks += w->tokens[i].kind == TOKEN_QUOTE;
	return marks % 2 == 1;
}

/* "The tax on brokers": what a preposition leads to does not speak. */
static bool
is_tied(const struct governing *gov)
{
	uint32_t at = gov->m->first;

	while (at > 0 && (gov->of->bits[at - 1] & TOKEN_DET))
		at--;
	return at > 0 && (gov->of->bits[at - 1] & TOKEN_LINK);
}

/* Does the modifier's word have a subject that it asks for, anywhere before it in
 * its sentence? */
static bool
has_speaker(const struct governing *gov, const struct class *mod)
{
	const struct view *of = gov->of;
	const struct words *w = &of->words;
	uint32_t first = 0;

	if (mod->by.n == 0)
		return true;
	for (size_t s = 0; s < w->sentence_count &&
	    w->sentences[s].first <= gov->m->first; s++)
		first = w->sentences[s].first;
	for (const struct mark *m = gov->m; m > of->marks.v &&
	    m[-1].first >= first; m--)
		for (size_t i = 0; i < mod->by.n; i++)
			if (m[-1].end <= gov->m->first &&
			    mark_in(of->g, &m[-1], mod->by.v[i]))
				return true;
	return false;
}

/* A hit of a rule has the rule's name, too. */
static bool
is_on(const struct class *mod, const char *kind, const struct hit *hit)
{
	bool of_rule = hit->operator_class == NULL && hit->object_class == NULL;

	return modifier_is_on(mod, kind, hit->domain) ||
	    (of_rule && modifier_is_on(mod, hit->rule, NULL));
}

/* Is the modifier's word one of the hit's own, and the hit's rule one to which
 * those are no modifiers: "need no longer" as what is said, not what is denied? */
static bool
is_own(const struct governing *gov, const struct hit *hit)
{
	return hit->outside && gov->of == gov->view &&
	    gov->m->first >= hit->span.first && gov->m->first < hit->span.end;
}

/* Has the title none of the words beside which a word of it does not count? */
static bool
is_free(const struct view *title, const struct conditions *when)
{
	for (size_t i = 0; i < when->unless.n; i++)
		if (marks_hold(title, 0, title->marks.n, when->unless.v[i]))
			return false;
	return true;
}

static bool
applies(const struct governing *gov, const struct class *mod,
    const struct hit *hit)
{
	bool elsewhere = gov->m < gov->view->marks.v + gov->from ||
	    gov->m >= gov->view->marks.v + gov->end;

	return mod->kind == CLASS_MODIFIER && mod->action != ACTION_DROP &&
	    (mod->place == PLACE_TITLE ? gov->of->title == NULL :
	    gov->of == gov->view && !elsewhere) && !is_own(gov, hit) &&
	    is_on(mod, gov->kind, hit) &&
	    (!mod->quoted || is_quoted(gov->view, hit->span.first)) &&
	    modifier_governs(gov->view, mod, gov->m, gov->anchor,
	    hit->span) &&
	    marks_allow(gov->view, gov->from, gov->end, &mod->when) &&
	    (gov->of == gov->view || is_free(gov->of, &mod->when)) &&
	    has_speaker(gov, mod) && !(mod->subject && is_tied(gov));
}

static void
miss_hit(const struct view *view, const struct hit *hit, const char *why,
    const char *who)
{
	view_miss(view, hit->rule, hit->span, why, who);
	if (hit->object != NULL && strcmp(hit->object, hit->rule) != 0)
		view_miss(view, hit->object, hit->span, why, who);
}

static bool
decides(const struct class *mod)
{
	return mod->action == ACTION_CANCEL || mod->action == ACTION_FLIP;
}

/* Does a modifier of the word that is in no way less exact than `mod` void the hit
 * or turn it round? */
static bool
decides_by(const struct governing *gov, const struct class *mod,
    const struct hit *hit)
{
	const struct class *all = gov->view->g->classes;
	size_t count;
	const uint16_t *ids = phrase_classes(gov->view->g->lexicon,
	    gov->m->phrase, &count);

	for (size_t i = 0; i < count; i++)
		if (decides(&all[ids[i]]) &&
		    (mod->on_count == 0 || all[ids[i]].on_count > 0) &&
		    applies(gov, &all[ids[i]], hit))
			return true;
	return false;
}

/* Does the word of `mod` lie within a longer phrase that decides on the hit as it
 * does?  Then the longer one counts: "no longer" is not "no" as well. */
static bool
is_covered(const struct governing *gov, const struct class *mod,
    const struct hit *hit)
{
	const struct marks *marks = &gov->of->marks;
	const struct mark *end = marks->v + marks->n, *m = gov->m;
	struct governing longer = *gov;

	if (!decides(mod))
		return false;
	while (m > marks->v && m[-1].first + COVER_REACH >= gov->m->first)
		m--;
	for (; m < end && m->first <= gov->m->first; m++) {
		if (!(m->flags & MARK_MODIFIES) || m->end < gov->m->end ||
		    m->end - m->first <= gov->m->end - gov->m->first)
			continue;
		longer.m = m;
		if (decides_by(&longer, mod, hit))
			return true;
	}
	return false;
}

/* The modifiers of one word act on `hit`; false when one cancels it.  One that
 * names the hit's kind keeps those away that name none: "not extended" turns
 * round what "not" voids elsewhere. */
static bool
modify_by(const struct governing *gov, struct hit *hit)
{
	const struct class *all = gov->view->g->classes, *mod;
	size_t count;
	const uint16_t *ids = phrase_classes(gov->view->g->lexicon,
	    gov->m->phrase, &count);
	bool named = false;

	for (size_t i = 0; i < count; i++)
		named |= all[ids[i]].on_count > 0 &&
		    applies(gov, &all[ids[i]], hit);
	for (size_t i = 0; i < count; i++) {
		mod = &all[ids[i]];
		if ((named && mod->on_count == 0) || !applies(gov, mod, hit) ||
		    is_covered(gov, mod, hit))
			continue;
		if (mod->action == ACTION_CANCEL) {
			miss_hit(gov->view, hit, "is cancelled by", mod->name);
			return false;
		}
		act(mod, hit);
	}
	return true;
}

bool
modify(const struct view *view, size_t from, size_t end, uint32_t anchor,
    const char *kind, struct hit *hit)
{
	const struct view *title = view->title ? view->title : view;
	struct governing gov = { view, view, from, end, NULL, anchor, kind };

	for (size_t i = from; i < end; i++) {
		gov.m = &view->marks.v[i];
		if ((gov.m->flags & MARK_MODIFIES) &&
		    !modify_by(&gov, hit))
			return false;
	}
	gov.of = title;
	for (size_t i = 0; i < title->marks.n; i++) {
		gov.m = &title->marks.v[i];
		if ((title != view || i < from || i >= end) &&
		    (gov.m->flags & MARK_MODIFIES) &&
		    !modify_by(&gov, hit))
			return false;
	}
	return true;
}
