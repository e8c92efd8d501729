/*
 * The grammar of one language: what the statements of its rule files mean.
 * stance-rules(5) is the manual.
 *
 * A class is a named list of words with a role.  Operators and objects compose
 * (compose.h), modifiers change what was composed, rules are expressions over
 * classes (expr.h), and the verdict statement says how hits add up.
 */
#ifndef CLASSIFY_GRAMMAR_H
#define CLASSIFY_GRAMMAR_H

#include "classify/learned.h"
#include "classify/lexicon.h"
#include "classify/rulefile.h"

/* Classes of one language; their numbers fit sixteen bits with room to spare. */
#define CLASSES_MAX	65000
/* Classes named by one `needs`, `with` or the like. */
#define REFERENCES_MAX	12

enum class_kind {
	CLASS_LEXICON,
	CLASS_OBJECT,
	CLASS_OPERATOR,
	CLASS_MODIFIER,
	CLASS_DISCARD,
	CLASS_COMPARE,
	CLASS_ACTOR,
	CLASS_TOPIC,
	CLASS_DOMAIN
};

enum effect {
	EFFECT_EASING = -1,
	EFFECT_NEUTRAL = 0,
	EFFECT_TIGHTENING = 1
};

enum stage {
	STAGE_NONE,
	STAGE_SIGNALLED,
	STAGE_PROPOSED,
	STAGE_ANNOUNCED,
	STAGE_ADOPTED
};

/* The kind of operators that move a number; comparisons are of it. */
#define KIND_LEVEL	"level"
/* Kinds that lean on an object named before, as that one does. */
#define KIND_TIGHTEN	"tighten"
#define KIND_RELAX	"relax"
#define KIND_COUNT	"count"
/* ... and of those that come to an end: "a ban on old cars ends". */
#define KIND_END	"end"

/* What a modifier does to the hit it governs. */
enum action {
	ACTION_CANCEL,		/* the hit is void */
	ACTION_FLIP,		/* its effect is turned round */
	ACTION_DROP,		/* the operator is void, its object stays */
	ACTION_SCALE,		/* its weight is multiplied */
	ACTION_SET		/* only flag and stage are set */
};

/* Where a modifier's word must stand for it to govern a hit. */
enum place {
	PLACE_BEFORE,		/* at most `distance` words before it */
	PLACE_AFTER,
	PLACE_CLAUSE,
	PLACE_SENTENCE,
	PLACE_TITLE		/* anywhere in the title, for hits anywhere */
};

struct references {
	uint16_t	v[REFERENCES_MAX];
	uint8_t		n;
};

/* Names of sources: the host of an address, a feed's title or one of its tags.
 * Room for REFERENCES_MAX in the grammar's arena, once there is one. */
struct sources {
	const char	**v;
	uint8_t		 n;
};

/* When a list or rule counts at all. */
struct conditions {
	struct references needs, unless;	/* words near it */
	struct sources	 source, unless_source;	/* one of them; none of them */
};

struct class {
	enum class_kind	 kind;
	const char	*name;
	const struct statement *statement;
	int		 sign;		/* of an operator or object */
	bool		 decided;	/* its sign, or its action, was given */
	double		 weight;
	int		 alone;		/* effect without a partner, or 0 */
	double		 alone_weight;	/* 0: not without one */
	bool		 left, right;	/* where an operator finds its object */
	bool		 subject;	/* what it has on its left may be far */
	unsigned	 reach;		/* words between them */
	const char	*operator_kind;	/* NULL: none */
	enum stage	 stage;
	const char	*domain, *topic;
	struct references with;
	struct conditions when;
	double		 cap;		/* of its hits in one article; 0: none */
	/* of a modifier */
	enum action	 action;
	double		 factor;
	enum place	 place;
	unsigned	 distance;
	bool		 across;	/* goes over the ends of clauses */
	bool		 tight;		/* not even over a comma or an "and" */
	bool		 quoted;	/* only hits in quotation marks */
	struct references by;		/* whose words stand before its own */
	bool		 authority;	/* an actor that can decide */
	bool		 strong;	/* needs no authority beside it */
	bool		 referred;	/* by a rule or a property */
	bool		 included;	/* in another list */
	unsigned	 commonness;	/* of its words, about */
	class_signs	 sign_bit;	/* or none */
	const char	*flag;
	/* operator kinds: those a modifier acts on (none: all), or those that
	 * see an object with another sign; room as for sources */
	const char	**on;
	int8_t		*on_sign;
	uint8_t		 on_count;
};

/* The parts of a text that a rule looks at as one. */
enum scope {
	SCOPE_SENTENCE,
	SCOPE_CLAUSE,
	SCOPE_PARAGRAPH,
	SCOPE_TITLE,
	SCOPE_LEAD,
	SCOPE_TEXT,
	SCOPE_FIRST		/* the text's first words */
};

/* Where a hit stands, for its weight. */
enum hit_scope { PLACED_TITLE, PLACED_LEAD, PLACED_BODY };

struct expr;
struct pcre2_real_code_8;	/* PCRE2's pattern, named without its header */

struct rule {
	const char	*name;
	const struct statement *statement;
	enum effect	 effect;
	double		 weight;
	bool		 veto;		/* a hit makes the verdict neutral */
	double		 cap;
	enum scope	 scope;
	unsigned	 first;		/* of SCOPE_FIRST: how many words */
	enum stage	 stage;
	const char	*domain, *topic, *flag;
	const char	*kind;		/* that modifiers can be on, or NULL */
	struct conditions when;
	bool		 plain;		/* modifiers do not touch it */
	bool		 outside;	/* its own words do not modify it */
	bool		 strong;
	bool		 leads;		/* weighs as in the lead wherever it is */
	bool		 turns;		/* its effect is for numbers that rise */
	bool		 lone;		/* silent beside other hits */
	struct expr	*expr;
};

/* What must be there for a rule to be worth a try, beside the words it hangs on. */
enum hook_reach {
	HOOK_SENTENCE,		/* its signs, in the sentence */
	HOOK_TOP,		/* in the title or in the lead, where alone it is */
	HOOK_FAR,		/* that cannot be told from a sentence */
	HOOK_PARAGRAPH,		/* in the paragraph */
	HOOK_TEXT		/* anywhere */
};

/* A rule that hangs on the words of a class. */
struct hook {
	uint32_t	rule;
	enum hook_reach	reach;
	class_signs	signs;
};

struct trigger {
	struct hook	*hooks;
	size_t		 n;
	uint64_t	 rules;		/* rule_bit() of each */
};

/* One of 64 bits: where it is missing, the rule is. */
static inline uint64_t
rule_bit(uint32_t rule)
{
	return 1ULL << rule % 64;
}

/* The flag of what is told as history. */
#define FLAG_PAST	"past"

/* How hits add up. */
struct judging {
	double		 title, lead, body;	/* weight of a place */
	double		 body_cap;		/* most that the body can add */
	double		 repeat;		/* of a further hit in one place */
	double		 threshold;		/* least mass of a label */
	double		 long_threshold;	/* the same in a long text */
	double		 mixed;			/* weaker half / stronger half */
	double		 neutral;		/* weight of neutral hits */
	double		 midpoint, slope;	/* of confidence over mass */
	unsigned	 lead_length;		/* code points */
	unsigned	 lead_sentences;
	unsigned	 long_text;		/* code points; 0: none is long */
	double		 relevance;		/* of what a text is about; 0: off */
	double		 relevance_least, relevance_most;
	double		 relevance_floor; /* below it no rule is asked */
	unsigned	 relevance_head;	/* code points; also of the wording */
	double		 wording;		/* scale of its logits; 0: off */
	double		 start[LEANS];		/* logits of labels at rest */
	double		 own, other, both;	/* of the masses' logarithms, */
	double		 own_neutral;		/* and of that of neutral */
	double		 ruled;			/* logit of the label by rules, */
	double		 untitled;		/* and more without a title */
	double		 past;			/* logit against what is history */
	double		 wrong_way;		/* what the wrong direction costs */
	double		 firm;			/* thresholds that stand in a long text */
	double		 unsupported;		/* of a hit without an authority */
	unsigned	 authority_reach;	/* words before it; 0: any */
	double		 stage[STAGE_ADOPTED + 1];	/* weight of a stage */
	double		 rule_cap;		/* most that a rule adds; 0: any */
};

/* An example in a rule file, with the verdict it must get. */
struct example {
	const struct statement *statement;
	struct str	 label;
	struct str	 title, text, evidence, source;
};

/* A token's bits, set by the words of the engine's own lists. */
enum {
	TOKEN_BREAK = 1,	/* a clause ends */
	TOKEN_LINK = 2,		/* of, on, for */
	TOKEN_PASSIVE = 4,	/* was, been */
	TOKEN_JOIN = 8,		/* and, or, comma */
	TOKEN_DET = 16,		/* the, its, new */
	TOKEN_RELATIVE = 32,	/* that, which, it: as in "the ban it lifted" */
	TOKEN_COMMON = 64,	/* one of the language's commonest words */
	TOKEN_PRONOUN = 128,	/* it, them: stands for the object before */
	TOKEN_AFTER = 256,	/* after, since: at the head of a sentence */
	TOKEN_CLITIC = 512,	/* lo, la: a pronoun behind "and", before a verb */
	TOKEN_CALENDAR = 1024,	/* June, pm: a number beside it is no quantity */
	TOKEN_UPWARDS = 2048	/* above, older than: whoever has more is meant */
};

/* What may join with a phrase's words: a bit for each of the choices of lists that
 * operators and objects ask each other for, `with`.  Where bits are missing they do
 * not join; several choices may share one. */
struct ties {
	uint64_t	takes;		/* as operators: of objects */
	uint64_t	keeps;		/* as objects: of operators */
	uint64_t	has;		/* what asks for one of its lists */
};

/* What the engine asks of a phrase, prepared once. */
struct role_words {
	const struct class *operator, *object, *discard, *compare;
	struct ties ties;
};

/* What it asks of each mark. */
enum {
	MARK_OPERATOR = 1,	/* or a comparison */
	MARK_OBJECT = 2,
	MARK_ALONE = 4,		/* one of those that can do without the other */
	MARK_ROLE = 8,		/* any role in a clause */
	MARK_MODIFIES = 16,	/* it has a modifier */
	MARK_TRIGGERS = 32,	/* a rule is tried at it */
	MARK_NAMES = 64,	/* it tells of an actor, a topic, a domain */
	MARK_HOPES = 128,	/* it tells that a rule is worth a try */
	MARK_HOPES_TOP = 256,	/* one for the title or the lead */
	MARK_HOPES_FAR = 512,	/* one that looks further than a sentence */
	MARK_TIED = 1024,	/* an operator or an object asks for its lists */
	MARK_COMPOSES = MARK_OPERATOR | MARK_OBJECT | MARK_ALONE,
	/* what a sentence is judged by before it is looked at */
	MARK_NOTED = MARK_COMPOSES | MARK_HOPES | MARK_HOPES_FAR | MARK_TIED
};

/* Can what has these compose to a hit? */
static inline bool
flags_compose(uint32_t flags)
{
	return (flags & MARK_ALONE) || ((flags & MARK_OPERATOR) &&
	    (flags & MARK_OBJECT));
}

struct grammar {
	char		*language;
	struct arena	 arena;
	struct lexicon	*lexicon;
	struct learned	*learned;	/* weights of words */
	struct class	*classes;
	size_t		 class_count, class_cap;
	struct rule	*rules;
	size_t		 rule_count, rule_cap;
	struct trigger	*triggers;	/* by class: where rules are tried, */
	struct trigger	*hopes;		/* and which are worth a try; */
	bool		 reaches[HOOK_TEXT + 1];	/* there are such */
	struct pcre2_real_code_8 **patterns;	/* of the rules */
	size_t		 pattern_count, pattern_cap;
	struct example	*examples;
	size_t		 example_count, example_cap;
	struct judging	 judging;
	uint32_t	*names;		/* hash of class names; 0: free, else id+1 */
	size_t		 name_slots;
	struct role_words *roles;	/* by phrase */
	uint16_t	 authority, common, bygone, latest, versus;
	bool		 head_first;	/* "embargo export", not "export embargo" */
	bool		 particles;	/* parts of verbs end their clause */
	bool		 decimal_comma;	/* 1.200 and 1 200 are thousands */
	unsigned	 compound;	/* words between nouns of one compound */
};

#define NO_CLASS	UINT16_MAX

/* Make the grammar of `language` from all statements that are for it or for
 * every language.  NULL with a placed error. */
struct grammar *grammar_new(const struct rulefiles *files,
    const char *language, struct err *err);
void grammar_free(struct grammar *g);
/* The list called `name`, or NO_CLASS.  Actors, topics and domains have names
 * of their own, which count only where no other list has them. */
uint16_t grammar_class(const struct grammar *g, struct str name);
/* Add a class, whose name is not taken, and return its number. */
uint16_t grammar_add_class(struct grammar *g, const struct class *c);
/* The error of lexicon_add() about the phrase `lx`, in its place. */
int grammar_bad_phrase(const struct statement *st, const struct lexeme *lx,
    const struct err *why, struct err *err);
/* The error that no list is called so, with a guess at the one that is meant. */
int grammar_no_list(struct grammar *g, const struct statement *st,
    const struct lexeme *lx, struct err *err);
/* The languages that the files name, NULL-ended, in `a`. */
const char **grammar_languages(const struct rulefiles *files, struct arena *a);

/* "operator", "object" and so on. */
const char *class_kind_name(enum class_kind kind);
const char *stage_name(enum stage stage);
const char *effect_name(enum effect effect);

#endif
