#include <assert.h>

#include "ingest/concept.h"

/* Longer names are generated, not given. */
#define WORD_MAX_BYTES	24
#define SLOTS		2048	/* a power of two, some eight times the words */

static const struct {
	unsigned	 concept;
	const char	*words;
} vocabulary[] = {
	{ CONCEPT_BODY, "articlebody articletext articlecontent storybody "
	    "storytext storycontent entrycontent postcontent postbody "
	    "posttext bodycopy bodytext bodycontent contentbody textbody "
	    "newsbody newstext newscontent maintext articlecopy "
	    "richtext wysiwyg fulltext articlemaincontent "
	    "paragraphs articlesection singlecontent tdpostcontent "
	    "blogcontent textcontent articledetail newsdetail textcontainer "
	    "articlecontainer contenttext storydetail" },
	{ CONCEPT_COMMENT, "comment comments commenting commentlist disqus "
	    "respond replies reply kommentar kommentare commentaires "
	    "comentarios discussion livefyre feedback forum" },
	{ CONCEPT_RELATED, "related relatedposts relatedarticles recommended "
	    "recommendation recommendations recirc recirculation readmore "
	    "readnext alsoread morefrom morestories mostread mostpopular "
	    "popular trending outbrain taboola teaser teasers teaserlist "
	    "upnext nextarticle nextpost yarpp similar suggested "
	    "suggestions seealso linklist furtherreading latestnews "
	    "relatedstories relatedcontent relatedlinks readalso promobox "
	    "nextprev prevnext postnav tease zergnet morenews othernews nextup" },
	{ CONCEPT_SHARE, "share sharing sharebar sharedaddy social "
	    "socialmedia shareaholic addthis addtoany facebook twitter "
	    "whatsapp socialshare sharetools likes" },
	{ CONCEPT_SIGNUP, "newsletter newsletters subscribe subscription signup "
	    "mailchimp abo donate donation membership regwall "
	    "premiumbox optin mailinglist cta calltoaction login signin "
	    "registration loginwall" },
	{ CONCEPT_PAYWALL, "paywall subscriber premium metered locked piano "
	    "paywalled subscribers fullstory" },
	{ CONCEPT_AD, "ad ads adv advert adverts advertisement advertising "
	    "advertorial anzeige werbung sponsor sponsored sponsors banner "
	    "adsbygoogle adslot adunit adbox adwrapper adcontainer "
	    "googleads dfp promo promotion promotions affiliate publicidad "
	    "publicite shopping" },
	{ CONCEPT_NAV, "nav navigation navbar menu breadcrumb breadcrumbs "
	    "pagination pager toolbar tags taglist tagcloud categories "
	    "postnavigation topics keywords skiplink submenu topbar toc "
	    "tableofcontents jumplinks" },
	{ CONCEPT_FRAME, "footer sidebar masthead siteheader sitefooter "
	    "rail rightrail leftrail widgetarea footnotes "
	    "colophon pagefooter pageheader globalheader" },
	{ CONCEPT_CAPTION, "caption captions figcaption imagecaption "
	    "photocaption credit credits imagecredit photocredit "
	    "wpcaption wpcaptiontext bildunterschrift copyrightholder "
	    "caption-text copyright imgcaption imagecredits legend" },
	{ CONCEPT_BYLINE, "byline bylines author authors authorbox authorbio "
	    "authorinfo authorname aboutauthor aboutauthors dateline "
	    "timestamp pubdate publishdate postmeta entrymeta articlemeta "
	    "metadata postinfo articleinfo bio readingtime readtime "
	    "datum dateposted autor autoren kicker eyebrow updated "
	    "published publishedat posted writer vcard" },
	{ CONCEPT_NOTICE, "cookie cookies consent gdpr disclaimer modal popup "
	    "overlay tooltip legal privacy alert notification "
	    "lightbox correction errormessage" },
	{ CONCEPT_HIDDEN, "hidden invisible visuallyhidden sronly "
	    "screenreadertext screenreader printonly noprint noscreen "
	    "offscreen displaynone accessibility rollover popover hovercard "
	    "mouseover flyout" },
	{ CONCEPT_MEDIA, "gallery slideshow carousel slider player video "
	    "videoplayer audio podcast embed photo image infographic "
	    "instagram tweet mediabox thumbnail figure picture jwplayer "
	    "inlinegallery photogallery imagegallery slidecount "
	    "factbox infobox poll quiz survey" },
	{ CONCEPT_SUMMARY, "standfirst dek deck lede lead subtitle "
	    "subheadline summary intro abstract excerpt teasertext "
	    "subhead" },
};

struct slot {
	char		word[WORD_MAX_BYTES];
	unsigned	length;
	unsigned	concepts;
};

static struct slot slots[SLOTS];
static bool ready;

/* A name being read: its word so far and the word before. */
struct words {
	char		 joined[2 * WORD_MAX_BYTES];	/* last word, then this */
	size_t		 before, n;		/* their lengths */
	unsigned	 found;
};

static struct slot *
find_slot(const char *word, size_t n)
{
	uint32_t h = 2166136261u;
	struct slot *slot;

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)word[i]) * 16777619u;
	for (h ^= h >> 15;; h++) {
		slot = &slots[h & (SLOTS - 1)];
		if (slot->length == 0 ||
		    (slot->length == n && memcmp(slot->word, word, n) == 0))
			return slot;
	}
}

static void
fill_slots(void)
{
	for (size_t i = 0; i < sizeof(vocabulary) / sizeof(*vocabulary); i++) {
		struct str rest = str_of(vocabulary[i].words), word;

		while (str_split(&rest, ' ', &word)) {
			struct slot *slot = find_slot(word.p, word.n);

			assert(word.n > 0 && word.n < WORD_MAX_BYTES);
			memcpy(slot->word, word.p, word.n);
			slot->length = (unsigned)word.n;
			slot->concepts |= vocabulary[i].concept;
		}
	}
	ready = true;
}

static unsigned
look_up(const char *word, size_t n)
{
	return n > 1 && n < WORD_MAX_BYTES ? find_slot(word, n)->concepts : 0;
}

/* "has-sidebar" speaks of the page and "no-ads" of what is not there. */
static bool
negates(const char *word, size_t n)
{
	static const struct str words[] = { { "has", 3 }, { "no", 2 },
	    { "with", 4 }, { "without", 7 }, { "non", 3 }, { "hide", 4 },
	    { "not", 3 }, { "after", 5 }, { "before", 6 }, { "enable", 6 },
	    { "label", 5 } };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (str_eq((struct str){ word, n }, words[i]))
			return true;
	return false;
}

/* A word has ended: look it up alone and behind the one before. */
static void
end_word(struct words *w)
{
	if (w->n == 0)
		return;
	if (!negates(w->joined, w->before))
		w->found |= look_up(w->joined + w->before, w->n);
	if (w->before > 0)
		w->found |= look_up(w->joined, w->before + w->n);
	memmove(w->joined, w->joined + w->before, w->n);
	w->before = w->n;
	w->n = 0;
}

static unsigned
concepts_in(struct str name)
{
	struct words w = { .before = 0 };

	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		bool upper = c >= 'A' && c <= 'Z';

		if (is_space(c)) {
			end_word(&w);
			w.before = 0;
			continue;
		}
		if (!is_alpha(c)) {
			end_word(&w);
			continue;
		}
		if (upper && i > 0 && name.p[i - 1] >= 'a')
			end_word(&w);
		if (w.n < WORD_MAX_BYTES)
			w.joined[w.before + w.n++] = to_lower(c);
	}
	end_word(&w);
	return w.found;
}

unsigned
concepts_of(const struct node *node)
{
	static const enum attr names[] = { ATTR_class, ATTR_id,
	    ATTR_data_testid, ATTR_data_component, ATTR_data_module,
	    ATTR_data_qa };
	unsigned found = 0;

	if (!ready)
		fill_slots();
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		found |= concepts_in(node_attr(node, names[i]));
	return found;
}

const char *
concept_words(unsigned concepts)
{
	static const struct {
		unsigned	 concept;
		const char	*words;
	} names[] = {
		{ CONCEPT_COMMENT, "comments" },
		{ CONCEPT_RELATED, "other articles" },
		{ CONCEPT_SHARE, "sharing" },
		{ CONCEPT_SIGNUP, "subscribing" },
		{ CONCEPT_AD, "advertising" },
		{ CONCEPT_NAV, "navigation" },
		{ CONCEPT_FRAME, "the page's frame" },
		{ CONCEPT_CAPTION, "captions" },
		{ CONCEPT_BYLINE, "authors and dates" },
		{ CONCEPT_NOTICE, "notices" },
		{ CONCEPT_HIDDEN, "hiding" },
		{ CONCEPT_MEDIA, "pictures and players" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (concepts & names[i].concept)
			return names[i].words;
	return "something else";
}
