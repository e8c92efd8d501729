#include <assert.h>

#include <libxml/HTMLparser.h>

#include "base/utf8.h"
#include "ingest/markup.h"
#include "ingest/url.h"

/* The longest reference is &thetasym; and numbers have their own ceiling. */
#define REFERENCE_MAX	32

void
markup_init(struct markup *m, struct str text)
{
	*m = (struct markup){ .text = text };
}

/* Offset of `c` at or after `from`, or text.n.  A byte that is not found is
 * remembered, so that a million openings without an end stay linear. */
static size_t
seek(struct markup *m, size_t from, char c)
{
	const char *p;

	if (from >= m->text.n || m->none_left[(unsigned char)c])
		return m->text.n;
	p = memchr(m->text.p + from, c, m->text.n - from);
	if (p == NULL)
		m->none_left[(unsigned char)c] = true;
	return p ? (size_t)(p - m->text.p) : m->text.n;
}

/* Finish `token`, a section whose end is `mark`, or the end of all. */
static void
section(struct markup *m, struct markup_token *token, enum markup_kind kind,
    size_t opening, struct str mark)
{
	size_t start = m->at + opening;
	ptrdiff_t end = str_find(m->text, mark, start);
	size_t stop = end == -1 ? m->text.n : (size_t)end;

	token->kind = kind;
	token->body = str_slice(m->text, start, stop);
	stop = end == -1 ? stop : stop + mark.n;
	token->raw = str_slice(m->text, m->at, stop);
}

/* A document type ends at the > outside its brackets and quotes. */
static void
doctype(struct markup *m, struct markup_token *token)
{
	size_t i = m->at + strlen("<!");
	bool subset = false;

	for (; i < m->text.n; i++) {
		char c = m->text.p[i];

		if (c == '<' && str_starts(str_from(m->text, i), STR("<!--"))) {
			ptrdiff_t end = str_find(m->text, STR("-->"), i);

			i = end == -1 ? m->text.n : (size_t)end + 2;
		} else if (c == '"' || c == '\'')
			i = seek(m, i + 1, c);
		else if (c == '[' || c == ']')
			subset = c == '[';
		else if (c == '>' && !subset)
			break;
	}
	token->kind = MARKUP_DOCTYPE;
	token->body = str_slice(m->text, m->at + strlen("<!"), i);
	token->raw = str_slice(m->text, m->at, i + 1);
}

static bool
ends_name(char c)
{
	return is_space(c) || c == '/' || c == '>' || c == '<' || c == '=';
}

/* The offset of the > that ends the tag whose name ends at `i`, or text.n. */
static size_t
tag_end(struct markup *m, size_t i)
{
	bool value = false;	/* an = came last */

	for (; i < m->text.n; i++) {
		char c = m->text.p[i];

		if (c == '>')
			return i;
		if (value && (c == '"' || c == '\'')) {
			size_t close = seek(m, i + 1, c);

			if (close < m->text.n)
				i = close;
		}
		if (!is_space(c))
			value = c == '=';
		if (c == '<' && !value)
			return m->text.n;
	}
	return i;
}

static bool
tag(struct markup *m, struct markup_token *token)
{
	size_t i = m->at + 1, start, end;

	token->end = i < m->text.n && m->text.p[i] == '/';
	i += token->end;
	start = i;
	if (i == m->text.n || !(is_alpha(m->text.p[i]) || m->text.p[i] == '_' ||
	    (m->text.p[i] & 0x80)))
		return false;
	while (i < m->text.n && !ends_name(m->text.p[i]))
		i++;
	if (seek(m, i, '>') == m->text.n)
		return false;
	end = tag_end(m, i);
	if (end == m->text.n)
		return false;
	token->kind = MARKUP_TAG;
	token->name = str_slice(m->text, start, i);
	token->raw = str_slice(m->text, m->at, end + 1);
	token->empty = !token->end && end > i && m->text.p[end - 1] == '/';
	token->body = str_slice(m->text, i, end - token->empty);
	return true;
}

static bool
special(struct markup *m, struct markup_token *token)
{
	struct str rest = str_from(m->text, m->at);

	if (str_starts(rest, STR("<!--")))
		section(m, token, MARKUP_COMMENT, 4, STR("-->"));
	else if (str_starts(rest, STR("<![CDATA[")))
		section(m, token, MARKUP_CDATA, 9, STR("]]>"));
	else if (str_starts(rest, STR("<?")))
		section(m, token, MARKUP_PI, 2, STR(">"));
	else if (str_istarts(rest, STR("<!DOCTYPE")))
		doctype(m, token);
	else
		return false;
	return true;
}

bool
markup_next(struct markup *m, struct markup_token *token)
{
	size_t end;

	if (m->at >= m->text.n)
		return false;
	*token = (struct markup_token){ .kind = MARKUP_TEXT };
	if (m->text.p[m->at] == '<' && (special(m, token) || tag(m, token))) {
		m->at += token->raw.n;
		return true;
	}
	end = seek(m, m->at + 1, '<');
	token->raw = token->body = str_slice(m->text, m->at, end);
	m->at = end;
	return true;
}

bool
markup_attr(struct str *body, struct markup_attr *attr)
{
	size_t i = 0, start;

	while (i < body->n && ends_name(body->p[i]))
		i++;
	start = i;
	while (i < body->n && !ends_name(body->p[i]))
		i++;
	attr->name = str_slice(*body, start, i);
	attr->value = STR_NONE;
	*body = str_trim(str_from(*body, i));
	if (attr->name.n == 0)
		return false;
	if (body->n == 0 || body->p[0] != '=')
		return true;
	*body = str_trim(str_from(*body, 1));
	char quote = body->n > 0 ? body->p[0] : '\0';
	const char *close = quote == '"' || quote == '\'' ?
	    memchr(body->p + 1, quote, body->n - 1) : NULL;
	if (close != NULL) {
		attr->value = str_slice(*body, 1, (size_t)(close - body->p));
		*body = str_from(*body, attr->value.n + 2);
		return true;
	}
	for (i = 0; i < body->n && !is_space(body->p[i]); i++)
		;
	attr->value = str_slice(*body, 0, i);
	*body = str_from(*body, i);
	return true;
}

struct str
markup_attr_of(const struct markup_token *tag_token, struct str name,
    struct arena *a)
{
	struct str body = tag_token->body;
	struct markup_attr attr;

	while (markup_attr(&body, &attr))
		if (str_ieq(attr.name, name))
			return markup_decode(str_trim(attr.value), a);
	return STR_NONE;
}

/* What the controls of C1 are in windows-1252. */
static uint32_t
from_c1(uint32_t cp)
{
	static const uint16_t points[32] = {
		0x20AC, 0x81, 0x201A, 0x192, 0x201E, 0x2026, 0x2020, 0x2021,
		0x2C6, 0x2030, 0x160, 0x2039, 0x152, 0x8D, 0x17D, 0x8F,
		0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
		0x2DC, 0x2122, 0x161, 0x203A, 0x153, 0x9D, 0x17E, 0x178
	};

	return cp >= 0x80 && cp < 0xA0 ? points[cp - 0x80] : cp;
}

static uint32_t
numeric(struct str s, size_t *len)
{
	size_t i = 2;
	bool hex = s.n > 2 && (s.p[2] | 32) == 'x';
	uint32_t cp = 0;

	for (i += hex; i < s.n && i < REFERENCE_MAX && cp < 0x110000; i++) {
		char c = to_lower(s.p[i]);

		if (is_digit(c))
			cp = cp * (hex ? 16 : 10) + (uint32_t)(c - '0');
		else if (hex && c >= 'a' && c <= 'f')
			cp = cp * 16 + (uint32_t)(c - 'a' + 10);
		else
			break;
	}
	if (i == 2U + hex)
		return 0;
	*len = i + (i < s.n && s.p[i] == ';');
	if (cp == 0 || cp >= 0x110000 || (cp >= 0xD800 && cp < 0xE000))
		return 0xFFFD;
	return from_c1(cp);
}

uint32_t
markup_reference(struct str s, size_t *len)
{
	char name[REFERENCE_MAX];
	const htmlEntityDesc *entity;
	size_t i = 1;

	assert(s.n > 0 && s.p[0] == '&');
	*len = 1;
	if (s.n > 2 && s.p[1] == '#')
		return numeric(s, len);
	while (i < s.n && i < REFERENCE_MAX &&
	    (is_alpha(s.p[i]) || is_digit(s.p[i])))
		i++;
	if (i == 1 || i == s.n || s.p[i] != ';')
		return 0;
	memcpy(name, s.p + 1, i - 1);
	name[i - 1] = '\0';
	entity = htmlEntityLookup((const xmlChar *)name);
	if (entity == NULL)
		return 0;
	*len = i + 1;
	return entity->value;
}

struct str
markup_decode(struct str s, struct arena *a)
{
	const char *p = s.n ? memchr(s.p, '&', s.n) : NULL;
	size_t at, n, len;

	if (p == NULL)
		return s;
	at = n = (size_t)(p - s.p);
	/* A reference is never shorter than the UTF-8 it stands for. */
	char *out = arena_alloc(a, s.n + 4);
	memcpy(out, s.p, n);
	while (at < s.n) {
		uint32_t cp = s.p[at] == '&' ?
		    markup_reference(str_from(s, at), &len) : 0;

		if (cp == 0)
			out[n++] = s.p[at++];
		else {
			n += utf8_encode(cp, out + n);
			at += len;
		}
		assert(n <= at + 3);
	}
	return (struct str){ out, n };
}

static bool
is_one_of(struct str name, const char *const *names)
{
	for (; *names != NULL; names++)
		if (str_ieq(name, str_of(*names)))
			return true;
	return false;
}

bool
markup_is_void(struct str name)
{
	static const char *const names[] = { "br", "img", "hr", "input", "wbr",
	    "area", "base", "col", "embed", "param", "track", NULL };

	return is_one_of(name, names);
}

static bool
is_link(struct str attribute)
{
	static const char *const names[] = { "href", "src", "cite", "action",
	    "background", "longdesc", "data", "usemap", "poster", "codebase",
	    "classid", "profile", "formaction", "xlink:href", NULL };

	/* Most attributes are none of these, and most of those end otherwise. */
	return attribute.n >= 3 &&
	    strchr("fcenda", to_lower(attribute.p[attribute.n - 1]) & 0x7f) &&
	    is_one_of(attribute, names);
}

/*
 * Copy the bytes of `tag` up to here whenever an attribute is replaced.  *done
 * is what of the whole text has been copied.
 */
static void
absolute_tag(struct buf *to, struct str html, size_t *done,
    const struct markup_token *token, struct str base, struct arena *a)
{
	struct str body = token->body;
	struct markup_attr attr;

	while (markup_attr(&body, &attr)) {
		struct str old, full;

		if (!is_link(attr.name) || attr.value.n == 0)
			continue;
		old = str_trim(markup_decode(attr.value, a));
		full = url_resolve(base, old, a);
		if (full.p == old.p)
			continue;
		size_t start = (size_t)(attr.value.p - html.p);
		bool quoted = start > 0 && (html.p[start - 1] == '"' ||
		    html.p[start - 1] == '\'');
		buf_add(to, html.p + *done, start - *done);
		buf_addz(to, quoted ? "" : "\"");
		markup_escape(to, full);
		buf_addz(to, quoted ? "" : "\"");
		*done = start + attr.value.n;
	}
}

/*
 * Can there be a relative link in it?  Nearly every link is absolute, so it is
 * worth looking around each equals sign before any tag is read.
 */
static bool
may_have_relative(struct str html)
{
	const char *p = html.p, *end = html.p + html.n;

	for (; (p = memchr(p, '=', (size_t)(end - p))) != NULL; p++) {
		const char *name, *value = p + 1, *stop = p;

		while (stop > html.p && is_space(stop[-1]))
			stop--;
		for (name = stop; name > html.p && is_alpha(name[-1]); name--)
			;
		if (!is_link((struct str){ name, (size_t)(stop - name) }))
			continue;
		while (value < end && (is_space(*value) || *value == '"' ||
		    *value == '\''))
			value++;
		if (!url_is_http((struct str){ value, (size_t)(end - value) }))
			return true;
	}
	return false;
}

struct str
markup_absolute(struct str html, struct str base, struct arena *a)
{
	struct buf out = BUF_INIT;
	struct markup m;
	struct markup_token token;
	struct str result = html;
	size_t done = 0;

	if (base.n == 0 || html.n == 0 || !may_have_relative(html))
		return html;
	markup_init(&m, html);
	while (markup_next(&m, &token))
		if (token.kind == MARKUP_TAG && !token.end && token.body.n > 4)
			absolute_tag(&out, html, &done, &token, base, a);
	if (done > 0) {
		buf_adds(&out, str_from(html, done));
		result = arena_str(a, buf_str(&out));
	}
	buf_release(&out);
	return result;
}

void
markup_escape(struct buf *to, struct str text)
{
	size_t done = 0;

	for (size_t i = 0; i < text.n; i++) {
		const char *reference;

		switch (text.p[i]) {
		case '&': reference = "&amp;"; break;
		case '<': reference = "&lt;"; break;
		case '>': reference = "&gt;"; break;
		case '"': reference = "&quot;"; break;
		default: continue;
		}
		buf_add(to, text.p + done, i - done);
		buf_addz(to, reference);
		done = i + 1;
	}
	buf_adds(to, str_from(text, done));
}
