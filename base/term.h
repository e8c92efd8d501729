/*
 * Text for people at a terminal.  What others wrote is shown, never obeyed:
 * escape sequences, control characters and bidirectional overrides come out as
 * visible marks, so that a headline cannot recolour, retarget or reorder what
 * stands around it.
 */
#ifndef BASE_TERM_H
#define BASE_TERM_H

#include "base/buf.h"

enum term_style {
	TERM_PLAIN,
	TERM_BOLD,
	TERM_DIM,
	TERM_HIT,		/* the words that prove it */
	TERM_GREEN,
	TERM_RED,
	TERM_YELLOW
};

/* Both before the jail, which allows no ioctl() of this kind.
 *
 * Does `fd` get colours?  `when` is "auto" (a terminal, and NO_COLOR unset),
 * "always" or "never"; anything else ends the program with a usage error. */
bool term_colours(const char *when, int fd);
/* Columns of the terminal at `fd`, or 80. */
unsigned term_columns(int fd);
/* Switch to `style`: nothing at all when `colours` is false. */
void term_style(struct buf *b, enum term_style style, bool colours);
/* Foreign text.  Line breaks and tabs become spaces. */
void term_add(struct buf *b, struct str s);
/* The same, at most `columns` wide; what was cut ends in an ellipsis.  Returns
 * the columns used. */
unsigned term_add_cut(struct buf *b, struct str s, unsigned columns);

#endif
