/*
 * A reader finds the words and phrases of a lexicon in texts: one thread's
 * storage over an immutable lexicon.
 *
 * What it found out about a word it keeps in a memo, which the readers of all
 * languages of a thread share.  A word of the text that no rule names costs one
 * look-up there.
 */
#ifndef CLASSIFY_READER_H
#define CLASSIFY_READER_H

#include "base/text/sieve.h"
#include "classify/lexicon.h"

/* Words and what is known of them, by their very bytes.  Of fixed size: a new
 * word takes the place of one not met for long. */
struct memo;
struct reader;

struct memo *memo_new(void);
void memo_free(struct memo *memo);

/* `tag` tells this reader's words from those of other languages in `memo`, which
 * must outlive it. */
struct reader *reader_new(const struct lexicon *lex, struct memo *memo,
    uint8_t tag);
void reader_free(struct reader *r);

/* Words behind the last one that are looked at together with it: gaps of a phrase
 * are at most so wide. */
#define READING_SPARE	48

/* What was read: valid until reader_make_room(). */
struct reading {
	uint32_t	*known;		/* by token: what is known of its word; */
					/* READING_SPARE more are nothing */
	uint32_t	*starts;	/* tokens that may begin a phrase */
	size_t		 count;		/* of those; one more is behind the */
					/* last token */
	size_t		 cap;
};

/* Forget words when there are too many; nothing may be read and not yet used. */
void reader_make_room(struct reader *r);
/* Cut `text`, which must outlive the result, into words; find what is known of
 * each, and the bits of each token.  `bits` has room for text.n + 1, for no token
 * is empty. */
void reader_read(struct reader *r, struct str text, struct words *w,
    struct reading *to, uint16_t *bits);
/* The same of only those words that rules may name, by their heads (base/text/
 * sieve.h), without sentences and bits. */
void reader_skim(struct reader *r, const struct heads *heads, struct str text,
    struct words *w, struct reading *to);
void reading_release(struct reading *reading);
/* The value of token `i`, written in digits or as a numeral, and multiplied by
 * the word behind it where that is a multiple: *multiplied. */
bool reader_number(struct reader *r, const struct words *w, size_t i,
    double *value, double *multiplied);

#endif
