#ifdef __SSE2__
#include <emmintrin.h>
#endif
#include <string.h>
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

/* What each ASCII character is; other bytes are none here. */
static const uint8_t ascii[256] = {
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

/* A word: the hash of all its letters, and that of the first six. */
struct word {
	uint64_t	hash, stem;
	size_t		letters;
};

#define SHORT	16	/* letters of a word that is read at once */
#define STEM	((UINT64_C(1) << 8 * STEM_LETTERS) - 1)

/* Letter by letter.  A stem of ASCII is the one that read_short() makes. */
static void
read_long(struct scan *s, struct word *w)
{
	uint64_t packed = 0;
	bool wide = false;

	*w = (struct word){ .hash = HASH_START };
	while (s->p < s->end) {
		uint32_t small;
		unsigned len;

		if (letter_at(s->p, s->end, &small, &len) < LETTER_SMALL)
			break;
		s->p += len;
		w->hash = hash_add(w->hash, small);
		if (w->letters++ >= STEM_LETTERS)
			continue;
		wide |= len > 1;
		packed |= (uint64_t)(small & 0xff) << 8 * (w->letters - 1);
		w->stem = wide ? w->hash : packed;
	}
}

#ifdef __SSE2__
/* A word of fewer than 16 ASCII letters and digits, all at once; false: it is
 * another.  Bit 5 makes capitals small and leaves digits as they are. */
static inline bool
read_short(struct scan *s, struct word *w)
{
	char bytes[SHORT] = "";
	__m128i text, small, is_letter, is_figure;
	uint64_t half[2];
	unsigned n;

	if ((size_t)(s->end - s->p) >= SHORT)
		text = _mm_loadu_si128((const __m128i *)(const void *)s->p);
	else {
		memcpy(bytes, s->p, (size_t)(s->end - s->p));
		text = _mm_loadu_si128((const __m128i *)(void *)bytes);
	}
	small = _mm_or_si128(text, _mm_set1_epi8(0x20));
	is_letter = _mm_and_si128(_mm_cmpgt_epi8(small, _mm_set1_epi8('a' - 1)),
	    _mm_cmplt_epi8(small, _mm_set1_epi8('z' + 1)));
	is_figure = _mm_and_si128(_mm_cmpgt_epi8(text, _mm_set1_epi8('0' - 1)),
	    _mm_cmplt_epi8(text, _mm_set1_epi8('9' + 1)));
	n = (unsigned)__builtin_ctz(~(unsigned)_mm_movemask_epi8(
	    _mm_or_si128(is_letter, is_figure)));
	if (n == 0 || n >= SHORT ||
	    (s->p + n < s->end && (unsigned char)s->p[n] >= 0x80))
		return false;
	_mm_storeu_si128((__m128i *)(void *)half, small);
	if (n < 8) {
		half[0] &= (UINT64_C(1) << 8 * n) - 1;
		half[1] = 0;
	} else
		half[1] &= (UINT64_C(1) << 8 * (n - 8)) - 1;
	w->hash = half[0] * FIRST ^ half[1] * SECOND;
	w->stem = half[0] & STEM;
	w->letters = n;
	s->p += n;
	return true;
}
#else
static inline bool
read_short(struct scan *s, struct word *w)
{
	(void)s;
	(void)w;
	return false;
}
#endif

static void
pass_letters(struct scan *s, bool capital)
{
	struct word w;
	bool says, name;

	if (!read_short(s, &w))
		read_long(s, &w);
	name = capital && !s->starts && w.letters > 1;
	says = s->in_lead && (name || w.letters >= WORD_LETTERS);
	s->starts = false;
	if (w.letters == 1 && s->words > 0)
		return;			/* the s of "China's" */
	if (says)
		add(&s->t->words, mix(w.stem), TRAITS_WORDS);
	if (name && !s->in_title)
		add(&s->t->marks, mix(w.stem), TRAITS_MARKS);
	pass_word(s, w.hash);
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
		enum letter letter;

		if (*s->p == ' ') {		/* most often */
			s->p++;
			s->ideograph = 0;
			continue;
		}
		letter = letter_at(s->p, s->end, &small, &len);

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
