#include "classify/choose.h"
#include "classify/trie.h"

/* Places of an operator or an object in a sentence that are compared; one with
 * more is worth reading. */
#define JOINTS_MAX	32u

/* What the words of one place may join with. */
struct joint {
	uint32_t	first, end;
	uint32_t	flags;		/* of what finds all that it needs */
	struct ties	ties;
};

/* Can what has these flags compose to a hit?  At the top "it" may stand for what the
 * sentence before names, and a number for that in the sentence behind. */
static bool
may_compose(const struct view *view, const struct outlook *o)
{
	return is_top(view, o) ? (o->flags & MARK_COMPOSES) != 0 :
	    flags_compose(o->flags);
}

/* Note what the sentence is judged by, once. */
static void
take_notes(struct view *view, struct outlook *o)
{
	uint32_t asked = MARK_HOPES_FAR |
	    (may_compose(view, o) ? MARK_COMPOSES : 0);

	if (o->noted_end > 0)
		return;
	o->noted = (uint32_t)view->notes.n;
	walk_note(view->reader, &view->reading, o, &view->finds, view->bits,
	    asked, view->beside, &view->notes);
	o->noted_end = (uint32_t)view->notes.n;
}

/* Hold the classes of the sentence, once. */
static const struct held *
hold(struct view *view, const struct outlook *o)
{
	if (view->held_of == o)
		return &view->held;
	view->held_of = o;
	walk_hold(view->reader, &view->reading, o, &view->finds, view->bits,
	    &view->held);
	return &view->held;
}

/* Can the rule match in the sentence, by the classes there and in the title?  Signs
 * of several classes are the same. */
static bool
may_match(struct view *view, const struct outlook *o, const struct rule *rule)
{
	const struct conditions *when = &rule->when;
	const struct held *held = hold(view, o);

	if (!expr_may(rule->expr, held))
		return false;
	for (size_t i = 0; i < when->needs.n; i++)
		if (!held_has(held, when->needs.v[i]) &&
		    !marks_hold(view->title, 0, view->title->marks.n,
		    when->needs.v[i]))
			return false;
	for (size_t i = 0; i < when->unless.n; i++)
		if (rule->scope == SCOPE_SENTENCE &&
		    held_has(held, when->unless.v[i]))
			return false;
	return true;
}

/* Does a sentence show a rule of this reach that all is there for, where these signs
 * stand?  Most do not by the look of their words. */
static bool
is_hopeful(struct view *view, struct outlook *o, enum hook_reach reach,
    class_signs signs)
{
	const struct lexicon *lex = view->g->lexicon;
	uint32_t last = UINT32_MAX;	/* a rule that cannot, in many ways */

	take_notes(view, o);
	for (size_t i = o->noted; i < o->noted_end; i++) {
		uint32_t phrase = view->notes.v[i].phrase;
		const struct effects *of = &lex->effects[phrase];
		size_t count;
		const uint16_t *classes;

		if (!(of->flags & MARK_HOPES) || (of->needs & ~signs) != 0)
			continue;
		classes = classes_of(lex, phrase, &count);
		for (size_t k = 0; k < count; k++) {
			const struct trigger *t = &view->g->hopes[classes[k]];

			for (size_t r = 0; r < t->n; r++) {
				const struct hook *hook = &t->hooks[r];

				if (hook->reach != reach || hook->rule == last ||
				    (hook->signs & ~signs) != 0)
					continue;
				if (reach != HOOK_SENTENCE || may_match(view,
				    o, &view->g->rules[hook->rule]))
					return true;
				last = hook->rule;
			}
		}
	}
	return false;
}

/* Do these sentences show a rule that looks at all of them at once? */
static bool
is_hopeful_far(struct view *view, struct outlook *v, size_t n,
    enum hook_reach reach)
{
	class_signs signs = view->beside;

	if (!view->g->reaches[reach])
		return false;
	for (size_t i = 0; i < n; i++)
		signs |= v[i].signs;
	for (size_t i = 0; i < n; i++)
		if ((v[i].flags & MARK_HOPES_FAR) &&
		    walk_hopes(view->reader, &view->reading, &v[i], signs) &&
		    is_hopeful(view, &v[i], reach, signs))
			return true;
	return false;
}

/* Gather what the words of the sentence may join with, by place.  Phrases
 * of the very same words count as one.  Returns how many, or one more than there
 * is room for. */
static size_t
gather_joints(struct view *view, struct outlook *o,
    struct joint *joints)
{
	const struct lexicon *lex = view->g->lexicon;
	class_signs signs = o->signs | view->beside;
	size_t n = 0;

	take_notes(view, o);
	for (size_t i = o->noted; i < o->noted_end; i++) {
		const struct find *f = &view->notes.v[i];
		const struct effects *of = &lex->effects[f->phrase];
		const struct ties *ties = &view->g->roles[f->phrase].ties;
		size_t k = n;

		while (k > 0 && joints[k - 1].first == f->first &&
		    joints[k - 1].end != f->end)
			k--;
		if (k == 0 || joints[k - 1].first != f->first) {
			if (n == JOINTS_MAX)
				return n + 1;
			k = ++n;
			joints[k - 1] = (struct joint){
			    .first = f->first, .end = f->end };
		}
		if ((of->asks & ~signs) == 0)
			joints[k - 1].flags |= of->flags;
		joints[k - 1].ties.takes |= ties->takes;
		joints[k - 1].ties.keeps |= ties->keeps;
		joints[k - 1].ties.has |= ties->has;
	}
	return n;
}

/* Does one of the operators take one of the objects? */
static bool
may_join(const struct joint *operators, size_t n,
    const struct joint *objects, size_t m)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < m &&
		    (operators[i].flags & MARK_OPERATOR); k++)
			if ((objects[k].flags & MARK_OBJECT) &&
			    (operators[i].ties.takes & objects[k].ties.has) &&
			    (objects[k].ties.keeps & operators[i].ties.has))
				return true;
	return false;
}

/* Does an operator of the sentence take an object of it, or of the one before where
 * that is given? */
static bool
has_joint(struct view *view, struct outlook *o, struct outlook *before)
{
	struct joint own[JOINTS_MAX], named[JOINTS_MAX];
	size_t n, m;

	if (!flags_compose(o->flags) &&
	    (before == NULL || !(o->flags & MARK_OPERATOR)))
		return false;
	n = gather_joints(view, o, own);
	if (n > JOINTS_MAX || may_join(own, n, own, n))
		return true;
	for (size_t i = 0; i < n; i++)
		if (own[i].flags & MARK_ALONE)
			return true;
	if (before == NULL)
		return false;
	m = gather_joints(view, before, named);
	return m > JOINTS_MAX || may_join(own, n, named, m);
}

/* Can the sentence make a hit of operators and objects? */
static bool
can_compose(struct view *view, struct outlook *o, struct outlook *before)
{
	uint32_t at;
	int turn;

	if (!may_compose(view, o))
		return false;
	return has_joint(view, o, before) ||
	    (is_top(view, o) && (o->flags & MARK_OBJECT) && sequel_of(view,
	    &view->words.sentences[o->sentence], &at, &turn) != NULL);
}

static uint32_t
paragraph_of(const struct view *view, const struct outlook *o)
{
	return view->words.sentences[o->sentence].paragraph;
}

/* Want the sentence, and the first of its paragraph that has anything, which may
 * tell that the paragraph is of times past. */
static void
want(const struct view *view, size_t i)
{
	struct outlook *v = view->outlooks;

	v[i].wanted = true;
	while (i > 0 && paragraph_of(view, &v[i - 1]) ==
	    paragraph_of(view, &v[i]))
		i--;
	v[i].wanted |= (v[i].signs &
	    view->g->classes[view->g->bygone].sign_bit) != 0;
}

/* May a word of the sentence stand for an object that the one before it names? */
static bool
may_recall(const struct view *view, size_t i)
{
	const struct outlook *o = &view->outlooks[i];
	const struct sentence *s = &view->words.sentences[o->sentence];

	if (i == 0 || o[-1].sentence + 1 != o->sentence ||
	    !(o[-1].flags & MARK_OBJECT) || !may_compose(view, &o[-1]))
		return false;
	for (uint32_t at = s->first; at < s->end; at++)
		if (view->bits[at] & (TOKEN_PRONOUN | TOKEN_CLITIC))
			return true;
	return false;
}

/* Choose among the outlooks from..end-1; `all` are wanted if need be for rules. */
static void
choose_among(struct view *view, size_t from, size_t end, bool all)
{
	for (size_t i = from; i < end; i++) {
		struct outlook *o = &view->outlooks[i];
		bool recalls = (o->flags & MARK_OPERATOR) &&
		    may_compose(view, o) && may_recall(view, i);

		if ((o->flags & MARK_COMPOSES) &&
		    can_compose(view, o, recalls ? o - 1 : NULL)) {
			o->composes = true;
			want(view, i);
			if (recalls) {
				o[-1].composes = true;
				want(view, i - 1);
			}
		} else if (all || ((o->flags & MARK_HOPES) &&
		    walk_hopes(view->reader, &view->reading, o,
		    o->signs | view->beside) && !is_top(view, o) &&
		    is_hopeful(view, o, HOOK_SENTENCE,
		    o->signs | view->beside))) {
			want(view, i);
		}
	}
}

static size_t
end_of_paragraph(const struct view *view, size_t from)
{
	size_t end = from + 1;

	while (end < view->outlook_count &&
	    paragraph_of(view, &view->outlooks[end]) ==
	    paragraph_of(view, &view->outlooks[from]))
		end++;
	return end;
}

void
choose_sentences(struct view *view)
{
	struct outlook *v = view->outlooks;
	size_t count = view->outlook_count, end;
	bool all = is_hopeful_far(view, v, count, HOOK_TEXT);

	for (size_t from = 0; from < count; from = end) {
		end = view->g->reaches[HOOK_PARAGRAPH] ?
		    end_of_paragraph(view, from) : count;
		choose_among(view, from, end, all || is_hopeful_far(view,
		    v + from, end - from, HOOK_PARAGRAPH));
	}
}
