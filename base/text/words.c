/*
 * Most of a text is plain: words of ASCII letters with spaces between them, points
 * and commas.  Those are taken from masks of a block of bytes, one bit a byte, in a
 * loop that asks nothing of a word:
 *
 *	text	The ban, which 5 states
 *	letters	11101110011111000111111
 *	points	00000001000000000000000
 *	odd	00000000000000010000000
 *
 * What is none of these is odd.  The words before it are taken at once, then it is
 * looked at by itself.  A sentence can end only at a few marks and at newlines.
 */
#include <assert.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif
#include <stdlib.h>

#include "base/mem.h"
#include "base/text/letter.h"
#include "base/text/sentence.h"
#include "base/text/sieve.h"

#if defined(__SSE2__) && !defined(STANCE_PORTABLE)
#define SIMD
#endif

/* The first bytes of 8, as the machine has them in a number. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define FIRST(n)	(~0ULL >> (64 - 8 * (n)))
#else
#define FIRST(n)	(~0ULL << (64 - 8 * (n)))
#endif

/* What the loop over words asks, all at one place. */
static const struct {
	struct word_key	keep[BLOCK];	/* what of the key is the word's */
	uint64_t	factor;
} table = {
	{ { { 0, 0 } }, { { FIRST(1), 0 } }, { { FIRST(2), 0 } },
	{ { FIRST(3), 0 } }, { { FIRST(4), 0 } }, { { FIRST(5), 0 } },
	{ { FIRST(6), 0 } }, { { FIRST(7), 0 } }, { { FIRST(8), 0 } },
	{ { FIRST(8), FIRST(1) } }, { { FIRST(8), FIRST(2) } },
	{ { FIRST(8), FIRST(3) } }, { { FIRST(8), FIRST(4) } },
	{ { FIRST(8), FIRST(5) } }, { { FIRST(8), FIRST(6) } },
	{ { FIRST(8), FIRST(7) } } },
	0x9e3779b97f4a7c15u
};

#undef FIRST

_Static_assert((int)TOKEN_WORD == LETTER_WORD &&
    (int)TOKEN_NUMBER == LETTER_DIGIT && (int)TOKEN_MARK == LETTER_MARK &&
    (int)TOKEN_QUOTE == LETTER_QUOTE, "a token's kind is its first letter's");

/* The line of a key whose halves add up to `sum`, and fetch it. */
static inline uint32_t
line_of(uint64_t sum, const char *lines)
{
	uint64_t line = (sum * table.factor >> (64 - LINES_BITS)) * LINE;

	__builtin_prefetch((const char *)((uintptr_t)lines + line));
	return (uint32_t)line;
}

struct masks {
	uint64_t	letters;	/* A to Z, a to z */
	uint64_t	points;		/* and commas */
	uint64_t	spaces;
};

#ifdef SIMD
/* Of the word of `n` bytes at p, where KEY_SIZE can be read. */
static inline void
make_lookup(struct lookup *l, const char *p, size_t n,
    const struct word_key *tag, const char *lines)
{
	__m128i k = _mm_loadu_si128((const __m128i *)(const void *)p);

	k = _mm_and_si128(k, _mm_load_si128((const __m128i *)&table.keep[n]));
	k = _mm_or_si128(k, _mm_load_si128((const __m128i *)tag));
	_mm_store_si128((__m128i *)&l->key, k);
	k = _mm_add_epi64(k, _mm_shuffle_epi32(k, _MM_SHUFFLE(1, 0, 3, 2)));
	l->line = line_of((uint64_t)_mm_cvtsi128_si64(k), lines);
}

/* Which of the 16 bytes are letters? */
static inline __m128i
letters_among(__m128i c)
{
	/* 'z' becomes the greatest of all signed bytes */
	return _mm_cmpgt_epi8(_mm_add_epi8(_mm_or_si128(c,
	    _mm_set1_epi8(0x20)), _mm_set1_epi8(127 - 'z')),
	    _mm_set1_epi8(127 - 26));
}

/* The same of the 16 bytes at p. */
static inline struct masks
part_of(const char *p)
{
	__m128i c = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i letters = letters_among(c);
	/* the two differ in one bit */
	__m128i points = _mm_cmpeq_epi8(_mm_and_si128(c,
	    _mm_set1_epi8(~('.' ^ ','))), _mm_set1_epi8('.' & ','));
	__m128i spaces = _mm_cmpeq_epi8(c, _mm_set1_epi8(' '));

	return (struct masks){ (unsigned)_mm_movemask_epi8(letters),
	    (unsigned)_mm_movemask_epi8(points),
	    (unsigned)_mm_movemask_epi8(spaces) };
}

static inline uint64_t
joined(uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	return (a | b << 16) | (c | d << 16) << 32;
}

static inline struct masks
masks_of(const char *p)
{
	struct masks a = part_of(p), b = part_of(p + 16),
	    c = part_of(p + 32), d = part_of(p + 48);

	return (struct masks){
	    joined(a.letters, b.letters, c.letters, d.letters),
	    joined(a.points, b.points, c.points, d.points),
	    joined(a.spaces, b.spaces, c.spaces, d.spaces) };
}

/* The letters among the 64 bytes at p, and in *high those that are not ASCII. */
static inline uint64_t
letters_of(const char *p, uint64_t *high)
{
	__m128i a = _mm_loadu_si128((const __m128i *)(const void *)p),
	    b = _mm_loadu_si128((const __m128i *)(const void *)(p + 16)),
	    c = _mm_loadu_si128((const __m128i *)(const void *)(p + 32)),
	    d = _mm_loadu_si128((const __m128i *)(const void *)(p + 48));

	*high = 0;
	if (_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(a, b),
	    _mm_or_si128(c, d))) != 0)
		*high = joined((unsigned)_mm_movemask_epi8(a),
		    (unsigned)_mm_movemask_epi8(b),
		    (unsigned)_mm_movemask_epi8(c),
		    (unsigned)_mm_movemask_epi8(d));
	return joined((unsigned)_mm_movemask_epi8(letters_among(a)),
	    (unsigned)_mm_movemask_epi8(letters_among(b)),
	    (unsigned)_mm_movemask_epi8(letters_among(c)),
	    (unsigned)_mm_movemask_epi8(letters_among(d)));
}

/* How many of the KEY_SIZE bytes at p are letters before the first that is none? */
static inline unsigned
leading_letters(const char *p)
{
	return (unsigned)__builtin_ctz(~(unsigned)_mm_movemask_epi8(
	    letters_among(_mm_loadu_si128((const __m128i *)(const void *)p))));
}
#else
static inline void
make_lookup(struct lookup *l, const char *p, size_t n,
    const struct word_key *tag, const char *lines)
{
	memcpy(&l->key, p, KEY_SIZE);
	for (int i = 0; i < 2; i++)
		l->key.v[i] = (l->key.v[i] & table.keep[n].v[i]) | tag->v[i];
	l->line = line_of(l->key.v[0] + l->key.v[1], lines);
}

static inline struct masks
masks_of(const char *p)
{
	struct masks m = { 0, 0, 0 };

	for (unsigned i = 0; i < BLOCK; i++) {
		m.letters |= (uint64_t)is_alpha(p[i]) << i;
		m.points |= (uint64_t)(p[i] == '.' || p[i] == ',') << i;
		m.spaces |= (uint64_t)(p[i] == ' ') << i;
	}
	return m;
}

static inline uint64_t
letters_of(const char *p, uint64_t *high)
{
	uint64_t letters = 0;

	*high = 0;
	for (unsigned i = 0; i < BLOCK; i++) {
		letters |= (uint64_t)is_alpha(p[i]) << i;
		*high |= (uint64_t)((unsigned char)p[i] >= 0x80) << i;
	}
	return letters;
}

static inline unsigned
leading_letters(const char *p)
{
	unsigned n = 0;

	while (n < KEY_SIZE && is_alpha(p[n]))
		n++;
	return n;
}
#endif

static void
add_token(struct splitter *sp, size_t start, size_t end, enum token_kind kind)
{
	struct words *w = sp->words;
	size_t i = w->count - sp->fresh, n = end - start;
	const char *p = w->text.p + start;
	char last[KEY_SIZE] = { 0 };

	assert(w->count < w->cap && i < ROUND_MAX);
	if (start + KEY_SIZE > w->text.n)
		p = memcpy(last, p, w->text.n - start);
	make_lookup(&sp->lookups[i], p, n < KEY_SIZE ? n : KEY_SIZE,
	    &sp->tag, sp->lines);
	w->tokens[w->count++] = (struct token){ (uint32_t)start, (uint32_t)end,
	    (uint8_t)kind };
}

/* One token for each start in the block, to the bit of `behind` that belongs to
 * it; those of points are marks only later. */
static inline void
add_plain(struct splitter *sp, uint64_t starts, uint64_t behind)
{
	struct words *w = sp->words;
	struct token *t = w->tokens + w->count;
	struct lookup *l = sp->lookups + (w->count - sp->fresh);
	struct word_key tag = sp->tag;
	const char *lines = sp->lines;
	uint32_t block = (uint32_t)sp->block;
	/* where the text would begin, of whose end there may be a copy */
	uintptr_t text = (uintptr_t)sp->bytes - block;

	for (; starts != 0; starts &= starts - 1, t++, l++) {
		unsigned start = (unsigned)__builtin_ctzll(starts);
		unsigned end = (unsigned)__builtin_ctzll(behind);

		behind &= behind - 1;
		t->start = block + start;
		t->end = block + end;
		t->kind = TOKEN_WORD;
		make_lookup(l, (const char *)(text + (block + start)),
		    end - start, &tag, lines);
	}
	w->count = sp->fresh + (size_t)(l - sp->lookups);
}

/* Look at the block at sp->at, up to a word that it cuts.  Near the end of the
 * text it is a copy with NULs behind it, so that there is always a key to read. */
static inline void
load_block(struct splitter *sp)
{
	struct str s = sp->words->text;
	size_t left = s.n - sp->at;
	struct masks m;
	uint64_t single, others;

	sp->bytes = s.p + sp->at;
	if (left < sizeof(sp->last)) {
		memset(sp->last, 0, sizeof(sp->last));
		sp->bytes = memcpy(sp->last, sp->bytes, left);
	}
	m = masks_of(sp->bytes);
	others = ~m.letters;
	sp->block = sp->at;
	sp->end = sp->at + (others ? BLOCK - (unsigned)__builtin_clzll(others) :
	    0);
	/* a point behind a single letter may be inside a word, and the last bit
	 * has none behind it to say where a token ends */
	single = m.letters << 1 & ~(m.letters << 2);
	sp->points = m.points & ~single & ~(1ULL << (BLOCK - 1));
	sp->odd = ~(m.letters | sp->points | m.spaces);
	if (sp->end < sp->block + BLOCK)
		m.letters &= (1ULL << (sp->end - sp->block)) - 1;
	if (sp->end > s.n)
		sp->end = s.n;
	sp->starts = (m.letters & ~(m.letters << 1)) | sp->points;
	sp->behind = (~m.letters & m.letters << 1) | sp->points << 1;
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

/* The sentence ends before token number `end`. */
static void
end_sentence(struct splitter *sp, size_t end)
{
	struct words *w = sp->words;

	if (end == sp->first)
		return;
	GROW(w->sentences, w->sentence_count, w->sentence_cap);
	w->sentences[w->sentence_count++] = (struct sentence){ sp->first,
	    (uint32_t)end, sp->paragraph };
	sp->first = (uint32_t)end;
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
		end_sentence(sp, sp->words->count);
		sp->paragraph += sp->words->count > 0;
	} else if (line_ends_sentence(sp, next)) {
		end_sentence(sp, sp->words->count);
	}
	sp->line = sp->at = next;
}

/* Token number `i` may end the sentence, with what closes it. */
static inline void
try_end(struct splitter *sp, size_t i)
{
	size_t end;

	if (!sentence_ends(sp, i, &end))
		return;
	if (end > sp->words->tokens[i].end)
		sp->closing = end;
	else
		end_sentence(sp, i + 1);
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
		end_sentence(sp, sp->words->count);
}

/* Is it worth asking whether the mark at p ends a sentence?  Of those that begin
 * as the dashes do only an ellipsis can. */
static inline bool
may_end(const char *p, unsigned len)
{
	return *p == '.' || *p == '!' || *p == '?' ||
	    (len > 1 && (*p != '\xe2' || p[len - 1] == '\xa6'));
}

static inline void
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
	if (may_end(sp->words->text.p + at, len))
		try_end(sp, sp->words->count - 1);
}

static void
take_word(struct splitter *sp, size_t start, size_t end)
{
	sp->at = end;
	add_token(sp, start, end, TOKEN_WORD);
	if (sp->words->text.p[end - 1] == '.')
		try_end(sp, sp->words->count - 1);
}

/* Can the odd byte go on with a plain word before it? */
static inline bool
goes_on(char c)
{
	return c == '.' || is_digit(c) || c == '\'' || c == '&' ||
	    (unsigned char)c >= 0x80;
}

/* Is the last token a plain word that what is at sp->at goes on with?  Then it
 * is made longer. */
static inline bool
take_rest(struct splitter *sp)
{
	struct words *w = sp->words;
	size_t start, end;

	if (!goes_on(w->text.p[sp->at]) || w->count == sp->fresh ||
	    w->tokens[w->count - 1].end != sp->at ||
	    !is_alpha(w->text.p[sp->at - 1]))
		return false;
	start = w->tokens[w->count - 1].start;
	end = word_end(w->text, start, sp->at);
	if (end == sp->at)
		return false;
	w->count--;
	take_word(sp, start, end);
	return true;
}

/* What begins at sp->at, and is not plain. */
static void
take_odd(struct splitter *sp)
{
	struct str s = sp->words->text;
	size_t start = sp->at;
	unsigned len;

	if (start < sp->closing) {
		take_closer(sp);
		return;
	}
	if (take_rest(sp))
		return;
	switch (letter_of(s, start, &len)) {
	case LETTER_WORD:
		if (letter_is_joined(s, start))
			sp->at += len;	/* an accent without a letter */
		else
			take_word(sp, start, word_end(s, start, start));
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

/* The points of the block, whose tokens were the last to be added. */
static inline void
take_points(struct splitter *sp, uint64_t points)
{
	struct token *tokens = sp->words->tokens;
	size_t i = sp->words->count;

	for (; points != 0; points &= points - 1) {
		unsigned bit = (unsigned)__builtin_ctzll(points);

		while (tokens[i - 1].start != sp->block + bit)
			i--;
		tokens[i - 1].kind = TOKEN_MARK;
		if (sp->bytes[bit] == '.')
			try_end(sp, i - 1);
		i = sp->words->count;
	}
}

/* Take the rest of the block. */
static inline void
take_block(struct splitter *sp)
{
	do {
		uint64_t ahead = ~0ULL << (sp->at - sp->block);
		uint64_t odd = sp->odd & ahead;
		/* all before the first odd byte, or all */
		uint64_t plain = (odd - 1) & ~odd & ahead;
		uint64_t points = sp->points & plain;

		add_plain(sp, sp->starts & plain, sp->behind & ahead << 1);
		sp->at = odd ? sp->block + (unsigned)__builtin_ctzll(odd) :
		    sp->end;
		if (points != 0)
			take_points(sp, points);
		if (sp->at < sp->end)
			take_odd(sp);
	} while (sp->at < sp->end);
}

void
splitter_start(struct splitter *sp, struct words *w, struct str text)
{
	assert(text.n <= UINT32_MAX);
	w->text = text;
	w->count = w->sentence_count = 0;
	sp->words = w;
	sp->at = sp->line = sp->closing = 0;
	sp->opened = sp->opening = 0;
	sp->first = sp->paragraph = sp->bracket = 0;
	sp->end = 0;
	sp->stretch.next = sp->stretch.count = 0;
}

/* Begin a round, with room for its tokens. */
static void
begin_round(struct splitter *sp)
{
	struct words *w = sp->words;

	sp->fresh = w->count;
	if (w->cap < w->count + ROUND_MAX) {
		w->cap = w->cap ? 2 * w->cap : 2 * ROUND_MAX;
		w->tokens = xreallocarray(w->tokens, w->cap,
		    sizeof(*w->tokens));
	}
}

bool
splitter_round(struct splitter *sp)
{
	struct words *w = sp->words;

	begin_round(sp);
	while (sp->at < w->text.n && w->count - sp->fresh < ROUND) {
		if (sp->at >= sp->end)
			load_block(sp);
		if (sp->at < sp->end)
			take_block(sp);
		else		/* a word longer than the block */
			take_word(sp, sp->at, word_end(w->text, sp->at,
			    sp->at + BLOCK));
	}
	if (sp->at == w->text.n)
		end_sentence(sp, w->count);
	return w->count > sp->fresh;
}

/* Skimming.  Blocks overlap, so that where a word begins, its head is at hand. */
#define STEP		(BLOCK - HEAD + 1)

/* The token that begins with the letters at `start`. */
static void
skim_word(struct splitter *sp, size_t start)
{
	struct str s = sp->words->text;
	size_t end = skip_ascii_word(s, start);

	if (end < s.n && goes_on(s.p[end]))
		end = word_end(s, start, end);
	add_token(sp, start, end, TOKEN_WORD);
}

/* All tokens from sp->at to the space at sp->closing, as far as the round has room. */
static void
skim_cluster(struct splitter *sp)
{
	struct str s = sp->words->text;

	while (sp->at < sp->closing &&
	    sp->words->count - sp->fresh < ROUND) {
		size_t start = sp->at;
		unsigned len;
		enum letter l = letter_of(s, start, &len);

		sp->at += len;
		if (l == LETTER_DIGIT) {
			sp->at = number_end(s, start);
			add_token(sp, start, sp->at, TOKEN_NUMBER);
		} else if (l == LETTER_IDEOGRAPH) {
			sp->at = letter_skip_joined(s, sp->at);
			if (!letter_is_joined(s, start))
				add_token(sp, start, sp->at, TOKEN_WORD);
		} else if (l == LETTER_WORD && !letter_is_joined(s, start)) {
			sp->at = word_end(s, start, start);
			add_token(sp, start, sp->at, TOKEN_WORD);
		}
	}
}

/* Of the bytes that are not ASCII, in the block at `at`, the first where a word may
 * stand that letters do not tell of, or BLOCK.  Nearly all are quotation marks and
 * dashes. */
static inline unsigned
first_wide(struct str s, size_t at, uint64_t high, bool odd)
{
	while (high != 0) {
		unsigned i = (unsigned)__builtin_ctzll(high), len = 1;
		const char *p = s.p + at + i;

		if (s.n - at - i >= 3 && !odd && p[0] == '\xe2' &&
		    p[1] == '\x80' && (unsigned char)p[2] >= 0x90) {
			len = 3;
		} else if (((unsigned char)*p & 0xc0) != 0x80) {
			enum letter l = letter_of(s, at + i, &len);

			if (l != LETTER_SPACE && l != LETTER_MARK &&
			    l != LETTER_QUOTE)
				return i;
		}	/* else the end of one that the block before cuts */
		high &= ~(((1ULL << len) - 1) << i);
	}
	return BLOCK;
}

/* The first ASCII byte of the block that is odd to the heads, or BLOCK. */
static unsigned
first_odd(struct str s, size_t at, const struct heads *heads)
{
	s = str_from(s, at);
	for (unsigned i = 0; i < BLOCK && i < s.n; i++)
		if ((heads->digits && is_digit(s.p[i])) || (heads->odd &&
		    (s.p[i] == '\'' || s.p[i] == '&' || (s.p[i] == '.' &&
		    i + 1 < s.n && is_alpha(s.p[i + 1])))))
			return i;
	return BLOCK;
}

/* From now on take all of what stands between spaces around byte `odd`: from where it
 * begins, which is returned, to sp->closing.  What was taken of it goes again. */
static size_t
find_cluster(struct splitter *sp, size_t odd)
{
	struct words *w = sp->words;
	struct str s = w->text;
	size_t from = odd, end = odd;

	while (from > sp->closing && (unsigned char)s.p[from - 1] > ' ')
		from--;
	while (end < s.n && (unsigned char)s.p[end] > ' ')
		end++;
	while (w->count > 0 && w->tokens[w->count - 1].start >= from)
		w->count--;
	if (sp->fresh > w->count)
		sp->fresh = w->count;
	sp->closing = end;
	return from;
}

static inline size_t
count_bits(uint64_t bits)
{
	bits -= bits >> 1 & 0x5555555555555555u;
	bits = (bits & 0x3333333333333333u) + (bits >> 2 & 0x3333333333333333u);
	bits = (bits + (bits >> 4)) & 0x0f0f0f0f0f0f0f0fu;
	return bits * 0x0101010101010101u >> 56;
}

/* Append the place of the first bit, or any where there is none, and forget it. */
#define GATHER(i) do {							\
	to[i] = (uint16_t)(base + (unsigned)__builtin_ctzll(bits |	\
	    1ULL << (BLOCK - 1)));					\
	bits &= bits - 1;						\
} while (0)

/* Append the places of the bits: how many.  Nearly always they are few, and where
 * nothing asks how many, the processor guesses nothing wrong. */
static inline __attribute__((always_inline)) size_t
gather_bits(uint64_t bits, size_t base, uint16_t *to, bool many)
{
	size_t n = count_bits(bits), i = 4;

	GATHER(0); GATHER(1); GATHER(2); GATHER(3);
	if (many) {
		GATHER(4); GATHER(5); GATHER(6); GATHER(7);
		i = 8;
	}
	for (; i < n; i++)
		GATHER(i);
	return n;
}

#undef GATHER

/* The first letters of a word that has them, or lacks no more than the last. */
static inline uint32_t
head_at(const char *p)
{
	uint32_t head;

	memcpy(&head, p, HEAD);
	return head | 0x20202020u;
}

/* The same of one with fewer, and NULs. */
static inline uint32_t
short_head_at(const char *p)
{
	uint32_t head = head_at(p), others, letters;

	/* a letter gets the top bit by the first, and not by the second */
	letters = ((head & 0x7f7f7f7fu) + 0x1f1f1f1fu) &
	    ~((head & 0x7f7f7f7fu) + 0x05050505u);
	others = (~letters | head) & 0x80808080u;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return head & (((others & -others) >> 7) - 1);
#else
	return others ? head & ~(UINT32_MAX >> __builtin_clz(others)) : head;
#endif
}

/* Keep of the words at these places those whose heads are set: how many. */
static inline __attribute__((always_inline)) size_t
keep_longs(const struct heads *heads, const char *p, uint16_t *v, size_t count)
{
	size_t first = 0, n = 0;

	for (size_t i = 0; i < count; i++) {
		uint16_t at = v[i];

		v[first] = at;
		first += has_bit(heads->first,
		    first_head_bit(head_at(p + at)));
	}
	for (size_t i = 0; i < first; i++) {
		uint16_t at = v[i];
		uint64_t head;

		memcpy(&head, p + at, sizeof(head));
		head |= 0x2020202020202020u;
		v[n] = at;
		n += has_bit(heads->longs, long_head_bit(head, LONG_HEAD)) |
		    has_bit(heads->longs, long_head_bit(head, LONGEST_HEAD)) |
		    has_bit(heads->shorts, head_bit(head_at(p + at)));
	}
	return n;
}

static inline __attribute__((always_inline)) size_t
keep_shorts(const struct heads *heads, const char *p, uint16_t *v, size_t count)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		uint16_t at = v[i];

		v[n] = at;
		n += has_bit(heads->shorts, head_bit(short_head_at(p + at)));
	}
	return n;
}

/* Put the two in a row, in order. */
static void
merge(struct stretch *st, const uint16_t *a, size_t n, const uint16_t *b,
    size_t m)
{
	const uint16_t *a_end = a + n, *b_end = b + m;

	st->next = 0;
	st->count = n + m;
	for (size_t i = 0; i < st->count; i++)
		st->found[i] = b == b_end || (a < a_end && *a < *b) ? *a++ :
		    *b++;
}

/* Find the words of some blocks from sp->at on that may be named, up to what is odd. */
static void
skim_stretch(struct splitter *sp, const struct heads *heads)
{
	struct stretch *st = &sp->stretch;
	struct str s = sp->words->text;
	size_t left = s.n - sp->at, end = STRETCH * STEP, at = 0;
	size_t longs = 0, shorts = 0;
	uint16_t long_words[STRETCH_WORDS], short_words[STRETCH_WORDS];
	uint64_t before = sp->at > 0 && is_alpha(s.p[sp->at - 1]);

	st->start = sp->at;
	st->bytes = s.p + sp->at;
	if (left < sizeof(sp->last)) {
		memset(sp->last, 0, sizeof(sp->last));
		st->bytes = memcpy(sp->last, st->bytes, left);
		end = STEP;
	} else if (left - sizeof(sp->last) < end) {
		end = left - sizeof(sp->last) + 1;
	}
	for (; at < end; at += STEP) {
		uint64_t high, letters = letters_of(st->bytes + at, &high);
		uint64_t more = letters >> 1, starts, rest;
		unsigned odd = BLOCK;

		starts = letters & ~(letters << 1 | before) &
		    ((1ULL << STEP) - 1);
		before = letters >> (STEP - 1) & 1;
		rest = starts & more & letters >> 2;
		if (heads->least != HEAD - 1)
			rest &= letters >> 3;
		longs += gather_bits(rest, at, long_words + longs, true);
		if (heads->least < HEAD - 1) {
			starts &= ~rest;
			if (heads->least > 1)
				starts &= more;
			shorts += gather_bits(starts, at,
			    short_words + shorts, false);
		}
		high &= (1ULL << STEP) - 1;
		if (high != 0)
			odd = first_wide(s, sp->at + at, high, heads->odd);
		if (heads->odd || heads->digits) {
			unsigned other = first_odd(s, sp->at + at, heads);

			odd = other < odd ? other : odd;
		}
		if (odd < STEP) {
			size_t from = find_cluster(sp, sp->at + at + odd);

			while (longs > 0 &&
			    st->start + long_words[longs - 1] >= from)
				longs--;
			while (shorts > 0 &&
			    st->start + short_words[shorts - 1] >= from)
				shorts--;
			sp->at = from;
			at = 0;
			break;
		}
	}
	sp->at += at;
	longs = keep_longs(heads, st->bytes, long_words, longs);
	shorts = keep_shorts(heads, st->bytes, short_words, shorts);
	merge(st, long_words, longs, short_words, shorts);
}

/* The tokens of the words that were found, as far as the round has room.  Nearly all
 * are of letters alone, and have a key. */
static void
take_found(struct splitter *sp)
{
	struct words *w = sp->words;
	struct stretch *st = &sp->stretch;
	size_t next = st->next, room = ROUND - (w->count - sp->fresh);
	size_t end = st->count - next < room ? st->count : next + room;

	for (; next < end; next++) {
		const char *p = st->bytes + st->found[next];
		size_t start = st->start + st->found[next];
		unsigned n = leading_letters(p);

		if (n == KEY_SIZE || goes_on(p[n])) {
			skim_word(sp, start);
			continue;
		}
		make_lookup(&sp->lookups[w->count - sp->fresh], p, n, &sp->tag,
		    sp->lines);
		w->tokens[w->count++] = (struct token){ (uint32_t)start,
		    (uint32_t)start + n, TOKEN_WORD };
	}
	st->next = end;
}

bool
splitter_skim(struct splitter *sp, const struct heads *heads)
{
	struct words *w = sp->words;

	begin_round(sp);
	for (;;) {
		take_found(sp);
		if (w->count - sp->fresh >= ROUND || (sp->at >= w->text.n &&
		    sp->stretch.next == sp->stretch.count))
			break;
		if (sp->at < sp->closing)
			skim_cluster(sp);
		else
			skim_stretch(sp, heads);
	}
	return w->count > sp->fresh;
}

void
words_split(struct words *w, struct str text)
{
	struct splitter sp;		/* much of it needs no zeros */

	sp.tag = (struct word_key){ { 0, 0 } };
	sp.lines = NULL;
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
