/*
 * From bytes to entries: which encoding, which format, and what the format
 * left open (an entry's address, its title) settled the same way for all.
 */
#include <assert.h>

#include "base/limits.h"
#include "base/utf8.h"
#include "ingest/charset.h"
#include "ingest/feedmodel.h"
#include "ingest/markup.h"
#include "ingest/url.h"

/* Where the root element must begin; before it stand comments at most. */
#define HEAD_MAX	4096
/* Code points of a title made from a text, and the bytes looked at for it. */
#define TITLE_MAX	100
#define TITLE_FROM	4096

void
vec_room(struct arena *a, void **v, size_t *n, size_t *cap, size_t size)
{
	if (*n == *cap) {
		size_t more = *cap ? 2 * *cap : 4;
		void *p = arena_array(a, more, size);

		if (*n > 0)
			memcpy(p, *v, *n * size);
		*v = p;
		*cap = more;
	}
	memset((char *)*v + *n * size, 0, size);
	++*n;
}

static struct str
header_of(const struct source *src, struct str name)
{
	for (size_t i = 0; i < src->nheaders; i++)
		if (str_ieq(src->headers[i].name, name))
			return str_trim(src->headers[i].value);
	return STR_NONE;
}

/* The parameter charset of a media type, without quotes. */
static struct str
charset_parameter(struct str type)
{
	struct str part, name;

	str_split(&type, ';', &part);
	while (str_split(&type, ';', &part)) {
		if (!str_split(&part, '=', &name) ||
		    !str_ieq(str_trim(name), STR("charset")))
			continue;
		part = str_trim(part);
		if (part.n > 1 && (part.p[0] == '"' || part.p[0] == '\''))
			part = str_slice(part, 1, part.n - 1);
		return str_trim(part);
	}
	return STR_NONE;
}

/*
 * The family of encodings that the first bytes betray without a mark (XML 1.0,
 * F.1), by how '<' and the byte behind it are written.
 */
static const char *
family_of(struct str bytes)
{
	static const struct {
		struct str	 start;
		const char	*name;
	} families[] = {
		{ { "\0\0\0<", 4 }, "utf-32be" }, { { "<\0\0\0", 4 }, "utf-32le" },
		{ { "\0<\0", 3 }, "utf-16be" }, { { "<\0", 2 }, "utf-16le" },
		{ { "\x4C\x6F\xA7\x94", 4 }, "ibm037" },
	};

	for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++)
		if (str_starts(bytes, families[i].start))
			return families[i].name;
	return NULL;
}

/* The encoding that the XML declaration at the start of `bytes` names. */
static struct str
declared_encoding(struct str bytes)
{
	struct markup m;
	struct markup_token token;
	struct markup_attr attr;

	markup_init(&m, str_slice(bytes, 0, HEAD_MAX));
	while (markup_next(&m, &token) && token.kind == MARKUP_TEXT)
		;
	if (token.kind != MARKUP_PI || !str_istarts(token.body, STR("xml")))
		return STR_NONE;
	token.body = str_from(token.body, strlen("xml"));
	while (markup_attr(&token.body, &attr))
		if (str_ieq(attr.name, STR("encoding")))
			return str_trim(attr.value);
	return STR_NONE;
}

/* The declaration of a document in EBCDIC says which of its many. */
static struct str
declared_in_family(struct str bytes, const char *family, struct arena *a)
{
	struct buf head = BUF_INIT;
	struct str name = STR_NONE;
	bool damaged = false;

	if (charset_decode(str_slice(bytes, 0, HEAD_MAX / 4), str_of(family),
	    &head, &damaged) == 0)
		name = arena_str(a, declared_encoding(buf_str(&head)));
	buf_release(&head);
	return name;
}

static bool
is_utf8_name(struct str name)
{
	return str_ieq(name, STR("utf-8")) || str_ieq(name, STR("utf8"));
}

/* Does the name promise a unit of two or four bytes? */
static bool
is_wide(struct str name)
{
	return str_istarts(name, STR("utf-16")) ||
	    str_istarts(name, STR("utf-32")) || str_istarts(name, STR("ucs")) ||
	    str_istarts(name, STR("iso-10646-ucs"));
}

/* A single-byte encoding that servers and templates name by default. */
static bool
is_default_label(struct str name)
{
	static const char *const starts[] = { "iso-8859-", "iso_8859-",
	    "windows-125", "cp125", "latin", "us-ascii", "ascii", NULL };

	for (size_t i = 0; starts[i] != NULL; i++)
		if (str_istarts(name, str_of(starts[i])))
			return true;
	return false;
}

/* Is all of it ASCII? */
static bool
is_ascii(struct str s)
{
	unsigned char high = 0;

	for (size_t i = 0; i < s.n; i++)
		high |= (unsigned char)s.p[i];
	return !(high & 0x80);
}

struct encoding {
	struct str	name;
	size_t		skip;		/* bytes of a mark */
	bool		wrong;		/* what was said could not be */
};

/* The encoding as a mark or the first bytes show it; false: they do not. */
static bool
show_encoding(struct str bytes, struct encoding *found, struct arena *a)
{
	const char *mark = charset_of_mark(bytes, &found->skip);
	const char *family = mark ? NULL : family_of(bytes);

	if (mark != NULL)
		found->name = str_of(mark);
	else if (family != NULL) {
		found->name = declared_in_family(bytes, family, a);
		if (is_wide(str_of(family)) || !charset_is_known(found->name))
			found->name = str_of(family);
	}
	return mark != NULL || family != NULL;
}

/*
 * RFC 7303: the mark, then HTTP's charset, then the declaration, then UTF-8;
 * but no further than the bytes agree: what is valid UTF-8 beyond ASCII is not
 * in the single-byte encoding that a server names by default.  Whether UTF-8 is
 * true is left to the parser, which looks at every byte anyway.
 */
static struct encoding
find_encoding(const struct source *src, struct arena *a)
{
	struct encoding found = { .skip = 0 };
	struct str http = charset_parameter(src->content_type);
	struct str declared = declared_encoding(src->bytes);

	if (show_encoding(src->bytes, &found, a))
		return found;
	found.name = http.n > 0 ? http : declared.n > 0 ? declared :
	    STR("utf-8");
	if (!charset_is_known(found.name) || is_wide(found.name)) {
		found.wrong = true;
		found.name = charset_is_known(declared) && !is_wide(declared) ?
		    declared : STR("utf-8");
	}
	if (is_default_label(found.name) && !is_ascii(src->bytes) &&
	    utf8_check(src->bytes) == src->bytes.n) {
		found.wrong = true;
		found.name = STR("utf-8");
	}
	return found;
}

/*
 * The encoding of bytes that claim or default to UTF-8 and are not: a few stray
 * bytes in it are damage, otherwise it is what the declaration says where HTTP
 * overruled it, or something else.
 */
static struct str
second_guess(const struct source *src)
{
	struct str declared = declared_encoding(src->bytes);
	size_t good = 0, bad = 0, i = 0;

	if (charset_is_known(declared) && !is_utf8_name(declared) &&
	    !is_wide(declared))
		return declared;
	while (i < src->bytes.n) {
		unsigned len;

		utf8_decode(src->bytes.p + i, src->bytes.p + src->bytes.n, &len);
		good += len > 1;
		bad += len == 1 && src->bytes.p[i] & 0x80;
		i += len;
	}
	return good > 2 * bad ? STR("utf-8") : str_of(charset_guess(src->bytes));
}

/* The document as UTF-8: a view of the source where it claims to be that. */
static struct str
to_utf8(struct str bytes, struct str name, struct feed *feed, struct arena *a)
{
	struct buf out = buf_init(4 * LIMIT_PAGE);
	struct str text = bytes;
	bool damaged = false;

	feed->encoding = name;
	if (is_utf8_name(name) || (is_default_label(name) && is_ascii(bytes)))
		return bytes;
	if (charset_decode(bytes, name, &out, &damaged) == 0)
		text = arena_str(a, buf_str(&out));
	if (damaged)
		feed->error = arena_printf(a, "document is not in %.*s throughout",
		    STR_FMT(name));
	buf_release(&out);
	return text;
}

/* A text/ type without a charset was ASCII once (RFC 3023, 3.1), and where the
 * bytes do not object it is ASCII still. */
static bool
is_ascii_by_type(const struct source *src)
{
	return str_istarts(src->content_type, STR("text/")) &&
	    str_ifind(src->content_type, STR("xml"), 0) != -1 &&
	    charset_parameter(src->content_type).n == 0 && is_ascii(src->bytes);
}

/* The name of the first element, and its namespace or version if need be. */
static bool
has_feed_root(struct str head)
{
	static const char *const roots[] = { "rss", "feed", "RDF", "opml",
	    "urlset", "sitemapindex", "channel", "entry", NULL };
	struct markup m;
	struct markup_token token;

	markup_init(&m, head);
	while (markup_next(&m, &token)) {
		struct str name = token.name, prefix;

		if (token.kind != MARKUP_TAG || token.end)
			continue;
		if (memchr(name.p, ':', name.n) != NULL)
			str_split(&name, ':', &prefix);
		for (size_t i = 0; roots[i] != NULL; i++)
			if (str_ieq(name, str_of(roots[i])))
				return true;
		return false;
	}
	return false;
}

static bool
is_json(struct str text)
{
	text = str_trim(str_slice(text, 0, HEAD_MAX));
	return text.n > 0 && text.p[0] == '{';
}

bool
feed_is(const struct source *src)
{
	struct str head = str_slice(src->bytes, 0, HEAD_MAX), type;
	struct buf text = BUF_INIT;
	size_t skip;
	const char *wide = charset_of_mark(head, &skip);
	bool damaged, is;

	if (wide == NULL)
		wide = family_of(head);
	if (wide != NULL && charset_decode(str_from(head, skip), str_of(wide),
	    &text, &damaged) == 0)
		head = buf_str(&text);
	type = src->content_type;
	is = has_feed_root(head) || (is_json(head) &&
	    (str_find(head, STR("jsonfeed.org/version"), 0) != -1 ||
	    str_istarts(type, STR("application/feed+json")) ||
	    str_find(head, STR("\"items\""), 0) != -1)) ||
	    str_istarts(type, STR("application/rss+xml")) ||
	    str_istarts(type, STR("application/atom+xml"));
	buf_release(&text);
	return is;
}

/* The first link of the relation; among several, one to HTML. */
static struct str
link_of(const struct feed_node *node, struct str rel)
{
	struct str found = STR_NONE;

	for (size_t i = 0; i < node->links.n; i++) {
		const struct feed_link *link = &node->links.v[i];

		if (!str_eq(link->rel, rel))
			continue;
		if (str_istarts(link->type, STR("text/html")) ||
		    str_ends(link->type, STR("xhtml+xml")))
			return link->href;
		if (found.n == 0 || link->type.n == 0)
			found = link->href;
	}
	return found;
}

static struct str
entry_url(const struct feed_node *node, struct arena *a)
{
	struct str url = link_of(node, STR("alternate"));

	if (url.n == 0 && node->id_is_link)
		url = url_resolve(node->base, node->id.s, a);
	if (url.n == 0 && !node->id_is_opaque && url_is_http(node->id.s))
		url = node->id.s;
	if (url.n == 0 && node->external_url.s.n > 0)
		url = node->external_url.s;
	if (url.n == 0)
		url = link_of(node, STR("via"));
	if (url.n == 0 && node->attachments.n > 0)
		url = node->attachments.v[0].url;
	return url;
}

/* The first `max` bytes, or a few less, so that no character is cut. */
static struct str
beginning(struct str s, size_t max)
{
	if (s.n <= max)
		return s;
	while (max > 0 && (s.p[max] & 0xC0) == 0x80)
		max--;
	return str_slice(s, 0, max);
}

/* A title where there is none: the start of the text, else the address. */
static struct str
entry_title(const struct feed_node *node, struct arena *a)
{
	struct str from = node->summary.value, text = STR_NONE, first;
	size_t end;

	if (from.n == 0 && node->contents.n > 0)
		from = node->contents.v[0].value;
	if (from.n > 0)
		text = page_fragment_text(beginning(from, TITLE_FROM), a);
	if (!str_split(&text, '\n', &first))
		return node->url.s;
	text = str_trim(first);
	end = utf8_offset(text, TITLE_MAX);
	return end < text.n ? arena_printf(a, "%.*s…", (int)end, text.p) : text;
}

static void
settle_entry(struct feed *feed, struct feed_node *node, struct arena *a)
{
	if (node->url.s.n == 0)
		node->url.s = entry_url(node, a);
	if (node->source != NULL && node->source->url.s.n == 0)
		node->source->url.s = link_of(node->source, STR("alternate"));
	if (node->title.value.n == 0) {
		node->title.value = entry_title(node, a);
		node->title_is_made = true;
	}
	if (node->language.s.n == 0)
		node->language = feed->head.language;
}

/* Atom's picture of a feed is its logo, or else its icon. */
static void
settle_image(struct feed_node *head)
{
	if (head->image.s.n == 0)
		head->image = head->logo.s.n > 0 ? head->logo : head->icon;
}

static void
settle_head(struct feed *feed, const struct source *src)
{
	struct feed_node *head = &feed->head;

	settle_image(head);
	if (head->url.s.n == 0)
		head->url.s = link_of(head, STR("alternate"));
	if (head->language.s.n == 0)
		head->language.s = header_of(src, STR("content-language"));
	if (head->url.s.n == 0)
		head->url.s = src->url;
	if (head->title.value.n == 0)
		head->title.value = head->url.s;
}

/* The address that relative ones are relative to before xml:base speaks. */
static struct str
document_base(const struct source *src, struct arena *a)
{
	struct str location = header_of(src, STR("content-location"));

	return location.n > 0 ? url_resolve(src->url, location, a) : src->url;
}

/* The document was not sound as it stood: find out whether its encoding was
 * wrong, and read what can be read. */
static int
parse_broken(const struct source *src, struct encoding *enc, struct str text,
    struct arena *a, struct feed *feed, struct err *err)
{
	struct str bytes = str_from(src->bytes, enc->skip);
	struct buf sound = BUF_INIT;

	if (is_utf8_name(enc->name) && utf8_check(bytes) < bytes.n) {
		text = to_utf8(bytes, second_guess(src), feed, a);
		feed->error = STR("document is not in UTF-8 throughout");
		if (is_utf8_name(feed->encoding)) {
			utf8_repair(&sound, bytes);
			text = arena_str(a, buf_str(&sound));
			buf_release(&sound);
		}
	}
	if (is_json(text))
		return feed_parse_json(text, a, feed, err);
	return feed_mend_xml(text, a, feed, err);
}

static int
parse(const struct source *src, struct arena *a, struct feed *feed,
    struct err *err)
{
	struct encoding enc = find_encoding(src, a);
	struct str text = to_utf8(str_from(src->bytes, enc.skip), enc.name, feed,
	    a);

	if (enc.wrong)
		feed->error = STR("document names an encoding that it is not in");
	if ((is_json(text) || !feed_parse_xml(text, a, feed)) &&
	    parse_broken(src, &enc, text, a, feed, err) == -1)
		return -1;
	if (is_ascii_by_type(src))
		feed->encoding = STR("us-ascii");
	return 0;
}

int
feed_parse(const struct source *src, struct arena *a, struct feed **feed,
    struct err *err)
{
	struct feed *f = arena_zalloc(a, sizeof(*f));

	*feed = f;
	f->ttl = -1;
	f->head.base = document_base(src, a);
	if (parse(src, a, f, err) == -1) {
		f->error = arena_str(a, str_of(err->msg));
		return -1;
	}
	if (str_istarts(src->content_type, STR("text/plain")) &&
	    f->error.n == 0)
		f->error = STR("document was sent as text/plain");
	settle_head(f, src);
	for (size_t i = 0; i < f->entries.n; i++)
		settle_entry(f, f->entries.v[i], a);
	return 0;
}
