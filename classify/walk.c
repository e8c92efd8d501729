#include "classify/known.h"
#include "classify/walk.h"

/* Steps of one walk: gaps branch, and a hostile text could make them explode. */
#define WALK_STEPS	4000u
/* Where a node has more edges, the word's symbols are looked up among them. */
#define FEW_EDGES	8u

/* One walk through the trie. */
struct walk {
	const struct reader	*r;
	const struct known	*table;		/* the reader's */
	const uint32_t		*known;		/* by token, of the table */
	const struct words	*w;
	size_t			 end;		/* of the sentence */
	size_t			 start;		/* of this walk */
	unsigned		 budget;	/* steps left: gaps can branch */
	uint16_t		*bits;		/* of tokens */
	/* either these */
	struct marks		*marks;
	/* or these */
	const struct look	*look;
	struct outlook		*outlook;
	struct notes		*notes;
};

static inline const struct known *
known_at(const struct walk *k, size_t token)
{
	return &k->table[k->known[token]];
}

static inline void
put_mark(struct walk *k, size_t end, uint32_t phrase)
{
	const struct effects *of = &k->r->lex->effects[phrase];
	struct marks *m = k->marks;

	GROW(m->v, m->n, m->cap);
	m->v[m->n++] = (struct mark){ (uint32_t)k->start, (uint32_t)end,
	    phrase, of->flags, of->signs, of->needs };
}

static inline void
note(const struct lexicon *lex, uint32_t phrase, struct outlook *o,
    struct notes *notes)
{
	const struct effects *of = &lex->effects[phrase];

	if (!(of->flags & MARK_NOTED))
		return;
	o->flags |= of->flags;
	GROW(notes->v, notes->n, notes->cap);
	notes->v[notes->n++] = (struct note){ phrase, of->flags, of->needs,
	    of->asks };
}

void
note_phrase(const struct lexicon *lex, uint32_t phrase, struct outlook *o,
    struct notes *notes)
{
	note(lex, phrase, o, notes);
}

static void
add_mark(struct walk *k, size_t end, uint32_t phrase)
{
	const struct effects *of = &k->r->lex->effects[phrase];
	const struct marks *m = k->marks;

	for (size_t i = k->start; i < end; i++)
		k->bits[i] |= of->bits;
	if (k->marks == NULL) {
		k->bits[k->start] |= GOES_ON;
		k->outlook->signs |= of->signs;
		note(k->r->lex, phrase, k->outlook, k->notes);
		return;
	}
	if (of->silent)
		return;
	for (size_t i = m->n; i-- > 0 && m->v[i].first == k->start; )
		if (m->v[i].phrase == phrase)
			return;
	put_mark(k, end, phrase);
}

static void go_on(struct walk *k, size_t at, const struct node *nd);

/* The phrase ends at the node; others go on. */
static void
step(struct walk *k, size_t at, const struct node *nd)
{
	if (nd->phrase != NONE)
		add_mark(k, at, nd->phrase);
	if (nd->edges > 0 || nd->gap_child != NONE)
		go_on(k, at, nd);
}

/* The index of the symbol, or n. */
static inline size_t
index_of(const uint32_t *symbols, size_t n, uint32_t symbol)
{
	size_t i = 0;

	while (i < n && symbols[i] != symbol)
		i++;
	return i;
}

/* The edge with this symbol, or NULL. */
static const struct edge *
find_edge(const struct edge *edges, size_t n, uint32_t symbol)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (edges[mid].symbol < symbol)
			low = mid + 1;
		else
			high = mid;
	}
	return low < n && edges[low].symbol == symbol ? &edges[low] : NULL;
}

/* Along the edges whose symbols the word at `at` has, in the order in which the
 * word has them.  The node where they lead, 0 for none, or NONE for several. */
static uint32_t
step_along(struct walk *k, size_t at, const struct node *nd,
    const struct known *known)
{
	const struct lexicon *lex = k->r->lex;
	const struct edge *edges = lex->edges + nd->at;
	const uint32_t *symbols = k->r->pool + known->at;
	size_t found = 0;
	uint32_t to[FEW_EDGES], index[FEW_EDGES];

	if (nd->edges > FEW_EDGES) {
		uint32_t only = 0;

		for (size_t i = 0; i < known->n; i++) {
			const struct edge *e;

			if ((sign_of(symbols[i]) & nd->follow) != 0 &&
			    (e = find_edge(edges, nd->edges, symbols[i]))) {
				step(k, at + 1, &lex->nodes[e->to]);
				only = only == 0 ? e->to : NONE;
			}
		}
		return only;
	}
	for (size_t i = 0; i < nd->edges; i++) {
		size_t n, place;

		if ((sign_of(edges[i].symbol) & known->signs) == 0)
			continue;
		n = index_of(symbols, known->n, edges[i].symbol);
		if (n == known->n)
			continue;
		for (place = found++; place > 0 && index[place - 1] > n;
		    place--) {
			index[place] = index[place - 1];
			to[place] = to[place - 1];
		}
		index[place] = (uint32_t)n;
		to[place] = edges[i].to;
	}
	for (size_t i = 0; i < found; i++)
		step(k, at + 1, &lex->nodes[to[i]]);
	return found == 0 ? 0 : found == 1 ? to[0] : NONE;
}

/* The same, by what was found of the node and the word before.  Common words stand
 * in many phrases, and signs do not tell in which. */
static void
try_along(struct walk *k, size_t at, const struct node *nd)
{
	const struct node *nodes = k->r->lex->nodes;
	uint32_t word = k->known[at];
	uint64_t pair = (uint64_t)((uint32_t)(nd - nodes) | k->r->salt) << 32 |
	    word;
	struct path *path = &k->r->paths[pair * 0x9e3779b97f4a7c15u >>
	    (64 - PATH_BITS)];

	if (path->pair != pair || path->to == NONE)
		*path = (struct path){ pair,
		    step_along(k, at, nd, &k->table[word]) };
	else if (path->to != 0)
		step(k, at + 1, &nodes[path->to]);
}

static void step_over_all(struct walk *k, size_t at, const struct node *nd);

/* The child behind a gap, wherever a word lies that it goes on with. */
static void
step_over(struct walk *k, size_t at, const struct node *child)
{
	size_t end = at + child->width + 1 < k->end ?
	    at + child->width + 1 : k->end;

	for (; at < end; at++) {
		bool follows = (known_at(k, at)->signs & child->follow) != 0;

		if ((!follows && child->gap_child == NONE) ||
		    k->w->tokens[at].kind == TOKEN_QUOTE || k->budget == 0)
			continue;
		k->budget--;
		if (child->gap_child != NONE)
			step_over_all(k, at, child);
		if (follows)
			try_along(k, at, child);
	}
}

static void
step_over_all(struct walk *k, size_t at, const struct node *nd)
{
	const struct node *nodes = k->r->lex->nodes;

	for (uint32_t to = nd->gap_child; to != NONE; to = nodes[to].wider)
		step_over(k, at, &nodes[to]);
}

static void
go_on(struct walk *k, size_t at, const struct node *nd)
{
	if (k->budget == 0)
		return;
	k->budget--;
	while (at < k->end && k->w->tokens[at].kind == TOKEN_QUOTE)
		at++;
	if (at >= k->end)
		return;
	step_over_all(k, at, nd);
	if ((known_at(k, at)->signs & nd->follow) != 0)
		try_along(k, at, nd);
}

/* Does the node go on with the word? */
static bool
is_fertile(const struct walk *k, const struct node *nd,
    const struct known *known)
{
	const uint32_t *symbols = k->r->pool + known->at;

	if ((nd->follow & known->signs) == 0)
		return false;
	for (size_t n = 0; n < known->n; n++)
		if (find_edge(k->r->lex->edges + nd->at, nd->edges,
		    symbols[n]) != NULL)
			return true;
	return false;
}

static __attribute__((noinline)) void
find_pair(const struct walk *k, const struct known *first,
    const struct known *second, struct pair *pair)
{
	const struct lexicon *lex = k->r->lex;
	const uint32_t *roots = k->r->pool + first->at + first->n;

	for (size_t i = 0; i < first->roots; i++) {
		const struct node *nd = &lex->nodes[roots[i]];

		if (is_fertile(k, nd, second))
			pair->roots |= ROOT_BIT(i);
		for (uint32_t at = nd->gap_child; at != NONE;
		    at = lex->nodes[at].wider)
			if (is_fertile(k, &lex->nodes[at], second))
				pair->leaps |= ROOT_BIT(i);
	}
}

/* Common words begin many phrases, and signs do not tell which go on with another
 * word, so that is remembered. */
static inline const struct pair *
pair_of(const struct walk *k, uint32_t first, uint32_t second)
{
	uint32_t salted = first | k->r->salt;
	struct pair *pair = &k->r->pairs[((uint64_t)salted << 32 | second) *
	    0x9e3779b97f4a7c15u >> (64 - PAIR_BITS)];

	if (pair->first != salted || pair->second != second) {
		*pair = (struct pair){ salted, second, 0, 0 };
		find_pair(k, &k->r->known[first], &k->r->known[second], pair);
	}
	return pair;
}

/* Roots of the word before `at` that go on behind a gap. */
static inline uint32_t
leaping_roots(const struct walk *k, size_t at, uint32_t word)
{
	const struct leap *leap = &k->r->leaps[word];
	const struct known *table = k->table;
	const uint32_t *other = k->known + at, *end = k->known + k->end;
	uint64_t signs = leap->signs;
	uint32_t roots = leap->always;

	if (other + leap->gap + 1 < end)
		end = other + leap->gap + 1;
	for (; other < end; other++)
		if ((table[*other].signs & signs) != 0)
			roots |= pair_of(k, word, *other)->leaps;
	return roots;
}

/* The roots of the word at `at` that go on in its sentence. */
static inline __attribute__((always_inline)) uint32_t
fertile_roots(const struct walk *k, size_t at, const struct known *known)
{
	uint64_t next = at + 1 < k->end ? known_at(k, at + 1)->signs : 0;
	uint32_t roots = 0;

	if ((next & known->follow) == 0 && !known->leaps)
		return 0;
	if (next == UINT64_MAX)		/* a quotation mark is passed over */
		return UINT32_MAX;
	if ((next & known->follow) != 0)
		roots = pair_of(k, k->known[at], k->known[at + 1])->roots;
	if (known->leaps)
		roots |= leaping_roots(k, at + 1, k->known[at]);
	return roots;
}

/* The longer phrases that begin with the word along these roots, and where marks
 * are made the word itself. */
static void
walk_on(struct walk *k, size_t at, const struct known *known, uint32_t fertile)
{
	const uint32_t *roots = k->r->pool + known->at + known->n;

	k->start = at;
	k->budget = WALK_STEPS;
	for (size_t n = 0; n < known->roots; n++) {
		const struct node *nd = &k->r->lex->nodes[roots[n]];

		if (k->marks != NULL && nd->phrase != NONE)
			add_mark(k, at + 1, nd->phrase);
		if ((fertile & ROOT_BIT(n)) != 0)
			go_on(k, at + 1, nd);
	}
}

static inline const uint32_t *
phrases_of(const struct reader *r, const struct known *known)
{
	return r->pool + known->at + known->n + known->roots;
}

void
walk_sentence(const struct reader *r, const struct words *w,
    const struct reading *reading, size_t from, size_t end,
    const struct sentence *s, bool looked, struct marks *marks, uint16_t *bits)
{
	struct walk k = { .r = r, .table = r->known, .known = reading->known,
	    .w = w, .end = s->end, .marks = marks, .bits = bits };

	for (size_t i = from; i < end; i++) {
		size_t at = reading->starts[i];
		const struct known *known = known_at(&k, at);
		uint32_t fertile = !looked || (bits[at] & GOES_ON) ?
		    fertile_roots(&k, at, known) : 0;

		if (fertile != 0) {
			walk_on(&k, at, known, fertile);
			continue;
		}
		k.start = at;
		for (size_t n = 0; n < known->phrases; n++)
			put_mark(&k, at + 1, phrases_of(r, known)[n]);
	}
}

/* Note the phrases that words of the sentence are by themselves, if they or all
 * its phrases are of use. */
static void
note_words(const struct walk *k, const struct reading *reading,
    struct outlook *o)
{
	const struct known *table = k->table;
	const uint32_t *of = k->known, *p = reading->starts + o->from,
	    *end = reading->starts + o->end;
	class_signs missing = ~(o->signs | k->look->beside);
	bool all = flags_compose(o->flags);

	if (!all && !(o->flags & MARK_HOPES))
		return;
	for (; p < end; p++) {
		const struct known *known = &table[of[*p]];
		const uint32_t *phrases;

		if (known->flags == 0 || !(all ||
		    ((known->flags & MARK_HOPES) &&
		    (known->needs & missing) == 0) ||
		    (known->flags & MARK_HOPES_FAR)))
			continue;
		phrases = phrases_of(k->r, known);
		for (size_t n = 0; n < known->phrases; n++)
			note(k->r->lex, phrases[n], o, k->notes);
	}
}

/* The outlook of the sentence that ends at k->end, from its starts, the first of
 * which is o->from. */
static void
look_at(struct walk *k, const struct reading *reading, struct outlook *o)
{
	const struct known *table = k->table;
	const uint32_t *of = k->known, *p = reading->starts + o->from;
	class_signs signs = 0;
	uint32_t flags = 0;

	o->signs = 0;
	o->flags = 0;
	o->noted = (uint32_t)k->notes->n;
	for (; *p < k->end; p++) {
		const struct known *known = &table[of[*p]];
		uint32_t fertile = fertile_roots(k, *p, known);

		__builtin_prefetch(&table[of[p[READING_SPARE - 1]]]);
		signs |= known->classes;
		flags |= known->flags;
		if (fertile != 0)
			walk_on(k, *p, known, fertile);
	}
	o->end = (uint32_t)(p - reading->starts);
	o->signs |= signs;
	o->flags |= flags;
	note_words(k, reading, o);
	o->noted_end = (uint32_t)k->notes->n;
}

size_t
walk_ahead(const struct reader *r, const struct words *w,
    const struct reading *reading, const struct look *look,
    struct outlook *outlooks, struct notes *notes, uint16_t *bits)
{
	struct walk k = { .r = r, .table = r->known, .known = reading->known,
	    .w = w, .bits = bits, .look = look, .notes = notes };
	const struct sentence *s = &w->sentences[look->sentence];
	uint32_t start = (uint32_t)look->start;
	struct outlook *o = outlooks;

	while (start < reading->count) {
		while (s->end <= reading->starts[start])
			s++;
		k.end = s->end;
		k.outlook = o;
		o->sentence = (uint32_t)(s - w->sentences);
		o->from = start;
		look_at(&k, reading, o);
		start = o++->end;
	}
	return (size_t)(o - outlooks);
}
