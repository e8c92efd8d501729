#include <stdlib.h>

#include "base/text/words.h"
#include "classify/doubt.h"

/* What is looked at of one phrase; longer ones are lists, and right. */
#define PARTS_MAX	16
#define CHOICES_MAX	64

/* One place of a phrase: the words that may stand there. */
struct part {
	struct str	v[CHOICES_MAX];
	size_t		n;		/* 0: a gap or a group */
};

struct doubt {
	const struct grammar	*g;
	struct str		*little;	/* prepositions and articles, sorted */
	size_t			 little_count, little_cap;
	struct words		 words;
	struct buf		*b;
	const struct statement	*st;
	const struct lexeme	*lx;		/* the phrase */
	size_t			 lines;
};

static int
by_bytes(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static struct str
without_mark(struct str word)
{
	return word.n > 1 && word.p[0] == '=' ? str_from(word, 1) : word;
}

/* Is the list one of words that begin a set phrase: prepositions, articles? */
static bool
is_little_list(const struct class *c)
{
	static const char *const names[] = { "link", "determiner", "relative",
	    "pronoun", "clitic" };

	for (size_t i = 0; i < COUNT(names) && c->kind == CLASS_LEXICON; i++)
		if (strcmp(c->name, names[i]) == 0)
			return true;
	return false;
}

static void
gather_little(struct doubt *d)
{
	const struct grammar *g = d->g;

	for (uint32_t i = 0; i < lexicon_phrases(g->lexicon); i++) {
		size_t count;
		const uint16_t *classes = phrase_classes(g->lexicon, i, &count);
		bool little = false;

		for (size_t k = 0; k < count; k++)
			little |= is_little_list(&g->classes[classes[k]]);
		if (!little)
			continue;
		GROW(d->little, d->little_count, d->little_cap);
		d->little[d->little_count++] =
		    without_mark(phrase_text(g->lexicon, i));
	}
	if (d->little_count > 1)
		qsort(d->little, d->little_count, sizeof(*d->little), by_bytes);
}

static bool
is_little(const struct doubt *d, struct str word)
{
	word = without_mark(word);
	return d->little_count > 0 && bsearch(&word, d->little,
	    d->little_count, sizeof(*d->little), by_bytes) != NULL;
}

/* The phrase, and what the caller adds, end a line. */
static void
begin_line(struct doubt *d)
{
	buf_addf(d->b, "%s:%u: \"%.*s\" ", d->st->source->path, d->lx->line,
	    STR_FMT(d->lx->text));
	d->lines++;
}

/* "50 %|percent": no word of a text is a sign alone. */
static void
doubt_empty(struct doubt *d, const struct part *part)
{
	for (size_t i = 0; i < part->n; i++) {
		if (str_eq(part->v[i], STR("#")))
			continue;
		words_split(&d->words, part->v[i]);
		if (d->words.count > 0)
			continue;
		begin_line(d);
		buf_addf(d->b, "can never have '%.*s', which is no word\n",
		    STR_FMT(part->v[i]));
	}
}

/* "won't|will not|no|not": the same word again, as in two set phrases. */
static void
doubt_again(struct doubt *d, const struct part *part)
{
	for (size_t i = 0; i < part->n; i++)
		for (size_t k = 0; k < i; k++) {
			if (!str_ieq(part->v[i], part->v[k]))
				continue;
			begin_line(d);
			buf_addf(d->b, "has '%.*s' twice in one place; set "
			    "phrases are parted in parentheses: (a b|c d)\n",
			    STR_FMT(part->v[i]));
			return;
		}
}

/* "crack down|cracking down": it can only be met as "crack down down". */
static void
doubt_row(struct doubt *d, const struct part *a, const struct part *b)
{
	for (size_t i = 0; i < a->n && a->n + b->n > 2; i++)
		for (size_t k = 0; k < b->n; k++) {
			if (!str_ieq(a->v[i], b->v[k]) ||
			    str_eq(a->v[i], STR("#")))
				continue;
			begin_line(d);
			buf_addf(d->b, "is met as '%.*s %.*s' too; set phrases "
			    "are parted in parentheses: (a b|c d)\n",
			    STR_FMT(a->v[i]), STR_FMT(b->v[k]));
			return;
		}
}

/* "greater|likely|in sight": a preposition behind other words begins a phrase of
 * its own, or so it seems. */
static void
doubt_edge(struct doubt *d, const struct part *a, const struct part *b)
{
	if (a->n < 3 || b->n == 0 || !is_little(d, a->v[a->n - 1]))
		return;
	for (size_t i = 0; i + 1 < a->n; i++)
		if (is_little(d, a->v[i]))
			return;
	begin_line(d);
	buf_addf(d->b, "is met as '%.*s %.*s'; is it (%.*s|..|%.*s) %.*s or "
	    "(%.*s|..|%.*s %.*s)?\n", STR_FMT(a->v[0]), STR_FMT(b->v[0]),
	    STR_FMT(a->v[0]), STR_FMT(a->v[a->n - 1]), STR_FMT(b->v[0]),
	    STR_FMT(a->v[0]), STR_FMT(a->v[a->n - 1]), STR_FMT(b->v[0]));
}

static void
cut_part(struct part *part, struct str piece)
{
	struct str one;

	part->n = 0;
	if (piece.n > 1 && piece.p[piece.n - 1] == '?')
		piece.n--;
	if (piece.n > 2 && str_starts(piece, STR("..")))
		return;
	while (part->n < CHOICES_MAX && str_split(&piece, '|', &one))
		part->v[part->n++] = one;
}

/* Cut the phrase.  What parentheses enclose says what it means. */
static size_t
cut_parts(struct str phrase, struct part parts[PARTS_MAX])
{
	struct str rest = phrase, piece;
	size_t n = 0;
	int depth = 0;

	while (n < PARTS_MAX && str_split(&rest, ' ', &piece)) {
		bool within = depth > 0 || (piece.n > 1 && piece.p[0] == '(');

		for (size_t i = 0; within && i < piece.n; i++)
			depth += (piece.p[i] == '(') - (piece.p[i] == ')');
		if (within)
			parts[n++].n = 0;
		else if (piece.n > 0)
			cut_part(&parts[n++], piece);
	}
	return n;
}

static void
doubt_phrase(struct doubt *d)
{
	struct part parts[PARTS_MAX];
	size_t n = cut_parts(d->lx->text, parts);

	for (size_t i = 0; i < n; i++) {
		if (parts[i].n > 1) {
			doubt_empty(d, &parts[i]);
			doubt_again(d, &parts[i]);
		}
		if (i + 1 < n) {
			doubt_row(d, &parts[i], &parts[i + 1]);
			doubt_edge(d, &parts[i], &parts[i + 1]);
		}
	}
}

static bool
has_phrases(const struct statement *st)
{
	static const char *const names[] = { "lexicon", "object", "operator",
	    "modifier", "discard", "actor", "topic", "domain", "rule" };

	for (size_t i = 0; i < COUNT(names); i++)
		if (str_eq(st->lexemes[0].text, str_of(names[i])))
			return true;
	return false;
}

static void
doubt_statement(struct doubt *d, const struct statement *st)
{
	size_t at = 0;

	while (at < st->count && st->lexemes[at].kind != LEXEME_COLON)
		at++;
	d->st = st;
	for (; at < st->count; at++) {
		d->lx = &st->lexemes[at];
		if ((d->lx->kind == LEXEME_STRING ||
		    d->lx->kind == LEXEME_WORD) && memchr(d->lx->text.p, '|',
		    d->lx->text.n) != NULL)
			doubt_phrase(d);
	}
}

size_t
doubt_phrases(const struct grammar *g, const struct rulefiles *files,
    struct buf *b)
{
	struct doubt d = { .g = g, .b = b };

	gather_little(&d);
	for (size_t i = 0; i < files->count; i++) {
		const struct statement *st = &files->statements[i];

		if (str_eq(st->language, str_of(g->language)) &&
		    has_phrases(st))
			doubt_statement(&d, st);
	}
	words_release(&d.words);
	free(d.little);
	return d.lines;
}
