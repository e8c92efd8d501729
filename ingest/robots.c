#include "ingest/robots.h"

/* Longer patterns are cut: the match costs pattern times path. */
#define PATTERN_MAX	1024

/* A line of robots.txt: field and value, comments off. */
static bool
next_line(struct str *text, struct str *field, struct str *value)
{
	struct str line, kept;

	while (str_split(text, '\n', &line)) {
		str_split(&line, '#', &kept);
		*value = kept;
		str_split(value, ':', field);
		if (value->p == NULL)
			continue;
		*field = str_trim(*field);
		*value = str_trim(*value);
		return true;
	}
	return false;
}

/* "stance/1.0 (x)" names us as "stance" does. */
static bool
names_us(struct str value)
{
	size_t n = 0;

	while (n < value.n && (is_alpha(value.p[n]) || value.p[n] == '-' ||
	    value.p[n] == '_'))
		n++;
	return str_ieq(str_slice(value, 0, n), STR(ROBOTS_AGENT));
}

/* Append the rules of all groups for us, or of all for everybody.  Were there
 * any such groups? */
static bool
read_groups(struct buf *rules, struct str text, bool everybody)
{
	bool naming = false, ours = false, found = false;
	struct str field, value;

	while (next_line(&text, &field, &value)) {
		if (str_ieq(field, STR("user-agent"))) {
			if (!naming)
				ours = false;
			naming = true;
			ours |= everybody ? str_eq(value, STR("*")) :
			    names_us(value);
			found |= ours;
			continue;
		}
		if (!str_ieq(field, STR("allow")) &&
		    !str_ieq(field, STR("disallow")))
			continue;
		naming = false;
		if (!ours || value.n == 0)
			continue;
		buf_addc(rules, to_lower(field.p[0]) == 'a' ? '+' : '-');
		buf_adds(rules, str_slice(value, 0, PATTERN_MAX));
		buf_addc(rules, '\n');
	}
	return found;
}

void
robots_read(struct buf *rules, struct str text)
{
	text = str_slice(text, 0, ROBOTS_MAX);
	if (str_starts(text, STR("\xef\xbb\xbf")))
		text = str_from(text, 3);
	if (!read_groups(rules, text, false))
		read_groups(rules, text, true);
}

/* '*' stands for anything, a '$' at the end for the end; otherwise a pattern
 * matches the beginning of a path. */
static bool
matches(struct str pattern, struct str path)
{
	bool anchored = pattern.n > 0 && pattern.p[pattern.n - 1] == '$';
	size_t p = 0, s = 0, star = 0, resume = 0;
	bool starred = false;

	if (anchored)
		pattern.n--;
	for (;;) {
		if (p == pattern.n && (!anchored || s == path.n))
			return true;
		if (p < pattern.n && pattern.p[p] == '*') {
			starred = true;
			star = ++p;
			resume = s;
		} else if (p < pattern.n && s < path.n &&
		    pattern.p[p] == path.p[s]) {
			p++;
			s++;
		} else if (starred && resume < path.n) {
			p = star;
			s = ++resume;
		} else
			return false;
	}
}

bool
robots_allow(struct str rules, struct str path)
{
	size_t longest = 0;
	bool allowed = true;
	struct str rule;

	path = str_slice(path, 0, 2 * PATTERN_MAX);
	while (str_split(&rules, '\n', &rule)) {
		bool allow = rule.n > 0 && rule.p[0] == '+';

		if (rule.n < 2 || !matches(str_from(rule, 1), path))
			continue;
		if (rule.n > longest || (rule.n == longest && allow)) {
			longest = rule.n;
			allowed = allow;
		}
	}
	return allowed;
}
