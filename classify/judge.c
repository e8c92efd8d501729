#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "base/softmax.h"
#include "base/text/relevance.h"
#include "classify/choose.h"
#include "classify/glance.h"
#include "classify/halves.h"
#include "classify/judge.h"
#include "classify/modify.h"
#include "classify/sentence.h"
#include "classify/trie.h"

/* Kept evidence: what a reader can take in. */
#define HITS_KEPT	12
/* A lead is at most so many times as long as its first code points. */
#define LEAD_FACTOR	2
/* "banned by the trade ministry": so far behind a hit its agent may stand. */
#define AGENT_REACH	3
/* Words from which the language of a text is told. */
#define FAMILIAR_WORDS	100

struct judge {
	const struct grammar	*g;
	struct reader		*reader;
	struct glance		*glance;	/* or NULL */
	struct view		 title, text;
	struct hits		 hits;
	uint64_t		*tried;		/* by rule: unit it was tried on */
	uint64_t		*promising;	/* by rule: in which sentence */
	uint64_t		 units, sentences;
	struct recall		*recall;
	bool			 by_rules;	/* the wording is not asked */
	bool			 elsewhere;	/* the rules are not asked */
	bool			 recalled;	/* the head of this article is read: */
	double			 relevance;	/* what it is about */
	struct matcher		*matcher;
	struct fault		 faults[FAULTS_MAX];
	size_t			 fault_count;
	struct tally		*tally;		/* or NULL */
};

const char *
verdict_label(enum label label)
{
	static const char *const names[] = { "easing", "tightening", "mixed",
	    "neutral" };

	return names[label];
}

const char *
verdict_scope(enum hit_scope scope)
{
	static const char *const names[] = { "title", "lead", "body" };

	return names[scope];
}

struct judge *
judge_new(const struct grammar *g, struct memo *memo, uint8_t tag,
    struct matcher *matcher)
{
	struct judge *j = xcalloc(1, sizeof(*j));

	j->g = g;
	j->reader = reader_new(g->lexicon, memo, tag);
	j->glance = glance_new(g, j->reader);
	view_init(&j->title, g, j->reader);
	view_init(&j->text, g, j->reader);
	j->text.title = &j->title;
	j->title.text = &j->text;
	j->recall = recall_new(g->learned);
	j->matcher = matcher;
	j->tried = xcalloc(g->rule_count, sizeof(*j->tried));
	j->promising = xcalloc(g->rule_count, sizeof(*j->promising));
	return j;
}

void
judge_free(struct judge *j)
{
	if (j == NULL)
		return;
	free(j->tried);
	free(j->promising);
	glance_free(j->glance);
	reader_free(j->reader);
	recall_free(j->recall);
	view_release(&j->title);
	view_release(&j->text);
	free(j->hits.v);
	free(j);
}

/* Cut to what is read, at a code point. */
static struct str
bounded(struct str s)
{
	size_t n = s.n;

	if (n <= JUDGE_TEXT_MAX)
		return s;
	for (n = JUDGE_TEXT_MAX; n > 0 && ((unsigned char)s.p[n] & 0xc0) == 0x80;)
		n--;
	return str_slice(s, 0, n);
}

/* The lead: the first sentences, or what lies within the first code points,
 * whichever is more, but never beyond them by a whole sentence. */
static uint32_t
find_lead_end(const struct judge *j)
{
	const struct words *w = &j->text.words;
	size_t limit = visible_offset(w->text,
	    j->g->judging.lead_length);
	uint32_t end = 0;

	for (size_t i = 0; i < w->sentence_count; i++) {
		const struct sentence *s = &w->sentences[i];

		if (i >= j->g->judging.lead_sentences &&
		    w->tokens[s->first].start >= limit)
			break;
		end = s->end;
	}
	/* where no sentence ends, as in texts without capitals; what is not even so
	 * many bytes away need not be counted */
	limit = LEAD_FACTOR * j->g->judging.lead_length;
	if (end > 0 && w->tokens[end - 1].start > limit)
		limit = visible_offset(w->text, limit);
	while (end > 0 && w->tokens[end - 1].start > limit)
		end--;
	return end;
}

static enum hit_scope
place_of(const struct judge *j, const struct view *view, uint32_t token)
{
	if (view == &j->title)
		return PLACED_TITLE;
	return token < j->text.top_end ? PLACED_LEAD : PLACED_BODY;
}

/* The token behind the first `n` words. */
static uint32_t
end_of_first(const struct words *w, unsigned n)
{
	uint32_t end = 0;

	for (; end < w->count && n > 0; end++)
		n -= w->tokens[end].kind == TOKEN_WORD ||
		    w->tokens[end].kind == TOKEN_NUMBER;
	return end;
}

/* The unit that `rule` is about, around a mark in sentence number `s`. */
static bool
unit_of(const struct judge *j, const struct view *view,
    const struct rule *rule, size_t s, const struct mark *m, struct unit *u)
{
	const struct words *w = &view->words;
	uint32_t first = w->sentences[s].first, end = w->sentences[s].end;
	size_t i;

	switch (rule->scope) {
	case SCOPE_SENTENCE:
		break;
	case SCOPE_CLAUSE:
		for (i = m->first; i > first &&
		    !(view->bits[i - 1] & TOKEN_BREAK); )
			i--;
		first = (uint32_t)i;
		for (i = m->end; i < end && !(view->bits[i] & TOKEN_BREAK); )
			i++;
		end = (uint32_t)i;
		break;
	case SCOPE_PARAGRAPH:
		for (i = s; i > 0 && w->sentences[i - 1].paragraph ==
		    w->sentences[s].paragraph; )
			first = w->sentences[--i].first;
		for (i = s; i + 1 < w->sentence_count &&
		    w->sentences[i + 1].paragraph ==
		    w->sentences[s].paragraph; )
			end = w->sentences[++i].end;
		break;
	case SCOPE_TITLE:
		if (view != &j->title)
			return false;
		first = 0;
		end = (uint32_t)w->count;
		break;
	case SCOPE_LEAD:
		if (view == &j->title || m->first >= j->text.top_end)
			return false;
		first = 0;
		end = j->text.top_end;
		break;
	case SCOPE_TEXT:
		first = 0;
		end = (uint32_t)w->count;
		break;
	case SCOPE_FIRST:
		first = 0;
		end = view == &j->title ? 0 : end_of_first(w, rule->first);
		if (m->first >= end)
			return false;
		break;
	}
	*u = (struct unit){ .words = w, .first = first, .end = end,
	    .spots = view->spots, .matcher = j->matcher };
	return true;
}

static void
add_fault(struct judge *j, const char *rule, const char *why)
{
	for (size_t i = 0; i < j->fault_count; i++)
		if (strcmp(j->faults[i].rule, rule) == 0)
			return;
	if (j->fault_count < FAULTS_MAX)
		j->faults[j->fault_count++] = (struct fault){ rule, why };
}

/* expr_match(), counted and timed when somebody asks. */
static enum match
match_rule(struct judge *j, uint32_t id, const struct unit *u,
    struct span *span, const char **why)
{
	const struct expr *e = j->g->rules[id].expr;
	struct timespec before, after;
	enum match matched;

	if (j->tally == NULL)
		return expr_match(e, u, span, why);
	clock_gettime(CLOCK_MONOTONIC, &before);
	matched = expr_match(e, u, span, why);
	clock_gettime(CLOCK_MONOTONIC, &after);
	j->tally->tries[id]++;
	j->tally->nanoseconds[id] += (uint64_t)((after.tv_sec -
	    before.tv_sec) * 1000000000L + after.tv_nsec - before.tv_nsec);
	return matched;
}

/* Let the numbers beside the hit say which way it goes: what is asked of people
 * and rises tightens, what falls eases. */
static bool
turn_hit(const struct view *view, size_t s, size_t from, size_t end,
    struct hit *hit)
{
	int turn = comparison_turn(view, from, end, hit->span);
	uint32_t number;

	if (turn == 0 && sequel_of(view, &view->words.sentences[s], &number,
	    &turn) == NULL)
		view_miss(view, hit->rule, hit->span,
		    "has no numbers that differ", NULL);
	hit->effect = (enum effect)((int)hit->effect * turn);
	return turn != 0;
}

static void
try_rule(struct judge *j, const struct view *view, uint32_t id, size_t s,
    const struct mark *m)
{
	const struct rule *rule = &j->g->rules[id];
	struct unit u;
	struct span span;
	struct hit hit;
	const char *why;
	size_t from, end;
	uint64_t key;

	if (!unit_of(j, view, rule, s, m, &u))
		return;
	key = (j->units << 32) + u.first + (view == &j->title) + 1;
	if (j->tried[id] == key)
		return;
	j->tried[id] = key;
	from = mark_at(view, u.first);
	end = mark_at(view, u.end);
	spots_turn(view->spots, from, end);
	/* what the words around it rule out need not be matched */
	if (view->misses == NULL && j->tally == NULL &&
	    (!expr_may(rule->expr, spots_held(view->spots)) ||
	    !marks_allow(view, from, end, &rule->when)))
		return;
	spots_turn(view->spots, from, end);
	switch (match_rule(j, id, &u, &span, &why)) {
	case MATCH_FAILED:
		add_fault(j, rule->name, why);
		view_miss(view, rule->name, (struct span){ m->first, m->end },
		    "failed:", why);
		return;
	case MATCH_NO:
		view_miss(view, rule->name, (struct span){ m->first, m->end },
		    "is not all there", NULL);
		return;
	case MATCH_YES:
		break;
	}
	hit = (struct hit){ .rule = rule->name, .effect = rule->effect,
	    .weight = rule->weight, .stage = rule->stage ? rule->stage :
	    STAGE_ANNOUNCED, .domain = rule->domain, .topic = rule->topic,
	    .action = rule->name, .strong = rule->strong,
	    .leads = rule->leads, .veto = rule->veto, .cap = rule->cap,
	    .lone = rule->lone, .outside = rule->outside,
	    .span = span };
	if (rule->flag != NULL)
		hit.flags[hit.flag_count++] = rule->flag;
	if (rule->turns && !turn_hit(view, s, from, end, &hit))
		return;
	if (!marks_allow(view, from, end, &rule->when)) {
		miss_conditions(view, rule->name, hit.span, from, end,
		    &rule->when);
		return;
	}
	if (!rule->plain && !modify(view, from, end, hit.span.first, rule->kind,
	    &hit))
		return;
	GROW(j->hits.v, j->hits.n, j->hits.cap);
	j->hits.v[j->hits.n++] = hit;
	if (j->tally != NULL)
		j->tally->rule_hits[id]++;
}

/* Is all there that the hook asks for?  The signs are those of the sentence and
 * of what is beside its field. */
static bool
is_promising(const struct judge *j, const struct hook *hook, bool top,
    class_signs signs)
{
	switch (hook->reach) {
	case HOOK_SENTENCE:
		return (hook->signs & ~signs) == 0;
	case HOOK_TOP:
		return top && (hook->signs & ~(j->title.beside |
		    j->text.beside)) == 0;
	case HOOK_FAR:
		return true;
	case HOOK_PARAGRAPH: case HOOK_TEXT:
		return false;	/* is_hopeful_far() told */
	}
	BUG("a hook without a reach");
}

/* The bits of the rules that the signs show all to be there for; they are noted in
 * `promising`.  Some rules are only for the top: the title and the lead. */
static uint64_t
find_promising(struct judge *j, const struct view *view, size_t from,
    size_t end, bool top, class_signs signs)
{
	uint32_t asked = top ? MARK_HOPES | MARK_HOPES_TOP : MARK_HOPES;
	class_signs all = signs | (top ? j->title.beside | j->text.beside : 0);
	uint64_t found = 0;

	j->sentences++;
	for (size_t i = from; i < end; i++) {
		const struct mark *m = &view->marks.v[i];
		size_t count;
		const uint16_t *classes;

		if (!(m->flags & asked) || (m->needs & ~all) != 0)
			continue;
		classes = classes_of(j->g->lexicon, m->phrase, &count);
		for (size_t k = 0; k < count; k++) {
			const struct trigger *t = &j->g->hopes[classes[k]];

			for (size_t r = 0; r < t->n; r++) {
				if (!is_promising(j, &t->hooks[r], top, signs))
					continue;
				j->promising[t->hooks[r].rule] = j->sentences;
				found |= rule_bit(t->hooks[r].rule);
			}
		}
	}
	return found;
}

/* Try the rules at the marks that trigger them: those that promise something,
 * or all when somebody asks about those that miss. */
static void
try_rules(struct judge *j, const struct view *view, const struct outlook *o,
    size_t from, size_t end)
{
	bool all = view->misses != NULL || j->tally != NULL;
	uint64_t rules = find_promising(j, view, from, end, is_top(view, o),
	    view->beside | o->signs);

	if (all)
		rules = UINT64_MAX;
	for (size_t i = from; i < end && rules != 0; i++) {
		const struct mark *m = &view->marks.v[i];
		size_t count;
		const uint16_t *classes;

		if (!(m->flags & MARK_TRIGGERS))
			continue;
		classes = classes_of(j->g->lexicon, m->phrase, &count);
		for (size_t k = 0; k < count; k++) {
			const struct trigger *t = &j->g->triggers[classes[k]];

			if ((t->rules & rules) == 0)
				continue;
			for (size_t r = 0; r < t->n; r++)
				if (all || j->promising[t->hooks[r].rule] ==
				    j->sentences)
					try_rule(j, view, t->hooks[r].rule,
					    o->sentence, m);
		}
	}
}

/* The actor nearest before the hit in its sentence, or after it. */
static const char *
find_actor(const struct view *view, size_t from, size_t end,
    const struct hit *hit)
{
	const char *best = NULL;

	for (size_t i = from; i < end; i++) {
		const struct mark *m = &view->marks.v[i];
		size_t count;
		const uint16_t *classes = classes_of(view->g->lexicon,
		    m->phrase, &count);

		for (size_t k = 0; k < count; k++) {
			const struct class *c = &view->g->classes[classes[k]];

			if (c->kind == CLASS_ACTOR && (best == NULL ||
			    m->end <= hit->span.first))
				best = c->name;
		}
	}
	return best;
}

/* Is there somebody who could make this move?  In languages where whoever acts
 * stands before what is done, not far before it, or in the title above it; in the
 * passive voice just behind it. */
static bool
is_supported(const struct judge *j, const struct view *view, size_t from,
    size_t end, const struct hit *hit)
{
	unsigned reach = j->g->judging.authority_reach;

	if (hit->strong)
		return true;
	if (reach == 0)
		return marks_near(view, from, end, j->g->authority);
	for (size_t i = from; i < end; i++) {
		const struct mark *m = &view->marks.v[i];

		if (m->first < hit->span.end + AGENT_REACH &&
		    m->first + reach >= hit->span.first &&
		    mark_in(j->g, m, j->g->authority))
			return true;
	}
	return view->title != NULL && marks_near(view, end, end,
	    j->g->authority);
}

static void
read_sentence(struct judge *j, const struct view *view,
    const struct outlook *o)
{
	const struct sentence *sentence = &view->words.sentences[o->sentence];
	size_t first = j->hits.n, from = o->marked, end = o->marked_end;
	uint32_t flags = 0;

	for (size_t i = from; i < end; i++)
		flags |= view->marks.v[i].flags;
	sentence_begin(view, from, end);
	if (o->composes || (view->misses != NULL && (flags & MARK_ROLE)))
		compose_sentence(view, sentence, from, end, &j->hits);
	if (flags & MARK_TRIGGERS)
		try_rules(j, view, o, from, end);
	sentence_end(view, sentence, first, &j->hits);
	for (size_t i = first; i < j->hits.n; i++) {
		struct hit *hit = &j->hits.v[i];

		if (hit->effect != EFFECT_NEUTRAL &&
		    !is_supported(j, view, from, end, hit))
			hit->weight *= j->g->judging.unsupported;
		hit->field = view == &j->title ? FIELD_TITLE : FIELD_TEXT;
		hit->scope = (uint8_t)place_of(j, view, hit->span.first);
		hit->sentence = o->sentence;
		hit->contrasted = marks_hold(view, from, end, j->g->versus);
		hit->actor = find_actor(view, from, end, hit);
	}
}

/* Does the sentence, the first of its paragraph, begin with a word of times past:
 * "For years the ministry ..."?  Then the paragraph tells history. */
static bool
begins_history(const struct judge *j, const struct view *view, size_t s,
    size_t from, size_t end)
{
	uint32_t first = view->words.sentences[s].first;

	for (size_t i = from; i < end && view->marks.v[i].first == first; i++)
		if (mark_in(view->g, &view->marks.v[i], j->g->bygone))
			return true;
	return false;
}

/* Read the sentences that are wanted and have marks. */
static void
read_view(struct judge *j, const struct view *view)
{
	const struct sentence *sentences = view->words.sentences;
	uint32_t paragraph = UINT32_MAX;
	bool history = false;

	j->units++;
	for (size_t i = 0; i < view->outlook_count; i++) {
		const struct outlook *o = &view->outlooks[i];
		size_t s = o->sentence, from = o->marked, end = o->marked_end;

		if (from == end)
			continue;
		if (sentences[s].paragraph != paragraph) {
			paragraph = sentences[s].paragraph;
			history = (s == 0 || sentences[s - 1].paragraph !=
			    paragraph) && begins_history(j, view, s, from, end);
		} else if (history) {
			history = !marks_hold(view, from, end, j->g->latest);
		}
		if (!history)
			read_sentence(j, view, o);
	}
}

static bool
is_within(const struct judge *j, double limit)
{
	struct str text = j->text.words.text;

	return text.n <= limit || visible_offset(text, limit) >= text.n;
}

/* Where no pack tells the two apart, a text is neither short nor long. */
static bool
is_short(const struct judge *j)
{
	double limit = j->g->judging.long_text;

	return limit > 0 && is_within(j, limit);
}

static bool
is_long(const struct judge *j)
{
	double limit = j->g->judging.long_text;

	return limit > 0 && !is_within(j, limit);
}

/* Find the marks of the title, of the lead, and of what else of the text can make
 * a hit; of all when somebody asks about what does not. */
static void
mark_views(struct judge *j, struct arena *a)
{
	struct view *title = &j->title, *text = &j->text;
	size_t i = 0;

	view_look(title, a);
	view_look(text, a);
	for (size_t k = 0; k < title->outlook_count; k++)
		view_mark(title, &title->outlooks[k]);
	for (; i < text->outlook_count && is_top(text, &text->outlooks[i]); i++)
		view_mark(text, &text->outlooks[i]);
	text->lead_marks = mark_at(text, text->top_end);
	title->beside = view_signs(text, 0, text->lead_marks);
	/* a short text speaks of one matter */
	text->near_marks = is_short(j) ? text->lead_marks : 0;
	text->beside = view_signs(title, 0, title->marks.n) |
	    view_signs(text, 0, text->near_marks);
	choose_sentences(title);
	choose_sentences(text);
	for (; i < text->outlook_count; i++)
		if (text->outlooks[i].wanted || text->misses != NULL ||
		    j->tally != NULL)
			view_mark(text, &text->outlooks[i]);
}

static int
heavier(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;

	if (x->weight != y->weight)
		return x->weight < y->weight ? 1 : -1;
	if (x->field != y->field)
		return x->field - y->field;
	return (x->span.first > y->span.first) - (x->span.first < y->span.first);
}

/* A decision far down counts as if it stood in the lead, if its rule says so. */
static enum hit_scope
weighed_as(const struct hit *hit)
{
	return hit->leads && hit->scope == PLACED_BODY ? PLACED_LEAD :
	    (enum hit_scope)hit->scope;
}

/* What of the weight `w` of hit `i` its rule may still add.  The hits before it
 * have been counted, and hold in `counted` what they added. */
static double
under_cap(struct judge *j, size_t i, double w)
{
	struct hit *hit = &j->hits.v[i];
	double cap = hit->cap > 0 ? hit->cap : j->g->judging.rule_cap,
	    left = cap;

	for (size_t k = 0; k < i && cap > 0; k++)
		if (j->hits.v[k].rule == hit->rule)
			left -= j->hits.v[k].counted;
	if (cap > 0 && w > left)
		w = left > 0 ? left : 0;
	hit->counted = w;
	return w;
}

/* Multiply the place and the stage in, and count a further hit of one direction in one place
 * for less. */
static void
weigh(struct judge *j, struct verdict *v)
{
	const struct judging *how = &j->g->judging;
	const double place[] = { how->title, how->lead, how->body };
	bool seen[3][3] = { { false } };
	double *mass[] = { &v->easing, &v->neutral, &v->tightening };
	double body[3] = { 0 };

	for (size_t i = 0; i < j->hits.n; i++)
		j->hits.v[i].weight *= place[weighed_as(&j->hits.v[i])] *
		    how->stage[j->hits.v[i].stage];
	if (j->hits.n > 1)
		qsort(j->hits.v, j->hits.n, sizeof(*j->hits.v), heavier);
	for (size_t i = 0; i < j->hits.n; i++) {
		const struct hit *hit = &j->hits.v[i];
		double w = hit->weight;
		enum hit_scope scope = weighed_as(hit);
		bool *again = &seen[scope][hit->effect + 1];

		if (*again)
			w *= how->repeat;
		*again = true;
		w = under_cap(j, i, w);
		if (scope == PLACED_BODY)
			body[hit->effect + 1] += w;
		else
			*mass[hit->effect + 1] += w;
	}
	for (int i = 0; i < 3; i++)
		*mass[i] += body[i] < how->body_cap ? body[i] : how->body_cap;
	v->neutral *= how->neutral;
	for (size_t i = 0; i < j->hits.n; i++)
		if (j->hits.v[i].veto && j->hits.v[i].weight > 0)
			v->easing = v->tightening = 0;
}

/* In a long text one sentence says little. */
static double
threshold_of(const struct judge *j)
{
	return is_long(j) ? j->g->judging.long_threshold :
	    j->g->judging.threshold;
}

/* Find the learned weights of the words of the title and of the head of the text. */
static void
recall_article(struct judge *j)
{
	if (j->recalled)
		return;
	recall_read(j->recall, &j->title.words, &j->text.words,
	    visible_offset(j->text.words.text, j->g->judging.relevance_head));
	j->relevance = recall_relevance(j->recall);
	j->recalled = true;
}

/* Does the wording have a say? */
static bool
is_worded(const struct judge *j)
{
	return !j->by_rules && j->g->judging.wording != 0 &&
	    learned_speaks(j->g->learned);
}

/* What the wording says of each label, and the logits of that. */
static void
say_wording(struct judge *j, double wording[LEANS], double logits[LEANS])
{
	const struct judging *how = &j->g->judging;

	recall_wording(j->recall, wording);
	for (int k = 0; k < LEANS; k++)
		logits[k] = how->wording * wording[k] + how->start[k];
}

/* Is what was read, of the text its head, so plainly about something else that no
 * rule need be asked, and does its wording say no direction either? */
static bool
is_elsewhere(struct judge *j)
{
	const struct judging *how = &j->g->judging;
	double wording[LEANS], logits[LEANS];

	if (!is_worded(j))
		return false;
	recall_article(j);
	if (j->relevance >= how->relevance_floor)
		return false;
	say_wording(j, wording, logits);
	for (int k = 0; k < LEANS; k++)
		if (logits[k] > 0)
			return false;
	return true;
}

/* Where an article seems to be about something else, more has to be said. */
static double
relevant_threshold(struct judge *j, const struct verdict *v)
{
	const struct judging *how = &j->g->judging;
	double threshold = threshold_of(j);

	if (how->relevance == 0 || fmax(v->easing, v->tightening) <
	    threshold * how->relevance_least)
		return threshold;
	recall_article(j);
	return threshold * fmin(fmax(exp(-how->relevance * j->relevance),
	    how->relevance_least), how->relevance_most);
}

/* What is told apart from the story, before it or behind it, is its history: the
 * title says which half is news. */
static void
part_halves(const struct hits *hits, struct verdict *v)
{
	double lean = halves_lean(hits);

	if (lean == 0)
		lean = v->tightening - v->easing;
	if (halves_stand_together(hits))
		v->label = LABEL_MIXED;
	else
		v->label = lean > 0 ? LABEL_TIGHTENING : LABEL_EASING;
}

static void
decide(const struct judge *j, double threshold, struct verdict *v)
{
	const struct judging *how = &j->g->judging;
	double strong = fmax(v->easing, v->tightening),
	    weak = fmin(v->easing, v->tightening), margin;

	if (strong < threshold || v->neutral > strong)
		v->label = LABEL_NEUTRAL;
	else if (weak >= how->mixed * strong &&
	    weak >= fmin(threshold, how->threshold))
		part_halves(&j->hits, v);
	else if (weak >= how->threshold && halves_in_title(&j->title, &j->hits))
		v->label = LABEL_MIXED;
	else
		v->label = v->easing > v->tightening ? LABEL_EASING :
		    LABEL_TIGHTENING;
	v->score = strong + v->neutral > 0 ? (v->tightening - v->easing) /
	    (v->tightening + v->easing + v->neutral + threshold / 2) : 0;
	if (v->label == LABEL_NEUTRAL)
		margin = threshold + v->neutral - strong;
	else if (v->label == LABEL_MIXED)
		margin = weak;
	else
		margin = strong - fmax(weak, v->neutral);
	v->confidence = 1 / (1 + exp(-how->slope * (margin - how->midpoint)));
}

static bool
is_untitled(const struct judge *j)
{
	return j->title.words.count == 0;
}

/* Does a hit tell the effect as history? */
static bool
is_history(const struct judge *j, enum effect effect)
{
	for (size_t i = 0; i < j->hits.n; i++)
		if (j->hits.v[i].effect == effect &&
		    hit_has_flag(&j->hits.v[i], FLAG_PAST))
			return true;
	return false;
}

/* The logarithm of one and of how often a mass holds the threshold.  Where there is
 * no title the lead says what one would. */
static double
strength_of(const struct judge *j, double mass, double threshold)
{
	const struct judging *how = &j->g->judging;

	if (is_untitled(j) && how->lead > 0)
		mass *= (how->title + how->lead) / how->lead;
	return threshold > 0 ? log1p(mass / threshold) : log1p(mass);
}

/* Of a long text the wording has seen the head only: there it does not silence a
 * direction for which the rules found much, and all is as they say. */
static bool
is_firm(const struct judge *j, const struct verdict *v)
{
	return is_long(j) && v->label == LABEL_NEUTRAL &&
	    (v->ruled == LABEL_EASING || v->ruled == LABEL_TIGHTENING) &&
	    fmax(v->easing, v->tightening) >= j->g->judging.firm *
	    v->threshold && fmin(v->easing, v->tightening) < v->threshold;
}

/* The likeliest label; but a direction that may be the wrong one costs. */
static enum label
best_label(const struct judging *how, const double shares[LABELS_ALL])
{
	const double worth[LABELS_ALL] = {
		[LABEL_EASING] = shares[LABEL_EASING] - how->wrong_way *
		    shares[LABEL_TIGHTENING],
		[LABEL_TIGHTENING] = shares[LABEL_TIGHTENING] - how->wrong_way *
		    shares[LABEL_EASING],
		[LABEL_MIXED] = shares[LABEL_MIXED],
		[LABEL_NEUTRAL] = shares[LABEL_NEUTRAL],
	};
	enum label best = LABEL_NEUTRAL;

	for (int k = 0; k < LABEL_NEUTRAL; k++)
		if (worth[k] > worth[best])
			best = (enum label)k;
	return best;
}

/* What the wording and what the rules found make likely: a logit for each label, that
 * of neutral at rest being 0. */
static void
weigh_wording(struct judge *j, struct verdict *v)
{
	const struct judging *how = &j->g->judging;
	double easing = v->strengths[0] = strength_of(j, v->easing,
	    v->threshold);
	double tightening = v->strengths[1] = strength_of(j, v->tightening,
	    v->threshold);
	double neutral = v->strengths[2] = strength_of(j, v->neutral,
	    v->threshold);
	double shares[LABELS_ALL] = { 0 };	/* logits at first */

	v->past[0] = is_history(j, EFFECT_EASING);
	v->past[1] = is_history(j, EFFECT_TIGHTENING);
	say_wording(j, v->wording, shares);
	shares[LABEL_EASING] += how->own * easing + how->other * tightening;
	shares[LABEL_TIGHTENING] += how->own * tightening + how->other * easing;
	shares[LABEL_MIXED] += how->both * fmin(easing, tightening);
	shares[LABEL_NEUTRAL] += how->own_neutral * neutral;
	/* what was is told for what is no more */
	shares[LABEL_EASING] += v->past[1] ? how->past : 0;
	shares[LABEL_TIGHTENING] += v->past[0] ? how->past : 0;
	shares[v->ruled] += how->ruled + (is_untitled(j) ? how->untitled : 0);
	softmax(shares, LABELS_ALL);
	v->label = best_label(how, shares);
	if (is_firm(j, v)) {
		v->label = v->ruled;
		return;
	}
	v->confidence = shares[v->label];
	v->score = shares[LABEL_TIGHTENING] - shares[LABEL_EASING];
}

/* Is there evidence of the effect? */
static bool
is_proved(const struct judge *j, enum effect effect)
{
	for (size_t i = 0; i < j->hits.n; i++)
		if (j->hits.v[i].effect == effect)
			return true;
	return false;
}

/* The sentence that speaks most for `lean` is evidence of the effect. */
static void
add_proof(struct judge *j, enum effect effect, enum lean lean)
{
	struct spoken said = recall_proof(j->recall, lean, true);
	const struct sentence *s;

	if (said.weight <= 0)
		said = recall_proof(j->recall, lean, false);
	if (said.weight <= 0)
		return;
	s = &(said.in_title ? &j->title : &j->text)->words.sentences[
	    said.sentence];
	GROW(j->hits.v, j->hits.n, j->hits.cap);
	j->hits.v[j->hits.n++] = (struct hit){ .rule = "wording",
	    .worded = true, .effect = effect, .weight = said.weight / recall_spread(j->recall),
	    .span = { s->first, s->end }, .sentence = (uint32_t)said.sentence,
	    .field = said.in_title ? FIELD_TITLE : FIELD_TEXT,
	    .scope = said.in_title ? PLACED_TITLE : PLACED_LEAD,
	    .stage = STAGE_ANNOUNCED };
}

/* Where no rule shows why the label is what it is, a sentence's wording does. */
static void
prove(struct judge *j, enum label label)
{
	bool eased = is_proved(j, EFFECT_EASING),
	    tightened = is_proved(j, EFFECT_TIGHTENING);
	size_t before = j->hits.n;

	if ((label == LABEL_EASING || label == LABEL_MIXED) && !eased)
		add_proof(j, EFFECT_EASING, LEAN_EASING);
	if ((label == LABEL_TIGHTENING || label == LABEL_MIXED) && !tightened)
		add_proof(j, EFFECT_TIGHTENING, LEAN_TIGHTENING);
	if (label == LABEL_MIXED && !eased && !tightened && j->hits.n == before)
		add_proof(j, EFFECT_NEUTRAL, LEAN_MIXED);
}

static void
add_name(struct names *names, const char *name)
{
	for (size_t i = 0; i < names->n; i++)
		if (strcmp(names->v[i], name) == 0)
			return;
	if (name != NULL && names->n < NAMES_MAX)
		names->v[names->n++] = name;
}

/* Names of all classes of a kind that a view's first `end` tokens mention. */
static void
add_mentions(const struct view *view, uint32_t end, enum class_kind kind,
    struct names *names)
{
	const struct mark *m = view->marks.v, *last = m + view->marks.n;

	for (; m < last && m->first < end; m++) {
		size_t count;
		const uint16_t *classes;

		if (!(m->flags & MARK_NAMES))
			continue;
		classes = classes_of(view->g->lexicon, m->phrase, &count);
		for (size_t k = 0; k < count; k++)
			if (view->g->classes[classes[k]].kind == kind)
				add_name(names,
				    view->g->classes[classes[k]].name);
	}
}

static bool
supports(const struct verdict *v, const struct hit *hit)
{
	switch (v->label) {
	case LABEL_EASING: return hit->effect == EFFECT_EASING;
	case LABEL_TIGHTENING: return hit->effect == EFFECT_TIGHTENING;
	case LABEL_MIXED: return hit->effect != EFFECT_NEUTRAL;
	case LABEL_NEUTRAL: return hit->effect == EFFECT_NEUTRAL;
	}
	BUG("a verdict without a label");
}

/* Domains, topics, actors and stage, from the hits that carry the label. */
static void
describe(const struct judge *j, struct verdict *v)
{
	if (v->label == LABEL_NEUTRAL) {
		v->stage = STAGE_NONE;
	} else {
		for (size_t i = 0; i < v->count; i++) {
			const struct hit *hit = &v->hits[i];

			if (!supports(v, hit))
				continue;
			if (v->stage == STAGE_NONE)
				v->stage = hit->stage;
			if (hit->domain != NULL && v->domains.n == 0)
				add_name(&v->domains, hit->domain);
			if (hit->topic != NULL)
				add_name(&v->topics, hit->topic);
		}
		if (v->domains.n == 0)
			add_mentions(&j->title, UINT32_MAX, CLASS_DOMAIN,
			    &v->domains);
		if (v->domains.n == 0)
			add_mentions(&j->text, j->text.top_end, CLASS_DOMAIN,
			    &v->domains);
		if (v->domains.n > 1)
			v->domains.n = 1;
		if (v->domains.n == 0)
			add_name(&v->domains, "regulation");
		if (v->stage == STAGE_NONE)
			v->stage = STAGE_ANNOUNCED;
	}
	add_mentions(&j->title, UINT32_MAX, CLASS_TOPIC, &v->topics);
	add_mentions(&j->text, j->text.top_end, CLASS_TOPIC, &v->topics);
	add_mentions(&j->title, UINT32_MAX, CLASS_ACTOR, &v->actors);
	add_mentions(&j->text, j->text.top_end, CLASS_ACTOR, &v->actors);
}

/* Those that carry the label come first, and few are enough. */
static void
choose_evidence(struct judge *j, struct verdict *v, struct arena *a)
{
	struct hit *kept = arena_array(a, j->hits.n + 1, sizeof(*kept));

	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < j->hits.n && v->count < HITS_KEPT; i++)
			if (supports(v, &j->hits.v[i]) == (pass == 0))
				kept[v->count++] = j->hits.v[i];
	v->hits = kept;
}

/* The part of a text that its relevance and its wording are told from, to the end of
 * a word. */
static struct str
head_of(const struct judge *j, struct str text)
{
	size_t n = visible_offset(text, j->g->judging.relevance_head);

	while (n < text.n && !is_space(text.p[n]))
		n++;
	return str_slice(text, 0, n);
}

/* Read the title and the text, of which the head is enough where it is about
 * something else. */
static void
read_article(struct judge *j, struct str title, struct str text, struct arena *a)
{
	struct str head = j->g->judging.relevance_floor > RELEVANCE_NO_FLOOR ?
	    head_of(j, text) : text;

	view_read(&j->title, title, a);
	view_read(&j->text, head, a);
	j->elsewhere = is_elsewhere(j);
	/* what was recalled of the head holds: its words are the text's first */
	if (j->elsewhere)
		j->text.words.text = text;	/* the rest is shown, not read */
	else if (head.n < text.n)
		view_read(&j->text, text, a);
}

void
judge_read(struct judge *j, const struct article *article, bool briefly,
    struct arena *a)
{
	struct str title = bounded(article->title),
	    text = bounded(article->text);

	reader_make_room(j->reader);
	j->title.article = j->text.article = article;
	j->elsewhere = j->recalled = false;
	j->relevance = 0;
	if (briefly && j->glance != NULL &&
	    !glance_may_hit(j->glance, title, text)) {
		view_pass(&j->title, title);
		view_pass(&j->text, text);
	} else {
		read_article(j, title, text, a);
	}
	j->title.top_end = UINT32_MAX;
	j->text.top_end = find_lead_end(j);
}

void
judge_count(struct judge *j, struct tally *tally)
{
	j->tally = tally;
}

static void
count_view(const struct view *view, struct tally *t)
{
	for (size_t i = 0; i < view->marks.n; i++) {
		size_t count;
		const uint16_t *classes = classes_of(view->g->lexicon,
		    view->marks.v[i].phrase, &count);

		for (size_t k = 0; k < count; k++)
			t->seen[classes[k]]++;
	}
}

static void
count_hits(const struct judge *j)
{
	struct tally *t = j->tally;

	count_view(&j->title, t);
	count_view(&j->text, t);
	for (size_t i = 0; i < j->hits.n; i++) {
		const struct hit *hit = &j->hits.v[i];

		if (hit->operator_class != NULL)
			t->hits[hit->operator_class - j->g->classes]++;
		if (hit->object_class != NULL)
			t->hits[hit->object_class - j->g->classes]++;
		for (size_t k = 0; k < TAKEN_MAX && hit->taken[k] != NULL; k++)
			t->hits[hit->taken[k] - j->g->classes]++;
	}
}

void
judge_by_rules(struct judge *j, bool alone)
{
	j->by_rules = alone;
}

void
judge_trace(struct judge *j, struct misses *misses)
{
	j->title.misses = j->text.misses = misses;
}

double
judge_familiarity(const struct judge *j)
{
	const struct view *view = j->text.words.count > FAMILIAR_WORDS / 8 ?
	    &j->text : &j->title;
	size_t known = 0, words = 0;

	for (size_t i = 0; i < view->words.count && words < FAMILIAR_WORDS;
	    i++) {
		words += view->words.tokens[i].kind == TOKEN_WORD;
		known += (view->bits[i] & TOKEN_COMMON) != 0;
	}
	return words > 0 ? (double)known / (double)words : 0;
}

void
judge_verdict(struct judge *j, struct arena *a, struct verdict *v)
{
	*v = (struct verdict){ .label = LABEL_NEUTRAL, .worded = is_worded(j),
	    .elsewhere = j->elsewhere };
	j->hits.n = j->fault_count = 0;
	j->hits.object = NULL;
	if (!j->elsewhere) {
		mark_views(j, a);
		read_view(j, &j->title);
		read_view(j, &j->text);
	}
	if (j->tally != NULL)
		count_hits(j);
	weigh(j, v);
	if (v->worded)
		recall_article(j);
	v->threshold = relevant_threshold(j, v);
	v->relevance = j->relevance;
	decide(j, v->threshold, v);
	v->ruled = v->label;
	if (v->worded) {
		weigh_wording(j, v);
		prove(j, v->label);
	}
	choose_evidence(j, v, a);
	describe(j, v);
	v->faults = j->faults;
	v->fault_count = j->fault_count;
}

const struct words *
judge_words(const struct judge *j, enum hit_field field)
{
	return field == FIELD_TITLE ? &j->title.words : &j->text.words;
}

struct str
judge_quote_span(const struct judge *j, enum hit_field field, struct span span)
{
	const struct words *w = judge_words(j, field);
	uint32_t start, end;

	assert(span.first < span.end && span.end <= w->count);
	start = w->tokens[span.first].start;
	end = w->tokens[span.end - 1].end;
	return str_slice(w->text, start, end);
}

struct str
judge_quote(const struct judge *j, const struct hit *hit)
{
	return judge_quote_span(j, (enum hit_field)hit->field, hit->span);
}
