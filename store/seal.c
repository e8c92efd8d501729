#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/date.h"
#include "base/io.h"
#include "base/json.h"
#include "store/article.h"
#include "store/frames.h"
#include "store/seal.h"

#define ZSTD_LEVEL	3
/* Of a sealed file; far above what a writer lets a segment become. */
#define SEALED_MAX	(1UL << 30)
#define META_MAX	(1UL << 20)

static const char *const labels[] = { "easing", "tightening", "mixed",
	"neutral" };
#define LABELS	(sizeof(labels) / sizeof(*labels))

/* What the description says of the lines. */
struct tally {
	uint64_t	lines, bytes, articles, revisions;
	uint64_t	first_seq, last_seq;
	int64_t		first_stored, last_stored;
	uint64_t	label[LABELS];
};

static char *
beside(const struct segment *seg, const char *suffix)
{
	return xasprintf("%s%s", seg->path, suffix);
}

static void
count_label(struct tally *t, const struct line *line, struct arena *a)
{
	struct article art;
	struct str label;
	struct err ignored;

	arena_reset(a);
	if (article_read(&art, line, a, &ignored) == -1)
		return;
	label = article_verdict(&art, "label");
	for (size_t i = 0; i < LABELS; i++)
		t->label[i] += str_eq(label, str_of(labels[i]));
}

static void
count_lines(struct tally *t, struct str lines, struct arena *a)
{
	struct str text;
	struct line line;

	t->bytes += lines.n;
	while (str_split(&lines, '\n', &text)) {
		if (line_read(&line, text) == -1)
			continue;
		if (t->lines++ == 0) {
			t->first_seq = line.seq;
			t->first_stored = line.stored;
		}
		t->last_seq = line.seq;
		t->last_stored = line.stored;
		t->articles += line.revision == 1;
		t->revisions += line.revision > 1;
		if (line.revision > 0)
			count_label(t, &line, a);
	}
}

/* Copy the text of `seg` into frames on `fd`, which is synced. */
static int
compress(const struct segment *seg, int fd, struct tally *t, struct err *err)
{
	struct segment plain = { .path = seg->path };
	struct frames_writer *fw = frames_writer_new(fd, ZSTD_LEVEL);
	struct arena a = ARENA_INIT;
	struct segment_text text;
	struct str lines;
	uint64_t at = 0;
	int rc = segment_open(&text, &plain, err);

	while (rc == 0 && (rc = segment_lines(&text, at, &lines, err)) == 0 &&
	    lines.n > 0) {
		rc = frames_add(fw, lines, err);
		count_lines(t, lines, &a);
		at += lines.n;
	}
	if (rc == 0)
		rc = frames_finish(fw, err);
	if (rc == 0 && fsync(fd) == -1)
		rc = err_set(err, "cannot sync: %s", strerror(errno));
	segment_close(&text);
	frames_writer_free(fw);
	arena_release(&a);
	return rc;
}

static int
hash_file(const char *path, char out[SHA256_HEX], struct err *err)
{
	struct buf b = BUF_INIT;
	int rc = file_slurp(path, &b, SEALED_MAX, err);

	if (rc == 0)
		sha256_hex(buf_str(&b), out, 2 * SHA256_SIZE);
	buf_release(&b);
	return rc;
}

int
segment_hash(const struct segment *seg, char out[SHA256_HEX], struct err *err)
{
	char *path = beside(seg, ".jsonl.zst");
	int rc = hash_file(path, out, err);

	free(path);
	return rc;
}

static void
put_time(struct buf *b, const char *name, int64_t seconds)
{
	char when[DATE_SIZE];

	date_format_utc(seconds, when);
	json_member_str(b, name, str_of(when));
}

static void
put_meta(struct buf *b, const struct segment *seg, const struct tally *t,
    const struct meta *meta)
{
	const struct {
		const char	*name;
		uint64_t	 value;
	} counts[] = { { "segment", seg->number }, { "lines", t->lines },
	    { "bytes", t->bytes }, { "articles", t->articles },
	    { "revisions", t->revisions }, { "first_seq", t->first_seq },
	    { "last_seq", t->last_seq } };

	json_open(b, '{');
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		json_name(b, counts[i].name);
		json_put_int(b, (long long)counts[i].value);
	}
	put_time(b, "first_stored", t->first_stored);
	put_time(b, "last_stored", t->last_stored);
	json_name(b, "labels");
	json_open(b, '{');
	for (size_t i = 0; i < LABELS; i++) {
		json_name(b, labels[i]);
		json_put_int(b, (long long)t->label[i]);
	}
	json_close(b, '}');
	json_member_str(b, "sha256", str_of(meta->sha256));
	if (meta->previous[0] != '\0')
		json_member_str(b, "previous", str_of(meta->previous));
	if (meta->replaces[0] != '\0')
		json_member_str(b, "replaces", str_of(meta->replaces));
	seal_put(b, 0);
}

/* Describe the frames in the file `frames`.  A description that is there is
 * that of the segment before it was mended. */
static int
write_meta(const struct segment *seg, const struct segment *previous,
    const char *frames, const struct tally *t, struct err *err)
{
	struct meta meta = { .lines = t->lines }, other;
	struct buf b = BUF_INIT;
	struct err ignored;
	char *path = beside(seg, ".meta.json");
	int rc = hash_file(frames, meta.sha256, err);

	if (previous != NULL && meta_read(previous, &other, &ignored) == 0)
		memcpy(meta.previous, other.sha256, SHA256_HEX);
	if (meta_read(seg, &other, &ignored) == 0 &&
	    strcmp(other.sha256, meta.sha256) != 0)
		memcpy(meta.replaces, other.replaces[0] ? other.replaces :
		    other.sha256, SHA256_HEX);
	if (rc == 0) {
		put_meta(&b, seg, t, &meta);
		rc = file_replace(path, buf_str(&b), 0644, err);
	}
	buf_release(&b);
	free(path);
	return rc;
}

static int
write_frames(const struct segment *seg, const char *path, struct tally *t,
    struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	int rc;

	if (fd == -1)
		return err_set(err, "cannot write '%s': %s", path,
		    strerror(errno));
	rc = compress(seg, fd, t, err);
	if (close(fd) == -1 && rc == 0)
		rc = err_set(err, "cannot write '%s': %s", path,
		    strerror(errno));
	return rc;
}

int
segment_seal(struct segment *seg, const struct segment *previous,
    struct err *err)
{
	char *sealed = beside(seg, ".jsonl.zst");
	char *new = beside(seg, ".jsonl.zst.new");
	struct tally t = { .lines = 0 };
	struct err why;
	int rc = write_frames(seg, new, &t, &why);

	if (rc == 0)
		rc = write_meta(seg, previous, new, &t, &why);
	if (rc == 0 && rename(new, sealed) == -1)
		rc = err_set(&why, "%s", strerror(errno));
	if (rc == -1) {
		unlink(new);
		err_set(err, "cannot seal '%s.jsonl': %s", seg->path, why.msg);
	} else if ((rc = sync_parent(sealed, err)) == 0) {
		seg->sealed = true;
		rc = segment_drop_plain(seg, err);	/* I5: only now */
	}
	free(sealed);
	free(new);
	return rc;
}

int
segment_drop_plain(struct segment *seg, struct err *err)
{
	char *plain = beside(seg, ".jsonl");
	int rc = 0;

	assert(seg->sealed);
	if (unlink(plain) == -1 && errno != ENOENT)
		rc = err_set(err, "cannot remove '%s': %s", plain,
		    strerror(errno));
	else
		seg->plain = false;
	free(plain);
	return rc;
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
	return low > 0 ? list->v[low - 1].number : 0;
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

int
meta_read(const struct segment *seg, struct meta *meta, struct err *err)
{
	char *path = beside(seg, ".meta.json");
	struct arena a = ARENA_INIT;
	struct buf b = BUF_INIT;
	struct json_member *m;
	struct err why;
	size_t n;
	int rc = file_slurp(path, &b, META_MAX, err);

	*meta = (struct meta){ .lines = 0 };
	if (rc == 0 && !seal_fits(str_trim(buf_str(&b))))
		rc = err_set(err, "'%s': its seal does not fit", path);
	if (rc == 0 && json_object(buf_str(&b), &a, &m, &n, &why) == -1)
		rc = err_set(err, "'%s' is damaged: %s", path, why.msg);
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
	buf_release(&b);
	arena_release(&a);
	free(path);
	return rc;
}
