#include <assert.h>

#include <libxml/HTMLparser.h>

#include "base/err.h"
#include "ingest/tree.h"

/* Elements and texts of one page; what is beyond is text of the last.  Real pages
 * have a tenth of it. */
#define NODES_MAX	(1UL << 18)

struct builder {
	struct tree	*tree;
	struct arena	*a;
	uint32_t	 room;		/* for nodes */
	uint32_t	 open;		/* the element that is open */
	bool		 full;		/* what is open stays open */
	uint32_t	 text_end;
};

static const struct {
	struct str	name;
	enum tag	tag;
} tag_names[] = {
#define TAG_NAME(name)	{ { #name, sizeof(#name) - 1 }, TAG_##name },
	TAGS(TAG_NAME)
#undef TAG_NAME
};

static const struct str attr_names[] = {
#define ATTR_NAME(id, name)	{ name, sizeof(name) - 1 },
	ATTRS(ATTR_NAME)
#undef ATTR_NAME
};

/* Binary search in a sorted array whose entries begin with a struct str. */
static size_t
search(const void *list, size_t size, size_t count, struct str name)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct str *entry = (const void *)
		    ((const char *)list + middle * size);
		int c = str_cmp(name, *entry);

		if (c == 0)
			return middle;
		if (c < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return count;
}

#define COUNT(array)	(sizeof(array) / sizeof(*(array)))

static enum tag
tag_of(struct str name)
{
	size_t i = search(tag_names, sizeof(*tag_names), COUNT(tag_names), name);

	return i < COUNT(tag_names) ? tag_names[i].tag : TAG_OTHER;
}

enum tag
tag_named(struct str name)
{
	for (size_t i = 0; i < COUNT(tag_names); i++)
		if (str_ieq(tag_names[i].name, name))
			return tag_names[i].tag;
	return TAG_OTHER;
}

const char *
tag_name(enum tag tag)
{
	for (size_t i = 0; i < COUNT(tag_names); i++)
		if (tag_names[i].tag == tag)
			return tag_names[i].name.p;
	return tag == TAG_TEXT ? "text" : "element";
}

bool
attr_named(struct str name, enum attr *attr)
{
	for (size_t i = 0; i < COUNT(attr_names); i++)
		if (str_ieq(attr_names[i], name)) {
			*attr = (enum attr)i;
			return true;
		}
	return false;
}

const char *
attr_list(void)
{
#define ATTR_WORD(id, name)	" " name
	static const char list[] = ATTRS(ATTR_WORD);
#undef ATTR_WORD
	return list + 1;
}

bool
tag_is_block(enum tag tag)
{
	switch ((int)tag) {
	case TAG_TEXT: case TAG_OTHER: case TAG_a: case TAG_abbr: case TAG_b:
	case TAG_br: case TAG_cite: case TAG_code: case TAG_del: case TAG_em:
	case TAG_font: case TAG_i: case TAG_img: case TAG_ins: case TAG_label:
	case TAG_link: case TAG_meta: case TAG_q: case TAG_s: case TAG_small:
	case TAG_span: case TAG_strike: case TAG_strong: case TAG_sub:
	case TAG_sup: case TAG_time: case TAG_u: case TAG_input:
	case TAG_picture: case TAG_source: case TAG_noscript:
		return false;
	}
	return true;
}

struct str
node_attr(const struct node *node, enum attr name)
{
	for (const struct attribute *at = node->attributes; at; at = at->next)
		if (at->name == name)
			return at->value;
	return STR_NONE;
}

/* Room for an element and for a text in it or behind it; false: there is only
 * that for a text, the last. */
static bool
make_room(struct builder *b)
{
	struct node *nodes = b->tree->nodes;
	uint32_t room = 2 * b->room;

	if (b->tree->count + 2 <= b->room)
		return true;
	b->full |= room > NODES_MAX;
	if (b->full)
		return false;
	b->tree->nodes = arena_array(b->a, room, sizeof(*nodes));
	memcpy(b->tree->nodes, nodes, b->tree->count * sizeof(*nodes));
	b->room = room;
	return true;
}

static struct node *
add_node(struct builder *b, enum tag tag)
{
	struct tree *tree = b->tree;
	struct node *node = &tree->nodes[tree->count];

	assert(tree->count < b->room);
	*node = (struct node){
		.parent = b->open, .end = tree->count + 1, .tag = tag,
		.text = b->text_end, .text_end = b->text_end,
		.block = tree->nodes[b->open].block,
	};
	if (tag_is_block(tag))
		node->block = tree->count;
	tree->count++;
	return node;
}

static void
add_attributes(struct builder *b, struct node *node, const xmlChar **atts)
{
	struct attribute **last = &node->attributes;

	for (; atts && atts[0]; atts += 2) {
		size_t i = search(attr_names, sizeof(*attr_names),
		    COUNT(attr_names), str_of((const char *)atts[0]));
		struct attribute *at;

		if (i == COUNT(attr_names))
			continue;
		at = arena_zalloc(b->a, sizeof(*at));
		at->name = (enum attr)i;
		at->value = arena_str(b->a,
		    str_trim(str_of(atts[1] ? (const char *)atts[1] : "")));
		*last = at;
		last = &at->next;
	}
}

/* Append with white space, no-break spaces included, collapsed. */
static void
add_text(struct builder *b, const char *p, size_t n)
{
	char *to = b->tree->text + b->text_end;
	char last = b->text_end > 0 ? to[-1] : ' ';

	for (size_t i = 0; i < n; i++) {
		char c = p[i];

		if (c == '\xc2' && i + 1 < n && p[i + 1] == '\xa0') {
			c = ' ';
			i++;
		} else if ((unsigned char)c <= ' ')
			c = ' ';
		if (c == ' ' && last == ' ')
			continue;
		*to++ = last = c;
	}
	b->text_end = (uint32_t)(to - b->tree->text);
}

static void
on_start(void *arg, const xmlChar *name, const xmlChar **atts)
{
	struct builder *b = arg;
	struct node *node;

	if (!make_room(b)) {
		add_text(b, " ", 1);
		return;
	}
	node = add_node(b, tag_of(str_of((const char *)name)));
	add_attributes(b, node, atts);
	b->open = (uint32_t)(node - b->tree->nodes);
}

static void
close_open(struct builder *b)
{
	struct node *node = &b->tree->nodes[b->open];

	node->end = b->tree->count;
	node->text_end = b->text_end;
	b->open = node->parent;
}

static void
on_end(void *arg, const xmlChar *name)
{
	struct builder *b = arg;

	(void)name;
	if (!b->full && b->open != 0)
		close_open(b);
}

static void
on_text(void *arg, const xmlChar *text, int n)
{
	struct builder *b = arg;
	struct tree *tree = b->tree;
	struct node *last = &tree->nodes[tree->count - 1];

	if (last->tag != TAG_TEXT || last->parent != b->open) {
		make_room(b);
		last = add_node(b, TAG_TEXT);	/* it is kept room for */
	}
	add_text(b, (const char *)text, (size_t)n);
	last->text_end = b->text_end;
}

static void
on_nothing(void *arg, const xmlChar *text, int n)
{
	(void)arg;
	(void)text;
	(void)n;
}

static void
run_parser(struct builder *b, struct str html)
{
	htmlParserCtxtPtr ctxt = htmlNewParserCtxt();

	if (ctxt == NULL)
		die("out of memory making a parser");
	memset(ctxt->sax, 0, sizeof(*ctxt->sax));
	ctxt->sax->initialized = 1;
	ctxt->sax->startElement = on_start;
	ctxt->sax->endElement = on_end;
	ctxt->sax->characters = on_text;
	ctxt->sax->ignorableWhitespace = on_text;
	ctxt->sax->cdataBlock = on_nothing;	/* scripts that were not shut */
	ctxt->userData = b;
	htmlCtxtReadMemory(ctxt, html.p, (int)html.n, NULL, "UTF-8",
	    HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
	    HTML_PARSE_NONET | HTML_PARSE_IGNORE_ENC);
	assert(ctxt->myDoc == NULL);
	htmlFreeParserCtxt(ctxt);
}

void
tree_parse(struct tree *tree, struct str html, size_t tags, struct arena *a)
{
	struct builder b = { .tree = tree, .a = a };
	/* text may follow both tags of an element; a few imply others */
	size_t room = 3 * tags + 16;

	assert(html.n < INT32_MAX);
	b.room = (uint32_t)(room < NODES_MAX ? room : NODES_MAX);
	tree->nodes = arena_array(a, b.room, sizeof(*tree->nodes));
	tree->text = arena_alloc(a, html.n + 1);
	tree->count = 1;
	tree->nodes[0] = (struct node){ .end = 1, .tag = TAG_OTHER };
	if (html.n > 0)
		run_parser(&b, html);
	while (b.open != 0)
		close_open(&b);
	close_open(&b);
}
