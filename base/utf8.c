#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/utf8.h"

/* Length of the well-formed sequence at p, 0 when there is none.  The ranges
 * are those of table 3-7 of the Unicode Standard. */
static unsigned
sequence(const unsigned char *p, size_t left)
{
	unsigned char lo = 0x80, hi = 0xbf;
	unsigned n;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	n = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (left < n)
		return 0;
	if (p[0] == 0xe0)
		lo = 0xa0;
	else if (p[0] == 0xed)
		hi = 0x9f;
	else if (p[0] == 0xf0)
		lo = 0x90;
	else if (p[0] == 0xf4)
		hi = 0x8f;
	if (p[1] < lo || p[1] > hi)
		return 0;
	for (unsigned i = 2; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

#ifdef __SSE2__
static inline __m128i
load(const unsigned char *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}
#endif

/* The bytes at p and before `end` that are below 0x80. */
static inline size_t
ascii_run(const unsigned char *p, const unsigned char *end)
{
	const unsigned char *from = p;

#ifdef __SSE2__
	for (; end - p >= 64; p += 64)
		if (_mm_movemask_epi8(_mm_or_si128(
		    _mm_or_si128(load(p), load(p + 16)),
		    _mm_or_si128(load(p + 32), load(p + 48)))) != 0)
			break;
	for (; end - p >= 16; p += 16) {
		unsigned high = (unsigned)_mm_movemask_epi8(load(p));

		if (high != 0)
			return (size_t)(p - from) +
			    (unsigned)__builtin_ctz(high);
	}
#endif
	while (p < end && *p < 0x80)
		p++;
	return (size_t)(p - from);
}

size_t
utf8_check(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t i = 0;

	for (;;) {
		i += ascii_run(p + i, p + s.n);
		while (i < s.n && p[i] >= 0x80) {
			unsigned n = sequence(p + i, s.n - i);

			if (n == 0)
				return i;
			i += n;
		}
		if (i == s.n)
			return i;
	}
}

unsigned
utf8_length(const char *p, const char *end)
{
	return sequence((const unsigned char *)p, (size_t)(end - p));
}

uint32_t
utf8_decode(const char *at, const char *end, unsigned *len)
{
	const unsigned char *p = (const unsigned char *)at;
	unsigned n = sequence(p, (size_t)(end - at));

	*len = n ? n : 1;
	switch (n) {
	case 1:
		return p[0];
	case 2:
		return (p[0] & 0x1fu) << 6 | (p[1] & 0x3fu);
	case 3:
		return (p[0] & 0x0fu) << 12 | (p[1] & 0x3fu) << 6 |
		    (p[2] & 0x3fu);
	case 4:
		return (p[0] & 0x07u) << 18 | (p[1] & 0x3fu) << 12 |
		    (p[2] & 0x3fu) << 6 | (p[3] & 0x3fu);
	}
	return 0xfffd;
}

unsigned
utf8_encode(uint32_t cp, char *to)
{
	if (cp < 0x80) {
		to[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		to[0] = (char)(0xc0 | cp >> 6);
		to[1] = (char)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000))
		cp = 0xfffd;
	if (cp < 0x10000) {
		to[0] = (char)(0xe0 | cp >> 12);
		to[1] = (char)(0x80 | (cp >> 6 & 0x3f));
		to[2] = (char)(0x80 | (cp & 0x3f));
		return 3;
	}
	to[0] = (char)(0xf0 | cp >> 18);
	to[1] = (char)(0x80 | (cp >> 12 & 0x3f));
	to[2] = (char)(0x80 | (cp >> 6 & 0x3f));
	to[3] = (char)(0x80 | (cp & 0x3f));
	return 4;
}

void
utf8_add(struct buf *b, uint32_t cp)
{
	char bytes[4];

	buf_add(b, bytes, utf8_encode(cp, bytes));
}

/* Of the 8 bytes at p, how many begin a code point. */
static unsigned
starts_in(const char *p)
{
	uint64_t eight;

	memcpy(&eight, p, 8);
	if ((eight & 0x8080808080808080u) == 0)
		return 8;
	/* a byte that goes on has its top bit set and the next one clear */
	eight &= ~eight << 1 & 0x8080808080808080u;
	return 8 - (unsigned)__builtin_popcountll(eight);
}

size_t
utf8_count(struct str s)
{
	size_t count = 0, i = 0;

	for (; i + 8 <= s.n; i += 8)
		count += starts_in(s.p + i);
	for (; i < s.n; i++)
		count += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return count;
}

size_t
utf8_offset(struct str s, size_t n)
{
	size_t i = 0;

	for (; i + 8 <= s.n && n >= 8; i += 8)
		n -= starts_in(s.p + i);
	for (; i < s.n; i++)
		if (((unsigned char)s.p[i] & 0xc0) != 0x80 && n-- == 0)
			break;
	return i;
}

void
utf8_repair(struct buf *b, struct str s)
{
	while (s.n > 0) {
		size_t good = utf8_check(s);

		buf_add(b, s.p, good);
		s = str_from(s, good);
		if (s.n > 0) {
			buf_addz(b, "\xef\xbf\xbd");
			s = str_from(s, 1);
		}
	}
}
