#ifdef __SSE2__
#include <emmintrin.h>
#endif
#include <stdlib.h>
#include <utf8proc.h>

#include "base/text/letter.h"
#include "base/text/words.h"
#include "base/utf8.h"

#define SIMPLE	16

/* How many bytes from `at`, up to SIMPLE, are ASCII and no carriage return? */
static inline size_t
simple_run(struct str s, size_t at)
{
	size_t n = 0;

#ifdef __SSE2__
	if (at + SIMPLE <= s.n) {
		__m128i c = _mm_loadu_si128((const __m128i *)(const void *)
		    (s.p + at));
		unsigned others = (unsigned)_mm_movemask_epi8(_mm_or_si128(c,
		    _mm_cmpeq_epi8(c, _mm_set1_epi8('\r'))));

		return others ? (unsigned)__builtin_ctz(others) : SIMPLE;
	}
#endif
	while (n < SIMPLE && at + n < s.n && (unsigned char)s.p[at + n] < 0x80 &&
	    s.p[at + n] != '\r')
		n++;
	return n;
}

size_t
visible_offset(struct str s, size_t n)
{
	size_t at = 0;
	unsigned len;

	for (;;) {
		size_t run = simple_run(s, at);

		if (run == SIMPLE && n > SIMPLE) {
			at += run;
			n -= run;
			continue;
		}
		if (run > n)
			run = n;
		at += run;
		n -= run;
		if (at > 0)
			at = letter_skip_joined(s, at);
		while (at < s.n && s.p[at] == '\r')
			at++;
		if (n == 0 || at == s.n)
			return at;
		utf8_decode(s.p + at, s.p + s.n, &len);
		at += len;
		n--;
	}
}

/* Bytes of a token that is not composed yet: a Hangul syllable can have three
 * letters of three bytes each. */
#define WIDE_MAX	(4 * WORD_MAX)

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

/* Capitals and small letters. */
struct letters {
	size_t	capital, small;
};

/* Beyond the alphabets no sign has another case. */
#define CASELESS	0x2e80

/* Count the letters of `s`, up to `most`, and up to `small` small ones. */
static struct letters
count_letters(struct str s, size_t most, size_t small)
{
	struct letters n = { 0, 0 };
	const char *p = s.p, *end = s.p + s.n;

	while (p < end && n.small <= small && n.capital + n.small < most) {
		unsigned len;
		utf8proc_int32_t cp;

		if ((unsigned char)*p < 0x80) {
			n.capital += (unsigned)(*p - 'A') < 26;
			n.small += (unsigned)(*p++ - 'a') < 26;
			continue;
		}
		cp = (utf8proc_int32_t)utf8_decode(p, end, &len);
		p += len;
		if (cp >= CASELESS)
			continue;
		n.capital += utf8proc_tolower(cp) != cp;
		n.small += utf8proc_toupper(cp) != cp;
	}
	return n;
}

bool
word_shouts(struct str token)
{
	struct letters n = count_letters(token, WORD_MAX, 0);

	return n.small == 0 && n.capital > 1;
}

/* Letters of a text that are looked at, of which one in so many may be small.  It
 * takes more bytes only where there are few letters. */
#define SHOUT_LETTERS	300u
#define SHOUT_SMALL	5
#define SHOUT_HEAD	(3 * SHOUT_LETTERS)

/* How many of the bytes are small ASCII letters? */
static size_t
count_small(struct str s)
{
	size_t n = 0, i = 0;

#ifdef __SSE2__
	__m128i sums = _mm_setzero_si128();

	for (; i + 16 <= s.n; i += 16) {
		__m128i c = _mm_loadu_si128((const __m128i *)(const void *)
		    (s.p + i));
		/* 'z' becomes the greatest of all signed bytes */
		__m128i small = _mm_cmpgt_epi8(_mm_add_epi8(c,
		    _mm_set1_epi8(127 - 'z')), _mm_set1_epi8(127 - 26));

		sums = _mm_add_epi64(sums, _mm_sad_epu8(_mm_and_si128(small,
		    _mm_set1_epi8(1)), _mm_setzero_si128()));
	}
	n = (size_t)(_mm_cvtsi128_si64(sums) + _mm_cvtsi128_si64(
	    _mm_unpackhi_epi64(sums, sums)));
#endif
	for (; i < s.n; i++)
		n += s.p[i] >= 'a' && s.p[i] <= 'z';
	return n;
}

/* Do the first bytes tell that too many letters are small, as they nearly always
 * do? */
static bool
is_plainly_small(struct str text)
{
	struct str head = str_slice(text, 0, SHOUT_LETTERS / 2);
	size_t small = count_small(head);

	return text.n > head.n ? small > SHOUT_LETTERS / SHOUT_SMALL :
	    small * SHOUT_SMALL > text.n;
}

bool
text_shouts(struct str text)
{
	struct letters n;

	if (is_plainly_small(text))
		return false;
	n = count_letters(str_slice(text, 0, SHOUT_HEAD), SHOUT_LETTERS,
	    SHOUT_LETTERS / SHOUT_SMALL);
	return n.capital > 1 && n.small * SHOUT_SMALL <= n.capital + n.small;
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
