#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/date.h"
#include "base/io.h"
#include "base/mem.h"
#include "store/frames.h"
#include "store/line.h"
#include "store/segment.h"

#define FOLDER_LEVELS	3	/* year, month, day */
#ifdef STANCE_TINY
#define PLAIN_CHUNK	64u
#else
#define PLAIN_CHUNK	(1u << 20)
#endif

/* "000123" or "000001-000122": the numbers of a segment's name. */
static bool
read_numbers(struct segment *seg, struct str digits)
{
	struct str first;
	long long a, b;

	str_split(&digits, '-', &first);
	a = first.n >= 6 ? str_number(first, UINT32_MAX) : -1;
	b = digits.p == NULL || digits.n == 0 ? a :
	    str_number(digits, UINT32_MAX);
	if (a < 1 || b < a)
		return false;
	seg->number = (uint32_t)a;
	seg->last = (uint32_t)b;
	return true;
}

/* A file "000123.jsonl" or "000123.jsonl.zst" of the day folder. */
static void
take_file(struct segments *list, const char *folder, struct str name)
{
	ptrdiff_t dot = str_find(name, STR("."), 0);
	struct segment seg = { 0 };
	struct str digits, suffix;

	if (dot < 6)
		return;
	digits = str_slice(name, 0, (size_t)dot);
	suffix = str_from(name, (size_t)dot);
	seg.plain = str_eq(suffix, STR(".jsonl"));
	seg.sealed = str_eq(suffix, STR(".jsonl.zst"));
	if ((!seg.plain && !seg.sealed) || !read_numbers(&seg, digits))
		return;
	seg.path = xasprintf("%s/%.*s", folder, STR_FMT(digits));
	GROW(list->v, list->n, list->cap);
	list->v[list->n++] = seg;
}

/* Did names come or go in the folder since a moment before `started`?  By a whole
 * second, for file systems keep coarse times. */
static bool
is_moving(DIR *dir, int64_t started)
{
	struct stat st;

	return fstat(dirfd(dir), &st) == -1 || st.st_mtime >= started - 1;
}

/* Folders are named with digits only; anything else is not ours. */
static int
walk(struct segments *list, const char *folder, int levels, struct err *err)
{
	int64_t started = clock_now();
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int rc = 0;

	if (dir == NULL)
		return errno == ENOENT ? 0 : err_set(err,
		    "cannot read folder '%s': %s", folder, strerror(errno));
	while (rc == 0 && (errno = 0, entry = readdir(dir)) != NULL) {
		struct str name = str_of(entry->d_name);
		char *below;

		if (levels == 0) {
			take_file(list, folder, name);
			continue;
		}
		if (str_number(name, 9999) < 0)
			continue;
		below = xasprintf("%s/%s", folder, entry->d_name);
		rc = walk(list, below, levels - 1, err);
		free(below);
	}
	if (rc == 0 && errno != 0)
		rc = err_set(err, "cannot read folder '%s': %s", folder,
		    strerror(errno));
	list->moving |= is_moving(dir, started);
	closedir(dir);
	return rc;
}

/* By first number, of equals the one with the most behind it first. */
static int
by_number(const void *a, const void *b)
{
	const struct segment *s = a, *t = b;

	if (s->number != t->number)
		return s->number < t->number ? -1 : 1;
	return (s->last < t->last) - (s->last > t->last);
}

/* Make one of the two files of a segment, and set aside what was merged. */
static void
settle(struct segments *list)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->n; i++) {
		struct segment *seg = &list->v[i];
		struct segment *before = kept ? &list->v[kept - 1] : NULL;

		if (before == NULL || seg->last > before->last)
			list->v[kept++] = *seg;
		else if (seg->number == before->number &&
		    seg->last == before->last) {
			before->plain |= seg->plain;
			before->sealed |= seg->sealed;
			free(seg->path);
		} else {
			GROW(list->merged, list->nmerged, list->merged_cap);
			list->merged[list->nmerged++] = *seg;
		}
	}
	list->n = kept;
}

static int
list_once(struct segments *list, const char *folder, struct err *err)
{
	*list = (struct segments){ .v = NULL };
	if (walk(list, folder, FOLDER_LEVELS, err) == -1) {
		segments_release(list);
		return -1;
	}
	if (list->n > 0)
		qsort(list->v, list->n, sizeof(*list->v), by_number);
	settle(list);
	return 0;
}

/* The first number that is missing between two segments, or 0. */
static uint32_t
first_gap(const struct segments *list)
{
	for (size_t i = 1; i < list->n; i++)
		if (list->v[i].number != list->v[i - 1].last + 1)
			return list->v[i - 1].last + 1;
	return 0;
}

static uint32_t
first_number(const struct segments *list)
{
	return list->n > 0 ? list->v[0].number : 0;
}

/* A folder that is read while a segment is sealed may show neither its new name,
 * which came too late, nor the old one, which had gone.  Read once more it shows the
 * new one; what is missing then, too, is missing.  What is missing before all others
 * leaves no gap, so where names move the first must be the same twice. */
int
segments_list(struct segments *list, const char *folder, struct err *err)
{
	uint32_t gap = 0, first = 0;
	bool again;

	do {
		uint32_t gap_before = gap, first_before = first;

		if (list_once(list, folder, err) == -1)
			return -1;
		gap = first_gap(list);
		first = first_number(list);
		again = (gap != 0 && gap != gap_before) ||
		    (list->moving && first != first_before);
		if (again)
			segments_release(list);
	} while (again);
	return 0;
}

void
segments_copy(struct segments *to, const struct segments *list)
{
	*to = (struct segments){ .v = NULL };
	for (size_t i = 0; i < list->n; i++) {
		GROW(to->v, to->n, to->cap);
		to->v[to->n] = list->v[i];
		to->v[to->n++].path = xstrdup(list->v[i].path);
	}
}

void
segments_release(struct segments *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->v[i].path);
	for (size_t i = 0; i < list->nmerged; i++)
		free(list->merged[i].path);
	free(list->v);
	free(list->merged);
	*list = (struct segments){ .v = NULL };
}

size_t
segments_from(const struct segments *list, uint32_t number)
{
	size_t low = 0, high = list->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (list->v[middle].last < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct segment *
segments_find(const struct segments *list, uint32_t number)
{
	size_t i = segments_from(list, number);

	return i < list->n && list->v[i].number <= number ? &list->v[i] : NULL;
}

char *
segment_file(const struct segment *seg)
{
	return xasprintf("%s%s", seg->path, seg->sealed ? ".jsonl.zst" :
	    ".jsonl");
}

int
segment_open(struct segment_text *text, const struct segment *seg,
    struct err *err)
{
	struct stat st;
	struct err why;

	*text = SEGMENT_TEXT_NONE;
	text->file = segment_file(seg);
	text->fd = open(text->file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (text->fd == -1 || fstat(text->fd, &st) == -1) {
		err_set(err, "cannot open '%s': %s", text->file,
		    strerror(errno));
		segment_close(text);
		return -1;
	}
	text->inode = st.st_ino;
	if (seg->sealed &&
	    (text->frames = frames_open(text->fd, &why)) == NULL) {
		err_set(err, "'%s': %s", text->file, why.msg);
		segment_close(text);
		return -1;
	}
	return 0;
}

void
segment_close(struct segment_text *text)
{
	frames_free(text->frames);
	if (text->fd != -1)
		close(text->fd);
	free(text->file);
	buf_release(&text->buf);
	*text = SEGMENT_TEXT_NONE;
}

/* Fill the empty buf with whole lines of a plain file from `offset`. */
static int
read_plain(struct segment_text *text, uint64_t offset, struct err *err)
{
	struct buf *b = &text->buf;
	const char *end = NULL;
	size_t chunk = text->chunk ? text->chunk : PLAIN_CHUNK;

	if (lseek(text->fd, (off_t)offset, SEEK_SET) == -1)
		return err_set(err, "cannot read '%s': %s", text->file,
		    strerror(errno));
	text->at = offset;
	while (end == NULL) {
		ssize_t got;

		if (b->n > STORED_LINE_MAX)
			return err_set(err, "'%s': no line ends in %zu bytes "
			    "from offset %llu", text->file, b->n,
			    (unsigned long long)offset);
		buf_reserve(b, chunk);
		got = read_full(text->fd, b->p + b->n, chunk);
		if (got == -1)
			return err_set(err, "cannot read '%s': %s", text->file,
			    strerror(errno));
		end = memrchr(b->p + b->n, '\n', (size_t)got);
		b->n += (size_t)got;
		if ((size_t)got < chunk)
			break;
	}
	b->n = end ? (size_t)(end - b->p) + 1 : 0;
	return 0;
}

int
segment_lines(struct segment_text *text, uint64_t offset, struct str *lines,
    struct err *err)
{
	struct err why;

	assert(text->fd != -1);
	if (offset < text->at || offset >= text->at + text->buf.n) {
		buf_reset(&text->buf);
		if (text->frames == NULL) {
			if (read_plain(text, offset, err) == -1)
				return -1;
		} else if (frames_read(text->frames, offset, &text->buf,
		    &text->at, &why) == -1)
			return err_set(err, "'%s': %s", text->file, why.msg);
	}
	if (offset < text->at)
		return err_set(err, "'%s': nothing stands at offset %llu",
		    text->file, (unsigned long long)offset);
	*lines = str_from(buf_str(&text->buf), (size_t)(offset - text->at));
	return 0;
}

uint64_t
segment_behind(const struct segment_text *text, uint64_t offset)
{
	return text->frames ? frames_next(text->frames, offset) : UINT64_MAX;
}

int
segment_last_line(struct segment_text *text, struct str *line,
    struct err *err)
{
	struct str lines = STR_NONE;
	uint64_t at = 0, next = 0;
	const char *nl;

	*line = STR_NONE;
	if (text->frames != NULL && frames_size(text->frames) > 0)
		next = frames_start(text->frames,
		    frames_size(text->frames) - 1);
	for (;;) {
		if (segment_lines(text, next, &lines, err) == -1)
			return -1;
		if (lines.n == 0)
			break;
		at = next;
		next += lines.n;
	}
	if (next == at)
		return 0;
	if (segment_lines(text, at, &lines, err) == -1)
		return -1;
	if (lines.n == 0)			/* cut while we looked */
		return 0;
	lines.n--;				/* the last newline */
	nl = memrchr(lines.p, '\n', lines.n);
	*line = nl ? str_from(lines, (size_t)(nl + 1 - lines.p)) : lines;
	return 0;
}

bool
segment_is_torn(const struct segment *seg)
{
	char *path = segment_file(seg), last = '\n';
	int fd = seg->sealed ? -1 : open(path, O_RDONLY | O_CLOEXEC);

	if (fd != -1 && lseek(fd, -1, SEEK_END) != -1 &&
	    read_full(fd, &last, 1) == -1)
		die_errno("cannot read '%s'", path);
	if (fd != -1)
		close(fd);
	free(path);
	return last != '\n';
}

bool
segment_is_superseded(const struct segment_text *text)
{
	struct stat st;

	return text->fd != -1 && text->frames == NULL &&
	    (stat(text->file, &st) == -1 || st.st_ino != text->inode);
}
