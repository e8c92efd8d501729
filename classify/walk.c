#include "classify/known.h"
#include "classify/walk.h"

/* Steps of one walk: gaps branch, and a hostile text could make them explode. */
#define WALK_STEPS	4000u
/* Of a pair of words, where a node has its number. */
#define WORD_PAIR	(1u << 31)
/* Where a node has more edges, the word's symbols are looked up among them. */
#define FEW_EDGES	8u

/* One walk through the trie. */
struct walk {
	const struct reader	*r;
	const uint32_t		*known;		/* by token */
	const struct words	*w;
	size_t			 end;		/* of the sentence */
	size_t			 start;		/* of this walk */
	unsigned		 budget;	/* steps left: gaps can branch */
	/* either these */
	struct marks		*marks;
	uint16_t		*bits;
	/* or these */
	struct outlook		*outlook;
	struct notes		*notes;
};

static inline const struct known *
known_at(const struct walk *k, size_t token)
{
	return &k->r->known[k->known[token]];
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

void
note_phrase(const struct lexicon *lex, uint32_t phrase, struct outlook *o,
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

static void
add_mark(struct walk *k, size_t end, uint32_t phrase)
{
	const struct effects *of = &k->r->lex->effects[phrase];
	const struct marks *m = k->marks;

	if (k->marks == NULL) {
		k->outlook->signs |= of->signs;
		note_phrase(k->r->lex, phrase, k->outlook, k->notes);
		return;
	}
	for (size_t i = k->start; i < end; i++)
		k->bits[i] |= of->bits;
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
 * word has them.  False where there are none. */
static bool
step_along(struct walk *k, size_t at, const struct node *nd,
    const struct known *known)
{
	const struct lexicon *lex = k->r->lex;
	const struct edge *edges = lex->edges + nd->at;
	const uint32_t *symbols = k->r->pool + known->at;
	size_t found = 0;
	uint32_t to[FEW_EDGES], index[FEW_EDGES];

	if (nd->edges > FEW_EDGES) {
		for (size_t i = 0; i < known->n; i++) {
			const struct edge *e;

			if ((sign_of(symbols[i]) & nd->follow) != 0 &&
			    (e = find_edge(edges, nd->edges, symbols[i]))) {
				step(k, at + 1, &lex->nodes[e->to]);
				found++;
			}
		}
		return found > 0;
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
	return found > 0;
}

/* Where it is remembered that a node, or a word, does not go on with a word. */
static inline uint64_t *
barren_of(const struct walk *k, uint64_t pair)
{
	return &k->r->barren[pair * 0x9e3779b97f4a7c15u >> (64 - BARREN_BITS)];
}

/* The same, by what was found of the node and the word before.  Common words stand
 * in many phrases, and signs do not tell in which. */
static void
try_along(struct walk *k, size_t at, const struct node *nd)
{
	uint32_t word = k->known[at];
	uint64_t pair = (uint64_t)(nd - k->r->lex->nodes) << 32 | word;
	uint64_t *barren = barren_of(k, pair);

	if (*barren != pair && !step_along(k, at, nd, &k->r->known[word]))
		*barren = pair;
}

/* The child behind the gap, wherever a word lies that it goes on with. */
static void
step_over(struct walk *k, size_t at, const struct node *nd)
{
	const struct node *child = &k->r->lex->nodes[nd->gap_child];
	size_t end = at + nd->gap + 1 < k->end ? at + nd->gap + 1 : k->end;

	for (; at < end; at++) {
		bool follows = (known_at(k, at)->signs & child->follow) != 0;

		if ((!follows && child->gap_child == NONE) ||
		    k->w->tokens[at].kind == TOKEN_QUOTE || k->budget == 0)
			continue;
		k->budget--;
		if (child->gap_child != NONE)
			step_over(k, at, child);
		if (follows)
			try_along(k, at, child);
	}
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
	if (nd->gap_child != NONE)
		step_over(k, at, nd);
	if ((known_at(k, at)->signs & nd->follow) != 0)
		try_along(k, at, nd);
}

/* The signs of all words that a leap from before `at` can reach. */
static inline uint64_t
signs_within(const struct walk *k, size_t at, size_t gap)
{
	uint64_t signs = LEAP_ALWAYS;

	for (size_t last = at + gap; at <= last && at < k->end; at++)
		signs |= known_at(k, at)->signs;
	return signs;
}

/* Does one of the roots of the first word go on with the second at once? */
static bool
is_fertile(const struct walk *k, const struct known *first,
    const struct known *second)
{
	const uint32_t *roots = k->r->pool + first->at + first->n;
	const uint32_t *symbols = k->r->pool + second->at;

	for (size_t i = 0; i < first->roots; i++) {
		const struct node *nd = &k->r->lex->nodes[roots[i]];

		if ((nd->follow & second->signs) == 0)
			continue;
		for (size_t n = 0; n < second->n; n++)
			if (find_edge(k->r->lex->edges + nd->at, nd->edges,
			    symbols[n]) != NULL)
				return true;
	}
	return false;
}

static bool
goes_on(const struct walk *k, uint32_t first, uint32_t second)
{
	const struct known *known = k->r->known;
	uint64_t pair = (uint64_t)(first | WORD_PAIR) << 32 | second;
	uint64_t *barren = barren_of(k, pair);

	if (*barren == pair)
		return false;
	/* behind a quotation mark another word counts */
	if (known[second].signs == UINT64_MAX ||
	    is_fertile(k, &known[first], &known[second]))
		return true;
	*barren = pair;
	return false;
}

/* What stands behind a word that begins phrases. */
struct behind {
	uint64_t	next;		/* signs of the next word, */
	uint64_t	later;		/* of those that a leap can reach */
};

/* As far as it matters to phrases: nothing, where none goes on. */
static struct behind
look_behind(const struct walk *k, size_t at, uint64_t next)
{
	uint32_t word = k->known[at];
	const struct known *known = &k->r->known[word];
	struct behind b = { next & known->follow, 0 };

	if (b.next != 0 && !goes_on(k, word, k->known[at + 1]))
		b.next = 0;
	if (known->leap != 0)
		b.later = known->leap & signs_within(k, at + 1, known->gap);
	return b;
}

/* The signs of the word behind, in its sentence. */
static inline uint64_t
next_signs(const struct walk *k, size_t at)
{
	return at + 1 < k->end ? known_at(k, at + 1)->signs : 0;
}

static inline bool
leads_on(const struct node *nd, struct behind b)
{
	return ((nd->follow & b.next) | (nd->leap & b.later)) != 0;
}

/* The longer phrases that begin with the word: all there are. */
static void
walk_on(struct walk *k, size_t at, const struct known *known, struct behind b,
    bool itself)
{
	const uint32_t *roots = k->r->pool + known->at + known->n;

	k->start = at;
	k->budget = WALK_STEPS;
	for (size_t n = 0; n < known->roots; n++) {
		const struct node *nd = &k->r->lex->nodes[roots[n]];

		if (itself && nd->phrase != NONE)
			add_mark(k, at + 1, nd->phrase);
		if (leads_on(nd, b))
			go_on(k, at + 1, nd);
	}
}

static inline const uint32_t *
phrases_of(const struct reader *r, const struct known *known)
{
	return r->pool + known->at + known->n + known->roots;
}

/* Does it take a look at what stands behind to tell? */
static inline bool
may_go_on(const struct known *known, uint64_t next)
{
	return ((known->follow & next) | known->leap) != 0;
}

void
walk_sentence(const struct reader *r, const struct words *w,
    const struct reading *reading, size_t from, size_t end,
    const struct sentence *s, struct marks *marks, uint16_t *bits)
{
	struct walk k = { .r = r, .known = reading->known, .w = w,
	    .end = s->end, .marks = marks, .bits = bits };

	for (size_t i = from; i < end; i++) {
		size_t at = reading->starts[i];
		const struct known *known = known_at(&k, at);
		uint64_t next = next_signs(&k, at);
		struct behind b = { 0, 0 };

		if (may_go_on(known, next))
			b = look_behind(&k, at, next);
		if ((b.next | b.later) != 0) {
			walk_on(&k, at, known, b, true);
			continue;
		}
		k.start = at;
		for (size_t n = 0; n < known->phrases; n++)
			put_mark(&k, at + 1, phrases_of(r, known)[n]);
	}
}

/* The outlook of a sentence that has starts. */
static void
look_at(struct walk *k, const struct reading *reading, struct outlook *o)
{
	const struct reader *r = k->r;
	class_signs signs = 0;

	o->signs = 0;
	o->flags = 0;
	o->noted = (uint32_t)k->notes->n;
	for (size_t i = o->from; i < o->end; i++) {
		size_t at = reading->starts[i];
		const struct known *known = known_at(k, at);
		uint64_t next = next_signs(k, at);

		signs |= known->classes;
		if (known->is & WORD_NOTED)
			for (size_t n = 0; n < known->phrases; n++)
				note_phrase(r->lex, phrases_of(r, known)[n], o,
				    k->notes);
		if (may_go_on(known, next)) {
			struct behind b = look_behind(k, at, next);

			if ((b.next | b.later) != 0)
				walk_on(k, at, known, b, false);
		}
	}
	o->signs |= signs;
	o->noted_end = (uint32_t)k->notes->n;
}

size_t
walk_ahead(const struct reader *r, const struct words *w,
    const struct reading *reading, size_t sentence, size_t start,
    struct outlook *outlooks, struct notes *notes)
{
	struct walk k = { .r = r, .known = reading->known, .w = w,
	    .notes = notes };
	struct outlook *o = outlooks;

	while (start < reading->count) {
		while (w->sentences[sentence].end <= reading->starts[start])
			sentence++;
		k.end = w->sentences[sentence].end;
		k.outlook = o;
		o->sentence = (uint32_t)sentence;
		o->from = (uint32_t)start;
		while (start < reading->count && reading->starts[start] < k.end)
			start++;
		o->end = (uint32_t)start;
		look_at(&k, reading, o++);
	}
	return (size_t)(o - outlooks);
}
