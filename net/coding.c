#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

#include "base/limits.h"
#include "net/coding.h"

/* Bytes made at a time: small enough that a bomb shows early. */
#define STEP		(IO_READ / 2 + 16)
/* More codings than this on one body is an attack, not a server. */
#define CODINGS_MAX	4
/* RFC 9659: a zstd window of at most 8 MB on the web. */
#define ZSTD_WINDOW_LOG	23

/* Room for the next step, or what the ceiling leaves of it; 0 at the ceiling. */
static size_t
room(struct buf *to)
{
	size_t n = STEP;

	if (to->max > 0 && n > to->max - to->n)
		n = to->max - to->n;
	if (n > 0)
		buf_reserve(to, n);
	return n;
}

/* One or more gzip members, or zlib, or raw deflate: `bits` is what
 * inflateInit2() takes. */
static enum coding_end
inflate_all(struct str body, int bits, struct buf *to)
{
	enum coding_end end = CODING_CUT;
	z_stream z = { 0 };

	if (inflateInit2(&z, bits) != Z_OK)
		die("out of memory for zlib");
	z.next_in = (unsigned char *)(uintptr_t)body.p;
	z.avail_in = (unsigned)body.n;
	for (;;) {
		size_t n = room(to);
		int rc;

		if (n == 0) {
			end = CODING_FULL;
			break;
		}
		z.next_out = (unsigned char *)to->p + to->n;
		z.avail_out = (unsigned)n;
		rc = inflate(&z, Z_NO_FLUSH);
		to->n += n - z.avail_out;
		if (rc == Z_STREAM_END) {
			end = CODING_WHOLE;
			if (z.avail_in == 0 || inflateReset(&z) != Z_OK)
				break;
		} else if (rc == Z_OK)
			end = CODING_CUT;
		else {
			/* padding behind a whole member does no harm */
			if (z.total_out > 0)
				end = CODING_CUT;
			break;
		}
	}
	inflateEnd(&z);
	return end;
}

static enum coding_end
brotli_all(struct str body, struct buf *to)
{
	BrotliDecoderState *state = BrotliDecoderCreateInstance(NULL, NULL,
	    NULL);
	const uint8_t *in = (const uint8_t *)body.p;
	enum coding_end end = CODING_CUT;
	size_t left = body.n;

	if (state == NULL)
		die("out of memory for brotli");
	for (;;) {
		size_t n = room(to), before = n;
		BrotliDecoderResult rc;
		uint8_t *out;

		if (n == 0) {
			end = CODING_FULL;
			break;
		}
		out = (uint8_t *)to->p + to->n;
		rc = BrotliDecoderDecompressStream(state, &left, &in, &n, &out,
		    NULL);
		to->n += before - n;
		if (rc == BROTLI_DECODER_RESULT_SUCCESS)
			end = CODING_WHOLE;
		if (rc != BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT)
			break;
	}
	BrotliDecoderDestroyInstance(state);
	return end;
}

static enum coding_end
zstd_all(struct str body, struct buf *to)
{
	ZSTD_DStream *stream = ZSTD_createDStream();
	ZSTD_inBuffer in = { body.p, body.n, 0 };
	enum coding_end end = CODING_CUT;

	if (stream == NULL)
		die("out of memory for zstd");
	ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG);
	for (;;) {
		ZSTD_outBuffer out;
		size_t n = room(to), rc;

		if (n == 0) {
			end = CODING_FULL;
			break;
		}
		out = (ZSTD_outBuffer){ to->p + to->n, n, 0 };
		rc = ZSTD_decompressStream(stream, &out, &in);
		to->n += out.pos;
		if (ZSTD_isError(rc))
			break;
		if (rc == 0 && in.pos == in.size) {
			end = CODING_WHOLE;
			break;
		}
		if (in.pos == in.size && out.pos < n)
			break;
	}
	ZSTD_freeDStream(stream);
	return end;
}

static bool
is_zlib(struct str body)
{
	const unsigned char *p = (const unsigned char *)body.p;

	return body.n >= 2 && (p[0] & 0x0f) == 8 && (p[0] << 8 | p[1]) % 31 == 0;
}

/* Undo one coding.  -1: not known. */
static int
decode_one(struct str name, struct str body, struct buf *to,
    enum coding_end *end)
{
	static const struct str gzip_magic = { "\x1f\x8b", 2 };
	static const struct str zstd_magic = { "\x28\xb5\x2f\xfd", 4 };
	bool gzip = str_ieq(name, STR("gzip")) || str_ieq(name, STR("x-gzip"));
	bool zstd = str_ieq(name, STR("zstd"));

	*end = CODING_WHOLE;
	if (gzip && str_starts(body, gzip_magic))
		*end = inflate_all(body, 15 + 16, to);
	else if (zstd && str_starts(body, zstd_magic))
		*end = zstd_all(body, to);
	else if (str_ieq(name, STR("deflate")))
		/* old servers send it raw under this name */
		*end = inflate_all(body, is_zlib(body) ? 15 : -15, to);
	else if (str_ieq(name, STR("br")))
		*end = brotli_all(body, to);
	else if (!gzip && !zstd && !str_ieq(name, STR("identity")))
		return -1;
	else if (buf_adds(to, body) == -1) {	/* not coded after all */
		buf_add(to, body.p, to->max - to->n);
		*end = CODING_FULL;
	}
	return 0;
}

int
coding_decode(struct str names, struct str body, struct buf *to,
    enum coding_end *end, struct err *err)
{
	struct buf steps[2] = { buf_init(to->max), buf_init(to->max) };
	struct str list[CODINGS_MAX], name;
	size_t count = 0;
	int rc = 0;

	while (str_split(&names, ',', &name)) {
		name = str_trim(name);
		if (name.n == 0)
			continue;
		if (count == CODINGS_MAX)
			return err_set(err, "more than %d content codings",
			    CODINGS_MAX);
		list[count++] = name;
	}
	if (count == 0)
		list[count++] = STR("identity");
	*end = CODING_WHOLE;
	while (count-- > 0 && rc == 0) {
		struct buf *next = count == 0 ? to : &steps[count % 2];
		enum coding_end step_end;

		buf_reset(&steps[count % 2]);
		if (decode_one(list[count], body, next, &step_end) == -1)
			rc = err_set(err, "content coding '%.*s' is not known",
			    STR_FMT(list[count]));
		if (step_end != CODING_WHOLE)
			*end = step_end;
		body = buf_str(next);
	}
	buf_release(&steps[0]);
	buf_release(&steps[1]);
	return rc;
}

/* The size line of a chunk at the start of `s`: its digits, -1 when it has
 * none or more than a body can be long. */
static long long
chunk_size(struct str s)
{
	long long size = 0;
	size_t i = 0;

	for (; i < s.n && i < 9; i++) {
		char c = s.p[i];

		if (is_digit(c))
			size = size * 16 + (c - '0');
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			size = size * 16 + ((c | 32) - 'a' + 10);
		else
			break;
	}
	return i == 0 || i == 9 ? -1 : size;
}

int
coding_dechunk(struct str body, struct buf *to)
{
	size_t began = to->n;

	for (;;) {
		long long size = chunk_size(body);
		ptrdiff_t eol = str_find(body, STR("\n"), 0);

		if (size == 0 && eol >= 0)
			return 0;		/* trailers are not kept */
		if (size < 0 || eol < 0)
			break;
		body = str_from(body, (size_t)eol + 1);
		if ((size_t)size > body.n ||
		    buf_add(to, body.p, (size_t)size) == -1)
			break;
		body = str_from(body, (size_t)size);
		if (str_starts(body, STR("\r\n")))
			body = str_from(body, 2);
		else if (str_starts(body, STR("\n")))
			body = str_from(body, 1);
		else
			break;
	}
	to->n = began;
	return -1;
}
