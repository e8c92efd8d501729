#include <assert.h>
#include <libstemmer.h>
#include <stdlib.h>

#include "base/digest.h"
#include "classify/lexicon.h"

#define NONE		UINT32_MAX
/* Forms of one word that rules tell apart: its stem, raw, wildcards, families.
 * Beyond that the rest is not seen; no word of our packs has ten. */
#define SYMBOLS_MAX	24
/* Words of one phrase; the longest in use has nine. */
#define PHRASE_MAX	16
/* The largest gap within a phrase. */
#define GAP_MAX		9
/* A word's forms are looked up once and then found here. */
#ifdef STANCE_TINY
#define CACHE_BUCKETS	4u
#else
#define CACHE_BUCKETS	(1u << 15)
#endif
#define CACHE_KEY	24	/* bytes; a longer word is looked up each time */

/* How a word of the text is compared with what a rule names. */
enum form {
	FORM_RAW = 'r',		/* the folded word */
	FORM_CASED = 'c',	/* the very bytes */
	FORM_STEM = 's',
	FORM_PREFIX = 'p',	/* restrict* */
	FORM_SUFFIX = 'f',	/* *zoll */
	FORM_INFIX = 'i',	/* *zoll* */
	FORM_FAMILY = 'm'	/* ~impose: never met in a text */
};

/* A form and one symbol it stands for; several of one form are chained. */
struct binding {
	struct str	text;		/* form letter and string */
	uint32_t	symbol;
	uint32_t	next;
};

struct node {
	uint32_t	phrase;		/* ends here, or NONE */
	uint32_t	gap_child;	/* after up to `gap` any words, or NONE */
	uint8_t		gap;
	bool		edges;
};

struct phrase {
	uint16_t	*classes;
	uint16_t	 count, cap;
	struct str	 text;
	bool		 swapped;
	bool		 gapped;
	bool		 silent;	/* leaves bits, no mark */
	uint16_t	 bits;
};

struct edge {
	uint64_t	key;		/* node << 32 | symbol; 0: free slot */
	uint32_t	to;
};

struct numeral {
	struct str	word;
	double		value;
};

struct include {
	uint16_t	class, into;
};

struct lexicon {
	struct arena	 arena;
	const char	*stemmer;
	struct sb_stemmer *sb;		/* for compiling */
	struct binding	*bindings;
	size_t		 binding_count, binding_cap;
	uint32_t	*slots;		/* hash of forms to bindings */
	size_t		 slot_count;
	uint32_t	 symbols;	/* given out so far; 0 is none, 1 number */
	struct node	*nodes;
	size_t		 node_count, node_cap;
	struct edge	*edges;
	size_t		 edge_count, edge_slots;
	struct phrase	*phrases;
	size_t		 phrase_count, phrase_cap;
	struct numeral	*numerals;
	size_t		 numeral_count, numeral_cap;
	struct include	*includes;
	size_t		 include_count, include_cap;
	size_t		 infixes;
	uint64_t	 prefixes[2], suffixes[2]; /* lengths that are named */
	bool		 digits;	/* a form begins with a digit */
};

#define SYMBOL_NUMBER	1u
/* Steps of one walk: gaps branch, and a hostile text could make them explode. */
#define WALK_STEPS	4000u

static struct str
form_key(struct lexicon *lex, enum form form, struct str s)
{
	return arena_printf(&lex->arena, "%c%.*s", (char)form, STR_FMT(s));
}

static uint32_t *
slot_of(const struct lexicon *lex, struct str key)
{
	size_t mask = lex->slot_count - 1, i = hash64(key) & mask;

	while (lex->slots[i] != NONE &&
	    !str_eq(lex->bindings[lex->slots[i]].text, key))
		i = (i + 1) & mask;
	return &lex->slots[i];
}

static void
grow_slots(struct lexicon *lex)
{
	size_t old = lex->slot_count;
	uint32_t *was = lex->slots;

	lex->slot_count = old ? old * 2 : 1024;
	lex->slots = xreallocarray(NULL, lex->slot_count, sizeof(*lex->slots));
	memset(lex->slots, 0xff, lex->slot_count * sizeof(*lex->slots));
	for (size_t i = 0; i < old; i++)
		if (was[i] != NONE)
			*slot_of(lex, lex->bindings[was[i]].text) = was[i];
	free(was);
}

/* Let the form stand for `symbol` as well. */
static void
bind(struct lexicon *lex, enum form form, struct str s, uint32_t symbol)
{
	struct str key = form_key(lex, form, s);
	uint32_t *slot, at;

	if (lex->binding_count * 2 >= lex->slot_count)
		grow_slots(lex);
	slot = slot_of(lex, key);
	for (at = *slot; at != NONE; at = lex->bindings[at].next)
		if (lex->bindings[at].symbol == symbol)
			return;
	GROW(lex->bindings, lex->binding_count, lex->binding_cap);
	lex->bindings[lex->binding_count] = (struct binding){ key, symbol,
	    *slot };
	*slot = (uint32_t)lex->binding_count++;
	lex->infixes += form == FORM_INFIX;
	lex->digits |= s.n > 0 && (is_digit(s.p[0]) || form == FORM_SUFFIX ||
	    form == FORM_INFIX);
	if (form == FORM_PREFIX && s.n <= WORD_MAX)
		lex->prefixes[s.n / 64] |= 1ULL << s.n % 64;
	if (form == FORM_SUFFIX && s.n <= WORD_MAX)
		lex->suffixes[s.n / 64] |= 1ULL << s.n % 64;
}

/* The form's own symbol, which families and alternatives do not share: it is
 * the oldest of its chain by construction of intern(). */
static uint32_t
intern(struct lexicon *lex, enum form form, struct str s)
{
	struct str own = arena_printf(&lex->arena, "=%c%.*s", (char)form,
	    STR_FMT(s));
	uint32_t *slot, symbol;

	if (lex->binding_count * 2 >= lex->slot_count)
		grow_slots(lex);
	slot = slot_of(lex, own);
	if (*slot != NONE)
		return lex->bindings[*slot].symbol;
	symbol = ++lex->symbols;
	GROW(lex->bindings, lex->binding_count, lex->binding_cap);
	lex->bindings[lex->binding_count] = (struct binding){ own, symbol,
	    NONE };
	*slot = (uint32_t)lex->binding_count++;
	if (form != FORM_FAMILY)
		bind(lex, form, s, symbol);
	return symbol;
}

struct lexicon *
lexicon_new(const char *stemmer, struct err *err)
{
	struct lexicon *lex = xcalloc(1, sizeof(*lex));

	lex->stemmer = stemmer ? xstrdup(stemmer) : NULL;
	lex->symbols = SYMBOL_NUMBER;
	if (stemmer != NULL) {
		lex->sb = sb_stemmer_new(stemmer, "UTF_8");
		if (lex->sb == NULL) {
			err_set(err, "libstemmer has no stemmer '%s'", stemmer);
			lexicon_free(lex);
			return NULL;
		}
	}
	GROW(lex->nodes, lex->node_count, lex->node_cap);
	lex->nodes[lex->node_count++] = (struct node){ NONE, NONE, 0, false };
	return lex;
}

void
lexicon_free(struct lexicon *lex)
{
	if (lex == NULL)
		return;
	for (size_t i = 0; i < lex->phrase_count; i++)
		free(lex->phrases[i].classes);
	if (lex->sb != NULL)
		sb_stemmer_delete(lex->sb);
	free((void *)(uintptr_t)lex->stemmer);
	free(lex->bindings);
	free(lex->slots);
	free(lex->nodes);
	free(lex->edges);
	free(lex->phrases);
	free(lex->numerals);
	free(lex->includes);
	arena_release(&lex->arena);
	free(lex);
}

static struct str
stem(struct sb_stemmer *sb, struct str word)
{
	const sb_symbol *s;

	if (sb == NULL)
		return word;
	s = sb_stemmer_stem(sb, (const sb_symbol *)word.p, (int)word.n);
	if (s == NULL)
		die("out of memory in the stemmer");
	return (struct str){ (const char *)s, (size_t)sb_stemmer_length(sb) };
}

/* "China's" is compared as "china" where a raw form is named. */
static struct str
without_genitive(struct str word)
{
	if (word.n > 2 && word.p[word.n - 2] == '\'' && word.p[word.n - 1] == 's')
		return str_slice(word, 0, word.n - 2);
	return word;
}

static bool
has_capital(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= 'A' && s.p[i] <= 'Z')
			return true;
	return false;
}

/*
 * One word as a rule writes it, without alternatives: `=raw`, `pre*`, `*suf`,
 * `*mid*`, `~family` or a plain word, which is stemmed.  A raw form with a
 * capital is compared with its case.
 */
struct spelling {
	enum form	 form;
	struct str	 text;
};

static struct spelling
read_spelling(struct str word)
{
	struct spelling sp = { FORM_STEM, word };
	bool head, tail;

	if (word.n > 1 && word.p[0] == '=') {
		sp.text = str_from(word, 1);
		sp.form = has_capital(sp.text) ? FORM_CASED : FORM_RAW;
		return sp;
	}
	if (word.n > 1 && word.p[0] == '~')
		return (struct spelling){ FORM_FAMILY, str_from(word, 1) };
	head = word.n > 1 && word.p[0] == '*';
	tail = word.n > 1 && word.p[word.n - 1] == '*';
	if (head || tail)
		sp = (struct spelling){ head && tail ? FORM_INFIX :
		    head ? FORM_SUFFIX : FORM_PREFIX,
		    str_slice(word, head, word.n - tail) };
	return sp;
}

/* The symbol of one token of a rule's word. */
static uint32_t
token_symbol(struct lexicon *lex, enum form form, struct str token)
{
	char folded[WORD_MAX];
	struct str s;

	if (form == FORM_CASED)
		return intern(lex, form, without_genitive(token));
	s = (struct str){ folded, word_fold(token, folded) };
	if (form == FORM_STEM)
		s = stem(lex->sb, s);
	return intern(lex, form, s);
}

struct element {
	uint32_t	symbol;		/* 0: a gap */
	uint8_t		gap;
	bool		optional;
};

struct pattern {
	struct str	 text;
	struct element	 v[PHRASE_MAX];
	size_t		 n;
	bool		 swapped;
	bool		 gapped;
	bool		 numbered;	/* a #1 or #2 was seen */
};

static int
add_element(struct pattern *pat, struct element el, struct err *err)
{
	if (pat->n == PHRASE_MAX)
		return err_set(err, "a phrase of more than %d words",
		    PHRASE_MAX);
	pat->v[pat->n++] = el;
	return 0;
}

/* A word without alternatives can be cut into several tokens: rare-earth. */
static int
add_word(struct lexicon *lex, struct str word, bool optional,
    struct pattern *pat, struct err *err)
{
	struct spelling sp = read_spelling(word);
	struct words w = WORDS_INIT;
	int result = 0;

	if (sp.form == FORM_FAMILY)
		return add_element(pat, (struct element){ intern(lex, sp.form,
		    sp.text), 0, optional }, err);
	words_split(&w, sp.text);
	if (w.count == 0)
		result = err_set(err, "'%.*s' holds no word", STR_FMT(word));
	if (w.count > 1 && sp.form != FORM_STEM && sp.form != FORM_RAW &&
	    sp.form != FORM_CASED)
		result = err_set(err, "'%.*s': a wildcard is for one word",
		    STR_FMT(word));
	for (size_t i = 0; i < w.count && result == 0; i++)
		result = add_element(pat, (struct element){
		    token_symbol(lex, sp.form, token_str(&w, i)), 0,
		    optional }, err);
	words_release(&w);
	return result;
}

/* a|b|c: one new symbol that every alternative stands for. */
static int
add_alternatives(struct lexicon *lex, struct str word, bool optional,
    struct pattern *pat, struct err *err)
{
	uint32_t symbol = intern(lex, FORM_FAMILY, word);
	struct str rest = word, one;

	while (str_split(&rest, '|', &one)) {
		struct spelling sp = read_spelling(one);
		char folded[WORD_MAX];
		struct str s = sp.text;

		if (one.n == 0)
			return err_set(err, "an empty alternative in '%.*s'",
			    STR_FMT(word));
		if (sp.form == FORM_FAMILY)
			return err_set(err,
			    "a family cannot be an alternative: '%.*s'",
			    STR_FMT(word));
		if (sp.form != FORM_CASED) {
			s = (struct str){ folded, word_fold(s, folded) };
			if (sp.form == FORM_STEM)
				s = stem(lex->sb, s);
		}
		bind(lex, sp.form, s, symbol);
	}
	return add_element(pat, (struct element){ symbol, 0, optional }, err);
}

static int
add_piece(struct lexicon *lex, struct str piece, struct pattern *pat,
    struct err *err)
{
	bool optional = piece.n > 1 && piece.p[piece.n - 1] == '?';

	if (piece.n > 2 && piece.p[0] == '.' && piece.p[1] == '.') {
		long long gap = str_number(str_from(piece, 2), GAP_MAX);

		if (gap < 1 || pat->n == 0)
			return err_set(err, pat->n == 0 ?
			    "a phrase cannot begin with a gap" :
			    "a gap is ..1 to ..%d", GAP_MAX);
		pat->gapped = true;
		return add_element(pat, (struct element){ 0, (uint8_t)gap,
		    false }, err);
	}
	if (piece.p[0] == '#') {
		if (str_eq(piece, STR("#2")) && !pat->numbered)
			pat->swapped = true;
		pat->numbered |= piece.n > 1;
		return add_element(pat, (struct element){ SYMBOL_NUMBER, 0,
		    false }, err);
	}
	if (optional)
		piece.n--;
	if (piece.n > 1 && memchr(piece.p, '|', piece.n) != NULL)
		return add_alternatives(lex, piece, optional, pat, err);
	return add_word(lex, piece, optional, pat, err);
}

static struct edge *
edge_of(const struct lexicon *lex, uint32_t node, uint32_t symbol)
{
	uint64_t key = (uint64_t)(node + 1) << 32 | symbol;
	size_t mask = lex->edge_slots - 1;
	size_t i = (key * 0x9e3779b97f4a7c15u) >> 32 & mask;

	while (lex->edges[i].key != 0 && lex->edges[i].key != key)
		i = (i + 1) & mask;
	return &lex->edges[i];
}

static void
grow_edges(struct lexicon *lex)
{
	size_t old = lex->edge_slots;
	struct edge *was = lex->edges;

	lex->edge_slots = old ? old * 2 : 1024;
	lex->edges = xcalloc(lex->edge_slots, sizeof(*lex->edges));
	for (size_t i = 0; i < old; i++)
		if (was[i].key != 0)
			*edge_of(lex, (uint32_t)(was[i].key >> 32) - 1,
			    (uint32_t)was[i].key) = was[i];
	free(was);
}

static uint32_t
new_node(struct lexicon *lex)
{
	GROW(lex->nodes, lex->node_count, lex->node_cap);
	lex->nodes[lex->node_count] = (struct node){ NONE, NONE, 0, false };
	return (uint32_t)lex->node_count++;
}

static uint32_t
child(struct lexicon *lex, uint32_t node, struct element el)
{
	struct edge *e;

	if (el.symbol == 0) {
		if (lex->nodes[node].gap_child == NONE) {
			uint32_t made = new_node(lex);

			lex->nodes[node].gap_child = made;
		}
		if (lex->nodes[node].gap < el.gap)
			lex->nodes[node].gap = el.gap;
		return lex->nodes[node].gap_child;
	}
	if (lex->edge_count * 2 >= lex->edge_slots)
		grow_edges(lex);
	e = edge_of(lex, node, el.symbol);
	if (e->key == 0) {
		uint32_t made = new_node(lex);

		e->key = (uint64_t)(node + 1) << 32 | el.symbol;
		e->to = made;
		lex->edge_count++;
		lex->nodes[node].edges = true;
	}
	return e->to;
}

static void
add_class(struct phrase *ph, uint16_t class)
{
	for (size_t i = 0; i < ph->count; i++)
		if (ph->classes[i] == class)
			return;
	if (ph->count == ph->cap) {
		ph->cap = ph->cap ? (uint16_t)(2 * ph->cap) : 2;
		ph->classes = xreallocarray(ph->classes, ph->cap,
		    sizeof(*ph->classes));
	}
	ph->classes[ph->count++] = class;
}

/* Lay the pattern into the trie from element `i`; an optional one both ways. */
static void
lay(struct lexicon *lex, const struct pattern *pat, size_t i, uint32_t node,
    uint16_t class)
{
	for (; i < pat->n; i++) {
		if (pat->v[i].optional && (node != 0 || i + 1 < pat->n))
			lay(lex, pat, i + 1, node, class);
		node = child(lex, node, pat->v[i]);
	}
	if (node == 0)
		return;
	if (lex->nodes[node].phrase == NONE) {
		GROW(lex->phrases, lex->phrase_count, lex->phrase_cap);
		lex->phrases[lex->phrase_count] = (struct phrase){
		    .text = arena_str(&lex->arena, pat->text),
		    .swapped = pat->swapped, .gapped = pat->gapped };
		lex->nodes[node].phrase = (uint32_t)lex->phrase_count++;
	}
	add_class(&lex->phrases[lex->nodes[node].phrase], class);
}

int
lexicon_add(struct lexicon *lex, struct str text, uint16_t class,
    struct err *err)
{
	struct pattern pat = { .text = text };
	struct str rest = str_trim(text), piece;
	unsigned optional = 0;

	while (str_split(&rest, ' ', &piece))
		if (piece.n > 0 && add_piece(lex, piece, &pat, err) == -1)
			return -1;
	for (size_t i = 0; i < pat.n; i++)
		optional += pat.v[i].optional;
	if (pat.n == 0)
		return err_set(err, "an empty phrase");
	if (optional > 4 || optional == pat.n)
		return err_set(err, optional > 4 ?
		    "more than four optional words" :
		    "every word is optional");
	if (pat.v[pat.n - 1].symbol == 0)
		return err_set(err, "a phrase cannot end with a gap");
	lay(lex, &pat, 0, 0, class);
	return 0;
}

void
lexicon_family(struct lexicon *lex, struct str name, struct str word)
{
	char folded[WORD_MAX];
	struct str s = { folded, word_fold(word, folded) };

	bind(lex, FORM_STEM, stem(lex->sb, s), intern(lex, FORM_FAMILY, name));
}

void
lexicon_numeral(struct lexicon *lex, struct str word, double value)
{
	char folded[WORD_MAX];
	struct str s = { folded, word_fold(word, folded) };

	bind(lex, FORM_RAW, s, SYMBOL_NUMBER);
	GROW(lex->numerals, lex->numeral_count, lex->numeral_cap);
	lex->numerals[lex->numeral_count++] = (struct numeral){
	    arena_str(&lex->arena, s), value };
}

void
lexicon_include(struct lexicon *lex, uint16_t class, uint16_t into)
{
	GROW(lex->includes, lex->include_count, lex->include_cap);
	lex->includes[lex->include_count++] = (struct include){ class, into };
}

static int
by_class(const void *a, const void *b)
{
	const struct include *x = a, *y = b;

	return x->class != y->class ? x->class - y->class : x->into - y->into;
}

/* The first include of `class` or of one behind it. */
static size_t
first_include(const struct lexicon *lex, uint16_t class)
{
	size_t low = 0, high = lex->include_count;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (lex->includes[mid].class < class)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Classes only grow, so going on until a round adds nothing ends. */
static void
close_includes(struct lexicon *lex, struct phrase *ph)
{
	for (size_t i = 0; i < ph->count; i++)
		for (size_t k = first_include(lex, ph->classes[i]);
		    k < lex->include_count &&
		    lex->includes[k].class == ph->classes[i]; k++)
			add_class(ph, lex->includes[k].into);
}

/* A phrase of little words only. */
static void
set_bits(struct phrase *ph, const uint16_t *class_bits)
{
	ph->silent = true;
	for (size_t i = 0; i < ph->count; i++) {
		uint16_t bits = class_bits[ph->classes[i]];

		ph->bits |= bits & (uint16_t)~BITS_AND_MARK;
		ph->silent &= bits != 0 && !(bits & BITS_AND_MARK);
	}
}

void
lexicon_seal(struct lexicon *lex, const uint16_t *class_bits)
{
	if (lex->include_count > 0)
		qsort(lex->includes, lex->include_count,
		    sizeof(*lex->includes), by_class);
	for (size_t i = 0; i < lex->phrase_count; i++) {
		close_includes(lex, &lex->phrases[i]);
		set_bits(&lex->phrases[i], class_bits);
	}
	if (lex->edge_slots == 0)
		grow_edges(lex);
	if (lex->slot_count == 0)
		grow_slots(lex);
}

const uint16_t *
phrase_classes(const struct lexicon *lex, uint32_t phrase, size_t *count)
{
	assert(phrase < lex->phrase_count);
	*count = lex->phrases[phrase].count;
	return lex->phrases[phrase].classes;
}

bool
phrase_swapped(const struct lexicon *lex, uint32_t phrase)
{
	return lex->phrases[phrase].swapped;
}

bool
phrase_gapped(const struct lexicon *lex, uint32_t phrase)
{
	return lex->phrases[phrase].gapped;
}

struct str
phrase_text(const struct lexicon *lex, uint32_t phrase)
{
	return lex->phrases[phrase].text;
}

size_t
lexicon_phrases(const struct lexicon *lex)
{
	return lex->phrase_count;
}

/* What the lexicon knows of one word; sets are shared by all words of which it
 * knows the same. */
struct set {
	uint32_t	symbols[SYMBOLS_MAX];
	uint32_t	roots[SYMBOLS_MAX];	/* nodes that it leads to first */
	uint8_t		n, root_count;
	uint16_t	bits;			/* as a phrase of its own */
};

/* A word by its very bytes. */
struct slot {
	uint64_t	key[CACHE_KEY / 8];	/* padded with zeros */
	uint32_t	n;		/* bytes of it; 0: free */
	uint32_t	set;
};

/* Two words to a cache line, the one met last in front. */
struct bucket {
	_Alignas(64) struct slot slots[2];
};

struct reader {
	const struct lexicon	*lex;
	struct sb_stemmer	*sb;
	struct bucket		*buckets;
	struct set		*sets;		/* [0] is the empty set */
	size_t			 set_count, set_cap;
	uint32_t		*set_slots;	/* hash of sets */
	size_t			 set_slot_count;
	uint32_t		*of_token;	/* sets of the sentence at hand */
	size_t			 of_cap;
};

struct reader *
reader_new(const struct lexicon *lex)
{
	struct reader *r = xcalloc(1, sizeof(*r));

	r->lex = lex;
	if (lex->stemmer != NULL) {
		r->sb = sb_stemmer_new(lex->stemmer, "UTF_8");
		if (r->sb == NULL)
			die("out of memory in the stemmer");
	}
	r->buckets = aligned_alloc(64, CACHE_BUCKETS * sizeof(*r->buckets));
	if (r->buckets == NULL)
		die("out of memory for the cache of words");
	memset(r->buckets, 0, CACHE_BUCKETS * sizeof(*r->buckets));
	GROW(r->sets, r->set_count, r->set_cap);
	r->sets[r->set_count++] = (struct set){ .n = 0 };
	return r;
}

void
reader_free(struct reader *r)
{
	if (r == NULL)
		return;
	if (r->sb != NULL)
		sb_stemmer_delete(r->sb);
	free(r->buckets);
	free(r->sets);
	free(r->set_slots);
	free(r->of_token);
	free(r);
}

/* Gather the symbols bound to the form. */
static void
gather(const struct lexicon *lex, enum form form, struct str s,
    struct set *set)
{
	char key[WORD_MAX + 1];
	uint32_t at;

	if (s.n > WORD_MAX)
		return;
	key[0] = (char)form;
	memcpy(key + 1, s.p, s.n);
	at = *slot_of(lex, (struct str){ key, s.n + 1 });
	for (; at != NONE && set->n < SYMBOLS_MAX; at = lex->bindings[at].next)
		set->symbols[set->n++] = lex->bindings[at].symbol;
}

/* Wildcards, of the lengths that there are; the longest of each come first. */
static void
gather_affixes(const struct lexicon *lex, struct str s, struct set *set)
{
	for (size_t n = s.n; n > 0; n--) {
		if (lex->prefixes[n / 64] >> n % 64 & 1)
			gather(lex, FORM_PREFIX, str_slice(s, 0, n), set);
		if (lex->suffixes[n / 64] >> n % 64 & 1)
			gather(lex, FORM_SUFFIX, str_from(s, s.n - n), set);
	}
}

static void
gather_infixes(const struct lexicon *lex, struct str s, struct set *set)
{
	for (size_t from = 0; from < s.n; from++)
		for (size_t end = from + 1; end <= s.n; end++)
			gather(lex, FORM_INFIX, str_slice(s, from, end), set);
}

static void
look_up(struct reader *r, struct str token, enum token_kind kind,
    struct set *set)
{
	char folded[WORD_MAX];
	struct str s = { folded, word_fold(token, folded) }, plain;

	set->n = set->root_count = 0;
	set->bits = 0;
	if (kind == TOKEN_NUMBER)
		set->symbols[set->n++] = SYMBOL_NUMBER;
	if (s.n == 0 || (kind == TOKEN_NUMBER && !r->lex->digits))
		return;
	plain = without_genitive(s);
	gather(r->lex, FORM_RAW, plain, set);
	gather(r->lex, FORM_CASED, without_genitive(token), set);
	gather_affixes(r->lex, plain, set);
	if (r->lex->infixes > 0)
		gather_infixes(r->lex, plain, set);
	gather(r->lex, FORM_STEM, stem(r->sb, s), set);
}

/* Where the word's symbols lead from the root: on to longer phrases, to marks,
 * or only to bits. */
static void
find_roots(const struct lexicon *lex, struct set *set)
{
	for (size_t i = 0; i < set->n; i++) {
		const struct edge *e = edge_of(lex, 0, set->symbols[i]);
		const struct node *nd = &lex->nodes[e->to];

		if (e->key == 0)
			continue;
		if (nd->phrase != NONE && lex->phrases[nd->phrase].silent)
			set->bits |= lex->phrases[nd->phrase].bits;
		else if (nd->phrase != NONE)
			set->roots[set->root_count++] = e->to;
		if ((nd->edges || nd->gap_child != NONE) &&
		    (nd->phrase == NONE || lex->phrases[nd->phrase].silent))
			set->roots[set->root_count++] = e->to;
	}
}

static uint32_t *
set_slot(const struct reader *r, const struct set *set)
{
	struct str bytes = { (const char *)set->symbols,
	    set->n * sizeof(*set->symbols) };
	size_t mask = r->set_slot_count - 1, i = hash64(bytes) & mask;

	for (; r->set_slots[i] != 0; i = (i + 1) & mask) {
		const struct set *was = &r->sets[r->set_slots[i]];

		if (was->n == set->n &&
		    memcmp(was->symbols, set->symbols, bytes.n) == 0)
			break;
	}
	return &r->set_slots[i];
}

static void
grow_set_slots(struct reader *r)
{
	r->set_slot_count = r->set_slot_count ? 2 * r->set_slot_count : 256;
	free(r->set_slots);
	r->set_slots = xcalloc(r->set_slot_count, sizeof(*r->set_slots));
	for (size_t i = 1; i < r->set_count; i++)
		*set_slot(r, &r->sets[i]) = (uint32_t)i;
}

static uint32_t
share(struct reader *r, struct set *set)
{
	uint32_t *slot;

	if (set->n == 0)
		return 0;
	if (2 * r->set_count >= r->set_slot_count)
		grow_set_slots(r);
	slot = set_slot(r, set);
	if (*slot != 0)
		return *slot;
	find_roots(r->lex, set);
	GROW(r->sets, r->set_count, r->set_cap);
	r->sets[r->set_count] = *set;
	*slot = (uint32_t)r->set_count++;
	return *slot;
}

static inline bool
same_word(const struct slot *a, const struct slot *b)
{
	return a->n == b->n && a->key[0] == b->key[0] &&
	    a->key[1] == b->key[1] && a->key[2] == b->key[2];
}

static inline size_t
bucket_of(const struct slot *word)
{
	uint64_t h = (word->key[0] ^ word->n) * 0x9e3779b97f4a7c15u;

	h ^= (word->key[1] + word->key[2] * 31) * 0xc2b2ae3d27d4eb4fu;
	return (h ^ h >> 29) >> 16 & (CACHE_BUCKETS - 1);
}

static uint32_t
set_of(struct reader *r, struct str token, enum token_kind kind)
{
	struct slot word = { .n = (uint32_t)token.n }, *slots;
	struct set set;		/* look_up() fills it */

	if (token.n > CACHE_KEY) {
		look_up(r, token, kind, &set);
		return share(r, &set);
	}
	memcpy(word.key, token.p, token.n);
	slots = r->buckets[bucket_of(&word)].slots;
	if (same_word(&slots[0], &word))
		return slots[0].set;
	if (same_word(&slots[1], &word)) {
		word.set = slots[1].set;
	} else {
		look_up(r, token, kind, &set);
		word.set = share(r, &set);
	}
	slots[1] = slots[0];
	slots[0] = word;
	return word.set;
}

/* One walk through the trie. */
struct walk {
	struct reader		*r;
	const struct words	*w;
	size_t			 first, end;	/* of the sentence */
	size_t			 start;		/* of this walk */
	struct marks		*marks;
	uint16_t		*bits;
	unsigned		 budget;	/* steps left: gaps can branch */
};

static void
add_mark(struct walk *k, size_t end, uint32_t phrase)
{
	const struct phrase *ph = &k->r->lex->phrases[phrase];
	struct marks *m = k->marks;

	for (size_t i = k->start; i < end; i++)
		k->bits[i] |= ph->bits;
	if (ph->silent)
		return;
	for (size_t i = m->n; i-- > 0 && m->v[i].first == k->start; )
		if (m->v[i].phrase == phrase)
			return;
	GROW(m->v, m->n, m->cap);
	m->v[m->n++] = (struct mark){ (uint32_t)k->start, (uint32_t)end,
	    phrase };
}

static void
step(struct walk *k, size_t at, uint32_t node)
{
	const struct lexicon *lex = k->r->lex;
	const struct node *nd = &lex->nodes[node];
	const struct set *set;

	if (nd->phrase != NONE)
		add_mark(k, at, nd->phrase);
	if (k->budget == 0)
		return;
	k->budget--;
	while (at < k->end && k->w->tokens[at].kind == TOKEN_QUOTE)
		at++;
	if (at >= k->end)
		return;
	if (nd->gap_child != NONE)
		for (size_t skip = 0; skip <= nd->gap && at + skip < k->end;
		    skip++)
			if (k->r->of_token[at + skip - k->first] != 0)
				step(k, at + skip, nd->gap_child);
	if (!nd->edges)
		return;
	set = &k->r->sets[k->r->of_token[at - k->first]];
	for (size_t i = 0; i < set->n; i++) {
		const struct edge *e = edge_of(lex, node, set->symbols[i]);

		if (e->key != 0)
			step(k, at + 1, e->to);
	}
}

void
reader_mark(struct reader *r, const struct words *w, size_t first, size_t end,
    struct marks *marks, uint16_t *bits)
{
	struct walk k = { r, w, first, end, 0, marks, bits, 0 };

	while (r->of_cap < end - first) {
		r->of_cap = r->of_cap ? 2 * r->of_cap : 256;
		r->of_token = xreallocarray(r->of_token, r->of_cap,
		    sizeof(*r->of_token));
	}
	for (size_t i = first; i < end; i++)
		r->of_token[i - first] = set_of(r, token_str(w, i),
		    (enum token_kind)w->tokens[i].kind);
	for (size_t i = first; i < end; i++) {
		const struct set *set = &r->sets[r->of_token[i - first]];

		bits[i] |= set->bits;
		k.start = i;
		k.budget = WALK_STEPS;
		for (size_t n = 0; n < set->root_count; n++)
			step(&k, i + 1, set->roots[n]);
	}
}

bool
reader_number(struct reader *r, const struct words *w, size_t i,
    double *value)
{
	char folded[WORD_MAX];
	struct str s;

	if (w->tokens[i].kind == TOKEN_NUMBER)
		return word_number(token_str(w, i), value);
	s = (struct str){ folded, word_fold(token_str(w, i), folded) };
	for (size_t k = 0; k < r->lex->numeral_count; k++)
		if (str_eq(s, r->lex->numerals[k].word)) {
			*value = r->lex->numerals[k].value;
			return true;
		}
	return false;
}
