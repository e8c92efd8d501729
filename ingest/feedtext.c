#include "base/utf8.h"
#include "ingest/feedtext.h"
#include "ingest/markup.h"

static int
base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (is_digit(c))
		return c - '0' + 52;
	return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

/* -1 when it is not base64 of a text after all. */
static int
base64_decode(struct str s, struct buf *to)
{
	unsigned bits = 0, n = 0;

	for (size_t i = 0; i < s.n; i++) {
		int v = base64_value(s.p[i]);

		if (is_space(s.p[i]) || s.p[i] == '=')
			continue;
		if (v == -1)
			return -1;
		bits = (bits << 6 | (unsigned)v) & 0xFFFFFF;
		n += 6;
		if (n >= 8) {
			n -= 8;
			buf_addc(to, (char)(bits >> n & 0xFF));
		}
	}
	return utf8_check(buf_str(to)) == to->n ? 0 : -1;
}

/* Does it hold U+0080 to U+009F? */
static bool
has_c1(struct str s)
{
	const char *p = s.p, *end = s.p + s.n;

	while ((p = memchr(p, 0xC2, (size_t)(end - p))) != NULL) {
		if (p + 1 < end && (unsigned char)p[1] < 0xA0)
			return true;
		p++;
	}
	return false;
}

static struct str
without_c1(struct str s, struct arena *a)
{
	struct buf out = BUF_INIT;
	struct str result;
	char reference[] = "&#128;";
	size_t len;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char next = i + 1 < s.n ? (unsigned char)s.p[i + 1] : 0;

		if ((unsigned char)s.p[i] == 0xC2 && next >= 0x80 && next < 0xA0) {
			reference[3] = (char)('0' + next / 10 % 10);
			reference[4] = (char)('0' + next % 10);
			utf8_add(&out, markup_reference(str_of(reference), &len));
			i++;
		} else
			buf_addc(&out, s.p[i]);
	}
	result = arena_str(a, buf_str(&out));
	buf_release(&out);
	return result;
}

struct str
feed_text_clean(struct str s, bool base64, struct arena *a)
{
	struct buf plain = BUF_INIT;
	struct str result;

	if (base64 && base64_decode(s, &plain) == 0)
		result = arena_str(a, str_trim(buf_str(&plain)));
	else
		result = has_c1(s) ? without_c1(s, a) : arena_str(a, s);
	buf_release(&plain);
	return result;
}

static bool
is_address_char(char c)
{
	return is_alpha(c) || is_digit(c) || (c != '\0' &&
	    strchr("._%+-'&=!#$*/?^`{|}~", c) != NULL);
}

/* The e-mail address in `s`, around its first @. */
static struct str
find_address(struct str s)
{
	const char *at = s.n ? memchr(s.p, '@', s.n) : NULL;
	size_t start, end;

	if (at == NULL)
		return STR_NONE;
	start = end = (size_t)(at - s.p);
	while (start > 0 && is_address_char(s.p[start - 1]))
		start--;
	for (end++; end < s.n && (is_alpha(s.p[end]) || is_digit(s.p[end]) ||
	    s.p[end] == '.' || s.p[end] == '-'); end++)
		;
	while (s.p[end - 1] == '.')
		end--;
	if (start == (size_t)(at - s.p) || end == (size_t)(at - s.p) + 1)
		return STR_NONE;
	return str_slice(s, start, end);
}

static struct str
strip(struct str s, const char *any)
{
	while (s.n > 0 && strchr(any, s.p[0]) != NULL)
		s = str_from(s, 1);
	while (s.n > 0 && strchr(any, s.p[s.n - 1]) != NULL)
		s.n--;
	return s;
}

void
feed_person(struct str s, struct author *person, struct arena *a)
{
	struct str address = find_address(s), before, after, name;
	size_t start;

	if (address.n == 0) {
		if (person->name.n == 0)
			person->name = s;
		return;
	}
	start = (size_t)(address.p - s.p);
	before = str_slice(s, 0, start);
	after = str_from(s, start + address.n);
	if (str_ends(before, STR("mailto:")))
		before.n -= strlen("mailto:");
	before = strip(before, " \t\r\n()<>[]\",;:-");
	after = strip(after, " \t\r\n()<>[]\",;:-");
	name = before.n == 0 ? after : after.n == 0 ? before :
	    arena_printf(a, "%.*s %.*s", STR_FMT(before), STR_FMT(after));
	if (person->email.n == 0)
		person->email = address;
	if (person->name.n == 0)
		person->name = name;
}

struct str
feed_language(struct str s, struct arena *a)
{
	char *tag;

	s = str_trim(s);
	if (s.n == 0 || memchr(s.p, '_', s.n) == NULL)
		return s;
	tag = arena_cstr(a, s);
	for (size_t i = 0; i < s.n; i++)
		if (tag[i] == '_')
			tag[i] = '-';
	return (struct str){ tag, s.n };
}

struct str
feed_relation(struct str rel)
{
	static const char *const registry[] = {
		"http://www.iana.org/assignments/relation/", NULL };

	for (size_t i = 0; registry[i] != NULL; i++)
		if (str_starts(rel, str_of(registry[i])))
			return str_from(rel, strlen(registry[i]));
	return rel;
}

long long
feed_duration(struct str s)
{
	long long seconds = 0;
	struct str rest = str_trim(s), part;

	if (rest.n == 0)
		return -1;
	while (str_split(&rest, ':', &part)) {
		long long v = str_number(part, 1000000);

		if (v == -1)
			return -1;
		seconds = seconds * 60 + v;
	}
	return seconds;
}
