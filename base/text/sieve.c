#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text/letter.h"
#include "base/text/sieve.h"

/* Bits for each stem: the more, the fewer words pass by chance. */
#define BITS_EACH	24u
#define BITS_LEAST	12u

/* The first bytes of characters that are not ASCII. */
#define UTF8_LEAD_LEAST	0xc2
#define UTF8_LEAD_MAX	0xf4

void
sieve_init(struct sieve *s, const char *stemmer, size_t count)
{
	unsigned bits = BITS_LEAST;

	*s = (struct sieve){ NULL, 0 };
	if (stemmer == NULL || strcmp(stemmer, "english") != 0)
		return;
	while (bits < 32 && (size_t)1 << bits < BITS_EACH * count)
		bits++;
	s->bits = xcalloc((size_t)1 << (bits - 6), sizeof(*s->bits));
	s->shift = 64 - bits;
}

void
sieve_release(struct sieve *s)
{
	free(s->bits);
}

/* The hash of a beginning that is one letter longer. */
static inline uint64_t
longer(uint64_t hash, char c)
{
	return (hash + (unsigned char)c) * 0x9e3779b97f4a7c15u;
}

static void
add_beginning(struct sieve *s, struct str beginning)
{
	uint64_t hash = 0;

	for (size_t i = 0; i < beginning.n; i++)
		hash = longer(hash, beginning.p[i]);
	hash >>= s->shift;
	s->bits[hash / 64] |= 1ULL << hash % 64;
}

/* Of a single letter only a plural, a genitive, "ed" and "ing" are cut off, with
 * the letter doubled or not. */
static void
add_letter(struct sieve *s, char letter)
{
	const char followers[] = { 's', '\'', 'e', 'i', letter };

	for (size_t i = 0; i < sizeof(followers); i++) {
		const char two[] = { letter, followers[i] };

		add_beginning(s, (struct str){ two, 2 });
	}
}

/* What all words with this stem begin with, but for those of a single letter and a
 * few that are odd. */
static struct str
beginning_of(struct str stem)
{
	struct str end;

	if (stem.n <= 2)
		return stem;
	end = str_from(stem, stem.n - 3);
	if (str_eq(end, STR("ble")))
		stem.n -= 2;
	else if (end.p[2] == 'e' || end.p[2] == 'i' ||
	    str_eq(str_from(end, 1), STR("bl")) ||
	    str_eq(stem, STR("sky")))	/* skies */
		stem.n--;
	return stem;
}

void
sieve_add(struct sieve *s, struct str stem)
{
	if (s->bits == NULL || stem.n == 0)
		return;
	if (stem.n == 1)
		add_letter(s, stem.p[0]);
	else
		add_beginning(s, beginning_of(stem));
}

/* Words whose stem does not tell how they begin: dying is of die, and quotation
 * marks before a word go. */
static bool
is_odd(struct str word)
{
	return word.n == 1 || word.p[0] == '\'' ||
	    (word.n == 5 && str_eq(str_from(word, 1), STR("ying")));
}

bool
sieve_passes(const struct sieve *s, struct str word)
{
	uint64_t hash = 0;

	if (s->bits == NULL || word.n == 0 || is_odd(word))
		return true;
	for (size_t i = 0; i < word.n; i++) {
		uint64_t bit;

		hash = longer(hash, word.p[i]);
		bit = hash >> s->shift;
		if (s->bits[bit / 64] >> bit % 64 & 1)
			return true;
	}
	return false;
}

void
heads_init(struct heads *h)
{
	*h = (struct heads){ .least = HEAD };
}

/* The first small letters of a word as a number. */
static uint32_t
head_of(const char *letters, size_t n)
{
	char head[HEAD] = { 0 };
	uint32_t v;

	memcpy(head, letters, n < HEAD ? n : HEAD);
	memcpy(&v, head, HEAD);
	return v;
}

/* The bit of a head of `n` letters. */
static uint32_t
bit_of_long(const char *letters, unsigned n)
{
	char head[8] = { 0 };
	uint64_t v;

	memcpy(head, letters, n);
	memcpy(&v, head, sizeof(v));
	return long_head_bit(v, n);
}

static void
set_bit(uint64_t *bits, uint32_t bit)
{
	bits[bit / 64] |= 1ULL << bit % 64;
}

/* Let the word pass that is these letters, fewer than HEAD. */
static void
set_word(struct heads *h, struct str letters)
{
	uint32_t word = 0;

	set_bit(h->shorts, head_bit(head_of(letters.p, letters.n)));
	if (letters.n < HEAD - 1)
		return;
	for (size_t i = 0; i < letters.n; i++)
		word = word << 5 | (letters.p[i] & 0x1f);
	set_bit(h->lacking, word);
}

/* Let the word of HEAD - 1 letters pass with whatever may stand behind it. */
static void
set_lacking(struct heads *h, uint32_t word)
{
	char head[HEAD];

	for (unsigned i = 0; i < HEAD - 1; i++)
		head[HEAD - 2 - i] = (char)(0x60 | (word >> 5 * i & 0x1f));
	for (int c = 0; c <= UTF8_LEAD_MAX; c++) {
		if (is_alpha((char)c) || (c >= 0x80 && c < UTF8_LEAD_LEAST))
			continue;
		head[HEAD - 1] = (char)(c | 0x20);
		set_bit(h->first, first_head_bit(head_of(head, HEAD)));
		set_bit(h->shorts, head_bit(head_of(head, HEAD)));
	}
}

/* Where no word is shorter these are asked with the longer ones. */
void
heads_close(struct heads *h)
{
	for (uint32_t i = 0; i < 1u << 5 * (HEAD - 1); i++)
		if (h->least == HEAD - 1 && has_bit(h->lacking, i))
			set_lacking(h, i);
}

/* Let words pass that begin with these letters, and those that are no longer. */
static void
set_heads(struct heads *h, struct str letters)
{
	uint32_t head = head_of(letters.p, letters.n);
	char longer[HEAD];

	if (letters.n >= HEAD) {
		set_bit(h->first, first_head_bit(head));
		if (letters.n < LONG_HEAD)
			set_bit(h->shorts, head_bit(head));
		else
			set_bit(h->longs, bit_of_long(letters.p, letters.n <
			    LONGEST_HEAD ? LONG_HEAD : LONGEST_HEAD));
		return;
	}
	set_word(h, letters);
	memcpy(longer, letters.p, letters.n);
	for (int c = 'a'; c <= 'z'; c++) {
		longer[letters.n] = (char)c;
		set_heads(h, (struct str){ longer, letters.n + 1 });
	}
}

/* How many small letters does it begin with? */
static size_t
leading_letters(struct str s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] >= 'a' && s.p[n] <= 'z')
		n++;
	return n;
}

/* Of a short stem: lying is of lie, and a single letter has few words, as for
 * sieves. */
static void
set_short_stem(struct heads *h, struct str stem)
{
	const char first = stem.p[0], followers[] = { 's', 'e', 'i', first };
	const char lying[] = { first, 'y', 'i', 'n' };

	set_heads(h, (struct str){ lying, sizeof(lying) });
	for (size_t i = 0; i < sizeof(followers) && stem.n == 1; i++) {
		const char two[] = { first, followers[i] };

		set_heads(h, (struct str){ two, 2 });
	}
}

/* Of a stem whose end may be another in the word, what goes before that: carry and
 * carries, making, ability. */
static void
set_changed(struct heads *h, struct str beginning)
{
	const char followers[] = { 'e', 'i', 'y', 'l' };
	char longer[HEAD];

	memcpy(longer, beginning.p, beginning.n);
	for (size_t i = 0; i < sizeof(followers); i++) {
		longer[beginning.n] = followers[i];
		set_heads(h, (struct str){ longer, beginning.n + 1 });
	}
}

bool
heads_name(struct heads *h, struct str named, enum naming how)
{
	struct str s = how == NAMED_STEM ? beginning_of(named) : named;
	size_t letters = leading_letters(s);
	unsigned len;

	if (named.n == 0)
		return false;
	if (letters == 0) {
		enum letter l = letter_of(named, 0, &len);

		h->digits |= l == LETTER_DIGIT;
		return l == LETTER_WORD || l == LETTER_DIGIT ||
		    l == LETTER_IDEOGRAPH;
	}
	if (letters < HEAD && letters < s.n) {
		h->digits |= is_digit(s.p[letters]);
		h->odd |= !is_digit(s.p[letters]) &&
		    (unsigned char)s.p[letters] < 0x80;
		return true;
	}
	if (named.n < h->least)
		h->least = (unsigned)named.n;
	if (how == NAMED_STEM && named.n < HEAD)
		set_short_stem(h, named);
	if (letters < HEAD && s.n < named.n) {
		set_changed(h, s);
		return true;
	}
	if (letters < HEAD && (how == NAMED_WHOLE ||
	    (how == NAMED_STEM && named.n == 1))) {
		set_word(h, str_slice(s, 0, letters));
	} else {
		set_heads(h, str_slice(s, 0, letters));
	}
	return true;
}
