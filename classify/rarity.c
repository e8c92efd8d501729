#include <limits.h>
#include <stdlib.h>

#include "classify/rarity.h"

/* Of a word that holds clauses together, and of a number. */
#define COMMONEST	128u
#define COMMON_NUMBER	40u
/* Of the groups of words that a word is in, this many count as one: rules name
 * words of their own trade again and again, which are not so common. */
#define GROUPS_EACH	4u
#define GROUPS_MAX	32u
/* A longer word is not looked up among those that hold clauses together. */
#define LITTLE		7u

/* Short words are common in any language.  A Han character is a word. */
static unsigned
by_length(struct str s)
{
	static const unsigned common[] = { 64, 64, 64, 32, 12, 5, 3 };
	size_t n = 0;

	for (size_t i = 0; i < s.n && n < COUNT(common); i++)
		if (((unsigned char)s.p[i] & 0xc0) != 0x80)
			n += (unsigned char)s.p[i] < 0xe3 ? 1 : 4;
	return n < COUNT(common) ? common[n] : 1;
}

/* Which symbols are of words that give bits? */
static uint8_t *
find_little(const struct lexicon *lex)
{
	uint8_t *little = xcalloc(lex->symbols + 1, 1);

	for (uint32_t i = 1; i <= lex->symbols; i++) {
		uint32_t phrase = lex->nodes[lex->roots[i]].phrase;

		little[i] = phrase != NONE && lex->effects[phrase].bits != 0;
	}
	return little;
}

static bool
is_little(const struct lexicon *lex, const uint8_t *little, enum form form,
    struct str word)
{
	char key[LITTLE + 1] = { (char)form };
	struct str whole = { key, word.n + 1 };
	uint32_t at;

	if (word.n > LITTLE)
		return false;
	memcpy(key + 1, word.p, word.n);
	at = slot_of(lex, whole, hash64(whole))->binding;
	for (; at != NONE; at = lex->bindings[at].next)
		if (little[lex->bindings[at].symbol])
			return true;
	return false;
}

/* How common the form's words are, about. */
static unsigned
commonness_of(const struct lexicon *lex, const uint8_t *little,
    const struct slot *slot)
{
	struct str form = lex->bindings[slot->binding].text;
	struct str word = str_from(form, 1);
	unsigned groups = 0;

	for (uint32_t at = slot->binding; at != NONE;
	    at = lex->bindings[at].next)
		groups++;
	if (groups > GROUPS_MAX)
		groups = GROUPS_MAX;
	return by_length(word) + groups / GROUPS_EACH +
	    (is_little(lex, little, FORM_RAW, word) ||
	    is_little(lex, little, FORM_STEM, word) ? COMMONEST : 0);
}

/* By symbol, the sum over all forms that it stands for. */
static unsigned *
symbol_commonness(const struct lexicon *lex)
{
	uint8_t *little = find_little(lex);
	unsigned *symbols = xcalloc(lex->symbols + 1, sizeof(*symbols));

	for (size_t i = 0; i < lex->slot_count; i++) {
		const struct slot *slot = &lex->slots[i];
		unsigned common;

		if (slot->binding == NONE ||
		    lex->bindings[slot->binding].text.p[0] == '=')
			continue;
		common = commonness_of(lex, little, slot);
		for (uint32_t at = slot->binding; at != NONE;
		    at = lex->bindings[at].next)
			symbols[lex->bindings[at].symbol] += common;
	}
	symbols[SYMBOL_NUMBER] = COMMON_NUMBER;
	free(little);
	return symbols;
}

/* The way back from a node of the trie. */
struct back {
	uint32_t	node, symbol;	/* 0: over a gap */
};

static struct back *
find_back(const struct lexicon *lex)
{
	struct back *back = xcalloc(lex->node_count, sizeof(*back));

	for (uint32_t i = 1; i <= lex->symbols; i++)
		back[lex->roots[i]] = (struct back){ 0, i };
	for (uint32_t i = 0; i < lex->node_count; i++) {
		const struct node *nd = &lex->nodes[i];

		for (uint32_t k = 0; k < nd->edges; k++) {
			const struct edge *e = &lex->edges[nd->at + k];

			back[e->to] = (struct back){ i, e->symbol };
		}
		for (uint32_t at = nd->gap_child; at != NONE;
		    at = lex->nodes[at].wider)
			back[at].node = i;
	}
	return back;
}

struct rarest *
rarest_words(const struct lexicon *lex)
{
	struct back *back = find_back(lex);
	unsigned *symbols = symbol_commonness(lex);
	struct rarest *phrases = xcalloc(lex->phrase_count + 1,
	    sizeof(*phrases));

	for (size_t i = 0; i < lex->node_count; i++) {
		struct rarest least = { 0, UINT_MAX };

		if (lex->nodes[i].width > 0 || lex->nodes[i].phrase == NONE)
			continue;
		for (size_t n = i; n != 0; n = back[n].node)
			if (back[n].symbol != 0 &&
			    symbols[back[n].symbol] < least.commonness)
				least = (struct rarest){ back[n].symbol,
				    symbols[back[n].symbol] };
		phrases[lex->nodes[i].phrase] = least;
	}
	free(back);
	free(symbols);
	return phrases;
}
