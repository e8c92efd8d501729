/*
 * What a grammar prepares once its statements were read: what is asked of each
 * phrase, where each rule is tried, and what words promise.
 */
#ifndef CLASSIFY_SEAL_H
#define CLASSIFY_SEAL_H

#include "classify/grammar.h"

/* Add the engine's own lists, before any statement is read. */
void seal_prepare(struct grammar *g);
/* Close the lexicon; nothing is added any more. */
void seal_grammar(struct grammar *g);
void seal_release(struct grammar *g);
/* The engine's own list whose words have this bit (TOKEN_*), or NULL. */
const char *builtin_name(uint16_t bit);

#endif
