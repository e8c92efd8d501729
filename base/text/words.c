/*
 * Most of a text is plain: words of ASCII letters with spaces between them.
 * Those are taken from masks of a block of bytes, one bit a byte, in a loop that
 * asks nothing of a word:
 *
 *	text	The ban, which the U.S. im
 *	letters	1110111001111101110100 ...
 *	spaces	0001000010000010001000 ...
 *
 * What is neither letter nor space is odd: here the comma and the points.  The
 * words before it are taken at once, then it is looked at by itself.
 */
#include <assert.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif
#include <stdlib.h>

#include "base/mem.h"
#include "base/text/letter.h"
#include "base/text/sentence.h"

#if defined(__SSE2__) && !defined(STANCE_PORTABLE)
#define SIMD
#endif

/* The first bytes of 8, as the machine has them in a number. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define FIRST(n)	(~0ULL >> (64 - 8 * (n)))
#else
#define FIRST(n)	(~0ULL << (64 - 8 * (n)))
#endif

/* What of KEY_SIZE bytes is of a word of so many. */
static const struct word_key keep[KEY_SIZE] = {
	{ { 0, 0 } }, { { FIRST(1), 0 } }, { { FIRST(2), 0 } },
	{ { FIRST(3), 0 } }, { { FIRST(4), 0 } }, { { FIRST(5), 0 } },
	{ { FIRST(6), 0 } }, { { FIRST(7), 0 } }, { { FIRST(8), 0 } },
	{ { FIRST(8), FIRST(1) } }, { { FIRST(8), FIRST(2) } },
	{ { FIRST(8), FIRST(3) } }, { { FIRST(8), FIRST(4) } },
	{ { FIRST(8), FIRST(5) } }, { { FIRST(8), FIRST(6) } },
	{ { FIRST(8), FIRST(7) } } };

#undef FIRST

static inline uint32_t
hash_of(uint64_t sum)
{
	return (uint32_t)(sum * 0x9e3779b97f4a7c15u >> (64 - HASH_BITS));
}

struct masks {
	uint64_t	letters;	/* A to Z, a to z */
	uint64_t	odd;		/* neither letter nor space */
};

#ifdef SIMD
/* The key of the word of `n` bytes at p, where KEY_SIZE can be read, and its
 * hash. */
static inline uint32_t
make_key(const char *p, size_t n, const struct word_key *tag,
    struct word_key *key)
{
	__m128i k = _mm_loadu_si128((const __m128i *)(const void *)p);

	k = _mm_and_si128(k, _mm_load_si128((const __m128i *)&keep[n]));
	k = _mm_or_si128(k, _mm_load_si128((const __m128i *)tag));
	_mm_store_si128((__m128i *)key, k);
	k = _mm_add_epi64(k, _mm_shuffle_epi32(k, _MM_SHUFFLE(1, 0, 3, 2)));
	return hash_of((uint64_t)_mm_cvtsi128_si64(k));
}

static inline uint64_t
bits_of(__m128i bytes, unsigned shift)
{
	return (uint64_t)(unsigned)_mm_movemask_epi8(bytes) << shift;
}

static inline struct masks
masks_of(const char *p)
{
	uint64_t letters = 0, spaces = 0;

	for (unsigned i = 0; i < BLOCK; i += 16) {
		__m128i c = _mm_loadu_si128((const __m128i *)(const void *)
		    (p + i));
		/* 'a' becomes the least of all signed bytes */
		__m128i lower = _mm_sub_epi8(_mm_or_si128(c,
		    _mm_set1_epi8(0x20)), _mm_set1_epi8((char)('a' + 128)));

		letters |= bits_of(_mm_cmplt_epi8(lower,
		    _mm_set1_epi8(-128 + 26)), i);
		spaces |= bits_of(_mm_cmpeq_epi8(c, _mm_set1_epi8(' ')), i);
	}
	return (struct masks){ letters, ~(letters | spaces) };
}
#else
static inline uint32_t
make_key(const char *p, size_t n, const struct word_key *tag,
    struct word_key *key)
{
	memcpy(key, p, KEY_SIZE);
	for (int i = 0; i < 2; i++)
		key->v[i] = (key->v[i] & keep[n].v[i]) | tag->v[i];
	return hash_of(key->v[0] + key->v[1]);
}

static inline struct masks
masks_of(const char *p)
{
	struct masks m = { 0, 0 };

	for (unsigned i = 0; i < BLOCK; i++) {
		m.letters |= (uint64_t)is_alpha(p[i]) << i;
		m.odd |= (uint64_t)(!is_alpha(p[i]) && p[i] != ' ') << i;
	}
	return m;
}
#endif

/* No word has the key of one that is too long. */
static inline uint32_t
make_long_key(struct word_key *key)
{
	key->v[0] = key->v[1] = UINT64_MAX;
	return 0;
}

static void
add_token(struct splitter *sp, size_t start, size_t end, enum token_kind kind)
{
	struct words *w = sp->words;
	size_t i = w->count - sp->fresh, n = end - start;
	const char *p = w->text.p + start;
	char last[KEY_SIZE] = { 0 };

	assert(w->count < w->cap && i < ROUND_MAX);
	if (n >= KEY_SIZE) {
		sp->hashes[i] = make_long_key(&sp->keys[i]);
	} else {
		if (start + KEY_SIZE > w->text.n)
			p = memcpy(last, p, n);
		sp->hashes[i] = make_key(p, n, &sp->tag, &sp->keys[i]);
	}
	w->tokens[w->count++] = (struct token){ (uint32_t)start, (uint32_t)end,
	    (uint8_t)kind };
}

/* One token for each run of letters in the block, none of which it cuts. */
static inline void
add_plain(struct splitter *sp, uint64_t letters)
{
	uint64_t starts = letters & ~(letters << 1);
	uint64_t behind = ~letters & letters << 1;
	const char *p = sp->bytes;
	uint32_t block = (uint32_t)sp->block;
	size_t i = sp->words->count - sp->fresh;
	struct token *t = sp->words->tokens + sp->words->count;
	struct word_key *key = sp->keys + i, tag = sp->tag;
	uint32_t *hash = sp->hashes + i;

	for (; starts != 0; t++, key++, hash++) {
		unsigned start = (unsigned)__builtin_ctzll(starts);
		unsigned end = (unsigned)__builtin_ctzll(behind);

		starts &= starts - 1;
		behind &= behind - 1;
		t->start = block + start;
		t->end = block + end;
		t->kind = TOKEN_WORD;
		*hash = end - start < KEY_SIZE ?
		    make_key(p + start, end - start, &tag, key) :
		    make_long_key(key);
	}
	sp->words->count = (size_t)(t - sp->words->tokens);
}

/* Look at the block at sp->at.  Near the end of the text it is a copy, with NULs
 * behind it, so that there is always a key to read. */
static void
load_block(struct splitter *sp)
{
	struct str left = str_from(sp->words->text, sp->at);
	struct masks m;

	sp->block = sp->at;
	sp->end = sp->at + BLOCK;
	sp->bytes = left.p;
	if (left.n < sizeof(sp->last)) {
		memset(sp->last, 0, sizeof(sp->last));
		sp->bytes = memcpy(sp->last, left.p, left.n);
	}
	m = masks_of(sp->bytes);
	sp->letters = m.letters;
	sp->odd = m.odd;
}

/* Letters in a row from `at`, counted up to `most`; accents do not count. */
static unsigned
letters_from(struct str s, size_t at, unsigned most)
{
	unsigned len, n = 0;

	while (n < most && at < s.n && letter_of(s, at, &len) == LETTER_WORD) {
		n += !letter_is_joined(s, at);
		at += len;
	}
	return n;
}

/* Is the point at `at` inside an abbreviation such as U.S. or e.g.?  It is when
 * single letters stand before and behind it, or behind the one before. */
static bool
is_inner_point(struct str s, size_t start, size_t at)
{
	size_t run = at;
	unsigned len;

	while (run > start && s.p[run - 1] != '.')
		run--;
	if (run == at || letter_of(s, run, &len) != LETTER_WORD ||
	    letter_skip_joined(s, run + len) != at)
		return false;
	return letters_from(s, at + 1, 2) == 1 ||
	    (run > start && letters_from(s, at + 1, 1) == 0);
}

/* Behind the ASCII letters and digits from `at`. */
static size_t
skip_ascii_word(struct str s, size_t at)
{
	while (at < s.n && (is_alpha(s.p[at]) || is_digit(s.p[at])))
		at++;
	return at;
}

/* The end of the word that begins at `start` and goes on at least to `at`. */
static size_t
word_end(struct str s, size_t start, size_t at)
{
	while (at < s.n) {
		unsigned len;
		enum letter l = letter_of(s, at, &len);

		if (l == LETTER_WORD || l == LETTER_DIGIT) {
			at = skip_ascii_word(s, at + len);
			if (at < s.n && s.p[at] == ' ')
				break;
		} else if (l == LETTER_APOSTROPHE) {
			unsigned after = letters_from(s, at + len, 3);

			if (after == 0)
				break;
			at += len;
			if (after == 3)
				break;	/* l'|embargo */
		} else if (s.p[at] == '.' && is_inner_point(s, start, at)) {
			at += len;
		} else if (s.p[at] == '&' && at > start &&
		    is_alpha(s.p[at - 1]) && letters_from(s, at + 1, 1) == 1) {
			at += len;	/* R&D */
		} else {
			break;
		}
	}
	return at;
}

static size_t
number_end(struct str s, size_t start)
{
	size_t at = start;

	while (at < s.n) {
		unsigned len;

		if (letter_of(s, at, &len) == LETTER_DIGIT)
			at += len;
		else if ((s.p[at] == '.' || s.p[at] == ',') && at + 1 < s.n &&
		    is_digit(s.p[at + 1]))
			at++;
		else
			break;
	}
	return at < s.n && s.p[at] == '%' ? at + 1 : at;
}

static void
end_sentence(struct splitter *sp)
{
	struct words *w = sp->words;

	if (w->count == sp->first)
		return;
	GROW(w->sentences, w->sentence_count, w->sentence_cap);
	w->sentences[w->sentence_count++] = (struct sentence){ sp->first,
	    (uint32_t)w->count, sp->paragraph };
	sp->first = (uint32_t)w->count;
}

/* Is the hyphen at `at` a dash, with a space on both sides? */
static bool
is_dash(struct str s, size_t at)
{
	return at > 0 && s.p[at - 1] == ' ' && at + 1 < s.n &&
	    s.p[at + 1] == ' ';
}

/* Newlines: end the sentence, the paragraph, or nothing. */
static void
take_newlines(struct splitter *sp)
{
	struct str s = sp->words->text;
	size_t next = sp->at, newlines = 0;

	while (next < s.n && is_space(s.p[next]))
		newlines += s.p[next++] == '\n';
	if (newlines > 1) {
		end_sentence(sp);
		sp->paragraph += sp->words->count > 0;
	} else if (line_ends_sentence(sp, next)) {
		end_sentence(sp);
	}
	sp->line = sp->at = next;
}

/* The last token may end the sentence, with what closes it. */
static void
try_end(struct splitter *sp)
{
	size_t end;

	if (!sentence_ends(sp, &end))
		return;
	if (end > sp->at)
		sp->closing = end;
	else
		end_sentence(sp);
}

/* One of the marks that close the sentence that has ended. */
static void
take_closer(struct splitter *sp)
{
	unsigned len;
	enum letter l = letter_of(sp->words->text, sp->at, &len);

	if (l == LETTER_QUOTE || l == LETTER_MARK)
		add_token(sp, sp->at, sp->at + len, l == LETTER_QUOTE ?
		    TOKEN_QUOTE : TOKEN_MARK);
	sp->at += len;
	if (sp->at >= sp->closing)
		end_sentence(sp);
}

static void
take_mark(struct splitter *sp, unsigned len)
{
	size_t at = sp->at;
	char c = sp->words->text.p[at];

	sp->at = at + len;
	if (c == '(')
		sp->bracket = (uint32_t)sp->words->count;
	else if (c == ')')
		sp->bracket = 0;
	add_token(sp, at, sp->at, TOKEN_MARK);
	if (c == '.' || c == '!' || c == '?' || len > 1)
		try_end(sp);
}

/* The word that begins at `start` and goes on at least to `at`. */
static void
take_word(struct splitter *sp, size_t start, size_t at)
{
	sp->at = word_end(sp->words->text, start, at);
	add_token(sp, start, sp->at, TOKEN_WORD);
	if (sp->words->text.p[sp->at - 1] == '.')
		try_end(sp);
}

/* What begins at sp->at, and is no plain word. */
static void
take_odd(struct splitter *sp)
{
	struct str s = sp->words->text;
	size_t start = sp->at;
	unsigned len;

	switch (letter_of(s, start, &len)) {
	case LETTER_WORD:
		if (letter_is_joined(s, start))
			sp->at += len;	/* an accent without a letter */
		else
			take_word(sp, start, start);
		break;
	case LETTER_DIGIT:
		sp->at = number_end(s, start);
		add_token(sp, start, sp->at, TOKEN_NUMBER);
		break;
	case LETTER_IDEOGRAPH:
		sp->at = letter_skip_joined(s, start + len);
		if (!letter_is_joined(s, start))
			add_token(sp, start, sp->at, TOKEN_WORD);
		break;
	case LETTER_MARK:
		take_mark(sp, len);
		break;
	case LETTER_QUOTE:
		sp->at += len;
		add_token(sp, start, sp->at, TOKEN_QUOTE);
		break;
	case LETTER_SPACE:
		if (s.p[start] == '\n') {
			take_newlines(sp);
			break;
		}
		if (s.p[start] == '-' && is_dash(s, start) &&
		    sp->words->count > sp->first)
			add_token(sp, start, start + 1, TOKEN_MARK);
		sp->at += len;
		break;
	case LETTER_APOSTROPHE:
		sp->at += len;
		break;
	}
}

/* Can the odd byte `c` at `at` go on with the plain word before it, which begins
 * at `start`?  A point can behind a single letter only. */
static inline bool
goes_on(char c, size_t start, size_t at)
{
	if (c == '.')
		return at - start == 1;
	return is_digit(c) || c == '\'' || c == '&' || (unsigned char)c >= 0x80;
}

/* Take the plain words from sp->at to the end of the block, or to what is odd
 * and that as well. */
static inline void
take_plain(struct splitter *sp)
{
	uint64_t ahead = ~0ULL << (sp->at - sp->block);
	uint64_t odd = sp->odd & ahead;
	/* all before the first odd byte, or all */
	uint64_t plain = (odd - 1) & ~odd & ahead;
	uint64_t letters = sp->letters & plain, gaps = plain & ~letters;
	unsigned stop = odd ? (unsigned)__builtin_ctzll(odd) : BLOCK, last;
	struct str s = sp->words->text;

	/* where the last word begins, if one touches the odd byte or the end */
	last = gaps ? BLOCK - (unsigned)__builtin_clzll(gaps) :
	    (unsigned)(sp->at - sp->block);
	if (last < stop && (odd == 0 || (sp->block + stop < s.n &&
	    goes_on(s.p[sp->block + stop], last, stop)))) {
		add_plain(sp, letters & ((1ULL << last) - 1));
		sp->at = sp->block + last;
		if (odd != 0)
			take_word(sp, sp->at, sp->block + stop);
		else if (last == 0)	/* longer than the block */
			take_word(sp, sp->at, sp->at + BLOCK);
		else
			sp->end = 0;
		return;
	}
	add_plain(sp, letters);
	sp->at = sp->block + stop;
	if (odd != 0 && sp->at < s.n)
		take_odd(sp);
}

void
splitter_start(struct splitter *sp, struct words *w, struct str text)
{
	assert(text.n <= UINT32_MAX);
	w->text = text;
	w->count = w->sentence_count = 0;
	sp->words = w;
	sp->at = sp->line = sp->closing = 0;
	sp->first = sp->paragraph = sp->bracket = 0;
	sp->end = 0;
}

bool
splitter_round(struct splitter *sp)
{
	struct words *w = sp->words;

	sp->fresh = w->count;
	if (w->cap < w->count + ROUND_MAX) {
		w->cap = w->cap ? 2 * w->cap : 2 * ROUND_MAX;
		w->tokens = xreallocarray(w->tokens, w->cap,
		    sizeof(*w->tokens));
	}
	while (sp->at < w->text.n && w->count - sp->fresh < ROUND) {
		if (sp->at < sp->closing) {
			take_closer(sp);
			continue;
		}
		if (sp->at >= sp->end)
			load_block(sp);
		take_plain(sp);
	}
	if (sp->at == w->text.n)
		end_sentence(sp);
	return w->count > sp->fresh;
}

void
words_split(struct words *w, struct str text)
{
	struct splitter sp = { .words = w };

	splitter_start(&sp, w, text);
	while (splitter_round(&sp))
		;
}

void
words_release(struct words *w)
{
	free(w->tokens);
	free(w->sentences);
	*w = WORDS_INIT;
}
