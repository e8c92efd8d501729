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

struct str
needle_of(struct str s)
{
	struct str best = { s.p, 0 };
	size_t at = 0, n;

	while (at < s.n) {
		if (is_plain(s.p[at])) {
			n = run_length(s, at);
			if (n > best.n)
				best = (struct str){ s.p + at, n };
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

bool
needle_in(struct str needle, struct str text)
{
	char lower = needle.n > 0 ? to_lower(needle.p[0]) : '\0';

	if (needle.n == 0)
		return true;
	for (size_t i = 0; i + needle.n <= text.n; i++)
		if ((text.p[i] | 32) == lower &&
		    str_istarts(str_from(text, i), needle))
			return true;
	return false;
}
