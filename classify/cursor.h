/*
 * A place in a statement of a rule file, and what can be taken from there.  What
 * does not stand there is an error with its place, and -1 or NULL.
 */
#ifndef CLASSIFY_CURSOR_H
#define CLASSIFY_CURSOR_H

#include "classify/grammar.h"
#include "classify/rulefile.h"

/* The index of `word` among `names`, or -1. */
int index_among(struct str word, const char *const *names, size_t count);

struct cursor {
	struct grammar		*g;
	const struct statement	*st;
	size_t			 at;	/* the next lexeme */
	struct err		*err;
};

/* The lexeme is none of the names: an error that helps to find the right one.
 * Returns -1. */
int cursor_unknown(struct cursor *r, const struct lexeme *lx, const char *what,
    const char *const *names, size_t count);
/* The next lexeme, which must be a word. */
const struct lexeme *cursor_word(struct cursor *r, const char *expected);
/* The same, one of the names: its index. */
int cursor_choice(struct cursor *r, const char *what, const char *const *names,
    size_t count);
int cursor_number(struct cursor *r, double least, double most, double *value);
/* The next word, kept for good. */
const char *cursor_name(struct cursor *r, const char *expected);
/* The colon before a statement's words. */
int cursor_colon(struct cursor *r);
/* Is there one ahead? */
bool cursor_has_colon(const struct cursor *r);

#endif
