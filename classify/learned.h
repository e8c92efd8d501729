/*
 * Weights of words that were learned from labelled articles, not written: how far
 * an article is about policy at all (relevance), and for which label its wording
 * speaks.  stance-rules(5) has the statements, stance-corpus(1) the commands that
 * print them.
 *
 * Words count by their stems, in the title and in the head of the text.  The logit
 * is the sum of their weights over the square root of the number of words; of the
 * wording each word, and each pair, counts once.  A pair is two words between which
 * none stands or, another pair, one or two; a word with no weight of its own can be
 * half of one.
 */
#ifndef CLASSIFY_LEARNED_H
#define CLASSIFY_LEARNED_H

#include "base/text/words.h"

/* Labels that a wording can speak for, against neutral. */
enum lean { LEAN_EASING, LEAN_TIGHTENING, LEAN_MIXED, LEANS };

/* Of one language: immutable once its rules are compiled. */
struct learned;

/* `stemmer` is a name that libstemmer knows, or NULL. */
struct learned *learned_new(const char *stemmer);
void learned_free(struct learned *l);
void learned_relevance(struct learned *l, struct str word, double weight);
/* Of a word or a pair, parted by a space or by PAIR_GAP; in a title this weight is
 * added to that anywhere.  -1 where `words` are neither. */
int learned_wording(struct learned *l, struct str words, bool title,
    enum lean lean, double weight);
/* Has any weight of a wording been given? */
bool learned_speaks(const struct learned *l);

/* What one thread remembers of words, and the words of one article. */
struct recall;

struct recall *recall_new(const struct learned *l);
void recall_free(struct recall *r);
/* From now on the article with this title, of whose text what ends before byte
 * `head` counts. */
void recall_read(struct recall *r, const struct words *title,
    const struct words *text, size_t head);
/* The logit that the article is about policy. */
double recall_relevance(const struct recall *r);
/* What sums of weights are divided by. */
double recall_spread(const struct recall *r);
/* The logits of the labels against neutral. */
void recall_wording(struct recall *r, double logits[LEANS]);

/* A sentence, and how much it speaks for a label; 0: none does. */
struct spoken {
	bool		in_title;
	size_t		sentence;	/* of its field */
	double		weight;
};

/* The sentence that speaks most for `lean`; if `against`, more than for the other
 * direction. */
struct spoken recall_proof(const struct recall *r, enum lean lean, bool against);

#endif
