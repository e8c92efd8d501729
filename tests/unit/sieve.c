/* Which words may have a stem: base/text/sieve.h. */
#include "tests/unit/test.h"

#include "base/buf.h"
#include "base/text/sieve.h"
#include "base/text/stem.h"

static const char *const endings[] = { "", "s", "es", "ed", "edly", "ing",
    "ingly", "eed", "eedly", "ied", "ies", "y", "tional", "enci", "ency", "anci",
    "ancy", "abli", "ably", "entli", "ently", "izer", "ization", "ational",
    "ation", "ator", "alism", "aliti", "ality", "alli", "ally", "fulness",
    "ousli", "ously", "ousness", "iveness", "iviti", "ivity", "biliti",
    "bility", "bli", "bly", "ogi", "ogy", "ogist", "fulli", "fully", "lessli",
    "lessly", "li", "ly", "alize", "icate", "iciti", "icity", "ical", "ful",
    "ness", "ative", "al", "ance", "ence", "er", "ic", "able", "ible", "ant",
    "ement", "ment", "ent", "ism", "ate", "iti", "ity", "ous", "ive", "ize",
    "ion", "e", "l", "ll", "ss", "sses", "ying", "'s", "s'", "'s'", "'" };
#define ENDINGS	(sizeof(endings) / sizeof(*endings))

/* Bytes of words whose heads are tried. */
#define HEADS_TRIED	7u

/* The word's head is set, if it is one of letters. */
static void
has_head(const struct heads *h, struct str word)
{
	char head[2 * HEAD];
	uint64_t eight;
	uint32_t four;
	size_t n = 0;

	while (n < word.n && is_alpha(word.p[n]))
		n++;
	if (n == 0 || (h->odd && n < HEAD))
		return;
	if (n < word.n && (unsigned char)word.p[n] >= 0x80)
		return;			/* an accent is always looked at */
	memset(head, ' ', sizeof(head));	/* what stands behind it */
	memcpy(head, word.p, n < sizeof(head) ? n : sizeof(head));
	memcpy(&eight, head, sizeof(eight));
	if (n < HEAD && !(h->least == HEAD - 1 && n == h->least))
		memset(head + n, 0, HEAD);
	memcpy(&four, head, HEAD);
	if (n < h->least || (head[n] != '\0' &&
	    !has_bit(h->first, first_head_bit(four))) ||
	    !(has_bit(h->shorts, head_bit(four)) ||
	    has_bit(h->longs, long_head_bit(eight, LONG_HEAD)) ||
	    has_bit(h->longs, long_head_bit(eight, LONGEST_HEAD))))
		fail_msg("'%.*s' has no head", STR_FMT(word));
}

static void
passes(struct sb_stemmer *sb, struct str word)
{
	static struct heads heads;
	static char latest[HEADS_TRIED + 2]; /* the stem whose head that is */
	struct str its = stem(sb, word);
	struct sieve s;

	/* of longer words the first letters are the stem's, and each takes long */
	if (word.n <= HEADS_TRIED && !str_eq(its, str_of(latest))) {
		heads_init(&heads);
		memcpy(latest, its.p, its.n);
		latest[heads_name(&heads, its, NAMED_STEM) ? its.n : 0] = '\0';
		heads_close(&heads);
	}
	if (word.n <= HEADS_TRIED && str_eq(its, str_of(latest)))
		has_head(&heads, word);
	sieve_init(&s, "english", 1);
	sieve_add(&s, its);
	if (!sieve_passes(&s, word))
		fail_msg("'%.*s' does not pass, and its stem is '%.*s'",
		    STR_FMT(word), STR_FMT(its));
	sieve_release(&s);
}

/* All beginnings of up to `left` letters more, with every pair of endings. */
static void
try_beginnings(struct sb_stemmer *sb, struct buf *word, size_t left)
{
	static const char letters[] = "aeiybltzsdgn\xc3";
	size_t n = word->n;

	for (size_t i = 0; i < ENDINGS; i++)
		for (size_t k = 0; k < (n < 3 ? ENDINGS : 1); k++) {
			buf_addz(word, endings[i]);
			buf_addz(word, endings[k]);
			if (word->n > 0)
				passes(sb, buf_str(word));
			word->n = n;
		}
	for (const char *c = letters; *c != '\0' && left > 0; c++) {
		buf_addc(word, *c);
		if ((unsigned char)*c >= 0x80)
			buf_addc(word, '\xa9');
		try_beginnings(sb, word, left - 1);
		word->n = n;
	}
}

static void
every_word_passes_its_stem(void **state)
{
	static const char *const odd[] = { "skis", "skies", "sky", "dying",
	    "lying", "tying", "vying", "idly", "gently", "ugly", "early", "only",
	    "singly", "news", "atlas", "bias", "inning", "herring", "proceed",
	    "generally", "communism", "arsenic", "using", "by", "say", "cried",
	    "ties", "hoping", "hopping", "possibility", "visibly" };
	struct sb_stemmer *sb = sb_stemmer_new("english", "UTF_8");
	struct buf word = buf_init(0);

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++)
		passes(sb, str_of(odd[i]));
	try_beginnings(sb, &word, 3);
	buf_release(&word);
	sb_stemmer_delete(sb);
}

static void
others_are_held(void **state)
{
	struct sieve s;

	(void)state;
	sieve_init(&s, "english", 3);
	sieve_add(&s, STR("tariff"));
	sieve_add(&s, STR("possibl"));
	sieve_add(&s, STR("a"));
	assert_true(sieve_passes(&s, STR("tariffs")));
	assert_true(sieve_passes(&s, STR("possibly")));
	assert_true(sieve_passes(&s, STR("a")));
	assert_false(sieve_passes(&s, STR("tarif")));
	assert_false(sieve_passes(&s, STR("possessed")));
	assert_false(sieve_passes(&s, STR("apple")));
	assert_false(sieve_passes(&s, STR("minister")));
	sieve_release(&s);
}

static void
of_other_languages_nothing_is_known(void **state)
{
	struct sieve s;

	(void)state;
	sieve_init(&s, "german", 1);
	sieve_add(&s, STR("haus"));
	assert_true(sieve_passes(&s, STR("h\xc3\xa4user")));
	sieve_release(&s);
	sieve_init(&s, NULL, 1);
	assert_true(sieve_passes(&s, STR("word")));
	sieve_release(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_word_passes_its_stem),
		cmocka_unit_test(others_are_held),
		cmocka_unit_test(of_other_languages_nothing_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
