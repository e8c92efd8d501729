/*
 * A WARC file is a row of records, each
 *
 *	WARC/1.1 CRLF  name: value CRLF ...  CRLF  block  CRLF CRLF
 *
 * where Content-Length tells the block's bytes.  Mostly each record is a gzip
 * member of its own, so that it can be read from its offset.  The reader keeps
 * two windows: raw bytes of the file, and the plain bytes made from them.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/date.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/opt.h"
#include "ingest/warc.h"
#include "net/coding.h"

/* A page under its own ceiling, with room for the head of the response. */
#define LIMIT_WARC_BLOCK	(LIMIT_PAGE + (1UL << 20))
/* The fields of one record, or the head of one response. */
#define LIMIT_WARC_HEAD		(256UL << 10)
#define FIELDS_MAX		512

static const struct str gzip_magic = { "\x1f\x8b\x08", 3 };

/* Read more raw bytes; false at the end of the file. */
static bool
read_raw(struct warc_in *in)
{
	ssize_t n;

	if (in->eof)
		return false;
	buf_reserve(&in->raw, IO_READ);
	n = read_full(in->fd, in->raw.p + in->raw.n, IO_READ);
	if (n == -1)
		die_errno("cannot read the WARC file");
	in->raw.n += (size_t)n;
	in->eof = (size_t)n < IO_READ;
	return n > 0;
}

static void
drop_raw(struct warc_in *in, size_t n)
{
	buf_drop(&in->raw, n);
	in->read_at += n;
}

/* The plain bytes that were not handed out yet. */
static struct str
window(const struct warc_in *in)
{
	return str_from(buf_str(&in->plain), in->from);
}

static void
drop_plain(struct warc_in *in, size_t n)
{
	in->from += n;
	in->plain_at += n;
	assert(in->from <= in->plain.n);
}

/* Inflate once more: 1 when it gave bytes, 0 when not, -1 on damage. */
static int
inflate_more(struct warc_in *in)
{
	size_t n = in->raw.n < UINT_MAX ? in->raw.n : UINT_MAX;
	int rc;

	if (in->member_done) {
		in->member_at = in->read_at;
		in->member_done = false;
		inflateReset(&in->z);
	}
	buf_reserve(&in->plain, IO_READ);
	in->z.next_in = (unsigned char *)in->raw.p;
	in->z.avail_in = (unsigned)n;
	in->z.next_out = (unsigned char *)in->plain.p + in->plain.n;
	in->z.avail_out = (unsigned)IO_READ;
	rc = inflate(&in->z, Z_NO_FLUSH);
	drop_raw(in, n - in->z.avail_in);
	in->plain.n += IO_READ - in->z.avail_out;
	in->member_done = rc == Z_STREAM_END;
	if (rc != Z_STREAM_END && rc != Z_OK && rc != Z_BUF_ERROR)
		return -1;
	return in->z.avail_out < IO_READ;
}

/* Make more plain bytes: 1, 0 at the end, -1 where a gzip member is broken. */
static int
more_plain(struct warc_in *in)
{
	int rc = 0;

	buf_drop(&in->plain, in->from);
	in->from = 0;
	while (rc == 0) {
		if (in->raw.n == 0 && !read_raw(in))
			return in->gzip && !in->member_done ? -1 : 0;
		if (in->gzip)
			rc = inflate_more(in);
		else {
			buf_adds(&in->plain, buf_str(&in->raw));
			drop_raw(in, in->raw.n);
			rc = 1;
		}
	}
	return rc;
}

int
warc_open(struct warc_in *in, int fd, struct err *err)
{
	*in = (struct warc_in){ .fd = fd, .member_done = true };
	while (in->raw.n < STR("WARC/1.").n && read_raw(in))
		;
	if (in->raw.n == 0) {
		warc_close(in);
		return err_set(err, "the file is empty");
	}
	in->gzip = str_starts(buf_str(&in->raw), gzip_magic);
	if (!in->gzip && !str_starts(buf_str(&in->raw), STR("WARC/1."))) {
		warc_close(in);
		return err_set(err, "this is no WARC file");
	}
	if (in->gzip && inflateInit2(&in->z, 15 + 16) != Z_OK)
		die("out of memory for zlib");
	return 0;
}

void
warc_close(struct warc_in *in)
{
	if (in->gzip)
		inflateEnd(&in->z);
	buf_release(&in->raw);
	buf_release(&in->plain);
}

/* After damage in a gzip'd file: move to the next member. */
static void
resume_gzip(struct warc_in *in)
{
	/* a broken member whose first byte was not consumed is passed by */
	size_t least = in->read_at == in->member_at;

	drop_plain(in, window(in).n);
	in->member_done = true;
	for (;;) {
		ptrdiff_t at = str_find(buf_str(&in->raw), gzip_magic, least);

		if (at >= 0) {
			drop_raw(in, (size_t)at);
			return;
		}
		if (in->raw.n >= gzip_magic.n)
			drop_raw(in, in->raw.n - (gzip_magic.n - 1));
		least = 0;
		if (!read_raw(in)) {
			drop_raw(in, in->raw.n);
			return;
		}
	}
}

/* The same in a plain file: move to the next line that begins a record. */
static void
resume_plain(struct warc_in *in)
{
	static const struct str mark = { "\nWARC/1.", 8 };

	for (;;) {
		ptrdiff_t at = str_find(window(in), mark, 0);

		if (at >= 0) {
			drop_plain(in, (size_t)at + 1);
			return;
		}
		if (window(in).n >= mark.n)
			drop_plain(in, window(in).n - (mark.n - 1));
		if (more_plain(in) != 1) {
			drop_plain(in, window(in).n);
			return;
		}
	}
}

static int
damaged(struct warc_in *in, unsigned long long at, struct err *err,
    const char *what)
{
	if (in->gzip)
		resume_gzip(in);
	else
		resume_plain(in);
	return err_set(err, "record at byte %llu: %s", at, what);
}

/* Offset behind the blank line that ends the head at the start of `s`, or 0. */
static size_t
head_end(struct str s)
{
	for (size_t at = 0;;) {
		ptrdiff_t eol = str_find(s, STR("\n"), at);

		if (eol == -1)
			return 0;
		if ((size_t)eol == at || ((size_t)eol == at + 1 &&
		    s.p[at] == '\r'))
			return (size_t)eol + 1;
		at = (size_t)eol + 1;
	}
}

/* Have the whole head of a record in the window: its length, 0 at the end of
 * the file, -1 on damage. */
static ssize_t
need_head(struct warc_in *in)
{
	for (;;) {
		struct str w = window(in);
		size_t n;
		int rc;

		while (w.n > 0 && (w.p[0] == '\r' || w.p[0] == '\n')) {
			drop_plain(in, 1);
			w = window(in);
		}
		n = head_end(w);
		if (n > 0)
			return (ssize_t)n;
		if (w.n > LIMIT_WARC_HEAD)
			return -1;
		rc = more_plain(in);
		if (rc == 0 && w.n == 0)
			return 0;
		if (rc != 1)
			return -1;
	}
}

/* Drop the record handed out last, which may be longer than the window. */
static int
drop_pending(struct warc_in *in)
{
	for (;;) {
		size_t n = window(in).n;

		if (n > in->pending)
			n = (size_t)in->pending;
		drop_plain(in, n);
		in->pending -= n;
		if (in->pending == 0)
			return 0;
		if (more_plain(in) != 1) {
			in->pending = 0;
			return -1;
		}
	}
}

/* The value of a field in a head, or none. */
static struct str
field(struct str head, const char *name)
{
	struct str line, wanted = str_of(name);

	while (str_split(&head, '\n', &line))
		if (str_istarts(line, wanted) && line.n > wanted.n &&
		    line.p[wanted.n] == ':')
			return str_trim(str_from(line, wanted.n + 1));
	return STR_NONE;
}

/* WARC 1.0 writers put URIs into angle brackets. */
static struct str
without_brackets(struct str s)
{
	return s.n >= 2 && s.p[0] == '<' && s.p[s.n - 1] == '>' ?
	    str_slice(s, 1, s.n - 1) : s;
}

int
warc_next(struct warc_in *in, struct warc_record *rec, struct err *err)
{
	unsigned long long at;
	long long length;
	struct str head;
	ssize_t n;

	if (drop_pending(in) == -1)
		return damaged(in, in->gzip ? in->member_at : in->plain_at,
		    err, "cut short");
	n = need_head(in);
	at = in->gzip ? in->member_at : in->plain_at;
	if (n == 0)
		return 0;
	if (n == -1)
		return damaged(in, at, err, "its head is damaged or too long");
	head = str_slice(window(in), 0, (size_t)n);
	if (!str_starts(head, STR("WARC/1.")))
		return damaged(in, at, err, "no WARC version line");
	length = str_number(field(head, "Content-Length"), LLONG_MAX / 2);
	if (length < 0)
		return damaged(in, at, err, "no usable Content-Length");
	in->pending = (unsigned long long)n + (unsigned long long)length;
	*rec = (struct warc_record){ .offset = at,
	    .too_long = (unsigned long long)length > LIMIT_WARC_BLOCK };
	while (!rec->too_long && window(in).n < in->pending)
		if (more_plain(in) != 1) {
			in->pending = 0;
			return damaged(in, at, err, "cut short");
		}
	head = str_slice(window(in), 0, (size_t)n);
	if (!rec->too_long)
		rec->block = str_slice(window(in), (size_t)n,
		    (size_t)in->pending);
	rec->type = field(head, "WARC-Type");
	rec->url = without_brackets(field(head, "WARC-Target-URI"));
	rec->date = field(head, "WARC-Date");
	rec->content_type = field(head, "Content-Type");
	rec->truncated = field(head, "WARC-Truncated");
	return 1;
}

/* "HTTP/1.1 200 OK" -> 200, or -1. */
static int
status_of(struct str line)
{
	ptrdiff_t space = str_find(line, STR(" "), 0);

	if (!str_istarts(line, STR("HTTP/")) || space == -1)
		return -1;
	return (int)str_number(str_slice(str_from(line, (size_t)space + 1),
	    0, 3), 999);
}

/* Read the lines of an HTTP head behind its first. */
static size_t
read_headers(struct str head, struct header *headers)
{
	size_t count = 0;
	struct str line;

	while (str_split(&head, '\n', &line) && count < FIELDS_MAX) {
		ptrdiff_t colon = str_find(line, STR(":"), 0);

		if (colon > 0)
			headers[count++] = (struct header){
			    str_trim(str_slice(line, 0, (size_t)colon)),
			    str_trim(str_from(line, (size_t)colon + 1)) };
	}
	return count;
}

static struct str
header_value(const struct source *src, const char *name)
{
	for (size_t i = 0; i < src->nheaders; i++)
		if (str_ieq(src->headers[i].name, str_of(name)))
			return src->headers[i].value;
	return STR_NONE;
}

int
warc_source(const struct warc_record *rec, struct buf *body, struct arena *a,
    struct source *src, int *status, struct err *err)
{
	struct str head, line, payload;
	struct header *headers;
	struct buf whole = buf_init(LIMIT_WARC_BLOCK);
	enum coding_end end;
	int rc;

	*src = (struct source){ .url = rec->url };
	if (rec->too_long)
		return err_set(err, "longer than %lu bytes", LIMIT_WARC_BLOCK);
	if (str_eq(rec->type, STR("resource"))) {
		src->content_type = rec->content_type;
		src->bytes = rec->block;
		*status = 200;
		return 0;
	}
	head = str_slice(rec->block, 0, head_end(rec->block));
	payload = str_from(rec->block, head.n);
	if (!str_split(&head, '\n', &line) || (*status = status_of(line)) == -1)
		return err_set(err, "no HTTP response in it");
	headers = arena_array(a, FIELDS_MAX, sizeof(*headers));
	src->headers = headers;
	src->nheaders = read_headers(head, headers);
	src->content_type = header_value(src, "Content-Type");
	if (str_ieq(header_value(src, "Transfer-Encoding"), STR("chunked")) &&
	    coding_dechunk(payload, &whole) == 0)
		payload = buf_str(&whole);
	rc = coding_decode(header_value(src, "Content-Encoding"), payload, body,
	    &end, err);
	buf_release(&whole);
	src->bytes = buf_str(body);
	return rc;
}

/* "sha1:" and base32 (RFC 4648), as the standard's examples have it. */
static void
add_digest(struct buf *to, const char *name, struct str bytes)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	unsigned char sha1[EVP_MAX_MD_SIZE];
	unsigned size;

	if (EVP_Digest(bytes.p, bytes.n, sha1, &size, EVP_sha1(), NULL) != 1)
		die("libcrypto has no SHA-1");
	assert(size == 20);
	buf_addf(to, "%s: sha1:", name);
	for (unsigned bit = 0; bit < 160; bit += 5) {
		unsigned two = (unsigned)sha1[bit / 8] << 8 |
		    (bit / 8 + 1 < 20 ? sha1[bit / 8 + 1] : 0);

		buf_addc(to, letters[two >> (11 - bit % 8) & 31]);
	}
	buf_addz(to, "\r\n");
}

/* A random (version 4) UUID as a URN, RFC 9562. */
static void
make_id(char out[64])
{
	unsigned char r[16];

	if (getrandom(r, sizeof(r), 0) != sizeof(r))
		die_errno("getrandom");
	r[6] = (unsigned char)((r[6] & 0x0f) | 0x40);
	r[8] = (unsigned char)((r[8] & 0x3f) | 0x80);
	snprintf(out, 64, "<urn:uuid:%02x%02x%02x%02x-%02x%02x-%02x%02x-"
	    "%02x%02x-%02x%02x%02x%02x%02x%02x>", r[0], r[1], r[2], r[3], r[4],
	    r[5], r[6], r[7], r[8], r[9], r[10], r[11], r[12], r[13], r[14],
	    r[15]);
}

/* Compress one record, head and block and the two line ends, as a member. */
static void
add_member(struct buf *to, struct str head, struct str block)
{
	struct str parts[] = { head, STR("\r\n"), block, STR("\r\n\r\n") };
	z_stream z = { 0 };
	int rc = Z_OK;

	if (deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) !=
	    Z_OK)
		die("out of memory for zlib");
	for (size_t i = 0; i < 4; i++) {
		z.next_in = (unsigned char *)(uintptr_t)parts[i].p;
		z.avail_in = (unsigned)parts[i].n;
		do {
			buf_reserve(to, IO_WRITE);
			z.next_out = (unsigned char *)to->p + to->n;
			z.avail_out = (unsigned)IO_WRITE;
			rc = deflate(&z, i == 3 ? Z_FINISH : Z_NO_FLUSH);
			to->n += IO_WRITE - z.avail_out;
		} while (z.avail_out == 0 || (i == 3 && rc == Z_OK));
	}
	if (rc != Z_STREAM_END)
		BUG("deflate did not finish");
	deflateEnd(&z);
}

/* Begin a record's head in `head` with what all types have. */
static void
begin_head(struct buf *head, const char *type, int64_t at, const char *id,
    const char *content_type, struct str block)
{
	char date[DATE_SIZE];

	date_format_utc(at, date);
	buf_addf(head, "WARC/1.1\r\nWARC-Type: %s\r\nWARC-Record-ID: %s\r\n"
	    "WARC-Date: %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n",
	    type, id, date, content_type, block.n);
	add_digest(head, "WARC-Block-Digest", block);
}

/* A header's value with what would end it early taken out. */
static void
add_value(struct buf *to, struct str value)
{
	for (size_t i = 0; i < value.n; i++)
		buf_addc(to, value.p[i] == '\r' || value.p[i] == '\n' ||
		    value.p[i] == '\0' ? ' ' : value.p[i]);
}

static void
add_field(struct buf *to, const char *name, struct str value)
{
	if (value.n == 0)
		return;
	buf_addf(to, "%s: ", name);
	add_value(to, value);
	buf_addz(to, "\r\n");
}

/* The response as HTTP/1.1 would have it: the body's length is told by
 * Content-Length, since transfer coding is gone. */
static size_t
add_response(struct buf *to, const struct warc_exchange *x)
{
	buf_addf(to, "HTTP/1.1 %03d ", x->status);
	add_value(to, x->reason);
	buf_addz(to, "\r\n");
	for (size_t i = 0; i < x->nheaders; i++) {
		struct str name = x->headers[i].name;

		if (str_ieq(name, STR("Transfer-Encoding")) ||
		    str_ieq(name, STR("Content-Length")))
			continue;
		add_value(to, name);
		buf_addz(to, ": ");
		add_value(to, x->headers[i].value);
		buf_addz(to, "\r\n");
	}
	buf_addf(to, "Content-Length: %zu\r\n\r\n", x->body.n);
	buf_adds(to, x->body);
	return x->body.n;
}

/* Write the gathered members, or leave the file as it was. */
static int
commit(struct warc_out *out, struct err *err)
{
	if (write_full(out->fd, out->member.p, out->member.n) == -1) {
		int saved = errno;

		if (ftruncate(out->fd, (off_t)out->at) == -1 ||
		    lseek(out->fd, (off_t)out->at, SEEK_SET) == -1)
			die_errno("cannot mend '%s'", out->path);
		return err_set(err, "cannot write '%s': %s", out->path,
		    strerror(saved));
	}
	out->at += out->member.n;
	return 0;
}

int
warc_write(struct warc_out *out, const struct warc_exchange *x,
    unsigned long long *offset, struct err *err)
{
	struct buf head = BUF_INIT;
	char id[64], request_id[64];
	struct str block;
	size_t body;
	int rc;

	buf_reset(&out->block);
	buf_reset(&out->member);
	body = add_response(&out->block, x);
	block = buf_str(&out->block);
	make_id(id);
	begin_head(&head, "response", x->at, id,
	    "application/http;msgtype=response", block);
	add_digest(&head, "WARC-Payload-Digest",
	    str_from(block, block.n - body));
	add_field(&head, "WARC-Target-URI", x->url);
	add_field(&head, "WARC-IP-Address", x->ip);
	add_field(&head, "WARC-Truncated", str_of(x->truncated));
	add_member(&out->member, buf_str(&head), block);
	if (x->request.n > 0) {
		buf_reset(&head);
		make_id(request_id);
		begin_head(&head, "request", x->at, request_id,
		    "application/http;msgtype=request", x->request);
		add_field(&head, "WARC-Target-URI", x->url);
		add_field(&head, "WARC-Concurrent-To", str_of(id));
		add_member(&out->member, buf_str(&head), x->request);
	}
	*offset = out->at;
	rc = commit(out, err);
	buf_release(&head);
	return rc;
}

static int
write_info(struct warc_out *out, struct err *err)
{
	struct str block = STR("software: stance/" STANCE_VERSION "\r\n"
	    "format: WARC File Format 1.1\r\n");
	struct buf head = BUF_INIT;
	char id[64];
	int rc;

	make_id(id);
	begin_head(&head, "warcinfo", clock_now(), id,
	    "application/warc-fields", block);
	buf_reset(&out->member);
	add_member(&out->member, buf_str(&head), block);
	rc = commit(out, err);
	buf_release(&head);
	return rc;
}

/* Where the last whole record of an existing file ends. */
static int
find_end(int fd, unsigned long long *end, struct err *err)
{
	struct warc_record rec;
	struct warc_in in;
	int rc;

	*end = 0;
	if (warc_open(&in, fd, err) == -1)
		return -1;
	while ((rc = warc_next(&in, &rec, err)) == 1)
		;
	/* only what stands behind the last good record may be cut */
	*end = rc == 0 ? in.read_at : in.member_at;
	if (rc == -1 && warc_next(&in, &rec, err) != 0)
		rc = err_set(err, "it is damaged before its end; not appending");
	else
		rc = 0;
	if (!in.gzip)
		rc = err_set(err, "it is not compressed; not appending");
	warc_close(&in);
	return rc;
}

int
warc_create(struct warc_out *out, const char *path, struct err *err)
{
	struct err why;
	struct stat st;

	*out = (struct warc_out){ .path = path };
	out->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (out->fd == -1 || fstat(out->fd, &st) == -1)
		return err_set(err, "cannot open '%s': %s", path,
		    strerror(errno));
	if (st.st_size == 0)
		return write_info(out, err);
	if (find_end(out->fd, &out->at, &why) == -1) {
		close(out->fd);
		return err_set(err, "'%s': %s", path, why.msg);
	}
	if (ftruncate(out->fd, (off_t)out->at) == -1 ||
	    lseek(out->fd, (off_t)out->at, SEEK_SET) == -1) {
		close(out->fd);
		return err_set(err, "cannot mend '%s': %s", path,
		    strerror(errno));
	}
	return out->at == 0 ? write_info(out, err) : 0;
}

int
warc_finish(struct warc_out *out, struct err *err)
{
	int rc = 0;

	if (fsync(out->fd) == -1 || close(out->fd) == -1)
		rc = err_set(err, "cannot write '%s': %s", out->path,
		    strerror(errno));
	buf_release(&out->block);
	buf_release(&out->member);
	return rc;
}
