#include "classify/known.h"
#include "classify/walk.h"

/* Steps of one walk: gaps branch, and a hostile text could make them explode. */
#define WALK_STEPS	4000u
/* Where a node has more edges, the word's symbols are looked up among them. */
#define FEW_EDGES	8u

/* One walk through the trie. */
struct walk {
	const struct reader	*r;
	struct reader		*reader;	/* the same */
	const struct known	*table;		/* the reader's */
	const uint32_t		*known;		/* by token, of the table */
	const struct words	*w;
	size_t			 end;		/* of the sentence */
	size_t			 start;		/* of this walk */
	unsigned		 budget;	/* steps left: gaps can branch */
	const struct known	*own_of;	/* of the word at its start, */
	uint32_t		 root, own;	/* the root that it goes along now, */
						/* and the word's next phrase to tell */
	uint32_t		 round;		/* of the reader's, this walk */
	uint16_t		*bits;		/* of tokens */
	struct outlook		*outlook;
	bool			 any;		/* a longer phrase was found */
	struct finds		*finds;
};

static inline const struct known *
known_at(const struct walk *k, size_t token)
{
	return &k->table[k->known[token]];
}

static inline void
add_find(struct finds *finds, struct find find)
{
	GROW(finds->v, finds->n, finds->cap);
	finds->v[finds->n++] = find;
}

/* Each phrase is found once at a start. */
static void
find_phrase(struct walk *k, size_t end, uint32_t phrase)
{
	if (k->r->found[phrase] == k->round)
		return;
	k->r->found[phrase] = k->round;
	add_find(k->finds, (struct find){ (uint32_t)k->start, (uint32_t)end,
	    phrase });
}

/* The word by itself, along its first `roots` roots. */
static void
find_own(struct walk *k, uint32_t roots)
{
	const struct known *known = k->own_of;
	const uint32_t *phrases = phrases_of(k->r, known),
	    *root_of = phrases + known->phrases;

	for (; k->own < known->phrases && root_of[k->own] < roots; k->own++)
		find_phrase(k, k->start + 1, phrases[k->own]);
}

static void
find_longer(struct walk *k, size_t end, uint32_t phrase)
{
	const struct effects *of = &k->r->lex->effects[phrase];

	for (size_t i = k->start; i < end; i++)
		k->bits[i] |= of->bits;
	if (of->silent)
		return;
	k->outlook->signs |= of->signs;
	k->outlook->longer |= of->flags;
	k->bits[k->start] |= GOES_ON;
	k->any = true;
	find_own(k, k->root + 1);
	find_phrase(k, end, phrase);
}

static void go_on(struct walk *k, size_t at, const struct node *nd);

/* The phrase ends at the node; others go on. */
static void
step(struct walk *k, size_t at, const struct node *nd)
{
	if (nd->phrase != NONE)
		find_longer(k, at, nd->phrase);
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
static __attribute__((noinline)) uint32_t
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

/* Does the node go on with the word behind one of its gaps, or of those that follow
 * at once? */
static bool
leaps_to(const struct walk *k, const struct node *nd, const struct known *known)
{
	const struct node *nodes = k->r->lex->nodes;

	for (uint32_t at = nd->gap_child; at != NONE; at = nodes[at].wider)
		if (is_fertile(k, &nodes[at], known) ||
		    leaps_to(k, &nodes[at], known))
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
		if (leaps_to(k, nd, second))
			pair->leaps |= ROOT_BIT(i);
	}
}

/* Where it is noted that a pair does not go on, or NULL. */
static inline uint8_t *
barren_byte(const struct walk *k, bool leaps, uint32_t first, uint32_t second)
{
	if ((first | second) >= BARREN_WORDS)
		return NULL;
	return &k->r->barren[(leaps * BARREN_WORDS + first) * BARREN_ROW +
	    second / 8];
}

static inline bool
is_barren(const struct walk *k, bool leaps, uint32_t first, uint32_t second)
{
	const uint8_t *barren = barren_byte(k, leaps, first, second);

	return barren != NULL && (*barren >> second % 8 & 1);
}

/* May the first go on with the second, by the forms of that? */
static inline bool
may_go_on(const struct walk *k, bool leaps, uint32_t first, uint32_t second)
{
	const struct known *from = &k->r->known[first],
	    *to = &k->r->known[second];
	const uint64_t *set = k->r->follows + from->follows;
	const uint32_t *tags = phrases_of(k->r, to) + 2 * to->phrases;

	return leaps ? may_be_in(set + ((size_t)1 << from->at_once) / 64,
	    from->over, tags, to->forms) :
	    may_be_in(set, from->at_once, tags, to->forms);
}

static uint32_t
find_roots(const struct walk *k, bool leaps, uint32_t first, uint32_t second)
{
	uint32_t salted = first | k->r->salt;
	struct pair *pair = &k->r->pairs[((uint64_t)salted << 32 | second) *
	    0x9e3779b97f4a7c15u >> (64 - PAIR_BITS)];

	if (pair->first != salted || pair->second != second) {
		*pair = (struct pair){ salted, second, 0, 0 };
		find_pair(k, &k->r->known[first], &k->r->known[second], pair);
	}
	return leaps ? pair->leaps : pair->roots;
}

static uint32_t
look_up_pair(const struct walk *k, bool leaps, uint32_t first, uint32_t second)
{
	uint8_t *barren = barren_byte(k, leaps, first, second);
	uint32_t roots = may_go_on(k, leaps, first, second) ?
	    find_roots(k, leaps, first, second) : 0;

	if (roots == 0 && barren != NULL)
		*barren |= (uint8_t)(1u << second % 8);
	return roots;
}

/* The roots of the first that go on with the second, at once or over a gap.  Common
 * words begin many phrases, and signs do not tell which go on with another word, so
 * that is remembered. */
static inline uint32_t
roots_of_pair(const struct walk *k, bool leaps, uint32_t first, uint32_t second)
{
	return is_barren(k, leaps, first, second) ? 0 :
	    look_up_pair(k, leaps, first, second);
}

bool
walk_may_go_on(const struct reader *r, bool over, uint32_t first,
    uint32_t second)
{
	struct walk k = { .r = r };

	return roots_of_pair(&k, over, first, second) != 0;
}

/* Words that are asked at once whether a leap ends there. */
#define STRIDE	4u

/* How a word may go on: with the next, or over a gap. */
#define GOES_AT_ONCE	1u
#define GOES_OVER	2u

/* Some of these words' bits, if a leap may end there. */
static inline uint64_t
landings(const uint64_t *lands, const uint32_t *other)
{
	return lands[other[0]] | lands[other[1]] | lands[other[2]] |
	    lands[other[3]];
}

/* How the word at `at` may go on by signs and bits alone.  What stands behind the end
 * of the sentence may pass for it. */
static inline uint32_t
ways_on(const struct walk *k, const uint64_t *lands, const uint32_t *other,
    const struct known *known)
{
	uint32_t ways = (k->table[*other].signs & known->follow) &&
	    !is_barren(k, false, other[-1], *other) ? GOES_AT_ONCE : 0;
	uint64_t some;

	if (lands == NULL)
		return ways;
	some = landings(lands, other);
	for (uint32_t i = STRIDE; i <= known->gap; i += STRIDE)
		some |= landings(lands, other + i);
	return ways | (some & known->from ? GOES_OVER : 0);
}

/* The roots of the word at `at` that go on in its sentence. */
static uint32_t
fertile_roots(const struct walk *k, size_t at, const struct known *known,
    uint32_t ways)
{
	uint32_t word = k->known[at], roots = 0;
	const uint32_t *other, *end = k->known + k->end;

	/* a quotation mark is passed over */
	while (++at < k->end && k->w->tokens[at].kind == TOKEN_QUOTE)
		;
	if (at >= k->end)
		return 0;
	other = k->known + at;
	if ((ways & GOES_AT_ONCE) &&
	    (k->table[*other].signs & known->follow) != 0)
		roots |= roots_of_pair(k, false, word, *other);
	if (!(ways & GOES_OVER))
		return roots;
	if (other + known->gap + 1 < end)
		end = other + known->gap + 1;
	for (; other < end; other++)
		if ((k->r->lands[*other] & known->from) != 0)
			roots |= roots_of_pair(k, true, word, *other);
	return roots;
}

/* All phrases that begin with the word, if there are longer ones along these
 * roots. */
static void
walk_on(struct walk *k, size_t at, const struct known *known, uint32_t fertile)
{
	const uint32_t *roots = k->r->pool + known->at + known->n;

	k->start = at;
	k->budget = WALK_STEPS;
	k->own_of = known;
	k->own = 0;
	k->round = reader_round(k->reader);
	k->any = false;
	for (uint32_t left = fertile; left != 0; left &= left - 1) {
		uint32_t n = (uint32_t)__builtin_ctz(left);

		/* the last bit is of all that are left */
		do {
			k->root = n;
			go_on(k, at + 1, &k->r->lex->nodes[roots[n]]);
		} while (++n > 31 && n < known->roots);
	}
	if (k->any)
		find_own(k, known->roots);
}

/* Append what the word at `at` is by itself. */
static inline void
add_words(const struct reader *r, const struct known *known, uint32_t at,
    struct finds *to)
{
	const uint32_t *phrases = phrases_of(r, known);

	if (to->n + known->phrases > to->cap) {
		to->cap = 2 * (to->n + known->phrases);
		to->v = xreallocarray(to->v, to->cap, sizeof(*to->v));
	}
	for (size_t i = 0; i < known->phrases; i++)
		to->v[to->n + i] = (struct find){ at, at + 1, phrases[i] };
	to->n += known->phrases;
}

void
walk_list(const struct reader *r, const struct reading *reading,
    const struct outlook *o, const struct finds *finds, const uint16_t *bits,
    struct finds *list)
{
	const struct find *find = finds->v + o->found;

	for (size_t i = o->from; i < o->end; i++) {
		uint32_t at = reading->starts[i];
		const struct known *known = &r->known[reading->known[at]];

		if (bits[at] & GOES_ON) {
			do
				add_find(list, *find++);
			while (find < finds->v + finds->n && find->first == at);
			continue;
		}
		add_words(r, known, at, list);
	}
}

void
walk_hold(const struct reader *r, const struct reading *reading,
    const struct outlook *o, const struct finds *finds, const uint16_t *bits,
    struct held *held)
{
	const struct find *find = finds->v + o->found;

	held_turn(held);
	for (size_t i = o->from; i < o->end; i++) {
		uint32_t at = reading->starts[i];
		const struct known *known = &r->known[reading->known[at]];
		const uint32_t *classes = phrases_of(r, known) +
		    2 * known->phrases + known->forms;

		if (bits[at] & GOES_ON) {
			do
				held_add(held, r->lex, find++->phrase);
			while (find < finds->v + finds->n && find->first == at);
			continue;
		}
		for (uint32_t n = *classes++; n > 0; n--)
			held->in[*classes++] = held->round;
	}
}

bool
walk_hopes(const struct reader *r, const struct reading *reading,
    const struct outlook *o, class_signs signs)
{
	for (size_t i = o->from; i < o->end; i++) {
		uint32_t word = reading->known[reading->starts[i]];

		if ((r->known[word].flags & MARK_HOPES) &&
		    (r->needs[word] & ~signs) == 0)
			return true;
	}
	return (o->longer & MARK_HOPES) != 0;
}

static inline void
note(const struct lexicon *lex, struct find find, struct finds *notes)
{
	if (lex->effects[find.phrase].flags & MARK_NOTED)
		add_find(notes, find);
}

void
walk_note(const struct reader *r, const struct reading *reading,
    const struct outlook *o, const struct finds *finds, const uint16_t *bits,
    uint32_t asked, class_signs beside, struct finds *notes)
{
	const struct find *find = finds->v + o->found;
	class_signs missing = ~(o->signs | beside);

	for (size_t i = o->from; i < o->end; i++) {
		uint32_t at = reading->starts[i];
		const struct known *known = &r->known[reading->known[at]];

		if (bits[at] & GOES_ON) {
			do
				note(r->lex, *find++, notes);
			while (find < finds->v + finds->n && find->first == at);
			continue;
		}
		if (!(known->flags & asked) && !((known->flags & MARK_HOPES) &&
		    (r->needs[reading->known[at]] & missing) == 0))
			continue;
		for (size_t n = 0; n < known->phrases; n++)
			note(r->lex, (struct find){ at, at + 1,
			    phrases_of(r, known)[n] }, notes);
	}
}

/* Starts that are looked at in one go, before any is walked from. */
#define WALK_ROUND	64u

struct going {
	uint32_t	at, ways;
};

/* From `p` on the starts that may go on, of a round or to the end of the sentence:
 * how many.  `lands` is NULL where no word leaps. */
static inline __attribute__((always_inline)) size_t
look_round(const struct walk *k, const uint64_t *lands, const uint32_t **p,
    struct going *going, class_signs *signs, uint32_t *flags)
{
	const struct known *table = k->table;
	const uint32_t *of = k->known, *start = *p, *end = start + WALK_ROUND;
	size_t n = 0;

	for (; start < end && *start < k->end; start++) {
		const uint32_t *at = of + *start;
		const struct known *known = &table[*at];

		*signs |= known->classes;
		*flags |= known->flags;
		going[n].at = *start;
		going[n].ways = ways_on(k, lands, at + 1, known);
		n += going[n].ways != 0;
	}
	*p = start;
	return n;
}

/* The outlook of the sentence that ends at k->end, from its starts, the first of
 * which is o->from. */
static void
look_at(struct walk *k, const struct reading *reading, struct outlook *o)
{
	const uint32_t *p = reading->starts + o->from;
	struct going going[WALK_ROUND];
	class_signs signs = 0;
	uint32_t flags = 0;

	do {
		size_t n = k->r->lex->leaping ?
		    look_round(k, k->r->lands, &p, going, &signs, &flags) :
		    look_round(k, NULL, &p, going, &signs, &flags);

		for (size_t i = 0; i < n; i++) {
			uint32_t at = going[i].at;
			const struct known *known = known_at(k, at);
			uint32_t fertile = fertile_roots(k, at, known,
			    going[i].ways);

			if (fertile != 0)
				walk_on(k, at, known, fertile);
		}
	} while (*p < k->end);
	o->signs |= signs;
	o->flags = flags | o->longer;
	o->end = (uint32_t)(p - reading->starts);
}

size_t
walk_text(struct reader *r, const struct words *w,
    const struct reading *reading, struct outlook *outlooks,
    struct finds *finds, uint16_t *bits)
{
	struct walk k = { .r = r, .reader = r, .table = r->known,
	    .known = reading->known, .w = w, .bits = bits, .finds = finds };
	const struct sentence *s = w->sentences;
	uint32_t start = 0;
	struct outlook *o = outlooks;

	while (start < reading->count) {
		while (s->end <= reading->starts[start])
			s++;
		k.end = s->end;
		k.outlook = o;
		*o = (struct outlook){ .from = start,
		    .sentence = (uint32_t)(s - w->sentences),
		    .found = (uint32_t)finds->n };
		look_at(&k, reading, o);
		start = o++->end;
	}
	return (size_t)(o - outlooks);
}
