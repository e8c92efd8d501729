#include "ingest/bylines.h"
#include "ingest/heads.h"
#include "ingest/meta.h"
#include "ingest/pagedate.h"
#include "ingest/url.h"

/* Letters that an h1 must have for its repetition to mean something. */
#define H1_MIN		10

/* Where the last separator of a title's parts begins; *length: its bytes. */
static ptrdiff_t
last_separator(struct str title, size_t *length)
{
	static const char *const separators[] = { " | ", " - ", " – ", " — ",
	    " :: ", " » ", " « ", " · ", " • ", " / ", " : ", "| " };
	ptrdiff_t best = -1;

	for (size_t i = 0; i < sizeof(separators) / sizeof(*separators); i++) {
		struct str separator = str_of(separators[i]);
		ptrdiff_t at = -1, next;

		while ((next = str_find(title, separator, (size_t)(at + 1))) >= 0)
			at = next;
		if (at > best) {
			best = at;
			*length = separator.n;
		}
	}
	return best;
}

/* `title` without the names of the site and its sections behind it. */
static struct str
strip_site(struct heads *h, const struct page *page, struct str title)
{
	size_t length;
	ptrdiff_t at;

	while ((at = last_separator(title, &length)) > 0) {
		if (!heads_names_site(h, page, str_from(title, (size_t)at + length)))
			break;
		title = str_trim(str_slice(title, 0, (size_t)at));
	}
	return title;
}

/* Does `whole` end with `part`, a good half of it? */
static bool
ends_with_most(struct str whole, struct str part)
{
	return part.n < whole.n && 2 * part.n >= whole.n &&
	    str_ends(whole, part);
}

/* "Details", "News": few letters, which nothing else repeats. */
static bool
is_section(struct str h1, struct str og, struct str headline, struct str title)
{
	return h1.n < H1_MIN && og.n + headline.n + title.n > 0 &&
	    str_find(og, h1, 0) < 0 && str_find(headline, h1, 0) < 0 &&
	    str_find(title, h1, 0) < 0;
}

/* Headings of a page that are compared; real pages have dozens. */
#define HEADINGS_MAX	1000

/* The first element `from` to `to` (TAG_h1 to TAG_h3) that says this; 0: none. */
static uint32_t
heading_that_says(const struct heads *h, struct str folded, enum tag from,
    enum tag to)
{
	const struct tree *tree = h->tree;
	unsigned headings = 0;

	for (uint32_t i = 1; folded.n > 0 && i < tree->count; i++) {
		enum tag tag = tree->nodes[i].tag;

		if (tag < from || tag > to)
			continue;
		if (str_eq(folded, heads_fold(heads_clip(str_trim(
		    tree_text(tree, i))), h->a)))
			return i;
		if (++headings == HEADINGS_MAX)
			break;
	}
	return 0;
}

/* On blogs the h1 is the blog's name, and the headline an h2; the title element
 * has both: "Quota lifted « The Tideline". */
static struct str
headline_beside(struct heads *h, struct str h1)
{
	struct str title = heads_fold(h->title, h->a), name = heads_fold(h1, h->a);
	struct str rest = STR_NONE;
	size_t length;
	ptrdiff_t at;

	if (name.n == 0 || title.n <= name.n)
		return STR_NONE;
	if (str_ends(title, name)) {
		at = last_separator(h->title, &length);
		if (at > 0)
			rest = str_trim(str_slice(h->title, 0, (size_t)at));
	} else if (str_starts(title, name) && h->title.n > 2 * h1.n) {
		/* what is shorter than the h1 is the site, not a headline */
		rest = str_from(h->title, h1.n);
		while (rest.n > 0 && strchr(" |:-", rest.p[0]) != NULL)
			rest = str_from(rest, 1);
	}
	return heading_that_says(h, heads_fold(rest, h->a), TAG_h2, TAG_h3) ?
	    rest : STR_NONE;
}

/* An attribute whose text has the quotes that it stands in ends at the first. */
static bool
is_cut_at_quote(struct str cut, struct str whole)
{
	return cut.n > 0 && str_starts(whole, cut) &&
	    str_starts(str_trim(str_from(whole, cut.n)), STR("\""));
}

/* The h1 that is the headline: the only one, or the first that another source
 * repeats. */
static struct str
choose_h1(struct heads *h, const struct page *page, struct str og,
    struct str headline, struct str title)
{
	if (h->h1s == 1)
		return heads_names_site(h, page, h->h1[0]) ||
		    is_section(heads_fold(h->h1[0], h->a), og, headline, title) ?
		    STR_NONE : h->h1[0];
	for (unsigned i = 0; i < h->h1s; i++) {
		struct str folded = heads_fold(h->h1[i], h->a);

		if (folded.n >= H1_MIN &&
		    (str_find(og, folded, 0) >= 0 ||
		    str_find(headline, folded, 0) >= 0 ||
		    str_find(title, folded, 0) >= 0))
			return h->h1[i];
	}
	return STR_NONE;
}

/*
 * Where og:title and JSON-LD agree, that is the headline: two sources that were
 * not written for search engines, as the title element is.  Else the h1 is,
 * without the kicker ("Opinion", "News") that one of them leaves out.
 */
static struct str
choose_title(struct heads *h, const struct page *page, const struct jsonld *ld)
{
	struct str headline = ld->is_article ?
	    strip_site(h, page, heads_plain(ld->headline, h->a)) : STR_NONE;
	struct str og = strip_site(h, page, heads_plain(h->first[FIELD_TITLE], h->a));
	struct str title = strip_site(h, page, h->title);
	struct str x = heads_fold(og, h->a), y = heads_fold(headline, h->a);
	struct str h1 = strip_site(h, page,
	    choose_h1(h, page, x, y, heads_fold(title, h->a)));
	struct str folded = heads_fold(h1, h->a);
	struct str beside = headline_beside(h, h1);

	if (is_cut_at_quote(og, h1))
		return h1;
	if (og.n > 0 && str_eq(x, y))
		return og;
	if (beside.n > 0)
		return beside;
	if (y.n > 0 && ends_with_most(folded, y))
		return headline;
	if (x.n > 0 && ends_with_most(folded, x))
		return og;
	if (h1.n > 0)
		return h1;
	if (headline.n > 0)
		return headline;
	if (h->headline.n > 0)
		return h->headline;
	return og.n > 0 ? og : title;
}

/* The heading that is the title, the h1 before others; the first h1 where none
 * is.  Names stand beside it. */
static void
find_title(struct heads *h, struct str title)
{
	struct str wanted = heads_fold(title, h->a);

	h->title_at = heading_that_says(h, wanted, TAG_h1, TAG_h1);
	if (h->title_at == 0)
		h->title_at = heading_that_says(h, wanted, TAG_h2, TAG_h3);
	if (h->title_at == 0)
		h->title_at = h->h1_at;
}

/* BCP 47 from what is declared: "en_US" -> "en-US"; only a plausible one. */
static struct str
language_tag(struct str s, struct arena *a)
{
	char *p;

	s = str_trim(s);
	if (s.n < 2 || s.n > 12 || !is_alpha(s.p[0]) || !is_alpha(s.p[1]) ||
	    (s.n > 2 && s.p[2] != '-' && s.p[2] != '_' && !is_alpha(s.p[2])))
		return STR_NONE;
	p = arena_cstr(a, s);
	for (size_t i = 0; i < s.n; i++) {
		if (p[i] == '_')
			p[i] = '-';
		if (p[i] != '-' && !is_alpha(p[i]) && !is_digit(p[i]))
			return STR_NONE;
	}
	return (struct str){ p, s.n };
}

/* What the element that `pick` names says; STR_NONE where there is none. */
static struct str
picked(const struct heads *h, const struct pick *pick, uint32_t *at)
{
	if (pick->select == NULL)
		return STR_NONE;
	*at = select_next(pick->select, h->tree, *at);
	if (*at == 0)
		return STR_NONE;
	return heads_clip(str_trim(pick->has_attribute ?
	    node_attr(&h->tree->nodes[*at], pick->attribute) :
	    tree_text(h->tree, *at)));
}

/* What a rule for the site finds stands above all else; where it finds nothing,
 * it is as if it were not there. */
static void
follow_rule(struct heads *h, struct page *page, const struct override *rule)
{
	uint32_t title = 0, date = 0, author = 0;
	struct str s = picked(h, &rule->title, &title);
	struct date d;

	if (s.n > 0)
		page->title = s;
	s = picked(h, &rule->date, &date);
	if (date != 0 && !rule->date.has_attribute)
		s = heads_date_text(h, date);
	if (pagedate_read(page, s, &d)) {
		page->published = d;
		page->has_published = true;
	}
	s = picked(h, &rule->author, &author);
	if (author != 0)
		page->nauthors = 0;
	for (; author != 0; s = picked(h, &rule->author, &author))
		bylines_add(h, page, s);
}

void
page_meta_read(struct page *page, const struct tree *tree,
    const struct jsonld *ld, const struct override *rule, struct arena *a)
{
	struct heads *h = arena_zalloc(a, sizeof(*h));
	struct str given = page->url, base, address;

	h->tree = tree;
	h->a = a;
	heads_read(h);
	base = h->base.n > 0 ? url_resolve(page->url, h->base, a) : page->url;
	address = h->canonical.n > 0 ? h->canonical : h->first[FIELD_URL];
	if (address.n > 0) {
		address = url_resolve(base, address, a);
		if (url_is_http(address))
			page->url = address;
	}
	page->variant = variant_of(given, h->is_amp);
	if (page->variant == VARIANT_AMP || address.n == 0)
		page->url = variant_main(page->url, page->variant, a);
	page->language = language_tag(h->language, a);
	if (page->language.n == 0)
		page->language = language_tag(h->first[FIELD_LANGUAGE], a);
	if (page->language.n == 0)
		page->language = language_tag(ld->language, a);
	page->site = heads_plain(h->first[FIELD_SITE].n > 0 ? h->first[FIELD_SITE] :
	    ld->publisher, a);
	page->title = choose_title(h, page, ld);
	find_title(h, page->title);
	page->summary = heads_plain(h->first[FIELD_SUMMARY].n > 0 ?
	    h->first[FIELD_SUMMARY] : ld->summary, a);
	page->image = h->first[FIELD_IMAGE].n > 0 ? h->first[FIELD_IMAGE] :
	    ld->image;
	if (page->image.n > 0)
		page->image = url_resolve(base, page->image, a);
	pagedate_choose(h, page, ld);
	bylines_choose(h, page, ld);
	if (rule != NULL)
		follow_rule(h, page, rule);
	for (size_t i = 0; i < ld->ntags && h->ntags == 0; i++)
		heads_add(h->tags, &h->ntags, TAGS_MAX, ld->tags[i]);
	page->tags = h->tags;
	page->ntags = h->ntags;
}
