#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/text/traits.h"
#include "store/leads.h"
#include "store/story.h"

#define SHINGLES_LEAST 40 /* a shorter text says too little */
#define SHARE_LEAST    0.5 /* of the shingles */
#define OPENING        20 /* shingles with which a text begins */
/* Of the words of title and lead, in both.  Of few words more must be. */
#define WORDS_LEAST    12
#define WORDS_SHARE    0.4
#define FEW_LEAST      8
#define FEW_SHARE      0.5
#define FEW            24
#define COPIED         0.25 /* so much of the shingles, and some is copied */
/* Names and numbers that must agree: in a copied text, and in one told anew. */
#define MARKS_COPIED   0.75
#define MARKS_TOLD     0.5
#define MARKS_LEAST    2 /* names and numbers: fewer tell nothing */
#define NUMBERS_LEAST  3
#define WORDS_WINDOW_S (48 * 3600)
/* Lowest hashes of shingles and rarest words that lead to a first article. */
#define SHINGLE_LEADS 6
#define WORD_LEADS    10
/* Only hashes below this are looked up: a text of 40 shingles has four of them, one of
 * 60 or more all of the six lowest. */
#define LEAD_CEILING (UINT64_MAX / 10)
/* A shingle in more than one text of a hundred is common, a name in more than one of
 * 500.  In so few texts none is. */
#define COMMON_SHARE 100
#define RARE_SHARE   500
#define COMMON_LEAST 20
/* No first has its rarest words among those that more than one text of 50 has. */
#define LEAD_SHARE 50
/* A word that is no mark leads as well as one that stands in so many more texts. */
#define NO_MARK      8
#define SHINGLE_COUNTERS 20
#define WORD_COUNTERS    18
#define KEPT         3072 /* profiles of firsts */
#define KEPT_WAYS    8 /* slots that one of them may take */
#define KEPT_MOST    1500 /* hashes of one that is kept unasked */

_Static_assert(SHINGLE_LEADS + WORD_LEADS == LEADS_EACH, "leads of a first");

/* In how many texts a hash stood, about: counters are shared by chance, which can
 * only make it seem more common.  They are halved when they have seen enough. */
struct counters {
	uint16_t *v;
	unsigned bits;
};

/* What a text is compared by. */
struct profile {
	struct place place;
	struct traits traits;
	struct hashes opening; /* sorted */
	uint64_t story; /* its id as a number */
	uint64_t label; /* hash of it; 0: none */
	struct hashes actors; /* sorted */
	bool sorted; /* its shingles are */
	void *block; /* holds the hashes; NULL: no profile */
	uint64_t used; /* when it was last, in profiles */
};

struct stories {
	story_reader *read;
	void *arg;
	const struct edits *edits;
	struct leads *leads;
	struct counters shingles, words;
	uint64_t texts; /* counted in them */
	struct profile kept[KEPT]; /* by a hash of the place */
	uint64_t uses; /* of them */
};

static void
counters_init(struct counters *c, unsigned bits)
{
	c->bits = bits;
	c->v = xcalloc((size_t)1 << bits, sizeof(*c->v));
}

static uint16_t *
counter(const struct counters *c, uint64_t hash)
{
	return &c->v[hash >> 20 & (((uint64_t)1 << c->bits) - 1)];
}

static void
count(struct counters *c, const struct hashes *h)
{
	for (size_t i = 0; i < h->n; i++) {
		uint16_t *n = counter(c, h->v[i]);

		*n += *n < UINT16_MAX;
	}
}

static void
halve(struct counters *c)
{
	for (size_t i = 0; i < (size_t)1 << c->bits; i++)
		c->v[i] /= 2;
}

static void
count_text(struct stories *s, const struct traits *t)
{
	count(&s->shingles, &t->shingles);
	count(&s->words, &t->words);
	if (++s->texts < UINT16_MAX)
		return;
	s->texts /= 2;
	halve(&s->shingles);
	halve(&s->words);
}

static uint64_t
at_least(uint64_t limit)
{
	return limit < COMMON_LEAST ? COMMON_LEAST : limit;
}

/* Those hashes that stand in no more texts than one of `share`, in their order. */
static struct hashes
uncommon(const struct stories *s, const struct counters *c, uint64_t share,
    const struct hashes *all, struct arena *a)
{
	struct hashes kept = { arena_array(a, all->n, sizeof(*kept.v)), 0 };
	uint64_t limit = at_least(s->texts / share);

	for (size_t i = 0; i < all->n; i++)
		if (*counter(c, all->v[i]) <= limit)
			kept.v[kept.n++] = all->v[i];
	return kept;
}

/* The shingles that are not common to many texts. */
static struct hashes
own_shingles(const struct stories *s, const struct hashes *all, struct arena *a)
{
	return uncommon(s, &s->shingles, COMMON_SHARE, all, a);
}

/* Those of them that may lead somewhere. */
static struct hashes
low_shingles(const struct stories *s, const struct hashes *all, struct arena *a)
{
	struct hashes low = { arena_array(a, all->n, sizeof(*low.v)), 0 };

	for (size_t i = 0; i < all->n; i++)
		if (all->v[i] < LEAD_CEILING)
			low.v[low.n++] = all->v[i];
	return own_shingles(s, &low, a);
}

struct stories *
stories_new(story_reader *read, void *arg, const struct edits *edits)
{
	struct stories *s = xcalloc(1, sizeof(*s));

	s->read = read;
	s->arg = arg;
	s->edits = edits;
	s->leads = leads_new(STORY_WINDOW_S);
	counters_init(&s->shingles, SHINGLE_COUNTERS);
	counters_init(&s->words, WORD_COUNTERS);
	return s;
}

void
stories_forget(struct stories *s)
{
	for (size_t i = 0; i < KEPT; i++) {
		free(s->kept[i].block);
		s->kept[i] = (struct profile){ .block = NULL };
	}
}

void
stories_free(struct stories *s)
{
	if (s == NULL)
		return;
	stories_forget(s);
	leads_free(s->leads);
	free(s->shingles.v);
	free(s->words.v);
	free(s);
}

static uint64_t
folded_hash(struct str s, struct arena *a)
{
	char *small = arena_cstr(a, s);

	for (size_t i = 0; i < s.n; i++)
		if (small[i] >= 'A' && small[i] <= 'Z')
			small[i] |= 0x20;
	return s.n ? hash64((struct str){ small, s.n }) | 1 : 0;
}

static size_t
lesser(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void
make_profile(struct profile *p, const struct article *art)
{
	struct str title = record_str(&art->rec, RECORD_TITLE, art->a);
	struct str text = record_str(&art->rec, RECORD_TEXT, art->a);
	struct str *actors;
	size_t n = article_list(art, "actors", &actors);

	if (text.n == 0)
		text = record_str(&art->rec, RECORD_SUMMARY, art->a);
	*p = (struct profile){ .label = folded_hash(
				   article_verdict(art, "label"), art->a) };
	traits_read(&p->traits, title, text, art->a);
	p->opening = (struct hashes){ p->traits.shingles.v,
		lesser(p->traits.shingles.n, OPENING) };
	hashes_sort(&p->opening, art->a);
	p->actors = (struct hashes){ arena_array(art->a, n, 8), n };
	for (size_t i = 0; i < n; i++)
		p->actors.v[i] = folded_hash(actors[i], art->a);
	hashes_sort(&p->actors, art->a);
}

static void
keep_hashes(struct hashes *h, uint64_t **at)
{
	if (h->n > 0)
		memcpy(*at, h->v, h->n * sizeof(*h->v));
	h->v = *at;
	*at += h->n;
}

/* The slot that has the profile of the article at `place`, or the one that was used
 * longest ago of those that may take it. */
static struct profile *
kept_slot(struct stories *s, struct place place)
{
	uint32_t hash = place.segment * 0x9e3779b1u ^
	    place.offset * 0x85ebca6bu;
	struct profile *set = &s->kept[(hash >> 16) % (KEPT / KEPT_WAYS) *
	    KEPT_WAYS], *oldest = set;

	for (struct profile *p = set; p < set + KEPT_WAYS; p++) {
		if (p->block != NULL && p->place.segment == place.segment &&
		    p->place.offset == place.offset) {
			p->used = ++s->uses;
			return p;
		}
		if (p->used < oldest->used)
			oldest = p;
	}
	return oldest;
}

/* Copy it out of the arena, as that of the article at `place`. */
static struct profile *
keep_profile(struct stories *s, const struct profile *p, struct place place)
{
	struct profile *kept = kept_slot(s, place);
	uint64_t *at = kept->block;
	struct hashes *parts[] = { &kept->traits.shingles, &kept->traits.words,
		&kept->traits.marks, &kept->traits.numbers, &kept->actors,
		&kept->opening };
	size_t total = 1;

	*kept = *p;
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		total += parts[i]->n;
	kept->place = place;
	kept->used = ++s->uses;
	kept->block = at = xreallocarray(at, total, sizeof(*at));
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		keep_hashes(parts[i], &at);
	return kept;
}

static uint64_t
story_number(const char *id)
{
	return strtoull(id, NULL, 16);
}

/* Read the article and keep its profile; NULL when it is gone. */
static struct profile *
read_profile(struct stories *s, struct place place)
{
	struct arena a = ARENA_INIT;
	struct profile p, *kept = NULL;
	struct story story;
	struct article art;

	if (s->read(s->arg, place, &a, &art) &&
	    story_read(&art, s->edits, &story)) {
		make_profile(&p, &art);
		p.story = story_number(story.id);
		kept = keep_profile(s, &p, place);
	}
	arena_release(&a);
	return kept;
}

/* The profile of a first article, its shingles sorted, or NULL when it is gone. */
static const struct profile *
first_profile(struct stories *s, struct place place, struct arena *a)
{
	struct profile *kept = kept_slot(s, place);
	struct hashes sorted;

	if (kept->block == NULL || kept->place.segment != place.segment ||
	    kept->place.offset != place.offset)
		kept = read_profile(s, place);
	if (kept == NULL || kept->sorted)
		return kept;
	sorted = kept->traits.shingles;
	hashes_sort(&sorted, a);
	if (sorted.n > 0)
		memcpy(kept->traits.shingles.v, sorted.v,
		    sorted.n * sizeof(*sorted.v));
	kept->traits.shingles.n = sorted.n;
	kept->sorted = true;
	return kept;
}

/* Names and numbers that few texts have. */
static struct hashes
rare_marks(const struct stories *s, const struct hashes *marks, struct arena *a)
{
	return uncommon(s, &s->words, RARE_SHARE, marks, a);
}

/* Are two or more of the rare marks, and half of those of the text that has fewer,
 * in both? */
static bool
rare_marks_agree(const struct stories *s, const struct hashes *t,
    const struct hashes *u, struct arena *a)
{
	struct hashes v = rare_marks(s, t, a), w = rare_marks(s, u, a);
	size_t both = hashes_common(&v, &w);

	return both >= MARKS_LEAST && 2 * both >= lesser(v.n, w.n);
}

/* Do at least `part` of the marks of the one that has fewer stand in both? */
static bool
marks_agree(const struct traits *t, const struct traits *u, double part)
{
	size_t numbers = lesser(t->numbers.n, u->numbers.n);
	size_t marks = lesser(t->marks.n, u->marks.n);

	if (numbers >= NUMBERS_LEAST &&
	    2 * hashes_common(&t->numbers, &u->numbers) < numbers)
		return false;
	return (double)hashes_common(&t->marks, &u->marks) >=
	       part * (double)marks;
}

/* A new text against the first articles of stories. */
struct comparison {
	struct profile profile;
	struct hashes low, rare; /* shingles and words that may lead somewhere */
	struct hashes own; /* all that are not common, sorted, when needed */
	struct story *story; /* the best so far */
	uint64_t number; /* of it */
	uint64_t held; /* a story that is in it as a whole */
	bool roundup; /* and another one */
};

static void
join(struct comparison *c, uint64_t story, enum joined_by by, double share)
{
	bool better = c->story->by == JOINED_FIRST ||
		      (by == JOINED_TEXT && c->story->by != JOINED_TEXT) ||
		      ((by == JOINED_TEXT) == (c->story->by == JOINED_TEXT) &&
			  share > c->story->share);

	if (!better)
		return;
	c->story->by = by;
	c->story->share = share;
	c->number = story;
}

/* The new text is less than half of the first one.  Is it how that begins?  What comes
 * later in a longer text may be another story: that was a roundup. */
static bool
begins_alike(struct stories *s, const struct comparison *c,
    const struct profile *first, struct arena *a)
{
	struct hashes opening = own_shingles(s, &first->opening, a);

	return 2 * hashes_common(&c->own, &opening) > opening.n;
}

/* Is it the same text?  How much of the shingles stands in both. */
static double
compare_shingles(struct stories *s, struct comparison *c,
    const struct profile *first, struct arena *a)
{
	struct hashes own = own_shingles(s, &first->traits.shingles, a);
	size_t least = lesser(c->own.n, own.n);
	size_t both = hashes_common(&c->own, &own);
	double share = least ? (double)both / (double)least : 0;

	if (least < SHINGLES_LEAST)
		return share;
	if ((double)both >= SHARE_LEAST * (double)own.n) {
		c->roundup |= c->held != 0 && c->held != first->story;
		c->held = first->story;
	}
	if (share >= SHARE_LEAST &&
	    ((double)both >= SHARE_LEAST * (double)own.n ||
		begins_alike(s, c, first, a)) &&
	    marks_agree(&c->profile.traits, &first->traits, MARKS_COPIED))
		join(c, first->story, JOINED_TEXT, share);
	return share;
}

/* Is it the same event in other words?  What is `copied` in part may come from a
 * template, so more of the marks have to agree. */
static void
compare_words(struct stories *s, struct comparison *c,
    const struct profile *first, double copied, struct arena *a)
{
	const struct traits *t = &c->profile.traits, *u = &first->traits;
	size_t both = hashes_common(&t->words, &u->words);
	size_t least = lesser(t->words.n, u->words.n);
	double share = least ? (double)both / (double)least : 0;
	bool event = c->profile.label != 0 &&
		     c->profile.label == first->label &&
		     hashes_common(&c->profile.actors, &first->actors) > 0;

	if (both < (least < FEW ? FEW_LEAST : WORDS_LEAST) ||
	    share < (least < FEW ? FEW_SHARE : WORDS_SHARE) ||
	    !rare_marks_agree(s, &t->marks, &u->marks, a) ||
	    !marks_agree(t, u, copied < COPIED ? MARKS_TOLD : MARKS_COPIED))
		return;
	join(c, first->story, event ? JOINED_EVENT : JOINED_WORDS, share);
}

/* Keep in v the `most` lowest of all that come, ascending, each once. */
static size_t
keep_low(uint64_t *v, size_t n, size_t most, uint64_t hash)
{
	size_t k = n;

	while (k > 0 && v[k - 1] > hash)
		k--;
	if (k == most || (k > 0 && v[k - 1] == hash))
		return n;
	n += n < most;
	memmove(v + k + 1, v + k, (n - 1 - k) * sizeof(*v));
	v[k] = hash;
	return n;
}

/* What leads to this text: its lowest shingles and its rarest words. */
static size_t
make_leads(const struct stories *s, const struct hashes *low,
    const struct traits *t, uint64_t leads[LEADS_EACH])
{
	const struct hashes *words = &t->words, *marks = &t->marks;
	uint64_t rare[WORD_LEADS]; /* rank, then which */
	size_t mark = 0;
	size_t n = 0, nrare = 0;

	for (size_t i = 0; i < low->n; i++)
		if (n < SHINGLE_LEADS || low->v[i] < leads[n - 1])
			n = keep_low(leads, n, SHINGLE_LEADS, low->v[i]);
	for (size_t i = 0; i < words->n; i++) {
		uint64_t rank = *counter(&s->words, words->v[i]);

		while (mark < marks->n && marks->v[mark] < words->v[i])
			mark++;
		if (mark == marks->n || marks->v[mark] != words->v[i])
			rank += NO_MARK;
		nrare = keep_low(rare, nrare, WORD_LEADS, rank << 16 | i);
	}
	for (size_t i = 0; i < nrare; i++)
		leads[n++] = words->v[rare[i] & 0xffff];
	return n;
}

static size_t
find_firsts(struct stories *s, const struct comparison *c, int64_t now,
    struct first found[LEADS_FOUND])
{
	const struct hashes *words = &c->profile.traits.words;
	struct clue clue = { .shingles = &c->low, .words = &c->rare };

	for (size_t i = 0; i < words->n; i++)
		leads_mark(&clue.bits, words->v[i]);
	return leads_find(s->leads, &clue, now, found);
}

/* Find the story that the text joins. */
static void
find_story(
    struct stories *s, struct comparison *c, int64_t now, struct arena *a)
{
	struct first found[LEADS_FOUND];
	size_t n = find_firsts(s, c, now, found);

	if (n > 0) {
		c->own = own_shingles(s, &c->profile.traits.shingles, a);
		hashes_sort(&c->own, a);
	}
	for (size_t i = 0; i < n; i++) {
		const struct profile *first = first_profile(s, found[i].place, a);
		double copied;

		if (first == NULL)
			continue;
		copied = compare_shingles(s, c, first, a);
		if (found[i].stored >= now - WORDS_WINDOW_S)
			compare_words(s, c, first, copied, a);
	}
	if (c->roundup)
		*c->story = (struct story){ .by = JOINED_FIRST };
}

static void
add_first(struct stories *s, const struct hashes *low, const struct traits *t,
    struct first first)
{
	uint64_t leads[LEADS_EACH];

	if (t->shingles.n < SHINGLES_LEAST && t->words.n < FEW_LEAST)
		return;
	for (size_t i = 0; i < t->words.n; i++)
		leads_mark(&first.words, t->words.v[i]);
	leads_add(s->leads, &first, leads, make_leads(s, low, t, leads));
}

void
stories_place(struct stories *s, const struct article *art, int64_t now,
    struct place place, struct story *story)
{
	struct comparison c = { .story = story };
	struct traits *t = &c.profile.traits;

	*story = (struct story){ .by = JOINED_FIRST };
	make_profile(&c.profile, art);
	c.low = low_shingles(s, &t->shingles, art->a);
	c.rare = uncommon(s, &s->words, LEAD_SHARE, &t->words, art->a);
	leads_fetch(s->leads, &c.low);
	leads_fetch(s->leads, &c.rare);
	count_text(s, t); /* while they come */
	find_story(s, &c, now, art->a);
	if (story->by != JOINED_FIRST) {
		snprintf(story->id, sizeof(story->id), "%016llx",
		    (unsigned long long)c.number);
		return;
	}
	sha256_hex(record_key(&art->rec, art->a), story->id, STORY_ID_DIGITS);
	if (c.roundup) /* which leads nowhere */
		return;
	c.profile.story = story_number(story->id);
	if (t->shingles.n <= KEPT_MOST)
		keep_profile(s, &c.profile, place);
	add_first(s, &c.low, t, (struct first){ .place = place,
	    .stored = now });
}

void
stories_remember(struct stories *s, const struct article *art, int64_t stored,
    struct place place)
{
	struct profile p;
	struct hashes low;
	struct story story;

	if (!story_read(art, s->edits, &story))
		return;
	make_profile(&p, art);
	low = low_shingles(s, &p.traits.shingles, art->a);
	count_text(s, &p.traits);
	if (story.by == JOINED_FIRST ||
	    edits_is_split(s->edits, record_key(&art->rec, art->a)))
		add_first(s, &low, &p.traits,
		    (struct first){ .place = place,
			.stored = stored });
}

static const char *const joined_names[] = { [JOINED_FIRST] = "first",
	[JOINED_TEXT] = "text",
	[JOINED_WORDS] = "words",
	[JOINED_EVENT] = "event",
	[JOINED_REVISION] = "revision" };

void
story_put(struct buf *b, const struct story *story)
{
	json_open(b, '{');
	json_member_str(b, "id", str_of(story->id));
	json_member_str(b, "joined_by", str_of(joined_names[story->by]));
	if (story->share > 0) {
		json_name(b, "share");
		json_put_num(b, story->share, 2);
	}
	json_close(b, '}');
}

bool
story_read(const struct article *art, const struct edits *edits,
    struct story *story)
{
	struct str id = article_inner(art, RECORD_STORY, "id");
	struct str by = article_inner(art, RECORD_STORY, "joined_by");

	*story = (struct story){ .by = JOINED_FIRST };
	if (!is_story_id(id))
		return false;
	edits_apply(edits, record_key(&art->rec, art->a), id, story->id);
	for (int i = 0; i < JOINED_KINDS; i++)
		if (str_eq(by, str_of(joined_names[i])))
			story->by = (enum joined_by)i;
	return true;
}
