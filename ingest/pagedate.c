#include "ingest/pagedate.h"
#include "ingest/when.h"

static bool
date_of(struct str s, bool month_first, struct date *d)
{
	s = heads_clip(s);
	return s.n > 0 && (when_machine(s, d) || when_text(s, month_first, d));
}

/* A line with a date in it: what is longer tells of other days. */
#define DATELINE_MAX	160
/* The same where it is pieced together of several elements. */
#define DATE_BLOCK_MAX	40

/* Does one of a class's names speak of a date?  "updated" alone does not say
 * that another does not: "entry-date updated" is WordPress's for both. */
static bool
speaks_of_date(struct str names)
{
	static const struct str words[] = { { "date", 4 }, { "datum", 5 },
	    { "publish", 7 }, { "posted", 6 }, { "time", 4 }, { "fecha", 5 },
	    { "created", 7 } };
	struct str name;

	while (str_split(&names, ' ', &name)) {
		if (str_ifind(name, STR("update"), 0) >= 0 ||
		    str_ifind(name, STR("modif"), 0) >= 0)
			continue;
		for (size_t k = 0; k < sizeof(words) / sizeof(*words); k++)
			if (str_ifind(name, words[k], 0) >= 0)
				return true;
	}
	return false;
}

static bool
names_date(const struct node *node)
{
	return speaks_of_date(node_attr(node, ATTR_class)) ||
	    speaks_of_date(node_attr(node, ATTR_id)) ||
	    speaks_of_date(node_attr(node, ATTR_itemprop));
}

/* Around a headline, nodes in which the article's own date stands. */
#define DATE_BEFORE	60
#define DATE_AFTER	150
/* Where else in a page a date is looked for. */
#define DATE_NODES	20000

/* Where a date for readers may stand, the surest first. */
enum place {
	PLACE_NAMED,		/* an element whose names speak of dates */
	PLACE_LINE,		/* a short line */
	PLACE_BLOCK,		/* one with the date in several elements */
	PLACE_LINK		/* the text of a link */
};

static bool
tells_of_change(struct str text)
{
	static const struct str words[] = { { "update", 6 }, { "modifi", 6 },
	    { "aktualisiert", 12 }, { "nderung", 7 }, { "mis à jour", 11 },
	    { "actualizad", 10 }, { "aggiornat", 9 }, { "bijgewerkt", 10 } };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (str_ifind(text, words[i], 0) >= 0)
			return true;
	return false;
}

static bool
holds_link(const struct tree *tree, uint32_t i)
{
	for (uint32_t j = i + 1; j < tree->nodes[i].end; j++)
		if (tree->nodes[j].tag == TAG_a)
			return true;
	return false;
}

static bool
is_place(const struct heads *h, uint32_t i, enum place place)
{
	const struct node *node = &h->tree->nodes[i];
	bool text = node->tag == TAG_TEXT;
	bool linked = text && h->tree->nodes[node->parent].tag == TAG_a;

	switch (place) {
	case PLACE_NAMED:
		return !text && node->attributes && names_date(node);
	case PLACE_LINE:
		return text && !linked;
	case PLACE_BLOCK:
		return tag_is_block(node->tag) &&
		    node->text_end - node->text < DATE_BLOCK_MAX &&
		    !holds_link(h->tree, i);
	case PLACE_LINK:
		return linked;
	}
	BUG("no such place");
}

/* The first date that readers see in [from, end), unless it is of a change. */
static bool
visible_date(const struct heads *h, uint32_t from, uint32_t end,
    enum place place, bool month_first, struct date *d)
{
	for (uint32_t i = from; i < end; i++) {
		struct str text = tree_text(h->tree, i);

		if (text.n >= DATELINE_MAX || !is_place(h, i, place) ||
		    tells_of_change(text))
			continue;
		if (when_text(text, month_first, d) || (place == PLACE_NAMED &&
		    date_of(node_attr(&h->tree->nodes[i], ATTR_title),
		    month_first, d)))
			return true;
	}
	return false;
}

/* The date that readers see about the headline. */
static bool
near_date(const struct heads *h, bool us, struct date *d)
{
	uint32_t h1 = h->h1_at, count = h->tree->count;
	uint32_t before = h1 > DATE_BEFORE ? h1 - DATE_BEFORE : 0;
	uint32_t after = count - h1 > DATE_AFTER ? h1 + DATE_AFTER : count;

	if (h1 == 0)
		return false;
	return (h->time_at >= h1 && h->time_at < after &&
	    date_of(h->time, us, d)) ||
	    visible_date(h, h1, after, PLACE_NAMED, us, d) ||
	    visible_date(h, h1, after, PLACE_LINE, us, d) ||
	    visible_date(h, h1, after, PLACE_BLOCK, us, d) ||
	    visible_date(h, before, h1, PLACE_LINE, us, d);
}

static bool
any_date(const struct heads *h, bool us, struct date *d)
{
	uint32_t count = h->tree->count < DATE_NODES ? h->tree->count :
	    DATE_NODES;

	return date_of(h->time, us, d) ||
	    visible_date(h, 0, count, PLACE_NAMED, us, d) ||
	    visible_date(h, 0, count, PLACE_LINE, us, d) ||
	    visible_date(h, 0, count, PLACE_BLOCK, us, d) ||
	    visible_date(h, 0, count, PLACE_LINK, us, d);
}

#define DAY	86400
/* Hours that publishers who write UTC are west or east of it; beyond them a
 * neighbouring day is another date, of a change or of another story. */
#define WEST_MAX	9
#define EAST_MAX	4

static int64_t
day_of(struct date d)
{
	return (d.seconds + d.offset * 60) / DAY;
}

/*
 * Heads often give the instant in UTC, and readers and the address see the day
 * of the publisher.  Where the two are neighbours, the instant is written with
 * the least offset that makes it that day: 01:30Z shown as the day before is
 * 23:30-02:00.
 */
static void
write_local(struct date *d, struct date shown)
{
	int64_t day = d->seconds / DAY;
	int hour = (int)(d->seconds % DAY / 3600);
	int64_t shown_day = day_of(shown);

	if (!d->has_time || d->offset != 0 || d->seconds < 0)
		return;
	if (shown_day == day - 1 && hour < WEST_MAX)
		d->offset = -60 * (hour + 1);
	if (shown_day == day + 1 && hour >= 24 - EAST_MAX)
		d->offset = 60 * (24 - hour);
}

/* Is the language spoken in Central Europe, and hardly anywhere else? */
static bool
is_central_european(struct str language)
{
	static const char *const spoken[] = { "de", "it", "nl", "pl", "cs",
	    "sk", "hu", "sl", "hr", "sv", "da", "no", "nb", "nn", "ca" };

	for (size_t i = 0; i < sizeof(spoken) / sizeof(*spoken); i++)
		if (str_ieq(str_slice(language, 0, 2), str_of(spoken[i])))
			return language.n == 2 || language.p[2] == '-';
	return false;
}

/* A day without a time, turned into an instant at its midnight and then into
 * UTC, shows as the last hour or two of the day before. */
static void
write_midnight(struct date *d)
{
	int64_t second = d->seconds % DAY;

	if (d->has_time && d->offset == 0 &&
	    (second == 22 * 3600 || second == 23 * 3600))
		d->offset = (int)(DAY - second) / 60;
}

/* What is said to be the day of publication, for machines. */
static bool
stated_date(const struct heads *h, const struct jsonld *ld, bool us,
    struct date *d)
{
	return date_of(ld->published, us, d) ||
	    date_of(h->first[FIELD_PUBLISHED], us, d) ||
	    date_of(h->published, us, d);
}

/* 11/23/2026. */
static bool
month_is_first(const struct page *page)
{
	return str_ieq(page->language, STR("en-US")) ||
	    str_ieq(page->language, STR("en"));
}

/*
 * A date that is said to be of publication is believed; one that does not say
 * of what it is gives way to the one that readers see about the headline.  That
 * of a change is the last resort, since the article is no younger; only dates
 * from anywhere in the text are worse.
 */
void
pagedate_choose(struct heads *h, struct page *page, const struct jsonld *ld)
{
	struct date *d = &page->published, shown;
	bool us = month_is_first(page), is_shown;
	bool stated = stated_date(h, ld, us, d);

	if (stated || date_of(h->first[FIELD_DATE], us, d)) {
		is_shown = (!stated && near_date(h, us, &shown)) ||
		    when_url(page->url, &shown) || near_date(h, us, &shown);
		if (is_shown)
			write_local(d, shown);
		else if (is_central_european(page->language))
			write_midnight(d);
		if (is_shown && !stated && day_of(*d) != day_of(shown))
			*d = shown;
		page->has_published = true;
	} else
		page->has_published = when_url(page->url, d) ||
		    near_date(h, us, d);
	page->has_modified = date_of(ld->modified, us, &page->modified) ||
	    date_of(h->first[FIELD_MODIFIED], us, &page->modified) ||
	    date_of(h->modified, us, &page->modified);
	if (!page->has_published && page->has_modified) {
		*d = page->modified;
		page->has_published = true;
	}
	if (!page->has_published)
		page->has_published = any_date(h, us, d);
}

bool
pagedate_read(const struct page *page, struct str s, struct date *d)
{
	return date_of(s, month_is_first(page), d);
}
