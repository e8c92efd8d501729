#include <assert.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/opt.h"
#include "classify/cursor.h"
#include "classify/expr.h"
#include "classify/seal.h"
#include "classify/settings.h"

static const char *const stages[] = { "none", "signalled", "proposed",
    "announced", "adopted" };
static const char *const domains[] = { "trade", "sanctions", "monetary",
    "finance", "movement", "regulation" };
/* The closed list of the record format. */
static const char *const flags[] = { "negated", "hedged", FLAG_PAST,
    "third-party", "quoted", "conditional", "denied", "question" };

const char *
stage_name(enum stage stage)
{
	return stages[stage];
}

const char *
effect_name(enum effect effect)
{
	return effect == EFFECT_EASING ? "easing" :
	    effect == EFFECT_TIGHTENING ? "tightening" : "neutral";
}

const char *
class_kind_name(enum class_kind kind)
{
	static const char *const names[] = { "lexicon", "object", "operator",
	    "modifier", "discard", "compare", "actor", "topic", "domain" };

	return names[kind];
}

int
grammar_no_list(struct grammar *g, const struct statement *st,
    const struct lexeme *lx, struct err *err)
{
	struct cursor r = { g, st, 0, err };
	const char **names = arena_array(&g->arena, g->class_count + 1,
	    sizeof(*names));
	struct lexeme name = *lx;
	size_t n = 0;

	for (size_t i = 0; i < g->class_count; i++)
		if (g->classes[i].name[0] != '"')
			names[n++] = g->classes[i].name;
	if (name.text.n > 1 && name.text.p[0] == '@')
		name.text = str_from(name.text, 1);
	return cursor_unknown(&r, &name, "list called", names, n);
}

static int
unknown_class(struct cursor *r, const struct lexeme *lx)
{
	return grammar_no_list(r->g, r->st, lx, r->err);
}

/* Kinds that have names of their own; the others share one space of names. */
static bool
is_naming(enum class_kind kind)
{
	return kind == CLASS_ACTOR || kind == CLASS_TOPIC ||
	    kind == CLASS_DOMAIN;
}

/* The slot of the class that a statement of this kind would mean by `name`. */
static uint32_t *
name_slot(const struct grammar *g, struct str name, enum class_kind kind)
{
	size_t mask = g->name_slots - 1, i = hash64(name) & mask;

	for (; g->names[i] != 0; i = (i + 1) & mask) {
		const struct class *c = &g->classes[g->names[i] - 1];

		if (str_eq(name, str_of(c->name)) && (is_naming(kind) ?
		    c->kind == kind : !is_naming(c->kind)))
			break;
	}
	return &g->names[i];
}

static uint16_t
find_class(const struct grammar *g, struct str name, enum class_kind kind)
{
	return (uint16_t)(*name_slot(g, name, kind) - 1);
}

static void
grow_names(struct grammar *g)
{
	free(g->names);
	g->name_slots = g->name_slots ? 2 * g->name_slots : 256;
	g->names = xcalloc(g->name_slots, sizeof(*g->names));
	for (size_t i = 0; i < g->class_count; i++)
		*name_slot(g, str_of(g->classes[i].name),
		    g->classes[i].kind) = (uint32_t)i + 1;
}

uint16_t
grammar_add_class(struct grammar *g, const struct class *c)
{
	if (2 * (g->class_count + 1) >= g->name_slots)
		grow_names(g);
	assert(g->class_count < CLASSES_MAX);
	GROW(g->classes, g->class_count, g->class_cap);
	g->classes[g->class_count++] = *c;
	*name_slot(g, str_of(c->name), c->kind) = (uint32_t)g->class_count;
	return (uint16_t)(g->class_count - 1);
}

uint16_t
grammar_class(const struct grammar *g, struct str name)
{
	static const enum class_kind kinds[] = { CLASS_LEXICON, CLASS_TOPIC,
	    CLASS_ACTOR, CLASS_DOMAIN };

	for (size_t i = 0; i < COUNT(kinds); i++) {
		uint16_t id = find_class(g, name, kinds[i]);

		if (id != NO_CLASS)
			return id;
	}
	return NO_CLASS;
}

static int
take_reference(struct cursor *r, struct references *refs)
{
	const struct lexeme *lx = cursor_word(r, "the name of a list");
	uint16_t class;

	if (lx == NULL)
		return -1;
	class = grammar_class(r->g, lx->text.n > 0 && lx->text.p[0] == '@' ?
	    str_from(lx->text, 1) : lx->text);
	if (class == NO_CLASS)
		return unknown_class(r, lx);
	if (refs->n == REFERENCES_MAX)
		return lexeme_error(r->st, lx, r->err,
		    "more than %d lists here", REFERENCES_MAX);
	refs->v[refs->n++] = class;
	r->g->classes[class].referred = true;
	return 0;
}

static int
take_source(struct cursor *r, struct sources *sources)
{
	const struct lexeme *lx;

	if (r->at < r->st->count &&
	    r->st->lexemes[r->at].kind == LEXEME_STRING)
		lx = &r->st->lexemes[r->at++];
	else if ((lx = cursor_word(r, "a host, a feed's title or a tag")) == NULL)
		return -1;
	if (sources->n == REFERENCES_MAX)
		return lexeme_error(r->st, lx, r->err,
		    "more than %d sources here", REFERENCES_MAX);
	if (sources->v == NULL)
		sources->v = arena_array(&r->g->arena, REFERENCES_MAX,
		    sizeof(*sources->v));
	sources->v[sources->n++] = arena_cstr(&r->g->arena, lx->text);
	return 0;
}

/* The properties that statements can have before their colon. */
enum property {
	PROPERTY_PLUS, PROPERTY_MINUS, PROPERTY_ZERO, PROPERTY_WEIGHT,
	PROPERTY_ALONE, PROPERTY_LEFT, PROPERTY_RIGHT, PROPERTY_REACH,
	PROPERTY_KIND, PROPERTY_STAGE, PROPERTY_DOMAIN, PROPERTY_TOPIC,
	PROPERTY_WITH, PROPERTY_NEEDS, PROPERTY_UNLESS, PROPERTY_CANCEL,
	PROPERTY_FLIP, PROPERTY_DROP, PROPERTY_SCALE, PROPERTY_SET,
	PROPERTY_ON, PROPERTY_BEFORE, PROPERTY_AFTER, PROPERTY_CLAUSE,
	PROPERTY_SENTENCE, PROPERTY_TITLE, PROPERTY_ACROSS, PROPERTY_FLAG,
	PROPERTY_AUTHORITY, PROPERTY_EASING, PROPERTY_TIGHTENING,
	PROPERTY_NEUTRAL, PROPERTY_IN, PROPERTY_PLAIN, PROPERTY_STRONG,
	PROPERTY_LEADS, PROPERTY_TIGHT, PROPERTY_SOURCE,
	PROPERTY_UNLESS_SOURCE, PROPERTY_CAP, PROPERTY_VETO, PROPERTY_QUOTED,
	PROPERTY_TURNS, PROPERTY_SUBJECT, PROPERTY_LONE, PROPERTY_BY,
	PROPERTY_OUTSIDE
};

static const char *const properties[] = {
	"+", "-", "0", "weight", "alone", "left", "right", "reach", "kind",
	"stage", "domain", "topic", "with", "needs", "unless", "cancel",
	"flip", "drop", "scale", "set", "on", "before", "after", "clause",
	"sentence", "title", "across", "flag", "authority", "easing",
	"tightening", "neutral", "in", "plain", "strong",
	"leads", "tight", "source", "unless-source", "cap", "veto",
	"quoted", "turns", "subject", "lone", "by", "outside"
};
#define BIT(p)	(1ULL << (p))

#define OF_CONDITION (BIT(PROPERTY_NEEDS) | BIT(PROPERTY_UNLESS) | \
	BIT(PROPERTY_SOURCE) | BIT(PROPERTY_UNLESS_SOURCE))
#define OF_SIGNED (BIT(PROPERTY_PLUS) | BIT(PROPERTY_MINUS) | \
	BIT(PROPERTY_WEIGHT) | BIT(PROPERTY_ALONE) | BIT(PROPERTY_STAGE) | \
	BIT(PROPERTY_DOMAIN) | BIT(PROPERTY_TOPIC) | BIT(PROPERTY_WITH) | \
	OF_CONDITION | BIT(PROPERTY_STRONG) | BIT(PROPERTY_CAP))

static const struct keyword {
	const char	*name;
	enum class_kind	 kind;
	uint64_t	 allowed;
} keywords[] = {
	{ "lexicon", CLASS_LEXICON, 0 },
	{ "object", CLASS_OBJECT, OF_SIGNED | BIT(PROPERTY_ON) |
	    BIT(PROPERTY_ZERO) },
	{ "operator", CLASS_OPERATOR, OF_SIGNED | BIT(PROPERTY_ZERO) |
	    BIT(PROPERTY_LEFT) | BIT(PROPERTY_RIGHT) | BIT(PROPERTY_REACH) |
	    BIT(PROPERTY_KIND) | BIT(PROPERTY_SUBJECT) },
	{ "modifier", CLASS_MODIFIER, BIT(PROPERTY_CANCEL) |
	    BIT(PROPERTY_FLIP) | BIT(PROPERTY_DROP) | BIT(PROPERTY_SCALE) |
	    BIT(PROPERTY_SET) | BIT(PROPERTY_ON) | BIT(PROPERTY_BEFORE) |
	    BIT(PROPERTY_AFTER) | BIT(PROPERTY_CLAUSE) |
	    BIT(PROPERTY_SENTENCE) | BIT(PROPERTY_TITLE) |
	    BIT(PROPERTY_ACROSS) | BIT(PROPERTY_TIGHT) | BIT(PROPERTY_FLAG) |
	    BIT(PROPERTY_STAGE) | BIT(PROPERTY_QUOTED) | BIT(PROPERTY_BY) |
	    BIT(PROPERTY_SUBJECT) | OF_CONDITION },
	{ "discard", CLASS_DISCARD, 0 },
	{ "compare", CLASS_COMPARE, BIT(PROPERTY_WEIGHT) |
	    BIT(PROPERTY_REACH) | BIT(PROPERTY_WITH) },
	{ "actor", CLASS_ACTOR, BIT(PROPERTY_AUTHORITY) },
	{ "topic", CLASS_TOPIC, 0 },
	{ "domain", CLASS_DOMAIN, 0 },
};

/* Statements that define no class. */
static const char *const others[] = { "version", "language", "include",
    "family", "numeral", "multiple", "rule", "verdict", "test", "common",
    "weights", "relevance", "wording" };

static const struct keyword *
keyword_of(const struct statement *st)
{
	for (size_t i = 0; i < COUNT(keywords); i++)
		if (str_eq(st->lexemes[0].text, str_of(keywords[i].name)))
			return &keywords[i];
	return NULL;
}

static int
take_alone(struct cursor *r, struct class *c)
{
	static const char *const effects[] = { "easing", "neutral",
	    "tightening" };
	int effect = cursor_choice(r, "effect", effects, COUNT(effects));

	if (effect == -1)
		return -1;
	c->alone = effect - 1;
	return cursor_number(r, 0.01, 10, &c->alone_weight);
}

static int
take_distance(struct cursor *r, struct class *c, enum place place)
{
	double n = 0;

	if (cursor_number(r, 0, 60, &n) == -1)
		return -1;
	c->place = place;
	c->distance = (unsigned)n;
	return 0;
}

static int
take_on(struct cursor *r, struct class *c)
{
	static const char *const signs[] = { "-", "0", "+" };

	if (c->on_count == REFERENCES_MAX)
		return lexeme_error(r->st, &r->st->lexemes[r->at - 1], r->err,
		    "more than %d kinds here", REFERENCES_MAX);
	if (c->on == NULL) {
		c->on = arena_array(&r->g->arena, REFERENCES_MAX,
		    sizeof(*c->on));
		c->on_sign = arena_zalloc(&r->g->arena, REFERENCES_MAX);
	}
	c->on[c->on_count] = cursor_name(r, "a kind of operator");
	if (c->on[c->on_count] == NULL)
		return -1;
	if (c->kind == CLASS_OBJECT) {
		int i = cursor_choice(r, "sign", signs, COUNT(signs));

		if (i == -1)
			return -1;
		c->on_sign[c->on_count] = (int8_t)(i - 1);
	}
	c->on_count++;
	return 0;
}

static int
take_domain(struct cursor *r, const char **domain)
{
	int i = cursor_choice(r, "domain", domains, COUNT(domains));

	if (i == -1)
		return -1;
	*domain = domains[i];
	return 0;
}

static int
take_stage(struct cursor *r, enum stage *stage)
{
	int i = cursor_choice(r, "stage", stages, COUNT(stages));

	if (i == -1)
		return -1;
	*stage = (enum stage)i;
	return 0;
}

static int
take_flag(struct cursor *r, const char **flag)
{
	int i = cursor_choice(r, "flag", flags, COUNT(flags));

	if (i == -1)
		return -1;
	*flag = flags[i];
	return 0;
}

static int
take_condition(struct cursor *r, struct conditions *when, int p)
{
	switch (p) {
	case PROPERTY_NEEDS: return take_reference(r, &when->needs);
	case PROPERTY_UNLESS: return take_reference(r, &when->unless);
	case PROPERTY_SOURCE: return take_source(r, &when->source);
	}
	return take_source(r, &when->unless_source);
}

static int
give_sign(struct class *c, int sign)
{
	c->sign = sign;
	c->decided = true;
	return 0;
}

static int
give_action(struct class *c, enum action action)
{
	c->action = action;
	c->decided = true;
	return 0;
}

static int
class_property(struct cursor *r, struct class *c, enum property p)
{
	double n = 0;

	switch (p) {
	case PROPERTY_PLUS: return give_sign(c, 1);
	case PROPERTY_MINUS: return give_sign(c, -1);
	case PROPERTY_ZERO: return give_sign(c, 0);
	case PROPERTY_WEIGHT: return cursor_number(r, 0, 10, &c->weight);
	case PROPERTY_ALONE: return take_alone(r, c);
	case PROPERTY_LEFT: c->right = false; return 0;
	case PROPERTY_RIGHT: c->left = false; return 0;
	case PROPERTY_SUBJECT: c->subject = true; return 0;
	case PROPERTY_REACH:
		if (cursor_number(r, 0, 40, &n) == -1)
			return -1;
		c->reach = (unsigned)n;
		return 0;
	case PROPERTY_KIND:
		c->operator_kind = cursor_name(r, "the name of a kind");
		return c->operator_kind ? 0 : -1;
	case PROPERTY_STAGE: return take_stage(r, &c->stage);
	case PROPERTY_DOMAIN: return take_domain(r, &c->domain);
	case PROPERTY_TOPIC:
		c->topic = cursor_name(r, "the name of a topic");
		return c->topic ? 0 : -1;
	case PROPERTY_WITH: return take_reference(r, &c->with);
	case PROPERTY_NEEDS: case PROPERTY_UNLESS: case PROPERTY_SOURCE:
	case PROPERTY_UNLESS_SOURCE: return take_condition(r, &c->when, p);
	case PROPERTY_CAP: return cursor_number(r, 0.01, 100, &c->cap);
	case PROPERTY_CANCEL: return give_action(c, ACTION_CANCEL);
	case PROPERTY_FLIP: return give_action(c, ACTION_FLIP);
	case PROPERTY_DROP: return give_action(c, ACTION_DROP);
	case PROPERTY_SCALE:
		give_action(c, ACTION_SCALE);
		return cursor_number(r, 0, 10, &c->factor);
	case PROPERTY_SET: return give_action(c, ACTION_SET);
	case PROPERTY_ON: return take_on(r, c);
	case PROPERTY_BEFORE: return take_distance(r, c, PLACE_BEFORE);
	case PROPERTY_AFTER: return take_distance(r, c, PLACE_AFTER);
	case PROPERTY_CLAUSE: c->place = PLACE_CLAUSE; return 0;
	case PROPERTY_SENTENCE: c->place = PLACE_SENTENCE; return 0;
	case PROPERTY_TITLE: c->place = PLACE_TITLE; return 0;
	case PROPERTY_ACROSS: c->across = true; return 0;
	case PROPERTY_TIGHT: c->tight = true; return 0;
	case PROPERTY_QUOTED: c->quoted = true; return 0;
	case PROPERTY_BY: return take_reference(r, &c->by);
	case PROPERTY_FLAG: return take_flag(r, &c->flag);
	case PROPERTY_AUTHORITY: c->authority = true; return 0;
	case PROPERTY_STRONG: c->strong = true; return 0;
	case PROPERTY_EASING: case PROPERTY_TIGHTENING: case PROPERTY_NEUTRAL:
	case PROPERTY_IN: case PROPERTY_PLAIN: case PROPERTY_LEADS:
	case PROPERTY_VETO: case PROPERTY_TURNS: case PROPERTY_LONE:
	case PROPERTY_OUTSIDE:
		break;
	}
	BUG("a property that no class has");
}

/* The next property of a statement that may have `allowed` ones: its number,
 * PROPERTIES_END at the colon, -1. */
#define PROPERTIES_END	1000


static int
take_property(struct cursor *r, uint64_t allowed)
{
	const char *names[COUNT(properties)];
	size_t count = 0;
	const struct lexeme *lx;
	int p;

	if (r->at < r->st->count &&
	    r->st->lexemes[r->at].kind == LEXEME_COLON) {
		r->at++;
		return PROPERTIES_END;
	}
	lx = cursor_word(r, "a property or ':'");
	if (lx == NULL)
		return -1;
	p = index_among(lx->text, properties, COUNT(properties));
	if (p >= 0 && (allowed & BIT(p)))
		return p;
	if (!cursor_has_colon(r))
		return lexeme_error(r->st, lx, r->err, "'%.*s' is no property; "
		    "':' is expected before the words of a statement",
		    STR_FMT(lx->text));
	for (size_t i = 0; i < COUNT(properties); i++)
		if (allowed & BIT(i))
			names[count++] = properties[i];
	return cursor_unknown(r, lx, "property", names, count);
}

/* Is this name already taken in the language? */
static int
declare(struct cursor *r, const struct keyword *kw)
{
	const struct lexeme *lx;
	struct grammar *g = r->g;
	uint16_t known;

	/* names of actors and topics can have spaces, in quotes */
	if (r->st->count > 1 && r->st->lexemes[1].kind == LEXEME_STRING)
		lx = &r->st->lexemes[1];
	else if ((lx = cursor_word(r, "a name")) == NULL)
		return -1;
	known = find_class(g, lx->text, kw->kind);
	if (known != NO_CLASS)
		return g->classes[known].kind == kw->kind ? 0 :
		    lexeme_error(r->st, lx, r->err,
		    "'%s' is the name of a list of another kind already",
		    g->classes[known].name);
	if (g->class_count == CLASSES_MAX)
		return lexeme_error(r->st, lx, r->err, "more than %d lists",
		    CLASSES_MAX);
	struct class fresh = { .kind = kw->kind,
	    .name = arena_cstr(&g->arena, lx->text), .statement = r->st,
	    .weight = 1, .left = true, .right = true, .reach = 6,
	    .place = PLACE_BEFORE, .distance = 3, .sign = 1 };
	grammar_add_class(g, &fresh);
	return 0;
}

int
grammar_bad_phrase(const struct statement *st, const struct lexeme *lx,
    const struct err *why, struct err *err)
{
	struct lexeme place = *lx;

	if (why->column > 0)	/* behind the quote */
		place.column += (uint32_t)why->column - 1 +
		    (lx->kind == LEXEME_STRING);
	return lexeme_error(st, &place, err, "%s", why->msg);
}

/* The words behind the colon, into class `id`. */
static int
read_words(struct cursor *r, uint16_t id)
{
	for (; r->at < r->st->count; r->at++) {
		const struct lexeme *lx = &r->st->lexemes[r->at];
		struct err why;

		if (lx->kind == LEXEME_WORD && lx->text.p[0] == '@') {
			uint16_t from = grammar_class(r->g,
			    str_from(lx->text, 1));

			if (from == NO_CLASS)
				return unknown_class(r, lx);
			lexicon_include(r->g->lexicon, from, id);
			r->g->classes[from].included = true;
			continue;
		}
		if (lx->kind != LEXEME_WORD && lx->kind != LEXEME_STRING)
			return lexeme_error(r->st, lx, r->err,
			    "a word or a phrase in quotes is expected here");
		if (lx->kind == LEXEME_WORD && lx->text.n > 1 &&
		    strchr(",;", lx->text.p[lx->text.n - 1]) != NULL)
			return lexeme_error(r->st, lx, r->err,
			    "'%.*s': words are parted by spaces alone",
			    STR_FMT(lx->text));
		if (lexicon_add(r->g->lexicon, lx->text, id, &why) == -1)
			return grammar_bad_phrase(r->st, lx, &why, r->err);
	}
	return 0;
}

/* A second statement of the same name adds words, and properties if it has. */
static int
define(struct cursor *r, const struct keyword *kw)
{
	uint16_t id = find_class(r->g, r->st->lexemes[1].text, kw->kind);
	struct class *c = &r->g->classes[id];
	int p;

	r->at = 2;
	while ((p = take_property(r, kw->allowed)) != PROPERTIES_END)
		if (p == -1 || class_property(r, c, (enum property)p) == -1)
			return -1;
	if (c->authority)
		lexicon_include(r->g->lexicon, id, r->g->authority);
	return read_words(r, id);
}

static int
read_family(struct cursor *r)
{
	const struct lexeme *name = cursor_word(r, "the name of a family"), *lx;

	if (name == NULL || cursor_colon(r) == -1)
		return -1;
	lexicon_family(r->g->lexicon, name->text, name->text);
	while (r->at < r->st->count) {
		if ((lx = cursor_word(r, "a word")) == NULL)
			return -1;
		lexicon_family(r->g->lexicon, name->text, lx->text);
	}
	return 0;
}

/* Words with a number that stands before their colon. */
static int
read_numbered(struct cursor *r, double least, double most,
    void (*add)(struct lexicon *lex, struct str word, double value))
{
	const struct lexeme *lx;
	double value;

	if (cursor_number(r, least, most, &value) == -1 || cursor_colon(r) == -1)
		return -1;
	while (r->at < r->st->count) {
		if ((lx = cursor_word(r, "a word")) == NULL)
			return -1;
		add(r->g->lexicon, lx->text, value);
	}
	return 0;
}

/* `relevance WEIGHT: WORD...` */
static int
read_relevance(struct cursor *r)
{
	const struct lexeme *lx;
	double weight;

	if (cursor_number(r, -100, 100, &weight) == -1 || cursor_colon(r) == -1)
		return -1;
	while (r->at < r->st->count) {
		if ((lx = cursor_word(r, "a word")) == NULL)
			return -1;
		learned_relevance(r->g->learned, lx->text, weight);
	}
	return 0;
}

/* `wording LABEL [title] WEIGHT: WORD|"WORD [..2] WORD"...` */
static int
read_wording(struct cursor *r)
{
	static const char *const labels[] = { "easing", "tightening", "mixed" };
	int lean = cursor_choice(r, "label", labels, COUNT(labels));
	const struct lexeme *lx = &r->st->lexemes[r->at];
	bool title = r->at < r->st->count && str_eq(lx->text, STR("title"));
	double weight;

	if (lean == -1)
		return -1;
	r->at += title;
	if (cursor_number(r, -100, 100, &weight) == -1 || cursor_colon(r) == -1)
		return -1;
	for (; r->at < r->st->count; r->at++) {
		lx = &r->st->lexemes[r->at];
		if ((lx->kind != LEXEME_WORD && lx->kind != LEXEME_STRING) ||
		    learned_wording(r->g->learned, lx->text, title,
		    (enum lean)lean, weight) == -1)
			return lexeme_error(r->st, lx, r->err, "a word, or two "
			    "in quotes, are expected here");
	}
	return 0;
}

/* Nothing may follow what was read. */
static int
read_end(struct cursor *r)
{
	const struct lexeme *lx = &r->st->lexemes[r->at];

	if (r->at == r->st->count)
		return 0;
	return lexeme_error(r->st, lx, r->err, lx->line >
	    r->st->lexemes[0].line ? "an indented line goes on with the "
	    "statement above, where nothing more is expected" :
	    "nothing more is expected here");
}

static int
read_version(struct cursor *r)
{
	const struct lexeme *lx = cursor_word(r, "a number");

	if (lx == NULL)
		return -1;
	if (!str_eq(lx->text, STR("1")))
		return lexeme_error(r->st, lx, r->err,
		    "version '%.*s' of the language is not known, only 1",
		    STR_FMT(lx->text));
	return read_end(r);
}

static bool
is_code(struct str code)
{
	size_t n = 0;

	while (n < code.n && is_alpha(code.p[n]))
		n++;
	return str_eq(code, STR("*")) || (n == code.n && (n == 2 || n == 3));
}

static int
read_language(struct cursor *r)
{
	const struct lexeme *lx = cursor_word(r, "the code of a language");

	if (lx == NULL)
		return -1;
	if (!is_code(lx->text))
		return lexeme_error(r->st, lx, r->err, "the code of a language "
		    "has two or three letters, as in 'language en english'");
	if (r->at < r->st->count && cursor_word(r, "a stemmer") == NULL)
		return -1;
	return read_end(r);
}

static int
take_effect(struct rule *rule, enum property p)
{
	rule->effect = p == PROPERTY_EASING ? EFFECT_EASING :
	    p == PROPERTY_TIGHTENING ? EFFECT_TIGHTENING : EFFECT_NEUTRAL;
	return 0;
}

static int
take_scope(struct cursor *r, struct rule *rule)
{
	static const char *const scopes[] = { "sentence", "clause",
	    "paragraph", "title", "lead", "text", "first" };
	int i = cursor_choice(r, "scope", scopes, COUNT(scopes));
	double n = 0;

	if (i == -1 || (i == SCOPE_FIRST &&
	    cursor_number(r, 1, 100000, &n) == -1))
		return -1;
	rule->scope = (enum scope)i;
	rule->first = (unsigned)n;
	return 0;
}

static int
rule_property(struct cursor *r, struct rule *rule, int p)
{
	switch (p) {
	case PROPERTY_EASING: case PROPERTY_TIGHTENING: case PROPERTY_NEUTRAL:
		return take_effect(rule, (enum property)p);
	case PROPERTY_WEIGHT: return cursor_number(r, 0, 10, &rule->weight);
	case PROPERTY_IN: return take_scope(r, rule);
	case PROPERTY_STAGE: return take_stage(r, &rule->stage);
	case PROPERTY_DOMAIN: return take_domain(r, &rule->domain);
	case PROPERTY_TOPIC:
		rule->topic = cursor_name(r, "the name of a topic");
		return rule->topic ? 0 : -1;
	case PROPERTY_FLAG: return take_flag(r, &rule->flag);
	case PROPERTY_NEEDS: case PROPERTY_UNLESS: case PROPERTY_SOURCE:
	case PROPERTY_UNLESS_SOURCE: return take_condition(r, &rule->when, p);
	case PROPERTY_CAP: return cursor_number(r, 0.01, 100, &rule->cap);
	case PROPERTY_KIND:
		rule->kind = cursor_name(r, "the name of a kind");
		return rule->kind ? 0 : -1;
	case PROPERTY_VETO: rule->veto = true; return 0;
	case PROPERTY_PLAIN: rule->plain = true; return 0;
	case PROPERTY_OUTSIDE: rule->outside = true; return 0;
	case PROPERTY_STRONG: rule->strong = true; return 0;
	case PROPERTY_LEADS: rule->leads = true; return 0;
	case PROPERTY_TURNS: rule->turns = true; return 0;
	case PROPERTY_LONE: rule->lone = true; return 0;
	}
	return -1;
}

#define OF_RULE (BIT(PROPERTY_EASING) | BIT(PROPERTY_TIGHTENING) | \
	BIT(PROPERTY_NEUTRAL) | BIT(PROPERTY_WEIGHT) | BIT(PROPERTY_IN) | \
	BIT(PROPERTY_STAGE) | BIT(PROPERTY_DOMAIN) | BIT(PROPERTY_TOPIC) | \
	BIT(PROPERTY_FLAG) | OF_CONDITION | BIT(PROPERTY_PLAIN) | \
	BIT(PROPERTY_STRONG) | BIT(PROPERTY_LEADS) | BIT(PROPERTY_CAP) | \
	BIT(PROPERTY_VETO) | BIT(PROPERTY_TURNS) | BIT(PROPERTY_LONE) | \
	BIT(PROPERTY_OUTSIDE) | BIT(PROPERTY_KIND))

static int
read_rule(struct cursor *r)
{
	struct grammar *g = r->g;
	struct rule rule = { .weight = 1, .statement = r->st };
	bool effect = false;
	int p;

	rule.name = cursor_name(r, "the name of a rule");
	if (rule.name == NULL)
		return -1;
	while ((p = take_property(r, OF_RULE)) != PROPERTIES_END) {
		if (p == -1 || rule_property(r, &rule, p) == -1)
			return -1;
		effect |= p == PROPERTY_EASING || p == PROPERTY_TIGHTENING ||
		    p == PROPERTY_NEUTRAL || p == PROPERTY_VETO;
	}
	if (!effect)
		return lexeme_error(r->st, &r->st->lexemes[r->at - 1], r->err,
		    "easing, tightening, neutral or veto is expected before this");
	rule.expr = expr_parse(g, r->st, r->at, r->err);
	if (rule.expr == NULL)
		return -1;
	GROW(g->rules, g->rule_count, g->rule_cap);
	g->rules[g->rule_count++] = rule;
	return 0;
}

static int
read_example(struct cursor *r)
{
	static const char *const labels[] = { "easing", "tightening", "mixed",
	    "neutral" };
	static const char *const parts[] = { "title", "text", "evidence",
	    "source" };
	struct grammar *g = r->g;
	struct example ex = { .statement = r->st };
	struct str *const to[] = { &ex.title, &ex.text, &ex.evidence,
	    &ex.source };
	int label = cursor_choice(r, "label", labels, COUNT(labels)), part;

	if (label == -1)
		return -1;
	ex.label = str_of(labels[label]);
	while (r->at < r->st->count) {
		part = 1;
		if (r->st->lexemes[r->at].kind == LEXEME_WORD)
			part = cursor_choice(r, "part of a test", parts,
			    COUNT(parts));
		if (part == -1)
			return -1;
		if (r->at >= r->st->count ||
		    r->st->lexemes[r->at].kind != LEXEME_STRING)
			return lexeme_error(r->st, &r->st->lexemes[r->at - 1],
			    r->err, "a string is expected after this");
		*to[part] = r->st->lexemes[r->at++].text;
	}
	GROW(g->examples, g->example_count, g->example_cap);
	g->examples[g->example_count++] = ex;
	return 0;
}

static int
read_common(struct cursor *r)
{
	if (cursor_colon(r) == -1)
		return -1;
	return read_words(r, r->g->common);
}

/* What the second pass does with a statement. */
static int
read_statement(struct cursor *r)
{
	const struct keyword *kw = keyword_of(r->st);
	struct str name = r->st->lexemes[0].text;

	r->at = 1;
	if (kw != NULL)
		return define(r, kw);
	if (str_eq(name, STR("family")))
		return read_family(r);
	if (str_eq(name, STR("numeral")))
		return read_numbered(r, 0, 1e12, lexicon_numeral);
	if (str_eq(name, STR("multiple")))
		return read_numbered(r, 0, 1e12, lexicon_multiple);
	if (str_eq(name, STR("relevance")))
		return read_relevance(r);
	if (str_eq(name, STR("wording")))
		return read_wording(r);
	if (str_eq(name, STR("rule")))
		return read_rule(r);
	if (str_eq(name, STR("verdict")))
		return settings_read(r);
	if (str_eq(name, STR("test")))
		return read_example(r);
	if (str_eq(name, STR("common")))
		return read_common(r);
	if (str_eq(name, STR("version")))
		return read_version(r);
	if (str_eq(name, STR("weights")))
		return 0;		/* when all rules are known */
	assert(str_eq(name, STR("language")));
	return read_language(r);
}

/* The weights of this name: of an operator, an object, or of rules.  Returns
 * how many there are. */
static size_t
set_weight(struct grammar *g, struct str name, double weight)
{
	uint16_t id = find_class(g, name, CLASS_LEXICON);
	size_t found = 0;

	if (id != NO_CLASS && (g->classes[id].kind == CLASS_OPERATOR ||
	    g->classes[id].kind == CLASS_OBJECT)) {
		g->classes[id].weight = weight;
		found++;
	}
	for (size_t i = 0; i < g->rule_count; i++) {
		if (!str_eq(name, str_of(g->rules[i].name)))
			continue;
		g->rules[i].weight = weight;
		found++;
	}
	return found;
}

static int
unknown_weight(struct cursor *r, const struct lexeme *lx)
{
	struct grammar *g = r->g;
	const char **names = arena_array(&g->arena,
	    g->class_count + g->rule_count + 1, sizeof(*names));
	size_t n = 0;

	for (size_t i = 0; i < g->class_count; i++)
		if (g->classes[i].kind == CLASS_OPERATOR ||
		    g->classes[i].kind == CLASS_OBJECT)
			names[n++] = g->classes[i].name;
	for (size_t i = 0; i < g->rule_count; i++)
		names[n++] = g->rules[i].name;
	return cursor_unknown(r, lx, "operator, object or rule", names, n);
}

/* `weights: NAME NUMBER ...`, in the last pass.  In a file for every language
 * a name may be known to some only. */
static int
weigh_statement(struct cursor *r)
{
	const struct lexeme *lx;
	double weight;

	if (!str_eq(r->st->lexemes[0].text, STR("weights")))
		return 0;
	if (cursor_colon(r) == -1)
		return -1;
	while (r->at < r->st->count) {
		if ((lx = cursor_word(r, "a name")) == NULL ||
		    cursor_number(r, 0, 10, &weight) == -1)
			return -1;
		if (set_weight(r->g, lx->text, weight) == 0 &&
		    !str_eq(r->st->language, STR("*")))
			return unknown_weight(r, lx);
	}
	return 0;
}

static int
check_keyword(struct cursor *r)
{
	const char *names[COUNT(keywords) + COUNT(others)];
	size_t count = 0;
	const struct lexeme *lx = &r->st->lexemes[0];

	if (lx->column != 1)
		return lexeme_error(r->st, lx, r->err,
		    "an indented line must continue a statement");
	if (keyword_of(r->st) != NULL ||
	    index_among(lx->text, others, COUNT(others)) >= 0)
		return 0;
	for (size_t i = 0; i < COUNT(keywords); i++)
		names[count++] = keywords[i].name;
	for (size_t i = 0; i < COUNT(others); i++)
		names[count++] = others[i];
	return cursor_unknown(r, lx, "statement", names, count);
}

static bool
is_for(const struct statement *st, const char *language)
{
	return str_eq(st->language, STR("*")) ||
	    str_eq(st->language, str_of(language));
}

const char **
grammar_languages(const struct rulefiles *files, struct arena *a)
{
	const char **names = arena_array(a, files->count + 1, sizeof(*names));
	size_t n = 0;

	for (size_t i = 0; i < files->count; i++) {
		const struct statement *st = &files->statements[i];

		if (!str_eq(st->lexemes[0].text, STR("language")) ||
		    st->count < 2 || str_eq(st->lexemes[1].text, STR("*")) ||
		    index_among(st->lexemes[1].text, names, n) >= 0)
			continue;
		names[n++] = arena_cstr(a, st->lexemes[1].text);
	}
	names[n] = NULL;
	return names;
}

/* `language CODE [STEMMER]`: the stemmer of this language, or NULL. */
static const struct lexeme *
stemmer_of(const struct rulefiles *files, const char *language,
    const struct statement **where)
{
	for (size_t i = 0; i < files->count; i++) {
		const struct statement *st = &files->statements[i];

		if (str_eq(st->lexemes[0].text, STR("language")) &&
		    st->count > 2 &&
		    str_eq(st->lexemes[1].text, str_of(language))) {
			*where = st;
			return &st->lexemes[2];
		}
	}
	return NULL;
}

/* One pass over the statements for this language. */
static int
pass(struct grammar *g, const struct rulefiles *files, struct err *err,
    int (*visit)(struct cursor *r))
{
	for (size_t i = 0; i < files->count; i++) {
		struct cursor r = { g, &files->statements[i], 1, err };

		if (is_for(r.st, g->language) &&
		    visit(&r) == -1)
			return -1;
	}
	return 0;
}

static int
declare_statement(struct cursor *r)
{
	const struct keyword *kw = keyword_of(r->st);

	if (check_keyword(r) == -1)
		return -1;
	return kw != NULL ? declare(r, kw) : 0;
}

struct grammar *
grammar_new(const struct rulefiles *files, const char *language,
    struct err *err)
{
	struct grammar *g = xcalloc(1, sizeof(*g));
	const struct statement *st = NULL;
	const struct lexeme *stemmer = stemmer_of(files, language, &st);
	char *stemmer_name = stemmer ? xstrndup(stemmer->text.p,
	    stemmer->text.n) : NULL;
	struct err why;

	g->language = xstrdup(language);
	settings_default(g);
	seal_prepare(g);
	g->lexicon = lexicon_new(stemmer_name, &why);
	if (g->lexicon != NULL)
		g->learned = learned_new(stemmer_name);
	free(stemmer_name);
	if (g->lexicon == NULL)
		lexeme_error(st, stemmer, err, "%s", why.msg);
	else if (pass(g, files, err, declare_statement) == 0 &&
	    pass(g, files, err, read_statement) == 0 &&
	    pass(g, files, err, weigh_statement) == 0) {
		seal_grammar(g);
		return g;
	}
	grammar_free(g);
	return NULL;
}

void
grammar_free(struct grammar *g)
{
	if (g == NULL)
		return;
	expr_free_patterns(g);
	lexicon_free(g->lexicon);
	learned_free(g->learned);
	free(g->language);
	free(g->roles);
	seal_release(g);
	free(g->names);
	free(g->classes);
	free(g->rules);
	free(g->examples);
	arena_release(&g->arena);
	free(g);
}
