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

#include "classify/grammar.h"

/* Parse lexemes from..count-1 of `st`.  Quoted words become classes of their
 * own in the grammar.  Lives in the grammar's arena. */
struct expr *expr_parse(struct grammar *g, const struct statement *st,
    size_t from, struct err *err);
void expr_release(struct expr *e);

/* A class at whose words a rule is tried, and the signs of all that must be
 * marked in the sentence for it to match there. */
struct anchor {
	uint16_t	class;
	uint64_t	signs;
};

struct anchors {
	struct anchor	*v;
	size_t		 n, cap;
};

/* Append the anchors of which one must hold for the rule to match. */
void rule_anchors(const struct rule *rule, struct anchors *anchors);

struct span {
	uint32_t	first, end;	/* tokens */
};

/* What matching patterns needs: one for each thread.  (PCRE2's match data,
 * named here without its header.) */
struct pcre2_real_match_data_8;
struct pcre2_real_match_data_8 *expr_match_new(void);
void expr_match_free(struct pcre2_real_match_data_8 *match);

/* The marks of a unit: a sentence, a clause, a whole field. */
struct unit {
	const struct grammar	*g;
	const struct words	*words;
	const struct mark	*marks;
	size_t			 count;
	uint64_t		 signs;		/* of all of them */
	uint32_t		 first, end;	/* tokens */
	struct pcre2_real_match_data_8 *match;
};

/* Is `e` true of the unit?  `span` is then where: what its parts cover. */
bool expr_match(const struct expr *e, const struct unit *unit,
    struct span *span);

#endif
