#include <utf8proc.h>

#include "base/text/letter.h"
#include "base/text/words.h"
#include "base/utf8.h"

/* What each ASCII character is, W a letter, D a digit and so on. */
const uint8_t letter_ascii[128] = {
#define W	LETTER_WORD
#define D	LETTER_DIGIT
#define M	LETTER_MARK
	['!'] = M, ['"'] = LETTER_QUOTE, ['\''] = LETTER_APOSTROPHE,
	['('] = M, [')'] = M, ['+'] = M, [','] = M, ['.'] = M,
	['0'] = D, D, D, D, D, D, D, D, D, D, [':'] = M, [';'] = M, ['?'] = M,
	['A'] = W, W, W, W, W, W, W, W, W, W, W, W, W,
	W, W, W, W, W, W, W, W, W, W, W, W, W,
	['a'] = W, W, W, W, W, W, W, W, W, W, W, W, W,
	W, W, W, W, W, W, W, W, W, W, W, W, W,
#undef W
#undef D
#undef M
};

/* All others that are not ASCII. */
static enum letter
class_of(uint32_t cp)
{
	int category;

	switch (cp) {
	case 0x2bc:
		return LETTER_APOSTROPHE;
	case 0xab: case 0xbb: case 0x300c: case 0x300d: case 0x300e: case 0x300f:
		return LETTER_QUOTE;
	case 0x3001: case 0x3002:
	case 0xff01: case 0xff08: case 0xff09: case 0xff0c: case 0xff1a:
	case 0xff1b: case 0xff1f: case 0xff0b: case 0x2212:
	case 0xff0e: case 0xff61: case 0x964: case 0x61f: case 0x6d4:
		return LETTER_MARK;
	case 0xad:
		return LETTER_WORD;	/* soft hyphen */
	case 0x3099: case 0x309a:
		return LETTER_WORD;	/* accents of kana, on any letter */
	}
	if (is_ideograph(cp))
		return LETTER_IDEOGRAPH;
	category = (int)utf8proc_category((utf8proc_int32_t)cp);
	if (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_ME)
		return LETTER_WORD;
	return category == UTF8PROC_CATEGORY_ND ? LETTER_DIGIT : LETTER_SPACE;
}

enum letter
letter_wide(struct str s, size_t at, unsigned *len)
{
	/* U+2000 to U+203F, as most of them are in English; joiners are inside
	 * a word */
	static const uint8_t marks[64] = {
	    [0x0b] = LETTER_WORD, LETTER_WORD, LETTER_WORD,
	    [0x13] = LETTER_MARK, LETTER_MARK,
	    [0x18] = LETTER_QUOTE, LETTER_APOSTROPHE, LETTER_QUOTE,
	    [0x1c] = LETTER_QUOTE, LETTER_QUOTE, LETTER_QUOTE,
	    [0x26] = LETTER_MARK };

	if (at + 3 <= s.n && s.p[at] == '\xe2' && s.p[at + 1] == '\x80' &&
	    ((unsigned char)s.p[at + 2] & 0xc0) == 0x80) {
		*len = 3;
		return (enum letter)marks[s.p[at + 2] & 0x3f];
	}
	return class_of(utf8_decode(s.p + at, s.p + s.n, len));
}

/* Does it belong to the character before it: an accent, a vowel sign, a later
 * part of a Hangul syllable? */
static bool
is_joined(uint32_t cp)
{
	utf8proc_category_t category;

	if (cp < 0x300)
		return false;
	if ((cp >= 0x1160 && cp <= 0x11ff) || cp == 0x3099 || cp == 0x309a)
		return true;
	category = utf8proc_category((utf8proc_int32_t)cp);
	return category >= UTF8PROC_CATEGORY_MN &&
	    category <= UTF8PROC_CATEGORY_ME;
}

bool
letter_is_joined(struct str s, size_t at)
{
	const char *p = s.p + at;
	unsigned len;

	/* nor are the marks from U+2000 to U+203F */
	return (unsigned char)*p >= 0xcc && !(*p == '\xe2' && at + 1 < s.n &&
	    p[1] == '\x80') && is_joined(utf8_decode(p, s.p + s.n, &len));
}

size_t
letter_skip_joined(struct str s, size_t at)
{
	unsigned len;

	for (; at < s.n && letter_is_joined(s, at); at += len)
		utf8_decode(s.p + at, s.p + s.n, &len);
	return at;
}
