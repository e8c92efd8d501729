#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/json.h"
#include "base/limits.h"
#include "base/utf8.h"

struct scan {
	const char	*start, *end;
	struct arena	*a;
	struct err	*err;
	struct str	*names;		/* a stack: names of the open objects */
	size_t		 nnames, names_cap;
	struct json_member *members;	/* collected on the level asked for */
	struct json_value  *values;
	size_t		 count, cap;
};

enum collect { COLLECT_NOTHING, COLLECT_MEMBERS, COLLECT_VALUES };

static const char *
bad(struct scan *s, const char *at, const char *what)
{
	err_at(s->err, NULL, 0, (unsigned long)(at - s->start) + 1, "%s", what);
	return NULL;
}

static inline const char *
skip_space(struct scan *s, const char *p)
{
	while (p < s->end && (unsigned char)*p <= ' ' && (*p == ' ' ||
	    *p == '\n' || *p == '\t' || *p == '\r'))
		p++;
	return p;
}

#ifdef __SSE2__
/* The 16 bytes at p: where they are zero, one ends a plain run; *seen gathers the
 * bytes.  Of all bytes only the control characters and the quote, with one bit
 * turned, are no greater than a space. */
static inline __m128i
ends_in(const char *p, __m128i *seen)
{
	__m128i c = _mm_loadu_si128((const __m128i *)(const void *)p);

	*seen = _mm_or_si128(*seen, c);
	return _mm_min_epu8(_mm_xor_si128(c, _mm_set1_epi8('\\')),
	    _mm_subs_epu8(_mm_xor_si128(c, _mm_set1_epi8('"' ^ ' ')),
	    _mm_set1_epi8(' ')));
}

/* The 16 bytes at p, each with its top bit where it is none that a string has as
 * it is: with a bit turned, as above, a number below 33, which those above 0x7f
 * are as signed ones, or a backslash. */
static inline __m128i
odd_in(const char *p)
{
	__m128i c = _mm_loadu_si128((const __m128i *)(const void *)p);

	return _mm_or_si128(_mm_cmpeq_epi8(c, _mm_set1_epi8('\\')),
	    _mm_subs_epi8(_mm_xor_si128(c, _mm_set1_epi8('"' ^ ' ')),
	    _mm_set1_epi8('!')));
}

static inline unsigned
zeros_of(__m128i bytes)
{
	return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes,
	    _mm_setzero_si128()));
}

/* Which of the 16 bytes at p are above 0x7f? */
static inline unsigned
tops_of(const char *p)
{
	return (unsigned)_mm_movemask_epi8(_mm_loadu_si128(
	    (const __m128i *)(const void *)p));
}

/* The bits below the first one, or all. */
static inline unsigned
before_first(unsigned bits)
{
	return (bits - 1) & ~bits;
}
#endif

/* The first quote, backslash or control character at or after p; *high is set
 * when a byte above 0x7f was passed. */
static const char *
plain_run(const char *p, const char *end, bool *high)
{
#ifdef __SSE2__
	__m128i seen = _mm_setzero_si128();
	const char *last = end - p >= 32 ? end - 31 : p;

	for (; p < last; p += 32) {
		__m128i before = seen;
		__m128i x = ends_in(p, &seen), y = ends_in(p + 16, &seen);
		unsigned ends = zeros_of(_mm_min_epu8(x, y)), top;

		if (ends == 0)
			continue;
		ends = zeros_of(x) | zeros_of(y) << 16;
		top = tops_of(p) | tops_of(p + 16) << 16;
		*high |= (top & before_first(ends)) != 0 ||
		    _mm_movemask_epi8(before) != 0;
		return p + __builtin_ctz(ends);
	}
	*high |= _mm_movemask_epi8(seen) != 0;
#endif
	for (; p < end; p++) {
		unsigned char c = (unsigned char)*p;

		if (c == '"' || c == '\\' || c < 0x20)
			break;
		*high |= c >= 0x80;
	}
	return p;
}

/* The first byte at or after p that is not plain ASCII: a quote, a backslash, a
 * control character, or one above 0x7f. */
static inline const char *
skip_plain(const char *p, const char *end)
{
#ifdef __SSE2__
	unsigned odd;

	if (end - p >= 16) {		/* most strings are short */
		odd = (unsigned)_mm_movemask_epi8(odd_in(p));
		if (odd != 0)
			return p + __builtin_ctz(odd);
		p += 16;
	}
	for (; end - p >= 32; p += 32)
		if (_mm_movemask_epi8(_mm_or_si128(odd_in(p),
		    odd_in(p + 16))) != 0)
			break;
	for (; end - p >= 16; p += 16) {
		odd = (unsigned)_mm_movemask_epi8(odd_in(p));
		if (odd != 0)
			return p + __builtin_ctz(odd);
	}
#endif
	while (p < end && (unsigned char)*p >= ' ' && (unsigned char)*p < 0x80 &&
	    *p != '"' && *p != '\\')
		p++;
	return p;
}

/* Behind the characters that are not ASCII, and spaces; to the first byte that is
 * not UTF-8, and *sound is false. */
static const char *
skip_wide(const char *p, const char *end, bool *sound)
{
	*sound = true;
	while (p < end && ((unsigned char)*p >= 0x80 || *p == ' ')) {
		unsigned n = utf8_length(p, end);

		if (n == 0) {
			*sound = false;
			break;
		}
		p += n;
	}
	return p;
}

static int
hex4(const char *p, const char *end, unsigned *v)
{
	*v = 0;
	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		char c = p[i];

		if (is_digit(c))
			*v = *v << 4 | (unsigned)(c - '0');
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			*v = *v << 4 | (unsigned)((c | 32) - 'a' + 10);
		else
			return -1;
	}
	return 0;
}

/* p is behind the backslash; returns what follows the escape. */
static const char *
scan_escape(struct scan *s, const char *p)
{
	unsigned v, w;

	if (p == s->end)
		return bad(s, p, "string is not closed");
	if (*p != 'u') {
		switch (*p) {
		case '"': case '\\': case '/': case 'b': case 'f': case 'n':
		case 'r': case 't':
			return p + 1;
		}
		return bad(s, p, "unknown escape");
	}
	if (hex4(p + 1, s->end, &v) == -1)
		return bad(s, p, "\\u needs four hex digits");
	p += 5;
	if (v >= 0xd800 && v < 0xdc00) {
		if (s->end - p < 6 || p[0] != '\\' || p[1] != 'u' ||
		    hex4(p + 2, s->end, &w) == -1 || w < 0xdc00 || w > 0xdfff)
			return bad(s, p, "lone surrogate");
		return p + 6;
	}
	if (v >= 0xdc00 && v < 0xe000)
		return bad(s, p, "lone surrogate");
	return p;
}

/* p is at the opening quote; returns what follows the closing one. */
static const char *
scan_string(struct scan *s, const char *p, bool *escaped)
{
	const char *from = p++;
	bool sound;

	*escaped = false;
	for (;;) {
		p = skip_plain(p, s->end);
		if (p == s->end)
			return bad(s, from, "string is not closed");
		if (*p == '"')
			return p + 1;
		if (*p == '\\') {
			*escaped = true;
			if ((p = scan_escape(s, p + 1)) == NULL)
				return NULL;
		} else if ((unsigned char)*p < ' ') {
			return bad(s, p, *p == '\0' ? "NUL byte in a string" :
			    "control character in a string");
		} else {
			p = skip_wide(p, s->end, &sound);
			if (!sound)
				return bad(s, p, "invalid UTF-8");
		}
	}
}

static const char *
scan_number(struct scan *s, const char *p)
{
	const char *from = p;

	if (p < s->end && *p == '-')
		p++;
	if (p < s->end && *p == '0')
		p++;
	else if (p < s->end && *p >= '1' && *p <= '9')
		while (p < s->end && is_digit(*p))
			p++;
	else
		return bad(s, from, "expected a value");
	if (p < s->end && *p == '.') {
		if (++p == s->end || !is_digit(*p))
			return bad(s, p, "digit expected after the point");
		while (p < s->end && is_digit(*p))
			p++;
	}
	if (p < s->end && (*p | 32) == 'e') {
		p++;
		if (p < s->end && (*p == '+' || *p == '-'))
			p++;
		if (p == s->end || !is_digit(*p))
			return bad(s, p, "digit expected in the exponent");
		while (p < s->end && is_digit(*p))
			p++;
	}
	return p;
}

static const char *
scan_word(struct scan *s, const char *p, struct str word)
{
	if ((size_t)(s->end - p) < word.n || memcmp(p, word.p, word.n) != 0)
		return bad(s, p, "expected a value");
	return p + word.n;
}

/* Decode the escape at p, and move `*to` behind what it stands for. */
static const char *
take_escape(const char *p, const char *end, char **to)
{
	unsigned v, w;

	switch (p[1]) {
	case 'b': *(*to)++ = '\b'; return p + 2;
	case 'f': *(*to)++ = '\f'; return p + 2;
	case 'n': *(*to)++ = '\n'; return p + 2;
	case 'r': *(*to)++ = '\r'; return p + 2;
	case 't': *(*to)++ = '\t'; return p + 2;
	case 'u': break;
	default: *(*to)++ = p[1]; return p + 2;
	}
	hex4(p + 2, end, &v);
	p += 6;
	if (v >= 0xd800 && v < 0xdc00) {
		hex4(p + 2, end, &w);
		v = 0x10000 + ((v - 0xd800) << 10) + (w - 0xdc00);
		p += 6;
	}
	*to += utf8_encode(v, *to);
	return p;
}

/* Stops behind `most` bytes, or up to three more. */
static struct str
unescape(struct str body, size_t most, struct arena *a)
{
	char *to = arena_alloc(a, (body.n < most ? body.n : most) + 4), *q = to;
	const char *p = body.p, *end = body.p + body.n;

	while (p < end && (size_t)(q - to) < most) {
		size_t left = most - (size_t)(q - to), run;
		const char *slash;

		if (*p == '\\') {	/* often two in a row */
			p = take_escape(p, end, &q);
			continue;
		}
		run = (size_t)(end - p) < left ? (size_t)(end - p) : left;
		slash = memchr(p, '\\', run);
		if (slash != NULL)
			run = (size_t)(slash - p);
		memcpy(q, p, run);
		q += run;
		p += run;
	}
	*q = '\0';
	return (struct str){ to, (size_t)(q - to) };
}

static int
by_bytes(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* True when names[from..nnames) are all different. */
static bool
names_differ(struct scan *s, size_t from)
{
	struct str *n = s->names + from;
	size_t count = s->nnames - from;

	if (count > 24) {
		qsort(n, count, sizeof(*n), by_bytes);
		for (size_t i = 1; i < count; i++)
			if (str_eq(n[i - 1], n[i]))
				return false;
		return true;
	}
	for (size_t i = 1; i < count; i++)
		for (size_t j = 0; j < i; j++)
			if (str_eq(n[i], n[j]))
				return false;
	return true;
}

/* Arena arrays grow by copying; the old ones go with the arena. */
#define ARENA_GROW(a, array, count, cap, first) do {			\
	if ((count) == (cap)) {						\
		size_t cap_ = (cap) ? 2 * (cap) : (first);		\
		void *new_ = arena_array((a), cap_, sizeof(*(array)));	\
		if ((count) > 0)					\
			memcpy(new_, (array), (count) * sizeof(*(array)));\
		(array) = new_;						\
		(cap) = cap_;						\
	}								\
} while (0)

static const char *scan_value(struct scan *s, const char *p, unsigned depth,
    enum collect collect, struct json_value *v);

static const char *
scan_object(struct scan *s, const char *p, unsigned depth, enum collect collect)
{
	size_t from = s->nnames;

	p = skip_space(s, p + 1);
	if (p < s->end && *p == '}')
		return p + 1;
	for (;;) {
		struct json_member m;
		const char *start = p;
		bool escaped;

		if (p == s->end)
			return bad(s, p, "object is not closed");
		if (*p != '"')
			return bad(s, p, "expected a name in quotes");
		if ((p = scan_string(s, p, &escaped)) == NULL)
			return NULL;
		m.name = (struct str){ start + 1, (size_t)(p - start) - 2 };
		if (escaped)
			m.name = unescape(m.name, SIZE_MAX, s->a);
		if (s->nnames - from == LIMIT_JSON_MEMBERS)
			return bad(s, start, "too many members in one object");
		ARENA_GROW(s->a, s->names, s->nnames, s->names_cap, 32);
		s->names[s->nnames++] = m.name;
		p = skip_space(s, p);
		if (p == s->end || *p != ':')
			return bad(s, p, "expected ':'");
		p = skip_space(s, p + 1);
		p = scan_value(s, p, depth + 1, COLLECT_NOTHING, &m.value);
		if (p == NULL)
			return NULL;
		if (collect == COLLECT_MEMBERS) {
			m.raw = (struct str){ start, (size_t)(p - start) };
			ARENA_GROW(s->a, s->members, s->count, s->cap, 24);
			s->members[s->count++] = m;
		}
		p = skip_space(s, p);
		if (p == s->end)
			return bad(s, p, "object is not closed");
		if (*p == '}')
			break;
		if (*p != ',')
			return bad(s, p, "expected ',' or '}'");
		p = skip_space(s, p + 1);
	}
	if (!names_differ(s, from))
		return bad(s, p, "a name stands twice in this object");
	s->nnames = from;
	return p + 1;
}

static const char *
scan_array(struct scan *s, const char *p, unsigned depth, enum collect collect)
{
	p = skip_space(s, p + 1);
	if (p < s->end && *p == ']')
		return p + 1;
	for (;;) {
		struct json_value v;

		p = scan_value(s, p, depth + 1, COLLECT_NOTHING, &v);
		if (p == NULL)
			return NULL;
		if (collect == COLLECT_VALUES) {
			ARENA_GROW(s->a, s->values, s->count, s->cap, 16);
			s->values[s->count++] = v;
		}
		p = skip_space(s, p);
		if (p == s->end)
			return bad(s, p, "array is not closed");
		if (*p == ']')
			return p + 1;
		if (*p != ',')
			return bad(s, p, "expected ',' or ']'");
		p = skip_space(s, p + 1);
	}
}

static const char *
scan_value(struct scan *s, const char *p, unsigned depth, enum collect collect,
    struct json_value *v)
{
	const char *from = p;

	if (depth > LIMIT_JSON_DEPTH)
		return bad(s, p, "nested too deeply");
	if (p == s->end)
		return bad(s, p, "expected a value");
	v->escaped = false;
	switch (*p) {
	case '{':
		v->type = JSON_OBJECT;
		p = scan_object(s, p, depth, collect);
		break;
	case '[':
		v->type = JSON_ARRAY;
		p = scan_array(s, p, depth, collect);
		break;
	case '"':
		v->type = JSON_STRING;
		p = scan_string(s, p, &v->escaped);
		break;
	case 't':
		v->type = JSON_TRUE;
		p = scan_word(s, p, STR("true"));
		break;
	case 'f':
		v->type = JSON_FALSE;
		p = scan_word(s, p, STR("false"));
		break;
	case 'n':
		v->type = JSON_NULL;
		p = scan_word(s, p, STR("null"));
		break;
	default:
		v->type = JSON_NUMBER;
		p = scan_number(s, p);
	}
	if (p != NULL)
		v->raw = (struct str){ from, (size_t)(p - from) };
	return p;
}

static int
scan_text(struct scan *s, struct str text, struct arena *a,
    enum collect collect, struct json_value *v, struct err *err)
{
	const char *p;

	*s = (struct scan){ .start = text.p, .end = text.p + text.n, .a = a,
	    .err = err };
	p = scan_value(s, skip_space(s, s->start), 1, collect, v);
	if (p == NULL)
		return -1;
	p = skip_space(s, p);
	if (p < s->end) {
		bad(s, p, "something follows the value");
		return -1;
	}
	return 0;
}

int
json_check(struct str text, struct arena *a, struct err *err)
{
	struct json_value v;
	struct scan s;

	return scan_text(&s, text, a, COLLECT_NOTHING, &v, err);
}

int
json_object(struct str text, struct arena *a, struct json_member **members,
    size_t *count, struct err *err)
{
	struct json_value v;
	struct scan s;

	if (scan_text(&s, text, a, COLLECT_MEMBERS, &v, err) == -1)
		return -1;
	if (v.type != JSON_OBJECT)
		return err_at(err, NULL, 0, 1, "expected an object");
	*members = s.members;
	*count = s.count;
	return 0;
}

int
json_array(struct str text, struct arena *a, struct json_value **values,
    size_t *count, struct err *err)
{
	struct json_value v;
	struct scan s;

	if (scan_text(&s, text, a, COLLECT_VALUES, &v, err) == -1)
		return -1;
	if (v.type != JSON_ARRAY)
		return err_at(err, NULL, 0, 1, "expected an array");
	*values = s.values;
	*count = s.count;
	return 0;
}

const struct json_member *
json_find(const struct json_member *members, size_t count, const char *name)
{
	struct str wanted = str_of(name);

	for (size_t i = 0; i < count; i++)
		if (str_eq(members[i].name, wanted))
			return &members[i];
	return NULL;
}

struct str
json_str(const struct json_value *v, struct arena *a)
{
	return json_str_start(v, SIZE_MAX, a);
}

struct str
json_str_start(const struct json_value *v, size_t most, struct arena *a)
{
	struct str body;

	if (v->type != JSON_STRING)
		return STR_NONE;
	assert(v->raw.n >= 2);
	body = str_slice(v->raw, 1, v->raw.n - 1);
	return v->escaped ? unescape(body, most, a) : body;
}

double
json_num(const struct json_value *v, double otherwise)
{
	char digits[64];
	double number;

	if (v->type != JSON_NUMBER || v->raw.n >= sizeof(digits))
		return otherwise;
	if (v->raw.n == 1)		/* as most are that are asked for */
		return v->raw.p[0] - '0';
	memcpy(digits, v->raw.p, v->raw.n);
	digits[v->raw.n] = '\0';
	number = strtod(digits, NULL);
	return isfinite(number) ? number : otherwise;
}

static void
separate(struct buf *b)
{
	char last = b->n ? b->p[b->n - 1] : '\n';

	if (last != '{' && last != '[' && last != ':' && last != ',' &&
	    last != '\n')
		buf_addc(b, ',');
}

void
json_open(struct buf *b, char bracket)
{
	separate(b);
	buf_addc(b, bracket);
}

void
json_close(struct buf *b, char bracket)
{
	buf_addc(b, bracket);
}

/* True when there is a byte above 0x7f in it. */
static bool
put_string(struct buf *b, struct str s)
{
	const char *p = s.p, *end = s.p + s.n;
	bool high = false;

	buf_addc(b, '"');
	while (p < end) {
		const char *stop = plain_run(p, end, &high);

		buf_add(b, p, (size_t)(stop - p));
		if (stop == end)
			break;
		switch (*stop) {
		case '"': buf_addz(b, "\\\""); break;
		case '\\': buf_addz(b, "\\\\"); break;
		case '\n': buf_addz(b, "\\n"); break;
		case '\t': buf_addz(b, "\\t"); break;
		case '\r': buf_addz(b, "\\r"); break;
		case '\b': buf_addz(b, "\\b"); break;
		case '\f': buf_addz(b, "\\f"); break;
		default: buf_addf(b, "\\u%04x", (unsigned char)*stop);
		}
		p = stop + 1;
	}
	buf_addc(b, '"');
	return high;
}

/* Strings that are copied eight bytes at a time. */
#define SHORT	32

/* Are the 8 bytes plain ASCII, that a string has as they are? */
static inline bool
is_plain(uint64_t eight)
{
	const uint64_t ones = 0x0101010101010101u, tops = 0x80 * ones;
	uint64_t quote = eight ^ '"' * ones, slash = eight ^ '\\' * ones;

	/* where one is missing, or something is borrowed from the top bit */
	return ((eight | (eight - ' ' * ones) | (quote - ones) |
	    (slash - ones)) & tops) == 0;
}

/* Append `s` in quotes if it is short and plain, as nearly all are. */
static inline bool
put_short(struct buf *b, struct str s)
{
	char *to;

	if (s.n > SHORT || b->max > 0 || buf_reserve(b, SHORT + 10) == -1)
		return false;
	to = b->p + b->n;
	*to++ = '"';
	for (size_t i = 0; i < s.n; i += 8) {
		uint64_t eight = ' ' * 0x0101010101010101u;

		memcpy(&eight, s.p + i, s.n - i < 8 ? s.n - i : 8);
		if (!is_plain(eight))
			return false;
		memcpy(to + i, &eight, 8);
	}
	to[s.n] = '"';
	b->n += s.n + 2;
	return true;
}

void
json_put_str(struct buf *b, struct str s)
{
	size_t start;

	separate(b);
	if (put_short(b, s))
		return;
	start = b->n;
	if (put_string(b, s) && utf8_check(s) < s.n) {
		struct buf fixed = BUF_INIT;

		b->n = start;
		utf8_repair(&fixed, s);
		put_string(b, buf_str(&fixed));
		buf_release(&fixed);
	}
}

void
json_put_sound_str(struct buf *b, struct str s)
{
	separate(b);
	put_string(b, s);
}

void
json_name(struct buf *b, const char *name)
{
	json_put_str(b, str_of(name));
	buf_addc(b, ':');
}

void
json_put_int(struct buf *b, long long v)
{
	separate(b);
	buf_addf(b, "%lld", v);
}

/* What printf makes of "%.*f", several times as fast: the product is exact, for
 * it has ten bits more than v, and rounding to the even one of two is printf's. */
static size_t
print_small(char *to, double v, int places)
{
	static const unsigned powers[] = { 1, 10, 100, 1000 };
	long long n = llrintl((long double)v * powers[places]);
	unsigned long long left = (unsigned long long)(n < 0 ? -n : n);
	char digits[24];
	size_t count = 0, length = 0;

	do {
		digits[count++] = (char)('0' + left % 10);
		left /= 10;
	} while (left > 0 || count <= (size_t)places);
	if (n < 0)
		to[length++] = '-';
	while (count > 0) {
		if (count == (size_t)places)
			to[length++] = '.';
		to[length++] = digits[--count];
	}
	return length;
}

void
json_put_num(struct buf *b, double v, int places)
{
	char digits[64];
	size_t n;

	separate(b);
	if (!isfinite(v) || fabs(v) > 1e15)
		v = 0;
	if (LDBL_MANT_DIG >= 64 && places >= 0 && places <= 3 &&
	    fabs(v) < 1e6)
		n = print_small(digits, v, places);
	else
		n = (size_t)snprintf(digits, sizeof(digits), "%.*f", places, v);
	if (places > 0) {
		while (digits[n - 1] == '0')
			n--;
		if (digits[n - 1] == '.')
			n--;
	}
	if (n == 2 && memcmp(digits, "-0", 2) == 0)
		buf_addc(b, '0');
	else
		buf_add(b, digits, n);
}

void
json_put_bool(struct buf *b, bool v)
{
	separate(b);
	buf_addz(b, v ? "true" : "false");
}

void
json_put_raw(struct buf *b, struct str raw)
{
	separate(b);
	buf_adds(b, raw);
}

void
json_member_str(struct buf *b, const char *name, struct str s)
{
	if (s.p == NULL)
		return;
	json_name(b, name);
	json_put_str(b, s);
}

void
json_member_int(struct buf *b, const char *name, long long v)
{
	json_name(b, name);
	json_put_int(b, v);
}
