/*
 * How a text is read.
 *
 * Most words of a text are named by no rule, and most of those that are begin no
 * phrase here.  So the work is done in rounds over a run of tokens, each a few
 * instructions a token and without surprises for the processor:
 *
 *	keys	the bytes of each token, hashed, as the splitter cuts them
 *	known	the number of what is known of the word, from its bucket
 *	starts	which tokens may begin a phrase
 *
 * and the trie is walked only from the last (walk.h).  What is known of a word is
 * worked out when it is met for the first time: folded, stemmed, compared with the
 * forms, raw forms and wildcards that rules name.
 */
#ifdef __SSE2__
#include <emmintrin.h>
#endif
#include <stdlib.h>

#include "classify/known.h"

/* Sets of forms have so many bits for each, and are no smaller or larger than 2 to the
 * power of these. */
#define SET_EACH	16u
#define SET_LEAST	6u
#define SET_MOST	16u
/* A word and its tag as a key; a longer word is kept elsewhere. */
#define LONG_KEY	56u
/* Of a reader's tag, for words of a text in capitals. */
#define SHOUT_TAG	0x80
#ifdef STANCE_TINY
#define LONG_BITS	1u
#define KNOWN_SPARE	8u
#else
#define LONG_BITS	13u
#define KNOWN_SPARE	(1u << 14)
#endif

/* Three words to a cache line, of 4 MB: half of that costs a tenth of the speed.
 * What was met last moves to the front. */
struct bucket {
	_Alignas(LINE) struct word_key	key[3];
	uint32_t		known[3];
};

struct long_word {
	_Alignas(LINE) uint64_t	key[LONG_KEY / 8];
	uint32_t		known;
};

/* All in one piece, which lies in large pages: each look-up is somewhere else. */
struct memo {
	struct bucket		buckets[1u << LINES_BITS];
	struct long_word	long_words[1u << LONG_BITS];
	struct pair		pairs[1u << PAIR_BITS];	/* see struct reader */
	struct path		paths[1u << PATH_BITS];
};

struct memo *
memo_new(void)
{
	return xlines(sizeof(struct memo));
}

void
memo_free(struct memo *memo)
{
	free(memo);
}

/* Room for one more, where each lies on a line of the cache. */
static void
grow_known(struct reader *r)
{
	struct known *grown;

	if (r->known_count < r->known_cap)
		return;
	r->known_cap = r->known_cap ? 2 * r->known_cap : 64;
	grown = xlines(r->known_cap * sizeof(*grown));
	if (r->known_count > 0)
		memcpy(grown, r->known, r->known_count * sizeof(*grown));
	free(r->known);
	r->known = grown;
}

static void
forget(struct reader *r)
{
	r->known_count = r->pool_count = r->follows_count = 0;
	grow_known(r);
	GROW(r->bits_of, r->known_count, r->bits_cap);
	GROW(r->needs, r->known_count, r->needs_cap);
	GROW(r->lands, r->known_count, r->lands_cap);
	r->bits_of[0] = 0;
	r->needs[0] = 0;
	r->lands[0] = 0;
	r->known[r->known_count++] = (struct known){ .n = 0 };
	free(r->slots);
	r->slots = NULL;
	r->slot_count = 0;
	free(r->barren);
	r->barren = xcalloc(2 * BARREN_WORDS, BARREN_ROW);
}

struct reader *
reader_new(const struct lexicon *lex, struct memo *memo, uint8_t tag)
{
	struct reader *r = xcalloc(1, sizeof(*r));

	r->lex = lex;
	r->memo = memo;
	r->splitter.lines = (const char *)memo->buckets;
	((unsigned char *)&r->splitter.tag)[KEY_SIZE - 1] = tag;
	r->sb = stemmer_open(lex->stemmer);
	r->paths = memo->paths;
	r->pairs = memo->pairs;
	r->salt = (uint32_t)tag << SALT_SHIFT;
	r->found = xcalloc(lex->phrase_count + 1, sizeof(*r->found));
	forget(r);
	return r;
}

void
reader_free(struct reader *r)
{
	if (r == NULL)
		return;
	if (r->sb != NULL)
		sb_stemmer_delete(r->sb);
	free(r->known);
	free(r->bits_of);
	free(r->needs);
	free(r->lands);
	free(r->pool);
	free(r->follows);
	free(r->finding.symbols);
	free(r->finding.parts);
	free(r->finding.classes);
	free(r->slots);
	free(r->barren);
	free(r->found);
	free(r);
}

static void
add_symbol(struct finding *f, uint32_t symbol)
{
	if (f->n == UINT16_MAX)	/* wildcards on wildcards */
		return;
	GROW(f->symbols, f->n, f->cap);
	f->symbols[f->n++] = symbol;
}

static void
add_form(struct finding *f, uint32_t tag)
{
	if (f->known.forms < FORMS_MAX)
		f->tags[f->known.forms] = tag;
	f->known.forms += f->known.forms <= FORMS_MAX;
}

/* Gather the symbols bound to the form. */
static void
gather(const struct lexicon *lex, enum form form, struct str s,
    struct finding *f)
{
	char key[WORD_MAX + 1];
	struct str whole = { key, s.n + 1 };
	uint64_t hash;
	size_t bit;
	uint32_t at;

	if (s.n > WORD_MAX)
		return;
	key[0] = (char)form;
	memcpy(key + 1, s.p, s.n);
	hash = hash64(whole);
	bit = present_bit(lex, hash);
	if (!(lex->present[bit / 64] >> bit % 64 & 1))
		return;
	at = slot_of(lex, whole, hash)->binding;
	if (at != NONE)
		add_form(f, (uint32_t)(hash >> 32));
	for (; at != NONE; at = lex->bindings[at].next)
		add_symbol(f, lex->bindings[at].symbol);
}

/* Wildcards, of the lengths that there are; the longest of each come first. */
static void
gather_affixes(const struct lexicon *lex, struct str s, struct finding *f)
{
	for (size_t n = s.n; n > 0; n--) {
		if (lex->prefixes[n / 64] >> n % 64 & 1)
			gather(lex, FORM_PREFIX, str_slice(s, 0, n), f);
		if (lex->suffixes[n / 64] >> n % 64 & 1)
			gather(lex, FORM_SUFFIX, str_from(s, s.n - n), f);
	}
}

static void
gather_infixes(const struct lexicon *lex, struct str s, struct finding *f)
{
	for (size_t from = 0; from < s.n; from++)
		for (size_t end = from + 1; end <= s.n; end++)
			gather(lex, FORM_INFIX, str_slice(s, from, end), f);
}

/* What stands for a number among other words: "from ..2 #|monday|tuesday". */
static void
gather_numbers(const struct lexicon *lex, struct finding *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->symbols[i] == SYMBOL_NUMBER) {
			gather(lex, FORM_NUMBER, STR(""), f);
			return;
		}
}

/* Where all is in capitals, CHINA may be China, as "=China" asks. */
static void
hear_shouts(struct reader *r, struct str text)
{
	unsigned char *tag = (unsigned char *)&r->splitter.tag + KEY_SIZE - 1;

	r->shouting = r->lex->cased && text_shouts(text);
	*tag = (unsigned char)((*tag & ~SHOUT_TAG) |
	    (r->shouting ? SHOUT_TAG : 0));
}

static void
look_up(struct reader *r, struct str token, enum token_kind kind,
    struct finding *f)
{
	char folded[WORD_MAX], cased[WORD_MAX];
	struct str s = { folded, word_fold(token, folded) }, plain;

	if (kind == TOKEN_NUMBER) {
		add_symbol(f, SYMBOL_NUMBER);
		add_form(f, DIGITS_TAG);
	}
	if (s.n == 0 || (kind == TOKEN_NUMBER && !r->lex->digits)) {
		gather_numbers(r->lex, f);
		return;
	}
	plain = without_genitive(s);
	if (r->lex->raw)
		gather(r->lex, FORM_RAW, plain, f);
	if (r->lex->cased)
		gather(r->lex, FORM_CASED, without_genitive((struct str){
		    cased, word_compose(token, cased) }), f);
	if (r->shouting && word_shouts(token))
		gather(r->lex, FORM_SHOUTED, plain, f);
	gather_affixes(r->lex, plain, f);
	if (r->lex->infixes > 0)
		gather_infixes(r->lex, plain, f);
	if (sieve_passes(&r->lex->sieve, s))
		gather(r->lex, FORM_STEM, stem(r->sb, s), f);
	gather_numbers(r->lex, f);
}

/* What a mark is to clauses. */
static uint16_t
punctuation_bits(struct str s)
{
	if (str_eq(s, STR(",")) || str_eq(s, STR("\xe3\x80\x81")))
		return TOKEN_JOIN;
	return str_eq(s, STR("+")) ? 0 : TOKEN_BREAK;
}

/* Its symbols within phrases, of which a walk asks. */
static void
find_inner(const struct lexicon *lex, struct finding *f)
{
	struct known *known = &f->known;

	for (size_t i = 0; i < f->n; i++) {
		if (!lex->inner[f->symbols[i]])
			continue;
		known->signs |= sign_of(f->symbols[i]);
		f->lands |= lex->leaps[f->symbols[i]].to;
		f->parts[known->n++] = f->symbols[i];
	}
}

/* Where its symbols lead from the root: on to longer phrases, to marks, or only
 * to bits. */
static void
find_roots(const struct lexicon *lex, struct finding *f)
{
	struct known *known = &f->known;
	uint32_t *roots = f->parts + known->n;

	for (size_t i = 0; i < f->n; i++) {
		uint32_t to = lex->roots[f->symbols[i]];
		const struct leaper *leaper = &lex->leaps[f->symbols[i]];
		const struct node *nd = &lex->nodes[to];
		bool marks;

		if (to == 0)
			continue;
		marks = nd->phrase != NONE && !lex->effects[nd->phrase].silent;
		if (nd->phrase != NONE)
			known->bits |= lex->effects[nd->phrase].bits;
		if (marks || nd->follow != 0 || nd->gap_child != NONE)
			roots[known->roots++] = to;
		known->follow |= nd->follow;
		known->from |= leaper->from;
		if (known->gap < leaper->gap)
			known->gap = (uint8_t)leaper->gap;
	}
	if (known->roots > 0)
		known->bits |= STARTS_PHRASE;
}

/* Its classes that rules ask for, each once. */
static void
find_classes(const struct lexicon *lex, uint32_t phrase, struct finding *f)
{
	size_t count;
	const uint16_t *classes = classes_of(lex, phrase, &count);

	for (size_t i = 0; i < count; i++) {
		size_t k = 0;

		if (!lex->asked[classes[i]])
			continue;
		while (k < f->class_count && f->classes[k] != classes[i])
			k++;
		if (k < f->class_count)
			continue;
		GROW(f->classes, f->class_count, f->class_cap);
		f->classes[f->class_count++] = classes[i];
	}
}

/* The phrases of its roots, each once. */
static void
find_phrases(const struct lexicon *lex, struct finding *f)
{
	struct known *known = &f->known;
	uint32_t *roots = f->parts + known->n, *phrases = roots + known->roots;
	uint32_t *root_of = f->roots_of;

	f->needs = ~(class_signs)0;
	f->class_count = 0;
	for (size_t i = 0; i < known->roots; i++) {
		uint32_t phrase = lex->nodes[roots[i]].phrase;
		size_t k = 0;

		if (phrase == NONE || lex->effects[phrase].silent)
			continue;
		while (k < known->phrases && phrases[k] != phrase)
			k++;
		if (k < known->phrases)
			continue;
		root_of[known->phrases] = (uint32_t)i;
		phrases[known->phrases++] = phrase;
		find_classes(lex, phrase, f);
		known->classes |= lex->effects[phrase].signs;
		known->flags |= lex->effects[phrase].flags & MARK_NOTED;
		if (lex->effects[phrase].flags & MARK_HOPES)
			f->needs &= lex->effects[phrase].needs;
	}
}

/* How many forms a phrase goes on with at the node's edges. */
static size_t
count_forms(const struct lexicon *lex, const struct node *nd)
{
	size_t n = 0;

	for (uint32_t i = 0; i < nd->edges; i++) {
		uint32_t symbol = lex->edges[nd->at + i].symbol;

		n += lex->tag_rows[symbol + 1] - lex->tag_rows[symbol];
	}
	return n;
}

static void
add_forms(const struct lexicon *lex, const struct node *nd, uint64_t *set,
    uint32_t mask)
{
	for (uint32_t i = 0; i < nd->edges; i++) {
		uint32_t symbol = lex->edges[nd->at + i].symbol;

		for (uint32_t k = lex->tag_rows[symbol];
		    k < lex->tag_rows[symbol + 1]; k++)
			set[(lex->tags[k] & mask) / 64] |=
			    1ULL << lex->tags[k] % 64;
	}
}

/* The same behind its gaps. */
static size_t
count_forms_over(const struct lexicon *lex, const struct node *nd)
{
	size_t n = 0;

	for (uint32_t at = nd->gap_child; at != NONE; at = lex->nodes[at].wider)
		n += count_forms(lex, &lex->nodes[at]) +
		    count_forms_over(lex, &lex->nodes[at]);
	return n;
}

static void
add_forms_over(const struct lexicon *lex, const struct node *nd, uint64_t *set,
    uint32_t mask)
{
	for (uint32_t at = nd->gap_child; at != NONE;
	    at = lex->nodes[at].wider) {
		add_forms(lex, &lex->nodes[at], set, mask);
		add_forms_over(lex, &lex->nodes[at], set, mask);
	}
}

/* The logarithm of the size of a set for so many forms: most bits of it are not
 * set. */
static uint8_t
size_of_set(size_t forms)
{
	uint8_t size = SET_LEAST;

	while (size < SET_MOST && ((size_t)1 << size) < SET_EACH * forms)
		size++;
	return size;
}

/* Note the forms that phrases go on with behind the word. */
static void
find_follows(struct reader *r, struct finding *f)
{
	const struct lexicon *lex = r->lex;
	struct known *known = &f->known;
	const uint32_t *roots = f->parts + known->n;
	size_t at_once = 0, over = 0, words;

	for (size_t i = 0; i < known->roots; i++) {
		at_once += count_forms(lex, &lex->nodes[roots[i]]);
		over += count_forms_over(lex, &lex->nodes[roots[i]]);
	}
	known->at_once = size_of_set(at_once);
	known->over = size_of_set(over);
	if (at_once + over == 0)
		return;
	words = ((size_t)1 << known->at_once) / 64 +
	    ((size_t)1 << known->over) / 64;
	while (r->follows_count + words > r->follows_cap) {
		r->follows_cap = r->follows_cap ? 2 * r->follows_cap : 1024;
		r->follows = xreallocarray(r->follows, r->follows_cap,
		    sizeof(*r->follows));
	}
	known->follows = (uint32_t)r->follows_count;
	memset(r->follows + r->follows_count, 0, words * sizeof(*r->follows));
	r->follows_count += words;
	for (size_t i = 0; i < known->roots; i++) {
		const struct node *nd = &lex->nodes[roots[i]];
		uint64_t *set = r->follows + known->follows;

		add_forms(lex, nd, set, ((uint32_t)1 << known->at_once) - 1);
		add_forms_over(lex, nd, set + ((size_t)1 << known->at_once) / 64,
		    ((uint32_t)1 << known->over) - 1);
	}
}

static inline size_t
count_parts(const struct known *known)
{
	return (size_t)known->n + known->roots + known->phrases;
}

static uint32_t *
slot_of_finding(const struct reader *r, const uint32_t *parts,
    const struct known *known)
{
	size_t bytes = count_parts(known) * sizeof(*parts);
	size_t mask = r->slot_count - 1;
	size_t i = hash64((struct str){ (const char *)parts, bytes });

	for (i = (i + known->bits) & mask; r->slots[i] != 0;
	    i = (i + 1) & mask) {
		const struct known *was = &r->known[r->slots[i]];

		if (was->n == known->n && was->roots == known->roots &&
		    was->bits == known->bits && was->signs == known->signs &&
		    (bytes == 0 ||
		    memcmp(r->pool + was->at, parts, bytes) == 0))
			break;
	}
	return &r->slots[i];
}

static void
grow_slots(struct reader *r)
{
	r->slot_count = r->slot_count ? 2 * r->slot_count : 256;
	free(r->slots);
	r->slots = xcalloc(r->slot_count, sizeof(*r->slots));
	for (size_t i = 1; i < r->known_count; i++) {
		const struct known *known = &r->known[i];

		*slot_of_finding(r, r->pool + known->at, known) = (uint32_t)i;
	}
}

static void
add_to_pool(struct reader *r, const uint32_t *parts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		GROW(r->pool, r->pool_count, r->pool_cap);
		r->pool[r->pool_count++] = parts[i];
	}
}

/* The index of what is known of a word met for the first time, or again after
 * it had to make room. */
static uint32_t
find_out(struct reader *r, const struct words *w, size_t token)
{
	struct finding *f = &r->finding;
	uint32_t *slot, classes;
	struct str s = token_str(w, token);
	enum token_kind kind = (enum token_kind)w->tokens[token].kind;

	f->n = 0;
	f->known = (struct known){ .n = 0 };
	f->lands = 0;
	look_up(r, s, kind, f);
	if (f->room <= 4 * f->cap) {
		f->room = 4 * f->cap + 1;
		f->parts = xreallocarray(f->parts, f->room,
		    sizeof(*f->parts));
	}
	f->roots_of = f->parts + 3 * f->n;
	if (kind == TOKEN_MARK)
		f->known.bits = punctuation_bits(s);
	find_inner(r->lex, f);
	find_roots(r->lex, f);
	find_phrases(r->lex, f);
	if (kind == TOKEN_QUOTE)	/* what stands behind it counts */
		f->known.signs = f->lands = UINT64_MAX;
	if (f->known.bits == 0 && f->known.signs == 0)
		return 0;
	if (2 * r->known_count >= r->slot_count)
		grow_slots(r);
	slot = slot_of_finding(r, f->parts, &f->known);
	if (*slot != 0)
		return *slot;
	f->known.at = (uint32_t)r->pool_count;
	if (f->known.forms > FORMS_MAX)
		f->known.forms = 0;
	add_to_pool(r, f->parts, count_parts(&f->known));
	add_to_pool(r, f->roots_of, f->known.phrases);
	add_to_pool(r, f->tags, f->known.forms);
	classes = (uint32_t)f->class_count;
	add_to_pool(r, &classes, 1);
	add_to_pool(r, f->classes, f->class_count);
	find_follows(r, f);
	*slot = (uint32_t)r->known_count;
	grow_known(r);
	GROW(r->bits_of, r->known_count, r->bits_cap);
	GROW(r->needs, r->known_count, r->needs_cap);
	GROW(r->lands, r->known_count, r->lands_cap);
	r->bits_of[r->known_count] = f->known.bits;
	r->needs[r->known_count] = f->needs;
	r->lands[r->known_count] = f->lands;
	r->known[r->known_count] = f->known;
	return (uint32_t)r->known_count++;
}

static inline bool
same_key(const struct word_key *a, const struct word_key *b)
{
#ifdef __SSE2__
	return _mm_movemask_epi8(_mm_cmpeq_epi8(
	    _mm_load_si128((const __m128i *)a),
	    _mm_load_si128((const __m128i *)b))) == 0xffff;
#else
	return ((a->v[0] ^ b->v[0]) | (a->v[1] ^ b->v[1])) == 0;
#endif
}

/* A word too long for a bucket. */
static uint32_t
search_long(struct reader *r, const struct words *w, size_t token)
{
	struct str s = token_str(w, token);
	struct long_word word = { .known = 0 }, *was;
	uint64_t h = 0;

	if (s.n >= LONG_KEY)
		return find_out(r, w, token);
	memcpy(word.key, s.p, s.n);
	word.key[LONG_KEY / 8 - 1] |= r->splitter.tag.v[1];
	for (size_t i = 0; i < LONG_KEY / 8; i++)
		h = ((h << 29 | h >> 35) ^ word.key[i]) * 0x9e3779b97f4a7c15u;
	was = &r->memo->long_words[h >> (64 - LONG_BITS)];
	if (memcmp(was->key, word.key, LONG_KEY) != 0) {
		word.known = find_out(r, w, token);
		*was = word;
	}
	return was->known;
}

/* A word that is not in the bucket's front. */
static __attribute__((noinline)) size_t
search(struct reader *r, const struct words *w, size_t token,
    struct bucket *b, const struct word_key *key)
{
	unsigned i = 1;
	uint32_t known;

	if (w->tokens[token].end - w->tokens[token].start >= KEY_SIZE)
		return search_long(r, w, token);
	while (i < 3 && !same_key(&b->key[i], key))
		i++;
	if (i < 3) {
		known = b->known[i];
	} else {
		known = find_out(r, w, token);
		i = 2;
	}
	for (; i > 0; i--) {
		b->key[i] = b->key[i - 1];
		b->known[i] = b->known[i - 1];
	}
	b->key[0] = *key;
	b->known[0] = known;
	return known;
}

/* What is known of the tokens of the splitter's round, and their bits. */
static void
read_round(struct reader *r, struct reading *to, uint16_t *bits)
{
	const struct splitter *sp = &r->splitter;
	const struct words *w = sp->words;
	const struct lookup *l = sp->lookups, *end = l + (w->count - sp->fresh);
	char *buckets = (char *)r->memo->buckets;
	const uint16_t *bits_of = r->bits_of;
	uint32_t *of_token = to->known + sp->fresh;

	bits += sp->fresh;
	for (size_t i = 0; l < end; i++, l++) {
		struct bucket *b = (struct bucket *)(void *)
		    (buckets + l->line);
		size_t known = b->known[0];

		if (!same_key(&b->key[0], &l->key)) {
			known = search(r, w, sp->fresh + i, b, &l->key);
			bits_of = r->bits_of;
		}
		of_token[i] = (uint32_t)known;
		bits[i] = bits_of[known];
	}
}

/* The same without bits, of few. */
static void
skim_round(struct reader *r, struct reading *to)
{
	const struct splitter *sp = &r->splitter;
	char *buckets = (char *)r->memo->buckets;

	for (size_t i = sp->fresh; i < sp->words->count; i++) {
		const struct lookup *l = &sp->lookups[i - sp->fresh];
		struct bucket *b = (struct bucket *)(void *)
		    (buckets + l->line);

		to->known[i] = same_key(&b->key[0], &l->key) ? b->known[0] :
		    (uint32_t)search(r, sp->words, i, b, &l->key);
	}
}

/* Gather the tokens that may begin a phrase: their number. */
static size_t
find_starts(const uint16_t *bits, size_t count, uint32_t *starts)
{
	size_t n = 0, i = 0;

#ifdef __SSE2__
	for (; i + 16 <= count; i += 16) {
		const __m128i *p = (const __m128i *)(const void *)(bits + i);
		/* STARTS_PHRASE is the sign */
		unsigned some = (unsigned)_mm_movemask_epi8(_mm_packs_epi16(
		    _mm_loadu_si128(p), _mm_loadu_si128(p + 1)));

		for (; some != 0; some &= some - 1)
			starts[n++] = (uint32_t)i +
			    (uint32_t)__builtin_ctz(some);
	}
#endif
	for (; i < count; i++) {
		starts[n] = (uint32_t)i;
		n += bits[i] / STARTS_PHRASE;
	}
	return n;
}

void
reader_make_room(struct reader *r)
{
	if (r->known_count <= 2 * (size_t)r->lex->symbols + KNOWN_SPARE)
		return;
	forget(r);
	memset(r->memo, 0, sizeof(*r->memo));
}

/* Begin with a text, whose tokens there is room for. */
static void
begin(struct reader *r, struct str text, struct words *w, struct reading *to)
{
	if (to->cap <= text.n) {
		to->cap = 2 * text.n + 1;
		free(to->known);
		free(to->starts);
		to->known = xreallocarray(NULL, to->cap + READING_SPARE,
		    sizeof(*to->known));
		to->starts = xreallocarray(NULL, to->cap + 1,
		    sizeof(*to->starts));
	}
	hear_shouts(r, text);
	splitter_start(&r->splitter, w, text);
}

void
reader_skim(struct reader *r, const struct heads *heads, struct str text,
    struct words *w, struct reading *to)
{
	begin(r, text, w, to);
	while (splitter_skim(&r->splitter, heads))
		skim_round(r, to);
}

void
reader_read(struct reader *r, struct str text, struct words *w,
    struct reading *to, uint16_t *bits)
{
	begin(r, text, w, to);
	while (splitter_round(&r->splitter))
		read_round(r, to, bits);
	to->count = find_starts(bits, w->count, to->starts);
	to->starts[to->count] = (uint32_t)w->count;
	memset(to->known + w->count, 0, READING_SPARE * sizeof(*to->known));
}

void
reading_release(struct reading *reading)
{
	free(reading->known);
	free(reading->starts);
}

/* The numeral or multiple that token `i` is, or NULL. */
static const struct numeral *
find_numeral(const struct lexicon *lex, const struct words *w, size_t i,
    bool multiple)
{
	char folded[WORD_MAX];
	struct str s;

	if (i >= w->count)
		return NULL;
	s = (struct str){ folded, word_fold(token_str(w, i), folded) };
	for (size_t k = 0; k < lex->numeral_count; k++)
		if (lex->numerals[k].multiple == multiple &&
		    str_eq(s, lex->numerals[k].word))
			return &lex->numerals[k];
	return NULL;
}

bool
reader_number(struct reader *r, const struct words *w, size_t i,
    double *value, double *multiplied)
{
	const struct numeral *n;

	if (w->tokens[i].kind == TOKEN_NUMBER) {
		if (!word_number(token_str(w, i), value))
			return false;
	} else {
		n = find_numeral(r->lex, w, i, false);
		if (n == NULL)
			return false;
		*value = n->value;
	}
	n = find_numeral(r->lex, w, i + 1, true);
	*multiplied = n ? n->value : 1;
	return true;
}
