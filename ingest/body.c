#include <assert.h>

#include "ingest/body.h"
#include "ingest/concept.h"
#include "ingest/filler.h"
#include "ingest/when.h"

/* A run of text shorter than this says nothing of where an article is. */
#define SENTENCE_MIN	25
/* How far up a paragraph votes for its ancestors. */
#define VOTE_LEVELS	5

/* Nodes in which the quotation of an embedded post is looked for. */
#define QUOTE_NODES	8
/* The longest text of a player, a picture or their captions. */
#define MEDIA_MAX	250
/* A paragraph's length counts for its vote up to this, in hundreds of bytes. */
#define VOTE_LENGTH_MAX	300
/* The share of a page's sentences with which an element is not dropped for its
 * name or tag: articles have been seen in asides, in forms and in elements
 * called "ad-free".  Comments, and lists of other stories, can be longer than what
 * they are beside. */
#define GUARD		0.4f
#define GUARD_BESIDE	0.8f
/* A sibling joins with this share of the best part's score, and at least that
 * many votes; a paragraph of this length joins without. */
#define JOIN_SHARE	0.2f
#define JOIN_MIN	10
#define JOIN_PARAGRAPH	80

/* What is known of each node; sums run over the kept nodes before it. */
struct weigh {
	uint32_t	chars, link_chars;	/* sums */
	uint32_t	prose;			/* sum, of sentences' chars */
	uint32_t	own, own_links;		/* text of the block itself */
	uint32_t	commas;			/* in its own text */
	unsigned	concepts;
	float		score;
};

/* An article with less text than this is looked for again. */
#define ARTICLE_MIN	200

struct finder {
	const struct tree *tree;
	const struct node *nodes;
	uint32_t	 count;
	const struct body_hints *hints;
	uint32_t	 h1;			/* the headline: the first h1 */
	struct weigh	*w;			/* one more than nodes */
	unsigned char	*dropped;
	bool		*path;			/* leads to a part */
	enum trust	 trust;
};

static bool
is_marked(const struct finder *f, uint32_t i, unsigned mark)
{
	return f->hints->marks != NULL && (f->hints->marks[i] & mark);
}

static bool
is_heading(enum tag tag)
{
	return tag >= TAG_h2 && tag <= TAG_h6;
}

static bool
is_hidden(const struct node *node)
{
	struct str style = node_attr(node, ATTR_style);

	return node_attr(node, ATTR_hidden).p != NULL ||
	    str_ieq(node_attr(node, ATTR_aria_hidden), STR("true")) ||
	    (str_ifind(style, STR("display"), 0) >= 0 &&
	    str_ifind(style, STR("none"), 0) >= 0);
}

static uint32_t
count_commas(struct str text)
{
	uint32_t count = 0;

	for (size_t i = 0; i < text.n; i++)
		count += text.p[i] == ',' ||
		    (text.p[i] == '\xef' && i + 2 < text.n &&
		    text.p[i + 1] == '\xbc' && text.p[i + 2] == '\x8c');
	return count;
}

/* Own texts of the blocks, then the running sums. */
static void
weigh_nodes(struct finder *f)
{
	uint32_t link_end = 0, skip_end = 0;
	struct weigh sum = { 0 };

	for (uint32_t i = 0; i < f->count; i++)
		f->w[i].own = f->w[i].own_links = f->w[i].commas = 0;
	for (uint32_t i = 0; i < f->count; i++) {
		const struct node *node = &f->nodes[i];
		uint32_t n = node->text_end - node->text;
		struct weigh *block = &f->w[node->block];

		if (f->dropped[i]) {
			i = node->end - 1;
			continue;
		}
		if (node->tag == TAG_a && node->end > link_end)
			link_end = node->end;
		if (node->tag != TAG_TEXT)
			continue;
		block->own += n;
		block->own_links += i < link_end ? n : 0;
		block->commas += count_commas(tree_text(f->tree, i));
	}
	for (uint32_t i = 0; i <= f->count; i++) {
		const struct node *node = &f->nodes[i];
		struct weigh *w = &f->w[i];

		w->chars = sum.chars;
		w->link_chars = sum.link_chars;
		w->prose = sum.prose;
		if (i == f->count)
			break;
		if (i >= skip_end && f->dropped[i])
			skip_end = node->end;
		if (i < skip_end)
			continue;
		sum.chars += w->own;
		sum.link_chars += w->own_links;
		if (w->own >= SENTENCE_MIN && w->own_links * 2 < w->own)
			sum.prose += w->own;
	}
}

static float
link_density(const struct finder *f, uint32_t i)
{
	assert(i < f->count);
	const struct weigh *from = &f->w[i], *to = &f->w[f->nodes[i].end];
	uint32_t chars = to->chars - from->chars;

	return chars ? (float)(to->link_chars - from->link_chars) /
	    (float)chars : 0;
}

static uint32_t
prose(const struct finder *f, uint32_t i)
{
	return f->w[f->nodes[i].end].prose - f->w[i].prose;
}

/* Elements that are no text for readers, whatever else fails. */
static bool
is_machinery(enum tag tag)
{
	switch ((int)tag) {
	case TAG_button: case TAG_select: case TAG_input: case TAG_iframe:
	case TAG_video: case TAG_audio: case TAG_object: case TAG_embed:
	case TAG_canvas: case TAG_template: case TAG_head: case TAG_applet:
	case TAG_option:
		return true;
	}
	return false;
}

/* Elements that hold what stands beside an article. */
static bool
is_away(enum tag tag)
{
	switch ((int)tag) {
	case TAG_nav: case TAG_form: case TAG_noscript: case TAG_dialog:
	case TAG_menu: case TAG_figure: case TAG_figcaption:
	case TAG_fieldset: case TAG_label: case TAG_legend: case TAG_aside:
	case TAG_footer: case TAG_h1: case TAG_time:
		return true;
	}
	return false;
}

static bool
has_link(const struct node *nodes, uint32_t i)
{
	for (uint32_t j = i; j < nodes[i].end; j++)
		if (nodes[j].tag == TAG_a)
			return true;
	return false;
}

/* Is it, or does it hold at once, a quotation?  A post that is quoted bears its
 * network's name. */
static bool
holds_quote(const struct node *nodes, uint32_t i)
{
	for (uint32_t j = i; j < nodes[i].end && j < i + QUOTE_NODES; j++)
		if (nodes[j].tag == TAG_blockquote)
			return true;
	return false;
}

/* May it be a player or picture with the words that go with it, not a gallery
 * of text? */
static bool
is_short_box(const struct node *node)
{
	return node->tag != TAG_p && !is_heading(node->tag) &&
	    node->text_end - node->text < MEDIA_MAX;
}

/* Does a word or phrase hold an element that is to be hidden by itself? */
static bool
holds_hidden(const struct node *nodes, uint32_t i)
{
	for (uint32_t j = i + 1; !tag_is_block(nodes[i].tag) &&
	    j < nodes[i].end && j < i + QUOTE_NODES; j++)
		if (concepts_of(&nodes[j]) & CONCEPT_HIDDEN)
			return true;
	return false;
}

/* Those of its `concepts` that speak against the node. */
static unsigned
named_away(const struct node *nodes, uint32_t i, unsigned concepts)
{
	const unsigned never = CONCEPT_COMMENT | CONCEPT_RELATED |
	    CONCEPT_SHARE | CONCEPT_SIGNUP | CONCEPT_AD | CONCEPT_NAV |
	    CONCEPT_FRAME | CONCEPT_CAPTION | CONCEPT_BYLINE |
	    CONCEPT_NOTICE | CONCEPT_HIDDEN;
	enum tag tag = nodes[i].tag;

	if ((concepts & CONCEPT_BODY) || tag == TAG_body || tag == TAG_html ||
	    tag == TAG_main)
		return 0;
	if ((concepts & (CONCEPT_SHARE | CONCEPT_MEDIA)) &&
	    holds_quote(nodes, i))
		return 0;
	/* a word that a box opens over, and the two together */
	if ((concepts & never) == CONCEPT_HIDDEN && (holds_hidden(nodes, i) ||
	    (tag == TAG_a && nodes[nodes[i].block].tag == TAG_p)))
		return 0;
	/* a teaser that leads nowhere is the article's own */
	if ((concepts & never) == CONCEPT_RELATED && !has_link(nodes, i))
		return 0;
	return concepts & (is_short_box(&nodes[i]) ? never | CONCEPT_MEDIA :
	    never);
}

unsigned
body_named_away(const struct tree *tree, uint32_t node)
{
	return named_away(tree->nodes, node, concepts_of(&tree->nodes[node]));
}

static enum drop
drop_reason(const struct finder *f, uint32_t i)
{
	const struct node *node = &f->nodes[i];

	if (is_machinery(node->tag))
		return DROP_TAG;
	if (f->trust == TRUST_NOTHING || (node->tag == TAG_h1 && i != f->h1))
		return DROP_NOT;
	if (is_away(node->tag))
		return DROP_TAG;
	if (is_hidden(node) && !(f->w[i].concepts & CONCEPT_PAYWALL))
		return DROP_HIDDEN;
	return f->trust == TRUST_NAMES &&
	    named_away(f->nodes, i, f->w[i].concepts) ? DROP_NAME : DROP_NOT;
}

/* Headings of a list of other stories: so many, and this share of them links. */
#define TEASERS_MIN	3
#define TEASERS_SHARE	0.8f

/* Headings that lead away, each over a few words: no article is like that. */
static bool
is_teasers(const struct finder *f, uint32_t i)
{
	unsigned headings = 0, links = 0;

	for (uint32_t j = i; j < f->nodes[i].end; j++)
		if (is_heading(f->nodes[j].tag)) {
			headings++;
			links += link_density(f, j) > 0.8f;
		}
	return headings >= TEASERS_MIN &&
	    (float)links > TEASERS_SHARE * (float)headings;
}

static void
drop_nodes(struct finder *f)
{
	float all = (float)(prose(f, 0) + 1);

	for (uint32_t i = 1; i < f->count; i++) {
		const struct node *node = &f->nodes[i];
		float guard;

		if (node->tag == TAG_TEXT)
			continue;
		f->w[i].concepts = concepts_of(node);
		guard = f->w[i].concepts & CONCEPT_COMMENT ||
		    ((float)prose(f, i) > GUARD * all && is_teasers(f, i)) ?
		    GUARD_BESIDE : GUARD;
		if (is_marked(f, i, MARK_STRIP))
			f->dropped[i] = DROP_RULE;
		else if (!is_marked(f, i, MARK_BODY | MARK_KEEP | MARK_ABOVE) &&
		    (float)prose(f, i) <= guard * all)
			f->dropped[i] = drop_reason(f, i);
		if (f->dropped[i] != DROP_NOT)
			i = node->end - 1;
	}
}

/* Each paragraph votes for its ancestors, the nearer the more. */
static void
vote(struct finder *f)
{
	for (uint32_t i = 1; i < f->count; i++) {
		const struct weigh *w = &f->w[i];
		uint32_t at = f->nodes[i].parent;
		float vote;

		if (w->own < SENTENCE_MIN)
			continue;
		vote = 1 + (float)w->commas +
			    (float)(w->own < VOTE_LENGTH_MAX ? w->own :
		    VOTE_LENGTH_MAX) / 100;
		vote *= 1 - (float)w->own_links / (float)w->own;
		for (unsigned level = 0; level < VOTE_LEVELS && at != 0;
		    level++, at = f->nodes[at].parent)
			f->w[at].score += level == 0 ? vote : level == 1 ?
			    vote / 2 : vote / (float)(3 * level);
	}
}

static uint32_t
best_scored(struct finder *f)
{
	uint32_t best = 0;
	float most = 0;

	for (uint32_t i = 1; i < f->count; i++) {
		float score = f->w[i].score * (1 - link_density(f, i));

		if (score > most) {
			most = score;
			best = i;
		}
	}
	return best;
}

static bool
is_named_body(const struct finder *f, uint32_t i)
{
	return (f->w[i].concepts & CONCEPT_BODY) ||
	    str_ieq(node_attr(&f->nodes[i], ATTR_itemprop), STR("articleBody"));
}

static uint32_t
best_named(const struct finder *f)
{
	uint32_t best = 0, most = 0;

	for (uint32_t i = 1; i < f->count; i++) {
		if (f->dropped[i]) {
			i = f->nodes[i].end - 1;
			continue;
		}
		if (f->nodes[i].tag != TAG_TEXT && is_named_body(f, i) &&
		    prose(f, i) > most) {
			most = prose(f, i);
			best = i;
		}
	}
	return best;
}

static bool
ends_sentence(struct str text)
{
	static const char *const ends[] = { ".", "!", "?", "…", ".\"", ".”",
	    "?”", "!”", ".“", ".»", "。" };

	text = str_trim(text);
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (str_ends(text, str_of(ends[i])))
			return true;
	return false;
}

/* The share of links with which a list is left out; right behind a filler, which
 * announced it, with less. */
#define LIST_LINKS	0.6f
#define LIST_LINKS_ANNOUNCED	0.25f

/* Blocks inside the article that are not of it. */
static void
drop_leaves(struct finder *f, uint32_t from, uint32_t end)
{
	bool announced = false;

	for (uint32_t i = from; i < end; i++) {
		const struct weigh *w = &f->w[i];
		enum tag tag = f->nodes[i].tag;
		bool list = tag == TAG_ul || tag == TAG_ol;

		if (f->dropped[i]) {
			i = f->nodes[i].end - 1;
			continue;
		}
		if (is_marked(f, i, MARK_KEEP))
			continue;
		if (list && link_density(f, i) > (announced ?
		    LIST_LINKS_ANNOUNCED : LIST_LINKS))
			f->dropped[i] = DROP_LINKS;
		else if (w->own == 0 || f->nodes[i].block != i)
			continue;
		else if (link_density(f, i) > 0.8f)
			f->dropped[i] = DROP_LINKS;
		else if (filler_is(tree_text(f->tree, i)) ||
		    (tag != TAG_li &&
		    filler_is_address(tree_text(f->tree, i))))
			f->dropped[i] = DROP_FILLER;
		announced = f->dropped[i] == DROP_FILLER;
	}
}

/* Before the first paragraph, lines shorter than this are no text. */
#define KICKER_MAX	40
/* A block this long, or a sentence, is the article's own. */
#define PARAGRAPH_MIN	140

static bool
is_paragraph(const struct finder *f, uint32_t i)
{
	struct str text = tree_text(f->tree, i);

	if (f->nodes[i].tag == TAG_li && f->w[i].own_links * 3 > f->w[i].own)
		return false;		/* the title of another story */
	return f->w[i].own >= PARAGRAPH_MIN ||
	    (f->w[i].own >= SENTENCE_MIN && ends_sentence(text));
}

static bool
is_quoted(const struct finder *f, uint32_t i)
{
	return f->nodes[i].tag == TAG_blockquote ||
	    f->nodes[f->nodes[i].parent].tag == TAG_blockquote;
}

/* A section's name, a date or a byline above the first paragraph. */
static bool
is_kicker(const struct finder *f, uint32_t i)
{
	struct str text = tree_text(f->tree, i);
	enum tag tag = f->nodes[i].tag;
	struct date date;

	if (tag == TAG_li || is_heading(tag) || text.n >= PARAGRAPH_MIN)
		return false;
	return (text.n < KICKER_MAX && tag != TAG_p) ||
	    when_text(str_slice(text, 0, KICKER_MAX), false, &date);
}

/* A name, or the title of another story, below the last paragraph. */
static bool
is_signature(const struct finder *f, uint32_t i)
{
	const struct weigh *w = &f->w[i];
	struct str text = tree_text(f->tree, i);

	if (f->nodes[i].tag == TAG_li && w->own_links * 3 <= w->own)
		return false;
	return text.n < PARAGRAPH_MIN && !is_quoted(f, i);
}

/* The longest line on an author. */
#define BIO_MAX		400

/* "Ada Marsh is our harbour reporter." */
static bool
is_bio(const struct finder *f, uint32_t i)
{
	struct str text = str_trim(tree_text(f->tree, i));

	for (size_t k = 0; k < f->hints->nauthors && text.n <= BIO_MAX; k++) {
		struct str name = f->hints->authors[k];

		if (memchr(name.p, ' ', name.n) != NULL &&
		    str_starts(text, name) && text.n > name.n &&
		    strchr(" ,", text.p[name.n]) != NULL)
			return true;
	}
	return false;
}

/* Kickers, dates, bylines and the headline again, between the start of the
 * part and its first paragraph; signatures and bios after the last one. */
static void
drop_margins(struct finder *f, uint32_t from, uint32_t end)
{
	uint32_t first = 0, last = 0;

	for (uint32_t i = from; i < end; i++) {
		if (f->dropped[i]) {
			i = f->nodes[i].end - 1;
			continue;
		}
		if (f->w[i].own == 0 || !is_paragraph(f, i))
			continue;
		if (first == 0)
			first = i;
		if (first == i || !is_bio(f, i))
			last = i;
	}
	if (first == 0)
		return;
	for (uint32_t i = from; i < end; i++) {
		if (f->dropped[i]) {
			i = f->nodes[i].end - 1;
			continue;
		}
		if (is_marked(f, i, MARK_KEEP))
			continue;
		if (f->w[i].own > 0 && ((i < first && is_kicker(f, i)) ||
		    (i > last && (is_signature(f, i) || is_bio(f, i)))))
			f->dropped[i] = DROP_MARGIN;
	}
}

/* A longer heading is a paragraph in large type. */
#define HEADING_MAX	120

/* Headings over nothing: what they announced was dropped. */
static void
drop_orphans(struct finder *f, uint32_t from, uint32_t end)
{
	uint32_t heading = 0;

	for (uint32_t i = from; i < end; i++) {
		const struct node *node = &f->nodes[i];

		if (f->dropped[i]) {
			if (heading != 0 && node->text_end - node->text > 1 &&
			    f->dropped[i] != DROP_TAG)
				f->dropped[heading] = DROP_ORPHAN;
			i = node->end - 1;
		} else if (is_heading(node->tag) &&
		    !is_marked(f, i, MARK_KEEP) &&
		    node->text_end - node->text < HEADING_MAX) {
			heading = i;
			i = node->end - 1;
		} else if (f->w[i].own > 0)
			heading = 0;
	}
	if (heading != 0)
		f->dropped[heading] = DROP_ORPHAN;
}

static bool
same_names(const struct node *x, const struct node *y)
{
	struct str class = node_attr(x, ATTR_class);

	return x->tag == y->tag && class.n > 0 &&
	    str_eq(class, node_attr(y, ATTR_class));
}

/* Does the sibling belong to the article whose best part is `best`? */
static bool
joins(const struct finder *f, uint32_t sibling, uint32_t best)
{
	const struct weigh *w = &f->w[sibling];
	float least = f->w[best].score * JOIN_SHARE;
	float bonus = same_names(&f->nodes[sibling], &f->nodes[best]) ?
	    least : 0;

	if (least < JOIN_MIN)
		least = JOIN_MIN;
	if (w->score * (1 - link_density(f, sibling)) + bonus >= least)
		return true;
	if (f->nodes[sibling].tag != TAG_p)
		return false;
	return w->own > JOIN_PARAGRAPH && w->own_links * 4 < w->own;
}

/* Articles split over sibling containers: take the parent, and drop of it what
 * does not join. */
static uint32_t
join_siblings(struct finder *f, uint32_t best)
{
	uint32_t parent = f->nodes[best].parent, first = 0, last = 0;

	if (best == 0)
		return best;			/* the whole page */
	for (uint32_t i = parent + 1; i < f->nodes[parent].end;
	    i = f->nodes[i].end) {
		if (f->dropped[i] || (i != best && !joins(f, i, best)))
			continue;
		if (first == 0)
			first = i;
		last = i;
	}
	if (first == last)
		return best;
	for (uint32_t i = parent + 1; i < f->nodes[parent].end;
	    i = f->nodes[i].end) {
		enum tag tag = f->nodes[i].tag;
		bool heading = is_heading(tag) && i > first && i < last;

		if (!f->dropped[i] && i != best && !heading &&
		    !joins(f, i, best))
			f->dropped[i] = DROP_SIBLING;
	}
	return parent;
}

/* Levels above a part at which another part of the same article may hang. */
#define SPLIT_LEVELS	4

/* The nearest ancestor of `best`, some levels up, that holds all other parts
 * with the same names; `best` itself where there is none. */
static uint32_t
common_ancestor(const struct finder *f, uint32_t best)
{
	uint32_t top = best, found = best;

	for (unsigned level = 0; level < SPLIT_LEVELS; level++)
		if (top != 0 && f->nodes[top].tag != TAG_body)
			top = f->nodes[top].parent;
	for (uint32_t i = top + 1; i < f->nodes[top].end; i++) {
		if (f->dropped[i]) {
			i = f->nodes[i].end - 1;
			continue;
		}
		if (!same_names(&f->nodes[i], &f->nodes[best]) ||
		    prose(f, i) == 0)
			continue;
		while (i < found || i >= f->nodes[found].end)
			found = f->nodes[found].parent;
	}
	return found;
}

/* An article whose text stands in several containers of the same class, with
 * advertisements between: keep those, and paragraphs and headings beside. */
static uint32_t
join_parts(struct finder *f, uint32_t best)
{
	uint32_t top = common_ancestor(f, best);
	uint32_t end = f->nodes[top].end;
	bool *path = f->path;

	if (top == best)
		return best;
	memset(path, 0, f->count);
	for (uint32_t i = top + 1; i < end; i++)
		if (same_names(&f->nodes[i], &f->nodes[best]))
			for (uint32_t at = f->nodes[i].parent; !path[at] &&
			    at >= top; at = f->nodes[at].parent)
				path[at] = true;
	for (uint32_t i = top + 1; i < end; i++) {
		bool part = same_names(&f->nodes[i], &f->nodes[best]);

		if (path[i])
			continue;
		if (!f->dropped[i] && !part && f->nodes[i].tag != TAG_p &&
		    !is_heading(f->nodes[i].tag))
			f->dropped[i] = DROP_SIBLING;
		i = f->nodes[i].end - 1;
	}
	return top;
}

/*
 * The share of a page's sentences that the article must hold.  On pages built of
 * many small boxes no part stands out, and half of all is asked for; a part that
 * is called the article's body is believed with less, unless it is a stub.
 */
#define SHARE_MIN	0.5f
#define SHARE_NAMED_MIN	0.25f
#define STUB_MAX	400

/* The nearest ancestor that holds enough. */
static uint32_t
widen(const struct finder *f, uint32_t best)
{
	float share = is_named_body(f, best) && prose(f, best) > STUB_MAX ?
	    SHARE_NAMED_MIN : SHARE_MIN;

	while (best != 0 && (float)prose(f, best) < share * (float)prose(f, 0))
		best = f->nodes[best].parent;
	return best;
}

/* A lead has at least this many bytes; what is shorter is a kicker or a place. */
#define LEAD_MIN	50
/* A lead that nothing names or repeats is longer than a caption. */
#define SENTENCE_LEAD_MIN	80
/* Nodes above a lead that may bear its name. */
#define LEAD_LEVELS	2

static bool
is_named_lead(const struct finder *f, uint32_t i)
{
	for (unsigned level = 0; level <= LEAD_LEVELS; level++) {
		if (f->w[i].concepts & CONCEPT_SUMMARY)
			return true;
		i = f->nodes[i].parent;
	}
	return false;
}

/* Does the page describe itself with these words? */
static bool
is_summary(const struct finder *f, struct str text)
{
	struct str start = str_slice(str_trim(text), 0, LEAD_MIN);

	return start.n == LEAD_MIN && str_starts(f->hints->summary, start);
}

/* The headline above `body`: the last h1 before it, else the first in it. */
static uint32_t
headline_of(const struct finder *f, uint32_t body)
{
	uint32_t h1 = f->h1;

	for (uint32_t i = 1; i < body; i++)
		if (f->nodes[i].tag == TAG_h1)
			h1 = i;
	return h1;
}

/* The standfirst, where it stands outside the article: between the headline
 * and the first text that is kept; 0 when there is none. */
static uint32_t
find_lead(const struct finder *f, uint32_t body)
{
	uint32_t h1 = headline_of(f, body), outside = body;

	if (h1 == 0 || h1 >= f->nodes[body].end)
		return 0;
	for (uint32_t i = f->nodes[h1].parent; i > body; i = f->nodes[i].parent)
		if (f->dropped[i])
			outside = f->nodes[i].end;
	for (uint32_t i = f->nodes[h1].end; i < f->nodes[body].end; i++) {
		const struct weigh *w = &f->w[i];

		if (f->dropped[i] == DROP_SIBLING) {
			if (f->nodes[i].end > outside)
				outside = f->nodes[i].end;
			continue;
		}
		if (f->dropped[i]) {
			i = f->nodes[i].end - 1;
			continue;
		}
		if (i >= outside && w->own > 0)
			return 0;
		if (w->own < LEAD_MIN || link_density(f, i) > 0.3f)
			continue;
		if (is_named_lead(f, i) ||
		    is_summary(f, tree_text(f->tree, i)) ||
		    (w->own >= SENTENCE_LEAD_MIN &&
		    ends_sentence(tree_text(f->tree, i))))
			return i;
	}
	return 0;
}

/* What stands between two headlines is an article when it is this long, and so is
 * what stands below the second. */
#define NEXT_MIN	400

/* The h1 that is the page's title; 0: none is. */
static uint32_t
titled_h1(const struct finder *f)
{
	for (uint32_t i = f->h1; i != 0 && i < f->count; i++)
		if (f->nodes[i].tag == TAG_h1 && f->hints->title.n > 0 &&
		    str_eq(str_trim(tree_text(f->tree, i)), f->hints->title))
			return i;
	return 0;
}

static bool
looks_like_article(const struct finder *f, uint32_t i)
{
	for (uint32_t j = i; j < f->nodes[i].end; j++)
		if (f->nodes[j].tag == TAG_article || (f->nodes[j].tag !=
		    TAG_TEXT && is_named_body(f, j)))
			return true;
	return false;
}

/* Pages that scroll for ever append other articles, each under an h1 and in an
 * element of its own.  Sections with an h1 look less like an article. */
static bool
drop_next(struct finder *f)
{
	uint32_t own = titled_h1(f), first = 0, before;
	bool found = false;

	for (uint32_t i = own + 1; own != 0 && i < f->count; i++) {
		uint32_t top = i;

		if (f->dropped[i]) {
			i = f->nodes[i].end - 1;
			continue;
		}
		if (f->nodes[i].tag != TAG_h1)
			continue;
		while (own < f->nodes[top].parent ||
		    own >= f->nodes[f->nodes[top].parent].end)
			top = f->nodes[top].parent;
		if (first == 0)
			first = top;
		before = f->w[first].prose - f->w[own].prose;
		/* a few words above much else introduce it */
		if (before >= NEXT_MIN && prose(f, top) >= NEXT_MIN &&
		    2 * before >= prose(f, top) && looks_like_article(f, top)) {
			f->dropped[top] = DROP_NEXT;
			found = true;
		}
		i = f->nodes[top].end - 1;
	}
	return found;
}

/* The part that a rule for the site names, or the one that holds the several
 * that it names, and nothing else: 0 where it names none. */
static uint32_t
marked_part(struct finder *f)
{
	uint32_t top = 0;

	for (uint32_t i = 1; i < f->count; i++) {
		if (!f->dropped[i] && !is_marked(f, i, MARK_BODY))
			continue;
		if (!f->dropped[i] && top == 0)
			top = i;
		while (!f->dropped[i] && i >= f->nodes[top].end)
			top = f->nodes[top].parent;
		i = f->nodes[i].end - 1;
	}
	if (top == 0 || is_marked(f, top, MARK_BODY))
		return top;
	for (uint32_t i = top + 1; i < f->nodes[top].end; i++) {
		bool kept = is_marked(f, i, MARK_BODY | MARK_KEEP);

		if (!f->dropped[i] && !kept && is_marked(f, i, MARK_ABOVE))
			continue;
		if (!f->dropped[i] && !kept)
			f->dropped[i] = DROP_RULE;
		i = f->nodes[i].end - 1;
	}
	return top;
}

/* The part that looks most like the article. */
static uint32_t
likely_part(struct finder *f)
{
	uint32_t best, named;

	vote(f);
	best = best_scored(f);
	named = best_named(f);
	if (named != 0 && prose(f, named) * 2 > prose(f, best))
		best = named;
	best = widen(f, best);
	return is_named_body(f, best) ? join_parts(f, best) :
	    join_siblings(f, best);
}

/* The article, by what may be believed. */
static void
find_trusting(struct finder *f, enum trust trust, struct body *body)
{

	f->trust = trust;
	memset(f->w, 0, (f->count + 1) * sizeof(*f->w));
	memset(f->dropped, 0, f->count);
	weigh_nodes(f);
	drop_nodes(f);
	weigh_nodes(f);
	if (trust != TRUST_NOTHING && drop_next(f))
		weigh_nodes(f);
	*body = (struct body){ .trust = trust, .dropped = f->dropped };
	body->from = marked_part(f);
	if (body->from == 0) {
		body->from = likely_part(f);
		body->lead = find_lead(f, body->from);
	}
	assert(body->from < f->count);
	body->end = f->nodes[body->from].end;
	drop_leaves(f, body->from, body->end);
	weigh_nodes(f);
	drop_margins(f, body->from, body->end);
	drop_orphans(f, body->from, body->end);
}

void
body_find(struct body *body, const struct tree *tree,
    const struct body_hints *hints, struct arena *a)
{
	struct finder f = { .tree = tree, .nodes = tree->nodes,
	    .count = tree->count, .hints = hints };
	enum trust best = TRUST_NAMES;
	uint32_t most;

	f.w = arena_alloc(a, (f.count + 1) * sizeof(*f.w));
	f.dropped = arena_alloc(a, f.count);
	f.path = arena_alloc(a, f.count);
	for (uint32_t i = f.count; i-- > 0;)
		if (tree->nodes[i].tag == TAG_h1)
			f.h1 = i;
	find_trusting(&f, TRUST_NAMES, body);
	most = prose(&f, body->from);
	for (int trust = TRUST_TAGS; most < ARTICLE_MIN && trust >= 0; trust--) {
		find_trusting(&f, (enum trust)trust, body);
		if (prose(&f, body->from) > 2 * most) {
			most = prose(&f, body->from);
			best = (enum trust)trust;
		}
	}
	if (f.trust != best)
		find_trusting(&f, best, body);
}
