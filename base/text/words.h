/*
 * Words and sentences of a text, as offsets into its bytes.
 *
 * A token is a word, a number, or a punctuation mark that can end a clause.
 * Hyphens and slashes part words and leave no token, unless spaces on both sides
 * make a hyphen a dash; an apostrophe stays inside
 * a word ("China's", "didn't") unless three letters follow it, as in French and
 * Italian elisions ("l'" "embargo").  A Han or kana character is a token of its
 * own, so that a phrase in a rule file and in a text are cut alike.
 *
 * The text must be well-formed UTF-8.  A struct words is storage that is used
 * again for each text.
 */
#ifndef BASE_TEXT_WORDS_H
#define BASE_TEXT_WORDS_H

#include <stdint.h>

#include "base/str.h"

enum token_kind {		/* the class of its first letter */
	TOKEN_WORD = 1,
	TOKEN_NUMBER,		/* digits, with decimal point, commas and % */
	TOKEN_MARK,		/* , ; : ( ) . ! ? and their kin */
	TOKEN_QUOTE
};

struct token {
	uint32_t	start, end;	/* bytes, half open */
	uint8_t		kind;
};

/* Tokens first..end-1; paragraphs are parted by a blank line. */
struct sentence {
	uint32_t	first, end;
	uint32_t	paragraph;
};

struct words {
	struct str	 text;
	struct token	*tokens;
	size_t		 count, cap;
	struct sentence	*sentences;
	size_t		 sentence_count, sentence_cap;
};

#define WORDS_INIT	((struct words){ .tokens = NULL })

/* Cut `text`, which must outlive the result. */
void words_split(struct words *w, struct str text);
void words_release(struct words *w);

static inline struct str
token_str(const struct words *w, size_t i)
{
	return (struct str){ w->text.p + w->tokens[i].start,
	    w->tokens[i].end - w->tokens[i].start };
}

/*
 * The same in rounds of some ROUND tokens, for those who look each one up:
 * splitter_start(), then splitter_round() until it is false.  Of the tokens of
 * the last round, words->tokens[fresh..words->count-1], it has the keys: the
 * token's bytes padded with zeros, and the tag; of those of KEY_SIZE or more bytes
 * only the tag.  `line` is the place of the key in a table of cache lines; if the
 * caller has one at `lines`, those of the round are on their way into the cache.
 */
#define ROUND		128
#define BLOCK		64	/* bytes that are looked at at once */
#define ROUND_MAX	(ROUND + BLOCK)
#define KEY_SIZE	16
#ifdef STANCE_TINY
#define LINES_BITS	2
#else
#define LINES_BITS	16
#endif
#define LINE		64	/* bytes */

struct word_key {
	_Alignas(KEY_SIZE) uint64_t v[KEY_SIZE / 8];
};

struct lookup {
	struct word_key	 key;
	uint32_t	 line;		/* offset in 2^LINES_BITS of them */
};

struct heads;

/* Words of some blocks that may be named. */
#define STRETCH		16		/* blocks, */
#define STRETCH_WORDS	(STRETCH * BLOCK / 2 + 8) /* and more than they have */
struct stretch {
	size_t		 start;		/* where it begins */
	const char	*bytes;
	size_t		 next, count;	/* of those found */
	uint16_t	 found[STRETCH_WORDS];
};

struct splitter {
	struct words	*words;
	size_t		 fresh;
	struct lookup	 lookups[ROUND_MAX];
	struct word_key	 tag;		/* the caller's, zeros but the last byte */
	const char	*lines;		/* the caller's */
	/* private: */
	size_t		 at;		/* what is left begins here */
	size_t		 closing;	/* to here marks close the sentence */
	size_t		 line;		/* where it began */
	size_t		 opened, opening; /* from there to here no letter stands */
	size_t		 parting;	/* the last mark between, or SIZE_MAX */
	uint32_t	 first;		/* token of the sentence */
	uint32_t	 paragraph;
	uint32_t	 bracket;	/* token that opened one, or 0 */
	size_t		 block, end;	/* the bytes at hand */
	const char	*bytes;		/* KEY_SIZE more can be read */
	uint64_t	 starts, behind, points, odd; /* its masks */
	char		 last[BLOCK + KEY_SIZE];
	struct stretch	 stretch;
};

void splitter_start(struct splitter *sp, struct words *w, struct str text);
/* False when no token is left. */
bool splitter_round(struct splitter *sp);
/* A round of only those tokens whose words may be named, by their heads (sieve.h),
 * and some that are none: parts of words, or the same once more.  There are no
 * marks, quotation marks and sentences.  Not to be mixed with splitter_round(). */
bool splitter_skim(struct splitter *sp, const struct heads *heads);

/* A Han or kana character, a word of its own. */
static inline bool
is_ideograph(uint32_t cp)
{
	return (cp >= 0x3040 && cp <= 0x30ff) || (cp >= 0x3400 && cp <= 0x9fff) ||
	    (cp >= 0xf900 && cp <= 0xfaff) || (cp >= 0x20000 && cp <= 0x3ffff);
}

/* Longest folded token; what is longer is no word of any language here. */
#define WORD_MAX	96

/* The byte offset of character number `n` as a reader counts: a letter with its
 * accents is one, composed or not, and a CR is none.  s.n where there are
 * fewer.  So NFC and NFD, LF and CRLF, are counted alike. */
size_t visible_offset(struct str s, size_t n);

/* Lower case, NFC, U+2019 as an apostrophe: the form that stemmers and rules
 * compare.  Returns its length in `to`, which has room for WORD_MAX bytes, or 0
 * for a token that is too long. */
size_t word_fold(struct str token, char *to);
/* The same with its case as it is. */
size_t word_compose(struct str token, char *to);
/* Is the word in capitals, two at least, and none of its letters small? */
bool word_shouts(struct str token);
/* Is the text, as far as its first lines tell, in capitals, so that its case tells
 * nothing?  "HANOI (Agency) - Vietnam" is not. */
bool text_shouts(struct str text);

/* The number a token stands for: 1,250.5 and 1.250,5 and 5% and 25.  False for
 * a token that is no number. */
bool word_number(struct str token, double *value);

#endif
