/*
 * What is asked of a whole sentence: before its hits are found where its clauses
 * end, and behind them which of its hits are news.
 */
#ifndef CLASSIFY_SENTENCE_H
#define CLASSIFY_SENTENCE_H

#include "classify/compose.h"

/* Take from points between its marks from..end-1 that end no clause what says that
 * they do. */
void sentence_begin(const struct view *view, size_t from, size_t end);
/* Drop of the hits from `first` on, which are all of the sentence, what is asked,
 * what came before the news, and what lone rules say beside others. */
void sentence_end(const struct view *view, const struct sentence *s,
    size_t first, struct hits *hits);

#endif
