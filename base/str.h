/*
 * A str is a view of bytes that somebody else owns.  It need not end in NUL
 * and may hold any byte; {NULL, 0} is the absent string.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct str {
	const char	*p;
	size_t		 n;
};

#define STR(lit)	((struct str){ (lit), sizeof(lit) - 1 })
#define STR_NONE	((struct str){ NULL, 0 })
/* For printf's "%.*s". */
#define STR_FMT(s)	((s).n > INT_MAX ? INT_MAX : (int)(s).n), ((s).p ? (s).p : "")

static inline struct str
str_of(const char *z)
{
	return (struct str){ z, z ? strlen(z) : 0 };
}

static inline bool
str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline struct str
str_from(struct str s, size_t start)
{
	if (start > s.n)
		start = s.n;
	/* nothing may be added to NULL, not even 0 */
	return start == 0 ? s : (struct str){ s.p + start, s.n - start };
}

static inline struct str
str_slice(struct str s, size_t start, size_t end)
{
	if (end > s.n)
		end = s.n;
	if (start > end)
		start = end;
	return str_from((struct str){ s.p, end }, start);
}

bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
/* Letters A-Z and a-z are the same letter; every other byte is itself. */
bool str_ieq(struct str a, struct str b);
bool str_istarts(struct str s, struct str prefix);
/* Offset of the first `needle` in `s` at or after `from`, or -1. */
ptrdiff_t str_find(struct str s, struct str needle, size_t from);
ptrdiff_t str_ifind(struct str s, struct str needle, size_t from);
/* Without ASCII white space at both ends. */
struct str str_trim(struct str s);
/* Order of unsigned bytes, shorter first: <0, 0, >0. */
int str_cmp(struct str a, struct str b);
/* Take the part of `*rest` before the next `sep` (or all of it) and move
 * `*rest` behind it.  False once nothing is left. */
bool str_split(struct str *rest, char sep, struct str *part);
/* Decimal digits only, no sign; -1 when it is not a number or above `max`. */
long long str_number(struct str s, long long max);

static inline bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
is_alpha(char c)
{
	return (c | 32) >= 'a' && (c | 32) <= 'z';
}

static inline char
to_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 32) : c;
}

#endif
