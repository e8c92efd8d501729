/*
 * The expressions of `rule` statements:
 *
 *	@official then/6 @ease then/4 "red tape"
 *	"green light" near/5 @trade and not @film
 *	atleast 2 @sanction
 *	/\b\d+ (?:entities|names)\b/ with "list"
 *
 * `then/N` wants the right side behind the left with at most N words between,
 * `near/N` in either order; `and`, `or`, `not` and parentheses are as usual.
 * A pattern is only tried where the literal behind `with` stands.
 */
#ifndef CLASSIFY_EXPR_H
#define CLASSIFY_EXPR_H

#include "classify/spots.h"

/* Parse lexemes from..count-1 of `st`.  Quoted words become classes of their
 * own in the grammar.  Lives in the grammar's arena. */
struct expr *expr_parse(struct grammar *g, const struct statement *st,
    size_t from, struct err *err);
/* Free the patterns of all expressions of `g`, parsed to the end or not. */
void expr_free_patterns(struct grammar *g);

/* Why `e` can take long, or NULL. */
const char *expr_slow(const struct grammar *g, const struct expr *e);

/* A class at whose words a rule is tried, and the signs of all that must be in
 * reach for it to match there. */
struct anchor {
	uint16_t	class;
	class_signs	signs;
};

struct anchors {
	struct anchor	*v;
	size_t		 n, cap;
};

/* Append the anchors of which one must hold for the rule to match: where two
 * things must be there, it is tried at the rarest, or at the first. */
void rule_anchors(const struct grammar *g, const struct rule *rule, bool rarest,
    struct anchors *anchors);

/* Note the classes whose signs such anchors ask for. */
void rule_beside(const struct grammar *g, const struct rule *rule, bool rarest,
    bool *noted);

/* Note the classes of which it asks whether words are there at all. */
void rule_asks(const struct rule *rule, bool *noted);

struct span {
	uint32_t	first, end;	/* tokens */
};

/* What matching patterns needs: one for each thread. */
struct matcher;
struct matcher *matcher_new(void);
void matcher_free(struct matcher *m);

/* The marks of a unit: a sentence, a clause, a whole field. */
struct unit {
	const struct words	*words;
	struct spots		*spots;	/* of its marks */
	uint32_t		 first, end;	/* tokens */
	struct matcher		*matcher;
};

/* Can `e` be true where these classes have words? */
bool expr_may(const struct expr *e, const struct held *held);
/* The same, where its patterns are matched in one of these texts. */
bool expr_may_within(const struct expr *e, const struct held *held,
    const struct str *texts, size_t count);

enum match {
	MATCH_NO,
	MATCH_YES,
	MATCH_FAILED		/* a pattern met a limit: nobody knows */
};

/* Is `e` true of the unit?  `span` is then where: what its parts cover.  When
 * that cannot be told, `why` names the limit. */
enum match expr_match(const struct expr *e, const struct unit *unit,
    struct span *span, const char **why);

#endif
