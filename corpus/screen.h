/*
 * The terminal as a place to read and to press keys.  A screen needs nothing
 * but lines: on a dumb terminal it scrolls, elsewhere it clears first.  However
 * the program ends, by a signal too, the terminal is as it was before.
 */
#ifndef CORPUS_SCREEN_H
#define CORPUS_SCREEN_H

#include "base/io.h"

struct screen {
	int		fd;
	struct out	out;
	bool		colours;	/* and cursor movement */
	unsigned	rows, columns;
};

/* Take the terminal.  -1 and the reason when there is none.  One at a time. */
int screen_open(struct screen *screen, struct err *err);
/* Keys come at once and unseen from here on; -1 when the mode cannot be set. */
int screen_start(struct screen *screen, struct err *err);
void screen_close(struct screen *screen);
/* Begin a new picture; what follows is added to screen->out. */
void screen_clear(struct screen *screen);
/* Show what was added, then wait for a key; -1 when the terminal is gone. */
int screen_key(struct screen *screen);

/* Foreign text in lines of at most `columns`, broken at spaces where there are
 * any; a line break of the text is one. */
void text_wrap(struct buf *to, struct str text, unsigned columns);

#endif
