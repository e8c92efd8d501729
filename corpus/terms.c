#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/text/relevance.h"
#include "base/text/stem.h"
#include "corpus/score.h"
#include "corpus/terms.h"

#define STOP_MAX	(1UL << 20)

/* The number of a name, which is a view of passing storage. */
static size_t
number_of(struct terms *t, struct index *index, struct str name)
{
	size_t i = index_find(index, name);

	return i != INDEX_NONE ? i : index_add(index, arena_str(&t->a, name));
}

static size_t
stem_of(struct terms *t, struct str form)
{
	size_t before = t->stem_names.count;
	size_t i = number_of(t, &t->stem_names, stem(t->sb, form));

	if (t->stem_names.count > before) {
		GROW(t->stems, before, t->stem_cap);
		t->stems[i] = (struct stem){ .stopped = false };
	}
	/* one form to leave out is enough */
	t->stems[i].stopped |= index_find(&t->stop, form) != INDEX_NONE;
	return i;
}

/* The folded word is met once more: its stem. */
static size_t
meet(struct terms *t, struct str word)
{
	size_t before = t->form_names.count;
	size_t i = number_of(t, &t->form_names, word);
	struct stem *of;

	if (t->form_names.count > before) {
		GROW(t->forms, before, t->form_cap);
		t->forms[i] = (struct form){ stem_of(t, word), 0 };
	}
	t->forms[i].seen++;
	of = &t->stems[t->forms[i].stem];
	if (t->forms[i].seen > of->form_seen) {
		of->form = i;
		of->form_seen = t->forms[i].seen;
	}
	if (of->last != t->sample_count + 1) {
		of->last = t->sample_count + 1;
		of->articles++;
	}
	return t->forms[i].stem;
}

static bool
is_capital(struct str word)
{
	char folded[WORD_MAX], composed[WORD_MAX];
	size_t n = word_fold(word, folded);

	return word_compose(word, composed) != n ||
	    memcmp(folded, composed, n) != 0;
}

/* Capitals tell names from words, but not in titles, and not in a text that has
 * none. */
static void
count_capitals(struct terms *t, size_t first)
{
	const struct words *w = &t->words;
	bool any = false;
	size_t at = first;

	for (size_t i = 0; i < w->count && !any; i++)
		any = is_capital(token_str(w, i));
	for (size_t i = 0; i < w->count && any; i++) {
		char folded[WORD_MAX];

		if (w->tokens[i].kind != TOKEN_WORD ||
		    word_fold(token_str(w, i), folded) == 0)
			continue;
		if (is_capital(token_str(w, i)))
			t->stems[t->occurrences[at]].named++;
		else
			t->stems[t->occurrences[at]].plain++;
		at++;
	}
}

/* The words of one field; returns how many. */
static size_t
take_words(struct terms *t, struct str text)
{
	size_t n = 0;

	words_split(&t->words, text);
	for (size_t i = 0; i < t->words.count; i++) {
		char folded[WORD_MAX];
		struct str s = { folded, word_fold(token_str(&t->words, i),
		    folded) };

		if (t->words.tokens[i].kind != TOKEN_WORD || s.n == 0)
			continue;
		GROW(t->occurrences, t->count, t->cap);
		t->occurrences[t->count++] = meet(t, s);
		n++;
	}
	return n;
}

struct sample *
terms_take(struct terms *t, struct articles *all, const struct article *from)
{
	struct sample s = { .first = t->count, .times = 1 };
	struct str text = record_member(&from->rec, "content_text", &all->a);
	size_t n = take_words(t, record_member(&from->rec, "title", &all->a));

	s.text = t->count;
	n += take_words(t, str_slice(text, 0, visible_offset(text, t->head)));
	count_capitals(t, s.text);
	s.end = t->count;
	s.scale = 1 / relevance_spread(n);
	s.label = label_of(record_member(&from->rec, "label", &all->a));
	GROW(t->samples, t->sample_count, t->sample_cap);
	t->samples[t->sample_count] = s;
	return &t->samples[t->sample_count++];
}

bool
terms_is_word(const struct terms *t, size_t stem)
{
	const struct stem *s = &t->stems[stem];

	return !s->stopped && s->named <= s->plain &&
	    t->stem_names.names[stem].n > 1;
}

struct str
terms_form(const struct terms *t, size_t stem)
{
	return t->form_names.names[t->stems[stem].form];
}

bool
terms_is_any(struct articles *all, const struct article *article,
    const struct opt_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (record_is_where(&article->rec, list->v[i], &all->a))
			return true;
	return false;
}

int
terms_check(const struct record *rec, struct arena *a, struct err *err)
{
	if (label_of(record_member(rec, "label", a)) == LABEL_NONE)
		return err_set(err, "the article has no 'label' of the four");
	return 0;
}

/* Words that say nothing of what an article is about, one a line. */
static void
read_stop(struct terms *t, const char *path)
{
	struct buf b = BUF_INIT;
	struct err err;
	struct str rest, word;

	if (file_slurp(path, &b, STOP_MAX, &err) == -1)
		die("%s", err.msg);
	for (rest = buf_str(&b); str_split(&rest, '\n', &word); ) {
		word = str_trim(word);
		if (word.n > 0 && word.p[0] != '#')
			number_of(t, &t->stop, word);
	}
	buf_release(&b);
}

void
terms_open(struct terms *t, const struct terms_options *how)
{
	*t = (struct terms){ .head = (size_t)how->head.value };
	t->sb = sb_stemmer_new(how->stemmer, "UTF_8");
	if (t->sb == NULL)
		usage_error("libstemmer has no stemmer '%s'", how->stemmer);
	if (how->stop != NULL)
		read_stop(t, how->stop);
}

void
terms_release(struct terms *t)
{
	sb_stemmer_delete(t->sb);
	words_release(&t->words);
	index_release(&t->stop);
	index_release(&t->stem_names);
	index_release(&t->form_names);
	free(t->stems);
	free(t->forms);
	free(t->samples);
	free(t->occurrences);
	arena_release(&t->a);
}

void
terms_flush(void)
{
	if (fflush(stdout) != 0)
		die_errno("cannot write to standard output");
}
