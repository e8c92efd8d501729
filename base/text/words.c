#include <assert.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif
#include <stdlib.h>
#include <utf8proc.h>

#include "base/mem.h"
#include "base/text/sentence.h"
#include "base/utf8.h"

/* What each ASCII character is, W a letter, D a digit and so on. */
static const uint8_t ascii[128] = {
#define W	LETTER_WORD
#define D	LETTER_DIGIT
#define M	LETTER_MARK
	['!'] = M, ['"'] = LETTER_QUOTE, ['\''] = LETTER_APOSTROPHE,
	['('] = M, [')'] = M, ['+'] = M, [','] = M, ['.'] = M,
	['0'] = D, D, D, D, D, D, D, D, D, D, [':'] = M, [';'] = M, ['?'] = M,
	['A'] = W, W, W, W, W, W, W, W, W, W, W, W, W,
	W, W, W, W, W, W, W, W, W, W, W, W, W,
	['a'] = W, W, W, W, W, W, W, W, W, W, W, W, W,
	W, W, W, W, W, W, W, W, W, W, W, W, W,
#undef W
#undef D
#undef M
};

static enum letter
wide_letter(uint32_t cp)
{
	int category;

	switch (cp) {
	case 0x2019: case 0x02bc:
		return LETTER_APOSTROPHE;
	case 0x2018: case 0x201a: case 0x201c: case 0x201d: case 0x201e:
	case 0xab: case 0xbb: case 0x300c: case 0x300d: case 0x300e: case 0x300f:
		return LETTER_QUOTE;
	case 0x2013: case 0x2014: case 0x2026: case 0x3001: case 0x3002:
	case 0xff01: case 0xff08: case 0xff09: case 0xff0c: case 0xff1a:
	case 0xff1b: case 0xff1f: case 0xff0b: case 0x2212:
	case 0xff0e: case 0xff61: case 0x964: case 0x61f: case 0x6d4:
		return LETTER_MARK;
	case 0xad: case 0x200b: case 0x200c: case 0x200d:
		return LETTER_WORD;	/* soft hyphen, joiners: inside a word */
	case 0x3099: case 0x309a:
		return LETTER_WORD;	/* accents of kana, on any letter */
	}
	if (is_ideograph(cp))
		return LETTER_IDEOGRAPH;
	category = (int)utf8proc_category((utf8proc_int32_t)cp);
	if (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_ME)
		return LETTER_WORD;
	return category == UTF8PROC_CATEGORY_ND ? LETTER_DIGIT : LETTER_SPACE;
}

/* The letter at `at` and its length in bytes. */
static inline enum letter
letter_at(struct str s, size_t at, unsigned *len)
{
	unsigned char c = (unsigned char)s.p[at];

	if (c < 0x80) {
		*len = 1;
		return (enum letter)ascii[c];
	}
	return wide_letter(utf8_decode(s.p + at, s.p + s.n, len));
}

enum letter
letter_of(struct str s, size_t at, unsigned *len)
{
	return letter_at(s, at, len);
}

/* Does it belong to the character before it: an accent, a vowel sign, a later
 * part of a Hangul syllable? */
static bool
is_joined(uint32_t cp)
{
	utf8proc_category_t category;

	if (cp < 0x300)
		return false;
	if ((cp >= 0x1160 && cp <= 0x11ff) || cp == 0x3099 || cp == 0x309a)
		return true;
	category = utf8proc_category((utf8proc_int32_t)cp);
	return category >= UTF8PROC_CATEGORY_MN &&
	    category <= UTF8PROC_CATEGORY_ME;
}

bool
letter_is_joined(struct str s, size_t at)
{
	unsigned len;

	return (unsigned char)s.p[at] >= 0xcc &&
	    is_joined(utf8_decode(s.p + at, s.p + s.n, &len));
}

/* Behind what belongs to the character that ends at `at`. */
static size_t
skip_joined(struct str s, size_t at)
{
	unsigned len;

	for (; at < s.n && letter_is_joined(s, at); at += len)
		utf8_decode(s.p + at, s.p + s.n, &len);
	return at;
}

/* Are the 8 bytes at p all ASCII, and none of them a carriage return? */
static bool
is_simple(const char *p)
{
	uint64_t eight, other;

	memcpy(&eight, p, 8);
	other = eight ^ 0x0d0d0d0d0d0d0d0du;
	return ((eight | ((other - 0x0101010101010101u) & ~other)) &
	    0x8080808080808080u) == 0;
}

size_t
visible_offset(struct str s, size_t n)
{
	size_t at = 0;
	unsigned len;

	for (;;) {
		size_t from = at;

		for (; n > 8 && at + 8 <= s.n && is_simple(s.p + at); n -= 8)
			at += 8;
		if (at > from)
			at = skip_joined(s, at);
		while (at < s.n && s.p[at] == '\r')
			at++;
		if (n-- == 0 || at == s.n)
			return at;
		utf8_decode(s.p + at, s.p + s.n, &len);
		at = skip_joined(s, at + len);
	}
}

/* Bytes of a token that is not composed yet: a Hangul syllable can have three
 * letters of three bytes each. */
#define WIDE_MAX	(4 * WORD_MAX)

/* Letters in a row from `at`, counted up to `most`; accents do not count. */
static unsigned
letters_from(struct str s, size_t at, unsigned most)
{
	unsigned len, n = 0;

	while (n < most && at < s.n && letter_at(s, at, &len) == LETTER_WORD) {
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
	if (run == at || letter_at(s, run, &len) != LETTER_WORD ||
	    skip_joined(s, run + len) != at)
		return false;
	return letters_from(s, at + 1, 2) == 1 ||
	    (run > start && letters_from(s, at + 1, 1) == 0);
}

/*
 * Most of a text is plain: words of ASCII letters, spaces and hyphens between
 * them, commas.  Those are taken from masks of a block of bytes, one bit a byte;
 * whatever else there is, is looked at letter by letter.
 */
#define BLOCK	64

struct masks {
	uint64_t	letters;	/* A to Z, a to z */
	uint64_t	gaps;		/* space, hyphen that is no dash */
	uint64_t	commas;
};

/* Spaces, and hyphens without one on both sides.  Of those at the edges of a
 * block nobody knows here. */
static inline uint64_t
gaps_of(uint64_t spaces, uint64_t hyphens)
{
	return spaces | (hyphens & ~(spaces << 1 & spaces >> 1) &
	    ~(1ULL << (BLOCK - 1) | 1));
}

#if defined(__SSE2__) && !defined(STANCE_PORTABLE)
static inline uint64_t
bits_of(__m128i bytes, unsigned shift)
{
	return (uint64_t)(unsigned)_mm_movemask_epi8(bytes) << shift;
}

static inline struct masks
masks_of(const char *p)
{
	struct masks m = { 0, 0, 0 };
	uint64_t hyphens = 0;

	for (unsigned i = 0; i < BLOCK; i += 16) {
		__m128i c = _mm_loadu_si128((const __m128i *)(const void *)
		    (p + i));
		/* 'a' becomes the least of all signed bytes */
		__m128i lower = _mm_sub_epi8(_mm_or_si128(c,
		    _mm_set1_epi8(0x20)), _mm_set1_epi8((char)('a' + 128)));

		m.letters |= bits_of(_mm_cmplt_epi8(lower,
		    _mm_set1_epi8(-128 + 26)), i);
		m.gaps |= bits_of(_mm_cmpeq_epi8(c, _mm_set1_epi8(' ')), i);
		hyphens |= bits_of(_mm_cmpeq_epi8(c, _mm_set1_epi8('-')), i);
		m.commas |= bits_of(_mm_cmpeq_epi8(c, _mm_set1_epi8(',')), i);
	}
	m.gaps = gaps_of(m.gaps, hyphens);
	return m;
}
#else
static inline struct masks
masks_of(const char *p)
{
	struct masks m = { 0, 0, 0 };
	uint64_t hyphens = 0;

	for (unsigned i = 0; i < BLOCK; i++) {
		m.letters |= (uint64_t)is_alpha(p[i]) << i;
		m.gaps |= (uint64_t)(p[i] == ' ') << i;
		hyphens |= (uint64_t)(p[i] == '-') << i;
		m.commas |= (uint64_t)(p[i] == ',') << i;
	}
	m.gaps = gaps_of(m.gaps, hyphens);
	return m;
}
#endif

/* The masks of the block at `at`; behind the text there are NULs. */
static inline struct masks
masks_at(struct str s, size_t at)
{
	char last[BLOCK] = { 0 };

	if (at + BLOCK <= s.n)
		return masks_of(s.p + at);
	memcpy(last, s.p + at, s.n - at);
	return masks_of(last);
}

/* Behind the ASCII letters and digits from `at`. */
static inline size_t
skip_ascii_word(struct str s, size_t at)
{
	while (at < s.n && (unsigned char)s.p[at] < 0x80 &&
	    (ascii[(unsigned char)s.p[at]] == LETTER_WORD ||
	    ascii[(unsigned char)s.p[at]] == LETTER_DIGIT))
		at++;
	return at;
}

static size_t
word_end(struct str s, size_t start)
{
	size_t at = start;

	while (at < s.n) {
		unsigned len;
		enum letter l = letter_at(s, at, &len);

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

		if (letter_at(s, at, &len) == LETTER_DIGIT)
			at += len;
		else if ((s.p[at] == '.' || s.p[at] == ',') && at + 1 < s.n &&
		    is_digit(s.p[at + 1]))
			at++;
		else
			break;
	}
	return at < s.n && s.p[at] == '%' ? at + 1 : at;
}

static inline void
add_token(struct words *w, size_t start, size_t end, enum token_kind kind)
{
	GROW(w->tokens, w->count, w->cap);
	w->tokens[w->count++] = (struct token){ (uint32_t)start, (uint32_t)end,
	    (uint8_t)kind };
}

/* The block whose masks are at hand. */
struct window {
	struct masks	m;
	size_t		at, end;	/* of the text */
};

/* One token for each run of letters and for each comma of the block at `at`. */
static inline void
add_plain(struct words *w, size_t at, uint64_t letters, uint64_t commas)
{
	uint64_t starts = (letters & ~(letters << 1)) | commas;
	uint64_t behind = (~letters & letters << 1) | commas << 1;
	struct token *t;

	while (w->count + BLOCK > w->cap) {
		w->cap = w->cap ? 2 * w->cap : 4 * BLOCK;
		w->tokens = xreallocarray(w->tokens, w->cap,
		    sizeof(*w->tokens));
	}
	for (t = w->tokens + w->count; starts != 0; t++) {
		unsigned start = (unsigned)__builtin_ctzll(starts);

		t->start = (uint32_t)at + start;
		t->end = (uint32_t)at + (unsigned)__builtin_ctzll(behind);
		t->kind = commas >> start & 1 ? TOKEN_MARK : TOKEN_WORD;
		starts &= starts - 1;
		behind &= behind - 1;
	}
	w->count = (size_t)(t - w->tokens);
}

/* Can the byte at `stop`, which is none of the masks', go on with the word
 * before it?  A point can behind a single letter only. */
static inline bool
goes_on(char c, uint64_t letters, unsigned stop)
{
	if (c == '.')
		return stop < 2 || (letters >> (stop - 2) & 3) != 3;
	return is_digit(c) || c == '\'' || c == '&' || (unsigned char)c >= 0x80;
}

/* Take the plain tokens from `at`, which is not inside a word; returns where
 * something else begins. */
static size_t
take_plain(struct words *w, struct window *win, size_t at)
{
	while (at < w->text.n) {
		unsigned skip, stop;
		uint64_t letters, commas, plain, before;
		bool cut;

		if (at >= win->end) {
			win->m = masks_at(w->text, at);
			/* no bit is left to say where it ends: it waits */
			win->m.letters |= win->m.commas & 1ULL << (BLOCK - 1);
			win->m.commas &= ~(1ULL << (BLOCK - 1));
			win->at = at;
			win->end = at + BLOCK;
		}
		skip = (unsigned)(at - win->at);
		letters = win->m.letters >> skip;
		commas = win->m.commas >> skip;
		plain = letters | commas | win->m.gaps >> skip;
		stop = ~plain ? (unsigned)__builtin_ctzll(~plain) : BLOCK;
		cut = stop + skip == BLOCK;
		/* a last word that the block cuts, or that may go on, waits */
		if (cut || (at + stop < w->text.n &&
		    goes_on(w->text.p[at + stop], letters, stop))) {
			before = ~letters;
			if (stop < BLOCK)
				before &= (1ULL << stop) - 1;
			stop = before ? BLOCK -
			    (unsigned)__builtin_clzll(before) : 0;
		}
		if (stop < BLOCK) {
			letters &= (1ULL << stop) - 1;
			commas &= (1ULL << stop) - 1;
		}
		if ((letters | commas) != 0)
			add_plain(w, at, letters, commas);
		at += stop;
		if (!cut || (stop == 0 && skip == 0))
			break;
		win->end = 0;
	}
	return at;
}

static void
end_sentence(struct words *w, uint32_t *first, uint32_t paragraph)
{
	if (w->count == *first)
		return;
	GROW(w->sentences, w->sentence_count, w->sentence_cap);
	w->sentences[w->sentence_count++] = (struct sentence){ *first,
	    (uint32_t)w->count, paragraph };
	*first = (uint32_t)w->count;
}

/* Is the hyphen at `at` a dash, with a space on both sides? */
static bool
is_dash(struct str s, size_t at)
{
	return at > 0 && s.p[at - 1] == ' ' && at + 1 < s.n &&
	    s.p[at + 1] == ' ';
}

/* Newlines at `at`: end the sentence, the paragraph, or nothing. */
static size_t
take_newlines(struct words *w, size_t at, size_t *line, uint32_t *first,
    uint32_t *paragraph)
{
	size_t next = at, newlines = 0;

	while (next < w->text.n && is_space(w->text.p[next]))
		newlines += w->text.p[next++] == '\n';
	if (newlines > 1) {
		end_sentence(w, first, *paragraph);
		if (w->count > 0)
			(*paragraph)++;
	} else if (line_ends_sentence(w, *line, at, next)) {
		end_sentence(w, first, *paragraph);
	}
	*line = next;
	return next;
}

/* The sentence ends with the last token, and what closes it up to `end`. */
static size_t
close_sentence(struct words *w, size_t at, size_t end, uint32_t *first,
    uint32_t paragraph)
{
	while (at < end) {
		unsigned len;
		enum letter l = letter_at(w->text, at, &len);

		if (l == LETTER_QUOTE || l == LETTER_MARK)
			add_token(w, at, at + len, l == LETTER_QUOTE ?
			    TOKEN_QUOTE : TOKEN_MARK);
		at += len;
	}
	end_sentence(w, first, paragraph);
	return end;
}

void
words_split(struct words *w, struct str text)
{
	uint32_t first = 0, paragraph = 0;
	size_t at = 0, line = 0;
	struct window win = { .end = 0 };

	assert(text.n <= UINT32_MAX);
	w->text = text;
	w->count = w->sentence_count = 0;
	while (at < text.n) {
		unsigned len;
		size_t start, end;

		if (is_alpha(text.p[at]) || text.p[at] == ' ')
			at = take_plain(w, &win, at);
		if (at == text.n)
			break;
		start = at;
		if (text.p[at] == '\n') {
			at = take_newlines(w, at, &line, &first, &paragraph);
			continue;
		}
		switch (letter_at(text, at, &len)) {
		case LETTER_WORD:
			if (letter_is_joined(text, at)) {
				at += len;	/* an accent without a letter */
				break;
			}
			at = word_end(text, at);
			add_token(w, start, at, TOKEN_WORD);
			if (text.p[at - 1] == '.' &&
			    sentence_ends(w, first, &end))
				at = close_sentence(w, at, end, &first,
				    paragraph);
			break;
		case LETTER_DIGIT:
			at = number_end(text, at);
			add_token(w, start, at, TOKEN_NUMBER);
			break;
		case LETTER_IDEOGRAPH:
			at = skip_joined(text, at + len);
			if (!letter_is_joined(text, start))
				add_token(w, start, at, TOKEN_WORD);
			break;
		case LETTER_MARK:
			at += len;
			add_token(w, start, at, TOKEN_MARK);
			if (sentence_ends(w, first, &end))
				at = close_sentence(w, at, end, &first,
				    paragraph);
			break;
		case LETTER_QUOTE:
			at += len;
			add_token(w, start, at, TOKEN_QUOTE);
			break;
		case LETTER_SPACE:
			if (text.p[at] == '-' && is_dash(text, at) &&
			    w->count > first)
				add_token(w, at, at + 1, TOKEN_MARK);
			at += len;
			break;
		case LETTER_APOSTROPHE:
			at += len;
			break;
		}
	}
	end_sentence(w, &first, paragraph);
}

void
words_release(struct words *w)
{
	free(w->tokens);
	free(w->sentences);
	*w = WORDS_INIT;
}

/* Code points as they are compared, without joiners; `plain` turns false when
 * the result may not be NFC yet. */
static size_t
fold_wide(struct str token, bool lower, char *to, bool *plain)
{
	const char *p = token.p, *end = token.p + token.n;
	size_t n = 0;

	*plain = true;
	while (p < end) {
		unsigned len;
		uint32_t cp = utf8_decode(p, end, &len);

		p += len;
		if (cp == 0xad || (cp >= 0x200b && cp <= 0x200d))
			continue;
		if (cp == 0x2019 || cp == 0x02bc)
			cp = '\'';
		if (cp >= 0x300)
			*plain = false;
		if (n + 4 > WIDE_MAX)
			return 0;
		if (lower) {
			/* a dotted capital I is an i, however it is composed */
			if (cp == 0x307 && n > 0 && to[n - 1] == 'i')
				continue;
			cp = (uint32_t)utf8proc_tolower((utf8proc_int32_t)cp);
			if (cp == 0x3c2)
				cp = 0x3c3;	/* a sigma at the end is one */
		}
		n += utf8_encode(cp, to + n);
	}
	return n;
}

static size_t
compose_nfc(const char *wide, size_t n, char *to)
{
	utf8proc_uint8_t *composed;
	utf8proc_ssize_t got = utf8proc_map((const utf8proc_uint8_t *)wide,
	    (utf8proc_ssize_t)n, &composed,
	    UTF8PROC_STABLE | UTF8PROC_COMPOSE);

	if (got < 0)
		return 0;
	if ((size_t)got <= WORD_MAX)
		memcpy(to, composed, (size_t)got);
	free(composed);
	return (size_t)got <= WORD_MAX ? (size_t)got : 0;
}

static size_t
normalise(struct str token, bool lower, char *to)
{
	char wide[WIDE_MAX];
	size_t n;
	bool plain;

	if (token.n > WIDE_MAX)
		return 0;
	n = fold_wide(token, lower, wide, &plain);
	if (!plain)
		return compose_nfc(wide, n, to);
	if (n > WORD_MAX)
		return 0;
	memcpy(to, wide, n);
	return n;
}

/* The bytes of `token` that are ASCII. */
static size_t
ascii_part(struct str token)
{
	size_t i = 0;

	while (i < token.n && (unsigned char)token.p[i] < 0x80)
		i++;
	return i;
}

size_t
word_fold(struct str token, char *to)
{
	if (ascii_part(token) < token.n)
		return normalise(token, true, to);
	if (token.n > WORD_MAX)
		return 0;
	for (size_t i = 0; i < token.n; i++)
		to[i] = to_lower(token.p[i]);
	return token.n;
}

size_t
word_compose(struct str token, char *to)
{
	if (ascii_part(token) < token.n)
		return normalise(token, false, to);
	if (token.n > WORD_MAX)
		return 0;
	memcpy(to, token.p, token.n);
	return token.n;
}

bool
word_number(struct str token, double *value)
{
	char digits[32];
	size_t n = 0;
	ptrdiff_t point = -1;

	/* the last of . and , is the point, unless three digits follow a comma */
	for (size_t i = 0; i < token.n; i++)
		if (token.p[i] == '.' || token.p[i] == ',')
			point = (ptrdiff_t)i;
	if (point >= 0 && token.p[point] == ',') {
		size_t after = 0;

		while ((size_t)point + 1 + after < token.n &&
		    is_digit(token.p[(size_t)point + 1 + after]))
			after++;
		if (after == 3)
			point = -1;
	}
	for (size_t i = 0; i < token.n && n + 1 < sizeof(digits); i++) {
		if (is_digit(token.p[i]))
			digits[n++] = token.p[i];
		else if ((ptrdiff_t)i == point)
			digits[n++] = '.';
	}
	if (n == 0 || !is_digit(token.p[0]))
		return false;
	digits[n] = '\0';
	*value = strtod(digits, NULL);
	return true;
}
