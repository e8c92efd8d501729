#include "ingest/bylines.h"
#include "ingest/url.h"
#include "ingest/when.h"

/* The same by its id, or in other languages. */
static bool
hints_at_author(const struct node *node)
{
	static const char *const words[] = { "author", "byline", "autor",
	    "auteur" };
	const size_t count = sizeof(words) / sizeof(*words);

	return heads_has_any(node_attr(node, ATTR_class), words, count) ||
	    heads_has_any(node_attr(node, ATTR_id), words, count);
}

/* Is it the page of an author? */
static bool
is_profile(const struct node *node)
{
	static const char *const steps[] = { "/author/", "/authors/",
	    "/autor/", "/autoren/", "/auteur/", "/autore/", "/autores/",
	    "/journalist/", "/reporter/", "/staff/", "/writer/", "/people/" };

	return node->tag == TAG_a && heads_has_any(node_attr(node, ATTR_href), steps,
	    sizeof(steps) / sizeof(*steps));
}

/* "By A. Writer |" -> "A. Writer". */
static struct str
strip_by(struct str name)
{
	static const char *const words[] = { "by ", "by: ", "von ", "von: ",
	    "par ", "por ", "di ", "door ", "av ", "af ", "written by ",
	    "posted by ", "posted ", "author: ", "autor: ", "text: ", "author ",
	    "publiziert am", "veröffentlicht am", "erstellt von ",
	    "geschrieben von ", "published by ", "eingestellt von ",
	    "artikel von ", "beitrag von ", "alles von ", "mehr von ",
	    "alle beiträge von ", "view all posts by ", "posts by ",
	    "more from ", "more by ", "about ", "escrito por ", "scritto da ",
	    "da ", "écrit par ", "publié par ", "publicado por ",
	    "written by: ", "| ", "- ", "— " };
	bool again = true;

	while (again) {
		again = false;
		name = str_trim(name);
		for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
			if (str_istarts(name, str_of(words[i]))) {
				name = str_from(name, strlen(words[i]));
				again = true;
			}
	}
	for (;;) {
		if (str_ends(name, STR("—")) || str_ends(name, STR("–")))
			name.n -= strlen("—");
		else if (name.n > 0 && strchr(" |:-", name.p[name.n - 1]))
			name.n--;
		else
			return name;
	}
}

/* "PhD", "MS", "RDN": what stands behind names and a comma. */
static bool
is_degree(struct str name)
{
	size_t upper = 0;

	for (size_t i = 0; i < name.n; i++)
		upper += name.p[i] >= 'A' && name.p[i] <= 'Z';
	return name.n <= 5 && upper >= 2 && memchr(name.p, ' ', name.n) == NULL;
}

/* Words that announce a name and are none. */
static bool
is_label(struct str s)
{
	static const char *const labels[] = { "by", "von", "par", "por", "di",
	    "text", "name", "author", "authors", "autor", "autoren", "auteur",
	    "autore", "posted", "posted by", "artikel von", "written by",
	    "über den autor", "about the author", "share", "admin" };

	while (s.n > 0 && strchr(" :", s.p[s.n - 1]) != NULL)
		s.n--;
	for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++)
		if (str_ieq(s, str_of(labels[i])))
			return true;
	return false;
}

static bool
is_name(struct str name)
{
	if (is_label(name))
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (is_digit(name.p[i]) || name.p[i] == '@' ||
		    name.p[i] == '<')
			return false;
	return name.n >= 2 && !url_is_absolute(name);
}

static void
add_author(struct page *page, struct str name)
{
	name = strip_by(name);
	if (!is_name(name) || page->nauthors == AUTHORS_MAX ||
	    (page->nauthors > 0 && is_degree(name)))
		return;
	for (size_t i = 0; i < page->nauthors; i++)
		if (str_ieq(page->authors[i].name, name))
			return;
	page->authors[page->nauthors++].name = name;
}

void
bylines_add(struct heads *h, struct page *page, struct str names)
{
	static const char *const between[] = { ", ", "; ", ";", " and ",
	    " und ", " & ", " | ", " / ", " et ", " y ", " og ", " och ",
	    " at " };

	names = heads_plain(names, h->a);
	while (names.n > 0) {
		size_t at = names.n, length = 0;

		for (size_t i = 0; i < sizeof(between) / sizeof(*between); i++) {
			ptrdiff_t hit = str_ifind(names, str_of(between[i]), 0);

			if (hit >= 0 && (size_t)hit < at) {
				at = (size_t)hit;
				length = strlen(between[i]);
			}
		}
		add_author(page, str_slice(names, 0, at));
		names = str_from(names, at + length);
	}
}

/* Those named by one source; the site itself counts only as the last resort,
 * which `stand_ins` asks for. */
static void
add_source(struct heads *h, struct page *page, const struct str *names,
    size_t count, bool stand_ins)
{
	for (size_t i = 0; i < count && page->nauthors == 0; i++)
		if (stand_ins || !heads_names_site(h, page, strip_by(names[i])))
			for (; i < count; i++)
				bylines_add(h, page, names[i]);
}

/* Readers' comments are signed, too.  An element around the headline speaks of
 * the whole page: "comments-open". */
static bool
is_of_comment(const struct heads *h, uint32_t i)
{
	static const char *const words[] = { "comment", "kommentar",
	    "comentario", "respond" };
	const struct node *nodes = h->tree->nodes;

	for (; i > h->title_at || h->title_at >= nodes[i].end; i = nodes[i].parent)
		if (heads_has_any(node_attr(&nodes[i], ATTR_class), words, 4) ||
		    heads_has_any(node_attr(&nodes[i], ATTR_id), words, 4))
			return true;
	return false;
}

/* Nodes around the headline among which a byline is the article's own. */
#define BYLINE_BEFORE	60
#define BYLINE_AFTER	200

static bool
is_near_headline(const struct heads *h, uint32_t i)
{
	return h->title_at != 0 && i + BYLINE_BEFORE >= h->title_at &&
	    i <= h->title_at + BYLINE_AFTER;
}

/* A line about a name. */
#define BY_LINE_MAX	80
#define NAME_WORDS_MAX	4

/* Two to four words with capitals, as names are written where there are any. */
static bool
looks_like_name(struct str s)
{
	unsigned words = 0;
	struct str word;

	while (str_split(&s, ' ', &word)) {
		if (word.n == 0)
			continue;
		if (word.p[0] >= 'a' && word.p[0] <= 'z')
			return false;
		words++;
	}
	return words >= 2 && words <= NAME_WORDS_MAX;
}

/* "By Ada Marsh", "23 November 2026 von Ada Marsh". */
static void
read_by_line(struct heads *h, uint32_t i)
{
	static const struct str words[] = { { "by ", 3 }, { "von ", 4 },
	    { "par ", 4 }, { "por ", 4 }, { "da ", 3 }, { "door ", 5 },
	    { "av ", 3 }, { "af ", 3 }, { "text: ", 6 }, { "autor: ", 7 },
	    { "author: ", 8 } };
	struct str text = str_trim(tree_text(h->tree, i)), name;
	struct date date;

	if (text.n > BY_LINE_MAX)
		return;
	for (size_t k = 0; k < sizeof(words) / sizeof(*words); k++) {
		ptrdiff_t at = str_ifind(text, words[k], 0);

		if (at < 0 || (at > 0 && (text.p[at - 1] != ' ' ||
		    !when_text(str_slice(text, 0, (size_t)at), false, &date))))
			continue;
		name = str_trim(str_from(text, (size_t)at + words[k].n));
		if (looks_like_name(name) && h->nbylines < BYLINES_MAX)
			h->bylines[h->nbylines++] = (struct byline){ name, i,
			    SIGNATURE_BY };
	}
}

/* What names somebody less surely counts near the headline only. */
static void
read_near_headline(struct heads *h)
{
	uint32_t from = h->title_at > BYLINE_BEFORE ? h->title_at - BYLINE_BEFORE : 1;

	for (uint32_t i = from; h->title_at != 0 && i < h->tree->count &&
	    is_near_headline(h, i); i++) {
		const struct node *node = &h->tree->nodes[i];

		if (node->tag == TAG_TEXT)
			read_by_line(h, i);
		else if (tag_is_block(node->tag) && (heads_names_author(node) ||
		    hints_at_author(node)))
			heads_read_byline(h, i, SIGNATURE_BLOCK);
		else if (!tag_is_block(node->tag) && !heads_names_author(node) &&
		    hints_at_author(node))
			heads_read_byline(h, i, SIGNATURE_INLINE);
		else if (is_profile(node))
			heads_read_byline(h, i, SIGNATURE_PROFILE);
	}
}

static bool
are_names(const struct page *page)
{
	for (size_t i = 0; i < page->nauthors; i++)
		if (!looks_like_name(page->authors[i].name))
			return false;
	return true;
}

/* Those of the surest signature; behind the headline first, since menus and
 * teasers above it name others.  Where the site is named elsewhere (`named`),
 * less sure ones count only if they are people's names. */
static void
add_bylines(struct heads *h, struct page *page, bool named, bool stand_ins)
{
	for (size_t turn = 0; turn < 2 * SIGNATURE_COUNT * h->nbylines; turn++) {
		const struct byline *by = &h->bylines[turn % h->nbylines];
		size_t kind = turn / h->nbylines / 2;
		bool above = turn / h->nbylines % 2 == 1;

		if (page->nauthors > 0)
			return;
		if (by->signature != (enum signature)kind ||
		    (by->at < h->title_at) != above ||
		    (kind != SIGNATURE_INLINE && !is_near_headline(h, by->at)) ||
		    is_of_comment(h, by->at))
			continue;
		add_source(h, page, &by->text, 1, stand_ins);
		if (named && kind != SIGNATURE_INLINE && !are_names(page))
			page->nauthors = 0;
	}
}

void
bylines_choose(struct heads *h, struct page *page, const struct jsonld *ld)
{
	page->authors = arena_zalloc(h->a, AUTHORS_MAX * sizeof(*page->authors));
	for (int stand_ins = 0; stand_ins < 2 && page->nauthors == 0;
	    stand_ins++) {
		add_source(h, page, ld->authors, ld->nauthors, stand_ins);
		add_source(h, page, h->authors, h->nauthors, stand_ins);
		if (page->nauthors == 0 && !stand_ins)
			read_near_headline(h);
		add_bylines(h, page, ld->nauthors + h->nauthors > 0, stand_ins);
	}
}
