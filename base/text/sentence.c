#include <stdlib.h>
#include <utf8proc.h>

#include "base/text/letter.h"
#include "base/text/sentence.h"
#include "base/utf8.h"

/* A line of fewer characters that the next one does not go on with is a
 * heading; longer ones are wrapped text. */
#define HEADING_LENGTH	50

enum point {
	POINT_NONE,
	POINT_TITLE,		/* a name follows: never ends a sentence */
	POINT_NUMBER,		/* only before a number: No. 5 */
	POINT_MIDDLE,		/* ends one before a word that begins one */
	POINT_NAME,		/* as TITLE, with a capital: "Gen." */
	POINT_DATE,		/* as MIDDLE, with a capital: "Mar." */
	POINT_LAST		/* of dotted ones: ends one before any capital */
};

/* The longest listed word, and the NUL behind it. */
#define LISTED_SIZE	16

struct listed {
	char	word[LISTED_SIZE];
	int	what;
};

/* Words that end in a point, folded, in order of their bytes. */
static const struct listed abbreviations[] = {
	{ "abs", POINT_NUMBER }, { "adm", POINT_NAME },
	{ "approx", POINT_MIDDLE }, { "apr", POINT_DATE },
	{ "art", POINT_NUMBER }, { "artt", POINT_NUMBER },
	{ "aug", POINT_DATE }, { "av", POINT_MIDDLE }, { "avv", POINT_TITLE },
	{ "bd", POINT_NUMBER }, { "bijv", POINT_TITLE },
	{ "blz", POINT_NUMBER }, { "brig", POINT_NAME }, { "bros", POINT_DATE },
	{ "bzw", POINT_TITLE }, { "ca", POINT_TITLE }, { "capt", POINT_NAME },
	{ "cf", POINT_TITLE }, { "ch", POINT_NUMBER }, { "cmdr", POINT_NAME },
	{ "co", POINT_DATE }, { "col", POINT_NAME }, { "corp", POINT_DATE },
	{ "dec", POINT_DATE }, { "dhr", POINT_TITLE }, { "dic", POINT_MIDDLE },
	{ "dott", POINT_TITLE }, { "dr", POINT_TITLE }, { "dra", POINT_TITLE },
	{ "drs", POINT_TITLE }, { "dvs", POINT_TITLE }, { "ed", POINT_DATE },
	{ "ee", POINT_MIDDLE }, { "env", POINT_TITLE }, { "evtl", POINT_TITLE },
	{ "exmo", POINT_TITLE }, { "feb", POINT_DATE }, { "fig", POINT_NUMBER },
	{ "fr", POINT_NAME }, { "fri", POINT_DATE }, { "gen", POINT_NAME },
	{ "ggf", POINT_TITLE }, { "gov", POINT_NAME }, { "gral", POINT_TITLE },
	{ "hon", POINT_NAME }, { "hr", POINT_NAME }, { "inc", POINT_DATE },
	{ "incl", POINT_TITLE }, { "ing", POINT_NAME }, { "inkl", POINT_TITLE },
	{ "jan", POINT_DATE }, { "janv", POINT_MIDDLE }, { "jl", POINT_MIDDLE },
	{ "jr", POINT_DATE }, { "jul", POINT_DATE }, { "jun", POINT_DATE },
	{ "kap", POINT_NUMBER }, { "kl", POINT_NUMBER }, { "lic", POINT_NAME },
	{ "lt", POINT_NAME }, { "ltd", POINT_DATE }, { "ltda", POINT_DATE },
	{ "m.m.", POINT_LAST }, { "maj", POINT_NAME }, { "mar", POINT_DATE },
	{ "messrs", POINT_TITLE }, { "mevr", POINT_TITLE },
	{ "mgr", POINT_NAME }, { "milj", POINT_MIDDLE },
	{ "mio", POINT_MIDDLE }, { "mlle", POINT_TITLE }, { "mm", POINT_NAME },
	{ "mme", POINT_TITLE }, { "mon", POINT_DATE }, { "mr", POINT_TITLE },
	{ "mrd", POINT_MIDDLE }, { "mrs", POINT_TITLE }, { "ms", POINT_NAME },
	{ "mt", POINT_NAME }, { "no", POINT_NUMBER }, { "nos", POINT_NUMBER },
	{ "nov", POINT_DATE }, { "nr", POINT_NUMBER }, { "nº", POINT_NUMBER },
	{ "núm", POINT_NUMBER }, { "oct", POINT_DATE }, { "on", POINT_NAME },
	{ "op", POINT_NUMBER }, { "ott", POINT_MIDDLE },
	{ "pag", POINT_NUMBER }, { "par", POINT_NUMBER },
	{ "pp", POINT_NUMBER }, { "pres", POINT_NAME }, { "prof", POINT_TITLE },
	{ "pág", POINT_NUMBER }, { "rep", POINT_NAME }, { "resp", POINT_TITLE },
	{ "rev", POINT_NAME }, { "sat", POINT_DATE }, { "sec", POINT_NUMBER },
	{ "sen", POINT_NAME }, { "sep", POINT_DATE }, { "sept", POINT_MIDDLE },
	{ "sgt", POINT_TITLE }, { "sig", POINT_TITLE }, { "sr", POINT_TITLE },
	{ "sra", POINT_TITLE }, { "srta", POINT_TITLE }, { "st", POINT_NAME },
	{ "str", POINT_NAME }, { "sun", POINT_DATE }, { "thu", POINT_DATE },
	{ "tsd", POINT_MIDDLE }, { "tue", POINT_DATE }, { "ud", POINT_NAME },
	{ "uds", POINT_NAME }, { "usw", POINT_MIDDLE }, { "uu", POINT_MIDDLE },
	{ "vgl", POINT_TITLE }, { "vol", POINT_NUMBER }, { "vs", POINT_TITLE },
	{ "wed", POINT_DATE }, { "zzgl", POINT_TITLE },
	{ "долл", POINT_MIDDLE }, { "им", POINT_TITLE },
	{ "коп", POINT_MIDDLE }, { "млн", POINT_MIDDLE },
	{ "млрд", POINT_MIDDLE }, { "руб", POINT_MIDDLE },
	{ "см", POINT_TITLE }, { "ст", POINT_NUMBER }, { "стр", POINT_NUMBER },
	{ "т.д.", POINT_LAST }, { "т.п.", POINT_LAST }, { "тыс", POINT_MIDDLE },
	{ "ул", POINT_TITLE },
};

enum starter {
	STARTER_NONE,
	STARTER_ANY,
	STARTER_PARTICLE	/* not behind an initial: "M. Le Goff" */
};

/* Words with which sentences begin, folded, in order of their bytes. */
static const struct listed starters[] = {
	{ "aber", STARTER_ANY }, { "after", STARTER_ANY },
	{ "all", STARTER_ANY }, { "although", STARTER_ANY },
	{ "an", STARTER_ANY }, { "and", STARTER_ANY },
	{ "another", STARTER_ANY }, { "as", STARTER_ANY },
	{ "at", STARTER_ANY }, { "auch", STARTER_ANY }, { "auf", STARTER_ANY },
	{ "bei", STARTER_ANY }, { "both", STARTER_ANY }, { "but", STARTER_ANY },
	{ "by", STARTER_ANY }, { "con", STARTER_ANY },
	{ "das", STARTER_PARTICLE }, { "de", STARTER_PARTICLE },
	{ "den", STARTER_PARTICLE }, { "der", STARTER_PARTICLE },
	{ "det", STARTER_ANY }, { "die", STARTER_ANY }, { "dies", STARTER_ANY },
	{ "diese", STARTER_ANY }, { "each", STARTER_ANY },
	{ "ein", STARTER_ANY }, { "eine", STARTER_ANY },
	{ "el", STARTER_PARTICLE }, { "elle", STARTER_ANY },
	{ "em", STARTER_ANY }, { "en", STARTER_ANY }, { "er", STARTER_ANY },
	{ "es", STARTER_ANY }, { "et", STARTER_ANY }, { "every", STARTER_ANY },
	{ "few", STARTER_ANY }, { "for", STARTER_ANY }, { "four", STARTER_ANY },
	{ "from", STARTER_ANY }, { "für", STARTER_ANY }, { "gli", STARTER_ANY },
	{ "he", STARTER_ANY }, { "her", STARTER_ANY }, { "here", STARTER_ANY },
	{ "het", STARTER_ANY }, { "his", STARTER_ANY }, { "hon", STARTER_ANY },
	{ "how", STARTER_ANY }, { "however", STARTER_ANY },
	{ "i", STARTER_ANY }, { "if", STARTER_ANY }, { "il", STARTER_ANY },
	{ "ils", STARTER_ANY }, { "im", STARTER_ANY }, { "in", STARTER_ANY },
	{ "it", STARTER_ANY }, { "its", STARTER_ANY },
	{ "la", STARTER_PARTICLE }, { "las", STARTER_PARTICLE },
	{ "last", STARTER_ANY }, { "le", STARTER_PARTICLE },
	{ "les", STARTER_PARTICLE }, { "lo", STARTER_PARTICLE },
	{ "los", STARTER_PARTICLE }, { "mais", STARTER_ANY },
	{ "many", STARTER_ANY }, { "meanwhile", STARTER_ANY },
	{ "men", STARTER_ANY }, { "mit", STARTER_ANY }, { "more", STARTER_ANY },
	{ "most", STARTER_ANY }, { "much", STARTER_ANY }, { "na", STARTER_ANY },
	{ "neither", STARTER_ANY }, { "no", STARTER_ANY },
	{ "nobody", STARTER_ANY }, { "now", STARTER_ANY },
	{ "och", STARTER_ANY }, { "of", STARTER_ANY },
	{ "officials", STARTER_ANY }, { "on", STARTER_ANY },
	{ "one", STARTER_ANY }, { "only", STARTER_ANY }, { "os", STARTER_ANY },
	{ "other", STARTER_ANY }, { "others", STARTER_ANY },
	{ "our", STARTER_ANY }, { "per", STARTER_ANY }, { "pero", STARTER_ANY },
	{ "police", STARTER_ANY }, { "på", STARTER_ANY },
	{ "resten", STARTER_ANY }, { "several", STARTER_ANY },
	{ "she", STARTER_ANY }, { "si", STARTER_ANY }, { "sie", STARTER_ANY },
	{ "since", STARTER_ANY }, { "so", STARTER_ANY },
	{ "some", STARTER_ANY }, { "such", STARTER_ANY },
	{ "sur", STARTER_ANY }, { "that", STARTER_ANY }, { "the", STARTER_ANY },
	{ "their", STARTER_ANY }, { "then", STARTER_ANY },
	{ "there", STARTER_ANY }, { "these", STARTER_ANY },
	{ "they", STARTER_ANY }, { "this", STARTER_ANY },
	{ "those", STARTER_ANY }, { "three", STARTER_ANY },
	{ "to", STARTER_ANY }, { "today", STARTER_ANY },
	{ "traders", STARTER_ANY }, { "two", STARTER_ANY },
	{ "um", STARTER_ANY }, { "un", STARTER_ANY }, { "una", STARTER_ANY },
	{ "und", STARTER_ANY }, { "under", STARTER_ANY },
	{ "une", STARTER_ANY }, { "until", STARTER_ANY },
	{ "vom", STARTER_ANY }, { "voor", STARTER_ANY }, { "we", STARTER_ANY },
	{ "what", STARTER_ANY }, { "when", STARTER_ANY },
	{ "where", STARTER_ANY }, { "while", STARTER_ANY },
	{ "why", STARTER_ANY }, { "with", STARTER_ANY },
	{ "yesterday", STARTER_ANY }, { "ze", STARTER_ANY },
	{ "zum", STARTER_ANY }, { "à", STARTER_ANY }, { "è", STARTER_ANY },
	{ "в", STARTER_ANY }, { "из", STARTER_ANY }, { "как", STARTER_ANY },
	{ "на", STARTER_ANY }, { "но", STARTER_ANY }, { "он", STARTER_ANY },
	{ "она", STARTER_ANY }, { "они", STARTER_ANY }, { "по", STARTER_ANY },
	{ "при", STARTER_ANY }, { "с", STARTER_ANY }, { "эти", STARTER_ANY },
	{ "это", STARTER_ANY },
};

/* Words before which a number with a point is an ordinal ("am 5. Mai"), and
 * the months that follow one, in order of their bytes. */
static const struct listed ordinal_words[] = {
	{ "ab", 1 }, { "am", 1 }, { "april", 1 }, { "august", 1 },
	{ "augusti", 1 }, { "beim", 1 }, { "bis", 1 }, { "das", 1 },
	{ "dem", 1 }, { "den", 1 }, { "der", 1 }, { "des", 1 },
	{ "dezember", 1 }, { "die", 1 }, { "februar", 1 }, { "februari", 1 },
	{ "im", 1 }, { "januar", 1 }, { "januari", 1 }, { "juli", 1 },
	{ "juni", 1 }, { "mai", 1 }, { "maj", 1 }, { "mars", 1 }, { "märz", 1 },
	{ "november", 1 }, { "oktober", 1 }, { "september", 1 }, { "und", 1 },
	{ "vom", 1 }, { "zum", 1 }, { "zur", 1 },
};

#define COUNT(list)	(sizeof(list) / sizeof(*(list)))

/* 8 bytes as a number that is in the order of bytes. */
static inline uint64_t
ordered(const char *p)
{
	uint64_t eight;

	memcpy(&eight, p, 8);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return __builtin_bswap64(eight);
#else
	return eight;
#endif
}

/* What the list says of the word whose bytes are `high` and `low`, or 0. */
static int
find_listed(uint64_t high, uint64_t low, const struct listed *list,
    size_t count)
{
	const struct listed *at = list;

	/* the last entry that is not behind `high`, without a guess on the way */
	while (count > 1) {
		size_t half = count / 2;

		at += ordered(at[half].word) <= high ? half : 0;
		count -= half;
	}
	for (; ordered(at->word) == high; at--) {
		if (ordered(at->word + 8) == low)
			return at->what;
		if (at == list)
			break;
	}
	return 0;
}

/* Most words are no abbreviation, and the bit of their hash tells it at once. */
static uint64_t abbreviated[16];

static inline unsigned
bit_of(uint64_t high)
{
	return (unsigned)(high * 0x9e3779b97f4a7c15u >> 54);
}

static __attribute__((constructor)) void
note_abbreviations(void)
{
	for (size_t i = 0; i < COUNT(abbreviations); i++) {
		unsigned bit = bit_of(ordered(abbreviations[i].word));

		abbreviated[bit / 64] |= 1ULL << bit % 64;
	}
}

/* Is the word of at most 8 bytes listed as an abbreviation? */
static inline bool
is_listed_short(uint64_t high)
{
	unsigned bit = bit_of(high);

	return (abbreviated[bit / 64] >> bit % 64 & 1) != 0 &&
	    find_listed(high, 0, abbreviations, COUNT(abbreviations)) !=
	    POINT_NONE;
}

/* What the list says of the word, or 0. */
static int
what_of(struct str word, const struct listed *list, size_t count)
{
	char folded[WORD_MAX];
	size_t n;

	if (word.n >= 2 * LISTED_SIZE)		/* folding may shorten it */
		return 0;
	n = word_fold(word, folded);
	if (n >= LISTED_SIZE)
		return 0;
	memset(folded + n, 0, LISTED_SIZE);
	return find_listed(ordered(folded), ordered(folded + 8), list, count);
}

static utf8proc_category_t
category_at(struct str s, size_t at)
{
	unsigned len;

	return utf8proc_category((utf8proc_int32_t)utf8_decode(s.p + at,
	    s.p + s.n, &len));
}

static bool
is_lower_at(struct str s, size_t at)
{
	return (unsigned char)s.p[at] < 0x80 ? s.p[at] >= 'a' && s.p[at] <= 'z' :
	    category_at(s, at) == UTF8PROC_CATEGORY_LL;
}

static bool
is_capital_at(struct str s, size_t at)
{
	return (unsigned char)s.p[at] < 0x80 ? s.p[at] >= 'A' && s.p[at] <= 'Z' :
	    category_at(s, at) == UTF8PROC_CATEGORY_LU;
}

/* The letters from `at` on. */
static struct str
word_at(struct str s, size_t at)
{
	size_t end = at;
	unsigned len;

	while (end < s.n && letter_of(s, end, &len) == LETTER_WORD)
		end += len;
	return str_slice(s, at, end);
}

static bool
is_single(struct str word)
{
	char folded[WORD_MAX];
	struct str s = { folded, word_fold(word, folded) };

	return s.n > 0 && utf8_count(s) == 1;
}

static bool
is_stop_at(struct str s, size_t at)
{
	return s.p[at] == '.' || s.p[at] == '!' || s.p[at] == '?' ||
	    (s.p[at] == '\xe2' && str_starts(str_from(s, at), STR("…")));
}

/* Full stops that end a sentence whatever follows. */
static bool
is_absolute(struct str mark)
{
	static const char *const marks[] = { "。", "！", "？", "．", "｡", "।",
	    "؟", "۔" };

	/* nor is any that begins as the dashes do */
	if ((unsigned char)mark.p[0] < 0x80 || mark.p[0] == '\xe2')
		return false;
	for (size_t i = 0; i < COUNT(marks); i++)
		if (str_eq(mark, str_of(marks[i])))
			return true;
	return false;
}

/* Does what stands at `at` close what stands before it?  When a space parts the
 * two, only a » does on whose right nothing leans: French has "fini. » Puis",
 * German "Ende. »Neu«". */
static bool
is_closer(struct str s, size_t at, bool parted)
{
	unsigned len;
	enum letter l = letter_of(s, at, &len);
	size_t end = at + len;

	if (parted)
		return str_starts(str_from(s, at), STR("»")) && (end >= s.n ||
		    letter_of(s, end, &len) == LETTER_SPACE);
	return l == LETTER_QUOTE || l == LETTER_APOSTROPHE ||
	    s.p[at] == ')' || s.p[at] == ']';
}

/* Behind the quotation marks and brackets that close what stands before `at`. */
static size_t
skip_closers(struct str s, size_t at)
{
	for (;;) {
		size_t next = at;
		unsigned len;

		/* nearly always: a space and a letter */
		if (at + 1 < s.n && s.p[at] == ' ' && is_alpha(s.p[at + 1]))
			return at;

		/* a sign with its accent, too, however it is written */
		while (next < s.n && s.p[next] != '\n' && s.p[next] != ']' &&
		    (letter_of(s, next, &len) == LETTER_SPACE ||
		    (next > at && letter_is_joined(s, next))))
			next += len;
		if (next >= s.n || !is_closer(s, next, next > at))
			return at;
		letter_of(s, next, &len);
		at = next + len;
	}
}

/* The first letter or digit after `at`; *parted: something stands between that
 * neither opens a sentence nor is white space, such as a comma or a dash.  What was
 * found is kept: in a text without letters each point would look to its end. */
static size_t
skip_openers(struct splitter *sp, size_t at, bool *parted)
{
	struct str s = sp->words->text;

	*parted = false;
	if (at + 1 < s.n && s.p[at] == ' ' && is_alpha(s.p[at + 1]))
		return at + 1;
	if (at < sp->opened || at >= sp->opening) {
		sp->opened = at;
		sp->parting = SIZE_MAX;
		while (at < s.n) {
			unsigned len;
			enum letter l = letter_of(s, at, &len);

			if ((l == LETTER_WORD || l == LETTER_DIGIT ||
			    l == LETTER_IDEOGRAPH) && !letter_is_joined(s, at))
				break;
			if ((l == LETTER_MARK && s.p[at] != '(') ||
			    s.p[at] == '-')
				sp->parting = at;
			at += len;
		}
		sp->opening = at;
		at = sp->opened;
	}
	*parted = sp->parting != SIZE_MAX && sp->parting >= at;
	return sp->opening;
}

/* Does the capitalised word at `next` begin a sentence behind an abbreviation,
 * or behind an initial? */
static bool
is_start(struct str s, size_t next, bool initial)
{
	struct str word = word_at(s, next);
	int what = is_capital_at(s, next) ?
	    what_of(word, starters, COUNT(starters)) : STARTER_NONE;
	size_t end = next + word.n;

	if (end < s.n && s.p[end] == '.')
		return false;
	return what == STARTER_ANY || (what == STARTER_PARTICLE && !initial);
}

/* "two reasons: 1. price, 2. weight": a number behind a comma or a colon. */
static bool
is_listed(const struct words *w, size_t number)
{
	struct str before = token_str(w, number - 1);

	return w->tokens[number - 1].kind == TOKEN_MARK &&
	    (before.p[0] == ',' || before.p[0] == ':' || before.p[0] == ';');
}

/* "am 5. Mai", and "1." where a sentence begins. */
static bool
is_ordinal(const struct words *w, uint32_t first, size_t number, size_t next)
{
	struct str digits = token_str(w, number);
	struct str behind = word_at(w->text, next);

	if (digits.n > 3)
		return false;
	if (number == first || is_listed(w, number))
		return true;
	if (digits.n > 2 || letter_of(w->text, next, &(unsigned){ 0 }) !=
	    LETTER_WORD)
		return false;
	if (what_of(behind, starters, COUNT(starters)) != 0)
		return false;
	return what_of(token_str(w, number - 1), ordinal_words,
	    COUNT(ordinal_words)) != 0 ||
	    what_of(behind, ordinal_words, COUNT(ordinal_words)) != 0;
}

/* The word without an article: L'on. */
static struct str
without_article(struct str word)
{
	for (size_t i = word.n; i > 0; i--)
		if (word.p[i - 1] == '\'' || (i > 2 &&
		    memcmp(word.p + i - 3, "\xe2\x80\x99", 3) == 0))
			return str_from(word, i);
	return word;
}

/* A place and perhaps a state before the name of a wire: "LAGOS, Nig. (". */
static bool
is_dateline(const struct words *w, uint32_t first, size_t i, size_t at)
{
	struct str s = w->text;
	char capitals[WORD_MAX];
	struct str place = { capitals, word_compose(token_str(w, first),
	    capitals) };

	while (at < s.n && is_space(s.p[at]))
		at++;
	if (at >= s.n || s.p[at] != '(' || i - first > 5)
		return false;
	for (size_t k = 0; k < place.n; k++)
		if (is_alpha(place.p[k]) && !is_capital_at(place, k))
			return false;
	return utf8_count(place) > 2;
}

/* Does the point behind `word` leave the sentence open? */
static bool
is_abbreviation(struct str word, struct str s, size_t next)
{
	struct str bare = without_article(word), behind = word_at(s, next);
	enum point point = (enum point)what_of(bare, abbreviations,
	    COUNT(abbreviations));

	if (is_single(word))
		return !is_start(s, next, true);
	switch (point) {
	case POINT_NONE:
	case POINT_LAST:
		return false;
	case POINT_TITLE:
		return true;
	case POINT_NUMBER:
		/* "art. 5", "art. L. 121" */
		return is_digit(s.p[next]) || (is_single(behind) &&
		    str_starts(str_from(s, next + behind.n), STR(".")));
	case POINT_MIDDLE:
		return !is_start(s, next, false);
	case POINT_NAME:
		return is_capital_at(word, 0) || bare.n < word.n;
	case POINT_DATE:
		return is_capital_at(word, 0) && !is_start(s, next, false);
	}
	return false;
}

/* A full stop with no space behind it: in an address or a number, or one that
 * lost its space, "ended.The". */
static bool
is_glued_end(const struct words *w, struct str before, size_t at)
{
	struct str s = w->text, word;
	size_t second;

	if (is_digit(s.p[at]))
		return false;
	word = word_at(s, at);
	second = visible_offset(word, 1);
	return visible_offset(before, 2) < before.n && is_lower_at(before, 0) &&
	    is_capital_at(s, at) && second < word.n &&
	    is_lower_at(word, second);
}

/* The token before number `i` when it touches it, or NULL. */
static const struct token *
touching(const struct words *w, size_t i)
{
	const struct token *t = i > 0 ? &w->tokens[i - 1] : NULL;

	return t && t->end == t[1].start ? t : NULL;
}

/* "7.5 t": a small letter behind a number. */
static bool
is_unit(const struct words *w, size_t i)
{
	return i > 0 && w->tokens[i - 1].kind == TOKEN_NUMBER &&
	    is_single(token_str(w, i)) && is_lower_at(token_str(w, i), 0);
}

/* Is a bracket open that began a few words before token number `i`: "(Rs.
 * C-12/26)"?  Not when it is closed between `at` and `behind`. */
static bool
is_in_brackets(const struct splitter *sp, size_t i, size_t at, size_t behind)
{
	for (; at < behind; at++)
		if (sp->words->text.p[at] == ')')
			return false;
	return sp->bracket > sp->first && sp->bracket + 11 > i;
}

static bool
point_ends(const struct splitter *sp, size_t i, size_t at, size_t next)
{
	const struct words *w = sp->words;
	const struct token *before = touching(w, i);
	struct str s = w->text, word = before ? token_str(w, i - 1) : STR_NONE;
	enum letter glued = at < s.n ? letter_of(s, at, &(unsigned){ 0 }) :
	    LETTER_SPACE;

	if (glued == LETTER_WORD || glued == LETTER_DIGIT)
		return is_glued_end(w, word, at);
	if (before == NULL)
		return true;
	if (before->kind == TOKEN_NUMBER)
		return !is_ordinal(w, sp->first, i - 1, next);
	if (is_in_brackets(sp, i, at, skip_closers(s, at)))
		return false;
	if (before->kind != TOKEN_WORD || skip_closers(s, at) > at)
		return true;
	if (is_unit(w, i - 1))
		return is_capital_at(s, next);
	return !is_abbreviation(word, s, next) &&
	    !is_dateline(w, sp->first, i, at);
}

/* What sentence_ends() is asked, where nothing is plain. */
static __attribute__((noinline)) bool
mark_ends(struct splitter *sp, size_t i, size_t *end)
{
	const struct words *w = sp->words;
	struct str mark = token_str(w, i), s = w->text;
	size_t at = w->tokens[i].end, behind, next;
	bool word = w->tokens[i].kind == TOKEN_WORD, parted, ends;
	unsigned len;

	if (!word && !is_stop_at(mark, 0) && !is_absolute(mark))
		return false;
	if (at < s.n && is_stop_at(s, at))
		return false;		/* of several marks the last decides */
	*end = behind = skip_closers(s, at);
	if (!word && is_absolute(mark))
		return true;
	next = skip_openers(sp, behind, &parted);
	if (next >= s.n)
		return true;
	if (is_lower_at(s, next) || (behind < s.n &&
	    (s.p[behind] == ',' || s.p[behind] == ';')))
		return false;
	if (word)
		return !parted && (is_start(s, next, false) ||
		    what_of(mark, abbreviations, COUNT(abbreviations)) ==
		    POINT_LAST);
	ends = mark.p[0] != '.' || point_ends(sp, i, at, next);
	if (letter_of(s, next, &len) == LETTER_IDEOGRAPH && mark.n > 1)
		return false;	/* an ellipsis within a Chinese sentence */
	return ends;
}

/* Each of the 8 bytes with its top bit, where it is an ASCII letter. */
static inline uint64_t
letters_among(uint64_t eight)
{
	uint64_t lower = (eight | 0x2020202020202020u) & 0x7f7f7f7f7f7f7f7fu;
	uint64_t from_a = lower + 0x1f1f1f1f1f1f1f1fu;	/* 0x80 - 'a' */
	uint64_t behind_z = lower + 0x0505050505050505u; /* 0x7f - 'z' */

	return from_a & ~behind_z & ~eight & 0x8080808080808080u;
}

/* Nearly always: a word of ASCII letters that abbreviates nothing, a point, a
 * space or a new paragraph, and a capital.  That ends a sentence. */
static inline bool
is_plain_end(const struct splitter *sp, size_t i, size_t point)
{
	const uint64_t tops = 0x8080808080808080u, small = 0x2020202020202020u;
	const struct words *w = sp->words;
	struct str s = w->text;
	const struct token *word;
	size_t next = point + 1;
	unsigned before;
	uint64_t last;

	while (next < s.n && (s.p[next] == ' ' || s.p[next] == '\n'))
		next++;
	if (i == 0 || point < 8 || s.p[point] != '.' ||
	    next == point + 1 || next == s.n || s.p[next] < 'A' ||
	    s.p[next] > 'Z' || is_in_brackets(sp, i, 0, 0))
		return false;
	word = &w->tokens[i - 1];
	if (word->end != point || word->kind != TOKEN_WORD)
		return false;
	last = ordered(s.p + point - 8);
	if (word->end - word->start >= 8)	/* as long as none is */
		return letters_among(last) == tops;
	/* what stands before the word makes room for zeros behind it */
	before = 64 - 8 * (word->end - word->start);
	last <<= before;
	return before < 56 && letters_among(last) == tops << before &&
	    !is_listed_short(last | small << before);
}

bool
sentence_ends(struct splitter *sp, size_t i, size_t *end)
{
	*end = sp->words->tokens[i].end;
	return is_plain_end(sp, i, *end - 1) || mark_ends(sp, i, end);
}

/* "- item", "• item", "1. item", "(a) item". */
static bool
is_item(struct str s, size_t at)
{
	static const char *const bullets[] = { "-", "*", "•", "·", "–", "—" };
	struct str rest = str_from(s, at);
	size_t n = 0;

	for (size_t i = 0; i < COUNT(bullets); i++)
		if (str_starts(rest, str_of(bullets[i])) &&
		    str_starts(str_from(rest, strlen(bullets[i])), STR(" ")))
			return true;
	if (n < rest.n && rest.p[n] == '(')
		n++;
	if (n < rest.n && is_alpha(rest.p[n]))
		n++;
	else
		while (n < 3 && n < rest.n && is_digit(rest.p[n]))
			n++;
	return n > 0 && n + 1 < rest.n && rest.p[n + 1] == ' ' &&
	    (rest.p[n] == ')' || (rest.p[n] == '.' && is_digit(rest.p[n - 1])));
}

/* Does the line go on: is its last token a comma, or a little word: "the"? */
static bool
is_open(const struct words *w)
{
	struct str last = w->count > 0 ? token_str(w, w->count - 1) : STR("");

	return str_eq(last, STR(",")) || (last.n > 0 &&
	    visible_offset(last, 3) == last.n && is_lower_at(last, 0) &&
	    what_of(last, starters, COUNT(starters)) != STARTER_NONE);
}

bool
line_ends_sentence(struct splitter *sp, size_t next)
{
	struct str s = sp->words->text;
	size_t line = sp->line, at = sp->at;
	bool parted;

	if (is_item(s, next))
		return true;
	next = skip_openers(sp, next, &parted);
	return next < s.n && !is_lower_at(s, next) && !is_open(sp->words) &&
	    visible_offset(str_slice(s, line, at), HEADING_LENGTH) ==
	    at - line;
}
