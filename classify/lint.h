/*
 * What a corpus says of the rules: which lists and rules never hit, which are
 * hidden by others, and where the time goes.
 */
#ifndef CLASSIFY_LINT_H
#define CLASSIFY_LINT_H

#include "classify/program.h"

struct lint {
	const struct program	*prog;
	struct bench		 bench;
	struct arena		 arena;
	struct tally		 corpus[LANGUAGES_MAX], tests[LANGUAGES_MAX];
};

void lint_init(struct lint *lint, struct program *prog);
void lint_release(struct lint *lint);
/* Judge a record of the corpus and count.  -1 when the line is no article. */
int lint_add(struct lint *lint, struct str line, struct err *err);
/* Append what can be told of the rules without a corpus: slow, unreachable,
 * shadowed and untested ones, one `file:line: what` a line; the number of
 * lines. */
size_t lint_check(struct lint *lint, struct buf *b);
/* Append what is wrong with the rules, one `file:line: what` a line, and
 * return how many lines that is.  What the corpus leaves out may stand in the
 * tests of the rules.  Languages that it does not have are passed over. */
size_t lint_report(struct lint *lint, struct buf *b);
/* Append time and hits by rule, dearest first. */
void lint_profile(const struct lint *lint, struct buf *b);

#endif
