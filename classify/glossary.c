#include "base/utf8.h"
#include "classify/glossary.h"
#include "classify/seal.h"
#include "classify/trie.h"

/* The tag of the only reader of a memo. */
#define OWN_TAG	1

void
glossary_init(struct glossary *gl, const struct grammar *g)
{
	*gl = (struct glossary){ .g = g, .memo = memo_new(),
	    .arena = ARENA_INIT };
	gl->reader = reader_new(g->lexicon, gl->memo, OWN_TAG);
	view_init(&gl->view, g, gl->reader);
	gl->stemmer = stemmer_open(g->lexicon->stemmer);
}

void
glossary_release(struct glossary *gl)
{
	view_release(&gl->view);
	reader_free(gl->reader);
	memo_free(gl->memo);
	if (gl->stemmer != NULL)
		sb_stemmer_delete(gl->stemmer);
	arena_release(&gl->arena);
}

/* The lists of a mark.  A phrase of an expression is a list of its own; of rules
 * that share one the first is told. */
static void
put_mark(struct buf *b, const struct glossary *gl, const struct mark *m,
    bool *first)
{
	const struct grammar *g = gl->g;
	size_t count;
	const uint16_t *classes = phrase_classes(g->lexicon, m->phrase, &count);

	for (size_t i = 0; i < count; i++) {
		const struct class *c = &g->classes[classes[i]];

		buf_addz(b, *first ? "" : ", ");
		*first = false;
		if (c->name[0] == '"')
			buf_addf(b, "rule %.*s %s",
			    STR_FMT(c->statement->lexemes[1].text), c->name);
		else
			buf_addf(b, "%s %s", class_kind_name(c->kind), c->name);
		if (c->name[0] != '"' && m->end > m->first + 1)
			buf_addf(b, " \"%.*s\"",
			    STR_FMT(phrase_text(g->lexicon, m->phrase)));
	}
}

static void
put_word(struct buf *b, const struct glossary *gl, uint32_t at, size_t *mark)
{
	const struct view *view = &gl->view;
	struct str word = token_str(&view->words, at);
	char folded[WORD_MAX];
	struct str stemmed = { folded, word_fold(word, folded) };
	bool first = true;
	const char *little;

	if (view->words.tokens[at].kind == TOKEN_WORD && stemmed.n > 0)
		stemmed = stem(gl->stemmer, stemmed);
	buf_addf(b, "%.*s\t%.*s\t", STR_FMT(word), STR_FMT(stemmed));
	for (unsigned bit = 0; bit < 16; bit++)
		if ((view->bits[at] >> bit & 1) &&
		    (little = builtin_name((uint16_t)(1u << bit))) != NULL) {
			buf_addf(b, "%slexicon %s", first ? "" : ", ", little);
			first = false;
		}
	for (; *mark < view->marks.n && view->marks.v[*mark].first == at;
	    ++*mark)
		put_mark(b, gl, &view->marks.v[*mark], &first);
	buf_addc(b, '\n');
}

int
glossary_add(struct glossary *gl, struct str text, struct buf *b,
    struct err *err)
{
	struct view *view = &gl->view;
	size_t mark = 0;

	if (utf8_check(text) < text.n)
		return err_set(err, "this is not UTF-8");
	arena_reset(&gl->arena);
	reader_make_room(gl->reader);
	view_read(view, text, &gl->arena);
	view_look(view, &gl->arena);
	for (size_t i = 0; i < view->outlook_count; i++)
		view_mark(view, &view->outlooks[i]);
	for (size_t s = 0; s < view->words.sentence_count; s++) {
		const struct sentence *sentence = &view->words.sentences[s];

		if (s > 0)
			buf_addc(b, '\n');
		for (uint32_t i = sentence->first; i < sentence->end; i++)
			put_word(b, gl, i, &mark);
	}
	return 0;
}
