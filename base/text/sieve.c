#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text/sieve.h"

/* Bits for each stem: the more, the fewer words pass by chance. */
#define BITS_EACH	24u
#define BITS_LEAST	12u

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

void
sieve_add(struct sieve *s, struct str stem)
{
	if (s->bits == NULL || stem.n == 0)
		return;
	if (stem.n == 1) {
		add_letter(s, stem.p[0]);
		return;
	}
	if (stem.n > 2) {
		struct str end = str_from(stem, stem.n - 3);

		if (str_eq(end, STR("ble")))
			stem.n -= 2;
		else if (end.p[2] == 'e' || end.p[2] == 'i' ||
		    str_eq(str_from(end, 1), STR("bl")) ||
		    str_eq(stem, STR("sky")))	/* skies */
			stem.n--;
	}
	add_beginning(s, stem);
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
