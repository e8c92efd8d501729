/*
 * Articles for people and for programs: a table with the proving sentence, or
 * the line as it is stored.
 */
#ifndef STORE_SHOW_H
#define STORE_SHOW_H

#include "store/article.h"

/* Three lines: label, confidence and headline; source and time; the sentence
 * that proves it, the decisive words marked. */
void show_table(struct buf *b, const struct article *art, bool colours,
    unsigned columns);

#endif
