#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/date.h"
#include "base/io.h"
#include "base/json.h"
#include "base/mem.h"
#include "store/frames.h"
#include "store/seal.h"

#define ZSTD_LEVEL	3
#define META_MAX	(1UL << 20)

/* What is sealed: the text of one segment, or of several. */
struct sealing {
	const struct segment	*to;
	const struct segment	*from;
	size_t			 n;
	const struct segment	*previous;	/* or NULL, as the next */
	const struct segment	*next;
	int			 level;		/* of zstd */
	bool			 check;		/* the seal of every line */
	struct index_rows	 rows;
	bool			 known;		/* rows were given */
	uint64_t		*starts;	/* of each in the text */
	uint64_t		 plain, packed;	/* bytes */
	char			 hash[SHA256_HEX];
};

static char *
beside(const struct segment *seg, const char *suffix)
{
	return xasprintf("%s%s", seg->path, suffix);
}

/* -1: the seal of a line does not fit. */
static int
check_seals(const char *file, struct str lines, struct err *err)
{
	struct line line;
	struct str text;

	while (line_split(&lines, &text))
		if (line_read(&line, text) == -1 || !line_is_whole(&line))
			return err_set(err, "'%s' has a damaged line: see "
			    "'stance-store check'", file);
	return 0;
}

/* Put the text of one segment into the frames. */
static int
compress_one(struct sealing *s, const struct segment *from,
    struct frames_writer *fw, struct err *err)
{
	struct segment_text text;
	struct str lines;
	uint64_t at = 0;
	int rc = segment_open(&text, from, err);

	while (rc == 0 && (rc = segment_lines(&text, at, &lines, err)) == 0 &&
	    lines.n > 0) {
		if (s->check)
			rc = check_seals(text.file, lines, err);
		if (rc == 0)
			rc = frames_add(fw, lines, err);
		if (!s->known)
			index_rows_read(&s->rows, lines, s->plain);
		at += lines.n;
		s->plain += lines.n;
	}
	segment_close(&text);
	return rc;
}

/* Copy all text into frames on `fd`, which is synced. */
static int
compress(struct sealing *s, int fd, struct err *err)
{
	struct frames_writer *fw = frames_writer_new(fd, s->level);
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < s->n; i++) {
		s->starts[i] = s->plain;
		rc = compress_one(s, &s->from[i], fw, err);
	}
	if (rc == 0)
		rc = frames_finish(fw, err);
	if (rc == 0 && fsync(fd) == -1)
		rc = err_set(err, "cannot sync: %s", strerror(errno));
	frames_writer_free(fw);
	return rc;
}

/* The file's hash and size. */
static int
hash_file(const char *path, char out[SHA256_HEX], uint64_t *size,
    struct err *err)
{
	unsigned char raw[SHA256_SIZE];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int rc = fd == -1 ? -1 : sha256_fd(fd, raw, size);

	if (rc == 0)
		hex_encode(raw, SHA256_SIZE, out);
	else
		err_set(err, "cannot read '%s': %s", path, strerror(errno));
	if (fd != -1)
		close(fd);
	return rc;
}

/* Counts of lines, articles and labels. */
static void
put_counts(struct buf *b, const struct sealing *s)
{
	uint64_t articles = 0, revisions = 0, label[LABELS] = { 0 };
	const struct index_row *row = s->rows.v;

	for (size_t i = 0; i < s->rows.n; i++) {
		articles += row[i].revision == 1;
		revisions += row[i].revision > 1;
		label[row[i].label]++;
	}
	json_member_int(b, "lines", (long long)s->rows.n);
	json_member_int(b, "bytes", (long long)s->plain);
	json_member_int(b, "articles", (long long)articles);
	json_member_int(b, "revisions", (long long)revisions);
	index_put_labels(b, label);
	if (s->rows.n == 0)
		return;
	json_member_int(b, "first_seq", (long long)row[0].seq);
	json_member_int(b, "last_seq", (long long)(row[s->rows.n - 1].seq));
	line_put_time(b, "first_stored", row[0].stored);
	line_put_time(b, "last_stored", row[s->rows.n - 1].stored);
}

/* The parts that `seg` has itself, or just it, from `start` on. */
static void
put_part(struct buf *b, const struct segment *seg, uint64_t start)
{
	for (uint32_t number = seg->number; ; number++) {
		uint64_t at = 0;

		if (number == seg->number ||
		    segment_part(seg, number, &at) == 0) {
			json_open(b, '[');
			json_put_int(b, number);
			json_put_int(b, (long long)start + (long long)at);
			json_close(b, ']');
		}
		if (number == seg->last)
			break;
	}
}

static void
put_parts(struct buf *b, const struct sealing *s)
{
	json_name(b, "parts");
	json_open(b, '[');
	for (size_t i = 0; i < s->n; i++)
		put_part(b, &s->from[i], s->starts[i]);
	json_close(b, ']');
}

/* The hash by which the next segment knows this one, where that is another than
 * its own: it was mended or merged since. */
static void
find_replaced(const struct sealing *s, char out[SHA256_HEX])
{
	struct meta old, next;
	struct err ignored;
	const char *known = "";

	if (meta_read(&s->from[s->n - 1], &old, &ignored) == 0)
		known = old.sha256;
	if (s->next != NULL && s->next->sealed &&
	    meta_read(s->next, &next, &ignored) == 0 &&
	    next.previous[0] != '\0')
		known = next.previous;
	out[0] = '\0';
	if (known[0] != '\0' && strcmp(known, s->hash) != 0)
		memcpy(out, known, SHA256_HEX);
}

/* The hash of the segment before.  Its file may have been merged into another
 * since it was listed. */
static int
find_previous(const struct segment *before, char out[SHA256_HEX])
{
	char *folder = xstrdup(before->path);
	struct segments list;
	const struct segment *seg = NULL;
	struct meta meta;
	struct err ignored;
	int rc = meta_read(before, &meta, &ignored);

	for (int level = 0; level < 4; level++)
		*strrchr(folder, '/') = '\0';
	if (rc == -1 && segments_list(&list, folder, &ignored) == 0) {
		seg = segments_find(&list, before->last);
		rc = seg ? meta_read(seg, &meta, &ignored) : -1;
		segments_release(&list);
	}
	memcpy(out, meta.sha256, SHA256_HEX);
	free(folder);
	return rc;
}

static void
put_chain(struct buf *b, const struct sealing *s)
{
	char previous[SHA256_HEX], replaced[SHA256_HEX];

	json_member_str(b, "sha256", str_of(s->hash));
	if (s->previous != NULL && find_previous(s->previous, previous) == 0)
		json_member_str(b, "previous", str_of(previous));
	find_replaced(s, replaced);
	if (replaced[0] != '\0')
		json_member_str(b, "replaces", str_of(replaced));
}

/* Describe the frames. */
static int
write_meta(const struct sealing *s, struct err *err)
{
	struct buf b = BUF_INIT;
	char *path = beside(s->to, ".meta.json");
	int rc;

	json_open(&b, '{');
	json_member_int(&b, "segment", (long long)s->to->number);
	put_counts(&b, s);
	if (s->n > 1)
		put_parts(&b, s);
	put_chain(&b, s);
	seal_put(&b, 0);
	rc = file_replace(path, buf_str(&b), 0644, err);
	buf_release(&b);
	free(path);
	return rc;
}

static int
write_frames(struct sealing *s, const char *path, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	int rc;

	if (fd == -1)
		return err_set(err, "cannot write '%s': %s", path,
		    strerror(errno));
	rc = compress(s, fd, err);
	if (close(fd) == -1 && rc == 0)
		rc = err_set(err, "cannot write '%s': %s", path,
		    strerror(errno));
	return rc;
}

/* Index and description of the frames in the file `path`. */
static int
describe(struct sealing *s, const char *path, struct err *err)
{
	if (hash_file(path, s->hash, &s->packed, err) == -1 ||
	    index_write(s->to, &s->rows, s->packed, s->plain, err) == -1)
		return -1;
	return write_meta(s, err);
}

/* Write frames, beside, and describe them. */
static int
prepare(struct sealing *s, struct err *err)
{
	char *new = beside(s->to, ".jsonl.zst.new");
	int rc;

	s->starts = xcalloc(s->n, sizeof(*s->starts));
	rc = write_frames(s, new, err);
	if (rc == 0)
		rc = describe(s, new, err);
	if (rc == -1)
		unlink(new);
	free(s->starts);
	free(new);
	return rc;
}

int
seal_publish(struct segment *seg, struct err *err)
{
	char *sealed = beside(seg, ".jsonl.zst");
	char *new = beside(seg, ".jsonl.zst.new");
	int rc = 0;

	if (rename(new, sealed) == -1) {
		rc = err_set(err, "cannot write '%s': %s", sealed,
		    strerror(errno));
		unlink(new);
	} else
		rc = sync_parent(sealed, err);
	seg->sealed |= rc == 0;
	free(sealed);
	free(new);
	return rc;
}

static void
find_neighbours(struct sealing *s, const struct segments *list, size_t at)
{
	s->previous = at > 0 ? &list->v[at - 1] : NULL;
	s->next = at + s->n < list->n ? &list->v[at + s->n] : NULL;
}

int
segment_seal(struct segments *list, size_t i, const struct index_rows *rows,
    struct err *err)
{
	struct segment *seg = &list->v[i], plain = *seg;
	struct sealing s = { .to = seg, .from = &plain, .n = 1,
	    .level = ZSTD_LEVEL };
	struct err why;
	int rc;

	plain.sealed = false;
	find_neighbours(&s, list, i);
	if (rows != NULL) {
		s.rows = *rows;
		s.known = true;
	}
	rc = prepare(&s, &why);
	if (!s.known)
		index_rows_release(&s.rows);
	if (rc == 0)
		rc = seal_publish(seg, &why);
	if (rc == -1)
		return err_set(err, "cannot seal '%s.jsonl': %s", seg->path,
		    why.msg);
	return segment_drop_plain(seg, err);		/* I5: only now */
}

/* What the frames say, and nothing of an older description: where the segments
 * that were merged in it began is lost. */
int
seal_describe(const struct segments *list, size_t i, struct err *err)
{
	struct segment *seg = &list->v[i];
	struct sealing s = { .to = seg, .from = seg, .n = 1 };
	char *path = beside(seg, ".jsonl.zst");
	struct segment_text text;
	struct str lines;
	int rc = segment_open(&text, seg, err);

	find_neighbours(&s, list, i);
	while (rc == 0 &&
	    (rc = segment_lines(&text, s.plain, &lines, err)) == 0 &&
	    lines.n > 0) {
		index_rows_read(&s.rows, lines, s.plain);
		s.plain += lines.n;
	}
	segment_close(&text);
	if (rc == 0)
		rc = describe(&s, path, err);
	index_rows_release(&s.rows);
	free(path);
	return rc;
}

int
seal_merge(const struct segment *merged, const struct segments *list,
    size_t at, size_t n, int level, char hash[SHA256_HEX], struct err *err)
{
	struct sealing s = { .to = merged, .from = &list->v[at], .n = n,
	    .level = level, .check = true };
	int rc;

	find_neighbours(&s, list, at);
	rc = prepare(&s, err);
	memcpy(hash, s.hash, SHA256_HEX);
	index_rows_release(&s.rows);
	return rc;
}

static int
remove_file(const struct segment *seg, const char *suffix, struct err *err)
{
	char *path = beside(seg, suffix);
	int rc = 0;

	if (unlink(path) == -1 && errno != ENOENT)
		rc = err_set(err, "cannot remove '%s': %s", path,
		    strerror(errno));
	free(path);
	return rc;
}

int
segment_remove(const struct segment *seg, struct err *err)
{
	if (remove_file(seg, ".jsonl.zst", err) == -1 ||
	    remove_file(seg, ".idx", err) == -1 ||
	    remove_file(seg, ".meta.json", err) == -1)
		return -1;
	return sync_parent(seg->path, err);
}

void
segment_prune(const char *path)
{
	char *folder = xstrdup(path);

	for (int level = 0; level < 3; level++) {
		*strrchr(folder, '/') = '\0';
		if (rmdir(folder) == -1)
			break;
	}
	free(folder);
}

int
segment_drop_plain(struct segment *seg, struct err *err)
{
	assert(seg->sealed);
	if (remove_file(seg, ".jsonl", err) == -1)
		return -1;
	seg->plain = false;
	return 0;
}

uint32_t
segment_before(const struct segments *list, int64_t stored)
{
	size_t low = 0, high = list->n;

	/* times never fall (I7), so halves can be ruled out */
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct meta meta;
		struct err ignored;

		if (list->v[middle].sealed &&
		    meta_read(&list->v[middle], &meta, &ignored) == 0 &&
		    meta.last_stored < stored)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 ? list->v[low - 1].last : 0;
}

static void
take_hash(const struct json_member *m, struct arena *a, char out[SHA256_HEX])
{
	struct str s = m ? json_str(&m->value, a) : STR_NONE;

	if (s.n == SHA256_HEX - 1)
		memcpy(out, s.p, s.n);
}

static uint64_t
take_count(const struct json_member *m)
{
	double v = m ? json_num(&m->value, 0) : 0;

	return v > 0 ? (uint64_t)v : 0;
}

static int64_t
take_time(const struct json_member *m, struct arena *a)
{
	struct date d;

	return m && date_parse_3339(json_str(&m->value, a), &d) == 0 ?
	    d.seconds : INT64_MAX;
}

/* The description, its seal checked: its members live in `a`. */
static int
read_members(const struct segment *seg, struct arena *a,
    struct json_member **m, size_t *n, struct err *err)
{
	char *path = beside(seg, ".meta.json");
	struct buf b = BUF_INIT;
	struct str text;
	struct err why;
	int rc = file_slurp(path, &b, META_MAX, err);

	if (rc == 0 && !seal_fits(str_trim(buf_str(&b))))
		rc = err_set(err, "'%s': its seal does not fit", path);
	text = rc == 0 ? arena_str(a, buf_str(&b)) : STR_NONE;
	if (rc == 0 && json_object(text, a, m, n, &why) == -1)
		rc = err_set(err, "'%s' is damaged: %s", path, why.msg);
	buf_release(&b);
	free(path);
	return rc;
}

int
meta_read(const struct segment *seg, struct meta *meta, struct err *err)
{
	struct arena a = ARENA_INIT;
	struct json_member *m;
	size_t n;
	int rc = read_members(seg, &a, &m, &n, err);

	*meta = (struct meta){ .lines = 0 };
	if (rc == 0) {
		meta->lines = take_count(json_find(m, n, "lines"));
		meta->bytes = take_count(json_find(m, n, "bytes"));
		meta->revisions = take_count(json_find(m, n, "revisions"));
		meta->first_seq = take_count(json_find(m, n, "first_seq"));
		meta->last_seq = take_count(json_find(m, n, "last_seq"));
		meta->last_stored = take_time(json_find(m, n, "last_stored"),
		    &a);
		take_hash(json_find(m, n, "sha256"), &a, meta->sha256);
		take_hash(json_find(m, n, "previous"), &a, meta->previous);
		take_hash(json_find(m, n, "replaces"), &a, meta->replaces);
	}
	arena_release(&a);
	return rc;
}

int
segment_part(const struct segment *seg, uint32_t number, uint64_t *start)
{
	struct arena a = ARENA_INIT;
	const struct json_member *parts;
	struct json_member *m = NULL;
	struct json_value *part, *pair;
	struct err ignored;
	size_t n = 0, count = 0, two;
	int rc = -1;

	*start = 0;
	if (number == seg->number)
		return 0;
	if (number < seg->number || number > seg->last ||
	    read_members(seg, &a, &m, &n, &ignored) == -1 ||
	    (parts = json_find(m, n, "parts")) == NULL ||
	    parts->value.type != JSON_ARRAY ||
	    json_array(parts->value.raw, &a, &part, &count, &ignored) == -1)
		count = 0;
	for (size_t i = 0; i < count && rc == -1; i++) {
		if (part[i].type != JSON_ARRAY ||
		    json_array(part[i].raw, &a, &pair, &two, &ignored) == -1 ||
		    two != 2 || json_num(&pair[0], 0) < number ||
		    json_num(&pair[0], 0) > number)
			continue;
		*start = (uint64_t)json_num(&pair[1], 0);
		rc = 0;
	}
	arena_release(&a);
	return rc;
}

int
seal_check(const struct segment *seg, const struct segment *before,
    struct err *err)
{
	char *path = beside(seg, ".jsonl.zst");
	char hash[SHA256_HEX];
	struct meta meta, earlier = { .lines = 0 };
	struct err ignored;
	uint64_t size;
	int rc = meta_read(seg, &meta, err);

	if (rc == 0)
		rc = hash_file(path, hash, &size, err);
	if (rc == 0 && strcmp(hash, meta.sha256) != 0)
		rc = err_set(err, "'%s': the file is not the one that was "
		    "sealed", path);
	if (before != NULL)
		meta_read(before, &earlier, &ignored);
	if (rc == 0 && earlier.sha256[0] != '\0' &&
	    strcmp(meta.previous, earlier.sha256) != 0 &&
	    strcmp(meta.previous, earlier.replaces) != 0)
		rc = err_set(err, "'%s': it does not follow the segment before "
		    "it", path);
	if (rc == 0)
		rc = index_check(seg, err);
	free(path);
	return rc;
}
