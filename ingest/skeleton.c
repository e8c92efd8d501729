#include <stdlib.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/utf8.h"
#include "ingest/markup.h"
#include "ingest/skeleton.h"
#include "ingest/xmlfix.h"

/* Below this an instruction costs as much as the text. */
#define TEXT_MIN	48

/* &#65; or &#x41; at `s`, strictly; 0: it is none, or no character of XML. */
static uint32_t
number_reference(struct str s, size_t *len)
{
	bool hex = s.n > 2 && s.p[2] == 'x';
	size_t start = 2 + hex, i = start;
	uint32_t cp = 0;

	for (; i < s.n && cp < 0x110000; i++) {
		char c = hex ? to_lower(s.p[i]) : s.p[i];

		if (is_digit(c))
			cp = cp * (hex ? 16 : 10) + (uint32_t)(c - '0');
		else if (hex && c >= 'a' && c <= 'f')
			cp = cp * 16 + (uint32_t)(c - 'a' + 10);
		else
			break;
	}
	*len = i + 1;
	return i > start && i < s.n && s.p[i] == ';' && xml_is_char(cp) ? cp : 0;
}

/* The same for the five that XML has by name. */
static uint32_t
reference(struct str s, size_t *len)
{
	static const struct {
		struct str	text;
		char		c;
	} named[] = { { { "&lt;", 4 }, '<' }, { { "&gt;", 4 }, '>' },
	    { { "&amp;", 5 }, '&' }, { { "&quot;", 6 }, '"' },
	    { { "&apos;", 6 }, '\'' } };

	if (s.n > 1 && s.p[1] == '#')
		return number_reference(s, len);
	for (size_t i = 0; i < sizeof(named) / sizeof(*named); i++)
		if (s.n >= named[i].text.n &&
		    memcmp(s.p, named[i].text.p, named[i].text.n) == 0) {
			*len = named[i].text.n;
			return (uint32_t)named[i].c;
		}
	return 0;
}

/* Bytes at which a run of plain text ends. */
static bool
is_special(unsigned char c)
{
	static const bool special[256] = {
		[0] = true, [1] = true, [2] = true, [3] = true, [4] = true,
		[5] = true, [6] = true, [7] = true, [8] = true, [11] = true,
		[12] = true, ['\r'] = true, [14] = true, [15] = true,
		[16] = true, [17] = true, [18] = true, [19] = true,
		[20] = true, [21] = true, [22] = true, [23] = true,
		[24] = true, [25] = true, [26] = true, [27] = true,
		[28] = true, [29] = true, [30] = true, [31] = true,
		['&'] = true, [']'] = true, [0xEF] = true
	};

	return special[c];
}

/* The offset of the first special byte at or after `i`, or s.n. */
static size_t
plain_run(struct str s, size_t i)
{
#ifdef __SSE2__
	const __m128i limit = _mm_set1_epi8(0x1f), and = _mm_set1_epi8('&');
	const __m128i bracket = _mm_set1_epi8(']'), ef = _mm_set1_epi8((char)0xEF);

	for (; s.n - i >= 16; i += 16) {
		__m128i x = _mm_loadu_si128((const __m128i *)(const void *)
		    (s.p + i));
		__m128i stop = _mm_or_si128(
		    _mm_or_si128(_mm_cmpeq_epi8(x, and),
		    _mm_cmpeq_epi8(x, bracket)),
		    _mm_or_si128(_mm_cmpeq_epi8(x, ef),
		    _mm_cmpeq_epi8(_mm_min_epu8(x, limit), x)));

		if (_mm_movemask_epi8(stop) == 0)
			continue;
		for (size_t end = i + 16; i < end; i++)
			if (is_special((unsigned char)s.p[i]))
				return i;
		i -= 16;
	}
#endif
	while (i < s.n && !is_special((unsigned char)s.p[i]))
		i++;
	return i;
}

/*
 * Decode one special byte at `s`: what it stands for goes to `out`, its length
 * to *n.  The bytes taken, or 0 where no sound text has it.
 */
static size_t
decode_special(struct str s, bool literal, char *out, size_t *n)
{
	size_t len = 1;
	uint32_t cp;

	*n = 1;
	out[0] = s.p[0];
	switch ((unsigned char)s.p[0]) {
	case '&':
		if (literal)
			return 1;
		if ((cp = reference(s, &len)) == 0)
			return 0;
		*n = utf8_encode(cp, out);
		return len;
	case ']':
		return !literal && str_starts(s, STR("]]>")) ? 0 : 1;
	case '\r':		/* XML 1.0, 2.11 */
		out[0] = '\n';
		*n = !(s.n > 1 && s.p[1] == '\n');
		return 1;
	case 0xEF:		/* U+FFFE and U+FFFF are no characters */
		return s.n > 2 && s.p[1] == '\xBF' &&
		    ((unsigned char)s.p[2] & 0xFE) == 0xBE ? 0 : 1;
	}
	return 0;
}

/* The text that `raw` means; STR_NONE when libxml2 should see for itself. */
static struct str
decode(struct str raw, bool literal, struct arena *a)
{
	size_t i = 0, n = 0, run, len, took;
	char *out = NULL, piece[4];

	if (utf8_check(raw) < raw.n)
		return STR_NONE;
	for (;;) {
		run = i;
		i = plain_run(raw, i);
		if (out == NULL && i == raw.n)
			return raw;
		if (out == NULL)
			out = arena_alloc(a, raw.n);
		memcpy(out + n, raw.p + run, i - run);
		n += i - run;
		if (i == raw.n)
			return (struct str){ out, n };
		took = decode_special(str_from(raw, i), literal, piece, &len);
		if (took == 0)
			return STR_NONE;
		memcpy(out + n, piece, len);
		n += len;
		i += took;
	}
}

/* Put the token's text aside; false: leave it. */
static bool
take_text(struct skeleton *s, const struct markup_token *token,
    struct arena *a)
{
	struct str text;

	if (token->body.n < TEXT_MIN)
		return false;
	text = decode(token->body, token->kind == MARKUP_CDATA, a);
	if (text.p == NULL)
		return false;
	GROW(s->texts, s->n, s->cap);
	s->texts[s->n] = text;
	buf_addf(&s->xml, "<?" SKELETON_TEXT " %zu?>", s->n++);
	return true;
}

/* An instruction of the document: a stylesheet, say. */
static bool
is_instruction(const struct markup_token *token)
{
	return token->kind == MARKUP_PI && token->body.n > 1 &&
	    is_alpha(token->body.p[0]) && !str_starts(token->body, STR("xml "));
}

static bool
is_text(const struct markup_token *token)
{
	return token->kind == MARKUP_TEXT ||
	    (token->kind == MARKUP_CDATA &&
	    str_ends(token->raw, STR("]]>")));
}

bool
skeleton_make(struct skeleton *skeleton, struct str document, struct arena *a)
{
	struct markup_token token;
	struct markup m;
	size_t done = 0;

	*skeleton = (struct skeleton){ .texts = NULL };
	markup_init(&m, document);
	while (markup_next(&m, &token)) {
		size_t start = m.at - token.raw.n, end = skeleton->xml.n;

		if (token.kind == MARKUP_DOCTYPE || (token.kind == MARKUP_PI &&
		    !str_ends(token.raw, STR("?>"))))
			return false;
		if (!is_instruction(&token) && (!is_text(&token) ||
		    token.raw.n < TEXT_MIN))
			continue;
		buf_add(&skeleton->xml, document.p + done, start - done);
		/* An instruction is read by nobody and could look like ours. */
		if (is_instruction(&token) || take_text(skeleton, &token, a))
			done = m.at;
		else
			skeleton->xml.n = end;
	}
	buf_adds(&skeleton->xml, str_from(document, done));
	return skeleton->n > 0;
}

struct str
skeleton_text(const struct skeleton *skeleton, struct str number)
{
	long long i = str_number(str_trim(number), (long long)skeleton->n);

	return i >= 0 && (size_t)i < skeleton->n ? skeleton->texts[i] : STR_NONE;
}

void
skeleton_release(struct skeleton *skeleton)
{
	buf_release(&skeleton->xml);
	free(skeleton->texts);
}
