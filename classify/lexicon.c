#include <assert.h>
#include <stdlib.h>

#include "base/buf.h"
#include "classify/trie.h"

/* Words of one phrase; the longest in use has nine. */
#define PHRASE_MAX	16
/* The largest gap within a phrase. */
#define GAP_MAX		9

/* Choices "a|b" that name one word.  It is compared with each when it is met first. */
#define FORM_SYMBOLS_MAX 4000

/* Ways to read one phrase, and all phrases with groups of a language, and the
 * length of such a phrase: a list of a hundred set phrases is a lexicon. */
#define READINGS_MAX	256
#define ALL_READINGS_MAX 200000
#define CHOICES_LENGTH	4096

/* While rules are compiled, words and their stems: most come more than once. */
#define STEMS	8192u

struct stemmed {
	uint8_t	word_length, stem_length;	/* 0: free */
	char	word[31], stem[31];
};

/* Storage that is only needed until lexicon_seal(). */
struct scratch {
	struct sb_stemmer *sb;
	struct words	 words;
	struct buf	 key;
	size_t		 readings;	/* of phrases with choices */
	struct stemmed	 stems[STEMS];
};

/* The key of a form, until the next one. */
static struct str
form_key(struct lexicon *lex, const char *head, enum form form, struct str s)
{
	struct buf *b = &lex->scratch->key;

	buf_reset(b);
	buf_addz(b, head);
	buf_addc(b, (char)form);
	buf_adds(b, s);
	return buf_str(b);
}

/* The folded word's stem, until the next one. */
static struct str
stem_of(struct lexicon *lex, struct str word)
{
	struct stemmed *known = &lex->scratch->stems[hash64(word) % STEMS];
	struct str s;

	if (known->word_length > 0 && str_eq(word, (struct str){ known->word,
	    known->word_length }))
		return (struct str){ known->stem, known->stem_length };
	s = stem(lex->scratch->sb, word);
	if (word.n > sizeof(known->word) || s.n > sizeof(known->stem))
		return s;
	known->word_length = (uint8_t)word.n;
	known->stem_length = (uint8_t)s.n;
	memcpy(known->word, word.p, word.n);
	memcpy(known->stem, s.p, s.n);
	return s;
}

static void
grow_slots(struct lexicon *lex)
{
	size_t old = lex->slot_count;
	struct slot *was = lex->slots;

	lex->slot_count = old ? old * 2 : 1024;
	lex->slots = xreallocarray(NULL, lex->slot_count, sizeof(*lex->slots));
	memset(lex->slots, 0xff, lex->slot_count * sizeof(*lex->slots));
	for (size_t i = 0; i < old; i++) {
		struct str text;

		if (was[i].binding == NONE)
			continue;
		text = lex->bindings[was[i].binding].text;
		*slot_of(lex, text, hash64(text)) = was[i];
	}
	free(was);
}

/* The slot of a form, with its tag set, and room for one more. */
static struct slot *
take_slot(struct lexicon *lex, struct str key)
{
	uint64_t hash = hash64(key);
	struct slot *slot;

	if (lex->binding_count * 2 >= lex->slot_count)
		grow_slots(lex);
	slot = slot_of(lex, key, hash);
	slot->tag = (uint32_t)(hash >> 32);
	return slot;
}

/* Let the form stand for `symbol` as well.  False where it stands for too many. */
static bool
bind(struct lexicon *lex, enum form form, struct str s, uint32_t symbol)
{
	struct str key = form_key(lex, "", form, s);
	struct slot *slot = take_slot(lex, key);
	size_t count = 0;

	for (uint32_t at = slot->binding; at != NONE;
	    at = lex->bindings[at].next, count++)
		if (lex->bindings[at].symbol == symbol)
			return true;
	if (count >= FORM_SYMBOLS_MAX)
		return false;
	GROW(lex->bindings, lex->binding_count, lex->binding_cap);
	lex->bindings[lex->binding_count] = (struct binding){
	    slot->binding != NONE ? lex->bindings[slot->binding].text :
	    arena_str(&lex->arena, key), symbol, slot->binding };
	slot->binding = (uint32_t)lex->binding_count++;
	lex->infixes += form == FORM_INFIX;
	lex->raw |= form == FORM_RAW;
	lex->cased |= form == FORM_CASED;
	if (form == FORM_CASED && !word_shouts(s)) {
		char folded[WORD_MAX];

		(void)bind(lex, FORM_SHOUTED, (struct str){ folded,
		    word_fold(s, folded) }, symbol);
	}
	lex->digits |= s.n > 0 && (is_digit(s.p[0]) || form == FORM_SUFFIX ||
	    form == FORM_INFIX);
	if (form == FORM_PREFIX && s.n <= WORD_MAX)
		lex->prefixes[s.n / 64] |= 1ULL << s.n % 64;
	if (form == FORM_SUFFIX && s.n <= WORD_MAX)
		lex->suffixes[s.n / 64] |= 1ULL << s.n % 64;
	return true;
}

/* The form's own symbol, which families and alternatives do not share: it is
 * the oldest of its chain by construction of intern(). */
static uint32_t
intern(struct lexicon *lex, enum form form, struct str s)
{
	struct str own = form_key(lex, "=", form, s);
	struct slot *slot = take_slot(lex, own);
	uint32_t symbol;

	if (slot->binding != NONE)
		return lex->bindings[slot->binding].symbol;
	symbol = ++lex->symbols;
	GROW(lex->bindings, lex->binding_count, lex->binding_cap);
	lex->bindings[lex->binding_count] = (struct binding){
	    arena_str(&lex->arena, own), symbol, NONE };
	slot->binding = (uint32_t)lex->binding_count++;
	if (form != FORM_FAMILY)
		(void)bind(lex, form, s, symbol);
	return symbol;
}

struct lexicon *
lexicon_new(const char *stemmer, struct err *err)
{
	struct lexicon *lex = xcalloc(1, sizeof(*lex));

	lex->stemmer = stemmer ? xstrdup(stemmer) : NULL;
	lex->symbols = SYMBOL_NUMBER;
	lex->scratch = xcalloc(1, sizeof(*lex->scratch));
	if (stemmer != NULL) {
		lex->scratch->sb = sb_stemmer_new(stemmer, "UTF_8");
		if (lex->scratch->sb == NULL) {
			err_set(err, "libstemmer has no stemmer '%s'", stemmer);
			lexicon_free(lex);
			return NULL;
		}
	}
	GROW(lex->nodes, lex->node_count, lex->node_cap);
	lex->nodes[lex->node_count++] = (struct node){ .phrase = NONE,
	    .gap_child = NONE };
	return lex;
}

static void
drop_scratch(struct lexicon *lex)
{
	if (lex->scratch == NULL)
		return;
	if (lex->scratch->sb != NULL)
		sb_stemmer_delete(lex->scratch->sb);
	words_release(&lex->scratch->words);
	buf_release(&lex->scratch->key);
	free(lex->scratch);
	lex->scratch = NULL;
}

void
lexicon_free(struct lexicon *lex)
{
	if (lex == NULL)
		return;
	for (size_t i = 0; i < lex->phrase_count; i++)
		free(lex->phrases[i].classes);
	drop_scratch(lex);
	free((void *)(uintptr_t)lex->stemmer);
	free(lex->bindings);
	free(lex->slots);
	free(lex->present);
	free(lex->nodes);
	free(lex->growing);
	free(lex->edges);
	free(lex->roots);
	free(lex->leaps);
	free(lex->tags);
	free(lex->tag_rows);
	sieve_release(&lex->sieve);
	free(lex->inner);
	free(lex->phrases);
	free(lex->effects);
	free(lex->classes);
	free(lex->asked);
	free(lex->numerals);
	free(lex->includes);
	arena_release(&lex->arena);
	free(lex);
}

static bool
has_capital(struct str s)
{
	char composed[WORD_MAX], folded[WORD_MAX];
	size_t n = word_compose(s, composed);

	return n != word_fold(s, folded) || memcmp(composed, folded, n) != 0;
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
	struct str s = { folded, form == FORM_CASED ?
	    word_compose(token, folded) : word_fold(token, folded) };

	if (form == FORM_CASED)
		return intern(lex, form, without_genitive(s));
	if (form == FORM_STEM)
		s = stem_of(lex, s);
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
	bool		 old, new;	/* a #1, a #2 was seen */
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
	struct words *w = &lex->scratch->words;
	int result = 0;

	if (sp.form == FORM_FAMILY)
		return add_element(pat, (struct element){ intern(lex, sp.form,
		    sp.text), 0, optional }, err);
	words_split(w, sp.text);
	if (w->count == 0)
		result = err_set(err, str_eq(word, STR("|")) ?
		    "'%.*s' parts words within quotes: \"a|b\"" :
		    "'%.*s' holds no word", STR_FMT(word));
	if (w->count > 1 && sp.form != FORM_STEM && sp.form != FORM_RAW &&
	    sp.form != FORM_CASED)
		result = err_set(err, "'%.*s': a wildcard is for one word",
		    STR_FMT(word));
	for (size_t i = 0; i < w->count && result == 0; i++)
		result = add_element(pat, (struct element){
		    token_symbol(lex, sp.form, token_str(w, i)), 0,
		    optional }, err);
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
		if (str_eq(one, STR("#"))) {
			(void)bind(lex, FORM_NUMBER, STR(""), symbol);
			continue;
		}
		s = (struct str){ folded, sp.form == FORM_CASED ?
		    word_compose(s, folded) : word_fold(s, folded) };
		if (sp.form == FORM_STEM)
			s = stem_of(lex, s);
		if (!bind(lex, sp.form, s, symbol))
			return err_set(err, "'%.*s' stands in more than %d "
			    "choices of words", STR_FMT(one), FORM_SYMBOLS_MAX);
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
	if (optional)
		piece.n--;
	if (piece.p[0] == '#' && memchr(piece.p, '|', piece.n) == NULL) {
		if (!str_eq(piece, STR("#")) && !str_eq(piece, STR("#1")) &&
		    !str_eq(piece, STR("#2")))
			return err_set(err, "'%.*s': a number is #, and #1 and "
			    "#2 where two are compared", STR_FMT(piece));
		pat->old |= str_eq(piece, STR("#1"));
		pat->new |= str_eq(piece, STR("#2"));
		if (pat->new && !pat->old)
			pat->swapped = true;
		return add_element(pat, (struct element){ SYMBOL_NUMBER, 0,
		    optional }, err);
	}
	if (piece.n > 1 && memchr(piece.p, '|', piece.n) != NULL)
		return add_alternatives(lex, piece, optional, pat, err);
	return add_word(lex, piece, optional, pat, err);
}

static struct growing *
edge_of(const struct lexicon *lex, uint32_t node, uint32_t symbol)
{
	uint64_t key = (uint64_t)(node + 1) << 32 | symbol;
	size_t mask = lex->growing_slots - 1;
	size_t i = (key * 0x9e3779b97f4a7c15u) >> 32 & mask;

	while (lex->growing[i].key != 0 && lex->growing[i].key != key)
		i = (i + 1) & mask;
	return &lex->growing[i];
}

static void
grow_edges(struct lexicon *lex)
{
	size_t old = lex->growing_slots;
	struct growing *was = lex->growing;

	lex->growing_slots = old ? old * 2 : 1024;
	lex->growing = xcalloc(lex->growing_slots, sizeof(*lex->growing));
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
	lex->nodes[lex->node_count] = (struct node){ .phrase = NONE,
	    .gap_child = NONE };
	return (uint32_t)lex->node_count++;
}

/* The child behind a gap of so many words; they stand from the narrowest on. */
static uint32_t
gap_child(struct lexicon *lex, uint32_t node, uint8_t gap)
{
	uint32_t before = NONE, at = lex->nodes[node].gap_child, made;

	while (at != NONE && lex->nodes[at].width < gap) {
		before = at;
		at = lex->nodes[at].wider;
	}
	if (at != NONE && lex->nodes[at].width == gap)
		return at;
	made = new_node(lex);
	lex->nodes[made].width = gap;
	lex->nodes[made].wider = at;
	if (before == NONE)
		lex->nodes[node].gap_child = made;
	else
		lex->nodes[before].wider = made;
	return made;
}

static uint32_t
child(struct lexicon *lex, uint32_t node, struct element el)
{
	struct growing *e;

	if (el.symbol == 0)
		return gap_child(lex, node, el.gap);
	if (lex->edge_count * 2 >= lex->growing_slots)
		grow_edges(lex);
	e = edge_of(lex, node, el.symbol);
	if (e->key == 0) {
		uint32_t made = new_node(lex);

		e->key = (uint64_t)(node + 1) << 32 | el.symbol;
		e->to = made;
		lex->edge_count++;
		lex->nodes[node].follow |= sign_of(el.symbol);
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
	assert(lex->nodes[node].width == 0);	/* no gap's: it has no phrase */
	if (lex->nodes[node].phrase == NONE) {
		GROW(lex->phrases, lex->phrase_count, lex->phrase_cap);
		lex->phrases[lex->phrase_count] = (struct phrase){
		    .text = arena_str(&lex->arena, pat->text),
		    .swapped = pat->swapped, .gapped = pat->gapped,
		    .lone = pat->old && !pat->new };
		lex->nodes[node].phrase = (uint32_t)lex->phrase_count++;
	}
	add_class(&lex->phrases[lex->nodes[node].phrase], class);
}

/* Does a gap stand at an end of the phrase, or come there without the words that may
 * be missing? */
static bool
has_open_gap(const struct pattern *pat)
{
	size_t first = 0, last = pat->n;

	while (pat->v[first].optional)
		first++;
	while (pat->v[last - 1].optional)
		last--;
	return pat->v[first].symbol == 0 || pat->v[last - 1].symbol == 0;
}

/* Add the phrase as it stands, without groups. */
static int
add_flat(struct lexicon *lex, struct str text, struct str whole, uint16_t class,
    struct err *err)
{
	struct pattern pat = { .text = whole };
	struct str rest = str_trim(text), piece;
	unsigned optional = 0;

	while (str_split(&rest, ' ', &piece)) {
		if (piece.n == 0 || add_piece(lex, piece, &pat, err) == 0)
			continue;
		if (text.p == whole.p)	/* no choice was made in it */
			err->column = (unsigned long)(piece.p - whole.p) + 1;
		return -1;
	}
	for (size_t i = 0; i < pat.n; i++)
		optional += pat.v[i].optional;
	if (whole.n == 0)
		return err_set(err, "an empty phrase");
	if (optional > 4 || optional == pat.n)
		return err_set(err, optional > 4 ?
		    "more than four optional words" :
		    "every word is optional");
	if (has_open_gap(&pat))
		return err_set(err, pat.v[pat.n - 1].symbol == 0 ?
		    "a phrase cannot end with a gap" :
		    "a phrase has a gap at its end without its optional words");
	lay(lex, &pat, 0, 0, class);
	return 0;
}

/*
 * A phrase with choices of more than one word is laid once for each: "(no longer|
 * not) due" as "no longer due" and "not due".  Choices of one word share a symbol
 * as they do without parentheses, so that "(won't|will not|no|not) then" makes two
 * and not four.
 */
struct choice {
	size_t		from, end;	/* of all of it, in its phrase */
	struct str	inside;		/* alternatives parted by | */
	bool		optional;
};

/* Does the alternative stand at one place of a text, as one word? */
static bool
is_one_word(struct lexicon *lex, struct str alternative)
{
	struct words *w = &lex->scratch->words;
	size_t n = 0;

	while (n < alternative.n && (is_alpha(alternative.p[n]) ||
	    is_digit(alternative.p[n]) || alternative.p[n] == '=' ||
	    alternative.p[n] == '*'))
		n++;
	if (n == alternative.n || str_eq(alternative, STR("#")))
		return true;
	if (memchr(alternative.p, ' ', alternative.n) != NULL ||
	    strchr("#~.(", alternative.p[0]) != NULL ||
	    alternative.p[alternative.n - 1] == '?')
		return false;
	words_split(w, alternative);
	return w->count <= 1;
}

/* The next alternative of a choice: up to a | that no group encloses. */
static bool
next_alternative(struct str *rest, struct str *alternative)
{
	size_t n = 0;
	int depth = 0;

	if (rest->p == NULL)
		return false;
	for (; n < rest->n && (rest->p[n] != '|' || depth > 0); n++)
		depth += (rest->p[n] == '(') - (rest->p[n] == ')');
	*alternative = str_trim(str_slice(*rest, 0, n));
	*rest = n < rest->n ? str_from(*rest, n + 1) : STR_NONE;
	return true;
}

/* The group that begins at `at`.  -1 where it does not end well. */
static int
cut_group(struct str text, size_t at, struct choice *ch, struct err *err)
{
	size_t end = at;
	int depth = 0;

	do {
		if (end == text.n)
			return err_set(err,
			    "a group without ')' in this phrase");
		depth += (text.p[end] == '(') - (text.p[end] == ')');
		end++;
	} while (depth > 0);
	*ch = (struct choice){ at, end, str_slice(text, at + 1, end - 1),
	    end < text.n && text.p[end] == '?' };
	ch->end += ch->optional;
	if (ch->end < text.n && text.p[ch->end] != ' ')
		return err_set(err, "a group ends before a space; alternatives "
		    "to it stand within: (a b|c d)");
	return 1;
}

/* The alternatives of the word at from..end-1 are a choice if one of them is cut
 * into several: "taxed|duty-free". */
static bool
cut_mixed(struct lexicon *lex, struct str text, size_t from, size_t end,
    struct choice *ch)
{
	struct str piece = str_slice(text, from, end), rest, one;
	bool mixed = false;

	*ch = (struct choice){ from, end, piece, piece.p[piece.n - 1] == '?' };
	ch->inside.n -= ch->optional;
	if (memchr(piece.p, '|', piece.n) == NULL)
		return false;
	rest = ch->inside;
	while (str_split(&rest, '|', &one))
		mixed |= one.n > 0 && one.p[0] != '~' && !is_one_word(lex, one);
	return mixed;
}

/* The first choice of the phrase: 1, 0 if it has none, or -1.  Between spaces
 * ( and ) are the signs themselves. */
static int
find_choice(struct lexicon *lex, struct str text, struct choice *ch,
    struct err *err)
{
	size_t from, end;

	for (from = 0; from < text.n; from = end + 1) {
		for (end = from; end < text.n && text.p[end] != ' '; )
			end++;
		if (end - from < 2)
			continue;
		ch->from = from;	/* of an error, too */
		if (text.p[from] == '(')
			return cut_group(text, from, ch, err);
		if (memchr(text.p + from, '(', end - from) != NULL ||
		    memchr(text.p + from, ')', end - from) != NULL)
			return err_set(err, "a group begins and ends beside a "
			    "space: (a b|c d); so does the sign ( itself");
		if (cut_mixed(lex, text, from, end, ch))
			return 1;
	}
	return 0;
}

/* A phrase on its way through its choices. */
struct spelling_out {
	struct str	 whole;		/* as it is written */
	uint16_t	 class;
	unsigned	 depth, readings;
	struct err	*err;
};

static int spell_out(struct lexicon *lex, struct str text,
    struct spelling_out *so);

/* The phrase with `alternative` in the choice's place. */
static int
choose(struct lexicon *lex, struct str text, const struct choice *ch,
    struct str alternative, struct spelling_out *so)
{
	struct buf b = buf_init(0);
	int result;

	buf_adds(&b, str_slice(text, 0, ch->from));
	buf_adds(&b, alternative);
	buf_adds(&b, str_from(text, ch->end));
	result = spell_out(lex, buf_str(&b), so);
	buf_release(&b);
	return result;
}

static int
choose_each(struct lexicon *lex, struct str text, const struct choice *ch,
    struct spelling_out *so)
{
	struct str rest = ch->inside, one;
	struct buf words = buf_init(0);		/* alternatives of one word */
	int result = 0;

	while (result == 0 && next_alternative(&rest, &one)) {
		if (one.n == 0) {
			result = err_set(so->err,
			    "an empty alternative in '%.*s'",
			    STR_FMT(ch->inside));
			if (so->depth == 1)
				so->err->column = ch->from + 1;
		} else if (is_one_word(lex, one)) {
			if (buf_str(&words).n > 0)
				buf_addc(&words, '|');
			buf_adds(&words, one);
		} else {
			result = choose(lex, text, ch, one, so);
		}
	}
	if (result == 0 && buf_str(&words).n > 0)
		result = choose(lex, text, ch, buf_str(&words), so);
	if (result == 0 && ch->optional)
		result = choose(lex, text, ch, STR(""), so);
	buf_release(&words);
	return result;
}

static int
spell_out(struct lexicon *lex, struct str text, struct spelling_out *so)
{
	struct choice ch = { .from = 0 };
	int found = find_choice(lex, text, &ch, so->err), result;

	if (found == -1 && so->depth == 0)
		so->err->column = ch.from + 1;
	if (found == -1)
		return -1;
	if (found == 0 && so->depth > 0 && (so->readings++ == READINGS_MAX ||
	    lex->scratch->readings++ == ALL_READINGS_MAX))
		return err_set(so->err, "%s of more than %d readings",
		    so->readings > READINGS_MAX ? "a phrase" :
		    "phrases with groups", so->readings > READINGS_MAX ?
		    READINGS_MAX : ALL_READINGS_MAX);
	if (found == 0)
		return add_flat(lex, text, so->whole, so->class, so->err);
	if (so->depth == PHRASE_MAX || so->whole.n > CHOICES_LENGTH)
		return err_set(so->err, so->depth == PHRASE_MAX ?
		    "a phrase of more than %d groups" :
		    "a phrase with groups of more than %d bytes",
		    so->depth == PHRASE_MAX ? PHRASE_MAX : CHOICES_LENGTH);
	so->depth++;
	result = choose_each(lex, text, &ch, so);
	so->depth--;
	return result;
}

int
lexicon_add(struct lexicon *lex, struct str text, uint16_t class,
    struct err *err)
{
	struct spelling_out so = { .whole = str_trim(text), .class = class,
	    .err = err };

	if (spell_out(lex, so.whole, &so) == 0)
		return 0;
	if (err->column > 0)
		err->column += (unsigned long)(so.whole.p - text.p);
	return -1;
}

void
lexicon_family(struct lexicon *lex, struct str name, struct str word)
{
	char folded[WORD_MAX];
	struct str s = { folded, word_fold(word, folded) };

	(void)bind(lex, FORM_STEM, stem_of(lex, s),
	    intern(lex, FORM_FAMILY, name));
}

static void
add_numeral(struct lexicon *lex, struct str word, double value, bool multiple)
{
	char folded[WORD_MAX];
	struct str s = { folded, word_fold(word, folded) };

	if (!multiple)
		(void)bind(lex, FORM_RAW, s, SYMBOL_NUMBER);
	GROW(lex->numerals, lex->numeral_count, lex->numeral_cap);
	lex->numerals[lex->numeral_count++] = (struct numeral){
	    arena_str(&lex->arena, s), value, multiple };
}

void
lexicon_numeral(struct lexicon *lex, struct str word, double value)
{
	add_numeral(lex, word, value, false);
}

void
lexicon_multiple(struct lexicon *lex, struct str word, double value)
{
	add_numeral(lex, word, value, true);
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

/* A phrase of little words only is silent. */
static void
set_effects(struct effects *of, const uint16_t *classes,
    const uint16_t *class_bits)
{
	of->silent = true;
	for (size_t i = 0; i < of->class_count; i++) {
		uint16_t bits = class_bits[classes[of->classes + i]];

		of->bits |= bits & (uint16_t)~BITS_AND_MARK;
		of->silent &= bits != 0 && !(bits & BITS_AND_MARK);
	}
}

/* Put the classes of all phrases in a row, and prepare what is asked of each. */
static void
seal_phrases(struct lexicon *lex, const uint16_t *class_bits)
{
	uint32_t n = 0;

	for (size_t i = 0; i < lex->phrase_count; i++) {
		close_includes(lex, &lex->phrases[i]);
		n += lex->phrases[i].count;
	}
	lex->classes = xreallocarray(NULL, n + 1, sizeof(*lex->classes));
	lex->effects = xlines((lex->phrase_count + 1) * sizeof(*lex->effects));
	n = 0;
	for (size_t i = 0; i < lex->phrase_count; i++) {
		struct phrase *ph = &lex->phrases[i];
		struct effects *of = &lex->effects[i];

		memcpy(lex->classes + n, ph->classes,
		    ph->count * sizeof(*ph->classes));
		free(ph->classes);
		ph->classes = NULL;
		of->classes = n;
		of->class_count = ph->count;
		n += ph->count;
		set_effects(of, lex->classes, class_bits);
	}
}

/* Let the words behind the gaps of a node have the bit; another gap may follow at
 * once.  Returns how many words lie in the widest. */
static unsigned
set_landings(struct lexicon *lex, const struct node *nd, uint64_t bit)
{
	unsigned widest = 0;

	for (uint32_t at = nd->gap_child; at != NONE; at = lex->nodes[at].wider) {
		const struct node *child = &lex->nodes[at];
		unsigned width = child->width + set_landings(lex, child, bit);

		for (uint32_t k = 0; k < child->edges; k++)
			lex->leaps[lex->edges[child->at + k].symbol].to |= bit;
		if (width > widest)
			widest = width;
	}
	return widest;
}

/* Words that go on over a gap have a bit each, as far as there are bits, and so
 * have the words that they go on with. */
static void
set_leaps(struct lexicon *lex)
{
	unsigned turn = 0;

	lex->leaps = xcalloc(lex->symbols + 1, sizeof(*lex->leaps));
	for (uint32_t i = 1; i <= lex->symbols; i++) {
		const struct node *nd = &lex->nodes[lex->roots[i]];

		if (lex->roots[i] == 0 || nd->gap_child == NONE)
			continue;
		lex->leaps[i].from = 1ULL << turn++ % 64;
		lex->leaps[i].gap = set_landings(lex, nd, lex->leaps[i].from);
	}
	lex->leaping = turn > 0;
}

/* Where each key's things begin when they are sorted by it: the counts become
 * places. */
static void
sum_up(uint32_t *counts, size_t n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		uint32_t count = counts[i];

		counts[i] = sum;
		sum += count;
	}
}

/* Is it a form that words of a text can have, of symbols? */
static bool
is_met(const struct lexicon *lex, const struct slot *slot)
{
	return slot->binding != NONE &&
	    lex->bindings[slot->binding].text.p[0] != '=';
}

/* Put the tags of the forms that each symbol stands for in a row. */
static void
lay_tags(struct lexicon *lex)
{
	uint32_t *at = xcalloc(lex->symbols + 2, sizeof(*at)), sum = 0;

	at[SYMBOL_NUMBER] = 1;
	for (size_t i = 0; i < lex->slot_count; i++)
		if (is_met(lex, &lex->slots[i]))
			for (uint32_t b = lex->slots[i].binding; b != NONE;
			    b = lex->bindings[b].next)
				at[lex->bindings[b].symbol]++;
	for (size_t i = 0; i < lex->symbols + 2; i++)
		sum += at[i];
	lex->tags = xcalloc(sum + 1, sizeof(*lex->tags));
	lex->tag_rows = xcalloc(lex->symbols + 2, sizeof(*lex->tag_rows));
	sum_up(at, lex->symbols + 2);
	memcpy(lex->tag_rows, at, (lex->symbols + 2) * sizeof(*at));
	lex->tags[at[SYMBOL_NUMBER]++] = DIGITS_TAG;
	for (size_t i = 0; i < lex->slot_count; i++)
		if (is_met(lex, &lex->slots[i]))
			for (uint32_t b = lex->slots[i].binding; b != NONE;
			    b = lex->bindings[b].next)
				lex->tags[at[lex->bindings[b].symbol]++] =
				    lex->slots[i].tag;
	free(at);
}

/* Put the edges in a row by node, and those of a node by symbol; the root, which
 * has most, finds them by symbol alone. */
static void
lay_out(struct lexicon *lex)
{
	uint32_t *places = xcalloc(lex->symbols + 1, sizeof(*places));
	struct growing *sorted = xcalloc(lex->edge_count + 1, sizeof(*sorted));
	uint32_t at = 0;

	lex->roots = xcalloc(lex->symbols + 1, sizeof(*lex->roots));
	lex->edges = xcalloc(lex->edge_count + 1, sizeof(*lex->edges));
	for (size_t i = 0; i < lex->growing_slots; i++)
		if (lex->growing[i].key != 0)
			places[(uint32_t)lex->growing[i].key]++;
	sum_up(places, lex->symbols + 1);
	for (size_t i = 0; i < lex->growing_slots; i++)
		if (lex->growing[i].key != 0)
			sorted[places[(uint32_t)lex->growing[i].key]++] =
			    lex->growing[i];
	for (size_t i = 0; i < lex->edge_count; i++) {
		uint32_t node = (uint32_t)(sorted[i].key >> 32) - 1;

		if (node == 0)
			lex->roots[(uint32_t)sorted[i].key] = sorted[i].to;
		else
			lex->nodes[node].edges++;
	}
	for (size_t i = 1; i < lex->node_count; i++) {
		lex->nodes[i].at = at;
		at += lex->nodes[i].edges;
		lex->nodes[i].edges = 0;
	}
	for (size_t i = 0; i < lex->edge_count; i++) {
		struct node *nd = &lex->nodes[(sorted[i].key >> 32) - 1];

		if (nd != lex->nodes)
			lex->edges[nd->at + nd->edges++] = (struct edge){
			    (uint32_t)sorted[i].key, sorted[i].to };
	}
	lex->edge_count = at;
	free(places);
	free(sorted);
	free(lex->growing);
	lex->growing = NULL;
}

/* Most forms of a text are named by no rule: a bit tells of most of these, without
 * a look at the slots, which are many and far apart. */
static void
note_present(struct lexicon *lex)
{
	lex->present = xcalloc(PRESENT_EACH * lex->slot_count / 64,
	    sizeof(*lex->present));
	for (size_t i = 0; i < lex->slot_count; i++) {
		size_t bit = present_bit(lex, (uint64_t)lex->slots[i].tag << 32);

		if (lex->slots[i].binding != NONE)
			lex->present[bit / 64] |= 1ULL << bit % 64;
	}
}

/* Let words pass that may have a stem which rules name. */
static void
make_sieve(struct lexicon *lex)
{
	size_t stems = 0;

	for (size_t i = 0; i < lex->binding_count; i++)
		stems += lex->bindings[i].text.p[0] == FORM_STEM;
	sieve_init(&lex->sieve, lex->stemmer, stems);
	for (size_t i = 0; i < lex->binding_count; i++) {
		struct str form = lex->bindings[i].text;

		if (form.p[0] == FORM_STEM)
			sieve_add(&lex->sieve, str_from(form, 1));
	}
}

void
lexicon_seal(struct lexicon *lex, const uint16_t *class_bits)
{
	if (lex->include_count > 0)
		qsort(lex->includes, lex->include_count,
		    sizeof(*lex->includes), by_class);
	seal_phrases(lex, class_bits);
	lay_out(lex);
	set_leaps(lex);
	lex->inner = xcalloc(lex->symbols + 1, 1);
	for (size_t i = 0; i < lex->edge_count; i++)
		lex->inner[lex->edges[i].symbol] = 1;
	make_sieve(lex);
	drop_scratch(lex);
	if (lex->slot_count == 0)
		grow_slots(lex);
	note_present(lex);
	lay_tags(lex);
}

void
lexicon_flag(struct lexicon *lex, uint32_t phrase, uint32_t flags,
    class_signs signs, class_signs needs, class_signs asks)
{
	lex->effects[phrase].flags = flags;
	lex->effects[phrase].signs = signs;
	lex->effects[phrase].needs = needs;
	lex->effects[phrase].asks = asks;
}

const uint16_t *
phrase_classes(const struct lexicon *lex, uint32_t phrase, size_t *count)
{
	assert(phrase < lex->phrase_count);
	return classes_of(lex, phrase, count);
}

bool
phrase_swapped(const struct lexicon *lex, uint32_t phrase)
{
	return lex->phrases[phrase].swapped;
}

bool
phrase_lone(const struct lexicon *lex, uint32_t phrase)
{
	return lex->phrases[phrase].lone;
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
