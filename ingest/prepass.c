#include <assert.h>
#include <stdint.h>

#include "base/limits.h"
#include "base/utf8.h"
#include "ingest/prepass.h"

/* Attributes that are kept of one tag: libxml2 compares each with all others. */
#define ATTRIBUTES_MAX	24
/* The longest value of use is a description. */
#define VALUE_MAX	8192
/* Open elements whose end tag is not optional.  Real pages stay under 100;
 * libxml2 and every later walk pay for each level. */
#define DEPTH_MAX	400
/* JSON-LD scripts of one page; real ones have up to a dozen. */
#define JSONLD_MAX	64
/* Start tags and ampersands that libxml2 is given.  Real pages have thousands;
 * each costs it 0.2 microseconds and more, and a page may take two seconds. */
#define TAGS_MAX	(1UL << 20)
#define AMPERSANDS_MAX	(1UL << 18)

struct scan {
	const char	*at, *end;	/* of the input */
	char		*to;		/* the output grows here */
	struct prepass	*pre;
	size_t		 ampersands;
	unsigned	 depth;
	uint16_t	 open[256];	/* elements open, by hash of the name */
	bool		 endless[13];	/* by raw element: no end tag follows */
	bool		 endless_comment;
};

/* Elements whose content is not markup or not text; script is the first. */
static const struct str raw_elements[] = {
	{ "script", 6 }, { "style", 5 }, { "svg", 3 }, { "iframe", 6 },
	{ "textarea", 8 }, { "noembed", 7 }, { "xmp", 3 }, { "math", 4 },
	/* AMP's menus, notices and the articles it appends */
	{ "amp-sidebar", 11 }, { "amp-consent", 11 }, { "amp-next-page", 13 },
	{ "amp-user-notification", 21 }, { "amp-ad", 6 },
};

static const struct str void_or_optional[] = {
	{ "p", 1 }, { "li", 2 }, { "br", 2 }, { "img", 3 }, { "td", 2 },
	{ "tr", 2 }, { "th", 2 }, { "dt", 2 }, { "dd", 2 }, { "meta", 4 },
	{ "link", 4 }, { "hr", 2 }, { "input", 5 }, { "option", 6 },
	{ "tbody", 5 }, { "thead", 5 }, { "source", 6 }, { "wbr", 3 },
	{ "area", 4 }, { "base", 4 }, { "col", 3 }, { "embed", 5 },
	{ "param", 5 }, { "track", 5 }, { "html", 4 }, { "head", 4 },
	{ "body", 4 },
};

/* The attributes that the tree and the metadata read. */
static const struct str kept_attributes[] = {
	{ "class", 5 }, { "id", 2 }, { "href", 4 }, { "rel", 3 },
	{ "content", 7 }, { "name", 4 }, { "property", 8 }, { "itemprop", 8 },
	{ "itemtype", 8 }, { "lang", 4 }, { "xml:lang", 8 }, { "datetime", 8 },
	{ "role", 4 }, { "hidden", 6 }, { "aria-hidden", 11 },
	{ "http-equiv", 10 }, { "style", 5 }, { "title", 5 }, { "type", 4 },
	{ "data-testid", 11 }, { "data-component", 14 }, { "data-qa", 7 },
	{ "data-module", 11 }, { "amp", 3 },
};

/* How a page says that it is AMP; libxml2 takes ASCII names only. */
static const struct str amp_sign = { "⚡", 3 };

#define COUNT(array)	(sizeof(array) / sizeof(*(array)))

/* The entry of `list` that is `name`, or NULL. */
static const struct str *
among(struct str name, const struct str *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (name.n == list[i].n &&
		    to_lower(name.p[0]) == list[i].p[0] &&
		    str_ieq(name, list[i]))
			return &list[i];
	return NULL;
}

static bool
is_name_end(char c)
{
	return is_space(c) || c == '/' || c == '>';
}

static void
copy(struct scan *s, const char *from, const char *end)
{
	size_t n = (size_t)(end - from);

	memcpy(s->to, from, n);
	s->to += n;
}

/* The same for text: ampersands beyond the limit become spaces. */
static void
copy_text(struct scan *s, const char *from, const char *end)
{
	char *at = s->to;

	copy(s, from, end);
	while ((at = memchr(at, '&', (size_t)(s->to - at))) != NULL) {
		if (++s->ampersands > AMPERSANDS_MAX)
			*at = ' ';
		at++;
	}
}

/* Behind the next `needle` at or after `from`, or the end. */
static const char *
behind(const struct scan *s, const char *from, struct str needle)
{
	const char *hit = memmem(from, (size_t)(s->end - from), needle.p,
	    needle.n);

	return hit ? hit + needle.n : s->end;
}

/* The '>' that ends the tag whose attributes begin at `at`, quotes respected, or
 * NULL. */
static const char *
tag_end(const struct scan *s, const char *at)
{
	while (at < s->end && *at != '>') {
		const char *quote = at + 1;

		if (*at != '=') {
			at++;
			continue;
		}
		while (quote < s->end && is_space(*quote))
			quote++;
		at = quote;
		if (quote < s->end && (*quote == '"' || *quote == '\'')) {
			at = memchr(quote + 1, *quote,
			    (size_t)(s->end - quote - 1));
			if (at == NULL)
				return NULL;
			at++;
		}
	}
	return at < s->end ? at : NULL;
}

/* The end tag `</name` at or after `from`, or NULL. */
static const char *
find_end_tag(const char *from, const char *end, struct str name)
{
	while (from < end &&
	    (from = memchr(from, '<', (size_t)(end - from))) != NULL) {
		struct str here = { from + 1, (size_t)(end - from) - 1 };

		if (here.n > name.n + 1 && here.p[0] == '/' &&
		    str_istarts(str_from(here, 1), name) &&
		    is_name_end(here.p[name.n + 1]))
			return from;
		from++;
	}
	return NULL;
}

/* Does a comment in [at, end) open a script of its own?  *in_comment is kept
 * from call to call. */
static bool
opens_script(const char *at, const char *end, bool *in_comment)
{
	while (at < end) {
		size_t left = (size_t)(end - at);
		const char *shut;
		ptrdiff_t script;

		if (!*in_comment) {
			at = memmem(at, left, "<!--", 4);
			if (at == NULL)
				return false;
			*in_comment = true;
			at += 4;
			continue;
		}
		shut = memmem(at, left, "-->", 3);
		script = str_ifind((struct str){ at,
		    shut ? (size_t)(shut - at) : left }, STR("<script"), 0);
		if (script >= 0)
			return true;
		if (shut == NULL)
			return false;
		*in_comment = false;
		at = shut + 3;
	}
	return false;
}

/*
 * A script ends at its end tag, unless a comment inside the script has opened
 * a script of its own, which that tag ends (HTML, 13.2.5.17 and following):
 *	<script><!-- document.write("<script></script>") --></script>
 */
static const char *
find_script_end(const char *from, const char *end)
{
	const struct str name = STR("script");
	bool in_comment = false;

	for (;;) {
		const char *close = find_end_tag(from, end, name);

		if (close == NULL || !opens_script(from, close, &in_comment))
			return close;
		from = close + 2 + name.n;
	}
}

static bool
is_jsonld(const char *at, const char *end)
{
	return str_ifind((struct str){ at, (size_t)(end - at) },
	    STR("ld+json"), 0) >= 0;
}

/* Drop an element with its content: its tag's attributes begin at `at`, its
 * content at `content`.  One that is not shut loses its tag only. */
static void
skip_raw(struct scan *s, const struct str *element, const char *at,
    const char *content)
{
	bool *endless = &s->endless[element - raw_elements];
	bool script = element == raw_elements;
	const char *close = NULL, *shut;

	s->at = content;
	if (content[-2] == '/' && !script)	/* <svg/> has no content */
		return;
	if (!*endless)
		close = script ? find_script_end(content, s->end) :
		    find_end_tag(content, s->end, *element);
	if (close == NULL) {
		*endless = true;	/* nor has any later one an end */
		return;
	}
	if (script && s->pre->njsonld < JSONLD_MAX && is_jsonld(at, content))
		s->pre->jsonld[s->pre->njsonld++] =
		    (struct str){ content, (size_t)(close - content) };
	shut = memchr(close, '>', (size_t)(s->end - close));
	s->at = shut ? shut + 1 : s->end;
	*s->to++ = ' ';
}

static void
copy_attribute(struct scan *s, struct str name, const char *from,
    const char *end)
{
	struct str whole = { from, (size_t)(end - from) };

	if (str_eq(name, amp_sign))
		whole = name = STR("amp");
	if (whole.n > VALUE_MAX ||
	    among(name, kept_attributes, COUNT(kept_attributes)) == NULL)
		return;
	/* of styles only what hides */
	if (str_ieq(name, STR("style")) && str_ifind(whole, STR("none"), 0) < 0)
		return;
	*s->to++ = ' ';
	copy(s, whole.p, whole.p + whole.n);
}

/* Copy the attributes of use between `at` and the tag's end. */
static void
copy_attributes(struct scan *s, const char *at, const char *end)
{
	for (unsigned count = 0; at < end && count < ATTRIBUTES_MAX;) {
		const char *from, *name_end;

		while (at < end && (is_space(*at) || *at == '/'))
			at++;
		from = at;
		while (at < end && !is_space(*at) && *at != '=' && *at != '/')
			at++;
		name_end = at;
		while (at < end && is_space(*at))
			at++;
		if (at < end && *at == '=') {
			do
				at++;
			while (at < end && is_space(*at));
			if (at < end && (*at == '"' || *at == '\'')) {
				const char *quote = memchr(at + 1, *at,
				    (size_t)(end - at - 1));

				if (quote == NULL)	/* not shut */
					return;
				at = quote + 1;
			} else
				while (at < end && !is_space(*at))
					at++;
		} else
			at = name_end;
		if (name_end == from) {
			at = at > from ? at : from + 1;
			continue;
		}
		char *before = s->to;
		copy_attribute(s, (struct str){ from, (size_t)(name_end - from) },
		    from, at);
		count += s->to > before;
	}
}

static uint16_t *
open_count(struct scan *s, struct str name)
{
	unsigned h = 0;

	for (size_t i = 0; i < name.n; i++)
		h = h * 31 + (unsigned char)to_lower(name.p[i]);
	return &s->open[h & 255];
}

/* Whether the start tag is let through, by the depth it would make. */
static bool
enter(struct scan *s, struct str name)
{
	if (s->pre->tags >= TAGS_MAX)
		return false;
	if (among(name, void_or_optional, COUNT(void_or_optional)))
		return true;
	if (s->depth >= DEPTH_MAX)
		return false;
	s->depth++;
	++*open_count(s, name);
	return true;
}

/* Whether the end tag ends anything: libxml2 would search all open elements. */
static bool
leave(struct scan *s, struct str name)
{
	uint16_t *open = open_count(s, name);

	if (among(name, void_or_optional, COUNT(void_or_optional)))
		return true;
	if (*open == 0)
		return false;
	--*open;
	s->depth--;
	return true;
}

static void
start_tag(struct scan *s, struct str name)
{
	const char *at = name.p + name.n;
	const char *end = tag_end(s, at);
	const struct str *raw;

	if (end == NULL)		/* a quote not shut, or the page was cut */
		end = memchr(at, '>', (size_t)(s->end - at));
	if (end == NULL) {
		s->at = s->end;
		return;
	}
	end++;
	raw = among(name, raw_elements, COUNT(raw_elements));
	if (raw != NULL) {
		skip_raw(s, raw, at, end);
		return;
	}
	s->at = end;
	if (!enter(s, name))
		return;
	s->pre->tags++;
	*s->to++ = '<';
	copy(s, name.p, name.p + name.n);
	copy_attributes(s, at, end - 1);
	*s->to++ = '>';
}

static void
end_tag(struct scan *s, struct str name)
{
	const char *end = memchr(name.p, '>', (size_t)(s->end - name.p));

	s->at = end ? end + 1 : s->end;
	if (!leave(s, name))
		return;
	*s->to++ = '<';
	*s->to++ = '/';
	copy(s, name.p, name.p + name.n);
	*s->to++ = '>';
}

/* A comment, a declaration or an instruction; one not shut ends at the next
 * '>', so that its page is not lost. */
static void
skip_declaration(struct scan *s)
{
	struct str here = { s->at, (size_t)(s->end - s->at) };
	const char *shut;

	if (str_starts(here, STR("<!--")) && here.n > 4) {
		if (here.p[4] == '>') {
			s->at += 5;
			return;
		}
		shut = s->endless_comment ? NULL :
		    memmem(here.p + 4, here.n - 4, "-->", 3);
		if (shut != NULL) {
			s->at = shut + 3;
			return;
		}
		s->endless_comment = true;
	}
	s->at = behind(s, s->at, STR(">"));
}

static void
markup(struct scan *s)
{
	size_t left = (size_t)(s->end - s->at);
	bool is_end = left > 2 && s->at[1] == '/';
	struct str name = { s->at + 1 + is_end, 0 };

	if (left > 1 && (s->at[1] == '!' || s->at[1] == '?')) {
		skip_declaration(s);
		return;
	}
	if (left < 2 || !is_alpha(name.p[0])) {
		*s->to++ = *s->at++;		/* a lone '<' is text */
		/* what follows may be dropped, and must not make it a tag */
		if (name.p < s->end && name.p[0] == '<')
			*s->to++ = ' ';
		return;
	}
	while (name.p + name.n < s->end && !is_name_end(name.p[name.n]))
		name.n++;
	if (is_end)
		end_tag(s, name);
	else
		start_tag(s, name);
}

/* `bytes` without NULs and malformed UTF-8; a copy only where there are any. */
static struct str
clean(struct str bytes, struct arena *a)
{
	char *to, *p;

	if (memchr(bytes.p, '\0', bytes.n) == NULL &&
	    utf8_check(bytes) == bytes.n)
		return bytes;
	p = to = arena_alloc(a, bytes.n);
	while (bytes.n > 0) {
		size_t good = utf8_check(bytes);
		struct str rest = { bytes.p, good };

		bytes = str_from(bytes, good + 1);
		while (rest.n > 0) {
			const char *nul = memchr(rest.p, '\0', rest.n);
			size_t n = nul ? (size_t)(nul - rest.p) : rest.n;

			memcpy(p, rest.p, n);
			p += n;
			rest = str_from(rest, nul ? n + 1 : n);
		}
	}
	return (struct str){ to, (size_t)(p - to) };
}

void
prepass_run(struct prepass *pre, struct str bytes, struct arena *a)
{
	struct scan s = { .pre = pre };

	static_assert(COUNT(s.endless) == COUNT(raw_elements), "one flag each");
	*pre = (struct prepass){ 0 };
	if (bytes.n == 0)
		return;
	bytes = clean(bytes, a);
	pre->jsonld = arena_array(a, JSONLD_MAX, sizeof(*pre->jsonld));
	s.at = bytes.p;
	s.end = bytes.p + bytes.n;
	/* an attribute may gain the space that was left out before it */
	pre->html.p = s.to = arena_alloc(a, 2 * bytes.n + 1);
	while (s.at < s.end) {
		const char *next = memchr(s.at, '<', (size_t)(s.end - s.at));

		if (next == NULL)
			next = s.end;
		copy_text(&s, s.at, next);
		s.at = next;
		if (s.at < s.end)
			markup(&s);
	}
	pre->html.n = (size_t)(s.to - pre->html.p);
	assert(pre->html.n <= 2 * bytes.n);
}
