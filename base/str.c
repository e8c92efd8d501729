#include "base/str.h"

bool
str_starts(struct str s, struct str prefix)
{
	return str_eq(str_slice(s, 0, prefix.n), prefix);
}

bool
str_ends(struct str s, struct str suffix)
{
	return s.n >= suffix.n && str_eq(str_from(s, s.n - suffix.n), suffix);
}

bool
str_istarts(struct str s, struct str prefix)
{
	if (s.n < prefix.n)
		return false;
	for (size_t i = 0; i < prefix.n; i++)
		if (to_lower(s.p[i]) != to_lower(prefix.p[i]))
			return false;
	return true;
}

bool
str_ieq(struct str a, struct str b)
{
	return a.n == b.n && str_istarts(a, b);
}

ptrdiff_t
str_find(struct str s, struct str needle, size_t from)
{
	const char *hit;

	if (from > s.n || needle.n > s.n - from)
		return -1;
	if (needle.n == 0)
		return (ptrdiff_t)from;
	hit = memmem(s.p + from, s.n - from, needle.p, needle.n);
	return hit ? hit - s.p : -1;
}

ptrdiff_t
str_ifind(struct str s, struct str needle, size_t from)
{
	char first = needle.n > 0 ? to_lower(needle.p[0]) : '\0';

	for (size_t i = from; needle.n <= s.n && i <= s.n - needle.n; i++)
		if ((needle.n == 0 || to_lower(s.p[i]) == first) &&
		    str_istarts(str_from(s, i), needle))
			return (ptrdiff_t)i;
	return -1;
}

struct str
str_trim(struct str s)
{
	while (s.n > 0 && is_space(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

int
str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;

	if (c != 0)
		return c;
	return (a.n > b.n) - (a.n < b.n);
}

bool
str_split(struct str *rest, char sep, struct str *part)
{
	const char *at;

	if (rest->p == NULL)
		return false;
	at = rest->n ? memchr(rest->p, sep, rest->n) : NULL;
	if (at == NULL) {
		*part = *rest;
		*rest = STR_NONE;
		return true;
	}
	*part = (struct str){ rest->p, (size_t)(at - rest->p) };
	*rest = (struct str){ at + 1, rest->n - part->n - 1 };
	return true;
}

long long
str_number(struct str s, long long max)
{
	long long v = 0;

	if (s.n == 0)
		return -1;
	for (size_t i = 0; i < s.n; i++) {
		int digit = s.p[i] - '0';

		if (!is_digit(s.p[i]) || digit > max || v > (max - digit) / 10)
			return -1;
		v = v * 10 + digit;
	}
	return v;
}
