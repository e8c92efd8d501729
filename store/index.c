#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/io.h"
#include "base/mem.h"
#include "store/ids.h"
#include "store/index.h"

#define MAGIC		"stance-x"
#define HEADER_SIZE	64u
#define ROW_SIZE	40u
#define ROWS_MAX	(1u << 28)

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
    "columns are written raw");

struct header {
	char		magic[8];
	uint64_t	n, first_seq, revisions;
	int64_t		first_stored, last_stored;
	uint64_t	packed, plain;
};

static_assert(sizeof(struct header) == HEADER_SIZE, "it is written raw");

const char *
index_label_name(enum label label)
{
	static const char *const names[LABELS] = {
		[LABEL_EASING] = "easing", [LABEL_TIGHTENING] = "tightening",
		[LABEL_MIXED] = "mixed", [LABEL_NEUTRAL] = "neutral" };

	return names[label];
}

enum label
index_label(struct str s)
{
	if (s.n == 0)
		return LABEL_NONE;
	for (int i = LABEL_EASING; i <= LABEL_NEUTRAL; i++)
		if (str_ieq(s, str_of(index_label_name((enum label)i))))
			return (enum label)i;
	return LABEL_OTHER;
}

void
index_put_labels(struct buf *b, const uint64_t count[LABELS])
{
	json_name(b, "labels");
	json_open(b, '{');
	for (int i = 0; i < LABELS; i++) {
		const char *name = index_label_name((enum label)i);

		if (name != NULL)
			json_member_int(b, name, (long long)count[i]);
	}
	json_close(b, '}');
}

uint32_t
domain_bit(struct str domain)
{
	uint32_t h = 0;

	for (size_t i = 0; i < domain.n; i++) {
		char c = domain.p[i];

		h = h * 31 + (unsigned char)(c >= 'A' && c <= 'Z' ? c | 32 : c);
	}
	return UINT32_C(1) << (h * 0x9e3779b1u >> 27);
}

static struct index_row *
add_row(struct index_rows *rows, const struct line *line, uint64_t offset)
{
	GROW(rows->v, rows->n, rows->cap);
	rows->v[rows->n] = (struct index_row){ .seq = line->seq,
	    .stored = line->stored, .published = line->stored,
	    .offset = (uint32_t)offset, .confidence = CONFIDENCE_NONE };
	return &rows->v[rows->n++];
}

void
index_rows_add_other(struct index_rows *rows, const struct line *line,
    uint64_t offset)
{
	add_row(rows, line, offset);
}

static uint16_t
confidence_of(const struct article *art)
{
	double c = article_measure(art, "confidence");

	if (isnan(c))
		return CONFIDENCE_NONE;
	return (uint16_t)(fmin(fmax(c, 0), 1) * CONFIDENCE_UNIT);
}

void
index_rows_add(struct index_rows *rows, const struct article *art,
    uint64_t key, uint64_t offset)
{
	struct index_row *row = add_row(rows, art->line, offset);
	uint64_t revision = art->line->revision;
	struct str *domains;

	row->key = key;
	row->published = article_published(art);
	row->revision = revision > UINT32_MAX ? UINT32_MAX :
	    (uint32_t)revision;
	if (art->stance_count == 0)
		return;
	row->label = index_label(article_verdict(art, "label"));
	row->confidence = confidence_of(art);
	for (size_t i = article_list(art, "domains", &domains); i-- > 0;)
		row->domains |= domain_bit(domains[i]);
}

void
index_rows_read(struct index_rows *rows, struct str lines, uint64_t offset)
{
	struct arena a = ARENA_INIT;
	struct article art;
	struct line line;
	struct str text;
	struct err ignored;

	for (; line_split(&lines, &text); offset += text.n + 1) {
		if (line_read(&line, text) == -1)
			continue;
		arena_reset(&a);
		if (line.revision > 0 &&
		    article_read(&art, &line, &a, &ignored) == 0)
			index_rows_add(rows, &art,
			    id_of_key(record_key(&art.rec, &a)), offset);
		else
			index_rows_add_other(rows, &line, offset);
	}
	arena_release(&a);
}

void
index_rows_release(struct index_rows *rows)
{
	free(rows->v);
	*rows = (struct index_rows){ NULL, 0, 0 };
}

bool
sieve_is_open(const struct sieve *s)
{
	struct sieve open = SIEVE_OPEN;

	return s->labels == open.labels && s->domains == 0 &&
	    s->stored_from == open.stored_from &&
	    s->stored_to == open.stored_to &&
	    s->published_from == open.published_from &&
	    s->published_to == open.published_to &&
	    s->confidence_from == 0 &&
	    s->confidence_to == open.confidence_to;
}

static size_t
file_size(uint64_t n)
{
	return HEADER_SIZE + n * ROW_SIZE + SHA256_SIZE;
}

/* Point to the columns behind the header. */
static void
find_columns(struct index *x)
{
	const char *p = x->map + HEADER_SIZE;
	size_t n = x->n;

	x->key = (const void *)p;
	x->published = (const void *)(p + 8 * n);
	x->offset = (const void *)(p + 16 * n);
	x->stored = (const void *)(p + 20 * n);
	x->seq = (const void *)(p + 24 * n);
	x->revision = (const void *)(p + 28 * n);
	x->domains = (const void *)(p + 32 * n);
	x->confidence = (const void *)(p + 36 * n);
	x->label = (const void *)(p + 38 * n);
}

static char *
index_path(const struct segment *seg)
{
	return xasprintf("%s.idx", seg->path);
}

/* Is this the header of the index of a sealed file of so many bytes? */
static bool
is_header(const struct header *h, uint64_t size, uint64_t packed)
{
	return memcmp(h->magic, MAGIC, 8) == 0 && h->n <= ROWS_MAX &&
	    file_size(h->n) == size && h->packed == packed;
}

/* Open the file and read its header, which must fit the segment's file: a
 * descriptor and the size, or -1. */
static int
open_header(const struct segment *seg, struct header *h, size_t *size,
    struct err *err)
{
	char *path = index_path(seg), *sealed = segment_file(seg);
	struct stat st, st_sealed;
	int fd = -1;

	if (seg->sealed && stat(sealed, &st_sealed) == 0)
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd == -1)
		err_set(err, "cannot open '%s': %s", path, strerror(errno));
	else if (fstat(fd, &st) == -1 ||
	    read_full(fd, h, HEADER_SIZE) != HEADER_SIZE ||
	    !is_header(h, (uint64_t)st.st_size, (uint64_t)st_sealed.st_size)) {
		err_set(err, "'%s' is not the index of its segment", path);
		close(fd);
		fd = -1;
	} else
		*size = (size_t)st.st_size;
	free(path);
	free(sealed);
	return fd;
}

int
index_open(struct index *x, const struct segment *seg, struct err *err)
{
	struct header h;
	int fd;

	*x = (struct index){ .map = NULL };
	if ((fd = open_header(seg, &h, &x->size, err)) == -1)
		return -1;
	x->map = mmap(NULL, x->size, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (x->map == MAP_FAILED) {
		x->map = NULL;
		return err_set(err, "cannot map '%s.idx': %s", seg->path,
		    strerror(errno));
	}
	x->n = h.n;
	x->first_seq = h.first_seq;
	x->bytes = h.plain;
	find_columns(x);
	return 0;
}

bool
index_has_no_revisions(const struct segment *seg)
{
	struct header h;
	struct err ignored;
	size_t size;
	int fd = open_header(seg, &h, &size, &ignored);

	if (fd == -1)
		return false;
	close(fd);
	return h.revisions == 0;
}

void
index_close(struct index *x)
{
	if (x->map != NULL)
		munmap(x->map, x->size);
	*x = (struct index){ .map = NULL };
}

/* The first row whose arrival is not before `seconds`: times never fall (I7). */
static size_t
row_from(const struct index *x, int64_t seconds)
{
	size_t low = 0, high = x->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (x->stored[middle] < seconds)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static size_t
row_behind(const struct index *x, const struct sieve *s)
{
	return s->stored_to == INT64_MAX ? x->n : row_from(x, s->stored_to + 1);
}

/* All but the arrival, which is a range of rows.  No branches: which way they
 * would go cannot be guessed. */
static inline bool
passes(const struct index *x, const struct sieve *s, size_t i)
{
	return (s->labels >> x->label[i] & 1) &
	    ((s->domains == 0) | ((x->domains[i] & s->domains) != 0)) &
	    (x->published[i] >= s->published_from) &
	    (x->published[i] <= s->published_to) &
	    (x->confidence[i] >= s->confidence_from) &
	    (x->confidence[i] <= s->confidence_to) &
	    (!s->articles | (x->revision[i] != 0));
}

size_t
index_next(const struct index *x, const struct sieve *s, size_t from)
{
	size_t first = row_from(x, s->stored_from), behind = row_behind(x, s);

	for (size_t i = from > first ? from : first; i < behind; i++)
		if (passes(x, s, i))
			return i;
	return x->n;
}

/* With no more than labels and times in question two columns are enough. */
static size_t
count_labels(const struct index *x, const struct sieve *s, size_t from,
    size_t behind)
{
	/* one comparison for both ends of the range */
	uint64_t start = (uint64_t)s->published_from;
	uint64_t span = (uint64_t)s->published_to - start;
	size_t n = 0;

	for (size_t i = from; i < behind; i++)
		n += (s->labels >> x->label[i] & 1) &
		    ((uint64_t)x->published[i] - start <= span);
	return n;
}

size_t
index_count(const struct index *x, const struct sieve *s)
{
	size_t from = row_from(x, s->stored_from), behind = row_behind(x, s);
	bool judged = !(s->labels & 1u << LABEL_NONE);	/* so an article */
	size_t n = 0;

	if (s->domains == 0 && s->confidence_from == 0 &&
	    s->confidence_to == CONFIDENCE_NONE && (judged || !s->articles))
		return count_labels(x, s, from, behind);
	for (size_t i = from; i < behind; i++)
		n += passes(x, s, i);
	return n;
}

int
index_check(const struct segment *seg, struct err *err)
{
	unsigned char hash[SHA256_SIZE];
	struct index x;
	bool fits;

	if (index_open(&x, seg, err) == -1)
		return -1;
	assert(x.map != NULL && x.size >= SHA256_SIZE);
	sha256((struct str){ x.map, x.size - SHA256_SIZE }, hash);
	fits = memcmp(hash, x.map + x.size - SHA256_SIZE, SHA256_SIZE) == 0;
	index_close(&x);
	return fits ? 0 : err_set(err, "'%s.idx' is damaged", seg->path);
}

/* Write the rows into the columns. */
static void
put_columns(char *map, const struct index_rows *rows)
{
	size_t n = rows->n;
	char *p = map + HEADER_SIZE;
	uint64_t first_seq = n > 0 ? rows->v[0].seq : 0;

	for (size_t i = 0; i < n; i++) {
		const struct index_row *row = &rows->v[i];
		const uint32_t cells[] = { row->offset,
		    (uint32_t)row->stored, (uint32_t)(row->seq - first_seq),
		    row->revision, row->domains };

		memcpy(p + 8 * i, &row->key, 8);
		memcpy(p + 8 * n + 8 * i, &row->published, 8);
		for (size_t k = 0; k < 5; k++)
			memcpy(p + (16 + 4 * k) * n + 4 * i, &cells[k], 4);
		memcpy(p + 36 * n + 2 * i, &row->confidence, 2);
		p[38 * n + i] = (char)row->label;
	}
}

int
index_write(const struct segment *seg, const struct index_rows *rows,
    uint64_t packed, uint64_t plain, struct err *err)
{
	struct header h = { .magic = MAGIC, .n = rows->n, .packed = packed,
	    .plain = plain };
	size_t size = file_size(rows->n);
	char *map = xcalloc(1, size), *path = index_path(seg);
	int rc;

	for (size_t i = 0; i < rows->n; i++)
		h.revisions += rows->v[i].revision > 1;
	if (rows->n > 0) {
		h.first_seq = rows->v[0].seq;
		h.first_stored = rows->v[0].stored;
		h.last_stored = rows->v[rows->n - 1].stored;
	}
	memcpy(map, &h, HEADER_SIZE);
	put_columns(map, rows);
	sha256((struct str){ map, size - SHA256_SIZE },
	    (unsigned char *)map + size - SHA256_SIZE);
	rc = file_replace(path, (struct str){ map, size }, 0644, err);
	free(map);
	free(path);
	return rc;
}

int
index_rebuild(const struct segment *seg, struct err *err)
{
	struct index_rows rows = { NULL, 0, 0 };
	struct segment_text text;
	struct str lines;
	struct stat st;
	uint64_t at = 0;
	int rc = segment_open(&text, seg, err);

	assert(seg->sealed);
	if (rc == 0 && fstat(text.fd, &st) == -1)
		rc = err_set(err, "cannot read '%s': %s", text.file,
		    strerror(errno));
	while (rc == 0 && (rc = segment_lines(&text, at, &lines, err)) == 0 &&
	    lines.n > 0) {
		index_rows_read(&rows, lines, at);
		at += lines.n;
	}
	if (rc == 0)
		rc = index_write(seg, &rows, (uint64_t)st.st_size, at, err);
	segment_close(&text);
	index_rows_release(&rows);
	return rc;
}
