/*
 * Words and sentences of any text.  Tokens lie in order on whole characters,
 * sentences part them, folding twice is folding once, and the same text is cut
 * alike however its letters are composed and its lines are ended.  Whoever skims it
 * for one of its words finds that wherever it stands.
 */
#include <stdlib.h>

#include "base/text/sieve.h"
#include "base/text/words.h"
#include "tests/fuzz/normal.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void
check_tokens(const struct words *w)
{
	uint32_t end = 0, first = 0;

	for (size_t i = 0; i < w->count; i++) {
		struct str s = token_str(w, i);
		char once[WORD_MAX], twice[WORD_MAX];
		size_t n = word_fold(s, once);
		double value;

		if (w->tokens[i].start < end || s.n == 0 ||
		    w->tokens[i].end > w->text.n || utf8_check(s) < s.n)
			abort();
		end = w->tokens[i].end;
		if (word_fold((struct str){ once, n }, twice) != n ||
		    memcmp(once, twice, n) != 0)
			abort();
		word_number(s, &value);
	}
	for (size_t i = 0; i < w->sentence_count; i++) {
		if (w->sentences[i].first != first ||
		    w->sentences[i].end <= first)
			abort();
		first = w->sentences[i].end;
	}
	if (first != w->count)
		abort();
}

static void
check_same(const struct words *a, const struct words *b)
{
	char x[WORD_MAX], y[WORD_MAX];

	if (a->count != b->count || a->sentence_count != b->sentence_count)
		abort();
	for (size_t i = 0; i < a->sentence_count; i++)
		if (a->sentences[i].end != b->sentences[i].end ||
		    a->sentences[i].paragraph != b->sentences[i].paragraph)
			abort();
	for (size_t i = 0; i < a->count; i++) {
		size_t n = word_fold(token_str(a, i), x);

		if (word_fold(token_str(b, i), y) != n ||
		    memcmp(x, y, n) != 0)
			abort();
	}
}

/* Skim for what is written as token number `which` is, in any case. */
static void
check_skimmed(const struct words *w, size_t which)
{
	static struct heads heads;
	struct splitter sp = { .fresh = 0 };
	struct words skimmed = WORDS_INIT;
	char name[WORD_MAX], folded[WORD_MAX];
	size_t n = word_fold(token_str(w, which), name), k = 0;

	heads_init(&heads);
	if (n == 0 || w->tokens[which].kind > TOKEN_NUMBER ||
	    !heads_name(&heads, (struct str){ name, n }, NAMED_WHOLE))
		return;
	heads_close(&heads);
	splitter_start(&sp, &skimmed, w->text);
	while (splitter_skim(&sp, &heads))
		;
	for (size_t i = 0; i < w->count; i++) {
		const struct token *t = &w->tokens[i];

		if (t->kind != w->tokens[which].kind ||
		    word_fold(token_str(w, i), folded) != n ||
		    memcmp(folded, name, n) != 0)
			continue;
		while (k < skimmed.count && skimmed.tokens[k].start < t->start)
			k++;
		if (k == skimmed.count || skimmed.tokens[k].end != t->end ||
		    skimmed.tokens[k].start != t->start)
			abort();
	}
	words_release(&skimmed);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static struct arena a;
	struct str s = made_sound((struct str){ (const char *)bytes, n }, &a);
	struct words w = WORDS_INIT, other = WORDS_INIT;

	words_split(&w, s);
	check_tokens(&w);
	if (w.count > 0)
		check_skimmed(&w, bytes[0] % w.count);
	words_split(&w, rewritten(s, true, "\n", &a));
	words_split(&other, rewritten(s, false, "\r\n", &a));
	check_same(&w, &other);
	words_release(&w);
	words_release(&other);
	arena_reset(&a);
	return 0;
}
