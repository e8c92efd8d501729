/*
 * How a text is read in one language, word by word: for people who choose the
 * words of a list.  A dictionary, a word a line, shows what else a list meets.
 *
 *	hand	hand
 *	out	out
 *	licences	licenc	object licence, operator grant "hand out"
 */
#ifndef CLASSIFY_GLOSSARY_H
#define CLASSIFY_GLOSSARY_H

#include "classify/view.h"

struct glossary {
	const struct grammar	*g;
	struct memo		*memo;
	struct reader		*reader;
	struct sb_stemmer	*stemmer;
	struct view		 view;
	struct arena		 arena;
};

void glossary_init(struct glossary *gl, const struct grammar *g);
void glossary_release(struct glossary *gl);
/* Append a line for each word of `text`: the word, its stem and the lists that have
 * it or a phrase that begins with it, parted by tabs; and an empty line between two
 * sentences.  -1 when it is no text. */
int glossary_add(struct glossary *gl, struct str text, struct buf *b,
    struct err *err);

#endif
