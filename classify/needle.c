#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "classify/needle.h"

/* K and S have cases beyond ASCII (the Kelvin sign, the long s). */
static bool
is_plain(char c)
{
	return is_alpha(c) && (c | 32) != 'k' && (c | 32) != 's';
}

/* Behind the class that begins at `at`, or past the end when it is not simple. */
static size_t
skip_class(struct str s, size_t at)
{
	at++;
	if (at < s.n && s.p[at] == '^')
		at++;
	if (at < s.n && s.p[at] == ']')
		at++;
	for (; at < s.n && s.p[at] != ']'; at++) {
		if (s.p[at] == '[' || (s.p[at] == '\\' && at + 1 < s.n &&
		    (s.p[at + 1] == 'Q' || s.p[at + 1] == 'E')))
			return s.n + 1;
		at += s.p[at] == '\\';
	}
	return at + 1;
}

/* Behind the escape: those of one letter and escaped marks are simple. */
static size_t
skip_escape(struct str s, size_t at)
{
	if (at + 1 < s.n && (strchr("bBdDsSwW", s.p[at + 1]) != NULL ||
	    (!is_alpha(s.p[at + 1]) && !is_digit(s.p[at + 1]))))
		return at + 2;
	return s.n + 1;
}

static size_t skip_piece(struct str s, size_t at);

/* A group is nested no deeper than PCRE2 allows, which has compiled it. */
static size_t
skip_group(struct str s, size_t at)
{
	/* lookarounds, options, comments and the like */
	if (at + 1 < s.n && (s.p[at + 1] == '*' || (s.p[at + 1] == '?' &&
	    (at + 2 >= s.n || s.p[at + 2] != ':'))))
		return s.n + 1;
	for (at++; at < s.n && s.p[at] != ')'; )
		at = skip_piece(s, at);
	return at + 1;
}

/* Behind whatever begins at `at`; beyond the end where it is too clever. */
static size_t
skip_piece(struct str s, size_t at)
{
	switch (s.p[at]) {
	case '(':
		return skip_group(s, at);
	case '[':
		return skip_class(s, at);
	case '\\':
		return skip_escape(s, at);
	default:
		return at + 1;
	}
}

/* The run of plain letters at `at`, less a last one that may be absent. */
static size_t
run_length(struct str s, size_t at)
{
	size_t end = at;

	while (end < s.n && is_plain(s.p[end]))
		end++;
	if (end < s.n && (s.p[end] == '?' || s.p[end] == '*' ||
	    s.p[end] == '{'))
		return end - at - 1;
	return end - at;
}

/* Is the needle better than the other?  It is longer, or it alone tells more than
 * the literal. */
static bool
is_better(struct str needle, struct str other, struct str literal)
{
	bool tells = needle.n > 0 && str_ifind(literal, needle, 0) < 0,
	    other_tells = other.n > 0 && str_ifind(literal, other, 0) < 0;

	return tells != other_tells ? tells : needle.n > other.n;
}

struct str
needle_of(struct str s, struct str literal)
{
	struct str best = { s.p, 0 }, run;
	size_t at = 0;

	while (at < s.n) {
		if (is_plain(s.p[at])) {
			run = (struct str){ s.p + at, run_length(s, at) };
			if (is_better(run, best, literal))
				best = run;
			while (at < s.n && is_plain(s.p[at]))
				at++;
			continue;
		}
		if (s.p[at] == '|')
			return STR("");
		at = skip_piece(s, at);
	}
	return at > s.n ? STR("") : best;
}

/* The first place from `at` on where the needle's ends stand, but for their case, or
 * one near the end of the text where they were not looked for. */
static size_t
find_ends(struct str needle, struct str text, size_t at)
{
#ifdef __SSE2__
	const __m128i small = _mm_set1_epi8(0x20),
	    first = _mm_set1_epi8((char)(needle.p[0] | 0x20)),
	    last = _mm_set1_epi8((char)(needle.p[needle.n - 1] | 0x20));

	for (; at + needle.n + 15 <= text.n; at += 16) {
		__m128i a = _mm_loadu_si128((const __m128i *)(const void *)
		    (text.p + at));
		__m128i b = _mm_loadu_si128((const __m128i *)(const void *)
		    (text.p + at + needle.n - 1));
		unsigned both = (unsigned)_mm_movemask_epi8(_mm_and_si128(
		    _mm_cmpeq_epi8(_mm_or_si128(a, small), first),
		    _mm_cmpeq_epi8(_mm_or_si128(b, small), last)));

		if (both != 0)
			return at + (unsigned)__builtin_ctz(both);
	}
#endif
	while (at + needle.n <= text.n &&
	    (text.p[at] | 0x20) != (needle.p[0] | 0x20))
		at++;
	return at;
}

bool
needle_in(struct str needle, struct str text)
{
	if (needle.n == 0)
		return true;
	for (size_t i = 0; i + needle.n <= text.n; i++) {
		i = find_ends(needle, text, i);
		if (str_istarts(str_from(text, i), needle))
			return true;
	}
	return false;
}
