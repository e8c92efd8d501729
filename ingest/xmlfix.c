#include <assert.h>

#include "base/utf8.h"
#include "ingest/markup.h"
#include "ingest/xmlfix.h"

/* libxml2 stops at 256; what is deeper is flattened. */
#define DEPTH_MAX	200
/* libxml2 compares each attribute of an element with each. */
#define ATTRIBUTES_MAX	64
/* A thousand attributes take libxml2 4 ms. */
#define TAG_ATTRIBUTES	1000
#define TAG_BLOCK	2048
/* Entities of one document, and bytes of one: enough for a list of characters. */
#define ENTITIES_MAX	256
#define ENTITY_MAX	64

struct entity {
	struct str	name, value;
};

struct fixer {
	struct markup	 in;
	struct buf	*out;
	struct arena	*a;
	struct str	 open[DEPTH_MAX];	/* names of the open elements */
	size_t		 depth;
	bool		 begun, ended;		/* the root element was */
	struct entity	*entities;
	size_t		 nentities;
};

/* It would span whole blocks with an = for each and no <, which no attribute may
 * hold. */
bool
xml_has_giant_tag(struct str text)
{
	size_t equals = 0;

	for (size_t at = 0; at + TAG_BLOCK <= text.n; at += TAG_BLOCK) {
		const char *block = text.p + at;

		if (memchr(block, '<', TAG_BLOCK) != NULL) {
			equals = 0;
			continue;
		}
		for (size_t i = 0; i < TAG_BLOCK; i++)
			equals += block[i] == '=';
		if (equals > TAG_ATTRIBUTES)
			return true;
	}
	return false;
}

bool
xml_is_char(uint32_t cp)
{
	return cp == '\t' || cp == '\n' || cp == '\r' ||
	    (cp >= 0x20 && cp < 0xD800) || (cp >= 0xE000 && cp < 0xFFFE) ||
	    (cp >= 0x10000 && cp < 0x110000);
}

static struct str
declared_value(const struct fixer *f, struct str name)
{
	for (size_t i = 0; i < f->nentities; i++)
		if (str_eq(f->entities[i].name, name))
			return f->entities[i].value;
	return STR_NONE;
}

static void
add_char(struct buf *out, uint32_t cp)
{
	char bytes[4];

	if (xml_is_char(cp))
		markup_escape(out, (struct str){ bytes, utf8_encode(cp, bytes) });
}

/* The reference at the front of `s`: the bytes it took. */
static size_t
add_reference(struct fixer *f, struct str s)
{
	size_t len, end = 1;
	uint32_t cp = markup_reference(s, &len);
	struct str value;

	if (cp != 0) {
		add_char(f->out, cp);
		return len;
	}
	while (end < s.n && end < ENTITY_MAX && !is_space(s.p[end]) &&
	    s.p[end] != ';' && s.p[end] != '&')
		end++;
	value = declared_value(f, str_slice(s, 1, end));
	if (value.p != NULL && end < s.n && s.p[end] == ';') {
		markup_escape(f->out, value);
		return end + 1;
	}
	buf_addz(f->out, "&amp;");
	return 1;
}

/* Text whose references are still to be read, or not (`literal`). */
static void
add_text(struct fixer *f, struct str s, bool literal)
{
	size_t done = 0, i = 0;

	while (i < s.n) {
		unsigned char c = (unsigned char)s.p[i];
		unsigned len = 1;
		uint32_t cp;

		if (c >= 0x80) {
			cp = utf8_decode(s.p + i, s.p + s.n, &len);
			i += len;
			if (xml_is_char(cp))
				continue;
			i -= len;
		} else if (c >= 0x20 && strchr("&<>\"", c) == NULL) {
			i++;
			continue;
		}
		buf_add(f->out, s.p + done, i - done);
		if (c == '&' && !literal)
			i += add_reference(f, str_from(s, i));
		else {
			if (c < 0x80)
				add_char(f->out, c);
			i += len;
		}
		done = i;
	}
	buf_adds(f->out, str_from(s, done));
}

static bool
is_name(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!(is_alpha(c) || c == '_' || (c & 0x80) ||
		    (i > 0 && (is_digit(c) || c == '.' || c == '-' ||
		    (c == ':' && i + 1 < s.n)))))
			return false;
	}
	return s.n > 0;
}

static void
add_attributes(struct fixer *f, struct str body)
{
	struct str seen[ATTRIBUTES_MAX];
	struct markup_attr attr;
	size_t n = 0, i;

	while (n < ATTRIBUTES_MAX && markup_attr(&body, &attr)) {
		for (i = 0; i < n && !str_eq(seen[i], attr.name); i++)
			;
		if (i < n || !is_name(attr.name))
			continue;
		seen[n++] = attr.name;
		buf_addc(f->out, ' ');
		buf_adds(f->out, attr.name);
		buf_addz(f->out, "=\"");
		add_text(f, attr.value, false);
		buf_addc(f->out, '"');
	}
}

static void
close_to(struct fixer *f, size_t depth)
{
	while (f->depth > depth) {
		buf_addz(f->out, "</");
		buf_adds(f->out, f->open[--f->depth]);
		buf_addc(f->out, '>');
	}
	f->ended = f->begun && f->depth == 0;
}

static void
start_tag(struct fixer *f, const struct markup_token *t)
{
	bool empty = t->empty || markup_is_void(t->name);

	if (f->depth == DEPTH_MAX)
		return;
	f->begun = true;
	buf_addc(f->out, '<');
	buf_adds(f->out, t->name);
	add_attributes(f, t->body);
	buf_addz(f->out, empty ? "/>" : ">");
	if (!empty)
		f->open[f->depth++] = t->name;
	else
		f->ended = f->depth == 0;
}

/* An end tag closes all that was left open inside its element; one that
 * matches nothing is dropped. */
static void
end_tag(struct fixer *f, const struct markup_token *t)
{
	for (size_t i = f->depth; i > 0; i--)
		if (str_eq(f->open[i - 1], t->name)) {
			close_to(f, i - 1);
			return;
		}
}

/* One <!ENTITY name "value"> of the subset; `s` begins behind <!ENTITY. */
static int
declare(struct fixer *f, struct str s, struct err *err)
{
	size_t n = 0;
	struct str name, value;
	const char *close;

	s = str_trim(s);
	if (f->nentities == ENTITIES_MAX)
		return err_set(err, "document declares too many entities");
	while (n < s.n && !is_space(s.p[n]))
		n++;
	name = str_slice(s, 0, n);
	s = str_trim(str_from(s, n));
	close = s.n > 1 && (s.p[0] == '"' || s.p[0] == '\'') ?
	    memchr(s.p + 1, s.p[0], s.n - 1) : NULL;
	if (!is_name(name) || close == NULL || close - s.p > ENTITY_MAX)
		return err_set(err, "document declares an entity that is not "
		    "a few characters");
	value = markup_decode(str_slice(s, 1, (size_t)(close - s.p)), f->a);
	if (memchr(value.p, '<', value.n) || (memchr(value.p, '&', value.n) &&
	    value.n > 1))
		return err_set(err, "document declares an entity with markup");
	f->entities[f->nentities++] = (struct entity){ name, value };
	return 0;
}

static int
read_doctype(struct fixer *f, struct str body, struct err *err)
{
	ptrdiff_t at = 0;

	while ((at = str_find(body, STR("<!ENTITY"), (size_t)at)) != -1) {
		at += (ptrdiff_t)strlen("<!ENTITY");
		if (f->entities == NULL)
			f->entities = arena_array(f->a, ENTITIES_MAX,
			    sizeof(*f->entities));
		if (declare(f, str_slice(body, (size_t)at,
		    (size_t)at + 4 * ENTITY_MAX), err) == -1)
			return -1;
	}
	return 0;
}

/* A tag that was cut off with the document. */
static bool
is_stump(const struct fixer *f, const struct markup_token *t)
{
	struct str s = t->body;

	return f->in.at == f->in.text.n && s.n > 0 && s.p[0] == '<' &&
	    (s.n == 1 || s.p[1] == '/' || s.p[1] == '!' || is_alpha(s.p[1]));
}

static int
fix_token(struct fixer *f, const struct markup_token *t, struct err *err)
{
	switch (t->kind) {
	case MARKUP_TAG:
		if (!is_name(t->name))
			add_text(f, t->raw, true);
		else if (t->end)
			end_tag(f, t);
		else
			start_tag(f, t);
		break;
	case MARKUP_TEXT:
	case MARKUP_CDATA:
		if (f->depth > 0 && !is_stump(f, t))
			add_text(f, t->body, t->kind == MARKUP_CDATA);
		break;
	case MARKUP_DOCTYPE:
		return f->begun ? 0 : read_doctype(f, t->body, err);
	case MARKUP_COMMENT:
	case MARKUP_PI:
		break;
	}
	return 0;
}

int
xml_fix(struct str text, struct buf *to, struct arena *a, struct err *err)
{
	struct fixer f = { .out = to, .a = a };
	struct markup_token token;

	markup_init(&f.in, text);
	while (!f.ended && markup_next(&f.in, &token))
		if (fix_token(&f, &token, err) == -1)
			return -1;
	if (!f.begun)
		return err_set(err, "there is no markup in it");
	close_to(&f, 0);
	assert(f.depth == 0);
	return 0;
}
