#include <utf8proc.h>

#include "base/text/traits.h"
#include "base/text/words.h"
#include "base/utf8.h"

#define SHINGLE_WORDS 3
#define STEM_LETTERS  6
#define WORD_LETTERS  5 /* a shorter word says too little, unless a name */

enum letter { /* the last three can be in a word */
	LETTER_NONE,
	LETTER_STOP, /* a sentence starts behind it */
	LETTER_SMALL,
	LETTER_CAPITAL,
	LETTER_DIGIT
};

/* What each ASCII character is. */
static const uint8_t ascii[128] = {
	['0' ... '9'] = LETTER_DIGIT,
	['A' ... 'Z'] = LETTER_CAPITAL,
	['a' ... 'z'] = LETTER_SMALL,
	['.'] = LETTER_STOP,
	['!'] = LETTER_STOP,
	['?'] = LETTER_STOP,
	[':'] = LETTER_STOP,
	['\n'] = LETTER_STOP,
	['"'] = LETTER_STOP,
	['('] = LETTER_STOP,
};

/* Reading one text: the word in work and what came before it. */
struct scan {
	struct traits *t;
	const char *p, *end;
	uint64_t last[SHINGLE_WORDS]; /* hashes of the last words */
	uint64_t ideograph; /* the one before, or 0 */
	size_t words;
	bool in_title, in_lead;
	bool starts; /* a sentence, here */
};

static uint64_t
mix(uint64_t h)
{
	h ^= h >> 32;
	h *= 0xd6e8feb86659fd93u;
	h ^= h >> 32;
	h *= 0xd6e8feb86659fd93u;
	return h ^ h >> 32;
}

#define HASH_START 5381u
/* Odd, so that words in another order make another shingle. */
#define FIRST  0x9e3779b97f4a7c15u
#define SECOND 0xc2b2ae3d27d4eb4fu

/* No two words of up to twelve ASCII letters share a hash; mix() spreads it. */
static inline uint64_t
hash_add(uint64_t h, uint32_t c)
{
	return (h << 5) + h + c;
}

static void
add(struct hashes *h, uint64_t hash, size_t most)
{
	if (h->n < most)
		h->v[h->n++] = hash;
}

/* A word goes by with the hash of all its letters. */
static inline void
pass_word(struct scan *s, uint64_t hash)
{
	uint64_t *last = s->last;

	last[0] = last[1];
	last[1] = last[2];
	last[2] = hash;
	if (++s->words >= SHINGLE_WORDS)
		add(&s->t->shingles,
		    mix(last[0] * FIRST + last[1] * SECOND + last[2]),
		    TRAITS_SHINGLES);
	if (!s->in_title && s->words >= TRAITS_LEAD)
		s->in_lead = false;
}

static void
pass_number(struct scan *s)
{
	uint64_t hash = HASH_START;

	for (; s->p < s->end; s->p++) {
		unsigned char c = (unsigned char)*s->p;

		if (is_digit((char)c))
			hash = hash_add(hash, c);
		else if ((c != '.' && c != ',') || s->p + 1 == s->end ||
			 !is_digit(s->p[1]))
			break;
	}
	pass_word(s, hash);
	hash = mix(hash);
	if (s->in_lead)
		add(&s->t->words, hash, TRAITS_WORDS);
	if (s->in_title)
		return;
	add(&s->t->marks, hash, TRAITS_MARKS);
	add(&s->t->numbers, hash, TRAITS_MARKS);
}

/* The letter at p in small, and its length in bytes. */
static enum letter
wide_letter(const char *p, const char *end, uint32_t *small, unsigned *len)
{
	uint32_t cp = utf8_decode(p, end, len);
	int category = (int)utf8proc_category((utf8proc_int32_t)cp);

	*small = cp;
	if (cp == 0x201c || cp == 0x201e || cp == 0xab || cp == 0x3002)
		return LETTER_STOP;
	if (category < UTF8PROC_CATEGORY_LU ||
	    category > UTF8PROC_CATEGORY_ME || is_ideograph(cp))
		return LETTER_NONE;
	*small = (uint32_t)utf8proc_tolower((utf8proc_int32_t)cp);
	return *small == cp ? LETTER_SMALL : LETTER_CAPITAL;
}

static inline enum letter
letter_at(const char *p, const char *end, uint32_t *small, unsigned *len)
{
	unsigned char c = (unsigned char)*p;
	enum letter letter;

	if (c >= 0x80)
		return wide_letter(p, end, small, len);
	letter = (enum letter)ascii[c];
	*small = letter == LETTER_CAPITAL ? c | 0x20u : c;
	*len = 1;
	return letter;
}

/* Hash the letters from s->p on; their number. */
static size_t
read_letters(struct scan *s, uint64_t *whole, uint64_t *stem)
{
	uint64_t hash = HASH_START;
	const char *p = s->p;
	size_t letters = 0;
	uint32_t small;
	unsigned len;

	*stem = 0;
	for (; p < s->end; p += len) {
		enum letter letter = letter_at(p, s->end, &small, &len);

		if (letter < LETTER_SMALL) /* A320: digits, too */
			break;
		hash = hash_add(hash, small);
		if (++letters == STEM_LETTERS)
			*stem = hash;
	}
	s->p = p;
	*whole = hash;
	if (letters < STEM_LETTERS)
		*stem = hash;
	return letters;
}

static void
pass_letters(struct scan *s, bool capital)
{
	uint64_t hash, stem;
	size_t letters = read_letters(s, &hash, &stem);

	capital = capital && !s->starts && letters > 1;
	s->starts = false;
	if (letters == 1 && s->words > 0 && !capital)
		return; /* the s of "China's" */
	stem = mix(stem);
	if (s->in_lead && (capital || letters >= WORD_LETTERS))
		add(&s->t->words, stem, TRAITS_WORDS);
	if (capital && !s->in_title)
		add(&s->t->marks, stem, TRAITS_MARKS);
	pass_word(s, hash);
}

static void
pass_ideograph(struct scan *s, uint32_t cp)
{
	uint64_t hash = hash_add(HASH_START, cp);

	if (s->ideograph != 0 && s->in_lead)
		add(&s->t->words, mix(s->ideograph * FIRST + hash),
		    TRAITS_WORDS);
	pass_word(s, hash);
	s->ideograph = hash;
}

static void
read_part(struct scan *s, struct str part)
{
	uint32_t small;
	unsigned len;

	s->p = part.p;
	s->end = part.p + part.n;
	s->starts = true;
	s->ideograph = 0;
	while (s->p < s->end && s->t->shingles.n < TRAITS_SHINGLES) {
		enum letter letter = letter_at(s->p, s->end, &small, &len);

		switch (letter) {
		case LETTER_DIGIT:
			pass_number(s);
			s->starts = false;
			break;
		case LETTER_SMALL:
		case LETTER_CAPITAL:
			pass_letters(s, letter == LETTER_CAPITAL);
			break;
		case LETTER_STOP:
			s->starts = true;
			s->p += len;
			break;
		case LETTER_NONE:
			s->p += len;
			if (len > 1 && is_ideograph(small)) {
				pass_ideograph(s, small);
				continue;
			}
			break;
		}
		s->ideograph = 0;
	}
}

void
traits_read(
    struct traits *t, struct str title, struct str text, struct arena *a)
{
	struct scan s = { .t = t, .in_title = true, .in_lead = true };
	size_t most = title.n + text.n;

	if (most > TRAITS_SHINGLES)
		most = TRAITS_SHINGLES;
	t->shingles = (struct hashes){ arena_array(a, most, 8), 0 };
	t->words = (struct hashes){ arena_array(a, TRAITS_WORDS, 8), 0 };
	t->marks = (struct hashes){ arena_array(a, TRAITS_MARKS, 8), 0 };
	t->numbers = (struct hashes){ arena_array(a, TRAITS_MARKS, 8), 0 };
	read_part(&s, title);
	s.in_title = false;
	s.words = 0; /* no shingle spans both */
	read_part(&s, text);
	hashes_sort(&t->words, a);
	hashes_sort(&t->marks, a);
	hashes_sort(&t->numbers, a);
}

/* Hashes are uniform, so their top bits alone nearly sort them: deal them into as
 * many buckets as there are hashes, then let the few strays sink. */
void
hashes_sort(struct hashes *h, struct arena *a)
{
	unsigned bits = 1;
	uint64_t *sorted = arena_array(a, h->n, sizeof(*sorted));
	uint32_t *starts;
	size_t kept = 0;

	while (((size_t)1 << bits) < h->n)
		bits++;
	starts = arena_zalloc(a, (((size_t)1 << bits) + 1) * sizeof(*starts));
	for (size_t i = 0; i < h->n; i++)
		starts[(h->v[i] >> (64 - bits)) + 1]++;
	for (size_t i = 1; i <= (size_t)1 << bits; i++)
		starts[i] += starts[i - 1];
	for (size_t i = 0; i < h->n; i++)
		sorted[starts[h->v[i] >> (64 - bits)]++] = h->v[i];
	for (size_t i = 1; i < h->n; i++) {
		uint64_t moved = sorted[i];
		size_t k = i;

		for (; k > 0 && sorted[k - 1] > moved; k--)
			sorted[k] = sorted[k - 1];
		sorted[k] = moved;
	}
	for (size_t i = 0; i < h->n; i++)
		if (kept == 0 || sorted[i] != sorted[kept - 1])
			sorted[kept++] = sorted[i];
	h->v = sorted;
	h->n = kept;
}

size_t
hashes_common(const struct hashes *a, const struct hashes *b)
{
	size_t i = 0, k = 0, both = 0;

	while (i < a->n && k < b->n) {
		if (a->v[i] == b->v[k]) {
			both++;
			i++;
			k++;
		} else if (a->v[i] < b->v[k])
			i++;
		else
			k++;
	}
	return both;
}
