/*
 * A lexicon knows every word and phrase that the rules of one language name.
 * A reader (reader.h) marks where they lie in a text.
 *
 * Each distinct form a rule names (a stem, a raw form, a wildcard) is a symbol;
 * a word of the text that no rule names has none and costs one look-up.  The
 * phrases are paths of symbols in one trie, which is tried only where a word
 * begins one.  So the cost hardly grows with the number of rules:
 *
 *	"lift the ban"		lift -> the -> ban
 *	"lift|ease ..2 ban"	one symbol for both verbs, then up to two words
 *
 * A lexicon never changes once it is sealed.
 */
#ifndef CLASSIFY_LEXICON_H
#define CLASSIFY_LEXICON_H

#include <stdint.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/text/words.h"

#define COUNT(array)	(sizeof(array) / sizeof(*(array)))

struct lexicon;

/* Signs of classes, a bit for each: where a class has one that a mark lacks, the
 * mark is not of it.  There are fewer than classes, and some have none. */
#ifdef __SIZEOF_INT128__
__extension__ typedef unsigned __int128 class_signs;
#else
typedef uint64_t class_signs;
#endif
#define SIGN_COUNT	(8 * (unsigned)sizeof(class_signs))

/* Tokens first..end-1 are phrase number `phrase`. */
struct mark {
	uint32_t	first, end;
	uint32_t	phrase;
	uint32_t	flags;		/* of the phrase: lexicon_flag() */
	class_signs	signs;		/* of its classes */
	class_signs	needs;		/* signs that its use asks for */
};

struct marks {
	struct mark	*v;
	size_t		 n, cap;
};

/* Without `stemmer` (NULL) every form is raw. */
struct lexicon *lexicon_new(const char *stemmer, struct err *err);
void lexicon_free(struct lexicon *lex);

/* Let `~name` stand for this word too. */
void lexicon_family(struct lexicon *lex, struct str name, struct str word);
/* Let `word` be a number with this value. */
void lexicon_numeral(struct lexicon *lex, struct str word, double value);
/* Let `word` behind a number multiply it: million. */
void lexicon_multiple(struct lexicon *lex, struct str word, double value);
/* Add the phrase written `text` to class `class`.  `quoted`: spaces part its
 * words; else it is one word.  -1 with the reason; its column is the place in
 * `text`, from 1, or 0 for all of it. */
int lexicon_add(struct lexicon *lex, struct str text, uint16_t class,
    struct err *err);
/* All marks of `class` are marks of `into` too. */
void lexicon_include(struct lexicon *lex, uint16_t class, uint16_t into);
/* Beside the bits of a class: its words leave marks all the same. */
#define BITS_AND_MARK	0x8000u

/* No more additions; closes the includes.  A class with bits here is one of
 * little words: a phrase whose classes all have some leaves no mark and only
 * sets the bits of its tokens. */
void lexicon_seal(struct lexicon *lex, const uint16_t *class_bits);

/* Let marks of the phrase carry these, whose meaning is the caller's. */
void lexicon_flag(struct lexicon *lex, uint32_t phrase, uint32_t flags,
    class_signs signs, class_signs needs, class_signs asks);
/* The classes that a phrase belongs to. */
const uint16_t *phrase_classes(const struct lexicon *lex, uint32_t phrase,
    size_t *count);
/* Was the phrase's first number the new one ("to #2 from #1")? */
bool phrase_swapped(const struct lexicon *lex, uint32_t phrase);
/* Does it have the old number only: "it was #1"? */
bool phrase_lone(const struct lexicon *lex, uint32_t phrase);
/* Does the phrase have a gap, where other words can stand? */
bool phrase_gapped(const struct lexicon *lex, uint32_t phrase);
/* The phrase as a rule file writes it. */
struct str phrase_text(const struct lexicon *lex, uint32_t phrase);
size_t lexicon_phrases(const struct lexicon *lex);

#endif
