#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/digest.h"
#include "base/text/words.h"
#include "store/story.h"

#define SHINGLE_WORDS	3
#define SHINGLES_LEAST	40	/* a shorter text says too little */
#define SHINGLES_MOST	20000	/* of a long text the first so many */
#define LEADS		8	/* lowest hashes that lead to a first article */
/* Only hashes below this are looked up: of 40 shingles or more, the eight lowest
 * are nearly always below a third of the range. */
#define LEAD_CEILING	(UINT64_MAX / 3)
#define CANDIDATES	8	/* compared with a new text, the most promising */
#define SHARE_LEAST	0.5
#define EVENT_WINDOW_S	(48 * 3600)
/* Firsts are kept by the day; four days cover the window at any hour. */
#define DAYS		4
#define SECONDS_PER_DAY	86400
/* A shingle in more than one text of a hundred is common, but not in so few. */
#define COMMON_SHARE	100
#define COMMON_LEAST	20
#define COUNTERS	(1u << 20)

/* The first article of a story. */
struct first {
	struct place	place;
	int64_t		stored;
	uint64_t	story;		/* its id as a number */
};

/* The low 40 bits of a hash, and the index of its first article: the more
 * leads there are, the more bits it takes that none leads astray.  0: free. */
typedef uint64_t lead;

#define FIRST_BITS	24
#define FIRSTS_MOST	((1u << FIRST_BITS) - 1)

/* The firsts of one day. */
struct day {
	int64_t		 day;		/* since 1970; -1: unused */
	struct first	*firsts;
	size_t		 n, cap;
	lead		*leads;		/* open addressing, 3/4 full at most */
	size_t		 nleads, leads_cap;
};

struct event {
	uint64_t	hash;		/* 0: free */
	uint64_t	story;
	int64_t		stored;
};

struct stories {
	struct str	(*read_text)(void *arg, struct place place,
			    struct arena *a);
	void		*arg;
	struct day	 days[DAYS];	/* by day modulo DAYS */
	struct event	*events;
	size_t		 nevents, events_cap;
	uint16_t	*counters;	/* texts with a shingle, about */
	uint64_t	 texts;		/* counted in them */
	struct words	 words;
};

/* Sorted hashes of a text's shingles, each once. */
struct shingles {
	uint64_t	*v;
	size_t		 n;
};

struct stories *
stories_new(struct str (*read_text)(void *arg, struct place place,
    struct arena *a), void *arg)
{
	struct stories *s = xcalloc(1, sizeof(*s));

	s->read_text = read_text;
	s->arg = arg;
	s->counters = xcalloc(COUNTERS, sizeof(*s->counters));
	for (int i = 0; i < DAYS; i++)
		s->days[i].day = -1;
	s->events_cap = 1024;
	s->events = xcalloc(s->events_cap, sizeof(*s->events));
	return s;
}

void
stories_free(struct stories *s)
{
	if (s == NULL)
		return;
	for (int i = 0; i < DAYS; i++) {
		free(s->days[i].firsts);
		free(s->days[i].leads);
	}
	free(s->events);
	free(s->counters);
	words_release(&s->words);
	free(s);
}

static uint64_t
mix(uint64_t h)
{
	h ^= h >> 32;
	h *= 0xd6e8feb86659fd93u;
	h ^= h >> 32;
	h *= 0xd6e8feb86659fd93u;
	return h ^ h >> 32;
}

/* Hashes are uniform, so their top bits alone nearly sort them: deal them into as
 * many buckets as there are hashes, then let the few strays sink. */
static uint64_t *
sort_hashes(const uint64_t *v, size_t n, struct arena *a)
{
	unsigned bits = 1;
	uint64_t *sorted = arena_array(a, n, sizeof(*sorted));
	uint32_t *starts;

	while (((size_t)1 << bits) < n)
		bits++;
	starts = arena_zalloc(a, (((size_t)1 << bits) + 1) * sizeof(*starts));
	for (size_t i = 0; i < n; i++)
		starts[(v[i] >> (64 - bits)) + 1]++;
	for (size_t i = 1; i <= (size_t)1 << bits; i++)
		starts[i] += starts[i - 1];
	for (size_t i = 0; i < n; i++)
		sorted[starts[v[i] >> (64 - bits)]++] = v[i];
	for (size_t i = 1; i < n; i++) {
		uint64_t moved = sorted[i];
		size_t k = i;

		for (; k > 0 && sorted[k - 1] > moved; k--)
			sorted[k] = sorted[k - 1];
		sorted[k] = moved;
	}
	return sorted;
}

static void
make_shingles(struct stories *s, struct str text, struct arena *a,
    struct shingles *out)
{
	uint64_t last[SHINGLE_WORDS] = { 0 };
	size_t words = 0, n = 0;
	char folded[WORD_MAX];

	words_split(&s->words, text);
	out->v = arena_array(a, s->words.count, sizeof(*out->v));
	for (size_t i = 0; i < s->words.count && n < SHINGLES_MOST; i++) {
		size_t len;

		if (s->words.tokens[i].kind != TOKEN_WORD &&
		    s->words.tokens[i].kind != TOKEN_NUMBER)
			continue;
		len = word_fold(token_str(&s->words, i), folded);
		last[words++ % SHINGLE_WORDS] =
		    hash64((struct str){ folded, len });
		if (words >= SHINGLE_WORDS)
			out->v[n++] = mix(last[words % SHINGLE_WORDS] +
			    3 * last[(words + 1) % SHINGLE_WORDS] +
			    5 * last[(words + 2) % SHINGLE_WORDS]);
	}
	out->v = sort_hashes(out->v, n, a);
	out->n = 0;
	for (size_t i = 0; i < n; i++)
		if (i == 0 || out->v[i] != out->v[i - 1])
			out->v[out->n++] = out->v[i];
}

/* Count the text's shingles.  Counters are shared by chance, which can only make
 * a shingle seem more common; they are halved when they have seen enough. */
static void
count_shingles(struct stories *s, const struct shingles *sh)
{
	for (size_t i = 0; i < sh->n; i++) {
		uint16_t *c = &s->counters[sh->v[i] % COUNTERS];

		*c += *c < UINT16_MAX;
	}
	if (++s->texts < UINT16_MAX)
		return;
	s->texts /= 2;
	for (size_t i = 0; i < COUNTERS; i++)
		s->counters[i] /= 2;
}

/* Drop from a text what is common to many. */
static void
drop_common(const struct stories *s, struct shingles *sh)
{
	uint64_t limit = s->texts / COMMON_SHARE;
	size_t kept = 0;

	if (limit < COMMON_LEAST)
		limit = COMMON_LEAST;
	for (size_t i = 0; i < sh->n; i++)
		if (s->counters[sh->v[i] % COUNTERS] <= limit)
			sh->v[kept++] = sh->v[i];
	sh->n = kept;
}

static struct day *
day_for(struct stories *s, int64_t stored)
{
	int64_t number = stored / SECONDS_PER_DAY;
	struct day *d = &s->days[number % DAYS];

	if (d->day != number) {
		free(d->leads);
		*d = (struct day){ .day = number, .firsts = d->firsts,
		    .cap = d->cap, .leads_cap = 1024 };
		d->leads = xcalloc(d->leads_cap, sizeof(*d->leads));
	}
	return d;
}

static lead
make_lead(uint64_t hash, size_t first)
{
	return (hash | 1) << FIRST_BITS | first;
}

static size_t
lead_slot(const struct day *d, lead l)
{
	return mix(l >> FIRST_BITS) & (d->leads_cap - 1);
}

static void
put_lead(struct day *d, lead l)
{
	size_t i = lead_slot(d, l);

	while (d->leads[i] != 0)
		i = (i + 1) & (d->leads_cap - 1);
	d->leads[i] = l;
	d->nleads++;
}

static void
add_lead(struct day *d, lead l)
{
	if (4 * (d->nleads + 1) > 3 * d->leads_cap) {
		lead *old = d->leads;
		size_t n = d->leads_cap;

		d->leads_cap *= 2;
		d->leads = xcalloc(d->leads_cap, sizeof(*d->leads));
		d->nleads = 0;
		for (size_t i = 0; i < n; i++)
			if (old[i] != 0)
				put_lead(d, old[i]);
		free(old);
	}
	put_lead(d, l);
}

static void
add_first(struct stories *s, const struct shingles *sh,
    const struct first *first)
{
	struct day *d = day_for(s, first->stored);

	if (sh->n < SHINGLES_LEAST || d->n == FIRSTS_MOST)
		return;
	GROW(d->firsts, d->n, d->cap);
	d->firsts[d->n] = *first;
	for (size_t i = 0; i < LEADS; i++)
		add_lead(d, make_lead(sh->v[i], d->n));
	d->n++;
}

/* A first article that shares leads with the new text. */
struct candidate {
	const struct first	*first;
	unsigned		 hits;
};

/* More than so many firsts behind one lead, and it tells nothing. */
#define PER_LEAD	16
#define HITS_MOST	512

static int
by_first(const void *a, const void *b)
{
	const struct candidate *c = a, *d = b;

	return (c->first > d->first) - (c->first < d->first);
}

static int
by_hits(const void *a, const void *b)
{
	const struct candidate *c = a, *d = b;

	return (c->hits < d->hits) - (c->hits > d->hits);
}

/* The firsts of one day that `hash` leads to. */
static size_t
follow_lead(const struct day *d, uint64_t hash, int64_t oldest,
    struct candidate *found)
{
	lead wanted = make_lead(hash, 0);
	size_t i = lead_slot(d, wanted), n = 0;

	for (; d->leads[i] != 0; i = (i + 1) & (d->leads_cap - 1)) {
		const struct first *f;

		if (d->leads[i] >> FIRST_BITS != wanted >> FIRST_BITS)
			continue;
		f = &d->firsts[d->leads[i] & FIRSTS_MOST];
		if (f->stored < oldest)
			continue;
		if (n == PER_LEAD)
			return 0;
		found[n++] = (struct candidate){ f, 1 };
	}
	return n;
}

/* The most promising first articles, at most CANDIDATES. */
static size_t
find_candidates(const struct stories *s, const struct shingles *sh,
    int64_t now, struct arena *a, struct candidate **found)
{
	struct candidate *c = arena_array(a, HITS_MOST + PER_LEAD, sizeof(*c));
	size_t hits = 0, n = 0;

	for (int k = 0; k < DAYS; k++)
		for (size_t i = 0; s->days[k].day >= 0 && i < sh->n &&
		    sh->v[i] < LEAD_CEILING && hits < HITS_MOST; i++)
			hits += follow_lead(&s->days[k], sh->v[i],
			    now - STORY_WINDOW_S, c + hits);
	if (hits > 0)
		qsort(c, hits, sizeof(*c), by_first);
	for (size_t i = 0; i < hits; i++) {
		if (n > 0 && c[n - 1].first == c[i].first)
			c[n - 1].hits++;
		else
			c[n++] = c[i];
	}
	if (n > 0)
		qsort(c, n, sizeof(*c), by_hits);
	*found = c;
	return n < CANDIDATES ? n : CANDIDATES;
}

/* Which part of the shorter one is in both; *whole: half of `first` is. */
static double
share_of(const struct shingles *text, const struct shingles *first,
    bool *whole)
{
	size_t i = 0, k = 0, both = 0;
	size_t least = text->n < first->n ? text->n : first->n;

	*whole = false;
	if (least < SHINGLES_LEAST)
		return 0;
	while (i < text->n && k < first->n) {
		if (text->v[i] == first->v[k]) {
			both++;
			i++;
			k++;
		} else if (text->v[i] < first->v[k])
			i++;
		else
			k++;
	}
	*whole = (double)both >= SHARE_LEAST * (double)first->n;
	return (double)both / (double)least;
}

/* The story that the text joins: 1, and *story; 0: none; 2: it is a roundup of
 * several. */
static int
join_by_text(struct stories *s, const struct shingles *sh, int64_t now,
    struct arena *a, uint64_t *story, double *share)
{
	struct candidate *c;
	size_t n = sh->n < SHINGLES_LEAST ? 0 :
	    find_candidates(s, sh, now, a, &c);
	uint64_t held = 0;

	*share = 0;
	for (size_t i = 0; i < n; i++) {
		struct shingles other;
		bool whole;
		double part;

		make_shingles(s, s->read_text(s->arg, c[i].first->place, a), a,
		    &other);
		drop_common(s, &other);
		part = share_of(sh, &other, &whole);
		if (whole && held != 0 && held != c[i].first->story)
			return 2;
		if (whole)
			held = c[i].first->story;
		if (part >= SHARE_LEAST && part > *share) {
			*share = part;
			*story = c[i].first->story;
		}
	}
	return *share > 0;
}

static struct event *
find_event(const struct stories *s, uint64_t hash)
{
	size_t i = hash & (s->events_cap - 1);

	while (s->events[i].hash != 0 && s->events[i].hash != hash)
		i = (i + 1) & (s->events_cap - 1);
	return &s->events[i];
}

/* Make room; what is older than the window goes. */
static void
sweep_events(struct stories *s, int64_t now)
{
	struct event *old = s->events;
	size_t n = s->events_cap, live = 0;

	for (size_t i = 0; i < n; i++)
		live += old[i].hash != 0 &&
		    old[i].stored >= now - EVENT_WINDOW_S;
	while (4 * live > s->events_cap)
		s->events_cap *= 2;
	s->events = xcalloc(s->events_cap, sizeof(*s->events));
	s->nevents = live;
	for (size_t i = 0; i < n; i++)
		if (old[i].hash != 0 && old[i].stored >= now - EVENT_WINDOW_S)
			*find_event(s, old[i].hash) = old[i];
	free(old);
}

/* Hashes of the article's events: action, object, actor and the label. */
static size_t
event_hashes(const struct article *art, uint64_t **hashes)
{
	static const char *const names[] = { "action", "object", "actor" };
	const struct json_member *list = json_find(art->stance,
	    art->stance_count, "events");
	struct str parts[4] = { article_verdict(art, "label") };
	struct json_value *v;
	struct err ignored;
	size_t count, n = 0;

	if (list == NULL || list->value.type != JSON_ARRAY ||
	    json_array(list->value.raw, art->a, &v, &count, &ignored) == -1)
		return 0;
	*hashes = arena_array(art->a, count, sizeof(**hashes));
	for (size_t i = 0; i < count; i++) {
		struct json_member *m;
		size_t members, given = 0;

		if (v[i].type != JSON_OBJECT || json_object(v[i].raw, art->a,
		    &m, &members, &ignored) == -1)
			continue;
		for (size_t k = 0; k < 3; k++) {
			const struct json_member *f = json_find(m, members,
			    names[k]);

			parts[k + 1] = f ? json_str(&f->value, art->a) :
			    STR_NONE;
			given += parts[k + 1].n > 0;
		}
		if (given == 3)
			(*hashes)[n++] = hash64(arena_printf(art->a,
			    "%.*s\n%.*s\n%.*s\n%.*s", STR_FMT(parts[0]),
			    STR_FMT(parts[1]), STR_FMT(parts[2]),
			    STR_FMT(parts[3]))) | 1;
	}
	return n;
}

static bool
join_by_event(const struct stories *s, const struct article *art, int64_t now,
    uint64_t *story)
{
	uint64_t *hashes;
	size_t n = event_hashes(art, &hashes);

	for (size_t i = 0; i < n; i++) {
		const struct event *e = find_event(s, hashes[i]);

		if (e->hash != 0 && e->stored >= now - EVENT_WINDOW_S) {
			*story = e->story;
			return true;
		}
	}
	return false;
}

/* Note the article's events; those of the first article of a story stay. */
static void
add_events(struct stories *s, const struct article *art, int64_t now,
    uint64_t story)
{
	uint64_t *hashes;
	size_t n = event_hashes(art, &hashes);

	for (size_t i = 0; i < n; i++) {
		struct event *e;

		if (2 * (s->nevents + 1) > s->events_cap)
			sweep_events(s, now);
		e = find_event(s, hashes[i]);
		if (e->hash != 0 && e->stored >= now - EVENT_WINDOW_S)
			continue;
		s->nevents += e->hash == 0;
		*e = (struct event){ hashes[i], story, now };
	}
}

static uint64_t
story_number(const char *id)
{
	return strtoull(id, NULL, 16);
}

struct str
story_text(const struct article *art)
{
	struct str title = record_str(&art->rec, RECORD_TITLE, art->a);
	struct str text = record_str(&art->rec, RECORD_TEXT, art->a);
	char *both;

	if (text.n == 0)
		text = record_str(&art->rec, RECORD_SUMMARY, art->a);
	both = arena_alloc(art->a, title.n + 1 + text.n);
	if (title.n > 0)
		memcpy(both, title.p, title.n);
	both[title.n] = '\n';
	if (text.n > 0)
		memcpy(both + title.n + 1, text.p, text.n);
	return (struct str){ both, title.n + 1 + text.n };
}

void
stories_place(struct stories *s, const struct article *art, int64_t now,
    struct place place, struct story *story)
{
	struct str key = record_key(&art->rec, art->a);
	struct shingles all, sh;
	uint64_t number = 0;
	int joined;

	*story = (struct story){ .by = JOINED_FIRST };
	make_shingles(s, story_text(art), art->a, &all);
	sh = all;
	sh.v = arena_array(art->a, all.n, sizeof(*sh.v));
	if (all.n > 0)
		memcpy(sh.v, all.v, all.n * sizeof(*sh.v));
	drop_common(s, &sh);
	count_shingles(s, &all);
	joined = join_by_text(s, &sh, now, art->a, &number, &story->share);
	if (joined == 1)
		story->by = JOINED_TEXT;
	else if (joined == 0 && join_by_event(s, art, now, &number))
		story->by = JOINED_EVENT;
	if (story->by == JOINED_FIRST) {
		sha256_hex(key, story->id, STORY_ID_DIGITS);
		number = story_number(story->id);
		story->share = 0;
	} else
		snprintf(story->id, sizeof(story->id), "%016llx",
		    (unsigned long long)number);
	if (joined == 2)		/* a roundup leads nowhere */
		return;
	if (story->by == JOINED_FIRST)
		add_first(s, &sh, &(struct first){ place, now, number });
	add_events(s, art, now, number);
}

void
stories_remember(struct stories *s, const struct article *art, int64_t stored,
    struct place place)
{
	struct shingles sh;
	struct story story;

	if (!story_read(art, &story))
		return;
	make_shingles(s, story_text(art), art->a, &sh);
	count_shingles(s, &sh);
	drop_common(s, &sh);
	if (story.by == JOINED_FIRST)
		add_first(s, &sh, &(struct first){ place, stored,
		    story_number(story.id) });
	add_events(s, art, stored, story_number(story.id));
}

static const char *const joined_names[] = { [JOINED_FIRST] = "first",
	[JOINED_TEXT] = "text", [JOINED_EVENT] = "event",
	[JOINED_REVISION] = "revision" };

void
story_put(struct buf *b, const struct story *story)
{
	json_open(b, '{');
	json_member_str(b, "id", str_of(story->id));
	json_member_str(b, "joined_by", str_of(joined_names[story->by]));
	if (story->by == JOINED_TEXT) {
		json_name(b, "share");
		json_put_num(b, story->share, 2);
	}
	json_close(b, '}');
}

bool
story_read(const struct article *art, struct story *story)
{
	struct str id = article_inner(art, RECORD_STORY, "id");
	struct str by = article_inner(art, RECORD_STORY, "joined_by");

	*story = (struct story){ .by = JOINED_FIRST };
	if (id.n != STORY_ID_DIGITS)
		return false;
	memcpy(story->id, id.p, id.n);
	for (int i = 0; i < 4; i++)
		if (str_eq(by, str_of(joined_names[i])))
			story->by = (enum joined_by)i;
	return true;
}
