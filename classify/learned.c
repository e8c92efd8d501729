#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/mem.h"
#include "base/text/relevance.h"
#include "base/text/stem.h"
#include "classify/learned.h"

/* Words whose terms are remembered, of an article's and of a statement's. */
#ifdef STANCE_TINY
#define REMEMBERED_BITS	1u
#define NAMED_BITS	1u
#else
#define REMEMBERED_BITS	15u
#define NAMED_BITS	12u
#endif

#define NO_TERM		0u	/* a word that no weight names */
#define NO_GRAM		0u
#define APART		(1u << 31)	/* in a couple's `first`: words lie between */

/* A short word, padded with zeros, and its term. */
struct remembered {
	uint64_t	key[2];
	uint32_t	term;
	bool		counts;		/* it is a word at all */
};

/* A stem. */
struct term {
	struct str	stem;
	double		relevance;
	uint32_t	gram;
};

/* A word or a pair, and what it adds. */
struct gram {
	double	anywhere[LEANS], title[LEANS];
};

/* Two words, one behind the other. */
struct couple {
	uint32_t	first, second;	/* terms; NO_TERM: free */
	uint32_t	gram;
};

struct learned {
	struct arena	 arena;
	const char	*stemmer;
	struct sb_stemmer *sb;
	struct term	*terms;		/* from 1 */
	size_t		 term_count, term_cap;
	uint32_t	*slots;		/* hash of stems to terms */
	size_t		 slot_count;	/* a power of two */
	struct gram	*grams;		/* from 1 */
	size_t		 gram_count, gram_cap;
	struct couple	*couples;	/* hash of pairs */
	size_t		 couple_count, couple_room;	/* a power of two */
	struct remembered *named;	/* words of statements: the same ones stand */
					/* in many */
};

/* A word of the article. */
struct read {
	uint32_t	term, token;
};

struct recall {
	const struct learned	*l;
	struct sb_stemmer	*sb;
	struct remembered	*memo;
	struct read		*read;		/* the title's, then the text's */
	size_t			 count, cap, title_count;
	const struct words	*title, *text;
	uint32_t		*met;		/* by gram: the round it was met in */
	uint32_t		 round;
};

struct learned *
learned_new(const char *stemmer)
{
	struct learned *l = xcalloc(1, sizeof(*l));

	l->stemmer = stemmer ? xstrdup(stemmer) : NULL;
	l->sb = stemmer_open(stemmer);
	l->slot_count = l->couple_room = 16;
	l->slots = xcalloc(l->slot_count, sizeof(*l->slots));
	l->couples = xcalloc(l->couple_room, sizeof(*l->couples));
	l->named = xcalloc(1u << NAMED_BITS, sizeof(*l->named));
	GROW(l->terms, l->term_count, l->term_cap);
	l->terms[l->term_count++] = (struct term){ .gram = NO_GRAM };
	GROW(l->grams, l->gram_count, l->gram_cap);
	l->grams[l->gram_count++] = (struct gram){ .title = { 0 } };
	return l;
}

void
learned_free(struct learned *l)
{
	if (l == NULL)
		return;
	if (l->sb != NULL)
		sb_stemmer_delete(l->sb);
	arena_release(&l->arena);
	free((void *)(uintptr_t)l->stemmer);
	free(l->terms);
	free(l->slots);
	free(l->grams);
	free(l->couples);
	free(l->named);
	free(l);
}

/* Where the stem's term is, or would be. */
static uint32_t *
slot_of(const struct learned *l, struct str stem)
{
	size_t mask = l->slot_count - 1, i = hash64(stem) & mask;

	while (l->slots[i] != NO_TERM &&
	    !str_eq(l->terms[l->slots[i]].stem, stem))
		i = (i + 1) & mask;
	return &l->slots[i];
}

static void
widen_slots(struct learned *l)
{
	free(l->slots);
	l->slot_count *= 2;
	l->slots = xcalloc(l->slot_count, sizeof(*l->slots));
	for (size_t i = 1; i < l->term_count; i++)
		*slot_of(l, l->terms[i].stem) = (uint32_t)i;
}

/* The place of a short word among 2^bits remembered; NULL for a long one.  *known
 * if it is there: else it is given that place. */
static struct remembered *
remember(struct remembered *memo, unsigned bits, struct str word, bool *known)
{
	uint64_t key[2] = { 0, 0 };
	struct remembered *m;

	*known = false;
	if (word.n == 0 || word.n > sizeof(key))
		return NULL;
	memcpy(key, word.p, word.n);
	m = &memo[(key[0] + key[1]) * 0x9e3779b97f4a7c15u >> (64 - bits)];
	*known = m->key[0] == key[0] && m->key[1] == key[1];
	if (!*known) {
		m->key[0] = key[0];
		m->key[1] = key[1];
	}
	return m;
}

/* The term of a word, given one if it has none; NO_TERM where it is none. */
static uint32_t
find_or_add(struct learned *l, struct str word)
{
	char folded[WORD_MAX];
	struct str s = { folded, word_fold(word, folded) };
	uint32_t *slot;

	if (s.n == 0)
		return NO_TERM;
	s = stem(l->sb, s);
	slot = slot_of(l, s);
	if (*slot != NO_TERM)
		return *slot;
	GROW(l->terms, l->term_count, l->term_cap);
	l->terms[l->term_count] = (struct term){ .stem = arena_str(&l->arena,
	    s), .gram = NO_GRAM };
	*slot = (uint32_t)l->term_count++;
	if (2 * l->term_count > l->slot_count)
		widen_slots(l);
	return (uint32_t)l->term_count - 1;
}

static uint32_t
take_term(struct learned *l, struct str word)
{
	bool known;
	struct remembered *m = remember(l->named, NAMED_BITS, word, &known);

	if (m == NULL)
		return find_or_add(l, word);
	if (!known)
		m->term = find_or_add(l, word);
	return m->term;
}

void
learned_relevance(struct learned *l, struct str word, double weight)
{
	uint32_t term = take_term(l, word);

	if (term != NO_TERM)
		l->terms[term].relevance = weight;
}

static struct couple *
couple_of(const struct learned *l, uint32_t first, uint32_t second)
{
	size_t mask = l->couple_room - 1;
	size_t i = ((uint64_t)first << 32 | second) * 0x9e3779b97f4a7c15u >> 32
	    & mask;

	while (l->couples[i].first != NO_TERM && (l->couples[i].first != first ||
	    l->couples[i].second != second))
		i = (i + 1) & mask;
	return &l->couples[i];
}

static void
widen_couples(struct learned *l)
{
	struct couple *was = l->couples;
	size_t room = l->couple_room;

	l->couple_room *= 2;
	l->couples = xcalloc(l->couple_room, sizeof(*l->couples));
	for (size_t i = 0; i < room; i++)
		if (was[i].first != NO_TERM)
			*couple_of(l, was[i].first, was[i].second) = was[i];
	free(was);
}

static uint32_t
add_gram(struct learned *l)
{
	GROW(l->grams, l->gram_count, l->gram_cap);
	l->grams[l->gram_count] = (struct gram){ .title = { 0 } };
	return (uint32_t)l->gram_count++;
}

static uint32_t
take_couple(struct learned *l, uint32_t first, uint32_t second)
{
	struct couple *c = couple_of(l, first, second);
	uint32_t gram;

	if (c->first != NO_TERM)
		return c->gram;
	gram = add_gram(l);
	*c = (struct couple){ first, second, gram };
	if (2 * ++l->couple_count > l->couple_room)
		widen_couples(l);
	return gram;
}

int
learned_wording(struct learned *l, struct str words, bool title,
    enum lean lean, double weight)
{
	struct str rest = words, word;
	uint32_t terms[2] = { NO_TERM, NO_TERM }, apart = 0, gram;
	size_t n = 0;

	while (str_split(&rest, ' ', &word)) {
		if (str_eq(word, STR(PAIR_GAP))) {
			if (n != 1 || apart != 0)
				return -1;
			apart = APART;
			continue;
		}
		if (n == 2 || (terms[n] = take_term(l, word)) == NO_TERM)
			return -1;
		n++;
	}
	if (n == 0 || (apart != 0 && n < 2))
		return -1;
	if (n == 2) {
		gram = take_couple(l, terms[0] | apart, terms[1]);
	} else {
		if (l->terms[terms[0]].gram == NO_GRAM)
			l->terms[terms[0]].gram = add_gram(l);
		gram = l->terms[terms[0]].gram;
	}
	if (title)
		l->grams[gram].title[lean] = weight;
	else
		l->grams[gram].anywhere[lean] = weight;
	return 0;
}

bool
learned_speaks(const struct learned *l)
{
	return l->gram_count > 1;
}

struct recall *
recall_new(const struct learned *l)
{
	struct recall *r = xcalloc(1, sizeof(*r));

	r->l = l;
	r->sb = stemmer_open(l->stemmer);
	r->memo = xcalloc(1u << REMEMBERED_BITS, sizeof(*r->memo));
	r->met = xcalloc(l->gram_count, sizeof(*r->met));
	return r;
}

void
recall_free(struct recall *r)
{
	if (r == NULL)
		return;
	if (r->sb != NULL)
		sb_stemmer_delete(r->sb);
	free(r->memo);
	free(r->read);
	free(r->met);
	free(r);
}

/* The word's term.  False where it is too long to be a word. */
static bool
find_term(const struct recall *r, struct str word, uint32_t *term)
{
	char folded[WORD_MAX];
	struct str s = { folded, word_fold(word, folded) };

	*term = NO_TERM;
	if (s.n > 0)
		*term = *slot_of(r->l, stem(r->sb, s));
	return s.n > 0;
}

/* The same, remembered where it is short. */
static bool
recall_term(struct recall *r, struct str word, uint32_t *term)
{
	bool known;
	struct remembered *m = remember(r->memo, REMEMBERED_BITS, word, &known);

	if (m == NULL)
		return find_term(r, word, term);
	if (!known)
		m->counts = find_term(r, word, &m->term);
	*term = m->term;
	return m->counts;
}

static void
read_words(struct recall *r, const struct words *w, size_t end)
{
	for (size_t i = 0; i < w->count && w->tokens[i].end <= end; i++) {
		uint32_t term;

		if (w->tokens[i].kind != TOKEN_WORD ||
		    !recall_term(r, token_str(w, i), &term))
			continue;
		GROW(r->read, r->count, r->cap);
		r->read[r->count++] = (struct read){ term, (uint32_t)i };
	}
}

void
recall_read(struct recall *r, const struct words *title,
    const struct words *text, size_t head)
{
	r->count = 0;
	r->title = title;
	r->text = text;
	read_words(r, title, SIZE_MAX);
	r->title_count = r->count;
	read_words(r, text, head);
}

double
recall_spread(const struct recall *r)
{
	return relevance_spread(r->count);
}

double
recall_relevance(const struct recall *r)
{
	double sum = 0;

	for (size_t i = 0; i < r->count; i++)
		sum += r->l->terms[r->read[i].term].relevance;
	return sum / recall_spread(r);
}

/* The pair that begins with the word `back` before `i` and ends with it, or
 * NO_GRAM. */
static uint32_t
pair_of(const struct recall *r, size_t i, size_t back)
{
	uint32_t first = r->read[i - back].term, second = r->read[i].term;
	const struct couple *c;

	if (first == NO_TERM || second == NO_TERM)
		return NO_GRAM;
	c = couple_of(r->l, first | (back > 1 ? APART : 0), second);
	return c->first != NO_TERM ? c->gram : NO_GRAM;
}

/* How far pairs that end with word `i` reach back where those from `from` on
 * count. */
static size_t
reach(size_t i, size_t from)
{
	return i - from < PAIR_BETWEEN + 1 ? i - from : PAIR_BETWEEN + 1;
}

/* What the gram adds to a label at this place. */
static double
added(const struct recall *r, uint32_t gram, bool in_title, enum lean lean)
{
	const struct gram *g = &r->l->grams[gram];

	return g->anywhere[lean] + (in_title ? g->title[lean] : 0);
}

static void
meet(struct recall *r, uint32_t gram, bool in_title, double sums[LEANS])
{
	if (gram == NO_GRAM || r->met[gram] == r->round)
		return;
	r->met[gram] = r->round;
	for (int k = 0; k < LEANS; k++)
		sums[k] += added(r, gram, in_title, (enum lean)k);
}

void
recall_wording(struct recall *r, double logits[LEANS])
{
	double sums[LEANS] = { 0 }, spread = recall_spread(r);

	if (++r->round == 0) {
		memset(r->met, 0, r->l->gram_count * sizeof(*r->met));
		r->round = 1;
	}
	for (size_t i = 0; i < r->count; i++) {
		bool in_title = i < r->title_count;
		size_t most = reach(i, in_title ? 0 : r->title_count);

		meet(r, r->l->terms[r->read[i].term].gram, in_title, sums);
		for (size_t back = 1; back <= most; back++)
			meet(r, pair_of(r, i, back), in_title, sums);
	}
	for (int k = 0; k < LEANS; k++)
		logits[k] = sums[k] / spread;
}

/* How much a gram speaks for the label; if `against`, more than for the other
 * direction. */
static double
speaks(const struct recall *r, uint32_t gram, bool in_title, enum lean lean,
    bool against)
{
	double for_it = gram != NO_GRAM ? added(r, gram, in_title, lean) : 0;

	if (gram == NO_GRAM || lean == LEAN_MIXED || !against)
		return for_it;
	return for_it - added(r, gram, in_title, lean == LEAN_EASING ?
	    LEAN_TIGHTENING : LEAN_EASING);
}

/* The sentence of the field where token `i` stands. */
static size_t
sentence_at(const struct words *w, size_t from, uint32_t token)
{
	while (from + 1 < w->sentence_count && w->sentences[from].end <= token)
		from++;
	return from;
}

struct spoken
recall_proof(const struct recall *r, enum lean lean, bool against)
{
	struct spoken best = { .weight = 0 };
	size_t sentence = 0, from = 0;
	double sum = 0;

	for (size_t i = 0; i < r->count; i++) {
		bool in_title = i < r->title_count,
		    begins = i == 0 || i == r->title_count;
		size_t at = sentence_at(in_title ? r->title : r->text,
		    begins ? 0 : sentence, r->read[i].token);

		begins |= at != sentence;
		sentence = at;
		if (begins) {
			sum = 0;
			from = i;
		}
		for (size_t back = 1; back <= reach(i, from); back++)
			sum += speaks(r, pair_of(r, i, back), in_title, lean,
			    against);
		sum += speaks(r, r->l->terms[r->read[i].term].gram, in_title,
		    lean, against);
		if (sum > best.weight)
			best = (struct spoken){ in_title, at, sum };
	}
	return best;
}
