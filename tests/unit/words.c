/* Words and sentences: base/text/words.h.  The labelled texts are in
 * tests/text/sentences.txt. */
#include "tests/unit/test.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/io.h"
#include "base/text/sentence.h"
#include "base/text/sieve.h"

/* The same module as it is where there is no SSE2. */
void portable_start(struct splitter *sp, struct words *w, struct str text);
bool portable_round(struct splitter *sp);
bool portable_skim(struct splitter *sp, const struct heads *heads);
void portable_split(struct words *w, struct str text);
void portable_release(struct words *w);
#define STANCE_PORTABLE
#define splitter_start	portable_start
#define splitter_round	portable_round
#define splitter_skim	portable_skim
#define words_split	portable_split
#define words_release	portable_release
#include "base/text/words.c"
#undef splitter_start
#undef splitter_round
#undef splitter_skim
#undef words_split
#undef words_release

/* The words of `text`, joined by spaces. */
static void
words_of(const char *text, struct buf *b)
{
	struct words w = WORDS_INIT;

	buf_reset(b);
	words_split(&w, str_of(text));
	for (size_t i = 0; i < w.count; i++) {
		if (i > 0)
			buf_addc(b, ' ');
		buf_adds(b, token_str(&w, i));
	}
	words_release(&w);
}

static void
cuts_words(void **state)
{
	static const char *const cases[][2] = {
		{ "rare-earth exports", "rare earth exports" },
		{ "China's ban", "China's ban" },
		{ "the states' quota", "the states quota" },
		{ "l'embargo dell\u2019export", "l' embargo dell\u2019 export" },
		{ "they didn't", "they didn't" },
		{ "the U.S. and R&D", "the U.S. and R&D" },
		{ "3.5% of $1,250.50", "3.5% of 1,250.50" },
		{ "a 25bp cut", "a 25 bp cut" },
		{ "tin rose - a bit", "tin rose - a bit" },
		{ "- tin -rose", "tin rose" },
		{ "出口管制", "出 口 管 制" },
		{ "ガ\u30ab\u3099", "ガ カ\u3099" },
		{ "d\u2019ou\u0300 l\u2019e\u0301te\u0301", "d\u2019ou\u0300 l\u2019 e\u0301te\u0301" },
		{ "=\u0338 a", "a" },
		{ "т.е. и т.д.", "т.е. и т.д." },
		{ "so-called \"waiver\";", "so called \" waiver \" ;" },
		{ "", "" },
		{ " \n \t ", "" },
	};
	struct buf b = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		words_of(cases[i][0], &b);
		assert_string_equal(buf_z(&b), cases[i][1]);
	}
	buf_release(&b);
}

static void
folds(void **state)
{
	static const char *const cases[][2] = {
		{ "Exports", "exports" }, { "ÉLAN", "élan" },
		{ "e\u0301lan", "élan" }, { "China\u2019s", "china's" },
		{ "ЗАПРЕТ", "запрет" }, { "soft\u00adly", "softly" },
		{ "\u0130hracat", "ihracat" }, { "I\u0307hracat", "ihracat" },
		{ "ΝΌΜΟΣ", "νόμοσ" }, { "νόμος", "νόμοσ" },
	};
	char to[WORD_MAX], long_word[WORD_MAX + 2];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct str got = { to, word_fold(str_of(cases[i][0]), to) };

		assert_true(str_eq(got, str_of(cases[i][1])));
	}
	assert_true(str_eq((struct str){ to, word_compose(STR("E\u0301lan"), to) },
	    STR("Élan")));
	memset(long_word, 'x', sizeof(long_word));
	assert_int_equal(word_fold((struct str){ long_word,
	    sizeof(long_word) }, to), 0);
}

static void
reads_numbers(void **state)
{
	static const struct {
		const char	*text;
		double		 value;
	} cases[] = { { "25", 25 }, { "3.5%", 3.5 }, { "1,250.5", 1250.5 },
	    { "1.250,5", 1250.5 }, { "1,250", 1250 }, { "0,5", 0.5 } };
	double value;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_true(word_number(str_of(cases[i].text), &value));
		assert_true(value == cases[i].value);
	}
	assert_false(word_number(STR("five"), &value));
}

/* Undo the file's marks: the text, and the offsets where sentences begin. */
static size_t
read_case(struct str line, struct buf *text, size_t *starts, size_t most)
{
	size_t count = 0;

	buf_reset(text);
	for (size_t i = 0; i < line.n; i++) {
		if (line.p[i] == '|') {
			assert_true(count < most);
			starts[count++] = text->n;
		} else if (line.p[i] == '\\' && i + 1 < line.n &&
		    line.p[i + 1] == 'n') {
			buf_addc(text, '\n');
			i++;
		} else {
			buf_addc(text, line.p[i]);
		}
	}
	return count;
}

/* Sentence n+1 begins in what stands behind mark n and before mark n+1. */
static bool
is_cut_right(struct str line, struct words *w, struct buf *text)
{
	size_t starts[16], count = read_case(line, text, starts, 16);

	words_split(w, buf_str(text));
	if (w->sentence_count != count + 1)
		return false;
	for (size_t i = 0; i < count; i++) {
		uint32_t last = w->sentences[i].end - 1,
		    first = w->sentences[i + 1].first;

		if (w->tokens[last].end > starts[i] ||
		    w->tokens[first].start < starts[i])
			return false;
	}
	return true;
}

/* Print the sentences as they were cut. */
static void
show_cut(const struct words *w)
{
	for (size_t i = 0; i < w->sentence_count; i++) {
		uint32_t start = w->tokens[w->sentences[i].first].start,
		    end = w->tokens[w->sentences[i].end - 1].end;

		print_message("#	%.*s\n", STR_FMT(str_slice(w->text,
		    start, end)));
	}
}

static void
ends_sentences(void **state)
{
	struct buf file = BUF_INIT, text = BUF_INIT;
	struct words w = WORDS_INIT;
	struct str rest, line, group = STR_NONE;
	struct err err;
	size_t right = 0, count = 0, wrong = 0;

	(void)state;
	assert_int_equal(file_slurp("tests/text/sentences.txt", &file, 1 << 20,
	    &err), 0);
	buf_addz(&file, "#@ end\n");
	rest = buf_str(&file);
	while (str_split(&rest, '\n', &line)) {
		if (str_starts(line, STR("#@ "))) {
			if (count > 0)
				print_message("# %.*s: %zu of %zu right\n",
				    STR_FMT(group), right, count);
			group = str_from(line, 3);
			right = count = 0;
		} else if (line.n > 0 && line.p[0] != '#') {
			count++;
			if (is_cut_right(line, &w, &text)) {
				right++;
				continue;
			}
			wrong++;
			print_message("# wrong: %.*s\n", STR_FMT(line));
			show_cut(&w);
		}
	}
	words_release(&w);
	buf_release(&file);
	buf_release(&text);
	assert_int_equal(wrong, 0);
}

static void
assert_same(const struct words *a, const struct words *b)
{
	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++) {
		assert_int_equal(a->tokens[i].start, b->tokens[i].start);
		assert_int_equal(a->tokens[i].end, b->tokens[i].end);
		assert_int_equal(a->tokens[i].kind, b->tokens[i].kind);
	}
	assert_int_equal(a->sentence_count, b->sentence_count);
	for (size_t i = 0; i < a->sentence_count; i++)
		assert_int_equal(a->sentences[i].end, b->sentences[i].end);
}

/* The keys of a round are the tokens' bytes, and alike in both. */
static void
assert_keys(const struct splitter *a, const struct splitter *b)
{
	const struct words *w = a->words;

	assert_int_equal(a->fresh, b->fresh);
	assert_int_equal(w->count, b->words->count);
	for (size_t i = a->fresh; i < w->count; i++) {
		struct str s = token_str(w, i);
		unsigned char key[KEY_SIZE] = { 0 };

		if (s.n < KEY_SIZE)
			memcpy(key, s.p, s.n);
		key[KEY_SIZE - 1] = 7;
		assert_memory_equal(&a->lookups[i - a->fresh].key, key,
		    KEY_SIZE);
		assert_memory_equal(&b->lookups[i - a->fresh].key, key,
		    KEY_SIZE);
		assert_int_equal(a->lookups[i - a->fresh].line,
		    b->lookups[i - a->fresh].line);
		assert_true(a->lookups[i - a->fresh].line < LINE << LINES_BITS);
		assert_int_equal(a->lookups[i - a->fresh].line % LINE, 0);
	}
}

/* Cut `text` in both ways, or skim it where heads are given, and compare all that
 * comes of it. */
static void
cut_both(struct words *a, struct words *b, const struct heads *heads,
    struct str text)
{
	struct splitter one = { .fresh = 0 }, other = { .fresh = 0 };
	bool more;

	((unsigned char *)&one.tag)[KEY_SIZE - 1] = 7;
	other.tag = one.tag;
	splitter_start(&one, a, text);
	portable_start(&other, b, text);
	do {
		more = heads ? splitter_skim(&one, heads) :
		    splitter_round(&one);
		assert_int_equal(heads ? portable_skim(&other, heads) :
		    portable_round(&other), more);
		assert_keys(&one, &other);
	} while (more);
	assert_same(a, b);
}

/* A text out of what words are parted by, at `exact`, with no byte to spare: the
 * sanitizer sees what is beyond. */
static struct str
made_text(uint32_t *random, int pieces, char **exact)
{
	static const char *const all[] = { "a", "Z", "word", " ", " ", " ",
	    "\n", "\n\n", ".", ". ", "'", "\u2019s", "&", "-", ",", "25", "U.S.",
	    "%", "\u00e9", "\u201c", "@", "`", "[", "{", "/", "0", "9", ":",
	    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklm" };
	struct buf text = BUF_INIT;
	size_t n;

	for (int i = 0; i < pieces; i++) {
		*random = *random * 1664525 + 1013904223;
		buf_addz(&text, all[(*random >> 16) %
		    (sizeof(all) / sizeof(*all))]);
	}
	n = text.n;
	*exact = malloc(n + 1);
	assert_non_null(*exact);
	if (n > 0)
		memcpy(*exact + 1, text.p, n);
	buf_release(&text);
	return (struct str){ *exact + 1, n };
}

/* Texts of all lengths around a block. */
static void
is_the_same_without_sse2(void **state)
{
	struct words a = WORDS_INIT, b = WORDS_INIT;
	uint32_t random = 1;
	char *exact;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		struct str text = made_text(&random, round % 70 +
		    (round % 100 == 0) * 500, &exact);

		cut_both(&a, &b, NULL, text);
		free(exact);
	}
	words_release(&a);
	portable_release(&b);
}

/* Is the token, folded, one of the NULL-ended names, but for a genitive? */
static bool
is_named(struct str token, const char *const *names)
{
	char folded[WORD_MAX];
	struct str s = { folded, word_fold(token, folded) };

	for (; *names != NULL; names++)
		if (str_eq(s, str_of(*names)) || (str_ends(s, STR("'s")) &&
		    str_eq(str_slice(s, 0, s.n - 2), str_of(*names))))
			return true;
	return false;
}

/* Whatever is named is found, and each as it is when all is cut. */
static void
skims_what_is_named(void **state)
{
	static const char *const named[][4] = { { "word" }, { "zzz", "word" }, { "wordword" },
	    { "a" }, { "word", "az" }, { "25" }, { "u.s." }, { "a&z" },
	    { "word's", "za" }, { "\u00e9a" }, { "a25", "zza" },
	    { "aword\u00e9" }, { "word25" } };
	struct words a = WORDS_INIT, b = WORDS_INIT, whole = WORDS_INIT;
	uint32_t random = 1;
	size_t found = 0;

	(void)state;
	for (int round = 0; round < 6000; round++) {
		const char *const *names = named[(size_t)round %
		    (sizeof(named) / sizeof(*named))];
		char *exact;
		struct str text = made_text(&random, round % 70 +
		    (round % 100 == 0) * 900, &exact);
		struct heads *heads = malloc(sizeof(*heads));
		size_t k = 0;

		assert_non_null(heads);
		heads_init(heads);
		for (size_t i = 0; names[i] != NULL; i++)
			assert_true(heads_name(heads, str_of(names[i]),
			    NAMED_WHOLE));
		heads_close(heads);
		cut_both(&a, &b, heads, text);
		for (size_t i = 0; i < a.count; i++)
			assert_true(a.tokens[i].start < a.tokens[i].end &&
			    a.tokens[i].end <= text.n && (i == 0 ||
			    a.tokens[i - 1].start < a.tokens[i].start));
		words_split(&whole, text);
		for (size_t i = 0; i < whole.count; i++) {
			if (!is_named(token_str(&whole, i), names))
				continue;
			while (k < a.count && a.tokens[k].start <
			    whole.tokens[i].start)
				k++;
			assert_true(k < a.count);
			assert_int_equal(a.tokens[k].start,
			    whole.tokens[i].start);
			assert_int_equal(a.tokens[k].end, whole.tokens[i].end);
			assert_int_equal(a.tokens[k].kind,
			    whole.tokens[i].kind);
			found++;
		}
		free(heads);
		free(exact);
	}
	assert_true(found > 1000);
	words_release(&a);
	portable_release(&b);
	words_release(&whole);
}

/* Skim for words that ask for a closer look everywhere. */
static void
skim(struct words *w, struct str text)
{
	static struct heads heads;
	struct splitter sp = { .fresh = 0 };

	heads_init(&heads);
	assert_true(heads_name(&heads, STR("a'a"), NAMED_WHOLE));
	assert_true(heads_name(&heads, STR("5"), NAMED_WHOLE));
	heads_close(&heads);
	splitter_start(&sp, w, text);
	while (splitter_skim(&sp, &heads))
		;
}

/* Texts that ask the same at each place: looking to their end from every one of
 * them would take hours. */
static void
reads_long_texts(void **state)
{
	static const char *const pieces[] = { ".\"\"", ". ", ".\n-", "\n.", "('",
	    "'a", "x. ", "U.", "1.", "\u00bb ", ".\u00bb ", "\u2026", "a\u0301",
	    ".\u0301", "\r.", "\r\n", "a-", "a&", "e.g. ", "5,", "(a", "]." };
	struct buf text = BUF_INIT;
	struct words w = WORDS_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
		buf_reset(&text);
		while (text.n < 1 << 20)
			buf_addz(&text, pieces[i]);
		words_split(&w, buf_str(&text));
		if (w.count > 0)
			assert_int_equal(w.sentences[w.sentence_count - 1].end,
			    w.count);
		buf_addz(&text, "z");
		words_split(&w, buf_str(&text));
		assert_int_equal(w.tokens[w.count - 1].end, text.n);
		skim(&w, buf_str(&text));
	}
	words_release(&w);
	buf_release(&text);
}

/* A sign and its stroke, in one code point and in two, part sentences alike. */
static void
is_the_same_decomposed(void **state)
{
	static const char *const pairs[][2] = {
		{ "A ban! \u2249\u00bb\nK ban", "A ban! \u2248\u0338\u00bb\nK ban" },
		{ "A ban. \u2260\u00bb K ban", "A ban. =\u0338\u00bb K ban" },
		{ "Caf\u00e9. \u00c9t\u00e9", "Cafe\u0301. E\u0301te\u0301" } };
	struct words a = WORDS_INIT, b = WORDS_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		words_split(&a, str_of(pairs[i][0]));
		words_split(&b, str_of(pairs[i][1]));
		assert_int_equal(a.count, b.count);
		assert_int_equal(a.sentence_count, b.sentence_count);
		for (size_t k = 0; k < a.sentence_count; k++)
			assert_int_equal(a.sentences[k].end,
			    b.sentences[k].end);
	}
	words_release(&a);
	words_release(&b);
}

/* Words and texts in capitals, composed or not. */
static void
hears_shouts(void **state)
{
	static const struct {
		const char	*s;
		bool		 word, text;
	} cases[] = {
		{ "CHINA", true, true }, { "China", false, false },
		{ "US", true, true }, { "us", false, false },
		{ "A", false, false }, { "", false, false },
		{ "\u00c9T\u00c9", true, true },
		{ "E\u0301TE\u0301", true, true },
		{ "\u00c9t\u00e9", false, false },
		{ "\u0413\u0420\u0423\u0417\u0418\u042f", true, true },
		{ "\u4e2d\u56fd", false, false }, { "2026", false, false },
		{ "McBAIN LIFTS THE BAN", false, true },
		{ "HANOI (Agency) - The ban is lifted", false, false },
		{ "BAN ON RICE, says ministry", false, false } };
	struct buf b = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(word_shouts(str_of(cases[i].s)),
		    cases[i].word);
		assert_int_equal(text_shouts(str_of(cases[i].s)),
		    cases[i].text);
	}
	/* what stands far down does not count */
	for (size_t i = 0; i < 100; i++)
		buf_addz(&b, "BAN! ");
	for (size_t i = 0; i < 1000; i++)
		buf_addz(&b, "ban. ");
	assert_true(text_shouts(buf_str(&b)));
	buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts_words),
		cmocka_unit_test(folds),
		cmocka_unit_test(reads_numbers),
		cmocka_unit_test(ends_sentences),
		cmocka_unit_test(is_the_same_without_sse2),
		cmocka_unit_test(skims_what_is_named),
		cmocka_unit_test(reads_long_texts),
		cmocka_unit_test(is_the_same_decomposed),
		cmocka_unit_test(hears_shouts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
