#include <stdlib.h>

#include "base/digest.h"
#include "classify/expr.h"
#include "classify/rarity.h"
#include "classify/seal.h"

static uint16_t
add_builtin(struct grammar *g, const char *name)
{
	return grammar_add_class(g, &(struct class){ .kind = CLASS_LEXICON,
	    .name = name });
}

/* The engine's own lists. */
static const struct {
	const char	*name;
	uint16_t	 bit;
} builtins[] = {
	{ "break", TOKEN_BREAK }, { "link", TOKEN_LINK },
	{ "passive", TOKEN_PASSIVE }, { "join", TOKEN_JOIN },
	{ "determiner", TOKEN_DET }, { "relative", TOKEN_RELATIVE },
	{ "pronoun", TOKEN_PRONOUN },
	{ "after", TOKEN_AFTER }, { "clitic", TOKEN_CLITIC },
	{ "calendar", TOKEN_CALENDAR }, { "upwards", TOKEN_UPWARDS },
	{ "common-words", TOKEN_COMMON },
};

const char *
builtin_name(uint16_t bit)
{
	for (size_t i = 0; i < COUNT(builtins); i++)
		if (builtins[i].bit == bit)
			return builtins[i].name;
	return NULL;
}

void
seal_prepare(struct grammar *g)
{
	for (size_t i = 0; i < COUNT(builtins); i++)
		add_builtin(g, builtins[i].name);
	g->common = grammar_class(g, STR("common-words"));
	g->authority = add_builtin(g, "authority");
	g->bygone = add_builtin(g, "bygone");
	g->latest = add_builtin(g, "latest");
	g->versus = add_builtin(g, "versus");
}

/* The earlier declared of two classes of one kind. */
static const struct class *
earlier(const struct class *was, const struct class *c)
{
	return was == NULL || c < was ? c : was;
}

/* Returns what marks of the phrase are to be flagged with. */
static uint32_t
set_role(struct role_words *role, const struct class *c)
{
	uint32_t asked = MARK_ROLE;

	switch (c->kind) {
	case CLASS_OPERATOR:
		role->operator = earlier(role->operator, c);
		asked |= MARK_OPERATOR;
		break;
	case CLASS_OBJECT:
		role->object = earlier(role->object, c);
		asked |= MARK_OBJECT;
		break;
	case CLASS_DISCARD:
		role->discard = earlier(role->discard, c);
		break;
	case CLASS_COMPARE:
		role->compare = earlier(role->compare, c);
		asked |= MARK_OPERATOR;
		break;
	case CLASS_MODIFIER:
		asked = MARK_MODIFIES;
		break;
	case CLASS_ACTOR: case CLASS_TOPIC: case CLASS_DOMAIN:
		asked = MARK_NAMES;
		break;
	case CLASS_LEXICON:
		asked = 0;
		break;
	}
	if (c->alone_weight != 0)
		asked |= MARK_ALONE;
	return asked;
}

/* Signs are few.  Lists that others need have one each, if there are enough.  The
 * lists that rules ask for beside the words they are tried at share most: those of
 * rare words some, those of common words, whose signs are shown by chance, others.
 * The rest share what is left. */
#define SIGNS_NEEDED	(SIGN_COUNT / 4)
#define SIGNS_OTHER	(SIGN_COUNT / 16)
#define COMMON_LIST	64u

/* A word that is the rarest of several phrases in a row, as where one word has
 * alternatives before it, counts once. */
static void
set_commonness(struct grammar *g)
{
	struct rarest *rarest = rarest_words(g->lexicon);
	uint32_t *latest = xcalloc(g->class_count, sizeof(*latest));

	for (size_t i = 0; i < lexicon_phrases(g->lexicon); i++) {
		size_t count;
		const uint16_t *classes = phrase_classes(g->lexicon,
		    (uint32_t)i, &count);

		for (size_t k = 0; k < count; k++) {
			if (latest[classes[k]] == rarest[i].symbol)
				continue;
			latest[classes[k]] = rarest[i].symbol;
			g->classes[classes[k]].commonness +=
			    rarest[i].commonness;
		}
	}
	free(latest);
	free(rarest);
}

/* Give the class one of `count` signs from the first on, in turn. */
static void
give_sign(struct class *c, unsigned first, unsigned count, unsigned *turn)
{
	if (c->sign_bit == 0)
		c->sign_bit = (class_signs)1 << (first + (*turn)++ % count);
}

static void
give_needed(struct grammar *g, const struct conditions *when, unsigned *turn)
{
	for (size_t i = 0; i < when->needs.n; i++)
		give_sign(&g->classes[when->needs.v[i]], 0, SIGNS_NEEDED, turn);
}

/* How many of `count` signs are for common words, of the lists asked for: as many
 * as these are of all words, but no more than three fourths. */
static unsigned
share_of_common(const struct grammar *g, const bool *asked, unsigned count)
{
	double all = 0, common = 0;
	unsigned share;

	for (size_t i = 0; i < g->class_count; i++) {
		unsigned words = asked[i] && g->classes[i].sign_bit == 0 ?
		    g->classes[i].commonness : 0;

		all += words;
		common += words < COMMON_LIST ? 0 : words;
	}
	share = all > 0 ? (unsigned)(common / all * count) : 0;
	return share < 1 ? 1 : share > count / 4 * 3 ? count / 4 * 3 : share;
}

static void
set_signs(struct grammar *g)
{
	unsigned needed = 0, beside = 0, common = 0, other = 0, first, asks,
	    share;
	bool *asked = xcalloc(g->class_count, sizeof(*asked));

	give_sign(&g->classes[g->bygone], 0, SIGNS_NEEDED, &needed);
	for (size_t i = 0; i < g->rule_count; i++) {
		give_needed(g, &g->rules[i].when, &needed);
		rule_beside(g, &g->rules[i], true, asked);
		rule_beside(g, &g->rules[i], false, asked);
	}
	for (size_t i = 0; i < g->class_count; i++)
		give_needed(g, &g->classes[i].when, &needed);
	first = needed < SIGNS_NEEDED ? needed : SIGNS_NEEDED;
	asks = SIGN_COUNT - SIGNS_OTHER - first;
	share = share_of_common(g, asked, asks);
	for (size_t i = 0; i < g->class_count; i++) {
		struct class *c = &g->classes[i];

		if (asked[i] && c->commonness < COMMON_LIST)
			give_sign(c, first + share, asks - share, &beside);
		else if (asked[i])
			give_sign(c, first, share, &common);
		else if (c->referred)
			give_sign(c, first + asks, SIGNS_OTHER, &other);
	}
	free(asked);
}

static enum hook_reach
reach_of(const struct rule *rule)
{
	switch (rule->scope) {
	case SCOPE_SENTENCE: case SCOPE_CLAUSE:
		return HOOK_SENTENCE;
	case SCOPE_TITLE: case SCOPE_LEAD:
		return HOOK_TOP;
	case SCOPE_PARAGRAPH:
		return HOOK_PARAGRAPH;
	case SCOPE_TEXT: case SCOPE_FIRST:
		return HOOK_TEXT;
	}
	BUG("a rule without a scope");
}

/* Hooks before they are sorted by their class. */
struct hanging {
	uint16_t	class;
	struct hook	hook;
};

struct hangings {
	struct hanging	*v;
	size_t		 n, cap;
};

static void
add_hooks(struct hangings *h, uint32_t rule, enum hook_reach reach,
    const struct anchors *anchors)
{
	for (size_t i = 0; i < anchors->n; i++) {
		GROW(h->v, h->n, h->cap);
		h->v[h->n++] = (struct hanging){ anchors->v[i].class,
		    { rule, reach, anchors->v[i].signs } };
	}
}

/* Sort them; those of a class stay in their order.  Frees them. */
static struct trigger *
sort_hooks(struct grammar *g, struct hangings *h)
{
	struct trigger *triggers = xcalloc(g->class_count, sizeof(*triggers));
	struct hook *hooks = arena_array(&g->arena, h->n + 1, sizeof(*hooks));

	for (size_t i = 0; i < h->n; i++)
		triggers[h->v[i].class].n++;
	for (size_t i = 0; i < g->class_count; i++) {
		triggers[i].hooks = hooks;
		hooks += triggers[i].n;
		triggers[i].n = 0;
	}
	for (size_t i = 0; i < h->n; i++) {
		struct trigger *t = &triggers[h->v[i].class];

		t->hooks[t->n++] = h->v[i].hook;
		t->rules |= rule_bit(h->v[i].hook.rule);
	}
	free(h->v);
	return triggers;
}

/* Hang the rules on the classes where they are tried, and on the rarest what tells
 * that one is worth a try.  Those that look at more than a sentence are tried
 * at the first of those where they are. */
static void
hang_rules(struct grammar *g)
{
	struct anchors first = { .n = 0 }, rarest = { .n = 0 };
	struct hangings triggers = { .n = 0 }, hopes = { .n = 0 };

	for (size_t i = 0; i < g->rule_count; i++) {
		const struct rule *rule = &g->rules[i];
		enum hook_reach reach = reach_of(rule);

		g->reaches[reach] = true;
		first.n = rarest.n = 0;
		rule_anchors(g, rule, false, &first);
		rule_anchors(g, rule, true, &rarest);
		add_hooks(&triggers, (uint32_t)i, reach, &first);
		if (reach != HOOK_SENTENCE)
			add_hooks(&hopes, (uint32_t)i,
			    reach == HOOK_TOP ? HOOK_TOP : HOOK_FAR, &first);
		if (reach != HOOK_TOP)
			add_hooks(&hopes, (uint32_t)i, reach, &rarest);
	}
	free(first.v);
	free(rarest.v);
	g->triggers = sort_hooks(g, &triggers);
	g->hopes = sort_hooks(g, &hopes);
}

/* The signs of what is needed near. */
static class_signs
needs_of(const struct grammar *g, const struct conditions *when)
{
	class_signs signs = 0;

	for (size_t i = 0; i < when->needs.n; i++)
		signs |= g->classes[when->needs.v[i]].sign_bit;
	return signs;
}

/* Words whose `with` says nothing join with all. */
#define TIE_ANY		1ULL

/* The bit of a choice of lists. */
static uint64_t
tie_of(const struct references *refs)
{
	struct str s = { (const char *)refs->v, refs->n * sizeof(*refs->v) };

	return refs->n == 0 ? TIE_ANY : TIE_ANY << (1 + hash64(s) % 63);
}

/* Prepare what joins with what. */
static void
tie_phrases(struct grammar *g)
{
	uint64_t *chosen_by = xcalloc(g->class_count, sizeof(*chosen_by));

	for (size_t i = 0; i < g->class_count; i++) {
		const struct references *with = &g->classes[i].with;

		for (size_t k = 0; k < with->n; k++)
			chosen_by[with->v[k]] |= tie_of(with);
	}
	for (size_t i = 0; i < lexicon_phrases(g->lexicon); i++) {
		size_t count;
		const uint16_t *classes = phrase_classes(g->lexicon,
		    (uint32_t)i, &count);
		struct ties *t = &g->roles[i].ties;

		t->has = TIE_ANY;
		for (size_t k = 0; k < count; k++) {
			const struct class *c = &g->classes[classes[k]];

			t->has |= chosen_by[classes[k]];
			if (c->kind == CLASS_OPERATOR ||
			    c->kind == CLASS_COMPARE)
				t->takes |= tie_of(&c->with);
			if (c->kind == CLASS_OBJECT)
				t->keeps |= tie_of(&c->with);
		}
	}
	free(chosen_by);
}

/* Prepare what is asked of a phrase. */
static void
seal_phrase(struct grammar *g, uint32_t phrase)
{
	size_t count;
	const uint16_t *classes = phrase_classes(g->lexicon, phrase, &count);
	uint32_t asked = g->roles[phrase].ties.has != TIE_ANY ? MARK_TIED : 0;
	class_signs signs = 0, needs = ~signs, asks = ~signs;

	for (size_t k = 0; k < count; k++) {
		const struct class *c = &g->classes[classes[k]];
		const struct trigger *t = &g->hopes[classes[k]];
		uint32_t own = set_role(&g->roles[phrase], c);

		asked |= own;
		signs |= c->sign_bit;
		if (own & MARK_ROLE)
			asks &= c->kind == CLASS_COMPARE ? 0 :
			    needs_of(g, &c->when);
		if (g->triggers[classes[k]].n > 0)
			asked |= MARK_TRIGGERS;
		for (size_t i = 0; i < t->n; i++) {
			asked |= t->hooks[i].reach == HOOK_TOP ?
			    MARK_HOPES_TOP : MARK_HOPES;
			if (t->hooks[i].reach == HOOK_PARAGRAPH ||
			    t->hooks[i].reach == HOOK_TEXT)
				asked |= MARK_HOPES_FAR;
			needs &= t->hooks[i].reach == HOOK_FAR ? 0 :
			    t->hooks[i].signs;
		}
	}
	lexicon_flag(g->lexicon, phrase, asked, signs, needs, asks);
}

/* Close the lexicon and prepare what is asked of its phrases. */
void
seal_grammar(struct grammar *g)
{
	uint16_t *bits = xcalloc(g->class_count, sizeof(*bits));

	for (size_t i = 0; i < COUNT(builtins); i++) {
		uint16_t id = grammar_class(g, str_of(builtins[i].name));

		bits[id] = builtins[i].bit;
		if (g->classes[id].referred)
			bits[id] |= BITS_AND_MARK;
	}
	lexicon_seal(g->lexicon, bits);
	free(bits);
	set_commonness(g);
	set_signs(g);
	hang_rules(g);
	g->lexicon->asked = xcalloc(g->class_count,
	    sizeof(*g->lexicon->asked));
	for (size_t i = 0; i < g->rule_count; i++)
		rule_asks(&g->rules[i], g->lexicon->asked);
	g->roles = xcalloc(lexicon_phrases(g->lexicon), sizeof(*g->roles));
	tie_phrases(g);
	for (size_t i = 0; i < lexicon_phrases(g->lexicon); i++)
		seal_phrase(g, (uint32_t)i);
}

void
seal_release(struct grammar *g)
{
	free(g->triggers);
	free(g->hopes);
}
