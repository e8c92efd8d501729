/*
 * A page as a tree, in one array of nodes in document order: a node's subtree
 * is the run of nodes from itself to `end`, and its text is one run of bytes of
 * one buffer.  Walks are loops, and the length of any subtree's text is a
 * subtraction.  Built from libxml2's HTML events; lives in its arena.
 */
#ifndef INGEST_TREE_H
#define INGEST_TREE_H

#include <stdint.h>

#include "base/mem.h"

/* The elements that anyone asks for; sorted, for tree.c searches them. */
#define TAGS(X)								\
	X(a) X(abbr) X(address) X(applet) X(article) X(aside)	\
	X(audio) X(b) X(base) X(blockquote) X(body) X(br) X(button)	\
	X(canvas) X(caption) X(center) X(cite) X(code) X(dd) X(del)	\
	X(details) X(dialog) X(dir) X(div) X(dl) X(dt) X(em) X(embed)	\
	X(fieldset) X(figcaption) X(figure) X(font) X(footer) X(form)	\
	X(frame) X(frameset) X(h1) X(h2) X(h3) X(h4) X(h5) X(h6)	\
	X(head) X(header) X(hgroup) X(hr) X(html) X(i) X(iframe) X(img)	\
	X(input) X(ins) X(label) X(legend) X(li) X(link) X(main)	\
	X(menu) X(meta) X(nav) X(noframes) X(noscript) X(object) X(ol)	\
	X(option) X(p) X(picture) X(pre) X(q) X(s) X(section) X(select)	\
	X(small) X(source) X(span) X(strike) X(strong) X(sub)		\
	X(summary) X(sup) X(table) X(tbody) X(td) X(template) X(tfoot)	\
	X(th) X(thead) X(time) X(title) X(tr) X(u) X(ul) X(video)

enum tag {
	TAG_TEXT,
	TAG_OTHER,
#define TAG_OF(name)	TAG_##name,
	TAGS(TAG_OF)
#undef TAG_OF
	TAG_COUNT
};

/* The attributes that the pre-pass lets through, sorted. */
#define ATTRS(X)							\
	X(amp, "amp")							\
	X(aria_hidden, "aria-hidden") X(class, "class")			\
	X(content, "content") X(data_component, "data-component")	\
	X(data_module, "data-module") X(data_qa, "data-qa")		\
	X(data_testid, "data-testid") X(datetime, "datetime")		\
	X(hidden, "hidden") X(href, "href")				\
	X(http_equiv, "http-equiv") X(id, "id")				\
	X(itemprop, "itemprop") X(itemtype, "itemtype")			\
	X(lang, "lang") X(name, "name") X(property, "property")		\
	X(rel, "rel") X(role, "role") X(style, "style")			\
	X(title, "title") X(type, "type") X(xml_lang, "xml:lang")

enum attr {
#define ATTR_OF(id, name)	ATTR_##id,
	ATTRS(ATTR_OF)
#undef ATTR_OF
	ATTR_COUNT
};

struct attribute {
	enum attr	 name;
	struct str	 value;
	struct attribute *next;
};

struct node {
	uint32_t	 parent;	/* the root is its own */
	uint32_t	 end;		/* the first node behind the subtree */
	uint32_t	 text, text_end; /* the subtree's bytes of tree->text */
	uint32_t	 block;		/* the nearest block element, or itself */
	enum tag	 tag;
	struct attribute *attributes;	/* of an element */
};

struct tree {
	struct node	*nodes;		/* nodes[0] is a root above html */
	uint32_t	 count;
	char		*text;		/* white space collapsed */
};

/* Parse what prepass_run() left. */
void tree_parse(struct tree *tree, struct str html, size_t tags,
    struct arena *a);

static inline struct str
tree_text(const struct tree *tree, uint32_t node)
{
	const struct node *n = &tree->nodes[node];

	return (struct str){ tree->text + n->text, n->text_end - n->text };
}

/* The element of that name, in any case; TAG_OTHER: none that is told apart. */
enum tag tag_named(struct str name);
/* And back, "text" for a text and "element" for the others. */
const char *tag_name(enum tag tag);
bool attr_named(struct str name, enum attr *attr);
/* The names of all, for people. */
const char *attr_list(void);
/* The attribute's value, STR_NONE when there is none. */
struct str node_attr(const struct node *node, enum attr name);
/* Elements that start and end a block of text. */
bool tag_is_block(enum tag tag);

#endif
