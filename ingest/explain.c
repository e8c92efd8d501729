#include "base/term.h"
#include "ingest/concept.h"
#include "ingest/explain.h"

/* Columns of a block's text on a line, and of its element before it. */
#define TEXT_COLUMNS	70
#define NAME_COLUMNS	28

struct explainer {
	struct buf	*to;
	bool		 html;
	const struct page *page;
	const struct page_sight *sight;
	const struct node *nodes;
	struct arena	*a;
};

/* Append text that somebody else wrote. */
static void
put_foreign(struct explainer *x, struct str s)
{
	struct buf plain = BUF_INIT;

	if (!x->html) {
		term_add(x->to, s);
		return;
	}
	term_add(&plain, s);
	for (size_t i = 0; i < plain.n; i++)
		switch (plain.p[i]) {
		case '<': buf_addz(x->to, "&lt;"); break;
		case '>': buf_addz(x->to, "&gt;"); break;
		case '&': buf_addz(x->to, "&amp;"); break;
		case '"': buf_addz(x->to, "&quot;"); break;
		default: buf_addc(x->to, plain.p[i]);
		}
	buf_release(&plain);
}

static void
put_fact(struct explainer *x, const char *name, struct str value)
{
	if (value.n == 0)
		return;
	if (x->html)
		buf_addf(x->to, "<tr><th>%s<td>", name);
	else
		buf_addf(x->to, "%-10s ", name);
	put_foreign(x, value);
	buf_addc(x->to, '\n');
}

static void
put_date_fact(struct explainer *x, const char *name, bool has, struct date date)
{
	char text[DATE_SIZE];

	date_format(date, text);
	put_fact(x, name, has ? str_of(text) : STR_NONE);
}

static const char *
trust_words(enum trust trust)
{
	switch (trust) {
	case TRUST_NAMES:
		return "";
	case TRUST_TAGS:
		return "classes and ids were not believed: with them, too "
		    "little was left";
	case TRUST_NOTHING:
		return "neither elements nor names were believed: with them, "
		    "too little was left";
	}
	BUG("no such trust");
}

static void
put_facts(struct explainer *x, const char *reason)
{
	const struct page *page = x->page;
	const struct page_sight *sight = x->sight;
	const struct override *rule = sight->override;

	put_fact(x, "refused", str_of(reason));
	put_fact(x, "url", page->url);
	put_fact(x, "variant", str_of(variant_name(page->variant)));
	put_fact(x, "title", page->title);
	for (size_t i = 0; i < page->nauthors; i++)
		put_fact(x, i > 0 ? "" : "authors", page->authors[i].name);
	put_date_fact(x, "published", page->has_published, page->published);
	put_date_fact(x, "modified", page->has_modified, page->modified);
	put_fact(x, "language", page->language);
	if (!str_eq(page->language, sight->declared))
		put_fact(x, "", sight->declared.n == 0 ?
		    STR("by its words; nothing is declared") :
		    arena_printf(x->a, "by its words; declared is '%.*s'",
		    STR_FMT(sight->declared)));
	put_fact(x, "site", page->site);
	put_fact(x, "image", page->image);
	for (size_t i = 0; i < page->ntags; i++)
		put_fact(x, i > 0 ? "" : "tags", page->tags[i]);
	put_fact(x, "summary", page->summary);
	if (rule != NULL)
		put_fact(x, "rule", arena_printf(x->a, "%s:%lu", rule->file,
		    rule->line));
	put_fact(x, "trust", str_of(trust_words(sight->body.trust)));
	if (sight->is_rescued)
		put_fact(x, "text", STR("of JSON-LD: the page has too little"));
}

/* "div.story.lead", "p#first". */
static struct str
name_of(struct explainer *x, uint32_t i)
{
	const struct node *node = &x->nodes[i];
	struct str class = node_attr(node, ATTR_class);
	struct str id = node_attr(node, ATTR_id);
	struct buf name = BUF_INIT;
	struct str out;

	buf_addz(&name, tag_name(node->tag));
	for (size_t k = 0; k < class.n; k++)
		if (!is_space(class.p[k])) {
			if (k == 0 || is_space(class.p[k - 1]))
				buf_addc(&name, '.');
			buf_addc(&name, class.p[k]);
		}
	if (class.n == 0 && id.n > 0) {
		buf_addc(&name, '#');
		buf_adds(&name, id);
	}
	out = arena_str(x->a, buf_str(&name));
	buf_release(&name);
	return out;
}

static const char *
why_dropped(struct explainer *x, uint32_t i)
{
	switch ((enum drop)x->sight->body.dropped[i]) {
	case DROP_NOT:
		break;
	case DROP_TAG:
		return "an element that holds no article's text";
	case DROP_HIDDEN:
		return "hidden";
	case DROP_NAME:
		return arena_cstr(x->a, arena_printf(x->a, "its name speaks "
		    "of %s", concept_words(body_named_away(&x->sight->tree,
		    i))));
	case DROP_SIBLING:
		return "beside the article, and not like it";
	case DROP_LINKS:
		return "most of it is links";
	case DROP_FILLER:
		return "a phrase that stands between paragraphs";
	case DROP_MARGIN:
		return "before the first paragraph or after the last";
	case DROP_ORPHAN:
		return "a heading over nothing that is kept";
	case DROP_NEXT:
		return "another article, with a headline of its own";
	case DROP_RULE:
		return "the rule for its site";
	}
	return "outside the article";
}

/* The nearest node from `i` up to the article whose name speaks against it, or
 * 0. */
static uint32_t
spared(struct explainer *x, uint32_t i)
{
	for (; i > x->sight->body.from; i = x->nodes[i].parent)
		if (body_named_away(&x->sight->tree, i))
			return i;
	return 0;
}

static const char *
why_kept(struct explainer *x, uint32_t i)
{
	const struct body *body = &x->sight->body;
	uint32_t named;

	if (i < body->from || i >= body->end)
		return "the lead, above the article";
	named = spared(x, i);
	if (named != 0)
		return arena_cstr(x->a, arena_printf(x->a, "although its or "
		    "its parent's name speaks of %s: it holds too much",
		    concept_words(body_named_away(&x->sight->tree, named))));
	return "in the article";
}

static void
put_block(struct explainer *x, bool kept, uint32_t i, struct str text)
{
	const char *why = kept ? why_kept(x, i) : why_dropped(x, i);
	unsigned used;

	text = str_trim(text);
	if (text.n == 0)
		return;
	if (x->html) {
		buf_addf(x->to, "<div class=%s><span>", kept ? "k" : "d");
		put_foreign(x, name_of(x, i));
		buf_addf(x->to, " — %s</span>", why);
		put_foreign(x, text);
		buf_addz(x->to, "</div>\n");
		return;
	}
	buf_addz(x->to, kept ? "+ " : "- ");
	used = term_add_cut(x->to, name_of(x, i), NAME_COLUMNS);
	buf_addf(x->to, "%*s  ", (int)(NAME_COLUMNS - used), "");
	term_add_cut(x->to, text, TEXT_COLUMNS);
	if (!kept || strcmp(why, "in the article") != 0)
		buf_addf(x->to, " [%s]", why);
	buf_addc(x->to, '\n');
}

/* The text of block `i` itself, without that of blocks in it. */
static struct str
own_text(struct explainer *x, uint32_t i)
{
	struct buf text = BUF_INIT;
	struct str out;

	for (uint32_t j = i; j < x->nodes[i].end; j++) {
		if (x->sight->body.dropped[j])
			j = x->nodes[j].end - 1;
		else if (x->nodes[j].tag == TAG_TEXT && x->nodes[j].block == i)
			buf_adds(&text, tree_text(&x->sight->tree, j));
	}
	out = arena_str(x->a, buf_str(&text));
	buf_release(&text);
	return out;
}

static bool
is_in(uint32_t i, uint32_t from, uint32_t end)
{
	return i >= from && i < end;
}

/* Is `i` an ancestor of the article or of its lead, whose own text is not? */
static bool
leads_to_article(const struct explainer *x, uint32_t i)
{
	const struct body *body = &x->sight->body;

	return is_in(body->from, i, x->nodes[i].end) ||
	    (body->lead != 0 && is_in(body->lead, i, x->nodes[i].end));
}

static void
put_blocks(struct explainer *x)
{
	const struct body *body = &x->sight->body;
	const struct tree *tree = &x->sight->tree;

	for (uint32_t i = 1; i < tree->count; i++) {
		const struct node *node = &x->nodes[i];
		bool lead = body->lead != 0 && is_in(i, body->lead,
		    x->nodes[body->lead].end);
		bool inside = is_in(i, body->from, body->end) || lead;

		if (node->tag == TAG_head) {
			i = node->end - 1;
		} else if (body->dropped[i] && !lead &&
		    (inside || !leads_to_article(x, i))) {
			put_block(x, false, i, tree_text(tree, i));
			i = node->end - 1;
		} else if (inside && node->block == i)
			put_block(x, true, i, own_text(x, i));
		else if (!inside && node->tag != TAG_TEXT &&
		    !leads_to_article(x, i)) {
			put_block(x, false, i, tree_text(tree, i));
			i = node->end - 1;
		}
	}
}

void
explain_text(struct buf *to, const struct page *page,
    const struct page_sight *sight, const char *reason, struct arena *a)
{
	struct explainer x = { to, false, page, sight, sight->tree.nodes, a };

	put_facts(&x, reason);
	buf_addc(to, '\n');
	put_blocks(&x);
}

void
explain_html(struct buf *to, const struct page *page,
    const struct page_sight *sight, const char *reason, struct arena *a)
{
	struct explainer x = { to, true, page, sight, sight->tree.nodes, a };

	buf_addz(to, "<!DOCTYPE html>\n<html><meta charset=utf-8>\n"
	    "<meta http-equiv=Content-Security-Policy "
	    "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
	    "<title>");
	put_foreign(&x, page->title);
	buf_addz(to, "</title>\n<style>\n"
	    "body { max-width: 50em; margin: 1em auto; font-family: serif }\n"
	    "th { text-align: left; vertical-align: top; padding-right: 1em }\n"
	    "div { margin: .4em 0; padding: .3em .6em }\n"
	    ".k { background: #e2f4e0; border-left: .3em solid #2d8a2d }\n"
	    ".d { background: #f9e3e1; border-left: .3em solid #b3403a;\n"
	    "\tcolor: #666; font-size: 80% }\n"
	    "span { display: block; font: 75% monospace; color: #555 }\n"
	    "</style>\n<table>\n");
	put_facts(&x, reason);
	buf_addz(to, "</table>\n");
	put_blocks(&x);
	buf_addz(to, "</html>\n");
}
